/* A folder of files that are written together: all of them or none. */
#ifndef CLI_OUT_FOLDER_H
#define CLI_OUT_FOLDER_H

#include <stdbool.h>
#include <stddef.h>

/* What is in it is told by its index.json, an object with the key `kind` and the list `files` of objects with a `name`.
 * A folder that has anything in it must hold nothing but such files: they are replaced. */
typedef struct out_folder {
    const char *path;
    char       *part; /* a folder within it, where the files are until all are there */
    char      **old;  /* files to be replaced */
    size_t      olds;
    char      **made; /* files in `part` */
    size_t      count;
    bool        is_new;
} out_folder;

/* Makes the folder where there is none. Each returns an exit code after a sentence that begins with --out; whatever
 * comes of it, out_folder_end is to be called, which takes back all that was not committed. */
int  out_folder_begin(out_folder *f, const char *path, const char *kind);
int  out_folder_commit(out_folder *f);
void out_folder_end(out_folder *f);
/* The path to write a file of this name at. It belongs to the folder. */
const char *out_folder_file(out_folder *f, const char *name);

#endif
