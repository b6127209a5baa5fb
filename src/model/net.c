/* The net text: layers in order, separated by commas or newlines; # starts a comment that ends with its line. */
#include <string.h>

#include "ground/memory.h"
#include "model/model.h"

static glia_status parse_layer(const glia__text_at *where, const char *first, const char *last, glia__layer *layer)
{
    const glia__named *names[GLIA__LAYERS_MOST];
    size_t             count = glia__layer_names(names), which;
    const char        *rest;
    GLIA_TRY(glia__phrase_name(where, first, last, names, count, "layer", &which, &rest));
    *layer = (glia__layer){.class = glia__layer_at(which), .at = first};
    if (!(layer->set = glia__new(GLIA__SETTINGS_MOST, sizeof *layer->set))) return GLIA_E_MEMORY;
    glia__named named = glia__layer_named(layer->class);
    glia_status status = glia__phrase_settings(where, rest, last, &named, layer->set);
    if (status != GLIA_OK) glia__free(layer->set);
    return status;
}

static glia_status fail_at(const char *text, const char *at, const char *what)
{
    size_t line, column;
    glia__text_place(text, at, &line, &column);
    return glia__fail(GLIA_E_TEXT, "net:%zu:%zu: %s", line, column, what);
}

/* Appends the layer that the phrase names, if it names one. */
static glia_status add_layer(const glia__text_at *where, const glia__phrase *p, glia__layer **list, size_t *count,
                             size_t *room)
{
    if (p->begin == p->end)
        return p->before == ',' && p->after == ','
                   ? fail_at(where->text, p->begin, "there is no layer before this comma")
                   : GLIA_OK;
    GLIA_TRY(glia__grow(list, room, *count + 1, sizeof **list));
    glia__layer *l = *list + *count;
    GLIA_TRY(parse_layer(where, p->begin, p->end, l));
    bool first = ++*count == 1;
    if (glia__is_input(l) && !first) return fail_at(where->text, p->begin, "input can only come first");
    l->number = glia__is_input(l) ? SIZE_MAX : *count - 1 - (!first && glia__is_input(*list));
    return GLIA_OK;
}

glia_status glia__net_parse(const char *text, glia__layer **layers, size_t *count)
{
    glia__text_at where = {"net", text, text + strlen(text)};
    glia__layer  *list = NULL;
    size_t        n = 0, room = 0;
    glia_status   status = GLIA_OK;
    const char   *at = text;
    glia__phrase  p = {.after = ','};
    while (status == GLIA_OK && glia__phrase_next(&at, where.end, &p)) status = add_layer(&where, &p, &list, &n, &room);
    if (status == GLIA_OK) status = glia__graph_link(list, n, text);
    if (status != GLIA_OK) {
        glia__layers_free(list, n);
        return status;
    }
    *layers = list;
    *count = n;
    return GLIA_OK;
}

void glia__layers_free(glia__layer *layers, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (layers[i].class->release) layers[i].class->release(&layers[i]);
        glia__free(layers[i].set);
    }
    glia__free(layers);
}

/* A table is no image. Of an image the first layer that cares decides. */
glia__shape glia__net_rows(const glia__layer *layers, size_t count, const glia__shape *data)
{
    bool   image = data->rank == 3 && data->dim[0] * data->dim[1] > 1;
    size_t i = 0;
    while (i < count && layers[i].class->reads == GLIA__READS_ALL) i++;
    if (image && i < count && layers[i].class->reads == GLIA__READS_IMAGES) return *data;
    return (glia__shape){.rank = data->rank ? 1 : 0, .dim = {glia__shape_count(data)}};
}

char *glia__net_print(const glia__layer *layers, size_t count)
{
    glia__string s = {0};
    glia__string_add(&s, "%s", "");
    for (size_t i = 0; i < count; i++) {
        glia__named named = glia__layer_named(layers[i].class);
        glia__string_add(&s, "%s%s", i ? ", " : "", named.name);
        glia__phrase_print(&s, &named, layers[i].set);
    }
    return glia__string_take(&s);
}

/* Two hidden layers, as wide as the rows suggest; a softmax over the classes, sigmoids for several yes or no, or the
 * numbers themselves. What a small table has to teach is soon learnt by heart, which dropout makes harder: of the
 * eight tables of docs/tables.md none lost by it, and that whose date says little gained most. */
char *glia__net_for(const glia_data *data, size_t inputs)
{
    enum { FEW_ROWS = 10000 };
    glia_data_info info;
    glia__string   s = {0};
    glia_data_describe(data, &info);
    bool        table = data->column || (data->n_files && !data->image);
    const char *guard = table && info.rows < FEW_ROWS ? ", dropout 0.3" : "";
    size_t      wide = inputs >= 256 ? 128 : inputs >= 16 ? 64 : 32;
    if (table && wide < 128) wide *= 2;
    glia__string_add(&s, "dense %zu, relu%s, dense %zu, relu%s, dense %zu", wide, guard, wide / 2, guard, info.outputs);
    if (info.target == GLIA_TARGET_CLASSES) glia__string_add(&s, ", softmax");
    if (info.yesno) glia__string_add(&s, ", sigmoid");
    return glia__string_take(&s);
}
