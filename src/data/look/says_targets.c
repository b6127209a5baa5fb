/* Complaints about the target: classes that are too rare or missing, numbers that are askew, and columns that give the
 * target away. A target that is yes or no, one of several, is looked at as two classes. */
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

static frequencies frequencies_of(const glia__look_question *q)
{
    frequencies f = {.least_rows = SIZE_MAX};
    for (size_t k = 0; k < q->count; k++) count_class(&f, k, q->rows[k]);
    for (size_t k = 0; k < q->count; k++) {
        const size_t rows = q->rows[k];
        if (rows == 0 || is_slip(&f, rows) || rows >= f.least_rows) continue;
        f.least_rows = rows;
        f.least = k;
    }
    return f;
}

/* Whether targets are yes or no: sentences then say which is meant. */
static bool is_yesno(const glia__look *l)
{
    return l->questions && l->train.data->target == GLIA_TARGET_NUMBERS;
}

static const char *class_name(const glia__look *l, size_t k)
{
    return is_yesno(l) ? (const char *[]){"no", "yes"}[k] : glia_data_class_name(l->train.data, k);
}

/* ` "low"` in quotes behind a word, or nothing where the target has no name. */
#define TARGET(l, j) target_name(l, j, (char[80]){0})
static const char *target_name(const glia__look *l, size_t j, char text[80])
{
    const char *name = glia_data_target_name(l->train.data, j);
    if (name) snprintf(text, 80, " \"%s\"", CUT(name));
    return text;
}

/* Of several targets the sentence is about one. */
static void tell_others(glia_data_finding *f, size_t count)
{
    if (count > 1) SAY_ON(f->what, strlen(f->what), "; and so with %zu more target%s", count - 1, S(count - 1));
}

static bool is_constant_number(const glia__look *l, size_t j)
{
    const double first = glia_data_number(l->train.data, 0, j);
    for (size_t row = 1; row < l->rows; row++)
        if (glia_data_number(l->train.data, row, j) != first) return false;
    return true;
}

static bool is_one_class(const glia__look *l, glia_data_finding *f)
{
    if (l->train.data->target != GLIA_TARGET_CLASSES || l->question->classes != 1) return false;
    SAY(f->what, "all %zu rows are of class \"%s\": there is nothing to tell apart", l->rows,
        CUT(class_name(l, frequencies_of(l->question).most)));
    return true;
}

static bool is_one_number(const glia__look *l, glia_data_finding *f)
{
    const glia_data *d = l->train.data;
    size_t           count = 0;
    for (size_t j = 0; d->target == GLIA_TARGET_NUMBERS && j < d->target_columns; j++) {
        const double value = glia_data_number(d, 0, j);
        if (!is_constant_number(l, j) || count++ > 0) continue;
        SAY(f->what, "the target%s is %s in all %zu rows: there is nothing to predict", TARGET(l, j),
            l->questions ? class_name(l, value == 1) : DIGITS(value), l->rows);
    }
    tell_others(f, count);
    return count > 0;
}

static bool constant_target(const glia__look *l, glia_data_finding *f)
{
    if (l->rows < 2) return false;
    glia__look_finding(f, 1, 1);
    return is_one_class(l, f) || is_one_number(l, f);
}

/* How many times as many rows the most frequent class has as the rarest; 0 where there are not two to compare. */
static double imbalance_of(const glia__look *l, const glia__look_question *q)
{
    const frequencies n = frequencies_of(q);
    if (q->classes < 2 || l->rows < GLIA__LOOK_ROWS) return 0;
    return (double)n.most_rows / (double)n.least_rows;
}

static void tell_imbalance(const glia__look *l, glia_data_finding *f, const glia__look_question *q)
{
    const frequencies n = frequencies_of(q);
    const char *const most = class_name(l, n.most);
    if (is_yesno(l))
        SAY(f->what, "the target%s is", TARGET(l, q->target));
    else
        SAY(f->what, "classes are");
    SAY_ON(f->what, strlen(f->what),
           " out of balance: \"%s\" has %zu rows and \"%s\" %zu; always answering \"%s\" is right in %s %% of the rows",
           CUT(most), n.most_rows, CUT(class_name(l, n.least)), n.least_rows, CUT(most),
           PERCENT((double)n.most_rows / (double)l->rows));
}

static bool imbalance(const glia__look *l, glia_data_finding *f)
{
    double worst = 0;
    size_t count = 0, which = 0;
    for (size_t j = 0; j < l->questions; j++) {
        const double ratio = imbalance_of(l, &l->question[j]);
        count += ratio >= IMBALANCE;
        if (ratio > worst) worst = ratio, which = j;
    }
    if (count == 0) return false;
    glia__look_finding(f, worst < 20 ? 0.38 : worst < 100 ? 0.5 : 0.65, worst);
    tell_imbalance(l, f, &l->question[which]);
    tell_others(f, count);
    if (is_yesno(l)) SAY(f->cure, "judge by the F1 of yes, and not by the share of right answers");
    return true;
}

