/* What a model has to be better than. */
#ifndef GLIA_TRAIN_BASELINE_H
#define GLIA_TRAIN_BASELINE_H

#include "train/answers.h"

/* Of the rows of `a` that the loss does not pass over: the share of each of the model's classes; or the mean of each
 * target number, in the user's units. (*prior)[*count] is the caller's. */
glia_status glia__prior_of(const glia__answers *a, const glia__loss *loss, double **prior, size_t *count);

#endif
