/* The store: numbers of a file, converted as rows are read. Single numbers come from a stretch of rows that is kept,
 * for those who look at one after the other. */
#include "data/store.h"

#include <math.h>
#include <pthread.h>
#include <string.h>

#include "ground/memory.h"

glia__sizes glia__sizes_now = {
    .memory = (size_t)256 << 20, .large = (size_t)256 << 20, .block = (size_t)1 << 20, .blocks = 32};

enum { LOOK = 1 << 16 }; /* bytes that are kept of the file, where single numbers are asked for */

struct glia__store {
    glia__reader   *reader;
    char           *path;
    glia__array     form;        /* of the file */
    size_t          rows, items; /* items: numbers of a row in the file */
    size_t          skipped;
    glia__pick     *take;               /* [columns], or NULL: all, as they stand */
    size_t          raw, columns, size; /* bytes of a row in the file; its numbers and bytes in memory */
    bool            bytes, as_it_is;    /* as_it_is: the file has them as memory does */
    pthread_mutex_t lock;               /* over what follows */
    unsigned char  *look, *row;         /* rows first .. first + count - 1 of the file; one of them in memory */
    size_t          first, count;
    size_t          row_number; /* of `row`; SIZE_MAX: none */
};

/* ---- making and freeing ----------------------------------------------------------------------------------------- */

static bool is_little_endian(void)
{
    const uint16_t one = 1;
    return *(const unsigned char *)&one == 1;
}

/* Whether numbers have the same bits in the file as in memory. */
static bool is_as_in_memory(const glia__array *a)
{
    const bool real_bits = a->element->kind == 'f' && a->element->size == sizeof(real);
    return glia__array_is_bytes(a) || (real_bits && a->little == is_little_endian());
}

static void measure(glia__store *s, const glia__array *a, size_t skipped)
{
    s->form = *a;
    s->form.source = NULL;
    s->rows = a->dim[0];
    s->items = a->items / a->dim[0];
    s->skipped = skipped;
    s->raw = s->items * a->element->size;
    s->columns = s->items - (skipped != SIZE_MAX);
    s->bytes = glia__array_is_bytes(a);
    s->size = s->columns * (s->bytes ? 1 : sizeof(real));
    s->as_it_is = is_as_in_memory(a);
    s->row_number = SIZE_MAX;
}

static size_t look_rows(const glia__store *s)
{
    return s->raw < LOOK ? LOOK / s->raw : 1;
}

glia_status glia__store_new(glia__store **store, const glia__array *a, size_t skipped)
{
    glia__store *s = *store = glia__new(1, sizeof *s);
    if (!s) return GLIA_E_MEMORY;
    pthread_mutex_init(&s->lock, NULL);
    measure(s, a, skipped);
    s->path = glia__strdup(a->source->path);
    s->look = glia__new(look_rows(s), s->raw);
    s->row = glia__new(2, s->size);
    if (!s->path || !s->look || !s->row) {
        glia__store_free(s);
        *store = NULL;
        return GLIA_E_MEMORY;
    }
    s->reader = a->source->reader;
    a->source->reader = NULL;
    return GLIA_OK;
}

void glia__store_free(glia__store *s)
{
    if (!s) return;
    glia__reader_close(s->reader);
    pthread_mutex_destroy(&s->lock);
    glia__free(s->path);
    glia__free(s->take);
    glia__free(s->look);
    glia__free(s->row);
    glia__free(s);
}

void glia__store_take(glia__store *s, glia__pick *take, size_t columns)
{
    s->take = take;
    s->columns = columns;
    s->size = columns * sizeof(real);
}

const char *glia__store_path(const glia__store *s)
{
    return s->path;
}

bool glia__store_is_bytes(const glia__store *s)
{
    return s->bytes;
}

size_t glia__store_row_size(const glia__store *s)
{
    return s->size;
}

size_t glia__store_raw_size(const glia__store *s)
{
    return s->raw;
}

