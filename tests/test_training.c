/* Whole training runs: the textbook trajectories of the golden cases, step by step, through glia_fit; and that a fit is
 * the loop one would write by hand, with the batches that are documented.
 *
 * The cases' first weights are not stored where they are large: they are drawn here, as the case tells. */
#include "golden.h"
#include "help.h"
#include "model/model.h"

enum { IMAGES = 640, PIXELS = 784, STEPS_MOST = 64 };

/* ---- golden runs ----------------------------------------------------------------------------------------------- */

typedef enum start { NORMAL, CENTRED, SCALED } start;
typedef enum inputs { RAW_BYTES, UNIT_BYTES, UNIT_FLOATS } inputs;

static const struct golden_run {
    const char *name, *variant, *net;
    start       start;
    bool        weights_first; /* all weights are drawn before all biases */
    bool        in_out;        /* the case's weights are [in][out] */
    inputs      inputs;
    size_t      rows, batch, epochs;
    bool        shuffled; /* by the same permutation before every epoch */
    const char *loss, *optimizer;
    double      loss_unit; /* the case's loss of one of ours */
} runs[] = {
    /* sums of squares over the batch: 32 times the mean's gradient */
    {"seed_000_sigmoid_l2", "notebook_5steps", "dense 64, sigmoid, dense 32, sigmoid, dense 10, sigmoid", NORMAL, false,
     true, RAW_BYTES, 640, 32, 1, false, "mse reduce=rows", "sgd lr=0.032", 1},
    {"seed_002_one_hidden", "textbook", "dense 20, relu, dense 10, softmax", CENTRED, false, false, UNIT_BYTES, 640,
     GLIA_FULL_BATCH, 30, false, NULL, "sgd lr=0.1", 1},
    {"seed_002_dense_layer", "textbook", "dense 30, relu, dense 20, relu, dense 10, softmax", CENTRED, false, false,
     UNIT_BYTES, 640, GLIA_FULL_BATCH, 30, false, NULL, "sgd lr=0.1", 1},
    {"seed_003_softmax_mse", "textbook_mse", "dense 128, relu, dense 64, relu, dense 10, softmax", SCALED, true, false,
     UNIT_FLOATS, 640, 32, 2, false, "mse", "sgd lr=0.07", 1},
    {"seed_003_softmax_mse", "softmax_ce", "dense 128, relu, dense 64, relu, dense 10, softmax", SCALED, true, false,
     UNIT_FLOATS, 640, 32, 2, false, "cross_entropy", "sgd lr=0.07", 1},
    /* half the sum of squares: half the rate */
    {"seed_004_784_10", "textbook", "dense 10, sigmoid", NORMAL, true, false, UNIT_FLOATS, 320, 16, 2, true,
     "mse reduce=rows", "sgd lr=1.5", 0.5},
    {"seed_004_784_30_10", "textbook", "dense 30, sigmoid, dense 10, sigmoid", NORMAL, true, false, UNIT_FLOATS, 320,
     16, 2, true, "mse reduce=rows", "sgd lr=1.5", 0.5},
    /* rounding grows tenfold every few steps there: all twenty only in double */
    {"seed_000_sigmoid_l2", "notebook", "dense 64, sigmoid, dense 32, sigmoid, dense 10, sigmoid", NORMAL, false, true,
     RAW_BYTES, 640, 32, 1, false, "mse reduce=rows", "sgd lr=0.032", 1},
};
enum { RUNS_OF_FLOATS = COUNT(runs) - 1 };

typedef struct golden_run golden_run;

static glia_data *slice(const golden_run *r)
{
    golden_case        *c = golden_open("training/mnist_slice");
    const golden_array *images = golden_get(c, "images");
    int32_t            *labels = golden_ints(golden_get(c, "labels"));
    glia_real          *unit = golden_reals(images);
    glia_data          *d;
    for (size_t i = 0; i < images->count; i++) unit[i] = (glia_real)((float)unit[i] / 255.0f);
    if (r->inputs == UNIT_FLOATS)
        EXPECT_OK(glia_data_from_reals(&d, unit, r->rows, PIXELS, labels, NULL, 10));
    else
        EXPECT_OK(glia_data_from_bytes(&d, images->raw, r->rows, 1, 28, 28, labels, 10));
    free(unit);
    free(labels);
    golden_close(c);
    return d;
}

