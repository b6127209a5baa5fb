/* `epoch 2/5 ███████       58 %  loss 0.1021  194k rows/s  0:07 left`, drawn over itself. */
#include "progress.h"

#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "draw.h"
#include "table.h"

#define INTERVAL 0.1
#define BAR 24

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

void progress_begin(progress *p, bool quiet)
{
    double t = now();
    *p = (progress){.on = !quiet && isatty(STDERR_FILENO), .begun = t, .epoch_begun = t};
}

void progress_epoch(progress *p)
{
    p->epoch_begun = now();
}

void progress_clear(const progress *p)
{
    if (p->on) fputs("\r\x1b[K", stderr);
}

static void draw(const progress *p, const glia_batch *batch, double t)
{
    double share = (double)batch->batch / (double)batch->batches;
    double whole = ((double)(batch->epoch - 1) + share) / (double)batch->epochs;
    double left = (t - p->begun) * (1 - whole) / (whole - p->whole_begun);
    char   bar[3 * BAR + 1], rate[16], line[256];
    draw_bar(bar, share, 1, BAR);
    int length = snprintf(line, sizeof line, "epoch %zu/%zu %s%*s %3.0f %%  loss %.4f  %s rows/s  %.0f:%02d left",
                          batch->epoch, batch->epochs, bar, (int)(BAR - text_width(bar)), "", 100 * share, batch->loss,
                          short_count(rate, (double)batch->samples / (t - p->epoch_begun)), (double)(long)(left / 60),
                          (int)left % 60);
    if (length < 0) return;
    fprintf(stderr, "\r%.*s\x1b[K", (int)text_cut(line, draw_columns(STDERR_FILENO) - 1), line);
}

/* A run that is resumed begins after some of it. */
static double share_before(const glia_batch *batch)
{
    double before = (double)(batch->batch - 1) / (double)batch->batches;
    return ((double)(batch->epoch - 1) + before) / (double)batch->epochs;
}

void progress_batch(progress *p, const glia_batch *batch)
{
    double t = p->on ? now() : 0;
    if (p->on && !p->met) p->met = true, p->whole_begun = share_before(batch);
    if (!p->on || t - p->drawn < INTERVAL) return;
    p->drawn = t;
    draw(p, batch, t);
}
