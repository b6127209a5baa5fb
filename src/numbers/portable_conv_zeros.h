/* The ways back of convolutions whose dy is mostly 0, for portable.c: a pooling hands each gradient to one point of its
 * window, and relu drops half of them. With at() as in portable_conv.h, for all points k of the kernel (and channels):
 *
 *   backward_x   dx[at(p) + at(k)] += sum over the o in which dy[p][o] is not 0 of w[o][k] dy[p][o]
 *   backward_w   dw[o][k]          += sum over the p in which dy[p][o] is not 0 of x[at(p) + at(k)] dy[p][o]
 *
 * The points of a row of the kernel lie side by side in an image, and in weights that are turned ([o][k]): a stretch,
 * of which some vectors are summed at once. Each number is the sum that the product of portable_conv.h makes, in its
 * order, without the terms that are 0, and so has the same bits (but for x and w that are not finite). */

static size_t stretch_of(const glia__conv_shape *s)
{
    return s->kernel[1] * s->in;
}

/* Whether rows of the kernel are vectors of numbers side by side, and each dy stands for so much work that looking for
 * those that are not 0 can pay. */
static bool has_stretches(const glia__conv_shape *s)
{
    enum { CHANNELS = 16 };
    return s->groups == 1 && s->dilation[1] == 1 && stretch_of(s) % LANES == 0 && s->kernel[0] > 1 &&
           s->out >= CHANNELS;
}

/* Numbers of weights, turned. */
static size_t turned_numbers(const glia__conv_shape *s)
{
    return has_stretches(s) ? s->out * glia__conv_depth(s) : 0;
}

/* Numbers that the ways back work in: the gradient of the weights, turned, and an image with zeros around it. */
static size_t zeros_work(const glia__conv_shape *s)
{
    const frame f = frame_of_x(s);
    return has_stretches(s) ? turned_numbers(s) + frame_numbers(&f) : 0;
}

enum { TERM_COSTS_WINOGRAD = 5 }; /* against portable_conv_winograd.h, which takes half of a product's time */

static bool leaves_zeros_out(const glia__conv_shape *s, size_t rows, const real *dy, size_t cost)
{
    const size_t n = rows * s->y[0] * s->y[1] * s->out;
    return has_stretches(s) && are_few(count_nonzero(n, dy), n, cost);
}

static bool conv_leaves_zeros_out(const glia__conv_shape *s, size_t rows, const real *dy)
{
    return leaves_zeros_out(s, rows, dy, TERM_COSTS);
}

/* ---- sums of stretches ------------------------------------------------------------------------------------------- */

/* The terms of a sum, one for each bit that is set in `words` words, `apart` from each other: a factor, `step` from one
 * to the next, and where its stretches stand. */
typedef struct terms {
    const uint64_t *word;
    size_t          words, apart;
    const real     *factor;
    size_t          step;
    const size_t   *place;
} terms;

/* Stretches of the rows of a kernel: how many, numbers in each, and from one to the next in what is read and in what is
 * written. */
typedef struct stretches {
    size_t rows, n, from, to;
} stretches;

enum { TWO = 2, SIX = 6 }; /* rows by vectors that are summed at once: they fill the registers */

/* to[i][j] += sum of factor * from[place][i][j]; rows and vectors are constants where this is inlined. */
ALWAYS_INLINE void add_vectors(size_t rows, size_t vectors, const terms *t, const stretches *s, const real *from,
                               real *to)
{
    const size_t  step = t->step, words = t->words, apart = t->apart, from_row = s->from, to_row = s->to;
    const real   *factor = t->factor;
    const size_t *place = t->place;
    const real   *second = rows > 1 ? from + from_row : from;
    vector        sum[TWO][SIX];
    UNROLL for (size_t i = 0; i < rows; i++)
    {
        UNROLL for (size_t j = 0; j < vectors; j++) sum[i][j] = vector_at(to + i * to_row + j * LANES);
    }
    for (size_t w = 0; w < words; w++, factor += WORD * step, place += WORD)
        for (uint64_t bits = t->word[w * apart]; bits; bits &= bits - 1) {
            const size_t at = (size_t)__builtin_ctzll(bits);
            const vector by = vector_of(factor[at * step]);
            const size_t here = place[at];
            const real  *row[TWO] = {from + here, second + here};
            UNROLL for (size_t i = 0; i < rows; i++)
            {
                UNROLL for (size_t j = 0; j < vectors; j++) sum[i][j] =
                    multiply_add(by, vector_at(row[i] + j * LANES), sum[i][j]);
            }
        }
    UNROLL for (size_t i = 0; i < rows; i++)
    {
        UNROLL for (size_t j = 0; j < vectors; j++) vector_to(to + i * to_row + j * LANES, sum[i][j]);
    }
}

