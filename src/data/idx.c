/* IDX, the format of MNIST (http://yann.lecun.com/exdb/mnist): two zero bytes, a byte for the type of the numbers, a
 * byte for the rank, so many big-endian 32-bit dimensions, then the numbers, big-endian, the last dimension fastest. */
#include "data/array.h"
#include "ground/bits.h"

static const struct {
    unsigned char code;
    char          kind;
    size_t        size;
} types[] = {{0x08, 'u', 1}, {0x09, 'i', 1}, {0x0B, 'i', 2}, {0x0C, 'i', 4}, {0x0D, 'f', 4}, {0x0E, 'f', 8}};

enum { MAGIC = 4, DIMENSION = 4 };

static const glia__element *find_type(unsigned char code)
{
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (types[i].code == code) return glia__element_find(types[i].kind, types[i].size);
    return NULL;
}

static glia_status read_magic(glia__array *a)
{
    unsigned char magic[MAGIC] = {0};
    size_t        got;
    GLIA_TRY(glia__source_read(a->source, magic, MAGIC, &got));
    if (got < MAGIC || magic[0] != 0 || magic[1] != 0) {
        glia__fail(GLIA_E_FORMAT, "this is no IDX file, which begins with two zero bytes, a type and a rank");
        return glia__array_at(a, 0);
    }
    a->element = find_type(magic[2]);
    a->rank_at = 3;
    a->rank = magic[a->rank_at];
    if (!a->element) {
        glia__fail(GLIA_E_FORMAT, "0x%02X is no type of IDX; they are 08, 09, 0B, 0C, 0D and 0E", magic[2]);
        return glia__array_at(a, 2);
    }
    if (a->rank < 1 || a->rank > GLIA__RANK_MOST) {
        glia__fail(GLIA_E_FORMAT, "%zu dimensions; 1 to %d can be read", a->rank, GLIA__RANK_MOST);
        return glia__array_at(a, a->rank_at);
    }
    return GLIA_OK;
}

bool glia__idx_fits(const glia__source *s)
{
    return s->head_size >= 2 && s->head[0] == 0 && s->head[1] == 0;
}

glia_status glia__idx_header(glia__array *a)
{
    unsigned char raw[DIMENSION * GLIA__RANK_MOST];
    size_t        got;
    GLIA_TRY(read_magic(a));
    a->header = MAGIC + DIMENSION * a->rank;
    GLIA_TRY(glia__source_read(a->source, raw, DIMENSION * a->rank, &got));
    if (got < DIMENSION * a->rank) return glia__array_ends(a, MAGIC + got, a->header);
    for (size_t i = 0; i < a->rank; i++) {
        a->dim[i] = (size_t)glia__word(raw + DIMENSION * i, DIMENSION, false);
        a->dim_at[i] = MAGIC + DIMENSION * i;
    }
    return glia__array_measure(a);
}
