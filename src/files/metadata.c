/* What a model file says beside its tensors: one table of fields, each with how it is written and how it is read.
 *
 * All are text, as the format asks for. What comes from a file is checked when it is read; that a model holds together
 * is checked before it is written and after it was read, by the same rules. */
#include <string.h>

#include "files/json.h"
#include "files/metadata.h"
#include "files/plan_file.h"
#include "ground/memory.h"

enum { FORMAT = 1, NET_MOST = 1 << 15 /* bytes of a net text */ };

/* ---- whole numbers and shapes ------------------------------------------------------------------------------------ */

static bool whole(const char *text, size_t *number)
{
    const char *at = text;
    return glia__digits_read(&at, NULL, number) && at > text && !*at;
}

/* "784" or "1x28x28". */
static bool read_row(const char *text, glia__outline *o)
{
    size_t side[3], sides = 0;
    o->numbers = 1;
    for (const char *at = text;; text = ++at) {
        if (!glia__digits_read(&at, NULL, &side[sides]) || at == text) return false;
        if (!glia__mul(o->numbers, side[sides++], &o->numbers)) return false;
        if (!*at) break;
        if (*at != 'x' || sides == 3) return false;
    }
    o->channels = sides == 3 ? side[0] : 1;
    o->height = sides == 3 ? side[1] : 1;
    o->width = side[sides - 1];
    return o->numbers && sides != 2;
}

/* ---- names ------------------------------------------------------------------------------------------------------- */

static glia_status write_names(char *const *names, size_t count, glia__string *text)
{
    glia_status status = GLIA_OK;
    json_t     *list = names ? json_array() : NULL, *name;
    if (!names) return GLIA_OK;
    for (size_t i = 0; i < count && !status; i++) {
        status = glia__json_string(names[i], &name);
        if (!status && json_array_append_new(list, name)) status = glia__json_no_memory();
    }
    if (!status) status = glia__json_print(list, text);
    json_decref(list);
    return status;
}

static glia_status copy_names(const json_t *list, char **names)
{
    for (size_t i = 0; i < json_array_size(list); i++) {
        const char *name = json_string_value(json_array_get(list, i));
        if (!name) return glia__fail(GLIA_E_FORMAT, "item %zu is not a text", i);
        if (!(names[i] = glia__strdup(name))) return GLIA_E_MEMORY;
    }
    return GLIA_OK;
}

/* A JSON list of texts; none where the text is NULL. */
static glia_status read_names(const char *text, char ***names, size_t *count)
{
    json_t *list;
    if (!text) return GLIA_OK;
    GLIA_TRY(glia__json_parse(text, strlen(text), false, &list));
    size_t      size = json_array_size(list);
    char      **copies = glia__new(size, sizeof *copies);
    glia_status status = copies ? GLIA_OK : GLIA_E_MEMORY;
    if (!json_is_array(list)) status = glia__fail(GLIA_E_FORMAT, "not a JSON list");
    if (!status) status = copy_names(list, copies);
    json_decref(list);
    if (status) {
        glia__names_free(copies, size);
        return status;
    }
    *names = copies;
    *count = size;
    return GLIA_OK;
}

/* ---- scaling ----------------------------------------------------------------------------------------------------- */

static void write_list(const double *numbers, size_t count, glia__string *text)
{
    for (size_t i = 0; i < count; i++) {
        glia__string_add_bytes(text, i ? "," : "[", 1);
        glia__string_add_number(text, numbers[i]);
    }
    glia__string_add_bytes(text, "]", 1);
}

static glia_status write_scaler(const glia__scaler *s, glia__string *text)
{
    glia__string_add(text, "{\"how\":\"%s\"", glia__scales[s->how].name);
    if (s->columns) {
        glia__string_add(text, ",\"shift\":");
        write_list(s->shift, s->columns, text);
        glia__string_add(text, ",\"scale\":");
        write_list(s->scale, s->columns, text);
    }
    glia__string_add_bytes(text, "}", 1);
    return GLIA_OK;
}

static glia_status check_list(const char *key, const json_t *list, size_t columns)
{
    if (!json_is_array(list) || json_array_size(list) != columns)
        return glia__fail(GLIA_E_FORMAT, "%s is not a list of %zu numbers", key, columns);
    for (size_t i = 0; i < columns; i++)
        if (!json_is_real(json_array_get(list, i))) return glia__fail(GLIA_E_FORMAT, "%s[%zu] is not a number", key, i);
    return GLIA_OK;
}

