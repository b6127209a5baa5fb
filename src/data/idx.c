/* IDX, the format of MNIST (http://yann.lecun.com/exdb/mnist): two zero bytes, a byte for the type of the numbers, a
 * byte for the rank, so many big-endian 32-bit dimensions, then the numbers, big-endian, the last dimension fastest.
 *
 * The first dimension counts rows. Bytes stay bytes; other types become reals. A row of rank 2 or 3 is an image:
 * height x width, or channels x height x width. What the header promises is compared with the size of the file before
 * anything is allocated; where that size is not known (gzip, a pipe), memory grows with what was really read. */
#include <math.h>
#include <string.h>

#include "data/source.h"
#include "data/target.h"
#include "ground/memory.h"

enum { RANK_MOST = 4, CHUNK = 1 << 15 };

/* ---- types of numbers ------------------------------------------------------------------------------------------- */

static uint64_t big_endian(const unsigned char *b, size_t size)
{
    uint64_t word = 0;
    for (size_t i = 0; i < size; i++) word = word << 8 | b[i];
    return word;
}

static double read_u8(const unsigned char *b)
{
    return b[0];
}

static double read_i8(const unsigned char *b)
{
    return (int8_t)b[0];
}

static double read_i16(const unsigned char *b)
{
    return (int16_t)big_endian(b, 2);
}

static double read_i32(const unsigned char *b)
{
    return (int32_t)big_endian(b, 4);
}

static double read_f32(const unsigned char *b)
{
    uint32_t word = (uint32_t)big_endian(b, 4);
    float    value;
    memcpy(&value, &word, sizeof value);
    return (double)value;
}

static double read_f64(const unsigned char *b)
{
    uint64_t word = big_endian(b, 8);
    double   value;
    memcpy(&value, &word, sizeof value);
    return value;
}

typedef struct type {
    unsigned code;
    size_t   size;
    bool     whole;
    double (*read)(const unsigned char *b);
} type;

static const type types[] = {
    {0x08, 1, true, read_u8},  {0x09, 1, true, read_i8},   {0x0B, 2, true, read_i16},
    {0x0C, 4, true, read_i32}, {0x0D, 4, false, read_f32}, {0x0E, 8, false, read_f64},
};

static const type *find_type(unsigned code)
{
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (types[i].code == code) return &types[i];
    return NULL;
}

/* ---- the header ------------------------------------------------------------------------------------------------- */

typedef struct idx {
    glia__source *source;
    const type   *type;
    size_t        rank, dim[RANK_MOST];
    size_t        items, header, bytes; /* numbers; bytes of the header; bytes of the numbers */
} idx;

/* Puts the place before the sentence. */
static glia_status at_byte(const idx *x, size_t byte)
{
    return glia__fail_at(GLIA_E_FORMAT, "%s: byte %zu", x->source->path, byte);
}

static glia_status fail_end(const idx *x, size_t end, size_t promised)
{
    glia__fail(GLIA_E_FORMAT, "the file ends here, but its header promises %zu bytes in all", promised);
    return at_byte(x, end);
}

static glia_status fail_past(const idx *x)
{
    glia__fail(GLIA_E_FORMAT, "bytes past the end of the %zu numbers that the header promises", x->items);
    return at_byte(x, x->header + x->bytes);
}

static glia_status read_magic(idx *x)
{
    unsigned char magic[4] = {0};
    size_t        got;
    GLIA_TRY(glia__source_read(x->source, magic, sizeof magic, &got));
    if (got < sizeof magic || magic[0] != 0 || magic[1] != 0) {
        glia__fail(GLIA_E_FORMAT, "this is no IDX file, which begins with two zero bytes, a type and a rank");
        return at_byte(x, 0);
    }
    x->type = find_type(magic[2]);
    x->rank = magic[3];
    if (!x->type) {
        glia__fail(GLIA_E_FORMAT, "0x%02X is no type of IDX; they are 08, 09, 0B, 0C, 0D and 0E", magic[2]);
        return at_byte(x, 2);
    }
    if (x->rank < 1 || x->rank > RANK_MOST) {
        glia__fail(GLIA_E_FORMAT, "%zu dimensions; 1 to %d can be read", x->rank, RANK_MOST);
        return at_byte(x, 3);
    }
    return GLIA_OK;
}

static glia_status read_dimensions(idx *x)
{
    unsigned char raw[4 * RANK_MOST];
    size_t        got, doubles;
    x->header = 4 + 4 * x->rank;
    GLIA_TRY(glia__source_read(x->source, raw, 4 * x->rank, &got));
    if (got < 4 * x->rank) return fail_end(x, 4 + got, x->header);
    x->items = 1;
    for (size_t i = 0; i < x->rank; i++) {
        x->dim[i] = (size_t)big_endian(raw + 4 * i, 4);
        bool fits = glia__mul(x->items, x->dim[i], &x->items) && glia__mul(x->items, sizeof(double), &doubles);
        if (x->dim[i] > 0 && fits) continue;
        if (fits)
            glia__fail(GLIA_E_FORMAT, "dimension %zu of %zu is 0", i + 1, x->rank);
        else
            glia__fail(GLIA_E_FORMAT, "the first %zu dimensions are more numbers than any memory holds", i + 1);
        return at_byte(x, 4 + 4 * i);
    }
    x->bytes = x->items * x->type->size;
    return GLIA_OK;
}

static glia_status check_size(const idx *x)
{
    size_t size = glia__source_size(x->source), promised;
    if (size == 0) return GLIA_OK;
    if (!glia__add(x->header, x->bytes, &promised) || size < promised) return fail_end(x, size, promised);
    return size == promised ? GLIA_OK : fail_past(x);
}

