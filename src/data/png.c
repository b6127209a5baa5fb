/* PNG (https://www.w3.org/TR/png), by libpng, in the one file that knows it.
 *
 * libpng reports an error by a jump out of its functions. Everything that has to be freed is therefore kept in
 * `reading`, which outlives the jump, and the jump goes to one place. What a header promises is held against the size
 * of the file before memory is asked for: deflate makes a byte of at most 1032, so a small file cannot hold a large
 * image. */
#include "data/image.h"

#ifdef GLIA_PNG

#include <setjmp.h>
#include <string.h>

#include <png.h>

#include "ground/memory.h"

enum { SIGNATURE = 8, HEADER_END = 33, DEFLATE_MOST = 1032 /* bytes from one */ };

typedef struct reading {
    const unsigned char *bytes;
    size_t               n, at;
    glia__image         *image;
    size_t               stored; /* channels in the file, alpha included */
    png_bytep           *rows;
    png_structp          png;
    png_infop            info;
    jmp_buf              out;
    char                 wrong[128];
    bool                 starved;
} reading;

/* ---- the header, before libpng sees it -------------------------------------------------------------------------- */

static size_t big_endian(const unsigned char *b)
{
    return (size_t)b[0] << 24 | (size_t)b[1] << 16 | (size_t)b[2] << 8 | b[3];
}

/* Bits of a pixel by the type of its colour; a type that there is not is libpng's to refuse. */
static size_t pixel_bits(unsigned depth, unsigned type)
{
    static const unsigned char channels[] = {1, 1, 3, 1, 2, 1, 4};
    return depth * (type < sizeof channels ? channels[type] : 1);
}

static glia_status check_header(const unsigned char *bytes, size_t n)
{
    if (n < HEADER_END) {
        glia__fail(GLIA_E_FORMAT, "the file ends here, within the header of a PNG");
        return glia__image_at(GLIA_E_FORMAT, n);
    }
    size_t      width = big_endian(bytes + 16), height = big_endian(bytes + 20), most = n * DEFLATE_MOST;
    glia_status status = glia__image_check(height, width);
    if (status) return glia__image_at(status, 16);
    if (height * ((width * pixel_bits(bytes[24], bytes[25]) + 7) / 8) <= most) return GLIA_OK;
    glia__fail(GLIA_E_FORMAT, "an image of %zu x %zu pixels (height x width), which a file of %zu bytes cannot hold",
               height, width, n);
    return glia__image_at(GLIA_E_FORMAT, 16);
}

/* ---- what libpng calls ------------------------------------------------------------------------------------------ */

static void give_bytes(png_structp png, png_bytep to, size_t n)
{
    reading *r = png_get_io_ptr(png);
    if (n > r->n - r->at) {
        r->at = r->n;
        png_error(png, "the file ends here");
    }
    memcpy(to, r->bytes + r->at, n);
    r->at += n;
}

static void stop(png_structp png, png_const_charp message)
{
    reading *r = png_get_error_ptr(png);
    strncpy(r->wrong, message, sizeof r->wrong - 1);
    longjmp(r->out, 1);
}

static void pass_over(png_structp png, png_const_charp message)
{
    (void)png, (void)message;
}

static png_voidp allocate(png_structp png, png_alloc_size_t size)
{
    reading *r = png_get_mem_ptr(png);
    void    *p = glia__new(size, 1);
    if (!p) r->starved = true;
    return p;
}

static void release(png_structp png, png_voidp p)
{
    (void)png;
    glia__free(p);
}

/* ---- reading ---------------------------------------------------------------------------------------------------- */

/* Chunks that say nothing about the pixels are not read, only passed over. */
static void set_up(reading *r)
{
    png_set_read_fn(r->png, r, give_bytes);
    png_set_user_limits(r->png, GLIA__PIXELS_MOST, GLIA__PIXELS_MOST);
    png_set_keep_unknown_chunks(r->png, PNG_HANDLE_CHUNK_NEVER, NULL, -1);
    png_read_info(r->png, r->info);
    png_set_expand(r->png);   /* palettes, few bits, transparent colours */
    png_set_scale_16(r->png); /* to the nearest of 8 bits */
    png_set_interlace_handling(r->png);
    png_read_update_info(r->png, r->info);
}

/* Rows have room for alpha too, which is laid on white afterwards. */
static glia_status make_room(reading *r)
{
    size_t height = png_get_image_height(r->png, r->info), width = png_get_image_width(r->png, r->info);
    r->stored = png_get_channels(r->png, r->info);
    GLIA_TRY(glia__image_new(r->image, height, width, r->stored));
    r->rows = glia__new(height, sizeof *r->rows);
    if (!r->rows) return GLIA_E_MEMORY;
    for (size_t y = 0; y < height; y++) r->rows[y] = r->image->pixels + y * width * r->stored;
    return GLIA_OK;
}

/* False if libpng jumped out. */
static bool read_pixels(reading *r)
{
    if (setjmp(r->out)) return false;
    r->png = png_create_read_struct_2(PNG_LIBPNG_VER_STRING, r, stop, pass_over, r, allocate, release);
    if (r->png) r->info = png_create_info_struct(r->png);
    if (r->info) set_up(r);
    if (!r->info || make_room(r)) {
        r->starved = true;
        return false;
    }
    png_read_image(r->png, r->rows);
    png_read_end(r->png, NULL);
    return !r->starved;
}

/* v a + 255 (1 - a), to the nearest; the pixels move together where alpha was. */
static glia_status lay_on_white(glia__image *image)
{
    size_t colours = image->channels - 1, pixels = image->height * image->width;
    for (size_t i = 0; i < pixels; i++) {
        const uint8_t *from = image->pixels + i * (colours + 1);
        unsigned       alpha = from[colours];
        for (size_t c = 0; c < colours; c++)
            image->pixels[i * colours + c] = (uint8_t)((from[c] * alpha + 255 * (255 - alpha) + 127) / 255);
    }
    image->channels = colours;
    return glia__resize(&image->pixels, pixels, colours);
}

static glia_status fail(const reading *r)
{
    if (r->starved) return GLIA_E_MEMORY; /* who starved has said so */
    glia__fail(GLIA_E_FORMAT, "the PNG is damaged or cut short (%s)", r->wrong);
    return glia__image_at(GLIA_E_FORMAT, r->at);
}

static glia_status decode(glia__image *image, const unsigned char *bytes, size_t n)
{
    reading r = {.bytes = bytes, .n = n, .image = image};
    GLIA_TRY(check_header(bytes, n));
    bool fine = read_pixels(&r);
    png_destroy_read_struct(&r.png, &r.info, NULL);
    glia__free(r.rows);
    if (!fine) return fail(&r);
    return r.stored % 2 ? GLIA_OK : lay_on_white(image);
}

glia__image_decoder *const glia__png_decode = decode;

#else

glia__image_decoder *const glia__png_decode = NULL;

#endif
