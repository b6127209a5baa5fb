/* Matrix products for portable.c: c = alpha * A B + beta * c, with A and B seen through strides, so that one routine
 * serves all three forms.
 *
 * B is packed, DEPTH rows and WIDTH columns at a time, into a buffer on the stack that stays in the nearest cache; ROWS
 * rows of A then run down it, their ROWS x WIDTH sums held in registers (one level of the scheme of Goto and van de
 * Geijn 2008). Sums over k run in order within a packed block, the blocks are added in order, and nothing is fused: the
 * result has the same bits whichever instruction set this is compiled for. */

/* Bytes of one vector register of this instruction set. */
#if defined(__AVX512F__)
#define VECTOR_BYTES 64
#elif defined(__AVX2__)
#define VECTOR_BYTES 32
#else
#define VECTOR_BYTES 16
#endif

enum { LANES = VECTOR_BYTES / sizeof(real), VECTORS = 2, WIDTH = VECTORS * LANES, ROWS = 4, DEPTH = 256 };
typedef real vector __attribute__((vector_size(VECTOR_BYTES)));

/* Element (i, k) stands at at[i * row + k * column]. */
typedef struct strided {
    const real *at;
    size_t      row, column;
} strided;

/* to[k][WIDTH] = alpha * B[k0 + k][j0 ..], the columns beyond `width` as zeros */
static void pack(strided b, size_t depth, size_t width, real alpha, real *restrict to)
{
    for (size_t k = 0; k < depth; k++, to += WIDTH) {
        const real *from = b.at + k * b.row;
        for (size_t j = 0; j < width; j++) to[j] = alpha * from[j * b.column];
        for (size_t j = width; j < WIDTH; j++) to[j] = 0;
    }
}

/* sum[i][j] = sum_k A[i][k] packed[k][j], for `rows` <= ROWS rows (a constant where it is inlined) */
static inline __attribute__((always_inline)) void tile(size_t rows, strided a, size_t depth, const real *packed,
                                                       real *restrict sum)
{
    vector acc[ROWS][VECTORS] = {0};
    for (size_t k = 0; k < depth; k++, packed += WIDTH) {
        const vector *b = (const vector *)(const void *)packed;
        for (size_t i = 0; i < rows; i++)
            for (size_t j = 0; j < VECTORS; j++) acc[i][j] += a.at[i * a.row + k * a.column] * b[j];
    }
    memcpy(sum, acc, rows * sizeof *acc);
}

static void store(size_t rows, size_t width, const real *sum, real beta, real *c, size_t ldc)
{
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < width; j++) {
            real *to = &c[i * ldc + j];
            *to = (beta == 0 ? 0 : beta * *to) + sum[i * WIDTH + j];
        }
}

static void product(size_t m, size_t n, size_t depth, real alpha, strided a, strided b, real beta, real *c, size_t ldc)
{
    _Alignas(VECTOR_BYTES) real packed[DEPTH * WIDTH], sum[ROWS * WIDTH];
    for (size_t k0 = 0; k0 < depth; k0 += DEPTH) {
        size_t deep = depth - k0 < DEPTH ? depth - k0 : DEPTH;
        real   keep = k0 == 0 ? beta : 1;
        for (size_t j0 = 0; j0 < n; j0 += WIDTH) {
            size_t width = n - j0 < WIDTH ? n - j0 : WIDTH;
            pack((strided){b.at + k0 * b.row + j0 * b.column, b.row, b.column}, deep, width, alpha, packed);
            for (size_t i = 0; i < m; i += ROWS) {
                size_t  rows = m - i < ROWS ? m - i : ROWS;
                strided ai = {a.at + i * a.row + k0 * a.column, a.row, a.column};
                if (rows == ROWS)
                    tile(ROWS, ai, deep, packed, sum);
                else
                    for (size_t r = 0; r < rows; r++)
                        tile(1, (strided){ai.at + r * a.row, a.row, a.column}, deep, packed, sum + r * WIDTH);
                store(rows, width, sum, keep, c + i * ldc + j0, ldc);
            }
        }
    }
}

static void gemm(size_t m, size_t n, size_t k, real alpha, const real *a, size_t lda, const real *b, size_t ldb,
                 real beta, real *c, size_t ldc)
{
    product(m, n, k, alpha, (strided){a, lda, 1}, (strided){b, ldb, 1}, beta, c, ldc);
}

static void gemm_tn(size_t m, size_t n, size_t k, real alpha, const real *a, size_t lda, const real *b, size_t ldb,
                    real beta, real *c, size_t ldc)
{
    product(m, n, k, alpha, (strided){a, 1, lda}, (strided){b, ldb, 1}, beta, c, ldc);
}

static void gemm_nt(size_t m, size_t n, size_t k, real alpha, const real *a, size_t lda, const real *b, size_t ldb,
                    real beta, real *c, size_t ldc)
{
    product(m, n, k, alpha, (strided){a, lda, 1}, (strided){b, 1, ldb}, beta, c, ldc);
}
