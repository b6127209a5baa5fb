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

/* ---- large batches ----------------------------------------------------------------------------------------------- */

/* A batch too large for a cache is computed in pieces, and what is done for a row of a narrow net by strips of rows, in
 * groups whose sums go on from piece to piece. Its update, loss and accuracy are those of the batch whole, which is
 * computed here in double, a number at a time: dense HIDDEN, tanh, dense OUT, softmax. */
enum { IN = 900, HIDDEN = 5, OUT = 3, ROWS_MOST = 1224 };

typedef struct small_net {
    double w[HIDDEN][IN], b[HIDDEN], v[OUT][HIDDEN], c[OUT];
} small_net;

typedef struct batch_of {
    glia_real    *x;
    int32_t       classes[ROWS_MOST];
    glia_real     weights[ROWS_MOST];
    const double *class_weight; /* [OUT] */
} batch_of;

static batch_of *large_batch(void)
{
    batch_of *a = need(1, sizeof *a);
    a->x = random_reals(5, (size_t)ROWS_MOST * IN);
    for (size_t r = 0; r < ROWS_MOST; r++)
        a->classes[r] = (int32_t)(r * r % 7 % OUT), a->weights[r] = (glia_real)(1 + r % 4);
    return a;
}

static void batch_free(batch_of *a)
{
    free(a->x);
    free(a);
}

static void get(const glia_model *m, const char *name, double *to, size_t n)
{
    glia_real *numbers = need(n, sizeof *numbers);
    EXPECT_OK(glia_parameter_get(m, name, numbers, n));
    for (size_t i = 0; i < n; i++) to[i] = (double)numbers[i];
    free(numbers);
}

static small_net *net_of(const glia_model *m)
{
    small_net *s = need(1, sizeof *s);
    get(m, "0.weight", &s->w[0][0], (size_t)HIDDEN * IN);
    get(m, "0.bias", s->b, HIDDEN);
    get(m, "2.weight", &s->v[0][0], (size_t)OUT * HIDDEN);
    get(m, "2.bias", s->c, OUT);
    return s;
}

/* Adds `weight` times what row r says to the gradient; returns its loss. */
static double add_row(const small_net *s, const glia_real *x, int32_t class, double weight, small_net *g)
{
    double h[HIDDEN], z[OUT], sum = 0;
    for (int j = 0; j < HIDDEN; j++) {
        h[j] = s->b[j];
        for (int i = 0; i < IN; i++) h[j] += s->w[j][i] * (double)x[i];
        h[j] = tanh(h[j]);
    }
    for (int k = 0; k < OUT; k++) {
        z[k] = s->c[k];
        for (int j = 0; j < HIDDEN; j++) z[k] += s->v[k][j] * h[j];
        sum += exp(z[k]);
    }
    for (int k = 0; k < OUT; k++) {
        double dz = weight * (exp(z[k]) / sum - (k == class));
        g->c[k] += dz;
        for (int j = 0; j < HIDDEN; j++) {
            double da = dz * s->v[k][j] * (1 - h[j] * h[j]);
            g->v[k][j] += dz * h[j];
            g->b[j] += da;
            for (int i = 0; i < IN; i++) g->w[j][i] += da * (double)x[i];
        }
    }
    return weight * (log(sum) - z[class]);
}

/* One step of gradient descent on the first rows, whose class `ignored` does not count; returns the mean loss. */
static double descend(small_net *s, const batch_of *a, size_t rows, int32_t ignored, bool summed, double rate)
{
    small_net *g = need(1, sizeof *g);
    double     loss = 0, all = 0, *to = &s->w[0][0], *by = &g->w[0][0];
    for (size_t r = 0; r < rows; r++) {
        double weight = a->classes[r] == ignored ? 0 : (double)a->weights[r] * a->class_weight[a->classes[r]];
        loss += add_row(s, a->x + r * IN, a->classes[r], weight, g);
        all += weight;
    }
    for (size_t i = 0; i < sizeof *s / sizeof *to; i++) to[i] -= rate * by[i] / (summed ? 1 : all);
    free(g);
    return loss / all;
}

