/* A pass: how rows that are on disk come into memory where they are needed, in any order. Of rows in memory there is
 * none, and nothing has to be read.
 *
 * A pass goes through an order of rows in windows, stretches of that order. Two of them are in memory: the one that is
 * used, and the next one, which a thread of its own reads meanwhile. An order is fast where the rows of a window are
 * near each other in the file, as in glia__order_draw's and in the order of the file itself, and right in any case. */
#ifndef GLIA_DATA_PASS_H
#define GLIA_DATA_PASS_H

#include "data/store.h"

typedef struct glia__pass {
    const void          **row; /* [batch]: the rows at hand */
    struct glia__windows *windows;
} glia__pass;

/* For at most `batch` rows at a time. `ahead`: for whole orders, else for rows that are asked for now and then. *pass
 * is NULL if all rows are in memory. */
glia_status glia__pass_new(glia__pass **pass, const glia_data *data, size_t batch, bool ahead);
void        glia__pass_free(glia__pass *p);
/* From here on the rows order[0 .. n-1] of the data are gone through; the list is the caller's, and stays as it is.
 * NULL: all as they stand. */
void glia__pass_begin(glia__pass *p, const size_t *order, size_t n);
/* Sees to it that the rows `rows`, count of them, are at hand until the next call. They are a stretch of the order,
 * which is then read ahead, or any others; NULL: the first ones. Errors: GLIA_E_OPEN, GLIA_E_FORMAT (the file has
 * become shorter), both with its name. */
glia_status glia__pass_take(glia__pass *p, const size_t *rows, size_t count);

/* Calls f for every row of the data, in their order, with its numbers as they are in memory: bytes or reals. */
typedef void glia__visit(void *context, size_t row, const void *numbers);
glia_status  glia__data_each(const glia_data *d, glia__visit *f, void *context);

/* --- order.c --- */
/* Whether a data set is gone through by blocks, wherever its rows are, so that results do not depend on that. */
bool   glia__data_is_large(const glia_data *d);
size_t glia__data_block(const glia_data *d); /* rows of a block */
/* order[rows of d]: what an epoch draws (docs/random.md). */
void glia__order_draw(glia_rng *rng, const glia_data *d, size_t *order);

#endif
