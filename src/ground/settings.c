/* Settings: reading and printing `name value key=value ...` by tables. See settings.h.
 *
 * A phrase is cut into words at white space. The first word is a name; each other word is `key=value`, or a bare value
 * for the next positional setting. What a value may be, how it prints and what is said when it is wrong depends on the
 * setting's type alone: one reader and one printer a type, in two tables. */
#include "ground/settings.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

const glia__setting glia__no_settings[] = {{0}};

/* ---- words ----------------------------------------------------------------------------------------------------- */

typedef struct word {
    const char *begin, *end;
} word;

/* For "%.*s": a long word is cut short in a sentence. */
#define SHOWN(w) (int)((w).end - (w).begin < 40 ? (w).end - (w).begin : 40), (w).begin

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static bool next_word(const char **at, const char *end, word *w)
{
    while (*at < end && is_space(**at)) ++*at;
    w->begin = *at;
    while (*at < end && !is_space(**at)) ++*at;
    w->end = *at;
    return w->begin < w->end;
}

static bool word_is(word w, const char *text)
{
    size_t n = (size_t)(w.end - w.begin);
    return strlen(text) == n && memcmp(w.begin, text, n) == 0;
}

/* ---- lists of phrases ------------------------------------------------------------------------------------------ */

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

bool glia__phrase_next(const char **at, const char *end, glia__phrase *p)
{
    if (*at >= end) return false;
    const char *stop = *at;
    while (stop < end && *stop != ',' && *stop != '\n' && *stop != '#') stop++;
    p->begin = *at;
    p->end = stop;
    while (p->begin < p->end && is_blank(*p->begin)) p->begin++;
    while (p->end > p->begin && is_blank(p->end[-1])) p->end--;
    while (stop < end && *stop == '#') stop += strcspn(stop, "\n");
    p->before = p->after;
    p->after = *stop;
    *at = stop + 1;
    return true;
}

/* ---- sentences ------------------------------------------------------------------------------------------------- */

/* Puts the place, and the name of what is set there, before the sentence. */
static glia_status placed(const glia__text_at *at, const char *here, const char *name)
{
    if (name) glia__fail_at(GLIA_E_TEXT, "%s", name);
    if (!at->what) return GLIA_E_TEXT;
    size_t line, column;
    glia__text_place(at->text, here, &line, &column);
    return glia__fail_at(GLIA_E_TEXT, "%s:%zu:%zu", at->what, line, column);
}

typedef struct list {
    char text[768];
} list;

static void list_add(list *l, const char *name)
{
    size_t used = strlen(l->text);
    snprintf(l->text + used, sizeof l->text - used, "%s%s", used ? ", " : "", name);
}

static list list_settings(const glia__named *named)
{
    list                 l = {""};
    const glia__setting *s;
    for (size_t i = 0; (s = glia__setting_at(named, i)); i++) list_add(&l, s->name);
    return l;
}

static list list_names(const glia__named *const *names, size_t count)
{
    list l = {""};
    for (size_t i = 0; i < count; i++) list_add(&l, names[i]->name);
    return l;
}

/* Says that a word is nothing of the kind asked for, and what there is instead. */
static glia_status fail_setting(const glia__named *named, word w, const char *wrong)
{
    list has = list_settings(named);
    return glia__fail(GLIA_E_TEXT, "\"%.*s\" %s; it has %s", SHOWN(w), wrong, *has.text ? has.text : "no settings");
}

/* Says what limits a number has to keep to. */
static glia_status fail_range(const glia__setting *s, double least, double most, word w)
{
    char low[32], high[32];
    glia_number_write(low, least);
    glia_number_write(high, most);
    if (isinf(most)) return glia__fail(GLIA_E_TEXT, "%s must be at least %s, not %.*s", s->name, low, SHOWN(w));
    if (isinf(least)) return glia__fail(GLIA_E_TEXT, "%s must be at most %s, not %.*s", s->name, high, SHOWN(w));
    return glia__fail(GLIA_E_TEXT, "%s must be from %s to %s, not %.*s", s->name, low, high, SHOWN(w));
}

/* ---- values: a reader a type ----------------------------------------------------------------------------------- */

