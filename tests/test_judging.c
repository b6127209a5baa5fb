/* How far a score is to be believed: its interval (golden interval, by NumPy), and what saying always the same scores
 * (golden baseline, by scikit-learn). */
#include "folder.h"
#include "golden.h"
#include "scarce.h"
#include "train/scores.h"

static void expect_interval(const golden_case *c, const char *name, glia_interval got)
{
    const golden_array *want = golden_get(c, name);
    golden_tolerance    t = golden_tolerance_double(c);
    assert_int_equal(want->count, 2);
    if (!golden_near(got.low, want->values[0], t.rtol, t.atol) ||
        !golden_near(got.high, want->values[1], t.rtol, t.atol))
        fail_msg("%s is %.17g to %.17g, not %.17g to %.17g", name, got.low, got.high, want->values[0], want->values[1]);
}

/* ---- intervals -------------------------------------------------------------------------------------------------- */

static void intervals_of_hits(void **state)
{
    static const char *const names[] = {"interval/hits", "interval/hits_many", "interval/hits_few"};
    (void)state;
    for (size_t i = 0; i < COUNT(names); i++) {
        golden_case        *c = golden_open(names[i]);
        const golden_array *given = golden_get(c, "hit");
        bool               *hit = need(given->count, sizeof *hit);
        glia_scores         s = {.rows = given->count};
        for (size_t r = 0; r < given->count; r++) hit[r] = given->values[r] != 0;
        EXPECT_OK(glia__interval_of_hits(&s, hit));
        expect_interval(c, "interval", s.accuracy_interval);
        free(hit);
        golden_close(c);
    }
}

static void intervals_of_numbers(void **state)
{
    static const char *const names[] = {"interval/numbers", "interval/numbers_columns", "interval/numbers_few"};
    (void)state;
    for (size_t i = 0; i < COUNT(names); i++) {
        golden_case        *c = golden_open(names[i]);
        const golden_array *truth = golden_get(c, "y_true");
        glia_scores         s = {.rows = truth->shape[0]};
        EXPECT_OK(glia__interval_of_numbers(&s, truth->values, golden_get(c, "y_pred")->values, truth->shape[1]));
        expect_interval(c, "rmse", s.rmse_interval);
        expect_interval(c, "r2", s.r2_interval);
        golden_close(c);
    }
}

/* Many rows are drawn less often; the interval stays where it belongs: about 1.96 standard errors wide on each side. */
static void many_rows_take_fewer_resamples(void **state)
{
    enum { ROWS = 150000 };
    bool       *hit = need(ROWS, sizeof *hit);
    glia_scores s = {.rows = ROWS};
    (void)state;
    for (size_t r = 0; r < ROWS; r++) hit[r] = r % 4 != 0;
    EXPECT_OK(glia__interval_of_hits(&s, hit));
    double error = sqrt(0.75 * 0.25 / ROWS);
    assert_true(fabs(s.accuracy_interval.low - (0.75 - 1.96 * error)) < error);
    assert_true(fabs(s.accuracy_interval.high - (0.75 + 1.96 * error)) < error);
    free(hit);
}

static glia_model *trained(const char *net, const char *loss, const glia_data *d)
{
    glia_model            *m;
    const glia_fit_options o = {.epochs = 2, .loss = loss, .threads = 1};
    EXPECT_OK(glia_model_new(&m, net, d, 1));
    EXPECT_OK(glia_fit(m, d, NULL, &o));
    return m;
}

