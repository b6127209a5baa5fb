/* Writes arrays as .npy, NumPy's own format, version 1.0
 * (https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html):
 *
 *   6 bytes   \x93NUMPY
 *   2 bytes   the version: 1, 0
 *   2 bytes   N, little endian
 *   N bytes   {'descr': '<f4', 'fortran_order': False, 'shape': (8, 128), } and spaces, ended by a line end where the
 *             whole head is a multiple of 64 bytes
 *   the rest  the numbers, little endian, row-major */
#include <string.h>

#include "ground/file.h"
#include "ground/memory.h"
#include "ground/real.h"
#include "ground/text.h"

enum { PREFIX = 10, ALIGNMENT = 64, RANK_MOST = 32 };

static const struct {
    const char *descr;
    size_t      item; /* bytes of a number */
} types[] = {
    [GLIA_NPY_REAL] = {sizeof(real) == sizeof(float) ? "<f4" : "<f8", sizeof(real)},
    [GLIA_NPY_DOUBLE] = {"<f8", sizeof(double)},
    [GLIA_NPY_INT32] = {"<i4", sizeof(int32_t)},
    [GLIA_NPY_BYTE] = {"|u1", 1},
};

/* The head's text, with room for the prefix before it. A shape of one side has a comma: it is a Python tuple. */
static void add_head(glia__string *head, glia_npy type, int rank, const size_t *shape)
{
    glia__string_add_bytes(head, "\x93NUMPY\1\0\0\0", PREFIX);
    glia__string_add(head, "{'descr': '%s', 'fortran_order': False, 'shape': (", types[type].descr);
    for (int i = 0; i < rank; i++) glia__string_add(head, i ? ", %zu" : "%zu", shape[i]);
    glia__string_add(head, rank == 1 ? ",), }" : "), }");
    while ((head->length + 1) % ALIGNMENT && !head->failed) glia__string_add_bytes(head, " ", 1);
    glia__string_add_bytes(head, "\n", 1);
    if (head->failed) return;
    head->text[8] = (char)((head->length - PREFIX) % 256);
    head->text[9] = (char)((head->length - PREFIX) / 256);
}

static glia_status write_numbers(glia__writer *writer, const unsigned char *from, size_t item, size_t count)
{
    enum { SOME = 512, ITEM_MOST = 8, TURNED = __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ };
    unsigned char bytes[SOME * ITEM_MOST];
    for (size_t at = 0; at < count; at += SOME) {
        size_t n = count - at < SOME ? count - at : SOME;
        memcpy(bytes, from + at * item, n * item);
        for (size_t i = 0; TURNED && i < n * item; i++)
            bytes[i] = from[at * item + i / item * item + item - 1 - i % item];
        GLIA_TRY(glia__writer_write(writer, bytes, n * item));
    }
    return GLIA_OK;
}

static glia_status count_numbers(const char *path, size_t item, int rank, const size_t *shape, size_t *count)
{
    size_t bytes;
    *count = 1;
    for (int i = 0; i < rank; i++)
        if (!glia__mul(*count, shape[i], count)) return glia__fail(GLIA_E_ARG, "%s: a shape beyond counting", path);
    return glia__mul(*count, item, &bytes) ? GLIA_OK : glia__fail(GLIA_E_ARG, "%s: a shape beyond counting", path);
}

static glia_status write_all(const char *path, const glia__string *head, const void *values, size_t item, size_t count)
{
    glia__writer *writer;
    GLIA_TRY(glia__writer_open(&writer, path));
    glia_status status = glia__writer_write(writer, head->text, head->length);
    if (!status) status = write_numbers(writer, values, item, count);
    if (!status) return glia__writer_commit(writer);
    glia__writer_abandon(writer);
    return status;
}

glia_status glia_npy_write(const char *path, glia_npy type, const void *values, int rank, const size_t *shape)
{
    size_t count;
    bool   known = (unsigned)type < sizeof types / sizeof *types;
    if (!path || !known || rank < 0 || rank > RANK_MOST || (rank > 0 && !shape))
        return glia__fail(GLIA_E_ARG, "glia_npy_write: a path, a type and a shape of at most %d sides are needed",
                          RANK_MOST);
    GLIA_TRY(count_numbers(path, types[type].item, rank, shape, &count));
    if (!values && count) return glia__fail(GLIA_E_ARG, "glia_npy_write: there are no values");
    glia__string head = {0};
    add_head(&head, type, rank, shape);
    glia_status status = head.failed ? glia__fail(GLIA_E_MEMORY, "out of memory")
                                     : write_all(path, &head, values, types[type].item, count);
    glia__string_clear(&head);
    return status;
}
