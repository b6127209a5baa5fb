/* A set of words, each with its number in the order of arrival: class names, column names. */
#ifndef GLIA_DATA_WORDS_H
#define GLIA_DATA_WORDS_H

#include "ground/status.h"

/* A place in the hash table. */
typedef struct glia__word_slot {
    uint64_t hash, last; /* of the word, and its last eight bytes */
    uint32_t length;
    uint32_t number; /* of the word + 1, 0 where free */
} glia__word_slot;

/* Zero-initialise. */
typedef struct glia__words {
    char           **text; /* [count] */
    size_t           count, capacity;
    glia__word_slot *slot; /* [slots] */
    size_t           slots;
} glia__words;

/* The number of text[0..n), which is added if it is new. */
glia_status glia__words_add(glia__words *w, const char *text, size_t n, size_t *number);
size_t      glia__words_find(const glia__words *w, const char *text, size_t n); /* SIZE_MAX: it is not among them */
void        glia__words_clear(glia__words *w);
/* rank[i] = the place of word i among all: by value if all are numbers, else by byte. */
glia_status glia__words_rank(const glia__words *w, size_t *rank);

#endif
