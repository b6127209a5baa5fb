/* Images: every format against pixels that others made, and sizes and colours by text. */
#include "data/image.h"
#include "data_files.h"

#define FOLDER GLIA_TEST_DATA "/golden/images/"

static glia_data *opened_as(const char *path, const char *image)
{
    glia_data *d;
    EXPECT_OK(glia_data_open(&d, path, &(glia_data_options){.image = image}));
    return d;
}

static glia_data_info info_of(const glia_data *d)
{
    glia_data_info info;
    glia_data_describe(d, &info);
    return info;
}

/* ---- golden images ---------------------------------------------------------------------------------------------- */

static void expect_same(const glia_data *got, const glia_data *want, double tolerance, const char *name)
{
    glia_data_info a = info_of(got), b = info_of(want);
    if (a.channels != b.channels || a.height != b.height || a.width != b.width)
        fail_msg("%s: %zux%zux%zu, not %zux%zux%zu", name, a.channels, a.height, a.width, b.channels, b.height,
                 b.width);
    assert_true(a.bytes && a.image && a.rows == 1 && a.target == GLIA_TARGET_NONE);
    for (size_t i = 0; i < a.columns; i++)
        if (fabs(glia_data_input(got, 0, i) - glia_data_input(want, 0, i)) > tolerance)
            fail_msg("%s: number %zu is %g, not %g", name, i, glia_data_input(got, 0, i), glia_data_input(want, 0, i));
}

/* Whether this build reads files of this name. */
static bool is_read(const char *name)
{
    if (strstr(name, ".png")) return glia__png_decode != NULL;
    return !strstr(name, ".jpg") || glia__jpeg_decode;
}

static void test_golden(void **state)
{
    char  *cases = get_text(FOLDER "cases.txt"), *rest = cases;
    size_t count = 0;
    (void)state;
    for (char *line; (line = strsep(&rest, "\n")) && *line; count++) {
        char   source[64], expected[64], from[512], to[512];
        int    end;
        double tolerance;
        assert_int_equal(sscanf(line, "%63s %63s %lf%n", source, expected, &tolerance, &end), 3);
        if (!is_read(source)) continue;
        snprintf(from, sizeof from, FOLDER "%s", source);
        snprintf(to, sizeof to, FOLDER "%s", expected);
        glia_data *got = opened_as(from, line[end] ? line + end + 1 : NULL), *want = opened_as(to, NULL);
        expect_same(got, want, tolerance, line);
        glia_data_free(got);
        glia_data_free(want);
    }
    assert_true(count >= 40);
    free(cases);
}

/* ---- PBM, PGM, PPM ---------------------------------------------------------------------------------------------- */

#define PNM(content, ...)                                                                                              \
    {                                                                                                                  \
        content, sizeof(content) - 1,                                                                                  \
        {                                                                                                              \
            __VA_ARGS__                                                                                                \
        }                                                                                                              \
    }

static const struct {
    const char *content;
    size_t      size;
    uint8_t     pixels[6]; /* of 2 x 3, or the first channel of 1 x 2 in colour and then the others */
} pnms[] = {
    PNM("P1\n3 2\n1 0 1\n0 0 1\n", 0, 255, 0, 255, 255, 0),
    PNM("P1 3 2 101001", 0, 255, 0, 255, 255, 0),
    PNM("P1 # a bitmap\n3#wide\n2 1#black\n0 1 0 0 1", 0, 255, 0, 255, 255, 0),
    PNM("P4\n3 2\n\xA0\x3F", 0, 255, 0, 255, 255, 0),
    PNM("P2\n3 2\n255\n0 1 2\n253 254 255", 0, 1, 2, 253, 254, 255),
    PNM("P2\n# the largest: 15\n3 2 15\n0 1 2 13 14 15\n\n", 0, 17, 34, 221, 238, 255),
    PNM("P2 3 2 65535 0 128 129 65406 65407 65535", 0, 0, 1, 254, 255, 255),
    PNM("P5\n3 2\n255\n\0\1\n\xFD\xFE\xFF", 0, 1, 10, 253, 254, 255),
    PNM("P5\n3 2\n100\n\0\1\2\61\62\144", 0, 3, 5, 125, 128, 255),
    PNM("P5 3 2 1023\n\0\0\0\1\0\3\3\xFC\3\xFE\3\xFF", 0, 0, 1, 254, 255, 255),
    PNM("P3\n2 1\n255\n1 2 3 4 5 6", 1, 4, 2, 5, 3, 6),
    PNM("P6\n2 1\n255\n\1\2\3\4\5\6", 1, 4, 2, 5, 3, 6),
    PNM("P6\t2\t1\t65535\t\0\0\1\1\2\2\xFE\xFE\xFF\xFF\x80\x80", 0, 254, 1, 255, 2, 128),
};

