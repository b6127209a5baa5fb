/* Class weights from their text.
 *
 * balanced: n / (k count), of n rows in k classes, as scikit-learn's compute_class_weight has it, so that all classes
 * count the same in the end. Rows that the loss ignores are not counted; a class without rows counts 1. */
#include "train/weights.h"

#include <math.h>
#include <string.h>

#include "ground/memory.h"

/* ---- balanced -------------------------------------------------------------------------------------------------- */

static void count_classes(const glia__answers *train, const glia__loss *loss, size_t *count)
{
    const glia_data *data = train->data;
    for (size_t r = 0; r < data->rows; r++) {
        int32_t class = glia_data_class(data, r);
        if (train->map) class = train->map[class];
        if (!glia__loss_passes_over(loss, &(glia__truth){.classes = &class}, 0)) count[class]++;
    }
}

static glia_status balance(const glia__answers *train, const glia__loss *loss, real *weights)
{
    size_t  n = train->model->n_classes, rows = 0, present = 0;
    size_t *count = glia__new(n, sizeof *count);
    if (!count) return GLIA_E_MEMORY;
    count_classes(train, loss, count);
    for (size_t k = 0; k < n; k++) rows += count[k], present += count[k] > 0;
    for (size_t k = 0; k < n; k++)
        if (count[k]) weights[k] = (real)((double)rows / ((double)present * (double)count[k]));
    glia__free(count);
    return GLIA_OK;
}

/* ---- one by one ------------------------------------------------------------------------------------------------ */

/* The text under way. */
typedef struct reading {
    const glia_model *m;
    const char       *text, *at;
    real             *weights;
    bool             *given; /* [n_classes] */
} reading;

static void skip_space(reading *r)
{
    r->at += strspn(r->at, " \t\r\n");
}

static glia_status placed(const reading *r)
{
    size_t line, column;
    glia__text_place(r->text, r->at, &line, &column);
    return glia__fail_at(GLIA_E_TEXT, "class_weight:%zu:%zu", line, column);
}

static glia_status fail_name(const reading *r)
{
    enum { LISTED = 12 };
    size_t       n = strcspn(r->at, "=,"), classes = r->m->n_classes;
    glia__string names = {0};
    while (n > 0 && r->at[n - 1] == ' ') n--;
    for (size_t k = 0; k < classes && k < LISTED; k++)
        glia__string_add(&names, "%s%.40s", k ? ", " : "", r->m->class_names[k]);
    if (classes > LISTED) glia__string_add(&names, " ... (%zu classes)", classes);
    if (n == 0)
        glia__fail(GLIA_E_TEXT, "a class is missing: balanced, or as in \"%.40s=2\"", r->m->class_names[0]);
    else
        glia__fail(GLIA_E_TEXT, "there is no class \"%.*s\"; there are %s", n < 40 ? (int)n : 40, r->at,
                   names.text ? names.text : "");
    glia__string_clear(&names);
    return placed(r);
}

/* Where the name that begins here ends, if it is `name` and = follows; else NULL. */
static const char *after_name(const char *at, const char *name)
{
    size_t n = strlen(name);
    if (strncmp(at, name, n) != 0) return NULL;
    at += n + strspn(at + n, " \t");
    return *at == '=' ? at + 1 : NULL;
}

/* The class whose name, which may hold any mark, stands here with = behind it; the longest if there are several. */
static glia_status read_class(reading *r, size_t *class, const char **value)
{
    *value = NULL;
    for (size_t k = 0; k < r->m->n_classes; k++) {
        const char *after = after_name(r->at, r->m->class_names[k]);
        if (!after || (*value && after < *value)) continue;
        *value = after;
        *class = k;
    }
    if (!*value) return fail_name(r);
    if (!r->given[*class]) return GLIA_OK;
    glia__fail(GLIA_E_TEXT, "%.40s is given twice", r->m->class_names[*class]);
    return placed(r);
}

static glia_status read_weight(reading *r, const char *value, real *weight)
{
    double number;
    value += strspn(value, " \t");
    size_t      n = strcspn(value, ", \t\r\n");
    const char *end = glia_number_read(value, &number);
    if (n == 0 || end != value + n || !(number >= 0) || !glia__fits_real(number)) {
        glia__fail(GLIA_E_TEXT, "a weight is a number of at least 0, not \"%.*s\"", n < 40 ? (int)n : 40, value);
        return placed(r);
    }
    *weight = (real)number;
    r->at = end;
    skip_space(r);
    return GLIA_OK;
}

static glia_status read_all(reading *r)
{
    for (;; r->at++) {
        size_t class = 0;
        const char *value;
        skip_space(r);
        GLIA_TRY(read_class(r, &class, &value));
        GLIA_TRY(read_weight(r, value, &r->weights[class]));
        r->given[class] = true;
        if (!*r->at) return GLIA_OK;
        if (*r->at == ',') continue;
        glia__fail(GLIA_E_TEXT, "a comma is missing between two classes");
        return placed(r);
    }
}

static glia_status read_list(const glia_model *m, const char *text, real *weights)
{
    reading r = {.m = m, .text = text, .at = text, .weights = weights};
    if (!(r.given = glia__new(m->n_classes, sizeof *r.given))) return GLIA_E_MEMORY;
    glia_status status = read_all(&r);
    glia__free(r.given);
    return status;
}

glia_status glia__class_weights(real **weights, const char *text, const glia__answers *train, const glia__loss *loss)
{
    const glia_model *m = train->model;
    *weights = NULL;
    if (!text) return GLIA_OK;
    if (m->target != GLIA_TARGET_CLASSES)
        return glia__fail(GLIA_E_SHAPE, "class_weight: the target of %s is numbers, not classes", train->data->name);
    real *made = glia__new(m->n_classes, sizeof *made);
    if (!made) return GLIA_E_MEMORY;
    for (size_t k = 0; k < m->n_classes; k++) made[k] = 1;
    glia_status status = strcmp(text, "balanced") == 0 ? balance(train, loss, made) : read_list(m, text, made);
    if (status != GLIA_OK) {
        glia__free(made);
        return status;
    }
    *weights = made;
    return GLIA_OK;
}
