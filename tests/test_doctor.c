/* The doctor: names the fault of nets that are broken on purpose, says nothing of sound ones, measures what it says it
 * measures, and leaves everything as it was. All trainings are real ones, of fixed seeds. */
#include "doctor_cases.h"
#include "folder.h"
#include "scarce.h"

static void assert_near(double got, double want, double most)
{
    if (!(fabs(got - want) <= most)) fail_msg("%.12g, not %.12g", got, want);
}

/* ---- naming the fault ------------------------------------------------------------------------------------------ */

static void a_broken_net_is_named(void **state)
{
    const doctor_case  *c = *state;
    glia_data          *train, *validation;
    glia_model         *m = treated(c, &train, &validation);
    size_t              count;
    const glia_finding *f = glia_model_findings(m, &count);
    if (count == 0) fail_msg("%s: nothing was found, not %s", c->name, c->kind);
    if (strcmp(f[0].kind, c->kind) != 0) fail_msg("%s: %s (%s), not %s", c->name, f[0].kind, f[0].what, c->kind);
    for (size_t i = 0; i < count; i++) {
        assert_true(f[i].severity > 0 && f[i].severity <= 1);
        assert_true(i == 0 || f[i].severity <= f[i - 1].severity);
        assert_true(*f[i].what && *f[i].cure);
        assert_true(strlen(f[i].what) + 1 < sizeof f[i].what && strlen(f[i].cure) + 1 < sizeof f[i].cure);
    }
    release_case(m, train, validation);
}

static void a_sound_net_is_left_alone(void **state)
{
    const doctor_case  *c = *state;
    glia_data          *train, *validation;
    glia_model         *m = treated(c, &train, &validation);
    size_t              count;
    const glia_finding *f = glia_model_findings(m, &count);
    if (count) fail_msg("%s: %s: %s", c->name, f[0].kind, f[0].what);
    release_case(m, train, validation);
}

/* ---- what is measured ------------------------------------------------------------------------------------------ */

/* The finding of this kind; the test fails if there is none. */
static const glia_finding *finding(const glia_model *m, const char *kind)
{
    size_t              count;
    const glia_finding *f = glia_model_findings(m, &count);
    for (size_t i = 0; i < count; i++)
        if (strcmp(f[i].kind, kind) == 0) return &f[i];
    fail_msg("no %s among %zu findings", kind, count);
    return NULL;
}

static void visit(glia_model *m, const glia_data *d, const char *loss)
{
    glia_diagnosis *diagnosis;
    EXPECT_OK(glia_doctor(
        m, d, NULL, &(glia_fit_options){.loss = loss, .epochs = 1, .optimizer = "sgd lr=0", .threads = 1}, &diagnosis));
    glia_diagnosis_free(diagnosis);
}

/* Of four units, biases make one live and three dead, whatever the inputs in -1..1 are. */
static void dead_units_are_counted(void **state)
{
    (void)state;
    glia_model     *m = model_of("input 2, dense 4, relu, dense 2, softmax", 1);
    glia_data      *d = class_data(1, 60, 2, 2);
    const glia_real bias[4] = {-9, 9, -9, -9};
    EXPECT_OK(glia_parameter_set(m, "0.bias", bias, 4));
    visit(m, d, NULL);
    const glia_finding *f = finding(m, "dead_units");
    assert_near(f->value, 0.75, 0);
    assert_int_equal(f->layer, 1);
    assert_non_null(strstr(f->what, "3 of 4 units of layer 1 (relu) are dead"));
    glia_model_free(m);
    glia_data_free(d);
}

/* Of an image net a unit is a channel, wherever in the image it may be alive. */
static void dead_channels_are_counted(void **state)
{
    (void)state;
    glia_model     *m = model_of("input 1x3x3, conv 3 1x1, relu, flatten, dense 2, softmax", 1);
    glia_data      *d = class_data(1, 60, 9, 2);
    const glia_real weight[3] = {1, 1, -1}, bias[3] = {-9, 0, -9};
    EXPECT_OK(glia_parameter_set(m, "0.weight", weight, 3));
    EXPECT_OK(glia_parameter_set(m, "0.bias", bias, 3));
    visit(m, d, NULL);
    assert_near(finding(m, "dead_units")->value, 2.0 / 3, 1e-12);
    glia_model_free(m);
    glia_data_free(d);
}

