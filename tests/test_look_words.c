/* A look at data: what it says of words that were meant as dates or numbers, of text, and of upper and lower case; and
 * the options that it names, with the columns that they are for. */
#include "looks.h"

enum { ROWS = 60 };

/* A column beside numbers and a target that no column tells; `cell` writes the cell of a row. */
typedef struct words {
    const char *head; /* its name, as a header has it */
    void (*cell)(char *text, size_t row);
} words;

static glia_look *look_at_words(const words *w, glia_data **d)
{
    FILE *file = fopen("words.csv", "w");
    assert_non_null(file);
    fprintf(file, "x,%s,y\n", w->head);
    for (size_t r = 0; r < ROWS; r++) {
        char cell[64];
        w->cell(cell, r);
        fprintf(file, "%.4f,\"%s\",%s\n", fmod(0.6180339 * (double)(r + 1), 1), cell, r * r / 3 % 2 ? "b" : "a");
    }
    assert_int_equal(fclose(file), 0);
    *d = opened("words.csv", "y");
    return look_at(*d, NULL);
}

static void expect_words(const words *w, const char *kind, const char *what, const char *cure)
{
    glia_data *d;
    glia_look *look = look_at_words(w, &d);
    if (!kind) {
        assert_null(find(look, "date_words"));
        assert_null(find(look, "marked_numbers"));
        assert_null(find(look, "letter_case"));
    } else {
        const glia_data_finding *f = the(look, kind);
        expect_what(f, what);
        if (cure && strcmp(f->cure, cure) != 0) fail_msg("%s: \"%s\", not \"%s\"", kind, f->cure, cure);
    }
    glia_look_free(look);
    glia_data_free(d);
}

/* ---- dates ------------------------------------------------------------------------------------------------------- */

static void day_first(char *text, size_t r)
{
    sprintf(text, "%zu/%zu/2024", 1 + r % 31, 1 + 2 * (r / 31));
}

static void month_first(char *text, size_t r)
{
    sprintf(text, "%zu/%zu/2024", 1 + 2 * (r / 31), 1 + r % 31);
}

static void either_first(char *text, size_t r)
{
    sprintf(text, "%zu/%zu/2024", 1 + r % 12, 1 + r / 12);
}

static void with_a_time(char *text, size_t r)
{
    month_first(text, r);
    sprintf(text + strlen(text), " %02zu:30", r % 24);
}

/* `others` of 60 are none. */
static void some_dates(char *text, size_t r, size_t others)
{
    day_first(text, r);
    if (r < others) sprintf(text, "later%c", (char)('a' + r));
}

static void six_others(char *text, size_t r)
{
    some_dates(text, r, 6);
}

static void seven_others(char *text, size_t r)
{
    some_dates(text, r, 7);
}

static void dates_are_seen(void **state)
{
    (void)state;
    expect_words(&(words){"day", day_first}, "date_words",
                 "\"day\" is taken for text and left out, though 60 of its 60 different words are dates, such as "
                 "\"1/1/2024\"",
                 "say that it is one: --columns \"day:date dmy\"");
    expect_words(&(words){"day", month_first}, "date_words", "60 of its 60",
                 "say that it is one: --columns \"day:date mdy\"");
    expect_words(&(words){"day", with_a_time}, "date_words", "60 of its 60",
                 "say that it is one: --columns \"day:datetime mdy\"");
    expect_words(&(words){"day", either_first}, "date_words", "60 of its 60",
                 "say that it is one: --columns \"day:date dmy\", or mdy, if the month comes first");
    expect_words(
        &(words){"day", six_others}, "date_words", "54 of its 60 different words are dates, such as \"7/1/2024\"",
        "mend the other cells or call them gaps (--missing), and say that it is one: --columns \"day:date dmy\"");
    expect_words(&(words){"day", seven_others}, NULL, NULL, NULL);
}

/* ---- numbers ----------------------------------------------------------------------------------------------------- */

static void decimal_comma(char *text, size_t r)
{
    sprintf(text, "%zu,%zu", r, r % 10);
}

static void thousands(char *text, size_t r)
{
    sprintf(text, "%zu.%03zu,50", 1 + r, r);
}

static void percent(char *text, size_t r)
{
    sprintf(text, "%zu%%", r % 12);
}

static void dollars(char *text, size_t r)
{
    sprintf(text, "$%zu", r * 5);
}

