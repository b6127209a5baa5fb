/* What became of a table's columns and rows, as it is told before training. */
#ifndef CLI_COLUMNS_H
#define CLI_COLUMNS_H

#include <stdio.h>

#include "glia.h"

/* A line for each thing that was left out or filled; nothing for data that are no table, or whole. */
void columns_tell(FILE *to, const glia_data *data, const glia_model *model);

#endif
