/* A table from a CSV, read in one pass: its rows as numbers in the array that the data set keeps, words as their
 * numbers in the list of their column, what is missing as NaN. What the columns are is head.c's and guess.c's. */
#include <math.h>
#include <string.h>

#include "data/date.h"
#include "data/spill.h"
#include "data/table.h"
#include "ground/memory.h"

#define WORDS_MOST ((size_t)1 << 24) /* that a float can count */
enum { MANY_WORDS = 1 << 20 };

void glia__table_clear(glia__table *t)
{
    glia__spill_clear(t);
    glia__csv_clear(&t->csv);
    glia__names_free(t->first, t->columns);
    glia__free(t->nameless);
    glia__columns_free(t->column, t->n_columns);
    glia__told_clear(&t->told);
    glia__words_clear(&t->gaps);
    glia__free(t->gap);
    glia__free(t->use);
    glia__free(t->values);
    glia__free(t->weights);
    glia__free(t->groups);
    glia__free(t->times);
    glia__words_clear(&t->group_words);
    for (size_t j = 0; t->labels && j < t->targets; j++) glia__labels_clear(&t->labels[j]);
    glia__free(t->labels);
    glia__free(t->target);
    glia__string_clear(&t->text);
}

/* ---- numbers ---------------------------------------------------------------------------------------------------- */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Whether the point at p has three digits behind it and one to three before, as marks for thousands have. */
static bool marks_thousands(const char *begin, const char *p, const char *end)
{
    size_t before = 0, behind = 0;
    while (p - before > begin && is_digit(p[-1 - (ptrdiff_t)before])) before++;
    while (p + 1 + behind < end && is_digit(p[1 + behind])) behind++;
    return before >= 1 && before <= 3 && behind == 3;
}

/* 1.234,5 is rewritten as 1234.5. */
static bool comma_number(const char *begin, const char *end, double *value)
{
    enum { MOST = 64 };
    char   text[MOST];
    size_t n = 0;
    bool   comma = false;
    if (end - begin >= MOST) return false;
    for (const char *p = begin; p < end; p++) {
        if (*p == '.' && (comma || !marks_thousands(begin, p, end))) return false;
        if (*p != '.') text[n++] = *p == ',' ? '.' : *p;
        comma = comma || *p == ',';
    }
    return glia__text_number(text, text + n, value);
}

bool glia__table_text_number(const glia__table *t, const char *begin, const char *end, double *value)
{
    return (t->comma ? comma_number : glia__text_number)(begin, end, value);
}

bool glia__table_number(const glia__table *t, const glia__cell *cell, double *value)
{
    return t->comma ? comma_number(cell->begin, cell->end, value) : glia__csv_number(cell, value);
}

/* ---- cells that will not do ------------------------------------------------------------------------------------- */

/* Fails if the record has more or fewer cells than the first one. */
static glia_status check_cells(const glia__table *t)
{
    size_t     cells = 0;
    glia__cell cell;
    for (const char *at = t->csv.begin; at; cells++) GLIA_TRY(glia__csv_cell(&t->csv, &at, &cell));
    if (cells == t->columns) return GLIA_OK;
    const char *lone = memchr(t->csv.begin, '\r', (size_t)(t->csv.end - t->csv.begin));
    if (lone) return glia__csv_fail_return(&t->csv, lone);
    glia__fail(GLIA_E_FORMAT, "a row of %zu cell%s; the first one has %zu", cells, cells == 1 ? "" : "s", t->columns);
    return glia__csv_at(&t->csv, t->csv.begin);
}

/* A number that is not finite or does not fit a real: from the word inf, or too large. */
static glia_status fail_range(const glia__table *t, size_t column, const glia__cell *cell)
{
    const char *p = cell->begin;
    while (p < cell->end && !is_digit(*p)) p++;
    return glia__table_fail(t, column, cell, p < cell->end ? " is out of range" : " is not a finite number");
}

