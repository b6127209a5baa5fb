/* Intervals of scores, by the percentile bootstrap (Efron 1979): the rows are drawn again and again, with replacement
 * and as many as there are, and each time they are scored; 95 of 100 such scores lie in the interval. As NumPy does it
 * with the rows RandomState(0).randint(0, n, n), a resample after the other, and numpy.percentile. */
#include <math.h>
#include <stdlib.h>

#include "ground/memory.h"
#include "ground/random.h"
#include "train/scores.h"

enum { RESAMPLES = 1000, RESAMPLES_LEAST = 100 };
/* So many rows are drawn in all, unless there are that many that even the least number of resamples takes more: what is
 * lost is in digits that nobody is told. */
#define DRAWS 20000000u

static size_t resamples_of(size_t rows)
{
    size_t affordable = DRAWS / rows;
    return affordable > RESAMPLES ? RESAMPLES : affordable < RESAMPLES_LEAST ? RESAMPLES_LEAST : affordable;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Between the two values that a share of the sorted ones lies between, linearly. */
static double percentile(const double *sorted, size_t n, double share)
{
    double at = share * (double)(n - 1), below = floor(at);
    size_t i = (size_t)below;
    return i + 1 < n ? sorted[i] + (at - below) * (sorted[i + 1] - sorted[i]) : sorted[i];
}

static glia_interval middle_of(double *values, size_t n)
{
    qsort(values, n, sizeof *values, by_value);
    return (glia_interval){percentile(values, n, 0.025), percentile(values, n, 0.975)};
}

/* Words of the stream, a block at a time. */
typedef struct words {
    glia_rng rng;
    uint32_t word[GLIA__RNG_WORDS];
    size_t   next, count;
} words;

static void words_begin(words *w)
{
    glia_rng_seed(&w->rng, 0);
    w->next = w->count = 0;
}

/* row[rows] = randint(0, rows, rows): words of the stream are cut to as many bits as rows - 1 has, and those that are
 * too large are passed over; up to half of them, by chance, so that doing it without a branch halves the time. */
static void draw(words *w, uint32_t *row, size_t rows)
{
    uint32_t most = (uint32_t)(rows - 1), mask = most;
    for (unsigned bits = 1; bits < 32; bits *= 2) mask |= mask >> bits;
    for (size_t i = 0; i < rows;) {
        if (w->next == w->count) w->count = glia__rng_block(&w->rng, w->word), w->next = 0;
        size_t at = w->next;
        for (; at < w->count && i < rows; at++) {
            row[i] = w->word[at] & mask;
            i += row[i] <= most;
        }
        w->next = at;
    }
}

/* A single row can only be drawn again. Of more rows than a word counts nobody needs an interval, as it has no width
 * that is ever told. */
static bool has_interval(const glia_scores *s)
{
    return s->rows > 1 && s->rows <= UINT32_MAX;
}

/* ---- classes ----------------------------------------------------------------------------------------------------- */

static double share_of_hits(const bool *hit, const uint32_t *row, size_t rows)
{
    size_t hits = 0;
    for (size_t i = 0; i < rows; i++) hits += hit[row[i]];
    return (double)hits / (double)rows;
}

glia_status glia__interval_of_hits(glia_scores *s, const bool *hit)
{
    if (!has_interval(s)) return GLIA_OK;
    words       w;
    size_t      n = resamples_of(s->rows);
    uint32_t   *row = glia__new(s->rows, sizeof *row);
    double     *accuracy = glia__new(n, sizeof *accuracy);
    glia_status status = accuracy && row ? GLIA_OK : GLIA_E_MEMORY;
    words_begin(&w);
    for (size_t i = 0; status == GLIA_OK && i < n; i++) {
        draw(&w, row, s->rows);
        accuracy[i] = share_of_hits(hit, row, s->rows);
    }
    if (status == GLIA_OK) s->accuracy_interval = middle_of(accuracy, n);
    glia__free(row);
    glia__free(accuracy);
    return status;
}

/* ---- numbers ----------------------------------------------------------------------------------------------------- */

typedef struct resample {
    words     words;
    uint32_t *row;               /* [rows]                         */
    double   *truth, *predicted; /* [rows][outputs]: those drawn   */
    double   *rmse, *r2, *right; /* [resamples]: what they scored; right: the share of labels */
} resample;

static void resample_clear(resample *r)
{
    glia__free(r->row);
    glia__free(r->truth);
    glia__free(r->predicted);
    glia__free(r->rmse);
    glia__free(r->r2);
    glia__free(r->right);
}

static glia_status resample_new(resample *r, size_t rows, size_t outputs, size_t n)
{
    r->row = glia__new(rows, sizeof *r->row);
    r->truth = glia__new(rows, outputs * sizeof *r->truth);
    r->predicted = glia__new(rows, outputs * sizeof *r->predicted);
    r->rmse = glia__new(n, sizeof *r->rmse);
    r->r2 = glia__new(n, sizeof *r->r2);
    r->right = glia__new(n, sizeof *r->right);
    bool all = r->row && r->truth && r->predicted && r->rmse && r->r2 && r->right;
    words_begin(&r->words);
    return all ? GLIA_OK : GLIA_E_MEMORY;
}

static void draw_numbers(resample *r, const double *truth, const double *predicted, size_t rows, size_t outputs)
{
    draw(&r->words, r->row, rows);
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < outputs; j++) {
            r->truth[i * outputs + j] = truth[r->row[i] * outputs + j];
            r->predicted[i * outputs + j] = predicted[r->row[i] * outputs + j];
        }
}

glia_status glia__interval_of_numbers(glia_scores *s, const double *truth, const double *predicted, size_t outputs)
{
    if (!has_interval(s)) return GLIA_OK;
    resample    r = {0};
    size_t      n = resamples_of(s->rows), cells = s->rows * outputs;
    glia_status status = resample_new(&r, s->rows, outputs, n);
    for (size_t i = 0; status == GLIA_OK && i < n; i++) {
        glia_scores of_these = {.rows = s->rows};
        draw_numbers(&r, truth, predicted, s->rows, outputs);
        glia__score_columns(&of_these, r.truth, r.predicted, outputs);
        r.rmse[i] = of_these.rmse;
        r.r2[i] = of_these.r2;
        r.right[i] = (double)glia__labels_right(r.truth, r.predicted, cells) / (double)cells;
    }
    if (status == GLIA_OK) {
        s->rmse_interval = middle_of(r.rmse, n);
        s->r2_interval = middle_of(r.r2, n);
        if (!isnan(s->label_accuracy)) s->label_accuracy_interval = middle_of(r.right, n);
    }
    resample_clear(&r);
    return status;
}
