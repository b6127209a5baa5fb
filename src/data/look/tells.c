/* Whether one column alone tells the class: the mark of a column that was made from the target, or is known only once
 * the target is.
 *
 * Classes count alike, however many rows they have. Each value that is there often gets the class it tells best; and
 * numbers are cut into intervals, one a class, in the order of the classes' medians. The best cut is found in one walk:
 * cost[r] is the least cost of the values so far if the last interval is that of the r-th class. */
#include <math.h>
#include <string.h>

#include "data/look/look.h"

#define TELLS 0.99      /* share of rows, classes counting alike */
#define SLIP_TELLS 0.95 /* the same, where but a slip or two are wrong */
#define CHANCE 1e-4     /* tables of chance in which a column would do as well */

enum { MOST = GLIA__LOOK_CLASSES, SLIPS = 2 };

/* One column against the classes. */
typedef struct trial {
    const glia__look          *l;
    const glia__look_question *q;
    size_t                     n[MOST];    /* rows of each class that have a value */
    size_t                     here[MOST]; /* those of the run at hand */
} trial;

typedef struct cost {
    double balanced; /* sum over classes of the share of wrong rows */
    size_t wrong;
} cost;

static size_t class_at(const trial *t, size_t i)
{
    return glia__look_class(t->l, t->q, t->l->list[i].row);
}

static double share(const trial *t, size_t k)
{
    return t->here[k] ? (double)t->here[k] / (double)t->q->rows[k] : 0;
}

static void enter_run(trial *t, size_t at, size_t end)
{
    memset(t->here, 0, t->q->count * sizeof *t->here);
    for (size_t i = at; i < end; i++) t->here[class_at(t, i)]++;
}

/* What a run costs that gets no class at all. */
static cost whole_run(const trial *t)
{
    cost c = {0};
    for (size_t k = 0; k < t->q->count; k++) {
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
    for (size_t k = 1; k < t->q->count; k++)
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
    memset(t->here, 0, t->q->count * sizeof *t->here);
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
    for (size_t k = 0; k < t->q->count; k++) t->here[k] = t->q->rows[k] - t->n[k];
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
static bool is_chance(const glia__look *l, const glia__look_question *q, const cost *c, double log_ways)
{
    double all = log_factorial(l->rows), picked = log_factorial(c->wrong) + log_factorial(l->rows - c->wrong);
    double lie = all;
    for (size_t k = 0; k < q->count; k++) lie -= log_factorial(q->rows[k]);
    log_ways += all - picked + (double)c->wrong * log((double)q->classes);
    return log_ways + log((double)l->columns) - lie > log(CHANCE);
}

/* Right in 99 % of the rows; a slip or two count as rows there, since in a small class they weigh more than that. */
static bool is_right(const glia__look *l, const glia__tell *t)
{
    const bool slip = t->wrong <= SLIPS && 100 * t->wrong <= l->rows;
    return t->balanced >= TELLS || (slip && t->balanced >= SLIP_TELLS);
}

static void try_column(glia__look *l, const glia__look_column *c, const glia__look_question *q, glia__tell *tell)
{
    trial        t = {.l = l, .q = q};
    const double values = (double)(c->different + (c->missing > 0)), classes = (double)q->classes;
    if (q->classes < 2 || q->count > MOST) return;
    for (size_t i = 0; i < l->valued; i++) t.n[class_at(&t, i)]++;
    cost   best = by_value(&t), cut = {INFINITY, 0};
    double ways = values * log(classes);
    add_gaps(&t, &best);
    if (!c->words) cut = by_interval(&t), add_gaps(&t, &cut);
    /* A value for nearly each row tells every row, and nothing. */
    if (c->words ? false : cut.balanced <= best.balanced || c->different > l->rows / 4) {
        best = cut;
        ways = log_factorial(q->classes) + log(classes);
    }
    *tell = (glia__tell){.balanced = 1 - best.balanced / classes, .wrong = best.wrong};
    tell->coded = (size_t)values == q->classes;
    tell->chance = !is_right(l, tell) || is_chance(l, q, &best, ways);
}

void glia__look_whether_tells(glia__look *l, glia__look_column *c)
{
    const size_t values = c->different + (c->missing > 0);
    if (l->rows < GLIA__LOOK_ROWS || values < 2) return;
    for (size_t j = 0; j < l->questions; j++) try_column(l, c, &l->question[j], &c->tell[j]);
}

static bool tells(const glia__look *l, const glia__tell *t)
{
    return is_right(l, t) && !t->chance;
}

void glia__look_who_tells(glia__look *l)
{
    for (size_t j = 0; j < l->questions; j++)
        for (size_t i = 0; i < l->columns; i++) {
            glia__look_question *q = &l->question[j];
            const glia__tell    *t = &l->column[i].tell[j];
            q->telling += tells(l, t) && l->column[i].twin == GLIA_NO_COLUMN;
            if (!tells(l, t)) q->next_best = fmax(q->next_best, t->balanced);
        }
}

/* Where several columns tell the class it is easy to tell, and of two columns nobody knows which is the odd one. So a
 * column of many values has to be one of three at least, and much better than the best that does not tell the class.
 * One with a value for each class is a name for it, whatever the others are. */
bool glia__look_gives_away(const glia__look *l, const glia__look_column *c, size_t question)
{
    const glia__look_question *q = &l->question[question];
    const glia__tell          *t = &c->tell[question];
    const double               rest = 1 - q->next_best;
    if (!tells(l, t)) return false;
    if (t->coded) return true;
    return 3 * q->telling <= l->columns && rest >= 0.02 && rest >= 4 * (1 - t->balanced);
}
