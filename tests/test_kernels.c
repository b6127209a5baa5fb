/* Every kernel, of every table this processor can run, those with products in bfloat16 among them, against a plain loop
 * in double; at odd sizes, in the middle of memory that must be left alone, and at the numbers where arithmetic is
 * special. */
#include "help.h"
#include "lowered.h"
#include "numbers/bf16.h"
#ifdef GLIA_ONEDNN
#include "numbers/onednn_shared.h"
#endif

enum { TABLES_MOST = 4, AROUND = 3 };

static const glia__kernels *tables[TABLES_MOST];
static size_t               portable_count, table_count; /* the portable ones come first */

static int find_tables(void **state)
{
    static const char *const isas[] = {"base", "avx2", "avx512"};
    (void)state;
    for (size_t i = 0; i < COUNT(isas); i++)
        if ((tables[table_count] = glia__kernels_portable(isas[i]))) table_count++;
    portable_count = table_count;
    tables[table_count++] = glia__kernels_get();
    find_lowered();
    return 0;
}

static double tolerance(double scale)
{
    return (IS_DOUBLE ? 1e-12 : 1e-5) * scale;
}

static void expect_near(const char *what, size_t i, double got, double want, double within)
{
    if (isnan(want) ? !isnan(got) : !(fabs(got - want) <= within))
        fail_msg("%s[%zu] is %.9g, not %.9g", what, i, got, want);
}

static real *copy_of(const real *from, size_t n)
{
    return memcpy(need(n, sizeof *from), from, n * sizeof *from);
}

/* ---- matrix products ------------------------------------------------------------------------------------------- */

typedef void gemm(size_t m, size_t n, size_t k, real alpha, const real *a, size_t lda, const real *b, size_t ldb,
                  real beta, real *c, size_t ldc);
enum { NN, TN, NT, FORMS };

static gemm *form_of(const glia__kernels *k, int form)
{
    return form == NN ? k->gemm : form == TN ? k->gemm_tn : k->gemm_nt;
}

/* One product: the three matrices as they are stored, wider than they need to be. Numbers between the rows are NaN. */
typedef struct product {
    int    form;
    size_t m, n, k, lda, ldb, ldc;
    real   alpha, beta;
    real  *a, *b, *c;
} product;

static real *matrix(uint32_t seed, size_t rows, size_t columns, size_t ld)
{
    real *x = random_reals(seed, rows * ld);
    for (size_t i = 0; i < rows * ld; i++)
        if (i % ld >= columns) x[i] = (real)NAN;
    return x;
}

static product product_of(int form, size_t m, size_t n, size_t k, double alpha, double beta)
{
    product p = {form,       m, n, k, (form == TN ? m : k) + 5, (form == NT ? k : n) + 2, n + 7, (real)alpha,
                 (real)beta, 0, 0, 0};
    p.a = matrix(1, form == TN ? k : m, p.lda - 5, p.lda);
    p.b = matrix(2, form == NT ? n : k, p.ldb - 2, p.ldb);
    p.c = matrix(3, m, beta == 0 ? 0 : n, p.ldc); /* beta = 0 does not read c */
    return p;
}

static void product_free(product *p)
{
    free(p->a);
    free(p->b);
    free(p->c);
}

static double exact(const product *p, size_t i, size_t j)
{
    double sum = 0;
    for (size_t k = 0; k < p->k; k++) {
        double a = (double)(p->form == TN ? p->a[k * p->lda + i] : p->a[i * p->lda + k]);
        double b = (double)(p->form == NT ? p->b[j * p->ldb + k] : p->b[k * p->ldb + j]);
        sum += a * b;
    }
    return (double)p->alpha * sum + (p->beta == 0 ? 0 : (double)p->beta * (double)p->c[i * p->ldc + j]);
}

static void expect_product(const product *p, const double *want, const real *got, const char *name)
{
    char what[96];
    snprintf(what, sizeof what, "%s: form %d, %zux%zux%zu, beta %g", name, p->form, p->m, p->n, p->k, (double)p->beta);
    for (size_t i = 0; i < p->m * p->ldc; i++) {
        double value = want[i];
        if (i % p->ldc >= p->n)
            assert_memory_equal(&got[i], &p->c[i], sizeof *got);
        else
            expect_near(what, i, (double)got[i], value, tolerance(1 + sqrt((double)p->k) * fabs(value)));
    }
}

/* In every table; the portable ones that round once an addition are to the bit alike. */
static void try_product(int form, size_t m, size_t n, size_t k, double alpha, double beta)
{
    product p = product_of(form, m, n, k, alpha, beta);
    double *want = need(m * p.ldc, sizeof *want);
    real   *first = NULL;
    for (size_t i = 0; i < m; i++)
        for (size_t j = 0; j < n; j++) want[i * p.ldc + j] = exact(&p, i, j);
    for (size_t t = 0; t < table_count; t++) {
        real *c = copy_of(p.c, m * p.ldc);
        form_of(tables[t], form)(m, n, k, p.alpha, p.a, p.lda, p.b, p.ldb, p.beta, c, p.ldc);
        expect_product(&p, want, c, tables[t]->name);
        if (t == 1) first = copy_of(c, m * p.ldc);
        if (t > 1) assert_memory_equal(c, first, m * p.ldc * sizeof *c);
        free(c);
    }
    free(first);
    free(want);
    product_free(&p);
}

static const size_t sizes[] = {1, 3, 7, 31, 33, 100};

static void products_of_odd_shapes(void **state)
{
    (void)state;
    for (int form = 0; form < FORMS; form++)
        for (size_t i = 0; i < COUNT(sizes); i++)
            for (size_t j = 0; j < COUNT(sizes); j++)
                for (size_t k = 0; k < COUNT(sizes); k++) {
                    bool every = i == j || j == k;
                    try_product(form, sizes[i], sizes[j], sizes[k], 1, 0);
                    if (every) try_product(form, sizes[i], sizes[j], sizes[k], -0.5, 1);
                    if (every) try_product(form, sizes[i], sizes[j], sizes[k], 2, -0.75);
                }
}