/* ---- first weights --------------------------------------------------------------------------------------------- */

static double draw(start how, glia_rng *rng, bool bias, size_t out)
{
    if (how == CENTRED) return glia_rng_rand(rng) - 0.5;
    double normal = glia_rng_randn(rng);
    return how == NORMAL ? normal : normal * (bias ? 0.1 : sqrt(1 / (double)out));
}

/* Layer `layer` of the case, from 1: its tensor's name in the model, and its shape. */
typedef struct tensor {
    char   name[32], golden[32];
    bool   bias;
    size_t in, out, count;
} tensor;

static tensor tensor_of(const golden_case *c, size_t layer, bool bias)
{
    const json_t *sizes = json_object_get(golden_settings(c), "sizes");
    tensor        t = {.bias = bias};
    t.in = bias ? 1 : (size_t)json_integer_value(json_array_get(sizes, layer - 1));
    t.out = (size_t)json_integer_value(json_array_get(sizes, layer));
    t.count = t.in * t.out;
    snprintf(t.name, sizeof t.name, "%zu.%s", 2 * (layer - 1), bias ? "bias" : "weight");
    snprintf(t.golden, sizeof t.golden, "%c%zu", bias ? 'b' : 'W', layer);
    return t;
}

static size_t layers_of(const golden_case *c)
{
    return json_array_size(json_object_get(golden_settings(c), "sizes")) - 1;
}

static const golden_array *array(const golden_case *c, const char *format, const char *a, const char *b)
{
    char name[80];
    snprintf(name, sizeof name, format, a, b);
    return golden_find(c, name);
}

/* Element k of the case's array, among the model's values [out][in]. */
static size_t turned(const golden_run *r, const tensor *t, size_t k)
{
    return r->in_out ? k % t->out * t->in + k / t->out : k;
}

static void draw_tensor(const golden_run *r, const golden_case *c, glia_model *m, glia_rng *rng, const tensor *t)
{
    const golden_array *stored = array(c, "%s_init%s", t->golden, "");
    glia_real          *values = need(t->count, sizeof *values);
    for (size_t k = 0; k < t->count; k++) {
        float v = (float)draw(r->start, rng, t->bias, t->out);
        if (stored) assert_true((double)v == stored->values[k]);
        values[turned(r, t, k)] = (glia_real)v;
    }
    EXPECT_OK(glia_parameter_set(m, t->name, values, t->count));
    free(values);
}

static void draw_start(const golden_run *r, const golden_case *c, glia_model *m)
{
    glia_rng *rng;
    EXPECT_OK(glia_rng_new(&rng, (uint32_t)golden_setting(c, "init_seed", 0)));
    for (size_t i = 0; i < 2 * layers_of(c); i++) {
        size_t layer = r->weights_first ? i % layers_of(c) : i / 2;
        bool   bias = r->weights_first ? i >= layers_of(c) : i % 2;
        tensor t = tensor_of(c, layer + 1, bias);
        draw_tensor(r, c, m, rng, &t);
    }
    glia_rng_free(rng);
}

/* ---- the run --------------------------------------------------------------------------------------------------- */

typedef struct journal {
    size_t steps, most;
    double sum; /* of the epoch's rows */
    size_t samples;
    double loss[STEPS_MOST];
} journal;

/* A batch's own loss, out of the epoch's running mean. */
static bool note(void *user, const glia_batch *b)
{
    journal *j = user;
    if (b->batch == 1) j->sum = 0, j->samples = 0;
    double sum = b->loss * (double)b->samples;
    j->loss[j->steps++] = (sum - j->sum) / (double)(b->samples - j->samples);
    j->sum = sum;
    j->samples = b->samples;
    return j->steps == j->most;
}

