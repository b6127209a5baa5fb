/* Poolings: maxpool and avgpool are torch.nn.MaxPool2d and AvgPool2d on images, MaxPool1d and AvgPool1d on sequences;
 * globalmaxpool and globalavgpool have a window as large as the image, and give a plain row of channels, as
 * AdaptiveMaxPool2d(1) and a Flatten. numbers/pool.h has the formulas.
 *
 * A sequence, channels x length, lies as it is spoken: to the kernels it is an image of one channel, whose rows are the
 * channels. Nothing is kept of where a maximum stood: the first x that equals y is it. Pooling by maxima takes a relu
 * along that it alone reads (`rectifies`): its x is then what the relu has not yet seen, and y is max(x, 0) of a
 * window, which is the largest of what the relu would have given. */
#include "parts/window.h"

enum { KERNEL, STRIDE, PAD, COUNT_PAD };
#define OF_WINDOWS                                                                                                     \
    {.name = "kernel",                                                                                                 \
     .type = GLIA__SHAPE,                                                                                              \
     .least = 1,                                                                                                       \
     .most = 1e6,                                                                                                      \
     .positional = true,                                                                                               \
     .help = "height x width, or one number"},                                                                         \
        {.name = "stride",                                                                                             \
         .type = GLIA__SHAPE,                                                                                          \
         .standard = "",                                                                                               \
         .least = 1,                                                                                                   \
         .most = 1e6,                                                                                                  \
         .help = "step between windows; the kernel's size where not given"},                                           \
    {                                                                                                                  \
        .name = "pad", .type = GLIA__WORD, .standard = "valid",                                                        \
        .help = "places around the image: valid (none), same (so many that stride 1 keeps the size), or 1, or 1x2"     \
    }

static const glia__setting of_max[] = {OF_WINDOWS, {.name = NULL}};
static const glia__setting of_avg[] = {
    OF_WINDOWS,
    {.name = "count_pad",
     .type = GLIA__YESNO,
     .standard = "yes",
     .help = "a mean counts the places around the image as zeros"},
    {.name = NULL},
};

/* ---- the windows ------------------------------------------------------------------------------------------------- */

static glia__pool pool_of(const glia__layer *l, const glia__window w[2])
{
    bool       image = l->in.rank == 3;
    glia__pool p = {.channels = image ? l->in.dim[0] : 1, .count_pad = true};
    for (int axis = 0; axis < 2; axis++) {
        p.x[axis] = w[axis].in;
        p.y[axis] = w[axis].out;
        p.kernel[axis] = w[axis].kernel;
        p.stride[axis] = w[axis].stride;
        p.before[axis] = w[axis].before;
    }
    if (!image) p.x[0] = p.y[0] = l->in.dim[0];
    return p;
}

static glia_status windows(const glia__layer *l, glia__window w[2])
{
    return glia__plan_window(l, &l->set[KERNEL], &l->set[STRIDE], NULL, l->set[PAD].word, true, w);
}

/* One window over all. */
static void whole(const glia__layer *l, glia__window w[2])
{
    for (int axis = 0; axis < 2; axis++) {
        size_t size = l->in.rank == 3 ? l->in.dim[1 + axis] : axis ? l->in.dim[1] : 1;
        w[axis] = (glia__window){size, 1, size, 1, 1, 0};
    }
}

static bool is_global(const glia__layer *l)
{
    return l->class->named.settings == glia__no_settings;
}

/* The plan has found that the windows fit. */
static glia__pool shape_of(const glia__layer *l)
{
    glia__window w[2];
    if (is_global(l))
        whole(l, w);
    else
        windows(l, w);
    glia__pool p = pool_of(l, w);
    if (l->class->named.settings == of_avg) p.count_pad = l->set[COUNT_PAD].yes;
    p.rectified = l->rectifies;
    return p;
}

static glia_status plan(glia__layer *l)
{
    glia__window w[2];
    GLIA_TRY(glia__need_positions(l));
    GLIA_TRY(windows(l, w));
    l->out = l->in;
    l->out.dim[1] = w[l->in.rank == 3 ? 0 : 1].out;
    if (l->in.rank == 3) l->out.dim[2] = w[1].out;
    return GLIA_OK;
}

static glia_status plan_global(glia__layer *l)
{
    GLIA_TRY(glia__need_positions(l));
    l->out = (glia__shape){.rank = 1, .dim = {l->in.dim[0]}};
    return GLIA_OK;
}

