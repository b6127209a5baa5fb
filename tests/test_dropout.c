/* Dropout: what is dropped is what Philox's definition says, of this layer, row and epoch, whatever the batch and the
 * threads; and nothing is in prediction. */
#include "ground/philox.h"
#include "help.h"

/* ---- by the definition ------------------------------------------------------------------------------------------- */

/* Number j of the stream, from the block cipher itself: word j % 4 of block j / 4. */
static double uniform(uint32_t seed, uint32_t epoch, uint32_t layer, size_t row, size_t j)
{
    const uint32_t key[2] = {seed, epoch};
    const uint32_t counter[4] = {(uint32_t)(j / 4), layer, (uint32_t)row, (uint32_t)((uint64_t)row >> 32)};
    uint32_t       words[4];
    glia__philox(key, counter, words);
    return (words[j % 4] >> 8) / 16777216.0;
}

static void expect_kept(double x, double share, double u, double p)
{
    double want = u >= p ? x / (1 - p) : 0;
    assert_true(fabs(share - want) <= (IS_DOUBLE ? 1e-15 : 1e-6) * fabs(want));
}

/* A pass by hand: the epoch is 0, and rows are counted from 0. dy goes the way that x went. */
static void plain_rows(void **state)
{
    (void)state;
    enum { ROWS = 30, N = 37, SEED = 9 };
    glia_model *m = model_of("input 37, identity, dropout 0.3", SEED);
    glia_real  *x = random_reals(1, ROWS * N), *dy = random_reals(2, ROWS * N), y[ROWS * N], dx[ROWS * N];
    size_t      dropped = 0;
    EXPECT_OK(glia_forward(m, x, ROWS, y));
    EXPECT_OK(glia_backward_from(m, dy, dx));
    for (size_t i = 0; i < ROWS * N; i++) {
        double u = uniform(SEED, 0, 1, i / N, i % N);
        expect_kept((double)x[i], (double)y[i], u, 0.3);
        expect_kept((double)dy[i], (double)dx[i], u, 0.3);
        dropped += u < 0.3;
    }
    assert_in_range(dropped, 290, 380); /* of 1110: 333, give or take 3 deviations */
    free(x);
    free(dy);
    glia_model_free(m);
}

/* Numbers of an image are counted position by position. */
static void images(void **state)
{
    (void)state;
    enum { ROWS = 3, C = 5, P = 6, N = C * P };
    glia_model *m = model_of("input 5x2x3, dropout 0.5", 1),
               *spatial = model_of("input 5x2x3, dropout_spatial 0.25", 1);
    glia_model *sequence = model_of("input 5x6, dropout_spatial 0.25", 1);
    glia_real  *x = random_reals(1, ROWS * N), y[ROWS * N], whole[ROWS * N], line[ROWS * N];
    EXPECT_OK(glia_forward(m, x, ROWS, y));
    EXPECT_OK(glia_forward(spatial, x, ROWS, whole));
    EXPECT_OK(glia_forward(sequence, x, ROWS, line));
    for (size_t i = 0; i < ROWS * N; i++) {
        size_t row = i / N, channel = i % N / P, position = i % P;
        expect_kept((double)x[i], (double)y[i], uniform(1, 0, 0, row, position * C + channel), 0.5);
        expect_kept((double)x[i], (double)whole[i], uniform(1, 0, 0, row, channel), 0.25);
        assert_true(line[i] == whole[i]);
    }
    free(x);
    glia_model_free(m);
    glia_model_free(spatial);
    glia_model_free(sequence);
}

/* ---- other draws, and none --------------------------------------------------------------------------------------- */

static size_t differing(const glia_real *a, const glia_real *b, size_t n)
{
    size_t count = 0;
    for (size_t i = 0; i < n; i++) count += a[i] != b[i];
    return count;
}

