/* plateau: the rate falls when a value that is watched, such as the validation loss, gets no better. PyTorch's
 * ReduceLROnPlateau:
 *
 *   better     mode=min: value < best (1 - threshold), mode=max: value > best (1 + threshold);
 *              threshold_mode=abs: value < best - threshold, value > best + threshold
 *   after more than `patience` values in a row that are not better, the rate is multiplied by factor, but stays at
 *   least min_lr, and is left alone where that changes it by no more than eps; in the `cooldown` values after a
 *   fall none counts as bad.
 *
 * The first value is always better. */
#include <string.h>

#include "ground/real.h"
#include "parts/optimizer.h"

enum {
    FACTOR = GLIA__FIRST_OWN,
    PATIENCE,
    MODE,
    THRESHOLD,
    THRESHOLD_MODE,
    COOLDOWN,
    MIN_LR,
    EPS,
};
static const glia__setting settings[] = {
    GLIA__WARMUP_SETTING,
    {"factor", GLIA__NUMBER, "0.1", 0, GLIA__KEEP_MOST, true, NULL, "what the rate is multiplied by"},
    {"patience", GLIA__WHOLE, "10", 0, 1e6, false, NULL, "values in a row that may be no better"},
    {"mode", GLIA__WORD, "min", 0, 0, false, "min|max",
     "whether better is smaller or larger; in training the watched metric says it"},
    {"threshold", GLIA__NUMBER, "1e-4", 0, HUGE_VAL, false, NULL, "how much better is better"},
    {"threshold_mode", GLIA__WORD, "rel", 0, 0, false, "rel|abs", "threshold is a share of the best, or a difference"},
    {"cooldown", GLIA__WHOLE, "0", 0, 1e6, false, NULL, "values after a fall that do not count"},
    {"min_lr", GLIA__NUMBER, "0", 0, HUGE_VAL, false, NULL, "the smallest rate"},
    {"eps", GLIA__NUMBER, "1e-8", 0, HUGE_VAL, false, NULL, "a smaller change of the rate is not made"},
    {0}};

/* s->state */
enum {
    SEEN, /* values */
    BEST,
    BAD,     /* in a row */
    COOLING, /* still to go */
    RATE,
};

static double rate(const glia__schedule *s, double base, const glia__moment *at)
{
    (void)at;
    return s->state[SEEN] > 0 ? s->state[RATE] : base;
}

static bool is(const glia__value *v, const char *word)
{
    return strcmp(v->word, word) == 0;
}

static bool better(const glia__schedule *s, double value)
{
    double best = s->state[BEST], by = s->set[THRESHOLD].number, sign = is(&s->set[MODE], "min") ? -1 : 1;
    double needed = is(&s->set[THRESHOLD_MODE], "rel") ? best * (1 + sign * by) : best + sign * by;
    return sign < 0 ? value < needed : value > needed;
}

static void observe(glia__schedule *s, double base, double value)
{
    double *state = s->state;
    if (state[SEEN] == 0) state[RATE] = base;
    if (state[SEEN]++ == 0 || better(s, value))
        state[BEST] = value, state[BAD] = 0;
    else
        state[BAD]++;
    if (state[COOLING] > 0) state[COOLING]--, state[BAD] = 0;
    if (state[BAD] <= (double)s->set[PATIENCE].whole) return;
    double fallen = fmax(state[RATE] * s->set[FACTOR].number, s->set[MIN_LR].number);
    if (state[RATE] - fallen > s->set[EPS].number) state[RATE] = fallen;
    state[COOLING] = (double)s->set[COOLDOWN].whole;
    state[BAD] = 0;
}

const glia__schedule_class glia__schedule_plateau = {
    .named = {"plateau", "falls when what is watched, usually the validation loss, gets no better", settings},
    .rate = rate,
    .observe = observe,
    .mode = MODE,
};
