/* Random numbers without a state: Philox4x32-10 (Salmon, Moraes, Dror and Shaw 2011: "Parallel random numbers: as easy
 * as 1, 2, 3"). Number j of a stream is a function of the stream's name and of j alone, so that what a row of a batch
 * draws depends on neither the threads nor on what was drawn before: dropout and augmentation are made with it. */
#ifndef GLIA_GROUND_PHILOX_H
#define GLIA_GROUND_PHILOX_H

#include "ground/real.h"

/* out = the four words that the block cipher makes of counter under key. */
void glia__philox(const uint32_t key[2], const uint32_t counter[4], uint32_t out[4]);

/* What the rows of a batch draw from: the seed of the run, the epoch (from 1), and who they are. */
typedef struct glia__chance {
    uint32_t      seed, epoch;
    const size_t *row; /* the number of each row of the batch in the data set; NULL: 0, 1, ... */
} glia__chance;

/* What a stream is for: the number of a layer, from 0, or one of these. */
enum { GLIA__CHANCE_AUGMENT = 0x10000000 };

/* words[n] = the first n words of the stream of row `row` of the batch: words 4 b to 4 b + 3 are Philox of the counter
 * (b, purpose, low half of the row's number, high half) under the key (seed, epoch). The same at any later time. */
void glia__chance_words(const glia__chance *chance, uint32_t purpose, size_t row, size_t n, uint32_t *words);
/* u[n] = uniform in [0, 1): (word >> 8) / 2^24, the same number in float and in double. */
void glia__chance_uniforms(const glia__chance *chance, uint32_t purpose, size_t row, size_t n, real *u);
/* z[n] = standard normal, by Box and Muller (1958) in pairs: words a, b give sqrt(-2 ln((a + 1) / 2^32)) times the
 * cosine and the sine of 2 pi b / 2^32. */
void glia__chance_normals(const glia__chance *chance, uint32_t purpose, size_t row, size_t n, real *z);

#endif
