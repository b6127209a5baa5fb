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
 * GLIA_E_NONFINITE names the first number that is not finite in a real. (The path is the caller's to say.) With NULL
 * they are only looked at. */
glia_status glia__tensors_reals(const glia__tensors *t, const glia__tensor *tensor, real *values);
/* Where its numbers stand in the file, if they are reals as memory has them; NULL: they have to be read. */
const real *glia__tensors_in_place(const glia__tensors *t, const glia__tensor *tensor);

/* What a tensor that is written holds. */
typedef enum glia__numbers {
    GLIA__REALS = 0, /* real, F32 (F64 in the double build); all finite */
    GLIA__REALS_ANY, /* the same, infinite and NaN too                  */
    GLIA__DOUBLES,   /* double, F64, any                                */
    GLIA__WORDS      /* uint32_t, U32                                   */
} glia__numbers;
/* values[tensor->count] = the same bits as were written; GLIA_E_FORMAT if the tensor is of another type. */
glia_status glia__tensors_exact(const glia__tensors *t, const glia__tensor *tensor, glia__numbers type, void *values);
const char *glia__numbers_name(glia__numbers type); /* "F32" */
size_t      glia__numbers_size(glia__numbers type); /* in bytes */
/* "[128, 784]", and "[3][17]": where number i of a tensor is. */
enum { GLIA__SHAPE_TEXT = 24 * GLIA__TENSOR_RANK_MOST, GLIA__INDEX_TEXT = GLIA__SHAPE_TEXT };
const char *glia__tensor_shape_text(char text[GLIA__SHAPE_TEXT], const size_t *shape, int rank);
const char *glia__tensor_index_text(char text[GLIA__INDEX_TEXT], const size_t *shape, int rank, size_t i);

/* Writes tensors in the order given, and __metadata__ before them. The bytes follow from the arguments alone.
 * GLIA_E_NONFINITE names the first number that should be finite and is not, before anything is written. */
typedef struct glia__tensor_out {
    const char   *name;
    glia__numbers type;
    int           rank;
    size_t        shape[GLIA__TENSOR_RANK_MOST];
    const void   *values; /* C order */
} glia__tensor_out;
typedef struct glia__meta {
    const char *key, *value; /* UTF-8 */
} glia__meta;
glia_status glia__tensors_write(const char *path, const glia__tensor_out *tensor, size_t count, const glia__meta *meta,
                                size_t metas);
/* The same; the file that is replaced stays as PATH.previous, and a hash of the whole, with zeros for its digits, is in
 * __metadata__. */
#define GLIA__SEAL "hash"
enum { GLIA__SEAL_DIGITS = 16 };
glia_status glia__tensors_replace(const char *path, const glia__tensor_out *tensor, size_t count,
                                  const glia__meta *meta, size_t metas);
/* GLIA_E_FORMAT unless the file's hash is there, and right. */
glia_status glia__tensors_check_seal(glia__tensors *t);
/* Between the two: its place in a header (NULL: there is none), and its text. */
char *glia__seal_place(char *header, size_t n);
void  glia__seal_text(uint64_t hash, char text[GLIA__SEAL_DIGITS + 1]);

/* --- blocks.c: tensors that are collected, and taken one by one --- */
enum { GLIA__TENSOR_NAME = 96 };
typedef struct glia__tensor_list {
    glia__tensor_out *tensor; /* names are the list's; so are the numbers of blocks */
    size_t            count, room;
    real            **block;
    size_t            blocks, block_room;
} glia__tensor_list;
glia_status glia__tensor_list_add(glia__tensor_list *list, const glia__tensor_out *tensor); /* its values stay put */
/* A block laid out as m's parameters: "PREFIX.0.weight" and so on, with any numbers; without a prefix (NULL) a model's
 * own tensors, which have to be finite. */
glia_status glia__tensor_list_block(glia__tensor_list *list, const glia_model *m, const char *prefix,
                                    const real *block);
void        glia__tensor_list_clear(glia__tensor_list *list);

/* The tensors of a file of which each has to be taken once. */
typedef struct glia__taken {
    const glia__tensors *from;
    bool                *is; /* [from->count] */
} glia__taken;
glia_status glia__taken_new(glia__taken *taken, const glia__tensors *from);
void        glia__taken_clear(glia__taken *taken);
/* GLIA_E_FORMAT if it is missing, or of another type or shape. */
glia_status glia__take(glia__taken *taken, const char *name, glia__numbers type, int rank, const size_t *shape,
                       void *values);
glia_status glia__take_block(glia__taken *taken, const glia_model *m, const char *prefix, real *block);
glia_status glia__taken_all(const glia__taken *taken); /* GLIA_E_FORMAT names the first that was not */

/* record.c: the training record as a JSON object, the caller's: what is equal in every run of the same training. */
typedef struct glia__trained { /* what a run trained with */
    const char   *loss;
    size_t        rows, batch;
    const double *prior; /* [n_prior]: see glia_model_prior */
    size_t        n_prior;
} glia__trained;
glia_status glia__record_write(char **record, const glia_model *m, const glia_fit_options *o, const glia__trained *t);
/* The prior in a model's record, (*prior)[*count], the caller's; NULL where the record has none that fits the model. */
glia_status glia__record_prior(const glia_model *m, double **prior, size_t *count);
/* By glia_norm, as files tell it: "inf". */
extern const char *const glia__norm_names[];

#endif
