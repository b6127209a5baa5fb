/* Training: the loop over epochs and batches. One step is model/step.c's; what goes before the first is prepare.c's. */
#include <math.h>
#include <stdio.h>

#include "files/files.h"
#include "ground/clock.h"
#include "ground/memory.h"
#include "train/baseline.h"
#include "train/run.h"

/* ---- an epoch ---------------------------------------------------------------------------------------------------- */

/* Weights that an earlier step of the epoch made infinite do not stay. */
static glia_status fail_step(const glia__run *r, size_t b, size_t rows)
{
    char text[96], kept[64] = "the step was not applied";
    glia__step_blame(r->m, rows, text);
    if (!glia__kernels_get()->all_finite(r->m->n_parameters, r->m->parameters)) {
        glia__run_copy(r->m, r->m->parameters, r->last);
        snprintf(kept, sizeof kept, "the weights after epoch %zu are kept", r->epoch.epoch - 1);
    }
    return glia__fail(
        GLIA_E_NONFINITE,
        "epoch %zu, batch %zu: %s became infinite or NaN; %s (a lower learning rate, scaled inputs or a limit "
        "of gradients may help)",
        r->epoch.epoch, b + 1, text, kept);
}

static bool tell_batch(glia__run *r)
{
    glia_batch batch = {.epoch = r->epoch.epoch,
                        .epochs = r->o.epochs,
                        .batch = r->at,
                        .batches = r->batches,
                        .samples = r->epoch.samples,
                        .loss = r->epoch.loss,
                        .accuracy = r->epoch.accuracy};
    return r->o.on_batch && r->o.on_batch(r->o.user, &batch);
}

glia__step glia__run_step(glia__run *r)
{
    return (glia__step){.model = r->m,
                        .team = r->team,
                        .pace = &r->pace,
                        .train = true,
                        .loss = &r->loss,
                        .fused = r->fused,
                        .augment = r->augment,
                        .backward = true,
                        .slot = r->state.slot,
                        .clip_norm = r->o.clip_norm,
                        .clip_kind = r->o.clip_kind,
                        .clip_value = r->o.clip_value,
                        .threshold = glia__outcome_threshold(glia__outcome_of(r->m, &r->loss, r->fused))};
}

/* The gradient of a group of batches is that of one batch of all their rows: the mean of theirs, each weighted by what
 * its rows weigh; or their sum, where losses are summed. It is kept up to date with each batch. */
void glia__run_join(glia__run *r, glia__step *s, double weight, bool first)
{
    bool summed = glia__loss_is_sum(&r->loss);
    r->group = first ? weight : r->group + weight;
    s->added = (real)(summed ? 1 : r->group > 0 ? weight / r->group : 0);
    s->kept = first ? 0 : summed ? 1 : 1 - s->added;
}

void glia__run_add(glia__run *r, const glia__step *s)
{
    r->loss_sum += s->loss_sum;
    r->weight += s->truth.weight;
    r->hits += s->hits;
    r->judged += s->judged;
}

void glia__run_means(glia__run *r)
{
    r->epoch.loss = glia__loss_told(&r->loss, r->loss_sum, r->weight, r->m->n_out);
    r->epoch.accuracy = r->judged ? (double)r->hits / (double)r->judged : (double)NAN;
}

/* The running means of the epoch, with the batch. */
static void end_batch(glia__run *r, size_t rows)
{
    r->at++;
    r->epoch.samples += rows;
    r->epoch.learning_rate = r->rule.rate;
    glia__run_means(r);
}

/* Adds rows begin .. of the epoch's order to the gradient, and makes the update if the step has one. `whole`: what all
 * rows of the batch weigh, where its pieces' sums are put together before they are a gradient; else 0. */
static glia_status one_piece(glia__run *r, glia__step *s, size_t begin, size_t rows, double whole, bool first)
{
    s->chance = (glia__chance){r->o.seed, (uint32_t)r->epoch.epoch, r->order + begin};
    GLIA_TRY(glia__answers_fill(&r->targets, r->order + begin, rows, s));
    double own = s->truth.weight;
    if (whole > 0) s->truth.weight = whole;
    if (!s->goes_on) glia__run_join(r, s, s->truth.weight, first);
    glia__step_run(s);
    s->truth.weight = own;
    if (s->nonfinite) return fail_step(r, r->at, s->rows);
    glia__run_add(r, s);
    return GLIA_OK;
}

/* What rows begin .. of the epoch's order weigh. */
static double weight_of(const glia__run *r, size_t begin, size_t rows)
{
    if (rows == r->train->rows) return r->all_weigh;
    return glia__answers_weight(&r->targets, &r->loss, r->order + begin, rows);
}

