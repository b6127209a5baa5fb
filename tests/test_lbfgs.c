/* L-BFGS: as an algorithm on functions whose minimum is known, and as a way to train, against scikit-learn's MLP. */
#include "golden.h"
#include "help.h"
#include "model/model.h"
#include "parts/lbfgs.h"

/* ---- functions ------------------------------------------------------------------------------------------------- */

enum { NUMBERS_MOST = 50 };

typedef struct problem {
    glia__lbfgs       l;
    glia__optim       rule;
    glia__optim_state state;
    real              x[NUMBERS_MOST], g[NUMBERS_MOST];
} problem;

static void begin(problem *p, const char *text, glia__objective *f, size_t n, const double *from)
{
    *p = (problem){0};
    EXPECT_OK(glia__optim_parse(&p->rule, text));
    EXPECT_OK(glia__optim_state_new(&p->state, &p->rule, n));
    for (size_t i = 0; i < n; i++) p->x[i] = (real)from[i];
    p->l = (glia__lbfgs){.x = p->x, .g = p->g, .rule = &p->rule, .slot = p->state.slot, .f = f, .context = p};
    EXPECT_OK(glia__lbfgs_room(&p->l, n));
}

static void finish(problem *p)
{
    glia__lbfgs_clear(&p->l);
    glia__optim_state_clear(&p->state);
}

static double gradient_norm(const problem *p)
{
    double squares = 0;
    for (size_t i = 0; i < p->l.n; i++) squares += (double)p->g[i] * (double)p->g[i];
    return sqrt(squares);
}

/* Iterates while f falls: it does, each time. Returns how it ended, NULL if it did not. */
static glia__descent run(problem *p, size_t iterations)
{
    glia__descent end = GLIA__DESCENDED;
    for (size_t i = 0; i < iterations && end == GLIA__DESCENDED; i++) {
        bool   begun = p->l.begun;
        double before = p->l.value;
        end = glia__lbfgs_iterate(&p->l);
        if (begun && end == GLIA__DESCENDED) assert_true(p->l.value < before);
        if (begun && end != GLIA__DESCENDED) assert_true(p->l.value == before);
    }
    return end;
}

/* Rosenbrock 1960, in pairs: 100 (y - x^2)^2 + (1 - x)^2, least at (1, 1). */
static double rosenbrock(void *context, const real *x, real *g)
{
    const problem *p = context;
    double         sum = 0;
    for (size_t i = 0; i < p->l.n; i += 2) {
        double a = (double)x[i], b = (double)x[i + 1], c = b - a * a;
        sum += 100 * c * c + (1 - a) * (1 - a);
        g[i] = (real)(-400 * a * c - 2 * (1 - a));
        g[i + 1] = (real)(200 * c);
    }
    return sum;
}

static void rosenbrocks_valley(void **state)
{
    (void)state;
    static const char *const texts[] = {"lbfgs tolerance=1e-10", "lbfgs 2 tolerance=1e-10", "lbfgs 30 tolerance=1e-10",
                                        "lbfgs 1 tolerance=1e-10"};
    static const double      starts[][2] = {{-1.2, 1}, {0, 0}, {3, -4}, {-20, 30}};
    for (size_t t = 0; t < COUNT(texts); t++)
        for (size_t s = 0; s < COUNT(starts); s++) {
            problem p;
            begin(&p, texts[t], rosenbrock, 2, starts[s]);
            glia__descent end = run(&p, 500);
            if (IS_DOUBLE) assert_true(end == GLIA__DESCENT_FLAT);
            assert_true(end != GLIA__DESCENDED && end != GLIA__DESCENT_NONFINITE);
            assert_true(golden_near((double)p.x[0], 1, 0, IS_DOUBLE ? 1e-9 : 2e-3));
            assert_true(golden_near((double)p.x[1], 1, 0, IS_DOUBLE ? 1e-9 : 4e-3));
            if (IS_DOUBLE) assert_true(gradient_norm(&p) < 1e-8);
            finish(&p);
        }
}

