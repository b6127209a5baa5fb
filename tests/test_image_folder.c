/* Folders of images, and several images as one data set: rows, order, classes, parts. */
#include <sys/stat.h>

#include "data_files.h"

/* An image of 2 x 2 whose first pixel tells which one it is; it is in colour if told so. */
static void put_image(const char *path, unsigned char mark, bool colour)
{
    char gray[] = "P5\n2 2\n255\n....", rgb[] = "P6\n2 2\n255\n............";
    gray[11] = rgb[11] = (char)mark;
    colour ? put_bytes(path, rgb, sizeof rgb - 1) : put_bytes(path, gray, sizeof gray - 1);
}

static void make_folder(const char *path)
{
    assert_int_equal(mkdir(path, 0777), 0);
}

static glia_data_info info_of(const glia_data *d)
{
    glia_data_info info;
    glia_data_describe(d, &info);
    return info;
}

/* The rows are these marks, and their files and classes these. */
static void expect_rows(const glia_data *d, size_t rows, const unsigned char *marks, const char *const *files,
                        const char *const *classes)
{
    assert_int_equal(info_of(d).rows, rows);
    for (size_t r = 0; r < rows; r++) {
        assert_true(glia_data_input(d, r, 0) == marks[r]);
        assert_string_equal(glia_data_file_name(d, r), files[r]);
        if (classes) assert_string_equal(glia_data_class_name(d, (size_t)glia_data_class(d, r)), classes[r]);
    }
}

/* Made in an order that is not the one of names; what is hidden or no image is passed over. */
static void test_classes(void **state)
{
    (void)state;
    make_folder("pets"), make_folder("pets/dog"), make_folder("pets/cat"), make_folder("pets/.cache");
    put_image("pets/dog/b.pgm", 4, false), put_image("pets/dog/a.PGM", 3, false);
    put_image("pets/cat/z.pgm", 2, false), put_image("pets/cat/B.png", 1, false);
    put_image("pets/cat/.z.pgm", 9, false), put_text("pets/cat/notes.txt", "no image"), put_text("pets/README", "");
    static const char *const files[] = {"pets/cat/B.png", "pets/cat/z.pgm", "pets/dog/a.PGM", "pets/dog/b.pgm"};
    for (int slash = 0; slash < 2; slash++) {
        glia_data *d = opened(slash ? "pets/" : "pets", NULL);
        expect_rows(d, 4, (unsigned char[]){1, 2, 3, 4}, files, (const char *[]){"cat", "cat", "dog", "dog"});
        assert_true(info_of(d).image && info_of(d).bytes && info_of(d).channels == 1);
        assert_int_equal(info_of(d).target, GLIA_TARGET_CLASSES);
        assert_int_equal(info_of(d).outputs, 2);
        glia_data_free(d);
    }
}

/* Numbers are in the order of their values. */
static void test_number_classes(void **state)
{
    static const char *const names[] = {"10", "9", "0"}, *const sorted[] = {"0", "9", "10"};
    char path[64];
    (void)state;
    make_folder("digits");
    for (unsigned char i = 0; i < 3; i++) {
        snprintf(path, sizeof path, "digits/%s", names[i]);
        make_folder(path);
        strcat(path, "/a.ppm");
        put_image(path, i, i == 1);
    }
    glia_data *d = opened("digits", NULL);
    expect_rows(d, 3, (unsigned char[]){2, 1, 0},
                (const char *[]){"digits/0/a.ppm", "digits/9/a.ppm", "digits/10/a.ppm"}, sorted);
    assert_int_equal(info_of(d).channels, 3); /* one is in colour, behind a gray one */
    for (size_t c = 0; c < 3; c++)
        for (size_t i = 0; i < 4; i++) {
            assert_true(glia_data_input(d, 0, 4 * c + i) == (i ? '.' : 2));
            assert_true(glia_data_input(d, 2, 4 * c + i) == (i ? '.' : 0));
        }
    assert_true(glia_data_input(d, 1, 4) == '.');
    glia_data_free(d);
}

static void test_flat(void **state)
{
    (void)state;
    make_folder("flat");
    put_image("flat/2.pgm", 2, false), put_image("flat/10.pgm", 1, false);
    glia_data *d = opened("flat", NULL);
    expect_rows(d, 2, (unsigned char[]){1, 2}, (const char *[]){"flat/10.pgm", "flat/2.pgm"}, NULL);
    assert_int_equal(info_of(d).target, GLIA_TARGET_NONE);
    glia_data_free(d);
}

static void put_part(const char *folder, const char *part, const char *class, unsigned char mark, bool colour)
{
    char path[64];
    mkdir(folder, 0777);
    snprintf(path, sizeof path, "%s/%s", folder, part);
    mkdir(path, 0777);
    snprintf(path, sizeof path, "%s/%s/%s", folder, part, class);
    mkdir(path, 0777);
    snprintf(path, sizeof path, "%s/%s/%s/a.pgm", folder, part, class);
    put_image(path, mark, colour);
}