/* The batch's gradient, piece by piece; the last one of a group of batches makes the update. */
static glia_status all_pieces(glia__run *r, glia__step *s, size_t begin, size_t rows)
{
    bool   first = r->at % r->o.accumulate == 0, last = r->at + 1 == r->batches || (r->at + 1) % r->o.accumulate == 0;
    size_t pieces = (rows + r->piece - 1) / r->piece;
    bool   strips = pieces > 1 && glia__step_in_strips(r->m, rows);
    double whole = strips ? weight_of(r, begin, rows) : 0;
    s->batch = strips ? rows : 0;
    for (size_t i = 0; i < pieces; i++) {
        size_t from = rows * i / pieces, to = rows * (i + 1) / pieces;
        s->goes_on = strips && i > 0, s->more = strips && i + 1 < pieces;
        s->optim = last && i + 1 == pieces ? &r->rule : NULL;
        GLIA_TRY(one_piece(r, s, begin + from, to - from, whole, first && i == 0));
    }
    return GLIA_OK;
}

static glia_status one_batch(glia__run *r, glia__step *s)
{
    size_t begin = r->at * r->batch, left = r->train->rows - begin, rows = left < r->batch ? left : r->batch;
    size_t update = (r->epoch.epoch - 1) * r->updates + r->at / r->o.accumulate;
    r->rule.rate = glia__schedule_rate(&r->schedule, r->base_rate, update, r->o.epochs * r->updates, r->updates);
    double momentum = glia__schedule_momentum(&r->schedule, update, r->o.epochs * r->updates, r->updates);
    if (!isnan(momentum)) glia__optim_set_momentum(&r->rule, momentum);
    glia__doctor_before(r->doctor);
    glia_status status = all_pieces(r, s, begin, rows);
    if (status == GLIA_OK || s->nonfinite) glia__doctor_after(r->doctor, s);
    GLIA_TRY(status);
    if (s->optim) glia__average_update(r);
    end_batch(r, rows);
    if (tell_batch(r)) glia__run_stop(r, "callback");
    return GLIA_OK;
}

void glia__run_stop(glia__run *r, const char *why)
{
    r->stop = true;
    if (!*r->m->stopped) r->m->stopped = why;
}

void glia__run_end(glia__run *r, const char *why)
{
    r->ended = why;
    glia__run_stop(r, why);
}

/* Who asks to stop waits for the update that is under way. */
static glia_status all_batches(glia__run *r)
{
    glia__step step = glia__run_step(r);
    step.loss_alone = !r->o.doctor;
    if (!r->o.no_shuffle && r->batches > 1) glia__order_draw(&r->rng, r->train, r->order);
    glia__intake_begin(&r->targets.intake, r->order, r->train->rows);
    while (r->at < r->batches && !(r->stop && r->at % r->o.accumulate == 0)) GLIA_TRY(one_batch(r, &step));
    return GLIA_OK;
}

static glia_status all_at_once(glia__run *r)
{
    if (r->at == r->batches) return GLIA_OK; /* resumed: it only has to be judged */
    if (r->o.resume && !r->whole.begun) glia__whole_begin(r);
    if (!glia__whole_epoch(r)) return r->lost ? r->lost : fail_step(r, r->at, r->batch);
    glia__average_update(r);
    if (tell_batch(r)) glia__run_stop(r, "callback");
    return GLIA_OK;
}

static glia_status train_epoch(glia__run *r)
{
    double      start = glia__clock();
    glia_status status = r->rule.class->whole ? all_at_once(r) : all_batches(r);
    r->epoch.seconds += glia__clock() - start;
    return status;
}

/* Weights are looked at once an epoch. */
static glia_status check_weights(glia__run *r)
{
    const glia_model *m = r->m;
    if (glia__kernels_get()->all_finite(m->n_parameters, m->parameters)) {
        glia__run_copy(m, r->last, m->parameters);
        return GLIA_OK;
    }
    const glia__layer *l = NULL;
    const glia__param *p;
    for (size_t i = 0; (p = glia__model_param(m, i, &l)); i++)
        if (!l->k->all_finite(p->room, p->value)) break;
    glia__run_copy(m, m->parameters, r->last);
    return glia__fail(GLIA_E_NONFINITE,
                      "epoch %zu: weights of layer %zu (%s) became infinite or NaN; those after epoch %zu are kept",
                      r->epoch.epoch, l->number, l->class->named.name, r->epoch.epoch - 1);
}

void glia__run_empty(glia__run *r)
{
    r->loss_sum = r->weight = 0;
    r->hits = r->judged = 0;
}

