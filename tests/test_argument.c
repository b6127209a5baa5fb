/* The text of a data argument: files, pairs, folders and their parts, joins. */
#include <sys/stat.h>

#include "data_files.h"

static size_t rows_of(const glia_data *d)
{
    glia_data_info info;
    glia_data_describe(d, &info);
    return info.rows;
}

static size_t outputs_of(const glia_data *d)
{
    glia_data_info info;
    glia_data_describe(d, &info);
    return info.outputs;
}

/* IDX files of n images of 2 x 2 bytes, and labels first, first + 1, ... */
static void put_part(const char *images, const char *labels, uint32_t n, uint8_t first, bool gz)
{
    bytes x = IDX_HEADER(0x08, n, 2, 2), y = IDX_HEADER(0x08, n);
    for (uint32_t i = 0; i < 4 * n; i++) add_number(&x, i + first, 1, true);
    for (uint32_t i = 0; i < n; i++) add_number(&y, i + first, 1, true);
    (gz ? put_gzipped : (void (*)(const char *, const void *, size_t))put_bytes)(images, x.at, x.n);
    (gz ? put_gzipped : (void (*)(const char *, const void *, size_t))put_bytes)(labels, y.at, y.n);
}

/* The folder `set`: labels 0..4 in the first part, 3..6 in the second. */
static void put_folder(const char *folder, bool gz)
{
    char                     path[4][64];
    static const char *const names[] = {"train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte",
                                        "t10k-labels-idx1-ubyte"};
    assert_int_equal(mkdir(folder, 0777), 0);
    for (size_t i = 0; i < 4; i++) snprintf(path[i], sizeof path[i], "%s/%s%s", folder, names[i], gz ? ".gz" : "");
    put_part(path[0], path[1], 5, 0, gz);
    put_part(path[2], path[3], 4, 3, gz);
}

/* The class names of both parts are one list, so that an index means the same in both. */
static void test_folder(void **state)
{
    (void)state;
    for (int gz = 0; gz < 2; gz++) {
        const char *folder = gz ? "packed" : "plain";
        put_folder(folder, gz);
        glia_data       *d = opened(folder, NULL);
        const glia_data *test = glia_data_test(d);
        assert_non_null(test);
        assert_int_equal(rows_of(d), 5);
        assert_int_equal(rows_of(test), 4);
        assert_int_equal(outputs_of(d), 7);
        assert_int_equal(outputs_of(test), 7);
        assert_int_equal(glia_data_class(d, 4), 4);
        assert_int_equal(glia_data_class(test, 0), 3);
        assert_string_equal(glia_data_class_name(test, 6), "6");
        assert_true(glia_data_input(test, 1, 2) == 3 + 4 + 2);
        glia_data_free(d);
    }
    glia_data *d = opened("plain/", NULL);
    assert_int_equal(rows_of(d), 5);
    glia_data_free(d);
}

static void test_parts(void **state)
{
    (void)state;
    glia_data *train = opened("plain:train", NULL), *test = opened("packed:test", NULL);
    assert_null(glia_data_test(train));
    assert_null(glia_data_test(test));
    assert_int_equal(rows_of(train), 5);
    assert_int_equal(outputs_of(train), 5);
    assert_int_equal(rows_of(test), 4);
    assert_string_equal(glia_data_class_name(test, 0), "3");
    glia_data_free(train);
    glia_data_free(test);
}

static void test_pair(void **state)
{
    (void)state;
    put_part("x", "y", 3, 1, false);
    static const char *const texts[] = {"x,y", " x , y"};
    for (size_t i = 0; i < COUNT(texts); i++) {
        glia_data *d = opened(texts[i], NULL);
        assert_int_equal(rows_of(d), 3);
        assert_string_equal(glia_data_class_name(d, 2), "3");
        glia_data_free(d);
    }
}

