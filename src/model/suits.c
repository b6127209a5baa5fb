/* Does a data set suit a model? Its rows, the names of its columns, its target and its classes. */
#include <math.h>
#include <string.h>

#include "ground/memory.h"
#include "model/model.h"

static glia_status fail_outputs(const glia_model *m, const char *name, size_t outputs, const char *what)
{
    return glia__layer_fail(glia__model_last(m), "gives %zu output%s, and %s has %zu %s", m->n_out,
                            m->n_out == 1 ? "" : "s", name, outputs, what);
}

/* As many outputs as classes, or a single one for two. */
static bool can_tell(const glia_model *m, size_t classes)
{
    return m->n_out == classes || (m->n_out == 1 && classes == 2);
}

static const char *target_text(glia_target target)
{
    return target == GLIA_TARGET_CLASSES ? "classes" : "numbers";
}

static glia_status check_target(const glia_model *m, const glia_data *data, const glia_data_info *info)
{
    if (info->target == GLIA_TARGET_NONE) return glia__fail(GLIA_E_SHAPE, "%s has no target", data->name);
    if (m->target != GLIA_TARGET_NONE && m->target != info->target)
        return glia__fail(GLIA_E_SHAPE, "the model tells %s, and the target of %s is %s", target_text(m->target),
                          data->name, target_text(info->target));
    if (m->n_classes) return GLIA_OK; /* by name: glia__model_map_classes */
    if (info->target == GLIA_TARGET_CLASSES && !can_tell(m, info->outputs))
        return fail_outputs(m, data->name, info->outputs, info->outputs == 1 ? "class" : "classes");
    for (size_t j = 0; info->target == GLIA_TARGET_NUMBERS && j < m->n_targets && m->n_targets > 1; j++) {
        const char *name = glia_data_target_name(data, j);
        if (name && strcmp(name, m->target_names[j]) != 0)
            return glia__fail(GLIA_E_SHAPE, "target %zu of %s is \"%s\", and the model learnt \"%s\" there", j + 1,
                              data->name, name, m->target_names[j]);
    }
    if (info->target == GLIA_TARGET_NUMBERS && m->n_out != info->outputs)
        return fail_outputs(m, data->name, info->outputs, info->outputs == 1 ? "target number" : "target numbers");
    return GLIA_OK;
}

/* Where both have names, they are the same and in the same order: another order would be other inputs. */
static glia_status check_names(const glia_model *m, const glia_data *data)
{
    for (size_t i = 0; m->column_names && i < m->n_in; i++) {
        const char *name = glia_data_column_name(data, i);
        if (name && strcmp(name, m->column_names[i]) != 0)
            return glia__fail(GLIA_E_SHAPE, "column %zu of %s is \"%s\", and the model learnt from \"%s\" there", i + 1,
                              data->name, name, m->column_names[i]);
    }
    return GLIA_OK;
}

/* ---- numbers that are words -------------------------------------------------------------------------------------- */

const glia__layer *glia__layers_reader(const glia__layer *layers, size_t count)
{
    const glia__layer *reader = NULL;
    for (size_t i = 0; i < count; i++) {
        const glia__layer *l = &layers[i];
        if (l->class->words && (!reader || l->class->words(l) < reader->class->words(reader))) reader = l;
    }
    return reader;
}

const glia__layer *glia__model_reader(const glia_model *m)
{
    return glia__layers_reader(m->layers, m->n_layers);
}

static bool is_word(const glia__layer *reader, double x)
{
    return x >= 0 && x < (double)reader->class->words(reader) && x == floor(x);
}

static glia_status fail_word(const glia__layer *reader, const char *name, size_t row, double x)
{
    char number[32];
    if (sizeof(real) == sizeof(float))
        glia_number_write_float(number, (float)x);
    else
        glia_number_write(number, x);
    return glia__fail(GLIA_E_SHAPE, "%s: row %zu: %s is not one of the %zu words of layer %zu (%s), which count from 0",
                      name, row + 1, number, reader->class->words(reader), reader->number, reader->class->named.name);
}

glia_status glia__check_words(const glia__layer *reader, const char *name, const real *x, size_t n, size_t rows)
{
    for (size_t i = 0; reader && i < rows * n; i++)
        if (!is_word(reader, (double)x[i])) return fail_word(reader, name, i / n, (double)x[i]);
    return GLIA_OK;
}