static glia_status check_range(const glia__setting *s, double number, word w)
{
    bool limited = s->least != 0 || s->most != 0;
    if (limited && (number < s->least || number > s->most)) return fail_range(s, s->least, s->most, w);
    return GLIA_OK;
}

static glia_status fail_overflow(const glia__setting *s, word w)
{
    return glia__fail(GLIA_E_TEXT, "%s is too large: %.*s", s->name, SHOWN(w));
}

static glia_status read_whole(const glia__setting *s, word w, glia__value *v)
{
    const char *at = w.begin;
    bool        fits = glia__digits_read(&at, w.end, &v->whole);
    if (at < w.end) return glia__fail(GLIA_E_TEXT, "%s must be a whole number, not \"%.*s\"", s->name, SHOWN(w));
    return fits ? check_range(s, (double)v->whole, w) : fail_overflow(s, w);
}

static glia_status read_number(const glia__setting *s, word w, glia__value *v)
{
    if (w.begin == w.end || glia__number_read(w.begin, w.end, &v->number) != w.end)
        return glia__fail(GLIA_E_TEXT, "%s must be a number, not \"%.*s\"", s->name, SHOWN(w));
    if (!isfinite(v->number))
        return glia__fail(GLIA_E_TEXT, "%s must be a finite number, not \"%.*s\"", s->name, SHOWN(w));
    return check_range(s, v->number, w);
}

static glia_status read_numbers(const glia__setting *s, word w, glia__value *v)
{
    glia__value one;
    for (const char *at = w.begin;; at++) {
        word number = {at, memchr(at, ':', (size_t)(w.end - at))};
        if (!number.end) number.end = w.end;
        if (v->count == GLIA__LIST_MOST)
            return glia__fail(GLIA_E_TEXT, "%s has more than %d numbers", s->name, GLIA__LIST_MOST);
        GLIA_TRY(read_number(s, number, &one));
        v->list[v->count++] = one.number;
        if ((at = number.end) == w.end) return GLIA_OK;
    }
}

static glia_status read_yesno(const glia__setting *s, word w, glia__value *v)
{
    v->yes = word_is(w, "yes");
    if (v->yes || word_is(w, "no")) return GLIA_OK;
    return glia__fail(GLIA_E_TEXT, "%s must be yes or no, not \"%.*s\"", s->name, SHOWN(w));
}

/* Walks over "mean|sum|rows". */
static bool next_choice(const char **at, word *choice)
{
    if (!**at) return false;
    choice->begin = *at;
    choice->end = *at += strcspn(*at, "|");
    if (**at) ++*at;
    return true;
}

static glia_status read_word(const glia__setting *s, word w, glia__value *v)
{
    size_t n = (size_t)(w.end - w.begin);
    if (n >= sizeof v->word) return glia__fail(GLIA_E_TEXT, "%s is too long: \"%.*s...\"", s->name, SHOWN(w));
    memcpy(v->word, w.begin, n);
    v->word[n] = '\0';
    if (!s->choices) return GLIA_OK;
    list        all = {""};
    const char *at = s->choices;
    for (word choice; next_choice(&at, &choice);) {
        char name[sizeof v->word];
        snprintf(name, sizeof name, "%.*s", (int)(choice.end - choice.begin), choice.begin);
        if (strcmp(name, v->word) == 0) return GLIA_OK;
        list_add(&all, name);
    }
    return glia__fail(GLIA_E_TEXT, "%s must be one of %s, not \"%s\"", s->name, all.text, v->word);
}

static glia_status fail_shape(const glia__setting *s, word w)
{
    return glia__fail(GLIA_E_TEXT,
                      "%s must be one to four whole numbers with x between them, such as 3x3, not \"%.*s\"", s->name,
                      SHOWN(w));
}

static glia_status read_shape(const glia__setting *s, word w, glia__value *v)
{
    const int   rank_most = (int)(sizeof v->shape / sizeof *v->shape);
    const char *at = w.begin;
    for (v->rank = 0;;) {
        const char *digits = at;
        if (v->rank == rank_most) return fail_shape(s, w);
        size_t *side = &v->shape[v->rank++];
        bool    fits = glia__digits_read(&at, w.end, side);
        if (at == digits || (at < w.end && *at != 'x')) return fail_shape(s, w);
        if (!fits) return fail_overflow(s, w);
        GLIA_TRY(check_range(s, (double)*side, w));
        if (at == w.end) return GLIA_OK;
        at++;
    }
}

