/* glia predict: a line for each row of data. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "columns.h"
#include "draw.h"
#include "json.h"
#include "options.h"
#include "out_file.h"
#include "out_text.h"
#include "report.h"
#include "source.h"

typedef struct predict_options {
    input_options input;
    const char   *invert, *out;
    size_t        top, draw;
    bool          json, csv;
} predict_options;

/* The predictions of one row, for whichever way they are printed. */
typedef struct prediction {
    FILE             *to;
    const glia_model *model;
    const glia_real  *y;      /* [outputs] */
    const size_t     *likely; /* [shown] classes, the likeliest first; NULL for numbers */
    size_t            row;    /* from 1 */
    const char       *file;   /* the image file it was read from, or NULL */
    bool              files;  /* some row has one */
    size_t            shown;  /* classes or numbers */
} prediction;

/* The shortest text that reads back as the number. */
static void number_text(char text[32], glia_real value)
{
    if (sizeof value == sizeof(float))
        glia_number_write_float(text, (float)value);
    else
        glia_number_write(text, (double)value);
}

static double shortest(glia_real value)
{
    char   text[32];
    double number = (double)value;
    number_text(text, value);
    glia_number_read(text, &number);
    return number;
}

/* ---- three ways to print a row --------------------------------------------------------------------------------- */

static void print_text(const prediction *p)
{
    char number[32];
    for (size_t i = 0; i < p->shown; i++) {
        if (i) putc('\t', p->to);
        if (p->likely)
            fprintf(p->to, "%s\t%.4f", glia_model_class_name(p->model, p->likely[i]), (double)p->y[p->likely[i]]);
        if (p->likely) continue;
        number_text(number, p->y[i]);
        fputs(number, p->to);
    }
    if (p->file) fprintf(p->to, "\t%s", p->file);
    putc('\n', p->to);
}

static void print_json(const prediction *p)
{
    json_t *object = json_object(), *list = json_array();
    json_put_count(object, "row", p->row);
    if (p->file) json_put_text(object, "file", p->file);
    if (p->likely) {
        json_put_text(object, "class", glia_model_class_name(p->model, p->likely[0]));
        json_put_number(object, "probability", shortest(p->y[p->likely[0]]));
    }
    for (size_t i = 0; i < p->shown; i++) {
        json_t *entry = p->likely ? json_object() : json_of_number(shortest(p->y[i]));
        if (p->likely) {
            json_put_text(entry, "class", glia_model_class_name(p->model, p->likely[i]));
            json_put_number(entry, "probability", shortest(p->y[p->likely[i]]));
        }
        json_array_append_new(list, entry);
    }
    if (p->likely && p->shown == 1)
        json_decref(list);
    else
        json_object_set_new(object, p->likely ? "top" : "numbers", list);
    json_print_to(p->to, object);
}

/* Quoted where a comma, a quote or a line's end asks for it. */
static void print_field(FILE *to, const char *text)
{
    if (!text[strcspn(text, ",;\t\"\r\n")]) {
        fputs(text, to);
        return;
    }
    putc('"', to);
    for (; *text; text++) fprintf(to, *text == '"' ? "\"\"" : "%c", *text);
    putc('"', to);
}

static void print_csv_head(FILE *to, const glia_model *model, size_t shown, bool classes, bool files)
{
    if (files) fputs("file,", to);
    for (size_t i = 0; i < shown; i++) {
        const char *name = glia_model_target_name(model, i);
        char       *number = shown > 1 ? text_of("%zu", i + 1) : text_of("%s", "");
        if (i) putc(',', to);
        if (classes)
            fprintf(to, "class%s,probability%s", number, number);
        else if (name && glia_model_input_name(model, 0))
            print_field(to, name);
        else
            fprintf(to, "y%s", number);
        free(number);
    }
    putc('\n', to);
}

static void print_csv(const prediction *p)
{
    char number[32];
    if (p->files) {
        print_field(p->to, p->file ? p->file : "");
        putc(',', p->to);
    }
    for (size_t i = 0; i < p->shown; i++) {
        if (i) putc(',', p->to);
        if (p->likely) {
            print_field(p->to, glia_model_class_name(p->model, p->likely[i]));
            putc(',', p->to);
        }
        number_text(number, p->y[p->likely ? p->likely[i] : i]);
        fputs(number, p->to);
    }
    putc('\n', p->to);
}

