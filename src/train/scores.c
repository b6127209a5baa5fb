/* Scores of predictions: how right they were. Everything is computed in double, in the order of the rows, by
 * scikit-learn's definitions. See glia.h, section 5. */
#include <math.h>
#include <stdlib.h>

#include "ground/memory.h"
#include "train/scores.h"

/* Probabilities are clipped to [CLIP, 1 - CLIP] before their logarithm is taken, so that one confident mistake does not
 * make the mean infinite. */
#define CLIP 1e-15

static double ratio(double a, double b)
{
    return b != 0 ? a / b : 0;
}

/* ---- the object -------------------------------------------------------------------------------------------------- */

void glia_scores_free(glia_scores *scores)
{
    if (!scores) return;
    glia__free(scores->top);
    glia__free(scores->confusion);
    glia__free(scores->by_class);
    glia__free(scores->support);
    glia__free(scores);
}

/* Scores of which nothing is known yet: NaN. */
static glia_status scores_new(glia_scores **scores, glia_target target, size_t rows, size_t classes)
{
    const glia_average unknown = {NAN, NAN, NAN};
    glia_scores       *s = glia__new(1, sizeof *s);
    if (!s) return GLIA_E_MEMORY;
    *s = (glia_scores){
        .target = target,
        .rows = rows,
        .classes = classes,
        .loss = NAN,
        .accuracy = NAN,
        .balanced_accuracy = NAN,
        .log_loss = NAN,
        .roc_auc = NAN,
        .macro = unknown,
        .micro = unknown,
        .weighted = unknown,
        .mse = NAN,
        .rmse = NAN,
        .mae = NAN,
        .r2 = NAN,
        .label_accuracy = NAN,
        .subset_accuracy = NAN,
        .label_f1 = NAN,
        .accuracy_interval = {NAN, NAN},
        .rmse_interval = {NAN, NAN},
        .r2_interval = {NAN, NAN},
        .label_accuracy_interval = {NAN, NAN},
    };
    *scores = s;
    return GLIA_OK;
}

static glia_status classes_new(glia_scores **scores, size_t rows, size_t classes)
{
    size_t cells;
    if (!glia__mul(classes, classes, &cells))
        return glia__fail(GLIA_E_MEMORY, "a confusion matrix of %zu classes does not fit in memory", classes);
    GLIA_TRY(scores_new(scores, GLIA_TARGET_CLASSES, rows, classes));
    glia_scores *s = *scores;
    s->top = glia__new(classes, sizeof *s->top);
    s->confusion = s->top ? glia__new(cells, sizeof *s->confusion) : NULL;
    s->by_class = s->confusion ? glia__new(classes, sizeof *s->by_class) : NULL;
    s->support = s->by_class ? glia__new(classes, sizeof *s->support) : NULL;
    return s->support ? GLIA_OK : GLIA_E_MEMORY;
}

/* ---- classes: from the confusion matrix -------------------------------------------------------------------------- */

size_t glia__likeliest(const double *probability, size_t classes)
{
    size_t best = 0;
    for (size_t k = 1; k < classes; k++)
        if (probability[k] > probability[best]) best = k;
    return best;
}

static void fill_confusion(glia_scores *s, const int32_t *truth, const int32_t *predicted, const double *probability)
{
    for (size_t r = 0; r < s->rows; r++) {
        size_t row = (size_t)truth[r];
        size_t column = predicted ? (size_t)predicted[r] : glia__likeliest(probability + r * s->classes, s->classes);
        s->confusion[row * s->classes + column]++;
        s->support[row]++;
    }
}

/* F1 is the harmonic mean of precision and recall: 2 hits / (predicted + support). */
static void score_each_class(glia_scores *s)
{
    for (size_t k = 0; k < s->classes; k++) {
        size_t predicted = 0;
        for (size_t i = 0; i < s->classes; i++) predicted += s->confusion[i * s->classes + k];
        double hits = (double)s->confusion[k * s->classes + k], support = (double)s->support[k];
        s->by_class[k] = (glia_average){
            .precision = ratio(hits, (double)predicted),
            .recall = ratio(hits, support),
            .f1 = ratio(2 * hits, (double)predicted + support),
        };
    }
}

