/* .npy as data: what NumPy writes is read as NumPy reads it, for every type and order, and what is wrong is refused
 * with its place. */
#include "npy_files.h"
#include "scarce.h"

/* ---- NumPy's files ---------------------------------------------------------------------------------------------- */

static void expect_golden(const golden_case *c, const json_t *file, const char *path)
{
    const json_t  *shape = json_object_get(file, "shape");
    glia_data_info info;
    glia_data     *d = opened(path, NULL);
    glia_data_describe(d, &info);
    assert_int_equal(info.rows, json_integer_value(json_object_get(file, "rows")));
    assert_int_equal(info.channels, json_integer_value(json_array_get(shape, 0)));
    assert_int_equal(info.height, json_integer_value(json_array_get(shape, 1)));
    assert_int_equal(info.width, json_integer_value(json_array_get(shape, 2)));
    assert_int_equal(info.image, json_is_true(json_object_get(file, "image")));
    assert_int_equal(info.bytes, json_is_true(json_object_get(file, "bytes")));
    assert_int_equal(info.target, GLIA_TARGET_NONE);
    expect_inputs(d, golden_get(c, json_string_value(json_object_get(file, "array"))));
    glia_data_free(d);
}

/* Where the size is known the block is made at once, where it is not (gzip) it grows. */
static void test_golden(void **state)
{
    golden_case  *c = golden_open("npy");
    const json_t *files = json_object_get(golden_json(c), "files");
    (void)state;
    assert_true(json_array_size(files) > 70);
    for (size_t i = 0; i < json_array_size(files); i++) {
        const json_t *file = json_array_get(files, i);
        bytes         b = golden_file(json_string_value(json_object_get(file, "file")));
        put_bytes("x.npy", b.at, b.n);
        expect_golden(c, file, "x.npy");
        put_gzipped("x.npy.gz", b.at, b.n);
        expect_golden(c, file, "x.npy.gz");
    }
    golden_close(c);
}

/* Headers that NumPy reads, but writes no more. */
static void test_other_headers(void **state)
{
    static const char *const dicts[] = {
        "{\"shape\":(2L,3L),\"fortran_order\":False,\"descr\":\"|u1\"}",
        "{ 'shape' : ( 2 , 3 , ) , 'descr' : '<u1' , 'fortran_order' : False , } \n\n",
        "{'fortran_order': False,\n\t'descr': '>u1', 'shape': (2, 3)}",
    };
    (void)state;
    for (size_t i = 0; i < COUNT(dicts); i++) {
        bytes b = npy_header(dicts[i]);
        add(&b, "abcdef", 6);
        put_bytes("x.npy", b.at, b.n);
        glia_data *d = opened("x.npy", NULL);
        for (size_t k = 0; k < 6; k++) assert_true(glia_data_input(d, k / 3, k % 3) == "abcdef"[k]);
        glia_data_free(d);
    }
}

/* More numbers than are read at once, in both orders, a column of them the target. */
static void test_large(void **state)
{
    enum { ROWS = 3001, COLUMNS = 7 };
    (void)state;
    for (int fortran = 0; fortran < 2; fortran++)
        for (size_t target = 0; target <= COLUMNS; target++) {
            bytes header = npy_header(fortran ? DICT("<i4", "True", "(3001, 7)") : DICT("<i4", "False", "(3001, 7)"));
            FILE *file = fopen("x.npy", "wb");
            char  name[8] = "";
            assert_non_null(file);
            assert_int_equal(fwrite(header.at, 1, header.n, file), header.n);
            for (size_t i = 0; i < ROWS * COLUMNS; i++) {
                size_t  row = fortran ? i % ROWS : i / COLUMNS, column = fortran ? i / ROWS : i % COLUMNS;
                int32_t value = (int32_t)(row * 10 + column);
                assert_int_equal(fwrite(&value, sizeof value, 1, file), 1);
            }
            assert_int_equal(fclose(file), 0);
            if (target > 0) snprintf(name, sizeof name, "%zu", target);
            glia_data     *d = opened("x.npy", name);
            glia_data_info info;
            glia_data_describe(d, &info);
            assert_int_equal(info.columns, COLUMNS - (target > 0));
            assert_int_equal(info.target, target > 0 ? GLIA_TARGET_CLASSES : GLIA_TARGET_NONE);
            for (size_t r = 0; r < ROWS; r++) {
                for (size_t k = 0; k < info.columns; k++)
                    assert_true(glia_data_input(d, r, k) == (double)(r * 10 + k + (target > 0 && k + 1 >= target)));
                assert_int_equal(glia_data_class(d, r), target > 0 ? (int)r : -1);
            }
            glia_data_free(d);
        }
}