static void expect_near_net(const small_net *want, const glia_model *m, const char *what, size_t rows)
{
    small_net    *got = net_of(m);
    const double *a = &want->w[0][0], *b = &got->w[0][0];
    for (size_t i = 0; i < sizeof *want / sizeof *a; i++)
        if (!golden_near(b[i], a[i], 0, IS_DOUBLE ? 1e-13 : 2e-6))
            fail_msg("%s, %zu rows: number %zu is %.9g, not %.9g", what, rows, i, b[i], a[i]);
    free(got);
}

static glia_data *data_of(const batch_of *a, size_t rows)
{
    glia_data *d;
    EXPECT_OK(glia_data_from_reals(&d, a->x, rows, IN, a->classes, NULL, OUT));
    EXPECT_OK(glia_data_set_weights(d, a->weights, rows));
    return d;
}

/* One piece in two groups of strips; in four; several pieces; in batches that are put together, of which the last is
 * too small for strips. */
static void pieces_make_the_batch(void **state)
{
    (void)state;
    static const double each_one[OUT] = {1, 1, 1}, by_class[OUT] = {1, 2, 0.5};
    static const struct {
        const char   *loss, *class_weight;
        const double *weights;
        int32_t       ignored;
        bool          summed;
        double        rate;
    } losses[] = {
        {"cross_entropy", NULL, each_one, -1, false, 0.5},
        {"cross_entropy", "0=1,1=2,2=0.5", by_class, -1, false, 0.5},
        {"cross_entropy ignore_index=1", NULL, each_one, 1, false, 0.5},
        {"cross_entropy reduce=sum", NULL, each_one, -1, true, 0.0005},
    };
    static const struct {
        size_t rows, batch, accumulate;
    } sizes[] = {{300, 300, 1}, {530, 530, 1}, {1224, 1224, 1}, {1224, 550, 3}, {1224, 1100, 2}};
    batch_of *a = large_batch();
    for (size_t i = 0; i < COUNT(losses) * COUNT(sizes); i++) {
        size_t      k = i / COUNT(sizes), rows = sizes[i % COUNT(sizes)].rows;
        glia_data  *d = data_of(a, rows);
        glia_model *m;
        char        optimizer[32];
        snprintf(optimizer, sizeof optimizer, "sgd lr=%g", losses[k].rate);
        EXPECT_OK(glia_model_new(&m, "dense 5, tanh, dense 3, softmax", d, 1));
        small_net *want = net_of(m);
        a->class_weight = losses[k].weights;
        double loss = descend(want, a, rows, losses[k].ignored, losses[k].summed, losses[k].rate);
        EXPECT_OK(glia_fit(m, d, NULL,
                           &(options){.epochs = 1,
                                      .batch = sizes[i % COUNT(sizes)].batch,
                                      .accumulate = sizes[i % COUNT(sizes)].accumulate,
                                      .loss = losses[k].loss,
                                      .class_weight = losses[k].class_weight,
                                      .optimizer = optimizer,
                                      .scale = "none",
                                      .no_shuffle = true,
                                      .threads = 1 + (unsigned)i % 3}));
        expect_near_net(want, m, losses[k].loss, rows);
        assert_true(golden_near(m->history[0].loss, loss, IS_DOUBLE ? 1e-12 : 1e-6, 0));
        assert_true(m->planned.rows <= 512 && m->history[0].samples == rows);
        free(want);
        glia_model_free(m);
        glia_data_free(d);
    }
    batch_free(a);
}

