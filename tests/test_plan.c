/* Plans of tables: what a net gets for rows with words, dates and gaps, against the same done by hand; and that the
 * plan goes with the model. */
#include "data/plan.h"
#include "data_files.h"
#include "golden.h"
#include "scarce.h"

static const char *const told = "street:category hash=64, size:ordinal S < M < L";

static glia_data *open_table(const char *path, const glia_data_options *o)
{
    glia_data *d;
    EXPECT_OK(glia_data_open(&d, path, o));
    return d;
}

static glia_data *open_golden(const char *name, const char *columns)
{
    const glia_data_options o = {.target = "kind", .columns = columns};
    char                    path[4096];
    snprintf(path, sizeof path, "%s/golden/table/%s", GLIA_TEST_DATA, name);
    return open_table(path, &o);
}

static glia_model *new_model(const char *net, const glia_data *train)
{
    glia_model *m;
    EXPECT_OK(glia_model_new(&m, net, train, 0));
    return m;
}

/* Fits the scaling and leaves the weights as they are. */
static void fit_scaling(glia_model *m, const glia_data *train)
{
    EXPECT_OK(glia_fit(m, train, NULL, &(glia_fit_options){.epochs = 1, .optimizer = "sgd lr=0"}));
}

static void set_golden(glia_model *m, const golden_case *c, const char *array, const char *parameter)
{
    const golden_array *a = golden_get(c, array);
    glia_real          *values = golden_reals(a);
    EXPECT_OK(glia_parameter_set(m, parameter, values, a->count));
    free(values);
}

/* ---- every kind of column, by hand ------------------------------------------------------------------------------ */

static void rows_are_transformed_as_by_hand(void **state)
{
    golden_case           *c = golden_open("table");
    const golden_array    *inputs = golden_get(c, "inputs"), *answers = golden_get(c, "answers");
    const golden_tolerance near = golden_tolerance_of(c);
    glia_real             *x = need(inputs->count, sizeof *x), *y = need(answers->count, sizeof *y);
    (void)state;
    glia_data  *train = open_golden("train.csv", told);
    glia_model *m = new_model("dense 3, softmax", train);
    fit_scaling(m, train);
    set_golden(m, c, "weight", "0.weight");
    set_golden(m, c, "bias", "0.bias");
    EXPECT_OK(glia_model_save(m, "table.safetensors"));
    glia_model_free(m);
    glia_data_free(train);

    EXPECT_OK(glia_model_open(&m, "table.safetensors"));
    glia_data      *others = open_golden("others.csv", glia_model_columns(m));
    glia_model_info info;
    glia_model_describe(m, &info);
    assert_int_equal(info.inputs, inputs->shape[1]);
    EXPECT_OK(glia_inputs_get(m, others, NULL, inputs->shape[0], x));
    golden_expect_reals(inputs, x, near);
    EXPECT_OK(glia_predict(m, others, y));
    golden_expect_reals(answers, y, near);
    glia_model_free(m);
    glia_data_free(others);
    free(x);
    free(y);
    golden_close(c);
}

/* ---- what a plan learns ----------------------------------------------------------------------------------------- */

static void inputs_have_names(void **state)
{
    static const char *const names[] = {"n",        "n missing",    "w=a",          "w=b",          "w=(other)",
                                        "day days", "day year sin", "day year cos", "day week sin", "day week cos",
                                        "day day"};
    glia__string             text = {0};
    (void)state;
    glia__string_add(&text, "n,w,day,y\n,a,2024-01-01,1.5\n");
    for (int i = 0; i < 120; i++) glia__string_add(&text, "%d,%s,2024-01-02,2.5\n", i, i ? i % 2 ? "a" : "b" : "rare");
    put_text("t.csv", text.text);
    glia__string_clear(&text);
    glia_data  *d = open_table("t.csv", NULL);
    glia_model *m = new_model(NULL, d);
    for (size_t i = 0; i < COUNT(names); i++) assert_string_equal(glia_model_input_name(m, i), names[i]);
    assert_null(glia_model_input_name(m, COUNT(names)));
    assert_string_equal(glia_model_columns(m), "n:number, w:category, day:date, *:skip");
    glia_plan_info c;
    assert_true(glia_model_column(m, 0, &c));
    assert_int_equal(c.missing, 1);
    assert_string_equal(c.what, "as it is; 1 of 121 were missing: a gap becomes 59.5, and an input says so");
    assert_true(glia_model_column(m, 1, &c));
    assert_string_equal(c.what, "2 words: a, b; a place for rare and unknown ones; a gap becomes \"a\"");
    assert_false(glia_model_column(m, 3, &c));
    glia_model_free(m);
    glia_data_free(d);
}

