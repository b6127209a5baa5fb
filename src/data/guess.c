/* What kinds the columns of a table are of, by their cells: the first rows are looked at before they are read, so that
 * all are read in one pass; what depends on all words of a column is settled at the end.
 *
 *   number    nine cells in ten are numbers (what is none then is a fault, and told)
 *   date, time, datetime    the same
 *   yesno     there are two words, and they mean yes and no
 *   text      more than 20 words, and more than one for two rows
 *   category  any other words                                                                                      */
#include <math.h>
#include <string.h>
#include <strings.h>

#include "data/spill.h"
#include "data/table.h"
#include "ground/memory.h"

enum { ROWS_SEEN = 1000, FEW_WORDS = 20, YESNO_WORDS = GLIA__PICK_WORDS };

bool glia__table_is_gap(const glia__table *t, const glia__cell *cell)
{
    static const char *const usual[] = {"NA", "N/A", "NaN", "null", "?", "#N/A"};
    size_t                   n = (size_t)(cell->end - cell->begin);
    if (n == 0) return true;
    if (t->gaps.count && glia__words_find(&t->gaps, cell->begin, n) != SIZE_MAX) return true;
    const char first = *cell->begin;
    if (n > 4 || (first != 'N' && first != 'n' && first != '?' && first != '#')) return false;
    for (size_t i = 0; i < sizeof usual / sizeof *usual; i++)
        if (strlen(usual[i]) == n && strncasecmp(usual[i], cell->begin, n) == 0) return true;
    return false;
}

/* ---- before: by the first rows ---------------------------------------------------------------------------------- */

/* Cells of a column that are one thing or another. */
typedef struct sight {
    size_t cells, numbers, dates, times, datetimes, dotted, dotted_times;
} sight;

static bool is_a(glia_kind which, unsigned order, const glia__cell *cell)
{
    double value[GLIA__SLOTS_OF_KIND];
    return glia__kind_cell(&(glia__kind){.which = which, .order = order}, cell->begin, cell->end, value);
}

static void see_cell(const glia__table *t, sight *s, const glia__cell *cell)
{
    double value;
    s->cells++;
    if (glia__table_number(t, cell, &value)) {
        s->numbers++;
        return;
    }
    if (*cell->begin < '0' || *cell->begin > '9') return;
    s->times += is_a(GLIA_KIND_TIME, 0, cell);
    s->dates += is_a(GLIA_KIND_DATE, 0, cell);
    s->datetimes += is_a(GLIA_KIND_DATETIME, 0, cell);
    if (!memchr(cell->begin, '.', (size_t)(cell->end - cell->begin))) return;
    s->dotted += is_a(GLIA_KIND_DATE, GLIA__DMY, cell);
    s->dotted_times += is_a(GLIA_KIND_DATETIME, GLIA__DMY, cell);
}

/* Ragged rows and such are found when they are read. */
static void see_row(const glia__table *t, const glia__csv *row, sight *seen)
{
    const char *at = row->begin;
    for (size_t i = 0; at && i < t->columns; i++) {
        glia__cell cell;
        if (glia__csv_cell(row, &at, &cell) != GLIA_OK) return;
        bool looked_at = !t->use[i].told && !glia__table_is_gap(t, &cell);
        if (looked_at && !memchr(cell.begin, '\0', (size_t)(cell.end - cell.begin))) see_cell(t, &seen[i], &cell);
    }
}

static bool are_most(size_t count, const sight *s)
{
    return count * 10 >= s->cells * 9;
}

static glia__kind kind_of(const sight *s)
{
    glia__kind k = {.which = GLIA_KIND_CATEGORY, .rare = SIZE_MAX};
    if (are_most(s->numbers, s))
        k.which = GLIA_KIND_NUMBER;
    else if (are_most(s->dates, s))
        k.which = GLIA_KIND_DATE;
    else if (are_most(s->datetimes, s))
        k.which = GLIA_KIND_DATETIME;
    else if (are_most(s->times, s))
        k.which = GLIA_KIND_TIME;
    else if (are_most(s->dotted, s))
        k = (glia__kind){.which = GLIA_KIND_DATE, .order = GLIA__DMY, .rare = SIZE_MAX};
    else if (are_most(s->dotted_times, s))
        k = (glia__kind){.which = GLIA_KIND_DATETIME, .order = GLIA__DMY, .rare = SIZE_MAX};
    return k;
}

void glia__table_open(glia__table *t, size_t column, const glia__cell *cell)
{
    sight s = {0};
    see_cell(t, &s, cell);
    glia__kind k = kind_of(&s);
    if (glia__kind_slots(&k) > 1) k.which = GLIA_KIND_CATEGORY; /* there is room for one number */
    t->column[t->use[column].column].kind = k;
    t->use[column].open = false;
    glia__table_assign(t, column);
}

