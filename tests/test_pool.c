/* Poolings: random shapes by the kernels of every instruction set, against the formula in numbers/pool.h written here
 * point by point; ties, NaN, 2x2 windows at all widths of channels, maxima that take a relu along, dx written over x.
 */
#include "help.h"
#include "numbers/kernels.h"

enum { SHAPES = 400 };

static const glia__kernels *tables[3];
static size_t               table_count;

static int find_tables(void **state)
{
    static const char *const isas[] = {"base", "avx2", "avx512"};
    (void)state;
    for (size_t i = 0; i < COUNT(isas); i++)
        if ((tables[table_count] = glia__kernels_portable(isas[i]))) table_count++;
    return 0;
}

/* ---- shapes ------------------------------------------------------------------------------------------------------ */

static size_t between(glia_rng *rng, size_t least, size_t most)
{
    return (size_t)glia_rng_randint(rng, (int64_t)least, (int64_t)most + 1);
}

/* Windows that cover it, each point once. */
static void draw_tiles(glia_rng *rng, glia__pool *s, int axis)
{
    s->kernel[axis] = between(rng, 1, 5), s->y[axis] = between(rng, 1, 4);
    s->x[axis] = s->y[axis] * s->kernel[axis];
    s->stride[axis] = s->y[axis] == 1 ? between(rng, 1, 4) : s->kernel[axis];
}

static void draw_axis(glia_rng *rng, glia__pool *s, int axis)
{
    for (;;) {
        size_t kernel = between(rng, 1, 5), before = between(rng, 0, kernel / 2), stride = between(rng, 1, 4);
        size_t x = between(rng, 1, 12);
        if (x + 2 * before < kernel) continue;
        s->kernel[axis] = kernel, s->before[axis] = before, s->stride[axis] = stride, s->x[axis] = x;
        s->y[axis] = (x + 2 * before - kernel) / stride + 1;
        return;
    }
}

static glia__pool draw_shape(glia_rng *rng)
{
    static const size_t channels[] = {1, 2, 3, 7, 8, 15, 16, 17, 33, 64, 70, 130};
    glia__pool s = {.channels = channels[between(rng, 0, COUNT(channels) - 1)], .count_pad = between(rng, 0, 1)};
    bool       tiles = between(rng, 0, 2) == 0;
    s.rectified = between(rng, 0, 1);
    for (int axis = 0; axis < 2; axis++)
        if (tiles)
            draw_tiles(rng, &s, axis);
        else
            draw_axis(rng, &s, axis);
    return s;
}

/* Windows that touch each other; the image may have a row or column more. */
static glia__pool two_by_two(size_t channels, size_t height, size_t width)
{
    return (glia__pool){.channels = channels,
                        .x = {height, width},
                        .y = {height / 2, width / 2},
                        .kernel = {2, 2},
                        .stride = {2, 2},
                        .count_pad = true};
}

/* ---- the formula, and where what it takes stands ----------------------------------------------------------------- */

typedef struct images {
    size_t  rows, of_x, of_y;
    real   *x, *dy;
    double *max, *avg, *max_dx, *avg_dx;
} images;

static size_t at_x(const glia__pool *s, size_t h, size_t w, size_t c)
{
    return (h * s->x[1] + w) * s->channels + c;
}

/* x as a relu leaves it, if there is one. */
static real passed(const glia__pool *s, real x)
{
    return s->rectified && x < 0 ? 0 : x;
}

/* One number of y: r, h, w, c. */
static void pool_one(const glia__pool *s, const images *v, size_t r, size_t h, size_t w, size_t c)
{
    size_t y = r * v->of_y + (h * s->y[1] + w) * s->channels + c, best = SIZE_MAX, inside = 0;
    double sum = 0;
    size_t points[25];
    for (size_t i = 0; i < s->kernel[0]; i++)
        for (size_t j = 0; j < s->kernel[1]; j++) {
            long row = (long)(h * s->stride[0] + i) - (long)s->before[0];
            long column = (long)(w * s->stride[1] + j) - (long)s->before[1];
            if (row < 0 || column < 0 || row >= (long)s->x[0] || column >= (long)s->x[1]) continue;
            size_t x = r * v->of_x + at_x(s, (size_t)row, (size_t)column, c);
            points[inside++] = x;
            sum += (double)v->x[x];
            if (best == SIZE_MAX || passed(s, v->x[x]) > passed(s, v->x[best])) best = x;
        }
    double count = (double)(s->count_pad ? s->kernel[0] * s->kernel[1] : inside);
    v->max[y] = (double)passed(s, v->x[best]);
    v->avg[y] = sum / count;
    if (!s->rectified || v->x[best] > 0) v->max_dx[best] += (double)v->dy[y];
    for (size_t k = 0; k < inside; k++) v->avg_dx[points[k]] += (double)v->dy[y] / count;
}

static void pool_all(const glia__pool *s, const images *v)
{
    for (size_t r = 0; r < v->rows; r++)
        for (size_t h = 0; h < s->y[0]; h++)
            for (size_t w = 0; w < s->y[1]; w++)
                for (size_t c = 0; c < s->channels; c++) pool_one(s, v, r, h, w, c);
}

