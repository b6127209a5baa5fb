/* The passes over the layers, on a team of threads.
 *
 *   gather -> forward, layer by layer -> loss -> backward, from the last layer down -> weights of all layers
 *
 * Each phase of a layer is cut into blocks by the layer and the batch alone, and a thread takes whole blocks: so each
 * number comes from the same call whoever makes it, and no result depends on the number of threads.
 *
 * Phases that follow each other and are cut in the same blocks of rows are one job: a thread takes a block of rows
 * through all of them, so that its numbers are still in its cache, and nobody has to meet in between. A job too small
 * to share runs on the first thread. Threads meet between two jobs only where one of them is shared. The weights'
 * gradients come last, all together: nothing reads a weight after them, so they need no meeting among themselves, and a
 * plain gradient descent makes its update in the same pass (w = w - rate * gradient).
 *
 * In strips (parts/layer.h) all from the inputs to the sums of the gradients is one job, up to PHASES_MOST: threads
 * meet when it is over, and the loss is added up then. Of a batch in pieces the sums wait for the last one. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "ground/clock.h"
#include "model/model.h"

/* ---- jobs ------------------------------------------------------------------------------------------------------ */

typedef struct walk walk;
typedef void        block_function(walk *w, const glia__layer *l, size_t begin, size_t end);

typedef struct task {
    const glia__layer *l;
    block_function    *run;
} task;

/* One thread's way through a step. Everyone walks the same way and makes the same decisions. */
enum { PHASES_MOST = 64 };
struct walk {
    glia__step *s;
    unsigned    rank, size;
    enum { MET, SERIAL, SHARED } since; /* what ran since all last met */
    task      job[PHASES_MOST];         /* the one that is being put together */
    size_t    phases;
    glia__cut cut;                /* of all its phases */
    size_t    group, group_begin; /* of blocks, that runs now */
};

static void meet(walk *w)
{
    if (w->size > 1 && w->since != MET) glia__team_meet(w->s->team, w->rank);
    w->since = MET;
}

enum { WORTH_SHARING = 400000 }; /* multiply-adds; some microseconds */

static bool worth_sharing(const glia__cut *cut)
{
    return cut->units > cut->block && cut->work >= WORTH_SHARING;
}

static void run_blocks(walk *w, size_t from, size_t to)
{
    size_t step = w->cut.joined && from < to ? to - from : w->cut.block;
    for (size_t begin = from; begin < to; begin += step) {
        size_t end = begin + step;
        for (size_t i = 0; i < w->phases; i++)
            w->job[i].run(w, w->job[i].l, begin, end < w->cut.units ? end : w->cut.units);
    }
}

/* Blocks of rows are shared out by whole groups, so that a group's sums are one thread's. */
static void run_groups(walk *w, size_t from, size_t to)
{
    for (size_t g = from; g < to; g++) {
        w->group = g;
        w->group_begin = glia__cut_group_begin(&w->cut, g);
        run_blocks(w, w->group_begin, glia__cut_group_begin(&w->cut, g + 1));
    }
}

/* Runs the job that was put together: this thread's blocks of it. */
static void run_job(walk *w)
{
    size_t blocks = (w->cut.units + w->cut.block - 1) / w->cut.block;
    bool   share = w->size > 1 && worth_sharing(&w->cut);
    size_t all = w->cut.by_rows ? glia__cut_groups(&w->cut) : blocks, from = 0, to = all;
    if (share)
        from = all * w->rank / w->size, to = all * (w->rank + 1) / w->size;
    else if (w->rank > 0)
        to = 0;
    if (w->cut.by_rows)
        run_groups(w, from, to);
    else
        run_blocks(w, from * w->cut.block, to * w->cut.block < w->cut.units ? to * w->cut.block : w->cut.units);
    w->since = share ? SHARED : w->since == SHARED ? SHARED : SERIAL;
    w->phases = 0;
}

