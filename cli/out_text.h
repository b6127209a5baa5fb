/* A text that is printed either on standard output or into a file, which is then whole or absent. */
#ifndef CLI_OUT_TEXT_H
#define CLI_OUT_TEXT_H

#include <stdio.h>

typedef struct out_text {
    FILE       *to;
    const char *path;
    char *target, *part; /* the file with its links followed, and what is written until it is renamed; else NULL */
} out_text;

/* `path` NULL, "-" or /dev/stdout: standard output. Returns an exit code after a sentence. */
int out_text_begin(out_text *t, const char *path);
/* Puts the file in its place if `code` is fine and all was written, else removes it. Returns `code`, or another after a
 * sentence. */
int out_text_end(out_text *t, int code);

#endif
