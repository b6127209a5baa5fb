/* glia trace: every number of a pass over some rows, as arrays for numpy.load. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "options.h"
#include "out_folder.h"
#include "report.h"
#include "slice.h"
#include "source.h"
#include "table.h"

#define ROWS 8 /* where nobody says which */
#define KIND "trace"

typedef struct trace_options {
    input_options input;
    const char   *rows, *out, *mode, *invert;
} trace_options;

typedef struct tracer {
    const trace_options *o;
    const char          *words[WORDS_MOST]; /* MODEL DATA */
    source               from;
    glia_model_info      model;
    glia_target          target; /* of the data */
    size_t              *row, rows;
    glia_real           *x, *numbers; /* [rows][inputs], [rows][outputs] */
    int32_t             *classes;     /* [rows] */
    double              *row_loss, loss;
    out_folder           folder;
    json_t              *files; /* of the index */
} tracer;

/* ---- the pass -------------------------------------------------------------------------------------------------- */

/* Rows and classes weigh what they do in training. */
static glia_status judge_weighted(tracer *t, const char *loss)
{
    size_t     classes = t->classes ? t->model.classes : 0;
    glia_real *weights = claim(t->rows + classes, sizeof *weights);
    for (size_t r = 0; r < t->rows; r++) weights[r] = (glia_real)glia_data_weight(t->from.part, t->row[r]);
    for (size_t k = 0; k < classes; k++) weights[t->rows + k] = (glia_real)glia_model_class_weight(t->from.model, k);
    glia_loss_weights w = {.rows = weights, .classes = classes ? weights + t->rows : NULL};
    glia_status       status = glia_loss_weighted(t->from.model, loss, t->classes, t->numbers, &w, &t->loss);
    free(weights);
    return status;
}

static glia_status judge(tracer *t)
{
    const char *loss = *t->model.loss ? t->model.loss : NULL;
    if (t->target == GLIA_TARGET_CLASSES)
        t->classes = claim(t->rows, sizeof *t->classes);
    else
        t->numbers = claim(t->rows, t->model.outputs * sizeof *t->numbers);
    t->row_loss = claim(t->rows, sizeof *t->row_loss);
    glia_status status = glia_targets_get(t->from.model, t->from.part, t->row, t->rows, t->classes, t->numbers);
    if (!status) status = judge_weighted(t, loss);
    if (!status) status = glia_row_loss_get(t->from.model, t->row_loss, t->rows);
    return status ? status : glia_backward(t->from.model);
}

static int run_pass(tracer *t)
{
    glia_model *m = t->from.model;
    t->x = claim(t->rows, t->model.inputs * sizeof *t->x);
    glia_status status = glia_inputs_get(m, t->from.part, t->row, t->rows, t->x);
    if (!status) status = glia_set_mode(m, strcmp(t->o->mode, "train") == 0 ? GLIA_MODE_TRAIN : GLIA_MODE_EVALUATE);
    if (!status) status = glia_forward(m, t->x, t->rows, NULL);
    if (!status && t->target != GLIA_TARGET_NONE) status = judge(t);
    return status ? fail_status(status) : CODE_FINE;
}

/* ---- one file -------------------------------------------------------------------------------------------------- */

typedef struct array {
    const char *name;  /* without .npy */
    const char *what;  /* for the index */
    size_t      layer; /* its number, or SIZE_MAX */
    glia_npy    type;
    int         rank;
    size_t      shape[8];
} array;

static const char *dtype_name(glia_npy type)
{
    if (type == GLIA_NPY_INT32) return "int32";
    return type == GLIA_NPY_REAL && sizeof(glia_real) == sizeof(float) ? "float32" : "float64";
}

static void add_to_index(tracer *t, const array *a)
{
    json_t *file = json_object(), *shape = json_array();
    char   *name = text_of("%s.npy", a->name);
    for (int i = 0; i < a->rank; i++) json_array_append_new(shape, json_integer((json_int_t)a->shape[i]));
    json_put_text(file, "name", name);
    json_object_set_new(file, "layer", a->layer == SIZE_MAX ? json_null() : json_integer((json_int_t)a->layer));
    json_put_text(file, "what", a->what);
    json_object_set_new(file, "shape", shape);
    json_put_text(file, "dtype", dtype_name(a->type));
    json_array_append_new(t->files, file);
    free(name);
}

static int put(tracer *t, const array *a, const void *values)
{
    char       *name = text_of("%s.npy", a->name);
    glia_status status = glia_npy_write(out_folder_file(&t->folder, name), a->type, values, a->rank, a->shape);
    free(name);
    if (status) return fail_status(status);
    add_to_index(t, a);
    return CODE_FINE;
}