/* The same, after what came before it. */
static void end_job(walk *w)
{
    if (w->phases == 0) return;
    if (worth_sharing(&w->cut) || w->since == SHARED) meet(w);
    run_job(w);
}

static bool same_rows(const glia__cut *a, const glia__cut *b)
{
    return a->by_rows && b->by_rows && a->units == b->units && a->block == b->block && a->groups == b->groups;
}

/* The next phase: of the job that is being put together, or of a new one. */
static void add_phase(walk *w, const glia__layer *l, const glia__cut *cut, block_function *run)
{
    if (w->phases == PHASES_MOST || (w->phases > 0 && !same_rows(&w->cut, cut))) end_job(w);
    size_t work = w->phases ? w->cut.work : 0;
    w->cut = *cut;
    w->cut.work += work;
    w->job[w->phases++] = (task){l, run};
}

/* Something that one thread does. */
static void run_once(walk *w, void (*run)(glia__step *s))
{
    end_job(w);
    if (w->since == SHARED) meet(w);
    if (w->rank == 0) run(w->s);
    w->since = SERIAL;
}

static void cut_layer(const glia__layer *l, glia__phase phase, size_t rows, glia__cut *cut)
{
    *cut = (glia__cut){0};
    (l->class->cut ? l->class->cut : glia__cut_rows)(l, phase, rows, cut);
}

static void add_layer(walk *w, const glia__layer *l, glia__phase phase, block_function *run)
{
    glia__cut cut;
    cut_layer(l, phase, w->s->rows, &cut);
    if (cut.units) add_phase(w, l, &cut, run);
}

static glia__part part_of(const walk *w, size_t begin, size_t end)
{
    const glia__step *s = w->s;
    return (glia__part){.rows = s->rows,
                        .begin = begin,
                        .end = end,
                        .group = w->group,
                        .group_begin = w->group_begin,
                        .goes_on = s->goes_on,
                        .train = s->train,
                        .chance = s->chance,
                        .work = s->model->work + w->rank * s->model->works};
}

/* ---- gather and forward ---------------------------------------------------------------------------------------- */

static void gather_block(walk *w, const glia__layer *l, size_t begin, size_t end)
{
    const glia__step *s = w->s;
    const glia_model *m = s->model;
    bool              turned = glia__shape_turned(&m->in);
    real             *x = m->x + begin * m->n_in, *spoken = turned ? m->spoken + begin * m->n_in : x;
    (void)l;
    if (s->augment)
        glia__batch_augmented(s->intake, s->augment, w->rank, &s->chance, begin, end, spoken);
    else
        glia__batch_inputs(s->intake, s->order, begin, end, spoken);
    if (turned) glia__rows_in_memory(&m->in, end - begin, spoken, x);
}

/* In blocks of the first layer, if it is cut by rows: it finds them in its cache. */
static glia__cut cut_gather(const glia__step *s)
{
    enum { NUMBERS = 4096, COST = 25, COST_OF_CHANGES = 100 }; /* rows come from anywhere in memory */
    const glia_model *m = s->model;
    size_t            n = m->n_in, work = s->rows * n * (s->augment ? COST_OF_CHANGES : COST), first = 0;
    glia__cut         cut = {s->rows, 1 + NUMBERS / n, work, .by_rows = true}, layer;
    while (!m->layers[first].class->forward) first++;
    cut_layer(&m->layers[first], GLIA__FORWARD, s->rows, &layer);
    if (layer.by_rows) cut.block = layer.block, cut.groups = layer.groups;
    return cut;
}

static void gather(walk *w)
{
    glia__cut cut = cut_gather(w->s);
    add_phase(w, NULL, &cut, gather_block);
}

/* What follows from the weights alone, where kernels have a plan. The first share, in which some layers do all,
 * falls to another thread in each layer. */
static void prepare(walk *w)
{
    const glia_model *m = w->s->model;
    unsigned          found = 0;
    for (size_t i = 0; i < m->n_layers; i++) {
        const glia__layer *l = &m->layers[i];
        if (l->class->prepare && l->plan) l->class->prepare(l, (w->rank + found++) % w->size, w->size);
    }
    if (found) w->since = SHARED;
}

