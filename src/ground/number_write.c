/* Writing numbers, the same in every locale: the shortest text that reads back as the same number, and of those the
 * nearest.
 *
 * The free-format algorithm of R. G. Burger and R. K. Dybvig, "Printing floating-point numbers quickly and accurately",
 * 1996. In exact whole numbers it makes digit after digit of the value, until what is left is less than half the way to
 * the neighbouring values. Numbers look as printf's %g has them. */
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "ground/text.h"

/* ---- whole numbers of any length -------------------------------------------------------------------------------- */

/* The least double is 2^-1074: with all that is done to it, no number here reaches 2^1100. */
enum { BIG_WORDS = 35 };
typedef struct big {
    size_t   count;
    uint32_t word[BIG_WORDS]; /* lowest first; word[count - 1] is not 0 */
} big;

static void big_times(big *a, uint32_t factor)
{
    uint64_t carry = 0;
    for (size_t i = 0; i < a->count; i++) {
        carry += (uint64_t)a->word[i] * factor;
        a->word[i] = (uint32_t)carry;
        carry >>= 32;
    }
    if (carry > 0) a->word[a->count++] = (uint32_t)carry;
}

/* value * 2^power */
static big big_make(uint64_t value, int power)
{
    big a = {.count = (size_t)power / 32};
    for (; value > 0; value >>= 32) a.word[a.count++] = (uint32_t)value;
    big_times(&a, UINT32_C(1) << power % 32);
    return a;
}

static void big_times_ten_to(big *a, int power)
{
    for (; power >= 9; power -= 9) big_times(a, 1000000000);
    for (; power > 0; power--) big_times(a, 10);
}

static uint32_t word_of(const big *a, size_t i)
{
    return i < a->count ? a->word[i] : 0;
}

static void big_plus(big *sum, const big *a, const big *b)
{
    uint64_t carry = 0;
    sum->count = a->count > b->count ? a->count : b->count;
    for (size_t i = 0; i < sum->count; i++) {
        carry += (uint64_t)word_of(a, i) + word_of(b, i);
        sum->word[i] = (uint32_t)carry;
        carry >>= 32;
    }
    if (carry > 0) sum->word[sum->count++] = (uint32_t)carry;
}

/* a -= b; b <= a */
static void big_minus(big *a, const big *b)
{
    uint64_t borrow = 0;
    for (size_t i = 0; i < a->count; i++) {
        uint64_t rest = (uint64_t)a->word[i] - word_of(b, i) - borrow;
        a->word[i] = (uint32_t)rest;
        borrow = rest >> 63;
    }
    while (a->count > 0 && a->word[a->count - 1] == 0) a->count--;
}

static int big_compare(const big *a, const big *b)
{
    if (a->count != b->count) return a->count < b->count ? -1 : 1;
    for (size_t i = a->count; i-- > 0;)
        if (a->word[i] != b->word[i]) return a->word[i] < b->word[i] ? -1 : 1;
    return 0;
}

/* ---- the digits ------------------------------------------------------------------------------------------------- */

/* 0.d1d2d3... * 10^point */
typedef struct digits {
    char text[DBL_DECIMAL_DIG + 1];
    int  count, point;
} digits;

/* The value is rest / unit. All numbers above (rest - below) / unit and under (rest + above) / unit read back as it,
 * and those two themselves if `ends`: a reader rounds a tie to the even mantissa. */
typedef struct range {
    big  rest, unit, below, above;
    bool ends;
} range;

/* mantissa * 2^exponent. The neighbour below a power of two is only half as far as the one above, but for the least. */
static range range_of(uint64_t mantissa, int exponent, bool power_of_two)
{
    int   up = exponent > 0 ? exponent : 0, down = exponent < 0 ? -exponent : 0;
    range r = {.rest = big_make(mantissa, up + 1 + power_of_two),
               .unit = big_make(1, down + 1 + power_of_two),
               .below = big_make(1, up),
               .above = big_make(1, up + power_of_two),
               .ends = mantissa % 2 == 0};
    return r;
}

static void range_times_ten_to(range *r, int power)
{
    big_times_ten_to(&r->rest, power);
    big_times_ten_to(&r->below, power);
    big_times_ten_to(&r->above, power);
}

static bool reaches_unit(const range *r)
{
    big high;
    big_plus(&high, &r->rest, &r->above);
    return big_compare(&high, &r->unit) >= !r->ends;
}

static bool reaches_zero(const range *r)
{
    return big_compare(&r->rest, &r->below) < r->ends;
}

/* Scales by a power of ten so that the range's upper end is in 1/10 .. 1; returns the power. `estimate` may be one
 * too small. */
