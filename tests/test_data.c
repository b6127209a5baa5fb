/* The data set object: from memory, what it tells, views, splits, and the two ways to read a target. */
#include "data_files.h"
#include "golden.h"

static glia_data_info info_of(const glia_data *d)
{
    glia_data_info info;
    glia_data_describe(d, &info);
    return info;
}

/* ---- from memory ------------------------------------------------------------------------------------------------ */

static const glia_real six[6] = {1, 2, 3, 4, 5, (glia_real)6.5};

static void test_reals(void **state)
{
    static const int32_t classes[3] = {1, 0, 3};
    glia_data           *d;
    (void)state;
    EXPECT_OK(glia_data_from_reals(&d, six, 3, 2, classes, NULL, 4));
    glia_data_info info = info_of(d);
    assert_int_equal(info.rows, 3);
    assert_int_equal(info.columns, 2);
    assert_int_equal(info.channels * info.height, 1);
    assert_int_equal(info.width, 2);
    assert_false(info.image || info.bytes);
    assert_int_equal(info.target, GLIA_TARGET_CLASSES);
    assert_int_equal(info.outputs, 4);
    assert_true(glia_data_input(d, 2, 1) == 6.5);
    assert_int_equal(glia_data_class(d, 2), 3);
    assert_string_equal(glia_data_class_name(d, 3), "3");
    assert_null(glia_data_test(d));
    assert_null(glia_data_column_name(d, 0));
    assert_null(glia_data_target_name(d, 0));
    glia_data_free(d);
    EXPECT_OK(glia_data_from_reals(&d, six, 2, 1, NULL, six + 2, 2));
    info = info_of(d);
    assert_int_equal(info.target, GLIA_TARGET_NUMBERS);
    assert_int_equal(info.outputs, 2);
    assert_true(glia_data_number(d, 0, 0) == 3 && glia_data_number(d, 1, 0) == 5 && glia_data_number(d, 1, 1) == 6.5);
    glia_data_free(d);
    EXPECT_OK(glia_data_from_reals(&d, six, 3, 2, NULL, NULL, 0));
    assert_int_equal(info_of(d).target, GLIA_TARGET_NONE);
    assert_int_equal(info_of(d).outputs, 0);
    glia_data_free(d);
}

static void test_bytes(void **state)
{
    static const uint8_t x[12] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 255};
    glia_data           *d;
    (void)state;
    EXPECT_OK(glia_data_from_bytes(&d, x, 1, 3, 2, 2, NULL, 0));
    glia_data_info info = info_of(d);
    assert_true(info.image && info.bytes);
    assert_int_equal(info.columns, 12);
    assert_int_equal(info.channels, 3);
    assert_true(glia_data_input(d, 0, 11) == 255);
    glia_data_free(d);
    EXPECT_OK(glia_data_from_bytes(&d, x, 2, 1, 1, 6, NULL, 0));
    assert_false(info_of(d).image);
    glia_data_free(d);
}

/* What is outside, or not there. */
static void test_outside(void **state)
{
    static const int32_t classes[3] = {1, 0, 1};
    glia_data           *d;
    glia_data_info       info = {.rows = 9};
    (void)state;
    EXPECT_OK(glia_data_from_reals(&d, six, 3, 2, classes, NULL, 2));
    assert_true(isnan(glia_data_input(d, 3, 0)) && isnan(glia_data_input(d, 0, 2)) &&
                isnan(glia_data_input(NULL, 0, 0)));
    assert_int_equal(glia_data_class(d, 3), -1);
    assert_int_equal(glia_data_class(NULL, 0), -1);
    assert_true(isnan(glia_data_number(d, 0, 0)) && isnan(glia_data_number(NULL, 0, 0)));
    assert_null(glia_data_class_name(d, 2));
    assert_null(glia_data_class_name(NULL, 0));
    assert_null(glia_data_column_name(NULL, 0));
    assert_null(glia_data_target_name(NULL, 0));
    assert_null(glia_data_test(NULL));
    glia_data_describe(d, NULL);
    glia_data_describe(NULL, &info);
    assert_int_equal(info.rows, 0);
    glia_data_free(NULL);
    glia_data_free(d);
}

