/* Poolings of images that lie with their channels last, [row][height][width][channels]: y is the largest, or the mean,
 * of the x under a window that moves over the image, for each channel alone.
 *
 *   y[h][w][c] = max, or sum / count, over the points (h s_h + i - p_h, w s_w + j - p_w) of the image
 *
 * where s is the stride and p the zeros before the first row or column. No maximum is one of those zeros, and of equal
 * maxima the first in the order of rows and columns counts. A window always covers a point of the image.
 *
 * `rectified`: x has passed no relu yet, and y is what relu would have made of it, max(x, 0) under the window; so no dy
 * goes back where y is 0.
 *
 * dx may be x where windows cover the image and each point of it once. */
#ifndef GLIA_NUMBERS_POOL_H
#define GLIA_NUMBERS_POOL_H

#include "ground/real.h"

typedef struct glia__pool {
    size_t channels;
    size_t x[2], y[2]; /* height and width of images in and out */
    size_t kernel[2], stride[2], before[2];
    bool   count_pad; /* a mean counts the zeros too */
    bool   rectified; /* of maxima */
} glia__pool;

/* Whether windows cover the image, and each point of it once. */
static inline bool glia__pool_tiles(const glia__pool *s)
{
    bool tiles = true;
    for (int axis = 0; axis < 2; axis++)
        tiles = tiles && s->before[axis] == 0 && s->y[axis] * s->kernel[axis] == s->x[axis] &&
                (s->stride[axis] == s->kernel[axis] || s->y[axis] == 1);
    return tiles;
}

#endif
