/* The stratified cut: scikit-learn 1.2's StratifiedShuffleSplit(random_state=seed), row for row. Of each class the rest
 * gets its share of the rows, rounded down; what is then missing comes from the classes with the largest remainders,
 * those with equal ones in the order of a permutation. */
#include <math.h>

#include "data/split.h"
#include "ground/memory.h"

/* The classes that have rows, all arrays [count] but the last two. */
typedef struct strata {
    size_t count;
    size_t *class, *rows; /* which class, and how many rows it has                */
    size_t *rest, *held;  /* how many of them go where                            */
    double *remainder;    /* what rounding down left over                         */
    size_t *row;          /* [all rows]: class by class, each in the order of rows */
    size_t *draw;         /* [all rows]: room for a permutation                   */
} strata;

static void strata_clear(strata *s)
{
    glia__free(s->class);
    glia__free(s->rows);
    glia__free(s->rest);
    glia__free(s->held);
    glia__free(s->remainder);
    glia__free(s->row);
    glia__free(s->draw);
}

static glia_status strata_new(strata *s, size_t classes, size_t rows)
{
    s->class = glia__new(classes, sizeof *s->class);
    s->rows = glia__new(classes, sizeof *s->rows);
    s->rest = glia__new(classes, sizeof *s->rest);
    s->held = glia__new(classes, sizeof *s->held);
    s->remainder = glia__new(classes, sizeof *s->remainder);
    s->row = glia__new(rows, sizeof *s->row);
    s->draw = glia__new(rows, sizeof *s->draw);
    bool fine = s->class && s->rows && s->rest && s->held && s->remainder && s->row && s->draw;
    return fine ? GLIA_OK : GLIA_E_MEMORY;
}

/* Sorts the rows into their classes by counting; `rest` serves as the place where each class goes on. */
static void strata_fill(strata *s, const glia_data *d)
{
    size_t *place = s->rest, first = 0;
    for (size_t i = 0; i < d->rows; i++) s->held[glia_data_class(d, i)]++;
    for (size_t k = 0; k < d->n_classes; k++) {
        place[k] = first;
        first += s->held[k];
    }
    for (size_t i = 0; i < d->rows; i++) s->row[place[glia_data_class(d, i)]++] = i;
    for (size_t k = 0; k < d->n_classes; k++) {
        if (s->held[k] == 0) continue;
        s->class[s->count] = k;
        s->rows[s->count++] = s->held[k];
    }
}

static glia_status strata_check(const strata *s, const glia__cut *c)
{
    const glia_data *d = c->data;
    size_t           rest = c->rows - c->held;
    for (size_t k = 0; k < s->count; k++)
        if (s->rows[k] < 2)
            return glia__fail(GLIA_E_ARG, "%s: class \"%.60s\" has only one row: a stratified hold-out needs two",
                              d->name, d->class_names[s->class[k]]);
    if (c->held < s->count || rest < s->count)
        return glia__fail(GLIA_E_ARG, "%s: %zu classes cannot all be among %zu rows held out and among the other %zu",
                          d->name, s->count, c->held, rest);
    return GLIA_OK;
}

/* One more row from each stratum whose remainder is `value`, in the order of a permutation, while any is missing. */
static size_t take_tied(const strata *s, const glia__cut *c, double value, size_t missing, size_t *take)
{
    size_t *tied = s->draw, tied_count = 0; /* two lists fit: there are at least two rows a stratum */
    for (size_t k = 0; k < s->count; k++)
        if (s->remainder[k] == value) tied[tied_count++] = k;
    size_t *order = tied + tied_count;
    glia_rng_permutation(c->rng, order, tied_count);
    for (size_t i = 0; i < tied_count && missing > 0; i++, missing--) take[tied[order[i]]]++;
    return missing;
}

/* take[k] = how many of `draws` rows come from stratum k, which has left[k]. scikit-learn's _approximate_mode. */
static void deal(const strata *s, const glia__cut *c, const size_t *left, size_t draws, size_t *take)
{
    size_t all = 0, missing = draws;
    for (size_t k = 0; k < s->count; k++) all += left[k];
    for (size_t k = 0; k < s->count; k++) {
        double exact = (double)left[k] / (double)all * (double)draws;
        take[k] = (size_t)floor(exact);
        s->remainder[k] = exact - floor(exact);
        missing -= take[k];
    }
    for (double above = INFINITY; missing > 0 && above > 0;) {
        double largest = -1;
        for (size_t k = 0; k < s->count; k++)
            if (s->remainder[k] < above) largest = fmax(largest, s->remainder[k]);
        missing = take_tied(s, c, largest, missing, take);
        above = largest;
    }
}

/* Which rows of each class go where, then both sides shuffled. */
static void strata_cut(strata *s, const glia__cut *c)
{
    size_t *held = c->order, *rest = c->order + c->held, *row = s->row;
    deal(s, c, s->rows, c->rows - c->held, s->rest);
    for (size_t k = 0; k < s->count; k++) s->rows[k] -= s->rest[k];
    deal(s, c, s->rows, c->held, s->held); /* all that are left: only its draws matter */
    for (size_t k = 0; k < s->count; k++) {
        size_t n = s->rest[k] + s->rows[k];
        glia_rng_permutation(c->rng, s->draw, n);
        for (size_t i = 0; i < n; i++) *(i < s->rest[k] ? rest++ : held++) = row[s->draw[i]];
        row += n;
    }
    glia_rng_shuffle(c->rng, c->order + c->held, c->rows - c->held, sizeof *c->order);
    glia_rng_shuffle(c->rng, c->order, c->held, sizeof *c->order);
}

glia_status glia__cut_stratified(glia__cut *c)
{
    strata s = {0};
    if (c->data->target != GLIA_TARGET_CLASSES)
        return glia__fail(GLIA_E_ARG, "%s has no classes: a stratified hold-out needs them", c->data->name);
    glia_status status = strata_new(&s, c->data->n_classes, c->rows);
    if (status == GLIA_OK) {
        strata_fill(&s, c->data);
        status = strata_check(&s, c);
    }
    if (status == GLIA_OK) strata_cut(&s, c);
    strata_clear(&s);
    return status;
}