static void test_wrong_arguments(void **state)
{
    static const int32_t classes[3] = {0, 2, 1}, negative[3] = {0, -1, 1};
    static const uint8_t byte = 0;
    glia_data           *d;
    (void)state;
    EXPECT_FAILS(glia_data_from_reals(NULL, six, 3, 2, NULL, NULL, 0), GLIA_E_ARG, "no place");
    EXPECT_FAILS(glia_data_from_reals(&d, NULL, 3, 2, NULL, NULL, 0), GLIA_E_ARG, "needs inputs");
    EXPECT_FAILS(glia_data_from_reals(&d, six, 0, 2, NULL, NULL, 0), GLIA_E_ARG, "0 rows");
    EXPECT_FAILS(glia_data_from_reals(&d, six, 3, 0, NULL, NULL, 0), GLIA_E_ARG, "needs inputs");
    EXPECT_FAILS(glia_data_from_bytes(&d, &byte, 1, 1, 0, 1, NULL, 0), GLIA_E_ARG, "needs inputs");
    EXPECT_FAILS(glia_data_from_reals(&d, six, 3, 2, classes, six, 3), GLIA_E_ARG, "one or the other");
    EXPECT_FAILS(glia_data_from_reals(&d, six, 3, 2, classes, NULL, 2), GLIA_E_ARG, "row 1: class 2 is not in 0..1");
    EXPECT_FAILS(glia_data_from_reals(&d, six, 3, 2, negative, NULL, 2), GLIA_E_ARG, "row 1: class -1");
    EXPECT_FAILS(glia_data_from_reals(&d, six, 3, 2, classes, NULL, 0), GLIA_E_ARG, "without outputs");
    EXPECT_FAILS(glia_data_from_reals(&d, six, SIZE_MAX / 8, 2, NULL, NULL, 0), GLIA_E_MEMORY, "");
    EXPECT_FAILS(glia_data_from_reals(&d, six, 3, 2, NULL, six, SIZE_MAX / 2), GLIA_E_MEMORY, "");
    EXPECT_FAILS(glia_data_from_bytes(&d, &byte, SIZE_MAX, SIZE_MAX, 2, 2, NULL, 0), GLIA_E_MEMORY, "");
    assert_null(d);
    EXPECT_FAILS(glia_data_open(NULL, "spiral", NULL), GLIA_E_ARG, "no place");
    EXPECT_FAILS(glia_data_open(&d, NULL, NULL), GLIA_E_ARG, "no data");
}

/* ---- views ------------------------------------------------------------------------------------------------------ */

static void test_views(void **state)
{
    static const int32_t classes[4] = {1, 0, 1, 2};
    static const size_t  some[3] = {3, 1, 3}, fewer[2] = {2, 1}, outside[2] = {0, 4};
    glia_data           *d, *view, *inner, *none;
    (void)state;
    EXPECT_OK(glia_data_from_reals(&d, six, 4, 1, classes, NULL, 3));
    EXPECT_OK(glia_data_rows(d, some, 3, &view));
    EXPECT_OK(glia_data_rows(view, fewer, 2, &inner));
    assert_int_equal(info_of(view).rows, 3);
    assert_int_equal(info_of(view).outputs, 3);
    assert_true(glia_data_input(view, 0, 0) == 4 && glia_data_input(view, 1, 0) == 2);
    assert_int_equal(glia_data_class(view, 2), 2);
    assert_true(glia_data_input(inner, 0, 0) == 4 && glia_data_input(inner, 1, 0) == 2);
    assert_true(isnan(glia_data_input(inner, 2, 0)));
    EXPECT_FAILS(glia_data_rows(d, outside, 2, &none), GLIA_E_ARG, "no row 4");
    EXPECT_FAILS(glia_data_rows(inner, some, 1, &none), GLIA_E_ARG, "2 rows");
    EXPECT_FAILS(glia_data_rows(d, some, 0, &none), GLIA_E_ARG, "at least one row");
    EXPECT_FAILS(glia_data_rows(d, NULL, 1, &none), GLIA_E_ARG, "at least one row");
    EXPECT_FAILS(glia_data_rows(NULL, some, 1, &none), GLIA_E_ARG, "needs data");
    EXPECT_FAILS(glia_data_rows(d, some, 1, NULL), GLIA_E_ARG, "no place");
    assert_null(none);
    glia_data_free(inner);
    glia_data_free(view);
    glia_data_free(d);
}

