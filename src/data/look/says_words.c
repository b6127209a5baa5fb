/* Complaints about words: numbers and dates among them that were meant as such, text that is left out, and words that
 * differ in upper and lower case alone. Of a column that is left out there are no cells, so its words are counted. */
#include <string.h>

#include "data/date.h"
#include "data/look/says.h"
#include "ground/hash.h"

enum { ORDERS = GLIA__MDY + 1 };

/* ---- what words look like --------------------------------------------------------------------------------------- */

/* The different words of a column, by what they look like. */
typedef struct forms {
    size_t      words, plain, marked; /* numbers; numbers with marks or a unit */
    size_t      dates[ORDERS];        /* in each order of day, month and year */
    const char *unit;                 /* of the first number that has one */
    const char *sign;                 /* the first of those with marks or a unit */
} forms;

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static size_t digits_at(const char *p)
{
    return strspn(p, "0123456789");
}

static const char *skip_currency(const char *p)
{
    static const char *const signs[] = {"$", "\xE2\x82\xAC", "\xC2\xA3", "\xC2\xA5"}; /* dollar, euro, pound, yen */
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
        if (strncmp(p, signs[i], strlen(signs[i])) == 0) return p + strlen(signs[i]) + (p[strlen(signs[i])] == ' ');
    return p;
}

/* Digits with marks between them: groups of three, and after the last mark as many as there are. NULL: something else.
 */
static const char *skip_digits(const char *p, bool *marked)
{
    size_t n = digits_at(p), groups = 0;
    if (n == 0) return NULL;
    for (const char *next = p + n; *next && strchr(".,' ", *next) && is_digit(next[1]); next = p + n, groups++) {
        if (groups && n != 3) return NULL;
        *marked = *marked || *next != '.' || groups > 0;
        p = next + 1;
        n = digits_at(p);
    }
    return p + n;
}

/* The same unit behind each. */
static bool is_unit(const char *p, forms *f)
{
    if (*p == ' ') p++;
    const size_t n = strlen(p);
    if (n == 0 || n > 9 || digits_at(p) || strpbrk(p, "0123456789.,:;-_'\" ")) return false;
    if (!f->unit) f->unit = p;
    return strcmp(p, f->unit) == 0;
}

static bool is_marked_number(const char *word, forms *f)
{
    bool        marked = false;
    const char *p = word + (*word == '-' || *word == '+'), *number = skip_currency(p);
    marked = number != p;
    p = skip_digits(number + (*number == '-' || *number == '+'), &marked);
    if (!p) return false;
    return *p ? is_unit(p, f) : marked;
}

static bool is_date(const char *word, glia__date_order order)
{
    double      days;
    const char *end = word + strlen(word);
    return glia__date_read(word, end, order, &days) == end;
}

static forms forms_of(const glia__column *c)
{
    forms f = {.words = c->words.count};
    for (size_t w = 0; w < f.words; w++) {
        const char *word = c->words.text[w];
        for (unsigned order = 0; order < ORDERS; order++) f.dates[order] += is_date(word, (glia__date_order)order);
        if (glia__look_is_number(word)) {
            f.plain++;
        } else if (is_marked_number(word, &f)) {
            f.marked++;
            if (!f.sign) f.sign = word;
        }
    }
    return f;
}

/* The order in which most of them are dates. */
static glia__date_order order_of(const forms *f)
{
    glia__date_order best = GLIA__YMD;
    for (unsigned order = 1; order < ORDERS; order++)
        if (f->dates[order] > f->dates[best]) best = (glia__date_order)order;
    return best;
}

static bool are_most(size_t count, size_t all)
{
    return all > 0 && 10 * count >= 9 * all;
}

static bool are_dates(const forms *f)
{
    return are_most(f->dates[order_of(f)], f->words);
}

/* Where most have no mark it is the others that are wrong: number_words. */
static bool are_marked(const forms *f)
{
    return 2 * f->plain <= f->words && are_most(f->plain + f->marked, f->words);
}

/* ---- columns of words, read or not ------------------------------------------------------------------------------ */

static bool is_text(const glia__column *c)
{
    return c->kind.which == GLIA_KIND_TEXT;
}