/* ---- targets ---------------------------------------------------------------------------------------------------- */

static void put_array(const char *path, const char *dict, const void *numbers, size_t n)
{
    bytes b = npy_header(dict);
    add(&b, numbers, n);
    put_bytes(path, b.at, b.n);
}

static void put_inputs(void)
{
    put_array("x.npy", DICT("|u1", "False", "(4, 2)"), "\0\1\2\3\4\5\6\7", 8);
    put_idx("x.idx", IDX_HEADER(0x08, 4, 2), 8);
}

/* Whole numbers are classes however many there are, floats by what they are; one column is as good as none. */
static void test_pairs(void **state)
{
    static const float  halves[] = {0.5f, 1, 2, 0.5f}, wholes[] = {3, 1, 1, -2};
    static const char   whole_bytes[] = {3, 1, 1, 0}, bools[] = {1, 0, 1, 1};
    static const double expected[] = {0.5, 1, 2, 0.5};
    static const struct {
        const char *dict;
        const void *numbers;
        size_t      n, classes;
    } cases[] = {
        {DICT("|u1", "False", "(4,)"), whole_bytes, 4, 3}, {DICT("|u1", "True", "(4, 1)"), whole_bytes, 4, 3},
        {DICT("|b1", "False", "(4, 1)"), bools, 4, 2},     {DICT("<f4", "False", "(4,)"), wholes, 16, 3},
        {DICT("<f4", "False", "(4, 1)"), halves, 16, 0},
    };
    static const char *const texts[] = {"x.npy,y.npy", "x.idx,y.npy"};
    (void)state;
    put_inputs();
    for (size_t i = 0; i < COUNT(cases); i++)
        for (size_t t = 0; t < COUNT(texts); t++) {
            glia_data_info info;
            put_array("y.npy", cases[i].dict, cases[i].numbers, cases[i].n);
            glia_data *d = opened(texts[t], NULL);
            glia_data_describe(d, &info);
            assert_int_equal(info.target, cases[i].classes ? GLIA_TARGET_CLASSES : GLIA_TARGET_NUMBERS);
            assert_int_equal(info.outputs, cases[i].classes ? cases[i].classes : 1);
            assert_true(info.bytes);
            for (size_t r = 0; r < 4 && !cases[i].classes; r++) assert_true(glia_data_number(d, r, 0) == expected[r]);
            if (cases[i].numbers == wholes) assert_string_equal(glia_data_class_name(d, 0), "-2");
            if (cases[i].numbers == bools) assert_int_equal(glia_data_class(d, 1), 0);
            glia_data_free(d);
        }
}

static void test_several_numbers(void **state)
{
    static const double table[8] = {1, 2.5, 3, 4.5, 5, 6.5, 1e15 + 1, -8},
                        columns[8] = {1, 3, 5, 1e15 + 1, 2.5, 4.5, 6.5, -8};
    (void)state;
    put_inputs();
    put_array("c.npy", DICT("<f8", "False", "(4, 2)"), table, sizeof table);
    put_array("f.npy", DICT("<f8", "True", "(4, 2)"), columns, sizeof columns);
    put_idx("y.idx", IDX_HEADER(0x08, 4, 2), 8);
    for (size_t i = 0; i < 3; i++) {
        glia_data     *d = opened(((const char *[]){"x.idx,c.npy", "x.npy , f.npy", "x.npy,y.idx"})[i], NULL);
        glia_data_info info;
        glia_data_describe(d, &info);
        assert_int_equal(info.target, GLIA_TARGET_NUMBERS);
        assert_int_equal(info.outputs, 2);
        for (size_t k = 0; k < 8; k++) assert_true(glia_data_number(d, k / 2, k % 2) == (i < 2 ? table[k] : (double)k));
        glia_data_free(d);
    }
}

