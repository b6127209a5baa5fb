/* What happens before the first step of a run: options and texts are read, data and model are held against each other,
 * rows are held out, and all memory is asked for. */
#include <math.h>
#include <string.h>

#include "ground/memory.h"
#include "train/run.h"
#include "train/weights.h"

size_t glia_usual_epochs(const glia_data *train, size_t batch)
{
    enum { LEAST = 10, MOST = 200, UPDATES = 10000 };
    if (!train || (!train->column && !train->n_files) || !train->rows) return LEAST;
    if (batch > train->rows) batch = train->rows;
    double epochs = ceil((double)UPDATES * (double)(batch ? batch : 1) / (double)train->rows);
    return epochs < LEAST ? LEAST : epochs > MOST ? MOST : (size_t)epochs;
}

static void set_defaults(glia_fit_options *o, const glia_data *train)
{
    if (!o->batch) o->batch = 32;
    if (!o->epochs) o->epochs = glia_usual_epochs(train, o->batch);
    if (!o->optimizer) o->optimizer = "adam lr=0.001";
    if (!o->schedule) o->schedule = "constant";
    if (!o->val_every) o->val_every = 1;
    if (!o->accumulate) o->accumulate = 1;
}

static glia_status check_options(const glia_fit_options *o)
{
    if (!(o->clip_norm >= 0) || !(o->clip_value >= 0))
        return glia__fail(GLIA_E_ARG, "a limit of gradients cannot be negative");
    if (!(o->min_delta >= 0) || isinf(o->min_delta))
        return glia__fail(GLIA_E_ARG, "min_delta is a number of at least 0");
    if (o->clip_kind > GLIA_NORM_INF) return glia__fail(GLIA_E_ARG, "clip_kind is none of the norms");
    if (o->precision > GLIA_BF16_EMULATED) return glia__fail(GLIA_E_ARG, "precision is none of the three there are");
    if (o->threads > 1024) return glia__fail(GLIA_E_ARG, "%u threads are more than 1024", o->threads);
    if (o->epochs > GLIA__EPOCHS_MOST)
        return glia__fail(GLIA_E_ARG, "%zu epochs are more than %d", o->epochs, GLIA__EPOCHS_MOST);
    return GLIA_OK;
}

static glia_status read_texts(glia__run *r)
{
    GLIA_TRY(glia__optim_parse(&r->rule, r->o.optimizer));
    r->base_rate = r->rule.rate;
    GLIA_TRY(glia__schedule_parse(&r->schedule, r->o.schedule));
    GLIA_TRY(glia__optim_suits(&r->rule, &r->schedule));
    GLIA_TRY(glia__whole_check(r));
    GLIA_TRY(glia__metric_parse(&r->metric, r->o.monitor));
    GLIA_TRY(glia__schedule_watch(&r->schedule, r->metric->named.name, r->metric->larger));
    GLIA_TRY(glia__loss_for(r->m, r->o.loss, &r->loss, &r->fused));
    if (!r->o.loss) r->o.loss = glia__loss_usual(glia__model_last(r->m)->class->named.name);
    return GLIA_OK;
}

/* Rows that decide when to stop are no nearer to those that train than rows held out would be. */
static glia_split way_to_hold(const glia_data *d)
{
    return d->groups ? GLIA_SPLIT_GROUPED : d->times ? GLIA_SPLIT_LATEST : GLIA_SPLIT_SHUFFLED;
}

/* With patience, somebody has to decide: a tenth of the training rows, where no validation rows were given. */
static glia_status hold_out(glia__run *r)
{
    if (!r->o.patience || r->validation || !glia__metric_of_validation(r->metric)) return GLIA_OK;
    GLIA_TRY(glia_data_split(r->train, 0.1, way_to_hold(r->train), r->o.seed, &r->own_train, &r->own_validation));
    r->train = r->own_train;
    r->validation = r->own_validation;
    return GLIA_OK;
}

