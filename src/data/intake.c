/* The intake: rows of a data set on their way through a plan. Its columns are found by name, so that they may stand in
 * any order and among others; gaps are filled, words become places, and every kind makes its inputs. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "data/plan.h"
#include "ground/memory.h"

/* ---- which column is which -------------------------------------------------------------------------------------- */

static bool has_names(const glia__intake *in)
{
    return in->data->column_names && in->plan->count && *in->plan->column[0].name;
}

/* Columns without a name get one that no plan has. */
static glia_status name_columns(glia__intake *in)
{
    const glia_data *d = in->data;
    char             none[32];
    size_t           number;
    for (size_t i = 0; i < d->n_columns; i++) {
        if (d->column[i].slot == GLIA_NO_COLUMN) continue;
        int         n = snprintf(none, sizeof none, "\n%zu", i);
        const char *name = *d->column[i].name ? d->column[i].name : none;
        GLIA_TRY(glia__words_add(&in->names, name, name == none ? (size_t)n : strlen(name), &number));
    }
    return GLIA_OK;
}

/* Which of the columns that were read has the name; SIZE_MAX: none. */
static size_t find_named(const glia__intake *in, const char *name)
{
    return glia__words_find(&in->names, name, strlen(name));
}

static bool lacks(const glia__intake *in, const glia__plan_column *c)
{
    return has_names(in) && find_named(in, c->name) == SIZE_MAX;
}

/* Whether a column is there, but is text or was told to be skipped. */
static bool is_left_out(const glia_data *d, const char *name)
{
    for (size_t i = 0; i < d->n_columns; i++)
        if (d->column[i].slot == GLIA_NO_COLUMN && strcmp(d->column[i].name, name) == 0) return true;
    return false;
}

/* The name of the first column that is lacking for that alone, or NULL. */
static const char *first_left_out(const glia__intake *in)
{
    for (size_t i = 0; i < in->plan->count; i++) {
        const glia__plan_column *c = &in->plan->column[i];
        if (lacks(in, c) && is_left_out(in->data, c->name)) return c->name;
    }
    return NULL;
}

static glia_status fail_lacking(const glia__intake *in)
{
    enum { LISTED = 5 };
    glia__string names = {0};
    size_t       missing = 0;
    const char  *left_out = first_left_out(in);
    if (left_out)
        return glia__fail(GLIA_E_SHAPE, "column \"%.60s\" of %s is left out, and the model learnt from it", left_out,
                          in->data->name);
    for (size_t i = 0; i < in->plan->count; i++) {
        if (!lacks(in, &in->plan->column[i]) || missing++ >= LISTED) continue;
        glia__string_add(&names, "%s\"%.40s\"", missing > 1 ? ", " : "", in->plan->column[i].name);
    }
    if (missing > LISTED) glia__string_add(&names, " and %zu more", missing - LISTED);
    glia__fail(GLIA_E_SHAPE, "%s has no column %s, which the model learnt from", in->data->name,
               names.text ? names.text : "");
    glia__string_clear(&names);
    return GLIA_E_SHAPE;
}

static glia_status fail_kind(const glia__intake *in, const glia__plan_column *c, const glia__column *from)
{
    return glia__fail(GLIA_E_SHAPE, "column \"%.60s\" of %s is of the kind %s, and the model learnt from %s there",
                      from->name, in->data->name, glia_kind_name(from->kind.which), glia_kind_name(c->kind.which));
}

/* ---- words ------------------------------------------------------------------------------------------------------ */

/* An unknown word of an ordinal column has no place in its order: it is as good as missing. */
static glia_status look_up_words(const glia__plan_column *c, const glia__column *from, double **place)
{
    if (!(*place = glia__new(from->words.count, sizeof **place))) return GLIA_E_MEMORY;
    for (size_t i = 0; i < from->words.count; i++) (*place)[i] = glia__plan_place(c, from->words.text[i]);
    return GLIA_OK;
}

/* ---- the whole -------------------------------------------------------------------------------------------------- */

