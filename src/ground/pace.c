#include "ground/pace.h"

/* Seconds. A stretch is long enough to see what a process beside costs, which the system lets run for some
 * milliseconds at a time. */
#define STRETCH 0.012
#define TRIAL 0.004
#define PAUSE_LEAST 0.02
#define PAUSE_MOST 2.0
#define LONGER 4.0 /* the pause, each time the other way loses */
#define WORTH 0.97 /* a way is left for one that takes less than this */
#define SLOWER 1.25

bool glia__pace_takes_other(const glia__pace *p)
{
    return p->other != p->trying;
}

/* So that trials that are lost take a fiftieth of the time, however long one is. */
#define SHARE 50.0
#define LONG_PIECE 0.1

static void begin_stretch(glia__pace *p, bool trying)
{
    if (trying != p->trying) p->settled = false;
    p->trying = trying;
    p->time = p->units = p->spent = 0;
}

static void wait_longer(glia__pace *p, double cost_of_trial)
{
    p->pause = p->pause * LONGER < PAUSE_LEAST ? PAUSE_LEAST : p->pause * LONGER;
    if (p->pause > PAUSE_MOST) p->pause = PAUSE_MOST;
    p->left = p->pause > SHARE * cost_of_trial ? p->pause : SHARE * cost_of_trial;
}

/* The usual way is slower than it was: another one may be better now. */
static void doubt(glia__pace *p)
{
    p->pause = p->left = 0;
}

static void end_trial(glia__pace *p, double cost)
{
    double spent = p->spent;
    bool   better = cost < WORTH * p->cost[p->other], settled = p->settled;
    p->cost[!p->other] = cost;
    begin_stretch(p, false);
    if (better) {
        p->other = !p->other;
        p->settled = settled; /* it goes on as it is */
        p->pause = 0;
        spent = 0;
    }
    wait_longer(p, spent);
}

static void end_stretch(glia__pace *p, double cost)
{
    double *usual = &p->cost[p->other];
    if (*usual > 0 && cost > SLOWER * *usual) doubt(p);
    *usual = cost;
    p->left -= p->time;
    begin_stretch(p, p->left <= 0);
}

void glia__pace_note(glia__pace *p, double seconds, double units)
{
    if (seconds > LONG_PIECE && !p->trying && !p->other) return;
    p->spent += seconds;
    if (!p->settled) {
        p->settled = true;
        return;
    }
    p->time += seconds;
    p->units += units;
    if (p->time < (p->trying || p->cost[p->other] == 0 ? TRIAL : STRETCH)) return;
    if (p->trying)
        end_trial(p, p->time / p->units);
    else
        end_stretch(p, p->time / p->units);
}
