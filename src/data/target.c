/* Targets: numbers or classes, and the way from one to the other.
 *
 * A class is known by its name, which is the word in the file or the shortest form of the number there. Classes made of
 * numbers only are in the order of their values, others in the order of their names' bytes, as scikit-learn's
 * LabelEncoder has them. */
#include "data/target.h"

#include <math.h>
#include <string.h>

#include "data/kinds.h"
#include "ground/memory.h"

/* A column of whole numbers with at most so many different ones is taken to be classes. */
enum { FEW = 20 };

/* ---- making one from the other ---------------------------------------------------------------------------------- */

/* Adds the number's shortest form (adding 0 makes -0 a 0). */
static glia_status add_number(glia__words *w, double value, size_t *number)
{
    char   text[32];
    size_t n = glia_number_write(text, value + 0.0);
    return glia__words_add(w, text, n, number);
}

static void drop_classes(glia_data *d)
{
    if (!d->base || d->own_classes) {
        glia__free(d->classes);
        glia__names_free(d->class_names, d->n_classes);
    }
    d->classes = NULL;
    d->class_names = NULL;
    d->n_classes = 0;
}

static char **copy_names(const glia__words *w, const size_t *rank)
{
    char **names = glia__new(w->count, sizeof *names);
    bool   fine = names != NULL;
    for (size_t i = 0; fine && i < w->count; i++) fine = (names[rank[i]] = glia__strdup(w->text[i])) != NULL;
    if (fine) return names;
    if (names) glia__names_free(names, w->count);
    return NULL;
}

/* d takes `classes`, numbers of the words in the order of arrival, and gets the words as names of its classes. */
static glia_status take_classes(glia_data *d, int32_t *classes, const glia__words *w)
{
    size_t *rank = glia__new(w->count, sizeof *rank);
    char  **names = NULL;
    if (rank && glia__words_rank(w, rank) == GLIA_OK) names = copy_names(w, rank);
    if (names) {
        for (size_t i = 0; i < d->stored; i++) classes[i] = (int32_t)rank[classes[i]];
        drop_classes(d);
        d->classes = classes;
        d->class_names = names;
        d->n_classes = w->count;
        d->own_classes = true;
    }
    glia__free(rank);
    return names ? GLIA_OK : GLIA_E_MEMORY;
}

/* The place of the value among those that were seen, which all differ; n if it is none of them. Adds up over all of
 * them: where to stop depends on the row, and a branch on that costs more than looking at the few that are left. */
static size_t find_number(const double *seen, size_t n, double value)
{
    size_t at = n;
    for (size_t i = 0; i < n; i++) at -= (size_t)(seen[i] == value) * (n - i);
    return at;
}

static glia_status make_classes(glia_data *d)
{
    if (d->target_columns != 1)
        return glia__fail(GLIA_E_ARG, "%s: %zu target numbers a row cannot be classes", d->name, d->target_columns);
    glia__words words = {0};
    double      seen[FEW];
    int32_t    *classes = glia__new(d->stored, sizeof *classes);
    glia_status status = classes ? GLIA_OK : GLIA_E_MEMORY;
    for (size_t i = 0; status == GLIA_OK && i < d->stored; i++) {
        size_t number = find_number(seen, words.count < FEW ? words.count : FEW, d->numbers[i]);
        if (number == FEW || number == words.count) status = add_number(&words, d->numbers[i], &number);
        if (number < FEW) seen[number] = d->numbers[i];
        classes[i] = (int32_t)number;
    }
    if (status == GLIA_OK) status = take_classes(d, classes, &words);
    if (status != GLIA_OK) glia__free(classes);
    glia__words_clear(&words);
    return status;
}

static bool name_value(const char *name, double *value)
{
    const char *end = glia_number_read(name, value);
    return end != name && *end == '\0';
}

static glia_status fail_word(const glia_data *d, size_t row)
{
    return glia__fail(GLIA_E_FORMAT, "%s: row %zu: %s is \"%.60s\", not a number", d->name, row + 1,
                      d->target_names ? d->target_names[0] : "the class", d->class_names[d->classes[row]]);
}

