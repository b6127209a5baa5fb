/* What a layer is. One file a layer, one word in list.c. */
#ifndef GLIA_PARTS_LAYER_H
#define GLIA_PARTS_LAYER_H

#include "ground/philox.h"
#include "ground/settings.h"
#include "numbers/kernels.h"

/* ---- shapes, and how they lie in memory ------------------------------------------------------------------------ */

/* Of one row, without the batch. Shapes are spoken as channels x height x width. In memory a shape of rank 3 lies with
 * its channels last, [height][width][channels], which is how convolutions run fastest; any other shape lies as it is
 * spoken. Whoever hands rows in or out turns them (glia__rows_spoken, glia__rows_in_memory). */
#define GLIA__RANK_MOST 4
typedef struct glia__shape {
    int    rank;
    size_t dim[GLIA__RANK_MOST];
} glia__shape;
size_t      glia__shape_count(const glia__shape *s);               /* product of its sides */
const char *glia__shape_text(const glia__shape *s, char text[64]); /* "1x28x28" */
bool        glia__shape_same(const glia__shape *a, const glia__shape *b);
bool        glia__shape_turned(const glia__shape *s); /* whether memory and speech differ */
/* Copies rows between the two orders; from and to do not overlap. */
void glia__rows_spoken(const glia__shape *s, size_t rows, const real *memory, real *spoken);
void glia__rows_in_memory(const glia__shape *s, size_t rows, const real *spoken, real *memory);

/* Where number i of a row, as it is spoken, stands in memory. */
size_t glia__place_in_memory(const glia__shape *s, size_t i);

/* A row as memory has it, seen from its channels (axis 0): [outer][channels][inner]. One of outer and inner is 1. */
typedef struct glia__channels {
    size_t outer, count, inner;
} glia__channels;
glia__channels glia__channels_of(const glia__shape *s);

/* ---- parameters ------------------------------------------------------------------------------------------------ */

/* A tensor of parameters. In files, and for the user, it has `shape`, as in PyTorch's layer of that kind: a weight is
 * [out][in]. In memory a weight is [in][out], cut into contiguous panels of `panel` output columns each ([in][panel]),
 * so that whoever owns a panel reads and updates one stretch of memory; what the last one has too many are 0, and so
 * are their gradients. Where an input is a channel at one of several positions (a kernel's), files have
 * [channel][position] and memory [position][channel]. A tensor with in == 0 is plain: as memory has it, so have files.
 */
typedef struct glia__param {
    const char *name; /* "weight", "bias" */
    size_t      in, out, panel;
    size_t      positions; /* 1, or of a kernel */
    int         rank;
    size_t      shape[GLIA__RANK_MOST];
    size_t      count, room;      /* numbers in it; in memory */
    size_t      fan_in, fan_out;  /* for its initializer */
    size_t      blank_at, blanks; /* numbers that start as 0 whatever the initializer says, and do not learn */
    size_t      offset;           /* in the model's block of parameters (and of gradients) */
    char        init[64];         /* initializer text: "he_uniform", "uniform:-0.5:0.5" */
    bool        state;            /* not learned but kept: running statistics */
    bool        gain;             /* scales or shifts what comes by, as a bias does */
    bool        learns;           /* neither state nor frozen */
    real       *value;            /* = parameters + offset, set by the model */
    real       *grad;
} glia__param;

/* What a layer asks of its weights, biases not meant: l1 sum |w| + l2 sum w^2 is part of what is minimised (as
 * keras.regularizers.L1L2 has it), and after each update no output's weights have a 2-norm over max_norm (as
 * keras.constraints.MaxNorm with axis 0). 0: nothing. */
typedef struct glia__penalty {
    double l1, l2, max_norm;
} glia__penalty;

/* ---- a layer --------------------------------------------------------------------------------------------------- */

/* What one layer takes from another. */
typedef struct glia__input {
    size_t      from; /* the layer's place in the list; SIZE_MAX: the rows of the net */
    glia__shape shape;
    size_t      n; /* numbers in a row */
    const real *x;
    real       *dx; /* NULL where nobody asks for it */
} glia__input;

