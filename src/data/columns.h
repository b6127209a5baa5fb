/* The columns of a table from a file, and the text that says of what kinds they are. */
#ifndef GLIA_DATA_COLUMNS_H
#define GLIA_DATA_COLUMNS_H

#include "data/date.h"
#include "data/kinds.h"
#include "data/words.h"

/* A column as it was read. Its values are in the stored rows from `slot` on; a missing one is NaN. */
typedef struct glia__column {
    char       *name; /* "" without one */
    glia__kind  kind;
    size_t      number;  /* in the file, from 0 */
    size_t      slot;    /* GLIA_NO_COLUMN for what is not read */
    size_t      missing; /* rows without a value                */
    glia__words words;   /* of kinds that are words: number -> word */
} glia__column;
void glia__columns_free(glia__column *columns, size_t count);

/* --- guess.c --- */
/* How many of some words are dates, or dates with a time of day, in the order of day, month and year in which the most
 * are; of equals the first. */
typedef struct glia__dates {
    size_t           count;
    glia_kind        which;
    glia__date_order order;
    bool             most;   /* nine words in ten are */
    bool             either; /* the day may come first, or the month */
    const char      *first;  /* of those that are; NULL: none */
} glia__dates;
glia__dates glia__words_dates(const glia__words *words);
/* What a text says of a column of such: "date dmy". */
const char *glia__dates_kind(const glia__dates *dates);

/* What a text says of columns: `age:number, "a, b":category hash=32, *:skip`. An entry is a column's name, or its
 * number from 1, a colon and a kind; a name in quotes may hold commas and colons, and a quote as "". */
typedef struct glia__told {
    glia__words names;
    glia__kind *kind; /* [names.count] */
    size_t      room;
    bool       *used;    /* [names.count] */
    bool        by_name; /* a column's number stands for none */
    glia__kind  rest;    /* of every other column */
    bool        has_rest;
} glia__told;
/* NULL: nothing. Errors: GLIA_E_TEXT with the place, GLIA_E_MEMORY; it has to be cleared in any case. */
glia_status glia__told_read(glia__told *t, const char *text);
void        glia__told_clear(glia__told *t);
/* What was told of a column, by its name or its number from 0; NULL: nothing. */
const glia__kind *glia__told_find(glia__told *t, const char *name, size_t number);
/* The first name that no column had, or NULL. */
const char *glia__told_unused(const glia__told *t);

/* The next name of `a, "b, c"`, which replaces what is in `name`; *more is false at the end. GLIA_E_TEXT with the
 * place. */
glia_status glia__column_next(const glia__text_at *where, const char **at, glia__string *name, bool *more);

/* Whether a name needs no quotes in such a text. */
bool glia__column_is_plain(const char *name);
/* A name, in quotes where it needs them. */
void glia__column_print_name(const char *name, glia__string *text);
/* `name:kind`, behind a comma where there is something before it. */
void glia__column_print(const char *name, size_t number, const glia__kind *kind, glia__string *text);

#endif