static glia_status read_span(const glia__setting *s, word w, glia__value *v)
{
    char last = w.end > w.begin ? w.end[-1] : '\0';
    v->unit = last == 's' || last == '%' ? last : 'e';
    const char *end = v->unit == 'e' ? w.end : w.end - 1;
    if (end == w.begin || glia__number_read(w.begin, end, &v->number) != end || !isfinite(v->number))
        return glia__fail(GLIA_E_TEXT, "%s must be epochs (10), steps (500s) or a share of the run (5%%), not \"%.*s\"",
                          s->name, SHOWN(w));
    if (v->number < 0) return fail_range(s, 0, HUGE_VAL, w);
    if (v->unit == '%' && v->number > 100) return fail_range(s, 0, 100, w);
    return check_range(s, v->number, w);
}

static bool is_label_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/* One or more of `@name`; what there is already is kept before them. */
static glia_status read_labels(const glia__setting *s, word w, glia__value *v)
{
    size_t kept = strlen(v->word), n = (size_t)(w.end - w.begin);
    if (kept + n >= sizeof v->word) return glia__fail(GLIA_E_TEXT, "%s: too many names, or too long", s->name);
    for (const char *at = w.begin; at < w.end; at++) {
        bool last = at + 1 == w.end || at[1] == '@';
        if (at == w.begin ? *at != '@' || last : *at == '@' ? last : !is_label_letter(*at))
            return glia__fail(GLIA_E_TEXT, "%s must be @ and a name of letters, digits and _, not \"%.*s\"", s->name,
                              SHOWN(w));
    }
    memcpy(v->word + kept, w.begin, n);
    v->word[kept + n] = '\0';
    return GLIA_OK;
}

typedef glia_status reader(const glia__setting *s, word w, glia__value *v);

static reader *const readers[] = {
    [GLIA__WHOLE] = read_whole,   [GLIA__NUMBER] = read_number,   [GLIA__YESNO] = read_yesno,
    [GLIA__WORD] = read_word,     [GLIA__SHAPE] = read_shape,     [GLIA__SPAN] = read_span,
    [GLIA__LABELS] = read_labels, [GLIA__NUMBERS] = read_numbers,
};

/* *v is as it was if the word will not do. */
static glia_status read_value(const glia__setting *s, word w, glia__value *v)
{
    glia__value made = s->type == GLIA__LABELS ? *v : (glia__value){0};
    GLIA_TRY(readers[s->type](s, w, &made));
    *v = made;
    return GLIA_OK;
}

/* The value of a setting that is not given: its standard, or nothing. */
static glia__value standard_value(const glia__setting *s)
{
    glia__value v = {0};
    if (s->standard && *s->standard) {
        glia_status read = read_value(s, (word){s->standard, s->standard + strlen(s->standard)}, &v);
        assert(read == GLIA_OK);
        (void)read;
    }
    return v;
}

/* ---- phrases --------------------------------------------------------------------------------------------------- */

static size_t count_settings(const glia__setting *table)
{
    size_t n = 0;
    while (table && table[n].name) n++;
    return n;
}

size_t glia__settings_count(const glia__named *named)
{
    size_t n = count_settings(named->settings) + count_settings(named->common);
    assert(n <= GLIA__SETTINGS_MOST);
    return n;
}

const glia__setting *glia__setting_at(const glia__named *named, size_t i)
{
    size_t own = count_settings(named->settings);
    if (i < own) return &named->settings[i];
    return i - own < count_settings(named->common) ? &named->common[i - own] : NULL;
}

static glia_status fail_missing(const glia__setting *s)
{
    return glia__fail(GLIA_E_TEXT, "%s has no value; it is written %s=VALUE, without spaces", s->name, s->name);
}

/* The setting of this name; false if there is none. */
static bool find_name(const glia__named *named, word name, size_t *which)
{
    const glia__setting *s;
    for (*which = 0; (s = glia__setting_at(named, *which)); ++*which)
        if (word_is(name, s->name)) return true;
    return false;
}