void glia__run_begin_epoch(glia__run *r, size_t number)
{
    const double nan = (double)NAN;
    r->epoch = (glia_epoch){.epoch = number,
                            .loss = nan,
                            .accuracy = nan,
                            .val_loss = nan,
                            .val_accuracy = nan,
                            .val_r2 = nan,
                            .watched = nan};
    r->at = 0;
    glia__run_empty(r);
    r->dawn = r->rng;
}

/* The epoch, or what was trained of it before somebody stopped, is judged and becomes history. */
static glia_status judge_epoch(glia__run *r, bool validate)
{
    if (r->at == r->batches) glia__average_epoch(r);
    GLIA_TRY(glia__average_show(r, validate || (r->o.patience && !glia__metric_of_validation(r->metric))));
    GLIA_TRY(glia__run_judge(r, validate));
    glia__schedule_observe(&r->schedule, r->base_rate,
                           isnan(r->epoch.watched) && !r->validation ? r->epoch.loss : r->epoch.watched);
    r->m->history[r->m->n_history++] = r->epoch;
    r->m->kept_epoch = r->epoch.epoch;
    glia__run_begin_epoch(r, r->m->n_history + 1);
    return GLIA_OK;
}

/* An epoch that is not whole, or is validated only because it is the last, is kept as it was before it was judged: a
 * run that goes on from there judges it in its own way. */
static glia_status one_epoch(glia__run *r)
{
    r->saved = false;
    GLIA_TRY(train_epoch(r));
    GLIA_TRY(check_weights(r));
    size_t number = r->epoch.epoch;
    bool   regular = r->at == r->batches && number % r->o.val_every == 0, end = r->stop || number == r->o.epochs;
    if (end && !regular) GLIA_TRY(glia__run_checkpoint(r));
    GLIA_TRY(judge_epoch(r, r->validation && (end || regular)));
    if (regular) GLIA_TRY(glia__run_checkpoint(r));
    if (r->o.on_epoch && r->o.on_epoch(r->o.user, &r->m->history[number - 1])) glia__run_stop(r, "callback");
    glia__average_hide(r);
    return GLIA_OK;
}

static glia_status keep_the_best(glia__run *r)
{
    if (!r->best_epoch) return glia__average_show(r, true);
    glia__run_copy(r->m, r->m->parameters, r->best);
    r->m->kept_epoch = r->best_epoch;
    return GLIA_OK;
}

static glia_status all_epochs(glia__run *r)
{
    if (r->at) GLIA_TRY(one_epoch(r)); /* resumed within an epoch, or before it was judged */
    while (r->m->n_history < r->o.epochs && !r->stop) GLIA_TRY(one_epoch(r));
    glia__run_stop(r, "epochs");
    return r->saved ? GLIA_OK : glia__run_checkpoint(r);
}

/* However it fails, the model is left with the weights that were reached. */
static glia_status train_all(glia__run *r)
{
    glia__doctor_begin(r->doctor);
    glia_status status = all_epochs(r);
    if (status == GLIA_OK) status = keep_the_best(r);
    if (status != GLIA_OK) glia__average_hide(r);
    return status;
}

/* ---- the record ------------------------------------------------------------------------------------------------ */

/* The record of a run, with `loss`. */
static glia_status write_record(const glia__run *r, const char *loss, char **record)
{
    double *prior = NULL;
    size_t  count = 0;
    GLIA_TRY(glia__prior_of(&r->targets, &r->loss, &prior, &count));
    const glia__trained trained = {loss, r->train->rows, r->batch, prior, count};
    glia_status         status = glia__record_write(record, r->m, &r->o, &trained);
    glia__free(prior);
    return status;
}

static glia_status keep_record(glia__run *r)
{
    glia_model *m = r->m;
    char       *loss = glia__strdup(r->o.loss), *record = NULL;
    if (!loss) return GLIA_E_MEMORY;
    glia_status status = write_record(r, loss, &record);
    if (status != GLIA_OK) {
        glia__free(loss);
        return status;
    }
    glia__free(m->loss_text);
    glia__free(m->record);
    m->loss_text = loss;
    m->record = record;
    return GLIA_OK;
}

glia_status glia_fit(glia_model *model, const glia_data *train, const glia_data *validation,
                     const glia_fit_options *options)
{
    if (!model || !train) return glia__fail(GLIA_E_ARG, "glia_fit: a model and training data are needed");
    glia__run r = {.m = model, .train = train, .validation = validation};
    if (options) r.o = *options;
    glia_status status = glia__run_prepare(&r);
    if (status == GLIA_OK) {
        status = train_all(&r);
        glia_status kept = keep_record(&r);
        if (status == GLIA_OK) status = kept;
        glia__doctor_conclude(r.doctor);
    } else if (r.bound) {
        glia__model_unbind(model);
    }
    glia__run_finish(&r);
    return status;
}
