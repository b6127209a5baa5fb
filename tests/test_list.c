/* What there is: every table as section 8 of glia.h shows it. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "glia.h"

static bool has_entry(glia_list what, const char *name, size_t *i)
{
    glia_entry entry;
    for (*i = 0; glia_list_entry(what, *i, &entry); ++*i)
        if (strcmp(entry.name, name) == 0) return true;
    return false;
}

static void every_table_shows_its_names(void **state)
{
    (void)state;
    static const struct {
        glia_list   what;
        const char *name;
    } names[] = {
        {GLIA_LIST_LAYERS, "dense"},       {GLIA_LIST_LAYERS, "log_softmax"}, {GLIA_LIST_LOSSES, "cross_entropy"},
        {GLIA_LIST_LOSSES, "huber"},       {GLIA_LIST_OPTIMIZERS, "sgd"},     {GLIA_LIST_OPTIMIZERS, "adamw"},
        {GLIA_LIST_SCHEDULES, "constant"}, {GLIA_LIST_SCHEDULES, "cosine"},   {GLIA_LIST_INITIALIZERS, "he_uniform"},
        {GLIA_LIST_INITIALIZERS, "torch"}, {GLIA_LIST_GENERATORS, "spiral"},  {GLIA_LIST_GENERATORS, "xor"},
        {GLIA_LIST_SCALES, "none"},        {GLIA_LIST_SCALES, "standard"},    {GLIA_LIST_METRICS, "loss"},
        {GLIA_LIST_METRICS, "val_mae"},
    };
    size_t i;
    for (size_t n = 0; n < sizeof names / sizeof *names; n++) assert_true(has_entry(names[n].what, names[n].name, &i));
    assert_false(has_entry(GLIA_LIST_LOSSES, "sgd", &i));
}

static void expect_setting(const glia_setting *s)
{
    static const char *const types[] = {"whole", "number", "yes/no", "word", "shape", "span", "labels", "numbers"};
    size_t                   known = 0;
    for (size_t t = 0; t < sizeof types / sizeof *types; t++) known += strcmp(s->type, types[t]) == 0;
    assert_int_equal(1, known);
    assert_true(*s->name && *s->help && s->standard && s->choices);
    assert_true(!*s->choices || strcmp(s->type, "word") == 0);
    assert_true(s->least <= s->most);
}

static void every_entry_is_told_in_full(void **state)
{
    (void)state;
    for (glia_list what = GLIA_LIST_LAYERS; what <= GLIA_LIST_EVERY_LAYER; what++) {
        glia_entry entry, other;
        size_t     i = 0, same;
        for (; glia_list_entry(what, i, &entry); i++) {
            glia_setting setting;
            size_t       j = 0;
            assert_true(*entry.name && *entry.help);
            for (; glia_list_setting(what, i, j, &setting); j++) expect_setting(&setting);
            assert_int_equal(entry.settings, j);
            assert_true(has_entry(what, entry.name, &same));
            assert_int_equal(i, same);
        }
        assert_true(i > 0);
        assert_false(glia_list_entry(what, SIZE_MAX, &other));
    }
}

static void a_setting_is_told_as_its_table_says(void **state)
{
    (void)state;
    glia_setting s;
    size_t       i;
    assert_true(has_entry(GLIA_LIST_OPTIMIZERS, "sgd", &i));
    assert_true(glia_list_setting(GLIA_LIST_OPTIMIZERS, i, 0, &s));
    assert_string_equal("lr", s.name);
    assert_string_equal("number", s.type);
    assert_string_equal("0.01", s.standard);
    assert_true(s.positional && s.least == 0 && isinf(s.most));
    assert_true(has_entry(GLIA_LIST_SCHEDULES, "step", &i));
    assert_true(glia_list_setting(GLIA_LIST_SCHEDULES, i, 1, &s));
    assert_string_equal("size", s.name);
    assert_string_equal("span", s.type);
    assert_string_equal("", s.standard); /* must be given */
    assert_string_equal("", s.choices);
    assert_true(has_entry(GLIA_LIST_KINDS, "number", &i));
    assert_true(glia_list_setting(GLIA_LIST_KINDS, i, 0, &s));
    assert_string_equal("median|mean|zero", s.choices);
}

static void what_there_is_not(void **state)
{
    (void)state;
    glia_entry   entry = {.name = "untouched"};
    glia_setting setting = {.name = "untouched"};
    assert_false(glia_list_entry((glia_list)(GLIA_LIST_EVERY_LAYER + 1), 0, &entry));
    assert_false(glia_list_entry((glia_list)-1, 0, &entry));
    assert_false(glia_list_entry(GLIA_LIST_LAYERS, 100000, &entry));
    assert_false(glia_list_entry(GLIA_LIST_LAYERS, 0, NULL));
    assert_false(glia_list_setting((glia_list)(GLIA_LIST_EVERY_LAYER + 1), 0, 0, &setting));
    assert_false(glia_list_setting(GLIA_LIST_OPTIMIZERS, 0, 1000, &setting));
    assert_false(glia_list_setting(GLIA_LIST_OPTIMIZERS, 1000, 0, &setting));
    assert_false(glia_list_setting(GLIA_LIST_OPTIMIZERS, 0, 0, NULL));
    assert_string_equal("untouched", entry.name);
    assert_string_equal("untouched", setting.name);
}

static glia_real doubled(glia_real x)
{
    return 2 * x;
}

static glia_real doubled_slope(glia_real x, glia_real y)
{
    (void)x, (void)y;
    return 2;
}

static double nothing(const glia_real *y, const glia_real *t, size_t n)
{
    (void)y, (void)t, (void)n;
    return 0;
}

static void nothing_slope(const glia_real *y, const glia_real *t, size_t n, glia_real *dy)
{
    (void)y, (void)t;
    for (size_t j = 0; j < n; j++) dy[j] = 0;
}

static void what_is_registered_is_there(void **state)
{
    (void)state;
    size_t i;
    assert_false(has_entry(GLIA_LIST_LAYERS, "doubled", &i));
    assert_int_equal(GLIA_OK, glia_register_activation("doubled", doubled, doubled_slope));
    assert_true(has_entry(GLIA_LIST_LAYERS, "doubled", &i));
    assert_false(has_entry(GLIA_LIST_LOSSES, "nothing", &i));
    assert_int_equal(GLIA_OK, glia_register_loss("nothing", nothing, nothing_slope));
    assert_true(has_entry(GLIA_LIST_LOSSES, "nothing", &i));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_table_shows_its_names),         cmocka_unit_test(every_entry_is_told_in_full),
        cmocka_unit_test(a_setting_is_told_as_its_table_says), cmocka_unit_test(what_there_is_not),
        cmocka_unit_test(what_is_registered_is_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
