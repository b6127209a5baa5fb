/* A look at data: thresholds from both sides, chance, parts, images, and the facts of columns. */
#include "looks.h"

static void generators_are_sound(void **state)
{
    (void)state;
    static const char *const texts[] = {"moons", "circles", "xor", "blobs n=40 seed=3", "blobs seed=1"};
    for (size_t i = 0; i < COUNT(texts); i++) {
        glia_data *d = opened(texts[i], NULL);
        glia_look *look = look_at(d, NULL);
        expect_nothing(look, texts[i]);
        assert_int_equal(look->columns, 2);
        glia_look_free(look);
        glia_data_free(d);
    }
}

/* Columns that know nothing, of few rows and many: with bells and long tails, few values and many. */
static void chance_is_no_fault(void **state)
{
    (void)state;
    enum { COLUMNS = 12 };
    for (uint32_t seed = 0; seed < 150; seed++) {
        const size_t rows = 24 + seed % 5 * 40, classes = 2 + seed % 2;
        glia_rng    *rng;
        glia_real   *x = need(rows * COLUMNS, sizeof *x);
        int32_t     *c = need(rows, sizeof *c);
        glia_data   *d;
        EXPECT_OK(glia_rng_new(&rng, seed));
        for (size_t r = 0; r < rows; r++) {
            c[r] = (int32_t)((r + (size_t)(glia_rng_rand(rng) < 0.3)) % classes);
            for (size_t i = 0; i < COLUMNS; i++) {
                const double bell = glia_rng_randn(rng);
                x[r * COLUMNS + i] = (glia_real)(i < 4    ? bell
                                                 : i < 8  ? exp(1.7 * bell)
                                                 : i < 10 ? floor(2 * bell)
                                                          : bell > 0);
            }
        }
        EXPECT_OK(glia_data_from_reals(&d, x, rows, COLUMNS, c, NULL, classes));
        glia_look *look = look_at(d, NULL);
        expect_nothing(look, "chance");
        glia_look_free(look);
        glia_data_free(d);
        glia_rng_free(rng);
        free(x);
        free(c);
    }
}

/* ---- thresholds from both sides -----------------------------------------------------------------------------------
 */

/* -20 .. 19, or 1 .. 40, and one more. The middle half is 20 wide, in logarithms log(31 / 11). */
static bool is_outlier(double from, double value)
{
    glia_real x[41];
    for (size_t i = 0; i < 40; i++) x[i] = (glia_real)(from + (double)(i * 7 % 40));
    x[40] = (glia_real)value;
    return finds("outliers", x, 41, 1, NULL, NULL, 0);
}

static void outliers_are_ten_middle_halves_away(void **state)
{
    (void)state;
    assert_true(is_outlier(-20, 219.5));
    assert_false(is_outlier(-20, 218.5));
    assert_true(is_outlier(-20, -220.5));
    assert_false(is_outlier(-20, -219));
    assert_true(is_outlier(1, 318));
    assert_false(is_outlier(1, 317)); /* twice the middle half of logarithms is 2.07 */
}

/* Of mostly 0 the middle half is 0, and the others' range, 4, stands for it, if a few rows are not 0. */
static bool is_far_from_zeros(size_t rows, size_t others, double value)
{
    glia_real x[500] = {0};
    for (size_t i = 0; i < others; i++) x[5 * i] = (glia_real)(1 + i % 4);
    x[rows - 1] = (glia_real)value;
    return finds("outliers", x, rows, 1, NULL, NULL, 0);
}

static void outliers_of_mostly_one_value(void **state)
{
    (void)state;
    assert_true(is_far_from_zeros(400, 30, 45));
    assert_false(is_far_from_zeros(400, 30, 43));
    assert_true(is_far_from_zeros(300, 19, 45));
    assert_false(is_far_from_zeros(300, 18, 45)); /* 20 rows have to be another value */
    assert_true(is_far_from_zeros(500, 24, 45));
    assert_false(is_far_from_zeros(500, 23, 45)); /* and 5 % */
}

/* A long tail is one also where a gap is told by -999. */
static void one_side_does_not_hide_the_other(void **state)
{
    (void)state;
    glia_real x[60];
    for (size_t i = 0; i < 60; i++) x[i] = (glia_real)exp(0.15 * (double)(i * 7 % 60));
    x[17] *= 4; /* the largest: a gap of 30 middle halves */
    assert_false(finds("outliers", x, 60, 1, NULL, NULL, 0));
    x[5] = -99999;
    glia_data *d;
    EXPECT_OK(glia_data_from_reals(&d, x, 60, 1, NULL, NULL, 0));
    glia_look *look = look_at(d, NULL);
    assert_near(the(look, "outliers")->value, 1, 0);
    assert_int_equal(the(look, "outliers")->row, 5);
    glia_look_free(look);
    glia_data_free(d);
}

