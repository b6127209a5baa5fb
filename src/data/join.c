/* Two data sets as one: the rows of the second behind those of the first. */
#include <math.h>
#include <string.h>

#include "data/columns.h"
#include "data/image.h"
#include "data/target.h"
#include "ground/memory.h"

glia_status glia__data_same_rows(const glia_data *a, const glia_data *b)
{
    if (!a->image && !b->image && a->columns != b->columns)
        return glia__fail(GLIA_E_SHAPE, "the inputs of a row are %zu in %s, but %zu in %s", a->columns, a->name,
                          b->columns, b->name);
    bool images = a->row_files && b->row_files;
    if (a->channels != b->channels || a->height != b->height || a->width != b->width ||
        glia__data_is_bytes(a) != glia__data_is_bytes(b))
        return glia__fail(GLIA_E_SHAPE, "rows of %s are %zux%zux%zu %s, but those of %s are %zux%zux%zu %s%s", a->name,
                          a->channels, a->height, a->width, glia__data_is_bytes(a) ? "bytes" : "numbers", b->name,
                          b->channels, b->height, b->width, glia__data_is_bytes(b) ? "bytes" : "numbers",
                          images ? "; --image HEIGHTxWIDTH (image in glia_data_options) makes them one size" : "");
    for (size_t i = 0; a->column_names && b->column_names && i < a->columns; i++)
        if (strcmp(a->column_names[i], b->column_names[i]) != 0)
            return glia__fail(GLIA_E_FORMAT, "input %zu is \"%.60s\" in %s, but \"%.60s\" in %s", i + 1,
                              a->column_names[i], a->name, b->column_names[i], b->name);
    return GLIA_OK;
}

/* ---- the columns of tables -------------------------------------------------------------------------------------- */

static glia_status check_columns(const glia_data *a, const glia_data *b)
{
    if (!a->column != !b->column)
        return glia__fail(GLIA_E_FORMAT, "%s is a table, and %s is none", a->column ? a->name : b->name,
                          a->column ? b->name : a->name);
    for (size_t s = 0; a->column && s < a->columns; s++) {
        const glia__column *x = &a->column[a->column_of[s]], *y = &b->column[b->column_of[s]];
        if (x->kind.which != y->kind.which)
            return glia__fail(GLIA_E_FORMAT, "column \"%.60s\" is of the kind %s in %s, but %s in %s", x->name,
                              glia_kind_name(x->kind.which), a->name, glia_kind_name(y->kind.which), b->name);
    }
    return GLIA_OK;
}

/* The numbers of b's words become those of a's list. */
static glia_status unite_words(glia__column *x, const glia__column *y, glia_data *b)
{
    size_t     *number = glia__new(y->words.count, sizeof *number);
    glia_status status = number ? GLIA_OK : GLIA_E_MEMORY;
    for (size_t i = 0; status == GLIA_OK && i < y->words.count; i++)
        status = glia__words_add(&x->words, y->words.text[i], strlen(y->words.text[i]), &number[i]);
    for (size_t r = 0; status == GLIA_OK && r < b->stored; r++) {
        real *v = &b->values[r * b->columns + y->slot];
        if (!isnan(*v)) *v = (real)number[(size_t)*v];
    }
    glia__free(number);
    return status;
}

static glia_status append_columns(glia_data *a, glia_data *b)
{
    for (size_t s = 0; a->column && s < a->columns; s++) {
        glia__column *x = &a->column[a->column_of[s]], *y = &b->column[b->column_of[s]];
        if (x->slot != s) continue;
        x->missing += y->missing;
        if (glia__kind_is_words(&x->kind)) GLIA_TRY(unite_words(x, y, b));
    }
    a->left_out += b->left_out;
    a->dropped += b->dropped;
    return GLIA_OK;
}

/* In memory both. */
static glia_status load_both(glia_data *a, glia_data *b)
{
    GLIA_TRY(glia__data_load(a));
    return glia__data_load(b);
}

static glia_status append_inputs(glia_data *a, const glia_data *b)
{
    size_t size = a->bytes ? 1 : sizeof *a->values, n = a->stored * a->columns, more = b->stored * b->columns;
    GLIA_TRY(a->bytes ? glia__resize(&a->bytes, n + more, size) : glia__resize(&a->values, n + more, size));
    if (a->bytes)
        memcpy(a->bytes + n, b->bytes, more);
    else
        memcpy(a->values + n, b->values, more * size);
    return GLIA_OK;
}

/* Rows of a data set without weights count 1. */
static glia_status append_weights(glia_data *a, glia_data *b)
{
    size_t n = a->stored, more = b->stored;
    bool   first = !a->weights;
    if (!a->weights && !b->weights) return GLIA_OK;
    GLIA_TRY(glia__resize(&a->weights, n + more, sizeof *a->weights));
    for (size_t i = 0; first && i < n; i++) a->weights[i] = 1;
    for (size_t i = 0; i < more; i++) a->weights[n + i] = b->weights ? b->weights[i] : 1;
    if (!a->weight_name) a->weight_name = b->weight_name, b->weight_name = NULL;
    return GLIA_OK;
}

