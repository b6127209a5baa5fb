/* Convolutions of images that lie with their channels last, [row][height][width][channels]; weights are
 * [kernel height][kernel width][channels in of a group][channels out of all groups].
 *
 *   y[h][w][o] = b[o] + sum over i, j, c of x[h s_h + i d_h - p_h][w s_w + j d_w - p_w][c] weight[i][j][c][o]
 *
 * where x is 0 outside of the image, s is the stride, d the dilation, p the zeros before the first row or column; c
 * runs over the channels of o's group. A plan is made once for a shape; what can fail, fails there.
 *
 * Forward and back to x, kernels may make fewer multiplications than the sum has (Winograd's filtering). A number that
 * is not finite, or within a factor of four of what is not, then spreads a little further. The ways back may leave a dy
 * of 0 out, to the same bits where no multiplications are spared, but for x and weights that are not finite. By the
 * portable kernels what an image becomes depends on no other one. */
#ifndef GLIA_NUMBERS_CONV_H
#define GLIA_NUMBERS_CONV_H

#include "ground/real.h"
#include "ground/status.h"

typedef struct glia__conv_shape {
    size_t rows;            /* of a shard: how many are done at once; fewer may be asked for */
    size_t groups, in, out; /* channels of all groups */
    size_t x[2], y[2];      /* height and width of images in and out */
    size_t kernel[2], stride[2], dilation[2], before[2];
    bool   bias;
} glia__conv_shape;

typedef struct glia__conv {
    glia__conv_shape s;
    size_t           prepared;      /* numbers that conv_prepare writes */
    size_t           work;          /* numbers that each worker needs while it runs */
    bool             all_products;  /* asked of the plan: that none is spared */
    bool             winograd;      /* the portable kernels spare some forward and back to x */
    void            *library;       /* of onednn_conv.c, or NULL */
    bool             lowered;       /* some of the products are made of rounded operands */
    bool             by_library[3]; /* which way is the library's: forward, back to x, to the weights */
} glia__conv;

/* Of the group g: its channels in and out, and how many weights each number of y has. */
static inline size_t glia__conv_in(const glia__conv_shape *s)
{
    return s->in / s->groups;
}

static inline size_t glia__conv_out(const glia__conv_shape *s)
{
    return s->out / s->groups;
}

static inline size_t glia__conv_depth(const glia__conv_shape *s)
{
    return s->kernel[0] * s->kernel[1] * glia__conv_in(s);
}

#endif
