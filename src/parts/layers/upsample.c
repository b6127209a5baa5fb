/* upsample: images and sequences made larger by whole factors, as torch.nn.Upsample(scale_factor=...).
 *
 *   nearest    y[h][w] = x[h / s_h][w / s_w], rounded down
 *   bilinear   y[h][w] = between the four points of x around (h + 1/2) / s_h - 1/2, (w + 1/2) / s_w - 1/2, which do not
 *              pass the edge (align_corners=False); of a sequence, between two (mode="linear")
 *
 * Along an axis each place of y is between two of x, which for `nearest` are the same. A sequence, channels x length,
 * is an image of one channel, whose rows are the channels. */
#include <string.h>

#include "ground/memory.h"
#include "parts/layer.h"

enum { FACTOR, MODE };
static const glia__setting settings[] = {
    {.name = "factor",
     .type = GLIA__SHAPE,
     .least = 1,
     .most = 1e4,
     .positional = true,
     .help = "height x width, or one number"},
    {.name = "mode",
     .type = GLIA__WORD,
     .standard = "nearest",
     .choices = "nearest|bilinear",
     .help = "which x makes a y"},
    {.name = NULL},
};

static bool bilinear(const glia__layer *l)
{
    return l->set[MODE].word[0] == 'b';
}

static glia_status plan(glia__layer *l)
{
    const glia__value *factor = &l->set[FACTOR];
    char               text[64];
    size_t             count = 1;
    GLIA_TRY(glia__need_positions(l));
    if (factor->rank > l->in.rank - 1)
        return glia__layer_fail(l, "%d factors are too many for rows of %s", factor->rank,
                                glia__shape_text(&l->in, text));
    l->out = l->in;
    for (int a = 1; a < l->in.rank; a++)
        if (!glia__mul(l->in.dim[a], factor->shape[a <= factor->rank ? a - 1 : 0], &l->out.dim[a]))
            return glia__layer_fail(l, "rows of %s become larger than memory can address",
                                    glia__shape_text(&l->in, text));
    for (int a = 0; a < l->out.rank; a++)
        if (!glia__mul(count, l->out.dim[a], &count)) return GLIA_OK; /* the plan says so */
    l->multiply_adds = bilinear(l) ? 4 * count : 0;
    return GLIA_OK;
}

/* ---- along an axis ----------------------------------------------------------------------------------------------- */

/* A place of y: between `low` and `high` of x, the share of `high`. */
typedef struct between {
    size_t low, high;
    real   share;
} between;

static between between_of(const glia__layer *l, size_t in, size_t out, size_t at)
{
    size_t factor = out / in, low;
    if (!bilinear(l)) return (between){at / factor, at / factor, 0};
    double place = ((double)at + 0.5) / (double)factor - 0.5;
    if (place < 0) place = 0;
    low = (size_t)place;
    return (between){low, low + 1 < in ? low + 1 : low, (real)(place - (double)low)};
}

/* Images in and out as memory has them. */
typedef struct images {
    size_t x[2], y[2], channels;
} images;

static images images_of(const glia__layer *l)
{
    const size_t *in = l->in.dim, *out = l->out.dim;
    if (l->in.rank == 3) return (images){{in[1], in[2]}, {out[1], out[2]}, in[0]};
    return (images){{in[0], in[1]}, {in[0], out[1]}, 1};
}

/* ---- the passes -------------------------------------------------------------------------------------------------- */

/* The four points of x around one of y, their first channels, and their shares. */
typedef struct corners {
    size_t at[4];
    real   share[4];
} corners;

static corners corners_of(const images *s, between h, between w)
{
    size_t above = h.low * s->x[1], below = h.high * s->x[1], n = s->channels;
    return (corners){
        {(above + w.low) * n, (above + w.high) * n, (below + w.low) * n, (below + w.high) * n},
        {(1 - h.share) * (1 - w.share), (1 - h.share) * w.share, h.share * (1 - w.share), h.share * w.share}};
}

static void take(size_t channels, const corners *c, const real *x, real *y)
{
    for (size_t j = 0; j < channels; j++) {
        y[j] = c->share[0] * x[c->at[0] + j];
        for (int k = 1; k < 4; k++)
            if (c->share[k] != 0) y[j] += c->share[k] * x[c->at[k] + j];
    }
}

static void give(size_t channels, const corners *c, const real *dy, real *dx)
{
    for (int k = 0; k < 4; k++)
        for (size_t j = 0; j < channels && c->share[k] != 0; j++) dx[c->at[k] + j] += c->share[k] * dy[j];
}

static void forward(const glia__layer *l, const glia__part *p)
{
    images s = images_of(l);
    real  *y = l->y + p->begin * l->n_out;
    for (size_t r = p->begin; r < p->end; r++)
        for (size_t h = 0; h < s.y[0]; h++)
            for (size_t w = 0; w < s.y[1]; w++, y += s.channels) {
                corners c = corners_of(&s, between_of(l, s.x[0], s.y[0], h), between_of(l, s.x[1], s.y[1], w));
                take(s.channels, &c, l->x + r * l->n_in, y);
            }
}

static void backward_x(const glia__layer *l, const glia__part *p)
{
    images      s = images_of(l);
    const real *dy = l->dy + p->begin * l->n_out;
    memset(l->dx + p->begin * l->n_in, 0, (p->end - p->begin) * l->n_in * sizeof *l->dx);
    for (size_t r = p->begin; r < p->end; r++)
        for (size_t h = 0; h < s.y[0]; h++)
            for (size_t w = 0; w < s.y[1]; w++, dy += s.channels) {
                corners c = corners_of(&s, between_of(l, s.x[0], s.y[0], h), between_of(l, s.x[1], s.y[1], w));
                give(s.channels, &c, dy, l->dx + r * l->n_in);
            }
}

const glia__layer_class glia__layer_upsample = {
    .named = {"upsample", "images and sequences made larger by whole factors", settings},
    .plan = plan,
    .reads = GLIA__READS_IMAGES,
    .forward = forward,
    .backward_x = backward_x,
    .cost = 8,
};
