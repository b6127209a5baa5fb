/* Averages of weights: the moving one against a calculation over the weights after each update, the equal one against
 * the weights of shorter runs; and what is validated, kept and saved. */
#include "golden.h"
#include "help.h"
#include "model/model.h"

typedef glia_fit_options options;

static const char *net = "dense 6, tanh, dense 3, softmax";

static glia_model *fitted(const glia_data *d, const glia_data *held, const options *o)
{
    glia_model *m;
    EXPECT_OK(glia_model_new(&m, net, d, 3));
    EXPECT_OK(glia_fit(m, d, held, o));
    return m;
}

static void expect_weights(const glia_model *m, const double *want, double tolerance)
{
    for (size_t i = 0; i < m->n_parameters; i++)
        if (!golden_near((double)m->parameters[i], want[i], tolerance, tolerance))
            fail_msg("weight %zu is %.9g, not %.9g", i, (double)m->parameters[i], want[i]);
}

static double val_loss_of(glia_model *m, const glia_data *held)
{
    glia_scores *scores;
    EXPECT_OK(glia_evaluate(m, held, &scores));
    double loss = scores->loss;
    glia_scores_free(scores);
    return loss;
}

/* ---- the moving average ---------------------------------------------------------------------------------------- */

/* In double, from what the weights were after each update: the first ones, then d times it plus (1 - d) times them. */
typedef struct trace {
    const glia_model *m;
    double           *sum;
    double            decay;
    size_t            group, batches, updates;
} trace;

static bool follow(void *user, const glia_batch *b)
{
    trace *t = user;
    t->batches++;
    if (b->batch % t->group != 0 && b->batch != b->batches) return false;
    for (size_t i = 0; i < t->m->n_parameters; i++) {
        double w = (double)t->m->parameters[i];
        t->sum[i] = t->updates ? t->decay * t->sum[i] + (1 - t->decay) * w : w;
    }
    t->updates++;
    return false;
}

static void the_moving_average_is_kept(void **state)
{
    (void)state;
    static const size_t groups[] = {1, 3};
    glia_data          *d = class_data(1, 70, 4, 3), *held = class_data(2, 40, 4, 3);
    for (size_t i = 0; i < COUNT(groups); i++) {
        trace   t = {.decay = 0.9, .group = groups[i]};
        options o = {.epochs = 4, .batch = 8, .accumulate = groups[i], .ema = 0.9, .optimizer = "adam lr=0.05"};
        o.on_batch = follow, o.user = &t;
        glia_model *m;
        EXPECT_OK(glia_model_new(&m, net, d, 3));
        t.m = m;
        t.sum = need(m->n_parameters, sizeof *t.sum);
        EXPECT_OK(glia_fit(m, d, held, &o));
        assert_int_equal(t.updates, 4 * ((9 + groups[i] - 1) / groups[i]));
        expect_weights(m, t.sum, IS_DOUBLE ? 1e-12 : 1e-5);
        size_t count;
        assert_true(glia_model_history(m, &count)[3].val_loss == val_loss_of(m, held));
        assert_non_null(strstr(glia_model_record(m), "\"ema\":0.9"));
        free(t.sum);
        glia_model_free(m);
    }
    glia_data_free(d);
    glia_data_free(held);
}

/* ---- the equal average ----------------------------------------------------------------------------------------- */

/* The mean of the weights after epochs from .. to, from a run of each length. */
static double *mean_of_runs(const glia_data *d, options o, size_t from, size_t to)
{
    double *mean = NULL;
    o.swa = NULL, o.patience = 0;
    for (size_t e = from; e <= to; e++) {
        o.epochs = e;
        glia_model *m = fitted(d, NULL, &o);
        if (!mean) mean = need(m->n_parameters, sizeof *mean);
        for (size_t i = 0; i < m->n_parameters; i++) mean[i] += (double)m->parameters[i] / (double)(to - from + 1);
        glia_model_free(m);
    }
    return mean;
}

static void the_equal_average_is_kept(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t      from;
    } starts[] = {{"5", 5}, {"50%", 4}, {"0", 1}, {"1%", 1}, {"8", 8}, {"30s", 4}}; /* nine updates an epoch */
    glia_data *d = class_data(1, 70, 4, 3), *held = class_data(2, 40, 4, 3);
    for (size_t i = 0; i < COUNT(starts); i++) {
        options     o = {.epochs = 8, .batch = 8, .swa = starts[i].text, .optimizer = "sgd lr=0.5 momentum=0.9"};
        double     *mean = mean_of_runs(d, o, starts[i].from, 8);
        glia_model *m = fitted(d, held, &o);
        size_t      count;
        expect_weights(m, mean, IS_DOUBLE ? 1e-12 : 1e-5);
        assert_true(glia_model_history(m, &count)[7].val_loss == val_loss_of(m, held));
        glia_model_free(m);
        free(mean);
    }
    glia_data_free(d);
    glia_data_free(held);
}

