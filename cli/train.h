/* What the files of `glia train` share: its options, the data it works on, and one run. */
#ifndef CLI_TRAIN_H
#define CLI_TRAIN_H

#include <jansson.h>

#include "glia.h"
#include "options.h"
#include "progress.h"

typedef struct train_options {
    input_options input;
    const char   *net, *test, *scale, *loss, *optimizer, *schedule, *init, *augment, *out;
    const char   *monitor, *swa, *checkpoint, *resume;
    const char   *clip_kind, *class_weight, *precision;
    double        holdout; /* < 0: not said */
    double        clip_norm, clip_value, min_delta, ema;
    size_t        holdout_tail, every, epochs, batch, accumulate, seed, threads, patience;
    size_t        folds, repeat; /* 0: not said */
    bool          stratify, shuffle, doctor, json, quiet;
} train_options;

glia_norm train_clip_kind(const train_options *o); /* none of them if there is no such norm */
/* As --precision says; false, after a sentence, if there is no such one. */
bool train_precision(const train_options *o, glia_precision *precision);
enum { USUAL_PATIENCE = 5 };

/* Whether more than one model is trained, to see how the scores scatter. */
static inline bool train_is_several(const train_options *o)
{
    return o->folds || o->repeat;
}

/* --- train_parts.c: which rows do what --- */
/* The pointers in the second line are into what the first line owns. */
typedef struct train_parts {
    glia_data       *data, *test_data, *rest, *held, *taught, *judges;
    const glia_data *train, *validation, *test; /* the last two may be NULL */
    char            *targets;                   /* the columns that a model to go on with predicts, or NULL */
} train_parts;

/* Opens the data; returns an exit code after a sentence. Which column is the target, and whether it is classes or
 * numbers, is decided by `base`, the model to go on with; where that is NULL, by the options, and by `net` (or NULL)
 * and the loss. */
int  train_parts_open(train_parts *parts, const char *data, const char *net, const glia_model *base,
                      const train_options *o);
void train_parts_close(train_parts *parts);
/* Cuts the data for a training of this seed, instead of an earlier cut. */
int train_parts_cut(train_parts *parts, const train_options *o, uint32_t seed);
/* Fold `fold`, from 0, of o->folds: `test` is what it holds. */
int train_parts_fold(train_parts *parts, const train_options *o, size_t fold, uint32_t seed);
/* All rows train, as --holdout 0 has it. */
int train_parts_whole(train_parts *parts, const train_options *o, uint32_t seed);

/* --- a run --- */
typedef struct train_run {
    const train_options *options;
    const char          *data;
    char                *net; /* text, or NULL */
    train_parts         *parts;
    glia_model          *model;
    const char          *loss; /* NULL: by the last layer */
    char                *base_loss;
    uint32_t             seed;
    size_t               epochs; /* as asked for, or as are usual */
    unsigned             threads;
    progress             progress;
    bool                 several; /* trainings: their epochs are not told */
    bool                 patient; /* nobody asked for it */
    bool                 announced;
    size_t               resumed;   /* epochs that were behind it when it went on */
    bool                 continued; /* the model was trained before */
} train_run;

/* --- train_model.c: one training --- */
bool train_interrupted(void);
/* Opens the model that --init goes on with; none if the file holds weights for another net. */
int train_open_base(train_run *run);
/* Makes the model for run->parts->train, with run->seed, and trains it; returns an exit code after a sentence. Between
 * two of them run->model is freed and set to NULL. */
int train_once(train_run *run);
int train_save(const train_run *run); /* where --out says */

/* --- train_folds.c: several trainings --- */
int train_several(train_run *run);

/* --- train_score.c: how good a model is on some rows, and what it has to be better than --- */
typedef struct train_score {
    glia_target  target;
    glia_scores *own, *baseline; /* NULL: not known */
} train_score;
/* One of the figures that are told of a score. */
typedef struct train_figure {
    const char *name, *label, *baseline; /* in JSON, after val_; for people, also of a baseline, NULL if none is told */
    size_t      value, interval;         /* where, in glia_scores; interval 0: it has none */
    enum { TRAIN_ALL, TRAIN_CLASSES, TRAIN_NUMBERS, TRAIN_LABELS } of; /* labels: several yes or no */
    bool share;
} train_figure;
/* `data` NULL: nothing is known. Clear it in any case. */
glia_status train_score_of(glia_model *model, const glia_data *data, train_score *score);
void        train_score_clear(train_score *score);
/* The figure after f (NULL: the first) that is told of such a score, or of its baseline; NULL past the last. */
const train_figure *train_figure_next(const train_figure *f, const train_score *score, bool baseline);
double              train_figure_of(const train_figure *f, const glia_scores *scores); /* NaN of NULL */
/* Puts val_loss, val_accuracy ... where part is "val". */
void train_score_put(json_t *event, const char *part, const train_score *score);
/* `PART:  loss 0.1  accuracy 95.93 % (95 % interval 93.3 to 98.1)`, and a line for the baseline. */
void train_score_tell(const char *part, const train_score *score, const glia_model *model);
/* `  name value` on stderr, nothing for NaN. */
void train_tell_figure(const char *label, bool share, double value);
void train_tell_number(const char *name, double value);
void train_tell_share(const char *name, double value);

/* --- train_report.c: to people on stderr, and with --json as events on stdout --- */
/* The run begins after `done` epochs of it. False if stdout does not take it. */
bool train_announce(train_run *run, size_t done);
void train_tell_epoch(train_run *run, const glia_epoch *epoch);
void train_tell_findings(const train_run *run); /* with --doctor */
/* Scores the model; returns an exit code. */
int    train_tell_end(train_run *run);
size_t train_rows(const glia_data *data); /* 0 of NULL */

#endif
