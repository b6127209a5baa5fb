/* The safetensors format, written plainly: the header without blanks, then the tensors in the order given. See
 * safetensors.c. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "files/files.h"
#include "files/json.h"
#include "ground/file.h"
#include "ground/hash.h"

#define METADATA "__metadata__"
enum { LENGTH_BYTES = 8, ALIGNMENT = 8 };

/* ---- writing: the header ----------------------------------------------------------------------------------------- */

static size_t count_of(const glia__tensor_out *tensor)
{
    size_t count = 1;
    for (int d = 0; d < tensor->rank; d++) count *= tensor->shape[d];
    return count;
}

static glia_status add_metadata(json_t *root, const glia__meta *meta, size_t metas, bool sealed)
{
    json_t *object = json_object(), *value;
    if (json_object_set_new(root, METADATA, object)) return glia__json_no_memory();
    for (size_t i = 0; i < metas; i++) {
        GLIA_TRY(glia__json_string(meta[i].value, &value));
        if (json_object_set_new(object, meta[i].key, value)) return glia__json_no_memory();
    }
    if (sealed && json_object_set_new(object, GLIA__SEAL, json_string("0000000000000000")))
        return glia__json_no_memory();
    return GLIA_OK;
}

static json_t *tensor_json(const glia__tensor_out *tensor, size_t begin, size_t end)
{
    json_t *shape = json_array();
    for (int d = 0; d < tensor->rank; d++)
        if (json_array_append_new(shape, json_integer((json_int_t)tensor->shape[d]))) {
            json_decref(shape);
            return NULL;
        }
    return json_pack("{s:s, s:o, s:[I, I]}", "dtype", glia__numbers_name(tensor->type), "shape", shape, "data_offsets",
                     (json_int_t)begin, (json_int_t)end);
}

static glia_status add_tensors(json_t *root, const glia__tensor_out *tensor, size_t count)
{
    for (size_t i = 0, begin = 0, end; i < count; i++, begin = end) {
        end = begin + count_of(&tensor[i]) * glia__numbers_size(tensor[i].type);
        if (json_object_set_new(root, tensor[i].name, tensor_json(&tensor[i], begin, end)))
            return glia__json_no_memory();
    }
    return GLIA_OK;
}

/* The header's text, padded with spaces so that the data begin at a multiple of ALIGNMENT. */
static glia_status header_text(const glia__tensor_out *tensor, size_t count, const glia__meta *meta, size_t metas,
                               bool sealed, glia__string *text)
{
    json_t     *root = json_object();
    glia_status status = add_metadata(root, meta, metas, sealed);
    if (!status) status = add_tensors(root, tensor, count);
    if (!status) status = glia__json_print(root, text);
    while ((LENGTH_BYTES + text->length) % ALIGNMENT && !text->failed) glia__string_add_bytes(text, " ", 1);
    if (!status && text->failed) status = GLIA_E_MEMORY;
    json_decref(root);
    return status;
}

/* ---- writing ----------------------------------------------------------------------------------------------------- */

static glia_status check_finite(const glia__tensor_out *tensor)
{
    const real *values = tensor->values;
    size_t      count = tensor->type == GLIA__REALS ? count_of(tensor) : 0;
    for (size_t i = 0; i < count; i++)
        if (!isfinite(values[i])) {
            char place[GLIA__INDEX_TEXT], text[32];
            glia_number_write(text, (double)values[i]);
            return glia__fail(GLIA_E_NONFINITE, "%s%s is %s; a model with such weights is not saved", tensor->name,
                              glia__tensor_index_text(place, tensor->shape, tensor->rank, i), text);
        }
    return GLIA_OK;
}

static uint64_t bits_of(const char *number, size_t size)
{
    uint64_t bits = 0;
    uint32_t low;
    memcpy(size == sizeof low ? (void *)&low : (void *)&bits, number, size);
    return size == sizeof low ? low : bits;
}

static void write_little(unsigned char *bytes, size_t n, uint64_t bits)
{
    for (size_t i = 0; i < n; i++, bits >>= 8) bytes[i] = (unsigned char)(bits & 255);
}