#define GLIA__PARAMS_MOST 4
#define GLIA__INPUTS_MOST 8
#define GLIA__READERS_MOST 32
typedef struct glia__layer_class glia__layer_class;

typedef struct glia__layer {
    const glia__layer_class *class;
    const glia__kernels *k;
    glia__value         *set;    /* [GLIA__SETTINGS_MOST]: its own, then the common ones */
    size_t               number; /* i of the names in files; SIZE_MAX for input */
    const char          *at;     /* where it stands in the net text, until that is planned */
    glia__input          input[GLIA__INPUTS_MOST];
    int                  inputs;
    glia__shape          in, out;     /* in: of the first input */
    size_t               n_in, n_out; /* numbers in a row of x and y */
    glia__param          param[GLIA__PARAMS_MOST];
    int                  params;
    glia__penalty        penalty;
    size_t               multiply_adds; /* of one row forward */
    bool                 frozen;        /* nothing of it is learned */
    bool                 upstream;      /* something before it learns: somebody needs its dx */
    size_t               shard;         /* rows of a block, where rows are images */
    size_t               strip;         /* rows of a block in large batches of a narrow net; 0: the net is not narrow */
    size_t               strip_groups;  /* set by the step: of strips, where it goes by them; 0: it does not */
    /* What it needs beside its outputs, in numbers, told by `reserve`: kept from one phase to the next, and of each
     * worker while a phase runs. */
    size_t keeps, works;
    /* Set by the layout of the passes' memory (model/layout.c): its only reader makes its y and dx along with its own;
     * it is such a reader; its dy is written over its y. */
    bool  by_reader, rectifies, spent;
    void *plan;    /* of the kernels, made by `reserve`, freed by `release` */
    bool  lowered; /* by that plan some of its products are made in a lower precision than float32 */
    /* set by the model for its batch: [rows][n_in], [rows][n_out] */
    const real *x;
    real       *y, *dx, *dy;
    real       *kept; /* [keeps] */
    /* Where several layers read y, each has a gradient of its own; all but the first, which writes dy, are here, and
     * are added to dy in this order. */
    real *dy_of[GLIA__READERS_MOST];
    int   dys;
} glia__layer;

/* One block of a phase: rows of the batch, or slices of the layer, from begin to end. */
typedef struct glia__part {
    size_t       rows;        /* of the whole batch */
    size_t       begin, end;  /* this block's units */
    size_t       group;       /* of blocks of rows, that one worker does in order */
    size_t       group_begin; /* its first row: so this block is its first if begin == group_begin */
    bool         goes_on;     /* a group's sums go on from where an earlier piece of the batch left them */
    bool         train;
    glia__chance chance; /* what its rows draw from */
    real        *work;   /* of this worker, [works] at least */
    /* backward_w: dw = keep * dw + scale * (its gradient); dw is `into` + the parameter's offset, so that a plain sgd
     * step can be made in the same pass (into = parameters, keep = 1, scale = -rate) */
    real *into;
    real  keep, scale;
} glia__part;

/* What a step asks of a layer, in this order. */
typedef enum glia__phase {
    GLIA__PREPARE,
    GLIA__FORWARD_SUMS,
    GLIA__FORWARD,
    GLIA__BACKWARD_SUMS,
    GLIA__BACKWARD_X,
    GLIA__BACKWARD_W,
    GLIA__PHASES
} glia__phase;

/* How a phase is cut: `units` (rows, panels ...) in blocks of `block`. Follows from the layer and the batch alone. */
typedef struct glia__cut {
    size_t units, block; /* no units: nothing is to be done */
    size_t work;         /* of the whole phase, in multiply-adds: what is too small is not shared */
    bool   by_rows;      /* units are rows of the batch, and a block reads no others */
    bool   joined;       /* no number's bits depend on the cut: a thread's blocks are one call */
    size_t groups;       /* of blocks of rows; 0: glia__groups */
} glia__cut;

