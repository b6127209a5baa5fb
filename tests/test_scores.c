/* Scores against scikit-learn's (golden metrics_sklearn), against counting by hand, and on arguments that make no
 * sense. They are computed in double whatever the build, so the golden cases' double tolerance holds in both. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "golden.h"
#include "scarce.h"

/* ---- golden ------------------------------------------------------------------------------------------------------ */

/* Where a golden scalar is found in glia_scores; `top` counts from 1 and stands for top[top - 1]. */
static const struct scalar {
    const char *name;
    size_t      offset, top;
} scalars[] = {
    {"accuracy", offsetof(glia_scores, accuracy), 0},
    {"balanced_accuracy", offsetof(glia_scores, balanced_accuracy), 0},
    {"precision_macro", offsetof(glia_scores, macro.precision), 0},
    {"recall_macro", offsetof(glia_scores, macro.recall), 0},
    {"f1_macro", offsetof(glia_scores, macro.f1), 0},
    {"precision_micro", offsetof(glia_scores, micro.precision), 0},
    {"recall_micro", offsetof(glia_scores, micro.recall), 0},
    {"f1_micro", offsetof(glia_scores, micro.f1), 0},
    {"precision_weighted", offsetof(glia_scores, weighted.precision), 0},
    {"recall_weighted", offsetof(glia_scores, weighted.recall), 0},
    {"f1_weighted", offsetof(glia_scores, weighted.f1), 0},
    {"roc_auc", offsetof(glia_scores, roc_auc), 0},
    {"log_loss", offsetof(glia_scores, log_loss), 0},
    {"top1_accuracy", 0, 1},
    {"top2_accuracy", 0, 2},
    {"top3_accuracy", 0, 3},
    {"mse", offsetof(glia_scores, mse), 0},
    {"rmse", offsetof(glia_scores, rmse), 0},
    {"mae", offsetof(glia_scores, mae), 0},
    {"r2", offsetof(glia_scores, r2), 0},
};

static double scalar_of(const glia_scores *s, const struct scalar *which)
{
    double value;
    if (which->top) return s->top[which->top - 1];
    memcpy(&value, (const char *)s + which->offset, sizeof value);
    return value;
}

static double want_of(const golden_case *c, const char *name)
{
    size_t        i;
    const json_t *entry;
    json_array_foreach(
        json_object_get(golden_json(c), "scalars"), i,
        entry) if (!strcmp(json_string_value(json_object_get(entry, "name")), name)) return golden_get(c, "scalars")
        ->values[i];
    fail_msg("no scalar %s", name);
    return NAN;
}

static void expect(const golden_case *c, const char *name, double got)
{
    golden_tolerance t = golden_tolerance_double(c);
    double           want = want_of(c, name);
    if (!golden_near(got, want, t.rtol, t.atol)) fail_msg("%s is %.17g, not %.17g", name, got, want);
}

/* Compares every scalar of the case that glia_scores has; at least `least` of them. */
static void expect_scalars(const golden_case *c, const glia_scores *s, size_t least)
{
    size_t        i, compared = 0;
    const json_t *entry;
    json_array_foreach(json_object_get(golden_json(c), "scalars"), i, entry)
    {
        const char *name = json_string_value(json_object_get(entry, "name"));
        for (size_t j = 0; j < sizeof scalars / sizeof *scalars; j++)
            if (!strcmp(scalars[j].name, name)) {
                expect(c, name, scalar_of(s, &scalars[j]));
                compared++;
            }
    }
    assert_true(compared >= least);
}

static void expect_by_class(const golden_case *c, const glia_scores *s)
{
    const golden_array *confusion = golden_get(c, "confusion"), *support = golden_get(c, "support"),
                       *precision = golden_get(c, "precision_per_class"), *recall = golden_get(c, "recall_per_class"),
                       *f1 = golden_get(c, "f1_per_class");
    golden_tolerance t = golden_tolerance_double(c);
    assert_int_equal(s->classes, support->count);
    for (size_t i = 0; i < confusion->count; i++) assert_int_equal(s->confusion[i], (size_t)confusion->values[i]);
    for (size_t k = 0; k < s->classes; k++) {
        assert_int_equal(s->support[k], (size_t)support->values[k]);
        assert_true(golden_near(s->by_class[k].precision, precision->values[k], t.rtol, t.atol));
        assert_true(golden_near(s->by_class[k].recall, recall->values[k], t.rtol, t.atol));
        assert_true(golden_near(s->by_class[k].f1, f1->values[k], t.rtol, t.atol));
    }
}

