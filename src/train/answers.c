/* The targets of a batch, and the meaning of outputs. */
#include "train/answers.h"

#include <math.h>

#include "ground/memory.h"

/* ---- targets of a batch ---------------------------------------------------------------------------------------- */

glia_status glia__answers_new(glia__answers *a, const glia_model *m, const glia_data *data, size_t room)
{
    size_t numbers;
    *a = (glia__answers){.model = m, .data = data, .class_weight = m->class_weight};
    if (!glia__mul(room, m->n_out, &numbers))
        return glia__fail(GLIA_E_MEMORY, "a batch of %zu rows is too large", room);
    glia_status status = glia__model_map_classes(m, data, &a->map);
    if (status == GLIA_OK) status = glia__intake_new(&a->intake, data, m->plan, &m->scale);
    if (status == GLIA_OK) status = glia__intake_reserve(&a->intake, room, true);
    if (status == GLIA_OK) {
        bool classes = data->target == GLIA_TARGET_CLASSES;
        a->classes = classes ? glia__new(room, sizeof *a->classes) : NULL;
        a->numbers = classes ? NULL : glia__new(numbers, sizeof *a->numbers);
        a->unscaled = classes ? NULL : glia__new(numbers, 2 * sizeof *a->unscaled);
        a->weights = data->weights ? glia__new(room, sizeof *a->weights) : NULL;
        status = (classes ? a->classes != NULL : a->numbers && a->unscaled) ? GLIA_OK : GLIA_E_MEMORY;
        if (data->weights && !a->weights) status = GLIA_E_MEMORY;
    }
    if (status != GLIA_OK) glia__answers_clear(a);
    return status;
}

void glia__answers_clear(glia__answers *a)
{
    glia__intake_clear(&a->intake);
    glia__free(a->map);
    glia__free(a->classes);
    glia__free(a->numbers);
    glia__free(a->unscaled);
    glia__free(a->weights);
    *a = (glia__answers){0};
}

static void fill_classes(const glia__answers *a, const size_t *order, size_t rows, int32_t *classes)
{
    glia__batch_classes(a->data, order, 0, rows, classes);
    for (size_t r = 0; a->map && r < rows; r++) classes[r] = a->map[classes[r]];
}

bool glia__answers_class(const glia__answers *a, const glia__loss *loss, size_t row, int32_t *class)
{
    fill_classes(a, &row, 1, class);
    return !glia__loss_passes_over(loss, &(glia__truth){.classes = class}, 0);
}

double glia__answers_weight(const glia__answers *a, const glia__loss *loss, const size_t *order, size_t rows)
{
    double sum = 0;
    for (size_t r = 0; r < rows; r++) {
        const size_t row = order ? order[r] : r;
        int32_t class;
        real        weight;
        glia__truth one = {.class_weight = a->class_weight};
        if (a->classes) fill_classes(a, &row, 1, &class), one.classes = &class;
        if (a->weights) glia__batch_weights(a->data, &row, 0, 1, &weight), one.row_weight = &weight;
        sum += glia__loss_weight(loss, 1, &one);
    }
    return sum;
}

static void fill_numbers(glia__answers *a, glia__step *s)
{
    const glia__scaler *scale = &a->model->target_scale;
    const glia__shape  *out = &glia__model_last(a->model)->out;
    bool                turned = glia__shape_turned(out);
    glia__batch_numbers(a->data, scale, s->order, 0, s->rows, turned ? a->unscaled : a->numbers);
    if (turned) glia__rows_in_memory(out, s->rows, a->unscaled, a->numbers);
    s->units = scale->columns ? scale : NULL;
    s->unscaled = a->unscaled;
}

glia_status glia__answers_fill(glia__answers *a, const size_t *order, size_t rows, glia__step *s)
{
    GLIA_TRY(glia__intake_take(&a->intake, order, rows));
    s->intake = &a->intake;
    s->order = order;
    s->rows = rows;
    s->truth = (glia__truth){a->classes, a->numbers, a->weights, a->class_weight, 0};
    if (a->classes)
        fill_classes(a, order, rows, a->classes);
    else
        fill_numbers(a, s);
    if (a->weights) glia__batch_weights(a->data, order, 0, rows, a->weights);
    s->truth.weight = glia__loss_weight(s->loss, rows, &s->truth);
    return GLIA_OK;
}

