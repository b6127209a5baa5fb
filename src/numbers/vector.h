/* Vectors of the instruction set that a file is compiled for: so many reals that one instruction works on. */
#ifndef GLIA_NUMBERS_VECTOR_H
#define GLIA_NUMBERS_VECTOR_H

#include <string.h>

#include "ground/real.h"

#if defined(__AVX2__)
#include <immintrin.h>
#endif

#if defined(__AVX512F__)
#define VECTOR_BYTES 64
#elif defined(__AVX2__)
#define VECTOR_BYTES 32
#else
#define VECTOR_BYTES 16
#endif

enum { LANES = VECTOR_BYTES / sizeof(real) };
typedef real vector __attribute__((vector_size(VECTOR_BYTES)));

#define ALWAYS_INLINE static inline __attribute__((always_inline))

/* Of loops over so few vectors that all of them stay in registers. */
#if defined(__clang__)
#define UNROLL _Pragma("clang loop unroll(full)")
#else
#define UNROLL _Pragma("GCC unroll 16")
#endif

/* Of loops in which each turn reads and writes numbers of its own: the same ones, or others. */
#if defined(__clang__)
#define APART _Pragma("clang loop vectorize(assume_safety)")
#pragma clang diagnostic ignored "-Wpass-failed" /* some call a function for each number */
#else
#define APART _Pragma("GCC ivdep")
#endif

ALWAYS_INLINE vector vector_at(const real *p)
{
    vector v;
    memcpy(&v, p, sizeof v);
    return v;
}

ALWAYS_INLINE void vector_to(real *p, vector v)
{
    memcpy(p, &v, sizeof v);
}

ALWAYS_INLINE vector vector_of(real x)
{
    return x - (vector){0};
}

#if defined(__AVX2__)
/* LANES bytes as numbers. */
ALWAYS_INLINE vector vector_of_bytes(const uint8_t *p)
{
#if defined(__AVX512F__) && defined(GLIA_DOUBLE)
    return (vector)_mm512_cvtepi32_pd(_mm256_cvtepu8_epi32(_mm_loadl_epi64((const __m128i *)p)));
#elif defined(__AVX512F__)
    return (vector)_mm512_cvtepi32_ps(_mm512_cvtepu8_epi32(_mm_loadu_si128((const __m128i *)p)));
#elif defined(GLIA_DOUBLE)
    int32_t four;
    memcpy(&four, p, sizeof four);
    return (vector)_mm256_cvtepi32_pd(_mm_cvtepu8_epi32(_mm_cvtsi32_si128(four)));
#else
    return (vector)_mm256_cvtepi32_ps(_mm256_cvtepu8_epi32(_mm_loadl_epi64((const __m128i *)p)));
#endif
}
#endif

/* a * b + c: rounded once where the instruction set has it, and twice on the base one. */
ALWAYS_INLINE vector multiply_add(vector a, vector b, vector c)
{
#if defined(__AVX512F__) && defined(GLIA_DOUBLE)
    return (vector)_mm512_fmadd_pd((__m512d)a, (__m512d)b, (__m512d)c);
#elif defined(__AVX512F__)
    return (vector)_mm512_fmadd_ps((__m512)a, (__m512)b, (__m512)c);
#elif defined(__AVX2__) && defined(GLIA_DOUBLE)
    return (vector)_mm256_fmadd_pd((__m256d)a, (__m256d)b, (__m256d)c);
#elif defined(__AVX2__)
    return (vector)_mm256_fmadd_ps((__m256)a, (__m256)b, (__m256)c);
#else
    return a * b + c;
#endif
}

/* Bit j: lane j of the numbers at p is not 0. */
ALWAYS_INLINE uint32_t nonzero_lanes(const real *p)
{
#if defined(__AVX512F__) && defined(GLIA_DOUBLE)
    return _mm512_cmp_pd_mask((__m512d)vector_at(p), _mm512_setzero_pd(), _CMP_NEQ_UQ);
#elif defined(__AVX512F__)
    return _mm512_cmp_ps_mask((__m512)vector_at(p), _mm512_setzero_ps(), _CMP_NEQ_UQ);
#elif defined(__AVX2__) && defined(GLIA_DOUBLE)
    return (uint32_t)_mm256_movemask_pd((__m256d)(vector_at(p) != (vector){0}));
#elif defined(__AVX2__)
    return (uint32_t)_mm256_movemask_ps((__m256)(vector_at(p) != (vector){0}));
#else
    uint32_t bits = 0;
    for (size_t j = 0; j < LANES; j++) bits |= (uint32_t)(p[j] != 0) << j;
    return bits;
#endif
}

/* to[j][i] = from[i][j] of SQUARE x SQUARE numbers, rows ld* apart */
enum { SQUARE = 2 * LANES < 8 ? 2 * LANES : 8 };
ALWAYS_INLINE void transpose(const real *from, size_t ldfrom, real *to, size_t ldto)
{
#if defined(__AVX2__) && !defined(GLIA_DOUBLE)
    __m256 row[SQUARE], pair[SQUARE], four[SQUARE];
    UNROLL for (int i = 0; i < SQUARE; i++) row[i] = _mm256_loadu_ps(from + i * ldfrom);
    UNROLL for (int i = 0; i < SQUARE; i += 2)
    {
        pair[i] = _mm256_unpacklo_ps(row[i], row[i + 1]);
        pair[i + 1] = _mm256_unpackhi_ps(row[i], row[i + 1]);
    }
    UNROLL for (int i = 0; i < SQUARE; i += 4) UNROLL for (int k = 0; k < 2; k++)
    {
        four[i + 2 * k] = _mm256_shuffle_ps(pair[i + k], pair[i + k + 2], 0x44);
        four[i + 2 * k + 1] = _mm256_shuffle_ps(pair[i + k], pair[i + k + 2], 0xEE);
    }
    UNROLL for (int i = 0; i < SQUARE / 2; i++)
    {
        _mm256_storeu_ps(to + i * ldto, _mm256_permute2f128_ps(four[i], four[i + 4], 0x20));
        _mm256_storeu_ps(to + (i + 4) * ldto, _mm256_permute2f128_ps(four[i], four[i + 4], 0x31));
    }
#else
    for (size_t i = 0; i < SQUARE; i++)
        for (size_t j = 0; j < SQUARE; j++) to[j * ldto + i] = from[i * ldfrom + j];
#endif
}

#endif
