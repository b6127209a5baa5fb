/* The grammar of CSV (RFC 4180, and what is met beyond it): records end at a line feed, with or without a carriage
 * return; cells are divided by comma, semicolon or tab; a cell in quotes may hold any of these, and a quote as "".
 * Spaces around a cell do not count, blank lines neither.
 *
 * The file is read in chunks of a megabyte, and each byte is looked at about twice: memchr finds the end of the record
 * (and whether there is a quote in it, which is rare), then the cells are read where they lie. */
#include "data/csv.h"

#include <string.h>

#include "ground/memory.h"

#define CHUNK ((size_t)1 << 20)
#define RECORD_MOST ((size_t)1 << 24)
enum {
    BEHIND = 80
}; /* line ends behind the buffer's last byte, so that 64 bytes and a word may be looked at anywhere */

static const char delimiters[] = ",;\t";

/* ---- places ----------------------------------------------------------------------------------------------------- */

glia_status glia__csv_at(const glia__csv *c, const char *at)
{
    size_t      line = c->line;
    const char *begin = c->begin;
    for (const char *p; (p = memchr(begin, '\n', (size_t)(at - begin))) != NULL; line++) begin = p + 1;
    return glia__fail_at(GLIA_E_FORMAT, "%s:%zu:%zu", c->source->path, line, (size_t)(at - begin) + 1);
}

static glia_status fail_open(const glia__csv *c, const char *quote)
{
    glia__fail(GLIA_E_FORMAT, "the quote that opens here is never closed");
    return glia__csv_at(c, quote);
}

/* ---- records ---------------------------------------------------------------------------------------------------- */

/* The line end of a record with quotes in it, or NULL; *open is the quote that is still open at `limit`, or NULL. A
 * quote opens only at the begin of a cell. */
static const char *quoted_end(char delimiter, const char *begin, const char *limit, const char **open)
{
    bool first = true; /* nothing but spaces in this cell so far */
    *open = NULL;
    for (const char *p = begin; p < limit; p++) {
        if (*open) {
            bool doubled = *p == '"' && p + 1 < limit && p[1] == '"';
            if (doubled)
                p++;
            else if (*p == '"')
                *open = NULL;
        } else if (*p == '\n') {
            return p;
        } else if (*p == '"' && first) {
            *open = p;
            first = false;
        } else {
            first = *p == delimiter || (first && *p == ' ');
        }
    }
    return NULL;
}

/* The line end of the record that begins at `begin`, or NULL if it is not in the buffer. */
static const char *record_end(const glia__csv *c, const char *begin, const char **open)
{
    const char *limit = c->buffer + c->used;
    const char *end = memchr(begin, '\n', (size_t)(limit - begin));
    *open = NULL;
    if (!memchr(begin, '"', (size_t)((end ? end : limit) - begin))) return end;
    return quoted_end(c->delimiter, begin, limit, open);
}

/* Reads on, behind what is left over. */
static glia_status fill(glia__csv *c)
{
    size_t left = c->used - c->at, got;
    if (c->at > 0) memmove(c->buffer, c->buffer + c->at, left);
    c->at = 0;
    c->used = left;
    if (left == c->room || !c->buffer) {
        size_t room = c->room ? 2 * c->room : CHUNK;
        GLIA_TRY(glia__resize(&c->buffer, room + BEHIND, 1));
        c->room = room;
    }
    GLIA_TRY(glia__source_read(c->source, c->buffer + left, c->room - left, &got));
    c->used += got;
    c->ended = c->source->arrives ? got == 0 : c->used < c->room;
    memset(c->buffer + c->used, '\n', BEHIND);
    return GLIA_OK;
}

static glia_status find_record(glia__csv *c, bool *more)
{
    const char *open, *end;
    c->line += c->lines;
    while (!(end = record_end(c, c->buffer + c->at, &open)) && !c->ended) {
        c->begin = c->buffer + c->at;
        if (c->used - c->at < RECORD_MOST) {
            GLIA_TRY(fill(c));
            continue;
        }
        if (open) return fail_open(c, open);
        glia__fail(GLIA_E_FORMAT, "the line is longer than %zu MiB", RECORD_MOST >> 20);
        return glia__csv_at(c, c->begin);
    }
    c->begin = c->buffer + c->at;
    c->end = end ? end : c->buffer + c->used;
    *more = end || c->begin < c->end;
    if (open) return fail_open(c, open);
    c->at = (size_t)(c->end - c->buffer) + (end != NULL);
    if (c->end > c->begin && c->end[-1] == '\r') c->end--;
    return GLIA_OK;
}

static bool is_blank(const glia__csv *c)
{
    const char *p = c->begin;
    while (p < c->end && *p == ' ') p++;
    return p == c->end;
}

static size_t count_lines(const char *p, const char *end)
{
    size_t lines = 1;
    for (; (p = memchr(p, '\n', (size_t)(end - p))) != NULL; p++) lines++;
    return lines;
}

glia_status glia__csv_next(glia__csv *c, bool *more)
{
    do {
        GLIA_TRY(find_record(c, more));
        c->lines = count_lines(c->begin, c->end);
    } while (*more && is_blank(c));
    return GLIA_OK;
}