/* [rows] and the shape of one row. */
static array of_rows(const tracer *t, const char *name, const char *what, const glia_layer_info *l)
{
    array a = {.name = name, .what = what, .layer = l->index, .rank = 1 + l->rank, .shape = {t->rows}};
    for (int i = 0; i < l->rank; i++) a.shape[1 + i] = l->shape[i];
    return a;
}

static size_t numbers_of(const array *a)
{
    size_t count = 1;
    for (int i = 0; i < a->rank; i++) count *= a->shape[i];
    return count;
}

/* ---- what belongs to a layer ----------------------------------------------------------------------------------- */

typedef glia_status row_getter(const glia_model *m, size_t layer, glia_real *values, size_t count);
typedef glia_status parameter_getter(const glia_model *m, const char *name, glia_real *values, size_t count);

static int put_rows(tracer *t, const array *a, size_t layer, row_getter *get)
{
    size_t      count = numbers_of(a);
    glia_real  *values = claim(count, sizeof *values);
    glia_status status = get(t->from.model, layer, values, count);
    int         code = status ? fail_status(status) : put(t, a, values);
    free(values);
    return code;
}

static int put_parameter(tracer *t, const glia_parameter_info *p, size_t layer, const char *what, parameter_getter *get)
{
    glia_real  *values = claim(p->count, sizeof *values);
    glia_status status = get(t->from.model, p->name, values, p->count);
    char       *name = text_of("%s%s", p->name, get == glia_gradient_get ? ".grad" : "");
    array       a = {.name = name, .what = what, .layer = layer, .rank = p->rank};
    for (int i = 0; i < p->rank; i++) a.shape[i] = p->shape[i];
    int code = status ? fail_status(status) : put(t, &a, values);
    free(name);
    free(values);
    return code;
}

/* Those whose names begin with the layer's number. What is not learned has no gradient. */
static int put_parameters(tracer *t, size_t layer, const char *what, parameter_getter *get)
{
    glia_parameter_info p;
    char                prefix[32];
    int                 code = CODE_FINE, n = snprintf(prefix, sizeof prefix, "%zu.", layer);
    for (size_t i = 0; code == CODE_FINE && i < glia_parameter_count(t->from.model); i++)
        if (glia_parameter_describe(t->from.model, i, &p) == GLIA_OK && strncmp(p.name, prefix, (size_t)n) == 0 &&
            (p.learned || get == glia_parameter_get))
            code = put_parameter(t, &p, layer, what, get);
    return code;
}

/* "03_softmax": as many digits as keep the names in order. */
static char *layer_name(const tracer *t, const glia_layer_info *l, const char *end)
{
    char all[32];
    int  digits = snprintf(all, sizeof all, "%zu", t->model.layers);
    return text_of("%0*zu_%s%s", digits < 2 ? 2 : digits, l->index, l->name, end);
}

static int put_forward(tracer *t, size_t i)
{
    glia_layer_info l;
    glia_status     status = glia_model_layer(t->from.model, i, &l);
    if (status) return fail_status(status);
    if (l.index == SIZE_MAX) return CODE_FINE; /* its outputs are the inputs */
    char *name = layer_name(t, &l, "");
    array a = of_rows(t, name, "output", &l);
    int   code = put_parameters(t, l.index, "parameter", glia_parameter_get);
    if (code == CODE_FINE) code = put_rows(t, &a, i, glia_activation_get);
    free(name);
    return code;
}

/* The last layer may have none of its own: then the loss was computed from its inputs. */
static bool has_gradient(const tracer *t, size_t i, const array *a)
{
    if (i + 1 < t->model.layers) return true;
    glia_real *values = claim(numbers_of(a), sizeof *values);
    bool       has = glia_activation_gradient_get(t->from.model, i, values, numbers_of(a)) == GLIA_OK;
    free(values);
    return has;
}

static int put_backward(tracer *t, size_t i)
{
    glia_layer_info l;
    glia_status     status = glia_model_layer(t->from.model, i, &l);
    if (status) return fail_status(status);
    if (l.index == SIZE_MAX) return CODE_FINE;
    char *name = layer_name(t, &l, ".grad");
    array a = of_rows(t, name, "output_gradient", &l);
    int   code = has_gradient(t, i, &a) ? put_rows(t, &a, i, glia_activation_gradient_get) : CODE_FINE;
    if (code == CODE_FINE) code = put_parameters(t, l.index, "parameter_gradient", glia_gradient_get);
    free(name);
    return code;
}

/* ---- all files, in the order of the pass ----------------------------------------------------------------------- */

static int put_inputs(tracer *t, const char *name, const char *what, row_getter *get)
{
    glia_layer_info rows = {.index = SIZE_MAX, .rank = t->model.rank};
    memcpy(rows.shape, t->model.shape, sizeof rows.shape);
    array a = of_rows(t, name, what, &rows);
    return put_rows(t, &a, GLIA_INPUTS, get);
}