/* From the usual start a quasi-Newton method needs some 35 to 40 iterations (Nocedal and Wright, table 6.2 has 34 for
 * BFGS, thousands for steepest descent): remembering helps. */
static void it_takes_few_iterations(void **state)
{
    (void)state;
    problem p;
    begin(&p, "lbfgs tolerance=1e-3", rosenbrock, 2, (const double[]){-1.2, 1});
    assert_true(run(&p, 60) == GLIA__DESCENT_FLAT);
    assert_true(p.rule.steps < 50 && p.l.evaluations < 100);
    finish(&p);
    begin(&p, "lbfgs tolerance=1e-3", rosenbrock, 50,
          (const double[50]){-1.2, 1, 2, 3, 0.5, -1, -2, 2, 1.5, 0, 3, 1, -1, -1});
    assert_true(run(&p, 300) == GLIA__DESCENT_FLAT);
    for (size_t i = 0; i < 50; i++) assert_true(golden_near((double)p.x[i], 1, 0, 2e-2));
    finish(&p);
}

/* sum i (x_i - i)^2 / 2 */
static double bowl(void *context, const real *x, real *g)
{
    const problem *p = context;
    double         sum = 0;
    for (size_t i = 0; i < p->l.n; i++) {
        double k = (double)(i + 1), d = (double)x[i] - k;
        sum += k * d * d / 2;
        g[i] = (real)(k * d);
    }
    return sum;
}

/* Every accepted step satisfies the strong Wolfe conditions; the algorithm's own constants are 1e-4 and 0.9. */
static void steps_satisfy_wolfe(void **state)
{
    (void)state;
    glia__objective *const functions[] = {rosenbrock, bowl};
    for (size_t f = 0; f < COUNT(functions); f++) {
        problem p;
        begin(&p, "lbfgs tolerance=1e-2", functions[f], 6, (const double[]){-1.2, 1, 3, 3, -2, 0.5});
        p.l.value = p.l.f(&p, p.x, p.g);
        for (size_t i = 0; i < 200; i++) {
            double slope = 0, later = 0, value = p.l.f(&p, p.x, p.g);
            real   x[6], g[6];
            memcpy(x, p.x, sizeof x);
            memcpy(g, p.g, sizeof g);
            if (glia__lbfgs_iterate(&p.l) != GLIA__DESCENDED) break;
            for (size_t j = 0; j < 6; j++) {
                slope += (double)g[j] * ((double)p.x[j] - (double)x[j]);
                later += (double)p.g[j] * ((double)p.x[j] - (double)x[j]);
            }
            double room = IS_DOUBLE ? 1e-12 : 1e-5 * (1 + value);
            assert_true(p.l.value <= value + 1e-4 * slope + room);
            assert_true(fabs(later) <= 0.9 * fabs(slope) + room);
        }
        assert_true(p.rule.steps > 5 && glia__lbfgs_is_flat(&p.l));
        finish(&p);
    }
}

/* Its blocks, steps and memory are all that it remembers: another one that gets them goes on with the same bits. */
static void nothing_else_is_remembered(void **state)
{
    (void)state;
    problem one, other;
    begin(&one, "lbfgs 3", rosenbrock, 4, (const double[]){-1.2, 1, 2, 2});
    for (size_t i = 0; i < 20; i++) {
        if (i % 3 == 2) {
            begin(&other, "lbfgs 3", rosenbrock, 4, (const double[4]){0});
            memcpy(other.x, one.x, sizeof one.x);
            for (size_t s = 0; s < one.rule.slots; s++)
                memcpy(other.state.slot[s], one.state.slot[s], 4 * sizeof(real));
            memcpy(other.rule.memory, one.rule.memory, sizeof one.rule.memory);
            other.rule.steps = one.rule.steps;
            glia__descent a = glia__lbfgs_iterate(&one.l), b = glia__lbfgs_iterate(&other.l);
            assert_true(a == b && one.rule.steps == other.rule.steps);
            assert_memory_equal(one.x, other.x, 4 * sizeof(real));
            finish(&other);
        } else {
            glia__lbfgs_iterate(&one.l);
        }
    }
    assert_true(one.rule.steps > 10);
    finish(&one);
}

