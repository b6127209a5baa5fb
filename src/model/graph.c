/* Who reads whom. A layer reads the one before it, or by `from=@name` another; a layer that joins, such as add, reads
 * those its labels name as well. `@name` behind any other layer names its y. Names stand before they are read, so that
 * a net has no cycles. */
#include <stdio.h>
#include <string.h>

#include "ground/memory.h"
#include "model/model.h"

enum { NAME_SIZE = 64 };

typedef struct graph {
    glia__layer *layers;
    size_t       count;
    const char  *text;
} graph;

static glia_status fail_at(const graph *g, const glia__layer *l, glia_status status)
{
    size_t line, column;
    glia__text_place(g->text, l->at, &line, &column);
    return glia__fail_at(status, "net:%zu:%zu", line, column);
}

/* The next of `@a@b`; false at the end. */
static bool next_label(const char **at, char name[NAME_SIZE])
{
    if (**at != '@') return false;
    size_t n = strcspn(*at + 1, "@");
    snprintf(name, NAME_SIZE, "%.*s", (int)n, *at + 1);
    *at += 1 + n;
    return true;
}

static const char *own_label(const glia__layer *l)
{
    const char *word = glia__layer_common(l, GLIA__AS)->word;
    return *word ? word + 1 : "";
}

/* The layer of this name among [first, end); `end` if there is none. */
static size_t find(const graph *g, const char *name, size_t first, size_t end)
{
    while (first < end && strcmp(own_label(&g->layers[first]), name) != 0) first++;
    return first;
}

static glia_status fail_name(const graph *g, size_t i, const char *name)
{
    const glia__layer *l = &g->layers[i];
    size_t             later = find(g, name, i, g->count);
    glia__string       all = {0};
    if (later < g->count) {
        glia__layer_fail(l, "reads @%s, which is named %s: a net has no cycles", name,
                         later == i ? "by this layer itself" : "only later");
        return fail_at(g, l, GLIA_E_SHAPE);
    }
    for (size_t j = 0; j < i; j++)
        if (*own_label(&g->layers[j])) glia__string_add(&all, "%s@%s", all.text ? ", " : "", own_label(&g->layers[j]));
    glia__layer_fail(l, "there is no @%s before it; %s%s", name, all.text ? "there are " : "nothing has a name",
                     all.text ? all.text : "");
    glia__string_clear(&all);
    return fail_at(g, l, GLIA_E_SHAPE);
}

static void add_input(glia__layer *l, const graph *g, size_t from)
{
    bool rows = from == SIZE_MAX || glia__is_input(&g->layers[from]);
    l->input[l->inputs++].from = rows ? SIZE_MAX : from;
}

static glia_status add_named(const graph *g, size_t i, const char *labels)
{
    glia__layer *l = &g->layers[i];
    char         name[NAME_SIZE];
    while (next_label(&labels, name)) {
        size_t from = find(g, name, 0, i);
        if (from == i) return fail_name(g, i, name);
        if (l->inputs == GLIA__INPUTS_MOST) {
            glia__layer_fail(l, "reads more than %d others", GLIA__INPUTS_MOST);
            return fail_at(g, l, GLIA_E_SHAPE);
        }
        add_input(l, g, from);
    }
    return GLIA_OK;
}

static glia_status check_label(const graph *g, size_t i)
{
    const glia__layer *l = &g->layers[i];
    const char        *own = own_label(l), *from = glia__layer_common(l, GLIA__FROM)->word;
    if (!*own && !*from) return GLIA_OK;
    if (strchr(own, '@') || (*from && strchr(from + 1, '@')))
        glia__layer_fail(l, "%s takes one name", strchr(own, '@') ? "as" : "from");
    else if (*own && find(g, own, 0, i) < i)
        glia__layer_fail(l, "there is an @%s already", own);
    else if (glia__is_input(l) && *from)
        glia__layer_fail(l, "reads nothing");
    else
        return GLIA_OK;
    return fail_at(g, l, GLIA_E_SHAPE);
}

static glia_status link_layer(const graph *g, size_t i)
{
    glia__layer *l = &g->layers[i];
    const char  *from = glia__layer_common(l, GLIA__FROM)->word;
    GLIA_TRY(check_label(g, i));
    if (glia__is_input(l)) return GLIA_OK;
    if (*from)
        GLIA_TRY(add_named(g, i, from));
    else
        add_input(l, g, i ? i - 1 : SIZE_MAX);
    return l->class->joins ? add_named(g, i, l->set[0].word) : GLIA_OK;
}

size_t glia__graph_readers(const glia__layer *layers, size_t count, size_t from)
{
    size_t readers = 0;
    for (size_t i = 0; i < count; i++)
        for (int k = 0; k < layers[i].inputs; k++) readers += layers[i].input[k].from == from;
    return readers;
}

glia__layer *glia__graph_only_reader(glia__layer *layers, size_t count, size_t from)
{
    glia__layer *reader = NULL;
    for (size_t i = 0; i < count; i++)
        for (int k = 0; k < layers[i].inputs; k++)
            if (layers[i].input[k].from == from) {
                if (reader) return NULL;
                reader = &layers[i];
            }
    return reader;
}

/* What nobody reads would be computed for nothing. */
static glia_status check_readers(const graph *g, size_t i)
{
    const glia__layer *l = &g->layers[i];
    size_t             readers = glia__graph_readers(g->layers, g->count, glia__is_input(l) ? SIZE_MAX : i);
    if (readers == 0 && i + 1 < g->count)
        glia__layer_fail(l, "no layer reads what it gives");
    else if (readers > GLIA__READERS_MOST + 1)
        glia__layer_fail(l, "is read by %zu layers; %d can", readers, GLIA__READERS_MOST + 1);
    else
        return GLIA_OK;
    return fail_at(g, l, GLIA_E_SHAPE);
}

glia_status glia__graph_link(glia__layer *layers, size_t count, const char *text)
{
    graph g = {layers, count, text};
    for (size_t i = 0; i < count; i++) layers[i].inputs = 0;
    for (size_t i = 0; i < count; i++) GLIA_TRY(link_layer(&g, i));
    for (size_t i = 0; i < count; i++) GLIA_TRY(check_readers(&g, i));
    return GLIA_OK;
}
