/* Training with products in bfloat16: what a step computes, that it learns, the same bits by any number of threads,
 * what is left in float32, and when it is refused. The kernels themselves are in test_kernels.c and test_conv.c, going
 * on in test_checkpoint.c. */
#include "folder.h"
#include "help.h"
#include "model/model.h"

typedef glia_fit_options options;

#define DIGITS GLIA_TEST_DATA "/../data/digits.csv.gz"

static glia_model *fitted(const char *net, const glia_data *d, const options *o)
{
    glia_model *m;
    EXPECT_OK(glia_model_new(&m, net, d, 1));
    EXPECT_OK(glia_fit(m, d, NULL, o));
    return m;
}

static bool same_weights(const glia_model *a, const glia_model *b)
{
    return memcmp(a->parameters, b->parameters, a->n_parameters * sizeof *a->parameters) == 0;
}

/* ---- what a step is -------------------------------------------------------------------------------------------- */

enum { ROWS = 6, IN = 5, OUT = 3 };

static double as_counted(double x)
{
    return IS_DOUBLE ? x : nearest_of_8_bits(x);
}

/* Rows as they are trained on. */
typedef struct taken {
    glia_real x[ROWS][IN], t[ROWS][OUT];
} taken;

/* One step of plain descent on the mean squared error of y = x W + b, from the formulas: w [OUT][IN], then b. */
static void step_by_hand(const taken *d, double rate, double *w, double *b)
{
    double dy[ROWS][OUT];
    for (size_t r = 0; r < ROWS; r++)
        for (size_t o = 0; o < OUT; o++) {
            double y = b[o];
            for (size_t i = 0; i < IN; i++) y += as_counted((double)d->x[r][i]) * as_counted(w[o * IN + i]);
            dy[r][o] = 2 * (y - (double)d->t[r][o]) / (ROWS * OUT);
        }
    for (size_t o = 0; o < OUT; o++)
        for (size_t r = 0; r < ROWS; r++) {
            b[o] -= rate * dy[r][o];
            for (size_t i = 0; i < IN; i++)
                w[o * IN + i] -= rate * as_counted((double)d->x[r][i]) * as_counted(dy[r][o]);
        }
}

static void get(const glia_model *m, const char *name, double *values, size_t count)
{
    glia_real numbers[IN * OUT];
    EXPECT_OK(glia_parameter_get(m, name, numbers, count));
    for (size_t i = 0; i < count; i++) values[i] = (double)numbers[i];
}

static void a_step_multiplies_rounded_numbers(void **state)
{
    (void)state;
    glia_data  *d = number_data(3, ROWS, IN, OUT, 1);
    glia_model *m;
    taken       counted;
    double      w[IN * OUT], b[OUT], start[IN * OUT], got[IN * OUT], furthest = 0;
    EXPECT_OK(glia_model_new(&m, "dense 3", d, 1));
    get(m, "0.weight", w, IN * OUT);
    get(m, "0.bias", b, OUT);
    memcpy(start, w, sizeof w);
    EXPECT_OK(glia_fit(
        m, d, NULL,
        &(options){.epochs = 1, .batch = ROWS, .optimizer = "sgd lr=0.5", .no_shuffle = true, .precision = EMULATED}));
    EXPECT_OK(glia_inputs_get(m, d, NULL, ROWS, counted.x[0]));
    EXPECT_OK(glia_targets_get(m, d, NULL, ROWS, NULL, counted.t[0]));
    step_by_hand(&counted, 0.5, w, b);
    get(m, "0.weight", got, IN * OUT);
    for (size_t i = 0; i < IN * OUT; i++) {
        if (fabs(got[i] - w[i]) > 1e-6) fail_msg("weight %zu is %.9g, not %.9g", i, got[i], w[i]);
        furthest = fmax(furthest, fabs(w[i] - start[i]));
    }
    assert_true(furthest > 0.01);
    get(m, "0.bias", got, OUT);
    for (size_t i = 0; i < OUT; i++)
        if (fabs(got[i] - b[i]) > 1e-6) fail_msg("bias %zu is %.9g, not %.9g", i, got[i], b[i]);
    glia_model_free(m);
    glia_data_free(d);
}

/* ---- a run ------------------------------------------------------------------------------------------------------- */

static double accuracy_of(glia_model *m, const glia_data *d)
{
    glia_scores *scores;
    EXPECT_OK(glia_evaluate(m, d, &scores));
    double accuracy = scores->accuracy;
    glia_scores_free(scores);
    return accuracy;
}