static size_t area_of(const glia__layer *l)
{
    glia__pool p = shape_of(l);
    return p.kernel[0] * p.kernel[1];
}

static glia_status plan_avg(glia__layer *l)
{
    GLIA_TRY(plan(l));
    l->multiply_adds = glia__shape_count(&l->out) * area_of(l);
    return GLIA_OK;
}

static glia_status plan_global_avg(glia__layer *l)
{
    GLIA_TRY(plan_global(l));
    l->multiply_adds = glia__shape_count(&l->in);
    return GLIA_OK;
}

/* ---- the passes -------------------------------------------------------------------------------------------------- */

/* Where the part's rows begin. */
typedef struct place {
    size_t rows, in, out;
} place;

static place place_of(const glia__layer *l, const glia__part *p)
{
    return (place){p->end - p->begin, p->begin * l->n_in, p->begin * l->n_out};
}

static void max_forward(const glia__layer *l, const glia__part *p)
{
    glia__pool s = shape_of(l);
    place      at = place_of(l, p);
    l->k->max_pool(&s, at.rows, l->x + at.in, l->y + at.out);
}

static void max_backward(const glia__layer *l, const glia__part *p)
{
    glia__pool s = shape_of(l);
    place      at = place_of(l, p);
    l->k->max_pool_back(&s, at.rows, l->x + at.in, l->y + at.out, l->dy + at.out, l->dx + at.in);
}

static void avg_forward(const glia__layer *l, const glia__part *p)
{
    glia__pool s = shape_of(l);
    place      at = place_of(l, p);
    l->k->avg_pool(&s, at.rows, l->x + at.in, l->y + at.out);
}

static void avg_backward(const glia__layer *l, const glia__part *p)
{
    glia__pool s = shape_of(l);
    place      at = place_of(l, p);
    l->k->avg_pool_back(&s, at.rows, l->dy + at.out, l->dx + at.in);
}

static bool max_spends(const glia__layer *l)
{
    glia__pool s = shape_of(l);
    return glia__pool_tiles(&s);
}

/* ---- where a maximum changes its place --------------------------------------------------------------------------- */

/* By how much the largest of `inside` exceeds the next. */
static double lead_of(const glia__pool *s, const real *x, size_t h0, size_t w0, double least)
{
    double first = -(double)INFINITY, second = first;
    for (size_t i = 0; i < s->kernel[0]; i++)
        for (size_t j = 0; j < s->kernel[1]; j++) {
            size_t h = h0 + i - s->before[0], w = w0 + j - s->before[1]; /* outside of the image: too large */
            if (h >= s->x[0] || w >= s->x[1]) continue;
            double v = (double)x[(h * s->x[1] + w) * s->channels];
            second = fmax(second, fmin(first, v));
            first = fmax(first, v);
        }
    return fmin(least, first - second);
}

static double lead(const glia__layer *l, size_t rows)
{
    glia__pool s = shape_of(l);
    double     least = (double)INFINITY;
    for (size_t r = 0; r < rows; r++)
        for (size_t c = 0; c < s.channels; c++)
            for (size_t h = 0; h < s.y[0]; h++)
                for (size_t w = 0; w < s.y[1]; w++)
                    least = lead_of(&s, l->x + r * l->n_in + c, h * s.stride[0], w * s.stride[1], least);
    return least;
}

#define POOLING(id, text, list, planner, f, ...)                                                                       \
    const glia__layer_class glia__layer_##id = {.named = {#id, text, list},                                            \
                                                .plan = planner,                                                       \
                                                .reads = GLIA__READS_IMAGES,                                           \
                                                .forward = f##_forward,                                                \
                                                .backward_x = f##_backward,                                            \
                                                .cost = 4,                                                             \
                                                __VA_ARGS__}
POOLING(maxpool, "the largest of each window of an image or a sequence", of_max, plan, max, .kink = lead,
        .takes_rectifier = true, .spends = max_spends);
POOLING(avgpool, "the mean of each window of an image or a sequence", of_avg, plan_avg, avg, .kink = NULL);
POOLING(globalmaxpool, "the largest of each channel", glia__no_settings, plan_global, max, .kink = lead,
        .takes_rectifier = true, .spends = max_spends);
POOLING(globalavgpool, "the mean of each channel", glia__no_settings, plan_global_avg, avg, .kink = NULL);
