/* Numbers as text: reading is bit-equal to the C library's strtod in the C locale, writing is the shortest text that
 * reads back, and neither minds the locale. */
#include <float.h>
#include <ftw.h>
#include <locale.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ground/text.h"
#include "help.h"

/* ---- many numbers ----------------------------------------------------------------------------------------------- */

static glia_rng *rng;

static int begin_stream(void **state)
{
    (void)state;
    return glia_rng_new(&rng, 20261122);
}

static int end_stream(void **state)
{
    (void)state;
    glia_rng_free(rng);
    return 0;
}

static uint64_t any_bits(void)
{
    uint64_t high = glia_rng_u32(rng);
    return high << 32 | glia_rng_u32(rng);
}

static double double_of(uint64_t bits)
{
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static uint64_t bits_of(double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

/* A finite double of any size: now any bits, now a subnormal, a power of two, an ordinary ratio. */
static double any_double(size_t i)
{
    const uint64_t exponent = UINT64_C(0x7FF) << 52;
    uint64_t       bits = any_bits();
    if (i % 5 == 1) bits &= ~exponent;
    if (i % 5 == 2) bits &= exponent;
    if (i % 5 == 3) return (double)(int32_t)bits / (1 + (double)(bits >> 54));
    if ((bits & exponent) == exponent) bits ^= UINT64_C(1) << 62;
    return double_of(bits);
}

/* ---- reading ---------------------------------------------------------------------------------------------------- */

/* The same bits as strtod, and the same end; also with the text's end known, and nothing behind it looked at. */
static void reads_like_strtod(const char *text)
{
    char  *want_end;
    double want = strtod(text, &want_end), got = 99, within = 99;
    size_t length = strlen(text);
    char  *alone = malloc(length ? length : 1); /* without a NUL, so that a sanitizer sees a byte too many */
    assert_non_null(alone);
    memcpy(alone, text, length);
    const char *end = glia_number_read(text, &got);
    const char *alone_end = glia__number_read(alone, alone + length, &within);
    if (end != want_end || bits_of(want) != bits_of(got))
        fail_msg("\"%.60s\" is %a to its byte %td, not %a to %td", text, got, end - text, want, want_end - text);
    if (alone_end - alone != end - text || bits_of(within) != bits_of(got)) fail_msg("\"%.60s\" within its end", text);
    free(alone);
}

/* Calls check() with each of the words of `list`. */
static void for_each_word(const char *list, void (*check)(const char *word))
{
    char word[64];
    for (int n; sscanf(list, " %63s%n", word, &n) == 1; list += n) check(word);
}

static size_t below(size_t n)
{
    return glia_rng_u32(rng) % n;
}

/* A decimal number of any shape: up to 24 digits before and behind a point, with an exponent or without. */
static void any_decimal(char *text)
{
    size_t whole = below(4) ? 1 + below(9) : below(25), after = below(4) ? below(20) : below(25);
    size_t n = 0;
    if (whole + after == 0) whole = 1;
    if (below(2)) text[n++] = '-';
    for (size_t i = 0; i < whole; i++) text[n++] = (char)('0' + below(10));
    if (after || below(8) == 0) text[n++] = '.';
    for (size_t i = 0; i < after; i++) text[n++] = (char)('0' + below(10));
    text[n] = '\0';
    if (below(4) == 0) sprintf(text + n, "e%d", (int)below(80) - 40);
}

static void decimals_of_all_shapes(void **state)
{
    char text[80];
    (void)state;
    for (size_t i = 0; i < 1000000; i++) {
        any_decimal(text);
        reads_like_strtod(text);
    }
}

/* Numbers that lie in the middle between two doubles, or almost, where rounding twice goes wrong. */
static void middles_between_doubles(void **state)
{
    char text[80];
    (void)state;
    for (size_t i = 0; i < 100000; i++) {
        uint64_t odd = (any_bits() >> 10 | UINT64_C(1) << 53) | 1; /* 54 bits */
        sprintf(text, "%llu%s", (unsigned long long)odd + below(3) - 1, below(2) ? "" : "00");
        reads_like_strtod(text);
        sprintf(text, "%.*f", (int)below(19), ldexp((double)(odd >> 1), -53) + ldexp(1, -54));
        reads_like_strtod(text);
    }
}

static void numbers_of_all_kinds(void **state)
{
    (void)state;
    for_each_word("0 -0 +0 00 -00.00e5 1 +1 -1 007 9 10 255 999999999 1234567890 4294967296 1. .5 -.5 +.5e1 0.1 0.10"
                  " 1.5,2 3; 1e5 1E5 1e+5 1e-5 1e05 1e 1e+ 1e- 1ex 1e+x 1.e3 1.5e3.5 1..2 1.2.3 1-2 0.3e 12e1e1 1_000"
                  " 8.5e-3x 6.02214076e23 7.038531e-26 1.0000000000000000000000",
                  reads_like_strtod);
    for_each_word("9007199254740991 9007199254740992 9007199254740993 9007199254740994 9007199254740995"
                  " 9999999999999999999 18446744073709551615 18446744073709551616 99999999999999999999 1e22 1e23"
                  " 123456789e-22 123456789e-23 9007199254740992e22 9007199254740993e22 9007199254740992e-22"
                  " 0.00000000000000000000000000000000000000000000000001"
                  " 100000000000000000000000000000000000000000000000000 1234567890123456789012345678901234567890e-20",
                  reads_like_strtod);
    for_each_word("1e308 1.7976931348623157e308 1.7976931348623158e308 1.7976931348623159e308 1.8e308 -1e309 1e-308"
                  " 2.2250738585072014e-308 2.2250738585072011e-308 4.9e-324 2.5e-324 2.4e-324 2.4703282292062327e-324"
                  " 2.4703282292062328e-324 1e-400 -1e-400 1e999999999999999999999 1e-999999999999999999999"
                  " 0e999999999999999999999 0.0e-999999999999999999999 1e9223372036854775807 1e-9223372036854775808"
                  " 1e18446744073709551616",
                  reads_like_strtod);
    for_each_word("inf INF -inf +Inf infinity Infinity infinit infx nan NaN -nan +NAN nanx", reads_like_strtod);
    reads_like_strtod("3 4");
    reads_like_strtod("3\n");
}

/* Nothing is read, and the value stays as it was. */
static void what_is_no_number(void **state)
{
    (void)state;
    const char *const texts[] = {"",    "-",   "+", ".", "-.", "e5", ".e5",  "+-1", "--1", "abc", " 1",
                                 "\t1", "\n1", ",", "i", "in", "na", "\xFF", "x10", "-e",  "+.e1"};
    for (size_t i = 0; i < COUNT(texts); i++) {
        double value = 7;
        assert_ptr_equal(glia_number_read(texts[i], &value), texts[i]);
        assert_ptr_equal(glia__number_read(texts[i], texts[i] + strlen(texts[i]), &value), texts[i]);
        assert_true(value == 7);
    }
    double value;
    assert_null(glia_number_read(NULL, &value));
    assert_string_equal(glia_number_read("5", NULL), "5");
}

/* Where glia stops and strtod goes on. */
static void no_hexadecimal(void **state)
{
    (void)state;
    const char *const texts[] = {"0x10", "0X1p3", "-0x1.8p1", "nan(12)"};
    const size_t      length[] = {1, 1, 2, 3};
    for (size_t i = 0; i < COUNT(texts); i++) {
        double value;
        assert_int_equal(glia_number_read(texts[i], &value) - texts[i], length[i]);
        assert_true(i == 3 ? isnan(value) : value == 0);
    }
}

static void nothing_behind_the_end_is_read(void **state)
{
    (void)state;
    const char *text = "12345.678e-9";
    const struct {
        size_t length, read;
        double value;
    } cases[] = {{0, 0, 0},         {1, 1, 1},          {5, 5, 12345},      {6, 6, 12345},         {7, 7, 12345.6},
                 {9, 9, 12345.678}, {10, 9, 12345.678}, {11, 9, 12345.678}, {12, 12, 12345.678e-9}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        double value = 0;
        assert_int_equal(glia__number_read(text, text + cases[i].length, &value) - text, cases[i].read);
        assert_true(value == cases[i].value);
    }
    double      value;
    const char *word = "-infinity";
    assert_int_equal(glia__number_read(word, word + 8, &value) - word, 4);
    assert_int_equal(glia__number_read(word, word + 3, &value) - word, 0);
}

static void random_numbers(void **state)
{
    (void)state;
    const char *const formats[] = {"%.17g", "%.9g", "%.1f", "%.6f", "%.16g", "%.3g", "%.19e", "%.25e", "%.0f"};
    char              text[400];
    for (size_t i = 0; i < 300000; i++) {
        snprintf(text, sizeof text, formats[i % COUNT(formats)], any_double(i));
        reads_like_strtod(text);
    }
}

static void random_digits(void **state)
{
    (void)state;
    char text[64];
    for (size_t i = 0; i < 200000; i++) {
        uint64_t bits = any_bits();
        unsigned whole = (unsigned)(bits >> 32) >> glia_rng_randint(rng, 0, 32);
        int      power = (int)glia_rng_randint(rng, -345, 330);
        if (i % 2)
            snprintf(text, sizeof text, "%u.%0*u", whole, (int)(1 + i % 20), (unsigned)bits);
        else
            snprintf(text, sizeof text, "%llue%d", (unsigned long long)(bits >> (i % 60)), power);
        reads_like_strtod(text);
    }
}

/* Exactly between two doubles, and a hair beside: %.*e of a long double or more digits than any double has would not
 * reach it, so the middle is printed as the exact sum of a double and half of its last place. */
static void halfway_cases(void **state)
{
    (void)state;
    char text[1600];
    for (size_t i = 0; i < 1000; i++) {
        long double low = fabsl((long double)any_double(i % 5 == 2 ? 0 : i));
        long double high = nextafter((double)low, INFINITY);
        if (isinf((double)high)) continue;
        int n = snprintf(text, sizeof text - 2, "%.1080Lf", (low + high) / 2); /* exact: 64 bits are enough */
        reads_like_strtod(text);
        strcpy(text + n, "1");
        reads_like_strtod(text);
        text[n] = '\0';
        while (text[n - 1] == '0') n--;
        if (text[n - 1] != '.') {
            text[n - 1]--;
            strcpy(text + n, "9");
        }
        reads_like_strtod(text);
    }
}

/* 2^-1075, the middle between 0 and the least double, has 752 digits; a digit far behind them decides. */
static void long_digit_strings(void **state)
{
    (void)state;
    enum { LONG = 5000 };
    char *text = malloc(LONG + 64);
    assert_non_null(text);
    for (size_t length = 700; length <= 820; length += 3) {
        snprintf(text, LONG, "%.*Le", (int)length, ldexpl(1, -1075));
        reads_like_strtod(text);
    }
    char middle[1100];
    int  n = snprintf(middle, sizeof middle, "%.1075Lf", ldexpl(1, -1075));
    for (int zeros = 0; zeros < LONG - 1100; zeros += 397) {
        memcpy(text, middle, (size_t)n);
        memset(text + n, '0', (size_t)zeros);
        strcpy(text + n + zeros, "0");
        reads_like_strtod(text);
        strcpy(text + n + zeros, "1");
        reads_like_strtod(text);
    }
    for (int i = 0; i < 100; i++) {
        size_t length = (size_t)glia_rng_randint(rng, 1, LONG);
        for (size_t k = 0; k < length; k++) text[k] = (char)('0' + glia_rng_randint(rng, 0, 10));
        if (i % 3) text[glia_rng_randint(rng, 0, (int64_t)length)] = '.';
        snprintf(text + length, 64, "e%d", (int)glia_rng_randint(rng, -(int64_t)length - 330, 10));
        reads_like_strtod(text);
    }
    free(text);
}

/* ---- writing ---------------------------------------------------------------------------------------------------- */

static void expect_written(double value, const char *want)
{
    char text[32];
    assert_int_equal(glia_number_write(text, value), strlen(want));
    assert_string_equal(text, want);
}

static void comes_back_unchanged(const char *text)
{
    double value;
    assert_int_equal(*glia_number_read(text, &value), '\0');
    expect_written(value, text);
}

static void how_numbers_look(void **state)
{
    (void)state;
    for_each_word("0 -0 3 -3 100 100000 0.1 2.5 -123.456 0.001 0.0001 1e-05 1.5e-07 0.00012345678901234567 16777215"
                  " 16777216 16777217 16777216.5 1000000000000000 1234567890123456 9007199254740992 1e+16"
                  " 1.2345678901234568e+16 1e+22 1e+100 0.3333333333333333 1.7976931348623157e+308"
                  " 2.2250738585072014e-308 5e-324 inf -inf nan",
                  comes_back_unchanged);
    expect_written(0x1p-44, "5.684341886080802e-14"); /* beside a power of two: printf's nearest is no 16 digits */
    expect_written(-NAN, "nan");
    assert_int_equal(glia_number_write(NULL, 1), 0);
}

static void float_comes_back_unchanged(const char *text)
{
    double value;
    char   back[32];
    assert_int_equal(*glia_number_read(text, &value), '\0');
    assert_int_equal(glia_number_write_float(back, (float)value), strlen(text));
    assert_string_equal(back, text);
}

static void how_floats_look(void **state)
{
    (void)state;
    for_each_word("0 -0 0.1 -0.3 0.33333334 16777216 30000000000 1e-45 3.4028235e+38 1.1754944e-38 inf -inf nan",
                  float_comes_back_unchanged);
    char text[32];
    glia_number_write_float(text, 7.038531e-26f); /* 7.038531e-26 itself would be rounded twice */
    assert_string_equal(text, "7.038530691851209e-26");
    assert_int_equal(glia_number_write_float(NULL, 1), 0);
}

/* The digits from the first to the last that is not 0; returns how many. */
static int significant_digits(const char *text, char digits[32])
{
    int count = 0, kept = 0;
    for (; *text && *text != 'e'; text++) {
        if (*text < '0' || *text > '9' || (*text == '0' && count == 0)) continue;
        digits[count++] = *text;
        if (*text != '0') kept = count;
    }
    digits[kept] = '\0';
    return kept;
}

/* printf's text with the fewest digits that reads back. Rounded to nearest, it may have one too many next to a power of
 * two, where the gap below is half of that above. */
static void fewest_digits(double value, char text[64])
{
    int n = 0;
    do snprintf(text, 64, "%.*e", n++, value);
    while (strtod(text, NULL) != value);
}

static void written_numbers_read_back(void **state)
{
    (void)state;
    char text[32], digits[32], few[64], few_digits[32];
    for (size_t i = 0; i < 100000; i++) {
        double value = any_double(i), back = 0;
        size_t length = glia_number_write(text, value);
        assert_int_equal(strlen(text), length);
        assert_ptr_equal(glia_number_read(text, &back), text + length);
        if (bits_of(back) != bits_of(value)) fail_msg("%a is written as %s", value, text);
        if (value == 0) continue;
        fewest_digits(value, few);
        int n = significant_digits(text, digits), least = significant_digits(few, few_digits);
        if (n > least || (n == least && strcmp(digits, few_digits))) fail_msg("%s is not the best for %s", text, few);
    }
}

static void written_floats_read_back(void **state)
{
    (void)state;
    char text[32], digits[32];
    for (size_t i = 0; i < 100000; i++) {
        uint32_t bits = glia_rng_u32(rng);
        float    value;
        double   back;
        memcpy(&value, &bits, sizeof value);
        if (!isfinite(value)) continue;
        size_t length = glia_number_write_float(text, value);
        assert_ptr_equal(glia_number_read(text, &back), text + length);
        if ((float)back != value || significant_digits(text, digits) > 9)
            fail_msg("%a is written as %s", (double)value, text);
    }
}

/* Whole numbers and simple fractions print what a person would write. */
static void simple_numbers_stay_simple(void **state)
{
    (void)state;
    char text[32], want[32];
    for (int whole = -2000; whole <= 2000; whole++)
        for (int tenths = 0; tenths < 10; tenths++) {
            snprintf(want, sizeof want, tenths ? "%d.%d" : "%d", whole, tenths);
            glia_number_write(text, (whole * 10 + (whole < 0 ? -tenths : tenths)) / 10.0);
            assert_string_equal(text, want);
        }
}

/* ---- locales ---------------------------------------------------------------------------------------------------- */

static char locale_folder[] = "/tmp/glia-locale-XXXXXX";

static int remove_entry(const char *path, const struct stat *at, int kind, struct FTW *walk)
{
    (void)at, (void)kind, (void)walk;
    return remove(path);
}

static void make_german(const char *path)
{
    pid_t child = fork();
    if (child == 0) {
        if (!freopen("/dev/null", "w", stdout) || !freopen("/dev/null", "w", stderr)) _exit(126);
        execlp("localedef", "localedef", "-i", "de_DE", "-f", "UTF-8", path, (char *)NULL);
        _exit(127);
    }
    if (child > 0) waitpid(child, NULL, 0);
}

/* A locale whose point is a comma: one of the machine's, or one made here if the machine has the tools. */
static bool set_comma_locale(void)
{
    const char *const names[] = {"de_DE.UTF-8", "de_DE.utf8", "fr_FR.UTF-8", "nl_NL.UTF-8", "de_DE"};
    for (size_t i = 0; i < COUNT(names); i++)
        if (setlocale(LC_ALL, names[i])) return true;
    char path[64];
    snprintf(path, sizeof path, "%s/de_DE.UTF-8", locale_folder);
    make_german(path);
    setenv("LOCPATH", locale_folder, 1);
    return setlocale(LC_ALL, "de_DE.UTF-8") != NULL;
}

static void expect_points(void)
{
    const char *const texts[] = {"1.5", "0.1", "1234.5678", "9007199254740993.5", "1.7976931348623157e308", "0.3e-320"};
    for (size_t i = 0; i < COUNT(texts); i++) {
        double value;
        assert_int_equal(*glia_number_read(texts[i], &value), '\0');
        assert_true(value > 0 && (i != 0 || value == 1.5));
    }
    double value;
    assert_string_equal(glia_number_read("1,5", &value), ",5");
    assert_string_equal(glia_number_read("9007199254740993,5", &value), ",5");
    expect_written(1234567.25, "1234567.25");
    expect_written(1e300, "1e+300");
    glia__string s = {0};
    glia__string_add_number(&s, -0.5);
    char *text = glia__string_take(&s);
    assert_string_equal(text, "-0.5");
    free(text);
}

static void a_comma_locale_changes_nothing(void **state)
{
    (void)state;
    char commas[16] = "";
    assert_non_null(mkdtemp(locale_folder));
    bool there = set_comma_locale();
    if (there) snprintf(commas, sizeof commas, "%.1f", 1.5);
    if (there) expect_points();
    setlocale(LC_ALL, "C");
    unsetenv("LOCPATH");
    nftw(locale_folder, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
    if (!there) {
        print_message("no locale with a decimal comma on this machine, and no localedef to make one\n");
        skip();
    }
    assert_string_equal(commas, "1,5"); /* the locale was what it should be */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_of_all_kinds),
        cmocka_unit_test(decimals_of_all_shapes),
        cmocka_unit_test(middles_between_doubles),
        cmocka_unit_test(what_is_no_number),
        cmocka_unit_test(no_hexadecimal),
        cmocka_unit_test(nothing_behind_the_end_is_read),
        cmocka_unit_test(random_numbers),
        cmocka_unit_test(random_digits),
        cmocka_unit_test(halfway_cases),
        cmocka_unit_test(long_digit_strings),
        cmocka_unit_test(how_numbers_look),
        cmocka_unit_test(how_floats_look),
        cmocka_unit_test(written_numbers_read_back),
        cmocka_unit_test(written_floats_read_back),
        cmocka_unit_test(simple_numbers_stay_simple),
        cmocka_unit_test(a_comma_locale_changes_nothing),
    };
    return cmocka_run_group_tests_name("number", tests, begin_stream, end_stream);
}