static void test_target_column(void **state)
{
    static const float table[] = {1, 0.25f, 3, 4, 0.5f, 3, 7, 0.25f, 5};
    (void)state;
    put_array("x.npy", DICT("<f4", "False", "(3, 3)"), table, sizeof table);
    glia_data     *d = opened("x.npy", "2");
    glia_data_info info;
    glia_data_describe(d, &info);
    assert_int_equal(info.target, GLIA_TARGET_NUMBERS);
    assert_int_equal(info.columns, 2);
    assert_true(glia_data_number(d, 1, 0) == 0.5);
    assert_true(glia_data_input(d, 1, 1) == 3);
    glia_data_free(d);
    d = opened("x.npy", "3");
    glia_data_describe(d, &info);
    assert_int_equal(info.target, GLIA_TARGET_CLASSES);
    assert_int_equal(info.outputs, 2);
    assert_true(glia_data_input(d, 2, 1) == 0.25);
    glia_data_free(d);
    put_inputs();
    d = opened("x.idx", "1"); /* bytes stay bytes */
    glia_data_describe(d, &info);
    assert_true(info.bytes);
    assert_true(glia_data_input(d, 3, 0) == 7);
    assert_int_equal(info.outputs, 4);
    glia_data_free(d);
}

/* ---- what is wrong ---------------------------------------------------------------------------------------------- */

typedef struct wrong {
    const char *dict;
    size_t      numbers; /* bytes that follow: 0, 1, 2, ... */
    const char *part;
} wrong;

