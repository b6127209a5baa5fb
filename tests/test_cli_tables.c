/* The program on tables of words, dates and gaps: a model goes through its plan again, and nothing is left out or
 * filled without a word. */
#include <math.h>

#include "glia.h"
#include "process.h"

#define NET "dense 2 init=zeros bias_init=zeros, softmax"

static void train(const char *data, const char *out, const char *const *more)
{
    const char *argv[32] = {"glia", "train", data, "--holdout", "0", "--epochs", "1", "--quiet", "--out", out};
    for (size_t i = 10; *more; i++) argv[i] = *more++;
    expect(0, "", "", argv);
}
#define WITH(...) ((const char *const[]){__VA_ARGS__, NULL})

/* ---- a model that has learnt --------------------------------------------------------------------------------------
 * Each column tells something of the price, and the answers of two rows differ: so a column that is taken for another
 * one, or a gap that is filled otherwise, gives another answer. Only `size` has gaps. */

enum { AGE, CITY, WHEN, SIZE, MEMBER, PRICE, SHOE, END = -1 };

#define ROWS 15
/* clang-format off */
static const char *const cells[ROWS + 1][7] = {
    {"age", "city", "when", "size", "member", "price", "shoe"},
    {"20", "Ulm", "2024-05-01", "1.5", "yes", "20", "7"},
    {"52", "Jena", "2024-05-20", "2.5", "no", "79.5", "1"},
    {"31", "Ulm", "2024-05-04", "", "yes", "37.25", "9"},
    {"44", "Bonn", "2024-05-27", "4", "yes", "48.5", "3"},
    {"23", "Ulm", "2024-05-10", "3.5", "no", "40.75", "8"},
    {"38", "Jena", "2024-05-02", "2", "yes", "50.5", "2"},
    {"29", "Ulm", "2024-05-29", "", "no", "56.25", "5"},
    {"60", "Bonn", "2024-05-08", "1", "yes", "42", "4"},
    {"35", "Ulm", "2024-05-16", "3", "no", "51.25", "6"},
    {"27", "Jena", "2024-05-13", "2.5", "yes", "49.25", "11"},
    {"48", "Ulm", "2024-05-07", "", "yes", "51.5", "12"},
    {"25", "Bonn", "2024-05-24", "4.5", "no", "42.25", "10"},
    {"33", "Ulm", "2024-05-18", "2", "yes", "39.75", "15"},
    {"56", "Jena", "2024-05-15", "1.5", "yes", "69", "13"},
    {"41", "Ulm", "2024-05-22", "3", "yes", "50.75", "14"},
};
/* clang-format on */

/* The cells of all rows in the columns of `order`, which ends with END. */
static void write_columns(const char *path, const int *order)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    for (size_t r = 0; r <= ROWS; r++)
        for (const int *c = order; *c != END; c++) fprintf(file, "%s%c", cells[r][*c], c[1] == END ? '\n' : ',');
    assert_int_equal(fclose(file), 0);
}
#define ORDER(...) ((const int[]){__VA_ARGS__, END})

static void train_prices(void)
{
    write_columns("prices.csv", ORDER(AGE, CITY, WHEN, SIZE, MEMBER, PRICE));
    train("prices.csv", "prices.safetensors",
          WITH("--net", "dense 8, tanh, dense 1", "--optimizer", "adam lr=0.02", "--batch", "4", "--epochs", "300"));
}

/* y[0..rows) = the numbers that `glia predict` says of a file, or of the same as standard input. */
static void predict(const char *model, const char *data, bool stream, double *y, size_t rows)
{
    result r = run_redirected(stream ? data : NULL, NULL, ARGUMENTS("predict", model, stream ? "-" : data, "--csv"));
    assert_int_equal(r.code, 0);
    char *at = strchr(r.out, '\n');
    for (size_t i = 0; i < rows; i++) {
        char *begin = at + 1;
        y[i] = strtod(begin, &at);
        assert_true(at > begin && *at == '\n');
    }
    assert_int_equal(at[1], '\0');
    release(&r);
}

