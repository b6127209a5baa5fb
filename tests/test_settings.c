/* The settings language: what phrases mean, how they print, and the sentence of every way to get one wrong. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ground/memory.h"
#include "ground/settings.h"

/* ---- something to set ------------------------------------------------------------------------------------------ */

static const glia__setting conv_settings[] = {
    {"filters", GLIA__WHOLE, NULL, 1, 1000, true, NULL, "how many"},
    {"kernel", GLIA__SHAPE, "3x3", 1, 99, true, NULL, "sides"},
    {"bias", GLIA__YESNO, "yes", 0, 0, false, NULL, "whether"},
    {"pad", GLIA__WORD, "valid", 0, 0, false, "valid|same", "what to do at the edge"},
    {"slope", GLIA__NUMBER, "0.25", -1, 1, false, NULL, "a number"},
    {"init", GLIA__WORD, "torch", 0, 0, false, NULL, "any word"},
    {"warmup", GLIA__SPAN, "0", 0, 1000, false, NULL, "a time"},
    {"groups", GLIA__WHOLE, "", 0, 0, false, NULL, "nothing unless given"},
    {"rate", GLIA__NUMBER, "1", 0, HUGE_VAL, false, NULL, "no upper limit"},
    {"weights", GLIA__NUMBERS, "1", 0, 9, false, NULL, "a list"},
    {0}};
enum { FILTERS, KERNEL, BIAS, PAD, SLOPE, INIT, WARMUP, GROUPS, RATE, WEIGHTS };

static const glia__named conv = {"conv", "convolution", conv_settings}, relu = {"relu", "max(x, 0)", glia__no_settings},
                         maxpool = {"maxpool", "the largest", glia__no_settings};
static const glia__named *const layers[] = {&conv, &relu, &maxpool};

static glia_status read(const char *text, size_t *which, glia__value *values)
{
    return glia__phrase_read("net", "layer", text, layers, 3, which, values);
}

/* ---- what phrases mean ----------------------------------------------------------------------------------------- */

static void every_type_is_read(void **state)
{
    (void)state;
    glia__value v[GLIA__SETTINGS_MOST];
    size_t      which;
    assert_int_equal(
        GLIA_OK,
        read(" conv\t16 5x7 bias=no pad=same slope=-0.5e0 init=normal:0:0.1 warmup=500s groups=0\n", &which, v));
    assert_int_equal(0, which);
    assert_int_equal(16, v[FILTERS].whole);
    assert_int_equal(2, v[KERNEL].rank);
    assert_int_equal(5, v[KERNEL].shape[0]);
    assert_int_equal(7, v[KERNEL].shape[1]);
    assert_false(v[BIAS].yes);
    assert_string_equal("same", v[PAD].word);
    assert_true(v[SLOPE].number == -0.5);
    assert_string_equal("normal:0:0.1", v[INIT].word);
    assert_true(v[WARMUP].number == 500 && v[WARMUP].unit == 's');
    for (size_t i = FILTERS; i <= GROUPS; i++) assert_true(v[i].given);
    assert_false(v[RATE].given);
    assert_int_equal(GLIA_OK, read("conv 16 weights=0.25:3", &which, v));
    assert_true(v[WEIGHTS].count == 2 && v[WEIGHTS].list[0] == 0.25 && v[WEIGHTS].list[1] == 3);
}

static void defaults_are_read_too(void **state)
{
    (void)state;
    glia__value v[GLIA__SETTINGS_MOST];
    size_t      which;
    assert_int_equal(GLIA_OK, read("conv 8", &which, v));
    assert_true(v[FILTERS].given);
    for (size_t i = KERNEL; i < GLIA__SETTINGS_MOST; i++) assert_false(v[i].given);
    assert_true(v[KERNEL].rank == 2 && v[KERNEL].shape[0] == 3 && v[KERNEL].shape[1] == 3);
    assert_true(v[BIAS].yes);
    assert_string_equal("valid", v[PAD].word);
    assert_true(v[SLOPE].number == 0.25);
    assert_true(v[WARMUP].number == 0 && v[WARMUP].unit == 'e');
    assert_int_equal(0, v[GROUPS].whole);
}