static void train(const golden_run *r, glia_model *m, const glia_data *d, journal *j)
{
    size_t   *order = need(r->rows, sizeof *order), *last = need(r->rows, sizeof *last), *p = need(r->rows, sizeof *p);
    glia_rng *rng;
    EXPECT_OK(glia_rng_new(&rng, 42));
    glia_rng_permutation(rng, p, r->rows);
    for (size_t i = 0; i < r->rows; i++) order[i] = i;
    for (size_t fits = r->shuffled ? r->epochs : 1; fits-- > 0;) {
        glia_data *view;
        memcpy(last, order, r->rows * sizeof *last);
        for (size_t i = 0; i < r->rows && r->shuffled; i++) order[i] = last[p[i]];
        EXPECT_OK(glia_data_rows(d, order, r->rows, &view));
        EXPECT_OK(glia_fit(m, view, NULL,
                           &(glia_fit_options){.epochs = r->shuffled ? 1 : r->epochs,
                                               .batch = r->batch,
                                               .no_shuffle = true,
                                               .optimizer = r->optimizer,
                                               .loss = r->loss,
                                               .scale = r->inputs == UNIT_BYTES ? "unit" : "none",
                                               .on_batch = note,
                                               .user = j}));
        glia_data_free(view);
    }
    glia_rng_free(rng);
    free(order);
    free(last);
    free(p);
}

/* ---- what it reached ------------------------------------------------------------------------------------------- */

/* The tensor as the case has it: whole, or its sums and a sample. */
static void expect_tensor(const golden_run *r, const golden_case *c, glia_model *m, const tensor *t)
{
    char             final[64];
    golden_tolerance near = golden_tolerance_variant(c, r->variant), wide = {near.rtol, near.atol * sqrt(PIXELS)};
    size_t           rows = r->in_out ? t->in : t->out, columns = t->count / rows;
    glia_real       *got = need(t->count, sizeof *got);
    double *w = need(t->count, sizeof *w), *by_row = need(rows, sizeof *w), *by_column = need(columns, sizeof *w);
    const golden_array *whole, *row, *column, *sample;
    snprintf(final, sizeof final, "%s_final", t->golden);
    whole = array(c, "%s_%s", final, r->variant);
    row = array(c, "%s_%s_rowsum", final, r->variant);
    column = array(c, "%s_%s_colsum", final, r->variant);
    sample = array(c, "%s_%s_sample", final, r->variant);
    EXPECT_OK(glia_parameter_get(m, t->name, got, t->count));
    for (size_t k = 0; k < t->count; k++) {
        w[k] = (double)got[turned(r, t, k)];
        by_row[k / columns] += w[k];
        by_column[k % columns] += w[k];
    }
    assert_true(whole || (row && column && sample));
    if (whole) golden_expect_doubles(whole, w, near);
    if (row) golden_expect_doubles(row, by_row, wide);
    if (column) golden_expect_doubles(column, by_column, wide);
    for (size_t k = 0; sample && k < sample->count; k++)
        assert_true(golden_near(w[k * 7919 % t->count], sample->values[k], near.rtol, near.atol));
    free(got);
    free(w);
    free(by_row);
    free(by_column);
}

static void expect_run(const golden_run *r)
{
    char name[64];
    snprintf(name, sizeof name, "training/%s", r->name);
    golden_case        *c = golden_open(name);
    const golden_array *losses = array(c, "losses_%s%s", r->variant, "");
    glia_data          *d = slice(r);
    glia_model         *m;
    journal             j = {.most = losses->count};
    EXPECT_OK(glia_model_new(&m, r->net, d, 0));
    draw_start(r, c, m);
    train(r, m, d, &j);
    assert_int_equal(j.steps, losses->count);
    for (size_t i = 0; i < j.steps; i++) j.loss[i] *= r->loss_unit;
    golden_expect_doubles(losses, j.loss, golden_tolerance_variant(c, r->variant));
    for (size_t i = 0; i < 2 * layers_of(c); i++) {
        tensor t = tensor_of(c, i / 2 + 1, i % 2);
        expect_tensor(r, c, m, &t);
    }
    glia_model_free(m);
    glia_data_free(d);
    golden_close(c);
}

static void the_textbook_trajectories(void **state)
{
    (void)state;
    for (size_t i = 0; i < (IS_DOUBLE ? COUNT(runs) : (size_t)RUNS_OF_FLOATS); i++) expect_run(&runs[i]);
}

/* ---- a fit is a loop ------------------------------------------------------------------------------------------- */

