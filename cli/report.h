/* What the program says when something is wrong, and the exit code that goes with it. */
#ifndef CLI_REPORT_H
#define CLI_REPORT_H

#include <stdarg.h>

#include "glia.h"

enum {
    CODE_FINE = 0,
    CODE_FAILED = 1,
    CODE_ARGUMENT = 2,
    CODE_FILE = 3,
    CODE_INTERRUPTED = 130,
    CODES = 5 /* different ones */
};
typedef struct exit_code {
    int         code;
    const char *meaning;
} exit_code;
extern const exit_code exit_codes[CODES]; /* for the help */

/* Prints `glia: <sentence>` as one line on stderr and returns `code`. */
int fail(int code, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* What people read for a data argument: "-" is "standard input". */
const char *data_name(const char *data);
/* fail with the library's sentence; returns the exit code of `status`. */
int fail_status(glia_status status);
/* The exit code of a status: the one place where the two meet. */
int code_of_status(glia_status status);
/* Writes out what stdout still holds. Returns `code`, or CODE_FAILED with a sentence if stdout cannot take it. */
int flush_output(int code);

/* Zeroed memory; ends the program with a sentence and CODE_FAILED where there is none. */
void *claim(size_t count, size_t size);
/* Makes room for one more item in *items, which holds `count` of `size` bytes each. */
void grow(void *items /* T ** */, size_t count, size_t size);
/* printf into memory that the caller frees. */
char *text_of(const char *format, ...) __attribute__((format(printf, 1, 2)));
char *text_of_list(const char *format, va_list arguments) __attribute__((format(printf, 1, 0)));

#endif
