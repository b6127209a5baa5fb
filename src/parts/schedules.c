/* The schedules: the learning rate of each step, all in double.
 *
 * Every schedule but one_cycle begins with a warm-up of W steps (`warmup`, rounded to whole steps), in which the rate
 * rises to `base`:
 *
 *   step k < W     base (k + 1) / W
 *
 * The rest of the run, T = total - W steps, is the schedule's own; t = k - W, at most T:
 *
 *   constant       base
 *   step           base gamma^floor(t / size)
 *   multistep      base gamma^(how many of the times `at` have come)
 *   exponential    base gamma^(t / size), with t / size counted in whole epochs where size is in epochs
 *   cosine         min + (base - min) (1 + cos(pi t / over)) / 2                            Loshchilov and Hutter 2017
 *   warm_restarts  the same again and again, each time over `mult` times as long
 *   one_cycle      one_cycle.c
 *   plateau        plateau.c
 *
 * These are PyTorch's StepLR, MultiStepLR, ExponentialLR, CosineAnnealingLR and CosineAnnealingWarmRestarts; as there,
 * a cosine that is over before the run is rises again. A time is in epochs (10), in steps (500s) or in percent: of the
 * whole run for the warm-up, of its rest otherwise. */
#include <string.h>

#include "ground/real.h"
#include "ground/text.h"
#include "parts/optimizer.h"

static const double pi = 3.14159265358979323846;

double glia__span_steps(const glia__value *span, const glia__moment *at)
{
    if (span->unit == '%') return span->number * at->total / 100;
    return span->unit == 'e' ? span->number * at->per_epoch : span->number;
}

/* A share of nothing is over at once. */
double glia__span_passed(double t, const glia__value *span, const glia__moment *at)
{
    double length = glia__span_steps(span, at);
    return length > 0 ? t / length : 1;
}

double glia__anneal(double from, double to, double share)
{
    return to + (from - to) * (1 + cos(pi * share)) / 2;
}

/* ---- the schedules --------------------------------------------------------------------------------------------- */

static const glia__setting constant_settings[] = {GLIA__WARMUP_SETTING, {0}};

static double constant_rate(const glia__schedule *s, double base, const glia__moment *at)
{
    (void)s, (void)at;
    return base;
}

static const glia__schedule_class constant = {
    .named = {"constant", "the same rate throughout", constant_settings},
    .rate = constant_rate,
};

enum { SIZE = GLIA__FIRST_OWN, GAMMA };
/* clang-format off */
#define GAMMA_SETTING                                                                                                  \
    {"gamma", GLIA__NUMBER, "0.1", 0, HUGE_VAL, false, NULL, "what the rate is multiplied by at each"}
/* clang-format on */
static const glia__setting step_settings[] = {
    GLIA__WARMUP_SETTING,
    {"size", GLIA__SPAN, NULL, 1e-6, HUGE_VAL, true, NULL, "time between two falls"},
    GAMMA_SETTING,
    {0}};

static double step_rate(const glia__schedule *s, double base, const glia__moment *at)
{
    return base * pow(s->set[GAMMA].number, floor(glia__span_passed(at->step, &s->set[SIZE], at)));
}

static const glia__schedule_class step = {
    .named = {"step", "falls by gamma after each size", step_settings},
    .rate = step_rate,
};

enum { AT = GLIA__FIRST_OWN };
static const glia__setting multistep_settings[] = {
    GLIA__WARMUP_SETTING,
    {"at", GLIA__WORD, NULL, 0, 0, true, NULL, "times of the falls, such as 30:60:80 or 50%:75%"},
    GAMMA_SETTING,
    {0}};

