/* dense: the fully connected layer, y = x W + b, as torch.nn.Linear: on the last axis of a row.
 *
 *   forward      y[r][o]  = sum_i x[r][i] w[i][o] + b[o]
 *   backward_x   dx[r][i] = sum_o dy[r][o] w[i][o]
 *   backward_w   dw[i][o] = sum_r x[r][i] dy[r][o]        db[o] = sum_r dy[r][o]
 *   or, in strips: backward_sums makes these of each group of rows, and backward_w adds the groups up in order
 *
 * W lies as [in][out], cut into panels of some columns each, contiguous: [in][panel]. A layer with many weights to a
 * row of the batch is shared by panels, forward and in its gradient, so that a thread keeps its panels in its own cache
 * from step to step; other layers are shared by rows. In strips rows are shared in the gradient too, so that x, which
 * is much larger than dw, never goes from one core to another. */
#include "ground/memory.h"
#include "parts/initializer.h"
#include "parts/layer.h"

enum { UNITS, BIAS, INIT, BIAS_INIT };
static const glia__setting settings[] = {
    {.name = "units", .type = GLIA__WHOLE, .least = 1, .most = 1e8, .positional = true, .help = "outputs"},
    {.name = "bias", .type = GLIA__YESNO, .standard = "yes", .help = "add b"},
    {.name = "init", .type = GLIA__WORD, .standard = "torch", .help = "initializer of the weight"},
    {.name = "bias_init", .type = GLIA__WORD, .standard = "torch", .help = "initializer of the bias"},
    {.name = NULL},
};

static glia_status plan(glia__layer *l)
{
    char   text[64];
    size_t in = l->in.dim[l->in.rank - 1], out = l->set[UNITS].whole, weights;
    if (l->in.rank > 2)
        return glia__layer_fail(l, "takes rows of numbers, not images of %s: put flatten before it",
                                glia__shape_text(&l->in, text));
    if (!glia__mul(in, out, &weights) || weights > SIZE_MAX / 64)
        return glia__layer_fail(l, "%zu x %zu weights are too many", in, out);
    GLIA_TRY(glia__init_check(l->set[INIT].word));
    GLIA_TRY(glia__init_check(l->set[BIAS_INIT].word));
    l->out = l->in;
    l->out.dim[l->out.rank - 1] = out;
    glia__layer_param(l, "weight", in, out, l->k->panel, l->set[INIT].word);
    if (l->set[BIAS].yes) {
        glia__param *b = glia__layer_param(l, "bias", 0, out, out, l->set[BIAS_INIT].word);
        b->fan_in = in;
    }
    l->multiply_adds = glia__shape_count(&l->in) * out;
    return GLIA_OK;
}

static glia__dense whole(const glia__layer *l)
{
    const glia__param *w = &l->param[0];
    return (glia__dense){.in = w->in, .out = w->out, .i1 = w->in, .q1 = (w->out + w->panel - 1) / w->panel};
}

/* ---- in bfloat16, where kernels have a plan of the layer --------------------------------------------------------- */

static void release(glia__layer *l)
{
    if (l->plan) l->k->dense_free(l->plan);
    glia__free(l->plan);
    l->plan = NULL;
    l->lowered = false;
}

static glia_status reserve_plan(glia__layer *l)
{
    if (!l->k->dense_plan || l->plan) return GLIA_OK;
    glia__dense_plan *p = glia__new(1, sizeof *p);
    if (!p) return GLIA_E_MEMORY;
    p->in = l->param[0].in, p->out = l->param[0].out, p->needs_dx = l->upstream;
    glia_status status = l->k->dense_plan(p);
    if (status == GLIA_OK)
        l->plan = p, l->lowered = p->lowered;
    else
        glia__free(p);
    return status;
}

static void prepare(const glia__layer *l, unsigned nth, unsigned of)
{
    size_t in = l->param[0].in;
    if (l->plan) l->k->dense_prepare(l->plan, in * nth / of, in * (nth + 1) / of, l->param[0].value, l->kept);
}

/* Inputs, panels, of a block: `usual` ones where kernels have no wish. */
static size_t inputs_of(const glia__layer *l, size_t usual)
{
    const glia__dense_plan *p = l->plan;
    return p && p->block_in ? p->block_in : usual;
}

static size_t panels_of(const glia__layer *l, size_t usual)
{
    const glia__dense_plan *p = l->plan;
    return p && p->block_out ? p->block_out / l->param[0].panel : usual;
}

