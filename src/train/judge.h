/* A pass over a whole data set without training. */
#ifndef GLIA_TRAIN_JUDGE_H
#define GLIA_TRAIN_JUDGE_H

#include "train/answers.h"

/* Made before, with all its memory, for one model and data set; a pass then can only fail
 * to read rows that are on disk. */
typedef struct glia__judge {
    glia_model       *m;
    glia__team       *team;
    glia__pace        pace;
    const glia_data  *data;
    glia__intake      intake;
    const glia__loss *loss; /* NULL: answers alone, targets are not looked at */
    bool              fused;
    glia__outcome     outcome; /* follows from the loss; without one, the caller's to say */
    glia__answers     targets;
    size_t           *order;
    double           *truth;   /* [rows][n_out] of number targets, for R2; else NULL */
    double           *answers; /* [rows][n_out]: probabilities, or numbers in the user's units; NULL if nobody asked */
} glia__judge;

glia_status glia__judge_new(glia__judge *j, glia_model *m, const glia_data *data, glia__team *team,
                            const glia__loss *loss, bool fused, bool answers);
void        glia__judge_clear(glia__judge *j);

typedef struct glia__judgement {
    double loss, accuracy, r2; /* NaN where there is none */
} glia__judgement;
/* Runs all rows forward, some hundred at a time. */
glia_status glia__judge_run(glia__judge *j, glia__judgement *result);
/* evaluate.c: scores of the latest run, by a judge that keeps its answers; without intervals, which take time. */
glia_status glia__judge_scores(const glia__judge *j, glia_scores **scores);

#endif
