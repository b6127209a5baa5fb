/* glia_data_look: the columns that there are, the order in which they are looked at, and what is handed out. */
#include "data/look/look.h"

#include <math.h>
#include <string.h>

#include "data/date.h"
#include "data/excerpt.h"
#include "ground/memory.h"
#include "ground/say.h"

/* ---- values ----------------------------------------------------------------------------------------------------- */

static void number_text(double value, char text[64])
{
    if (sizeof(real) == sizeof(float))
        glia_number_write_float(text, (float)value);
    else
        glia_number_write(text, value);
}

/* Rounded to a second, which days as a double may be off by a little. */
static void datetime_text(double days, char text[64])
{
    char         time[32];
    const double seconds = round(days * GLIA__SECONDS_A_DAY), whole = floor(seconds / GLIA__SECONDS_A_DAY);
    glia__date_text(whole, text);
    glia__time_text(seconds - whole * GLIA__SECONDS_A_DAY, time);
    snprintf(text + strlen(text), 33, " %s", time);
}

const char *glia__look_text(const glia__look_column *c, double value, char text[64])
{
    text[0] = 0;
    if (isnan(value)) return text;
    if (c->words) return glia__say_name(text, c->of->words.text[(size_t)value]);
    if (c->kind == GLIA_KIND_YESNO) return memcpy(text, value != 0 ? "yes" : "no", value != 0 ? 4 : 3);
    if (c->kind == GLIA_KIND_DATE)
        glia__date_text(value, text);
    else if (c->kind == GLIA_KIND_TIME)
        glia__time_text(value, text);
    else if (c->kind == GLIA_KIND_DATETIME)
        datetime_text(value, text);
    else
        number_text(value, text);
    return text;
}

/* ---- columns ---------------------------------------------------------------------------------------------------- */

static void describe_column(glia__look_column *c, const glia__column *of, const char *name, size_t place, size_t slot)
{
    *c = (glia__look_column){.of = of, .place = place, .slot = slot, .twin = GLIA_NO_COLUMN};
    c->kind = of ? of->kind.which : GLIA_KIND_NUMBER;
    c->words = of && glia__kind_is_words(&of->kind);
    if (name && *name)
        snprintf(c->label, sizeof c->label, "\"%s\"", CUT(name));
    else
        snprintf(c->label, sizeof c->label, "column %zu", (of ? of->number : slot) + 1);
}

static size_t count_columns(const glia_data *d)
{
    size_t count = 0;
    if (d->image) return 0;
    for (size_t i = 0; i < d->n_columns; i++) count += d->column[i].slot != GLIA_NO_COLUMN;
    return d->column ? count : d->columns;
}

static void list_columns(glia__look *l)
{
    const glia_data *d = l->train.data;
    size_t           count = 0;
    for (size_t i = 0; i < d->n_columns; i++) {
        const glia__column *of = &d->column[i];
        if (of->slot == GLIA_NO_COLUMN) continue;
        l->train.slot[count] = of->slot;
        describe_column(&l->column[count++], of, of->name, i, of->slot);
    }
    for (size_t i = 0; !d->column && i < l->columns; i++) {
        l->train.slot[i] = i;
        describe_column(&l->column[i], NULL, glia_data_column_name(d, i), i, i);
    }
}

/* ---- the test part ---------------------------------------------------------------------------------------------- */

/* The columns of the test part that are read, and the names of these. */
typedef struct partners {
    const glia__column **column; /* [count], in their order */
    size_t              *first;  /* of each name: the first such column */
    size_t               count;
    glia__words          names;
} partners;

static glia_status list_partners(const glia_data *test, partners *p)
{
    p->column = glia__new(test->n_columns, sizeof *p->column);
    p->first = glia__new(test->n_columns, sizeof *p->first);
    if (!p->column || !p->first) return GLIA_E_MEMORY;
    for (size_t k = 0; k < test->n_columns; k++) {
        const glia__column *c = &test->column[k];
        size_t              number, known = p->names.count;
        if (c->slot == GLIA_NO_COLUMN) continue;
        GLIA_TRY(glia__words_add(&p->names, c->name, strlen(c->name), &number));
        if (number == known) p->first[number] = p->count;
        p->column[p->count++] = c;
    }
    return GLIA_OK;
}

static void clear_partners(partners *p)
{
    glia__free(p->column);
    glia__free(p->first);
    glia__words_clear(&p->names);
}

/* The column of the test part for the i-th of those that are read: by name, or by its place without names; NULL: it
 * has none. */
static const glia__column *partner(const partners *p, const char *name, size_t i)
{
    if (!*name) return i < p->count ? p->column[i] : NULL;
    const size_t number = glia__words_find(&p->names, name, strlen(name));
    return number == SIZE_MAX ? NULL : p->column[p->first[number]];
}

