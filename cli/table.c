/* Tables of text on stdout, and short numbers for them. */
#include "table.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report.h"

static bool begins_character(char c)
{
    return ((unsigned char)c & 0xC0) != 0x80;
}

size_t text_width(const char *text)
{
    size_t width = 0;
    for (; *text; text++) width += begins_character(*text);
    return width;
}

size_t text_cut(const char *text, size_t width)
{
    size_t bytes = 0;
    while (text[bytes] && (width > 0 || !begins_character(text[bytes]))) width -= begins_character(text[bytes++]);
    return bytes;
}

void table_add(table *t, const char *format, ...)
{
    va_list arguments;
    grow(&t->cell, t->count, sizeof *t->cell);
    va_start(arguments, format);
    t->cell[t->count++] = text_of_list(format, arguments);
    va_end(arguments);
}

/* Whether nothing is left to print in its line. */
static bool ends_line(const table *t, size_t i)
{
    size_t columns = strlen(t->align), end = (i / columns + 1) * columns;
    while (i < end && i < t->count && !*t->cell[i]) i++;
    return i == end;
}

static void print_cell(const table *t, size_t i, const size_t *width)
{
    size_t columns = strlen(t->align), column = i % columns;
    bool   last = column + 1 == columns, left = t->align[column] == 'l';
    int    pad = (int)(width[column] - text_width(t->cell[i]));
    if (!ends_line(t, i)) printf("%s%*s%s", column ? "  " : "", left ? 0 : pad, "", t->cell[i]);
    if (left && !last && !ends_line(t, i + 1)) printf("%*s", pad, "");
    if (last) putchar('\n');
}

void table_print(table *t, int indent)
{
    size_t  columns = strlen(t->align);
    size_t *width = claim(columns, sizeof *width);
    for (size_t i = 0; i < t->count; i++) {
        size_t cell = text_width(t->cell[i]);
        if (cell > width[i % columns]) width[i % columns] = cell;
    }
    for (size_t i = 0; i < t->count; i++) {
        if (i % columns == 0) printf("%*s", indent, "");
        print_cell(t, i, width);
    }
    for (size_t i = 0; i < t->count; i++) free(t->cell[i]);
    free(t->cell);
    free(width);
    *t = (table){.align = t->align};
}

static const char *shorten(char text[16], double value, double unit, const char *const *letter)
{
    bool small = value < 999.5; /* as it is: a whole number */
    for (; value >= 999.5 && letter[1]; letter++) value /= unit;
    snprintf(text, 16, "%.*f%s", small || value >= 99.95 ? 0 : 1, value, *letter);
    return text;
}

const char *short_count(char text[16], double value)
{
    static const char *const letters[] = {"", "k", "M", "G", "T", NULL};
    return shorten(text, value, 1000, letters);
}

const char *short_bytes(char text[16], double bytes)
{
    static const char *const letters[] = {" B", " KiB", " MiB", " GiB", " TiB", NULL};
    return shorten(text, bytes, 1024, letters);
}
