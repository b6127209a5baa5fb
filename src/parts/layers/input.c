/* input CxHxW: says the shape of a row where no data tell it, or reads flat rows as images. It takes no number in
 * files, and no part in the passes: the model hands its shape to the first layer. */
#include "parts/layer.h"

static const glia__setting settings[] = {
    {.name = "shape",
     .type = GLIA__SHAPE,
     .least = 1,
     .most = 1e9,
     .positional = true,
     .help = "of one row: numbers (784) or channels x height x width (1x28x28)"},
    {.name = NULL},
};

static glia_status plan(glia__layer *l)
{
    const glia__value *shape = &l->set[0];
    glia__shape        said = {.rank = shape->rank};
    char               a[64], b[64];
    for (int i = 0; i < shape->rank; i++) said.dim[i] = shape->shape[i];
    if (l->in.rank && glia__shape_count(&l->in) != glia__shape_count(&said))
        return glia__layer_fail(l, "rows of %s numbers cannot be read as %s", glia__shape_text(&l->in, a),
                                glia__shape_text(&said, b));
    l->out = said;
    return GLIA_OK;
}

const glia__layer_class glia__layer_input = {
    .named = {"input", "the shape of a row", settings},
    .plan = plan,
};
