/* A look at data, as it is told: for `glia data`. */
#ifndef CLI_LOOK_H
#define CLI_LOOK_H

#include "json.h"
#include "table.h"

/* The columns of a table from a file: a line each with kind, gaps and range, or the words. The first `shown` of them.
 */
void look_add_columns(table *t, const glia_look *look, size_t shown);
#define LOOK_ALIGN "llrrrrl" /* of that table */
/* What is wrong, worst first; or that nothing is. */
void look_tell(const glia_look *look);
/* "table": the columns with all that is known of them; "findings". */
void look_put(json_t *object, const glia_look *look);

#endif
