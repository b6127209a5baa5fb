/* The safetensors format (https://github.com/huggingface/safetensors), read strictly.
 *
 *   8 bytes   N, little endian
 *   N bytes   a JSON object, perhaps padded with spaces:
 *             {"__metadata__": {"key": "value", ...},
 *              "0.weight": {"dtype": "F32", "shape": [128, 784], "data_offsets": [0, 401408]}, ...}
 *   the rest  the tensors' numbers, little endian, row-major; offsets count from here
 *
 * The tensors' bytes cover the rest exactly, without holes or overlaps. A file that breaks a rule is refused with the
 * place; nothing that it says is believed before it was checked against what is there. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "files/files.h"
#include "files/json.h"
#include "ground/bits.h"
#include "ground/file.h"
#include "ground/hash.h"
#include "ground/memory.h"

#define METADATA "__metadata__"
enum { LENGTH_BYTES = 8 };
static const size_t header_most = 100000000;                                 /* the format's own limit */
static const size_t file_most = (size_t)1 << (sizeof(size_t) > 4 ? 36 : 30); /* 64 GiB */

/* ---- numbers ----------------------------------------------------------------------------------------------------- */

struct glia__dtype {
    const char *name;
    size_t      size;
    double (*value)(uint64_t bits); /* NULL: not a type for weights */
};

static const struct glia__dtype dtypes[] = {
    {"F64", 8, glia__from_f64}, {"F32", 4, glia__from_f32}, {"F16", 2, glia__from_f16}, {"BF16", 2, glia__from_bf16},
    {"I64", 8, NULL},           {"I32", 4, NULL},           {"I16", 2, NULL},           {"I8", 1, NULL},
    {"U64", 8, NULL},           {"U32", 4, NULL},           {"U16", 2, NULL},           {"U8", 1, NULL},
    {"BOOL", 1, NULL},
};

static const struct glia__dtype *find_dtype(const char *name)
{
    for (size_t i = 0; i < sizeof dtypes / sizeof *dtypes; i++)
        if (strcmp(dtypes[i].name, name) == 0) return &dtypes[i];
    return NULL;
}

/* "[3][17]": where number i of a tensor is. */
const char *glia__tensor_index_text(char text[GLIA__INDEX_TEXT], const size_t *shape, int rank, size_t i)
{
    size_t stride = 1, used = 0;
    text[0] = '\0';
    for (int d = 0; d < rank; d++) stride *= shape[d];
    for (int d = 0; d < rank; d++) {
        stride /= shape[d];
        used += (size_t)snprintf(text + used, GLIA__INDEX_TEXT - used, "[%zu]", i / stride);
        i %= stride;
    }
    return text;
}

const char *glia__tensor_shape_text(char text[GLIA__SHAPE_TEXT], const size_t *shape, int rank)
{
    size_t used = (size_t)snprintf(text, GLIA__SHAPE_TEXT, "[");
    for (int d = 0; d < rank; d++)
        used += (size_t)snprintf(text + used, GLIA__SHAPE_TEXT - used, d ? ", %zu" : "%zu", shape[d]);
    snprintf(text + used, GLIA__SHAPE_TEXT - used, "]");
    return text;
}

/* ---- reading: one tensor of the header --------------------------------------------------------------------------- */

static glia_status read_shape(const json_t *shape, glia__tensor *tensor)
{
    size_t rank = json_array_size(shape);
    if (!json_is_array(shape)) return glia__fail(GLIA_E_FORMAT, "its shape is not a list");
    if (rank > GLIA__TENSOR_RANK_MOST)
        return glia__fail(GLIA_E_FORMAT, "a shape of %zu sides; at most %d are read", rank, GLIA__TENSOR_RANK_MOST);
    tensor->rank = (int)rank;
    tensor->count = 1;
    for (size_t d = 0; d < rank; d++) {
        if (!glia__json_size(json_array_get(shape, d), &tensor->shape[d]))
            return glia__fail(GLIA_E_FORMAT, "side %zu of its shape is not a whole number from 0", d);
        if (!glia__mul(tensor->count, tensor->shape[d], &tensor->count))
            return glia__fail(GLIA_E_FORMAT, "its shape has more numbers than can be counted");
    }
    return GLIA_OK;
}

static glia_status read_offsets(const json_t *offsets, size_t data, glia__tensor *tensor)
{
    if (json_array_size(offsets) != 2 || !glia__json_size(json_array_get(offsets, 0), &tensor->begin) ||
        !glia__json_size(json_array_get(offsets, 1), &tensor->end))
        return glia__fail(GLIA_E_FORMAT, "its data_offsets are not two whole numbers from 0");
    if (tensor->begin > tensor->end || tensor->end > data)
        return glia__fail(GLIA_E_FORMAT, "data_offsets %zu to %zu do not lie within %zu bytes of data", tensor->begin,
                          tensor->end, data);
    return GLIA_OK;
}

