/* embedding: rows of whole numbers, each from 0 to count - 1, become rows of learned vectors, as torch.nn.Embedding.
 *
 *   forward      y[t][d] = w[x[t]][d]
 *   backward_w   dw[k][d] = sum of dy[t][d] over all t of all rows, in order, with x[t] = k; 0 for k = padding
 *
 * Whole numbers have no gradient, so it reads the rows of the net. What is no such number is refused with the data,
 * before a step (glia__check_words). */
#include <string.h>

#include "ground/memory.h"
#include "parts/initializer.h"
#include "parts/layer.h"

enum { COUNT, DIM, PADDING, INIT };
static const glia__setting settings[] = {
    {.name = "count", .type = GLIA__WHOLE, .least = 1, .most = 1e7, .positional = true, .help = "different numbers"},
    {.name = "dim", .type = GLIA__WHOLE, .least = 1, .most = 1e6, .positional = true, .help = "numbers of a vector"},
    {.name = "padding",
     .type = GLIA__WHOLE,
     .standard = "",
     .most = 1e7,
     .help = "stands for nothing: its vector starts at 0 and learns nothing"},
    {.name = "init", .type = GLIA__WORD, .standard = "normal", .help = "initializer of the vectors"},
    {.name = NULL},
};

static glia_status plan(glia__layer *l)
{
    char   text[64];
    size_t count = l->set[COUNT].whole, dim = l->set[DIM].whole;
    if (l->input[0].from != SIZE_MAX)
        return glia__layer_fail(l, "reads whole numbers, which no layer gives: it can only come first");
    if (l->in.rank != 1)
        return glia__layer_fail(l, "takes rows of whole numbers, not rows of %s", glia__shape_text(&l->in, text));
    if (l->set[PADDING].given && l->set[PADDING].whole >= count)
        return glia__layer_fail(l, "the padding %zu is not one of 0 to %zu", l->set[PADDING].whole, count - 1);
    GLIA_TRY(glia__init_check(l->set[INIT].word));
    l->out = (glia__shape){.rank = 2, .dim = {l->in.dim[0], dim}};
    glia__param *w = glia__layer_param(l, "weight", 0, count * dim, count * dim, l->set[INIT].word);
    w->rank = 2;
    w->shape[0] = count;
    w->shape[1] = dim;
    w->fan_in = count;
    w->fan_out = dim;
    w->blank_at = l->set[PADDING].given ? l->set[PADDING].whole * dim : 0;
    w->blanks = l->set[PADDING].given ? dim : 0;
    return GLIA_OK;
}

static size_t words(const glia__layer *l)
{
    return l->set[COUNT].whole;
}

/* Never outside of the table, whatever the scaling of a damaged model makes of the rows. */
static size_t word_of(const glia__layer *l, real x)
{
    return x >= 0 && x < (real)l->set[COUNT].whole ? (size_t)x : 0;
}

static void forward(const glia__layer *l, const glia__part *p)
{
    size_t      dim = l->set[DIM].whole;
    const real *w = l->param[0].value;
    for (size_t i = p->begin * l->n_in; i < p->end * l->n_in; i++)
        memcpy(l->y + i * dim, w + word_of(l, l->x[i]) * dim, dim * sizeof *w);
}

static void backward_x(const glia__layer *l, const glia__part *p)
{
    memset(l->dx + p->begin * l->n_in, 0, (p->end - p->begin) * l->n_in * sizeof *l->dx);
}

/* The vectors of a part's words. */
static void backward_w(const glia__layer *l, const glia__part *p)
{
    size_t dim = l->set[DIM].whole, padding = l->set[PADDING].given ? l->set[PADDING].whole : SIZE_MAX;
    real  *dw = p->into + l->param[0].offset;
    for (size_t i = p->begin * dim; i < p->end * dim; i++) dw[i] = p->keep == 0 ? 0 : p->keep * dw[i];
    for (size_t i = 0; i < p->rows * l->n_in; i++) {
        size_t word = word_of(l, l->x[i]);
        if (word < p->begin || word >= p->end || word == padding) continue;
        for (size_t d = 0; d < dim; d++) dw[word * dim + d] += p->scale * l->dy[i * dim + d];
    }
}

static void cut(const glia__layer *l, glia__phase phase, size_t rows, glia__cut *c)
{
    enum { BLOCKS = 8 };
    size_t count = l->set[COUNT].whole;
    glia__cut_rows(l, phase, rows, c);
    if (phase == GLIA__BACKWARD_W) *c = (glia__cut){count, (count + BLOCKS - 1) / BLOCKS, rows * l->n_out, false};
}

const glia__layer_class glia__layer_embedding = {
    .named = {"embedding", "a learned vector for each of some whole numbers", settings},
    .plan = plan,
    .reads = GLIA__READS_NUMBERS,
    .words = words,
    .cut = cut,
    .forward = forward,
    .backward_x = backward_x,
    .backward_w = backward_w,
    .cost = 4,
};
