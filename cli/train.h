/* What the three files of `glia train` share: its options, the data it works on, and one run. */
#ifndef CLI_TRAIN_H
#define CLI_TRAIN_H

#include "glia.h"
#include "progress.h"

typedef struct train_options {
    const char *net, *test, *target, *scale, *loss, *optimizer, *schedule, *init, *augment, *image, *out;
    const char *monitor, *swa, *checkpoint, *resume;
    const char *clip_kind, *sample_weight, *class_weight;
    double      holdout; /* < 0: not said */
    double      clip_norm, clip_value, min_delta, ema;
    size_t      holdout_tail, every, epochs, batch, accumulate, seed, threads, patience;
    bool        stratify, shuffle, doctor, json, quiet;
} train_options;

/* Which rows do what. The pointers in the second line are into what the first line owns. */
typedef struct train_parts {
    glia_data       *data, *test_data, *rest, *held;
    const glia_data *train, *validation, *test; /* the last two may be NULL */
} train_parts;

/* Opens and cuts the data; returns an exit code after a sentence. Which column is the target, and whether it is classes
 * or numbers, is decided by `base`, the model to go on with; where that is NULL, by the options, and by `net` (or NULL)
 * and the loss. */
int  train_parts_open(train_parts *parts, const char *data, const char *net, const glia_model *base,
                      const train_options *o);
void train_parts_close(train_parts *parts);

typedef struct train_run {
    const train_options *options;
    const char          *data;
    const train_parts   *parts;
    glia_model          *model;
    const char          *loss; /* NULL: by the last layer */
    char                *base_loss;
    unsigned             threads;
    progress             progress;
    bool                 announced;
    size_t               resumed;   /* epochs that were behind it when it went on */
    bool                 continued; /* the model was trained before */
} train_run;

/* What train tells: to people on stderr, and with --json as events on stdout. */
/* The run begins after `done` epochs of it. False if stdout does not take it. */
bool train_announce(train_run *run, size_t done);
void train_tell_epoch(train_run *run, const glia_epoch *epoch);
void train_tell_findings(const train_run *run); /* with --doctor */
/* `interrupted`: by a signal. Scores the model; returns an exit code. */
int train_tell_end(train_run *run, bool interrupted);

#endif
