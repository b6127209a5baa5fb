/* The net text: layers in order, separated by commas or newlines; # starts a comment that ends with its line. */
#include <ctype.h>
#include <string.h>

#include "ground/memory.h"
#include "model/model.h"

/* The next phrase at *at: its stretch without comment and outer blanks, empty between two separators. False at the end. */
static bool next_phrase(const char **at, const char *end, const char **first, const char **last)
{
    if (*at >= end) return false;
    const char *stop = *at;
    while (stop < end && *stop != ',' && *stop != '\n' && *stop != '#') stop++;
    *first = *at;
    *last = stop;
    while (*first < *last && isspace((unsigned char)**first)) ++*first;
    while (*last > *first && isspace((unsigned char)(*last)[-1])) --*last;
    while (stop < end && *stop == '#')
        while (stop < end && *stop != '\n') stop++;
    *at = stop + 1;
    return true;
}

static glia_status parse_layer(const glia__text_at *where, const char *first, const char *last, glia__layer *layer)
{
    const glia__named *names[GLIA__LAYERS_MOST];
    size_t             count = glia__layer_names(names), which;
    const char        *rest;
    GLIA_TRY(glia__phrase_name(where, first, last, names, count, "layer", &which, &rest));
    *layer = (glia__layer){.class = glia__layer_at(which), .at = first};
    return glia__phrase_settings(where, rest, last, names[which], layer->set);
}

static bool is_input(const glia__layer *l)
{
    return !l->class->forward;
}

glia_status glia__net_parse(const char *text, glia__layer **layers, size_t *count)
{
    glia__text_at where = {"net", text, text + strlen(text)};
    glia__layer  *list = NULL;
    size_t        n = 0, room = 0, number = 0;
    glia_status   status = GLIA_OK;
    const char   *at = text, *first, *last;
    while (next_phrase(&at, where.end, &first, &last)) {
        if (first == last) continue;
        if ((status = glia__grow(&list, &room, n + 1, sizeof *list))) break;
        if ((status = parse_layer(&where, first, last, &list[n]))) break;
        list[n].number = is_input(&list[n]) ? SIZE_MAX : number++;
        if (is_input(&list[n]) && n > 0) {
            size_t line, column;
            glia__text_place(text, first, &line, &column);
            status = glia__fail(GLIA_E_TEXT, "net:%zu:%zu: input can only come first", line, column);
            break;
        }
        n++;
    }
    if (status != GLIA_OK) {
        glia__free(list);
        return status;
    }
    *layers = list;
    *count = n;
    return GLIA_OK;
}

char *glia__net_print(const glia__layer *layers, size_t count)
{
    glia__string s = {0};
    glia__string_add(&s, "%s", "");
    for (size_t i = 0; i < count; i++) {
        glia__string_add(&s, "%s%s", i ? ", " : "", layers[i].class->named.name);
        glia__phrase_print(&s, &layers[i].class->named, layers[i].set);
    }
    return glia__string_take(&s);
}

/* Two hidden layers, as wide as the rows suggest; a softmax over the classes, or the numbers themselves. */
char *glia__net_for(const glia_data *data)
{
    glia_data_info info;
    glia__string   s = {0};
    glia_data_describe(data, &info);
    size_t wide = info.columns >= 256 ? 128 : info.columns >= 16 ? 64 : 32;
    glia__string_add(&s, "dense %zu, relu, dense %zu, relu, dense %zu", wide, wide / 2, info.outputs);
    if (info.target == GLIA_TARGET_CLASSES) glia__string_add(&s, ", softmax");
    return glia__string_take(&s);
}
