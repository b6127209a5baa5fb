/* What is measured of a column for its own sake: range, quartiles, how many different values, and in which order they
 * stand in the rows. */
#include <math.h>

#include "data/look/look.h"
#include "ground/hash.h"

/* One after the other, as the rows have them. */
typedef struct steps {
    double before;
    bool   any;
} steps;

static void take_step(glia__look_column *c, steps *s, double value)
{
    if (s->any && value > s->before) c->rises++;
    if (s->any && value < s->before) c->falls++;
    *s = (steps){value, true};
}

/* The rows that have a value come into the list, in their order; sums are made on the way. */
static void collect(glia__look *l, size_t i)
{
    glia__look_column *c = &l->column[i];
    steps              s = {0};
    l->valued = 0;
    c->whole = true;
    for (size_t row = 0; row < l->rows; row++) {
        const double value = glia__look_value(l, &l->train, i, row);
        if (isnan(value)) {
            c->missing++;
            continue;
        }
        take_step(c, &s, value);
        c->mean += value;
        c->whole = c->whole && value == floor(value);
        l->list[l->valued++] = (glia__keyed){glia__key_of(value), row};
    }
    c->mean /= (double)l->valued;
}

/* How likely two different rows have this in common, if `rows` have it. */
static double likeness(const glia__look *l, size_t rows)
{
    const double n = (double)rows, all = (double)l->rows;
    return n > 1 ? n * (n - 1) / (all * (all - 1)) : 0;
}

static void count_different(const glia__look *l, glia__look_column *c)
{
    c->alike = likeness(l, c->missing);
    for (size_t at = 0, end; at < l->valued; at = end) {
        end = glia__keyed_end(l->list, l->valued, at);
        c->different++;
        c->alike += likeness(l, end - at);
        if (end - at <= c->most_rows) continue;
        c->most_rows = end - at;
        c->frequent = glia__key_value(l->list[at].key);
    }
}

/* Between the two values that are nearest to a share of the way, as numpy.quantile. */
static double quantile(const glia__look *l, double share)
{
    const double at = share * (double)(l->valued - 1);
    const size_t below = (size_t)floor(at), above = below + 1 < l->valued ? below + 1 : below;
    const double a = glia__key_value(l->list[below].key), b = glia__key_value(l->list[above].key);
    return a + (at - (double)below) * (b - a);
}

static void measure(const glia__look *l, glia__look_column *c)
{
    c->least = glia__key_value(l->list[0].key);
    c->most = glia__key_value(l->list[l->valued - 1].key);
    c->median = quantile(l, 0.5);
    c->quartile[0] = quantile(l, 0.25);
    c->quartile[1] = quantile(l, 0.75);
    c->low_row = l->list[0].row;
    for (size_t at = l->valued; at > 0 && l->list[at - 1].key == l->list[l->valued - 1].key; at--)
        c->high_row = l->list[at - 1].row;
}

bool glia__look_is_number(const char *word)
{
    double      value;
    const char *end = glia_number_read(word, &value);
    return end != word && *end == '\0';
}

/* Which rows have the same word: a number for each word in the order in which they come. And how many of them are
 * numbers. Of a word, l->room has that number as its key, and whether it is a number itself as its row. */
static void look_at_words(glia__look *l, glia__look_column *c, size_t i)
{
    uint64_t words = 0;
    for (size_t w = 0; w < c->of->words.count; w++) l->room[w] = (glia__keyed){0};
    c->pattern = GLIA__HASH_START;
    c->stranger_row = GLIA_NO_ROW;
    for (size_t row = 0; row < l->rows; row++) {
        const double value = glia__look_value(l, &l->train, i, row);
        glia__keyed  none = {0}, *word = isnan(value) ? &none : &l->room[(size_t)value];
        if (word != &none && word->key == 0)
            *word = (glia__keyed){++words, glia__look_is_number(c->of->words.text[(size_t)value])};
        c->pattern = glia__hash(c->pattern, &word->key, sizeof word->key);
        c->number_rows += word->row;
        if (word->key && !word->row && c->stranger_row == GLIA_NO_ROW) c->stranger_row = row;
    }
}

static uint64_t hash_place(size_t row, size_t place)
{
    const uint64_t of[] = {row, place};
    return glia__hash(GLIA__HASH_START, of, sizeof of);
}

/* Which rows are in which place by value: the same for a copy in other units, and for one that is turned about. */
static void look_at_order(const glia__look *l, glia__look_column *c)
{
    uint64_t up = 0, down = 0;
    size_t   place = 0;
    for (size_t at = 0, end; at < l->valued; at = end, place++) {
        end = glia__keyed_end(l->list, l->valued, at);
        for (size_t i = at; i < end; i++) {
            up += hash_place(l->list[i].row, place);
            down += hash_place(l->list[i].row, c->different - 1 - place);
        }
    }
    c->pattern = up ^ down;
}

void glia__look_at_column(glia__look *l, size_t i)
{
    glia__look_column *c = &l->column[i];
    c->least = c->most = c->median = c->quartile[0] = c->quartile[1] = c->frequent = (double)NAN;
    collect(l, i);
    if (c->words) look_at_words(l, c, i);
    glia__keyed_sort(l->list, l->room, l->valued);
    count_different(l, c);
    if (!c->words) look_at_order(l, c);
    if (l->valued > 0) measure(l, c);
}