static glia_status fail_kind(const glia__table *t, size_t column, const glia__cell *cell, glia_kind kind)
{
    static const char *const what[GLIA__KINDS] = {
        [GLIA_KIND_NUMBER] = " is not a number",
        [GLIA_KIND_YESNO] = " is neither yes nor no",
        [GLIA_KIND_DATE] = " is not a date",
        [GLIA_KIND_TIME] = " is not a time of day",
        [GLIA_KIND_DATETIME] = " is not a date and a time",
    };
    GLIA_TRY(check_cells(t));
    if (t->use[column].told) return glia__table_fail(t, column, cell, what[kind]);
    const bool   plain = t->header && glia__column_is_plain(t->first[column]);
    glia__string hint = {0};
    const int    length = (int)(cell->end - cell->begin);
    glia__string_add(&hint, "%s, as others in the column are", what[kind]);
    if (length < 20) glia__string_add(&hint, "; --missing \"%.*s\" takes it for a gap", length, cell->begin);
    glia__string_add(&hint, length < 20 ? ", --columns \"" : "; --columns \"");
    glia__string_add(&hint, plain ? "%s" : "%.0s%zu", plain ? t->first[column] : "", column + 1);
    glia__string_add(&hint, ":category\" takes all as words");
    glia_status status = glia__table_fail(t, column, cell, hint.text ? hint.text : what[kind]);
    glia__string_clear(&hint);
    return status;
}

static void note_gap(glia__table *t)
{
    t->has_gaps = true;
    t->incomplete = t->incomplete || t->options->drop_missing;
}

/* A weight, a group or a time may be missing where the row is left out, which shows at its end. */
static void note_lack(glia__table *t, size_t column, const glia__cell *cell, const char *what)
{
    if (t->options->drop_missing)
        t->incomplete = true;
    else if (!t->lack.what)
        t->lack = (glia__lack){column, *cell, what};
}

/* ---- cells ------------------------------------------------------------------------------------------------------ */

static glia_status read_column(glia__table *t, const char **at, size_t column, real *v);

/* A column that had nothing but gaps so far turns out to be no numbers. */
static bool is_open(const glia__table *t, size_t column)
{
    const size_t slot = t->use[column].slot;
    bool         open = t->use[column].open;
    if (open && t->spill) return glia__spill_gaps(t, slot) == t->rows;
    for (size_t r = 0; open && r < t->rows; r++) open = isnan(t->values[r * t->width + slot]);
    return open;
}

static glia_status read_number(glia__table *t, const char **at, size_t column, real *v)
{
    const char *begin = *at;
    glia__cell  cell;
    double      value;
    GLIA_TRY(glia__csv_cell(&t->csv, at, &cell));
    *v = (real)NAN;
    if (glia__table_is_gap(t, &cell)) {
        note_gap(t);
        return GLIA_OK;
    }
    if (glia__table_number(t, &cell, &value)) {
        if (!glia__fits_real(value)) return fail_range(t, column, &cell);
        *v = (real)value;
        return GLIA_OK;
    }
    if (!is_open(t, column)) return fail_kind(t, column, &cell, GLIA_KIND_NUMBER);
    glia__table_open(t, column, &cell);
    *at = begin;
    return read_column(t, at, column, v);
}

/* Numbers that say that there is none; one of the columns may just have turned out to be words. */
static void take_out_gaps(glia__table *t, size_t first, size_t end, real *v)
{
    for (size_t column = first; column < end; column++, v++)
        for (size_t k = 0; k < t->n_gap && t->use[column].role == GLIA__INPUT_NUMBER; k++)
            if (*v == t->gap[k]) {
                *v = (real)NAN;
                note_gap(t);
            }
}