/* ---- the loss -------------------------------------------------------------------------------------------------- */

glia_status glia__loss_for(const glia_model *m, const char *text, glia__loss *loss, bool *fused)
{
    static const int32_t no_rows[1];
    const glia__layer   *last = glia__model_last(m);
    GLIA_TRY(glia__model_loss(m, text, loss, fused));
    if (m->target != GLIA_TARGET_NUMBERS)
        GLIA_TRY(glia__loss_check(loss, 0, m->n_out, &(glia__truth){.classes = no_rows}));
    if (m->target == GLIA_TARGET_CLASSES && glia__shape_turned(&last->out))
        return glia__layer_fail(last, "gives images, and the target is classes: put flatten after it");
    const char *name = loss->asked->named.name;
    GLIA_TRY(glia__loss_check_ignored(loss, m->n_out));
    if (loss->class->takes == GLIA__TAKES_CLASSES && m->target == GLIA_TARGET_NUMBERS)
        return glia__fail(GLIA_E_SHAPE, "%s is a loss of classes, and the target is numbers", name);
    if (loss->class->takes == GLIA__TAKES_CLASSES && m->n_out < 2)
        return glia__layer_fail(last, "%s needs an output for each class, and the net gives one", name);
    if (loss->class->takes == GLIA__TAKES_BITS && !loss->class->logits && last->params > 0)
        return glia__layer_fail(
            last, "%s takes probabilities, and these outputs can be any numbers: end the net with sigmoid", name);
    if (loss->class->logs && !last->class->gives_logs)
        return glia__layer_fail(last, "%s takes logarithms of probabilities: end the net with log_softmax", name);
    return GLIA_OK;
}

/* ---- the meaning of outputs ------------------------------------------------------------------------------------ */

glia__outcome glia__outcome_of(const glia_model *m, const glia__loss *loss, bool fused)
{
    if (m->target == GLIA_TARGET_NUMBERS) return m->target_scale.columns ? GLIA__IN_UNITS : GLIA__AS_THEY_ARE;
    if (glia__model_last(m)->class->gives_logs) return GLIA__EXP;
    if (!loss || fused || !loss->class->logits) return GLIA__AS_THEY_ARE;
    return loss->class->takes == GLIA__TAKES_CLASSES ? GLIA__SOFTMAX : GLIA__LOGISTIC;
}

/* One that this process does not know leaves them as they are. */
glia__outcome glia__outcome_of_model(const glia_model *m)
{
    glia__loss loss;
    bool       fused, known = glia__loss_for(m, *m->loss_text ? m->loss_text : NULL, &loss, &fused) == GLIA_OK;
    return glia__outcome_of(m, known ? &loss : NULL, known && fused);
}

real glia__outcome_threshold(glia__outcome outcome)
{
    return outcome == GLIA__LOGISTIC ? 0 : (real)0.5;
}

static void softmax(double *y, size_t n)
{
    double most = y[0], sum = 0;
    for (size_t j = 1; j < n; j++) most = fmax(most, y[j]);
    for (size_t j = 0; j < n; j++) sum += y[j] = exp(y[j] - most);
    for (size_t j = 0; j < n; j++) y[j] /= sum;
}

void glia__outcome_take(glia__outcome outcome, const glia__scaler *units, const glia__shape *shape, size_t rows,
                        const real *y, double *answers)
{
    const size_t n = glia__shape_count(shape);
    for (size_t i = 0; i < rows * n; i++) {
        double told = (double)y[i / n * n + glia__place_in_memory(shape, i % n)];
        if (outcome == GLIA__IN_UNITS) told = told * units->scale[i % n] + units->shift[i % n];
        if (outcome == GLIA__EXP) told = exp(told);
        if (outcome == GLIA__LOGISTIC) told = 1 / (1 + exp(-told));
        answers[i] = told;
    }
    for (size_t r = 0; outcome == GLIA__SOFTMAX && r < rows; r++) softmax(answers + r * n, n);
}
