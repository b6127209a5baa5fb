/* On from a checkpoint. It is read as strictly as a model file, and into the run alone: the model is as it was until
 * all of it is known to fit. */
#include <math.h>
#include <stdio.h>

#include "train/checkpoint.h"

/* ---- is it one? -------------------------------------------------------------------------------------------------- */

static glia_status check_format(glia__tensors *t)
{
    const char *format = glia__tensors_meta(t, GLIA__CHECKPOINT);
    if (!format)
        return glia__fail(GLIA_E_FORMAT, "not a checkpoint%s",
                          glia__tensors_meta(t, "glia") ? " but a model: glia train --init goes on with it" : "");
    if (strcmp(format, GLIA__CHECKPOINT_FORMAT) != 0)
        return glia__fail(GLIA_E_FORMAT, "a checkpoint of format %.20s; this version (%s) reads %s", format,
                          glia_version(), GLIA__CHECKPOINT_FORMAT);
    return glia__tensors_check_seal(t);
}

/* ---- more epochs, or fewer --------------------------------------------------------------------------------------- */

/* Whether the updates made so far would have had the same rates in a run of another length. */
static bool same_rates(const glia__run *r, size_t was)
{
    size_t done = (r->epoch.epoch - 1) * r->updates + (r->at + r->o.accumulate - 1) / r->o.accumulate;
    size_t before = was * r->updates, now = r->o.epochs * r->updates;
    for (size_t k = 0; k < done; k++) {
        double rate = glia__schedule_rate(&r->schedule, r->base_rate, k, before, r->updates);
        double momentum = glia__schedule_momentum(&r->schedule, k, before, r->updates);
        double other = glia__schedule_momentum(&r->schedule, k, now, r->updates);
        if (rate != glia__schedule_rate(&r->schedule, r->base_rate, k, now, r->updates)) return false;
        if (momentum != other && !(isnan(momentum) && isnan(other))) return false;
    }
    return true;
}

static bool same_averages(const glia__run *r, size_t was)
{
    size_t before = glia__average_first(r, was), now = glia__average_first(r, r->o.epochs);
    return before == now || (before >= r->epoch.epoch && now >= r->epoch.epoch);
}

static glia_status check_epochs(const glia__run *r, const glia__tensors *t)
{
    const char *text = glia__tensors_meta(t, GLIA__CHECKPOINT_EPOCHS);
    double      was = 0;
    if (!text || *glia_number_read(text, &was) || !(was >= 1 && was <= GLIA__EPOCHS_MOST) || was != floor(was))
        return glia__fail(GLIA_E_FORMAT, "%s: missing, or no number of epochs", GLIA__CHECKPOINT_EPOCHS);
    if ((double)r->o.epochs == was) return GLIA_OK;
    if (!same_rates(r, (size_t)was) || !same_averages(r, (size_t)was))
        return glia__fail(GLIA_E_ARG, "is of a run of %s epochs, on which its %s depends; so it cannot have %zu epochs",
                          text, same_averages(r, (size_t)was) ? "schedule" : "averaging", r->o.epochs);
    return GLIA_OK;
}

/* ---- reading ----------------------------------------------------------------------------------------------------- */

static glia_status read_history(glia__run *r, glia__taken *taken, size_t epochs)
{
    double *numbers = glia__new(epochs, GLIA__EPOCH_NUMBERS * sizeof *numbers);
    if (!numbers) return GLIA_E_MEMORY;
    const size_t shape[2] = {epochs, GLIA__EPOCH_NUMBERS};
    glia_status  status = glia__take(taken, "history", GLIA__DOUBLES, 2, shape, numbers);
    for (size_t e = 0; e < epochs && !status; e++) {
        r->history[e].epoch = e + 1;
        status =
            glia__epoch_read(&r->history[e], numbers + e * GLIA__EPOCH_NUMBERS, r->train->rows, r->rule.class->whole);
    }
    glia__free(numbers);
    return status;
}

/* The epochs that it has behind it: how many rows its history has. */
static glia_status count_epochs(const glia__run *r, const glia__tensors *t, size_t *epochs)
{
    const glia__tensor *history = glia__tensors_find(t, "history");
    if (!history || history->rank != 2) return glia__fail(GLIA_E_FORMAT, "there is no tensor \"history\" of two sides");
    *epochs = history->shape[0];
    if (*epochs > r->o.epochs)
        return glia__fail(GLIA_E_ARG, "has %zu epochs behind it, and only %zu are asked for", *epochs, r->o.epochs);
    return GLIA_OK;
}

static glia_status read_blocks(glia__run *r, glia__taken *taken)
{
    const size_t words = GLIA__RNG_WORDS;
    GLIA_TRY(glia__take(taken, "random", GLIA__WORDS, 1, &words, r->dawn.word));
    GLIA_TRY(glia__take_block(taken, r->m, "weights", r->last));
    if (!glia__kernels_get()->all_finite(r->m->n_parameters, r->last))
        return glia__fail(GLIA_E_FORMAT, "its weights are not all finite");
    if (r->best_epoch) GLIA_TRY(glia__take_block(taken, r->m, "best", r->best));
    if (r->averaged) GLIA_TRY(glia__take_block(taken, r->m, "average", r->average));
    for (size_t i = 0; i < r->state.slots; i++) {
        char prefix[32];
        snprintf(prefix, sizeof prefix, "optimizer.%zu", i);
        GLIA_TRY(glia__take_block(taken, r->m, prefix, r->state.slot[i]));
    }
    return glia__taken_all(taken);
}

static glia_status read_all(glia__run *r, glia__tensors *t, glia__taken *taken)
{
    GLIA_TRY(check_format(t));
    GLIA_TRY(glia__asked_check(r, t));
    GLIA_TRY(count_epochs(r, t, &r->finished));
    glia__run_begin_epoch(r, r->finished + 1);
    GLIA_TRY(glia__state_read(r, t));
    if (r->finished == r->o.epochs && r->at)
        return glia__fail(GLIA_E_ARG, "is within epoch %zu, and only %zu are asked for", r->finished + 1, r->o.epochs);
    GLIA_TRY(check_epochs(r, t));
    GLIA_TRY(read_history(r, taken, r->finished));
    return read_blocks(r, taken);
}

glia_status glia__run_resume(glia__run *r)
{
    glia__tensors t;
    glia__taken   taken;
    GLIA_TRY(glia__tensors_open(&t, r->o.resume));
    glia_status status = glia__taken_new(&taken, &t);
    if (!status) status = read_all(r, &t, &taken);
    if (status) glia__fail_at(status, "%s", r->o.resume);
    glia__taken_clear(&taken);
    glia__tensors_clear(&t);
    r->rng = r->dawn;
    if (r->at) glia__run_means(r);
    return status;
}
