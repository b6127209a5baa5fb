/* Elastic distortion: fields of noise, smoothed.
 *
 * A Gaussian is the product of one along columns and one along rows. Each is done as matrix products, which are the
 * fastest thing that there is: BLOCK neighbours of a line are BLOCK + 2 radius values of it times a small matrix of the
 * Gaussian's values, one row further to the right than the other. It serves both directions and any size of image. */
#include <math.h>
#include <string.h>

#include "data/warp.h"
#include "ground/memory.h"
#include "numbers/kernels.h"

enum { BLOCK = 16 };

glia_status glia__elastic_new(glia__elastic *e, double sigma)
{
    size_t radius = (size_t)(4 * sigma + 0.5), line = BLOCK + 2 * radius;
    double sum = 0;
    *e = (glia__elastic){.radius = radius, .taps = glia__new_aligned(BLOCK * line, sizeof *e->taps)};
    if (!e->taps) return GLIA_E_MEMORY;
    for (size_t k = 0; k <= 2 * radius; k++) {
        double off = ((double)k - (double)radius) / sigma;
        sum += exp(-off * off / 2);
    }
    for (size_t k = 0; k <= 2 * radius; k++) {
        double off = ((double)k - (double)radius) / sigma;
        for (size_t i = 0; i < BLOCK; i++) e->taps[i * line + i + k] = (real)(exp(-off * off / 2) / sum);
    }
    return GLIA_OK;
}

void glia__elastic_clear(glia__elastic *e)
{
    glia__free_aligned(e->taps);
    *e = (glia__elastic){0};
}

/* The room's first part has radius rows of zeros above and below the noise; its second part, for what is smoothed along
 * columns, radius zeros before and behind each row. */
static size_t first_part(const glia__elastic *e, const glia__extent *x)
{
    return (x->height + 2 * e->radius) * x->width;
}

bool glia__elastic_room(const glia__elastic *e, const glia__extent *x, size_t *room)
{
    size_t tall, wide;
    return glia__mul(x->height + 2 * e->radius, x->width, &tall) &&
           glia__mul(x->width + 2 * e->radius, x->height, &wide) && glia__add(tall, wide, room);
}

real *glia__elastic_noise(const glia__elastic *e, const glia__extent *x, real *room)
{
    return room + e->radius * x->width;
}

static size_t block_at(size_t from, size_t end)
{
    return end - from < BLOCK ? end - from : BLOCK;
}

/* wide[row][radius + column] = sum_k taps[k] tall[row + k][column] */
static void smooth_columns(const glia__elastic *e, const glia__extent *x, const real *tall, real *wide)
{
    const glia__kernels *k = glia__kernels_get();
    size_t               reach = 2 * e->radius, n = x->width;
    for (size_t row = 0; row < x->height; row += BLOCK) {
        size_t m = block_at(row, x->height);
        k->gemm(m, n, m + reach, 1, e->taps, BLOCK + reach, tall + row * n, n, 0, wide + row * (n + reach) + e->radius,
                n + reach);
    }
}

/* place[row][column] += alpha * sum_k wide[row][column + k] taps[k] */
static void smooth_rows(const glia__elastic *e, const glia__extent *x, double alpha, const real *wide, real *place)
{
    const glia__kernels *k = glia__kernels_get();
    size_t               reach = 2 * e->radius;
    for (size_t column = 0; column < x->width; column += BLOCK) {
        size_t n = block_at(column, x->width);
        k->gemm_nt(x->height, n, n + reach, (real)alpha, wide + column, x->width + reach, e->taps, BLOCK + reach, 1,
                   place + column, x->width);
    }
}

void glia__elastic_add(const glia__elastic *e, const glia__extent *x, double alpha, real *room, real *place)
{
    size_t margin = e->radius * x->width, noise = x->height * x->width;
    real  *tall = room, *wide = room + first_part(e, x);
    memset(tall, 0, margin * sizeof *tall);
    memset(tall + margin + noise, 0, margin * sizeof *tall);
    memset(wide, 0, x->height * (x->width + 2 * e->radius) * sizeof *wide);
    for (size_t i = margin; i < margin + noise; i++) tall[i] = 2 * tall[i] - 1;
    smooth_columns(e, x, tall, wide);
    smooth_rows(e, x, alpha, wide, place);
}
