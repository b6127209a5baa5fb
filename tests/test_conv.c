/* Convolutions: random shapes by the portable kernels of every instruction set, and by oneDNN, in float32 and in
 * bfloat16, against sums made here in double from the formula in numbers/conv.h; all three directions, whole shards and
 * smaller ones. */
#include "lowered.h"

enum { SHAPES = 330, ISAS = 3 };

/* ---- shapes ---------------------------------------------------------------------------------------------------- */

static size_t between(glia_rng *rng, size_t least, size_t most)
{
    return (size_t)glia_rng_randint(rng, (int64_t)least, (int64_t)most + 1);
}

static size_t one_of(glia_rng *rng, const size_t *choices, size_t count)
{
    return choices[between(rng, 0, count - 1)];
}

/* Groups of all kinds: none, some, one for each channel. */
static void draw_channels(glia_rng *rng, glia__conv_shape *s)
{
    static const size_t widths[] = {1, 2, 3, 5, 7, 8, 12, 16, 17, 24, 32};
    size_t              kind = between(rng, 0, 4);
    s->groups = kind == 0 ? between(rng, 2, 4) : 1;
    s->in = s->groups * one_of(rng, widths, s->groups > 1 ? 6 : COUNT(widths));
    s->out = s->groups * one_of(rng, widths, s->groups > 1 ? 6 : COUNT(widths));
    if (kind == 1) s->groups = s->in, s->out = s->in * between(rng, 1, 2); /* depthwise */
}

/* Along one axis; false if no window fits. Windows may be larger than the image without its zeros, and the last stride
 * may end before the edge. */
static bool draw_axis(glia_rng *rng, glia__conv_shape *s, int axis)
{
    static const size_t kernels[] = {1, 1, 2, 3, 3, 3, 4, 5, 7};
    s->kernel[axis] = one_of(rng, kernels, COUNT(kernels));
    s->dilation[axis] = between(rng, 0, 3) ? 1 : between(rng, 2, 3);
    s->stride[axis] = between(rng, 0, 2) ? 1 : between(rng, 2, 4);
    s->x[axis] = between(rng, 1, 17);
    size_t reach = (s->kernel[axis] - 1) * s->dilation[axis] + 1;
    s->before[axis] = between(rng, 0, between(rng, 0, 7) ? reach - 1 : reach + 1); /* more than a window, too */
    size_t after = between(rng, 0, 1) ? s->before[axis] : s->before[axis] + (s->before[axis] + 1 < reach);
    if (s->x[axis] + s->before[axis] + after < reach) return false;
    s->y[axis] = (s->x[axis] + s->before[axis] + after - reach) / s->stride[axis] + 1;
    return true;
}

/* Of those that Winograd's filtering is for, and some that it is just not for. */
static glia__conv_shape draw_filter(glia_rng *rng, glia__conv_shape s)
{
    static const size_t widths[] = {8, 16, 20, 24, 32, 48};
    s.groups = 1, s.in = one_of(rng, widths, COUNT(widths)), s.out = one_of(rng, widths, COUNT(widths));
    for (int axis = 0; axis < 2; axis++) {
        size_t after = between(rng, 0, 2);
        s.kernel[axis] = 3, s.stride[axis] = s.dilation[axis] = 1;
        s.x[axis] = between(rng, 3, 19), s.before[axis] = between(rng, 0, between(rng, 0, 7) ? 2 : 3);
        s.y[axis] = s.x[axis] + s.before[axis] + after - 2;
    }
    return s;
}

static glia__conv_shape draw_shape(glia_rng *rng)
{
    glia__conv_shape s = {.rows = between(rng, 1, 4), .bias = between(rng, 0, 3) > 0};
    if (between(rng, 0, 5) == 0) return draw_filter(rng, s);
    draw_channels(rng, &s);
    while (!draw_axis(rng, &s, 0)) continue;
    while (!draw_axis(rng, &s, 1)) continue;
    return s;
}

static glia__conv_shape shape_of_seed(uint32_t seed)
{
    glia_rng *rng;
    EXPECT_OK(glia_rng_new(&rng, seed));
    glia__conv_shape s = draw_shape(rng);
    glia_rng_free(rng);
    return s;
}

/* ---- the formula ----------------------------------------------------------------------------------------------- */

typedef struct numbers {
    size_t n_x, n_y, n_w;
    real  *x, *y, *w, *b, *dy, *dx, *dw, *db; /* x, w, b, dy are given, the others are found */
    real  *x_counts, *w_counts, *dy_counts;   /* as they are multiplied */
} numbers;