/* A file and a stream may differ in the last digit: they are batches of other sizes. */
static void assert_same(double got, double want)
{
    if (!(fabs(got - want) <= 1e-4 * (1 + fabs(want)))) fail_msg("%.9g, not %.9g", got, want);
}

static void assert_other(double got, double other)
{
    if (!(fabs(got - other) > 0.1)) fail_msg("%.9g, too near to %.9g", got, other);
}

static void rows_to_predict_may_be_of_any_form(void **state)
{
    double y[ROWS], other[ROWS];
    (void)state;
    train_prices();
    predict("prices.safetensors", "prices.csv", false, y, ROWS);
    for (size_t i = 0; i < ROWS; i++) assert_true(fabs(y[i] - atof(cells[i + 1][PRICE])) < 3); /* it has learnt */
    predict("prices.safetensors", "prices.csv", true, other, ROWS);
    for (size_t i = 0; i < ROWS; i++) assert_same(other[i], y[i]);
    write_columns("turned.csv", ORDER(SHOE, MEMBER, WHEN, PRICE, SIZE, AGE, CITY));
    write_columns("bare.csv", ORDER(SIZE, CITY, SHOE, AGE, MEMBER, WHEN));
    for (int i = 0; i < 4; i++) {
        predict("prices.safetensors", i / 2 ? "bare.csv" : "turned.csv", i % 2, other, ROWS);
        for (size_t j = 0; j < ROWS; j++) assert_same(other[j], y[j]);
    }
}

/* The first row has what stands in for gaps: medians, the most frequent word, what most are. The next four lack one of
 * it and mean the same. Without a size a row is another one, as an input says that it is missing. The last four have
 * something else in the place of each gap. */
static void gaps_are_filled_from_the_training_rows(void **state)
{
    double y[10];
    (void)state;
    train_prices();
    write_text("gaps.csv", "member,age,city,when,size\n"
                           "yes,35,Ulm,2024-05-15,2.5\n"
                           "yes,,Ulm,2024-05-15,2.5\n"
                           "yes,35,,2024-05-15,2.5\n"
                           "yes,35,Ulm,,2.5\n"
                           ",35,Ulm,2024-05-15,2.5\n"
                           "yes,35,Ulm,2024-05-15,\n"
                           "yes,40,Ulm,2024-05-15,2.5\n"
                           "yes,35,Jena,2024-05-15,2.5\n"
                           "yes,35,Ulm,2024-05-22,2.5\n"
                           "no,35,Ulm,2024-05-15,2.5\n");
    for (int stream = 0; stream < 2; stream++) {
        predict("prices.safetensors", "gaps.csv", stream, y, 10);
        for (size_t i = 1; i < 5; i++) assert_same(y[i], y[0]);
        for (size_t i = 5; i < 10; i++) assert_other(y[i], y[0]);
    }
}

/* A model of a table without names knows where its target was, and that a table has none by its number of columns. Rows
 * to predict need no target, wherever it is. */
