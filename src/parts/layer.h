/* What a layer is. One file a layer, one line in list.c. */
#ifndef GLIA_PARTS_LAYER_H
#define GLIA_PARTS_LAYER_H

#include "ground/settings.h"
#include "numbers/kernels.h"

#define GLIA__RANK_MOST 4
typedef struct glia__shape { /* of one row, without the batch */
    int    rank;
    size_t dim[GLIA__RANK_MOST];
} glia__shape;
size_t      glia__shape_count(const glia__shape *s);               /* product of its sides */
const char *glia__shape_text(const glia__shape *s, char text[64]); /* "1x28x28" */

/* A tensor of parameters. In files, and for the user, a weight is [out][in] as in torch.nn.Linear. In memory it is
 * [in][out], cut into contiguous panels of `panel` output columns each ([in][panel]; the last may be narrower), so that
 * whoever owns a panel reads and updates one stretch of memory. A tensor with in == 0 is a plain vector of `out`. */
typedef struct glia__param {
    const char *name; /* "weight", "bias" */
    size_t      in, out, panel;
    size_t      count;           /* numbers in it */
    size_t      fan_in, fan_out; /* for its initializer */
    size_t      offset;          /* in the model's block of parameters (and of gradients) */
    char        init[48];        /* initializer text: "he_uniform", "uniform:-0.5:0.5" */
    real       *value;           /* = parameters + offset, set by the model */
    real       *grad;
} glia__param;

#define GLIA__PARAMS_MOST 4
typedef struct glia__layer_class glia__layer_class;

typedef struct glia__layer {
    const glia__layer_class *class;
    const glia__kernels *k;
    glia__value          set[GLIA__SETTINGS_MOST];
    size_t               number; /* i of the names in files; SIZE_MAX for input */
    const char          *at;     /* where it stands in the net text, until that is planned */
    glia__shape          in, out;
    size_t               n_in, n_out; /* numbers in a row of x and y */
    glia__param          param[GLIA__PARAMS_MOST];
    int                  params;
    size_t               multiply_adds; /* of one row forward */
    /* set by the model for its batch: [rows][n_in], [rows][n_out] */
    const real *x;
    real       *y, *dx, *dy;
} glia__layer;

/* One block of a phase: rows of the batch, or slices of the layer, from begin to end. */
typedef struct glia__part {
    size_t rows;       /* of the whole batch */
    size_t begin, end; /* this block's units */
    bool   train;
    /* backward_w: dw = keep * dw + scale * (its gradient); dw is `into` + the parameter's offset, so that a plain sgd
     * step can be made in the same pass (into = parameters, keep = 1, scale = -rate) */
    real *into;
    real  keep, scale;
} glia__part;

typedef enum glia__phase { GLIA__FORWARD, GLIA__BACKWARD_X, GLIA__BACKWARD_W, GLIA__PHASES } glia__phase;

/* How a phase is cut: `units` (rows, panels ...) in blocks of `block`. Follows from the layer and the batch alone. */
typedef struct glia__cut {
    size_t units, block;
    size_t work; /* of the whole phase, in multiply-adds: what is too small is not shared */
} glia__cut;

struct glia__layer_class {
    glia__named named;
    /* Checks l->in, sets l->out and the tensors; the one that may fail. Sentences name the layer and its shapes. */
    glia_status (*plan)(glia__layer *l);
    /* NULL: by rows, in blocks that suit n_in + n_out */
    void (*cut)(const glia__layer *l, glia__phase phase, size_t rows, glia__cut *cut);
    void (*forward)(const glia__layer *l, const glia__part *p);    /* this part of y  */
    void (*backward_x)(const glia__layer *l, const glia__part *p); /* this part of dx */
    void (*backward_w)(const glia__layer *l, const glia__part *p); /* this part of dw; NULL without parameters */
    size_t cost;         /* of a number of x in multiply-adds, where no cut says better: decides what threads share */
    bool   kink_at_zero; /* f has no derivative at x = 0: the gradient check keeps away */
    bool   no_gradient;  /* step: the derivative is zero everywhere, and no test of it makes sense */
    bool   gives_logs;   /* y are logarithms of probabilities */
    /* a user's own activation */
    glia_real (*own)(glia_real x);
    glia_real (*own_back)(glia_real x, glia_real y);
};

/* The list: list.c's, then those registered by the user. */
#define GLIA__LAYERS_MOST 128
size_t                   glia__layer_names(const glia__named *names[GLIA__LAYERS_MOST]); /* of all; how many */
size_t                   glia__layer_count(void);
const glia__layer_class *glia__layer_at(size_t i);

/* For layer files: sides of the batch's rows, a plan for layers that keep the shape, and a sentence that begins with
 * the layer's number and name. */
glia_status glia__plan_same(glia__layer *l);
glia_status glia__layer_fail(const glia__layer *l, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* The cut that a layer has where its class says none. */
void glia__cut_rows(const glia__layer *l, glia__phase phase, size_t rows, glia__cut *cut);
/* The next tensor of the layer: [in][out] in panels of `panel` columns, or a vector if in == 0. */
glia__param *glia__layer_param(glia__layer *l, const char *name, size_t in, size_t out, size_t panel, const char *init);

#endif
