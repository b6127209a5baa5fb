/* The portable kernels: the specification of the arithmetic, in plain C.
 *
 * This one source is compiled once for each instruction set (GLIA_ISA = base, avx2, avx512), and each compilation gives
 * one table. Loops are written so that compilers vectorise them; sums run in the order written, so no result depends on
 * how. */
#include <float.h>
#include <string.h>

#include "ground/memory.h"
#include "numbers/kernels.h"
#include "numbers/vector.h"

#ifndef GLIA_ISA
#define GLIA_ISA base
#endif
#define GLIA_TABLE_NAME_(isa) glia__kernels_##isa
#define GLIA_TABLE_NAME(isa) GLIA_TABLE_NAME_(isa)
#define GLIA_TEXT_(isa) "portable " #isa
#define GLIA_TEXT(isa) GLIA_TEXT_(isa)

/* ---- matrix products ------------------------------------------------------------------------------------------- */

#include "numbers/portable_gemm.h"

static void turn_matrix(size_t rows, size_t columns, const real *from, real *to)
{
    const size_t whole_rows = rows / SQUARE * SQUARE, whole = columns / SQUARE * SQUARE;
    for (size_t i = 0; i < whole_rows; i += SQUARE)
        for (size_t j = 0; j < whole; j += SQUARE) transpose(from + i * columns + j, columns, to + j * rows + i, rows);
    for (size_t i = 0; i < rows; i++)
        for (size_t j = i < whole_rows ? whole : 0; j < columns; j++) to[j * rows + i] = from[i * columns + j];
}

static void turn(size_t count, size_t rows, size_t columns, const real *from, real *to)
{
    const size_t n = rows * columns;
    for (size_t i = 0; i < count; i++, from += n, to += n) turn_matrix(rows, columns, from, to);
}

static void add_bias(size_t rows, size_t n, const real *b, real *y, size_t ldy)
{
    for (size_t r = 0; r < rows; r++) {
        real *yr = y + r * ldy;
        for (size_t j = 0; j < n; j++) yr[j] += b[j];
    }
}

enum { SUM_STRIP = 64 };

/* Of `width` columns; a constant where this is inlined, so that the sums stay in registers. */
ALWAYS_INLINE void sum_strip(size_t width, size_t rows, real scale, const real *y, size_t ldy, real keep, real *s)
{
    real sum[SUM_STRIP] = {0};
    for (size_t r = 0; r < rows; r++, y += ldy)
        for (size_t j = 0; j < width; j++) sum[j] += y[j];
    for (size_t j = 0; j < width; j++) s[j] = (keep == 0 ? 0 : keep * s[j]) + scale * sum[j];
}

static void sum_rows(size_t rows, size_t n, real scale, const real *y, size_t ldy, real keep, real *s)
{
    size_t j = 0;
    for (; j + SUM_STRIP <= n; j += SUM_STRIP) sum_strip(SUM_STRIP, rows, scale, y + j, ldy, keep, s + j);
    for (; j + WIDTH <= n; j += WIDTH) sum_strip(WIDTH, rows, scale, y + j, ldy, keep, s + j);
    sum_strip(n - j, rows, scale, y + j, ldy, keep, s + j);
}

/* ---- normalisation --------------------------------------------------------------------------------------------- */

static void sum_products(size_t rows, size_t n, const real *x, const real *mx, const real *y, const real *my, real *s)
{
    for (size_t j = 0; j < n; j++) s[j] = 0;
    for (size_t r = 0; r < rows; r++, x += n, y += n)
        for (size_t j = 0; j < n; j++) s[j] += (x[j] - mx[j]) * (y[j] - my[j]);
}

static void normalize(size_t rows, size_t n, const real *restrict x, const real *restrict m, const real *restrict a,
                      const real *restrict b, real *restrict y)
{
    for (size_t r = 0; r < rows; r++, x += n, y += n)
        for (size_t j = 0; j < n; j++) y[j] = (x[j] - m[j]) * a[j] + b[j];
}

static void normalize_back(size_t rows, size_t n, const real *restrict x, const real *restrict m,
                           const real *restrict dy, const real *restrict a, const real *restrict b,
                           const real *restrict d, real *restrict dx)
{
    for (size_t r = 0; r < rows; r++, x += n, dy += n, dx += n)
        for (size_t j = 0; j < n; j++) dx[j] = dy[j] * a[j] + (x[j] - m[j]) * b[j] + d[j];
}

/* ---- fully connected layers ------------------------------------------------------------------------------------ */

#include "numbers/portable_dense.h"

/* ---- convolutions ---------------------------------------------------------------------------------------------- */

#include "numbers/portable_conv.h"

/* ---- poolings -------------------------------------------------------------------------------------------------- */

#include "numbers/portable_pool.h"

