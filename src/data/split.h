/* Between the files that cut a data set into rows to train on and rows held out. */
#ifndef GLIA_DATA_SPLIT_H
#define GLIA_DATA_SPLIT_H

#include "data/data.h"

/* A cut under way: order[0 .. held) gets the rows held out, order[held .. rows) the rest. */
typedef struct glia__cut {
    const glia_data *data;
    double           share;      /* to be held */
    size_t           rows, held; /* held: ceil(share * rows), until it is cut by groups or times */
    size_t          *order;
    glia_rng        *rng;
} glia__cut;
glia_status glia__cut_stratified(glia__cut *c); /* strata.c */

typedef struct glia__sides {
    const size_t *rest, *held;
    size_t        n_rest, n_held;
} glia__sides;
/* Both views, or neither. */
glia_status glia__split_views(const glia_data *data, const glia__sides *s, glia_data **rest, glia_data **held);

/* --- groups.c; the lists are the caller's. GLIA_E_ARG where there are no groups, or times --- */
/* (*group)[rows]: each row's group, numbered from 0 by their ids; `count` of them have rows. */
glia_status glia__data_number_groups(const glia_data *d, size_t **group, size_t *count);
/* (*order)[rows]: the rows by their times, those of equal times as they stand. */
glia_status glia__data_by_time(const glia_data *d, size_t **order);
/* The first place of `order` whose row has the time of the one at `at` (which may be the end of the rows). */
size_t glia__data_time_begins(const glia_data *d, const size_t *order, size_t at);

#endif
