/* Nets for each layer that there is, for tests that go over the whole list. */
#ifndef GLIA_TESTS_EVERY_LAYER_H
#define GLIA_TESTS_EVERY_LAYER_H

#include "help.h"

static inline bool one_of(const char *name, const char *list)
{
    size_t n = strlen(name);
    for (const char *at = list; (at = strstr(at, name)); at += n)
        if ((at == list || at[-1] == ' ') && (at[n] == ' ' || !at[n])) return true;
    return false;
}

static inline const char *value_of(const char *type)
{
    return strcmp(type, "labels") == 0 ? "@a" : strcmp(type, "shape") == 0 ? "2" : "4";
}

/* What must be given, where no value fits every layer. */
static inline const char *arguments_of(const char *name)
{
    static const char *const special[][2] = {{"reshape", " 4x3"}, {"permute", " 2x1"}, {"embedding", " 4 3"}};
    for (size_t i = 0; i < COUNT(special); i++)
        if (strcmp(special[i][0], name) == 0) return special[i][1];
    return NULL;
}

/* A layer as a net text has it: its name, with a value for each setting that must be given. */
static inline bool layer_text(size_t i, char text[96], const char **name)
{
    glia_entry   entry;
    glia_setting setting;
    if (!glia_list_entry(GLIA_LIST_LAYERS, i, &entry)) return false;
    *name = entry.name;
    const char *arguments = arguments_of(entry.name);
    int         n = snprintf(text, 96, "%s%s", entry.name, arguments ? arguments : "");
    for (size_t j = 0; !arguments && glia_list_setting(GLIA_LIST_LAYERS, i, j, &setting); j++)
        if (!*setting.standard && one_of(setting.type, "whole shape labels"))
            n += snprintf(text + n, 96 - (size_t)n, " %s=%s", setting.name, value_of(setting.type));
    return true;
}

/* Before and after the layer under test: rows of numbers, sequences, images. Each layer fits into one of them at least.
 */
static const struct surroundings {
    const char *before, *after;
} surroundings[] = {
    {"dense 3 bias=no @a, ", ""},
    {"dense 3 bias=no @a, ", ", dense 4"},
    {"input 2x6 @a, ", ", flatten, dense 3"},
    {"input 2x5x4, tanh @a, ", ""},
    {"input 2x5x4, conv 4 3x3 pad=same bias=no @a, ", ", flatten, dense 3"},
    {"input 6 @a, ", ", flatten, dense 3"},
};

#endif
