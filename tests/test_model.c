/* A model: its tensors by name, how they lie and start, the loop by hand, what misuse gives, and judging by class name.
 */
#include <unistd.h>

#include "golden.h"
#include "help.h"
#include "model/model.h"

/* ---- tensors by name ------------------------------------------------------------------------------------------- */

static void tensors_have_pytorchs_names_and_shapes(void **state)
{
    (void)state;
    static const glia_parameter_info want[] = {{"0.weight", 2, {128, 784}, 128 * 784},
                                               {"0.bias", 1, {128}, 128},
                                               {"2.weight", 2, {10, 128}, 1280},
                                               {"4.weight", 2, {3, 10}, 30},
                                               {"4.bias", 1, {3}, 3}};
    glia_parameter_info              info;
    glia_model *m = model_of("input 784, dense 128, relu, dense 10 bias=no, tanh, dense 3, softmax", 0);
    assert_true(glia_parameter_count(m) == COUNT(want) && glia_parameter_count(NULL) == 0);
    for (size_t i = 0; i < COUNT(want); i++) {
        EXPECT_OK(glia_parameter_describe(m, i, &info));
        assert_string_equal(info.name, want[i].name);
        assert_true(info.rank == want[i].rank && info.count == want[i].count);
        assert_true(info.shape[0] == want[i].shape[0] && info.shape[1] == want[i].shape[1]);
    }
    EXPECT_FAILS(glia_parameter_describe(m, COUNT(want), &info), GLIA_E_ARG, "there is no parameter 5");
    glia_model_free(m);
}

/* Every number of a tensor comes back from where it was put, and stands where its panel says. */
static void expect_round_trip(size_t in, size_t out)
{
    char net[64];
    snprintf(net, sizeof net, "input %zu, dense %zu", in, out);
    glia_model        *m = model_of(net, 0);
    const glia__param *p = glia__model_param(m, 0, NULL);
    size_t             n = in * out;
    glia_real         *values = need(n, sizeof *values), *back = need(n, sizeof *back);
    for (size_t k = 0; k < n; k++) values[k] = (glia_real)k;
    EXPECT_OK(glia_parameter_set(m, "0.weight", values, n));
    EXPECT_OK(glia_parameter_get(m, "0.weight", back, n));
    assert_memory_equal(values, back, n * sizeof *back);
    bool *taken = need(p->room, sizeof *taken);
    for (size_t k = 0; k < n; k++) {
        size_t at = glia__param_place(p, k), o = k / in, i = k % in;
        assert_true(p->value[at] == values[k] && !taken[at]);
        assert_true(at == o / p->panel * p->panel * in + i * p->panel + o % p->panel);
        taken[at] = true;
    }
    for (size_t at = 0; at < p->room; at++) assert_true(taken[at] || p->value[at] == 0);
    free(taken);
    EXPECT_OK(glia_gradient_set(m, "0.weight", values, n));
    memset(back, 0, n * sizeof *back);
    EXPECT_OK(glia_gradient_get(m, "0.weight", back, n));
    assert_memory_equal(values, back, n * sizeof *back);
    free(values);
    free(back);
    glia_model_free(m);
}

static void panels_come_back(void **state)
{
    (void)state;
    expect_round_trip(3, 5);
    expect_round_trip(784, 128);
    expect_round_trip(300, 70);
    expect_round_trip(300, 130);
    expect_round_trip(2000, 33);
    expect_round_trip(40, 1100);
    expect_round_trip(1, 1);
}

/* ---- the start ------------------------------------------------------------------------------------------------- */

static void expect_weight(glia_model *m, const char *name, const double *want, size_t in, size_t out)
{
    glia_real *got = need(in * out, sizeof *got);
    EXPECT_OK(glia_parameter_get(m, name, got, in * out));
    for (size_t i = 0; i < in; i++)
        for (size_t o = 0; o < out; o++) assert_true(got[o * in + i] == (glia_real)want[i * out + o]);
    free(got);
}

static void expect_bias(glia_model *m, const char *name, const double *want, size_t out)
{
    expect_weight(m, name, want, 1, out);
}

