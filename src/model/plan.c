/* The plan: what each layer takes and gives, where its tensors lie in the blocks, and the memory of the passes. All
 * that can fail in a pass fails here. */
#include <string.h>

#include "ground/memory.h"
#include "model/model.h"

/* Tensors and activations begin at multiples of this many numbers, so that vectors never straddle them. */
enum { ALIGN = 64 / sizeof(real) };

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

static glia_status plan_layer(glia__layer *l, const glia__shape *in)
{
    l->in = *in;
    l->k = glia__kernels_get();
    l->params = 0;
    if (in->rank == 0 && l->class->forward)
        return glia__layer_fail(l,
                                "there are no data to tell the shape of a row, and the net does not begin with input");
    GLIA_TRY(l->class->plan(l));
    char text[64];
    if (!count_numbers(&l->out, &l->n_out))
        return glia__layer_fail(l, "rows of %s are more than memory can address", glia__shape_text(&l->out, text));
    l->n_in = in->rank ? glia__shape_count(in) : l->n_out;
    return GLIA_OK;
}

glia_status glia__plan_shapes(glia__layer *layers, size_t count, const glia__shape *in, const char *text)
{
    glia__shape shape = *in;
    for (size_t i = 0; i < count; i++) {
        glia_status status = plan_layer(&layers[i], &shape);
        if (status != GLIA_OK) return fail_place(status, text, layers[i].at);
        shape = layers[i].out;
    }
    return GLIA_OK;
}

glia_status glia__plan_tensors(glia__layer *layers, size_t count, size_t *total)
{
    size_t at = 0;
    for (size_t i = 0; i < count; i++)
        for (int j = 0; j < layers[i].params; j++) {
            glia__param *p = &layers[i].param[j];
            p->offset = at;
            if (!glia__add(at, p->count, &at) || !glia__add(at, ALIGN - 1, &at))
                return glia__fail(GLIA_E_MEMORY, "the net has more parameters than memory can address");
            at = at / ALIGN * ALIGN;
        }
    *total = at;
    return GLIA_OK;
}

/* Takes room for `rows` rows of `n` numbers from a block: the place where they begin. *at grows. */
static bool take(size_t rows, size_t n, size_t *at, size_t *place)
{
    size_t numbers;
    *place = *at;
    return glia__mul(rows, n, &numbers) && glia__add(*at, numbers, at) && glia__add(*at, ALIGN - 1, at) &&
           (*at = *at / ALIGN * ALIGN, true);
}

/* Goes over all activations: with a block, hands out its parts; without, only counts. */
static bool lay_out(glia_model *m, size_t rows, glia__plan_mode mode, real *block, size_t *total)
{
    size_t at = 0, place;
    bool   fits = take(rows, m->n_in, &at, &place);
    if (block) m->x = block + place;
    if (mode == GLIA__PLAN_INPUT_GRADIENT) fits = fits && take(rows, m->n_in, &at, &place);
    if (block) m->dx = mode == GLIA__PLAN_INPUT_GRADIENT ? block + place : NULL;
    for (size_t i = 0; i < m->n_layers && fits; i++) {
        glia__layer *l = &m->layers[i];
        if (!l->class->forward) continue;
        fits = take(rows, l->n_out, &at, &place);
        if (block) l->y = block + place;
        if (mode != GLIA__PLAN_FORWARD) fits = fits && take(rows, l->n_out, &at, &place);
        if (block) l->dy = mode != GLIA__PLAN_FORWARD ? block + place : NULL;
    }
    *total = at;
    return fits;
}

/* Each layer's x and dx are the layer before's y and dy. */
static void chain(glia_model *m)
{
    const real *x = m->x;
    real       *dx = m->dx;
    for (size_t i = 0; i < m->n_layers; i++) {
        glia__layer *l = &m->layers[i];
        if (!l->class->forward) continue;
        l->x = x;
        l->dx = dx;
        x = l->y;
        dx = l->dy;
    }
}

glia_status glia__model_reserve(glia_model *m, size_t rows, glia__plan_mode mode)
{
    size_t total;
    if (mode != GLIA__PLAN_FORWARD && !m->gradients) {
        real *gradients = glia__new_aligned(m->n_parameters, sizeof *gradients);
        if (!gradients) return GLIA_E_MEMORY;
        m->gradients = gradients;
        glia__model_attach(m);
    }
    if (rows <= m->rows_planned && mode <= m->mode_planned) return GLIA_OK;
    if (rows < m->rows_planned) rows = m->rows_planned;
    if (mode < m->mode_planned) mode = m->mode_planned;
    if (!lay_out(m, rows, mode, NULL, &total))
        return glia__fail(GLIA_E_MEMORY, "a batch of %zu rows is more than memory can address", rows);
    real   *block = glia__new_aligned(total, sizeof *block);
    double *row_loss = glia__new(rows, sizeof *row_loss);
    if (!block || !row_loss) {
        glia__free_aligned(block);
        glia__free(row_loss);
        return GLIA_E_MEMORY;
    }
    glia__free_aligned(m->activations);
    glia__free(m->row_loss);
    m->activations = block;
    m->row_loss = row_loss;
    m->rows_planned = rows;
    m->mode_planned = mode;
    m->rows = 0;
    lay_out(m, rows, mode, block, &total);
    chain(m);
    return GLIA_OK;
}
