/* softmax and log_softmax over axis 1: the numbers of a plain row, or the channels of each position.
 *
 *   softmax        y_c = exp(x_c - m) / s          dx_c = y_c (dy_c - sum_k dy_k y_k)
 *   log_softmax    y_c = x_c - m - log(s)          dx_c = dy_c - exp(y_c) sum_k dy_k
 *   with m = max_k x_k and s = sum_k exp(x_k - m)
 *
 * The maximum is taken off first, so that no logit, however large, overflows. */
#include "ground/real.h"
#include "parts/layer.h"

/* One group that sums to one: `n` numbers, `stride` apart. */
typedef struct group {
    size_t n, stride;
} group;

static real largest(group g, const real *x)
{
    real most = x[0];
    for (size_t c = 1; c < g.n; c++) most = x[c * g.stride] > most ? x[c * g.stride] : most;
    return most;
}

static void softmax_group(group g, const real *x, real *y)
{
    real m = largest(g, x), sum = 0;
    for (size_t c = 0; c < g.n; c++) sum += y[c * g.stride] = exp(x[c * g.stride] - m);
    for (size_t c = 0; c < g.n; c++) y[c * g.stride] /= sum;
}

static void softmax_group_back(group g, const real *y, const real *dy, real *dx)
{
    real inner = 0;
    for (size_t c = 0; c < g.n; c++) inner += dy[c * g.stride] * y[c * g.stride];
    for (size_t c = 0; c < g.n; c++) dx[c * g.stride] = y[c * g.stride] * (dy[c * g.stride] - inner);
}

static void log_softmax_group(group g, const real *x, real *y)
{
    real m = largest(g, x), sum = 0;
    for (size_t c = 0; c < g.n; c++) sum += exp(x[c * g.stride] - m);
    real off = log(sum); /* taken off after m: their sum would round the logarithm away beside a large m */
    for (size_t c = 0; c < g.n; c++) y[c * g.stride] = x[c * g.stride] - m - off;
}

static void log_softmax_group_back(group g, const real *y, const real *dy, real *dx)
{
    real sum = 0;
    for (size_t c = 0; c < g.n; c++) sum += dy[c * g.stride];
    for (size_t c = 0; c < g.n; c++) dx[c * g.stride] = dy[c * g.stride] - exp(y[c * g.stride]) * sum;
}

/* Calls f, or its way back, for each group of the rows or the part. */
static void each_group(const glia__layer *l, size_t rows, const real *x, real *y,
                       void (*f)(group, const real *, real *))
{
    glia__channels c = glia__channels_of(&l->in);
    group          g = {c.count, c.inner};
    for (size_t at = 0; at < rows * l->n_in; at += c.count * c.inner)
        for (size_t i = at; i < at + c.inner; i++) f(g, x + i, y + i);
}

static void each_group_back(const glia__layer *l, const glia__part *p,
                            void (*f)(group, const real *, const real *, real *))
{
    glia__channels c = glia__channels_of(&l->in);
    group          g = {c.count, c.inner};
    for (size_t at = p->begin * l->n_in; at < p->end * l->n_in; at += c.count * c.inner)
        for (size_t i = at; i < at + c.inner; i++) f(g, l->y + i, l->dy + i, l->dx + i);
}

static void softmax_apply(const glia__layer *l, size_t rows, const real *x, real *y)
{
    each_group(l, rows, x, y, softmax_group);
}

static void softmax_backward(const glia__layer *l, const glia__part *p)
{
    each_group_back(l, p, softmax_group_back);
}

static void log_softmax_apply(const glia__layer *l, size_t rows, const real *x, real *y)
{
    each_group(l, rows, x, y, log_softmax_group);
}

static void log_softmax_backward(const glia__layer *l, const glia__part *p)
{
    each_group_back(l, p, log_softmax_group_back);
}

const glia__layer_class glia__layer_softmax = {
    .named = {"softmax", "exp(x) / sum of exp(x): probabilities of classes", glia__no_settings},
    .plan = glia__plan_same,
    .forward = glia__apply_forward,
    .apply = softmax_apply,
    .in_place = true,
    .keeps_order = true,
    .backward_x = softmax_backward,
    .cost = 200,
};
const glia__layer_class glia__layer_log_softmax = {
    .named = {"log_softmax", "the logarithm of softmax", glia__no_settings},
    .plan = glia__plan_same,
    .forward = glia__apply_forward,
    .apply = log_softmax_apply,
    .in_place = true,
    .keeps_order = true,
    .backward_x = log_softmax_backward,
    .cost = 200,
    .gives_logs = true,
};