static int put_losses(tracer *t)
{
    array target = {.name = "target", .what = "target", .layer = SIZE_MAX, .rank = 1, .shape = {t->rows}};
    array rows = {"row_loss", "row_loss", SIZE_MAX, GLIA_NPY_DOUBLE, 1, {t->rows}};
    array loss = {"loss", "loss", SIZE_MAX, GLIA_NPY_DOUBLE, 0, {0}};
    if (t->classes)
        target.type = GLIA_NPY_INT32;
    else
        target.rank = 2, target.shape[1] = t->model.outputs;
    int code = put(t, &target, t->classes ? (const void *)t->classes : t->numbers);
    if (code == CODE_FINE) code = put(t, &rows, t->row_loss);
    return code == CODE_FINE ? put(t, &loss, &t->loss) : code;
}

static int put_all(tracer *t)
{
    int code = put_inputs(t, "input", "input", glia_activation_get);
    for (size_t i = 0; code == CODE_FINE && i < t->model.layers; i++) code = put_forward(t, i);
    if (code || t->target == GLIA_TARGET_NONE) return code;
    code = put_losses(t);
    for (size_t i = t->model.layers; code == CODE_FINE && i-- > 0;) code = put_backward(t, i);
    return code ? code : put_inputs(t, "input.grad", "input_gradient", glia_activation_gradient_get);
}

/* ---- the index ------------------------------------------------------------------------------------------------- */

static json_t *row_list(const tracer *t)
{
    json_t *list = json_array();
    for (size_t i = 0; i < t->rows; i++) json_array_append_new(list, json_integer((json_int_t)t->row[i]));
    return list;
}

static json_t *class_list(const tracer *t)
{
    json_t *list = json_array();
    for (size_t k = 0; k < t->model.classes; k++)
        json_array_append_new(list, json_of_text(glia_model_class_name(t->from.model, k)));
    return list;
}

static json_t *index_head(const tracer *t)
{
    json_t *head = json_object();
    json_put_count(head, KIND, 1);
    json_put_text(head, "model", t->words[0]);
    json_put_text(head, "net", t->model.net);
    json_put_text(head, "data", data_name(t->words[1]));
    json_put_text(head, "part", t->from.part == t->from.whole ? "whole" : "test");
    json_object_set_new(head, "rows", row_list(t));
    json_put_text(head, "mode", t->o->mode);
    json_object_set_new(head, "classes", class_list(t));
    if (t->target == GLIA_TARGET_NONE) return head;
    json_put_text(head, "loss", *t->model.loss ? t->model.loss : NULL);
    json_put_number(head, "loss_value", t->loss);
    return head;
}

static void print_value(FILE *file, const json_t *value)
{
    json_dumpf(value, file, JSON_ENCODE_ANY | JSON_REAL_PRECISION(17));
}

/* A line for each key, and for each file. */
static void print_index(FILE *file, const tracer *t)
{
    json_t     *head = index_head(t), *value;
    const char *key;
    size_t      i;
    fputs("{\n", file);
    json_object_foreach(head, key, value)
    {
        fprintf(file, "  \"%s\": ", key);
        print_value(file, value);
        fputs(",\n", file);
    }
    fputs("  \"files\": [", file);
    json_array_foreach(t->files, i, value)
    {
        fputs(i ? ",\n    " : "\n    ", file);
        print_value(file, value);
    }
    fputs("\n  ]\n}\n", file);
    json_decref(head);
}

static int write_index(tracer *t)
{
    const char *path = out_folder_file(&t->folder, "index.json");
    FILE       *file = fopen(path, "w");
    if (file) print_index(file, t);
    bool failed = !file || ferror(file);
    if (file) failed |= fclose(file) != 0;
    return failed ? fail(CODE_FAILED, "%s: cannot be written", path) : CODE_FINE;
}

/* ---- the command ----------------------------------------------------------------------------------------------- */

static int choose_rows(tracer *t)
{
    glia_data_info info;
    char           first[32];
    glia_data_describe(t->from.part, &info);
    snprintf(first, sizeof first, "0:%zu", info.rows < ROWS ? info.rows : (size_t)ROWS);
    t->target = info.target;
    return slice_read(t->o->rows ? t->o->rows : first, data_name(t->words[1]), info.rows, &t->row, &t->rows);
}

static int write_folder(tracer *t)
{
    int code = out_folder_begin(&t->folder, t->o->out, KIND);
    if (code == CODE_FINE) code = put_all(t);
    if (code == CODE_FINE) code = write_index(t);
    if (code == CODE_FINE) code = out_folder_commit(&t->folder);
    out_folder_end(&t->folder);
    return code;
}

