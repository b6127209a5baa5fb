/* The header of .npy, NumPy's own format (https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html),
 * versions 1.0, 2.0 and 3.0:
 *
 *   6 bytes   \x93NUMPY
 *   2 bytes   the version
 *   N         the length of what follows, little endian: 2 bytes in version 1.0, else 4
 *   N bytes   a Python dict, {'descr': '<f4', 'fortran_order': False, 'shape': (8, 128), }, and white space
 *   the rest  the numbers
 *
 * The dict is read strictly: these three keys, each once, in any order. A `descr` is a byte order (< > or, for bytes,
 * |), NumPy's letter for a kind and a size in bytes. */
#include <string.h>

#include "data/array.h"
#include "ground/bits.h"
#include "ground/memory.h"
#include "ground/text.h"

#define MAGIC "\x93NUMPY"
enum { MAGIC_SIZE = 6, VERSION_SIZE = 2, HEADER_MOST = 1 << 16, DIGITS_MOST = 20 };

typedef struct header {
    glia__array *array;
    size_t       begins;          /* the byte of the file where the dict begins */
    const char  *text, *at, *end; /* the dict; where it is read */
} header;

/* ---- words of Python -------------------------------------------------------------------------------------------- */

/* Puts the byte where `at` is before the current sentence. */
static glia_status fail_here(const header *h, const char *at)
{
    return glia__array_at(h->array, h->begins + (size_t)(at - h->text));
}

static glia_status fail_expected(const header *h, const char *what)
{
    glia__fail(GLIA_E_FORMAT, "the header is not as NumPy writes it: %s is expected here", what);
    return fail_here(h, h->at);
}

static void skip_space(header *h)
{
    while (h->at < h->end && strchr(" \t\r\n", *h->at) && *h->at) h->at++;
}

/* Moves past `mark`, and the space before it, if it stands there. */
static bool take_mark(header *h, char mark)
{
    skip_space(h);
    if (h->at == h->end || *h->at != mark) return false;
    h->at++;
    return true;
}

static glia_status need_mark(header *h, char mark)
{
    char what[] = {'"', mark, '"', '\0'};
    return take_mark(h, mark) ? GLIA_OK : fail_expected(h, what);
}

static bool take_word(header *h, const char *word)
{
    size_t n = strlen(word);
    skip_space(h);
    if ((size_t)(h->end - h->at) < n || memcmp(h->at, word, n) != 0) return false;
    h->at += n;
    return true;
}

/* 'text' or "text", without anything escaped. */
static glia_status read_string(header *h, const char **text, size_t *n)
{
    skip_space(h);
    const char quote = h->at < h->end ? *h->at : '\0';
    if (quote != '\'' && quote != '"') return fail_expected(h, "a text in quotes");
    const char *close = memchr(h->at + 1, quote, (size_t)(h->end - h->at - 1));
    if (!close) {
        glia__fail(GLIA_E_FORMAT, "the quote that opens here is never closed");
        return fail_here(h, h->at);
    }
    *text = h->at + 1;
    *n = (size_t)(close - *text);
    h->at = close + 1;
    return GLIA_OK;
}

/* ---- descr ------------------------------------------------------------------------------------------------------ */

/* What else NumPy can keep, by the letter of its kind. */
static const struct {
    char        kind;
    const char *what;
} others[] = {
    {'O', "Python objects, which are pickled: glia reads no pickles"},
    {'S', "strings"},
    {'a', "strings"},
    {'U', "strings"},
    {'V', "records"},
    {'c', "complex numbers"},
    {'M', "dates"},
    {'m', "spans of time"},
};

static glia_status fail_type(const header *h, const char *at, const char *descr, size_t n)
{
    const char *what = NULL;
    const char  kind = n > 1 ? descr[1] : n > 0 ? descr[0] : '\0';
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (others[i].kind == kind) what = others[i].what;
    glia__fail(GLIA_E_FORMAT,
               "an array of %s; what can be read are bool, whole numbers of 1, 2, 4 and 8 bytes, and floats of 2, 4 "
               "and 8 bytes",
               what ? what : "a type that is not known");
    glia__fail_at(GLIA_E_FORMAT, "descr '%.*s'", n < DIGITS_MOST ? (int)n : DIGITS_MOST, descr);
    return fail_here(h, at);
}

