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

/* ---- rows, some columns at a time ----------------------------------------------------------------------------------
 */

static size_t depth_of(size_t left)
{
    return left < DEPTH ? left : DEPTH;
}

/* `deep` columns of some rows, `row` apart, that so many panels pass by. Where these are many the columns are copied:
 * rows that lie a power of two apart share the same few places of a cache, and drive each other out. */
static strided columns(const glia__dense *d, size_t rows, const real *from, size_t row, size_t deep, size_t panels)
{
    if (!d->work || !glia__dense_copies(rows, row, panels)) return (strided){from, row, 1, false};
    for (size_t r = 0; r < rows; r++) memcpy(d->work + r * GLIA__DENSE_WIDE, from + r * row, deep * sizeof *from);
    return (strided){d->work, GLIA__DENSE_WIDE, 1, false};
}

/* ---- zeros ------------------------------------------------------------------------------------------------------- */

static size_t count_nonzero(size_t n, const real *x)
{
    enum { SOME = 1 << 16 };
    size_t found = 0;
    for (size_t i = 0; i < n;) {
        uint32_t of_some = 0;
        for (size_t end = n - i < SOME ? n : i + SOME; i < end; i++) of_some += x[i] != 0;
        found += of_some;
    }
    return found;
}

/* Whether so few of n numbers are not 0 that leaving the others out pays: each takes `cost` times as long then. */
static bool are_few(size_t found, size_t n, size_t cost)
{
    return found <= n / cost;
}

enum { TERM_COSTS = 3 }; /* against a product of all of them */

/* Some rows tell for all. */
static bool mostly_zeros(size_t rows, size_t n, const real *x)
{
    enum { SAMPLE = 8 };
    size_t step = (rows + SAMPLE - 1) / SAMPLE, found = 0, seen = 0;
    for (size_t r = 0; r < rows; r += step, seen += n) found += count_nonzero(n, x + r * n);
    return are_few(found, seen, TERM_COSTS);
}

/* Terms are looked at together, a word of bits: a bit for each, set where x is not 0. What belongs to so many inputs
 * stays in the nearest cache. */
enum { WORD = 64 };

/* Bit j: x[j] is not 0, of n numbers. */
static inline uint64_t bits_of(size_t n, const real *x)
{
    uint64_t bits = 0;
    size_t   j = 0;
    for (; j + LANES <= n; j += LANES) bits |= (uint64_t)nonzero_lanes(x + j) << j;
    for (; j < n; j++) bits |= (uint64_t)(x[j] != 0) << j;
    return bits;
}

static size_t of_word(size_t left)
{
    return left < WORD ? left : WORD;
}

/* Bit i of word j becomes bit j of word i: squares of half the side change places, then those in each of them, and so
 * on (Warren, Hacker's Delight, section 7-3). */
static void turn_bits(uint64_t word[WORD])
{
    uint64_t low = UINT32_MAX;
    for (size_t side = WORD / 2; side; side /= 2, low ^= low << side)
        for (size_t from = 0; from < WORD; from += 2 * side)
            for (size_t j = from; j < from + side; j++) {
                uint64_t change = (word[j] >> side ^ word[j + side]) & low;
                word[j] ^= change << side;
                word[j + side] ^= change;
            }
}

/* Of some rows of n numbers, `row` apart: word j of every WORD of them is the rows in which number j is not 0. */
static void find_rows(size_t rows, size_t n, size_t row, const real *x, uint64_t (*word)[WORD])
{
    for (size_t r = 0; r < rows; r += WORD, x += WORD * row, word++) {
        size_t some = of_word(rows - r);
        for (size_t j = 0; j < some; j++) (*word)[j] = bits_of(n, x + j * row);
        for (size_t j = some; j < WORD; j++) (*word)[j] = 0;
        turn_bits(*word);
    }
}

enum { ABREAST = 4 }; /* panels that are worked on at once: so many sums side by side keep the arithmetic busy */

_Static_assert(DEPTH == GLIA__DENSE_DEPTH && DEPTH % WORD == 0, "the room that is asked for holds so many rows");
_Static_assert(ABREAST *WIDTH <= GLIA__DENSE_WIDE && DEPTH < GLIA__DENSE_WIDE, "and so many columns");

