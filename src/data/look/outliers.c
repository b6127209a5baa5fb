/* Values far from all others: a few beyond a wide gap, or one value over and over, as -999 for a gap.
 *
 * Many sound columns have long tails, and a value far out in one of those has others on the way to it. So it is the gap
 * that is looked at: ten times as wide as the middle half of the values. Where none is negative, as of prices and
 * areas, the gap has to be wide in logarithms too. docs/data.md has the reasons. */
#include <math.h>

#include "data/look/look.h"

#define GAP 10.0
#define LOG_GAP 2.0
enum { FEW = 3 };

typedef struct scale {
    const glia__look *l;
    double            half, log_half; /* the width of the middle half; NaN in logarithms where they do not apply */
    bool              spread;         /* enough rows have another value than the most frequent one */
} scale;

static double at(const glia__look *l, size_t i)
{
    return glia__key_value(l->list[i].key);
}

/* In logarithms, of the values from the low-th on that have one. */
static double log_half_of(const glia__look *l, size_t low)
{
    size_t first = low;
    while (first < l->valued && at(l, first) <= 0) first++;
    const size_t n = l->valued - first;
    if (n < 4 || at(l, low) < 0) return (double)NAN;
    return log(at(l, first + 3 * (n - 1) / 4)) - log(at(l, first + (n - 1) / 4));
}

/* Whether the gap between two values is wide, where the others have this range. Where most values are one value, as in
 * a column of mostly 0, the range stands in for the middle half, which is 0. */
static bool is_wide(const scale *s, double below, double above, double range)
{
    const double half = s->half > 0 ? s->half : s->spread ? range : 0;
    if (!(half > 0) || above - below < GAP * half) return false;
    if (isnan(s->log_half)) return true;
    return below > 0 && log(above) - log(below) >= LOG_GAP * s->log_half;
}

/* Whether the values begin .. end - 1, at most a fifth of all, are so few that they can be strangers. */
static bool is_few(const glia__look *l, size_t begin, size_t end)
{
    const size_t count = end - begin, hundredth = l->valued / 100;
    if (count <= (hundredth > FEW ? hundredth : FEW)) return true;
    return l->list[begin].key == l->list[end - 1].key;
}

static void note(const glia__look *l, glia__look_column *c, size_t begin, size_t end)
{
    glia__far *f = &c->far;
    for (size_t i = begin; i < end; i++) {
        if (f->count++ > 0 && l->list[i].row > f->row) continue;
        f->row = l->list[i].row;
        f->value = at(l, i);
    }
}

/* Low ones first: a -999 among prices must not keep the others from being looked at in logarithms. */
void glia__look_for_outliers(const glia__look *l, glia__look_column *c)
{
    const size_t n = l->valued, others = n - c->most_rows;
    size_t       low = 0, high = n; /* the others are low .. high - 1 */
    scale        s = {.l = l, .half = c->quartile[1] - c->quartile[0]};
    if (c->kind != GLIA_KIND_NUMBER || n < GLIA__LOOK_ROWS) return;
    s.spread = others >= GLIA__LOOK_ROWS && 20 * others >= n;
    s.log_half = log_half_of(l, 0);
    for (size_t i = 1; i <= n / 5; i++)
        if (is_few(l, 0, i) && is_wide(&s, at(l, i - 1), at(l, i), at(l, n - 1) - at(l, i))) low = i;
    s.log_half = log_half_of(l, low);
    for (size_t i = n - 1; i >= n - n / 5; i--)
        if (is_few(l, i, n) && is_wide(&s, at(l, i - 1), at(l, i), at(l, i - 1) - at(l, low))) high = i;
    note(l, c, 0, low);
    note(l, c, high, n);
    c->far.low = at(l, low);
    c->far.high = at(l, high - 1);
}
