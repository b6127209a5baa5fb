/* The data that a command of a trained model works on. */
#ifndef CLI_SOURCE_H
#define CLI_SOURCE_H

#include "options.h"

typedef struct source {
    glia_model      *model;
    glia_data       *whole;
    const glia_data *part; /* the second part of `whole` if it has two, else `whole` */
} source;

/* Opens the model; then rows for it. What `input` leaves out is as the model learnt it: the target column; the column
 * of weights, which is no input, if the data have it; and the kinds of the other columns. source_open_rows reads
 * targets, as the model takes them, only for their `truth`, and where they are; source_open_judged needs them. "-" is
 * standard input. `invert` is auto, yes or no: whether negatives are turned, which is then said; NULL: they are not.
 * All return an exit code after a sentence, and source_close cleans up. */
int  source_open_model(source *s, const char *model);
int  source_open_rows(source *s, const char *data, const input_options *input, bool truth, const char *invert);
int  source_open_judged(source *s, const char *model, const char *data, const input_options *input, const char *invert);
void source_close(source *s);

/* "low, high": the names of what the model predicts, as an option's text; NULL where there are none. The caller's. */
char *source_targets(const glia_model *model);
/* How data are opened for a model; `image` is room for a text that they point to. */
glia_data_options source_options_of(const glia_model *model, const input_options *input, char image[64]);
/* Opens rows to test: their target, their weights and the kinds of their columns are those of the training rows,
 * wherever they stand; weights, groups and times they may lack. `options`: those that the training rows were opened
 * with. */
glia_status source_open_like(glia_data **test, const char *text, const glia_data *train, glia_data_options options);

/* Tells on stderr that the rows of a table are in a file, if they are. */
void source_tell_rows(const glia_data *data, const char *text);

/* The size and colour of images that a model takes, as an image text in text[64]; NULL if they are not known. */
const char *source_image(const glia_model *model, char text[64]);
/* Whether a word says how to invert; if not, a sentence is said. */
bool source_knows_invert(const char *word);

#endif
