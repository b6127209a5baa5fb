/* Batches: chosen rows gathered and scaled, bytes turned into reals on the way. Called by the workers of a step, so it
 * cannot fail and allocates nothing. */
#include "data/plan.h"
#include "numbers/kernels.h"

static size_t stored_row(const glia_data *d, const size_t *rows, size_t i)
{
    return glia__data_stored(d, rows ? rows[i] : i);
}

/* The numbers of row i of a batch; those of rows on disk were taken before. */
static const void *numbers_of(const glia__intake *in, const size_t *rows, size_t i)
{
    return in->pass ? in->pass->row[i] : glia__data_row(in->data, stored_row(in->data, rows, i));
}

/* Rows of a shuffled batch come from anywhere in memory: the next ones are asked for while this one is worked on. */
static void ask_for(const glia__intake *in, const size_t *rows, size_t i)
{
    enum { CACHE_LINE = 64 };
    const glia_data *d = in->data;
    size_t           width = glia__data_is_bytes(d) ? sizeof *d->bytes : sizeof *d->values;
    const char      *row = numbers_of(in, rows, i);
    for (size_t k = 0; k < d->columns * width; k += CACHE_LINE) __builtin_prefetch(row + k);
}

static void scale_bytes(const glia__scaler *s, size_t n, const uint8_t *from, real *x)
{
    const glia__kernels *k = glia__kernels_get();
    if (s->columns)
        k->scale_bytes_columns(n, from, s->real_shift, s->real_scale, x);
    else
        k->scale_bytes(n, from, (real)glia__scales[s->how].shift, (real)glia__scales[s->how].scale, x);
}

void glia__scale_reals(const glia__scaler *s, size_t n, const real *from, real *x)
{
    const glia__kernels *k = glia__kernels_get();
    if (s->columns)
        k->scale_reals_columns(n, from, s->real_shift, s->real_scale, x);
    else
        k->scale_reals(n, from, (real)glia__scales[s->how].shift, (real)glia__scales[s->how].scale, x);
}

/* x[n] = the row, scaled as `s` says. */
static void take_row(const glia__intake *in, const glia__scaler *s, const void *numbers, real *x)
{
    const glia_data *d = in->data;
    if (in->straight && glia__data_is_bytes(d)) {
        scale_bytes(s, d->columns, numbers, x);
    } else if (in->straight) {
        glia__scale_reals(s, d->columns, numbers, x);
    } else {
        glia__intake_row(in, numbers, x);
        glia__scale_reals(s, glia__intake_width(in), x, x);
    }
}

void glia__batch_inputs(const glia__intake *in, const size_t *rows, size_t begin, size_t end, real *x)
{
    enum { AHEAD = 2 };
    size_t n = glia__intake_width(in);
    for (size_t i = begin; i < end && i < begin + AHEAD; i++) ask_for(in, rows, i);
    for (size_t i = begin; i < end; i++, x += n) {
        if (i + AHEAD < end) ask_for(in, rows, i + AHEAD);
        take_row(in, in->scale, numbers_of(in, rows, i), x);
    }
}

void glia__batch_augmented(const glia__intake *in, const glia__augment *a, unsigned worker, const glia__chance *chance,
                           size_t begin, size_t end, real *x)
{
    static const glia__scaler as_it_is = {.how = GLIA__SCALE_NONE};
    size_t                    n = glia__intake_width(in);
    for (size_t i = begin; i < end; i++, x += n) {
        size_t       stored = stored_row(in->data, chance->row, i);
        glia__chance of_image = {chance->seed, chance->epoch, &stored};
        if (i + 1 < end) ask_for(in, chance->row, i + 1);
        take_row(in, &as_it_is, numbers_of(in, chance->row, i), x);
        glia__augment_image(a, worker, &of_image, 0, x);
        glia__scale_reals(in->scale, n, x, x);
    }
}

void glia__batch_numbers(const glia_data *d, const glia__scaler *s, const size_t *rows, size_t begin, size_t end,
                         real *t)
{
    size_t n = d->target_columns;
    for (size_t i = begin; i < end; i++, t += n) {
        const double *number = d->numbers + stored_row(d, rows, i) * n;
        for (size_t j = 0; j < n; j++) t[j] = (real)(s->columns ? (number[j] - s->shift[j]) / s->scale[j] : number[j]);
    }
}

void glia__batch_weights(const glia_data *d, const size_t *rows, size_t begin, size_t end, real *weights)
{
    for (size_t i = begin; i < end; i++) weights[i - begin] = d->weights[stored_row(d, rows, i)];
}

void glia__batch_classes(const glia_data *d, const size_t *rows, size_t begin, size_t end, int32_t *classes)
{
    for (size_t i = begin; i < end; i++) classes[i - begin] = d->classes[stored_row(d, rows, i)];
}