/* ---- the rows -------------------------------------------------------------------------------------------------- */

typedef struct answers {
    const source   *from;
    glia_model_info model;
    glia_data_info  data;
    glia_real      *y;      /* [rows][outputs] */
    glia_real      *shares; /* [classes] of one row */
    size_t         *likely; /* [shown] */
    size_t          shown;
    bool            files; /* some row was read from an image file */
} answers;

/* likely[0..shown) = the classes with the largest shares, of equals the first one first. */
static void find_likely(const glia_real *shares, size_t classes, size_t *likely, size_t shown)
{
    for (size_t k = 0; k < classes; k++) {
        size_t last = k < shown ? k : shown - 1, at = last;
        if (k >= shown && shares[likely[last]] >= shares[k]) continue;
        for (; at > 0 && shares[likely[at - 1]] < shares[k]; at--) likely[at] = likely[at - 1];
        likely[at] = k;
    }
}

static prediction predict_row(const answers *a, size_t row)
{
    const glia_real *y = a->y + row * a->model.outputs;
    prediction       p = {.model = a->from->model, .y = y, .row = row + 1, .shown = a->shown};
    p.file = glia_data_file_name(a->from->part, row);
    p.files = a->files;
    if (a->model.target != GLIA_TARGET_CLASSES) return p;
    for (size_t k = 0; k < a->model.outputs; k++) a->shares[k] = y[k];
    if (a->model.outputs == 1) a->shares[0] = 1 - y[0], a->shares[1] = y[0]; /* one sigmoid: that of the second class */
    find_likely(a->shares, a->model.classes, a->likely, a->shown);
    p.y = a->shares;
    p.likely = a->likely;
    return p;
}

/* Room for the answers of `rows` rows. */
static void answers_new(answers *a, const source *from, size_t rows, size_t top)
{
    *a = (answers){.from = from};
    glia_model_describe(from->model, &a->model);
    bool classes = a->model.target == GLIA_TARGET_CLASSES;
    a->shown = !classes ? a->model.outputs : top < a->model.classes ? top : a->model.classes;
    a->y = claim(rows, a->model.outputs * sizeof *a->y);
    a->shares = claim(a->model.classes, sizeof *a->shares);
    a->likely = claim(a->shown, sizeof *a->likely);
}

static int answers_make(answers *a, const source *from, size_t top)
{
    glia_data_info data;
    glia_data_describe(from->part, &data);
    answers_new(a, from, data.rows, top);
    a->data = data;
    for (size_t row = 0; row < data.rows; row++) a->files |= glia_data_file_name(from->part, row) != NULL;
    glia_status status = glia_predict(from->model, from->part, a->y);
    return status ? fail_status(status) : CODE_FINE;
}

static void answers_clear(answers *a)
{
    free(a->y);
    free(a->shares);
    free(a->likely);
}

static void print_row(const answers *a, const predict_options *o, FILE *to, size_t row, size_t number)
{
    prediction p = predict_row(a, row);
    p.to = to;
    p.row = number;
    (o->json ? print_json : o->csv ? print_csv : print_text)(&p);
}

static void print_head(const answers *a, const predict_options *o, FILE *to)
{
    if (o->csv) print_csv_head(to, a->from->model, a->shown, a->model.target == GLIA_TARGET_CLASSES, a->files);
}

static void print_rows(const answers *a, const predict_options *o, FILE *to)
{
    print_head(a, o, to);
    for (size_t row = 0; row < a->data.rows && !ferror(to); row++) print_row(a, o, to, row, row + 1);
}

/* ---- where they go --------------------------------------------------------------------------------------------- */

static bool is_array(const char *path)
{
    size_t n = path ? strlen(path) : 0;
    return n > 4 && strcmp(path + n - 4, ".npy") == 0;
}

static int check_options(const predict_options *o)
{
    if (o->csv && o->json) return fail(CODE_ARGUMENT, "--csv: does not go with --json");
    if (o->input.drop_missing)
        return fail(CODE_ARGUMENT, "--drop-missing: does not go with predict, where every row gets an answer");
    if (o->draw && (o->csv || o->json || o->out))
        return fail(CODE_ARGUMENT, "--draw: goes with none of --csv, --json and --out");
    if (is_array(o->out) && (o->csv || o->json))
        return fail(CODE_ARGUMENT, "--out %s: an array goes with neither --csv nor --json", o->out);
    return out_file_check(o->out);
}