/* Sums over more than one packed block of k. */
static void deep_products(void **state)
{
    (void)state;
    static const size_t depths[] = {255, 256, 257, 600};
    for (int form = 0; form < FORMS; form++)
        for (size_t i = 0; i < COUNT(depths); i++) {
            try_product(form, 7, 33, depths[i], 1, 0);
            try_product(form, 4, 32, depths[i], 0.5, 1);
            try_product(form, 5, 1, depths[i], -1, 0.25);
        }
}

/* ---- fully connected layers ------------------------------------------------------------------------------------ */

/* A layer's call: x [rows][in], w and dw as panels, dy [rows][out]; and x, w and dy as they count. */
typedef struct dense {
    const glia__kernels *k;
    size_t               rows;
    glia__dense          d;
    real                *x, *w, *b, *y, *dy, *x_counts, *w_counts, *dy_counts;
    glia__dense_plan    *plan; /* in the tables that want one; elsewhere it says nothing */
    real                *prepared;
} dense;

/* Where weight [i][o] lies. */
static size_t weight_at(const dense *t, size_t i, size_t o)
{
    size_t panel = t->k->panel;
    return t->d.in * (o / panel * panel) + i * panel + o % panel;
}

static size_t weights_of(const dense *t)
{
    return t->d.in * t->d.q1 * t->k->panel;
}

enum { FULL, SPARSE }; /* of x: no zeros, or nine in ten */

static void plan_dense(dense *t)
{
    if (!t->k->dense_plan) return;
    EXPECT_OK(t->k->dense_plan(t->plan));
    if (t->k == keeps_operands && strstr(glia_kernels(), "onednn avx")) assert_non_null(t->plan->library);
    t->prepared = bounded(t->plan->prepared);
    t->d.plan = t->plan;
    t->d.prepared = t->prepared;
    t->d.operands = bounded(glia__dense_plan_work(t->plan, t->rows));
    t->k->dense_prepare(t->plan, 0, t->d.in / 3, t->w, t->prepared);
    t->k->dense_prepare(t->plan, t->d.in / 3, t->d.in, t->w, t->prepared);
}

static dense dense_with(bool needs_dx, const glia__kernels *k, size_t rows, size_t in, size_t out, int zeros)
{
    dense t = {.k = k, .rows = rows, .plan = need(1, sizeof *t.plan)};
    *t.plan = (glia__dense_plan){.in = in, .out = out, .needs_dx = needs_dx};
    t.d = (glia__dense){.in = in, .out = out, .i1 = in, .q1 = (out + k->panel - 1) / k->panel};
    t.x = random_reals(21, rows * in);
    t.w = need(weights_of(&t), sizeof *t.w);
    real *w = random_reals(22, in * out);
    for (size_t i = 0; i < in * out; i++) t.w[weight_at(&t, i / out, i % out)] = w[i];
    free(w);
    t.b = random_reals(23, out);
    t.y = random_reals(24, rows * out);
    t.dy = random_reals(25, rows * out);
    real *coin = random_reals(26, rows * in);
    for (size_t i = 0; zeros == SPARSE && i < rows * in; i++)
        if (fabs((double)coin[i]) < 0.9) t.x[i] = 0;
    free(coin);
    t.d.work = bounded(glia__dense_work(&t.d, rows));
    plan_dense(&t);
    bool rounds = rounds_operands(k) && t.plan->lowered;
    t.x_counts = rounds ? rounded_copy(t.x, rows * in) : copy_of(t.x, rows * in);
    t.w_counts = rounds ? rounded_copy(t.w, weights_of(&t)) : copy_of(t.w, weights_of(&t));
    t.dy_counts = rounds ? rounded_copy(t.dy, rows * out) : copy_of(t.dy, rows * out);
    return t;
}

static dense dense_of(const glia__kernels *k, size_t rows, size_t in, size_t out, int zeros)
{
    return dense_with(true, k, rows, in, out, zeros);
}

static void dense_free(dense *t)
{
    free_bounded(t->d.work, glia__dense_work(&t->d, t->rows));
    if (t->prepared) {
        free_bounded(t->prepared, t->plan->prepared);
        free_bounded(t->d.operands, glia__dense_plan_work(t->plan, t->rows));
        t->k->dense_free(t->plan);
    }
    free(t->plan);
    free(t->x_counts);
    free(t->w_counts);
    free(t->dy_counts);
    free(t->x);
    free(t->w);
    free(t->b);
    free(t->y);
    free(t->dy);
}

static double exact_y(const dense *t, size_t r, size_t o)
{
    double sum = t->b ? (double)t->b[o] : 0;
    for (size_t i = 0; i < t->d.in; i++)
        sum += (double)t->x_counts[r * t->d.in + i] * (double)t->w_counts[weight_at(t, i, o)];
    return sum;
}

static double exact_dx(const dense *t, size_t r, size_t i)
{
    double sum = 0;
    for (size_t o = 0; o < t->d.out; o++)
        sum += (double)t->dy_counts[r * t->d.out + o] * (double)t->w_counts[weight_at(t, i, o)];
    return sum;
}

static double exact_dw(const dense *t, size_t i, size_t o)
{
    double sum = 0;
    for (size_t r = 0; r < t->rows; r++)
        sum += (double)t->x_counts[r * t->d.in + i] * (double)t->dy_counts[r * t->d.out + o];
    return sum;
}

/* Where part p of so many begins; kernels may want that to be a multiple of something. */
static size_t part_begin(size_t all, size_t p, size_t parts, size_t multiple)
{
    size_t begin = all * p / parts;
    return p == parts || multiple == 0 ? begin : begin / multiple * multiple;
}

static size_t panel_begin(const dense *t, size_t p, size_t parts)
{
    return part_begin(t->d.q1, p, parts, t->plan->block_out / t->k->panel);
}

static size_t input_begin(const dense *t, size_t p, size_t parts)
{
    return part_begin(t->d.in, p, parts, t->plan->block_in);
}

/* In two calls, each for a part, unless `parts` is 1; the bits must be those of a single call. */
static void dense_y(const dense *t, size_t parts, real *y)
{
    size_t n = glia__dense_forward_work(&t->d, t->rows);
    real  *work = bounded(n);
    for (size_t p = 0; p < parts; p++) {
        glia__dense d = t->d;
        d.work = work;
        d.q0 = panel_begin(t, p, parts), d.q1 = panel_begin(t, p + 1, parts);
        if (d.q0 < d.q1) t->k->dense_forward(&d, t->rows, t->x, t->w, t->b, y);
    }
    free_bounded(work, n);
}