static void tables_without_names_go_by_place(void **state)
{
    double y[6], other[6];
    (void)state;
    write_text("all.csv", "1.5,red,,4\n2.5,blue,1,3\n3.5,red,2,9\n2,blue,5,1\n4,red,3,7\n5,blue,2,2\n");
    write_text("some.csv", ",red,,4\n2.5,blue,1,3\n,red,2,9\n,blue,5,1\n4,red,3,7\n5,blue,2,2\n");
    write_text("inputs.csv", "red,,4\nblue,1,3\nred,2,9\nblue,5,1\nred,3,7\nblue,2,2\n");
    train("all.csv", "place.safetensors", WITH("--target", "1", "--net", "dense 1", "--epochs", "3", "--batch", "2"));
    predict("place.safetensors", "all.csv", false, y, 6);
    assert_other(y[0], y[1]);
    for (int i = 0; i < 4; i++) {
        predict("place.safetensors", i / 2 ? "some.csv" : "inputs.csv", i % 2, other, 6);
        for (size_t j = 0; j < 6; j++) assert_same(other[j], y[j]);
    }
    result r = RUN("eval", "place.safetensors", "some.csv", "--json");
    assert_int_equal(r.code, 0);
    assert_string_equal(r.err, "3 rows left out: no value of 1\n");
    release(&r);
    write_text("named.csv", "age,city,member,size,when,shoe,price\n3,Ulm,yes,2,2024-05-15,1,\n4,Ulm,yes,2,,1,\n");
    predict("prices.safetensors", "named.csv", false, y, 2);
    for (int i = 0; i < 2; i++) {
        r = run_redirected(i ? "named.csv" : NULL, NULL,
                           ARGUMENTS("predict", "prices.safetensors", i ? "-" : "named.csv", "--target", "price"));
        assert_int_equal(r.code, 0);
        char *second;
        assert_same(strtod(r.out, &second), y[0]);
        assert_same(strtod(second, NULL), y[1]);
        release(&r);
        r = run_redirected(i ? "named.csv" : NULL, NULL,
                           ARGUMENTS("predict", "prices.safetensors", i ? "-" : "named.csv", "--target", "cost"));
        assert_non_null(strstr(r.err, ":1:1: there is no column \"cost\"; there are age, city, "));
        assert_int_equal(r.code, 2);
        release(&r);
    }
}

/* ---- what is told ------------------------------------------------------------------------------------------------ */

static void write_people(void)
{
    write_text("people.csv", "age,city,when,note,plan\n31,Ulm,2024-05-01,,no\n,Bonn,2024-05-02,,yes\n"
                             "45,Ulm,2024-05-04,,yes\n28,Bonn,,,no\n27,Ulm,2024-05-04,,\n");
}

static void what_is_left_out_or_filled_is_told(void **state)
{
    (void)state;
    write_people();
    result r = RUN("train", "people.csv", "--holdout", "0", "--epochs", "1", "--net", NET);
    assert_int_equal(r.code, 0);
    assert_non_null(strstr(r.err, "1 row left out: no value of plan\n"));
    assert_non_null(strstr(r.err, "gaps that are filled: age 1, when 1, note 4; `glia show` tells how\n"));
    release(&r);
    write_text("place.csv", "1,,x\n,2,y\n3,,x\n,4,y\n");
    r = RUN("train", "place.csv", "--target", "3", "--columns", "1:skip", "--holdout", "0", "--epochs", "1", "--json");
    assert_non_null(strstr(r.err, "gaps that are filled: column 2 2; `glia show` tells how\n"));
    assert_non_null(strstr(r.out, "\"filled\":{\"column 2\":2}"));
    release(&r);
    r = RUN("train", "people.csv", "--holdout", "0", "--epochs", "1", "--net", NET, "--json", "--quiet");
    events e = events_of(r.out);
    assert_int_equal(number_at(e.event[0], "left_out"), 1);
    assert_keys(json_object_get(e.event[0], "filled"), "age,when,note");
    assert_int_equal(number_at(json_object_get(e.event[0], "filled"), "note"), 4);
    release_events(&e);
    release(&r);
}

/* What is chosen for a table of many rows, and what is refused of one with as many classes. */
static void large_tables_stop_in_time(void **state)
{
    (void)state;
    FILE *file = fopen("large.csv", "wb");
    assert_non_null(file);
    fputs("a,price,y\n", file);
    for (int i = 0; i < 10000; i++) fprintf(file, "%d,\"%d,5 EUR\",%d\n", i % 97, i, i * 7919 % 2);
    assert_int_equal(fclose(file), 0);
    result r = RUN("train", "large.csv", "--columns", "price:skip");
    assert_int_equal(r.code, 0);
    assert_non_null(strstr(r.err, "it stops after 5 epochs without a better val_loss"));
    assert_non_null(strstr(r.err, "stopped: no better val_loss for 5 epochs\n"));
    release(&r);
    r = RUN("train", "large.csv", "--columns", "price:skip", "--epochs", "1");
    assert_null(strstr(r.err, "it stops after"));
    release(&r);
    r = RUN("train", "large.csv", "--target", "price");
    assert_int_equal(r.code, 2);
    assert_non_null(
        strstr(r.err, "glia: large.csv: the target price has 10000 different values in 10000 rows, such as \""));
    release(&r);
}

