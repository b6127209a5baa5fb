/* In what a run computes. Before it does in bfloat16 by the processor's instructions, steps of its first batch are made
 * as it will make them, but for the update: what comes out is held against the specification, and float32 and bfloat16
 * are timed. So nobody trains by what is slower, or wrong. Nothing of the run changes by it. */
#include <math.h>
#include <pthread.h>
#include <string.h>

#include "ground/clock.h"
#include "ground/hash.h"
#include "ground/memory.h"
#include "train/run.h"

/* Float32 and bfloat16 take turns, so that both see the same processor; long steps are not timed as often. */
#define TURN_SECONDS 0.02
#define SECONDS_MOST 1
enum { TURNS = 3, STEPS_LEAST = 3 }; /* of a turn; the first is for the caches */

/* By how much outputs, and gradients of a tensor, may differ that are made of the same products (or, in a layer that
 * stays in float32, of numbers that are not rounded): relative to their size. They are added in another order; a number
 * that comes out beside the middle of two of bfloat16 may then be rounded the other way for the next layer, by up to
 * 1/256, and a relu's derivative may change. From layer to layer that grows, at most to what rounding to bfloat16
 * itself does, which was seen to be 0.0003 of outputs and 0.05 of gradients of small batches. Wrong gradients differ by
 * about their own size; outputs of fresh weights by less, as they are all alike. */
#define OUTPUTS_APART_MOST 0.05
#define GRADIENTS_APART_MOST 0.2
/* A tensor whose gradient is smaller than this share of what all have, number for number, is compared with that share:
 * what is 0 but for rounding need not agree. */
#define SIZE_LEAST 0.01

typedef struct trial {
    glia__run *r;
    glia__step step;
    double     seconds;                      /* of all that was timed */
    size_t     outputs, numbers;             /* of the batch; of each block of the model */
    real      *y, *gradients, *weights, *at; /* by the specification; as they are to be left; all this memory */
} trial;

/* ---- a step of the run ----------------------------------------------------------------------------------------- */

static glia_status trial_new(trial *t, glia__run *r)
{
    *t = (trial){.r = r, .outputs = r->piece * r->m->n_out, .numbers = r->m->n_parameters};
    t->at = glia__new(t->outputs + 2 * t->numbers, sizeof *t->at);
    if (!t->at) return GLIA_E_MEMORY;
    t->y = t->at, t->gradients = t->y + t->outputs, t->weights = t->gradients + t->numbers;
    glia__run_copy(r->m, t->weights, r->m->parameters);
    return GLIA_OK;
}

/* The first rows, and no others, are read. */
static glia_status take_batch(trial *t)
{
    glia__run *r = t->r;
    t->step = glia__run_step(r);
    t->step.pace = NULL;
    t->step.batch = r->batch;
    t->step.chance = (glia__chance){r->o.seed, 1, r->order};
    glia__intake_begin(&r->targets.intake, r->order, r->piece);
    return glia__answers_fill(&r->targets, r->order, r->piece, &t->step);
}

static glia_status begin(trial *t, glia_precision precision)
{
    glia_model *m = t->r->m;
    GLIA_TRY(glia__model_compute_in(m, precision));
    GLIA_TRY(glia__model_reserve(m, t->r->piece, glia__team_size(t->r->team), GLIA__PLAN_TRAINING));
    memset(m->gradients, 0, t->numbers * sizeof *m->gradients); /* those of another precision are not its own */
    return GLIA_OK;
}

/* Layers that keep statistics of the rows have them among the weights. */
static void end(trial *t)
{
    if (t->weights) glia__run_copy(t->r->m, t->r->m->parameters, t->weights);
    glia__free(t->at);
}

/* ---- whether it is right --------------------------------------------------------------------------------------- */

static void keep(trial *t)
{
    const glia_model *m = t->r->m;
    memcpy(t->y, glia__model_last(m)->y, t->outputs * sizeof *t->y);
    memcpy(t->gradients, m->gradients, t->numbers * sizeof *t->gradients);
}

static bool is_finite(const trial *t)
{
    const glia__kernels *k = glia__kernels_get();
    const glia_model    *m = t->r->m;
    return !t->step.nonfinite && k->all_finite(t->outputs, glia__model_last(m)->y) &&
           k->all_finite(t->numbers, m->gradients);
}

/* Sizes are roots of sums of squares; b counts as no smaller than n numbers of this one. What is not finite is near
 * nothing. */
static bool are_near(double most, size_t n, const real *a, const real *b, double size_of_one)
{
    double difference = 0, size = 0, least = size_of_one * size_of_one * (double)n;
    for (size_t i = 0; i < n; i++) {
        difference += ((double)a[i] - (double)b[i]) * ((double)a[i] - (double)b[i]);
        size += (double)b[i] * (double)b[i];
    }
    return difference <= most * most * (size > least ? size : least);
}

/* Tensor by tensor, so that a small one is not lost among large ones. */
static bool agree(const trial *t)
{
    const glia_model  *m = t->r->m;
    const glia__param *p;
    double             size = sqrt(glia__kernels_get()->sum_squares(t->numbers, t->gradients) / (double)t->numbers);
    bool               near = are_near(OUTPUTS_APART_MOST, t->outputs, glia__model_last(m)->y, t->y, 0);
    for (size_t i = 0; near && (p = glia__model_param(m, i, NULL)); i++)
        if (p->learns)
            near = are_near(GRADIENTS_APART_MOST, p->room, p->grad, t->gradients + p->offset, SIZE_LEAST * size);
    return near;
}