/* A tenth of the rows far away is another kind of thing, unless it is one value over and over. */
static void many_are_no_outliers(void **state)
{
    (void)state;
    glia_real x[100];
    for (size_t i = 0; i < 100; i++) x[i] = (glia_real)(i < 90 ? (double)(i * 7 % 40) - 20 : 5000 + (double)i);
    assert_false(finds("outliers", x, 100, 1, NULL, NULL, 0));
    for (size_t i = 90; i < 100; i++) x[i] = 5000;
    assert_true(finds("outliers", x, 100, 1, NULL, NULL, 0));
    for (size_t i = 80; i < 100; i++) x[i] = 5000;
    assert_true(finds("outliers", x, 100, 1, NULL, NULL, 0));
    x[79] = 5000; /* more than a fifth */
    assert_false(finds("outliers", x, 100, 1, NULL, NULL, 0));
    for (size_t i = 0; i < 100; i++) x[i] = -x[i];
    assert_false(finds("outliers", x, 100, 1, NULL, NULL, 0));
    x[79] = 0;
    assert_true(finds("outliers", x, 100, 1, NULL, NULL, 0));
}

/* `second` rows of the second of three classes, `third` of the third, 50 of the first. */
static bool with_classes(const char *kind, size_t second, size_t third)
{
    glia_real x[200];
    int32_t class[200];
    const size_t rows = 50 + second + third;
    for (size_t r = 0; r < rows; r++) {
        x[r] = (glia_real)fmod(0.6180339 * (double)r, 1);
        class[r] = r < 50 ? 0 : r < 50 + second ? 1 : 2;
    }
    return finds(kind, x, rows, 1, class, NULL, 3);
}

static void classes_are_counted(void **state)
{
    (void)state;
    assert_true(with_classes("imbalance", 50, 10));
    assert_false(with_classes("imbalance", 50, 11));
    assert_true(with_classes("rare_class", 50, 4));
    assert_false(with_classes("rare_class", 50, 5));
    assert_true(with_classes("absent_class", 50, 0));
    assert_false(with_classes("absent_class", 50, 1));
    assert_true(with_classes("imbalance", 100, 1)); /* 1 % of the most frequent one */
    assert_false(with_classes("imbalance", 101, 1));
    assert_true(with_classes("rare_class", 101, 1));
}

/* y is 2 x but for `off` in one row; x reaches from 0 to 39. */
static bool is_twin(double off)
{
    glia_real x[80];
    for (size_t r = 0; r < 40; r++) {
        x[2 * r] = (glia_real)(r * 7 % 40);
        x[2 * r + 1] = 2 * x[2 * r];
    }
    x[2 * 11 + 1] += (glia_real)off;
    return finds("duplicate_columns", x, 40, 2, NULL, NULL, 0);
}

static void twins_are_the_same_up_to_rounding(void **state)
{
    (void)state;
    assert_true(is_twin(0));
    assert_true(is_twin(0.077)); /* of a range of 78 */
    assert_false(is_twin(0.079));
}

/* Two columns that are 1 in the same `ones` of 40 rows. */
static bool are_twins(size_t ones)
{
    glia_real x[80] = {0};
    for (size_t i = 0; i < ones; i++) x[6 * i] = x[6 * i + 1] = 1;
    return finds("duplicate_columns", x, 40, 2, NULL, NULL, 0);
}

static void columns_that_say_little_are_no_twins(void **state)
{
    (void)state;
    assert_true(are_twins(5));
    assert_false(are_twins(4));
}

