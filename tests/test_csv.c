/* Tables from CSV: the grammar, the columns, the target; and a data set written as CSV. */
#include <float.h>
#include <locale.h>

#include "data_files.h"
#include "ground/memory.h"
#include "ground/text.h"

static glia_data *table(const char *content, const char *target)
{
    put_text("t.csv", content);
    return opened("t.csv", target);
}

/* The data set in one line: inputs of each row, then its class name or number, as "1 2 cat|3 4 dog". */
static char *told(const glia_data *d)
{
    glia_data_info info;
    glia__string   s = {0};
    glia_data_describe(d, &info);
    for (size_t r = 0; r < info.rows; r++) {
        glia__string_add(&s, r ? "|" : "");
        for (size_t i = 0; i < info.columns; i++) {
            glia__string_add(&s, i ? " " : "");
            glia__string_add_number(&s, glia_data_input(d, r, i));
        }
        if (info.target == GLIA_TARGET_CLASSES)
            glia__string_add(&s, " %s", glia_data_class_name(d, (size_t)glia_data_class(d, r)));
        if (info.target == GLIA_TARGET_NUMBERS) {
            glia__string_add(&s, " #");
            glia__string_add_number(&s, glia_data_number(d, r, 0));
        }
    }
    return glia__string_take(&s);
}

static void expect_told(const char *content, const char *target, const char *want)
{
    glia_data *d = table(content, target);
    char      *text = told(d);
    assert_string_equal(text, want);
    glia__free(text);
    glia_data_free(d);
}

/* ---- grammar ---------------------------------------------------------------------------------------------------- */

static void test_grammar(void **state)
{
    static const struct {
        const char *content, *want;
    } cases[] = {
        {"a,b,c\n1,2,x\n3,4,y\n", "1 2 x|3 4 y"},
        {"a,b,c\n1,2,x\n3,4,y", "1 2 x|3 4 y"},         /* no line end at the end */
        {"a,b,c\r\n1,2,x\r\n3,4,y\r\n", "1 2 x|3 4 y"}, /* CRLF */
        {"\xEF\xBB\xBF"
         "1,2,x\n3,4,y\n",
         "1 2 x|3 4 y"},                                       /* a byte order mark, no header */
        {"a;b;c\n1;2;x\n", "1 2 x"},                           /* semicolons */
        {"a\tb\tc\n1\t2\tx\n", "1 2 x"},                       /* tabs */
        {"\n\na,b,c\n\n1,2,x\n   \n3,4,y\n\n", "1 2 x|3 4 y"}, /* blank lines */
        {"\n\n1;2;x\n", "1 2 x"},
        {" a , b , c \n 1 ,  2 , x \n", "1 2 x"},  /* spaces */
        {"a,b,c\n\"1\",\" 2 \",\"x\"\n", "1 2 x"}, /* quotes */
        {"a,b,c\n1,2, \"x, y\" \n", "1 2 x, y"},
        {"a,b,c\n1,2,\"say \"\"x\"\"\"\n", "1 2 say \"x\""},
        {"a,b,c\n1,2,\"x\ny\"\n3,4,z\n", "1 2 x\ny|3 4 z"}, /* a line end in quotes */
        {"a,b,c\n1,2,5\" disk\n", "1 2 5\" disk"},          /* a quote within a cell */
        {"\"a;b\";\"c;d\";e\n1;2;x\n", "1 2 x"},
        {"a, b, c, d;w;y\n1;2;x\n", "1 2 x"}, /* the delimiter that fits both rows */
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) expect_told(cases[i].content, NULL, cases[i].want);
}

static void test_numbers(void **state)
{
    static const char *const cells[] = {
        "0",
        "7",
        "-7",
        "+7",
        "12",
        "255",
        "1000",
        "65535",
        "0.5",
        "-0.25",
        ".5",
        "5.",
        "1e3",
        "-2.5e-3",
        "007",
        "123456789",
        "0.1",
        "3.14159265",
        "1E+2",
        "-0",
        "99",
        "100",
        "999.5",
        "16777217",
        "90071992.54740993",
        "123456789012345",
        "1234567890123456",
        "0.1234567890123456789",
        "1e-320",
        "2.5e-45",
        "9",
    };
    glia__string text = {0};
    (void)state;
    glia__string_add(&text, "v,w,x,y,z\n");
    for (size_t i = 0; i < COUNT(cells); i++) glia__string_add(&text, "%s,%s,3,%s,0\n", cells[i], cells[i], cells[i]);
    glia_data *d = table(text.text, "z");
    for (size_t i = 0; i < COUNT(cells); i++)
        for (size_t j = 0; j < 4; j++) {
            double want = (double)(glia_real)strtod(j == 2 ? "3" : cells[i], NULL), got = glia_data_input(d, i, j);
            if (memcmp(&got, &want, sizeof got) != 0) fail_msg("%s: %.17g, not %.17g", cells[i], got, want);
        }
    glia__string_clear(&text);
    glia_data_free(d);
}