/* Three layers of 0.10 * randn after numpy.random.seed(0), and what they make of a batch. */
static void the_notebooks_layers(void **state)
{
    (void)state;
    golden_case        *c = golden_open("seed_001/layer_dense_seed0");
    const golden_array *x = golden_get(c, "x");
    golden_tolerance    t = IS_DOUBLE ? golden_tolerance_of(c) : (golden_tolerance){1e-5, 1e-6};
    static const double zeros[10];
    glia_model         *m =
        model_of("input 4\n dense 5 init=normal:0:0.1 bias_init=zeros\n dense 2 init=normal:0:0.1 bias_init=zeros\n"
                 "dense 10 init=normal:0:0.1 bias_init=zeros",
                 0);
    glia_real *in = golden_reals(x), out[3 * 10];
    expect_weight(m, "0.weight", golden_get(c, "w1")->values, 4, 5);
    expect_weight(m, "1.weight", golden_get(c, "w2")->values, 5, 2);
    expect_weight(m, "2.weight", golden_get(c, "w3")->values, 2, 10);
    expect_bias(m, "1.bias", zeros, 2);
    EXPECT_OK(glia_forward(m, in, 3, out));
    golden_expect_reals(golden_get(c, "y3"), out, t);
    EXPECT_OK(glia_activation_get(m, 1, out, 3 * 5));
    golden_expect_reals(golden_get(c, "y1"), out, t);
    EXPECT_OK(glia_activation_get(m, 2, out, 3 * 2));
    golden_expect_reals(golden_get(c, "y2"), out, t);
    EXPECT_OK(glia_activation_get(m, 0, out, 3 * 4));
    assert_memory_equal(out, in, 3 * 4 * sizeof *out);
    free(in);
    glia_model_free(m);
    golden_close(c);
}

/* Layer by layer: the weight as [in][out], then the bias. */
static void draws_follow_numpys_stream(void **state)
{
    (void)state;
    golden_case  *c = golden_open("numpy_rng/seed_42");
    const double *draws = golden_get(c, "uniform")->values;
    glia_model   *m = model_of("input 5, dense 12 init=uniform:-0.5:0.5 bias_init=uniform:-0.5:0.5, relu,"
                                 "dense 2 init=uniform:-0.5:0.5 bias_init=uniform:-0.5:0.5",
                               42);
    expect_weight(m, "0.weight", draws, 5, 12);
    expect_bias(m, "0.bias", draws + 60, 12);
    expect_weight(m, "2.weight", draws + 72, 12, 2);
    expect_bias(m, "2.bias", draws + 96, 2);
    glia_model_free(m);
    golden_close(c);
}

/* The weight of the first layer as NumPy draws it from seed 9: uniform within `bound` of 0. The generator comes back.
 */
static glia_rng *expect_uniform_weight(glia_model *m, double bound, size_t in, size_t out)
{
    glia_rng *rng;
    double   *draws = need(in * out, sizeof *draws), most = 0;
    EXPECT_OK(glia_rng_new(&rng, 9));
    for (size_t i = 0; i < in * out; i++) {
        draws[i] = glia_rng_uniform(rng, -bound, bound);
        most = fmax(most, fabs(draws[i]));
    }
    expect_weight(m, "0.weight", draws, in, out);
    assert_true(most > 0.99 * bound && most <= bound);
    free(draws);
    return rng;
}

/* torch.nn.Linear's bounds, and that panels do not change the order of draws. */
static void dense_starts_as_in_pytorch(void **state)
{
    (void)state;
    enum { IN = 300, OUT = 130 };
    double      draws[OUT], bound = 1 / sqrt(IN);
    glia_model *m = model_of("input 300, dense 130", 9);
    glia_rng   *rng = expect_uniform_weight(m, bound, IN, OUT);
    for (size_t i = 0; i < OUT; i++) draws[i] = glia_rng_uniform(rng, -bound, bound);
    expect_bias(m, "0.bias", draws, OUT);
    glia_rng_free(rng);
    glia_model_free(m);
}

/* He's bounds: each output sees 3 of 6 channels at 5 x 4 positions. */
static void convolutions_start_as_he_has_it(void **state)
{
    (void)state;
    enum { IN = 3 * 5 * 4, OUT = 8 };
    static const double zeros[OUT];
    glia_model         *m = model_of("input 6x9x9, conv 8 5x4 groups=2", 9);
    glia_rng_free(expect_uniform_weight(m, sqrt(6.0 / IN), IN, OUT));
    expect_bias(m, "0.bias", zeros, OUT);
    glia_model_free(m);
}

