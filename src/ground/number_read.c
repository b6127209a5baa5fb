/* Reading numbers, the same in every locale: bit for bit what strtod gives in the C locale.
 *
 * W. D. Clinger, "How to read floating point numbers accurately", 1990: a whole number of at most 2^53 times a power of
 * ten up to 22 is a product or quotient of two doubles that are exact, so one rounding gives the right result. All
 * others go to strtod, rewritten as at most 801 digits and an exponent. */
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ground/text.h"

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* ---- what is written -------------------------------------------------------------------------------------------- */

enum { MANTISSA_DIGITS = 19 }; /* always fit 64 bits */

/* digits * 10^power: the digits from the first that is not 0 on, as an integer */
typedef struct decimal {
    uint64_t mantissa;    /* of the first 19 digits at most */
    size_t   significant; /* how many digits there are      */
    int64_t  power;
} decimal;

static const char *scan_digits(const char *at, const char *end, decimal *d)
{
    for (; at < end && is_digit(*at); at++) {
        if (d->significant == 0 && *at == '0') continue;
        if (d->significant++ < MANTISSA_DIGITS) d->mantissa = 10 * d->mantissa + (uint64_t)(*at - '0');
    }
    return at;
}

/* Digits with at most one point; `text` if there is no digit. */
static const char *scan_mantissa(const char *text, const char *end, decimal *d)
{
    const char *at = scan_digits(text, end, d);
    size_t      digits = (size_t)(at - text);
    if (at < end && *at == '.') {
        const char *fraction = at + 1;
        at = scan_digits(fraction, end, d);
        d->power = -(at - fraction);
        digits += (size_t)(at - fraction);
    }
    return digits > 0 ? at : text;
}

/* An e with a whole number, which is added to d->power; `text` if there is none. */
static const char *scan_exponent(const char *text, const char *end, decimal *d)
{
    const int64_t most = INT64_MAX / 100; /* beyond the length of any text, and sums of it do not overflow */
    const char   *at = text;
    int64_t       power = 0;
    if (at == end || (*at | ' ') != 'e') return text;
    at++;
    bool negative = at < end && *at == '-';
    if (at < end && (*at == '-' || *at == '+')) at++;
    if (at == end || !is_digit(*at)) return text;
    for (; at < end && is_digit(*at); at++)
        if (power < most) power = 10 * power + (*at - '0');
    d->power += negative ? -power : power;
    return at;
}

/* ---- what it is worth ------------------------------------------------------------------------------------------- */

/* No double, and no middle between two, has more than 768 significant digits: of further ones it only matters whether
 * they are all 0, and a single 1 stands for them. */
enum { DIGITS_KEPT = 800, POWER_MOST = 99999 };

static double read_long(const char *text, const char *end, const decimal *d)
{
    char    copy[DIGITS_KEPT + 16];
    size_t  n = 0;
    bool    more = false;
    int64_t power = d->power;
    for (; text < end; text++) {
        if (!is_digit(*text) || (n == 0 && *text == '0')) continue;
        if (n < DIGITS_KEPT)
            copy[n++] = *text;
        else
            more |= *text != '0';
    }
    power += (int64_t)(d->significant - n) - more;
    if (more) copy[n++] = '1';
    if (power > POWER_MOST) power = POWER_MOST;
    if (power < -POWER_MOST) power = -POWER_MOST;
    sprintf(copy + n, "e%d", (int)power);
    return strtod(copy, NULL); /* which looks at the locale for nothing but the point, and here is none */
}

/* The same in numbers of 64 bits, which hold any 19 digits and the powers of ten up to 27. Their result is rounded a
 * second time, to a double: that is right unless it lies in the middle between two, where the first rounding may have
 * brought it. */
static bool make_wide(uint64_t mantissa, int64_t power, double *value)
{
#if LDBL_MANT_DIG == 64 && (defined __x86_64__ || defined __i386__)
    static const long double power_of_ten[] = {1e0L,  1e1L,  1e2L,  1e3L,  1e4L,  1e5L,  1e6L,  1e7L,  1e8L,  1e9L,
                                               1e10L, 1e11L, 1e12L, 1e13L, 1e14L, 1e15L, 1e16L, 1e17L, 1e18L, 1e19L,
                                               1e20L, 1e21L, 1e22L, 1e23L, 1e24L, 1e25L, 1e26L, 1e27L};
    const int64_t            most = sizeof power_of_ten / sizeof *power_of_ten - 1;
    if (power < -most || power > most) return false;
    long double wide =
        power < 0 ? (long double)mantissa / power_of_ten[-power] : (long double)mantissa * power_of_ten[power];
    uint64_t bits;
    memcpy(&bits, &wide, sizeof bits);
    *value = (double)wide;
    return (bits & 0x7FF) != 0x400;
#else
    (void)mantissa, (void)power, (void)value;
    return false;
#endif
}

bool glia__number_make(uint64_t mantissa, int64_t power, double *value)
{
    static const double power_of_ten[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                          1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    const int64_t       most = sizeof power_of_ten / sizeof *power_of_ten - 1;
    const bool          small = mantissa <= UINT64_C(1) << DBL_MANT_DIG;
    if (FLT_EVAL_METHOD != 0 || !small || power < -most || power > most) return make_wide(mantissa, power, value);
    *value = power < 0 ? (double)mantissa / power_of_ten[-power] : (double)mantissa * power_of_ten[power];
    return true;
}

static double read_decimal(const char *text, const char *end, const decimal *d)
{
    double value = 0;
    if (d->significant == 0) return 0;
    if (d->significant <= MANTISSA_DIGITS && glia__number_make(d->mantissa, d->power, &value)) return value;
    return read_long(text, end, d);
}

/* inf, infinity or nan in letters of either case; `text` if it is none of them. */
static const char *read_word(const char *text, const char *end, double *value)
{
    static const struct {
        const char *name;
        double      value;
    } words[] = {{"infinity", INFINITY}, {"inf", INFINITY}, {"nan", NAN}};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        size_t n = 0;
        while (words[i].name[n] && text + n < end && (text[n] | ' ') == words[i].name[n]) n++;
        if (words[i].name[n]) continue;
        *value = words[i].value;
        return text + n;
    }
    return text;
}

static const char *read_any(const char *text, const char *end, double *value)
{
    decimal     d = {0};
    double      magnitude = 0;
    bool        negative = text < end && *text == '-';
    const char *begin = text + (text < end && (*text == '-' || *text == '+'));
    const char *at = scan_mantissa(begin, end, &d), *after = at;
    if (at > begin) {
        after = scan_exponent(at, end, &d);
        magnitude = read_decimal(begin, at, &d);
    } else {
        after = read_word(begin, end, &magnitude);
        if (after == begin) return text;
    }
    *value = negative ? -magnitude : magnitude;
    return after;
}

/* Most of a table of whole numbers is read by this loop alone. */
const char *glia__number_read(const char *text, const char *end, double *value)
{
    const char *at = text, *stop = end - text > 9 ? text + 9 : end;
    uint32_t    whole = 0;
    for (; at < stop && is_digit(*at); at++) whole = 10 * whole + (uint32_t)(*at - '0');
    if (at == text || (at < end && (is_digit(*at) || *at == '.' || (*at | ' ') == 'e')))
        return read_any(text, end, value);
    *value = whole;
    return at;
}

/* Only letters of the words, digits, signs and the point can be part of a number. */
const char *glia_number_read(const char *text, double *value)
{
    if (!text || !value) return text;
    return glia__number_read(text, text + strspn(text, "+-.0123456789aefintyAEFINTY"), value);
}
