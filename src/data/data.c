/* The data set: making it, freeing it, and what can be asked of it. Its readers are idx.c and table.c, its targets are
 * target.c's, its views split.c's. */
#include "data/data.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "data/columns.h"
#include "data/pass.h"
#include "data/target.h"
#include "ground/memory.h"

/* ---- making and freeing ----------------------------------------------------------------------------------------- */

glia_status glia__data_new(glia_data **data, const char *name)
{
    glia_data *d = glia__new(1, sizeof *d);
    *data = NULL;
    if (!d) return GLIA_E_MEMORY;
    d->name = glia__strdup(name);
    if (!d->name) {
        glia__free(d);
        return GLIA_E_MEMORY;
    }
    *data = d;
    return GLIA_OK;
}

glia_status glia__data_shape(glia_data *d, size_t rows, size_t channels, size_t height, size_t width)
{
    size_t columns, numbers, bytes;
    if (!glia__mul(channels, height, &columns) || !glia__mul(columns, width, &columns) ||
        !glia__mul(rows, columns, &numbers) || !glia__mul(numbers, sizeof(double), &bytes))
        return glia__fail(GLIA_E_MEMORY, "%s: %zu rows of %zu x %zu x %zu numbers are more than any memory holds",
                          d->name, rows, channels, height, width);
    d->rows = d->stored = rows;
    d->columns = columns;
    d->channels = channels;
    d->height = height;
    d->width = width;
    return GLIA_OK;
}

glia_status glia__data_reserve(glia_data *d, bool bytes)
{
    if (bytes)
        d->bytes = glia__new(d->stored * d->columns, sizeof *d->bytes);
    else
        d->values = glia__new(d->stored * d->columns, sizeof *d->values);
    return d->bytes || d->values ? GLIA_OK : GLIA_E_MEMORY;
}

static void copy_row(void *context, size_t row, const void *numbers)
{
    glia_data *d = context;
    if (d->bytes)
        memcpy(d->bytes + row * d->columns, numbers, d->columns);
    else
        memcpy(d->values + row * d->columns, numbers, d->columns * sizeof *d->values);
}

glia_status glia__data_load(glia_data *d)
{
    if (!d->store) return GLIA_OK;
    GLIA_TRY(glia__data_reserve(d, glia__data_is_bytes(d)));
    glia_status status = glia__data_each(d, copy_row, d);
    if (status == GLIA_OK) {
        glia__store_free(d->store);
        d->store = NULL;
        return GLIA_OK;
    }
    glia__free(d->bytes);
    glia__free(d->values);
    d->bytes = NULL;
    d->values = NULL;
    return status;
}

void glia__names_free(char **names, size_t count)
{
    for (size_t i = 0; names && i < count; i++) glia__free(names[i]);
    glia__free(names);
}

void glia_data_free(glia_data *data)
{
    if (!data) return;
    bool view = data->base != NULL;
    if (!view || data->own_numbers) glia__free(data->numbers);
    if (!view || data->own_classes) {
        glia__free(data->classes);
        glia__names_free(data->class_names, data->n_classes);
    }
    if (!view) {
        glia__free(data->name);
        glia__free(data->bytes);
        glia__free(data->values);
        glia__store_free(data->store);
        glia__free(data->weights);
        glia__free(data->weight_name);
        glia__free(data->groups);
        glia__free(data->group_name);
        glia__free(data->times);
        glia__free(data->time_name);
        glia__names_free(data->row_files, data->stored);
        glia__names_free(data->files, data->n_files);
        glia__names_free(data->column_names, data->columns);
        glia__columns_free(data->column, data->n_columns);
        glia__free(data->columns_text);
        glia__free(data->missing_text);
        glia__free(data->rows_path);
        glia__free(data->column_of);
        glia__names_free(data->group_words, data->n_groups);
        glia__names_free(data->target_names, data->target_columns);
    }
    glia__free(data->order);
    glia_data_free(data->test);
    glia__free(data);
}

glia_status glia__data_add_file(glia_data *d, const char *path)
{
    if (strcmp(path, "-") == 0) return GLIA_OK;
    char *copy = glia__strdup(path);
    if (!copy) return GLIA_E_MEMORY;
    glia_status status = glia__resize(&d->files, d->n_files + 1, sizeof *d->files);
    if (status == GLIA_OK)
        d->files[d->n_files++] = copy;
    else
        glia__free(copy);
    return status;
}

/* ---- from memory ------------------------------------------------------------------------------------------------ */

typedef struct targets {
    const int32_t   *classes;
    const glia_real *numbers;
    size_t           outputs;
} targets;