/* Before START the weights themselves are validated, and training goes on as if there were no average. */
static void training_never_sees_the_average(void **state)
{
    (void)state;
    glia_data  *d = class_data(1, 70, 4, 3), *held = class_data(2, 40, 4, 3);
    options     o = {.epochs = 6, .optimizer = "sgd lr=0.5"};
    glia_model *plain = fitted(d, held, &o);
    o.swa = "4";
    glia_model *swa = fitted(d, held, &o);
    o.swa = NULL, o.ema = 0.5;
    glia_model       *ema = fitted(d, held, &o);
    size_t            count;
    const glia_epoch *p = glia_model_history(plain, &count), *s = glia_model_history(swa, &count),
                     *e = glia_model_history(ema, &count);
    for (size_t i = 0; i < 6; i++) {
        assert_true(p[i].loss == s[i].loss && p[i].loss == e[i].loss);
        assert_true((p[i].val_loss == s[i].val_loss) == (i < 4)); /* the first average is of one epoch */
        assert_true(p[i].val_loss != e[i].val_loss);
    }
    glia_model_free(plain);
    glia_model_free(swa);
    glia_model_free(ema);
    glia_data_free(d);
    glia_data_free(held);
}

/* The model of each epoch, as the callback sees it, is the one that was validated; patience brings the best of them
 * back. */
typedef struct looker {
    glia_model      *m;
    const glia_data *held;
    size_t           epochs;
} looker;

static bool look(void *user, const glia_epoch *e)
{
    looker *l = user;
    assert_true(val_loss_of(l->m, l->held) == e->val_loss);
    l->epochs++;
    return false;
}

static void patience_keeps_an_average(void **state)
{
    (void)state;
    glia_data *d = class_data(1, 24, 4, 3), *held = class_data(3, 40, 4, 3);
    looker     l = {.held = held};
    options    o = {.epochs = 60, .swa = "3", .patience = 5, .optimizer = "sgd lr=5", .on_epoch = look, .user = &l};
    EXPECT_OK(glia_model_new(&l.m, net, d, 3));
    EXPECT_OK(glia_fit(l.m, d, held, &o));
    size_t            count, kept = glia_model_kept_epoch(l.m);
    const glia_epoch *h = glia_model_history(l.m, &count);
    assert_true(count == l.epochs && count == kept + 5 && kept > 3);
    assert_true(val_loss_of(l.m, held) == h[kept - 1].val_loss);
    o.on_epoch = NULL;
    double *mean = mean_of_runs(d, o, 3, kept);
    expect_weights(l.m, mean, IS_DOUBLE ? 1e-12 : 1e-5);
    free(mean);
    glia_model_free(l.m);
    glia_data_free(d);
    glia_data_free(held);
}

/* ---- batch norm's statistics ------------------------------------------------------------------------------------- */

/* The mean over all batches of the mean, or the unbiased variance, of x W + b, from the rows and weights as they are
 * told. */
static void expected_statistics(const glia_model *m, const glia_data *d, size_t batch, double mean[6], double var[6])
{
    glia_real w[6][4], b[6];
    size_t    rows = 70, batches = (rows + batch - 1) / batch;
    EXPECT_OK(glia_parameter_get(m, "0.weight", w[0], 24));
    EXPECT_OK(glia_parameter_get(m, "0.bias", b, 6));
    for (size_t o = 0; o < 6; o++) {
        mean[o] = var[o] = 0;
        for (size_t begin = 0; begin < rows; begin += batch) {
            double sum = 0, squares = 0, n = (double)(rows - begin < batch ? rows - begin : batch);
            for (size_t r = begin; r < begin + (size_t)n; r++) {
                double y = (double)b[o];
                for (size_t i = 0; i < 4; i++) y += (double)w[o][i] * glia_data_input(d, r, i);
                sum += y, squares += y * y;
            }
            mean[o] += sum / n / (double)batches;
            var[o] += (squares - sum * sum / n) / (n - 1) / (double)batches;
        }
    }
}

static void statistics_are_made_anew(void **state)
{
    (void)state;
    glia_data  *d = class_data(1, 70, 4, 3), *held = class_data(2, 40, 4, 3);
    options     o = {.epochs = 6, .batch = 8, .swa = "3", .optimizer = "sgd lr=0.3"};
    double      mean[6], var[6], tolerance = IS_DOUBLE ? 1e-12 : 1e-5;
    glia_real   running[2][6];
    size_t      count;
    glia_model *m;
    looker      l = {.held = held};
    EXPECT_OK(glia_model_new(&m, "dense 6, batchnorm, tanh, dense 3, softmax", d, 3));
    l.m = m, o.on_epoch = look, o.user = &l;
    EXPECT_OK(glia_fit(m, d, held, &o));
    expected_statistics(m, d, 8, mean, var);
    EXPECT_OK(glia_parameter_get(m, "1.running_mean", running[0], 6));
    EXPECT_OK(glia_parameter_get(m, "1.running_var", running[1], 6));
    for (size_t c = 0; c < 6; c++)
        assert_true(golden_near((double)running[0][c], mean[c], tolerance, tolerance) &&
                    golden_near((double)running[1][c], var[c], tolerance, tolerance));
    assert_true(glia_model_history(m, &count)[5].val_loss == val_loss_of(m, held) && l.epochs == 6);
    glia_model_free(m);
    glia_data_free(d);
    glia_data_free(held);
}

