/* The sentences of a look: lists of columns, and the list of findings, worst first. */
#include "data/look/says.h"

#include <string.h>

glia__look_list glia__look_list_of(const glia__look *l, glia__look_measure *of)
{
    glia__look_list list = {0};
    for (size_t i = 0; i < l->columns; i++) {
        const double measure = of(l, &l->column[i]);
        if (!(measure > 0)) continue;
        list.count++;
        if (!(measure > list.most)) continue;
        list.most = measure;
        list.worst = &l->column[i];
    }
    return list;
}

const char *glia__look_names(const glia__look *l, glia__look_measure *of, glia__look_tell *tell,
                             char text[GLIA__LOOK_NAMES])
{
    enum { LISTED = 5 };
    glia__look_items items = {0};
    for (size_t i = 0; i < l->columns; i++) {
        char own[GLIA__LOOK_NAMES];
        if (!(of(l, &l->column[i]) > 0)) continue;
        SAY(own, "%s", l->column[i].label);
        if (tell) tell(l, &l->column[i], own);
        glia__look_items_add(&items, own, items.told < LISTED ? GLIA__LOOK_NAMES : 0);
    }
    return strcpy(text, glia__look_items_text(&items));
}

void glia__look_items_add(glia__look_items *items, const char *item, size_t room)
{
    enum { ROOM_FOR_MORE = 24 };
    const bool fits = items->told == items->count && items->length + strlen(item) + 2 + ROOM_FOR_MORE <= room;
    if (fits) items->length += (size_t)SAY_ON(items->text, items->length, "%s%s", items->count ? ", " : "", item);
    items->told += fits;
    items->count++;
}

const char *glia__look_items_text(glia__look_items *items)
{
    const size_t rest = items->count - items->told;
    if (rest && items->told == 0)
        SAY(items->text, "%zu more", rest);
    else if (rest)
        SAY_ON(items->text, items->length, " and %zu more", rest);
    return items->text;
}

#define OTHERS "; the same goes for "

void glia__look_items_other(const glia_data_finding *f, glia__look_items *others, const char *label)
{
    const size_t room = sizeof f->what - strlen(f->what) - sizeof OTHERS;
    glia__look_items_add(others, label, room < GLIA__LOOK_NAMES ? room : GLIA__LOOK_NAMES);
}

void glia__look_items_tell(glia_data_finding *f, glia__look_items *others)
{
    if (others->count) SAY_ON(f->what, strlen(f->what), OTHERS "%s", glia__look_items_text(others));
}

/* ---- options ---------------------------------------------------------------------------------------------------- */

/* `option "value"` as a shell takes it; false if there is no room for it. */
static bool quote(const char *option, const char *value, char text[GLIA__LOOK_OPTION])
{
    const bool plain = !strpbrk(value, "\"$`\\!");
    size_t     n = (size_t)snprintf(text, GLIA__LOOK_OPTION, "%s %c", option, plain ? '"' : '\'');
    for (; *value; value++) {
        const char *as = !plain && *value == '\'' ? "'\\''" : (char[]){*value, '\0'};
        if ((unsigned char)*value < ' ' || n + strlen(as) + 2 > GLIA__LOOK_OPTION) return false;
        n += (size_t)snprintf(text + n, GLIA__LOOK_OPTION - n, "%s", as);
    }
    snprintf(text + n, GLIA__LOOK_OPTION - n, "%c", plain ? '"' : '\'');
    return true;
}

const char *glia__look_option(const char *option, const glia__column *of, char text[GLIA__LOOK_OPTION])
{
    char number[32];
    SAY(number, "%zu", of->number + 1);
    if (!*of->name || !quote(option, of->name, text)) quote(option, number, text);
    return text;
}

/* `name:kind`; false if there is no room for it. */
static bool tell_kind(const char *name, const char *kind, char text[GLIA__LOOK_OPTION])
{
    const char *mark = glia__column_is_plain(name) ? "" : "\"";
    size_t      n = (size_t)snprintf(text, GLIA__LOOK_OPTION, "%s", mark);
    for (; *name; name++) {
        if (n + strlen(kind) + 5 > GLIA__LOOK_OPTION) return false;
        if (*name == '"') text[n++] = '"';
        text[n++] = *name;
    }
    snprintf(text + n, GLIA__LOOK_OPTION - n, "%s:%s", mark, kind);
    return true;
}

const char *glia__look_columns(const glia__column *of, const char *kind, char text[GLIA__LOOK_OPTION])
{
    char told[GLIA__LOOK_OPTION], number[32];
    SAY(number, "%zu", of->number + 1);
    if (*of->name && tell_kind(of->name, kind, told) && quote("--columns", told, text)) return text;
    tell_kind(number, kind, told);
    quote("--columns", told, text);
    return text;
}

const char *glia__look_label(const glia__column *of, char text[96])
{
    if (*of->name)
        snprintf(text, 96, "\"%s\"", CUT(of->name));
    else
        snprintf(text, 96, "column %zu", of->number + 1);
    return text;
}

void glia__look_cure_skip(glia_data_finding *f, const glia__look_list *list, const char *unless)
{
    const glia__column *of = list->worst->of;
    SAY(f->cure, "leave %s out%s%s%s%s%s", list->count == 1 ? "it" : "them", of ? " (" : "",
        of ? COLUMNS(of, "skip") : "", of && list->count > 1 ? " and so on" : "", of ? ")" : "", unless);
}

/* ---- the list --------------------------------------------------------------------------------------------------- */

static const glia__look_complaint *const tables[] = {glia__look_complaints_of_targets, glia__look_complaints_of_rows,
                                                     glia__look_complaints_of_columns, glia__look_complaints_of_words};
enum { TABLES = sizeof tables / sizeof *tables };

size_t glia__look_complaints_count(void)
{
    size_t count = 0;
    for (size_t t = 0; t < TABLES; t++)
        for (const glia__look_complaint *c = tables[t]; c->kind; c++) count++;
    return count;
}

/* Worst first; equals in the order of the tables. */
static void insert(glia_data_finding *list, size_t count, const glia_data_finding *f)
{
    size_t at = count;
    for (; at > 0 && list[at - 1].severity < f->severity; at--) list[at] = list[at - 1];
    list[at] = *f;
}

size_t glia__look_complain(const glia__look *l, glia_data_finding *findings)
{
    size_t count = 0;
    for (size_t t = 0; t < TABLES; t++)
        for (const glia__look_complaint *c = tables[t]; c->kind; c++) {
            glia_data_finding f = {
                .kind = c->kind, .column = GLIA_NO_COLUMN, .row = GLIA_NO_ROW, .other_row = GLIA_NO_ROW};
            if (!c->holds(l, &f)) continue;
            if (!*f.cure) SAY(f.cure, "%s", c->cure);
            insert(findings, count++, &f);
        }
    return count;
}
