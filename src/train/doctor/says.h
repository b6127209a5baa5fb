/* How the doctor puts things: pieces of sentences, and what the complaints share.
 *
 * A complaint is a row of a table: its kind, its condition, what to do about it. The tables are those of
 * says_data.c, says_net.c and says_run.c; where a threshold stands there, docs/doctor.md says why.
 */
#ifndef GLIA_TRAIN_DOCTOR_SAYS_H
#define GLIA_TRAIN_DOCTOR_SAYS_H

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "ground/say.h"
#include "train/doctor/doctor.h"

typedef struct glia__complaint {
    const char *kind; /* NULL ends a table */
    /* Whether it holds; then severity, value and `what` are set, and layer and cure where they are to say more. */
    bool (*holds)(const glia__doctor *d, glia_finding *f);
    const char *cure;
} glia__complaint;
extern const glia__complaint glia__complaints_of_data[], glia__complaints_of_net[], glia__complaints_of_run[];

/* ---- pieces of sentences --------------------------------------------------------------------------------------- */

/* As those of ground/say.h. */
#define LAYER(l) glia__say_layer((char[64]){0}, l)
#define COLUMN(d, i) glia__say_column((char[96]){0}, d, i)
#define WORTH(d) glia__say_worth((char[128]){0}, d)
const char *glia__say_layer(char text[64], const glia__layer *l);                  /* "layer 3 (relu)" */
const char *glia__say_column(char text[96], const glia__doctor *d, size_t column); /* an input: "column 3 (age)" */
/* "accuracy 10 %, where always naming the most frequent class gives 10.2 %" */
const char *glia__say_worth(char text[128], const glia__doctor *d);

/* What is measured of each layer, to find the worst. */
typedef double      glia__measure(const glia__doctor *d, const glia__vitals *v);
const glia__vitals *glia__worst_layer(const glia__doctor *d, glia__measure *of);
/* "; likewise layers 2, 4": those besides the worst that have at least so much. "" if there are none. */
#define OTHERS(of, least, worst) glia__say_others(d, of, least, worst, (char[128]){0})
const char *glia__say_others(const glia__doctor *d, glia__measure *of, double least, const glia__layer *worst,
                             char text[128]);

/* ---- findings -------------------------------------------------------------------------------------------------- */

static inline void glia__finding_set(glia_finding *f, double severity, double value)
{
    f->severity = severity;
    f->value = value;
}

/* What to do about the rate: what the range test suggests, if it does. */
void glia__finding_suggest(const glia__doctor *d, glia_finding *f, const char *otherwise);

static inline bool glia__has_classes(const glia__doctor *d)
{
    return d->p.train->target == GLIA_TARGET_CLASSES;
}

#endif
