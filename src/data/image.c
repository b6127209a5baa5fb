/* Images: which format a file has, by its first bytes, and what all formats have in common. */
#include "data/image.h"

#include <string.h>

#include "ground/memory.h"

/* ---- the formats ------------------------------------------------------------------------------------------------ */

typedef struct format {
    const char                 *name, *magic;
    size_t                      at, length; /* of the magic */
    glia__image_decoder *const *decode;     /* NULL: the format is known by name only; *decode NULL: by this build */
} format;

static glia__image_decoder *const pnm_decode = glia__pnm_decode;

static const format formats[] = {
    {"PNG", "\x89PNG\r\n\x1A\n", 0, 8, &glia__png_decode},
    {"JPEG", "\xFF\xD8\xFF", 0, 3, &glia__jpeg_decode},
    {"GIF", "GIF8", 0, 4, NULL},
    {"WebP", "WEBPVP8", 8, 7, NULL},
    {"TIFF", "II*\0", 0, 4, NULL},
    {"TIFF", "MM\0*", 0, 4, NULL},
    {"HEIC", "ftyphei", 4, 7, NULL},
    {"HEIC", "ftypmif1", 4, 8, NULL},
    {"AVIF", "ftypavif", 4, 8, NULL},
};
static const format pnm = {"PNM", "P", 0, 1, &pnm_decode};

static bool is_space(unsigned char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/* P, a digit from 1 to 6, white space, and a whole number or a comment: a table may have a column P1. */
static bool is_pnm(const unsigned char *head, size_t n)
{
    size_t at = 2, digits;
    if (n < 4 || head[0] != 'P' || head[1] < '1' || head[1] > '6') return false;
    while (at < n && is_space(head[at])) at++;
    for (digits = at; at < n && head[at] >= '0' && head[at] <= '9';) at++;
    bool number = at > digits && digits > 2 && (at == n || is_space(head[at]));
    return number || (at < n && head[at] == '#');
}

/* Also if the bytes end within the magic, as long as the first of them is no letter. */
static bool has_magic(const format *f, const unsigned char *head, size_t n)
{
    bool cut = n > 0 && n < f->length && f->at == 0 && head[0] > 127;
    return (n >= f->at + f->length || cut) && memcmp(head + f->at, f->magic, cut ? n : f->length) == 0;
}

static const format *find_format(const unsigned char *head, size_t n)
{
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
        if (has_magic(&formats[i], head, n)) return &formats[i];
    return is_pnm(head, n) ? &pnm : NULL;
}

bool glia__image_fits(const glia__source *s)
{
    return find_format(s->head, s->head_size) != NULL;
}

/* ---- for the decoders ------------------------------------------------------------------------------------------- */

glia_status glia__image_at(glia_status status, size_t byte)
{
    return glia__fail_at(status, "byte %zu", byte);
}

glia_status glia__image_check(size_t height, size_t width)
{
    size_t pixels;
    if (height == 0 || width == 0)
        return glia__fail(GLIA_E_FORMAT, "an image of %zu x %zu pixels (height x width) has none", height, width);
    if (!glia__mul(height, width, &pixels) || pixels > GLIA__PIXELS_MOST)
        return glia__fail(GLIA_E_FORMAT, "an image of %zu x %zu pixels (height x width); at most %d are read", height,
                          width, GLIA__PIXELS_MOST);
    return GLIA_OK;
}

glia_status glia__image_new(glia__image *image, size_t height, size_t width, size_t channels)
{
    *image = (glia__image){.height = height, .width = width, .channels = channels};
    size_t row;
    if (!glia__mul(width, channels, &row)) row = SIZE_MAX;
    image->pixels = glia__new(height, row);
    return image->pixels ? GLIA_OK : GLIA_E_MEMORY;
}

void glia__image_clear(glia__image *image)
{
    glia__free(image->pixels);
    *image = (glia__image){0};
}

/* ---- reading ---------------------------------------------------------------------------------------------------- */

glia_status glia__image_decode(glia__image *image, const unsigned char *bytes, size_t n)
{
    const format *f = find_format(bytes, n);
    glia_status   status = GLIA_E_FORMAT;
    *image = (glia__image){0};
    if (f && f->decode && *f->decode)
        status = (*f->decode)(image, bytes, n);
    else if (f)
        glia__fail(status, f->decode ? "a %s file, and this build reads none" : "%s is not read; PNG and JPEG are",
                   f->name);
    else
        glia__fail(status, "no image: neither PNG nor JPEG nor PBM, PGM or PPM begins so");
    if (!f || !f->decode || !*f->decode) glia__image_at(status, 0);
    if (status) glia__image_clear(image);
    return status;
}

static glia_status read_all(glia__source *s, unsigned char **bytes, size_t *n)
{
    const size_t chunk = 1 << 16;
    size_t       got, room = 0, size = glia__source_size(s);
    *n = 0;
    if (size > GLIA__IMAGE_FILE_MOST) size = 0; /* which is refused below, after so much was read */
    GLIA_TRY(glia__grow(bytes, &room, size + 1, 1));
    for (;;) {
        if (room == *n) GLIA_TRY(glia__grow(bytes, &room, *n + chunk, 1));
        GLIA_TRY(glia__source_read(s, *bytes + *n, room - *n, &got));
        *n += got;
        if (*n > GLIA__IMAGE_FILE_MOST)
            return glia__fail(GLIA_E_FORMAT, "%s: an image of more than %d bytes", s->path, GLIA__IMAGE_FILE_MOST);
        if (*n < room) return GLIA_OK;
    }
}

glia_status glia__image_read(glia__image *image, glia__source *s)
{
    unsigned char *bytes = NULL;
    size_t         n;
    *image = (glia__image){0};
    glia_status status = read_all(s, &bytes, &n);
    if (status == GLIA_OK) {
        status = glia__image_decode(image, bytes, n);
        if (status) glia__fail_at(status, "%s", s->path);
    }
    glia__free(bytes);
    return status;
}
