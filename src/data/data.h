/* A data set in memory. See glia.h, section 2. */
#ifndef GLIA_DATA_DATA_H
#define GLIA_DATA_DATA_H

#include <float.h>

#include "ground/real.h"
#include "ground/settings.h"

/* Arrays are held once, by the data set that read them. A view (split, rows) has `base` set, borrows every array of it
 * and owns `order` and what its own flags say. Row r of a data set is stored row order[r], or r where order is NULL. */
struct glia_data {
    char               *name; /* what the user wrote, for sentences */
    size_t              rows;
    size_t              stored;                  /* rows in the arrays: = rows but for a view */
    size_t              columns;                 /* = channels * height * width               */
    size_t              channels, height, width; /* 1, 1, columns for a table                 */
    bool                image;
    bool                from_memory;  /* not from a file or a generator: no scaling unless asked for */
    uint8_t            *bytes;        /* [stored][columns]; or */
    real               *values;       /* [stored][columns]; or */
    struct glia__store *store;        /* they are on disk      */
    size_t             *order;        /* [rows] or NULL        */
    char              **column_names; /* [columns] or NULL; "" for a column without a name */
    /* A table from a file: what was understood of its columns. A column's numbers are in `values`, a word's is its
     * number in the column's list, what is missing is NaN. */
    struct glia__column *column; /* [n_columns], or NULL */
    size_t               n_columns;
    size_t              *column_of;              /* [columns]: which of them each number of a row is of */
    char                *columns_text;           /* as glia_data_columns */
    char                *missing_text;           /* glia_data_options.missing, or NULL */
    size_t               left_out, dropped;      /* rows without a target; with a gap, if they were not wanted */
    real                *weights;                /* [stored]: what a row counts, or NULL: each 1 */
    char                *weight_name;            /* of the column they were, or NULL */
    int32_t             *groups;                 /* [stored]: what a row belongs to, at least 0; or NULL */
    double              *times;                  /* [stored]: what rows are ordered by; or NULL */
    char                *group_name, *time_name; /* of the columns they were, or NULL */
    char               **group_words; /* [n_groups]: what each group is called, where that is a word; or NULL */
    size_t               n_groups;
    char               **row_files; /* [stored]: the image that a row was read from, or NULL; or NULL: none was */

    /* Targets: `target` says which of the two arrays counts. It is there; the other one is made from it when
     * glia_data_set_target asks for it. A class is the index of its name among the sorted different ones. */
    glia_target target;
    size_t      target_columns; /* of numbers; 1 for classes; 0 without a target */
    double     *numbers;        /* [stored][target_columns] */
    bool        yesno;          /* there are several, each 0 or 1 */
    int32_t    *classes;        /* [stored]                 */
    size_t      n_classes;
    char      **class_names;  /* [n_classes] */
    char      **target_names; /* [target_columns], or NULL */

    char  *rows_path; /* the file of rows (rows_file.h) that was made of it or found, or NULL */
    char **files;     /* [n_files]: the paths it was read from, but for those of the second part */
    size_t n_files;

    struct glia_data       *test;                     /* the second part, owned */
    const struct glia_data *base;                     /* of a view              */
    bool                    own_numbers, own_classes; /* of a view: made for it by glia_data_set_target */
};

static inline size_t glia__data_stored(const struct glia_data *d, size_t row)
{
    return d->order ? d->order[row] : row;
}
/* Whether inputs are bytes in memory, not reals. */
bool               glia__store_is_bytes(const struct glia__store *s); /* store.h */
static inline bool glia__data_is_bytes(const struct glia_data *d)
{
    return d->bytes || (d->store && glia__store_is_bytes(d->store));
}
/* The numbers of a stored row, of rows that are in memory. */
static inline const void *glia__data_row(const struct glia_data *d, size_t stored)
{
    return d->bytes ? (const void *)(d->bytes + stored * d->columns) : (const void *)(d->values + stored * d->columns);
}
/* Reads rows that are on disk into memory, for good. */
glia_status glia__data_load(struct glia_data *d);
/* What makes rows into inputs: plan.h. */
typedef struct glia__plan   glia__plan;
typedef struct glia__intake glia__intake;
/* Outputs a model of this data needs: classes or number columns. */
size_t glia__data_outputs(const struct glia_data *d);

/* Whether a number that was read is finite and within the range of a real. */
static inline bool glia__fits_real(double value)
{
    return fabs(value) <= (sizeof(real) == sizeof(float) ? (double)FLT_MAX : DBL_MAX);
}

/* For the readers and makers: a data set without rows, then its shape (GLIA_E_MEMORY if the number of its numbers
 * overflows), then whole room for the inputs where its reader does not grow them itself. */
glia_status glia__data_new(glia_data **data, const char *name);
glia_status glia__data_shape(glia_data *d, size_t rows, size_t channels, size_t height, size_t width);
glia_status glia__data_reserve(glia_data *d, bool bytes);
/* A column's name in a file: its own, or pixel0, ... for images and x1, ... for tables. */
const char *glia__data_column_label(const glia_data *d, size_t column, char label[32]);

/* For whoever opens files: d was read from this one too. Standard input is none. */
glia_status glia__data_add_file(glia_data *d, const char *path);

/* GLIA_E_FORMAT unless rows of a and of b have the same shape, kind and column names. */
glia_status glia__data_same_rows(const glia_data *a, const glia_data *b);
/* Makes `test` the second part of d, whose target both then have; d owns it, on failure too. */
glia_status glia__data_take_test(glia_data *d, glia_data *test);
/* Adds the rows of b to those of a, and b's second part, where it has one, to a's. If this fails a can only be freed.
 */
glia_status glia__data_append(glia_data *a, glia_data *b);

/* fingerprint.c: equal for data sets of equal names; of equal rows in the same order. */
uint64_t    glia__data_names_hash(const glia_data *d);
glia_status glia__data_values_hash(const glia_data *d, uint64_t *hash);

/* Frees count names and their list; NULL is fine. */
void glia__names_free(char **names, size_t count);

/* The makers of points: *known tells whether the text begins with the name of one. */
glia_status glia__generate(glia_data **data, const char *text, bool *known);
/* The generators there are, for the list of what a text can name. */
size_t             glia__generator_count(void);
const glia__named *glia__generator_at(size_t i);

#endif
