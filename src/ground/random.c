/* NumPy's legacy random stream: numpy.random.seed and numpy.random.RandomState, bit for bit.
 *
 * The words are MT19937's: M. Matsumoto and T. Nishimura, "Mersenne Twister: a 623-dimensionally equidistributed
 * uniform pseudo-random number generator", 1998, with the seedings of their 2002 version. How doubles, normals and
 * bounded integers are made of the words follows NumPy, and so does how many words each costs: a stream stays in step
 * only if every draw takes exactly as many. Normals need u*u + v*v without a fused multiply-add (-ffp-contract=off). */
#include <math.h>
#include <string.h>

#include "ground/memory.h"
#include "ground/random.h"

enum { WORDS = GLIA__RNG_WORDS, MIDDLE = 397 };

/* ---- seeding ---------------------------------------------------------------------------------------------------- */

void glia_rng_seed(glia_rng *rng, uint32_t seed)
{
    if (!rng) return;
    rng->word[0] = seed;
    for (uint32_t i = 1; i < WORDS; i++) {
        uint32_t last = rng->word[i - 1];
        rng->word[i] = 1812433253u * (last ^ last >> 30) + i;
    }
    rng->next = WORDS;
    rng->waiting = false;
}

/* word[i] becomes (word[i] ^ mix of the word before) + more, and i the next place; word[0] follows word[WORDS-1]. */
static size_t stir(glia_rng *rng, size_t i, uint32_t factor, uint32_t more)
{
    uint32_t last = rng->word[i - 1];
    rng->word[i] = (rng->word[i] ^ (last ^ last >> 30) * factor) + more;
    if (i + 1 < WORDS) return i + 1;
    rng->word[0] = rng->word[WORDS - 1];
    return 1;
}

void glia_rng_seed_array(glia_rng *rng, const uint32_t *key, size_t n)
{
    if (!rng || !key || n == 0) return;
    size_t place = 1;
    glia_rng_seed(rng, 19650218u);
    for (size_t i = 0; i < (n > WORDS ? n : WORDS); i++)
        place = stir(rng, place, 1664525u, key[i % n] + (uint32_t)(i % n));
    for (size_t i = 0; i < WORDS - 1; i++) place = stir(rng, place, 1566083941u, -(uint32_t)place);
    rng->word[0] = 0x80000000u;
}

glia_status glia_rng_new(glia_rng **rng, uint32_t seed)
{
    if (!rng) return glia__fail(GLIA_E_ARG, "glia_rng_new: rng is NULL");
    *rng = glia__new(1, sizeof **rng);
    if (!*rng) return GLIA_E_MEMORY;
    glia_rng_seed(*rng, seed);
    return GLIA_OK;
}

void glia_rng_free(glia_rng *rng)
{
    glia__free(rng);
}

/* ---- words ------------------------------------------------------------------------------------------------------ */

static inline uint32_t twist(uint32_t word, uint32_t next, uint32_t far)
{
    uint32_t y = (word & 0x80000000u) | (next & 0x7FFFFFFFu);
    return far ^ y >> 1 ^ (-(y & 1) & 0x9908B0DFu);
}

static void make_block(glia_rng *rng)
{
    enum { LAST = WORDS - 1, TURN = WORDS - MIDDLE };
    uint32_t *w = rng->word;
    for (size_t i = 0; i < TURN; i++) w[i] = twist(w[i], w[i + 1], w[i + MIDDLE]);
    for (size_t i = TURN; i < LAST; i++) w[i] = twist(w[i], w[i + 1], w[i - TURN]);
    w[LAST] = twist(w[LAST], w[0], w[LAST - TURN]);
    rng->next = 0;
}

static inline uint32_t temper(uint32_t y)
{
    y ^= y >> 11;
    y ^= y << 7 & 0x9D2C5680u;
    y ^= y << 15 & 0xEFC60000u;
    return y ^ y >> 18;
}

uint32_t glia_rng_u32(glia_rng *rng)
{
    if (!rng) return 0;
    if (rng->next == WORDS) make_block(rng);
    return temper(rng->word[rng->next++]);
}