static glia_status make_numbers(glia_data *d)
{
    double     *numbers = glia__new(d->stored, sizeof *numbers), *values = glia__new(d->n_classes, sizeof *values);
    glia_status status = numbers && values ? GLIA_OK : GLIA_E_MEMORY;
    for (size_t k = 0; status == GLIA_OK && k < d->n_classes; k++)
        if (!name_value(d->class_names[k], &values[k])) values[k] = (double)NAN;
    for (size_t i = 0; status == GLIA_OK && i < d->stored; i++) {
        numbers[i] = values[d->classes[i]];
        if (isnan(numbers[i])) status = fail_word(d, i);
    }
    if (status == GLIA_OK) {
        d->numbers = numbers;
        d->own_numbers = true;
    } else {
        glia__free(numbers);
    }
    glia__free(values);
    return status;
}

/* Sees to it that the array of a target is there. */
static glia_status prepare(glia_data *d, glia_target target)
{
    if (target == GLIA_TARGET_CLASSES && !d->classes) return make_classes(d);
    if (target == GLIA_TARGET_NUMBERS && !d->numbers) return make_numbers(d);
    return GLIA_OK;
}

void glia__target_numbers(glia_data *d, double *numbers, size_t columns)
{
    d->numbers = numbers;
    d->target_columns = columns;
    d->target = GLIA_TARGET_NUMBERS;
}

glia_status glia__target_classes(glia_data *d, const int32_t *classes, size_t n)
{
    d->classes = glia__new(d->stored, sizeof *d->classes);
    d->class_names = glia__new(n, sizeof *d->class_names);
    if (!d->classes || !d->class_names) return GLIA_E_MEMORY;
    memcpy(d->classes, classes, d->stored * sizeof *classes);
    d->target_columns = 1;
    d->target = GLIA_TARGET_CLASSES;
    for (d->n_classes = 0; d->n_classes < n; d->n_classes++) {
        char name[32];
        glia_number_write(name, (double)d->n_classes);
        d->class_names[d->n_classes] = glia__strdup(name);
        if (!d->class_names[d->n_classes]) return GLIA_E_MEMORY;
    }
    return GLIA_OK;
}

/* ---- a column as it is read ------------------------------------------------------------------------------------- */

static glia_status add_class(glia__labels *l, size_t number)
{
    if (number >= INT32_MAX) return glia__fail(GLIA_E_FORMAT, "more than %d different classes", INT32_MAX);
    GLIA_TRY(glia__grow(&l->classes, &l->classes_room, l->rows + 1, sizeof *l->classes));
    l->classes[l->rows++] = (int32_t)number;
    return GLIA_OK;
}

/* The first word: all numbers before it become words too. */
static glia_status turn_to_words(glia__labels *l)
{
    size_t rows = l->rows;
    l->rows = 0;
    l->has_words = true;
    for (size_t i = 0; i < rows; i++) GLIA_TRY(glia__labels_add_number(l, l->numbers[i]));
    glia__free(l->numbers);
    l->numbers = NULL;
    return GLIA_OK;
}

glia_status glia__labels_add_number(glia__labels *l, double value)
{
    size_t number;
    if (l->has_words) {
        GLIA_TRY(add_number(&l->words, value, &number));
        return add_class(l, number);
    }
    GLIA_TRY(glia__grow(&l->numbers, &l->numbers_room, l->rows + 1, sizeof *l->numbers));
    l->numbers[l->rows++] = value;
    return GLIA_OK;
}

glia_status glia__labels_add_word(glia__labels *l, const char *text, size_t n)
{
    size_t number;
    if (!l->has_words) GLIA_TRY(turn_to_words(l));
    GLIA_TRY(glia__words_add(&l->words, text, n, &number));
    return add_class(l, number);
}

void glia__labels_clear(glia__labels *l)
{
    glia__free(l->numbers);
    glia__free(l->classes);
    glia__words_clear(&l->words);
    *l = (glia__labels){0};
}

