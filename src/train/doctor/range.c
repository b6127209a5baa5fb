/* The range test for learning rates: Smith 2017, "Cyclical learning rates for training neural networks", section 3.3.
 * The net trains while its rate rises from step to step, here by the same factor each, as fast.ai does; a rate of use
 * is one at which the loss falls. The losses of the steps are noisy, so the curve is their exponential mean (0.9),
 * divided by its weights as in Adam. The rate suggested is a tenth of that where the curve is lowest: there the loss
 * still falls steeply, and the lowest point is already where it turns. */
#include <math.h>
#include <string.h>

#include "ground/memory.h"
#include "train/doctor/doctor.h"

static const double from = 1e-6, to = 10, keep = 0.9;

typedef struct test {
    glia__doctor     *d;
    glia__range      *range;
    glia__optim       rule;
    glia__optim_state state;
    glia__answers     answers;
    glia_rng         *rng;
    size_t           *order, at; /* at: the next row of the order */
} test;

static bool has_rate(const glia__optim *o)
{
    const glia__setting *s = o->class->named.settings;
    while (s->name && strcmp(s->name, "lr") != 0) s++;
    return s->name && o->class->slice && !o->class->own_rate;
}

static glia_status prepare(test *t)
{
    const glia__patient *p = &t->d->p;
    const size_t         rows = p->train->rows;
    if (!has_rate(p->rule)) return glia__fail(GLIA_E_ARG, "%s has no learning rate to try", p->rule->class->named.name);
    t->rule = *p->rule;
    t->rule.steps = 0;
    GLIA_TRY(glia__optim_state_new(&t->state, &t->rule, p->m->n_parameters));
    GLIA_TRY(glia__answers_new(&t->answers, p->m, p->train, p->batch));
    GLIA_TRY(glia__model_reserve(p->m, p->batch, glia__team_size(p->team), GLIA__PLAN_TRAINING));
    GLIA_TRY(glia_rng_new(&t->rng, p->o->seed));
    if (!(t->order = glia__new(rows, sizeof *t->order))) return GLIA_E_MEMORY;
    glia__order_draw(t->rng, p->train, t->order);
    glia__intake_begin(&t->answers.intake, t->order, rows);
    return GLIA_OK;
}

static void clear(test *t)
{
    glia__optim_state_clear(&t->state);
    glia__answers_clear(&t->answers);
    glia_rng_free(t->rng);
    glia__free(t->order);
}

/* The next batch; at the end of the rows it begins again. */
static glia_status fill(test *t, glia__step *s)
{
    const size_t rows = t->d->p.train->rows, batch = t->d->p.batch;
    if (t->at + batch > rows) t->at = 0;
    GLIA_TRY(glia__answers_fill(&t->answers, t->order + t->at, batch, s));
    s->chance = (glia__chance){t->d->p.o->seed, 0, t->order + t->at};
    t->at += batch;
    return GLIA_OK;
}

/* Steps until the loss is four times what it was at its best, or no number any more. */
static glia_status run(test *t)
{
    const glia__patient *p = &t->d->p;
    glia__step           step = {.model = p->m,
                                 .team = p->team,
                                 .train = true,
                                 .loss = p->loss,
                                 .fused = p->fused,
                                 .backward = true,
                                 .optim = &t->rule,
                                 .slot = t->state.slot,
                                 .clip_norm = p->o->clip_norm,
                                 .clip_kind = p->o->clip_kind,
                                 .clip_value = p->o->clip_value};
    double               mean = 0, weight = 1, best = HUGE_VAL;
    for (size_t i = 0; i < GLIA__RANGE_STEPS; i++) {
        t->rule.rate = from * pow(to / from, (double)i / (GLIA__RANGE_STEPS - 1));
        GLIA_TRY(fill(t, &step));
        glia__step_run(&step);
        if (step.nonfinite) return GLIA_OK;
        mean = keep * mean + (1 - keep) * glia__loss_told(p->loss, step.loss_sum, step.truth.weight, p->m->n_out);
        weight *= keep;
        t->range->rate[i] = t->rule.rate;
        t->range->loss[i] = mean / (1 - weight);
        t->range->count = i + 1;
        if (t->range->loss[i] > 4 * best && i > 10) return GLIA_OK;
        best = fmin(best, t->range->loss[i]);
    }
    return GLIA_OK;
}

/* 1, 2 or 5 times a power of ten, not above. */
static double rounded(double rate)
{
    const double power = pow(10, floor(log10(rate) + 1e-9)), first = rate / power;
    const double digit = first >= 5 ? 5 : first >= 2 ? 2 : 1;
    return power >= 1 ? digit * power : digit / round(1 / power);
}

/* A loss that never fell by a twentieth suggests nothing; nor does one that no rate makes rise again: what is nowhere
 * too much tells nothing of what is enough. */
static void suggest(glia__range *r)
{
    size_t best = 0, settled = 20; /* rates that do nothing yet, for the mean to settle */
    for (size_t i = 0; i < r->count; i++)
        if (r->loss[i] < r->loss[best]) best = i;
    bool falls = best > settled && r->loss[best] < 0.95 * r->loss[settled];
    r->falls_on = falls && best + 1 == GLIA__RANGE_STEPS;
    r->suggested = falls && !r->falls_on ? rounded(r->rate[best] / 10) : (double)NAN;
}

glia_status glia__range_test(glia__doctor *d, glia__range *range)
{
    const size_t bytes = d->p.m->n_parameters * sizeof *d->before;
    test         t = {.d = d, .range = range};
    glia_status  status = prepare(&t);
    range->count = 0;
    if (status == GLIA_OK) {
        memcpy(d->before, d->p.m->parameters, bytes);
        memcpy(d->p.m->parameters, d->start, bytes);
        status = run(&t);
        memcpy(d->p.m->parameters, d->before, bytes);
    }
    suggest(range);
    clear(&t);
    return status;
}
