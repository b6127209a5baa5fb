/* In what a run computes. Before it does in bfloat16 by the processor's instructions, steps of its net are made in
 * float32 and in bfloat16, of as many rows as its own, and timed; and what they find is held against the specification.
 * So nobody trains by what is slower, or wrong. */
#include <math.h>
#include <string.h>

#include "ground/clock.h"
#include "ground/memory.h"
#include "train/run.h"

#define TRIAL_SECONDS 0.01
enum { TRIALS_LEAST = 4 }; /* of which the first is for the caches */

/* What sums in another order may differ by, relative to all of them: a hundredth is what rounding to bfloat16 itself
 * does, as where sums end beside each other the next layer's operands may round apart. */
#define APART_MOST 0.05

/* One pass forward and back over numbers that are there, without an update: nothing of the model changes but its
 * gradients, which the run's first step overwrites. */
static void pass(const glia__run *r)
{
    glia__step_run(&(glia__step){.model = r->m, .team = r->team, .rows = r->piece, .backward = true});
}

/* The same for all: words are all the first one, other inputs and gradients from 0 to 1 and -1 to 1. */
static void fill(const glia__run *r)
{
    const glia_model  *m = r->m;
    const glia__layer *last = glia__model_last(m);
    glia_rng           rng;
    glia_rng_seed(&rng, 0);
    for (size_t i = 0; i < r->piece * m->n_in; i++) m->x[i] = glia__model_reader(m) ? 0 : (real)glia_rng_rand(&rng);
    for (size_t i = 0; i < r->piece * last->n_out; i++) last->dy[i] = (real)glia_rng_uniform(&rng, -1, 1);
}

static glia_status begin(glia__run *r, glia_precision precision)
{
    GLIA_TRY(glia__model_compute_in(r->m, precision));
    GLIA_TRY(glia__model_reserve(r->m, r->piece, glia__team_size(r->team), GLIA__PLAN_TRAINING));
    fill(r);
    memset(r->m->gradients, 0, r->m->n_parameters * sizeof *r->m->gradients); /* those of another are none of its */
    return GLIA_OK;
}

/* The least seconds of some passes, each of the same numbers: gradients may lie over each other. */
static double least_seconds(const glia__run *r)
{
    double least = INFINITY, all = 0;
    for (int i = 0; i < TRIALS_LEAST || all < TRIAL_SECONDS; i++) {
        fill(r);
        double start = glia__clock();
        pass(r);
        double seconds = glia__clock() - start;
        all += seconds;
        if (i > 0 && seconds < least) least = seconds;
    }
    return least;
}

/* The sizes of what differs and of what there is, as roots of sums of squares. */
static double apart(size_t n, const real *a, const real *b)
{
    double difference = 0, size = 0;
    for (size_t i = 0; i < n; i++) {
        difference += ((double)a[i] - (double)b[i]) * ((double)a[i] - (double)b[i]);
        size += (double)b[i] * (double)b[i];
    }
    return size > 0 ? sqrt(difference / size) : difference;
}

/* Outputs, and then gradients, as the latest pass left them. */
typedef struct found {
    size_t outputs, gradients;
    real  *numbers;
} found;

static glia_status found_new(found *f, const glia__run *r)
{
    f->outputs = r->piece * r->m->n_out;
    f->gradients = r->m->n_parameters;
    f->numbers = glia__new(f->outputs + f->gradients, sizeof *f->numbers);
    return f->numbers ? GLIA_OK : GLIA_E_MEMORY;
}

static void keep(const found *f, const glia_model *m)
{
    memcpy(f->numbers, glia__model_last(m)->y, f->outputs * sizeof *f->numbers);
    memcpy(f->numbers + f->outputs, m->gradients, f->gradients * sizeof *f->numbers);
}

/* Not finite is apart as well. */
static bool agree(const found *f, const glia_model *m)
{
    return apart(f->outputs, glia__model_last(m)->y, f->numbers) < APART_MOST &&
           apart(f->gradients, m->gradients, f->numbers + f->outputs) < APART_MOST;
}

static void text_of(double seconds, char text[32])
{
    glia_number_write(text, round(seconds * 1e7) / 10);
}

static glia_status refuse_slower(const glia__run *r, double plain, double lower)
{
    char a[32], b[32];
    text_of(plain, a), text_of(lower, b);
    return glia__fail(GLIA_E_ARG,
                      "precision bf16: a step of %zu rows of this net takes %s microseconds in it, and %s in float32",
                      r->piece, b, a);
}

/* A run that goes on was timed when it began. */
static glia_status try_both(glia__run *r, const found *f)
{
    double plain, lower;
    GLIA_TRY(begin(r, GLIA_BF16_EMULATED));
    pass(r);
    keep(f, r->m);
    GLIA_TRY(begin(r, GLIA_FLOAT32));
    plain = least_seconds(r);
    GLIA_TRY(begin(r, GLIA_BF16));
    lower = least_seconds(r);
    if (!agree(f, r->m)) return glia__fail(GLIA_E_ARG, "precision bf16: its products come out wrong on this processor");
    return lower < plain || r->o.resume ? GLIA_OK : refuse_slower(r, plain, lower);
}

glia_status glia__run_compute_in(glia__run *r)
{
    const glia__kernels *k;
    found                f = {0};
    GLIA_TRY(glia__kernels_of(r->o.precision, &k));
    if (r->o.precision != GLIA_BF16) return glia__model_compute_in(r->m, r->o.precision);
    glia_status status = found_new(&f, r);
    if (!status) status = try_both(r, &f);
    glia__free(f.numbers);
    return status;
}
