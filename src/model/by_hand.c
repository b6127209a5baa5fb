/* The steps of training one by one: glia.h, section 6. Each is a part of the same walk that glia_fit makes. */
#include <math.h>
#include <string.h>

#include "ground/memory.h"
#include "model/model.h"

static glia_status need(bool there, const char *what)
{
    return there ? GLIA_OK : glia__fail(GLIA_E_ARG, "%s", what);
}

/* By hand an epoch is a step. */
static glia__chance chance_of(const glia_model *m)
{
    return (glia__chance){.seed = m->seed, .epoch = m->steps};
}

glia_status glia_forward(glia_model *model, const glia_real *x, size_t rows, glia_real *y)
{
    GLIA_TRY(need(model && x && rows, "glia_forward: a model and at least one row are needed"));
    GLIA_TRY(need(glia__model_last(model) != NULL, "glia_forward: the net has no layers"));
    GLIA_TRY(glia__check_words(glia__model_reader(model), "glia_forward", x, model->n_in, rows));
    GLIA_TRY(glia__model_reserve(model, rows, 1, GLIA__PLAN_INPUT_GRADIENT));
    const glia__layer *last = glia__model_last(model);
    glia__rows_in_memory(&model->in, rows, x, model->x);
    glia__step_run(&(glia__step){.model = model, .rows = rows, .train = !model->evaluates, .chance = chance_of(model)});
    model->rows = rows;
    model->has_loss = model->has_gradients = false;
    if (y) glia__rows_spoken(&last->out, rows, last->y, y);
    return GLIA_OK;
}

glia_status glia_set_mode(glia_model *model, glia_mode mode)
{
    GLIA_TRY(need(model && (mode == GLIA_MODE_TRAIN || mode == GLIA_MODE_EVALUATE),
                  "glia_set_mode: a model and one of the two modes are needed"));
    model->evaluates = mode == GLIA_MODE_EVALUATE;
    model->rows = 0;
    return GLIA_OK;
}

/* Passes from the output gradient in place down to every parameter, and to the inputs. */
static void pass_back(glia_model *m, const glia__loss *loss, bool fused)
{
    glia__step_run(&(glia__step){.model = m,
                                 .rows = m->rows,
                                 .train = !m->evaluates,
                                 .chance = chance_of(m),
                                 .loss = loss,
                                 .fused = fused,
                                 .skip_forward = true,
                                 .backward = true,
                                 .skip_loss = true,
                                 .want_dx = true,
                                 .penalties = true});
    m->gradients_fused = loss && fused;
    m->has_gradients = true;
}

static glia_status check_weights(const char *what, const glia_real *weights, size_t count)
{
    char text[32];
    for (size_t i = 0; weights && i < count; i++) {
        if (weights[i] >= 0 && isfinite(weights[i])) continue;
        glia_number_write(text, (double)weights[i]);
        return glia__fail(GLIA_E_ARG, "the weight of %s %zu is %s, not a finite number of at least 0", what, i, text);
    }
    return GLIA_OK;
}

static glia_status check_truth(const glia_model *m, const glia__loss *loss, const glia__truth *truth)
{
    GLIA_TRY(glia__loss_check(loss, m->rows, m->n_out, truth));
    GLIA_TRY(need(!truth->classes || !m->turned, "glia_loss: the net gives images, which are no classes"));
    GLIA_TRY(check_weights("row", truth->row_weight, m->rows));
    bool two = m->n_out == 1 && loss->class->takes != GLIA__TAKES_CLASSES;
    return check_weights("class", truth->class_weight, two ? 2 : m->n_out);
}

/* Targets of images lie as outputs do. */
static void turn_targets(glia_model *m, glia__truth *truth)
{
    if (!m->turned || !truth->targets) return;
    glia__rows_in_memory(&glia__model_last(m)->out, m->rows, truth->targets, m->turned);
    truth->targets = m->turned;
}

glia_status glia_loss_weighted(glia_model *model, const char *loss_text, const int32_t *classes,
                               const glia_real *targets, const glia_loss_weights *weights, double *loss)
{
    GLIA_TRY(need(model && model->rows, "glia_loss: there is no forward pass to judge"));
    GLIA_TRY(need(!classes != !targets, "glia_loss: either classes or targets are needed"));
    glia__truth truth = {.classes = classes, .targets = targets};
    glia__loss  made;
    bool        fused;
    double      sum = 0;
    if (weights) truth.row_weight = weights->rows, truth.class_weight = weights->classes;
    GLIA_TRY(glia__model_loss(model, loss_text, &made, &fused));
    GLIA_TRY(check_truth(model, &made, &truth));
    turn_targets(model, &truth);
    truth.weight = glia__loss_weight(&made, model->rows, &truth);
    glia__judged top = glia__model_judged(model, fused);
    glia__loss_rows(&made, top.n, top.y, &truth, 0, model->rows, model->row_loss, top.dy);
    for (size_t r = 0; r < model->rows; r++) sum += model->row_loss[r];
    if (loss) *loss = glia__loss_reduce(&made, sum, truth.weight, top.n);
    model->loss = made;
    model->loss_fused = fused;
    model->has_loss = true;
    model->has_gradients = false; /* the topmost one is of this loss, the others are not */
    return GLIA_OK;
}