/* The same by hand, where the batch is whole. */
static void by_hand_too(void **state)
{
    (void)state;
    static const double each_one[OUT] = {1, 1, 1};
    enum { ROWS = 530 };
    batch_of       *a = large_batch();
    glia_data      *d = data_of(a, ROWS);
    glia_model     *m;
    glia_optimizer *sgd;
    double          loss;
    EXPECT_OK(glia_model_new(&m, "dense 5, tanh, dense 3, softmax", d, 1));
    small_net *want = net_of(m);
    a->class_weight = each_one;
    EXPECT_OK(glia_optimizer_new(&sgd, "sgd lr=0.5", m));
    for (int step = 0; step < 2; step++) {
        double wanted = descend(want, a, ROWS, -1, false, 0.5);
        EXPECT_OK(glia_forward(m, a->x, ROWS, NULL));
        EXPECT_OK(
            glia_loss_weighted(m, "cross_entropy", a->classes, NULL, &(glia_loss_weights){a->weights, NULL}, &loss));
        EXPECT_OK(glia_backward(m));
        EXPECT_OK(glia_step(m, sgd));
        expect_near_net(want, m, "by hand", ROWS);
        assert_true(golden_near(loss, wanted, IS_DOUBLE ? 1e-12 : 1e-6, 0));
    }
    free(want);
    glia_optimizer_free(sgd);
    glia_model_free(m);
    glia_data_free(d);
    batch_free(a);
}

/* Rows so wide that a piece has few of them, as the batch by hand. */
static void wide_rows_too(void **state)
{
    (void)state;
    enum { ROWS = 600, COLUMNS = 2000 };
    glia_real      *x = random_reals(6, (size_t)ROWS * COLUMNS);
    int32_t        *classes = need(ROWS, sizeof *classes);
    glia_data      *d;
    glia_model     *pieces, *whole;
    glia_optimizer *sgd;
    for (size_t r = 0; r < ROWS; r++) classes[r] = (int32_t)(r * r % 10);
    EXPECT_OK(glia_data_from_reals(&d, x, ROWS, COLUMNS, classes, NULL, 10));
    EXPECT_OK(glia_model_new(&whole, "dense 10, softmax", d, 3));
    EXPECT_OK(glia_optimizer_new(&sgd, "sgd lr=0.5", whole));
    EXPECT_OK(glia_forward(whole, x, ROWS, NULL));
    EXPECT_OK(glia_loss(whole, "cross_entropy", classes, NULL, NULL));
    EXPECT_OK(glia_backward(whole));
    EXPECT_OK(glia_step(whole, sgd));
    pieces = fitted("dense 10, softmax", d,
                    &(options){.epochs = 1,
                               .batch = GLIA_FULL_BATCH,
                               .threads = 2,
                               .optimizer = "sgd lr=0.5",
                               .scale = "none",
                               .no_shuffle = true});
    assert_true(pieces->planned.rows <= 256);
    expect_near_weights(pieces, whole, IS_DOUBLE ? 1e-13 : 2e-6);
    glia_optimizer_free(sgd);
    glia_model_free(pieces);
    glia_model_free(whole);
    glia_data_free(d);
    free(classes);
    free(x);
}

/* What watches a run, or averages it, has room for as many rows as a piece has. */
static void pieces_are_enough_for_all(void **state)
{
    (void)state;
    static const char *const nets[] = {"dense 16, batchnorm freeze=yes, tanh, dense 4, softmax",
                                       "dense 16, tanh, dense 4, softmax"};
    enum { ROWS = 700, COLUMNS = 900 };
    glia_data *d = class_data(3, ROWS, COLUMNS, 4);
    for (size_t i = 0; i < COUNT(nets); i++) {
        glia_model *m;
        EXPECT_OK(glia_model_new(&m, nets[i], d, 1));
        EXPECT_OK(
            glia_fit(m, d, NULL,
                     &(options){.epochs = 4, .batch = 600, .optimizer = "adam eps=0", .doctor = true, .swa = "50%"}));
        assert_true(m->planned.rows >= 128 && m->planned.rows < 600);
        glia_model_free(m);
    }
    glia_data_free(d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(groups_are_batches),
        cmocka_unit_test(updates_are_counted),
        cmocka_unit_test(a_stop_waits_for_the_update),
        cmocka_unit_test(threads_never_change_a_bit),
        cmocka_unit_test(pieces_make_the_batch),
        cmocka_unit_test(by_hand_too),
        cmocka_unit_test(wide_rows_too),
        cmocka_unit_test(pieces_are_enough_for_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
