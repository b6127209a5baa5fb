/* flatten: CxHxW -> C*H*W, in PyTorch's order (channels, then rows, then columns): here images, which lie with their
 * channels last, are turned into that order. */
#include "parts/layer.h"

static glia_status plan(glia__layer *l)
{
    l->out = (glia__shape){.rank = 1, .dim = {glia__shape_count(&l->in)}};
    return GLIA_OK;
}

static void forward(const glia__layer *l, const glia__part *p)
{
    glia__rows_spoken(&l->in, p->end - p->begin, l->x + p->begin * l->n_in, l->y + p->begin * l->n_out);
}

static void backward_x(const glia__layer *l, const glia__part *p)
{
    glia__rows_in_memory(&l->in, p->end - p->begin, l->dy + p->begin * l->n_out, l->dx + p->begin * l->n_in);
}

static bool idle(const glia__layer *l)
{
    return !glia__shape_turned(&l->in);
}

const glia__layer_class glia__layer_flatten = {
    .named = {"flatten", "a row of any shape as a plain vector", glia__no_settings},
    .plan = plan,
    .forward = forward,
    .backward_x = backward_x,
    .cost = 4,
    .reads = GLIA__READS_IMAGES,
    .idle = idle,
    .speaks = true,
};
