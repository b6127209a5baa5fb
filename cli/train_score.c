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
const train_figure train_figures[TRAIN_FIGURES] = {
    {"loss", "loss", NULL, VALUE(loss), 0, TRAIN_ALL, false},
    {"accuracy", "accuracy", "baseline", VALUE(accuracy), VALUE(accuracy_interval), TRAIN_CLASSES, true},
    {"label_accuracy", "right answers", "baseline", VALUE(label_accuracy), VALUE(label_accuracy_interval), TRAIN_LABELS,
     true},
    {"subset_accuracy", "rows all right", NULL, VALUE(subset_accuracy), 0, TRAIN_LABELS, true},
    {"label_f1", "F1 of yes", NULL, VALUE(label_f1), 0, TRAIN_LABELS, false},
    {"r2", "r2", "baseline r2", VALUE(r2), VALUE(r2_interval), TRAIN_NUMBERS, false},
    {"rmse", "rmse", "baseline rmse", VALUE(rmse), VALUE(rmse_interval), TRAIN_NUMBERS, false},
};

bool train_figure_suits(const train_figure *f, const train_score *score)
{
    bool numbers = score->target == GLIA_TARGET_NUMBERS;
    switch (f->of) {
    case TRAIN_CLASSES: return !numbers;
    case TRAIN_NUMBERS: return numbers;
    case TRAIN_LABELS: return numbers && score->own && !isnan(score->own->label_accuracy);
    default: return true;
    }
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

/* Each figure that suits, by what `put` makes of it. */
static void put_each(json_t *event, const char *part, const train_score *score,
                     void (*put)(json_t *event, const char *key, const train_figure *f, const train_score *score))
{
    for (size_t i = 0; i < TRAIN_FIGURES; i++) {
        if (!train_figure_suits(&train_figures[i], score)) continue;
        char *key = text_of("%s_%s", part, train_figures[i].name);
        put(event, key, &train_figures[i], score);
        free(key);
    }
}

static void put_value(json_t *event, const char *key, const train_figure *f, const train_score *score)
{
    json_put_number(event, key, train_figure_of(f, score->own));
}

static void put_interval(json_t *event, const char *key, const train_figure *f, const train_score *score)
{
    if (!f->interval || !score->own) return;
    glia_interval interval = interval_of(f, score->own);
    char         *name = text_of("%s_interval", key);
    json_put_interval(event, name, &interval);
    free(name);
}

static void put_baseline(json_t *event, const char *key, const train_figure *f, const train_score *score)
{
    if (f->baseline && score->baseline) json_put_number(event, key, train_figure_of(f, score->baseline));
}

void train_score_put(json_t *event, const char *part, const train_score *score)
{
    put_each(event, part, score, put_value);
    put_each(event, part, score, put_interval);
    put_each(event, strcmp(part, "val") == 0 ? "baseline" : "test_baseline", score, put_baseline);
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
    for (size_t i = 0; i < TRAIN_FIGURES; i++) {
        const train_figure *f = &train_figures[i];
        if (!train_figure_suits(f, score)) continue;
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
    for (size_t i = 0; i < TRAIN_FIGURES; i++) {
        const train_figure *f = &train_figures[i];
        if (!f->baseline || !train_figure_suits(f, score)) continue;
        train_tell_figure(f->label, f->share, train_figure_of(f, score->baseline));
    }
    fprintf(stderr, " (%s)\n", always);
    free(always);
}

void train_score_tell(const char *part, const train_score *score, const glia_model *model)
{
    if (score->own) tell_own(part, score);
    if (score->own && score->baseline) tell_baseline(score, model);
}
