/* A model in a safetensors file.
 *
 * The tensors are the state dict of the torch.nn.Sequential of the same net ("0.weight" [out][in], "0.bias" [out], ...)
 * and nothing else, so that PyTorch loads the file strictly. What else a model needs is text in __metadata__:
 *
 *   glia           the version of this format: "1"
 *   glia_version   of the library that wrote the file
 *   net            "dense 128, relu, dense 10, softmax"
 *   input          of a row: "784", or "1x28x28" (channels x height x width)
 *   seed           that the first weights were drawn from
 *   target         "classes", "numbers" or "none"
 *   class_names, target_names, column_names    JSON lists, where there are names
 *   scale          {"how":"unit"}, or {"how":"standard","shift":[...],"scale":[...]} with a pair for each column
 *   target_scale   the same, of numbers to be predicted
 *   border         the mean of the outermost pixels of the images it learnt from, 0..255; left out where not known
 *   loss, record   of the training; left out before
 *
 * Nothing in it changes from run to run. A file is read strictly: every tensor is held against the net, and every size
 * against the file, before memory for a model is asked for. */
#include <stdio.h>
#include <string.h>

#include "files/metadata.h"
#include "ground/file.h"
#include "ground/memory.h"
#include "numbers/kernels.h"

/* ---- saving ------------------------------------------------------------------------------------------------------ */

glia_status glia_model_save(const glia_model *model, const char *path)
{
    glia__tensor_list list = {0};
    glia__meta       *meta = NULL;
    size_t            metas = 0;
    if (!model || !path) return glia__fail(GLIA_E_ARG, "glia_model_save: a model and a path are needed");
    glia_status status = glia__tensor_list_block(&list, model, NULL, model->parameters);
    if (!status) status = glia__metadata_write(model, &meta, &metas);
    if (status)
        glia__fail_at(status, "%s", path);
    else
        status = glia__tensors_write(path, list.tensor, list.count, meta, metas);
    glia__metadata_free(meta, metas);
    glia__tensor_list_clear(&list);
    return status;
}

/* ---- do the tensors fit? ---------------------------------------------------------------------------------------- */

/* A list of layers, planned: of a model, or before there is one. */
typedef struct layers {
    glia__layer *list;
    size_t       count;
} layers;

/* The tensor of this name, or NULL. */
static const glia__param *find_param(layers of, const char *name)
{
    for (size_t l = 0; l < of.count; l++)
        for (int j = 0; j < of.list[l].params; j++) {
            char own[64];
            glia__param_name(&of.list[l], &of.list[l].param[j], own);
            if (strcmp(own, name) == 0) return &of.list[l].param[j];
        }
    return NULL;
}

static bool has_shape_of(const glia__tensor *tensor, const glia__param *p)
{
    return tensor->rank == p->rank && memcmp(tensor->shape, p->shape, (size_t)p->rank * sizeof *p->shape) == 0;
}

static glia_status check_shape(const glia__tensor *tensor, const glia__param *p)
{
    char have_text[GLIA__SHAPE_TEXT], want_text[GLIA__SHAPE_TEXT];
    if (has_shape_of(tensor, p)) return GLIA_OK;
    return glia__fail(GLIA_E_FORMAT, "tensor \"%s\" is %s, and the net needs %s", tensor->name,
                      glia__tensor_shape_text(have_text, tensor->shape, tensor->rank),
                      glia__tensor_shape_text(want_text, p->shape, p->rank));
}

/* PyTorch's batch norm counts its batches in the state dict; it is nothing that a net computes with. */
static bool is_batch_count(const char *name)
{
    const char *last = strrchr(name, '.');
    return strcmp(last ? last + 1 : name, "num_batches_tracked") == 0;
}

/* The file's tensors must be those of the layers: no other, of the same shapes, and all of them. */
static glia_status check_tensors(const glia__tensors *t, layers of, bool skip_counts)
{
    for (size_t i = 0; i < t->count; i++) {
        const glia__param *p = find_param(of, t->tensor[i].name);
        if (!p && skip_counts && is_batch_count(t->tensor[i].name)) continue;
        if (!p) return glia__fail(GLIA_E_FORMAT, "tensor \"%s\" has no place in the net", t->tensor[i].name);
        GLIA_TRY(check_shape(&t->tensor[i], p));
    }
    for (size_t l = 0; l < of.count; l++)
        for (int j = 0; j < of.list[l].params; j++) {
            char name[64];
            glia__param_name(&of.list[l], &of.list[l].param[j], name);
            if (!glia__tensors_find(t, name))
                return glia__fail(GLIA_E_FORMAT, "there is no tensor \"%s\", which the net needs", name);
        }
    return GLIA_OK;
}

static const glia__tensor *tensor_of(const glia__tensors *t, const glia_model *m, size_t i, const glia__param **p)
{
    const glia__layer *layer;
    char               name[64];
    *p = glia__model_param(m, i, &layer);
    glia__param_name(layer, *p, name);
    return glia__tensors_find(t, name);
}

static glia_status check_finite(const glia__tensors *t, const glia__tensor *tensor)
{
    const real *values = glia__tensors_in_place(t, tensor);
    if (values && glia__kernels_get()->all_finite(tensor->count, values)) return GLIA_OK;
    return glia__tensors_reals(t, tensor, NULL);
}

/* Looks whether every weight that `taken` says (NULL: all) can be read. *most: numbers of the largest that cannot be
 * used where it stands in the file. */
