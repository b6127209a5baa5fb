/* Matrix products for portable.c: c = scale * A B + keep * c, with A and B seen through strides, so that one routine
 * serves all forms.
 *
 * B lies, or is packed, in panels: DEPTH rows of WIDTH columns, which stay in the nearest cache while all rows of A run
 * down them, TALLEST at a time, their sums held in registers (the inner levels of Goto and van de Geijn 2008).
 *
 * Each number of c is a sum over k in order, block of DEPTH by block, each product added by one multiply_add: whatever
 * rows and columns a call is for, each of its numbers has the same bits. */

/* So many rows and columns of sums that they fill the registers, but for those that B and A pass through. */
#if defined(__AVX512F__)
#define TALLEST 12
#define HEIGHTS(X) X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8) X(9) X(10) X(11) X(12)
#else
#define TALLEST 6
#define HEIGHTS(X) X(1) X(2) X(3) X(4) X(5) X(6)
#endif
enum { VECTORS = 2, WIDTH = VECTORS * LANES, DEPTH = 256 };

/* Element (i, k) stands at at[i * row + k * column]. Packed, A is tiles of its rows, [k][rows of the tile] each, and B
 * a panel, [k][WIDTH]. */
typedef struct strided {
    const real *at;
    size_t      row, column;
    bool        packed;
} strided;

/* ---- where sums begin and end ------------------------------------------------------------------------------------ */

/* c = scale * sum + keep * c. Where both are 1 the sum goes on from c, else it is made whole first. */
typedef struct target {
    real scale, keep; /* keep = 0 does not read c */
    bool goes_on;
} target;

static target target_of(real scale, real keep)
{
    return (target){scale, keep, scale == 1 && keep == 1};
}

/* n pairs of vectors, `step` from one to the next in c; n is a constant where these are inlined. */
ALWAYS_INLINE void sums_begin(size_t n, const target *t, const real *c, size_t step, vector sum[][VECTORS])
{
    UNROLL for (size_t i = 0; i < n; i++) sum[i][0] = sum[i][1] = (vector){0};
    if (!t->goes_on) return;
    UNROLL for (size_t i = 0; i < n; i++) sum[i][0] = vector_at(c + i * step),
                                          sum[i][1] = vector_at(c + i * step + LANES);
}

ALWAYS_INLINE void sums_end(size_t n, const target *t, real *c, size_t step, vector sum[][VECTORS])
{
    const real scale = t->scale, keep = t->keep;
    if (!t->goes_on) {
        UNROLL for (size_t i = 0; i < n; i++) sum[i][0] *= scale, sum[i][1] *= scale;
        if (keep != 0) {
            UNROLL for (size_t i = 0; i < n; i++)
            {
                sum[i][0] += keep * vector_at(c + i * step);
                sum[i][1] += keep * vector_at(c + i * step + LANES);
            }
        }
    }
    UNROLL for (size_t i = 0; i < n; i++)
    {
        vector_to(c + i * step, sum[i][0]);
        vector_to(c + i * step + LANES, sum[i][1]);
    }
}

/* ---- a tile ---------------------------------------------------------------------------------------------------- */

/* `rows` is a constant where this is inlined; c is WIDTH wide. */
ALWAYS_INLINE void tile(size_t rows, strided a, size_t deep, const real *b, const target *t, real *c, size_t ldc)
{
    enum { HALF = 6 };                                    /* rows that are addressed from one place */
    enum { AHEAD = 8 * WIDTH, LINE = 64 / sizeof(real) }; /* how far on b is asked for, and how much at a time */
    vector      sum[TALLEST][VECTORS];
    const real *at[2] = {a.at, rows > HALF ? a.at + HALF * a.row : a.at};
    UNROLL for (size_t i = 0; i < rows; i++) __builtin_prefetch(c + i * ldc, 1);
    sums_begin(rows, t, c, ldc, sum);
    for (size_t k = 0; k < deep; k++, b += WIDTH, at[0] += a.column, at[1] += a.column) {
        const vector b0 = vector_at(b), b1 = vector_at(b + LANES);
        UNROLL for (size_t j = 0; j < WIDTH; j += LINE) __builtin_prefetch(b + AHEAD + j);
        UNROLL for (size_t i = 0; i < rows; i++)
        {
            const vector ai = vector_of(at[i / HALF][i % HALF * a.row]);
            sum[i][0] = multiply_add(ai, b0, sum[i][0]);
            sum[i][1] = multiply_add(ai, b1, sum[i][1]);
        }
    }
    sums_end(rows, t, c, ldc, sum);
}

ALWAYS_INLINE void tile_rows(size_t rows, strided a, size_t deep, const real *b, const target *t, real *c, size_t ldc)
{
#define CASE(n)                                                                                                        \
    case n: tile(n, a, deep, b, t, c, ldc); break;
    switch (rows) {
        HEIGHTS(CASE)
    }
#undef CASE
}

static void tile_of(size_t rows, strided a, size_t deep, const real *b, const target *t, real *c, size_t ldc)
{
    tile_rows(rows, a, deep, b, t, c, ldc);
}

/* The same of sums that are c as they are: of 16 terms, a tenth of the time less. */
static void fresh_tile_of(size_t rows, strided a, size_t deep, const real *b, real *c, size_t ldc)
{
    static const target sums = {1, 0, false};
    tile_rows(rows, a, deep, b, &sums, c, ldc);
}

