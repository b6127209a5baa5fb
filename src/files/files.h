/* A model in a file: the safetensors container (safetensors.c), the model in it (model_file.c, metadata.h), the record
 * of its training (record.c). */
#ifndef GLIA_FILES_FILES_H
#define GLIA_FILES_FILES_H

#include "model/model.h"

enum { GLIA__TENSOR_RANK_MOST = 8 };

struct json_t;
struct glia__dtype;

typedef struct glia__tensor {
    const char               *name;
    const char               *dtype_name;
    const struct glia__dtype *dtype; /* NULL: one that this reader does not know */
    int                       rank;
    size_t                    shape[GLIA__TENSOR_RANK_MOST];
    size_t                    count;      /* numbers */
    size_t                    begin, end; /* bytes within the data */
} glia__tensor;

/* An opened file: its header checked by every rule of the format, its data in memory. */
typedef struct glia__tensors {
    struct json_t       *header; /* owns all names and __metadata__ */
    glia__tensor        *tensor; /* in the order of their data */
    size_t               count;
    unsigned char       *bytes; /* the whole file */
    size_t               n_bytes;
    const unsigned char *data; /* within it */
} glia__tensors;

/* Errors: GLIA_E_OPEN, GLIA_E_FORMAT (with path and byte or tensor), GLIA_E_MEMORY; t is then cleared. */
glia_status         glia__tensors_open(glia__tensors *t, const char *path);
void                glia__tensors_clear(glia__tensors *t);
const glia__tensor *glia__tensors_find(const glia__tensors *t, const char *name); /* NULL if absent */
/* The text under a key of __metadata__, NULL if absent. */
const char *glia__tensors_meta(const glia__tensors *t, const char *key);
/* values[tensor->count] = the numbers of a tensor of F64, F32, F16 or BF16. GLIA_E_FORMAT for other types;
 * GLIA_E_NONFINITE names the first number that is not finite in a real. (The path is the caller's to say.) */
glia_status glia__tensors_reals(const glia__tensors *t, const glia__tensor *tensor, real *values);

/* Writes F32 tensors (F64 in the double build), in the order given, and __metadata__ before them. The bytes follow from
 * the arguments alone. GLIA_E_NONFINITE names the first number that is not finite, before anything is written. */
typedef struct glia__tensor_out {
    const char *name;
    int         rank;
    size_t      shape[GLIA__TENSOR_RANK_MOST];
    const real *values; /* C order */
} glia__tensor_out;
typedef struct glia__meta {
    const char *key, *value; /* UTF-8 */
} glia__meta;
glia_status glia__tensors_write(const char *path, const glia__tensor_out *tensor, size_t count, const glia__meta *meta,
                                size_t metas);

/* record.c: the training record as a JSON object, the caller's: what is equal in every run of the same training. */
glia_status glia__record_write(char **record, const glia_model *m, const glia_fit_options *o, const char *loss,
                               size_t rows, size_t batch);

#endif
