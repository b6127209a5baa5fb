/* from:to:step, each part with Python's meaning and default. */
#include "slice.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdint.h>

#include "report.h"

enum { FROM, TO, STEP, PARTS };

typedef struct slice {
    bool   given[PARTS], from_end[PARTS];
    size_t number[PARTS];
    size_t colons;
} slice;

/* One part, up to a colon or the end; an empty one is not given. NULL if it is no whole number. */
static const char *read_part(const char *text, slice *s, size_t i)
{
    s->from_end[i] = *text == '-';
    const char *digits = text += s->from_end[i];
    for (; isdigit((unsigned char)*text); text++)
        if (__builtin_mul_overflow(s->number[i], 10, &s->number[i]) ||
            __builtin_add_overflow(s->number[i], (size_t)(*text - '0'), &s->number[i]))
            s->number[i] = SIZE_MAX;
    s->given[i] = text > digits;
    return s->given[i] || !s->from_end[i] ? text : NULL;
}

static bool parse(const char *text, slice *s)
{
    *s = (slice){.number = {0}};
    for (size_t i = FROM; i < PARTS; i++) {
        text = read_part(text, s, i);
        if (!text || (*text && *text != ':')) return false;
        if (!*text) return s->colons > 0 || s->given[FROM];
        s->colons++;
        text++;
    }
    return false;
}

/* The row that part i means; false if there is none. `to` may be one past the last. */
static bool place(const slice *s, size_t i, size_t there, size_t *row)
{
    size_t n = s->number[i];
    if (s->from_end[i] && n > there) return false;
    *row = s->from_end[i] ? there - n : n;
    return *row < there + (i == TO);
}

static int fail_rows(const char *text, const char *data, size_t there)
{
    return fail(CODE_ARGUMENT, "--rows \"%s\": %s has %zu row%s, numbered from 0", text, data, there,
                there == 1 ? "" : "s");
}

int slice_read(const char *text, const char *data, size_t there, size_t **rows, size_t *count)
{
    slice  s;
    size_t from = 0, to = there, step = 1;
    if (!parse(text, &s))
        return fail(CODE_ARGUMENT, "--rows \"%s\": neither a row, as 3, nor rows, as 0:8 or 0:8:2", text);
    if (s.given[STEP]) step = s.number[STEP];
    if (s.from_end[STEP] || step == 0) return fail(CODE_ARGUMENT, "--rows \"%s\": its step must be at least 1", text);
    if (s.given[FROM] && !place(&s, FROM, there, &from)) return fail_rows(text, data, there);
    if (s.given[TO] && !place(&s, TO, there, &to)) return fail_rows(text, data, there);
    if (s.colons == 0) to = from + 1;
    if (from > to) return fail(CODE_ARGUMENT, "--rows \"%s\": begins after its end", text);
    if (from == to) return fail(CODE_ARGUMENT, "--rows \"%s\": no rows", text);
    *count = 1 + (to - from - 1) / step;
    *rows = claim(*count, sizeof **rows);
    for (size_t i = 0; i < *count; i++) (*rows)[i] = from + i * step;
    return CODE_FINE;
}