static void dense_dx(const dense *t, size_t parts, real *dx)
{
    for (size_t p = 0; p < parts; p++) {
        glia__dense d = t->d;
        d.i0 = input_begin(t, p, parts), d.i1 = input_begin(t, p + 1, parts);
        if (d.i0 < d.i1) t->k->dense_backward_x(&d, t->rows, t->dy, t->w, dx);
    }
}

/* Parts of the panels by parts of the inputs; dw = keep dw + scale gradient. */
static void dense_dw(const dense *t, size_t parts, double scale, double keep, real *dw)
{
    for (size_t p = 0; p < parts * parts; p++) {
        glia__dense d = t->d;
        d.q0 = panel_begin(t, p / parts, parts), d.q1 = panel_begin(t, p / parts + 1, parts);
        d.i0 = input_begin(t, p % parts, parts), d.i1 = input_begin(t, p % parts + 1, parts);
        if (d.q0 < d.q1 && d.i0 < d.i1) t->k->dense_backward_w(&d, t->rows, (real)scale, t->x, t->dy, (real)keep, dw);
    }
}

static void try_dense_forward(const dense *t)
{
    size_t n = t->rows * t->d.out;
    real  *y = need(n, sizeof *y), *parts = need(n, sizeof *parts);
    for (size_t i = 0; i < n; i++) y[i] = parts[i] = (real)NAN;
    dense_y(t, 1, y);
    dense_y(t, 2, parts);
    assert_memory_equal(y, parts, n * sizeof *y);
    for (size_t i = 0; i < n; i++) {
        double want = exact_y(t, i / t->d.out, i % t->d.out);
        expect_near("y", i, (double)y[i], want, tolerance(1 + sqrt((double)t->d.in)));
    }
    free(y);
    free(parts);
}

static void try_dense_backward_x(const dense *t)
{
    size_t n = t->rows * t->d.in;
    real  *dx = need(n, sizeof *dx), *parts = need(n, sizeof *parts);
    for (size_t i = 0; i < n; i++) dx[i] = parts[i] = (real)NAN;
    dense_dx(t, 1, dx);
    dense_dx(t, 3, parts);
    assert_memory_equal(dx, parts, n * sizeof *dx);
    for (size_t i = 0; i < n; i++) {
        double want = exact_dx(t, i / t->d.in, i % t->d.in);
        expect_near("dx", i, (double)dx[i], want, tolerance(1 + sqrt((double)t->d.out)));
    }
    free(dx);
    free(parts);
}

static void try_dense_backward_w(const dense *t, double scale, double keep)
{
    size_t n = weights_of(t), columns = t->d.q1 * t->k->panel;
    real  *dw = copy_of(t->w, n), *parts = copy_of(t->w, n);
    for (size_t i = 0; i < n && keep == 0; i++) dw[i] = parts[i] = (real)NAN;
    dense_dw(t, 1, scale, keep, dw);
    dense_dw(t, 3, scale, keep, parts);
    assert_memory_equal(dw, parts, n * sizeof *dw);
    for (size_t i = 0; i < t->d.in; i++)
        for (size_t o = 0; o < columns; o++) {
            size_t at = weight_at(t, i, o);
            double gradient = o < t->d.out ? exact_dw(t, i, o) : 0;
            double want = scale * gradient + (keep == 0 ? 0 : keep * (double)t->w[at]);
            expect_near("dw", at, (double)dw[at], want, tolerance(1 + sqrt((double)t->rows)));
        }
    free(dw);
    free(parts);
}

static void try_dense(size_t rows, size_t in, size_t out)
{
    for (size_t k = 0; k < table_count + lowered_count; k++)
        for (int zeros = FULL; zeros <= SPARSE; zeros++) {
            dense t = dense_of(k < table_count ? tables[k] : lowered[k - table_count], rows, in, out, zeros);
            try_dense_forward(&t);
            try_dense_backward_x(&t);
            try_dense_backward_w(&t, 1, 0);
            try_dense_backward_w(&t, 1, 1);
            try_dense_backward_w(&t, -0.25, 1);
            try_dense_backward_w(&t, 0.5, 0.75);
            dense_free(&t);
        }
}

static void dense_layers_of_odd_shapes(void **state)
{
    (void)state;
    static const size_t all_rows[] = {1, 3, 5, 32, 67}, ins[] = {1, 13, 70, 300}, outs[] = {1, 10, 16, 33, 130};
    for (size_t r = 0; r < COUNT(all_rows); r++)
        for (size_t i = 0; i < COUNT(ins); i++)
            for (size_t o = 0; o < COUNT(outs); o++) try_dense(all_rows[r], ins[i], outs[o]);
}

static void dense_layers_of_deep_sums(void **state)
{
    (void)state;
    try_dense(300, 9, 20);
    try_dense(4, 20, 600);
    try_dense(600, 40, 100);
    try_dense(30, 300, 600);
    try_dense(270, 600, 300);
}

/* The first layer of a net has nobody to give dx to. */
static void dense_layers_that_go_back_to_weights_alone(void **state)
{
    (void)state;
    for (size_t k = 0; k < lowered_count; k++) {
        dense t = dense_with(false, lowered[k], 67, 300, 130, FULL);
        try_dense_forward(&t);
        try_dense_backward_w(&t, -0.25, 1);
        dense_free(&t);
    }
}

#ifdef GLIA_ONEDNN
/* A call of oneDNN that fails, and all after it, are made up for, wherever that is. */
static void dense_layers_whose_library_fails(void **state)
{
    (void)state;
    enum { CALLS = 14 };
    for (size_t k = 0; k < lowered_count; k++) {
        dense t = dense_of(lowered[k], 70, 600, 70, FULL);
        for (int calls = 0; t.plan->library && calls < CALLS; calls++) {
            real *y = need(t.rows * t.d.out, sizeof *y), *dx = need(t.rows * t.d.in, sizeof *dx);
            real *dw = need(weights_of(&t), sizeof *dw);
            glia__onednn_calls_left = calls, dense_y(&t, 1, y);
            glia__onednn_calls_left = calls, dense_dx(&t, 1, dx);
            glia__onednn_calls_left = calls, dense_dw(&t, 1, -0.5, 0, dw);
            glia__onednn_calls_left = -1;
            double near = rounds_operands(lowered[k]) ? 0.3 : 1e-4; /* what is not rounded after a failure */
            for (size_t i = 0; i < t.rows * t.d.out; i++)
                expect_near("y", i, (double)y[i], exact_y(&t, i / t.d.out, i % t.d.out), near);
            for (size_t i = 0; i < t.rows * t.d.in; i++)
                expect_near("dx", i, (double)dx[i], exact_dx(&t, i / t.d.in, i % t.d.in), near);
            for (size_t i = 0; i < t.d.in * t.d.out; i++)
                expect_near("dw", i, (double)dw[weight_at(&t, i / t.d.out, i % t.d.out)],
                            -0.5 * exact_dw(&t, i / t.d.out, i % t.d.out), 1e-4);
            free(y), free(dx), free(dw);
        }
        dense_free(&t);
    }
}
#endif