/* Cells of every width beside each other, so that those read four at a time and one at a time meet at all places. */
static void test_widths(void **state)
{
    enum { ROWS = 300, COLUMNS = 23 };
    static const char *const cells[] = {"0",    "5",   "9",  "10",    "99", "100", "999",
                                        "1000", "1.5", "-3", "\"4\"", " 6", "7e0"};
    static const double      values[] = {0, 5, 9, 10, 99, 100, 999, 1000, 1.5, -3, 4, 6, 7};
    glia__string             text = {0};
    double                   want[ROWS][COLUMNS];
    glia_rng                *rng;
    (void)state;
    EXPECT_OK(glia_rng_new(&rng, 1));
    for (size_t r = 0; r < ROWS; r++)
        for (size_t i = 0; i < COLUMNS; i++) {
            int64_t k = glia_rng_randint(rng, 0, r % 2 ? 3 : COUNT(cells));
            want[r][i] = values[k];
            glia__string_add(&text, "%s%s", cells[k], i + 1 == COLUMNS ? "\n" : ";");
        }
    glia_data *d = table(text.text, "");
    for (size_t r = 0; r < ROWS; r++)
        for (size_t i = 0; i < COLUMNS; i++) assert_true(glia_data_input(d, r, i) == want[r][i]);
    glia_data_free(d);
    glia_rng_free(rng);
    glia__string_clear(&text);
}

/* A plain number of any shape that a table may have. */
static void any_number(glia_rng *rng, char *text)
{
    static const int64_t most[] = {9, 99, 999, 9999, 9999999, 99999999, 999999999999};
    const char          *sign = glia_rng_randint(rng, 0, 3) ? "" : "-";
    int64_t              whole = glia_rng_randint(rng, 0, most[glia_rng_randint(rng, 0, COUNT(most))]);
    int64_t              fraction = glia_rng_randint(rng, 0, INT64_C(10000000000));
    switch (glia_rng_randint(rng, 0, 5)) {
    case 0: sprintf(text, "%s%lld", sign, (long long)whole); break;
    case 1: sprintf(text, "%s%lld.%0*lld", sign, (long long)whole, 10, (long long)fraction); break;
    case 2: sprintf(text, "%s%lld.%lld", sign, (long long)whole, (long long)fraction % 1000); break;
    case 3:
        sprintf(text, "%s%lld.%llde%d", sign, (long long)whole % 10, (long long)fraction, (int)(whole % 40) - 20);
        break;
    default:
        sprintf(text, "%s%lld.%010lld%08lld", sign, (long long)whole % 10, (long long)fraction,
                (long long)whole % 100000000);
    }
}

/* Columns of like shapes and rows that mix all of them. */
static void test_shapes(void **state)
{
    enum { ROWS = 2000, COLUMNS = 37 };
    glia__string text = {0};
    glia_rng    *rng;
    double      *want = malloc(sizeof *want * ROWS * COLUMNS);
    (void)state;
    assert_non_null(want);
    EXPECT_OK(glia_rng_new(&rng, 2));
    for (size_t i = 0; i < ROWS * COLUMNS; i++) {
        char cell[80] = "";
        if (i == 0 || glia_rng_randint(rng, 0, 20)) any_number(rng, cell);
        want[i] = *cell ? (double)(glia_real)strtod(cell, NULL) : (double)NAN;
        glia__string_add(&text, "%s%s", cell, i % COLUMNS + 1 == COLUMNS ? "\n" : ",");
    }
    glia_data *d = table(text.text, "");
    for (size_t i = 0; i < ROWS * COLUMNS; i++) {
        double got = glia_data_input(d, i / COLUMNS, i % COLUMNS);
        if (isnan(want[i]) ? !isnan(got) : got != want[i]) fail_msg("cell %zu: %.17g, not %.17g", i, got, want[i]);
    }
    glia_data_free(d);
    glia_rng_free(rng);
    glia__string_clear(&text);
    free(want);
}

