/* The order of an array's numbers, from the file's to that of a data set: row by row, and within an image channel by
 * channel, each line by line. In NumPy's Fortran order the first dimension is the fastest, so that a table lies column
 * by column: its numbers are scattered to their rows. Images are then still turned in themselves, as they are where
 * their channels come last; that is put right one row at a time. */
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

/* ---- numbers of 1, 2, 4 or 8 bytes, a step apart ----------------------------------------------------------------- */

static void gather(unsigned char *to, const unsigned char *from, size_t n, size_t step, size_t size)
{
    if (size == 1)
        for (size_t i = 0; i < n; i++) to[i] = from[i * step];
    else if (size == 4)
        for (size_t i = 0; i < n; i++) memcpy(to + i * 4, from + i * step * 4, 4);
    else
        for (size_t i = 0; i < n; i++) memcpy(to + i * size, from + i * step * size, size);
}

static void spread(unsigned char *to, const unsigned char *from, size_t n, size_t step, size_t size)
{
    if (size == 1)
        for (size_t i = 0; i < n; i++) to[i * step] = from[i];
    else if (size == 4)
        for (size_t i = 0; i < n; i++) memcpy(to + i * step * 4, from + i * 4, 4);
    else
        for (size_t i = 0; i < n; i++) memcpy(to + i * step * size, from + i * size, size);
}

/* ---- columns to rows -------------------------------------------------------------------------------------------- */

void glia__array_scatter(const glia__array *a, void *block, size_t columns, const void *from, size_t first, size_t n,
                         size_t size)
{
    const size_t rows = a->dim[0];
    for (size_t done = 0, run; done < n; done += run) {
        size_t row = (first + done) % rows, column = (first + done) / rows;
        run = n - done < rows - row ? n - done : rows - row;
        spread((unsigned char *)block + (row * columns + column) * size, (const unsigned char *)from + done * size, run,
               columns, size);
    }
}

/* ---- within a row ----------------------------------------------------------------------------------------------- */

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

bool glia__array_is_turned(const glia__array *a)
{
    return a->rank > 2 && (a->fortran || a->channels_last);
}

/* Line by line of the row as it will be. */
static void turn_lines(const size_t shape[3], const size_t step[3], const unsigned char *from, unsigned char *to,
                       size_t size)
{
    for (size_t line = 0; line < shape[0] * shape[1]; line++)
        gather(to + line * shape[2] * size, from + (line / shape[1] * step[0] + line % shape[1] * step[1]) * size,
               shape[2], step[2], size);
}

void glia__array_turn_row(const glia__array *a, const void *from, void *to, size_t size)
{
    size_t shape[3], step[3];
    glia__array_shape(a, shape);
    steps_of(a, step);
    turn_lines(shape, step, from, to, size);
}

glia_status glia__array_turn(const glia__array *a, void *block, size_t size)
{
    size_t         shape[3], step[3];
    unsigned char *at = block;
    if (!glia__array_is_turned(a)) return GLIA_OK;
    glia__array_shape(a, shape);
    steps_of(a, step);
    const size_t   row = shape[0] * shape[1] * shape[2] * size;
    unsigned char *turned = glia__new(row, 1);
    if (!turned) return GLIA_E_MEMORY;
    for (size_t r = 0; r < a->dim[0]; r++, at += row) {
        turn_lines(shape, step, at, turned, size);
        memcpy(at, turned, row);
    }
    glia__free(turned);
    return GLIA_OK;
}
