/* A pass over a whole data set: outputs, loss, scores. glia_evaluate and glia_predict are made of it, and so is the
 * validation of glia_fit. */
#include "train/judge.h"

#include <math.h>

#include "ground/memory.h"

enum { ROWS = 256 }; /* at a time; the same whatever the training batch, so that scores are too */

/* ---- targets of a batch ---------------------------------------------------------------------------------------- */

glia_status glia__targets_new(glia__targets *t, const glia_model *m, const glia_data *data, size_t room)
{
    size_t numbers;
    *t = (glia__targets){.model = m, .data = data};
    if (!glia__mul(room, m->n_out, &numbers)) return glia__fail(GLIA_E_MEMORY, "a batch of %zu rows is too large", room);
    glia_status status = glia__model_map_classes(m, data, &t->map);
    if (status == GLIA_OK) {
        bool classes = data->target == GLIA_TARGET_CLASSES;
        t->row_loss = glia__new(room, sizeof *t->row_loss);
        t->classes = classes ? glia__new(room, sizeof *t->classes) : NULL;
        t->numbers = classes ? NULL : glia__new(numbers, sizeof *t->numbers);
        t->unscaled = classes ? NULL : glia__new(numbers, 2 * sizeof *t->unscaled);
        bool there = t->row_loss && (classes ? t->classes != NULL : t->numbers && t->unscaled);
        status = there ? GLIA_OK : GLIA_E_MEMORY;
    }
    if (status != GLIA_OK) glia__targets_clear(t);
    return status;
}

void glia__targets_clear(glia__targets *t)
{
    glia__free(t->map);
    glia__free(t->classes);
    glia__free(t->numbers);
    glia__free(t->unscaled);
    glia__free(t->row_loss);
    *t = (glia__targets){0};
}

void glia__targets_fill(glia__targets *t, const size_t *order, size_t rows, glia__step *s)
{
    s->data = t->data;
    s->scale = &t->model->scale;
    s->order = order;
    s->rows = rows;
    s->row_loss = t->row_loss;
    s->truth = (glia__truth){.classes = t->classes, .targets = t->numbers};
    if (t->classes) {
        glia__batch_classes(t->data, order, 0, rows, t->classes);
        for (size_t r = 0; t->map && r < rows; r++) t->classes[r] = t->map[t->classes[r]];
        return;
    }
    glia__batch_numbers(t->data, &t->model->target_scale, order, 0, rows, t->numbers);
    s->units = t->model->target_scale.columns ? &t->model->target_scale : NULL;
    s->unscaled = t->unscaled;
}

/* ---- the loss -------------------------------------------------------------------------------------------------- */

glia_status glia__loss_for(const glia_model *m, const char *text, glia__loss *loss, bool *fused)
{
    static const int32_t no_rows[1];
    GLIA_TRY(glia__model_loss(m, text, loss, fused));
    if (m->target != GLIA_TARGET_NUMBERS)
        GLIA_TRY(glia__loss_check(loss, 0, m->n_out, &(glia__truth){.classes = no_rows}));
    const char *name = loss->class->named.name;
    if (loss->class->takes == GLIA__TAKES_CLASSES && m->target == GLIA_TARGET_NUMBERS)
        return glia__fail(GLIA_E_SHAPE, "%s is a loss of classes, and the target is numbers", name);
    if (loss->class->takes == GLIA__TAKES_CLASSES && m->n_out < 2)
        return glia__fail(GLIA_E_SHAPE, "%s needs an output for each class, and the net gives one", name);
    return GLIA_OK;
}

/* ---- the pass -------------------------------------------------------------------------------------------------- */

static void keep_outputs(const glia_model *m, size_t rows, double *out)
{
    const glia__layer  *last = glia__model_last(m);
    const glia__scaler *units = m->target == GLIA_TARGET_NUMBERS && m->target_scale.columns ? &m->target_scale : NULL;
    for (size_t i = 0; i < rows * last->n_out; i++) {
        double y = (double)last->y[i];
        out[i] = units ? y * units->scale[i % last->n_out] + units->shift[i % last->n_out] : y;
    }
}

static void judge_chunks(glia__step *s, glia__targets *t, const size_t *order, double *outputs, glia__judgement *j)
{
    const glia_model *m = s->model;
    size_t            rows = t->data->rows, hits = 0;
    double            sum = 0;
    for (size_t at = 0; at < rows; at += ROWS) {
        size_t n = rows - at < ROWS ? rows - at : ROWS;
        if (s->loss)
            glia__targets_fill(t, order + at, n, s);
        else
            s->data = t->data, s->scale = &m->scale, s->order = order + at, s->rows = n;
        glia__step_run(s);
        if (outputs) keep_outputs(m, n, outputs + at * m->n_out);
        sum += s->loss_sum;
        hits += s->hits;
    }
    if (!s->loss || !j) return;
    j->loss = glia__loss_reduce(s->loss, sum, rows, m->n_out);
    j->accuracy = t->classes ? (double)hits / (double)rows : (double)NAN;
}

