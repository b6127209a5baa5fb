/* batchnorm: each channel to mean 0 and variance 1 over the batch and all positions, as torch.nn.BatchNorm1d and 2d
 * (Ioffe and Szegedy 2015).
 *
 *   in training    m = mean of x, v = mean of (x - m)^2, over the batch's N numbers of a channel
 *   after it       running = (1 - momentum) running + momentum (m; v N / (N - 1))
 *   in prediction  m, v are the running ones; so too in training where the layer is frozen
 *   forward        n = (x - m) / sqrt(v + eps),  y = gamma n + beta
 *   backward       dgamma = sum of dy n,  dbeta = sum of dy
 *                  dx = gamma / sqrt(v + eps) (dy - dbeta / N - n dgamma / N), without the last two in prediction
 *
 * A row's y depends on all rows: each group of rows makes its sums, and whoever needs them adds them in order. A
 * block's variance is taken around its own mean, and blocks and groups are joined by Chan, Golub and LeVeque's rule
 * (1979), so that nothing cancels. */
#include <math.h>

#include "ground/memory.h"
#include "parts/layer.h"

enum { MOMENTUM, EPS, AFFINE };
static const glia__setting settings[] = {
    {.name = "momentum",
     .type = GLIA__NUMBER,
     .standard = "0.1",
     .least = 0,
     .most = 1,
     .help = "share of a batch in the running statistics"},
    GLIA__NORM_SETTINGS,
    {.name = NULL},
};

static glia_status plan(glia__layer *l)
{
    size_t channels = l->in.dim[0];
    if (l->set[AFFINE].yes) {
        glia__layer_param(l, "weight", 0, channels, channels, "constant:1");
        glia__layer_param(l, "bias", 0, channels, channels, "zeros");
    }
    glia__layer_param(l, "running_mean", 0, channels, channels, "zeros")->state = true;
    glia__layer_param(l, "running_var", 0, channels, channels, "constant:1")->state = true;
    l->multiply_adds = glia__shape_count(&l->in);
    return glia__plan_same(l);
}

static size_t channels_of(const glia__layer *l)
{
    return l->in.dim[0];
}

/* Of each group: in double, means and squares of x, then sums of dy and of dy (x - m); and what its first block makes
 * of all groups' sums for those after it: m, and a and b of y = (x - m) a + b, then a, b and d of the way back. A
 * worker: two rows of channels, and two in double. */
enum { MEAN, SQUARES, DY, DY_X, SUMS };
enum { M, A, B, BACK_A, BACK_B, BACK_D, FACTORS };
enum { WORK = 2, REALS = sizeof(double) / sizeof(real) };

static size_t kept_of_group(const glia__layer *l)
{
    return (SUMS * REALS + FACTORS) * channels_of(l);
}

static glia_status reserve(glia__layer *l, size_t rows, bool training)
{
    (void)training;
    if (!glia__mul(glia__groups(rows, l->shard), kept_of_group(l), &l->keeps))
        return glia__layer_fail(l, "the sums over %zu rows are more than memory can address", rows);
    l->works = (WORK + 2 * REALS) * channels_of(l);
    return GLIA_OK;
}

static double *sums_of(const glia__layer *l, size_t group, int which)
{
    return (double *)(void *)(l->kept + group * kept_of_group(l)) + (size_t)which * channels_of(l);
}

static real *factors_of(const glia__layer *l, size_t group, int which)
{
    return (real *)sums_of(l, group, SUMS) + (size_t)which * channels_of(l);
}

static bool first_of_group(const glia__part *p)
{
    return p->begin == p->group_begin;
}

/* ---- stretches of channels ------------------------------------------------------------------------------------- */

/* Some positions of channels that lie beside each other: [positions][channels] numbers from `at` on. Sums over one are
 * in single precision, so it is not long; those of a block are added in double. */
typedef struct stretch {
    size_t at, positions, first, channels;
} stretch;

