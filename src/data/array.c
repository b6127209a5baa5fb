/* Arrays: the types of their numbers, what their header promises, and their numbers read into a data set. */
#include "data/array.h"

#include <math.h>
#include <string.h>

#include "data/store.h"
#include "data/target.h"
#include "ground/bits.h"
#include "ground/memory.h"

/* ---- types of numbers ------------------------------------------------------------------------------------------- */

static double of_bool(uint64_t bits)
{
    return bits != 0;
}

static double of_unsigned(uint64_t bits)
{
    return (double)bits;
}

static double of_i8(uint64_t bits)
{
    return (int8_t)bits;
}

static double of_i16(uint64_t bits)
{
    return (int16_t)bits;
}

static double of_i32(uint64_t bits)
{
    return (int32_t)bits;
}

static double of_i64(uint64_t bits)
{
    return (double)(int64_t)bits;
}

static const glia__element elements[] = {
    {'b', 1, of_bool},     {'u', 1, of_unsigned},    {'u', 2, of_unsigned},    {'u', 4, of_unsigned},
    {'u', 8, of_unsigned}, {'i', 1, of_i8},          {'i', 2, of_i16},         {'i', 4, of_i32},
    {'i', 8, of_i64},      {'f', 2, glia__from_f16}, {'f', 4, glia__from_f32}, {'f', 8, glia__from_f64},
};

const glia__element *glia__element_find(char kind, size_t size)
{
    for (size_t i = 0; i < sizeof elements / sizeof *elements; i++)
        if (elements[i].kind == kind && elements[i].size == size) return &elements[i];
    return NULL;
}

bool glia__array_is_bytes(const glia__array *a)
{
    return a->element->kind == 'u' && a->element->size == 1;
}

/* ---- what a header promises ------------------------------------------------------------------------------------- */

glia_status glia__array_at(const glia__array *a, size_t byte)
{
    return glia__fail_at(GLIA_E_FORMAT, "%s: byte %zu", a->source->path, byte);
}

glia_status glia__array_ends(const glia__array *a, size_t end, size_t promised)
{
    glia__fail(GLIA_E_FORMAT, "the file ends here, but its header promises %zu bytes in all", promised);
    return glia__array_at(a, end);
}

static glia_status fail_past(const glia__array *a)
{
    glia__fail(GLIA_E_FORMAT, "bytes past the end of the %zu numbers that the header promises", a->items);
    return glia__array_at(a, a->header + a->bytes);
}

static glia_status count_items(glia__array *a)
{
    size_t doubles;
    a->items = 1;
    for (size_t i = 0; i < a->rank; i++) {
        bool fits = glia__mul(a->items, a->dim[i], &a->items) && glia__mul(a->items, sizeof(double), &doubles);
        if (a->dim[i] > 0 && fits) continue;
        if (fits)
            glia__fail(GLIA_E_FORMAT, "dimension %zu of %zu is 0", i + 1, a->rank);
        else
            glia__fail(GLIA_E_FORMAT, "the first %zu dimensions are more numbers than any memory holds", i + 1);
        return glia__array_at(a, a->dim_at[i]);
    }
    return GLIA_OK;
}

glia_status glia__array_measure(glia__array *a)
{
    size_t size = glia__source_size(a->source), promised;
    GLIA_TRY(count_items(a));
    a->bytes = a->items * a->element->size;
    if (size == 0) return GLIA_OK;
    if (!glia__add(a->header, a->bytes, &promised) || size < promised) return glia__array_ends(a, size, promised);
    return size == promised ? GLIA_OK : fail_past(a);
}

bool glia__array_fits(const glia__source *s)
{
    return glia__idx_fits(s) || glia__npy_fits(s);
}

glia_status glia__array_open(glia__array *a, glia__source *source)
{
    *a = (glia__array){.source = source};
    if (glia__npy_fits(source)) return glia__npy_header(a);
    if (glia__idx_fits(source)) return glia__idx_header(a);
    glia__fail(GLIA_E_FORMAT, "this is no array: neither an IDX file nor NumPy's .npy");
    return glia__array_at(a, 0);
}

