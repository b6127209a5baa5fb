/* How a look puts things. A complaint is a row of a table: its kind, its condition, what to do about it. Where a
 * threshold stands there, docs/data.md says why. */
#ifndef GLIA_DATA_LOOK_SAYS_H
#define GLIA_DATA_LOOK_SAYS_H

#include "data/look/look.h"
#include "ground/say.h"

typedef struct glia__look_complaint {
    const char *kind; /* NULL ends a table */
    /* Whether it holds; then severity, value and `what` are set, and column, rows and cure where they are to say more.
     */
    bool (*holds)(const glia__look *l, glia_data_finding *f);
    const char *cure;
} glia__look_complaint;
extern const glia__look_complaint glia__look_complaints_of_columns[], glia__look_complaints_of_targets[],
    glia__look_complaints_of_rows[], glia__look_complaints_of_words[];

static inline void glia__look_finding(glia_data_finding *f, double severity, double value)
{
    f->severity = severity;
    f->value = value;
}

#define CELL(c, value) glia__look_text(c, value, (char[64]){0})
/* "s" but for one. */
#define S(count) ((count) == 1 ? "" : "s")

/* Which columns a complaint is about: how many, and the worst, by a measure that is 0 for those that are fine. */
typedef double glia__look_measure(const glia__look *l, const glia__look_column *c);
typedef struct glia__look_list {
    size_t                   count;
    const glia__look_column *worst; /* the first of equals; NULL if there is none */
    double                   most;
} glia__look_list;
glia__look_list glia__look_list_of(const glia__look *l, glia__look_measure *of);
/* Their names: `"a", "b", "c" and 4 more`; each as `tell` tells it, NULL: by its label alone. */
enum { GLIA__LOOK_NAMES = 240 };
#define NAMES(l, of, tell) glia__look_names(l, of, tell, (char[GLIA__LOOK_NAMES]){0})
typedef void glia__look_tell(const glia__look *l, const glia__look_column *c, char text[GLIA__LOOK_NAMES]);
const char  *glia__look_names(const glia__look *l, glia__look_measure *of, glia__look_tell *tell,
                              char text[GLIA__LOOK_NAMES]);

/* The same, one by one, in so many characters: a list that is zero at first. */
typedef struct glia__look_items {
    size_t length, count, told;
    char   text[GLIA__LOOK_NAMES];
} glia__look_items;
void        glia__look_items_add(glia__look_items *items, const char *item, size_t room);
const char *glia__look_items_text(glia__look_items *items); /* their text */
/* Where a sentence is about one column, and there are others: adds them in the room that it leaves, then ends it with
 * `; the same goes for "a", "b"`. */
void glia__look_items_other(const glia_data_finding *f, glia__look_items *others, const char *label);
void glia__look_items_tell(glia_data_finding *f, glia__look_items *others);

/* Options for a shell that name a column, by its number where the name is none or too long: `--time "day"`, and
 * `--columns "day:date dmy"`. */
enum { GLIA__LOOK_OPTION = 64 };
#define OPTION(option, of) glia__look_option(option, of, (char[GLIA__LOOK_OPTION]){0})
#define COLUMNS(of, kind) glia__look_columns(of, kind, (char[GLIA__LOOK_OPTION]){0})
const char *glia__look_option(const char *option, const glia__column *of, char text[GLIA__LOOK_OPTION]);
const char *glia__look_columns(const glia__column *of, const char *kind, char text[GLIA__LOOK_OPTION]);
/* As in the columns that are read: "day" in quotes, or column 3. */
#define LABEL(of) glia__look_label(of, (char[96]){0})
const char *glia__look_label(const glia__column *of, char text[96]);

/* The cure of columns that are better left out, and when they are not: the command, with the name of the worst. */
void glia__look_cure_skip(glia_data_finding *f, const glia__look_list *list, const char *unless);

#endif