/* What is right is what the confusion matrix says, in the order of the rows. */
static void evaluation_has_intervals(void **state)
{
    glia_data   *d = class_data(5, 90, 3, 3);
    glia_model  *m = trained("dense 3, softmax", NULL, d);
    glia_scores *s, by_hand = {.rows = 90};
    bool         hit[90];
    glia_real    p[90 * 3];
    (void)state;
    EXPECT_OK(glia_evaluate(m, d, &s));
    EXPECT_OK(glia_predict(m, d, p));
    for (size_t r = 0; r < 90; r++) {
        size_t best = 0;
        for (size_t k = 1; k < 3; k++) best = p[3 * r + k] > p[3 * r + best] ? k : best;
        hit[r] = best == (size_t)glia_data_class(d, r);
    }
    EXPECT_OK(glia__interval_of_hits(&by_hand, hit));
    assert_true(s->accuracy_interval.low == by_hand.accuracy_interval.low);
    assert_true(s->accuracy_interval.high == by_hand.accuracy_interval.high);
    assert_true(s->accuracy_interval.low < s->accuracy && s->accuracy < s->accuracy_interval.high);
    assert_true(isnan(s->r2_interval.low) && isnan(s->rmse_interval.high));
    glia_scores_free(s);
    glia_model_free(m);
    glia_data_free(d);
    d = number_data(6, 40, 2, 2, 30);
    m = trained("dense 2", NULL, d);
    EXPECT_OK(glia_evaluate(m, d, &s));
    assert_true(s->rmse_interval.low < s->rmse && s->rmse < s->rmse_interval.high);
    assert_true(s->r2_interval.low < s->r2 && s->r2 < s->r2_interval.high);
    assert_true(isnan(s->accuracy_interval.low));
    glia_scores_free(s);
    glia_model_free(m);
    glia_data_free(d);
}

static void scores_by_hand_have_none(void **state)
{
    const int32_t truth[2] = {0, 1};
    const double  p[4] = {.5, .5, .1, .9};
    glia_scores  *s;
    (void)state;
    EXPECT_OK(glia_score_classes(&s, truth, NULL, p, 2, 2));
    assert_true(isnan(s->accuracy_interval.low) && isnan(s->accuracy_interval.high));
    glia_scores_free(s);
}

/* ---- baselines -------------------------------------------------------------------------------------------------- */

static glia_data *of_classes(const golden_array *a, size_t classes)
{
    glia_data *d;
    glia_real *x = random_reals(1, a->count);
    int32_t   *list = golden_ints(a);
    EXPECT_OK(glia_data_from_reals(&d, x, a->count, 1, list, NULL, classes));
    free(x);
    free(list);
    return d;
}

static glia_data *of_numbers(const golden_array *a)
{
    glia_data *d;
    glia_real *x = random_reals(1, a->shape[0]), *list = golden_reals(a);
    EXPECT_OK(glia_data_from_reals(&d, x, a->shape[0], 1, NULL, list, a->shape[1]));
    free(x);
    free(list);
    return d;
}

static void expect_scores(const golden_case *c, const glia_scores *s)
{
    const struct {
        const char *name;
        double      value;
    } scores[] = {{"accuracy", s->accuracy}, {"balanced_accuracy", s->balanced_accuracy},
                  {"log_loss", s->log_loss}, {"f1_macro", s->macro.f1},
                  {"mse", s->mse},           {"rmse", s->rmse},
                  {"mae", s->mae},           {"r2", s->r2}};
    const json_t    *names = json_object_get(golden_json(c), "names");
    golden_tolerance t = golden_tolerance_double(c);
    assert_int_equal(json_array_size(names), 4);
    for (size_t i = 0; i < 4; i++)
        for (size_t j = 0; j < COUNT(scores); j++) {
            if (strcmp(scores[j].name, json_string_value(json_array_get(names, i))) != 0) continue;
            double want = golden_get(c, "values")->values[i];
            if (!golden_near(scores[j].value, want, t.rtol, t.atol))
                fail_msg("%s is %.17g, not %.17g", scores[j].name, scores[j].value, want);
        }
    assert_true(isnan(s->loss));
}