/* The next of the times in "30:60:500s"; false if it is none. */
static bool next_time(const char **at, glia__value *time)
{
    const char *begin = *at, *end = begin + strcspn(begin, ":"), *after;
    after = glia__number_read(begin, end, &time->number);
    time->unit = after + 1 == end && (*after == 's' || *after == '%') ? *after : 'e';
    if (after == begin || after + (time->unit != 'e') != end || (*end && !end[1])) return false;
    *at = *end ? end + 1 : end;
    return isfinite(time->number) && time->number >= 0 && (time->unit != '%' || time->number <= 100);
}

static glia_status multistep_check(const glia__schedule *s)
{
    const char *at = s->set[AT].word;
    glia__value time;
    do
        if (!next_time(&at, &time))
            return glia__fail(GLIA_E_TEXT,
                              "at must be times with : between them, each in epochs (10), steps (500s) or a share of "
                              "the run (5%%), not \"%s\"",
                              s->set[AT].word);
    while (*at);
    return GLIA_OK;
}

static double multistep_rate(const glia__schedule *s, double base, const glia__moment *at)
{
    const char *times = s->set[AT].word;
    glia__value time;
    int         come = 0;
    while (*times && next_time(&times, &time)) come += glia__span_steps(&time, at) <= at->step;
    return base * pow(s->set[GAMMA].number, come);
}

static const glia__schedule_class multistep = {
    .named = {"multistep", "falls by gamma at given times", multistep_settings},
    .rate = multistep_rate,
    .check = multistep_check,
};

static const glia__setting exponential_settings[] = {
    GLIA__WARMUP_SETTING,
    {"size", GLIA__SPAN, "1", 1e-6, HUGE_VAL, false, NULL, "time in which the rate falls by gamma"},
    {"gamma", GLIA__NUMBER, NULL, 0, HUGE_VAL, true, NULL, "what the rate is multiplied by in that time"},
    {0}};

static double exponential_rate(const glia__schedule *s, double base, const glia__moment *at)
{
    const glia__value *size = &s->set[SIZE];
    double             t = at->step;
    if (size->unit == 'e') t = floor(t / at->per_epoch) * at->per_epoch;
    return base * pow(s->set[GAMMA].number, glia__span_passed(t, size, at));
}

static const glia__schedule_class exponential = {
    .named = {"exponential", "falls by gamma every epoch", exponential_settings},
    .rate = exponential_rate,
};

enum { OVER = GLIA__FIRST_OWN, MIN, MULT };
/* clang-format off */
#define MIN_SETTING {"min", GLIA__NUMBER, "0", 0, HUGE_VAL, false, NULL, "the rate at the end"}
/* clang-format on */
static const glia__setting cosine_settings[] = {
    GLIA__WARMUP_SETTING,
    {"over", GLIA__SPAN, "100%", 1e-6, HUGE_VAL, false, NULL, "time in which the rate falls to min"},
    MIN_SETTING,
    {0}};

static double cosine_rate(const glia__schedule *s, double base, const glia__moment *at)
{
    return glia__anneal(base, s->set[MIN].number, glia__span_passed(at->step, &s->set[OVER], at));
}

static const glia__schedule_class cosine = {
    .named = {"cosine", "falls to min along half a cosine", cosine_settings},
    .rate = cosine_rate,
};

static const glia__setting warm_restarts_settings[] = {
    GLIA__WARMUP_SETTING,
    {"over", GLIA__SPAN, NULL, 1e-6, HUGE_VAL, true, NULL, "time of the first fall"},
    MIN_SETTING,
    {"mult", GLIA__WHOLE, "1", 1, 1000, false, NULL, "how much longer each fall is than the one before"},
    {0}};

static double warm_restarts_rate(const glia__schedule *s, double base, const glia__moment *at)
{
    double t = at->step, length = glia__span_steps(&s->set[OVER], at), mult = (double)s->set[MULT].whole;
    if (!(length > 0)) return s->set[MIN].number;
    for (; mult > 1 && t >= length; length *= mult) t -= length;
    return glia__anneal(base, s->set[MIN].number, fmod(t, length) / length);
}