/* The second part is called test, or one of the others; classes and colour are those of both. */
static void test_parts(void **state)
{
    static const char *const seconds[] = {"validation", "valid", "val", "test"};
    (void)state;
    put_part("two", "train", "a", 1, false), put_part("two", "train", "c", 2, false);
    for (unsigned char i = 0; i < 4; i++) {
        put_part("two", seconds[i], "b", 10 + i, i == 3);
        glia_data       *d = opened("two", NULL);
        const glia_data *test = glia_data_test(d);
        assert_non_null(test);
        assert_int_equal(info_of(d).rows, 2);
        assert_int_equal(info_of(test).rows, 1);
        assert_true(glia_data_input(test, 0, 0) == 10 + i);
        assert_int_equal(info_of(d).outputs, 3);
        assert_int_equal(glia_data_class(test, 0), 1);
        assert_int_equal(info_of(d).channels, i == 3 ? 3 : 1);
        assert_int_equal(info_of(test).channels, i == 3 ? 3 : 1);
        glia_data_free(d);
        d = opened("two:test", NULL);
        assert_true(glia_data_input(d, 0, 0) == 10 + i);
        assert_null(glia_data_test(d));
        glia_data_free(d);
        char shown[64], hidden[64];
        snprintf(shown, sizeof shown, "two/%s", seconds[i]), snprintf(hidden, sizeof hidden, "two/.%s", seconds[i]);
        if (i < 3) assert_int_equal(rename(shown, hidden), 0);
    }
    glia_data *third;
    assert_int_equal(rename("two/.val", "two/val"), 0);
    EXPECT_FAILS(glia_data_open(&third, "two", NULL), GLIA_E_TEXT,
                 "two: has a part beside train and test: train on two/train and name the other (--test two/val, say)");
    assert_int_equal(rename("two/val", "two/.val"), 0);
    glia_data *d = opened("two:train", NULL);
    assert_int_equal(info_of(d).rows, 2);
    assert_null(glia_data_test(d));
    glia_data_free(d);
}

static void test_train_alone(void **state)
{
    (void)state;
    put_part("one", "train", "a", 1, false);
    glia_data *d = opened("one", NULL);
    assert_string_equal(glia_data_class_name(d, 0), "a");
    assert_null(glia_data_test(d));
    glia_data_free(d);
}

/* Views, and rows of all kinds behind each other. */
static void test_joined(void **state)
{
    glia_data *view, *d;
    (void)state;
    put_image("g.pgm", 7, false), put_image("c.ppm", 8, true);
    put_idx("i.idx", IDX_HEADER(0x08, 1, 3, 2, 2), 12);
    d = opened("g.pgm+c.ppm+i.idx", NULL);
    assert_int_equal(info_of(d).rows, 3);
    assert_int_equal(info_of(d).channels, 3);
    assert_true(glia_data_input(d, 0, 8) == 7 && glia_data_input(d, 1, 0) == 8 && glia_data_input(d, 2, 11) == 11);
    assert_string_equal(glia_data_file_name(d, 1), "c.ppm");
    assert_null(glia_data_file_name(d, 2));
    EXPECT_OK(glia_data_rows(d, (size_t[]){1}, 1, &view));
    assert_string_equal(glia_data_file_name(view, 0), "c.ppm");
    glia_data_free(view);
    glia_data_free(d);
    d = opened("i.idx+c.ppm", NULL);
    assert_null(glia_data_file_name(d, 0));
    assert_string_equal(glia_data_file_name(d, 1), "c.ppm");
    glia_data_free(d);
}

/* Whatever is wished for goes for both parts. */
static void test_wish(void **state)
{
    glia_data *d;
    (void)state;
    EXPECT_OK(glia_data_open(&d, "two", &(glia_data_options){.image = "1x3 rgb"}));
    assert_int_equal(info_of(d).columns, 9);
    assert_int_equal(info_of(glia_data_test(d)).columns, 9);
    glia_data_free(d);
    EXPECT_OK(glia_data_open(&d, "g.pgm + c.ppm", &(glia_data_options){.image = "gray"}));
    assert_int_equal(info_of(d).channels, 1);
    glia_data_free(d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_classes), cmocka_unit_test(test_number_classes), cmocka_unit_test(test_flat),
        cmocka_unit_test(test_parts),   cmocka_unit_test(test_train_alone),    cmocka_unit_test(test_joined),
        cmocka_unit_test(test_wish),
    };
    return cmocka_run_group_tests_name("folders of images", tests, enter_folder, leave_folder);
}
