/* Columns that say what another one says: the same values, the same in other units (y = a x + b, up to rounding), or of
 * words the same ones, by the same names or by others.
 *
 * Only columns of one fingerprint are compared, and those in full. A copy has as many gaps and different values, and
 * its least and most in the same rows, whichever is which. In a wide table its values have to be in the same order,
 * too. */
#include <math.h>
#include <string.h>

#include "data/look/look.h"
#include "ground/hash.h"

enum { ROWS_THAT_DIFFER = 5, WIDE = 1000, COMPARED = 500 };

static double value(const glia__look *l, const glia__look_column *c, size_t row)
{
    return glia__look_value(l, &l->train, (size_t)(c - l->column), row);
}

/* Columns that are nearly always the same value are alike by chance. */
static bool says_enough(const glia__look *l, const glia__look_column *c)
{
    const size_t most = c->missing > c->most_rows ? c->missing : c->most_rows;
    return c->different > 1 && l->rows - most >= ROWS_THAT_DIFFER;
}

static bool is_dated(const glia__look_column *c)
{
    return c->kind == GLIA_KIND_DATE || c->kind == GLIA_KIND_DATETIME;
}

/* Equal for all columns that may say the same. */
static uint64_t fingerprint(const glia__look *l, const glia__look_column *c)
{
    const bool     turned = c->low_row > c->high_row, by_order = c->words || l->columns > WIDE;
    const uint64_t of[] = {c->words,
                           is_dated(c),
                           c->different,
                           c->missing,
                           c->words ? 0
                           : turned ? c->high_row
                                    : c->low_row,
                           c->words ? 0
                           : turned ? c->low_row
                                    : c->high_row,
                           by_order ? c->pattern : 0};
    return glia__hash(GLIA__HASH_START, of, sizeof of);
}

static const char *word(const glia__look *l, const glia__look_column *c, size_t row)
{
    return glia_data_word(l->train.data, row, c->slot);
}

/* Whether word w of a always stands where one word of b does. first[w]: where it stood first. */
static bool are_same_words(glia__look *l, glia__look_column *a, const glia__look_column *b)
{
    for (size_t w = 0; w < b->of->words.count; w++) l->room[w].row = SIZE_MAX;
    a->same = true;
    for (size_t row = 0; row < l->rows; row++) {
        const double x = value(l, b, row), y = value(l, a, row);
        if (isnan(x) != isnan(y)) return false;
        if (isnan(x)) continue;
        size_t *first = &l->room[(size_t)x].row;
        if (*first == SIZE_MAX) *first = row;
        if (value(l, a, *first) != y) return false;
        a->same = a->same && strcmp(word(l, a, row), word(l, b, row)) == 0;
    }
    return true; /* b -> a is a function, and there are as many of both */
}

/* Whether a is b, or slope * b + offset. */
static bool are_same_numbers(const glia__look *l, glia__look_column *a, const glia__look_column *b)
{
    const bool   turned = a->low_row != b->low_row;
    const double slope = (turned ? -1 : 1) * (a->most - a->least) / (b->most - b->least);
    a->slope = slope;
    a->offset = (turned ? a->most : a->least) - slope * b->least;
    a->same = true;
    for (size_t row = 0; row < l->rows; row++) {
        const double x = value(l, b, row), y = value(l, a, row);
        if (isnan(x) && isnan(y)) continue;
        a->same = a->same && x == y;
        if (!(fabs(slope * x + a->offset - y) <= GLIA__LOOK_ROUNDING * (a->most - a->least))) return false;
    }
    return true;
}

static bool are_same(glia__look *l, glia__look_column *a, const glia__look_column *b)
{
    return a->words ? are_same_words(l, a, b) : are_same_numbers(l, a, b);
}

/* The columns of the list from `at` to `end` are of one fingerprint, in their order: those that are no copies come to
 * its front, and each is compared with the first of them. */
static void find_copies(glia__look *l, size_t at, size_t end)
{
    size_t own = at;
    for (size_t i = at; i < end; i++) {
        glia__look_column *a = &l->column[l->list[i].row];
        for (size_t k = at; k < own && k < at + COMPARED && a->twin == GLIA_NO_COLUMN; k++)
            if (are_same(l, a, &l->column[l->list[k].row])) a->twin = l->list[k].row;
        if (a->twin == GLIA_NO_COLUMN) l->list[own++] = l->list[i];
    }
}

void glia__look_for_twins(glia__look *l)
{
    size_t count = 0;
    for (size_t i = 0; i < l->columns; i++)
        if (says_enough(l, &l->column[i])) l->list[count++] = (glia__keyed){fingerprint(l, &l->column[i]), i};
    glia__keyed_sort(l->list, l->room, count);
    for (size_t at = 0, end; at < count; at = end) {
        end = glia__keyed_end(l->list, count, at);
        find_copies(l, at, end);
    }
}
