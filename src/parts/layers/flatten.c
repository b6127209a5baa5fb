/* flatten: CxHxW -> C*H*W, in PyTorch's order (channels, then rows, then columns). */
#include <string.h>

#include "parts/layer.h"

static glia_status plan(glia__layer *l)
{
    l->out = (glia__shape){.rank = 1, .dim = {glia__shape_count(&l->in)}};
    return GLIA_OK;
}

static void forward(const glia__layer *l, const glia__part *p)
{
    memcpy(l->y + p->begin * l->n_out, l->x + p->begin * l->n_in, (p->end - p->begin) * l->n_in * sizeof(real));
}

static void backward_x(const glia__layer *l, const glia__part *p)
{
    memcpy(l->dx + p->begin * l->n_in, l->dy + p->begin * l->n_out, (p->end - p->begin) * l->n_in * sizeof(real));
}

const glia__layer_class glia__layer_flatten = {
    .named = {"flatten", "a row of any shape as a plain vector", glia__no_settings},
    .plan = plan,
    .forward = forward,
    .backward_x = backward_x,
    .cost = 4,
};
