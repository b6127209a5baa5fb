/* The head of a table: which columns are targets and weights, whether the first row has the names, and what kinds are
 * told of the others.
 *
 * A target is a column that the caller names (or numbers, from 1); else one called label, target, class or y; else the
 * last. The first row is a header if a column that was asked for is found in it by name; if it has a word where the
 * second row has a number; or if it has no number at all. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "data/table.h"
#include "ground/memory.h"

glia_status glia__table_fail(const glia__table *t, size_t column, const glia__cell *cell, const char *what)
{
    enum { SHOWN = 40 };
    size_t length = (size_t)(cell->end - cell->begin);
    if (length > 0 && !memchr(cell->begin, '\0', length))
        glia__fail(GLIA_E_FORMAT, "\"%.*s\"%s", length < SHOWN ? (int)length : SHOWN, cell->begin, what);
    else
        glia__fail(GLIA_E_FORMAT, length > 0 ? "a NUL byte: this is no text" : "the cell is empty");
    if (t->header && column < t->columns)
        glia__fail_at(GLIA_E_FORMAT, "column %zu (%.40s)", column + 1, t->first[column]);
    else
        glia__fail_at(GLIA_E_FORMAT, "column %zu", column + 1);
    return glia__csv_at(&t->csv, cell->at);
}

/* ---- the first row ---------------------------------------------------------------------------------------------- */

static bool is_number(const glia__table *t, const char *text, double *value)
{
    return glia__table_text_number(t, text, text + strlen(text), value);
}

/* Neither a number nor a gap, as a name is. */
static bool is_word(const glia__table *t, size_t column)
{
    const char *text = t->nameless[column] ? "" : t->first[column];
    double      value;
    return !glia__table_is_gap(t, &(glia__cell){.begin = text, .end = text + strlen(text)}) &&
           !is_number(t, text, &value);
}

/* Where a cell without quotes begins. */
static const char *skip_blanks(const char *p)
{
    while (*p == ' ') p++;
    return p;
}

static glia_status read_first(glia__table *t)
{
    const char *at = t->csv.begin;
    while (at) {
        glia__cell cell;
        GLIA_TRY(glia__csv_cell(&t->csv, &at, &cell));
        if (memchr(cell.begin, '\0', (size_t)(cell.end - cell.begin)))
            return glia__table_fail(t, t->columns, &cell, "");
        const char *lone = memchr(cell.begin, '\r', (size_t)(cell.end - cell.begin));
        if (lone && cell.begin == skip_blanks(cell.at)) return glia__csv_fail_return(&t->csv, lone);
        GLIA_TRY(glia__csv_text(&cell, &t->text));
        if (!glia__text_is_utf8(t->text.text)) return glia__table_fail(t, t->columns, &cell, " is not UTF-8 text");
        GLIA_TRY(glia__grow(&t->first, &t->first_room, t->columns + 1, sizeof *t->first));
        t->first[t->columns] = glia__strndup(t->text.text, t->text.length);
        if (!t->first[t->columns]) return GLIA_E_MEMORY;
        t->columns++;
    }
    return GLIA_OK;
}

static size_t find_column(const glia__table *t, const char *name)
{
    size_t i = 0;
    while (i < t->columns && strcmp(t->first[i], name) != 0) i++;
    return i;
}

/* A column of a table with names has one, too, so that it is found by it again: `unnamed`, and if there are more,
 * `unnamed 2`. The first is such where pandas wrote its index, the last where each line ends in a comma. */
static glia_status name_nameless(glia__table *t)
{
    if (!(t->nameless = glia__new(t->columns, sizeof *t->nameless))) return GLIA_E_MEMORY;
    for (size_t i = 0, count = 1; i < t->columns; i++) {
        glia__string name = {0};
        t->nameless[i] = !*t->first[i];
        if (!t->nameless[i]) continue;
        do {
            name.length = 0;
            glia__string_add(&name, count == 1 ? "unnamed" : "unnamed %zu", count);
            count++;
        } while (name.text && find_column(t, name.text) < t->columns);
        glia__free(t->first[i]);
        if (!(t->first[i] = glia__string_take(&name))) return GLIA_E_MEMORY;
    }
    return GLIA_OK;
}

