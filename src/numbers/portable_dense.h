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

/* Whether so many of x are 0 that leaving them out pays: those that are not take some three times as long then. Some
 * rows tell for all. */
static bool mostly_zeros(size_t rows, size_t n, const real *x)
{
    enum { PAYS = 3, SAMPLE = 8 };
    size_t step = (rows + SAMPLE - 1) / SAMPLE, found = 0, seen = 0;
    for (size_t r = 0; r < rows; r += step, seen += n) {
        uint32_t in_row = 0;
        for (size_t i = 0; i < n; i++) in_row += x[r * n + i] != 0;
        found += in_row;
    }
    return found <= seen / PAYS;
}

/* Inputs that are looked at together: what belongs to them stays in the nearest cache. */
enum { INPUTS = 64 };

/* Bit j: x[j] is not 0, of n inputs. */
static inline uint64_t bits_of(size_t n, const real *x)
{
    uint64_t bits = 0;
    size_t   j = 0;
    for (; j + LANES <= n; j += LANES) bits |= (uint64_t)nonzero_lanes(x + j) << j;
    for (; j < n; j++) bits |= (uint64_t)(x[j] != 0) << j;
    return bits;
}

_Static_assert(DEPTH == GLIA__DENSE_DEPTH, "the room that is asked for holds so many rows");
_Static_assert(DEPTH <= UINT8_MAX + 1 && INPUTS <= UINT8_MAX + 1, "places are bytes");

/* Terms of a sum that are not 0. */
typedef struct terms {
    size_t  n;
    uint8_t at[DEPTH];
} terms;

/* A sum of products a[at] b[at][..] over some panels: `a` from one term to the next in a, `b` in b; from one panel to
 * the next in b, and in c. */
typedef struct steps {
    size_t a, b, panel, c;
} steps;

enum { ABREAST = 4 }; /* panels that are worked on at once: so many sums side by side keep the arithmetic busy */

/* `panels` is a constant where this is inlined. */
ALWAYS_INLINE void sum_panels(size_t panels, const terms *list, const steps *s, const real *a, const real *b,
                              const target *t, real *c)
{
    const size_t n = list->n, a_step = s->a, b_step = s->b, panel = s->panel;
    vector       sum[ABREAST][VECTORS];
    sums_begin(panels, t, c, s->c, sum);
    for (size_t l = 0; l < n; l++) {
        const size_t at = list->at[l];
        const vector al = vector_of(a[at * a_step]);
        const real  *bl = b + at * b_step;
        UNROLL for (size_t p = 0; p < panels; p++)
        {
            sum[p][0] = multiply_add(al, vector_at(bl + p * panel), sum[p][0]);
            sum[p][1] = multiply_add(al, vector_at(bl + p * panel + LANES), sum[p][1]);
        }
    }
    sums_end(panels, t, c, s->c, sum);
}

static void sum_terms(size_t panels, const terms *list, const steps *s, const real *a, const real *b, const target *t,
                      real *c)
{
    switch (panels) {
    case 1: sum_panels(1, list, s, a, b, t, c); break;
    case 2: sum_panels(2, list, s, a, b, t, c); break;
    case 3: sum_panels(3, list, s, a, b, t, c); break;
    case 4: sum_panels(ABREAST, list, s, a, b, t, c); break;
    }
}

/* Panels from q on that are worked on at once. */
static size_t panels_abreast(const glia__dense *d, size_t q)
{
    return d->q1 - q < ABREAST ? d->q1 - q : ABREAST;
}

/* ---- forward ----------------------------------------------------------------------------------------------------- */

static void find_inputs(size_t n, const real *x, terms *found)
{
    found->n = 0;
    for (uint64_t bits = bits_of(n, x); bits; bits &= bits - 1) found->at[found->n++] = (uint8_t)__builtin_ctzll(bits);
}

/* What inputs i .. add to y of some rows, each with its list. Rows of y that end within a panel are summed beside it.
 */
static void forward_inputs(const glia__dense *d, size_t i, size_t rows, const terms *list, const real *x, const real *w,
                           real *y)
{
    const target t = target_of(1, i > 0);
    const steps  s = {1, WIDTH, d->in * WIDTH, WIDTH};
    for (size_t q = d->q0, panels; q < d->q1; q += panels) {
        panels = panels_abreast(d, q);
        size_t left = d->out - q * WIDTH, n = panels * WIDTH;
        for (size_t r = 0; r < rows; r++) {
            real beside[ABREAST * WIDTH] = {0}, *yr = y + r * d->out + q * WIDTH, *c = n <= left ? yr : beside;
            if (c == beside && t.goes_on) memcpy(beside, yr, left * sizeof *yr);
            sum_terms(panels, &list[r], &s, x + r * d->in + i, w + panel_at(d, q) + i * WIDTH, &t, c);
            if (c == beside) memcpy(yr, beside, left * sizeof *yr);
        }
    }
}

static void forward_zeros(const glia__dense *d, size_t rows, const real *x, const real *w, real *y)
{
    enum { ROWS = 64 };
    terms list[ROWS];
    for (size_t r = 0; r < rows; r += ROWS, x += ROWS * d->in, y += ROWS * d->out) {
        size_t some = rows - r < ROWS ? rows - r : ROWS;
        for (size_t i = 0; i < d->in; i += INPUTS) {
            for (size_t j = 0; j < some; j++)
                find_inputs(d->in - i < INPUTS ? d->in - i : INPUTS, x + j * d->in + i, &list[j]);
            forward_inputs(d, i, some, list, x, w, y);
        }
    }
}

