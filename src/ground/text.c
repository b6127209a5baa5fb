/* Text: whole numbers, strings that grow, places in a text, and how far a typing error is from a name. */
#include "ground/text.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "ground/memory.h"

bool glia__digits_read(const char **at, const char *end, size_t *number)
{
    bool fits = true;
    for (*number = 0; *at != end && **at >= '0' && **at <= '9'; ++*at)
        fits = fits && glia__mul(*number, 10, number) && glia__add(*number, (size_t)(**at - '0'), number);
    return fits;
}

/* ---- strings that grow ------------------------------------------------------------------------------------------ */

/* Makes room for n more bytes and the NUL after them. */
static bool reserve(glia__string *s, size_t n)
{
    size_t need;
    if (s->failed) return false;
    bool fits = glia__add(s->length, n, &need) && glia__add(need, 1, &need);
    s->failed = glia__grow(&s->text, &s->capacity, fits ? need : SIZE_MAX, 1) != GLIA_OK;
    return !s->failed;
}

void glia__string_add_bytes(glia__string *s, const char *bytes, size_t n)
{
    if (!reserve(s, n)) return;
    if (n > 0) memcpy(s->text + s->length, bytes, n);
    s->length += n;
    s->text[s->length] = '\0';
}

void glia__string_add(glia__string *s, const char *format, ...)
{
    va_list list, again;
    va_start(list, format);
    va_copy(again, list);
    int n = vsnprintf(NULL, 0, format, list);
    if (n < 0)
        s->failed = true;
    else if (reserve(s, (size_t)n)) {
        vsnprintf(s->text + s->length, (size_t)n + 1, format, again);
        s->length += (size_t)n;
    }
    va_end(again);
    va_end(list);
}

void glia__string_add_number(glia__string *s, double value)
{
    char text[32];
    glia__string_add_bytes(s, text, glia_number_write(text, value));
}

char *glia__string_take(glia__string *s)
{
    glia__string_add_bytes(s, "", 0); /* a string that nothing was added to is empty, not missing */
    char *text = s->failed ? NULL : s->text;
    if (text) s->text = NULL;
    glia__string_clear(s);
    return text;
}

void glia__string_clear(glia__string *s)
{
    glia__free(s->text);
    *s = (glia__string){0};
}

/* ---- places ----------------------------------------------------------------------------------------------------- */

/* Columns count characters, as an editor does: the later bytes of a UTF-8 character (10xxxxxx) do not count. */
bool glia__text_item(const char **at, char mark, const char **begin, const char **end)
{
    if (!*at) return false;
    const char *stop = strchr(*at, mark);
    *begin = *at;
    *end = stop ? stop : *at + strlen(*at);
    *at = stop ? stop + 1 : NULL;
    while (*begin < *end && **begin == ' ') ++*begin;
    while (*end > *begin && (*end)[-1] == ' ') --*end;
    return true;
}

void glia__text_place(const char *text, const char *at, size_t *line, size_t *column)
{
    *line = *column = 1;
    for (; text < at && *text; text++) {
        if (*text == '\n') {
            ++*line;
            *column = 1;
        } else if (((unsigned char)*text & 0xC0) != 0x80) {
            ++*column;
        }
    }
}

/* Well-formed UTF-8: shortest forms, no surrogates, nothing beyond U+10FFFF (RFC 3629). */
bool glia__text_is_utf8(const char *text)
{
    static const uint32_t least[4] = {0, 0x80, 0x800, 0x10000};
    for (const unsigned char *c = (const unsigned char *)text; *c;) {
        size_t   more = *c < 0x80 ? 0 : *c >> 5 == 6 ? 1 : *c >> 4 == 14 ? 2 : *c >> 3 == 30 ? 3 : 4;
        uint32_t point = *c++ & (more ? 0x3fu >> more : 0x7fu);
        if (more == 4) return false;
        for (size_t i = 0; i < more; i++) {
            if (*c >> 6 != 2) return false;
            point = point << 6 | (*c++ & 0x3fu);
        }
        if (point < least[more] || point > 0x10ffff || point >> 11 == 0x1b) return false;
    }
    return true;
}

/* ---- typing errors ---------------------------------------------------------------------------------------------- */

enum { NAME_MOST = 64 };

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Optimal string alignment: how many insertions, deletions, substitutions and swaps of neighbours lead from a to b, no
 * part being edited twice (Damerau 1964, Levenshtein 1966). Three rows of the table of prefixes suffice:
 * row[j] = distance of the first i bytes of a and the first j of b. */
size_t glia__text_distance(const char *a, const char *b)
{
    size_t n = strlen(a), m = strlen(b);
    size_t rows[3][NAME_MOST + 1];
    if (n > NAME_MOST || m > NAME_MOST) return n > m ? n : m;
    for (size_t j = 0; j <= m; j++) rows[0][j] = j;
    for (size_t i = 1; i <= n; i++) {
        size_t *row = rows[i % 3], *above = rows[(i + 2) % 3], *two_above = rows[(i + 1) % 3];
        row[0] = i;
        for (size_t j = 1; j <= m; j++) {
            row[j] = least(least(above[j], row[j - 1]) + 1, above[j - 1] + (a[i - 1] != b[j - 1]));
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                row[j] = least(row[j], two_above[j - 2] + 1);
        }
    }
    return rows[n % 3][m];
}
