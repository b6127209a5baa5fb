/* What happens to the gradients once all of them are there: they are clipped together, and each tensor is updated from
 * its own. */
#include <math.h>

#include "model/model.h"

/* As torch.nn.utils.clip_grad_norm_: all gradients together, in double. */
double glia__gradient_norm(const glia_model *m)
{
    return sqrt(glia__kernels_get()->sum_squares(m->n_parameters, m->gradients));
}

double glia__clip_scale(double norm, double most)
{
    double scale = most / (norm + 1e-6);
    return scale < 1 ? scale : 1;
}

void glia__step_clip(glia__step *s)
{
    s->clip_scale = s->clip_norm > 0 ? glia__clip_scale(glia__gradient_norm(s->model), s->clip_norm) : 1;
}

void glia__step_update(const glia__step *s, const glia__param *p, size_t from, size_t to)
{
    const glia__kernels *k = glia__kernels_get();
    real                *slot[GLIA__SLOTS_MOST];
    for (size_t i = 0; i < s->optim->slots; i++) slot[i] = s->slot[i] + p->offset + from;
    if (s->clip_scale != 1) k->multiply(to - from, (real)s->clip_scale, p->grad + from);
    if (s->clip_value > 0) k->limit(to - from, (real)s->clip_value, p->grad + from);
    bool decay = p->rank > 1 || s->optim->decay_bias;
    s->optim->class->slice(s->optim, k, to - from, decay, p->grad + from, slot, p->value + from);
}
