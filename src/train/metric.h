/* What an epoch can be judged by: the numbers that early stopping, and a schedule that looks at them, may watch. */
#ifndef GLIA_TRAIN_METRIC_H
#define GLIA_TRAIN_METRIC_H

#include "ground/settings.h"

typedef struct glia__metric {
    glia__named named;
    int         target; /* the glia_target that it makes sense of; GLIA_TARGET_NONE: any */
    bool        larger; /* is better */
    bool        scored; /* is in glia_scores; else in glia_epoch */
    size_t      offset; /* of its double there */
} glia__metric;

size_t              glia__metric_count(void);
const glia__metric *glia__metric_at(size_t i);
/* NULL text: val_loss. GLIA_E_TEXT names what would fit. */
glia_status glia__metric_parse(const glia__metric **metric, const char *text);
bool        glia__metric_of_validation(const glia__metric *metric); /* or of the training rows */
/* Its value; NaN where the epoch has none. scores may be NULL. */
double glia__metric_value(const glia__metric *metric, const glia_epoch *epoch, const glia_scores *scores);

#endif
