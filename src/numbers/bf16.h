/* bfloat16: the upper half of a float, 8 bits of precision with a float's range. */
#ifndef GLIA_NUMBERS_BF16_H
#define GLIA_NUMBERS_BF16_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "ground/real.h"

/* The nearest one, of two as near the one whose last bit is 0. What is beyond the largest of them becomes
 * infinite; a NaN stays a NaN. */
static inline uint16_t glia__bf16(float x)
{
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    uint32_t nearest = (bits + 0x7fff + (bits >> 16 & 1)) >> 16, quiet = bits >> 16 | 0x40;
    return (uint16_t)((bits & 0x7fffffff) > 0x7f800000 ? quiet : nearest);
}

/* A bfloat16 as a float. */
static inline float glia__bf16_value(uint16_t upper)
{
    uint32_t bits = (uint32_t)upper << 16;
    float    value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static inline float glia__bf16_rounded(float x)
{
    return glia__bf16_value(glia__bf16(x));
}

#endif
