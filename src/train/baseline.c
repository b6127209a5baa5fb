/* What a model has to be better than: the scores of saying always the same, whatever the inputs are. For classes that
 * is the prior, the shares of the classes among the rows that trained, whose largest is the answer; for numbers their
 * mean. As scikit-learn's DummyClassifier(strategy="prior") and DummyRegressor. */
#include "train/baseline.h"

#include <math.h>
#include <string.h>

#include "files/files.h"
#include "ground/memory.h"
#include "train/scores.h"

/* ---- scores ------------------------------------------------------------------------------------------------------ */

static glia_status score_classes(const int32_t *truth, size_t rows, const double *prior, size_t classes,
                                 glia_scores **scores)
{
    double *answers = glia__new(rows, classes * sizeof *answers);
    if (!answers) return GLIA_E_MEMORY;
    for (size_t r = 0; r < rows; r++) memcpy(answers + r * classes, prior, classes * sizeof *prior);
    glia_status status = glia_score_classes(scores, truth, NULL, answers, rows, classes);
    glia__free(answers);
    return status;
}

static glia_status score_numbers(const glia_data *data, const double *mean, size_t outputs, glia_scores **scores)
{
    double     *truth = glia__new(data->rows, outputs * sizeof *truth);
    double     *answers = glia__new(data->rows, outputs * sizeof *answers);
    glia_status status = truth && answers ? GLIA_OK : GLIA_E_MEMORY;
    for (size_t i = 0; status == GLIA_OK && i < data->rows * outputs; i++) {
        truth[i] = glia_data_number(data, i / outputs, i % outputs);
        answers[i] = mean[i % outputs];
    }
    if (status == GLIA_OK) status = glia_score_numbers(scores, truth, answers, data->rows, outputs);
    glia__free(truth);
    glia__free(answers);
    return status;
}

/* ---- the prior ----------------------------------------------------------------------------------------------------
 */

static void means_of(const glia_data *data, double *mean, size_t outputs)
{
    for (size_t j = 0; j < outputs; j++) {
        double sum = 0, first = glia_data_number(data, 0, j);
        for (size_t r = 0; r < data->rows; r++) sum += glia_data_number(data, r, j) - first;
        mean[j] = first + sum / (double)data->rows;
    }
}

static void shares_of(const glia__answers *a, const glia__loss *loss, double *share, size_t classes)
{
    double counted = 0;
    int32_t class;
    for (size_t r = 0; r < a->data->rows; r++)
        if (glia__answers_class(a, loss, r, &class)) share[class]++, counted++;
    for (size_t k = 0; k < classes; k++) share[k] /= counted;
}

glia_status glia__prior_of(const glia__answers *a, const glia__loss *loss, double **prior, size_t *count)
{
    bool classes = a->data->target == GLIA_TARGET_CLASSES;
    *count = classes ? a->model->n_classes : a->model->n_out;
    if (!(*prior = glia__new(*count, sizeof **prior))) return GLIA_E_MEMORY;
    if (classes)
        shares_of(a, loss, *prior, *count);
    else
        means_of(a->data, *prior, *count);
    return GLIA_OK;
}

double glia_model_prior(const glia_model *model, size_t k)
{
    double *prior = NULL, value = (double)NAN;
    size_t  count = 0;
    if (model && glia__record_prior(model, &prior, &count) == GLIA_OK && k < count) value = prior[k];
    glia__free(prior);
    return value;
}

/* ---- of a model ---------------------------------------------------------------------------------------------------
 */

static glia_status score_judged(const glia__answers *a, const glia__loss *loss, const double *prior, size_t classes,
                                glia_scores **scores)
{
    size_t   rows = 0;
    int32_t *truth = glia__new(a->data->rows, sizeof *truth);
    if (!truth) return GLIA_E_MEMORY;
    for (size_t r = 0; r < a->data->rows; r++) rows += glia__answers_class(a, loss, r, &truth[rows]);
    glia_status status = rows ? score_classes(truth, rows, prior, classes, scores)
                              : glia__fail(GLIA_E_SHAPE, "%s: every row is of the class to ignore", a->data->name);
    glia__free(truth);
    return status;
}

