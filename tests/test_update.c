/* What happens to gradients before the update, and to weights after it: clipping, penalties, largest norms. Expected
 * numbers are PyTorch's. */
#include "golden.h"
#include "help.h"
#include "model/model.h"

/* ---- clipping -------------------------------------------------------------------------------------------------- */

/* A net of a weight 4x3 and a bias of 4 has the 16 gradients of the case. */
static glia_model *model_with_gradients(const golden_array *grads)
{
    glia_model *m = model_of("input 3, dense 4", 0);
    glia_real  *g = golden_reals(grads);
    EXPECT_OK(glia_gradient_set(m, "0.weight", g, 12));
    EXPECT_OK(glia_gradient_set(m, "0.bias", g + 12, 4));
    free(g);
    return m;
}

static void expect_gradients(const glia_model *m, const golden_array *want, golden_tolerance t)
{
    glia_real g[16];
    EXPECT_OK(glia_gradient_get(m, "0.weight", g, 12));
    EXPECT_OK(glia_gradient_get(m, "0.bias", g + 12, 4));
    golden_expect_reals(want, g, t);
}

static void clipping_is_pytorchs(void **state)
{
    (void)state;
    static const struct {
        const char *total, *clipped;
        glia_norm   kind;
        double      most;
    } cases[] = {{"total_norm2_max1", "clipped_norm2_max1", GLIA_NORM_2, 1},
                 {"total_norm2_max100", "clipped_norm2_max100", GLIA_NORM_2, 100},
                 {"total_norm1_max3", "clipped_norm1_max3", GLIA_NORM_1, 3},
                 {"total_norminf_max05", "clipped_norminf_max05", GLIA_NORM_INF, 0.5}};
    golden_case     *c = golden_open("optimizers_torch/clip_grad");
    golden_tolerance t = IS_DOUBLE ? golden_tolerance_double(c) : (golden_tolerance){1e-6, 1e-7};
    for (size_t i = 0; i < COUNT(cases); i++) {
        double      norm;
        glia_model *m = model_with_gradients(golden_get(c, "grads"));
        EXPECT_OK(glia_clip_norm_of(m, cases[i].kind, cases[i].most, &norm));
        golden_expect_doubles(golden_get(c, cases[i].total), &norm, t);
        expect_gradients(m, golden_get(c, cases[i].clipped), t);
        EXPECT_FAILS(glia_clip_norm_of(m, (glia_norm)3, 1, &norm), GLIA_E_ARG, "there is no such norm");
        glia_model_free(m);
    }
    glia_model *m = model_with_gradients(golden_get(c, "grads"));
    EXPECT_OK(glia_clip_value(m, 0.75));
    expect_gradients(m, golden_get(c, "clipped_value_075"), t);
    glia_model_free(m);
    golden_close(c);
}

