/* Losses. Each gives per row its loss and the gradient of the batch's loss with respect to the outputs. */
#ifndef GLIA_PARTS_LOSS_H
#define GLIA_PARTS_LOSS_H

#include "ground/settings.h"
#include "numbers/kernels.h"

/* What stands against the outputs of a batch: class indices, or targets [rows][n] (one-hot, soft or numbers); and what
 * they count. */
typedef struct glia__truth {
    const int32_t *classes;      /* [rows], or NULL */
    const real    *targets;      /* [rows][n], or NULL */
    const real    *row_weight;   /* [rows], or NULL: each 1 */
    const real    *class_weight; /* [classes], or NULL: each 1 */
    /* What a mean divides by: glia__loss_weight of these rows, or of a larger batch that they are a part of. */
    double weight;
} glia__truth;

typedef struct glia__loss_class glia__loss_class;
typedef struct glia__loss {
    const glia__loss_class *asked; /* the one of the text: */
    const glia__loss_class *class; /* computed together with the last layer it may be another */
    glia__value set[GLIA__SETTINGS_MOST];
} glia__loss;

typedef enum glia__takes {
    GLIA__TAKES_NUMBERS,
    GLIA__TAKES_CLASSES, /* an output for each class; it can pass over a class, and weigh each */
    GLIA__TAKES_BITS     /* each output 0..1 */
} glia__takes;

struct glia__loss_class {
    glia__named named;
    glia__takes takes;
    bool        logits; /* y are logits: what they say of classes is their softmax or sigmoid */
    bool        logs;   /* y are logarithms of probabilities */
    /* The layer this loss is computed together with when it comes last (softmax, log_softmax for cross_entropy; sigmoid
     * for bce): then y are that layer's inputs, and the gradient is with respect to them. */
    const char *fuses[2];
    const char *fused; /* name of the loss that then does it, NULL: itself ("bce" -> "bce_logits") */
    /* Row r, whose outputs are y[n]: returns its loss and sets dy[n] (NULL: only the loss) to scale times its slope. */
    double (*row)(const glia__loss *l, size_t r, size_t n, const real *y, const glia__truth *t, real scale, real *dy);
    /* Elementwise losses: f(y, t) of output j, and its slope in y. */
    real (*term)(const glia__loss *l, size_t j, real y, real t, real *slope);
    /* The user's own. */
    double (*own)(const glia_real *y, const glia_real *t, size_t n);
    void (*own_back)(const glia_real *y, const glia_real *t, size_t n, glia_real *dy);
};

/* Whether the loss takes no notice of row r: its class is the one to ignore. */
bool glia__loss_passes_over(const glia__loss *l, const glia__truth *t, size_t r);
/* The sum of the weights of the rows that count: what truth->weight is for a batch that stands alone. */
double glia__loss_weight(const glia__loss *l, size_t rows, const glia__truth *t);
/* Rows begin .. end-1: value[r] gets the row's loss times its weight, unreduced; dy (NULL: only the loss) the gradient
 * of the reduced loss. Rows that weigh nothing get zeros, whatever their outputs are. */
void glia__loss_rows(const glia__loss *l, size_t n, const real *y, const glia__truth *t, size_t begin, size_t end,
                     double *value, real *dy);
/* Whether the loss of a batch is the sum of its rows', and not a mean. */
bool glia__loss_is_sum(const glia__loss *l);
/* Divides the sum of row values, of rows that together weigh `weight` and have n outputs each: the batch's loss. 0
 * where nothing counts. */
double glia__loss_reduce(const glia__loss *l, double sum, double weight, size_t n);
/* What people are told of it: the same, but with reduce=sum the sum over a row's outputs averaged over the rows, so
 * that batches of all sizes compare. */
double glia__loss_told(const glia__loss *l, double sum, double weight, size_t n);

/* "huber delta=0.5" -> a loss. `last` is the name of the net's last layer: fuses where the class says so, and
 * *fused tells whether it did. NULL text: by `last`. */
glia_status glia__loss_parse(glia__loss *l, const char *text, const char *last, bool *fused);
/* Whether its settings suit n outputs: GLIA_E_SHAPE. */
glia_status glia__loss_fits(const glia__loss *l, size_t n);
/* Whether the classes fit n outputs: each in 0..n-1 (0..1 for one output) or passed over; and whether there are classes
 * where classes have weights. GLIA_E_ARG names the row. Losses do not look again. */
glia_status glia__loss_check(const glia__loss *l, size_t rows, size_t n, const glia__truth *t);
/* Whether the class to ignore, if the text names one, is one of n. GLIA_E_TEXT. */
glia_status glia__loss_check_ignored(const glia__loss *l, size_t n);
/* The name of the loss that follows from the last layer: cross_entropy, bce or mse. */
const char             *glia__loss_usual(const char *last);
size_t                  glia__loss_count(void);
const glia__loss_class *glia__loss_at(size_t i);

#endif