static glia_status make_fitted(glia__scaler *s, glia__scale_how how, const json_t *shift, const json_t *scale,
                               size_t columns)
{
    GLIA_TRY(check_list("shift", shift, columns));
    GLIA_TRY(check_list("scale", scale, columns));
    double *pairs = glia__new(columns, 2 * sizeof *pairs);
    if (!pairs) return GLIA_E_MEMORY;
    for (size_t i = 0; i < columns; i++) {
        pairs[i] = json_real_value(json_array_get(shift, i));
        pairs[columns + i] = json_real_value(json_array_get(scale, i));
    }
    glia_status status = glia__scaler_make(s, how, columns, pairs, pairs + columns);
    glia__free(pairs);
    return status;
}

static bool find_how(const char *name, glia__scale_how *how)
{
    for (size_t i = 0; name && i < glia__scales_count; i++)
        if (strcmp(glia__scales[i].name, name) == 0) {
            *how = (glia__scale_how)i;
            return true;
        }
    return false;
}

static glia_status make_scaler(glia__scaler *s, const json_t *json, size_t columns)
{
    const json_t   *shift = json_object_get(json, "shift"), *scale = json_object_get(json, "scale");
    glia__scale_how how;
    if (!find_how(json_string_value(json_object_get(json, "how")), &how))
        return glia__fail(GLIA_E_FORMAT, "\"how\" is not the name of a scaling");
    if (json_object_size(json) == 1) return glia__scaler_make(s, how, 0, NULL, NULL);
    if (json_object_size(json) != 3) return glia__fail(GLIA_E_FORMAT, "not how, shift and scale, or how alone");
    return make_fitted(s, how, shift, scale, columns);
}

static glia_status read_scaler(const char *text, size_t columns, glia__scaler *s)
{
    json_t *json;
    if (!text) return glia__fail(GLIA_E_FORMAT, "missing");
    GLIA_TRY(glia__json_parse(text, strlen(text), true, &json));
    glia_status status = make_scaler(s, json, columns);
    json_decref(json);
    return status;
}

/* ---- does it hold together? -------------------------------------------------------------------------------------- */

static glia_status check_scaler(const char *what, const glia__scaler *s, size_t columns)
{
    if (!s->columns || s->columns == columns) return GLIA_OK;
    return glia__fail(GLIA_E_SHAPE, "%s: %zu columns for a net of %zu", what, s->columns, columns);
}

/* What must be so in every file; held against a model before it is saved and after it was read. */
static glia_status check_model(const glia_model *m)
{
    bool two = m->n_out == 1 && m->n_classes == 2;
    if (!m->n_in) return glia__fail(GLIA_E_SHAPE, "a net without layers");
    if (m->target == GLIA_TARGET_CLASSES && m->n_classes != m->n_out && !two)
        return glia__fail(GLIA_E_SHAPE, "class_names: %zu names for a net of %zu outputs", m->n_classes, m->n_out);
    if (m->target != GLIA_TARGET_CLASSES && m->n_classes)
        return glia__fail(GLIA_E_SHAPE, "class_names: %zu names for a net that does not tell classes", m->n_classes);
    if (m->n_targets && m->target == GLIA_TARGET_NONE)
        return glia__fail(GLIA_E_SHAPE, "target_names: %zu names for a net without a target", m->n_targets);
    if (m->n_targets && m->n_targets != (m->target == GLIA_TARGET_CLASSES ? 1 : m->n_out))
        return glia__fail(GLIA_E_SHAPE, "target_names: %zu names for a net of %zu outputs", m->n_targets, m->n_out);
    GLIA_TRY(check_scaler("scale", &m->scale, m->n_in));
    return check_scaler("target_scale", &m->target_scale, m->n_out);
}

/* ---- the fields of __metadata__ ---------------------------------------------------------------------------------- */

static const char *const targets[] = {
    [GLIA_TARGET_NONE] = "none", [GLIA_TARGET_CLASSES] = "classes", [GLIA_TARGET_NUMBERS] = "numbers"};

static glia_status write_text(const char *value, glia__string *text)
{
    glia__string_add(text, "%s", value);
    return GLIA_OK;
}