static glia_status find_key(const glia__named *named, word key, size_t *which)
{
    return find_name(named, key, which) ? GLIA_OK : fail_setting(named, key, "is not a setting");
}

static glia_status find_positional(const glia__named *named, const glia__value *values, word w, size_t *which)
{
    const glia__setting *s;
    bool                 label = *w.begin == '@';
    if (find_name(named, w, which)) return fail_missing(glia__setting_at(named, *which));
    for (*which = 0; (s = glia__setting_at(named, *which)); ++*which)
        if (s->positional && label == (s->type == GLIA__LABELS) && (label || !values[*which].given)) return GLIA_OK;
    return fail_setting(named, w, "is one value too many");
}

static glia_status read_setting(const glia__named *named, word w, glia__value *values)
{
    const char *equals = memchr(w.begin, '=', (size_t)(w.end - w.begin));
    word        value = {equals ? equals + 1 : w.begin, w.end};
    size_t      which;
    GLIA_TRY(equals ? find_key(named, (word){w.begin, equals}, &which) : find_positional(named, values, w, &which));
    const glia__setting *s = glia__setting_at(named, which);
    if (values[which].given && (equals || s->type != GLIA__LABELS))
        return glia__fail(GLIA_E_TEXT, "%s is given twice", s->name);
    if (value.begin == value.end) return fail_missing(s);
    GLIA_TRY(read_value(s, value, &values[which]));
    values[which].given = true;
    return GLIA_OK;
}

glia_status glia__phrase_settings(const glia__text_at *at, const char *begin, const char *end, const glia__named *named,
                                  glia__value *values)
{
    const char *here = begin;
    size_t      n = glia__settings_count(named);
    for (size_t i = 0; i < GLIA__SETTINGS_MOST; i++)
        values[i] = i < n ? standard_value(glia__setting_at(named, i)) : (glia__value){0};
    for (word w; next_word(&here, end, &w);)
        if (read_setting(named, w, values) != GLIA_OK) return placed(at, w.begin, named->name);
    for (size_t i = 0; i < n; i++) {
        const glia__setting *s = glia__setting_at(named, i);
        if (s->standard || values[i].given) continue;
        glia__fail(GLIA_E_TEXT, s->type == GLIA__LABELS ? "%s must be given: names such as @a" : "%s must be given",
                   s->name);
        return placed(at, begin, named->name);
    }
    return GLIA_OK;
}

/* The name that was probably meant, or NULL. */
static const char *nearest(word w, const glia__named *const *names, size_t count)
{
    char        text[GLIA__NAME_MOST];
    const char *best = NULL;
    size_t      n = (size_t)(w.end - w.begin), least = n < 3 ? n : 3;
    if (n >= sizeof text) return NULL;
    memcpy(text, w.begin, n);
    text[n] = '\0';
    for (size_t i = 0; i < count; i++) {
        size_t distance = glia__text_distance(text, names[i]->name);
        if (distance >= least) continue;
        least = distance;
        best = names[i]->name;
    }
    return best;
}

glia_status glia__phrase_name(const glia__text_at *at, const char *begin, const char *end,
                              const glia__named *const *names, size_t count, const char *kind, size_t *which,
                              const char **rest)
{
    word w;
    *rest = begin;
    bool any = next_word(rest, end, &w);
    for (*which = 0; *which < count; ++*which)
        if (word_is(w, names[*which]->name)) return GLIA_OK;
    list        all = list_names(names, count);
    const char *meant = nearest(w, names, count);
    if (!any)
        glia__fail(GLIA_E_TEXT, "the name of the %s is missing; there are %s", kind, all.text);
    else if (meant)
        glia__fail(GLIA_E_TEXT, "there is no %s \"%.*s\"; did you mean %s? there are %s", kind, SHOWN(w), meant,
                   all.text);
    else
        glia__fail(GLIA_E_TEXT, "there is no %s \"%.*s\"; there are %s", kind, SHOWN(w), all.text);
    return placed(at, w.begin, NULL);
}

glia_status glia__phrase_read(const char *what, const char *kind, const char *text, const glia__named *const *names,
                              size_t count, size_t *which, glia__value *values)
{
    const glia__text_at at = {what, text, text + strlen(text)};
    const char         *rest;
    GLIA_TRY(glia__phrase_name(&at, text, at.end, names, count, kind, which, &rest));
    return glia__phrase_settings(&at, rest, at.end, names[*which], values);
}