/* One unit of ten is never far out, the others always are. */
static void saturation_is_a_share_of_outputs(void **state)
{
    (void)state;
    glia_model *m = model_of("input 2, dense 10, sigmoid, dense 2, softmax", 1);
    glia_data  *d = class_data(1, 60, 2, 2);
    glia_real   bias[10] = {0};
    for (size_t i = 1; i < 10; i++) bias[i] = i % 2 ? -20 : 20;
    EXPECT_OK(glia_parameter_set(m, "0.bias", bias, 10));
    visit(m, d, NULL);
    const glia_finding *f = finding(m, "saturated");
    assert_near(f->value, 0.9, 1e-12);
    assert_int_equal(f->layer, 1);
    glia_model_free(m);
    glia_data_free(d);
}

/* y = w2 w1 w0 x: the gradient is w2 w1 times as large at the first layer as at the last. */
static void gradients_are_compared(void **state)
{
    (void)state;
    const glia_real w = (glia_real)0.005, one = 1;
    glia_model     *m = model_of("input 2, dense 1 bias=no, dense 1 bias=no, dense 1 bias=no, dense 1 bias=no", 1);
    glia_data      *d = number_data(1, 50, 2, 1, 1);
    EXPECT_OK(glia_parameter_set(m, "1.weight", &w, 1));
    EXPECT_OK(glia_parameter_set(m, "2.weight", &w, 1));
    EXPECT_OK(glia_parameter_set(m, "3.weight", &one, 1));
    visit(m, d, NULL);
    const glia_finding *f = finding(m, "vanishing");
    assert_near(f->value, 0.005 * 0.005, 1e-10);
    assert_int_equal(f->layer, 0);
    glia_model_free(m);
    glia_data_free(d);
}

/* The same from below: outputs grow by 200 a layer. */
static void outputs_are_compared_with_inputs(void **state)
{
    (void)state;
    const glia_real w[2] = {200, 0}, v = 200;
    glia_real       x[16];
    glia_model     *m = model_of("input 2, dense 1 bias=no, dense 1 bias=no", 1);
    glia_data      *d;
    for (size_t i = 0; i < 16; i++) x[i] = i % 4 < 2 ? 1 : -1; /* root mean square 1 */
    EXPECT_OK(glia_data_from_reals(&d, x, 8, 2, NULL, x, 1));
    EXPECT_OK(glia_parameter_set(m, "0.weight", w, 2));
    EXPECT_OK(glia_parameter_set(m, "1.weight", &v, 1));
    visit(m, d, NULL);
    const glia_finding *f = finding(m, "exploding");
    assert_near(f->value, 40000, 1e-6);
    assert_int_equal(f->layer, 1);
    glia_model_free(m);
    glia_data_free(d);
}

/* Of logits in 0..1 the best for ten classes is 1 for the true one and 0 for all others: -log(e / (e + 9)). */
static void squashed_logits_have_a_floor(void **state)
{
    (void)state;
    glia_data  *d = class_data(1, 100, 2, 10);
    glia_model *m;
    EXPECT_OK(glia_model_new(&m, "dense 10, sigmoid", d, 1));
    visit(m, d, "cross_entropy");
    assert_near(finding(m, "loss_misfit")->value, -log(exp(1) / (exp(1) + 9)), 1e-12);
    glia_model_free(m);
    glia_data_free(d);
}

static void data_are_counted(void **state)
{
    (void)state;
    enum { ROWS = 100 };
    glia_real x[ROWS * 4];
    int32_t class[ROWS];
    glia_data  *d;
    glia_model *m;
    for (size_t r = 0; r < ROWS; r++) {
        class[r] = r < 4 ? 1 : 0;
        const glia_real row[4] = {(glia_real)(r % 2), 7, r % 2 ? 300 : -300, (glia_real)(r % 3)};
        memcpy(x + 4 * r, row, sizeof row);
    }
    EXPECT_OK(glia_data_from_reals(&d, x, ROWS, 4, class, NULL, 3));
    EXPECT_OK(glia_model_new(&m, "dense 3, softmax", d, 1));
    visit(m, d, NULL);
    const glia_finding *f = finding(m, "unscaled_inputs");
    assert_near(f->value, 300, 1e-9);
    assert_non_null(strstr(f->what, "1 of 4 columns have a root mean square over 20, most of all column 3 with 300"));
    f = finding(m, "constant_columns");
    assert_near(f->value, 0.25, 0);
    assert_non_null(strstr(f->what, "column 2"));
    f = finding(m, "imbalance");
    assert_near(f->value, 24, 0);
    assert_non_null(strstr(f->what, "\"0\" has 96 training rows and \"1\" 4"));
    assert_non_null(strstr(finding(m, "absent_class")->what, "1 of 3 classes have no training row, such as \"2\""));
    glia_model_free(m);
    glia_data_free(d);
}

