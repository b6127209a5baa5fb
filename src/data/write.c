/* A data set as a CSV with a header, its target first: for images the file that Kaggle's digit recogniser made known,
 * label,pixel0,pixel1,... Cells are quoted where they have to be; numbers are in their shortest form. */
#include <stdio.h>
#include <string.h>

#include "data/data.h"
#include "ground/file.h"
#include "ground/memory.h"

enum { FLUSH = 1 << 16 };

/* What is written, and the text of every byte. */
typedef struct csv_writer {
    const glia_data *data;
    glia__writer    *file;
    glia__string     text; /* not yet written */
    char             byte[256][4];
} csv_writer;

static void add_text(glia__string *s, const char *text)
{
    size_t n = strlen(text);
    bool   plain = n > 0 && strcspn(text, ",;\t\"\r\n") == n && text[0] != ' ' && text[n - 1] != ' ';
    if (plain) {
        glia__string_add_bytes(s, text, n);
        return;
    }
    glia__string_add_bytes(s, "\"", 1);
    for (; *text; text++) glia__string_add_bytes(s, *text == '"' ? "\"\"" : text, *text == '"' ? 2 : 1);
    glia__string_add_bytes(s, "\"", 1);
}

/* Ends a cell; the last of a row by a line end. */
static void end_cell(glia__string *s, bool last)
{
    glia__string_add_bytes(s, last ? "\n" : ",", 1);
}

/* Columns of targets in the file. */
static size_t target_cells(const glia_data *d)
{
    return d->target == GLIA_TARGET_NONE ? 0 : d->target_columns;
}

static void add_header(csv_writer *w)
{
    const glia_data *d = w->data;
    char             label[32];
    for (size_t j = 0; j < target_cells(d); j++) {
        const char *name = glia_data_target_name(d, j);
        snprintf(label, sizeof label, d->target_columns > 1 ? "label%zu" : "label", j + 1);
        add_text(&w->text, name ? name : label);
        end_cell(&w->text, false);
    }
    for (size_t i = 0; i < d->columns; i++) {
        add_text(&w->text, glia__data_column_label(d, i, label));
        end_cell(&w->text, i + 1 == d->columns);
    }
}

static void add_targets(csv_writer *w, size_t row)
{
    const glia_data *d = w->data;
    for (size_t j = 0; j < target_cells(d); j++) {
        if (d->target == GLIA_TARGET_CLASSES)
            add_text(&w->text, d->class_names[glia_data_class(d, row)]);
        else
            glia__string_add_number(&w->text, glia_data_number(d, row, j));
        end_cell(&w->text, false);
    }
}

static void add_bytes(csv_writer *w, const uint8_t *x)
{
    for (size_t i = 0; i < w->data->columns; i++) {
        const char *text = w->byte[x[i]];
        glia__string_add_bytes(&w->text, text, strlen(text));
        end_cell(&w->text, i + 1 == w->data->columns);
    }
}

static size_t write_real(char text[32], real value)
{
    return sizeof value == sizeof(float) ? glia_number_write_float(text, (float)value)
                                         : glia_number_write(text, (double)value);
}

static void add_reals(csv_writer *w, const real *x)
{
    for (size_t i = 0; i < w->data->columns; i++) {
        char text[32];
        glia__string_add_bytes(&w->text, text, write_real(text, x[i]));
        end_cell(&w->text, i + 1 == w->data->columns);
    }
}

static glia_status flush(csv_writer *w)
{
    if (w->text.failed) return GLIA_E_MEMORY;
    GLIA_TRY(glia__writer_write(w->file, w->text.text, w->text.length));
    w->text.length = 0;
    return GLIA_OK;
}

static glia_status write_rows(csv_writer *w)
{
    const glia_data *d = w->data;
    add_header(w);
    for (size_t r = 0; r < d->rows; r++) {
        size_t at = glia__data_stored(d, r) * d->columns;
        add_targets(w, r);
        if (d->bytes)
            add_bytes(w, d->bytes + at);
        else
            add_reals(w, d->values + at);
        if (w->text.failed || w->text.length >= FLUSH) GLIA_TRY(flush(w));
    }
    return flush(w);
}

glia_status glia_data_write_csv(const glia_data *data, const char *path)
{
    if (!data || !path) return glia__fail(GLIA_E_ARG, "a CSV needs data and a path");
    csv_writer w = {.data = data};
    for (int i = 0; i < 256; i++) snprintf(w.byte[i], sizeof w.byte[i], "%d", i);
    GLIA_TRY(glia__writer_open(&w.file, path));
    glia_status status = write_rows(&w);
    glia__string_clear(&w.text);
    if (status == GLIA_OK) return glia__writer_commit(w.file);
    glia__writer_abandon(w.file);
    return status;
}
