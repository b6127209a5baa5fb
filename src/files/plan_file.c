/* The plan of a table's columns as JSON: what it was learnt from, and an object for each column in their order. Keys of
 * a column that say nothing, such as no words, are left out. */
#include "files/plan_file.h"

#include <string.h>

#include "files/json.h"
#include "ground/memory.h"

/* ---- writing ---------------------------------------------------------------------------------------------------- */

static glia_status add_string(glia__string *text, const char *value)
{
    json_t *json;
    GLIA_TRY(glia__json_string(value, &json));
    int failed = json_dump_callback(json, glia__json_add, text, JSON_COMPACT | JSON_ENCODE_ANY);
    json_decref(json);
    return failed || text->failed ? glia__json_no_memory() : GLIA_OK;
}

static glia_status add_words(glia__string *text, const glia__plan_column *c)
{
    if (!c->words.count) return GLIA_OK;
    glia__string_add(text, ",\"words\":[");
    for (size_t i = 0; i < c->words.count; i++) {
        if (i) glia__string_add(text, ",");
        GLIA_TRY(add_string(text, c->words.text[i]));
    }
    glia__string_add(text, "]");
    return GLIA_OK;
}

static glia_status add_kind(glia__string *text, const glia__kind *kind)
{
    glia__string phrase = {0};
    glia__kind_print(kind, &phrase);
    glia_status status = phrase.failed ? GLIA_E_MEMORY : add_string(text, phrase.text);
    glia__string_clear(&phrase);
    return status;
}

static glia_status add_column(glia__string *text, const glia__plan_column *c)
{
    glia__string_add(text, "{\"name\":");
    GLIA_TRY(add_string(text, c->name));
    glia__string_add(text, ",\"kind\":");
    GLIA_TRY(add_kind(text, &c->kind));
    for (size_t k = 0; k < glia__kind_slots(&c->kind); k++) {
        glia__string_add(text, k ? "," : ",\"fill\":[");
        glia__string_add_number(text, c->stand_in[k]);
    }
    glia__string_add(text, "]");
    if (c->missing) glia__string_add(text, ",\"missing\":%zu", c->missing);
    if (c->gap) glia__string_add(text, ",\"gap\":true");
    if (c->other) glia__string_add(text, ",\"other\":true");
    if (c->origin != 0) {
        glia__string_add(text, ",\"origin\":");
        glia__string_add_number(text, c->origin);
    }
    GLIA_TRY(add_words(text, c));
    glia__string_add(text, "}");
    return GLIA_OK;
}

glia_status glia__plan_write(const glia__plan *plan, glia__string *text)
{
    glia__string_add(text, "{\"rows\":%zu,", plan->rows);
    if (plan->missing) {
        glia__string_add(text, "\"missing\":");
        GLIA_TRY(add_string(text, plan->missing));
        glia__string_add(text, ",");
    }
    glia__string_add(text, "\"columns\":[");
    for (size_t i = 0; i < plan->count; i++) {
        if (i) glia__string_add(text, ",");
        GLIA_TRY(add_column(text, &plan->column[i]));
    }
    glia__string_add(text, "]}");
    return text->failed ? GLIA_E_MEMORY : GLIA_OK;
}

/* ---- reading ---------------------------------------------------------------------------------------------------- */

static glia_status read_name(glia__plan_column *c, const json_t *value)
{
    if (!json_is_string(value)) return glia__fail(GLIA_E_FORMAT, "not a text");
    c->name = glia__strdup(json_string_value(value));
    return c->name ? GLIA_OK : GLIA_E_MEMORY;
}

static glia_status read_kind(glia__plan_column *c, const json_t *value)
{
    const char *text = json_string_value(value);
    if (!text) return glia__fail(GLIA_E_FORMAT, "not a text");
    const char         *end = text + strlen(text);
    const glia__text_at where = {NULL, text, end};
    return glia__kind_read(&where, text, end, &c->kind);
}

static glia_status read_number(const json_t *value, double *number)
{
    *number = json_number_value(value);
    return json_is_number(value) ? GLIA_OK : glia__fail(GLIA_E_FORMAT, "not a number");
}

