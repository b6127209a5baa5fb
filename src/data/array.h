/* An array in a file: IDX and NumPy's .npy each tell in a header of their own which numbers follow; how these become a
 * data set is the same for both.
 *
 * The first dimension counts rows. A row of rank 2 or 3 is an image, height x width or channels x height x width. Bytes
 * stay bytes; other types become reals. What a header promises is compared with the size of the file before anything is
 * allocated; where that size is not known (gzip, a pipe) or not believed yet (a deflated member of a .npz), memory
 * grows with what was really read. */
#ifndef GLIA_DATA_ARRAY_H
#define GLIA_DATA_ARRAY_H

#include "data/source.h"

enum { GLIA__RANK_MOST = 4 };

/* What a number's bits mean, by NumPy's letter for the kind: b bool, i and u whole, f floating. */
typedef struct glia__element {
    char   kind;
    size_t size; /* bytes */
    double (*value)(uint64_t bits);
} glia__element;

typedef struct glia__array {
    glia__source        *source; /* at the first number */
    const glia__element *element;
    bool                 little;        /* the lowest byte of a number comes first       */
    bool                 fortran;       /* the first dimension is the fastest, not the last */
    bool                 channels_last; /* an image is height x width x channels         */
    size_t               rank, dim[GLIA__RANK_MOST];
    size_t               rank_at, dim_at[GLIA__RANK_MOST]; /* the bytes of the file that tell them */
    size_t               header, items, bytes;             /* bytes of the header; numbers, and their bytes */
} glia__array;

/* NULL if there is no such type. */
const glia__element *glia__element_find(char kind, size_t size);

/* Reads the header of IDX or .npy, which its first bytes tell apart. */
glia_status glia__array_open(glia__array *a, glia__source *source);
/* Whether the stream is one of them. */
bool glia__array_fits(const glia__source *s);

/* For those who read headers: sees to items and bytes, and that they are what the file has. */
glia_status glia__array_measure(glia__array *a);
/* Puts the place before the current sentence; GLIA_E_FORMAT. */
glia_status glia__array_at(const glia__array *a, size_t byte);
/* The file ends at byte `end` and should have had `promised`. */
glia_status glia__array_ends(const glia__array *a, size_t end, size_t promised);

bool glia__array_is_bytes(const glia__array *a);
/* v[n]: numbers as they stand in the file. */
void glia__array_decode(const glia__array *a, const unsigned char *raw, size_t n, double *v);

/* Makes a data set of the numbers that follow; rows that are more than options->memory stay where they are (store.h).
 * The target is `targets`, one number a row or several; or, where that is NULL, the column of a table that
 * options->target numbers. */
glia_status glia__array_read(glia_data **data, const glia__array *inputs, const glia__array *targets,
                             const glia_data_options *options);

/* idx.c, npy_read.c: the headers. */
bool        glia__idx_fits(const glia__source *s);
glia_status glia__idx_header(glia__array *a);
bool        glia__npy_fits(const glia__source *s);
glia_status glia__npy_header(glia__array *a);

/* array_turn.c: from the file's order to that of a data set. Numbers first .. first + n - 1 of a file in Fortran order,
 * `from`, go to their rows in a block of such numbers of `size` bytes; then rows that are images are turned where they
 * lie. */
void glia__array_scatter(const glia__array *a, void *block, size_t columns, const void *from, size_t first, size_t n,
                         size_t size);
glia_status glia__array_turn(const glia__array *a, void *block, size_t size);
/* Whether there is something to turn; and one row of those that are not in Fortran order. */
bool glia__array_is_turned(const glia__array *a);
void glia__array_turn_row(const glia__array *a, const void *from, void *to, size_t size);
/* channels, height and width of a row */
void glia__array_shape(const glia__array *a, size_t shape[3]);

#endif