/* log x is only there for x > 0: x - log x, least at 1. */
static double cliff(void *context, const real *x, real *g)
{
    (void)context;
    g[0] = 1 - 1 / x[0];
    return (double)x[0] - log((double)x[0]);
}

static double nowhere(void *context, const real *x, real *g)
{
    (void)context, (void)x;
    g[0] = 1;
    return (double)NAN;
}

/* Its gradient points up. */
static double liar(void *context, const real *x, real *g)
{
    (void)context;
    g[0] = -1;
    return (double)x[0];
}

static double endless(void *context, const real *x, real *g)
{
    (void)context;
    g[0] = 1;
    return (double)x[0];
}

static void how_it_ends(void **state)
{
    (void)state;
    problem p;
    begin(&p, "lbfgs", cliff, 1, (const double[]){40});
    assert_true(run(&p, 100) != GLIA__DESCENT_NONFINITE);
    assert_true(golden_near((double)p.x[0], 1, 1e-3, 0));
    finish(&p);
    begin(&p, "lbfgs", cliff, 1, (const double[]){-1});
    assert_true(glia__lbfgs_iterate(&p.l) == GLIA__DESCENT_NONFINITE && p.x[0] == -1);
    finish(&p);
    begin(&p, "lbfgs", nowhere, 1, (const double[]){2});
    assert_true(glia__lbfgs_iterate(&p.l) == GLIA__DESCENT_NONFINITE && p.x[0] == 2);
    finish(&p);
    begin(&p, "lbfgs tries=7", liar, 1, (const double[]){2});
    assert_true(glia__lbfgs_iterate(&p.l) == GLIA__DESCENT_STUCK);
    assert_true(p.x[0] == 2 && p.g[0] == -1 && p.l.value == 2 && p.l.evaluations <= 8 && p.rule.steps == 0);
    finish(&p);
    begin(&p, "lbfgs tries=5", endless, 1, (const double[]){2}); /* 1 + 2 + 4 + 8, and the best of them again */
    assert_true(glia__lbfgs_iterate(&p.l) == GLIA__DESCENDED && p.x[0] == -6);
    finish(&p);
    begin(&p, "lbfgs", bowl, 2, (const double[]){1, 2});
    assert_true(glia__lbfgs_iterate(&p.l) == GLIA__DESCENT_FLAT && p.l.evaluations == 1);
    finish(&p);
}

/* ---- training -------------------------------------------------------------------------------------------------- */

static void set_tensor(glia_model *m, const golden_case *c, const char *name, const char *array)
{
    const golden_array *a = golden_get(c, array);
    glia_real          *values = golden_reals(a);
    EXPECT_OK(glia_parameter_set(m, name, values, a->count));
    free(values);
}

typedef struct task {
    glia_data  *d;
    glia_model *m;
    double      decay; /* scikit-learn's alpha / (2 rows) sum w^2 as weight_decay / 2 sum w^2, of this loss */
} task;

static task open_task(const golden_case *c, bool numbers)
{
    task                t;
    const golden_array *x = golden_get(c, "x");
    glia_real          *values = golden_reals(x), *targets = numbers ? golden_reals(golden_get(c, "t")) : NULL;
    int32_t            *classes = numbers ? NULL : golden_ints(golden_get(c, "t"));
    EXPECT_OK(glia_data_from_reals(&t.d, values, x->shape[0], x->shape[1], classes, targets, numbers ? 1 : 3));
    EXPECT_OK(glia_model_new(&t.m, numbers ? "dense 3, tanh, dense 1" : "dense 8, tanh, dense 3, softmax", t.d, 0));
    set_tensor(t.m, c, "0.weight", "w0");
    set_tensor(t.m, c, "0.bias", "b0");
    set_tensor(t.m, c, "2.weight", "w1");
    set_tensor(t.m, c, "2.bias", "b1");
    t.decay = golden_setting(c, "alpha", 0) / (double)x->shape[0] * (numbers ? 2 : 1); /* its loss is half of mse */
    free(values);
    free(targets);
    free(classes);
    return t;
}

