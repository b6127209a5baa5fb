/* Cross-validation: a data set is cut into K folds, each of which is held out once.
 *
 * Row for row those of scikit-learn 1.2: KFold and StratifiedKFold with shuffle=True and random_state=seed, GroupKFold,
 * and TimeSeriesSplit, whose every fold trains on what comes before it. */
#include <string.h>

#include "data/split.h"
#include "ground/memory.h"

/* A fold to be found: fold_of[rows] says in which one each row is held. */
typedef struct folding {
    const glia_data *data;
    size_t           rows, folds;
    size_t          *fold_of;
    glia_rng        *rng;
} folding;

/* ---- shuffled --------------------------------------------------------------------------------------------------- */

/* Stretches of a permutation, the first rows % folds of them one longer. */
static glia_status fold_shuffled(folding *f)
{
    size_t *order = glia__new(f->rows, sizeof *order), at = 0;
    if (!order) return GLIA_E_MEMORY;
    glia_rng_permutation(f->rng, order, f->rows);
    for (size_t k = 0; k < f->folds; k++) {
        size_t size = f->rows / f->folds + (k < f->rows % f->folds);
        for (size_t i = 0; i < size; i++) f->fold_of[order[at++]] = k;
    }
    glia__free(order);
    return GLIA_OK;
}

/* ---- stratified ------------------------------------------------------------------------------------------------- */

/* The rows class by class, the classes in the order in which they appear. */
typedef struct strata {
    size_t  count;         /* of classes with rows                                     */
    size_t *place;         /* [classes]: of a class in that order; SIZE_MAX: has none   */
    size_t *begin;         /* [classes + 2]: where in row[] each one's rows are         */
    size_t *row, *fold_of; /* [rows]; fold_of: room for the folds of one class          */
} strata;

static void strata_clear(strata *s)
{
    glia__free(s->place);
    glia__free(s->begin);
    glia__free(s->row);
    glia__free(s->fold_of);
}

static glia_status strata_new(strata *s, const glia_data *d)
{
    s->place = glia__new(d->n_classes, sizeof *s->place);
    s->begin = glia__new(d->n_classes + 2, sizeof *s->begin);
    s->row = glia__new(d->rows, sizeof *s->row);
    s->fold_of = glia__new(d->rows, sizeof *s->fold_of);
    return s->place && s->begin && s->row && s->fold_of ? GLIA_OK : GLIA_E_MEMORY;
}

/* Counts two places ahead, so that filling, one place ahead, ends with begin[] as it should be. */
static void strata_fill(strata *s, const glia_data *d)
{
    for (size_t k = 0; k < d->n_classes; k++) s->place[k] = SIZE_MAX;
    for (size_t i = 0; i < d->rows; i++) {
        size_t *place = &s->place[glia_data_class(d, i)];
        if (*place == SIZE_MAX) *place = s->count++;
        s->begin[*place + 2]++;
    }
    for (size_t k = 2; k < d->n_classes + 2; k++) s->begin[k] += s->begin[k - 1];
    for (size_t i = 0; i < d->rows; i++) s->row[s->begin[s->place[glia_data_class(d, i)] + 1]++] = i;
}

static glia_status strata_check(const strata *s, const folding *f)
{
    for (size_t k = 0; k < s->count; k++)
        if (s->begin[k + 1] - s->begin[k] >= f->folds) return GLIA_OK;
    return glia__fail(GLIA_E_ARG, "%s: no class has as many as %zu rows, one for each fold", f->data->name, f->folds);
}

/* The rows of a class lie at begin .. end of all rows sorted by class; there the one at p is dealt to fold p % folds.
 * Which of the class's rows gets which of its folds is drawn. */
static void deal_class(strata *s, folding *f, size_t begin, size_t end)
{
    size_t n = 0;
    for (size_t k = 0; k < f->folds; k++)
        for (size_t p = begin + (k + f->folds - begin % f->folds) % f->folds; p < end; p += f->folds)
            s->fold_of[n++] = k;
    glia_rng_shuffle(f->rng, s->fold_of, n, sizeof *s->fold_of);
    for (size_t i = 0; i < n; i++) f->fold_of[s->row[begin + i]] = s->fold_of[i];
}

