/* What became of a table's columns and rows, as it is told before training. */
#ifndef CLI_COLUMNS_H
#define CLI_COLUMNS_H

#include <stdio.h>

#include "glia.h"

/* Lines for rows that were left out. */
void columns_tell_rows(FILE *to, const glia_data *data);
/* How many rows of the data lack a value of column i of the model, which is filled; and a line for all columns. */
size_t columns_gaps(const glia_data *data, const glia_model *model, size_t i);
void   columns_tell_gaps(FILE *to, const glia_data *data, const glia_model *model);
/* A line for each column in which words are unknown to the model. */
void columns_tell_unknown(FILE *to, const glia_data *data, const glia_model *model);
/* A line for each thing that was left out or filled; nothing for data that are no table, or whole. */
void columns_tell(FILE *to, const glia_data *data, const glia_model *model);

#endif
