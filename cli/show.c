/* glia show: the layers of a model or of a net, and what they cost. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "net_text.h"
#include "options.h"
#include "report.h"
#include "table.h"

typedef struct show_options {
    const char *net;
    bool        json;
} show_options;

/* "1x28x28" in text[64]. */
static const char *shape_text(char text[64], const glia_layer_info *l)
{
    int at = 0;
    for (int i = 0; i < l->rank && at < 64; i++)
        at += snprintf(text + at, 64 - (size_t)at, "%s%zu", i ? "x" : "", l->shape[i]);
    return text;
}

typedef struct totals {
    size_t bytes_training, bytes_inference;
} totals;

/* ---- for people ------------------------------------------------------------------------------------------------ */

static void add_layer(table *t, const glia_layer_info *l)
{
    char text[64];
    if (l->index == SIZE_MAX)
        table_add(t, "%s", "");
    else
        table_add(t, "%zu", l->index);
    table_add(t, "%s%s%s", l->name, *l->settings ? " " : "", l->settings);
    table_add(t, "%s", shape_text(text, l));
    table_add(t, "%zu", l->parameters);
    table_add(t, "%zu", l->multiply_adds);
    table_add(t, "%s", short_bytes(text, (double)l->bytes_training));
    table_add(t, "%s", short_bytes(text, (double)l->bytes_inference));
}

static void print_layers(const glia_model *model, const glia_model_info *info)
{
    static const char *const heads[] = {"", "layer", "output", "parameters", "multiply-adds", "training", "inference"};
    table                    t = {.align = "rlrrrrr"};
    glia_layer_info          l;
    totals                   sum = {0};
    char                     text[64];
    for (size_t i = 0; i < 7; i++) table_add(&t, "%s", heads[i]);
    for (size_t i = 0; i < info->layers; i++) {
        if (glia_model_layer(model, i, &l)) continue;
        add_layer(&t, &l);
        sum.bytes_training += l.bytes_training, sum.bytes_inference += l.bytes_inference;
    }
    table_add(&t, "%s", ""), table_add(&t, "in all"), table_add(&t, "%s", "");
    table_add(&t, "%zu", info->parameters);
    table_add(&t, "%zu", info->multiply_adds);
    table_add(&t, "%s", short_bytes(text, (double)sum.bytes_training));
    table_add(&t, "%s", short_bytes(text, (double)sum.bytes_inference));
    table_print(&t, 0);
    printf("\nmultiply-adds and memory are for one row; the parameters take %s\n",
           short_bytes(text, (double)info->parameters * (double)sizeof(glia_real)));
}

static void print_record(const char *record)
{
    json_t     *object = json_loads(record, 0, NULL), *value;
    const char *key;
    json_object_foreach(object, key, value)
    {
        char *text = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT | JSON_REAL_PRECISION(6));
        printf("  %s %s\n", key, json_is_string(value) ? json_string_value(value) : text ? text : "");
        free(text);
    }
    json_decref(object);
}

/* What becomes of each column of a table before the net sees it. */
static void print_columns(const glia_model *model)
{
    table          t = {.align = "llrl"};
    glia_plan_info c;
    if (!glia_model_column(model, 0, &c)) return;
    table_add(&t, "column"), table_add(&t, "kind"), table_add(&t, "inputs"), table_add(&t, "%s", "");
    for (size_t i = 0; glia_model_column(model, i, &c); i++) {
        if (*c.name)
            table_add(&t, "%s", c.name);
        else
            table_add(&t, "%zu", i + 1);
        table_add(&t, "%s", glia_kind_name(c.kind));
        table_add(&t, "%zu", c.inputs);
        table_add(&t, "%s", c.what);
    }
    putchar('\n');
    table_print(&t, 0);
    if (glia_model_missing(model)) printf("also missing: %s\n", glia_model_missing(model));
}

static void print_training(const glia_model *model, const glia_model_info *info)
{
    if (!*info->loss) return;
    printf("\nscaling %s, loss %s\n", info->scale, info->loss);
    if (info->classes) fputs("classes:", stdout);
    for (size_t k = 0; k < info->classes; k++) printf("%s %s", k ? "," : "", glia_model_class_name(model, k));
    if (info->classes) putchar('\n');
    for (size_t j = 0; !info->classes && glia_model_target_name(model, j); j++)
        printf("%s %s%s", j ? "," : "predicts", glia_model_target_name(model, j),
               glia_model_target_name(model, j + 1) ? "" : "\n");
    if (!isnan(info->border))
        printf("images with a border of mean %.0f of 255 (%s)\n", info->border,
               info->border < 85    ? "dark"
               : info->border > 170 ? "bright"
                                    : "neither dark nor bright");
    if (*glia_model_record(model)) puts("training:");
    print_record(glia_model_record(model));
}

static void print_text(const glia_model *model, const glia_model_info *info)
{
    printf("%s\n\n", info->net);
    print_layers(model, info);
    print_columns(model);
    print_training(model, info);
}

/* ---- as JSON --------------------------------------------------------------------------------------------------- */

