/* The progress bar of a training run, on stderr where that is a terminal. */
#ifndef CLI_PROGRESS_H
#define CLI_PROGRESS_H

#include "glia.h"

typedef struct progress {
    bool   on;
    double begun, epoch_begun, drawn; /* seconds of the clock; never drawn: 0 */
    bool   met;                       /* a batch */
    double whole_begun;               /* share of the run that was behind it then */
} progress;

/* `quiet`, or a stderr that is no terminal: nothing is ever drawn. */
void progress_begin(progress *p, bool quiet);
/* After each batch: draws anew, at most ten times a second. */
void progress_batch(progress *p, const glia_batch *batch);
/* After each epoch: the next one begins now. */
void progress_epoch(progress *p);
/* Wipes the bar, so that a line can be printed. */
void progress_clear(const progress *p);

#endif