/* With the golden case's predictions, and with none: the most probable class must give the same. */
static void many_classes(void **state)
{
    golden_case        *c = golden_open(*state);
    const golden_array *probability = golden_get(c, "prob");
    int32_t            *truth = golden_ints(golden_get(c, "y_true")), *predicted = golden_ints(golden_get(c, "y_pred"));
    for (int given = 0; given < 2; given++) {
        glia_scores *s = NULL;
        assert_int_equal(glia_score_classes(&s, truth, given ? predicted : NULL, probability->values,
                                            probability->shape[0], probability->shape[1]),
                         GLIA_OK);
        assert_int_equal(s->target, GLIA_TARGET_CLASSES);
        assert_int_equal(s->rows, probability->shape[0]);
        expect_scalars(c, s, 15);
        expect_by_class(c, s);
        assert_true(isnan(s->loss) && isnan(s->mse) && isnan(s->r2));
        glia_scores_free(s);
    }
    free(truth);
    free(predicted);
    golden_close(c);
}

static void two_classes(void **state)
{
    golden_case        *c = golden_open(*state);
    const golden_array *score = golden_get(c, "score");
    int32_t            *truth = golden_ints(golden_get(c, "y_true")), *predicted = golden_ints(golden_get(c, "y_pred"));
    double             *probability = calloc(score->count, 2 * sizeof *probability);
    glia_scores        *s = NULL;
    assert_non_null(probability);
    for (size_t r = 0; r < score->count; r++) {
        probability[2 * r] = 1 - score->values[r];
        probability[2 * r + 1] = score->values[r];
    }
    assert_int_equal(glia_score_classes(&s, truth, predicted, probability, score->count, 2), GLIA_OK);
    expect_scalars(c, s, 13);
    expect(c, "precision_positive", s->by_class[1].precision);
    expect(c, "recall_positive", s->by_class[1].recall);
    expect(c, "f1_positive", s->by_class[1].f1);
    expect_by_class(c, s);
    glia_scores_free(s);
    free(probability);
    free(truth);
    free(predicted);
    golden_close(c);
}

static void log_loss_clips(void **state)
{
    (void)state;
    golden_case *c = golden_open("metrics_sklearn/log_loss_clip");
    int32_t     *truth = golden_ints(golden_get(c, "y_true"));
    glia_scores *s = NULL;
    assert_int_equal(glia_score_classes(&s, truth, NULL, golden_get(c, "prob")->values, 4, 3), GLIA_OK);
    expect_scalars(c, s, 1);
    glia_scores_free(s);
    free(truth);
    golden_close(c);
}

/* Outputs that do not sum to 1, as those of a net that ends with sigmoids, count by their share. */
static void log_loss_is_of_shares(void **state)
{
    (void)state;
    const int32_t truth[2] = {0, 0};
    const double  scores[4] = {.2, .2, .3, .1};
    glia_scores  *s = NULL;
    assert_int_equal(glia_score_classes(&s, truth, NULL, scores, 2, 2), GLIA_OK);
    assert_true(golden_near(s->log_loss, -(log(.5) + log(.75)) / 2, 1e-13, 0));
    glia_scores_free(s);
}

static double r2_of(const double *truth, const double *predicted, size_t rows)
{
    glia_scores *s = NULL;
    assert_int_equal(glia_score_numbers(&s, truth, predicted, rows, 1), GLIA_OK);
    double r2 = s->r2;
    glia_scores_free(s);
    return r2;
}