static void close_task(task *t)
{
    glia_model_free(t->m);
    glia_data_free(t->d);
}

static double squares_of_weights(const glia_model *m)
{
    double             sum = 0;
    const glia__param *p;
    for (size_t i = 0; (p = glia__model_param(m, i, NULL)); i++)
        for (size_t k = 0; p->in && k < p->room; k++) sum += (double)p->value[k] * (double)p->value[k];
    return sum;
}

static void text_of(char text[128], const char *start, double decay)
{
    char number[32];
    glia_number_write(number, decay);
    snprintf(text, 128, "%s weight_decay=%s decay_bias=no", start, number);
}

/* From the same weights to the same minimum as scikit-learn's. */
static void expect_sklearns_minimum(const char *name, bool numbers, bool by_layer)
{
    char             text[128];
    golden_case     *c = golden_open(name);
    golden_tolerance near = golden_tolerance_of(c);
    task             t = open_task(c, numbers);
    text_of(text, "lbfgs tolerance=1e-9", by_layer ? 0 : t.decay);
    for (size_t i = 0; by_layer && i < t.m->n_layers; i++) t.m->layers[i].penalty.l2 = t.decay / 2;
    EXPECT_OK(glia_fit(t.m, t.d, NULL, &(glia_fit_options){.epochs = 3000, .optimizer = text, .scale = "none"}));
    const char *stopped = glia_model_stopped(t.m);
    assert_true(strcmp(stopped, "gradient") == 0 || strcmp(stopped, "step") == 0);
    double told = t.m->history[t.m->n_history - 1].loss, squares = squares_of_weights(t.m);
    double loss = (told + t.decay / 2 * squares) / (numbers ? 2 : 1);
    golden_expect_doubles(golden_get(c, "loss"), &loss, near);
    assert_true(golden_near(squares, golden_get(c, "squares")->values[0], IS_DOUBLE ? 1e-4 : 2e-2, 0));
    close_task(&t);
    golden_close(c);
}

static void scikit_learns_minimum(void **state)
{
    (void)state;
    expect_sklearns_minimum("update/lbfgs_classes", false, false);
    expect_sklearns_minimum("update/lbfgs_classes", false, true);
    expect_sklearns_minimum("update/lbfgs_numbers", true, false);
}

/* The size of a batch is how many rows are computed at a time, the number of threads who does it: the run is the same
 * (within rounding, and to the bit). */
static void batches_and_threads_do_not_matter(void **state)
{
    (void)state;
    static const size_t batches[] = {GLIA_FULL_BATCH, 32, 7};
    golden_case        *c = golden_open("update/lbfgs_classes");
    double              loss[COUNT(batches)] = {0};
    for (size_t b = 0; b < COUNT(batches); b++) {
        glia_real one[8 * 4];
        for (unsigned threads = 1; threads <= 3; threads++) {
            glia_real w[8 * 4];
            task      t = open_task(c, false);
            EXPECT_OK(glia_fit(
                t.m, t.d, t.d,
                &(glia_fit_options){.epochs = 8, .batch = batches[b], .threads = threads, .optimizer = "lbfgs 4"}));
            assert_string_equal("epochs", glia_model_stopped(t.m));
            const glia_epoch *e = &t.m->history[7];
            assert_true(golden_near(e->loss, e->val_loss, IS_DOUBLE ? 1e-10 : 1e-4, 0)); /* of the weights reached */
            assert_true(golden_near(e->accuracy, e->val_accuracy, 1e-12, 0));
            assert_true(e->samples % 150 == 0 && e->samples > 0 && e->loss < t.m->history[0].loss);
            EXPECT_OK(glia_parameter_get(t.m, "0.weight", w, COUNT(w)));
            if (threads > 1) assert_memory_equal(one, w, sizeof w);
            memcpy(one, w, sizeof w);
            loss[b] = e->loss;
            close_task(&t);
        }
        assert_true(golden_near(loss[b], loss[0], IS_DOUBLE ? 1e-8 : 1e-2, 0));
    }
    golden_close(c);
}

