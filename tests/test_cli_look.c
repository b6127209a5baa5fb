/* glia data: columns of all kinds, the findings for people and for machines, and the rows to test. */
#include "process.h"

#define PEOPLE                                                                                                         \
    "age,town,member,since,note,bought\n"                                                                              \
    "31,Bern,yes,2020-01-05,a,much\n"                                                                                  \
    "42,Chur,no,2019-03-01,b,little\n"                                                                                 \
    ",Bern,no,2021-12-24,c,little\n"                                                                                   \
    "31,Bern,yes,2020-01-05,d,much\n"

static void columns_have_kinds(void **state)
{
    (void)state;
    write_text("people.csv", PEOPLE);
    expect(0,
           "people.csv: 4 rows, 4 columns and 1 left out, 2 classes (bought)\n"
           "\n"
           "class   rows\n"
           "little     2  ##############################\n"
           "much       2  ##############################\n"
           "\n"
           "        kind      missing       least        most     mean\n"
           "age     number          1          31          42  34.6667\n"
           "town    category        0                                   2 words, 3 times Bern\n"
           "member  yesno           0          no         yes      0.5\n"
           "since   date            0  2019-03-01  2021-12-24\n"
           "note    skip                                                left out\n"
           "\n"
           "1. duplicate_rows: 1 of 4 rows (25 %) repeats an earlier one in all that is read of them, target included: "
           "rows 1 and 4.\n"
           "   -> keep one of each, if they are the same thing told twice: a hold-out drawn by chance can get one and "
           "training the other.\n"
           "2. missing_values: 1 of 4 columns lacks values: \"age\" (1 of 4 rows).\n"
           "   -> nothing has to be done: gaps are filled, and inputs tell of them; --drop-missing leaves such rows "
           "out.\n",
           "", ARGUMENTS("data", "people.csv", "--columns", "note:skip"));
}

static void machines_get_it_all(void **state)
{
    (void)state;
    write_text("people.csv", PEOPLE);
    result r = RUN("data", "people.csv", "--columns", "note:skip", "--json");
    events e = events_of(r.out);
    assert_int_equal(r.code, 0);
    assert_int_equal(e.count, 1);
    assert_keys(e.event[0], "data,rows,columns,image,shape,kind,target,target_name,classes,counts,ranges,targets,table,"
                            "findings,looked_at");
    const json_t *table = json_object_get(e.event[0], "table"), *town = json_array_get(table, 1);
    assert_int_equal(json_array_size(table), 5);
    assert_keys(town, "name,kind,missing,different,least,most,mean,median,least_text,most_text,word,word_rows");
    assert_string_equal(text_at(town, "name"), "town");
    assert_string_equal(text_at(town, "kind"), "category");
    assert_string_equal(text_at(town, "word"), "Bern");
    assert_int_equal(number_at(town, "word_rows"), 3);
    assert_true(json_is_null(json_object_get(town, "least")));
    assert_string_equal(text_at(json_array_get(table, 3), "least_text"), "2019-03-01");
    assert_true(number_at(json_array_get(table, 0), "median") == 31);
    const json_t *findings = json_object_get(e.event[0], "findings"), *twice = json_array_get(findings, 0);
    assert_int_equal(json_array_size(findings), 2);
    assert_keys(twice, "kind,column,row,other_row,severity,value,what,cure");
    assert_string_equal(text_at(twice, "kind"), "duplicate_rows");
    assert_int_equal(number_at(twice, "row"), 1);
    assert_int_equal(number_at(twice, "other_row"), 4);
    assert_true(json_is_null(json_object_get(twice, "column")));
    assert_string_equal(text_at(json_array_get(findings, 1), "column"), "age");
    release_events(&e);
    release(&r);
}

static void test_rows_are_compared(void **state)
{
    (void)state;
    write_text("people.csv", PEOPLE);
    write_text("others.csv",
               "bought,member,town,age,since,note\nlittle,no,Chur,42,2019-03-01,x\nmore,no,Genf,17,2018-01-01,y\n");
    result r = RUN("data", "people.csv", "--columns", "note:skip", "--test", "others.csv");
    assert_int_equal(r.code, 0);
    assert_string_equal(r.err, "");
    assert_non_null(strstr(r.out, "people.csv: 4 rows to train and 2 to test, 4 columns and 1 left out"));
    assert_non_null(strstr(r.out, "\n1. rows_in_both_parts: 1 of 2 test rows (50 %) is among the training rows in all "
                                  "that is read of them, such as test row 1, which is training row 2: "));
    assert_non_null(strstr(r.out, "\n2. unseen_class: 1 of 2 test rows is of a class without training rows, such as "
                                  "\"more\""));
    release(&r);
    expect(3, "", "glia: none.csv: cannot be opened: No such file or directory\n",
           ARGUMENTS("data", "people.csv", "--test", "none.csv"));
    expect(2, "", "glia: --test: goes with neither --csv nor --augment\n",
           ARGUMENTS("data", "people.csv", "--test", "people.csv", "--csv", "out.csv"));
}

/* A folder with images in both parts. */
static void parts_of_a_folder_are_compared(void **state)
{
    (void)state;
    write_idx("images/t10k-images-idx3-ubyte", "images/t10k-labels-idx1-ubyte",
              (unsigned char[8]){0, 255, 255, 0, 9, 9, 9, 9});
    result r = RUN("data", "images");
    assert_int_equal(r.code, 0);
    assert_non_null(strstr(r.out,
                           "\n\n1. rows_in_both_parts: 1 of 2 test rows (50 %) is among the training rows, such as "
                           "test row 1, which is training row 2: "));
    assert_null(strstr(r.out, "\n2. "));
    release(&r);
}

/* Every target is named, and one is one. */
static void targets_are_named(void **state)
{
    (void)state;
    write_text("two.csv", "low,high,b\n1,2,q\n");
    result r = RUN("data", "two.csv", "--target", "low,high");
    assert_non_null(strstr(r.out, "two.csv: 1 row, 1 column, 2 numbers to predict (low, high)\n"));
    assert_non_null(strstr(r.out, "1 word, 1 time q\n"));
    release(&r);
    r = RUN("data", "two.csv");
    assert_non_null(strstr(r.out, "two.csv: 1 row, 2 columns of numbers, 1 class (b)\n"));
    release(&r);
    expect(0, "", "written: out.csv; the targets, low, high, are its first 2 columns\n",
           ARGUMENTS("data", "two.csv", "--target", "low,high", "--csv", "out.csv"));
    expect(0, "", "written: out.csv; the target, b, is its first column\n",
           ARGUMENTS("data", "two.csv", "--csv", "out.csv"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns_have_kinds),     cmocka_unit_test(machines_get_it_all),
        cmocka_unit_test(test_rows_are_compared), cmocka_unit_test(parts_of_a_folder_are_compared),
        cmocka_unit_test(targets_are_named),
    };
    return cmocka_run_group_tests(tests, make_data, leave_folder);
}