/* Whether what is to be watched can be. */
static glia_status check_metric(const glia__run *r)
{
    static const char *const targets[] = {[GLIA_TARGET_CLASSES] = "classes", [GLIA_TARGET_NUMBERS] = "numbers"};
    const char              *name = r->metric->named.name;
    if (r->metric->target != GLIA_TARGET_NONE && r->metric->target != (int)r->m->target)
        return glia__fail(GLIA_E_SHAPE, "monitor: %s is a score of %s, and the target is %s", name,
                          targets[r->metric->target], targets[r->m->target]);
    if (r->o.monitor && glia__metric_of_validation(r->metric) && !r->validation)
        return glia__fail(GLIA_E_ARG, "monitor: %s cannot be watched: there are no validation rows", name);
    return GLIA_OK;
}

/* What was asked for; words stay as they are. */
static glia_status pick_scaling(const glia__run *r, const char **scale)
{
    const glia__layer *reader = glia__model_reader(r->m);
    *scale = reader && !r->o.scale ? "none" : r->o.scale;
    if (!reader || strcmp(*scale, "none") == 0) return GLIA_OK;
    return glia__layer_fail(reader, "reads whole numbers as they are: scale=%s would change them", *scale);
}

/* A model that was trained before keeps its scaling, unless another is asked for. */
static glia_status fit_scaling(glia__run *r)
{
    r->rescale = !*r->m->record || r->o.scale;
    if (!r->rescale) return GLIA_OK;
    const char *scale;
    GLIA_TRY(pick_scaling(r, &scale));
    GLIA_TRY(glia__scaler_fit(&r->scale, scale, &r->targets.intake));
    bool numbers = r->m->target == GLIA_TARGET_NUMBERS && r->loss.class->takes == GLIA__TAKES_NUMBERS;
    return numbers ? glia__scaler_fit_targets(&r->target_scale, r->train) : GLIA_OK; /* bits stay bits */
}

/* Images by themselves, or because the net begins with `input CxHxW`. */
static glia_status read_augment(glia__run *r)
{
    const glia_data *d = r->train;
    glia__extent     e = {d->channels, d->height, d->width};
    if (!r->o.augment) return GLIA_OK;
    if (!d->image && r->m->in.rank != 3)
        return glia__fail(GLIA_E_SHAPE, "%s: its rows are no images, and only those can be augmented", d->name);
    if (!d->image) e = (glia__extent){r->m->in.dim[0], r->m->in.dim[1], r->m->in.dim[2]};
    return glia__augment_new(&r->augment, r->o.augment, &e, glia__data_is_bytes(d), glia__team_size(r->team));
}

static glia_status call_doctor(glia__run *r)
{
    return glia__doctor_new(&r->doctor, &(glia__patient){.m = r->m,
                                                         .train = r->train,
                                                         .team = r->team,
                                                         .loss = &r->loss,
                                                         .fused = r->fused,
                                                         .rule = &r->rule,
                                                         .batch = r->batch,
                                                         .piece = r->piece,
                                                         .o = &r->o});
}

/* A large batch is computed in pieces whose numbers stay in a cache, unless a layer has to see all of its rows at once.
 * Each piece is a pass more over all weights: where those are many, it is so large that they do not weigh. In strips a
 * cache has little of a piece at a time, and a large one has fewer meetings; and half of it has a strip for each group,
 * so that each of a batch's pieces, which are equal, has as well. */
static size_t piece_of(const glia__run *r)
{
    enum { NUMBERS = 1 << 17, IN_STRIPS = 1 << 19, LEAST = 128 };
    const glia_model *m = r->m;
    bool              strips = glia__step_in_strips(m, r->batch);
    size_t            least = strips ? IN_STRIPS : NUMBERS, halves = 2 * GLIA__STRIP_GROUPS_MOST * m->layers[0].strip;
    size_t            numbers = m->n_parameters > least ? m->n_parameters : least;
    size_t            piece = numbers / glia__plan_widest(m->layers, m->n_layers) / LEAST * LEAST;
    for (size_t i = 0; i < m->n_layers; i++)
        if (m->layers[i].class->across && !m->layers[i].frozen) return r->batch;
    piece = piece < LEAST ? LEAST : piece;
    if (strips && piece < halves) piece = halves;
    return piece < r->batch && !r->rule.class->whole ? piece : r->batch;
}

