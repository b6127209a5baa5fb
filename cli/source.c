/* Opening a model and the data for it. A table to predict may come with its target column or without, so it may have
 * to be read twice. Images are read as large as the model takes them, and negatives of what it knows are turned. */
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

/* `name` behind those before it, in quotes, as it may hold commas. Frees `all`, which may be NULL. */
static char *add_name(char *all, const char *name)
{
    char *quoted = claim(2 * strlen(name) + 3, 1), *to = quoted;
    *to++ = '"';
    for (; *name; name++) {
        if (*name == '"') *to++ = '"';
        *to++ = *name;
    }
    *to = '"';
    char *longer = text_of("%s%s%s", all ? all : "", all ? "," : "", quoted);
    free(quoted);
    free(all);
    return longer;
}

char *source_targets(const glia_model *model)
{
    const char *name;
    char       *all = NULL;
    for (size_t j = 0; (name = glia_model_target_name(model, j)); j++) all = add_name(all, name);
    return all;
}

static char *targets_of(const glia_data *data)
{
    const char *name;
    char       *all = NULL;
    for (size_t j = 0; (name = glia_data_target_name(data, j)); j++) all = add_name(all, name);
    return all;
}

const char *source_image(const glia_model *model, char text[64])
{
    glia_model_info info;
    glia_model_describe(model, &info);
    if (info.height < 2 || (info.channels != 1 && info.channels != 3)) return NULL;
    snprintf(text, 64, "%zux%zu %s", info.height, info.width, info.channels == 1 ? "gray" : "rgb");
    return text;
}

glia_data_options source_options_of(const glia_model *model, const input_options *input, char image[64])
{
    glia_data_options o = input_options_of(input);
    const char       *known = glia_model_columns(model);
    o.target_optional = *known && !o.target;
    o.weight_optional = !o.weight;
    if (!o.weight) o.weight = glia_model_weight_name(model);
    o.columns_optional = !o.columns;
    if (!o.columns && *known) o.columns = known;
    if (!o.missing) o.missing = glia_model_missing(model);
    o.image_optional = !o.image;
    if (!o.image) o.image = source_image(model, image);
    return o;
}

void source_tell_rows(const glia_data *data, const char *text)
{
    const char *path = glia_data_rows_file(data);
    if (path) fprintf(stderr, "%s: its rows are in %s\n", data_name(text), path);
}

/* `target`: "" where there is none, NULL where it is the library's to find. Whether it is read is `truth`. */
static glia_status open_table(source *s, const char *data, const char *target, bool truth, const input_options *input)
{
    char              image[64];
    glia_data_options o = source_options_of(s->model, input, image);
    o.target = target;
    o.target_unread = !truth;
    glia_data_free(s->whole);
    if (strcmp(data, "-") == 0) lseek(STDIN_FILENO, 0, SEEK_SET);
    glia_status status = glia_data_open(&s->whole, data, &o);
    if (!status) source_tell_rows(s->whole, data);
    const glia_data *second = s->whole ? glia_data_test(s->whole) : NULL;
    s->part = second ? second : s->whole;
    return status;
}

int source_open_model(source *s, const char *path)
{
    *s = (source){0};
    glia_status status = glia_model_open(&s->model, path);
    return status ? fail_status(status) : CODE_FINE;
}

/* ---- negatives --------------------------------------------------------------------------------------------------- */

static const char *const invert_words[] = {
    [GLIA_INVERT_AUTO] = "auto", [GLIA_INVERT_YES] = "yes", [GLIA_INVERT_NO] = "no"};

static glia_invert find_invert(const char *word)
{
    glia_invert how = GLIA_INVERT_AUTO;
    while (how <= GLIA_INVERT_NO && strcmp(invert_words[how], word) != 0) how++;
    return how;
}

bool source_knows_invert(const char *word)
{
    if (find_invert(word) <= GLIA_INVERT_NO) return true;
    fail(CODE_ARGUMENT, "--invert \"%s\": none of auto, yes and no", word);
    return false;
}

