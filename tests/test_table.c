/* Tables of words, dates and gaps: what is understood of their columns, and what is said of those that cannot be. */
#include "data_files.h"
#include "scarce.h"

static glia_data *open_text(const char *text, const glia_data_options *o)
{
    glia_data *d;
    put_text("t.csv", text);
    EXPECT_OK(glia_data_open(&d, "t.csv", o));
    return d;
}

static void expect_columns(const char *text, const glia_data_options *o, const char *columns)
{
    glia_data *d = open_text(text, o);
    assert_string_equal(glia_data_columns(d), columns);
    glia_data_free(d);
}

/* ---- kinds ------------------------------------------------------------------------------------------------------ */

static void kinds_are_guessed(void **state)
{
    static const struct {
        const char *text, *columns;
    } cases[] = {
        {"a,b,y\n1,2.5,0\n-3,1e3,1\n", "a:number, b:number"},
        {"a,y\nred,0\nblue,1\nred,0\n", "a:category"},
        {"a,y\nyes,0\nno,1\n,0\n", "a:yesno"},
        {"a,y\nTrue,0\nfalse,1\n", "a:yesno"},
        {"a,y\nyes,0\nyes,1\n", "a:category"}, /* nothing says no */
        {"a,y\nyes,0\ntrue,1\n", "a:category"},
        {"a,y\n1,0\n0,1\n", "a:number"},
        {"a,y\n2024-02-29,0\n1999/1/5,1\n", "a:date"},
        {"a,y\n31.5.2012,0\n1.6.2012,1\n", "a:date dmy"},
        {"a,y\n2023-02-29,0\n1999/1/5,1\n", "a:category"}, /* no such day */
        {"a,y\n14:30,0\n9:05:10,1\n", "a:time"},
        {"a,y\n5.10.2023 12:33:57,0\n31.5.2012 7:05,1\n", "a:datetime dmy"},
        {"a,y\n2024-02-29T14:30Z,0\n2024-02-29 09:05:10.5,1\n", "a:datetime"},
        {"a,y\n2024-02-29 14:30,0\n2024-03-01,1\n", "a:datetime"},
        {"a,b,y\nNA,x,0\n?,,1\n", "a:number, b:category"}, /* nothing is known of a */
        {"a,\"b, c:d\",y\n1,2,0\n", "a:number, \"b, c:d\":number"},
        {"1,red,0\n2,blue,1\n", "1:number, 2:category"},
        {"a,y\n1,0\n2,1\n3,0\n4,1\n5,0\n6,1\n7,0\n8,1\n9,0\nten,1\n,0\nNULL,1\n12,0\neleven,0\n", "a:category"},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) expect_columns(cases[i].text, NULL, cases[i].columns);
}

/* One word among nine numbers or more is a fault. */
static void typing_errors_are_found(void **state)
{
    glia_data *d;
    (void)state;
    put_text("t.csv", "a,y\n1,0\n2,1\n3,0\n4,1\n5,0\n6,1\n7,0\n8,1\n9,0\nten,1\n");
    EXPECT_FAILS(glia_data_open(&d, "t.csv", NULL), GLIA_E_FORMAT,
                 "t.csv:11:1: column 1 (a): \"ten\" is not a number, "
                 "as others in the column are; --missing \"ten\" takes it for a gap, "
                 "--columns \"a:category\" takes all as words");
    EXPECT_FAILS(glia_data_open(&d, "t.csv", &(glia_data_options){.columns = "a:number"}), GLIA_E_FORMAT,
                 "t.csv:11:1: column 1 (a): \"ten\" is not a number");
    assert_null(strstr(glia_error(), "--columns"));
    put_text("t.csv", "a,y\n1,0\n2,1\n3,0\n4,1\n5,0\n6,1\n7,0\n8,1\nten,1\n");
    EXPECT_OK(glia_data_open(&d, "t.csv", NULL));
    glia_data_free(d);
}