static const glia__schedule_class warm_restarts = {
    .named = {"warm_restarts", "falls along half a cosine, again and again", warm_restarts_settings},
    .rate = warm_restarts_rate,
};

/* ---- the list -------------------------------------------------------------------------------------------------- */

extern const glia__schedule_class glia__schedule_one_cycle, glia__schedule_plateau;

static const glia__schedule_class *const classes[] = {&constant,
                                                      &step,
                                                      &multistep,
                                                      &exponential,
                                                      &cosine,
                                                      &warm_restarts,
                                                      &glia__schedule_one_cycle,
                                                      &glia__schedule_plateau};

enum { COUNT = sizeof classes / sizeof *classes };

size_t glia__schedule_count(void)
{
    return COUNT;
}

const glia__schedule_class *glia__schedule_at(size_t i)
{
    return classes[i];
}

/* ---- using one ------------------------------------------------------------------------------------------------- */

glia_status glia__schedule_parse(glia__schedule *s, const char *text)
{
    const glia__named *names[COUNT];
    glia__schedule     made = {0};
    size_t             which;
    for (size_t i = 0; i < COUNT; i++) names[i] = &classes[i]->named;
    GLIA_TRY(glia__phrase_read("schedule", "schedule", text ? text : "constant", names, COUNT, &which, made.set));
    made.class = classes[which];
    if (made.class->check && made.class->check(&made) != GLIA_OK)
        return glia__fail_at(GLIA_E_TEXT, "schedule:1:1: %s", made.class->named.name);
    *s = made;
    return GLIA_OK;
}

glia_status glia__schedule_watch(glia__schedule *s, const char *name, bool larger)
{
    if (!s->class->observe) return GLIA_OK;
    glia__value *mode = &s->set[s->class->mode];
    const char  *better = larger ? "max" : "min";
    if (mode->given && strcmp(mode->word, better) != 0)
        return glia__fail(GLIA_E_TEXT, "schedule: %s has mode=%s, but it watches %s, of which %s is better",
                          s->class->named.name, mode->word, name, larger ? "larger" : "smaller");
    strcpy(mode->word, better);
    return GLIA_OK;
}

double glia__schedule_rate(const glia__schedule *s, double base, size_t k, size_t total, size_t per_epoch)
{
    glia__moment at = {(double)k, (double)total, (double)per_epoch};
    double       warmup = s->class->no_warmup ? 0 : round(glia__span_steps(&s->set[GLIA__WARMUP], &at));
    if (at.step < warmup) return base * (at.step + 1) / warmup;
    at.total = fmax(at.total - warmup, 0);
    at.step = fmin(at.step - warmup, at.total);
    return s->class->rate(s, base, &at);
}

double glia__schedule_momentum(const glia__schedule *s, size_t k, size_t total, size_t per_epoch)
{
    glia__moment at = {(double)k, (double)total, (double)per_epoch};
    return s->class->momentum ? s->class->momentum(s, &at) : (double)NAN;
}

void glia__schedule_observe(glia__schedule *s, double base, double value)
{
    if (s->class->observe && !isnan(value)) s->class->observe(s, base, value);
}

glia_status glia_schedule_rate(const char *schedule, double base_rate, size_t step_number, size_t total,
                               size_t per_epoch, double *rate)
{
    glia__schedule s;
    if (!rate) return glia__fail(GLIA_E_ARG, "glia_schedule_rate needs a place for the rate");
    if (!isfinite(base_rate) || base_rate < 0) return glia__fail(GLIA_E_ARG, "a base rate is a number of at least 0");
    if (total == 0 || per_epoch == 0) return glia__fail(GLIA_E_ARG, "a run and an epoch have at least one step");
    GLIA_TRY(glia__schedule_parse(&s, schedule));
    *rate = glia__schedule_rate(&s, base_rate, step_number, total, per_epoch);
    return GLIA_OK;
}
