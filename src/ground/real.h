/* The number type of networks, and the mathematics for it: <tgmath.h> picks the function of the type. */
#ifndef GLIA_GROUND_REAL_H
#define GLIA_GROUND_REAL_H

#include <tgmath.h>

#include "glia.h"

typedef glia_real real;

/* So many numbers, rounded up to whole cache lines: blocks within blocks begin where vectors never straddle lines. */
#define GLIA__LINE (64 / sizeof(real))
static inline size_t glia__whole_lines(size_t numbers)
{
    return (numbers + GLIA__LINE - 1) / GLIA__LINE * GLIA__LINE;
}

#endif