static glia_status bind_column(glia__intake *in, size_t i, const size_t *read)
{
    const glia__plan_column *c = &in->plan->column[i];
    const glia__column      *from = &in->data->column[read[has_names(in) ? find_named(in, c->name) : i]];
    bool                     empty = from->missing == in->data->stored; /* of no kind in particular */
    in->slot[i] = from->slot;
    if (from->kind.which != c->kind.which && !(empty && glia__kind_slots(&from->kind) == glia__kind_slots(&c->kind)))
        return fail_kind(in, c, from);
    if (!glia__kind_is_words(&c->kind)) return GLIA_OK;
    return look_up_words(c, from, &in->place[i]);
}

static glia_status bind_columns(glia__intake *in)
{
    const glia_data *d = in->data;
    size_t          *read = glia__new(d->n_columns, sizeof *read), count = 0; /* columns that were read */
    if (!read) return GLIA_E_MEMORY;
    for (size_t i = 0; i < d->n_columns; i++)
        if (d->column[i].slot != GLIA_NO_COLUMN) read[count++] = i;
    glia_status status = name_columns(in);
    for (size_t i = 0; status == GLIA_OK && i < in->plan->count; i++)
        if (lacks(in, &in->plan->column[i])) status = fail_lacking(in);
    if (status == GLIA_OK && !has_names(in) && count != in->plan->count)
        status =
            glia__fail(GLIA_E_SHAPE, "%s has %zu columns, and the model learnt from %zu%s", d->name, count,
                       in->plan->count, count > in->plan->count ? "; --columns \"N:skip\" leaves out the N-th" : "");
    for (size_t i = 0; status == GLIA_OK && i < in->plan->count; i++) status = bind_column(in, i, read);
    glia__free(read);
    return status;
}

/* Data that are no table from a file are numbers, and go by their places. */
static glia_status bind_numbers(glia__intake *in)
{
    if (in->data->columns != in->plan->count)
        return glia__fail(GLIA_E_SHAPE, "%s has %zu numbers a row, and the model learnt from %zu columns",
                          in->data->name, in->data->columns, in->plan->count);
    for (size_t i = 0; i < in->plan->count; i++) {
        if (in->plan->column[i].kind.which != GLIA_KIND_NUMBER)
            return glia__fail(GLIA_E_SHAPE, "%s has numbers only, and the model learnt from a %s in column \"%.60s\"",
                              in->data->name, glia_kind_name(in->plan->column[i].kind.which), in->plan->column[i].name);
        in->slot[i] = i;
    }
    return GLIA_OK;
}

/* Numbers in the order of the plan, none of them missing. */
static bool is_straight(const glia__intake *in)
{
    bool straight = in->data->columns == in->plan->width;
    for (size_t i = 0; straight && i < in->plan->count; i++) {
        const glia__plan_column *c = &in->plan->column[i];
        size_t                   of = in->data->column_of ? in->data->column_of[in->slot[i]] : 0;
        bool                     whole = !in->data->column || in->data->column[of].missing == 0;
        straight = c->kind.which == GLIA_KIND_NUMBER && !c->gap && in->slot[i] == i && whole;
    }
    return straight;
}

/* Without a plan a table has to be numbers, all there. */
static glia_status check_numbers(const glia_data *d)
{
    for (size_t i = 0; i < d->n_columns; i++) {
        const glia__column *c = &d->column[i];
        if (c->slot == GLIA_NO_COLUMN) continue;
        if (c->kind.which != GLIA_KIND_NUMBER)
            return glia__fail(GLIA_E_SHAPE, "column \"%.60s\" of %s is of the kind %s, and the model takes numbers",
                              c->name, d->name, glia_kind_name(c->kind.which));
        if (c->missing)
            return glia__fail(GLIA_E_SHAPE,
                              "column \"%.60s\" of %s lacks %zu values, and the model has nothing for them", c->name,
                              d->name, c->missing);
    }
    return GLIA_OK;
}

