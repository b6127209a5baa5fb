/* A network: layers, its blocks of numbers, and the passes over them. */
#ifndef GLIA_MODEL_MODEL_H
#define GLIA_MODEL_MODEL_H

#include "data/plan.h"
#include "ground/pace.h"
#include "ground/threads.h"
#include "parts/layer.h"
#include "parts/loss.h"
#include "parts/optimizer.h"

/* What the memory of the passes is for, each including the one before: answers, steps, steps after which what every
 * layer gave and got is there to be looked at, the gradient of the inputs. */
typedef enum glia__plan_mode {
    GLIA__PLAN_FORWARD,
    GLIA__PLAN_TRAINING,
    GLIA__PLAN_LOOK,
    GLIA__PLAN_INPUT_GRADIENT
} glia__plan_mode;

/* What the block of activations has room for: batches of training passes and of passes forward alone, one or the other
 * at a time. */
typedef struct glia__planned {
    size_t          rows, rows_forward;
    glia__plan_mode mode; /* of the training passes */
    unsigned        workers;
} glia__planned;

struct glia_model {
    char        *net; /* the text, as glia_model_info gives it */
    glia__layer *layers;
    size_t       n_layers;
    glia__shape  in; /* of one row */
    size_t       n_in, n_out;
    uint32_t     seed;

    /* Blocks. Parameters and gradients: every tensor at its offset. */
    real         *parameters, *gradients;
    size_t        n_parameters; /* numbers in each block, padding between tensors included */
    real         *activations;  /* x, y of each layer, for training dy of each, and what layers keep and work in */
    real         *x, *dx;       /* of the net, in that block */
    real         *dx_of[GLIA__READERS_MOST]; /* where several layers read x: glia__layer.dy_of */
    int           dxs;
    real         *spoken; /* x as the data have it, where memory has it in another order */
    real         *turned; /* room for targets in memory's order, where outputs lie in another */
    real         *work;   /* [workers][works] */
    size_t        works;
    double       *row_loss; /* of each row of the batch: weighted, unreduced */
    glia__planned planned;

    glia_precision precision; /* of products, in all passes */

    bool       evaluates; /* passes by hand are as in prediction */
    size_t     rows;      /* of the latest pass by hand; 0: none */
    uint32_t   steps;     /* by glia_step: passes by hand between two of them draw the same */
    bool       has_loss;  /* its output gradient is there */
    glia__loss loss;      /* that made it */
    bool       loss_fused;
    bool       has_gradients; /* those of all layers are there */
    bool       gradients_fused;

    /* What makes raw rows into inputs, and outputs into answers. */
    glia__plan  *plan; /* of a table's columns, or NULL */
    glia__scaler scale, target_scale;
    glia_target  target;
    size_t       n_classes;
    char       **class_names;
    size_t       n_targets;
    char       **target_names;
    char       **column_names; /* of the inputs, where they have names: [n_in], or NULL */
    size_t       channels, height, width;

    real         *class_weight; /* of the training, [n_classes]; NULL: each 1 */
    char         *weight_name;  /* of the column of weights in its table; NULL: none */
    bool          knows_border; /* of the images it was trained on: */
    double        border;       /* the mean of their outermost pixels, 0..255 */
    char         *loss_text;    /* of the training, "" before */
    char         *record;       /* JSON, "" before */
    glia_epoch   *history;
    size_t        n_history, kept_epoch;
    const char   *stopped;  /* as glia_model_stopped */
    glia_finding *findings; /* of the doctor, worst first; or NULL */
    size_t        n_findings;
};

/* `input` says the shape of the rows; it is no layer that computes. */
static inline bool glia__is_input(const glia__layer *l)
{
    return !l->class->forward;
}

/* --- net.c: text -> layers (parsed, not yet planned) --- */
glia_status glia__net_parse(const char *text, glia__layer **layers, size_t *count);
/* How these layers read rows of data of that shape: images as images, or as plain numbers. */
glia__shape glia__net_rows(const glia__layer *layers, size_t count, const glia__shape *data);
void        glia__layers_free(glia__layer *layers, size_t count);
/* The text of the layers: canonical, one line. Caller's (glia__free). */
char *glia__net_print(const glia__layer *layers, size_t count);
/* A net that suits the data, for those who name none. Caller's. */
char *glia__net_for(const glia_data *data, size_t inputs);

/* --- graph.c: who reads whom, by the names in the text --- */
glia_status glia__graph_link(glia__layer *layers, size_t count, const char *text);
/* How many layers read the y of layer `from` (SIZE_MAX: the rows of the net). */
size_t glia__graph_readers(const glia__layer *layers, size_t count, size_t from);
/* The one that reads it, if no other does; else NULL. */
glia__layer *glia__graph_only_reader(glia__layer *layers, size_t count, size_t from);