/* Numbers are learnt in units of their own spread: whatever the user's, the run is the same. */
static void units_do_not_matter(void **state)
{
    (void)state;
    static const double units[] = {1, 1024};
    double              loss[2];
    glia_real           w[2][12];
    for (size_t i = 0; i < 2; i++) {
        glia_model *m;
        glia_data  *d = number_data(8, 40, 3, 2, units[i]);
        EXPECT_OK(glia_model_new(&m, "dense 4, tanh, dense 2", d, 1));
        EXPECT_OK(glia_fit(m, d, NULL, &(glia_fit_options){.epochs = 15, .batch = 16, .optimizer = "lbfgs"}));
        loss[i] = m->history[14].loss;
        assert_true(loss[i] < m->history[0].loss / 5);
        EXPECT_OK(glia_parameter_get(m, "0.weight", w[i], 12));
        glia_model_free(m);
        glia_data_free(d);
    }
    assert_memory_equal(w[0], w[1], sizeof w[0]); /* a power of two */
    assert_true(golden_near(loss[1], loss[0] * 1024 * 1024, 1e-6, 0));
}

/* Losses that are summed over the batch are summed over all. */
static void sums_stay_sums(void **state)
{
    (void)state;
    static const size_t batches[] = {GLIA_FULL_BATCH, 16};
    double              loss[2];
    glia_data          *d = number_data(8, 40, 3, 2, 1);
    for (size_t i = 0; i < 2; i++) {
        glia_model *m;
        EXPECT_OK(glia_model_new(&m, "dense 4, tanh, dense 2", d, 1));
        EXPECT_OK(glia_fit(
            m, d, NULL,
            &(glia_fit_options){.epochs = 5, .batch = batches[i], .optimizer = "lbfgs", .loss = "mse reduce=sum"}));
        loss[i] = m->history[4].loss;
        assert_true(loss[i] < m->history[0].loss);
        glia_model_free(m);
    }
    assert_true(golden_near(loss[0], loss[1], IS_DOUBLE ? 1e-9 : 1e-2, 0));
    glia_data_free(d);
}

static void a_loss_that_is_not_finite(void **state)
{
    (void)state;
    glia_data  *d = number_data(8, 40, 3, 1, 1);
    glia_model *m;
    EXPECT_OK(glia_model_new(&m, "dense 4, dense 1", d, 1));
    m->parameters[0] = (real)INFINITY;
    EXPECT_FAILS(glia_fit(m, d, NULL, &(glia_fit_options){.optimizer = "lbfgs"}), GLIA_E_NONFINITE,
                 "epoch 1, batch 1: layer 0 (dense) became infinite or NaN");
    glia_model_free(m);
    glia_data_free(d);
}

static bool stop_at_third(void *user, const glia_epoch *e)
{
    (void)user;
    return e->epoch == 3;
}

static void a_run_says_how_it_ended(void **state)
{
    (void)state;
    golden_case *c = golden_open("update/lbfgs_classes");
    task         t = open_task(c, false);
    assert_string_equal("", glia_model_stopped(t.m));
    EXPECT_OK(glia_fit(t.m, t.d, NULL, &(glia_fit_options){.optimizer = "lbfgs", .on_epoch = stop_at_third}));
    assert_string_equal("callback", glia_model_stopped(t.m));
    assert_int_equal(3, t.m->n_history);
    EXPECT_OK(glia_fit(t.m, t.d, NULL, &(glia_fit_options){.optimizer = "lbfgs tolerance=100"}));
    assert_string_equal("gradient", glia_model_stopped(t.m));
    assert_int_equal(1, t.m->n_history);
    EXPECT_OK(glia_fit(t.m, t.d, NULL, &(glia_fit_options){.epochs = 2, .optimizer = "adam"}));
    assert_string_equal("epochs", glia_model_stopped(t.m));
    EXPECT_OK(glia_fit(t.m, t.d, t.d, &(glia_fit_options){.epochs = 50, .optimizer = "sgd lr=0", .patience = 2}));
    assert_string_equal("patience", glia_model_stopped(t.m));
    close_task(&t);
    golden_close(c);
}