typedef struct visit {
    const glia__layer *l;
    const real        *m, *a, *b, *d; /* of each channel */
    real              *found;         /* of a stretch */
    double            *sum;           /* of the block */
} visit;

typedef void visitor(const visit *v, stretch s);

static void each_stretch(const visit *v, size_t begin, size_t end, visitor *f)
{
    enum { POSITIONS = 1024 };
    const glia__layer *l = v->l;
    glia__channels     c = glia__channels_of(&l->in);
    if (c.inner == 1) {
        size_t last = end * c.outer;
        for (size_t at = begin * c.outer; at < last; at += POSITIONS)
            f(v, (stretch){at * c.count, last - at < POSITIONS ? last - at : POSITIONS, 0, c.count});
    } else {
        for (size_t r = begin; r < end; r++)
            for (size_t k = 0; k < c.count; k++) f(v, (stretch){(r * c.count + k) * c.inner, c.inner, k, 1});
    }
}

static void add_found(const visit *v, stretch s)
{
    for (size_t j = 0; j < s.channels; j++) v->sum[s.first + j] += (double)v->found[j];
}

static void sum_x(const visit *v, stretch s)
{
    v->l->k->sum_rows(s.positions, s.channels, 1, v->l->x + s.at, s.channels, 0, v->found);
    add_found(v, s);
}

static void sum_dy(const visit *v, stretch s)
{
    v->l->k->sum_rows(s.positions, s.channels, 1, v->l->dy + s.at, s.channels, 0, v->found);
    add_found(v, s);
}

static void sum_squares(const visit *v, stretch s)
{
    const real *m = v->m + s.first, *x = v->l->x + s.at;
    v->l->k->sum_products(s.positions, s.channels, x, m, x, m, v->found);
    add_found(v, s);
}

static void sum_dy_x(const visit *v, stretch s)
{
    v->l->k->sum_products(s.positions, s.channels, v->l->x + s.at, v->m + s.first, v->l->dy + s.at, v->b + s.first,
                          v->found);
    add_found(v, s);
}

static void write_y(const visit *v, stretch s)
{
    v->l->k->normalize(s.positions, s.channels, v->l->x + s.at, v->m + s.first, v->a + s.first, v->b + s.first,
                       v->l->y + s.at);
}

static void write_dx(const visit *v, stretch s)
{
    v->l->k->normalize_back(s.positions, s.channels, v->l->x + s.at, v->m + s.first, v->l->dy + s.at, v->a + s.first,
                            v->b + s.first, v->d + s.first, v->l->dx + s.at);
}

/* ---- statistics ------------------------------------------------------------------------------------------------ */

static double numbers_in(const glia__layer *l, size_t rows)
{
    return (double)rows * (double)(l->n_in / channels_of(l));
}

static size_t group_rows(const glia__layer *l, size_t rows, size_t g)
{
    return glia__group_begin(rows, l->shard, g + 1) - glia__group_begin(rows, l->shard, g);
}

/* Joins mean and squares of n more numbers to those of `have`. */
static void join(double have, double *mean, double *squares, double n, double more_mean, double more_squares)
{
    double off = more_mean - *mean;
    *mean += off * n / (have + n);
    *squares += more_squares + off * off * have * n / (have + n);
}

/* Mean and variance of channel c over the whole batch. */
static void moments(const glia__layer *l, size_t rows, size_t c, double *mean, double *variance)
{
    double have = 0, m = 0, squares = 0;
    for (size_t g = 0; g < glia__groups(rows, l->shard); g++) {
        double n = numbers_in(l, group_rows(l, rows, g));
        join(have, &m, &squares, n, sums_of(l, g, MEAN)[c], sums_of(l, g, SQUARES)[c]);
        have += n;
    }
    *mean = m;
    *variance = squares / have;
}

