/* Plain decimal numbers in the cells of a CSV: 12, -3, 0.25, 1.5e-3, and nothing in an empty one. Most cells of large
 * tables are such, and their lengths cannot be foretold: a branch on them costs more than all the rest. So the bytes
 * are looked at in blocks of 64, each of which becomes two words of 64 bits, one with the ends of the cells and one
 * with the digits. A few operations on those tell what kind of cells the block holds; then its cells are read by one
 * loop for all of that kind, in which a number's digits are the bytes of a word. */
#include <math.h>
#include <string.h>

#include "data/bytes.h"
#include "data/csv.h"
#include "ground/bits.h"

enum { BLOCK = GLIA__BYTES, WORD = 8, FEW = 3 };

/* ---- digits ----------------------------------------------------------------------------------------------------- */

/* The n digits before `end` as bytes 0 to 9, n from 0 to 8, zeros before them: what stands there is masked. */
static inline uint64_t take(const char *end, size_t n)
{
    static const uint64_t digits[WORD + 1] = {0,
                                              UINT64_C(0x0F00000000000000),
                                              UINT64_C(0x0F0F000000000000),
                                              UINT64_C(0x0F0F0F0000000000),
                                              UINT64_C(0x0F0F0F0F00000000),
                                              UINT64_C(0x0F0F0F0F0F000000),
                                              UINT64_C(0x0F0F0F0F0F0F0000),
                                              UINT64_C(0x0F0F0F0F0F0F0F00),
                                              UINT64_C(0x0F0F0F0F0F0F0F0F)};
    return glia__eight(end - WORD) & digits[n];
}

/* What such digits are worth: they are added up in pairs, fours and eights. */
static inline uint64_t eight_digits(uint64_t word)
{
    word = (word * 10 + (word >> 8)) & 0x00FF00FF00FF00FFu;
    word = (word * 100 + (word >> 16)) & 0x0000FFFF0000FFFFu;
    return (word * 10000 + (word >> 32)) & 0xFFFFFFFFu;
}

/* The number `before` with the n digits at p written behind it; n from 1 on. */
static inline uint64_t append_digits(uint64_t before, const char *p, size_t n)
{
    static const uint32_t ten_to[WORD + 1] = {1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000};
    for (; n > WORD; n -= WORD, p += WORD) before = before * ten_to[WORD] + eight_digits(take(p + WORD, WORD));
    return before * ten_to[n] + eight_digits(take(p + n, n));
}

/* ---- blocks ----------------------------------------------------------------------------------------------------- */

/* A block begins where a cell does, and has the cells whose ends lie in it. Bit i stands for at[i]. */
typedef struct block {
    const char *at;
    uint64_t    ends; /* delimiters, and the end of the record */
    uint64_t    all;  /* up to the last end                    */
    uint64_t    digits;
    uint64_t    minus, points; /* of WHOLE and DECIMALS */
} block;

/* The lowest n of the bits. */
static inline uint64_t lowest_of(uint64_t bits, size_t n)
{
    uint64_t others = bits;
    if (glia__count(bits) <= n) return bits;
    for (size_t i = 0; i < n; i++) others &= others - 1;
    return bits ^ others;
}

/* The block that begins at `at`, with not more than n cells; false if there is no end of a cell in it. */
static inline bool look(const glia__csv *c, const char *at, size_t n, block *b)
{
    size_t   left = (size_t)(c->end - at);
    uint64_t ends = glia__where(at, c->delimiter);
    uint64_t last = (uint64_t)(left < BLOCK) << left % BLOCK; /* the end of the record, if it lies in the block */
    ends = (ends & (last - 1)) | last;
    if (n < BLOCK) ends = lowest_of(ends, n);
    if (!ends) return false;
    *b = (block){.at = at, .ends = ends, .all = ~UINT64_C(0) >> __builtin_clzll(ends)};
    b->digits = glia__where_digits(at) & b->all;
    return true;
}

/* What the cells of a block are; of several that fit, the first. */
typedef enum kind {
    ONES,     /* one digit each     */
    FOURS,    /* one to four digits */
    WHOLE,    /* -12, or nothing: not more than eight digits */
    DECIMALS, /* the same, or 0.25: not more than eight digits before a point and behind it */
    ANY
} kind;

/* Whether all cells have digits with at most a minus before and a point among them, or nothing. */
static inline bool are_decimals(block *b)
{
    uint64_t points = glia__where(b->at, '.') & b->all, minus = glia__where(b->at, '-') & b->all;
    uint64_t twice = ((~b->ends & b->all) + points) & points; /* adding a point makes all 0 up to the cell's end */
    bool     known = (b->digits | b->ends | points | minus) == b->all;
    bool     placed = !(minus & ~(b->ends << 1 | 1)) && !(minus << 1 & ~b->digits) && !(points & ~(b->digits << 1));
    b->minus = minus;
    b->points = points;
    return known && placed && !twice;
}