/* What a column is shows with its first value, however late that comes. */
static void sparse_columns_are_told_late(void **state)
{
    static const struct {
        const char *value, *kind;
    } cases[] = {{"red", "a:category"}, {"2024-03-01", "a:date"}, {"12:30", "a:time"}, {"5", "a:number"}};
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        FILE *file = fopen("t.csv", "wb");
        assert_non_null(file);
        fputs("n,a,m,y\n", file);
        for (int r = 0; r < 1500; r++)
            fprintf(file, "%d,%s,%d,%d\n", r, r < 1200 || r % 2 ? "" : cases[i].value, 2 * r, r % 2);
        assert_int_equal(fclose(file), 0);
        glia_data *d;
        EXPECT_OK(glia_data_open(&d, "t.csv", NULL));
        assert_non_null(strstr(glia_data_columns(d), cases[i].kind));
        assert_int_equal(glia_data_column(d, 1, &(glia_column_info){0}), true);
        assert_true(glia_data_input(d, 1200, 0) == 1200 && glia_data_input(d, 1200, 2) == 2400);
        assert_true(glia_data_input(d, 1499, 2) == 2998 && isnan(glia_data_input(d, 1199, 1)));
        glia_data_free(d);
    }
}

/* A column that turns out to be words has numbers for them, and these are not what --missing says. */
static void numbers_that_are_gaps_are_no_words(void **state)
{
    (void)state;
    FILE *file = fopen("t.csv", "wb");
    assert_non_null(file);
    fputs("a,b,y\n", file);
    for (int r = 0; r < 1500; r++)
        fprintf(file, "%d,%s,%d\n", r % 3, r < 1200 ? "" : r == 1200 ? "red" : "blue", 1 + r % 2);
    assert_int_equal(fclose(file), 0);
    glia_data *d;
    EXPECT_OK(glia_data_open(&d, "t.csv", &(glia_data_options){.missing = "0"}));
    assert_string_equal(glia_data_word(d, 1200, 1), "red");
    assert_true(isnan(glia_data_input(d, 0, 0)) && glia_data_input(d, 1, 0) == 1);
    glia_data_free(d);
}

static void numbers_may_have_a_decimal_comma(void **state)
{
    static const glia_data_options o = {.decimal = "comma"};
    (void)state;
    glia_data *d = open_text("a;b;y\n1.234,5;red, blue;0,25\n-1.234.567;x.y;-1e2\n;z;,5\n\" 7,0 \";z;3\n", &o);
    assert_string_equal(glia_data_columns(d), "a:number, b:category");
    assert_true(glia_data_input(d, 0, 0) == 1234.5 && glia_data_input(d, 1, 0) == -1234567);
    assert_true(isnan(glia_data_input(d, 2, 0)) && glia_data_input(d, 3, 0) == 7);
    assert_string_equal(glia_data_word(d, 0, 1), "red, blue");
    assert_true(glia_data_number(d, 0, 0) == 0.25 && glia_data_number(d, 1, 0) == -100 &&
                glia_data_number(d, 2, 0) == 0.5);
    glia_data_free(d);
    d = open_text("1,5;2\n2,5;3\n", &o); /* no header */
    assert_true(glia_data_input(d, 0, 0) == 1.5 && glia_data_input(d, 1, 0) == 2.5);
    glia_data_free(d);
    static const char *const none[] = {"1.5",  "12.34,5", "1,5,5",    "1,234.5",
                                       ".123", "1.2345",  "1234.567", "12345.678,5"};
    for (size_t i = 0; i < COUNT(none); i++) {
        char text[64];
        snprintf(text, sizeof text, "a;y\n%s;0\n", none[i]);
        put_text("t.csv", text);
        EXPECT_FAILS(glia_data_open(&d, "t.csv", &(glia_data_options){.decimal = "comma", .columns = "a:number"}),
                     GLIA_E_FORMAT, "is not a number");
    }
    put_text("t.csv", "a,y\n1,2\n");
    EXPECT_FAILS(glia_data_open(&d, "t.csv", &o), GLIA_E_FORMAT, "t.csv:1:1: there is only one column (\"a,y\")");
    EXPECT_FAILS(glia_data_open(&d, "t.csv", &(glia_data_options){.decimal = ","}), GLIA_E_TEXT,
                 "decimal: \",\" is neither comma nor point");
}

