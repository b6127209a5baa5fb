/* Fitting a plan: what there is to learn of each kind of column from the training rows. Formulas are in docs/data.md.
 */
#include "data/plan.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "ground/memory.h"

enum { RARE_MOST = 5, MANY_PLACES = 1000, USUAL_HASH = 1024 };
#define MEDIAN_ROWS ((size_t)100000)

/* ---- making and freeing ----------------------------------------------------------------------------------------- */

glia_status glia__plan_new(glia__plan **plan, size_t count)
{
    glia__plan *p = glia__new(1, sizeof *p);
    *plan = NULL;
    if (!p) return GLIA_E_MEMORY;
    p->column = glia__new(count, sizeof *p->column);
    p->count = count;
    if (!p->column) {
        glia__free(p);
        return GLIA_E_MEMORY;
    }
    *plan = p;
    return GLIA_OK;
}

void glia__plan_free(glia__plan *plan)
{
    for (size_t i = 0; plan && i < plan->count; i++) {
        glia__free(plan->column[i].name);
        glia__kind_clear(&plan->column[i].kind);
        glia__words_clear(&plan->column[i].words);
    }
    if (plan) glia__free(plan->text);
    if (plan) glia__free(plan->missing);
    if (plan) glia__free(plan->column);
    glia__free(plan);
}

static glia_status check_column(const glia__plan_column *c)
{
    bool words = glia__kind_is_words(&c->kind), category = c->kind.which == GLIA_KIND_CATEGORY;
    if (glia__kind_slots(&c->kind) == 0 || (!words && c->words.count) || (c->kind.hash && c->words.count) ||
        (c->other && (!category || c->kind.hash)))
        return glia__fail(GLIA_E_FORMAT, "column \"%.60s\" is of no kind that has such inputs", c->name);
    double places = (double)(category ? glia__kind_inputs(c) : c->words.count), fill = c->stand_in[0];
    if (words && fill != 0 && !(fill > 0 && fill < places && fill == floor(fill)))
        return glia__fail(GLIA_E_FORMAT, "column \"%.60s\": what stands in for a gap is no place of a word", c->name);
    for (size_t k = 0; k < glia__kind_slots(&c->kind); k++)
        if (!glia__fits_real(c->stand_in[k]))
            return glia__fail(GLIA_E_FORMAT, "column \"%.60s\": what stands in for a gap is not a finite number",
                              c->name);
    if (!glia__fits_real(c->origin)) return glia__fail(GLIA_E_FORMAT, "column \"%.60s\": not a first day", c->name);
    return GLIA_OK;
}

/* Columns without names go by their places. */
static char *text_of(const glia__plan *plan)
{
    glia__string text = {0};
    bool         named = plan->count && *plan->column[0].name;
    for (size_t i = 0; named && i < plan->count; i++)
        glia__column_print(plan->column[i].name, i, &plan->column[i].kind, &text);
    glia__string_add(&text, "%s", named ? ", *:skip" : "");
    return glia__string_take(&text);
}

glia_status glia__plan_settle(glia__plan *plan)
{
    plan->width = 0;
    for (size_t i = 0; i < plan->count; i++) {
        glia__plan_column *c = &plan->column[i];
        GLIA_TRY(check_column(c));
        c->at = plan->width;
        c->width = glia__kind_inputs(c) + c->gap;
        if (!glia__add(plan->width, c->width, &plan->width)) return glia__fail(GLIA_E_FORMAT, "too many inputs");
    }
    plan->text = text_of(plan);
    return plan->text ? GLIA_OK : GLIA_E_MEMORY;
}

const glia__plan_column *glia__plan_input(const glia__plan *plan, size_t input, size_t *i)
{
    size_t low = 0, high = plan->count; /* column[low].at <= input < column[high].at */
    while (high - low > 1) {
        size_t middle = (low + high) / 2;
        *(plan->column[middle].at <= input ? &low : &high) = middle;
    }
    *i = input - plan->column[low].at;
    return &plan->column[low];
}

/* ---- what the rows say ------------------------------------------------------------------------------------------ */

/* Learnt in one pass over the training rows, of every number of a row; medians come from at most so many rows, evenly.
 */
typedef struct survey {
    const glia_data *data;
    double          *sum, *least; /* [columns], of what is there */
    size_t          *count;       /* [columns], the same         */
    size_t         **words;       /* [columns]: rows of each word, of a column of words; else NULL */
    size_t           sampled;
    real            *sample; /* [sampled][columns], of rows on disk; NULL: they are in memory */
    size_t           taken;
} survey;

static void survey_clear(survey *s)
{
    for (size_t i = 0; s->words && i < s->data->columns; i++) glia__free(s->words[i]);
    glia__free(s->words);
    glia__free(s->sum);
    glia__free(s->least);
    glia__free(s->count);
    glia__free(s->sample);
}

static size_t sampled_row(const survey *s, size_t i)
{
    return (size_t)((double)i * (double)s->data->rows / (double)s->sampled);
}

