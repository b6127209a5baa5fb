/* Complaints about how training goes: the learning rate, and what is learned in the end. */
#include "train/doctor/says.h"

/* ---- the learning rate ------------------------------------------------------------------------------------------- */

static double leap_of(const glia__doctor *d, const glia__vitals *v)
{
    (void)d;
    return v->weighs ? v->leap : 0;
}

static double moved_of(const glia__doctor *d, const glia__vitals *v)
{
    (void)d;
    return v->weighs ? v->moved : 0;
}

static const glia_epoch *last_epoch(const glia__doctor *d)
{
    const glia_model *m = d->p.m;
    return d->steps && m->n_history ? &m->history[m->n_history - 1] : NULL;
}

/* The training loss of the last epoch over that of the best one before, where it went back towards the first. */
static double loss_rise(const glia__doctor *d)
{
    const glia_epoch *e = d->p.m->history, *last = last_epoch(d);
    double            best = HUGE_VAL;
    for (size_t i = 0; last && e + i < last; i++) best = fmin(best, e[i].loss);
    return last && best > 0 && last->loss > 0.5 * e->loss ? last->loss / best : 0;
}

static const char *optimizer_of(const glia__doctor *d)
{
    return d->p.o->optimizer ? d->p.o->optimizer : "the optimizer";
}

/* What shows that steps are too long; false if nothing does. */
static bool evidence(const glia__doctor *d, char text[256])
{
    const glia__vitals *v = glia__worst_layer(d, leap_of);
    const double        leap = leap_of(d, v), rise = loss_rise(d);
    const glia_epoch   *last = last_epoch(d);
    if (d->failed && d->steps > 1)
        snprintf(text, 256, "numbers became infinite after %zu steps", d->steps - 1);
    else if (leap > 0.5 && (glia__worth_less(&d->worth) || glia__worth_nothing(&d->worth)))
        snprintf(text, 256, "one step changed the weights of %s by %s %% of their size; %s", LAYER(v->l), PERCENT(leap),
                 WORTH(d));
    else if (leap > 0.5 && last && glia__saw_start(d) && last->loss > 2 * d->first_loss)
        snprintf(text, 256,
                 "one step changed the weights of %s by %s %% of their size; the loss is %s, before the first step it "
                 "was %s",
                 LAYER(v->l), PERCENT(leap), DIGITS(last->loss), DIGITS(d->first_loss));
    else if (rise > 3)
        snprintf(text, 256, "the training loss rose to %s, %s times its best", DIGITS(last->loss), DIGITS(rise));
    else
        return false;
    return true;
}

/* Optimizers that find their rates themselves are misled by what batches say beside each other. */
static bool rate_high(const glia__doctor *d, glia_finding *f)
{
    const bool own_rate = d->p.rule->class->own_rate;
    char       text[256];
    if (d->steps == 0 || d->data.not_finite || d->bad_start || !evidence(d, text)) return false;
    glia__finding_set(f, 0.9, d->rate);
    SAY(f->what, "%s: with %.60s %s", own_rate ? "steps are too long" : "the learning rate is too high",
        optimizer_of(d), text);
    if (own_rate)
        SAY(f->cure, "take --batch full: %s goes by the gradients of all rows", d->p.rule->class->named.name);
    else
        glia__finding_suggest(d, f, "divide the learning rate by 10, or limit gradients with --clip-norm 1");
    return true;
}

/* Whether there is anything to follow: a weight with a gradient. Where all are dead, no rate is to blame. */
static bool pulled(const glia__doctor *d)
{
    for (size_t i = 0; i < d->p.m->n_layers; i++)
        if (d->vitals[i].weighs && d->vitals[i].slope > 0) return true;
    return false;
}

static bool rate_low(const glia__doctor *d, glia_finding *f)
{
    const glia__vitals *v = glia__worst_layer(d, moved_of);
    const double        moved = moved_of(d, v);
    if (d->steps < 50 || d->failed || !glia__saw_start(d)) return false;
    if (!glia__worth_poor(&d->worth) || !(moved < 0.01) || !pulled(d)) return false;
    glia__finding_set(f, 0.9, d->rate);
    SAY(f->what,
        "the learning rate is too low: with %.60s no layer's weights moved by more than %s %% of their size in %zu "
        "steps; %s",
        optimizer_of(d), PERCENT(moved), d->steps, WORTH(d));
    glia__finding_suggest(d, f, "multiply the learning rate by 100");
    return true;
}

/* ---- what is learned --------------------------------------------------------------------------------------------- */