static glia_column_info column_of(const glia_data *d, size_t i)
{
    glia_column_info c;
    assert_true(glia_data_column(d, i, &c));
    return c;
}

static void text_is_left_out(void **state)
{
    char   text[4096] = "name,n,y\n";
    size_t at = strlen(text);
    (void)state;
    for (int i = 0; i < 60; i++) at += (size_t)sprintf(text + at, "somebody %d,%d,%d\n", i * 2 / 3, i, i % 2);
    glia_data       *d = open_text(text, NULL);
    glia_data_info   info;
    glia_column_info name = column_of(d, 0), n = column_of(d, 1);
    glia_data_describe(d, &info);
    assert_int_equal(info.columns, 1);
    assert_string_equal(name.name, "name");
    assert_int_equal(name.kind, GLIA_KIND_TEXT);
    assert_int_equal(name.words, 40);
    assert_true(name.column == GLIA_NO_COLUMN && n.column == 0);
    assert_true(glia_data_input(d, 59, 0) == 59);
    assert_false(glia_data_column(d, 2, &n));
    glia_data_free(d);
    glia_data *told = open_text(text, &(glia_data_options){.columns = "name:category"});
    assert_string_equal(glia_data_word(told, 59, 0), "somebody 39");
    glia_data_free(told);
}

/* ---- values ----------------------------------------------------------------------------------------------------- */

static void values_are_as_they_stand(void **state)
{
    (void)state;
    glia_data     *d = open_text("n,w,ok,day,at,when,y\n"
                                     "1.5,\"a \"\"b\"\"\",yes,2024-03-01,12:00:30,2024-03-01T23:30+01:30,0\n"
                                     ", c ,NO,1969-12-31,,2024-03-01 00:00:01,1\n",
                                 NULL);
    glia_data_info info;
    glia_data_describe(d, &info);
    assert_int_equal(info.columns, 7);
    assert_string_equal(glia_data_columns(d), "n:number, w:category, ok:yesno, day:date, at:time, when:datetime");
    assert_true(glia_data_input(d, 0, 0) == 1.5 && isnan(glia_data_input(d, 1, 0)));
    assert_true(isnan(glia_data_input(d, 0, 1)));
    assert_string_equal(glia_data_word(d, 0, 1), "a \"b\"");
    assert_string_equal(glia_data_word(d, 1, 1), "c");
    assert_null(glia_data_word(d, 0, 0));
    assert_true(glia_data_input(d, 0, 2) == 1 && glia_data_input(d, 1, 2) == 0);
    assert_true(glia_data_input(d, 0, 3) == 19783 && glia_data_input(d, 1, 3) == -1);
    assert_true(glia_data_input(d, 0, 4) == 43230 && isnan(glia_data_input(d, 1, 4)));
    assert_true(glia_data_input(d, 0, 5) == 19783 && glia_data_input(d, 0, 6) == 79200);
    assert_true(column_of(d, 0).missing == 1 && column_of(d, 4).missing == 1 && column_of(d, 1).missing == 0);
    assert_string_equal(glia_data_column_name(d, 6), "when");
    EXPECT_OK(glia_data_write_csv(d, "again.csv"));
    glia_data_free(d);
    EXPECT_OK(glia_data_open(&d, "again.csv", NULL));
    assert_string_equal(glia_data_columns(d), "n:number, w:category, ok:yesno, day:date, at:time, when:datetime");
    assert_true(glia_data_input(d, 0, 5) == 19783 && glia_data_input(d, 0, 6) == 79200 &&
                isnan(glia_data_input(d, 1, 4)));
    assert_string_equal(glia_data_word(d, 0, 1), "a \"b\"");
    glia_data_free(d);
}