static void add_weighted(glia_average *sum, const glia_average *a, double weight)
{
    sum->precision += weight * a->precision;
    sum->recall += weight * a->recall;
    sum->f1 += weight * a->f1;
}

/* macro: every class counts the same. weighted: by its rows. micro: over all decisions together; as each row has one
 * class and one prediction, its three are the accuracy. */
static void average_classes(glia_scores *s)
{
    size_t hits = 0, occurring = 0;
    double recalls = 0;
    s->macro = s->weighted = (glia_average){0, 0, 0};
    for (size_t k = 0; k < s->classes; k++) {
        add_weighted(&s->macro, &s->by_class[k], 1 / (double)s->classes);
        add_weighted(&s->weighted, &s->by_class[k], (double)s->support[k] / (double)s->rows);
        hits += s->confusion[k * s->classes + k];
        occurring += s->support[k] > 0;
        recalls += s->by_class[k].recall;
    }
    s->accuracy = (double)hits / (double)s->rows;
    s->micro = (glia_average){s->accuracy, s->accuracy, s->accuracy};
    s->balanced_accuracy = recalls / (double)occurring;
}

/* ---- classes: from the probabilities ----------------------------------------------------------------------------- */

/* top[k] is the share of rows with at most k classes before the true one: more probable, or as probable and named
 * earlier. So top[0] is the accuracy of the most probable class. */
static void score_top(glia_scores *s, const int32_t *truth, const double *probability)
{
    for (size_t r = 0; r < s->rows; r++) {
        const double *p = probability + r * s->classes;
        size_t        t = (size_t)truth[r], before = 0;
        for (size_t k = 0; k < s->classes; k++) before += p[k] > p[t] || (p[k] == p[t] && k < t);
        s->top[before]++;
    }
    double rows = 0;
    for (size_t k = 0; k < s->classes; k++) {
        rows += s->top[k];
        s->top[k] = rows / (double)s->rows;
    }
}

static double clipped(double p)
{
    return fmin(fmax(p, CLIP), 1 - CLIP);
}

/* -mean log p(true class), each row's clipped probabilities divided by their sum. */
static double log_loss(const glia_scores *s, const int32_t *truth, const double *probability)
{
    double total = 0;
    for (size_t r = 0; r < s->rows; r++) {
        const double *p = probability + r * s->classes;
        double        sum = 0;
        for (size_t k = 0; k < s->classes; k++) sum += clipped(p[k]);
        total -= log(clipped(p[truth[r]]) / sum);
    }
    return total / (double)s->rows;
}

typedef struct scored {
    double score;
    bool   positive;
} scored;

static int by_score(const void *a, const void *b)
{
    double x = ((const scored *)a)->score, y = ((const scored *)b)->score;
    return (x > y) - (x < y);
}

/* Area under the ROC curve: the share of pairs (positive, negative) in which the positive scores higher, ties counting
 * half. By ranks (Mann and Whitney 1947): with R the sum of the positives' ranks from 1, equal scores sharing their
 * mean rank, it is (R - p (p + 1) / 2) / (p n) for p positives and n negatives. NaN if either is missing. */
static double area_under_curve(scored *list, size_t count)
{
    double ranks = 0, positives = 0;
    qsort(list, count, sizeof *list, by_score);
    for (size_t i = 0, end; i < count; i = end) {
        double tied_positives = 0;
        for (end = i; end < count && list[end].score == list[i].score; end++) tied_positives += list[end].positive;
        ranks += tied_positives * ((double)(i + 1) + (double)end) / 2;
        positives += tied_positives;
    }
    double negatives = (double)count - positives;
    if (positives == 0 || negatives == 0) return NAN;
    return (ranks - positives * (positives + 1) / 2) / (positives * negatives);
}

