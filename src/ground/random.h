/* The random stream's state (glia.h, section 9), for those who keep it in a file. */
#ifndef GLIA_GROUND_RANDOM_H
#define GLIA_GROUND_RANDOM_H

#include "ground/status.h"

#define GLIA__RNG_WORDS 624

/* All of it: a copy goes on as the original does. */
struct glia_rng {
    uint32_t word[GLIA__RNG_WORDS];
    size_t   next;    /* of word[]; GLIA__RNG_WORDS: a new block is due */
    bool     waiting; /* the second normal of a pair */
    double   normal;
};

/* The words up to the end of a block, as glia_rng_u32 gives one after the other; how many, at least one. */
size_t glia__rng_block(glia_rng *rng, uint32_t words[GLIA__RNG_WORDS]);

#endif
