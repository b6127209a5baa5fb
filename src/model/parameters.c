/* The tensors of a model: where they lie, how they start, and how they are read and set by name.
 *
 * For the user, and in files, a weight is [out][in]; in memory it is [in][out] in panels (parts/layer.h). */
#include <stdio.h>
#include <string.h>

#include "ground/memory.h"
#include "model/model.h"
#include "parts/initializer.h"

void glia__model_attach(glia_model *m)
{
    for (size_t i = 0; i < m->n_layers; i++)
        for (int j = 0; j < m->layers[i].params; j++) {
            glia__param *p = &m->layers[i].param[j];
            p->value = m->parameters + p->offset;
            p->grad = m->gradients ? m->gradients + p->offset : NULL;
        }
}

glia__param *glia__model_param(const glia_model *m, size_t i, const glia__layer **layer)
{
    for (size_t l = 0; l < m->n_layers; l++) {
        size_t params = (size_t)m->layers[l].params;
        if (i < params) {
            if (layer) *layer = &m->layers[l];
            return &m->layers[l].param[i];
        }
        i -= params;
    }
    return NULL;
}

void glia__param_name(const glia__layer *l, const glia__param *p, char name[64])
{
    snprintf(name, 64, "%zu.%s", l->number, p->name);
}

/* Where w[i][o] stands in memory. In the order of files, i is [channel][position]; in memory [position][channel]. */
static size_t place(const glia__param *p, size_t i, size_t o)
{
    size_t q = o / p->panel * p->panel, turned = i;
    if (p->positions > 1) turned = i % p->positions * (p->in / p->positions) + i / p->positions;
    return p->in * q + turned * p->panel + (o - q);
}

size_t glia__param_place(const glia__param *p, size_t flat)
{
    return p->in ? place(p, flat % p->in, flat / p->in) : flat;
}

/* Copies some inputs of a panel between memory and a place outside; there one column lies `down` from the next, and one
 * input `along`. A column's inputs go together, as they share cache lines outside. */
static void copy_block(const glia__param *p, size_t q, size_t from, size_t to, size_t down, size_t along, bool out,
                       real *memory, real *flat)
{
    const size_t width = p->out - q < p->panel ? p->out - q : p->panel;
    for (size_t o = q; o < q + width; o++)
        for (size_t i = from; i < to; i++) {
            real *inside = memory + place(p, i, o), *outside = flat + o * down + i * along;
            *(out ? outside : inside) = *(out ? inside : outside);
        }
}

static void copy(const glia__param *p, bool transposed, bool out, real *memory, real *flat)
{
    enum { INPUTS = 16 };
    const size_t down = transposed ? p->in : 1, along = transposed ? 1 : p->out;
    if (!p->in) memcpy(out ? flat : memory, out ? memory : flat, p->count * sizeof *flat);
    for (size_t q = 0; q < p->out && p->in; q += p->panel)
        for (size_t i = 0; i < p->in; i += INPUTS)
            copy_block(p, q, i, i + INPUTS < p->in ? i + INPUTS : p->in, down, along, out, memory, flat);
}

void glia__param_export(const glia__param *p, const real *memory, bool transposed, real *flat)
{
    copy(p, transposed, true, (real *)memory, flat);
}

void glia__param_import(const glia__param *p, real *memory, bool transposed, const real *flat)
{
    copy(p, transposed, false, memory, (real *)flat);
}

/* ---- start ----------------------------------------------------------------------------------------------------- */

static glia_status draw_tensor(const glia__param *p, glia_rng *rng)
{
    double *draws = glia__new(p->count, sizeof *draws);
    real   *flat = glia__new(p->count, sizeof *flat);
    if (draws && flat) {
        glia__init_draw(p->init, rng, p->fan_in, p->fan_out, p->count, draws);
        for (size_t i = 0; i < p->count; i++) flat[i] = (real)draws[i];
        for (size_t i = 0; i < p->blanks; i++) flat[p->blank_at + i] = 0;
        glia__param_import(p, p->value, false, flat);
    }
    glia_status status = draws && flat ? GLIA_OK : GLIA_E_MEMORY;
    glia__free(draws);
    glia__free(flat);
    return status;
}