/* Two classes: class 1 against class 0. More: the mean over the classes of each against the rest. */
static glia_status score_roc(glia_scores *s, const int32_t *truth, const double *probability)
{
    scored *list = glia__new(s->rows, sizeof *list);
    if (!list) return GLIA_E_MEMORY;
    size_t first = s->classes == 2 ? 1 : 0;
    double sum = 0;
    for (size_t k = first; k < s->classes; k++) {
        for (size_t r = 0; r < s->rows; r++) list[r] = (scored){probability[r * s->classes + k], (size_t)truth[r] == k};
        sum += area_under_curve(list, s->rows);
    }
    s->roc_auc = sum / (double)(s->classes - first);
    glia__free(list);
    return GLIA_OK;
}

/* ---- classes ----------------------------------------------------------------------------------------------------- */

static glia_status check_classes(const char *what, const int32_t *list, size_t rows, size_t classes)
{
    for (size_t r = 0; r < rows; r++)
        if (list[r] < 0 || (size_t)list[r] >= classes)
            return glia__fail(GLIA_E_ARG, "scores: %s[%zu] is %d, not one of %zu classes from 0", what, r, (int)list[r],
                              classes);
    return GLIA_OK;
}

static glia_status check_finite(const char *what, const double *list, size_t rows, size_t columns)
{
    for (size_t r = 0; r < rows; r++)
        for (size_t j = 0; j < columns; j++)
            if (!isfinite(list[r * columns + j]))
                return glia__fail(GLIA_E_NONFINITE, "scores: %s[%zu][%zu] is %f", what, r, j, list[r * columns + j]);
    return GLIA_OK;
}

glia_status glia_score_classes(glia_scores **scores, const int32_t *truth, const int32_t *predicted,
                               const double *probability, size_t rows, size_t classes)
{
    if (!scores) return glia__fail(GLIA_E_ARG, "scores: no place for the result");
    *scores = NULL;
    if (!truth || !probability) return glia__fail(GLIA_E_ARG, "scores: true classes and probabilities must be given");
    if (!rows || !classes) return glia__fail(GLIA_E_ARG, "scores: %zu rows of %zu classes", rows, classes);
    GLIA_TRY(check_classes("truth", truth, rows, classes));
    if (predicted) GLIA_TRY(check_classes("predicted", predicted, rows, classes));
    GLIA_TRY(check_finite("probability", probability, rows, classes));

    glia_scores *s = NULL;
    glia_status  status = classes_new(&s, rows, classes);
    if (!status) status = score_roc(s, truth, probability);
    if (status) {
        glia_scores_free(s);
        return status;
    }
    fill_confusion(s, truth, predicted, probability);
    score_each_class(s);
    average_classes(s);
    score_top(s, truth, probability);
    s->log_loss = log_loss(s, truth, probability);
    *scores = s;
    return GLIA_OK;
}

/* ---- numbers ----------------------------------------------------------------------------------------------------- */

/* The mean of a column, taken from its first value so that the mean of equal numbers is exactly that number. */
static double column_mean(const double *column, size_t rows, size_t stride)
{
    double sum = 0;
    for (size_t r = 0; r < rows; r++) sum += column[r * stride] - column[0];
    return column[0] + sum / (double)rows;
}

/* R2 = 1 - sum (y - p)^2 / sum (y - mean y)^2. Where the truth is constant it is 1 for a perfect prediction and 0 for
 * any other; of a single row it says nothing. */
static double r_squared(double residual, double spread, size_t rows)
{
    if (rows < 2) return NAN;
    if (spread == 0) return residual == 0 ? 1 : 0;
    return 1 - residual / spread;
}

