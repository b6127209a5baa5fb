/* The memory of the passes: one block, in which each layer has its y, its dy, what it keeps and what workers need. Who
 * looks at no layer's numbers gets less of it, and shorter ways to it:
 *
 *   over       a relu that alone reads a linear layer has that one's y and dy as its own
 *   by_reader  a pooling by maxima that alone reads such a relu makes y and dx of it along with its own
 *   spent      dy of a linear layer is its y, where who alone reads that is through with a number when it writes its dx
 *
 * All that can fail in a pass fails here. */
#include <string.h>

#include "ground/memory.h"
#include "model/model.h"

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

static glia__layer *only_reader(const layout *o, size_t i)
{
    return glia__graph_only_reader(o->m->layers, o->m->n_layers, i);
}

/* The layer whose y, and dy, become this one's: what goes by stays in a cache. NULL: it has its own. */
static const glia__layer *lies_over(const layout *o, const glia__layer *l)
{
    const size_t at = l->input[0].from;
    if (o->mode > GLIA__PLAN_TRAINING || !l->class->over || at == SIZE_MAX) return NULL;
    const glia__layer *from = &o->m->layers[at];
    return only_reader(o, at) && from->class->linear != GLIA__NOT_LINEAR ? from : NULL;
}

/* Which layers are made by their readers, before any has its place. */
static void find_taken(const layout *o)
{
    for (size_t i = 0; i < o->m->n_layers; i++) o->m->layers[i].rectifies = false;
    for (size_t i = 0; i < o->m->n_layers; i++) {
        glia__layer *l = &o->m->layers[i], *reader = only_reader(o, i);
        l->by_reader = l->class->rectifier && reader && reader->class->takes_rectifier && lies_over(o, l);
        if (l->by_reader) reader->rectifies = true;
    }
}

/* Whether dy of layer i may be its y: its own way back does without y, and its reader's spends it. */
static bool is_spent(const layout *o, size_t i)
{
    const glia__layer *l = &o->m->layers[i], *reader = only_reader(o, i);
    if (o->mode != GLIA__PLAN_TRAINING || l->class->linear == GLIA__NOT_LINEAR) return false;
    if (reader && reader->by_reader) reader = only_reader(o, (size_t)(reader - o->m->layers));
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
    l->spent = is_spent(o, i) || (under && under->spent);
    if (l->spent)
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
    find_taken(o);
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
