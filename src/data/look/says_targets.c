/* Complaints about the target: classes that are too rare or missing, numbers that are askew, and columns that give the
 * target away. */
#include <math.h>
#include <string.h>

#include "data/look/says.h"

#define IMBALANCE 5.0
#define SKEW 2.0
#define FOLLOWS 0.999
enum { RARE = 5, GROUPS = 10 };

/* ---- classes ---------------------------------------------------------------------------------------------------- */

typedef struct frequencies {
    size_t most, least;           /* classes */
    size_t most_rows, least_rows; /* of those that have any */
    size_t absent, first_absent;
    size_t rare, first_rare; /* that have rows, and fewer than RARE */
} frequencies;

static void count_class(frequencies *f, size_t k, size_t rows)
{
    if (rows == 0 && f->absent++ == 0) f->first_absent = k;
    if (rows == 0) return;
    if (rows > f->most_rows) f->most_rows = rows, f->most = k;
    if (rows < RARE && f->rare++ == 0) f->first_rare = k;
}

/* A row or two of many are a slip, and no class to be balanced. */
static bool is_slip(const frequencies *f, size_t rows)
{
    return rows < RARE && 100 * rows < f->most_rows;
}

static frequencies frequencies_of(const glia__look *l)
{
    frequencies f = {.least_rows = SIZE_MAX};
    for (size_t k = 0; k < l->train.data->n_classes; k++) count_class(&f, k, l->class_rows[k]);
    for (size_t k = 0; k < l->train.data->n_classes; k++) {
        const size_t rows = l->class_rows[k];
        if (rows == 0 || is_slip(&f, rows) || rows >= f.least_rows) continue;
        f.least_rows = rows;
        f.least = k;
    }
    return f;
}

static const char *class_name(const glia__look *l, size_t k)
{
    return glia_data_class_name(l->train.data, k);
}

static bool is_constant_number(const glia__look *l, size_t j)
{
    const double first = glia_data_number(l->train.data, 0, j);
    for (size_t row = 1; row < l->rows; row++)
        if (glia_data_number(l->train.data, row, j) != first) return false;
    return true;
}

static bool constant_target(const glia__look *l, glia_data_finding *f)
{
    const glia_data *d = l->train.data;
    if (l->rows < 2) return false;
    glia__look_finding(f, 1, 1);
    if (d->target == GLIA_TARGET_CLASSES && l->classes == 1) {
        SAY(f->what, "all %zu rows are of class \"%s\": there is nothing to tell apart", l->rows,
            CUT(class_name(l, frequencies_of(l).most)));
        return true;
    }
    for (size_t j = 0; d->target == GLIA_TARGET_NUMBERS && j < d->target_columns; j++) {
        if (!is_constant_number(l, j)) continue;
        SAY(f->what, "the target is %s in all %zu rows: there is nothing to predict", DIGITS(glia_data_number(d, 0, j)),
            l->rows);
        return true;
    }
    return false;
}

static bool imbalance(const glia__look *l, glia_data_finding *f)
{
    const frequencies n = frequencies_of(l);
    const double      ratio = (double)n.most_rows / (double)n.least_rows, share = (double)n.most_rows / (double)l->rows;
    if (l->classes < 2 || l->rows < GLIA__LOOK_ROWS || ratio < IMBALANCE) return false;
    glia__look_finding(f, ratio < 20 ? 0.38 : ratio < 100 ? 0.5 : 0.65, ratio);
    SAY(f->what,
        "classes are out of balance: \"%s\" has %zu rows and \"%s\" %zu; always answering \"%s\" is right in %s %% of "
        "the rows",
        CUT(class_name(l, n.most)), n.most_rows, CUT(class_name(l, n.least)), n.least_rows, CUT(class_name(l, n.most)),
        PERCENT(share));
    return true;
}

static bool rare_class(const glia__look *l, glia_data_finding *f)
{
    const frequencies n = frequencies_of(l);
    if (l->classes < 2 || l->rows < GLIA__LOOK_ROWS || n.rare == 0) return false;
    glia__look_finding(f, 0.45, (double)n.rare);
    SAY(f->what, "%zu of %zu classes %s fewer than %d rows (\"%s\" has %zu): too few to learn from and to be judged by",
        n.rare, l->train.data->n_classes, n.rare == 1 ? "has" : "have", RARE, CUT(class_name(l, n.first_rare)),
        l->class_rows[n.first_rare]);
    return true;
}

static bool absent_class(const glia__look *l, glia_data_finding *f)
{
    const frequencies n = frequencies_of(l);
    if (l->classes == 0 || n.absent == 0 || l->unseen) return false;
    glia__look_finding(f, 0.42, (double)n.absent);
    SAY(f->what, "%zu of %zu classes %s no row, such as \"%s\"", n.absent, l->train.data->n_classes,
        n.absent == 1 ? "has" : "have", CUT(class_name(l, n.first_absent)));
    return true;
}

static bool unseen_class(const glia__look *l, glia_data_finding *f)
{
    if (l->unseen == 0) return false;
    glia__look_finding(f, 0.8, (double)l->unseen);
    SAY(f->what, "%zu of %zu test row%s %s of a class without training rows, such as \"%s\": %s cannot be right",
        l->unseen, l->second->rows, S(l->second->rows), l->unseen == 1 ? "is" : "are", CUT(l->unseen_name),
        l->unseen == 1 ? "it" : "they");
    return true;
}

