/* The file that a long run writes at its end. */
#ifndef CLI_OUT_FILE_H
#define CLI_OUT_FILE_H

#include <stdbool.h>

#include "glia.h"

/* Whether `path` means standard output. */
bool out_file_is_stdout(const char *path);
/* Whether two paths, of which either may be NULL, are of one file, which need not exist yet; standard output is none.
 */
bool out_file_is_same(const char *a, const char *b);
/* Whether `path` is where the checkpoint before is kept when `of` is replaced. */
bool out_file_is_previous(const char *path, const char *of);

/* Whether `path` is one of the files that `data` was read from. Either may be NULL. */
bool out_file_is_of(const char *path, const glia_data *data);

/* Finds out before the run whether `path` (of --out; NULL: nothing is written) can be written at its end. Returns an
 * exit code after a sentence. What it cannot foresee is a disk that fills up. */
int out_file_check(const char *path);
/* The same for a file of another option. */
int out_file_check_as(const char *option, const char *path);

#endif