static void gaps_have_many_names(void **state)
{
    (void)state;
    glia_data *d = open_text("a,b,y\n1,x,0\nna,N/A,1\nNaN,null,0\n?,Nan,1\n-999,none,0\n #N/A ,\"\",0\n",
                             &(glia_data_options){.missing = "-999, none"});
    assert_int_equal(column_of(d, 0).missing, 5);
    assert_int_equal(column_of(d, 1).missing, 5);
    glia_data_free(d);
    d = open_text("a,b,y\n1,x,0\n,x,1\n3,,0\n4,z,?\n5,z,1\n", &(glia_data_options){.drop_missing = true});
    size_t         dropped, left_out = glia_data_left_out(d, &dropped);
    glia_data_info info;
    glia_data_describe(d, &info);
    assert_true(info.rows == 2 && left_out == 1 && dropped == 2);
    assert_true(glia_data_input(d, 1, 0) == 5);
    glia_data_free(d);
}

/* ---- headers ---------------------------------------------------------------------------------------------------- */

static void headers_are_told_from_rows(void **state)
{
    static const struct {
        const char *text, *header;
        bool        named;
        size_t      rows;
    } cases[] = {
        {"colour,kind\nred,a\nblue,b\n", NULL, true, 2},
        {"colour,kind\nred,a\nblue,b\n", "no", false, 3},
        {"1,2,a\n3,4,b\n", NULL, false, 2},
        {"1,2,a\n3,4,b\n", "yes", true, 1},
        {"red,5,a\nblue,6,b\n", NULL, false, 2},
        {"size,5,a\n3,6,b\n", NULL, true, 1},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        glia_data     *d = open_text(cases[i].text, &(glia_data_options){.header = cases[i].header});
        glia_data_info info;
        glia_data_describe(d, &info);
        assert_int_equal(info.rows, cases[i].rows);
        assert_int_equal(glia_data_column_name(d, 0) != NULL, cases[i].named);
        glia_data_free(d);
    }
}

/* ---- targets ---------------------------------------------------------------------------------------------------- */

static void there_may_be_several_targets(void **state)
{
    (void)state;
    glia_data     *d = open_text("low,a,high\n1,5,2\n3,6,4\n,7,1\n", &(glia_data_options){.target = "high, low"});
    glia_data_info info;
    glia_data_describe(d, &info);
    assert_true(info.target == GLIA_TARGET_NUMBERS && info.outputs == 2 && info.rows == 2 && !info.yesno);
    assert_string_equal(glia_data_target_name(d, 0), "high");
    assert_true(glia_data_number(d, 1, 0) == 4 && glia_data_number(d, 1, 1) == 3);
    assert_int_equal(glia_data_left_out(d, NULL), 1);
    glia_data_free(d);
    d = open_text("a,p,q,r\n5,yes,0,t\n6,no,1,f\n", &(glia_data_options){.target = "p,q,r"});
    glia_data_describe(d, &info);
    assert_true(info.target == GLIA_TARGET_NUMBERS && info.outputs == 3 && info.yesno);
    assert_true(glia_data_number(d, 0, 0) == 1 && glia_data_number(d, 0, 1) == 0 && glia_data_number(d, 1, 2) == 0);
    glia_model     *m;
    glia_model_info model;
    EXPECT_OK(glia_model_new(&m, NULL, d, 0));
    glia_model_describe(m, &model);
    assert_string_equal(model.net, "dense 64, relu, dropout 0.3, dense 32, relu, dropout 0.3, dense 3, sigmoid");
    EXPECT_OK(glia_fit(m, d, NULL, &(glia_fit_options){.epochs = 300, .optimizer = "adam lr=0.01"}));
    glia_real y[6];
    EXPECT_OK(glia_predict(m, d, y));
    assert_true(y[0] > 0.9 && y[1] < 0.1 && y[3] < 0.1 && y[4] > 0.9);
    glia_model_free(m);
    glia_data_free(d);
}

