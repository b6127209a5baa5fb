/* A data set as a CSV with a header, its target first, then its weights if it has any: for images the file that
 * Kaggle's digit recogniser made known, label,pixel0,pixel1,... Cells are quoted where they have to be; numbers are in
 * their shortest form. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "data/columns.h"
#include "data/pass.h"
#include "ground/file.h"
#include "ground/memory.h"

enum { FLUSH = 1 << 16 };

typedef struct csv_writer {
    const glia_data *data;
    glia__writer    *file;
    glia__string     text;         /* not yet written */
    char             byte[256][8]; /* the cell of each byte, with its comma */
    uint8_t          length[256];
    glia_status      status; /* of writing */
} csv_writer;

/* ---- cells: each ends in a comma, which end_row makes a line end of --------------------------------------------- */

static void end_row(glia__string *s)
{
    if (!s->failed) s->text[s->length - 1] = '\n';
}

static void add_text(glia__string *s, const char *text)
{
    size_t n = strlen(text);
    bool   plain = n > 0 && strcspn(text, ",;\t\"\r\n") == n && text[0] != ' ' && text[n - 1] != ' ';
    if (plain) {
        glia__string_add(s, "%s,", text);
        return;
    }
    glia__string_add_bytes(s, "\"", 1);
    for (; *text; text++) glia__string_add_bytes(s, *text == '"' ? "\"\"" : text, *text == '"' ? 2 : 1);
    glia__string_add_bytes(s, "\",", 2);
}

static void add_double(glia__string *s, double value)
{
    char   text[33];
    size_t n = glia_number_write(text, value);
    text[n] = ',';
    glia__string_add_bytes(s, text, n + 1);
}

static void add_real(glia__string *s, real value)
{
    char   text[33];
    size_t n = sizeof value == sizeof(float) ? glia_number_write_float(text, (float)value)
                                             : glia_number_write(text, (double)value);
    text[n] = ',';
    glia__string_add_bytes(s, text, n + 1);
}

/* Numbers of a row that make one cell, from `slot` on. */
static size_t slots_at(const glia_data *d, size_t slot)
{
    return d->column ? glia__kind_slots(&d->column[d->column_of[slot]].kind) : 1;
}

static void add_input(csv_writer *w, size_t slot, const real *v)
{
    const glia__column *c = w->data->column ? &w->data->column[w->data->column_of[slot]] : NULL;
    if (isnan(*v)) {
        glia__string_add_bytes(&w->text, ",", 1);
    } else if (!c || c->kind.which == GLIA_KIND_NUMBER) {
        add_real(&w->text, *v);
    } else if (glia__kind_is_words(&c->kind)) {
        add_text(&w->text, c->words.text[(size_t)*v]);
    } else {
        glia__kind_text(&c->kind, (double[]){(double)v[0], glia__kind_slots(&c->kind) > 1 ? (double)v[1] : 0},
                        &w->text);
        glia__string_add_bytes(&w->text, ",", 1);
    }
}

/* ---- rows ------------------------------------------------------------------------------------------------------- */

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
        add_text(&w->text, name && d->column_names ? name : label);
    }
    if (d->weights) add_text(&w->text, d->weight_name && d->column_names ? d->weight_name : "weight");
    for (size_t i = 0; i < d->columns; i += slots_at(d, i)) add_text(&w->text, glia__data_column_label(d, i, label));
    end_row(&w->text);
}

static glia_status flush(csv_writer *w)
{
    if (w->text.failed) return GLIA_E_MEMORY;
    GLIA_TRY(glia__writer_write(w->file, w->text.text, w->text.length));
    w->text.length = 0;
    return GLIA_OK;
}

static void add_row(void *context, size_t row, const void *numbers)
{
    csv_writer      *w = context;
    const glia_data *d = w->data;
    const uint8_t   *byte = numbers;
    const real      *value = numbers;
    if (w->status != GLIA_OK) return;
    for (size_t j = 0; j < target_cells(d); j++)
        if (d->target == GLIA_TARGET_CLASSES)
            add_text(&w->text, d->class_names[glia_data_class(d, row)]);
        else
            add_double(&w->text, glia_data_number(d, row, j));
    if (d->weights) add_real(&w->text, d->weights[glia__data_stored(d, row)]);
    for (size_t i = 0; i < d->columns; i += slots_at(d, i))
        if (glia__data_is_bytes(d))
            glia__string_add_bytes(&w->text, w->byte[byte[i]], w->length[byte[i]]);
        else
            add_input(w, i, value + i);
    end_row(&w->text);
    if (w->text.failed || w->text.length >= FLUSH) w->status = flush(w);
}

static glia_status write_rows(csv_writer *w)
{
    add_header(w);
    GLIA_TRY(glia__data_each(w->data, add_row, w));
    GLIA_TRY(w->status);
    return flush(w);
}

glia_status glia_data_write_csv(const glia_data *data, const char *path)
{
    if (!data || !path) return glia__fail(GLIA_E_ARG, "a CSV needs data and a path");
    csv_writer w = {.data = data};
    for (int i = 0; i < 256; i++) w.length[i] = (uint8_t)snprintf(w.byte[i], sizeof w.byte[i], "%d,", i);
    GLIA_TRY(glia__writer_open(&w.file, path));
    glia_status status = write_rows(&w);
    glia__string_clear(&w.text);
    if (status == GLIA_OK) return glia__writer_commit(w.file);
    glia__writer_abandon(w.file);
    return status;
}
