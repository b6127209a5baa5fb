/* What the measurements share: a clock, medians, and how much more several cores do than one. */
#ifndef GLIA_BENCH_MEASURE_H
#define GLIA_BENCH_MEASURE_H

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "glia.h"

static inline double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* Ends the program with the library's sentence. */
static inline void stop(void)
{
    fprintf(stderr, "%s\n", glia_error());
    exit(1);
}

static inline int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static inline double median(double *turns, size_t n)
{
    qsort(turns, n, sizeof *turns, by_size);
    return turns[n / 2];
}

/* ---- a bare multiply-add loop, on one core and on several ----------------------------------------------------------
 */

static inline void *multiply_add(void *unused)
{
    enum { NUMBERS = 16 };
    double a[NUMBERS];
    (void)unused;
    for (size_t i = 0; i < NUMBERS; i++) a[i] = 1 + (double)i;
    for (size_t n = 0; n < 20000000; n++)
        for (size_t i = 0; i < NUMBERS; i++) a[i] = a[i] * 0.999999 + 1e-6;
    volatile double sink = 0;
    for (size_t i = 0; i < NUMBERS; i++) sink = sink + a[i];
    return NULL;
}

/* Work done in a second by so many threads, against one. */
static inline double loop_scaling(size_t threads)
{
    pthread_t *others = calloc(threads, sizeof *others);
    double     start = now();
    if (!others) exit(1);
    multiply_add(NULL);
    double one = now() - start;
    start = now();
    for (size_t i = 1; i < threads; i++)
        if (pthread_create(&others[i], NULL, multiply_add, NULL)) exit(1);
    multiply_add(NULL);
    for (size_t i = 1; i < threads; i++) pthread_join(others[i], NULL);
    free(others);
    return (double)threads * one / (now() - start);
}

#endif