static const wrong dicts[] = {
    {"", 0, "x.npy: byte 10: the header is not as NumPy writes it: \"{\" is expected here"},
    {"[1, 2]\n", 0, "x.npy: byte 10: the header is not as NumPy writes it: \"{\" is expected here"},
    {"os.system('ls')\n", 0, "x.npy: byte 10: the header"},
    {"{}\n", 0, "x.npy: byte 10: the header's key 'descr' is missing"},
    {"{'descr': '|u1', 'fortran_order': False}", 6, "x.npy: byte 10: the header's key 'shape' is missing"},
    {"{'descr': '|u1', 'shape': (2, 3)}", 6, "x.npy: byte 10: the header's key 'fortran_order' is missing"},
    {"{'descr': '|u1', 'fortran_order': False, 'shape': (6,), 'x': 1}", 6,
     "x.npy: byte 66: the header's key 'x' is none of descr, fortran_order and shape"},
    {"{'descr': '|u1', 'descr': '|u1', 'fortran_order': False, 'shape': (6,)}", 6,
     "x.npy: byte 27: the header's key 'descr' is there twice"},
    {"{'descr' '|u1'}", 6, "x.npy: byte 19: the header is not as NumPy writes it: \":\" is expected here"},
    {"{descr: '|u1'}", 6, "x.npy: byte 11: the header is not as NumPy writes it: a text in quotes is expected here"},
    {"{'descr: |u1}", 6, "x.npy: byte 11: the quote that opens here is never closed"},
    {"{'descr': '|u1'", 6, "x.npy: byte 25: the header is not as NumPy writes it: \"}\" is expected here"},
    {"{'descr': '|u1' 'shape': (6,)}", 6, "x.npy: byte 26: the header is not as NumPy writes it: \"}\" is expected"},
    {DICT("|u1", "False", "(6,)") "x", 6, "the header is not as NumPy writes it: nothing more is expected here"},
    {DICT("|u1", "0", "(6,)"), 6, "x.npy: byte 44: the header is not as NumPy writes it: True or False is expected"},
    {"{'descr': 5}", 6, "x.npy: byte 20: the header is not as NumPy writes it: a text in quotes"},
    /* types */
    {DICT("|O", "False", "(6,)"), 6, "x.npy: byte 20: descr '|O': an array of Python objects, which are pickled"},
    {DICT("<U3", "False", "(6,)"), 72, "x.npy: byte 20: descr '<U3': an array of strings; what can be read are bool"},
    {DICT("|S8", "False", "(6,)"), 48, "descr '|S8': an array of strings"},
    {DICT("<c8", "False", "(6,)"), 48, "descr '<c8': an array of complex numbers"},
    {DICT("<M8[ns]", "False", "(6,)"), 48, "descr '<M8[ns]': an array of dates"},
    {DICT("<m8[s]", "False", "(6,)"), 48, "descr '<m8[s]': an array of spans of time"},
    {DICT("|V12", "False", "(6,)"), 72, "descr '|V12': an array of records"},
    {"{'descr': [('a', '<f4'), ('b', '<i4')], 'fortran_order': False, 'shape': (6,), }\n", 48,
     "x.npy: byte 20: descr '|V': an array of records"},
    {DICT("<f16", "False", "(6,)"), 96, "descr '<f16': an array of a type that is not known"},
    {DICT("<i3", "False", "(6,)"), 18, "descr '<i3': an array of a type that is not known"},
    {DICT("<f1", "False", "(6,)"), 6, "descr '<f1': an array of a type that is not known"},
    {DICT("|f4", "False", "(6,)"), 24, "descr '|f4': an array of a type that is not known"},
    {DICT("=f4", "False", "(6,)"), 24, "descr '=f4': an array of a type that is not known"},
    {DICT("f4", "False", "(6,)"), 24, "descr 'f4': an array of a type that is not known"},
    {DICT("", "False", "(6,)"), 24, "descr '': an array of a type that is not known"},
    {DICT("<f99999999999999999999999", "False", "(6,)"), 24, "an array of a type that is not known"},
    {DICT("<f4x", "False", "(6,)"), 24, "descr '<f4x': an array of a type that is not known"},
    /* shapes */
    {DICT("|u1", "False", "()"), 1, "x.npy: byte 60: 0 dimensions; 1 to 4 can be read"},
    {DICT("|u1", "False", "(1, 1, 1, 1, 6)"), 6, "x.npy: byte 60: 5 dimensions; 1 to 4 can be read"},
    {DICT("|u1", "False", "(6)"), 6, "x.npy: byte 62: the header is not as NumPy writes it: \",\" is expected here"},
    {DICT("|u1", "False", "6"), 6, "x.npy: byte 60: the header is not as NumPy writes it: \"(\" is expected here"},
    {DICT("|u1", "False", "[2, 3]"), 6, "x.npy: byte 60: the header is not as NumPy writes it: \"(\" is expected"},
    {DICT("|u1", "False", "(2, -3)"), 6, "x.npy: byte 64: the header is not as NumPy writes it: a dimension, a whole"},
    {DICT("|u1", "False", "(2, 3.0)"), 6, "x.npy: byte 65: the header is not as NumPy writes it: \")\" is expected"},
    {DICT("|u1", "False", "(2 3)"), 6, "x.npy: byte 63: the header is not as NumPy writes it: \",\" is expected"},
    {DICT("|u1", "False", "(2,, 3)"), 6, "x.npy: byte 63: the header is not as NumPy writes it: a dimension"},
    {DICT("|u1", "False", "(2, 0)"), 0, "x.npy: byte 64: dimension 2 of 2 is 0"},
    {DICT("|u1", "False", "(0,)"), 0, "x.npy: byte 61: dimension 1 of 1 is 0"},
    {DICT("|u1", "False", "(99999999999999999999999,)"), 6, "x.npy: byte 61: a dimension that is more than any memory"},
    {DICT("|u1", "False", "(4294967296, 4294967296)"), 6, "x.npy: byte 73: the first 2 dimensions are more numbers"},
    {DICT("<f8", "False", "(2305843009213693952,)"), 6, "x.npy: byte 61: the first 1 dimensions are more numbers"},
    /* what follows */
    {DICT("|u1", "False", "(2, 3)"), 5, "x.npy: byte 75: the file ends here, but its header promises 76 bytes in all"},
    {DICT("|u1", "False", "(2, 3)"), 0, "x.npy: byte 70: the file ends here, but its header promises 76 bytes in all"},
    {DICT("<f8", "True", "(2, 3)"), 47, "the file ends here, but its header promises"},
    {DICT("|u1", "False", "(2, 3)"), 7, "x.npy: byte 76: bytes past the end of the 6 numbers that the header promises"},
};

static void test_wrong_headers(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(dicts); i++)
        for (int gz = 0; gz < 2; gz++) {
            glia_data *d;
            bytes      b = npy_header(dicts[i].dict);
            for (size_t k = 0; k < dicts[i].numbers; k++) add_number(&b, k, 1, true);
            gz ? put_gzipped("x.npy", b.at, b.n) : put_bytes("x.npy", b.at, b.n);
            EXPECT_FAILS(glia_data_open(&d, "x.npy", NULL), GLIA_E_FORMAT, dicts[i].part);
            assert_null(d);
        }
}

/* Cut anywhere, and with a byte too many. */
static void test_truncated(void **state)
{
    static const char *const names[] = {"version_1.npy", "version_3.npy", "be_i2_fortran.npy"};
    (void)state;
    for (size_t i = 0; i < COUNT(names); i++) {
        bytes whole = golden_file(names[i]);
        for (size_t n = 1; n <= whole.n + 1; n++) {
            glia_data *d;
            if (n == whole.n) continue;
            for (int gz = 0; gz < 2; gz++) {
                gz ? put_gzipped("x.npy", whole.at, n) : put_bytes("x.npy", whole.at, n);
                EXPECT_FAILS(glia_data_open(&d, "x.npy", NULL), GLIA_E_FORMAT,
                             n < whole.n ? "the file ends here, but its header promises" : "bytes past the end");
                assert_null(d);
            }
        }
    }
}

