/* The plan: what each layer takes and gives, where its tensors lie in the blocks, and the memory of the passes. All
 * that can fail in a pass fails here. */
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

/* Takes room for `rows` rows of `n` numbers from a block: the place where they begin. *at grows. */
static bool take(size_t rows, size_t n, size_t *at, size_t *place)
{
    size_t numbers;
    *place = *at;
    return glia__mul(rows, n, &numbers) && glia__add(*at, numbers, at) && glia__add(*at, GLIA__LINE - 1, at) &&
           (*at = *at / GLIA__LINE * GLIA__LINE, true);
}

typedef struct layout {
    glia_model     *m;
    size_t          rows;
    unsigned        workers;
    glia__plan_mode mode;
    real           *block; /* NULL: only counts */
    size_t          at;
    bool            fits;
} layout;

/* The next rows * n numbers of the block; NULL while it only counts. */
static real *next(layout *o, size_t rows, size_t n)
{
    size_t place;
    o->fits = o->fits && take(rows, n, &o->at, &place);
    return o->block && o->fits ? o->block + place : NULL;
}

/* Gradients of what `readers` layers read: the first one's, which may be another layer's, and those of the others. */
static real *next_gradients(layout *o, const glia__layer *under, size_t readers, size_t n, real **others, int *count)
{
    real *first = under ? under->dy : next(o, o->rows, n);
    for (*count = 0; (size_t)*count + 1 < readers; ++*count) others[*count] = next(o, o->rows, n);
    return first;
}

/* The layer whose y, and dy, become this one's: what goes by stays in a cache. NULL: it has its own. */
static const glia__layer *lies_over(const layout *o, const glia__layer *l)
{
    const glia_model *m = o->m;
    if (o->mode > GLIA__PLAN_TRAINING || !l->class->over || l->input[0].from == SIZE_MAX) return NULL;
    const glia__layer *from = &m->layers[l->input[0].from];
    bool               alone = glia__graph_readers(m->layers, m->n_layers, l->input[0].from) == 1;
    return alone && from->class->linear != GLIA__NOT_LINEAR ? from : NULL;
}

/* The only layer that reads layer i; NULL: several do, or it is the last. */
static glia__layer *only_reader(const glia_model *m, size_t i)
{
    glia__layer *reader = NULL;
    if (glia__graph_readers(m->layers, m->n_layers, i) != 1) return NULL;
    for (size_t j = i + 1; j < m->n_layers && !reader; j++)
        for (int k = 0; k < m->layers[j].inputs; k++)
            if (m->layers[j].input[k].from == i) reader = &m->layers[j];
    return reader;
}

/* A relu over what it reads has no numbers of its own. */
static void take_relu(const glia_model *m, size_t i, bool over)
{
    glia__layer *l = &m->layers[i], *reader = only_reader(m, i);
    l->taken = over && l->class->is_relu && reader && reader->class->takes_relu;
    if (reader) reader->rectifies = l->taken;
}

/* Whether dy of layer i may be its y: its own way back does without y, and its reader's spends it. */
static bool is_spent(const layout *o, size_t i)
{
    const glia_model  *m = o->m;
    const glia__layer *reader = only_reader(m, i);
    if (o->mode != GLIA__PLAN_TRAINING || m->layers[i].class->linear == GLIA__NOT_LINEAR) return false;
    if (reader && lies_over(o, reader)) {
        const glia__layer *next = only_reader(m, (size_t)(reader - m->layers));
        reader = reader->class->is_relu && next && next->class->takes_relu ? next : NULL;
    }
    return reader && reader->class->spends && reader->class->spends(reader);
}

static void lay_out_layer(layout *o, size_t i)
{
    glia_model        *m = o->m;
    glia__layer       *l = &m->layers[i];
    const glia__layer *under = lies_over(o, l);
    size_t             readers = glia__graph_readers(m->layers, m->n_layers, i);
    l->y = under ? under->y : next(o, o->rows, l->n_out);
    l->kept = next(o, 1, l->keeps);
    take_relu(m, i, under != NULL);
    if (is_spent(o, i))
        l->dy = l->y, l->dys = 0;
    else if (o->mode != GLIA__PLAN_FORWARD)
        l->dy = next_gradients(o, under, readers, l->n_out, l->dy_of, &l->dys);
    if (m->works < l->works) m->works = l->works;
}

/* Goes over all that the passes need: with a block, hands out its parts. */
static bool lay_out(layout *o)
{
    glia_model *m = o->m;
    m->x = next(o, o->rows, m->n_in);
    m->dx = NULL;
    m->dxs = 0;
    if (o->mode == GLIA__PLAN_INPUT_GRADIENT)
        m->dx =
            next_gradients(o, NULL, glia__graph_readers(m->layers, m->n_layers, SIZE_MAX), m->n_in, m->dx_of, &m->dxs);
    if (glia__shape_turned(&m->in)) m->spoken = next(o, o->rows, m->n_in);
    const glia__layer *last = glia__model_last(m);
    if (last && glia__shape_turned(&last->out)) m->turned = next(o, o->rows, last->n_out);
    m->works = 0;
    for (size_t i = 0; i < m->n_layers && o->fits; i++)
        if (m->layers[i].class->forward) lay_out_layer(o, i);
    m->works = glia__whole_lines(m->works);
    m->work = next(o, o->workers, m->works);
    return o->fits;
}