static glia_status read_descr(header *h)
{
    const char *descr = NULL, *digits;
    size_t      n = 0, size = 0;
    skip_space(h);
    const char *at = h->at;
    if (at < h->end && *at == '[') return fail_type(h, at, "|V", 2); /* a list of fields */
    GLIA_TRY(read_string(h, &descr, &n));
    digits = descr + 2;
    const bool order = n > 2 && memchr("<>|", *descr, 3);
    const bool whole = order && glia__digits_read(&digits, descr + n, &size);
    h->array->element = whole && digits == descr + n ? glia__element_find(descr[1], size) : NULL;
    if (!h->array->element || (*descr == '|' && size > 1)) return fail_type(h, at, descr, n);
    h->array->little = *descr != '>';
    return GLIA_OK;
}

/* ---- the other two ---------------------------------------------------------------------------------------------- */

static glia_status read_order(header *h)
{
    h->array->fortran = take_word(h, "True");
    return h->array->fortran || take_word(h, "False") ? GLIA_OK : fail_expected(h, "True or False");
}

/* A dimension; Python 2 wrote long ones with an L behind. */
static glia_status read_dimension(header *h)
{
    glia__array *a = h->array;
    size_t       number;
    skip_space(h);
    const char *begin = h->at;
    if (begin == h->end || *begin < '0' || *begin > '9') return fail_expected(h, "a dimension, a whole number,");
    if (!glia__digits_read(&h->at, h->end, &number)) {
        glia__fail(GLIA_E_FORMAT, "a dimension that is more than any memory holds");
        return fail_here(h, begin);
    }
    take_mark(h, 'L');
    if (a->rank < GLIA__RANK_MOST) {
        a->dim[a->rank] = number;
        a->dim_at[a->rank] = h->begins + (size_t)(begin - h->text);
    }
    a->rank++;
    return GLIA_OK;
}

/* A tuple of whole numbers: (), (3,), (3, 4) or (3, 4,). */
static glia_status read_shape(header *h)
{
    glia__array *a = h->array;
    skip_space(h);
    a->rank_at = h->begins + (size_t)(h->at - h->text);
    GLIA_TRY(need_mark(h, '('));
    while (!take_mark(h, ')')) {
        GLIA_TRY(read_dimension(h));
        if (take_mark(h, ',')) continue;
        if (a->rank == 1) return fail_expected(h, "\",\"");
        GLIA_TRY(need_mark(h, ')'));
        break;
    }
    if (a->rank >= 1 && a->rank <= GLIA__RANK_MOST) return GLIA_OK;
    glia__fail(GLIA_E_FORMAT, "%zu dimensions; 1 to %d can be read", a->rank, GLIA__RANK_MOST);
    return glia__array_at(a, a->rank_at);
}

/* ---- the dict --------------------------------------------------------------------------------------------------- */

enum { DESCR, ORDER, SHAPE, KEYS };
static const struct {
    const char *name;
    glia_status (*read)(header *h);
} keys[KEYS] = {
    [DESCR] = {"descr", read_descr}, [ORDER] = {"fortran_order", read_order}, [SHAPE] = {"shape", read_shape}};

static glia_status fail_key(const header *h, const char *at, const char *key, size_t n, const char *what)
{
    enum { SHOWN = 40 };
    glia__fail(GLIA_E_FORMAT, "the header's key '%.*s' %s", n < SHOWN ? (int)n : SHOWN, key, what);
    return fail_here(h, at);
}

static glia_status read_entry(header *h, bool *seen)
{
    const char *key = NULL;
    size_t      n = 0, k = 0;
    GLIA_TRY(read_string(h, &key, &n));
    while (k < KEYS && !(strlen(keys[k].name) == n && memcmp(keys[k].name, key, n) == 0)) k++;
    if (k == KEYS) return fail_key(h, key - 1, key, n, "is none of descr, fortran_order and shape");
    if (seen[k]) return fail_key(h, key - 1, key, n, "is there twice");
    seen[k] = true;
    GLIA_TRY(need_mark(h, ':'));
    return keys[k].read(h);
}

