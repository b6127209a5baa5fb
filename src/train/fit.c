/* Training: epochs of batches, validation, early stopping. One step is model/step.c's. */
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "files/files.h"
#include "ground/memory.h"
#include "train/judge.h"

/* A run: everything is made before the first step, and a step allocates nothing. */
typedef struct run {
    glia_model       *m;
    glia_fit_options  o; /* defaults filled in */
    const glia_data  *train, *validation;
    glia_data        *own_train, *own_validation; /* views, where patience made its own hold-out */
    glia__team       *team;
    glia__optim       rule;
    double            base_rate; /* before its schedule */
    glia__optim_state state;
    glia__schedule    schedule;
    glia__loss        loss;
    bool              fused;
    glia__answers     targets;
    glia__augment    *augment;        /* of training images; NULL: they stay as they are */
    glia__judge       judge;          /* of the validation rows */
    size_t            batch, batches; /* rows of a batch; batches of an epoch */
    size_t           *order;
    glia_rng         *rng;
    real             *last, *best; /* weights of the last finished epoch, and of the best one */
    double            best_loss;
    size_t            best_epoch;
    bool              stop, bound; /* bound: the model has learnt from the data what its outputs mean */
    glia_epoch       *history;     /* of this run, until the model takes it */
    glia_epoch        epoch;       /* the one under way */
} run;

enum { EPOCHS_MOST = 1000000 };

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* ---- before the first step ------------------------------------------------------------------------------------- */

static glia_fit_options with_defaults(const glia_fit_options *options)
{
    glia_fit_options o = options ? *options : (glia_fit_options){0};
    if (!o.epochs) o.epochs = 10;
    if (!o.batch) o.batch = 32;
    if (!o.optimizer) o.optimizer = "adam lr=0.001";
    if (!o.schedule) o.schedule = "constant";
    if (!o.val_every) o.val_every = 1;
    return o;
}

static glia_status check_options(const glia_fit_options *o)
{
    if (!(o->clip_norm >= 0) || !(o->clip_value >= 0))
        return glia__fail(GLIA_E_ARG, "a limit of gradients cannot be negative");
    if (o->threads > 1024) return glia__fail(GLIA_E_ARG, "%u threads are more than 1024", o->threads);
    if (o->epochs > EPOCHS_MOST) return glia__fail(GLIA_E_ARG, "%zu epochs are more than %d", o->epochs, EPOCHS_MOST);
    return GLIA_OK;
}

static glia_status read_texts(run *r)
{
    GLIA_TRY(glia__optim_parse(&r->rule, r->o.optimizer));
    r->base_rate = r->rule.rate;
    GLIA_TRY(glia__schedule_parse(&r->schedule, r->o.schedule));
    return glia__loss_for(r->m, r->o.loss, &r->loss, &r->fused);
}

/* With patience, somebody has to decide: a tenth of the training rows, where no validation rows were given. */
static glia_status hold_out(run *r)
{
    if (!r->o.patience || r->validation) return GLIA_OK;
    GLIA_TRY(glia_data_split(r->train, 0.1, GLIA_SPLIT_SHUFFLED, r->o.seed, &r->own_train, &r->own_validation));
    r->train = r->own_train;
    r->validation = r->own_validation;
    return GLIA_OK;
}

/* A model that was trained before keeps its scaling, unless another is asked for. */
static glia_status fit_scaling(run *r)
{
    glia_model *m = r->m;
    if (*m->record && !r->o.scale) return GLIA_OK;
    glia__scaler inputs = {0}, targets = {0};
    GLIA_TRY(glia__scaler_fit(&inputs, r->o.scale, r->train));
    if (m->target == GLIA_TARGET_NUMBERS && r->loss.class->takes == GLIA__TAKES_NUMBERS) { /* bits stay bits */
        glia_status status = glia__scaler_fit_targets(&targets, r->train);
        if (status != GLIA_OK) {
            glia__scaler_clear(&inputs);
            return status;
        }
    }
    glia__scaler_clear(&m->scale);
    glia__scaler_clear(&m->target_scale);
    m->scale = inputs;
    m->target_scale = targets;
    return GLIA_OK;
}

