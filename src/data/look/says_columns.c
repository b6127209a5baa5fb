/* Complaints about input columns: gaps, columns that say nothing, or the same as another, or too much. */
#include <math.h>
#include <string.h>

#include "data/look/says.h"

#define MOSTLY 0.5
#define IN_ORDER 0.95

static double share_missing(const glia__look *l, const glia__look_column *c)
{
    return (double)c->missing / (double)l->rows;
}

/* ---- gaps ------------------------------------------------------------------------------------------------------- */

static double mostly_missing_share(const glia__look *l, const glia__look_column *c)
{
    const double share = share_missing(l, c);
    return share > MOSTLY && share < 1 ? share : 0;
}

static double some_missing_share(const glia__look *l, const glia__look_column *c)
{
    const double share = share_missing(l, c);
    return share <= MOSTLY ? share : 0;
}

static void tell_gaps(const glia__look *l, const glia__look_column *c, char text[GLIA__LOOK_NAMES])
{
    snprintf(text, GLIA__LOOK_NAMES, "%s (%zu of %zu rows)", c->label, c->missing, l->rows);
}

static bool tell_missing(const glia__look *l, glia_data_finding *f, glia__look_measure *of, const char *how)
{
    const glia__look_list list = glia__look_list_of(l, of);
    if (list.count == 0) return false;
    f->value = list.most;
    f->column = list.worst->place;
    SAY(f->what, "%zu of %zu column%s lack%s %s: %s", list.count, l->columns, S(l->columns), list.count == 1 ? "s" : "",
        how, NAMES(l, of, tell_gaps));
    return true;
}

static bool mostly_missing(const glia__look *l, glia_data_finding *f)
{
    const glia__look_list list = glia__look_list_of(l, mostly_missing_share);
    if (!tell_missing(l, f, mostly_missing_share, "more than half of the values")) return false;
    f->severity = 0.48;
    glia__look_cure_skip(f, &list, ", unless the gap itself says something");
    return true;
}

static bool missing_values(const glia__look *l, glia_data_finding *f)
{
    if (!tell_missing(l, f, some_missing_share, "values")) return false;
    f->severity = f->value > 0.05 ? 0.32 : 0.2;
    return true;
}

/* ---- columns that say nothing ----------------------------------------------------------------------------------- */

static double is_constant(const glia__look *l, const glia__look_column *c)
{
    return c->missing == l->rows || (c->different == 1 && c->missing == 0);
}

static void tell_constant(const glia__look *l, const glia__look_column *c, char text[GLIA__LOOK_NAMES])
{
    (void)l;
    if (c->different == 0)
        snprintf(text, GLIA__LOOK_NAMES, "%s (no value at all)", c->label);
    else
        snprintf(text, GLIA__LOOK_NAMES, "%s (always %s)", c->label, CELL(c, c->least));
}

static bool constant_columns(const glia__look *l, glia_data_finding *f)
{
    const glia__look_list list = glia__look_list_of(l, is_constant);
    if (list.count == 0 || l->rows < 2) return false;
    const double share = (double)list.count / (double)l->columns;
    glia__look_finding(f, share == 1 ? 0.96 : 0.3 + 0.3 * share, (double)list.count);
    f->column = list.worst->place;
    SAY(f->what, "%zu of %zu column%s %s the same in all %zu rows: %s", list.count, l->columns, S(l->columns),
        list.count == 1 ? "is" : "are", l->rows, NAMES(l, is_constant, tell_constant));
    return true;
}

static double is_twin(const glia__look *l, const glia__look_column *c)
{
    (void)l;
    return c->twin != GLIA_NO_COLUMN;
}

/* `"inch" is 0.394 times "cm"`, with what is added where it is more than rounding. */
static void tell_copy(const glia__look_column *c, const glia__look_column *of, char text[GLIA__LOOK_NAMES])
{
    int n = snprintf(text, GLIA__LOOK_NAMES, "%s is %s times %s", c->label, DIGITS(c->slope), of->label);
    if (fabs(c->offset) > GLIA__LOOK_ROUNDING * fmax(fabs(c->least), fabs(c->most)))
        snprintf(text + n, GLIA__LOOK_NAMES - (size_t)n, " %s %s", c->offset < 0 ? "minus" : "plus",
                 DIGITS(fabs(c->offset)));
}

static void tell_twin(const glia__look *l, const glia__look_column *c, char text[GLIA__LOOK_NAMES])
{
    const glia__look_column *of = &l->column[c->twin];
    if (!c->same && !c->words)
        tell_copy(c, of, text);
    else
        snprintf(text, GLIA__LOOK_NAMES, "%s has %s %s", c->label,
                 c->same ? "the values of" : "other words for those of", of->label);
}

static bool duplicate_columns(const glia__look *l, glia_data_finding *f)
{
    const glia__look_list list = glia__look_list_of(l, is_twin);
    if (list.count == 0) return false;
    glia__look_finding(f, 0.36, (double)list.count);
    f->column = list.worst->place;
    SAY(f->what, "%zu of %zu columns say%s what another one says: %s", list.count, l->columns,
        list.count == 1 ? "s" : "", NAMES(l, is_twin, tell_twin));
    glia__look_cure_skip(f, &list, "");
    return true;
}