/* ---- conversion of a batch ------------------------------------------------------------------------------------- */

/* Where fma rounds once, x / scale is x times 1 / scale, corrected once by what that leaves: the same bits (Markstein
 * 1990), in a third of the time. */
static void scale_bytes(size_t n, const uint8_t *b, real shift, real scale, real *x)
{
#if defined(__AVX2__)
    const real   inverse = 1 / scale;
    const vector by = vector_of(inverse), down = vector_of(-scale), off = vector_of(shift);
    size_t       i = 0;
    for (; i + LANES <= n; i += LANES) {
        vector value = vector_of_bytes(b + i) - off, near = value * by;
        vector_to(x + i, multiply_add(multiply_add(down, near, value), by, near));
    }
    for (; i < n; i++) {
        real value = (real)b[i] - shift, near = value * inverse;
        x[i] = fma(fma(-scale, near, value), inverse, near);
    }
#else
    for (size_t i = 0; i < n; i++) x[i] = ((real)b[i] - shift) / scale;
#endif
}

static void scale_bytes_columns(size_t n, const uint8_t *b, const real *shift, const real *scale, real *x)
{
    for (size_t i = 0; i < n; i++) x[i] = ((real)b[i] - shift[i]) / scale[i];
}

static void scale_reals(size_t n, const real *v, real shift, real scale, real *x)
{
    for (size_t i = 0; i < n; i++) x[i] = (v[i] - shift) / scale;
}

static void scale_reals_columns(size_t n, const real *v, const real *shift, const real *scale, real *x)
{
    for (size_t i = 0; i < n; i++) x[i] = (v[i] - shift[i]) / scale[i];
}

/* ---- activations: y = f(x), dx = dy f'(x, y) ------------------------------------------------------------------- */

#define SQRT_HALF ((real)0.70710678118654752440)       /* sqrt(1/2)  */
#define INV_SQRT_TWO_PI ((real)0.39894228040143267794) /* 1/sqrt(2 pi) */
#define SQRT_TWO_OVER_PI ((real)0.79788456080286535588)
#define GELU_CUBE ((real)0.044715)               /* Hendrycks and Gimpel 2016, section 2 */
#define SELU_ALPHA ((real)1.6732632423543772848) /* Klambauer et al. 2017, equation 14 */
#define SELU_SCALE ((real)1.0507009873554804934)
#define SOFTPLUS_LINEAR 20 /* beyond it softplus is x itself, as in PyTorch */

static inline real logistic(real v)
{
    return 1 / (1 + exp(-v));
}

static inline real gelu_tanh_inner(real v)
{
    return tanh(SQRT_TWO_OVER_PI * (v + GELU_CUBE * v * v * v));
}

static inline real gelu_tanh_slope(real v)
{
    real t = gelu_tanh_inner(v);
    return (1 + t) / 2 + v / 2 * (1 - t * t) * SQRT_TWO_OVER_PI * (1 + 3 * GELU_CUBE * v * v);
}

static inline real silu_slope(real v)
{
    real s = logistic(v);
    return s * (1 + v * (1 - s));
}

/* log(1 + exp(v)) */
static inline real soft_plus(real v)
{
    return v > SOFTPLUS_LINEAR ? v : log1p(exp(v));
}

static inline real mish_slope(real v)
{
    real t = tanh(soft_plus(v));
    return t + v * (1 - t * t) * logistic(v);
}

static inline real clamped(real v, real most)
{
    real least = v < 0 ? 0 : v;
    return least > most ? most : least;
}

/* v: x[i]; w: y[i]; a: the layer's setting. `v < 0 ? 0 : v` rather than a maximum: a NaN stays one. y may be x, and dx
 * may be dy. */
#define ACTIVATION(f, Y, SLOPE)                                                                                        \
    static void f##_kernel(size_t n, real a, const real *x, real *y)                                                   \
    {                                                                                                                  \
        (void)a;                                                                                                       \
        APART for (size_t i = 0; i < n; i++)                                                                           \
        {                                                                                                              \
            const real v = x[i];                                                                                       \
            y[i] = (Y);                                                                                                \
        }                                                                                                              \
    }                                                                                                                  \
    static void f##_back_kernel(size_t n, real a, const real *x, const real *y, const real *dy, real *dx)              \
    {                                                                                                                  \
        (void)a;                                                                                                       \
        APART for (size_t i = 0; i < n; i++)                                                                           \
        {                                                                                                              \
            const real v = x[i], w = y[i];                                                                             \
            (void)v;                                                                                                   \
            (void)w;                                                                                                   \
            dx[i] = dy[i] * (SLOPE);                                                                                   \
        }                                                                                                              \
    }

