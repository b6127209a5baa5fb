/* layernorm: the numbers of a row to mean 0 and variance 1, each row for itself, as torch.nn.LayerNorm over the last
 * axes (Ba, Kiros and Hinton 2016).
 *
 *   m = mean of x, v = mean of (x - m)^2, over the numbers of a unit
 *   forward        n = (x - m) / sqrt(v + eps),  y = gamma n + beta
 *   backward_x     dx = (g - mean of g - n mean of (g n)) / sqrt(v + eps),  with g = gamma dy
 *   backward_sums  of each group of rows: dgamma = sum of dy n, dbeta = sum of dy
 *   backward_w     the sum over those groups in order
 *
 * A unit is what lies under the last `axes` axes; gamma and beta have its shape. An image lies with its channels last:
 * over its height and width, or its width alone, units are columns of a matrix; over all of it they are its rows. */
#include <string.h>

#include "ground/memory.h"
#include "parts/layer.h"

enum { AXES, EPS, AFFINE };
static const glia__setting settings[] = {
    {.name = "axes",
     .type = GLIA__WHOLE,
     .standard = "0",
     .most = GLIA__RANK_MOST,
     .help = "so many of the last axes together; 0: all"},
    GLIA__NORM_SETTINGS,
    {.name = NULL},
};

static int axes_of(const glia__layer *l)
{
    return l->set[AXES].whole ? (int)l->set[AXES].whole : l->in.rank;
}

/* A tensor as large as a unit. In memory it lies as a unit does. */
static void add_tensor(glia__layer *l, const char *name, const glia__shape *unit, const char *init)
{
    size_t       count = glia__shape_count(unit);
    bool         turned = glia__shape_turned(unit);
    glia__param *p = glia__layer_param(l, name, turned ? count : 0, turned ? 1 : count, turned ? 1 : count, init);
    if (turned) p->positions = unit->dim[1] * unit->dim[2];
    p->gain = true;
    p->rank = unit->rank;
    memcpy(p->shape, unit->dim, sizeof p->shape);
}

static glia_status plan(glia__layer *l)
{
    char        text[64];
    int         axes = axes_of(l), first = l->in.rank - axes;
    glia__shape unit = {.rank = axes};
    if (first < 0)
        return glia__layer_fail(l, "rows of %s have fewer than %d axes", glia__shape_text(&l->in, text), axes);
    memcpy(unit.dim, l->in.dim + first, (size_t)axes * sizeof *unit.dim);
    if (l->set[AFFINE].yes) {
        add_tensor(l, "weight", &unit, "constant:1");
        add_tensor(l, "bias", &unit, "zeros");
    }
    l->multiply_adds = glia__shape_count(&l->in);
    return glia__plan_same(l);
}

/* ---- units ------------------------------------------------------------------------------------------------------ */

/* How the units of a row lie: `blocks` matrices of [n][columns], each column a unit. */
typedef struct units {
    size_t blocks, n, columns;
} units;

static units units_of(const glia__layer *l)
{
    int    first = l->in.rank - axes_of(l);
    size_t columns = l->in.rank == 3 && first > 0 ? l->in.dim[0] : 1, n = 1;
    for (int i = first; i < l->in.rank; i++) n *= l->in.dim[i];
    return (units){l->n_in / n / columns, n, columns};
}

/* Of each group of rows in double: sums of dy n and of dy. */
enum { SUMS = 2 };

static glia_status reserve(glia__layer *l, size_t rows, bool training)
{
    enum { REALS = sizeof(double) / sizeof(real) };
    size_t groups = training && l->params ? glia__groups(rows, l->shard) : 0;
    if (!glia__mul(groups, SUMS * REALS * units_of(l).n, &l->keeps))
        return glia__layer_fail(l, "the sums over %zu rows are more than memory can address", rows);
    return GLIA_OK;
}

static double *sums_of(const glia__layer *l, size_t group)
{
    return (double *)(void *)l->kept + group * SUMS * units_of(l).n;
}

/* One unit: its first number in x, and what it is normalised with. */
typedef struct unit {
    size_t at;
    double mean, inverse;
} unit;

static unit unit_at(const glia__layer *l, units u, size_t at)
{
    const real *x = l->x + at;
    double      mean = 0, variance = 0;
    for (size_t i = 0; i < u.n; i++) mean += (double)x[i * u.columns];
    mean /= (double)u.n;
    for (size_t i = 0; i < u.n; i++) {
        double off = (double)x[i * u.columns] - mean;
        variance += off * off;
    }
    return (unit){at, mean, 1 / sqrt(variance / (double)u.n + l->set[EPS].number)};
}

typedef void visitor(const glia__layer *l, units u, unit one, double *sums);