/* Copies are found among 50,000 columns too, which would take minutes if each were compared with each. */
static void wide_tables_are_looked_at(void **state)
{
    (void)state;
    enum { ROWS = 8, COLUMNS = 50000, COPY = 40000, INCHES = 45000 };
    glia_real *x = need((size_t)ROWS * COLUMNS, sizeof *x);
    glia_rng  *rng;
    glia_data *d;
    EXPECT_OK(glia_rng_new(&rng, 5));
    for (size_t i = 0; i < (size_t)ROWS * COLUMNS; i++) x[i] = (glia_real)glia_rng_rand(rng);
    for (size_t r = 0; r < ROWS; r++) {
        x[r * COLUMNS + COPY] = x[r * COLUMNS + 7];
        x[r * COLUMNS + INCHES] = 3 - 2 * x[r * COLUMNS + 9];
    }
    EXPECT_OK(glia_data_from_reals(&d, x, ROWS, COLUMNS, NULL, NULL, 0));
    glia_look *look = look_at(d, NULL);
    expect_what(the(look, "duplicate_columns"), "2 of 50000 columns say what another one says: column 40001 has the "
                                                "values of column 8, column 45001 is -2 times column 10 plus 3");
    glia_look_free(look);
    glia_data_free(d);
    glia_rng_free(rng);
    free(x);
}

/* Of 100 rows. */
static bool has_gaps(const char *kind, size_t gaps)
{
    glia_real x[200];
    for (size_t r = 0; r < 100; r++) {
        x[2 * r] = (glia_real)fmod(0.6180339 * (double)r, 1);
        x[2 * r + 1] = r < gaps ? (glia_real)NAN : (glia_real)fmod(0.4142135 * (double)r, 1);
    }
    return finds(kind, x, 100, 2, NULL, NULL, 0);
}

static void gaps_are_counted(void **state)
{
    (void)state;
    assert_false(has_gaps("missing_values", 0));
    assert_true(has_gaps("missing_values", 1));
    assert_true(has_gaps("missing_values", 50));
    assert_false(has_gaps("mostly_missing", 50));
    assert_true(has_gaps("mostly_missing", 51));
    assert_false(has_gaps("missing_values", 51));
    assert_false(has_gaps("mostly_missing", 100));
    assert_true(has_gaps("constant_columns", 100));
}

static bool is_numbered(size_t rows, double gap, bool whole)
{
    glia_real x[80];
    for (size_t r = 0; r < rows; r++) {
        const size_t place = r * 7 % rows;
        x[2 * r] = (glia_real)((double)place + (place + 1 == rows ? gap : 0) + (whole ? 0 : 0.25));
        x[2 * r + 1] = (glia_real)fmod(0.4142135 * (double)r, 1);
    }
    return finds("identifier", x, rows, 2, NULL, NULL, 0);
}

static void numbers_of_rows_are_known(void **state)
{
    (void)state;
    assert_true(is_numbered(20, 0, true));
    assert_false(is_numbered(19, 0, true));
    assert_false(is_numbered(20, 1, true)); /* neither in order nor without a gap */
    assert_false(is_numbered(20, 0, false));
}

/* Whether b repeats a: their cells in 24 rows are those of a list, over and over. */
static bool are_same(const char *const *a, const char *const *b, size_t cells)
{
    FILE *file = fopen("twins.csv", "w");
    fputs("a,b,y\n", file);
    for (size_t r = 0; r < 24; r++) fprintf(file, "%s,%s,%zu.5\n", a[r % cells], b[r % cells], r * 5 % 24);
    fclose(file);
    glia_data *d = opened("twins.csv", "y");
    glia_look *look = look_at(d, NULL);
    const bool found = find(look, "duplicate_columns") != NULL;
    glia_look_free(look);
    glia_data_free(d);
    return found;
}

static void copies_have_the_same_gaps(void **state)
{
    (void)state;
    const char *const numbers[] = {"1", "5", "", "3", "2", "3"}, *const doubled[] = {"2", "10", "", "6", "4", "6"},
                      *const other[] = {"1", "5", "3", "3", "2", ""}, *const words[] = {"a", "", "b", "c", "a", "b"},
                      *const more[] = {"x", "", "y", "z", "x", "y"}, *const less[] = {"x", "y", "", "z", "x", "y"},
                      *const days[] = {"2020-01-01", "2020-01-05", "", "2020-01-03", "2020-01-02", "2020-01-03"};
    assert_true(are_same(numbers, doubled, 6));
    assert_false(are_same(numbers, other, 6));
    assert_true(are_same(words, more, 6));
    assert_false(are_same(words, less, 6));
    assert_true(are_same(days, days, 6));
    assert_false(are_same(days, numbers, 6));
}

static void rows_with_gaps_are_compared(void **state)
{
    (void)state;
    glia_real x[120];
    for (size_t r = 0; r < 40; r++)
        for (size_t i = 0; i < 3; i++) x[3 * r + i] = (glia_real)fmod((0.6180339 + 0.1 * (double)i) * (double)r, 1);
    x[3 * 11 + 1] = (glia_real)NAN;
    assert_false(finds("duplicate_rows", x, 40, 3, NULL, NULL, 0));
    memcpy(x + 3 * 30, x + 3 * 11, 3 * sizeof *x);
    assert_true(finds("duplicate_rows", x, 40, 3, NULL, NULL, 0));
}

