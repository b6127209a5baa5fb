/* Data sets of images: files decoded one after the other, each a row [channels][height][width] of bytes.
 *
 * All have the size of the first one; where it is not asked for another, an image of another size is an error. They
 * are gray until one has colour: then those before it get three equal channels. */
#include <string.h>

#include "data/image.h"
#include "ground/memory.h"

/* ---- rows ------------------------------------------------------------------------------------------------------- */

/* The first `filled` rows, which have one channel, get three. */
static glia_status give_colour(glia_data *d, size_t filled)
{
    size_t plane = d->columns;
    GLIA_TRY(glia__data_shape(d, d->stored, 3, d->height, d->width));
    GLIA_TRY(glia__resize(&d->bytes, d->stored * d->columns, 1));
    for (size_t r = filled; r-- > 0;)
        for (size_t c = 3; c-- > 0;) memmove(d->bytes + (3 * r + c) * plane, d->bytes + r * plane, plane);
    return GLIA_OK;
}

glia_status glia__images_same_colour(glia_data *a, glia_data *b)
{
    bool same_size = a->height == b->height && a->width == b->width;
    if (!a->row_files || !b->row_files || !same_size || a->channels == b->channels) return GLIA_OK;
    return a->channels == 1 ? give_colour(a, a->stored) : give_colour(b, b->stored);
}

/* row[channels][height][width] = the pixels, whose channels lie beside each other; of gray ones, three times. */
static void put_pixels(uint8_t *row, const glia__image *image, size_t channels)
{
    size_t plane = image->height * image->width, step = image->channels;
    for (size_t c = 0; c < channels; c++) {
        const uint8_t *from = image->pixels + (step == 1 ? 0 : c);
        for (size_t i = 0; i < plane; i++) row[c * plane + i] = from[i * step];
    }
}

/* ---- an image --------------------------------------------------------------------------------------------------- */

static glia_status fail_size(const glia_data *d, const char *path, const glia__image *image)
{
    return glia__fail(GLIA_E_SHAPE,
                      "%s: %zu x %zu pixels (height x width), but %s has %zu x %zu; --image %zux%zu (image in "
                      "glia_data_options) makes them one size",
                      path, image->height, image->width, d->row_files[0], d->height, d->width, d->height, d->width);
}

static glia_status take_shape(glia_data *d, const glia__image *image)
{
    GLIA_TRY(glia__data_shape(d, d->stored, image->channels, image->height, image->width));
    d->image = true;
    return glia__resize(&d->bytes, d->stored * d->columns, 1);
}

/* Takes the image as row r. */
static glia_status put_row(glia_data *d, size_t r, const char *path, const glia__image *image)
{
    if (r == 0) GLIA_TRY(take_shape(d, image));
    if (image->height != d->height || image->width != d->width) return fail_size(d, path, image);
    if (image->channels > d->channels) GLIA_TRY(give_colour(d, r));
    put_pixels(d->bytes + r * d->columns, image, d->channels);
    return GLIA_OK;
}

static glia_status read_row(glia_data *d, size_t r, glia__source *s, const glia__image_wish *wish)
{
    glia__image image;
    GLIA_TRY(glia__image_read(&image, s));
    glia_status status = glia__image_grant(&image, wish);
    if (status == GLIA_OK) status = put_row(d, r, s->path, &image);
    glia__image_clear(&image);
    return status;
}

/* ---- many, and one ---------------------------------------------------------------------------------------------- */

/* A data set that is to have so many images. */
static glia_status begin(glia_data **data, const char *name, size_t count)
{
    GLIA_TRY(glia__data_new(data, name));
    (*data)->rows = (*data)->stored = count;
    return GLIA_OK;
}

static glia_status read_files(glia_data *d, const glia__image_wish *wish)
{
    glia__source s;
    for (size_t r = 0; r < d->stored; r++) {
        GLIA_TRY(glia__source_open(&s, d->row_files[r]));
        glia_status status = read_row(d, r, &s, wish);
        glia__source_close(&s);
        if (status == GLIA_OK) status = glia__data_add_file(d, d->row_files[r]);
        if (status) return status;
    }
    return GLIA_OK;
}

glia_status glia__images_read(glia_data **data, const char *name, char ***paths, size_t count,
                              const glia__image_wish *wish)
{
    GLIA_TRY(begin(data, name, count));
    (*data)->row_files = *paths;
    *paths = NULL;
    glia_status status = read_files(*data, wish);
    if (status == GLIA_OK) return GLIA_OK;
    glia_data_free(*data);
    *data = NULL;
    return status;
}

glia_status glia__images_read_one(glia_data **data, glia__source *s, const char *text)
{
    glia__image_wish wish;
    *data = NULL;
    GLIA_TRY(glia__image_wish_read(&wish, text));
    GLIA_TRY(begin(data, s->path, 1));
    glia_data  *d = *data;
    glia_status status = (d->row_files = glia__new(1, sizeof *d->row_files)) ? GLIA_OK : GLIA_E_MEMORY;
    if (status == GLIA_OK && !(d->row_files[0] = glia__strdup(s->path))) status = GLIA_E_MEMORY;
    if (status == GLIA_OK) status = read_row(d, 0, s, &wish);
    if (status == GLIA_OK) return GLIA_OK;
    glia_data_free(d);
    *data = NULL;
    return status;
}
