/* The first rows of a data set, with their targets. */
#include "data/excerpt.h"

#include <string.h>

#include "data/pass.h"
#include "ground/memory.h"

enum { AT_ONCE = 256 };

static void copy_rows(glia_data *own, const glia__pass *p, size_t at, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (own->bytes)
            memcpy(own->bytes + (at + i) * own->columns, p->row[i], own->columns);
        else
            memcpy(own->values + (at + i) * own->columns, p->row[i], own->columns * sizeof *own->values);
}

/* All of `rows` as one list, of which stretches are taken. */
static glia_status read_rows(glia_data *own, const glia_data *d, size_t *rows)
{
    glia__pass *p;
    GLIA_TRY(glia__pass_new(&p, d, AT_ONCE, true));
    for (size_t i = 0; i < own->rows; i++) rows[i] = i;
    glia__pass_begin(p, rows, own->rows);
    glia_status status = GLIA_OK;
    for (size_t at = 0; status == GLIA_OK && at < own->rows; at += AT_ONCE) {
        const size_t count = own->rows - at < AT_ONCE ? own->rows - at : AT_ONCE;
        status = glia__pass_take(p, rows + at, count);
        if (status == GLIA_OK) copy_rows(own, p, at, count);
    }
    glia__pass_free(p);
    return status;
}

static glia_status copy_targets(glia_data *own, const glia_data *d)
{
    const size_t n = d->target_columns;
    if (d->classes && !(own->classes = glia__new(own->rows, sizeof *own->classes))) return GLIA_E_MEMORY;
    if (d->numbers && !(own->numbers = glia__new(own->rows, n * sizeof *own->numbers))) return GLIA_E_MEMORY;
    for (size_t r = 0; r < own->rows; r++) {
        const size_t stored = glia__data_stored(d, r);
        if (d->classes) own->classes[r] = d->classes[stored];
        if (d->numbers) memcpy(own->numbers + r * n, d->numbers + stored * n, n * sizeof *own->numbers);
    }
    return GLIA_OK;
}

static glia_status fill(glia_data *own, const glia_data *d)
{
    GLIA_TRY(copy_targets(own, d));
    GLIA_TRY(glia__data_reserve(own, glia__data_is_bytes(d)));
    size_t *rows = glia__new(own->rows, sizeof *rows);
    if (!rows) return GLIA_E_MEMORY;
    glia_status status = read_rows(own, d, rows);
    glia__free(rows);
    return status;
}

glia_status glia__excerpt_new(glia__excerpt *e, const glia_data *data)
{
    *e = (glia__excerpt){.data = data};
    if (!data || !data->store) return GLIA_OK;
    e->own = *data;
    e->own.rows = e->own.stored = data->rows < GLIA__EXCERPT_ROWS ? data->rows : GLIA__EXCERPT_ROWS;
    e->own.store = NULL;
    e->own.order = NULL;
    e->own.test = NULL;
    e->own.classes = NULL;
    e->own.numbers = NULL;
    e->own.weights = NULL;
    e->own.groups = NULL;
    e->own.times = NULL;
    e->data = &e->own;
    return fill(&e->own, data);
}

void glia__excerpt_clear(glia__excerpt *e)
{
    if (e->data != &e->own) return;
    glia__free(e->own.bytes);
    glia__free(e->own.values);
    glia__free(e->own.classes);
    glia__free(e->own.numbers);
}