/* Three columns of yes and no have 8 rows to be, and many more are there: that they are the same says nothing. */
static void rows_of_few_values_are_the_same_by_chance(void **state)
{
    (void)state;
    glia_real x[300];
    int32_t class[100];
    for (size_t r = 0; r < 100; r++) {
        for (size_t i = 0; i < 3; i++) x[3 * r + i] = (glia_real)(r * (2 * i + 7) / 5 % 2);
        class[r] = r % 3 == 0;
    }
    assert_false(finds("duplicate_rows", x, 100, 3, class, NULL, 2));
    assert_true(finds("disagreeing_rows", x, 100, 3, class, NULL, 2));
}

static bool wide(size_t columns)
{
    glia_real *x = random_reals(5, 10 * columns);
    const bool found = finds("wide_table", x, 10, columns, NULL, NULL, 0);
    free(x);
    return found;
}

static void columns_are_compared_with_rows(void **state)
{
    (void)state;
    assert_true(wide(11));
    assert_false(wide(10));
}

/* Quantiles of -log(u), whose skewness is 2, to the power p. */
static bool askew(double p)
{
    glia_real *x = random_reals(5, 1000), y[1000];
    for (size_t r = 0; r < 1000; r++) y[r] = (glia_real)pow(-log(((double)r + 0.5) / 1000), p);
    const bool found = finds("skewed_target", x, 1000, 1, NULL, y, 1);
    free(x);
    return found;
}

static void targets_with_a_tail_are_askew(void **state)
{
    (void)state;
    assert_true(askew(1.2));
    assert_false(askew(0.9));
}

/* ---- dates and parts ----------------------------------------------------------------------------------------------
 */

/* 60 days in a row, but `back` of them are yesterday's yesterday. */
static const char *time_told(size_t back)
{
    static char what[400];
    FILE       *file = fopen("days.csv", "w");
    glia_rng   *rng;
    EXPECT_OK(glia_rng_new(&rng, 3));
    fputs("day,x,y\n", file);
    for (size_t r = 0; r < 60; r++)
        fprintf(file, "2021-%02zu-%02zu,%.4f,%.4f\n", 1 + r / 20, 3 + r % 20 - (r % 9 == 5 && r / 9 < back ? 2 : 0),
                glia_rng_rand(rng), glia_rng_rand(rng));
    glia_rng_free(rng);
    fclose(file);
    glia_data               *d = opened("days.csv", "y");
    glia_look               *look = look_at(d, NULL);
    const glia_data_finding *f = find(look, "time_order");
    strcpy(what, f ? f->what : "");
    if (f) assert_non_null(strstr(f->cure, "--time \"day\""));
    glia_look_free(look);
    glia_data_free(d);
    return what;
}

static void rows_in_time_are_noticed(void **state)
{
    (void)state;
    assert_non_null(strstr(time_told(0), "follow each other in time (\"day\", from 2021-01-03 to 2021-03-22)"));
    assert_non_null(strstr(time_told(2), "in time but for 2 ("));
    assert_string_equal(time_told(4), ""); /* 4 of 59 steps are over 5 % */
}

/* Whoever has a test part has chosen it. */
static void time_matters_for_a_hold_out(void **state)
{
    (void)state;
    assert_string_not_equal(time_told(0), "");
    glia_data *d = opened("days.csv", "y");
    glia_look *look = look_at(d, d);
    assert_null(find(look, "time_order"));
    glia_look_free(look);
    glia_data_free(d);
}

