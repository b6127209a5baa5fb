/* The passes over the layers, on a team of threads.
 *
 *   gather -> forward, layer by layer -> loss -> backward_x, from the last layer down -> backward_w of all -> update
 *
 * Each phase is cut into blocks by its layer and the batch alone, and a thread takes whole blocks: so each number comes
 * from the same call whoever makes it, and no result depends on the number of threads. A phase too small to share runs
 * on the first thread. Threads meet between two phases only where one of them is shared. The weights' gradients come
 * last, all together: nothing reads a weight after them, so they need no meeting among themselves, and a plain
 * gradient descent makes its update in the same pass (w = w - rate * gradient). */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "model/model.h"

/* One thread's way through a step. Everyone walks the same way and makes the same decisions. */
typedef struct walk {
    glia__step *s;
    unsigned    rank, size;
    enum { MET, SERIAL, SHARED } since; /* what ran since all last met */
} walk;

static void meet(walk *w)
{
    if (w->size > 1 && w->since != MET) glia__team_meet(w->s->team, w->rank);
    w->since = MET;
}

typedef void block_function(walk *w, const glia__layer *l, size_t begin, size_t end);

enum { WORTH_SHARING = 400000 }; /* multiply-adds; some microseconds */

static void run_blocks(walk *w, const glia__layer *l, const glia__cut *cut, block_function *run, size_t from, size_t to)
{
    for (size_t b = from; b < to; b++) {
        size_t begin = b * cut->block, end = begin + cut->block;
        run(w, l, begin, end < cut->units ? end : cut->units);
    }
}

static bool worth_sharing(const glia__cut *cut)
{
    return cut->units > cut->block && cut->work >= WORTH_SHARING;
}

/* Runs a phase that no meeting has to precede: this thread's blocks of it. */
static void run_apart(walk *w, const glia__layer *l, const glia__cut *cut, block_function *run)
{
    size_t blocks = (cut->units + cut->block - 1) / cut->block;
    bool   share = w->size > 1 && worth_sharing(cut);
    if (share)
        run_blocks(w, l, cut, run, blocks * w->rank / w->size, blocks * (w->rank + 1) / w->size);
    else if (w->rank == 0)
        run_blocks(w, l, cut, run, 0, blocks);
    w->since = share ? SHARED : w->since == SHARED ? SHARED : SERIAL;
}

/* Runs a phase that reads what came before. */
static void run_phase(walk *w, const glia__layer *l, const glia__cut *cut, block_function *run)
{
    if (worth_sharing(cut) || w->since == SHARED) meet(w);
    run_apart(w, l, cut, run);
}

/* Something that one thread does. */
static void run_once(walk *w, void (*run)(glia__step *s))
{
    if (w->since == SHARED) meet(w);
    if (w->rank == 0) run(w->s);
    w->since = SERIAL;
}

static void cut_layer(const glia__layer *l, glia__phase phase, size_t rows, glia__cut *cut)
{
    (l->class->cut ? l->class->cut : glia__cut_rows)(l, phase, rows, cut);
}

/* ---- gather and forward ---------------------------------------------------------------------------------------- */

static void gather_block(walk *w, const glia__layer *l, size_t begin, size_t end)
{
    const glia__step *s = w->s;
    (void)l;
    glia__batch_inputs(s->data, s->scale, s->order, begin, end, s->model->x + begin * s->model->n_in);
}

static glia__cut cut_gather(const glia__step *s)
{
    enum { NUMBERS = 4096, COST = 25 }; /* rows come from anywhere in memory */
    size_t n = s->model->n_in;
    return (glia__cut){s->rows, 1 + NUMBERS / n, s->rows * n * COST};
}

static void gather(walk *w)
{
    glia__cut cut = cut_gather(w->s);
    run_phase(w, NULL, &cut, gather_block);
}

static void forward_block(walk *w, const glia__layer *l, size_t begin, size_t end)
{
    glia__part part = {.rows = w->s->rows, .begin = begin, .end = end, .train = w->s->train};
    l->class->forward(l, &part);
}

static void forward(walk *w)
{
    const glia_model *m = w->s->model;
    for (size_t i = 0; i < m->n_layers; i++) {
        const glia__layer *l = &m->layers[i];
        glia__cut          cut;
        if (!l->class->forward) continue;
        cut_layer(l, GLIA__FORWARD, w->s->rows, &cut);
        run_phase(w, l, &cut, forward_block);
    }
}

/* ---- loss ------------------------------------------------------------------------------------------------------ */

static void loss_block(walk *w, const glia__layer *l, size_t begin, size_t end)
{
    const glia__step *s = w->s;
    glia__judged      top = glia__model_judged(s->model, s->fused);
    (void)l;
    s->loss->class->rows(s->loss, s->rows, top.n, top.y, &s->truth, begin, end, s->model->row_loss,
                         s->backward ? top.dy : NULL);
}