static inline kind kind_of(block *b)
{
    uint64_t digits = b->digits, two = digits & digits << 1, four = two & two << 2;
    bool     whole = (digits | b->ends) == b->all && !(b->ends & (b->ends << 1 | 1));
    if (whole && !(four & digits << 4)) return two ? FOURS : ONES;
    if ((four & four << 4 & digits << 8) || !are_decimals(b)) return ANY;
    return b->points ? DECIMALS : WHOLE;
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
    while (begin < end && at[begin] == ' ') begin++;
    if (begin == end) return false;
    bool negative = at[begin] == '-';
    begin += negative;
    size_t whole = glia__lowest(~(b->digits >> begin)), stop = begin + whole, after = 0;
    if (whole == 0 || whole > DIGITS_MOST) return false;
    uint64_t digits = append_digits(0, at + begin, whole);
    if (at[stop] == '.' && stop < end) {
        after = glia__lowest(~(b->digits >> stop >> 1));
        if (whole + after > DIGITS_MOST) return false;
        if (after) digits = append_digits(digits, at + stop + 1, after);
        stop += 1 + after;
    }
    int power = -(int)after;
    if (stop < end && !((at[stop] | ' ') == 'e' && add_exponent(at + stop + 1, at + end, &power))) return false;
    if (!make_number(digits, power, value)) return false;
    *value *= negative ? -1.0 : 1.0;
    return true;
}

bool glia__csv_number(const glia__cell *cell, double *value)
{
    size_t n = (size_t)(cell->end - cell->begin);
    if (n == 0) return false;
    if (n <= WORD && glia__lowest(~glia__which_are_digits(cell->begin)) >= n) {
        *value = (double)(int64_t)eight_digits(take(cell->end, n));
        return true;
    }
    const block b = {.at = cell->begin, .digits = glia__where_digits(cell->begin)};
    return (n < BLOCK && read_cell(&b, 0, n, value)) || glia__text_number(cell->begin, cell->end, value);
}

/* ---- the cells of a block --------------------------------------------------------------------------------------- */

/* What is being read: it goes to v[i] and on, and the next cell begins at `at`. */
typedef struct run {
    const char *at;
    real       *v;
    size_t      i, n;
} run;

static inline void advance(run *r, const block *b, size_t cells)
{
    r->i += cells;
    r->at += BLOCK - (size_t)__builtin_clzll(b->all);
}

/* All are one digit. */
static inline void read_ones(const block *b, run *r)
{
    size_t cells = (BLOCK - (size_t)__builtin_clzll(b->ends)) / 2;
    real  *v = r->v + r->i;
    if (cells == BLOCK / 2)
        for (int k = 0; k < BLOCK / 2; k++) v[k] = (real)(b->at[2 * k] - '0');
    else
        for (size_t k = 0; k < cells; k++) v[k] = (real)(b->at[2 * k] - '0');
    advance(r, b, cells);
}

/* What words of the digits a b c d are worth: first 10 a + b and 10 c + d, then 100 times the one plus the other. */
static inline void sum_fours(const uint32_t *word, size_t n, real *v)
{
    size_t k = 0;
#if defined(__SSE2__) && !defined(GLIA_DOUBLE)
    const __m128i first = _mm_set1_epi16(0xFF), ten = _mm_set1_epi16(10), hundreds = _mm_set1_epi32(1 << 16 | 100);
    for (; k + 4 <= n; k += 4) {
        const __m128i four = _mm_loadu_si128((const __m128i *)(const void *)(word + k));
        const __m128i pair = _mm_add_epi16(_mm_mullo_epi16(_mm_and_si128(four, first), ten), _mm_srli_epi16(four, 8));
        _mm_storeu_ps(v + k, _mm_cvtepi32_ps(_mm_madd_epi16(pair, hundreds)));
    }
#endif
    for (; k < n; k++) {
        uint32_t w = (word[k] * 10 + (word[k] >> 8)) & 0x00FF00FFu;
        v[k] = (real)(int32_t)((w * 100 + (w >> 16)) & 0xFFFFu);
    }
}

/* All have one to four digits. */
static inline void read_fours(const block *b, run *r)
{
    uint32_t word[BLOCK / 2];
    size_t   begin = 0, cells = 0;
    for (uint64_t ends = b->ends; ends; ends &= ends - 1) {
        size_t end = glia__lowest(ends);
        word[cells++] = (uint32_t)(take(b->at + end, end - begin) >> 32);
        begin = end + 1;
    }
    sum_fours(word, cells, r->v + r->i);
    advance(r, b, cells);
}