static void forward_tiles(const glia__dense *d, size_t rows, const real *x, const real *w, real *y)
{
    for (size_t q = d->q0; q < d->q1; q++)
        product(rows, panel_width(d, q), d->in, 1, (strided){x, d->in, 1, false},
                (strided){w + panel_at(d, q), WIDTH, 1, true}, 0, y + q * WIDTH, d->out);
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

/* to[o][WIDTH] = w[i + j][o] for `width` inputs from i on and the panels from .. end-1, and zeros beyond. */
static void pack_turned(const glia__dense *d, const real *w, size_t i, size_t width, size_t from, size_t end, real *to)
{
    for (size_t q = from; q < end; q++, to += WIDTH * WIDTH)
        pack((strided){w + panel_at(d, q) + i * WIDTH, 1, WIDTH, false}, panel_width(d, q), width, to);
}

static void dense_backward_x(const glia__dense *d, size_t rows, const real *dy, const real *w, real *dx)
{
    enum { PANELS = DEPTH / WIDTH };
    _Alignas(VECTOR_BYTES) real room[DEPTH * WIDTH];
    const target                first = target_of(1, 0), more = target_of(1, 1);
    const size_t                panels = (d->out + WIDTH - 1) / WIDTH;
    for (size_t i = d->i0; i < d->i1; i += WIDTH) {
        size_t width = d->i1 - i < WIDTH ? d->i1 - i : WIDTH;
        for (size_t q = 0; q < panels; q += PANELS) {
            size_t o = q * WIDTH, deep = d->out - o < DEPTH ? d->out - o : DEPTH;
            pack_turned(d, w, i, width, q, q + PANELS < panels ? q + PANELS : panels, room);
            band(rows, width, deep, (strided){dy + o, d->out, 1, false}, room, q > 0 ? &more : &first, dx + i, d->in);
        }
    }
}

/* ---- backward_w, all of x ---------------------------------------------------------------------------------------- */

/* Of one pass over a block of rows: dw = keep dw + scale x^T dy. */
typedef struct gradient {
    const glia__dense *d;
    size_t             deep; /* rows, from here on: */
    const real        *x, *dy;
    target             target;
    real              *dw;
} gradient;

static void each_depth(const glia__dense *d, size_t rows, gradient g, void (*f)(const gradient *g, real *work),
                       real *work)
{
    g.d = d;
    for (size_t r = 0; r < rows;
         r += DEPTH, g.x += DEPTH * d->in, g.dy += DEPTH * d->out, g.target = target_of(g.target.scale, 1)) {
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
            pack((strided){g->dy + q * WIDTH, d->out, 1, false}, g->deep, panel_width(d, q), room);
            band(m, WIDTH, g->deep, (strided){work, 0, 0, true}, room, &g->target, g->dw + panel_at(d, q) + i * WIDTH,
                 WIDTH);
        }
    }
}

/* ---- backward_w, of an x of mostly zeros ------------------------------------------------------------------------- */

/* The rows in which each of n inputs is not 0. */
static void find_rows(const gradient *g, size_t n, const real *x, terms *found)
{
    for (size_t i = 0; i < n; i++) found[i].n = 0;
    for (size_t r = 0; r < g->deep; r++, x += g->d->in)
        for (uint64_t bits = bits_of(n, x); bits; bits &= bits - 1) {
            terms *of = &found[__builtin_ctzll(bits)];
            of->at[of->n++] = (uint8_t)r;
        }
}

/* Some panels of n inputs, each with its rows; dy: of the first panel in the first row, `step` from one to the next. */
static void gradient_of_inputs(const gradient *g, size_t i, size_t n, const terms *rows, size_t q, size_t panels,
                               const real *dy, size_t step)
{
    const glia__dense *d = g->d;
    const steps        s = {d->in, step, WIDTH, d->in * WIDTH};
    real              *dw = g->dw + panel_at(d, q) + i * WIDTH;
    for (size_t j = 0; j < n; j++)
        if (rows[j].n > 0 || g->target.keep != 1)
            sum_terms(panels, &rows[j], &s, g->x + i + j, dy, &g->target, dw + j * WIDTH);
}

static void gradient_zeros(const gradient *g, real *work)
{
    _Alignas(VECTOR_BYTES) real last[DEPTH * WIDTH]; /* dy of a panel that it does not fill */
    const glia__dense          *d = g->d;
    const size_t                full = d->q1 * WIDTH <= d->out ? d->q1 : d->q1 - 1;
    terms                       rows[INPUTS];
    (void)work;
    if (full < d->q1) pack((strided){g->dy + full * WIDTH, d->out, 1, false}, g->deep, panel_width(d, full), last);
    for (size_t i = d->i0; i < d->i1; i += INPUTS) {
        size_t n = d->i1 - i < INPUTS ? d->i1 - i : INPUTS;
        find_rows(g, n, g->x + i, rows);
        for (size_t q = d->q0, panels; q < full; q += panels) {
            panels = full - q < ABREAST ? full - q : ABREAST;
            gradient_of_inputs(g, i, n, rows, q, panels, g->dy + q * WIDTH, d->out);
        }
        if (full < d->q1) gradient_of_inputs(g, i, n, rows, full, 1, last, WIDTH);
    }
}

static void dense_backward_w(const glia__dense *d, size_t rows, real scale, const real *x, const real *dy, real keep,
                             real *dw, real *work)
{
    gradient g = {.x = x, .dy = dy, .target = target_of(scale, keep), .dw = dw};
    each_depth(d, rows, g, mostly_zeros(rows, d->in, x) ? gradient_zeros : gradient_tiles, work);
}
