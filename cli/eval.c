/* glia eval: how well a model does on data it has not seen. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "baseline.h"
#include "columns.h"
#include "json.h"
#include "options.h"
#include "report.h"
#include "source.h"
#include "table.h"

typedef struct eval_options {
    input_options input;
    const char   *invert;
    bool          json;
} eval_options;

/* ---- as JSON --------------------------------------------------------------------------------------------------- */

static json_t *confusion_array(const glia_scores *s)
{
    json_t *rows = json_array();
    for (size_t i = 0; i < s->classes; i++) {
        json_t *row = json_array();
        for (size_t j = 0; j < s->classes; j++)
            json_array_append_new(row, json_integer((json_int_t)s->confusion[i * s->classes + j]));
        json_array_append_new(rows, row);
    }
    return rows;
}

static json_t *average_object(const glia_average *a)
{
    json_t *object = json_object();
    json_put_number(object, "precision", a->precision);
    json_put_number(object, "recall", a->recall);
    json_put_number(object, "f1", a->f1);
    return object;
}

/* Arrays with a number a class, in the order of "classes". */
static void put_by_class(json_t *object, const glia_scores *s, const glia_model *model)
{
    static const char *const keys[] = {"classes", "precision", "recall", "f1", "support", "top"};
    json_t                  *lists[6];
    for (size_t i = 0; i < 6; i++) json_object_set_new(object, keys[i], lists[i] = json_array());
    for (size_t k = 0; k < s->classes; k++) {
        json_array_append_new(lists[0], json_of_text(glia_model_class_name(model, k)));
        json_array_append_new(lists[1], json_of_number(s->by_class[k].precision));
        json_array_append_new(lists[2], json_of_number(s->by_class[k].recall));
        json_array_append_new(lists[3], json_of_number(s->by_class[k].f1));
        json_array_append_new(lists[4], json_integer((json_int_t)s->support[k]));
        json_array_append_new(lists[5], json_of_number(s->top[k]));
    }
}

static void put_classes(json_t *object, const glia_scores *s, const glia_model *model)
{
    json_put_number(object, "accuracy", s->accuracy);
    json_put_interval(object, "accuracy_interval", &s->accuracy_interval);
    json_put_number(object, "balanced_accuracy", s->balanced_accuracy);
    json_put_number(object, "log_loss", s->log_loss);
    json_put_number(object, "roc_auc", s->roc_auc);
    json_object_set_new(object, "confusion", confusion_array(s));
    put_by_class(object, s, model);
    json_object_set_new(object, "macro", average_object(&s->macro));
    json_object_set_new(object, "micro", average_object(&s->micro));
    json_object_set_new(object, "weighted", average_object(&s->weighted));
}

static void put_numbers(json_t *object, const glia_scores *s)
{
    json_put_number(object, "mse", s->mse);
    json_put_number(object, "rmse", s->rmse);
    if (!isnan(s->label_accuracy)) {
        json_put_number(object, "label_accuracy", s->label_accuracy);
        json_put_interval(object, "label_accuracy_interval", &s->label_accuracy_interval);
        json_put_number(object, "subset_accuracy", s->subset_accuracy);
        json_put_number(object, "label_f1", s->label_f1);
    }
    json_put_interval(object, "rmse_interval", &s->rmse_interval);
    json_put_number(object, "mae", s->mae);
    json_put_number(object, "r2", s->r2);
    json_put_interval(object, "r2_interval", &s->r2_interval);
}

static void put_baseline(json_t *object, const glia_scores *base)
{
    if (base->target == GLIA_TARGET_CLASSES) json_put_number(object, "baseline_accuracy", base->accuracy);
    if (!isnan(base->label_accuracy)) json_put_number(object, "baseline_label_accuracy", base->label_accuracy);
    if (base->target == GLIA_TARGET_NUMBERS) json_put_number(object, "baseline_rmse", base->rmse);
    if (base->target == GLIA_TARGET_NUMBERS) json_put_number(object, "baseline_r2", base->r2);
}

/* base: NULL where it is not known, what the training rows were like. */
static void print_json(const glia_scores *s, const glia_scores *base, const glia_model *model)
{
    json_t *object = json_object();
    json_put_count(object, "samples", s->rows);
    json_put_number(object, "loss", s->loss);
    if (s->target == GLIA_TARGET_CLASSES)
        put_classes(object, s, model);
    else
        put_numbers(object, s);
    if (base) put_baseline(object, base);
    json_print(object);
}

/* ---- for people ------------------------------------------------------------------------------------------------ */

#define MATRIX_MOST 30
#define HEAD_MOST 10

