/* Embeddings from end to end: what they take and what is refused, before anything changes; the padding; nothing scales
 * words; and that they learn. */
#include "data_files.h"
#include "help.h"
#include "model/model.h"

enum { ROWS = 60, WORDS = 4 };

/* Rows of words from 0 to `count` - 1; the class says whether the first is in the upper half. */
static glia_data *word_data(uint32_t seed, size_t rows, size_t words, int64_t count)
{
    glia_rng  *rng;
    glia_data *d;
    glia_real *x = need(rows * words, sizeof *x);
    int32_t   *c = need(rows, sizeof *c);
    EXPECT_OK(glia_rng_new(&rng, seed));
    for (size_t i = 0; i < rows * words; i++) x[i] = (glia_real)glia_rng_randint(rng, 0, count);
    for (size_t r = 0; r < rows; r++) c[r] = (double)x[r * words] >= (double)count / 2;
    EXPECT_OK(glia_data_from_reals(&d, x, rows, words, c, NULL, 2));
    glia_rng_free(rng);
    free(x);
    free(c);
    return d;
}

static glia_model *model_for(const char *net, const glia_data *d)
{
    glia_model *m;
    EXPECT_OK(glia_model_new(&m, net, d, 1));
    return m;
}

#define NET "embedding 6 5 padding=2, flatten, dense 2, softmax"

/* ---- learning ---------------------------------------------------------------------------------------------------- */

static void it_learns(void **state)
{
    (void)state;
    glia_data      *d = word_data(1, ROWS, WORDS, 6);
    glia_model     *m = model_for(NET, d);
    glia_model_info info;
    glia_scores    *scores;
    glia_real       start[30], w[30];
    EXPECT_OK(glia_parameter_get(m, "0.weight", start, 30));
    for (size_t i = 0; i < 30; i++) assert_true((start[i] == 0) == (i / 5 == 2));
    EXPECT_OK(glia_fit(m, d, d, &(glia_fit_options){.epochs = 60, .batch = 7, .optimizer = "adam lr=0.02"}));
    EXPECT_OK(glia_parameter_get(m, "0.weight", w, 30));
    for (size_t i = 0; i < 30; i++) assert_true((w[i] == start[i]) == (i / 5 == 2));
    EXPECT_OK(glia_evaluate(m, d, &scores));
    assert_true(scores->accuracy == 1);
    glia_model_describe(m, &info);
    assert_string_equal(info.scale, "none");
    glia_scores_free(scores);
    glia_model_free(m);
    glia_data_free(d);
}

/* Plain gradient descent writes into the table as it sums: the same table, but for rounding, as from whole gradients.
 */
static void in_place_or_not(void **state)
{
    (void)state;
    glia_data  *d = word_data(3, ROWS, WORDS, 6);
    glia_model *a = model_for(NET, d), *b = model_for(NET, d);
    glia_real   wa[30], wb[30];
    EXPECT_OK(glia_fit(a, d, NULL, &(glia_fit_options){.epochs = 3, .batch = 16, .optimizer = "sgd lr=0.1"}));
    EXPECT_OK(glia_fit(b, d, NULL,
                       &(glia_fit_options){.epochs = 3, .batch = 16, .optimizer = "sgd lr=0.1", .clip_norm = 1e6}));
    EXPECT_OK(glia_parameter_get(a, "0.weight", wa, 30));
    EXPECT_OK(glia_parameter_get(b, "0.weight", wb, 30));
    for (size_t i = 0; i < 30; i++) assert_true(fabs((double)(wa[i] - wb[i])) < (IS_DOUBLE ? 1e-13 : 1e-5));
    glia_model_free(a);
    glia_model_free(b);
    glia_data_free(d);
}

/* ---- what is refused --------------------------------------------------------------------------------------------- */

