/* A table from a CSV: which column is the target, whether the first row names the columns, and the rows as numbers.
 *
 * The target is the column that the caller names (or numbers, from 1); else one called label, target, class or y; else
 * the last. The first row is a header if it has a word outside the target column, or if the target was found in it by
 * name. A column of weights, if the caller names one, is no input either. All columns but the target must be numbers;
 * rows are parsed straight into the array that the data set keeps. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "data/csv.h"
#include "data/target.h"
#include "ground/memory.h"

typedef struct table {
    glia__csv    csv;
    size_t       columns; /* cells in a row                            */
    size_t       target;  /* the column; = columns where there is none */
    size_t       weight;  /* the same                                  */
    size_t       inputs;  /* the other columns                         */
    bool         header;
    char       **first; /* the cells of the first row */
    size_t       first_room;
    size_t       rows, room;
    real        *values; /* [rows][inputs] */
    size_t       weights_room;
    real        *weights; /* [rows], where there is a column of them */
    glia__labels labels;
    glia__string text; /* of the cell at hand */
} table;

static void table_clear(table *t)
{
    glia__csv_clear(&t->csv);
    glia__names_free(t->first, t->columns);
    glia__free(t->values);
    glia__free(t->weights);
    glia__labels_clear(&t->labels);
    glia__string_clear(&t->text);
}

/* ---- cells that will not do ------------------------------------------------------------------------------------- */

/* Says `what` of the cell, with its place and column: `t.csv:17:9: column 3 (age): "abc" is not a number`. */
static glia_status fail_cell(const table *t, size_t column, const glia__cell *cell, const char *what)
{
    enum { SHOWN = 40 };
    size_t length = (size_t)(cell->end - cell->begin);
    if (length > 0 && !memchr(cell->begin, '\0', length))
        glia__fail(GLIA_E_FORMAT, "\"%.*s\"%s", length < SHOWN ? (int)length : SHOWN, cell->begin, what);
    else
        glia__fail(GLIA_E_FORMAT, length > 0 ? "a NUL byte: this is no text" : "the cell is empty");
    if (t->header && *t->first[column])
        glia__fail_at(GLIA_E_FORMAT, "column %zu (%.40s)", column + 1, t->first[column]);
    else
        glia__fail_at(GLIA_E_FORMAT, "column %zu", column + 1);
    return glia__csv_at(&t->csv, cell->at);
}

/* Fails if the record has more or fewer cells than the first one. */
static glia_status check_cells(const table *t)
{
    size_t     cells = 0;
    glia__cell cell;
    for (const char *at = t->csv.begin; at; cells++) GLIA_TRY(glia__csv_cell(&t->csv, &at, &cell));
    if (cells == t->columns) return GLIA_OK;
    glia__fail(GLIA_E_FORMAT, "a row of %zu cell%s; the first one has %zu", cells, cells == 1 ? "" : "s", t->columns);
    return glia__csv_at(&t->csv, t->csv.begin);
}

/* A number that is not finite or does not fit a real: from the words inf and nan, or too large. */
static glia_status fail_range(const table *t, size_t column, const glia__cell *cell)
{
    const char *p = cell->begin;
    while (p < cell->end && (*p < '0' || *p > '9')) p++;
    return fail_cell(t, column, cell, p < cell->end ? " is out of range" : " is not a finite number");
}

/* ---- the first row ---------------------------------------------------------------------------------------------- */

static bool is_number(const char *text, double *value)
{
    return glia__csv_number(&(glia__cell){.begin = text, .end = text + strlen(text)}, value);
}

