/* A net for prediction alone, one row at a time: made once from a model, on which it does not depend afterwards. */
#ifndef GLIA_MODEL_COMPILED_H
#define GLIA_MODEL_COMPILED_H

#include "model/model.h"

/* One layer that is left. Places are in the room of whoever runs it. */
typedef struct glia__compiled_step glia__compiled_step;
struct glia__compiled_step {
    void (*run)(const glia__compiled_step *s, real *room);
    const glia__layer *l;
    size_t             x[GLIA__INPUTS_MOST], y, kept, work;
};

typedef struct glia__compiled {
    const glia__kernels *k;
    glia__layer         *layers; /* of its own, with those that are gone */
    size_t               n_layers;
    glia__compiled_step *steps;
    size_t               n_steps;
    real                *constants; /* weights, and what kernels made of them */
    glia__shape          in, out;
    size_t               n_in, n_out;
    size_t               x, y; /* places of the row as memory has it, and of the outputs */
    size_t               room; /* numbers; it begins at a line */
} glia__compiled;

/* Errors: GLIA_E_MEMORY; the model has layers. */
glia_status glia__compiled_new(glia__compiled *c, const glia_model *m);
void        glia__compiled_clear(glia__compiled *c);
/* From the row at room + x to the outputs at room + y. Writes to nothing but the room. */
void glia__compiled_run(const glia__compiled *c, real *room);

/* --- compile.c: what is left of the layers --- */
typedef struct glia__draft {
    const glia_model *m;
    glia__compiled   *c;
    bool             *gone;    /* [n_layers]: y is the x of it, or another layer makes it */
    real             *tensors; /* of all layers, which the constants are made of */
} glia__draft;
/* The layer that really makes what layer `from` gives, or SIZE_MAX: the rows of the net. */
size_t glia__draft_source(const glia__draft *d, size_t from);
/* How often what it gives is read, by layers that are left and as the outputs of the net. */
size_t glia__draft_readers(const glia__draft *d, size_t source);

/* --- compiled.c: steps, and where their numbers lie --- */
glia_status glia__compiled_plan(const glia__draft *d);

#endif