enum { ROWS = 50, COLUMNS_MOST = 300, BATCH = 8, EPOCHS = 2, SEED = 11 };

static const struct loop {
    const char *optimizer;
    double      clip_norm, clip_value;
    bool        bits; /* plain descent adds the gradient in another order than a loop by hand */
} loops[] = {
    {"adam lr=0.01", 0, 0, true},
    {"sgd lr=0.1 momentum=0.9", 0.05, 0, true},
    {"rmsprop", 0, 0.01, true},
    {"adagrad lr=0.1", 0.1, 0.02, true},
    {"sgd lr=0.1", 0, 0, false},
    {"sgd lr=1", 0.2, 0, true},
    {"adamw weight_decay=0.1 decay_bias=no", 0, 0, true},
};

static void step_by_hand(glia_model *m, glia_optimizer *o, const struct loop *l, const glia_data *d,
                         const size_t *order, size_t rows)
{
    glia_real      x[BATCH * COLUMNS_MOST];
    int32_t        classes[BATCH];
    glia_data_info info;
    glia_data_describe(d, &info);
    for (size_t r = 0; r < rows; r++) {
        classes[r] = glia_data_class(d, order[r]);
        for (size_t i = 0; i < info.columns; i++) x[r * info.columns + i] = (glia_real)glia_data_input(d, order[r], i);
    }
    EXPECT_OK(glia_forward(m, x, rows, NULL));
    EXPECT_OK(glia_loss(m, NULL, classes, NULL, NULL));
    EXPECT_OK(glia_backward(m));
    if (l->clip_norm > 0) EXPECT_OK(glia_clip_norm(m, l->clip_norm, NULL));
    if (l->clip_value > 0) EXPECT_OK(glia_clip_value(m, l->clip_value));
    EXPECT_OK(glia_step(m, o));
}

/* One permutation of RandomState(seed) an epoch, its batches in order, the last one smaller. */
static void loop_by_hand(glia_model *m, const struct loop *l, const glia_data *d)
{
    size_t          order[ROWS];
    glia_rng       *rng;
    glia_optimizer *o;
    EXPECT_OK(glia_rng_new(&rng, SEED));
    EXPECT_OK(glia_optimizer_new(&o, l->optimizer, m));
    for (size_t e = 0; e < EPOCHS; e++) {
        glia_rng_permutation(rng, order, ROWS);
        for (size_t at = 0; at < ROWS; at += BATCH)
            step_by_hand(m, o, l, d, order + at, ROWS - at < BATCH ? ROWS - at : BATCH);
    }
    glia_optimizer_free(o);
    glia_rng_free(rng);
}

static void compare_loops(size_t columns, const char *net)
{
    glia_data *d = class_data(4, ROWS, columns, 3);
    for (size_t i = 0; i < COUNT(loops); i++) {
        glia_model *fitted, *looped;
        EXPECT_OK(glia_model_new(&fitted, net, d, 2));
        EXPECT_OK(glia_model_new(&looped, net, d, 2));
        EXPECT_OK(glia_fit(fitted, d, NULL,
                           &(glia_fit_options){.epochs = EPOCHS,
                                               .batch = BATCH,
                                               .seed = SEED,
                                               .optimizer = loops[i].optimizer,
                                               .clip_norm = loops[i].clip_norm,
                                               .clip_value = loops[i].clip_value}));
        loop_by_hand(looped, &loops[i], d);
        if (loops[i].bits)
            assert_memory_equal(fitted->parameters, looped->parameters, fitted->n_parameters * sizeof(glia_real));
        for (size_t k = 0; k < fitted->n_parameters; k++)
            assert_true(golden_near((double)fitted->parameters[k], (double)looped->parameters[k], 1e-4, 1e-5));
        glia_model_free(fitted);
        glia_model_free(looped);
    }
    glia_data_free(d);
}

static void a_fit_is_the_loop_by_hand(void **state)
{
    (void)state;
    compare_loops(6, "dense 7, tanh, dense 3, softmax");
    compare_loops(300, "dense 130, tanh, dense 3, softmax"); /* panels, the last one narrow */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_textbook_trajectories),
        cmocka_unit_test(a_fit_is_the_loop_by_hand),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