/* ---- the numbers ------------------------------------------------------------------------------------------------ */

/* A block of numbers that grows, in one of the forms a data set has them. */
typedef struct form {
    size_t size;
    void (*put)(void *block, size_t at, const double *v, size_t n);
} form;

typedef struct block {
    const form *form;
    void       *numbers; /* T * */
    size_t      used, room;
} block;

static void put_bytes(void *numbers, size_t at, const double *v, size_t n)
{
    for (size_t i = 0; i < n; i++) ((uint8_t *)numbers)[at + i] = (uint8_t)v[i];
}

static void put_reals(void *numbers, size_t at, const double *v, size_t n)
{
    for (size_t i = 0; i < n; i++) ((real *)numbers)[at + i] = (real)v[i];
}

static void put_doubles(void *numbers, size_t at, const double *v, size_t n)
{
    memcpy((double *)numbers + at, v, n * sizeof *v);
}

static const form of_bytes = {1, put_bytes}, of_reals = {sizeof(real), put_reals},
                  of_doubles = {sizeof(double), put_doubles};

/* One reading of an array's numbers, in the order of the file. In Fortran order they go to their rows at once where
 * there is room for all from the beginning; else the block has them as the file does until the end. */
typedef struct reading {
    const glia__array *array;
    block              block;
    bool               scattered;
    size_t             columns; /* numbers in a row                                       */
    size_t             kept;    /* of them, those that go to the block                    */
    size_t             column;  /* of them the one that goes to the labels, not the block  */
    glia__labels       labels;
} reading;

enum { AT_ONCE = 4096 };
#define NO_COLUMN SIZE_MAX

static size_t row_of(const glia__array *a, size_t columns, size_t i)
{
    return a->fortran ? i % a->dim[0] : i / columns;
}

static size_t column_of(const glia__array *a, size_t columns, size_t i)
{
    return a->fortran ? i / a->dim[0] : i % columns;
}

static glia_status check_number(const glia__array *a, size_t columns, size_t i, double value)
{
    char text[32];
    if (glia__fits_real(value)) return GLIA_OK;
    glia_number_write(text, value);
    glia__fail(GLIA_E_FORMAT, "row %zu: number %zu is %s, which is %s", row_of(a, columns, i) + 1,
               column_of(a, columns, i) + 1, text, isfinite(value) ? "out of range" : "not finite");
    return glia__array_at(a, a->header + i * a->element->size);
}

/* Takes the labels out of numbers first .. first + *n - 1. */
static glia_status take_labels(reading *r, size_t first, double *v, size_t *n)
{
    size_t left = 0;
    for (size_t i = 0; i < *n; i++)
        if (column_of(r->array, r->columns, first + i) == r->column)
            GLIA_TRY(glia__labels_add_number(&r->labels, v[i]));
        else
            v[left++] = v[i];
    *n = left;
    return GLIA_OK;
}

/* Puts n numbers behind those that are there, of v or, bytes as they are, of raw. */
static glia_status put(reading *r, const double *v, const unsigned char *raw, size_t n)
{
    block *b = &r->block;
    double some[AT_ONCE]; /* in the form of the block, which is no larger */
    GLIA_TRY(glia__grow(&b->numbers, &b->room, b->used + n, b->form->size));
    void  *to = r->scattered ? some : b->numbers;
    size_t at = r->scattered ? 0 : b->used;
    if (raw)
        memcpy((uint8_t *)to + at, raw, n);
    else
        b->form->put(to, at, v, n);
    if (r->scattered) glia__array_scatter(r->array, b->numbers, r->kept, some, b->used, n, b->form->size);
    b->used += n;
    return GLIA_OK;
}

/* Inlined for each size, so that the compiler knows it. */
static inline void decode_size(const glia__array *a, const unsigned char *raw, size_t n, size_t size, double *v)
{
    double (*const value)(uint64_t bits) = a->element->value;
    if (a->little)
        for (size_t i = 0; i < n; i++) v[i] = value(glia__word(raw + i * size, size, true));
    else
        for (size_t i = 0; i < n; i++) v[i] = value(glia__word(raw + i * size, size, false));
}

