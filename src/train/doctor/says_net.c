/* Complaints about layers: how they start, what passes through them, and what comes back. */
#include "train/doctor/says.h"

/* ---- the start --------------------------------------------------------------------------------------------------- */

static bool weights_not_finite(const glia__doctor *d, glia_finding *f)
{
    const glia__layer *l = NULL;
    const glia__param *p;
    size_t             count = 0;
    if (!d->bad_start) return false;
    for (size_t i = 0; (p = glia__model_param(d->p.m, i, &l)); i++) {
        if (l->k->all_finite(p->room, d->start + p->offset)) continue;
        for (size_t j = 0; j < p->room; j++) count += !isfinite(d->start[p->offset + j]);
        if (f->layer == SIZE_MAX) f->layer = l->number;
    }
    glia__finding_set(f, 0.99, (double)count);
    SAY(f->what, "%zu weights are NaN or infinite before the first step, the first of them in layer %zu", count,
        f->layer);
    return true;
}

static bool all_frozen(const glia__doctor *d, glia_finding *f)
{
    size_t held = 0;
    for (size_t i = 0; i < d->p.m->n_layers; i++) {
        if (glia__layer_learns(d->vitals[i].l)) return false;
        held += d->vitals[i].l->params > 0;
    }
    glia__finding_set(f, 0.98, (double)held);
    if (held)
        SAY(f->what, "nothing is learned: all %zu layers with weights are frozen", held);
    else
        SAY(f->what, "nothing is learned: no layer has weights");
    return true;
}

/* The last layer with weights may start at zero: its units get gradients that differ. */
static double same_units_of(const glia__doctor *d, const glia__vitals *v)
{
    bool last = true;
    for (size_t i = (size_t)(v - d->vitals) + 1; i < d->p.m->n_layers; i++) last = last && !d->vitals[i].weighs;
    return v->weighs && v->same_units && !last ? 1 : 0;
}

static bool same_units(const glia__doctor *d, glia_finding *f)
{
    const glia__vitals *v = glia__worst_layer(d, same_units_of);
    if (same_units_of(d, v) < 1) return false;
    glia__finding_set(f, 0.95, (double)v->units);
    f->layer = v->l->number;
    SAY(f->what, "all %zu units of %s have the same weights%s: they get the same gradients and stay one unit%s",
        v->units, LAYER(v->l), v->kept > 0 ? "" : ", zero", OTHERS(same_units_of, 1, v->l));
    return true;
}

static double y_at_first(const glia__doctor *d, const glia__vitals *v)
{
    (void)d;
    return isfinite(v->first.y) ? v->first.y : isnan(v->first.y) ? 0 : HUGE_VAL;
}

/* How much larger gradients are at the first layer than at the last whose gradient is seen. */
static double gradient_rise(const glia__doctor *d)
{
    double first = (double)NAN, last = (double)NAN;
    for (size_t i = 0; i < d->p.m->n_layers; i++) {
        const double dy = d->vitals[i].first.dy;
        if (isnan(dy)) continue;
        if (isnan(first)) first = dy;
        last = dy;
    }
    return first / last;
}

enum { EXPLODES = 10000 };

static bool exploding(const glia__doctor *d, glia_finding *f)
{
    const glia__vitals *v = glia__worst_layer(d, y_at_first);
    const double        x = fmax(d->x_size, 1), growth = y_at_first(d, v) / x, rise = gradient_rise(d);
    if (d->steps == 0 || !isfinite(d->x_size) || d->bad_start) return false;
    if (growth > EXPLODES) {
        glia__finding_set(f, 0.93, growth);
        f->layer = v->l->number;
        SAY(f->what, "outputs explode: before the first step those of %s are %s times as large as the inputs",
            LAYER(v->l), DIGITS(growth));
        return true;
    }
    if (!(rise > EXPLODES)) return false;
    glia__finding_set(f, 0.93, rise);
    SAY(f->what,
        "gradients explode: before the first step they are %s times as large at the first layer as at the last",
        DIGITS(rise));
    return true;
}

/* ---- what passes through ----------------------------------------------------------------------------------------- */

static double dead_of(const glia__doctor *d, const glia__vitals *v)
{
    (void)d;
    return v->now.dead;
}