glia_status glia_loss(glia_model *model, const char *loss_text, const int32_t *classes, const glia_real *targets,
                      double *loss)
{
    return glia_loss_weighted(model, loss_text, classes, targets, NULL, loss);
}

/* Where others read what the loss is judged by, their gradients were added to the loss's. */
static bool used_up(const glia_model *m)
{
    size_t judged = glia__model_last(m)->input[0].from;
    return m->has_gradients && m->loss_fused && judged != SIZE_MAX && m->layers[judged].dys > 0;
}

glia_status glia_backward(glia_model *model)
{
    GLIA_TRY(need(model && model->rows && model->has_loss, "glia_backward: there is no loss to go back from"));
    GLIA_TRY(need(!used_up(model), "glia_backward: the gradient of this loss is used up: ask for the loss again"));
    pass_back(model, &model->loss, model->loss_fused);
    return GLIA_OK;
}

glia_status glia_backward_from(glia_model *model, const glia_real *dy, glia_real *dx)
{
    GLIA_TRY(need(model && dy && model->rows, "glia_backward_from: a forward pass and dy are needed"));
    const glia__layer *last = glia__model_last(model);
    glia__rows_in_memory(&last->out, model->rows, dy, last->dy);
    model->has_loss = false; /* its gradient is overwritten */
    pass_back(model, NULL, false);
    if (dx) glia__rows_spoken(&model->in, model->rows, model->dx, dx);
    return GLIA_OK;
}

/* ---- what a pass left ------------------------------------------------------------------------------------------ */

/* The layer whose outputs are asked for; NULL: the inputs of the net. */
static glia_status find_layer(const glia_model *m, size_t layer, const char *asked, const glia__layer **l)
{
    bool inputs = layer == GLIA_INPUTS || (layer < m->n_layers && !m->layers[layer].class->forward);
    if (!inputs && layer >= m->n_layers) return glia__fail(GLIA_E_ARG, "%s: there is no such layer", asked);
    *l = inputs ? NULL : &m->layers[layer];
    return GLIA_OK;
}

/* Numbers of the latest pass that belong to a layer's outputs, or to the inputs, as the user has them: [rows][n]. */
static glia_status give_rows(const glia_model *m, const glia__layer *l, const real *from, real *values, size_t count)
{
    size_t n = m->rows * (l ? l->n_out : m->n_in);
    if (count != n && l)
        return glia__fail(GLIA_E_ARG, "layer %zu gave %zu numbers, not %zu", (size_t)(l - m->layers), n, count);
    if (count != n) return glia__fail(GLIA_E_ARG, "the inputs are %zu numbers, not %zu", n, count);
    glia__rows_spoken(l ? &l->out : &m->in, m->rows, from, values);
    return GLIA_OK;
}

glia_status glia_activation_get(const glia_model *model, size_t layer, glia_real *values, size_t count)
{
    const glia__layer *l = NULL;
    GLIA_TRY(need(model && values && model->rows, "glia_activation_get: there is no forward pass to look at"));
    GLIA_TRY(find_layer(model, layer, "glia_activation_get", &l));
    return give_rows(model, l, l ? l->y : model->x, values, count);
}

glia_status glia_activation_gradient_get(const glia_model *model, size_t layer, glia_real *values, size_t count)
{
    const glia__layer *l = NULL;
    GLIA_TRY(need(model && values && model->rows && model->has_gradients,
                  "glia_activation_gradient_get: there is no backward pass to look at"));
    GLIA_TRY(find_layer(model, layer, "glia_activation_gradient_get", &l));
    if (l && model->gradients_fused && l == glia__model_last(model))
        return glia__fail(GLIA_E_ARG,
                          "layer %zu (%s): its outputs have no gradient: the loss is computed from its inputs",
                          l->number, l->class->named.name);
    return give_rows(model, l, l ? l->dy : model->dx, values, count);
}

