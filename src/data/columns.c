/* The text that says of what kinds columns are. See columns.h. */
#include "data/columns.h"

#include <stdio.h>
#include <string.h>

#include "ground/memory.h"

void glia__columns_free(glia__column *columns, size_t count)
{
    for (size_t i = 0; columns && i < count; i++) {
        glia__free(columns[i].name);
        glia__kind_clear(&columns[i].kind);
        glia__words_clear(&columns[i].words);
    }
    glia__free(columns);
}

/* ---- reading ---------------------------------------------------------------------------------------------------- */

static glia_status fail_here(const glia__text_at *where, const char *at, const char *what)
{
    size_t line, column;
    glia__text_place(where->text, at, &line, &column);
    return glia__fail(GLIA_E_TEXT, "%s:%zu:%zu: %s", where->what, line, column, what);
}

static const char *skip_blanks(const char *p, const char *end)
{
    while (p < end && strchr(" \t\r\n", *p)) p++;
    return p;
}

/* The name in quotes at `p`; *rest is behind it. */
static glia_status read_quoted(const glia__text_at *where, const char *p, glia__string *name, const char **rest)
{
    const char *quote = p++;
    for (; p < where->end; p++) {
        if (*p == '"' && p + 1 < where->end && p[1] == '"')
            p++;
        else if (*p == '"')
            break;
        glia__string_add_bytes(name, p, 1);
    }
    if (p == where->end) return fail_here(where, quote, "the quote that opens here is never closed");
    *rest = p + 1;
    return GLIA_OK;
}

/* The end of the entry that goes on at `p`. */
static const char *entry_end(const char *p, const char *end)
{
    while (p < end && *p != ',' && *p != '\n') p++;
    return p;
}

/* The colon that ends the name of an entry: its last. */
static const char *name_end(const char *p, const char *end)
{
    const char *colon = NULL;
    for (; p < end; p++)
        if (*p == ':') colon = p;
    return colon;
}

/* The name of the entry at *at, which moves to its kind. */
static glia_status read_name(const glia__text_at *where, const char **at, glia__string *name)
{
    const char *begin = *at, *rest = begin, *colon;
    if (*begin == '"') {
        GLIA_TRY(read_quoted(where, begin, name, &rest));
        rest = colon = skip_blanks(rest, where->end);
    } else {
        colon = name_end(begin, entry_end(begin, where->end));
        for (rest = colon; colon && rest > begin && strchr(" \t", rest[-1]);) rest--;
        if (colon) glia__string_add_bytes(name, begin, (size_t)(rest - begin));
    }
    if (!colon || colon == where->end || *colon != ':')
        return fail_here(where, begin, "an entry is a column, a colon and a kind, as in age:number");
    glia__string_add_bytes(name, "", 0);
    *at = skip_blanks(colon + 1, where->end);
    return name->failed ? GLIA_E_MEMORY : GLIA_OK;
}

glia_status glia__column_next(const glia__text_at *where, const char **at, glia__string *name, bool *more)
{
    const char *begin = skip_blanks(*at, where->end), *rest = begin;
    name->length = 0;
    *more = begin < where->end;
    if (!*more) return GLIA_OK;
    if (*begin == '"') {
        GLIA_TRY(read_quoted(where, begin, name, &rest));
        rest = skip_blanks(rest, where->end);
        if (rest < where->end && *rest != ',') return fail_here(where, rest, "text after a closing quote");
    } else {
        const char *last = rest = entry_end(begin, where->end);
        while (last > begin && strchr(" \t", last[-1])) last--;
        glia__string_add_bytes(name, begin, (size_t)(last - begin));
    }
    *at = rest + (rest < where->end);
    glia__string_add_bytes(name, "", 0);
    return name->failed ? GLIA_E_MEMORY : GLIA_OK;
}