static json_t *layer_object(const glia_layer_info *l)
{
    json_t *object = json_object(), *shape = json_array();
    json_object_set_new(object, "index", l->index == SIZE_MAX ? json_null() : json_integer((json_int_t)l->index));
    json_put_text(object, "name", l->name);
    json_put_text(object, "settings", l->settings);
    for (int i = 0; i < l->rank; i++) json_array_append_new(shape, json_integer((json_int_t)l->shape[i]));
    json_object_set_new(object, "shape", shape);
    json_put_count(object, "parameters", l->parameters);
    json_put_count(object, "multiply_adds", l->multiply_adds);
    json_put_count(object, "bytes_training", l->bytes_training);
    json_put_count(object, "bytes_inference", l->bytes_inference);
    return object;
}

static json_t *layers_array(const glia_model *model, size_t count)
{
    json_t         *layers = json_array();
    glia_layer_info l;
    for (size_t i = 0; i < count; i++)
        if (!glia_model_layer(model, i, &l)) json_array_append_new(layers, layer_object(&l));
    return layers;
}

static json_t *columns_array(const glia_model *model)
{
    json_t        *columns = json_array();
    glia_plan_info c;
    for (size_t i = 0; glia_model_column(model, i, &c); i++) {
        json_t *object = json_object();
        json_put_text(object, "name", c.name);
        json_put_text(object, "kind", glia_kind_name(c.kind));
        json_put_count(object, "inputs", c.inputs);
        json_put_count(object, "missing", c.missing);
        json_put_text(object, "what", c.what);
        json_array_append_new(columns, object);
    }
    return columns;
}

static void print_json(const glia_model *model, const glia_model_info *info)
{
    json_t *object = json_object(), *classes = json_array();
    json_t *record = json_loads(glia_model_record(model), 0, NULL);
    json_put_text(object, "net", info->net);
    json_put_count(object, "parameters", info->parameters);
    json_put_count(object, "multiply_adds", info->multiply_adds);
    json_put_count(object, "inputs", info->inputs);
    json_put_count(object, "outputs", info->outputs);
    json_put_target(object, info->target);
    for (size_t k = 0; k < info->classes; k++)
        json_array_append_new(classes, json_of_text(glia_model_class_name(model, k)));
    json_object_set_new(object, "classes", classes);
    json_object_set_new(object, "columns", columns_array(model));
    json_put_text(object, "missing", glia_model_missing(model));
    json_put_text(object, "loss", *info->loss ? info->loss : NULL);
    json_put_text(object, "scale", *info->scale ? info->scale : NULL);
    json_put_count(object, "seed", info->seed);
    json_put_number(object, "border", info->border);
    json_object_set_new(object, "layers", layers_array(model, info->layers));
    json_object_set_new(object, "record", record ? record : json_null());
    json_print(object);
}

/* ---------------------------------------------------------------------------------------------------------------- */

static int open_model(glia_model **model, const char *path, const char *net)
{
    char       *text = NULL;
    glia_status status = GLIA_OK;
    int         code = path ? CODE_FINE : net_text_read(net, &text);
    if (code == CODE_FINE) status = path ? glia_model_open(model, path) : glia_model_new(model, text, NULL, 0);
    free(text);
    return status ? fail_status(status) : code;
}

static int run_show(const command *self, int argc, char **argv)
{
    show_options    o = {0};
    glia_model     *model = NULL;
    glia_model_info info;
    const char     *words[WORDS_MOST] = {NULL};
    int             code;
    if (!options_read(self, argc, argv, &o, words, &code)) return code;
    if (!words[0] == !o.net) return fail(CODE_ARGUMENT, "show: takes either a MODEL or --net TEXT");
    code = open_model(&model, words[0], o.net);
    if (code) return code;
    glia_model_describe(model, &info);
    if (info.layers == 0) {
        glia_model_free(model);
        return fail(CODE_ARGUMENT, "the net has no layers");
    }
    (o.json ? print_json : print_text)(model, &info);
    glia_model_free(model);
    return code;
}

static const option show_table[] = {
    {"net", OPTION_TEXT, offsetof(show_options, net), "TEXT", NULL, 0, 0,
     "instead of a MODEL, a net that begins with an input layer, as text or a file that holds it"},
    {"json", OPTION_FLAG, offsetof(show_options, json), NULL, NULL, 0, 0, "print one JSON object"},
    {0},
};
static const char *const examples[] = {
    "glia show digits.safetensors",
    "glia show --net \"input 784, dense 128, relu, dense 10, softmax\"",
    NULL,
};
const command show_command = {
    .name = "show",
    .words = "MODEL",
    .summary = "the layers of a model or a net: settings, shapes, parameters, arithmetic, memory",
    .about = "Shows the layers of MODEL, or of --net TEXT: settings, output shape, parameters, multiply-adds of a row "
             "forward, and memory a row needs in training and in inference; of a model also how it was trained.",
    .options = show_table,
    .examples = examples,
    .least = 0,
    .most = 1,
    .run = run_show,
};