static glia_status write_whole(size_t value, glia__string *text)
{
    glia__string_add(text, "%zu", value);
    return GLIA_OK;
}

static glia_status read_text(const char *text, char **value)
{
    char *copy = glia__strdup(text ? text : "");
    if (!copy) return GLIA_E_MEMORY;
    glia__free(*value);
    *value = copy;
    return GLIA_OK;
}

static glia_status write_format(const glia_model *m, glia__string *text)
{
    (void)m;
    return write_whole(FORMAT, text);
}

static glia_status write_version(const glia_model *m, glia__string *text)
{
    (void)m;
    return write_text(glia_version(), text);
}

static glia_status write_net(const glia_model *m, glia__string *text)
{
    if (strlen(m->net) > NET_MOST)
        return glia__fail(GLIA_E_WRITE, "a net of %zu bytes of text; at most %d are kept in a file", strlen(m->net),
                          NET_MOST);
    return write_text(m->net, text);
}

static glia_status write_input(const glia_model *m, glia__string *text)
{
    if (m->channels == 1 && m->height == 1) return write_whole(m->width, text);
    glia__string_add(text, "%zux%zux%zu", m->channels, m->height, m->width);
    return GLIA_OK;
}

static glia_status write_seed(const glia_model *m, glia__string *text)
{
    return write_whole(m->seed, text);
}

static glia_status write_target(const glia_model *m, glia__string *text)
{
    return write_text(targets[m->target], text);
}

static glia_status read_target(glia_model *m, const char *text)
{
    for (size_t i = 0; text && i < sizeof targets / sizeof *targets; i++)
        if (strcmp(targets[i], text) == 0) {
            m->target = (glia_target)i;
            return GLIA_OK;
        }
    return glia__fail(GLIA_E_FORMAT, text ? "not classes, numbers or none" : "missing");
}

static glia_status write_class_names(const glia_model *m, glia__string *text)
{
    return write_names(m->class_names, m->n_classes, text);
}

static glia_status read_class_names(glia_model *m, const char *text)
{
    if (!text && m->target == GLIA_TARGET_CLASSES) return glia__fail(GLIA_E_FORMAT, "missing");
    return read_names(text, &m->class_names, &m->n_classes);
}

static glia_status write_target_names(const glia_model *m, glia__string *text)
{
    return write_names(m->target_names, m->n_targets, text);
}

static glia_status read_target_names(glia_model *m, const char *text)
{
    return read_names(text, &m->target_names, &m->n_targets);
}

static glia_status write_columns(const glia_model *m, glia__string *text)
{
    return m->plan ? glia__plan_write(m->plan, text) : GLIA_OK;
}

static glia_status read_columns(glia_model *m, const char *text)
{
    if (!text) return GLIA_OK;
    GLIA_TRY(glia__plan_read(text, &m->plan));
    if (m->plan->width != m->n_in)
        return glia__fail(GLIA_E_FORMAT, "%zu inputs for a net of %zu", m->plan->width, m->n_in);
    return glia__model_name_inputs(m);
}

/* Those of a plan follow from it. */
static glia_status write_column_names(const glia_model *m, glia__string *text)
{
    return m->plan ? GLIA_OK : write_names(m->column_names, m->n_in, text);
}

static glia_status read_column_names(glia_model *m, const char *text)
{
    char **names = NULL;
    size_t count = m->n_in;
    if (m->plan) return text ? glia__fail(GLIA_E_FORMAT, "beside columns, which name the inputs") : GLIA_OK;
    GLIA_TRY(read_names(text, &names, &count));
    if (count != m->n_in) {
        glia__names_free(names, count);
        return glia__fail(GLIA_E_FORMAT, "%zu names for a net of %zu inputs", count, m->n_in);
    }
    m->column_names = names;
    return GLIA_OK;
}

static glia_status write_scale(const glia_model *m, glia__string *text)
{
    return write_scaler(&m->scale, text);
}

static glia_status read_scale(glia_model *m, const char *text)
{
    return read_scaler(text, m->n_in, &m->scale);
}

static glia_status write_target_scale(const glia_model *m, glia__string *text)
{
    return m->target == GLIA_TARGET_NUMBERS ? write_scaler(&m->target_scale, text) : GLIA_OK;
}

static glia_status read_target_scale(glia_model *m, const char *text)
{
    return m->target == GLIA_TARGET_NUMBERS ? read_scaler(text, m->n_out, &m->target_scale) : GLIA_OK;
}

