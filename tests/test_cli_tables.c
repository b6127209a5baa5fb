/* The program on tables of words, dates and gaps: a model goes through its plan again, and nothing is left out or
 * filled without a word. */
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
    r = RUN("train", "people.csv", "--holdout", "0", "--epochs", "1", "--net", NET, "--json", "--quiet");
    events e = events_of(r.out);
    assert_int_equal(number_at(e.event[0], "left_out"), 1);
    release_events(&e);
    release(&r);
}

static void rows_to_predict_may_be_of_any_form(void **state)
{
    (void)state;
    write_people();
    train("people.csv", "p.safetensors", WITH("--net", NET, "--optimizer", "sgd lr=0"));
    write_text("other.csv", "shoe,when,city,note,age\n44,2024-06-01,Jena,,\n43,2023-01-01,Ulm,,28\n");
    expect(0, "no\t0.5000\nno\t0.5000\n", "city: 1 of 2 rows has a rare or unknown word, such as \"Jena\"\n",
           ARGUMENTS("predict", "p.safetensors", "other.csv"));
    result r = run_redirected("other.csv", NULL, ARGUMENTS("predict", "p.safetensors", "-"));
    assert_string_equal(r.out, "no\t0.5000\nno\t0.5000\n");
    release(&r);
    write_text("lacks.csv", "when,city\n2024-06-01,Ulm\n");
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
    write_text("gap.csv", "x\n-999\n\n2\n");
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
    write_text("yn.csv", "a,b,x,z\nyes,no,1,2\nno,no,2,1\nyes,yes,3,4\nno,yes,0,1\n");
    train("yn.csv", "yn.safetensors", WITH("--target", "a, b", "--net", "dense 2 init=zeros, sigmoid"));
    result r = RUN("eval", "yn.safetensors", "yn.csv", "--json");
    events e = events_of(r.out);
    assert_true(number_at(e.event[0], "label_accuracy") == 0.5 || number_at(e.event[0], "label_accuracy") == 0.75 ||
                number_at(e.event[0], "label_accuracy") == 1);
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
    (void)state;
    write_text("n.csv", "0,1,2,label\n1,2,3,a\n4,5,6,b\n7,8,9,a\n");
    write_text("one.csv", "0,1,2\n4,5,6\n");
    train("n.csv", "n.safetensors", WITH("--net", NET, "--optimizer", "sgd lr=0"));
    expect(0, "a\t0.5000\n", "", ARGUMENTS("predict", "n.safetensors", "one.csv"));
    result r = run_redirected("one.csv", NULL, ARGUMENTS("predict", "n.safetensors", "-"));
    assert_string_equal(r.out, "a\t0.5000\n");
    release(&r);
    write_text("none.csv", "4,5,6\n");
    expect(0, "a\t0.5000\n", "", ARGUMENTS("predict", "n.safetensors", "none.csv"));
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
        cmocka_unit_test(what_is_left_out_or_filled_is_told),
        cmocka_unit_test(rows_to_predict_may_be_of_any_form),
        cmocka_unit_test(gaps_of_the_training_are_gaps_for_ever),
        cmocka_unit_test(several_targets_go_all_the_way),
        cmocka_unit_test(headers_are_known_by_the_names_of_the_model),
        cmocka_unit_test(options_that_would_do_nothing_are_refused),
    };
    return cmocka_run_group_tests(tests, make_data, leave_folder);
}
