/* Optimizers that go along a running mean of gradients, divided by their size: adam, adamw, adamax, nadam.
 *
 *   adam      m = beta1 m + (1 - beta1) g, v = beta2 v + (1 - beta2) g^2           Kingma and Ba 2015
 *             p -= lr / (1 - beta1^t) m / (sqrt(v) / sqrt(1 - beta2^t) + eps)
 *             amsgrad: the largest v so far for v                                  Reddi et al. 2018
 *   adamw     p *= 1 - lr weight_decay, then as adam                               Loshchilov and Hutter 2019
 *   adamax    u = max(beta2 u, |g| + eps)                                          Kingma and Ba 2015, section 7.1
 *             p -= lr / (1 - beta1^t) m / u
 *   nadam     b_t = beta1 (1 - 0.96^(t momentum_decay) / 2), B_t = b_1 b_2 ... b_t Dozat 2016
 *             d = sqrt(v / (1 - beta2^t)) + eps
 *             p -= lr (1 - b_t) / (1 - B_t) g / d + lr b_(t+1) / (1 - B_t b_(t+1)) m / d
 *
 * g is the gradient plus weight_decay p, but in adamw; t counts the steps from 1. nadam is PyTorch's since 2.0; earlier
 * ones multiplied b_t into B_t once too often. */
#include "parts/optimizer_rule.h"

/* ---- adam and adamw -------------------------------------------------------------------------------------------- */

enum { ADAM_BETA1 = FIRST_OWN, ADAM_BETA2, ADAM_EPS, ADAM_AMSGRAD };
/* clang-format off */
#define BETA_SETTINGS(what)                                                                                            \
    {"beta1", GLIA__NUMBER, "0.9", 0, KEEP_MOST, false, NULL, "share that the mean of gradients keeps"},               \
    {"beta2", GLIA__NUMBER, "0.999", 0, KEEP_MOST, false, NULL, "share that the " what " keeps"},                      \
    EPS_SETTING("1e-8")
#define ADAM_SETTINGS(decay)                                                                                           \
    COMMON_SETTINGS("0.001", decay),                                                                                   \
    BETA_SETTINGS("mean of squares"),                                                                                  \
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

/* clang-format off */
#define ADAM_CLASS(short_name, help)                                                                                   \
    const glia__optim_class glia__optim_##short_name = {                                                               \
        .named = {#short_name, help, short_name##_settings}, .slots = adam_slots, .slice = short_name##_slice,         \
        .momentum = ADAM_BETA1}
/* clang-format on */
ADAM_CLASS(adam, "running means of gradients and of their squares");
ADAM_CLASS(adamw, "adam with weight decay apart from the gradient");

/* ---- adamax ---------------------------------------------------------------------------------------------------- */

static const glia__setting adamax_settings[] = {COMMON_SETTINGS("0.002", "0"), BETA_SETTINGS("largest gradient"), {0}};

static size_t two_slots(const glia__optim *o)
{
    (void)o;
    return 2;
}

static void adamax_slice(const glia__optim *o, const glia__kernels *k, size_t n, bool decay, const real *g,
                         real *const *slot, real *p)
{
    double rate = o->rate / (1 - pow(number(o, ADAM_BETA1), (double)o->steps));
    k->adamax(n, (real)rate, decay_if(o, decay), constant(o, ADAM_BETA1), constant(o, ADAM_BETA2),
              constant(o, ADAM_EPS), g, slot[0], slot[1], p);
}

const glia__optim_class glia__optim_adamax = {
    .named = {"adamax", "adam by the largest gradient in place of the mean of squares", adamax_settings},
    .slots = two_slots,
    .slice = adamax_slice,
    .momentum = ADAM_BETA1,
};

/* ---- nadam ----------------------------------------------------------------------------------------------------- */

enum { NADAM_DECAY = ADAM_EPS + 1 };
static const glia__setting nadam_settings[] = {
    COMMON_SETTINGS("0.002", "0"),
    BETA_SETTINGS("mean of squares"),
    {"momentum_decay", GLIA__NUMBER, "0.004", 0, HUGE_VAL, false, NULL, "how fast beta1 grows from its half"},
    {0}};

enum { NADAM_PRODUCT }; /* in o->memory: B_t */

static double nadam_beta(const glia__optim *o, double t)
{
    return number(o, ADAM_BETA1) * (1 - 0.5 * pow(0.96, t * number(o, NADAM_DECAY)));
}

static void nadam_advance(glia__optim *o)
{
    double *product = &o->memory[NADAM_PRODUCT];
    *product = (o->steps == 1 ? 1 : *product) * nadam_beta(o, (double)o->steps);
}

static void nadam_slice(const glia__optim *o, const glia__kernels *k, size_t n, bool decay, const real *g,
                        real *const *slot, real *p)
{
    double t = (double)o->steps, product = o->memory[NADAM_PRODUCT], next = nadam_beta(o, t + 1);
    double rate_g = o->rate * (1 - nadam_beta(o, t)) / (1 - product), rate_m = o->rate * next / (1 - product * next);
    double root = sqrt(1 - pow(number(o, ADAM_BETA2), t));
    k->nadam(n, (real)rate_g, (real)rate_m, decay_if(o, decay), constant(o, ADAM_BETA1), constant(o, ADAM_BETA2),
             constant(o, ADAM_EPS), (real)root, g, slot[0], slot[1], p);
}

const glia__optim_class glia__optim_nadam = {
    .named = {"nadam", "adam with Nesterov's momentum", nadam_settings},
    .slots = two_slots,
    .slice = nadam_slice,
    .advance = nadam_advance,
    .momentum = ADAM_BETA1,
};
