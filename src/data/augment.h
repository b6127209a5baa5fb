/* Augmentation: images changed by chance while batches are made, so that no epoch shows the same ones. What is done is
 * a list of phrases in the language of ground/settings.h, in the order written; formulas are in docs/data.md. */
#ifndef GLIA_DATA_AUGMENT_H
#define GLIA_DATA_AUGMENT_H

#include "data/data.h"
#include "data/warp.h"

/* What a text says for images of one shape, and the room that `workers` need to do it side by side. */
typedef struct glia__augment glia__augment;

/* `bytes`: values are 0..255 and stay so, and a unit of noise or brightness is 255; else it is 1, without limits.
 * Errors: GLIA_E_TEXT with the place, also where an amount does not suit the shape; GLIA_E_MEMORY. */
glia_status glia__augment_new(glia__augment **augment, const char *text, const glia__extent *extent, bool bytes,
                              unsigned workers);
void        glia__augment_free(glia__augment *a);

/* Changes image[channels][height][width], in the data's own values, as chance has it for row `row` of the batch. Called
 * by the workers of a step: allocates nothing, cannot fail; what it does depends on no worker. */
void glia__augment_image(const glia__augment *a, unsigned worker, const glia__chance *chance, size_t row, real *image);

/* The kinds there are. */
size_t             glia__augment_count(void);
const glia__named *glia__augment_at(size_t i);

#endif
