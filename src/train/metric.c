/* The table of metrics. Running means of the training rows go by the names of glia_epoch; what has `val_` before it is
 * of the validation rows, by the names of glia_scores. */
#include "train/metric.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

enum { SMALLER, LARGER };
enum { ANY = GLIA_TARGET_NONE, CLASSES = GLIA_TARGET_CLASSES, NUMBERS = GLIA_TARGET_NUMBERS };

#define EPOCH(field) false, offsetof(glia_epoch, field)
#define SCORE(field) true, offsetof(glia_scores, field)
#define METRIC(name, help, ...)                                                                                        \
    {                                                                                                                  \
        {name, help, glia__no_settings}, __VA_ARGS__                                                                   \
    }
/* clang-format off */
static const glia__metric metrics[] = {
    METRIC("loss", "of the training rows, while weights changed", ANY, SMALLER, EPOCH(loss)),
    METRIC("accuracy", "of the training rows, while weights changed", CLASSES, LARGER, EPOCH(accuracy)),
    METRIC("val_loss", "of the validation rows, as all that follow", ANY, SMALLER, EPOCH(val_loss)),
    METRIC("val_accuracy", "share of rows whose class is the most probable", CLASSES, LARGER, EPOCH(val_accuracy)),
    METRIC("val_balanced_accuracy", "mean of the classes' recalls", CLASSES, LARGER, SCORE(balanced_accuracy)),
    METRIC("val_macro_precision", "mean of the classes' precisions", CLASSES, LARGER, SCORE(macro.precision)),
    METRIC("val_macro_f1", "mean of the classes' F1", CLASSES, LARGER, SCORE(macro.f1)),
    METRIC("val_weighted_f1", "the same, weighted by the classes' rows", CLASSES, LARGER, SCORE(weighted.f1)),
    METRIC("val_roc_auc", "area under the ROC curve", CLASSES, LARGER, SCORE(roc_auc)),
    METRIC("val_log_loss", "-mean log p of the true class", CLASSES, SMALLER, SCORE(log_loss)),
    METRIC("val_r2", "share of the variance that is explained", NUMBERS, LARGER, EPOCH(val_r2)),
    METRIC("val_mse", "mean squared error", NUMBERS, SMALLER, SCORE(mse)),
    METRIC("val_rmse", "its root", NUMBERS, SMALLER, SCORE(rmse)),
    METRIC("val_mae", "mean absolute error", NUMBERS, SMALLER, SCORE(mae)),
};
/* clang-format on */
enum { COUNT = sizeof metrics / sizeof *metrics };

size_t glia__metric_count(void)
{
    return COUNT;
}

const glia__metric *glia__metric_at(size_t i)
{
    return &metrics[i];
}

glia_status glia__metric_parse(const glia__metric **metric, const char *text)
{
    const glia__named *names[COUNT];
    glia__value        none[GLIA__SETTINGS_MOST];
    size_t             which;
    for (size_t i = 0; i < COUNT; i++) names[i] = &metrics[i].named;
    GLIA_TRY(glia__phrase_read("monitor", "metric", text ? text : "val_loss", names, COUNT, &which, none));
    *metric = &metrics[which];
    return GLIA_OK;
}

bool glia__metric_of_validation(const glia__metric *metric)
{
    return strncmp(metric->named.name, "val_", 4) == 0;
}

double glia__metric_value(const glia__metric *metric, const glia_epoch *epoch, const glia_scores *scores)
{
    const char *from = metric->scored ? (const char *)scores : (const char *)epoch;
    double      value = (double)NAN;
    if (from) memcpy(&value, from + metric->offset, sizeof value);
    return value;
}
