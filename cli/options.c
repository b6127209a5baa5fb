/* Reads a command line by its command's table: `--name value`, `--name=value`, flags, words, and `--`, after which
 * everything is a word. */
#include "options.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "help.h"
#include "report.h"

/* ---- values ----------------------------------------------------------------------------------------------------
 * Each reader stores into the field and returns NULL, or says what is wrong with the text; `room` is for making that.
 */

#define ROOM 96
typedef const char *value_reader(const option *o, const char *text, void *field, char room[ROOM]);

static const char *read_flag(const option *o, const char *text, void *field, char room[ROOM])
{
    (void)o, (void)text, (void)room;
    *(bool *)field = true;
    return NULL;
}

static const char *read_text(const option *o, const char *text, void *field, char room[ROOM])
{
    (void)o, (void)room;
    *(const char **)field = text;
    return NULL;
}

static const char *check_range(const option *o, double value, char room[ROOM])
{
    char bound[32];
    if (value >= o->least && value <= o->most) return NULL;
    glia_number_write(bound, value < o->least ? o->least : o->most);
    snprintf(room, ROOM, "must be at %s %s", value < o->least ? "least" : "most", bound);
    return room;
}

static bool is_whole(const char *text)
{
    return *text && text[strspn(text, "0123456789")] == '\0';
}

static const char *read_whole(const option *o, const char *text, void *field, char room[ROOM])
{
    size_t value = 0;
    if (!is_whole(text)) return "not a whole number";
    for (const char *c = text; *c; c++)
        if (__builtin_mul_overflow(value, 10, &value) || __builtin_add_overflow(value, (size_t)(*c - '0'), &value))
            return "too large";
    *(size_t *)field = value;
    return check_range(o, (double)value, room);
}

static const char *read_number(const option *o, const char *text, void *field, char room[ROOM])
{
    const char *end = glia_number_read(text, field);
    if (end == text || *end || !isfinite(*(double *)field)) return "not a number";
    return check_range(o, *(double *)field, room);
}

static const char *read_yesno(const option *o, const char *text, void *field, char room[ROOM])
{
    (void)o, (void)room;
    bool yes = strcmp(text, "yes") == 0;
    *(bool *)field = yes;
    return yes || strcmp(text, "no") == 0 ? NULL : "neither yes nor no";
}

static const char *read_batch(const option *o, const char *text, void *field, char room[ROOM])
{
    if (is_whole(text)) return read_whole(o, text, field, room);
    *(size_t *)field = GLIA_FULL_BATCH;
    return strcmp(text, "full") == 0 ? NULL : "neither a whole number nor full";
}

/* Bytes, or multiples of 1024 of them. */
static const char *read_bytes(const option *o, const char *text, void *field, char room[ROOM])
{
    static const char units[] = "KMG";
    const size_t      n = strlen(text);
    const char       *unit = n > 1 ? strchr(units, text[n - 1]) : NULL;
    char              digits[24] = "";
    if (n < sizeof digits) memcpy(digits, text, unit ? n - 1 : n);
    if (!is_whole(digits)) return "neither bytes nor a number with K, M or G behind";
    const char  *reason = read_whole(o, digits, field, room);
    const size_t shift = unit ? 10 * (size_t)(unit - units + 1) : 0;
    if (!reason && *(size_t *)field > SIZE_MAX >> shift) return "too large";
    *(size_t *)field <<= shift;
    return reason;
}

static value_reader *const read_value[] = {
    [OPTION_FLAG] = read_flag,     [OPTION_TEXT] = read_text,   [OPTION_WHOLE] = read_whole,
    [OPTION_NUMBER] = read_number, [OPTION_YESNO] = read_yesno, [OPTION_BATCH] = read_batch,
    [OPTION_BYTES] = read_bytes,
};

static void *field_of(const option *o, void *options)
{
    return (char *)options + o->offset;
}

static int set_option(const option *o, const char *text, void *options)
{
    char        room[ROOM];
    const char *reason = read_value[o->type](o, text, field_of(o, options), room);
    return reason ? fail(CODE_ARGUMENT, "--%s \"%s\": %s", o->name, text, reason) : CODE_FINE;
}

static void set_standards(const option *table, void *options)
{
    char room[ROOM];
    for (const option *o = table; o->name; o++)
        if (o->standard) read_value[o->type](o, o->standard, field_of(o, options), room);
}

/* ---- did you mean ---------------------------------------------------------------------------------------------- */

static size_t least_of(size_t a, size_t b, size_t c)
{
    size_t ab = a < b ? a : b;
    return ab < c ? ab : c;
}

/* Levenshtein's distance, a row at a time: row[j] is that of a's first i letters and b's first j. */
#define NAME_MOST 32
static size_t edit_distance(const char *a, const char *b)
{
    size_t row[NAME_MOST + 1], length = strlen(b);
    if (length > NAME_MOST) return SIZE_MAX;
    for (size_t j = 0; j <= length; j++) row[j] = j;
    for (size_t i = 0; a[i]; i++) {
        size_t diagonal = row[0];
        row[0] = i + 1;
        for (size_t j = 0; j < length; j++) {
            size_t above = row[j + 1];
            row[j + 1] = least_of(above + 1, row[j] + 1, diagonal + (a[i] != b[j]));
            diagonal = above;
        }
    }
    return row[length];
}