/* The sentence says where, counted from 1, and how many. */
static void nan_is_found(void **state)
{
    (void)state;
    glia_real  *x = random_reals(3, 90 * 3);
    glia_data  *d;
    glia_model *m;
    x[70 * 3 + 1] = (glia_real)NAN;
    x[80 * 3] = (glia_real)INFINITY;
    EXPECT_OK(glia_data_from_reals(&d, x, 90, 3, NULL, x, 1)); /* its targets are finite */
    EXPECT_OK(glia_model_new(&m, "dense 1", d, 1));
    EXPECT_FAILS(glia_fit(m, d, NULL, &(glia_fit_options){.doctor = true, .threads = 1}), GLIA_E_NONFINITE,
                 "the inputs");
    const glia_finding *f = finding(m, "nan_inputs");
    assert_near(f->value, 2, 0);
    assert_string_equal(f->what, "2 of the inputs are NaN or infinite, the first in row 71, column 2");
    visit(m, d, NULL); /* without a run that fails, too */
    assert_near(finding(m, "nan_inputs")->value, 2, 0);
    glia_model_free(m);
    glia_data_free(d);
    free(x);
}

static void targets_out_of_reach_are_counted(void **state)
{
    (void)state;
    glia_real   x[10], t[10];
    glia_data  *d;
    glia_model *m;
    for (size_t i = 0; i < 10; i++)
        x[i] = t[i] = (glia_real)i; /* standardised, five are below 0; the highest is 1.57 */
    EXPECT_OK(glia_data_from_reals(&d, x, 10, 1, NULL, t, 1));
    EXPECT_OK(glia_model_new(&m, "dense 1, relu", d, 1));
    visit(m, d, NULL);
    assert_near(finding(m, "unreachable_targets")->value, 0.5, 0);
    glia_model_free(m);
    EXPECT_OK(glia_model_new(&m, "dense 1, sigmoid", d, 1));
    visit(m, d, "mse"); /* 8 and 9 are at 1.22 and 1.57 */
    assert_near(finding(m, "unreachable_targets")->value, 0.7, 0);
    glia_model_free(m);
    glia_data_free(d);
}

/* ---- the range test -------------------------------------------------------------------------------------------- */

static void the_range_test_rises_and_suggests(void **state)
{
    (void)state;
    glia_data      *d = opened_digits();
    glia_model     *m;
    glia_diagnosis *g;
    EXPECT_OK(glia_model_new(&m, "dense 32, relu, dense 10, softmax", d, 1));
    EXPECT_OK(glia_doctor(m, d, NULL, &(glia_fit_options){.epochs = 1, .threads = 1}, &g));
    assert_true(g->steps > 100 && g->steps <= 141);
    assert_near(g->rate[0], 1e-6, 1e-18);
    for (size_t i = 1; i < g->steps; i++)
        assert_near(g->rate[i] / g->rate[i - 1], pow(10, 1 / 20.0), 1e-9); /* 1e-6 to 10 in 140 factors */
    assert_near(g->loss[0], log(10), 0.3);
    assert_true(g->suggested >= 1e-3 && g->suggested <= 2e-2); /* what people take for Adam is within */
    glia_diagnosis_free(g);
    /* A rate of which nothing falls suggests nothing: no layer learns. */
    glia_model_free(m);
    EXPECT_OK(glia_model_new(&m, "dense 10 freeze=yes, softmax", d, 1));
    EXPECT_OK(glia_doctor(m, d, NULL, &(glia_fit_options){.epochs = 1, .threads = 1}, &g));
    assert_true(isnan(g->suggested) && !g->falls_on);
    glia_diagnosis_free(g);
    glia_model_free(m);
    glia_data_free(d);
    /* Where the loss still falls at the largest rate, none is found to be enough: the classes lie apart. */
    d = made("blobs n=300 classes=3 noise=0.2");
    EXPECT_OK(glia_model_new(&m, "dense 3, softmax", d, 1));
    EXPECT_OK(glia_doctor(m, d, NULL, &(glia_fit_options){.epochs = 1, .threads = 1, .optimizer = "sgd lr=0.1"}, &g));
    assert_true(g->steps == 141 && g->loss[140] < 0.5 * g->loss[20]);
    assert_true(isnan(g->suggested) && g->falls_on);
    glia_diagnosis_free(g);
    glia_model_free(m);
    glia_data_free(d);
}

