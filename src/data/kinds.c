/* The table of kinds. See kinds.h; docs/data.md tells what becomes of each. */
#include "data/kinds.h"

#include <math.h>
#include <string.h>
#include <strings.h>

#include "data/date.h"
#include "ground/hash.h"
#include "ground/memory.h"

/* What a kind does; NULL where it does nothing of that. */
typedef struct kind_class {
    glia__named named;
    size_t      slots;
    bool        words;
    bool (*cell)(const glia__kind *k, const char *text, const char *end, double *value);
    void (*text)(const double *value, glia__string *text);
    void (*set)(glia__kind *k, const glia__value *set); /* from what a phrase said */
    size_t (*inputs)(const glia__plan_column *c);
    void (*encode)(const glia__plan_column *c, const double *value, real *x);
    void (*input_name)(const glia__plan_column *c, size_t i, glia__string *name);
    bool (*is_flag)(const glia__plan_column *c, size_t i);
} kind_class;
static const kind_class classes[GLIA__KINDS];

/* ---- numbers: as they are --------------------------------------------------------------------------------------- */

static size_t one_input(const glia__plan_column *c)
{
    (void)c;
    return 1;
}

static void as_it_is(const glia__plan_column *c, const double *value, real *x)
{
    (void)c;
    *x = (real)*value;
}

static void own_name(const glia__plan_column *c, size_t i, glia__string *name)
{
    (void)i;
    glia__string_add(name, "%s", c->name);
}

static bool never(const glia__plan_column *c, size_t i)
{
    (void)c, (void)i;
    return false;
}

static bool always(const glia__plan_column *c, size_t i)
{
    (void)c, (void)i;
    return true;
}

static bool number_cell(const glia__kind *k, const char *text, const char *end, double *value)
{
    (void)k;
    return text < end && glia__number_read(text, end, value) == end;
}

static void number_text(const double *value, glia__string *text)
{
    char number[32];
    if (sizeof(real) == sizeof(float))
        glia_number_write_float(number, (float)*value);
    else
        glia_number_write(number, *value);
    glia__string_add(text, "%s", number);
}

static void number_set(glia__kind *k, const glia__value *set)
{
    static const char *const fills[] = {
        [GLIA__FILL_MEDIAN] = "median", [GLIA__FILL_MEAN] = "mean", [GLIA__FILL_ZERO] = "zero"};
    while (k->fill < GLIA__FILL_ZERO && strcmp(set[0].word, fills[k->fill]) != 0) k->fill++;
}

/* ---- yes and no: 1 and 0 ---------------------------------------------------------------------------------------- */

bool glia__yesno_read(const char *text, const char *end, double *yes)
{
    static const char *const words[] = {"no", "yes", "false", "true", "n", "y", "f", "t", "off", "on", "0", "1"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        size_t n = strlen(words[i]);
        *yes = (double)(i % 2);
        if ((size_t)(end - text) == n && strncasecmp(text, words[i], n) == 0) return true;
    }
    return false;
}

static bool yesno_cell(const glia__kind *k, const char *text, const char *end, double *value)
{
    (void)k;
    return glia__yesno_read(text, end, value);
}

static void yesno_text(const double *value, glia__string *text)
{
    glia__string_add(text, "%s", *value != 0 ? "yes" : "no");
}

/* ---- categories: a 1 in the place of the word, 0 elsewhere ------------------------------------------------------- */

static size_t category_inputs(const glia__plan_column *c)
{
    return c->kind.hash ? c->kind.hash : c->words.count + c->other;
}

static void category_encode(const glia__plan_column *c, const double *value, real *x)
{
    size_t n = category_inputs(c);
    memset(x, 0, n * sizeof *x);
    if (*value >= 0 && *value < (double)n) x[(size_t)*value] = 1;
}

static void category_name(const glia__plan_column *c, size_t i, glia__string *name)
{
    if (c->kind.hash)
        glia__string_add(name, "%s #%zu", c->name, i);
    else
        glia__string_add(name, "%s=%s", c->name, i < c->words.count ? c->words.text[i] : "(other)");
}

static void category_set(glia__kind *k, const glia__value *set)
{
    k->hash = set[0].given ? set[0].whole : 0;
    k->rare = set[1].given ? set[1].whole : SIZE_MAX;
}

/* ---- dates: time that went by, the season, the day of the week and of the month ---------------------------------- */

enum { ELAPSED, YEAR_SIN, YEAR_COS, WEEK_SIN, WEEK_COS, MONTH_DAY, DATE_INPUTS, TIME_INPUTS = 2 };
#define SECONDS_A_DAY 86400.0
#define DAYS_A_YEAR 365.25
#define DAYS_A_WEEK 7.0
#define TURN (2 * acos(-1))

