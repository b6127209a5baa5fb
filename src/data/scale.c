/* Scalers: how raw columns become numbers of moderate size.
 *
 *   none      x                    unit      x / 255, for pixels of 0..255
 *   standard  (x - mean) / deviation, of the population          minmax    (x - least) / (most - least)
 *
 * Sums are made in double and in two passes, first the mean, then the squares of what differs from it. A column that
 * has one value only becomes 0. */
#include "data/plan.h"

#include <math.h>
#include <string.h>

#include "ground/memory.h"

const glia__scale_class glia__scales[] = {
    [GLIA__SCALE_NONE] = {"none", "as the numbers are", 0, 1},
    [GLIA__SCALE_UNIT] = {"unit", "0..255 to 0..1", 0, 255},
    [GLIA__SCALE_STANDARD] = {"standard", "each column to mean 0 and deviation 1", 0, 0},
    [GLIA__SCALE_MINMAX] = {"minmax", "each column to 0..1", 0, 0},
};
const size_t glia__scales_count = sizeof glia__scales / sizeof *glia__scales;

/* ---- a scaler --------------------------------------------------------------------------------------------------- */

double glia__scaled(const glia__scaler *s, size_t column, double x)
{
    const glia__scale_class *c = &glia__scales[s->how];
    return s->columns ? (x - s->shift[column]) / s->scale[column] : (x - c->shift) / c->scale;
}

void glia__scaler_clear(glia__scaler *s)
{
    glia__free(s->shift);
    glia__free(s->scale);
    glia__free(s->real_shift);
    glia__free(s->real_scale);
    *s = (glia__scaler){0};
}

static glia_status copy_pairs(glia__scaler *s, const double *shift, const double *scale)
{
    s->shift = glia__new(s->columns, sizeof *s->shift);
    s->scale = glia__new(s->columns, sizeof *s->scale);
    s->real_shift = glia__new(s->columns, sizeof *s->real_shift);
    s->real_scale = glia__new(s->columns, sizeof *s->real_scale);
    if (!s->shift || !s->scale || !s->real_shift || !s->real_scale) return GLIA_E_MEMORY;
    for (size_t i = 0; i < s->columns; i++) {
        if (!glia__fits_real(shift[i]) || !glia__fits_real(scale[i]) || (real)scale[i] == 0)
            return glia__fail(GLIA_E_FORMAT,
                              "column %zu cannot be scaled: what to subtract or to divide by is not finite, or 0",
                              i + 1);
        s->shift[i] = shift[i];
        s->scale[i] = scale[i];
        s->real_shift[i] = (real)shift[i];
        s->real_scale[i] = (real)scale[i];
    }
    return GLIA_OK;
}

glia_status glia__scaler_make(glia__scaler *s, glia__scale_how how, size_t columns, const double *shift,
                              const double *scale)
{
    glia__scaler made = {.how = how, .columns = columns};
    bool         by_column = how == GLIA__SCALE_STANDARD || how == GLIA__SCALE_MINMAX;
    if ((columns > 0) != by_column)
        return glia__fail(GLIA_E_FORMAT, "%zu pairs of shift and scale do not suit \"%s\"", columns,
                          glia__scales[how].name);
    glia_status status = copy_pairs(&made, shift, scale);
    glia__scaler_clear(status == GLIA_OK ? s : &made);
    if (status == GLIA_OK) *s = made;
    return status;
}

/* ---- fitting ---------------------------------------------------------------------------------------------------- */

/* What is fitted: columns of the inputs, or of the number targets. All arrays are [columns]. */
typedef struct fit {
    const glia_data    *data;
    const glia__intake *intake; /* of the inputs; NULL: they are the targets */
    size_t              columns;
    double             *row, *shift, *scale, *least, *most;
    real               *x; /* a row of the intake */
} fit;

/* Calls f for each row, whose numbers are then in `row`. */
static glia_status each(const fit *f, glia__visit *visit)
{
    if (f->intake) return glia__data_each(f->data, visit, (void *)f);
    for (size_t r = 0; r < f->data->rows; r++)
        visit((void *)f, r, f->data->numbers + glia__data_stored(f->data, r) * f->columns);
    return GLIA_OK;
}

static void take(const fit *f, const void *numbers)
{
    if (!f->intake) {
        memcpy(f->row, numbers, f->columns * sizeof *f->row);
        return;
    }
    glia__intake_row(f->intake, numbers, f->x);
    for (size_t i = 0; i < f->columns; i++) f->row[i] = (double)f->x[i];
}

static void add_to_means(void *context, size_t r, const void *numbers)
{
    const fit *f = context;
    take(f, numbers);
    for (size_t i = 0; i < f->columns; i++) {
        double v = f->row[i];
        f->shift[i] += v;
        f->least[i] = r == 0 || v < f->least[i] ? v : f->least[i];
        f->most[i] = r == 0 || v > f->most[i] ? v : f->most[i];
    }
}