static void bare_values_go_to_the_next_free_setting(void **state)
{
    (void)state;
    glia__value v[GLIA__SETTINGS_MOST];
    size_t      which;
    assert_int_equal(GLIA_OK, read("conv filters=4 5x5", &which, v));
    assert_int_equal(4, v[FILTERS].whole);
    assert_int_equal(5, v[KERNEL].shape[0]);
    assert_int_equal(GLIA_OK, read("conv kernel=7 12", &which, v));
    assert_int_equal(12, v[FILTERS].whole);
    assert_int_equal(1, v[KERNEL].rank);
    assert_int_equal(7, v[KERNEL].shape[0]);
}

static void names_are_found_whole(void **state)
{
    (void)state;
    glia__value v[GLIA__SETTINGS_MOST];
    size_t      which;
    assert_int_equal(GLIA_OK, read("relu", &which, v));
    assert_int_equal(1, which);
    assert_int_equal(GLIA_OK, read("\n maxpool ", &which, v));
    assert_int_equal(2, which);
    assert_int_equal(GLIA_E_TEXT, read("rel", &which, v));
    assert_int_equal(GLIA_E_TEXT, read("relux", &which, v));
}

static void spans_have_units(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        double      number;
        char        unit;
    } spans[] = {{"conv 1 warmup=10", 10, 'e'},
                 {"conv 1 warmup=2.5", 2.5, 'e'},
                 {"conv 1 warmup=500s", 500, 's'},
                 {"conv 1 warmup=5%", 5, '%'},
                 {"conv 1 warmup=100%", 100, '%'}};
    for (size_t i = 0; i < sizeof spans / sizeof *spans; i++) {
        glia__value v[GLIA__SETTINGS_MOST];
        size_t      which;
        assert_int_equal(GLIA_OK, read(spans[i].text, &which, v));
        assert_true(v[WARMUP].number == spans[i].number);
        assert_int_equal(spans[i].unit, v[WARMUP].unit);
    }
}

static void limits_are_inclusive(void **state)
{
    (void)state;
    static const char *const texts[] = {"conv 1",
                                        "conv 1000",
                                        "conv 8 1x99",
                                        "conv 8 slope=-1",
                                        "conv 8 slope=1",
                                        "conv 8 warmup=0s",
                                        "conv 8 warmup=1000s",
                                        "conv 8 rate=1e300",
                                        "conv 8 groups=18446744073709551615"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        glia__value v[GLIA__SETTINGS_MOST];
        size_t      which;
        assert_int_equal(GLIA_OK, read(texts[i], &which, v));
    }
}

/* A phrase within a longer text ends where it is said to, and places count from the beginning of the text. */
static void phrases_lie_within_a_text(void **state)
{
    (void)state;
    const char         *text = "relu,\n  conv 8 bias=no9, relu";
    const glia__text_at at = {"net", text, text + strlen(text)};
    const char         *begin = strchr(text, ',') + 1, *end = strrchr(text, ','), *rest;
    glia__value         v[GLIA__SETTINGS_MOST];
    size_t              which;
    assert_int_equal(GLIA_OK, glia__phrase_name(&at, begin, end, layers, 3, "layer", &which, &rest));
    assert_int_equal(0, which);
    assert_ptr_equal(strstr(text, " 8"), rest);
    assert_int_equal(GLIA_OK, glia__phrase_settings(&at, rest, end - 1, &conv, v));
    assert_int_equal(GLIA_E_TEXT, glia__phrase_settings(&at, rest, end, &conv, v));
    assert_string_equal("net:2:10: conv: bias must be yes or no, not \"no9\"", glia_error());
}

/* ---- sentences ------------------------------------------------------------------------------------------------- */

