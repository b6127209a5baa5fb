/* Losses. Each gives per row its loss and the gradient of the batch's loss with respect to the outputs. */
#ifndef GLIA_PARTS_LOSS_H
#define GLIA_PARTS_LOSS_H

#include "ground/settings.h"
#include "numbers/kernels.h"

/* What stands against the outputs of a batch: class indices, or targets [rows][n] (one-hot, soft or numbers). */
typedef struct glia__truth {
    const int32_t *classes; /* [rows], or NULL */
    const real    *targets; /* [rows][n], or NULL */
} glia__truth;

typedef struct glia__loss_class glia__loss_class;
typedef struct glia__loss {
    const glia__loss_class *class;
    glia__value set[GLIA__SETTINGS_MOST];
} glia__loss;

typedef enum glia__takes {
    GLIA__TAKES_NUMBERS,
    GLIA__TAKES_CLASSES,
    GLIA__TAKES_BITS /* each output 0..1 */
} glia__takes;

struct glia__loss_class {
    glia__named named;
    glia__takes takes;
    bool        logits; /* y are logits: what they say of classes is their softmax or sigmoid */
    /* The layer this loss is computed together with when it comes last (softmax, log_softmax for cross_entropy; sigmoid
     * for bce): then y are that layer's inputs, and the gradient is with respect to them. */
    const char *fuses[2];
    const char *fused; /* name of the loss that then does it, NULL: itself ("bce" -> "bce_logits") */
    /* rows begin .. end-1: value[r] gets the row's loss, unreduced; dy (NULL: only the loss) the gradient of the
     * reduced loss of all `rows` rows. */
    void (*rows)(const glia__loss *l, size_t rows, size_t n, const real *y, const glia__truth *t, size_t begin,
                 size_t end, double *value, real *dy);
    /* Elementwise losses: f(y, t) of one output, and its slope in y. */
    real (*term)(const glia__loss *l, real y, real t, real *slope);
    /* The user's own. */
    double (*own)(const glia_real *y, const glia_real *t, size_t n);
    void (*own_back)(const glia_real *y, const glia_real *t, size_t n, glia_real *dy);
};

/* Divides the sum of `rows` row values of n outputs each: the batch's loss. */
double glia__loss_reduce(const glia__loss *l, double sum, size_t rows, size_t n);
/* What people are told of it: the same, but with reduce=sum the sum over a row's outputs averaged over the rows, so
 * that batches of all sizes compare. */
double glia__loss_told(const glia__loss *l, double sum, size_t rows, size_t n);

/* "huber delta=0.5" -> a loss. `last` is the name of the net's last layer: fuses where the class says so, and
 * *fused tells whether it did. NULL text: by `last`. */
glia_status glia__loss_parse(glia__loss *l, const char *text, const char *last, bool *fused);
/* Whether the classes fit n outputs: each in 0..n-1 (0..1 for one output). GLIA_E_ARG names the row. Losses do not look
 * again. */
glia_status glia__loss_check(const glia__loss *l, size_t rows, size_t n, const glia__truth *t);
/* The name of the loss that follows from the last layer: cross_entropy, bce or mse. */
const char             *glia__loss_usual(const char *last);
size_t                  glia__loss_count(void);
const glia__loss_class *glia__loss_at(size_t i);

#endif