/* Averages are made beside the run, which never sees them. */
static void averages_go_with_it(void **state)
{
    (void)state;
    golden_case     *c = golden_open("update/lbfgs_classes");
    task             plain = open_task(c, false), moving = open_task(c, false), equal = open_task(c, false);
    glia_fit_options o = {.epochs = 6, .optimizer = "lbfgs"};
    EXPECT_OK(glia_fit(plain.m, plain.d, NULL, &o));
    o.swa = "50%";
    EXPECT_OK(glia_fit(equal.m, equal.d, NULL, &o));
    o.swa = NULL, o.ema = 0.5;
    EXPECT_OK(glia_fit(moving.m, moving.d, NULL, &o));
    for (size_t e = 0; e < 6; e++) {
        assert_true(plain.m->history[e].loss == equal.m->history[e].loss);
        assert_true(plain.m->history[e].loss == moving.m->history[e].loss);
    }
    assert_true(squares_of_weights(equal.m) != squares_of_weights(plain.m));
    assert_true(squares_of_weights(moving.m) != squares_of_weights(plain.m));
    close_task(&plain);
    close_task(&moving);
    close_task(&equal);
    golden_close(c);
}

static void what_does_not_go_with_it(void **state)
{
    (void)state;
    golden_case *c = golden_open("update/lbfgs_classes");
    task         t = open_task(c, false);
#define REFUSED(status, part, ...)                                                                                     \
    EXPECT_FAILS(glia_fit(t.m, t.d, NULL, &(glia_fit_options){.optimizer = "lbfgs", __VA_ARGS__}), status, part)
    REFUSED(GLIA_E_ARG, "finds its length: limits of gradients do not go with it", .clip_norm = 1);
    REFUSED(GLIA_E_ARG, "finds its length: limits of gradients do not go with it", .clip_value = 1);
    REFUSED(GLIA_E_ARG, "accumulate does not go with it", .accumulate = 2);
    REFUSED(GLIA_E_ARG, "augmentation does not go with it", .augment = "shift 1");
    REFUSED(GLIA_E_TEXT, "lbfgs finds the size of its steps itself, so no schedule goes with it", .schedule = "cosine");
    t.m->layers[0].penalty.max_norm = 1;
    REFUSED(GLIA_E_ARG, "l1 and max_norm of a layer do not go with it", .epochs = 1);
    t.m->layers[0].penalty = (glia__penalty){.l1 = 1};
    REFUSED(GLIA_E_ARG, "l1 and max_norm of a layer do not go with it", .epochs = 1);
    glia_optimizer *o;
    EXPECT_FAILS(glia_optimizer_new(&o, "lbfgs", t.m), GLIA_E_ARG, "lbfgs makes no single steps; it is for glia_fit");
    assert_null(o);
    EXPECT_OK(glia_optimizer_new(&o, "rprop", t.m));
    EXPECT_FAILS(glia_optimizer_set_rate(o, 0.1), GLIA_E_ARG, "rprop finds the size of its steps itself");
    glia_optimizer_free(o);
    close_task(&t);
    golden_close(c);
}

