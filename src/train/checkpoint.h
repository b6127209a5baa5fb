/* A run in a file (docs/files.md), and on from there. */
#ifndef GLIA_TRAIN_CHECKPOINT_H
#define GLIA_TRAIN_CHECKPOINT_H

#include "files/metadata.h"
#include "ground/memory.h"
#include "train/run.h"

/* --- asked.c --- */
size_t glia__asked_count(void);
/* Adds its texts, which are the caller's, to meta[*metas]. */
glia_status glia__asked_write(const glia__run *r, glia__meta *meta, size_t *metas);
/* GLIA_E_ARG says in what the run differs from that of the file. */
glia_status glia__asked_check(const glia__run *r, const glia__tensors *t);

/* --- state.c: the numbers of a run beside its blocks, as texts --- */
size_t      glia__state_count(void);
glia_status glia__state_write(const glia__run *r, glia__meta *meta, size_t *metas);
glia_status glia__state_read(glia__run *r, const glia__tensors *t);
/* A row of numbers an epoch; `whole`: one that may have seen its rows several times. */
enum { GLIA__EPOCH_NUMBERS = 9 };
void        glia__epoch_write(const glia_epoch *e, double numbers[GLIA__EPOCH_NUMBERS]);
glia_status glia__epoch_read(glia_epoch *e, const double numbers[GLIA__EPOCH_NUMBERS], size_t rows, bool whole);

#define GLIA__CHECKPOINT_FORMAT "1"
#define GLIA__CHECKPOINT_EPOCHS "asked.epochs"

#endif
