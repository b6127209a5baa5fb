/* Fully connected layers, y = x W + b, for rows x [rows][in].
 *
 *   forward      y[r][o]  = sum_i x[r][i] w[i][o] + b[o]
 *   backward_x   dx[r][i] = sum_o dy[r][o] w[i][o]
 *   backward_w   dw[i][o] = sum_r x[r][i] dy[r][o]
 *
 * W lies as [in][out], cut into panels of glia__kernels.panel columns, each contiguous: [in][panel]. What the last one
 * has too many are 0 in w, and become 0 in dw. A call is for a part of them, inputs i0 .. i1-1 and panels q0 .. q1-1
 * (forward takes all inputs, backward_x all panels), and no number's bits depend on which.
 *
 * An x that is 0 adds nothing to any sum. Where so many are that it pays, forward and backward_w leave them out, to the
 * same bits (but for weights that are not finite): images have a background, and a table's word is one 1 among zeros.
 */
#ifndef GLIA_NUMBERS_DENSE_H
#define GLIA_NUMBERS_DENSE_H

#include <stdbool.h>
#include <stddef.h>

#include "ground/real.h"

/* What kernels need of a layer beside its numbers; only those in bfloat16 need any. */
typedef struct glia__dense_plan {
    size_t in, out;
    bool   needs_dx;            /* backward_x will be called */
    size_t prepared;            /* numbers that dense_prepare writes */
    size_t work, work_of_row;   /* numbers that each worker needs while it runs: glia__dense_plan_work */
    size_t block_in, block_out; /* inputs, outputs that a call's part begins with a multiple of; 0: any */
    bool   lowered;             /* products are made of rounded operands */
    void  *library;             /* of onednn_bf16.c, or NULL */
} glia__dense_plan;

typedef struct glia__dense {
    size_t in, out;
    size_t i0, i1, q0, q1;
    real  *work; /* forward: [glia__dense_forward_work], or NULL; the ways back: [glia__dense_work] */
    /* NULL where kernels have no plan */
    const glia__dense_plan *plan;
    const real             *prepared; /* what dense_prepare made of w */
    real                   *operands; /* [glia__dense_plan_work] */
} glia__dense;

/* Rows, or terms of a sum, that are taken at a time. */
#define GLIA__DENSE_DEPTH 256
/* Columns of x or dy that are copied at a time, at most, with some room between rows. */
#define GLIA__DENSE_WIDE (GLIA__DENSE_DEPTH + 16)

static inline size_t glia__dense_deep(size_t rows)
{
    return rows < GLIA__DENSE_DEPTH ? rows : GLIA__DENSE_DEPTH;
}

/* Whether it pays to copy columns of so many rows of n numbers before so many panels pass by. */
static inline bool glia__dense_copies(size_t rows, size_t n, size_t panels)
{
    enum { ROWS = 24, PANELS = 16 };
    return rows >= ROWS && n > GLIA__DENSE_DEPTH && panels >= PANELS;
}

/* Numbers that forward works in: columns of x. */
static inline size_t glia__dense_forward_work(const glia__dense *d, size_t rows)
{
    return glia__dense_copies(rows, d->in, d->q1) ? glia__dense_deep(rows) * GLIA__DENSE_WIDE : 0;
}

/* Numbers that all three ways work in: columns of x or dy, or all of x, packed, as far as there is room. */
static inline size_t glia__dense_work(const glia__dense *d, size_t rows)
{
    enum { MOST = 1 << 19 };
    size_t deep = glia__dense_deep(rows), packed = d->in < MOST / deep ? d->in * deep : MOST,
           columns = deep * GLIA__DENSE_WIDE;
    return packed > columns ? packed : columns;
}

/* Numbers that a worker needs for calls of up to so many rows: they are taken DEPTH at a time, and in the end, with
 * zeros behind the last one, FEW or twice as many, or four times. */
#define GLIA__DENSE_FEW 32
static inline size_t glia__dense_plan_work(const glia__dense_plan *p, size_t rows)
{
    size_t taken = GLIA__DENSE_FEW;
    while (taken < rows && taken < GLIA__DENSE_DEPTH) taken *= 2;
    return p->work + taken * p->work_of_row;
}

#endif