static glia_status check_targets(const targets *t, size_t rows)
{
    if (t->classes && t->numbers)
        return glia__fail(GLIA_E_ARG, "classes and numbers are given: a row has one or the other");
    if ((t->classes || t->numbers) && t->outputs == 0) return glia__fail(GLIA_E_ARG, "targets without outputs");
    for (size_t i = 0; t->classes && i < rows; i++)
        if (t->classes[i] < 0 || (size_t)t->classes[i] >= t->outputs)
            return glia__fail(GLIA_E_ARG, "row %zu: class %d is not in 0..%zu", i, t->classes[i], t->outputs - 1);
    return GLIA_OK;
}

static glia_status copy_numbers(glia_data *d, const glia_real *numbers, size_t columns)
{
    size_t  count;
    double *copy = glia__mul(d->stored, columns, &count) ? glia__new(count, sizeof *copy) : NULL;
    if (!copy) return glia__fail(GLIA_E_MEMORY, "out of memory: %zu rows of %zu target numbers", d->stored, columns);
    for (size_t i = 0; i < count; i++) copy[i] = (double)numbers[i];
    glia__target_numbers(d, copy, columns);
    return GLIA_OK;
}

/* Makes *data of one of the two kinds of inputs; shape is channels, height, width. */
static glia_status from_memory(glia_data **data, const glia_real *values, const uint8_t *bytes, size_t rows,
                               const size_t *shape, const targets *t)
{
    glia_data *d = NULL;
    if (!data) return glia__fail(GLIA_E_ARG, "no place for the data set");
    *data = NULL;
    if ((!values && !bytes) || rows == 0 || shape[0] == 0 || shape[1] == 0 || shape[2] == 0)
        return glia__fail(GLIA_E_ARG, "a data set needs inputs: %zu rows of %zu x %zu x %zu were given", rows, shape[0],
                          shape[1], shape[2]);
    GLIA_TRY(check_targets(t, rows));
    GLIA_TRY(glia__data_new(&d, "data from memory"));
    glia_status status = glia__data_shape(d, rows, shape[0], shape[1], shape[2]);
    if (status == GLIA_OK) status = glia__data_reserve(d, bytes != NULL);
    if (status == GLIA_OK && bytes) memcpy(d->bytes, bytes, rows * d->columns);
    if (status == GLIA_OK && values) memcpy(d->values, values, rows * d->columns * sizeof *values);
    if (status == GLIA_OK && t->classes) status = glia__target_classes(d, t->classes, t->outputs);
    if (status == GLIA_OK && t->numbers) status = copy_numbers(d, t->numbers, t->outputs);
    if (status != GLIA_OK) {
        glia_data_free(d);
        return status;
    }
    d->from_memory = true;
    d->image = shape[0] > 1 || shape[1] > 1;
    *data = d;
    return GLIA_OK;
}

glia_status glia_data_from_reals(glia_data **data, const glia_real *x, size_t rows, size_t columns,
                                 const int32_t *classes, const glia_real *numbers, size_t outputs)
{
    const size_t shape[3] = {1, 1, columns};
    return from_memory(data, x, NULL, rows, shape, &(targets){classes, numbers, outputs});
}

glia_status glia_data_from_bytes(glia_data **data, const uint8_t *x, size_t rows, size_t channels, size_t height,
                                 size_t width, const int32_t *classes, size_t outputs)
{
    const size_t shape[3] = {channels, height, width};
    return from_memory(data, NULL, x, rows, shape, &(targets){classes, NULL, outputs});
}

glia_status glia_data_set_weights(glia_data *data, const glia_real *weights, size_t count)
{
    char text[32];
    if (!data || !weights) return glia__fail(GLIA_E_ARG, "weights need data, and a number for each row");
    if (data->base)
        return glia__fail(GLIA_E_ARG, "%s: rows are weighted before they are chosen, not after", data->name);
    if (count != data->rows)
        return glia__fail(GLIA_E_ARG, "%s: %zu weights for %zu rows", data->name, count, data->rows);
    for (size_t i = 0; i < count; i++) {
        if (weights[i] >= 0 && isfinite(weights[i])) continue;
        glia_number_write(text, (double)weights[i]);
        return glia__fail(GLIA_E_ARG, "row %zu: the weight is %s, not a finite number of at least 0", i, text);
    }
    if (!data->weights && !(data->weights = glia__new(count, sizeof *data->weights))) return GLIA_E_MEMORY;
    memcpy(data->weights, weights, count * sizeof *weights);
    return GLIA_OK;
}

/* ---- asking ----------------------------------------------------------------------------------------------------- */

const glia_data *glia_data_test(const glia_data *data)
{
    return data ? data->test : NULL;
}

const char *glia_data_file(const glia_data *data, size_t i)
{
    if (!data) return NULL;
    return i < data->n_files ? data->files[i] : glia_data_file(data->test, i - data->n_files);
}

const char *glia_data_rows_file(const glia_data *data)
{
    return data ? data->rows_path : NULL;
}