static void rows_that_do_not_fit_are_refused(void **state)
{
    (void)state;
    write_people();
    train("people.csv", "p.safetensors", WITH("--net", NET));
    write_text("other.csv", "shoe,when,city,note,age\n44,2024-06-01,Jena,,\n43,2023-01-01,Ulm,,28\n");
    result r = RUN("predict", "p.safetensors", "other.csv");
    assert_string_equal(r.err, "gaps that are filled: age 1, note 2; `glia show` tells how\n"
                               "city: 1 of 2 rows has a rare or unknown word, such as \"Jena\"\n");
    release(&r);
    write_text("lacks.csv", "when,city\n2024-06-01,Ulm\n");
    expect(2, "", "glia: column \"city\" of other.csv is left out, and the model learnt from it\n",
           ARGUMENTS("predict", "p.safetensors", "other.csv", "--columns", "city:skip"));
    write_text("own.csv", "when,city,age,note\n2024-06-01,Ulm,3,\n");
    r = run_redirected("own.csv", NULL, ARGUMENTS("predict", "p.safetensors", "-", "--out", "own.csv"));
    assert_int_equal(r.code, 2);
    assert_string_equal(r.err, "glia: --out own.csv: is read from, and would be lost\n");
    release(&r);
    expect(2, "", "glia: lacks.csv has no column \"age\", \"note\", which the model learnt from\n",
           ARGUMENTS("predict", "p.safetensors", "lacks.csv"));
    write_text("wrong.csv", "age,city,when,note\n28,Ulm,tomorrow,\n");
    expect(3, "", "glia: wrong.csv:2:8: column 3 (when): \"tomorrow\" is not a date\n",
           ARGUMENTS("predict", "p.safetensors", "wrong.csv"));
    expect(2, "", "glia: --drop-missing: does not go with predict, where every row gets an answer\n",
           ARGUMENTS("predict", "p.safetensors", "other.csv", "--drop-missing"));
    r = run_redirected("other.csv", NULL, ARGUMENTS("predict", "p.safetensors", "-", "--out", "p.safetensors"));
    assert_int_equal(r.code, 2);
    assert_string_equal(r.err, "glia: --out p.safetensors: is read from, and would be lost\n");
    release(&r);
}

static void gaps_of_the_training_are_gaps_for_ever(void **state)
{
    (void)state;
    write_text("m.csv", "x,y\n-999,a\n1,b\n2,a\n3,b\n");
    write_text("gap2.csv", "x,q\n-999,1\n,1\n2,1\n");
    train("m.csv", "m.safetensors", WITH("--missing", "-999", "--seed", "3"));
    result r = RUN("predict", "m.safetensors", "gap2.csv", "--csv");
    assert_int_equal(r.code, 0);
    char *first = strchr(r.out, '\n') + 1, *second = strchr(first, '\n') + 1;
    assert_memory_equal(first, second, (size_t)(second - first)); /* -999 and nothing are the same */
    release(&r);
    r = RUN("show", "m.safetensors");
    assert_non_null(strstr(r.out, "also missing: -999\n"));
    release(&r);
}

