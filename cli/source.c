/* Opening a model and the data for it. A table to predict may come with its target column or without, so it may have
 * to be read twice. */
#include "source.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "report.h"

/* Makes standard input a file that can be read again, by copying a pipe into a nameless one. */
static int make_stdin_seekable(void)
{
    char    bytes[65536];
    ssize_t n;
    if (lseek(STDIN_FILENO, 0, SEEK_CUR) >= 0) return CODE_FINE;
    FILE *copy = tmpfile();
    if (!copy) return fail(CODE_FAILED, "no temporary file could be made for standard input");
    while ((n = read(STDIN_FILENO, bytes, sizeof bytes)) > 0) fwrite(bytes, 1, (size_t)n, copy);
    bool written = fflush(copy) == 0 && !ferror(copy);
    bool moved = written && dup2(fileno(copy), STDIN_FILENO) >= 0 && lseek(STDIN_FILENO, 0, SEEK_SET) == 0;
    fclose(copy);
    if (n < 0) return fail(CODE_FILE, "standard input cannot be read");
    return moved ? CODE_FINE : fail(CODE_FAILED, "standard input could not be copied into a temporary file");
}

/* "low, high": the names of what the model predicts; NULL where there are none. The caller's. */
static char *target_of(const glia_model *model)
{
    const char *first = glia_model_target_name(model, 0), *name;
    char       *all = first ? text_of("%s", first) : NULL;
    for (size_t j = 1; all && (name = glia_model_target_name(model, j)); j++) {
        char *longer = text_of("%s,%s", all, name);
        free(all);
        all = longer;
    }
    return all;
}

/* `target`: "" where there is none, NULL where it is the library's to find. */
static glia_status open_table(source *s, const char *data, const char *target, const table_options *table)
{
    glia_data_options o = table_options_of(table);
    const char       *known = glia_model_columns(s->model);
    o.target = target;
    o.weight_optional = !o.weight;
    if (!o.weight) o.weight = glia_model_weight_name(s->model);
    o.columns_optional = !o.columns;
    if (!o.columns && *known) o.columns = known;
    glia_data_free(s->whole);
    if (strcmp(data, "-") == 0) lseek(STDIN_FILENO, 0, SEEK_SET);
    glia_status      status = glia_data_open(&s->whole, data, &o);
    const glia_data *second = s->whole ? glia_data_test(s->whole) : NULL;
    s->part = second ? second : s->whole;
    return status;
}

static int open_model(source *s, const char *path)
{
    *s = (source){0};
    glia_status status = glia_model_open(&s->model, path);
    return status ? fail_status(status) : CODE_FINE;
}

/* Reads a target, where there is one, as the model does. */
static int match_target(source *s)
{
    glia_data_info  info;
    glia_model_info wanted;
    glia_data_describe(s->part, &info);
    glia_model_describe(s->model, &wanted);
    if (info.target == GLIA_TARGET_NONE || info.target == wanted.target) return CODE_FINE;
    glia_status status = glia_data_set_target(s->whole, wanted.target);
    return status ? fail_status(status) : CODE_FINE;
}

int source_open_judged(source *s, const char *model, const char *data, const table_options *table)
{
    glia_data_info info;
    int            code = open_model(s, model);
    if (code) return code;
    char       *known = target_of(s->model);
    glia_status status = open_table(s, data, table->target ? table->target : known, table);
    free(known);
    if (status) return fail_status(status);
    glia_data_describe(s->part, &info);
    if (info.target == GLIA_TARGET_NONE)
        return fail(CODE_ARGUMENT, "%s: has no target to compare with", data_name(data));
    return match_target(s);
}

/* Whether the column that was taken for the target is the model's last input: of data without names. */
static bool lacks_an_input(const source *s)
{
    glia_data_info  info;
    glia_model_info wanted;
    glia_data_describe(s->part, &info);
    glia_model_describe(s->model, &wanted);
    if (*glia_model_columns(s->model)) return false;
    return info.columns + 1 == wanted.inputs && info.target != GLIA_TARGET_NONE;
}

int source_open_unjudged(source *s, const char *model, const char *data, const table_options *table)
{
    int code = open_model(s, model);
    if (code == CODE_FINE && strcmp(data, "-") == 0) code = make_stdin_seekable();
    if (code) return code;
    char       *known = target_of(s->model);
    glia_status status = open_table(s, data, table->target ? table->target : known, table);
    bool        absent = status == GLIA_E_TEXT && !table->target && known; /* no column of that name */
    free(known);
    if (absent || (!status && lacks_an_input(s))) status = open_table(s, data, "", table);
    return status ? fail_status(status) : CODE_FINE;
}

int source_open_either(source *s, const char *model, const char *data, const table_options *table)
{
    int code = source_open_unjudged(s, model, data, table);
    return code ? code : match_target(s);
}

void source_close(source *s)
{
    glia_data_free(s->whole);
    glia_model_free(s->model);
}
