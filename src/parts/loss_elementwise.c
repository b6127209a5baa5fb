/* Losses that look at each output alone: f(y, t), its slope in y, and their sum over a row. Names, values and slopes
 * are those of torch.nn.functional. */
#include "ground/real.h"
#include "parts/loss_kinds.h"

enum { DELTA = 1, BETA = 1 }; /* where huber and smooth_l1 have them */

static double by_output(const glia__loss *l, size_t r, size_t n, const real *y, const glia__truth *t, real scale,
                        real *dy)
{
    double sum = 0;
    for (size_t j = 0; j < n; j++) {
        real slope;
        sum += l->class->term(l, j, y[j], glia__loss_target(t, r, n, j), &slope);
        if (dy) dy[j] = scale * slope;
    }
    return sum;
}

/* (y - t)^2 */
static real mse(const glia__loss *l, size_t j, real y, real t, real *slope)
{
    (void)l, (void)j;
    *slope = 2 * (y - t);
    return (y - t) * (y - t);
}

static real sign(real d)
{
    return (real)((d > 0) - (d < 0));
}

/* |y - t| */
static real l1(const glia__loss *l, size_t j, real y, real t, real *slope)
{
    (void)l, (void)j;
    *slope = sign(y - t);
    return fabs(y - t);
}

/* d^2 / 2 where |d| = |y - t| <= delta, and the straight line that continues it beyond. Huber 1964. */
static real huber(const glia__loss *l, size_t j, real y, real t, real *slope)
{
    (void)j;
    real d = y - t, delta = (real)l->set[DELTA].number;
    bool near = fabs(d) <= delta;
    *slope = near ? d : copysign(delta, d);
    return near ? d * d / 2 : delta * (fabs(d) - delta / 2);
}

/* d^2 / (2 beta) where |d| = |y - t| < beta, |d| - beta / 2 beyond: huber with delta = beta, divided by beta, so that
 * it becomes l1 as beta goes to 0. Girshick 2015. */
static real smooth_l1(const glia__loss *l, size_t j, real y, real t, real *slope)
{
    (void)j;
    real d = y - t, beta = (real)l->set[BETA].number;
    bool near = fabs(d) < beta;
    *slope = near ? d / beta : sign(d);
    return near ? d * d / (2 * beta) : fabs(d) - beta / 2;
}

/* ---- binary cross entropy: yes counts pos_weight times as much as no ------------------------------------------- */

static real pos_weight(const glia__loss *l, size_t j)
{
    const glia__value *v = &l->set[GLIA__LOSS_POS_WEIGHT];
    return (real)v->list[v->count == 1 ? 0 : j];
}

/* No logarithm of a probability counts for less than -100; a NaN stays one. */
static real bounded(real logarithm)
{
    return logarithm < -100 ? -100 : logarithm;
}

/* -(w t log p + (1 - t) log(1 - p)); the slope is (p - t + (w - 1) t (p - 1)) / (p (1 - p)). */
static real bce(const glia__loss *l, size_t j, real p, real t, real *slope)
{
    const real least = (real)1e-12, w = pos_weight(l, j);
    real       variance = p * (1 - p);
    *slope = (p - t + (w - 1) * t * (p - 1)) / (variance < least ? least : variance);
    return -(w * t * bounded(log(p)) + (1 - t) * bounded(log1p(-p)));
}

/* bce of sigmoid(z), without its overflow: max(z, 0) - z t + log(1 + e^-|z|), whose slope is sigmoid(z) - t; and (w -
 * 1) t times log(1 + e^-z), whose slope is sigmoid(z) - 1. */
static real bce_logits(const glia__loss *l, size_t j, real z, real t, real *slope)
{
    const real more = (pos_weight(l, j) - 1) * t;
    real       e = exp(-fabs(z)), sigmoid = (z < 0 ? e : 1) / (1 + e), opposite = (z < 0 ? 1 : e) / (1 + e);
    *slope = sigmoid - t - more * opposite;
    return (z > 0 ? z : 0) - z * t + log1p(e) + more * ((z < 0 ? -z : 0) + log1p(e));
}

/* ---- the list -------------------------------------------------------------------------------------------------- */

static const glia__setting reduce_settings[] = {GLIA__REDUCE_SETTING("mean|rows|sum"), {0}};
static const glia__setting huber_settings[] = {
    GLIA__REDUCE_SETTING("mean|rows|sum"),
    {"delta", GLIA__NUMBER, "1", 1e-9, HUGE_VAL, true, NULL, "the error from which on the loss is a straight line"},
    {0}};
static const glia__setting smooth_l1_settings[] = {
    GLIA__REDUCE_SETTING("mean|rows|sum"),
    {"beta", GLIA__NUMBER, "1", 0, HUGE_VAL, true, NULL, "the error from which on the loss is a straight line"},
    {0}};
static const glia__setting bce_settings[] = {GLIA__REDUCE_SETTING("mean|rows|sum"),
                                             {"pos_weight", GLIA__NUMBERS, "1", 0, 1e9, false, NULL,
                                              "what a yes counts against a no: one number, or one an output: 1:2.5:4"},
                                             {0}};
const glia__loss_class     glia__loss_mse = {
        .named = {"mse", "squared error", reduce_settings},
        .takes = GLIA__TAKES_NUMBERS,
        .row = by_output,
        .term = mse,
};
const glia__loss_class glia__loss_l1 = {
    .named = {"l1", "absolute error", reduce_settings},
    .takes = GLIA__TAKES_NUMBERS,
    .row = by_output,
    .term = l1,
};
const glia__loss_class glia__loss_huber = {
    .named = {"huber", "half the squared error up to delta, a straight line beyond", huber_settings},
    .takes = GLIA__TAKES_NUMBERS,
    .row = by_output,
    .term = huber,
};
const glia__loss_class glia__loss_smooth_l1 = {
    .named = {"smooth_l1", "absolute error, rounded off within beta: huber divided by its delta", smooth_l1_settings},
    .takes = GLIA__TAKES_NUMBERS,
    .row = by_output,
    .term = smooth_l1,
};
const glia__loss_class glia__loss_bce = {
    .named = {"bce", "binary cross entropy of probabilities", bce_settings},
    .takes = GLIA__TAKES_BITS,
    .fuses = {"sigmoid"},
    .fused = "bce_logits",
    .row = by_output,
    .term = bce,
};
const glia__loss_class glia__loss_bce_logits = {
    .named = {"bce_logits", "binary cross entropy of logits", bce_settings},
    .takes = GLIA__TAKES_BITS,
    .logits = true,
    .row = by_output,
    .term = bce_logits,
};