static const struct {
    const char *text, *sentence;
} mistakes[] = {
    {"", "net:1:1: the name of the layer is missing; there are conv, relu, maxpool"},
    {"  \n ", "net:2:2: the name of the layer is missing; there are conv, relu, maxpool"},
    {"cnov 3", "net:1:1: there is no layer \"cnov\"; did you mean conv? there are conv, relu, maxpool"},
    {" rleu", "net:1:2: there is no layer \"rleu\"; did you mean relu? there are conv, relu, maxpool"},
    {"dropout", "net:1:1: there is no layer \"dropout\"; there are conv, relu, maxpool"},
    {"x", "net:1:1: there is no layer \"x\"; there are conv, relu, maxpool"},
    {"conv=3", "net:1:1: there is no layer \"conv=3\"; did you mean conv? there are conv, relu, maxpool"},
    {"Conv 3", "net:1:1: there is no layer \"Conv\"; did you mean conv? there are conv, relu, maxpool"},
    {"averyverylongnamethatisfarfromanythingatallandgoeson",
     "net:1:1: there is no layer \"averyverylongnamethatisfarfromanythingat\"; there are conv, relu, maxpool"},
    {"conv", "net:1:5: conv: filters must be given"},
    {"conv bias=no", "net:1:5: conv: filters must be given"},
    {"conv 8 fliters=8", "net:1:8: conv: \"fliters\" is not a setting; it has filters, kernel, bias, pad, slope, "
                         "init, warmup, groups, rate, weights"},
    {"conv 8 =3", "net:1:8: conv: \"\" is not a setting; it has filters, kernel, bias, pad, slope, init, warmup, "
                  "groups, rate, weights"},
    {"relu slope=1", "net:1:6: relu: \"slope\" is not a setting; it has no settings"},
    {"relu 1", "net:1:6: relu: \"1\" is one value too many; it has no settings"},
    {"conv 8 3x3 4", "net:1:12: conv: \"4\" is one value too many; it has filters, kernel, bias, pad, slope, init, "
                     "warmup, groups, rate, weights"},
    {"conv 8 3x3 bias", "net:1:12: conv: bias has no value; it is written bias=VALUE, without spaces"},
    {"conv 8 bias = no", "net:1:8: conv: bias has no value; it is written bias=VALUE, without spaces"},
    {"conv 8 bias=", "net:1:8: conv: bias has no value; it is written bias=VALUE, without spaces"},
    {"conv 8 bias=no bias=yes", "net:1:16: conv: bias is given twice"},
    {"conv 8 filters=9", "net:1:8: conv: filters is given twice"},
    {"conv 8 bias=maybe", "net:1:8: conv: bias must be yes or no, not \"maybe\""},
    {"conv 8 bias=Yes", "net:1:8: conv: bias must be yes or no, not \"Yes\""},
    {"conv 8 bias=1", "net:1:8: conv: bias must be yes or no, not \"1\""},
    {"conv 0", "net:1:6: conv: filters must be from 1 to 1000, not 0"},
    {"conv 1001", "net:1:6: conv: filters must be from 1 to 1000, not 1001"},
    {"conv -1", "net:1:6: conv: filters must be a whole number, not \"-1\""},
    {"conv 1.5", "net:1:6: conv: filters must be a whole number, not \"1.5\""},
    {"conv 1e2", "net:1:6: conv: filters must be a whole number, not \"1e2\""},
    {"conv many", "net:1:6: conv: filters must be a whole number, not \"many\""},
    {"conv 18446744073709551615", "net:1:6: conv: filters must be from 1 to 1000, not 18446744073709551615"},
    {"conv 18446744073709551616", "net:1:6: conv: filters is too large: 18446744073709551616"},
    {"conv 99999999999999999999999999", "net:1:6: conv: filters is too large: 99999999999999999999999999"},
    {"conv 8 groups=18446744073709551616", "net:1:8: conv: groups is too large: 18446744073709551616"},
    {"conv 8 3x",
     "net:1:8: conv: kernel must be one to four whole numbers with x between them, such as 3x3, not \"3x\""},
    {"conv 8 x3",
     "net:1:8: conv: kernel must be one to four whole numbers with x between them, such as 3x3, not \"x3\""},
    {"conv 8 3xx3",
     "net:1:8: conv: kernel must be one to four whole numbers with x between them, such as 3x3, not \"3xx3\""},
    {"conv 8 3X3",
     "net:1:8: conv: kernel must be one to four whole numbers with x between them, such as 3x3, not \"3X3\""},
    {"conv 8 1x2x3x4x5",
     "net:1:8: conv: kernel must be one to four whole numbers with x between them, such as 3x3, not \"1x2x3x4x5\""},
    {"conv 8 0x3", "net:1:8: conv: kernel must be from 1 to 99, not 0x3"},
    {"conv 8 3x100", "net:1:8: conv: kernel must be from 1 to 99, not 3x100"},
    {"conv 8 3x18446744073709551617", "net:1:8: conv: kernel is too large: 3x18446744073709551617"},
    {"conv 8 pad=smae", "net:1:8: conv: pad must be one of valid, same, not \"smae\""},
    {"conv 8 pad=valid|same", "net:1:8: conv: pad must be one of valid, same, not \"valid|same\""},
    {"conv 8 pad=vali", "net:1:8: conv: pad must be one of valid, same, not \"vali\""},
    {"conv 8 init=a123456789b123456789c123456789d123456789e1234567xxxxxxxxxxxxxxxx",
     "net:1:8: conv: init is too long: \"a123456789b123456789c123456789d123456789...\""},
    {"conv 8 slope=steep", "net:1:8: conv: slope must be a number, not \"steep\""},
    {"conv 8 slope=0.5x", "net:1:8: conv: slope must be a number, not \"0.5x\""},
    {"conv 8 slope=0x1", "net:1:8: conv: slope must be a number, not \"0x1\""},
    {"conv 8 slope=0,5", "net:1:8: conv: slope must be a number, not \"0,5\""},
    {"conv 8 slope=1=1", "net:1:8: conv: slope must be a number, not \"1=1\""},
    {"conv 8 slope=inf", "net:1:8: conv: slope must be a finite number, not \"inf\""},
    {"conv 8 slope=nan", "net:1:8: conv: slope must be a finite number, not \"nan\""},
    {"conv 8 slope=1e999", "net:1:8: conv: slope must be a finite number, not \"1e999\""},
    {"conv 8 slope=-1.5", "net:1:8: conv: slope must be from -1 to 1, not -1.5"},
    {"conv 8 rate=-1", "net:1:8: conv: rate must be at least 0, not -1"},
    {"conv 8 warmup=5x",
     "net:1:8: conv: warmup must be epochs (10), steps (500s) or a share of the run (5%), not \"5x\""},
    {"conv 8 warmup=s",
     "net:1:8: conv: warmup must be epochs (10), steps (500s) or a share of the run (5%), not \"s\""},
    {"conv 8 warmup=-1", "net:1:8: conv: warmup must be at least 0, not -1"},
    {"conv 8 warmup=101%", "net:1:8: conv: warmup must be from 0 to 100, not 101%"},
    {"conv 8 warmup=1001s", "net:1:8: conv: warmup must be from 0 to 1000, not 1001s"},
    {"conv 8 weights=1:x", "net:1:8: conv: weights must be a number, not \"x\""},
    {"conv 8 weights=1::2", "net:1:8: conv: weights must be a number, not \"\""},
    {"conv 8 weights=1:2:", "net:1:8: conv: weights must be a number, not \"\""},
    {"conv 8 weights=1:10", "net:1:8: conv: weights must be from 0 to 9, not 10"},
    {"conv 8 weights=0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0",
     "net:1:8: conv: weights has more than 32 numbers"},
    {"conv 8\n  bias=no\n  slope=2", "net:3:3: conv: slope must be from -1 to 1, not 2"},
};

