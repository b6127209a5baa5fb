/* Convolutions by kernels of 3x3 in 4/9 of a product's multiplications, for portable.c: F(2x2, 3x3) of Winograd's
 * minimal filtering (Lavin and Gray 2016, section 4). A square d of 4x4 numbers of x, under a kernel g, gives 2x2 of y:
 *
 *   y = A' [(G g G') * (B' d B)] A       where ' turns a matrix and * multiplies number by number
 *
 *        1  0 -1  0          1    0    0
 *   B' = 0  1  1  0     G = 1/2  1/2  1/2     A' = 1  1  1  0
 *        0 -1  1  0         1/2 -1/2  1/2          0  1 -1 -1
 *        0  1  0 -1          0    0    1
 *
 * Channels are summed before A is applied: so at each of the 16 points of a square there is a product, [squares]
 * [channels in] by [channels in][channels out], on the tiles of portable_gemm.h. The way back to x is the same, with
 * the kernel turned around. Each number comes from its own square alone, in one order whatever a call is for. */

enum { SIDE = 4, STEP = 2, TAPS = 3, POINTS = SIDE * SIDE, A_LINE = 64 / sizeof(real) };
enum { SQUARES_AT_ONCE = 24 }; /* so many that what is known of them stays in a near cache */

/* A way through it: from images that are framed so that their squares make all of y. */
typedef struct winograd {
    frame  x;
    size_t y[2], out;
} winograd;

static size_t steps_of(size_t size)
{
    return (size + STEP - 1) / STEP;
}

static winograd winograd_of(const size_t x[2], const size_t before[2], size_t in, const size_t y[2], size_t out)
{
    const size_t reach[2] = {STEP * steps_of(y[0]) + SIDE - STEP, STEP * steps_of(y[1]) + SIDE - STEP};
    return (winograd){frame_of(x, before, reach, in), {y[0], y[1]}, out};
}

static winograd forward_winograd(const glia__conv_shape *s)
{
    return winograd_of(s->x, s->before, s->in, s->y, s->out);
}

static winograd backward_winograd(const glia__conv_shape *s)
{
    const size_t before[2] = {TAPS - 1 - s->before[0], TAPS - 1 - s->before[1]};
    return winograd_of(s->y, before, s->out, s->x, s->in);
}

/* Whether squares make y of so many numbers in clearly fewer multiplications: not if most of the last ones lie outside
 * of it. */
static bool squares_pay(const size_t y[2])
{
    return 4 * POINTS * steps_of(y[0]) * steps_of(y[1]) <= 3 * TAPS * TAPS * y[0] * y[1];
}

/* Whether both ways are made so: channels are whole vectors, and so many that sums over them outweigh A and B. */
static bool suits_winograd(const glia__conv_shape *s)
{
    enum { CHANNELS = 16 };
    bool fits = s->groups == 1 && s->in % LANES == 0 && s->out % LANES == 0 && s->in >= CHANNELS && s->out >= CHANNELS;
    for (int axis = 0; axis < 2; axis++)
        fits =
            fits && s->kernel[axis] == TAPS && s->stride[axis] == 1 && s->dilation[axis] == 1 && s->before[axis] < TAPS;
    return fits && squares_pay(s->y) && squares_pay(s->x);
}

/* ---- memory ------------------------------------------------------------------------------------------------------ */

/* From one point of some squares to the next: a line more than the numbers there, so that the points of a square do not
 * share a few places of a cache. */
static size_t point_numbers(size_t channels)
{
    return SQUARES_AT_ONCE * channels + A_LINE;
}

static size_t work_of_way(const winograd *f)
{
    return POINTS * (point_numbers(f->x.channels) + point_numbers(panels_of(f->out) * WIDTH)) + frame_numbers(&f->x);
}

static size_t winograd_work(const glia__conv *c)
{
    if (!c->winograd) return 0;
    const winograd forward = forward_winograd(&c->s), backward = backward_winograd(&c->s);
    return larger_size(work_of_way(&forward), work_of_way(&backward));
}

