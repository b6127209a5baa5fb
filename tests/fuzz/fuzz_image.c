/* libFuzzer: any bytes, decoded as an image and made another size and colour. What an image begins with decides on
 * the decoder; FUZZ_FORMAT (png, jpeg or pnm, the standard) puts the magic of one of them before the input, so that
 * each can be tried alone. */
#include <stdlib.h>
#include <string.h>

#include "data/image.h"
#include "ground/memory.h"

#ifndef FUZZ_FORMAT
#define FUZZ_FORMAT "pnm"
#endif

typedef struct format {
    const char *name, *magic;
    size_t      length;
} format;

static const format formats[] = {
    {"png", "\x89PNG\r\n\x1A\n", 8},
    {"jpeg", "\xFF\xD8\xFF", 3},
    {"pnm", "P", 1},
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint32_t crc_of(const uint8_t *at, size_t n)
{
    uint32_t crc = ~0u;
    for (size_t i = 0; i < n; i++) {
        crc ^= at[i];
        for (int bit = 0; bit < 8; bit++) crc = crc >> 1 ^ (crc & 1 ? 0xEDB88320u : 0);
    }
    return ~crc;
}

/* Makes the check sums of a PNG's chunks right, past which nothing wrong would come otherwise. */
static void mend_checks(uint8_t *png, size_t n)
{
    for (size_t at = 8; at + 12 <= n;) {
        size_t length = (size_t)png[at] << 24 | (size_t)png[at + 1] << 16 | (size_t)png[at + 2] << 8 | png[at + 3];
        if (length > n - at - 12) return;
        uint32_t crc = crc_of(png + at + 4, length + 4);
        for (size_t i = 0; i < 4; i++) png[at + 8 + length + i] = (uint8_t)(crc >> (24 - 8 * i));
        at += 12 + length;
    }
}

/* Sizes that ask for much time are not worth it here: the tests have them. */
static bool is_small(const glia__image *image)
{
    return image->height * image->width <= 1 << 16;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const format *f = formats;
    while (strcmp(f->name, FUZZ_FORMAT) != 0) f++;
    bool        own = size >= f->length && memcmp(data, f->magic, f->length) == 0;
    size_t      before = own ? 0 : f->length;
    uint8_t    *bytes = malloc(before + size + 1);
    glia__image image;
    if (!bytes) return 0;
    memcpy(bytes, f->magic, before);
    if (size) memcpy(bytes + before, data, size);
    if (f == formats && size % 4) mend_checks(bytes, before + size);
    if (glia__image_decode(&image, bytes, before + size) == GLIA_OK && is_small(&image)) {
        const glia__image_wish wish = {.height = 1 + size % 7, .width = 9, .channels = size % 4 == 1 ? 1 : 3};
        if (glia__image_grant(&image, &wish)) abort();
    }
    glia__image_clear(&image);
    free(bytes);
    return 0;
}
