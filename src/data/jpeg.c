/* JPEG (ITU-T T.81), by libjpeg-turbo, in the one file that knows it.
 *
 * libjpeg reports an error by a function that may not return: it jumps out to one place, and what has to be freed is
 * kept in `reading`, which outlives the jump. A warning that means lost pixels (the file ends, bits that are no code)
 * is an error here. Each block of 8x8 pixels takes a bit at least, and scans may not be more than any camera or program
 * writes: so a small file can ask for neither much memory nor much time. */
#include "data/image.h"

#ifdef GLIA_JPEG

#include <setjmp.h>
#include <stdio.h>
#include <string.h>

#include <jpeglib.h>

#include <jerror.h>

#include "ground/memory.h"

enum { PIXELS_OF_BYTE = 8 * 64, SCANS_MOST = 100 };

typedef struct reading {
    struct jpeg_decompress_struct jpeg;
    struct jpeg_error_mgr         errors;
    struct jpeg_progress_mgr      progress;
    const unsigned char          *bytes;
    size_t                        n;
    glia__image                  *image;
    jmp_buf                       out;
    char                          wrong[JMSG_LENGTH_MAX];
    glia_status                   status;
    int                           orientation;
} reading;

/* ---- what libjpeg calls ----------------------------------------------------------------------------------------- */

static void stop(j_common_ptr jpeg)
{
    reading *r = jpeg->client_data;
    r->errors.format_message(jpeg, r->wrong);
    r->status = r->errors.msg_code == JERR_OUT_OF_MEMORY ? GLIA_E_MEMORY : GLIA_E_FORMAT;
    longjmp(r->out, 1);
}

/* Level -1 is a warning; others are nobody's business. */
static void hear(j_common_ptr jpeg, int level)
{
    static const int lost[] = {JWRN_JPEG_EOF, JWRN_HIT_MARKER, JWRN_HUFF_BAD_CODE, JWRN_MUST_RESYNC,
                               JWRN_NOT_SEQUENTIAL};
    const reading   *r = jpeg->client_data;
    for (size_t i = 0; level < 0 && i < sizeof lost / sizeof *lost; i++)
        if (r->errors.msg_code == lost[i]) stop(jpeg);
}

static void keep_silent(j_common_ptr jpeg)
{
    (void)jpeg;
}

/* Ends the reading with a sentence of our own. */
static void refuse(reading *r, const char *wrong)
{
    snprintf(r->wrong, sizeof r->wrong, "%s", wrong);
    r->status = GLIA_E_FORMAT;
    longjmp(r->out, 1);
}

static void watch(j_common_ptr jpeg)
{
    reading *r = jpeg->client_data;
    if (r->jpeg.input_scan_number > SCANS_MOST) refuse(r, "more scans than are read");
}

/* ---- reading ---------------------------------------------------------------------------------------------------- */

static void read_header(reading *r)
{
    jpeg_create_decompress(&r->jpeg); /* which leaves nothing but err and client_data as they were */
    r->jpeg.progress = &r->progress;
    jpeg_mem_src(&r->jpeg, r->bytes, (unsigned long)r->n);
    jpeg_save_markers(&r->jpeg, JPEG_APP0 + 1, 0xFFFF);
    jpeg_read_header(&r->jpeg, TRUE);
    for (jpeg_saved_marker_ptr m = r->jpeg.marker_list; m && r->orientation <= 1; m = m->next)
        r->orientation = glia__exif_orientation(m->data, m->data_length);
}

static void check_header(reading *r)
{
    size_t height = r->jpeg.image_height, width = r->jpeg.image_width;
    if (glia__image_check(height, width)) refuse(r, glia_error());
    if (r->jpeg.arith_code) refuse(r, "arithmetic coding, which is not read; Huffman coding is");
    if (r->jpeg.jpeg_color_space == JCS_CMYK || r->jpeg.jpeg_color_space == JCS_YCCK)
        refuse(r, "four inks (CMYK), which are not read; gray and red, green and blue are");
    if (r->jpeg.num_components != 1 && r->jpeg.num_components != 3)
        refuse(r, "colours that are neither gray nor red, green and blue");
    if (height * width / PIXELS_OF_BYTE <= r->n) return;
    glia__fail(GLIA_E_FORMAT, "%zu x %zu pixels (height x width), which a file of %zu bytes cannot hold", height, width,
               r->n);
    refuse(r, glia_error());
}

static void read_rows(reading *r)
{
    struct jpeg_decompress_struct *j = &r->jpeg;
    const size_t                   channels = j->num_components == 1 ? 1 : 3;
    j->out_color_space = channels == 1 ? JCS_GRAYSCALE : JCS_RGB;
    j->dct_method = JDCT_ISLOW;
    jpeg_start_decompress(j);
    r->status = glia__image_new(r->image, j->output_height, j->output_width, channels);
    if (r->status) longjmp(r->out, 1);
    while (j->output_scanline < j->output_height) {
        JSAMPROW row = r->image->pixels + j->output_scanline * r->image->width * channels;
        jpeg_read_scanlines(j, &row, 1);
    }
    jpeg_finish_decompress(j);
}

/* False if anything jumped out. */
static bool read_pixels(reading *r)
{
    if (setjmp(r->out)) return false;
    read_header(r);
    check_header(r);
    read_rows(r);
    return true;
}

static glia_status fail(const reading *r, size_t at)
{
    if (r->status == GLIA_E_MEMORY && r->image->height) return GLIA_E_MEMORY; /* which has said so */
    if (r->status == GLIA_E_MEMORY) return glia__fail(GLIA_E_MEMORY, "out of memory for a JPEG");
    glia__fail(r->status, "the JPEG cannot be read (%s)", r->wrong);
    return glia__image_at(r->status, at);
}

static glia_status decode(glia__image *image, const unsigned char *bytes, size_t n)
{
    reading r = {.bytes = bytes, .n = n, .image = image};
    r.jpeg.err = jpeg_std_error(&r.errors);
    r.jpeg.client_data = &r;
    r.errors.error_exit = stop;
    r.errors.emit_message = hear;
    r.errors.output_message = keep_silent;
    r.progress.progress_monitor = watch;
    bool   fine = read_pixels(&r);
    size_t left = r.jpeg.src ? r.jpeg.src->bytes_in_buffer : n;
    jpeg_destroy_decompress(&r.jpeg);
    if (!fine) return fail(&r, left < n ? n - left : 0);
    return glia__image_turn(image, r.orientation);
}

glia__image_decoder *const glia__jpeg_decode = decode;

#else

glia__image_decoder *const glia__jpeg_decode = NULL;

#endif
