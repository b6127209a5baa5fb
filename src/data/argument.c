/* The text of a data argument: glia_data_open.
 *
 *   data = term { "+" term }                        rows of all terms
 *   term = path                                     a file, a folder in MNIST's layout, or one of images
 *        | .npz file                                arrays by their names, in two parts perhaps
 *        | folder ":train" | folder ":test"         one part of it, or of a .npz
 *        | generator's name and settings
 *        | path "," path                            inputs and targets, each IDX or .npy
 *
 * A path that exists is that path, whatever marks are in its name. */
#include <string.h>

#include "data/array.h"
#include "data/columns.h"
#include "data/image.h"
#include "data/rows_file.h"
#include "data/target.h"
#include "data/zip.h"
#include "ground/memory.h"

/* ---- words ------------------------------------------------------------------------------------------------------ */

static bool exists(const char *path)
{
    return glia__is_file(path) || glia__is_folder(path);
}

/* *word = text[0..n), a part of `whole`, without white space around it; the caller's. */
static glia_status copy_word(const char *whole, const char *text, size_t n, char **word)
{
    static const char space[] = " \t\r\n";
    while (n > 0 && strchr(space, *text)) text++, n--;
    while (n > 0 && strchr(space, text[n - 1])) n--;
    if (n == 0) return glia__fail(GLIA_E_TEXT, "data \"%.80s\": a file, a folder or a generator is missing", whole);
    *word = glia__strndup(text, n);
    return *word ? GLIA_OK : GLIA_E_MEMORY;
}

/* ---- files ------------------------------------------------------------------------------------------------------ */

/* Keeps the paths of what was read; the second may be NULL. */
static glia_status note_files(glia_data **data, const char *path, const char *second)
{
    glia_status status = glia__data_add_file(*data, path);
    if (status == GLIA_OK && second) status = glia__data_add_file(*data, second);
    if (status == GLIA_OK) return GLIA_OK;
    glia_data_free(*data);
    *data = NULL;
    return status;
}

/* An array alone: inputs, and the target if it is one of its columns. */
static glia_status read_array(glia_data **data, glia__source *s, const glia_data_options *options)
{
    glia__array a;
    GLIA_TRY(glia__array_open(&a, s));
    return glia__array_read(data, &a, NULL, options);
}

/* Whether `wanted`, `a, "b, c"`, are the targets of d in their order. */
static glia_status are_targets(const glia_data *d, const char *wanted, bool *are)
{
    const glia__text_at where = {"target", wanted, wanted + strlen(wanted)};
    const char         *first = glia_data_target_name(d, 0);
    glia__string        name = {0};
    glia_status         status = GLIA_OK;
    size_t              j = 0;
    *are = first && strcmp(first, wanted) == 0 && !glia_data_target_name(d, 1);
    if (*are) return GLIA_OK; /* it may have commas */
    for (bool more = true; status == GLIA_OK && more; j++) {
        const char *own = glia_data_target_name(d, j);
        status = glia__column_next(&where, &wanted, &name, &more);
        if (status != GLIA_OK) break;
        *are = more ? own && strcmp(own, name.text) == 0 : j > 0 && !own;
        if (!*are) break;
    }
    glia__string_clear(&name);
    return status;
}

/* What a file of rows was made of was read in one way, and is no longer read in another. */
static glia_status check_rows(glia_data *d, const glia_data_options *o)
{
    bool        are;
    const char *own = glia_data_target_name(d, 0);
    if (!o || !o->target) return GLIA_OK;
    if (*o->target) {
        GLIA_TRY(are_targets(d, o->target, &are));
        if (!are)
            return glia__fail(GLIA_E_TEXT,
                              "%s: its target is %s%s%s%s, as the table was read that it was made of, not \"%.60s\"",
                              d->name, own ? "\"" : "a column without a name", own ? own : "", own ? "\"" : "",
                              glia_data_target_name(d, 1) ? " and others" : "", o->target);
    }
    if (!*o->target || o->target_unread) d->target = GLIA_TARGET_NONE;
    return GLIA_OK;
}

