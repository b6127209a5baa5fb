/* A set of words: an open hash table (linear probing, never more than half full) over a list in order of arrival. */
#include "data/words.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "data/data.h"
#include "ground/hash.h"
#include "ground/memory.h"

static size_t hash(const char *text, size_t n)
{
    uint64_t h = glia__fnv1a(text, n);
    return (size_t)(h ^ (h >> 32));
}

/* The slot of the word, or the free one where it belongs. */
static size_t find(const glia__words *w, const char *text, size_t n)
{
    size_t at = hash(text, n) & (w->slots - 1);
    for (; w->slot[at]; at = (at + 1) & (w->slots - 1)) {
        const char *word = w->text[w->slot[at] - 1];
        if (strncmp(word, text, n) == 0 && word[n] == '\0') break;
    }
    return at;
}

/* Twice as many slots, as soon as half of them are taken. */
static glia_status widen(glia__words *w)
{
    if (w->count < w->slots / 2) return GLIA_OK;
    glia__words wide = *w;
    wide.slots = w->slots ? 2 * w->slots : 16;
    wide.slot = glia__new(wide.slots, sizeof *wide.slot);
    if (!wide.slot) return GLIA_E_MEMORY;
    for (size_t i = 0; i < w->count; i++) wide.slot[find(&wide, w->text[i], strlen(w->text[i]))] = i + 1;
    glia__free(w->slot);
    *w = wide;
    return GLIA_OK;
}

glia_status glia__words_add(glia__words *w, const char *text, size_t n, size_t *number)
{
    GLIA_TRY(widen(w));
    size_t at = find(w, text, n);
    if (!w->slot[at]) {
        GLIA_TRY(glia__grow(&w->text, &w->capacity, w->count + 1, sizeof *w->text));
        w->text[w->count] = glia__strndup(text, n);
        if (!w->text[w->count]) return GLIA_E_MEMORY;
        w->slot[at] = ++w->count;
    }
    *number = w->slot[at] - 1;
    return GLIA_OK;
}

size_t glia__words_find(const glia__words *w, const char *text, size_t n)
{
    size_t at = w->slots ? find(w, text, n) : 0;
    return w->slots && w->slot[at] ? w->slot[at] - 1 : SIZE_MAX;
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
