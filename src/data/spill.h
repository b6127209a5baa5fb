/* Rows of a table that are too many for memory: they go to a file while the CSV is read. What is only known at its end,
 * which columns are yes and no and which free text, is done when rows are read from there. */
#ifndef GLIA_DATA_SPILL_H
#define GLIA_DATA_SPILL_H

#include "data/store.h"
#include "data/table.h"

/* The rows of this CSV, if an earlier reading with these options left them beside it and it has not changed since; else
 * *data stays NULL. */
glia_status glia__spill_find(glia_data **data, const glia__source *csv, const glia_data_options *o);

/* How many rows may lie in t->values before they have to go to the file, and their way there. */
size_t      glia__spill_rows(const glia__table *t);
glia_status glia__spill_some(glia__table *t);
size_t      glia__spill_limit(const glia__table *t); /* bytes of rows that stay in memory */
/* The file gets the rest of the rows, what else there is to tell of *data, which has all but its rows, and its name.
 * *data is then made anew, from there; after a failure it may be NULL. */
glia_status glia__spill_finish(glia__table *t, glia_data **data);
void        glia__spill_clear(glia__table *t);

/* The numbers of column `slot`, which are 0 and 1, are to be these. */
void glia__spill_map(glia__table *t, size_t slot, const double to[GLIA__PICK_WORDS]);
/* Rows that have nothing in it. */
size_t glia__spill_gaps(const glia__table *t, size_t slot);
/* Number `slot` of a row is to be what was number `from` of it: called for all that are kept, in order. */
void glia__spill_keep(glia__table *t, size_t slot, size_t from);

#endif
