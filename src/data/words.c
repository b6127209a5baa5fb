/* A set of words: an open hash table (linear probing, never more than half full) over a list in order of arrival. */
#include "data/words.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "data/data.h"
#include "ground/bits.h"
#include "ground/memory.h"

/* Up to eight bytes as a word: from four on, the first four and the last four, which may overlap. */
static inline uint64_t last_bytes(const char *text, size_t n)
{
    uint32_t first = 0, last = 0;
    if (n < sizeof first)
        return n ? (uint64_t)(unsigned char)text[0] << 16 | (uint64_t)(unsigned char)text[n / 2] << 8 |
                       (unsigned char)text[n - 1]
                 : 0;
    memcpy(&first, text, sizeof first);
    memcpy(&last, text + n - sizeof last, sizeof last);
    return (uint64_t)first << 32 | last;
}

static inline uint64_t mix(uint64_t hash, uint64_t word)
{
    hash = (hash ^ word) * UINT64_C(0x9E3779B97F4A7C15);
    return hash ^ hash >> 32;
}

/* What the table knows of a word; its number is not set. */
static inline glia__word_slot slot_of(const char *text, size_t n)
{
    glia__word_slot s = {.hash = n, .length = (uint32_t)n};
    for (; n > 8; n -= 8, text += 8) s.hash = mix(s.hash, glia__eight(text));
    s.last = last_bytes(text, n);
    s.hash = mix(s.hash, s.last);
    return s;
}

/* Whether it is the word of that slot. A step of the hash can be undone: so hash, length and last bytes of a word tell
 * the eight before those as well, and all of a word up to 16 bytes. */
static inline bool is_word(const glia__words *w, const glia__word_slot *s, const glia__word_slot *word,
                           const char *text)
{
    return s->hash == word->hash && s->last == word->last && s->length == word->length &&
           (word->length <= 16 || memcmp(w->text[s->number - 1], text, word->length) == 0);
}

/* The slot of the word, or the free one where it belongs. */
static inline glia__word_slot *find(const glia__words *w, const glia__word_slot *word, const char *text)
{
    for (size_t at = (size_t)word->hash;; at++) {
        glia__word_slot *s = &w->slot[at & (w->slots - 1)];
        if (!s->number || is_word(w, s, word, text)) return s;
    }
}

/* Twice as many slots, as soon as half of them are taken. */
static glia_status widen(glia__words *w)
{
    if (w->count < w->slots / 2) return GLIA_OK;
    glia__words wide = *w;
    wide.slots = w->slots ? 2 * w->slots : 16;
    wide.slot = glia__new(wide.slots, sizeof *wide.slot);
    if (!wide.slot) return GLIA_E_MEMORY;
    for (size_t i = 0; i < w->slots; i++) {
        const glia__word_slot *s = &w->slot[i];
        if (s->number) *find(&wide, s, w->text[s->number - 1]) = *s;
    }
    glia__free(w->slot);
    *w = wide;
    return GLIA_OK;
}

static glia_status add(glia__words *w, const char *text, size_t n, glia__word_slot *slot)
{
    if (w->count == UINT32_MAX || n > UINT32_MAX) return glia__fail(GLIA_E_MEMORY, "more words than can be counted");
    GLIA_TRY(glia__grow(&w->text, &w->capacity, w->count + 1, sizeof *w->text));
    if (!(w->text[w->count] = glia__strndup(text, n))) return GLIA_E_MEMORY;
    *slot = slot_of(text, strlen(w->text[w->count]));
    slot->number = (uint32_t)++w->count;
    return GLIA_OK;
}

glia_status glia__words_add(glia__words *w, const char *text, size_t n, size_t *number)
{
    GLIA_TRY(widen(w));
    const glia__word_slot word = slot_of(text, n);
    glia__word_slot      *slot = find(w, &word, text);
    if (!slot->number) GLIA_TRY(add(w, text, n, slot));
    *number = slot->number - 1;
    return GLIA_OK;
}

size_t glia__words_find(const glia__words *w, const char *text, size_t n)
{
    if (!w->slots) return SIZE_MAX;
    const glia__word_slot word = slot_of(text, n), *slot = find(w, &word, text);
    return slot->number ? slot->number - 1 : SIZE_MAX;
}

void glia__words_clear(glia__words *w)
{
    glia__names_free(w->text, w->count);
    glia__free(w->slot);
    *w = (glia__words){0};
}

/* ---- order ------------------------------------------------------------------------------------------------------ */

typedef struct ranked {
    const char *text;
    double      value;
    size_t      number;
} ranked;

static int by_value(const void *a, const void *b)
{
    const ranked *x = a, *y = b;
    return (x->value > y->value) - (x->value < y->value);
}

static int by_byte(const void *a, const void *b)
{
    return strcmp(((const ranked *)a)->text, ((const ranked *)b)->text);
}

glia_status glia__words_rank(const glia__words *w, size_t *rank)
{
    ranked *list = glia__new(w->count, sizeof *list);
    bool    numbers = true;
    if (!list) return GLIA_E_MEMORY;
    for (size_t i = 0; i < w->count; i++) {
        list[i] = (ranked){.text = w->text[i], .number = i};
        const char *end = glia_number_read(list[i].text, &list[i].value);
        numbers = numbers && end != list[i].text && *end == '\0' && isfinite(list[i].value);
    }
    qsort(list, w->count, sizeof *list, numbers ? by_value : by_byte);
    for (size_t i = 0; i < w->count; i++) rank[list[i].number] = i;
    glia__free(list);
    return GLIA_OK;
}
