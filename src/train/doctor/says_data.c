/* Complaints about the training data, and about what is asked of the net: its targets and its loss. */
#include "train/doctor/says.h"

/* ---- inputs ------------------------------------------------------------------------------------------------------ */

static bool data_not_finite(const glia__doctor *d, glia_finding *f)
{
    const glia__data_facts *a = &d->data;
    if (a->not_finite == 0) return false;
    glia__finding_set(f, 1, (double)a->not_finite);
    SAY(f->what, "%zu of the inputs are NaN or infinite, the first in row %zu, %s", a->not_finite, a->bad_row + 1,
        COLUMN(d, a->bad_column));
    return true;
}

static bool constant_columns(const glia__doctor *d, glia_finding *f)
{
    const glia__data_facts *a = &d->data;
    const double            share = (double)a->constant / (double)a->columns;
    if (!(share >= 0.25) || a->seen < 2) return false;
    glia__finding_set(f, share == 1 ? 0.96 : 0.5 + 0.35 * share, share);
    SAY(f->what, "%zu of %zu input columns have one value only in the %zu rows looked at, such as %s", a->constant,
        a->columns, a->seen, COLUMN(d, a->constant_column));
    return true;
}

/* Layers that scale by themselves, or take their inputs as numbers of something. */
static bool scales_itself(const glia__doctor *d)
{
    static const char *const names[] = {"batchnorm", "layernorm", "embedding"};
    for (size_t i = 0; i < d->p.m->n_layers; i++) {
        const glia__layer *l = d->vitals[i].l;
        if (!l->class->forward || l->input[0].from != SIZE_MAX) continue;
        for (size_t k = 0; k < sizeof names / sizeof *names; k++)
            if (strcmp(l->class->named.name, names[k]) == 0) return true;
    }
    return false;
}

static bool unscaled_inputs(const glia__doctor *d, glia_finding *f)
{
    const glia__data_facts *a = &d->data;
    if (a->large == 0 || scales_itself(d)) return false;
    glia__finding_set(f, 0.92, a->large_size);
    if (glia__data_is_bytes(d->p.train))
        SAY(f->what, "inputs are raw bytes: root mean squares of %zu columns are over 20, up to %s", a->large,
            DIGITS(a->large_size));
    else
        SAY(f->what,
            "inputs are not scaled: %zu of %zu columns have a root mean square over 20, most of all %s with %s",
            a->large, a->columns, COLUMN(d, a->large_column), DIGITS(a->large_size));
    SAY(f->cure, "scale them: --scale %s", glia__data_is_bytes(d->p.train) ? "unit" : "standard");
    return true;
}

/* ---- targets ----------------------------------------------------------------------------------------------------- */

static bool constant_target(const glia__doctor *d, glia_finding *f)
{
    const glia_data *data = d->p.train;
    if (!d->data.constant_target) return false;
    glia__finding_set(f, 0.97, 1);
    if (glia__has_classes(d))
        SAY(f->what, "all %zu training rows are of class \"%s\": there is nothing to tell apart", d->data.rows,
            CUT(glia_data_class_name(data, (size_t)d->data.most_class)));
    else
        SAY(f->what, "target %zu is %s in all %zu training rows: there is nothing to predict",
            d->data.constant_output + 1, DIGITS(glia_data_number(data, 0, d->data.constant_output)), d->data.rows);
    return true;
}

static bool imbalance(const glia__doctor *d, glia_finding *f)
{
    const glia__data_facts *a = &d->data;
    const glia__worth      *w = &d->worth;
    if (!glia__has_classes(d) || a->constant_target || a->most_rows < 20 * a->least_rows) return false;
    const bool missed = w->rows && w->found < 0.05;
    if (d->p.m->class_weight && !missed) return false; /* it has been seen to */
    glia__finding_set(f, missed ? 0.7 : 0.45, (double)a->most_rows / (double)a->least_rows);
    SAY(f->what, "classes are out of balance: \"%s\" has %zu training rows and \"%s\" %zu%s",
        CUT(glia_data_class_name(d->p.train, (size_t)a->most_class)), a->most_rows,
        CUT(glia_data_class_name(d->p.train, (size_t)a->least_class)), a->least_rows,
        missed ? "; hardly any of the rarest are named right" : "");
    return true;
}

static bool absent_class(const glia__doctor *d, glia_finding *f)
{
    const glia__data_facts *a = &d->data;
    if (!glia__has_classes(d) || a->absent == 0 || a->constant_target) return false;
    glia__finding_set(f, 0.5, (double)a->absent);
    SAY(f->what, "%zu of %zu classes have no training row, such as \"%s\"", a->absent, a->classes,
        CUT(glia_data_class_name(d->p.train, a->absent_class)));
    return true;
}

