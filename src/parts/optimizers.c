/* The optimizers: sgd, adagrad, rmsprop, adam, adamw. Rules, names of settings and defaults are PyTorch's
 * (torch.optim); the arithmetic over a slice of parameters is the kernels', the constants of a step are made here, in
 * double.
 *
 * g is the gradient, plus weight_decay p but in adamw; t counts the steps from 1:
 *
 *   sgd       v = momentum v + (1 - dampening) g, but v = g in the first step
 *             p -= lr v, or with nesterov p -= lr (g + momentum v)
 *   adagrad   s += g^2                                                             Duchi et al. 2011
 *             p -= lr / (1 + (t - 1) lr_decay) g / (sqrt(s) + eps)
 *   rmsprop   s = alpha s + (1 - alpha) g^2                                        Hinton 2012
 *             d = g / (sqrt(s) + eps); centered: s - a^2 for s, a = alpha a + (1 - alpha) g
 *             p -= lr d, or with momentum b = momentum b + d, p -= lr b
 *   adam      m = beta1 m + (1 - beta1) g, v = beta2 v + (1 - beta2) g^2           Kingma and Ba 2015
 *             p -= lr / (1 - beta1^t) m / (sqrt(v) / sqrt(1 - beta2^t) + eps)
 *             amsgrad: the largest v so far for v                                  Reddi et al. 2018
 *   adamw     p *= 1 - lr weight_decay, then as adam                               Loshchilov and Hutter 2019
 */
#include "parts/optimizer.h"

#include "ground/real.h"

/* What all have comes first, at the same places. */
enum { LR, WEIGHT_DECAY, DECAY_BIAS, FIRST_OWN };
/* clang-format off */
#define COMMON_SETTINGS(rate, decay)                                                                                   \
    {"lr", GLIA__NUMBER, rate, 0, HUGE_VAL, true, NULL, "learning rate"},                                              \
    {"weight_decay", GLIA__NUMBER, decay, 0, HUGE_VAL, false, NULL, "pull towards zero"},                              \
    {"decay_bias", GLIA__YESNO, "yes", 0, 0, false, NULL, "weight_decay acts on biases too"}
/* clang-format on */

/* The share that a running mean keeps is below 1. */
#define KEEP_MOST 0.9999999

static double number(const glia__optim *o, int setting)
{
    return o->set[setting].number;
}

/* A constant of the arithmetic. */
static real constant(const glia__optim *o, int setting)
{
    return (real)o->set[setting].number;
}

static real decay_if(const glia__optim *o, bool decay)
{
    return decay ? constant(o, WEIGHT_DECAY) : 0;
}

/* ---- sgd, and its short forms momentum and nesterov ------------------------------------------------------------ */

enum { SGD_MOMENTUM = FIRST_OWN, SGD_DAMPENING, SGD_NESTEROV };
/* clang-format off */
#define SGD_SETTINGS(momentum, nesterov)                                                                               \
    COMMON_SETTINGS("0.01", "0"),                                                                                      \
    {"momentum", GLIA__NUMBER, momentum, 0, HUGE_VAL, false, NULL, "share of the last step that is kept"},             \
    {"dampening", GLIA__NUMBER, "0", 0, 1, false, NULL, "share of the gradient that momentum leaves out"},             \
    {"nesterov", GLIA__YESNO, nesterov, 0, 0, false, NULL, "Nesterov's momentum: look one step ahead"},                \
    {0}
/* clang-format on */
static const glia__setting sgd_settings[] = {SGD_SETTINGS("0", "no")};
static const glia__setting momentum_settings[] = {SGD_SETTINGS("0.9", "no")};
static const glia__setting nesterov_settings[] = {SGD_SETTINGS("0.9", "yes")};

static size_t sgd_slots(const glia__optim *o)
{
    return number(o, SGD_MOMENTUM) > 0;
}

static glia_status sgd_check(const glia__optim *o)
{
    bool can = number(o, SGD_MOMENTUM) > 0 && number(o, SGD_DAMPENING) == 0;
    if (!o->set[SGD_NESTEROV].yes || can) return GLIA_OK;
    return glia__fail(GLIA_E_TEXT, "nesterov needs a momentum above 0 and a dampening of 0");
}

