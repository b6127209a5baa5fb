/* What became of a table's columns and rows: nothing is left out or filled without a word. */
#include "columns.h"

#include <string.h>

static void tell_text(FILE *to, const glia_data *data)
{
    glia_column_info c;
    for (size_t i = 0; glia_data_column(data, i, &c); i++) {
        if (c.kind != GLIA_KIND_TEXT) continue;
        char name[COLUMN_NAME], number[32];
        columns_name(&c, name);
        snprintf(number, sizeof number, "%zu", c.number + 1);
        if (c.words)
            fprintf(to, "%s: free text (%zu different words), left out; --columns \"%s:category\" takes it\n", name,
                    c.words, *c.name ? name : number);
        else
            fprintf(to, "%s: text, left out\n", name);
    }
}

void columns_tell_rows(FILE *to, const glia_data *data)
{
    const char *target = glia_data_target_name(data, 0);
    size_t      dropped, without = glia_data_left_out(data, &dropped);
    if (!target) target = "the target";
    if (glia_data_target_name(data, 1)) target = "one of the targets";
    if (without) fprintf(to, "%zu row%s left out: no value of %s\n", without, without == 1 ? "" : "s", target);
    if (dropped) fprintf(to, "%zu row%s left out: a value is missing\n", dropped, dropped == 1 ? "" : "s");
}

/* The column of the data that column i of the model is; false: there is none. It is found by its name, or where either
 * has no names by its place. */
static bool column_of(const glia_data *data, const glia_model *model, size_t i, glia_column_info *c)
{
    glia_plan_info wanted;
    if (!glia_model_column(model, i, &wanted)) return false;
    for (size_t j = 0, read = 0; glia_data_column(data, j, c); j++) {
        if (c->column == GLIA_NO_COLUMN) continue;
        if (*wanted.name && *c->name ? strcmp(c->name, wanted.name) == 0 : read++ == i) return true;
    }
    return false;
}

bool columns_next_gap(const glia_data *data, const glia_model *model, size_t *i, char name[COLUMN_NAME], size_t *rows)
{
    glia_column_info c;
    for (; column_of(data, model, *i, &c); ++*i) {
        if (!c.missing) continue;
        *rows = c.missing;
        columns_name(&c, name);
        ++*i;
        return true;
    }
    return false;
}

void columns_name(const glia_column_info *c, char name[COLUMN_NAME])
{
    if (*c->name)
        snprintf(name, COLUMN_NAME, "%s", c->name);
    else
        snprintf(name, COLUMN_NAME, "column %zu", c->number + 1);
}

void columns_tell_gaps(FILE *to, const glia_data *data, const glia_model *model)
{
    enum { LISTED = 8 };
    char   name[COLUMN_NAME];
    size_t with_gaps = 0, i = 0, rows;
    while (columns_next_gap(data, model, &i, name, &rows)) {
        if (with_gaps < LISTED) fprintf(to, "%s%s %zu", with_gaps ? ", " : "gaps that are filled: ", name, rows);
        with_gaps++;
    }
    if (with_gaps > LISTED) fprintf(to, " and %zu more columns", with_gaps - LISTED);
    if (with_gaps) fputs("; `glia show` tells how\n", to);
}

void columns_tell_unknown(FILE *to, const glia_data *data, const glia_model *model)
{
    glia_plan_info c;
    glia_data_info info;
    glia_data_describe(data, &info);
    for (size_t i = 0; glia_model_column(model, i, &c); i++) {
        const char *word;
        size_t      rows;
        if (glia_model_unknown(model, data, i, &rows, &word) || !rows) continue;
        fprintf(to, "%s: %zu of %zu row%s %s a rare or unknown word, such as \"%s\"\n", c.name, rows, info.rows,
                info.rows == 1 ? "" : "s", rows == 1 ? "has" : "have", word);
    }
}

static void tell_shared(FILE *to, const glia_data *data, const glia_model *model)
{
    glia_plan_info   p;
    glia_column_info c;
    for (size_t i = 0; glia_model_column(model, i, &p); i++)
        if (p.hash && column_of(data, model, i, &c))
            fprintf(to, "%s: %zu words share %zu places, by their hash; `category rare=1` gives each its own\n", p.name,
                    c.words, p.hash);
}

void columns_tell(FILE *to, const glia_data *data, const glia_model *model)
{
    tell_text(to, data);
    tell_shared(to, data, model);
    columns_tell_rows(to, data);
    columns_tell_gaps(to, data, model);
}