/* Where nobody judges an epoch they are averaged along with the weights, without a pass over the rows; those of the end
 * are made anew. */
typedef struct keeper {
    const glia_model *m;
    double           *fifth; /* all that the model has after that epoch */
} keeper;

static bool keep_fifth(void *user, const glia_epoch *e)
{
    keeper *k = user;
    for (size_t i = 0; e->epoch == 5 && i < k->m->n_parameters; i++) k->fifth[i] = (double)k->m->parameters[i];
    return false;
}

static void statistics_nobody_looks_at(void **state)
{
    (void)state;
    glia_data  *d = class_data(1, 70, 4, 3);
    options     o = {.epochs = 6, .batch = 8, .swa = "3", .optimizer = "sgd lr=0.3"};
    double      mean[6], var[6];
    glia_real   running[6];
    const char *usual = net;
    net = "dense 6, batchnorm, tanh, dense 3, softmax";
    double     *want = mean_of_runs(d, o, 3, 5);
    glia_model *m;
    EXPECT_OK(glia_model_new(&m, net, d, 3));
    keeper k = {.m = m, .fifth = need(m->n_parameters, sizeof *k.fifth)};
    o.on_epoch = keep_fifth, o.user = &k;
    EXPECT_OK(glia_fit(m, d, NULL, &o));
    for (size_t i = 0; i < m->n_parameters; i++)
        assert_true(golden_near(k.fifth[i], want[i], IS_DOUBLE ? 1e-12 : 1e-5, IS_DOUBLE ? 1e-12 : 1e-5));
    expected_statistics(m, d, 8, mean, var);
    EXPECT_OK(glia_parameter_get(m, "1.running_mean", running, 6));
    for (size_t c = 0; c < 6; c++) assert_true(golden_near((double)running[c], mean[c], 1e-5, 1e-5));
    net = usual;
    glia_model_free(m);
    glia_data_free(d);
    free(want);
    free(k.fifth);
}

/* ---- large blocks, and what is refused --------------------------------------------------------------------------- */

static void threads_never_change_a_bit(void **state)
{
    (void)state;
    glia_data  *d = class_data(1, 40, 600, 3);
    options     o = {.epochs = 2, .ema = 0.7, .threads = 1};
    glia_model *alone, *team;
    EXPECT_OK(glia_model_new(&alone, "dense 300, relu, dense 3, softmax", d, 3));
    EXPECT_OK(glia_model_new(&team, "dense 300, relu, dense 3, softmax", d, 3));
    assert_true(alone->n_parameters > 1 << 17);
    EXPECT_OK(glia_fit(alone, d, NULL, &o));
    o.threads = 3;
    EXPECT_OK(glia_fit(team, d, NULL, &o));
    assert_memory_equal(alone->parameters, team->parameters, alone->n_parameters * sizeof *alone->parameters);
    glia_model_free(alone);
    glia_model_free(team);
    glia_data_free(d);
}

static void what_is_no_average(void **state)
{
    (void)state;
    glia_data  *d = class_data(1, 70, 4, 3);
    glia_model *m;
    EXPECT_OK(glia_model_new(&m, net, d, 3));
    EXPECT_FAILS(glia_fit(m, d, NULL, &(options){.ema = 1}), GLIA_E_ARG, "from 0 to below 1");
    EXPECT_FAILS(glia_fit(m, d, NULL, &(options){.ema = -0.1}), GLIA_E_ARG, "from 0 to below 1");
    EXPECT_FAILS(glia_fit(m, d, NULL, &(options){.ema = (double)NAN}), GLIA_E_ARG, "from 0 to below 1");
    EXPECT_FAILS(glia_fit(m, d, NULL, &(options){.ema = 0.9, .swa = "5"}), GLIA_E_ARG, "do not go together");
    EXPECT_FAILS(glia_fit(m, d, NULL, &(options){.swa = "11"}), GLIA_E_ARG, "start at 11: the run has 10 epochs");
    EXPECT_FAILS(glia_fit(m, d, NULL, &(options){.swa = "1e300"}), GLIA_E_ARG, "the run has 10 epochs");
    EXPECT_FAILS(glia_fit(m, d, NULL, &(options){.swa = "soon"}), GLIA_E_TEXT, "swa:1:1: ");
    EXPECT_FAILS(glia_fit(m, d, NULL, &(options){.swa = ""}), GLIA_E_TEXT, "swa:1:1: ");
    EXPECT_FAILS(glia_fit(m, d, NULL, &(options){.swa = "-3"}), GLIA_E_TEXT, "swa:1:1: ");
    glia_model_free(m);
    glia_data_free(d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_moving_average_is_kept),      cmocka_unit_test(the_equal_average_is_kept),
        cmocka_unit_test(training_never_sees_the_average), cmocka_unit_test(patience_keeps_an_average),
        cmocka_unit_test(statistics_are_made_anew),        cmocka_unit_test(statistics_nobody_looks_at),
        cmocka_unit_test(threads_never_change_a_bit),      cmocka_unit_test(what_is_no_average),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