static void dense_layers_of_many_blocks(void **state)
{
    (void)state;
    try_dense(290, 400, 300); /* of rows, inputs and outputs, each with a rest */
    try_dense(32, 784, 128);
}

/* To the bit: rows without a zero beside, which make all be added up, or rows of zeros, which make zeros be left out.
 */
static void expect_same_bits(const glia__kernels *k, double scale, double keep)
{
    enum { FEW = 80, ROWS = 4 * FEW, IN = 150, OUT = 77 }; /* more rows than are summed at a time */
    dense t = dense_of(k, ROWS, IN, OUT, SPARSE);          /* of a table that keeps operands as they are */
    real *full = random_reals(27, (size_t)ROWS * IN), *zero = need((size_t)ROWS * IN, sizeof *zero);
    memcpy(full, t.x, FEW * IN * sizeof *full);
    memcpy(zero, t.x, FEW * IN * sizeof *zero);
    memset(t.dy + FEW * OUT, 0, (ROWS - FEW) * OUT * sizeof *t.dy);
    real *y[2], *dw[2], *x[2] = {full, zero}, *own = t.x;
    for (int i = 0; i < 2; i++) {
        y[i] = need((size_t)ROWS * OUT, sizeof *y[i]);
        dw[i] = copy_of(t.w, weights_of(&t));
        t.x = x[i];
        dense_y(&t, 1, y[i]);
        dense_dw(&t, 1, scale, keep, dw[i]);
    }
    assert_memory_equal(y[0], y[1], FEW * OUT * sizeof *y[0]);
    for (size_t i = 0; i < weights_of(&t); i++) assert_true(dw[0][i] == dw[1][i]); /* 0 may be -0 */
    for (int i = 0; i < 2; i++) free(y[i]), free(dw[i]), free(x[i]);
    t.x = own;
    dense_free(&t);
}

static void zeros_change_no_bit(void **state)
{
    (void)state;
    static const double ends[][2] = {{-0.5, 1}, {1, 1}, {1, 0}, {0.5, 0.75}};
    for (size_t k = 0; k < table_count; k++)
        for (size_t i = 0; i < COUNT(ends); i++) expect_same_bits(tables[k], ends[i][0], ends[i][1]);
}

/* ---- bfloat16 -------------------------------------------------------------------------------------------------- */

/* By loops that take several at a time, and the rest: all of one number. */
static void expect_bf16(const glia__kernels_beside *b, float x, uint16_t want)
{
    enum { COPIES = 37 };
    real     from[COPIES];
    uint16_t to[COPIES + 1];
    for (size_t i = 0; i < COPIES; i++) from[i] = (real)x;
    to[COPIES] = 77;
    b->to_bf16(COPIES, from, to);
    for (size_t i = 0; i < COPIES; i++) assert_int_equal(to[i], want);
    assert_int_equal(to[COPIES], 77);
}

static void each_beside(void (*f)(const glia__kernels_beside *b, float x, uint16_t want), float x, uint16_t want)
{
    static const char *const isas[] = {"base", "avx2", "avx512"};
    for (size_t i = 0; i < COUNT(isas); i++)
        if (glia__kernels_beside_of(isas[i])) f(glia__kernels_beside_of(isas[i]), x, want);
}

/* In the middle of a larger matrix; a sum that is not kept is not read. */
static void expect_blend(const glia__kernels_beside *b, float keep, uint16_t unused)
{
    enum { ROWS = 3, N = 35, LD = 40 };
    real *from = random_reals(63, ROWS * LD), *to = random_reals(64, ROWS * LD), *got = copy_of(to, ROWS * LD);
    (void)unused;
    for (size_t i = 0; i < ROWS * LD && keep == 0; i++) got[i] = (real)NAN;
    b->blend(ROWS, N, (real)-0.25, from, LD, (real)keep, got, LD);
    for (size_t i = 0; i < ROWS * LD; i++) {
        double old = keep == 0 ? 0 : (double)to[i];
        if (i % LD < N)
            expect_near("blend", i, (double)got[i], (double)keep * old - 0.25 * (double)from[i], tolerance(1));
        else
            assert_true(keep == 0 ? isnan((double)got[i]) : got[i] == to[i]);
    }
    free(from), free(to), free(got);
}

static void sums_are_blended(void **state)
{
    (void)state;
    each_beside(expect_blend, 0, 0);
    each_beside(expect_blend, 1, 0);
    each_beside(expect_blend, 0.75F, 0);
}

