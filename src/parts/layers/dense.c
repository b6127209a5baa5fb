/* dense: the fully connected layer, y = x W + b, as torch.nn.Linear: on the last axis of a row.
 *
 *   forward      y[r][o]  = sum_i x[r][i] w[i][o] + b[o]
 *   backward_x   dx[r][i] = sum_o dy[r][o] w[i][o]
 *   backward_w   dw[i][o] = sum_r x[r][i] dy[r][o]        db[o] = sum_r dy[r][o]
 *
 * W lies as [in][out], cut into panels of some columns each, contiguous: [in][panel]. A layer with many weights to a
 * row of the batch is shared by panels, forward and in its gradient, so that a thread keeps its panels in its own cache
 * from step to step; other layers are shared by rows. */
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

/* Four panels, 32 to 256 columns wide and a multiple of 32: widths at which matrix products lose nothing (measured).
 * Few weights are not worth a cut. */
static size_t panel_width(size_t in, size_t out)
{
    enum { LEAST = 32, MOST = 256, WEIGHTS = 32768 };
    if (in * out < WEIGHTS) return out;
    size_t width = (out / 4 + LEAST - 1) / LEAST * LEAST;
    width = width < LEAST ? LEAST : width > MOST ? MOST : width;
    return width < out ? width : out;
}

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
    glia__layer_param(l, "weight", in, out, panel_width(in, out), l->set[INIT].word);
    if (l->set[BIAS].yes) {
        glia__param *b = glia__layer_param(l, "bias", 0, out, out, l->set[BIAS_INIT].word);
        b->fan_in = in;
    }
    l->multiply_adds = glia__shape_count(&l->in) * out;
    return GLIA_OK;
}

static bool shared_by_panels(const glia__layer *l, size_t rows)
{
    enum { WEIGHTS_PER_ROW = 128 };
    const glia__param *w = &l->param[0];
    return w->panel < w->out && w->count / rows >= WEIGHTS_PER_ROW;
}

static size_t ceil_to(size_t n, size_t multiple)
{
    return (n + multiple - 1) / multiple * multiple;
}

static void cut(const glia__layer *l, glia__phase phase, size_t rows, glia__cut *c)
{
    enum { BLOCKS = 8, MULTIPLE = 16, SLICED = 4 << 20 };
    const glia__param *w = &l->param[0];
    size_t             panels = (w->out + w->panel - 1) / w->panel;
    bool               heavy = shared_by_panels(l, rows);
    c->work = rows * l->multiply_adds;
    if (phase == GLIA__BACKWARD_W)
        if (panels > 1)
            *c = (glia__cut){panels, 1, c->work};
        else
            *c = (glia__cut){w->in, c->work < SLICED ? w->in : ceil_to(w->in / BLOCKS, MULTIPLE), c->work};
    else if (!heavy)
        *c = (glia__cut){rows, ceil_to(1 + (rows - 1) / BLOCKS, MULTIPLE), c->work, true};
    else if (phase == GLIA__FORWARD)
        *c = (glia__cut){panels, 1, c->work};
    else
        *c = (glia__cut){w->in, ceil_to(w->in / BLOCKS, MULTIPLE), c->work};
}

/* What a part covers: rows of x and y (positions of a row counted as rows), inputs i, panels q. */
typedef struct region {
    size_t r0, r1, i0, i1, q0, q1;
} region;

static region whole(const glia__layer *l, const glia__part *p)
{
    const glia__param *w = &l->param[0];
    return (region){0, p->rows * (l->n_in / w->in), 0, w->in, 0, (w->out + w->panel - 1) / w->panel};
}

static void only_rows(const glia__layer *l, const glia__part *p, region *g)
{
    size_t positions = l->n_in / l->param[0].in;
    g->r0 = p->begin * positions;
    g->r1 = p->end * positions;
}

static size_t width_of(const glia__param *w, size_t q)
{
    size_t o = q * w->panel;
    return w->out - o < w->panel ? w->out - o : w->panel;
}

static void forward(const glia__layer *l, const glia__part *p)
{
    const glia__param *w = &l->param[0], *b = &l->param[1];
    region             g = whole(l, p);
    if (shared_by_panels(l, p->rows))
        g.q0 = p->begin, g.q1 = p->end;
    else
        only_rows(l, p, &g);
    for (size_t q = g.q0; q < g.q1; q++) {
        size_t o = q * w->panel, width = width_of(w, q), rows = g.r1 - g.r0;
        real  *y = l->y + g.r0 * w->out + o;
        l->k->gemm(rows, width, w->in, 1, l->x + g.r0 * w->in, w->in, w->value + w->in * o, width, 0, y, w->out);
        if (l->params > 1) l->k->add_bias(rows, width, b->value + o, y, w->out);
    }
}

static void backward_x(const glia__layer *l, const glia__part *p)
{
    const glia__param *w = &l->param[0];
    region             g = whole(l, p);
    if (shared_by_panels(l, p->rows))
        g.i0 = p->begin, g.i1 = p->end;
    else
        only_rows(l, p, &g);
    for (size_t q = g.q0; q < g.q1; q++) {
        size_t o = q * w->panel, width = width_of(w, q);
        l->k->gemm_nt(g.r1 - g.r0, g.i1 - g.i0, width, 1, l->dy + g.r0 * w->out + o, w->out,
                      w->value + w->in * o + g.i0 * width, width, q > 0, l->dx + g.r0 * w->in + g.i0, w->in);
    }
}

static void backward_w(const glia__layer *l, const glia__part *p)
{
    const glia__param *w = &l->param[0], *b = &l->param[1];
    region             g = whole(l, p);
    if (w->panel < w->out)
        g.q0 = p->begin, g.q1 = p->end;
    else
        g.i0 = p->begin, g.i1 = p->end;
    for (size_t q = g.q0; q < g.q1; q++) {
        size_t      o = q * w->panel, width = width_of(w, q);
        const real *dy = l->dy + o;
        l->k->gemm_tn(g.i1 - g.i0, width, g.r1, p->scale, l->x + g.i0, w->in, dy, w->out, p->keep,
                      p->into + w->offset + w->in * o + g.i0 * width, width);
        if (l->params > 1 && g.i0 == 0)
            l->k->sum_rows(g.r1, width, p->scale, dy, w->out, p->keep, p->into + b->offset + o);
    }
}

const glia__layer_class glia__layer_dense = {
    .named = {"dense", "fully connected: y = x W + b", settings},
    .plan = plan,
    .reads = GLIA__READS_NUMBERS,
    .cut = cut,
    .forward = forward,
    .backward_x = backward_x,
    .backward_w = backward_w,
};