static bool are_few_whole_numbers(const double *values, size_t n)
{
    double seen[FEW];
    size_t different = 0;
    for (size_t i = 0; i < n; i++) {
        if (find_number(seen, different, values[i]) < different) continue;
        if (different == FEW || values[i] != floor(values[i])) return false;
        seen[different++] = values[i];
    }
    return true;
}

glia_status glia__labels_finish(glia__labels *l, bool known_classes, glia_data *d)
{
    glia_status status = GLIA_OK;
    if (l->has_words) {
        status = take_classes(d, l->classes, &l->words);
        if (status == GLIA_OK) l->classes = NULL;
        d->target_columns = 1;
        d->target = GLIA_TARGET_CLASSES;
    } else {
        glia__target_numbers(d, l->numbers, 1);
        l->numbers = NULL;
        if (known_classes || are_few_whole_numbers(d->numbers, d->stored)) {
            d->target = GLIA_TARGET_CLASSES;
            status = make_classes(d);
            glia__free(d->numbers); /* the names of the classes tell them */
            d->numbers = NULL;
        }
    }
    glia__labels_clear(l);
    return status;
}

/* ---- several columns -------------------------------------------------------------------------------------------- */

static glia_status fail_several(const glia_data *d, size_t column, const char *word)
{
    const char *name = d->target_names ? d->target_names[column] : "";
    return glia__fail(GLIA_E_FORMAT,
                      "%s: several targets are numbers, or yes or no each: \"%.60s\" in target %zu%s%.60s%s is neither",
                      d->name, word, column + 1, *name ? " (" : "", name, *name ? ")" : "");
}

/* What each word of a column means. */
static glia_status read_words(const glia__labels *l, size_t column, const glia_data *d, double *value)
{
    for (size_t i = 0; i < l->words.count; i++) {
        const char *word = l->words.text[i];
        if (!glia__yesno_read(word, word + strlen(word), &value[i])) return fail_several(d, column, word);
    }
    return GLIA_OK;
}

static glia_status copy_column(const glia__labels *l, size_t column, size_t count, glia_data *d)
{
    double     *value = glia__new(l->words.count, sizeof *value);
    glia_status status = value ? GLIA_OK : GLIA_E_MEMORY;
    if (status == GLIA_OK) status = read_words(l, column, d, value);
    for (size_t i = 0; status == GLIA_OK && i < d->stored; i++) {
        double v = l->has_words ? value[l->classes[i]] : l->numbers[i];
        d->numbers[i * count + column] = v;
        d->yesno = d->yesno && (v == 0 || v == 1);
    }
    glia__free(value);
    return status;
}

glia_status glia__labels_finish_several(glia__labels *l, size_t count, glia_data *d)
{
    size_t  all;
    double *numbers = glia__mul(d->stored, count, &all) ? glia__new(all, sizeof *numbers) : NULL;
    if (!numbers) return GLIA_E_MEMORY;
    glia__target_numbers(d, numbers, count);
    d->yesno = true;
    for (size_t j = 0; j < count; j++) {
        GLIA_TRY(copy_column(&l[j], j, count, d));
        glia__labels_clear(&l[j]);
    }
    return GLIA_OK;
}

/* ---- two data sets with one list of classes --------------------------------------------------------------------- */

static bool same_classes(const glia_data *a, const glia_data *b)
{
    bool same = a->n_classes == b->n_classes;
    for (size_t k = 0; same && k < a->n_classes; k++) same = strcmp(a->class_names[k], b->class_names[k]) == 0;
    return same;
}

/* classes[i] = the number among `all` of the class of row i, which are d's classes under another number. */
static glia_status renumbered(const glia_data *d, glia__words *all, int32_t **classes)
{
    size_t *number = glia__new(d->n_classes, sizeof *number);
    *classes = glia__new(d->stored, sizeof **classes);
    glia_status status = number && *classes ? GLIA_OK : GLIA_E_MEMORY;
    for (size_t k = 0; status == GLIA_OK && k < d->n_classes; k++)
        status = glia__words_add(all, d->class_names[k], strlen(d->class_names[k]), &number[k]);
    for (size_t i = 0; status == GLIA_OK && i < d->stored; i++) (*classes)[i] = (int32_t)number[d->classes[i]];
    glia__free(number);
    return status;
}

