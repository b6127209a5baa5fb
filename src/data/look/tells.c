/* Whether one column alone tells the class: the mark of a column that was made from the target, or is known only once
 * the target is.
 *
 * Classes count alike, however many rows they have. Each value that is there often gets the class it tells best; and
 * numbers are cut into intervals, one a class, in the order of the classes' medians. The best cut is found in one walk:
 * cost[r] is the least cost of the values so far if the last interval is that of the r-th class. */
#include <math.h>
#include <string.h>

#include "data/look/look.h"

#define TELLS 0.99  /* share of rows, classes counting alike */
#define CHANCE 1e-4 /* tables of chance in which a column would do as well */

enum { MOST = GLIA__LOOK_CLASSES };

/* One column against the classes. */
typedef struct trial {
    const glia__look *l;
    size_t            n[MOST];    /* rows of each class that have a value */
    size_t            here[MOST]; /* those of the run at hand */
    size_t            classes;    /* numbers of classes; some may have no rows */
} trial;

typedef struct cost {
    double balanced; /* sum over classes of the share of wrong rows */
    size_t wrong;
} cost;

static size_t class_at(const trial *t, size_t i)
{
    const glia_data *d = t->l->train.data;
    return (size_t)d->classes[glia__data_stored(d, t->l->list[i].row)];
}

static double share(const trial *t, size_t k)
{
    return t->here[k] ? (double)t->here[k] / (double)t->l->class_rows[k] : 0;
}

static void enter_run(trial *t, size_t at, size_t end)
{
    memset(t->here, 0, t->classes * sizeof *t->here);
    for (size_t i = at; i < end; i++) t->here[class_at(t, i)]++;
}

/* What a run costs that gets no class at all. */
static cost whole_run(const trial *t)
{
    cost c = {0};
    for (size_t k = 0; k < t->classes; k++) {
        c.balanced += share(t, k);
        c.wrong += t->here[k];
    }
    return c;
}

/* Adds what a run costs that gets its best class. */
static void add_best(const trial *t, cost *sum)
{
    const cost all = whole_run(t);
    size_t     best = 0;
    for (size_t k = 1; k < t->classes; k++)
        if (share(t, k) > share(t, best)) best = k;
    sum->balanced += all.balanced - share(t, best);
    sum->wrong += all.wrong - t->here[best];
}

/* Each value gets a class. */
static cost by_value(trial *t)
{
    cost         sum = {0};
    const size_t n = t->l->valued;
    for (size_t at = 0, end; at < n; at = end) {
        end = glia__keyed_end(t->l->list, n, at);
        enter_run(t, at, end);
        add_best(t, &sum);
    }
    return sum;
}

/* The classes in the order of their medians; returns how many have values. */
static size_t order_classes(trial *t, size_t order[MOST])
{
    size_t found = 0;
    memset(t->here, 0, t->classes * sizeof *t->here);
    for (size_t i = 0; i < t->l->valued; i++) {
        const size_t k = class_at(t, i);
        if (++t->here[k] == (t->n[k] + 1) / 2) order[found++] = k;
    }
    return found;
}

/* Each interval gets a class. */
static cost by_interval(trial *t)
{
    size_t       order[MOST];
    cost         least[MOST] = {{0}};
    const size_t found = order_classes(t, order), n = t->l->valued;
    for (size_t at = 0, end; at < n; at = end) {
        end = glia__keyed_end(t->l->list, n, at);
        enter_run(t, at, end);
        const cost all = whole_run(t);
        for (size_t r = 0; r < found; r++) {
            if (r > 0 && least[r - 1].balanced < least[r].balanced) least[r] = least[r - 1];
        }
        for (size_t r = 0; r < found; r++) {
            least[r].balanced += all.balanced - share(t, order[r]);
            least[r].wrong += all.wrong - t->here[order[r]];
        }
    }
    cost best = {INFINITY, 0};
    for (size_t r = 0; r < found; r++)
        if (least[r].balanced < best.balanced) best = least[r];
    return best;
}

/* The rows without a value are a value more. */
static void add_gaps(trial *t, cost *sum)
{
    for (size_t k = 0; k < t->classes; k++) t->here[k] = t->l->class_rows[k] - t->n[k];
    add_best(t, sum);
}

static double log_factorial(size_t n)
{
    double sum = 0;
    for (size_t i = 2; i <= n; i++) sum += log((double)i);
    return sum;
}

/* Whether chance would do as well in more than one of CHANCE tables: in at most so many ways classes lie so that the
 * column tells them but for `wrong` rows, of all the ways in which they can lie. */
static bool is_chance(const glia__look *l, const cost *c, double log_ways)
{
    double all = log_factorial(l->rows), picked = log_factorial(c->wrong) + log_factorial(l->rows - c->wrong);
    double lie = all;
    for (size_t k = 0; k < l->train.data->n_classes; k++) lie -= log_factorial(l->class_rows[k]);
    log_ways += all - picked + (double)c->wrong * log((double)l->classes);
    return log_ways + log((double)l->columns) - lie > log(CHANCE);
}

void glia__look_whether_tells(glia__look *l, glia__look_column *c)
{
    const glia_data *d = l->train.data;
    trial            t = {.l = l, .classes = d->n_classes};
    const double     values = (double)(c->different + (c->missing > 0)), classes = (double)l->classes;
    if (d->target != GLIA_TARGET_CLASSES || l->classes < 2 || d->n_classes > MOST) return;
    if (l->rows < GLIA__LOOK_ROWS || values < 2) return;
    for (size_t i = 0; i < l->valued; i++) t.n[class_at(&t, i)]++;
    cost   best = by_value(&t), cut = {INFINITY, 0};
    double ways = values * log(classes);
    add_gaps(&t, &best);
    if (!c->words) cut = by_interval(&t), add_gaps(&t, &cut);
    /* A value for nearly each row tells every row, and nothing. */
    if (c->words ? false : cut.balanced <= best.balanced || c->different > l->rows / 4) {
        best = cut;
        ways = log_factorial(l->classes) + log(classes);
    }
    c->tell.balanced = 1 - best.balanced / classes;
    c->tell.wrong = best.wrong;
    c->tell.coded = (size_t)values == l->classes;
    c->tell.chance = c->tell.balanced < TELLS || is_chance(l, &best, ways);
}

static bool tells(const glia__look_column *c)
{
    return c->tell.balanced >= TELLS && !c->tell.chance;
}

void glia__look_who_tells(glia__look *l)
{
    for (size_t i = 0; i < l->columns; i++) {
        const glia__look_column *c = &l->column[i];
        l->telling += tells(c) && c->twin == GLIA_NO_COLUMN;
        if (!tells(c)) l->next_best = fmax(l->next_best, c->tell.balanced);
    }
}

/* Where several columns tell the class it is easy to tell, and of two columns nobody knows which is the odd one. So a
 * column of many values has to be one of three at least, and much better than the best that does not tell the class.
 * One with a value for each class is a name for it, whatever the others are. */
bool glia__look_gives_away(const glia__look *l, const glia__look_column *c)
{
    const double rest = 1 - l->next_best;
    if (!tells(c)) return false;
    if (c->tell.coded) return true;
    return 3 * l->telling <= l->columns && rest >= 0.02 && rest >= 4 * (1 - c->tell.balanced);
}
