/* Rows on disk: a file of numbers, row after row, that is larger than what one wants in memory. Targets, weights,
 * groups, times and words are in memory all the same.
 *
 * Rows are read with pread where they are needed (pass.h), never mapped: mapped pages would count as memory, and a file
 * that is cut while it is mapped ends the process. */
#ifndef GLIA_DATA_STORE_H
#define GLIA_DATA_STORE_H

#include "data/array.h"

/* What decides how data are read that are large. Tests make it smaller. */
typedef struct glia__sizes {
    size_t memory; /* bytes of rows that are kept in memory, unless the caller says otherwise     */
    size_t large;  /* bytes of rows of a data set from which on it is gone through by blocks      */
    size_t block;  /* bytes of a block                                                            */
    size_t blocks; /* of a window                                                                 */
} glia__sizes;
extern glia__sizes glia__sizes_now;

/* Where a number of a row in memory comes from: number `from` of the row in the file; of a word, only if it is one of
 * so many, else it is a gap; and where words are to be something else, what each of them is. */
enum { GLIA__PICK_WORDS = 8 };
typedef struct glia__pick {
    size_t from, words;
    bool   is_word, mapped;
    real   to[GLIA__PICK_WORDS];
} glia__pick;

typedef struct glia__store glia__store;

/* Of the numbers that follow the header of `a`, whose source is then without its reader. skipped: the number in each
 * row that is no input, SIZE_MAX if all are. */
glia_status glia__store_new(glia__store **store, const glia__array *a, size_t skipped);
/* Rows have these numbers, columns of them; the list becomes the store's. */
void        glia__store_take(glia__store *s, glia__pick *take, size_t columns);
void        glia__store_free(glia__store *s);
const char *glia__store_path(const glia__store *s);
/* glia__store_is_bytes, data.h: rows are bytes in memory, else reals */
size_t glia__store_row_size(const glia__store *s); /* in memory                            */
size_t glia__store_raw_size(const glia__store *s); /* in the file                          */

/* Rows first .. first + count - 1 as they are in the file. GLIA_E_FORMAT if it ends before, GLIA_E_OPEN. For any number
 * of threads at once, as are the next two. */
glia_status glia__store_read(const glia__store *s, size_t first, size_t count, void *raw);
/* One of them as a row in memory; `spare` has room for another one. */
void glia__store_row(const glia__store *s, const void *raw, void *row, void *spare);
/* A single number; NaN if it cannot be read. */
double glia__store_number(glia__store *s, size_t row, size_t column);

/* Whether the rows of an array are on the disk as they are needed, and are so many that they stay there: `memory` as in
 * glia_data_options. */
bool glia__store_suits(const glia__array *a, size_t memory);

#endif
