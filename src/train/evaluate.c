/* Scores and predictions of a model: glia.h, section 5. */
#include <string.h>

#include "ground/memory.h"
#include "train/judge.h"
#include "train/scores.h"

/* One answer p tells two classes apart: their probabilities are 1 - p and p. */
static double *two_columns(const double *p, size_t rows)
{
    double *both = glia__new(rows, 2 * sizeof *both);
    for (size_t r = 0; both && r < rows; r++) {
        both[2 * r] = 1 - p[r];
        both[2 * r + 1] = p[r];
    }
    return both;
}

/* The true classes of the rows that the loss does not pass over, and their answers moved together; returns how many. */
static size_t take_judged(const glia__judge *j, int32_t *truth)
{
    const size_t n = j->m->n_out;
    size_t       judged = 0;
    for (size_t r = 0; r < j->data->rows; r++) {
        if (!glia__answers_class(&j->targets, j->loss, r, &truth[judged])) continue;
        memmove(j->answers + judged * n, j->answers + r * n, n * sizeof *j->answers);
        judged++;
    }
    return judged;
}

/* Adds the interval of the accuracy. */
static glia_status bound_hits(glia_scores *s, const int32_t *truth, const double *probability)
{
    bool *hit = glia__new(s->rows, sizeof *hit);
    if (!hit) return GLIA_E_MEMORY;
    for (size_t r = 0; r < s->rows; r++)
        hit[r] = glia__likeliest(probability + r * s->classes, s->classes) == (size_t)truth[r];
    glia_status status = glia__interval_of_hits(s, hit);
    glia__free(hit);
    return status;
}

static glia_status score_classes(const glia__judge *j, bool intervals, glia_scores **scores)
{
    bool     one = j->m->n_out == 1;
    int32_t *truth = glia__new(j->data->rows, sizeof *truth);
    if (!truth) return GLIA_E_MEMORY;
    size_t      rows = take_judged(j, truth), classes = one ? 2 : j->m->n_out;
    double     *both = one ? two_columns(j->answers, rows) : NULL, *answers = one ? both : j->answers;
    glia_status status = answers ? GLIA_OK : GLIA_E_MEMORY;
    if (!rows) status = glia__fail(GLIA_E_SHAPE, "%s: every row is of the class to ignore", j->data->name);
    if (status == GLIA_OK) status = glia_score_classes(scores, truth, NULL, answers, rows, classes);
    if (status == GLIA_OK && intervals) status = bound_hits(*scores, truth, answers);
    glia__free(truth);
    glia__free(both);
    return status;
}

static glia_status score_numbers(const glia__judge *j, bool intervals, glia_scores **scores)
{
    const size_t n = j->m->n_out;
    GLIA_TRY(glia_score_numbers(scores, j->truth, j->answers, j->data->rows, n));
    return intervals ? glia__interval_of_numbers(*scores, j->truth, j->answers, n) : GLIA_OK;
}

static glia_status score(const glia__judge *j, bool intervals, glia_scores **scores)
{
    glia_status status = (j->truth ? score_numbers : score_classes)(j, intervals, scores);
    if (status == GLIA_OK) return GLIA_OK;
    glia_scores_free(*scores);
    *scores = NULL;
    return status;
}

glia_status glia__judge_scores(const glia__judge *j, glia_scores **scores)
{
    return score(j, false, scores);
}

static glia_status score_all(glia__judge *j, glia_scores **scores)
{
    glia__judgement judgement;
    GLIA_TRY(glia__judge_run(j, &judgement));
    GLIA_TRY(score(j, true, scores));
    (*scores)->loss = judgement.loss;
    return GLIA_OK;
}

static const char *trained_loss(const glia_model *m)
{
    return *m->loss_text ? m->loss_text : NULL;
}

glia_status glia_evaluate(glia_model *model, const glia_data *data, glia_scores **scores)
{
    glia__loss  loss;
    bool        fused;
    glia__judge judge;
    glia__team *team = NULL;
    if (!model || !data || !scores)
        return glia__fail(GLIA_E_ARG, "glia_evaluate: a model, data and a place are needed");
    *scores = NULL;
    GLIA_TRY(glia__model_check_data(model, data, true));
    GLIA_TRY(glia__loss_for(model, trained_loss(model), &loss, &fused));
    GLIA_TRY(glia__team_new(&team, 0));
    glia_status status = glia__judge_new(&judge, model, data, team, &loss, fused, true);
    if (status == GLIA_OK) {
        status = score_all(&judge, scores);
        glia__judge_clear(&judge);
    }
    glia__team_free(team);
    return status;
}

/* What takes a core a millisecond or so is nearly done when other threads have begun: 256 rows of a small net, which
 * one thread does in 0.37 ms, took two 0.43 ms at best and 1 ms on average. */
static unsigned threads_for(const glia_model *m, const glia_data *data)
{
    const double worth_it = 1e8; /* multiply-adds */
    double       of_row = 0;
    for (size_t i = 0; i < m->n_layers; i++) of_row += (double)m->layers[i].multiply_adds;
    return (double)data->rows * of_row < worth_it ? 1 : 0;
}

glia_status glia_predict(glia_model *model, const glia_data *data, glia_real *out)
{
    glia__judge     judge;
    glia__judgement nothing;
    glia__team     *team = NULL;
    if (!model || !data || !out) return glia__fail(GLIA_E_ARG, "glia_predict: a model, data and room are needed");
    GLIA_TRY(glia__team_new(&team, threads_for(model, data)));
    glia_status status = glia__judge_new(&judge, model, data, team, NULL, false, true);
    if (status == GLIA_OK) {
        judge.outcome = glia__outcome_of_model(model);
        status = glia__judge_run(&judge, &nothing);
        for (size_t i = 0; status == GLIA_OK && i < data->rows * model->n_out; i++)
            out[i] = (glia_real)judge.answers[i];
        glia__judge_clear(&judge);
    }
    glia__team_free(team);
    return status;
}
