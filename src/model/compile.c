/* What is left of a net for prediction: its layers once more, for single rows and the library's own kernels.
 *
 *   idle        a layer whose y is its x, number for number, goes: dropout, identity, flatten where memory allows it
 *   folded      batch norm goes into the layer before it, where that is linear and nobody else reads it:
 *               (x W + b) s + t = x (W s) + (b s + t), for each channel
 *   turned      flatten that only dense layers read goes: their rows of W change places instead
 *
 * A layer is compiled as its class says it can be (parts/layer.h); this file knows none by name. */
#include "model/compiled.h"

#include <string.h>

#include "ground/memory.h"

static bool is_left(const glia__draft *d, size_t i)
{
    return !d->gone[i] && !glia__is_input(&d->c->layers[i]);
}

size_t glia__draft_source(const glia__draft *d, size_t from)
{
    while (from != SIZE_MAX && d->gone[from]) from = d->c->layers[from].input[0].from;
    return from;
}

size_t glia__draft_readers(const glia__draft *d, size_t source)
{
    const glia__compiled *c = d->c;
    size_t                readers = glia__draft_source(d, c->n_layers - 1) == source;
    for (size_t i = 0; i < c->n_layers; i++)
        for (int k = 0; is_left(d, i) && k < c->layers[i].inputs; k++)
            readers += glia__draft_source(d, c->layers[i].input[k].from) == source;
    return readers;
}

/* ---- the layers -------------------------------------------------------------------------------------------------- */

/* From the text, as the model's were. */
static glia_status read_layers(const glia__draft *d)
{
    glia__compiled *c = d->c;
    GLIA_TRY(glia__net_parse(d->m->net, &c->layers, &c->n_layers));
    GLIA_TRY(glia__plan_shapes(c->layers, c->n_layers, &d->m->in, d->m->net));
    for (size_t i = 0; i < c->n_layers; i++) {
        c->layers[i].at = NULL;
        c->layers[i].k = c->k;
        c->layers[i].shard = 1;
    }
    return GLIA_OK;
}

/* ---- layers that go ---------------------------------------------------------------------------------------------- */

/* Whether all that read it are dense layers, of whose weights the order does not matter. */
static bool only_matrices_read(const glia__draft *d, size_t from)
{
    const glia__compiled *c = d->c;
    if (from + 1 == c->n_layers) return false;
    for (size_t i = from + 1; i < c->n_layers; i++) {
        const glia__layer *l = &c->layers[i];
        for (int k = 0; k < l->inputs; k++) {
            if (l->input[k].from != from) continue;
            bool idle = l->class->idle && l->class->idle(l);
            if (idle ? !only_matrices_read(d, i) : l->class->linear != GLIA__MATRIX || l->in.rank > 1) return false;
        }
    }
    return true;
}

/* The linear layer whose channels layer i scales, if nobody else reads it; or SIZE_MAX. */
static size_t scaled_by(const glia__draft *d, size_t i)
{
    const glia__layer *l = &d->c->layers[i];
    size_t             source = glia__draft_source(d, l->input[0].from);
    if (!l->class->scales || source == SIZE_MAX || glia__draft_readers(d, source) > 1) return SIZE_MAX;
    const glia__layer *of = &d->c->layers[source];
    bool channels = of->class->linear == GLIA__CONVOLUTION || (of->class->linear == GLIA__MATRIX && of->out.rank == 1);
    return channels && of->param[0].out == glia__channels_of(&l->in).count ? source : SIZE_MAX;
}

/* Idle layers first: then it is plain who reads whom. What is folded needs a bias. */
static void find_gone(const glia__draft *d)
{
    glia__compiled *c = d->c;
    for (size_t i = 0; i < c->n_layers; i++) {
        const glia__layer *l = &c->layers[i];
        d->gone[i] = (l->class->idle && l->class->idle(l)) || (l->class->speaks && only_matrices_read(d, i));
    }
    for (size_t i = 0; i < c->n_layers; i++) {
        size_t source = scaled_by(d, i);
        if (source == SIZE_MAX) continue;
        glia__layer *into = &c->layers[source];
        if (into->params == 1) glia__layer_param(into, "bias", 0, into->param[0].out, into->param[0].out, "zeros");
        d->gone[i] = true;
    }
}

/* ---- tensors ----------------------------------------------------------------------------------------------------- */

