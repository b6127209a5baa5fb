/* Initializers: NumPy's numbers (golden), the formulas drawn again here, moments, and mistakes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "golden.h"
#include "ground/real.h"
#include "parts/initializer.h"

enum { MANY = 40000 };

static double *drawn(const char *text, uint32_t seed, size_t in, size_t out, size_t count)
{
    glia_rng *rng;
    double   *values = calloc(count, sizeof *values);
    assert_non_null(values);
    assert_int_equal(GLIA_OK, glia_rng_new(&rng, seed));
    assert_int_equal(GLIA_OK, glia__init_check(text));
    glia__init_draw(text, rng, in, out, count, values);
    glia_rng_free(rng);
    return values;
}

/* ---- NumPy's numbers ------------------------------------------------------------------------------------------- */

static void draws_are_numpys(void **state)
{
    (void)state;
    static const struct {
        const char *name, *array, *text;
        uint32_t    seed;
    } cases[] = {
        {"numpy_rng/seed_0", "uniform", "uniform:-0.5:0.5", 0},
        {"numpy_rng/seed_42", "uniform", "uniform:-0.5:0.5", 42},
        {"numpy_rng/seed_0", "normal_3_05", "normal:3:0.5", 0},
        {"numpy_rng/seed_42", "normal_3_05", "normal:mean=3:sd=0.5", 42},
        {"numpy_rng/seed_0", "standard_normal", "normal", 0},
        {"numpy_rng/seed_42", "standard_normal", "normal:0:1", 42},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        golden_case        *c = golden_open(cases[i].name);
        const golden_array *want = golden_get(c, cases[i].array);
        double             *values = drawn(cases[i].text, cases[i].seed, 3, 4, want->count);
        golden_expect_bits(want, values);
        free(values);
        golden_close(c);
    }
}

/* ---- the formulas ---------------------------------------------------------------------------------------------- */

/* IN and OUT are such that no two of the formulas agree. */
enum { IN = 7, OUT = 50 };

static const struct formula {
    const char *text;
    bool        normal;
    double      a; /* bound, or standard deviation, squared */
} formulas[] = {
    {"xavier", false, 6.0 / (IN + OUT)},
    {"xavier_uniform", false, 6.0 / (IN + OUT)},
    {"xavier_normal", true, 2.0 / (IN + OUT)},
    {"he", true, 2.0 / IN},
    {"he_normal", true, 2.0 / IN},
    {"he_uniform", false, 6.0 / IN},
    {"lecun", true, 1.0 / IN},
    {"torch", false, 1.0 / IN},
    {"uniform:-2:2", false, 4},
    {"normal:0:0.5", true, 0.25},
};

static void draws_follow_the_formulas(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof formulas / sizeof *formulas; i++) {
        const struct formula *f = &formulas[i];
        double               *values = drawn(f->text, 9, IN, OUT, MANY), mean = 0, square = 0, a = sqrt(f->a);
        glia_rng             *rng;
        assert_int_equal(GLIA_OK, glia_rng_new(&rng, 9));
        for (size_t j = 0; j < MANY; j++) {
            double want = f->normal ? a * glia_rng_randn(rng) : -a + 2 * a * glia_rng_rand(rng);
            if (!golden_near(values[j], want, 1e-14, 1e-15)) fail_msg("%s: %g, not %g", f->text, values[j], want);
            mean += values[j] / MANY;
            square += values[j] * values[j] / MANY;
        }
        double variance = f->normal ? f->a : f->a / 3;
        assert_true(fabs(mean) < 5 * sqrt(variance / MANY));
        assert_true(golden_near(square, variance, 0.03, 0));
        glia_rng_free(rng);
        free(values);
    }
}

static void constants_draw_nothing(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        double      value;
    } cases[] = {{"zeros", 0}, {"constant:0.5", 0.5}, {"constant:-1e-3", -1e-3}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        glia_rng *rng, *fresh;
        double    values[5] = {7, 7, 7, 7, 7};
        assert_int_equal(GLIA_OK, glia_rng_new(&rng, 3));
        assert_int_equal(GLIA_OK, glia_rng_new(&fresh, 3));
        assert_int_equal(GLIA_OK, glia__init_check(cases[i].text));
        glia__init_draw(cases[i].text, rng, 2, 2, 4, values);
        for (size_t j = 0; j < 4; j++) assert_true(values[j] == cases[i].value);
        assert_true(values[4] == 7);
        assert_int_equal(glia_rng_u32(fresh), glia_rng_u32(rng));
        glia_rng_free(fresh);
        glia_rng_free(rng);
    }
}

/* One draw after the other from the same stream: a layer's weight, then its bias. */
static void draws_go_on_in_the_stream(void **state)
{
    (void)state;
    double   *all = drawn("torch", 5, 3, 4, 16), parts[16];
    glia_rng *rng;
    assert_int_equal(GLIA_OK, glia_rng_new(&rng, 5));
    glia__init_draw("torch", rng, 3, 4, 12, parts);
    glia__init_draw("torch", rng, 3, 4, 4, parts + 12);
    assert_memory_equal(all, parts, sizeof parts);
    glia_rng_free(rng);
    free(all);
}

/* ---- the list, and mistakes ------------------------------------------------------------------------------------ */

static void each_of_the_list_can_be_drawn(void **state)
{
    (void)state;
    for (size_t i = 0; i < glia__init_count(); i++) {
        const glia__named *named = &glia__init_at(i)->named;
        char               text[48];
        strcpy(text, named->name);
        for (size_t j = 0; j < glia__settings_count(named); j++) strcat(text, j ? ":2" : ":1");
        double *values = drawn(text, 1, 3, 4, 12);
        for (size_t j = 0; j < 12; j++) assert_true(isfinite(values[j]));
        free(values);
    }
}

static void texts_that_are_no_initializer(void **state)
{
    (void)state;
    static const struct {
        const char *text, *sentence;
    } mistakes[] = {
        {"",
         "the name of the initializer is missing; there are zeros, constant, uniform, normal, xavier, xavier_uniform, "
         "xavier_normal, he, he_uniform, he_normal, lecun, torch"},
        {"hee", "there is no initializer \"hee\"; did you mean he? there are zeros, constant, uniform, normal, xavier, "
                "xavier_uniform, xavier_normal, he, he_uniform, he_normal, lecun, torch"},
        {"constant", "constant: value must be given"},
        {"uniform:1", "uniform: high must be given"},
        {"uniform:1:-1", "uniform: low must not be above high"},
        {"normal:0:-1", "normal: sd must be at least 0, not -1"},
        {"normal:0:x", "normal: sd must be a number, not \"x\""},
        {"normal:0:1:2", "normal: \"2\" is one value too many; it has mean, sd"},
        {"normal:var=2", "normal: \"var\" is not a setting; it has mean, sd"},
        {"he:2", "he: \"2\" is one value too many; it has no settings"},
        {"uniform:-0.000000000000000000000000000000000000000000000000000001:1",
         "an initializer is too long: \"uniform:-0.00000000000000000000000000000...\""},
    };
    for (size_t i = 0; i < sizeof mistakes / sizeof *mistakes; i++) {
        assert_int_equal(GLIA_E_TEXT, glia__init_check(mistakes[i].text));
        assert_string_equal(mistakes[i].sentence, glia_error());
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(draws_are_numpys),
        cmocka_unit_test(draws_follow_the_formulas),
        cmocka_unit_test(constants_draw_nothing),
        cmocka_unit_test(draws_go_on_in_the_stream),
        cmocka_unit_test(each_of_the_list_can_be_drawn),
        cmocka_unit_test(texts_that_are_no_initializer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
