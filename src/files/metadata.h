/* What a model file says beside its tensors: the texts in __metadata__ (docs/files.md). */
#ifndef GLIA_FILES_METADATA_H
#define GLIA_FILES_METADATA_H

#include "files/files.h"

/* All texts of a model: a list, the caller's. GLIA_E_SHAPE if the model does not hold together. */
glia_status glia__metadata_write(const glia_model *m, glia__meta **meta, size_t *metas);
void        glia__metadata_free(glia__meta *meta, size_t metas);

/* The key that a checkpoint has, and a model has not. */
#define GLIA__CHECKPOINT "glia_checkpoint"
glia_status glia__metadata_no_checkpoint(const glia__tensors *t);

/* What a model is made from. */
typedef struct glia__outline {
    const char *net;                     /* belongs to the file */
    size_t      channels, height, width; /* of a row */
    size_t      numbers;                 /* in it    */
    uint32_t    seed;
} glia__outline;
glia_status glia__metadata_outline(const glia__tensors *t, glia__outline *outline);
/* Sets all the rest in a model of that outline. */
glia_status glia__metadata_read(const glia__tensors *t, glia_model *m);

#endif