glia_status glia_model_baseline(const glia_model *model, const glia_data *data, glia_scores **scores)
{
    glia__loss    loss;
    glia__answers answers;
    bool          fused;
    double       *prior = NULL;
    size_t        count = 0;
    if (scores) *scores = NULL;
    if (!model || !data || !scores)
        return glia__fail(GLIA_E_ARG, "glia_model_baseline: a model, data and a place are needed");
    GLIA_TRY(glia__model_check_data(model, data, true));
    GLIA_TRY(glia__loss_for(model, *model->loss_text ? model->loss_text : NULL, &loss, &fused));
    GLIA_TRY(glia__record_prior(model, &prior, &count));
    if (!prior) return GLIA_OK;
    glia_status status = glia__answers_new(&answers, model, data, 1);
    if (status == GLIA_OK) {
        status = data->target == GLIA_TARGET_CLASSES ? score_judged(&answers, &loss, prior, count, scores)
                                                     : score_numbers(data, prior, count, scores);
        glia__answers_clear(&answers);
    }
    glia__free(prior);
    return status;
}

/* ---- of data ------------------------------------------------------------------------------------------------------
 */

/* The number that class k of `data` has in `as`, by its name; n_classes: none. */
static size_t class_as(const glia_data *as, const glia_data *data, size_t k)
{
    size_t to = 0;
    while (to < as->n_classes && strcmp(as->class_names[to], data->class_names[k]) != 0) to++;
    return to;
}

/* truth[rows of test] = their classes, as train numbers them. */
static glia_status find_classes(const glia_data *train, const glia_data *test, int32_t *truth)
{
    size_t *as = glia__new(test->n_classes, sizeof *as);
    if (!as) return GLIA_E_MEMORY;
    glia_status status = GLIA_OK;
    for (size_t k = 0; k < test->n_classes; k++) as[k] = class_as(train, test, k);
    for (size_t r = 0; status == GLIA_OK && r < test->rows; r++) {
        size_t k = (size_t)glia_data_class(test, r);
        truth[r] = (int32_t)as[k];
        if (as[k] == train->n_classes)
            status = glia__fail(GLIA_E_SHAPE, "%s has a class \"%.60s\", and %s has none of that name", test->name,
                                test->class_names[k], train->name);
    }
    glia__free(as);
    return status;
}

static glia_status baseline_of_classes(const glia_data *train, const glia_data *test, glia_scores **scores)
{
    double     *prior = glia__new(train->n_classes, sizeof *prior);
    int32_t    *truth = glia__new(test->rows, sizeof *truth);
    glia_status status = prior && truth ? find_classes(train, test, truth) : GLIA_E_MEMORY;
    if (status == GLIA_OK) {
        for (size_t r = 0; r < train->rows; r++) prior[glia_data_class(train, r)]++;
        for (size_t k = 0; k < train->n_classes; k++) prior[k] /= (double)train->rows;
        status = score_classes(truth, test->rows, prior, train->n_classes, scores);
    }
    glia__free(prior);
    glia__free(truth);
    return status;
}

static glia_status baseline_of_numbers(const glia_data *train, const glia_data *test, glia_scores **scores)
{
    size_t  outputs = train->target_columns;
    double *mean = glia__new(outputs, sizeof *mean);
    if (!mean) return GLIA_E_MEMORY;
    means_of(train, mean, outputs);
    glia_status status = score_numbers(test, mean, outputs, scores);
    glia__free(mean);
    return status;
}

glia_status glia_baseline(const glia_data *train, const glia_data *test, glia_scores **scores)
{
    if (scores) *scores = NULL;
    if (!train || !test || !scores)
        return glia__fail(GLIA_E_ARG, "glia_baseline: rows that train, rows to score and a place are needed");
    if (train->target == GLIA_TARGET_NONE || train->target != test->target ||
        train->target_columns != test->target_columns)
        return glia__fail(GLIA_E_SHAPE, "the targets of %s and %s are not alike", train->name, test->name);
    return train->target == GLIA_TARGET_CLASSES ? baseline_of_classes(train, test, scores)
                                                : baseline_of_numbers(train, test, scores);
}
