/* A single row through a fully connected layer, for portable.c: y = x W + b (numbers/dense.h).
 *
 * Nothing is read twice, so it takes as long as W takes to come from a cache, and an x that is 0 saves its row of W. W
 * lies in strips of so many columns that their sums fill half of the registers, [1 + in][columns]: b, then a row for
 * each input. The last strip has fewer columns, rounded up to whole vectors by zeros, so that no number is done alone.
 */
enum { ROW_VECTORS = 8, ROW_STRIP = ROW_VECTORS * LANES };

static size_t whole_vectors(size_t n)
{
    return (n + LANES - 1) / LANES * LANES;
}

static size_t strip_width(size_t out, size_t o)
{
    return out - o < ROW_STRIP ? whole_vectors(out - o) : ROW_STRIP;
}

static size_t row_numbers(size_t in, size_t out)
{
    return (1 + in) * whole_vectors(out);
}

static void row_pack(size_t in, size_t out, size_t i, const real *w, real *packed)
{
    size_t nth = i == in ? 0 : 1 + i;
    for (size_t o = 0; o < out; o += ROW_STRIP) {
        size_t width = strip_width(out, o);
        real  *to = packed + (1 + in) * o + nth * width;
        for (size_t j = 0; j < width; j++) to[j] = o + j < out ? w[o + j] : 0;
    }
}

/* Inputs whose numbers are looked at before any row of W is. */
enum { ROW_INPUTS = 1024 };

/* Which of n numbers are not 0; how many. */
static size_t find_nonzero(size_t n, const real *x, uint16_t *at)
{
    const uint32_t all = (1u << LANES) - 1;
    size_t         found = 0, j = 0;
    for (; j + LANES <= n; j += LANES) {
        uint32_t bits = nonzero_lanes(x + j);
        if (bits == all) {
            UNROLL for (size_t b = 0; b < LANES; b++) at[found++] = (uint16_t)(j + b);
            continue;
        }
        for (; bits; bits &= bits - 1) at[found++] = (uint16_t)(j + (size_t)__builtin_ctz(bits));
    }
    for (; j < n; j++)
        if (x[j] != 0) at[found++] = (uint16_t)j;
    return found;
}

/* y = begin + sum of x[at] w[at]; `vectors` is a constant where this is inlined. */
ALWAYS_INLINE void sum_strip(size_t vectors, size_t n, const uint16_t *at, const real *x, const real *w,
                             const real *begin, real *y)
{
    vector sum[ROW_VECTORS];
    UNROLL for (size_t v = 0; v < vectors; v++) sum[v] = vector_at(begin + v * LANES);
    for (size_t l = 0; l < n; l++) {
        const vector xl = vector_of(x[at[l]]);
        const real  *wl = w + at[l] * vectors * LANES;
        UNROLL for (size_t v = 0; v < vectors; v++) sum[v] = multiply_add(xl, vector_at(wl + v * LANES), sum[v]);
    }
    UNROLL for (size_t v = 0; v < vectors; v++) vector_to(y + v * LANES, sum[v]);
}

static void sum_strip_of(size_t width, size_t n, const uint16_t *at, const real *x, const real *w, const real *begin,
                         real *y)
{
#define CASE(vectors)                                                                                                  \
    case vectors: sum_strip(vectors, n, at, x, w, begin, y); break;
    switch (width / LANES) {
        CASE(1)
        CASE(2)
        CASE(3)
        CASE(4)
        CASE(5)
        CASE(6)
        CASE(7)
        CASE(8)
    }
#undef CASE
}

static void row_forward(size_t in, size_t out, const real *x, const real *packed, real *y)
{
    uint16_t at[ROW_INPUTS];
    for (size_t i = 0; i < in; i += ROW_INPUTS) {
        size_t n = find_nonzero(in - i < ROW_INPUTS ? in - i : ROW_INPUTS, x + i, at);
        for (size_t o = 0; o < out; o += ROW_STRIP) {
            size_t      width = strip_width(out, o);
            const real *b = packed + (1 + in) * o, *w = b + (1 + i) * width;
            sum_strip_of(width, n, at, x + i, w, i == 0 ? b : y + o, y + o);
        }
    }
}
