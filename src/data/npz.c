/* .npz, arrays that NumPy saved together: a zip file with a .npy for each, called by its name. Which of them are inputs
 * and which targets is told by the names: x and y, and what scikit-learn, Keras and numpy.savez call them. x_train,
 * y_train, x_test and y_test, as in Keras's mnist.npz, are a data set of two parts. */
#include <string.h>

#include "data/array.h"
#include "data/zip.h"
#include "ground/memory.h"
#include "ground/text.h"

#define ENDING ".npy"
enum { NAMES_MOST = 8, SHOWN_MOST = 20 };

/* The first name of a list that is there is taken. */
static const struct {
    const char *part; /* as in DATA:test */
    const char *inputs[NAMES_MOST], *targets[NAMES_MOST];
} kinds[] = {
    {"", {"x", "X", "data", "images", "arr_0"}, {"y", "Y", "labels", "target", "targets", "arr_1"}},
    {"train", {"x_train", "X_train"}, {"y_train", "Y_train"}},
    {"test", {"x_test", "X_test"}, {"y_test", "Y_test"}},
};
enum { WHOLE, TRAIN, TEST, KINDS };

/* ---- names ------------------------------------------------------------------------------------------------------ */

static bool is_called(const glia__entry *e, const char *name)
{
    size_t n = strlen(name);
    return strncmp(e->name, name, n) == 0 && strcmp(e->name + n, ENDING) == 0;
}

static const glia__entry *find(const glia__zip *z, const char *const *names)
{
    for (; *names; names++)
        for (size_t i = 0; i < z->count; i++)
            if (is_called(&z->entries[i], *names)) return &z->entries[i];
    return NULL;
}

static void add_names(glia__string *s, const char *const *names)
{
    for (size_t i = 0; names[i]; i++) glia__string_add(s, "%s%s", i ? ", " : "", names[i]);
}

static bool is_workbook(const glia__zip *z)
{
    for (size_t i = 0; i < z->count; i++)
        if (strncmp(z->entries[i].name, "xl/", 3) == 0) return true;
    return false;
}

/* None of the members is what `kind` needs: says which there are, and which would do. */
static glia_status fail_names(const glia__zip *z, int kind)
{
    glia__string s = {0};
    if (is_workbook(z))
        return glia__fail(GLIA_E_FORMAT, "%s: an Excel workbook, which is not read: save it as CSV", z->path);
    glia__string_add(&s, z->count ? "there are " : "there are no members");
    for (size_t i = 0; i < z->count && i < SHOWN_MOST; i++)
        glia__string_add(&s, "%s%.40s", i ? ", " : "", z->entries[i].name);
    if (z->count > SHOWN_MOST) glia__string_add(&s, " and %zu more", z->count - SHOWN_MOST);
    glia__string_add(&s, "; inputs are looked for as ");
    add_names(&s, kinds[kind].inputs);
    glia__string_add(&s, kind == WHOLE ? " or x_train, and targets as " : ", and targets as ");
    add_names(&s, kinds[kind].targets);
    if (kind == WHOLE) glia__string_add(&s, " or y_train");
    glia_status status = s.failed ? GLIA_E_MEMORY : GLIA_E_FORMAT;
    if (!s.failed)
        glia__fail(status, "%s: no array of %s%sinputs: %s", z->path, kinds[kind].part, kind ? " " : "", s.text);
    glia__string_clear(&s);
    return status;
}

/* ---- members ---------------------------------------------------------------------------------------------------- */

typedef struct member {
    char        *path; /* as sentences call it */
    glia__source source;
    glia__array  array;
} member;

static glia_status member_open(member *m, const glia__zip *z, const glia__entry *entry)
{
    glia__string path = {0};
    glia__string_add(&path, "%s: member \"%s\"", z->path, entry->name);
    m->path = glia__string_take(&path);
    if (!m->path) return GLIA_E_MEMORY;
    GLIA_TRY(glia__zip_source(&m->source, z, entry, m->path));
    return glia__array_open(&m->array, &m->source);
}

static void member_close(member *m)
{
    glia__source_close(&m->source);
    glia__free(m->path);
}

/* ---- the data set ----------------------------------------------------------------------------------------------- */

/* The arrays of one kind; targets there need not be. */
static glia_status read_kind(glia_data **data, const glia__zip *z, int kind, const glia_data_options *options)
{
    const glia__entry *x = find(z, kinds[kind].inputs), *y = find(z, kinds[kind].targets);
    member             inputs = {0}, targets = {0};
    *data = NULL;
    if (!x) return fail_names(z, kind);
    glia_status status = member_open(&inputs, z, x);
    if (status == GLIA_OK && y) status = member_open(&targets, z, y);
    if (status == GLIA_OK) status = glia__array_read(data, &inputs.array, y ? &targets.array : NULL, options);
    member_close(&inputs);
    member_close(&targets);
    return status;
}

static glia_status read_both(glia_data **data, const glia__zip *z, const glia_data_options *options)
{
    glia_data *test;
    GLIA_TRY(read_kind(data, z, TRAIN, options));
    if (!find(z, kinds[TEST].inputs)) return GLIA_OK;
    glia_status status = read_kind(&test, z, TEST, options);
    if (status == GLIA_OK) status = glia__data_take_test(*data, test);
    if (status == GLIA_OK) return GLIA_OK;
    glia_data_free(*data);
    *data = NULL;
    return status;
}

static glia_status read_part(glia_data **data, const glia__zip *z, const char *part, const glia_data_options *options)
{
    for (int k = TRAIN; part && k < KINDS; k++)
        if (strcmp(part, kinds[k].part) == 0) return read_kind(data, z, k, options);
    return find(z, kinds[TRAIN].inputs) ? read_both(data, z, options) : read_kind(data, z, WHOLE, options);
}

glia_status glia__npz_read(glia_data **data, const glia__source *file, const char *part,
                           const glia_data_options *options)
{
    glia__zip z;
    *data = NULL;
    glia_status status = glia__zip_open(&z, file);
    if (status == GLIA_OK) status = read_part(data, &z, part, options);
    glia__zip_clear(&z);
    return status;
}