static void numbers(void **state)
{
    (void)state;
    golden_case  *c = golden_open("metrics_sklearn/regression");
    const double *truth = golden_get(c, "y_true")->values, *predicted = golden_get(c, "y_pred")->values,
                 *constant = golden_get(c, "const_true")->values;
    double       negated[50];
    glia_scores *s = NULL;
    assert_int_equal(golden_get(c, "y_true")->count, 50);
    assert_int_equal(glia_score_numbers(&s, truth, predicted, 50, 1), GLIA_OK);
    assert_int_equal(s->target, GLIA_TARGET_NUMBERS);
    assert_int_equal(s->rows, 50);
    assert_true(isnan(s->accuracy) && isnan(s->log_loss) && isnan(s->macro.f1) && isnan(s->loss));
    expect_scalars(c, s, 4);
    glia_scores_free(s);
    for (size_t r = 0; r < 50; r++) negated[r] = -predicted[r];
    expect(c, "r2_mean_pred", r2_of(truth, golden_get(c, "mean_pred")->values, 50));
    expect(c, "r2_negated_pred", r2_of(truth, negated, 50));
    expect(c, "r2_const_true", r2_of(constant, predicted, 50));
    expect(c, "r2_const_true_perfect", r2_of(constant, constant, 50));
    golden_close(c);
}

static void columns_of_numbers(void **state)
{
    (void)state;
    golden_case        *c = golden_open("metrics_sklearn/regression_columns");
    const golden_array *truth = golden_get(c, "y_true");
    glia_scores        *s = NULL;
    assert_int_equal(
        glia_score_numbers(&s, truth->values, golden_get(c, "y_pred")->values, truth->shape[0], truth->shape[1]),
        GLIA_OK);
    expect_scalars(c, s, 4);
    glia_scores_free(s);
    golden_close(c);
}

/* ---- by counting ------------------------------------------------------------------------------------------------- */

/* Area under the curve by its definition: the share of pairs in the right order, ties counting half. */
static double area_by_pairs(const int32_t *truth, const double *probability, size_t rows, size_t classes, int32_t k)
{
    double right = 0, pairs = 0;
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < rows; j++) {
            if (truth[i] != k || truth[j] == k) continue;
            double a = probability[i * classes + (size_t)k], b = probability[j * classes + (size_t)k];
            right += a > b ? 1 : a == b ? 0.5 : 0;
            pairs += 1;
        }
    return right / pairs;
}

/* Classes and coarse probabilities, with many ties, from a small generator. */
enum { ROWS = 60, CLASSES = 4 };
static void draw(int32_t truth[ROWS], double probability[ROWS * CLASSES])
{
    uint32_t x = 7;
    for (size_t r = 0; r < ROWS; r++) {
        truth[r] = (int32_t)((x = x * 1664525u + 1013904223u) >> 30);
        double sum = 0;
        for (size_t k = 0; k < CLASSES; k++) {
            x = x * 1664525u + 1013904223u;
            probability[r * CLASSES + k] = 1 + (double)(x >> 29) + (k == (size_t)truth[r] ? 2 : 0);
            sum += probability[r * CLASSES + k];
        }
        for (size_t k = 0; k < CLASSES; k++) probability[r * CLASSES + k] /= sum;
    }
}

static void area_of_many_classes_is_the_mean_over_classes(void **state)
{
    (void)state;
    int32_t      truth[ROWS];
    double       probability[ROWS * CLASSES], sum = 0;
    glia_scores *s = NULL;
    draw(truth, probability);
    for (int32_t k = 0; k < CLASSES; k++) sum += area_by_pairs(truth, probability, ROWS, CLASSES, k);
    assert_int_equal(glia_score_classes(&s, truth, NULL, probability, ROWS, CLASSES), GLIA_OK);
    assert_true(golden_near(s->roc_auc, sum / CLASSES, 1e-13, 0));
    assert_true(s->roc_auc > 0.55 && s->roc_auc < 0.95);
    glia_scores_free(s);
}

static void area_without_a_class_is_nan(void **state)
{
    (void)state;
    const int32_t truth[3] = {0, 1, 0}, ones[2] = {1, 1};
    const double  three[9] = {.5, .3, .2, .1, .8, .1, .6, .2, .2}, two[4] = {.5, .5, .1, .9};
    glia_scores  *s = NULL;
    assert_int_equal(glia_score_classes(&s, truth, NULL, three, 3, 3), GLIA_OK);
    assert_true(isnan(s->roc_auc));
    assert_true(s->accuracy == 1 && s->balanced_accuracy == 1 && s->by_class[2].f1 == 0);
    glia_scores_free(s);
    assert_int_equal(glia_score_classes(&s, ones, NULL, two, 2, 2), GLIA_OK);
    assert_true(isnan(s->roc_auc));
    glia_scores_free(s);
}

