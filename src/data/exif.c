/* How a camera was held: the orientation in the EXIF data of a JPEG, and turning an image by it.
 *
 * EXIF (CIPA DC-008) is an APP1 segment: "Exif", two zero bytes, then a TIFF header: II or MM, the order of bytes; 42;
 * the place of the first directory, counted from II or MM. A directory is its number of entries, then 12 bytes each:
 * tag, type, count, value. Tag 0x0112 is the orientation, a single number of 16 bits:
 *
 *   1 as it is   2 mirrored   3 turned by half   4 mirrored, upside down
 *   5 rows and columns changed   6 to be turned right   7 as 5, turned by half   8 to be turned left */
#include "data/image.h"

#include <string.h>

#include "ground/memory.h"

/* ---- reading ---------------------------------------------------------------------------------------------------- */

typedef struct tiff {
    const unsigned char *at;
    size_t               n;
    bool                 big_endian;
} tiff;

/* A number of `size` bytes at a place; 0 past the end. */
static size_t number(const tiff *t, size_t place, size_t size)
{
    size_t value = 0;
    if (place > t->n || size > t->n - place) return 0;
    for (size_t i = 0; i < size; i++) value = value << 8 | t->at[place + (t->big_endian ? i : size - 1 - i)];
    return value;
}

int glia__exif_orientation(const unsigned char *bytes, size_t n)
{
    enum { MAGIC = 6, ENTRY = 12, TAG = 0x0112, SHORT = 3 };
    if (n < MAGIC + 8 || memcmp(bytes, "Exif\0", MAGIC) != 0) return 1;
    tiff t = {bytes + MAGIC, n - MAGIC, memcmp(bytes + MAGIC, "MM", 2) == 0};
    if ((!t.big_endian && memcmp(t.at, "II", 2) != 0) || number(&t, 2, 2) != 42) return 1;
    size_t directory = number(&t, 4, 4), entries = number(&t, directory, 2);
    for (size_t i = 0; i < entries; i++) {
        size_t entry = directory + 2 + i * ENTRY, value = number(&t, entry + 8, 2);
        if (number(&t, entry, 2) != TAG) continue;
        return number(&t, entry + 2, 2) == SHORT && value >= 1 && value <= 8 ? (int)value : 1;
    }
    return 1;
}

/* ---- turning ---------------------------------------------------------------------------------------------------- */

/* Where pixel (y, x) of the upright image stands in the one that was taken. */
static size_t source(const glia__image *taken, int orientation, size_t y, size_t x)
{
    bool   swapped = orientation >= 5;
    size_t row = swapped ? x : y, column = swapped ? y : x;
    if (orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7) row = taken->height - 1 - row;
    if (orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8)
        column = taken->width - 1 - column;
    return row * taken->width + column;
}

glia_status glia__image_turn(glia__image *image, int orientation)
{
    glia__image upright;
    bool        swapped = orientation >= 5;
    if (orientation <= 1) return GLIA_OK;
    GLIA_TRY(glia__image_new(&upright, swapped ? image->width : image->height, swapped ? image->height : image->width,
                             image->channels));
    size_t c = image->channels;
    for (size_t y = 0; y < upright.height; y++)
        for (size_t x = 0; x < upright.width; x++)
            memcpy(upright.pixels + (y * upright.width + x) * c, image->pixels + source(image, orientation, y, x) * c,
                   c);
    glia__image_clear(image);
    *image = upright;
    return GLIA_OK;
}
