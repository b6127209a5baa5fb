/* Columns that say what another one says: the same values, the same in other units (y = a x + b, up to rounding), or of
 * words the same ones, by the same names or by others. Numbers are compared in full only where their least and their
 * most stand in the same rows. */
#include <math.h>
#include <string.h>

#include "data/look/look.h"

enum { ROWS_THAT_DIFFER = 5 };

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

static bool may_be(const glia__look_column *a, const glia__look_column *b)
{
    if (a->words != b->words || is_dated(a) != is_dated(b) || a->different != b->different || a->missing != b->missing)
        return false;
    if (a->words) return a->pattern == b->pattern;
    return (a->low_row == b->low_row && a->high_row == b->high_row) ||
           (a->low_row == b->high_row && a->high_row == b->low_row);
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

void glia__look_for_twins(glia__look *l)
{
    for (size_t i = 0; i < l->columns; i++) {
        glia__look_column *a = &l->column[i];
        for (size_t j = 0; says_enough(l, a) && j < i && a->twin == GLIA_NO_COLUMN; j++) {
            const glia__look_column *b = &l->column[j];
            if (b->twin != GLIA_NO_COLUMN || !says_enough(l, b) || !may_be(a, b)) continue;
            if (a->words ? are_same_words(l, a, b) : are_same_numbers(l, a, b)) a->twin = j;
        }
    }
}
