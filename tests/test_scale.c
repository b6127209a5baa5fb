/* Scalers, and batches made with them. */
#include "data/plan.h"
#include "data_files.h"
#include "numbers/kernels.h"

/* Rows that no plan changes. */
#define AS_IT_IS(of, by) (&(glia__intake){.data = of, .scale = by, .straight = true})

static const double eps = IS_DOUBLE ? 1e-15 : 1e-7;

static void expect_near(double got, double want)
{
    if (!(fabs(got - want) <= 4 * eps * (1 + fabs(want)))) fail_msg("%.17g, not %.17g", got, want);
}

/* Columns: 1 2 3 6; one value only, whose mean is not that value to the last bit; -1 0 1 0. */
static const glia_real table[4][3] = {
    {1, (glia_real)0.1, -1}, {2, (glia_real)0.1, 0}, {3, (glia_real)0.1, 1}, {6, (glia_real)0.1, 0}};

static glia_data *table_data(void)
{
    glia_data *d;
    EXPECT_OK(glia_data_from_reals(&d, &table[0][0], 4, 3, NULL, NULL, 0));
    return d;
}

/* ---- fitting ---------------------------------------------------------------------------------------------------- */

static void test_standard(void **state)
{
    glia_data   *d = table_data();
    glia__scaler s = {0};
    (void)state;
    EXPECT_OK(glia__scaler_fit(&s, "standard", AS_IT_IS(d, NULL)));
    assert_int_equal(s.how, GLIA__SCALE_STANDARD);
    assert_int_equal(s.columns, 3);
    expect_near(s.shift[0], 3);
    expect_near(s.scale[0], sqrt((4 + 1 + 0 + 9) / 4.0));
    assert_true(s.shift[1] == (double)(glia_real)0.1 && s.scale[1] == 1);
    expect_near(s.shift[2], 0);
    expect_near(s.scale[2], sqrt(0.5));
    for (size_t i = 0; i < 3; i++)
        assert_true(s.real_shift[i] == (glia_real)s.shift[i] && s.real_scale[i] == (glia_real)s.scale[i]);
    glia__scaler_clear(&s);
    glia_data_free(d);
}

static void test_minmax(void **state)
{
    glia_data   *d = table_data();
    glia__scaler s = {0};
    (void)state;
    EXPECT_OK(glia__scaler_fit(&s, "minmax", AS_IT_IS(d, NULL)));
    assert_true(s.shift[0] == 1 && s.scale[0] == 5);
    assert_true(s.shift[1] == (double)(glia_real)0.1 && s.scale[1] == 1);
    assert_true(s.shift[2] == -1 && s.scale[2] == 2);
    glia__scaler_clear(&s);
    glia_data_free(d);
}

/* Only the rows of the view count. */
static void test_view(void **state)
{
    static const size_t rows[2] = {3, 1};
    glia_data          *d = table_data(), *view;
    glia__scaler        s = {0};
    (void)state;
    EXPECT_OK(glia_data_rows(d, rows, 2, &view));
    EXPECT_OK(glia__scaler_fit(&s, "standard", AS_IT_IS(view, NULL)));
    expect_near(s.shift[0], 4);
    expect_near(s.scale[0], 2);
    assert_true(s.shift[2] == 0 && s.scale[2] == 1);
    glia__scaler_clear(&s);
    glia_data_free(view);
    glia_data_free(d);
}

static void test_defaults(void **state)
{
    static const uint8_t byte[2] = {0, 255};
    glia_data           *d;
    glia__scaler         s = {0};
    (void)state;
    EXPECT_OK(glia_data_from_bytes(&d, byte, 1, 1, 1, 2, NULL, 0));
    EXPECT_OK(glia__scaler_fit(&s, NULL, AS_IT_IS(d, NULL)));
    assert_int_equal(s.how, GLIA__SCALE_UNIT);
    assert_int_equal(s.columns, 0);
    glia_data_free(d);
    d = table_data();
    EXPECT_OK(glia__scaler_fit(&s, NULL, AS_IT_IS(d, NULL)));
    assert_int_equal(s.how, GLIA__SCALE_NONE);
    glia_data_free(d);
    put_text("t.csv", "1,2,a\n3,4,b\n");
    const char *const texts[] = {"t.csv", "spiral n=3"};
    for (size_t i = 0; i < COUNT(texts); i++) {
        d = opened(texts[i], NULL);
        EXPECT_OK(glia__scaler_fit(&s, NULL, AS_IT_IS(d, NULL)));
        assert_int_equal(s.how, GLIA__SCALE_STANDARD);
        assert_int_equal(s.columns, 2);
        glia_data_free(d);
    }
    glia__scaler_clear(&s);
}

