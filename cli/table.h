/* Tables of text: cells are collected, columns made as wide as their widest cell, then all is printed. */
#ifndef CLI_TABLE_H
#define CLI_TABLE_H

#include <stddef.h>

/* Begin with {.align = "lrr"}: a letter a column, left or right. */
typedef struct table {
    const char *align;
    char      **cell;
    size_t      count;
} table;
/* The next cell, row by row. */
void table_add(table *t, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Prints the rows on stdout, each after `indent` spaces, and frees the cells. */
void table_print(table *t, int indent);

/* Columns that a UTF-8 text takes, one a character. */
size_t text_width(const char *text);
/* Bytes of its first `width` characters. */
size_t text_cut(const char *text, size_t width);

/* "12.3k", "4.56M": at most three digits before the letter, powers of 1000 or (bytes) 1024. In text[16]. */
const char *short_count(char text[16], double value);
const char *short_bytes(char text[16], double bytes);

#endif
