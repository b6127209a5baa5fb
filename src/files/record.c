/* The training record that a model file carries: what was asked, and what came of it. Nothing in it differs between two
 * runs of the same training: no times, threads, dates, hosts or paths. */
#include <jansson.h>
#include <math.h>
#include <stdlib.h>

#include "files/files.h"
#include "ground/memory.h"
#include "model/model.h"

const char *const glia__norm_names[] = {[GLIA_NORM_2] = "2", [GLIA_NORM_1] = "1", [GLIA_NORM_INF] = "inf"};

/* Adds a number that there is (NaN stands for none). */
static int add_number(json_t *o, const char *key, double value)
{
    return isfinite(value) ? json_object_set_new(o, key, json_real(value)) : 0;
}

static int add_size(json_t *o, const char *key, size_t value)
{
    return json_object_set_new(o, key, json_integer((json_int_t)value));
}

static int add_text(json_t *o, const char *key, const char *text)
{
    return json_object_set_new(o, key, json_string(text));
}

static int add_list(json_t *o, const char *key, const double *values, size_t count)
{
    json_t *list = json_array();
    int     failed = list == NULL;
    for (size_t i = 0; !failed && i < count; i++) failed = json_array_append_new(list, json_real(values[i]));
    if (!failed) return json_object_set_new(o, key, list);
    json_decref(list);
    return failed;
}

static int fill(json_t *o, const glia_model *m, const glia_fit_options *asked, const glia__trained *t)
{
    int failed = add_text(o, "net", m->net) || add_text(o, "optimizer", asked->optimizer) ||
                 add_text(o, "schedule", asked->schedule) || add_text(o, "loss", t->loss) ||
                 add_text(o, "scale", glia__scales[m->scale.how].name) || add_size(o, "init_seed", m->seed) ||
                 add_size(o, "seed", asked->seed) || add_size(o, "rows", t->rows) ||
                 add_list(o, "prior", t->prior, t->n_prior) || add_size(o, "batch", t->batch) ||
                 json_object_set_new(o, "shuffle", json_boolean(!asked->no_shuffle)) ||
                 add_size(o, "epochs", m->n_history);
    if (asked->class_weight) failed = failed || add_text(o, "class_weight", asked->class_weight);
    if (m->weight_name) failed = failed || add_text(o, "sample_weight", m->weight_name);
    if (asked->clip_norm > 0) failed = failed || add_number(o, "clip_norm", asked->clip_norm);
    if (asked->clip_norm > 0 && asked->clip_kind != GLIA_NORM_2)
        failed = failed || add_text(o, "clip_kind", glia__norm_names[asked->clip_kind]);
    if (asked->clip_value > 0) failed = failed || add_number(o, "clip_value", asked->clip_value);
    if (asked->precision != GLIA_FLOAT32)
        failed = failed || add_text(o, "precision", glia__precision_names[asked->precision]);
    if (asked->augment) failed = failed || add_text(o, "augment", asked->augment);
    if (asked->accumulate > 1) failed = failed || add_size(o, "accumulate", asked->accumulate);
    if (asked->ema > 0) failed = failed || add_number(o, "ema", asked->ema);
    if (asked->swa) failed = failed || add_text(o, "swa", asked->swa);
    if (asked->patience) failed = failed || add_size(o, "patience", asked->patience);
    if (asked->monitor) failed = failed || add_text(o, "monitor", asked->monitor);
    if (asked->min_delta > 0) failed = failed || add_number(o, "min_delta", asked->min_delta);
    if (m->kept_epoch == 0 || failed) return failed;
    const glia_epoch *kept = &m->history[m->kept_epoch - 1]; /* whose weights these are */
    return add_size(o, "kept_epoch", m->kept_epoch) || add_number(o, "train_loss", kept->loss) ||
           add_number(o, "train_accuracy", kept->accuracy) || add_number(o, "val_loss", kept->val_loss) ||
           add_number(o, "val_accuracy", kept->val_accuracy) || add_number(o, "val_r2", kept->val_r2);
}

glia_status glia__record_write(char **record, const glia_model *m, const glia_fit_options *o, const glia__trained *t)
{
    json_t *object = json_object();
    char   *text = NULL;
    if (object && fill(object, m, o, t) == 0) text = json_dumps(object, JSON_COMPACT);
    json_decref(object);
    *record = text ? glia__strdup(text) : NULL;
    free(text);
    return *record ? GLIA_OK : glia__fail(GLIA_E_MEMORY, "out of memory while writing the training record");
}

/* values[count] = the list, if it is one of so many finite numbers. */
static bool read_list(const json_t *list, double *values, size_t count)
{
    if (json_array_size(list) != count) return false;
    for (size_t i = 0; i < count; i++) {
        const json_t *item = json_array_get(list, i);
        values[i] = json_number_value(item);
        if (!json_is_number(item) || !isfinite(values[i])) return false;
    }
    return true;
}

glia_status glia__record_prior(const glia_model *m, double **prior, size_t *count)
{
    bool   classes = m->target == GLIA_TARGET_CLASSES;
    size_t n = classes ? m->n_classes : m->n_out;
    *prior = NULL;
    *count = 0;
    if (!*m->record || !n) return GLIA_OK;
    double *values = glia__new(n, sizeof *values);
    if (!values) return GLIA_E_MEMORY;
    json_t *record = json_loads(m->record, 0, NULL);
    if (read_list(json_object_get(record, "prior"), values, n)) {
        *prior = values;
        *count = n;
    } else {
        glia__free(values);
    }
    json_decref(record);
    return GLIA_OK;
}
