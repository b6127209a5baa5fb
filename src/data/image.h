/* Images in files: PNG, JPEG, and PBM, PGM and PPM, read as pixels of 8 bits, gray or red, green and blue.
 *
 * Pixels are as they are stored: gamma and colour profiles do not count, 16 bits become the nearest of 8, a palette its
 * colours, and what is transparent is laid on white. A JPEG is turned the way its EXIF orientation says. */
#ifndef GLIA_DATA_IMAGE_H
#define GLIA_DATA_IMAGE_H

#include "data/source.h"

typedef struct glia__image {
    size_t   height, width, channels; /* 1: gray, 3: red, green, blue */
    uint8_t *pixels;                  /* [height][width][channels]    */
} glia__image;

/* No image may have more pixels, and no file of one more bytes. */
enum { GLIA__PIXELS_MOST = 1 << 26, GLIA__IMAGE_FILE_MOST = 1 << 29 };

/* Whether the stream begins as an image does, also as one of those that are only known by name. */
bool glia__image_fits(const glia__source *s);
/* Reads the whole stream. GLIA_E_FORMAT names the file and the byte up to which it was read. */
glia_status glia__image_read(glia__image *image, glia__source *s);
/* The same of bytes in memory, by what they begin with; sentences begin with the byte. */
glia_status glia__image_decode(glia__image *image, const unsigned char *bytes, size_t n);
void        glia__image_clear(glia__image *image); /* a zeroed one is fine */

/* --- for the decoders: png.c, jpeg.c, pnm.c. Each gets bytes that begin with its magic. --- */
typedef glia_status               glia__image_decoder(glia__image *image, const unsigned char *bytes, size_t n);
extern glia__image_decoder *const glia__png_decode, *const glia__jpeg_decode; /* NULL in a build without the library */
glia__image_decoder glia__pnm_decode;
/* GLIA_E_FORMAT unless an image of these sides is one that is read: some pixels, and not too many. */
glia_status glia__image_check(size_t height, size_t width);
/* Room for the pixels. */
glia_status glia__image_new(glia__image *image, size_t height, size_t width, size_t channels);
/* Puts "byte N: " before the sentence. */
glia_status glia__image_at(glia_status status, size_t byte);

/* --- exif.c --- */
/* The orientation, 1 to 8, that an APP1 segment of a JPEG tells; 1 if it tells none. */
int glia__exif_orientation(const unsigned char *bytes, size_t n);
/* Turns the image upright. */
glia_status glia__image_turn(glia__image *image, int orientation);

/* --- resize.c: size and colour by text --- */
typedef enum glia__fit { GLIA__FIT_STRETCH, GLIA__FIT_CROP, GLIA__FIT_PAD } glia__fit;
/* What an image is to become; 0: what it is. */
typedef struct glia__image_wish {
    size_t    height, width, channels;
    glia__fit fit;
} glia__image_wish;
/* Reads "28x28 gray fit=crop"; NULL wishes for nothing. GLIA_E_TEXT with the place. */
glia_status glia__image_wish_read(glia__image_wish *wish, const char *text);
/* Makes the image what is wished. */
glia_status glia__image_grant(glia__image *image, const glia__image_wish *wish);

/* --- image_set.c, image_folder.c: data sets of images --- */
/* The images of these files, a row each. The data set takes the list of paths, which is NULL afterwards. */
glia_status glia__images_read(glia_data **data, const char *name, char ***paths, size_t count,
                              const glia__image_wish *wish);
/* One image from an open stream; `text` is the wish. */
glia_status glia__images_read_one(glia_data **data, glia__source *s, const char *text);
/* Where one of the two has gray images and the other colour, both have colour afterwards. */
glia_status glia__images_same_colour(glia_data *a, glia_data *b);
/* Which part of a folder: all that it has, or one of the two. */
typedef enum glia__folder_part { GLIA__PART_TRAIN, GLIA__PART_TEST, GLIA__PART_ALL } glia__folder_part;
/* A folder of images, of folders of them, or of two parts of these. *known is false, and nothing done, if it is none
 * of that. */
glia_status glia__image_folder(glia_data **data, const char *path, glia__folder_part part, const char *text,
                               bool *known);

#endif