static glia_status check_size(const glia__tensor *tensor)
{
    size_t bytes, held = tensor->end - tensor->begin;
    if (!tensor->dtype) return GLIA_OK;
    if (!glia__mul(tensor->count, tensor->dtype->size, &bytes))
        return glia__fail(GLIA_E_FORMAT, "its shape has more bytes than can be counted");
    if (bytes != held)
        return glia__fail(GLIA_E_FORMAT, "%zu numbers of type %s take %zu bytes, but its data_offsets hold %zu",
                          tensor->count, tensor->dtype_name, bytes, held);
    return GLIA_OK;
}

static glia_status read_tensor(const json_t *entry, size_t data, glia__tensor *tensor)
{
    const json_t *dtype = json_object_get(entry, "dtype"), *shape = json_object_get(entry, "shape"),
                 *offsets = json_object_get(entry, "data_offsets");
    if (!dtype || !shape || !offsets || json_object_size(entry) != 3)
        return glia__fail(GLIA_E_FORMAT, "not an object of dtype, shape and data_offsets");
    tensor->dtype_name = json_string_value(dtype);
    if (!tensor->dtype_name) return glia__fail(GLIA_E_FORMAT, "its dtype is not a text");
    tensor->dtype = find_dtype(tensor->dtype_name);
    GLIA_TRY(read_shape(shape, tensor));
    GLIA_TRY(read_offsets(offsets, data, tensor));
    return check_size(tensor);
}

/* ---- reading: the header ----------------------------------------------------------------------------------------- */

static glia_status check_metadata(const json_t *metadata)
{
    const char *key;
    json_t     *value;
    if (metadata && !json_is_object(metadata)) return glia__fail(GLIA_E_FORMAT, METADATA " is not an object");
    json_object_foreach((json_t *)(uintptr_t)metadata, key, value) if (!json_is_string(value)) return glia__fail(
        GLIA_E_FORMAT, METADATA ": \"%s\" is not a text", key);
    return GLIA_OK;
}

static int by_place(const void *a, const void *b)
{
    const glia__tensor *x = a, *y = b;
    if (x->begin != y->begin) return x->begin < y->begin ? -1 : 1;
    return (x->end > y->end) - (x->end < y->end);
}

/* Sorts the tensors by place; each begins where the one before ends. */
static glia_status check_cover(const glia__tensors *t, size_t data)
{
    size_t at = 0;
    if (t->count) qsort(t->tensor, t->count, sizeof *t->tensor, by_place);
    for (size_t i = 0; i < t->count; at = t->tensor[i++].end)
        if (t->tensor[i].begin != at)
            return glia__fail(GLIA_E_FORMAT, "tensor \"%s\" begins at byte %zu of the data, but %s at byte %zu",
                              t->tensor[i].name, t->tensor[i].begin, i ? "the one before it ends" : "the data begin",
                              at);
    if (at != data)
        return glia__fail(GLIA_E_FORMAT, "the tensors end at byte %zu of the data, the file at byte %zu", at, data);
    return GLIA_OK;
}

static glia_status read_tensors(glia__tensors *t, size_t data)
{
    const char *name;
    json_t     *entry;
    t->tensor = glia__new(json_object_size(t->header), sizeof *t->tensor);
    if (!t->tensor) return GLIA_E_MEMORY;
    json_object_foreach(t->header, name, entry)
    {
        if (strcmp(name, METADATA) == 0) continue;
        glia__tensor *tensor = &t->tensor[t->count++];
        tensor->name = name;
        glia_status status = read_tensor(entry, data, tensor);
        if (status) return glia__fail_at(status, "tensor \"%s\"", name);
    }
    return check_cover(t, data);
}

static glia_status read_header(glia__tensors *t)
{
    if (t->n_bytes < LENGTH_BYTES)
        return glia__fail(GLIA_E_FORMAT, "%zu bytes are too few for a safetensors file", t->n_bytes);
    uint64_t    length = glia__word(t->bytes, LENGTH_BYTES, true);
    const char *text = (const char *)t->bytes + LENGTH_BYTES;
    if (length > t->n_bytes - LENGTH_BYTES)
        return glia__fail(GLIA_E_FORMAT,
                          "no safetensors file: a header of %ju bytes would be longer than the file (%zu bytes)",
                          (uintmax_t)length, t->n_bytes);
    if (length > header_most)
        return glia__fail(GLIA_E_FORMAT, "header of %ju bytes; at most %zu are allowed", (uintmax_t)length,
                          header_most);
    if (!length || text[0] != '{') return glia__fail(GLIA_E_FORMAT, "the header (byte 8) does not begin with {");
    glia_status status = glia__json_parse(text, (size_t)length, false, &t->header);
    if (status) return glia__fail_at(status, "header");
    GLIA_TRY(check_metadata(json_object_get(t->header, METADATA)));
    t->data = t->bytes + LENGTH_BYTES + length;
    return read_tensors(t, t->n_bytes - LENGTH_BYTES - (size_t)length);
}