glia_status glia__judge(glia_model *m, glia__team *team, const glia_data *data, const glia__loss *loss, bool fused,
                        double *outputs, glia__judgement *judgement)
{
    glia__targets targets = {.model = m, .data = data};
    if (judgement) *judgement = (glia__judgement){(double)NAN, (double)NAN};
    GLIA_TRY(glia__model_check_data(m, data, loss != NULL));
    GLIA_TRY(glia__model_reserve(m, ROWS, GLIA__PLAN_FORWARD));
    size_t *order = glia__new(data->rows, sizeof *order);
    if (!order) return GLIA_E_MEMORY;
    for (size_t r = 0; r < data->rows; r++) order[r] = r;
    glia_status status = loss ? glia__targets_new(&targets, m, data, ROWS) : GLIA_OK;
    if (status == GLIA_OK)
        judge_chunks(&(glia__step){.model = m, .team = team, .loss = loss, .fused = fused}, &targets, order, outputs,
                     judgement);
    glia__targets_clear(&targets);
    glia__free(order);
    m->rows = 0;
    return status;
}

/* ---- scores ---------------------------------------------------------------------------------------------------- */

/* One output p tells two classes apart: their probabilities are 1 - p and p. */
static double *two_columns(const double *p, size_t rows)
{
    double *both = glia__new(rows, 2 * sizeof *both);
    for (size_t r = 0; both && r < rows; r++) {
        both[2 * r] = 1 - p[r];
        both[2 * r + 1] = p[r];
    }
    return both;
}

static glia_status score_classes(const glia_model *m, const glia_data *data, const double *outputs, glia_scores **scores)
{
    bool          one = m->n_out == 1;
    double       *both = one ? two_columns(outputs, data->rows) : NULL;
    int32_t      *truth = glia__new(data->rows, sizeof *truth);
    glia__targets t = {0};
    glia_status   status = truth && (both || !one) ? GLIA_OK : GLIA_E_MEMORY;
    if (status == GLIA_OK) status = glia__model_map_classes(m, data, &t.map);
    if (status == GLIA_OK) {
        for (size_t r = 0; r < data->rows; r++) {
            int32_t class = glia_data_class(data, r);
            truth[r] = t.map ? t.map[class] : class;
        }
        status = glia_score_classes(scores, truth, NULL, one ? both : outputs, data->rows, one ? 2 : m->n_out);
    }
    glia__free(t.map);
    glia__free(truth);
    glia__free(both);
    return status;
}

static glia_status score_numbers(const glia_model *m, const glia_data *data, const double *outputs, glia_scores **scores)
{
    double *truth = glia__new(data->rows * m->n_out, sizeof *truth);
    if (!truth) return GLIA_E_MEMORY;
    for (size_t r = 0; r < data->rows; r++)
        for (size_t j = 0; j < m->n_out; j++) truth[r * m->n_out + j] = glia_data_number(data, r, j);
    glia_status status = glia_score_numbers(scores, truth, outputs, data->rows, m->n_out);
    glia__free(truth);
    return status;
}

glia_status glia__score_outputs(const glia_model *m, const glia_data *data, const double *outputs, glia_scores **scores)
{
    return (data->target == GLIA_TARGET_CLASSES ? score_classes : score_numbers)(m, data, outputs, scores);
}

glia_status glia_evaluate(glia_model *model, const glia_data *data, glia_scores **scores)
{
    glia__loss      loss;
    bool            fused;
    glia__judgement judgement;
    glia__team     *team = NULL;
    if (!model || !data || !scores) return glia__fail(GLIA_E_ARG, "glia_evaluate: a model, data and a place are needed");
    *scores = NULL;
    GLIA_TRY(glia__model_check_data(model, data, true));
    GLIA_TRY(glia__loss_for(model, *model->loss_text ? model->loss_text : NULL, &loss, &fused));
    double     *outputs = glia__new(data->rows * model->n_out, sizeof *outputs);
    glia_status status = outputs ? glia__team_new(&team, 0) : GLIA_E_MEMORY;
    if (status == GLIA_OK) status = glia__judge(model, team, data, &loss, fused, outputs, &judgement);
    if (status == GLIA_OK) status = glia__score_outputs(model, data, outputs, scores);
    if (status == GLIA_OK) (*scores)->loss = judgement.loss;
    glia__team_free(team);
    glia__free(outputs);
    return status;
}

glia_status glia_predict(glia_model *model, const glia_data *data, glia_real *out)
{
    glia__team *team = NULL;
    if (!model || !data || !out) return glia__fail(GLIA_E_ARG, "glia_predict: a model, data and room are needed");
    GLIA_TRY(glia__model_check_data(model, data, false));
    size_t      count = data->rows * model->n_out;
    double     *outputs = glia__new(count, sizeof *outputs);
    glia_status status = outputs ? glia__team_new(&team, 0) : GLIA_E_MEMORY;
    if (status == GLIA_OK) status = glia__judge(model, team, data, NULL, false, outputs, NULL);
    for (size_t i = 0; status == GLIA_OK && i < count; i++) out[i] = (glia_real)outputs[i];
    glia__team_free(team);
    glia__free(outputs);
    return status;
}
