/* Pictures made of characters: images in the terminal, and bars. */
#ifndef CLI_DRAW_H
#define CLI_DRAW_H

#include "glia.h"

/* Whether the language settings promise UTF-8. */
bool draw_utf8(void);
/* Columns of the terminal behind a file descriptor; 80 if it is none. */
size_t draw_columns(int descriptor);

/* How the values of a row lie. */
typedef struct draw_shape {
    size_t channels, height, width;
} draw_shape;
/* That of the data's own rows. */
draw_shape draw_shape_of(const glia_data *data);

/* Draws rows[0..count) of `data` as images on stdout, as many beside each other as fit, with caption[i] under the i-th.
 * Half-block characters show two pixels a cell: in grays where stdout is a terminal, else black or
 * white; without UTF-8 a cell is one ASCII character. */
void draw_images(const glia_data *data, draw_shape shape, const size_t *rows, const char *const *caption, size_t count);
/* The same of values[count][channels][height][width]; bytes are dark at 0 and bright at 255, others by what there is.
 */
void draw_values(const glia_real *values, draw_shape shape, bool bytes, const char *const *caption, size_t count);
/* How many images with short captions fit beside each other. */
size_t draw_images_across(draw_shape shape);

/* A bar of `value / most` of `width` characters; in `text`, which has room for 3 * width + 1 bytes. */
const char *draw_bar(char *text, double value, double most, size_t width);

#endif