static double total(const glia__layer *l, size_t rows, int which, size_t c)
{
    double sum = 0;
    for (size_t g = 0; g < glia__groups(rows, l->shard); g++) sum += sums_of(l, g, which)[c];
    return sum;
}

static bool by_batch(const glia__layer *l, bool train)
{
    return train && !l->frozen;
}

/* m and 1 / sqrt(v + eps) of channel c. */
static void statistics(const glia__layer *l, const glia__part *p, size_t c, double *mean, double *inverse)
{
    double variance;
    if (by_batch(l, p->train)) { /* the running ones may be settled meanwhile */
        moments(l, p->rows, c, mean, &variance);
    } else {
        variance = (double)l->param[l->params - 1].value[c];
        *mean = (double)l->param[l->params - 2].value[c];
    }
    *inverse = 1 / sqrt(variance + l->set[EPS].number);
}

static double gamma_of(const glia__layer *l, size_t c)
{
    return l->set[AFFINE].yes ? (double)l->param[0].value[c] : 1;
}

/* In prediction. */
static void scales(const glia__layer *l, size_t c, double *scale, double *shift)
{
    double mean, inverse;
    statistics(l, &(glia__part){.train = false}, c, &mean, &inverse);
    *scale = gamma_of(l, c) * inverse;
    *shift = (l->set[AFFINE].yes ? (double)l->param[1].value[c] : 0) - mean * *scale;
}

/* ---- the passes ------------------------------------------------------------------------------------------------ */

static void forward_sums(const glia__layer *l, const glia__part *p)
{
    size_t  channels = channels_of(l);
    double *mean = (double *)(void *)p->work, *squares = mean + channels, n = numbers_in(l, p->end - p->begin);
    real   *m = (real *)(squares + channels), *found = m + channels;
    for (size_t c = 0; c < channels; c++) mean[c] = squares[c] = 0;
    each_stretch(&(visit){.l = l, .found = found, .sum = mean}, p->begin, p->end, sum_x);
    for (size_t c = 0; c < channels; c++) m[c] = (real)(mean[c] /= n);
    each_stretch(&(visit){.l = l, .m = m, .found = found, .sum = squares}, p->begin, p->end, sum_squares);
    for (size_t c = 0; c < channels; c++) {
        double *to_mean = sums_of(l, p->group, MEAN) + c, *to_squares = sums_of(l, p->group, SQUARES) + c;
        double  have = numbers_in(l, p->begin - p->group_begin), off = mean[c] - (double)m[c]; /* by rounding to real */
        if (have == 0) *to_mean = *to_squares = 0;
        join(have, to_mean, to_squares, n, mean[c], squares[c] - n * off * off);
    }
}

static void prepare_forward(const glia__layer *l, const glia__part *p)
{
    real *m = factors_of(l, p->group, M), *a = factors_of(l, p->group, A), *b = factors_of(l, p->group, B);
    for (size_t c = 0; c < channels_of(l); c++) {
        double mean, inverse;
        statistics(l, p, c, &mean, &inverse);
        m[c] = (real)mean;
        a[c] = (real)(gamma_of(l, c) * inverse);
        b[c] =
            (l->set[AFFINE].yes ? l->param[1].value[c] : 0) + (real)(gamma_of(l, c) * inverse * ((double)m[c] - mean));
    }
}

static void forward(const glia__layer *l, const glia__part *p)
{
    visit v = {
        .l = l, .m = factors_of(l, p->group, M), .a = factors_of(l, p->group, A), .b = factors_of(l, p->group, B)};
    if (first_of_group(p)) prepare_forward(l, p);
    each_stretch(&v, p->begin, p->end, write_y);
}

