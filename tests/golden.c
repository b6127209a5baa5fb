/* Reads golden cases: case.json by jansson, and .npy of format version 1.0.
 *
 * A .npy file is the 6 bytes \x93NUMPY, the version's bytes 1 and 0, a little-endian uint16 header length, a header of
 * that length, then the numbers. The header is the text of a Python dictionary, padded with spaces and ended by a
 * newline so that the numbers begin at a multiple of 64. case.json says what the dictionary must hold, so the text is
 * not parsed: it is written again from case.json and compared. */
#include "golden.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the arrays are little endian and are used as they lie");

struct golden_case {
    char           *name;
    json_t         *json, *settings;
    golden_array   *arrays;
    unsigned char **files; /* whole .npy files, that the arrays' raw point into */
    size_t          count;
};

/* ---- failing ---------------------------------------------------------------------------------------------------- */

static void wrong(const char *where, const char *format, ...) __attribute__((format(printf, 2, 3), noreturn));
static void wrong(const char *where, const char *format, ...)
{
    char    sentence[512];
    va_list list;
    va_start(list, format);
    vsnprintf(sentence, sizeof sentence, format, list);
    va_end(list);
    fail_msg("golden %s: %s", where, sentence);
    abort();
}

static void *need(const char *where, size_t count, size_t size)
{
    void *p = calloc(count ? count : 1, size);
    if (!p) wrong(where, "out of memory");
    return p;
}

/* ---- element types ---------------------------------------------------------------------------------------------- */

#define GOLDEN_WIDEN(name, type)                                                                                       \
    static void name(const unsigned char *raw, size_t n, double *out)                                                  \
    {                                                                                                                  \
        for (size_t i = 0; i < n; i++) {                                                                               \
            type v;                                                                                                    \
            memcpy(&v, raw + i * sizeof v, sizeof v);                                                                  \
            out[i] = (double)v;                                                                                        \
        }                                                                                                              \
    }
GOLDEN_WIDEN(widen_f8, double)
GOLDEN_WIDEN(widen_f4, float)
GOLDEN_WIDEN(widen_i8, int64_t)
GOLDEN_WIDEN(widen_i4, int32_t)
GOLDEN_WIDEN(widen_u4, uint32_t)
GOLDEN_WIDEN(widen_u1, uint8_t)

static const struct type {
    const char *dtype;
    size_t      item;
    void (*widen)(const unsigned char *raw, size_t n, double *out);
} types[] = {
    {"<f8", 8, widen_f8}, {"<f4", 4, widen_f4}, {"<i8", 8, widen_i8},
    {"<i4", 4, widen_i4}, {"<u4", 4, widen_u4}, {"|u1", 1, widen_u1},
};

static const struct type *type_of(const char *where, const char *dtype)
{
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (!strcmp(types[i].dtype, dtype)) return &types[i];
    wrong(where, "an element type \"%s\"", dtype);
}

/* ---- files ------------------------------------------------------------------------------------------------------ */

static void path_of(char *path, size_t size, const char *name, const char *file)
{
    if ((size_t)snprintf(path, size, "%s/golden/%s/%s", GLIA_TEST_DATA, name, file) >= size)
        wrong(name, "a path longer than %zu bytes", size);
}

static unsigned char *read_all(const char *path, size_t *n)
{
    FILE *file = fopen(path, "rb");
    if (!file) wrong(path, "cannot be opened");
    if (fseek(file, 0, SEEK_END)) wrong(path, "cannot be read");
    long           size = ftell(file);
    unsigned char *bytes = need(path, (size_t)size + 1, 1);
    rewind(file);
    *n = fread(bytes, 1, (size_t)size, file);
    fclose(file);
    if (*n != (size_t)size) wrong(path, "%zu bytes read of %ld", *n, size);
    return bytes;
}

/* The header that NumPy writes for this array. */
static size_t header_text(char *text, size_t size, const golden_array *a)
{
    int n = snprintf(text, size, "{'descr': '%s', 'fortran_order': False, 'shape': (", a->dtype);
    for (int i = 0; i < a->rank; i++) n += snprintf(text + n, size - (size_t)n, i ? ", %zu" : "%zu", a->shape[i]);
    n += snprintf(text + n, size - (size_t)n, a->rank == 1 ? ",), }" : "), }");
    return (size_t)n;
}

