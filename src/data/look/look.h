/* A look at a data set before anything is trained on it: what is measured of its columns and of its rows (columns.c,
 * outliers.c, twins.c, tells.c, follows.c, rows.c; questions.c has their targets), and the complaints that follow
 * (says*.c).
 *
 * Columns are measured one at a time, by sorting the rows that have a value: all that is kept is some numbers a column
 * and some 80 bytes a row. */
#ifndef GLIA_DATA_LOOK_LOOK_H
#define GLIA_DATA_LOOK_LOOK_H

#include <math.h>

#include "data/columns.h"
#include "data/keyed.h"

enum {
    GLIA__LOOK_ROWS = 20,    /* with fewer rows nothing is said that chance could have done */
    GLIA__LOOK_CLASSES = 100 /* with more classes it is not asked whether one column tells them all */
};

#define GLIA__SECONDS_A_DAY 86400.0
#define GLIA__LOOK_ROUNDING 1e-3 /* of a column's range, by which a copy may be off */

/* ---- columns ---------------------------------------------------------------------------------------------------- */

/* How well one column tells the class: each row is given the class that is told best by its value, of words and of
 * numbers with few values, or by an interval of values, one for each class at most. A gap is one value more. */
typedef struct glia__tell {
    double balanced; /* share of rows that are right, the mean over classes; 0 where it was not asked */
    size_t wrong;    /* rows that are not */
    bool   coded;    /* there is one value for each class */
    bool   chance;   /* a column that knows nothing could do it */
} glia__tell;

/* Values far from all others. */
typedef struct glia__far {
    size_t count, row; /* how many; the first one's row */
    double value;      /* of that row */
    double low, high;  /* the others lie between them */
} glia__far;

typedef struct glia__look_column {
    const glia__column *of;    /* NULL for data that are no table from a file */
    size_t              place; /* in glia_look.column */
    size_t              slot;  /* in a stored row; of input columns, as in glia_data_input */
    glia_kind           kind;
    bool                absent;    /* the test part has no such column */
    bool                words;     /* its value is the number of a word */
    char                label[96]; /* for sentences: "age" in quotes, or column 3 of the file */

    size_t      missing, different;
    double      least, most, mean, median, quartile[2];
    size_t      most_rows; /* rows of the most frequent value, which is */
    double      frequent;
    double      alike;                     /* how likely two rows have the same value, a gap being one */
    size_t      rises, falls;              /* steps from a row to the next one with a value */
    bool        whole;                     /* all are whole numbers */
    size_t      low_row, high_row;         /* the first rows of its least and its most; of words a fingerprint */
    uint64_t    pattern;                   /* which rows have the same word; of numbers in which order they are */
    size_t      number_rows, stranger_row; /* of words: rows whose word is a number; the first whose word is none */
    glia__far   far;
    glia__tell *tell;    /* [questions] */
    double      rank;    /* correlation of ranks with the target number that it follows best */
    size_t      follows; /* which one */
    size_t      twin;    /* a column before it that says the same; GLIA_NO_COLUMN */
    bool        same;    /* in the same words or numbers; else twin * slope + offset, or by other words */
    double      slope, offset;
} glia__look_column;

/* ---- targets ---------------------------------------------------------------------------------------------------- */

/* Classes that rows are of: those of the data, or no and yes where there are several such targets. */
typedef struct glia__look_question {
    size_t  target;    /* which of several */
    size_t  count;     /* of classes */
    size_t *rows;      /* [count]: of each */
    size_t  classes;   /* that have rows */
    size_t  telling;   /* columns that tell the class, copies not counted */
    double  next_best; /* of the others the best: share of rows, classes counting alike */
} glia__look_question;

/* ---- rows ------------------------------------------------------------------------------------------------------- */

/* A pair of rows stands for the first that was found, the earlier one first. */
typedef struct glia__look_rows {
    /* Columns of so few values that chance alone makes half as many rows the same, or more: with their targets, of
     * their inputs alone, and across. */
    bool   natural, natural_inputs, natural_across;
    size_t repeated; /* rows that are the same as an earlier one, target included */
    size_t repeated_pair[2];
    size_t across; /* test rows with the inputs of a training row; a pair is training, test */
    size_t across_pair[2];
    size_t torn; /* rows with the inputs of a row that has another target */
    size_t torn_pair[2];
    double lost; /* of classes the share of rows, of numbers the share of variance, that no model can get right */
} glia__look_rows;

