/* Opening a model and the data for it. A table to predict may come with its target column or without, so it may have
 * to be read twice. */
#include "source.h"

#include <stdio.h>
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

static glia_status open_table(source *s, const char *data, const char *target, const char *weight)
{
    glia_data_options columns = {.target = target, .weight = weight, .weight_optional = !weight};
    if (!weight) columns.weight = glia_model_weight_name(s->model);
    glia_data_free(s->whole);
    if (strcmp(data, "-") == 0) lseek(STDIN_FILENO, 0, SEEK_SET);
    glia_status      status = glia_data_open(&s->whole, data, &columns);
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

int source_open_judged(source *s, const char *model, const char *data, const char *target, const char *weight)
{
    glia_data_info info;
    int            code = open_model(s, model);
    if (code) return code;
    glia_status status = open_table(s, data, target ? target : glia_model_target_name(s->model, 0), weight);
    if (status) return fail_status(status);
    glia_data_describe(s->part, &info);
    if (info.target == GLIA_TARGET_NONE)
        return fail(CODE_ARGUMENT, "%s: has no target to compare with", data_name(data));
    return match_target(s);
}

/* Whether the column that was taken for the target is the model's last input. */
static bool lacks_an_input(const source *s)
{
    glia_data_info  info;
    glia_model_info wanted;
    glia_data_describe(s->part, &info);
    glia_model_describe(s->model, &wanted);
    return info.columns + 1 == wanted.inputs && info.target != GLIA_TARGET_NONE;
}

int source_open_unjudged(source *s, const char *model, const char *data, const char *target, const char *weight)
{
    int code = open_model(s, model);
    if (code == CODE_FINE && strcmp(data, "-") == 0) code = make_stdin_seekable();
    if (code) return code;
    const char *named = target ? target : glia_model_target_name(s->model, 0);
    glia_status status = open_table(s, data, named, weight);
    bool        absent = status == GLIA_E_TEXT && !target; /* no column of that name */
    if (absent || (!status && lacks_an_input(s))) status = open_table(s, data, "", weight);
    return status ? fail_status(status) : CODE_FINE;
}

int source_open_either(source *s, const char *model, const char *data, const char *target, const char *weight)
{
    int code = source_open_unjudged(s, model, data, target, weight);
    return code ? code : match_target(s);
}

void source_close(source *s)
{
    glia_data_free(s->whole);
    glia_model_free(s->model);
}
