/* A run of training, as the files of fit.c share it: what is asked for, what it works with, and how far it is. */
#ifndef GLIA_TRAIN_RUN_H
#define GLIA_TRAIN_RUN_H

#include <string.h>

#include "ground/random.h"
#include "parts/lbfgs.h"
#include "train/doctor/doctor.h"
#include "train/judge.h"
#include "train/metric.h"

enum { GLIA__EPOCHS_MOST = 1000000 };

/* A run: everything is made before the first step, and a step allocates nothing. */
typedef struct glia__run {
    glia_model       *m;
    glia_fit_options  o; /* defaults filled in */
    const glia_data  *train, *validation;
    glia_data        *own_train, *own_validation; /* views, where patience made its own hold-out */
    glia__team       *team;
    glia__pace        pace; /* of training steps */
    glia__optim       rule;
    double            base_rate; /* before its schedule */
    glia__optim_state state;
    glia__lbfgs       whole; /* where the rule works on all rows at once */
    glia__schedule    schedule;
    glia__loss        loss;
    bool              fused;
    glia__answers     targets;
    real             *class_weight; /* until the model takes them */
    double            all_weigh;    /* the training rows together */
    char             *weight_name;
    glia__augment    *augment;        /* of training images; NULL: they stay as they are */
    glia__judge       judge;          /* of the validation rows */
    size_t            batch, batches; /* rows of a batch; batches of an epoch */
    size_t            piece;          /* rows of a batch that are computed at a time */
    size_t            updates;        /* of an epoch: a group of `accumulate` batches each, the last perhaps of fewer */
    size_t           *order;
    uint64_t          train_hash, validation_hash; /* of all their values, where there is a checkpoint; else 0 */
    real             *last;                        /* weights of the last finished epoch */

    /* what is watched */
    const glia__metric *metric;
    real               *best; /* weights of the best epoch */
    double              best_value;
    size_t              best_epoch; /* 0: none yet */

    /* average.c's */
    real       *average;  /* NULL: none is asked for */
    size_t      averaged; /* weights in it */
    bool        shown;    /* it is in the model, in place of the weights */
    glia__value swa;      /* where the equal one starts */

    glia__doctor *doctor; /* who watches; NULL: nobody */

    /* how far it is */
    glia_epoch  epoch;            /* the one under way */
    size_t      at;               /* batches done in it */
    double      loss_sum, weight; /* of the rows done, and what they weigh */
    size_t      hits, judged;     /* rows that were right, of so many */
    double      group;            /* what the gradients that are there weigh */
    glia_rng    rng, dawn;        /* now, and before this epoch's order was drawn */
    bool        stop;
    const char *ended; /* why there is nothing more to do, NULL while there is: glia_model_stopped's word */
    glia_status lost;  /* what a pass by L-BFGS failed of, if not of its numbers */
    bool        saved; /* the checkpoint tells of the present */

    /* until the model takes it */
    glia_epoch  *history;
    size_t       finished; /* epochs in it */
    bool         bound;    /* the model has learnt from the data what its outputs mean */
    bool         rescale;
    glia__scaler scale, target_scale;
    double       border; /* of the training images; NaN: they are none */
} glia__run;

/* --- prepare.c: what can fail, before the first step --- */
/* r has the model, the options as they were given, and the data. After a failure it can only be finished. */
glia_status glia__run_prepare(glia__run *r);
void        glia__run_finish(glia__run *r); /* frees what the run owns */

/* --- precision.c --- */
/* The model computes as r->o.precision says, until glia__run_finish; called when all that a step looks at is there, the
 * scaling in the model among it. GLIA_E_ARG where bfloat16 would be slower, or wrong. */
glia_status glia__run_compute_in(glia__run *r);
/* For tests: what is timed is timed by this clock; NULL: by the usual one again. Forgets what was found before. */
void glia__precision_pretend_clock(double (*clock)(void));

/* --- fit.c --- */
void       glia__run_begin_epoch(glia__run *r, size_t number);
glia__step glia__run_step(glia__run *r); /* a step of the run, without a batch and without an update */
/* Makes the gradients of a step, whose rows weigh so much, those of a group of batches, of which these are the first or
 * others. */
void glia__run_join(glia__run *r, glia__step *s, double weight, bool first);
/* Adds a step's sums to those of the run; empties them; makes them the epoch's loss and accuracy. */
void glia__run_add(glia__run *r, const glia__step *s);
void glia__run_empty(glia__run *r);
void glia__run_means(glia__run *r);
void glia__run_stop(glia__run *r, const char *why); /* after this epoch; glia_model_stopped tells the first reason */
void glia__run_end(glia__run *r, const char *why);  /* the same, and however many epochs are asked for */

/* --- whole.c: L-BFGS --- */
glia_status glia__whole_check(const glia__run *r); /* what does not go with it */
glia_status glia__whole_new(glia__run *r);
void        glia__whole_begin(glia__run *r); /* knows where it is, without counting that as seen */
bool        glia__whole_epoch(glia__run *r); /* trains it; false: the loss or a gradient is not finite */

/* --- checkpoint.c --- */
/* Writes r->o.checkpoint, if there is such a thing: the weights as they are in r->last, and all that the rest of the
 * run depends on. */
glia_status glia__run_checkpoint(glia__run *r);

/* --- resume.c --- */
/* Reads r->o.resume into the blocks and fields of a prepared run; r->last has the weights. The model is not touched.
 * GLIA_E_OPEN, GLIA_E_FORMAT, GLIA_E_ARG if it does not fit, GLIA_E_MEMORY. */
glia_status glia__run_resume(glia__run *r);

/* --- patience.c --- */
/* Judges the epoch that was trained: the validation rows, if asked; then what is watched. It fails where
 * a score needs memory, or rows cannot be read. */
glia_status glia__run_judge(glia__run *r, bool validate);

/* --- average.c --- */
glia_status glia__average_new(glia__run *r);
/* The first epoch of `epochs` whose weights are averaged; 0: none. */
size_t glia__average_first(const glia__run *r, size_t epochs);
void   glia__average_update(glia__run *r); /* after an update */
void   glia__average_epoch(glia__run *r);  /* after a whole epoch, before it is judged */
/* The average, where there is one, takes the weights' place in the model, to be looked at; and goes again, with the
 * weights as they are in r->last. `renew`: what layers keep of the rows is made anew for it, by a pass over them. */
glia_status glia__average_show(glia__run *r, bool renew);
void        glia__average_hide(glia__run *r);

/* All weights of a model. */
static inline void glia__run_copy(const glia_model *m, real *to, const real *from)
{
    memcpy(to, from, m->n_parameters * sizeof *to);
}

#endif