static glia_status read_first(table *t)
{
    const char *at = t->csv.begin;
    while (at) {
        glia__cell cell;
        GLIA_TRY(glia__csv_cell(&t->csv, &at, &cell));
        if (memchr(cell.begin, '\0', (size_t)(cell.end - cell.begin))) return fail_cell(t, t->columns, &cell, "");
        GLIA_TRY(glia__csv_text(&cell, &t->text));
        if (!glia__text_is_utf8(t->text.text)) return fail_cell(t, t->columns, &cell, " is not UTF-8 text");
        GLIA_TRY(glia__grow(&t->first, &t->first_room, t->columns + 1, sizeof *t->first));
        t->first[t->columns] = glia__strndup(t->text.text, t->text.length);
        if (!t->first[t->columns]) return GLIA_E_MEMORY;
        t->columns++;
    }
    return GLIA_OK;
}

static bool has_word(const table *t, size_t except)
{
    double value;
    for (size_t i = 0; i < t->columns; i++)
        if (i != except && *t->first[i] && !is_number(t->first[i], &value)) return true;
    return false;
}

static size_t find_column(const table *t, const char *name)
{
    size_t i = 0;
    while (i < t->columns && strcmp(t->first[i], name) != 0) i++;
    return i;
}

static glia_status fail_column(const table *t, const char *wanted)
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
static size_t find_wanted(table *t, const char *wanted)
{
    double number;
    bool   is_name = !is_number(wanted, &number);
    size_t named = find_column(t, wanted), numbered = t->columns;
    if (!is_name && number >= 1 && number <= (double)t->columns && number == floor(number))
        numbered = (size_t)number - 1;
    t->header = is_name ? named < t->columns : has_word(t, numbered);
    return t->header && named < t->columns ? named : numbered;
}

static glia_status find_weight(table *t, const glia_data_options *o)
{
    t->weight = t->columns;
    if (!o || !o->weight) return GLIA_OK;
    t->weight = find_wanted(t, o->weight);
    return t->weight < t->columns || o->weight_optional ? GLIA_OK : fail_column(t, o->weight);
}

/* Names as pandas gives them to columns without any: 0, 1, 2 ... beside a target called by a word. */
static bool counts_columns(const table *t, size_t target)
{
    double value, next = 0;
    if (t->columns < 3 || is_number(t->first[target], &value)) return false;
    for (size_t i = 0; i < t->columns; i++) {
        if (i == target) continue;
        if (!is_number(t->first[i], &value) || value != next++) return false;
    }
    return true;
}

/* A column that is usually the target. `y` alone makes no header: it may be the y of yes and no. */
static void find_usual(table *t)
{
    static const char *const usual[] = {"label", "target", "class", "y"};
    enum { USUAL = sizeof usual / sizeof *usual };
    size_t i = 0, found = t->columns;
    for (; i < USUAL; i++)
        if ((found = find_column(t, usual[i])) < t->columns && found != t->weight) break;
    t->target = i < USUAL ? found : t->columns - 1 - (t->weight == t->columns - 1);
    t->header = i < USUAL - 1 || has_word(t, t->target) || counts_columns(t, t->target);
}

static glia_status find_target(table *t, const char *wanted)
{
    if (wanted && !*wanted) {
        t->target = t->columns;
        t->header = has_word(t, t->columns);
    } else if (t->columns == 1) {
        glia__fail(GLIA_E_FORMAT, "there is only one column (\"%.40s\"); comma, semicolon or tab divide columns",
                   t->first[0]);
        return glia__csv_at(&t->csv, t->csv.begin);
    } else if (wanted) {
        t->target = find_wanted(t, wanted);
        if (t->target == t->columns) return fail_column(t, wanted);
    } else {
        find_usual(t);
    }
    return GLIA_OK;
}

static glia_status check_weight(const table *t)
{
    glia_status status = GLIA_OK;
    if (t->weight < t->columns && t->weight == t->target)
        status = glia__fail(GLIA_E_TEXT, "column %zu cannot be both the target and the weights", t->weight + 1);
    else if (t->inputs == 0)
        status = glia__fail(GLIA_E_TEXT, "no column is left for the inputs");
    return status ? glia__fail_at(status, "%s:%zu:1", t->csv.source->path, t->csv.line) : GLIA_OK;
}