ACTIVATION(step, v > 0 ? 1 : v <= 0 ? 0 : v, 0)
ACTIVATION(sigmoid, logistic(v), w *(1 - w))
ACTIVATION(tanh, tanh(v), 1 - w * w)
ACTIVATION(relu, v<0 ? 0 : v, w> 0 ? 1 : (real)0)
ACTIVATION(leaky_relu, v > 0 ? v : a * v, v > 0 ? 1 : a)
ACTIVATION(elu, v > 0 ? v : a * expm1(v), v > 0 ? 1 : w + a)
ACTIVATION(gelu, v / 2 * (1 + erf(v * SQRT_HALF)), (1 + erf(v * SQRT_HALF)) / 2 + v * INV_SQRT_TWO_PI * exp(-v * v / 2))
ACTIVATION(gelu_tanh, v / 2 * (1 + gelu_tanh_inner(v)), gelu_tanh_slope(v))
ACTIVATION(silu, v *logistic(v), silu_slope(v))
ACTIVATION(softplus, a *v > SOFTPLUS_LINEAR ? v : log1p(exp(a * v)) / a, a *v > SOFTPLUS_LINEAR ? 1 : logistic(a * v))
ACTIVATION(selu, SELU_SCALE *(v > 0 ? v : SELU_ALPHA * expm1(v)), v > 0 ? SELU_SCALE : w + SELU_SCALE * SELU_ALPHA)
ACTIVATION(relu6, clamped(v, 6), v > 0 && v < 6 ? 1 : (real)0)
ACTIVATION(mish, v *tanh(soft_plus(v)), mish_slope(v))
ACTIVATION(hardsigmoid, clamped(v + 3, 6) / 6, v > -3 && v < 3 ? (real)1 / 6 : 0)
ACTIVATION(hardswish, v *clamped(v + 3, 6) / 6, v < -3 ? 0 : v < 3 ? v / 3 + (real)0.5 : 1)

/* ---- optimizer steps, and gradients as a whole ----------------------------------------------------------------- */

static void add(size_t n, const real *restrict x, real *restrict y)
{
    for (size_t i = 0; i < n; i++) y[i] += x[i];
}

#include "numbers/portable_update.h"

static bool all_finite(size_t n, const real *x)
{
    /* x - x is 0 for a finite x and NaN for any other; a sum of them tells all at once */
    enum { RUNNING = 16 };
    real   sum[RUNNING] = {0};
    size_t i = 0;
    for (; i + RUNNING <= n; i += RUNNING)
        for (size_t j = 0; j < RUNNING; j++) sum[j] += x[i + j] - x[i + j];
    for (; i < n; i++) sum[0] += x[i] - x[i];
    for (size_t j = 0; j < RUNNING; j++)
        if (!(sum[j] == 0)) return false;
    return true;
}

/* ---- the table ------------------------------------------------------------------------------------------------- */

extern const glia__kernels GLIA_TABLE_NAME(GLIA_ISA);
const glia__kernels        GLIA_TABLE_NAME(GLIA_ISA) = {
           .gemm = gemm,
           .gemm_tn = gemm_tn,
           .gemm_nt = gemm_nt,
           .turn = turn,
           .add_bias = add_bias,
           .sum_rows = sum_rows,
           .panel = WIDTH,
           .dense_forward = dense_forward,
           .dense_backward_x = dense_backward_x,
           .dense_backward_w = dense_backward_w,
           .sum_products = sum_products,
           .normalize = normalize,
           .normalize_back = normalize_back,
           .conv_plan = conv_plan,
           .conv_free = conv_free,
           .conv_prepare = conv_prepare,
           .conv_forward = conv_forward,
           .conv_backward_x = conv_backward_x,
           .conv_backward_w = conv_backward_w,
           .conv_leaves_zeros_out = conv_leaves_zeros_out,
           .max_pool = max_pool,
           .max_pool_back = max_pool_back,
           .avg_pool = avg_pool,
           .avg_pool_back = avg_pool_back,
           .scale_bytes = scale_bytes,
           .scale_bytes_columns = scale_bytes_columns,
           .scale_reals = scale_reals,
           .scale_reals_columns = scale_reals_columns,
#define ENTRY(f) .f = f##_kernel, .f##_back = f##_back_kernel,
    GLIA__ELEMENTWISE(ENTRY)
#undef ENTRY
        .sgd = sgd,
    .sgd_momentum = sgd_momentum,
    .adagrad = adagrad,
    .rmsprop = rmsprop,
    .adadelta = adadelta,
    .adam = adam,
    .adamax = adamax,
    .nadam = nadam,
    .rprop = rprop,
    .penalize = penalize,
    .add = add,
    .multiply = multiply,
    .limit = limit,
    .sum_squares = sum_squares,
    .sum_sizes = sum_sizes,
    .largest_size = largest_size,
    .all_finite = all_finite,
    .name = GLIA_TEXT(GLIA_ISA),
};
