/* Complaints about words: numbers and dates among them that were meant as such, text that is left out, words that an
 * order lacks, and those that differ in upper and lower case alone. Of a column that is left out there are no cells, so
 * its words are counted. */
#include <string.h>

#include "data/look/says.h"
#include "ground/hash.h"

/* ---- what words look like --------------------------------------------------------------------------------------- */

/* What most words of a column are. */
typedef enum form { OTHER_WORDS, NUMBERS, MARKED_NUMBERS, DATES } form;

/* The different words of a column, by what they look like. */
typedef struct forms {
    size_t      words, plain, marked; /* numbers; numbers with marks or a unit */
    glia__dates dates;
    const char *unit; /* of the first number that has one */
    const char *sign; /* the first of those with marks or a unit */
    form        most;
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

static bool are_most(size_t count, size_t all)
{
    return all > 0 && 10 * count >= 9 * all;
}

/* Where most have no mark it is the others that are wrong: number_words. */
static form most_of(const forms *f)
{
    if (f->dates.most) return DATES;
    if (2 * f->plain > f->words) return NUMBERS;
    return are_most(f->plain + f->marked, f->words) ? MARKED_NUMBERS : OTHER_WORDS;
}

static forms forms_of(const glia__column *c)
{
    forms f = {.words = c->words.count, .dates = glia__words_dates(&c->words)};
    for (size_t w = 0; w < f.words; w++) {
        const char *word = c->words.text[w];
        if (glia__look_is_number(word)) {
            f.plain++;
        } else if (is_marked_number(word, &f)) {
            f.marked++;
            if (!f.sign) f.sign = word;
        }
    }
    f.most = most_of(&f);
    return f;
}

/* ---- columns of words, read or not ------------------------------------------------------------------------------ */

static bool is_text(const glia__column *c)
{
    return c->kind.which == GLIA_KIND_TEXT;
}

/* Whether column c is one of words that are of that form, and of enough of them to be sure. What is left out has many,
 * however few rows are looked at. */
static bool is_of(const glia__look *l, const glia__column *c, form which, forms *f)
{
    const bool read = c->kind.which == GLIA_KIND_CATEGORY && c->slot != GLIA_NO_COLUMN;
    if (!is_text(c) && !(read && c->words.count >= 3 && l->rows >= GLIA__LOOK_ROWS)) return false;
    *f = forms_of(c);
    return f->most == which;
}

/* Tells of the first column of that form, and names the others. */
static bool tell_form(const glia__look *l, glia_data_finding *f, form which,
                      void (*tell)(glia_data_finding *f, const glia__column *c, const forms *seen))
{
    const glia_data *d = l->train.data;
    glia__look_items others = {0};
    for (size_t i = 0; i < d->n_columns; i++) {
        forms seen;
        if (!is_of(l, &d->column[i], which, &seen)) continue;
        if (*f->what) {
            glia__look_items_other(f, &others, LABEL(&d->column[i]));
            continue;
        }
        f->column = i;
        tell(f, &d->column[i], &seen);
    }
    glia__look_items_tell(f, &others);
    if (others.count && *f->cure) SAY_ON(f->cure, strlen(f->cure), "; and so on");
    return *f->what != '\0';
}

static const char *how_read(const glia__column *c)
{
    return is_text(c) ? "taken for text and left out" : "read as words";
}

static void tell_dates(glia_data_finding *f, const glia__column *c, const forms *seen)
{
    const glia__dates *d = &seen->dates;
    glia__look_finding(f, 0.5, (double)d->count / (double)seen->words);
    SAY(f->what, "%s is %s, though %zu of its %zu different words are dates, such as \"%s\"", LABEL(c), how_read(c),
        d->count, seen->words, CUT(d->first));
    SAY(f->cure, "%ssay that it is one: %s%s",
        d->count < seen->words ? "mend the other cells or call them gaps (--missing), and " : "",
        COLUMNS(c, glia__dates_kind(d)), d->either ? ", or mdy, if the month comes first" : "");
}

static bool date_words(const glia__look *l, glia_data_finding *f)
{
    return tell_form(l, f, DATES, tell_dates);
}

static void tell_marked(glia_data_finding *f, const glia__column *c, const forms *seen)
{
    glia__look_finding(f, 0.5, (double)(seen->plain + seen->marked) / (double)seen->words);
    SAY(f->what,
        "%s is %s, though %zu of its %zu different words are numbers, with a decimal comma, a mark for thousands or a "
        "unit, such as \"%s\"",
        LABEL(c), how_read(c), seen->plain + seen->marked, seen->words, CUT(seen->sign));
}

static bool marked_numbers(const glia__look *l, glia_data_finding *f)
{
    return tell_form(l, f, MARKED_NUMBERS, tell_marked);
}

/* ---- text that is left out -------------------------------------------------------------------------------------- */

/* Nine rows in ten have a word of their own, or more. */
static bool is_name_of_row(const glia__look *l, const glia__column *c)
{
    const size_t stored = l->train.data->stored;
    return c->words.count > 0 && are_most(c->words.count, stored > c->missing ? stored - c->missing : 0);
}

typedef struct texts {
    glia__look_items    list;          /* all */
    size_t              names;         /* those that name their rows */
    const glia__column *first, *worth; /* that may be worth reading */
} texts;

static void add_text(texts *t, const glia__column *c, bool name)
{
    char item[128];
    SAY(item, "%s%s", LABEL(c), name ? " (nearly all are different)" : "");
    glia__look_items_add(&t->list, item, GLIA__LOOK_NAMES);
    t->names += name;
    if (!t->first) t->first = c;
}

static texts find_texts(const glia__look *l)
{
    const glia_data *d = l->train.data;
    texts            t = {0};
    for (size_t i = 0; i < d->n_columns; i++) {
        const glia__column *c = &d->column[i];
        if (!is_text(c)) continue;
        const form most = forms_of(c).most;
        const bool name = is_name_of_row(l, c) && most != NUMBERS;
        if (most == DATES || most == MARKED_NUMBERS) continue;
        add_text(&t, c, name);
        if (!name && most != NUMBERS && !t.worth) t.worth = c;
    }
    return t;
}

static bool text_columns(const glia__look *l, glia_data_finding *f)
{
    texts        t = find_texts(l);
    const size_t count = t.list.count;
    if (count == 0) return false;
    glia__look_finding(f, 0.05, (double)count);
    f->column = (size_t)((t.worth ? t.worth : t.first) - l->train.data->column);
    SAY(f->what, "%zu column%s of words that hardly repeat %s left out: %s", count, S(count), count == 1 ? "is" : "are",
        glia__look_items_text(&t.list));
    if (t.worth)
        SAY(f->cure, "%s reads %s all the same", COLUMNS(t.worth, "category hash=64"), count == 1 ? "it" : "that one");
    else if (t.names)
        SAY(f->cure, "nothing has to be done: what names a row tells nothing of new ones");
    return true;
}

/* ---- words that an order lacks ----------------------------------------------------------------------------------- */

static bool is_in_order(const glia__kind *k, const char *word)
{
    const char  *begin, *end;
    const size_t n = strlen(word);
    for (const char *at = k->words; glia__text_item(&at, '<', &begin, &end);)
        if (n == (size_t)(end - begin) && memcmp(word, begin, n) == 0) return true;
    return false;
}

/* l->room[w].row = rows of word w. */
static void count_words(const glia__look *l, const glia__look_column *c)
{
    for (size_t w = 0; w < c->of->words.count; w++) l->room[w].row = 0;
    for (size_t row = 0; row < l->rows; row++) {
        const double word = glia__look_value(l, &l->train, (size_t)(c - l->column), row);
        if (!isnan(word)) l->room[(size_t)word].row++;
    }
}

/* The rows of a column whose words have no place in the order that was told; those words come into the list. */
static size_t rows_without_place(const glia__look *l, const glia__look_column *c, glia__look_items *words)
{
    enum { ROOM = 160 };
    const glia__words *all = c->words ? &c->of->words : NULL;
    size_t             rows = 0;
    if (!all || c->kind != GLIA_KIND_ORDINAL || !c->of->kind.words) return 0;
    count_words(l, c);
    for (size_t w = 0; w < all->count; w++) {
        char         item[128];
        const size_t own = l->room[w].row;
        if (own == 0 || is_in_order(&c->of->kind, all->text[w])) continue;
        SAY(item, "\"%s\" in %zu row%s", CUT(all->text[w]), own, S(own));
        glia__look_items_add(words, item, ROOM);
        rows += own;
    }
    return rows;
}

static bool ordinal_words(const glia__look *l, glia_data_finding *f)
{
    glia__look_items others = {0};
    for (size_t i = 0; i < l->columns; i++) {
        const glia__look_column *c = &l->column[i];
        glia__look_items         words = {0};
        const size_t             rows = rows_without_place(l, c, &words);
        if (rows == 0) continue;
        if (*f->what) {
            glia__look_items_other(f, &others, c->label);
            continue;
        }
        glia__look_finding(f, 0.97, (double)rows);
        f->column = c->place;
        SAY(f->what, "the order that was told of %s lacks words of it: %s", c->label, glia__look_items_text(&words));
    }
    glia__look_items_tell(f, &others);
    return *f->what != '\0';
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
            f->column = c->place;
            SAY(where, "words of %s", c->label);
        }
    }
    if (places) tell_cases(f, where, &first, places);
    return places > 0;
}

const glia__look_complaint glia__look_complaints_of_words[] = {
    {"date_words", date_words, ""},
    {"marked_numbers", marked_numbers,
     "if it is a decimal comma between semicolons or tabs, --decimal comma; else write them as plain numbers before, "
     "with a point and no other mark or unit: 1234.5"},
    {"ordinal_words", ordinal_words,
     "put them into the order, or say that they are gaps (--missing \"WORD\"): no net can be trained else"},
    {"letter_case", letter_case, "write each in one way, if they mean the same: to a net they are different words"},
    {"text_columns", text_columns, "mend the cells that are no numbers"},
    {NULL},
};
