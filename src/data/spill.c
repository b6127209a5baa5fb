/* The way of a large table's rows to their file: a chunk at a time, through the writer that leaves a whole file or
 * none. The file lies beside the CSV, to be found there the next time; where that cannot be, in a folder for temporary
 * files, without a name once it is open. */
#include "data/spill.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "data/rows_file.h"
#include "ground/memory.h"

enum { CHUNK = 1 << 20 }; /* bytes */

struct glia__spill {
    glia__writer *to;
    char         *path, *folder; /* folder: made for it alone, or NULL */
    glia__origin  origin;
    size_t        width, chunk; /* numbers of a row; rows of a chunk */
    size_t       *gaps;         /* [width]                            */
    glia__pick   *take;         /* [width]: what becomes of each number, then what each is made of */
    size_t        kept;         /* of them; SIZE_MAX: all, as they stand */
};

/* ---- where the file is ------------------------------------------------------------------------------------------- */

static glia_status open_beside(struct glia__spill *s, const glia__table *t)
{
    const char *asked = t->options->rows_file;
    s->path = asked ? glia__strdup(asked) : glia__rows_path(t->csv.source->path);
    return s->path ? glia__writer_open(&s->to, s->path) : GLIA_E_MEMORY;
}

static glia_status open_hidden(struct glia__spill *s)
{
    const char  *where = getenv("TMPDIR");
    glia__string folder = {0}, path = {0};
    glia__string_add(&folder, "%s/glia-rows-XXXXXX", where && *where ? where : "/tmp");
    glia__free(s->path);
    s->path = NULL;
    if (!(s->folder = glia__string_take(&folder))) return GLIA_E_MEMORY;
    if (!mkdtemp(s->folder)) {
        glia__fail(GLIA_E_WRITE, "%s: no folder can be made for the rows of the table", s->folder);
        glia__free(s->folder);
        s->folder = NULL;
        return GLIA_E_WRITE;
    }
    glia__string_add(&path, "%s/rows", s->folder);
    s->path = glia__string_take(&path);
    return s->path ? glia__writer_open(&s->to, s->path) : GLIA_E_MEMORY;
}

static bool is_standard_input(const glia__table *t)
{
    return strcmp(t->csv.source->path, glia__path_name("-")) == 0;
}

/* A folder that may not be written to is no reason to give up. */
static glia_status open_file(struct glia__spill *s, const glia__table *t)
{
    if (!t->options->rows_file && is_standard_input(t)) return open_hidden(s);
    glia_status status = open_beside(s, t);
    return status == GLIA_E_WRITE && !t->options->rows_file ? open_hidden(s) : status;
}

/* ---- the rows ---------------------------------------------------------------------------------------------------- */

static glia_status begin(glia__table *t)
{
    struct glia__spill *s = t->spill = glia__new(1, sizeof *s);
    if (!s) return GLIA_E_MEMORY;
    s->width = t->width;
    s->kept = SIZE_MAX;
    s->chunk = CHUNK / (t->width * sizeof *t->values) + 1;
    s->origin = glia__origin_of(t->csv.source, t->options);
    s->gaps = glia__new(s->width, sizeof *s->gaps);
    s->take = glia__new(s->width, sizeof *s->take);
    if (!s->gaps || !s->take) return GLIA_E_MEMORY;
    for (size_t i = 0; i < s->width; i++) s->take[i].from = i;
    GLIA_TRY(open_file(s, t));
    GLIA_TRY(glia__writer_tidy(s->to)); /* they are large */
    return glia__rows_head(s->to, s->width);
}

static void count_gaps(struct glia__spill *s, const glia__table *t, size_t rows)
{
    const real *v = t->values;
    for (size_t r = 0; t->has_gaps && r < rows; r++, v += s->width)
        for (size_t i = 0; i < s->width; i++) s->gaps[i] += isnan(v[i]);
}

static glia_status flush(glia__table *t)
{
    struct glia__spill *s = t->spill;
    const size_t        rows = t->rows - t->flushed;
    if (rows > 0) GLIA_TRY(glia__writer_write(s->to, t->values, rows * s->width * sizeof *t->values));
    count_gaps(s, t, rows);
    t->flushed = t->rows;
    if (t->room <= 2 * s->chunk) return GLIA_OK;
    t->room = s->chunk;
    return glia__resize(&t->values, t->room, s->width * sizeof *t->values);
}

size_t glia__spill_limit(const glia__table *t)
{
    return t->options->memory ? t->options->memory : glia__sizes_now.memory;
}

