/* IDX: every type and rank, images and labels, plain and gzipped. */
#include "data_files.h"

/* ---- types ------------------------------------------------------------------------------------------------------ */

/* Two rows of three numbers of each type, with what they stand for. */
static const struct {
    unsigned type;
    size_t   size;
    uint64_t words[6];
    double   values[6];
} kinds[] = {
    {0x08, 1, {0, 1, 127, 128, 254, 255}, {0, 1, 127, 128, 254, 255}},
    {0x09, 1, {0, 1, 127, 0x80, 0xFE, 0xFF}, {0, 1, 127, -128, -2, -1}},
    {0x0B, 2, {0, 1, 0x7FFF, 0x8000, 0xFFFE, 0x0102}, {0, 1, 32767, -32768, -2, 258}},
    {0x0C, 4, {0, 1, 0x00FFFFFF, 0x80000000, 0xFFFFFFFE, 0x00010203}, {0, 1, 16777215, -2147483648.0, -2, 66051}},
    {0x0D,
     4,
     {0, 0x3F800000, 0xC0490FDB, 0x7F7FFFFF, 0x00000001, 0x80000000},
     {0, 1, -3.1415927410125732, 3.4028234663852886e38, 1.401298464324817e-45, 0}},
    {0x0E,
     8,
     {0, 0x3FF0000000000000, 0xC000000000000000, 0x3FB999999999999A, 0x4024000000000000, 0xBFE0000000000000},
     {0, 1, -2, 0.1, 10, -0.5}},
};

static bytes of_kind(size_t kind, bytes header)
{
    for (size_t i = 0; i < 6; i++) add_number(&header, kinds[kind].words[i], kinds[kind].size, true);
    return header;
}

static void expect_kind(size_t kind, const glia_data *d, bool image)
{
    glia_data_info info;
    glia_data_describe(d, &info);
    assert_int_equal(info.bytes, kinds[kind].type == 0x08);
    assert_int_equal(info.image, image);
    assert_int_equal(info.target, GLIA_TARGET_NONE);
    for (size_t i = 0; i < 6; i++)
        assert_true(glia_data_input(d, i / info.columns, i % info.columns) == (double)(glia_real)kinds[kind].values[i]);
}

static void test_types(void **state)
{
    (void)state;
    for (size_t k = 0; k < COUNT(kinds); k++) {
        bytes file = of_kind(k, IDX_HEADER(kinds[k].type, 2, 3));
        put_bytes("x.idx", file.at, file.n);
        glia_data *d = opened("x.idx", NULL);
        expect_kind(k, d, false);
        glia_data_free(d);
        put_gzipped("x.idx.gz", file.at, file.n);
        d = opened("x.idx.gz", NULL);
        expect_kind(k, d, false);
        glia_data_free(d);
    }
}

static void test_ranks(void **state)
{
    const struct {
        bytes  header;
        size_t rows, channels, height, width;
        bool   image;
    } shapes[] = {
        {IDX_HEADER(0x08, 6), 6, 1, 1, 1, false},
        {IDX_HEADER(0x08, 2, 3), 2, 1, 1, 3, false},
        {IDX_HEADER(0x08, 1, 2, 3), 1, 1, 2, 3, true},
        {IDX_HEADER(0x08, 1, 3, 2, 1), 1, 3, 2, 1, true},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(shapes); i++) {
        bytes          file = of_kind(0, shapes[i].header);
        glia_data_info info;
        put_bytes("x.idx", file.at, file.n);
        glia_data *d = opened("x.idx", NULL);
        glia_data_describe(d, &info);
        assert_int_equal(info.rows, shapes[i].rows);
        assert_int_equal(info.channels, shapes[i].channels);
        assert_int_equal(info.height, shapes[i].height);
        assert_int_equal(info.width, shapes[i].width);
        assert_int_equal(info.columns, 6 / shapes[i].rows);
        assert_null(glia_data_column_name(d, 0));
        expect_kind(0, d, shapes[i].image);
        glia_data_free(d);
    }
}

