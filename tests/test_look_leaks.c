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
        cmocka_unit_test(names_give_away_and_gaps_do_not),
        cmocka_unit_test(leaks_of_numbers_keep_the_order),
        cmocka_unit_test(ranks_of_equals_are_shared),
    };
    return cmocka_run_group_tests(tests, enter_folder, leave_folder);
}