void glia__array_decode(const glia__array *a, const unsigned char *raw, size_t n, double *v)
{
    const size_t size = a->element->size;
    if (size == 1) decode_size(a, raw, n, 1, v);
    if (size == 2) decode_size(a, raw, n, 2, v);
    if (size == 4) decode_size(a, raw, n, 4, v);
    if (size == 8) decode_size(a, raw, n, 8, v);
}

/* Numbers first .. first + n - 1, as they stand in the file. Bytes that stay bytes are only copied. */
static glia_status take(reading *r, size_t first, size_t n, const unsigned char *raw)
{
    const glia__array *a = r->array;
    double             v[AT_ONCE];
    if (r->block.form == &of_bytes && r->column == NO_COLUMN) return put(r, NULL, raw, n);
    glia__array_decode(a, raw, n, v);
    for (size_t i = 0; i < n; i++) GLIA_TRY(check_number(a, r->columns, first + i, v[i]));
    if (r->column != NO_COLUMN) GLIA_TRY(take_labels(r, first, v, &n));
    return n > 0 && r->block.form ? put(r, v, NULL, n) : GLIA_OK;
}

static glia_status take_all(reading *r)
{
    unsigned char      raw[AT_ONCE * sizeof(double)];
    const glia__array *a = r->array;
    size_t             got, size = a->element->size;
    for (size_t first = 0, n; first < a->items; first += n) {
        n = a->items - first < AT_ONCE ? a->items - first : AT_ONCE;
        GLIA_TRY(glia__source_read(a->source, raw, n * size, &got));
        if (got < n * size) return glia__array_ends(a, a->header + first * size + got, a->header + a->bytes);
        GLIA_TRY(take(r, first, n, raw));
    }
    GLIA_TRY(glia__source_read(a->source, raw, 1, &got));
    return got == 0 ? GLIA_OK : fail_past(a);
}

static void reading_clear(reading *r)
{
    glia__free(r->block.numbers);
    glia__labels_clear(&r->labels);
}

/* The block with its columns as rows, in a new one. */
static glia_status scatter_all(reading *r)
{
    block *b = &r->block;
    void  *turned = glia__new(b->used, b->form->size);
    if (!turned) return GLIA_E_MEMORY;
    glia__array_scatter(r->array, turned, r->kept, b->numbers, 0, b->used, b->form->size);
    glia__free(b->numbers);
    b->numbers = turned;
    return GLIA_OK;
}

/* Reads the numbers: room for all at once if the file is known to hold them, and no more than that in the end; then
 * row by row. */
static glia_status read_numbers(reading *r, const glia__array *a, const form *form_kept, size_t column)
{
    *r = (reading){.array = a, .block.form = form_kept, .columns = a->items / a->dim[0], .column = column};
    r->kept = r->columns - (column != NO_COLUMN);
    const size_t most = r->kept * a->dim[0];
    const bool   held = glia__source_is_held(a->source);
    block       *b = &r->block;
    r->scattered = a->fortran && held;
    if (most > 0 && held) GLIA_TRY(glia__grow(&b->numbers, &b->room, most, b->form->size));
    GLIA_TRY(take_all(r));
    if (most == 0) return GLIA_OK;
    if (b->room > most) GLIA_TRY(glia__resize(&b->numbers, most, b->form->size));
    if (a->fortran && !held) GLIA_TRY(scatter_all(r));
    return glia__array_turn(a, b->numbers, b->form->size);
}

/* ---- the data set ----------------------------------------------------------------------------------------------- */

/* The inputs stay on the disk. They are looked at once, for numbers that are none and for labels. */
static glia_status leave_inputs(glia_data *d, const glia__array *a, size_t column)
{
    reading     r = {.array = a, .columns = a->items / a->dim[0], .column = column};
    bool        whole = a->element->kind != 'f' && column == NO_COLUMN;
    glia_status status = whole ? GLIA_OK : take_all(&r);
    if (status == GLIA_OK && column != NO_COLUMN) status = glia__labels_finish(&r.labels, a->element->kind != 'f', d);
    if (status == GLIA_OK) status = glia__store_new(&d->store, a, column);
    reading_clear(&r);
    return status;
}

