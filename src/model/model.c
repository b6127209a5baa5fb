/* The life of a model: from a net text and data, or layer by layer. */
#include "model/model.h"

#include <string.h>

#include "ground/memory.h"

const glia__layer *glia__model_last(const glia_model *m)
{
    const glia__layer *last = m->n_layers ? &m->layers[m->n_layers - 1] : NULL;
    return last && last->class->forward ? last : NULL;
}

glia__judged glia__model_judged(const glia_model *m, bool fused)
{
    const glia__layer *last = glia__model_last(m);
    return fused ? (glia__judged){last->n_in, last->x, last->dx} : (glia__judged){last->n_out, last->y, last->dy};
}

glia_status glia__model_loss(const glia_model *m, const char *text, glia__loss *loss, bool *fused)
{
    char               shape[64];
    const glia__layer *last = glia__model_last(m);
    GLIA_TRY(glia__loss_parse(loss, text, last->class->named.name, fused));
    GLIA_TRY(glia__loss_fits(loss, glia__model_judged(m, *fused).n));
    if (last->out.rank > 1 && glia__loss_fits(loss, 1) != GLIA_OK)
        return glia__layer_fail(last, "outputs of %s take one pos_weight for all: put flatten after it",
                                glia__shape_text(&last->out, shape));
    if (loss->class->takes == GLIA__TAKES_CLASSES && last->out.rank > 1)
        return glia__layer_fail(last,
                                "%s needs an output for each class, not outputs of %s: put flatten and dense after it",
                                loss->class->named.name, glia__shape_text(&last->out, shape));
    return GLIA_OK;
}

/* ---- names and targets ----------------------------------------------------------------------------------------- */

static void free_names(char **names, size_t count)
{
    for (size_t i = 0; names && i < count; i++) glia__free(names[i]);
    glia__free(names);
}

static glia_status copy_names(char ***copy, size_t count, const glia_data *data,
                              const char *(*name)(const glia_data *, size_t))
{
    char **names = glia__new(count, sizeof *names);
    if (!names) return GLIA_E_MEMORY;
    for (size_t i = 0; i < count; i++) {
        const char *text = name(data, i);
        if (!(names[i] = glia__strdup(text ? text : ""))) {
            free_names(names, count);
            return GLIA_E_MEMORY;
        }
    }
    *copy = names;
    return GLIA_OK;
}

static void forget_target(glia_model *m)
{
    free_names(m->class_names, m->n_classes);
    free_names(m->target_names, m->n_targets);
    free_names(m->column_names, m->n_in);
    m->class_names = m->target_names = m->column_names = NULL;
    m->n_classes = m->n_targets = 0;
    m->target = GLIA_TARGET_NONE;
}

/* What the net says of its rows. */
static void shape_of_rows(glia_model *m)
{
    bool image = m->in.rank == 3;
    m->channels = image ? m->in.dim[0] : 1;
    m->height = image ? m->in.dim[1] : 1;
    m->width = image ? m->in.dim[2] : m->n_in;
}

static void forget_plan(glia_model *m)
{
    glia__plan_free(m->plan);
    m->plan = NULL;
}

void glia__model_unbind(glia_model *m)
{
    forget_target(m);
    forget_plan(m);
    shape_of_rows(m);
}

glia_status glia__model_name_inputs(glia_model *m)
{
    if (!m->plan->count || !*m->plan->column[0].name) return GLIA_OK;
    if (!(m->column_names = glia__new(m->n_in, sizeof *m->column_names))) return GLIA_E_MEMORY;
    for (size_t i = 0; i < m->n_in; i++) {
        size_t                   of;
        glia__string             name = {0};
        const glia__plan_column *c = glia__plan_input(m->plan, i, &of);
        glia__plan_input_name(c, of, &name);
        if (!(m->column_names[i] = glia__string_take(&name))) return GLIA_E_MEMORY;
    }
    return GLIA_OK;
}