/* Where bytes go: to a file, or into a hash of them. */
typedef struct sink {
    glia__writer *writer; /* NULL: */
    uint64_t      hash;
} sink;

static glia_status put(sink *s, const void *bytes, size_t n)
{
    if (s->writer) return glia__writer_write(s->writer, bytes, n);
    s->hash = glia__hash(s->hash, bytes, n);
    return GLIA_OK;
}

/* In pieces of whole words of the hash, so that it is that of the tensor in one. */
static glia_status put_values(sink *s, const glia__tensor_out *tensor)
{
    enum { SOME = 512 };
    unsigned char bytes[SOME * sizeof(uint64_t)];
    const char   *at = tensor->values;
    size_t        size = glia__numbers_size(tensor->type), left = count_of(tensor);
    while (left > 0) {
        size_t n = left < SOME ? left : SOME;
        for (size_t j = 0; j < n; j++, at += size) write_little(bytes + j * size, size, bits_of(at, size));
        GLIA_TRY(put(s, bytes, n * size));
        left -= n;
    }
    return GLIA_OK;
}

static glia_status put_all(sink *s, const glia__string *header, const glia__tensor_out *tensor, size_t count)
{
    unsigned char length[LENGTH_BYTES];
    write_little(length, LENGTH_BYTES, header->length);
    GLIA_TRY(put(s, length, sizeof length));
    GLIA_TRY(put(s, header->text, header->length));
    for (size_t i = 0; i < count; i++) GLIA_TRY(put_values(s, &tensor[i]));
    return GLIA_OK;
}

/* ---- the seal ---------------------------------------------------------------------------------------------------- */

char *glia__seal_place(char *header, size_t n)
{
    static const char key[] = "\"" GLIA__SEAL "\":\"";
    char             *at = memmem(header, n, key, sizeof key - 1);
    bool              fits = at && (size_t)(at - header) + sizeof key - 1 + GLIA__SEAL_DIGITS < n;
    return fits ? at + sizeof key - 1 : NULL;
}

void glia__seal_text(uint64_t hash, char text[GLIA__SEAL_DIGITS + 1])
{
    snprintf(text, GLIA__SEAL_DIGITS + 1, "%016jx", (uintmax_t)hash);
}

/* The digits stand in the header as zeros until the hash of all is known. */
static void seal(glia__string *header, const glia__tensor_out *tensor, size_t count)
{
    char text[GLIA__SEAL_DIGITS + 1];
    sink s = {.hash = GLIA__HASH_START};
    put_all(&s, header, tensor, count);
    glia__seal_text(s.hash, text);
    memcpy(glia__seal_place(header->text, header->length), text, GLIA__SEAL_DIGITS);
}

/* ---- files ------------------------------------------------------------------------------------------------------- */

static glia_status write_file(const char *path, bool keep, const glia__string *header, const glia__tensor_out *tensor,
                              size_t count)
{
    sink s = {0};
    GLIA_TRY(glia__writer_open(&s.writer, path));
    glia_status status = keep ? glia__writer_keep(s.writer) : GLIA_OK;
    if (status == GLIA_OK) status = put_all(&s, header, tensor, count);
    if (status == GLIA_OK) return glia__writer_commit(s.writer);
    glia__writer_abandon(s.writer);
    return status;
}

static glia_status write_tensors(const char *path, bool keep, const glia__tensor_out *tensor, size_t count,
                                 const glia__meta *meta, size_t metas)
{
    glia__string header = {0};
    for (size_t i = 0; i < count; i++) GLIA_TRY(check_finite(&tensor[i]));
    glia_status status = header_text(tensor, count, meta, metas, keep, &header);
    if (!status && keep) seal(&header, tensor, count);
    if (!status) status = write_file(path, keep, &header, tensor, count);
    glia__string_clear(&header);
    return status;
}

glia_status glia__tensors_write(const char *path, const glia__tensor_out *tensor, size_t count, const glia__meta *meta,
                                size_t metas)
{
    return write_tensors(path, false, tensor, count, meta, metas);
}

glia_status glia__tensors_replace(const char *path, const glia__tensor_out *tensor, size_t count,
                                  const glia__meta *meta, size_t metas)
{
    return write_tensors(path, true, tensor, count, meta, metas);
}