static glia_status write_class_weights(const glia_model *m, glia__string *text)
{
    for (size_t k = 0; m->class_weight && k < m->n_classes; k++) {
        glia__string_add_bytes(text, k ? "," : "[", 1);
        glia__string_add_number(text, (double)m->class_weight[k]);
    }
    if (m->class_weight) glia__string_add_bytes(text, "]", 1);
    return GLIA_OK;
}

static glia_status take_class_weights(glia_model *m, const json_t *list)
{
    GLIA_TRY(check_list("it", list, m->n_classes));
    real *weights = glia__new(m->n_classes, sizeof *weights);
    if (!weights) return GLIA_E_MEMORY;
    for (size_t k = 0; k < m->n_classes; k++) {
        double weight = json_real_value(json_array_get(list, k));
        if (!(weight >= 0) || !glia__fits_real(weight)) {
            glia__free(weights);
            return glia__fail(GLIA_E_FORMAT, "number %zu is not a weight, which is at least 0", k);
        }
        weights[k] = (real)weight;
    }
    glia__free(m->class_weight);
    m->class_weight = weights;
    return GLIA_OK;
}

static glia_status read_class_weights(glia_model *m, const char *text)
{
    json_t *list;
    if (!text) return GLIA_OK;
    if (!m->n_classes) return glia__fail(GLIA_E_FORMAT, "a net that does not tell classes has none");
    GLIA_TRY(glia__json_parse(text, strlen(text), true, &list));
    glia_status status = take_class_weights(m, list);
    json_decref(list);
    return status;
}

static glia_status write_weight_name(const glia_model *m, glia__string *text)
{
    return write_text(m->weight_name ? m->weight_name : "", text);
}

static glia_status read_weight_name(glia_model *m, const char *text)
{
    return text ? read_text(text, &m->weight_name) : GLIA_OK;
}

static glia_status write_border(const glia_model *m, glia__string *text)
{
    if (m->knows_border) glia__string_add_number(text, m->border);
    return GLIA_OK;
}

static glia_status read_border(glia_model *m, const char *text)
{
    if (!text) return GLIA_OK;
    const char *end = glia_number_read(text, &m->border);
    m->knows_border = end != text && !*end && m->border >= 0 && m->border <= 255;
    return m->knows_border ? GLIA_OK : glia__fail(GLIA_E_FORMAT, "\"%.40s\" is not a number from 0 to 255", text);
}

static glia_status write_loss(const glia_model *m, glia__string *text)
{
    return write_text(m->loss_text, text);
}

static glia_status read_loss(glia_model *m, const char *text)
{
    const glia__layer *last = glia__model_last(m);
    glia__loss         loss;
    bool               fused;
    if (text) GLIA_TRY(glia__loss_parse(&loss, text, last ? last->class->named.name : "", &fused));
    return read_text(text, &m->loss_text);
}

static glia_status write_record(const glia_model *m, glia__string *text)
{
    return write_text(m->record, text);
}

static glia_status read_record(glia_model *m, const char *text)
{
    json_t *json = NULL;
    if (text) GLIA_TRY(glia__json_parse(text, strlen(text), false, &json));
    bool object = !text || json_is_object(json);
    json_decref(json);
    return object ? read_text(text, &m->record) : glia__fail(GLIA_E_FORMAT, "not a JSON object");
}

static const struct field {
    const char *key;
    glia_status (*write)(const glia_model *m, glia__string *text); /* no text: the key is left out */
    glia_status (*read)(glia_model *m, const char *text);          /* text is NULL if the key was left out */
} fields[] = {
    /* what a model is made from: read by glia__metadata_outline */
    {"glia", write_format, NULL},
    {"glia_version", write_version, NULL},
    {"net", write_net, NULL},
    {"input", write_input, NULL},
    {"seed", write_seed, NULL},
    /* what is then set in it, in this order */
    {"target", write_target, read_target},
    {"class_names", write_class_names, read_class_names},
    {"target_names", write_target_names, read_target_names},
    {"columns", write_columns, read_columns},
    {"column_names", write_column_names, read_column_names},
    {"scale", write_scale, read_scale},
    {"target_scale", write_target_scale, read_target_scale},
    {"loss", write_loss, read_loss},
    {"class_weights", write_class_weights, read_class_weights},
    {"weight_name", write_weight_name, read_weight_name},
    {"border", write_border, read_border},
    {"record", write_record, read_record},
};
enum { FIELDS = sizeof fields / sizeof *fields };

