/* Commands and their options. One table a command: the parser, --help and the man page all read it. */
#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#include <stddef.h>
#include <stdio.h>

#include "glia.h"

typedef enum option_type {
    OPTION_FLAG,   /* --json         -> bool               */
    OPTION_TEXT,   /* --out FILE     -> const char *       */
    OPTION_WHOLE,  /* --epochs 10    -> size_t             */
    OPTION_NUMBER, /* --holdout 0.15 -> double             */
    OPTION_YESNO,  /* --shuffle no   -> bool               */
    OPTION_BATCH,  /* --batch full   -> size_t, or GLIA_FULL_BATCH */
    OPTION_BYTES   /* --memory 2G    -> size_t             */
} option_type;

typedef struct option {
    const char *name; /* without the dashes */
    option_type type;
    size_t      offset;   /* of its field in the command's struct of options                          */
    const char *value;    /* what the help calls its value; NULL for a flag                           */
    const char *standard; /* read as a value where none is given; NULL: the field stays as it was     */
    double      least, most;
    const char *help;
} option;

/* What is said of the data, such as the columns of a table: the options that every command which reads data has. Its
 * struct of options begins with this. */
typedef struct input_options {
    const char *target, *columns, *missing, *header, *decimal, *sample_weight, *group, *time, *image;
    bool        drop_missing;
    size_t      memory;
} input_options;
/* Lines of an option table. */
/* clang-format off */
#define INPUT_OPTIONS \
    {"columns", OPTION_TEXT, offsetof(input_options, columns), "TEXT", NULL, 0, 0, \
     "what kinds columns of a table are of, as in \"age:number, city:category, id:skip\"; see `glia kinds` (default: " \
     "by their cells; of data for a model those that it learnt from, and if any is said here, all have to be)"}, \
    {"missing", OPTION_TEXT, offsetof(input_options, missing), "WORDS", NULL, 0, 0, \
     "what else says that a value is missing, as in \"-999, unknown\", beside empty cells, NA, NaN, null and ?"}, \
    {"drop-missing", OPTION_FLAG, offsetof(input_options, drop_missing), NULL, NULL, 0, 0, \
     "leave out rows in which a value is missing (default: it is filled)"}, \
    {"decimal", OPTION_TEXT, offsetof(input_options, decimal), "comma|point", NULL, 0, 0, \
     "how a table with semicolons or tabs writes numbers: 1.234,5 or 1234.5 (default: point)"}, \
    {"header", OPTION_TEXT, offsetof(input_options, header), "yes|no", NULL, 0, 0, \
     "whether the first row of a table has the names (default: by its cells)"}, \
    {"image", OPTION_TEXT, offsetof(input_options, image), "TEXT", NULL, 0, 0, \
     "what image files are made: HEIGHTxWIDTH and gray or rgb, such as \"28x28 gray\"; fit=stretch, crop or pad " \
     "(default: as the model takes them, or as they are, if all are alike)"}, \
    {"memory", OPTION_BYTES, offsetof(input_options, memory), "SIZE", "256M", 1, 1e18, \
     "how much of rows is kept in memory: bytes, or with K, M or G; of more, IDX and .npy files are read as they are " \
     "needed, and the rows of a CSV are written beside it, into FILE.csv.rows, which stays there and is used again"}
#define TARGET_OPTION \
    {"target", OPTION_TEXT, offsetof(input_options, target), "COL", NULL, 0, 0, \
     "the column to predict, by name or number from 1 (default: label, target, class or y, else the last)"}
#define INVERT_OPTION(offset) \
    {"invert", OPTION_TEXT, offset, "auto|yes|no", "auto", 0, 0, \
     "read images as negatives: no, yes, or those whose background is bright where the model learnt from dark ones, " \
     "or dark where from bright ones"}
/* clang-format on */
/* The same as the library takes it. */
glia_data_options input_options_of(const input_options *o);

typedef struct command command;
struct command {
    const char        *name;
    const char        *words;   /* "MODEL DATA": what stands beside the options, one name a word */
    const char        *summary; /* one line */
    const char        *about;   /* more, or NULL */
    const option      *options; /* ends with a NULL name */
    const char *const *examples;
    size_t             least, most; /* words */
    int (*run)(const command *self, int argc, char **argv);
};
#define WORDS_MOST 2

/* Each in its own file; those of list.c are in list.h. */
extern const command train_command, eval_command, predict_command, show_command, doctor_command, data_command,
    check_command, trace_command, man_command;

/* Every command, and how many. */
extern const command *const commands[];
extern const size_t         commands_count;
const command              *command_find(const char *name); /* or NULL */

/* Reads argv[0..argc), which begins after the command's name, into `options` (the command's struct) and words[].
 * Returns true to go on. Otherwise help was printed or something is wrong, and *code is the exit code. */
bool options_read(const command *self, int argc, char **argv, void *options, const char *words[WORDS_MOST], int *code);

/* The name nearest to `word` among `count` names, or NULL if none is near enough to be meant. */
const char *nearest_name(const char *word, const char *(*name)(const void *list, size_t i), const void *list,
                         size_t count);

#endif
