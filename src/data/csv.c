/* The grammar of CSV (RFC 4180, and what is met beyond it): records end at a line feed, with or without a carriage
 * return; cells are divided by comma, semicolon or tab; a cell in quotes may hold any of these, and a quote as "".
 * Spaces around a cell do not count, blank lines neither.
 *
 * The file is read in pieces, and each byte is looked at about twice: memchr finds the end of the record (and whether
 * there is a quote in it, which is rare), then the cells are read where they lie. */
#include "data/csv.h"

#include <string.h>

#include "data/bytes.h"
#include "ground/memory.h"

/* The buffer holds a megabyte from the begin on, by which the table is judged; what follows is read in pieces that stay
 * in the near cache until they are looked at. */
#define CHUNK ((size_t)1 << 20)
#define PIECE ((size_t)1 << 17)
#define RECORD_MOST ((size_t)1 << 24)
/* Line ends before and behind the bytes in the buffer, so that a word may be looked at before any of them, and 64 bytes
 * and a word behind. */
enum { BEFORE = 8, BEHIND = 80 };

static const char delimiters[] = ",;\t";

/* ---- places ----------------------------------------------------------------------------------------------------- */

glia_status glia__csv_at(const glia__csv *c, const char *at)
{
    size_t      line = c->line;
    const char *begin = c->begin;
    for (const char *p; (p = memchr(begin, '\n', (size_t)(at - begin))) != NULL; line++) begin = p + 1;
    return glia__fail_at(GLIA_E_FORMAT, "%s:%zu:%zu", c->source->path, line, (size_t)(at - begin) + 1);
}

glia_status glia__csv_fail_return(const glia__csv *c, const char *at)
{
    glia__fail(GLIA_E_FORMAT, "a carriage return alone: lines end in a line feed, with or without one before it");
    return glia__csv_at(c, at);
}

static glia_status fail_open(const glia__csv *c, const char *quote)
{
    glia__fail(GLIA_E_FORMAT, "the quote that opens here is never closed");
    return glia__csv_at(c, quote);
}

/* ---- records ---------------------------------------------------------------------------------------------------- */

/* Whether a quote stands at the begin of a cell, where alone it opens; `begin` is a cell's, too. */
static bool opens(char delimiter, const char *begin, const char *quote)
{
    while (quote > begin && quote[-1] == ' ') quote--;
    return quote == begin || quote[-1] == delimiter;
}

/* The first byte c in begin .. end, or the end, which lies in the buffer. It is mostly near. */
static inline const char *seek(char c, const char *begin, const char *end)
{
    for (const char *p = begin; p < end; p += GLIA__FEW_BYTES) {
        uint32_t found = glia__which_are(p, c);
        if (!found) continue;
        p += glia__lowest(found);
        return p < end ? p : end;
    }
    return end;
}

/* The quote that closes a cell, or `limit`; `p` is behind the one that opens it. */
static const char *closing_quote(const char *p, const char *limit, bool *doubled)
{
    *doubled = false;
    while ((p = seek('"', p, limit)) + 1 < limit && p[1] == '"') {
        *doubled = true;
        p += 2;
    }
    return p;
}

static const char *find(const char *p, const char *limit, char c)
{
    return p < limit ? memchr(p, c, (size_t)(limit - p)) : NULL;
}

/* The line end of a record whose first quote is given, or NULL; *open is the quote that is still open at `limit`, or
 * NULL. Goes from quote to quote. */
static const char *quoted_end(char delimiter, const char *begin, const char *quote, const char *limit,
                              const char **open)
{
    const char *end = find(begin, limit, '\n');
    bool        doubled;
    for (*open = NULL; quote < (end ? end : limit); quote = seek('"', quote + 1, end ? end : limit)) {
        if (!opens(delimiter, begin, quote)) continue;
        const char *close = closing_quote(quote + 1, limit, &doubled);
        if (close >= limit) *open = quote;
        if (close >= limit) return NULL;
        if (end && end < close) end = find(close, limit, '\n');
        begin = quote = close;
    }
    return end;
}

/* The line end of the record that begins at `begin`, or NULL if it is not in the buffer. */
static const char *record_end(glia__csv *c, const char *begin, const char **open)
{
    const char *limit = c->buffer + c->used, *end = find(begin, limit, '\n');
    *open = NULL;
    if (!c->quote || c->quote < begin) c->quote = find(begin, limit, '"');
    if (!c->quote) c->quote = limit;
    return c->quote >= (end ? end : limit) ? end : quoted_end(c->delimiter, begin, c->quote, limit, open);
}

static glia_status widen(glia__csv *c)
{
    size_t room = c->buffer ? 2 * c->room : CHUNK;
    GLIA_TRY(glia__resize(&c->buffer, room + BEHIND, 1));
    c->room = room;
    return GLIA_OK;
}

/* Reads on, behind what is left over. */
static glia_status fill(glia__csv *c)
{
    size_t left = c->used - c->at, got;
    if (c->at > BEFORE) memmove(c->buffer + BEFORE, c->buffer + c->at, left);
    c->at = BEFORE;
    c->used = BEFORE + left;
    if (!c->buffer || c->used == c->room) GLIA_TRY(widen(c));
    size_t most = c->room - c->used;
    if (c->taken > 0 && most > PIECE) most = PIECE;
    GLIA_TRY(glia__source_read(c->source, c->buffer + c->used, most, &got));
    c->used += got;
    c->taken += got;
    c->quote = NULL;
    c->ended = c->source->arrives ? got == 0 : got < most;
    memset(c->buffer, '\n', BEFORE);
    memset(c->buffer + c->used, '\n', BEHIND);
    return GLIA_OK;
}

