/* Averages of the weights that a run passes through, often better than the last ones.
 *
 *   exponential moving average   after each update: a = w the first time, then a = a + (1 - d) (w - a)
 *   stochastic weight averaging  after each epoch from START on, the n-th of them: a = a + (w - a) / n
 *                                (Izmailov et al. 2018: "Averaging weights leads to wider optima")
 *
 * Both as torch.optim.swa_utils.AveragedModel. Training itself never sees the average; it is what is validated, kept
 * and saved. A state that layers keep without learning it, such as batch norm's statistics, is averaged as well. */
#include <math.h>

#include "ground/memory.h"
#include "train/run.h"

static const glia__setting swa_settings[] = {
    {"start", GLIA__SPAN, NULL, 0, HUGE_VAL, true, NULL, "the first epoch whose weights are averaged"}, {0}};
static const glia__named swa = {"swa", "average of the weights after each epoch from START on", swa_settings};

/* ---- before the run ---------------------------------------------------------------------------------------------- */

static size_t first_epoch(const glia__run *r, const glia__value *start)
{
    double epochs = start->number;
    if (start->unit == '%') epochs *= (double)r->o.epochs / 100;
    if (start->unit == 's') epochs /= (double)r->updates;
    return epochs > 1 ? (size_t)ceil(fmin(epochs, (double)r->o.epochs + 1)) : 1;
}

static glia_status read_swa(glia__run *r)
{
    const char   *text = r->o.swa, *end = text + strlen(text);
    glia__value   value[GLIA__SETTINGS_MOST];
    glia__text_at at = {"swa", text, end};
    GLIA_TRY(glia__phrase_settings(&at, text, end, &swa, value));
    r->swa_from = first_epoch(r, &value[0]);
    if (r->swa_from > r->o.epochs)
        return glia__fail(GLIA_E_ARG, "averaging cannot start at %s: the run has %zu epochs", text, r->o.epochs);
    return GLIA_OK;
}

glia_status glia__average_new(glia__run *r)
{
    const glia_fit_options *o = &r->o;
    if (!(o->ema >= 0 && o->ema < 1)) return glia__fail(GLIA_E_ARG, "what a moving average keeps is from 0 to below 1");
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
    if (r->swa_from && r->epoch.epoch >= r->swa_from) add_weights(r, 1 / (double)(r->averaged + 1));
}

void glia__average_show(glia__run *r)
{
    if (r->averaged) glia__run_copy(r->m, r->m->parameters, r->average);
}

void glia__average_hide(glia__run *r)
{
    if (r->averaged) glia__run_copy(r->m, r->m->parameters, r->last);
}