static void digits_are_learnt_as_well(void **state)
{
    (void)state;
    static const char *const nets[] = {"dense 64, relu, dense 10, softmax",
                                       "input 1x8x8, conv 8 3x3 pad=same, relu, maxpool 2, flatten, dense 10, softmax"};
    glia_data               *d, *rest, *held;
    EXPECT_OK(glia_data_open(&d, DIGITS, NULL));
    EXPECT_OK(glia_data_split(d, 0.25, GLIA_SPLIT_SHUFFLED, 0, &rest, &held));
    for (size_t i = 0; i < COUNT(nets); i++) {
        options     o = {.epochs = 8};
        glia_model *plain = fitted(nets[i], rest, &o);
        o.precision = EMULATED;
        glia_model *rounded = fitted(nets[i], rest, &o);
        double      a = accuracy_of(plain, held), b = accuracy_of(rounded, held);
        if (!(a > 0.9 && fabs(a - b) < 0.02)) fail_msg("%s: %g and %g", nets[i], a, b);
        assert_true(same_weights(plain, rounded) == IS_DOUBLE);
        glia_model_free(plain);
        glia_model_free(rounded);
    }
    glia_data_free(held);
    glia_data_free(rest);
    glia_data_free(d);
}

/* Layers large enough to be shared, by their weights and by rows. */
static void threads_change_no_bit(void **state)
{
    (void)state;
    static const struct {
        const char *net;
        size_t      batch;
    } runs[] = {{"dense 384, tanh, dense 384, relu, dense 10, softmax", 16},
                {"dense 200, relu, dense 10, softmax", 300},
                {"input 1x16x16, conv 8 3x3 pad=same, relu, conv 12 3x3 stride=2, flatten, dense 10, softmax", 32}};
    glia_data *d = class_data(5, 600, 256, 10);
    for (size_t i = 0; i < COUNT(runs); i++) {
        options     o = {.epochs = 2, .batch = runs[i].batch, .threads = 1, .precision = EMULATED};
        glia_model *one = fitted(runs[i].net, d, &o);
        for (o.threads = 2; o.threads <= 3; o.threads++) {
            glia_model *more = fitted(runs[i].net, d, &o);
            if (!same_weights(one, more)) fail_msg("%s: %u threads differ", runs[i].net, o.threads);
            glia_model_free(more);
        }
        glia_model_free(one);
    }
    glia_data_free(d);
}

/* A model is a model: it predicts as one that never heard of bfloat16, and trains on in float32. */
static void what_comes_after_is_in_float32(void **state)
{
    (void)state;
    glia_data  *d = class_data(7, 50, 6, 3);
    glia_model *m = fitted("dense 9, tanh, dense 3, softmax", d, &(options){.epochs = 2, .precision = EMULATED}), *same;
    glia_real   y[150], z[150];
    EXPECT_OK(glia_model_save(m, path));
    EXPECT_OK(glia_model_open(&same, path));
    EXPECT_OK(glia_predict(m, d, y));
    EXPECT_OK(glia_predict(same, d, z));
    assert_memory_equal(y, z, sizeof y);
    EXPECT_OK(glia_forward(m, y, 4, z));
    if (!IS_DOUBLE) assert_non_null(strstr(glia_model_record(same), "\"precision\":\"bf16-emulated\""));
    for (int i = 0; i < 2; i++) EXPECT_OK(glia_fit(i ? m : same, d, NULL, &(options){.epochs = 1}));
    assert_true(same_weights(m, same));
    assert_null(strstr(glia_model_record(m), "precision"));
    glia_model_free(same);
    glia_model_free(m);
    glia_data_free(d);
}

/* ---- refused --------------------------------------------------------------------------------------------------- */

/* glia__kernels_of gives what is pretended for bf16, so that a run goes the way that only some processors' can. */
static void pretend(const glia__kernels *k)
{
    if (IS_DOUBLE) skip();
    glia__kernels_pretend(k);
}

static int stop_pretending(void **state)
{
    glia__kernels_pretend(NULL);
    return remove_folder(state);
}

/* Rounding as many weights as are multiplied takes longer than not to. */
static void what_is_slower_is_refused(void **state)
{
    const glia__kernels *k;
    (void)state;
    pretend(NULL);
    EXPECT_OK(glia__kernels_of(GLIA_BF16_EMULATED, &k));
    pretend(k);
    glia_data  *d = class_data(5, 40, 256, 10);
    glia_model *m;
    EXPECT_OK(glia_model_new(&m, "dense 1500, dense 10, softmax", d, 1));
    glia_status status =
        glia_fit(m, d, NULL, &(options){.epochs = 1, .batch = 2, .threads = 1, .precision = GLIA_BF16});
    assert_int_equal(status, GLIA_E_ARG);
    double lower = 0, plain = 0;
    if (sscanf(glia_error(),
               "precision bf16: a step of 2 rows of this net takes %lf microseconds in it, and %lf in "
               "float32",
               &lower, &plain) != 2)
        fail_msg("%s", glia_error());
    assert_true(lower >= plain && plain > 0);
    assert_string_equal(glia_model_stopped(m), ""); /* as if nothing had been */
    EXPECT_OK(glia_fit(m, d, NULL, &(options){.epochs = 1}));
    glia_model_free(m);
    glia_data_free(d);
}

