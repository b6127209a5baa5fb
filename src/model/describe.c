/* What a model is: the getters of glia.h, section 5. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "ground/memory.h"
#include "model/model.h"

static size_t layer_parameters(const glia__layer *l)
{
    size_t count = 0;
    for (int j = 0; j < l->params; j++) count += l->param[j].state ? 0 : l->param[j].count;
    return count;
}

static const char *scale_name(const glia_model *m)
{
    return *m->record ? glia__scales[m->scale.how].name : "";
}

void glia_model_describe(const glia_model *model, glia_model_info *info)
{
    if (!info) return;
    *info = (glia_model_info){.net = "", .loss = "", .scale = "", .border = (double)NAN};
    if (!model) return;
    *info = (glia_model_info){
        .net = model->net,
        .loss = model->loss_text,
        .scale = scale_name(model),
        .target = model->target,
        .inputs = model->n_in,
        .outputs = model->n_out,
        .channels = model->channels,
        .height = model->height,
        .width = model->width,
        .rank = model->in.rank,
        .classes = model->n_classes,
        .layers = model->n_layers,
        .seed = model->seed,
        .border = model->knows_border ? model->border : (double)NAN,
    };
    memcpy(info->shape, model->in.dim, sizeof info->shape);
    for (size_t i = 0; i < model->n_layers; i++) {
        info->parameters += layer_parameters(&model->layers[i]);
        info->multiply_adds += model->layers[i].multiply_adds;
    }
}

const char *glia_model_class_name(const glia_model *model, size_t k)
{
    return model && k < model->n_classes ? model->class_names[k] : NULL;
}

const char *glia_model_target_name(const glia_model *model, size_t j)
{
    return model && j < model->n_targets ? model->target_names[j] : NULL;
}

const char *glia_model_columns(const glia_model *model)
{
    return model && model->plan ? model->plan->text : "";
}

const char *glia_model_missing(const glia_model *model)
{
    return model && model->plan ? model->plan->missing : NULL;
}

glia_status glia_model_unknown(const glia_model *model, const glia_data *data, size_t i, size_t *rows,
                               const char **word)
{
    if (!model || !data || !rows || !word || !model->plan || i >= model->plan->count)
        return glia__fail(GLIA_E_ARG, "glia_model_unknown: a model with such a column, data and places are needed");
    glia__intake in;
    GLIA_TRY(glia__intake_new(&in, data, model->plan, NULL));
    *rows = glia__intake_unknown(&in, i, word);
    glia__intake_clear(&in);
    return GLIA_OK;
}

bool glia_model_column(const glia_model *model, size_t i, glia_plan_info *info)
{
    if (!model || !model->plan || i >= model->plan->count) return false;
    const glia__plan_column *c = &model->plan->column[i];
    if (!info) return true;
    *info = (glia_plan_info){
        .name = c->name, .kind = c->kind.which, .inputs = c->width, .missing = c->missing, .hash = c->kind.hash};
    glia__plan_tell(c, model->plan->rows, info->what, sizeof info->what);
    return true;
}

const char *glia_model_input_name(const glia_model *model, size_t input)
{
    bool named = model && model->column_names && input < model->n_in && *model->column_names[input];
    return named ? model->column_names[input] : NULL;
}

const char *glia_model_stopped(const glia_model *model)
{
    return model && model->stopped ? model->stopped : "";
}

const char *glia_model_weight_name(const glia_model *model)
{
    return model ? model->weight_name : NULL;
}

double glia_model_class_weight(const glia_model *model, size_t k)
{
    if (!model || k >= model->n_classes) return (double)NAN;
    return model->class_weight ? (double)model->class_weight[k] : 1;
}

const char *glia_model_record(const glia_model *model)
{
    return model ? model->record : "";
}

const glia_epoch *glia_model_history(const glia_model *model, size_t *count)
{
    if (count) *count = model ? model->n_history : 0;
    return model ? model->history : NULL;
}

size_t glia_model_kept_epoch(const glia_model *model)
{
    return model ? model->kept_epoch : 0;
}

/* How many gradients of its outputs a layer has: one of each reader. */
static size_t gradients_of(const glia_model *m, size_t layer)
{
    size_t readers = glia__graph_readers(m->layers, m->n_layers, glia__is_input(&m->layers[layer]) ? SIZE_MAX : layer);
    return readers ? readers : 1;
}

glia_status glia_model_layer(const glia_model *model, size_t layer, glia_layer_info *info)
{
    if (!model || !info || layer >= model->n_layers)
        return glia__fail(GLIA_E_ARG, "glia_model_layer: there is no layer %zu", layer);
    const glia__layer *l = &model->layers[layer];
    glia__string       settings = {0};
    glia__named        named = glia__layer_named(l->class);
    glia__phrase_print(&settings, &named, l->set);
    *info = (glia_layer_info){
        .name = l->class->named.name,
        .index = l->number,
        .rank = l->out.rank,
        .parameters = layer_parameters(l),
        .multiply_adds = l->multiply_adds,
        .bytes_inference = l->n_out * sizeof(real),
        .bytes_training = (1 + gradients_of(model, layer)) * l->n_out * sizeof(real),
    };
    memcpy(info->shape, l->out.dim, sizeof info->shape);
    snprintf(info->settings, sizeof info->settings, "%s", settings.text ? settings.text + (*settings.text == ' ') : "");
    bool failed = settings.failed;
    glia__string_clear(&settings);
    return failed ? glia__fail(GLIA_E_MEMORY, "out of memory") : GLIA_OK;
}
