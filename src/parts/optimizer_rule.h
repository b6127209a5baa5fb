/* What the files of optimizers share: the settings that all have, and how a rule reads its own. */
#ifndef GLIA_PARTS_OPTIMIZER_RULE_H
#define GLIA_PARTS_OPTIMIZER_RULE_H

#include "ground/real.h"
#include "parts/optimizer.h"

/* What all have comes first, at the same places. */
enum { LR, WEIGHT_DECAY, DECAY_BIAS, FIRST_OWN };
/* clang-format off */
#define DECAY_SETTINGS(decay)                                                                                          \
    {"weight_decay", GLIA__NUMBER, decay, 0, HUGE_VAL, false, NULL, "pull towards zero"},                              \
    {"decay_bias", GLIA__YESNO, "yes", 0, 0, false, NULL, "weight_decay acts on biases too"}
#define COMMON_SETTINGS(rate, decay)                                                                                   \
    {"lr", GLIA__NUMBER, rate, 0, HUGE_VAL, true, NULL, "learning rate"},                                              \
    DECAY_SETTINGS(decay)
#define EPS_SETTING(eps) {"eps", GLIA__NUMBER, eps, 0, HUGE_VAL, false, NULL, "keeps the divisor from 0"}
/* clang-format on */

/* The share that a running mean keeps is below 1. */
#define KEEP_MOST GLIA__KEEP_MOST

static inline double number(const glia__optim *o, int setting)
{
    return o->set[setting].number;
}

/* A constant of the arithmetic. */
static inline real constant(const glia__optim *o, int setting)
{
    return (real)o->set[setting].number;
}

static inline real decay_if(const glia__optim *o, bool decay)
{
    return decay ? constant(o, WEIGHT_DECAY) : 0;
}

#endif