/* The upper half of a float: 1 sign, 8 exponent and 7 fraction bits. */
static void numbers_become_the_nearest_of_bfloat16(void **state)
{
    (void)state;
    if (IS_DOUBLE) skip();
    static const struct {
        uint32_t from;
        uint16_t to;
    } known[] = {
        {0x00000000, 0x0000}, {0x80000000, 0x8000}, /* 0, -0 */
        {0x3f800000, 0x3f80}, {0xc0490fdb, 0xc049}, /* 1, -pi */
        {0x3f807fff, 0x3f80}, {0x3f808001, 0x3f81}, /* just below and above a half */
        {0x3f808000, 0x3f80}, {0x3f818000, 0x3f82}, /* a half, to even */
        {0xbf818000, 0xbf82}, {0x3fffffff, 0x4000}, /* of either sign; into the next power of two */
        {0x7f7fffff, 0x7f80}, {0xff7fffff, 0xff80}, /* the largest floats are infinite */
        {0x7f7f7fff, 0x7f7f}, {0x7f800000, 0x7f80}, /* the largest that is not; infinity */
        {0xff800000, 0xff80}, {0x00000001, 0x0000}, /* the smallest float */
        {0x00008001, 0x0001}, {0x00800000, 0x0080}, /* numbers below the normal ones, and the least of those */
    };
    for (size_t i = 0; i < COUNT(known); i++) {
        float    x;
        uint16_t got;
        memcpy(&x, &known[i].from, sizeof x);
        got = glia__bf16(x);
        if (got != known[i].to) fail_msg("%08x becomes %04x, not %04x", known[i].from, got, known[i].to);
        each_beside(expect_bf16, x, known[i].to);
    }
    static const uint32_t none[] = {0x7f800001, 0x7fffffff, 0xffc00000, 0xff80ffff};
    for (size_t i = 0; i < COUNT(none); i++) {
        float x;
        memcpy(&x, &none[i], sizeof x);
        assert_true(isnan(glia__bf16_rounded(x)));
        assert_true((glia__bf16(x) & 0x8000) == (none[i] >> 16 & 0x8000));
        each_beside(expect_bf16, x, glia__bf16(x));
    }
    real *x = random_reals(61, 1000), *rounded = rounded_copy(x, 1000);
    for (size_t i = 0; i < 1000; i++) assert_true((real)glia__bf16_rounded((float)x[i]) == rounded[i]);
    free(x);
    free(rounded);
}

#ifdef GLIA_ONEDNN
/* As the layers by oneDNN copy what they multiply, on any processor. */
static void operands_are_copied_as_bfloat16(void **state)
{
    (void)state;
    enum { OPERANDS = 1000 };
    real    *x = random_reals(62, OPERANDS);
    uint16_t lower[OPERANDS];
    float    same[OPERANDS];
    assert_int_equal(operand_bytes(dnnl_bf16), sizeof *lower);
    assert_int_equal(operand_bytes(dnnl_f32), sizeof *same);
    operands_of(dnnl_bf16, OPERANDS, x, lower);
    operands_of(dnnl_f32, OPERANDS, x, same);
    for (size_t i = 0; i < OPERANDS; i++) assert_int_equal(lower[i], glia__bf16((float)x[i]));
    assert_memory_equal(same, x, sizeof same);
    free(x);
}
#endif

static void processors_without_bfloat16_are_refused(void **state)
{
    (void)state;
    const glia__kernels *k;
    if (IS_DOUBLE)
        EXPECT_FAILS(glia__kernels_of(GLIA_BF16_EMULATED, &k), GLIA_E_ARG, "this build computes in double");
    else if (glia__kernels_of(GLIA_BF16, &k) != GLIA_OK)
        assert_non_null(strstr(glia_error(), "and by other means it would be slower than float32"));
    EXPECT_OK(glia__kernels_of(GLIA_FLOAT32, &k));
    assert_ptr_equal(k, glia__kernels_get());
}

/* ---- rows and columns ------------------------------------------------------------------------------------------ */

static void bias_is_added_to_each_row(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(sizes); i++) {
        size_t n = sizes[i], rows = 5, ld = n + AROUND;
        real  *b = random_reals(4, n), *y = random_reals(5, rows * ld);
        for (size_t t = 0; t < table_count; t++) {
            real *got = copy_of(y, rows * ld);
            tables[t]->add_bias(rows, n, b, got, ld);
            for (size_t j = 0; j < rows * ld; j++) assert_true(got[j] == (j % ld < n ? y[j] + b[j % ld] : y[j]));
            free(got);
        }
        free(b);
        free(y);
    }
}

static void try_sum_rows(size_t rows, size_t n, double scale, double keep)
{
    size_t ld = n + AROUND;
    real  *y = matrix(6, rows, n, ld), *s = random_reals(7, n), *first = NULL;
    for (size_t j = 0; j < n && keep == 0; j++) s[j] = (real)NAN;
    for (size_t t = 0; t < table_count; t++) {
        real *got = copy_of(s, n);
        tables[t]->sum_rows(rows, n, (real)scale, y, ld, (real)keep, got);
        for (size_t j = 0; j < n; j++) {
            double sum = 0;
            for (size_t r = 0; r < rows; r++) sum += (double)y[r * ld + j];
            double want = scale * sum + (keep == 0 ? 0 : keep * (double)s[j]);
            expect_near("sum_rows", j, (double)got[j], want, tolerance(2));
        }
        if (!first) first = copy_of(got, n);
        assert_memory_equal(got, first, n * sizeof *got);
        free(got);
    }
    free(first);
    free(y);
    free(s);
}

static void rows_are_summed(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(sizes); i++)
        for (size_t j = 0; j < COUNT(sizes); j++) {
            try_sum_rows(sizes[i], sizes[j], 1, 0);
            try_sum_rows(sizes[i], sizes[j], -0.25, 1);
            try_sum_rows(sizes[i], sizes[j], 0.5, -0.5);
        }
}

static void batches_are_scaled(void **state)
{
    (void)state;
    enum { N = 257 };
    uint8_t b[N];
    real   *v = random_reals(8, N), *shift = random_reals(9, N), *scale = random_reals(10, N), x[4][N];
    for (size_t i = 0; i < N; i++) b[i] = (uint8_t)(i * 7), scale[i] += 2;
    for (size_t t = 0; t < table_count; t++) {
        tables[t]->scale_bytes(N, b, 3, 255, x[0]);
        tables[t]->scale_bytes_columns(N, b, shift, scale, x[1]);
        tables[t]->scale_reals(N, v, (real)0.25, (real)1.5, x[2]);
        tables[t]->scale_reals_columns(N, v, shift, scale, x[3]);
        for (size_t i = 0; i < N; i++) {
            assert_true(x[0][i] == ((real)b[i] - 3) / 255);
            assert_true(x[1][i] == ((real)b[i] - shift[i]) / scale[i]);
            assert_true(x[2][i] == (v[i] - (real)0.25) / (real)1.5);
            assert_true(x[3][i] == (v[i] - shift[i]) / scale[i]);
        }
    }
    free(v);
    free(shift);
    free(scale);
}

/* ---- activations ----------------------------------------------------------------------------------------------- */

/* f(x) and its slope in double, written another way than the kernels do where there is one. */
typedef double formula(double x, double a);

