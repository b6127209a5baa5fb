/* A look at data: which columns give the target away, and which only tell it well. */
#include "looks.h"

/* 100 rows of a class and some of another; the first column puts `wrong` of them on the other side, the second is right
 * in `right` of a hundred rows. */
static bool tells(size_t wrong, size_t rows_of_second, size_t right, size_t columns)
{
    glia_real x[1200];
    int32_t class[200];
    const size_t rows = 100 + rows_of_second;
    for (size_t r = 0; r < rows; r++) {
        class[r] = r >= 100;
        for (size_t i = 0; i < columns; i++)
            x[columns * r + i] = (glia_real)fmod((0.6180339 + 0.1 * (double)i) * (double)r, 1);
        x[columns * r] += r >= 100 ? 10 : 0;
        x[columns * r + 1] += r >= 200 - right ? 10 : 0;
    }
    for (size_t i = 1; i <= wrong; i++) x[columns * i] += 10;
    return finds("tells_target", x, rows, columns, class, NULL, 2);
}

static void leaks_tell_99_percent(void **state)
{
    (void)state;
    assert_true(tells(2, 100, 0, 3));
    assert_false(tells(3, 100, 0, 3));
    assert_false(tells(2, 100, 0, 2)); /* one of two */
    assert_true(tells(2, 100, 92, 3)); /* four times fewer are wrong than by the second column */
    assert_false(tells(2, 100, 93, 3));
    assert_true(tells(0, 100, 96, 3));
    assert_false(tells(0, 100, 97, 3)); /* it tells 98.5 % by itself */
    assert_true(tells(0, 4, 0, 3));
    assert_true(tells(0, 3, 0, 3));
    assert_false(tells(0, 3, 0, 6)); /* six columns, 4 ways each, of 176851 */
    assert_false(tells(0, 2, 0, 3)); /* chance does so in 2 of 5151 tables, for each of three columns */
}

/* 500 rows, of which so many are of the second class; the first of four columns is the class but for `wrong` of them.
 */
static bool slips_tell(size_t rows_of_second, size_t wrong)
{
    glia_real x[2000];
    int32_t class[500];
    for (size_t r = 0; r < 500; r++) {
        const size_t turn = r * 7 % 500;
        class[r] = turn < rows_of_second;
        x[4 * r] = turn >= wrong && turn < rows_of_second;
        for (size_t i = 1; i < 4; i++) x[4 * r + i] = (glia_real)fmod((0.6180339 + 0.1 * (double)i) * (double)r, 1);
    }
    return finds("tells_target", x, 500, 4, class, NULL, 2);
}

static void a_slip_in_a_small_class_hides_no_leak(void **state)
{
    (void)state;
    assert_true(slips_tell(45, 0));
    assert_true(slips_tell(45, 1)); /* 98.9 %, classes counting alike */
    assert_true(slips_tell(45, 2));
    assert_false(slips_tell(45, 3));
    assert_true(slips_tell(10, 1)); /* 95 % */
    assert_false(slips_tell(9, 1));
    assert_false(slips_tell(19, 2));
}

/* ---- several targets that are yes or no ---------------------------------------------------------------------------
 */

enum { ROWS = 500 };

static bool is_b(size_t r)
{
    return r * 13 % 29 < 13;
}

/* "rare" is yes in so many rows; "half" in nearly a half of them, and "code" tells it but for `wrong` of them. */
static glia_look *look_at_yesno(size_t rare, size_t wrong, glia_data **d)
{
    FILE *file = fopen("yesno.csv", "w");
    assert_non_null(file);
    fputs("x,z,code,rare,half\n", file);
    for (size_t r = 0; r < ROWS; r++)
        fprintf(file, "%.4f,%.4f,%s,%s,%d\n", fmod(0.6180339 * (double)r, 1), fmod(0.4142135 * (double)r, 1),
                is_b(r) == (r >= wrong) ? "k7" : "q2", r * 7 % ROWS < rare ? "yes" : "no", is_b(r));
    assert_int_equal(fclose(file), 0);
    *d = opened("yesno.csv", "rare, half");
    return look_at(*d, NULL);
}

static void expect_leak(size_t wrong, const char *what)
{
    glia_data               *d;
    glia_look               *look = look_at_yesno(ROWS / 2, wrong, &d);
    const glia_data_finding *f = find(look, "tells_target");
    assert_true((f != NULL) == (what != NULL));
    if (f) {
        expect_what(f, what);
        assert_int_equal(f->column, 2);
    }
    assert_null(find(look, "imbalance"));
    glia_look_free(look);
    glia_data_free(d);
}

static void targets_of_yes_and_no_are_looked_at_alone(void **state)
{
    (void)state;
    expect_leak(0, "\"code\" alone tells \"half\" in 500 of 500 rows, where the next best column comes to ");
    expect_leak(1, "\"code\" alone tells \"half\" in 499 of 500 rows");
    expect_leak(9, NULL);
}