/* ---- the three matrices ------------------------------------------------------------------------------------------ */

ALWAYS_INLINE void times_b(const vector *d, vector *v)
{
    v[0] = d[0] - d[2];
    v[1] = d[1] + d[2];
    v[2] = d[2] - d[1];
    v[3] = d[1] - d[3];
}

ALWAYS_INLINE void times_g(const vector *g, vector *u)
{
    const vector outer = (g[0] + g[2]) / 2, inner = g[1] / 2;
    u[0] = g[0];
    u[1] = outer + inner;
    u[2] = outer - inner;
    u[3] = g[2];
}

ALWAYS_INLINE void times_a(const vector *m, vector *y)
{
    y[0] = m[0] + m[1] + m[2];
    y[1] = m[1] - m[2] - m[3];
}

/* M d M' for one of the matrices M, which makes m numbers of n: m x m of n x n. All are constants where this is
 * inlined. */
ALWAYS_INLINE void from_both_sides(void (*times)(const vector *d, vector *to), size_t n, size_t m, vector d[SIDE][SIDE],
                                   vector to[SIDE][SIDE])
{
    vector half[SIDE][SIDE];
    UNROLL for (size_t j = 0; j < n; j++)
    {
        vector column[SIDE], made[SIDE];
        UNROLL for (size_t i = 0; i < n; i++) column[i] = d[i][j];
        times(column, made);
        UNROLL for (size_t i = 0; i < m; i++) half[i][j] = made[i];
    }
    UNROLL for (size_t i = 0; i < m; i++) times(half[i], to[i]);
}

/* Vectors of n x n places: how far a row is from the next, and a place from the next. */
ALWAYS_INLINE void read_square(size_t n, const real *from, size_t row, size_t place, vector d[SIDE][SIDE])
{
    UNROLL for (size_t i = 0; i < n; i++) UNROLL for (size_t j = 0; j < n; j++) d[i][j] =
        vector_at(from + i * row + j * place);
}

ALWAYS_INLINE void write_square(vector d[SIDE][SIDE], real *to, size_t row, size_t place)
{
    UNROLL for (size_t i = 0; i < SIDE; i++) UNROLL for (size_t j = 0; j < SIDE; j++)
        vector_to(to + i * row + j * place, d[i][j]);
}

/* G g G' of a panel of kernels, [9][n] numbers at g; a point of u is n numbers too. g may lie at the end of u. */
static void transform_kernels(size_t n, const real *g, real *u)
{
    for (size_t at = 0; at < n; at += LANES) {
        vector d[SIDE][SIDE], to[SIDE][SIDE];
        read_square(TAPS, g + at, TAPS * n, n, d);
        from_both_sides(times_g, TAPS, SIDE, d, to);
        write_square(to, u + at, SIDE * n, n);
    }
}

/* B' d B of the square at x, to points that lie `apart` in v. */
static void transform_square(const frame *f, const real *x, real *v, size_t apart)
{
    for (size_t c = 0; c < f->channels; c += LANES) {
        vector d[SIDE][SIDE], to[SIDE][SIDE];
        read_square(SIDE, x + c, f->size[1] * f->channels, f->channels, d);
        from_both_sides(times_b, SIDE, SIDE, d, to);
        write_square(to, v + c, SIDE * apart, apart);
    }
}

/* That y of a square is there by the time it is written: without it, an eighth of the time goes by waiting. */
static inline void ask_for_square(const winograd *f, size_t h, size_t w, const real *y)
{
    const size_t n = w + 1 < f->y[1] ? STEP * f->out : f->out, rows = h + 1 < f->y[0] ? STEP : 1;
    for (size_t i = 0; i < rows; i++)
        for (size_t o = 0; o < n; o += A_LINE) __builtin_prefetch(y + ((h + i) * f->y[1] + w) * f->out + o, 1);
}

