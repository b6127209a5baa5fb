/* Fully connected layers for portable.c (numbers/dense.h has the formulas), on the tiles of portable_gemm.h: a panel of
 * W is the panel of B that a tile wants. */

/* Columns of panel q. */
static size_t panel_width(const glia__dense *d, size_t q)
{
    size_t left = d->out - q * WIDTH;
    return left < WIDTH ? left : WIDTH;
}

/* Where panel q begins in a matrix of panels with so many rows. */
static size_t panel_at(const glia__dense *d, size_t q)
{
    return d->in * q * WIDTH;
}

/* ---- zeros ------------------------------------------------------------------------------------------------------- */

/* Whether so many of x are 0 that leaving them out pays: those that are not take some four times as long then. */
static bool mostly_zeros(size_t rows, size_t n, const real *x)
{
    enum { PAYS = 4 };
    size_t left = rows * n / PAYS;
    for (size_t r = 0; r < rows; r++, x += n) {
        uint32_t found = 0;
        for (size_t i = 0; i < n; i++) found += x[i] != 0;
        if (found > left) return false;
        left -= found;
    }
    return true;
}

/* Bit j: x[j] is not 0, of so many numbers. */
enum { BITS = 32 };
static inline uint32_t bits_of(size_t n, const real *x)
{
    uint32_t bits = 0;
    if (n == BITS)
        for (size_t j = 0; j < BITS; j++) bits |= (uint32_t)(x[j] != 0) << j;
    else
        for (size_t j = 0; j < n; j++) bits |= (uint32_t)(x[j] != 0) << j;
    return bits;
}

/* The places of those of x that are not 0; how many there are. n is DEPTH at most. */
static size_t find_nonzeros(size_t n, const real *x, uint16_t *at)
{
    size_t found = 0;
    for (size_t i = 0; i < n; i += BITS)
        for (uint32_t bits = bits_of(n - i < BITS ? n - i : BITS, x + i); bits; bits &= bits - 1)
            at[found++] = (uint16_t)(i + (size_t)__builtin_ctz(bits));
    return found;
}

/* Several panels at once, so that enough sums run side by side. */
enum { ABREAST = 4 };

/* y[panel][..] (+)= sum of x[at] w[panel][at][..]; `panels` is a constant where this is inlined. w: the first of them,
 * `step` from one to the next. */
ALWAYS_INLINE void add_listed(size_t panels, size_t n, const uint16_t *at, const real *x, const real *w, size_t step,
                              bool first, real *y)
{
    vector sum[ABREAST][VECTORS];
    UNROLL for (size_t p = 0; p < panels; p++) sum[p][0] = sum[p][1] = (vector){0};
    for (size_t t = 0; t < n; t++) {
        const vector xi = vector_of(x[at[t]]);
        const real  *wi = w + (size_t)at[t] * WIDTH;
        UNROLL for (size_t p = 0; p < panels; p++)
        {
            sum[p][0] = multiply_add(xi, vector_at(wi + p * step), sum[p][0]);
            sum[p][1] = multiply_add(xi, vector_at(wi + p * step + LANES), sum[p][1]);
        }
    }
    UNROLL for (size_t p = 0; p < panels; p++)
    {
        vector_add(y + p * WIDTH, !first, sum[p][0]);
        vector_add(y + p * WIDTH + LANES, !first, sum[p][1]);
    }
}

/* The same of a panel that is narrower. */
static void add_listed_narrow(size_t width, size_t n, const uint16_t *at, const real *x, const real *w, bool first,
                              real *y)
{
    real sum[WIDTH] = {0};
    for (size_t t = 0; t < n; t++)
        for (size_t j = 0; j < width; j++) sum[j] = multiply_add_one(x[at[t]], w[at[t] * width + j], sum[j]);
    for (size_t j = 0; j < width; j++) y[j] = first ? sum[j] : y[j] + sum[j];
}

/* A row's part of y from x[k .. k+deep-1]. */
static void forward_listed(const glia__dense *d, size_t k, size_t deep, const real *x, const real *w, real *y)
{
    uint16_t at[DEPTH];
    size_t   n = find_nonzeros(deep, x + k, at), step = d->in * WIDTH, full = d->out / WIDTH;
    size_t   q = d->q0, end = d->q1 < full ? d->q1 : full;
    for (; q + ABREAST <= end; q += ABREAST)
        add_listed(ABREAST, n, at, x + k, w + panel_at(d, q) + k * WIDTH, step, k == 0, y + q * WIDTH);
    for (; q < end; q++) add_listed(1, n, at, x + k, w + panel_at(d, q) + k * WIDTH, step, k == 0, y + q * WIDTH);
    if (q == d->q1) return;
    size_t width = panel_width(d, q);
    add_listed_narrow(width, n, at, x + k, w + panel_at(d, q) + k * width, k == 0, y + q * WIDTH);
}

