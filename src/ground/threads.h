/* A team of threads that runs one function side by side. It spins for some microseconds at a meeting point, then
 * sleeps, so that a machine with another process on a core is not slowed by waiting. */
#ifndef GLIA_GROUND_THREADS_H
#define GLIA_GROUND_THREADS_H

#include "ground/status.h"

typedef struct glia__team glia__team;

/* threads = 0: usable cores (affinity respected). A team of one makes no thread. */
glia_status glia__team_new(glia__team **team, unsigned threads);
void        glia__team_free(glia__team *team);
unsigned    glia__team_size(const glia__team *team);
/* Calls work(context, rank) for rank 0 .. size-1, rank 0 on the caller's thread; returns when all have returned. */
void glia__team_run(glia__team *team, void (*work)(void *context, unsigned rank), void *context);
/* How long those who wait in the rounds to come look before they sleep, at most; within 0.1 to 1 ms. */
void glia__team_be_patient(glia__team *team, double nanoseconds);
/* Within work: waits for all of the team. What was written before is seen by all after. */
void     glia__team_meet(glia__team *team, unsigned rank);
unsigned glia__usable_cores(void);

#endif