/* number[w] = the training data's number of word w, or one that it does not have. */
static glia_status bind_words(const glia__column *from, const glia__column *to, double **number)
{
    if (!(*number = glia__new(to->words.count, sizeof **number))) return GLIA_E_MEMORY;
    for (size_t w = 0; w < to->words.count; w++) {
        const char  *word = to->words.text[w];
        const size_t known = glia__words_find(&from->words, word, strlen(word));
        (*number)[w] = (double)(known == SIZE_MAX ? from->words.count + w : known);
    }
    return GLIA_OK;
}

static glia_status bind_column(glia__look *l, const partners *p, size_t i, bool *fits)
{
    glia__look_column *c = &l->column[i];
    l->test.slot[i] = c->slot;
    if (!c->of) return GLIA_OK;
    const glia__column *to = partner(p, c->of->name, i);
    c->absent = !to;
    *fits = *fits && to && to->kind.which == c->kind;
    if (!*fits) return GLIA_OK;
    l->test.slot[i] = to->slot;
    return c->words ? bind_words(c->of, to, &l->test.word[i]) : GLIA_OK;
}

/* Rows of another shape, or with other columns, are not compared. */
static glia_status bind_test(glia__look *l, const glia_data *test)
{
    const glia_data *d = l->train.data;
    bool             fits = !d->column == !test->column && !d->bytes == !test->bytes;
    if (!d->column) fits = fits && d->columns == test->columns && d->height == test->height && d->width == test->width;
    partners    p = {0};
    glia_status status = fits ? list_partners(test, &p) : GLIA_OK;
    const bool  alike = fits;
    for (size_t i = 0; status == GLIA_OK && alike && i < l->columns; i++) status = bind_column(l, &p, i, &fits);
    clear_partners(&p);
    if (fits) l->test.data = test;
    return status;
}

/* ---- memory ----------------------------------------------------------------------------------------------------- */

static size_t larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

static glia_status reserve(glia__look *l, size_t all)
{
    size_t listed = larger(larger(all, l->columns), l->train.data->n_classes);
    for (size_t i = 0; i < l->train.data->n_columns; i++) listed = larger(listed, l->train.data->column[i].words.count);
    l->list = glia__new(listed, sizeof *l->list);
    l->room = glia__new(listed, sizeof *l->room);
    l->same = glia__new(all, sizeof *l->same);
    l->twin = glia__new(l->rows, sizeof *l->twin);
    l->count = glia__new(l->rows, sizeof *l->count);
    l->x = glia__new(l->rows, sizeof *l->x);
    l->y = glia__new(l->rows, sizeof *l->y);
    bool fine = l->list && l->room && l->same && l->twin && l->count && l->x && l->y;
    return fine ? GLIA_OK : GLIA_E_MEMORY;
}

static glia_status reserve_columns(glia__look *l)
{
    l->column = glia__new(l->columns, sizeof *l->column);
    l->train.slot = glia__new(l->columns, sizeof *l->train.slot);
    l->train.word = glia__new(l->columns, sizeof *l->train.word);
    l->test.slot = glia__new(l->columns, sizeof *l->test.slot);
    l->test.word = glia__new(l->columns, sizeof *l->test.word);
    bool fine = l->column && l->train.slot && l->train.word && l->test.slot && l->test.word;
    return fine ? GLIA_OK : GLIA_E_MEMORY;
}

static void release(glia__look *l)
{
    for (size_t i = 0; l->test.word && i < l->columns; i++) glia__free(l->test.word[i]);
    glia__free(l->column);
    glia__free(l->train.slot);
    glia__free(l->train.word);
    glia__free(l->test.slot);
    glia__free(l->test.word);
    glia__free(l->list);
    glia__free(l->room);
    glia__free(l->same);
    glia__free(l->twin);
    glia__free(l->count);
    glia__free(l->x);
    glia__free(l->y);
    glia__look_clear_questions(l);
}

/* ---- the look --------------------------------------------------------------------------------------------------- */

/* The number of the class of that name among those that have training rows. */
static bool is_known_class(const glia__look *l, const char *name)
{
    for (size_t k = 0; k < l->train.data->n_classes; k++)
        if (l->question->rows[k] && strcmp(l->train.data->class_names[k], name) == 0) return true;
    return false;
}

