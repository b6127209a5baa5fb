/* Poolings of images that lie with their channels last, [row][height][width][channels]: y is the largest, or the mean,
 * of the x under a window that moves over the image, for each channel alone.
 *
 *   y[h][w][c] = max, or sum / count, over the points (h s_h + i - p_h, w s_w + j - p_w) of the image
 *
 * where s is the stride and p the zeros before the first row or column. No maximum is one of those zeros, and of equal
 * maxima the first in the order of rows and columns counts. A window always covers a point of the image. */
#ifndef GLIA_NUMBERS_POOL_H
#define GLIA_NUMBERS_POOL_H

#include "ground/real.h"

typedef struct glia__pool {
    size_t channels;
    size_t x[2], y[2]; /* height and width of images in and out */
    size_t kernel[2], stride[2], before[2];
    bool   count_pad; /* a mean counts the zeros too */
} glia__pool;

#endif