static void names_of_targets_may_be_in_quotes(void **state)
{
    static const char *const text = "a,\"size, cm\",\"say \"\"x\"\"\"\n5,1,2\n6,3,4\n";
    glia_data               *d;
    (void)state;
    d = open_text(text, &(glia_data_options){.target = "\"say \"\"x\"\"\", \"size, cm\""});
    assert_string_equal(glia_data_target_name(d, 1), "size, cm");
    assert_true(glia_data_number(d, 1, 0) == 4 && glia_data_number(d, 1, 1) == 3);
    glia_data_free(d);
    d = open_text(text, &(glia_data_options){.target = "\"size, cm\""});
    assert_string_equal(glia_data_columns(d), "a:number, \"say \"\"x\"\"\":number");
    glia_data_free(d);
    EXPECT_FAILS(glia_data_open(&d, "t.csv", &(glia_data_options){.target = "a, \"size"}), GLIA_E_TEXT,
                 "target:1:4: the quote that opens here is never closed");
    EXPECT_FAILS(glia_data_open(&d, "t.csv", &(glia_data_options){.target = "\"a\" x"}), GLIA_E_TEXT,
                 "target:1:5: text after a closing quote");
}

/* ---- columns without a name in a table with names ---------------------------------------------------------------- */

static void expect_same_answers(const char *a, const char *b)
{
    glia_data  *d = open_text(a, &(glia_data_options){.target = "y"}), *other;
    glia_model *m;
    glia_real   y[4], z[4];
    EXPECT_OK(glia_model_new(&m, "dense 1", d, 0));
    EXPECT_OK(glia_fit(m, d, NULL, &(glia_fit_options){.epochs = 1}));
    EXPECT_OK(glia_predict(m, d, y));
    other =
        open_text(b, &(glia_data_options){
                         .columns = glia_model_columns(m), .columns_optional = true, .target = "", .header = "yes"});
    EXPECT_OK(glia_predict(m, other, z));
    assert_memory_equal(y, z, sizeof y);
    assert_true(y[0] != y[1]);
    glia_data_free(other);
    glia_model_free(m);
    glia_data_free(d);
}

static void columns_without_a_name_are_found_again(void **state)
{
    (void)state;
    expect_columns(",u,y\n0,5,1\n1,7,2\n", NULL, "unnamed:number, u:number");
    expect_columns("u,,y,\n0,5,1,\n1,7,2,\n", &(glia_data_options){.target = "y"},
                   "u:number, unnamed:number, unnamed 2:number");
    expect_columns("a,\"\tb\",y\n0,5,1\n1,7,2\n", NULL, "a:number, \"\tb\":number");
    expect_same_answers(",u,v,y\n0,5,1,0.5\n1,7,8,1.5\n2,6,3,2.5\n3,1,4,3.5\n",
                        "v,more,,u\n1,9,0,5\n8,9,1,7\n3,9,2,6\n4,9,3,1\n");
    expect_same_answers("u,,y,\n5,1,0.5,\n7,8,1.5,\n6,3,2.5,\n1,4,3.5,\n", "u,,\n5,1,\n7,8,\n6,3,\n1,4,\n");
}

/* ---- groups and times ------------------------------------------------------------------------------------------- */