/* Ranges, and means into shift. */
static glia_status fit_means(const fit *f)
{
    GLIA_TRY(each(f, add_to_means));
    for (size_t i = 0; i < f->columns; i++) f->shift[i] /= (double)f->data->rows;
    return GLIA_OK;
}

static void add_to_squares(void *context, size_t r, const void *numbers)
{
    const fit *f = context;
    (void)r;
    take(f, numbers);
    for (size_t i = 0; i < f->columns; i++) {
        double off = f->row[i] - f->shift[i];
        f->scale[i] += off * off;
    }
}

static glia_status fit_standard(const fit *f)
{
    GLIA_TRY(each(f, add_to_squares));
    for (size_t i = 0; i < f->columns; i++) f->scale[i] = sqrt(f->scale[i] / (double)f->data->rows);
    return GLIA_OK;
}

static glia_status fit_minmax(const fit *f)
{
    for (size_t i = 0; i < f->columns; i++) {
        f->shift[i] = f->least[i];
        f->scale[i] = f->most[i] - f->least[i];
    }
    return GLIA_OK;
}

typedef glia_status fitter(const fit *f);
/* NULL: nothing is fitted. */
static fitter *const fitters[] = {
    [GLIA__SCALE_NONE] = NULL,
    [GLIA__SCALE_UNIT] = NULL,
    [GLIA__SCALE_STANDARD] = fit_standard,
    [GLIA__SCALE_MINMAX] = fit_minmax,
};

/* A mean of equal numbers need not be that number to the last bit, so a constant column is known by its range. */
static void settle_constant(const fit *f)
{
    for (size_t i = 0; i < f->columns; i++) {
        if (f->least[i] != f->most[i] && (real)f->scale[i] != 0) continue;
        f->shift[i] = f->least[i];
        f->scale[i] = 1;
    }
}

/* What says yes or no, or is a place on a circle, is of moderate size, and stays as it is. */
static void settle_flags(const fit *f)
{
    const glia__plan *plan = f->intake ? f->intake->plan : NULL;
    for (size_t i = 0; plan && i < f->columns; i++) {
        size_t                   of;
        const glia__plan_column *c = glia__plan_input(plan, i, &of);
        if (!glia__plan_input_is_flag(c, of)) continue;
        f->shift[i] = 0;
        f->scale[i] = 1;
    }
}

static glia_status make_scaler(glia__scaler *s, glia__scale_how how, const fit *f)
{
    settle_constant(f);
    settle_flags(f);
    glia_status status = glia__scaler_make(s, how, f->columns, f->shift, f->scale);
    return status == GLIA_OK ? status : glia__fail_at(status, "%s", f->data->name);
}

static glia_status fit_columns(glia__scaler *s, glia__scale_how how, fit *f)
{
    double *room = glia__new(f->columns, 6 * sizeof *room);
    if (!room) return GLIA_E_MEMORY;
    double **part[] = {&f->row, &f->shift, &f->scale, &f->least, &f->most};
    for (size_t i = 0; i < 5; i++) *part[i] = room + i * f->columns;
    f->x = (real *)(room + 5 * f->columns);
    glia_status status = fit_means(f);
    if (status == GLIA_OK) status = fitters[how](f);
    if (status == GLIA_OK) status = make_scaler(s, how, f);
    glia__free(room);
    return status;
}

static glia__scale_how usual_scale(const glia_data *d)
{
    if (glia__data_is_bytes(d)) return GLIA__SCALE_UNIT;
    return d->from_memory ? GLIA__SCALE_NONE : GLIA__SCALE_STANDARD;
}

static glia_status find_scale(const char *text, glia__scale_how *how)
{
    glia__string all = {0};
    for (size_t i = 0; i < glia__scales_count; i++) {
        *how = (glia__scale_how)i;
        if (strcmp(text, glia__scales[i].name) == 0) return GLIA_OK;
    }
    for (size_t i = 0; i < glia__scales_count; i++) glia__string_add(&all, "%s%s", i ? ", " : "", glia__scales[i].name);
    glia__fail(GLIA_E_TEXT, "scale: there is no \"%.40s\"; there are %s", text, all.text ? all.text : "");
    glia__string_clear(&all);
    return GLIA_E_TEXT;
}

glia_status glia__scaler_fit(glia__scaler *s, const char *text, const glia__intake *train)
{
    glia__scale_how how = usual_scale(train->data);
    if (text) GLIA_TRY(find_scale(text, &how));
    if (!fitters[how]) return glia__scaler_make(s, how, 0, NULL, NULL);
    return fit_columns(s, how, &(fit){.data = train->data, .intake = train, .columns = glia__intake_width(train)});
}

glia_status glia__scaler_fit_targets(glia__scaler *s, const glia_data *train)
{
    if (train->target != GLIA_TARGET_NUMBERS)
        return glia__fail(GLIA_E_ARG, "%s has no number targets to be scaled", train->name);
    return fit_columns(s, GLIA__SCALE_STANDARD, &(fit){.data = train, .columns = train->target_columns});
}
