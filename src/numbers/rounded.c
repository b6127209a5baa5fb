/* Products in bfloat16: what they mean. Each operand of a product or a convolution is rounded (bf16.h), and what
 * follows is the kernel in float32: products of two such numbers are exact there, and sums run in its order. So all
 * that holds of that kernel's bits holds here.
 *
 * Weights are rounded once a step, when they are prepared; rows where they are used, some at a time. Biases and their
 * gradients are no operands of products, and stay as they are.
 *
 * Compiled once for each instruction set, as portable.c is. A file of its own: more code in portable.c would change
 * what the compiler makes of the code that is there. */
#include "ground/memory.h"
#include "numbers/bf16.h"
#include "numbers/kernels.h"

#ifndef GLIA_ISA
#define GLIA_ISA base
#endif
#define TABLE_(isa) glia__kernels_##isa
#define TABLE(isa) TABLE_(isa)
#define ROUNDED_(isa) glia__kernels_rounded_##isa
#define ROUNDED(isa) ROUNDED_(isa)
#define BESIDE_(isa) glia__kernels_beside_##isa
#define BESIDE(isa) BESIDE_(isa)

extern void                       ROUNDED(GLIA_ISA)(glia__kernels *k);
extern const glia__kernels_beside BESIDE(GLIA_ISA);
extern const glia__kernels        TABLE(GLIA_ISA);
static const glia__kernels *const plain = &TABLE(GLIA_ISA);

static void round_all(size_t n, const real *restrict from, real *restrict to)
{
    for (size_t i = 0; i < n; i++) to[i] = glia__bf16_rounded(from[i]);
}

/* ---- beside ------------------------------------------------------------------------------------------------------ */

static void to_bf16(size_t n, const real *restrict from, uint16_t *restrict to)
{
    for (size_t i = 0; i < n; i++) to[i] = glia__bf16((float)from[i]);
}

static void blend(size_t rows, size_t n, real scale, const real *from, size_t ldfrom, real keep, real *to, size_t ldto)
{
    for (size_t r = 0; r < rows; r++) {
        const real *restrict of = from + r * ldfrom;
        real *restrict into = to + r * ldto;
        if (keep == 0)
            for (size_t j = 0; j < n; j++) into[j] = scale * of[j];
        else
            for (size_t j = 0; j < n; j++) into[j] = keep * into[j] + scale * of[j];
    }
}

/* ---- fully connected layers ------------------------------------------------------------------------------------ */

/* So many rows at a time as backward_w sums anyway: it goes on from there to the same bits. */
enum { ROUNDED_ROWS = GLIA__DENSE_DEPTH };

static glia_status rounded_dense_plan(glia__dense_plan *p)
{
    p->prepared = p->in * ((p->out + plain->panel - 1) / plain->panel * plain->panel);
    p->work_of_row = p->in + p->out;
    p->lowered = true;
    return GLIA_OK;
}

static void rounded_dense_free(glia__dense_plan *p)
{
    (void)p;
}

static void rounded_dense_prepare(const glia__dense_plan *p, size_t i0, size_t i1, const real *w, real *prepared)
{
    for (size_t panel = i0 * plain->panel; panel < p->prepared; panel += p->in * plain->panel)
        round_all((i1 - i0) * plain->panel, w + panel, prepared + panel);
}

static void rounded_dense_forward(const glia__dense *d, size_t rows, const real *x, const real *w, const real *b,
                                  real *y)
{
    (void)w;
    for (size_t r = 0; r < rows; r += ROUNDED_ROWS) {
        size_t some = rows - r < ROUNDED_ROWS ? rows - r : ROUNDED_ROWS;
        round_all(some * d->in, x + r * d->in, d->operands);
        plain->dense_forward(d, some, d->operands, d->prepared, b, y + r * d->out);
    }
}

static void rounded_dense_backward_x(const glia__dense *d, size_t rows, const real *dy, const real *w, real *dx)
{
    (void)w;
    for (size_t r = 0; r < rows; r += ROUNDED_ROWS) {
        size_t some = rows - r < ROUNDED_ROWS ? rows - r : ROUNDED_ROWS;
        round_all(some * d->out, dy + r * d->out, d->operands);
        plain->dense_backward_x(d, some, d->operands, d->prepared, dx + r * d->in);
    }
}