/* A target among cells of one digit, at every place. */
static void test_target_places(void **state)
{
    enum { COLUMNS = 11 };
    (void)state;
    for (size_t target = 0; target < COLUMNS; target++) {
        char number[8];
        snprintf(number, sizeof number, "%zu", target + 1);
        glia_data *d = table("0,1,2,3,4,5,6,7,8,9,0\n9,8,7,6,5,4,3,2,1,0,9\n", number);
        for (size_t i = 0; i < COLUMNS - 1; i++) {
            size_t column = i + (i >= target);
            assert_true(glia_data_input(d, 0, i) == (double)(column % 10));
            assert_true(glia_data_input(d, 1, i) == 9 - (double)(column % 10));
        }
        EXPECT_OK(glia_data_set_target(d, GLIA_TARGET_NUMBERS));
        assert_true(glia_data_number(d, 0, 0) == (double)(target % 10));
        glia_data_free(d);
    }
}

/* A file of several chunks, whose rows are cut by their ends; also with rows longer than a chunk. */
static void test_chunks(void **state)
{
    static const size_t shapes[][2] = {{60000, 9}, {3, 700001}};
    (void)state;
    for (size_t s = 0; s < COUNT(shapes); s++) {
        size_t rows = shapes[s][0], columns = shapes[s][1];
        FILE  *file = fopen("t.csv", "wb");
        assert_non_null(file);
        for (size_t r = 0; r < rows; r++)
            for (size_t i = 0; i < columns; i++)
                fprintf(file, "%zu%s", (r * columns + i) * 7919 % 1000003, i + 1 == columns ? "\r\n" : ",");
        assert_int_equal(fclose(file), 0);
        glia_data     *d = opened("t.csv", "");
        glia_data_info info;
        glia_data_describe(d, &info);
        assert_int_equal(info.rows, rows);
        assert_int_equal(info.columns, columns);
        for (size_t i = 0; i < rows * columns; i++)
            if (glia_data_input(d, i / columns, i % columns) != (double)(i * 7919 % 1000003)) fail_msg("number %zu", i);
        glia_data_free(d);
    }
}

static void test_gzip(void **state)
{
    static const char content[] = "a,b,c\n1,2,x\n3,4,y\n";
    (void)state;
    put_gzipped("t.csv.gz", content, sizeof content - 1);
    glia_data *d = opened("t.csv.gz", NULL);
    assert_true(glia_data_input(d, 1, 1) == 4);
    glia_data_free(d);
}

/* A locale with a decimal comma changes nothing. */
static void test_locale(void **state)
{
    (void)state;
    bool set = setlocale(LC_ALL, "de_DE.UTF-8") != NULL;
    expect_told("a,b,c\n1.5,25e-2,x\n", NULL, "1.5 0.25 x");
    if (set) setlocale(LC_ALL, "C");
}

/* ---- columns and targets ---------------------------------------------------------------------------------------- */

static void test_target_column(void **state)
{
    static const struct {
        const char *content, *target, *want, *name;
    } cases[] = {
        {"a,b,c\n1,2,3.5\n", NULL, "1 2 #3.5", "c"},         /* the last */
        {"a,label,c\n1,2.5,3\n", NULL, "1 3 #2.5", "label"}, /* a usual name */
        {"class,a\n1.5,2\n", NULL, "2 #1.5", "class"},
        {"a,y,c\n1,2.5,3\n", NULL, "1 3 #2.5", "y"},
        {"y,label,c\n1,2.5,3\n", NULL, "1 3 #2.5", "label"},            /* label before y */
        {"a,b,c\n1.5,2,3\n", "a", "2 3 #1.5", "a"},                     /* by name */
        {"a,b,c\n1,2.5,3\n", "2", "1 3 #2.5", "b"},                     /* by number */
        {"3,b,c\n1.5,2,3\n", "3", "2 3 #1.5", "3"},                     /* a name before a number, in a header */
        {"3,2,1.5\n4,2,2.5\n", "3", "3 2 #1.5|4 2 #2.5", "3"},          /* without a header it is a number */
        {"a,b,c\n1,2,3\n", "", "1 2 3", NULL},                          /* no target */
        {"0,1,label\n5,6,7.5\n", NULL, "5 6 #7.5", "label"},            /* a header of numbers */
        {"1,2,y\n3,4,n\n", NULL, "1 2 y|3 4 n", "3"},                   /* yes and no, no header */
        {"0,1,species\n3,4,other\n", NULL, "3 4 other", "species"},     /* columns counted, a header */
        {"1,2,setosa\n3,4,other\n", NULL, "1 2 setosa|3 4 other", "3"}, /* no names: by its number */
        {"setosa,1,2\nother,3,4\n", "1", "1 2 setosa|3 4 other", "1"},
        {",a,b\n0,1,2.5\n", NULL, "0 1 #2.5", "b"}, /* a column without a name */
        {"a,b,\n1,2,3.5\n", NULL, "1 2 #3.5", "unnamed"},
        {"a,,b,\n1,2,3.5,4\n", "unnamed 2", "1 2 3.5 4", "unnamed 2"},
        {"unnamed,,y\n1,2,3.5\n", NULL, "1 2 #3.5", "y"}, /* `unnamed 2`, as the first has that name already */
        {"1,?,a\n2,3,b\n", NULL, "1 nan a|2 3 b", "3"},   /* a gap is no name */
        {"1,NA,a\n2,3,b\n", NULL, "1 nan a|2 3 b", "3"},
        {"a\n1\n2\n", "", "1|2", NULL}, /* one column */
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        expect_told(cases[i].content, cases[i].target, cases[i].want);
        glia_data  *d = opened("t.csv", cases[i].target);
        const char *name = glia_data_target_name(d, 0);
        if (cases[i].name)
            assert_string_equal(name, cases[i].name);
        else
            assert_null(name);
        glia_data_free(d);
    }
}

