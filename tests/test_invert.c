/* The border of the images a model learnt from, and the negatives that are turned by it. */
#include <sys/stat.h>

#include "data/data.h"
#include "data_files.h"

enum { SIDE = 4, PIXELS = SIDE * SIDE, ROWS = 12 };

/* Images whose outermost pixels are `border` and whose middle tells the class. */
static glia_data *images(uint8_t border)
{
    uint8_t    x[ROWS][PIXELS];
    int32_t    classes[ROWS];
    glia_data *d;
    memset(x, border, sizeof x);
    for (int r = 0; r < ROWS; r++) {
        classes[r] = r % 2;
        x[r][5] = x[r][10] = (uint8_t)(r % 2 ? 200 : 50);
    }
    EXPECT_OK(glia_data_from_bytes(&d, &x[0][0], ROWS, 1, SIDE, SIDE, classes, 2));
    return d;
}

static glia_model *fitted(const char *net, const glia_data *d)
{
    glia_model *m;
    EXPECT_OK(glia_model_new(&m, net, d, 1));
    EXPECT_OK(glia_fit(m, d, NULL, &(glia_fit_options){.epochs = 1, .threads = 1}));
    return m;
}

static double border_of(const glia_model *m)
{
    glia_model_info info;
    glia_model_describe(m, &info);
    return info.border;
}

/* An image file of this border and middle. */
static void put_image(const char *path, int border, int middle)
{
    char text[256];
    int  n = snprintf(text, sizeof text, "P2 %d %d 255", SIDE, SIDE);
    for (int i = 0; i < PIXELS; i++) {
        bool inner = i / SIDE % (SIDE - 1) && i % SIDE % (SIDE - 1);
        n += snprintf(text + n, sizeof text - (size_t)n, " %d", inner ? middle : border);
    }
    put_text(path, text);
}

/* Rows that train count, and only their outermost pixels. */
static void test_border(void **state)
{
    uint8_t     x[2][18];
    glia_data  *d, *view;
    glia_model *m;
    (void)state;
    for (int i = 0; i < 18; i++) x[0][i] = (uint8_t)i, x[1][i] = (uint8_t)(10 * i);
    x[0][4] = x[0][13] = x[1][4] = x[1][13] = 255; /* the middles of two channels of 3 x 3 */
    EXPECT_OK(glia_data_from_bytes(&d, &x[0][0], 2, 2, 3, 3, (int32_t[]){0, 1}, 2));
    m = fitted("flatten, dense 2, softmax", d);
    assert_true(border_of(m) == (8.5 + 85) / 2);
    glia_model_free(m);
    EXPECT_OK(glia_data_rows(d, (size_t[]){1, 1, 0}, 3, &view));
    m = fitted("flatten, dense 2, softmax", view);
    assert_true(fabs(border_of(m) - (8.5 + 170) / 3) < 1e-12);
    glia_model_free(m);
    glia_data_free(view);
    glia_data_free(d);
}

/* A net that reads flat bytes as images says what the border is; numbers have none. */
static void test_shapes(void **state)
{
    uint8_t x[2][16] = {{0}};
    (void)state;
    memset(x, 7, sizeof x);
    x[0][5] = 255;
    glia_data *d, *numbers = class_data(1, 10, 16, 2);
    EXPECT_OK(glia_data_from_bytes(&d, &x[0][0], 2, 1, 1, 16, (int32_t[]){0, 1}, 2));
    glia_model *m = fitted("dense 2, softmax", d);
    assert_true(isnan(border_of(m)));
    glia_model_free(m);
    m = fitted("input 1x4x4, flatten, dense 2, softmax", d);
    assert_true(border_of(m) == 7);
    glia_model_free(m);
    m = fitted("input 1x4x4, flatten, dense 2, softmax", numbers);
    assert_true(isnan(border_of(m)));
    glia_model_free(m);
    glia_data_free(numbers);
    glia_data_free(d);
}

/* It is in the file; a file without it, and one that is wrong. The doctor leaves it as it was. */
static void test_file(void **state)
{
    glia_data  *d = images(3);
    glia_model *m = fitted("dense 2, softmax", d), *again;
    (void)state;
    EXPECT_OK(glia_model_save(m, "m.safetensors"));
    EXPECT_OK(glia_model_open(&again, "m.safetensors"));
    assert_true(border_of(again) == 3);
    glia_model_free(again);
    char *file = need(1 << 16, 1);
    FILE *f = fopen("m.safetensors", "rb");
    assert_non_null(f);
    size_t n = fread(file, 1, 1 << 16, f);
    fclose(f);
    char *at = memmem(file, n, "\"border\":\"3\"", 12);
    assert_non_null(at);
    at[10] = 'x';
    put_bytes("m.safetensors", file, n);
    EXPECT_FAILS(glia_model_open(&again, "m.safetensors"), GLIA_E_FORMAT,
                 "border: \"x\" is not a number from 0 to 255");
    memcpy(at, "\"barder\"", 8);
    put_bytes("m.safetensors", file, n);
    EXPECT_OK(glia_model_open(&again, "m.safetensors"));
    assert_true(isnan(border_of(again)));
    glia_model_free(again);
    free(file);
    glia_model_free(m);
    glia_diagnosis *diagnosis;
    EXPECT_OK(glia_model_new(&m, "dense 2, softmax", d, 1));
    EXPECT_OK(glia_doctor(m, d, NULL, &(glia_fit_options){.epochs = 1, .threads = 1}, &diagnosis));
    glia_diagnosis_free(diagnosis);
    assert_true(isnan(border_of(m)));
    glia_model_free(m);
    glia_data_free(d);
}