/* A fit clips as the loop by hand does: by each norm, the update of one full batch is the same. */
static void a_fit_clips_by_each_norm(void **state)
{
    (void)state;
    static const glia_norm kinds[] = {GLIA_NORM_2, GLIA_NORM_1, GLIA_NORM_INF};
    enum { ROWS = 20, COLUMNS = 4 };
    glia_data *d = class_data(5, ROWS, COLUMNS, 3);
    glia_real  x[ROWS * COLUMNS], got[3][12];
    int32_t    classes[ROWS];
    for (size_t i = 0; i < ROWS * COLUMNS; i++) x[i] = (glia_real)glia_data_input(d, i / COLUMNS, i % COLUMNS);
    for (size_t r = 0; r < ROWS; r++) classes[r] = glia_data_class(d, r);
    for (size_t i = 0; i < COUNT(kinds); i++) {
        glia_model     *fitted, *looped;
        glia_optimizer *o;
        EXPECT_OK(glia_model_new(&fitted, "dense 3, softmax", d, 1));
        EXPECT_OK(glia_model_new(&looped, "dense 3, softmax", d, 1));
        glia_fit_options options = {.epochs = 1,
                                    .batch = GLIA_FULL_BATCH,
                                    .no_shuffle = true,
                                    .optimizer = "sgd lr=0.5",
                                    .clip_norm = 0.01,
                                    .clip_kind = kinds[i]};
        EXPECT_OK(glia_fit(fitted, d, NULL, &options));
        EXPECT_OK(glia_optimizer_new(&o, "sgd lr=0.5", looped));
        EXPECT_OK(glia_forward(looped, x, ROWS, NULL));
        EXPECT_OK(glia_loss(looped, NULL, classes, NULL, NULL));
        EXPECT_OK(glia_backward(looped));
        EXPECT_OK(glia_clip_norm_of(looped, kinds[i], 0.01, NULL));
        EXPECT_OK(glia_step(looped, o));
        assert_memory_equal(fitted->parameters, looped->parameters, fitted->n_parameters * sizeof(glia_real));
        EXPECT_OK(glia_parameter_get(fitted, "0.weight", got[i], 12));
        assert_true(i == 0 || memcmp(got[i], got[i - 1], sizeof got[i]) != 0);
        glia_optimizer_free(o);
        glia_model_free(fitted);
        glia_model_free(looped);
    }
    glia_model *m = model_of("input 4, dense 3, softmax", 0);
    EXPECT_FAILS(glia_fit(m, d, NULL, &(glia_fit_options){.clip_norm = 1, .clip_kind = (glia_norm)7}), GLIA_E_ARG,
                 "clip_kind is none of the norms");
    glia_model_free(m);
    glia_data_free(d);
}

/* ---- penalties ------------------------------------------------------------------------------------------------- */

static void set_tensor(glia_model *m, const golden_case *c, const char *name, const char *array)
{
    const golden_array *a = golden_get(c, array);
    glia_real          *values = golden_reals(a);
    EXPECT_OK(glia_parameter_set(m, name, values, a->count));
    free(values);
}

static void expect_tensors(const glia_model *m, const golden_case *c, const char *when)
{
    static const char *const names[][2] = {{"0.weight", "w0"}, {"0.bias", "b0"}, {"2.weight", "w1"}, {"2.bias", "b1"}};
    for (size_t i = 0; i < COUNT(names); i++) {
        char array[32];
        snprintf(array, sizeof array, "%s_%s", when, names[i][1]);
        const golden_array *want = golden_get(c, array);
        glia_real          *got = need(want->count, sizeof *got);
        EXPECT_OK(glia_parameter_get(m, names[i][0], got, want->count));
        golden_expect_reals(want, got, golden_tolerance_of(c));
        free(got);
    }
}

static glia_data *data_of(const golden_case *c)
{
    glia_data          *d;
    const golden_array *x = golden_get(c, "x");
    glia_real          *values = golden_reals(x);
    int32_t            *classes = golden_ints(golden_get(c, "classes"));
    EXPECT_OK(glia_data_from_reals(&d, values, x->shape[0], x->shape[1], classes, NULL, 3));
    free(values);
    free(classes);
    return d;
}

static glia_model *penalized_model(const golden_case *c, const glia_data *d)
{
    glia_model *m;
    EXPECT_OK(glia_model_new(&m, "dense 6, tanh, dense 3, softmax", d, 0));
    set_tensor(m, c, "0.weight", "w0");
    set_tensor(m, c, "0.bias", "b0");
    set_tensor(m, c, "2.weight", "w1");
    set_tensor(m, c, "2.bias", "b1");
    json_t *layers = json_object_get(golden_settings(c), "layers");
    size_t  next = 0;
    for (size_t i = 0; i < m->n_layers; i++) {
        if (m->layers[i].params == 0) continue;
        json_t *of = json_array_get(layers, next++);
        m->layers[i].penalty =
            (glia__penalty){json_number_value(json_object_get(of, "l1")), json_number_value(json_object_get(of, "l2")),
                            json_number_value(json_object_get(of, "max_norm"))};
    }
    assert_int_equal(next, json_array_size(layers));
    return m;
}