/* --- plan.c: shapes and offsets --- */
glia_status glia__plan_shapes(glia__layer *layers, size_t count, const glia__shape *in, const char *text);
glia_status glia__plan_tensors(glia__layer *layers, size_t count, size_t *total); /* their offsets */
/* Numbers of a row that a layer reads and writes, of the one with most. */
size_t glia__plan_widest(const glia__layer *layers, size_t count);

/* --- layout.c: memory --- */
/* Memory for passes over up to `rows` rows by a team of `workers`. What an earlier pass left is lost if it has to grow.
 */
glia_status glia__model_reserve(glia_model *m, size_t rows, unsigned workers, glia__plan_mode mode);
/* Passes from here on make products in this precision. Memory for them has to be asked for again; a model that computes
 * in it already keeps what it has. */
glia_status glia__model_compute_in(glia_model *m, glia_precision precision);
/* The block is laid out for training passes as soon as there were any planned; for passes forward alone meanwhile, and
 * back. What an earlier pass left is lost. */
void glia__model_lay_out(glia_model *m, bool forward_alone);

/* --- model.c --- */
/* As glia_model_new, with weights of 0: for those who have others. */
glia_status glia__model_bare(glia_model **model, const char *net, const glia_data *data, uint32_t seed);
/* m takes target and names from data, and fits a plan to them if it has none; GLIA_E_MEMORY, GLIA_E_TEXT. */
glia_status glia__model_bind(glia_model *m, const glia_data *data);
void        glia__model_unbind(glia_model *m);      /* forgets them again */
glia_status glia__model_name_inputs(glia_model *m); /* by its plan */
glia_status glia__model_check_data(const glia_model *m, const glia_data *data, bool with_target);
/* The layer that takes the rows' numbers as words (glia__layer_class.words) and knows the fewest; NULL: none does. */
const glia__layer *glia__model_reader(const glia_model *m);
const glia__layer *glia__layers_reader(const glia__layer *layers, size_t count);
/* Whether that layer, if there is one, can read such rows of n numbers: GLIA_E_SHAPE names the first that is no word.
 * `name` is what they are. */
glia_status glia__check_words(const glia__layer *reader, const char *name, const real *x, size_t n, size_t rows);
/* The model's class of each class of the data, by name; GLIA_E_SHAPE names one that the model does not know. *map is
 * the caller's, NULL where they are the same. */
glia_status        glia__model_map_classes(const glia_model *m, const glia_data *data, int32_t **map);
void               glia__model_attach(glia_model *m);     /* points every tensor into the blocks */
const glia__layer *glia__model_last(const glia_model *m); /* NULL if there is none but input */
/* What a loss looks at: the outputs, or what goes into the last layer where the two are computed together. */
typedef struct glia__judged {
    size_t      n; /* numbers in a row */
    const real *y;
    real       *dy; /* NULL where nobody needs it */
} glia__judged;
glia__judged glia__model_judged(const glia_model *m, bool fused);
/* Parses a loss for the model's outputs; NULL: by the last layer. GLIA_E_SHAPE if it cannot be asked of them. */
glia_status glia__model_loss(const glia_model *m, const char *text, glia__loss *loss, bool *fused);
/* Tensor i of all, in order of the layers. NULL past the end. */
glia__param *glia__model_param(const glia_model *m, size_t i, const glia__layer **layer);
void         glia__param_name(const glia__layer *l, const glia__param *p, char name[64]); /* "0.weight" */
/* Where number `flat` of the tensor, in the order of files, stands in memory. */
size_t glia__param_place(const glia__param *p, size_t flat);
/* Between a tensor in memory and its C-order form: outside [out][in] (files, users) if `transposed`, else [in][out]. */
void        glia__param_export(const glia__param *p, const real *memory, bool transposed, real *flat);
void        glia__param_import(const glia__param *p, real *memory, bool transposed, const real *flat);
glia_status glia__model_draw(glia_model *m); /* initial weights, from m->seed */

/* --- border.c --- */
/* The mean of the outermost pixels of all rows, 0..255; NaN where they are no images of bytes. */
glia_status glia__model_border_of(const glia_model *m, const glia_data *d, double *border);

/* --- optim_state.c --- */
typedef struct glia__optim_state {
    real  *slot[GLIA__SLOTS_MOST];
    size_t slots;
} glia__optim_state;
glia_status glia__optim_state_new(glia__optim_state *state, const glia__optim *rule, size_t numbers);
void        glia__optim_state_clear(glia__optim_state *state);