static void test_column_names(void **state)
{
    (void)state;
    glia_data *d = table("one,\"the target\",,\"two \"\"2\"\"\"\n1,2,3,4\n", "the target");
    assert_string_equal(glia_data_column_name(d, 0), "one");
    assert_string_equal(glia_data_column_name(d, 1), "unnamed");
    assert_string_equal(glia_data_column_name(d, 2), "two \"2\"");
    assert_null(glia_data_column_name(d, 3));
    assert_string_equal(glia_data_target_name(d, 0), "the target");
    assert_null(glia_data_target_name(d, 1));
    glia_data_free(d);
    d = table("1,2,3\n4,5,6\n", NULL);
    assert_null(glia_data_column_name(d, 0));
    glia_data_free(d);
}

static void expect_classes(const glia_data *d, const char *names)
{
    glia__string   s = {0};
    glia_data_info info;
    glia_data_describe(d, &info);
    assert_int_equal(info.target, GLIA_TARGET_CLASSES);
    for (size_t k = 0; k < info.outputs; k++) glia__string_add(&s, "%s%s", k ? " " : "", glia_data_class_name(d, k));
    assert_string_equal(s.text, names);
    assert_null(glia_data_class_name(d, info.outputs));
    glia__string_clear(&s);
}

/* Numbers are sorted by value, words by byte; a mixture is words. */
static void test_classes(void **state)
{
    static const struct {
        const char *column, *names;
    } cases[] = {
        {"10\n9\n-1\n9\n", "-1 9 10"},
        {"3.0\n03\n2\n3\n", "2 3"},
        {"-0\n0\n1\n", "0 1"},
        {"b\na\nZ\nb\n\xC3\xA4\n", "Z a b \xC3\xA4"},
        {"10\n9\nnone\n09\n", "10 9 none"},
        {"yes\nno\nyes\n", "no yes"},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        glia__string text = {0};
        glia__string_add(&text, "x,target\n");
        for (const char *at = cases[i].column; *at; at = strchr(at, '\n') + 1)
            glia__string_add(&text, "1,%.*s\n", (int)(strchr(at, '\n') - at), at);
        glia_data *d = table(text.text, NULL);
        expect_classes(d, cases[i].names);
        glia_data_free(d);
        glia__string_clear(&text);
    }
}

/* At most 20 different whole numbers are classes; 21, or a fraction, are numbers. */
static void test_guess(void **state)
{
    (void)state;
    for (int different = 20; different <= 21; different++) {
        glia_data_info info;
        glia__string   text = {0};
        for (int i = 0; i < 60; i++) glia__string_add(&text, "0,%d\n", i % different * 3);
        glia_data *d = table(text.text, NULL);
        glia_data_describe(d, &info);
        assert_int_equal(info.target, different == 20 ? GLIA_TARGET_CLASSES : GLIA_TARGET_NUMBERS);
        assert_int_equal(info.outputs, different == 20 ? 20 : 1);
        glia_data_free(d);
        glia__string_clear(&text);
    }
    expect_told("a,b\n1,2\n1,2.5\n", NULL, "1 #2|1 #2.5");
}

/* ---- writing ---------------------------------------------------------------------------------------------------- */

