/* Layers that join what several others give: the layer before (or from=), and those their labels name.
 *
 *   add       y = x + a + b + ...          every dx = dy
 *   concat    the channels of x, then those of a, then of b, ...
 */
#include <stdio.h>
#include <string.h>

#include "ground/memory.h"
#include "parts/layer.h"

static const glia__setting settings[] = {
    {.name = "with",
     .type = GLIA__LABELS,
     .positional = true,
     .help = "the others, by the names that their layers have"},
    {.name = NULL},
};

static glia_status fail_shapes(const glia__layer *l, int k, const char *what)
{
    char a[64], b[64];
    return glia__layer_fail(l, "%s: the first is %s, and number %d is %s", what, glia__shape_text(&l->in, a), k + 1,
                            glia__shape_text(&l->input[k].shape, b));
}

/* ---- add ------------------------------------------------------------------------------------------------------- */

static glia_status plan_add(glia__layer *l)
{
    for (int k = 1; k < l->inputs; k++)
        if (!glia__shape_same(&l->in, &l->input[k].shape)) return fail_shapes(l, k, "takes equal shapes");
    return glia__plan_same(l);
}

static void add_forward(const glia__layer *l, const glia__part *p)
{
    size_t at = p->begin * l->n_out, n = (p->end - p->begin) * l->n_out;
    memcpy(l->y + at, l->x + at, n * sizeof *l->y);
    for (int k = 1; k < l->inputs; k++) l->k->add(n, l->input[k].x + at, l->y + at);
}

static void add_backward_x(const glia__layer *l, const glia__part *p)
{
    size_t at = p->begin * l->n_out, n = (p->end - p->begin) * l->n_out;
    for (int k = 0; k < l->inputs; k++)
        if (l->input[k].dx) memcpy(l->input[k].dx + at, l->dy + at, n * sizeof *l->dy);
}

const glia__layer_class glia__layer_add = {
    .named = {"add", "the sum of the layer before and those named: add @a", settings},
    .plan = plan_add,
    .forward = add_forward,
    .backward_x = add_backward_x,
    .cost = 4,
    .joins = true,
};

/* ---- concat ---------------------------------------------------------------------------------------------------- */

static glia_status plan_concat(glia__layer *l)
{
    l->out = l->in;
    for (int k = 1; k < l->inputs; k++) {
        glia__shape like = l->input[k].shape;
        if (like.rank) like.dim[0] = l->in.dim[0];
        if (!glia__shape_same(&l->in, &like))
            return fail_shapes(l, k, "takes shapes that differ in their channels alone");
        if (!glia__add(l->out.dim[0], l->input[k].shape.dim[0], &l->out.dim[0]))
            return glia__layer_fail(l, "gives more channels than can be counted");
    }
    return GLIA_OK;
}

/* Where the channels of input k stand in y: for each of `outer` places, runs of numbers, from the input's and to the
 * output's. */
typedef struct runs {
    size_t outer, of_input, of_output, at;
} runs;

static runs runs_of(const glia__layer *l, int k)
{
    glia__channels in = glia__channels_of(&l->input[k].shape), out = glia__channels_of(&l->out);
    runs           r = {out.outer, in.count * in.inner, out.count * out.inner, 0};
    for (int j = 0; j < k; j++) r.at += l->input[j].shape.dim[0] * in.inner;
    return r;
}

static void concat_forward(const glia__layer *l, const glia__part *p)
{
    for (int k = 0; k < l->inputs; k++) {
        runs r = runs_of(l, k);
        for (size_t i = p->begin * r.outer; i < p->end * r.outer; i++)
            memcpy(l->y + i * r.of_output + r.at, l->input[k].x + i * r.of_input, r.of_input * sizeof *l->y);
    }
}

static void concat_backward_x(const glia__layer *l, const glia__part *p)
{
    for (int k = 0; k < l->inputs; k++) {
        runs  r = runs_of(l, k);
        real *dx = l->input[k].dx;
        for (size_t i = p->begin * r.outer; dx && i < p->end * r.outer; i++)
            memcpy(dx + i * r.of_input, l->dy + i * r.of_output + r.at, r.of_input * sizeof *dx);
    }
}

const glia__layer_class glia__layer_concat = {
    .named = {"concat", "the channels of the layer before, then of those named: concat @a", settings},
    .plan = plan_concat,
    .forward = concat_forward,
    .backward_x = concat_backward_x,
    .cost = 4,
    .joins = true,
};