/* Five in six become 0, as a pooling leaves them. */
static void thin(real *v, size_t count, uint32_t seed)
{
    real *coin = random_reals(seed, count);
    for (size_t i = 0; i < count; i++)
        if (fabs((double)coin[i]) < 5.0 / 6) v[i] = 0;
    free(coin);
}

static real *counted(const real *v, size_t count, bool rounded)
{
    return rounded ? rounded_copy(v, count) : memcpy(need(count, sizeof *v), v, count * sizeof *v);
}

/* dy is full, thin, or thin in its first rows. */
static numbers make_numbers(const glia__conv_shape *s, uint32_t seed, bool rounded)
{
    size_t  n_x = s->rows * s->x[0] * s->x[1] * s->in, n_y = s->rows * s->y[0] * s->y[1] * s->out;
    size_t  n_w = glia__conv_depth(s) * s->out;
    numbers n = {.n_x = n_x, .n_y = n_y, .n_w = n_w};
    n.x = random_reals(seed, n_x), n.w = random_reals(seed + 1, n_w);
    n.b = random_reals(seed + 2, s->out), n.dy = random_reals(seed + 3, n_y);
    n.y = need(n_y, sizeof *n.y), n.dx = need(n_x, sizeof *n.dx);
    n.dw = need(n_w, sizeof *n.dw), n.db = need(s->out, sizeof *n.db);
    if (seed % 3) thin(n.dy, n_y / s->rows * (seed % 3 == 1 ? s->rows : (s->rows + 1) / 2), seed + 4);
    n.x_counts = counted(n.x, n_x, rounded);
    n.w_counts = counted(n.w, n_w, rounded);
    n.dy_counts = counted(n.dy, n_y, rounded);
    return n;
}

static void free_numbers(numbers *n)
{
    real *all[] = {n->x, n->y, n->w, n->b, n->dy, n->dx, n->dw, n->db, n->x_counts, n->w_counts, n->dy_counts};
    for (size_t i = 0; i < COUNT(all); i++) free(all[i]);
}

/* What comes out, in double. */
typedef struct sums {
    double *y, *dx, *dw, *db;
} sums;

/* Goes over each pair (number of x, number of y) that a weight joins. */
static void add_products(const glia__conv_shape *s, size_t rows, const numbers *n, sums *o)
{
    size_t in = glia__conv_in(s), out = glia__conv_out(s);
    for (size_t r = 0; r < rows; r++)
        for (size_t h = 0; h < s->y[0]; h++)
            for (size_t w = 0; w < s->y[1]; w++)
                for (size_t c = 0; c < s->out; c++) {
                    size_t at = ((r * s->y[0] + h) * s->y[1] + w) * s->out + c;
                    o->y[at] += s->bias ? (double)n->b[c] : 0;
                    o->db[c] += (double)n->dy[at];
                    for (size_t i = 0; i < s->kernel[0]; i++)
                        for (size_t j = 0; j < s->kernel[1]; j++) {
                            long p = (long)(h * s->stride[0] + i * s->dilation[0]) - (long)s->before[0];
                            long q = (long)(w * s->stride[1] + j * s->dilation[1]) - (long)s->before[1];
                            if (p < 0 || q < 0 || p >= (long)s->x[0] || q >= (long)s->x[1]) continue;
                            size_t x = ((r * s->x[0] + (size_t)p) * s->x[1] + (size_t)q) * s->in + c / out * in;
                            size_t k = ((i * s->kernel[1] + j) * in) * s->out + c;
                            for (size_t m = 0; m < in; m++) {
                                o->y[at] += (double)n->x_counts[x + m] * (double)n->w_counts[k + m * s->out];
                                o->dx[x + m] += (double)n->dy_counts[at] * (double)n->w_counts[k + m * s->out];
                                o->dw[k + m * s->out] += (double)n->dy_counts[at] * (double)n->x_counts[x + m];
                            }
                        }
                }
}

static sums make_sums(const glia__conv_shape *s, size_t rows, const numbers *n)
{
    sums o = {need(n->n_y, sizeof(double)), need(n->n_x, sizeof(double)), need(n->n_w, sizeof(double)),
              need(s->out, sizeof(double))};
    memset(o.y, 0, n->n_y * sizeof(double)), memset(o.dx, 0, n->n_x * sizeof(double));
    memset(o.dw, 0, n->n_w * sizeof(double)), memset(o.db, 0, s->out * sizeof(double));
    add_products(s, rows, n, &o);
    return o;
}

static void free_sums(sums *o)
{
    free(o->y), free(o->dx), free(o->dw), free(o->db);
}

/* ---- comparing ------------------------------------------------------------------------------------------------- */