static glia_status copy_tensors(glia__draft *d)
{
    glia__compiled *c = d->c;
    size_t          total;
    GLIA_TRY(glia__plan_tensors(c->layers, c->n_layers, &total));
    if (!(d->tensors = glia__new_aligned(total, sizeof *d->tensors))) return GLIA_E_MEMORY;
    for (size_t i = 0; i < c->n_layers; i++) {
        const glia__layer *from = &d->m->layers[i];
        glia__layer       *l = &c->layers[i];
        for (int j = 0; j < l->params; j++) {
            l->param[j].value = d->tensors + l->param[j].offset;
            if (j < from->params) memcpy(l->param[j].value, from->param[j].value, l->param[j].room * sizeof(real));
        }
    }
    return GLIA_OK;
}

static void fold_into(glia__layer *into, const glia__layer *l)
{
    glia__param *w = &into->param[0], *b = &into->param[1];
    double       scale, shift;
    for (size_t o = 0; o < w->out; o++) {
        l->class->scales(l, o, &scale, &shift);
        for (size_t i = 0; i < w->in; i++) {
            real *to = w->value + glia__param_place(w, o * w->in + i);
            *to = (real)((double)*to * scale);
        }
        b->value[o] = (real)((double)b->value[o] * scale + shift);
    }
}

static void fold(const glia__draft *d)
{
    for (size_t i = 0; i < d->c->n_layers; i++) {
        const glia__layer *l = &d->c->layers[i];
        if (d->gone[i] && l->class->scales) fold_into(&d->c->layers[glia__draft_source(d, l->input[0].from)], l);
    }
}

/* The image that lies turned under a dense layer, where the flatten between them is gone; or NULL. */
static const glia__shape *turned_under(const glia__draft *d, const glia__layer *l)
{
    for (size_t from = l->input[0].from; from != SIZE_MAX && d->gone[from]; from = d->c->layers[from].input[0].from) {
        const glia__layer *between = &d->c->layers[from];
        if (between->class->speaks && glia__shape_turned(&between->in)) return &between->in;
    }
    return NULL;
}

/* Rows of W in the order in which memory has this shape. */
static glia_status turn_rows(const glia__param *w, const glia__shape *shape)
{
    real *spoken = glia__new(w->room, sizeof *spoken);
    if (!spoken) return GLIA_E_MEMORY;
    memcpy(spoken, w->value, w->room * sizeof *spoken);
    for (size_t o = 0; o < w->out; o++)
        for (size_t i = 0; i < w->in; i++) {
            size_t to = glia__param_place(w, o * w->in + glia__place_in_memory(shape, i));
            w->value[to] = spoken[glia__param_place(w, o * w->in + i)];
        }
    glia__free(spoken);
    return GLIA_OK;
}

static glia_status turn(const glia__draft *d)
{
    for (size_t i = 0; i < d->c->n_layers; i++) {
        const glia__layer *l = &d->c->layers[i];
        const glia__shape *shape = l->class->linear == GLIA__MATRIX ? turned_under(d, l) : NULL;
        if (shape) GLIA_TRY(turn_rows(&l->param[0], shape));
    }
    return GLIA_OK;
}

/* ---- as a whole -------------------------------------------------------------------------------------------------- */

/* Layers that are left say what they need for a row. */
static glia_status reserve_layers(const glia__draft *d)
{
    for (size_t i = 0; i < d->c->n_layers; i++) {
        glia__layer *l = &d->c->layers[i];
        l->keeps = l->works = 0;
        if (is_left(d, i) && l->class->reserve) GLIA_TRY(l->class->reserve(l, 1, false));
    }
    return GLIA_OK;
}

static glia_status compile(glia__draft *d)
{
    GLIA_TRY(read_layers(d));
    if (!(d->gone = glia__new(d->c->n_layers, sizeof *d->gone))) return GLIA_E_MEMORY;
    find_gone(d);
    GLIA_TRY(copy_tensors(d));
    fold(d);
    GLIA_TRY(turn(d));
    GLIA_TRY(reserve_layers(d));
    return glia__compiled_plan(d);
}

glia_status glia__compiled_new(glia__compiled *c, const glia_model *m)
{
    glia__draft d = {.m = m, .c = c};
    *c = (glia__compiled){.k = glia__kernels_own(), .in = m->in, .n_in = m->n_in, .n_out = m->n_out};
    c->out = glia__model_last(m)->out;
    glia_status status = compile(&d);
    glia__free(d.gone);
    glia__free_aligned(d.tensors);
    if (status != GLIA_OK) glia__compiled_clear(c);
    return status;
}

void glia__compiled_clear(glia__compiled *c)
{
    glia__layers_free(c->layers, c->n_layers);
    glia__free(c->steps);
    glia__free_aligned(c->constants);
    *c = (glia__compiled){0};
}