static void no_forward(const glia__dense *d, size_t rows, const real *x, const real *w, const real *b, real *y)
{
    (void)x, (void)w, (void)b;
    for (size_t i = 0; i < rows * d->out; i++) y[i] = 1;
}

static void no_backward_w(const glia__dense *d, size_t rows, real scale, const real *x, const real *dy, real keep,
                          real *dw, real *work)
{
    (void)d, (void)rows, (void)scale, (void)x, (void)dy, (void)keep, (void)dw, (void)work;
}

static void what_is_wrong_is_refused(void **state)
{
    (void)state;
    glia__kernels wrong[2] = {*glia__kernels_get(), *glia__kernels_get()};
    glia_data    *d = class_data(5, 40, 8, 3);
    wrong[0].dense_forward = no_forward;
    wrong[1].dense_backward_w = no_backward_w;
    for (size_t i = 0; i < COUNT(wrong); i++) {
        glia_model *m;
        pretend(&wrong[i]);
        EXPECT_OK(glia_model_new(&m, "dense 9, tanh, dense 3, softmax", d, 1));
        EXPECT_FAILS(glia_fit(m, d, NULL, &(options){.epochs = 1, .precision = GLIA_BF16}), GLIA_E_ARG,
                     "precision bf16: its products come out wrong on this processor");
        glia_model_free(m);
    }
    glia_data_free(d);
}

/* Kernels as fast as those of float32, since they are those: sooner or later a trial says so. What is trained then are
 * the weights of float32, and a run that goes on is not timed again. */
static void what_is_fast_and_right_is_taken(void **state)
{
    (void)state;
    enum { TRIES = 200 };
    glia_data  *d = class_data(5, 40, 8, 3);
    const char *net = "dense 9, tanh, dense 3, sigmoid"; /* whose gradients a pass writes over */
    options     o = {.epochs = 2, .precision = GLIA_BF16, .checkpoint = path, .loss = "bce"};
    glia_model *m, *plain;
    glia_status status = GLIA_E_ARG;
    char        before[160];
    snprintf(before, sizeof before, "%s.previous", path);
    pretend(glia__kernels_get());
    EXPECT_OK(glia_model_new(&m, net, d, 1));
    for (int i = 0; i < TRIES && status == GLIA_E_ARG; i++) status = glia_fit(m, d, NULL, &o);
    EXPECT_OK(status);
    assert_non_null(strstr(glia_model_record(m), "\"precision\":\"bf16\""));
    plain = fitted(net, d, &(options){.epochs = 2, .loss = "bce"});
    assert_true(same_weights(m, plain));
    o.resume = path, o.epochs = 4;
    for (int i = 0; i < 20; i++) {
        glia_model *rest = fitted(net, d, &o);
        glia_model_free(rest);
        o.checkpoint = NULL;
        o.epochs++;
    }
    EXPECT_FAILS(glia_fit(m, d, NULL, &(options){.epochs = 4, .loss = "bce", .resume = path}), GLIA_E_ARG,
                 "its precision is bf16, not float32");
    unlink(before);
    glia_model_free(plain);
    glia_model_free(m);
    glia_data_free(d);
}

static void what_is_none_is_refused(void **state)
{
    (void)state;
    glia_data  *d = class_data(5, 40, 8, 3);
    glia_model *m;
    EXPECT_OK(glia_model_new(&m, "dense 3, softmax", d, 1));
    EXPECT_FAILS(glia_fit(m, d, NULL, &(options){.epochs = 1, .precision = (glia_precision)3}), GLIA_E_ARG,
                 "precision is none of the three");
    if (IS_DOUBLE)
        EXPECT_FAILS(glia_fit(m, d, NULL, &(options){.epochs = 1, .precision = GLIA_BF16_EMULATED}), GLIA_E_ARG,
                     "precision bf16-emulated: this build computes in double");
    glia_model_free(m);
    glia_data_free(d);
}

#define PRETENDING(test) cmocka_unit_test_setup_teardown(test, make_folder, stop_pretending)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_step_multiplies_rounded_numbers),
        cmocka_unit_test(digits_are_learnt_as_well),
        cmocka_unit_test(threads_change_no_bit),
        PRETENDING(what_comes_after_is_in_float32),
        PRETENDING(what_is_slower_is_refused),
        PRETENDING(what_is_wrong_is_refused),
        PRETENDING(what_is_fast_and_right_is_taken),
        cmocka_unit_test(what_is_none_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