static bool date_cell(const glia__kind *k, const char *text, const char *end, double *value)
{
    return glia__date_read(text, end, (glia__date_order)k->order, value) == end;
}

static void date_text(const double *value, glia__string *text)
{
    char date[32];
    glia__date_text(*value, date);
    glia__string_add(text, "%s", date);
}

static void date_set(glia__kind *k, const glia__value *set)
{
    k->order = strcmp(set[0].word, "dmy") == 0 ? GLIA__DMY : strcmp(set[0].word, "mdy") == 0 ? GLIA__MDY : GLIA__YMD;
}

static size_t date_inputs(const glia__plan_column *c)
{
    (void)c;
    return DATE_INPUTS;
}

/* What comes round again, as a place on a circle. */
static void put_circle(real *x, double turns)
{
    x[0] = (real)sin(TURN * turns);
    x[1] = (real)cos(TURN * turns);
}

static void date_encode(const glia__plan_column *c, const double *value, real *x)
{
    glia__date date;
    glia__date_of(*value, &date);
    put_circle(x + YEAR_SIN, date.yearday / DAYS_A_YEAR);
    put_circle(x + WEEK_SIN, date.weekday / DAYS_A_WEEK);
    x[ELAPSED] = (real)(*value - c->origin);
    x[MONTH_DAY] = (real)date.day;
}

static void date_name(const glia__plan_column *c, size_t i, glia__string *name)
{
    static const char *const names[DATE_INPUTS] = {"days", "year sin", "year cos", "week sin", "week cos", "day"};
    glia__string_add(name, "%s %s", c->name, names[i]);
}

static bool date_is_flag(const glia__plan_column *c, size_t i)
{
    (void)c;
    return i != ELAPSED && i != MONTH_DAY;
}

static bool time_cell(const glia__kind *k, const char *text, const char *end, double *value)
{
    (void)k;
    return glia__time_read(text, end, value) == end;
}

static void time_text(const double *value, glia__string *text)
{
    char time[32];
    glia__time_text(*value, time);
    glia__string_add(text, "%s", time);
}

static size_t time_inputs(const glia__plan_column *c)
{
    (void)c;
    return TIME_INPUTS;
}

static void time_encode(const glia__plan_column *c, const double *value, real *x)
{
    (void)c;
    put_circle(x, *value / SECONDS_A_DAY);
}

static void time_name(const glia__plan_column *c, size_t i, glia__string *name)
{
    glia__string_add(name, "%s day %s", c->name, i ? "cos" : "sin");
}

/* A date, then T or a space and the time; without it midnight. A zone's time becomes Greenwich's. */
static bool datetime_cell(const glia__kind *k, const char *text, const char *end, double *value)
{
    double      zone = 0;
    const char *p = glia__date_read(text, end, (glia__date_order)k->order, &value[0]);
    value[1] = 0;
    if (!p || p == end) return p != NULL;
    if (*p != 'T' && *p != ' ') return false;
    p = glia__time_read(p + 1, end, &value[1]);
    if (p && p < end) p = glia__zone_read(p, end, &zone);
    if (p != end) return false;
    double seconds = value[1] - zone, days = floor(seconds / SECONDS_A_DAY);
    value[0] += days;
    value[1] = seconds - days * SECONDS_A_DAY;
    return true;
}

static void datetime_text(const double *value, glia__string *text)
{
    date_text(value, text);
    glia__string_add(text, " ");
    time_text(value + 1, text);
}

static size_t datetime_inputs(const glia__plan_column *c)
{
    (void)c;
    return DATE_INPUTS + TIME_INPUTS;
}

static void datetime_encode(const glia__plan_column *c, const double *value, real *x)
{
    date_encode(c, value, x);
    x[ELAPSED] = (real)(value[0] - c->origin + value[1] / SECONDS_A_DAY);
    time_encode(c, value + 1, x + DATE_INPUTS);
}

static void datetime_name(const glia__plan_column *c, size_t i, glia__string *name)
{
    if (i < DATE_INPUTS)
        date_name(c, i, name);
    else
        time_name(c, i - DATE_INPUTS, name);
}

/* ---- the table -------------------------------------------------------------------------------------------------- */