static glia_status read_header(idx *x, glia__source *source)
{
    *x = (idx){.source = source};
    GLIA_TRY(read_magic(x));
    GLIA_TRY(read_dimensions(x));
    return check_size(x);
}

/* ---- the numbers ------------------------------------------------------------------------------------------------ */

/* Takes numbers first .. first + n - 1, as they stand in the file. */
typedef glia_status taker(void *to, const idx *x, size_t first, size_t n, const unsigned char *raw);

static glia_status read_numbers(const idx *x, taker *take, void *to)
{
    unsigned char raw[CHUNK];
    size_t        got, size = x->type->size;
    for (size_t first = 0; first < x->items;) {
        size_t n = x->items - first < CHUNK / size ? x->items - first : CHUNK / size;
        GLIA_TRY(glia__source_read(x->source, raw, n * size, &got));
        if (got < n * size) return fail_end(x, x->header + first * size + got, x->header + x->bytes);
        GLIA_TRY(take(to, x, first, n, raw));
        first += n;
    }
    GLIA_TRY(glia__source_read(x->source, raw, 1, &got));
    return got == 0 ? GLIA_OK : fail_past(x);
}

static glia_status check_number(const idx *x, size_t i, double value)
{
    if (glia__fits_real(value)) return GLIA_OK;
    size_t of_row = x->items / x->dim[0];
    char   text[32];
    glia_number_write(text, value);
    glia__fail(GLIA_E_FORMAT, "row %zu: number %zu is %s, which is %s", i / of_row + 1, i % of_row + 1, text,
               isfinite(value) ? "out of range" : "not finite");
    return at_byte(x, x->header + i * x->type->size);
}

typedef struct inputs {
    glia_data *data;
    size_t     room;
} inputs;

static glia_status take_bytes(void *to, const idx *x, size_t first, size_t n, const unsigned char *raw)
{
    inputs *in = to;
    (void)x;
    GLIA_TRY(glia__grow(&in->data->bytes, &in->room, first + n, 1));
    memcpy(in->data->bytes + first, raw, n);
    return GLIA_OK;
}

static glia_status take_reals(void *to, const idx *x, size_t first, size_t n, const unsigned char *raw)
{
    inputs *in = to;
    GLIA_TRY(glia__grow(&in->data->values, &in->room, first + n, sizeof(real)));
    for (size_t i = 0; i < n; i++) {
        double value = x->type->read(raw + i * x->type->size);
        GLIA_TRY(check_number(x, first + i, value));
        in->data->values[first + i] = (real)value;
    }
    return GLIA_OK;
}

static glia_status take_labels(void *to, const idx *x, size_t first, size_t n, const unsigned char *raw)
{
    for (size_t i = 0; i < n; i++) {
        double value = x->type->read(raw + i * x->type->size);
        GLIA_TRY(check_number(x, first + i, value));
        GLIA_TRY(glia__labels_add_number(to, value));
    }
    return GLIA_OK;
}

/* Room for all at once if the file is known to hold them, and no more than that in the end. */
static glia_status read_inputs(const idx *x, glia_data *d)
{
    inputs in = {.data = d};
    bool   bytes = x->type->read == read_u8;
    void  *block = bytes ? (void *)&d->bytes : (void *)&d->values;
    size_t size = bytes ? 1 : sizeof(real);
    if (glia__source_size(x->source) > 0) GLIA_TRY(glia__grow(block, &in.room, x->items, size));
    GLIA_TRY(read_numbers(x, bytes ? take_bytes : take_reals, &in));
    return in.room > x->items ? glia__resize(block, x->items, size) : GLIA_OK;
}

static glia_status read_labels(const idx *x, glia_data *d)
{
    glia__labels labels = {0};
    glia_status  status = read_numbers(x, take_labels, &labels);
    if (status == GLIA_OK) return glia__labels_finish(&labels, x->type->whole, d);
    glia__labels_clear(&labels);
    return status;
}

/* ---- the whole -------------------------------------------------------------------------------------------------- */

static glia_status check_pair(const idx *images, const idx *labels)
{
    if (labels->rank != 1) {
        glia__fail(GLIA_E_FORMAT, "labels have 1 dimension, these have %zu", labels->rank);
        return at_byte(labels, 3);
    }
    if (labels->dim[0] != images->dim[0]) {
        glia__fail(GLIA_E_FORMAT, "%zu labels, but %s has %zu rows", labels->dim[0], images->source->path,
                   images->dim[0]);
        return at_byte(labels, 4);
    }
    return GLIA_OK;
}

/* channels, height and width by rank: [1], [1][w], [1][h][w], [c][h][w] */
static glia_status set_shape(const idx *x, glia_data *d)
{
    size_t shape[3] = {1, 1, 1};
    for (size_t i = 1; i < x->rank; i++) shape[3 - x->rank + i] = x->dim[i];
    d->image = x->rank > 2;
    return glia__data_shape(d, x->dim[0], shape[0], shape[1], shape[2]);
}

bool glia__idx_fits(const glia__source *s)
{
    return s->head_size >= 2 && s->head[0] == 0 && s->head[1] == 0;
}

glia_status glia__idx_read(glia_data **data, glia__source *images, glia__source *labels)
{
    idx        x, y;
    glia_data *d;
    *data = NULL;
    GLIA_TRY(read_header(&x, images));
    if (labels) {
        GLIA_TRY(read_header(&y, labels));
        GLIA_TRY(check_pair(&x, &y));
    }
    GLIA_TRY(glia__data_new(&d, images->path));
    glia_status status = set_shape(&x, d);
    if (status == GLIA_OK) status = read_inputs(&x, d);
    if (status == GLIA_OK && labels) status = read_labels(&y, d);
    if (status == GLIA_OK)
        *data = d;
    else
        glia_data_free(d);
    return status;
}