static void expect_near(const glia__pool *s, const char *what, size_t n, const real *got, const double *want)
{
    for (size_t i = 0; i < n; i++)
        if (!(fabs((double)got[i] - want[i]) <= (IS_DOUBLE ? 1e-13 : 1e-5) * (1 + fabs(want[i]))))
            fail_msg("%s[%zu] is %.9g, not %.9g: %zux%zux%zu, window %zux%zu, stride %zux%zu", what, i, (double)got[i],
                     want[i], s->channels, s->x[0], s->x[1], s->kernel[0], s->kernel[1], s->stride[0], s->stride[1]);
}

/* dx in the place of x has the same bits. */
static void expect_over_x(const glia__kernels *k, const glia__pool *s, const images *v, const real *y, const real *dx)
{
    const size_t n = v->rows * v->of_x;
    real        *x = need(n, sizeof *x);
    memcpy(x, v->x, n * sizeof *x);
    k->max_pool_back(s, v->rows, x, y, v->dy, x);
    assert_memory_equal(x, dx, n * sizeof *x);
    free(x);
}

/* y and dx of all tables, which have the same bits; the numbers around them stay. */
static void try_tables(const glia__pool *s, const images *v)
{
    size_t n_x = v->rows * v->of_x, n_y = v->rows * v->of_y;
    for (size_t t = 0; t < table_count; t++) {
        real *y = need(n_y + 1, sizeof *y), *dx = need(n_x + 1, sizeof *dx);
        y[n_y] = dx[n_x] = 77;
        for (size_t i = 0; i < n_x; i++) dx[i] = (real)NAN;
        tables[t]->max_pool(s, v->rows, v->x, y);
        tables[t]->max_pool_back(s, v->rows, v->x, y, v->dy, dx);
        expect_near(s, "max", n_y, y, v->max);
        expect_near(s, "dx of max", n_x, dx, v->max_dx);
        if (glia__pool_tiles(s)) expect_over_x(tables[t], s, v, y, dx);
        for (size_t i = 0; i < n_x; i++) dx[i] = (real)NAN;
        tables[t]->avg_pool(s, v->rows, v->x, y);
        tables[t]->avg_pool_back(s, v->rows, v->dy, dx);
        expect_near(s, "avg", n_y, y, v->avg);
        expect_near(s, "dx of avg", n_x, dx, v->avg_dx);
        assert_true(y[n_y] == 77 && dx[n_x] == 77);
        free(y);
        free(dx);
    }
}

/* Numbers of a few levels only, so that there are ties everywhere; or any. */
static void try_shape(const glia__pool *s, size_t rows, uint32_t seed, bool ties)
{
    images v = {.rows = rows, .of_x = s->x[0] * s->x[1] * s->channels, .of_y = s->y[0] * s->y[1] * s->channels};
    size_t n_x = rows * v.of_x, n_y = rows * v.of_y;
    v.x = random_reals(seed, n_x), v.dy = random_reals(seed + 1, n_y);
    for (size_t i = 0; ties && i < n_x; i++) v.x[i] = rint(v.x[i]);
    v.max = need(n_y, sizeof *v.max), v.avg = need(n_y, sizeof *v.avg);
    v.max_dx = need(n_x, sizeof *v.max_dx), v.avg_dx = need(n_x, sizeof *v.avg_dx);
    for (size_t i = 0; i < n_x; i++) v.max_dx[i] = v.avg_dx[i] = 0;
    pool_all(s, &v);
    try_tables(s, &v);
    free(v.x), free(v.dy), free(v.max), free(v.avg), free(v.max_dx), free(v.avg_dx);
}

static void random_shapes(void **state)
{
    (void)state;
    glia_rng *rng;
    EXPECT_OK(glia_rng_new(&rng, 11));
    for (uint32_t i = 0; i < SHAPES; i++) {
        glia__pool s = draw_shape(rng);
        try_shape(&s, 1 + i % 3, i, i % 2);
    }
    glia_rng_free(rng);
}

static void two_by_two_at_all_widths(void **state)
{
    (void)state;
    for (uint32_t channels = 1; channels <= 50; channels++)
        for (size_t odd = 0; odd < 4; odd++) {
            glia__pool s = two_by_two(channels, 4 + odd % 2, 6 + odd / 2);
            try_shape(&s, 2, channels, odd % 2);
            s.rectified = true;
            try_shape(&s, 2, channels, odd % 2);
        }
}

static void a_nan_is_the_largest(void **state)
{
    (void)state;
    const glia__pool shapes[] = {two_by_two(20, 4, 4), {1, {2, 2}, {1, 1}, {2, 2}, {3, 3}, {0, 0}, true}};
    for (size_t t = 0; t < table_count; t++)
        for (size_t k = 0; k < COUNT(shapes); k++)
            for (size_t i = 0; i < 4; i++) {
                const glia__pool *s = &shapes[k];
                real             *x = random_reals(1, 320), y[80];
                x[at_x(s, i / 2, i % 2, 0)] = (real)NAN;
                tables[t]->max_pool(s, 1, x, y);
                assert_true(isnan(y[0]));
                free(x);
            }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_shapes),
        cmocka_unit_test(two_by_two_at_all_widths),
        cmocka_unit_test(a_nan_is_the_largest),
    };
    return cmocka_run_group_tests(tests, find_tables, NULL);
}