static glia_status read_rows(glia_data **data, glia__source *s, const glia_data_options *options)
{
    GLIA_TRY(glia__rows_read(data, s, options ? options->memory : 0, NULL, NULL));
    glia_status status = check_rows(*data, options);
    if (status == GLIA_OK) return GLIA_OK;
    glia_data_free(*data);
    *data = NULL;
    return status;
}

static glia_status open_file(glia_data **data, const char *path, const glia_data_options *options)
{
    glia__source s;
    glia_status  status;
    GLIA_TRY(glia__source_open(&s, path));
    if (glia__image_fits(&s))
        status = glia__images_read_one(data, &s, options ? options->image : NULL);
    else if (glia__array_fits(&s))
        status = read_array(data, &s, options);
    else if (glia__zip_fits(&s))
        status = glia__npz_read(data, &s, NULL, options);
    else if (glia__rows_fits(&s))
        status = read_rows(data, &s, options);
    else
        status = glia__csv_read(data, &s, options);
    glia__source_close(&s);
    return status == GLIA_OK ? note_files(data, path, NULL) : status;
}

/* Both headers are read, and must fit each other, before anything else is. */
static glia_status read_pair(glia_data **data, glia__source *inputs, glia__source *targets,
                             const glia_data_options *options)
{
    glia__array x, y;
    GLIA_TRY(glia__array_open(&x, inputs));
    GLIA_TRY(glia__array_open(&y, targets));
    return glia__array_read(data, &x, &y, options);
}

static glia_status open_pair(glia_data **data, const char *inputs, const char *targets,
                             const glia_data_options *options)
{
    glia__source x, y;
    *data = NULL;
    GLIA_TRY(glia__source_open(&x, inputs));
    glia_status status = glia__source_open(&y, targets);
    if (status == GLIA_OK) {
        status = read_pair(data, &x, &y, options);
        glia__source_close(&y);
    }
    glia__source_close(&x);
    return status == GLIA_OK ? note_files(data, inputs, targets) : status;
}

/* One part of a file: only a .npz has parts. */
static glia_status open_part_of_file(glia_data **data, const char *path, const char *part,
                                     const glia_data_options *options)
{
    glia__source s;
    GLIA_TRY(glia__source_open(&s, path));
    glia_status status = GLIA_E_TEXT;
    if (glia__zip_fits(&s))
        status = glia__npz_read(data, &s, part, options);
    else
        glia__fail(status, "%s:%s: a file has no part \"%s\"; a folder or a .npz has", path, part, part);
    glia__source_close(&s);
    return status == GLIA_OK ? note_files(data, path, NULL) : status;
}

/* ---- folders ---------------------------------------------------------------------------------------------------- */

typedef enum part { TRAIN, TEST, PARTS } part;
static const char *const part_names[PARTS] = {"train", "test"};

enum { IMAGES, LABELS, FILES };
static const char *const layout[PARTS][FILES] = {
    [TRAIN] = {"train-images-idx3-ubyte", "train-labels-idx1-ubyte"},
    [TEST] = {"t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"},
};
static const char *const endings[] = {"", ".gz"};

typedef struct folder {
    char        *path[PARTS][FILES];
    glia__string missing;
} folder;

static void folder_clear(folder *f)
{
    for (int p = 0; p < PARTS; p++)
        for (int i = 0; i < FILES; i++) glia__free(f->path[p][i]);
    glia__string_clear(&f->missing);
}

/* The path of a file with one of the endings; *path stays NULL if there is none. */
static glia_status find_file(const char *where, const char *name, char **path)
{
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        glia__string s = {0};
        glia__string_add(&s, "%s/%s%s", where, name, endings[i]);
        char *text = glia__string_take(&s);
        if (!text) return GLIA_E_MEMORY;
        if (glia__is_file(text)) {
            *path = text;
            return GLIA_OK;
        }
        glia__free(text);
    }
    return GLIA_OK;
}