static void other_units(char *text, size_t r)
{
    sprintf(text, "%zu%c", r, (char)('a' + r % 9));
}

static void versions(char *text, size_t r)
{
    sprintf(text, "%zu.%zu.1", r, r % 7);
}

static void marks_are_seen(void **state)
{
    (void)state;
    const char *const cure = "if it is a decimal comma between semicolons or tabs, --decimal comma; else write them as "
                             "plain numbers before, with a point and no other mark or unit: 1234.5";
    expect_words(&(words){"price", decimal_comma}, "marked_numbers",
                 "\"price\" is taken for text and left out, though 60 of its 60 different words are numbers, with a "
                 "decimal comma, a mark for thousands or a unit, such as \"0,0\"",
                 cure);
    expect_words(&(words){"price", thousands}, "marked_numbers", "such as \"1.000,50\"", cure);
    expect_words(&(words){"price", percent}, "marked_numbers", "is read as words, though 12 of its 12", cure);
    expect_words(&(words){"price", dollars}, "marked_numbers", "such as \"$0\"", cure);
    expect_words(&(words){"flat", other_units}, NULL, NULL, NULL);
    expect_words(&(words){"version", versions}, NULL, NULL, NULL);
}

/* ---- text -------------------------------------------------------------------------------------------------------- */

static void many_words(char *text, size_t r)
{
    sprintf(text, "word%c%c", (char)('a' + r % 53 / 20), (char)('a' + r % 53 % 20));
}

static void most_words(char *text, size_t r)
{
    sprintf(text, "word%c%c", (char)('a' + r % 54 / 20), (char)('a' + r % 54 % 20));
}

static void what_names_a_row_is_not_worth_reading(void **state)
{
    (void)state;
    expect_words(&(words){"note", many_words}, "text_columns",
                 "1 column of words that hardly repeat is left out: \"note\"",
                 "--columns \"note:category hash=64\" reads it all the same");
    expect_words(&(words){"note", most_words}, "text_columns", "is left out: \"note\" (nearly all are different)",
                 "nothing has to be done: what names a row tells nothing of new ones");
}

/* ---- several columns --------------------------------------------------------------------------------------------- */

static void months(char *text, size_t r)
{
    sprintf(text, "%zu/%zu/2023", 1 + r % 30, 3 + r / 30);
}

static void kilograms(char *text, size_t r)
{
    sprintf(text, "%zu kg", 50 + r);
}

static void some_names(char *text, size_t r)
{
    sprintf(text, r % 4 == 1 ? "n%zu" : "%zu", 17 * r);
}

static void all_but_some(char *text, size_t r)
{
    sprintf(text, r % 5 == 1 ? "n%zu" : "%zu", 19 * r);
}

/* Each column that is left out is named by a finding, whose place is the first one's. */
static void all_such_columns_are_named(void **state)
{
    static const words all[] = {{"d1", day_first},     {"money", thousands}, {"d2", months},
                                {"weight", kilograms}, {"mix", some_names},  {"mixed", all_but_some},
                                {"note", many_words}};
    (void)state;
    FILE *file = fopen("all.csv", "w");
    assert_non_null(file);
    fputs("x", file);
    for (size_t i = 0; i < COUNT(all); i++) fprintf(file, ",%s", all[i].head);
    fputs(",y\n", file);
    for (size_t r = 0; r < ROWS; r++) {
        fprintf(file, "%.4f", fmod(0.6180339 * (double)(r + 1), 1));
        for (size_t i = 0; i < COUNT(all); i++) {
            char cell[64];
            all[i].cell(cell, r);
            fprintf(file, ",\"%s\"", cell);
        }
        fprintf(file, ",%s\n", r * r / 3 % 2 ? "b" : "a");
    }
    assert_int_equal(fclose(file), 0);
    glia_data *d = opened("all.csv", "y");
    glia_look *look = look_at(d, NULL);
    expect_what(the(look, "date_words"), "\"d1\" is taken for text and left out, though ");
    expect_what(the(look, "date_words"), "; the same goes for \"d2\"");
    assert_string_equal(the(look, "date_words")->cure, "say that it is one: --columns \"d1:date dmy\"; and so on");
    expect_what(the(look, "marked_numbers"), "\"money\" is taken for text and left out, though ");
    expect_what(the(look, "marked_numbers"), "; the same goes for \"weight\"");
    expect_what(the(look, "number_words"), "\"mix\" is taken for text and left out, though ");
    expect_what(the(look, "number_words"), "; the same goes for \"mixed\"");
    expect_what(the(look, "text_columns"), "\"mix\", \"mixed\", \"note\"");
    assert_string_equal(look->column[the(look, "date_words")->column].name, "d1");
    assert_string_equal(look->column[the(look, "marked_numbers")->column].name, "money");
    assert_string_equal(look->column[the(look, "number_words")->column].name, "mix");
    assert_string_equal(look->column[the(look, "text_columns")->column].name, "note");
    glia_look_free(look);
    glia_data_free(d);
}