/* ---- columns that say too much ---------------------------------------------------------------------------------- */

/* A different whole number in each row, in order or without a gap; or a different word. */
static double is_identifier(const glia__look *l, const glia__look_column *c)
{
    if (l->rows < GLIA__LOOK_ROWS || c->missing || c->different != l->rows) return 0;
    if (c->words) return 1;
    const bool dense = c->most - c->least == (double)(l->rows - 1);
    return c->kind == GLIA_KIND_NUMBER && c->whole && (dense || c->rises == 0 || c->falls == 0);
}

static bool identifier(const glia__look *l, glia_data_finding *f)
{
    const glia__look_list    list = glia__look_list_of(l, is_identifier);
    const glia__look_column *c = list.worst;
    if (list.count == 0) return false;
    glia__look_finding(f, 0.52, (double)list.count);
    f->column = c->place;
    SAY(f->what, "%s %s another %s in each of the %zu rows%s, as the name or the number of a row",
        NAMES(l, is_identifier, NULL), list.count == 1 ? "has" : "have", c->words ? "word" : "whole number", l->rows,
        c->words               ? ""
        : c->falls && c->rises ? ", without a gap"
                               : ", in order");
    glia__look_cure_skip(f, &list, ", unless it counts time: what it tells of a row is not true of new ones");
    return true;
}

static double is_far(const glia__look *l, const glia__look_column *c)
{
    (void)l;
    return (double)c->far.count;
}

static void tell_far(const glia__look *l, const glia__look_column *c, char text[GLIA__LOOK_NAMES])
{
    const glia__far *a = &c->far;
    (void)l;
    snprintf(text, GLIA__LOOK_NAMES, "%s %s in row %zu%s, the others from %s to %s", c->label, CELL(c, a->value),
             a->row + 1, a->count > 1 ? " and more" : "", CELL(c, a->low), CELL(c, a->high));
}

static bool outliers(const glia__look *l, glia_data_finding *f)
{
    const glia__look_list list = glia__look_list_of(l, is_far);
    size_t                values = 0;
    if (list.count == 0) return false;
    for (size_t i = 0; i < l->columns; i++) values += l->column[i].far.count;
    glia__look_finding(f, 0.47, (double)values);
    f->column = list.worst->place;
    f->row = list.worst->far.row;
    SAY(f->what, "%zu value%s %s far from all others of %s column%s: %s", values, S(values), values == 1 ? "is" : "are",
        values == 1 ? "its" : "their", list.count == 1 ? "" : "s", NAMES(l, is_far, tell_far));
    return true;
}

/* ---- columns that are read in another way than they were meant -------------------------------------------------- */

static double has_number_words(const glia__look *l, const glia__look_column *c)
{
    const size_t cells = l->rows - c->missing;
    const bool   mostly = c->words && cells >= GLIA__LOOK_ROWS && 2 * c->number_rows > cells;
    return mostly && c->stranger_row != GLIA_NO_ROW ? (double)c->number_rows / (double)cells : 0;
}

/* How many of the words of a column that is left out are numbers, if most are; 0 of any other. It has words, but no
 * cells. */
static size_t numbers_of_text(const glia__column *c, const char **stranger)
{
    size_t numbers = 0;
    *stranger = "";
    if (c->kind.which != GLIA_KIND_TEXT) return 0;
    for (size_t w = c->words.count; w-- > 0;) {
        if (glia__look_is_number(c->words.text[w]))
            numbers++;
        else
            *stranger = c->words.text[w];
    }
    return 2 * numbers > c->words.count ? numbers : 0;
}

static void tell_number_text(glia_data_finding *f, const glia__column *c, size_t numbers, const char *stranger)
{
    f->value = (double)numbers / (double)c->words.count;
    SAY(f->what, "%s is taken for text and left out, though %zu of its %zu different words are numbers%s%s%s", LABEL(c),
        numbers, c->words.count, *stranger ? "; not so \"" : "", CUT(stranger), *stranger ? "\"" : "");
}

static void tell_number_words(const glia__look *l, glia_data_finding *f, const glia__look_column *c)
{
    f->value = has_number_words(l, c);
    f->column = c->place;
    f->row = c->stranger_row;
    SAY(f->what, "%s is read as words, though %zu of its %zu cells are numbers; not so \"%s\" in row %zu", c->label,
        c->number_rows, l->rows - c->missing, CUT(glia_data_word(l->train.data, c->stranger_row, c->slot)),
        c->stranger_row + 1);
}

