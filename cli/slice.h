/* Chosen rows, as Python's slices choose them. */
#ifndef CLI_SLICE_H
#define CLI_SLICE_H

#include <stddef.h>

/* Reads `3`, `0:8`, `0:8:2`, `:8` or `-8:` (negative: from the end) against the `there` rows of `data`. *rows, numbered
 * from 0, is the caller's. Other than Python it refuses rows that are not there. Returns an exit code after a sentence
 * that begins with --rows. */
int slice_read(const char *text, const char *data, size_t there, size_t **rows, size_t *count);

#endif