static void test_preambles(void **state)
{
    static const struct {
        const char *content;
        size_t      n;
        const char *part;
    } cases[] = {
        {"\x93NUMPX\1\0\2\0{}", 12, "NUL byte"}, /* no array: a table then */
        {"\x93NUMPY\0\0\2\0{}", 12, "x.npy: byte 6: version 0.0 of .npy; 1.0, 2.0 and 3.0 can be read"},
        {"\x93NUMPY\4\0\2\0{}", 12, "x.npy: byte 6: version 4.0 of .npy"},
        {"\x93NUMPY\1\1\2\0{}", 12, "x.npy: byte 6: version 1.1 of .npy"},
        {"\x93NUMPY\2\0\xFF\xFF\xFF\xFF{}", 14,
         "x.npy: byte 8: a header of 4294967295 bytes; at most 65536 can be read"},
        {"\x93NUMPY\1\0\xFF\xFF{}", 12, "x.npy: byte 12: the file ends here, but its header promises 65545 bytes"},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        glia_data *d;
        put_bytes("x.npy", cases[i].content, cases[i].n);
        EXPECT_FAILS(glia_data_open(&d, "x.npy", NULL), GLIA_E_FORMAT, cases[i].part);
        assert_null(d);
    }
}

/* The row and the number as NumPy counts them but for the 1, whichever way the file lies. */
static void test_not_finite(void **state)
{
    static const struct {
        const char *dict;
        uint64_t    number;
        size_t      size;
        const char *part;
    } cases[] = {
        {DICT("<f4", "False", "(2, 3)"), 0x7FC00000, 4, "x.npy: byte 86: row 2: number 2 is nan, which is not finite"},
        {DICT("<f4", "True", "(2, 3)"), 0xFF800000, 4, "x.npy: byte 85: row 1: number 3 is -inf, which is not finite"},
        {DICT("<f2", "False", "(2, 3)"), 0x7C00, 2, "x.npy: byte 78: row 2: number 2 is inf, which is not finite"},
        {DICT("<f2", "False", "(2, 3)"), 0x7E00, 2, "x.npy: byte 78: row 2: number 2 is nan, which is not finite"},
        {DICT("<f8", "False", "(2, 3)"), 0x7FEFFFFFFFFFFFFF, 8, "308, which is out of range"},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        glia_data *d;
        bytes      b = npy_header(cases[i].dict);
        if (cases[i].size == 8 && IS_DOUBLE) continue;
        for (size_t k = 0; k < 6; k++) add_number(&b, k == 4 ? cases[i].number : 0, cases[i].size, false);
        put_bytes("x.npy", b.at, b.n);
        EXPECT_FAILS(glia_data_open(&d, "x.npy", NULL), GLIA_E_FORMAT, cases[i].part);
        put_idx("i.idx", IDX_HEADER(0x08, 2, 2), 4);
        EXPECT_FAILS(glia_data_open(&d, "i.idx,x.npy", NULL), GLIA_E_FORMAT, cases[i].part);
        EXPECT_FAILS(glia_data_open(&d, "x.npy", &(glia_data_options){.target = "3"}), GLIA_E_FORMAT, cases[i].part);
    }
}