/* "8x16x28x28"; of a single number "1". */
static void shape_text(const json_t *shape, char text[128])
{
    int n = snprintf(text, 128, "%s", json_array_size(shape) ? "" : "1");
    for (size_t i = 0; i < json_array_size(shape); i++)
        n += snprintf(text + n, 128 - (size_t)n, i ? "x%lld" : "%lld",
                      (long long)json_integer_value(json_array_get(shape, i)));
}

static void print_files(const tracer *t)
{
    table files = {.align = "llr"};
    for (size_t i = 0; i < json_array_size(t->files); i++) {
        const json_t *file = json_array_get(t->files, i);
        char          shape[128];
        shape_text(json_object_get(file, "shape"), shape);
        table_add(&files, "%s", json_string_value(json_object_get(file, "name")));
        table_add(&files, "%s", json_string_value(json_object_get(file, "what")));
        table_add(&files, "%s", shape);
    }
    table_print(&files, 0);
}

static void print_summary(const tracer *t)
{
    char loss[32];
    printf("%zu row%s of %s, as in %s", t->rows, t->rows == 1 ? "" : "s", data_name(t->words[1]),
           strcmp(t->o->mode, "train") == 0 ? "training" : "evaluation");
    glia_number_write_float(loss, (float)t->loss);
    if (t->target != GLIA_TARGET_NONE) printf("; loss %s", loss);
    printf("\n\n");
    print_files(t);
    printf("\nwritten into %s, with index.json\n", t->o->out);
}

static int trace(tracer *t)
{
    int code = source_open_model(&t->from, t->words[0]);
    if (code == CODE_FINE) code = source_open_rows(&t->from, t->words[1], &t->o->input, true, t->o->invert);
    if (code) return code;
    glia_model_describe(t->from.model, &t->model);
    code = choose_rows(t);
    if (code == CODE_FINE) code = run_pass(t);
    if (code == CODE_FINE) code = write_folder(t);
    if (code == CODE_FINE) print_summary(t);
    return code;
}

static void tracer_clear(tracer *t)
{
    free(t->row);
    free(t->x);
    free(t->numbers);
    free(t->classes);
    free(t->row_loss);
    json_decref(t->files);
    source_close(&t->from);
}

static int run_trace(const command *self, int argc, char **argv)
{
    trace_options o = {0};
    tracer        t = {.o = &o};
    int           code;
    if (!options_read(self, argc, argv, &o, t.words, &code)) return code;
    if (!o.out) return fail(CODE_ARGUMENT, "trace: --out DIR is missing");
    if (strcmp(o.mode, "eval") != 0 && strcmp(o.mode, "train") != 0)
        return fail(CODE_ARGUMENT, "--mode \"%s\": neither eval nor train", o.mode);
    if (!source_knows_invert(o.invert)) return CODE_ARGUMENT;
    t.files = json_array();
    code = trace(&t);
    tracer_clear(&t);
    return code;
}

#define AT(field) offsetof(trace_options, field)
static const option trace_table[] = {
    {"rows", OPTION_TEXT, AT(rows), "FROM:TO", NULL, 0, 0,
     "the rows, numbered from 0 and without TO, as Python's slices: 3, 0:8, 0:8:2, -8: (default 0:8, or all if there "
     "are fewer)"},
    {"out", OPTION_TEXT, AT(out), "DIR", NULL, 0, 0,
     "the folder to write into; it is made, or empty, or holds a former trace, which is replaced"},
    {"mode", OPTION_TEXT, AT(mode), "eval|train", "eval", 0, 0,
     "what layers do that differ between the two, as after model.eval() or model.train() in PyTorch"},
    {"target", OPTION_TEXT, AT(input.target), "COL", NULL, 0, 0,
     "the column with the true values, by name or number (default: the one the model was trained on, if it is there)"},
    {"sample-weight", OPTION_TEXT, AT(input.sample_weight), "COL", NULL, 0, 0,
     "the column of weights, no input (default: the one of the training, if it is there)"},
    INPUT_OPTIONS,
    INVERT_OPTION(AT(invert)),
    {0},
};
static const char *const examples[] = {
    "glia trace digits.safetensors mnist/ --out trace",
    "glia trace iris.safetensors new.csv --rows 0:4 --mode train --out trace",
    NULL,
};
const command trace_command = {
    .name = "trace",
    .words = "MODEL DATA",
    .summary = "write every activation and every gradient of some rows, for NumPy",
    .about =
        "Runs MODEL over some rows of DATA (of its second part if it has two), and, if they have targets, back. "
        "Writes the scaled inputs, the output of each layer and the parameters, the targets, the losses, and the "
        "gradient of the loss with respect to each of them, as .npy, and index.json, which lists them in the order "
        "of the pass.",
    .options = trace_table,
    .examples = examples,
    .least = 2,
    .most = 2,
    .run = run_trace,
};