static void forward_sums_block(walk *w, const glia__layer *l, size_t begin, size_t end)
{
    glia__part part = part_of(w, begin, end);
    l->class->forward_sums(l, &part);
}

static void forward_block(walk *w, const glia__layer *l, size_t begin, size_t end)
{
    glia__part part = part_of(w, begin, end);
    l->class->forward(l, &part);
}

/* Whether all that is done for a row is one job, and threads meet when it is over. */
static bool in_strips(const glia__step *s)
{
    return s->model->layers[0].strip_groups > 0;
}

/* Whether the loss is made from what goes into the last layer, which tells the most probable class as well: that layer
 * may be left out. */
static bool judges_by_logits(const glia__step *s)
{
    return s->loss && s->fused && glia__model_last(s->model)->class->keeps_order;
}

static void forward(walk *w)
{
    const glia_model *m = w->s->model;
    prepare(w);
    if (w->s->intake) gather(w);
    size_t count = m->n_layers - (w->s->loss_alone && judges_by_logits(w->s));
    for (size_t i = 0; i < count; i++) {
        const glia__layer *l = &m->layers[i];
        if (!l->class->forward || l->by_reader) continue;
        if (l->class->forward_sums && w->s->train && !l->frozen) {
            add_layer(w, l, GLIA__FORWARD_SUMS, forward_sums_block);
            end_job(w);
        }
        add_layer(w, l, GLIA__FORWARD, forward_block);
    }
    if (!in_strips(w->s)) end_job(w);
}

/* ---- loss ------------------------------------------------------------------------------------------------------ */

static void loss_block(walk *w, const glia__layer *l, size_t begin, size_t end)
{
    const glia__step *s = w->s;
    glia__judged      top = glia__model_judged(s->model, s->fused);
    (void)l;
    glia__loss_rows(s->loss, top.n, top.y, &s->truth, begin, end, s->model->row_loss, s->backward ? top.dy : NULL);
}

/* The row losses again, of outputs and targets in the user's units. */
static void loss_in_units(glia__step *s)
{
    glia__judged top = glia__model_judged(s->model, s->fused);
    size_t       n = top.n, count = s->rows * n;
    real        *y = s->unscaled, *t = s->unscaled + count;
    glia__rows_spoken(&glia__model_last(s->model)->out, s->rows, top.y, y);
    glia__rows_spoken(&glia__model_last(s->model)->out, s->rows, s->truth.targets, t);
    for (size_t i = 0; i < count; i++) {
        real shift = (real)s->units->shift[i % n], scale = (real)s->units->scale[i % n];
        y[i] = y[i] * scale + shift;
        t[i] = t[i] * scale + shift;
    }
    glia__truth in_units = s->truth;
    in_units.targets = t;
    glia__loss_rows(s->loss, n, y, &in_units, 0, s->rows, s->model->row_loss, NULL);
}

/* Whether a row's most probable class (the first of equals) is its own; one output tells two classes apart. */
static bool hit(const glia__step *s, const real *y, int32_t class)
{
    size_t best = 0, n = s->model->n_out;
    if (n == 1) return (y[0] > s->threshold) == (class == 1);
    for (size_t j = 1; j < n; j++)
        if (y[j] > y[best]) best = j;
    return best == (size_t) class;
}

static double sum_of_rows(const glia__step *s)
{
    double sum = 0;
    for (size_t r = 0; r < s->rows; r++) sum += s->model->row_loss[r];
    return sum;
}