glia_status glia__model_bind(glia_model *m, const glia_data *data)
{
    glia_data_info info;
    glia_data_describe(data, &info);
    forget_target(m);
    if (info.target == GLIA_TARGET_CLASSES) {
        GLIA_TRY(copy_names(&m->class_names, info.outputs, data, glia_data_class_name));
        m->n_classes = info.outputs;
    }
    if (info.target != GLIA_TARGET_NONE && glia_data_target_name(data, 0)) {
        size_t columns = info.target == GLIA_TARGET_CLASSES ? 1 : info.outputs;
        GLIA_TRY(copy_names(&m->target_names, columns, data, glia_data_target_name));
        m->n_targets = columns;
    }
    if (!m->plan) GLIA_TRY(glia__plan_fit(&m->plan, data));
    if (m->plan && m->plan->width == m->n_in)
        GLIA_TRY(glia__model_name_inputs(m));
    else if (glia_data_column_name(data, 0))
        GLIA_TRY(copy_names(&m->column_names, m->n_in, data, glia_data_column_name));
    m->target = info.target;
    if (m->in.rank == 3) return GLIA_OK; /* the net's own reading of the rows goes before the data's */
    m->channels = info.channels;
    m->height = info.height;
    m->width = m->plan ? m->n_in : info.width;
    return GLIA_OK;
}

/* ---- making ---------------------------------------------------------------------------------------------------- */

/* Everything that follows from the text: layers, shapes, blocks. */
static glia_status build(glia_model *m, const char *text, const glia__shape *data)
{
    size_t total;
    GLIA_TRY(glia__net_parse(text, &m->layers, &m->n_layers));
    glia__shape rows = glia__net_rows(m->layers, m->n_layers, data);
    GLIA_TRY(glia__plan_shapes(m->layers, m->n_layers, &rows, text));
    GLIA_TRY(glia__plan_tensors(m->layers, m->n_layers, &total));
    for (size_t i = 0; i < m->n_layers; i++) m->layers[i].at = NULL; /* the text is the caller's, and goes */
    m->n_parameters = total;
    if (!(m->net = glia__net_print(m->layers, m->n_layers))) return glia__fail(GLIA_E_MEMORY, "out of memory");
    if (!(m->parameters = glia__new_aligned(total, sizeof *m->parameters))) return GLIA_E_MEMORY;
    glia__model_attach(m);
    m->in = m->n_layers ? m->layers[0].class->forward ? m->layers[0].in : m->layers[0].out : rows;
    m->n_in = m->in.rank ? glia__shape_count(&m->in) : 0;
    m->n_out = m->n_layers ? m->layers[m->n_layers - 1].n_out : m->n_in;
    return GLIA_OK;
}

static glia_status make(glia_model **model, const char *net, const glia__shape *in, uint32_t seed, bool drawn)
{
    glia_model *m = glia__new(1, sizeof *m);
    if (!m) return GLIA_E_MEMORY;
    m->seed = seed;
    glia_status status = build(m, net, in);
    if (status == GLIA_OK && drawn) status = glia__model_draw(m);
    if (status == GLIA_OK && !(m->loss_text = glia__strdup(""))) status = GLIA_E_MEMORY;
    if (status == GLIA_OK && !(m->record = glia__strdup(""))) status = GLIA_E_MEMORY;
    if (status != GLIA_OK) {
        glia_model_free(m);
        return status;
    }
    shape_of_rows(m);
    *model = m;
    return GLIA_OK;
}

/* The same for the rows of data, which go through a plan if they are a table's. */
static glia_status make_for(glia_model **model, const char *net, const glia_data *data, const glia__plan *plan,
                            uint32_t seed, bool drawn)
{
    glia__shape in = {0};
    char       *picked = NULL;
    if (data) in = (glia__shape){.rank = 3, .dim = {data->channels, data->height, data->width}};
    if (plan) in = (glia__shape){.rank = 3, .dim = {1, 1, plan->width}};
    if (!net && !(net = picked = glia__net_for(data, glia__shape_count(&in))))
        return glia__fail(GLIA_E_MEMORY, "out of memory");
    glia_status status = make(model, net, &in, seed, drawn);
    glia__free(picked);
    return status;
}

