/* Gradient accumulation: K batches of B rows are one batch of K B rows, up to rounding; and updates are what is
 * counted.
 */
#include "golden.h"
#include "help.h"
#include "model/model.h"

typedef glia_fit_options options;

static glia_model *fitted(const char *net, const glia_data *d, const options *o)
{
    glia_model *m;
    EXPECT_OK(glia_model_new(&m, net, d, 3));
    EXPECT_OK(glia_fit(m, d, NULL, o));
    return m;
}

static void expect_near_weights(const glia_model *a, const glia_model *b, double tolerance)
{
    assert_true(a->n_parameters == b->n_parameters);
    for (size_t i = 0; i < a->n_parameters; i++)
        if (!golden_near((double)a->parameters[i], (double)b->parameters[i], tolerance, tolerance))
            fail_msg("weight %zu: %.9g and %.9g", i, (double)a->parameters[i], (double)b->parameters[i]);
}

/* 70 rows: in batches of 8 with four to a group 32, 32 and 6 rows, as in batches of 32; the group of the last has one
 * batch. With seven to a group, 56 and 14, whose last batch has 6 rows. */
static void groups_are_batches(void **state)
{
    (void)state;
    static const struct {
        const char *net;
        options     o;
    } runs[] = {
        {"dense 9, tanh, dense 3, softmax", {.optimizer = "sgd lr=0.3"}},
        {"dense 9, tanh, dense 3, softmax", {.optimizer = "sgd lr=0.1 momentum=0.9 weight_decay=0.01"}},
        {"dense 9, tanh, dense 3, softmax", {.optimizer = "sgd lr=0.3", .clip_norm = 0.2}},
        {"dense 9, tanh, dense 3, softmax", {.optimizer = "sgd lr=0.3", .clip_value = 0.01}},
        {"dense 9, tanh, dense 3", {.optimizer = "sgd lr=0.2", .loss = "mse"}},
        {"dense 9, tanh, dense 3", {.optimizer = "sgd lr=0.01", .loss = "mse reduce=sum"}},
        {"dense 9, tanh, dense 3", {.optimizer = "sgd lr=0.1", .loss = "mse reduce=rows"}},
        {"dense 9, tanh, dense 3, softmax", {.optimizer = "sgd lr=0.01", .loss = "cross_entropy reduce=sum"}},
    };
    static const size_t groups[][2] = {{8, 4}, {8, 7}, {1, 5}, {32, 100}};
    glia_data          *d = class_data(1, 70, 4, 3);
    for (size_t i = 0; i < COUNT(runs) * COUNT(groups); i++) {
        size_t  batch = groups[i % COUNT(groups)][0], k = groups[i % COUNT(groups)][1];
        options whole = runs[i / COUNT(groups)].o, parts;
        whole.epochs = 3;
        parts = whole;
        whole.batch = batch * k;
        parts.batch = batch, parts.accumulate = k;
        glia_model *one = fitted(runs[i / COUNT(groups)].net, d, &whole),
                   *many = fitted(runs[i / COUNT(groups)].net, d, &parts);
        expect_near_weights(one, many, IS_DOUBLE ? 1e-12 : 2e-5);
        glia_model_free(one);
        glia_model_free(many);
    }
    glia_data_free(d);
}

/* Three updates an epoch of nine batches: the rate falls after each two of them. */
static void updates_are_counted(void **state)
{
    (void)state;
    static const char *const schedule = "step 2s gamma=0.5";
    glia_data               *d = class_data(1, 70, 4, 3);
    glia_model              *m =
        fitted("dense 3, softmax", d, &(options){.epochs = 4, .batch = 8, .accumulate = 4, .schedule = schedule});
    size_t            count;
    const glia_epoch *h = glia_model_history(m, &count);
    assert_int_equal(count, 4);
    for (size_t e = 0; e < 4; e++) /* the epoch's last update is number 3 e + 2 */
        assert_true(golden_near(h[e].learning_rate, 0.001 * pow(0.5, (double)((3 * e + 2) / 2)), 1e-12, 0));
    glia_model_free(m);
    glia_data_free(d);
}

typedef struct watcher {
    size_t batches, stop; /* ask to stop at this one */
} watcher;

static bool watch(void *user, const glia_batch *b)
{
    watcher *w = user;
    (void)b;
    return ++w->batches == w->stop;
}

/* Who asks to stop within a group gets the update that its batches are for. */
static void a_stop_waits_for_the_update(void **state)
{
    (void)state;
    glia_data  *d = class_data(1, 70, 4, 3);
    watcher     in_group = {.stop = 5}, at_end = {.stop = 8};
    options     o = {.batch = 8, .accumulate = 4, .on_batch = watch, .user = &in_group};
    glia_model *a = fitted("dense 3, softmax", d, &o);
    o.user = &at_end;
    glia_model *b = fitted("dense 3, softmax", d, &o);
    assert_true(in_group.batches == 8 && at_end.batches == 8);
    expect_near_weights(a, b, 0);
    glia_model_free(a);
    glia_model_free(b);
    glia_data_free(d);
}