/* What a worker needs for the plan, before what all kernels work in. */
static size_t plan_works(const glia__layer *l, size_t rows)
{
    return l->plan ? glia__whole_lines(glia__dense_plan_work(l->plan, rows)) : 0;
}

/* All of the layer, for the worker who does this part. */
static glia__dense whole_for(const glia__layer *l, const glia__part *p)
{
    glia__dense d = whole(l);
    if (l->plan) d.plan = l->plan, d.prepared = l->kept, d.operands = p->work;
    d.work = p->work + plan_works(l, p->rows * (l->n_in / d.in));
    return d;
}

/* ---- memory ---------------------------------------------------------------------------------------------------- */

/* The sums of a group of strips: dw, and then db. There is room for them whatever a pass has of a batch. */
static size_t group_numbers(const glia__layer *l)
{
    return glia__whole_lines(l->param[0].room) + (l->params > 1 ? glia__whole_lines(l->param[1].room) : 0);
}

static real *group_sums(const glia__layer *l, size_t g)
{
    const glia__dense_plan *p = l->plan;
    return l->kept + (p ? glia__whole_lines(p->prepared) : 0) + g * group_numbers(l);
}

static glia_status reserve(glia__layer *l, size_t rows, bool training)
{
    GLIA_TRY(reserve_plan(l));
    glia__dense             d = whole(l);
    const glia__dense_plan *p = l->plan;
    size_t                  all = rows * (l->n_in / d.in);
    l->works = plan_works(l, all) + (training ? glia__dense_work(&d, all) : glia__dense_forward_work(&d, all));
    l->keeps = (p ? glia__whole_lines(p->prepared) : 0) +
               (training && l->strip ? GLIA__STRIP_GROUPS_MOST * group_numbers(l) : 0);
    return GLIA_OK;
}

/* ---- shares ------------------------------------------------------------------------------------------------------ */

/* Shares of the panels, where there are enough; four of them are worked on at once. */
enum { PANELS_LEAST = 4 };
static glia__cut by_panels(const glia__layer *l, size_t work)
{
    size_t panels = whole(l).q1;
    return (glia__cut){.units = panels, .block = panels_of(l, panels >= 8 ? 4 : 2), .work = work, .joined = true};
}

static glia__cut by_inputs(const glia__layer *l, size_t work)
{
    enum { MULTIPLE = 48 };
    return (glia__cut){.units = l->param[0].in, .block = inputs_of(l, MULTIPLE), .work = work, .joined = true};
}

/* Whether threads share the weights rather than the rows. */
static bool shared_by_weights(const glia__layer *l, size_t rows)
{
    enum { WEIGHTS = 32768, WEIGHTS_PER_ROW = 128 };
    const glia__param *w = &l->param[0];
    return !l->strip_groups && whole(l).q1 >= PANELS_LEAST && w->count >= WEIGHTS && w->count / rows >= WEIGHTS_PER_ROW;
}

static size_t ceil_to(size_t n, size_t multiple)
{
    return (n + multiple - 1) / multiple * multiple;
}

/* Blocks of rows that stay in a core's cache from one layer to the next. */
static glia__cut by_rows(const glia__layer *l, size_t rows, size_t work)
{
    enum { BLOCKS = 8, MULTIPLE = 16, NUMBERS = 1 << 16 };
    size_t block = 1 + (rows - 1) / BLOCKS, most = NUMBERS / l->n_in;
    return (glia__cut){rows, ceil_to(block < most ? block : most + 1, MULTIPLE), work, .by_rows = true};
}

/* Numbers of the other threads' groups come from their caches. */
static glia__cut cut_in_strips(const glia__layer *l, glia__phase phase, size_t rows)
{
    enum { COST = 8 };
    if (phase == GLIA__BACKWARD_W) return by_inputs(l, l->strip_groups * l->param[0].room * COST);
    return (glia__cut){rows, l->strip, rows * l->multiply_adds, .groups = l->strip_groups, .by_rows = true};
}

static void cut(const glia__layer *l, glia__phase phase, size_t rows, glia__cut *c)
{
    size_t work = rows * l->multiply_adds;
    if (l->strip_groups)
        *c = cut_in_strips(l, phase, rows);
    else if (phase == GLIA__BACKWARD_SUMS)
        *c = (glia__cut){0};
    else if (phase == GLIA__BACKWARD_W)
        *c = whole(l).q1 >= PANELS_LEAST ? by_panels(l, work) : by_inputs(l, work);
    else if (!shared_by_weights(l, rows))
        *c = by_rows(l, rows, work);
    else if (phase == GLIA__FORWARD)
        *c = by_panels(l, work);
    else
        *c = by_inputs(l, work);
}