glia_status glia_row_loss_get(const glia_model *model, double *values, size_t count)
{
    GLIA_TRY(need(model && values && model->rows && model->has_loss, "glia_row_loss_get: there is no loss to look at"));
    GLIA_TRY(need(count == model->rows, "glia_row_loss_get: there is one loss a row"));
    memcpy(values, model->row_loss, count * sizeof *values);
    return GLIA_OK;
}

/* ---- the optimizer --------------------------------------------------------------------------------------------- */

struct glia_optimizer {
    glia__optim       rule;
    glia__optim_state state;
    const glia_model *model;
    size_t            numbers; /* that `state` was made for */
};

/* A rule that asks for the loss at many points cannot be stepped from gradients alone. */
static glia_status parse_rule(glia__optim *rule, const char *text)
{
    GLIA_TRY(glia__optim_parse(rule, text));
    if (!rule->class->whole) return GLIA_OK;
    return glia__fail(GLIA_E_ARG, "glia_optimizer_new: %s makes no single steps; it is for glia_fit",
                      rule->class->named.name);
}

glia_status glia_optimizer_new(glia_optimizer **optimizer, const char *text, glia_model *model)
{
    GLIA_TRY(need(optimizer && text && model, "glia_optimizer_new: a place, a text and a model are needed"));
    *optimizer = NULL;
    glia_optimizer *o = glia__new(1, sizeof *o);
    if (!o) return GLIA_E_MEMORY;
    glia_status status = parse_rule(&o->rule, text);
    if (status == GLIA_OK) status = glia__optim_state_new(&o->state, &o->rule, model->n_parameters);
    if (status != GLIA_OK) {
        glia_optimizer_free(o);
        return status;
    }
    o->model = model;
    o->numbers = model->n_parameters;
    *optimizer = o;
    return GLIA_OK;
}

void glia_optimizer_free(glia_optimizer *optimizer)
{
    if (!optimizer) return;
    glia__optim_state_clear(&optimizer->state);
    glia__free(optimizer);
}

glia_status glia_optimizer_set_rate(glia_optimizer *optimizer, double learning_rate)
{
    GLIA_TRY(need(optimizer && learning_rate >= 0,
                  "glia_optimizer_set_rate: an optimizer and a rate of at least 0 are needed"));
    if (optimizer->rule.class->own_rate)
        return glia__fail(GLIA_E_ARG, "glia_optimizer_set_rate: %s finds the size of its steps itself",
                          optimizer->rule.class->named.name);
    optimizer->rule.rate = learning_rate;
    return GLIA_OK;
}

glia_status glia_step(glia_model *model, glia_optimizer *optimizer)
{
    GLIA_TRY(
        need(model && optimizer && optimizer->model == model, "glia_step: a model and its own optimizer are needed"));
    GLIA_TRY(
        need(optimizer->numbers == model->n_parameters, "glia_step: the net has grown since its optimizer was made"));
    GLIA_TRY(need(model->gradients != NULL, "glia_step: there are no gradients before the first backward pass"));
    glia__step step = {.model = model, .optim = &optimizer->rule, .slot = optimizer->state.slot, .clip_scale = 1};
    glia__optim_advance(&optimizer->rule);
    model->steps++;
    const glia__layer *l;
    const glia__param *p;
    for (size_t i = 0; (p = glia__model_param(model, i, &l)); i++) {
        if (p->learns) glia__step_update(&step, p, 0, p->room);
        glia__bound(&l->penalty, p, 0, p->out);
    }
    return GLIA_OK;
}

glia_status glia_clip_norm_of(glia_model *model, glia_norm kind, double max_norm, double *norm)
{
    GLIA_TRY(need(model && model->gradients, "glia_clip_norm: there are no gradients before the first backward pass"));
    GLIA_TRY(need(kind <= GLIA_NORM_INF, "glia_clip_norm_of: there is no such norm"));
    double found = glia__gradient_norm(model, kind), scale = glia__clip_scale(found, max_norm);
    if (max_norm > 0 && scale < 1) glia__kernels_get()->multiply(model->n_parameters, (real)scale, model->gradients);
    if (norm) *norm = found;
    return GLIA_OK;
}

glia_status glia_clip_norm(glia_model *model, double max_norm, double *norm)
{
    return glia_clip_norm_of(model, GLIA_NORM_2, max_norm, norm);
}

glia_status glia_clip_value(glia_model *model, double value)
{
    GLIA_TRY(need(model && model->gradients, "glia_clip_value: there are no gradients before the first backward pass"));
    GLIA_TRY(need(value > 0, "glia_clip_value: a limit over 0 is needed"));
    glia__kernels_get()->limit(model->n_parameters, (real)value, model->gradients);
    return GLIA_OK;
}