static bool weight_decay(const glia__doctor *d, glia_finding *f)
{
    double kept = 0;
    for (size_t i = 0; i < d->p.m->n_layers; i++)
        if (d->vitals[i].weighs) kept = fmax(kept, d->vitals[i].kept);
    if (d->steps == 0 || d->failed || !glia__worth_nothing(&d->worth) || !(kept > 0 && kept < 0.1)) return false;
    glia__finding_set(f, 0.88, kept);
    SAY(f->what, "weights wither: in no layer more than %s %% of their size at the start is left; %s", PERCENT(kept),
        WORTH(d));
    return true;
}

static bool constant_output(const glia__doctor *d, glia_finding *f)
{
    const glia__worth *w = &d->worth;
    if (w->rows < 2 || d->data.constant_target || !(w->spread < 1e-6)) return false;
    glia__finding_set(f, 0.62, w->spread);
    SAY(f->what, "the net gives the same answer for all %zu rows looked at: nothing of the inputs reaches its outputs",
        w->rows);
    return true;
}

static bool stuck(const glia__doctor *d, glia_finding *f)
{
    if (!glia__worth_nothing(&d->worth) || d->data.constant_target) return false;
    glia__finding_set(f, 0.6, isnan(d->worth.r2) ? d->worth.accuracy : d->worth.r2);
    if (d->steps)
        SAY(f->what, "nothing was learned in %zu steps: %s", d->steps, WORTH(d));
    else
        SAY(f->what, "the model tells nothing: %s", WORTH(d));
    glia__finding_suggest(
        d, f,
        "if no other finding explains it: train longer, take a larger net, and look whether the inputs tell "
        "anything of the target");
    return true;
}

static bool few_steps(const glia__doctor *d, glia_finding *f)
{
    const glia_model *m = d->p.m;
    if (d->steps == 0 || d->steps >= 100 || d->failed || !glia__saw_start(d)) return false;
    if (!glia__worth_poor(&d->worth) || m->n_history < 2) return false;
    const double first = m->history[0].loss, last = m->history[m->n_history - 1].loss;
    const double middle = m->history[(m->n_history - 1) / 2].loss;
    if (!(last < 0.998 * first && middle - last > 0.1 * (first - last))) return false;
    glia__finding_set(f, 0.61, (double)d->steps);
    SAY(f->what, "the loss was still falling, from %s to %s, when training ended after %zu steps", DIGITS(first),
        DIGITS(last), d->steps);
    return true;
}

/* Mean validation loss of the last three epochs that have one. */
static double last_three(const glia_model *m)
{
    double sum = 0, count = 0;
    for (size_t i = m->n_history; i-- > 0 && count < 3;)
        if (isfinite(m->history[i].val_loss)) sum += m->history[i].val_loss, count++;
    return count == 3 ? sum / count : (double)NAN;
}

static const glia_epoch *best_validated(const glia_model *m)
{
    const glia_epoch *best = NULL;
    for (size_t i = 0; i < m->n_history; i++)
        if (isfinite(m->history[i].val_loss) && (!best || m->history[i].val_loss < best->val_loss))
            best = &m->history[i];
    return best;
}

/* Who stops early takes the best epoch, and needs no telling. */
static bool overfitting(const glia__doctor *d, glia_finding *f)
{
    const glia_epoch *best = best_validated(d->p.m), *last = last_epoch(d);
    if (!last || !best || d->p.o->patience || d->failed || last->epoch < best->epoch + 3) return false;
    const double end = last_three(d->p.m);
    if (glia__saw_start(d) && last->loss > d->first_loss) return false; /* no fit at all */
    if (!(end > 1.2 * best->val_loss && last->loss < 0.8 * best->loss && last->loss < 0.5 * end)) return false;
    glia__finding_set(f, fmin(0.5 + 0.1 * (end / best->val_loss - 1), 0.7), end / best->val_loss);
    SAY(f->what,
        "the net overfits from epoch %zu on: its validation loss rose from %s to %s while the training loss fell from "
        "%s to %s",
        best->epoch + 1, DIGITS(best->val_loss), DIGITS(end), DIGITS(best->loss), DIGITS(last->loss));
    return true;
}

bool glia__complains_of_rate(const glia__doctor *d)
{
    glia_finding f = {0};
    return rate_high(d, &f) || rate_low(d, &f) || stuck(d, &f);
}

/* ---- the table --------------------------------------------------------------------------------------------------- */

const glia__complaint glia__complaints_of_run[] = {
    {"rate_high", rate_high, ""},
    {"rate_low", rate_low, ""},
    {"weight_decay", weight_decay, "divide weight_decay (or l1, l2) by 100"},
    {"constant_output", constant_output, "look at the findings about layers, the start and the learning rate"},
    {"few_steps", few_steps, "train for more epochs, or take smaller batches"},
    {"stuck", stuck, ""},
    {"overfitting", overfitting,
     "stop earlier (--patience 5), take a smaller net, weight_decay, dropout, or more data"},
    {NULL, NULL, NULL},
};
