/* Rows of a data set in the model's terms: its scaled inputs, its number of each class, its scaled targets. */
#include "data/plan.h"
#include "ground/memory.h"
#include "model/model.h"

static glia_status check_rows(const glia_data *data, const size_t *rows, size_t count)
{
    size_t there = data->rows;
    if (!rows && count > there) return glia__fail(GLIA_E_ARG, "%s has %zu rows, not %zu", data->name, there, count);
    for (size_t i = 0; rows && i < count; i++)
        if (rows[i] >= there)
            return glia__fail(GLIA_E_ARG, "%s has %zu rows, and none with the number %zu", data->name, there, rows[i]);
    return GLIA_OK;
}

glia_status glia_inputs_get(const glia_model *model, const glia_data *data, const size_t *rows, size_t count,
                            glia_real *x)
{
    if (!model || !data || !x) return glia__fail(GLIA_E_ARG, "glia_inputs_get: a model, data and room are needed");
    GLIA_TRY(glia__model_check_data(model, data, false));
    GLIA_TRY(check_rows(data, rows, count));
    glia__intake in;
    GLIA_TRY(glia__intake_new(&in, data, model->plan, &model->scale));
    glia_status status = glia__intake_reserve(&in, count, false);
    if (status == GLIA_OK) status = glia__intake_take(&in, rows, count);
    if (status == GLIA_OK) glia__batch_inputs(&in, rows, 0, count, x);
    glia__intake_clear(&in);
    return status;
}

static glia_status get_classes(const glia_model *m, const glia_data *data, const size_t *rows, size_t count,
                               int32_t *classes)
{
    int32_t *map;
    GLIA_TRY(glia__model_map_classes(m, data, &map));
    glia__batch_classes(data, rows, 0, count, classes);
    for (size_t i = 0; map && i < count; i++) classes[i] = map[classes[i]];
    glia__free(map);
    return GLIA_OK;
}

glia_status glia_targets_get(const glia_model *model, const glia_data *data, const size_t *rows, size_t count,
                             int32_t *classes, glia_real *targets)
{
    if (!model || !data || !classes == !targets)
        return glia__fail(GLIA_E_ARG,
                          "glia_targets_get: a model, data, and room for either classes or targets are needed");
    GLIA_TRY(glia__model_check_data(model, data, true));
    GLIA_TRY(check_rows(data, rows, count));
    if ((data->target == GLIA_TARGET_CLASSES) != (classes != NULL))
        return glia__fail(GLIA_E_ARG, "glia_targets_get: the target of %s is %s", data->name,
                          classes ? "numbers, not classes" : "classes, not numbers");
    if (classes) return get_classes(model, data, rows, count, classes);
    glia__batch_numbers(data, &model->target_scale, rows, 0, count, targets);
    return GLIA_OK;
}
