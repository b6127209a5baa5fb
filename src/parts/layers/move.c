/* Layers that put numbers elsewhere, and what they repeat or add around them: y[j] = x[from[j]], or 0 where from[j] is
 * none; dx[i] = the sum of dy[j] over all j that are taken from i, in the order of j. Each layer says in one function,
 * in the order in which shapes are spoken, from where a number of y comes.
 *
 *   reshape    the same numbers in another shape, as torch.nn.Unflatten and Tensor.reshape do it
 *   permute    axis a of y is axis axes[a] of x, as Tensor.permute(0, ...): axes count from 1, and 0 is the batch
 *   pad        zeros around images and sequences, as torch.nn.ZeroPad2d and ConstantPad1d
 */
#include <string.h>

#include "ground/memory.h"
#include "parts/layer.h"

enum { NONE = UINT32_MAX };

typedef uint32_t origin(const glia__layer *l, size_t j);

static void release(glia__layer *l)
{
    glia__free(l->plan);
    l->plan = NULL;
}

/* Where number `memory` of y stands in x, for all of them. */
static glia_status reserve_map(glia__layer *l, origin *from)
{
    if (l->plan) return GLIA_OK;
    uint32_t *map = l->plan = glia__new(l->n_out, sizeof *map);
    if (!map) return GLIA_E_MEMORY;
    for (size_t j = 0; j < l->n_out; j++) {
        uint32_t i = from(l, j);
        map[glia__place_in_memory(&l->out, j)] = i == NONE ? NONE : (uint32_t)glia__place_in_memory(&l->in, i);
    }
    return GLIA_OK;
}

static void forward(const glia__layer *l, const glia__part *p)
{
    const uint32_t *from = l->plan;
    for (size_t r = p->begin; r < p->end; r++) {
        const real *x = l->x + r * l->n_in;
        real       *y = l->y + r * l->n_out;
        for (size_t j = 0; j < l->n_out; j++) y[j] = from[j] == NONE ? 0 : x[from[j]];
    }
}

static void backward_x(const glia__layer *l, const glia__part *p)
{
    const uint32_t *from = l->plan;
    memset(l->dx + p->begin * l->n_in, 0, (p->end - p->begin) * l->n_in * sizeof *l->dx);
    for (size_t r = p->begin; r < p->end; r++) {
        const real *dy = l->dy + r * l->n_out;
        real       *dx = l->dx + r * l->n_in;
        for (size_t j = 0; j < l->n_out; j++)
            if (from[j] != NONE) dx[from[j]] += dy[j];
    }
}

/* The place of number j of a row of this shape, axis by axis, and back. */
static void axes_of(const glia__shape *s, size_t j, size_t at[GLIA__RANK_MOST])
{
    for (int a = s->rank; a-- > 0; j /= s->dim[a]) at[a] = j % s->dim[a];
}

static size_t number_of(const glia__shape *s, const size_t at[GLIA__RANK_MOST])
{
    size_t j = 0;
    for (int a = 0; a < s->rank; a++) j = j * s->dim[a] + at[a];
    return j;
}

static glia_status few_enough(const glia__layer *l)
{
    char   text[64];
    size_t count = 1;
    for (int a = 0; a < l->out.rank; a++)
        if (!glia__mul(count, l->out.dim[a], &count) || count >= NONE)
            return glia__layer_fail(l, "gives rows of %s, which are too many numbers", glia__shape_text(&l->out, text));
    if (glia__shape_count(&l->in) >= NONE)
        return glia__layer_fail(l, "rows of %s are too many numbers", glia__shape_text(&l->in, text));
    return GLIA_OK;
}

/* ---- reshape ----------------------------------------------------------------------------------------------------- */

static const glia__setting reshape_settings[] = {
    {.name = "shape",
     .type = GLIA__SHAPE,
     .least = 1,
     .most = 1e9,
     .positional = true,
     .help = "of a row of y, such as 4x7x7"},
    {.name = NULL},
};

static glia_status plan_reshape(glia__layer *l)
{
    char   a[64], b[64];
    size_t count = 1;
    bool   fits = true;
    l->out.rank = l->set[0].rank;
    for (int i = 0; i < l->out.rank; i++) {
        l->out.dim[i] = l->set[0].shape[i];
        fits = fits && glia__mul(count, l->out.dim[i], &count);
    }
    if (!fits || count != glia__shape_count(&l->in))
        return glia__layer_fail(l, "rows of %s cannot be read as %s", glia__shape_text(&l->in, a),
                                glia__shape_text(&l->out, b));
    return few_enough(l);
}

static uint32_t same_place(const glia__layer *l, size_t j)
{
    (void)l;
    return (uint32_t)j;
}

static bool lies_the_same(const glia__layer *l)
{
    return !glia__shape_turned(&l->in) && !glia__shape_turned(&l->out);
}

static glia_status reserve_reshape(glia__layer *l, size_t rows, bool training)
{
    (void)rows, (void)training;
    return reserve_map(l, same_place);
}

/* ---- permute ----------------------------------------------------------------------------------------------------- */