/* The thresholds: below 85 is dark, above 170 bright. */
static void test_auto(void **state)
{
    static const struct {
        uint8_t learnt;
        int     border;
        bool    inverted;
    } cases[] = {{0, 255, true},  {84, 171, true},  {84, 170, false}, {85, 255, false},  {0, 0, false},  {255, 0, true},
                 {171, 84, true}, {171, 85, false}, {170, 0, false},  {255, 255, false}, {0, 128, false}};
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        glia_data    *d = images(cases[i].learnt), *photo;
        glia_model   *m = fitted("dense 2, softmax", d);
        glia_inverted made;
        put_image("a.pgm", cases[i].border, 100);
        photo = opened("a.pgm", NULL);
        EXPECT_OK(glia_data_invert(photo, m, GLIA_INVERT_AUTO, &made, NULL));
        assert_int_equal(made.rows, cases[i].inverted);
        assert_true(glia_data_input(photo, 0, 0) == (cases[i].inverted ? 255 - cases[i].border : cases[i].border));
        assert_true(glia_data_input(photo, 0, 5) == (cases[i].inverted ? 155 : 100));
        glia_data_free(photo);
        glia_model_free(m);
        glia_data_free(d);
    }
}

static void put_folder(void)
{
    mkdir("two", 0777), mkdir("two/train", 0777), mkdir("two/train/0", 0777), mkdir("two/test", 0777);
    mkdir("two/test/0", 0777);
    put_image("two/train/0/a.pgm", 255, 100), put_image("two/train/0/b.pgm", 0, 100);
    put_image("two/test/0/a.pgm", 0, 100), put_image("two/test/0/b.pgm", 255, 100);
    put_image("two/test/0/c.pgm", 255, 100);
}

/* Both parts, each row by itself; IDX is not judged, and turned when asked for. */
static void test_parts(void **state)
{
    glia_data    *d = images(0), *two, *idx, *table, *view;
    glia_model   *m = fitted("dense 2, softmax", d);
    glia_inverted first, second;
    (void)state;
    put_folder();
    two = opened("two", NULL);
    EXPECT_OK(glia_data_invert(two, m, GLIA_INVERT_NO, &first, &second));
    assert_int_equal(first.rows + second.rows, 0);
    EXPECT_OK(glia_data_invert(two, m, GLIA_INVERT_AUTO, &first, &second));
    assert_int_equal(first.rows, 1), assert_int_equal(first.first, 0);
    assert_int_equal(second.rows, 2), assert_int_equal(second.first, 1);
    assert_true(glia_data_input(two, 1, 0) == 0 && glia_data_input(glia_data_test(two), 2, 0) == 0);
    glia_data_free(two);
    put_idx("i.idx", IDX_HEADER(0x08, 1, SIDE, SIDE), PIXELS);
    idx = opened("i.idx", NULL);
    for (size_t i = 0; i < PIXELS; i++) idx->bytes[i] = 255;
    EXPECT_OK(glia_data_invert(idx, m, GLIA_INVERT_AUTO, &first, &second));
    assert_int_equal(first.rows, 0);
    EXPECT_OK(glia_data_invert(idx, m, GLIA_INVERT_YES, &first, NULL));
    assert_int_equal(first.rows, 1);
    assert_true(glia_data_input(idx, 0, 3) == 0);
    EXPECT_OK(glia_data_rows(idx, (size_t[]){0}, 1, &view));
    EXPECT_FAILS(glia_data_invert(view, m, GLIA_INVERT_YES, NULL, NULL), GLIA_E_ARG, "before they are chosen");
    glia_data_free(view);
    glia_data_free(idx);
    table = class_data(1, 4, 2, 2);
    EXPECT_OK(glia_data_invert(table, m, GLIA_INVERT_AUTO, NULL, NULL));
    EXPECT_FAILS(glia_data_invert(table, m, GLIA_INVERT_YES, NULL, NULL), GLIA_E_SHAPE, "its rows are numbers");
    EXPECT_FAILS(glia_data_invert(table, m, (glia_invert)7, NULL, NULL), GLIA_E_ARG, "7 is no way");
    EXPECT_FAILS(glia_data_invert(NULL, m, GLIA_INVERT_NO, NULL, NULL), GLIA_E_ARG, "are needed");
    EXPECT_FAILS(glia_data_invert(table, NULL, GLIA_INVERT_NO, NULL, NULL), GLIA_E_ARG, "are needed");
    glia_data_free(table);
    glia_model_free(m);
    glia_data_free(d);
}

/* A model without a border judges nobody. */
static void test_unknown(void **state)
{
    glia_data    *d = images(0), *photo;
    glia_model   *m;
    glia_inverted made;
    (void)state;
    EXPECT_OK(glia_model_new(&m, "dense 2, softmax", d, 1));
    assert_true(isnan(border_of(m)));
    put_image("a.pgm", 255, 100);
    photo = opened("a.pgm", NULL);
    EXPECT_OK(glia_data_invert(photo, m, GLIA_INVERT_AUTO, &made, NULL));
    assert_int_equal(made.rows, 0);
    glia_data_free(photo);
    glia_model_free(m);
    glia_data_free(d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_border), cmocka_unit_test(test_shapes), cmocka_unit_test(test_file),
        cmocka_unit_test(test_auto),   cmocka_unit_test(test_parts),  cmocka_unit_test(test_unknown),
    };
    return cmocka_run_group_tests_name("negatives", tests, enter_folder, leave_folder);
}