/* Images by themselves, or because the net begins with `input CxHxW`. */
static glia_status read_augment(run *r)
{
    const glia_data *d = r->train;
    glia__extent     e = {d->channels, d->height, d->width};
    if (!r->o.augment) return GLIA_OK;
    if (!d->image && r->m->in.rank != 3)
        return glia__fail(GLIA_E_SHAPE, "%s: its rows are no images, and only those can be augmented", d->name);
    if (!d->image) e = (glia__extent){r->m->in.dim[0], r->m->in.dim[1], r->m->in.dim[2]};
    return glia__augment_new(&r->augment, r->o.augment, &e, d->bytes, glia__team_size(r->team));
}

static glia_status make_room(run *r)
{
    glia_model *m = r->m;
    size_t      rows = r->train->rows;
    r->batch = r->o.batch < rows ? r->o.batch : rows;
    r->batches = (rows + r->batch - 1) / r->batch;
    GLIA_TRY(glia__team_new(&r->team, r->o.threads));
    GLIA_TRY(read_augment(r));
    GLIA_TRY(glia__optim_state_new(&r->state, &r->rule, m->n_parameters));
    GLIA_TRY(glia__answers_new(&r->targets, m, r->train, r->batch));
    GLIA_TRY(glia__model_reserve(m, r->batch, glia__team_size(r->team), GLIA__PLAN_TRAINING));
    if (r->validation) GLIA_TRY(glia__judge_new(&r->judge, m, r->validation, r->team, &r->loss, r->fused, false));
    GLIA_TRY(glia_rng_new(&r->rng, r->o.seed));
    if (!(r->order = glia__new(rows, sizeof *r->order))) return GLIA_E_MEMORY;
    if (!(r->last = glia__new_aligned(m->n_parameters, sizeof *r->last))) return GLIA_E_MEMORY;
    if (r->o.patience && !(r->best = glia__new_aligned(m->n_parameters, sizeof *r->best))) return GLIA_E_MEMORY;
    if (!(r->history = glia__new(r->o.epochs, sizeof *r->history))) return GLIA_E_MEMORY;
    for (size_t i = 0; i < rows; i++) r->order[i] = i;
    return GLIA_OK;
}

/* Data to learn from need two classes to tell apart. */
static glia_status check_classes(const glia_data *train)
{
    if (train->target != GLIA_TARGET_CLASSES || glia__data_outputs(train) > 1) return GLIA_OK;
    const char *column = glia_data_target_name(train, 0);
    return glia__fail(GLIA_E_SHAPE, "%s: the target%s%s has only one class, \"%s\"", train->name, column ? " " : "",
                      column ? column : "", glia_data_class_name(train, 0));
}

static glia_status check_data(run *r)
{
    GLIA_TRY(check_classes(r->train));
    GLIA_TRY(glia__model_check_data(r->m, r->train, true));
    r->bound = r->m->target == GLIA_TARGET_NONE;
    if (r->bound) GLIA_TRY(glia__model_bind(r->m, r->train));
    GLIA_TRY(glia_model_suits(r->m, r->train));
    return r->validation ? glia_model_suits(r->m, r->validation) : GLIA_OK;
}

static glia_status prepare(run *r)
{
    glia_model *m = r->m;
    GLIA_TRY(check_options(&r->o));
    GLIA_TRY(check_data(r));
    GLIA_TRY(read_texts(r));
    GLIA_TRY(hold_out(r));
    GLIA_TRY(make_room(r));
    GLIA_TRY(fit_scaling(r));
    r->best_loss = (double)INFINITY;
    glia__free(m->history);
    m->history = r->history;
    m->n_history = m->kept_epoch = 0;
    r->history = NULL;
    return GLIA_OK;
}