/* ---- splits ----------------------------------------------------------------------------------------------------- */

static void expect_rows(const glia_data *part, const golden_array *rows)
{
    assert_int_equal(info_of(part).rows, rows->count);
    for (size_t i = 0; i < rows->count; i++)
        if (glia_data_input(part, i, 0) != rows->values[i])
            fail_msg("%s: row %zu is %g, not %g", rows->name, i, glia_data_input(part, i, 0), rows->values[i]);
}

/* Row for row what scikit-learn's train_test_split gives. */
static void test_split(void **state)
{
    static const char *const names[] = {"shuffled", "balanced",     "unbalanced", "ties",
                                        "few",      "absent_class", "rounding",   "many"};
    (void)state;
    for (size_t k = 0; k < COUNT(names); k++) {
        char name[32];
        snprintf(name, sizeof name, "split/%s", names[k]);
        golden_case        *c = golden_open(name);
        const golden_array *y = golden_get(c, "y");
        int32_t            *classes = golden_ints(y);
        glia_data          *d = numbered(y->count, classes, 10), *rest, *held;
        glia_split          how = golden_setting(c, "stratify", 0) != 0 ? GLIA_SPLIT_STRATIFIED : GLIA_SPLIT_SHUFFLED;
        EXPECT_OK(glia_data_split(d, golden_setting(c, "share", 0), how, (uint32_t)golden_setting(c, "seed", 0), &rest,
                                  &held));
        expect_rows(held, golden_get(c, "held"));
        expect_rows(rest, golden_get(c, "rest"));
        glia_data_free(rest);
        glia_data_free(held);
        glia_data_free(d);
        free(classes);
        golden_close(c);
    }
}

static void test_split_notebook(void **state)
{
    golden_case *c = golden_open("numpy_rng/sklearn_42");
    glia_data   *d = numbered(1000, NULL, 0), *rest, *held;
    (void)state;
    EXPECT_OK(glia_data_split(d, 0.15, GLIA_SPLIT_SHUFFLED, 42, &rest, &held));
    expect_rows(held, golden_get(c, "split_test"));
    expect_rows(rest, golden_get(c, "split_train"));
    glia_data_free(rest);
    glia_data_free(held);
    glia_data_free(d);
    golden_close(c);
}

/* The last rows, exactly N of them for a share of N / rows. */
static void test_split_tail(void **state)
{
    (void)state;
    for (size_t rows = 2; rows <= 150; rows++) {
        glia_data *d = numbered(rows, NULL, 0), *rest, *held;
        for (size_t n = 1; n < rows; n++) {
            EXPECT_OK(glia_data_split(d, (double)n / (double)rows, GLIA_SPLIT_TAIL, 0, &rest, &held));
            assert_int_equal(info_of(held).rows, n);
            assert_int_equal(info_of(rest).rows, rows - n);
            assert_true(glia_data_input(held, 0, 0) == (double)(rows - n));
            assert_true(glia_data_input(rest, 0, 0) == 0);
            glia_data_free(rest);
            glia_data_free(held);
        }
        glia_data_free(d);
    }
}

static void test_split_of_view(void **state)
{
    static const size_t some[4] = {9, 7, 5, 3};
    glia_data          *d = numbered(10, NULL, 0), *view, *rest, *held;
    (void)state;
    EXPECT_OK(glia_data_rows(d, some, 4, &view));
    EXPECT_OK(glia_data_split(view, 0.5, GLIA_SPLIT_TAIL, 0, &rest, &held));
    assert_true(glia_data_input(held, 1, 0) == 3 && glia_data_input(rest, 0, 0) == 9);
    glia_data_free(rest);
    glia_data_free(held);
    glia_data_free(view);
    glia_data_free(d);
}