static void groups_and_times_are_no_inputs(void **state)
{
    static const int32_t     groups[] = {1, 0, 1, 2};
    static const double      times[] = {19783 * 86400.0, 19784 * 86400.0 + 3600, 7, 45000};
    static const char *const text =
        "a,who,when,y\n1,bob,2024-03-01,0\n2,ann,2024-03-02T01:00,1\n3,bob,7,0\n4,zoe,12:30,1\n";
    const glia_data_options o = {.group = "who", .time = "when"};
    (void)state;
    glia_data *d = open_text(text, &o);
    assert_string_equal(glia_data_columns(d), "a:number, when:category"); /* of which some are dates */
    assert_string_equal(glia_data_group_name(d), "who");
    assert_string_equal(glia_data_time_name(d), "when");
    for (size_t r = 0; r < 4; r++) assert_true(glia_data_group(d, r) == groups[r] && glia_data_time(d, r) == times[r]);
    glia_data_free(d);
    put_text("u.csv", "a,who,y\n1,zoe,0\n2,carl,1\n");
    EXPECT_OK(glia_data_open(&d, "t.csv+u.csv",
                             &(glia_data_options){.group = "who", .columns = "when:skip", .columns_optional = true}));
    assert_int_equal(glia_data_group(d, 3), glia_data_group(d, 4)); /* zoe in both */
    assert_true(glia_data_group(d, 5) != glia_data_group(d, 0) && glia_data_group(d, 5) != glia_data_group(d, 1));
    glia_data_free(d);
    put_text("t.csv", "a,who,when,y\n1,bob,soon,0\n2,,7,1\n");
    EXPECT_FAILS(glia_data_open(&d, "t.csv", &(glia_data_options){.time = "when"}), GLIA_E_FORMAT,
                 "t.csv:2:7: column 3 (when): \"soon\" is neither a number nor a date or time");
    EXPECT_FAILS(glia_data_open(&d, "t.csv", &(glia_data_options){.group = "who"}), GLIA_E_FORMAT,
                 "t.csv:3:3: column 2 (who): the cell is empty");
    EXPECT_FAILS(glia_data_open(&d, "t.csv", &(glia_data_options){.group = "who", .weight = "who"}), GLIA_E_TEXT,
                 "column 2 cannot be both the groups and the weights");
    d = open_text("a,who,when,y\n1,bob,5,0\n,,,\n2,ann,7,1\n", &(glia_data_options){.group = "who", .time = "when"});
    assert_true(glia_data_left_out(d, NULL) == 1 && glia_data_group(d, 1) == 0 && glia_data_time(d, 1) == 7);
    glia_data_free(d);
    put_text("t.csv", "g,a,y\nx,1,0\nNA,2,1\n");
    EXPECT_FAILS(glia_data_open(&d, "t.csv", &(glia_data_options){.group = "g"}), GLIA_E_FORMAT,
                 "t.csv:3:1: column 1 (g): \"NA\" is no group");
    size_t dropped;
    d = open_text("a,who,w,when,y\n1,bob,1,5,0\n3,,1,6,1\n3,bob,,6,1\n3,bob,1,,1\n2,ann,2,7,1\n",
                  &(glia_data_options){.group = "who", .time = "when", .weight = "w", .drop_missing = true});
    assert_true(glia_data_left_out(d, &dropped) == 0 && dropped == 3);
    assert_true(glia_data_group(d, 1) == 0 && glia_data_time(d, 1) == 7 && glia_data_weight(d, 1) == 2);
    glia_data_free(d);
    put_text("t.csv", "a,day,y\n1,31.5.2024,0\n2,1.6.2024,1\n");
    EXPECT_OK(glia_data_open(&d, "t.csv", &(glia_data_options){.time = "day"}));
    assert_string_equal(glia_data_columns(d), "a:number, day:date dmy");
    assert_true(glia_data_time(d, 1) - glia_data_time(d, 0) == 86400);
    glia_data_free(d);
    EXPECT_OK(glia_data_open(&d, "t.csv", &(glia_data_options){.time = "day", .columns = "day:skip"}));
    assert_string_equal(glia_data_columns(d), "a:number, day:skip");
    glia_data_free(d);
    put_text("t.csv", "a,who,when,y\n1,bob,soon,0\n2,,7,1\n");
    EXPECT_FAILS(glia_data_open(&d, "t.csv", &(glia_data_options){.group = "whom"}), GLIA_E_TEXT,
                 "there is no column \"whom\"; there are a, who, when, y");
}

/* ---- what cannot be --------------------------------------------------------------------------------------------- */

