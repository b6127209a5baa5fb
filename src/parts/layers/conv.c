/* conv and conv1d: convolutions as torch.nn.Conv2d and Conv1d (numbers/conv.h has the formula). Rows are shared; the
 * weights' gradients are summed by each group of rows, and then over the groups in order.
 *
 *   forward        y  = x * w + b
 *   backward_x     dx = dy * w, turned around
 *   backward_sums  of each group: dw = sum over its rows of x * dy, db = sum of dy
 *   backward_w     dw = sum over the groups
 *
 * conv1d is the same on images of one row. Its rows are spoken as channels x length and lie so, and are turned for the
 * kernels, which want channels last. */
#include <string.h>

#include "ground/memory.h"
#include "parts/initializer.h"
#include "parts/window.h"

enum { CHANNELS, KERNEL, STRIDE, PAD, DILATION, GROUPS, BIAS, INIT, BIAS_INIT };
static const glia__setting settings[] = {
    {.name = "channels",
     .type = GLIA__WHOLE,
     .least = 1,
     .most = 1e6,
     .positional = true,
     .help = "outputs a position"},
    {.name = "kernel",
     .type = GLIA__SHAPE,
     .least = 1,
     .most = 1e6,
     .positional = true,
     .help = "one number, or height x width of an image"},
    {.name = "stride", .type = GLIA__SHAPE, .standard = "1", .least = 1, .most = 1e6, .help = "step between positions"},
    {.name = "pad",
     .type = GLIA__WORD,
     .standard = "valid",
     .help = "zeros around x: valid (none), same (so many that stride 1 keeps the size), or 1, or 1x2 of an image"},
    {.name = "dilation",
     .type = GLIA__SHAPE,
     .standard = "1",
     .least = 1,
     .most = 1e6,
     .help = "step between the kernel's points"},
    {.name = "groups",
     .type = GLIA__WHOLE,
     .standard = "1",
     .least = 1,
     .most = 1e6,
     .help = "of channels that do not see each other"},
    {.name = "bias", .type = GLIA__YESNO, .standard = "yes", .help = "add b"},
    {.name = "init", .type = GLIA__WORD, .standard = "he_uniform", .help = "initializer of the weight"},
    {.name = "bias_init", .type = GLIA__WORD, .standard = "zeros", .help = "initializer of the bias"},
    {.name = NULL},
};

/* ---- the plan -------------------------------------------------------------------------------------------------- */

static glia_status plan_channels(glia__layer *l, glia__conv_shape *s)
{
    s->in = l->in.dim[0];
    s->out = l->set[CHANNELS].whole;
    s->groups = l->set[GROUPS].whole;
    s->bias = l->set[BIAS].yes;
    if (s->in % s->groups || s->out % s->groups)
        return glia__layer_fail(l, "%zu channels in and %zu out cannot be cut into %zu groups", s->in, s->out,
                                s->groups);
    return GLIA_OK;
}

static glia_status plan_shape(glia__layer *l, glia__conv_shape *s)
{
    glia__window w[2];
    GLIA_TRY(glia__plan_window(l, &l->set[KERNEL], &l->set[STRIDE], &l->set[DILATION], l->set[PAD].word, false, w));
    for (int axis = 0; axis < 2; axis++) {
        s->x[axis] = w[axis].in;
        s->y[axis] = w[axis].out;
        s->kernel[axis] = w[axis].kernel;
        s->stride[axis] = w[axis].stride;
        s->dilation[axis] = w[axis].dilation;
        s->before[axis] = w[axis].before;
    }
    return plan_channels(l, s);
}

static glia_status plan_weights(glia__layer *l, const glia__conv_shape *s, int rank)
{
    size_t positions = s->kernel[0] * s->kernel[1], depth, weights;
    if (!glia__mul(glia__conv_in(s), positions, &depth) || !glia__mul(depth, s->out, &weights) ||
        weights > SIZE_MAX / 64)
        return glia__layer_fail(l, "%zu x %zu x %zu weights are too many", s->out, glia__conv_in(s), positions);
    GLIA_TRY(glia__init_check(l->set[INIT].word));
    GLIA_TRY(glia__init_check(l->set[BIAS_INIT].word));
    glia__param *w = glia__layer_param(l, "weight", depth, s->out, s->out, l->set[INIT].word);
    w->positions = positions;
    w->rank = rank + 1;
    w->shape[1] = glia__conv_in(s);
    w->shape[2] = rank == 3 ? s->kernel[0] : s->kernel[1];
    w->shape[3] = s->kernel[1];
    w->fan_out = s->out * positions;
    if (s->bias) {
        glia__param *b = glia__layer_param(l, "bias", 0, s->out, s->out, l->set[BIAS_INIT].word);
        b->fan_in = depth;
    }
    l->multiply_adds = s->y[0] * s->y[1] * weights;
    return GLIA_OK;
}