glia_status glia__table_guess(glia__table *t)
{
    sight *seen = glia__new(t->columns, sizeof *seen);
    if (!seen) return GLIA_E_MEMORY;
    glia__csv ahead = t->csv;
    see_row(t, &ahead, seen);
    for (size_t row = 1; row < ROWS_SEEN && glia__csv_peek(&ahead); row++) see_row(t, &ahead, seen);
    for (size_t i = 0; i < t->columns; i++)
        if (!t->use[i].told) {
            t->column[t->use[i].column].kind = kind_of(&seen[i]);
            t->use[i].open = seen[i].cells == 0;
        }
    glia__free(seen);
    return GLIA_OK;
}

/* ---- afterwards: by all words ----------------------------------------------------------------------------------- */

/* yes[i] = what word i means; whether there is one word for each, however written: yes, no, NO. */
static bool means_yesno(const glia__words *w, double yes[YESNO_WORDS])
{
    const char *word[2] = {NULL, NULL};
    if (w->count > YESNO_WORDS) return false;
    for (size_t i = 0; i < w->count; i++) {
        if (!glia__yesno_read(w->text[i], w->text[i] + strlen(w->text[i]), &yes[i])) return false;
        const char **known = &word[yes[i] != 0];
        if (*known && strcasecmp(*known, w->text[i]) != 0) return false;
        *known = w->text[i];
    }
    return word[0] && word[1];
}

static void make_yesno(glia__table *t, glia__column *c, const double yes[YESNO_WORDS])
{
    if (t->spill) glia__spill_map(t, c->slot, yes);
    for (size_t r = 0; !t->spill && r < t->rows; r++) {
        real *v = &t->values[r * t->width + c->slot];
        if (!isnan(*v)) *v = (real)yes[(size_t)*v];
    }
    glia__words_clear(&c->words);
    c->kind.which = GLIA_KIND_YESNO;
}

static void settle_column(glia__table *t, glia__column *c)
{
    double yes[YESNO_WORDS] = {0};
    if (means_yesno(&c->words, yes))
        make_yesno(t, c, yes);
    else if (c->words.count > FEW_WORDS && c->words.count > (t->rows - c->missing) / 2)
        c->kind.which = GLIA_KIND_TEXT;
}

/* ---- words that were meant as something else -------------------------------------------------------------------- */

static glia__dates dates_in(const glia__words *words, glia_kind which, glia__date_order order)
{
    const glia__kind kind = {.which = which, .order = order};
    glia__dates      d = {.which = which, .order = order};
    double           value[GLIA__SLOTS_OF_KIND];
    for (size_t w = 0; w < words->count; w++) {
        const char *word = words->text[w];
        if (!glia__kind_cell(&kind, word, word + strlen(word), value)) continue;
        if (d.count++ == 0) d.first = word;
    }
    d.most = d.count > 0 && d.count * 10 >= words->count * 9;
    return d;
}

glia__dates glia__words_dates(const glia__words *words)
{
    static const glia_kind kinds[] = {GLIA_KIND_DATE, GLIA_KIND_DATETIME};
    glia__dates            best = {0};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        for (unsigned order = GLIA__YMD; order <= GLIA__MDY; order++) {
            const glia__dates d = dates_in(words, kinds[i], (glia__date_order)order);
            if (order == GLIA__MDY && best.which == kinds[i] && best.order == GLIA__DMY)
                best.either = best.count == d.count;
            if (d.count > best.count) best = d;
        }
    return best;
}

const char *glia__dates_kind(const glia__dates *dates)
{
    static const char *const kinds[2][3] = {
        {[GLIA__YMD] = "date", [GLIA__DMY] = "date dmy", [GLIA__MDY] = "date mdy"},
        {[GLIA__YMD] = "datetime", [GLIA__DMY] = "datetime dmy", [GLIA__MDY] = "datetime mdy"}};
    return kinds[dates->which == GLIA_KIND_DATETIME][dates->order];
}

/* What a column of text could be. */
static glia__kind kind_instead(const glia__column *c)
{
    enum { PLACES = 64 };
    const glia__dates dates = glia__words_dates(&c->words);
    if (dates.most) return (glia__kind){.which = dates.which, .order = dates.order};
    return (glia__kind){.which = GLIA_KIND_CATEGORY, .hash = PLACES, .rare = SIZE_MAX};
}