/* However many there are, the sentence has room for how many. */
static void lists_end_with_how_many_more(void **state)
{
    (void)state;
    FILE *file = fopen("many.csv", "w");
    assert_non_null(file);
    fputs("x", file);
    for (int i = 0; i < 40; i++) fprintf(file, ",a name of a column that has words %d", i);
    fputs(",y\n", file);
    for (size_t r = 0; r < ROWS; r++) {
        fprintf(file, "%.4f", fmod(0.6180339 * (double)(r + 1), 1));
        for (int i = 0; i < 40; i++) fprintf(file, ",%zu/%d/2023", 1 + (r + (size_t)i) % 28, 1 + (int)r / 28);
        fprintf(file, ",%s\n", r * r / 3 % 2 ? "b" : "a");
    }
    assert_int_equal(fclose(file), 0);
    glia_data *d = opened("many.csv", "y");
    glia_look *look = look_at(d, NULL);
    expect_what(the(look, "date_words"), "; the same goes for \"a name of a column that has words 1\", ");
    expect_what(the(look, "date_words"), " more");
    glia_look_free(look);
    glia_data_free(d);
}

/* ---- words that an order lacks ----------------------------------------------------------------------------------- */

static void an_order_has_to_have_all_words(void **state)
{
    (void)state;
    FILE *file = fopen("sizes.csv", "w");
    assert_non_null(file);
    fputs("size,z,y\nS,1,a\nM,2,b\nL,3,a\nXL,4,b\nL,5,b\n", file);
    assert_int_equal(fclose(file), 0);
    glia_data *d;
    EXPECT_OK(glia_data_open(&d, "sizes.csv", &(glia_data_options){.columns = "size:ordinal S < M"}));
    glia_look *look = look_at(d, NULL);
    expect_what(the(look, "ordinal_words"), "told of \"size\" lacks words of it: \"L\" in 2 rows, \"XL\" in 1 row");
    assert_near(the(look, "ordinal_words")->value, 3, 0);
    assert_int_equal(the(look, "ordinal_words")->column, 0);
    glia_look_free(look);
    glia_data_free(d);
    EXPECT_OK(glia_data_open(&d, "sizes.csv", &(glia_data_options){.columns = "size:ordinal S < M < L < XL"}));
    look = look_at(d, NULL);
    assert_null(find(look, "ordinal_words"));
    glia_look_free(look);
    glia_data_free(d);
    EXPECT_FAILS(glia_data_open(&d, "sizes.csv", &(glia_data_options){.columns = "size:ordinal S < M < S"}),
                 GLIA_E_TEXT, "columns:1:14: \"S\" stands twice in the order of its words");
    EXPECT_FAILS(glia_data_open(&d, "sizes.csv", &(glia_data_options){.columns = "size:ordinal S < "}), GLIA_E_TEXT,
                 "columns:1:14: a word of ordinal is missing");
}

/* A name as a shell and --columns take it. */
static void names_are_quoted(void **state)
{
    (void)state;
    expect_words(&(words){"\"a, b\"", many_words}, "text_columns", "\"a, b\"",
                 "--columns '\"a, b\":category hash=64' reads it all the same");
    expect_words(&(words){"\"it's \"\"x\"\"\"", many_words}, "text_columns", "it's \"x\"",
                 "--columns '\"it'\\''s \"\"x\"\"\":category hash=64' reads it all the same");
    expect_words(&(words){"$x", many_words}, "text_columns", "$x",
                 "--columns '$x:category hash=64' reads it all the same");
    expect_words(&(words){"a name that has more letters than a line can hold", many_words}, "text_columns", "a name",
                 "--columns \"2:category hash=64\" reads it all the same");
}

