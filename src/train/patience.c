/* Early stopping: the weights of the best epoch are kept, and after some epochs without a better one the run ends. */
#include <math.h>

#include "train/run.h"

void glia__run_validate(glia__run *r)
{
    glia__judgement judgement = glia__judge_run(&r->judge);
    r->epoch.val_loss = judgement.loss;
    r->epoch.val_accuracy = judgement.accuracy;
    r->epoch.val_r2 = judgement.r2;
}

void glia__run_be_patient(glia__run *r)
{
    if (!r->o.patience || isnan(r->epoch.val_loss)) return;
    if (r->epoch.val_loss < r->best_loss) {
        r->best_loss = r->epoch.val_loss;
        r->best_epoch = r->epoch.epoch;
        glia__run_copy(r->m, r->best, r->m->parameters);
    } else if (r->epoch.epoch - r->best_epoch >= r->o.patience) {
        r->stop = true;
    }
}