/* The rows that are held out teach nothing: neither their words nor their numbers. */
static void a_plan_is_of_the_training_rows(void **state)
{
    static const size_t some[] = {0, 1, 2, 3};
    glia_data          *view;
    glia_plan_info      c;
    (void)state;
    put_text("t.csv", "n,w,y\n1,a,0\n2,b,1\n3,a,0\n4,b,1\n100,c,1\n,c,0\n");
    glia_data *d = open_table("t.csv", NULL);
    EXPECT_OK(glia_data_rows(d, some, COUNT(some), &view));
    glia_model *m = new_model(NULL, view);
    assert_true(glia_model_column(m, 0, &c));
    assert_string_equal(c.what, "as it is; a gap becomes 2.5");
    assert_true(glia_model_column(m, 1, &c));
    assert_string_equal(c.what, "2 words: a, b; a gap becomes \"a\"");
    fit_scaling(m, view);
    glia_real x[6 * 3];
    EXPECT_OK(glia_inputs_get(m, d, NULL, 6, x));
    assert_true(x[5 * 3] == 0);                          /* the gap is the median, which here is the mean too */
    assert_true(x[4 * 3 + 1] == 0 && x[4 * 3 + 2] == 0); /* and c is no word it knows */
    assert_true(x[3 * 3 + 1] == 0 && x[3 * 3 + 2] == 1);
    glia_model_free(m);
    glia_data_free(view);
    glia_data_free(d);
}

static void stand_ins_can_be_chosen(void **state)
{
    (void)state;
    static const struct {
        const char *columns, *what;
    } cases[] = {
        {"n:number fill=mean", "a gap becomes 4, and"},
        {"n:number fill=zero", "a gap becomes 0, and"},
        {"n:number", "a gap becomes 2, and"},
        {"w:category hash=8", "words in 8 places"},
        {"w:ordinal c < b < a", "0 to 2: c, b, a; a gap"},
        {"w:ordinal", "0 to 1: a, b; a gap"},
        {"w:category rare=2", "1 word: b; a place for rare and unknown ones"},
        {"2:category rare=2", "1 word: b; a place for rare and unknown ones"},
        {"*:category", "3 words: 1, 2, 9"},
    };
    put_text("t.csv", "n,w,y\n1,a,0\n2,b,1\n,b,0\n9,b,1\n");
    for (size_t i = 0; i < COUNT(cases); i++) {
        const glia_data_options o = {.columns = cases[i].columns};
        glia_data              *d = open_table("t.csv", &o);
        glia_model             *m = new_model(NULL, d);
        glia_plan_info          n, w;
        assert_true(glia_model_column(m, 0, &n) && glia_model_column(m, 1, &w));
        if (!strstr(n.what, cases[i].what) && !strstr(w.what, cases[i].what))
            fail_msg("%s: \"%s\" and \"%s\"", cases[i].columns, n.what, w.what);
        glia_model_free(m);
        glia_data_free(d);
    }
}

static void many_words_share_places(void **state)
{
    glia__string   text = {0};
    glia_plan_info c;
    (void)state;
    glia__string_add(&text, "w,y\n");
    for (int i = 0; i < 6006; i++) glia__string_add(&text, "word %d,%d\n", i % 1001, i % 2);
    put_text("t.csv", text.text);
    glia__string_clear(&text);
    glia_data  *d = open_table("t.csv", NULL);
    glia_model *m = new_model(NULL, d);
    assert_true(glia_model_column(m, 0, &c));
    assert_true(c.inputs == 1024 && c.hash == 1024);
    assert_string_equal(glia_model_columns(m), "w:category hash=1024, *:skip");
    glia_model_free(m);
    glia_data_free(d);
    d = open_table("t.csv", &(glia_data_options){.columns = "w:category rare=1"});
    m = new_model(NULL, d);
    assert_true(glia_model_column(m, 0, &c) && c.inputs == 1001 && c.hash == 0);
    glia_model_free(m);
    glia_data_free(d);
    d = open_table("t.csv", &(glia_data_options){.columns = "w:category rare=7"});
    m = new_model(NULL, d);
    assert_true(glia_model_column(m, 0, &c) && c.inputs == 1 && c.hash == 0); /* all are rare */
    glia_model_free(m);
    glia_data_free(d);
}

/* ---- the plan and other data ------------------------------------------------------------------------------------ */