static void survey_row(void *context, size_t r, const void *numbers)
{
    survey      *s = context;
    const size_t n = s->data->columns;
    const real  *row = numbers;
    for (size_t i = 0; i < n; i++) {
        const real v = row[i];
        if (isnan(v)) continue;
        s->sum[i] += (double)v;
        s->count[i]++;
        if ((double)v < s->least[i]) s->least[i] = (double)v;
        if (s->words[i]) s->words[i][(size_t)v]++;
    }
    if (s->sample && s->taken < s->sampled && sampled_row(s, s->taken) == r)
        memcpy(s->sample + s->taken++ * n, row, n * sizeof *row);
}

static glia_status survey_room(survey *s)
{
    const glia_data *d = s->data;
    s->sampled = d->rows < MEDIAN_ROWS ? d->rows : MEDIAN_ROWS;
    s->sum = glia__new(d->columns, sizeof *s->sum);
    s->least = glia__new(d->columns, sizeof *s->least);
    s->count = glia__new(d->columns, sizeof *s->count);
    s->words = glia__new(d->columns, sizeof *s->words);
    if (!s->sum || !s->least || !s->count || !s->words) return GLIA_E_MEMORY;
    for (size_t i = 0; i < d->columns; i++) {
        const glia__column *c = &d->column[d->column_of[i]];
        s->least[i] = INFINITY;
        if (!glia__kind_is_words(&c->kind)) continue;
        if (!(s->words[i] = glia__new(c->words.count, sizeof *s->words[i]))) return GLIA_E_MEMORY;
    }
    if (d->store && !(s->sample = glia__new(s->sampled, d->columns * sizeof *s->sample))) return GLIA_E_MEMORY;
    return GLIA_OK;
}

static glia_status survey_rows(survey *s, const glia_data *d)
{
    *s = (survey){.data = d};
    GLIA_TRY(survey_room(s));
    return glia__data_each(d, survey_row, s);
}

/* ---- numbers ---------------------------------------------------------------------------------------------------- */

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double sampled_value(const survey *s, size_t i, size_t slot)
{
    const glia_data *d = s->data;
    if (s->sample) return (double)s->sample[i * d->columns + slot];
    return (double)d->values[glia__data_stored(d, sampled_row(s, i)) * d->columns + slot];
}

/* The value in the middle; of two, their mean. 0 of none. */
static glia_status median(const survey *s, size_t slot, double *value)
{
    size_t  n = 0;
    double *list = glia__new(s->sampled, sizeof *list);
    if (!list) return GLIA_E_MEMORY;
    for (size_t i = 0; i < s->sampled; i++) {
        const double v = sampled_value(s, i, slot);
        if (!isnan(v)) list[n++] = v;
    }
    qsort(list, n, sizeof *list, by_value);
    *value = n ? (list[(n - 1) / 2] + list[n / 2]) / 2 : 0;
    glia__free(list);
    return GLIA_OK;
}

static double mean(const survey *s, size_t slot)
{
    return s->count[slot] ? s->sum[slot] / (double)s->count[slot] : 0;
}

static double least(const survey *s, size_t slot)
{
    return s->count[slot] ? s->least[slot] : 0;
}

/* ---- words ------------------------------------------------------------------------------------------------------ */

static size_t rare_below(const glia__kind *k, size_t rows)
{
    size_t hundredth = (rows + 99) / 100;
    if (k->rare != SIZE_MAX) return k->rare;
    return hundredth < RARE_MOST ? hundredth : RARE_MOST;
}

/* Keeps the words that have rows enough; the others share a place. */
static glia_status keep_words(glia__plan_column *c, const glia__column *from, const size_t *rows, size_t rare)
{
    glia__words kept = {0};
    size_t      number, *rank = NULL, *at = NULL;
    glia_status status = GLIA_OK;
    for (size_t i = 0; status == GLIA_OK && i < from->words.count; i++) {
        c->other = c->other || (rows[i] && rows[i] < rare);
        if (rows[i] && rows[i] >= rare)
            status = glia__words_add(&kept, from->words.text[i], strlen(from->words.text[i]), &number);
    }
    if (status == GLIA_OK && !(rank = glia__new(kept.count, sizeof *rank))) status = GLIA_E_MEMORY;
    if (status == GLIA_OK) status = glia__words_rank(&kept, rank);
    if (status == GLIA_OK && !(at = glia__new(kept.count, sizeof *at))) status = GLIA_E_MEMORY;
    for (size_t i = 0; status == GLIA_OK && i < kept.count; i++) at[rank[i]] = i;
    for (size_t i = 0; status == GLIA_OK && i < kept.count; i++)
        status = glia__words_add(&c->words, kept.text[at[i]], strlen(kept.text[at[i]]), &number);
    glia__free(at);
    glia__free(rank);
    glia__words_clear(&kept);
    return status;
}

/* A word that the order leaves out has no place in it. */
static glia_status check_said(const glia__plan_column *c, const glia__column *from, const size_t *rows)
{
    for (size_t i = 0; i < from->words.count; i++)
        if (rows[i] && isnan(glia__plan_place(c, from->words.text[i])))
            return glia__fail(GLIA_E_TEXT,
                              "columns: %.60s: \"%.60s\", in %zu rows, is none of the words of `ordinal %.80s`",
                              c->name, from->words.text[i], rows[i], c->kind.words);
    return GLIA_OK;
}

