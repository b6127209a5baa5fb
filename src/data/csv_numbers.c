/* Plain decimal numbers in the cells of a CSV: 12, -3, 0.25, 1.5e-3, and nothing in an empty one. Most cells of large
 * tables are such, and their lengths cannot be foretold: a branch on them costs more than all the rest. So the bytes are
 * looked at in blocks of 64, each of which becomes two words of 64 bits, one with the ends of the cells and one with the
 * digits. A few operations on those tell what kind of cells the block holds; then its cells are read by one loop for all
 * of that kind, in which a number's digits are the bytes of a word. */
#include <math.h>
#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "data/csv.h"

enum { BLOCK = 64, WORD = 8 };

#define EACH(byte) (0x0101010101010101u * (byte))

/* ---- digits ----------------------------------------------------------------------------------------------------- */

/* The first byte in the lowest place. */
static inline uint64_t load(const char *p)
{
    uint64_t word;
    memcpy(&word, p, sizeof word);
    return __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ ? __builtin_bswap64(word) : word;
}

/* The n digits at p, n from 1 to 4; what is behind them is shifted out, zeros come in before them. They are added up in
 * pairs, then the pairs. */
static inline uint32_t four_digits(const char *p, size_t n)
{
    uint32_t word = ((uint32_t)load(p) ^ (uint32_t)EACH('0')) << (32 - 8 * n);
    word = (word * 10 + (word >> 8)) & 0x00FF00FFu;
    return (word * 100 + (word >> 16)) & 0xFFFFu;
}

/* The same, n from 1 to 8. */
static inline uint64_t eight_digits(const char *p, size_t n)
{
    uint64_t word = (load(p) ^ EACH('0')) << (64 - 8 * n);
    word = (word * 10 + (word >> 8)) & 0x00FF00FF00FF00FFu;
    word = (word * 100 + (word >> 16)) & 0x0000FFFF0000FFFFu;
    return (word * 10000 + (word >> 32)) & 0xFFFFFFFFu;
}

/* The number `before` with the n digits at p written behind it; n from 1 on. */
static inline uint64_t append_digits(uint64_t before, const char *p, size_t n)
{
    static const uint32_t ten_to[WORD + 1] = {1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000};
    for (; n > WORD; n -= WORD, p += WORD) before = before * ten_to[WORD] + eight_digits(p, WORD);
    return before * ten_to[n] + eight_digits(p, n);
}

/* ---- blocks ----------------------------------------------------------------------------------------------------- */

/* A block begins where a cell does, and has the cells whose ends lie in it. Bit i stands for at[i]. */
typedef struct block {
    const char *at;
    uint64_t    ends;   /* delimiters, and the end of the record   */
    uint64_t    digits; /* also of a cell that has no end in here  */
} block;

static inline void find_bytes(const char *p, char delimiter, uint64_t *delimiters, uint64_t *digits)
{
    *delimiters = *digits = 0;
#ifdef __SSE2__
    const __m128i wanted = _mm_set1_epi8(delimiter), lift = _mm_set1_epi8(0x7F - '9'), most = _mm_set1_epi8(0x75);
    for (int i = 0; i < BLOCK; i += 16) { /* the lift brings 0 to 9 to the ten highest places of signed bytes */
        const __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)(p + i));
        const __m128i found = _mm_cmpeq_epi8(bytes, wanted), digit = _mm_cmpgt_epi8(_mm_add_epi8(bytes, lift), most);
        *delimiters |= (uint64_t)(unsigned)_mm_movemask_epi8(found) << i;
        *digits |= (uint64_t)(unsigned)_mm_movemask_epi8(digit) << i;
    }
#else
    for (int i = 0; i < BLOCK; i++) {
        *delimiters |= (uint64_t)(p[i] == delimiter) << i;
        *digits |= (uint64_t)(p[i] >= '0' && p[i] <= '9') << i;
    }
#endif
}

static inline block look(const glia__csv *c, const char *at)
{
    block  b = {.at = at};
    size_t left = (size_t)(c->end - at);
    find_bytes(at, c->delimiter, &b.ends, &b.digits);
    if (left < BLOCK) b.ends = (b.ends & ((UINT64_C(1) << left) - 1)) | UINT64_C(1) << left;
    return b;
}

/* The most digits that a cell of the block has, of all those that its loops are made for: 1 if each has just one, else 4
 * or 8; 0 if there is anything but whole numbers, or longer ones. */
static inline unsigned longest(const block *b)
{
    uint64_t all = ~UINT64_C(0) >> __builtin_clzll(b->ends), digits = b->digits & all;
    uint64_t empty = b->ends & ~(digits << 1);
    if ((digits | b->ends) != all || empty) return 0;
    uint64_t two = digits & digits << 1, four = two & two << 2;
    if (!two) return 1;
    if (!(four & digits << 4)) return 4;
    return four & four << 4 & digits << 8 ? 0 : 8;
}

/* ---- cells ------------------------------------------------------------------------------------------------------ */

