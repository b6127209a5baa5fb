/* Optimizers that go along the gradient or by its signs: sgd with its short forms momentum and nesterov, and rprop.
 *
 *   sgd       v = momentum v + (1 - dampening) g, but v = g in the first step
 *             p -= lr v, or with nesterov p -= lr (g + momentum v)
 *   rprop     each number has a step size of its own, which begins as lr; where g and the g before have
 *             the same sign it is multiplied by eta_plus, where they differ by eta_minus, and g then counts as 0
 *             p -= sign(g) size                                       Riedmiller and Braun 1993; "Rprop-": Igel 2000
 *
 * g is the gradient plus weight_decay p. */
#include "parts/optimizer_rule.h"

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
    return o->keeps_momentum;
}

static glia_status sgd_check(const glia__optim *o)
{
    bool can = o->keeps_momentum && number(o, SGD_DAMPENING) == 0;
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

/* clang-format off */
#define SGD_CLASS(short_name, help, table)                                                                             \
    const glia__optim_class glia__optim_##short_name = {                                                               \
        .named = {#short_name, help, table}, .slots = sgd_slots, .slice = sgd_slice, .check = sgd_check,               \
        .momentum = SGD_MOMENTUM, .plain = true}
/* clang-format on */
SGD_CLASS(sgd, "gradient descent, with momentum if asked", sgd_settings);
SGD_CLASS(momentum, "sgd momentum=0.9", momentum_settings);
SGD_CLASS(nesterov, "sgd momentum=0.9 nesterov=yes", nesterov_settings);

/* ---- rprop ----------------------------------------------------------------------------------------------------- */

enum { RPROP_MINUS = FIRST_OWN, RPROP_PLUS, RPROP_LEAST, RPROP_MOST };
static const glia__setting rprop_settings[] = {
    COMMON_SETTINGS("0.01", "0"),
    {"eta_minus", GLIA__NUMBER, "0.5", 1e-6, KEEP_MOST, false, NULL, "what a step size is multiplied by at a turn"},
    {"eta_plus", GLIA__NUMBER, "1.2", 1, HUGE_VAL, false, NULL, "what it is multiplied by while the sign stays"},
    {"step_min", GLIA__NUMBER, "1e-6", 0, HUGE_VAL, false, NULL, "the smallest step size"},
    {"step_max", GLIA__NUMBER, "50", 0, HUGE_VAL, false, NULL, "the largest step size"},
    {0}};

enum { RPROP_LAST, RPROP_STEP, RPROP_SLOTS };

static size_t rprop_slots(const glia__optim *o)
{
    (void)o;
    return RPROP_SLOTS;
}

static double rprop_start(const glia__optim *o, size_t slot)
{
    return slot == RPROP_STEP ? number(o, LR) : 0;
}

static glia_status rprop_check(const glia__optim *o)
{
    if (number(o, RPROP_LEAST) <= number(o, RPROP_MOST)) return GLIA_OK;
    return glia__fail(GLIA_E_TEXT, "step_min is larger than step_max");
}

static void rprop_slice(const glia__optim *o, const glia__kernels *k, size_t n, bool decay, const real *g,
                        real *const *slot, real *p)
{
    k->rprop(n, decay_if(o, decay), constant(o, RPROP_MINUS), constant(o, RPROP_PLUS), constant(o, RPROP_LEAST),
             constant(o, RPROP_MOST), g, slot[RPROP_LAST], slot[RPROP_STEP], p);
}

const glia__optim_class glia__optim_rprop = {
    .named = {"rprop", "by the signs of gradients alone; for all rows at once", rprop_settings},
    .slots = rprop_slots,
    .slice = rprop_slice,
    .start = rprop_start,
    .check = rprop_check,
    .own_rate = true,
};
