/* Schedules: the learning rate of each step. Their times are in epochs, steps or shares of the run. */
#ifndef GLIA_PARTS_SCHEDULE_H
#define GLIA_PARTS_SCHEDULE_H

#include "ground/settings.h"

#define GLIA__SCHEDULE_STATE 5

typedef struct glia__schedule_class glia__schedule_class;
/* All that it remembers is `state`, which begins with zeros: whoever restores it goes on as if nothing had been. */
typedef struct glia__schedule {
    const glia__schedule_class *class;
    glia__value set[GLIA__SETTINGS_MOST];
    double      state[GLIA__SCHEDULE_STATE];
} glia__schedule;

/* Where in a run it is asked. */
typedef struct glia__moment {
    double step;      /* from 0; for a class: after the steps of the warm-up */
    double total;     /* steps of the run; for a class: after the warm-up    */
    double per_epoch; /* steps of an epoch                                   */
} glia__moment;

struct glia__schedule_class {
    glia__named named;
    double (*rate)(const glia__schedule *s, double base, const glia__moment *at);
    double (*momentum)(const glia__schedule *s, const glia__moment *at); /* NaN: not moved; NULL: never moved */
    int moves;                                                           /* the yes/no setting that says so  */
    void (*observe)(glia__schedule *s, double base, double value);       /* NULL: looks at nothing            */
    int mode;                                                            /* of observe: the setting min|max   */
    glia_status (*check)(const glia__schedule *s);                       /* settings that do not go together  */
    bool no_warmup; /* has no such setting: it rises in its own way */
};

/* NULL text: constant. */
glia_status glia__schedule_parse(glia__schedule *s, const char *text);
/* What it will be told of: a `name` of which larger, or smaller, is better; nothing to a schedule that looks at
 * nothing. GLIA_E_TEXT if its text says otherwise. */
glia_status glia__schedule_watch(glia__schedule *s, const char *name, bool larger);
/* The rate of step `step` (from 0) of `total`, `per_epoch` an epoch, and the momentum, NaN where it is left alone. */
double glia__schedule_rate(const glia__schedule *s, double base, size_t step, size_t total, size_t per_epoch);
double glia__schedule_momentum(const glia__schedule *s, size_t step, size_t total, size_t per_epoch);
/* Tells it, after an epoch, how well the run goes (a loss, an accuracy); NaN, nothing measured, is not looked at. */
void                        glia__schedule_observe(glia__schedule *s, double base, double value);
size_t                      glia__schedule_count(void);
const glia__schedule_class *glia__schedule_at(size_t i);

/* For the files of schedules. Times in steps; how often one fits into t steps. */
double glia__span_steps(const glia__value *span, const glia__moment *at);
double glia__span_passed(double t, const glia__value *span, const glia__moment *at);
/* From `from` to `to`, a share of the way along half a cosine. */
double glia__anneal(double from, double to, double share);
/* clang-format off */
enum { GLIA__WARMUP, GLIA__FIRST_OWN };
#define GLIA__WARMUP_SETTING                                                                                           \
    {"warmup", GLIA__SPAN, "0", 0, HUGE_VAL, false, NULL, "time in which the rate rises from nothing"}
/* clang-format on */

#endif
