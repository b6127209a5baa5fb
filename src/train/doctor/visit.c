/* glia_doctor: a trained model is looked at as it is; one that was not trained is trained on trial. Either way its
 * weights, scaling and history are in the end what they were. */
#include <math.h>
#include <string.h>

#include "ground/memory.h"
#include "train/doctor/doctor.h"

typedef struct visit {
    glia_model      *m;
    const glia_data *train, *validation;
    glia_fit_options o;
    glia__team      *team;
    glia__loss       loss;
    bool             fused;
    glia__optim      rule;
    bool             finite; /* all inputs are */
    glia__doctor    *d;
    real            *weights; /* as they were */
    glia_diagnosis  *diagnosis;
} visit;

/* What training changes, beside the weights. */
typedef struct mind {
    glia__scaler scale, target_scale;
    char        *loss_text, *record, *weight_name;
    real        *class_weight;
    glia_epoch  *history;
    size_t       n_history, kept_epoch;
    const char  *stopped;
    bool         knows_border;
    double       border;
} mind;

static mind mind_of(const glia_model *m)
{
    return (mind){.scale = m->scale,
                  .target_scale = m->target_scale,
                  .loss_text = m->loss_text,
                  .record = m->record,
                  .weight_name = m->weight_name,
                  .class_weight = m->class_weight,
                  .history = m->history,
                  .n_history = m->n_history,
                  .kept_epoch = m->kept_epoch,
                  .stopped = m->stopped,
                  .knows_border = m->knows_border,
                  .border = m->border};
}

static void set_mind(glia_model *m, const mind *of)
{
    m->scale = of->scale;
    m->target_scale = of->target_scale;
    m->loss_text = of->loss_text;
    m->record = of->record;
    m->weight_name = of->weight_name;
    m->class_weight = of->class_weight;
    m->history = of->history;
    m->n_history = of->n_history;
    m->kept_epoch = of->kept_epoch;
    m->stopped = of->stopped;
    m->knows_border = of->knows_border;
    m->border = of->border;
}

static void clear_mind(mind *of)
{
    glia__scaler_clear(&of->scale);
    glia__scaler_clear(&of->target_scale);
    glia__free(of->loss_text);
    glia__free(of->record);
    glia__free(of->weight_name);
    glia__free(of->class_weight);
    glia__free(of->history);
}

/* ---- what both need -------------------------------------------------------------------------------------------- */

static size_t batch_of(const visit *v)
{
    const size_t asked = v->o.batch ? v->o.batch : 32, rows = v->train->rows;
    return asked < rows ? asked : rows;
}

/* A doctor for the model as it is now. */
static glia_status call_doctor(visit *v)
{
    const char *loss = v->o.loss ? v->o.loss : *v->m->loss_text ? v->m->loss_text : NULL;
    GLIA_TRY(glia__optim_parse(&v->rule, v->o.optimizer));
    GLIA_TRY(glia__loss_for(v->m, loss, &v->loss, &v->fused));
    GLIA_TRY(glia__team_new(&v->team, v->o.threads));
    GLIA_TRY(glia__model_reserve(v->m, batch_of(v), glia__team_size(v->team), GLIA__PLAN_LOOK));
    return glia__doctor_new(&v->d, &(glia__patient){.m = v->m,
                                                    .train = v->train,
                                                    .team = v->team,
                                                    .loss = &v->loss,
                                                    .fused = v->fused,
                                                    .rule = &v->rule,
                                                    .batch = batch_of(v),
                                                    .piece = batch_of(v),
                                                    .o = &v->o});
}

/* The curve is left out where the optimizer has no rate, or the data no numbers. */
static glia_status draw_curve(visit *v)
{
    glia__range *range = glia__new(1, sizeof *range);
    if (!range) return GLIA_E_MEMORY;
    glia_status status = glia__range_test(v->d, range);
    if (status == GLIA_E_ARG) status = GLIA_OK;
    memcpy(v->diagnosis->rate, range->rate, sizeof range->rate);
    memcpy(v->diagnosis->loss, range->loss, sizeof range->loss);
    v->diagnosis->steps = range->count;
    v->diagnosis->suggested = range->suggested;
    v->diagnosis->falls_on = range->falls_on;
    glia__free(range);
    return status;
}

static glia_status take_findings(visit *v)
{
    const size_t  count = v->m->n_findings;
    glia_finding *copy = glia__new(count, sizeof *copy);
    if (!copy) return GLIA_E_MEMORY;
    if (count) memcpy(copy, v->m->findings, count * sizeof *copy);
    v->diagnosis->findings = copy;
    v->diagnosis->count = count;
    return GLIA_OK;
}

/* ---- the two kinds of visit ------------------------------------------------------------------------------------ */