static bool has_products(const glia_model *m)
{
    for (size_t i = 0; i < m->n_layers; i++)
        if (m->layers[i].lowered) return true;
    return false;
}

/* Leaves the model in bfloat16. Where float32 itself does not come out finite nothing can be said, and the run will say
 * so. */
static glia_status check(trial *t, bool *finite)
{
    GLIA_TRY(begin(t, GLIA_BF16_EMULATED));
    glia__step_run(&t->step);
    keep(t);
    GLIA_TRY(begin(t, GLIA_FLOAT32));
    glia__step_run(&t->step);
    *finite = is_finite(t);
    GLIA_TRY(begin(t, GLIA_BF16));
    if (!has_products(t->r->m))
        return glia__fail(GLIA_E_ARG,
                          "precision bf16: no layer of this net would be computed in it: none is dense or a "
                          "convolution of a size that there is fast code for");
    if (!*finite) return GLIA_OK;
    glia__step_run(&t->step);
    return agree(t) ? GLIA_OK : glia__fail(GLIA_E_ARG, "precision bf16: its products come out wrong on this processor");
}

/* ---- whether it is faster -------------------------------------------------------------------------------------- */

static double (*clock_of_tests)(void);

static double now(void)
{
    return clock_of_tests ? clock_of_tests() : glia__clock();
}

/* The least seconds of a step. */
typedef struct verdict {
    uint64_t of;
    double   plain, lower;
} verdict;

static glia_status take_turn(trial *t, glia_precision precision, double *least)
{
    double all = 0;
    GLIA_TRY(begin(t, precision));
    for (int i = 0; i < STEPS_LEAST || all < TURN_SECONDS; i++) {
        double start = now();
        glia__step_run(&t->step);
        double seconds = now() - start;
        all += seconds;
        if (i > 0 && seconds < *least) *least = seconds;
    }
    t->seconds += all;
    return GLIA_OK;
}

/* Leaves the model in bfloat16. */
static glia_status compare(trial *t, verdict *v)
{
    v->plain = v->lower = INFINITY;
    for (int i = 0; i < TURNS && t->seconds < SECONDS_MOST; i++) {
        GLIA_TRY(take_turn(t, GLIA_FLOAT32, &v->plain));
        GLIA_TRY(take_turn(t, GLIA_BF16, &v->lower));
    }
    return GLIA_OK;
}

/* ---- verdicts of this process ---------------------------------------------------------------------------------- */

/* Who trains a net many times (folds, repetitions, a search) gets one answer for all of them. */
enum { VERDICTS_MOST = 256 };
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static verdict         known[VERDICTS_MOST]; /* the latest ones */
static size_t          known_count;

/* What the time of a step depends on, as far as a run can choose it. */
static uint64_t subject_of(const glia__run *r, const glia__kernels *k)
{
    const uint64_t numbers[] = {r->piece, r->batch, r->m->n_in, glia__team_size(r->team), (uintptr_t)k};
    return glia__hash(glia__hash_text(glia__hash_text(GLIA__HASH_START, r->m->net), r->o.loss), numbers,
                      sizeof numbers);
}

static bool recall(verdict *v)
{
    bool found = false;
    pthread_mutex_lock(&lock);
    for (size_t i = 0; i < known_count && i < VERDICTS_MOST && !found; i++)
        if ((found = known[i].of == v->of)) *v = known[i];
    pthread_mutex_unlock(&lock);
    return found;
}

static void remember(const verdict *v)
{
    pthread_mutex_lock(&lock);
    known[known_count++ % VERDICTS_MOST] = *v;
    pthread_mutex_unlock(&lock);
}

void glia__precision_pretend_clock(double (*clock)(void))
{
    clock_of_tests = clock;
    known_count = 0;
}

/* ---- the choice -------------------------------------------------------------------------------------------------- */

static void text_of(double seconds, char text[32])
{
    glia_number_write(text, round(seconds * 1e7) / 10);
}

static glia_status judge(const glia__run *r, const verdict *v)
{
    char plain[32], lower[32];
    if (v->lower <= v->plain) return GLIA_OK;
    text_of(v->plain, plain), text_of(v->lower, lower);
    return glia__fail(GLIA_E_ARG,
                      "precision bf16: a step of %zu rows of this net takes %s microseconds in it, and %s in float32",
                      r->piece, lower, plain);
}

/* A run that goes on was timed when it began. */
static glia_status try_it(trial *t, verdict *v)
{
    bool finite;
    GLIA_TRY(take_batch(t));
    GLIA_TRY(check(t, &finite));
    if (!finite || t->r->o.resume) return GLIA_OK;
    GLIA_TRY(compare(t, v));
    remember(v);
    return judge(t->r, v);
}

glia_status glia__run_compute_in(glia__run *r)
{
    const glia__kernels *k;
    trial                t;
    GLIA_TRY(glia__kernels_of(r->o.precision, &k));
    if (r->o.precision != GLIA_BF16) return glia__model_compute_in(r->m, r->o.precision);
    verdict v = {.of = subject_of(r, k)};
    if (!r->o.resume && recall(&v)) {
        GLIA_TRY(judge(r, &v));
        return glia__model_compute_in(r->m, GLIA_BF16);
    }
    glia_status status = trial_new(&t, r);
    if (!status) status = try_it(&t, &v);
    end(&t);
    return status;
}