static void test_wrong_texts(void **state)
{
    static const struct {
        const char *text, *target, *part;
        glia_status status;
    } cases[] = {
        {"x.npy,few.npy", NULL, "few.npy: byte 61: targets of 3 rows, but x.npy has 4", GLIA_E_FORMAT},
        {"x.npy,cube.npy", NULL, "cube.npy: byte 60: targets have 1 dimension or 2, these have 3", GLIA_E_FORMAT},
        {"x.npy,t.csv", NULL, "t.csv: byte 0: this is no array: neither an IDX file nor NumPy's .npy", GLIA_E_FORMAT},
        {"t.csv,x.npy", NULL, "t.csv: byte 0: this is no array", GLIA_E_FORMAT},
        {"x.npy,missing.npy", NULL, "missing.npy: ", GLIA_E_OPEN},
        {"x.npy", "3", "x.npy: there is no column \"3\"; there are 2, without names", GLIA_E_TEXT},
        {"x.npy", "0", "there is no column \"0\"", GLIA_E_TEXT},
        {"x.npy", "-1", "there is no column \"-1\"", GLIA_E_TEXT},
        {"x.npy", "age", "there is no column \"age\"", GLIA_E_TEXT},
        {"few.npy", "1", "few.npy: there is only one column, so no input is left", GLIA_E_FORMAT},
        {"x.npy:test", NULL, "x.npy:test: a file has no part \"test\"; a folder or a .npz has", GLIA_E_TEXT},
        {"x.npy+cube.npy", NULL, "rows of x.npy are 1x1x2 bytes, but those of cube.npy are 1x2x1 bytes", GLIA_E_SHAPE},
    };
    (void)state;
    put_inputs();
    put_array("few.npy", DICT("|u1", "False", "(3,)"), "\0\1\2", 3);
    put_array("cube.npy", DICT("|u1", "False", "(4, 2, 1)"), "\0\1\2\3\4\5\6\7", 8);
    put_text("t.csv", "a,b\n1,2\n");
    for (size_t i = 0; i < COUNT(cases); i++) {
        glia_data *d;
        EXPECT_FAILS(glia_data_open(&d, cases[i].text, &(glia_data_options){.target = cases[i].target}),
                     cases[i].status, cases[i].part);
        assert_null(d);
    }
}

/* ---- memory ----------------------------------------------------------------------------------------------------- */

/* A header that promises a terabyte costs no such allocation, packed or not, in either order. */
static void test_promises(void **state)
{
    static const char *const huge[] = {DICT("<f4", "False", "(268435456, 1024)"),
                                       DICT("|u1", "True", "(1024, 999999999)")};
    (void)state;
    watch_begin();
    for (size_t i = 0; i < COUNT(huge); i++)
        for (int gz = 0; gz < 2; gz++) {
            glia_data *d;
            bytes      b = npy_header(huge[i]);
            add(&b, "few", 3);
            gz ? put_gzipped("x.npy", b.at, b.n) : put_bytes("x.npy", b.at, b.n);
            EXPECT_FAILS(glia_data_open(&d, "x.npy", NULL), GLIA_E_FORMAT, "the file ends here");
        }
    glia_set_allocator(NULL, NULL, NULL);
    assert_in_range(watched_largest, 1, 1 << 20);
}

static glia_status open_pair(void)
{
    return open_and_free("last.npy,labels.npy", NULL);
}

static glia_status open_numbers(void)
{
    return open_and_free("images.npy.gz,numbers.npy", NULL);
}

static glia_status open_column(void)
{
    return open_and_free("table.npy", &(glia_data_options){.target = "2"});
}

static void test_memory(void **state)
{
    static const struct {
        const char *name, *golden;
    } files[] = {{"last.npy", "ramp_2x5x7x3_u1_fortran.npy"}, {"table.npy", "be_i4_fortran.npy"}};
    static const double numbers[4] = {1.5, 2, 3, 4};
    glia_status (*const works[])(void) = {open_pair, open_numbers, open_column};
    (void)state;
    for (size_t i = 0; i < COUNT(files); i++) {
        bytes b = golden_file(files[i].golden);
        put_bytes(files[i].name, b.at, b.n);
    }
    bytes images = golden_file("ramp_2x3x4_i2_fortran.npy");
    put_gzipped("images.npy.gz", images.at, images.n);
    put_array("labels.npy", DICT("|u1", "False", "(2, 1)"), "\5\3", 2);
    put_array("numbers.npy", DICT("<f8", "True", "(2, 2)"), numbers, sizeof numbers);
    for (size_t i = 0; i < COUNT(works); i++) expect_survives_scarcity(works[i], 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_golden),          cmocka_unit_test(test_other_headers),
        cmocka_unit_test(test_large),           cmocka_unit_test(test_pairs),
        cmocka_unit_test(test_several_numbers), cmocka_unit_test(test_target_column),
        cmocka_unit_test(test_wrong_headers),   cmocka_unit_test(test_truncated),
        cmocka_unit_test(test_preambles),       cmocka_unit_test(test_not_finite),
        cmocka_unit_test(test_wrong_texts),     cmocka_unit_test(test_promises),
        cmocka_unit_test(test_memory),
    };
    return cmocka_run_group_tests_name("npy read", tests, enter_folder, leave_folder);
}
