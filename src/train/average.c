/* Averages of the weights that a run passes through, often better than the last ones.
 *
 *   exponential moving average   after each update: a = w the first time, then a = a + (1 - d) (w - a)
 *   stochastic weight averaging  after each epoch from START on, the n-th of them: a = a + (w - a) / n
 *                                (Izmailov et al. 2018: "Averaging weights leads to wider optima")
 *
 * Both as torch.optim.swa_utils.AveragedModel. Training itself never sees the average; it is what is validated, kept
 * and saved. What layers keep without learning it, batch norm's running statistics, is averaged along in both. Those of
 * the equal one are made anew where it is judged, and at the end, as torch.optim.swa_utils.update_bn does: the mean of
 * the statistics of all batches of the training rows, in the order of the data, under the averaged weights. */
#include <math.h>

#include "ground/memory.h"
#include "train/run.h"

static const glia__setting swa_settings[] = {
    {"start", GLIA__SPAN, NULL, 0, HUGE_VAL, true, NULL, "the first epoch whose weights are averaged"}, {0}};
static const glia__named swa = {"swa", "average of the weights after each epoch from START on", swa_settings};

/* ---- before the run ---------------------------------------------------------------------------------------------- */

size_t glia__average_first(const glia__run *r, size_t epochs)
{
    double at = r->swa.number;
    if (!r->o.swa) return 0;
    if (r->swa.unit == '%') at *= (double)epochs / 100;
    if (r->swa.unit == 's') at /= (double)r->updates;
    return at > 1 ? (size_t)ceil(fmin(at, GLIA__EPOCHS_MOST + 1)) : 1;
}

static glia_status read_swa(glia__run *r)
{
    const char   *text = r->o.swa, *end = text + strlen(text);
    glia__value   value[GLIA__SETTINGS_MOST];
    glia__text_at at = {"swa", text, end};
    GLIA_TRY(glia__phrase_settings(&at, text, end, &swa, value));
    r->swa = value[0];
    if (glia__average_first(r, r->o.epochs) > r->o.epochs)
        return glia__fail(GLIA_E_ARG, "swa: averaging cannot start at %s: the run has %zu epochs", text, r->o.epochs);
    return GLIA_OK;
}

glia_status glia__average_new(glia__run *r)
{
    const glia_fit_options *o = &r->o;
    if (!(o->ema >= 0 && o->ema < 1))
        return glia__fail(GLIA_E_ARG, "ema: what a moving average keeps is from 0 to below 1");
    if (o->ema > 0 && o->swa) return glia__fail(GLIA_E_ARG, "a run has one average: ema and swa do not go together");
    if (o->swa) GLIA_TRY(read_swa(r));
    if ((o->ema > 0 || o->swa) && !(r->average = glia__new_aligned(r->m->n_parameters, sizeof *r->average)))
        return GLIA_E_MEMORY;
    return GLIA_OK;
}

/* ---- while it goes on -------------------------------------------------------------------------------------------- */

typedef struct mix {
    real       *a;
    const real *w;
    real        share;
    size_t      n;
    unsigned    team;
} mix;

/* a += share (w - a), each number by itself, so that it is the same however the block is cut. */
static void mix_slice(void *context, unsigned rank)
{
    const mix *x = context;
    for (size_t i = x->n * rank / x->team; i < x->n * (rank + 1) / x->team; i++)
        x->a[i] += x->share * (x->w[i] - x->a[i]);
}

static void add_weights(glia__run *r, double share)
{
    enum { WORTH_SHARING = 1 << 17 };
    mix x = {.a = r->average, .w = r->m->parameters, .share = r->averaged ? (real)share : 1, .n = r->m->n_parameters};
    x.team = x.n >= WORTH_SHARING ? glia__team_size(r->team) : 1;
    if (x.team > 1)
        glia__team_run(r->team, mix_slice, &x);
    else
        mix_slice(&x, 0);
    r->averaged++;
}

void glia__average_update(glia__run *r)
{
    if (r->o.ema > 0) add_weights(r, 1 - r->o.ema);
}

void glia__average_epoch(glia__run *r)
{
    size_t first = glia__average_first(r, r->o.epochs);
    if (first && r->epoch.epoch >= first) add_weights(r, 1 / (double)(r->averaged + 1));
}

/* Such a layer looks across rows, so that a batch of it is computed whole. */
static bool keeps_statistics(const glia_model *m)
{
    for (size_t i = 0; i < m->n_layers; i++)
        if (m->layers[i].class->settle && !m->layers[i].frozen) return true;
    return false;
}

static glia_status renew_statistics(glia__run *r)
{
    size_t     rows = r->train->rows;
    glia__step step = {.model = r->m, .team = r->team, .train = true, .intake = &r->targets.intake};
    for (size_t i = 0; i < rows; i++) r->order[i] = i;
    glia__intake_begin(&r->targets.intake, r->order, rows);
    for (size_t b = 0; b < r->batches; b++) {
        size_t begin = b * r->batch, left = rows - begin;
        step.order = r->order + begin;
        step.rows = left < r->batch ? left : r->batch;
        GLIA_TRY(glia__intake_take(&r->targets.intake, step.order, step.rows));
        step.chance = (glia__chance){r->o.seed, 0, step.order}; /* the same whenever it is looked at */
        step.settled = 1 / (double)(b + 1);
        glia__step_run(&step);
    }
    return GLIA_OK;
}

glia_status glia__average_show(glia__run *r, bool renew)
{
    if (!r->averaged) return GLIA_OK;
    r->shown = true;
    glia__run_copy(r->m, r->m->parameters, r->average);
    return renew && r->o.swa && keeps_statistics(r->m) ? renew_statistics(r) : GLIA_OK;
}

void glia__average_hide(glia__run *r)
{
    if (r->shown) glia__run_copy(r->m, r->m->parameters, r->last);
    r->shown = false;
}
