/* What the tests of networks share: calls that must succeed or fail with a sentence, random numbers, small data. */
#ifndef GLIA_TESTS_HELP_H
#define GLIA_TESTS_HELP_H

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "glia.h"

#ifdef GLIA_DOUBLE
enum { IS_DOUBLE = 1 };
#else
enum { IS_DOUBLE = 0 };
#endif

/* Products in bfloat16 on any processor, where there are such at all. */
#define EMULATED (IS_DOUBLE ? GLIA_FLOAT32 : GLIA_BF16_EMULATED)

#define COUNT(list) (sizeof(list) / sizeof *(list))

/* The call gives GLIA_OK, or the test fails with its sentence. */
#define EXPECT_OK(call)                                                                                                \
    do {                                                                                                               \
        glia_status expect_ = (call);                                                                                  \
        if (expect_ != GLIA_OK) fail_msg("%s: %s: %s", #call, glia_status_name(expect_), glia_error());                \
    } while (0)

/* The call fails with this status, and its sentence holds `part`. */
#define EXPECT_FAILS(call, status, part)                                                                               \
    do {                                                                                                               \
        glia_status expect_ = (call);                                                                                  \
        if (expect_ != (status) || !strstr(glia_error(), part))                                                        \
            fail_msg("%s: %s: \"%s\", not %s: \"%s\"", #call, glia_status_name(expect_), glia_error(), #status, part); \
    } while (0)

static inline void *need(size_t count, size_t size)
{
    void *p = calloc(count ? count : 1, size);
    assert_non_null(p);
    return p;
}

/* The number of 8 bits nearest to x, of two as near the one whose last bit is 0: what bfloat16 makes of a number that
 * is neither very large nor very small. By its size, and not by its bits. */
static inline double nearest_of_8_bits(double x)
{
    int    exponent;
    double whole = nearbyint(ldexp(frexp(x, &exponent), 8)); /* halves to even */
    return ldexp(whole, exponent - 8);
}

/* A copy of n numbers, each so rounded; the caller's. */
static inline glia_real *rounded_copy(const glia_real *x, size_t n)
{
    glia_real *copy = need(n, sizeof *copy);
    for (size_t i = 0; i < n; i++) copy[i] = (glia_real)nearest_of_8_bits((double)x[i]);
    return copy;
}

/* n numbers, uniform in -1..1; the caller's (free). */
static inline glia_real *random_reals(uint32_t seed, size_t n)
{
    glia_rng  *rng;
    glia_real *values = need(n, sizeof *values);
    EXPECT_OK(glia_rng_new(&rng, seed));
    for (size_t i = 0; i < n; i++) values[i] = (glia_real)glia_rng_uniform(rng, -1, 1);
    glia_rng_free(rng);
    return values;
}

/* Rows whose only input is their own number; the caller's. */
static inline glia_data *numbered(size_t rows, const int32_t *classes, size_t n)
{
    glia_data *d;
    glia_real *x = need(rows, sizeof *x);
    for (size_t i = 0; i < rows; i++) x[i] = (glia_real)i;
    EXPECT_OK(glia_data_from_reals(&d, x, rows, 1, classes, NULL, n));
    free(x);
    return d;
}

/* A model of a net that begins with `input`. */
static inline glia_model *model_of(const char *net, uint32_t seed)
{
    glia_model *m;
    EXPECT_OK(glia_model_new(&m, net, NULL, seed));
    return m;
}

/* Rows of uniform numbers with a class each, which the sum of the first two columns tells. */
static inline glia_data *class_data(uint32_t seed, size_t rows, size_t columns, size_t classes)
{
    glia_data *d;
    glia_real *x = random_reals(seed, rows * columns);
    int32_t   *c = need(rows, sizeof *c);
    for (size_t r = 0; r < rows; r++)
        c[r] = (int32_t)(((double)x[r * columns] + (double)x[r * columns + 1] + 2) / 4 * (double)classes);
    EXPECT_OK(glia_data_from_reals(&d, x, rows, columns, c, NULL, classes));
    free(x);
    free(c);
    return d;
}

/* Rows of uniform numbers with `outputs` numbers each: by_j (x_0 - x_1 + j), in units of `unit`. */
static inline glia_data *number_data(uint32_t seed, size_t rows, size_t columns, size_t outputs, double unit)
{
    glia_data *d;
    glia_real *x = random_reals(seed, rows * columns), *t = need(rows * outputs, sizeof *t);
    for (size_t i = 0; i < rows * outputs; i++) {
        const glia_real *row = x + i / outputs * columns;
        t[i] = (glia_real)(unit * ((double)row[0] - (double)row[1] + (double)(i % outputs)));
    }
    EXPECT_OK(glia_data_from_reals(&d, x, rows, columns, NULL, t, outputs));
    free(x);
    free(t);
    return d;
}

#endif
