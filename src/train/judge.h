/* Batches with their targets, and a pass over a whole data set without training. */
#ifndef GLIA_TRAIN_JUDGE_H
#define GLIA_TRAIN_JUDGE_H

#include "model/model.h"

/* Memory for the targets of a batch of up to `room` rows of one data set. */
typedef struct glia__targets {
    const glia_model *model;
    const glia_data  *data;
    int32_t          *map;     /* the model's class of each class of the data; NULL: the same */
    int32_t          *classes; /* [room]; or */
    real             *numbers; /* [room][n_out], scaled */
    real             *unscaled;
    double           *row_loss;
} glia__targets;

glia_status glia__targets_new(glia__targets *t, const glia_model *m, const glia_data *data, size_t room);
void        glia__targets_clear(glia__targets *t);
/* Makes the step's batch the rows order[0 .. rows-1] of the data, targets included. */
void glia__targets_fill(glia__targets *t, const size_t *order, size_t rows, glia__step *s);

/* Parses a loss for a model and says whether it can be asked of its targets. NULL: by the last layer. */
glia_status glia__loss_for(const glia_model *m, const char *text, glia__loss *loss, bool *fused);

typedef struct glia__judgement {
    double loss, accuracy; /* NaN without a loss; NaN for numbers */
} glia__judgement;
/* Runs all rows forward, some hundred at a time. loss: NULL for outputs alone (targets are then not looked at).
 * outputs: [rows][n_out] in the user's units, or NULL. */
glia_status glia__judge(glia_model *m, glia__team *team, const glia_data *data, const glia__loss *loss, bool fused,
                        double *outputs, glia__judgement *judgement);

/* Scores of outputs [rows][n_out] against the targets of the data. */
glia_status glia__score_outputs(const glia_model *m, const glia_data *data, const double *outputs, glia_scores **scores);

#endif