static bool has_word(const glia__table *t, size_t except)
{
    for (size_t i = 0; i < t->columns; i++)
        if (i != except && is_word(t, i)) return true;
    return false;
}

static bool has_number(const glia__table *t)
{
    double value;
    for (size_t i = 0; i < t->columns; i++)
        if (is_number(t, t->first[i], &value)) return true;
    return false;
}

/* Whether a word of the first row stands above a number of the second; of a stream the second need not be there. */
static bool stands_above(const glia__table *t)
{
    glia__csv second = t->csv;
    double    value;
    if (t->csv.source->arrives || !glia__csv_peek(&second)) return false;
    const char *at = second.begin;
    for (size_t i = 0; at && i < t->columns; i++) {
        glia__cell cell;
        if (glia__csv_cell(&second, &at, &cell) != GLIA_OK) return false;
        if (is_word(t, i) && glia__table_number(t, &cell, &value)) return true;
    }
    return false;
}

/* By the cells alone. */
static bool looks_like_header(const glia__table *t)
{
    return has_word(t, t->columns) && (!has_number(t) || stands_above(t));
}

/* ---- which column ----------------------------------------------------------------------------------------------- */

static glia_status fail_column(const glia__table *t, const char *wanted)
{
    enum { LISTED = 12 };
    glia__string names = {0};
    for (size_t i = 0; i < t->columns && i < LISTED; i++)
        glia__string_add(&names, "%s%.40s", i ? ", " : "", t->first[i]);
    if (t->columns > LISTED) glia__string_add(&names, " ... (%zu columns)", t->columns);
    if (has_word(t, t->columns))
        glia__fail(GLIA_E_TEXT, "there is no column \"%.60s\"; there are %s", wanted, names.text ? names.text : "");
    else
        glia__fail(GLIA_E_TEXT, "there is no column \"%.60s\"; there are %zu, without names", wanted, t->columns);
    glia__string_clear(&names);
    return glia__fail_at(GLIA_E_TEXT, "%s:%zu:1", t->csv.source->path, t->csv.line);
}

/* The column that the caller asks for, = columns if there is none: by name, else by number. A number is a name only in
 * a header, and whether there is one shows outside the column of that number. */
static size_t find_wanted(glia__table *t, const char *wanted)
{
    double number;
    bool   is_name = !is_number(t, wanted, &number);
    size_t named = find_column(t, wanted), numbered = t->columns;
    if (!is_name && number >= 1 && number <= (double)t->columns && number == floor(number))
        numbered = (size_t)number - 1;
    bool header = t->header || (is_name ? named < t->columns : has_word(t, numbered) && looks_like_header(t));
    if (header && named < t->columns) {
        t->header = t->header || is_name;
        return named;
    }
    return numbered;
}

static const char *const asides[] = {"the target", "the weights", "the groups", "the target"};

static glia_status take(glia__table *t, size_t column, glia__role role, const char *wanted)
{
    if (column == t->columns) return fail_column(t, wanted);
    glia__use *u = &t->use[column];
    if (glia__is_aside(u->role)) {
        if (role == u->role)
            glia__fail(GLIA_E_TEXT, "column %zu is named twice as %s", column + 1, asides[role - GLIA__TARGET]);
        else
            glia__fail(GLIA_E_TEXT, "column %zu cannot be both %s and %s", column + 1, asides[role - GLIA__TARGET],
                       asides[u->role - GLIA__TARGET]);
        return glia__fail_at(GLIA_E_TEXT, "%s:%zu:1", t->csv.source->path, t->csv.line);
    }
    *u = (glia__use){.role = role, .told = true, .slot = role == GLIA__TARGET ? t->targets++ : 0};
    return GLIA_OK;
}