/* ---- writing ----------------------------------------------------------------------------------------------------- */

void glia__metadata_free(glia__meta *meta, size_t metas)
{
    for (size_t i = 0; i < metas; i++) glia__free((void *)meta[i].value);
    glia__free(meta);
}

static glia_status write_field(const struct field *field, const glia_model *m, const char **value)
{
    glia__string text = {0};
    glia_status  status = field->write(m, &text);
    if (status)
        glia__string_clear(&text);
    else if (!(*value = glia__string_take(&text)))
        status = GLIA_E_MEMORY;
    return status ? glia__fail_at(status, "%s", field->key) : GLIA_OK;
}

glia_status glia__metadata_write(const glia_model *m, glia__meta **meta, size_t *metas)
{
    size_t count = 0;
    GLIA_TRY(check_model(m));
    glia__meta *list = glia__new(FIELDS, sizeof *list);
    if (!list) return GLIA_E_MEMORY;
    for (size_t i = 0; i < FIELDS; i++) {
        list[count].key = fields[i].key;
        glia_status status = write_field(&fields[i], m, &list[count].value);
        if (status) {
            glia__metadata_free(list, count);
            return status;
        }
        if (*list[count].value)
            count++;
        else
            glia__free((void *)list[count].value);
    }
    *meta = list;
    *metas = count;
    return GLIA_OK;
}

/* ---- reading ----------------------------------------------------------------------------------------------------- */

static glia_status need(const glia__tensors *t, const char *key, const char **text)
{
    *text = glia__tensors_meta(t, key);
    return *text ? GLIA_OK : glia__fail(GLIA_E_FORMAT, "%s: missing", key);
}

glia_status glia__metadata_no_checkpoint(const glia__tensors *t)
{
    if (!glia__tensors_meta(t, GLIA__CHECKPOINT)) return GLIA_OK;
    return glia__fail(GLIA_E_FORMAT, "a checkpoint and no model: `glia train ... --resume` goes on from it");
}

static glia_status check_format(const glia__tensors *t)
{
    const char *text = glia__tensors_meta(t, "glia");
    size_t      format;
    GLIA_TRY(glia__metadata_no_checkpoint(t));
    if (!text)
        return glia__fail(GLIA_E_FORMAT, "not a model of glia: its weights alone can be loaded into a net "
                                         "(glia_model_load_weights, glia train --init)");
    if (!whole(text, &format) || !format)
        return glia__fail(GLIA_E_FORMAT, "glia: \"%s\" is not the number of a format", text);
    if (format > FORMAT)
        return glia__fail(GLIA_E_FORMAT, "glia: written in format %zu by a newer version; this one (%s) reads up to %d",
                          format, glia_version(), FORMAT);
    return GLIA_OK;
}

glia_status glia__metadata_outline(const glia__tensors *t, glia__outline *o)
{
    const char *row, *seed;
    size_t      number;
    GLIA_TRY(check_format(t));
    GLIA_TRY(need(t, "net", &o->net));
    GLIA_TRY(need(t, "input", &row));
    GLIA_TRY(need(t, "seed", &seed));
    if (strlen(o->net) > NET_MOST)
        return glia__fail(GLIA_E_FORMAT, "net: a text of %zu bytes; at most %d are read", strlen(o->net), NET_MOST);
    if (!read_row(row, o)) return glia__fail(GLIA_E_FORMAT, "input: \"%s\" is not a shape such as 784 or 1x28x28", row);
    if (!whole(seed, &number) || number > UINT32_MAX)
        return glia__fail(GLIA_E_FORMAT, "seed: \"%s\" is not a whole number of 32 bits", seed);
    o->seed = (uint32_t)number;
    return GLIA_OK;
}

glia_status glia__metadata_read(const glia__tensors *t, glia_model *m)
{
    for (size_t i = 0; i < FIELDS; i++) {
        if (!fields[i].read) continue;
        glia_status status = fields[i].read(m, glia__tensors_meta(t, fields[i].key));
        if (status) return glia__fail_at(status, "%s", fields[i].key);
    }
    return check_model(m);
}