/* ---- nothing changes ------------------------------------------------------------------------------------------- */

#define NET "dense 12, batchnorm, relu, dense 3, softmax"

static glia_real *all_weights(const glia_model *m, size_t *count)
{
    glia_real          *all = NULL;
    glia_parameter_info info;
    *count = 0;
    for (size_t i = 0; i < glia_parameter_count(m); i++) {
        EXPECT_OK(glia_parameter_describe(m, i, &info));
        all = realloc(all, (*count + info.count) * sizeof *all);
        EXPECT_OK(glia_parameter_get(m, info.name, all + *count, info.count));
        *count += info.count;
    }
    return all;
}

static void assert_same_weights(const glia_model *a, const glia_model *b)
{
    size_t     n, n_b;
    glia_real *x = all_weights(a, &n), *y = all_weights(b, &n_b);
    assert_int_equal(n, n_b);
    assert_memory_equal(x, y, n * sizeof *x);
    free(x);
    free(y);
}

static glia_model *fitted(const glia_data *d, bool doctor, unsigned threads)
{
    glia_model *m;
    EXPECT_OK(glia_model_new(&m, NET, d, 5));
    EXPECT_OK(glia_fit(
        m, d, d, &(glia_fit_options){.epochs = 3, .doctor = doctor, .threads = threads, .optimizer = "sgd lr=1e-7"}));
    return m;
}

/* A watched run trains the same weights, running statistics included; and threads do not change a word. */
static void watching_changes_nothing(void **state)
{
    (void)state;
    glia_data  *d = class_data(2, 300, 4, 3);
    glia_model *plain = fitted(d, false, 1), *watched = fitted(d, true, 1), *two = fitted(d, true, 2);
    size_t      n, n_two;
    assert_same_weights(plain, watched);
    assert_same_weights(plain, two);
    assert_non_null(glia_model_findings(watched, &n));
    const glia_finding *f = glia_model_findings(watched, &n), *f_two = glia_model_findings(two, &n_two);
    assert_int_equal(n, n_two);
    for (size_t i = 0; i < n; i++) assert_string_equal(f[i].what, f_two[i].what);
    for (size_t i = 0; i < n; i++) assert_string_equal(f[i].cure, f_two[i].cure);
    glia_model_findings(plain, &n);
    assert_int_equal(n, 0);
    EXPECT_OK(glia_fit(watched, d, NULL, &(glia_fit_options){.epochs = 1, .threads = 1})); /* unwatched: old ones go */
    glia_model_findings(watched, &n);
    assert_int_equal(n, 0);
    glia_model_free(plain);
    glia_model_free(watched);
    glia_model_free(two);
    glia_data_free(d);
}

/* Gradients limited to next to nothing move nothing, whatever the rate. */
static void the_range_test_limits_gradients(void **state)
{
    (void)state;
    static const glia_fit_options kinds[] = {
        {.clip_value = 1e-12}, {.clip_norm = 1e-12, .clip_kind = GLIA_NORM_1}, {0}};
    glia_data *d = class_data(2, 300, 4, 3);
    for (size_t i = 0; i < COUNT(kinds); i++) {
        glia_model      *m;
        glia_diagnosis  *g;
        glia_fit_options o = kinds[i];
        o.optimizer = "sgd", o.epochs = 1, o.batch = 300;
        EXPECT_OK(glia_model_new(&m, NET, d, 5));
        EXPECT_OK(glia_doctor(m, d, NULL, &o, &g));
        double most = 0;
        for (size_t k = 1; k < g->steps; k++) most = fmax(most, fabs(g->loss[k] / g->loss[0] - 1));
        assert_true((most < 1e-5) == (i < 2));
        assert_true(g->steps == 141 || i == 2);
        glia_diagnosis_free(g);
        glia_model_free(m);
    }
    glia_data_free(d);
}