/* A column that is neither input nor target, if the caller names one. */
static glia_status find_aside(glia__table *t, const char *wanted, bool optional, glia__role role, size_t *column)
{
    *column = t->columns;
    if (!wanted) return GLIA_OK;
    *column = find_wanted(t, wanted);
    return *column == t->columns && optional ? GLIA_OK : take(t, *column, role, wanted);
}

static glia_status find_all_aside(glia__table *t, const glia_data_options *o)
{
    GLIA_TRY(find_aside(t, o->weight, o->weight_optional, GLIA__WEIGHT, &t->weight));
    GLIA_TRY(find_aside(t, o->group, o->group_optional, GLIA__GROUP, &t->group));
    t->time = o->time ? find_wanted(t, o->time) : t->columns; /* which stays an input */
    return o->time && t->time == t->columns && !o->time_optional ? fail_column(t, o->time) : GLIA_OK;
}

static glia_status take_target(glia__table *t, size_t column, const char *wanted)
{
    return take(t, column, t->options->target_unread ? GLIA__UNREAD : GLIA__TARGET, wanted);
}

/* Names as pandas gives them to columns without any: 0, 1, 2 ... beside a target called by a word. */
static bool counts_columns(const glia__table *t, size_t target)
{
    double value, next = 0;
    if (t->columns < 3 || is_number(t, t->first[target], &value)) return false;
    for (size_t i = 0; i < t->columns; i++) {
        if (i == target) continue;
        if (!is_number(t, t->first[i], &value) || value != next++) return false;
    }
    return true;
}

/* A column that is usually the target. `y` alone makes no header: it may be the y of yes and no. */
static glia_status find_usual(glia__table *t)
{
    static const char *const usual[] = {"label", "target", "class", "y"};
    enum { USUAL = sizeof usual / sizeof *usual };
    size_t i = 0, found = t->columns;
    for (; i < USUAL; i++)
        if ((found = find_column(t, usual[i])) < t->columns && !glia__is_aside(t->use[found].role)) break;
    if (i == USUAL)
        for (found = t->columns - 1; found > 0 && (glia__is_aside(t->use[found].role) || found == t->time);) found--;
    t->header = t->header || i < USUAL - 1 || counts_columns(t, found);
    return take_target(t, found, "");
}

/* `a, "b, c"`: several columns, or one whose name is in quotes. */
static glia_status find_several(glia__table *t, const char *wanted)
{
    const glia__text_at where = {"target", wanted, wanted + strlen(wanted)};
    const char         *at = wanted;
    for (bool more = true; more;) {
        GLIA_TRY(glia__column_next(&where, &at, &t->text, &more));
        if (!more) break;
        const size_t column = find_wanted(t, t->text.text);
        if (column == t->columns && t->options->target_optional && t->targets == 0) return GLIA_OK;
        GLIA_TRY(take_target(t, column, t->text.text));
    }
    return GLIA_OK;
}

static glia_status find_targets(glia__table *t, const char *wanted)
{
    if (wanted && !*wanted) return GLIA_OK;
    if (t->columns == 1 && !t->options->target_optional) {
        glia__fail(GLIA_E_FORMAT, "there is only one column (\"%.40s\"); comma, semicolon or tab divide columns",
                   t->first[0]);
        return glia__csv_at(&t->csv, t->csv.begin);
    }
    if (!wanted) return find_usual(t);
    size_t whole = find_wanted(t, wanted);
    if (whole == t->columns && (strchr(wanted, ',') || *wanted == '"')) return find_several(t, wanted);
    return whole == t->columns && t->options->target_optional ? GLIA_OK : take_target(t, whole, wanted);
}

static glia_status fail_double(const glia__table *t, size_t column, size_t before)
{
    const char *at = t->csv.begin;
    glia__cell  cell;
    for (size_t i = 0; i <= column; i++) GLIA_TRY(glia__csv_cell(&t->csv, &at, &cell));
    glia__fail(GLIA_E_FORMAT, "columns %zu and %zu are both called \"%.60s\"", before + 1, column + 1,
               t->first[column]);
    return glia__csv_at(&t->csv, cell.at);
}