static void add_name(glia__string *names, const glia__column *c)
{
    glia__string_add(names, "%s", names->length ? ", " : "");
    if (*c->name)
        glia__string_add(names, "\"%.40s\"", c->name);
    else
        glia__string_add(names, "column %zu", c->number + 1);
}

/* Names the columns, and says what one could be: of dates, if there are such. */
static glia_status fail_text(const glia__table *t)
{
    enum { LISTED = 5 };
    glia__string names = {0}, told = {0};
    glia__kind   kind = {0};
    size_t       count = 0, best = 0;
    for (size_t i = 0; i < t->n_columns; i++) {
        if (t->column[i].kind.which != GLIA_KIND_TEXT) continue;
        const glia__kind own = kind_instead(&t->column[i]);
        if (count < LISTED) add_name(&names, &t->column[i]);
        if (count++ == 0 || (own.which != GLIA_KIND_CATEGORY && kind.which == GLIA_KIND_CATEGORY)) kind = own, best = i;
    }
    if (count > LISTED) glia__string_add(&names, " and %zu more", count - LISTED);
    glia__column_print(t->column[best].name, t->column[best].number, &kind, &told);
    const char mark = told.text && strchr(told.text, '"') ? '\'' : '"';
    glia__fail(GLIA_E_FORMAT,
               "%s: all columns are free text (%s): none is left for the inputs; --columns says what they are, such as "
               "%c%s%c",
               t->csv.source->path, names.text ? names.text : "", mark, told.text ? told.text : "", mark);
    glia__string_clear(&names);
    glia__string_clear(&told);
    return GLIA_E_FORMAT;
}

static glia_status count_gaps(glia__table *t)
{
    size_t *gaps = glia__new(t->width, sizeof *gaps);
    if (!gaps) return GLIA_E_MEMORY;
    for (size_t i = 0; t->has_gaps && t->spill && i < t->width; i++) gaps[i] = glia__spill_gaps(t, i);
    for (size_t r = 0; t->has_gaps && !t->spill && r < t->rows; r++)
        for (size_t i = 0; i < t->width; i++) gaps[i] += isnan(t->values[r * t->width + i]);
    for (size_t i = 0; i < t->n_columns; i++)
        t->column[i].missing = t->column[i].slot == GLIA_NO_COLUMN ? 0 : gaps[t->column[i].slot];
    glia__free(gaps);
    return GLIA_OK;
}

/* The slots of columns that are kept, in order: calls it with each one's new place and its old one. */
static void move_slots(glia__table *t, void (*move)(glia__table *t, size_t to, size_t from))
{
    size_t to = 0;
    for (size_t i = 0; i < t->n_columns; i++) {
        const glia__column *c = &t->column[i];
        if (c->slot == GLIA_NO_COLUMN || c->kind.which == GLIA_KIND_TEXT) continue;
        for (size_t k = 0; k < glia__kind_slots(&c->kind); k++) move(t, to++, c->slot + k);
    }
}

static void close_rows(glia__table *t)
{
    real *to = t->values;
    for (size_t r = 0; r < t->rows; r++)
        for (size_t i = 0; i < t->n_columns; i++) {
            const glia__column *c = &t->column[i];
            if (c->slot == GLIA_NO_COLUMN || c->kind.which == GLIA_KIND_TEXT) continue;
            for (size_t k = 0; k < glia__kind_slots(&c->kind); k++) *to++ = t->values[r * t->width + c->slot + k];
        }
}

/* Takes the numbers of what turned out to be text out of all rows. */
static void close_ranks(glia__table *t)
{
    size_t width = 0, slot = 0;
    for (size_t i = 0; i < t->n_columns; i++)
        if (t->column[i].slot != GLIA_NO_COLUMN && t->column[i].kind.which != GLIA_KIND_TEXT)
            width += glia__kind_slots(&t->column[i].kind);
    if (width == t->width) return;
    if (t->spill)
        move_slots(t, glia__spill_keep);
    else
        close_rows(t);
    for (size_t i = 0; i < t->n_columns; i++) {
        glia__column *c = &t->column[i];
        if (c->kind.which == GLIA_KIND_TEXT) c->slot = GLIA_NO_COLUMN;
        if (c->slot == GLIA_NO_COLUMN) continue;
        c->slot = slot;
        slot += glia__kind_slots(&c->kind);
    }
    t->width = width;
}

glia_status glia__table_settle(glia__table *t)
{
    GLIA_TRY(count_gaps(t));
    for (size_t i = 0; i < t->columns; i++)
        if (t->use[i].role == GLIA__INPUT_WORD && !t->use[i].told) settle_column(t, &t->column[t->use[i].column]);
    close_ranks(t);
    return t->width ? GLIA_OK : fail_text(t);
}