/* The cells of columns first .. end - 1. */
static glia_status read_numbers(glia__table *t, const char **at, size_t first, size_t end, real *v)
{
    for (size_t column = first; column < end;) {
        if (!*at) return check_cells(t);
        size_t n = t->comma ? 0 : glia__csv_numbers(&t->csv, at, v + (column - first), end - column);
        column += n;
        if (n > 0) continue;
        GLIA_TRY(read_number(t, at, column, v + (column - first)));
        column++;
    }
    if (t->n_gap) take_out_gaps(t, first, end, v);
    return GLIA_OK;
}

static glia_status read_cell(glia__table *t, const char **at, size_t column, real *v)
{
    glia__column *c = &t->column[t->use[column].column];
    glia__cell    cell;
    double        value[GLIA__SLOTS_OF_KIND];
    GLIA_TRY(glia__csv_cell(&t->csv, at, &cell));
    const size_t n = glia__kind_slots(&c->kind);
    const bool   gap = glia__table_is_gap(t, &cell);
    if (gap) note_gap(t);
    if (!gap && !glia__kind_cell(&c->kind, cell.begin, cell.end, value))
        return fail_kind(t, column, &cell, c->kind.which);
    for (size_t i = 0; i < n; i++) v[i] = gap ? (real)NAN : (real)value[i];
    return GLIA_OK;
}

/* The text of a cell that is a word; it is the table's or the buffer's. */
static glia_status word_of(glia__table *t, const glia__cell *cell, const char **text, size_t *n)
{
    *text = cell->begin;
    *n = (size_t)(cell->end - cell->begin);
    if (!cell->doubled) return GLIA_OK;
    GLIA_TRY(glia__csv_text(cell, &t->text));
    *text = t->text.text;
    *n = t->text.length;
    return GLIA_OK;
}

/* A cell whose word is new: those that are known were looked at before. */
static glia_status check_word(const glia__table *t, size_t column, const glia__cell *cell, const char *word)
{
    bool fine = !memchr(cell->begin, '\0', (size_t)(cell->end - cell->begin)) && glia__text_is_utf8(word);
    return fine ? GLIA_OK : glia__table_fail(t, column, cell, " is not UTF-8 text");
}

/* So many words that they will turn out to be text need not be kept. */
static void give_up(glia__column *c)
{
    glia__words_clear(&c->words);
    c->kind.which = GLIA_KIND_TEXT;
}

static glia_status read_word(glia__table *t, const char **at, size_t column, real *v)
{
    glia__column *c = &t->column[t->use[column].column];
    glia__cell    cell;
    const char   *text;
    size_t        n, number;
    GLIA_TRY(glia__csv_cell(&t->csv, at, &cell));
    *v = (real)NAN;
    if (c->kind.which == GLIA_KIND_TEXT) return GLIA_OK;
    GLIA_TRY(word_of(t, &cell, &text, &n));
    if (n > 0 && (number = glia__words_find(&c->words, text, n)) != SIZE_MAX) {
        *v = (real)number;
        return GLIA_OK;
    }
    if (glia__table_is_gap(t, &cell)) {
        note_gap(t);
        return GLIA_OK;
    }
    GLIA_TRY(glia__words_add(&c->words, text, n, &number));
    *v = (real)number;
    GLIA_TRY(check_word(t, column, &cell, c->words.text[number]));
    if (!t->use[column].told && number >= MANY_WORDS && number > t->rows / 2) give_up(c);
    return number < WORDS_MOST ? GLIA_OK : glia__table_fail(t, column, &cell, " is one word too many");
}

static glia_status skip_cell(glia__table *t, const char **at, size_t column, real *v)
{
    (void)column, (void)v;
    glia__cell cell;
    return glia__csv_cell(&t->csv, at, &cell);
}

/* Kept until the whole row is known to be complete. */
static glia_status note_target(glia__table *t, const char **at, size_t column, real *v)
{
    (void)v;
    return glia__csv_cell(&t->csv, at, &t->target[t->use[column].slot].cell);
}

