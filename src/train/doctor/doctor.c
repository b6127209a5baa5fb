/* The doctor's life: what it needs, what it notes of a run, and the look at the end. */
#include "train/doctor/doctor.h"

#include <math.h>
#include <string.h>

#include "ground/memory.h"

enum { ROWS = 512 };              /* that are looked at */
enum { OFTEN = 32, EVERY = 128 }; /* steps that are looked at: 0, 1, 2, 4, 8, 16, 32, 128, 256, 384 ... */

/* ---- before ---------------------------------------------------------------------------------------------------- */

/* Rows spread evenly over the data. */
static glia_status choose_rows(glia__doctor *d)
{
    const size_t rows = d->p.train->rows;
    d->n_rows = rows < ROWS ? rows : ROWS;
    d->room = d->p.piece < d->n_rows ? d->p.piece : d->n_rows;
    if (!(d->rows = glia__new(d->n_rows, sizeof *d->rows))) return GLIA_E_MEMORY;
    for (size_t i = 0; i < d->n_rows; i++) d->rows[i] = (size_t)((double)i * (double)rows / (double)d->n_rows);
    return GLIA_OK;
}

static size_t units_of(const glia__layer *l)
{
    return l->out.rank > 1 ? glia__channels_of(&l->out).count : l->n_out;
}

static glia_status make_vitals(glia__doctor *d)
{
    const glia_model *m = d->p.m;
    size_t            units = 0;
    if (!(d->vitals = glia__new(m->n_layers, sizeof *d->vitals))) return GLIA_E_MEMORY;
    for (size_t i = 0; i < m->n_layers; i++) {
        const glia__look unseen = {.y = (double)NAN, .dy = (double)NAN};
        d->vitals[i] = (glia__vitals){.l = &m->layers[i], .units = units_of(&m->layers[i])};
        d->vitals[i].first = d->vitals[i].now = unseen;
        units += d->vitals[i].units;
    }
    if (!(d->alive = glia__new(units, sizeof *d->alive))) return GLIA_E_MEMORY;
    for (size_t i = 0, at = 0; i < m->n_layers; at += d->vitals[i++].units) d->vitals[i].alive = d->alive + at;
    return GLIA_OK;
}

static glia_status copy_truth(glia__doctor *d, size_t n)
{
    const glia_data *data = d->p.train;
    if (data->target != GLIA_TARGET_NUMBERS) return GLIA_OK;
    if (!(d->truth = glia__new(d->n_rows, n * sizeof *d->truth))) return GLIA_E_MEMORY;
    for (size_t i = 0; i < d->n_rows * n; i++) d->truth[i] = glia_data_number(data, d->rows[i / n], i % n);
    return GLIA_OK;
}

static glia_status make(glia__doctor *d)
{
    const glia_model *m = d->p.m;
    const size_t      n = m->n_out, classes = m->n_classes > n ? m->n_classes : n;
    GLIA_TRY(choose_rows(d));
    GLIA_TRY(make_vitals(d));
    GLIA_TRY(glia__answers_new(&d->answers, m, d->p.train, d->room));
    d->start = glia__new_aligned(m->n_parameters, sizeof *d->start);
    d->before = glia__new_aligned(m->n_parameters, sizeof *d->before);
    d->answer = glia__new(d->n_rows, n * sizeof *d->answer);
    d->class_room = glia__new(classes, 2 * sizeof *d->class_room);
    d->inputs = glia__new(d->n_rows, m->n_in * sizeof *d->inputs);
    d->findings = glia__new(glia__complaints_count(), sizeof *d->findings);
    if (!d->start || !d->before || !d->answer || !d->class_room || !d->inputs || !d->findings) return GLIA_E_MEMORY;
    return copy_truth(d, n);
}

glia_status glia__doctor_new(glia__doctor **doctor, const glia__patient *p)
{
    glia__doctor *d = *doctor = glia__new(1, sizeof *d);
    if (!d) return GLIA_E_MEMORY;
    d->p = *p;
    d->suggested = (double)NAN;
    glia_status status = make(d);
    if (status == GLIA_OK) return status;
    glia__doctor_free(d);
    *doctor = NULL;
    return status;
}

void glia__doctor_free(glia__doctor *d)
{
    if (!d) return;
    glia__answers_clear(&d->answers);
    glia__free(d->vitals);
    glia__free(d->alive);
    glia__free_aligned(d->start);
    glia__free_aligned(d->before);
    glia__free(d->rows);
    glia__free(d->inputs);
    glia__free(d->answer);
    glia__free(d->truth);
    glia__free(d->class_room);
    glia__free(d->findings);
    glia__free(d);
}