/* The first of equally probable classes is the predicted one, and top[] agrees with that. */
static void ties_go_to_the_first(void **state)
{
    (void)state;
    const int32_t truth[2] = {0, 2};
    const double  equal[6] = {.25, .25, .25, .4, .2, .4};
    glia_scores  *s = NULL;
    assert_int_equal(glia_score_classes(&s, truth, NULL, equal, 2, 3), GLIA_OK);
    assert_true(s->accuracy == 0.5 && s->top[0] == 0.5 && s->top[1] == 1 && s->top[2] == 1);
    assert_int_equal(s->confusion[0], 1);
    assert_int_equal(s->confusion[2 * 3 + 0], 1);
    glia_scores_free(s);
}

static void one_row(void **state)
{
    (void)state;
    const double  y = 0.1, p = 0.3;
    const int32_t zero = 0;
    const double  sure = 1;
    glia_scores  *s = NULL;
    assert_true(isnan(r2_of(&y, &p, 1)));
    assert_int_equal(glia_score_classes(&s, &zero, NULL, &sure, 1, 1), GLIA_OK);
    assert_true(s->accuracy == 1 && s->top[0] == 1 && s->macro.f1 == 1 && isnan(s->roc_auc));
    glia_scores_free(s);
}

/* Equal targets have no spread, whatever rounding their sum would bring. */
static void constant_targets_have_no_spread(void **state)
{
    (void)state;
    double y[7], p[7];
    for (size_t r = 0; r < 7; r++) {
        y[r] = 0.1;
        p[r] = 0.1 + (double)r;
    }
    assert_true(r2_of(y, p, 7) == 0);
    assert_true(r2_of(y, y, 7) == 1);
}

/* ---- what is refused --------------------------------------------------------------------------------------------- */

/* `s`: where the result was to go; nothing must have come there. */
static void refused(glia_status status, glia_status want, glia_scores *const *s, const char *part)
{
    assert_int_equal(status, want);
    if (s) assert_null(*s);
    if (!strstr(glia_error(), part)) fail_msg("\"%s\" does not say \"%s\"", glia_error(), part);
}

static void wrong_classes_are_refused(void **state)
{
    (void)state;
    const int32_t truth[2] = {0, 1}, low[2] = {0, -1}, high[2] = {2, 0};
    const double  p[4] = {.5, .5, .1, .9}, nan[4] = {.5, .5, NAN, .9};
    glia_scores  *s = (glia_scores *)(uintptr_t)p;
    refused(glia_score_classes(NULL, truth, NULL, p, 2, 2), GLIA_E_ARG, NULL, "no place");
    refused(glia_score_classes(&s, NULL, NULL, p, 2, 2), GLIA_E_ARG, &s, "must be given");
    refused(glia_score_classes(&s, truth, NULL, NULL, 2, 2), GLIA_E_ARG, &s, "must be given");
    refused(glia_score_classes(&s, truth, NULL, p, 0, 2), GLIA_E_ARG, &s, "0 rows of 2 classes");
    refused(glia_score_classes(&s, truth, NULL, p, 2, 0), GLIA_E_ARG, &s, "2 rows of 0 classes");
    refused(glia_score_classes(&s, low, NULL, p, 2, 2), GLIA_E_ARG, &s, "truth[1] is -1");
    refused(glia_score_classes(&s, truth, high, p, 2, 2), GLIA_E_ARG, &s, "predicted[0] is 2, not one of 2 classes");
    refused(glia_score_classes(&s, truth, NULL, nan, 2, 2), GLIA_E_NONFINITE, &s, "probability[1][0] is nan");
}

static void wrong_numbers_are_refused(void **state)
{
    (void)state;
    const double y[2] = {0, 1}, infinite[2] = {0, INFINITY};
    glia_scores *s = (glia_scores *)(uintptr_t)y;
    refused(glia_score_numbers(NULL, y, y, 2, 1), GLIA_E_ARG, NULL, "no place");
    refused(glia_score_numbers(&s, NULL, y, 2, 1), GLIA_E_ARG, &s, "must be given");
    refused(glia_score_numbers(&s, y, NULL, 2, 1), GLIA_E_ARG, &s, "must be given");
    refused(glia_score_numbers(&s, y, y, 0, 1), GLIA_E_ARG, &s, "0 rows");
    refused(glia_score_numbers(&s, y, y, 2, 0), GLIA_E_ARG, &s, "of 0 numbers");
    refused(glia_score_numbers(&s, infinite, y, 2, 1), GLIA_E_NONFINITE, &s, "truth[1][0] is inf");
    refused(glia_score_numbers(&s, y, infinite, 1, 2), GLIA_E_NONFINITE, &s, "predicted[0][1] is inf");
    glia_scores_free(NULL);
}