static void wrong_texts_are_told(void **state)
{
    static const struct {
        glia_data_options o;
        glia_status       status;
        const char       *part;
    } cases[] = {
        {{.columns = "a number"}, GLIA_E_TEXT, "columns:1:1: an entry is a column, a colon and a kind"},
        {{.columns = "a:nmber"},
         GLIA_E_TEXT,
         "columns:1:3: there is no kind of column \"nmber\"; did you mean number?"},
        {{.columns = "a:number,\nc:date, d:date"},
         GLIA_E_TEXT,
         "columns: t.csv:1:1: there is no column \"c\"; there are a, b, y"},
        {{.columns = "a:number fil=mean"}, GLIA_E_TEXT, "columns:1:10"},
        {{.columns = "a:number, a:date"}, GLIA_E_TEXT, "columns:1:11: this column is told twice"},
        {{.columns = "*:number, *:date"}, GLIA_E_TEXT, "columns:1:11: * is told twice"},
        {{.columns = "\"a:number"}, GLIA_E_TEXT, "columns:1:1: the quote that opens here is never closed"},
        {{.columns = "b:category hash=0"}, GLIA_E_TEXT, "columns:1:12: category: hash"},
        {{.columns = "*:skip"}, GLIA_E_TEXT, "t.csv:1:1: no column is left for the inputs"},
        {{.columns = "b:yesno"}, GLIA_E_FORMAT, "t.csv:2:3: column 2 (b): \"red\" is neither yes nor no"},
        {{.columns = "b:date"}, GLIA_E_FORMAT, "t.csv:2:3: column 2 (b): \"red\" is not a date"},
        {{.columns = "b:time"}, GLIA_E_FORMAT, "\"red\" is not a time of day"},
        {{.columns = "b:datetime"}, GLIA_E_FORMAT, "\"red\" is not a date and a time"},
        {{.columns = "a:date mdy"}, GLIA_E_FORMAT, "t.csv:2:1: column 1 (a): \"1\" is not a date"},
        {{.header = "maybe"}, GLIA_E_TEXT, "header: \"maybe\" is neither yes nor no"},
        {{.target = "y,z"}, GLIA_E_TEXT, "t.csv:1:1: there is no column \"z\"; there are a, b, y"},
        {{.target = "y,y"}, GLIA_E_TEXT, "column 3 "},
        {{.target = "y,b"},
         GLIA_E_FORMAT,
         "several targets are numbers, or yes or no each: \"red\" in target 2 (b) is neither"},
        {{.missing = "0,1,2"}, GLIA_E_FORMAT, "t.csv: the target of all 2 rows is missing: none is left"},
        {{.missing = "red,2,3", .drop_missing = true},
         GLIA_E_FORMAT,
         "t.csv: the target or a value of all 2 rows is missing: none is left"},
    };
    (void)state;
    put_text("t.csv", "a,b,y\n1,red,0\n2,blue,1\n");
    for (size_t i = 0; i < COUNT(cases); i++) {
        glia_data *d;
        EXPECT_FAILS(glia_data_open(&d, "t.csv", &cases[i].o), cases[i].status, cases[i].part);
        assert_null(d);
    }
}

static void columns_that_are_all_text_are_refused(void **state)
{
    char       text[4096] = "name,y\n";
    size_t     at = strlen(text);
    glia_data *d;
    (void)state;
    for (int i = 0; i < 30; i++) at += (size_t)sprintf(text + at, "somebody %d,%d\n", i, i % 2);
    put_text("t.csv", text);
    EXPECT_FAILS(
        glia_data_open(&d, "t.csv", NULL), GLIA_E_FORMAT,
        "t.csv: all columns are free text (\"name\"): none is left for the inputs; --columns says what they are, such "
        "as \"name:category hash=64\"");
}

/* ---- two tables as one ------------------------------------------------------------------------------------------ */

