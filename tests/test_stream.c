/* Tables whose rows arrive one after the other: each is there as soon as its line is, and is what it would be in a
 * file. */
#include "data_files.h"
#include "scarce.h"

/* A pipe that the test writes into; glia reads it as /proc/self/fd/N. */
typedef struct feed {
    int  ends[2];
    char path[64];
} feed;

static feed make_feed(void)
{
    feed f;
    assert_int_equal(pipe(f.ends), 0);
    snprintf(f.path, sizeof f.path, "/proc/self/fd/%d", f.ends[0]);
    return f;
}

static void put(const feed *f, const char *text)
{
    assert_int_equal(write(f->ends[1], text, strlen(text)), strlen(text));
}

static const glia_data_options told = {.columns = "n:number, w:category, *:skip", .columns_optional = true};

/* ---- rows in time ----------------------------------------------------------------------------------------------- */

/* Nothing but the lines that are written is there to be read: a reader that waited for more would wait for ever. */
static void rows_are_there_as_soon_as_their_lines(void **state)
{
    feed             f = make_feed();
    glia_stream     *s;
    const glia_data *rows;
    glia_data_info   info;
    (void)state;
    put(&f, "w,x,n\na,1,5\n");
    EXPECT_OK(glia_stream_open(&s, f.path, &told));
    EXPECT_OK(glia_stream_next(s, 10, &rows));
    glia_data_describe(rows, &info);
    assert_true(info.rows == 1 && info.columns == 2 && info.target == GLIA_TARGET_NONE);
    assert_string_equal(glia_data_word(rows, 0, 0), "a");
    assert_true(glia_data_input(rows, 0, 1) == 5);
    put(&f, "b,2,6\n,3,\nc,4,7\n\"half a li");
    EXPECT_OK(glia_stream_next(s, 2, &rows));
    glia_data_describe(rows, &info);
    assert_int_equal(info.rows, 2);
    assert_string_equal(glia_data_word(rows, 0, 0), "b");
    assert_true(glia_data_word(rows, 1, 0) == NULL && isnan(glia_data_input(rows, 1, 1)));
    EXPECT_OK(glia_stream_next(s, 10, &rows));
    glia_data_describe(rows, &info);
    assert_true(info.rows == 1 && glia_data_input(rows, 0, 1) == 7);
    put(&f, "ne\",5,8");
    close(f.ends[1]);
    EXPECT_OK(glia_stream_next(s, 10, &rows));
    assert_string_equal(glia_data_word(rows, 0, 0), "half a line");
    assert_true(glia_data_input(rows, 0, 1) == 8);
    EXPECT_OK(glia_stream_next(s, 10, &rows));
    assert_null(rows);
    glia_stream_close(s);
    close(f.ends[0]);
}

static void wrong_rows_are_told(void **state)
{
    glia_stream     *s;
    const glia_data *rows;
    (void)state;
    put_text("t.csv", "n,w\n1,a\nb,c\n");
    EXPECT_OK(glia_stream_open(&s, "t.csv", &told));
    EXPECT_OK(glia_stream_next(s, 1, &rows));
    assert_true(glia_data_input(rows, 0, 0) == 1);
    EXPECT_FAILS(glia_stream_next(s, 1, &rows), GLIA_E_FORMAT, "t.csv:3:1: column 1 (n): \"b\" is not a number");
    assert_null(rows);
    glia_stream_close(s);
    EXPECT_FAILS(glia_stream_open(&s, "t.csv", &(glia_data_options){.columns = "z:number"}), GLIA_E_TEXT,
                 "there is no column \"z\"");
    assert_null(s);
    EXPECT_FAILS(glia_stream_open(&s, "none.csv", NULL), GLIA_E_OPEN, "none.csv");
    put_text("t.csv", "n,w\n");
    EXPECT_FAILS(glia_stream_open(&s, "t.csv", NULL), GLIA_E_FORMAT, "t.csv: a header, but no rows");
    EXPECT_FAILS(glia_stream_next(NULL, 1, &rows), GLIA_E_ARG, "a stream");
    glia_stream_close(NULL);
}

/* ---- answers ---------------------------------------------------------------------------------------------------- */

/* One row at a time gives what all rows give; words that the model does not know and gaps among them. */
static void answers_are_those_of_a_file(void **state)
{
    static const char text[] = "n,w,y\n1,a,0\n2,b,1\n,a,0\n9,,1\n4,zebra,1\n";
    glia_data        *d;
    glia_model       *m;
    glia_stream      *s;
    const glia_data  *row;
    glia_real         whole[5 * 2], one[2];
    (void)state;
    put_text("t.csv", text);
    EXPECT_OK(glia_data_open(&d, "t.csv", NULL));
    EXPECT_OK(glia_model_new(&m, "dense 4, tanh, dense 2, softmax", d, 3));
    EXPECT_OK(glia_fit(m, d, NULL, &(glia_fit_options){.epochs = 2}));
    EXPECT_OK(glia_predict(m, d, whole));
    EXPECT_OK(glia_stream_open(&s, "t.csv",
                               &(glia_data_options){.columns = glia_model_columns(m), .columns_optional = true}));
    for (size_t r = 0; r < 5; r++) {
        EXPECT_OK(glia_stream_next(s, 1, &row));
        EXPECT_OK(glia_predict(m, row, one));
        for (size_t k = 0; k < 2; k++) assert_true(fabs((double)(one[k] - whole[2 * r + k])) < 1e-6);
    }
    glia_stream_close(s);
    glia_model_free(m);
    glia_data_free(d);
}

/* ---- memory ----------------------------------------------------------------------------------------------------- */

static glia_status read_all(void)
{
    glia_stream     *s;
    const glia_data *rows;
    glia_status      status = glia_stream_open(&s, "t.csv", &told);
    if (status) return status;
    do status = glia_stream_next(s, 2, &rows);
    while (!status && rows);
    glia_stream_close(s);
    return status;
}

static void memory_may_be_short(void **state)
{
    (void)state;
    put_text("t.csv", "n,w,x\n1,a,0\n2,\"b \"\"c\"\"\",1\n,a,0\n9,,1\n");
    expect_survives_scarcity(read_all, 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_are_there_as_soon_as_their_lines),
        cmocka_unit_test(wrong_rows_are_told),
        cmocka_unit_test(answers_are_those_of_a_file),
        cmocka_unit_test(memory_may_be_short),
    };
    return cmocka_run_group_tests(tests, enter_folder, leave_folder);
}
