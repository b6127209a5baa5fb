/* Text: numbers in and out whatever the locale, strings that grow, and the nearest name for a typing error. */
#ifndef GLIA_GROUND_TEXT_H
#define GLIA_GROUND_TEXT_H

#include "ground/status.h"

/* As glia_number_read, within text[0..end): text need not end in a NUL. Bit-equal to strtod in the C locale. */
const char *glia__number_read(const char *text, const char *end, double *value);
/* The double nearest to mantissa * 10^power; false if it cannot be told by quick means. */
bool glia__number_make(uint64_t mantissa, int64_t power, double *value);

/* The digits at *at, which moves past them, as a whole number; false if that is too large. There need not be any. They
 * end at `end`; NULL: at the NUL. */
bool glia__digits_read(const char **at, const char *end, size_t *number);

/* A string that grows. Zero-initialise; failures stick: check `failed` (or the result of _take) once at the end. */
typedef struct glia__string {
    char  *text; /* NUL-terminated once anything was added */
    size_t length, capacity;
    bool   failed;
} glia__string;
void glia__string_add(glia__string *s, const char *format, ...) __attribute__((format(printf, 2, 3)));
void glia__string_add_bytes(glia__string *s, const char *bytes, size_t n);
void glia__string_add_number(glia__string *s, double value); /* shortest form */
/* The text, now the caller's (glia__free); NULL if anything failed. Leaves s empty. */
char *glia__string_take(glia__string *s);
void  glia__string_clear(glia__string *s);

/* The next item of a list such as `a, b c`, whose items are divided by `mark`, without the spaces around it: [*begin,
 * *end). *at moves on; false where it is NULL, the end. An empty text is one empty item. */
bool glia__text_item(const char **at, char mark, const char **begin, const char **end);
/* Line and column (both from 1) of `at` in `text`. */
void glia__text_place(const char *text, const char *at, size_t *line, size_t *column);
/* Whether a text is well-formed UTF-8, as what goes into a file has to be. */
bool glia__text_is_utf8(const char *text);
/* Edit distance, for "did you mean". */
size_t glia__text_distance(const char *a, const char *b);

#endif