static const glia__setting number_settings[] = {
    {.name = "fill",
     .type = GLIA__WORD,
     .standard = "median",
     .choices = "median|mean|zero",
     .help = "what stands in for a missing value, of those of the training rows"},
    {.name = NULL},
};
static const glia__setting category_settings[] = {
    {.name = "hash",
     .type = GLIA__WHOLE,
     .standard = "",
     .least = 1,
     .most = 1048576,
     .help = "words share so many places, by their hash; where there are more than 100 words: 64"},
    {.name = "rare",
     .type = GLIA__WHOLE,
     .standard = "",
     .least = 0,
     .most = 1e15,
     .help = "words of fewer rows share one place; without it 5, or a hundredth of the rows if that is less"},
    {.name = NULL},
};
static const glia__setting date_settings[] = {
    {.name = "order",
     .type = GLIA__WORD,
     .standard = "ymd",
     .choices = "ymd|dmy|mdy",
     .positional = true,
     .help = "of day, month and year, as they are written"},
    {.name = NULL},
};

static const kind_class classes[GLIA__KINDS] = {
    [GLIA_KIND_NUMBER] =
        {
            .named = {"number", "as it is", number_settings},
            .slots = 1,
            .cell = number_cell,
            .text = number_text,
            .set = number_set,
            .inputs = one_input,
            .encode = as_it_is,
            .input_name = own_name,
            .is_flag = never,
        },
    [GLIA_KIND_YESNO] =
        {
            .named = {"yesno", "yes or no, true or false, y or n, on or off, 1 or 0: 1 for the first of each",
                      glia__no_settings},
            .slots = 1,
            .cell = yesno_cell,
            .text = yesno_text,
            .inputs = one_input,
            .encode = as_it_is,
            .input_name = own_name,
            .is_flag = always,
        },
    [GLIA_KIND_CATEGORY] =
        {
            .named = {"category", "one of some words: a 1 in its place, 0 in the others'", category_settings},
            .slots = 1,
            .words = true,
            .set = category_set,
            .inputs = category_inputs,
            .encode = category_encode,
            .input_name = category_name,
            .is_flag = always,
        },
    [GLIA_KIND_ORDINAL] =
        {
            .named = {"ordinal", "words with an order, as in `ordinal low < middle < high`: 0, 1, 2, ...",
                      glia__no_settings},
            .slots = 1,
            .words = true,
            .inputs = one_input,
            .encode = as_it_is,
            .input_name = own_name,
            .is_flag = never,
        },
    [GLIA_KIND_DATE] =
        {
            .named = {"date", "days since the first, season, day of the week, day of the month", date_settings},
            .slots = 1,
            .cell = date_cell,
            .text = date_text,
            .set = date_set,
            .inputs = date_inputs,
            .encode = date_encode,
            .input_name = date_name,
            .is_flag = date_is_flag,
        },
    [GLIA_KIND_TIME] =
        {
            .named = {"time", "of the day: a place on a circle", glia__no_settings},
            .slots = 1,
            .cell = time_cell,
            .text = time_text,
            .inputs = time_inputs,
            .encode = time_encode,
            .input_name = time_name,
            .is_flag = always,
        },
    [GLIA_KIND_DATETIME] =
        {
            .named = {"datetime", "a date and a time", date_settings},
            .slots = 2,
            .cell = datetime_cell,
            .text = datetime_text,
            .set = date_set,
            .inputs = datetime_inputs,
            .encode = datetime_encode,
            .input_name = datetime_name,
            .is_flag = date_is_flag,
        },
    [GLIA_KIND_TEXT] = {.named = {"text", "words that hardly repeat: left out", glia__no_settings}},
    [GLIA_KIND_SKIP] = {.named = {"skip", "left out", glia__no_settings}},
};

const glia__named *glia__kind_at(size_t i)
{
    return i < GLIA__KINDS ? &classes[i].named : NULL;
}

const char *glia_kind_name(glia_kind kind)
{
    return (unsigned)kind < GLIA__KINDS ? classes[kind].named.name : "";
}

/* ---- a kind as text --------------------------------------------------------------------------------------------- */

void glia__kind_clear(glia__kind *k)
{
    glia__free(k->words);
    *k = (glia__kind){0};
}

glia_status glia__kind_copy(const glia__kind *from, glia__kind *to)
{
    *to = *from;
    if (from->words && !(to->words = glia__strdup(from->words))) return GLIA_E_MEMORY;
    return GLIA_OK;
}

glia_status glia__kind_words(const glia__kind *k, glia__words *words)
{
    const char *begin, *end;
    size_t      number;
    for (const char *at = k->words; glia__text_item(&at, '<', &begin, &end);) {
        if (begin == end) return glia__fail(GLIA_E_TEXT, "a word of ordinal is missing");
        const size_t known = words->count;
        GLIA_TRY(glia__words_add(words, begin, (size_t)(end - begin), &number));
        if (number < known)
            return glia__fail(GLIA_E_TEXT, "\"%.60s\" stands twice in the order of its words", words->text[number]);
    }
    return GLIA_OK;
}