/* ---- printing: a printer a type -------------------------------------------------------------------------------- */

static void print_whole(glia__string *s, const glia__value *v)
{
    glia__string_add(s, "%zu", v->whole);
}

static void print_number(glia__string *s, const glia__value *v)
{
    glia__string_add_number(s, v->number);
}

static void print_yesno(glia__string *s, const glia__value *v)
{
    glia__string_add(s, "%s", v->yes ? "yes" : "no");
}

static void print_word(glia__string *s, const glia__value *v)
{
    glia__string_add(s, "%s", v->word);
}

static void print_shape(glia__string *s, const glia__value *v)
{
    for (int i = 0; i < v->rank; i++) glia__string_add(s, "%s%zu", i ? "x" : "", v->shape[i]);
}

static void print_span(glia__string *s, const glia__value *v)
{
    print_number(s, v);
    if (v->unit != 'e') glia__string_add_bytes(s, &v->unit, 1);
}

static void print_numbers(glia__string *s, const glia__value *v)
{
    for (size_t i = 0; i < v->count; i++) {
        if (i) glia__string_add_bytes(s, ":", 1);
        glia__string_add_number(s, v->list[i]);
    }
}

typedef void printer(glia__string *s, const glia__value *v);

static printer *const printers[] = {
    [GLIA__WHOLE] = print_whole, [GLIA__NUMBER] = print_number,   [GLIA__YESNO] = print_yesno,
    [GLIA__WORD] = print_word,   [GLIA__SHAPE] = print_shape,     [GLIA__SPAN] = print_span,
    [GLIA__LABELS] = print_word, [GLIA__NUMBERS] = print_numbers,
};

static bool same_value(const glia__value *a, const glia__value *b)
{
    return a->whole == b->whole && a->number == b->number && a->yes == b->yes && strcmp(a->word, b->word) == 0 &&
           a->rank == b->rank && memcmp(a->shape, b->shape, sizeof a->shape) == 0 && a->unit == b->unit &&
           a->count == b->count && memcmp(a->list, b->list, sizeof a->list) == 0;
}

/* Whether a text has to say this value: a standard of "" is nothing, so that whatever was given differs from it. */
static bool differs(const glia__setting *s, const glia__value *v)
{
    glia__value standard = standard_value(s);
    return s->standard && *s->standard ? !same_value(v, &standard) : v->given;
}

void glia__phrase_print(glia__string *s, const glia__named *named, const glia__value *values)
{
    const glia__setting *setting;
    bool                 bare = true, bare_labels = true; /* no positional setting was passed over so far */
    for (size_t i = 0; (setting = glia__setting_at(named, i)); i++) {
        bool *may = setting->type == GLIA__LABELS ? &bare_labels : &bare, stands_bare = setting->positional && *may;
        if (setting->type == GLIA__LABELS) bare_labels = bare_labels && !setting->positional;
        if (!differs(setting, &values[i])) {
            *may = *may && !setting->positional;
            continue;
        }
        if (stands_bare)
            glia__string_add(s, " ");
        else
            glia__string_add(s, " %s=", setting->name);
        printers[setting->type](s, &values[i]);
    }
}

/* ---- names of the user's own ----------------------------------------------------------------------------------- */

glia_status glia__name_check(const char *name, const glia__named *const *names, size_t count, const char *kind)
{
    if (!name || !*name) return glia__fail(GLIA_E_ARG, "a %s needs a name", kind);
    size_t n = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_");
    if (name[n])
        return glia__fail(GLIA_E_ARG, "%s \"%.40s\": a name is made of lower-case letters, digits and _", kind, name);
    if (n >= GLIA__NAME_MOST)
        return glia__fail(GLIA_E_ARG, "%s \"%.40s\": a name has fewer than %d characters", kind, name, GLIA__NAME_MOST);
    for (size_t i = 0; i < count; i++)
        if (strcmp(names[i]->name, name) == 0)
            return glia__fail(GLIA_E_ARG, "%s \"%s\": there is one of this name already", kind, name);
    return GLIA_OK;
}