static void data_that_do_not_fit_are_refused(void **state)
{
    static const struct {
        const char *text, *part;
    } cases[] = {
        {"n,y\n1,0\n2,1\n", "o.csv has no column \"w\", which the model learnt from"},
        {"a,b,y\n1,q,0\n2,r,1\n", "o.csv has no column \"n\", \"w\", which"},
        {"n,w,y\n1,5,0\n2,6,1\n",
         "column \"w\" of o.csv is of the kind number, and the model learnt from category there"},
        {"n,w,y\nred,a,0\nblue,b,1\n",
         "column \"n\" of o.csv is of the kind category, and the model learnt from number"},
        {"1,2,3,0\n4,5,6,1\n", "o.csv has 3 columns, and the model learnt from 2"},
    };
    (void)state;
    put_text("t.csv", "n,w,y\n1,a,0\n2,b,1\n3,b,0\n9,b,1\n");
    glia_data  *d = open_table("t.csv", NULL), *numbers;
    glia_model *m = new_model(NULL, d), *plain = new_model("input 2, dense 1, sigmoid", NULL);
    glia_real   y[8];
    for (size_t i = 0; i < COUNT(cases); i++) {
        put_text("o.csv", cases[i].text);
        glia_data *o = open_table("o.csv", NULL);
        EXPECT_FAILS(glia_predict(m, o, y), GLIA_E_SHAPE, cases[i].part);
        glia_data_free(o);
    }
    EXPECT_OK(glia_data_from_reals(&numbers, (glia_real[]){1, 2, 3, 4}, 2, 2, NULL, NULL, 0));
    EXPECT_FAILS(glia_predict(m, numbers, y), GLIA_E_SHAPE, "has numbers only, and the model learnt from a category");
    EXPECT_FAILS(glia_predict(plain, d, y), GLIA_E_SHAPE,
                 "column \"w\" of t.csv is of the kind category, and the model takes numbers");
    glia_data_free(numbers);
    glia_model_free(plain);
    glia_model_free(m);
    glia_data_free(d);
}

/* A table of numbers goes through no plan if it has one already, and with gaps through one. */
static void a_net_with_its_own_input_learns_a_plan_when_it_is_trained(void **state)
{
    (void)state;
    put_text("t.csv", "a,b,y\n1,2,0\n2,1,1\n3,5,0\n9,4,1\n");
    put_text("gap.csv", "b,a,y\n2,,0\n");
    glia_data *d = open_table("t.csv", NULL), *gap = open_table("gap.csv", &(glia_data_options){.columns = "*:number"});
    glia_model *m = new_model("input 2, dense 2, softmax", NULL);
    fit_scaling(m, d);
    glia_real x[2];
    EXPECT_OK(glia_inputs_get(m, gap, NULL, 1, x));
    const double mean = 15 / 4.0, deviation = sqrt((2.75 * 2.75 + 1.75 * 1.75 + 0.75 * 0.75 + 5.25 * 5.25) / 4);
    assert_true(fabs((double)x[0] - (2.5 - mean) / deviation) < 1e-6);
    assert_true(fabs((double)x[1] - (2 - 3.0) / sqrt(10 / 4.0)) < 1e-6);
    glia_model_free(m);
    glia_data_free(d);
    glia_data_free(gap);
}

/* ---- memory ----------------------------------------------------------------------------------------------------- */

/* All that a plan is part of: reading, making, fitting, saving, opening, predicting. */
static glia_status whole_way(void)
{
    glia_data  *train = NULL, *others = NULL;
    glia_model *m = NULL, *again = NULL;
    glia_real   y[4 * 2];
    glia_status status = glia_data_open(&train, "t.csv", &(glia_data_options){.columns = "s:ordinal S < M < L"});
    if (!status) status = glia_model_new(&m, NULL, train, 0);
    if (!status) status = glia_fit(m, train, train, &(glia_fit_options){.epochs = 1, .threads = 1});
    if (!status) status = glia_model_save(m, "m.safetensors");
    if (!status) status = glia_model_open(&again, "m.safetensors");
    if (!status) status = glia_data_open(&others, "t.csv", &(glia_data_options){.columns = glia_model_columns(again)});
    if (!status) status = glia_predict(again, others, y);
    glia_model_free(m);
    glia_model_free(again);
    glia_data_free(train);
    glia_data_free(others);
    return status;
}

static void memory_may_be_short(void **state)
{
    (void)state;
    put_text("t.csv", "n,w,s,day,at,ok,y\n1,a,S,2024-01-01,12:30,yes,0\n,b,M,2024-01-02,13:30,no,1\n"
                      "3,b,,2024-01-02,,no,0\n9,b,L,,12:30,yes,1\n");
    expect_survives_scarcity(whole_way, 300);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_are_transformed_as_by_hand),
        cmocka_unit_test(inputs_have_names),
        cmocka_unit_test(a_plan_is_of_the_training_rows),
        cmocka_unit_test(stand_ins_can_be_chosen),
        cmocka_unit_test(many_words_share_places),
        cmocka_unit_test(data_that_do_not_fit_are_refused),
        cmocka_unit_test(a_net_with_its_own_input_learns_a_plan_when_it_is_trained),
        cmocka_unit_test(memory_may_be_short),
    };
    return cmocka_run_group_tests(tests, enter_folder, leave_folder);
}
