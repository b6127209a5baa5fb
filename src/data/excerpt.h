/* An excerpt: the first rows of data whose rows are on disk, in memory, for those who look at all of them again and
 * again. Rows keep their numbers. */
#ifndef GLIA_DATA_EXCERPT_H
#define GLIA_DATA_EXCERPT_H

#include "data/data.h"

/* Zero-initialise. `data` are the rows to look at: all, where they are in memory. */
typedef struct glia__excerpt {
    const glia_data *data;
    glia_data        own; /* borrows all but what rows have */
} glia__excerpt;

enum { GLIA__EXCERPT_ROWS = 100000 };
glia_status glia__excerpt_new(glia__excerpt *e, const glia_data *data);
void        glia__excerpt_clear(glia__excerpt *e);

#endif