/* Any cells; false if it stopped before one that is no plain number. */
static inline bool read_any(const block *b, glia__csv *c, run *r)
{
    size_t begin = 0, i = r->i;
    bool   plain = true;
    for (uint64_t ends = b->ends; ends; ends &= ends - 1) {
        size_t end = glia__lowest(ends);
        double value;
        if (begin == end) {
            r->v[i++] = (real)NAN;
            c->empty++;
        } else if ((plain = read_cell(b, begin, end, &value) && glia__fits_real(value))) {
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

/* The digits of a block's numbers before and behind the point, and the power of ten that the point divides them by,
 * with the sign of the number; what is empty is divided by NaN. */
typedef struct parts {
    uint64_t whole[BLOCK], after[BLOCK];
    double   divisor[BLOCK];
    size_t   n, empty;
} parts;

static const double divisor[3][WORD + 1] = {{1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8},
                                            {-1e0, -1e1, -1e2, -1e3, -1e4, -1e5, -1e6, -1e7, -1e8},
                                            {(double)NAN}};

/* Takes decimals apart, or whole numbers, which have nothing behind a point. */
static inline void take_apart(const block *b, bool has_points, parts *part)
{
    size_t begin = 0, k = 0, empty = 0;
    for (uint64_t ends = b->ends; ends; k++, ends &= ends - 1) {
        size_t end = glia__lowest(ends), negative = b->minus >> begin & 1, nothing = begin == end, after = 0;
        begin += negative;
        size_t point = has_points ? begin + glia__lowest(~(b->digits >> begin)) : end;
        if (has_points) {
            after = end - point - (point < end);
            part->after[k] = take(b->at + end, after);
        }
        part->whole[k] = take(b->at + point, point - begin);
        part->divisor[k] = divisor[negative + 2 * nothing][after];
        empty += nothing;
        begin = end + 1;
    }
    part->n = k;
    part->empty = empty;
}

/* What the words of eight digits are worth. */
static inline void sum_up(const uint64_t *word, size_t n, double *value)
{
#ifdef __SSE2__
    const __m128i fours = _mm_setr_epi16(1000, 100, 10, 1, 1000, 100, 10, 1), zero = _mm_setzero_si128();
    const __m128i eights = _mm_setr_epi16(10000, 10000, 1, 1, 10000, 10000, 1, 1);
    for (size_t k = 0; k < n; k += 2) {
        const __m128i two = _mm_loadu_si128((const __m128i *)(const void *)(word + k));
        const __m128i first = _mm_madd_epi16(_mm_unpacklo_epi8(two, zero), fours);
        const __m128i second = _mm_madd_epi16(_mm_unpackhi_epi8(two, zero), fours);
        const __m128i sum = _mm_madd_epi16(_mm_packs_epi32(first, second), eights);
        const __m128i both = _mm_add_epi32(sum, _mm_srli_epi64(sum, 32));
        _mm_storeu_pd(value + k, _mm_cvtepi32_pd(_mm_shuffle_epi32(both, _MM_SHUFFLE(3, 1, 2, 0))));
    }
#else
    for (size_t k = 0; k < n; k++) value[k] = (double)(int64_t)eight_digits(word[k]);
#endif
}

static inline void read_whole(const block *b, glia__csv *c, run *r)
{
    parts  part;
    double whole[BLOCK];
    real  *v = r->v + r->i;
    take_apart(b, false, &part);
    sum_up(part.whole, part.n, whole);
    for (size_t k = 0; k < part.n; k++) v[k] = (real)(whole[k] * part.divisor[k]);
    c->empty += part.empty;
    advance(r, b, part.n);
}

/* All are decimals; false if one has more digits than a double is exact for. */
static inline bool read_decimals(const block *b, glia__csv *c, run *r)
{
    parts  part;
    double whole[BLOCK], after[BLOCK];
    bool   inexact = false;
    real  *v = r->v + r->i;
    take_apart(b, true, &part);
    sum_up(part.whole, part.n, whole);
    sum_up(part.after, part.n, after);
    for (size_t k = 0; k < part.n; k++) {
        double number = whole[k] * fabs(part.divisor[k]) + after[k];
        inexact |= number >= 0x1p53; /* if only by rounding */
        v[k] = (real)(number / part.divisor[k]);
    }
    if (inexact) return false;
    c->empty += part.empty;
    advance(r, b, part.n);
    return true;
}

static inline bool read_block(block *b, glia__csv *c, run *r)
{
    if (r->n < FEW) return read_any(b, c, r);
    switch (kind_of(b)) {
    case ONES: read_ones(b, r); return true;
    case FOURS: read_fours(b, r); return true;
    case WHOLE: read_whole(b, c, r); return true;
    case DECIMALS: return read_decimals(b, c, r) || read_any(b, c, r);
    default: return read_any(b, c, r);
    }
}

size_t glia__csv_numbers(glia__csv *c, const char **at, real *v, size_t n)
{
    run  r = {.at = *at, .v = v, .n = n};
    bool plain = true;
    while (plain && r.i < r.n && r.at <= c->end) {
        block b;
        plain = look(c, r.at, r.n - r.i, &b) && read_block(&b, c, &r);
    }
    *at = r.at <= c->end ? r.at : NULL;
    return r.i;
}