/* What each column is. A name that was found for the weights makes the first row a header too. */
static glia_status find_columns(table *t, const glia_data_options *o)
{
    GLIA_TRY(find_weight(t, o));
    bool named = t->weight < t->columns && find_column(t, o->weight) == t->weight && t->header;
    GLIA_TRY(find_target(t, o ? o->target : NULL));
    t->header = t->header || named;
    t->inputs = t->columns - (t->target < t->columns) - (t->weight < t->columns && t->weight != t->target);
    return check_weight(t);
}

static glia_status fail_double(const table *t, size_t column, size_t before)
{
    const char *at = t->csv.begin;
    glia__cell  cell;
    for (size_t i = 0; i <= column; i++) GLIA_TRY(glia__csv_cell(&t->csv, &at, &cell));
    glia__fail(GLIA_E_FORMAT, "columns %zu and %zu are both called \"%.60s\"", before + 1, column + 1,
               t->first[column]);
    return glia__csv_at(&t->csv, cell.at);
}

static glia_status check_names(const table *t)
{
    glia__words words = {0};
    glia_status status = GLIA_OK;
    for (size_t i = 0; status == GLIA_OK && i < t->columns; i++) {
        size_t number = 0, known = words.count;
        if (!*t->first[i]) continue;
        status = glia__words_add(&words, t->first[i], strlen(t->first[i]), &number);
        if (status == GLIA_OK && number < known) status = fail_double(t, i, find_column(t, t->first[i]));
    }
    glia__words_clear(&words);
    return status;
}

/* ---- rows ------------------------------------------------------------------------------------------------------- */

static glia_status read_number(const table *t, const char **at, size_t column, real *v)
{
    glia__cell cell;
    double     value;
    GLIA_TRY(glia__csv_cell(&t->csv, at, &cell));
    if (!glia__csv_number(&cell, &value)) {
        GLIA_TRY(check_cells(t));
        return fail_cell(t, column, &cell, " is not a number");
    }
    if (!glia__fits_real(value)) return fail_range(t, column, &cell);
    *v = (real)value;
    return GLIA_OK;
}

/* The cells of columns first .. end - 1. */
static glia_status read_numbers(const table *t, const char **at, size_t first, size_t end, real *v)
{
    for (size_t column = first; column < end;) {
        if (!*at) return check_cells(t);
        size_t n = glia__csv_numbers(&t->csv, at, v + (column - first), end - column);
        column += n;
        if (n > 0) continue;
        GLIA_TRY(read_number(t, at, column, v + (column - first)));
        column++;
    }
    return GLIA_OK;
}

static glia_status read_target(table *t, const char **at)
{
    glia__cell cell;
    double     value;
    if (!*at) return check_cells(t);
    GLIA_TRY(glia__csv_cell(&t->csv, at, &cell));
    if (glia__csv_number(&cell, &value)) {
        if (!glia__fits_real(value)) return fail_range(t, t->target, &cell);
        return glia__labels_add_number(&t->labels, value);
    }
    size_t length = (size_t)(cell.end - cell.begin);
    if (length == 0 || memchr(cell.begin, '\0', length)) return fail_cell(t, t->target, &cell, "");
    GLIA_TRY(glia__csv_text(&cell, &t->text));
    if (!glia__text_is_utf8(t->text.text)) return fail_cell(t, t->target, &cell, " is not UTF-8 text");
    return glia__labels_add_word(&t->labels, t->text.text, t->text.length);
}

static glia_status read_weight(table *t, const char **at)
{
    const char *begin = *at;
    glia__cell  cell;
    real       *weight;
    if (!begin) return check_cells(t);
    GLIA_TRY(glia__grow(&t->weights, &t->weights_room, t->rows + 1, sizeof *t->weights));
    weight = &t->weights[t->rows];
    GLIA_TRY(read_number(t, at, t->weight, weight));
    if (*weight >= 0) return GLIA_OK;
    GLIA_TRY(glia__csv_cell(&t->csv, &begin, &cell));
    return fail_cell(t, t->weight, &cell, " is negative, and a weight is at least 0");
}