static void layers_that_do_not_go_with_it(void **state)
{
    (void)state;
    glia_data             *d = number_data(8, 40, 3, 1, 1);
    const glia_fit_options o = {.optimizer = "lbfgs", .epochs = 2};
    glia_model            *m;
    EXPECT_OK(glia_model_new(&m, "dense 4, batchnorm, dense 1", d, 1));
    EXPECT_FAILS(glia_fit(m, d, NULL, &o), GLIA_E_SHAPE,
                 "layer 1 (batchnorm): looks across the rows of a batch, which does not go with lbfgs unless frozen");
    glia_model_free(m);
    EXPECT_OK(glia_model_new(&m, "dense 4, batchnorm freeze=yes, dense 1", d, 1));
    EXPECT_OK(glia_fit(m, d, NULL, &o));
    glia__layer_class drawing = *m->layers[1].class;
    drawing.draws = true;
    m->layers[1].class = &drawing;
    EXPECT_FAILS(glia_fit(m, d, NULL, &o), GLIA_E_SHAPE,
                 "layer 1 (batchnorm): is a matter of chance, which does not go with lbfgs");
    glia_model_free(m);
    glia_data_free(d);
}

/* What is frozen stays where it is, and neither decays nor counts. */
static void frozen_layers_stay(void **state)
{
    (void)state;
    glia_data  *d = number_data(8, 40, 3, 1, 1);
    glia_model *m;
    glia_real   before[12], after[12];
    double      loss[2];
    for (size_t i = 0; i < 2; i++) {
        EXPECT_OK(glia_model_new(
            &m, i ? "dense 4 freeze=yes l2=0.5, tanh, dense 1" : "dense 4 freeze=yes, tanh, dense 1", d, 1));
        EXPECT_OK(glia_parameter_get(m, "0.weight", before, 12));
        EXPECT_OK(glia_fit(m, d, NULL, &(glia_fit_options){.epochs = 5, .optimizer = "lbfgs weight_decay=0.01"}));
        EXPECT_OK(glia_parameter_get(m, "0.weight", after, 12));
        assert_memory_equal(before, after, sizeof before);
        loss[i] = m->history[4].loss;
        assert_true(loss[i] < m->history[0].loss);
        glia_model_free(m);
    }
    assert_true(loss[0] == loss[1]);
    glia_data_free(d);
}

/* Gains and shifts are no weights, whatever their shape: where nothing else learns, nothing decays. */
static void gains_do_not_decay(void **state)
{
    (void)state;
    static const char *const texts[] = {"lbfgs", "lbfgs weight_decay=0.5 decay_bias=no", "lbfgs weight_decay=0.5"};
    glia_data               *d = number_data(8, 40, 8, 1, 1);
    glia_model              *m[COUNT(texts)];
    for (size_t i = 0; i < COUNT(texts); i++) {
        EXPECT_OK(glia_model_new(&m[i], "input 2x2x2, layernorm, tanh, flatten, dense 1 freeze=yes", d, 1));
        EXPECT_OK(glia_fit(m[i], d, NULL, &(glia_fit_options){.epochs = 5, .optimizer = texts[i]}));
    }
    const size_t bytes = m[0]->n_parameters * sizeof *m[0]->parameters;
    assert_memory_equal(m[0]->parameters, m[1]->parameters, bytes);
    assert_memory_not_equal(m[0]->parameters, m[2]->parameters, bytes);
    for (size_t i = 0; i < COUNT(texts); i++) glia_model_free(m[i]);
    glia_data_free(d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rosenbrocks_valley),
        cmocka_unit_test(it_takes_few_iterations),
        cmocka_unit_test(steps_satisfy_wolfe),
        cmocka_unit_test(nothing_else_is_remembered),
        cmocka_unit_test(how_it_ends),
        cmocka_unit_test(scikit_learns_minimum),
        cmocka_unit_test(batches_and_threads_do_not_matter),
        cmocka_unit_test(units_do_not_matter),
        cmocka_unit_test(sums_stay_sums),
        cmocka_unit_test(a_loss_that_is_not_finite),
        cmocka_unit_test(a_run_says_how_it_ended),
        cmocka_unit_test(averages_go_with_it),
        cmocka_unit_test(what_does_not_go_with_it),
        cmocka_unit_test(layers_that_do_not_go_with_it),
        cmocka_unit_test(frozen_layers_stay),
        cmocka_unit_test(gains_do_not_decay),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
