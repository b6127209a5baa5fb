/* Views: chosen rows of a data set, and the cut into the rows to train on and those held out.
 *
 * The shuffled, the stratified and the grouped cut are scikit-learn 1.2's train_test_split(random_state=seed), the same
 * with stratify, and GroupShuffleSplit(random_state=seed), row for row, drawn from NumPy's legacy stream. */
#include <float.h>
#include <math.h>
#include <string.h>

#include "data/pass.h"
#include "data/split.h"
#include "ground/memory.h"

/* ---- views ------------------------------------------------------------------------------------------------------ */

glia_status glia_data_rows(const glia_data *data, const size_t *rows, size_t count, glia_data **view)
{
    if (!view) return glia__fail(GLIA_E_ARG, "no place for the view");
    *view = NULL;
    if (!data || !rows || count == 0) return glia__fail(GLIA_E_ARG, "a view needs data and at least one row");
    for (size_t i = 0; i < count; i++)
        if (rows[i] >= data->rows)
            return glia__fail(GLIA_E_ARG, "%s has %zu rows, counted from 0: there is no row %zu", data->name,
                              data->rows, rows[i]);
    glia_data *v = glia__new(1, sizeof *v);
    size_t    *order = glia__new(count, sizeof *order);
    if (!v || !order) {
        glia__free(v);
        glia__free(order);
        return GLIA_E_MEMORY;
    }
    for (size_t i = 0; i < count; i++) order[i] = glia__data_stored(data, rows[i]);
    *v = *data;
    v->rows = count;
    v->order = order;
    v->test = NULL;
    v->base = data;
    v->own_numbers = v->own_classes = false;
    *view = v;
    return GLIA_OK;
}

/* ---- the cuts --------------------------------------------------------------------------------------------------- */

static glia_status cut_shuffled(glia__cut *c)
{
    glia_rng_permutation(c->rng, c->order, c->rows);
    return GLIA_OK;
}

static glia_status cut_tail(glia__cut *c)
{
    size_t rest = c->rows - c->held;
    for (size_t i = 0; i < c->rows; i++) c->order[i] = i < c->held ? rest + i : i - c->held;
    return GLIA_OK;
}

/* As GroupShuffleSplit: of a permutation of the groups the first are held; rows stay in their order. */
static void deal_groups(glia__cut *c, const size_t *group, size_t held, const size_t *drawn, bool *is_held)
{
    size_t at = 0;
    for (size_t i = 0; i < held; i++) is_held[drawn[i]] = true;
    for (size_t i = 0; i < c->rows; i++)
        if (is_held[group[i]]) c->order[at++] = i;
    c->held = at;
    for (size_t i = 0; i < c->rows; i++)
        if (!is_held[group[i]]) c->order[at++] = i;
}

static glia_status cut_groups(glia__cut *c)
{
    size_t *group = NULL, count = 0;
    GLIA_TRY(glia__data_number_groups(c->data, &group, &count));
    size_t      held = (size_t)ceil(c->share * (double)count);
    size_t     *drawn = glia__new(count, sizeof *drawn);
    bool       *is_held = glia__new(count, sizeof *is_held);
    glia_status status = drawn && is_held ? GLIA_OK : GLIA_E_MEMORY;
    if (status == GLIA_OK && held >= count)
        status = glia__fail(GLIA_E_ARG, "%s: holding %zu of %zu group%s out leaves a side without rows", c->data->name,
                            held, count, count == 1 ? "" : "s");
    if (status == GLIA_OK) {
        glia_rng_permutation(c->rng, drawn, count);
        deal_groups(c, group, held, drawn, is_held);
    }
    glia__free(is_held);
    glia__free(drawn);
    glia__free(group);
    return status;
}

/* The rows at the end of their order by time; those of the time of the first one held are held with it. */
static glia_status cut_latest(glia__cut *c)
{
    size_t *by_time = NULL;
    GLIA_TRY(glia__data_by_time(c->data, &by_time));
    size_t first = glia__data_time_begins(c->data, by_time, c->rows - c->held);
    c->held = c->rows - first;
    for (size_t i = 0; i < c->rows; i++) c->order[i] = by_time[i < c->held ? first + i : i - c->held];
    glia__free(by_time);
    if (first > 0) return GLIA_OK;
    return glia__fail(GLIA_E_ARG, "%s: the earliest time has too many rows: holding them out too leaves none",
                      c->data->name);
}

