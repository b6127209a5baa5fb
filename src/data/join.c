/* Two data sets as one: the rows of the second behind those of the first. */
#include <string.h>

#include "data/target.h"
#include "ground/memory.h"

glia_status glia__data_same_rows(const glia_data *a, const glia_data *b)
{
    if (!a->image && !b->image && a->columns != b->columns)
        return glia__fail(GLIA_E_SHAPE, "the inputs of a row are %zu in %s, but %zu in %s", a->columns, a->name,
                          b->columns, b->name);
    if (a->channels != b->channels || a->height != b->height || a->width != b->width || !a->bytes != !b->bytes)
        return glia__fail(GLIA_E_SHAPE, "rows of %s are %zux%zux%zu %s, but those of %s are %zux%zux%zu %s", a->name,
                          a->channels, a->height, a->width, a->bytes ? "bytes" : "numbers", b->name, b->channels,
                          b->height, b->width, b->bytes ? "bytes" : "numbers");
    for (size_t i = 0; a->column_names && b->column_names && i < a->columns; i++)
        if (strcmp(a->column_names[i], b->column_names[i]) != 0)
            return glia__fail(GLIA_E_FORMAT, "input %zu is \"%.60s\" in %s, but \"%.60s\" in %s", i + 1,
                              a->column_names[i], a->name, b->column_names[i], b->name);
    return GLIA_OK;
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
    GLIA_TRY(glia__data_same_rows(a, b));
    GLIA_TRY(glia__targets_append(a, b));
    GLIA_TRY(append_inputs(a, b));
    GLIA_TRY(append_weights(a, b));
    GLIA_TRY(append_files(a, b));
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
