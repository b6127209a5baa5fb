/* Training with products in bfloat16: what a step computes, that it learns, the same bits by any number of threads,
 * what is left in float32, and when it is refused. The kernels themselves are in test_kernels.c and test_conv.c, going
 * on in test_checkpoint.c. */
#include "folder.h"
#include "help.h"
#include "model/model.h"
#include "train/run.h"

#ifdef GLIA_ONEDNN
#include "numbers/onednn.h"
#endif

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

/* ---- pretending ------------------------------------------------------------------------------------------------- */

/* glia__kernels_of gives what is pretended for bf16, so that a run goes the way that only some processors' can:
 * products are those of the specification, and time passes as the test says. */
static glia__kernels        pretended;
static const glia__kernels *emulated;

#define A_MOMENT (1.0 / 1024) /* sums of such numbers are exact */
static double time_now, cost; /* of a dense layer forward, beside that moment */
static size_t times_asked;

static double pretended_clock(void)
{
    times_asked++;
    return time_now += A_MOMENT;
}

static void forward_at_a_cost(const glia__dense *d, size_t rows, const real *x, const real *w, const real *b, real *y)
{
    time_now += cost;
    emulated->dense_forward(d, rows, x, w, b, y);
}

static void pretend(double cost_of_a_layer)
{
    if (IS_DOUBLE) skip();
    EXPECT_OK(glia__kernels_of(GLIA_BF16_EMULATED, &emulated));
    pretended = *emulated;
    pretended.dense_forward = forward_at_a_cost;
    cost = cost_of_a_layer;
    times_asked = 0;
    glia__kernels_pretend(&pretended);
    glia__precision_pretend_clock(pretended_clock);
}