static void sgd_slice(const glia__optim *o, const glia__kernels *k, size_t n, bool decay, const real *g,
                      real *const *slot, real *p)
{
    real rate = (real)o->rate, pull = decay_if(o, decay);
    if (o->slots == 0)
        k->sgd(n, rate, pull, g, p);
    else
        k->sgd_momentum(n, rate, pull, constant(o, SGD_MOMENTUM), constant(o, SGD_DAMPENING), o->set[SGD_NESTEROV].yes,
                        o->steps == 1, g, slot[0], p);
}

/* ---- adagrad --------------------------------------------------------------------------------------------------- */

enum { ADAGRAD_LR_DECAY = FIRST_OWN, ADAGRAD_START, ADAGRAD_EPS };
static const glia__setting adagrad_settings[] = {
    COMMON_SETTINGS("0.01", "0"),
    {"lr_decay", GLIA__NUMBER, "0", 0, HUGE_VAL, false, NULL, "how fast the rate falls: lr / (1 + (t - 1) lr_decay)"},
    {"initial_accumulator_value", GLIA__NUMBER, "0", 0, HUGE_VAL, false, NULL, "what the sum of squares starts with"},
    {"eps", GLIA__NUMBER, "1e-10", 0, HUGE_VAL, false, NULL, "keeps the divisor from 0"},
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

/* ---- rmsprop --------------------------------------------------------------------------------------------------- */

enum { RMSPROP_ALPHA = FIRST_OWN, RMSPROP_EPS, RMSPROP_MOMENTUM, RMSPROP_CENTERED };
static const glia__setting rmsprop_settings[] = {
    COMMON_SETTINGS("0.01", "0"),
    {"alpha", GLIA__NUMBER, "0.99", 0, KEEP_MOST, false, NULL, "share that the running mean of squares keeps"},
    {"eps", GLIA__NUMBER, "1e-8", 0, HUGE_VAL, false, NULL, "keeps the divisor from 0"},
    {"momentum", GLIA__NUMBER, "0", 0, HUGE_VAL, false, NULL, "share of the last step that is kept"},
    {"centered", GLIA__YESNO, "no", 0, 0, false, NULL, "divide by the deviation, not by the size, of the gradient"},
    {0}};

static size_t rmsprop_slots(const glia__optim *o)
{
    return 1u + o->set[RMSPROP_CENTERED].yes + (number(o, RMSPROP_MOMENTUM) > 0);
}

static void rmsprop_slice(const glia__optim *o, const glia__kernels *k, size_t n, bool decay, const real *g,
                          real *const *slot, real *p)
{
    real *const *next = slot;
    real        *square = *next++;
    real        *mean = o->set[RMSPROP_CENTERED].yes ? *next++ : NULL;
    real        *buffer = number(o, RMSPROP_MOMENTUM) > 0 ? *next : NULL;
    k->rmsprop(n, (real)o->rate, decay_if(o, decay), constant(o, RMSPROP_ALPHA), constant(o, RMSPROP_EPS),
               constant(o, RMSPROP_MOMENTUM), g, square, mean, buffer, p);
}

/* ---- adam and adamw -------------------------------------------------------------------------------------------- */

enum { ADAM_BETA1 = FIRST_OWN, ADAM_BETA2, ADAM_EPS, ADAM_AMSGRAD };
/* clang-format off */
#define ADAM_SETTINGS(decay)                                                                                           \
    COMMON_SETTINGS("0.001", decay),                                                                                   \
    {"beta1", GLIA__NUMBER, "0.9", 0, KEEP_MOST, false, NULL, "share that the mean of gradients keeps"},               \
    {"beta2", GLIA__NUMBER, "0.999", 0, KEEP_MOST, false, NULL, "share that the mean of squares keeps"},               \
    {"eps", GLIA__NUMBER, "1e-8", 0, HUGE_VAL, false, NULL, "keeps the divisor from 0"},                               \
    {"amsgrad", GLIA__YESNO, "no", 0, 0, false, NULL, "divide by the largest mean of squares so far"},                 \
    {0}
/* clang-format on */
static const glia__setting adam_settings[] = {ADAM_SETTINGS("0")};
static const glia__setting adamw_settings[] = {ADAM_SETTINGS("0.01")};

static size_t adam_slots(const glia__optim *o)
{
    return 2u + o->set[ADAM_AMSGRAD].yes;
}

static void adam_step(const glia__optim *o, const glia__kernels *k, size_t n, real decay, double shrink, const real *g,
                      real *const *slot, real *p)
{
    double t = (double)o->steps;
    double rate = o->rate / (1 - pow(number(o, ADAM_BETA1), t));
    double root = sqrt(1 - pow(number(o, ADAM_BETA2), t));
    k->adam(n, (real)rate, decay, (real)shrink, constant(o, ADAM_BETA1), constant(o, ADAM_BETA2), constant(o, ADAM_EPS),
            (real)root, g, slot[0], slot[1], o->set[ADAM_AMSGRAD].yes ? slot[2] : NULL, p);
}

static void adam_slice(const glia__optim *o, const glia__kernels *k, size_t n, bool decay, const real *g,
                       real *const *slot, real *p)
{
    adam_step(o, k, n, decay_if(o, decay), 1, g, slot, p);
}

static void adamw_slice(const glia__optim *o, const glia__kernels *k, size_t n, bool decay, const real *g,
                        real *const *slot, real *p)
{
    adam_step(o, k, n, 0, decay ? 1 - o->rate * number(o, WEIGHT_DECAY) : 1, g, slot, p);
}

/* ---- the table ------------------------------------------------------------------------------------------------- */

/* clang-format off */
static const glia__optim_class classes[] = {
    {{"sgd", "gradient descent, with momentum if asked", sgd_settings}, sgd_slots, sgd_slice, NULL, sgd_check},
    {{"momentum", "sgd momentum=0.9", momentum_settings}, sgd_slots, sgd_slice, NULL, sgd_check},
    {{"nesterov", "sgd momentum=0.9 nesterov=yes", nesterov_settings}, sgd_slots, sgd_slice, NULL, sgd_check},
    {{"adagrad", "rates fall with the sum of squared gradients", adagrad_settings},
     adagrad_slots, adagrad_slice, adagrad_start, NULL},
    {{"rmsprop", "rates by a running mean of squared gradients", rmsprop_settings},
     rmsprop_slots, rmsprop_slice, NULL, NULL},
    {{"adam", "running means of gradients and of their squares", adam_settings}, adam_slots, adam_slice, NULL, NULL},
    {{"adamw", "adam with weight decay apart from the gradient", adamw_settings}, adam_slots, adamw_slice, NULL, NULL},
};
/* clang-format on */

enum { COUNT = sizeof classes / sizeof *classes };

size_t glia__optim_count(void)
{
    return COUNT;
}

const glia__optim_class *glia__optim_at(size_t i)
{
    return &classes[i];
}

glia_status glia__optim_parse(glia__optim *o, const char *text)
{
    const glia__named *names[COUNT];
    glia__optim        made = {0};
    size_t             which;
    for (size_t i = 0; i < COUNT; i++) names[i] = &classes[i].named;
    GLIA_TRY(glia__phrase_read("optimizer", "optimizer", text ? text : "adam", names, COUNT, &which, made.set));
    made.class = &classes[which];
    made.rate = number(&made, LR);
    made.decay_bias = made.set[DECAY_BIAS].yes;
    made.slots = made.class->slots(&made);
    if (made.class->check && made.class->check(&made) != GLIA_OK)
        return glia__fail_at(GLIA_E_TEXT, "optimizer:1:1: %s", made.class->named.name);
    *o = made;
    return GLIA_OK;
}

bool glia__optim_is_plain(const glia__optim *o)
{
    return o->class->slice == sgd_slice && o->slots == 0 && number(o, WEIGHT_DECAY) == 0;
}

double glia__optim_start(const glia__optim *o, size_t slot)
{
    return o->class->start ? o->class->start(o, slot) : 0;
}