static void a_visit_leaves_the_model_as_it_was(void **state)
{
    (void)state;
    glia_data      *d = class_data(2, 300, 4, 3);
    glia_model     *was = fitted(d, false, 1), *m = fitted(d, false, 1), *fresh, *also;
    glia_diagnosis *g;
    glia_model_info info;
    size_t          n;
    EXPECT_OK(glia_doctor(m, d, NULL, NULL, &g));
    glia_diagnosis_free(g);
    assert_same_weights(m, was);
    assert_string_equal(glia_model_record(m), glia_model_record(was));
    glia_model_history(m, &n);
    assert_int_equal(n, 3);
    /* one that was not trained is not trained afterwards, nor bound to the data */
    EXPECT_OK(glia_model_new(&fresh, "input 4, " NET, NULL, 5));
    EXPECT_OK(glia_model_new(&also, "input 4, " NET, NULL, 5));
    EXPECT_OK(glia_doctor(
        fresh, d, d, &(glia_fit_options){.epochs = 2, .threads = 1, .scale = "standard", .class_weight = "balanced"},
        &g));
    glia_diagnosis_free(g);
    assert_same_weights(fresh, also);
    assert_string_equal(glia_model_record(fresh), "");
    assert_int_equal(glia_model_kept_epoch(fresh), 0);
    glia_model_describe(fresh, &info);
    assert_int_equal(info.target, GLIA_TARGET_NONE);
    assert_string_equal(info.loss, "");
    EXPECT_OK(glia_fit(fresh, d, NULL, &(glia_fit_options){.epochs = 1, .threads = 1}));
    EXPECT_OK(glia_fit(also, d, NULL, &(glia_fit_options){.epochs = 1, .threads = 1}));
    assert_same_weights(fresh, also);
    /* nor do its classes weigh anything else */
    glia_model_free(m);
    EXPECT_OK(glia_model_new(&m, NET, d, 5));
    EXPECT_OK(glia_doctor(m, d, NULL, &(glia_fit_options){.epochs = 1, .threads = 1, .class_weight = "0=3"}, &g));
    glia_diagnosis_free(g);
    assert_near(glia_model_class_weight(m, 0), 1, 0);
    glia_model_free(was);
    glia_model_free(m);
    glia_model_free(fresh);
    glia_model_free(also);
    glia_data_free(d);
}

static bool never_batch(void *user, const glia_batch *b)
{
    (void)b;
    return *(bool *)user = true;
}

static bool never_epoch(void *user, const glia_epoch *e)
{
    (void)e;
    return *(bool *)user = true;
}

static void a_trial_is_nobody_elses(void **state)
{
    (void)state;
    bool                   called = false;
    glia_data             *d = class_data(2, 60, 4, 3);
    glia_model            *m;
    glia_diagnosis        *g;
    const glia_fit_options o = {.epochs = 2,
                                .checkpoint = path,
                                .resume = other, /* there is no such file */
                                .on_batch = never_batch,
                                .on_epoch = never_epoch,
                                .user = &called};
    EXPECT_OK(glia_model_new(&m, NET, d, 5));
    EXPECT_OK(glia_doctor(m, d, NULL, &o, &g));
    assert_int_equal(entries_of_folder(), 0);
    assert_false(called);
    glia_diagnosis_free(g);
    glia_model_free(m);
    glia_data_free(d);
}

/* A run that ended badly is told of as well, and so is what would do. */
static void a_failed_run_has_findings(void **state)
{
    (void)state;
    glia_data  *d = number_data(1, 200, 3, 1, 100);
    glia_model *m;
    EXPECT_OK(glia_model_new(&m, "dense 16, relu, dense 16, relu, dense 1", d, 1));
    EXPECT_FAILS(glia_fit(m, d, NULL, &(glia_fit_options){.optimizer = "sgd lr=1000", .doctor = true, .threads = 1}),
                 GLIA_E_NONFINITE, "became infinite or NaN");
    const glia_finding *f = finding(m, "rate_high");
    assert_near(f->value, 1000, 0);
    assert_non_null(strstr(f->what, "sgd lr=1000"));
    assert_memory_equal(f->cure, "try lr=0.", 9);
    glia_model_free(m);
    glia_data_free(d);
}

/* ---- wrong calls, and no memory -------------------------------------------------------------------------------- */

