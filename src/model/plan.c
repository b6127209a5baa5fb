/* The plan: what each layer takes and gives, how many rows of it are done at once, and where its tensors lie in the
 * blocks. */
#include <string.h>

#include "ground/memory.h"
#include "model/model.h"

static glia_status fail_place(glia_status status, const char *text, const char *at)
{
    size_t line, column;
    glia__text_place(text, at, &line, &column);
    return glia__fail_at(status, "net:%zu:%zu", line, column);
}

/* The numbers in a row of this shape; false if they are too many to count. */
static bool count_numbers(const glia__shape *s, size_t *count)
{
    *count = 1;
    for (int i = 0; i < s->rank; i++)
        if (!glia__mul(*count, s->dim[i], count)) return false;
    return true;
}

/* Whether any of its tensors is such a weight; a norm is that of the weights into an output. */
static bool has_weights_for(const glia__layer *l, glia__common setting)
{
    for (int j = 0; j < l->params; j++)
        if (glia__param_is_weight(&l->param[j]) && (setting != GLIA__MAX_NORM || l->param[j].in > 0)) return true;
    return false;
}

/* What learns, and settings that need weights. */
static glia_status plan_learning(glia__layer *l)
{
    static const glia__common of_weights[] = {GLIA__L1, GLIA__L2, GLIA__MAX_NORM};
    l->frozen = glia__layer_common(l, GLIA__FREEZE)->yes;
    l->penalty = (glia__penalty){.l1 = glia__layer_common(l, GLIA__L1)->number,
                                 .l2 = glia__layer_common(l, GLIA__L2)->number,
                                 .max_norm = glia__layer_common(l, GLIA__MAX_NORM)->number};
    for (int j = 0; j < l->params; j++) l->param[j].learns = !l->param[j].state && !l->frozen;
    for (size_t i = 0; i < sizeof of_weights / sizeof *of_weights; i++)
        if (glia__layer_common(l, of_weights[i])->number > 0 && !has_weights_for(l, of_weights[i]))
            return glia__layer_fail(l, "has no weights for %s", glia__layer_settings[of_weights[i]].name);
    return GLIA_OK;
}

static glia_status plan_layer(glia__layer *l)
{
    l->k = glia__kernels_get();
    l->params = 0;
    if (l->in.rank == 0 && l->class->forward)
        return glia__layer_fail(l,
                                "there are no data to tell the shape of a row, and the net does not begin with input");
    GLIA_TRY(l->class->plan(l));
    char text[64];
    if (!count_numbers(&l->out, &l->n_out))
        return glia__layer_fail(l, "rows of %s are more than memory can address", glia__shape_text(&l->out, text));
    l->n_in = l->in.rank ? glia__shape_count(&l->in) : l->n_out;
    return plan_learning(l);
}

/* The shapes of what the layer reads, from those who give it. */
static void take_shapes(glia__layer *layers, glia__layer *l, const glia__shape *rows)
{
    l->in = *rows; /* of `input`, which reads nothing */
    l->upstream = false;
    for (int k = 0; k < l->inputs; k++) {
        glia__input       *input = &l->input[k];
        const glia__layer *from = input->from == SIZE_MAX ? NULL : &layers[input->from];
        input->shape = from ? from->out : *rows;
        input->n = input->shape.rank ? glia__shape_count(&input->shape) : 0;
        l->upstream = l->upstream || (from && (from->upstream || glia__layer_learns(from)));
    }
    if (l->inputs) l->in = l->input[0].shape;
}

/* How many rows of images go through the layers at once: so many that what the widest layer reads and writes stays in a
 * core's cache. */
static void plan_shards(glia__layer *layers, size_t count)
{
    enum { NUMBERS = 1 << 16, MOST = 8 };
    size_t widest = 1, shard = MOST;
    for (size_t i = 0; i < count; i++) {
        const glia__layer *l = &layers[i];
        size_t             wide = l->n_in + l->n_out;
        if (l->class->forward && (l->in.rank > 1 || l->out.rank > 1) && wide > widest) widest = wide;
    }
    while (shard > 1 && shard * widest > NUMBERS) shard /= 2;
    for (size_t i = 0; i < count; i++) layers[i].shard = shard;
}

size_t glia__plan_widest(const glia__layer *layers, size_t count)
{
    size_t widest = 1;
    for (size_t i = 0; i < count; i++) {
        size_t wide = layers[i].n_in + layers[i].n_out;
        if (layers[i].class->forward && wide > widest) widest = wide;
    }
    return widest;
}

/* Whether it takes plain rows, one by one, and what it learns is summed by strips of them. */
static bool goes_by_strips(const glia__layer *l)
{
    bool plain = l->in.rank <= 1 && l->out.rank <= 1 && !l->class->across;
    return !l->class->forward || (plain && (l->params == 0 || l->class->linear == GLIA__MATRIX));
}

/* How many rows of a large batch go all the way through a net with few weights at once: so many that what the widest
 * layer reads and writes, and the weights and the sums of their gradients, have half of a core's cache each. */
static void plan_strips(glia__layer *layers, size_t count)
{
    enum { WEIGHTS = 1 << 15, NUMBERS = 1 << 16, LEAST = 16, MOST = 64 };
    size_t widest = glia__plan_widest(layers, count), weights = 0, strip = MOST;
    bool   narrow = true;
    for (size_t i = 0; i < count; i++) {
        narrow = narrow && goes_by_strips(&layers[i]);
        for (int k = 0; k < layers[i].params; k++) weights += layers[i].param[k].room;
    }
    while (strip > LEAST && strip * widest > NUMBERS) strip /= 2;
    for (size_t i = 0; i < count; i++) layers[i].strip = narrow && weights <= WEIGHTS ? strip : 0;
}

glia_status glia__plan_shapes(glia__layer *layers, size_t count, const glia__shape *in, const char *text)
{
    glia__shape rows = *in;
    for (size_t i = 0; i < count; i++) {
        take_shapes(layers, &layers[i], &rows);
        glia_status status = plan_layer(&layers[i]);
        if (status != GLIA_OK) return fail_place(status, text, layers[i].at);
        if (!layers[i].class->forward) rows = layers[i].out;
    }
    plan_shards(layers, count);
    plan_strips(layers, count);
    return GLIA_OK;
}

glia_status glia__plan_tensors(glia__layer *layers, size_t count, size_t *total)
{
    size_t at = 0;
    for (size_t i = 0; i < count; i++)
        for (int j = 0; j < layers[i].params; j++) {
            glia__param *p = &layers[i].param[j];
            p->offset = at;
            if (!glia__add(at, p->room, &at) || !glia__add(at, GLIA__LINE - 1, &at))
                return glia__fail(GLIA_E_MEMORY, "the net has more parameters than memory can address");
            at = at / GLIA__LINE * GLIA__LINE;
        }
    *total = at;
    return GLIA_OK;
}