/* Adds the scores of one column, each as its share of the mean over all columns. */
static void add_column(glia_scores *s, const double *truth, const double *predicted, size_t columns)
{
    double mean = column_mean(truth, s->rows, columns), rows = (double)s->rows, share = 1 / (double)columns;
    double squares = 0, sizes = 0, spread = 0;
    for (size_t r = 0; r < s->rows; r++) {
        double y = truth[r * columns], error = y - predicted[r * columns];
        squares += error * error;
        sizes += fabs(error);
        spread += (y - mean) * (y - mean);
    }
    s->mse += share * squares / rows;
    s->rmse += share * sqrt(squares / rows);
    s->mae += share * sizes / rows;
    s->r2 += share * r_squared(squares, spread, s->rows);
}

void glia__score_columns(glia_scores *s, const double *truth, const double *predicted, size_t outputs)
{
    for (size_t j = 0; j < outputs; j++) add_column(s, truth + j, predicted + j, outputs);
}

double glia__r2(const double *truth, const double *predicted, size_t rows, size_t outputs)
{
    glia_scores s = {.rows = rows};
    glia__score_columns(&s, truth, predicted, outputs);
    return s.r2;
}

/* ---- several yes or no ------------------------------------------------------------------------------------------ */

static bool are_labels(const double *truth, size_t count, size_t outputs)
{
    size_t i = 0;
    while (i < count && (truth[i] == 0 || truth[i] == 1)) i++;
    return outputs > 1 && i == count;
}

/* F1 of output j's yes: 2 tp / (2 tp + fp + fn). */
static double label_f1(const double *truth, const double *predicted, size_t rows, size_t outputs, size_t j)
{
    size_t both = 0, either = 0;
    for (size_t i = j; i < rows * outputs; i += outputs) {
        bool yes = predicted[i] >= 0.5;
        both += truth[i] == 1 && yes;
        either += (truth[i] == 1) + yes;
    }
    return either ? 2.0 * (double)both / (double)either : 0;
}

size_t glia__labels_right(const double *truth, const double *predicted, size_t n)
{
    size_t right = 0;
    for (size_t i = 0; i < n; i++) right += (predicted[i] >= 0.5) == (truth[i] == 1);
    return right;
}

static void score_labels(glia_scores *s, const double *truth, const double *predicted, size_t outputs)
{
    size_t right = 0, whole = 0, rows = s->rows;
    s->label_f1 = 0;
    for (size_t r = 0; r < rows; r++) {
        size_t hits = glia__labels_right(truth + r * outputs, predicted + r * outputs, outputs);
        right += hits;
        whole += hits == outputs;
    }
    for (size_t j = 0; j < outputs; j++) s->label_f1 += label_f1(truth, predicted, rows, outputs, j) / (double)outputs;
    s->label_accuracy = (double)right / ((double)rows * (double)outputs);
    s->subset_accuracy = (double)whole / (double)rows;
}

glia_status glia_score_numbers(glia_scores **scores, const double *truth, const double *predicted, size_t rows,
                               size_t outputs)
{
    if (!scores) return glia__fail(GLIA_E_ARG, "scores: no place for the result");
    *scores = NULL;
    if (!truth || !predicted) return glia__fail(GLIA_E_ARG, "scores: true and predicted numbers must be given");
    if (!rows || !outputs) return glia__fail(GLIA_E_ARG, "scores: %zu rows of %zu numbers", rows, outputs);
    GLIA_TRY(check_finite("truth", truth, rows, outputs));
    GLIA_TRY(check_finite("predicted", predicted, rows, outputs));
    GLIA_TRY(scores_new(scores, GLIA_TARGET_NUMBERS, rows, 0));
    glia_scores *s = *scores;
    s->mse = s->rmse = s->mae = s->r2 = 0;
    glia__score_columns(s, truth, predicted, outputs);
    if (are_labels(truth, rows * outputs, outputs)) score_labels(s, truth, predicted, outputs);
    return GLIA_OK;
}