#define FORMULAS(f, Y, SLOPE)                                                                                          \
    static double f##_exact(double x, double a)                                                                        \
    {                                                                                                                  \
        (void)a;                                                                                                       \
        return Y;                                                                                                      \
    }                                                                                                                  \
    static double f##_slope(double x, double a)                                                                        \
    {                                                                                                                  \
        (void)x, (void)a;                                                                                              \
        return SLOPE;                                                                                                  \
    }

static double logistic(double x)
{
    return x < 0 ? exp(x) / (1 + exp(x)) : 1 / (1 + exp(-x));
}

static double inner(double x)
{
    return sqrt(2 / M_PI) * (x + 0.044715 * pow(x, 3));
}

/* The derivative of tanh, without cancellation. */
static double bell(double x)
{
    return 1 / pow(cosh(x), 2);
}

FORMULAS(step, isnan(x) ? x : x > 0, 0)
FORMULAS(sigmoid, logistic(x), logistic(x) * logistic(-x))
FORMULAS(tanh, tanh(x), bell(x))
FORMULAS(relu, isnan(x) ? x : fmax(x, 0), x > 0)
FORMULAS(leaky_relu, x > 0 ? x : a * x, x > 0 ? 1 : a)
FORMULAS(elu, x > 0 ? x : a * (exp(x) - 1), x > 0 ? 1 : a * exp(x))
FORMULAS(gelu, x *erfc(-x / sqrt(2)) / 2, erfc(-x / sqrt(2)) / 2 + x * exp(-x * x / 2) / sqrt(2 * M_PI))
FORMULAS(gelu_tanh, x *logistic(2 * inner(x)),
         logistic(2 * inner(x)) + x / 2 * bell(inner(x)) * sqrt(2 / M_PI) * (1 + 3 * 0.044715 * x * x))
FORMULAS(silu, x *logistic(x), logistic(x) + x * logistic(x) * logistic(-x))
FORMULAS(softplus, (fmax(a * x, 0) + log1p(exp(-fabs(a * x)))) / a, logistic(a *x))
FORMULAS(selu, 1.0507009873554805 * (x > 0 ? x : 1.6732632423543772 * (exp(x) - 1)),
         1.0507009873554805 * (x > 0 ? 1 : 1.6732632423543772 * exp(x)))
FORMULAS(relu6, isnan(x) ? x : fmin(fmax(x, 0), 6), x > 0 && x < 6)
FORMULAS(mish, x *tanh(softplus_exact(x, 1)), tanh(softplus_exact(x, 1)) + x * bell(softplus_exact(x, 1)) * logistic(x))
FORMULAS(hardsigmoid, isnan(x) ? x : fmin(fmax(x / 6 + 0.5, 0), 1), fabs(x) < 3 ? 1.0 / 6 : 0)
FORMULAS(hardswish, isnan(x) ? x : x *fmin(fmax(x / 6 + 0.5, 0), 1), x < -3 ? 0 : x < 3 ? x / 3 + 0.5 : 1)

typedef struct activation {
    const char *name;
    void (*f)(size_t n, real a, const real *x, real *y);
    void (*back)(size_t n, real a, const real *x, const real *y, const real *dy, real *dx);
    formula *exact, *slope;
} activation;

#define ENTRY(f) {#f, k->f, k->f##_back, f##_exact, f##_slope},
#define ACTIVATIONS(k)                                                                                                 \
    {                                                                                                                  \
        GLIA__ELEMENTWISE(ENTRY)                                                                                       \
    }

static void try_activation(const activation *f, size_t n, const real *x, real a)
{
    real *y = need(n + 1, sizeof *y), *dx = need(n + 1, sizeof *dx), *dy = random_reals(12, n);
    y[n] = dx[n] = 77;
    f->f(n, a, x, y);
    f->back(n, a, x, y, dy, dx);
    for (size_t i = 0; i < n; i++) {
        double want = f->exact((double)x[i], (double)a), slope = (double)dy[i] * f->slope((double)x[i], (double)a);
        expect_near(f->name, i, (double)y[i], want, tolerance(0.5 + fabs(want)));
        expect_near(f->name, i, (double)dx[i], slope, tolerance(1));
    }
    assert_true(y[n] == 77 && dx[n] == 77);
    free(y);
    free(dx);
    free(dy);
}

static void each_activation(void (*test)(const activation *f))
{
    for (size_t t = 0; t < table_count; t++) {
        const glia__kernels *k = tables[t];
        const activation     list[] = ACTIVATIONS(k);
        for (size_t i = 0; i < COUNT(list); i++) test(&list[i]);
    }
}

static void at_all_sizes(const activation *f)
{
    for (size_t i = 0; i < COUNT(sizes); i++) {
        real *x = random_reals(11, sizes[i] + 1);
        for (size_t j = 0; j < sizes[i]; j++) x[j] *= 6;
        try_activation(f, sizes[i], x + 1, (real)0.7);
        free(x);
    }
}

/* Kinks, saturation, and beyond what exp can give. */
static void at_special_numbers(const activation *f)
{
    static const real x[] = {0, (real)1e-8, (real)-1e-8, 1, -1, 15, -15, 30, -30, 90, -90, 800, -800, 20000, -20000};
    try_activation(f, COUNT(x), x, 1);
    try_activation(f, COUNT(x), x, (real)0.01);
    try_activation(f, COUNT(x), x, 2);
}

static void at_nan(const activation *f)
{
    for (size_t n = 1; n <= 33; n++) {
        real *x = random_reals(13, n), *y = need(n, sizeof *y);
        x[n / 2] = (real)NAN;
        f->f(n, 1, x, y);
        for (size_t i = 0; i < n; i++)
            if (isnan(y[i]) != (i == n / 2)) fail_msg("%s: NaN at %zu of %zu", f->name, i, n);
        free(x);
        free(y);
    }
}

static void activations_follow_their_formulas(void **state)
{
    (void)state;
    each_activation(at_all_sizes);
    each_activation(at_special_numbers);
}

static void activations_pass_nan_on(void **state)
{
    (void)state;
    each_activation(at_nan);
}

/* ---- optimizer steps ------------------------------------------------------------------------------------------- */

/* The state of one parameter in double: gradient, parameter, up to three numbers of memory. */
typedef struct moved {
    double g, p, s[3];
} moved;

