/* Scores, for those who make them of a model's answers. */
#ifndef GLIA_TRAIN_SCORES_H
#define GLIA_TRAIN_SCORES_H

#include "ground/status.h"

/* R2 of predicted[rows][outputs], the mean over the outputs; as in glia_score_numbers. Needs no memory. */
double glia__r2(const double *truth, const double *predicted, size_t rows, size_t outputs);
/* Adds mse, rmse, mae and r2 of s->rows rows to those of s. */
void glia__score_columns(glia_scores *s, const double *truth, const double *predicted, size_t outputs);
/* How many of n labels, 0 or 1, are right; 0.5 says yes. */
size_t glia__labels_right(const double *truth, const double *predicted, size_t n);
/* The most probable class of a row, the first of equals. */
size_t glia__likeliest(const double *probability, size_t classes);

/* --- bootstrap.c: the intervals of s, from whether each row was right, or from truth and predicted [rows][outputs] ---
 */
glia_status glia__interval_of_hits(glia_scores *s, const bool *hit);
glia_status glia__interval_of_numbers(glia_scores *s, const double *truth, const double *predicted, size_t outputs);

#endif
