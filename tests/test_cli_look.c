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

/* Those that are not read, and those without names. */
static void findings_have_their_columns(void **state)
{
    (void)state;
    char   text[4096] = "x,when,y\n";
    size_t at = strlen(text);
    for (int r = 0; r < 60; r++)
        at += (size_t)sprintf(text + at, "%d.5,%d/%d/2024,%s\n", r * 7 % 61, 1 + r % 28, 1 + r / 28, r % 3 ? "a" : "b");
    write_text("when.csv", text);
    result  r = RUN("data", "when.csv", "--json");
    events  e = events_of(r.out);
    json_t *first = json_array_get(json_object_get(e.event[0], "findings"), 0);
    assert_string_equal(text_at(first, "kind"), "date_words");
    assert_string_equal(text_at(first, "column"), "when");
    release_events(&e);
    release(&r);
    write_text("bare.csv", "7,3,3,a\n8,3,4,b\n9,3,5,a\n");
    r = RUN("data", "bare.csv", "--json");
    e = events_of(r.out);
    first = json_array_get(json_object_get(e.event[0], "findings"), 0);
    assert_string_equal(text_at(first, "kind"), "constant_columns");
    assert_int_equal(number_at(first, "column"), 2);
    release_events(&e);
    release(&r);
}

static void text_alone_is_told_with_a_cure(void **state)
{
    (void)state;
    char   text[4096] = "note,d1,y\n";
    size_t at = strlen(text);
    for (int r = 0; r < 60; r++)
        at += (size_t)sprintf(text + at, "n%d,%d/%d/2024,%s\n", r, 1 + r % 28, 1 + r / 28, r % 3 ? "a" : "b");
    write_text("text.csv", text);
    expect(3, "",
           "glia: text.csv: all columns are free text (\"note\", \"d1\"): none is left for the inputs; --columns says "
           "what they are, such as \"d1:date dmy\"\n",
           ARGUMENTS("data", "text.csv"));
}

static void rows_to_test_lack_columns(void **state)
{
    (void)state;
    write_text("people.csv", PEOPLE);
    write_text("lacking.csv", "member,town,bought,note\nno,Chur,little,x\n");
    result r = RUN("data", "people.csv", "--columns", "note:skip", "--test", "lacking.csv");
    assert_int_equal(r.code, 0);
    assert_non_null(strstr(r.out, "\n1. absent_columns: the rows to test lack 2 of 4 columns: \"age\", \"since\".\n"));
    release(&r);
}

/* What rows belong to is no input, and when they are from is no news. */
static void groups_and_times_are_known(void **state)
{
    (void)state;
    char   text[4096] = "x,patient,day,y\n";
    size_t at = strlen(text);
    for (int r = 0; r < 80; r++)
        at += (size_t)sprintf(text + at, "%d,p%d,2024-%02d-%02d,%s\n", r * 7 % 11, r % 16, 1 + r / 28, 1 + r % 28,
                              r % 16 % 2 ? "a" : "b");
    write_text("patients.csv", text);
    result r = RUN("data", "patients.csv");
    assert_non_null(strstr(r.out, ". tells_target: \"patient\" alone tells the class"));
    assert_non_null(strstr(r.out, "--group \"patient\""));
    assert_non_null(strstr(r.out, "--time \"day\""));
    release(&r);
    r = RUN("data", "patients.csv", "--group", "patient", "--time", "day");
    assert_int_equal(r.code, 0);
    assert_non_null(strstr(r.out, "patients.csv: 80 rows, 2 columns, 2 classes (y)\n"));
    assert_null(strstr(r.out, "tells_target"));
    assert_null(strstr(r.out, "time_order"));
    release(&r);
}

static void targets_of_yes_and_no_are_called_so(void **state)
{
    (void)state;
    write_text("yes.csv", "x,A,B\n1,yes,1\n2,no,1\n3,no,0\n");
    result r = RUN("data", "yes.csv", "--target", "A,B");
    assert_non_null(strstr(r.out, "yes.csv: 3 rows, 1 column of numbers, 2 targets that are yes or no (A, B)\n"));
    release(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns_have_kinds),
        cmocka_unit_test(machines_get_it_all),
        cmocka_unit_test(test_rows_are_compared),
        cmocka_unit_test(parts_of_a_folder_are_compared),
        cmocka_unit_test(targets_are_named),
        cmocka_unit_test(findings_have_their_columns),
        cmocka_unit_test(text_alone_is_told_with_a_cure),
        cmocka_unit_test(rows_to_test_lack_columns),
        cmocka_unit_test(groups_and_times_are_known),
        cmocka_unit_test(targets_of_yes_and_no_are_called_so),
    };
    return cmocka_run_group_tests(tests, make_data, leave_folder);
}
