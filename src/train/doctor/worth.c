/* What answers are worth: better than what one can say without having looked at the row? Of classes the yardsticks are
 * always the same class (its balanced accuracy is 1 / classes) and telling how frequent each is (its log loss is the
 * entropy of the classes); of numbers it is the mean (R2 = 0). */
#include <math.h>
#include <string.h>

#include "train/doctor/doctor.h"
#include "train/scores.h"

/* The class an answer names, and the probability it gives to `truth`; NaN if it gives none. */
static size_t named_class(const double *answer, size_t n, size_t truth, double *probability)
{
    size_t best = 0;
    double sum = 0;
    bool   fine = true;
    if (n == 1) {
        *probability = truth ? answer[0] : 1 - answer[0];
        if (!(*probability >= 0 && *probability <= 1)) *probability = (double)NAN;
        return answer[0] > 0.5;
    }
    for (size_t k = 0; k < n; k++) {
        best = answer[k] > answer[best] ? k : best;
        sum += answer[k];
        fine = fine && answer[k] >= 0;
    }
    *probability = fine && sum > 0 ? answer[truth] / sum : (double)NAN;
    return best;
}

/* Over classes that have rows. */
static void sum_up(glia__worth *w, const double *rows, const double *hits, size_t classes)
{
    double present = 0, most = 0;
    w->balanced = w->entropy = 0;
    w->found = 2;
    for (size_t k = 0; k < classes; k++) {
        if (rows[k] == 0) continue;
        const double recall = hits[k] / rows[k], share = rows[k] / (double)w->rows;
        present++;
        most = fmax(most, share);
        w->balanced += recall;
        w->entropy -= share * log(share);
        if (recall < w->found) w->found = recall, w->unfound = (int32_t)k;
    }
    w->balanced /= present;
    w->chance = 1 / present;
    w->majority = most;
}

static void worth_of_classes(glia__doctor *d)
{
    const double clip = 1e-15;
    glia__worth *w = &d->worth;
    const size_t n = d->p.m->n_out, classes = n == 1 ? 2 : n;
    double      *rows = d->class_room, *hits = rows + (d->p.m->n_classes > n ? d->p.m->n_classes : n), right = 0;
    memset(rows, 0, classes * sizeof *rows);
    memset(hits, 0, classes * sizeof *hits);
    w->log_loss = 0;
    for (size_t i = 0; i < d->n_rows; i++) {
        const int32_t own = glia_data_class(d->p.train, d->rows[i]);
        const size_t  truth = (size_t)(d->answers.map ? d->answers.map[own] : own);
        double        p;
        const bool    hit = named_class(d->answer + i * n, n, truth, &p) == truth;
        rows[truth]++;
        hits[truth] += hit;
        right += hit;
        w->log_loss -= log(p > clip ? p : p <= clip ? clip : (double)NAN) / (double)d->n_rows;
    }
    w->accuracy = right / (double)d->n_rows;
    sum_up(w, rows, hits, classes);
}

static double spread_of(const glia__doctor *d)
{
    const size_t n = d->p.m->n_out;
    double       most = 0;
    for (size_t i = 0; i < d->n_rows * n; i++) most = fmax(most, fabs(d->answer[i] - d->answer[i % n]));
    return most;
}

void glia__worth_of(glia__doctor *d)
{
    const double nan = (double)NAN;
    d->worth = (glia__worth){d->n_rows, nan, nan, nan, nan, nan, nan, nan, spread_of(d), -1, nan};
    if (d->p.train->target == GLIA_TARGET_CLASSES)
        worth_of_classes(d);
    else if (d->truth)
        d->worth.r2 = glia__r2(d->truth, d->answer, d->n_rows, d->p.m->n_out);
}

bool glia__worth_nothing(const glia__worth *w)
{
    if (w->rows == 0) return false;
    if (!isnan(w->r2)) return w->r2 < 0.05;
    return w->balanced < w->chance + 0.1 * (1 - w->chance) && !(w->log_loss < 0.95 * w->entropy);
}

bool glia__worth_poor(const glia__worth *w)
{
    if (w->rows == 0) return false;
    return isnan(w->r2) ? !(w->log_loss < 0.5 * w->entropy) : w->r2 < 0.5;
}

bool glia__worth_less(const glia__worth *w)
{
    if (w->rows == 0) return false;
    return isnan(w->r2) ? w->log_loss > 1.2 * w->entropy : w->r2 < -0.1;
}