static void sgd_exact(moved *m)
{
    m->p -= 0.1 * (m->g + 0.02 * m->p);
}

static void nesterov_exact(moved *m)
{
    double d = m->g + 0.02 * m->p;
    m->s[0] = 0.9 * m->s[0] + (1 - 0.25) * d;
    m->p -= 0.1 * (d + 0.9 * m->s[0]);
}

static void adagrad_exact(moved *m)
{
    double d = m->g + 0.02 * m->p;
    m->s[0] += d * d;
    m->p -= 0.1 * d / (sqrt(m->s[0]) + 1e-3);
}

static void rmsprop_exact(moved *m)
{
    double d = m->g + 0.02 * m->p;
    m->s[0] = 0.8 * m->s[0] + 0.2 * d * d;
    m->s[1] = 0.8 * m->s[1] + 0.2 * d;
    m->s[2] = 0.9 * m->s[2] + d / (sqrt(m->s[0] - m->s[1] * m->s[1]) + 1e-3);
    m->p -= 0.1 * m->s[2];
}

static void adam_exact(moved *m)
{
    double q = m->p * 0.99, d = m->g + 0.02 * q;
    m->s[0] = 0.9 * m->s[0] + 0.1 * d;
    m->s[1] = 0.8 * m->s[1] + 0.2 * d * d;
    m->s[2] = fmax(m->s[2], m->s[1]);
    m->p = q - 0.1 * m->s[0] / (sqrt(m->s[2]) / 0.6 + 1e-3);
}

static void adadelta_exact(moved *m)
{
    double d = m->g + 0.02 * m->p;
    m->s[0] = 0.8 * m->s[0] + 0.2 * d * d;
    double step = sqrt(m->s[1] + 1e-3) / sqrt(m->s[0] + 1e-3) * d;
    m->s[1] = 0.8 * m->s[1] + 0.2 * step * step;
    m->p -= 0.1 * step;
}

static void adamax_exact(moved *m)
{
    double d = m->g + 0.02 * m->p;
    m->s[0] = 0.9 * m->s[0] + 0.1 * d;
    m->s[1] = fmax(0.8 * m->s[1], fabs(d) + 1e-3);
    m->p -= 0.1 * m->s[0] / m->s[1];
}

static void nadam_exact(moved *m)
{
    double d = m->g + 0.02 * m->p;
    m->s[0] = 0.9 * m->s[0] + 0.1 * d;
    m->s[1] = 0.8 * m->s[1] + 0.2 * d * d;
    m->p -= (0.1 * d + 0.3 * m->s[0]) / (sqrt(m->s[1]) / 0.6 + 1e-3);
}

/* s[2], of both signs, is the gradient before. */
static void rprop_exact(moved *m)
{
    double d = m->g + 0.02 * m->p, turn = d * m->s[2];
    m->s[0] = fmin(fmax(m->s[0] * (turn > 0 ? 1.5 : turn < 0 ? 0.5 : 1), 0.6), 1.7);
    m->s[2] = turn < 0 ? 0 : d;
    m->p -= m->s[2] > 0 ? m->s[0] : m->s[2] < 0 ? -m->s[0] : 0;
}

#define R(x) ((real)(x))
static void run_rule(const glia__kernels *k, size_t rule, size_t n, const real *g, real *const s[3], real *p)
{
    if (rule == 0) k->sgd(n, R(0.1), R(0.02), g, p);
    if (rule == 1) k->sgd_momentum(n, R(0.1), R(0.02), R(0.9), R(0.25), true, false, g, s[0], p);
    if (rule == 2) k->adagrad(n, R(0.1), R(0.02), R(1e-3), g, s[0], p);
    if (rule == 3) k->rmsprop(n, R(0.1), R(0.02), R(0.8), R(1e-3), R(0.9), g, s[0], s[1], s[2], p);
    if (rule == 4) k->adam(n, R(0.1), R(0.02), R(0.99), R(0.9), R(0.8), R(1e-3), R(0.6), g, s[0], s[1], s[2], p);
    if (rule == 5) k->adadelta(n, R(0.1), R(0.02), R(0.8), R(1e-3), g, s[0], s[1], p);
    if (rule == 6) k->adamax(n, R(0.1), R(0.02), R(0.9), R(0.8), R(1e-3), g, s[0], s[1], p);
    if (rule == 7) k->nadam(n, R(0.1), R(0.3), R(0.02), R(0.9), R(0.8), R(1e-3), R(0.6), g, s[0], s[1], p);
    if (rule == 8) k->rprop(n, R(0.02), R(0.5), R(1.5), R(0.6), R(1.7), g, s[2], s[0], p);
}

static void try_rule(const glia__kernels *k, size_t rule, void (*exactly)(moved *m), size_t n)
{
    real *g = random_reals(20, n), *p = random_reals(21, n), *s[3];
    for (uint32_t i = 0; i < 3; i++) s[i] = random_reals(22 + i, n);
    for (size_t i = 0; i < n; i++) s[0][i] = fabs(s[0][i]) + 1, s[1][i] = fabs(s[1][i]) / 2, s[2][i] = fabs(s[2][i]);
    for (size_t i = 0; rule == 8 && i < n; i++) s[2][i] *= i % 3 == 0 ? 0 : i % 3 == 1 ? 1 : -1;
    moved *want = need(n, sizeof *want);
    for (size_t i = 0; i < n; i++) {
        want[i] = (moved){(double)g[i], (double)p[i], {(double)s[0][i], (double)s[1][i], (double)s[2][i]}};
        exactly(&want[i]);
    }
    run_rule(k, rule, n, g, s, p);
    for (size_t i = 0; i < n; i++) {
        expect_near("parameter", i, (double)p[i], want[i].p, tolerance(1));
        for (size_t j = 0; j < 3; j++) expect_near("state", i, (double)s[j][i], want[i].s[j], tolerance(1));
    }
    for (uint32_t i = 0; i < 3; i++) free(s[i]);
    free(g);
    free(p);
    free(want);
}

static void steps_follow_their_formulas(void **state)
{
    (void)state;
    static void (*const rules[])(moved * m) = {sgd_exact,      nesterov_exact, adagrad_exact, rmsprop_exact, adam_exact,
                                               adadelta_exact, adamax_exact,   nadam_exact,   rprop_exact};
    for (size_t t = 0; t < table_count; t++)
        for (size_t rule = 0; rule < COUNT(rules); rule++)
            for (size_t i = 0; i < COUNT(sizes); i++) try_rule(tables[t], rule, rules[rule], sizes[i]);
}

