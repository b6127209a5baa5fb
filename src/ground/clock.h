/* A clock that only goes forward, in seconds. */
#ifndef GLIA_GROUND_CLOCK_H
#define GLIA_GROUND_CLOCK_H

#include <time.h>

static inline double glia__clock(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

#endif