/* Without names columns have the numbers of the file, where the target may come first. */
static void columns_without_names_have_numbers(void **state)
{
    (void)state;
    FILE *file = fopen("bare.csv", "w");
    assert_non_null(file);
    for (int r = 0; r < 30; r++) fprintf(file, "%s,%d,%d\n", r % 3 ? "a" : "b", r * 7 % 11, r * 7 % 11);
    assert_int_equal(fclose(file), 0);
    glia_data *d = opened("bare.csv", "1");
    glia_look *look = look_at(d, NULL);
    expect_what(the(look, "duplicate_columns"), "column 3 has the values of column 2");
    assert_string_equal(the(look, "duplicate_columns")->cure, "leave it out (--columns \"3:skip\")");
    assert_int_equal(look->column[0].number, 1);
    glia_look_free(look);
    glia_data_free(d);
}

/* ---- groups ------------------------------------------------------------------------------------------------------ */

/* What is to be done about a column of so many words, of which each has one class only. */
static void expect_leak(size_t count, const char *cure)
{
    FILE *file = fopen("leak.csv", "w");
    assert_non_null(file);
    fputs("x,z,patient,y\n", file);
    for (size_t r = 0; r < 200; r++)
        fprintf(file, "%.4f,%.4f,p%zu,%s\n", fmod(0.6180339 * (double)r, 1), fmod(0.4142135 * (double)r, 1), r % count,
                r % count % 2 ? "a" : "b");
    assert_int_equal(fclose(file), 0);
    glia_data *d = opened("leak.csv", "y");
    glia_look *look = look_at(d, NULL);
    expect_what(the(look, "tells_target"), "\"patient\" alone tells the class in 200 of 200 rows");
    assert_string_equal(the(look, "tells_target")->cure, cure);
    glia_look_free(look);
    glia_data_free(d);
}

static void rows_may_belong_together(void **state)
{
    (void)state;
    expect_leak(8,
                "leave it out (--columns \"patient:skip\"), unless it is known before the target is: else scores will "
                "be too good");
    expect_leak(20, "leave it out (--columns \"patient:skip\"), or if the rows of one word belong together, --group "
                    "\"patient\"");
}

/* ---- upper and lower case ---------------------------------------------------------------------------------------- */

static void cases(char *text, size_t r)
{
    strcpy(text, (const char *[]){"pro", "free", "Pro", "FREE", "PRO"}[r % 5]);
}

static void plain_words(char *text, size_t r)
{
    strcpy(text, (const char *[]){"red", "green", "Blue"}[r % 3]);
}

static void case_is_noticed(void **state)
{
    (void)state;
    const char *const cure = "write each in one way, if they mean the same: to a net they are different words";
    expect_words(&(words){"plan", cases}, "letter_case",
                 "words of \"plan\" differ in upper and lower case alone: ", cure);
    expect_words(&(words){"plan", cases}, "letter_case", "\"pro\" and \"Pro\" and \"PRO\"", cure);
    expect_words(&(words){"plan", cases}, "letter_case", "\"free\" and \"FREE\"", cure);
    expect_words(&(words){"plan", plain_words}, NULL, NULL, NULL);
    FILE *file = fopen("kinds.csv", "w");
    assert_non_null(file);
    fputs("x,c,y\n1,red,cat\n2,Red,Cat\n3,blue,dog\n4,blue,dog\n", file);
    assert_int_equal(fclose(file), 0);
    glia_data *d = opened("kinds.csv", "y");
    glia_look *look = look_at(d, NULL);
    assert_near(the(look, "letter_case")->value, 2, 0);
    expect_what(the(look, "letter_case"), "names of classes differ in upper and lower case alone: \"Cat\" and \"cat\"; "
                                          "and so in 1 more column");
    glia_look_free(look);
    glia_data_free(d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dates_are_seen),
        cmocka_unit_test(marks_are_seen),
        cmocka_unit_test(what_names_a_row_is_not_worth_reading),
        cmocka_unit_test(all_such_columns_are_named),
        cmocka_unit_test(lists_end_with_how_many_more),
        cmocka_unit_test(an_order_has_to_have_all_words),
        cmocka_unit_test(names_are_quoted),
        cmocka_unit_test(columns_without_names_have_numbers),
        cmocka_unit_test(rows_may_belong_together),
        cmocka_unit_test(case_is_noticed),
    };
    return cmocka_run_group_tests(tests, enter_folder, leave_folder);
}
