/* What stands against a model's outputs: the targets of a batch, in the model's terms; and what the outputs say. */
#ifndef GLIA_TRAIN_ANSWERS_H
#define GLIA_TRAIN_ANSWERS_H

#include "model/model.h"

/* For batches of up to `room` rows of one data set: the way of its rows, and memory for their targets. */
typedef struct glia__answers {
    const glia_model *model;
    const glia_data  *data;
    glia__intake      intake;
    int32_t          *map;     /* the model's class of each class of the data; NULL: the same */
    int32_t          *classes; /* [room]; or */
    real             *numbers; /* [room][n_out], scaled */
    real             *unscaled;
    real             *weights;      /* [room], where the rows have some */
    const real       *class_weight; /* of the model's classes, or NULL; the model's unless set otherwise */
} glia__answers;

glia_status glia__answers_new(glia__answers *a, const glia_model *m, const glia_data *data, size_t room);
void        glia__answers_clear(glia__answers *a);
/* Makes the step's batch the rows order[0 .. rows-1] of the data, targets and weights included. The step has its loss;
 * truth.weight is then what these rows weigh. Fails only where rows are on disk and cannot be read; before an order is
 * gone through, glia__intake_begin. */
glia_status glia__answers_fill(glia__answers *a, const size_t *order, size_t rows, glia__step *s);

/* The model's class of a row; false if the loss passes it over. */
bool glia__answers_class(const glia__answers *a, const glia__loss *loss, size_t row, int32_t *class);
/* What the rows order[0 .. rows-1] weigh together; NULL: the first rows. */
double glia__answers_weight(const glia__answers *a, const glia__loss *loss, const size_t *order, size_t rows);

/* Parses a loss for a model and says whether it can be asked of its targets. NULL: by the last layer. */
glia_status glia__loss_for(const glia_model *m, const char *text, glia__loss *loss, bool *fused);

/* How outputs become probabilities of classes, or numbers in the user's units. */
typedef enum glia__outcome {
    GLIA__AS_THEY_ARE,
    GLIA__IN_UNITS, /* numbers that were scaled for training */
    GLIA__EXP,      /* log-probabilities */
    GLIA__SOFTMAX,  /* logits of classes */
    GLIA__LOGISTIC  /* logits of yes or no */
} glia__outcome;
/* loss: that of the training, NULL if it is not known. */
glia__outcome glia__outcome_of(const glia_model *m, const glia__loss *loss, bool fused);
glia__outcome glia__outcome_of_model(const glia_model *m); /* by the loss of its training */
/* Outputs y of this shape, `rows` rows as memory has them, as answers; units: of targets that were scaled. */
void glia__outcome_take(glia__outcome outcome, const glia__scaler *units, const glia__shape *shape, size_t rows,
                        const real *y, double *answers);
/* Of a single output: from where on it says class 1. */
real glia__outcome_threshold(glia__outcome outcome);

#endif