/* Columns that are read first, then those that are not. */
static bool number_words(const glia__look *l, glia_data_finding *f)
{
    const glia_data      *d = l->train.data;
    const glia__look_list list = glia__look_list_of(l, has_number_words);
    glia__look_items      others = {0};
    const char           *stranger;
    if (list.count) tell_number_words(l, f, list.worst);
    for (size_t i = 0; i < l->columns; i++)
        if (has_number_words(l, &l->column[i]) > 0 && &l->column[i] != list.worst)
            glia__look_items_other(f, &others, l->column[i].label);
    for (size_t i = 0; i < d->n_columns; i++) {
        const size_t numbers = numbers_of_text(&d->column[i], &stranger);
        if (numbers == 0) continue;
        if (*f->what) {
            glia__look_items_other(f, &others, LABEL(&d->column[i]));
            continue;
        }
        tell_number_text(f, &d->column[i], numbers, stranger);
        f->column = i;
    }
    glia__look_items_tell(f, &others);
    f->severity = 0.5;
    return *f->what != '\0';
}

static bool rows_left_out(const glia__look *l, glia_data_finding *f)
{
    const glia_data *d = l->train.data;
    if (d->left_out + d->dropped == 0) return false;
    const double share = (double)d->left_out / (double)(d->left_out + d->stored);
    glia__look_finding(f, share > 0.1 ? 0.4 : 0.12, (double)(d->left_out + d->dropped));
    if (d->left_out)
        SAY(f->what, "%zu row%s without a target %s left out", d->left_out, S(d->left_out),
            d->left_out == 1 ? "is" : "are");
    if (d->dropped)
        SAY_ON(f->what, strlen(f->what), "%s%zu row%s with a missing value %s left out", d->left_out ? "; " : "",
               d->dropped, S(d->dropped), d->dropped == 1 ? "is" : "are");
    return true;
}

/* ---- the table as a whole --------------------------------------------------------------------------------------- */

static double is_in_time(const glia__look *l, const glia__look_column *c)
{
    const double steps = (double)(c->rises + c->falls);
    const bool   dated = c->kind == GLIA_KIND_DATE || c->kind == GLIA_KIND_DATETIME;
    if (!dated || l->rows < GLIA__LOOK_ROWS || steps < 3) return 0;
    const double share = fmax((double)c->rises, (double)c->falls) / steps;
    return share >= IN_ORDER ? share : 0;
}

/* Whether the rows to judge by are told, or when each is from. */
static bool is_judged_in_time(const glia__look *l)
{
    return l->second || l->train.data->times || l->train.data->time_name;
}

static bool time_order(const glia__look *l, glia_data_finding *f)
{
    const glia__look_list list = glia__look_list_of(l, is_in_time);
    if (list.count == 0 || is_judged_in_time(l)) return false;
    const glia__look_column *c = list.worst;
    const size_t             back = c->rises > c->falls ? c->falls : c->rises;
    char                     but[40] = "";
    glia__look_finding(f, 0.1, list.most);
    f->column = c->place;
    if (back) SAY(but, " but for %zu", back);
    SAY(f->what,
        "rows follow each other in time%s (%s, from %s to %s): a hold-out drawn by chance asks for days between "
        "those that were learnt",
        but, c->label, CELL(c, c->least), CELL(c, c->most));
    SAY(f->cure, "hold out the last rows instead, as new ones will be later: %s, or --holdout-tail N",
        OPTION("--time", c->of));
    return true;
}

static bool wide_table(const glia__look *l, glia_data_finding *f)
{
    if (l->columns <= l->rows || l->rows < 2) return false;
    glia__look_finding(f, 0.34, (double)l->columns / (double)l->rows);
    SAY(f->what, "there are more columns (%zu) than rows (%zu): a net can learn such rows by heart", l->columns,
        l->rows);
    return true;
}

static double is_absent(const glia__look *l, const glia__look_column *c)
{
    (void)l;
    return c->absent;
}

static bool absent_columns(const glia__look *l, glia_data_finding *f)
{
    const glia__look_list list = glia__look_list_of(l, is_absent);
    if (list.count == 0) return false;
    glia__look_finding(f, 0.98, (double)list.count);
    f->column = list.worst->place;
    SAY(f->what, "the rows to test lack %zu of %zu column%s: %s", list.count, l->columns, S(l->columns),
        NAMES(l, is_absent, NULL));
    SAY(f->cure, "give them %s, or train without (%s%s): else no net can be tested on them",
        list.count == 1 ? "that column" : "those columns", COLUMNS(list.worst->of, "skip"),
        list.count == 1 ? "" : " and so on");
    return true;
}

const glia__look_complaint glia__look_complaints_of_columns[] = {
    {"absent_columns", absent_columns, ""},
    {"identifier", identifier, ""},
    {"number_words", number_words, "mend these cells, or say that they are gaps: --missing \"WORD\""},
    {"mostly_missing", mostly_missing, ""},
    {"outliers", outliers, "look whether they are typing errors, or stand for a gap: --missing \"VALUE\""},
    {"duplicate_columns", duplicate_columns, ""},
    {"wide_table", wide_table, "leave columns out, take dropout or l2, and judge by folds"},
    {"missing_values", missing_values,
     "nothing has to be done: gaps are filled, and inputs tell of them; --drop-missing leaves such rows out"},
    {"constant_columns", constant_columns, "leave them out: they tell a net nothing"},
    {"rows_left_out", rows_left_out, "look whether they should have one"},
    {"time_order", time_order, ""},
    {NULL},
};