static void expect_near(const char *what, const glia__conv_shape *s, const real *got, const double *want, size_t count,
                        size_t terms)
{
    double unit = IS_DOUBLE ? 1e-13 : 1e-5;
    for (size_t i = 0; i < count; i++)
        if (!(fabs((double)got[i] - want[i]) <= unit + unit * sqrt((double)terms) * fabs(want[i])))
            fail_msg("%s[%zu] is %g, not %g: rows %zu, groups %zu, channels %zu to %zu, x %zux%zu, y %zux%zu, kernel "
                     "%zux%zu, stride %zux%zu, dilation %zux%zu, before %zux%zu",
                     what, i, (double)got[i], want[i], s->rows, s->groups, s->in, s->out, s->x[0], s->x[1], s->y[0],
                     s->y[1], s->kernel[0], s->kernel[1], s->stride[0], s->stride[1], s->dilation[0], s->dilation[1],
                     s->before[0], s->before[1]);
}

/* ---- trying ------------------------------------------------------------------------------------------------------ */

/* All directions for `rows` of the shard's rows. How many went by the library, of three. */
static size_t try_rows(const glia__kernels *k, const glia__conv_shape *s, size_t rows, const numbers *n,
                       const sums *want)
{
    glia__conv c = {.s = *s};
    EXPECT_OK(k->conv_plan(&c));
    real  *prepared = bounded(c.prepared), *work = bounded(c.work);
    size_t x = n->n_x / s->rows * rows, y = n->n_y / s->rows * rows, depth = glia__conv_depth(s);
    size_t positions = rows * s->y[0] * s->y[1];
    k->conv_prepare(&c, n->w, prepared);
    k->conv_forward(&c, rows, n->x, n->w, prepared, s->bias ? n->b : NULL, n->y, work);
    expect_near("y", s, n->y, want->y, y, depth);
    k->conv_backward_x(&c, rows, n->dy, n->w, prepared, n->dx, work);
    expect_near("dx", s, n->dx, want->dx, x, depth / glia__conv_in(s) * glia__conv_out(s));
    k->conv_backward_w(&c, rows, n->x, n->dy, n->dw, s->bias ? n->db : NULL, work);
    expect_near("dw", s, n->dw, want->dw, n->n_w, positions);
    if (s->bias) expect_near("db", s, n->db, want->db, s->out, positions);
    size_t by_library = (size_t)c.by_library[0] + c.by_library[1] + c.by_library[2];
    free_bounded(prepared, c.prepared);
    free_bounded(work, c.work);
    k->conv_free(&c);
    return by_library;
}

typedef struct tally {
    size_t tried, all, some, winograd;
} tally;

static glia__conv planned(const glia__kernels *k, const glia__conv_shape *s)
{
    glia__conv c = {.s = *s};
    EXPECT_OK(k->conv_plan(&c));
    k->conv_free(&c);
    return c;
}

static void try_shape(const glia__kernels *k, uint32_t seed, tally *t)
{
    glia__conv_shape s = shape_of_seed(seed);
    glia__conv       c = planned(k, &s);
    numbers          n = make_numbers(&s, seed, rounds_operands(k) && c.lowered);
    t->winograd += c.winograd;
    for (size_t rows = s.rows; rows > 0; rows = rows > 1 && rows == s.rows ? rows - 1 : 0) {
        sums   want = make_sums(&s, rows, &n);
        size_t by_library = try_rows(k, &s, rows, &n, &want);
        if (rows == s.rows) t->tried++, t->all += by_library == 3, t->some += by_library > 0;
        free_sums(&want);
    }
    free_numbers(&n);
}

static void portable_convolutions_follow_the_formula(void **state)
{
    static const char *const isas[ISAS] = {"base", "avx2", "avx512"};
    (void)state;
    for (size_t i = 0; i < ISAS; i++) {
        const glia__kernels *k = glia__kernels_portable(isas[i]);
        tally                t = {0};
        for (uint32_t seed = 0; k && seed < SHAPES; seed++) try_shape(k, seed, &t);
        if (!k) continue;
        assert_int_equal(t.tried, SHAPES);
        assert_in_range(t.winograd, 20, SHAPES);
    }
}

