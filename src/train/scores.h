/* Scores that need no memory of their own. */
#ifndef GLIA_TRAIN_SCORES_H
#define GLIA_TRAIN_SCORES_H

#include <stddef.h>

/* R2 of predicted[rows][outputs], the mean over the outputs; as in glia_score_numbers. */
double glia__r2(const double *truth, const double *predicted, size_t rows, size_t outputs);

#endif