/* From the rows that train, and from what a model of them keeps. */
static void baselines_are_those_of_scikit_learn(void **state)
{
    static const char *const names[] = {"classes", "absent_class", "tie", "numbers", "numbers_columns"};
    (void)state;
    for (size_t i = 0; i < COUNT(names); i++) {
        char name[40], net[32];
        snprintf(name, sizeof name, "baseline/%s", names[i]);
        golden_case        *c = golden_open(name);
        const golden_array *train = golden_get(c, "train"), *test = golden_get(c, "test");
        size_t              classes = (size_t)golden_setting(c, "classes", 0);
        glia_data          *a = classes ? of_classes(train, classes) : of_numbers(train),
                  *b = classes ? of_classes(test, classes) : of_numbers(test);
        glia_scores *s = NULL;
        EXPECT_OK(glia_baseline(a, b, &s));
        expect_scores(c, s);
        glia_scores_free(s);
        snprintf(net, sizeof net, classes ? "dense %zu, softmax" : "dense %zu", classes ? classes : train->shape[1]);
        glia_model *m = trained(net, NULL, a);
        EXPECT_OK(glia_model_baseline(m, b, &s));
        expect_scores(c, s);
        glia_scores_free(s);
        glia_model_free(m);
        glia_data_free(a);
        glia_data_free(b);
        golden_close(c);
    }
}

static glia_data *with_classes(const int32_t *classes, size_t rows, size_t n)
{
    glia_data *d;
    glia_real *x = random_reals(2, rows);
    EXPECT_OK(glia_data_from_reals(&d, x, rows, 1, classes, NULL, n));
    free(x);
    return d;
}

/* Rows of the class to ignore count neither in the prior nor in the score. */
static void ignored_rows_count_nowhere(void **state)
{
    static const int32_t classes[6] = {2, 2, 2, 0, 1, 1};
    glia_data           *d = with_classes(classes, 6, 3);
    glia_model          *m = trained("dense 3, softmax", "cross_entropy ignore_index=2", d);
    glia_scores         *s;
    (void)state;
    assert_true(fabs(glia_model_prior(m, 0) - 1. / 3) < 1e-15 && fabs(glia_model_prior(m, 1) - 2. / 3) < 1e-15);
    assert_true(glia_model_prior(m, 2) == 0);
    assert_true(isnan(glia_model_prior(m, 3)) && isnan(glia_model_prior(NULL, 0)));
    EXPECT_OK(glia_model_baseline(m, d, &s));
    assert_int_equal(s->rows, 3);
    assert_true(fabs(s->accuracy - 2. / 3) < 1e-15);
    glia_scores_free(s);
    glia_model_free(m);
    glia_data_free(d);
}

/* One output tells two classes; where patience holds rows back, the rest is what trains. */
static void the_prior_is_of_the_rows_that_train(void **state)
{
    static const int32_t   classes[20] = {0, 1, 1, 1, 1, 0, 1, 1, 0, 1, 1, 1, 0, 1, 1, 1, 1, 1, 0, 1};
    const glia_fit_options o = {.epochs = 1, .patience = 1, .threads = 1, .seed = 3};
    glia_data             *d = with_classes(classes, 20, 2), *rest, *held;
    glia_model            *m, *again;
    (void)state;
    EXPECT_OK(glia_model_new(&m, "dense 1, sigmoid", d, 0));
    assert_true(isnan(glia_model_prior(m, 0)));
    EXPECT_OK(glia_fit(m, d, NULL, &o));
    EXPECT_OK(glia_data_split(d, 0.1, GLIA_SPLIT_SHUFFLED, 3, &rest, &held));
    double ones = 0;
    for (size_t r = 0; r < 18; r++) ones += glia_data_class(rest, r);
    assert_true(fabs(glia_model_prior(m, 1) - ones / 18) < 1e-15);
    EXPECT_OK(glia_model_save(m, path));
    EXPECT_OK(glia_model_open(&again, path));
    assert_true(glia_model_prior(m, 0) == glia_model_prior(again, 0));
    glia_model_free(again);
    glia_model_free(m);
    glia_data_free(rest);
    glia_data_free(held);
    glia_data_free(d);
}