static glia_status plan_of_rank(glia__layer *l, int rank)
{
    glia__conv_shape s = {0};
    GLIA_TRY(glia__need_rank(l, rank));
    GLIA_TRY(plan_shape(l, &s));
    l->out = (glia__shape){.rank = rank, .dim = {s.out, s.y[0], s.y[1]}};
    if (rank == 2) l->out.dim[1] = s.y[1];
    return plan_weights(l, &s, rank);
}

static glia_status plan(glia__layer *l)
{
    return plan_of_rank(l, 3);
}

static glia_status plan_1d(glia__layer *l)
{
    return plan_of_rank(l, 2);
}

/* ---- memory ---------------------------------------------------------------------------------------------------- */

/* Of conv1d: whether rows have to be turned. */
static bool turns(const glia__shape *s)
{
    return s->rank == 2 && s->dim[0] > 1 && s->dim[1] > 1;
}

static size_t tensor_numbers(const glia__layer *l)
{
    return l->param[0].count + (l->params > 1 ? l->param[1].count : 0);
}

static void release(glia__layer *l)
{
    if (l->plan) l->k->conv_free(l->plan);
    glia__free(l->plan);
    l->plan = NULL;
    l->lowered = false;
}

/* The plan of the kernels is for shards, and so for any batch. */
static glia_status reserve_plan(glia__layer *l)
{
    if (l->plan) return GLIA_OK;
    glia__conv *c = glia__new(1, sizeof *c);
    if (!c) return GLIA_E_MEMORY;
    glia_status status = plan_shape(l, &c->s);
    c->s.rows = l->shard;
    if (status == GLIA_OK) status = l->k->conv_plan(c);
    if (status == GLIA_OK)
        l->plan = c, l->lowered = c->lowered;
    else
        glia__free(c);
    return status;
}

static glia_status reserve(glia__layer *l, size_t rows, bool training)
{
    GLIA_TRY(reserve_plan(l));
    const glia__conv *c = l->plan;
    l->keeps = glia__whole_lines(c->prepared) +
               (training ? glia__groups(rows, l->shard) * glia__whole_lines(tensor_numbers(l)) : 0);
    l->works = glia__whole_lines(c->work) + (training ? glia__whole_lines(tensor_numbers(l)) : 0);
    if (turns(&l->in)) l->works += glia__whole_lines(l->shard * l->n_in);
    if (turns(&l->out)) l->works += glia__whole_lines(l->shard * l->n_out);
    return GLIA_OK;
}

/* What group g found, dw and then db. */
static real *group_sums(const glia__layer *l, size_t g)
{
    const glia__conv *c = l->plan;
    return l->kept + glia__whole_lines(c->prepared) + g * glia__whole_lines(tensor_numbers(l));
}

/* ---- the passes ------------------------------------------------------------------------------------------------ */

static void cut(const glia__layer *l, glia__phase phase, size_t rows, glia__cut *c)
{
    if (phase == GLIA__BACKWARD_W) {
        size_t count = l->param[0].count, slices = 8;
        *c = (glia__cut){count, count < 4096 ? count : (count + slices - 1) / slices,
                         count * glia__groups(rows, l->shard), false};
    } else {
        *c = (glia__cut){rows, l->shard, rows * l->multiply_adds, true};
    }
}

static const real *bias_of(const glia__layer *l)
{
    return l->params > 1 ? l->param[1].value : NULL;
}

/* Rows as the kernels want them: as they are, or turned into `room`. */
static const real *channels_last(const glia__shape *s, size_t rows, const real *from, real *room)
{
    if (!turns(s)) return from;
    glia__shape image = {3, {s->dim[0], 1, s->dim[1]}};
    glia__rows_in_memory(&image, rows, from, room);
    return room;
}

