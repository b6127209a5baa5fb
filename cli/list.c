/* glia layers, glia optimizers ...: what a text can name, from the library's own tables. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "list.h"
#include "report.h"
#include "table.h"

typedef struct list_options {
    bool json;
} list_options;

/* `1 to 65536`, `at least 1`, `mean|sum|rows`; what may be anything has nothing. */
static void add_range(table *t, const glia_setting *s)
{
    char least[32], most[32];
    bool number = strcmp(s->type, "whole") == 0 || strncmp(s->type, "number", 6) == 0;
    bool low = number && s->least > -1e15, high = number && s->most < 1e15;
    glia_number_write(least, s->least);
    glia_number_write(most, s->most);
    if (low && high)
        table_add(t, "%s to %s", least, most);
    else if (low || high)
        table_add(t, "at %s %s", low ? "least" : "most", low ? least : most);
    else
        table_add(t, "%s", s->choices);
}

static void add_setting(table *t, const glia_setting *s)
{
    table_add(t, "%s%s%s", s->positional ? "[" : "", s->name, s->positional ? "=]" : "=");
    table_add(t, "%s", s->type);
    table_add(t, "%s", *s->standard ? s->standard : "-");
    add_range(t, s);
    table_add(t, "%s", s->help);
}

static void print_entry(glia_list what, size_t i, const glia_entry *entry)
{
    table        t = {.align = "lllll"};
    glia_setting s;
    printf("%s: %s\n", entry->name, entry->help);
    for (size_t j = 0; glia_list_setting(what, i, j, &s); j++) add_setting(&t, &s);
    table_print(&t, 4);
}

/* "mean|sum|rows" as an array. */
static json_t *choices_array(const char *choices)
{
    json_t *array = json_array();
    while (*choices) {
        size_t n = strcspn(choices, "|");
        json_array_append_new(array, json_stringn(choices, n));
        choices += n + (choices[n] == '|');
    }
    return array;
}

static json_t *setting_object(const glia_setting *s)
{
    json_t *object = json_object();
    json_put_text(object, "name", s->name);
    json_put_text(object, "type", s->type);
    json_put_text(object, "default", *s->standard ? s->standard : NULL);
    if (*s->choices) json_object_set_new(object, "choices", choices_array(s->choices));
    json_put_number(object, "least", s->least);
    json_put_number(object, "most", s->most);
    json_object_set_new(object, "positional", json_boolean(s->positional));
    json_put_text(object, "help", s->help);
    return object;
}

static void print_entry_json(glia_list what, size_t i, const glia_entry *entry)
{
    json_t      *object = json_object(), *settings = json_array();
    glia_setting s;
    json_put_text(object, "name", entry->name);
    json_put_text(object, "help", entry->help);
    for (size_t j = 0; glia_list_setting(what, i, j, &s); j++) json_array_append_new(settings, setting_object(&s));
    json_object_set_new(object, "settings", settings);
    json_print(object);
}

static int run_list(const command *self, int argc, char **argv)
{
    list_options o = {0};
    glia_entry   entry;
    glia_list    what = (glia_list)(self - list_commands);
    const char  *words[WORDS_MOST] = {NULL};
    int          code;
    if (!options_read(self, argc, argv, &o, words, &code)) return code;
    bool found = !words[0];
    for (size_t i = 0; glia_list_entry(what, i, &entry); i++) {
        if (words[0] && strcmp(words[0], entry.name) != 0) continue;
        if (i && !words[0] && !o.json) putchar('\n');
        found = true;
        (o.json ? print_entry_json : print_entry)(what, i, &entry);
    }
    if (what == GLIA_LIST_LAYERS && !words[0] && glia_list_entry(GLIA_LIST_EVERY_LAYER, 0, &entry)) {
        if (!o.json) putchar('\n');
        (o.json ? print_entry_json : print_entry)(GLIA_LIST_EVERY_LAYER, 0, &entry);
    }
    if (!found)
        return fail(CODE_ARGUMENT, "%s: there is no %s; `glia %s` lists them", self->name, words[0], self->name);
    return CODE_FINE;
}

static const option list_table[] = {
    {"json", OPTION_FLAG, offsetof(list_options, json), NULL, NULL, 0, 0, "print a JSON object a line"},
    {0},
};

/* GLIA_LIST_LAYERS, "layers", "relu", what they are. */
#define LIST_COMMAND(which, plural, one, text)                                                                         \
    [which] = {.name = plural,                                                                                         \
               .words = "[NAME]",                                                                                      \
               .summary = text,                                                                                        \
               .options = list_table,                                                                                  \
               .examples = (const char *const[]){"glia " plural, "glia " plural " " one, NULL},                        \
               .most = 1,                                                                                              \
               .run = run_list}

const command list_commands[LIST_COMMANDS] = {
    LIST_COMMAND(GLIA_LIST_LAYERS, "layers", "dense", "the layers that a net can have, and their settings"),
    LIST_COMMAND(GLIA_LIST_LOSSES, "losses", "huber", "the losses, for --loss"),
    LIST_COMMAND(GLIA_LIST_OPTIMIZERS, "optimizers", "adam", "the optimizers, for --optimizer"),
    LIST_COMMAND(GLIA_LIST_SCHEDULES, "schedules", "cosine", "the schedules of the learning rate, for --schedule"),
    LIST_COMMAND(GLIA_LIST_INITIALIZERS, "initializers", "he", "how weights can start, for the settings of layers"),
    LIST_COMMAND(GLIA_LIST_GENERATORS, "generators", "spiral", "data sets that are made on the spot, for DATA"),
    LIST_COMMAND(GLIA_LIST_SCALES, "scales", "standard", "how inputs can be scaled, for --scale"),
    LIST_COMMAND(GLIA_LIST_AUGMENTATIONS, "augmentations", "shift", "how images can be changed, for --augment"),
    LIST_COMMAND(GLIA_LIST_METRICS, "metrics", "val_macro_f1", "what an epoch can be judged by, for --monitor"),
    LIST_COMMAND(GLIA_LIST_KINDS, "kinds", "category", "what kinds of columns a table can have, for --columns"),
};