static void finish(run *r)
{
    glia__augment_free(r->augment);
    glia__team_free(r->team);
    glia__optim_state_clear(&r->state);
    glia__answers_clear(&r->targets);
    glia__judge_clear(&r->judge);
    glia_rng_free(r->rng);
    glia__free(r->order);
    glia__free(r->history);
    glia__free_aligned(r->last);
    glia__free_aligned(r->best);
    glia_data_free(r->own_train);
    glia_data_free(r->own_validation);
    r->m->rows = 0;
}

/* ---- an epoch -------------------------------------------------------------------------------------------------- */

static void copy_weights(const glia_model *m, real *to, const real *from)
{
    memcpy(to, from, m->n_parameters * sizeof *to);
}

/* Weights that an earlier step of the epoch made infinite do not stay. */
static glia_status fail_step(const run *r, size_t b, size_t rows)
{
    char text[96], kept[64] = "the step was not applied";
    glia__step_blame(r->m, rows, text);
    if (!glia__kernels_get()->all_finite(r->m->n_parameters, r->m->parameters)) {
        copy_weights(r->m, r->m->parameters, r->last);
        snprintf(kept, sizeof kept, "the weights after epoch %zu are kept", r->epoch.epoch - 1);
    }
    return glia__fail(
        GLIA_E_NONFINITE,
        "epoch %zu, batch %zu: %s became infinite or NaN; %s (a lower learning rate, scaled inputs or a limit "
        "of gradients may help)",
        r->epoch.epoch, b + 1, text, kept);
}

static bool tell_batch(run *r, size_t b)
{
    glia_batch batch = {.epoch = r->epoch.epoch,
                        .epochs = r->o.epochs,
                        .batch = b + 1,
                        .batches = r->batches,
                        .samples = r->epoch.samples,
                        .loss = r->epoch.loss,
                        .accuracy = r->epoch.accuracy};
    return r->o.on_batch && r->o.on_batch(r->o.user, &batch);
}

static glia_status train_epoch(run *r)
{
    glia__step step = {.model = r->m,
                       .team = r->team,
                       .train = true,
                       .loss = &r->loss,
                       .fused = r->fused,
                       .augment = r->augment,
                       .backward = true,
                       .optim = &r->rule,
                       .slot = r->state.slot,
                       .clip_norm = r->o.clip_norm,
                       .clip_value = r->o.clip_value,
                       .threshold = glia__outcome_threshold(glia__outcome_of(r->m, &r->loss, r->fused))};
    double     loss_sum = 0;
    size_t     hits = 0, at = 0, done = (r->epoch.epoch - 1) * r->batches;
    if (!r->o.no_shuffle) glia_rng_permutation(r->rng, r->order, r->train->rows);
    for (size_t b = 0; b < r->batches && !r->stop; b++, at += step.rows) {
        size_t rows = r->train->rows - at < r->batch ? r->train->rows - at : r->batch;
        glia__answers_fill(&r->targets, r->order + at, rows, &step);
        step.chance = (glia__chance){r->o.seed, (uint32_t)r->epoch.epoch, r->order + at};
        r->rule.rate = glia__schedule_rate(&r->schedule, r->base_rate, done + b, r->o.epochs * r->batches, r->batches);
        glia__step_run(&step);
        if (step.nonfinite) return fail_step(r, b, rows);
        loss_sum += glia__loss_told(&r->loss, step.loss_sum, rows, r->m->n_out) * (double)rows;
        hits += step.hits;
        r->epoch.samples = at + rows;
        r->epoch.loss = loss_sum / (double)r->epoch.samples;
        r->epoch.accuracy = r->targets.classes ? (double)hits / (double)r->epoch.samples : (double)NAN;
        r->epoch.learning_rate = r->rule.rate;
        r->stop = tell_batch(r, b);
    }
    return GLIA_OK;
}