/* The first column from `from` on that is no input; = columns behind the last. */
static size_t next_special(const table *t, size_t from)
{
    size_t target = t->target < from ? t->columns : t->target, weight = t->weight < from ? t->columns : t->weight;
    return target < weight ? target : weight;
}

static glia_status read_row(table *t)
{
    const char *at = t->csv.begin;
    GLIA_TRY(glia__grow(&t->values, &t->room, t->rows + 1, t->inputs * sizeof *t->values));
    real *row = t->values + t->rows * t->inputs;
    for (size_t column = 0; column < t->columns; column++) {
        size_t end = next_special(t, column);
        GLIA_TRY(read_numbers(t, &at, column, end, row));
        row += end - column;
        column = end;
        if (end < t->columns) GLIA_TRY(end == t->target ? read_target(t, &at) : read_weight(t, &at));
    }
    if (at) return check_cells(t);
    t->rows++;
    return GLIA_OK;
}

static glia_status read_table(table *t, glia__source *source, const glia_data_options *options)
{
    bool more;
    GLIA_TRY(glia__csv_open(&t->csv, source));
    GLIA_TRY(glia__csv_next(&t->csv, &more));
    if (!more) return glia__fail(GLIA_E_FORMAT, "%s: the file has blank lines only", source->path);
    GLIA_TRY(read_first(t));
    GLIA_TRY(find_columns(t, options));
    if (t->header) {
        GLIA_TRY(check_names(t));
        GLIA_TRY(glia__csv_next(&t->csv, &more));
        if (!more) return glia__fail(GLIA_E_FORMAT, "%s: a header, but no rows", source->path);
    }
    while (more) {
        GLIA_TRY(read_row(t));
        GLIA_TRY(glia__csv_next(&t->csv, &more));
    }
    if (t->weights) GLIA_TRY(glia__resize(&t->weights, t->rows, sizeof *t->weights));
    return glia__resize(&t->values, t->rows, t->inputs * sizeof *t->values);
}

/* ---- the data set ----------------------------------------------------------------------------------------------- */

/* The names of the header: of the inputs, of the weights and of the target. */
static glia_status hand_names(table *t, glia_data *d)
{
    d->column_names = glia__new(t->inputs, sizeof *d->column_names);
    if (!d->column_names) return GLIA_E_MEMORY;
    for (size_t i = 0; i < t->columns; i++) {
        if (i == t->target) continue;
        *(i == t->weight ? &d->weight_name : &d->column_names[i - (i > t->target) - (i > t->weight)]) = t->first[i];
        t->first[i] = NULL;
    }
    if (t->target == t->columns) return GLIA_OK;
    d->target_names = glia__new(1, sizeof *d->target_names);
    if (!d->target_names) return GLIA_E_MEMORY;
    d->target_columns = 1;
    d->target_names[0] = t->first[t->target];
    t->first[t->target] = NULL;
    return GLIA_OK;
}

static glia_status hand_over(table *t, glia_data *d)
{
    GLIA_TRY(glia__data_shape(d, t->rows, 1, 1, t->inputs));
    d->values = t->values;
    d->weights = t->weights;
    t->values = t->weights = NULL;
    if (t->header) GLIA_TRY(hand_names(t, d));
    return t->target < t->columns ? glia__labels_finish(&t->labels, false, d) : GLIA_OK;
}

glia_status glia__csv_read(glia_data **data, glia__source *source, const glia_data_options *options)
{
    table       t = {0};
    glia_data  *d = NULL;
    glia_status status = read_table(&t, source, options);
    *data = NULL;
    if (status == GLIA_OK) status = glia__data_new(&d, source->path);
    if (status == GLIA_OK) status = hand_over(&t, d);
    if (status == GLIA_OK)
        *data = d;
    else
        glia_data_free(d);
    table_clear(&t);
    return status;
}
