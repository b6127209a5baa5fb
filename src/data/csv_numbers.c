/* Plain decimal numbers in the cells of a CSV: 12, -3, 0.25, and nothing in an empty one. */
#include <math.h>
#include <string.h>

#include "data/csv.h"

/* Up to so many digits make a whole number that a double holds, and a power of ten that it holds too: their quotient is
 * the double nearest to the decimal number (Clinger 1990). */
enum { DIGITS_MOST = 15 };
static const double ten_to[DIGITS_MOST + 1] = {1e0, 1e1, 1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                               1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};

static inline bool is_digit(char c)
{
    return (unsigned char)(c - '0') < 10;
}

/* 12, -3, 0.25: returns the end of the number, or NULL for any other text. A line end stops it. */
static inline const char *plain_number(const char *p, double *value)
{
    bool     negative = *p == '-';
    uint64_t digits = 0;
    p += negative;
    const char *begin = p, *point = NULL;
    for (; is_digit(*p); p++) digits = digits * 10 + (unsigned)(*p - '0');
    if (p == begin) return NULL;
    if (*p == '.')
        for (point = p++; is_digit(*p); p++) digits = digits * 10 + (unsigned)(*p - '0');
    if (p - begin > DIGITS_MOST) return NULL;
    double v = (double)(int64_t)digits;
    if (point) v /= ten_to[p - point - 1];
    *value = negative ? -v : v;
    return p;
}

/* Most cells of large tables are whole numbers of a few digits, and their lengths cannot be foretold: so the two
 * functions below look at several bytes at once, without a branch for each. A byte of 0..9 is one that adding 0x76 does
 * not lift to 0x80, which it does not have by itself. */

/* Whether the next four cells are one digit each, as in "0,0,7,0,". */
static inline bool four_digits(const char *p, char delimiter)
{
    const char          zeros[8] = {'0', delimiter, '0', delimiter, '0', delimiter, '0', delimiter};
    const unsigned char lifts[8] = {0x76, 0, 0x76, 0, 0x76, 0, 0x76, 0};
    const unsigned char marks[8] = {0x80, 0xFF, 0x80, 0xFF, 0x80, 0xFF, 0x80, 0xFF};
    uint64_t            cells, zero, lift, mark;
    memcpy(&cells, p, 8);
    memcpy(&zero, zeros, 8);
    memcpy(&lift, lifts, 8);
    memcpy(&mark, marks, 8);
    cells ^= zero;
    return (((cells + lift) | cells) & mark) == 0;
}

/* A whole number of one to three digits before a delimiter: returns how many digits, or 0 for any other text. */
static inline unsigned short_number(const char *p, char delimiter, unsigned *value)
{
    const uint32_t ones = 0x01010101;
    uint32_t       bytes = 0, found, digits;
    for (unsigned i = 0; i < 4; i++) bytes |= (uint32_t)(unsigned char)p[i] << 8 * i;
    found = bytes ^ ones * (unsigned char)delimiter; /* the lowest byte that is 0 is the first delimiter */
    found = (found - ones) & ~found & ones << 7;
    if (!found) return 0;
    unsigned n = (unsigned)__builtin_ctz(found) / 8;
    digits = (bytes ^ ones * '0') << (24 - 8 * n) & 0xFFFFFF; /* hundreds, tens, ones from the lowest byte up */
    *value = (digits & 0xFF) * 100 + (digits >> 8 & 0xFF) * 10 + (digits >> 16);
    return ((digits + 0x767676) | digits) & 0x808080 ? 0 : n;
}

size_t glia__csv_numbers(glia__csv *c, const char **at, real *v, size_t n)
{
    const char *p = *at;
    const char  delimiter = c->delimiter;
    size_t      i = 0;
    while (i < n && p) {
        if (i + 4 <= n && four_digits(p, delimiter)) {
            for (int k = 0; k < 8; k += 2) v[i++] = (real)(p[k] - '0');
            p += 8;
            continue;
        }
        unsigned value, length = short_number(p, delimiter, &value);
        if (length) {
            v[i++] = (real)value;
            p += length + 1;
            continue;
        }
        if (*p == delimiter || p == c->end) {
            v[i++] = (real)NAN;
            c->empty++;
            p = (p < c->end ? p + 1 : NULL);
            continue;
        }
        double      number;
        const char *end = plain_number(p, &number);
        if (!end || (*end != delimiter && end != c->end)) break;
        v[i++] = (real)number;
        p = (end < c->end ? end + 1 : NULL);
    }
    *at = p;
    return i;
}