static glia_status new_model(glia_model **model, const char *net, const glia_data *data, uint32_t seed, bool drawn)
{
    if (!model) return glia__fail(GLIA_E_ARG, "glia_model_new: there is no place for the model");
    *model = NULL;
    if (!net && !data) return glia__fail(GLIA_E_ARG, "glia_model_new: neither a net nor data to pick one for");
    if (!net && data->target == GLIA_TARGET_NONE)
        return glia__fail(GLIA_E_SHAPE, "%s has no target, so no net can be picked for it", data->name);
    glia__plan *plan = NULL;
    if (data) GLIA_TRY(glia__plan_fit(&plan, data));
    glia_status status = make_for(model, net, data, plan, seed, drawn);
    if (status == GLIA_OK) {
        (*model)->plan = plan;
        if (data) status = glia__model_bind(*model, data);
    } else {
        glia__plan_free(plan);
    }
    if (status != GLIA_OK) {
        glia_model_free(*model);
        *model = NULL;
    }
    return status;
}

glia_status glia_model_new(glia_model **model, const char *net, const glia_data *data, uint32_t seed)
{
    return new_model(model, net, data, seed, true);
}

glia_status glia__model_bare(glia_model **model, const char *net, const glia_data *data, uint32_t seed)
{
    return new_model(model, net, data, seed, false);
}

/* What the outputs mean, and what a row is, go over to another model. */
static void hand_over(glia_model *from, glia_model *to)
{
    forget_target(to);
    to->target = from->target;
    to->class_names = from->class_names, from->class_names = NULL;
    to->n_classes = from->n_classes, from->n_classes = 0;
    to->target_names = from->target_names, from->target_names = NULL;
    to->n_targets = from->n_targets, from->n_targets = 0;
    to->column_names = from->column_names, from->column_names = NULL;
    glia__plan_free(to->plan);
    to->plan = from->plan, from->plan = NULL;
    to->channels = from->channels, to->height = from->height, to->width = from->width;
}

glia_status glia_model_add(glia_model *model, const char *layers)
{
    if (!model || !layers) return glia__fail(GLIA_E_ARG, "glia_model_add: a model and a text are needed");
    glia__string text = {0};
    glia_model  *longer = NULL;
    glia__string_add(&text, "%s%s%s", model->net, *model->net ? ", " : "", layers);
    char *net = glia__string_take(&text);
    if (!net) return glia__fail(GLIA_E_MEMORY, "out of memory");
    glia__shape rows = {.rank = model->n_in ? 3 : 0, .dim = {model->channels, model->height, model->width}};
    bool        says = model->n_layers && !model->layers[0].class->forward;
    glia_status status = make(&longer, net, says ? &(glia__shape){0} : &rows, model->seed, true);
    glia__free(net);
    if (status != GLIA_OK) return status;
    if (model->target != GLIA_TARGET_NONE || model->plan) hand_over(model, longer);
    longer->evaluates = model->evaluates;
    glia_model old = *model;
    *model = *longer;
    *longer = old;
    glia_model_free(longer);
    return GLIA_OK;
}

void glia_model_free(glia_model *m)
{
    if (!m) return;
    forget_target(m);
    forget_plan(m);
    glia__scaler_clear(&m->scale);
    glia__scaler_clear(&m->target_scale);
    glia__free_aligned(m->parameters);
    glia__free_aligned(m->gradients);
    glia__free_aligned(m->activations);
    glia__free(m->row_loss);
    glia__layers_free(m->layers, m->n_layers);
    glia__free(m->net);
    glia__free(m->class_weight);
    glia__free(m->weight_name);
    glia__free(m->loss_text);
    glia__free(m->record);
    glia__free(m->history);
    glia__free(m->findings);
    glia__free(m);
}
