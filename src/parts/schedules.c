/* The schedules: the learning rate of each step, all in double.
 *
 * Every schedule begins with a warm-up of W steps (`warmup`, rounded to whole steps), in which the rate rises to
 * `base`:
 *
 *   step k < W     base (k + 1) / W
 *
 * The rest of the run, T = total - W steps, is the schedule's own; t = k - W, at most T:
 *
 *   constant       base
 *   step           base gamma^floor(t / size)
 *   exponential    base gamma^(t / size), with t / size counted in whole epochs where size is in epochs
 *   cosine         min + (base - min) (1 + cos(pi t / over)) / 2                            Loshchilov and Hutter 2017
 *
 * These are PyTorch's StepLR, ExponentialLR and CosineAnnealingLR; as there, a cosine that is over before the run is
 * rises again. A time is in epochs (10), in steps (500s) or in percent: of the whole run for the warm-up, of its rest
 * for the others.
 */
#include "ground/real.h"
#include "parts/optimizer.h"

static const double pi = 3.14159265358979323846;

/* A time in steps. */
static double steps_of(const glia__value *span, double total, double per_epoch)
{
    if (span->unit == '%') return span->number * total / 100;
    return span->unit == 'e' ? span->number * per_epoch : span->number;
}

/* How often `span` fits into t steps. A share of nothing is over at once. */
static double passed(double t, const glia__value *span, double total, double per_epoch)
{
    double length = steps_of(span, total, per_epoch);
    return length > 0 ? t / length : 1;
}

/* ---- the schedules --------------------------------------------------------------------------------------------- */

enum { WARMUP, FIRST_OWN };
/* clang-format off */
#define WARMUP_SETTING                                                                                                 \
    {"warmup", GLIA__SPAN, "0", 0, HUGE_VAL, false, NULL, "time in which the rate rises from nothing"}
/* clang-format on */

static const glia__setting constant_settings[] = {WARMUP_SETTING, {0}};

static double constant(const glia__schedule *s, double base, double t, double total, double per_epoch)
{
    (void)s, (void)t, (void)total, (void)per_epoch;
    return base;
}

enum { SIZE = FIRST_OWN, GAMMA };
static const glia__setting step_settings[] = {
    WARMUP_SETTING,
    {"size", GLIA__SPAN, NULL, 1e-6, HUGE_VAL, true, NULL, "time between two falls"},
    {"gamma", GLIA__NUMBER, "0.1", 0, HUGE_VAL, false, NULL, "what the rate is multiplied by at each"},
    {0}};

static double step(const glia__schedule *s, double base, double t, double total, double per_epoch)
{
    return base * pow(s->set[GAMMA].number, floor(passed(t, &s->set[SIZE], total, per_epoch)));
}

static const glia__setting exponential_settings[] = {
    WARMUP_SETTING,
    {"size", GLIA__SPAN, "1", 1e-6, HUGE_VAL, false, NULL, "time in which the rate falls by gamma"},
    {"gamma", GLIA__NUMBER, NULL, 0, HUGE_VAL, true, NULL, "what the rate is multiplied by in that time"},
    {0}};

static double exponential(const glia__schedule *s, double base, double t, double total, double per_epoch)
{
    const glia__value *size = &s->set[SIZE];
    if (size->unit == 'e') t = floor(t / per_epoch) * per_epoch;
    return base * pow(s->set[GAMMA].number, passed(t, size, total, per_epoch));
}

enum { OVER = FIRST_OWN, MIN };
static const glia__setting cosine_settings[] = {
    WARMUP_SETTING,
    {"over", GLIA__SPAN, "100%", 1e-6, HUGE_VAL, false, NULL, "time in which the rate falls to min"},
    {"min", GLIA__NUMBER, "0", 0, HUGE_VAL, false, NULL, "the rate at the end"},
    {0}};

static double cosine(const glia__schedule *s, double base, double t, double total, double per_epoch)
{
    double min = s->set[MIN].number;
    return min + (base - min) * (1 + cos(pi * passed(t, &s->set[OVER], total, per_epoch))) / 2;
}

static const glia__schedule_class classes[] = {
    {{"constant", "the same rate throughout", constant_settings}, constant},
    {{"step", "falls by gamma after each size", step_settings}, step},
    {{"exponential", "falls by gamma every epoch", exponential_settings}, exponential},
    {{"cosine", "falls to min along half a cosine", cosine_settings}, cosine},
};

enum { COUNT = sizeof classes / sizeof *classes };

/* ---- using one ------------------------------------------------------------------------------------------------- */

size_t glia__schedule_count(void)
{
    return COUNT;
}

const glia__schedule_class *glia__schedule_at(size_t i)
{
    return &classes[i];
}

glia_status glia__schedule_parse(glia__schedule *s, const char *text)
{
    const glia__named *names[COUNT];
    glia__schedule     made;
    size_t             which;
    for (size_t i = 0; i < COUNT; i++) names[i] = &classes[i].named;
    GLIA_TRY(glia__phrase_read("schedule", "schedule", text ? text : "constant", names, COUNT, &which, made.set));
    made.class = &classes[which];
    *s = made;
    return GLIA_OK;
}

double glia__schedule_rate(const glia__schedule *s, double base, size_t k, size_t total, size_t per_epoch)
{
    double now = (double)k, run = (double)total, epoch = (double)per_epoch;
    double warmup = round(steps_of(&s->set[WARMUP], run, epoch));
    if (now < warmup) return base * (now + 1) / warmup;
    double rest = fmax(run - warmup, 0);
    return s->class->rate(s, base, fmin(now - warmup, rest), rest, epoch);
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