static glia_status find_part(folder *f, const char *where, part p)
{
    for (int i = 0; i < FILES; i++) {
        GLIA_TRY(find_file(where, layout[p][i], &f->path[p][i]));
        if (!f->path[p][i]) glia__string_add(&f->missing, "%s%s", f->missing.length ? ", " : "", layout[p][i]);
    }
    return f->missing.failed ? GLIA_E_MEMORY : GLIA_OK;
}

/* Opens parts first .. last: *data is the first of them and owns the second. */
static glia_status open_found(glia_data **data, const folder *f, part first, part last,
                              const glia_data_options *options)
{
    GLIA_TRY(open_pair(data, f->path[first][IMAGES], f->path[first][LABELS], options));
    if (first == last) return GLIA_OK;
    glia_data  *test;
    glia_status status = open_pair(&test, f->path[last][IMAGES], f->path[last][LABELS], options);
    if (status == GLIA_OK) status = glia__data_take_test(*data, test);
    if (status == GLIA_OK) return GLIA_OK;
    glia_data_free(*data);
    *data = NULL;
    return status;
}

static bool found_none(const folder *f, part first, part last)
{
    for (int i = 0; i < FILES; i++)
        if (f->path[first][i] || f->path[last][i]) return false;
    return true;
}

/* A folder without any of MNIST's files may be one of images. */
static glia_status open_folder(glia_data **data, const char *where, part first, part last,
                               const glia_data_options *options)
{
    folder      f = {0};
    bool        known = false;
    glia_status status = find_part(&f, where, first);
    if (status == GLIA_OK && last != first) status = find_part(&f, where, last);
    if (status == GLIA_OK && found_none(&f, first, last))
        status = glia__image_folder(data, where, first == last ? (glia__folder_part)first : GLIA__PART_ALL,
                                    options ? options->image : NULL, &known);
    if (status == GLIA_OK && !known && f.missing.length > 0)
        status =
            glia__fail(GLIA_E_OPEN, "%s: the folder lacks %s (plain or .gz), and has no images", where, f.missing.text);
    if (status == GLIA_OK && !known) status = open_found(data, &f, first, last, options);
    folder_clear(&f);
    return status;
}

/* ---- terms ------------------------------------------------------------------------------------------------------ */

static glia_status open_path(glia_data **data, const char *path, const glia_data_options *options)
{
    if (glia__is_folder(path)) return open_folder(data, path, TRAIN, TEST, options);
    glia_status status = open_file(data, path, options);
    if (status != GLIA_E_OPEN || exists(path) || strpbrk(path, "/.") || strcmp(path, "-") == 0) return status;
    glia__string names = {0};
    for (size_t i = 0; i < glia__generator_count(); i++)
        glia__string_add(&names, "%s%s", i ? ", " : "", glia__generator_at(i)->name);
    glia__fail(status, "%s: no such file or folder, and no such generator (%s)", path, names.text ? names.text : "");
    glia__string_clear(&names);
    return status;
}

/* Which part `term` asks for, as in "mnist:test"; PARTS if for none. */
static part find_suffix(const char *term)
{
    const char *colon = strrchr(term, ':');
    part        p = TRAIN;
    while (p < PARTS && !(colon && strcmp(colon + 1, part_names[p]) == 0)) p++;
    return p;
}

static glia_status open_part(glia_data **data, const char *term, part p, const glia_data_options *options)
{
    char *where = glia__strndup(term, (size_t)(strrchr(term, ':') - term));
    if (!where) return GLIA_E_MEMORY;
    glia_status status = GLIA_E_OPEN;
    if (glia__is_folder(where))
        status = open_folder(data, where, p, p, options);
    else if (glia__is_file(where))
        status = open_part_of_file(data, where, part_names[p], options);
    else
        glia__fail(status, "%s: there is no folder \"%s\"", term, where);
    glia__free(where);
    return status;
}

static glia_status open_comma(glia_data **data, const char *term, const char *comma, const glia_data_options *options)
{
    char *images, *labels = NULL;
    GLIA_TRY(copy_word(term, term, (size_t)(comma - term), &images));
    glia_status status = copy_word(term, comma + 1, strlen(comma + 1), &labels);
    if (status == GLIA_OK) status = open_pair(data, images, labels, options);
    glia__free(images);
    glia__free(labels);
    return status;
}