glia_status glia__model_draw(glia_model *m)
{
    glia_rng   *rng;
    glia_status status = glia_rng_new(&rng, m->seed);
    if (status != GLIA_OK) return status;
    for (size_t i = 0; status == GLIA_OK; i++) {
        const glia__param *p = glia__model_param(m, i, NULL);
        if (!p) break;
        status = draw_tensor(p, rng);
    }
    glia_rng_free(rng);
    return status;
}

/* ---- by name --------------------------------------------------------------------------------------------------- */

size_t glia_parameter_count(const glia_model *model)
{
    size_t i = 0;
    while (model && glia__model_param(model, i, NULL)) i++;
    return i;
}

glia_status glia_parameter_describe(const glia_model *model, size_t i, glia_parameter_info *info)
{
    const glia__layer *l;
    const glia__param *p = model ? glia__model_param(model, i, &l) : NULL;
    if (!p || !info) return glia__fail(GLIA_E_ARG, "glia_parameter_describe: there is no parameter %zu", i);
    *info = (glia_parameter_info){.count = p->count, .rank = p->rank, .learned = p->learns};
    memcpy(info->shape, p->shape, sizeof info->shape);
    glia__param_name(l, p, info->name);
    return GLIA_OK;
}

static glia_status find(const glia_model *m, const char *name, const void *values, size_t count,
                        const glia__param **found)
{
    const glia__layer *l;
    const glia__param *p;
    char               text[64];
    if (!m || !name || !values) return glia__fail(GLIA_E_ARG, "a model, a parameter's name and room for it are needed");
    for (size_t i = 0; (p = glia__model_param(m, i, &l)); i++) {
        glia__param_name(l, p, text);
        if (strcmp(text, name) != 0) continue;
        if (count != p->count) return glia__fail(GLIA_E_ARG, "%s has %zu numbers, not %zu", name, p->count, count);
        *found = p;
        return GLIA_OK;
    }
    return glia__fail(GLIA_E_ARG, "the model has no parameter \"%s\"", name);
}

glia_status glia_parameter_get(const glia_model *model, const char *name, glia_real *values, size_t count)
{
    const glia__param *p = NULL;
    GLIA_TRY(find(model, name, values, count, &p));
    glia__param_export(p, p->value, true, values);
    return GLIA_OK;
}

glia_status glia_parameter_set(glia_model *model, const char *name, const glia_real *values, size_t count)
{
    const glia__param *p = NULL;
    GLIA_TRY(find(model, name, values, count, &p));
    glia__param_import(p, p->value, true, values);
    return GLIA_OK;
}

glia_status glia_gradient_get(const glia_model *model, const char *name, glia_real *values, size_t count)
{
    const glia__param *p = NULL;
    GLIA_TRY(find(model, name, values, count, &p));
    if (!p->grad) return glia__fail(GLIA_E_ARG, "there are no gradients before the first backward pass");
    if (!p->learns) return glia__fail(GLIA_E_ARG, "%s is not learned: it has no gradient", name);
    glia__param_export(p, p->grad, true, values);
    return GLIA_OK;
}

glia_status glia_gradient_set(glia_model *model, const char *name, const glia_real *values, size_t count)
{
    const glia__param *p = NULL;
    GLIA_TRY(find(model, name, values, count, &p));
    if (!p->learns) return glia__fail(GLIA_E_ARG, "%s is not learned: it has no gradient", name);
    GLIA_TRY(glia__model_reserve(model, 1, 1, GLIA__PLAN_LOOK));
    glia__param_import(p, p->grad, true, values);
    return GLIA_OK;
}