static void total(glia__step *s)
{
    const glia__layer *last = glia__model_last(s->model);
    glia__judged       top = glia__model_judged(s->model, s->fused);
    const real        *y = judges_by_logits(s) ? top.y : last->y;
    s->loss_sum = s->loss_minimised = sum_of_rows(s);
    if (s->units) {
        loss_in_units(s);
        s->loss_sum = sum_of_rows(s);
    }
    s->hits = s->judged = 0;
    for (size_t r = 0; s->truth.classes && r < s->rows; r++) {
        if (glia__loss_passes_over(s->loss, &s->truth, r)) continue;
        s->judged++;
        s->hits += hit(s, y + r * last->n_out, s->truth.classes[r]);
    }
    s->nonfinite = !isfinite(s->loss_sum) || (s->backward && top.dy && !last->k->all_finite(s->rows * top.n, top.dy));
}

static void loss(walk *w)
{
    enum { COST = 200 };
    size_t    rows = w->s->rows;
    glia__cut cut = {.units = rows, .block = 1 + (rows - 1) / 8, .work = rows * w->s->model->n_out * COST};
    if (in_strips(w->s)) {
        glia__cut layer;
        cut_layer(glia__model_last(w->s->model), GLIA__BACKWARD_X, rows, &layer);
        cut.block = layer.block, cut.groups = layer.groups, cut.by_rows = true;
    }
    add_phase(w, NULL, &cut, loss_block);
    if (!in_strips(w->s)) run_once(w, total);
}

/* ---- backward and update --------------------------------------------------------------------------------------- */

/* Where several layers read y, dy is the sum of what each of them says. */
static void add_gradients_block(walk *w, const glia__layer *l, size_t begin, size_t end)
{
    (void)w;
    for (int k = 0; k < l->dys; k++)
        l->k->add((end - begin) * l->n_out, l->dy_of[k] + begin * l->n_out, l->dy + begin * l->n_out);
}

static void add_dx_block(walk *w, const glia__layer *l, size_t begin, size_t end)
{
    const glia_model *m = w->s->model;
    size_t            n = m->n_in;
    for (int k = 0; k < m->dxs; k++) l->k->add((end - begin) * n, m->dx_of[k] + begin * n, m->dx + begin * n);
}

static void backward_sums_block(walk *w, const glia__layer *l, size_t begin, size_t end)
{
    glia__part part = part_of(w, begin, end);
    l->class->backward_sums(l, &part);
}

static void backward_x_block(walk *w, const glia__layer *l, size_t begin, size_t end)
{
    glia__part part = part_of(w, begin, end);
    l->class->backward_x(l, &part);
}

/* A layer's own part of the way back: dy made whole, sums, dx where somebody needs it. */
static void backward_layer(walk *w, const glia__layer *l)
{
    bool needs_x = w->s->want_dx || l->upstream, learns = glia__layer_learns(l), across = l->class->across;
    if (l->by_reader || (!needs_x && !learns)) return;
    if (l->dys) {
        glia__cut cut = {0};
        glia__cut_rows(l, GLIA__BACKWARD_X, w->s->rows, &cut);
        add_phase(w, l, &cut, add_gradients_block);
    }
    if (l->class->backward_sums && !l->frozen && (learns || across))
        add_layer(w, l, GLIA__BACKWARD_SUMS, backward_sums_block);
    if (across) end_job(w);
    if (needs_x) add_layer(w, l, GLIA__BACKWARD_X, backward_x_block);
}

/* From the layer under the loss down to the first that learns anything, or to the inputs. */
static void backward(walk *w)
{
    const glia_model *m = w->s->model;
    size_t            top = m->n_layers - (w->s->loss && w->s->fused);
    for (size_t i = top; i-- > 0;)
        if (m->layers[i].class->forward) backward_layer(w, &m->layers[i]);
    if (w->s->want_dx && m->dxs) {
        glia__cut cut = cut_gather(w->s);
        add_phase(w, &m->layers[m->n_layers - 1], &cut, add_dx_block);
    }
    end_job(w);
}

static bool updates_in_place(const glia__step *s)
{
    return s->optim && glia__optim_is_plain(s->optim) && s->clip_norm <= 0 && s->clip_value <= 0 && s->kept == 0 &&
           !s->penalized && !s->bounded;
}

