/* Training on all rows at once: one epoch is one iteration of L-BFGS (parts/lbfgs.c).
 *
 * What is minimised is the loss of all training rows, with weight_decay / 2 sum p^2 and the penalties of the layers. It
 * and its gradient are added up over batches, in the order of the rows, so that a batch only says how much memory it
 * takes. */
#include <math.h>

#include "train/run.h"

/* ---- what is minimised ----------------------------------------------------------------------------------------- */

/* One batch: adds its gradient to those before it. False if there is none, or the rows cannot be read. */
static bool add_batch(glia__run *r, glia__step *s)
{
    size_t begin = r->at * r->batch, left = r->train->rows - begin;
    r->lost = glia__answers_fill(&r->targets, r->order + begin, left < r->batch ? left : r->batch, s);
    if (r->lost) return false;
    s->chance = (glia__chance){r->o.seed, (uint32_t)r->epoch.epoch, r->order + begin};
    glia__run_join(r, s, s->truth.weight, r->at == 0);
    s->penalties = r->at + 1 == r->batches;
    glia__step_run(s);
    glia__run_add(r, s);
    return !s->nonfinite;
}

/* weight_decay / 2 sum p^2, and its gradient. */
static double add_decay(glia__run *r)
{
    const glia__kernels *k = glia__kernels_get();
    double               decay = glia__optim_decay(&r->rule), sum = 0;
    const glia__param   *p;
    for (size_t i = 0; decay > 0 && (p = glia__model_param(r->m, i, NULL)); i++) {
        if (!p->learns || (!glia__param_is_weight(p) && !r->rule.decay_bias)) continue;
        k->penalize(p->room, 0, (real)(decay / 2), p->value, p->grad);
        sum += decay / 2 * k->sum_squares(p->room, p->value);
    }
    return sum;
}

static double loss_of_all(void *context, const real *x, real *g)
{
    glia__run *r = context;
    glia__step step = glia__run_step(r);
    double     sum = 0;
    (void)x, (void)g; /* the model's own */
    glia__run_empty(r);
    glia__intake_begin(&r->targets.intake, r->order, r->train->rows);
    for (r->at = 0; r->at < r->batches; r->at++) {
        if (!add_batch(r, &step)) return (double)NAN;
        sum += step.loss_minimised;
    }
    return glia__loss_reduce(&r->loss, sum, r->weight, r->m->n_out) + glia__model_penalty(r->m) + add_decay(r);
}

/* ---- before the first step ------------------------------------------------------------------------------------- */

static bool has_edges(const glia__penalty *a)
{
    return a->l1 > 0 || a->max_norm > 0;
}

static glia_status refuse(const glia__run *r, const char *what)
{
    return glia__fail(GLIA_E_ARG, "%s looks at all rows before each step and finds its length: %s not go with it",
                      r->rule.class->named.name, what);
}

/* What it minimises has to be the same function each time, and the sum of the rows'. */
static glia_status check_layers(const glia__run *r)
{
    for (size_t i = 0; i < r->m->n_layers; i++) {
        const glia__layer *l = &r->m->layers[i];
        const char        *rule = r->rule.class->named.name;
        if (l->class->draws) return glia__layer_fail(l, "is a matter of chance, which does not go with %s", rule);
        if (l->class->across && !l->frozen)
            return glia__layer_fail(l, "looks across the rows of a batch, which does not go with %s unless frozen",
                                    rule);
    }
    return GLIA_OK;
}

glia_status glia__whole_check(const glia__run *r)
{
    if (!r->rule.class->whole) return GLIA_OK;
    if (r->o.clip_norm > 0 || r->o.clip_value > 0) return refuse(r, "limits of gradients do");
    if (r->o.accumulate > 1) return refuse(r, "accumulate does");
    if (r->o.augment) return refuse(r, "augmentation does");
    if (glia__model_has(r->m, has_edges)) return refuse(r, "l1 and max_norm of a layer do");
    return check_layers(r);
}

glia_status glia__whole_new(glia__run *r)
{
    if (!r->rule.class->whole) return GLIA_OK;
    r->whole = (glia__lbfgs){.x = r->m->parameters,
                             .g = r->m->gradients,
                             .rule = &r->rule,
                             .slot = r->state.slot,
                             .f = loss_of_all,
                             .context = r};
    return glia__lbfgs_room(&r->whole, r->m->n_parameters);
}

/* ---- an epoch -------------------------------------------------------------------------------------------------- */

static void tell_epoch(glia__run *r, size_t evaluations)
{
    r->epoch.samples = evaluations * r->train->rows;
    glia__run_means(r);
    r->epoch.learning_rate = (double)NAN;
}

void glia__whole_begin(glia__run *r)
{
    r->whole.value = loss_of_all(r, r->whole.x, r->whole.g);
    r->whole.begun = true;
}

bool glia__whole_epoch(glia__run *r)
{
    size_t        before = r->whole.evaluations;
    glia__descent descent = glia__lbfgs_iterate(&r->whole);
    if (descent == GLIA__DESCENT_NONFINITE) return false;
    if (descent == GLIA__DESCENT_STUCK) {
        loss_of_all(r, r->whole.x, r->whole.g); /* the latest was of a point that is no better */
        glia__run_end(r, "step");
    }
    if (glia__lbfgs_is_flat(&r->whole)) glia__run_end(r, "gradient");
    tell_epoch(r, r->whole.evaluations - before);
    return true;
}