/* Sums of products a[at] b[at][..] over some panels, for each `at` whose bit is set in `words` words, `apart` from each
 * other: `a` from one term to the next in a, `b` in b; from one panel to the next in b, and in c. Where two sums are
 * made side by side, the second one's words are the next ones, and it is so far on in a and in c. */
typedef struct steps {
    size_t words, apart;
    size_t a, b, panel, c;
    size_t second_a, second_c;
} steps;

/* The term of the first bit, which is taken away. `panels` is a constant where this is inlined. */
ALWAYS_INLINE void add_term(size_t panels, uint64_t *bits, const steps *s, const real *a, const real *b,
                            vector sum[][VECTORS])
{
    const size_t at = (size_t)__builtin_ctzll(*bits);
    const vector factor = vector_of(a[at * s->a]);
    const real  *row = b + at * s->b;
    *bits &= *bits - 1;
    UNROLL for (size_t p = 0; p < panels; p++)
    {
        sum[p][0] = multiply_add(factor, vector_at(row + p * s->panel), sum[p][0]);
        sum[p][1] = multiply_add(factor, vector_at(row + p * s->panel + LANES), sum[p][1]);
    }
}

/* `sums` and `panels` are constants where this is inlined. */
ALWAYS_INLINE void sum_panels(size_t sums, size_t panels, const uint64_t *word, const steps *of, const real *a,
                              const real *b, const target *t, real *c)
{
    const steps s = *of;
    vector      first[ABREAST][VECTORS], second[ABREAST][VECTORS];
    sums_begin(panels, t, c, s.c, first);
    if (sums > 1) sums_begin(panels, t, c + s.second_c, s.c, second);
    for (size_t w = 0; w < s.words; w++, word += s.apart, a += WORD * s.a, b += WORD * s.b) {
        uint64_t one = word[0], two = sums > 1 ? word[1] : 0;
        while (one && two) {
            add_term(panels, &one, &s, a, b, first);
            add_term(panels, &two, &s, a + s.second_a, b, second);
        }
        while (one) add_term(panels, &one, &s, a, b, first);
        while (two) add_term(panels, &two, &s, a + s.second_a, b, second);
    }
    sums_end(panels, t, c, s.c, first);
    if (sums > 1) sums_end(panels, t, c + s.second_c, s.c, second);
}

/* One sum over `panels` panels, or two over 1 or 2. */
ALWAYS_INLINE void sum_terms(size_t sums, size_t panels, const uint64_t *word, const steps *s, const real *a,
                             const real *b, const target *t, real *c)
{
    switch (panels + (sums - 1) * ABREAST) {
    case 1: sum_panels(1, 1, word, s, a, b, t, c); break;
    case 2: sum_panels(1, 2, word, s, a, b, t, c); break;
    case 3: sum_panels(1, 3, word, s, a, b, t, c); break;
    case 4: sum_panels(1, ABREAST, word, s, a, b, t, c); break;
    case ABREAST + 1: sum_panels(2, 1, word, s, a, b, t, c); break;
    case ABREAST + 2: sum_panels(2, 2, word, s, a, b, t, c); break;
    }
}

/* Panels from q on that are worked on at once. */
static size_t panels_abreast(const glia__dense *d, size_t q)
{
    return d->q1 - q < ABREAST ? d->q1 - q : ABREAST;
}

/* ---- forward ----------------------------------------------------------------------------------------------------- */

/* Where panels q .. of y are summed: in y, or, if they are the last ones and do not fill their rows, beside it. */
typedef struct sums_of_y {
    real  *at;
    size_t row;
} sums_of_y;

static sums_of_y sums_at(const glia__dense *d, size_t q, real *y, real *beside)
{
    bool whole = (q + panels_abreast(d, q)) * WIDTH <= d->out;
    return whole ? (sums_of_y){y + q * WIDTH, d->out} : (sums_of_y){beside, ABREAST * WIDTH};
}

static void forward_begin(const glia__dense *d, size_t rows, real *y, real *beside)
{
    for (size_t q = d->q0; q < d->q1; q += ABREAST) {
        sums_of_y c = sums_at(d, q, y, beside);
        for (size_t r = 0; r < rows; r++) memset(c.at + r * c.row, 0, panels_abreast(d, q) * WIDTH * sizeof *c.at);
    }
}