/* The same rows, but words come in another order, columns in another, and there is one more class. */
static void test_rows_are_looked_for_among_the_others(void **state)
{
    (void)state;
    glia_rng *rng;
    EXPECT_OK(glia_rng_new(&rng, 8));
    FILE *train = fopen("train.csv", "w"), *test = fopen("test.csv", "w");
    fputs("a,town,kind\n", train), fputs("kind,town,a\n", test);
    for (size_t r = 0; r < 40; r++)
        fprintf(train, "%.3f,%s,%s\n", (double)r * 1.37, r % 3 ? "Bern" : "Chur", glia_rng_rand(rng) < 0.5 ? "x" : "y");
    fputs("y,Genf,1.37\n", test);              /* another town */
    fputs("y,Bern,1.37\nx,Bern,1.38\n", test); /* row 2 of the others, and none */
    fputs("z,Chur,4.11\n", test);              /* row 4, of an unknown class */
    for (size_t r = 0; r < 6; r++) fprintf(test, "x,Chur,%zu.5\n", r);
    fclose(train), fclose(test);
    glia_rng_free(rng);
    glia_data               *a = opened("train.csv", "kind"), *b = opened("test.csv", "kind");
    glia_look               *look = look_at(a, b);
    const glia_data_finding *f = the(look, "rows_in_both_parts");
    assert_string_equal(f->what, "2 of 10 test rows (20 %) are among the training rows, such as test row 2, which is "
                                 "training row 2: a net is asked what it was told");
    assert_int_equal(f->row, 1);
    assert_int_equal(f->other_row, 1);
    assert_near(f->value, 0.2, 1e-12);
    assert_string_equal(look->findings[0].kind, "rows_in_both_parts"); /* the worst */
    f = the(look, "unseen_class");
    assert_near(f->value, 1, 0);
    assert_string_equal(f->what,
                        "1 of 10 test rows is of a class without training rows, such as \"z\": it cannot be right");
    glia_look_free(look);
    look = look_at(a, a);
    assert_near(the(look, "rows_in_both_parts")->value, 1, 0);
    glia_look_free(look);
    glia_data_free(b);
    b = opened("xor", NULL); /* rows that cannot be compared */
    look = look_at(a, b);
    assert_null(find(look, "rows_in_both_parts"));
    glia_look_free(look);
    glia_data_free(a);
    glia_data_free(b);
}

/* Of images only rows are looked at: no pixel is told to be constant. */
static void images_are_compared_as_they_lie(void **state)
{
    (void)state;
    enum { IMAGES = 30, PIXELS = 12 };
    uint8_t x[IMAGES * PIXELS] = {0};
    int32_t class[IMAGES];
    glia_data   *a, *b;
    const size_t rows[] = {3, 29};
    for (size_t i = 0; i < IMAGES; i++) {
        x[i * PIXELS + 5] = (uint8_t)i;
        class[i] = i % 2;
    }
    memcpy(x + 29 * PIXELS, x + 7 * PIXELS, PIXELS);
    EXPECT_OK(glia_data_from_bytes(&a, x, IMAGES, 1, 3, 4, class, 2));
    EXPECT_OK(glia_data_rows(a, rows, 2, &b));
    glia_look *look = look_at(a, b);
    assert_int_equal(look->columns, 0);
    assert_int_equal(look->count, 2);
    expect_what(the(look, "rows_in_both_parts"),
                "2 of 2 test rows (100 %) are among the training rows, such as test row "
                "1, which is training row 4");
    expect_what(the(look, "duplicate_rows"),
                "1 of 30 rows (3.33 %) repeats an earlier one, target included: rows 8 and 30");
    glia_look_free(look);
    class[29] = 0;
    glia_data_free(b);
    glia_data_free(a);
    EXPECT_OK(glia_data_from_bytes(&a, x, IMAGES, 1, 3, 4, class, 2));
    look = look_at(a, NULL);
    expect_what(the(look, "disagreeing_rows"), "2 of 30 rows are the same as another row but for their class, such as "
                                               "rows 8 and 30; whatever a model says, it errs in 1 of them");
    assert_null(find(look, "duplicate_rows"));
    glia_look_free(look);
    glia_data_free(a);
}

/* ---- facts --------------------------------------------------------------------------------------------------------
 */

static void columns_are_described(void **state)
{
    (void)state;
    put_text("facts.csv",
             "n,w,d,b,s,y\n1,red,2020-01-31,yes,a,1.5\n4,blue,2020-03-01,no,b,2.5\n,blue,,yes,c,3.5\n2,,2019-12-24,"
             "yes,d,7.5\n");
    glia_data *d;
    EXPECT_OK(glia_data_open(&d, "facts.csv", &(glia_data_options){.columns = "s:skip", .target = "y"}));
    glia_look               *look = look_at(d, NULL);
    const glia_column_facts *c = look->column;
    assert_int_equal(look->columns, 5);
    assert_string_equal(c[0].name, "n");
    assert_int_equal(c[0].missing, 1);
    assert_int_equal(c[0].different, 3);
    assert_near(c[0].least, 1, 0);
    assert_near(c[0].most, 4, 0);
    assert_near(c[0].median, 2, 0);
    assert_near(c[0].mean, 7.0 / 3, 1e-12);
    assert_string_equal(c[1].word, "blue");
    assert_int_equal(c[1].word_rows, 2);
    assert_int_equal(c[1].different, 2);
    assert_true(isnan(c[1].least));
    assert_string_equal(c[2].least_text, "2019-12-24");
    assert_string_equal(c[2].most_text, "2020-03-01");
    assert_string_equal(c[3].most_text, "yes");
    assert_near(c[3].mean, 0.75, 0);
    assert_int_equal(c[4].kind, GLIA_KIND_SKIP);
    assert_int_equal(c[4].column, GLIA_NO_COLUMN);
    glia_look_free(look);
    glia_data_free(d);
}