static void test_pnm(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(pnms); i++) {
        put_bytes("a.pnm", pnms[i].content, pnms[i].size);
        glia_data *d = opened("a.pnm", NULL);
        bool       colour = pnms[i].content[1] == '3' || pnms[i].content[1] == '6';
        assert_int_equal(info_of(d).channels, colour ? 3 : 1);
        assert_int_equal(info_of(d).height, colour ? 1 : 2);
        for (size_t k = 0; k < 6; k++)
            if (glia_data_input(d, 0, k) != pnms[i].pixels[k])
                fail_msg("pnm %zu: number %zu is %g", i, k, glia_data_input(d, 0, k));
        glia_data_free(d);
    }
}

/* A table may have a column of such a name. */
static void test_no_pnm(void **state)
{
    static const char *const tables[] = {"P1,P2\n1,2.5\n", "P1\tP2\tP3\n1\t2\t2.5\n", "P6,2\n3,2.5\n"};
    (void)state;
    for (size_t i = 0; i < COUNT(tables); i++) {
        put_text("t.csv", tables[i]);
        glia_data *d = opened("t.csv", NULL);
        assert_true(glia_data_number(d, info_of(d).rows - 1, 0) == 2.5);
        glia_data_free(d);
    }
}

static void test_gzipped(void **state)
{
    (void)state;
    put_gzipped("a.pgm.gz", "P5 2 1 255\n\1\2", 13);
    glia_data *d = opened("a.pgm.gz", NULL);
    assert_true(glia_data_input(d, 0, 1) == 2);
    assert_string_equal(glia_data_file_name(d, 0), "a.pgm.gz");
    assert_null(glia_data_file_name(d, 1));
    glia_data_free(d);
}

/* ---- orientation ------------------------------------------------------------------------------------------------ */

static void test_exif(void **state)
{
    static const unsigned char little[] = "Exif\0\0II\x2A\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0";
    static const unsigned char big[] = "Exif\0\0MM\0\x2A\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x08\0\0";
    (void)state;
    assert_int_equal(glia__exif_orientation(little, sizeof little - 1), 6);
    assert_int_equal(glia__exif_orientation(big, sizeof big - 1), 8);
    for (size_t i = 0; i < sizeof little - 1; i++)
        for (unsigned v = 0; v < 256; v++) {
            unsigned char *wrong = need(i + 1, 1); /* of just that size, so that reading past it is noticed */
            memcpy(wrong, little, i + 1);
            wrong[i] = (unsigned char)v;
            assert_in_range(glia__exif_orientation(wrong, i + 1), 1, 8);
            free(wrong);
        }
    unsigned char none[sizeof big];
    memcpy(none, big, sizeof big);
    none[25] = 9;
    assert_int_equal(glia__exif_orientation(none, sizeof none - 1), 1);
    none[25] = 6, none[19] = 4; /* a number of 32 bits */
    assert_int_equal(glia__exif_orientation(none, sizeof none - 1), 1);
}

/* ---- texts ------------------------------------------------------------------------------------------------------ */

static void test_wishes(void **state)
{
    static const struct {
        const char *text, *part;
    } cases[] = {
        {"28", "image: the size is HEIGHTxWIDTH, such as 28x28, not \"28\""},
        {"1x28x28", "image: the size is HEIGHTxWIDTH"},
        {"0x28", "size must be"},
        {"28x99999", "size must be"},
        {"28x28 grey", "colour must be"},
        {"grey", "colour must be"},
        {"28x28 gray fit=tile", "fit must be"},
        {"28x28 size=3x3", "size is given twice"},
        {"28x28 gray crop", "\"crop\" is one value too many"},
        {"side=3", "\"side\" is not a setting; it has"},
    };
    (void)state;
    put_text("a.pgm", "P2 2 1 9 1 2");
    for (size_t i = 0; i < COUNT(cases); i++) {
        glia_data *d;
        EXPECT_FAILS(glia_data_open(&d, "a.pgm", &(glia_data_options){.image = cases[i].text}), GLIA_E_TEXT,
                     cases[i].part);
        assert_null(d);
    }
}

/* Only images are resized, and it is said where there are none. */
static void test_no_images(void **state)
{
    glia_data *d;
    (void)state;
    put_text("t.csv", "a,b\n1,2.5\n");
    EXPECT_FAILS(glia_data_open(&d, "t.csv", &(glia_data_options){.image = "2x2"}), GLIA_E_TEXT,
                 "t.csv has no image files, which alone can be made \"2x2\"");
    EXPECT_OK(glia_data_open(&d, "t.csv", &(glia_data_options){.image = "2x2", .image_optional = true}));
    glia_data_free(d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_golden),    cmocka_unit_test(test_pnm),  cmocka_unit_test(test_no_pnm),
        cmocka_unit_test(test_gzipped),   cmocka_unit_test(test_exif), cmocka_unit_test(test_wishes),
        cmocka_unit_test(test_no_images),
    };
    return cmocka_run_group_tests_name("images", tests, enter_folder, leave_folder);
}
