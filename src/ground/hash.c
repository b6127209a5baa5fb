/* FNV-1a (Fowler, Noll and Vo), eight bytes at a time; as a product carries no bit downward, each is followed by a fold
 * of the upper half into the lower. */
#include "ground/hash.h"

#include <string.h>

static uint64_t mix(uint64_t hash, uint64_t word)
{
    hash = (hash ^ word) * 1099511628211u;
    return hash ^ hash >> 32;
}

uint64_t glia__hash(uint64_t hash, const void *bytes, size_t n)
{
    const unsigned char *at = bytes;
    uint64_t             word;
    for (; n >= sizeof word; n -= sizeof word, at += sizeof word) {
        memcpy(&word, at, sizeof word);
        hash = mix(hash, word);
    }
    for (; n > 0; n--) hash = mix(hash, *at++);
    return hash;
}

uint64_t glia__fnv1a(const char *bytes, size_t n)
{
    uint64_t hash = GLIA__HASH_START;
    for (size_t i = 0; i < n; i++) hash = (hash ^ (unsigned char)bytes[i]) * 1099511628211u;
    return hash;
}

uint64_t glia__hash_text(uint64_t hash, const char *text)
{
    return text ? mix(glia__hash(hash, text, strlen(text)), 0) : mix(hash, 1);
}
