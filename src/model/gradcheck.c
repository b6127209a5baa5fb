/* The gradient check: gradients of a net against central differences, (f(p + h) - f(p - h)) / 2h, at random points. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "ground/memory.h"
#include "model/model.h"

#ifdef GLIA_DOUBLE
static const double STEP = 1e-5, MARGIN = 1e-3, TOLERANCE = 1e-7, LOSS_COUNTS = 0;
#else
/* A difference of two losses has the rounding of the losses: so small ones are judged by those. */
static const double STEP = 1e-3, MARGIN = 3e-3, TOLERANCE = 1e-2, LOSS_COUNTS = 1;
#endif
enum { ROWS = 5, TRIES = 300, MOST_OF_A_TENSOR = 400, DEFAULT_INPUTS = 5 };

/* The point under test. */
typedef struct check {
    glia_model            *m;
    const char            *loss_text;
    glia__loss             loss;
    bool                   fused;
    real                  *x, *numbers; /* inputs; targets, or */
    int32_t               *classes;
    double                 least; /* what a difference is set against, at least */
    glia_gradcheck_result *result;
} check;

/* ---- drawing a point ------------------------------------------------------------------------------------------- */

static void draw_targets(check *c, glia_rng *rng)
{
    size_t      n = c->m->n_out;
    glia__takes takes = c->loss.class->takes;
    for (size_t r = 0; r < ROWS; r++)
        if (takes == GLIA__TAKES_CLASSES)
            c->classes[r] = (int32_t)glia_rng_randint(rng, 0, (int64_t)n);
        else
            for (size_t j = 0; j < n; j++)
                c->numbers[r * n + j] = (real)(takes == GLIA__TAKES_BITS ? glia_rng_rand(rng) : glia_rng_randn(rng));
}

/* A weight that l1 pulls at stays away from 0, where its size has a kink. */
static double draw_parameter(const glia__layer *l, glia_rng *rng)
{
    double value = 0.5 * glia_rng_randn(rng);
    return l->penalty.l1 > 0 ? value + copysign(MARGIN, value) : value;
}

static void draw_point(check *c, glia_rng *rng)
{
    const glia__param *p;
    const glia__layer *l;
    for (size_t i = 0; (p = glia__model_param(c->m, i, &l)); i++)
        for (size_t j = 0; j < p->count && !p->state; j++)
            p->value[glia__param_place(p, j)] = (real)draw_parameter(l, rng);
    const glia__layer *reader = glia__model_reader(c->m);
    int64_t            words = reader ? (int64_t)reader->class->words(reader) : 0;
    for (size_t i = 0; i < ROWS * c->m->n_in; i++)
        c->x[i] = (real)(words ? (double)glia_rng_randint(rng, 0, words) : glia_rng_randn(rng));
    draw_targets(c, rng);
}

/* The smallest distance of anything to a kink: inputs of a layer, outputs to targets (l1's kink). */
static double distance_to_kinks(const check *c)
{
    double near = INFINITY;
    for (size_t i = 0; i < c->m->n_layers; i++) {
        const glia__layer *l = &c->m->layers[i];
        if (l->class->kink) near = fmin(near, l->class->kink(l, ROWS));
    }
    glia__judged top = glia__model_judged(c->m, c->fused);
    for (size_t j = 0; c->loss.class->takes == GLIA__TAKES_NUMBERS && j < ROWS * top.n; j++)
        near = fmin(near, fabs((double)(top.y[j] - c->numbers[j])));
    return near;
}

/* Whether any row does: those of a class to ignore have no gradient. */
static bool counts(const check *c)
{
    const glia__truth truth = {.classes = c->loss.class->takes == GLIA__TAKES_CLASSES ? c->classes : NULL};
    return glia__loss_weight(&c->loss, ROWS, &truth) > 0;
}

/* ---- comparing ------------------------------------------------------------------------------------------------- */

static glia_status value(check *c, double *loss)
{
    bool classes = c->loss.class->takes == GLIA__TAKES_CLASSES;
    GLIA_TRY(glia_forward(c->m, c->x, ROWS, NULL));
    GLIA_TRY(glia_loss(c->m, c->loss_text, classes ? c->classes : NULL, classes ? NULL : c->numbers, loss));
    *loss += glia__model_penalty(c->m);
    return GLIA_OK;
}

static glia_status numeric(check *c, real *at, double *slope)
{
    real   kept = *at, up = kept + (real)STEP, down = kept - (real)STEP;
    double above, below;
    *at = up;
    GLIA_TRY(value(c, &above));
    *at = down;
    GLIA_TRY(value(c, &below));
    *at = kept;
    *slope = (above - below) / ((double)up - (double)down);
    return GLIA_OK;
}

/* Where a number of a tensor stands, as files have it: weight[out][in], bias[out]; and of the inputs: [row][column]. */
static void name_place(const check *c, const glia__layer *l, const glia__param *p, size_t i, char text[80])
{
    char   name[64];
    size_t inner = 1, at = i;
    if (!p) {
        snprintf(text, 80, "input[%zu][%zu]", i / c->m->n_in, i % c->m->n_in);
        return;
    }
    glia__param_name(l, p, name);
    int n = snprintf(text, 80, "%.30s", name);
    for (int d = 1; d < p->rank; d++) inner *= p->shape[d];
    for (int d = 0; d < p->rank; d++) {
        n += snprintf(text + n, 80 - (size_t)n, "[%zu]", at / inner);
        at %= inner;
        if (d + 1 < p->rank) inner /= p->shape[d + 1];
    }
}