/* Says the place before what was said; a text within another one has none. */
static glia_status fail_at(const glia__text_at *where, const char *at)
{
    size_t line, column;
    if (!where->what) return GLIA_E_TEXT;
    glia__text_place(where->text, at, &line, &column);
    return glia__fail_at(GLIA_E_TEXT, "%s:%zu:%zu", where->what, line, column);
}

/* The words of `ordinal` are no settings: they are the rest of the phrase. */
static glia_status read_ordinal(const glia__text_at *where, const char *begin, const char *end, glia__kind *k)
{
    glia__words words = {0};
    while (begin < end && (*begin == ' ' || *begin == '\t')) begin++;
    if (begin == end) return GLIA_OK;
    k->words = glia__strndup(begin, (size_t)(end - begin));
    if (!k->words) return GLIA_E_MEMORY;
    glia_status status = glia__kind_words(k, &words);
    glia__words_clear(&words);
    return status == GLIA_E_TEXT ? fail_at(where, begin) : status;
}

glia_status glia__kind_read(const glia__text_at *where, const char *begin, const char *end, glia__kind *k)
{
    const glia__named *names[GLIA__KINDS];
    glia__value        set[GLIA__SETTINGS_MOST];
    const char        *rest;
    size_t             which;
    for (size_t i = 0; i < GLIA__KINDS; i++) names[i] = glia__kind_at(i);
    *k = (glia__kind){.rare = SIZE_MAX};
    GLIA_TRY(glia__phrase_name(where, begin, end, names, GLIA__KINDS, "kind of column", &which, &rest));
    k->which = (glia_kind)which;
    if (k->which == GLIA_KIND_ORDINAL) return read_ordinal(where, rest, end, k);
    GLIA_TRY(glia__phrase_settings(where, rest, end, names[which], set));
    if (classes[which].set) classes[which].set(k, set);
    return GLIA_OK;
}

void glia__kind_print(const glia__kind *k, glia__string *text)
{
    static const char *const fills[] = {"", " fill=mean", " fill=zero"}, *const orders[] = {"", " dmy", " mdy"};
    glia__string_add(text, "%s", classes[k->which].named.name);
    if (k->which == GLIA_KIND_NUMBER) glia__string_add(text, "%s", fills[k->fill]);
    if (k->which == GLIA_KIND_DATE || k->which == GLIA_KIND_DATETIME) glia__string_add(text, "%s", orders[k->order]);
    if (k->which == GLIA_KIND_ORDINAL && k->words) glia__string_add(text, " %s", k->words);
    if (k->which != GLIA_KIND_CATEGORY) return;
    if (k->hash) glia__string_add(text, " hash=%zu", k->hash);
    if (k->rare != SIZE_MAX) glia__string_add(text, " rare=%zu", k->rare);
}

/* ---- what a kind does -------------------------------------------------------------------------------------------- */

bool glia__kind_cell(const glia__kind *k, const char *text, const char *end, double value[GLIA__SLOTS_OF_KIND])
{
    return classes[k->which].cell(k, text, end, value);
}

void glia__kind_text(const glia__kind *k, const double *value, glia__string *text)
{
    classes[k->which].text(value, text);
}

size_t glia__kind_slots(const glia__kind *k)
{
    return classes[k->which].slots;
}

bool glia__kind_is_words(const glia__kind *k)
{
    return classes[k->which].words;
}

size_t glia__kind_inputs(const glia__plan_column *c)
{
    return classes[c->kind.which].inputs(c);
}

void glia__kind_encode(const glia__plan_column *c, const double *value, real *x)
{
    classes[c->kind.which].encode(c, value, x);
}

void glia__plan_input_name(const glia__plan_column *c, size_t i, glia__string *name)
{
    if (i == glia__kind_inputs(c))
        glia__string_add(name, "%s missing", c->name);
    else
        classes[c->kind.which].input_name(c, i, name);
}

bool glia__plan_input_is_flag(const glia__plan_column *c, size_t i)
{
    return i == glia__kind_inputs(c) || classes[c->kind.which].is_flag(c, i);
}

double glia__plan_place(const glia__plan_column *c, const char *word)
{
    size_t place = glia__words_find(&c->words, word, strlen(word));
    return place == SIZE_MAX ? glia__plan_unknown(c, word) : (double)place;
}

double glia__plan_unknown(const glia__plan_column *c, const char *word)
{
    if (c->kind.which == GLIA_KIND_ORDINAL) return (double)NAN;
    if (c->kind.hash) return (double)(glia__fnv1a(word, strlen(word)) % c->kind.hash);
    return c->other ? (double)c->words.count : -1;
}
