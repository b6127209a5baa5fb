/* A checkpoint: all that the rest of a run depends on, in one safetensors file (docs/files.md). It is written between
 * two epochs or, if the run stops within one, after the last update. */
#include "train/checkpoint.h"

#include <stdio.h>

/* ---- texts ------------------------------------------------------------------------------------------------------- */

static glia_status add_text(glia__meta *meta, size_t *metas, const char *key, const char *value)
{
    char *copy = glia__strdup(value);
    if (!copy) return GLIA_E_MEMORY;
    meta[(*metas)++] = (glia__meta){key, copy};
    return GLIA_OK;
}

static glia_status collect_texts(const glia__run *r, glia__meta *meta, size_t *metas)
{
    char epochs[32];
    snprintf(epochs, sizeof epochs, "%zu", r->o.epochs);
    GLIA_TRY(add_text(meta, metas, GLIA__CHECKPOINT, GLIA__CHECKPOINT_FORMAT));
    GLIA_TRY(add_text(meta, metas, "glia_version", glia_version()));
    GLIA_TRY(add_text(meta, metas, GLIA__CHECKPOINT_EPOCHS, epochs));
    GLIA_TRY(glia__asked_write(r, meta, metas));
    return glia__state_write(r, meta, metas);
}

/* ---- tensors ----------------------------------------------------------------------------------------------------- */

static glia_status collect_blocks(const glia__run *r, glia__tensor_list *list)
{
    GLIA_TRY(glia__tensor_list_block(list, r->m, "weights", r->last));
    if (r->best_epoch) GLIA_TRY(glia__tensor_list_block(list, r->m, "best", r->best));
    if (r->averaged) GLIA_TRY(glia__tensor_list_block(list, r->m, "average", r->average));
    for (size_t i = 0; i < r->state.slots; i++) {
        char prefix[32];
        snprintf(prefix, sizeof prefix, "optimizer.%zu", i);
        GLIA_TRY(glia__tensor_list_block(list, r->m, prefix, r->state.slot[i]));
    }
    return GLIA_OK;
}

static glia_status write_file(const glia__run *r, glia__tensor_list *list, glia__meta *meta, size_t *metas,
                              double *history)
{
    const size_t           epochs = r->m->n_history;
    const glia__tensor_out past = {
        .name = "history", .type = GLIA__DOUBLES, .rank = 2, .shape = {epochs, GLIA__EPOCH_NUMBERS}, .values = history};
    const glia__tensor_out random = {
        .name = "random", .type = GLIA__WORDS, .rank = 1, .shape = {GLIA__RNG_WORDS}, .values = r->dawn.word};
    for (size_t e = 0; e < epochs; e++) glia__epoch_write(&r->m->history[e], history + e * GLIA__EPOCH_NUMBERS);
    GLIA_TRY(collect_texts(r, meta, metas));
    GLIA_TRY(collect_blocks(r, list));
    GLIA_TRY(glia__tensor_list_add(list, &past));
    GLIA_TRY(glia__tensor_list_add(list, &random));
    return glia__tensors_replace(r->o.checkpoint, list->tensor, list->count, meta, *metas);
}

glia_status glia__run_checkpoint(glia__run *r)
{
    if (!r->o.checkpoint) return GLIA_OK;
    size_t            metas = 0, texts = 3 + glia__asked_count() + glia__state_count();
    glia__tensor_list list = {0};
    glia__meta       *meta = glia__new(texts, sizeof *meta);
    double           *history = meta ? glia__new(r->m->n_history, GLIA__EPOCH_NUMBERS * sizeof *history) : NULL;
    glia_status       status = history ? write_file(r, &list, meta, &metas, history) : GLIA_E_MEMORY;
    glia__free(history);
    glia__metadata_free(meta, metas);
    glia__tensor_list_clear(&list);
    r->saved = status == GLIA_OK;
    return status;
}