static void expect_rare(size_t rare, const char *kind, const char *what)
{
    glia_data *d;
    glia_look *look = look_at_yesno(rare, ROWS / 2, &d);
    expect_what(the(look, kind), what);
    assert_null(find(look, "tells_target"));
    glia_look_free(look);
    glia_data_free(d);
}

static void a_rare_yes_is_found(void **state)
{
    (void)state;
    expect_rare(5, "imbalance",
                "the target \"rare\" is out of balance: \"no\" has 495 rows and \"yes\" 5; always answering \"no\" is "
                "right in 99 % of the rows");
    expect_rare(2, "rare_class", "1 of 2 classes of the target \"rare\" has fewer than 5 rows (\"yes\" has 2)");
    expect_rare(0, "constant_target", "the target \"rare\" is no in all 500 rows: there is nothing to predict");
}

/* Two columns of names for three classes, of so many; `gaps` of 90 rows have none in either. */
static bool names_tell(size_t gaps, size_t columns)
{
    glia_real x[540];
    int32_t class[90];
    for (size_t r = 0; r < 90; r++) {
        class[r] = (int32_t)(r * 7 % 3);
        for (size_t i = 0; i < columns; i++)
            x[columns * r + i] = (glia_real)fmod((0.6180339 + 0.1 * (double)i) * (double)r, 1);
        x[columns * r] = r < gaps ? (glia_real)NAN : (glia_real)((class[r] + 1) % 3);
        x[columns * r + 1] = r < gaps ? (glia_real)NAN : (glia_real)((class[r] * 2 + 1) % 3);
    }
    return finds("tells_target", x, 90, columns, class, NULL, 3);
}

/* An interval for each of two classes, and gaps in both. */
static bool intervals_tell(size_t gaps)
{
    glia_real x[270];
    int32_t class[90];
    for (size_t r = 0; r < 90; r++) {
        class[r] = (int32_t)(r * 7 % 2);
        for (size_t i = 0; i < 3; i++) x[3 * r + i] = (glia_real)fmod((0.6180339 + 0.1 * (double)i) * (double)r, 1);
        x[3 * r] += (glia_real)(2 * class[r]);
        if (r < gaps) x[3 * r] = (glia_real)NAN;
    }
    return finds("tells_target", x, 90, 3, class, NULL, 2);
}

static void names_give_away_and_gaps_do_not(void **state)
{
    (void)state;
    assert_true(names_tell(0, 2)); /* where intervals in all columns would be none */
    assert_true(names_tell(0, 6));
    assert_false(names_tell(30, 6));
    assert_true(intervals_tell(0));
    assert_false(intervals_tell(30));
}

/* 40 numbers, of which `swapped` pairs of neighbours are in the wrong order. */
static bool follows(size_t rows, size_t swapped)
{
    glia_real x[80], y[40];
    for (size_t r = 0; r < rows; r++) {
        y[r] = (glia_real)(r * 7 % rows);
        x[2 * r] = (glia_real)exp(0.1 * (double)y[r]);
        if (y[r] < (glia_real)(2 * swapped)) x[2 * r] = (glia_real)exp(0.1 * ((int)y[r] % 2 ? y[r] - 1 : y[r] + 1));
        x[2 * r + 1] = (glia_real)fmod(0.4142135 * (double)r, 1);
    }
    return finds("tells_target", x, rows, 2, NULL, y, 1);
}

static void leaks_of_numbers_keep_the_order(void **state)
{
    (void)state;
    assert_true(follows(40, 0));
    assert_true(follows(40, 5));  /* 1 - 6 * 10 / (40 * 1599) = 0.99906 */
    assert_false(follows(40, 6)); /* 0.99887 */
    assert_false(follows(19, 0));
}

/* Equal values share the mean of their ranks: a copy turned around is one, whatever is there how often. */
static void ranks_of_equals_are_shared(void **state)
{
    (void)state;
    glia_real x[80], y[40];
    for (size_t r = 0; r < 40; r++) {
        y[r] = (glia_real)(r < 30 ? 0 : r);
        x[2 * r] = -y[r];
        x[2 * r + 1] = (glia_real)fmod(0.4142135 * (double)r, 1);
    }
    assert_true(finds("tells_target", x, 40, 2, NULL, y, 1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(leaks_tell_99_percent),
        cmocka_unit_test(a_slip_in_a_small_class_hides_no_leak),
        cmocka_unit_test(targets_of_yes_and_no_are_looked_at_alone),
        cmocka_unit_test(a_rare_yes_is_found),
        cmocka_unit_test(names_give_away_and_gaps_do_not),
        cmocka_unit_test(leaks_of_numbers_keep_the_order),
        cmocka_unit_test(ranks_of_equals_are_shared),
    };
    return cmocka_run_group_tests(tests, enter_folder, leave_folder);
}