ALWAYS_INLINE void add_rows(size_t rows, size_t vectors, const terms *t, const stretches *s, const real *from, real *to)
{
    switch (vectors) {
    case 1: add_vectors(rows, 1, t, s, from, to); break;
    case 2: add_vectors(rows, 2, t, s, from, to); break;
    case 3: add_vectors(rows, 3, t, s, from, to); break;
    case 4: add_vectors(rows, 4, t, s, from, to); break;
    case 5: add_vectors(rows, 5, t, s, from, to); break;
    case 6: add_vectors(rows, SIX, t, s, from, to); break;
    }
}

/* All stretches of the terms. */
ALWAYS_INLINE void add_stretches(const terms *t, const stretches *s, const real *from, real *to)
{
    for (size_t i = 0; i < s->rows; i += TWO, from += TWO * s->from, to += TWO * s->to)
        for (size_t j = 0, n; j < s->n; j += n) {
            n = s->n - j < SIX * LANES ? s->n - j : SIX * LANES;
            if (i + 1 < s->rows)
                add_rows(TWO, n / LANES, t, s, from + j, to + j);
            else
                add_rows(1, n / LANES, t, s, from + j, to + j);
        }
}

/* ---- backward_x -------------------------------------------------------------------------------------------------- */

/* Of a frame to the image without its zeros. */
static void unframed(const frame *f, const real *from, real *x)
{
    const size_t row = f->image[1] * f->channels, wide = f->size[1] * f->channels;
    from += f->before[0] * wide + f->before[1] * f->channels;
    for (size_t h = 0; h < f->image[0]; h++, x += row, from += wide) memcpy(x, from, row * sizeof *x);
}

/* What dy at one position adds to the image around it. */
static void add_position(const glia__conv_shape *s, const stretches *by, const size_t *place, const real *dy,
                         const real *turned, real *to)
{
    for (size_t o = 0; o < s->out; o += WORD, turned += WORD * glia__conv_depth(s)) {
        const uint64_t word = bits_of(of_word(s->out - o), dy + o);
        const terms    t = {&word, 1, 0, dy + o, 1, place};
        if (word) add_stretches(&t, by, turned, to);
    }
}

/* One image. */
static void zeros_backward_x(const glia__conv_shape *s, const real *dy, const real *turned, real *dx, real *work)
{
    const frame     f = frame_of_x(s);
    const loops     at = positions_of(s, &f);
    const size_t    n = stretch_of(s), line = f.size[1] * f.channels;
    const stretches by = {s->kernel[0], n, n, s->dilation[0] * line};
    real           *image = is_bare(&f) ? dx : work;
    size_t          place[WORD];
    for (size_t o = 0; o < WORD; o++) place[o] = o * glia__conv_depth(s);
    memset(image, 0, f.size[0] * line * sizeof *image);
    for (size_t h = 0; h < s->y[0]; h++)
        for (size_t w = 0; w < s->y[1]; w++, dy += s->out)
            add_position(s, &by, place, dy, turned, image + h * at.from[1] + w * at.from[2]);
    if (!is_bare(&f)) unframed(&f, image, dx);
}

/* ---- backward_w -------------------------------------------------------------------------------------------------- */

/* Positions from .. of an image: where they stand in its frame. */
static void places_of(const glia__conv_shape *s, const loops *at, size_t from, size_t count, size_t *place)
{
    for (size_t i = 0; i < count; i++)
        place[i] = (from + i) / s->y[1] * at->from[1] + (from + i) % s->y[1] * at->from[2];
}

/* What some positions of an image add to the gradient. */
static void add_positions(const glia__conv_shape *s, const stretches *by, const size_t *place, size_t count,
                          const real *image, const real *dy, real *dturned)
{
    uint64_t word[DEPTH / WORD][WORD];
    for (size_t o = 0; o < s->out; o += WORD) {
        find_rows(count, of_word(s->out - o), s->out, dy + o, word);
        for (size_t j = 0; j < of_word(s->out - o); j++) {
            const terms t = {&word[0][j], (count + WORD - 1) / WORD, WORD, dy + o + j, s->out, place};
            add_stretches(&t, by, image, dturned + (o + j) * glia__conv_depth(s));
        }
    }
}

static void zeros_backward_w(const glia__conv_shape *s, size_t rows, const real *x, const real *dy, real *dweight,
                             real *work)
{
    const frame     f = frame_of_x(s);
    const loops     at = positions_of(s, &f);
    const size_t    n_x = s->x[0] * s->x[1] * s->in, n = stretch_of(s), positions = s->y[0] * s->y[1];
    const stretches by = {s->kernel[0], n, s->dilation[0] * f.size[1] * f.channels, n};
    size_t          place[DEPTH];
    memset(work, 0, turned_numbers(s) * sizeof *work);
    for (size_t r = 0; r < rows; r++, x += n_x) {
        const real *image = framed(&f, 1, x, work + turned_numbers(s));
        for (size_t p = 0, some; p < positions; p += some, dy += some * s->out) {
            some = positions - p < DEPTH ? positions - p : DEPTH;
            places_of(s, &at, p, some, place);
            add_positions(s, &by, place, some, image, dy, work);
        }
    }
    turn(1, s->out, glia__conv_depth(s), work, dweight);
}