/* A path that exists wins over what its marks would mean. */
static void test_names_with_marks(void **state)
{
    static const char *const names[] = {"a,b.csv", "a+b.csv", "a:train", "spiral", "a b:test", "x,y+z:train", " a "};
    (void)state;
    for (size_t i = 0; i < COUNT(names); i++) {
        put_text(names[i], "a,b\n1,2.5\n");
        glia_data *d = opened(names[i], NULL);
        assert_true(glia_data_number(d, 0, 0) == 2.5);
        glia_data_free(d);
        assert_int_equal(unlink(names[i]), 0);
    }
}

static void test_join(void **state)
{
    (void)state;
    glia_data *d = opened("plain:train+packed:test + x,y", NULL);
    assert_int_equal(rows_of(d), 12);
    assert_int_equal(outputs_of(d), 7);
    assert_null(glia_data_test(d));
    for (size_t r = 0; r < 12; r++) {
        size_t value = r < 5 ? r : r < 9 ? 3 + (r - 5) : 1 + (r - 9), first = r < 5 ? 0 : r < 9 ? 3 : 1;
        assert_int_equal(glia_data_class(d, r), value);
        assert_true(glia_data_input(d, r, 0) == (double)(4 * (value - first) + first));
    }
    glia_data_free(d);
}

/* Second parts are joined too; one alone stays. */
static void test_join_folders(void **state)
{
    (void)state;
    glia_data *d = opened("plain+packed", NULL);
    assert_int_equal(rows_of(d), 10);
    assert_int_equal(rows_of(glia_data_test(d)), 8);
    assert_int_equal(outputs_of(d), 7);
    glia_data_free(d);
    put_part("x", "y", 3, 9, false);
    for (int order = 0; order < 2; order++) {
        d = opened(order ? "plain+x,y" : "x,y+plain", NULL);
        assert_int_equal(rows_of(d), 8);
        assert_int_equal(rows_of(glia_data_test(d)), 4);
        assert_int_equal(outputs_of(d), 10);
        assert_int_equal(outputs_of(glia_data_test(d)), 10);
        assert_string_equal(glia_data_class_name(glia_data_test(d), 9), "11");
        assert_int_equal(glia_data_class(glia_data_test(d), 3), 6);
        assert_int_equal(glia_data_class(d, order ? 7 : 2), 9);
        glia_data_free(d);
    }
}

static void test_join_tables(void **state)
{
    (void)state;
    put_text("a.csv", "u,v,kind\n1,2,b\n3,4,a\n");
    put_text("b.csv", "u,v,kind\n5,6,c\n7,8,b\n");
    put_text("n.csv", "u,v,kind\n5,6,2\n7,8,1.5\n");
    put_text("m.csv", "u,v,kind\n5,6,2\n7,8,1\n");
    glia_data           *d = opened("a.csv+b.csv", NULL);
    static const int32_t classes[4] = {1, 0, 2, 1};
    for (size_t r = 0; r < 4; r++) assert_int_equal(glia_data_class(d, r), classes[r]);
    assert_string_equal(glia_data_class_name(d, 2), "c");
    assert_string_equal(glia_data_column_name(d, 1), "v");
    assert_true(glia_data_input(d, 3, 1) == 8);
    glia_data_free(d);
    d = opened("m.csv+n.csv", NULL); /* whole numbers and others: numbers */
    assert_true(glia_data_number(d, 1, 0) == 1 && glia_data_number(d, 3, 0) == 1.5);
    glia_data_free(d);
    d = opened("a.csv+m.csv", NULL); /* words and numbers: words */
    assert_int_equal(outputs_of(d), 4);
    assert_string_equal(glia_data_class_name(d, 0), "1");
    assert_int_equal(glia_data_class(d, 3), 0);
    EXPECT_FAILS(glia_data_set_target(d, GLIA_TARGET_NUMBERS), GLIA_E_FORMAT, "row 1: kind is \"b\"");
    glia_data_free(d);
    d = opened("spiral n=5 + spiral n=3 seed=2", NULL);
    assert_int_equal(rows_of(d), 24);
    glia_data_free(d);
}