static glia_status bind(glia__intake *in)
{
    if (!in->plan) {
        in->straight = true;
        return check_numbers(in->data);
    }
    in->slot = glia__new(in->plan->count, sizeof *in->slot);
    in->place = glia__new(in->plan->count, sizeof *in->place);
    if (!in->slot || !in->place) return GLIA_E_MEMORY;
    GLIA_TRY(in->data->column ? bind_columns(in) : bind_numbers(in));
    in->straight = is_straight(in);
    return GLIA_OK;
}

glia_status glia__intake_new(glia__intake *in, const glia_data *data, const glia__plan *plan, const glia__scaler *scale)
{
    *in = (glia__intake){.data = data, .plan = plan, .scale = scale};
    glia_status status = bind(in);
    if (status != GLIA_OK) glia__intake_clear(in);
    return status;
}

void glia__intake_clear(glia__intake *in)
{
    for (size_t i = 0; in->place && i < in->plan->count; i++) glia__free(in->place[i]);
    glia__words_clear(&in->names);
    glia__free(in->place);
    glia__free(in->slot);
    glia__pass_free(in->pass);
    *in = (glia__intake){0};
}

glia_status glia__intake_reserve(glia__intake *in, size_t batch, bool ahead)
{
    return glia__pass_new(&in->pass, in->data, batch, ahead);
}

void glia__intake_begin(const glia__intake *in, const size_t *order, size_t n)
{
    glia__pass_begin(in->pass, order, n);
}

glia_status glia__intake_take(const glia__intake *in, const size_t *rows, size_t count)
{
    return glia__pass_take(in->pass, rows, count);
}

size_t glia__intake_width(const glia__intake *in)
{
    return in->plan ? in->plan->width : in->data->columns;
}

static bool is_known(const glia__plan_column *c, const char *word)
{
    return c->kind.hash || glia__words_find(&c->words, word, strlen(word)) != SIZE_MAX;
}

size_t glia__intake_unknown(const glia__intake *in, size_t i, const char **word)
{
    const glia_data *d = in->data;
    size_t           unknown = 0;
    *word = NULL;
    if (!in->place || !in->place[i]) return 0;
    for (size_t r = 0; r < d->rows; r++) {
        const char *text = glia_data_word(d, r, in->slot[i]);
        if (!text || is_known(&in->plan->column[i], text)) continue;
        if (unknown++ == 0) *word = text;
    }
    return unknown;
}

/* ---- a row ------------------------------------------------------------------------------------------------------ */

/* What a kind makes inputs of; false for a gap. */
static bool take_value(const glia__intake *in, size_t i, const real *row, double value[GLIA__SLOTS_OF_KIND])
{
    const real *v = row + in->slot[i];
    if (isnan(*v)) return false;
    for (size_t k = 0; k < glia__kind_slots(&in->plan->column[i].kind); k++) value[k] = (double)v[k];
    if (in->place[i]) value[0] = in->place[i][(size_t)*v];
    return !isnan(value[0]);
}

static void take_column(const glia__intake *in, size_t i, const real *row, real *x)
{
    const glia__plan_column *c = &in->plan->column[i];
    double                   value[GLIA__SLOTS_OF_KIND];
    bool                     there = take_value(in, i, row, value);
    glia__kind_encode(c, there ? value : c->stand_in, x + c->at);
    if (c->gap) x[c->at + c->width - 1] = !there;
}

void glia__intake_row(const glia__intake *in, const void *numbers, real *x)
{
    const glia_data *d = in->data;
    if (glia__data_is_bytes(d)) {
        const uint8_t *byte = numbers;
        for (size_t i = 0; i < d->columns; i++) x[i] = (real)byte[i];
        return;
    }
    const real *row = numbers;
    if (in->straight) {
        memcpy(x, row, d->columns * sizeof *x);
        return;
    }
    for (size_t i = 0; i < in->plan->count; i++) {
        const glia__plan_column *c = &in->plan->column[i];
        const real               v = row[in->slot[i]];
        if (c->kind.which == GLIA_KIND_NUMBER && !c->gap && !isnan(v))
            x[c->at] = v;
        else
            take_column(in, i, row, x);
    }
}