bool glia__csv_peek(glia__csv *c)
{
    do {
        const char *open, *begin = c->buffer + c->at, *end = record_end(c, begin, &open);
        if (!end && (!c->ended || open || c->at == c->used)) return false;
        c->line += c->lines;
        c->begin = begin;
        c->end = end ? end : c->buffer + c->used;
        c->at = (size_t)(c->end - c->buffer) + (end != NULL);
        if (c->end > c->begin && c->end[-1] == '\r') c->end--;
        c->lines = count_lines(c->begin, c->end);
    } while (is_blank(c));
    return true;
}

/* ---- opening ---------------------------------------------------------------------------------------------------- */

/* Delimiters outside of quotes in a record. */
static size_t count_delimiters(const char *p, const char *end, char delimiter)
{
    size_t n = 0;
    bool   quoted = false;
    for (; p < end; p++) {
        quoted = quoted != (*p == '"');
        n += *p == delimiter && !quoted;
    }
    return n;
}

/* The same in the record at *at, which moves to the next. */
static size_t count_in_record(const glia__csv *c, const char **at)
{
    const char *limit = c->buffer + c->used, *open, *end = record_end(c, *at, &open);
    size_t      n = count_delimiters(*at, end ? end : limit, c->delimiter);
    *at = end ? end + 1 : limit;
    return n;
}

/* The delimiter that divides the first two records into equally many cells, the most of them; else the one that is most
 * frequent in the first. */
static char find_delimiter(glia__csv *c)
{
    char        best = delimiters[0];
    size_t      most = 0;
    const char *limit = c->buffer + c->used, *first = c->buffer + c->at;
    while (first < limit && (*first == '\n' || *first == '\r' || *first == ' ')) first++;
    for (const char *d = delimiters; *d; d++) {
        const char *at = first;
        c->delimiter = *d;
        size_t n = count_in_record(c, &at), score = n;
        if (n > 0 && (at == limit || count_in_record(c, &at) == n)) score += c->used;
        if (score <= most) continue;
        most = score;
        best = *d;
    }
    return best;
}

static void skip_mark(glia__csv *c)
{
    static const char mark[] = "\xEF\xBB\xBF";
    if (c->used >= 3 && memcmp(c->buffer, mark, 3) == 0) c->at = 3;
}

/* The first line, for which a stream is waited for. */
static bool has_line(const glia__csv *c)
{
    return c->ended || c->used >= RECORD_MOST || memchr(c->buffer, '\n', c->used);
}

glia_status glia__csv_open(glia__csv *c, glia__source *source)
{
    *c = (glia__csv){.source = source, .line = 1};
    do GLIA_TRY(fill(c));
    while (source->arrives && !has_line(c));
    skip_mark(c);
    c->delimiter = find_delimiter(c);
    return GLIA_OK;
}

void glia__csv_clear(glia__csv *c)
{
    glia__free(c->buffer);
    *c = (glia__csv){0};
}

/* ---- cells ------------------------------------------------------------------------------------------------------ */

static const char *skip_spaces(const char *p, const char *end)
{
    while (p < end && *p == ' ') p++;
    return p;
}

/* Moves the cursor behind a cell that ends at `end`. */
static const char *step_over(const glia__csv *c, const char *end)
{
    return end < c->end ? end + 1 : NULL;
}

static glia_status quoted_cell(const glia__csv *c, const char *quote, const char **at, glia__cell *cell)
{
    const char *p = cell->begin = quote + 1;
    for (; (p = memchr(p, '"', (size_t)(c->end - p))) != NULL && p + 1 < c->end && p[1] == '"'; p += 2)
        cell->doubled = true;
    if (!p) return fail_open(c, quote);
    cell->end = p;
    p = skip_spaces(p + 1, c->end);
    if (p < c->end && *p != c->delimiter) {
        glia__fail(GLIA_E_FORMAT, "text after a closing quote");
        return glia__csv_at(c, p);
    }
    *at = step_over(c, p);
    return GLIA_OK;
}

glia_status glia__csv_cell(const glia__csv *c, const char **at, glia__cell *cell)
{
    const char *begin = skip_spaces(*at, c->end);
    *cell = (glia__cell){.at = *at, .begin = begin};
    if (begin < c->end && *begin == '"') return quoted_cell(c, begin, at, cell);
    const char *end = memchr(begin, c->delimiter, (size_t)(c->end - begin));
    if (!end) end = c->end;
    *at = step_over(c, end);
    while (end > begin && end[-1] == ' ') end--;
    cell->end = end;
    return GLIA_OK;
}

glia_status glia__csv_text(const glia__cell *cell, glia__string *text)
{
    text->length = 0;
    for (const char *p = cell->begin; p < cell->end;) {
        const char *quote = cell->doubled ? memchr(p, '"', (size_t)(cell->end - p)) : NULL;
        const char *end = quote ? quote + 1 : cell->end;
        glia__string_add_bytes(text, p, (size_t)(end - p));
        p = quote ? quote + 2 : end;
    }
    glia__string_add_bytes(text, "", 0);
    return text->failed ? GLIA_E_MEMORY : GLIA_OK;
}

/* ---- numbers ---------------------------------------------------------------------------------------------------- */

bool glia__csv_number(const glia__cell *cell, double *value)
{
    const char *begin = skip_spaces(cell->begin, cell->end), *end = cell->end;
    while (end > begin && end[-1] == ' ') end--;
    return begin < end && glia__number_read(begin, end, value) == end;
}
