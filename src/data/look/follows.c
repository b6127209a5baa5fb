/* Whether a column goes up and down with a number to be predicted: Spearman's correlation, of ranks, which is 1 for
 * every copy that keeps the order, in other units or on another scale. */
#include <math.h>

#include "data/look/look.h"

/* rank[row] of the n sorted rows in the list; equal ones share the mean of their places. */
static void make_ranks(const glia__keyed *list, size_t n, double *rank)
{
    for (size_t at = 0, end; at < n; at = end) {
        end = glia__keyed_end(list, n, at);
        for (size_t i = at; i < end; i++) rank[list[i].row] = (double)(at + end - 1) / 2;
    }
}

/* The same of target j, of the rows that have an x. */
static void rank_target(glia__look *l, size_t j, size_t n)
{
    size_t found = 0;
    for (size_t row = 0; found < n && row < l->rows; row++)
        if (!isnan(l->x[row]))
            l->list[found++] = (glia__keyed){glia__key_of(glia_data_number(l->train.data, row, j)), row};
    glia__keyed_sort(l->list, l->room, n);
    make_ranks(l->list, n, l->y);
}

/* Pearson's correlation of x and y in the rows that have an x. */
static double correlation(const glia__look *l, size_t n)
{
    const double mean = (double)(n - 1) / 2; /* of ranks 0 .. n - 1 */
    double       xy = 0, xx = 0, yy = 0;
    for (size_t row = 0; row < l->rows; row++) {
        if (isnan(l->x[row])) continue;
        const double x = l->x[row] - mean, y = l->y[row] - mean;
        xy += x * y, xx += x * x, yy += y * y;
    }
    return xx > 0 && yy > 0 ? xy / sqrt(xx * yy) : 0;
}

void glia__look_whether_follows(glia__look *l, glia__look_column *c)
{
    const glia_data *d = l->train.data;
    const size_t     n = l->valued;
    if (d->target != GLIA_TARGET_NUMBERS || l->questions || c->words || n < GLIA__LOOK_ROWS || c->different < 2) return;
    for (size_t row = 0; row < l->rows; row++) l->x[row] = (double)NAN;
    make_ranks(l->list, n, l->x);
    for (size_t j = 0; j < d->target_columns; j++) {
        rank_target(l, j, n);
        const double r = correlation(l, n);
        if (!(fabs(r) > fabs(c->rank))) continue;
        c->rank = r;
        c->follows = j;
    }
}