/* Two layers, two rows, two steps, two seeds: each draws its own, and a second pass the same again. */
static void everything_draws_its_own(void **state)
{
    (void)state;
    enum { N = 200 };
    glia_real       ones[2 * N], first[2 * N], y[2 * N];
    glia_model     *m = model_of("input 200, dropout, dense 200 init=zeros bias=no", 1);
    glia_model     *later = model_of("input 200, identity, dropout, dense 200 init=zeros bias=no", 1);
    glia_model     *seeded = model_of("input 200, dropout, dense 200 init=zeros bias=no", 2);
    glia_optimizer *o;
    for (size_t i = 0; i < 2 * N; i++) ones[i] = 1;
    EXPECT_OK(glia_forward(m, ones, 2, NULL));
    EXPECT_OK(glia_activation_get(m, 1, first, 2 * N));
    assert_in_range(differing(first, first + N, N), 60, 140);
    EXPECT_OK(glia_forward(m, ones, 2, NULL));
    EXPECT_OK(glia_activation_get(m, 1, y, 2 * N));
    assert_memory_equal(y, first, sizeof y);
    EXPECT_OK(glia_forward(later, ones, 2, NULL));
    EXPECT_OK(glia_activation_get(later, 2, y, 2 * N));
    assert_in_range(differing(first, y, 2 * N), 140, 260);
    EXPECT_OK(glia_forward(seeded, ones, 2, NULL));
    EXPECT_OK(glia_activation_get(seeded, 1, y, 2 * N));
    assert_in_range(differing(first, y, 2 * N), 140, 260);
    EXPECT_OK(glia_optimizer_new(&o, "sgd", m));
    EXPECT_OK(glia_backward_from(m, ones, NULL));
    EXPECT_OK(glia_step(m, o));
    EXPECT_OK(glia_forward(m, ones, 2, NULL));
    EXPECT_OK(glia_activation_get(m, 1, y, 2 * N));
    assert_in_range(differing(first, y, 2 * N), 140, 260);
    glia_optimizer_free(o);
    glia_model_free(m);
    glia_model_free(later);
    glia_model_free(seeded);
}

static void prediction_drops_nothing(void **state)
{
    (void)state;
    glia_model *m = model_of("input 2x3x4, dropout, dropout_spatial, dropout 1", 1);
    glia_real  *x = random_reals(1, 48), y[48], dx[48];
    EXPECT_OK(glia_forward(m, x, 2, y));
    for (size_t i = 0; i < 48; i++) assert_true(y[i] == 0);
    EXPECT_OK(glia_set_mode(m, GLIA_MODE_EVALUATE));
    EXPECT_OK(glia_forward(m, x, 2, y));
    EXPECT_OK(glia_backward_from(m, x, dx));
    assert_memory_equal(y, x, sizeof y);
    assert_memory_equal(dx, x, sizeof dx);
    free(x);
    glia_model_free(m);
}

/* ---- in training ------------------------------------------------------------------------------------------------- */

/* A net whose weights do not move: the loss of an epoch is that of its rows, whose draws depend on neither batch nor
 * order. */
static double epoch_loss(const glia_data *d, size_t batch, unsigned threads, size_t epoch)
{
    glia_model *m;
    size_t      count;
    EXPECT_OK(glia_model_new(&m, "dense 300 freeze=yes, dropout 0.4, dense 2 init=he bias=no", d, 3));
    EXPECT_OK(glia_fit(m, d, NULL,
                       &(glia_fit_options){.epochs = 2,
                                           .batch = batch,
                                           .threads = threads,
                                           .seed = 5,
                                           .optimizer = "sgd lr=0",
                                           .loss = "cross_entropy"}));
    double loss = glia_model_history(m, &count)[epoch].loss;
    glia_model_free(m);
    return loss;
}

static void rows_draw_the_same_in_any_batch(void **state)
{
    (void)state;
    glia_data *d = class_data(1, 100, 20, 2);
    double     first = epoch_loss(d, 100, 1, 0), second = epoch_loss(d, 100, 1, 1);
    assert_true(fabs(first - second) > 1e-3);
    assert_true(first == epoch_loss(d, 100, 3, 0) && second == epoch_loss(d, 100, 2, 1));
    for (size_t batch = 1; batch < 100; batch = 3 * batch + 4) {
        assert_true(fabs(first - epoch_loss(d, batch, 1, 0)) < 1e-6);
        assert_true(fabs(second - epoch_loss(d, batch, 2, 1)) < 1e-6);
    }
    glia_data_free(d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_rows),
        cmocka_unit_test(images),
        cmocka_unit_test(everything_draws_its_own),
        cmocka_unit_test(prediction_drops_nothing),
        cmocka_unit_test(rows_draw_the_same_in_any_batch),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