/* Rows that a layer reads as words. */
typedef struct words {
    const glia__layer  *reader;
    const glia__intake *in;
    size_t              n;
    real               *x; /* [n]: a row */
    glia_status         status;
} words;

static void check_row(void *context, size_t r, const void *numbers)
{
    words *w = context;
    if (w->status != GLIA_OK) return;
    glia__intake_row(w->in, numbers, w->x);
    for (size_t i = 0; w->status == GLIA_OK && i < w->n; i++)
        if (!is_word(w->reader, (double)w->x[i]))
            w->status = fail_word(w->reader, w->in->data->name, glia__data_stored(w->in->data, r), (double)w->x[i]);
}

static glia_status check_words(const glia_model *m, const glia__intake *in)
{
    words w = {.reader = glia__model_reader(m), .in = in, .n = m->n_in};
    if (!w.reader) return GLIA_OK;
    if (!(w.x = glia__new(m->n_in, sizeof *w.x))) return GLIA_E_MEMORY;
    glia_status status = glia__data_each(in->data, check_row, &w);
    glia__free(w.x);
    return w.status != GLIA_OK ? w.status : status;
}

/* ---- inputs ------------------------------------------------------------------------------------------------------ */

/* What can be said of the rows themselves, once they are found. */
static glia_status check_intake(const glia_model *m, const glia__intake *in)
{
    size_t width = glia__intake_width(in);
    if (width != m->n_in)
        return glia__fail(GLIA_E_SHAPE, "%s has %zu numbers a row, and the net takes %zu", in->data->name, width,
                          m->n_in);
    if (!m->plan) GLIA_TRY(check_names(m, in->data));
    return check_words(m, in);
}

static glia_status check_inputs(const glia_model *m, const glia_data *data)
{
    glia__intake in;
    GLIA_TRY(glia__intake_new(&in, data, m->plan, NULL));
    glia_status status = check_intake(m, &in);
    glia__intake_clear(&in);
    return status;
}

/* ---- data as a whole --------------------------------------------------------------------------------------------- */

glia_status glia__model_check_data(const glia_model *m, const glia_data *data, bool with_target)
{
    glia_data_info info;
    glia_data_describe(data, &info);
    if (!glia__model_last(m)) return glia__fail(GLIA_E_SHAPE, "the net has no layers");
    GLIA_TRY(check_inputs(m, data));
    if (m->n_classes && !can_tell(m, m->n_classes)) return fail_outputs(m, "the target", m->n_classes, "classes");
    return with_target ? check_target(m, data, &info) : GLIA_OK;
}

static size_t find_class(const glia_model *m, const char *name)
{
    size_t k = 0;
    while (k < m->n_classes && strcmp(m->class_names[k], name) != 0) k++;
    return k;
}

glia_status glia__model_map_classes(const glia_model *m, const glia_data *data, int32_t **map)
{
    glia_data_info info;
    bool           same = true;
    *map = NULL;
    glia_data_describe(data, &info);
    if (info.target != GLIA_TARGET_CLASSES || !m->n_classes) return GLIA_OK;
    int32_t *classes = glia__new(info.outputs, sizeof *classes);
    if (!classes) return GLIA_E_MEMORY;
    for (size_t k = 0; k < info.outputs; k++) {
        const char *name = glia_data_class_name(data, k);
        size_t      to = find_class(m, name);
        if (to == m->n_classes) {
            glia__free(classes);
            return glia__fail(GLIA_E_SHAPE, "%s has a class \"%s\", which the model does not know", data->name, name);
        }
        classes[k] = (int32_t)to;
        same = same && to == k;
    }
    if (same)
        glia__free(classes);
    else
        *map = classes;
    return GLIA_OK;
}

glia_status glia_model_suits(const glia_model *model, const glia_data *data)
{
    int32_t *map;
    if (!model || !data) return glia__fail(GLIA_E_ARG, "glia_model_suits: a model and data are needed");
    GLIA_TRY(glia__model_check_data(model, data, true));
    GLIA_TRY(glia__model_map_classes(model, data, &map));
    glia__free(map);
    return GLIA_OK;
}