/* ---- by hand --------------------------------------------------------------------------------------------------- */

/* The four calls of a step; the loss before it. */
static double one_step(glia_model *m, glia_optimizer *o, const char *loss_text, const glia_real *x,
                       const int32_t *classes, const glia_real *targets, size_t rows)
{
    double loss;
    EXPECT_OK(glia_forward(m, x, rows, NULL));
    EXPECT_OK(glia_loss(m, loss_text, classes, targets, &loss));
    EXPECT_OK(glia_backward(m));
    EXPECT_OK(glia_step(m, o));
    return loss;
}

static void a_loop_by_hand(void **state)
{
    (void)state;
    enum { ROWS = 60, STEPS = 80 };
    glia_real       x[ROWS * 2], *random = random_reals(3, ROWS * 2);
    int32_t         classes[ROWS];
    glia_optimizer *o;
    glia_model     *m = model_of("input 2, dense 12, tanh, dense 2, softmax", 1);
    for (size_t r = 0; r < ROWS; r++) classes[r] = random[2 * r] * random[2 * r + 1] > 0;
    memcpy(x, random, sizeof x);
    EXPECT_OK(glia_optimizer_new(&o, "adam lr=0.05", m));
    double first = one_step(m, o, NULL, x, classes, NULL, ROWS), last = first;
    for (size_t i = 0; i < STEPS; i++) last = one_step(m, o, "cross_entropy", x, classes, NULL, ROWS);
    assert_true(first > 0.6 && last < 0.25);
    EXPECT_OK(glia_optimizer_set_rate(o, 0));
    double still = one_step(m, o, NULL, x, classes, NULL, ROWS);
    assert_true(still == one_step(m, o, NULL, x, classes, NULL, ROWS));
    free(random);
    glia_optimizer_free(o);
    glia_model_free(m);
}

/* A one-hot row means its class, fused or not; the same loss from outputs alone. */
static void classes_and_one_hot_rows_are_one(void **state)
{
    (void)state;
    enum { ROWS = 4 };
    static const int32_t   classes[ROWS] = {2, 0, 1, 2};
    static const glia_real one_hot[ROWS * 3] = {0, 0, 1, 1, 0, 0, 0, 1, 0, 0, 0, 1};
    glia_real             *x = random_reals(5, ROWS * 3), a[9], b[9];
    double                 by_class, by_row;
    for (size_t i = 0; i < 3; i++) {
        static const char *const nets[] = {"input 3, dense 3, softmax", "input 3, dense 3, log_softmax",
                                           "input 3, dense 3"};
        glia_model              *m = model_of(nets[i], 2);
        EXPECT_OK(glia_forward(m, x, ROWS, NULL));
        EXPECT_OK(glia_loss(m, "cross_entropy", classes, NULL, &by_class));
        EXPECT_OK(glia_backward(m));
        EXPECT_OK(glia_gradient_get(m, "0.weight", a, 9));
        EXPECT_OK(glia_loss(m, "cross_entropy", NULL, one_hot, &by_row));
        EXPECT_OK(glia_backward(m));
        EXPECT_OK(glia_gradient_get(m, "0.weight", b, 9));
        assert_true(by_class == by_row && by_class > 0);
        assert_memory_equal(a, b, sizeof a);
        glia_model_free(m);
    }
    free(x);
}

static void decay_may_leave_biases_alone(void **state)
{
    (void)state;
    static const glia_real ones[] = {1, 1};
    for (int spared = 0; spared < 2; spared++) {
        glia_optimizer *o;
        glia_real       w[2], b;
        glia_model     *m = model_of("input 2, dense 1", 0);
        EXPECT_OK(glia_parameter_set(m, "0.weight", ones, 2));
        EXPECT_OK(glia_parameter_set(m, "0.bias", ones, 1));
        EXPECT_OK(glia_gradient_set(m, "0.weight", (glia_real[]){0, 0}, 2));
        EXPECT_OK(glia_optimizer_new(
            &o, spared ? "sgd lr=0.5 weight_decay=1 decay_bias=no" : "sgd lr=0.5 weight_decay=1", m));
        EXPECT_OK(glia_step(m, o));
        EXPECT_OK(glia_parameter_get(m, "0.weight", w, 2));
        EXPECT_OK(glia_parameter_get(m, "0.bias", &b, 1));
        assert_true(w[0] == (glia_real)0.5 && w[1] == (glia_real)0.5 && b == (spared ? 1 : (glia_real)0.5));
        glia_optimizer_free(o);
        glia_model_free(m);
    }
}