/* y = x W + b */
static void forward(const glia__layer *l, const glia__part *p)
{
    const glia__param *w = &l->param[0], *b = &l->param[1];
    glia__dense        d = whole_for(l, p);
    size_t             positions = l->n_in / d.in, from = 0, to = p->rows;
    if (shared_by_weights(l, p->rows))
        d.q0 = p->begin, d.q1 = p->end;
    else
        from = p->begin, to = p->end;
    l->k->dense_forward(&d, (to - from) * positions, l->x + from * l->n_in, w->value, l->params > 1 ? b->value : NULL,
                        l->y + from * l->n_out);
}

static void apply(const glia__layer *l, size_t rows, const real *x, real *y)
{
    glia__dense d = whole(l);
    l->k->dense_forward(&d, rows * (l->n_in / d.in), x, l->param[0].value, l->params > 1 ? l->param[1].value : NULL, y);
}

/* dx = dy W^T */
static void backward_x(const glia__layer *l, const glia__part *p)
{
    glia__dense d = whole_for(l, p);
    size_t      positions = l->n_in / d.in, from = 0, to = p->rows;
    if (shared_by_weights(l, p->rows))
        d.i0 = p->begin, d.i1 = p->end;
    else
        from = p->begin, to = p->end;
    l->k->dense_backward_x(&d, (to - from) * positions, l->dy + from * l->n_out, l->param[0].value,
                           l->dx + from * l->n_in);
}

static void backward_sums(const glia__layer *l, const glia__part *p)
{
    glia__dense d = whole_for(l, p);
    const real *x = l->x + p->begin * l->n_in, *dy = l->dy + p->begin * l->n_out;
    real       *dw = group_sums(l, p->group), *db = dw + glia__whole_lines(l->param[0].room);
    real        keep = p->goes_on || p->begin > p->group_begin;
    size_t      rows = p->end - p->begin;
    l->k->dense_backward_w(&d, rows, 1, x, dy, keep, dw);
    if (l->params > 1) l->k->sum_rows(rows, l->n_out, 1, dy, l->n_out, keep, db);
}

/* dw = keep dw + scale * sum over the groups of theirs: `n` of the numbers that begin at `at` in each. */
static void add_groups(const glia__layer *l, const glia__part *p, size_t at, size_t n, real *dw)
{
    l->k->sum_rows(l->strip_groups, n, p->scale, group_sums(l, 0) + at, group_numbers(l), p->keep, dw);
}

static void add_strips(const glia__layer *l, const glia__part *p)
{
    const glia__param *w = &l->param[0], *b = &l->param[1];
    for (size_t at = p->begin * w->panel; at < w->room; at += w->in * w->panel)
        add_groups(l, p, at, (p->end - p->begin) * w->panel, p->into + w->offset + at);
    if (l->params > 1 && p->begin == 0) add_groups(l, p, glia__whole_lines(w->room), b->count, p->into + b->offset);
}

/* dW = x^T dy, db = sum of dy */
static void backward_w(const glia__layer *l, const glia__part *p)
{
    if (l->strip_groups) {
        add_strips(l, p);
        return;
    }
    const glia__param *w = &l->param[0], *b = &l->param[1];
    glia__dense        d = whole_for(l, p);
    size_t             rows = p->rows * (l->n_in / d.in);
    if (d.q1 >= PANELS_LEAST)
        d.q0 = p->begin, d.q1 = p->end;
    else
        d.i0 = p->begin, d.i1 = p->end;
    l->k->dense_backward_w(&d, rows, p->scale, l->x, l->dy, p->keep, p->into + w->offset);
    if (l->params > 1 && d.i0 == 0) {
        size_t o = d.q0 * w->panel, end = d.q1 * w->panel < w->out ? d.q1 * w->panel : w->out;
        l->k->sum_rows(rows, end - o, p->scale, l->dy + o, w->out, p->keep, p->into + b->offset + o);
    }
}

const glia__layer_class glia__layer_dense = {
    .named = {"dense", "fully connected: y = x W + b", settings},
    .plan = plan,
    .reads = GLIA__READS_NUMBERS,
    .reserve = reserve,
    .release = release,
    .cut = cut,
    .prepare = prepare,
    .forward = forward,
    .backward_sums = backward_sums,
    .backward_x = backward_x,
    .backward_w = backward_w,
    .apply = apply,
    .linear = GLIA__MATRIX,
};