/* What inputs i .. add to y of some rows, each with its word of bits. */
static void forward_inputs(const glia__dense *d, size_t i, size_t rows, const uint64_t *word, const real *x,
                           const real *w, real *y, real *beside)
{
    static const target onto = {1, 1, true};
    for (size_t q = d->q0, panels; q < d->q1; q += panels) {
        panels = panels_abreast(d, q);
        const sums_of_y c = sums_at(d, q, y, beside);
        const steps     s = {1, 0, 1, WIDTH, d->in * WIDTH, WIDTH, d->in, c.row};
        for (size_t r = 0, sums; r < rows; r += sums) {
            sums = panels <= 2 && r + 1 < rows ? 2 : 1;
            sum_terms(sums, panels, &word[r], &s, x + r * d->in + i, w + panel_at(d, q) + i * WIDTH, &onto,
                      c.at + r * c.row);
        }
    }
}

/* What was summed beside y to where it belongs. */
static void forward_end(const glia__dense *d, size_t rows, real *y, real *beside)
{
    for (size_t q = d->q0; q < d->q1; q += ABREAST) {
        sums_of_y c = sums_at(d, q, y, beside);
        for (size_t r = 0; r < rows && c.at == beside; r++)
            memcpy(y + r * d->out + q * WIDTH, c.at + r * c.row, (d->out - q * WIDTH) * sizeof *y);
    }
}

static void forward_zeros(const glia__dense *d, size_t rows, const real *x, const real *w, real *y)
{
    enum { ROWS = 64 };
    real     beside[ROWS * ABREAST * WIDTH];
    uint64_t word[ROWS];
    for (size_t r = 0; r < rows; r += ROWS, x += ROWS * d->in, y += ROWS * d->out) {
        size_t some = rows - r < ROWS ? rows - r : ROWS;
        forward_begin(d, some, y, beside);
        for (size_t i = 0; i < d->in; i += WORD) {
            for (size_t j = 0; j < some; j++) word[j] = bits_of(of_word(d->in - i), x + j * d->in + i);
            forward_inputs(d, i, some, word, x, w, y, beside);
        }
        forward_end(d, some, y, beside);
    }
}

/* A panel stays in the nearest cache while all rows run down it, and these columns of the rows in the next one while
 * all panels pass by. */
static void forward_columns(const glia__dense *d, size_t rows, size_t i, const real *x, const real *w, real *y)
{
    const target  onto = target_of(1, i > 0);
    const size_t  deep = depth_of(d->in - i);
    const strided xi = columns(d, rows, x + i, d->in, deep, d->q1 - d->q0);
    for (size_t q = d->q0; q < d->q1; q++)
        band(rows, panel_width(d, q), deep, xi, w + panel_at(d, q) + i * WIDTH, &onto, y + q * WIDTH, d->out);
}