/* Makes the record that comes next, up to its line end or, NULL, that of the file, the one at hand. */
static void take_record(glia__csv *c, const char *end)
{
    c->begin = c->buffer + c->at;
    c->end = end ? end : c->buffer + c->used;
    c->at = (size_t)(c->end - c->buffer) + (end != NULL);
    if (c->end > c->begin && c->end[-1] == '\r') c->end--;
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
    if (open) return fail_open(c, open);
    *more = end || c->at < c->used;
    take_record(c, end);
    return GLIA_OK;
}

static bool is_blank(const glia__csv *c)
{
    const char *p = c->begin;
    while (p < c->end && *p == ' ') p++;
    return p == c->end;
}

/* More than one only if there are quotes. */
static size_t count_lines(const glia__csv *c)
{
    size_t lines = 1;
    if (c->quote >= c->end) return lines;
    for (const char *p = c->begin; (p = find(p, c->end, '\n')) != NULL; p++) lines++;
    return lines;
}

glia_status glia__csv_next(glia__csv *c, bool *more)
{
    do {
        GLIA_TRY(find_record(c, more));
        c->lines = count_lines(c);
    } while (*more && is_blank(c));
    return GLIA_OK;
}

bool glia__csv_peek(glia__csv *c)
{
    do {
        const char *open, *end = record_end(c, c->buffer + c->at, &open);
        if (!end && (!c->ended || open || c->at == c->used)) return false;
        c->line += c->lines;
        take_record(c, end);
        c->lines = count_lines(c);
    } while (is_blank(c));
    return true;
}

size_t glia__csv_expect(const glia__csv *c, size_t n)
{
    double all = (double)glia__source_size(c->source), read = (double)(c->taken - (c->used - c->at));
    return all > read && glia__source_is_held(c->source) ? (size_t)((double)n * (all / read)) : n;
}

/* ---- opening ---------------------------------------------------------------------------------------------------- */

/* How often c->delimiter divides the record at *at, which moves to the next. */
static size_t count_in_record(glia__csv *c, const char **at)
{
    const char *limit = c->buffer + c->used, *open, *end = record_end(c, *at, &open), *p = *at;
    glia__csv   record = *c;
    glia__cell  cell;
    size_t      n = 0;
    record.begin = *at;
    record.end = end ? end : limit;
    while (glia__csv_cell(&record, &p, &cell) == GLIA_OK && p) n++;
    *at = end ? end + 1 : limit;
    return n;
}

/* The delimiter that divides the first two records into equally many cells, the most of them; else the one that is most
 * frequent in the first. */
static char find_delimiter(glia__csv *c, bool decimal_comma)
{
    const char *d = delimiters + decimal_comma;
    char        best = *d;
    size_t      most = 0;
    const char *limit = c->buffer + c->used, *first = c->buffer + c->at;
    while (first < limit && (*first == '\n' || *first == '\r' || *first == ' ')) first++;
    for (; *d; d++) {
        const char *at = first;
        c->delimiter = *d;
        c->quote = NULL;
        size_t n = count_in_record(c, &at), score = n;
        if (n > 0 && (at == limit || count_in_record(c, &at) == n)) score += c->used;
        if (score <= most) continue;
        most = score;
        best = *d;
    }
    c->quote = NULL;
    return best;
}

static void skip_mark(glia__csv *c)
{
    static const char mark[] = "\xEF\xBB\xBF";
    if (c->used - c->at >= 3 && memcmp(c->buffer + c->at, mark, 3) == 0) c->at += 3;
}

/* The first line, for which a stream is waited for. */
static bool has_line(const glia__csv *c)
{
    return c->ended || c->used >= RECORD_MOST || memchr(c->buffer + c->at, '\n', c->used - c->at);
}

glia_status glia__csv_open(glia__csv *c, glia__source *source, bool decimal_comma)
{
    *c = (glia__csv){.source = source, .line = 1};
    do GLIA_TRY(fill(c));
    while (source->arrives && !has_line(c));
    skip_mark(c);
    c->delimiter = find_delimiter(c, decimal_comma);
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

/* Apart, so that a cell without quotes needs few registers. */
static __attribute__((noinline)) glia_status quoted_cell(const glia__csv *c, const char *quote, const char **at,
                                                         glia__cell *cell)
{
    const char *p = closing_quote(quote + 1, c->end, &cell->doubled);
    if (p >= c->end) return fail_open(c, quote);
    cell->begin = quote + 1;
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
    cell->at = *at;
    cell->begin = begin;
    cell->doubled = false;
    if (begin < c->end && *begin == '"') return quoted_cell(c, begin, at, cell);
    const char *end = seek(c->delimiter, begin, c->end);
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

bool glia__text_number(const char *begin, const char *end, double *value)
{
    begin = skip_spaces(begin, end);
    while (end > begin && end[-1] == ' ') end--;
    return begin < end && glia__number_read(begin, end, value) == end;
}