static glia_status read_weight(glia__table *t, const char **at, size_t column, real *v)
{
    (void)column, (void)v;
    const char *begin = *at;
    glia__cell  cell;
    bool        gaps = t->has_gaps, incomplete = t->incomplete;
    GLIA_TRY(glia__grow(&t->weights, &t->weights_room, t->rows + 1, sizeof *t->weights));
    real *weight = &t->weights[t->rows];
    GLIA_TRY(read_number(t, at, t->weight, weight));
    t->has_gaps = gaps;
    t->incomplete = incomplete;
    if (*weight >= 0) return GLIA_OK;
    GLIA_TRY(glia__csv_cell(&t->csv, &begin, &cell));
    if (!isnan(*weight)) return glia__table_fail(t, t->weight, &cell, " is negative, and a weight is at least 0");
    note_lack(t, t->weight, &cell, " is not a finite number");
    return GLIA_OK;
}

static glia_status read_group(glia__table *t, const char **at, size_t column, real *v)
{
    (void)column, (void)v;
    glia__cell  cell;
    const char *text;
    size_t      n, number, known = t->group_words.count;
    GLIA_TRY(glia__csv_cell(&t->csv, at, &cell));
    if (glia__table_is_gap(t, &cell)) {
        note_lack(t, t->group, &cell, " is no group");
        return GLIA_OK;
    }
    GLIA_TRY(word_of(t, &cell, &text, &n));
    GLIA_TRY(glia__words_add(&t->group_words, text, n, &number));
    if (number == known && memchr(cell.begin, '\0', (size_t)(cell.end - cell.begin)))
        return glia__table_fail(t, t->group, &cell, "");
    if (number >= INT32_MAX) return glia__table_fail(t, t->group, &cell, " is one group too many");
    GLIA_TRY(glia__grow(&t->groups, &t->groups_room, t->rows + 1, sizeof *t->groups));
    t->groups[t->rows] = (int32_t)number;
    return GLIA_OK;
}

/* When a row is from, in seconds: a number, a date, a time of day or both, in the order that its column has. The cell
 * is read again as what else it is. */
static glia_status note_time(glia__table *t, const char *at)
{
    enum { KINDS = 3 };
    static const struct {
        glia_kind kind;
        double    unit;
    } kinds[KINDS] = {{GLIA_KIND_NUMBER, 1}, {GLIA_KIND_DATETIME, 86400}, {GLIA_KIND_TIME, 1}};
    unsigned   order = glia__is_aside(t->use[t->time].role) ? 0 : t->column[t->use[t->time].column].kind.order;
    glia__cell cell;
    double     v[GLIA__SLOTS_OF_KIND] = {0};
    size_t     k = 0;
    GLIA_TRY(glia__csv_cell(&t->csv, &at, &cell));
    if (glia__table_is_gap(t, &cell)) {
        note_lack(t, t->time, &cell, " is no time");
        return GLIA_OK;
    }
    if (order == GLIA__YMD && memchr(cell.begin, '.', (size_t)(cell.end - cell.begin))) order = GLIA__DMY;
    while (k < KINDS &&
           !glia__kind_cell(&(glia__kind){.which = kinds[k].kind, .order = order}, cell.begin, cell.end, v))
        k++;
    if (k == KINDS || !glia__fits_real(v[0]))
        return glia__table_fail(t, t->time, &cell, " is neither a number nor a date or time");
    GLIA_TRY(glia__grow(&t->times, &t->times_room, t->rows + 1, sizeof *t->times));
    t->times[t->rows] = v[0] * kinds[k].unit + (kinds[k].kind == GLIA_KIND_DATETIME ? v[1] : 0);
    return GLIA_OK;
}

/* ---- rows ------------------------------------------------------------------------------------------------------- */