/* Standard input cannot be looked at twice, and need not be. */
static void test_standard_input(void **state)
{
    (void)state;
    put_text("in.csv", "a,b\n1,2.5\n");
    assert_non_null(freopen("in.csv", "rb", stdin));
    glia_data *d = opened("-", NULL), *rest, *held;
    assert_true(glia_data_number(d, 0, 0) == 2.5);
    EXPECT_FAILS(glia_data_split(d, 0.5, GLIA_SPLIT_SHUFFLED, 0, &rest, &held), GLIA_E_ARG, "standard input: holding");
    glia_data_free(d);
}

static void test_pipe(void **state)
{
    int   ends[2];
    char  path[32];
    bytes file = IDX_HEADER(0x08, 2, 3);
    (void)state;
    add(&file, "abcdef", 6);
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(write(ends[1], file.at, file.n), file.n);
    close(ends[1]);
    snprintf(path, sizeof path, "/dev/fd/%d", ends[0]);
    if (access(path, R_OK) == 0) {
        glia_data *d = opened(path, NULL);
        assert_true(glia_data_input(d, 1, 2) == 'f');
        glia_data_free(d);
    }
    close(ends[0]);
}

/* ---- the files that were read ----------------------------------------------------------------------------------- */

static void expect_files(const glia_data *d, size_t count, const char *const *files)
{
    for (size_t i = 0; i < count; i++) {
        assert_non_null(glia_data_file(d, i));
        assert_string_equal(glia_data_file(d, i), files[i]);
    }
    assert_null(glia_data_file(d, count));
    assert_null(glia_data_file(d, SIZE_MAX));
}

static void test_files(void **state)
{
    static const struct {
        const char *text;
        size_t      count;
        const char *files[6];
    } cases[] = {
        {"one.csv", 1, {"one.csv"}},
        {"./one.csv + one.csv", 2, {"./one.csv", "one.csv"}},
        {"read-x , read-y", 2, {"read-x", "read-y"}},
        {"read:test", 2, {"read/t10k-images-idx3-ubyte", "read/t10k-labels-idx1-ubyte"}},
        {"read-x,read-y + read + read:train",
         6,
         {"read-x", "read-y", "read/train-images-idx3-ubyte", "read/train-labels-idx1-ubyte",
          "read/train-images-idx3-ubyte", "read/train-labels-idx1-ubyte"}},
        {"moons n=4", 0, {NULL}},
    };
    (void)state;
    put_folder("read", false);
    put_part("read-x", "read-y", 3, 0, false);
    put_text("one.csv", "a,b\n1,2\n3,4\n");
    for (size_t i = 0; i < COUNT(cases); i++) {
        glia_data *d = opened(cases[i].text, NULL), *view;
        if (!glia_data_test(d)) expect_files(d, cases[i].count, cases[i].files);
        EXPECT_OK(glia_data_rows(d, (size_t[]){0}, 1, &view));
        expect_files(view, cases[i].count, cases[i].files); /* a view has the first part's alone */
        glia_data_free(view);
        glia_data_free(d);
    }
    glia_data *d = opened("read + read", NULL);
    assert_string_equal(glia_data_file(d, 3), "read/train-labels-idx1-ubyte");
    assert_string_equal(glia_data_file(d, 7), "read/t10k-labels-idx1-ubyte");
    assert_null(glia_data_file(d, 8));
    assert_null(glia_data_file(NULL, 0));
    glia_data_free(d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_folder),
        cmocka_unit_test(test_parts),
        cmocka_unit_test(test_pair),
        cmocka_unit_test(test_join),
        cmocka_unit_test(test_join_folders),
        cmocka_unit_test(test_join_tables),
        cmocka_unit_test(test_standard_input),
        cmocka_unit_test(test_pipe),
        cmocka_unit_test(test_names_with_marks),
        cmocka_unit_test(test_files),
    };
    return cmocka_run_group_tests_name("argument", tests, enter_folder, leave_folder);
}
