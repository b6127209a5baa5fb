/* Memory: every allocation of the library goes through here, and every size is checked for overflow. */
#ifndef GLIA_GROUND_MEMORY_H
#define GLIA_GROUND_MEMORY_H

#include "ground/status.h"

/* Zeroed memory for count * size bytes; NULL, with the sentence and GLIA_E_MEMORY as the caller's status, if there is
 * none or the product overflows. A count of 0 gives a pointer that may be freed. */
void *glia__new(size_t count, size_t size);
/* Grows or shrinks *p, which keeps its value on failure. New bytes are not zeroed. */
glia_status glia__resize(void *p /* T ** */, size_t count, size_t size);
/* A list that grows: makes room for at least `need` items in *p, doubling. */
glia_status glia__grow(void *p /* T ** */, size_t *capacity, size_t need, size_t size);
void        glia__free(void *p);
char       *glia__strdup(const char *text); /* NULL on failure, as glia__new */
char       *glia__strndup(const char *text, size_t n);

/* Zeroed memory aligned to 64 bytes, for blocks of numbers; freed with glia__free_aligned. */
void *glia__new_aligned(size_t count, size_t size);
void  glia__free_aligned(void *p);

/* a * b and a + b; false on overflow. */
bool glia__mul(size_t a, size_t b, size_t *product);
bool glia__add(size_t a, size_t b, size_t *sum);

#endif
