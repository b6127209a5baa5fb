/* Philox4x32-10, many counters side by side: lane i of a vector works on block first + i. The same source is compiled
 * for each width of vectors, which gives the same words, since all of it is whole numbers. */
#include "ground/philox.h"

#include <string.h>

enum { ROUNDS = 10, LANES = 16, WORDS = 4 * LANES };
static const uint32_t multiplier[2] = {0xD2511F53, 0xCD9E8D57}, weyl[2] = {0x9E3779B9, 0xBB67AE85};

#define ALWAYS_INLINE static inline __attribute__((always_inline))

/* One round of one counter: c0' = hi(m1 c2) ^ c1 ^ k0, c1' = lo(m1 c2), c2' = hi(m0 c0) ^ c3 ^ k1, c3' = lo(m0 c0) */
ALWAYS_INLINE void mix(uint32_t *c0, uint32_t *c1, uint32_t *c2, uint32_t *c3, uint32_t k0, uint32_t k1)
{
    uint64_t a = (uint64_t)multiplier[0] * *c0, b = (uint64_t)multiplier[1] * *c2;
    *c0 = (uint32_t)(b >> 32) ^ *c1 ^ k0;
    *c1 = (uint32_t)b;
    *c2 = (uint32_t)(a >> 32) ^ *c3 ^ k1;
    *c3 = (uint32_t)a;
}

void glia__philox(const uint32_t key[2], const uint32_t counter[4], uint32_t out[4])
{
    uint32_t k0 = key[0], k1 = key[1];
    memcpy(out, counter, 4 * sizeof *out);
    for (int r = 0; r < ROUNDS; r++, k0 += weyl[0], k1 += weyl[1]) mix(&out[0], &out[1], &out[2], &out[3], k0, k1);
}

/* A stream, and where in it we are. */
typedef struct stream {
    uint32_t key[2], purpose, low, high;
} stream;

/* words[4 i + j] = word j of block first + i, for LANES blocks */
ALWAYS_INLINE void blocks(const stream *s, uint32_t first, uint32_t *words)
{
    uint32_t c[4][LANES], k0 = s->key[0], k1 = s->key[1];
    for (uint32_t i = 0; i < LANES; i++) {
        c[0][i] = first + i;
        c[1][i] = s->purpose;
        c[2][i] = s->low;
        c[3][i] = s->high;
    }
    for (int r = 0; r < ROUNDS; r++, k0 += weyl[0], k1 += weyl[1])
        for (int i = 0; i < LANES; i++) mix(&c[0][i], &c[1][i], &c[2][i], &c[3][i], k0, k1);
    for (int i = 0; i < LANES; i++)
        for (int j = 0; j < 4; j++) words[4 * i + j] = c[j][i];
}