static void several_targets_go_all_the_way(void **state)
{
    (void)state;
    write_text("yn.csv", "a,b,x,z\nyes,no,1,2\nno,no,2,1\nyes,yes,3,4\nyes,yes,0,1\n");
    train("yn.csv", "yn.safetensors",
          WITH("--target", "a, b", "--net", "dense 2 init=zeros bias_init=constant:1, sigmoid", "--optimizer",
               "sgd lr=0")); /* always yes */
    result r = RUN("eval", "yn.safetensors", "yn.csv", "--json");
    events e = events_of(r.out);
    assert_true(number_at(e.event[0], "label_accuracy") == 0.625);
    assert_true(number_at(e.event[0], "subset_accuracy") == 0.5);
    release_events(&e);
    release(&r);
    expect(2, "", "glia: target 1 of yn.csv is \"b\", and the model learnt \"a\" there\n",
           ARGUMENTS("eval", "yn.safetensors", "yn.csv", "--target", "b, a"));
    train("yn.csv", "again.safetensors", WITH("--init", "yn.safetensors"));
    train("yn.csv", "again.safetensors", WITH("--target", "a, b", "--net", "dense 2, sigmoid", "--loss", "bce"));
    r = RUN("show", "yn.safetensors");
    assert_non_null(strstr(r.out, "predicts a, b\n"));
    release(&r);
}

/* pandas calls columns without names 0, 1, 2 ...: such a header is known by the model's names, not by its looks. */
static void headers_are_known_by_the_names_of_the_model(void **state)
{
    double y[4], one;
    (void)state;
    write_text("n.csv", "0,1,2,label\n1,7,3,-2.5\n4,5,6,5.5\n7,3,1,3.5\n2,9,8,4.5\n");
    write_text("one.csv", "0,1,2\n4,5,6\n");
    write_text("turned.csv", "2,0,1\n6,4,5\n");
    write_text("none.csv", "4,5,6\n");
    write_text("swapped.csv", "6,4,5\n");
    train("n.csv", "n.safetensors", WITH("--net", "dense 1", "--optimizer", "sgd lr=0.1", "--epochs", "50"));
    predict("n.safetensors", "n.csv", false, y, 4);
    static const char *const same[] = {"one.csv", "turned.csv", "none.csv"};
    for (size_t i = 0; i < 3; i++) {
        predict("n.safetensors", same[i], false, &one, 1);
        assert_same(one, y[1]);
    }
    for (size_t i = 0; i < 2; i++) {
        predict("n.safetensors", same[i], true, &one, 1);
        assert_same(one, y[1]);
    }
    predict("n.safetensors", "swapped.csv", false, &one, 1);
    assert_other(one, y[1]);
}

static void options_that_would_do_nothing_are_refused(void **state)
{
    (void)state;
    write_people();
    expect(2, "", "glia: moons n=9 is no table of columns: there are no kinds, gaps or header to be told\n",
           ARGUMENTS("train", "moons n=9", "--columns", "x:skip"));
    expect(2, "", "glia: columns: people.csv: column \"plan\" is the target, and of no kind to be told\n",
           ARGUMENTS("train", "people.csv", "--columns", "plan:category"));
    expect(2, "", "glia: columns: city: \"Bonn\", in 2 rows, is none of the words of `ordinal Ulm < Koeln`\n",
           ARGUMENTS("train", "people.csv", "--columns", "city:ordinal Ulm < Koeln", "--holdout", "0"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_to_predict_may_be_of_any_form),
        cmocka_unit_test(gaps_are_filled_from_the_training_rows),
        cmocka_unit_test(tables_without_names_go_by_place),
        cmocka_unit_test(what_is_left_out_or_filled_is_told),
        cmocka_unit_test(rows_that_do_not_fit_are_refused),
        cmocka_unit_test(large_tables_stop_in_time),
        cmocka_unit_test(gaps_of_the_training_are_gaps_for_ever),
        cmocka_unit_test(several_targets_go_all_the_way),
        cmocka_unit_test(headers_are_known_by_the_names_of_the_model),
        cmocka_unit_test(options_that_would_do_nothing_are_refused),
    };
    return cmocka_run_group_tests(tests, make_data, leave_folder);
}