static void clipping_by_hand(void **state)
{
    (void)state;
    static const glia_real g[] = {3, -4};
    glia_real              got[2];
    double                 norm;
    glia_model            *m = model_of("input 2, dense 1 bias=no", 0);
    EXPECT_FAILS(glia_clip_norm(m, 1, &norm), GLIA_E_ARG, "no gradients before");
    EXPECT_FAILS(glia_clip_value(m, 1), GLIA_E_ARG, "no gradients before");
    EXPECT_OK(glia_gradient_set(m, "0.weight", g, 2));
    EXPECT_OK(glia_clip_norm(m, 0, &norm));
    assert_true(norm == 5);
    EXPECT_OK(glia_clip_norm(m, 10, NULL));
    EXPECT_OK(glia_gradient_get(m, "0.weight", got, 2));
    assert_true(got[0] == 3 && got[1] == -4);
    EXPECT_OK(glia_clip_norm(m, 1, &norm));
    EXPECT_OK(glia_gradient_get(m, "0.weight", got, 2));
    assert_true(norm == 5 && golden_near((double)got[1], -4 / (5 + 1e-6), 1e-6, 0));
    EXPECT_OK(glia_clip_value(m, 0.7));
    EXPECT_OK(glia_gradient_get(m, "0.weight", got, 2));
    assert_true(got[1] == (glia_real)-0.7 && golden_near((double)got[0], 3 / (5 + 1e-6), 1e-6, 0));
    EXPECT_FAILS(glia_clip_value(m, 0), GLIA_E_ARG, "a limit over 0");
    glia_model_free(m);
}

/* ---- misuse ---------------------------------------------------------------------------------------------------- */

static void null_and_wrong_sizes_are_refused(void **state)
{
    (void)state;
    glia_real       v[12] = {0};
    glia_model     *m = model_of("input 4, dense 3", 0);
    glia_optimizer *o;
    EXPECT_FAILS(glia_model_new(NULL, "relu", NULL, 0), GLIA_E_ARG, "no place for the model");
    EXPECT_FAILS(glia_model_new(&(glia_model *){NULL}, NULL, NULL, 0), GLIA_E_ARG, "neither a net nor data");
    EXPECT_FAILS(glia_parameter_get(m, "0.weight", v, 11), GLIA_E_ARG, "0.weight has 12 numbers, not 11");
    EXPECT_FAILS(glia_parameter_set(m, "0.bias", v, 12), GLIA_E_ARG, "0.bias has 3 numbers, not 12");
    EXPECT_FAILS(glia_parameter_get(m, "1.weight", v, 12), GLIA_E_ARG, "the model has no parameter \"1.weight\"");
    EXPECT_FAILS(glia_parameter_get(NULL, "0.bias", v, 3), GLIA_E_ARG, "a model");
    EXPECT_FAILS(glia_parameter_set(m, NULL, v, 3), GLIA_E_ARG, "a parameter's name");
    EXPECT_FAILS(glia_parameter_set(m, "0.bias", NULL, 3), GLIA_E_ARG, "room for it");
    EXPECT_FAILS(glia_gradient_get(m, "0.bias", v, 3), GLIA_E_ARG, "no gradients before the first backward pass");
    EXPECT_FAILS(glia_forward(NULL, v, 1, NULL), GLIA_E_ARG, "a model and at least one row");
    EXPECT_FAILS(glia_forward(m, NULL, 1, NULL), GLIA_E_ARG, "a model and at least one row");
    EXPECT_FAILS(glia_forward(m, v, 0, NULL), GLIA_E_ARG, "a model and at least one row");
    EXPECT_FAILS(glia_forward(m, v, SIZE_MAX / 8, NULL), GLIA_E_MEMORY, "");
    EXPECT_FAILS(glia_optimizer_new(&o, "adma", m), GLIA_E_TEXT,
                 "optimizer:1:1: there is no optimizer \"adma\"; did you mean adam");
    assert_null(o);
    EXPECT_FAILS(glia_optimizer_new(&o, NULL, m), GLIA_E_ARG, "a text");
    EXPECT_FAILS(glia_optimizer_new(NULL, "sgd", m), GLIA_E_ARG, "a place");
    EXPECT_FAILS(glia_optimizer_new(&o, "sgd", NULL), GLIA_E_ARG, "a model");
    EXPECT_FAILS(glia_optimizer_set_rate(NULL, 1), GLIA_E_ARG, "an optimizer");
    glia_optimizer_free(NULL);
    glia_model_free(NULL);
    glia_model_free(m);
}