/* How many images a call is for, and which, shows in none of their numbers. */
static void expect_images_apart(const glia__kernels *k)
{
    for (uint32_t seed = 0; seed < SHAPES; seed++) {
        glia__conv c = {.s = shape_of_seed(seed)};
        numbers    n = make_numbers(&c.s, seed, false);
        size_t     x = n.n_x / c.s.rows, y = n.n_y / c.s.rows;
        EXPECT_OK(k->conv_plan(&c));
        real *prepared = bounded(c.prepared), *work = bounded(c.work), *one = need(x + y, sizeof *one);
        k->conv_prepare(&c, n.w, prepared);
        k->conv_forward(&c, c.s.rows, n.x, n.w, prepared, n.b, n.y, work);
        k->conv_backward_x(&c, c.s.rows, n.dy, n.w, prepared, n.dx, work);
        for (size_t r = 0; r < c.s.rows; r++) {
            k->conv_forward(&c, 1, n.x + r * x, n.w, prepared, n.b, one, work);
            assert_memory_equal(one, n.y + r * y, y * sizeof *one);
            k->conv_backward_x(&c, 1, n.dy + r * y, n.w, prepared, one, work);
            assert_memory_equal(one, n.dx + r * x, x * sizeof *one);
        }
        free_bounded(prepared, c.prepared), free_bounded(work, c.work);
        free(one);
        free_numbers(&n);
    }
}

/* An image of zeros, behind others whose dy is thin, makes all terms be added up; what they add is 0. */
static void expect_zeros_add_nothing(const glia__kernels *k)
{
    for (uint32_t seed = 1; seed < SHAPES; seed += 3) {
        glia__conv c = {.s = shape_of_seed(seed)};
        if (c.s.rows < 2) continue;
        numbers n = make_numbers(&c.s, seed, false);
        size_t  most = c.s.rows - 1, x = n.n_x / c.s.rows * most, y = n.n_y / c.s.rows * most;
        for (size_t i = x; i < n.n_x; i++) n.x[i] = 0;
        for (size_t i = y; i < n.n_y; i++) n.dy[i] = 1;
        EXPECT_OK(k->conv_plan(&c));
        real *work = bounded(c.work), *dw = need(n.n_w, sizeof *dw);
        k->conv_backward_w(&c, c.s.rows, n.x, n.dy, n.dw, NULL, work);
        k->conv_backward_w(&c, most, n.x, n.dy, dw, NULL, work);
        assert_memory_equal(dw, n.dw, n.n_w * sizeof *dw);
        free_bounded(work, c.work);
        free(dw);
        free_numbers(&n);
    }
}

/* By the portable kernels of every instruction set. */
static void each_portable(void (*f)(const glia__kernels *k))
{
    static const char *const isas[] = {"base", "avx2", "avx512"};
    for (size_t i = 0; i < COUNT(isas); i++)
        if (glia__kernels_portable(isas[i])) f(glia__kernels_portable(isas[i]));
}

static void images_do_not_see_each_other(void **state)
{
    (void)state;
    each_portable(expect_images_apart);
}

static void zeros_add_nothing(void **state)
{
    (void)state;
    each_portable(expect_zeros_add_nothing);
}

static void what_no_memory_can_hold_is_refused(void **state)
{
    enum { FAR = 1 << 30 };
    glia__conv c = {.s = {.rows = 8,
                          .groups = 1,
                          .in = 32,
                          .out = 1,
                          .x = {3, 3},
                          .y = {3, 3},
                          .kernel = {9, 9},
                          .stride = {1, 1},
                          .dilation = {FAR, FAR},
                          .before = {(size_t)4 * FAR, (size_t)4 * FAR}}};
    (void)state;
    assert_int_equal(glia__kernels_portable("base")->conv_plan(&c), GLIA_E_MEMORY);
}

static void those_of_this_process_too(void **state)
{
    tally t = {0};
    (void)state;
    for (uint32_t seed = 0; seed < SHAPES; seed++) try_shape(glia__kernels_get(), seed, &t);
    print_message("%zu shapes; oneDNN has plans of %zu in all three directions, of %zu in some (%s)\n", t.tried, t.all,
                  t.some, glia_kernels());
    assert_int_equal(t.tried, SHAPES);
    if (strstr(glia_kernels(), "onednn avx")) assert_true(t.some > 50);
    if (strstr(glia_kernels(), "onednn avx2")) assert_true(t.all > 50);
}

static void those_of_lower_precision_too(void **state)
{
    (void)state;
    find_lowered();
    for (size_t i = 0; i < lowered_count; i++) {
        tally t = {0};
        for (uint32_t seed = 0; seed < SHAPES; seed++) try_shape(lowered[i], seed, &t);
        if (lowered[i] != keeps_operands) continue;
        print_message("%zu shapes with copied operands; oneDNN has plans of %zu in all three directions\n", t.tried,
                      t.all);
        if (strstr(glia_kernels(), "onednn avx")) assert_true(t.all > 50);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(portable_convolutions_follow_the_formula),
        cmocka_unit_test(images_do_not_see_each_other),
        cmocka_unit_test(zeros_add_nothing),
        cmocka_unit_test(what_no_memory_can_hold_is_refused),
        cmocka_unit_test(those_of_this_process_too),
        cmocka_unit_test(those_of_lower_precision_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