static void tables_are_joined_by_their_words(void **state)
{
    glia_data *d;
    (void)state;
    put_text("a.csv", "n,w,y\n1,red,0\n2,blue,1\n");
    put_text("b.csv", "n,w,y\n,green,0\n4,blue,1\n");
    EXPECT_OK(glia_data_open(&d, "a.csv+b.csv", NULL));
    static const char *const words[] = {"red", "blue", "green", "blue"};
    for (size_t i = 0; i < 4; i++) assert_string_equal(glia_data_word(d, i, 1), words[i]);
    assert_true(column_of(d, 0).missing == 1 && column_of(d, 1).words == 3);
    glia_data_free(d);
    put_text("b.csv", "n,w,y\n5,6,0\n4,7,1\n");
    EXPECT_OK(glia_data_open(&d, "a.csv+b.csv", NULL)); /* the second table is read as the first one */
    assert_string_equal(glia_data_word(d, 2, 1), "6");
    glia_data_free(d);
    put_text("b.csv", "n,w,y\nfive,6,0\n4,7,1\n");
    EXPECT_FAILS(glia_data_open(&d, "a.csv+b.csv", NULL), GLIA_E_FORMAT,
                 "b.csv:2:1: column 1 (n): \"five\" is not a number");
}

/* ---- how long it is trained ------------------------------------------------------------------------------------- */

static void small_tables_are_seen_more_often(void **state)
{
    static const struct {
        size_t rows, batch, epochs;
    } cases[] = {{4, 32, 200}, {1600, 32, 200}, {3200, 32, 100}, {3200, 16, 50}, {3200, 64, 200}, {40000, 32, 10}};
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        FILE *file = fopen("t.csv", "wb");
        assert_non_null(file);
        fputs("a,y\n", file);
        for (size_t r = 0; r < cases[i].rows; r++) fprintf(file, "%zu,%zu\n", r, r % 2);
        assert_int_equal(fclose(file), 0);
        glia_data *d;
        EXPECT_OK(glia_data_open(&d, "t.csv", NULL));
        assert_int_equal(glia_usual_epochs(d, cases[i].batch), cases[i].epochs);
        glia_data_free(d);
    }
    assert_int_equal(glia_usual_epochs(NULL, 32), 10);
}

/* ---- memory ----------------------------------------------------------------------------------------------------- */

static glia_status open_all(void)
{
    glia_data              *d;
    const glia_data_options o = {.columns = "s:ordinal S < M, x:skip", .missing = "-9", .target = "p, q"};
    glia_status             status = glia_data_open(&d, "a.csv+b.csv", &o);
    glia_data_free(d);
    return status;
}

static void memory_may_be_short(void **state)
{
    (void)state;
    put_text("a.csv", "n,w,s,x,day,p,q\n1,red,S,1,2024-01-01,yes,0\n2,\"a \"\"b\"\"\",M,1,2024-01-01,no,1\n");
    put_text("b.csv", "n,w,s,x,day,p,q\n-9,blue,M,1,,yes,0\n2,red,M,1,2024-01-01,no,1\n");
    expect_survives_scarcity(open_all, 60);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(kinds_are_guessed),
        cmocka_unit_test(typing_errors_are_found),
        cmocka_unit_test(sparse_columns_are_told_late),
        cmocka_unit_test(text_is_left_out),
        cmocka_unit_test(values_are_as_they_stand),
        cmocka_unit_test(gaps_have_many_names),
        cmocka_unit_test(headers_are_told_from_rows),
        cmocka_unit_test(there_may_be_several_targets),
        cmocka_unit_test(names_of_targets_may_be_in_quotes),
        cmocka_unit_test(columns_without_a_name_are_found_again),
        cmocka_unit_test(numbers_that_are_gaps_are_no_words),
        cmocka_unit_test(numbers_may_have_a_decimal_comma),
        cmocka_unit_test(groups_and_times_are_no_inputs),
        cmocka_unit_test(wrong_texts_are_told),
        cmocka_unit_test(columns_that_are_all_text_are_refused),
        cmocka_unit_test(tables_are_joined_by_their_words),
        cmocka_unit_test(small_tables_are_seen_more_often),
        cmocka_unit_test(memory_may_be_short),
    };
    return cmocka_run_group_tests(tests, enter_folder, leave_folder);
}