size_t glia__rng_block(glia_rng *rng, uint32_t words[GLIA__RNG_WORDS])
{
    if (rng->next == WORDS) make_block(rng);
    const size_t    n = WORDS - rng->next;
    const uint32_t *from = rng->word + rng->next;
    for (size_t i = 0; i < n; i++) words[i] = temper(from[i]);
    rng->next = WORDS;
    return n;
}

static uint64_t draw_u64(glia_rng *rng)
{
    uint64_t high = glia_rng_u32(rng);
    return high << 32 | glia_rng_u32(rng);
}

/* ---- real numbers ----------------------------------------------------------------------------------------------- */

/* 53 bits: 27 of one word and 26 of the next. */
double glia_rng_rand(glia_rng *rng)
{
    uint32_t high = glia_rng_u32(rng) >> 5, low = glia_rng_u32(rng) >> 6;
    return (high * 67108864.0 + low) / 9007199254740992.0;
}

double glia_rng_uniform(glia_rng *rng, double low, double high)
{
    return rng ? low + (high - low) * glia_rng_rand(rng) : 0;
}

/* Marsaglia's polar method makes normals in pairs from a point within the unit circle; the one of the point's first
 * coordinate waits for the next call. */
double glia_rng_randn(glia_rng *rng)
{
    double u, v, square;
    if (!rng) return 0;
    if (rng->waiting) {
        rng->waiting = false;
        return rng->normal;
    }
    do {
        u = 2.0 * glia_rng_rand(rng) - 1.0;
        v = 2.0 * glia_rng_rand(rng) - 1.0;
        square = u * u + v * v;
    } while (square >= 1.0 || square == 0.0);
    double factor = sqrt(-2.0 * log(square) / square);
    rng->normal = factor * u;
    rng->waiting = true;
    return factor * v;
}

/* ---- whole numbers and orders ----------------------------------------------------------------------------------- */

/* Uniform in 0 .. top: words, cut to the bits of top, until one is not above it. top = 0 draws nothing. */
static uint64_t draw_upto(glia_rng *rng, uint64_t top)
{
    uint64_t mask = top, value;
    if (top == 0) return 0;
    for (unsigned bits = 1; bits < 64; bits *= 2) mask |= mask >> bits;
    do value = (top <= UINT32_MAX ? glia_rng_u32(rng) : draw_u64(rng)) & mask;
    while (value > top);
    return value;
}

int64_t glia_rng_randint(glia_rng *rng, int64_t low, int64_t high)
{
    if (!rng) return 0;
    if (high <= low) return low;
    return (int64_t)((uint64_t)low + draw_upto(rng, (uint64_t)high - (uint64_t)low - 1));
}

static inline void swap(unsigned char *a, unsigned char *b, size_t size)
{
    unsigned char hold[256];
    if (size == sizeof(size_t)) { /* of orders, the usual case */
        size_t x, y;
        memcpy(&x, a, sizeof x);
        memcpy(&y, b, sizeof y);
        memcpy(a, &y, sizeof y);
        memcpy(b, &x, sizeof x);
        return;
    }
    for (size_t n; size > 0; a += n, b += n, size -= n) {
        n = size < sizeof hold ? size : sizeof hold;
        memcpy(hold, a, n);
        memcpy(a, b, n);
        memcpy(b, hold, n);
    }
}

/* Fisher and Yates, from the end. */
void glia_rng_shuffle(glia_rng *rng, void *items, size_t n, size_t size)
{
    unsigned char *item = items;
    if (!rng || !items) return;
    for (size_t i = n; i-- > 1;) {
        size_t j = (size_t)draw_upto(rng, i);
        if (j != i) swap(item + i * size, item + j * size, size);
    }
}

void glia_rng_permutation(glia_rng *rng, size_t *order, size_t n)
{
    if (!rng || !order) return;
    for (size_t i = 0; i < n; i++) order[i] = i;
    glia_rng_shuffle(rng, order, n, sizeof *order);
}
