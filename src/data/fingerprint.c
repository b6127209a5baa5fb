/* Fingerprints of a data set: of its names, and of the values of its rows, weights, groups and times included, in their
 * order. */
#include "data/columns.h"
#include "data/pass.h"
#include "ground/hash.h"

uint64_t glia__data_names_hash(const glia_data *d)
{
    uint64_t hash = GLIA__HASH_START;
    for (size_t i = 0; i < d->columns; i++) hash = glia__hash_text(hash, glia_data_column_name(d, i));
    for (size_t i = 0; i < d->n_columns; i++)
        for (size_t w = 0; w < d->column[i].words.count; w++) hash = glia__hash_text(hash, d->column[i].words.text[w]);
    if (d->columns_text) hash = glia__hash_text(hash, d->columns_text);
    for (size_t k = 0; k < d->n_classes; k++) hash = glia__hash_text(hash, glia_data_class_name(d, k));
    for (size_t j = 0; j < d->target_columns; j++) hash = glia__hash_text(hash, glia_data_target_name(d, j));
    return hash;
}

static uint64_t add_target(const glia_data *d, size_t at, uint64_t hash)
{
    if (d->target == GLIA_TARGET_CLASSES) return glia__hash(hash, &d->classes[at], sizeof *d->classes);
    size_t n = d->target_columns;
    return d->target == GLIA_TARGET_NUMBERS ? glia__hash(hash, d->numbers + at * n, n * sizeof *d->numbers) : hash;
}

typedef struct mark {
    const glia_data *data;
    size_t           size; /* bytes of a row */
    uint64_t         hash;
} mark;

static void add_row(void *context, size_t row, const void *numbers)
{
    mark            *m = context;
    const glia_data *d = m->data;
    size_t           at = glia__data_stored(d, row);
    uint64_t         hash = add_target(d, at, glia__hash(m->hash, numbers, m->size));
    if (d->weights) hash = glia__hash(hash, &d->weights[at], sizeof *d->weights);
    if (d->groups) hash = glia__hash(hash, &d->groups[at], sizeof *d->groups);
    if (d->times) hash = glia__hash(hash, &d->times[at], sizeof *d->times);
    m->hash = hash;
}

glia_status glia__data_values_hash(const glia_data *d, uint64_t *hash)
{
    mark m = {d, d->columns * (glia__data_is_bytes(d) ? 1 : sizeof(real)), GLIA__HASH_START};
    GLIA_TRY(glia__data_each(d, add_row, &m));
    *hash = m.hash;
    return GLIA_OK;
}
