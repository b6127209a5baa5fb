/* How good a trained model is on some rows, and how good saying always the same is. */
#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "baseline.h"
#include "json.h"
#include "report.h"
#include "train.h"

/* ---- figures --------------------------------------------------------------------------------------------------- */

#define VALUE(field) offsetof(glia_scores, field)
static const train_figure figures[] = {
    {"loss", "loss", NULL, VALUE(loss), 0, TRAIN_ALL, false},
    {"accuracy", "accuracy", "baseline", VALUE(accuracy), VALUE(accuracy_interval), TRAIN_CLASSES, true},
    {"label_accuracy", "right answers", "baseline", VALUE(label_accuracy), VALUE(label_accuracy_interval), TRAIN_LABELS,
     true},
    {"subset_accuracy", "rows all right", NULL, VALUE(subset_accuracy), 0, TRAIN_LABELS, true},
    {"label_f1", "F1 of yes", NULL, VALUE(label_f1), 0, TRAIN_LABELS, false},
    {"r2", "r2", "baseline r2", VALUE(r2), VALUE(r2_interval), TRAIN_NUMBERS, false},
    {"rmse", "rmse", "baseline rmse", VALUE(rmse), VALUE(rmse_interval), TRAIN_NUMBERS, false},
};

static bool suits(const train_figure *f, const train_score *score)
{
    bool numbers = score->target == GLIA_TARGET_NUMBERS;
    switch (f->of) {
    case TRAIN_CLASSES: return !numbers;
    case TRAIN_NUMBERS: return numbers;
    case TRAIN_LABELS: return numbers && score->own && !isnan(score->own->label_accuracy);
    default: return true;
    }
}

const train_figure *train_figure_next(const train_figure *f, const train_score *score, bool baseline)
{
    const train_figure *end = figures + sizeof figures / sizeof *figures;
    for (f = f ? f + 1 : figures; f < end; f++)
        if (suits(f, score) && (!baseline || (f->baseline && score->baseline))) return f;
    return NULL;
}

double train_figure_of(const train_figure *f, const glia_scores *scores)
{
    double value = NAN;
    if (scores) memcpy(&value, (const char *)scores + f->value, sizeof value);
    return value;
}

static glia_interval interval_of(const train_figure *f, const glia_scores *scores)
{
    glia_interval interval = {NAN, NAN};
    if (f->interval) memcpy(&interval, (const char *)scores + f->interval, sizeof interval);
    return interval;
}

/* ---- scoring --------------------------------------------------------------------------------------------------- */

glia_status train_score_of(glia_model *model, const glia_data *data, train_score *score)
{
    glia_model_info info;
    glia_model_describe(model, &info);
    *score = (train_score){.target = info.target};
    if (!data) return GLIA_OK;
    glia_status status = glia_evaluate(model, data, &score->own);
    return status ? status : glia_model_baseline(model, data, &score->baseline);
}

void train_score_clear(train_score *score)
{
    glia_scores_free(score->own);
    glia_scores_free(score->baseline);
    *score = (train_score){0};
}

/* ---- as JSON --------------------------------------------------------------------------------------------------- */

static void put(json_t *event, const char *part, const train_figure *f, const glia_scores *scores)
{
    char *key = text_of("%s_%s", part, f->name);
    json_put_number(event, key, train_figure_of(f, scores));
    free(key);
}

static void put_interval(json_t *event, const char *part, const train_figure *f, const glia_scores *scores)
{
    glia_interval interval = interval_of(f, scores);
    char         *key = text_of("%s_%s_interval", part, f->name);
    json_put_interval(event, key, &interval);
    free(key);
}

void train_score_put(json_t *event, const char *part, const train_score *score)
{
    const char *baseline = strcmp(part, "val") == 0 ? "baseline" : "test_baseline";
    for (const train_figure *f = NULL; (f = train_figure_next(f, score, false));) put(event, part, f, score->own);
    for (const train_figure *f = NULL; (f = train_figure_next(f, score, false));)
        if (f->interval && score->own) put_interval(event, part, f, score->own);
    for (const train_figure *f = NULL; (f = train_figure_next(f, score, true));)
        put(event, baseline, f, score->baseline);
}

/* ---- for people ------------------------------------------------------------------------------------------------ */

void train_tell_number(const char *name, double value)
{
    if (isnan(value)) return;
    bool plain = value == 0 || (fabs(value) >= 0.001 && fabs(value) < 10000);
    fprintf(stderr, plain ? "  %s %.4f" : "  %s %.4g", name, value);
}

void train_tell_share(const char *name, double value)
{
    if (!isnan(value)) fprintf(stderr, "  %s %.2f %%", name, 100 * value);
}

void train_tell_figure(const char *label, bool share, double value)
{
    (share ? train_tell_share : train_tell_number)(label, value);
}

static void tell_interval(const glia_interval *interval, bool share)
{
    if (isnan(interval->low)) return;
    fprintf(stderr, share ? " (95 %% interval %.1f to %.1f)" : " (95 %% interval %.4g to %.4g)",
            (share ? 100 : 1) * interval->low, (share ? 100 : 1) * interval->high);
}

static void tell_own(const char *part, const train_score *score)
{
    fprintf(stderr, "%s:", part);
    for (const train_figure *f = NULL; (f = train_figure_next(f, score, false));) {
        glia_interval interval = interval_of(f, score->own);
        train_tell_figure(f->label, f->share, train_figure_of(f, score->own));
        tell_interval(&interval, f->share);
    }
    fputc('\n', stderr);
}

static void tell_baseline(const train_score *score, const glia_model *model)
{
    char *always = baseline_text(model);
    fputs("baseline:", stderr);
    for (const train_figure *f = NULL; (f = train_figure_next(f, score, true));)
        train_tell_figure(f->label, f->share, train_figure_of(f, score->baseline));
    fprintf(stderr, " (%s)\n", always);
    free(always);
}

void train_score_tell(const char *part, const train_score *score, const glia_model *model)
{
    if (score->own) tell_own(part, score);
    if (score->own && score->baseline) tell_baseline(score, model);
}