static size_t common_divisor(size_t a, size_t b)
{
    return b ? common_divisor(b, a % b) : a;
}

/* Compares `count` numbers at `at` (some of them, evenly, if there are many) with their gradient: a tensor's, or with p
 * NULL the inputs'. */
static glia_status compare(check *c, const glia__layer *l, const glia__param *p, real *at, const real *gradient,
                           size_t count)
{
    size_t stride = 1 + (count - 1) / MOST_OF_A_TENSOR;
    while (stride > 1 && common_divisor(stride, count) > 1) stride++; /* or it would stay in one column */
    bool zero = true;
    for (size_t i = 0; i < count; i += stride) {
        size_t place = p ? glia__param_place(p, i) : i;
        double slope, analytic = (double)gradient[place];
        if (p && i - p->blank_at < p->blanks) continue;
        GLIA_TRY(numeric(c, &at[place], &slope));
        double off = fabs(analytic - slope) / fmax(c->least, fmax(fabs(analytic), fabs(slope)));
        zero = zero && analytic == 0;
        c->result->checked++;
        if (off <= c->result->worst) continue;
        c->result->worst = off;
        name_place(c, l, p, i, c->result->where);
    }
    c->result->all_zero = c->result->all_zero || zero;
    return GLIA_OK;
}

static glia_status compare_tensor(check *c, const glia__layer *l, const glia__param *p, const real *gradients)
{
    real *kept = glia__new(p->room, sizeof *kept);
    if (!kept) return GLIA_E_MEMORY;
    memcpy(kept, gradients + p->offset, p->room * sizeof *kept);
    glia_status status = compare(c, l, p, p->value, kept, p->count);
    glia__free(kept);
    return status;
}

/* Words have no gradient. */
static glia_status compare_inputs(check *c)
{
    const glia_model *m = c->m;
    if (glia__model_reader(m)) return GLIA_OK;
    real *dx = glia__new(ROWS * m->n_in, sizeof *dx);
    if (!dx) return GLIA_E_MEMORY;
    glia__rows_spoken(&m->in, ROWS, m->dx, dx);
    glia_status status = compare(c, NULL, NULL, c->x, dx, ROWS * m->n_in);
    glia__free(dx);
    return status;
}

static glia_status compare_all(check *c)
{
    glia_model        *m = c->m;
    const glia__layer *l;
    const glia__param *p;
    double             loss;
    GLIA_TRY(value(c, &loss));
    c->least = fmax(1, LOSS_COUNTS * fabs(loss));
    GLIA_TRY(glia_backward(m));
    glia_status status = compare_inputs(c);
    for (size_t i = 0; status == GLIA_OK && (p = glia__model_param(m, i, &l)); i++)
        if (p->learns) status = compare_tensor(c, l, p, m->gradients);
    return status;
}

/* ---- the check ------------------------------------------------------------------------------------------------- */

static glia_status find_point(check *c, uint32_t seed)
{
    glia_rng *rng;
    double    loss;
    GLIA_TRY(glia_rng_new(&rng, seed));
    glia_status status = GLIA_OK;
    for (int i = 0; i < TRIES && status == GLIA_OK; i++) {
        draw_point(c, rng);
        status = value(c, &loss);
        if (distance_to_kinks(c) >= MARGIN && counts(c)) break;
    }
    glia_rng_free(rng);
    return status;
}

static glia_status run_check(check *c, uint32_t seed)
{
    GLIA_TRY(glia__model_loss(c->m, c->loss_text, &c->loss, &c->fused));
    c->x = glia__new(ROWS * c->m->n_in, sizeof *c->x);
    c->numbers = glia__new(ROWS * c->m->n_out, sizeof *c->numbers);
    c->classes = glia__new(ROWS, sizeof *c->classes);
    glia_status status = c->x && c->numbers && c->classes ? find_point(c, seed) : GLIA_E_MEMORY;
    if (status == GLIA_OK) status = compare_all(c);
    glia__free(c->x);
    glia__free(c->numbers);
    glia__free(c->classes);
    return status;
}

/* A net that does not say what its rows are gets rows of a few numbers. */
static glia_status model_for(glia_model **m, const char *net)
{
    static const real row[DEFAULT_INPUTS];
    glia__layer      *layers;
    glia_data        *data = NULL;
    size_t            count;
    GLIA_TRY(glia__net_parse(net, &layers, &count));
    bool says = count && !layers[0].class->forward;
    bool empty = count <= (size_t)says;
    glia__layers_free(layers, count);
    if (empty) return glia__fail(GLIA_E_TEXT, "net:1:1: there is no layer to check");
    if (!says) GLIA_TRY(glia_data_from_reals(&data, row, 1, DEFAULT_INPUTS, NULL, NULL, 0));
    glia_status status = glia_model_new(m, net, data, 0);
    glia_data_free(data);
    return status;
}

glia_status glia_gradcheck(const char *net, const char *loss, uint32_t seed, glia_gradcheck_result *result)
{
    if (!net || !result) return glia__fail(GLIA_E_ARG, "glia_gradcheck: a net and room for the result are needed");
    *result = (glia_gradcheck_result){.tolerance = TOLERANCE};
    check c = {.loss_text = loss, .result = result};
    GLIA_TRY(model_for(&c.m, net));
    glia_status status = run_check(&c, seed);
    glia_model_free(c.m);
    return status;
}