static void backward_sums(const glia__layer *l, const glia__part *p)
{
    size_t  channels = channels_of(l);
    real   *zero = p->work, *found = zero + channels, *m = factors_of(l, p->group, M);
    double *dy = sums_of(l, p->group, DY), *dy_x = sums_of(l, p->group, DY_X);
    for (size_t c = 0; c < channels; c++) zero[c] = 0;
    if (first_of_group(p))
        for (size_t c = 0; c < channels; c++) dy[c] = dy_x[c] = 0;
    each_stretch(&(visit){.l = l, .found = found, .sum = dy}, p->begin, p->end, sum_dy);
    each_stretch(&(visit){.l = l, .m = m, .b = zero, .found = found, .sum = dy_x}, p->begin, p->end, sum_dy_x);
}

static void prepare_backward(const glia__layer *l, const glia__part *p)
{
    real  *a = factors_of(l, p->group, BACK_A), *b = factors_of(l, p->group, BACK_B);
    real  *d = factors_of(l, p->group, BACK_D);
    double n = numbers_in(l, p->rows);
    for (size_t c = 0; c < channels_of(l); c++) {
        double mean, inverse;
        statistics(l, p, c, &mean, &inverse);
        double slope = gamma_of(l, c) * inverse;
        a[c] = (real)slope;
        b[c] = d[c] = 0;
        if (!by_batch(l, p->train)) continue;
        b[c] = (real)(-slope * inverse * inverse * total(l, p->rows, DY_X, c) / n);
        d[c] = (real)(-slope * total(l, p->rows, DY, c) / n);
    }
}

static void backward_x(const glia__layer *l, const glia__part *p)
{
    visit v = {.l = l,
               .m = factors_of(l, p->group, M),
               .a = factors_of(l, p->group, BACK_A),
               .b = factors_of(l, p->group, BACK_B),
               .d = factors_of(l, p->group, BACK_D)};
    if (first_of_group(p)) prepare_backward(l, p);
    each_stretch(&v, p->begin, p->end, write_dx);
}

static void put(const glia__part *p, const glia__param *t, size_t c, double gradient)
{
    real *to = p->into + t->offset + c;
    *to = (p->keep == 0 ? 0 : p->keep * *to) + p->scale * (real)gradient;
}

static void backward_w(const glia__layer *l, const glia__part *p)
{
    for (size_t c = p->begin; c < p->end; c++) {
        double mean, inverse;
        statistics(l, p, c, &mean, &inverse);
        put(p, &l->param[0], c, total(l, p->rows, DY_X, c) * inverse);
        put(p, &l->param[1], c, total(l, p->rows, DY, c));
    }
}

static void settle(const glia__layer *l, size_t rows, double share)
{
    double n = numbers_in(l, rows), unbiased = n / (n - 1);
    if (share == 0) share = l->set[MOMENTUM].number;
    if (n < 2) return; /* one number has no variance: a last batch of one row would pull the running one to 0 */
    real *running_mean = l->param[l->params - 2].value, *running_var = l->param[l->params - 1].value;
    for (size_t c = 0; c < channels_of(l); c++) {
        double mean, variance;
        moments(l, rows, c, &mean, &variance);
        running_mean[c] = (real)((1 - share) * (double)running_mean[c] + share * mean);
        running_var[c] = (real)((1 - share) * (double)running_var[c] + share * variance * unbiased);
    }
}

static void cut(const glia__layer *l, glia__phase phase, size_t rows, glia__cut *c)
{
    enum { COST = 4 };
    if (phase == GLIA__BACKWARD_W)
        *c = (glia__cut){channels_of(l), channels_of(l), channels_of(l) * glia__groups(rows, l->shard), false};
    else
        *c = (glia__cut){rows, l->shard, rows * l->n_in * COST, true};
}

const glia__layer_class glia__layer_batchnorm = {
    .named = {"batchnorm", "each channel to mean 0 and variance 1 over the batch, then scaled and shifted", settings},
    .plan = plan,
    .reserve = reserve,
    .cut = cut,
    .forward_sums = forward_sums,
    .forward = forward,
    .backward_sums = backward_sums,
    .backward_x = backward_x,
    .backward_w = backward_w,
    .settle = settle,
    .scales = scales,
    .across = true,
};