/* ---- the loss and the last layer --------------------------------------------------------------------------------- */

static const char *last_name(const glia__doctor *d)
{
    return glia__model_last(d->p.m)->class->named.name;
}

static bool is(const char *name, const char *a, const char *b)
{
    return strcmp(name, a) == 0 || strcmp(name, b) == 0;
}

typedef enum squashes { LINEAR, SIGMOID, SOFTMAX, LOGS, OTHER } squashes;

static squashes squash_of(const glia__doctor *d)
{
    const glia__layer *last = glia__model_last(d->p.m);
    const char        *name = last->class->named.name;
    if (last->class->gives_logs) return LOGS;
    if (strcmp(name, "sigmoid") == 0) return SIGMOID;
    if (strcmp(name, "softmax") == 0) return SOFTMAX;
    return last->params > 0 ? LINEAR : OTHER;
}

/* A loss that takes logits gets numbers of a narrow range, so that it cannot come near 0. */
static bool squashed_logits(const glia__doctor *d, glia_finding *f)
{
    const glia__loss_class *loss = d->p.loss->class;
    const squashes          last = squash_of(d);
    if (!loss->logits || d->p.fused || (last != SIGMOID && last != SOFTMAX)) return false;
    const double n = (double)d->p.m->n_out;
    const double least = loss->takes == GLIA__TAKES_CLASSES ? log(1 + (n - 1) * exp(-1)) : log(1 + exp(-1));
    f->value = least;
    SAY(f->what, "%s takes logits, and the last layer is %s: of numbers in 0..1 the loss cannot fall under %s",
        loss->named.name, last_name(d), DIGITS(least));
    SAY(f->cure, "%s",
        last == SIGMOID ? "leave the sigmoid out, or end with softmax and cross_entropy (sigmoid and bce)"
                        : "leave the softmax out, or take cross_entropy, which knows it");
    return true;
}

static bool numbers_for_classes(const glia__doctor *d, glia_finding *f)
{
    const char    *loss = d->p.loss->class->named.name;
    const squashes last = squash_of(d);
    if (d->p.loss->class->takes != GLIA__TAKES_NUMBERS || !glia__has_classes(d)) return false;
    if (d->p.loss->class->own) return false;
    if (last == LINEAR)
        SAY(f->what, "the outputs for %zu classes are plain numbers, fitted to 0 and 1 by %s", d->data.classes, loss);
    else
        SAY(f->what,
            "%s is a loss for numbers, and %s gives probabilities: where it is wrong and sure, %s has next to no "
            "gradient",
            loss, last_name(d), loss);
    SAY(f->cure, "%s",
        last == SIGMOID  ? "take --loss bce"
        : last == LINEAR ? "end the net with softmax, and take its loss, cross_entropy"
                         : "take --loss cross_entropy");
    return true;
}

static bool relu_for_logits(const glia__doctor *d, glia_finding *f)
{
    if (!d->p.loss->class->logits || d->p.fused || !is(last_name(d), "relu", "softplus")) return false;
    SAY(f->what, "the logits for %s come from %s, so that none can be below 0", d->p.loss->class->named.name,
        last_name(d));
    SAY(f->cure, "end the net with the dense layer");
    return true;
}

static bool loss_misfit(const glia__doctor *d, glia_finding *f)
{
    glia__finding_set(f, glia__worth_nothing(&d->worth) ? 0.86 : 0.65, 0);
    return squashed_logits(d, f) || numbers_for_classes(d, f) || relu_for_logits(d, f);
}

static bool unreachable_targets(const glia__doctor *d, glia_finding *f)
{
    const double share = d->data.unreachable;
    if (glia__has_classes(d) || !(share > 0.01)) return false;
    glia__finding_set(f, 0.75, share);
    f->layer = glia__model_last(d->p.m)->number;
    SAY(f->what, "%s cannot give %s %% of the targets, as they are scaled for training",
        LAYER(glia__model_last(d->p.m)), PERCENT(share));
    return true;
}

/* ---- the table --------------------------------------------------------------------------------------------------- */

const glia__complaint glia__complaints_of_data[] = {
    {"nan_inputs", data_not_finite, "drop those rows, or put numbers in their place"},
    {"constant_target", constant_target, "look at the target column, and at how the training rows were chosen"},
    {"constant_columns", constant_columns, "leave them out, and look at how the table was made"},
    {"unscaled_inputs", unscaled_inputs, ""},
    {"loss_misfit", loss_misfit, ""},
    {"unreachable_targets", unreachable_targets, "end the net with a dense layer, without an activation"},
    {"imbalance", imbalance,
     "weigh the classes (--class-weight balanced), or gather more rows of the rare ones; judge by balanced accuracy"},
    {"absent_class", absent_class, "add rows of it, or leave the class out"},
    {NULL, NULL, NULL},
};