/* l->unseen = test rows of classes that the training rows do not have. */
static void count_unseen(glia__look *l)
{
    const glia_data *test = l->second;
    bool             both = test && test->target == GLIA_TARGET_CLASSES && l->train.data->target == test->target;
    for (size_t k = 0; both && k < test->n_classes; k++) {
        if (is_known_class(l, test->class_names[k])) continue;
        for (size_t row = 0; row < test->rows; row++) {
            if (glia_data_class(test, row) != (int32_t)k) continue;
            if (l->unseen++ == 0) l->unseen_name = test->class_names[k];
        }
    }
}

static void look_at_all(glia__look *l)
{
    glia__look_count_classes(l);
    count_unseen(l);
    for (size_t i = 0; i < l->columns; i++) {
        glia__look_column *c = &l->column[i];
        glia__look_at_column(l, i);
        glia__look_for_outliers(l, c);
        glia__look_whether_tells(l, c);
        glia__look_whether_follows(l, c);
    }
    glia__look_for_twins(l);
    glia__look_who_tells(l);
    glia__look_at_rows(l);
}

/* ---- what is handed out ----------------------------------------------------------------------------------------- */

static void hand_out_column(const glia__look_column *c, glia_column_facts *f)
{
    f->missing = c->missing;
    f->different = c->different;
    f->least = f->most = f->mean = f->median = (double)NAN;
    if (c->words && c->most_rows) f->word = c->of->words.text[(size_t)c->frequent];
    f->word_rows = c->words ? c->most_rows : 0;
    if (c->words || c->most_rows == 0) return;
    f->least = c->least;
    f->most = c->most;
    f->mean = c->mean;
    f->median = c->median;
    glia__look_text(c, c->least, f->least_text);
    glia__look_text(c, c->most, f->most_text);
}

/* Columns that were not read have their names and kinds, and no more; the others come in the same order. */
static void hand_out_columns(const glia__look *l, glia_look *look)
{
    const glia_data *d = l->train.data;
    size_t           read = 0;
    for (size_t i = 0; i < look->columns; i++) {
        glia_column_facts  *f = &look->column[i];
        const glia__column *of = d->column ? &d->column[i] : NULL;
        const char         *name = of ? of->name : glia_data_column_name(d, i);
        *f = (glia_column_facts){.name = name ? name : "", .kind = of ? of->kind.which : GLIA_KIND_NUMBER};
        f->column = of ? of->slot : i;
        f->number = of ? of->number : i;
        f->least = f->most = f->mean = f->median = (double)NAN;
        if (f->column != GLIA_NO_COLUMN) hand_out_column(&l->column[read++], f);
    }
}

static glia_status hand_out(const glia__look *l, glia_look **look)
{
    glia_look *made = glia__new(1, sizeof *made);
    if (!made) return GLIA_E_MEMORY;
    made->columns = l->train.data->column ? l->train.data->n_columns : l->columns;
    made->column = glia__new(made->columns, sizeof *made->column);
    made->findings = glia__new(glia__look_complaints_count(), sizeof *made->findings);
    if (!made->column || !made->findings) {
        glia_look_free(made);
        return GLIA_E_MEMORY;
    }
    hand_out_columns(l, made);
    made->count = glia__look_complain(l, made->findings);
    *look = made;
    return GLIA_OK;
}

static glia_status prepare(glia__look *l)
{
    size_t all;
    GLIA_TRY(reserve_columns(l));
    list_columns(l);
    GLIA_TRY(glia__look_list_questions(l));
    if (l->second) GLIA_TRY(bind_test(l, l->second));
    if (!glia__add(l->rows, l->second ? l->second->rows : 0, &all)) return glia__fail(GLIA_E_MEMORY, "too many rows");
    return reserve(l, all);
}

static glia_status look_at(const glia_data *data, const glia_data *test, glia_look **look)
{
    glia__look l = {.train.data = data, .second = test, .rows = data->rows};
    l.columns = count_columns(data);
    glia_status status = prepare(&l);
    if (status == GLIA_OK) {
        look_at_all(&l);
        status = hand_out(&l, look);
    }
    release(&l);
    return status;
}

glia_status glia_data_look(const glia_data *data, const glia_data *test, glia_look **look)
{
    glia__excerpt first = {0}, second = {0};
    if (look) *look = NULL;
    if (!data || !look) return glia__fail(GLIA_E_ARG, "a look needs data, and a place for what it finds");
    glia_status status = glia__excerpt_new(&first, data);
    if (status == GLIA_OK) status = glia__excerpt_new(&second, test ? test : data->test);
    if (status == GLIA_OK) status = look_at(first.data, second.data, look);
    if (status == GLIA_OK) (*look)->rows = first.data->rows;
    glia__excerpt_clear(&first);
    glia__excerpt_clear(&second);
    return status;
}

void glia_look_free(glia_look *look)
{
    if (!look) return;
    glia__free(look->column);
    glia__free(look->findings);
    glia__free(look);
}
