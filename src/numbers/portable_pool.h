/* Poolings for portable.c (numbers/pool.h has the formulas). Inner loops run over channels, which lie side by side. */

/* The points of the image under a window, along one axis: from .. to-1. */
typedef struct span {
    size_t from, to;
} span;

static inline span span_of(const glia__pool *s, int axis, size_t at)
{
    size_t begin = at * s->stride[axis], end = begin + s->kernel[axis], before = s->before[axis];
    span   p = {begin > before ? begin - before : 0, end - before};
    if (p.to > s->x[axis]) p.to = s->x[axis];
    return p;
}

/* One position of y: the window's points, as the first channel of each image row has them. */
typedef struct pool_window {
    const glia__pool *s;
    span              h, w;
    size_t            x_at, y_at; /* where its image begins in x, and its position in y */
} pool_window;

static inline size_t point(const pool_window *v, size_t h, size_t w)
{
    return v->x_at + (h * v->s->x[1] + w) * v->s->channels;
}

typedef struct pool_call {
    const real *x, *y, *dy;
    real       *to;    /* y or dx */
    bool        tiles; /* windows cover x, each point of it once */
} pool_call;

ALWAYS_INLINE void each_window(const glia__pool *s, size_t rows, const pool_call *c,
                               void (*f)(const pool_window *v, const pool_call *c))
{
    size_t y_at = 0, image = s->x[0] * s->x[1] * s->channels;
    for (size_t r = 0; r < rows; r++)
        for (size_t h = 0; h < s->y[0]; h++)
            for (size_t w = 0; w < s->y[1]; w++, y_at += s->channels)
                f(&(pool_window){s, span_of(s, 0, h), span_of(s, 1, w), r * image, y_at}, c);
}

/* A NaN is larger than anything. */
static inline real larger(real a, real b)
{
    return b > a || b != b ? b : a;
}

/* As relu makes it. */
static inline real no_less_than_zero(real y)
{
    return y < 0 ? 0 : y;
}

/* ---- windows of 2x2 that touch each other ------------------------------------------------------------------------ */

enum { BESIDE = 16 }; /* channels of a loop of fixed length */

/* The four points of a window, [n] channels each, and their largest. */
ALWAYS_INLINE void max_of_four(size_t n, bool rectify, const real *restrict a, size_t right, size_t down,
                               real *restrict y)
{
    const real *b = a + right, *c = a + down, *d = c + right;
    for (size_t j = 0; j < n; j++) {
        real most = larger(larger(larger(a[j], b[j]), c[j]), d[j]);
        y[j] = rectify ? no_less_than_zero(most) : most;
    }
}

/* dy to the first of the four that equals y, and 0 to the others; dx may be x. */
ALWAYS_INLINE void max_of_four_back(size_t n, bool rectify, const real *x, size_t right, size_t down, const real *y,
                                    const real *dy, real *dx)
{
    APART for (size_t j = 0; j < n; j++)
    {
        const real a = x[j], b = x[j + right], c = x[j + down], d = x[j + right + down];
        const real all = !rectify || y[j] > 0 ? dy[j] : 0, after_a = a == y[j] ? 0 : all;
        const real after_b = b == y[j] ? 0 : after_a, after_c = c == y[j] ? 0 : after_b;
        dx[j] = a == y[j] ? all : 0;
        dx[j + right] = b == y[j] ? after_a : 0;
        dx[j + down] = c == y[j] ? after_b : 0;
        dx[j + right + down] = d == y[j] ? after_c : 0;
    }
}

ALWAYS_INLINE void max_2x2(bool rectify, const pool_window *v, const pool_call *c)
{
    size_t      n = v->s->channels, down = v->s->x[1] * n, j = 0;
    const real *x = c->x + point(v, v->h.from, v->w.from);
    real       *y = c->to + v->y_at;
    for (; j + BESIDE <= n; j += BESIDE) max_of_four(BESIDE, rectify, x + j, n, down, y + j);
    max_of_four(n - j, rectify, x + j, n, down, y + j);
}

static void max_2x2_window(const pool_window *v, const pool_call *c)
{
    if (v->s->rectified)
        max_2x2(true, v, c);
    else
        max_2x2(false, v, c);
}

ALWAYS_INLINE void max_2x2_back(bool rectify, const pool_window *v, const pool_call *c)
{
    size_t      n = v->s->channels, down = v->s->x[1] * n, j = 0, at = point(v, v->h.from, v->w.from);
    const real *x = c->x + at, *y = c->y + v->y_at, *dy = c->dy + v->y_at;
    real       *dx = c->to + at;
    for (; j + BESIDE <= n; j += BESIDE) max_of_four_back(BESIDE, rectify, x + j, n, down, y + j, dy + j, dx + j);
    max_of_four_back(n - j, rectify, x + j, n, down, y + j, dy + j, dx + j);
}

static void max_2x2_back_window(const pool_window *v, const pool_call *c)
{
    if (v->s->rectified)
        max_2x2_back(true, v, c);
    else
        max_2x2_back(false, v, c);
}