/* ---- forward ----------------------------------------------------------------------------------------------------- */

static void forward_zeros(const glia__dense *d, size_t rows, const real *x, const real *w, real *y)
{
    for (size_t k = 0; k < d->in; k += DEPTH)
        for (size_t r = 0; r < rows; r++)
            forward_listed(d, k, d->in - k < DEPTH ? d->in - k : DEPTH, x + r * d->in, w, y + r * d->out);
}

static void forward_tiles(const glia__dense *d, size_t rows, const real *x, const real *w, real *y)
{
    for (size_t q = d->q0; q < d->q1; q++) {
        size_t width = panel_width(d, q);
        product(rows, width, d->in, 1, (strided){x, d->in, 1, false}, (strided){w + panel_at(d, q), width, 1, false}, 0,
                y + q * WIDTH, d->out);
    }
}

static void dense_forward(const glia__dense *d, size_t rows, const real *x, const real *w, const real *b, real *y)
{
    enum { FEW = 4 }; /* rows that no tile pays for */
    size_t from = d->q0 * WIDTH, to = d->q1 * WIDTH < d->out ? d->q1 * WIDTH : d->out;
    if (rows < FEW || mostly_zeros(rows, d->in, x))
        forward_zeros(d, rows, x, w, y);
    else
        forward_tiles(d, rows, x, w, y);
    if (b) add_bias(rows, to - from, b + from, y + from, d->out);
}

/* ---- backward_x -------------------------------------------------------------------------------------------------- */

/* to[o][WIDTH] = w[i + j][o] for `width` inputs from i on and the full panels from .. end-1, and zeros beyond. */
static void pack_turned(const glia__dense *d, const real *w, size_t i, size_t width, size_t from, size_t end, real *to)
{
    for (size_t q = from; q < end; q++, to += WIDTH * WIDTH)
        pack((strided){w + panel_at(d, q) + i * WIDTH, 1, WIDTH, false}, WIDTH, width, to);
}

static void dense_backward_x(const glia__dense *d, size_t rows, const real *dy, const real *w, real *dx)
{
    enum { PANELS = DEPTH / WIDTH };
    _Alignas(VECTOR_BYTES) real room[DEPTH * WIDTH];
    size_t                      full = d->out / WIDTH, left = d->out % WIDTH;
    for (size_t i = d->i0; i < d->i1; i += WIDTH) {
        size_t width = d->i1 - i < WIDTH ? d->i1 - i : WIDTH;
        for (size_t q = 0; q < full; q += PANELS) {
            size_t end = q + PANELS < full ? q + PANELS : full;
            pack_turned(d, w, i, width, q, end, room);
            band(rows, width, (end - q) * WIDTH, (strided){dy + q * WIDTH, d->out, 1, false}, room, 1, q > 0, dx + i,
                 d->in);
        }
        if (left == 0) continue;
        pack((strided){w + panel_at(d, full) + i * left, 1, left, false}, left, width, room);
        band(rows, width, left, (strided){dy + full * WIDTH, d->out, 1, false}, room, 1, full > 0, dx + i, d->in);
    }
}

/* ---- backward_w, all of x ---------------------------------------------------------------------------------------- */

/* Of one pass over a block of rows: dw = keep dw + scale x^T dy. */
typedef struct gradient {
    const glia__dense *d;
    size_t             deep; /* rows, from here on: */
    const real        *x, *dy;
    real               scale, keep, *dw;
} gradient;

static void each_depth(const glia__dense *d, size_t rows, gradient g, void (*f)(const gradient *g, real *work),
                       real *work)
{
    g.d = d;
    for (size_t r = 0; r < rows; r += DEPTH, g.x += DEPTH * d->in, g.dy += DEPTH * d->out, g.keep = 1) {
        g.deep = rows - r < DEPTH ? rows - r : DEPTH;
        f(&g, work);
    }
}

/* m inputs of x as tiles of its transpose. */
static void pack_tiles(const gradient *g, size_t m, const real *x, real *restrict to)
{
    const tiling t = tiling_of(m);
    for (size_t nth = 0, height; nth < t.tiles; nth++, x += height) {
        height = height_of(&t, nth);
        for (size_t r = 0; r < g->deep; r++, to += height)
            if (height == TALLEST)
                memcpy(to, x + r * g->d->in, TALLEST * sizeof *to);
            else
                for (size_t i = 0; i < height; i++) to[i] = x[r * g->d->in + i];
    }
}

static void gradient_tiles(const gradient *g, real *work)
{
    _Alignas(VECTOR_BYTES) real room[DEPTH * WIDTH];
    const glia__dense          *d = g->d;
    size_t                      some = glia__dense_work(d, g->deep) / g->deep;
    for (size_t i = d->i0; i < d->i1; i += some) {
        size_t m = d->i1 - i < some ? d->i1 - i : some;
        pack_tiles(g, m, g->x + i, work);
        for (size_t q = d->q0; q < d->q1; q++) {
            size_t width = panel_width(d, q);
            pack((strided){g->dy + q * WIDTH, d->out, 1, false}, g->deep, width, room);
            band(m, width, g->deep, (strided){work, 0, 0, true}, room, g->scale, g->keep,
                 g->dw + panel_at(d, q) + i * width, width);
        }
    }
}