static void test_split_fails(void **state)
{
    static const int32_t lonely[6] = {0, 0, 0, 1, 1, 2}, three[6] = {0, 0, 1, 1, 2, 2};
    static const double  shares[] = {0, 1, -0.5, 1.5, INFINITY, NAN};
    glia_data *d = numbered(6, three, 3), *other = numbered(6, lonely, 3), *plain = numbered(6, NULL, 0), *rest, *held;
    (void)state;
    for (size_t i = 0; i < COUNT(shares); i++)
        EXPECT_FAILS(glia_data_split(d, shares[i], GLIA_SPLIT_SHUFFLED, 0, &rest, &held), GLIA_E_ARG,
                     "between 0 and 1");
    EXPECT_FAILS(glia_data_split(d, 0.99, GLIA_SPLIT_SHUFFLED, 0, &rest, &held), GLIA_E_ARG, "side without rows");
    EXPECT_FAILS(glia_data_split(d, 0.2, GLIA_SPLIT_STRATIFIED, 0, &rest, &held), GLIA_E_ARG, "3 classes");
    EXPECT_FAILS(glia_data_split(d, 0.7, GLIA_SPLIT_STRATIFIED, 0, &rest, &held), GLIA_E_ARG, "3 classes");
    EXPECT_FAILS(glia_data_split(other, 0.5, GLIA_SPLIT_STRATIFIED, 0, &rest, &held), GLIA_E_ARG,
                 "class \"2\" has only one row");
    EXPECT_FAILS(glia_data_split(plain, 0.5, GLIA_SPLIT_STRATIFIED, 0, &rest, &held), GLIA_E_ARG, "no classes");
    EXPECT_FAILS(glia_data_split(d, 0.5, (glia_split)7, 0, &rest, &held), GLIA_E_ARG, "7 is no way");
    EXPECT_FAILS(glia_data_split(NULL, 0.5, GLIA_SPLIT_TAIL, 0, &rest, &held), GLIA_E_ARG, "needs data");
    EXPECT_FAILS(glia_data_split(d, 0.5, GLIA_SPLIT_TAIL, 0, NULL, &held), GLIA_E_ARG, "two places");
    assert_null(rest);
    assert_null(held);
    glia_data_free(d);
    glia_data_free(other);
    glia_data_free(plain);
}

/* ---- targets ---------------------------------------------------------------------------------------------------- */

/* Classes made of numbers can be numbers, and the other way round. */
static void test_set_target(void **state)
{
    (void)state;
    put_text("t.csv", "x,size\n0,30\n0,-2\n0,30\n0,7\n");
    glia_data *d = opened("t.csv", NULL);
    assert_int_equal(info_of(d).target, GLIA_TARGET_CLASSES);
    assert_int_equal(glia_data_class(d, 0), 2);
    EXPECT_OK(glia_data_set_target(d, GLIA_TARGET_NUMBERS));
    assert_int_equal(info_of(d).outputs, 1);
    assert_true(glia_data_number(d, 0, 0) == 30 && glia_data_number(d, 1, 0) == -2);
    assert_int_equal(glia_data_class(d, 0), -1);
    assert_null(glia_data_class_name(d, 0));
    assert_string_equal(glia_data_target_name(d, 0), "size");
    EXPECT_OK(glia_data_set_target(d, GLIA_TARGET_NONE));
    assert_int_equal(info_of(d).outputs, 0);
    assert_null(glia_data_target_name(d, 0));
    EXPECT_OK(glia_data_set_target(d, GLIA_TARGET_CLASSES));
    assert_string_equal(glia_data_class_name(d, 1), "7");
    glia_data_free(d);
    put_text("t.csv", "x,size\n0,1.5\n0,-2\n0,1.5\n");
    d = opened("t.csv", NULL);
    assert_int_equal(info_of(d).target, GLIA_TARGET_NUMBERS);
    EXPECT_OK(glia_data_set_target(d, GLIA_TARGET_CLASSES));
    assert_int_equal(info_of(d).outputs, 2);
    assert_string_equal(glia_data_class_name(d, 1), "1.5");
    assert_int_equal(glia_data_class(d, 2), 1);
    glia_data_free(d);
}

