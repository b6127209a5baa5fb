/* Rows that are the same: within the training rows, across to the test rows, and those that are the same but for their
 * target. Rows are hashed and sorted by hash; only rows with equal hashes are compared, and those in full. */
#include <math.h>
#include <string.h>

#include "data/look/look.h"
#include "ground/hash.h"

/* Training rows first, then those to test. */
static const glia__look_part *part_of(const glia__look *l, size_t *row)
{
    if (*row < l->rows) return &l->train;
    *row -= l->rows;
    return &l->test;
}

/* The bytes of a row that is compared as it lies: of images. */
static const void *raw_row(const glia__look_part *p, size_t row, size_t *bytes)
{
    const glia_data *d = p->data;
    const size_t     at = glia__data_stored(d, row) * d->columns;
    *bytes = d->columns * (d->bytes ? 1 : sizeof *d->values);
    return d->bytes ? (const void *)(d->bytes + at) : (const void *)(d->values + at);
}

static uint64_t hash_row(const glia__look *l, size_t row)
{
    const glia__look_part *p = part_of(l, &row);
    uint64_t               hash = GLIA__HASH_START;
    size_t                 n;
    if (l->columns == 0) {
        const void *bytes = raw_row(p, row, &n);
        return glia__hash(hash, bytes, n);
    }
    for (size_t i = 0; i < l->columns; i++) {
        const double   value = glia__look_value(l, p, i, row);
        const uint64_t key = isnan(value) ? 0 : glia__key_of(value);
        hash = glia__hash(hash, &key, sizeof key);
    }
    return hash;
}

static bool same_raw(const glia__look_part *p, size_t a, const glia__look_part *q, size_t b)
{
    size_t      n, also;
    const void *x = raw_row(p, a, &n), *y = raw_row(q, b, &also);
    return n == also && memcmp(x, y, n) == 0;
}

static bool same_inputs(const glia__look *l, size_t a, size_t b)
{
    const glia__look_part *p = part_of(l, &a), *q = part_of(l, &b);
    if (l->columns == 0) return same_raw(p, a, q, b);
    for (size_t i = 0; i < l->columns; i++) {
        const double x = glia__look_value(l, p, i, a), y = glia__look_value(l, q, i, b);
        if (x != y && !(isnan(x) && isnan(y))) return false;
    }
    return true;
}

static bool same_target(const glia__look *l, size_t a, size_t b)
{
    const glia_data *d = l->train.data;
    if (glia_data_class(d, a) != glia_data_class(d, b)) return false;
    for (size_t j = 0; d->target == GLIA_TARGET_NUMBERS && j < d->target_columns; j++)
        if (glia_data_number(d, a, j) != glia_data_number(d, b, j)) return false;
    return true;
}

static bool same_both(const glia__look *l, size_t a, size_t b)
{
    return l->same[a] == l->same[b] && same_target(l, a, b);
}

/* first[row] = the first of the rows that are the same: of the n in the list, whose equal ones have equal keys. */
static void find_first(glia__look *l, size_t n, bool (*same)(const glia__look *, size_t, size_t), size_t *first)
{
    glia__keyed_sort(l->list, l->room, n);
    for (size_t at = 0, end; at < n; at = end) {
        end = glia__keyed_end(l->list, n, at);
        for (size_t i = at; i < end; i++) {
            const size_t row = l->list[i].row;
            first[row] = row;
            for (size_t k = at; k < i && first[row] == row; k++) {
                const size_t before = l->list[k].row;
                if (first[before] == before && same(l, before, row)) first[row] = before;
            }
        }
    }
}

static uint64_t hash_target(const glia__look *l, size_t row)
{
    const glia_data *d = l->train.data;
    uint64_t         hash = glia__hash(GLIA__HASH_START, &l->same[row], sizeof l->same[row]);
    const int32_t class = glia_data_class(d, row);
    hash = glia__hash(hash, &class, sizeof class);
    for (size_t j = 0; d->target == GLIA_TARGET_NUMBERS && j < d->target_columns; j++) {
        const uint64_t key = glia__key_of(glia_data_number(d, row, j));
        hash = glia__hash(hash, &key, sizeof key);
    }
    return hash;
}

static void find_same(glia__look *l)
{
    const size_t all = l->rows + (l->test.data ? l->test.data->rows : 0);
    for (size_t row = 0; row < all; row++) l->list[row] = (glia__keyed){hash_row(l, row), row};
    find_first(l, all, same_inputs, l->same);
    for (size_t row = 0; row < l->rows; row++) l->list[row] = (glia__keyed){hash_target(l, row), row};
    find_first(l, l->rows, same_both, l->twin);
}

/* ---- what follows ----------------------------------------------------------------------------------------------- */

static void note(size_t *count, size_t pair[2], size_t first, size_t second)
{
    if ((*count)++ > 0) return;
    pair[0] = first;
    pair[1] = second;
}