const char *nearest_name(const char *word, const char *(*name)(const void *list, size_t i), const void *list,
                         size_t count)
{
    const char *best = NULL;
    size_t      least = strlen(word) < 4 ? 2 : 3; /* a typing error or two */
    for (size_t i = 0; i < count; i++) {
        size_t distance = edit_distance(word, name(list, i));
        if (distance < least) least = distance, best = name(list, i);
    }
    return best;
}

static const char *option_name(const void *list, size_t i)
{
    return ((const option *)list)[i].name;
}

static int fail_unknown(const command *self, const char *name)
{
    size_t count = 0;
    while (self->options[count].name) count++;
    const char *near = nearest_name(name, option_name, self->options, count);
    if (near) return fail(CODE_ARGUMENT, "%s: there is no option --%s; did you mean --%s?", self->name, name, near);
    return fail(CODE_ARGUMENT, "%s: there is no option --%s; `glia %s --help` lists them", self->name, name,
                self->name);
}

/* ---- the line -------------------------------------------------------------------------------------------------- */

typedef struct line {
    const command *self;
    int            argc, at;
    char         **argv;
    void          *options;
    const char   **words;
    size_t         count; /* of words */
} line;

static int add_word(line *l, const char *word)
{
    if (l->count == l->self->most)
        return fail(CODE_ARGUMENT, "%s: \"%s\" is one argument too many; it is `glia %s%s%s`", l->self->name, word,
                    l->self->name, *l->self->words ? " " : "", l->self->words);
    l->words[l->count++] = word;
    return CODE_FINE;
}

static const option *find_option(const option *table, const char *name, size_t length)
{
    for (const option *o = table; o->name; o++)
        if (strlen(o->name) == length && memcmp(o->name, name, length) == 0) return o;
    return NULL;
}

/* `argument` begins with two dashes. */
static int take_option(line *l, const char *argument)
{
    const char   *name = argument + 2, *equals = strchr(name, '=');
    size_t        length = equals ? (size_t)(equals - name) : strlen(name);
    const option *o = find_option(l->self->options, name, length);
    if (!o) {
        char unknown[64];
        snprintf(unknown, sizeof unknown, "%.*s", (int)(length < sizeof unknown ? length : sizeof unknown), name);
        return fail_unknown(l->self, unknown);
    }
    if (!o->value) return equals ? fail(CODE_ARGUMENT, "--%s: takes no value", o->name) : set_option(o, "", l->options);
    if (equals) return set_option(o, equals + 1, l->options);
    if (l->at == l->argc || strncmp(l->argv[l->at], "--", 2) == 0)
        return fail(CODE_ARGUMENT, "--%s: its value is missing: --%s %s", o->name, o->name, o->value);
    return set_option(o, l->argv[l->at++], l->options);
}

static int take_all(line *l)
{
    int  code = CODE_FINE;
    bool only_words = false;
    while (code == CODE_FINE && l->at < l->argc) {
        const char *argument = l->argv[l->at++];
        if (!only_words && strcmp(argument, "--") == 0)
            only_words = true;
        else if (!only_words && strncmp(argument, "--", 2) == 0)
            code = take_option(l, argument);
        else if (!only_words && argument[0] == '-' && argument[1])
            code = fail(CODE_ARGUMENT, "%s: there is no option %s; `glia %s --help` lists them", l->self->name,
                        argument, l->self->name);
        else
            code = add_word(l, argument);
    }
    return code;
}

/* The name of the i-th word in "MODEL DATA"; of those in brackets none is missing. */
static int fail_missing(const command *self, size_t i)
{
    const char *word = self->words;
    if (*word == '[') i++;
    while (i--) word += strcspn(word, " ") + 1;
    return fail(CODE_ARGUMENT, "%s: %.*s is missing; it is `glia %s %s`", self->name, (int)strcspn(word, " "), word,
                self->name, self->words);
}

static bool asks_for_help(int argc, char **argv)
{
    for (int i = 0; i < argc && strcmp(argv[i], "--") != 0; i++)
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) return true;
    return false;
}

glia_data_options input_options_of(const input_options *o)
{
    return (glia_data_options){.target = o->target,
                               .weight = o->sample_weight,
                               .group = o->group,
                               .time = o->time,
                               .image = o->image,
                               .columns = o->columns,
                               .missing = o->missing,
                               .drop_missing = o->drop_missing,
                               .header = o->header,
                               .decimal = o->decimal,
                               .memory = o->memory};
}

bool options_read(const command *self, int argc, char **argv, void *options, const char *words[WORDS_MOST], int *code)
{
    line l = {.self = self, .argc = argc, .argv = argv, .options = options, .words = words};
    if (asks_for_help(argc, argv)) {
        help_command(self);
        *code = CODE_FINE;
        return false;
    }
    set_standards(self->options, options);
    *code = take_all(&l);
    if (*code == CODE_FINE && l.count < self->least) *code = fail_missing(self, l.count);
    return *code == CODE_FINE;
}