static int check_inputs(const source *from, const char *model, const char *out)
{
    bool read = out_file_is_of(out, from->whole) || out_file_is_same(out, model);
    return read ? fail(CODE_ARGUMENT, "--out %s: is read from, and would be lost", out) : CODE_FINE;
}

/* All outputs as they are: an array for numpy.load. */
static int write_array(const answers *a, const char *path)
{
    const size_t shape[2] = {a->data.rows, a->model.outputs};
    glia_status  status = glia_npy_write(path, GLIA_NPY_REAL, a->y, 2, shape);
    return status ? fail_status(status) : CODE_FINE;
}

static int write_text(const answers *a, const predict_options *o)
{
    out_text text;
    int      code = out_text_begin(&text, o->out);
    if (code == CODE_FINE) print_rows(a, o, text.to);
    return out_text_end(&text, code);
}

static void tell_written(const predict_options *o)
{
    if (o->out && !out_file_is_stdout(o->out)) fprintf(stderr, "written: %s\n", o->out);
}

static int write_rows(const answers *a, const predict_options *o)
{
    int code = is_array(o->out) ? write_array(a, o->out) : write_text(a, o);
    if (code == CODE_FINE) tell_written(o);
    return code;
}

/* ---- rows that arrive one after the other ----------------------------------------------------------------------- */

/* The columns of a table with names are known before its rows are, so each can be answered as soon as it is there. */
static bool is_stream(const source *from, const char *data, const predict_options *o)
{
    return strcmp(data, "-") == 0 && *glia_model_columns(from->model) && !o->draw && !is_array(o->out);
}

/* Row by row, so that no answer depends on which rows have come with it. */
static int answer_stream(answers *a, glia_stream *stream, const predict_options *o, FILE *to)
{
    const glia_data *row;
    glia_status      status = glia_stream_next(stream, 1, &row);
    print_head(a, o, to);
    for (size_t number = 1; !status && row && !ferror(to); number++) {
        status = glia_predict(a->from->model, row, a->y);
        if (status) break;
        print_row(a, o, to, 0, number);
        fflush(to);
        status = glia_stream_next(stream, 1, &row);
    }
    return status ? fail_status(status) : CODE_FINE;
}

static int predict_stream(const source *from, const char *model, const predict_options *o)
{
    char                    image[64];
    glia_stream            *stream;
    answers                 a;
    out_text                text;
    const glia_data_options how = source_options_of(from->model, &o->input, image);
    if (check_inputs(from, model, o->out)) return CODE_ARGUMENT;
    glia_status status = glia_stream_open(&stream, "-", &how);
    if (status) return fail_status(status);
    answers_new(&a, from, 1, o->top);
    int code = out_text_begin(&text, o->out);
    if (code == CODE_FINE) code = answer_stream(&a, stream, o, text.to);
    code = out_text_end(&text, code);
    if (code == CODE_FINE) tell_written(o);
    answers_clear(&a);
    glia_stream_close(stream);
    return code;
}

/* ---- pictures -------------------------------------------------------------------------------------------------- */

/* What stands under a picture: `7  99.8 %`, and if the data knows better, `4  62.1 %  is 9`. */
static char *caption(const answers *a, size_t row)
{
    prediction  p = predict_row(a, row);
    int32_t     truth = glia_data_class(a->from->part, row);
    const char *is = truth < 0 ? NULL : glia_data_class_name(a->from->part, (size_t)truth);
    const char *guess = p.likely ? glia_model_class_name(p.model, p.likely[0]) : NULL;
    if (!guess) return text_of("%.4g", (double)p.y[0]);
    bool wrong = is && strcmp(is, guess) != 0;
    return text_of("%s  %.1f %%%s%s", guess, 100 * (double)p.y[p.likely[0]], wrong ? "  is " : "", wrong ? is : "");
}

/* Rows are images by themselves, or because the net begins with `input CxHxW`. */
static bool find_shape(const answers *a, draw_shape *shape)
{
    glia_layer_info first;
    *shape = draw_shape_of(a->from->part);
    if (a->data.image) return true;
    if (glia_model_layer(a->from->model, 0, &first) || strcmp(first.name, "input") != 0 || first.rank != 3)
        return false;
    *shape = (draw_shape){first.shape[0], first.shape[1], first.shape[2]};
    return true;
}