/* The first column of many cells whose words are as `are` has it. */
static const glia__column *find_forms(const glia__look *l, bool (*are)(const forms *f), forms *f)
{
    const glia_data *d = l->train.data;
    for (size_t i = 0; i < d->n_columns; i++) {
        const glia__column *c = &d->column[i];
        const bool          read = c->kind.which == GLIA_KIND_CATEGORY && c->slot != GLIA_NO_COLUMN;
        if (!is_text(c) && !read) continue;
        if (c->words.count < 3 || l->rows < GLIA__LOOK_ROWS) continue;
        *f = forms_of(c);
        if (are(f)) return c;
    }
    return NULL;
}

#define LABEL(c) glia__look_label(c, (char[96]){0})
static const char *how_read(const glia__column *c)
{
    return is_text(c) ? "taken for text and left out" : "read as words";
}

static const char *first_date(const glia__column *c, glia__date_order order)
{
    size_t w = 0;
    while (w + 1 < c->words.count && !is_date(c->words.text[w], order)) w++;
    return c->words.text[w];
}

static bool date_words(const glia__look *l, glia_data_finding *f)
{
    forms               seen;
    const glia__column *c = find_forms(l, are_dates, &seen);
    if (!c) return false;
    const glia__date_order   order = order_of(&seen);
    static const char *const kinds[] = {[GLIA__YMD] = "date", [GLIA__DMY] = "date dmy", [GLIA__MDY] = "date mdy"};
    const size_t             dates = seen.dates[order];
    const bool               either = order == GLIA__DMY && dates == seen.dates[GLIA__MDY];
    glia__look_finding(f, 0.5, (double)dates / (double)seen.words);
    f->column = c->slot;
    SAY(f->what, "%s is %s, though %zu of its %zu different words are dates, such as \"%s\"", LABEL(c), how_read(c),
        dates, seen.words, CUT(first_date(c, order)));
    SAY(f->cure, "%ssay that it is one: %s%s",
        dates < seen.words ? "mend the other cells or call them gaps (--missing), and " : "", COLUMNS(c, kinds[order]),
        either ? ", or mdy, if the month comes first" : "");
    return true;
}

static bool marked_numbers(const glia__look *l, glia_data_finding *f)
{
    forms               seen;
    const glia__column *c = find_forms(l, are_marked, &seen);
    if (!c) return false;
    glia__look_finding(f, 0.5, (double)(seen.plain + seen.marked) / (double)seen.words);
    f->column = c->slot;
    SAY(f->what,
        "%s is %s, though %zu of its %zu different words are numbers, with a decimal comma, a mark for thousands or a "
        "unit, such as \"%s\"",
        LABEL(c), how_read(c), seen.plain + seen.marked, seen.words, CUT(seen.sign));
    return true;
}

/* ---- text that is left out -------------------------------------------------------------------------------------- */

/* Nine rows in ten have a word of their own, or more. */
static bool is_name_of_row(const glia__look *l, const glia__column *c)
{
    const size_t stored = l->train.data->stored;
    return c->words.count > 0 && are_most(c->words.count, stored > c->missing ? stored - c->missing : 0);
}

typedef struct texts {
    size_t              count, names; /* all; those that name their rows */
    const glia__column *worth;        /* the first that may be worth reading */
    char                list[GLIA__LOOK_NAMES];
    size_t              listed;
} texts;

static void add_text(texts *t, const glia__column *c, bool name)
{
    if (t->listed < GLIA__LOOK_NAMES - 120)
        t->listed += (size_t)SAY_ON(t->list, t->listed, "%s%s%s", t->count ? ", " : "", LABEL(c),
                                    name ? " (nearly all are different)" : "");
    t->count++;
    t->names += name;
}

static texts find_texts(const glia__look *l)
{
    const glia_data *d = l->train.data;
    texts            t = {0};
    for (size_t i = 0; i < d->n_columns; i++) {
        const glia__column *c = &d->column[i];
        if (!is_text(c)) continue;
        const forms f = forms_of(c);
        const bool  numbers = 2 * f.plain > f.words, name = is_name_of_row(l, c) && !numbers;
        if (are_dates(&f) || are_marked(&f)) continue;
        add_text(&t, c, name);
        if (!name && !numbers && !t.worth) t.worth = c;
    }
    return t;
}