static void backward_w_block(walk *w, const glia__layer *l, size_t begin, size_t end)
{
    const glia__step *s = w->s;
    glia__part        part = part_of(w, begin, end);
    if (updates_in_place(s))
        part.into = s->model->parameters, part.keep = 1, part.scale = (real)-s->optim->rate;
    else
        part.into = s->model->gradients, part.keep = s->kept, part.scale = s->added == 0 ? 1 : s->added;
    l->class->backward_w(l, &part);
}

/* A share of each tensor of a layer: the same of its numbers as the block is of the layer's. */
static void penalize_block(walk *w, const glia__layer *l, size_t begin, size_t end)
{
    glia__cut cut;
    cut_layer(l, GLIA__BACKWARD_W, w->s->rows, &cut);
    for (int i = 0; i < l->params; i++) {
        const glia__param *p = &l->param[i];
        glia__penalize(&l->penalty, p, p->room * begin / cut.units, p->room * end / cut.units);
    }
}

static void update_block(walk *w, const glia__layer *l, size_t begin, size_t end)
{
    glia__cut cut;
    cut_layer(l, GLIA__BACKWARD_W, w->s->rows, &cut);
    for (int i = 0; i < l->params; i++) {
        const glia__param *p = &l->param[i];
        if (p->learns) glia__step_update(w->s, p, p->room * begin / cut.units, p->room * end / cut.units);
    }
}

static void bound_block(walk *w, const glia__layer *l, size_t begin, size_t end)
{
    glia__cut cut;
    cut_layer(l, GLIA__BACKWARD_W, w->s->rows, &cut);
    for (int i = 0; i < l->params; i++) {
        const glia__param *p = &l->param[i];
        glia__bound(&l->penalty, p, p->out * begin / cut.units, p->out * end / cut.units);
    }
}

/* Every layer's weights, with no meeting in between. Small ones are the first thread's, which reads them too. */
static void over_weights(walk *w, block_function *run)
{
    const glia_model *m = w->s->model;
    meet(w);
    if (w->s->nonfinite) return;
    for (size_t i = m->n_layers; i-- > 0;) {
        const glia__layer *l = &m->layers[i];
        if (!glia__layer_learns(l)) continue;
        w->phases = 1;
        w->job[0] = (task){l, run};
        cut_layer(l, GLIA__BACKWARD_W, w->s->rows, &w->cut);
        run_job(w);
    }
    w->since = SHARED;
}

/* What layers keep of a training pass beside their weights: running statistics. Each layer is one thread's. */
static void settle(walk *w)
{
    const glia_model *m = w->s->model;
    size_t            found = 0;
    if (!w->s->train || w->s->skip_forward) return;
    meet(w);
    for (size_t i = 0; i < m->n_layers && !w->s->nonfinite; i++) {
        const glia__layer *l = &m->layers[i];
        if (l->class->settle && !l->frozen && found++ % w->size == w->rank)
            l->class->settle(l, w->s->rows, w->s->settled);
    }
}

enum { WAYS = 3 }; /* forward, back to x, back to the weights: as much work each */

/* Whether a job of the way forward is worth a second thread: where none is, the others are left asleep. Those of the
 * way back are about as much work, and in strips they are one job with it. */
static bool needs_team(const glia__step *s)
{
    glia__cut job = cut_gather(s), cut;
    if (!s->team || glia__team_size(s->team) == 1) return false;
    if (!s->intake) job.work = 0;
    for (size_t i = 0; i < s->model->n_layers && !worth_sharing(&job); i++) {
        const glia__layer *l = &s->model->layers[i];
        if (!l->class->forward || l->by_reader) continue;
        cut_layer(l, GLIA__FORWARD, s->rows, &cut);
        bool begins = l->class->forward_sums && s->train && !l->frozen; /* a job, as forward() has it */
        if (!begins && same_rows(&job, &cut)) cut.work += job.work;
        job = cut;
    }
    if (in_strips(s)) job.work *= WAYS;
    return worth_sharing(&job);
}