/* ---- reading ----------------------------------------------------------------------------------------------------- */

glia_status glia__tensors_open(glia__tensors *t, const char *path)
{
    *t = (glia__tensors){0};
    glia_status status = glia__file_read(path, file_most, &t->bytes, &t->n_bytes);
    if (!status) {
        status = read_header(t);
        if (status) glia__fail_at(status, "%s", glia__path_name(path));
    }
    if (status) glia__tensors_clear(t);
    return status;
}

void glia__tensors_clear(glia__tensors *t)
{
    glia__free(t->tensor);
    glia__free(t->bytes);
    json_decref(t->header);
    *t = (glia__tensors){0};
}

const glia__tensor *glia__tensors_find(const glia__tensors *t, const char *name)
{
    for (size_t i = 0; i < t->count; i++)
        if (strcmp(t->tensor[i].name, name) == 0) return &t->tensor[i];
    return NULL;
}

const char *glia__tensors_meta(const glia__tensors *t, const char *key)
{
    return json_string_value(json_object_get(json_object_get(t->header, METADATA), key));
}

glia_status glia__tensors_reals(const glia__tensors *t, const glia__tensor *tensor, real *values)
{
    if (!tensor->dtype || !tensor->dtype->value)
        return glia__fail(GLIA_E_FORMAT, "tensor \"%s\" is of type %s, not F64, F32, F16 or BF16", tensor->name,
                          tensor->dtype_name);
    size_t size = tensor->dtype->size;
    for (size_t i = 0; i < tensor->count; i++) {
        double value = tensor->dtype->value(glia__word(t->data + tensor->begin + i * size, size, true));
        if (!glia__fits_real(value)) {
            char place[GLIA__INDEX_TEXT], text[32];
            glia_number_write(text, value);
            return glia__fail(GLIA_E_NONFINITE, "%s%s is %s, which is not a finite number here", tensor->name,
                              glia__tensor_index_text(place, tensor->shape, tensor->rank, i), text);
        }
        if (values) values[i] = (real)value;
    }
    return GLIA_OK;
}

const real *glia__tensors_in_place(const glia__tensors *t, const glia__tensor *tensor)
{
    const unsigned char *at = t->data + tensor->begin;
    const bool           little = *(const unsigned char *)&(const uint16_t){1} == 1;
    if (!little || strcmp(tensor->dtype_name, glia__numbers_name(GLIA__REALS)) != 0) return NULL;
    if ((uintptr_t)at % sizeof(real) != 0) return NULL;
    return (const real *)(const void *)at;
}

/* ---- numbers as they are ------------------------------------------------------------------------------------------
 */

#define REAL_NAME (sizeof(real) == sizeof(float) ? "F32" : "F64")

const char *glia__numbers_name(glia__numbers type)
{
    return type == GLIA__WORDS ? "U32" : type == GLIA__DOUBLES ? "F64" : REAL_NAME;
}

size_t glia__numbers_size(glia__numbers type)
{
    return find_dtype(glia__numbers_name(type))->size;
}

glia_status glia__tensors_exact(const glia__tensors *t, const glia__tensor *tensor, glia__numbers type, void *values)
{
    const size_t size = glia__numbers_size(type);
    if (strcmp(tensor->dtype_name, glia__numbers_name(type)) != 0)
        return glia__fail(GLIA_E_FORMAT, "tensor \"%s\" is of type %s, not %s", tensor->name, tensor->dtype_name,
                          glia__numbers_name(type));
    for (size_t i = 0; i < tensor->count; i++) {
        uint64_t bits = glia__word(t->data + tensor->begin + i * size, size, true);
        uint32_t low = (uint32_t)bits;
        memcpy((char *)values + i * size, size == sizeof low ? (void *)&low : (void *)&bits, size);
    }
    return GLIA_OK;
}

/* ---- the seal ---------------------------------------------------------------------------------------------------- */

/* As safetensors_write.c makes it. The file's bytes are not needed after this one look at them. */
glia_status glia__tensors_check_seal(glia__tensors *t)
{
    char        own[GLIA__SEAL_DIGITS + 1];
    const char *said = glia__tensors_meta(t, GLIA__SEAL);
    size_t      header = (size_t)(t->data - t->bytes);
    char       *at = said ? glia__seal_place((char *)t->bytes + LENGTH_BYTES, header - LENGTH_BYTES) : NULL;
    if (!at) return glia__fail(GLIA_E_FORMAT, "%s: missing", GLIA__SEAL);
    memset(at, '0', GLIA__SEAL_DIGITS);
    uint64_t hash = glia__hash(GLIA__HASH_START, t->bytes, header);
    for (size_t i = 0; i < t->count; i++)
        hash = glia__hash(hash, t->data + t->tensor[i].begin, t->tensor[i].end - t->tensor[i].begin);
    glia__seal_text(hash, own);
    if (strcmp(said, own) != 0) return glia__fail(GLIA_E_FORMAT, "damaged: its contents are not what was written");
    return GLIA_OK;
}
