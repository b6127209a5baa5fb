/* The elementwise activations: y = f(x), dx = dy f'(x). Their formulas are kernels (numbers/portable.c); here each is a
 * layer: a line of settings and a line of the table below. */
#include "parts/layer.h"

static const glia__setting slope[] = {
    {.name = "slope",
     .type = GLIA__NUMBER,
     .standard = "0.01",
     .least = -1e6,
     .most = 1e6,
     .positional = true,
     .help = "of the side below zero"},
    {.name = NULL},
};
static const glia__setting alpha[] = {
    {.name = "alpha",
     .type = GLIA__NUMBER,
     .standard = "1",
     .least = 0,
     .most = 1e6,
     .positional = true,
     .help = "the limit far below zero is -alpha"},
    {.name = NULL},
};
static const glia__setting beta[] = {
    {.name = "beta",
     .type = GLIA__NUMBER,
     .standard = "1",
     .least = 1e-6,
     .most = 1e6,
     .positional = true,
     .help = "sharpness"},
    {.name = NULL},
};
static const glia__setting approximate[] = {
    {.name = "approximate",
     .type = GLIA__WORD,
     .standard = "none",
     .positional = true,
     .choices = "none|tanh",
     .help = "none: the exact function; tanh: its usual approximation"},
    {.name = NULL},
};

/* The part's stretch of numbers. */
typedef struct stretch {
    size_t at, n;
} stretch;

static stretch stretch_of(const glia__layer *l, const glia__part *p)
{
    return (stretch){p->begin * l->n_in, (p->end - p->begin) * l->n_in};
}

/* Two passes that hand rows, or the part's stretch, to kernel f. */
#define PASSES(f, setting)                                                                                             \
    static void f##_apply(const glia__layer *l, size_t rows, const real *x, real *y)                                   \
    {                                                                                                                  \
        (l->k->f)(rows * l->n_in, (real)(setting), x, y);                                                              \
    }                                                                                                                  \
    static void f##_backward(const glia__layer *l, const glia__part *p)                                                \
    {                                                                                                                  \
        stretch s = stretch_of(l, p);                                                                                  \
        (l->k->f##_back)(s.n, (real)(setting), l->x + s.at, l->y + s.at, l->dy + s.at, l->dx + s.at);                  \
    }

PASSES(step, 0)
PASSES(sigmoid, 0)
PASSES(tanh, 0)
PASSES(relu, 0)
PASSES(leaky_relu, l->set[0].number)
PASSES(elu, l->set[0].number)
PASSES(gelu, 0)
PASSES(gelu_tanh, 0)
PASSES(silu, 0)
PASSES(softplus, l->set[0].number)
PASSES(selu, 0)
PASSES(relu6, 0)
PASSES(mish, 0)
PASSES(hardsigmoid, 0)
PASSES(hardswish, 0)

static bool by_tanh(const glia__layer *l)
{
    return l->set[0].word[0] == 't';
}

static void either_gelu_apply(const glia__layer *l, size_t rows, const real *x, real *y)
{
    (by_tanh(l) ? gelu_tanh_apply : gelu_apply)(l, rows, x, y);
}

static void either_gelu_backward(const glia__layer *l, const glia__part *p)
{
    (by_tanh(l) ? gelu_tanh_backward : gelu_backward)(l, p);
}

/* ---- kinks ------------------------------------------------------------------------------------------------------- */

static double distance(const glia__layer *l, size_t rows, double kink)
{
    double least = (double)INFINITY;
    for (size_t i = 0; i < rows * l->n_in; i++) least = fmin(least, fabs((double)l->x[i] - kink));
    return least;
}

static double at_zero(const glia__layer *l, size_t rows)
{
    return distance(l, rows, 0);
}

static double at_zero_and_six(const glia__layer *l, size_t rows)
{
    return fmin(distance(l, rows, 0), distance(l, rows, 6));
}

static double at_threes(const glia__layer *l, size_t rows)
{
    return fmin(distance(l, rows, -3), distance(l, rows, 3));
}

/* ---- the list ---------------------------------------------------------------------------------------------------- */

enum { CHEAP = 8, WITH_EXP = 200 }; /* a number's cost in multiply-adds, roughly */

#define LAYER(id, text, list, f, ...)                                                                                  \
    const glia__layer_class glia__layer_##id = {.named = {#id, text, list},                                            \
                                                .plan = glia__plan_same,                                               \
                                                .forward = glia__apply_forward,                                        \
                                                .apply = f##_apply,                                                    \
                                                .in_place = true,                                                      \
                                                .backward_x = f##_backward,                                            \
                                                __VA_ARGS__}

LAYER(step, "1 if x > 0, else 0; has no gradient", glia__no_settings, step, .cost = CHEAP, .kink = at_zero,
      .no_gradient = true);
LAYER(sigmoid, "1 / (1 + exp(-x))", glia__no_settings, sigmoid, .cost = WITH_EXP);
LAYER(tanh, "tanh(x)", glia__no_settings, tanh, .cost = WITH_EXP);
LAYER(relu, "max(x, 0)", glia__no_settings, relu, .cost = CHEAP, .kink = at_zero, .over = true, .rectifier = true);
LAYER(leaky_relu, "x if x > 0, else slope x", slope, leaky_relu, .cost = CHEAP, .kink = at_zero);
LAYER(elu, "x if x > 0, else alpha (exp(x) - 1)", alpha, elu, .cost = WITH_EXP, .kink = at_zero);
LAYER(selu, "1.0507 x if x > 0, else 1.0507 * 1.6733 (exp(x) - 1)", glia__no_settings, selu, .cost = WITH_EXP,
      .kink = at_zero);
LAYER(relu6, "x limited to 0..6", glia__no_settings, relu6, .cost = CHEAP, .kink = at_zero_and_six);
LAYER(hardsigmoid, "x + 3 limited to 0..6, / 6", glia__no_settings, hardsigmoid, .cost = CHEAP, .kink = at_threes);
LAYER(hardswish, "x hardsigmoid(x)", glia__no_settings, hardswish, .cost = CHEAP, .kink = at_threes);
LAYER(mish, "x tanh(softplus(x))", glia__no_settings, mish, .cost = WITH_EXP);
LAYER(gelu, "x P(N(0,1) < x)", approximate, either_gelu, .cost = WITH_EXP);
LAYER(silu, "x sigmoid(x), also called swish", glia__no_settings, silu, .cost = WITH_EXP);
LAYER(softplus, "log(1 + exp(beta x)) / beta", beta, softplus, .cost = WITH_EXP);
