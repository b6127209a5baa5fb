/* How good a trained model is on some rows, and how good saying always the same is. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "baseline.h"
#include "json.h"
#include "report.h"
#include "train.h"

/* ---- scoring --------------------------------------------------------------------------------------------------- */

static void take_baseline(train_score *score, const glia_scores *s)
{
    if (!s) return;
    score->has_baseline = true;
    score->base_accuracy = s->accuracy;
    score->base_r2 = s->r2;
    score->base_rmse = s->rmse;
}

static void take(train_score *score, const glia_scores *s)
{
    score->known = true;
    score->loss = s->loss;
    score->accuracy = s->accuracy;
    score->r2 = s->r2;
    score->rmse = s->rmse;
    score->accuracy_interval = s->accuracy_interval;
    score->r2_interval = s->r2_interval;
    score->rmse_interval = s->rmse_interval;
}

glia_status train_score_of(glia_model *model, const glia_data *data, train_score *score)
{
    glia_scores    *s = NULL, *base = NULL;
    glia_model_info info;
    glia_model_describe(model, &info);
    *score = (train_score){.numbers = info.target == GLIA_TARGET_NUMBERS,
                           .loss = NAN,
                           .accuracy = NAN,
                           .r2 = NAN,
                           .rmse = NAN,
                           .base_accuracy = NAN,
                           .base_r2 = NAN,
                           .base_rmse = NAN};
    if (!data) return GLIA_OK;
    glia_status status = glia_evaluate(model, data, &s);
    if (!status) status = glia_model_baseline(model, data, &base);
    if (!status) {
        take(score, s);
        take_baseline(score, base);
    }
    glia_scores_free(s);
    glia_scores_free(base);
    return status;
}

/* ---- as JSON --------------------------------------------------------------------------------------------------- */

static void put(json_t *event, const char *part, const char *name, double value)
{
    char *key = text_of("%s%s%s", part, *part ? "_" : "", name);
    json_put_number(event, key, value);
    free(key);
}

static void put_interval(json_t *event, const char *part, const char *name, const train_score *score,
                         const glia_interval *interval)
{
    char *key = text_of("%s_%s_interval", part, name);
    if (score->known) json_put_interval(event, key, interval);
    free(key);
}

void train_score_put(json_t *event, const char *part, const train_score *score)
{
    const char *base = strcmp(part, "val") == 0 ? "baseline" : "test_baseline";
    put(event, part, "loss", score->loss);
    put(event, part, "accuracy", score->accuracy);
    if (score->numbers) {
        put(event, part, "r2", score->r2);
        put(event, part, "rmse", score->rmse);
        put_interval(event, part, "r2", score, &score->r2_interval);
        put_interval(event, part, "rmse", score, &score->rmse_interval);
    } else {
        put_interval(event, part, "accuracy", score, &score->accuracy_interval);
    }
    if (!score->has_baseline) return;
    if (!score->numbers) put(event, base, "accuracy", score->base_accuracy);
    if (score->numbers) put(event, base, "r2", score->base_r2);
    if (score->numbers) put(event, base, "rmse", score->base_rmse);
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

static void tell_interval(const glia_interval *interval, bool share)
{
    if (isnan(interval->low)) return;
    fprintf(stderr, share ? " (95 %% interval %.1f to %.1f)" : " (95 %% interval %.4g to %.4g)",
            (share ? 100 : 1) * interval->low, (share ? 100 : 1) * interval->high);
}

void train_score_tell(const char *part, const train_score *score, const glia_model *model)
{
    if (!score->known) return;
    fprintf(stderr, "%s:", part);
    train_tell_number("loss", score->loss);
    train_tell_share("accuracy", score->accuracy);
    if (!score->numbers) tell_interval(&score->accuracy_interval, true);
    train_tell_number("r2", score->r2);
    if (score->numbers) tell_interval(&score->r2_interval, false);
    train_tell_number("rmse", score->rmse);
    if (score->numbers) tell_interval(&score->rmse_interval, false);
    fputc('\n', stderr);
    if (!score->has_baseline) return;
    char *always = baseline_text(model);
    fputs("baseline:", stderr);
    train_tell_share("accuracy", score->base_accuracy);
    train_tell_number("r2", score->base_r2);
    train_tell_number("rmse", score->base_rmse);
    fprintf(stderr, " (%s)\n", always);
    free(always);
}