static glia_status check_names(const glia__table *t)
{
    glia__words words = {0};
    glia_status status = GLIA_OK;
    for (size_t i = 0; status == GLIA_OK && i < t->columns; i++) {
        size_t number = 0, known = words.count;
        status = glia__words_add(&words, t->first[i], strlen(t->first[i]), &number);
        if (status == GLIA_OK && number < known) status = fail_double(t, i, find_column(t, t->first[i]));
    }
    glia__words_clear(&words);
    return status;
}

/* Whether the first row has the names that are told: any that is a word, or all of them. */
static bool has_told_names(const glia__table *t)
{
    size_t found = 0, words = 0;
    for (size_t i = 0; i < t->columns; i++) {
        if (glia__words_find(&t->told.names, t->first[i], strlen(t->first[i])) == SIZE_MAX) continue;
        found++;
        words += is_word(t, i);
    }
    return words > 0 || (found > 0 && found == t->told.names.count);
}

static glia_status find_header(glia__table *t, const char *said)
{
    if (said && strcmp(said, "yes") != 0 && strcmp(said, "no") != 0)
        return glia__fail(GLIA_E_TEXT, "header: \"%.40s\" is neither yes nor no", said);
    t->header = t->header || (t->options->columns_optional && has_told_names(t)) || looks_like_header(t);
    if (said) t->header = strcmp(said, "yes") == 0;
    return t->header ? check_names(t) : GLIA_OK;
}

/* ---- the other columns ------------------------------------------------------------------------------------------ */

static const glia__role roles[GLIA__KINDS] = {
    [GLIA_KIND_NUMBER] = GLIA__INPUT_NUMBER, [GLIA_KIND_YESNO] = GLIA__INPUT_CELL,
    [GLIA_KIND_CATEGORY] = GLIA__INPUT_WORD, [GLIA_KIND_ORDINAL] = GLIA__INPUT_WORD,
    [GLIA_KIND_DATE] = GLIA__INPUT_CELL,     [GLIA_KIND_TIME] = GLIA__INPUT_CELL,
    [GLIA_KIND_DATETIME] = GLIA__INPUT_CELL, [GLIA_KIND_TEXT] = GLIA__IGNORED,
    [GLIA_KIND_SKIP] = GLIA__IGNORED,
};

/* A column of the file that is neither target nor weights: its name, and what was told of it. */
static glia_status make_column(glia__table *t, size_t i, const glia__kind *kind)
{
    glia__column *c = &t->column[t->n_columns];
    c->slot = GLIA_NO_COLUMN;
    c->number = i;
    c->name = glia__strdup(t->header ? t->first[i] : "");
    c->kind.rare = SIZE_MAX;
    t->use[i] = (glia__use){.told = kind != NULL, .column = t->n_columns++};
    if (!c->name) return GLIA_E_MEMORY;
    return kind ? glia__kind_copy(kind, &c->kind) : GLIA_OK;
}

/* Columns of numbers beside each other are read at once. */
static void find_runs(glia__table *t)
{
    for (size_t i = t->columns; i-- > 0;) {
        bool joined = i + 1 < t->columns && t->use[i].role == GLIA__INPUT_NUMBER &&
                      t->use[i + 1].role == GLIA__INPUT_NUMBER && i != t->time && i + 1 != t->time;
        t->use[i].end = joined ? t->use[i + 1].end : i + 1;
    }
}

void glia__table_assign(glia__table *t, size_t column)
{
    t->use[column].role = roles[t->column[t->use[column].column].kind.which];
    find_runs(t);
}

/* Where the numbers of each column stand in a stored row. */
static void lay_out(glia__table *t)
{
    for (size_t i = 0; i < t->columns; i++) {
        glia__use *u = &t->use[i];
        if (glia__is_aside(u->role)) continue;
        glia__column *c = &t->column[u->column];
        u->role = roles[c->kind.which];
        if (u->role == GLIA__IGNORED) continue;
        u->slot = c->slot = t->width;
        t->width += glia__kind_slots(&c->kind);
    }
    find_runs(t);
}