static int stop_pretending(void **state)
{
    glia__kernels_pretend(NULL);
    glia__precision_pretend_clock(NULL);
    return remove_folder(state);
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

#ifdef GLIA_ONEDNN
/* How far the weights of a lie from those of b, relative to these. */
static double apart(const glia_model *a, const glia_model *b)
{
    double difference = 0, size = 0;
    for (size_t i = 0; i < a->n_parameters; i++) {
        difference += pow((double)a->parameters[i] - (double)b->parameters[i], 2);
        size += pow((double)b->parameters[i], 2);
    }
    return sqrt(difference / size);
}

/* The way through oneDNN's products, with operands in float32 and so on any processor: the same bits by any number of
 * threads, and nearly those of float32. Batches end with one of fewer rows; plain descent subtracts from the weights
 * while gradients are made. */
static void the_librarys_way_is_that_of_float32(void **state)
{
    (void)state;
    static const struct {
        const char *net, *optimizer;
        size_t      batch;
    } runs[] = {{"dense 384, tanh, dense 384, relu, dense 10, softmax", "sgd lr=0.05", 16},
                {"dense 384, tanh, dense 384, relu, dense 10, softmax", "sgd lr=0.05 momentum=0.9", 45},
                {"dense 200, tanh, dense 10, softmax", "sgd lr=0.2", 350},
                {"dense 1100, tanh, dense 10, softmax", "sgd lr=0.05", 70},
                {"input 1x16x16, conv 8 3x3 pad=same, relu, conv 12 3x3 stride=2, flatten, dense 10, softmax",
                 "sgd lr=0.05", 45}};
    glia_data *d = class_data(5, 600, 256, 10);
    for (size_t i = 0; i < COUNT(runs); i++) {
        options     o = {.epochs = 2, .batch = runs[i].batch, .threads = 1, .optimizer = runs[i].optimizer};
        glia_model *plain = fitted(runs[i].net, d, &o), *start;
        EXPECT_OK(glia_model_new(&start, runs[i].net, d, 1));
        o.precision = GLIA_BF16;
        pretend(0);
        if (!glia__onednn_exact()) skip();
        glia__kernels_pretend(glia__onednn_exact());
        glia_model *one = fitted(runs[i].net, d, &o);
        double      moved = apart(start, plain), off = apart(one, plain);
        if (!(moved > 0.01 && off < 1e-4 * moved)) fail_msg("%s: moved %g, off %g", runs[i].net, moved, off);
        for (o.threads = 2; o.threads <= 3; o.threads++) {
            glia_model *more = fitted(runs[i].net, d, &o);
            if (!same_weights(one, more)) fail_msg("%s: %u threads differ", runs[i].net, o.threads);
            glia_model_free(more);
        }
        glia_model_free(start);
        glia_model_free(one);
        glia_model_free(plain);
    }
    glia_data_free(d);
}
#endif

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

/* A model that was refused is as if nothing had been; whoever asks again is told the same, and nothing is timed. */
static void what_is_slower_is_refused(void **state)
{
    (void)state;
    pretend(A_MOMENT / 8);
    glia_data  *d = class_data(5, 40, 8, 3);
    const char *net = "dense 9, batchnorm, tanh, dense 3, softmax";
    options     o = {.epochs = 1, .batch = 2, .threads = 1, .precision = GLIA_BF16};
    glia_model *m, *plain;
    EXPECT_OK(glia_model_new(&m, net, d, 1));
    for (int i = 0; i < 2; i++) {
        EXPECT_FAILS(
            glia_fit(m, d, NULL, &o), GLIA_E_ARG,
            "precision bf16: a step of 2 rows of this net takes 1220.7 microseconds in it, and 976.6 in float32");
        assert_true((times_asked > 0) == (i == 0));
        times_asked = 0;
    }
    o.batch = 3; /* another step */
    EXPECT_FAILS(glia_fit(m, d, NULL, &o), GLIA_E_ARG, "precision bf16: a step of 3 rows");
    assert_string_equal(glia_model_stopped(m), "");
    EXPECT_OK(glia_fit(m, d, NULL, &(options){.epochs = 1}));
    plain = fitted(net, d, &(options){.epochs = 1});
    assert_true(same_weights(m, plain));
    glia_model_free(plain);
    glia_model_free(m);
    glia_data_free(d);
}

static void no_forward(const glia__dense *d, size_t rows, const real *x, const real *w, const real *b, real *y)
{
    (void)x, (void)w, (void)b;
    for (size_t i = 0; i < rows * d->out; i++) y[i] = 1;
}

static void no_backward_w(const glia__dense *d, size_t rows, real scale, const real *x, const real *dy, real keep,
                          real *dw)
{
    (void)d, (void)rows, (void)scale, (void)x, (void)dy, (void)keep, (void)dw;
}

/* Of one layer alone, beside another with ten times its weights. */
static void no_backward_w_of_a_small_layer(const glia__dense *d, size_t rows, real scale, const real *x, const real *dy,
                                           real keep, real *dw)
{
    if (d->out != 3) emulated->dense_backward_w(d, rows, scale, x, dy, keep, dw);
}

static void what_is_wrong_is_refused(void **state)
{
    (void)state;
    glia_data *d = class_data(5, 40, 30, 3);
    for (int i = 0; i < 3; i++) {
        glia_model *m;
        pretend(0);
        if (i == 0) pretended.dense_forward = no_forward;
        if (i > 0) pretended.dense_backward_w = i == 1 ? no_backward_w : no_backward_w_of_a_small_layer;
        EXPECT_OK(glia_model_new(&m, "dense 9, tanh, dense 3, softmax", d, 1));
        EXPECT_FAILS(glia_fit(m, d, NULL, &(options){.epochs = 1, .precision = GLIA_BF16}), GLIA_E_ARG,
                     "precision bf16: its products come out wrong on this processor");
        glia_model_free(m);
    }
    glia_data_free(d);
}

static glia_status plan_in_float32(glia__dense_plan *p)
{
    GLIA_TRY(emulated->dense_plan(p));
    p->lowered = false;
    return GLIA_OK;
}

static void nets_without_such_products_are_refused(void **state)
{
    (void)state;
    glia_data  *d = class_data(5, 40, 8, 3);
    glia_model *m;
    pretend(-A_MOMENT / 8);
    pretended.dense_plan = plan_in_float32;
    EXPECT_OK(glia_model_new(&m, "dense 9, tanh, dense 3, softmax", d, 1));
    EXPECT_FAILS(glia_fit(m, d, NULL, &(options){.epochs = 1, .precision = GLIA_BF16}), GLIA_E_ARG,
                 "precision bf16: no layer of this net would be computed in it");
    assert_int_equal(times_asked, 0);
    glia_model_free(m);
    glia_data_free(d);
}

/* As fast is fast enough. What is trained are the weights of the specification: trying it changes nothing, neither what
 * is drawn nor what layers keep of the rows. */
static void what_is_fast_and_right_is_taken(void **state)
{
    (void)state;
    glia_data  *d = class_data(5, 40, 8, 3);
    const char *net = "dense 9, batchnorm, tanh, dropout 0.2, dense 3, sigmoid";
    options     o = {.epochs = 2, .batch = 9, .threads = 1, .loss = "bce"};
    for (int i = 0; i < 2; i++) {
        pretend(i ? -A_MOMENT / 8 : 0);
        o.precision = EMULATED;
        glia_model *same = fitted(net, d, &o);
        assert_int_equal(times_asked, 0);
        o.precision = GLIA_BF16;
        glia_model *m = fitted(net, d, &o);
        assert_true(times_asked > 0);
        assert_non_null(strstr(glia_model_record(m), "\"precision\":\"bf16\""));
        assert_true(same_weights(m, same));
        glia_model_free(same);
        glia_model_free(m);
    }
    glia_data_free(d);
}

static void a_run_that_goes_on_is_not_timed(void **state)
{
    (void)state;
    glia_data  *d = class_data(5, 40, 8, 3);
    const char *net = "dense 9, batchnorm, tanh, dropout 0.2, dense 3, sigmoid";
    options     o = {.epochs = 2, .batch = 9, .threads = 1, .loss = "bce", .precision = GLIA_BF16, .checkpoint = path};
    char        before[160];
    snprintf(before, sizeof before, "%s.previous", path);
    pretend(0);
    glia_model_free(fitted(net, d, &o));
    pretend(A_MOMENT);
    o.checkpoint = NULL, o.resume = path, o.epochs = 4;
    glia_model *m = fitted(net, d, &o);
    assert_int_equal(times_asked, 0);
    glia_model *whole = fitted(
        net, d, &(options){.epochs = 4, .batch = 9, .threads = 1, .loss = "bce", .precision = GLIA_BF16_EMULATED});
    assert_true(same_weights(m, whole));
    EXPECT_FAILS(glia_fit(m, d, NULL, &(options){.epochs = 4, .batch = 9, .loss = "bce", .resume = path}), GLIA_E_ARG,
                 "its precision is bf16, not float32");
    unlink(before);
    glia_model_free(whole);
    glia_model_free(m);
    glia_data_free(d);
}

/* In float32 as in bfloat16: the run says what is wrong with it. */
static void what_is_not_finite_is_the_runs_to_tell(void **state)
{
    (void)state;
    glia_data  *d = class_data(5, 40, 8, 3);
    glia_model *m;
    glia_real   bias[3] = {0};
    bias[1] = (glia_real)INFINITY;
    pretend(0);
    EXPECT_OK(glia_model_new(&m, "dense 3, softmax", d, 1));
    EXPECT_OK(glia_parameter_set(m, "0.bias", bias, 3));
    EXPECT_FAILS(glia_fit(m, d, NULL, &(options){.epochs = 1, .precision = GLIA_BF16}), GLIA_E_NONFINITE,
                 "epoch 1, batch 1");
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
#ifdef GLIA_ONEDNN
        PRETENDING(the_librarys_way_is_that_of_float32),
#endif
        PRETENDING(what_comes_after_is_in_float32),
        PRETENDING(what_is_slower_is_refused),
        PRETENDING(what_is_wrong_is_refused),
        PRETENDING(nets_without_such_products_are_refused),
        PRETENDING(what_is_fast_and_right_is_taken),
        PRETENDING(a_run_that_goes_on_is_not_timed),
        PRETENDING(what_is_not_finite_is_the_runs_to_tell),
        cmocka_unit_test(what_is_none_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
