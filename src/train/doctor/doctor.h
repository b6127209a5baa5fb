/* The doctor: watches a run of training, or looks at a trained model, and says what is wrong.
 *
 * It measures first and judges at the end. While a run goes on it only takes notes: the loss of the first batch, and at
 * some steps how far each layer's weights went. After the last step some hundred rows of training data pass through the
 * net once more, forward and backward, and the layers are looked at. Then each complaint of the list is held against
 * what was measured. All memory is there before the first step, so that nothing of this can fail. */
#ifndef GLIA_TRAIN_DOCTOR_H
#define GLIA_TRAIN_DOCTOR_H

#include "train/answers.h"

/* ---- what is measured ------------------------------------------------------------------------------------------ */

/* A layer in passes over some rows. */
typedef struct glia__look {
    double y, dy; /* root mean squares of its outputs and of the loss's gradient with respect to them; NaN: unseen */
    double dead;  /* share of the units of a relu that gave 0 for every row; a unit is a number or a channel */
    double saturated; /* share of the outputs of a sigmoid or tanh within 1 % of an end of their range */
} glia__look;

typedef struct glia__vitals {
    const glia__layer *l;
    glia__look         first, now; /* at the first step; at the end */
    /* sums of the look that is under way */
    double   ys, dys;
    size_t   y_count, dy_count, saturated_count;
    size_t   units;
    uint8_t *alive; /* [units] */
    /* its weights */
    bool   weighs;     /* has a weight that is learned */
    double leap;       /* the largest |after - before| / max(|before|, |after|) of the steps that were looked at */
    double moved;      /* |w - w at the start| / |w at the start|; infinite from zero */
    double slope;      /* |gradient| of the last of the rows that were looked at; NaN: unseen */
    double kept;       /* |w| / |w at the start|                                      */
    bool   same_units; /* more than one unit, and all have the same weights           */
} glia__vitals;

/* The training data, as the net gets them. */
typedef struct glia__data_facts {
    size_t  rows, seen, columns, outputs;
    size_t  not_finite, bad_row, bad_column; /* numbers that are not finite; the first of them (from 0) */
    size_t  constant, constant_column;       /* columns with a single value; the first of them           */
    size_t  large, large_column;             /* columns whose root mean square is large; the worst       */
    double  large_size;
    size_t  classes, absent, absent_class; /* classes without a row; the first of them */
    int32_t most_class, least_class;       /* of those with rows */
    size_t  most_rows, least_rows;
    bool    constant_target;
    size_t  constant_output;
    double  unreachable; /* share of the scaled number targets that the last layer cannot give */
} glia__data_facts;

/* What the answers are worth, on the rows that were looked at; NaN where there is nothing to tell. */
typedef struct glia__worth {
    size_t  rows;                       /* 0: nobody looked */
    double  accuracy, balanced, chance; /* chance: the balanced accuracy of always saying the same */
    double  log_loss, entropy;          /* entropy: the log loss of telling how frequent the classes are */
    double  majority;                   /* share of the most frequent class */
    double  r2;
    double  spread;  /* how much outputs differ between rows, at most */
    int32_t unfound; /* the class whose rows are found least */
    double  found;   /* the share of them that is */
} glia__worth;

/* The range test (Smith 2017): the loss while the rate rises from step to step. */
enum { GLIA__RANGE_STEPS = 141 };
typedef struct glia__range {
    size_t count;
    double rate[GLIA__RANGE_STEPS], loss[GLIA__RANGE_STEPS];
    double suggested; /* NaN: no rate made the loss fall, or none made it rise again */
    bool   falls_on;  /* the latter */
} glia__range;

/* ---- the doctor ------------------------------------------------------------------------------------------------ */

