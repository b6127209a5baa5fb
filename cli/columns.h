/* What became of a table's columns and rows, as it is told before training. */
#ifndef CLI_COLUMNS_H
#define CLI_COLUMNS_H

#include <stdbool.h>
#include <stdio.h>

#include "glia.h"

/* Lines for rows that were left out. */
void columns_tell_rows(FILE *to, const glia_data *data);
/* What a column is called: its name, or `column 3`. */
enum { COLUMN_NAME = 256 };
void columns_name(const glia_column_info *c, char name[COLUMN_NAME]);
/* The next column, from the model's *i on, that lacks values in some rows of the data, which are filled; false past the
 * last. And a line for all of them. */
bool columns_next_gap(const glia_data *data, const glia_model *model, size_t *i, char name[COLUMN_NAME], size_t *rows);
void columns_tell_gaps(FILE *to, const glia_data *data, const glia_model *model);
/* A line for each column in which words are unknown to the model. */
void columns_tell_unknown(FILE *to, const glia_data *data, const glia_model *model);
/* A line for each thing that was left out or filled; nothing for data that are no table, or whole. */
void columns_tell(FILE *to, const glia_data *data, const glia_model *model);

#endif