static void count_repeated(glia__look *l)
{
    glia__look_rows *f = &l->found;
    for (size_t row = 0; row < l->rows; row++)
        if (l->twin[row] != row) note(&f->repeated, f->repeated_pair, l->twin[row], row);
}

static void count_across(glia__look *l)
{
    glia__look_rows *f = &l->found;
    for (size_t i = 0; l->test.data && i < l->test.data->rows; i++) {
        const size_t first = l->same[l->rows + i];
        if (first < l->rows) note(&f->across, f->across_pair, first, i);
    }
}

/* How likely two rows have the same class. Numbers may be the same as well. */
static double likeness_of_target(const glia__look *l)
{
    const glia_data *d = l->train.data;
    double           sum = 0;
    for (size_t k = 0; d->target == GLIA_TARGET_CLASSES && k < d->n_classes; k++) {
        const double share = (double)l->question->rows[k] / (double)l->rows;
        sum += share * share;
    }
    return d->target == GLIA_TARGET_CLASSES ? sum : 1;
}

/* How likely two rows have the same inputs by chance, if columns knew nothing of each other; 0 for images. */
static double likeness_of_inputs(const glia__look *l)
{
    double likeness = l->columns ? 1 : 0;
    for (size_t i = 0; i < l->columns; i++) likeness *= l->column[i].alike;
    return likeness;
}

/* Pairs of training rows that are the same; first[row]: the first row that is. */
static double count_pairs(const glia__look *l, const size_t *first)
{
    double pairs = 0;
    for (size_t row = 0; row < l->rows; row++) l->count[row] = 0;
    for (size_t row = 0; row < l->rows; row++) pairs += (double)l->count[first[row]]++;
    return pairs;
}

/* Where chance alone would make half as many rows the same, that they are says nothing. */
static void find_natural(glia__look *l)
{
    glia__look_rows *f = &l->found;
    const double     n = (double)l->rows, pairs = n * (n - 1) / 2, inputs = likeness_of_inputs(l);
    f->natural = pairs * inputs * likeness_of_target(l) >= count_pairs(l, l->twin) / 2;
    f->natural_inputs = pairs * inputs >= count_pairs(l, l->same) / 2;
    if (l->test.data) f->natural_across = n * (double)l->test.data->rows * inputs >= (double)f->across / 2;
}

/* Rows whose inputs have several targets, all of the same inputs counted. */
static void count_torn(glia__look *l)
{
    glia__look_rows *f = &l->found;
    size_t           kinds = 0;
    for (size_t row = 0; row < l->rows; row++) l->count[row] = 0;
    for (size_t row = 0; row < l->rows; row++) {
        const size_t first = l->same[row];
        if (l->twin[row] == l->twin[first]) continue;
        note(&kinds, f->torn_pair, first, row);
        l->count[first] = 1;
    }
    for (size_t row = 0; row < l->rows; row++) f->torn += l->count[l->same[row]];
}

/* Of each kind of inputs only the most frequent answer can be right. l->count: rows of each twin, then of each kind the
 * most of those. */
static double lost_rows(glia__look *l)
{
    size_t right = 0;
    for (size_t row = 0; row < l->rows; row++) l->count[row] = 0;
    for (size_t row = 0; row < l->rows; row++) l->count[l->twin[row]]++;
    for (size_t row = 0; row < l->rows; row++) {
        size_t *most = &l->count[l->same[row]];
        if (l->count[row] > *most) *most = l->count[row];
    }
    for (size_t row = 0; row < l->rows; row++)
        if (l->same[row] == row) right += l->count[row];
    return 1 - (double)right / (double)l->rows;
}

/* The share of the variance of the first target number that lies between rows of the same inputs. */
static double lost_variance(glia__look *l)
{
    double all = 0, within = 0, mean = 0;
    for (size_t row = 0; row < l->rows; row++) l->x[row] = 0, l->count[row] = 0;
    for (size_t row = 0; row < l->rows; row++) {
        const double t = glia_data_number(l->train.data, row, 0);
        l->x[l->same[row]] += t;
        l->count[l->same[row]]++;
        mean += t / (double)l->rows;
    }
    for (size_t row = 0; row < l->rows; row++) {
        const double t = glia_data_number(l->train.data, row, 0), own = l->x[l->same[row]];
        const double away = t - own / (double)l->count[l->same[row]];
        within += away * away;
        all += (t - mean) * (t - mean);
    }
    return all > 0 ? within / all : 0;
}

void glia__look_at_rows(glia__look *l)
{
    find_same(l);
    count_repeated(l);
    count_across(l);
    count_torn(l);
    find_natural(l);
    if (l->found.torn == 0) return;
    l->found.lost = l->questions ? lost_rows(l) : lost_variance(l);
}