/* Whether y = x W + b: of a plain row (or each row of a sequence), or of what lies under a kernel at each position, so
 * that an output is a channel. W is param[0], b param[1], which there need not be. */
typedef enum glia__linear { GLIA__NOT_LINEAR, GLIA__MATRIX, GLIA__CONVOLUTION } glia__linear;

typedef enum glia__reads { GLIA__READS_ALL, GLIA__READS_IMAGES, GLIA__READS_NUMBERS } glia__reads;

struct glia__layer_class {
    glia__named named;
    /* Checks l->in, sets l->out and the tensors; may fail. Sentences name the layer and its shapes. */
    glia_status (*plan)(glia__layer *l);
    /* Says what it keeps and works in for batches of up to `rows` rows, and makes what its kernels need; may fail. Is
     * called again for another number of rows. NULL: needs nothing. */
    glia_status (*reserve)(glia__layer *l, size_t rows, bool training);
    void (*release)(glia__layer *l);
    /* NULL: by rows, in blocks that suit n_in + n_out */
    void (*cut)(const glia__layer *l, glia__phase phase, size_t rows, glia__cut *cut);
    /* Once before the layers run: what follows from the weights alone; the share `nth` of `of`, each by another
     * thread. A layer that cannot be shared does all in the first one. */
    void (*prepare)(const glia__layer *l, unsigned nth, unsigned of);
    /* Sums over this part's rows, added to those of its group, that forward needs of all rows (when training). */
    void (*forward_sums)(const glia__layer *l, const glia__part *p);
    void (*forward)(const glia__layer *l, const glia__part *p); /* this part of y  */
    /* The same of the gradients: that backward_x needs of all rows if the layer is `across`, else that backward_w does
     * alone. */
    void (*backward_sums)(const glia__layer *l, const glia__part *p);
    void (*backward_x)(const glia__layer *l, const glia__part *p); /* this part of dx of each input that has one */
    void (*backward_w)(const glia__layer *l, const glia__part *p); /* this part of dw; NULL without parameters */
    /* Once after a training pass over `rows` rows that turned out well: what it keeps beside what it learns, of which
     * the batch makes up `share`; 0: as its settings say. */
    void (*settle)(const glia__layer *l, size_t rows, double share);
    /* How far x of these rows is from where y has no derivative, or one that changes too fast: the gradient check keeps
     * away. NULL: there is no such place. */
    double (*kink)(const glia__layer *l, size_t rows);
    /* What prediction makes use of (model/compile.c). Forward of whole rows, from any place to any other; NULL: needs
     * more than that. */
    void (*apply)(const glia__layer *l, size_t rows, const real *x, real *y);
    bool in_place;        /* y of it may be x */
    bool over;            /* so in training too: its way back does with y alone, and dx may be dy */
    bool rectifier;       /* y = max(x, 0) */
    bool takes_rectifier; /* as the only reader of one, it makes y and dx of it along with its own */
    /* Whether dx may be x: its way back needs no number of x after it has written that of dx. NULL: no. */
    bool (*spends)(const glia__layer *l);
    bool (*idle)(const glia__layer *l); /* whether y is x, number for number as memory has them; NULL: no */
    bool speaks;                        /* y is x in the order in which it is spoken */
    /* y = scale x + shift in each channel; NULL: it is not. */
    void (*scales)(const glia__layer *l, size_t channel, double *scale, double *shift);
    glia__linear linear;
    /* Takes whole numbers from 0 to less than this, as the rows of the net; NULL: any numbers. */
    size_t (*words)(const glia__layer *l);
    size_t      cost;   /* of a number of x in multiply-adds, where no cut says better: decides what threads share */
    glia__reads reads;  /* how it wants rows of image data, where it is the first that cares */
    bool        joins;  /* takes several inputs: its labels name them */
    bool        across; /* a row of y depends on other rows of the batch, through the sums */
    bool        draws;  /* y is a matter of chance, in training */
    bool        no_gradient; /* step: the derivative is zero everywhere, and no test of it makes sense */
    bool        keeps_order; /* of the numbers of a plain row: where the largest x stands, the largest y does */
    bool        gives_logs;  /* y are logarithms of probabilities */
    /* a user's own activation */
    glia_real (*own)(glia_real x);
    glia_real (*own_back)(glia_real x, glia_real y);
};

