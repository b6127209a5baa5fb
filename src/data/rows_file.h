/* The file of rows (docs/files.md): the rows of a table as they are in memory, and all that is known of it behind them.
 */
#ifndef GLIA_DATA_ROWS_FILE_H
#define GLIA_DATA_ROWS_FILE_H

#include "data/store.h"

enum { GLIA__ROWS_HEAD = 64 }; /* bytes before the first row */

/* The CSV that it was made of, and how that was read. */
typedef struct glia__origin {
    uint64_t size, time, options;
} glia__origin;
glia__origin glia__origin_of(const glia__source *s, const glia_data_options *o);
/* `t.csv.rows`; the caller's. NULL: no memory. */
char *glia__rows_path(const char *csv);

bool        glia__rows_fits(const glia__source *s);
glia_status glia__rows_head(glia__writer *to, size_t width);
/* Behind `rows` rows of `width` numbers: what there is to tell of d, but for its rows. */
glia_status glia__rows_tail(glia__writer *to, const char *path, glia_data *d, size_t width, glia__pick *take,
                            const glia__origin *origin);
/* A data set from such a file. *is_of: whether it was made of `origin`; a file that was not is not read any further.
 * NULL for both: whatever it was made of. */
glia_status glia__rows_read(glia_data **data, glia__source *s, size_t memory, const glia__origin *origin, bool *is_of);

#endif