/* What an input's x and dx are: the y of the layer it reads, and the gradient of it that is this reader's. */
static void link_input(glia_model *m, glia__input *input, size_t nth)
{
    glia__layer *from = input->from == SIZE_MAX ? NULL : &m->layers[input->from];
    input->x = from ? from->y : m->x;
    if (nth == 0)
        input->dx = from ? from->dy : m->dx;
    else
        input->dx = from ? from->dy_of[nth - 1] : m->dxs ? m->dx_of[nth - 1] : NULL;
}

static void link_layers(glia_model *m)
{
    for (size_t i = 0; i < m->n_layers; i++) {
        glia__layer *l = &m->layers[i];
        for (int k = 0; k < l->inputs; k++) {
            size_t from = l->input[k].from, before = glia__graph_readers(m->layers, i, from);
            for (int j = 0; j < k; j++) before += l->input[j].from == from;
            link_input(m, &l->input[k], before);
        }
        l->x = l->input[0].x;
        l->dx = l->input[0].dx;
    }
}

static glia_status reserve_layers(glia_model *m, size_t rows, bool training)
{
    for (size_t i = 0; i < m->n_layers; i++)
        if (m->layers[i].class->reserve) GLIA_TRY(m->layers[i].class->reserve(&m->layers[i], rows, training));
    return GLIA_OK;
}

static glia_status reserve_gradients(glia_model *m)
{
    if (m->gradients) return GLIA_OK;
    if (!(m->gradients = glia__new_aligned(m->n_parameters, sizeof *m->gradients))) return GLIA_E_MEMORY;
    glia__model_attach(m);
    return GLIA_OK;
}

/* A layout of the block for one kind of passes. */
static layout layout_for(glia_model *m, const glia__planned *planned, bool training)
{
    layout o = {.m = m, .workers = planned->workers, .fits = true};
    o.rows = training ? planned->rows : planned->rows_forward;
    o.mode = training ? planned->mode : GLIA__PLAN_FORWARD;
    return o;
}

/* Counts what passes need, and sees to it that each layer has what its kernels need. */
static glia_status count_needs(glia_model *m, const glia__planned *planned, bool training, size_t *numbers)
{
    layout o = layout_for(m, planned, training);
    *numbers = 0;
    if (o.rows == 0) return GLIA_OK;
    GLIA_TRY(reserve_layers(m, o.rows, training));
    if (!lay_out(&o)) return glia__fail(GLIA_E_MEMORY, "a batch of %zu rows is more than memory can address", o.rows);
    *numbers = o.at;
    return GLIA_OK;
}

/* Layers say again what they need for these passes; they have it already. */
static void hand_out(glia_model *m, bool training)
{
    layout o = layout_for(m, &m->planned, training);
    o.block = m->activations;
    if (!o.block) return;
    reserve_layers(m, o.rows, training);
    lay_out(&o);
    link_layers(m);
}

void glia__model_lay_out(glia_model *m, bool forward_alone)
{
    bool training = m->planned.rows > 0;
    if (!training || m->planned.rows_forward > 0) hand_out(m, training && !forward_alone);
}

static void forget_activations(glia_model *m)
{
    glia__free_aligned(m->activations);
    glia__free(m->row_loss);
    m->activations = NULL;
    m->row_loss = NULL;
    m->planned = (glia__planned){0};
    m->rows = 0;
}

/* One block that either kind of passes fits into. The old one goes first, so that there are never two; where there is
 * no memory for another, the next pass has to ask again. */
static glia_status replace_activations(glia_model *m, const glia__planned *planned)
{
    size_t training, forward, rows = planned->rows > planned->rows_forward ? planned->rows : planned->rows_forward;
    GLIA_TRY(count_needs(m, planned, true, &training));
    GLIA_TRY(count_needs(m, planned, false, &forward));
    forget_activations(m);
    m->activations = glia__new_aligned(training > forward ? training : forward, sizeof *m->activations);
    m->row_loss = glia__new(rows, sizeof *m->row_loss);
    if (!m->activations || !m->row_loss) {
        forget_activations(m);
        return GLIA_E_MEMORY;
    }
    m->planned = *planned;
    return GLIA_OK;
}

glia_status glia__model_reserve(glia_model *m, size_t rows, unsigned workers, glia__plan_mode mode)
{
    glia__planned want = m->planned;
    size_t       *of_mode = mode == GLIA__PLAN_FORWARD ? &want.rows_forward : &want.rows;
    if (mode != GLIA__PLAN_FORWARD) GLIA_TRY(reserve_gradients(m));
    if (rows <= *of_mode && mode <= want.mode && workers <= want.workers) return GLIA_OK;
    if (rows > *of_mode) *of_mode = rows;
    if (mode > want.mode) want.mode = mode;
    if (workers > want.workers) want.workers = workers;
    glia_status status = replace_activations(m, &want);
    hand_out(m, m->planned.rows > 0);
    return status;
}

glia_status glia__model_compute_in(glia_model *m, glia_precision precision)
{
    const glia__kernels *k;
    if (m->precision == precision) return GLIA_OK;
    GLIA_TRY(glia__kernels_of(precision, &k));
    forget_activations(m);
    for (size_t i = 0; i < m->n_layers; i++) {
        glia__layer *l = &m->layers[i];
        if (l->class->release) l->class->release(l);
        l->k = k;
    }
    m->precision = precision;
    return GLIA_OK;
}