/* Without a header the kinds that a model learnt are those of the columns in their order, if there are as many. */
static void tell_by_place(glia__table *t)
{
    size_t inputs = 0, at = 0;
    for (size_t i = 0; i < t->columns; i++) inputs += !glia__is_aside(t->use[i].role);
    t->by_place = inputs == t->told.names.count;
    for (size_t i = 0; t->by_place && i < t->columns; i++)
        if (!glia__is_aside(t->use[i].role)) t->use[i].column = at++;
    if (!t->by_place) glia__told_clear(&t->told);
}

static const glia__kind *told_of(glia__table *t, size_t i)
{
    if (t->by_place) return &t->told.kind[t->use[i].column];
    return glia__told_find(&t->told, t->header ? t->first[i] : "", i);
}

static glia_status make_columns(glia__table *t)
{
    if (!(t->column = glia__new(t->columns, sizeof *t->column))) return GLIA_E_MEMORY;
    for (size_t i = 0; i < t->columns; i++) {
        if (glia__is_aside(t->use[i].role)) continue;
        GLIA_TRY(make_column(t, i, told_of(t, i)));
    }
    const char *unused = t->options->columns_optional ? NULL : glia__told_unused(&t->told);
    if (!unused) return GLIA_OK;
    size_t aside = find_column(t, unused);
    if (aside < t->columns && glia__is_aside(t->use[aside].role))
        return glia__fail(GLIA_E_TEXT, "columns: %s: column \"%.60s\" is %s, and of no kind to be told",
                          t->csv.source->path, unused, asides[t->use[aside].role - GLIA__TARGET]);
    return glia__fail_at(fail_column(t, unused), "columns");
}

static glia_status read_gaps(glia__table *t, const char *words)
{
    const char *begin, *end;
    size_t      number;
    double      value;
    for (const char *at = words; glia__text_item(&at, ',', &begin, &end);) {
        GLIA_TRY(glia__words_add(&t->gaps, begin, (size_t)(end - begin), &number));
        if (!glia__text_number(begin, end, &value)) continue;
        GLIA_TRY(glia__grow(&t->gap, &t->gap_room, t->n_gap + 1, sizeof *t->gap));
        t->gap[t->n_gap++] = (real)value;
    }
    return GLIA_OK;
}

static glia_status find_roles(glia__table *t)
{
    const glia_data_options *o = t->options;
    if (!(t->use = glia__new(t->columns, sizeof *t->use))) return GLIA_E_MEMORY;
    GLIA_TRY(find_all_aside(t, o));
    GLIA_TRY(find_targets(t, o->target));
    return find_header(t, o->header);
}

glia_status glia__table_head(glia__table *t, bool *more)
{
    GLIA_TRY(glia__told_read(&t->told, t->options->columns));
    t->told.by_name = t->options->columns_optional;
    GLIA_TRY(read_gaps(t, t->options->missing));
    GLIA_TRY(read_first(t));
    GLIA_TRY(name_nameless(t));
    GLIA_TRY(find_roles(t));
    if (!t->header && t->options->columns_optional) tell_by_place(t);
    size_t line = t->csv.line;
    GLIA_TRY(make_columns(t));
    if (t->header) {
        GLIA_TRY(glia__csv_next(&t->csv, more));
        if (!*more) return glia__fail(GLIA_E_FORMAT, "%s: a header, but no rows", t->csv.source->path);
    }
    GLIA_TRY(glia__table_guess(t));
    lay_out(t);
    if (t->width > 0) return GLIA_OK;
    const char *unused = glia__told_unused(&t->told);
    if (unused) return fail_column(t, unused);
    glia__fail(GLIA_E_TEXT, "no column is left for the inputs");
    return glia__fail_at(GLIA_E_TEXT, "%s:%zu:1", t->csv.source->path, line);
}
