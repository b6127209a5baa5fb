/* Targets: a column of them as it is read, and what is done with whole lists of classes. */
#ifndef GLIA_DATA_TARGET_H
#define GLIA_DATA_TARGET_H

#include "data/data.h"
#include "data/words.h"

/* A target column while it is read: numbers as long as all are numbers, classes once a word came. Zero-initialise. */
typedef struct glia__labels {
    size_t      rows;
    double     *numbers;
    int32_t    *classes; /* of each row: its word's number in `words` */
    size_t      numbers_room, classes_room;
    glia__words words;
    bool        has_words;
} glia__labels;

glia_status glia__labels_add_number(glia__labels *l, double value);
glia_status glia__labels_add_word(glia__labels *l, const char *text, size_t n);
/* Hands the column to d, whose target it becomes: classes if any is a word, if all are whole numbers with at most 20
 * different ones, or if the caller knows that they are classes; else numbers. Clears l, on failure too. */
glia_status glia__labels_finish(glia__labels *l, bool known_classes, glia_data *d);
/* The same of several columns, which all have to be numbers, or yes or no each. */
glia_status glia__labels_finish_several(glia__labels *l, size_t count, glia_data *d);
void        glia__labels_clear(glia__labels *l);

/* d gets a copy of the classes [stored], 0 .. n-1, which are named by their numbers. */
glia_status glia__target_classes(glia_data *d, const int32_t *classes, size_t n);
/* d takes the numbers [stored][columns]. */
void glia__target_numbers(glia_data *d, double *numbers, size_t columns);

/* Makes the targets of a and b the same in kind, and their lists of classes one list. GLIA_E_FORMAT if they cannot be.
 */
glia_status glia__targets_unite(glia_data *a, glia_data *b);
/* The same, and then adds the targets of b's rows to those of a. */
glia_status glia__targets_append(glia_data *a, glia_data *b);

#endif