static glia_status fold_stratified(folding *f)
{
    strata s = {0};
    if (f->data->target != GLIA_TARGET_CLASSES)
        return glia__fail(GLIA_E_ARG, "%s has no classes: stratified folds need them", f->data->name);
    glia_status status = strata_new(&s, f->data);
    if (status == GLIA_OK) {
        strata_fill(&s, f->data);
        status = strata_check(&s, f);
    }
    for (size_t k = 0; status == GLIA_OK && k < s.count; k++) deal_class(&s, f, s.begin[k], s.begin[k + 1]);
    strata_clear(&s);
    return status;
}

/* ---- grouped ---------------------------------------------------------------------------------------------------- */

static void swap(size_t *a, size_t *b)
{
    size_t hold = *a;
    *a = *b;
    *b = hold;
}

static void insertion_sort(const size_t *key, size_t *list, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        size_t item = list[i], j = i;
        for (; j > 0 && key[item] < key[list[j - 1]]; j--) list[j] = list[j - 1];
        list[j] = item;
    }
}

/* Quicksort by the median of three (Sedgewick 1978) with the very steps of numpy.argsort, as GroupKFold's folds depend
 * on where it leaves groups of equal size; but for the heapsort to which that one turns after too many poor medians.
 * The smaller part is sorted by a call, so that calls are at most log2(n) deep. */
static void argsort(const size_t *key, size_t *list, size_t n)
{
    while (n > 16) {
        size_t *low = list, *high = list + n - 1, *middle = list + (n - 1) / 2, *i = low, *j = high - 1;
        if (key[*middle] < key[*low]) swap(middle, low);
        if (key[*high] < key[*middle]) swap(high, middle);
        if (key[*middle] < key[*low]) swap(middle, low);
        size_t pivot = key[*middle];
        swap(middle, j);
        for (;;) {
            do i++;
            while (key[*i] < pivot);
            do j--;
            while (pivot < key[*j]);
            if (i >= j) break;
            swap(i, j);
        }
        swap(i, high - 1);
        size_t below = (size_t)(i - list), above = n - below - 1;
        if (below < above) {
            argsort(key, list, below);
            list = i + 1;
            n = above;
        } else {
            argsort(key, i + 1, above);
            n = below;
        }
    }
    insertion_sort(key, list, n);
}

/* Groups, the largest first, each go to the fold that has the fewest rows. */
static void deal_groups(size_t *fold_of_group, const size_t *rows, size_t *order, size_t groups, size_t *size,
                        size_t folds)
{
    for (size_t g = 0; g < groups; g++) order[g] = g;
    argsort(rows, order, groups);
    for (size_t g = groups; g-- > 0;) {
        size_t lightest = 0;
        for (size_t k = 1; k < folds; k++)
            if (size[k] < size[lightest]) lightest = k;
        size[lightest] += rows[order[g]];
        fold_of_group[order[g]] = lightest;
    }
}

static glia_status fold_groups(folding *f)
{
    size_t *group = NULL, count = 0;
    GLIA_TRY(glia__data_number_groups(f->data, &group, &count));
    size_t *fold_of_group = glia__new(count, sizeof *fold_of_group), *rows = glia__new(count, sizeof *rows),
           *order = glia__new(count, sizeof *order), *size = glia__new(f->folds, sizeof *size);
    glia_status status = fold_of_group && rows && order && size ? GLIA_OK : GLIA_E_MEMORY;
    if (status == GLIA_OK && f->folds > count)
        status = glia__fail(GLIA_E_ARG, "%s: %zu groups are too few for %zu folds", f->data->name, count, f->folds);
    for (size_t i = 0; status == GLIA_OK && i < f->rows; i++) rows[group[i]]++;
    if (status == GLIA_OK) deal_groups(fold_of_group, rows, order, count, size, f->folds);
    for (size_t i = 0; status == GLIA_OK && i < f->rows; i++) f->fold_of[i] = fold_of_group[group[i]];
    glia__free(group);
    glia__free(fold_of_group);
    glia__free(rows);
    glia__free(order);
    glia__free(size);
    return status;
}

/* Makes the views of fold k from the fold of each row; both keep the order of the rows. */
static glia_status take_fold(const folding *f, size_t k, glia_data **rest, glia_data **held)
{
    size_t *order = glia__new(f->rows, sizeof *order), at = 0;
    if (!order) return GLIA_E_MEMORY;
    for (size_t i = 0; i < f->rows; i++)
        if (f->fold_of[i] == k) order[at++] = i;
    size_t n_held = at;
    for (size_t i = 0; i < f->rows; i++)
        if (f->fold_of[i] != k) order[at++] = i;
    const glia__sides sides = {order + n_held, order, f->rows - n_held, n_held};
    glia_status       status = glia__split_views(f->data, &sides, rest, held);
    glia__free(order);
    return status;
}