/* ---- while a run goes on --------------------------------------------------------------------------------------- */

static void copy(const glia_model *m, real *to, const real *from)
{
    memcpy(to, from, m->n_parameters * sizeof *to);
}

void glia__doctor_begin(glia__doctor *d)
{
    if (!d) return;
    const glia_model *m = d->p.m;
    copy(m, d->start, m->parameters);
    d->answers.class_weight = m->class_weight; /* which it has only now */
    d->bad_start = !glia__kernels_get()->all_finite(m->n_parameters, m->parameters);
}

static bool worth_a_look(size_t step)
{
    return step <= OFTEN ? (step & (step - 1)) == 0 : step % EVERY == 0;
}

void glia__doctor_before(glia__doctor *d)
{
    if (!d) return;
    d->due = d->due || worth_a_look(d->steps);
    if (d->due) copy(d->p.m, d->before, d->p.m->parameters);
}

static void first_look(glia__doctor *d, size_t rows)
{
    const glia_model *m = d->p.m;
    if (rows > ROWS) rows = ROWS;
    d->x_size = sqrt(glia__kernels_get()->sum_squares(rows * m->n_in, m->x) / (double)(rows * m->n_in));
    glia__look_begin(d);
    glia__look_add(d, rows);
    glia__look_end(d);
    for (size_t i = 0; i < m->n_layers; i++) d->vitals[i].first = d->vitals[i].now;
}

/* A step that only gathers gradients leaves the look to the one that updates. */
void glia__doctor_after(glia__doctor *d, const glia__step *s)
{
    if (!d) return;
    if (d->steps == 0) {
        d->first_loss = glia__loss_told(d->p.loss, s->loss_sum, s->truth.weight, d->p.m->n_out);
        first_look(d, s->rows);
    }
    d->failed = s->nonfinite;
    if (s->optim && s->optim->rate > d->rate) d->rate = s->optim->rate;
    if (d->due && s->optim && !s->nonfinite) {
        glia__look_leap(d);
        d->due = false;
    }
    d->steps++;
}

/* ---- at the end ------------------------------------------------------------------------------------------------ */

/* The rows once more, forward and backward and without an update. Running statistics go back to what they were. */
static glia_status pass_rows(glia__doctor *d)
{
    glia_status status = GLIA_OK;
    glia_model *m = d->p.m;
    glia__step  step = {
         .model = m, .team = d->p.team, .train = true, .loss = d->p.loss, .fused = d->p.fused, .backward = true};
    glia__outcome      outcome = glia__outcome_of(m, d->p.loss, d->p.fused);
    const glia__layer *last = glia__model_last(m);
    copy(m, d->before, m->parameters);
    glia__look_begin(d);
    for (size_t at = 0; at < d->n_rows; at += step.rows) {
        const size_t left = d->n_rows - at;
        status = glia__answers_fill(&d->answers, d->rows + at, left < d->room ? left : d->room, &step);
        if (status != GLIA_OK) break;
        step.chance = (glia__chance){d->p.o->seed, 0, d->rows + at};
        glia__step_run(&step);
        glia__look_add(d, step.rows);
        glia__outcome_take(outcome, &m->target_scale, &last->out, step.rows, last->y, d->answer + at * m->n_out);
    }
    glia__look_end(d);
    copy(m, m->parameters, d->before);
    return status;
}

/* A rate that would do, where this one does not. For want of memory there is none. */
static void ask_for_rate(glia__doctor *d)
{
    glia__range *range = glia__new(1, sizeof *range);
    if (range && glia__range_test(d, range) == GLIA_OK) d->suggested = range->suggested;
    glia__free(range);
}

void glia__doctor_conclude(glia__doctor *d)
{
    if (!d) return;
    glia_model *m = d->p.m;
    glia__look_data(d, d->failed || d->steps == 0);
    if (!d->failed && d->data.not_finite == 0 && !d->bad_start) {
        if (pass_rows(d) == GLIA_OK) glia__worth_of(d);
    }
    glia__look_weights(d);
    bool begun_well = d->data.not_finite == 0 && !d->bad_start;
    if (d->steps > 0 && begun_well && glia__saw_start(d) && glia__complains_of_rate(d)) ask_for_rate(d);
    m->n_findings = glia__complain(d, d->findings);
    glia__free(m->findings);
    m->findings = d->findings;
    d->findings = NULL;
}