/* --- step.c: the passes, on a team --- */
typedef struct glia__step {
    glia_model *model;
    glia__team *team;
    glia__pace *pace; /* whether the team is faster than one thread, of many such steps; NULL: nobody asks */
    size_t      rows;
    /* A large batch may come in pieces, of which these are one: the rows of all (0: these are all), whether it is not
     * the first, whether others follow, which leaves the gradients and the update to them. Only of a step with a loss
     * and a way back whose net goes by strips (glia__step_in_strips), where sums go on from piece to piece. */
    size_t batch;
    bool   goes_on, more;
    bool   train;
    /* where the inputs come from: a batch of a data set, gathered as the first phase, or NULL: already in place */
    const glia__intake  *intake;
    const size_t        *order;   /* rows of data, [rows] */
    const real          *x;       /* or inputs in place */
    glia__chance         chance;  /* what the rows of the batch draw from */
    const glia__augment *augment; /* images are changed so on their way; NULL: they are not */
    /* loss; NULL: none */
    const glia__loss   *loss;
    bool                fused;      /* loss is computed on the inputs of the last layer */
    bool                loss_alone; /* and nobody else asks for its outputs: they need not be made */
    glia__truth         truth;
    real                threshold; /* a single output above it says class 1 */
    const glia__scaler *units;     /* number targets were scaled so: loss_sum is told in the user's units; or NULL */
    real               *unscaled;  /* [2][rows][n_out], room for that */
    bool                backward;  /* from the loss; or, without one, from the dy already in place */
    bool                want_dx;   /* gradient of the inputs too */
    /* gradients become kept times those that are there plus added times the batch's; both 0: the batch's alone */
    real   kept, added;
    double settled;   /* the batch's share in what layers keep (running statistics); 0: as they say themselves */
    bool   penalties; /* add the penalties' to the gradients; a step that updates does so anyway */
    /* update; NULL: gradients only */
    glia__optim *optim;
    real *const *slot;                  /* the optimizer's blocks of state */
    double       clip_norm, clip_value; /* > 0: limits */
    glia_norm    clip_kind;
    double       clip_scale;         /* what the norm's limit made of this step's gradients */
    bool         skip_forward;       /* activations are in place: by hand, after glia_forward */
    bool         skip_loss;          /* so is the output gradient */
    bool         shared;             /* the team takes part */
    bool         penalized, bounded; /* some layer has a penalty, a largest norm, that this step looks at */
    /* results */
    double loss_sum;       /* of the rows' weighted values, unreduced; truth.weight is what they weigh */
    double loss_minimised; /* the same in the units of training */
    size_t hits;           /* rows whose class was the most probable (classes only), */
    size_t judged;         /* of so many: those that the loss does not pass over */
    bool   nonfinite;      /* loss, or output gradient (as the way back left it): nothing was updated */
} glia__step;
void glia__step_run(glia__step *s);
/* Whether a step of a batch of so many rows goes by strips (parts/layer.h), and so can come in pieces. */
bool glia__step_in_strips(const glia_model *m, size_t batch);
/* Names the first layer, in order, whose outputs are not finite ("layer 2 (dense)"), or what else is not. */
void glia__step_blame(const glia_model *m, size_t rows, char text[96]);

/* --- update.c --- */
/* Counts the optimizer's step, and makes s->clip_scale from all gradients. */
void glia__step_begin_update(glia__step *s);
/* One tensor's numbers from .. to-1: clipped by s->clip_scale and s->clip_value, then updated. */
void   glia__step_update(const glia__step *s, const glia__param *p, size_t from, size_t to);
double glia__gradient_norm(const glia_model *m, glia_norm kind);
double glia__clip_scale(double norm, double most); /* what to multiply gradients of that norm by */
/* A layer's penalty. Its l1 and l2 add to the gradients from .. to-1 of a weight, its max_norm scales the weights into
 * the outputs from .. to-1 down to that 2-norm each; biases are left alone by both. */
void   glia__penalize(const glia__penalty *a, const glia__param *p, size_t from, size_t to);
void   glia__bound(const glia__penalty *a, const glia__param *p, size_t from, size_t to);
bool   glia__penalty_pulls(const glia__penalty *a);                               /* has an l1 or l2 */
bool   glia__penalty_bounds(const glia__penalty *a);                              /* has a max_norm  */
bool   glia__model_has(const glia_model *m, bool (*has)(const glia__penalty *a)); /* in any layer that learns */
double glia__model_penalty(const glia_model *m); /* sum of l1 |w| + l2 w^2 over all weights */

#endif