/* How the rows are cut into batches, and what reads them. */
static glia_status make_batches(glia__run *r)
{
    glia_model *m = r->m;
    size_t      rows = r->train->rows;
    r->batch = r->o.batch < rows ? r->o.batch : rows;
    r->batches = (rows + r->batch - 1) / r->batch;
    if (r->o.accumulate > r->batches) r->o.accumulate = r->batches;
    r->updates = (r->batches + r->o.accumulate - 1) / r->o.accumulate;
    GLIA_TRY(glia__team_new(&r->team, r->o.threads));
    GLIA_TRY(read_augment(r));
    GLIA_TRY(glia__optim_state_new(&r->state, &r->rule, m->n_parameters));
    r->piece = piece_of(r);
    GLIA_TRY(glia__answers_new(&r->targets, m, r->train, r->piece));
    if (!(r->order = glia__new(rows, sizeof *r->order))) return GLIA_E_MEMORY;
    for (size_t i = 0; i < rows; i++) r->order[i] = i;
    return GLIA_OK;
}

static glia_status make_room(glia__run *r)
{
    glia_model *m = r->m;
    GLIA_TRY(glia__model_reserve(m, r->piece, glia__team_size(r->team),
                                 r->o.doctor ? GLIA__PLAN_LOOK : GLIA__PLAN_TRAINING));
    GLIA_TRY(glia__whole_new(r));
    if (r->validation)
        GLIA_TRY(glia__judge_new(&r->judge, m, r->validation, r->team, &r->loss, r->fused, r->metric->scored));
    r->judge.targets.class_weight = r->class_weight;
    if (!(r->last = glia__new_aligned(m->n_parameters, sizeof *r->last))) return GLIA_E_MEMORY;
    if (r->o.patience && !(r->best = glia__new_aligned(m->n_parameters, sizeof *r->best))) return GLIA_E_MEMORY;
    GLIA_TRY(glia__average_new(r));
    if (r->o.doctor) GLIA_TRY(call_doctor(r));
    if (!(r->history = glia__new(r->o.epochs, sizeof *r->history))) return GLIA_E_MEMORY;
    return GLIA_OK;
}

/* What classes and rows count; some must count for something. */
static glia_status weigh(glia__run *r)
{
    const char *name = glia_data_weight_name(r->train);
    if (name && !(r->weight_name = glia__strdup(name))) return GLIA_E_MEMORY;
    GLIA_TRY(glia__class_weights(&r->class_weight, r->o.class_weight, &r->targets, &r->loss));
    r->targets.class_weight = r->class_weight;
    r->all_weigh = glia__answers_weight(&r->targets, &r->loss, NULL, r->train->rows);
    if (r->all_weigh > 0) return GLIA_OK;
    return glia__fail(GLIA_E_SHAPE,
                      "%s: no row that trains counts for anything: each weighs 0 or is of the class to ignore",
                      r->train->name);
}

static void take_weights(glia__run *r)
{
    glia__free(r->m->weight_name);
    glia__free(r->m->class_weight);
    r->m->weight_name = r->weight_name;
    r->m->class_weight = r->class_weight;
    r->weight_name = NULL;
    r->class_weight = NULL;
}

/* Data to learn from need two classes to tell apart. */
static glia_status check_classes(const glia_data *train)
{
    if (train->target != GLIA_TARGET_CLASSES || glia__data_outputs(train) > 1) return GLIA_OK;
    const char *column = glia_data_target_name(train, 0);
    return glia__fail(GLIA_E_SHAPE, "%s: the target%s%s has only one class, \"%s\"", train->name, column ? " " : "",
                      column ? column : "", glia_data_class_name(train, 0));
}

/* Of a target outside 0..1 a loss of bits would fall without end. */
static glia_status check_bits(const glia__run *r, const glia_data *d)
{
    if (r->loss.class->takes != GLIA__TAKES_BITS || !d || d->target != GLIA_TARGET_NUMBERS) return GLIA_OK;
    if (r->m->target_scale.columns && *r->m->record && !r->o.scale)
        return glia__fail(GLIA_E_SHAPE, "%s takes targets from 0 to 1, and this model has learnt to scale its targets",
                          r->loss.asked->named.name);
    for (size_t row = 0; row < d->rows; row++)
        for (size_t j = 0; j < d->target_columns; j++) {
            double target = glia_data_number(d, row, j);
            if (target >= 0 && target <= 1) continue;
            return glia__fail(GLIA_E_SHAPE, "%s: row %zu: %s takes targets from 0 to 1, and this one is %g", d->name,
                              glia__data_stored(d, row) + 1, r->loss.asked->named.name, target);
        }
    return GLIA_OK;
}