static void every_mistake_has_its_sentence(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof mistakes / sizeof *mistakes; i++) {
        glia__value v[GLIA__SETTINGS_MOST];
        size_t      which;
        assert_int_equal(GLIA_E_TEXT, read(mistakes[i].text, &which, v));
        assert_string_equal(mistakes[i].sentence, glia_error());
    }
}

static void the_place_is_left_out_if_asked(void **state)
{
    (void)state;
    glia__value v[GLIA__SETTINGS_MOST];
    size_t      which;
    assert_int_equal(GLIA_E_TEXT, glia__phrase_read(NULL, "layer", "conv 0", layers, 3, &which, v));
    assert_string_equal("conv: filters must be from 1 to 1000, not 0", glia_error());
    assert_int_equal(GLIA_E_TEXT, glia__phrase_read(NULL, "layer", "cov 0", layers, 3, &which, v));
    assert_string_equal("there is no layer \"cov\"; did you mean conv? there are conv, relu, maxpool", glia_error());
}

/* ---- printing -------------------------------------------------------------------------------------------------- */

static char *printed(const char *text)
{
    glia__value  v[GLIA__SETTINGS_MOST];
    size_t       which;
    glia__string s = {0};
    assert_int_equal(GLIA_OK, read(text, &which, v));
    glia__string_add(&s, "%s", layers[which]->name);
    glia__phrase_print(&s, layers[which], v);
    return glia__string_take(&s);
}

