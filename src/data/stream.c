/* Tables whose rows arrive one after the other: glia_stream of glia.h. The rows that were handed out make room for the
 * next, and the words that were met in them are forgotten with them: so memory is bounded however long it goes on. */
#include "data/table.h"
#include "ground/memory.h"

struct glia_stream {
    glia__source      source;
    glia__table       table;
    glia_data_options options;
    glia_data        *rows;    /* those at hand; values and columns are the table's */
    bool              at_hand; /* a row was found and is yet to be read             */
};

/* ---- opening ---------------------------------------------------------------------------------------------------- */

static glia_status make_rows(glia_stream *s)
{
    GLIA_TRY(glia__data_new(&s->rows, s->source.path));
    GLIA_TRY(glia__data_shape(s->rows, 0, 1, 1, s->table.width));
    GLIA_TRY(glia__table_name(&s->table, s->rows));
    s->rows->column = s->table.column;
    s->rows->n_columns = s->table.n_columns;
    return GLIA_OK;
}

static glia_status begin(glia_stream *s, const char *path)
{
    if (!s->options.target) s->options.target = "";
    s->options.target_unread = true; /* nobody waits for the truth */
    s->table.options = &s->options;
    GLIA_TRY(glia__source_open_stream(&s->source, path));
    GLIA_TRY(glia__table_begin(&s->table, &s->source));
    s->at_hand = true;
    return make_rows(s);
}

glia_status glia_stream_open(glia_stream **stream, const char *path, const glia_data_options *options)
{
    if (!stream || !path) return glia__fail(GLIA_E_ARG, "glia_stream_open: a path and a place are needed");
    glia_stream *s = *stream = glia__new(1, sizeof *s);
    if (!s) return GLIA_E_MEMORY;
    if (options) s->options = *options;
    glia_status status = begin(s, path);
    if (status == GLIA_OK) return GLIA_OK;
    glia_stream_close(s);
    *stream = NULL;
    return status;
}

void glia_stream_close(glia_stream *s)
{
    if (!s) return;
    if (s->rows) {
        s->rows->column = NULL;
        s->rows->n_columns = 0;
        s->rows->values = NULL;
    }
    glia_data_free(s->rows);
    glia__table_clear(&s->table);
    glia__source_close(&s->source);
    glia__free(s);
}

/* ---- rows ------------------------------------------------------------------------------------------------------- */

static void forget_rows(glia__table *t)
{
    t->rows = 0;
    t->has_gaps = false;
    for (size_t i = 0; i < t->n_columns; i++) glia__words_clear(&t->column[i].words);
}

/* Whether the next row is there without waiting. */
static bool has_arrived(const glia__table *t)
{
    glia__csv ahead = t->csv;
    return glia__csv_peek(&ahead);
}

/* *more is false at the end. A row that is left out, as it has gaps and shall not, is no row. */
static glia_status read_some(glia_stream *s, size_t most, bool *more)
{
    glia__table *t = &s->table;
    *more = true;
    while (t->rows == 0 || (t->rows < most && has_arrived(t))) {
        if (!s->at_hand) GLIA_TRY(glia__csv_next(&t->csv, more));
        s->at_hand = false;
        if (!*more) break;
        GLIA_TRY(glia__table_row(t));
    }
    return GLIA_OK;
}

static void show_rows(glia_stream *s)
{
    glia__table *t = &s->table;
    s->rows->rows = s->rows->stored = t->rows;
    s->rows->values = t->values;
    for (size_t i = 0; i < t->n_columns; i++) t->column[i].missing = t->has_gaps; /* some of them may be */
}

glia_status glia_stream_next(glia_stream *stream, size_t most, const glia_data **rows)
{
    bool more;
    if (!stream || !rows || most == 0)
        return glia__fail(GLIA_E_ARG, "glia_stream_next: a stream, a place and room for a row are needed");
    *rows = NULL;
    forget_rows(&stream->table);
    GLIA_TRY(read_some(stream, most, &more));
    if (stream->table.rows == 0) return GLIA_OK;
    show_rows(stream);
    *rows = stream->rows;
    return GLIA_OK;
}
