/* What the files of the losses share: the list, and where settings stand in them. */
#ifndef GLIA_PARTS_LOSS_KINDS_H
#define GLIA_PARTS_LOSS_KINDS_H

#include "parts/loss.h"

enum { GLIA__LOSS_REDUCE };                                 /* of every loss */
enum { GLIA__LOSS_IGNORE_INDEX = 1, GLIA__LOSS_SMOOTHING }; /* of those of classes */
enum { GLIA__LOSS_POS_WEIGHT = 1 };                         /* of bce and bce_logits */

/* clang-format off */
#define GLIA__REDUCE_SETTING(choices)                                                                                  \
    {"reduce", GLIA__WORD, "mean", 0, 0, false, choices, "how the losses of a batch become one"}
/* clang-format on */

/* The list, in the order in which it is shown: loss_elementwise.c, then loss_classes.c. */
#define GLIA__LOSSES(X) X(mse) X(l1) X(huber) X(smooth_l1) X(bce) X(bce_logits) X(cross_entropy) X(nll)
#define GLIA__LOSS_DECLARE_(name) extern const glia__loss_class glia__loss_##name;
GLIA__LOSSES(GLIA__LOSS_DECLARE_)
#undef GLIA__LOSS_DECLARE_

/* What output j of row r should be: a class stands for its one-hot row, or for itself where there is one output. */
static inline real glia__loss_target(const glia__truth *t, size_t r, size_t n, size_t j)
{
    if (t->targets) return t->targets[r * n + j];
    size_t class = (size_t)t->classes[r];
    return (real)(n == 1 ? class : class == j);
}

#endif