static glia_status add_told(glia__told *t, const glia__text_at *where, const char *at, const glia__string *name,
                            glia__kind *kind)
{
    size_t number, known = t->names.count;
    if (strcmp(name->text, "*") == 0) {
        if (t->has_rest) return fail_here(where, at, "* is told twice");
        t->has_rest = true;
        t->rest = *kind;
        *kind = (glia__kind){0};
        return GLIA_OK;
    }
    GLIA_TRY(glia__grow(&t->kind, &t->room, known + 1, sizeof *t->kind));
    GLIA_TRY(glia__words_add(&t->names, name->text, name->length, &number));
    if (number < known) return fail_here(where, at, "this column is told twice");
    t->kind[number] = *kind;
    *kind = (glia__kind){0};
    return GLIA_OK;
}

static glia_status read_entry(glia__told *t, const glia__text_at *where, const char **at)
{
    const char  *begin = *at;
    glia__string name = {0};
    glia__kind   kind = {0};
    glia_status  status = read_name(where, at, &name);
    const char  *end = entry_end(*at, where->end), *last = end;
    while (last > *at && strchr(" \t\r", last[-1])) last--;
    if (status == GLIA_OK) status = glia__kind_read(where, *at, last, &kind);
    if (status == GLIA_OK) status = add_told(t, where, begin, &name, &kind);
    glia__string_clear(&name);
    glia__kind_clear(&kind);
    *at = end;
    return status;
}

glia_status glia__told_read(glia__told *t, const char *text)
{
    *t = (glia__told){0};
    if (!text) return GLIA_OK;
    const glia__text_at where = {"columns", text, text + strlen(text)};
    for (const char *at = skip_blanks(text, where.end); at < where.end; at = skip_blanks(at, where.end)) {
        if (*at == ',')
            at++;
        else
            GLIA_TRY(read_entry(t, &where, &at));
    }
    t->used = glia__new(t->names.count, sizeof *t->used);
    return t->used ? GLIA_OK : GLIA_E_MEMORY;
}

void glia__told_clear(glia__told *t)
{
    for (size_t i = 0; t->kind && i < t->names.count; i++) glia__kind_clear(&t->kind[i]);
    glia__free(t->kind);
    glia__free(t->used);
    glia__kind_clear(&t->rest);
    glia__words_clear(&t->names);
    *t = (glia__told){0};
}

const glia__kind *glia__told_find(glia__told *t, const char *name, size_t number)
{
    char   digits[32];
    size_t at = *name ? glia__words_find(&t->names, name, strlen(name)) : SIZE_MAX;
    if (at == SIZE_MAX && !t->by_name) {
        int n = snprintf(digits, sizeof digits, "%zu", number + 1);
        at = glia__words_find(&t->names, digits, (size_t)n);
    }
    if (at == SIZE_MAX) return t->has_rest ? &t->rest : NULL;
    t->used[at] = true;
    return &t->kind[at];
}

const char *glia__told_unused(const glia__told *t)
{
    for (size_t i = 0; i < t->names.count; i++)
        if (!t->used[i]) return t->names.text[i];
    return NULL;
}

/* ---- printing --------------------------------------------------------------------------------------------------- */

bool glia__column_is_plain(const char *name)
{
    const size_t n = strlen(name);
    return n > 0 && strcmp(name, "*") != 0 && !name[strcspn(name, ",:\"\r\n")] && !strchr(" \t", name[0]) &&
           !strchr(" \t", name[n - 1]);
}

void glia__column_print_name(const char *name, glia__string *text)
{
    if (glia__column_is_plain(name)) {
        glia__string_add(text, "%s", name);
        return;
    }
    glia__string_add_bytes(text, "\"", 1);
    for (; *name; name++) glia__string_add_bytes(text, *name == '"' ? "\"\"" : name, *name == '"' ? 2 : 1);
    glia__string_add_bytes(text, "\"", 1);
}

void glia__column_print(const char *name, size_t number, const glia__kind *kind, glia__string *text)
{
    if (text->length) glia__string_add_bytes(text, ", ", 2);
    if (*name)
        glia__column_print_name(name, text);
    else
        glia__string_add(text, "%zu", number + 1);
    glia__string_add_bytes(text, ":", 1);
    glia__kind_print(kind, text);
}