/* A time of day counts too. */
static void times_are_part_of_a_date(void **state)
{
    (void)state;
    put_text("times.csv", "at,x,y\n2020-01-01T08:30,1,a\n2020-01-01T23:59:59,1,b\n2020-01-01T08:31,1,a\n");
    glia_data *d = opened("times.csv", "y");
    glia_look *look = look_at(d, NULL);
    assert_int_equal(look->column[0].kind, GLIA_KIND_DATETIME);
    assert_int_equal(look->column[0].different, 3);
    assert_string_equal(look->column[0].least_text, "2020-01-01 08:30:00");
    assert_string_equal(look->column[0].most_text, "2020-01-01 23:59:59");
    assert_null(find(look, "duplicate_rows"));
    glia_look_free(look);
    glia_data_free(d);
}

/* Of a view the rows that it has. */
static void a_view_is_looked_at_alone(void **state)
{
    (void)state;
    glia_data   *d = class_data(3, 50, 3, 2), *view;
    const size_t rows[] = {4, 9, 4, 20};
    EXPECT_OK(glia_data_rows(d, rows, 4, &view));
    glia_look *look = look_at(view, NULL);
    expect_what(the(look, "duplicate_rows"),
                "1 of 4 rows (25 %) repeats an earlier one, target included: rows 1 and 3");
    assert_near(look->column[0].least,
                fmin(fmin(glia_data_input(d, 4, 0), glia_data_input(d, 9, 0)), glia_data_input(d, 20, 0)), 0);
    glia_look_free(look);
    glia_data_free(view);
    glia_data_free(d);
}

static void wrong_arguments(void **state)
{
    (void)state;
    glia_look *look = (glia_look *)state;
    glia_data *d = opened("xor", NULL);
    EXPECT_FAILS(glia_data_look(NULL, NULL, &look), GLIA_E_ARG, "a look needs data");
    assert_null(look);
    EXPECT_FAILS(glia_data_look(d, NULL, NULL), GLIA_E_ARG, "a look needs data");
    glia_look_free(NULL);
    glia_data_free(d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(generators_are_sound),
        cmocka_unit_test(chance_is_no_fault),
        cmocka_unit_test(outliers_are_ten_middle_halves_away),
        cmocka_unit_test(outliers_of_mostly_one_value),
        cmocka_unit_test(one_side_does_not_hide_the_other),
        cmocka_unit_test(many_are_no_outliers),
        cmocka_unit_test(classes_are_counted),
        cmocka_unit_test(twins_are_the_same_up_to_rounding),
        cmocka_unit_test(columns_that_say_little_are_no_twins),
        cmocka_unit_test(wide_tables_are_looked_at),
        cmocka_unit_test(gaps_are_counted),
        cmocka_unit_test(numbers_of_rows_are_known),
        cmocka_unit_test(copies_have_the_same_gaps),
        cmocka_unit_test(rows_with_gaps_are_compared),
        cmocka_unit_test(rows_of_few_values_are_the_same_by_chance),
        cmocka_unit_test(columns_are_compared_with_rows),
        cmocka_unit_test(targets_with_a_tail_are_askew),
        cmocka_unit_test(rows_in_time_are_noticed),
        cmocka_unit_test(time_matters_for_a_hold_out),
        cmocka_unit_test(test_rows_are_looked_for_among_the_others),
        cmocka_unit_test(images_are_compared_as_they_lie),
        cmocka_unit_test(columns_are_described),
        cmocka_unit_test(times_are_part_of_a_date),
        cmocka_unit_test(a_view_is_looked_at_alone),
        cmocka_unit_test(wrong_arguments),
    };
    return cmocka_run_group_tests(tests, enter_folder, leave_folder);
}
