/* Early stopping: the weights of the best epoch are kept, and after some epochs without a better one the run ends. */
#include <math.h>

#include "train/run.h"

/* What glia_evaluate would say of the rows just judged; NULL where a score makes no sense of the outputs. */
static glia_status score(glia__run *r, glia_scores **scores)
{
    *scores = NULL;
    if (!r->metric->scored) return GLIA_OK;
    glia_status status = glia__judge_scores(&r->judge, scores);
    return status == GLIA_E_MEMORY ? status : GLIA_OK;
}

static glia_status validate(glia__run *r, glia_scores **scores)
{
    glia__judgement judgement;
    *scores = NULL;
    GLIA_TRY(glia__judge_run(&r->judge, &judgement));
    r->epoch.val_loss = judgement.loss;
    r->epoch.val_accuracy = judgement.accuracy;
    r->epoch.val_r2 = judgement.r2;
    return score(r, scores);
}

static bool is_better(const glia__run *r)
{
    double gain = r->metric->larger ? r->epoch.watched - r->best_value : r->best_value - r->epoch.watched;
    return gain > r->o.min_delta || (!r->best_epoch && !isnan(r->epoch.watched));
}

/* Keeps the weights if they are better than ever; asks to stop when none were for `patience` epochs. */
static void be_patient(glia__run *r)
{
    if (is_better(r)) {
        r->best_value = r->epoch.watched;
        r->best_epoch = r->epoch.epoch;
        glia__run_copy(r->m, r->best, r->m->parameters);
    } else if (r->epoch.epoch - r->best_epoch >= r->o.patience) {
        glia__run_end(r, "patience");
    }
}

glia_status glia__run_judge(glia__run *r, bool validate_too)
{
    glia_scores *scores = NULL;
    if (validate_too) GLIA_TRY(validate(r, &scores));
    bool there = validate_too || !glia__metric_of_validation(r->metric);
    r->epoch.watched = there ? glia__metric_value(r->metric, &r->epoch, scores) : (double)NAN;
    glia_scores_free(scores);
    if (there && r->o.patience) be_patient(r);
    return GLIA_OK;
}