static void add_share(table *t, const char *name, double value)
{
    table_add(t, "%s", name);
    table_add(t, isnan(value) ? "-" : "%.2f %%", 100 * value);
}

static void add_number(table *t, const char *name, double value)
{
    table_add(t, "%s", name);
    table_add(t, isnan(value) ? "-" : fabs(value) < 1e4 ? "%.4f" : "%.6g", value);
}

/* The third cell of a row: nothing, an interval, or a word. */
static void add_interval(table *t, const glia_interval *interval, bool share)
{
    if (isnan(interval->low))
        table_add(t, "%s", "");
    else if (share)
        table_add(t, "(95 %% interval %.1f to %.1f)", 100 * interval->low, 100 * interval->high);
    else
        table_add(t, "(95 %% interval %.4g to %.4g)", interval->low, interval->high);
}

static void add_nothing(table *t)
{
    table_add(t, "%s", "");
}

static void add_classes(table *t, const glia_scores *s)
{
    add_share(t, "accuracy", s->accuracy), add_interval(t, &s->accuracy_interval, true);
    if (s->classes > 3) add_share(t, "among the 3 likeliest", s->top[2]), add_nothing(t);
    add_share(t, "balanced accuracy", s->balanced_accuracy), add_nothing(t);
    add_number(t, "loss", s->loss), add_nothing(t);
    add_number(t, "log loss", s->log_loss), add_nothing(t);
    add_number(t, "ROC AUC", s->roc_auc), add_nothing(t);
}

static void add_numbers(table *t, const glia_scores *s)
{
    add_number(t, "loss", s->loss), add_nothing(t);
    if (!isnan(s->label_accuracy)) {
        add_share(t, "right answers", s->label_accuracy), add_interval(t, &s->label_accuracy_interval, true);
        add_share(t, "rows all right", s->subset_accuracy), add_nothing(t);
        add_number(t, "F1 of yes", s->label_f1), add_nothing(t);
    }
    add_number(t, "RMSE", s->rmse), add_interval(t, &s->rmse_interval, false);
    add_number(t, "MAE", s->mae), add_nothing(t);
    add_number(t, "R2", s->r2), add_interval(t, &s->r2_interval, false);
}

static void add_baseline(table *t, const glia_scores *base, const glia_model *model)
{
    char *always = baseline_text(model);
    if (base->target == GLIA_TARGET_CLASSES) {
        add_share(t, "baseline accuracy", base->accuracy);
    } else {
        if (!isnan(base->label_accuracy)) {
            add_share(t, "baseline right answers", base->label_accuracy);
            table_add(t, "(%s)", always);
        }
        add_number(t, "baseline RMSE", base->rmse);
        table_add(t, "(%s)", always);
        add_number(t, "baseline R2", base->r2);
    }
    table_add(t, "(%s)", always);
    free(always);
}

static void print_totals(const glia_scores *s, const glia_scores *base, const glia_model *model)
{
    table t = {.align = "lrl"};
    (s->target == GLIA_TARGET_CLASSES ? add_classes : add_numbers)(&t, s);
    if (base) add_baseline(&t, base, model);
    table_print(&t, 0);
}

static void add_averages(table *t, const char *name, const glia_average *a, size_t rows)
{
    table_add(t, "%s", name);
    table_add(t, "%.4f", a->precision);
    table_add(t, "%.4f", a->recall);
    table_add(t, "%.4f", a->f1);
    table_add(t, "%zu", rows);
}

static void print_by_class(const glia_scores *s, const glia_model *model)
{
    static const char *const heads[] = {"class", "precision", "recall", "f1", "rows"};
    table                    t = {.align = "lrrrr"};
    for (size_t i = 0; i < 5; i++) table_add(&t, "%s", heads[i]);
    for (size_t k = 0; k < s->classes; k++)
        add_averages(&t, glia_model_class_name(model, k), &s->by_class[k], s->support[k]);
    add_averages(&t, "macro average", &s->macro, s->rows);
    add_averages(&t, "weighted", &s->weighted, s->rows);
    putchar('\n');
    table_print(&t, 0);
}

static void print_matrix(const glia_scores *s, const glia_model *model)
{
    char  align[MATRIX_MOST + 2] = "l";
    table t = {.align = align};
    table_add(&t, " ");
    for (size_t k = 0; k < s->classes; k++) {
        const char *name = glia_model_class_name(model, k);
        align[k + 1] = 'r';
        table_add(&t, "%.*s", (int)text_cut(name, HEAD_MOST), name);
    }
    for (size_t i = 0; i < s->classes; i++) {
        table_add(&t, "%s", glia_model_class_name(model, i));
        for (size_t j = 0; j < s->classes; j++) {
            size_t n = s->confusion[i * s->classes + j];
            if (n)
                table_add(&t, "%zu", n);
            else
                table_add(&t, ".");
        }
    }
    puts("\nconfusion: a line for each true class, a column for each predicted one");
    table_print(&t, 0);
}