static glia_status read_dict(header *h)
{
    bool seen[KEYS] = {false};
    GLIA_TRY(need_mark(h, '{'));
    const char *open = h->at - 1;
    while (!take_mark(h, '}')) {
        GLIA_TRY(read_entry(h, seen));
        if (take_mark(h, ',')) continue;
        GLIA_TRY(need_mark(h, '}'));
        break;
    }
    skip_space(h);
    if (h->at < h->end) return fail_expected(h, "nothing more");
    for (size_t k = 0; k < KEYS; k++)
        if (!seen[k]) return fail_key(h, open, keys[k].name, strlen(keys[k].name), "is missing");
    return GLIA_OK;
}

/* ---- the header ------------------------------------------------------------------------------------------------- */

/* n bytes, of which the first are bytes `from` of the file. */
static glia_status read_bytes(const glia__array *a, size_t from, void *bytes, size_t n)
{
    size_t got;
    GLIA_TRY(glia__source_read(a->source, bytes, n, &got));
    return got == n ? GLIA_OK : glia__array_ends(a, from + got, from + n);
}

/* *n = the length of the dict. */
static glia_status read_preamble(glia__array *a, size_t *n)
{
    unsigned char start[MAGIC_SIZE + VERSION_SIZE] = {0}, length[4] = {0};
    GLIA_TRY(read_bytes(a, 0, start, sizeof start));
    const unsigned char *version = start + MAGIC_SIZE;
    if (version[0] < 1 || version[0] > 3 || version[1] != 0) {
        glia__fail(GLIA_E_FORMAT, "version %u.%u of .npy; 1.0, 2.0 and 3.0 can be read", version[0], version[1]);
        return glia__array_at(a, MAGIC_SIZE);
    }
    const size_t width = version[0] == 1 ? 2 : 4, at = sizeof start;
    GLIA_TRY(read_bytes(a, at, length, width));
    *n = (size_t)glia__word(length, width, true);
    a->header = at + width + *n;
    if (*n > HEADER_MOST) {
        glia__fail(GLIA_E_FORMAT, "a header of %zu bytes; at most %d can be read", *n, HEADER_MOST);
        return glia__array_at(a, at);
    }
    const size_t size = glia__source_size(a->source);
    return size == 0 || size >= a->header ? GLIA_OK : glia__array_ends(a, size, a->header);
}

static glia_status read_header(glia__array *a, char *text, size_t n)
{
    header h = {.array = a, .begins = a->header - n, .text = text, .at = text, .end = text + n};
    GLIA_TRY(read_bytes(a, h.begins, text, n));
    return read_dict(&h);
}

/* Images saved with their channels last (Keras, OpenCV, PIL) are told by their shape: 1, 3 or 4 of them at the end, and
 * where channels would stand first, another number. */
static bool has_channels_last(const glia__array *a)
{
    static const bool is_channels[] = {[1] = true, [3] = true, [4] = true};
    const size_t      most = sizeof is_channels / sizeof *is_channels;
    return a->rank == 4 && a->dim[3] < most && is_channels[a->dim[3]] && !(a->dim[1] < most && is_channels[a->dim[1]]);
}

bool glia__npy_fits(const glia__source *s)
{
    size_t n = s->head_size < MAGIC_SIZE ? s->head_size : MAGIC_SIZE;
    return n > 0 && memcmp(s->head, MAGIC, n) == 0;
}

glia_status glia__npy_header(glia__array *a)
{
    size_t n = 0;
    GLIA_TRY(read_preamble(a, &n));
    char *text = glia__new(n, 1);
    if (!text) return GLIA_E_MEMORY;
    glia_status status = read_header(a, text, n);
    glia__free(text);
    GLIA_TRY(status);
    a->channels_last = has_channels_last(a);
    return glia__array_measure(a);
}
