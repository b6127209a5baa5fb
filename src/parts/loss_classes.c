/* Losses of classes that exclude each other: cross entropy of logits, and negative log-likelihood of log-probabilities.
 *
 * With q_j, how much class j counts in a row, the loss of the row is -sum_j q_j log p_j:
 *
 *   q_j = w_j ((1 - s) t_j + s / n)      t: the row's target, one-hot or soft; s: label_smoothing; w: class weights
 *
 * Values and gradients are those of torch.nn.functional.cross_entropy and nll_loss. */
#include "ground/real.h"
#include "parts/loss_kinds.h"

/* How much each class counts in row r. Mostly one class counts alone, and as 1: that is `only`; else n. */
typedef struct shares {
    const glia__truth *t;
    size_t             r, n, only;
    real               smoothing;
} shares;

static shares shares_of(const glia__loss *l, const glia__truth *t, size_t r, size_t n)
{
    const real smoothing = (real)l->set[GLIA__LOSS_SMOOTHING].number; /* nll has none: 0 */
    const bool alone = t->classes && !t->class_weight && smoothing == 0;
    return (shares){t, r, n, alone ? (size_t)t->classes[r] : n, smoothing};
}

static inline real share(const shares *s, size_t j)
{
    if (s->only < s->n) return j == s->only;
    real q = glia__loss_target(s->t, s->r, s->n, j);
    if (s->smoothing > 0) q = (1 - s->smoothing) * q + s->smoothing / (real)s->n;
    return s->t->class_weight ? q * s->t->class_weight[j] : q;
}

/* dz_j = scale (softmax(z)_j sum_i q_i - q_j). With m = max z, log softmax(z)_j = (z_j - m) - log sum_i e^(z_i - m),
 * where nothing overflows. */
static double cross_entropy(const glia__loss *l, size_t r, size_t n, const real *z, const glia__truth *t, real scale,
                            real *dz)
{
    const shares q = shares_of(l, t, r, n);
    real         most = z[0];
    double       sum = 0, weight = 0, loss = 0;
    for (size_t j = 1; j < n; j++) most = z[j] > most ? z[j] : most;
    for (size_t j = 0; j < n; j++) {
        real e = exp(z[j] - most);
        sum += e;
        if (dz) dz[j] = e;
    }
    const double log_sum = log(sum);
    for (size_t j = 0; j < n; j++) {
        weight += share(&q, j);
        loss += share(&q, j) * (log_sum - ((double)z[j] - most));
    }
    for (size_t j = 0; dz && j < n; j++) dz[j] = scale * ((real)(dz[j] * weight / sum) - share(&q, j));
    return loss;
}

/* A class that does not count may be impossible: its logarithm, an infinity, is not looked at. */
static double nll(const glia__loss *l, size_t r, size_t n, const real *log_p, const glia__truth *t, real scale,
                  real *dy)
{
    const shares q = shares_of(l, t, r, n);
    double       loss = 0;
    for (size_t j = 0; j < n; j++) {
        if (share(&q, j) != 0) loss -= (double)share(&q, j) * log_p[j];
        if (dy) dy[j] = -scale * share(&q, j);
    }
    return loss;
}

/* ---- the list -------------------------------------------------------------------------------------------------- */

/* clang-format off */
#define IGNORE_INDEX                                                                                                   \
    {"ignore_index", GLIA__NUMBER, "-100", INT32_MIN, INT32_MAX, false, NULL,                                          \
     "the number of a class whose rows count for nothing"}
/* clang-format on */
static const glia__setting cross_entropy_settings[] = {GLIA__REDUCE_SETTING("mean|sum"),
                                                       IGNORE_INDEX,
                                                       {"label_smoothing", GLIA__NUMBER, "0", 0, 1, false, NULL,
                                                        "the share of each target that goes to all classes alike"},
                                                       {0}};
static const glia__setting nll_settings[] = {GLIA__REDUCE_SETTING("mean|sum"), IGNORE_INDEX, {0}};

const glia__loss_class glia__loss_cross_entropy = {
    .named = {"cross_entropy", "cross entropy of logits, or of a softmax or log_softmax", cross_entropy_settings},
    .takes = GLIA__TAKES_CLASSES,
    .logits = true,
    .fuses = {"softmax", "log_softmax"},
    .row = cross_entropy,
};
const glia__loss_class glia__loss_nll = {
    .named = {"nll", "minus the log-probability of the class, from a log_softmax", nll_settings},
    .takes = GLIA__TAKES_CLASSES,
    .logs = true,
    .fuses = {"log_softmax"},
    .fused = "cross_entropy",
    .row = nll,
};