static void a_fit_pulls_as_pytorch_does(void **state)
{
    (void)state;
    golden_case *c = golden_open("update/penalties");
    glia_data   *d = data_of(c);
    for (size_t epochs = 1; epochs <= 10; epochs += 9)
        for (unsigned threads = 1; threads <= 2; threads++) {
            glia_model *m = penalized_model(c, d);
            EXPECT_OK(glia_fit(m, d, NULL,
                               &(glia_fit_options){.epochs = epochs,
                                                   .batch = GLIA_FULL_BATCH,
                                                   .no_shuffle = true,
                                                   .threads = threads,
                                                   .optimizer = "sgd lr=0.3 momentum=0.9",
                                                   .clip_norm = golden_setting(c, "clip_norm", 0)}));
            expect_tensors(m, c, epochs == 1 ? "first" : "last");
            const golden_array *losses = golden_get(c, "losses");
            golden_tolerance    t = golden_tolerance_of(c);
            for (size_t e = 0; e < epochs; e++) /* told without the penalties */
                assert_true(golden_near(m->history[e].loss, losses->values[e], t.rtol, t.atol));
            glia_model_free(m);
        }
    glia_data_free(d);
    golden_close(c);
}

static void so_does_a_loop_by_hand(void **state)
{
    (void)state;
    golden_case     *c = golden_open("update/penalties");
    glia_data       *d = data_of(c);
    glia_model      *m = penalized_model(c, d);
    glia_optimizer  *o;
    golden_tolerance t = golden_tolerance_of(c);
    glia_real       *x = golden_reals(golden_get(c, "x"));
    int32_t         *classes = golden_ints(golden_get(c, "classes"));
    EXPECT_OK(glia_optimizer_new(&o, "sgd lr=0.3 momentum=0.9", m));
    for (size_t e = 0; e < 10; e++) {
        double loss;
        EXPECT_OK(glia_forward(m, x, 20, NULL));
        EXPECT_OK(glia_loss(m, NULL, classes, NULL, &loss));
        assert_true(golden_near(loss, golden_get(c, "losses")->values[e], t.rtol, t.atol));
        EXPECT_OK(glia_backward(m));
        EXPECT_OK(glia_clip_norm(m, golden_setting(c, "clip_norm", 0), NULL));
        EXPECT_OK(glia_step(m, o));
        if (e == 0) expect_tensors(m, c, "first");
    }
    expect_tensors(m, c, "last");
    free(x);
    free(classes);
    glia_optimizer_free(o);
    glia_model_free(m);
    glia_data_free(d);
    golden_close(c);
}

/* A penalty takes plain descent out of the gradient's own pass, and the bits stay the same at any number of threads,
 * in a layer of many panels. */
static void penalties_hold_in_any_cut(void **state)
{
    (void)state;
    enum { COLUMNS = 300, ROWS = 64 };
    glia_data  *d = class_data(4, ROWS, COLUMNS, 3);
    glia_model *one = NULL;
    for (unsigned threads = 1; threads <= 3; threads++) {
        glia_model *m;
        EXPECT_OK(glia_model_new(&m, "dense 1100, tanh, dense 3, softmax", d, 2));
        m->layers[0].penalty = m->layers[1].penalty = (glia__penalty){0.001, 0.01, 0.3};
        EXPECT_OK(glia_fit(
            m, d, NULL, &(glia_fit_options){.epochs = 2, .batch = 32, .threads = threads, .optimizer = "sgd lr=0.1"}));
        const glia__param *p = glia__model_param(m, 0, NULL);
        glia_real         *w = need(p->count, sizeof *w);
        EXPECT_OK(glia_parameter_get(m, "0.weight", w, p->count));
        for (size_t o = 0; o < 1100; o++) { /* fresh ones are at 0.58, and were cut in the first step */
            double squares = 0;
            for (size_t i = 0; i < COLUMNS; i++) squares += (double)w[o * COLUMNS + i] * (double)w[o * COLUMNS + i];
            assert_true(sqrt(squares) <= 0.3 * (1 + (IS_DOUBLE ? 1e-12 : 1e-5)) && sqrt(squares) > 0.28);
        }
        if (one) assert_memory_equal(one->parameters, m->parameters, m->n_parameters * sizeof(glia_real));
        free(w);
        if (one) glia_model_free(m);
        if (!one) one = m;
    }
    glia_model_free(one);
    glia_data_free(d);
}

