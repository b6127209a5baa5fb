/* A look at data: the columns of a table and the findings, for people and as JSON. */
#include "look.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "draw.h"

/* ---- columns ---------------------------------------------------------------------------------------------------- */

static void add_heads(table *t)
{
    static const char *const heads[] = {"", "kind", "missing", "least", "most", "mean", ""};
    for (size_t i = 0; i < strlen(LOOK_ALIGN); i++) table_add(t, "%s", heads[i]);
}

/* Numbers are cut to six digits; days and times are told as a cell has them. */
static void add_end(table *t, const glia_column_facts *c, double value, const char *text)
{
    if (c->kind == GLIA_KIND_NUMBER && isfinite(value))
        table_add(t, "%.6g", value);
    else
        table_add(t, "%s", text);
}

static void add_mean(table *t, const glia_column_facts *c)
{
    if ((c->kind == GLIA_KIND_NUMBER || c->kind == GLIA_KIND_YESNO) && isfinite(c->mean))
        table_add(t, "%.6g", c->mean);
    else
        table_add(t, "%s", "");
}

static void add_column(table *t, const glia_column_facts *c)
{
    if (*c->name)
        table_add(t, "%s", c->name);
    else
        table_add(t, "column %zu", c->number + 1);
    table_add(t, "%s", glia_kind_name(c->kind));
    if (c->column == GLIA_NO_COLUMN)
        table_add(t, "%s", "");
    else
        table_add(t, "%zu", c->missing);
    add_end(t, c, c->least, c->least_text);
    add_end(t, c, c->most, c->most_text);
    add_mean(t, c);
    if (c->word)
        table_add(t, "%zu word%s, %zu time%s %.40s", c->different, c->different == 1 ? "" : "s", c->word_rows,
                  c->word_rows == 1 ? "" : "s", c->word);
    else
        table_add(t, "%s", c->column == GLIA_NO_COLUMN ? "left out" : "");
}

void look_add_columns(table *t, const glia_look *look, size_t shown)
{
    add_heads(t);
    for (size_t i = 0; i < shown && i < look->columns; i++) add_column(t, &look->column[i]);
}

static json_t *column_object(const glia_column_facts *c)
{
    json_t *object = json_object();
    json_put_text(object, "name", *c->name ? c->name : NULL);
    json_put_text(object, "kind", glia_kind_name(c->kind));
    json_put_count(object, "missing", c->missing);
    json_put_count(object, "different", c->different);
    json_put_number(object, "least", c->least);
    json_put_number(object, "most", c->most);
    json_put_number(object, "mean", c->mean);
    json_put_number(object, "median", c->median);
    json_put_text(object, "least_text", *c->least_text ? c->least_text : NULL);
    json_put_text(object, "most_text", *c->most_text ? c->most_text : NULL);
    json_put_text(object, "word", c->word);
    json_put_count(object, "word_rows", c->word_rows);
    return object;
}

/* ---- findings --------------------------------------------------------------------------------------------------- */

void look_tell(const glia_look *look)
{
    const char *arrow = draw_utf8() ? "→" : "->";
    putchar('\n');
    if (look->count == 0) puts("nothing is wrong that can be seen");
    for (size_t i = 0; i < look->count; i++) {
        const glia_data_finding *f = &look->findings[i];
        printf("%zu. %s: %s.\n   %s %s.\n", i + 1, f->kind, f->what, arrow, f->cure);
    }
}

static void put_row(json_t *object, const char *key, size_t row)
{
    if (row == GLIA_NO_ROW)
        json_object_set_new(object, key, json_null());
    else
        json_put_count(object, key, row + 1);
}

/* Its name, or without one its number. */
static void put_column(json_t *object, const glia_data_finding *f, const glia_look *look)
{
    const glia_column_facts *c = f->column == GLIA_NO_COLUMN ? NULL : &look->column[f->column];
    if (c && !*c->name)
        json_put_count(object, "column", c->number + 1);
    else
        json_put_text(object, "column", c ? c->name : NULL);
}

static json_t *finding_object(const glia_data_finding *f, const glia_look *look)
{
    json_t *object = json_object();
    json_put_text(object, "kind", f->kind);
    put_column(object, f, look);
    put_row(object, "row", f->row);
    put_row(object, "other_row", f->other_row);
    json_put_number(object, "severity", f->severity);
    json_put_number(object, "value", f->value);
    json_put_text(object, "what", f->what);
    json_put_text(object, "cure", f->cure);
    return object;
}

void look_put(json_t *object, const glia_look *look)
{
    json_t *columns = json_array(), *findings = json_array();
    for (size_t i = 0; i < look->columns; i++) json_array_append_new(columns, column_object(&look->column[i]));
    for (size_t i = 0; i < look->count; i++) json_array_append_new(findings, finding_object(&look->findings[i], look));
    json_object_set_new(object, "table", columns);
    json_object_set_new(object, "findings", findings);
    json_put_count(object, "looked_at", look->rows);
}