static glia_status check_weights(const glia__tensors *t, const glia_model *m, const bool *taken, size_t *most)
{
    const glia__param *p;
    *most = 0;
    for (size_t i = 0; glia__model_param(m, i, NULL); i++) {
        if (taken && !taken[i]) continue;
        const glia__tensor *tensor = tensor_of(t, m, i, &p);
        GLIA_TRY(check_finite(t, tensor));
        if (p->count > *most && !glia__tensors_in_place(t, tensor)) *most = p->count;
    }
    return GLIA_OK;
}

/* flat: room for those that cannot be used where they stand. */
static void set_weights(const glia__tensors *t, glia_model *m, const bool *taken, real *flat)
{
    const glia__param *p;
    for (size_t i = 0; glia__model_param(m, i, NULL); i++) {
        if (taken && !taken[i]) continue;
        const glia__tensor *tensor = tensor_of(t, m, i, &p);
        const real         *values = glia__tensors_in_place(t, tensor);
        if (!values) (void)glia__tensors_reals(t, tensor, flat); /* it was looked at */
        glia__param_import(p, p->value, true, values ? values : flat);
    }
}

/* Sets them all, or none. The tensors were checked. */
static glia_status read_weights(const glia__tensors *t, glia_model *m, const bool *taken)
{
    size_t most;
    GLIA_TRY(check_weights(t, m, taken, &most));
    real *flat = glia__new(most, sizeof *flat);
    if (!flat) return GLIA_E_MEMORY;
    set_weights(t, m, taken, flat);
    glia__free(flat);
    return GLIA_OK;
}

/* ---- reading ----------------------------------------------------------------------------------------------------- */

/* Whatever is wrong with what a file says, the file is wrong; and it is named. */
static glia_status fail_file(glia_status status, const char *path)
{
    return glia__fail_at(status == GLIA_E_MEMORY ? status : GLIA_E_FORMAT, "%s", glia__path_name(path));
}

/* Plans the net and holds it against the tensors, without memory for its weights. */
static glia_status check_net(const glia__tensors *t, const glia__outline *o)
{
    const glia__shape data = {.rank = 3, .dim = {o->channels, o->height, o->width}};
    layers            of = {0};
    glia_status       status = glia__net_parse(o->net, &of.list, &of.count);
    glia__shape       row = glia__net_rows(of.list, of.count, &data);
    if (!status) status = glia__plan_shapes(of.list, of.count, &row, o->net);
    if (!status) status = check_tensors(t, of, false);
    glia__layers_free(of.list, of.count);
    return status;
}

/* A model for data of the outline's shape. */
static glia_status make_model(const glia__outline *o, glia_model **m)
{
    glia_data *like;
    GLIA_TRY(glia__data_new(&like, "the model file"));
    glia_status status = glia__data_shape(like, 0, o->channels, o->height, o->width);
    if (!status) status = glia__model_bare(m, o->net, like, o->seed);
    glia_data_free(like);
    return status;
}

static glia_status read_model(const glia__tensors *t, glia_model **m)
{
    glia__outline outline;
    GLIA_TRY(glia__metadata_outline(t, &outline));
    GLIA_TRY(check_net(t, &outline));
    GLIA_TRY(make_model(&outline, m));
    GLIA_TRY(glia__metadata_read(t, *m));
    return read_weights(t, *m, NULL);
}

glia_status glia_model_open(glia_model **model, const char *path)
{
    glia__tensors t;
    if (!model) return glia__fail(GLIA_E_ARG, "glia_model_open: there is no place for the model");
    *model = NULL;
    if (!path) return glia__fail(GLIA_E_ARG, "glia_model_open: a path is needed");
    GLIA_TRY(glia__tensors_open(&t, path));
    glia_status status = read_model(&t, model);
    if (status) {
        status = fail_file(status, path);
        glia_model_free(*model);
        *model = NULL;
    }
    glia__tensors_clear(&t);
    return status;
}

glia_status glia_model_load_weights(glia_model *model, const char *path)
{
    glia__tensors t;
    if (!model || !path) return glia__fail(GLIA_E_ARG, "glia_model_load_weights: a model and a path are needed");
    GLIA_TRY(glia__tensors_open(&t, path));
    glia_status status = glia__metadata_no_checkpoint(&t);
    if (!status) status = check_tensors(&t, (layers){model->layers, model->n_layers}, true);
    if (!status) status = read_weights(&t, model, NULL);
    if (status) status = fail_file(status, path);
    glia__tensors_clear(&t);
    return status;
}

/* Which tensors of the model the file has, of the same name and shape; how many. */
static size_t find_common(const glia__tensors *t, const glia_model *m, bool *taken)
{
    const glia__layer *layer;
    const glia__param *p;
    size_t             found = 0;
    for (size_t i = 0; (p = glia__model_param(m, i, &layer)); i++) {
        char name[64];
        glia__param_name(layer, p, name);
        const glia__tensor *tensor = glia__tensors_find(t, name);
        taken[i] = tensor && has_shape_of(tensor, p);
        found += taken[i];
    }
    return found;
}

glia_status glia_model_take_weights(glia_model *model, const char *path, bool *taken)
{
    glia__tensors t;
    if (!model || !path || !taken)
        return glia__fail(GLIA_E_ARG, "glia_model_take_weights: a model, a path and room for what is taken are needed");
    GLIA_TRY(glia__tensors_open(&t, path));
    glia_status status = glia__metadata_no_checkpoint(&t);
    if (!status && find_common(&t, model, taken) == 0)
        status = glia__fail(GLIA_E_FORMAT, "no tensor in it has the name and the shape of one of the net's");
    if (!status) status = read_weights(&t, model, taken);
    if (status) status = fail_file(status, path);
    glia__tensors_clear(&t);
    return status;
}