/* The cell at *at, of an input as numbers from *v on. */
static glia_status read_column(glia__table *t, const char **at, size_t column, real *v)
{
    static glia_status (*const read[GLIA__ROLES])(glia__table *, const char **, size_t, real *) = {
        [GLIA__INPUT_NUMBER] = read_number, [GLIA__INPUT_CELL] = read_cell, [GLIA__INPUT_WORD] = read_word,
        [GLIA__IGNORED] = skip_cell,        [GLIA__TARGET] = note_target,   [GLIA__WEIGHT] = read_weight,
        [GLIA__GROUP] = read_group,         [GLIA__UNREAD] = skip_cell};
    return read[t->use[column].role](t, at, column, v);
}

static glia_status add_target(glia__table *t, size_t which)
{
    const size_t       column = t->target[which].column;
    const glia__cell  *cell = &t->target[which].cell;
    glia__labels      *labels = &t->labels[which];
    const glia__words *words = &labels->words;
    const char        *text;
    size_t             n;
    double             value;
    if (glia__table_number(t, cell, &value)) {
        if (!glia__fits_real(value)) return fail_range(t, column, cell);
        return glia__labels_add_number(labels, value);
    }
    GLIA_TRY(word_of(t, cell, &text, &n));
    size_t known = words->count;
    GLIA_TRY(glia__labels_add_word(labels, text, n));
    return words->count > known ? check_word(t, column, cell, words->text[words->count - 1]) : GLIA_OK;
}

/* A row without a target teaches nothing. */
static glia_status end_row(glia__table *t)
{
    bool without = false;
    for (size_t j = 0; j < t->targets; j++) without = without || glia__table_is_gap(t, &t->target[j].cell);
    t->left_out += without;
    t->dropped += !without && t->incomplete;
    if (without || t->incomplete) return GLIA_OK;
    if (t->lack.what) return glia__table_fail(t, t->lack.column, &t->lack.cell, t->lack.what);
    for (size_t j = 0; j < t->targets; j++) GLIA_TRY(add_target(t, j));
    t->rows++;
    return GLIA_OK;
}

/* Asks at once for as many rows as there will be, and 1 in 32 more, when enough are read to tell, and all may stay in
 * memory. */
static glia_status make_room(glia__table *t, size_t at_hand)
{
    enum { ENOUGH = 1000 };
    size_t need = at_hand + 1, all = glia__csv_expect(&t->csv, t->rows + 1), row = t->width * sizeof *t->values;
    if (need < ENOUGH || all <= need || t->spill || all > glia__spill_limit(t) / row)
        return glia__grow(&t->values, &t->room, need, row);
    GLIA_TRY(glia__resize(&t->values, all + all / 32, row));
    t->room = all + all / 32;
    return GLIA_OK;
}

glia_status glia__table_row(glia__table *t)
{
    const char *at = t->csv.begin;
    size_t      empty = t->csv.empty;
    t->incomplete = false;
    t->lack.what = NULL;
    const size_t at_hand = t->rows - t->flushed;
    if (at_hand == t->room) GLIA_TRY(make_room(t, at_hand));
    real *row = t->values + at_hand * t->width;
    for (size_t column = 0, next; column < t->columns; column = next) {
        const glia__use *u = &t->use[column];
        next = u->end; /* which may change meanwhile */
        if (!at) return check_cells(t);
        if (column == t->time) GLIA_TRY(note_time(t, at));
        if (u->role == GLIA__INPUT_NUMBER)
            GLIA_TRY(read_numbers(t, &at, column, next, row + u->slot));
        else
            GLIA_TRY(read_column(t, &at, column, row + u->slot));
    }
    if (at) return check_cells(t);
    if (t->csv.empty > empty) note_gap(t);
    return end_row(t);
}

static glia_status fail_left_out(const glia__table *t)
{
    size_t rows = t->left_out + t->dropped;
    return glia__fail(GLIA_E_FORMAT, "%s: %s of all %zu rows is missing: none is left", t->csv.source->path,
                      t->dropped ? "the target or a value" : "the target", rows);
}

