/* Convolutions for portable.c (numbers/conv.h has the formula), as matrix products: the numbers of x under the kernel
 * at one position of y are laid out as a row of a matrix, so that y = patches * weight, one product for each group and
 * each strip of positions.
 *
 *   patch[position][i][j][c]          y      = patch * weight                  (+ b)
 *                                     dweight = patch^T * dy,   db = sum of dy
 *                                     dpatch = dy * weight^T, added where the patch was taken from
 *
 * A strip has so many positions that its patches stay in a near cache. */
enum { STRIP_NUMBERS = 1 << 15, POSITIONS_LEAST = 16 };

/* What one call is about; each direction has its own of them. */
typedef struct conv_call {
    const glia__conv *c;
    size_t            rows;
    const real       *x, *dy, *weight, *bias;
    real             *y, *dx, *dweight;
    real             *patch; /* [positions of a strip][depth] */
} conv_call;

/* Positions from .. to-1 of y in one group of one image; where that image begins in x, and the first of these numbers
 * stands in y. */
typedef struct strip {
    size_t group, from, to, x_at, y_at;
} strip;

static size_t strip_positions(const glia__conv_shape *s)
{
    size_t all = s->y[0] * s->y[1], fit = STRIP_NUMBERS / glia__conv_depth(s);
    if (fit < POSITIONS_LEAST) fit = POSITIONS_LEAST;
    return fit < all ? fit : all;
}

/* Where in x, along one axis, tap `i` of the kernel falls for position `at` of y; false outside. */
static inline bool tap(const glia__conv_shape *s, int axis, size_t at, size_t i, size_t *place)
{
    *place = at * s->stride[axis] + i * s->dilation[axis];
    if (*place < s->before[axis]) return false;
    *place -= s->before[axis];
    return *place < s->x[axis];
}

/* Takes the patches of a strip from x, or adds them to dx if there is one. */
static void move_patches(const conv_call *v, strip t)
{
    const glia__conv_shape *s = &v->c->s;
    size_t                  n = glia__conv_in(s), h, w;
    real                   *patch = v->patch;
    for (size_t p = t.from; p < t.to; p++)
        for (size_t i = 0; i < s->kernel[0]; i++)
            for (size_t j = 0; j < s->kernel[1]; j++, patch += n) {
                bool   inside = tap(s, 0, p / s->y[1], i, &h) && tap(s, 1, p % s->y[1], j, &w);
                size_t at = inside ? t.x_at + (h * s->x[1] + w) * s->in + t.group * n : 0;
                if (!inside && !v->dx) memset(patch, 0, n * sizeof *patch);
                if (inside && !v->dx) memcpy(patch, v->x + at, n * sizeof *patch);
                for (size_t c = 0; c < n && inside && v->dx; c++) v->dx[at + c] += patch[c];
            }
}

static void each_strip(const conv_call *v, void (*f)(const conv_call *v, strip t))
{
    const glia__conv_shape *s = &v->c->s;
    size_t                  positions = s->y[0] * s->y[1], step = strip_positions(s);
    for (size_t r = 0; r < v->rows; r++)
        for (size_t g = 0; g < s->groups; g++)
            for (size_t p = 0; p < positions; p += step)
                f(v, (strip){g, p, p + step < positions ? p + step : positions, r * s->x[0] * s->x[1] * s->in,
                             (r * positions + p) * s->out + g * glia__conv_out(s)});
}

static void forward_strip(const conv_call *v, strip t)
{
    const glia__conv_shape *s = &v->c->s;
    size_t                  n = glia__conv_out(s), depth = glia__conv_depth(s), rows = t.to - t.from;
    move_patches(v, t);
    v->c->k->gemm(rows, n, depth, 1, v->patch, depth, v->weight + t.group * n, s->out, 0, v->y + t.y_at, s->out);
    if (v->bias) v->c->k->add_bias(rows, n, v->bias + t.group * n, v->y + t.y_at, s->out);
}

static void backward_x_strip(const conv_call *v, strip t)
{
    const glia__conv_shape *s = &v->c->s;
    size_t                  n = glia__conv_out(s), depth = glia__conv_depth(s);
    v->c->k->gemm_nt(t.to - t.from, depth, n, 1, v->dy + t.y_at, s->out, v->weight + t.group * n, s->out, 0, v->patch,
                     depth);
    move_patches(v, t);
}

static void backward_w_strip(const conv_call *v, strip t)
{
    const glia__conv_shape *s = &v->c->s;
    size_t                  n = glia__conv_out(s), depth = glia__conv_depth(s);
    move_patches(v, t);
    v->c->k->gemm_tn(depth, n, t.to - t.from, 1, v->patch, depth, v->dy + t.y_at, s->out, 1, v->dweight + t.group * n,
                     s->out);
}

static glia_status conv_plan(glia__conv *c, const glia__kernels *k)
{
    c->k = k;
    c->prepared = 0;
    c->work = strip_positions(&c->s) * glia__conv_depth(&c->s);
    return GLIA_OK;
}

static void conv_free(glia__conv *c)
{
    (void)c;
}

static void conv_prepare(const glia__conv *c, const real *weight, real *prepared)
{
    (void)c, (void)weight, (void)prepared;
}

static void conv_forward(const glia__conv *c, size_t rows, const real *x, const real *weight, const real *prepared,
                         const real *bias, real *y, real *work)
{
    (void)prepared;
    conv_call v = {.c = c, .rows = rows, .x = x, .weight = weight, .bias = bias, .y = y, .patch = work};
    each_strip(&v, forward_strip);
}

static void conv_backward_x(const glia__conv *c, size_t rows, const real *dy, const real *weight, const real *prepared,
                            real *dx, real *work)
{
    (void)prepared;
    conv_call v = {.c = c, .rows = rows, .dy = dy, .weight = weight, .dx = dx, .patch = work};
    memset(dx, 0, rows * c->s.x[0] * c->s.x[1] * c->s.in * sizeof *dx);
    each_strip(&v, backward_x_strip);
}

static void conv_backward_w(const glia__conv *c, size_t rows, const real *x, const real *dy, real *dweight, real *dbias,
                            real *work)
{
    const glia__conv_shape *s = &c->s;
    conv_call               v = {.c = c, .rows = rows, .x = x, .dy = dy, .dweight = dweight, .patch = work};
    memset(dweight, 0, glia__conv_depth(s) * s->out * sizeof *dweight);
    each_strip(&v, backward_w_strip);
    if (dbias) c->k->sum_rows(rows * s->y[0] * s->y[1], s->out, 1, dy, s->out, 0, dbias);
}