typedef struct mistake {
    size_t truth, predicted, rows;
} mistake;

static int more_rows_first(const void *a, const void *b)
{
    const mistake *x = a, *y = b;
    return (x->rows < y->rows) - (x->rows > y->rows);
}

/* Too many classes for a matrix: only what happens most. */
static void print_mistakes(const glia_scores *s, const glia_model *model)
{
    mistake *list = NULL;
    size_t   count = 0;
    table    t = {.align = "llr"};
    for (size_t i = 0; i < s->classes * s->classes; i++) {
        mistake m = {i / s->classes, i % s->classes, s->confusion[i]};
        if (m.truth == m.predicted || m.rows == 0) continue;
        grow(&list, count, sizeof *list);
        list[count++] = m;
    }
    if (count) qsort(list, count, sizeof *list, more_rows_first);
    table_add(&t, "true"), table_add(&t, "predicted"), table_add(&t, "rows");
    for (size_t i = 0; i < count && i < MATRIX_MOST; i++) {
        table_add(&t, "%s", glia_model_class_name(model, list[i].truth));
        table_add(&t, "%s", glia_model_class_name(model, list[i].predicted));
        table_add(&t, "%zu", list[i].rows);
    }
    puts("\nthe most frequent mistakes");
    table_print(&t, 0);
    free(list);
}

static void print_text(const glia_scores *s, const glia_scores *base, const source *from, const char *data)
{
    printf("%s%s: %zu row%s\n\n", data_name(data), from->part == from->whole ? "" : " (test part)", s->rows,
           s->rows == 1 ? "" : "s");
    print_totals(s, base, from->model);
    if (s->target != GLIA_TARGET_CLASSES) return;
    print_by_class(s, from->model);
    (s->classes <= MATRIX_MOST ? print_matrix : print_mistakes)(s, from->model);
}

static int evaluate(const source *from, const eval_options *o, const char *data)
{
    glia_scores *scores = NULL, *base = NULL;
    glia_status  status = glia_evaluate(from->model, from->part, &scores);
    if (!status) status = glia_model_baseline(from->model, from->part, &base);
    if (!status) columns_tell_gaps(stderr, from->part, from->model);
    if (!status) columns_tell_unknown(stderr, from->part, from->model);
    if (!status && o->json) print_json(scores, base, from->model);
    if (!status && !o->json) print_text(scores, base, from, data);
    glia_scores_free(scores);
    glia_scores_free(base);
    return status ? fail_status(status) : CODE_FINE;
}

static int run_eval(const command *self, int argc, char **argv)
{
    eval_options o = {0};
    source       from = {0};
    const char  *words[WORDS_MOST];
    int          code;
    if (!options_read(self, argc, argv, &o, words, &code)) return code;
    if (!source_knows_invert(o.invert)) return CODE_ARGUMENT;
    code = source_open_judged(&from, words[0], words[1], &o.input, o.invert);
    if (code == CODE_FINE) columns_tell_rows(stderr, from.part);
    if (code == CODE_FINE) code = evaluate(&from, &o, words[1]);
    source_close(&from);
    return code;
}

static const option eval_table[] = {
    {"target", OPTION_TEXT, offsetof(eval_options, input.target), "COL", NULL, 0, 0,
     "the column with the true values, by name or number (default: the one the model was trained on)"},
    {"sample-weight", OPTION_TEXT, offsetof(eval_options, input.sample_weight), "COL", NULL, 0, 0,
     "the column of weights, no input; only the loss is weighted (default: the one of the training, if it is there)"},
    INPUT_OPTIONS,
    INVERT_OPTION(offsetof(eval_options, invert)),
    {"json", OPTION_FLAG, offsetof(eval_options, json), NULL, NULL, 0, 0, "print one JSON object"},
    {0},
};
static const char *const examples[] = {
    "glia eval digits.safetensors mnist/",
    "glia eval iris.safetensors new.csv --json",
    NULL,
};
const command eval_command = {
    .name = "eval",
    .words = "MODEL DATA",
    .summary = "score a model on data: in all, by class, and what it takes for what",
    .about = "Scores MODEL on DATA, on its second part if it has two. Definitions are those of scikit-learn.",
    .options = eval_table,
    .examples = examples,
    .least = 2,
    .most = 2,
    .run = run_eval,
};