/* ---- numbers ---------------------------------------------------------------------------------------------------- */

/* The third moment of a target about its mean, in standard deviations; and its least. */
static double skew_of(const glia__look *l, size_t j, double *least)
{
    double mean = 0, second = 0, third = 0;
    *least = INFINITY;
    for (size_t row = 0; row < l->rows; row++) mean += glia_data_number(l->train.data, row, j) / (double)l->rows;
    for (size_t row = 0; row < l->rows; row++) {
        const double value = glia_data_number(l->train.data, row, j), away = value - mean;
        *least = fmin(*least, value);
        second += away * away / (double)l->rows;
        third += away * away * away / (double)l->rows;
    }
    return second > 0 ? third / pow(second, 1.5) : 0;
}

static bool skewed_target(const glia__look *l, glia_data_finding *f)
{
    const glia_data *d = l->train.data;
    if (d->target != GLIA_TARGET_NUMBERS || d->yesno || l->rows < GLIA__LOOK_ROWS) return false;
    for (size_t j = 0; j < d->target_columns; j++) {
        double       least;
        const double skew = skew_of(l, j, &least);
        if (!(skew > SKEW) || least < 0) continue;
        const char *name = glia_data_target_name(d, j);
        glia__look_finding(f, 0.15, skew);
        SAY(f->what, "the target%s%s%s is askew: its skewness is %s, so that a few large values rule the loss",
            name ? " \"" : "", name ? CUT(name) : "", name ? "\"" : "", DIGITS(skew));
        return true;
    }
    return false;
}

/* ---- columns that know ------------------------------------------------------------------------------------------ */

static double gives_away(const glia__look *l, const glia__look_column *c)
{
    return glia__look_gives_away(l, c) ? c->tell.balanced : 0;
}

static double follows(const glia__look *l, const glia__look_column *c)
{
    return l->columns > 1 && fabs(c->rank) >= FOLLOWS ? fabs(c->rank) : 0;
}

/* The best of the columns that do not give the class away. */
static double next_best(const glia__look *l)
{
    double next = 0;
    for (size_t i = 0; i < l->columns; i++)
        if (gives_away(l, &l->column[i]) == 0) next = fmax(next, l->column[i].tell.balanced);
    return next;
}

static void tell_class(const glia__look *l, glia_data_finding *f, const glia__look_list *list)
{
    const size_t right = l->rows - list->worst->tell.wrong;
    const double next = next_best(l);
    SAY(f->what, "%s%s tell%s the class in %zu of %zu rows", NAMES(l, gives_away, NULL),
        list->count == 1 ? " alone" : ", each alone,", list->count == 1 ? "s" : "", right, l->rows);
    if (next > 0)
        SAY_ON(f->what, strlen(f->what), ", where the next best column comes to a balanced accuracy of %s %%",
               PERCENT(next));
}

static void tell_number(const glia__look *l, glia_data_finding *f, const glia__look_list *list)
{
    const char *target = glia_data_target_name(l->train.data, list->worst->follows);
    SAY(f->what, "%s go%s up and down with the target%s%s%s: the correlation of their ranks is %s",
        NAMES(l, follows, NULL), list->count == 1 ? "es" : "", target ? " \"" : "", target ? CUT(target) : "",
        target ? "\"" : "", DIGITS(list->worst->rank));
}

/* Words of which each has some rows, as the patient that a row is of. */
static bool may_be_group(const glia__look *l, const glia__look_column *c)
{
    return c->words && c->different >= GROUPS && 2 * c->different <= l->rows;
}

static void cure_group(glia_data_finding *f, const glia__look_column *c)
{
    SAY(f->cure, "leave it out (%s), or if the rows of one word belong together, %s", COLUMNS(c->of, "skip"),
        OPTION("--group", c->of));
}

static bool tells_target(const glia__look *l, glia_data_finding *f)
{
    const bool            numbers = l->train.data->target == GLIA_TARGET_NUMBERS;
    const glia__look_list list = glia__look_list_of(l, numbers ? follows : gives_away);
    if (list.count == 0) return false;
    glia__look_finding(f, 0.95, list.most);
    f->column = list.worst->slot;
    (numbers ? tell_number : tell_class)(l, f, &list);
    glia__look_cure_skip(f, &list, ", unless it is known before the target is: else scores will be too good");
    if (may_be_group(l, list.worst)) cure_group(f, list.worst);
    return true;
}

const glia__look_complaint glia__look_complaints_of_targets[] = {
    {"constant_target", constant_target,
     "look whether it is the column that is meant (--target), and whether rows are missing"},
    {"tells_target", tells_target, ""},
    {"unseen_class", unseen_class, "train on rows of every class, or look whether names are spelled alike"},
    {"imbalance", imbalance,
     "judge by balanced accuracy and F1, hold out with --stratify, and try --class-weight balanced"},
    {"rare_class", rare_class,
     "look whether it is a typing error; else collect more rows, or put it together with another class"},
    {"absent_class", absent_class, "look whether rows are missing"},
    {"skewed_target", skewed_target, "try to predict its logarithm, in a column of its own"},
    {NULL},
};
