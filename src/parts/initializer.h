/* Initializers: how a tensor of parameters starts. Text: `he_uniform`, `normal:0:0.1`, `constant:0.5`. */
#ifndef GLIA_PARTS_INITIALIZER_H
#define GLIA_PARTS_INITIALIZER_H

#include "parts/layer.h"

typedef struct glia__init_class {
    glia__named named; /* settings: the colon-separated arguments, in order */
    /* Draws `count` numbers in order, as doubles. fan_in and fan_out are the layer's. */
    void (*draw)(const double *argument, glia_rng *rng, size_t fan_in, size_t fan_out, size_t count, double *out);
} glia__init_class;

/* Checks a text: GLIA_E_TEXT names what would fit. (The place is added by the caller.) */
glia_status glia__init_check(const char *text);
/* Fills `values` [count] with the text's draws, in C order of [in][out]. The text was checked. */
void   glia__init_draw(const char *text, glia_rng *rng, size_t fan_in, size_t fan_out, size_t count, double *values);
size_t glia__init_count(void);
const glia__init_class *glia__init_at(size_t i);

#endif