static bool text_columns(const glia__look *l, glia_data_finding *f)
{
    const texts t = find_texts(l);
    if (t.count == 0) return false;
    glia__look_finding(f, 0.05, (double)t.count);
    SAY(f->what, "%zu column%s of words that hardly repeat %s left out: %s", t.count, S(t.count),
        t.count == 1 ? "is" : "are", t.list);
    if (t.worth)
        SAY(f->cure, "%s reads %s all the same", COLUMNS(t.worth, "category hash=64"),
            t.count == 1 ? "it" : "that one");
    else if (t.names)
        SAY(f->cure, "nothing has to be done: what names a row tells nothing of new ones");
    return true;
}

/* ---- upper and lower case --------------------------------------------------------------------------------------- */

/* Words that are one but for their case: how many have another one before them, how many of those are listed. */
typedef struct cases {
    size_t count, told;
    char   list[GLIA__LOOK_NAMES];
    size_t listed;
} cases;

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static uint64_t hash_lower(const char *word)
{
    uint64_t hash = GLIA__HASH_START;
    for (; *word; word++) hash = glia__hash(hash, (char[]){lower(*word)}, 1);
    return hash;
}

static bool is_same_word(const char *a, const char *b)
{
    while (*a && lower(*a) == lower(*b)) a++, b++;
    return *a == *b;
}

/* They are told in the order of their hashes, which is the same for the same words. */
static void add_case(cases *c, const char *first, const char *other, bool again)
{
    enum { ROOM_FOR_ONE = 136 };
    if (c->listed < GLIA__LOOK_NAMES - ROOM_FOR_ONE) {
        if (!again) c->listed += (size_t)SAY_ON(c->list, c->listed, "%s\"%s\"", c->count ? ", " : "", CUT(first));
        c->listed += (size_t)SAY_ON(c->list, c->listed, " and \"%s\"", CUT(other));
        c->told++;
    }
    c->count++;
}

/* rows: of each word, or NULL where all have some. */
static cases cases_of(const glia__look *l, char *const *words, size_t count, const size_t *rows)
{
    cases  c = {0};
    size_t n = 0;
    for (size_t w = 0; w < count; w++)
        if (!rows || rows[w]) l->list[n++] = (glia__keyed){hash_lower(words[w]), w};
    glia__keyed_sort(l->list, l->room, n);
    for (size_t at = 0, end; at < n; at = end) {
        const char *first = words[l->list[at].row];
        end = glia__keyed_end(l->list, n, at);
        for (size_t i = at + 1; i < end; i++)
            if (is_same_word(first, words[l->list[i].row])) add_case(&c, first, words[l->list[i].row], i > at + 1);
    }
    return c;
}

static void tell_cases(glia_data_finding *f, const char *where, const cases *c, size_t places)
{
    glia__look_finding(f, 0.3, (double)places);
    SAY(f->what, "%s differ in upper and lower case alone: ", where);
    SAY_ON(f->what, strlen(f->what), "%s", c->list);
    if (c->told < c->count) SAY_ON(f->what, strlen(f->what), " and %zu more", c->count - c->told);
    if (places > 1) SAY_ON(f->what, strlen(f->what), "; and so in %zu more column%s", places - 1, S(places - 1));
}

static bool letter_case(const glia__look *l, glia_data_finding *f)
{
    const glia_data *d = l->train.data;
    size_t           places = 0;
    cases            first = {0};
    char             where[128] = "names of classes";
    if (d->target == GLIA_TARGET_CLASSES) first = cases_of(l, d->class_names, d->n_classes, l->question->rows);
    places += first.count > 0;
    for (size_t i = 0; i < l->columns; i++) {
        const glia__look_column *c = &l->column[i];
        if (!c->words) continue;
        const cases own = cases_of(l, c->of->words.text, c->of->words.count, NULL);
        if (own.count && places++ == 0) {
            first = own;
            f->column = c->slot;
            SAY(where, "words of %s", c->label);
        }
    }
    if (places) tell_cases(f, where, &first, places);
    return places > 0;
}

const glia__look_complaint glia__look_complaints_of_words[] = {
    {"date_words", date_words, ""},
    {"marked_numbers", marked_numbers,
     "write them as plain numbers before, with a point and no other mark or unit: 1234.5"},
    {"letter_case", letter_case, "write each in one way, if they mean the same: to a net they are different words"},
    {"text_columns", text_columns, "mend the cells that are no numbers"},
    {NULL},
};