static void forward_tiles(const glia__dense *d, size_t rows, const real *x, const real *w, real *y)
{
    for (size_t r = 0; r < rows; r += DEPTH, x += DEPTH * d->in, y += DEPTH * d->out)
        for (size_t i = 0; i < d->in; i += DEPTH) forward_columns(d, depth_of(rows - r), i, x, w, y);
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

/* What some outputs' dy, from panel q on, adds to dx. */
static void backward_columns(const glia__dense *d, size_t rows, size_t q, const real *dy, const real *w, real *dx)
{
    _Alignas(VECTOR_BYTES) real room[DEPTH * WIDTH];
    const size_t                o = q * WIDTH, deep = depth_of(d->out - o), end = q + (deep + WIDTH - 1) / WIDTH;
    const target                onto = target_of(1, q > 0);
    const strided               some = columns(d, rows, dy + o, d->out, deep, (d->i1 - d->i0) / WIDTH);
    for (size_t i = d->i0; i < d->i1; i += WIDTH) {
        size_t width = d->i1 - i < WIDTH ? d->i1 - i : WIDTH;
        pack_turned(d, w, i, width, q, end, room);
        band(rows, width, deep, some, room, &onto, dx + i, d->in);
    }
}

static void dense_backward_x(const glia__dense *d, size_t rows, const real *dy, const real *w, real *dx)
{
    for (size_t r = 0; r < rows; r += DEPTH, dy += DEPTH * d->out, dx += DEPTH * d->in)
        for (size_t o = 0; o < d->out; o += DEPTH) backward_columns(d, depth_of(rows - r), o / WIDTH, dy, w, dx);
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

static void each_depth(size_t rows, gradient g, void (*f)(const gradient *g))
{
    for (size_t r = 0; r < rows;
         r += DEPTH, g.x += DEPTH * g.d->in, g.dy += DEPTH * g.d->out, g.target = target_of(g.target.scale, 1)) {
        g.deep = depth_of(rows - r);
        f(&g);
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

static void gradient_tiles(const gradient *g)
{
    _Alignas(VECTOR_BYTES) real room[DEPTH * WIDTH];
    const glia__dense          *d = g->d;
    size_t                      some = glia__dense_work(d, g->deep) / g->deep;
    for (size_t i = d->i0; i < d->i1; i += some) {
        size_t m = d->i1 - i < some ? d->i1 - i : some;
        pack_tiles(g, m, g->x + i, d->work);
        for (size_t q = d->q0; q < d->q1; q++) {
            pack((strided){g->dy + q * WIDTH, d->out, 1, false}, g->deep, panel_width(d, q), room);
            band(m, WIDTH, g->deep, (strided){d->work, 0, 0, true}, room, &g->target,
                 g->dw + panel_at(d, q) + i * WIDTH, WIDTH);
        }
    }
}

/* ---- backward_w, of an x of mostly zeros ------------------------------------------------------------------------- */

/* Whether dw of an input with these rows changes. */
static bool moves(const gradient *g, const uint64_t *word)
{
    uint64_t any = g->target.keep != 1;
    for (size_t r = 0; r < g->deep; r += WORD, word += WORD) any |= *word;
    return any;
}

/* Some panels of n inputs, each with its rows; dy: of the first panel in the first row, `step` from one to the next. */
static void gradient_of_inputs(const gradient *g, size_t i, size_t n, const uint64_t (*word)[WORD], size_t q,
                               size_t panels, const real *dy, size_t step)
{
    const glia__dense *d = g->d;
    const steps        s = {(g->deep + WORD - 1) / WORD, WORD, d->in, step, WIDTH, d->in * WIDTH, 1, WIDTH};
    real              *dw = g->dw + panel_at(d, q) + i * WIDTH;
    for (size_t j = 0, sums; j < n; j += sums) {
        bool one = moves(g, &word[0][j]), two = panels <= 2 && j + 1 < n && moves(g, &word[0][j + 1]);
        sums = one && two ? 2 : 1;
        if (one) sum_terms(sums, panels, &word[0][j], &s, g->x + i + j, dy, &g->target, dw + j * WIDTH);
    }
}

/* dy of the panels from q on, padded with zeros to whole ones: to[row][panels][WIDTH] */
static void pad_rows(const gradient *g, size_t q, size_t panels, real *restrict to)
{
    const size_t width = g->d->out - q * WIDTH;
    const real  *from = g->dy + q * WIDTH;
    for (size_t r = 0; r < g->deep; r++, from += g->d->out, to += panels * WIDTH) {
        memcpy(to, from, width * sizeof *to);
        memset(to + width, 0, (panels * WIDTH - width) * sizeof *to);
    }
}

static void gradient_zeros(const gradient *g)
{
    const glia__dense *d = g->d;
    const bool         whole = d->q1 * WIDTH <= d->out;
    const size_t       last = d->q0 + (d->q1 - d->q0 - 1) / ABREAST * ABREAST;
    uint64_t           word[DEPTH / WORD][WORD];
    if (!whole) pad_rows(g, last, d->q1 - last, d->work);
    for (size_t i = d->i0; i < d->i1; i += WORD) {
        size_t n = of_word(d->i1 - i);
        find_rows(g->deep, n, d->in, g->x + i, word);
        for (size_t q = d->q0, panels; q < d->q1; q += panels) {
            panels = panels_abreast(d, q);
            if (q == last && !whole)
                gradient_of_inputs(g, i, n, word, q, panels, d->work, panels * WIDTH);
            else
                gradient_of_inputs(g, i, n, word, q, panels, g->dy + q * WIDTH, d->out);
        }
    }
}

static void dense_backward_w(const glia__dense *d, size_t rows, real scale, const real *x, const real *dy, real keep,
                             real *dw)
{
    gradient g = {.d = d, .x = x, .dy = dy, .target = target_of(scale, keep), .dw = dw};
    each_depth(rows, g, mostly_zeros(rows, d->in, x) ? gradient_zeros : gradient_tiles);
}