/* Which place has the most rows; of equals the first. */
static double most_frequent(const glia__plan_column *c, const glia__column *from, const size_t *rows, size_t *sums,
                            size_t places)
{
    size_t best = 0;
    for (size_t i = 0; i < from->words.count; i++) {
        double place = glia__plan_place(c, from->words.text[i]);
        if (place >= 0 && place < (double)places) sums[(size_t)place] += rows[i];
    }
    for (size_t p = 1; p < places; p++)
        if (sums[p] > sums[best]) best = p;
    return (double)best;
}

/* Words that would have a place of their own. */
static size_t count_kept(const glia__column *from, const size_t *rows, size_t rare)
{
    size_t kept = 0;
    for (size_t i = 0; i < from->words.count; i++) kept += rows[i] && rows[i] >= rare;
    return kept;
}

static glia_status find_places(glia__plan_column *c, const glia__column *from, const size_t *rows, size_t all)
{
    bool ordinal = c->kind.which == GLIA_KIND_ORDINAL, free = !ordinal && c->kind.rare == SIZE_MAX;
    if (ordinal && c->kind.words) {
        GLIA_TRY(glia__kind_words(&c->kind, &c->words));
        return check_said(c, from, rows);
    }
    const size_t rare = ordinal ? 0 : rare_below(&c->kind, all);
    if (free && !c->kind.hash && count_kept(from, rows, rare) > MANY_PLACES) c->kind.hash = USUAL_HASH;
    return c->kind.hash ? GLIA_OK : keep_words(c, from, rows, rare);
}

static glia_status fit_words(glia__plan_column *c, const survey *s, const glia__column *from)
{
    const size_t *rows = s->words[from->slot];
    GLIA_TRY(find_places(c, from, rows, s->data->rows));
    const size_t places = c->kind.which == GLIA_KIND_ORDINAL ? c->words.count : glia__kind_inputs(c);
    size_t      *sums = glia__new(places, sizeof *sums);
    if (!sums) return GLIA_E_MEMORY;
    if (places) c->stand_in[0] = most_frequent(c, from, rows, sums, places);
    glia__free(sums);
    return GLIA_OK;
}

/* ---- a column --------------------------------------------------------------------------------------------------- */

static glia_status fit_number(glia__plan_column *c, const survey *s, size_t slot)
{
    c->stand_in[0] = c->kind.fill == GLIA__FILL_MEAN ? mean(s, slot) : 0;
    return c->kind.fill == GLIA__FILL_MEDIAN ? median(s, slot, &c->stand_in[0]) : GLIA_OK;
}

static glia_status fit_moment(glia__plan_column *c, const survey *s, size_t slot)
{
    for (size_t k = 0; k < glia__kind_slots(&c->kind); k++) {
        GLIA_TRY(median(s, slot + k, &c->stand_in[k]));
        c->stand_in[k] = floor(c->stand_in[k]);
    }
    c->origin = c->kind.which == GLIA_KIND_TIME ? 0 : least(s, slot);
    return GLIA_OK;
}

static glia_status fit_column(glia__plan_column *c, const survey *s, const glia__column *from)
{
    if (!(c->name = glia__strdup(from->name))) return GLIA_E_MEMORY;
    GLIA_TRY(glia__kind_copy(&from->kind, &c->kind));
    c->missing = from->missing ? s->data->rows - s->count[from->slot] : 0;
    c->gap = c->missing > 0;
    if (glia__kind_is_words(&from->kind)) return fit_words(c, s, from);
    if (c->kind.which == GLIA_KIND_NUMBER) return fit_number(c, s, from->slot);
    if (c->kind.which != GLIA_KIND_YESNO) return fit_moment(c, s, from->slot);
    c->stand_in[0] = mean(s, from->slot) > 0.5;
    return GLIA_OK;
}

static glia_status fit_columns(glia__plan *plan, const glia_data *train)
{
    survey      s;
    size_t      at = 0;
    glia_status status = survey_rows(&s, train);
    for (size_t i = 0; status == GLIA_OK && i < train->n_columns; i++)
        if (train->column[i].slot != GLIA_NO_COLUMN) status = fit_column(&plan->column[at++], &s, &train->column[i]);
    survey_clear(&s);
    return status == GLIA_OK ? glia__plan_settle(plan) : status;
}

glia_status glia__plan_fit(glia__plan **plan, const glia_data *train)
{
    size_t read = 0;
    *plan = NULL;
    if (!train->column) return GLIA_OK;
    for (size_t i = 0; i < train->n_columns; i++) read += train->column[i].slot != GLIA_NO_COLUMN;
    GLIA_TRY(glia__plan_new(plan, read));
    glia_status status = fit_columns(*plan, train);
    (*plan)->rows = train->rows;
    if (status == GLIA_OK && train->missing_text && !((*plan)->missing = glia__strdup(train->missing_text)))
        status = GLIA_E_MEMORY;
    if (status == GLIA_OK) return GLIA_OK;
    glia__plan_free(*plan);
    *plan = NULL;
    return status;
}
