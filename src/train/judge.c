/* A pass over a whole data set: glia_evaluate and glia_predict are made of it, and so is the validation of glia_fit. */
#include "train/judge.h"

#include <math.h>

#include "ground/memory.h"
#include "train/scores.h"

enum { ROWS = 128 }; /* at a time; the same whatever the training batch, so that scores are too */

/* ---- before ---------------------------------------------------------------------------------------------------- */

static glia_status copy_truth(glia__judge *j)
{
    size_t n = j->m->n_out;
    if (!(j->truth = glia__new(j->data->rows, n * sizeof *j->truth))) return GLIA_E_MEMORY;
    for (size_t r = 0; r < j->data->rows; r++)
        for (size_t i = 0; i < n; i++) j->truth[r * n + i] = glia_data_number(j->data, r, i);
    return GLIA_OK;
}

static glia_status make_room(glia__judge *j, bool answers)
{
    const glia_data *data = j->data;
    bool             numbers = j->loss && data->target == GLIA_TARGET_NUMBERS;
    GLIA_TRY(glia__model_reserve(j->m, ROWS, glia__team_size(j->team), GLIA__PLAN_FORWARD));
    if (!(j->order = glia__new(data->rows, sizeof *j->order))) return GLIA_E_MEMORY;
    for (size_t r = 0; r < data->rows; r++) j->order[r] = r;
    GLIA_TRY(j->loss ? glia__answers_new(&j->targets, j->m, data, ROWS) : glia__intake_reserve(&j->intake, ROWS, true));
    if (numbers) GLIA_TRY(copy_truth(j));
    if ((answers || numbers) && !(j->answers = glia__new(data->rows, j->m->n_out * sizeof *j->answers)))
        return GLIA_E_MEMORY;
    return GLIA_OK;
}

glia_status glia__judge_new(glia__judge *j, glia_model *m, const glia_data *data, glia__team *team,
                            const glia__loss *loss, bool fused, bool answers)
{
    *j = (glia__judge){.m = m, .team = team, .data = data, .loss = loss, .fused = fused};
    glia_status status = glia__model_check_data(m, data, loss != NULL);
    if (status == GLIA_OK) status = glia__intake_new(&j->intake, data, m->plan, &m->scale);
    if (status == GLIA_OK) status = make_room(j, answers);
    if (status != GLIA_OK) glia__judge_clear(j);
    return status;
}

void glia__judge_clear(glia__judge *j)
{
    glia__answers_clear(&j->targets);
    glia__intake_clear(&j->intake);
    glia__free(j->order);
    glia__free(j->truth);
    glia__free(j->answers);
    *j = (glia__judge){0};
}

/* ---- the pass -------------------------------------------------------------------------------------------------- */

/* With a loss the rows come with their targets. */
static const glia__intake *intake_of(const glia__judge *j)
{
    return j->loss ? &j->targets.intake : &j->intake;
}

static glia_status run_rows(glia__judge *j, size_t at, glia__step *s)
{
    size_t left = j->data->rows - at;
    s->rows = left < ROWS ? left : ROWS;
    s->intake = &j->intake;
    s->order = j->order + at;
    GLIA_TRY(j->loss ? glia__answers_fill(&j->targets, s->order, s->rows, s)
                     : glia__intake_take(&j->intake, s->order, s->rows));
    glia__step_run(s);
    const glia__layer *last = glia__model_last(j->m);
    if (j->answers)
        glia__outcome_take(j->outcome, &j->m->target_scale, &last->out, s->rows, last->y,
                           j->answers + at * last->n_out);
    return GLIA_OK;
}

/* The sums over all rows. */
typedef struct sums {
    double loss, weight;
    size_t hits, judged;
} sums;

static glia_status run_all(glia__judge *j, glia__step *step, sums *all)
{
    glia__intake_begin(intake_of(j), j->order, j->data->rows);
    for (size_t at = 0; at < j->data->rows; at += step->rows) {
        GLIA_TRY(run_rows(j, at, step));
        all->loss += step->loss_sum;
        all->weight += step->truth.weight;
        all->hits += step->hits;
        all->judged += step->judged;
    }
    return GLIA_OK;
}

glia_status glia__judge_run(glia__judge *j, glia__judgement *result)
{
    sums all = {0};
    *result = (glia__judgement){.loss = (double)NAN, .accuracy = (double)NAN, .r2 = (double)NAN};
    if (j->loss) j->outcome = glia__outcome_of(j->m, j->loss, j->fused); /* scaling may have come since */
    glia__step step = {.model = j->m,
                       .team = j->team,
                       .pace = &j->pace,
                       .loss = j->loss,
                       .fused = j->fused,
                       .threshold = glia__outcome_threshold(j->outcome)};
    glia__model_lay_out(j->m, true);
    glia_status status = run_all(j, &step, &all);
    glia__model_lay_out(j->m, false);
    j->m->rows = 0;
    if (status != GLIA_OK || !j->loss) return status;
    result->loss = glia__loss_told(j->loss, all.loss, all.weight, j->m->n_out);
    if (j->truth)
        result->r2 = glia__r2(j->truth, j->answers, j->data->rows, j->m->n_out);
    else if (all.judged)
        result->accuracy = (double)all.hits / (double)all.judged;
    return GLIA_OK;
}