/* How long to look for who is awaited, in nanoseconds, at most: a twentieth of a step, of which a core makes some
 * twenty multiply-adds in each. So small steps give a core that somebody else wants back soon, and large ones do not
 * fall asleep, and have to be woken, at each meeting. */
static double patience(const glia__step *s)
{
    enum { A_NANOSECOND = 20, SHARE = 20 };
    double work = 0;
    for (size_t i = 0; i < s->model->n_layers; i++) work += (double)s->model->layers[i].multiply_adds;
    return work * (double)s->rows * (s->backward ? WAYS : 1) / A_NANOSECOND / SHARE;
}

static void walk_step(void *context, unsigned rank)
{
    glia__step *s = context;
    walk        w = {.s = s, .rank = rank, .size = s->shared ? glia__team_size(s->team) : 1};
    if (!s->skip_forward) forward(&w);
    if (s->loss && !s->skip_loss) loss(&w);
    if (s->backward) backward(&w);
    if (s->loss && !s->skip_loss && in_strips(s)) run_once(&w, total);
    if (s->more) return;
    settle(&w);
    if (!s->backward) return;
    over_weights(&w, backward_w_block);
    if (s->penalized) over_weights(&w, penalize_block);
    if (!s->optim || updates_in_place(s)) return;
    run_once(&w, glia__step_begin_update);
    over_weights(&w, update_block);
    if (s->bounded) over_weights(&w, bound_block);
}

static void run_on(glia__step *s, bool team)
{
    s->shared = team;
    if (team) {
        glia__team_be_patient(s->team, patience(s));
        glia__team_run(s->team, walk_step, s);
    } else {
        walk_step(s, 0);
    }
}

/* By the team, unless one thread turns out to be faster: the numbers are the same. */
static void run_paced(glia__step *s)
{
    double start = s->pace ? glia__clock() : 0;
    run_on(s, !s->pace || !glia__pace_takes_other(s->pace));
    if (s->pace) glia__pace_note(s->pace, glia__clock() - start, (double)s->rows);
}

bool glia__step_in_strips(const glia_model *m, size_t batch)
{
    return m->layers[0].strip && glia__strip_groups(batch);
}

void glia__step_run(glia__step *s)
{
    size_t groups = s->backward ? glia__strip_groups(s->batch ? s->batch : s->rows) : 0;
    for (size_t i = 0; i < s->model->n_layers; i++) {
        glia__layer *l = &s->model->layers[i];
        l->strip_groups = l->strip ? groups : 0;
    }
    s->nonfinite = false;
    s->clip_scale = 1;
    s->penalized = (s->optim || s->penalties) && glia__model_has(s->model, glia__penalty_pulls);
    s->bounded = s->optim && glia__model_has(s->model, glia__penalty_bounds);
    if (needs_team(s))
        run_paced(s);
    else
        run_on(s, false);
    if (s->backward && s->optim && updates_in_place(s) && !s->nonfinite) glia__optim_advance(s->optim);
}

/* Where y of l came from, as far as the way back has written over it. (An infinity below all other numbers that a
 * pooling has passed over is seen by nobody.) */
static const glia__layer *first_spent(const glia_model *m, const glia__layer *l)
{
    for (size_t from; (from = l->input[0].from) != SIZE_MAX && m->layers[from].spent;) l = &m->layers[from];
    return l;
}

void glia__step_blame(const glia_model *m, size_t rows, char text[96])
{
    if (!glia__kernels_get()->all_finite(rows * m->n_in, m->x)) {
        snprintf(text, 96, "the inputs");
        return;
    }
    for (size_t i = 0; i < m->n_layers; i++) {
        const glia__layer *l = &m->layers[i];
        if (!l->class->forward || l->spent || l->k->all_finite(rows * l->n_out, l->y)) continue;
        l = first_spent(m, l);
        snprintf(text, 96, "layer %zu (%s)", l->number, l->class->named.name);
        return;
    }
    snprintf(text, 96, "the loss");
}