size_t glia__data_outputs(const glia_data *d)
{
    const size_t outputs[] = {
        [GLIA_TARGET_NONE] = 0, [GLIA_TARGET_CLASSES] = d->n_classes, [GLIA_TARGET_NUMBERS] = d->target_columns};
    return outputs[d->target];
}

void glia_data_describe(const glia_data *data, glia_data_info *info)
{
    if (!info) return;
    *info = (glia_data_info){0};
    if (!data) return;
    *info = (glia_data_info){
        .rows = data->rows,
        .columns = data->columns,
        .channels = data->channels,
        .height = data->height,
        .width = data->width,
        .image = data->image,
        .bytes = glia__data_is_bytes(data),
        .target = data->target,
        .outputs = glia__data_outputs(data),
        .yesno = data->yesno,
    };
}

const char *glia_data_file_name(const glia_data *data, size_t row)
{
    return data && data->row_files && row < data->rows ? data->row_files[glia__data_stored(data, row)] : NULL;
}

const char *glia_data_column_name(const glia_data *data, size_t column)
{
    bool named = data && data->column_names && column < data->columns && *data->column_names[column];
    return named ? data->column_names[column] : NULL;
}

const char *glia__data_column_label(const glia_data *d, size_t column, char label[32])
{
    const char *name = glia_data_column_name(d, column);
    if (name) return name;
    snprintf(label, 32, d->image ? "pixel%zu" : "x%zu", d->image ? column : column + 1);
    return label;
}

const char *glia_data_class_name(const glia_data *data, size_t k)
{
    bool known = data && data->target == GLIA_TARGET_CLASSES && k < data->n_classes;
    return known ? data->class_names[k] : NULL;
}

const char *glia_data_target_name(const glia_data *data, size_t j)
{
    bool named = data && data->target != GLIA_TARGET_NONE && data->target_names && j < data->target_columns;
    return named && *data->target_names[j] ? data->target_names[j] : NULL;
}

const char *glia_data_weight_name(const glia_data *data)
{
    return data && data->weight_name && *data->weight_name ? data->weight_name : NULL;
}

double glia_data_weight(const glia_data *data, size_t row)
{
    if (!data || row >= data->rows) return (double)NAN;
    return data->weights ? (double)data->weights[glia__data_stored(data, row)] : 1;
}

/* The column of words whose numbers stand in `slot`, or NULL. */
static const glia__column *words_at(const glia_data *d, size_t slot)
{
    const glia__column *c = d->column_of ? &d->column[d->column_of[slot]] : NULL;
    return c && glia__kind_is_words(&c->kind) ? c : NULL;
}

static double number_at(const glia_data *d, size_t row, size_t column)
{
    const size_t stored = glia__data_stored(d, row), at = stored * d->columns + column;
    if (d->store) return glia__store_number(d->store, stored, column);
    return d->bytes ? (double)d->bytes[at] : (double)d->values[at];
}

double glia_data_input(const glia_data *data, size_t row, size_t column)
{
    if (!data || row >= data->rows || column >= data->columns) return (double)NAN;
    return words_at(data, column) ? (double)NAN : number_at(data, row, column);
}

/* ---- the columns of a table ------------------------------------------------------------------------------------- */

bool glia_data_column(const glia_data *data, size_t i, glia_column_info *info)
{
    if (!data || i >= data->n_columns) return false;
    const glia__column *c = &data->column[i];
    if (info)
        *info = (glia_column_info){.name = c->name,
                                   .kind = c->kind.which,
                                   .number = c->number,
                                   .column = c->slot,
                                   .missing = c->missing,
                                   .words = c->words.count};
    return true;
}

const char *glia_data_columns(const glia_data *data)
{
    return data && data->columns_text ? data->columns_text : "";
}

size_t glia_data_left_out(const glia_data *data, size_t *dropped)
{
    if (dropped) *dropped = data ? data->dropped : 0;
    return data ? data->left_out : 0;
}

const char *glia_data_word(const glia_data *data, size_t row, size_t column)
{
    if (!data || row >= data->rows || column >= data->columns) return NULL;
    const glia__column *c = words_at(data, column);
    double              number = c ? number_at(data, row, column) : (double)NAN;
    return isnan(number) ? NULL : c->words.text[(size_t)number];
}

int32_t glia_data_class(const glia_data *data, size_t row)
{
    bool has = data && data->target == GLIA_TARGET_CLASSES && row < data->rows;
    return has ? data->classes[glia__data_stored(data, row)] : -1;
}

double glia_data_number(const glia_data *data, size_t row, size_t j)
{
    bool has = data && data->target == GLIA_TARGET_NUMBERS && row < data->rows && j < data->target_columns;
    return has ? data->numbers[glia__data_stored(data, row) * data->target_columns + j] : (double)NAN;
}