static void tell_rare(const glia__look *l, glia_data_finding *f, const glia__look_question *q)
{
    const frequencies n = frequencies_of(q);
    SAY(f->what,
        "%zu of %zu classes%s%s %s fewer than %d rows (\"%s\" has %zu): too few to learn from and to be judged by",
        n.rare, q->count, is_yesno(l) ? " of the target" : "", is_yesno(l) ? TARGET(l, q->target) : "",
        n.rare == 1 ? "has" : "have", RARE, CUT(class_name(l, n.first_rare)), q->rows[n.first_rare]);
}

static bool rare_class(const glia__look *l, glia_data_finding *f)
{
    size_t count = 0, rare = 0;
    for (size_t j = 0; j < l->questions; j++) {
        const glia__look_question *q = &l->question[j];
        const frequencies          n = frequencies_of(q);
        if (q->classes < 2 || l->rows < GLIA__LOOK_ROWS || n.rare == 0) continue;
        rare += n.rare;
        if (count++ == 0) tell_rare(l, f, q);
    }
    if (count == 0) return false;
    glia__look_finding(f, 0.45, (double)rare);
    tell_others(f, count);
    if (is_yesno(l)) SAY(f->cure, "look whether rows are missing; else collect more, or leave this target out");
    return true;
}

static bool absent_class(const glia__look *l, glia_data_finding *f)
{
    if (l->train.data->target != GLIA_TARGET_CLASSES || l->unseen) return false;
    const frequencies n = frequencies_of(l->question);
    if (l->question->classes == 0 || n.absent == 0) return false;
    glia__look_finding(f, 0.42, (double)n.absent);
    SAY(f->what, "%zu of %zu classes %s no row, such as \"%s\"", n.absent, l->question->count,
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
    if (d->target != GLIA_TARGET_NUMBERS || l->questions || l->rows < GLIA__LOOK_ROWS) return false;
    for (size_t j = 0; j < d->target_columns; j++) {
        double       least;
        const double skew = skew_of(l, j, &least);
        if (!(skew > SKEW) || least < 0) continue;
        glia__look_finding(f, 0.15, skew);
        SAY(f->what, "the target%s is askew: its skewness is %s, so that a few large values rule the loss",
            TARGET(l, j), DIGITS(skew));
        return true;
    }
    return false;
}

/* ---- columns that know ------------------------------------------------------------------------------------------ */

/* Of the targets that c gives away the one that it tells best; NULL: none. */
static const glia__look_question *told_by(const glia__look *l, const glia__look_column *c)
{
    const glia__look_question *best = NULL;
    for (size_t j = 0; j < l->questions; j++)
        if (glia__look_gives_away(l, c, j) && (!best || c->tell[j].balanced > c->tell[best->target].balanced))
            best = &l->question[j];
    return best;
}

static double gives_away(const glia__look *l, const glia__look_column *c)
{
    const glia__look_question *q = told_by(l, c);
    return q ? c->tell[q->target].balanced : 0;
}

static double follows(const glia__look *l, const glia__look_column *c)
{
    return l->columns > 1 && fabs(c->rank) >= FOLLOWS ? fabs(c->rank) : 0;
}

/* The best of the columns that do not give the target away. */
static double next_best(const glia__look *l, const glia__look_question *q)
{
    double next = 0;
    for (size_t i = 0; i < l->columns; i++)
        if (!glia__look_gives_away(l, &l->column[i], q->target))
            next = fmax(next, l->column[i].tell[q->target].balanced);
    return next;
}

static size_t right_rows(const glia__look *l, const glia__look_column *c, const glia__look_question *q)
{
    return l->rows - c->tell[q->target].wrong;
}

/* `"code" alone tells "high" in 60 of 60 rows` */
static void tell_away(const glia__look *l, const glia__look_column *c, char text[GLIA__LOOK_NAMES])
{
    const glia__look_question *q = told_by(l, c);
    snprintf(text, GLIA__LOOK_NAMES, "%s alone tells%s in %zu of %zu rows", c->label, TARGET(l, q->target),
             right_rows(l, c, q), l->rows);
}

static void tell_class(const glia__look *l, glia_data_finding *f, const glia__look_list *list)
{
    const glia__look_question *q = told_by(l, list->worst);
    const double               next = next_best(l, q);
    if (is_yesno(l))
        SAY(f->what, "%s", NAMES(l, gives_away, tell_away));
    else
        SAY(f->what, "%s%s tell%s the class in %zu of %zu rows", NAMES(l, gives_away, NULL),
            list->count == 1 ? " alone" : ", each alone,", list->count == 1 ? "s" : "", right_rows(l, list->worst, q),
            l->rows);
    if (next > 0 && (list->count == 1 || !is_yesno(l)))
        SAY_ON(f->what, strlen(f->what), ", where the next best column comes to a balanced accuracy of %s %%",
               PERCENT(next));
}

static void tell_number(const glia__look *l, glia_data_finding *f, const glia__look_list *list)
{
    SAY(f->what, "%s go%s up and down with the target%s: the correlation of their ranks is %s", NAMES(l, follows, NULL),
        list->count == 1 ? "es" : "", TARGET(l, list->worst->follows), DIGITS(list->worst->rank));
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
    const bool            numbers = l->questions == 0;
    const glia__look_list list = glia__look_list_of(l, numbers ? follows : gives_away);
    if (list.count == 0) return false;
    glia__look_finding(f, 0.95, list.most);
    f->column = list.worst->place;
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