/* Where the numbers begin in a .npy file that holds exactly the array `a`. */
static size_t npy_begin(const char *path, const unsigned char *bytes, size_t n, const golden_array *a)
{
    static const unsigned char magic[8] = {0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0};
    char                       text[256];
    size_t                     length = header_text(text, sizeof text, a);
    if (n < 10 || memcmp(bytes, magic, 8)) wrong(path, "no .npy of version 1.0");
    size_t begin = 10 + (size_t)bytes[8] + 256 * (size_t)bytes[9];
    if (begin % 64 || begin > n) wrong(path, "a header that ends at byte %zu of %zu", begin, n);
    if (begin < 10 + length + 1 || memcmp(bytes + 10, text, length)) wrong(path, "the header is not %s", text);
    for (size_t i = 10 + length; i < begin; i++)
        if (bytes[i] != (i + 1 < begin ? ' ' : '\n')) wrong(path, "byte %zu of the header", i);
    if (n - begin != a->count * a->item) wrong(path, "%zu bytes of numbers", n - begin);
    return begin;
}

/* ---- case.json -------------------------------------------------------------------------------------------------- */

static const char *word(const char *where, const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    if (!text) wrong(where, "no \"%s\" in an entry of \"arrays\"", key);
    return text;
}

static void read_shape(const char *where, const json_t *shape, golden_array *a)
{
    a->rank = (int)json_array_size(shape);
    if (a->rank < 1 || a->rank > GOLDEN_RANK_MOST) wrong(where, "an array of %d axes", a->rank);
    a->count = 1;
    for (int i = 0; i < a->rank; i++) {
        a->shape[i] = (size_t)json_integer_value(json_array_get(shape, (size_t)i));
        a->count *= a->shape[i];
    }
}

static void read_array(golden_case *c, size_t i, const json_t *entry)
{
    golden_array *a = &c->arrays[i];
    char          path[4096];
    path_of(path, sizeof path, c->name, word(c->name, entry, "file"));
    a->name = word(path, entry, "name");
    a->role = word(path, entry, "role");
    const struct type *type = type_of(path, word(path, entry, "dtype"));
    memcpy(a->dtype, type->dtype, sizeof a->dtype);
    a->item = type->item;
    read_shape(path, json_object_get(entry, "shape"), a);
    size_t n;
    c->files[i] = read_all(path, &n);
    a->raw = c->files[i] + npy_begin(path, c->files[i], n, a);
    double *values = need(path, a->count, sizeof *values);
    type->widen(a->raw, a->count, values);
    a->values = values;
}

double *golden_read(const char *path, const golden_array *as)
{
    golden_array       a = *as;
    const struct type *type = type_of(path, a.dtype);
    size_t             n;
    unsigned char     *bytes = read_all(path, &n);
    double            *values = need(path, a.count, sizeof *values);
    a.item = type->item;
    type->widen(bytes + npy_begin(path, bytes, n, &a), a.count, values);
    free(bytes);
    return values;
}

golden_case *golden_open(const char *name)
{
    char         path[4096];
    json_error_t error;
    path_of(path, sizeof path, name, "case.json");
    golden_case *c = need(name, 1, sizeof *c);
    c->name = need(name, strlen(name) + 1, 1);
    strcpy(c->name, name);
    c->json = json_load_file(path, JSON_REJECT_DUPLICATES, &error);
    if (!c->json) wrong(path, "%s", error.text);
    json_t *settings = json_object_get(c->json, "hyperparameters");
    c->settings = settings ? json_incref(settings) : json_object();
    const json_t *arrays = json_object_get(c->json, "arrays");
    c->count = json_array_size(arrays);
    c->arrays = need(name, c->count, sizeof *c->arrays);
    c->files = need(name, c->count, sizeof *c->files);
    for (size_t i = 0; i < c->count; i++) read_array(c, i, json_array_get(arrays, i));
    return c;
}

void golden_close(golden_case *c)
{
    if (!c) return;
    for (size_t i = 0; i < c->count; i++) {
        free(c->files[i]);
        free((void *)(uintptr_t)c->arrays[i].values);
    }
    json_decref(c->settings);
    json_decref(c->json);
    free(c->files);
    free(c->arrays);
    free(c->name);
    free(c);
}

/* ---- looking up ------------------------------------------------------------------------------------------------- */

size_t golden_count(const golden_case *c)
{
    return c->count;
}

const golden_array *golden_at(const golden_case *c, size_t i)
{
    if (i >= c->count) wrong(c->name, "array %zu of %zu", i, c->count);
    return &c->arrays[i];
}