static void calls_in_the_wrong_order_are_refused(void **state)
{
    (void)state;
    static const int32_t classes[2] = {0, 2}, wrong[2] = {0, 3};
    glia_real            v[8] = {0};
    double               loss;
    glia_optimizer      *o;
    glia_model          *m = model_of("input 4, dense 3, softmax", 0), *other = model_of("input 4, dense 3", 0),
               *empty = model_of("", 0);
    EXPECT_OK(glia_optimizer_new(&o, "sgd", m));
    EXPECT_FAILS(glia_loss(m, NULL, classes, NULL, &loss), GLIA_E_ARG, "no forward pass to judge");
    EXPECT_FAILS(glia_backward(m), GLIA_E_ARG, "no loss to go back from");
    EXPECT_FAILS(glia_backward_from(m, v, NULL), GLIA_E_ARG, "a forward pass and dy");
    EXPECT_FAILS(glia_activation_get(m, 1, v, 3), GLIA_E_ARG, "no forward pass to look at");
    EXPECT_FAILS(glia_step(m, o), GLIA_E_ARG, "no gradients before");
    EXPECT_FAILS(glia_step(other, o), GLIA_E_ARG, "its own optimizer");
    EXPECT_FAILS(glia_forward(empty, v, 1, NULL), GLIA_E_ARG, "the net has no layers");
    EXPECT_OK(glia_forward(m, v, 2, NULL));
    EXPECT_FAILS(glia_backward(m), GLIA_E_ARG, "no loss to go back from");
    EXPECT_FAILS(glia_loss(m, NULL, NULL, NULL, &loss), GLIA_E_ARG, "either classes or targets");
    EXPECT_FAILS(glia_loss(m, NULL, classes, v, &loss), GLIA_E_ARG, "either classes or targets");
    EXPECT_FAILS(glia_loss(m, "crossentropy", classes, NULL, &loss), GLIA_E_TEXT, "did you mean cross_entropy");
    EXPECT_FAILS(glia_loss(m, NULL, wrong, NULL, &loss), GLIA_E_ARG, "row 1: class 3 is not in 0..2");
    EXPECT_FAILS(glia_activation_get(m, 3, v, 3), GLIA_E_ARG, "no such layer");
    EXPECT_FAILS(glia_activation_get(m, 1, v, 3), GLIA_E_ARG, "layer 1 gave 6 numbers, not 3");
    EXPECT_OK(glia_loss(m, NULL, classes, NULL, &loss));
    EXPECT_OK(glia_forward(m, v, 2, NULL));
    EXPECT_FAILS(glia_backward(m), GLIA_E_ARG, "no loss to go back from");
    glia_optimizer_free(o);
    glia_model_free(m);
    glia_model_free(other);
    glia_model_free(empty);
}

/* A failed loss leaves the one before it; a pass over other rows takes it away. */
static void a_loss_is_kept_or_gone(void **state)
{
    (void)state;
    static const int32_t wrong[2] = {0, 3};
    glia_real           *x = random_reals(6, 8), before[12], after[12];
    double               loss;
    glia_scores         *scores;
    glia_data           *d = class_data(1, 9, 4, 3);
    glia_model          *m = model_of("input 4, dense 3, softmax", 0);
    static const int32_t classes[2] = {0, 2};
    EXPECT_OK(glia_forward(m, x, 2, NULL));
    EXPECT_OK(glia_loss(m, "mse", classes, NULL, &loss));
    EXPECT_OK(glia_backward(m));
    EXPECT_OK(glia_gradient_get(m, "0.weight", before, 12));
    EXPECT_FAILS(glia_loss(m, "cross_entropy", wrong, NULL, &loss), GLIA_E_ARG, "row 1");
    EXPECT_OK(glia_backward(m));
    EXPECT_OK(glia_gradient_get(m, "0.weight", after, 12));
    assert_memory_equal(before, after, sizeof before);
    EXPECT_OK(glia_evaluate(m, d, &scores));
    glia_scores_free(scores);
    EXPECT_FAILS(glia_backward(m), GLIA_E_ARG, "no loss to go back from");
    EXPECT_FAILS(glia_backward_from(m, x, NULL), GLIA_E_ARG, "a forward pass and dy");
    EXPECT_FAILS(glia_activation_get(m, 1, x, 6), GLIA_E_ARG, "no forward pass");
    free(x);
    glia_data_free(d);
    glia_model_free(m);
}