/* More numbers than one chunk or one step of growth holds. */
static void test_large(void **state)
{
    enum { ROWS = 5000, COLUMNS = 37 };
    static const size_t sizes[] = {1, 2};
    (void)state;
    for (size_t k = 0; k < COUNT(sizes); k++) {
        bytes          header = IDX_HEADER(k ? 0x0B : 0x08, ROWS, COLUMNS);
        FILE          *file = fopen("x.idx", "wb");
        glia_data_info info;
        assert_non_null(file);
        assert_int_equal(fwrite(header.at, 1, header.n, file), header.n);
        for (size_t i = 0; i < ROWS * COLUMNS; i++) {
            if (k) fputc((int)(i / 256 % 100), file);
            fputc((int)(i % 251), file);
        }
        assert_int_equal(fclose(file), 0);
        glia_data *d = opened("x.idx", NULL);
        glia_data_describe(d, &info);
        assert_int_equal(info.rows, ROWS);
        for (size_t i = 0; i < ROWS * COLUMNS; i++)
            if (glia_data_input(d, i / COLUMNS, i % COLUMNS) != (double)(i % 251 + (k ? i / 256 % 100 * 256 : 0)))
                fail_msg("number %zu", i);
        glia_data_free(d);
    }
}

/* ---- labels ----------------------------------------------------------------------------------------------------- */

static glia_data *labelled(unsigned type, size_t size, const uint64_t *words)
{
    bytes labels = IDX_HEADER(type, 4);
    for (size_t i = 0; i < 4; i++) add_number(&labels, words[i], size, true);
    put_bytes("labels", labels.at, labels.n);
    put_idx("images", IDX_HEADER(0x08, 4, 2, 2), 16);
    return opened("images,labels", NULL);
}

/* Whole numbers are classes in the order of their values, however many there are. */
static void test_class_labels(void **state)
{
    static const struct {
        unsigned    type;
        size_t      size;
        uint64_t    words[4];
        const char *names[3];
        int32_t     classes[4];
    } cases[] = {
        {0x08, 1, {7, 0, 10, 7}, {"0", "7", "10"}, {1, 0, 2, 1}},
        {0x09, 1, {0xFF, 5, 0, 5}, {"-1", "0", "5"}, {0, 2, 1, 2}},
        {0x0C, 4, {100000, 0xFFFFFFFF, 3, 3}, {"-1", "3", "100000"}, {2, 0, 1, 1}},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        glia_data     *d = labelled(cases[i].type, cases[i].size, cases[i].words);
        glia_data_info info;
        glia_data_describe(d, &info);
        assert_int_equal(info.target, GLIA_TARGET_CLASSES);
        assert_int_equal(info.outputs, 3);
        for (size_t k = 0; k < 3; k++) assert_string_equal(glia_data_class_name(d, k), cases[i].names[k]);
        for (size_t r = 0; r < 4; r++) assert_int_equal(glia_data_class(d, r), cases[i].classes[r]);
        assert_null(glia_data_target_name(d, 0));
        glia_data_free(d);
    }
}

static void test_number_labels(void **state)
{
    static const uint64_t words[4] = {0x3F000000, 0x40000000, 0x40000000, 0xBF800000};
    (void)state;
    glia_data     *d = labelled(0x0D, 4, words);
    glia_data_info info;
    glia_data_describe(d, &info);
    assert_int_equal(info.target, GLIA_TARGET_NUMBERS);
    assert_int_equal(info.outputs, 1);
    assert_true(glia_data_number(d, 0, 0) == 0.5);
    assert_true(glia_data_number(d, 3, 0) == -1);
    glia_data_free(d);
}

static void test_many_classes(void **state)
{
    bytes          labels = IDX_HEADER(0x08, 62);
    glia_data_info info;
    (void)state;
    put_idx("labels", labels, 62);
    put_idx("images", IDX_HEADER(0x08, 62, 1, 2), 124);
    glia_data *d = opened("images,labels", NULL);
    glia_data_describe(d, &info);
    assert_int_equal(info.target, GLIA_TARGET_CLASSES);
    assert_int_equal(info.outputs, 62);
    assert_int_equal(glia_data_class(d, 61), 61);
    glia_data_free(d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_types),        cmocka_unit_test(test_ranks),         cmocka_unit_test(test_large),
        cmocka_unit_test(test_class_labels), cmocka_unit_test(test_number_labels), cmocka_unit_test(test_many_classes),
    };
    return cmocka_run_group_tests_name("idx", tests, enter_folder, leave_folder);
}