static glia_status read_fill(glia__plan_column *c, const json_t *value)
{
    size_t count = json_array_size(value);
    if (!json_is_array(value) || count < 1 || count > GLIA__SLOTS_OF_KIND)
        return glia__fail(GLIA_E_FORMAT, "not a list of one or two numbers");
    for (size_t k = 0; k < count; k++) GLIA_TRY(read_number(json_array_get(value, k), &c->stand_in[k]));
    return GLIA_OK;
}

static glia_status read_missing(glia__plan_column *c, const json_t *value)
{
    return glia__json_size(value, &c->missing) ? GLIA_OK : glia__fail(GLIA_E_FORMAT, "not a count");
}

static glia_status read_gap(glia__plan_column *c, const json_t *value)
{
    c->gap = json_is_true(value);
    return json_is_boolean(value) ? GLIA_OK : glia__fail(GLIA_E_FORMAT, "neither true nor false");
}

static glia_status read_other(glia__plan_column *c, const json_t *value)
{
    c->other = json_is_true(value);
    return json_is_boolean(value) ? GLIA_OK : glia__fail(GLIA_E_FORMAT, "neither true nor false");
}

static glia_status read_origin(glia__plan_column *c, const json_t *value)
{
    return read_number(value, &c->origin);
}

static glia_status read_words(glia__plan_column *c, const json_t *value)
{
    if (!json_is_array(value)) return glia__fail(GLIA_E_FORMAT, "not a list");
    for (size_t i = 0; i < json_array_size(value); i++) {
        const char *word = json_string_value(json_array_get(value, i));
        size_t      number;
        if (!word) return glia__fail(GLIA_E_FORMAT, "item %zu is not a text", i);
        GLIA_TRY(glia__words_add(&c->words, word, strlen(word), &number));
        if (number < i) return glia__fail(GLIA_E_FORMAT, "item %zu stands there twice", i);
    }
    return GLIA_OK;
}

static const struct key {
    const char *name;
    bool        needed;
    glia_status (*read)(glia__plan_column *c, const json_t *value);
} keys[] = {
    {"name", true, read_name},        {"kind", true, read_kind},    {"fill", true, read_fill},
    {"missing", false, read_missing}, {"gap", false, read_gap},     {"other", false, read_other},
    {"origin", false, read_origin},   {"words", false, read_words},
};
enum { KEYS = sizeof keys / sizeof *keys };

static glia_status read_column(glia__plan_column *c, const json_t *object)
{
    size_t known = 0;
    if (!json_is_object(object)) return glia__fail(GLIA_E_FORMAT, "not a JSON object");
    for (size_t i = 0; i < KEYS; i++) {
        const json_t *value = json_object_get(object, keys[i].name);
        if (!value && keys[i].needed) return glia__fail(GLIA_E_FORMAT, "%s: missing", keys[i].name);
        if (!value) continue;
        known++;
        glia_status status = keys[i].read(c, value);
        if (status) return glia__fail_at(status, "%s", keys[i].name);
    }
    return known == json_object_size(object) ? GLIA_OK : glia__fail(GLIA_E_FORMAT, "a key that is none of a column's");
}

static glia_status read_plan(const json_t *json, glia__plan **plan)
{
    const json_t *list = json_object_get(json, "columns"), *missing = json_object_get(json, "missing");
    size_t        rows, count = json_array_size(list), known = missing ? 3 : 2;
    if (json_object_size(json) != known || !json_is_array(list) || (missing && !json_is_string(missing)) ||
        !glia__json_size(json_object_get(json, "rows"), &rows))
        return glia__fail(GLIA_E_FORMAT, "not an object of rows, columns and what is missing");
    GLIA_TRY(glia__plan_new(plan, count));
    (*plan)->rows = rows;
    if (missing && !((*plan)->missing = glia__strdup(json_string_value(missing)))) return GLIA_E_MEMORY;
    for (size_t i = 0; i < count; i++) {
        glia_status status = read_column(&(*plan)->column[i], json_array_get(list, i));
        if (status) return glia__fail_at(status, "column %zu", i + 1);
    }
    return glia__plan_settle(*plan);
}

glia_status glia__plan_read(const char *text, glia__plan **plan)
{
    json_t *json;
    *plan = NULL;
    GLIA_TRY(glia__json_parse(text, strlen(text), false, &json));
    glia_status status = read_plan(json, plan);
    json_decref(json);
    if (status == GLIA_OK) return GLIA_OK;
    glia__plan_free(*plan);
    *plan = NULL;
    return status;
}
