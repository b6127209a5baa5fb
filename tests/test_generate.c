/* The generators: the notebook's spiral bit for bit, scikit-learn's moons, circles and blobs, and xor. */
#include "data_files.h"
#include "golden.h"

/* The notebook's points are floats, in both builds; equal seeds give equal sines but for the C library's last bit,
 * which the rounding to float hides. */
static void test_spiral(void **state)
{
    golden_case        *c = golden_open("seed_001/spiral_layer1");
    const golden_array *x = golden_get(c, "X"), *y = golden_get(c, "y");
    glia_data          *d = opened("spiral n=100 classes=3 noise=0.2 seed=0", NULL), *usual = opened("spiral", NULL);
    float               got[300][2], standard[300][2];
    (void)state;
    for (size_t i = 0; i < 600; i++) {
        got[i / 2][i % 2] = (float)glia_data_input(d, i / 2, i % 2);
        standard[i / 2][i % 2] = (float)glia_data_input(usual, i / 2, i % 2);
        assert_true((double)got[i / 2][i % 2] == glia_data_input(d, i / 2, i % 2));
    }
    golden_expect_bits(x, got);
    golden_expect_bits(x, standard);
    for (size_t i = 0; i < 300; i++) assert_int_equal(glia_data_class(d, i), y->values[i]);
    glia_data_free(d);
    glia_data_free(usual);
    golden_close(c);
}

static void test_scikit_learn(void **state)
{
    static const char *const cases[] = {"generators/moons", "generators/circles", "generators/blobs"};
    (void)state;
    for (size_t k = 0; k < COUNT(cases); k++) {
        golden_case        *c = golden_open(cases[k]);
        const golden_array *x = golden_get(c, "x"), *y = golden_get(c, "y");
        glia_data          *d = opened(json_string_value(json_object_get(golden_settings(c), "text")), NULL);
        glia_real          *got = need(x->count, sizeof *got);
        glia_data_info      info;
        glia_data_describe(d, &info);
        assert_int_equal(info.rows, y->count);
        for (size_t i = 0; i < x->count; i++) got[i] = (glia_real)glia_data_input(d, i / 2, i % 2);
        golden_expect_reals(x, got, golden_tolerance_of(c));
        for (size_t i = 0; i < y->count; i++) assert_int_equal(glia_data_class(d, i), y->values[i]);
        free(got);
        glia_data_free(d);
        golden_close(c);
    }
}

/* Without noise and with one point a corner: the truth table. */
static void test_xor(void **state)
{
    static const double table[4][3] = {{0, 0, 0}, {0, 1, 1}, {1, 0, 1}, {1, 1, 0}};
    glia_data          *d = opened("xor n=1 noise=0", NULL);
    glia_data_info      info;
    (void)state;
    glia_data_describe(d, &info);
    assert_int_equal(info.rows, 4);
    assert_int_equal(info.outputs, 2);
    assert_int_equal(info.target, GLIA_TARGET_CLASSES);
    assert_false(info.image || info.bytes);
    for (size_t r = 0; r < 4; r++) {
        assert_true(glia_data_input(d, r, 0) == table[r][0] && glia_data_input(d, r, 1) == table[r][1]);
        assert_int_equal(glia_data_class(d, r), table[r][2]);
    }
    glia_data_free(d);
    d = opened("xor n=500 noise=0.1 seed=3", NULL);
    double sum = 0;
    for (size_t r = 0; r < 500; r++) sum += glia_data_input(d, 1500 + r, 0);
    assert_true(fabs(sum / 500 - 1) < 0.02);
    glia_data_free(d);
}

static void test_settings(void **state)
{
    glia_data     *a = opened("spiral 7 classes=5", NULL), *b = opened("spiral n=7 classes=5 seed=1", NULL);
    glia_data_info info;
    (void)state;
    glia_data_describe(a, &info);
    assert_int_equal(info.rows, 35);
    assert_int_equal(info.outputs, 5);
    assert_string_equal(glia_data_class_name(a, 4), "4");
    assert_true(glia_data_input(a, 1, 0) != glia_data_input(b, 1, 0));
    glia_data_free(a);
    glia_data_free(b);
    a = opened("spiral n=1", NULL);
    assert_true(glia_data_input(a, 0, 0) == 0);
    glia_data_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_spiral),
        cmocka_unit_test(test_scikit_learn),
        cmocka_unit_test(test_xor),
        cmocka_unit_test(test_settings),
    };
    return cmocka_run_group_tests_name("generate", tests, enter_folder, leave_folder);
}
