/* Bytes looked at many at a time: what there is becomes a word of bits, of which bit i stands for p[i]. A search that
 * goes from byte to byte ends in a branch that nobody can foretell; a bit of a word is found without one. */
#ifndef GLIA_DATA_BYTES_H
#define GLIA_DATA_BYTES_H

#include <stddef.h>
#include <stdint.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

enum { GLIA__FEW_BYTES = 16, GLIA__BYTES = 64 };

/* Which of the 16 bytes from p on are c. */
static inline uint32_t glia__which_are(const char *p, char c)
{
#ifdef __SSE2__
    const __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)p);
    return (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, _mm_set1_epi8(c)));
#else
    uint32_t found = 0;
    for (int i = 0; i < GLIA__FEW_BYTES; i++) found |= (uint32_t)(p[i] == c) << i;
    return found;
#endif
}

/* The same of the 64 bytes. */
static inline uint64_t glia__where(const char *p, char c)
{
    uint64_t found = 0;
    for (int i = 0; i < GLIA__BYTES; i += GLIA__FEW_BYTES) found |= (uint64_t)glia__which_are(p + i, c) << i;
    return found;
}

/* Which of the 16 bytes from p on are decimal digits. */
static inline uint32_t glia__which_are_digits(const char *p)
{
#ifdef __SSE2__
    /* lifted so that '9' becomes the greatest of the signed bytes */
    const __m128i lift = _mm_set1_epi8(0x7F - '9'), below = _mm_set1_epi8(0x7E - '9' + '0');
    const __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)p);
    return (unsigned)_mm_movemask_epi8(_mm_cmpgt_epi8(_mm_add_epi8(bytes, lift), below));
#else
    uint32_t found = 0;
    for (int i = 0; i < GLIA__FEW_BYTES; i++) found |= (uint32_t)(p[i] >= '0' && p[i] <= '9') << i;
    return found;
#endif
}

/* The same of the 64 bytes. */
static inline uint64_t glia__where_digits(const char *p)
{
    uint64_t found = 0;
    for (int i = 0; i < GLIA__BYTES; i += GLIA__FEW_BYTES) found |= (uint64_t)glia__which_are_digits(p + i) << i;
    return found;
}

static inline size_t glia__lowest(uint64_t bits)
{
    return (unsigned)__builtin_ctzll(bits);
}

/* How many are set: pairs are added up, then fours, eights and all (few CPUs that this is built for are known to have
 * an instruction for it). */
static inline size_t glia__count(uint64_t bits)
{
    bits -= bits >> 1 & UINT64_C(0x5555555555555555);
    bits = (bits & UINT64_C(0x3333333333333333)) + (bits >> 2 & UINT64_C(0x3333333333333333));
    bits = (bits + (bits >> 4)) & UINT64_C(0x0F0F0F0F0F0F0F0F);
    return (size_t)(bits * UINT64_C(0x0101010101010101) >> 56);
}

#endif