/* ---- the whole -------------------------------------------------------------------------------------------------- */

/* A part of the data as the columns of the first part see it. */
typedef struct glia__look_part {
    const glia_data *data;
    size_t          *slot; /* [columns] */
    double         **word; /* [columns]: of words the number that the first part has for each; or NULL */
} glia__look_part;

typedef struct glia__look {
    glia__look_part      train, test; /* test.data: NULL without one, or where its rows cannot be compared */
    const glia_data     *second;      /* the test part in any case */
    size_t               rows, columns;
    glia__look_column   *column;      /* [columns]: those that are read; none of images */
    glia__keyed         *list, *room; /* [rows of both parts, or columns] */
    size_t               valued;      /* rows with a value: the first of `list`, sorted, while a column is measured */
    size_t              *same;     /* [rows of both]: the first row of equal inputs; test rows come after all others */
    size_t              *twin;     /* [rows]: the first row of equal inputs and target */
    size_t              *count;    /* [rows] */
    double              *x, *y;    /* [rows] */
    glia__look_question *question; /* [questions]: none of numbers */
    size_t               questions;
    glia__tell          *tell;   /* [columns][questions] */
    size_t               unseen; /* test rows of classes without a training row; the first such class */
    const char          *unseen_name;
    glia__look_rows      found;
} glia__look;

/* The value of column i in a row of a part: NaN for a gap, the number of a word, days of a date. */
static inline double glia__look_value(const glia__look *l, const glia__look_part *p, size_t i, size_t row)
{
    const glia_data *d = p->data;
    const size_t     at = glia__data_stored(d, row) * d->columns + p->slot[i];
    if (d->bytes) return d->bytes[at];
    const double value = (double)d->values[at];
    if (isnan(value)) return value;
    if (p->word[i]) return p->word[i][(size_t)value];
    if (l->column[i].kind != GLIA_KIND_DATETIME) return value;
    return value + (double)d->values[at + 1] / GLIA__SECONDS_A_DAY;
}
/* The class of a training row. */
static inline size_t glia__look_class(const glia__look *l, const glia__look_question *q, size_t row)
{
    const glia_data *d = l->train.data;
    if (d->target == GLIA_TARGET_CLASSES) return (size_t)d->classes[glia__data_stored(d, row)];
    return d->numbers[glia__data_stored(d, row) * d->target_columns + q->target] == 1;
}
/* That value as a cell has it. */
const char *glia__look_text(const glia__look_column *c, double value, char text[64]);

/* --- questions.c --- */
/* Once the columns are listed; it has to be cleared in any case. */
glia_status glia__look_list_questions(glia__look *l);
void        glia__look_clear_questions(glia__look *l);
void        glia__look_count_classes(glia__look *l);
/* --- columns.c --- */
bool glia__look_is_number(const char *word);
/* Sorts the values of column i into l->list, and measures them. */
void glia__look_at_column(glia__look *l, size_t i);
/* --- outliers.c --- of the column in l->list */
void glia__look_for_outliers(const glia__look *l, glia__look_column *c);
/* --- tells.c --- */
void glia__look_whether_tells(glia__look *l, glia__look_column *c);
/* Once all columns were measured, and twins looked for. */
void glia__look_who_tells(glia__look *l);
/* And then: whether it is c, alone or nearly, that tells the class. */
bool glia__look_gives_away(const glia__look *l, const glia__look_column *c, size_t question);
/* --- follows.c --- */
void glia__look_whether_follows(glia__look *l, glia__look_column *c); /* uses up the list */
/* --- twins.c --- once all columns were measured */
void glia__look_for_twins(glia__look *l);
/* --- rows.c --- */
void glia__look_at_rows(glia__look *l);

/* --- says.c --- */
size_t glia__look_complaints_count(void);
/* Fills `findings`, which has room for each complaint, worst first; returns how many. */
size_t glia__look_complain(const glia__look *l, glia_data_finding *findings);

#endif