/* The row losses again, of outputs and targets in the user's units. */
static void loss_in_units(glia__step *s)
{
    glia__judged top = glia__model_judged(s->model, s->fused);
    size_t       n = top.n, count = s->rows * n;
    real        *y = s->unscaled, *t = s->unscaled + count;
    for (size_t i = 0; i < count; i++) {
        real shift = (real)s->units->shift[i % n], scale = (real)s->units->scale[i % n];
        y[i] = top.y[i] * scale + shift;
        t[i] = s->truth.targets[i] * scale + shift;
    }
    s->loss->class->rows(s->loss, s->rows, n, y, &(glia__truth){.targets = t}, 0, s->rows, s->model->row_loss, NULL);
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

static void total(glia__step *s)
{
    const glia__layer *last = glia__model_last(s->model);
    glia__judged       top = glia__model_judged(s->model, s->fused);
    if (s->units) loss_in_units(s);
    s->loss_sum = 0;
    for (size_t r = 0; r < s->rows; r++) s->loss_sum += s->model->row_loss[r];
    s->hits = 0;
    for (size_t r = 0; s->truth.classes && r < s->rows; r++)
        s->hits += hit(s, last->y + r * last->n_out, s->truth.classes[r]);
    s->nonfinite = !isfinite(s->loss_sum) || (s->backward && top.dy && !last->k->all_finite(s->rows * top.n, top.dy));
}

static void loss(walk *w)
{
    enum { COST = 200 };
    size_t    rows = w->s->rows;
    glia__cut cut = {rows, 1 + (rows - 1) / 8, rows * w->s->model->n_out * COST};
    run_phase(w, NULL, &cut, loss_block);
    run_once(w, total);
}

/* ---- backward and update --------------------------------------------------------------------------------------- */

static void backward_x_block(walk *w, const glia__layer *l, size_t begin, size_t end)
{
    glia__part part = {.rows = w->s->rows, .begin = begin, .end = end, .train = w->s->train};
    l->class->backward_x(l, &part);
}

/* From the layer under the loss down to the first whose dx anyone needs: the inputs, or a layer with weights before it.
 */
static void backward_x(walk *w)
{
    const glia_model *m = w->s->model;
    bool              want_dx = w->s->want_dx;
    size_t            top = m->n_layers - (w->s->loss && w->s->fused), first = 0;
    while (first < top && !(want_dx ? m->layers[first].class->forward != NULL : m->layers[first].params > 0)) first++;
    for (size_t i = top; i-- > first + !want_dx;) {
        const glia__layer *l = &m->layers[i];
        glia__cut          cut;
        cut_layer(l, GLIA__BACKWARD_X, w->s->rows, &cut);
        run_phase(w, l, &cut, backward_x_block);
    }
}

static bool updates_in_place(const glia__step *s)
{
    return s->optim && glia__optim_is_plain(s->optim) && s->clip_norm <= 0 && s->clip_value <= 0;
}

static void backward_w_block(walk *w, const glia__layer *l, size_t begin, size_t end)
{
    const glia__step *s = w->s;
    glia__part        part = {.rows = s->rows, .begin = begin, .end = end, .train = s->train};
    if (updates_in_place(s))
        part.into = s->model->parameters, part.keep = 1, part.scale = (real)-s->optim->rate;
    else
        part.into = s->model->gradients, part.keep = 0, part.scale = 1;
    l->class->backward_w(l, &part);
}

static void update_block(walk *w, const glia__layer *l, size_t begin, size_t end)
{
    glia__step *s = w->s;
    glia__cut   cut;
    cut_layer(l, GLIA__BACKWARD_W, s->rows, &cut);
    for (int i = 0; i < l->params; i++) {
        const glia__param *p = &l->param[i];
        size_t             from = p->count * begin / cut.units, to = p->count * end / cut.units;
        glia__step_update(s, p, from, to);
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
        glia__cut          cut;
        if (!l->class->backward_w) continue;
        cut_layer(l, GLIA__BACKWARD_W, w->s->rows, &cut);
        run_apart(w, l, &cut, run);
    }
    w->since = SHARED;
}

/* Whether any phase is worth a second thread: where none is, the others are left asleep. */
static bool needs_team(const glia__step *s)
{
    glia__cut cut = cut_gather(s);
    if (!s->team || glia__team_size(s->team) == 1) return false;
    if (s->data && worth_sharing(&cut)) return true;
    for (size_t i = 0; i < s->model->n_layers; i++) {
        const glia__layer *l = &s->model->layers[i];
        if (!l->class->forward) continue;
        cut_layer(l, GLIA__FORWARD, s->rows, &cut); /* a phase of its gradient is as much work */
        if (worth_sharing(&cut)) return true;
    }
    return false;
}

static void walk_step(void *context, unsigned rank)
{
    glia__step *s = context;
    walk        w = {.s = s, .rank = rank, .size = s->shared ? glia__team_size(s->team) : 1};
    if (s->data) gather(&w);
    if (!s->skip_forward) forward(&w);
    if (s->loss && !s->skip_loss) loss(&w);
    if (!s->backward) return;
    backward_x(&w);
    over_weights(&w, backward_w_block);
    if (!s->optim || updates_in_place(s)) return;
    run_once(&w, glia__step_clip);
    over_weights(&w, update_block);
}

void glia__step_run(glia__step *s)
{
    s->nonfinite = false;
    s->clip_scale = 1;
    if (s->optim) s->optim->steps++;
    s->shared = needs_team(s);
    if (s->shared)
        glia__team_run(s->team, walk_step, s);
    else
        walk_step(s, 0);
    if (s->optim && s->nonfinite) s->optim->steps--;
}

void glia__step_blame(const glia_model *m, size_t rows, char text[96])
{
    if (!glia__kernels_get()->all_finite(rows * m->n_in, m->x)) {
        snprintf(text, 96, "the inputs");
        return;
    }
    for (size_t i = 0; i < m->n_layers; i++) {
        const glia__layer *l = &m->layers[i];
        if (!l->class->forward || l->k->all_finite(rows * l->n_out, l->y)) continue;
        snprintf(text, 96, "layer %zu (%s)", l->number, l->class->named.name);
        return;
    }
    snprintf(text, 96, "the loss");
}
