/* The arithmetic: one table of functions. portable.c is the specification, compiled once for each instruction set;
 * onednn_conv.c overwrites what it does faster. The table is chosen once for the process. */
#ifndef GLIA_NUMBERS_KERNELS_H
#define GLIA_NUMBERS_KERNELS_H

#include "numbers/conv.h"
#include "numbers/dense.h"
#include "numbers/pool.h"

typedef struct glia__kernels {
    /* c[m][n] = alpha * a[m][k] b[k][n] + beta * c[m][n], rows ld* apart. _tn: a is stored [k][m]. _nt: b is stored
     * [n][k]. beta = 0 does not read c. */
    void (*gemm)(size_t m, size_t n, size_t k, real alpha, const real *a, size_t lda, const real *b, size_t ldb,
                 real beta, real *c, size_t ldc);
    void (*gemm_tn)(size_t m, size_t n, size_t k, real alpha, const real *a, size_t lda, const real *b, size_t ldb,
                    real beta, real *c, size_t ldc);
    void (*gemm_nt)(size_t m, size_t n, size_t k, real alpha, const real *a, size_t lda, const real *b, size_t ldb,
                    real beta, real *c, size_t ldc);
    /* Of each of `count` matrices: to[j][i] = from[i][j]. */
    void (*turn)(size_t count, size_t rows, size_t columns, const real *from, real *to);
    /* y[r][j] += b[j] */
    void (*add_bias)(size_t rows, size_t n, const real *b, real *y, size_t ldy);
    /* s[j] = keep * s[j] + scale * sum_r y[r][j], in the order of rows */
    void (*sum_rows)(size_t rows, size_t n, real scale, const real *y, size_t ldy, real keep, real *s);

    /* Fully connected layers (numbers/dense.h), whose weights lie in panels of `panel` columns. b may be NULL.
     * backward_w: dw = keep * dw + scale * (the gradient); keep = 0 does not read dw. */
    size_t panel;
    /* In bfloat16 a layer has a plan, whose in and out are set, and its weights are prepared for all calls until they
     * change, those of inputs i0 .. i1-1 in a call; the plan is then in the glia__dense of each call. NULL in float32.
     */
    glia_status (*dense_plan)(glia__dense_plan *p);
    void (*dense_free)(glia__dense_plan *p);
    void (*dense_prepare)(const glia__dense_plan *p, size_t i0, size_t i1, const real *w, real *prepared);
    void (*dense_forward)(const glia__dense *d, size_t rows, const real *x, const real *w, const real *b, real *y);
    void (*dense_backward_x)(const glia__dense *d, size_t rows, const real *dy, const real *w, real *dx);
    void (*dense_backward_w)(const glia__dense *d, size_t rows, real scale, const real *x, const real *dy, real keep,
                             real *dw);

    /* Columns of x [rows][n], for normalisation. sum_products: s[j] = sum_r (x[r][j] - mx[j]) (y[r][j] - my[j]).
     * normalize: y = (x - m) a + b. normalize_back: dx = dy a + (x - m) b + d. */
    void (*sum_products)(size_t rows, size_t n, const real *x, const real *mx, const real *y, const real *my, real *s);
    void (*normalize)(size_t rows, size_t n, const real *x, const real *m, const real *a, const real *b, real *y);
    void (*normalize_back)(size_t rows, size_t n, const real *x, const real *m, const real *dy, const real *a,
                           const real *b, const real *d, real *dx);

    /* Convolutions (numbers/conv.h): c->s is set, the rest is the plan's; freed by conv_free. `prepared` is what
     * conv_prepare made of the weights for all calls until they change. Up to c->s.rows images at once. conv_backward_w
     * overwrites dweight and dbias (which may be NULL, as may bias) with the gradients of these images. */
    glia_status (*conv_plan)(glia__conv *c);
    void (*conv_free)(glia__conv *c);
    void (*conv_prepare)(const glia__conv *c, const real *weight, real *prepared);
    void (*conv_forward)(const glia__conv *c, size_t rows, const real *x, const real *weight, const real *prepared,
                         const real *bias, real *y, real *work);
    void (*conv_backward_x)(const glia__conv *c, size_t rows, const real *dy, const real *weight, const real *prepared,
                            real *dx, real *work);
    void (*conv_backward_w)(const glia__conv *c, size_t rows, const real *x, const real *dy, real *dweight, real *dbias,
                            real *work);
    /* Whether so many of these dy are 0 that it is faster to leave them out than to make a product of all; back to x
     * the kernels look at each image for itself. */
    bool (*conv_leaves_zeros_out)(const glia__conv_shape *s, size_t rows, const real *dy);

    /* Poolings (numbers/pool.h) of `rows` images; the ways back overwrite dx. */
    void (*max_pool)(const glia__pool *s, size_t rows, const real *x, real *y);
    void (*max_pool_back)(const glia__pool *s, size_t rows, const real *x, const real *y, const real *dy, real *dx);
    void (*avg_pool)(const glia__pool *s, size_t rows, const real *x, real *y);
    void (*avg_pool_back)(const glia__pool *s, size_t rows, const real *dy, real *dx);

    /* Conversion of a batch: x = (b - shift) / scale; _columns: with a pair for each of n columns. */
    void (*scale_bytes)(size_t n, const uint8_t *b, real shift, real scale, real *x);
    void (*scale_bytes_columns)(size_t n, const uint8_t *b, const real *shift, const real *scale, real *x);
    void (*scale_reals)(size_t n, const real *v, real shift, real scale, real *x);
    void (*scale_reals_columns)(size_t n, const real *v, const real *shift, const real *scale, real *x);

    /* Elementwise: y = f(x), and dx = dy * f'(x, y); y may be x, and dx may be dy. `a` is the activation's setting,
     * where it has one. */
#define GLIA__ELEMENTWISE(X)                                                                                           \
    X(step)                                                                                                            \
    X(sigmoid)                                                                                                         \
    X(tanh)                                                                                                            \
    X(relu)                                                                                                            \
    X(leaky_relu) X(elu) X(gelu) X(gelu_tanh) X(silu) X(softplus) X(selu) X(relu6) X(mish) X(hardsigmoid) X(hardswish)
#define GLIA__ELEMENTWISE_FIELDS(f)                                                                                    \
    void (*f)(size_t n, real a, const real *x, real *y);                                                               \
    void (*f##_back)(size_t n, real a, const real *x, const real *y, const real *dy, real *dx);
    GLIA__ELEMENTWISE(GLIA__ELEMENTWISE_FIELDS)
#undef GLIA__ELEMENTWISE_FIELDS

    /* Optimizer steps over a slice of n parameters; formulas as in PyTorch's documentation. The caller has done
     * weight decay's and the step count's part of the constants. */
    void (*sgd)(size_t n, real lr, real decay, const real *g, real *p);
    void (*sgd_momentum)(size_t n, real lr, real decay, real momentum, real damp, bool nesterov, bool first,
                         const real *g, real *buffer, real *p);
    void (*adagrad)(size_t n, real lr, real decay, real eps, const real *g, real *sum, real *p);
    /* mean and buffer may be NULL (not centered, no momentum) */
    void (*rmsprop)(size_t n, real lr, real decay, real alpha, real eps, real momentum, const real *g, real *square,
                    real *mean, real *buffer, real *p);
    /* moved: running mean of squared steps */
    void (*adadelta)(size_t n, real lr, real decay, real rho, real eps, const real *g, real *square, real *moved,
                     real *p);
    /* most: running maximum of v (amsgrad), or NULL; shrink: 1 - lr * decay of adamw, else 1; rate: lr / (1 - beta1^t);
     * root: sqrt(1 - beta2^t) */
    void (*adam)(size_t n, real rate, real decay, real shrink, real beta1, real beta2, real eps, real root,
                 const real *g, real *m, real *v, real *most, real *p);
    /* most: running maximum of |g|, which fades with beta2 */
    void (*adamax)(size_t n, real rate, real decay, real beta1, real beta2, real eps, const real *g, real *m,
                   real *most, real *p);
    /* rate_g, rate_m: what the gradient and its running mean m count */
    void (*nadam)(size_t n, real rate_g, real rate_m, real decay, real beta1, real beta2, real eps, real root,
                  const real *g, real *m, real *v, real *p);
    /* last: the gradient before; step: how far each number goes, from least to most */
    void (*rprop)(size_t n, real decay, real minus, real plus, real least, real most, const real *g, real *last,
                  real *step, real *p);
    /* g += l1 sign(p) + 2 l2 p, the gradient of l1 sum |p| + l2 sum p^2; sign(0) = 0 */
    void (*penalize)(size_t n, real l1, real l2, const real *p, real *g);
    /* y += x */
    void (*add)(size_t n, const real *x, real *y);
    /* g = g * by, and g limited to -most..most */
    void (*multiply)(size_t n, real by, real *g);
    void (*limit)(size_t n, real most, real *g);
    /* sum of squares in double, in order */
    double (*sum_squares)(size_t n, const real *g);
    /* sum of |g|, and the largest |g| (NaN if any is not finite) */
    double (*sum_sizes)(size_t n, const real *g);
    double (*largest_size)(size_t n, const real *g);
    /* true if every number is finite */
    bool (*all_finite)(size_t n, const real *x);

    const char *name; /* "portable avx2", "onednn avx512" */
} glia__kernels;

/* What who makes products in bfloat16 by a library needs beside it, from rounded.c. */
typedef struct glia__kernels_beside {
    /* operands, as bf16.h has them */
    void (*to_bf16)(size_t n, const real *from, uint16_t *to);
    /* to[r][j] = keep * to[r][j] + scale * from[r][j], rows ld* apart; keep = 0 does not read to */
    void (*blend)(size_t rows, size_t n, real scale, const real *from, size_t ldfrom, real keep, real *to, size_t ldto);
} glia__kernels_beside;

/* The table of this process; made on first use, thread-safe. */
const glia__kernels *glia__kernels_get(void);

extern const char *const glia__precision_names[]; /* "bf16" */
/* The table for products in this precision: with GLIA_FLOAT32 the one above, else one with other dense_* and conv_*.
 * GLIA_E_ARG, with a sentence, where there is none, or none that could be faster than float32. */
glia_status glia__kernels_of(glia_precision precision, const glia__kernels **k);

/* The best that is the library's own: nothing in it asks for memory, locks or starts a thread. */
const glia__kernels *glia__kernels_own(void);

/* For tests: the specification alone, for one instruction set ("base", "avx2", "avx512"); NULL if not built or if this
 * processor lacks it. */
const glia__kernels *glia__kernels_portable(const char *isa);
/* The same with operands rounded to bfloat16: the specification of that; NULL in double as well. And what is
 * beside it. */
const glia__kernels        *glia__kernels_rounded(const char *isa);
const glia__kernels_beside *glia__kernels_beside_of(const char *isa);
/* For tests: glia__kernels_of gives this one for GLIA_BF16; NULL: its own again. */
void glia__kernels_pretend(const glia__kernels *k);

/* onednn.c: overwrites what it does faster, and the name. Called once, by kernels.c. */
void glia__kernels_onednn(glia__kernels *k, const char *isa);
/* Writes products in bfloat16 over that, and says why they are not to be used on this processor; NULL: they are. Called
 * once, after it. */
const char *glia__kernels_onednn_bf16(glia__kernels *k, const glia__kernels_beside *beside);

#endif
