/* The grammar of CSV: records of cells, read from a stream in one pass. */
#ifndef GLIA_DATA_CSV_H
#define GLIA_DATA_CSV_H

#include "data/source.h"

/* The record that glia__csv_next found lies in the buffer until the next call. Its cells are walked with a cursor: the
 * begin of a cell, then of the next, NULL behind the last. */
typedef struct glia__csv {
    glia__source *source;
    char          delimiter;   /* comma, semicolon or tab */
    const char   *begin, *end; /* the record, without its line end */
    size_t        line;        /* of its begin, from 1 */
    /* the buffer: bytes [at, used) are yet to be read; behind them stands a line end */
    char       *buffer;
    size_t      at, used, room;
    const char *quote; /* the next one from `begin` on, or the buffer's end; NULL: not looked for */
    size_t      lines; /* in the record */
    bool        ended; /* the stream has no more */
    size_t      taken; /* bytes from the stream */
    size_t      empty; /* cells that glia__csv_numbers found empty */
} glia__csv;

typedef struct glia__cell {
    const char *at;          /* where the cell begins       */
    const char *begin, *end; /* its text, without spaces and quotes around it */
    bool        doubled;     /* has quotes written as "" in it */
} glia__cell;

/* Skips a byte order mark and finds the delimiter, which is no comma if numbers have a decimal comma. Clear it in any
 * case. */
glia_status glia__csv_open(glia__csv *c, glia__source *source, bool decimal_comma);
void        glia__csv_clear(glia__csv *c);
/* The next record that is not blank; *more is false at the end. */
glia_status glia__csv_next(glia__csv *c, bool *more);

/* The same if all of it lies in the buffer already: so that records can be looked at before they are read. Who does so
 * restores *c as it was. */
bool glia__csv_peek(glia__csv *c);

/* How many records there will be if the rest of the stream has such as the n that were read; n if that is not known. */
size_t glia__csv_expect(const glia__csv *c, size_t n);

/* The cell at *at, which moves on. */
glia_status glia__csv_cell(const glia__csv *c, const char **at, glia__cell *cell);
/* Reads plain decimal numbers from up to n cells, NaN from empty ones, and stops before the first that is anything
 * else. Returns how many. */
size_t glia__csv_numbers(glia__csv *c, const char **at, real *v, size_t n);
/* Reads any number from a cell of the buffer; false if it is none (an infinity, as in "inf" or 1e999, is one). */
bool glia__csv_number(const glia__cell *cell, double *value);
/* The same of any text, around which there may be spaces. */
bool glia__text_number(const char *begin, const char *end, double *value);
/* The cell's text, quotes within made single again; replaces what is in `text`. */
glia_status glia__csv_text(const glia__cell *cell, glia__string *text);

/* Puts file:line:column of `at` before the current sentence. */
glia_status glia__csv_at(const glia__csv *c, const char *at);
/* Fails for a carriage return that ends no line. */
glia_status glia__csv_fail_return(const glia__csv *c, const char *at);

#endif
