/* What happens to the gradients once all of them are there: penalties are added, all are clipped together, each tensor
 * is updated from its own, and weights that grew too long are cut back.
 *
 *   g += l1 sign(w) + 2 l2 w            the gradient of the penalty l1 sum |w| + l2 sum w^2, of weights only
 *   g *= min(1, most / (norm + 1e-6))   as torch.nn.utils.clip_grad_norm_; norm: 1, 2 or infinity, of all gradients
 *   g  = min(max(g, -v), v)             as torch.nn.utils.clip_grad_value_
 *   w  = the optimizer's step
 *   w *= max_norm / |w|                 where the 2-norm |w| of the weights into an output is larger */
#include <math.h>

#include "model/model.h"

/* ---- penalties ------------------------------------------------------------------------------------------------- */

bool glia__penalty_pulls(const glia__penalty *a)
{
    return a->l1 > 0 || a->l2 > 0;
}

bool glia__penalty_bounds(const glia__penalty *a)
{
    return a->max_norm > 0;
}

bool glia__model_has(const glia_model *m, bool (*has)(const glia__penalty *a))
{
    for (size_t i = 0; i < m->n_layers; i++)
        if (glia__layer_learns(&m->layers[i]) && has(&m->layers[i].penalty)) return true;
    return false;
}

void glia__penalize(const glia__penalty *a, const glia__param *p, size_t from, size_t to)
{
    if (!glia__penalty_pulls(a) || !glia__param_is_weight(p) || !p->learns) return;
    glia__kernels_get()->penalize(to - from, (real)a->l1, (real)a->l2, p->value + from, p->grad + from);
}

double glia__model_penalty(const glia_model *m)
{
    const glia__kernels *k = glia__kernels_get();
    const glia__layer   *l;
    const glia__param   *p;
    double               sum = 0;
    for (size_t i = 0; (p = glia__model_param(m, i, &l)); i++) {
        const glia__penalty *a = &l->penalty;
        if (!glia__param_is_weight(p) || !p->learns) continue;
        if (a->l1 > 0) sum += a->l1 * k->sum_sizes(p->room, p->value);
        if (a->l2 > 0) sum += a->l2 * k->sum_squares(p->room, p->value);
    }
    return sum;
}

/* Columns from .. to-1 of w[rows][width], at most COLUMNS of them. */
enum { COLUMNS = 64 };
static void bound_columns(real *w, size_t rows, size_t width, size_t from, size_t to, double most)
{
    double squares[COLUMNS] = {0};
    real   shrink[COLUMNS];
    for (size_t r = 0; r < rows; r++)
        for (size_t j = from; j < to; j++) squares[j - from] += (double)w[r * width + j] * (double)w[r * width + j];
    for (size_t j = from; j < to; j++) {
        double norm = sqrt(squares[j - from]);
        shrink[j - from] = norm > most ? (real)(most / norm) : 1;
    }
    for (size_t r = 0; r < rows; r++)
        for (size_t j = from; j < to; j++) w[r * width + j] *= shrink[j - from];
}

void glia__bound(const glia__penalty *a, const glia__param *p, size_t from, size_t to)
{
    if (!glia__penalty_bounds(a) || !glia__param_is_weight(p) || p->in == 0 || !p->learns) return;
    for (size_t next; from < to; from = next) { /* columns of one panel, COLUMNS at a time */
        size_t panel = from / p->panel * p->panel;
        next = from + COLUMNS;
        if (next > panel + p->panel) next = panel + p->panel;
        if (next > to) next = to;
        bound_columns(p->value + panel * p->in, p->in, p->panel, from - panel, next - panel, a->max_norm);
    }
}

/* ---- clipping -------------------------------------------------------------------------------------------------- */

double glia__gradient_norm(const glia_model *m, glia_norm kind)
{
    const glia__kernels *k = glia__kernels_get();
    if (kind == GLIA_NORM_1) return k->sum_sizes(m->n_parameters, m->gradients);
    if (kind == GLIA_NORM_INF) return k->largest_size(m->n_parameters, m->gradients);
    return sqrt(k->sum_squares(m->n_parameters, m->gradients));
}

double glia__clip_scale(double norm, double most)
{
    double scale = most / (norm + 1e-6);
    return scale < 1 ? scale : 1;
}

/* ---- the update ------------------------------------------------------------------------------------------------ */

void glia__step_begin_update(glia__step *s)
{
    if (s->nonfinite) return;
    glia__optim_advance(s->optim);
    if (s->clip_norm > 0) s->clip_scale = glia__clip_scale(glia__gradient_norm(s->model, s->clip_kind), s->clip_norm);
}

/* What the last panel has too many stays 0, whatever an optimizer makes of a gradient of 0 (with eps = 0: 0 / 0). */
static void clear_padding(const glia__param *p, size_t from, size_t to)
{
    if (p->room == p->count) return;
    size_t last = p->in * (p->out / p->panel * p->panel), width = p->out % p->panel;
    for (size_t i = from > last ? from : last; i < to; i++)
        if ((i - last) % p->panel >= width) p->value[i] = 0;
}

void glia__step_update(const glia__step *s, const glia__param *p, size_t from, size_t to)
{
    const glia__kernels *k = glia__kernels_get();
    real                *slot[GLIA__SLOTS_MOST];
    for (size_t i = 0; i < s->optim->slots; i++) slot[i] = s->slot[i] + p->offset + from;
    if (s->clip_scale != 1) k->multiply(to - from, (real)s->clip_scale, p->grad + from);
    if (s->clip_value > 0) k->limit(to - from, (real)s->clip_value, p->grad + from);
    bool decay = glia__param_is_weight(p) || s->optim->decay_bias;
    s->optim->class->slice(s->optim, k, to - from, decay, p->grad + from, slot, p->value + from);
    clear_padding(p, from, to);
}