static glia_status unite_classes(glia_data *a, glia_data *b)
{
    glia__words all = {0};
    int32_t    *of_a = NULL, *of_b = NULL;
    glia_status status = renumbered(a, &all, &of_a);
    if (status == GLIA_OK) status = renumbered(b, &all, &of_b);
    if (status == GLIA_OK) status = take_classes(a, of_a, &all);
    if (status == GLIA_OK) of_a = NULL;
    if (status == GLIA_OK) status = take_classes(b, of_b, &all);
    if (status == GLIA_OK) of_b = NULL;
    glia__free(of_a);
    glia__free(of_b);
    glia__words_clear(&all);
    return status;
}

static bool can_be_numbers(const glia_data *d)
{
    double value;
    for (size_t k = 0; !d->numbers && k < d->n_classes; k++)
        if (!name_value(d->class_names[k], &value)) return false;
    return true;
}

glia_status glia__targets_unite(glia_data *a, glia_data *b)
{
    if (a->target_columns != b->target_columns)
        return glia__fail(GLIA_E_FORMAT, "%s has %zu target columns, but %s has %zu", a->name, a->target_columns,
                          b->name, b->target_columns);
    glia_target both = a->target;
    if (a->target != b->target)
        both = can_be_numbers(a) && can_be_numbers(b) ? GLIA_TARGET_NUMBERS : GLIA_TARGET_CLASSES;
    GLIA_TRY(prepare(a, both));
    GLIA_TRY(prepare(b, both));
    if (both == GLIA_TARGET_CLASSES && !same_classes(a, b)) GLIA_TRY(unite_classes(a, b));
    a->target = b->target = both;
    return GLIA_OK;
}

/* Of the two arrays that a target may have, those are kept that both data sets have. */
static glia_status append_numbers(glia_data *a, const glia_data *b)
{
    if (!a->numbers || !b->numbers) {
        glia__free(a->numbers);
        a->numbers = NULL;
        return GLIA_OK;
    }
    size_t n = a->stored * a->target_columns, more = b->stored * b->target_columns;
    GLIA_TRY(glia__resize(&a->numbers, n + more, sizeof *a->numbers));
    memcpy(a->numbers + n, b->numbers, more * sizeof *a->numbers);
    return GLIA_OK;
}

static glia_status append_classes(glia_data *a, const glia_data *b)
{
    if (!a->classes || !b->classes) {
        drop_classes(a);
        return GLIA_OK;
    }
    GLIA_TRY(glia__resize(&a->classes, a->stored + b->stored, sizeof *a->classes));
    memcpy(a->classes + a->stored, b->classes, b->stored * sizeof *a->classes);
    return GLIA_OK;
}

glia_status glia__targets_append(glia_data *a, glia_data *b)
{
    GLIA_TRY(glia__targets_unite(a, b));
    GLIA_TRY(append_numbers(a, b));
    return append_classes(a, b);
}

/* ---- asking for the other kind ---------------------------------------------------------------------------------- */

glia_status glia_data_set_target(glia_data *data, glia_target target)
{
    if (!data) return glia__fail(GLIA_E_ARG, "no data whose target could be set");
    if (target < GLIA_TARGET_NONE || target > GLIA_TARGET_NUMBERS)
        return glia__fail(GLIA_E_ARG, "%d is no kind of target", (int)target);
    if (target != GLIA_TARGET_NONE && data->target_columns == 0)
        return glia__fail(GLIA_E_ARG, "%s has no target column", data->name);
    GLIA_TRY(prepare(data, target));
    if (data->test) GLIA_TRY(prepare(data->test, target));
    if (data->test && target == GLIA_TARGET_CLASSES && !same_classes(data, data->test))
        GLIA_TRY(unite_classes(data, data->test));
    data->target = target;
    if (data->test) data->test->target = target;
    return GLIA_OK;
}