static glia_status check_data(glia__run *r)
{
    GLIA_TRY(check_classes(r->train));
    if (!glia__model_last(r->m)) return glia__fail(GLIA_E_SHAPE, "the net has no layers");
    r->bound = r->m->target == GLIA_TARGET_NONE;
    if (r->bound) GLIA_TRY(glia__model_bind(r->m, r->train));
    GLIA_TRY(glia_model_suits(r->m, r->train));
    return r->validation ? glia_model_suits(r->m, r->validation) : GLIA_OK;
}

static void swap_scalers(glia__scaler *a, glia__scaler *b)
{
    glia__scaler hold = *a;
    *a = *b;
    *b = hold;
}

/* Between the model's and that of this run, where it has one of its own. */
static void swap_scaling(glia__run *r)
{
    if (!r->rescale) return;
    swap_scalers(&r->m->scale, &r->scale);
    swap_scalers(&r->m->target_scale, &r->target_scale);
}

/* Steps are tried by the scaling that the run will have; the model has its own again until nothing can fail. */
static glia_status compute_in(glia__run *r)
{
    swap_scaling(r);
    glia_status status = glia__run_compute_in(r);
    swap_scaling(r);
    return status;
}

/* Once: each checkpoint tells of which data it is. */
static glia_status hash_data(glia__run *r)
{
    if (!r->o.checkpoint && !r->o.resume) return GLIA_OK;
    GLIA_TRY(glia__data_values_hash(r->train, &r->train_hash));
    return r->validation ? glia__data_values_hash(r->validation, &r->validation_hash) : GLIA_OK;
}

/* Nothing can fail any more: the model becomes that of this run. */
static void take_over(glia__run *r)
{
    glia_model *m = r->m;
    take_weights(r);
    swap_scaling(r);
    r->rescale = false;
    glia__free(m->history);
    m->history = r->history;
    m->n_history = m->kept_epoch = r->finished;
    m->n_findings = 0;
    m->knows_border = m->knows_border || !isnan(r->border);
    if (!isnan(r->border)) m->border = r->border;
    m->stopped = "";
    r->history = NULL;
    if (r->o.resume)
        glia__run_copy(m, m->parameters, r->last);
    else
        glia__run_copy(m, r->last, m->parameters);
    if (r->ended) glia__run_stop(r, r->ended);
}

glia_status glia__run_prepare(glia__run *r)
{
    set_defaults(&r->o, r->train);
    GLIA_TRY(check_options(&r->o));
    GLIA_TRY(check_data(r));
    GLIA_TRY(read_texts(r));
    GLIA_TRY(check_bits(r, r->train));
    GLIA_TRY(check_bits(r, r->validation));
    GLIA_TRY(hold_out(r));
    GLIA_TRY(check_metric(r));
    GLIA_TRY(make_batches(r));
    GLIA_TRY(weigh(r));
    GLIA_TRY(fit_scaling(r));
    GLIA_TRY(compute_in(r));
    GLIA_TRY(make_room(r));
    GLIA_TRY(glia__model_border_of(r->m, r->train, &r->border));
    GLIA_TRY(hash_data(r));
    glia_rng_seed(&r->rng, r->o.seed);
    glia__run_begin_epoch(r, 1);
    if (r->o.resume) GLIA_TRY(glia__run_resume(r));
    take_over(r);
    return GLIA_OK;
}

void glia__run_finish(glia__run *r)
{
    glia__doctor_free(r->doctor);
    glia__augment_free(r->augment);
    glia__team_free(r->team);
    glia__optim_state_clear(&r->state);
    glia__lbfgs_clear(&r->whole);
    glia__answers_clear(&r->targets);
    glia__judge_clear(&r->judge);
    glia__free(r->class_weight);
    glia__free(r->weight_name);
    glia__free(r->order);
    glia__free(r->history);
    glia__scaler_clear(&r->scale);
    glia__scaler_clear(&r->target_scale);
    glia__free_aligned(r->last);
    glia__free_aligned(r->best);
    glia__free_aligned(r->average);
    glia_data_free(r->own_train);
    glia_data_free(r->own_validation);
    glia__model_compute_in(r->m, GLIA_FLOAT32);
    r->m->rows = 0;
}