const golden_array *golden_find(const golden_case *c, const char *name)
{
    for (size_t i = 0; i < c->count; i++)
        if (!strcmp(c->arrays[i].name, name)) return &c->arrays[i];
    return NULL;
}

const golden_array *golden_get(const golden_case *c, const char *name)
{
    const golden_array *a = golden_find(c, name);
    if (!a) wrong(c->name, "no array \"%s\"", name);
    return a;
}

glia_real *golden_reals(const golden_array *a)
{
    glia_real *copy = need(a->name, a->count, sizeof *copy);
    for (size_t i = 0; i < a->count; i++) copy[i] = (glia_real)a->values[i];
    return copy;
}

int32_t *golden_ints(const golden_array *a)
{
    int32_t *copy = need(a->name, a->count, sizeof *copy);
    for (size_t i = 0; i < a->count; i++) {
        copy[i] = (int32_t)a->values[i];
        if ((double)copy[i] != a->values[i]) wrong(a->name, "[%zu] is %.17g, no int32", i, a->values[i]);
    }
    return copy;
}

const json_t *golden_json(const golden_case *c)
{
    return c->json;
}

const json_t *golden_settings(const golden_case *c)
{
    return c->settings;
}

double golden_setting(const golden_case *c, const char *name, double standard)
{
    const json_t *value = json_object_get(c->settings, name);
    if (!value) return standard;
    if (json_is_boolean(value)) return json_is_true(value) ? 1 : 0;
    if (!json_is_number(value)) wrong(c->name, "hyperparameter \"%s\" is not a number", name);
    return json_number_value(value);
}

/* ---- comparing -------------------------------------------------------------------------------------------------- */

bool golden_near(double got, double want, double rtol, double atol)
{
    if (isnan(got) || isnan(want)) return isnan(got) && isnan(want);
    if (isinf(got) || isinf(want)) return got == want;
    return fabs(got - want) <= atol + rtol * fabs(want);
}

static golden_tolerance tolerance(const golden_case *c, const json_t *of, const char *first, const char *second)
{
    const json_t *entry = json_object_get(of, first);
    if (!entry) entry = json_object_get(of, second);
    const json_t *rtol = json_object_get(entry, "rtol"), *atol = json_object_get(entry, "atol");
    if (!json_is_number(rtol) || !json_is_number(atol)) wrong(c->name, "no tolerance %s or %s", first, second);
    return (golden_tolerance){json_number_value(rtol), json_number_value(atol)};
}

static const char *const real_names[2] = {"float32", "float64"};
enum { REAL_IS_DOUBLE = sizeof(glia_real) == sizeof(double) };

golden_tolerance golden_tolerance_of(const golden_case *c)
{
    const json_t *of = json_object_get(c->json, "tolerance");
    return tolerance(c, of, real_names[REAL_IS_DOUBLE], real_names[!REAL_IS_DOUBLE]);
}

golden_tolerance golden_tolerance_double(const golden_case *c)
{
    return tolerance(c, json_object_get(c->json, "tolerance"), "float64", "float32");
}

golden_tolerance golden_tolerance_variant(const golden_case *c, const char *variant)
{
    const json_t *variants = json_object_get(json_object_get(c->json, "tolerance"), "by_variant");
    const json_t *of = json_object_get(variants, variant);
    return of ? tolerance(c, of, real_names[REAL_IS_DOUBLE], real_names[!REAL_IS_DOUBLE]) : golden_tolerance_of(c);
}

static void expect_near(const golden_array *want, size_t i, double got, golden_tolerance t)
{
    if (!golden_near(got, want->values[i], t.rtol, t.atol))
        wrong(want->name, "[%zu] is %.17g, not %.17g (rtol %g, atol %g)", i, got, want->values[i], t.rtol, t.atol);
}

void golden_expect_reals(const golden_array *want, const glia_real *got, golden_tolerance t)
{
    for (size_t i = 0; i < want->count; i++) expect_near(want, i, (double)got[i], t);
}

void golden_expect_doubles(const golden_array *want, const double *got, golden_tolerance t)
{
    for (size_t i = 0; i < want->count; i++) expect_near(want, i, got[i], t);
}

void golden_expect_bits(const golden_array *want, const void *got)
{
    for (size_t i = 0; i < want->count; i++)
        if (memcmp(want->raw + i * want->item, (const unsigned char *)got + i * want->item, want->item))
            wrong(want->name, "[%zu] is not %.17g bit for bit", i, want->values[i]);
}