static void rounded_dense_backward_w(const glia__dense *d, size_t rows, real scale, const real *x, const real *dy,
                                     real keep, real *dw)
{
    real *dy_rounded = d->operands + (rows < ROUNDED_ROWS ? rows : ROUNDED_ROWS) * d->in;
    for (size_t r = 0; r < rows; r += ROUNDED_ROWS) {
        size_t some = rows - r < ROUNDED_ROWS ? rows - r : ROUNDED_ROWS;
        round_all(some * d->in, x + r * d->in, d->operands);
        round_all(some * d->out, dy + r * d->out, dy_rounded);
        plain->dense_backward_w(d, some, scale, d->operands, dy_rounded, r ? 1 : keep, dw);
    }
}

/* ---- convolutions ------------------------------------------------------------------------------------------------ */

static size_t numbers_x(const glia__conv_shape *s)
{
    return s->x[0] * s->x[1] * s->in;
}

static size_t numbers_y(const glia__conv_shape *s)
{
    return s->y[0] * s->y[1] * s->out;
}

static size_t numbers_of_weight(const glia__conv_shape *s)
{
    return glia__conv_depth(s) * s->out;
}

/* Images of x and y, behind what the kernel works in. */
static real *rounded_x(const glia__conv *c, real *work)
{
    return work + c->work - c->s.rows * (numbers_x(&c->s) + numbers_y(&c->s));
}

static real *rounded_y(const glia__conv *c, real *work)
{
    return work + c->work - c->s.rows * numbers_y(&c->s);
}

static real *rounded_weight(const glia__conv *c, const real *prepared)
{
    return (real *)(uintptr_t)prepared + c->prepared - numbers_of_weight(&c->s);
}

static glia_status rounded_conv_plan(glia__conv *c)
{
    size_t images;
    c->all_products = true; /* of numbers that are rounded; Winograd's are sums of them */
    GLIA_TRY(plain->conv_plan(c));
    if (!glia__mul(c->s.rows, numbers_x(&c->s) + numbers_y(&c->s), &images) || !glia__add(c->work, images, &c->work))
        return glia__fail(GLIA_E_MEMORY, "images of %zu x %zu are more than memory can address", c->s.x[0], c->s.x[1]);
    c->prepared += numbers_of_weight(&c->s);
    c->lowered = true;
    return GLIA_OK;
}

static void rounded_conv_prepare(const glia__conv *c, const real *weight, real *prepared)
{
    real *rounded = rounded_weight(c, prepared);
    round_all(numbers_of_weight(&c->s), weight, rounded);
    plain->conv_prepare(c, rounded, prepared);
}

static void rounded_conv_forward(const glia__conv *c, size_t rows, const real *x, const real *weight,
                                 const real *prepared, const real *bias, real *y, real *work)
{
    (void)weight;
    round_all(rows * numbers_x(&c->s), x, rounded_x(c, work));
    plain->conv_forward(c, rows, rounded_x(c, work), rounded_weight(c, prepared), prepared, bias, y, work);
}

static void rounded_conv_backward_x(const glia__conv *c, size_t rows, const real *dy, const real *weight,
                                    const real *prepared, real *dx, real *work)
{
    (void)weight;
    round_all(rows * numbers_y(&c->s), dy, rounded_y(c, work));
    plain->conv_backward_x(c, rows, rounded_y(c, work), rounded_weight(c, prepared), prepared, dx, work);
}

static void rounded_conv_backward_w(const glia__conv *c, size_t rows, const real *x, const real *dy, real *dweight,
                                    real *dbias, real *work)
{
    const glia__conv_shape *s = &c->s;
    round_all(rows * numbers_x(s), x, rounded_x(c, work));
    round_all(rows * numbers_y(s), dy, rounded_y(c, work));
    plain->conv_backward_w(c, rows, rounded_x(c, work), rounded_y(c, work), dweight, NULL, work);
    if (dbias) plain->sum_rows(rows * s->y[0] * s->y[1], s->out, 1, dy, s->out, 0, dbias);
}

/* ---- the entries ------------------------------------------------------------------------------------------------- */

void ROUNDED(GLIA_ISA)(glia__kernels *k)
{
    k->dense_plan = rounded_dense_plan;
    k->dense_free = rounded_dense_free;
    k->dense_prepare = rounded_dense_prepare;
    k->dense_forward = rounded_dense_forward;
    k->dense_backward_x = rounded_dense_backward_x;
    k->dense_backward_w = rounded_dense_backward_w;
    k->conv_plan = rounded_conv_plan;
    k->conv_prepare = rounded_conv_prepare;
    k->conv_forward = rounded_conv_forward;
    k->conv_backward_x = rounded_conv_backward_x;
    k->conv_backward_w = rounded_conv_backward_w;
}

const glia__kernels_beside BESIDE(GLIA_ISA) = {.to_bf16 = to_bf16, .blend = blend};