static void each_unit(const glia__layer *l, const glia__part *p, visitor *f, double *sums)
{
    units u = units_of(l);
    for (size_t at = p->begin * l->n_in; at < p->end * l->n_in; at += u.n * u.columns)
        for (size_t c = 0; c < u.columns; c++) f(l, u, unit_at(l, u, at + c), sums);
}

/* ---- the passes -------------------------------------------------------------------------------------------------- */

static void write_y(const glia__layer *l, units u, unit one, double *sums)
{
    const real *gamma = l->params ? l->param[0].value : NULL, *beta = l->params ? l->param[1].value : NULL;
    (void)sums;
    for (size_t i = 0; i < u.n; i++) {
        size_t at = one.at + i * u.columns;
        real   n = (real)(((double)l->x[at] - one.mean) * one.inverse);
        l->y[at] = gamma ? gamma[i] * n + beta[i] : n;
    }
}

static void write_dx(const glia__layer *l, units u, unit one, double *sums)
{
    const real *gamma = l->params ? l->param[0].value : NULL;
    double      mean = 0, mean_n = 0;
    (void)sums;
    for (size_t i = 0; i < u.n; i++) {
        size_t at = one.at + i * u.columns;
        double slope = (double)l->dy[at] * (gamma ? (double)gamma[i] : 1);
        mean += slope;
        mean_n += slope * ((double)l->x[at] - one.mean) * one.inverse;
    }
    mean /= (double)u.n;
    mean_n /= (double)u.n;
    for (size_t i = 0; i < u.n; i++) {
        size_t at = one.at + i * u.columns;
        double slope = (double)l->dy[at] * (gamma ? (double)gamma[i] : 1);
        double n = ((double)l->x[at] - one.mean) * one.inverse;
        l->dx[at] = (real)((slope - mean - n * mean_n) * one.inverse);
    }
}

static void add_sums(const glia__layer *l, units u, unit one, double *sums)
{
    for (size_t i = 0; i < u.n; i++) {
        size_t at = one.at + i * u.columns;
        double dy = (double)l->dy[at];
        sums[i] += dy * ((double)l->x[at] - one.mean) * one.inverse;
        sums[u.n + i] += dy;
    }
}

static void forward(const glia__layer *l, const glia__part *p)
{
    each_unit(l, p, write_y, NULL);
}

static void backward_x(const glia__layer *l, const glia__part *p)
{
    each_unit(l, p, write_dx, NULL);
}

static void backward_sums(const glia__layer *l, const glia__part *p)
{
    double *sums = sums_of(l, p->group);
    if (p->begin == p->group_begin) memset(sums, 0, SUMS * units_of(l).n * sizeof *sums);
    each_unit(l, p, add_sums, sums);
}

static void backward_w(const glia__layer *l, const glia__part *p)
{
    size_t n = units_of(l).n;
    for (int k = 0; k < l->params; k++)
        for (size_t i = p->begin; i < p->end; i++) {
            double sum = 0;
            for (size_t g = 0; g < glia__groups(p->rows, l->shard); g++) sum += sums_of(l, g)[(size_t)k * n + i];
            real *to = p->into + l->param[k].offset + i;
            *to = (p->keep == 0 ? 0 : p->keep * *to) + p->scale * (real)sum;
        }
}

static void cut(const glia__layer *l, glia__phase phase, size_t rows, glia__cut *c)
{
    enum { COST = 16, SLICE = 1024 };
    size_t n = units_of(l).n;
    if (phase == GLIA__BACKWARD_W)
        *c = (glia__cut){n, n < SLICE ? n : SLICE, n * SUMS * glia__groups(rows, l->shard), false};
    else
        *c = (glia__cut){rows, l->shard, rows * l->n_in * COST, true};
}

/* Where all numbers of a unit are nearly the same, y runs from one side to the other between two of them: a deviation
 * of a tenth is too small, as far as differences can tell. */
static double spread(const glia__layer *l, size_t rows)
{
    units  u = units_of(l);
    double least = (double)INFINITY;
    for (size_t at = 0; at < rows * l->n_in; at += u.n * u.columns)
        for (size_t c = 0; c < u.columns; c++) {
            double inverse = unit_at(l, u, at + c).inverse;
            least = fmin(least, 0.1 / (inverse * inverse));
        }
    return least;
}

const glia__layer_class glia__layer_layernorm = {
    .named = {"layernorm", "the numbers of a row to mean 0 and variance 1, then scaled and shifted", settings},
    .plan = plan,
    .reserve = reserve,
    .cut = cut,
    .forward = forward,
    .backward_sums = backward_sums,
    .backward_x = backward_x,
    .backward_w = backward_w,
    .kink = spread,
};
