/* one_cycle: the rate rises to max_lr and falls to next to nothing, once in the run; momentum goes the other way. Smith
 * and Topin 2019; numbers are those of PyTorch's OneCycleLR.
 *
 * With first = max_lr / div_factor and last = first / final_div_factor, over the steps 0 .. total-1:
 *
 *                        until pct_start total - 1   until 2 pct_start total - 2   until total - 1
 *   two phases           first  -> max_lr                                          max_lr -> last
 *   three_phase          first  -> max_lr            max_lr -> first               first  -> last
 *   momentum             max    -> base              base   -> max                 stays (two phases: base -> max)
 *
 * Within a phase along half a cosine, or with anneal=linear along a line. The optimizer's own lr is not used. */
#include <string.h>

#include "ground/real.h"
#include "parts/optimizer.h"

enum { MAX_LR, PCT_START, DIV, FINAL_DIV, ANNEAL, THREE_PHASE, CYCLE_MOMENTUM, BASE_MOMENTUM, MAX_MOMENTUM };
static const glia__setting settings[] = {
    {"max_lr", GLIA__NUMBER, NULL, 0, HUGE_VAL, true, NULL, "the rate at the top"},
    {"pct_start", GLIA__NUMBER, "0.3", 0, 1, false, NULL, "share of the run in which the rate rises"},
    {"div_factor", GLIA__NUMBER, "25", 1e-6, HUGE_VAL, false, NULL, "max_lr is so many times the rate at the start"},
    {"final_div_factor", GLIA__NUMBER, "10000", 1e-6, HUGE_VAL, false, NULL,
     "the rate at the start is so many times the one at the end"},
    {"anneal", GLIA__WORD, "cos", 0, 0, false, "cos|linear", "the way between two rates"},
    {"three_phase", GLIA__YESNO, "no", 0, 0, false, NULL, "fall as slowly as it rose, and then to the end"},
    {"cycle_momentum", GLIA__YESNO, "yes", 0, 0, false, NULL, "move the momentum (adam: beta1) the other way"},
    {"base_momentum", GLIA__NUMBER, "0.85", 0, GLIA__KEEP_MOST, false, NULL, "momentum at the top"},
    {"max_momentum", GLIA__NUMBER, "0.95", 0, GLIA__KEEP_MOST, false, NULL, "momentum at the start and the end"},
    {0}};

enum { PHASES_MOST = 3 };

/* values[0] at the start, values[i] at the end of phase i. */
static double along(const glia__schedule *s, const glia__moment *at, const double *values)
{
    double rise = s->set[PCT_START].number * at->total - 1, end = at->total - 1, begin = 0;
    bool   three = s->set[THREE_PHASE].yes;
    double ends[PHASES_MOST] = {rise, three ? 2 * rise : end, end};
    int    i = 0, last = three ? 2 : 1;
    while (i < last && at->step > ends[i]) begin = ends[i++];
    double length = ends[i] - begin, share = length != 0 ? fmin((at->step - begin) / length, 1) : 1;
    if (strcmp(s->set[ANNEAL].word, "linear") == 0) return values[i] + (values[i + 1] - values[i]) * share;
    return glia__anneal(values[i], values[i + 1], share);
}

static double rate(const glia__schedule *s, double base, const glia__moment *at)
{
    double top = s->set[MAX_LR].number, first = top / s->set[DIV].number, last = first / s->set[FINAL_DIV].number;
    (void)base;
    return along(s, at, s->set[THREE_PHASE].yes ? (double[]){first, top, first, last} : (double[]){first, top, last});
}

static double momentum(const glia__schedule *s, const glia__moment *at)
{
    double low = s->set[BASE_MOMENTUM].number, high = s->set[MAX_MOMENTUM].number;
    if (!s->set[CYCLE_MOMENTUM].yes) return (double)NAN;
    return along(s, at, (double[]){high, low, high, high});
}

static glia_status check(const glia__schedule *s)
{
    if (s->set[THREE_PHASE].yes && s->set[PCT_START].number > 0.5)
        return glia__fail(GLIA_E_TEXT, "three_phase needs a pct_start of at most 0.5");
    if (s->set[BASE_MOMENTUM].number > s->set[MAX_MOMENTUM].number)
        return glia__fail(GLIA_E_TEXT, "base_momentum is larger than max_momentum");
    return GLIA_OK;
}

const glia__schedule_class glia__schedule_one_cycle = {
    .named = {"one_cycle", "rises to max_lr and falls to next to nothing, momentum the other way", settings},
    .rate = rate,
    .momentum = momentum,
    .moves = CYCLE_MOMENTUM,
    .check = check,
    .no_warmup = true,
};
