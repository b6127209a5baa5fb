/* The plan of a table: what becomes of each of its columns before a net sees them, learnt from the training rows and
 * kept in the model; and the intake, by which rows of any data set go through a plan and a scaling. */
#ifndef GLIA_DATA_PLAN_H
#define GLIA_DATA_PLAN_H

#include "data/columns.h"
#include "data/pass.h"
#include "data/scale.h"

struct glia__plan {
    glia__plan_column *column;
    size_t             count;
    size_t             width;   /* inputs of all columns together */
    size_t             rows;    /* it was learnt from             */
    char              *missing; /* what else said that a value is missing, as glia_data_options has it; or NULL */
    char              *text;    /* `age:number, city:category, *:skip`: for glia_data_options; "" without names */
};

/* From the rows of a table; *plan is NULL for data that have no columns of kinds. Errors: GLIA_E_MEMORY, GLIA_E_TEXT
 * (the words of an ordinal column). */
glia_status glia__plan_fit(glia__plan **plan, const glia_data *train);
void        glia__plan_free(glia__plan *plan);
/* Room for a plan of `count` columns, to be filled by who reads one; then sets `at`, `width` and `text`, and checks
 * what every plan must be: GLIA_E_FORMAT. */
glia_status glia__plan_new(glia__plan **plan, size_t count);
glia_status glia__plan_settle(glia__plan *plan);
/* What becomes of a column, in words. */
void glia__plan_tell(const glia__plan_column *c, size_t rows, char *what, size_t size);
/* Which column an input is of, and which of its inputs it is. */
const glia__plan_column *glia__plan_input(const glia__plan *plan, size_t input, size_t *i);

/* How the rows of one data set become what a net takes. */
struct glia__intake {
    const glia_data    *data;
    const glia__plan   *plan;     /* NULL: rows are as the data have them       */
    const glia__scaler *scale;    /* NULL: they are not scaled                  */
    bool                straight; /* nothing has to be done but scaling      */
    glia__pass         *pass;     /* by which rows on disk come; NULL: there are none, or nobody asked */
    glia__words         names;    /* of the data's columns that were read, in their order */
    size_t             *slot;     /* [plan->count]: where a column is in a stored row */
    double            **place;    /* [plan->count]: of columns of words, the place of each of the data's; NaN: a gap */
};
/* Finds the plan's columns in the data, by name where there are names. GLIA_E_SHAPE names those that are not there, or
 * are of another kind. */
glia_status glia__intake_new(glia__intake *in, const glia_data *data, const glia__plan *plan,
                             const glia__scaler *scale);
void        glia__intake_clear(glia__intake *in);
size_t      glia__intake_width(const glia__intake *in); /* numbers that a net gets for a row */
/* Rows in which the word of column i is none of the plan's; *word is the first such, or NULL. */
size_t glia__intake_unknown(const glia__intake *in, size_t i, const char **word);
/* For whoever takes batches of at most so many rows: glia__pass_new. Before each batch its rows are taken, which may
 * fail where they are on disk; before each order that is gone through, glia__intake_begin. */
glia_status glia__intake_reserve(glia__intake *in, size_t batch, bool ahead);
void        glia__intake_begin(const glia__intake *in, const size_t *order, size_t n);
glia_status glia__intake_take(const glia__intake *in, const size_t *rows, size_t count);
/* x[width] = the row with these numbers, as the data have it, not scaled. */
void glia__intake_row(const glia__intake *in, const void *numbers, real *x);

#endif
