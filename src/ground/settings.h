/* Settings: the small language of `name positional key=value ...` that nets, optimizers, schedules, losses and
 * generators share. A table says what there is; parsing, help, printing and errors follow from it. */
#ifndef GLIA_GROUND_SETTINGS_H
#define GLIA_GROUND_SETTINGS_H

#include "ground/status.h"
#include "ground/text.h"

typedef enum glia__setting_type {
    GLIA__WHOLE,  /* 12            -> .whole           */
    GLIA__NUMBER, /* 0.1           -> .number          */
    GLIA__YESNO,  /* yes / no      -> .yes             */
    GLIA__WORD,   /* one of choices, or any word if there are none -> .word */
    GLIA__SHAPE,  /* 1x28x28       -> .shape, .rank    */
    GLIA__SPAN,   /* 10, 500s, 5%  -> .number, .unit ('e' epochs, 's' steps, '%') */
    GLIA__LABELS, /* @a@b          -> .word, "@a@b"; may stand bare, and as several words: @a @b */
    GLIA__NUMBERS /* 1:2.5:4, or 3 -> .list, .count    */
} glia__setting_type;

typedef struct glia__setting {
    const char        *name;
    glia__setting_type type;
    const char        *standard;    /* its text when not given; NULL: must be given; "": nothing (given == false) */
    double             least, most; /* inclusive, for all numbers in the value; both 0: no limits */
    bool               positional;  /* takes the next bare value; of LABELS: takes bare labels */
    const char        *choices;     /* WORD: "mean|sum|rows", else NULL */
    const char        *help;
} glia__setting;

#define GLIA__SETTINGS_MOST 20
#define GLIA__LIST_MOST 32
typedef struct glia__value {
    bool   given; /* in the text; false for a default */
    size_t whole;
    double number;
    bool   yes;
    char   word[64];
    size_t shape[4];
    int    rank;
    char   unit;
    double list[GLIA__LIST_MOST];
    size_t count;
} glia__value;

/* One thing that a text can name. Classes (of layers, losses, ...) begin with this. */
typedef struct glia__named {
    const char          *name;
    const char          *help;
    const glia__setting *settings; /* ends with a NULL name */
    const glia__setting *common;   /* those that all of its kind have, after its own; NULL: none */
} glia__named;

/* Of what has none. */
extern const glia__setting glia__no_settings[];

/* Where a text is, for sentences: `what` is "net", "optimizer", ... Errors read
 * `net:1:12: dense: "untis" is not a setting; it has units, bias, init, bias_init`.
 * A NULL `what`: no place is said, as the caller adds it. */
typedef struct glia__text_at {
    const char *what;
    const char *text; /* the whole text  */
    const char *end;  /* the end of it   */
} glia__text_at;

/* A list of phrases: they are separated by commas or newlines, and # starts a comment that ends with its line. */
typedef struct glia__phrase {
    const char *begin, *end;   /* without comment and outer blanks; a newline is one where a comma could be */
    char        before, after; /* the separators; zero-initialise before the first                          */
} glia__phrase;
/* The next phrase at *at, which moves on; false at the end. */
bool glia__phrase_next(const char **at, const char *end, glia__phrase *p);

/* A phrase is one `name value key=value`, in [begin, end) within at->text; its words end at white space.
 *
 * Finds the name that begins the phrase among `names`. *which gets its index, *rest the place after the name. */
glia_status glia__phrase_name(const glia__text_at *at, const char *begin, const char *end,
                              const glia__named *const *names, size_t count, const char *kind /* "layer" */,
                              size_t *which, const char **rest);
/* Reads the settings of `named` from [begin, end) into values[GLIA__SETTINGS_MOST], defaults included. A bare value
 * goes to the next positional setting that has none yet. */
glia_status glia__phrase_settings(const glia__text_at *at, const char *begin, const char *end, const glia__named *named,
                                  glia__value *values);
/* Both, for a text that is one phrase. */
glia_status glia__phrase_read(const char *what, const char *kind, const char *text, const glia__named *const *names,
                              size_t count, size_t *which, glia__value *values);
/* Appends the settings that differ from their standard, positional ones bare: ` 128 bias=no`. */
void glia__phrase_print(glia__string *s, const glia__named *named, const glia__value *values);
/* Its own, then the common ones: so they are numbered in `values`. */
size_t               glia__settings_count(const glia__named *named);
const glia__setting *glia__setting_at(const glia__named *named, size_t i); /* NULL past the end */

/* Whether a user may call a `kind` of his own `name`: lower-case letters, digits and _, fewer than GLIA__NAME_MOST, and
 * not one of `names`. GLIA_E_ARG says why not. */
#define GLIA__NAME_MOST 32
glia_status glia__name_check(const char *name, const glia__named *const *names, size_t count, const char *kind);

#endif
