/* What surrounds the images: a model knows how bright the border of those was that it learnt from, and images that are
 * their negatives can be turned.
 *
 * The border of an image is its outermost pixels, in all channels. Digits of MNIST are bright on black, the border's
 * mean is near 0; a scan of a digit is dark on white, and a model of MNIST makes nothing of it. */
#include <math.h>
#include <string.h>

#include "data/pass.h"
#include "model/model.h"

/* Of 0..255: what lies below the one is dark, above the other bright; most photos are neither. */
static const double dark = 85, bright = 170;

/* ---- the border ------------------------------------------------------------------------------------------------- */

typedef struct edge {
    size_t channels, height, width;
} edge;

/* The net's own reading of the rows goes before that of the data. */
static edge edge_of(const glia_model *m, const glia_data *d)
{
    return m->height > 1 ? (edge){m->channels, m->height, m->width} : (edge){d->channels, d->height, d->width};
}

static bool has_edge(const edge *e, const glia_data *d)
{
    return glia__data_is_bytes(d) && e->height > 1 && e->width > 1 && e->channels * e->height * e->width == d->columns;
}

static size_t edge_pixels(const edge *e)
{
    return e->channels * (2 * e->width + 2 * (e->height - 2));
}

static uint64_t edge_sum(const edge *e, const uint8_t *row)
{
    uint64_t sum = 0;
    for (size_t c = 0; c < e->channels; c++, row += e->height * e->width) {
        const uint8_t *last = row + (e->height - 1) * e->width;
        for (size_t x = 0; x < e->width; x++) sum += row[x] + last[x];
        for (const uint8_t *left = row + e->width; left < last; left += e->width) sum += left[0] + left[e->width - 1];
    }
    return sum;
}

static double row_border(const edge *e, const glia_data *d, size_t r)
{
    return (double)edge_sum(e, d->bytes + glia__data_stored(d, r) * d->columns) / (double)edge_pixels(e);
}

typedef struct edges {
    edge     of;
    uint64_t sum;
} edges;

static void add_edge(void *context, size_t row, const void *numbers)
{
    edges *all = context;
    (void)row;
    all->sum += edge_sum(&all->of, numbers);
}

glia_status glia__model_border_of(const glia_model *m, const glia_data *d, double *border)
{
    edges all = {.of = edge_of(m, d)};
    *border = (double)NAN;
    if (!has_edge(&all.of, d)) return GLIA_OK;
    GLIA_TRY(glia__data_each(d, add_edge, &all));
    *border = (double)all.sum / ((double)d->rows * (double)edge_pixels(&all.of));
    return GLIA_OK;
}

/* ---- negatives -------------------------------------------------------------------------------------------------- */

static bool is_opposite(double learnt, double border)
{
    return (learnt < dark && border > bright) || (learnt > bright && border < dark);
}

/* Whether row r is to be inverted; only what came from an image file is judged. */
static bool is_meant(const glia_model *m, const glia_data *d, size_t r, glia_invert how)
{
    edge e = edge_of(m, d);
    if (how == GLIA_INVERT_YES) return true;
    return how == GLIA_INVERT_AUTO && m->knows_border && glia_data_file_name(d, r) && has_edge(&e, d) &&
           is_opposite(m->border, row_border(&e, d, r));
}

static void invert_row(glia_data *d, size_t r)
{
    uint8_t *row = d->bytes + r * d->columns;
    for (size_t i = 0; i < d->columns; i++) row[i] = (uint8_t)(255 - row[i]);
}

static glia_inverted invert_part(const glia_model *m, glia_data *d, glia_invert how)
{
    glia_inverted made = {0};
    for (size_t r = 0; r < d->rows; r++) {
        if (!is_meant(m, d, r, how)) continue;
        if (made.rows++ == 0) made.first = r;
        invert_row(d, r);
    }
    return made;
}

/* Rows on disk are no image files. */
static glia_status load_what_changes(glia_data *d, glia_invert how)
{
    return how == GLIA_INVERT_YES ? glia__data_load(d) : GLIA_OK;
}

glia_status glia_data_invert(glia_data *data, const glia_model *model, glia_invert how, glia_inverted *of_data,
                             glia_inverted *of_test)
{
    glia_inverted none = {0}, *first = of_data ? of_data : &none, *second = of_test ? of_test : &none;
    *first = *second = none;
    if (!data || !model) return glia__fail(GLIA_E_ARG, "glia_data_invert: data and a model are needed");
    if (how < GLIA_INVERT_AUTO || how > GLIA_INVERT_NO)
        return glia__fail(GLIA_E_ARG, "%d is no way to invert images", (int)how);
    if (data->base)
        return glia__fail(GLIA_E_ARG, "%s: images are inverted before they are chosen, not after", data->name);
    if (how == GLIA_INVERT_YES && (!glia__data_is_bytes(data) || (data->test && !glia__data_is_bytes(data->test))))
        return glia__fail(GLIA_E_SHAPE, "%s: its rows are numbers; only images of bytes can be inverted", data->name);
    GLIA_TRY(load_what_changes(data, how));
    if (data->test) GLIA_TRY(load_what_changes(data->test, how));
    *first = invert_part(model, data, how);
    if (data->test) *second = invert_part(model, data->test, how);
    return GLIA_OK;
}
