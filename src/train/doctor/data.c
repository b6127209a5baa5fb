/* What the doctor sees of the training data: numbers that are none, columns and targets that say nothing or too much.
 * Columns are looked at in the doctor's rows, classes and targets in all. */
#include <math.h>
#include <string.h>

#include "train/doctor/doctor.h"

enum { LARGE = 20 }; /* root mean square of a column; scaled ones have about 1 */

/* ---- inputs ---------------------------------------------------------------------------------------------------- */

static void note_size(glia__data_facts *f, size_t column, double size)
{
    if (!(size > LARGE)) return;
    f->large++;
    if (!(size > f->large_size)) return;
    f->large_size = size;
    f->large_column = column;
}

static void note_constant(glia__data_facts *f, size_t column)
{
    if (f->constant++ == 0) f->constant_column = column;
}

static void look_at_column(glia__doctor *d, size_t column)
{
    const size_t n = d->p.m->n_in;
    double       squares = 0;
    bool         constant = d->n_rows > 1;
    for (size_t i = 0; i < d->n_rows; i++) {
        const double x = (double)d->inputs[i * n + column];
        squares += x * x;
        constant = constant && d->inputs[i * n + column] == d->inputs[column];
    }
    note_size(&d->data, column, sqrt(squares / (double)d->n_rows));
    if (constant) note_constant(&d->data, column);
}

/* The borders of images are constant, and no fault. */
static void look_at_columns(glia__doctor *d)
{
    const glia__intake *in = &d->answers.intake;
    const size_t        n = glia__intake_width(in);
    for (size_t i = 0; i < d->n_rows; i++) {
        if (glia__intake_take(in, d->rows + i, 1) != GLIA_OK) return;
        glia__batch_inputs(in, d->rows + i, 0, 1, d->inputs + i * n);
    }
    for (size_t column = 0; column < d->p.m->n_in; column++) look_at_column(d, column);
    if (d->p.train->image) d->data.constant = 0;
}

/* What is not finite in a table's columns is a gap, and filled; rows on disk were looked at when they were opened. */
static void find_not_finite(glia__data_facts *f, const glia_data *data)
{
    for (size_t r = 0; data->values && !data->column && r < data->rows; r++) {
        const real *x = data->values + glia__data_stored(data, r) * data->columns;
        if (glia__kernels_get()->all_finite(data->columns, x)) continue;
        for (size_t i = 0; i < data->columns; i++) {
            if (isfinite(x[i])) continue;
            if (f->not_finite++ > 0) continue;
            f->bad_row = r;
            f->bad_column = i;
        }
    }
}

bool glia__all_finite(const glia_data *data)
{
    glia__data_facts f = {0};
    find_not_finite(&f, data);
    return f.not_finite == 0;
}

/* ---- targets --------------------------------------------------------------------------------------------------- */

/* count[k] = rows of class k */
static void look_at_classes(glia__data_facts *f, const glia_data *data, double *count)
{
    f->classes = data->n_classes;
    memset(count, 0, f->classes * sizeof *count);
    for (size_t r = 0; r < data->rows; r++) count[glia_data_class(data, r)]++;
    f->least_rows = SIZE_MAX;
    for (size_t k = 0; k < f->classes; k++) {
        const size_t rows = (size_t)count[k];
        if (rows == 0 && f->absent++ == 0) f->absent_class = k;
        if (rows > f->most_rows) f->most_rows = rows, f->most_class = (int32_t)k;
        if (rows > 0 && rows < f->least_rows) f->least_rows = rows, f->least_class = (int32_t)k;
    }
    f->constant_target = f->most_rows == data->rows;
}

/* What an output layer can give. */
typedef struct reach {
    const char *name;
    double      low, high;
} reach;
static const reach reaches[] = {
    {"sigmoid", 0, 1},     {"softmax", 0, 1},         {"tanh", -1, 1},
    {"relu", 0, HUGE_VAL}, {"softplus", 0, HUGE_VAL}, {"step", 0, 1},
};

static reach reach_of(const glia__layer *l)
{
    for (size_t i = 0; i < sizeof reaches / sizeof *reaches; i++)
        if (strcmp(l->class->named.name, reaches[i].name) == 0) return reaches[i];
    return (reach){"", -HUGE_VAL, HUGE_VAL};
}

static void look_at_numbers(glia__doctor *d, const glia_data *data)
{
    const size_t        n = data->target_columns;
    const glia__scaler *s = &d->p.m->target_scale;
    const reach         can = reach_of(glia__model_last(d->p.m));
    size_t              beyond = 0;
    for (size_t j = 0; j < n; j++) {
        bool constant = true;
        for (size_t r = 0; r < data->rows; r++) {
            const double t = glia__scaled(s, j, glia_data_number(data, r, j));
            beyond += t < can.low || t > can.high;
            constant = constant && glia_data_number(data, r, j) == glia_data_number(data, 0, j);
        }
        if (constant && !d->data.constant_target) d->data.constant_target = true, d->data.constant_output = j;
    }
    d->data.unreachable = (double)beyond / (double)(data->rows * n);
}

void glia__look_data(glia__doctor *d, bool whole)
{
    const glia_data *data = d->p.train;
    d->data = (glia__data_facts){.rows = data->rows, .seen = d->n_rows, .columns = d->p.m->n_in};
    d->data.outputs = glia__data_outputs(data);
    if (whole) find_not_finite(&d->data, data);
    if (d->data.not_finite == 0) look_at_columns(d);
    if (data->target == GLIA_TARGET_CLASSES) look_at_classes(&d->data, data, d->class_room);
    if (data->target == GLIA_TARGET_NUMBERS) look_at_numbers(d, data);
}
