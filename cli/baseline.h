/* What a model has to be better than, in words. */
#ifndef CLI_BASELINE_H
#define CLI_BASELINE_H

#include "glia.h"

/* What the baseline of a trained model says of every row: `always setosa`, `always the mean, 23.5`. The caller's. */
char *baseline_text(const glia_model *model);

#endif