static bool dead_units(const glia__doctor *d, glia_finding *f)
{
    const glia__vitals *v = glia__worst_layer(d, dead_of);
    const double        dead = dead_of(d, v);
    if (!(dead >= (glia__worth_poor(&d->worth) ? 0.5 : 0.75))) return false;
    glia__finding_set(f, 0.4 + 0.45 * dead, dead);
    f->layer = v->l->number;
    SAY(f->what, "%.0f of %zu units of %s are dead: they gave 0 for all rows looked at, and learn nothing%s",
        dead * (double)v->units, v->units, LAYER(v->l), OTHERS(dead_of, 0.5, v->l));
    return true;
}

/* The output layer may be sure of itself. */
static double saturated_of(const glia__doctor *d, const glia__vitals *v)
{
    return v->l == glia__model_last(d->p.m) ? 0 : v->now.saturated;
}

static bool saturated(const glia__doctor *d, glia_finding *f)
{
    const glia__vitals *v = glia__worst_layer(d, saturated_of);
    const double        share = saturated_of(d, v);
    if (!(share >= 0.8)) return false;
    glia__finding_set(f, 0.3 + 0.5 * share, share);
    f->layer = v->l->number;
    SAY(f->what,
        "%s is saturated: %s %% of its outputs are within 1 %% of an end of their range, where gradients vanish%s",
        LAYER(v->l), PERCENT(share), OTHERS(saturated_of, 0.8, v->l));
    return true;
}

/* The gradient at the lowest layer that learns, as a share of the largest anywhere. 0: something is dead. */
static double gradient_share(const glia__doctor *d, bool first, const glia__vitals **low)
{
    double most = 0, below = (double)NAN;
    *low = NULL;
    for (size_t i = 0; i < d->p.m->n_layers; i++) {
        const glia__vitals *v = &d->vitals[i];
        const double        dy = first ? v->first.dy : v->now.dy;
        if (!*low && v->weighs) *low = v, below = dy;
        if (dy > most) most = dy;
    }
    return below / most;
}

static bool vanishing(const glia__doctor *d, glia_finding *f)
{
    const glia__vitals *low;
    const double        share = gradient_share(d, d->failed, &low);
    if (!(share > 0 && share < 1e-4) || dead_of(d, glia__worst_layer(d, dead_of)) > 0.9) return false;
    glia__finding_set(f, 0.83, share);
    f->layer = low->l->number;
    SAY(f->what, "gradients vanish: those that reach %s are %s times as large as the largest above it", LAYER(low->l),
        DIGITS(share));
    return true;
}

static bool small_batch(const glia__doctor *d, glia_finding *f)
{
    const size_t least = 4;
    for (size_t i = 0; i < d->p.m->n_layers; i++) {
        const glia__layer *l = d->vitals[i].l;
        if (!l->class->across || l->frozen || l->in.rank > 1 || d->p.batch >= least || d->steps == 0) continue;
        glia__finding_set(f, 0.63, (double)d->p.batch);
        f->layer = l->number;
        SAY(f->what, "%s takes the mean and deviation of batches of %zu row%s: that is noise", LAYER(l), d->p.batch,
            d->p.batch == 1 ? "" : "s");
        return true;
    }
    return false;
}

/* ---- the table --------------------------------------------------------------------------------------------------- */

const glia__complaint glia__complaints_of_net[] = {
    {"nan_weights", weights_not_finite, "start from other weights: these can never learn"},
    {"all_frozen", all_frozen, "take freeze=yes from a layer, or add a dense layer"},
    {"same_units", same_units, "start from random weights: leave init= out, or say init=he_normal"},
    {"exploding", exploding,
     "start from smaller weights (init=he_normal before relu, xavier_normal before tanh), or put batchnorm between"},
    {"vanishing", vanishing,
     "take relu in place of sigmoid or tanh, put batchnorm between, start with init=he_normal, or make the net less "
     "deep"},
    {"dead_units", dead_units, "take leaky_relu, a lower learning rate, or a bias_init that is not far below 0"},
    {"saturated", saturated, "scale the inputs, start from smaller weights, or take relu"},
    {"small_batch", small_batch, "take batches of 16 or more"},
    {NULL, NULL, NULL},
};