static glia_status open_term(glia_data **data, const char *term, const glia_data_options *options)
{
    bool known;
    part p = find_suffix(term);
    if (exists(term)) return open_path(data, term, options);
    if (p < PARTS) return open_part(data, term, p, options);
    GLIA_TRY(glia__generate(data, term, &known));
    if (known) return GLIA_OK;
    const char *comma = strchr(term, ',');
    return comma ? open_comma(data, term, comma, options) : open_path(data, term, options);
}

/* ---- the whole text --------------------------------------------------------------------------------------------- */

/* Only a table can have a column that is something else than an input, and only image files are resized. */
static glia_status check_column(const char *term, const char *column, bool there, const char *what)
{
    if (!column || there) return GLIA_OK;
    return glia__fail(GLIA_E_TEXT, "%s is no table: it has no column \"%.60s\" of %s", term, column, what);
}

static glia_status check_options(const glia_data *d, const char *term, const glia_data_options *o)
{
    GLIA_TRY(check_column(term, o->weight_optional ? NULL : o->weight, d->weights, "weights"));
    GLIA_TRY(check_column(term, o->group_optional ? NULL : o->group, d->groups, "groups"));
    GLIA_TRY(check_column(term, o->time_optional ? NULL : o->time, d->times, "times"));
    bool told = (o->columns && !o->columns_optional) || o->drop_missing || o->header;
    if (told && !d->column)
        return glia__fail(GLIA_E_TEXT, "%s is no table of columns: there are no kinds, gaps or header to be told",
                          term);
    if (!o->image || o->image_optional || d->row_files) return GLIA_OK;
    return glia__fail(GLIA_E_TEXT, "%s has no image files, which alone can be made \"%.60s\"", term, o->image);
}

static glia_status open_checked(glia_data **data, const char *term, const glia_data_options *options)
{
    GLIA_TRY(open_term(data, term, options));
    glia_status status = options ? check_options(*data, term, options) : GLIA_OK;
    if (status == GLIA_OK) return GLIA_OK;
    glia_data_free(*data);
    *data = NULL;
    return status;
}

static glia_status open_next(glia_data **data, const char *term, const glia_data_options *options)
{
    glia_data *next = NULL;
    if (!*data) return open_checked(data, term, options);
    glia_data_options like = options ? *options : (glia_data_options){0};
    if ((*data)->column_names && *glia_data_columns(*data)) { /* kinds are those of the first table */
        like.columns = glia_data_columns(*data);
        like.columns_optional = true;
    }
    GLIA_TRY(open_checked(&next, term, &like));
    glia_status status = glia__data_append(*data, next);
    glia_data_free(next);
    return status;
}

static glia_status open_terms(glia_data **data, const char *text, const glia_data_options *options)
{
    if (exists(text)) return open_checked(data, text, options);
    for (const char *at = text; at;) {
        size_t n = strcspn(at, "+");
        char  *term;
        GLIA_TRY(copy_word(text, at, n, &term));
        glia_status status = open_next(data, term, options);
        glia__free(term);
        if (status != GLIA_OK) return status;
        at = at[n] ? at + n + 1 : NULL;
    }
    return GLIA_OK;
}

glia_status glia_data_open(glia_data **data, const char *text, const glia_data_options *options)
{
    glia_data *d = NULL;
    if (!data) return glia__fail(GLIA_E_ARG, "no place for the data set");
    *data = NULL;
    if (!text) return glia__fail(GLIA_E_ARG, "no data is named");
    char       *name = glia__strdup(glia__path_name(text));
    glia_status status = name ? open_terms(&d, text, options) : GLIA_E_MEMORY;
    if (status != GLIA_OK) {
        glia__free(name);
        glia_data_free(d);
        return status;
    }
    glia__free(d->name);
    d->name = name;
    *data = d;
    return GLIA_OK;
}
