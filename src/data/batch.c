/* Batches: chosen rows gathered and scaled, bytes turned into reals on the way. Called by the workers of a step, so it
 * cannot fail and allocates nothing. */
#include "data/scale.h"
#include "numbers/kernels.h"

/* (x - shift) / scale where one pair serves all. */
static const struct {
    real shift, scale;
} uniform[] = {[GLIA__SCALE_NONE] = {0, 1}, [GLIA__SCALE_UNIT] = {0, 255}};

static size_t stored_row(const glia_data *d, const size_t *rows, size_t i)
{
    return glia__data_stored(d, rows ? rows[i] : i);
}

/* Rows of a shuffled batch come from anywhere in memory: the next one is asked for while this one is worked on. */
static void ask_for(const glia_data *d, size_t at)
{
    enum { CACHE_LINE = 64 };
    size_t      width = d->bytes ? sizeof *d->bytes : sizeof *d->values;
    const char *row = d->bytes ? (const char *)(d->bytes + at) : (const char *)(d->values + at);
    for (size_t i = 0; i < d->columns * width; i += CACHE_LINE) __builtin_prefetch(row + i);
}

void glia__batch_inputs(const glia_data *d, const glia__scaler *s, const size_t *rows, size_t begin, size_t end,
                        real *x)
{
    const glia__kernels *k = glia__kernels_get();
    size_t               n = d->columns;
    for (size_t i = begin; i < end; i++, x += n) {
        size_t at = stored_row(d, rows, i) * n;
        if (i + 1 < end) ask_for(d, stored_row(d, rows, i + 1) * n);
        if (d->bytes && s->columns)
            k->scale_bytes_columns(n, d->bytes + at, s->real_shift, s->real_scale, x);
        else if (d->bytes)
            k->scale_bytes(n, d->bytes + at, uniform[s->how].shift, uniform[s->how].scale, x);
        else if (s->columns)
            k->scale_reals_columns(n, d->values + at, s->real_shift, s->real_scale, x);
        else
            k->scale_reals(n, d->values + at, uniform[s->how].shift, uniform[s->how].scale, x);
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

void glia__batch_classes(const glia_data *d, const size_t *rows, size_t begin, size_t end, int32_t *classes)
{
    for (size_t i = begin; i < end; i++) classes[i - begin] = d->classes[stored_row(d, rows, i)];
}