static int range_scale(range *r, int estimate)
{
    if (estimate >= 0)
        big_times_ten_to(&r->unit, estimate);
    else
        range_times_ten_to(r, -estimate);
    if (!reaches_unit(r)) return estimate;
    big_times_ten_to(&r->unit, 1);
    return estimate + 1;
}

/* The last digit goes up if only that reads back, or if that is nearer: of two as near, the even one is taken. */
static bool goes_up(range *r, char digit, bool low, bool high)
{
    big_plus(&r->rest, &r->rest, &r->rest);
    int beyond_half = big_compare(&r->rest, &r->unit);
    return high && (!low || beyond_half > 0 || (beyond_half == 0 && digit % 2 == 1));
}

static digits shortest(range *r, int estimate)
{
    digits d = {.point = range_scale(r, estimate)};
    bool   low, high;
    char   digit;
    do {
        digit = '0';
        range_times_ten_to(r, 1);
        for (; big_compare(&r->rest, &r->unit) >= 0; digit++) big_minus(&r->rest, &r->unit);
        low = reaches_zero(r);
        high = reaches_unit(r);
        d.text[d.count++] = digit;
    } while (!low && !high);
    if (goes_up(r, digit, low, high)) d.text[d.count - 1]++;
    return d;
}

/* ---- the text --------------------------------------------------------------------------------------------------- */

/* More digits before the point, or more zeros behind it, are written with an exponent. */
enum { LONGEST_WHOLE = 16, MOST_ZEROS = 3 };

static char *put(char *at, const char *bytes, int n)
{
    memcpy(at, bytes, (size_t)n);
    return at + n;
}

static char *put_zeros(char *at, int n)
{
    memset(at, '0', (size_t)n);
    return at + n;
}

static char *put_plain(char *at, const digits *d)
{
    int whole = d->point < 0 ? 0 : d->point < d->count ? d->point : d->count;
    at = whole > 0 ? put(at, d->text, whole) : put_zeros(at, 1);
    if (d->point > d->count) at = put_zeros(at, d->point - d->count);
    if (d->count == whole) return at;
    *at++ = '.';
    if (d->point < 0) at = put_zeros(at, -d->point);
    return put(at, d->text + whole, d->count - whole);
}

static char *put_scientific(char *at, const digits *d)
{
    *at++ = d->text[0];
    if (d->count > 1) *at++ = '.';
    at = put(at, d->text + 1, d->count - 1);
    return at + sprintf(at, "e%+03d", d->point - 1);
}

static char *put_whole(char *at, uint32_t value)
{
    char  reversed[10];
    char *last = reversed;
    do *last++ = (char)('0' + value % 10);
    while (value /= 10);
    while (last > reversed) *at++ = *--last;
    return at;
}

/* A finite value, not negative, of a type with `precision` bits of mantissa whose least positive value is 2^least. */
static char *put_magnitude(char *at, double value, int precision, int least)
{
    int exponent;
    if (value < (1 << FLT_MANT_DIG) && value == (uint32_t)value) return put_whole(at, (uint32_t)value);
    frexp(value, &exponent); /* value < 2^exponent */
    int      step = exponent - precision > least ? exponent - precision : least;
    uint64_t mantissa = (uint64_t)ldexp(value, -step);
    bool     power_of_two = mantissa == UINT64_C(1) << (precision - 1) && step > least;
    range    r = range_of(mantissa, step, power_of_two);
    digits   d = shortest(&r, (int)ceil((exponent - 1) * 0.30102999566398120 - 1e-10)); /* log10(2) */
    bool     plain = d.point >= -MOST_ZEROS && d.point <= LONGEST_WHOLE;
    return plain ? put_plain(at, &d) : put_scientific(at, &d);
}

static size_t write_number(char text[32], double value, int precision, int least)
{
    char *at = text;
    if (!text) return 0;
    if (signbit(value) && !isnan(value)) *at++ = '-';
    if (isfinite(value))
        at = put_magnitude(at, fabs(value), precision, least);
    else
        at = put(at, isnan(value) ? "nan" : "inf", 3);
    *at = '\0';
    return (size_t)(at - text);
}

size_t glia_number_write(char text[32], double value)
{
    return write_number(text, value, DBL_MANT_DIG, DBL_MIN_EXP - DBL_MANT_DIG);
}

/* A few floats have a shortest form that, read as a double and then rounded to float, is rounded twice and becomes
 * their neighbour (7.038531e-26 is one): they are written as the double they are. */
size_t glia_number_write_float(char text[32], float value)
{
    size_t n = write_number(text, (double)value, FLT_MANT_DIG, FLT_MIN_EXP - FLT_MANT_DIG);
    double back;
    if (n == 0 || isnan(value)) return n;
    glia__number_read(text, text + n, &back);
    return (float)back == value ? n : glia_number_write(text, (double)value);
}