static void numbers_that_are_no_words(void **state)
{
    (void)state;
    static const struct {
        glia_real   x;
        const char *text;
    } wrong[] = {{6, "6"}, {-1, "-1"}, {2.5, "2.5"}, {(glia_real)0.1, "0.1"}};
    glia_data  *d = word_data(1, ROWS, WORDS, 6), *bad;
    glia_model *m = model_for(NET, d);
    glia_real   x[3 * WORDS] = {0}, y[6], before[30], after[30];
    char        sentence[128];
    EXPECT_OK(glia_parameter_get(m, "0.weight", before, 30));
    for (size_t i = 0; i < COUNT(wrong); i++) {
        x[2 * WORDS + 1] = wrong[i].x;
        snprintf(sentence, sizeof sentence,
                 "row 3: %s is not one of the 6 words of layer 0 (embedding), which count from 0", wrong[i].text);
        EXPECT_OK(glia_data_from_reals(&bad, x, 3, WORDS, (const int32_t[3]){0, 1, 0}, NULL, 2));
        EXPECT_FAILS(glia_fit(m, bad, NULL, NULL), GLIA_E_SHAPE, sentence);
        EXPECT_FAILS(glia_fit(m, d, bad, NULL), GLIA_E_SHAPE, sentence);
        EXPECT_FAILS(glia_predict(m, bad, y), GLIA_E_SHAPE, sentence);
        EXPECT_FAILS(glia_forward(m, x, 3, y), GLIA_E_SHAPE, sentence);
        glia_data_free(bad);
    }
    x[2 * WORDS + 1] = (glia_real)NAN;
    EXPECT_FAILS(glia_forward(m, x, 3, y), GLIA_E_SHAPE, "row 3: nan is not one of the 6 words");
    EXPECT_OK(glia_parameter_get(m, "0.weight", after, 30));
    assert_memory_equal(before, after, sizeof before);
    glia_model_free(m);
    glia_data_free(d);
}

/* The sentence names the row of the file, whatever part of it is asked for. */
static void rows_are_those_of_the_file(void **state)
{
    (void)state;
    glia_data  *d, *view;
    glia_model *m;
    put_text("words.csv", "a,b,y\n0,1,no\n2,3,yes\n1,7,no\n");
    EXPECT_OK(glia_data_open(&d, "words.csv", NULL));
    EXPECT_OK(glia_data_rows(d, (const size_t[2]){1, 2}, 2, &view));
    m = model_for("embedding 7 3, flatten, dense 2, softmax", d);
    EXPECT_FAILS(glia_fit(m, view, NULL, NULL), GLIA_E_SHAPE,
                 "words.csv: row 3: 7 is not one of the 7 words of layer 0 (embedding)");
    glia_model_free(m);
    m = model_for("embedding 8 3, flatten, dense 2, softmax", d);
    EXPECT_OK(glia_fit(m, view, NULL, NULL));
    glia_model_free(m);
    glia_data_free(view);
    glia_data_free(d);
}

static void scaling_is_refused(void **state)
{
    (void)state;
    glia_data  *d = word_data(1, ROWS, WORDS, 6);
    glia_model *m = model_for(NET, d);
    EXPECT_FAILS(glia_fit(m, d, NULL, &(glia_fit_options){.scale = "standard"}), GLIA_E_SHAPE,
                 "layer 0 (embedding): reads whole numbers as they are: scale=standard would change them");
    EXPECT_OK(glia_fit(m, d, NULL, &(glia_fit_options){.epochs = 1, .scale = "none"}));
    glia_model_free(m);
    glia_data_free(d);
}

/* Two tables that read the same words: the smaller one says which there are. */
static void two_tables(void **state)
{
    (void)state;
    glia_model *m = model_of("input 3 @w, embedding 9 2 @a, embedding 5 2 from=@w, add @a", 1);
    glia_real   y[6];
    EXPECT_OK(glia_forward(m, (const glia_real[3]){0, 4, 2}, 1, y));
    EXPECT_FAILS(glia_forward(m, (const glia_real[3]){0, 5, 2}, 1, y), GLIA_E_SHAPE,
                 "row 1: 5 is not one of the 5 words of layer 1 (embedding)");
    glia_model_free(m);
}

/* A model that was tampered with scales its words: what comes is wrong, but from the table. */
static void never_outside_of_the_table(void **state)
{
    (void)state;
    glia_data   *d = word_data(1, ROWS, WORDS, 6);
    glia_model  *m = model_for(NET, d);
    glia_real   *y = need(2 * ROWS, sizeof *y);
    const double shift[WORDS] = {1e6, -1e30, 0.5, 0}, scale[WORDS] = {1, 1e-6, 0.1, 1e-30};
    EXPECT_OK(glia__scaler_make(&m->scale, GLIA__SCALE_STANDARD, WORDS, shift, scale));
    EXPECT_OK(glia_predict(m, d, y));
    for (size_t i = 0; i < 2 * ROWS; i++) assert_true(isfinite(y[i]));
    free(y);
    glia_model_free(m);
    glia_data_free(d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_learns),
        cmocka_unit_test(in_place_or_not),
        cmocka_unit_test(scaling_is_refused),
        cmocka_unit_test(numbers_that_are_no_words),
        cmocka_unit_test(two_tables),
        cmocka_unit_test(rows_are_those_of_the_file),
        cmocka_unit_test(never_outside_of_the_table),
    };
    return cmocka_run_group_tests(tests, enter_folder, leave_folder);
}
