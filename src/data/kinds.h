/* The kinds of columns a table can have: how a cell is read, and what a net gets in its place. One table, a row a kind.
 *
 * A column of a plan is what was learnt of a column from the training rows: what stands in for a gap, which words there
 * are, from which day time is counted. Its inputs are the numbers that the net gets for it. */
#ifndef GLIA_DATA_KINDS_H
#define GLIA_DATA_KINDS_H

#include "data/data.h"
#include "data/words.h"
#include "ground/real.h"
#include "ground/settings.h"

enum { GLIA__KINDS = GLIA_KIND_SKIP + 1, GLIA__SLOTS_OF_KIND = 2 };

typedef enum glia__fill { GLIA__FILL_MEDIAN = 0, GLIA__FILL_MEAN, GLIA__FILL_ZERO } glia__fill;

/* What a column is, as a text can say it: `category hash=32`. Zero: a number. */
typedef struct glia__kind {
    glia_kind which;
    unsigned  fill;  /* number: glia__fill                                    */
    unsigned  order; /* date: glia__date_order                                */
    size_t    hash;  /* category: so many places, by hash; 0: a place a word  */
    size_t    rare;  /* category: words of fewer rows share a place; SIZE_MAX: by the number of rows */
    char *words; /* ordinal: its words, the least first, as `low < middle < high`; NULL: in their own order. Owned */
} glia__kind;

void        glia__kind_clear(glia__kind *k);
glia_status glia__kind_copy(const glia__kind *from, glia__kind *to);
/* Reads a phrase in [begin, end) within where->text; GLIA_E_TEXT with the place. */
glia_status glia__kind_read(const glia__text_at *where, const char *begin, const char *end, glia__kind *k);
/* The words of an ordinal's order, the least first. GLIA_E_TEXT: one is missing, or stands there twice. */
glia_status glia__kind_words(const glia__kind *k, glia__words *words);
void        glia__kind_print(const glia__kind *k, glia__string *text);

/* The numbers of a cell, which is not missing; false if it is none of the kind. Not for words. */
bool glia__kind_cell(const glia__kind *k, const char *text, const char *end, double value[GLIA__SLOTS_OF_KIND]);
/* The cell's text from its numbers. */
void   glia__kind_text(const glia__kind *k, const double *value, glia__string *text);
size_t glia__kind_slots(const glia__kind *k);    /* numbers of a stored row: 0 for what is not read */
bool   glia__kind_is_words(const glia__kind *k); /* its number is that of a word in a list */
bool   glia__yesno_read(const char *text, const char *end, double *yes);

typedef struct glia__plan_column {
    char       *name; /* "" without one */
    glia__kind  kind;
    double      stand_in[GLIA__SLOTS_OF_KIND]; /* for a gap: a value as cells have it; of words their place */
    size_t      missing;                       /* gaps among the training rows      */
    bool        gap;                           /* an input says whether there is one */
    double      origin;                        /* date: the first day                */
    glia__words words;                         /* in the order of their places */
    bool        other;                         /* a place for rare and unseen words */
    size_t      at, width;                     /* its inputs among the plan's       */
} glia__plan_column;

/* The inputs of a column, without the one of its gap. */
size_t glia__kind_inputs(const glia__plan_column *c);
/* x[inputs] from a value, which is a cell's, or of words a place: -1 is none of them. */
void glia__kind_encode(const glia__plan_column *c, const double *value, real *x);
/* Input i, the gap's included: its name is added to `name`; whether it is 0 or 1, or as bounded, and not to be scaled.
 */
void glia__plan_input_name(const glia__plan_column *c, size_t i, glia__string *name);
bool glia__plan_input_is_flag(const glia__plan_column *c, size_t i);
/* The place of a word, and of one that is not among the column's own: -1 is none, NaN as good as missing. */
double glia__plan_place(const glia__plan_column *c, const char *word);
double glia__plan_unknown(const glia__plan_column *c, const char *word);

/* The kinds there are. */
const glia__named *glia__kind_at(size_t i);

#endif
