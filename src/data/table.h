/* A table while it is read from a CSV: what table.c, which reads its rows, head.c, which finds out what its columns
 * are, and guess.c, which looks at their cells, share. */
#ifndef GLIA_DATA_TABLE_H
#define GLIA_DATA_TABLE_H

#include "data/columns.h"
#include "data/csv.h"
#include "data/target.h"

/* What is done with the cells of a column. */
typedef enum glia__role {
    GLIA__INPUT_NUMBER = 0,
    GLIA__INPUT_CELL, /* by its kind: dates, yes and no */
    GLIA__INPUT_WORD,
    GLIA__IGNORED,
    GLIA__TARGET,
    GLIA__WEIGHT,
    GLIA__GROUP,
    GLIA__UNREAD, /* a target that nobody asks for */
    GLIA__ROLES
} glia__role;

/* Whether cells of that role are no inputs, by what the caller said. */
static inline bool glia__is_aside(glia__role role)
{
    return role >= GLIA__TARGET;
}

typedef struct glia__use {
    glia__role role;
    bool       told;   /* its kind was, or its role */
    size_t     column; /* inputs and what is ignored: of table.column */
    size_t     slot;   /* inputs: in a row; targets: which one        */
    size_t     end;    /* of the run of numbers that begins here      */
    bool       open;   /* no value was seen yet: it may still be of any kind */
} glia__use;

/* What a row may only lack if it is left out, and how that is told. */
typedef struct glia__lack {
    size_t      column;
    glia__cell  cell;
    const char *what; /* NULL: nothing */
} glia__lack;

typedef struct glia__target_cell {
    size_t     column;
    glia__cell cell;
} glia__target_cell;

typedef struct glia__table {
    const glia_data_options *options;
    glia__csv                csv;
    size_t                   columns; /* cells in a row */
    bool                     header;
    char                   **first; /* the cells of the first row */
    size_t                   first_room;
    bool         *nameless; /* [columns]: the first row has nothing there, and what `first` says was made up */
    glia__use    *use;      /* [columns] */
    glia__column *column;   /* [n_columns]: all but targets and weights, in their order */
    size_t        n_columns;
    size_t        targets;             /* how many */
    size_t        weight, group, time; /* which columns, = columns for none */
    size_t        width;               /* numbers in a stored row */
    bool          by_place;            /* there is no header, and what is told is of the inputs in their order */
    glia__told    told;
    glia__words   gaps;  /* words that say that a value is missing, beside the usual ones */
    bool          comma; /* numbers are written 1.234,5 */
    real         *gap;   /* those that are numbers */
    size_t        n_gap, gap_room;

    size_t              rows, room;
    real               *values; /* [rows - flushed][width] */
    struct glia__spill *spill;  /* where the others are; NULL: there are none */
    size_t              flushed;
    size_t              weights_room;
    real               *weights; /* [rows], where there is a column of them */
    size_t              groups_room, times_room;
    int32_t            *groups; /* [rows]: numbers of words, where there is a column of them */
    double             *times;  /* [rows], the same */
    glia__words         group_words;
    glia__labels       *labels;     /* [targets] */
    glia__target_cell  *target;     /* [targets]: of the row at hand */
    bool                incomplete; /* so is the row at hand: a value or a target is missing */
    glia__lack          lack;       /* of the row at hand */
    bool                has_gaps;
    size_t              left_out, dropped; /* rows without a target; rows with a gap */
    glia__string        text;              /* of the cell at hand */
} glia__table;

/* --- table.c --- */
/* Reads the head; the first row is then at hand. GLIA_E_FORMAT if there is none. */
glia_status glia__table_begin(glia__table *t, glia__source *source);
/* Reads the row at hand, that of t->csv. */
glia_status glia__table_row(glia__table *t);
void        glia__table_clear(glia__table *t);
/* A number as the table writes them; false if it is none. The cell lies in the buffer. */
bool glia__table_number(const glia__table *t, const glia__cell *cell, double *value);
/* The same of any text. */
bool glia__table_text_number(const glia__table *t, const char *begin, const char *end, double *value);
/* What the numbers in a row of t are called, and which columns they are of: d's, whose shape is set. */
glia_status glia__table_name(const glia__table *t, glia_data *d);

/* --- head.c --- */
/* Reads the first row, and finds what every column is. *more: whether there is a row of values. */
glia_status glia__table_head(glia__table *t, bool *more);
/* What is done with the cells of a column, by its kind; how columns are read together follows. */
void glia__table_assign(glia__table *t, size_t column);
/* Says `what` of a cell, with its place and column: `t.csv:17:9: column 3 (age): "abc" is not a number`. */
glia_status glia__table_fail(const glia__table *t, size_t column, const glia__cell *cell, const char *what);

/* --- guess.c --- */
/* The kinds of the columns whose `use` is not told, by the rows that lie in the buffer. */
glia_status glia__table_guess(glia__table *t);
/* The kind of a column of which this is the first value, in the row at hand; its role follows. */
void glia__table_open(glia__table *t, size_t column, const glia__cell *cell);
/* Once all rows are read: columns of words that are yes and no, or whose words hardly repeat. */
glia_status glia__table_settle(glia__table *t);
bool        glia__table_is_gap(const glia__table *t, const glia__cell *cell);

#endif