static glia_status read_decimal(glia__table *t, const char *said)
{
    t->comma = said && strcmp(said, "comma") == 0;
    return !said || t->comma || strcmp(said, "point") == 0
               ? GLIA_OK
               : glia__fail(GLIA_E_TEXT, "decimal: \"%.40s\" is neither comma nor point", said);
}

glia_status glia__table_begin(glia__table *t, glia__source *source)
{
    bool more;
    GLIA_TRY(read_decimal(t, t->options->decimal));
    GLIA_TRY(glia__csv_open(&t->csv, source, t->comma));
    GLIA_TRY(glia__csv_next(&t->csv, &more));
    if (!more) return glia__fail(GLIA_E_FORMAT, "%s: the file has blank lines only", source->path);
    GLIA_TRY(glia__table_head(t, &more));
    t->labels = glia__new(t->targets, sizeof *t->labels);
    t->target = glia__new(t->targets, sizeof *t->target);
    if (!t->labels || !t->target) return GLIA_E_MEMORY;
    for (size_t i = 0; i < t->columns; i++)
        if (t->use[i].role == GLIA__TARGET) t->target[t->use[i].slot].column = i;
    return GLIA_OK;
}

static glia_status read_table(glia__table *t, glia__source *source)
{
    GLIA_TRY(glia__table_begin(t, source));
    size_t most = glia__spill_rows(t);
    for (bool more = true; more;) {
        if (t->rows - t->flushed >= most) {
            GLIA_TRY(glia__spill_some(t));
            most = glia__spill_rows(t);
        }
        GLIA_TRY(glia__table_row(t));
        GLIA_TRY(glia__csv_next(&t->csv, &more));
    }
    if (t->rows == 0) return fail_left_out(t);
    GLIA_TRY(glia__table_settle(t));
    if (t->weights) GLIA_TRY(glia__resize(&t->weights, t->rows, sizeof *t->weights));
    if (t->groups) GLIA_TRY(glia__resize(&t->groups, t->rows, sizeof *t->groups));
    if (t->times) GLIA_TRY(glia__resize(&t->times, t->rows, sizeof *t->times));
    return t->spill ? GLIA_OK : glia__resize(&t->values, t->rows, t->width * sizeof *t->values);
}

/* ---- the data set ----------------------------------------------------------------------------------------------- */

static glia_status name_inputs(const glia__table *t, glia_data *d)
{
    d->column_names = glia__new(t->width, sizeof *d->column_names);
    if (!d->column_names) return GLIA_E_MEMORY;
    for (size_t i = 0; i < t->n_columns; i++) {
        const glia__column *c = &t->column[i];
        for (size_t k = 0; c->slot != GLIA_NO_COLUMN && k < glia__kind_slots(&c->kind); k++)
            if (!(d->column_names[c->slot + k] = glia__strdup(c->name))) return GLIA_E_MEMORY;
    }
    return GLIA_OK;
}

glia_status glia__table_name(const glia__table *t, glia_data *d)
{
    d->column_of = glia__new(d->columns, sizeof *d->column_of);
    if (!d->column_of) return GLIA_E_MEMORY;
    for (size_t i = 0; i < t->n_columns; i++)
        for (size_t k = 0; t->column[i].slot != GLIA_NO_COLUMN && k < glia__kind_slots(&t->column[i].kind); k++)
            d->column_of[t->column[i].slot + k] = i;
    return t->header ? name_inputs(t, d) : GLIA_OK;
}

/* What a column goes by: its name in the header, or its number. */
static char *take_name(glia__table *t, size_t column)
{
    glia__string number = {0};
    char        *name = t->first[column];
    if (!t->header) {
        glia__string_add(&number, "%zu", column + 1);
        return glia__string_take(&number);
    }
    t->first[column] = NULL;
    return name;
}

