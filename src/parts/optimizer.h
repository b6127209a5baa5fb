/* Optimizers and schedules. */
#ifndef GLIA_PARTS_OPTIMIZER_H
#define GLIA_PARTS_OPTIMIZER_H

#include "ground/settings.h"
#include "numbers/kernels.h"

#define GLIA__SLOTS_MOST 3 /* blocks of state that any rule needs */

typedef struct glia__optim_class glia__optim_class;
/* The rule alone; its memory (`slots` blocks of the size of the parameters) is the caller's. */
typedef struct glia__optim {
    const glia__optim_class *class;
    glia__value set[GLIA__SETTINGS_MOST];
    double      rate;  /* learning rate of the next step */
    size_t      steps; /* taken so far */
    size_t      slots; /* blocks of state this rule with these settings needs */
    bool        decay_bias;
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
};

/* NULL text: adam. Also knows the bare short forms `momentum` and `nesterov` (sgd momentum=0.9, the same nesterov=yes).
 */
glia_status glia__optim_parse(glia__optim *o, const char *text);
/* Plain p -= rate * g and nothing else: then the step may be made within the gradient's own pass. */
bool glia__optim_is_plain(const glia__optim *o);
/* The value that state block `slot` starts with (adagrad's initial_accumulator_value), usually 0. */
double                   glia__optim_start(const glia__optim *o, size_t slot);
size_t                   glia__optim_count(void);
const glia__optim_class *glia__optim_at(size_t i);

/* A schedule gives the rate of each step. Its times are in epochs, steps or shares of the run. */
typedef struct glia__schedule_class glia__schedule_class;
typedef struct glia__schedule {
    const glia__schedule_class *class;
    glia__value set[GLIA__SETTINGS_MOST];
} glia__schedule;
struct glia__schedule_class {
    glia__named named;
    /* t: step from 0, after the warm-up's steps; total: steps of the run after the warm-up; per_epoch: steps an epoch
     */
    double (*rate)(const glia__schedule *s, double base, double t, double total, double per_epoch);
};
glia_status glia__schedule_parse(glia__schedule *s, const char *text /* NULL: constant */);
double      glia__schedule_rate(const glia__schedule *s, double base, size_t step, size_t total, size_t per_epoch);
size_t      glia__schedule_count(void);
const glia__schedule_class *glia__schedule_at(size_t i);

#endif