static void test_set_target_of_memory(void **state)
{
    static const int32_t classes[3] = {1, 0, 3};
    glia_data           *d;
    (void)state;
    EXPECT_OK(glia_data_from_reals(&d, six, 3, 2, classes, NULL, 4));
    EXPECT_OK(glia_data_set_target(d, GLIA_TARGET_NUMBERS));
    assert_true(glia_data_number(d, 0, 0) == 1 && glia_data_number(d, 2, 0) == 3);
    glia_data_free(d);
}

static void test_set_target_fails(void **state)
{
    glia_data *d;
    (void)state;
    put_text("t.csv", "x,kind\n0,7\n0,cat\n0,7\n");
    d = opened("t.csv", NULL);
    EXPECT_FAILS(glia_data_set_target(d, GLIA_TARGET_NUMBERS), GLIA_E_FORMAT,
                 "t.csv: row 2: kind is \"cat\", not a number");
    assert_int_equal(info_of(d).target, GLIA_TARGET_CLASSES);
    EXPECT_FAILS(glia_data_set_target(d, (glia_target)5), GLIA_E_ARG, "5 is no kind");
    EXPECT_FAILS(glia_data_set_target(NULL, GLIA_TARGET_CLASSES), GLIA_E_ARG, "no data");
    glia_data_free(d);
    EXPECT_OK(glia_data_from_reals(&d, six, 3, 1, NULL, six, 2));
    EXPECT_FAILS(glia_data_set_target(d, GLIA_TARGET_CLASSES), GLIA_E_ARG, "2 target numbers");
    glia_data_free(d);
    EXPECT_OK(glia_data_from_reals(&d, six, 3, 1, NULL, NULL, 0));
    EXPECT_FAILS(glia_data_set_target(d, GLIA_TARGET_CLASSES), GLIA_E_ARG, "no target");
    glia_data_free(d);
}

/* A view may read its target in its own way; its numbering of classes is that of the whole data set. */
static void test_set_target_of_view(void **state)
{
    static const size_t last[2] = {2, 1};
    glia_data          *d, *view, *inner;
    (void)state;
    put_text("t.csv", "x,size\n0,0.5\n1,2.5\n2,1.5\n");
    d = opened("t.csv", NULL);
    EXPECT_OK(glia_data_rows(d, last, 2, &view));
    EXPECT_OK(glia_data_set_target(view, GLIA_TARGET_CLASSES));
    EXPECT_OK(glia_data_rows(view, last + 1, 1, &inner));
    assert_int_equal(info_of(d).target, GLIA_TARGET_NUMBERS);
    assert_int_equal(info_of(view).outputs, 3);
    assert_int_equal(glia_data_class(view, 0), 1);
    assert_int_equal(glia_data_class(inner, 0), 2);
    EXPECT_OK(glia_data_set_target(d, GLIA_TARGET_CLASSES));
    assert_int_equal(glia_data_class(d, 2), 1);
    glia_data_free(inner);
    glia_data_free(view);
    glia_data_free(d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reals),
        cmocka_unit_test(test_bytes),
        cmocka_unit_test(test_outside),
        cmocka_unit_test(test_wrong_arguments),
        cmocka_unit_test(test_views),
        cmocka_unit_test(test_split),
        cmocka_unit_test(test_split_notebook),
        cmocka_unit_test(test_split_tail),
        cmocka_unit_test(test_split_of_view),
        cmocka_unit_test(test_split_fails),
        cmocka_unit_test(test_set_target),
        cmocka_unit_test(test_set_target_of_memory),
        cmocka_unit_test(test_set_target_fails),
        cmocka_unit_test(test_set_target_of_view),
    };
    return cmocka_run_group_tests_name("data", tests, enter_folder, leave_folder);
}
