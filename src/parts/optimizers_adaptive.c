/* Optimizers that divide by the size of past gradients: adagrad, rmsprop, adadelta.
 *
 *   adagrad   s += g^2                                                             Duchi et al. 2011
 *             p -= lr / (1 + (t - 1) lr_decay) g / (sqrt(s) + eps)
 *   rmsprop   s = alpha s + (1 - alpha) g^2                                        Hinton 2012
 *             d = g / (sqrt(s) + eps); centered: s - a^2 for s, a = alpha a + (1 - alpha) g
 *             p -= lr d, or with momentum b = momentum b + d, p -= lr b
 *   adadelta  s = rho s + (1 - rho) g^2                                            Zeiler 2012
 *             d = sqrt(u + eps) / sqrt(s + eps) g; u = rho u + (1 - rho) d^2
 *             p -= lr d
 *
 * g is the gradient plus weight_decay p; t counts the steps from 1. */
#include "parts/optimizer_rule.h"

/* ---- adagrad --------------------------------------------------------------------------------------------------- */

enum { ADAGRAD_LR_DECAY = FIRST_OWN, ADAGRAD_START, ADAGRAD_EPS };
static const glia__setting adagrad_settings[] = {
    COMMON_SETTINGS("0.01", "0"),
    {"lr_decay", GLIA__NUMBER, "0", 0, HUGE_VAL, false, NULL, "how fast the rate falls: lr / (1 + (t - 1) lr_decay)"},
    {"initial_accumulator_value", GLIA__NUMBER, "0", 0, HUGE_VAL, false, NULL, "what the sum of squares starts with"},
    EPS_SETTING("1e-10"),
    {0}};

static size_t adagrad_slots(const glia__optim *o)
{
    (void)o;
    return 1;
}

static double adagrad_start(const glia__optim *o, size_t slot)
{
    (void)slot;
    return number(o, ADAGRAD_START);
}

static void adagrad_slice(const glia__optim *o, const glia__kernels *k, size_t n, bool decay, const real *g,
                          real *const *slot, real *p)
{
    double rate = o->rate / (1 + (double)(o->steps - 1) * number(o, ADAGRAD_LR_DECAY));
    k->adagrad(n, (real)rate, decay_if(o, decay), constant(o, ADAGRAD_EPS), g, slot[0], p);
}

const glia__optim_class glia__optim_adagrad = {
    .named = {"adagrad", "rates fall with the sum of squared gradients", adagrad_settings},
    .slots = adagrad_slots,
    .slice = adagrad_slice,
    .start = adagrad_start,
};

/* ---- rmsprop --------------------------------------------------------------------------------------------------- */

enum { RMSPROP_ALPHA = FIRST_OWN, RMSPROP_EPS, RMSPROP_MOMENTUM, RMSPROP_CENTERED };
static const glia__setting rmsprop_settings[] = {
    COMMON_SETTINGS("0.01", "0"),
    {"alpha", GLIA__NUMBER, "0.99", 0, KEEP_MOST, false, NULL, "share that the running mean of squares keeps"},
    EPS_SETTING("1e-8"),
    {"momentum", GLIA__NUMBER, "0", 0, HUGE_VAL, false, NULL, "share of the last step that is kept"},
    {"centered", GLIA__YESNO, "no", 0, 0, false, NULL, "divide by the deviation, not by the size, of the gradient"},
    {0}};

static size_t rmsprop_slots(const glia__optim *o)
{
    return 1u + o->set[RMSPROP_CENTERED].yes + o->keeps_momentum;
}

static void rmsprop_slice(const glia__optim *o, const glia__kernels *k, size_t n, bool decay, const real *g,
                          real *const *slot, real *p)
{
    real *const *next = slot;
    real        *square = *next++;
    real        *mean = o->set[RMSPROP_CENTERED].yes ? *next++ : NULL;
    real        *buffer = o->keeps_momentum ? *next : NULL;
    k->rmsprop(n, (real)o->rate, decay_if(o, decay), constant(o, RMSPROP_ALPHA), constant(o, RMSPROP_EPS),
               constant(o, RMSPROP_MOMENTUM), g, square, mean, buffer, p);
}

const glia__optim_class glia__optim_rmsprop = {
    .named = {"rmsprop", "rates by a running mean of squared gradients", rmsprop_settings},
    .slots = rmsprop_slots,
    .slice = rmsprop_slice,
    .momentum = RMSPROP_MOMENTUM,
};

/* ---- adadelta -------------------------------------------------------------------------------------------------- */

enum { ADADELTA_RHO = FIRST_OWN, ADADELTA_EPS };
static const glia__setting adadelta_settings[] = {
    COMMON_SETTINGS("1", "0"),
    {"rho", GLIA__NUMBER, "0.9", 0, KEEP_MOST, false, NULL, "share that the running means of squares keep"},
    EPS_SETTING("1e-6"),
    {0}};

static size_t adadelta_slots(const glia__optim *o)
{
    (void)o;
    return 2;
}

static void adadelta_slice(const glia__optim *o, const glia__kernels *k, size_t n, bool decay, const real *g,
                           real *const *slot, real *p)
{
    k->adadelta(n, (real)o->rate, decay_if(o, decay), constant(o, ADADELTA_RHO), constant(o, ADADELTA_EPS), g, slot[0],
                slot[1], p);
}

const glia__optim_class glia__optim_adadelta = {
    .named = {"adadelta", "steps as large as steps were, by running means of squares", adadelta_settings},
    .slots = adadelta_slots,
    .slice = adadelta_slice,
};
