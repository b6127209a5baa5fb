/* Scaling of inputs and of number targets: x' = (x - shift) / scale, by column or one for all. Fitted on training rows.
 */
#ifndef GLIA_DATA_SCALE_H
#define GLIA_DATA_SCALE_H

#include "data/augment.h"
#include "data/data.h"

typedef enum glia__scale_how {
    GLIA__SCALE_NONE = 0,
    GLIA__SCALE_UNIT,
    GLIA__SCALE_STANDARD,
    GLIA__SCALE_MINMAX
} glia__scale_how;

/* name and help of each, by glia__scale_how; and where one pair serves all columns, that pair */
typedef struct glia__scale_class {
    const char *name, *help;
    double      shift, scale;
} glia__scale_class;
extern const glia__scale_class glia__scales[];
extern const size_t            glia__scales_count;

/* All zero is a scaler too, of how none. */
typedef struct glia__scaler {
    glia__scale_how how;
    size_t          columns; /* pairs of shift and scale; 0 where one pair serves all: none (0, 1), unit (0, 255) */
    double         *shift, *scale;           /* [columns] */
    real           *real_shift, *real_scale; /* the same, as batches are made with them */
} glia__scaler;

/* Replaces *s, which is zeroed or a scaler, by one of what the intake gives; what is a flag stays as it is. NULL text:
 * the default for the data (unit for bytes, standard for tables read from a file or generated, none from memory).
 * GLIA_E_TEXT names what would fit. */
glia_status glia__scaler_fit(glia__scaler *s, const char *text, const glia__intake *train);
/* Standardisation of number targets ([target_columns] pairs). */
glia_status glia__scaler_fit_targets(glia__scaler *s, const glia_data *train);
/* Replaces *s by one whose pairs are known, such as from a model file; they are copied. GLIA_E_FORMAT for a number that
 * is not finite or a scale of 0, and if `columns` does not suit `how` (0 for none and unit, else not 0). */
glia_status glia__scaler_make(glia__scaler *s, glia__scale_how how, size_t columns, const double *shift,
                              const double *scale);
void        glia__scaler_clear(glia__scaler *s);
/* x[n] = from, scaled; it may be the same. */
void   glia__scale_reals(const glia__scaler *s, size_t n, const real *from, real *x);
double glia__scaled(const glia__scaler *s, size_t column, double x);

/* x[i - begin][width] = scaled inputs of row rows[i], for begin <= i < end; of row i where rows is NULL. */
void glia__batch_inputs(const glia__intake *in, const size_t *rows, size_t begin, size_t end, real *x);
/* The same of augmented images: row i of the batch is row chance->row[i] of the data (or i), and draws by the number
 * under which it is stored, so that an image is changed alike whatever part of the data is trained on. The worker's own
 * room. */
void glia__batch_augmented(const glia__intake *in, const glia__augment *a, unsigned worker, const glia__chance *chance,
                           size_t begin, size_t end, real *x);
/* t[i - begin][target_columns] = scaled number targets. */
void glia__batch_numbers(const glia_data *d, const glia__scaler *s, const size_t *rows, size_t begin, size_t end,
                         real *t);
void glia__batch_weights(const glia_data *d, const size_t *rows, size_t begin, size_t end, real *weights);
void glia__batch_classes(const glia_data *d, const size_t *rows, size_t begin, size_t end, int32_t *classes);

#endif