static void wrong_baselines_are_refused(void **state)
{
    static const int32_t classes[3] = {0, 1, 2}, two[3] = {0, 1, 1};
    glia_data           *three = with_classes(classes, 3, 3), *fewer = with_classes(two, 3, 2),
              *numbers = number_data(1, 3, 2, 1, 1), *none;
    glia_model  *m = model_of("input 1, dense 3, softmax", 0);
    glia_scores *s;
    (void)state;
    EXPECT_OK(glia_data_from_reals(&none, (const glia_real[3]){0}, 3, 1, NULL, NULL, 0));
    EXPECT_FAILS(glia_baseline(fewer, three, &s), GLIA_E_SHAPE, "has a class \"2\"");
    assert_null(s);
    EXPECT_FAILS(glia_baseline(three, numbers, &s), GLIA_E_SHAPE, "not alike");
    EXPECT_FAILS(glia_baseline(none, none, &s), GLIA_E_SHAPE, "not alike");
    EXPECT_FAILS(glia_baseline(NULL, three, &s), GLIA_E_ARG, "are needed");
    EXPECT_FAILS(glia_baseline(three, three, NULL), GLIA_E_ARG, "are needed");
    EXPECT_FAILS(glia_model_baseline(NULL, three, &s), GLIA_E_ARG, "are needed");
    EXPECT_FAILS(glia_model_baseline(m, none, &s), GLIA_E_SHAPE, "");
    EXPECT_OK(glia_model_baseline(m, three, &s)); /* never trained: nothing is known */
    assert_null(s);
    EXPECT_OK(glia_baseline(three, fewer, &s)); /* all that fewer has */
    assert_true(fabs(s->accuracy - 1. / 3) < 1e-15);
    glia_scores_free(s);
    glia_model_free(m);
    glia_data_free(none);
    glia_data_free(three);
    glia_data_free(fewer);
    glia_data_free(numbers);
}

/* ---- little memory ---------------------------------------------------------------------------------------------- */

static const glia_data *scarce_data;

static glia_status baseline_in_scarcity(void)
{
    glia_scores *s = NULL;
    glia_status  status = glia_baseline(scarce_data, scarce_data, &s);
    glia_scores_free(s);
    return status;
}

static glia_status evaluation_in_scarcity(void)
{
    glia_model  *m = NULL;
    glia_scores *s = NULL, *base = NULL;
    bool         classes = glia_data_class(scarce_data, 0) >= 0;
    glia_status  status = glia_model_new(&m, classes ? "dense 1, sigmoid" : "dense 2", scarce_data, 0);
    if (!status) status = glia_fit(m, scarce_data, NULL, &(glia_fit_options){.epochs = 1, .threads = 1});
    if (!status) status = glia_evaluate(m, scarce_data, &s);
    if (!status) status = glia_model_baseline(m, scarce_data, &base);
    assert_int_equal(!base, status != GLIA_OK);
    glia_scores_free(s);
    glia_scores_free(base);
    glia_model_free(m);
    return status;
}

static void judging_survives_scarcity(void **state)
{
    static const int32_t classes[6] = {0, 1, 1, 0, 1, 1};
    glia_data           *both[2] = {with_classes(classes, 6, 2), number_data(1, 6, 2, 2, 1)};
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        scarce_data = both[i];
        expect_survives_scarcity(baseline_in_scarcity, 4);
        expect_survives_scarcity(evaluation_in_scarcity, 30);
        glia_data_free(both[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(intervals_of_hits),
        cmocka_unit_test(intervals_of_numbers),
        cmocka_unit_test(many_rows_take_fewer_resamples),
        cmocka_unit_test(evaluation_has_intervals),
        cmocka_unit_test(scores_by_hand_have_none),
        cmocka_unit_test(baselines_are_those_of_scikit_learn),
        cmocka_unit_test(ignored_rows_count_nowhere),
        IN_FOLDER(the_prior_is_of_the_rows_that_train),
        cmocka_unit_test(wrong_baselines_are_refused),
        cmocka_unit_test(judging_survives_scarcity),
    };
    return cmocka_run_group_tests_name("judging", tests, NULL, NULL);
}
