/* The order of an array's numbers, from the file's to that of a data set: row by row, and within an image channel by
 * channel, each line by line.
 *
 * In NumPy's Fortran order the first dimension is the fastest: a table lies column by column. It is transposed where it
 * lies, along the cycles of the permutation, with a bit for each number that is already at home; so no second table is
 * needed. What is left, images that are turned in themselves, is done row by row. */
#include <string.h>

#include "data/array.h"
#include "ground/memory.h"

void glia__array_shape(const glia__array *a, size_t shape[3])
{
    size_t of[3] = {1, 1, 1};
    for (size_t i = 1; i < a->rank; i++) of[3 - a->rank + i] = a->dim[i];
    const size_t first = a->channels_last ? 2 : 0; /* where the channels stand */
    for (size_t i = 0; i < 3; i++) shape[i] = of[(first + i) % 3];
}

/* ---- columns to rows -------------------------------------------------------------------------------------------- */

static bool test_and_set(unsigned char *bits, size_t i)
{
    unsigned char bit = (unsigned char)(1u << i % 8);
    bool          was = (bits[i / 8] & bit) != 0;
    bits[i / 8] |= bit;
    return was;
}

static void exchange(unsigned char *a, unsigned char *b, size_t size)
{
    unsigned char kept[sizeof(double)];
    memcpy(kept, a, size);
    memcpy(a, b, size);
    memcpy(b, kept, size);
}

/* Number c * rows + r goes to r * columns + c. */
static void follow_cycles(unsigned char *block, size_t rows, size_t columns, size_t size, unsigned char *home)
{
    unsigned char carried[sizeof(double)];
    for (size_t start = 0; start < rows * columns; start++) {
        if (test_and_set(home, start)) continue;
        memcpy(carried, block + start * size, size);
        size_t at = start;
        do {
            at = at % rows * columns + at / rows;
            exchange(carried, block + at * size, size);
        } while (!test_and_set(home, at));
    }
}

static glia_status transpose(void *block, size_t rows, size_t columns, size_t size)
{
    if (rows == 1 || columns <= 1) return GLIA_OK;
    unsigned char *home = glia__new(rows * columns / 8 + 1, 1);
    if (!home) return GLIA_E_MEMORY;
    follow_cycles(block, rows, columns, size, home);
    glia__free(home);
    return GLIA_OK;
}

/* ---- within a row ----------------------------------------------------------------------------------------------- */

static void gather(unsigned char *to, const unsigned char *from, size_t n, size_t step, size_t size)
{
    if (size == 1)
        for (size_t i = 0; i < n; i++) to[i] = from[i * step];
    else
        for (size_t i = 0; i < n; i++) memcpy(to + i * size, from + i * step * size, size);
}

/* How far apart neighbours along channels, height and width are in a row of the file. */
static void steps_of(const glia__array *a, size_t step[3])
{
    const size_t first = a->channels_last ? 1 : 0;
    size_t       shape[3], of[3];
    glia__array_shape(a, shape);
    const size_t spoken[3] = {shape[first % 3], shape[(first + 1) % 3], shape[(first + 2) % 3]};
    for (size_t i = 0, n = 1; i < 3; i++) {
        size_t k = a->fortran ? i : 2 - i;
        of[k] = n;
        n *= spoken[k];
    }
    for (size_t i = 0; i < 3; i++) step[(first + i) % 3] = of[i];
}

static glia_status turn_rows(const glia__array *a, unsigned char *block, size_t size)
{
    size_t shape[3], step[3];
    glia__array_shape(a, shape);
    steps_of(a, step);
    const size_t   width = shape[2] * size, row = shape[0] * shape[1] * width;
    unsigned char *turned = glia__new(row, 1);
    if (!turned) return GLIA_E_MEMORY;
    for (size_t r = 0; r < a->dim[0]; r++, block += row) {
        for (size_t line = 0; line < shape[0] * shape[1]; line++)
            gather(turned + line * width, block + (line / shape[1] * step[0] + line % shape[1] * step[1]) * size,
                   shape[2], step[2], size);
        memcpy(block, turned, row);
    }
    glia__free(turned);
    return GLIA_OK;
}

glia_status glia__array_turn(const glia__array *a, void *block, size_t columns, size_t size)
{
    if (a->fortran) GLIA_TRY(transpose(block, a->dim[0], columns, size));
    return a->rank > 2 && (a->fortran || a->channels_last) ? turn_rows(a, block, size) : GLIA_OK;
}