static void what_differs_from_the_standard_is_printed(void **state)
{
    (void)state;
    static const struct {
        const char *text, *printed;
    } phrases[] = {
        {"relu", "relu"},
        {"conv 8", "conv 8"},
        {"conv filters=8", "conv 8"},
        {"conv  8  3x3  bias=yes  pad=valid", "conv 8"},
        {"conv 8 kernel=5x5", "conv 8 5x5"},
        {"conv kernel=5 filters=8", "conv 8 5"},
        {"conv 8 bias=no pad=same", "conv 8 bias=no pad=same"},
        {"conv 8 slope=0.10 rate=1e2 init=he", "conv 8 slope=0.1 init=he rate=100"},
        {"conv 8 warmup=500s", "conv 8 warmup=500s"},
        {"conv 8 warmup=5.0%", "conv 8 warmup=5%"},
        {"conv 8 warmup=3", "conv 8 warmup=3"},
        {"conv 8 weights=1.0", "conv 8"},
        {"conv 8 weights=1:1", "conv 8 weights=1:1"},
        {"conv 8 weights=0.50:2:9", "conv 8 weights=0.5:2:9"},
        {"conv 8 groups=0", "conv 8 groups=0"}, /* its standard is nothing, not 0 */
    };
    for (size_t i = 0; i < sizeof phrases / sizeof *phrases; i++) {
        char *once = printed(phrases[i].text);
        assert_string_equal(phrases[i].printed, once);
        char *twice = printed(once);
        assert_string_equal(once, twice);
        glia__free(twice);
        glia__free(once);
    }
}

/* Where a positional setting is left out, the ones after it need their names. */
static void a_gap_is_closed_by_names(void **state)
{
    (void)state;
    static const glia__setting pair[] = {
        {"low", GLIA__NUMBER, "0", -9, 9, true, NULL, ""}, {"high", GLIA__NUMBER, "1", -9, 9, true, NULL, ""}, {0}};
    const glia__named        uniform = {"uniform", "", pair};
    const glia__named *const names[] = {&uniform};
    glia__value              v[GLIA__SETTINGS_MOST];
    size_t                   which;
    glia__string             s = {0};
    assert_int_equal(GLIA_OK, glia__phrase_read("x", "y", "uniform 0 2", names, 1, &which, v));
    glia__phrase_print(&s, &uniform, v);
    assert_string_equal(" high=2", s.text);
    glia__string_clear(&s);
    assert_int_equal(GLIA_OK, glia__phrase_read("x", "y", "uniform -1 2", names, 1, &which, v));
    glia__phrase_print(&s, &uniform, v);
    assert_string_equal(" -1 2", s.text);
    glia__string_clear(&s);
}

/* ---- names of the user's own ----------------------------------------------------------------------------------- */

static void own_names_are_checked(void **state)
{
    (void)state;
    static const struct {
        const char *name, *sentence;
    } wrong[] = {
        {NULL, "a layer needs a name"},
        {"", "a layer needs a name"},
        {"Swish", "layer \"Swish\": a name is made of lower-case letters, digits and _"},
        {"my act", "layer \"my act\": a name is made of lower-case letters, digits and _"},
        {"a=b", "layer \"a=b\": a name is made of lower-case letters, digits and _"},
        {"relu", "layer \"relu\": there is one of this name already"},
        {"a123456789a123456789a123456789ab",
         "layer \"a123456789a123456789a123456789ab\": a name has fewer than 32 characters"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        assert_int_equal(GLIA_E_ARG, glia__name_check(wrong[i].name, layers, 3, "layer"));
        assert_string_equal(wrong[i].sentence, glia_error());
    }
    assert_int_equal(GLIA_OK, glia__name_check("my_act_2", layers, 3, "layer"));
    assert_int_equal(GLIA_OK, glia__name_check("a123456789a123456789a123456789a", layers, 3, "layer"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_type_is_read),
        cmocka_unit_test(defaults_are_read_too),
        cmocka_unit_test(bare_values_go_to_the_next_free_setting),
        cmocka_unit_test(names_are_found_whole),
        cmocka_unit_test(spans_have_units),
        cmocka_unit_test(limits_are_inclusive),
        cmocka_unit_test(phrases_lie_within_a_text),
        cmocka_unit_test(every_mistake_has_its_sentence),
        cmocka_unit_test(the_place_is_left_out_if_asked),
        cmocka_unit_test(what_differs_from_the_standard_is_printed),
        cmocka_unit_test(a_gap_is_closed_by_names),
        cmocka_unit_test(own_names_are_checked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