/* Up to 2^53 a double holds any whole number, and it holds the powers of ten up to 22: so their quotient is the double
 * nearest to the decimal number (Clinger 1990). */
static inline bool make_number(uint64_t digits, int power, double *value)
{
    static const double ten_to[] = {1e0, 1e1, 1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                    1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};
    if (digits > UINT64_C(1) << 53 || power > 0 || power < -15) return glia__number_make(digits, power, value);
    *value = (double)(int64_t)digits / ten_to[-power];
    return true;
}

/* The whole number with its sign at p, up to three digits: what follows an e. Adds it to *power. */
static inline bool add_exponent(const char *p, const char *end, int *power)
{
    bool negative = *p == '-';
    int  n = 0;
    if (*p == '-' || *p == '+') p++;
    if (p == end || end - p > 3) return false;
    for (; p < end && *p >= '0' && *p <= '9'; p++) n = 10 * n + (*p - '0');
    *power += negative ? -n : n;
    return p == end;
}

/* The cell b->at[begin .. end); false if it is no plain number. */
static inline bool read_cell(const block *b, size_t begin, size_t end, double *value)
{
    enum { DIGITS_MOST = 19 }; /* fit 64 bits */
    const char *at = b->at;
    bool        negative = at[begin] == '-';
    begin += negative;
    size_t whole = (size_t)__builtin_ctzll(~(b->digits >> begin)), stop = begin + whole, after = 0;
    if (whole == 0 || whole > DIGITS_MOST) return false;
    uint64_t digits = append_digits(0, at + begin, whole);
    if (at[stop] == '.' && stop < end) {
        after = (size_t)__builtin_ctzll(~(b->digits >> stop >> 1));
        if (whole + after > DIGITS_MOST) return false;
        if (after) digits = append_digits(digits, at + stop + 1, after);
        stop += 1 + after;
    }
    int power = -(int)after;
    if (stop < end && !((at[stop] | ' ') == 'e' && add_exponent(at + stop + 1, at + end, &power))) return false;
    if (!make_number(digits, power, value)) return false;
    if (negative) *value = -*value;
    return true;
}

/* ---- the cells of a block --------------------------------------------------------------------------------------- */

/* What is being read: it goes to v[i .. n), and the next cell begins at `at`. */
typedef struct run {
    const char *at;
    real       *v;
    size_t      i, n;
} run;

/* All are one digit. */
static inline void read_ones(const block *b, run *r)
{
    size_t cells = (BLOCK - (size_t)__builtin_clzll(b->ends)) / 2;
    if (cells > r->n - r->i) cells = r->n - r->i;
    real *v = r->v + r->i;
    if (cells == BLOCK / 2)
        for (int k = 0; k < BLOCK / 2; k++) v[k] = (real)(b->at[2 * k] - '0');
    else
        for (size_t k = 0; k < cells; k++) v[k] = (real)(b->at[2 * k] - '0');
    r->i += cells;
    r->at += 2 * cells;
}

/* All have one to four digits, or to eight. */
static inline void read_whole(const block *b, unsigned most, run *r)
{
    size_t begin = 0, i = r->i;
    for (uint64_t ends = b->ends; ends && i < r->n; ends &= ends - 1) {
        size_t end = (size_t)__builtin_ctzll(ends), n = end - begin;
        const char *p = b->at + begin;
        r->v[i++] = most == 4 ? (real)(int32_t)four_digits(p, n) : (real)(int32_t)eight_digits(p, n);
        begin = end + 1;
    }
    r->i = i;
    r->at = b->at + begin;
}

/* Any cells; false if it stopped before one that is no plain number. */
static inline bool read_any(const block *b, glia__csv *c, run *r)
{
    size_t begin = 0, i = r->i;
    bool   plain = true;
    for (uint64_t ends = b->ends; ends && i < r->n; ends &= ends - 1) {
        size_t end = (size_t)__builtin_ctzll(ends);
        double value;
        if (begin == end) {
            r->v[i++] = (real)NAN;
            c->empty++;
        } else if ((plain = read_cell(b, begin, end, &value))) {
            r->v[i++] = (real)value;
        } else {
            break;
        }
        begin = end + 1;
    }
    r->i = i;
    r->at = b->at + begin;
    return plain;
}

static inline bool read_block(const block *b, glia__csv *c, run *r)
{
    switch (longest(b)) {
    case 1: read_ones(b, r); return true;
    case 4: read_whole(b, 4, r); return true;
    case 8: read_whole(b, 8, r); return true;
    default: return read_any(b, c, r);
    }
}

size_t glia__csv_numbers(glia__csv *c, const char **at, real *v, size_t n)
{
    run  r = {.at = *at, .v = v, .n = n};
    bool plain = true;
    while (plain && r.i < r.n && r.at <= c->end) {
        block b = look(c, r.at);
        plain = b.ends && read_block(&b, c, &r);
    }
    *at = r.at <= c->end ? r.at : NULL;
    return r.i;
}
