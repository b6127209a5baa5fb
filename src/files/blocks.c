/* Blocks of numbers of the size of a model's parameters (weights, an optimizer's memory, averages), as tensors: each by
 * the name of its parameter with a prefix ("best.0.weight"), in the shape that the model file has. */
#include <stdio.h>
#include <string.h>

#include "files/files.h"
#include "ground/memory.h"
#include "ground/text.h"

/* ---- out --------------------------------------------------------------------------------------------------------- */

void glia__tensor_list_clear(glia__tensor_list *list)
{
    for (size_t i = 0; i < list->count; i++) glia__free((void *)list->tensor[i].name);
    for (size_t i = 0; i < list->blocks; i++) glia__free(list->block[i]);
    glia__free(list->tensor);
    glia__free(list->block);
    *list = (glia__tensor_list){0};
}

glia_status glia__tensor_list_add(glia__tensor_list *list, const glia__tensor_out *tensor)
{
    GLIA_TRY(glia__grow(&list->tensor, &list->room, list->count + 1, sizeof *list->tensor));
    char *name = glia__strdup(tensor->name);
    if (!name) return GLIA_E_MEMORY;
    list->tensor[list->count] = *tensor;
    list->tensor[list->count++].name = name;
    return GLIA_OK;
}

static void block_name(const char *prefix, const glia_parameter_info *info, char name[GLIA__TENSOR_NAME])
{
    snprintf(name, GLIA__TENSOR_NAME, "%s%s%s", prefix ? prefix : "", prefix ? "." : "", info->name);
}

static glia_status new_block(glia__tensor_list *list, size_t numbers, real **values)
{
    GLIA_TRY(glia__grow(&list->block, &list->block_room, list->blocks + 1, sizeof *list->block));
    if (!(*values = glia__new(numbers, sizeof **values))) return GLIA_E_MEMORY;
    list->block[list->blocks++] = *values;
    return GLIA_OK;
}

glia_status glia__tensor_list_block(glia__tensor_list *list, const glia_model *m, const char *prefix, const real *block)
{
    const glia__param *p;
    real              *values;
    GLIA_TRY(new_block(list, m->n_parameters, &values));
    for (size_t i = 0; (p = glia__model_param(m, i, NULL)); i++) {
        char                name[GLIA__TENSOR_NAME];
        glia_parameter_info info;
        GLIA_TRY(glia_parameter_describe(m, i, &info));
        block_name(prefix, &info, name);
        glia__tensor_out tensor = {.name = name, .rank = info.rank, .values = values};
        tensor.type = prefix ? GLIA__REALS_ANY : GLIA__REALS;
        memcpy(tensor.shape, info.shape, sizeof info.shape);
        GLIA_TRY(glia__tensor_list_add(list, &tensor));
        glia__param_export(p, block + p->offset, true, values);
        values += info.count;
    }
    return GLIA_OK;
}

/* ---- in ---------------------------------------------------------------------------------------------------------- */

glia_status glia__taken_new(glia__taken *taken, const glia__tensors *from)
{
    *taken = (glia__taken){.from = from, .is = glia__new(from->count, sizeof *taken->is)};
    return taken->is ? GLIA_OK : GLIA_E_MEMORY;
}

void glia__taken_clear(glia__taken *taken)
{
    glia__free(taken->is);
    *taken = (glia__taken){0};
}

glia_status glia__take(glia__taken *taken, const char *name, glia__numbers type, int rank, const size_t *shape,
                       void *values)
{
    char                have[GLIA__SHAPE_TEXT], want[GLIA__SHAPE_TEXT];
    const glia__tensor *tensor = glia__tensors_find(taken->from, name);
    if (!tensor) return glia__fail(GLIA_E_FORMAT, "there is no tensor \"%s\"", name);
    if (tensor->rank != rank || memcmp(tensor->shape, shape, (size_t)rank * sizeof *shape) != 0)
        return glia__fail(GLIA_E_FORMAT, "tensor \"%s\" is %s, not %s", name,
                          glia__tensor_shape_text(have, tensor->shape, tensor->rank),
                          glia__tensor_shape_text(want, shape, rank));
    taken->is[tensor - taken->from->tensor] = true;
    return glia__tensors_exact(taken->from, tensor, type, values);
}

static glia_status take_params(glia__taken *taken, const glia_model *m, const char *prefix, real *flat, real *block)
{
    const glia__param *p;
    for (size_t i = 0; (p = glia__model_param(m, i, NULL)); i++) {
        char                name[GLIA__TENSOR_NAME];
        glia_parameter_info info;
        GLIA_TRY(glia_parameter_describe(m, i, &info));
        block_name(prefix, &info, name);
        GLIA_TRY(glia__take(taken, name, GLIA__REALS_ANY, info.rank, info.shape, flat));
        glia__param_import(p, block + p->offset, true, flat);
    }
    return GLIA_OK;
}

glia_status glia__take_block(glia__taken *taken, const glia_model *m, const char *prefix, real *block)
{
    real *flat = glia__new(m->n_parameters, sizeof *flat);
    if (!flat) return GLIA_E_MEMORY;
    glia_status status = take_params(taken, m, prefix, flat, block);
    glia__free(flat);
    return status;
}

glia_status glia__taken_all(const glia__taken *taken)
{
    for (size_t i = 0; i < taken->from->count; i++)
        if (!taken->is[i])
            return glia__fail(GLIA_E_FORMAT, "tensor \"%s\" has no place here", taken->from->tensor[i].name);
    return GLIA_OK;
}