/* Either both have them or none: what rows without a group belong to, or when they are from, nobody knows. */
static glia_status check_both(const glia_data *a, const glia_data *b, bool in_a, bool in_b, const char *what)
{
    if (in_a == in_b) return GLIA_OK;
    return glia__fail(GLIA_E_FORMAT, "the rows of %s have %s, but those of %s have none", in_a ? a->name : b->name,
                      what, in_a ? b->name : a->name);
}

/* Makes the names of the groups one list: b's groups get numbers in a's. */
static glia_status unite_groups(glia_data *a, glia_data *b)
{
    glia__words all = {0};
    size_t     *number = glia__new(b->n_groups, sizeof *number), place;
    glia_status status = number ? GLIA_OK : GLIA_E_MEMORY;
    for (size_t i = 0; status == GLIA_OK && i < a->n_groups; i++)
        status = glia__words_add(&all, a->group_words[i], strlen(a->group_words[i]), &place);
    for (size_t i = 0; status == GLIA_OK && i < b->n_groups; i++)
        status = glia__words_add(&all, b->group_words[i], strlen(b->group_words[i]), &number[i]);
    for (size_t r = 0; status == GLIA_OK && r < b->stored; r++) b->groups[r] = (int32_t)number[b->groups[r]];
    if (status == GLIA_OK) {
        glia__names_free(a->group_words, a->n_groups);
        a->group_words = all.text;
        a->n_groups = all.count;
        all.text = NULL;
        all.count = 0;
    }
    glia__words_clear(&all);
    glia__free(number);
    return status;
}

/* Equal numbers, or equal words, are the same group in both. */
static glia_status append_groups(glia_data *a, glia_data *b)
{
    GLIA_TRY(check_both(a, b, a->groups, b->groups, "groups"));
    if (!a->groups) return GLIA_OK;
    if (a->group_words && b->group_words) GLIA_TRY(unite_groups(a, b));
    GLIA_TRY(glia__resize(&a->groups, a->stored + b->stored, sizeof *a->groups));
    memcpy(a->groups + a->stored, b->groups, b->stored * sizeof *a->groups);
    return GLIA_OK;
}

static glia_status append_times(glia_data *a, const glia_data *b)
{
    GLIA_TRY(check_both(a, b, a->times, b->times, "times"));
    if (!a->times) return GLIA_OK;
    GLIA_TRY(glia__resize(&a->times, a->stored + b->stored, sizeof *a->times));
    memcpy(a->times + a->stored, b->times, b->stored * sizeof *a->times);
    return GLIA_OK;
}

static glia_status append_row_files(glia_data *a, glia_data *b)
{
    size_t n = a->stored, more = b->stored;
    bool   first = !a->row_files;
    if (!a->row_files && !b->row_files) return GLIA_OK;
    GLIA_TRY(glia__resize(&a->row_files, n + more, sizeof *a->row_files));
    for (size_t i = 0; first && i < n; i++) a->row_files[i] = NULL;
    for (size_t i = 0; i < more; i++) {
        a->row_files[n + i] = b->row_files ? b->row_files[i] : NULL;
        if (b->row_files) b->row_files[i] = NULL;
    }
    return GLIA_OK;
}

/* a takes over the paths that b was read from. */
static glia_status append_files(glia_data *a, glia_data *b)
{
    GLIA_TRY(glia__resize(&a->files, a->n_files + b->n_files, sizeof *a->files));
    for (size_t i = 0; i < b->n_files; i++) a->files[a->n_files + i] = b->files[i];
    a->n_files += b->n_files;
    b->n_files = 0;
    return GLIA_OK;
}

static glia_status append_part(glia_data *a, glia_data *b)
{
    size_t rows;
    if (!glia__add(a->rows, b->rows, &rows)) rows = SIZE_MAX;
    GLIA_TRY(glia__images_same_colour(a, b));
    GLIA_TRY(glia__data_same_rows(a, b));
    GLIA_TRY(check_columns(a, b));
    GLIA_TRY(load_both(a, b));
    GLIA_TRY(glia__targets_append(a, b));
    GLIA_TRY(append_columns(a, b));
    GLIA_TRY(append_inputs(a, b));
    GLIA_TRY(append_weights(a, b));
    GLIA_TRY(append_groups(a, b));
    GLIA_TRY(append_times(a, b));
    GLIA_TRY(append_files(a, b));
    GLIA_TRY(append_row_files(a, b)); /* the last, as their number is that of the rows */
    return glia__data_shape(a, rows, a->channels, a->height, a->width);
}

glia_status glia__data_take_test(glia_data *d, glia_data *test)
{
    d->test = test;
    GLIA_TRY(glia__data_same_rows(d, test));
    return glia__targets_unite(d, test);
}

glia_status glia__data_append(glia_data *a, glia_data *b)
{
    GLIA_TRY(append_part(a, b));
    if (a->test && b->test) {
        GLIA_TRY(append_part(a->test, b->test));
    } else if (b->test) {
        a->test = b->test;
        b->test = NULL;
    }
    return a->test ? glia__targets_unite(a, a->test) : GLIA_OK;
}