/* The list: list.c's, then those registered by the user. */
#define GLIA__LAYERS_MOST 128
size_t                   glia__layer_names(const glia__named *names[GLIA__LAYERS_MOST]); /* of all; how many */
size_t                   glia__layer_count(void);
const glia__layer_class *glia__layer_at(size_t i);

/* Settings that every layer has, after its own. */
typedef enum glia__common { GLIA__AS, GLIA__FROM, GLIA__FREEZE, GLIA__L1, GLIA__L2, GLIA__MAX_NORM } glia__common;
extern const glia__setting glia__layer_settings[];
glia__named                glia__layer_named(const glia__layer_class *class); /* with them */
const glia__value         *glia__layer_common(const glia__layer *l, glia__common which);

/* ---- for layer files ------------------------------------------------------------------------------------------- */

/* The forward of layers that have an `apply`; the `idle` of those that are so in any prediction. */
void glia__apply_forward(const glia__layer *l, const glia__part *p);
bool glia__always_idle(const glia__layer *l);
/* A plan for layers that keep the shape, and a sentence that begins with the layer's number and name. */
glia_status glia__plan_same(glia__layer *l);
glia_status glia__layer_fail(const glia__layer *l, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* What layers that normalise can be told besides. */
/* clang-format off */
#define GLIA__NORM_SETTINGS                                                                                            \
    {.name = "eps", .type = GLIA__NUMBER, .standard = "1e-5", .least = 1e-12, .most = 1,                               \
     .help = "added to the variance"},                                                                                 \
    {.name = "affine", .type = GLIA__YESNO, .standard = "yes", .help = "learn a scale and a shift"}
/* clang-format on */
/* Fails unless l->in is of this rank: 3 images, 2 sequences. */
glia_status glia__need_rank(const glia__layer *l, int rank);
/* Fails unless l->in has positions: an image or a sequence. */
glia_status glia__need_positions(const glia__layer *l);
/* The cut that a layer has where its class says none. */
void glia__cut_rows(const glia__layer *l, glia__phase phase, size_t rows, glia__cut *cut);
/* Whether it is a weight, which can decay and has penalties: not a bias, nor what scales or shifts. */
bool glia__param_is_weight(const glia__param *p);
/* Whether any of its tensors is learned. */
bool glia__layer_learns(const glia__layer *l);
/* Blocks of rows lie in groups, a few whatever the batch: sums over the batch are made for each group, block by block,
 * and then over the groups in order. How many there are; the first row of group g (the last one's end for g = how
 * many).
 */
#define GLIA__GROUPS_MOST 8
size_t glia__groups(size_t rows, size_t block);
size_t glia__group_begin(size_t rows, size_t block, size_t g);
/* The same of a cut by rows, which may have groups of its own. */
size_t glia__cut_groups(const glia__cut *cut);
size_t glia__cut_group_begin(const glia__cut *cut, size_t g);
/* Where a net is narrow (plain rows, few weights, of dense layers alone) and a batch large, a step goes from the inputs
 * to the sums of the gradients by strips of rows, which stay in a core's cache all the way. The groups in which strips
 * lie have sums that go on from one piece of a batch to the next. How many groups there are: as many as threads can
 * take part; 0 where a batch of so many rows is not large. */
#define GLIA__STRIP_GROUPS_MOST 4
size_t glia__strip_groups(size_t batch);
/* The next tensor of the layer: [in][out] in panels of `panel` columns, or a vector if in == 0. */
glia__param *glia__layer_param(glia__layer *l, const char *name, size_t in, size_t out, size_t panel, const char *init);

#endif