static bool is_2x2(const glia__pool *s)
{
    bool is = true;
    for (int axis = 0; axis < 2; axis++)
        is = is && s->kernel[axis] == 2 && s->stride[axis] == 2 && s->before[axis] == 0 && 2 * s->y[axis] <= s->x[axis];
    return is;
}

/* ---- any windows ------------------------------------------------------------------------------------------------- */

static void max_window(const pool_window *v, const pool_call *c)
{
    size_t n = v->s->channels;
    real  *y = c->to + v->y_at;
    memcpy(y, c->x + point(v, v->h.from, v->w.from), n * sizeof *y);
    for (size_t h = v->h.from; h < v->h.to; h++)
        for (size_t w = v->w.from; w < v->w.to; w++) {
            const real *x = c->x + point(v, h, w);
            for (size_t j = 0; j < n; j++) y[j] = larger(y[j], x[j]);
        }
    for (size_t j = 0; v->s->rectified && j < n; j++) y[j] = no_less_than_zero(y[j]);
}

/* left[j]: what of dy[j] has not found its point yet. Where windows tile the image no other has a part in dx, which may
 * be x. */
static void max_back_some(const pool_window *v, const pool_call *c, size_t first, size_t n, real *restrict left)
{
    const bool  tiles = c->tiles, rectify = v->s->rectified;
    const real *y = c->y + v->y_at + first, *dy = c->dy + v->y_at + first;
    for (size_t j = 0; j < n; j++) left[j] = !rectify || y[j] > 0 ? dy[j] : 0;
    for (size_t h = v->h.from; h < v->h.to; h++)
        for (size_t w = v->w.from; w < v->w.to; w++) {
            const real *x = c->x + point(v, h, w) + first;
            real       *dx = c->to + point(v, h, w) + first;
            APART for (size_t j = 0; j < n; j++)
            {
                const bool found = x[j] == y[j];
                dx[j] = (tiles ? 0 : dx[j]) + (found ? left[j] : 0);
                left[j] = found ? 0 : left[j];
            }
        }
}

static void max_back_window(const pool_window *v, const pool_call *c)
{
    enum { SOME = 64 };
    real   left[SOME];
    size_t n = v->s->channels;
    for (size_t j = 0; j < n; j += SOME) max_back_some(v, c, j, n - j < SOME ? n - j : SOME, left);
}

static real share_of(const pool_window *v)
{
    size_t all = v->s->kernel[0] * v->s->kernel[1], inside = (v->h.to - v->h.from) * (v->w.to - v->w.from);
    return 1 / (real)(v->s->count_pad ? all : inside);
}

static void avg_window(const pool_window *v, const pool_call *c)
{
    size_t n = v->s->channels;
    real   share = share_of(v), *y = c->to + v->y_at;
    memset(y, 0, n * sizeof *y);
    for (size_t h = v->h.from; h < v->h.to; h++)
        for (size_t w = v->w.from; w < v->w.to; w++) {
            const real *x = c->x + point(v, h, w);
            for (size_t j = 0; j < n; j++) y[j] += x[j];
        }
    for (size_t j = 0; j < n; j++) y[j] *= share;
}

static void avg_back_window(const pool_window *v, const pool_call *c)
{
    size_t      n = v->s->channels;
    const real *dy = c->dy + v->y_at;
    real        share = share_of(v);
    for (size_t h = v->h.from; h < v->h.to; h++)
        for (size_t w = v->w.from; w < v->w.to; w++) {
            real *dx = c->to + point(v, h, w);
            for (size_t j = 0; j < n; j++) dx[j] += share * dy[j];
        }
}

/* ---- the four kernels -------------------------------------------------------------------------------------------- */

static void clear_images(const glia__pool *s, size_t rows, real *dx)
{
    memset(dx, 0, rows * s->x[0] * s->x[1] * s->channels * sizeof *dx);
}

static void max_pool(const glia__pool *s, size_t rows, const real *x, real *y)
{
    const pool_call c = {.x = x, .to = y};
    if (is_2x2(s))
        each_window(s, rows, &c, max_2x2_window);
    else
        each_window(s, rows, &c, max_window);
}

static void max_pool_back(const glia__pool *s, size_t rows, const real *x, const real *y, const real *dy, real *dx)
{
    const pool_call c = {.x = x, .y = y, .dy = dy, .to = dx, .tiles = glia__pool_tiles(s)};
    if (!c.tiles) clear_images(s, rows, dx);
    if (is_2x2(s))
        each_window(s, rows, &c, max_2x2_back_window);
    else
        each_window(s, rows, &c, max_back_window);
}

static void avg_pool(const glia__pool *s, size_t rows, const real *x, real *y)
{
    each_window(s, rows, &(pool_call){.x = x, .to = y}, avg_window);
}

static void avg_pool_back(const glia__pool *s, size_t rows, const real *dy, real *dx)
{
    clear_images(s, rows, dx);
    each_window(s, rows, &(pool_call){.dy = dy, .to = dx}, avg_back_window);
}