static const glia__setting permute_settings[] = {
    {.name = "axes",
     .type = GLIA__SHAPE,
     .least = 1,
     .most = GLIA__RANK_MOST,
     .positional = true,
     .help = "of x, in the order that y has them, counted from 1: 2x1 changes two axes"},
    {.name = NULL},
};

static glia_status plan_permute(glia__layer *l)
{
    const glia__value *axes = &l->set[0];
    char               text[64];
    bool               seen[1 + GLIA__RANK_MOST] = {false}, fits = axes->rank == l->in.rank;
    for (int a = 0; a < axes->rank; a++) {
        size_t axis = axes->shape[a];
        fits = fits && axis <= (size_t)l->in.rank && !seen[axis];
        seen[axis] = true;
    }
    glia__shape said = {.rank = axes->rank};
    memcpy(said.dim, axes->shape, sizeof said.dim);
    if (!fits) {
        char list[64];
        return glia__layer_fail(l, "%s must name each of the axes 1 to %d of rows of %s once",
                                glia__shape_text(&said, list), l->in.rank, glia__shape_text(&l->in, text));
    }
    l->out.rank = l->in.rank;
    for (int a = 0; a < l->in.rank; a++) l->out.dim[a] = l->in.dim[axes->shape[a] - 1];
    return few_enough(l);
}

static uint32_t permuted_place(const glia__layer *l, size_t j)
{
    size_t at[GLIA__RANK_MOST], of_x[GLIA__RANK_MOST] = {0};
    axes_of(&l->out, j, at);
    for (int a = 0; a < l->out.rank; a++) of_x[l->set[0].shape[a] - 1] = at[a];
    return (uint32_t)number_of(&l->in, of_x);
}

static glia_status reserve_permute(glia__layer *l, size_t rows, bool training)
{
    (void)rows, (void)training;
    return reserve_map(l, permuted_place);
}

/* ---- pad --------------------------------------------------------------------------------------------------------- */

static const glia__setting pad_settings[] = {
    {.name = "zeros",
     .type = GLIA__SHAPE,
     .most = 1e6,
     .positional = true,
     .help = "around an image: on all sides, or above and below x left and right, or top x bottom x left x right; a "
             "sequence: on both sides, or before x after"},
    {.name = NULL},
};

/* Zeros before and after each axis of x. */
static glia_status read_zeros(const glia__layer *l, size_t before[GLIA__RANK_MOST], size_t after[GLIA__RANK_MOST])
{
    const glia__value *z = &l->set[0];
    const size_t      *n = z->shape;
    bool               image = l->in.rank == 3;
    memset(before, 0, GLIA__RANK_MOST * sizeof *before);
    memset(after, 0, GLIA__RANK_MOST * sizeof *after);
    if (z->rank == 3 || z->rank > (image ? 4 : 2))
        return glia__layer_fail(l, "%d numbers of zeros are not for %s", z->rank,
                                image ? "an image, which takes 1, 2 or 4" : "a sequence, which takes 1 or 2");
    if (!image) {
        before[1] = n[0], after[1] = n[z->rank - 1];
        return GLIA_OK;
    }
    for (int axis = 0; axis < 2; axis++) {
        before[1 + axis] = z->rank == 4 ? n[2 * axis] : z->rank == 2 ? n[axis] : n[0];
        after[1 + axis] = z->rank == 4 ? n[2 * axis + 1] : before[1 + axis];
    }
    return GLIA_OK;
}

static glia_status plan_pad(glia__layer *l)
{
    size_t before[GLIA__RANK_MOST], after[GLIA__RANK_MOST];
    GLIA_TRY(glia__need_positions(l));
    GLIA_TRY(read_zeros(l, before, after));
    l->out = l->in;
    for (int a = 1; a < l->in.rank; a++) l->out.dim[a] += before[a] + after[a];
    return few_enough(l);
}

static uint32_t padded_place(const glia__layer *l, size_t j)
{
    size_t at[GLIA__RANK_MOST], before[GLIA__RANK_MOST], after[GLIA__RANK_MOST];
    read_zeros(l, before, after);
    axes_of(&l->out, j, at);
    for (int a = 1; a < l->in.rank; a++) {
        if (at[a] < before[a] || at[a] - before[a] >= l->in.dim[a]) return NONE;
        at[a] -= before[a];
    }
    return (uint32_t)number_of(&l->in, at);
}

static glia_status reserve_pad(glia__layer *l, size_t rows, bool training)
{
    (void)rows, (void)training;
    return reserve_map(l, padded_place);
}

/* ---- the list ---------------------------------------------------------------------------------------------------- */

#define MOVE(id, text, ...)                                                                                            \
    const glia__layer_class glia__layer_##id = {.named = {#id, text, id##_settings},                                   \
                                                .plan = plan_##id,                                                     \
                                                .reserve = reserve_##id,                                               \
                                                .release = release,                                                    \
                                                .forward = forward,                                                    \
                                                .backward_x = backward_x,                                              \
                                                .cost = 4,                                                             \
                                                __VA_ARGS__}
MOVE(reshape, "the same numbers in another shape", .reads = GLIA__READS_ALL, .idle = lies_the_same);
MOVE(permute, "axes in another order", .reads = GLIA__READS_IMAGES);
MOVE(pad, "zeros around images and sequences", .reads = GLIA__READS_IMAGES);
