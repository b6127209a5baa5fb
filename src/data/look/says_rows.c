/* Complaints about rows: the same ones twice, within and across, and those that contradict each other. */
#include <math.h>
#include <string.h>

#include "data/look/says.h"

static void set_rows(glia_data_finding *f, const size_t pair[2])
{
    f->row = pair[0];
    f->other_row = pair[1];
}

/* "the same in all that is read of them", where a column is not. */
static const char *what_is_read(const glia__look *l)
{
    const glia_data *d = l->train.data;
    return d->column && l->columns < d->n_columns ? " in all that is read of them" : "";
}

static bool rows_in_both_parts(const glia__look *l, glia_data_finding *f)
{
    const glia__look_rows *r = &l->found;
    if (r->across == 0 || r->natural_across) return false;
    const double share = (double)r->across / (double)l->test.data->rows;
    glia__look_finding(f, share > 0.01 ? 0.9 : 0.55, share);
    set_rows(f, r->across_pair);
    SAY(f->what,
        "%zu of %zu test row%s (%s %%) %s among the training rows%s, such as test row %zu, which is training row %zu: "
        "a "
        "net is asked what it was told",
        r->across, l->test.data->rows, S(l->test.data->rows), PERCENT(share), r->across == 1 ? "is" : "are",
        what_is_read(l), r->across_pair[1] + 1, r->across_pair[0] + 1);
    return true;
}

static bool duplicate_rows(const glia__look *l, glia_data_finding *f)
{
    const glia__look_rows *r = &l->found;
    if (r->repeated == 0 || r->natural) return false;
    const double share = (double)r->repeated / (double)l->rows;
    glia__look_finding(f, share > 0.05 ? 0.6 : share > 0.01 ? 0.4 : 0.25, (double)r->repeated);
    set_rows(f, r->repeated_pair);
    SAY(f->what, "%zu of %zu rows (%s %%) repeat%s an earlier one%s%s%s rows %zu and %zu", r->repeated, l->rows,
        PERCENT(share), r->repeated == 1 ? "s" : "", what_is_read(l),
        l->train.data->target == GLIA_TARGET_NONE ? "" : ", target included",
        r->repeated == 1 ? ":" : ", the first being", r->repeated_pair[0] + 1, r->repeated_pair[1] + 1);
    if (!l->second)
        SAY(f->cure, "keep one of each, if they are the same thing told twice: a hold-out drawn by chance can get one "
                     "and training the other");
    return true;
}

/* What can be hoped for all the same. */
static void tell_loss(const glia__look *l, glia_data_finding *f)
{
    const double lost = l->found.lost;
    if (l->questions)
        SAY_ON(f->what, strlen(f->what), "; whatever a model says, it errs in %zu of them",
               (size_t)round(lost * (double)l->rows));
    else if (lost >= 0.001)
        SAY_ON(f->what, strlen(f->what), "; no model can have an R2 over %s on them all", DIGITS(1 - lost));
}

static bool disagreeing_rows(const glia__look *l, glia_data_finding *f)
{
    const glia__look_rows *r = &l->found;
    const bool             classes = l->train.data->target == GLIA_TARGET_CLASSES;
    if (r->torn == 0 || (!l->questions && r->natural_inputs)) return false;
    const double severity = 0.35 + 0.6 * r->lost;
    glia__look_finding(f, severity < 0.85 ? severity : 0.85, (double)r->torn);
    set_rows(f, r->torn_pair);
    SAY(f->what, "%zu of %zu rows are the same as another row%s but for their %s, such as rows %zu and %zu", r->torn,
        l->rows, what_is_read(l), classes ? "class" : "target", r->torn_pair[0] + 1, r->torn_pair[1] + 1);
    tell_loss(l, f);
    return true;
}

const glia__look_complaint glia__look_complaints_of_rows[] = {
    {"rows_in_both_parts", rows_in_both_parts, "take them out of one part: scores on them are too good"},
    {"duplicate_rows", duplicate_rows, "keep one of each, if they are the same thing told twice"},
    {"disagreeing_rows", disagreeing_rows,
     "look at them: either a target is wrong, or a column is missing that tells "
     "them apart"},
    {NULL},
};