/* Weights are looked at once an epoch. */
static glia_status check_weights(run *r)
{
    const glia_model *m = r->m;
    if (glia__kernels_get()->all_finite(m->n_parameters, m->parameters)) {
        copy_weights(m, r->last, m->parameters);
        return GLIA_OK;
    }
    const glia__layer *l = NULL;
    const glia__param *p;
    for (size_t i = 0; (p = glia__model_param(m, i, &l)); i++)
        if (!l->k->all_finite(p->count, p->value)) break;
    copy_weights(m, m->parameters, r->last);
    return glia__fail(GLIA_E_NONFINITE,
                      "epoch %zu: weights of layer %zu (%s) became infinite or NaN; those after epoch %zu are kept",
                      r->epoch.epoch, l->number, l->class->named.name, r->epoch.epoch - 1);
}

static void validate(run *r)
{
    glia__judgement judgement = glia__judge_run(&r->judge);
    r->epoch.val_loss = judgement.loss;
    r->epoch.val_accuracy = judgement.accuracy;
    r->epoch.val_r2 = judgement.r2;
}

/* Keeps the best weights; asks to stop when the validation loss has not improved for `patience` epochs. */
static void be_patient(run *r)
{
    if (!r->o.patience || isnan(r->epoch.val_loss)) return;
    if (r->epoch.val_loss < r->best_loss) {
        r->best_loss = r->epoch.val_loss;
        r->best_epoch = r->epoch.epoch;
        copy_weights(r->m, r->best, r->m->parameters);
    } else if (r->epoch.epoch - r->best_epoch >= r->o.patience) {
        r->stop = true;
    }
}

static glia_status one_epoch(run *r, size_t number)
{
    double nan = (double)NAN, start = now();
    bool   last = number == r->o.epochs;
    r->epoch = (glia_epoch){.epoch = number, .val_loss = nan, .val_accuracy = nan, .val_r2 = nan, .accuracy = nan};
    GLIA_TRY(train_epoch(r));
    r->epoch.seconds = now() - start;
    GLIA_TRY(check_weights(r));
    if (r->validation && (last || r->stop || number % r->o.val_every == 0)) validate(r);
    be_patient(r);
    r->m->history[r->m->n_history++] = r->epoch;
    r->m->kept_epoch = number;
    if (r->o.on_epoch && r->o.on_epoch(r->o.user, &r->epoch)) r->stop = true;
    return GLIA_OK;
}

static glia_status all_epochs(run *r)
{
    copy_weights(r->m, r->last, r->m->parameters);
    for (size_t e = 1; e <= r->o.epochs && !r->stop; e++) GLIA_TRY(one_epoch(r, e));
    if (!r->best_epoch) return GLIA_OK;
    copy_weights(r->m, r->m->parameters, r->best);
    r->m->kept_epoch = r->best_epoch;
    return GLIA_OK;
}

/* ---- the record ------------------------------------------------------------------------------------------------ */

static const char *loss_text(const run *r)
{
    return r->o.loss ? r->o.loss : glia__loss_usual(glia__model_last(r->m)->class->named.name);
}

static glia_status keep_record(run *r)
{
    glia_model *m = r->m;
    char       *loss = glia__strdup(loss_text(r)), *record = NULL;
    if (!loss) return GLIA_E_MEMORY;
    glia_status status = glia__record_write(&record, m, &r->o, loss, r->train->rows, r->batch);
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
    run         r = {.m = model, .o = with_defaults(options), .train = train, .validation = validation};
    glia_status status = prepare(&r);
    if (status != GLIA_OK && r.bound) glia__model_unbind(model);
    if (status == GLIA_OK) status = all_epochs(&r);
    if (status == GLIA_OK || status == GLIA_E_NONFINITE) {
        glia_status kept = keep_record(&r);
        if (status == GLIA_OK) status = kept;
    }
    finish(&r);
    return status;
}