/* ---- no memory --------------------------------------------------------------------------------------------------- */

static int32_t drawn_truth[ROWS];
static double  drawn_probability[ROWS * CLASSES];

static glia_status score_classes(void)
{
    glia_scores *s = NULL;
    glia_status  status = glia_score_classes(&s, drawn_truth, NULL, drawn_probability, ROWS, CLASSES);
    assert_int_equal(!s, status != GLIA_OK);
    glia_scores_free(s);
    return status;
}

static glia_status score_numbers(void)
{
    glia_scores *s = NULL;
    glia_status  status = glia_score_numbers(&s, drawn_probability, drawn_probability, 2, 2);
    assert_int_equal(!s, status != GLIA_OK);
    glia_scores_free(s);
    return status;
}

static void every_allocation_may_fail(void **state)
{
    (void)state;
    draw(drawn_truth, drawn_probability);
    expect_survives_scarcity(score_classes, 4);
    expect_survives_scarcity(score_numbers, 1);
}

#define GOLDEN(test, name)                                                                                             \
    {                                                                                                                  \
#test " " name, test, NULL, NULL, (void *)(uintptr_t)("metrics_sklearn/" name)                                 \
    }

/* ---- several yes or no ------------------------------------------------------------------------------------------ */

/* scikit-learn 1.2: 1 - hamming_loss, accuracy_score, f1_score(average="macro", zero_division=0) of p >= 0.5. */
static void several_labels_are_scored(void **state)
{
    static const double truth[6][3] = {{0, 0, 0}, {1, 0, 0}, {0, 1, 0}, {1, 0, 0}, {1, 1, 0}, {1, 1, 0}};
    static const double p[6][3] = {{0.44, 0.03, 0.2}, {0.65, 0.28, 0.4}, {0.59, 0.02, 0.1},
                                   {0.26, 0.42, 0.7}, {0.69, 0.44, 0.3}, {0.54, 0.78, 0.2}};
    glia_scores        *s;
    (void)state;
    assert_int_equal(glia_score_numbers(&s, &truth[0][0], &p[0][0], 6, 3), GLIA_OK);
    assert_true(fabs(s->label_accuracy - 0.7222222222222222) < 1e-15);
    assert_true(s->subset_accuracy == 0.5);
    assert_true(fabs(s->label_f1 - 0.4166666666666667) < 1e-15);
    glia_scores_free(s);
    assert_int_equal(glia_score_numbers(&s, &p[0][0], &p[0][0], 6, 3), GLIA_OK);
    assert_true(isnan(s->label_accuracy) && isnan(s->subset_accuracy) && isnan(s->label_f1));
    glia_scores_free(s);
    assert_int_equal(glia_score_numbers(&s, &truth[0][0], &p[0][0], 18, 1), GLIA_OK);
    assert_true(isnan(s->label_accuracy));
    glia_scores_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        GOLDEN(many_classes, "multiclass"),
        GOLDEN(many_classes, "never_predicted"),
        GOLDEN(many_classes, "never_true"),
        GOLDEN(two_classes, "binary"),
        GOLDEN(two_classes, "binary_ties"),
        GOLDEN(two_classes, "binary_no_positive_prediction"),
        cmocka_unit_test(log_loss_clips),
        cmocka_unit_test(log_loss_is_of_shares),
        cmocka_unit_test(numbers),
        cmocka_unit_test(columns_of_numbers),
        cmocka_unit_test(area_of_many_classes_is_the_mean_over_classes),
        cmocka_unit_test(area_without_a_class_is_nan),
        cmocka_unit_test(ties_go_to_the_first),
        cmocka_unit_test(one_row),
        cmocka_unit_test(constant_targets_have_no_spread),
        cmocka_unit_test(wrong_classes_are_refused),
        cmocka_unit_test(wrong_numbers_are_refused),
        cmocka_unit_test(every_allocation_may_fail),
        cmocka_unit_test(several_labels_are_scored),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