size_t glia__spill_rows(const glia__table *t)
{
    if (t->spill) return t->spill->chunk;
    return t->options->rows_file ? 0 : glia__spill_limit(t) / (t->width * sizeof(float)) + 1;
}

glia_status glia__spill_some(glia__table *t)
{
    if (!t->spill) GLIA_TRY(begin(t));
    return flush(t);
}

/* ---- what is known at the end -------------------------------------------------------------------------------------
 */

size_t glia__spill_gaps(const glia__table *t, size_t slot)
{
    size_t gaps = t->spill->gaps[slot];
    for (size_t r = 0; r < t->rows - t->flushed; r++) gaps += isnan(t->values[r * t->spill->width + slot]);
    return gaps;
}

void glia__spill_map(glia__table *t, size_t slot, const double to[GLIA__PICK_WORDS])
{
    glia__pick *take = &t->spill->take[slot];
    take->mapped = true;
    for (int i = 0; i < GLIA__PICK_WORDS; i++) take->to[i] = (real)to[i];
}

/* Numbers only move to the front, so that none is overwritten before it has moved. */
void glia__spill_keep(glia__table *t, size_t slot, size_t from)
{
    t->spill->take[slot] = t->spill->take[from];
    t->spill->kept = slot + 1;
}

static void remove_folder(struct glia__spill *s)
{
    if (s->path) unlink(s->path);
    rmdir(s->folder);
}

static glia_status read_again(glia__table *t, glia_data **data)
{
    struct glia__spill *s = t->spill;
    glia__source        source;
    GLIA_TRY(glia__source_open(&source, s->path));
    glia_status status = glia__rows_read(data, &source, t->options->memory, NULL, NULL);
    glia__source_close(&source);
    return status;
}

static glia_status note_path(const struct glia__spill *s, glia_data *d)
{
    if (s->folder) return GLIA_OK;
    if (!(d->rows_path = glia__strdup(s->path))) return GLIA_E_MEMORY;
    return glia__data_add_file(d, s->path);
}

/* A file that cannot be read, or is damaged, is none, and is made anew. */
static glia_status find(glia_data **data, const glia__source *csv, const char *path, const glia_data_options *o)
{
    const glia__origin origin = glia__origin_of(csv, o);
    glia__source       s;
    bool               is_of = false;
    glia_status        status = glia__source_open(&s, path);
    if (status == GLIA_E_MEMORY) return status;
    if (status != GLIA_OK) return GLIA_OK;
    if (glia__rows_fits(&s)) status = glia__rows_read(data, &s, o->memory, &origin, &is_of);
    glia__source_close(&s);
    if (*data && !((*data)->rows_path = glia__strdup(path))) status = GLIA_E_MEMORY;
    if (*data && status == GLIA_OK) status = glia__data_add_file(*data, path);
    if (*data && status != GLIA_OK) {
        glia_data_free(*data);
        *data = NULL;
    }
    return status == GLIA_E_MEMORY ? status : GLIA_OK;
}

glia_status glia__spill_find(glia_data **data, const glia__source *csv, const glia_data_options *o)
{
    if (o->rows_file || strcmp(csv->path, glia__path_name("-")) == 0) return GLIA_OK;
    char *path = glia__rows_path(csv->path);
    if (!path) return GLIA_E_MEMORY;
    glia_status status = glia__is_file(path) ? find(data, csv, path, o) : GLIA_OK;
    glia__free(path);
    return status;
}

/* Ends the writing in any case. */
static glia_status end_file(glia__table *t, glia_data *d)
{
    struct glia__spill *s = t->spill;
    glia_status         status = flush(t);
    if (status == GLIA_OK) status = glia__rows_tail(s->to, s->path, d, s->width, s->take, &s->origin);
    if (status == GLIA_OK)
        status = glia__writer_commit(s->to);
    else
        glia__writer_abandon(s->to);
    s->to = NULL;
    return status;
}

glia_status glia__spill_finish(glia__table *t, glia_data **data)
{
    GLIA_TRY(end_file(t, *data));
    glia_data_free(*data); /* what it had is in the file */
    *data = NULL;
    GLIA_TRY(read_again(t, data));
    glia_status status = note_path(t->spill, *data);
    if (status == GLIA_OK) return GLIA_OK;
    glia_data_free(*data);
    *data = NULL;
    return status;
}

void glia__spill_clear(glia__table *t)
{
    struct glia__spill *s = t->spill;
    if (!s) return;
    if (s->to) glia__writer_abandon(s->to);
    if (s->folder) remove_folder(s);
    glia__free(s->path);
    glia__free(s->folder);
    glia__free(s->gaps);
    glia__free(s->take);
    glia__free(s);
    t->spill = NULL;
}