bool glia__store_suits(const glia__array *a, size_t memory)
{
    const size_t limit = memory ? memory : glia__sizes_now.memory;
    const size_t size = glia__array_is_bytes(a) ? 1 : sizeof(float); /* the same in every build */
    return a->items * size > limit && !a->fortran && glia__source_is_plain(a->source);
}

/* ---- rows ------------------------------------------------------------------------------------------------------- */

glia_status glia__store_read(const glia__store *s, size_t first, size_t count, void *raw)
{
    const uint64_t at = (uint64_t)s->form.header + (uint64_t)first * s->raw;
    size_t         got;
    GLIA_TRY(glia__reader_read_at(s->reader, at, raw, count * s->raw, &got));
    if (got == count * s->raw) return GLIA_OK;
    return glia__fail(GLIA_E_FORMAT, "%s: byte %ju: the file ends here, and was longer when it was opened", s->path,
                      (uintmax_t)(at + got));
}

/* Numbers begin .. end - 1 of a row in the file, to `row` from there on. */
static void convert(const glia__store *s, const unsigned char *raw, size_t begin, size_t end, void *row)
{
    enum { AT_ONCE = 512 };
    const glia__array *a = &s->form;
    double             v[AT_ONCE];
    if (s->as_it_is) {
        memcpy(row, raw + begin * a->element->size, (end - begin) * a->element->size);
        return;
    }
    real *to = row;
    for (size_t n; begin < end; begin += n, to += n) {
        n = end - begin < AT_ONCE ? end - begin : AT_ONCE;
        glia__array_decode(a, raw + begin * a->element->size, n, v);
        for (size_t i = 0; i < n; i++) to[i] = (real)v[i];
    }
}

/* A word that is none of its list, as in a damaged file, is a gap: nobody looks for it beyond the list. */
static real taken(const glia__pick *t, const real *raw)
{
    const real v = raw[t->from];
    if (t->is_word && !(v >= 0 && v < (real)t->words)) return (real)NAN;
    if (!t->mapped || isnan(v)) return v;
    return v >= 0 && v < GLIA__PICK_WORDS ? t->to[(size_t)v] : (real)NAN;
}

void glia__store_row(const glia__store *s, const void *raw, void *row, void *spare)
{
    for (size_t i = 0; s->take && i < s->columns; i++) ((real *)row)[i] = taken(&s->take[i], raw);
    if (s->take) return;
    const bool turned = glia__array_is_turned(&s->form);
    void      *to = turned ? spare : row;
    if (s->skipped == SIZE_MAX) {
        convert(s, raw, 0, s->items, to);
    } else {
        const size_t size = s->size / s->columns;
        convert(s, raw, 0, s->skipped, to);
        convert(s, raw, s->skipped + 1, s->items, (unsigned char *)to + s->skipped * size);
    }
    if (turned) glia__array_turn_row(&s->form, spare, row, s->size / s->columns);
}

/* ---- a single number -------------------------------------------------------------------------------------------- */

static bool look_at_row(glia__store *s, size_t row)
{
    if (s->row_number == row) return true;
    if (row < s->first || row >= s->first + s->count) {
        const size_t most = look_rows(s), left = s->rows - row;
        s->first = row;
        s->count = left < most ? left : most;
        if (glia__store_read(s, row, s->count, s->look) != GLIA_OK) s->count = 0;
        if (s->count == 0) return false;
    }
    glia__store_row(s, s->look + (row - s->first) * s->raw, s->row, s->row + s->size);
    s->row_number = row;
    return true;
}

double glia__store_number(glia__store *s, size_t row, size_t column)
{
    double value = (double)NAN;
    pthread_mutex_lock(&s->lock);
    if (look_at_row(s, row))
        value = s->bytes ? (double)s->row[column] : (double)((const real *)(const void *)s->row)[column];
    pthread_mutex_unlock(&s->lock);
    return value;
}