/* ---- gradients as a whole -------------------------------------------------------------------------------------- */

static void gradients_are_limited(void **state)
{
    (void)state;
    for (size_t t = 0; t < table_count; t++) {
        real g[] = {3, -3, (real)0.5, (real)-0.5, 2, -2, (real)INFINITY, (real)-INFINITY, (real)NAN};
        real want[] = {2, -2, (real)0.5, (real)-0.5, 2, -2, 2, -2};
        tables[t]->limit(COUNT(g), 2, g);
        for (size_t i = 0; i < COUNT(want); i++) assert_true(g[i] == want[i]);
        assert_true(isnan(g[COUNT(g) - 1]));
        tables[t]->multiply(COUNT(g), (real)-0.5, g);
        for (size_t i = 0; i < COUNT(want); i++) assert_true(g[i] == want[i] * (real)-0.5);
        assert_true(isnan(g[COUNT(g) - 1]));
    }
}

static void penalties_pull_towards_zero(void **state)
{
    (void)state;
    for (size_t t = 0; t < table_count; t++)
        for (size_t i = 0; i < COUNT(sizes); i++) {
            size_t n = sizes[i];
            real  *g = random_reals(31, n), *p = random_reals(32, n), *old = random_reals(31, n);
            for (size_t j = 0; j < n; j += 5) p[j] = 0;
            tables[t]->penalize(n, R(0.25), R(0.125), p, g);
            for (size_t j = 0; j < n; j++) {
                double sign = p[j] > 0   ? 1
                              : p[j] < 0 ? -1
                                         : 0,
                       want = (double)old[j] + 0.25 * sign + 0.25 * (double)p[j];
                expect_near("gradient", j, (double)g[j], want, tolerance(1));
            }
            free(g);
            free(p);
            free(old);
        }
}

static void sizes_are_summed_and_compared(void **state)
{
    (void)state;
    for (size_t n = 0; n <= 40; n++) {
        real  *g = random_reals(33, n);
        double sum = 0, most = 0, first = tables[0]->sum_sizes(n, g);
        for (size_t i = 0; i < n; i++) sum += fabs((double)g[i]), most = fmax(most, fabs((double)g[i]));
        for (size_t t = 0; t < table_count; t++) {
            assert_true(tables[t]->sum_sizes(n, g) == first && fabs(first - sum) <= 1e-14 * (double)n);
            assert_true(tables[t]->largest_size(n, g) == most);
            for (size_t i = 0; i < n; i++) {
                real old = g[i];
                g[i] = (real)NAN;
                assert_true(isnan(tables[t]->largest_size(n, g)) && isnan(tables[t]->sum_sizes(n, g)));
                g[i] = (real)-INFINITY;
                assert_false(isfinite(tables[t]->largest_size(n, g)));
                g[i] = old;
            }
        }
        free(g);
    }
}

static void squares_are_summed_in_double(void **state)
{
    (void)state;
    for (size_t n = 0; n <= 40; n++) {
        real  *g = random_reals(30, n);
        double first = tables[0]->sum_squares(n, g), want = 0;
        for (size_t i = 0; i < n; i++) want += (double)g[i] * (double)g[i];
        for (size_t t = 0; t < table_count; t++) {
            assert_true(tables[t]->sum_squares(n, g) == first);
            expect_near("sum_squares", n, first, want, 1e-14 * (1 + want));
        }
        free(g);
    }
}

static void one_number_that_is_not_finite_is_found(void **state)
{
    (void)state;
    static const real wrong[] = {(real)NAN, (real)INFINITY, (real)-INFINITY};
    for (size_t t = 0; t < table_count; t++)
        for (size_t n = 0; n <= 50; n++) {
            real *x = random_reals(31, n);
            if (n) x[0] = IS_DOUBLE ? (real)1e308 : (real)3e38;
            if (n > 1) x[n - 1] = -x[0];
            assert_true(tables[t]->all_finite(n, x));
            for (size_t i = 0; i < 3 * n; i++) {
                real kept = x[i / 3];
                x[i / 3] = wrong[i % 3];
                assert_false(tables[t]->all_finite(n, x));
                x[i / 3] = kept;
            }
            free(x);
        }
}

static void the_best_table_is_chosen(void **state)
{
    (void)state;
    const char *best = strrchr(tables[portable_count - 1]->name, ' ');
    assert_string_equal(strrchr(glia_kernels(), ' '), best);
    assert_null(glia__kernels_portable("abacus"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(products_of_odd_shapes),
        cmocka_unit_test(deep_products),
        cmocka_unit_test(dense_layers_of_odd_shapes),
        cmocka_unit_test(dense_layers_of_deep_sums),
        cmocka_unit_test(dense_layers_of_many_blocks),
        cmocka_unit_test(dense_layers_that_go_back_to_weights_alone),
#ifdef GLIA_ONEDNN
        cmocka_unit_test(dense_layers_whose_library_fails),
#endif
        cmocka_unit_test(zeros_change_no_bit),
        cmocka_unit_test(numbers_become_the_nearest_of_bfloat16),
        cmocka_unit_test(sums_are_blended),
#ifdef GLIA_ONEDNN
        cmocka_unit_test(operands_are_copied_as_bfloat16),
#endif
        cmocka_unit_test(processors_without_bfloat16_are_refused),
        cmocka_unit_test(bias_is_added_to_each_row),
        cmocka_unit_test(rows_are_summed),
        cmocka_unit_test(batches_are_scaled),
        cmocka_unit_test(activations_follow_their_formulas),
        cmocka_unit_test(activations_pass_nan_on),
        cmocka_unit_test(steps_follow_their_formulas),
        cmocka_unit_test(gradients_are_limited),
        cmocka_unit_test(penalties_pull_towards_zero),
        cmocka_unit_test(sizes_are_summed_and_compared),
        cmocka_unit_test(squares_are_summed_in_double),
        cmocka_unit_test(one_number_that_is_not_finite_is_found),
        cmocka_unit_test(the_best_table_is_chosen),
    };
    return cmocka_run_group_tests(tests, find_tables, NULL);
}
