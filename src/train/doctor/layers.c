/* What the doctor sees of layers: their outputs, the gradients that reach them, and their weights.
 *
 * Saturation and the size of gradients by layer are what Glorot and Bengio (2010) look at to explain why deep nets are
 * hard to train; |change| / |weights| of a step, which a rate that suits keeps near 1/1000, is a rule of thumb of
 * Bottou's. */
#include <math.h>
#include <string.h>

#include "train/doctor/doctor.h"

/* ---- outputs and gradients ------------------------------------------------------------------------------------- */

/* Activations whose derivative dies away at the ends of their range. */
typedef struct range {
    const char *name;
    real        low, high; /* beyond: within 1 % of an end */
} range;
static const range ranges[] = {
    {"sigmoid", (real)0.01, (real)0.99},
    {"tanh", (real)-0.98, (real)0.98},
};

static const range *range_of(const glia__layer *l)
{
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++)
        if (strcmp(l->class->named.name, ranges[i].name) == 0) return &ranges[i];
    return NULL;
}

static bool is_relu(const glia__layer *l)
{
    return strcmp(l->class->named.name, "relu") == 0;
}

static void note_alive(glia__vitals *v, size_t rows)
{
    const glia__layer *l = v->l;
    glia__channels     c = l->out.rank > 1 ? glia__channels_of(&l->out) : (glia__channels){1, l->n_out, 1};
    const real        *y = l->y;
    for (size_t o = 0; o < rows * c.outer; o++)
        for (size_t k = 0; k < c.count; k++)
            for (size_t i = 0; i < c.inner; i++) v->alive[k] |= *y++ > 0;
}

static void note_saturated(glia__vitals *v, size_t rows, const range *r)
{
    const real *y = v->l->y;
    for (size_t i = 0; i < rows * v->l->n_out; i++) v->saturated_count += !(y[i] > r->low && y[i] < r->high);
}

/* Whether a backward pass writes the layer's dy: somebody under it learns, or it does; and the loss does not look past
 * it. */
static bool has_dy(const glia__doctor *d, const glia__layer *l)
{
    bool skipped = d->p.fused && l == glia__model_last(d->p.m);
    return l->dy && !skipped && (l->upstream || glia__layer_learns(l));
}

static void add_layer(const glia__doctor *d, glia__vitals *v, size_t rows)
{
    const glia__layer *l = v->l;
    const range       *r = range_of(l);
    v->ys += l->k->sum_squares(rows * l->n_out, l->y);
    v->y_count += rows * l->n_out;
    if (has_dy(d, l)) {
        v->dys += l->k->sum_squares(rows * l->n_out, l->dy);
        v->dy_count += rows * l->n_out;
    }
    if (is_relu(l)) note_alive(v, rows);
    if (r) note_saturated(v, rows, r);
}

void glia__look_begin(glia__doctor *d)
{
    for (size_t i = 0; i < d->p.m->n_layers; i++) {
        glia__vitals *v = &d->vitals[i];
        v->ys = v->dys = 0;
        v->y_count = v->dy_count = v->saturated_count = 0;
        memset(v->alive, 0, v->units * sizeof *v->alive);
    }
}

void glia__look_add(glia__doctor *d, size_t rows)
{
    for (size_t i = 0; i < d->p.m->n_layers; i++)
        if (d->vitals[i].l->class->forward) add_layer(d, &d->vitals[i], rows);
}

void glia__look_end(glia__doctor *d)
{
    for (size_t i = 0; i < d->p.m->n_layers; i++) {
        glia__vitals *v = &d->vitals[i];
        size_t        dead = 0;
        for (size_t k = 0; k < v->units; k++) dead += !v->alive[k];
        v->now.y = v->y_count ? sqrt(v->ys / (double)v->y_count) : (double)NAN;
        v->now.dy = v->dy_count ? sqrt(v->dys / (double)v->dy_count) : (double)NAN;
        v->now.dead = is_relu(v->l) ? (double)dead / (double)v->units : 0;
        v->now.saturated = v->y_count ? (double)v->saturated_count / (double)v->y_count : 0;
    }
}

/* ---- weights --------------------------------------------------------------------------------------------------- */

/* The layer's weight, if it is learned: a matrix, or a kernel. */
static const glia__param *weight_of(const glia__layer *l)
{
    for (int j = 0; j < l->params; j++)
        if (l->param[j].in > 0 && l->param[j].learns) return &l->param[j];
    return NULL;
}

typedef struct change {
    double from, to, by; /* 2-norms */
} change;

/* Sums in as many lanes as a vector register has, as this stands between two steps. */
static change change_of(const glia__param *p, const real *from, const real *to)
{
    enum { LANES = 8 };
    double sum[3][LANES] = {{0}};
    for (size_t i = 0; i < p->room; i += LANES) {
        const real  *a = from + p->offset + i, *b = to + p->offset + i;
        const size_t n = p->room - i < LANES ? p->room - i : LANES;
        for (size_t k = 0; k < n; k++) {
            sum[0][k] += (double)a[k] * (double)a[k];
            sum[1][k] += (double)b[k] * (double)b[k];
            sum[2][k] += ((double)b[k] - (double)a[k]) * ((double)b[k] - (double)a[k]);
        }
    }
    for (size_t s = 0; s < 3; s++)
        for (size_t k = 1; k < LANES; k++) sum[s][0] += sum[s][k];
    return (change){sqrt(sum[0][0]), sqrt(sum[1][0]), sqrt(sum[2][0])};
}

void glia__look_leap(glia__doctor *d)
{
    for (size_t i = 0; i < d->p.m->n_layers; i++) {
        const glia__param *p = weight_of(d->vitals[i].l);
        if (!p) continue;
        const change c = change_of(p, d->before, d->p.m->parameters);
        const double leap = c.by / fmax(c.from, c.to);
        if (c.from > 0 && !(leap <= d->vitals[i].leap)) d->vitals[i].leap = leap; /* from zero every step is a leap */
    }
}

static double size_of(const glia__param *p, const real *block)
{
    return sqrt(glia__kernels_get()->sum_squares(p->room, block + p->offset));
}

/* Whether all units of the layer, the columns of its weight, are the same to a hundredth of their size: rounding alone
 * drives equal ones apart in time. Panels of a weight are [in][columns of the panel]. */
static bool same_columns(const glia__param *p)
{
    const double tiny = 0.01 * sqrt(glia__kernels_get()->sum_squares(p->room, p->value) / (double)p->count);
    if (p->out < 2) return false;
    for (size_t q = 0; q < p->out; q += p->panel) {
        const size_t width = p->out - q < p->panel ? p->out - q : p->panel;
        for (size_t i = 0; i < p->in; i++)
            for (size_t o = 0; o < width; o++)
                if (fabs((double)p->value[p->in * q + i * p->panel + o] - (double)p->value[i * p->panel]) > tiny)
                    return false;
    }
    return true;
}

void glia__look_weights(glia__doctor *d)
{
    const real *now = d->p.m->parameters;
    for (size_t i = 0; i < d->p.m->n_layers; i++) {
        glia__vitals      *v = &d->vitals[i];
        const glia__param *p = weight_of(v->l);
        if (!(v->weighs = p != NULL)) continue;
        const change c = change_of(p, d->start, now);
        v->moved = c.by / c.from;
        v->kept = c.to / c.from;
        v->slope = d->worth.rows ? size_of(p, d->p.m->gradients) : (double)NAN;
        v->same_units = same_columns(p);
    }
}
