/* dropout and dropout_spatial (Hinton et al. 2012; Tompson et al. 2015), as torch.nn.Dropout, and Dropout1d or
 * Dropout2d: in training y = x / (1 - p) where u >= p, else 0; in prediction y = x.
 *
 * u is uniform, a number of the stream of this layer (its purpose is the layer's number), this row and this epoch
 * (ground/philox.h): the j-th for the j-th number of the row as memory has it, or for its j-th channel. So what is
 * dropped depends on neither threads nor batches, and the way back draws it again instead of keeping it. */
#include <string.h>

#include "parts/layer.h"

static const glia__setting settings[] = {
    {.name = "p",
     .type = GLIA__NUMBER,
     .standard = "0.5",
     .least = 0,
     .most = 1,
     .positional = true,
     .help = "share that becomes 0"},
    {.name = NULL},
};

static glia_status reserve(glia__layer *l, size_t rows, bool training)
{
    (void)rows, (void)training;
    l->works = l->n_in;
    return GLIA_OK;
}

static glia_status reserve_channels(glia__layer *l, size_t rows, bool training)
{
    (void)rows, (void)training;
    l->works = l->in.dim[0];
    return GLIA_OK;
}

static glia_status plan_channels(glia__layer *l)
{
    GLIA_TRY(glia__need_positions(l));
    return glia__plan_same(l);
}

/* y and x forward, or dx and dy back: the same product. */
typedef struct way {
    const real *from;
    real       *to;
} way;

typedef void drop(const glia__layer *l, const real *u, const real *from, real *to);

static void each_row(const glia__layer *l, const glia__part *p, way w, size_t draws, drop *f)
{
    if (!p->train) {
        memcpy(w.to + p->begin * l->n_in, w.from + p->begin * l->n_in, (p->end - p->begin) * l->n_in * sizeof *w.to);
        return;
    }
    for (size_t r = p->begin; r < p->end; r++) {
        glia__chance_uniforms(&p->chance, (uint32_t)l->number, r, draws, p->work);
        f(l, p->work, w.from + r * l->n_in, w.to + r * l->n_in);
    }
}

static void drop_numbers(const glia__layer *l, const real *u, const real *from, real *to)
{
    real p = (real)l->set[0].number, scale = 1 / (1 - p);
    for (size_t j = 0; j < l->n_in; j++) to[j] = u[j] >= p ? from[j] * scale : 0;
}

static void drop_channels(const glia__layer *l, const real *u, const real *from, real *to)
{
    glia__channels c = glia__channels_of(&l->in);
    real           p = (real)l->set[0].number, scale = 1 / (1 - p);
    for (size_t o = 0; o < c.outer; o++)
        for (size_t k = 0; k < c.count; k++)
            for (size_t i = 0; i < c.inner; i++, from++, to++) *to = u[k] >= p ? *from * scale : 0;
}

static void forward(const glia__layer *l, const glia__part *p)
{
    each_row(l, p, (way){l->x, l->y}, l->n_in, drop_numbers);
}

static void backward_x(const glia__layer *l, const glia__part *p)
{
    each_row(l, p, (way){l->dy, l->dx}, l->n_in, drop_numbers);
}

static void forward_channels(const glia__layer *l, const glia__part *p)
{
    each_row(l, p, (way){l->x, l->y}, l->in.dim[0], drop_channels);
}

static void backward_channels(const glia__layer *l, const glia__part *p)
{
    each_row(l, p, (way){l->dy, l->dx}, l->in.dim[0], drop_channels);
}

const glia__layer_class glia__layer_dropout = {
    .named = {"dropout", "in training a share of the numbers becomes 0, the others grow for it", settings},
    .plan = glia__plan_same,
    .reserve = reserve,
    .forward = forward,
    .backward_x = backward_x,
    .cost = 30,
    .idle = glia__always_idle,
    .draws = true,
};
const glia__layer_class glia__layer_dropout_spatial = {
    .named = {"dropout_spatial", "in training a share of the channels becomes 0, the others grow for it", settings},
    .plan = plan_channels,
    .reads = GLIA__READS_IMAGES,
    .reserve = reserve_channels,
    .forward = forward_channels,
    .backward_x = backward_channels,
    .cost = 8,
    .idle = glia__always_idle,
    .draws = true,
};