/* A model that grew has tensors of which an old optimizer knows nothing. */
static void an_optimizer_of_a_smaller_net(void **state)
{
    (void)state;
    glia_optimizer *o;
    double          loss;
    glia_real      *x = random_reals(7, 8), *t = random_reals(8, 400);
    glia_model     *m = model_of("input 4, dense 3", 0);
    EXPECT_OK(glia_optimizer_new(&o, "adam", m));
    EXPECT_OK(glia_model_add(m, "dense 200"));
    EXPECT_OK(glia_forward(m, x, 2, NULL));
    EXPECT_OK(glia_loss(m, NULL, NULL, t, &loss));
    EXPECT_OK(glia_backward(m));
    EXPECT_FAILS(glia_step(m, o), GLIA_E_ARG, "the net has grown");
    free(x);
    free(t);
    glia_optimizer_free(o);
    glia_model_free(m);
}

/* ---- judging --------------------------------------------------------------------------------------------------- */

/* A CSV opened from a folder of its own, which is gone before this returns. */
static glia_data *csv_data(const char *text)
{
    char       folder[] = "/tmp/glia-model-XXXXXX", path[64];
    glia_data *d;
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/d.csv", folder);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    assert_int_equal(fclose(file), 0);
    EXPECT_OK(glia_data_open(&d, path, NULL));
    unlink(path);
    rmdir(folder);
    return d;
}

/* Data may know fewer classes than the model, in their own order: they are matched by name. */
static void classes_are_matched_by_name(void **state)
{
    (void)state;
    static const glia_real identity[] = {9, 0, 0, 0, 9, 0, 0, 0, 9}, zero[3];
    glia_data             *train = csv_data("a,b,c,label\n1,0,0,ant\n0,1,0,bee\n0,0,1,cow\n");
    glia_data             *fewer = csv_data("a,b,c,label\n0,0,1,cow\n0,1,0,bee\n0,0,1,bee\n");
    glia_data             *other = csv_data("a,b,c,label\n0,0,1,cow\n0,1,0,dog\n");
    glia_scores           *scores;
    glia_model            *m;
    EXPECT_OK(glia_model_new(&m, "dense 3, softmax", train, 0));
    EXPECT_OK(glia_parameter_set(m, "0.weight", identity, 9));
    EXPECT_OK(glia_parameter_set(m, "0.bias", zero, 3));
    EXPECT_OK(glia_evaluate(m, fewer, &scores));
    assert_true(scores->classes == 3 && scores->rows == 3 && golden_near(scores->accuracy, 2.0 / 3, 1e-12, 0));
    static const size_t confusion[] = {0, 0, 0, 0, 1, 1, 0, 0, 1};
    assert_memory_equal(scores->confusion, confusion, sizeof confusion);
    assert_true(scores->loss > 2.9 && scores->loss < 3.1);
    glia_scores_free(scores);
    EXPECT_FAILS(glia_evaluate(m, other, &scores), GLIA_E_SHAPE, "has a class \"dog\", which the model does not know");
    assert_null(scores);
    glia_model_free(m);
    glia_data_free(train);
    glia_data_free(fewer);
    glia_data_free(other);
}