static void threads_never_change_a_bit(void **state)
{
    (void)state;
    static const char *const optimizers[] = {"sgd lr=0.1", "adam"};
    glia_data               *d = class_data(1, 220, 784, 10);
    for (size_t i = 0; i < COUNT(optimizers); i++) {
        options     o = {.epochs = 2, .accumulate = 3, .optimizer = optimizers[i], .threads = 1};
        glia_model *alone = fitted("dense 128, relu, dense 10, softmax", d, &o);
        o.threads = 3;
        glia_model *team = fitted("dense 128, relu, dense 10, softmax", d, &o);
        assert_memory_equal(alone->parameters, team->parameters, alone->n_parameters * sizeof *alone->parameters);
        glia_model_free(alone);
        glia_model_free(team);
    }
    glia_data_free(d);
}

/* A batch too large for a cache is computed in pieces: its update, loss and accuracy are those of the batch whole,
 * which is computed by hand here. */
static void pieces_make_the_batch(void **state)
{
    (void)state;
    enum { ROWS = 3 * 128 + 1, IN = 900, OUT = 3 };
    glia_real *x = random_reals(5, (size_t)ROWS * IN), *want = need((size_t)OUT * IN, sizeof *want),
              *got = need((size_t)OUT * IN, sizeof *got);
    int32_t   classes[ROWS];
    glia_real weights[ROWS];
    for (size_t r = 0; r < ROWS; r++) classes[r] = (int32_t)(r % OUT), weights[r] = (glia_real)(1 + r % 4);
    glia_data      *d;
    glia_model     *pieces, *whole;
    glia_optimizer *sgd;
    double          loss;
    EXPECT_OK(glia_data_from_reals(&d, x, ROWS, IN, classes, NULL, OUT));
    EXPECT_OK(glia_data_set_weights(d, weights, ROWS));
    EXPECT_OK(glia_model_new(&pieces, "dense 3, softmax", d, 1));
    EXPECT_OK(glia_model_new(&whole, "dense 3, softmax", d, 1));
    EXPECT_OK(glia_fit(
        pieces, d, NULL,
        &(glia_fit_options){
            .epochs = 1, .batch = GLIA_FULL_BATCH, .optimizer = "sgd lr=0.5", .scale = "none", .no_shuffle = true}));
    EXPECT_OK(glia_optimizer_new(&sgd, "sgd lr=0.5", whole));
    EXPECT_OK(glia_forward(whole, x, ROWS, NULL));
    EXPECT_OK(glia_loss_weighted(whole, "cross_entropy", classes, NULL, &(glia_loss_weights){weights, NULL}, &loss));
    EXPECT_OK(glia_backward(whole));
    EXPECT_OK(glia_step(whole, sgd));
    EXPECT_OK(glia_parameter_get(whole, "0.weight", want, (size_t)OUT * IN));
    EXPECT_OK(glia_parameter_get(pieces, "0.weight", got, (size_t)OUT * IN));
    for (size_t i = 0; i < (size_t)OUT * IN; i++)
        assert_true(golden_near((double)got[i], (double)want[i], 0, IS_DOUBLE ? 1e-14 : 1e-6));
    assert_true(golden_near(pieces->history[0].loss, loss, IS_DOUBLE ? 1e-12 : 1e-6, 0));
    assert_true(pieces->planned.rows < ROWS && pieces->history[0].samples == ROWS);
    glia_optimizer_free(sgd);
    glia_model_free(pieces);
    glia_model_free(whole);
    glia_data_free(d);
    free(x);
    free(want);
    free(got);
}

/* What watches a run, or averages it, has room for as many rows as a piece has. */
static void pieces_are_enough_for_all(void **state)
{
    (void)state;
    enum { ROWS = 700, IN = 900 };
    glia_data  *d = class_data(3, ROWS, IN, 4);
    glia_model *m;
    EXPECT_OK(glia_model_new(&m, "dense 16, batchnorm freeze=yes, tanh, dense 4, softmax", d, 1));
    EXPECT_OK(glia_fit(
        m, d, NULL,
        &(glia_fit_options){.epochs = 4, .batch = 600, .optimizer = "adam eps=0", .doctor = true, .swa = "50%"}));
    assert_true(m->planned.rows >= 128);
    glia_model_free(m);
    glia_data_free(d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(groups_are_batches),          cmocka_unit_test(updates_are_counted),
        cmocka_unit_test(a_stop_waits_for_the_update), cmocka_unit_test(threads_never_change_a_bit),
        cmocka_unit_test(pieces_make_the_batch),       cmocka_unit_test(pieces_are_enough_for_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