/* y = A' m A + b of the square that begins at (h, w), as far as it lies in the image; b may be NULL. */
static void y_of_square(const winograd *f, const real *m, size_t apart, const real *b, size_t h, size_t w, real *y)
{
    const size_t line = f->y[1] * f->out;
    const bool   right = w + 1 < f->y[1], down = h + 1 < f->y[0];
    y += h * line + w * f->out;
    for (size_t o = 0; o < f->out; o += LANES, y += LANES) {
        const vector begin = b ? vector_at(b + o) : (vector){0};
        vector       d[SIDE][SIDE], to[SIDE][SIDE];
        read_square(SIDE, m + o, SIDE * apart, apart, d);
        from_both_sides(times_a, SIDE, STEP, d, to);
        vector_to(y, to[0][0] + begin);
        if (right) vector_to(y + f->out, to[0][1] + begin);
        if (down) vector_to(y + line, to[1][0] + begin);
        if (right && down) vector_to(y + line + f->out, to[1][1] + begin);
    }
}

/* ---- weights ----------------------------------------------------------------------------------------------------- */

/* Panels of `deep` channels become panels of points in the same room: [9][deep][WIDTH] each, packed at its end, then
 * [16][deep][WIDTH] from its beginning on, of which none is written over others that are still to be read. */
static real *end_of_panels(size_t deep, size_t panels, real *room)
{
    return room + (POINTS - TAPS * TAPS) * deep * panels * WIDTH;
}

static void transform_panels(size_t deep, size_t panels, real *room)
{
    const size_t n = deep * WIDTH;
    const real  *packed = end_of_panels(deep, panels, room);
    for (size_t q = 0; q < panels; q++) transform_kernels(n, packed + q * TAPS * TAPS * n, room + q * POINTS * n);
}

/* ---- images ------------------------------------------------------------------------------------------------------ */

/* The products of some squares, at each point; m has whole panels of columns. */
static void points_product(const winograd *f, size_t squares, const real *v, const real *panels, real *m)
{
    const size_t in = f->x.channels, wide = panels_of(f->out) * WIDTH;
    const tiling tiles = tiling_of(squares);
    for (size_t p = 0; p < POINTS; p++, v += point_numbers(in), m += point_numbers(wide))
        for (size_t o = 0; o < wide; o += WIDTH) {
            const real *u = panels + (o * POINTS + p * WIDTH) * in;
            for (size_t nth = 0, i = 0, rows; nth < tiles.tiles; nth++, i += rows) {
                rows = height_of(&tiles, nth);
                fresh_tile_of(rows, (strided){v + i * in, in, 1, false}, in, u, m + i * wide + o, wide);
            }
        }
}

/* One image; its squares in the order of rows. */
static void winograd_image(const winograd *f, const real *x, const real *panels, const real *bias, real *y, real *work)
{
    const size_t in = f->x.channels, wide = panels_of(f->out) * WIDTH, apart = point_numbers(in);
    const size_t across = steps_of(f->y[1]), all = steps_of(f->y[0]) * across;
    real        *v = work, *m = v + POINTS * apart, *room = m + POINTS * point_numbers(wide);
    const real  *image = framed(&f->x, 1, x, room);
    for (size_t from = 0, some; from < all; from += some) {
        some = all - from < SQUARES_AT_ONCE ? all - from : SQUARES_AT_ONCE;
        for (size_t i = 0; i < some; i++) {
            const size_t h = (from + i) / across * STEP, w = (from + i) % across * STEP;
            ask_for_square(f, h, w, y);
            transform_square(&f->x, image + (h * f->x.size[1] + w) * in, v + i * in, apart);
        }
        points_product(f, some, v, panels, m);
        for (size_t i = 0; i < some; i++) {
            const size_t h = (from + i) / across * STEP, w = (from + i) % across * STEP;
            y_of_square(f, m + i * wide, point_numbers(wide), bias, h, w, y);
        }
    }
}