static void channels_first(const glia__shape *s, size_t rows, const real *from, real *to)
{
    glia__shape image = {3, {s->dim[0], 1, s->dim[1]}};
    if (from != to) glia__rows_spoken(&image, rows, from, to);
}

/* The parts of a worker's memory: the kernels', x turned, y turned, the sums of a block. */
typedef struct workspace {
    real *kernels, *x, *y, *sums;
} workspace;

static workspace workspace_of(const glia__layer *l, const glia__part *p)
{
    const glia__conv *c = l->plan;
    real             *x = p->work + glia__whole_lines(c->work),
         *y = x + (turns(&l->in) ? glia__whole_lines(l->shard * l->n_in) : 0);
    return (workspace){p->work, x, y, y + (turns(&l->out) ? glia__whole_lines(l->shard * l->n_out) : 0)};
}

static void prepare(const glia__layer *l, unsigned nth, unsigned of)
{
    (void)of;
    if (nth == 0) l->k->conv_prepare(l->plan, l->param[0].value, l->kept);
}

static void forward(const glia__layer *l, const glia__part *p)
{
    workspace   w = workspace_of(l, p);
    size_t      rows = p->end - p->begin;
    const real *x = channels_last(&l->in, rows, l->x + p->begin * l->n_in, w.x);
    real       *y = l->y + p->begin * l->n_out, *to = turns(&l->out) ? w.y : y;
    l->k->conv_forward(l->plan, rows, x, l->param[0].value, l->kept, bias_of(l), to, w.kernels);
    channels_first(&l->out, rows, to, y);
}

static void backward_sums(const glia__layer *l, const glia__part *p)
{
    workspace   w = workspace_of(l, p);
    size_t      rows = p->end - p->begin;
    const real *x = channels_last(&l->in, rows, l->x + p->begin * l->n_in, w.x);
    const real *dy = channels_last(&l->out, rows, l->dy + p->begin * l->n_out, w.y);
    real       *sums = group_sums(l, p->group), *dw = p->begin == p->group_begin ? sums : w.sums;
    l->k->conv_backward_w(l->plan, rows, x, dy, dw, l->params > 1 ? dw + l->param[0].count : NULL, w.kernels);
    if (dw != sums) l->k->add(tensor_numbers(l), dw, sums);
}

static void backward_x(const glia__layer *l, const glia__part *p)
{
    workspace   w = workspace_of(l, p);
    size_t      rows = p->end - p->begin;
    const real *dy = channels_last(&l->out, rows, l->dy + p->begin * l->n_out, w.y);
    real       *dx = l->dx + p->begin * l->n_in, *to = turns(&l->in) ? w.x : dx;
    l->k->conv_backward_x(l->plan, rows, dy, l->param[0].value, l->kept, to, w.kernels);
    channels_first(&l->in, rows, to, dx);
}

/* dw = keep dw + scale * sum over the groups of theirs; the tensor's numbers stand at `at` in each group's. */
static void add_groups(const glia__layer *l, const glia__part *p, const glia__param *t, size_t at, size_t begin,
                       size_t end)
{
    l->k->sum_rows(glia__groups(p->rows, l->shard), end - begin, p->scale, group_sums(l, 0) + at + begin,
                   glia__whole_lines(tensor_numbers(l)), p->keep, p->into + t->offset + begin);
}

static void backward_w(const glia__layer *l, const glia__part *p)
{
    add_groups(l, p, &l->param[0], 0, p->begin, p->end);
    if (l->params > 1 && p->begin == 0) add_groups(l, p, &l->param[1], l->param[0].count, 0, l->param[1].count);
}

#define CONVOLUTION(id, text, planner)                                                                                 \
    const glia__layer_class glia__layer_##id = {                                                                       \
        .named = {#id, text, settings},                                                                                \
        .plan = planner,                                                                                               \
        .reads = GLIA__READS_IMAGES,                                                                                   \
        .reserve = reserve,                                                                                            \
        .release = release,                                                                                            \
        .cut = cut,                                                                                                    \
        .prepare = prepare,                                                                                            \
        .forward = forward,                                                                                            \
        .backward_sums = backward_sums,                                                                                \
        .backward_x = backward_x,                                                                                      \
        .backward_w = backward_w,                                                                                      \
        .linear = GLIA__CONVOLUTION,                                                                                   \
    }
CONVOLUTION(conv, "convolution of images", plan);
CONVOLUTION(conv1d, "convolution of sequences, channels x length", plan_1d);
