/* Which of two ways of doing the same is faster, found by measuring while it is done: a team or one thread alone. What
 * pays depends on the work, on the machine, and on what else runs on it just then.
 *
 * The way that is used is watched; the other one is tried for some milliseconds now and then, for a fiftieth of the
 * time at most where it lost, and at once when the usual one gets slower. Where a single piece of work takes a tenth of
 * a second, nothing is tried: the first way is the one that suits long work. It only ever chooses between ways whose results are the same. */
#ifndef GLIA_GROUND_PACE_H
#define GLIA_GROUND_PACE_H

#include <stdbool.h>

typedef struct glia__pace {
    bool   other;       /* the second way is the usual one */
    bool   trying;      /* the one that is not */
    double cost[2];     /* seconds for a unit of work, either way; 0: not measured yet */
    double time, units; /* of the stretch that is being measured */
    double spent;       /* by the trial, all in all */
    bool   settled;     /* the first piece after a change of ways, which finds cold caches and sleepers, is over */
    double pause, left; /* seconds between two trials; until the next one */
} glia__pace;

/* A new one, all zeros, begins with the first way. */
bool glia__pace_takes_other(const glia__pace *p);
/* So long took a piece of work, done in the way that was told. */
void glia__pace_note(glia__pace *p, double seconds, double units);

#endif