/* ---- a band of c: all its rows, WIDTH columns or fewer ---------------------------------------------------------- */

/* m rows in tiles of nearly the same height, the higher ones first. */
typedef struct tiling {
    size_t tiles, height, higher; /* `higher` of them are of height + 1 */
} tiling;

static tiling tiling_of(size_t m)
{
    size_t tiles = (m + TALLEST - 1) / TALLEST;
    return (tiling){tiles, tiles ? m / tiles : 0, tiles ? m % tiles : 0};
}

static inline size_t height_of(const tiling *t, size_t nth)
{
    return t->height + (nth < t->higher);
}

/* A narrow tile is worked on as a wide one, beside c. */
static void move_tile(size_t rows, size_t width, const real *from, size_t ldfrom, real *to, size_t ldto)
{
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < width; j++) to[i * ldto + j] = from[i * ldfrom + j];
}

/* b: [deep][WIDTH] */
static void band(size_t m, size_t width, size_t deep, strided a, const real *b, const target *t, real *c, size_t ldc)
{
    const tiling tiles = tiling_of(m);
    for (size_t nth = 0, i = 0, rows; nth < tiles.tiles; nth++, i += rows) {
        rows = height_of(&tiles, nth);
        strided ai = {a.at + i * (a.packed ? deep : a.row), a.packed ? 1 : a.row, a.packed ? rows : a.column, false};
        if (width == WIDTH) {
            tile_of(rows, ai, deep, b, t, c + i * ldc, ldc);
        } else {
            real wide[TALLEST * WIDTH] = {0};
            if (t->keep != 0) move_tile(rows, width, c + i * ldc, ldc, wide, WIDTH);
            tile_of(rows, ai, deep, b, t, wide, WIDTH);
            move_tile(rows, width, wide, WIDTH, c + i * ldc, ldc);
        }
    }
}

/* ---- packing --------------------------------------------------------------------------------------------------- */

/* WIDTH columns of B, which lie contiguous each; `deep` is a multiple of SQUARE. */
static void pack_columns(const real *b, size_t column, size_t deep, real *to)
{
    for (size_t k = 0; k < deep; k += SQUARE)
        for (size_t j = 0; j < WIDTH; j += SQUARE) transpose(b + j * column + k, column, to + k * WIDTH + j, WIDTH);
}

/* to[k][WIDTH] = B[k][0 .. width-1], and zeros beyond */
static void pack(strided b, size_t deep, size_t width, real *restrict to)
{
    size_t k = 0;
    if (width == WIDTH && b.row == 1) {
        k = deep / SQUARE * SQUARE;
        pack_columns(b.at, b.column, k, to);
    }
    for (to += k * WIDTH; k < deep; k++, to += WIDTH) {
        const real *from = b.at + k * b.row;
        if (width == WIDTH && b.column == 1) {
            memcpy(to, from, WIDTH * sizeof *to);
            continue;
        }
        for (size_t j = 0; j < width; j++) to[j] = from[j * b.column];
        for (size_t j = width; j < WIDTH; j++) to[j] = 0;
    }
}

/* The panel of B where it stands, if it is one there, or else packed. */
static const real *panel_of(strided b, size_t deep, size_t width, real *room)
{
    if (b.packed) return b.at;
    pack(b, deep, width, room);
    return room;
}

/* ---- products -------------------------------------------------------------------------------------------------- */

static void product(size_t m, size_t n, size_t depth, real alpha, strided a, strided b, real beta, real *c, size_t ldc)
{
    _Alignas(VECTOR_BYTES) real room[DEPTH * WIDTH];
    const target                first = target_of(alpha, beta), more = target_of(alpha, 1);
    for (size_t k = 0; k < depth; k += DEPTH) {
        size_t  deep = depth - k < DEPTH ? depth - k : DEPTH;
        strided ak = {a.at + k * a.column, a.row, a.column, false};
        for (size_t j = 0; j < n; j += WIDTH) {
            size_t      width = n - j < WIDTH ? n - j : WIDTH;
            strided     bk = {b.at + k * b.row + j * b.column, b.row, b.column, b.packed};
            const real *panel = panel_of(bk, deep, width, room);
            band(m, width, deep, ak, panel, k == 0 ? &first : &more, c + j, ldc);
        }
    }
}

static void gemm(size_t m, size_t n, size_t k, real alpha, const real *a, size_t lda, const real *b, size_t ldb,
                 real beta, real *c, size_t ldc)
{
    product(m, n, k, alpha, (strided){a, lda, 1, false}, (strided){b, ldb, 1, false}, beta, c, ldc);
}

static void gemm_tn(size_t m, size_t n, size_t k, real alpha, const real *a, size_t lda, const real *b, size_t ldb,
                    real beta, real *c, size_t ldc)
{
    product(m, n, k, alpha, (strided){a, 1, lda, false}, (strided){b, ldb, 1, false}, beta, c, ldc);
}

static void gemm_nt(size_t m, size_t n, size_t k, real alpha, const real *a, size_t lda, const real *b, size_t ldb,
                    real beta, real *c, size_t ldc)
{
    product(m, n, k, alpha, (strided){a, lda, 1, false}, (strided){b, 1, ldb, false}, beta, c, ldc);
}