static glia_status hand_names(glia__table *t, glia_data *d)
{
    if (t->targets && !(d->target_names = glia__new(t->targets, sizeof *d->target_names))) return GLIA_E_MEMORY;
    d->target_columns = t->targets;
    for (size_t i = 0; i < t->columns; i++) {
        char **name = i == t->weight  ? &d->weight_name
                      : i == t->group ? &d->group_name
                      : i == t->time  ? &d->time_name
                                      : NULL;
        if (t->use[i].role == GLIA__TARGET) name = &d->target_names[t->use[i].slot];
        if (name && !(*name = take_name(t, i))) return GLIA_E_MEMORY;
    }
    return GLIA_OK;
}

/* Groups in the order of their words, as classes are. */
static glia_status hand_groups(glia__table *t, glia_data *d)
{
    glia__words *w = &t->group_words;
    size_t      *rank = glia__new(w->count, sizeof *rank);
    glia_status  status = rank ? glia__words_rank(w, rank) : GLIA_E_MEMORY;
    if (status == GLIA_OK && !(d->group_words = glia__new(w->count, sizeof *d->group_words))) status = GLIA_E_MEMORY;
    for (size_t i = 0; status == GLIA_OK && i < w->count; i++) d->group_words[rank[i]] = w->text[i], w->text[i] = NULL;
    if (status == GLIA_OK) d->n_groups = w->count;
    for (size_t r = 0; status == GLIA_OK && r < t->rows; r++) t->groups[r] = (int32_t)rank[t->groups[r]];
    glia__free(rank);
    d->groups = t->groups;
    t->groups = NULL;
    return status;
}

static glia_status hand_columns(glia__table *t, glia_data *d)
{
    glia__string text = {0};
    d->column = t->column;
    d->n_columns = t->n_columns;
    t->column = NULL;
    glia__string_add(&text, "%s", "");
    for (size_t i = 0, at = 0; i < t->columns; i++)
        if (!glia__is_aside(t->use[i].role))
            glia__column_print(d->column[at].name, i, &d->column[at].kind, &text), at++;
    d->columns_text = glia__string_take(&text);
    if (!d->columns_text) return GLIA_E_MEMORY;
    const char *missing = t->options->missing;
    return !missing || (d->missing_text = glia__strdup(missing)) ? GLIA_OK : GLIA_E_MEMORY;
}

static glia_status hand_over(glia__table *t, glia_data *d)
{
    GLIA_TRY(glia__data_shape(d, t->rows, 1, 1, t->width));
    d->values = t->spill ? NULL : t->values;
    d->weights = t->weights;
    d->left_out = t->left_out;
    d->dropped = t->dropped;
    d->times = t->times;
    if (!t->spill) t->values = NULL;
    t->weights = NULL;
    t->times = NULL;
    if (t->groups) GLIA_TRY(hand_groups(t, d));
    GLIA_TRY(glia__table_name(t, d));
    GLIA_TRY(hand_names(t, d));
    GLIA_TRY(hand_columns(t, d));
    if (t->targets > 1) return glia__labels_finish_several(t->labels, t->targets, d);
    return t->targets ? glia__labels_finish(t->labels, false, d) : GLIA_OK;
}

static glia_status read_csv(glia_data **data, glia__source *source, const glia_data_options *options)
{
    glia__table t = {.options = options};
    glia_data  *d = NULL;
    glia_status status = read_table(&t, source);
    if (status == GLIA_OK) status = glia__data_new(&d, source->path);
    if (status == GLIA_OK) status = hand_over(&t, d);
    if (status == GLIA_OK && t.spill) status = glia__spill_finish(&t, &d);
    if (status == GLIA_OK)
        *data = d;
    else
        glia_data_free(d);
    glia__table_clear(&t);
    return status;
}

glia_status glia__csv_read(glia_data **data, glia__source *source, const glia_data_options *options)
{
    static const glia_data_options standard = {0};
    const glia_data_options       *o = options ? options : &standard;
    *data = NULL;
    GLIA_TRY(glia__spill_find(data, source, o));
    return *data ? GLIA_OK : read_csv(data, source, o);
}