typedef glia_status  folder(folding *f);
static folder *const folders[] = {
    [GLIA_SPLIT_SHUFFLED] = fold_shuffled,
    [GLIA_SPLIT_STRATIFIED] = fold_stratified,
    [GLIA_SPLIT_GROUPED] = fold_groups,
    [GLIA_SPLIT_LATEST] = NULL, /* these two train on a part of the other folds: take_later */
    [GLIA_SPLIT_TAIL] = NULL,
};

static glia_status one_of_all(const glia_data *d, size_t k, size_t folds, glia_split how, uint32_t seed,
                              glia_data **rest, glia_data **held)
{
    folding     f = {.data = d, .rows = d->rows, .folds = folds};
    glia_status status = GLIA_E_MEMORY;
    f.fold_of = glia__new(f.rows, sizeof *f.fold_of);
    if (f.fold_of) status = glia_rng_new(&f.rng, seed);
    if (status == GLIA_OK) status = folders[how](&f);
    if (status == GLIA_OK) status = take_fold(&f, k, rest, held);
    glia_rng_free(f.rng);
    glia__free(f.fold_of);
    return status;
}

/* ---- one after the other ----------------------------------------------------------------------------------------- */

/* The last rows of `order` make K folds of equal size, and each trains on all that is before it. Where rows are in the
 * order of their times, those of one time are not parted: they go to the later fold. */
static glia_status take_later(const glia_data *d, size_t k, size_t folds, const size_t *order, bool timed,
                              glia_data **rest, glia_data **held)
{
    size_t size = d->rows / (folds + 1), begin = d->rows - (folds - k) * size, end = begin + size;
    if (timed) {
        begin = glia__data_time_begins(d, order, begin);
        end = glia__data_time_begins(d, order, end);
    }
    if (begin == 0 || begin == end)
        return glia__fail(GLIA_E_ARG,
                          "%s: too many rows are of one time for fold %zu of %zu to have rows on both sides", d->name,
                          k + 1, folds);
    const glia__sides sides = {order, order + begin, begin, end - begin};
    return glia__split_views(d, &sides, rest, held);
}

static glia_status one_of_later(const glia_data *d, size_t k, size_t folds, bool timed, glia_data **rest,
                                glia_data **held)
{
    size_t *order = NULL;
    if (folds + 1 > d->rows)
        return glia__fail(GLIA_E_ARG, "%s: %zu rows are too few for %zu folds, each after rows to train on", d->name,
                          d->rows, folds);
    if (timed) {
        GLIA_TRY(glia__data_by_time(d, &order));
    } else {
        if (!(order = glia__new(d->rows, sizeof *order))) return GLIA_E_MEMORY;
        for (size_t i = 0; i < d->rows; i++) order[i] = i;
    }
    glia_status status = take_later(d, k, folds, order, timed, rest, held);
    glia__free(order);
    return status;
}

/* ---- the fold --------------------------------------------------------------------------------------------------- */

glia_status glia_data_fold(const glia_data *data, size_t fold, size_t folds, glia_split how, uint32_t seed,
                           glia_data **rest, glia_data **held)
{
    if (rest) *rest = NULL;
    if (held) *held = NULL;
    if (!data || !rest || !held) return glia__fail(GLIA_E_ARG, "a fold needs data and two places for its parts");
    if (how < GLIA_SPLIT_SHUFFLED || how > GLIA_SPLIT_LATEST)
        return glia__fail(GLIA_E_ARG, "%d is no way to make folds", (int)how);
    if (folds < 2 || folds > data->rows)
        return glia__fail(GLIA_E_ARG, "%s: %zu rows cannot make %zu folds; there are from 2 to as many as rows",
                          data->name, data->rows, folds);
    if (fold >= folds) return glia__fail(GLIA_E_ARG, "there is no fold %zu of %zu, counted from 0", fold, folds);
    if (!folders[how]) return one_of_later(data, fold, folds, how == GLIA_SPLIT_LATEST, rest, held);
    return one_of_all(data, fold, folds, how, seed, rest, held);
}
