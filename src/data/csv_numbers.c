/* Plain decimal numbers in the cells of a CSV: 12, -3, 0.25, and nothing in an empty one. Most cells of large tables are
 * such, and their lengths cannot be foretold; so nothing here branches on them. Delimiters are found for 64 bytes at
 * once, as the bits of a word; a cell's digits are then taken as the bytes of a word or two, from which a point is cut
 * out, and are added up in pairs, fours and eights.
 *
 * Up to 15 digits make a whole number that a double holds, and a power of ten that it holds too: their quotient is the
 * double nearest to the decimal number (Clinger 1990, "How to read floating point numbers accurately"). */
#include <math.h>
#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "data/csv.h"

enum { DIGITS_MOST = 15, BLOCK = 64 };
static const double ten_to[DIGITS_MOST + 1] = {1e0, 1e1, 1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                               1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};

/* ---- bytes as bits ---------------------------------------------------------------------------------------------- */

#define EACH(byte) (0x0101010101010101u * (byte))

/* The first byte in the lowest place. */
static inline uint64_t load(const char *p)
{
    uint64_t word;
    memcpy(&word, p, sizeof word);
    return __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ ? __builtin_bswap64(word) : word;
}

/* Bit i of the result is set where p[i] is `byte`; for 64 bytes. */
static inline uint64_t find_bytes(const char *p, char byte)
{
    uint64_t bits = 0;
#ifdef __SSE2__
    const __m128i wanted = _mm_set1_epi8(byte);
    for (int i = 0; i < BLOCK; i += 16) {
        const __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)(p + i));
        bits |= (uint64_t)(unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, wanted)) << i;
    }
#else
    for (int i = 0; i < BLOCK; i += 8) {
        uint64_t word = load(p + i) ^ EACH((unsigned char)byte);
        word = ~(((word & EACH(0x7F)) + EACH(0x7F)) | word | EACH(0x7F)); /* 0x80 where a byte is 0 */
        bits |= (word >> 7) * 0x0102040810204080u >> 56 << i;
    }
#endif
    return bits;
}

/* ---- digits ----------------------------------------------------------------------------------------------------- */

/* Bytes of 0..9 are those that adding 0x76 does not lift to 0x80, which they do not have by themselves. */
static inline bool are_digits(uint64_t word)
{
    return (((word + EACH(0x76)) | word) & EACH(0x80)) == 0;
}

/* Eight digits, the first in the lowest byte. */
static inline uint64_t eight_digits(uint64_t word)
{
    word = (word * 10 + (word >> 8)) & 0x00FF00FF00FF00FFu;
    word = (word * 100 + (word >> 16)) & 0x0000FFFF0000FFFFu;
    return (word * 10000 + (word >> 32)) & 0xFFFFFFFFu;
}

/* The digits at p[0..n), n from 1 to 8. */
static inline bool short_whole(const char *p, size_t n, double *value)
{
    uint64_t word = (load(p) ^ EACH('0')) << (64 - 8 * n);
    *value = (double)(int64_t)eight_digits(word);
    return are_digits(word);
}

/* The digits at p[0..n) with or without a point among them; n from 1 to 16, and up to 15 digits. */
static inline bool plain_number(const char *p, size_t n, double *value)
{
    typedef unsigned __int128 wide;
    const uint64_t            points = EACH('.' ^ '0');
    uint64_t                  low = load(p) ^ EACH('0'), high = n > 8 ? load(p + 8) ^ EACH('0') : 0;
    uint64_t                  in_low = low ^ points, in_high = high ^ points;
    in_low = (in_low - EACH(0x01)) & ~in_low & EACH(0x80); /* the lowest bit is that of the first point */
    in_high = (in_high - EACH(0x01)) & ~in_high & EACH(0x80);
    size_t point = in_low ? (size_t)__builtin_ctzll(in_low) / 8 : in_high ? 8 + (size_t)__builtin_ctzll(in_high) / 8 : n;
    wide   digits = (wide)high << 64 | low;
    size_t count = n, after = 0;
    if (point < n) {
        wide before = ((wide)1 << 8 * point) - 1;
        digits = (digits & before) | (digits >> 8 & ~before);
        count = n - 1;
        after = n - 1 - point;
    }
    if (count == 0 || count > DIGITS_MOST || point == 0) return false;
    digits <<= 128 - 8 * count;
    low = (uint64_t)digits;
    high = (uint64_t)(digits >> 64);
    *value = (double)(int64_t)(eight_digits(low) * 100000000u + eight_digits(high)) / ten_to[after];
    return are_digits(low) && are_digits(high);
}

/* The cell at begin .. end - 1; false for any other text than a plain number or nothing. */
static inline bool read_cell(const char *begin, const char *end, glia__csv *c, real *v)
{
    double      value;
    bool        negative = *begin == '-';
    const char *digits = begin + negative;
    size_t      n = (size_t)(end - digits);
    if (begin == end) {
        *v = (real)NAN;
        c->empty++;
        return true;
    }
    if (digits >= end || n > 16) return false;
    if (!(n <= 8 && short_whole(digits, n, &value)) && !plain_number(digits, n, &value)) return false;
    *v = (real)(negative ? -value : value);
    return true;
}

/* Four cells of one digit each. */
static inline bool four_digits(const char *p, real *v)
{
    uint64_t word = load(p) ^ EACH('0');
    if (((word + EACH(0x76)) | word) & 0x0080008000800080u) return false;
    for (int k = 0; k < 4; k++) v[k] = (real)(int)(word >> 16 * k & 0xFF);
    return true;
}

size_t glia__csv_numbers(glia__csv *c, const char **at, real *v, size_t n)
{
    const char *begin = *at, *block = begin;
    uint64_t    ends = find_bytes(block, c->delimiter);
    size_t      i = 0;
    while (i < n) {
        while (!ends && block + BLOCK < c->end) ends = find_bytes(block += BLOCK, c->delimiter);
        size_t within = (size_t)(begin - block);
        if (within < BLOCK - 8 && (ends >> within & 0xFF) == 0xAA && i + 4 <= n && begin + 8 <= c->end &&
            four_digits(begin, v + i)) {
            i += 4;
            begin += 8;
            ends = ends >> (within + 8) << (within + 8);
            continue;
        }
        const char *end = ends ? block + __builtin_ctzll(ends) : c->end;
        bool        last = end >= c->end;
        if (!read_cell(begin, last ? c->end : end, c, &v[i])) break;
        i++;
        begin = last ? NULL : end + 1;
        if (last) break;
        ends &= ends - 1;
    }
    *at = begin;
    return i;
}