/* Whom it looks at. All of it is the caller's. */
typedef struct glia__patient {
    glia_model             *m;
    const glia_data        *train;
    glia__team             *team;
    const glia__loss       *loss;
    bool                    fused;
    const glia__optim      *rule;
    size_t                  batch, piece; /* rows of a batch; rows that the model has room for at a time */
    const glia_fit_options *o;            /* optimizer, seed, patience */
} glia__patient;

typedef struct glia__doctor {
    glia__patient    p;
    glia__vitals    *vitals; /* [n_layers] */
    uint8_t         *alive;
    real            *start, *before; /* weights: of the start, and of before a step */
    glia__answers    answers;
    size_t          *rows;   /* [n_rows]: those looked at */
    real            *inputs; /* [n_rows][n_in]: of these */
    size_t           n_rows, room;
    double          *answer;     /* [n_rows][n_out] */
    double          *truth;      /* the same, of number targets; else NULL */
    double          *class_room; /* [2][classes] */
    glia__data_facts data;
    glia__worth      worth;
    double           first_loss; /* of the first batch, before any step */
    size_t           steps;
    bool             due;       /* the step under way is looked at */
    bool             bad_start; /* weights were not finite before the first step */
    bool             failed;    /* a step gave numbers that are not finite */
    double           x_size;    /* root mean square of the inputs of the first step */
    double           rate;      /* the largest so far */
    double           suggested; /* by the range test; NaN */
    glia_finding    *findings;  /* room for every complaint, until the model takes it */
} glia__doctor;

/* Whether the run began under its eyes, and did not go on from a checkpoint. */
static inline bool glia__saw_start(const glia__doctor *d)
{
    return !d->p.o->resume;
}

/* GLIA_E_MEMORY, or what glia__answers_new fails with. The model has room for passes over p->piece rows. */
glia_status glia__doctor_new(glia__doctor **d, const glia__patient *p);
void        glia__doctor_free(glia__doctor *d);
/* For a run; each does nothing if d is NULL. Right before its first step, before and after each. */
void glia__doctor_begin(glia__doctor *d);
void glia__doctor_before(glia__doctor *d);
void glia__doctor_after(glia__doctor *d, const glia__step *s);
/* After the last step, or the one that failed: looks, judges, and gives the model its findings. */
void glia__doctor_conclude(glia__doctor *d);

/* --- layers.c --- */
/* Begins a look; adds what the layers hold of the latest pass, over `rows` rows; ends it in vitals.now. */
void glia__look_begin(glia__doctor *d);
void glia__look_add(glia__doctor *d, size_t rows);
void glia__look_end(glia__doctor *d);
/* What the weights are now, against those of the start. */
void glia__look_weights(glia__doctor *d);
/* Notes how far the step took each layer from d->before. */
void glia__look_leap(glia__doctor *d);

/* --- data.c --- */
/* `whole`: every number is looked at for NaN and infinities, and not only the rows d->rows. */
void glia__look_data(glia__doctor *d, bool whole);
bool glia__all_finite(const glia_data *data); /* its inputs */

/* --- worth.c --- */
void glia__worth_of(glia__doctor *d);
/* Whether the answers say nothing about the rows: no better than always the same answer. */
bool glia__worth_nothing(const glia__worth *w);
/* Whether much is left to learn: they tell less than half of what there is to tell. */
bool glia__worth_poor(const glia__worth *w);
/* Whether they are worse than saying nothing. */
bool glia__worth_less(const glia__worth *w);

/* --- range.c --- */
/* From the weights of the start, and back to those that are there now. Fails for want of memory, or if the optimizer
 * has no rate (GLIA_E_ARG). */
glia_status glia__range_test(glia__doctor *d, glia__range *range);

/* --- says.c --- */
size_t glia__complaints_count(void);
/* Whether a rate that would do belongs to what is wrong. */
bool glia__complains_of_rate(const glia__doctor *d);
/* Fills `findings`, which has room for each complaint, worst first; returns how many. */
size_t glia__complain(const glia__doctor *d, glia_finding *findings);

#endif
