/* Optimizers: how parameters follow from gradients. */
#ifndef GLIA_PARTS_OPTIMIZER_H
#define GLIA_PARTS_OPTIMIZER_H

#include "ground/settings.h"
#include "numbers/kernels.h"
#include "parts/schedule.h"

#define GLIA__HISTORY_MOST 100                    /* pairs that lbfgs remembers */
#define GLIA__SLOTS_MOST (2 * GLIA__HISTORY_MOST) /* blocks of state that any rule needs */
#define GLIA__OPTIM_MEMORY 4                      /* numbers of state besides */
#define GLIA__KEEP_MOST 0.9999999                 /* the share that a running mean keeps is below 1 */

typedef struct glia__optim_class glia__optim_class;
/* The rule alone; its memory (`slots` blocks of the size of the parameters) is the caller's. What it remembers of past
 * steps is in those blocks, `steps` and `memory`: whoever restores the three goes on as if nothing had been. */
typedef struct glia__optim {
    const glia__optim_class *class;
    glia__value set[GLIA__SETTINGS_MOST];
    double      rate;  /* learning rate of the next step */
    size_t      steps; /* taken so far */
    size_t      slots; /* blocks of state this rule with these settings needs */
    double      memory[GLIA__OPTIM_MEMORY];
    bool        decay_bias;
    bool        keeps_momentum; /* as it was asked for: a schedule may move it to 0 and back */
} glia__optim;

struct glia__optim_class {
    glia__named named;
    size_t (*slots)(const glia__optim *o);
    /* Updates a slice of n numbers. g and p are the slice's, slot[i] the slice's part of state block i. `decay`: false
     * for a bias with decay_bias=no. o->steps counts from 1 within (the caller has added this step). */
    void (*slice)(const glia__optim *o, const glia__kernels *k, size_t n, bool decay, const real *g, real *const *slot,
                  real *p);
    double (*start)(const glia__optim *o, size_t slot); /* what a block of state starts with; NULL: 0        */
    glia_status (*check)(const glia__optim *o);         /* settings that do not go together; NULL: all do   */
    void (*advance)(glia__optim *o);                    /* what `memory` becomes for the step that begins   */
    int  momentum;                                      /* which setting schedules of momentum move; 0: none */
    bool plain;                                         /* p -= rate * g, where there is no state            */
    bool own_rate;                                      /* lr is only where it begins: no schedule goes with it */
    bool whole; /* works on all rows at once, by glia__lbfgs in place of `slice`; lr is none of its settings */
};

/* NULL text: adam. Also knows the bare short forms `momentum` and `nesterov` (sgd momentum=0.9, the same nesterov=yes).
 */
glia_status glia__optim_parse(glia__optim *o, const char *text);
/* A step begins: counts it. */
void glia__optim_advance(glia__optim *o);
/* Plain p -= rate * g and nothing else: then the step may be made within the gradient's own pass. */
bool glia__optim_is_plain(const glia__optim *o);
/* Whether it keeps a share of past steps (momentum, beta1), and another share from now on; nothing if it keeps none. */
bool   glia__optim_has_momentum(const glia__optim *o);
void   glia__optim_set_momentum(glia__optim *o, double momentum);
double glia__optim_decay(const glia__optim *o); /* its weight_decay */
/* Whether a schedule can be used with it; if not, GLIA_E_TEXT says why. */
glia_status glia__optim_suits(const glia__optim *o, const glia__schedule *schedule);
/* The value that state block `slot` starts with (adagrad's initial_accumulator_value), usually 0. */
double                   glia__optim_start(const glia__optim *o, size_t slot);
size_t                   glia__optim_count(void);
const glia__optim_class *glia__optim_at(size_t i);

#endif