/* ---- the split -------------------------------------------------------------------------------------------------- */

typedef glia_status  cutter(glia__cut *c);
static cutter *const cutters[] = {
    [GLIA_SPLIT_SHUFFLED] = cut_shuffled, [GLIA_SPLIT_STRATIFIED] = glia__cut_stratified,
    [GLIA_SPLIT_TAIL] = cut_tail,         [GLIA_SPLIT_GROUPED] = cut_groups,
    [GLIA_SPLIT_LATEST] = cut_latest,
};

static size_t rows_held(double share, size_t rows, glia_split how)
{
    /* So that a share of N / rows is N rows, whichever way the quotient was rounded. */
    if (how == GLIA_SPLIT_TAIL || how == GLIA_SPLIT_LATEST) share *= 1 - 2 * DBL_EPSILON;
    return (size_t)ceil(share * (double)rows);
}

glia_status glia__split_views(const glia_data *data, const glia__sides *s, glia_data **rest, glia_data **held)
{
    GLIA_TRY(glia_data_rows(data, s->held, s->n_held, held));
    glia_status status = glia_data_rows(data, s->rest, s->n_rest, rest);
    if (status != GLIA_OK) {
        glia_data_free(*held);
        *held = NULL;
    }
    return status;
}

/* Rows of a large data set stay in their order on both sides, in which they are read fastest. */
static glia_status keep_order(const glia__cut *c)
{
    bool *is_held = glia__new(c->rows, sizeof *is_held);
    if (!is_held) return GLIA_E_MEMORY;
    for (size_t i = 0; i < c->held; i++) is_held[c->order[i]] = true;
    for (size_t i = 0, held = 0, rest = c->held; i < c->rows; i++) c->order[is_held[i] ? held++ : rest++] = i;
    glia__free(is_held);
    return GLIA_OK;
}

static glia_status make_views(const glia__cut *c, glia_split how, glia_data **rest, glia_data **held)
{
    const bool shuffled = how == GLIA_SPLIT_SHUFFLED || how == GLIA_SPLIT_STRATIFIED;
    if (shuffled && glia__data_is_large(c->data)) GLIA_TRY(keep_order(c));
    const glia__sides sides = {c->order + c->held, c->order, c->rows - c->held, c->held};
    return glia__split_views(c->data, &sides, rest, held);
}

glia_status glia_data_split(const glia_data *data, double share, glia_split how, uint32_t seed, glia_data **rest,
                            glia_data **held)
{
    if (rest) *rest = NULL;
    if (held) *held = NULL;
    if (!data || !rest || !held) return glia__fail(GLIA_E_ARG, "a split needs data and two places for its parts");
    if (how < GLIA_SPLIT_SHUFFLED || how > GLIA_SPLIT_LATEST)
        return glia__fail(GLIA_E_ARG, "%d is no way to split", (int)how);
    if (!(share > 0 && share < 1)) return glia__fail(GLIA_E_ARG, "a share must lie between 0 and 1, not be %g", share);
    glia__cut c = {.data = data, .share = share, .rows = data->rows, .held = rows_held(share, data->rows, how)};
    if (c.held == 0 || c.held >= c.rows)
        return glia__fail(GLIA_E_ARG, "%s: holding %zu of %zu rows out leaves a side without rows", data->name, c.held,
                          c.rows);
    glia_status status = GLIA_E_MEMORY;
    c.order = glia__new(c.rows, sizeof *c.order);
    if (c.order) status = glia_rng_new(&c.rng, seed);
    if (status == GLIA_OK) status = cutters[how](&c);
    if (status == GLIA_OK) status = make_views(&c, how, rest, held);
    glia_rng_free(c.rng);
    glia__free(c.order);
    return status;
}
