/* Philox4x32-10: one counter at a time, or LANES counters side by side, written so that the compiler makes vectors of
 * them; all of it is whole numbers, so both give the same words. */
#include "ground/philox.h"

#include <string.h>

enum { ROUNDS = 10, LANES = 32, WORDS = 4 * LANES };
enum { CHUNK = 256 }; /* words at a time, for what is made of words */
static const uint32_t multiplier[2] = {0xD2511F53, 0xCD9E8D57}, weyl[2] = {0x9E3779B9, 0xBB67AE85};

void glia__philox(const uint32_t key[2], const uint32_t counter[4], uint32_t out[4])
{
    uint32_t k0 = key[0], k1 = key[1], c0 = counter[0], c1 = counter[1], c2 = counter[2], c3 = counter[3];
    for (int r = 0; r < ROUNDS; r++, k0 += weyl[0], k1 += weyl[1]) {
        uint64_t a = (uint64_t)multiplier[0] * c0, b = (uint64_t)multiplier[1] * c2;
        c0 = (uint32_t)(b >> 32) ^ c1 ^ k0;
        c1 = (uint32_t)b;
        c2 = (uint32_t)(a >> 32) ^ c3 ^ k1;
        c3 = (uint32_t)a;
    }
    out[0] = c0, out[1] = c1, out[2] = c2, out[3] = c3;
}

/* ---- streams ---------------------------------------------------------------------------------------------------- */

typedef struct stream {
    uint32_t key[2], counter[4];
} stream;

static stream open_stream(const glia__chance *chance, uint32_t purpose, size_t row)
{
    uint64_t number = chance->row ? chance->row[row] : row;
    return (stream){{chance->seed, chance->epoch}, {0, purpose, (uint32_t)number, (uint32_t)(number >> 32)}};
}

/* words[4 i + j] = word j of block i from where the stream is, for LANES blocks */
static void next_blocks(stream *s, uint32_t *restrict words)
{
    uint32_t c0[LANES], c1[LANES], c2[LANES], c3[LANES], k0 = s->key[0], k1 = s->key[1];
    for (uint32_t i = 0; i < LANES; i++) {
        c0[i] = s->counter[0] + i;
        c1[i] = s->counter[1];
        c2[i] = s->counter[2];
        c3[i] = s->counter[3];
    }
    for (int r = 0; r < ROUNDS; r++, k0 += weyl[0], k1 += weyl[1])
        for (int i = 0; i < LANES; i++) {
            uint64_t a = (uint64_t)multiplier[0] * c0[i], b = (uint64_t)multiplier[1] * c2[i];
            uint32_t high_a = (uint32_t)(a >> 32), high_b = (uint32_t)(b >> 32);
            c0[i] = high_b ^ c1[i] ^ k0;
            c1[i] = (uint32_t)b;
            c2[i] = high_a ^ c3[i] ^ k1;
            c3[i] = (uint32_t)a;
        }
    for (int i = 0; i < LANES; i++) {
        words[4 * i + 0] = c0[i];
        words[4 * i + 1] = c1[i];
        words[4 * i + 2] = c2[i];
        words[4 * i + 3] = c3[i];
    }
    s->counter[0] += LANES;
}

/* The next n words; what is left of the last block is thrown away. */
static void next_words(stream *s, size_t n, uint32_t *words)
{
    for (; n >= WORDS; n -= WORDS, words += WORDS) next_blocks(s, words);
    while (n > 0) {
        uint32_t block[4];
        size_t   some = n < 4 ? n : 4;
        glia__philox(s->key, s->counter, block);
        memcpy(words, block, some * sizeof *words);
        s->counter[0]++, n -= some, words += some;
    }
}

void glia__chance_words(const glia__chance *chance, uint32_t purpose, size_t row, size_t n, uint32_t *words)
{
    stream s = open_stream(chance, purpose, row);
    next_words(&s, n, words);
}

/* ---- what is made of words -------------------------------------------------------------------------------------- */

void glia__chance_uniforms(const glia__chance *chance, uint32_t purpose, size_t row, size_t n, real *u)
{
    stream   s = open_stream(chance, purpose, row);
    uint32_t words[CHUNK];
    for (size_t some; n > 0; n -= some, u += some) {
        some = n < CHUNK ? n : CHUNK;
        next_words(&s, some, words);
        for (size_t i = 0; i < some; i++) u[i] = (real)(int32_t)(words[i] >> 8) * (real)0x1p-24;
    }
}

void glia__chance_normals(const glia__chance *chance, uint32_t purpose, size_t row, size_t n, real *z)
{
    stream   s = open_stream(chance, purpose, row);
    uint32_t words[CHUNK];
    for (size_t some; n > 0; n -= some, z += some) {
        some = n < CHUNK ? n : CHUNK;
        next_words(&s, some + some % 2, words);
        for (size_t i = 0; i < some; i += 2) {
            real radius = sqrt(-2 * log(((real)words[i] + 1) * (real)0x1p-32));
            real angle = (real)words[i + 1] * (real)(2 * M_PI * 0x1p-32);
            z[i] = radius * cos(angle);
            if (i + 1 < some) z[i + 1] = radius * sin(angle);
        }
    }
}