/* A model of numbers that glia_fit has not seen has no units of its own: its outputs are the targets' numbers. */
static void numbers_are_judged_without_a_fit(void **state)
{
    (void)state;
    static const glia_real weight[] = {1, -1, 0}, zero = 0;
    glia_data             *d = number_data(3, 10, 3, 1, 1);
    glia_scores           *scores;
    glia_real              out[10];
    glia_model            *m, *loose = model_of("input 3, dense 1", 0);
    EXPECT_OK(glia_model_new(&m, "dense 1", d, 0));
    for (int i = 0; i < 2; i++) {
        glia_model *each = i ? loose : m;
        EXPECT_OK(glia_parameter_set(each, "0.weight", weight, 3));
        EXPECT_OK(glia_parameter_set(each, "0.bias", &zero, 1));
        EXPECT_OK(glia_evaluate(each, d, &scores));
        assert_true(scores->loss < 1e-10 && scores->mse < 1e-10 && scores->r2 > 0.999999);
        glia_scores_free(scores);
        EXPECT_OK(glia_predict(each, d, out));
        for (size_t r = 0; r < 10; r++) assert_true(golden_near((double)out[r], glia_data_number(d, r, 0), 1e-5, 1e-5));
    }
    glia_model_free(m);
    glia_model_free(loose);
    glia_data_free(d);
}

static void data_that_do_not_fit(void **state)
{
    (void)state;
    glia_scores *scores;
    glia_real    out[40];
    glia_data   *three = class_data(1, 5, 4, 3), *wide = class_data(1, 5, 6, 3), *numbers = number_data(1, 5, 4, 1, 1);
    glia_data   *none;
    glia_model  *m;
    static const glia_real x[8];
    EXPECT_OK(glia_data_from_reals(&none, x, 2, 4, NULL, NULL, 0));
    EXPECT_OK(glia_model_new(&m, "dense 3, softmax", three, 0));
    EXPECT_FAILS(glia_evaluate(m, wide, &scores), GLIA_E_SHAPE, "has 6 numbers a row, and the net takes 4");
    EXPECT_FAILS(glia_evaluate(m, numbers, &scores), GLIA_E_SHAPE, "the model tells classes");
    EXPECT_FAILS(glia_evaluate(m, none, &scores), GLIA_E_SHAPE, "has no target");
    EXPECT_FAILS(glia_predict(m, wide, out), GLIA_E_SHAPE, "has 6 numbers a row, and the net takes 4");
    EXPECT_FAILS(glia_fit(m, numbers, NULL, NULL), GLIA_E_SHAPE, "the model tells classes");
    EXPECT_OK(glia_predict(m, none, out));
    EXPECT_FAILS(glia_evaluate(NULL, three, &scores), GLIA_E_ARG, "a model, data and a place");
    EXPECT_FAILS(glia_predict(m, three, NULL), GLIA_E_ARG, "a model, data and room");
    EXPECT_FAILS(glia_fit(NULL, three, NULL, NULL), GLIA_E_ARG, "a model and training data");
    glia_model_free(m);
    EXPECT_OK(glia_model_new(&m, "dense 4, softmax", three, 0));
    EXPECT_FAILS(glia_fit(m, three, NULL, NULL), GLIA_E_SHAPE,
                 "layer 1 (softmax): gives 4 outputs, and the target has 3 classes");
    glia_model_free(m);
    m = model_of("input 4x4, softmax", 0);
    glia_data *sixteen = class_data(1, 5, 16, 16);
    EXPECT_FAILS(glia_fit(m, sixteen, NULL, NULL), GLIA_E_SHAPE, "outputs of 4x4");
    glia_data *all[] = {three, wide, numbers, none, sixteen};
    for (size_t i = 0; i < COUNT(all); i++) glia_data_free(all[i]);
    glia_model_free(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tensors_have_pytorchs_names_and_shapes),
        cmocka_unit_test(panels_come_back),
        cmocka_unit_test(the_notebooks_layers),
        cmocka_unit_test(draws_follow_numpys_stream),
        cmocka_unit_test(dense_starts_as_in_pytorch),
        cmocka_unit_test(convolutions_start_as_he_has_it),
        cmocka_unit_test(a_loop_by_hand),
        cmocka_unit_test(classes_and_one_hot_rows_are_one),
        cmocka_unit_test(decay_may_leave_biases_alone),
        cmocka_unit_test(clipping_by_hand),
        cmocka_unit_test(null_and_wrong_sizes_are_refused),
        cmocka_unit_test(calls_in_the_wrong_order_are_refused),
        cmocka_unit_test(a_loss_is_kept_or_gone),
        cmocka_unit_test(an_optimizer_of_a_smaller_net),
        cmocka_unit_test(classes_are_matched_by_name),
        cmocka_unit_test(numbers_are_judged_without_a_fit),
        cmocka_unit_test(data_that_do_not_fit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
