/* PBM, PGM and PPM (https://netpbm.sourceforge.net/doc/pnm.html): P and a digit, width and height, but for bitmaps the
 * largest value, and then the samples, row by row. Numbers of the header are divided by white space and by comments,
 * which begin with # and end with their line.
 *
 *   P1, P4   bitmaps: 1 is black. As digits; or 8 pixels a byte, the first one highest, rows filled up to whole bytes
 *   P2, P5   gray:   numbers as text; or bytes, of two highest first where the largest value is above 255
 *   P3, P6   colour: the same, red, green and blue of each pixel
 *
 * Values become 0..255: v 255 / largest, to the nearest. */
#include "data/image.h"

enum { VALUE_MOST = 65535 };

typedef struct reading {
    const unsigned char *bytes;
    size_t               n, at;
    char                 kind; /* '1' to '6' */
    size_t               height, width, channels, largest;
} reading;

static glia_status at_byte(size_t byte)
{
    return glia__image_at(GLIA_E_FORMAT, byte);
}

/* ---- numbers as text -------------------------------------------------------------------------------------------- */

static bool is_space(unsigned char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static bool is_digit(unsigned char c)
{
    return c >= '0' && c <= '9';
}

static void pass_space(reading *r)
{
    for (bool comment = false; r->at < r->n; r->at++) {
        unsigned char c = r->bytes[r->at];
        comment = comment ? c != '\n' && c != '\r' : c == '#';
        if (!comment && !is_space(c)) return;
    }
}

static glia_status fail_number(const reading *r, const char *what)
{
    if (r->at >= r->n)
        glia__fail(GLIA_E_FORMAT, "the file ends here, where %s should stand", what);
    else
        glia__fail(GLIA_E_FORMAT, "this is not %s, which should stand here", what);
    return at_byte(r->at);
}

/* A whole number of at most `most`. */
static glia_status read_number(reading *r, const char *what, size_t most, size_t *number)
{
    pass_space(r);
    size_t begin = r->at;
    *number = 0;
    for (; r->at < r->n && is_digit(r->bytes[r->at]); r->at++) {
        *number = 10 * *number + (size_t)(r->bytes[r->at] - '0');
        if (*number <= most) continue;
        glia__fail(GLIA_E_FORMAT, "%s is more than %zu", what, most);
        return at_byte(begin);
    }
    bool ends = r->at == r->n || is_space(r->bytes[r->at]) || r->bytes[r->at] == '#';
    return r->at > begin && ends ? GLIA_OK : fail_number(r, what);
}

/* ---- the header ------------------------------------------------------------------------------------------------- */

static bool is_bitmap(const reading *r)
{
    return r->kind == '1' || r->kind == '4';
}

static bool is_text(const reading *r)
{
    return r->kind <= '3';
}

/* Bytes that the samples take at least; of text, a digit each, and where they are numbers a space between them. */
static size_t bytes_needed(const reading *r)
{
    size_t samples = r->height * r->width * r->channels;
    if (r->kind == '1') return samples;
    if (is_text(r)) return 2 * samples - 1;
    if (r->kind == '4') return r->height * ((r->width + 7) / 8);
    return r->largest > 255 ? 2 * samples : samples;
}

static glia_status check_room(const reading *r)
{
    size_t need = bytes_needed(r), left = r->n - r->at;
    if (need <= left) return GLIA_OK;
    glia__fail(GLIA_E_FORMAT, "the file ends here, but its header promises %zu x %zu pixels (height x width)",
               r->height, r->width);
    return at_byte(r->n);
}

static glia_status read_header(reading *r)
{
    size_t sides, largest;
    r->kind = (char)r->bytes[1];
    r->channels = r->kind == '3' || r->kind == '6' ? 3 : 1;
    r->largest = 1;
    r->at = 2;
    GLIA_TRY(read_number(r, "the width", INT32_MAX, &r->width));
    GLIA_TRY(read_number(r, "the height", INT32_MAX, &r->height));
    sides = r->at;
    if (glia__image_check(r->height, r->width)) return at_byte(sides);
    if (!is_bitmap(r)) {
        GLIA_TRY(read_number(r, "the largest value", VALUE_MOST, &r->largest));
        largest = r->at;
        if (r->largest == 0) {
            glia__fail(GLIA_E_FORMAT, "the largest value is 0");
            return at_byte(largest);
        }
    }
    if (!is_text(r)) { /* exactly one space, as what follows may look like one */
        if (r->at == r->n || !is_space(r->bytes[r->at])) return fail_number(r, "white space");
        r->at++;
    }
    return check_room(r);
}

/* ---- samples ---------------------------------------------------------------------------------------------------- */

static glia_status take(const reading *r, size_t value, size_t byte, uint8_t *sample)
{
    *sample = (uint8_t)((255 * value + r->largest / 2) / r->largest);
    if (value <= r->largest) return GLIA_OK;
    glia__fail(GLIA_E_FORMAT, "a value of %zu, and the header says that %zu is the largest", value, r->largest);
    return at_byte(byte);
}

/* Digits need no space between them. */
static glia_status read_bit(reading *r, uint8_t *sample)
{
    pass_space(r);
    if (r->at == r->n || (r->bytes[r->at] != '0' && r->bytes[r->at] != '1')) return fail_number(r, "a pixel, 0 or 1,");
    *sample = r->bytes[r->at++] == '0' ? 255 : 0;
    return GLIA_OK;
}

static glia_status read_text(reading *r, uint8_t *sample)
{
    size_t value;
    if (r->kind == '1') return read_bit(r, sample);
    GLIA_TRY(read_number(r, "a value", VALUE_MOST, &value));
    return take(r, value, r->at, sample);
}

static glia_status read_binary(reading *r, uint8_t *sample)
{
    size_t size = r->largest > 255 ? 2 : 1, value = r->bytes[r->at];
    if (size == 2) value = value << 8 | r->bytes[r->at + 1];
    r->at += size;
    return take(r, value, r->at - size, sample);
}

static void read_bits(reading *r, glia__image *image)
{
    size_t row = (r->width + 7) / 8;
    for (size_t y = 0; y < r->height; y++, r->at += row)
        for (size_t x = 0; x < r->width; x++)
            image->pixels[y * r->width + x] = r->bytes[r->at + x / 8] >> (7 - x % 8) & 1 ? 0 : 255;
}

static glia_status read_samples(reading *r, glia__image *image)
{
    size_t samples = r->height * r->width * r->channels;
    if (r->kind == '4') read_bits(r, image);
    for (size_t i = 0; i < samples && r->kind != '4'; i++)
        GLIA_TRY((is_text(r) ? read_text : read_binary)(r, &image->pixels[i]));
    while (r->at < r->n && is_space(r->bytes[r->at])) r->at++;
    if (r->at == r->n) return GLIA_OK;
    glia__fail(GLIA_E_FORMAT, "bytes past the end of the image; a file is one image");
    return at_byte(r->at);
}

glia_status glia__pnm_decode(glia__image *image, const unsigned char *bytes, size_t n)
{
    reading r = {.bytes = bytes, .n = n};
    GLIA_TRY(read_header(&r));
    GLIA_TRY(glia__image_new(image, r.height, r.width, r.channels));
    return read_samples(&r, image);
}
