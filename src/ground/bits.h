/* Numbers as formats keep them: rows of bytes in either order, and the bits of floating point numbers. */
#ifndef GLIA_GROUND_BITS_H
#define GLIA_GROUND_BITS_H

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* The word of n bytes, the lowest first where it is `little`, else the highest. */
static inline uint64_t glia__word(const unsigned char *bytes, size_t n, bool little)
{
    uint64_t word = 0;
    for (size_t i = 0; i < n; i++) word = word << 8 | bytes[little ? n - 1 - i : i];
    return word;
}

/* Eight bytes beside each other, the first in the lowest place of the word, so that they can be looked at together. */
static inline uint64_t glia__eight(const char *bytes)
{
    uint64_t word;
    memcpy(&word, bytes, sizeof word);
    return __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ ? __builtin_bswap64(word) : word;
}

static inline double glia__from_f64(uint64_t bits)
{
    double v;
    memcpy(&v, &bits, sizeof v);
    return v;
}

static inline double glia__from_f32(uint64_t bits)
{
    uint32_t low = (uint32_t)bits;
    float    v;
    memcpy(&v, &low, sizeof v);
    return (double)v;
}

/* IEEE 754 binary16: 1 sign, 5 exponent and 10 fraction bits. */
static inline double glia__from_f16(uint64_t bits)
{
    int    exponent = (int)(bits >> 10 & 31), fraction = (int)(bits & 1023);
    double v = exponent == 0    ? ldexp(fraction, -24)
               : exponent == 31 ? (double)(fraction ? NAN : INFINITY)
                                : ldexp(1024 + fraction, exponent - 25);
    return bits >> 15 ? -v : v;
}

/* bfloat16: the upper half of a float. */
static inline double glia__from_bf16(uint64_t bits)
{
    return glia__from_f32(bits << 16);
}

#endif