/* ---- backward_w, of an x of mostly zeros ------------------------------------------------------------------------- */

/* Some inputs at a time: bit r % BITS of bits[r / BITS][i] says that x[r][i] is not 0. */
enum { WORDS = DEPTH / BITS, INPUTS = 64 };

static void find_rows(const gradient *g, size_t n, const real *x, uint32_t bits[WORDS][INPUTS])
{
    memset(bits, 0, WORDS * sizeof *bits);
    for (size_t r = 0; r < g->deep; r++, x += g->d->in)
        for (size_t i = 0; i < n; i++) bits[r / BITS][i] |= (uint32_t)(x[i] != 0) << r % BITS;
}

/* An input's row of dw in some panels; bits, x and dw are the input's, dy the first panel's. */
ALWAYS_INLINE void add_rows(size_t panels, const gradient *g, const uint32_t *bits, const real *x, const real *dy,
                            real *dw)
{
    vector sum[ABREAST][VECTORS];
    UNROLL for (size_t p = 0; p < panels; p++) sum[p][0] = sum[p][1] = (vector){0};
    for (size_t r = 0; r < g->deep; r += BITS)
        for (uint32_t left = bits[r / BITS * INPUTS]; left; left &= left - 1) {
            size_t       at = r + (size_t)__builtin_ctz(left);
            const vector xr = vector_of(x[at * g->d->in]);
            const real  *y = dy + at * g->d->out;
            UNROLL for (size_t p = 0; p < panels; p++)
            {
                sum[p][0] = multiply_add(xr, vector_at(y + p * WIDTH), sum[p][0]);
                sum[p][1] = multiply_add(xr, vector_at(y + p * WIDTH + LANES), sum[p][1]);
            }
        }
    UNROLL for (size_t p = 0; p < panels; p++)
    {
        vector_add(dw + p * g->d->in * WIDTH, g->keep, g->scale * sum[p][0]);
        vector_add(dw + p * g->d->in * WIDTH + LANES, g->keep, g->scale * sum[p][1]);
    }
}

static void add_rows_narrow(size_t width, const gradient *g, const uint32_t *bits, const real *x, const real *dy,
                            real *dw)
{
    real sum[WIDTH] = {0};
    for (size_t r = 0; r < g->deep; r += BITS)
        for (uint32_t left = bits[r / BITS * INPUTS]; left; left &= left - 1) {
            size_t at = r + (size_t)__builtin_ctz(left);
            for (size_t j = 0; j < width; j++)
                sum[j] = multiply_add_one(x[at * g->d->in], dy[at * g->d->out + j], sum[j]);
        }
    for (size_t j = 0; j < width; j++) dw[j] = (g->keep == 0 ? 0 : g->keep * dw[j]) + g->scale * sum[j];
}

static void gradient_of_input(const gradient *g, size_t i, const uint32_t *bits)
{
    const glia__dense *d = g->d;
    size_t             full = d->out / WIDTH, q = d->q0, end = d->q1 < full ? d->q1 : full;
    for (; q + ABREAST <= end; q += ABREAST)
        add_rows(ABREAST, g, bits, g->x + i, g->dy + q * WIDTH, g->dw + panel_at(d, q) + i * WIDTH);
    for (; q < end; q++) add_rows(1, g, bits, g->x + i, g->dy + q * WIDTH, g->dw + panel_at(d, q) + i * WIDTH);
    if (q == d->q1) return;
    size_t width = panel_width(d, q);
    add_rows_narrow(width, g, bits, g->x + i, g->dy + q * WIDTH, g->dw + panel_at(d, q) + i * width);
}

static void gradient_zeros(const gradient *g, real *work)
{
    uint32_t bits[WORDS][INPUTS];
    (void)work;
    for (size_t i = g->d->i0; i < g->d->i1; i += INPUTS) {
        size_t n = g->d->i1 - i < INPUTS ? g->d->i1 - i : INPUTS;
        find_rows(g, n, g->x + i, bits);
        for (size_t j = 0; j < n; j++) gradient_of_input(g, i + j, &bits[0][j]);
    }
}

static void dense_backward_w(const glia__dense *d, size_t rows, real scale, const real *x, const real *dy, real keep,
                             real *dw, real *work)
{
    gradient g = {.x = x, .dy = dy, .scale = scale, .keep = keep, .dw = dw};
    each_depth(d, rows, g, mostly_zeros(rows, d->in, x) ? gradient_zeros : gradient_tiles, work);
}