static void test_targets(void **state)
{
    static const glia_real x[3] = {0}, t[3][2] = {{10, 5}, {20, 5}, {60, 5}};
    glia_data             *d;
    glia__scaler           s = {0};
    glia_real              batch[2][2];
    (void)state;
    EXPECT_OK(glia_data_from_reals(&d, x, 3, 1, NULL, &t[0][0], 2));
    EXPECT_OK(glia__scaler_fit_targets(&s, d));
    expect_near(s.shift[0], 30);
    expect_near(s.scale[0], sqrt((400 + 100 + 900) / 3.0));
    assert_true(s.shift[1] == 5 && s.scale[1] == 1);
    glia__batch_numbers(d, &s, NULL, 1, 3, &batch[0][0]);
    expect_near((double)batch[0][0], (20 - s.shift[0]) / s.scale[0]);
    expect_near((double)batch[1][0], (60 - s.shift[0]) / s.scale[0]);
    assert_true(batch[0][1] == 0);
    glia__batch_numbers(d, &(glia__scaler){0}, NULL, 1, 2, &batch[0][0]);
    assert_true(batch[0][0] == 20);
    EXPECT_OK(glia_data_set_target(d, GLIA_TARGET_NONE));
    EXPECT_FAILS(glia__scaler_fit_targets(&s, d), GLIA_E_ARG, "no number targets");
    glia__scaler_clear(&s);
    glia_data_free(d);
}

/* The mean of ten times 0.1 is not 0.1 in double; what is left of it must not become the unit. */
static void test_constant_target(void **state)
{
    glia_data   *d;
    glia__scaler s = {0};
    (void)state;
    put_text("t.csv", "0,0.1\n0,0.1\n0,0.1\n0,0.1\n0,0.1\n0,0.1\n0,0.1\n0,0.1\n0,0.1\n0,0.1\n");
    d = opened("t.csv", NULL);
    EXPECT_OK(glia__scaler_fit_targets(&s, d));
    assert_true(s.shift[0] == 0.1 && s.scale[0] == 1);
    glia__scaler_clear(&s);
    glia_data_free(d);
}

/* A failure leaves the scaler as it was. */
static void test_fails(void **state)
{
    static const glia_real bad[2] = {1, (glia_real)INFINITY};
    static const double    shift[2] = {0, 1}, zero[2] = {1, 0}, infinite[2] = {1, INFINITY};
    glia_data             *d = table_data(), *broken;
    glia__scaler           s = {0};
    (void)state;
    EXPECT_OK(glia__scaler_fit(&s, "minmax", AS_IT_IS(d, NULL)));
    EXPECT_FAILS(glia__scaler_fit(&s, "standart", AS_IT_IS(d, NULL)), GLIA_E_TEXT, "none, unit, standard, minmax");
    EXPECT_OK(glia_data_from_reals(&broken, bad, 2, 1, NULL, NULL, 0));
    EXPECT_FAILS(glia__scaler_fit(&s, "standard", AS_IT_IS(broken, NULL)), GLIA_E_FORMAT, "column 1");
    EXPECT_FAILS(glia__scaler_make(&s, GLIA__SCALE_MINMAX, 2, shift, zero), GLIA_E_FORMAT, "column 2");
    EXPECT_FAILS(glia__scaler_make(&s, GLIA__SCALE_MINMAX, 2, infinite, shift), GLIA_E_FORMAT, "column 1");
    EXPECT_FAILS(glia__scaler_make(&s, GLIA__SCALE_MINMAX, 0, NULL, NULL), GLIA_E_FORMAT, "minmax");
    EXPECT_FAILS(glia__scaler_make(&s, GLIA__SCALE_UNIT, 2, shift, shift), GLIA_E_FORMAT, "unit");
    assert_int_equal(s.columns, 3);
    assert_true(s.scale[0] == 5);
    EXPECT_OK(glia__scaler_make(&s, GLIA__SCALE_STANDARD, 2, shift, (const double[]){2, 4}));
    assert_true(s.columns == 2 && s.scale[1] == 4 && s.real_scale[1] == 4);
    glia__scaler_clear(&s);
    glia_data_free(broken);
    glia_data_free(d);
}