static void expect_written(const glia_data *d, const char *want)
{
    EXPECT_OK(glia_data_write_csv(d, "out.csv"));
    char *text = get_text("out.csv");
    assert_string_equal(text, want);
    free(text);
}

static void test_write_images(void **state)
{
    static const uint8_t pixels[3][4] = {{0, 1, 2, 3}, {9, 10, 99, 100}, {199, 200, 254, 255}};
    static const int32_t classes[3] = {2, 0, 11};
    glia_data           *d, *view;
    (void)state;
    EXPECT_OK(glia_data_from_bytes(&d, &pixels[0][0], 3, 1, 2, 2, classes, 12));
    expect_written(d, "label,pixel0,pixel1,pixel2,pixel3\n2,0,1,2,3\n0,9,10,99,100\n11,199,200,254,255\n");
    EXPECT_OK(glia_data_rows(d, (const size_t[]){2, 0}, 2, &view));
    expect_written(view, "label,pixel0,pixel1,pixel2,pixel3\n11,199,200,254,255\n2,0,1,2,3\n");
    glia_data_free(view);
    glia_data_free(d);
}

static void test_write_numbers(void **state)
{
    static const glia_real x[2][2] = {{(glia_real)0.1, -3}, {(glia_real)1e-7, 2}},
                           t[2][2] = {{1, (glia_real)0.5}, {-2, 3}};
    glia_data *d;
    (void)state;
    EXPECT_OK(glia_data_from_reals(&d, &x[0][0], 2, 2, NULL, &t[0][0], 2));
    expect_written(d, "label1,label2,x1,x2\n1,0.5,0.1,-3\n-2,3,1e-07,2\n");
    glia_data_free(d);
    EXPECT_OK(glia_data_from_reals(&d, &x[0][0], 2, 2, NULL, NULL, 0));
    expect_written(d, "x1,x2\n0.1,-3\n1e-07,2\n");
    glia_data_free(d);
}

/* What was written reads back as the same data set, names and quotes included. */
static void test_write_again(void **state)
{
    static const char *const contents[] = {
        "a,b,kind\n1,2.25,x\n-3,0.1,y\n",
        "\"a,1\",\"b \"\"2\"\"\",\"the; kind\"\n1,2,\" x\"\n3,4,\"y\nz\"\n5,6,\"tab\there\"\n",
        "a,b,size\n1,2,0.5\n3,1e-5,123456.75\n",
    };
    (void)state;
    for (size_t i = 0; i < COUNT(contents); i++) {
        glia_data *d = table(contents[i], NULL), *again;
        EXPECT_OK(glia_data_write_csv(d, "again.csv"));
        EXPECT_OK(glia_data_open(&again, "again.csv", &(glia_data_options){.target = "1"}));
        char *before = told(d), *after = told(again);
        assert_string_equal(before, after);
        for (size_t k = 0; k < 2; k++)
            assert_string_equal(glia_data_column_name(d, k), glia_data_column_name(again, k));
        assert_string_equal(glia_data_target_name(d, 0), glia_data_target_name(again, 0));
        glia__free(before);
        glia__free(after);
        glia_data_free(d);
        glia_data_free(again);
    }
}

static void test_write_fails(void **state)
{
    glia_data *d = table("a,b\n1,2.5\n", NULL);
    (void)state;
    EXPECT_FAILS(glia_data_write_csv(d, "no/such/folder.csv"), GLIA_E_WRITE, "no/such/folder.csv");
    EXPECT_FAILS(glia_data_write_csv(NULL, "out.csv"), GLIA_E_ARG, "data");
    EXPECT_FAILS(glia_data_write_csv(d, NULL), GLIA_E_ARG, "path");
    if (access("/dev/full", W_OK) == 0) EXPECT_FAILS(glia_data_write_csv(d, "/dev/full"), GLIA_E_WRITE, "/dev/full");
    glia_data_free(d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_grammar),      cmocka_unit_test(test_numbers),       cmocka_unit_test(test_widths),
        cmocka_unit_test(test_shapes),       cmocka_unit_test(test_target_places), cmocka_unit_test(test_chunks),
        cmocka_unit_test(test_gzip),         cmocka_unit_test(test_locale),        cmocka_unit_test(test_target_column),
        cmocka_unit_test(test_column_names), cmocka_unit_test(test_classes),       cmocka_unit_test(test_guess),
        cmocka_unit_test(test_write_images), cmocka_unit_test(test_write_numbers), cmocka_unit_test(test_write_again),
        cmocka_unit_test(test_write_fails),
    };
    return cmocka_run_group_tests_name("csv", tests, enter_folder, leave_folder);
}