static void a_penalty_is_a_sum_over_weights(void **state)
{
    (void)state;
    static const glia_real w[] = {1, -2, 3, 0}, b[] = {5, 7};
    glia_model            *m = model_of("input 2, dense 2", 0);
    EXPECT_OK(glia_parameter_set(m, "0.weight", w, 4));
    EXPECT_OK(glia_parameter_set(m, "0.bias", b, 2));
    assert_true(glia__model_penalty(m) == 0);
    m->layers[1].penalty = (glia__penalty){.l1 = 0.5, .l2 = 0.25};
    assert_true(glia__model_penalty(m) == 0.5 * 6 + 0.25 * 14);
    glia_model_free(m);
}

static void layers_say_what_they_ask_of_their_weights(void **state)
{
    (void)state;
    glia_model          *m = model_of("input 2, dense 2 l1=0.5 l2=0.25 max_norm=3, dense 1", 0);
    const glia__penalty *a = &m->layers[1].penalty, *none = &m->layers[2].penalty;
    assert_true(a->l1 == 0.5 && a->l2 == 0.25 && a->max_norm == 3);
    assert_true(none->l1 == 0 && none->l2 == 0 && none->max_norm == 0);
    glia_model_free(m);
}

/* Weights of convolutions are weights too, [out][in][height][width]: a filter is what max_norm bounds. */
static void filters_are_bounded(void **state)
{
    (void)state;
    glia_optimizer *o;
    glia_real       w[3 * 2 * 9], b[3] = {4, 5, 6}, zero[3 * 2 * 9] = {0};
    glia_model     *m = model_of("input 2x4x4, conv 3 3x3 max_norm=0.3", 7);
    EXPECT_OK(glia_parameter_get(m, "0.weight", w, COUNT(w)));
    for (size_t i = 0; i < 18; i++) w[i] = (glia_real)0.01; /* the first is short enough: it stays */
    EXPECT_OK(glia_parameter_set(m, "0.weight", w, COUNT(w)));
    EXPECT_OK(glia_parameter_set(m, "0.bias", b, 3));
    EXPECT_OK(glia_gradient_set(m, "0.weight", zero, COUNT(w)));
    EXPECT_OK(glia_optimizer_new(&o, "sgd", m));
    EXPECT_OK(glia_step(m, o));
    glia_real now[3 * 2 * 9], bias[3];
    EXPECT_OK(glia_parameter_get(m, "0.weight", now, COUNT(w)));
    EXPECT_OK(glia_parameter_get(m, "0.bias", bias, 3));
    assert_memory_equal(bias, b, sizeof b);
    for (size_t f = 0; f < 3; f++) {
        double squares = 0;
        for (size_t i = 18 * f; i < 18 * (f + 1); i++) squares += (double)w[i] * (double)w[i];
        double shrink = sqrt(squares) > 0.3 ? 0.3 / sqrt(squares) : 1;
        assert_true((f == 0) == (shrink == 1));
        for (size_t i = 18 * f; i < 18 * (f + 1); i++)
            assert_true(golden_near((double)now[i], (double)w[i] * shrink, 1e-6, 0));
    }
    glia_optimizer_free(o);
    glia_model_free(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(clipping_is_pytorchs),
        cmocka_unit_test(a_fit_clips_by_each_norm),
        cmocka_unit_test(a_fit_pulls_as_pytorch_does),
        cmocka_unit_test(so_does_a_loop_by_hand),
        cmocka_unit_test(layers_say_what_they_ask_of_their_weights),
        cmocka_unit_test(filters_are_bounded),
        cmocka_unit_test(penalties_hold_in_any_cut),
        cmocka_unit_test(a_penalty_is_a_sum_over_weights),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