static glia_status look(visit *v)
{
    GLIA_TRY(call_doctor(v));
    glia__doctor_begin(v->d);
    glia__doctor_conclude(v->d);
    return GLIA_OK;
}

/* A trial is nobody else's: it writes no file, goes on from none, and calls nobody. */
static void keep_apart(glia_fit_options *o)
{
    o->checkpoint = o->resume = NULL;
    o->on_batch = NULL;
    o->on_epoch = NULL;
}

/* NaN in the inputs would end the training at its first step, or its scaling before: then one look is enough. */
static glia_status try(visit *v)
{
    v->o.doctor = true;
    if (!v->finite) return look(v);
    glia_status status = glia_fit(v->m, v->train, v->validation, &v->o);
    if (status != GLIA_OK && status != GLIA_E_NONFINITE) return status;
    memcpy(v->m->parameters, v->weights, v->m->n_parameters * sizeof *v->weights);
    GLIA_TRY(call_doctor(v)); /* for the curve, with the scaling that was fitted */
    glia__doctor_begin(v->d);
    return GLIA_OK;
}

static glia_status visit_model(visit *v)
{
    const bool trained = *v->m->record;
    v->finite = glia__all_finite(v->train);
    GLIA_TRY(trained ? look(v) : try(v));
    GLIA_TRY(take_findings(v));
    return v->finite ? draw_curve(v) : GLIA_OK;
}

/* An untrained model gets a mind of its own for the trial. */
static glia_status visit_and_restore(visit *v)
{
    glia_model *m = v->m;
    mind        was = mind_of(m), fresh = {0};
    if (!(v->weights = glia__new_aligned(m->n_parameters, sizeof *v->weights))) return GLIA_E_MEMORY;
    memcpy(v->weights, m->parameters, m->n_parameters * sizeof *v->weights);
    if (!*m->record) {
        fresh.loss_text = glia__strdup("");
        fresh.record = glia__strdup("");
        fresh.stopped = "";
        if (!fresh.loss_text || !fresh.record) {
            clear_mind(&fresh);
            return GLIA_E_MEMORY;
        }
        set_mind(m, &fresh);
    }
    glia_status status = visit_model(v);
    if (!*was.record) {
        fresh = mind_of(m);
        set_mind(m, &was);
        clear_mind(&fresh);
    }
    memcpy(m->parameters, v->weights, m->n_parameters * sizeof *v->weights);
    m->rows = 0;
    return status;
}

/* ---- for users ------------------------------------------------------------------------------------------------- */

static glia_status make_diagnosis(glia_diagnosis **diagnosis)
{
    glia_diagnosis *d = *diagnosis = glia__new(1, sizeof *d);
    if (!d) return GLIA_E_MEMORY;
    d->suggested = (double)NAN;
    d->rate = glia__new(GLIA__RANGE_STEPS, sizeof *d->rate);
    d->loss = glia__new(GLIA__RANGE_STEPS, sizeof *d->loss);
    return d->rate && d->loss ? GLIA_OK : GLIA_E_MEMORY;
}

void glia_diagnosis_free(glia_diagnosis *diagnosis)
{
    if (!diagnosis) return;
    glia__free(diagnosis->findings);
    glia__free(diagnosis->rate);
    glia__free(diagnosis->loss);
    glia__free(diagnosis);
}

glia_status glia_doctor(glia_model *model, const glia_data *train, const glia_data *validation,
                        const glia_fit_options *options, glia_diagnosis **diagnosis)
{
    if (!diagnosis) return glia__fail(GLIA_E_ARG, "glia_doctor: there is no place for the diagnosis");
    *diagnosis = NULL;
    if (!model || !train) return glia__fail(GLIA_E_ARG, "glia_doctor: a model and training data are needed");
    visit v = {.m = model, .train = train, .validation = validation};
    if (options) v.o = *options;
    keep_apart(&v.o);
    if (!v.o.optimizer) v.o.optimizer = "adam lr=0.001";
    const bool  unbound = model->target == GLIA_TARGET_NONE;
    glia_status status = glia__model_check_data(model, train, true);
    if (status == GLIA_OK && unbound) status = glia__model_bind(model, train);
    if (status == GLIA_OK) status = glia_model_suits(model, train);
    if (status == GLIA_OK) status = make_diagnosis(diagnosis);
    v.diagnosis = *diagnosis;
    if (status == GLIA_OK) status = visit_and_restore(&v);
    if (unbound) glia__model_unbind(model);
    glia__doctor_free(v.d);
    glia__team_free(v.team);
    glia__free_aligned(v.weights);
    if (status == GLIA_OK) return status;
    glia_diagnosis_free(*diagnosis);
    *diagnosis = NULL;
    return status;
}

const glia_finding *glia_model_findings(const glia_model *model, size_t *count)
{
    if (count) *count = model ? model->n_findings : 0;
    return model ? model->findings : NULL;
}