/* d takes the inputs, and the labels if there was a column of them. */
static glia_status read_inputs(glia_data *d, const glia__array *a, size_t column)
{
    reading     r;
    glia_status status = read_numbers(&r, a, glia__array_is_bytes(a) ? &of_bytes : &of_reals, column);
    if (status == GLIA_OK && glia__array_is_bytes(a))
        d->bytes = r.block.numbers;
    else if (status == GLIA_OK)
        d->values = r.block.numbers;
    if (status == GLIA_OK) r.block.numbers = NULL;
    if (status == GLIA_OK && column != NO_COLUMN) status = glia__labels_finish(&r.labels, a->element->kind != 'f', d);
    reading_clear(&r);
    return status;
}

/* One number a row is read as a column of labels is; several are numbers. */
static glia_status read_targets(glia_data *d, const glia__array *a)
{
    reading      r;
    const size_t columns = a->items / a->dim[0];
    glia_status  status = read_numbers(&r, a, &of_doubles, columns == 1 ? 0 : NO_COLUMN);
    if (status == GLIA_OK && columns == 1) {
        status = glia__labels_finish(&r.labels, a->element->kind != 'f', d);
    } else if (status == GLIA_OK) {
        glia__target_numbers(d, r.block.numbers, columns);
        r.block.numbers = NULL;
    }
    reading_clear(&r);
    return status;
}

static glia_status check_pair(const glia__array *inputs, const glia__array *targets)
{
    if (targets->rank > 2) {
        glia__fail(GLIA_E_FORMAT, "targets have 1 dimension or 2, these have %zu", targets->rank);
        return glia__array_at(targets, targets->rank_at);
    }
    if (targets->dim[0] != inputs->dim[0]) {
        glia__fail(GLIA_E_FORMAT, "targets of %zu rows, but %s has %zu", targets->dim[0], inputs->source->path,
                   inputs->dim[0]);
        return glia__array_at(targets, targets->dim_at[0]);
    }
    return GLIA_OK;
}

/* The column of a table that the caller says is the target; NO_COLUMN if there is none. */
static glia_status find_column(const glia__array *a, const char *target, size_t *column)
{
    size_t      number = 0, columns = a->items / a->dim[0];
    const char *at = target;
    *column = NO_COLUMN;
    if (!target || !*target || a->rank > 2) return GLIA_OK;
    bool whole = glia__digits_read(&at, NULL, &number) && at > target && !*at;
    if (!whole || number < 1 || number > columns)
        return glia__fail(GLIA_E_TEXT, "%s: there is no column \"%.60s\"; there are %zu, without names",
                          a->source->path, target, columns);
    if (columns == 1)
        return glia__fail(GLIA_E_FORMAT, "%s: there is only one column, so no input is left", a->source->path);
    *column = number - 1;
    return GLIA_OK;
}

static glia_status fill(glia_data *d, const glia__array *inputs, const glia__array *targets, size_t column,
                        size_t memory)
{
    size_t shape[3];
    glia__array_shape(inputs, shape);
    if (column != NO_COLUMN) shape[2]--;
    d->image = inputs->rank > 2;
    GLIA_TRY(glia__data_shape(d, inputs->dim[0], shape[0], shape[1], shape[2]));
    GLIA_TRY((glia__store_suits(inputs, memory) ? leave_inputs : read_inputs)(d, inputs, column));
    return targets ? read_targets(d, targets) : GLIA_OK;
}

glia_status glia__array_read(glia_data **data, const glia__array *inputs, const glia__array *targets,
                             const glia_data_options *options)
{
    glia_data *d;
    size_t     column = NO_COLUMN;
    *data = NULL;
    if (targets)
        GLIA_TRY(check_pair(inputs, targets));
    else
        GLIA_TRY(find_column(inputs, options ? options->target : NULL, &column));
    GLIA_TRY(glia__data_new(&d, inputs->source->path));
    glia_status status = fill(d, inputs, targets, column, options ? options->memory : 0);
    if (status == GLIA_OK)
        *data = d;
    else
        glia_data_free(d);
    return status;
}