static void wrong_calls_are_refused(void **state)
{
    (void)state;
    glia_data      *d = class_data(1, 30, 4, 3), *wide = class_data(1, 30, 5, 3);
    glia_model     *m = model_of("input 4, dense 3, softmax", 1);
    glia_diagnosis *g;
    size_t          n;
    EXPECT_FAILS(glia_doctor(m, d, NULL, NULL, NULL), GLIA_E_ARG, "no place");
    EXPECT_FAILS(glia_doctor(NULL, d, NULL, NULL, &g), GLIA_E_ARG, "a model and training data are needed");
    EXPECT_FAILS(glia_doctor(m, NULL, NULL, NULL, &g), GLIA_E_ARG, "a model and training data are needed");
    EXPECT_FAILS(glia_doctor(m, wide, NULL, NULL, &g), GLIA_E_SHAPE, "5");
    EXPECT_FAILS(glia_doctor(m, d, NULL, &(glia_fit_options){.optimizer = "sdg"}, &g), GLIA_E_TEXT, "sgd");
    EXPECT_FAILS(glia_doctor(m, d, NULL, &(glia_fit_options){.loss = "mes"}, &g), GLIA_E_TEXT, "mse");
    assert_null(g);
    assert_null(glia_model_findings(NULL, &n));
    assert_int_equal(n, 0);
    glia_diagnosis_free(NULL);
    glia_model_free(m);
    glia_data_free(d);
    glia_data_free(wide);
}

static glia_data *scarce_data;

static glia_status visit_once(void)
{
    glia_model     *m = NULL;
    glia_diagnosis *g = NULL;
    glia_status     status = glia_model_new(&m, "dense 3, relu, dense 3, softmax", scarce_data, 1);
    if (status == GLIA_OK)
        status = glia_doctor(m, scarce_data, NULL, &(glia_fit_options){.epochs = 1, .threads = 1}, &g);
    assert_true(status == GLIA_OK || g == NULL);
    glia_diagnosis_free(g);
    glia_model_free(m);
    return status;
}

static void memory_runs_out(void **state)
{
    (void)state;
    glia_status status = GLIA_OK;
    scarce_data = class_data(1, 40, 4, 3);
    glia_kernels();
    for (size_t k = 0; scarce_fails(k, visit_once, &status); k++)
        /* the range test of a run that learned nothing is left out where there is no memory for it */
        assert_true(status == GLIA_E_MEMORY || status == GLIA_OK);
    assert_int_equal(status, GLIA_OK);
    glia_data_free(scarce_data);
}

/* ---- all ------------------------------------------------------------------------------------------------------- */

int main(void)
{
    enum { MOST = 64 };
    struct CMUnitTest cases[MOST];
    size_t            n = 0;
    for (size_t i = 0; i < COUNT(broken); i++)
        cases[n++] = (struct CMUnitTest){broken[i].name, a_broken_net_is_named, NULL, NULL, (void *)&broken[i]};
    for (size_t i = 0; i < COUNT(sound); i++)
        cases[n++] = (struct CMUnitTest){sound[i].name, a_sound_net_is_left_alone, NULL, NULL, (void *)&sound[i]};
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dead_units_are_counted),
        cmocka_unit_test(dead_channels_are_counted),
        cmocka_unit_test(saturation_is_a_share_of_outputs),
        cmocka_unit_test(gradients_are_compared),
        cmocka_unit_test(outputs_are_compared_with_inputs),
        cmocka_unit_test(squashed_logits_have_a_floor),
        cmocka_unit_test(data_are_counted),
        cmocka_unit_test(nan_is_found),
        cmocka_unit_test(targets_out_of_reach_are_counted),
        cmocka_unit_test(the_range_test_rises_and_suggests),
        cmocka_unit_test(the_range_test_limits_gradients),
        IN_FOLDER(a_trial_is_nobody_elses),
        cmocka_unit_test(watching_changes_nothing),
        cmocka_unit_test(a_visit_leaves_the_model_as_it_was),
        cmocka_unit_test(a_failed_run_has_findings),
        cmocka_unit_test(wrong_calls_are_refused),
        cmocka_unit_test(memory_runs_out),
    };
    if (n > MOST) return 1;
    int failed = _cmocka_run_group_tests("nets", cases, n, NULL, NULL);
    return failed + cmocka_run_group_tests(tests, NULL, NULL);
}