/* Nothing is changed without a word. */
static void tell_inverted(const source *s, const glia_inverted *made)
{
    glia_data_info  data;
    glia_model_info model;
    const char     *name = glia_data_file_name(s->part, made->first);
    glia_data_describe(s->part, &data);
    glia_model_describe(s->model, &model);
    const char *border = model.border < 128 ? "bright" : "dark", *learnt = model.border < 128 ? "dark" : "bright";
    if (data.rows == 1)
        fprintf(stderr,
                "%s: %s background, and the model learnt from %s ones: it is read inverted; --invert no leaves it as "
                "it is\n",
                name, border, learnt);
    else
        fprintf(stderr,
                "%zu of %zu rows, %s the first: %s background, and the model learnt from %s ones: they are read "
                "inverted; --invert no leaves them as they are\n",
                made->rows, data.rows, name, border, learnt);
}

static int invert(source *s, const char *word)
{
    glia_inverted first, second;
    if (!word) return CODE_FINE;
    glia_invert how = find_invert(word);
    glia_status status = glia_data_invert(s->whole, s->model, how, &first, &second);
    if (status) return fail_status(status);
    const glia_inverted *made = s->part == s->whole ? &first : &second;
    if (how == GLIA_INVERT_AUTO && made->rows) tell_inverted(s, made);
    return CODE_FINE;
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

int source_open_judged(source *s, const char *model, const char *data, const input_options *input, const char *how)
{
    glia_data_info info;
    int            code = source_open_model(s, model);
    if (code) return code;
    char       *known = source_targets(s->model);
    glia_status status = open_table(s, data, input->target ? input->target : known, true, input);
    free(known);
    if (status) return fail_status(status);
    glia_data_describe(s->part, &info);
    if (info.target == GLIA_TARGET_NONE)
        return fail(CODE_ARGUMENT, "%s: has no target to compare with", data_name(data));
    code = match_target(s);
    return code ? code : invert(s, how);
}

/* What a model takes: columns of a table, or numbers. */
static size_t columns_wanted(const glia_model *model)
{
    glia_plan_info  column;
    glia_model_info info;
    size_t          count = 0;
    glia_model_describe(model, &info);
    while (glia_model_column(model, count, &column)) count++;
    return count ? count : info.inputs;
}

static size_t columns_read(const glia_data *data)
{
    glia_column_info column;
    glia_data_info   info;
    size_t           count = 0, i = 0;
    glia_data_describe(data, &info);
    for (; glia_data_column(data, i, &column); i++) count += column.column != GLIA_NO_COLUMN;
    return i ? count : info.columns;
}

/* Whether the column that was taken for the target is one of the model's inputs: of data without names. */
static bool lacks_an_input(const source *s)
{
    return columns_read(s->part) + 1 == columns_wanted(s->model);
}

/* Data without names: whether there is a target column shows in how many columns there are. They may have to be read
 * twice. */
static glia_status open_nameless(source *s, const char *data, const input_options *input, bool truth)
{
    char       *known = source_targets(s->model);
    glia_status status = open_table(s, data, input->target ? input->target : known, truth, input);
    bool        absent = status == GLIA_E_TEXT && !input->target && known; /* no column of that name */
    free(known);
    return absent || (!status && lacks_an_input(s)) ? open_table(s, data, "", truth, input) : status;
}

static glia_status open_named(source *s, const char *data, const input_options *input, bool truth)
{
    char       *known = truth ? source_targets(s->model) : text_of("%s", "");
    glia_status status = open_table(s, data, input->target ? input->target : known, truth, input);
    free(known);
    return status;
}

int source_open_rows(source *s, const char *data, const input_options *input, bool truth, const char *how)
{
    bool named = *glia_model_columns(s->model) != '\0';
    int  code = strcmp(data, "-") == 0 ? make_stdin_seekable() : CODE_FINE;
    if (code) return code;
    glia_status status = named ? open_named(s, data, input, truth) : open_nameless(s, data, input, truth);
    if (status) return fail_status(status);
    if (truth) code = match_target(s);
    return code ? code : invert(s, how);
}

void source_close(source *s)
{
    glia_data_free(s->whole);
    glia_model_free(s->model);
}

glia_status source_open_like(glia_data **test, const char *text, const glia_data *train, glia_data_options options)
{
    const char *weight = glia_data_weight_name(train);
    char       *targets = targets_of(train);
    if (targets) options.target = targets;
    if (*glia_data_columns(train) && glia_data_column_name(train, 0))
        options.columns = glia_data_columns(train), options.columns_optional = true;
    if (weight) options.weight = weight;
    options.weight_optional = options.group_optional = options.time_optional = true;
    glia_status status = glia_data_open(test, text, &options);
    free(targets);
    return status;
}
