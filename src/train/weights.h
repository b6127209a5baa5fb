/* What each class counts in a training. */
#ifndef GLIA_TRAIN_WEIGHTS_H
#define GLIA_TRAIN_WEIGHTS_H

#include "train/answers.h"

/* Weights [n_classes] of the model's classes, the caller's; none where the text is NULL. The text is "balanced" or
 * "cat=2, dog=1", where classes that are not named count 1. The rows that train are those of `train`.
 * GLIA_E_TEXT with the place in the text; GLIA_E_SHAPE where the target is numbers. */
glia_status glia__class_weights(real **weights, const char *text, const glia__answers *train, const glia__loss *loss);

#endif