static int draw_rows(const answers *a, size_t count)
{
    draw_shape shape;
    if (!find_shape(a, &shape)) return fail(CODE_ARGUMENT, "--draw: the rows of the data are no images");
    if (count > a->data.rows) count = a->data.rows;
    size_t *rows = claim(count, sizeof *rows);
    char  **captions = claim(count, sizeof *captions);
    for (size_t i = 0; i < count; i++) rows[i] = i, captions[i] = caption(a, i);
    draw_images(a->from->part, shape, rows, (const char *const *)captions, count);
    for (size_t i = 0; i < count; i++) free(captions[i]);
    free(captions);
    free(rows);
    return CODE_FINE;
}

static int predict_data(source *from, const char *const *words, const predict_options *o)
{
    answers all = {0};
    int     code = source_open_rows(from, words[1], &o->input, o->draw > 0, o->invert);
    if (code == CODE_FINE) code = check_inputs(from, words[0], o->out);
    if (code == CODE_FINE) columns_tell_rows(stderr, from->part);
    if (code == CODE_FINE) code = answers_make(&all, from, o->top);
    if (code == CODE_FINE) columns_tell_gaps(stderr, from->part, from->model);
    if (code == CODE_FINE) columns_tell_unknown(stderr, from->part, from->model);
    if (code == CODE_FINE) code = o->draw ? draw_rows(&all, o->draw) : write_rows(&all, o);
    answers_clear(&all);
    return code;
}

static int run_predict(const command *self, int argc, char **argv)
{
    predict_options o = {0};
    source          from = {0};
    const char     *words[WORDS_MOST];
    int             code;
    if (!options_read(self, argc, argv, &o, words, &code)) return code;
    code = check_options(&o);
    if (code) return code;
    if (!source_knows_invert(o.invert)) return CODE_ARGUMENT;
    code = source_open_model(&from, words[0]);
    if (code == CODE_FINE && is_stream(&from, words[1], &o))
        code = predict_stream(&from, words[0], &o);
    else if (code == CODE_FINE)
        code = predict_data(&from, words, &o);
    source_close(&from);
    return code;
}

#define AT(field) offsetof(predict_options, field)
static const option predict_table[] = {
    {"top", OPTION_WHOLE, AT(top), "K", "1", 1, 1e6, "show the K likeliest classes"},
    {"target", OPTION_TEXT, AT(input.target), "COL", NULL, 0, 0,
     "a column that is not an input, by name or number (default: the one the model was trained on, if it is there)"},
    {"sample-weight", OPTION_TEXT, AT(input.sample_weight), "COL", NULL, 0, 0,
     "a column of weights, no input either (default: the one of the training, if it is there)"},
    INPUT_OPTIONS,
    INVERT_OPTION(AT(invert)),
    {"csv", OPTION_FLAG, AT(csv), NULL, NULL, 0, 0, "print a CSV with a header"},
    {"json", OPTION_FLAG, AT(json), NULL, NULL, 0, 0, "print a JSON object a row"},
    {"out", OPTION_TEXT, AT(out), "FILE", NULL, 0, 0,
     "write into FILE what would be printed; FILE.npy gets all outputs, [rows][outputs], as an array for NumPy"},
    {"draw", OPTION_WHOLE, AT(draw), "N", NULL, 1, 1e6,
     "draw the first N rows, which are images, with their predictions"},
    {0},
};
static const char *const examples[] = {
    "glia predict iris.safetensors new.csv --top 2",
    "glia predict digits.safetensors mnist/ --draw 6",
    "glia predict digits.safetensors photo.png",
    "cat new.csv | glia predict iris.safetensors - --csv > answers.csv",
    "glia predict digits.safetensors mnist/ --out p.npy",
    NULL,
};
const command predict_command = {
    .name = "predict",
    .words = "MODEL DATA",
    .summary = "print the class of each row of data and how probable it is, or its numbers",
    .about = "Prints a line for each row of DATA (of its second part if it has two): the likeliest class and its "
             "probability, or the numbers predicted, in the units of the training data, separated by tabs. A table may "
             "hold the target column or not. `-` as DATA is standard input: rows of a table "
             "with names are then answered one by one, as they arrive. With --out FILE.npy the file has a "
             "float32 for each row and output: the probabilities of all classes, or the numbers.",
    .options = predict_table,
    .examples = examples,
    .least = 2,
    .most = 2,
    .run = run_predict,
};
