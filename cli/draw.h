/* Pictures made of characters: images in the terminal, and bars. */
#ifndef CLI_DRAW_H
#define CLI_DRAW_H

#include "glia.h"

/* Whether the language settings promise UTF-8. */
bool draw_utf8(void);
/* Columns of the terminal behind a file descriptor; 80 if it is none. */
size_t draw_columns(int descriptor);

/* Draws images rows[0..count) of `data` on stdout, as many beside each other as fit, with caption[i] under the i-th
 * (cut to its width). Half-block characters show two pixels a cell: in grays where stdout is a terminal, else black or
 * white; without UTF-8 a cell is one ASCII character. */
void draw_images(const glia_data *data, const size_t *rows, const char *const *caption, size_t count);
/* How many images of `data` fit beside each other. */
size_t draw_images_across(const glia_data *data);

/* A bar of `value / most` of `width` characters; in `text`, which has room for 3 * width + 1 bytes. */
const char *draw_bar(char *text, double value, double most, size_t width);

#endif