/* ---- batches ---------------------------------------------------------------------------------------------------- */

/* Rows are chosen by the list, in it from begin to end; a view's by the view. */
static void test_batch_rows(void **state)
{
    static const uint8_t raw[4][2] = {{0, 51}, {102, 255}, {1, 2}, {3, 4}};
    static const int32_t classes[4] = {3, 2, 1, 0};
    static const size_t  some[3] = {3, 0, 1}, rows[4] = {9, 2, 0, 9};
    glia_data           *d, *view;
    glia__scaler         unit = {0};
    glia_real            x[2][2];
    int32_t              c[2];
    (void)state;
    EXPECT_OK(glia_data_from_bytes(&d, &raw[0][0], 4, 1, 1, 2, classes, 4));
    EXPECT_OK(glia_data_rows(d, some, 3, &view));
    EXPECT_OK(glia__scaler_fit(&unit, "unit", AS_IT_IS(d, NULL)));
    glia__batch_inputs(AS_IT_IS(view, &unit), rows, 1, 3, &x[0][0]); /* rows 2 and 0 of the view: 1 and 3 of the data */
    expect_near((double)x[0][0], 0.4);
    assert_true(x[0][1] == 1);
    expect_near((double)x[1][0], 3 / 255.0);
    glia__batch_classes(view, rows, 1, 3, c);
    assert_true(c[0] == 2 && c[1] == 0);
    glia__batch_inputs(AS_IT_IS(d, &unit), NULL, 0, 1, &x[0][0]);
    expect_near((double)x[0][1], 0.2);
    glia__batch_inputs(AS_IT_IS(d, &(glia__scaler){0}), NULL, 1, 2, &x[0][0]);
    assert_true(x[0][0] == 102 && x[0][1] == 255);
    glia__scaler_clear(&unit);
    glia_data_free(view);
    glia_data_free(d);
}

/* Bytes and reals of the same value scale to the same, by one pair and by columns. */
static void test_batch_kinds(void **state)
{
    enum { ROWS = 5, COLUMNS = 19 };
    static const char *const hows[] = {"none", "unit", "standard", "minmax"};
    uint8_t                  raw[ROWS][COLUMNS];
    glia_real                values[ROWS][COLUMNS], a[ROWS][COLUMNS], b[ROWS][COLUMNS];
    glia_data               *d, *e;
    glia__scaler             s = {0};
    (void)state;
    for (size_t i = 0; i < ROWS * COLUMNS; i++) {
        raw[i / COLUMNS][i % COLUMNS] = (uint8_t)(i * i % 256);
        values[i / COLUMNS][i % COLUMNS] = (glia_real)(i * i % 256);
    }
    EXPECT_OK(glia_data_from_bytes(&d, &raw[0][0], ROWS, 1, 1, COLUMNS, NULL, 0));
    EXPECT_OK(glia_data_from_reals(&e, &values[0][0], ROWS, COLUMNS, NULL, NULL, 0));
    for (size_t k = 0; k < COUNT(hows); k++) {
        EXPECT_OK(glia__scaler_fit(&s, hows[k], AS_IT_IS(d, NULL)));
        glia__batch_inputs(AS_IT_IS(d, &s), NULL, 0, ROWS, &a[0][0]);
        glia__batch_inputs(AS_IT_IS(e, &s), NULL, 0, ROWS, &b[0][0]);
        for (size_t i = 0; i < ROWS * COLUMNS; i++) {
            size_t r = i / COLUMNS, j = i % COLUMNS;
            double shift = s.columns ? s.shift[j] : 0, scale = s.columns ? s.scale[j] : k == 1 ? 255 : 1;
            expect_near((double)a[r][j], ((double)values[r][j] - shift) / scale);
            assert_true(a[r][j] == b[r][j]);
        }
    }
    glia__scaler_clear(&s);
    glia_data_free(d);
    glia_data_free(e);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_standard), cmocka_unit_test(test_minmax),     cmocka_unit_test(test_view),
        cmocka_unit_test(test_defaults), cmocka_unit_test(test_targets),    cmocka_unit_test(test_constant_target),
        cmocka_unit_test(test_fails),    cmocka_unit_test(test_batch_rows), cmocka_unit_test(test_batch_kinds),
    };
    return cmocka_run_group_tests_name("scale", tests, enter_folder, leave_folder);
}
