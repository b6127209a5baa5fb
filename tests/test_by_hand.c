/* What a program that goes by hand is given: rows of a data set in the model's terms, and what a pass left behind. */
#include <unistd.h>

#include "help.h"
#include "model/model.h"
#include "scarce.h"

enum { ROWS = 6, COLUMNS = 3 };

/* ---- rows of data ---------------------------------------------------------------------------------------------- */

/* A table of words, whose classes have other numbers than the model's. */
static glia_data *table_of(const char *text)
{
    glia_data *d;
    char       path[] = "/tmp/glia-by-hand-XXXXXX";
    int        fd = mkstemp(path);
    assert_true(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text));
    close(fd);
    EXPECT_OK(glia_data_open(&d, path, NULL));
    unlink(path);
    return d;
}

static void train(glia_model *m, const glia_data *d, const char *scale)
{
    EXPECT_OK(glia_fit(m, d, NULL, &(glia_fit_options){.epochs = 1, .optimizer = "sgd lr=0", .scale = scale}));
}

static void rows_are_scaled_and_classes_numbered(void **state)
{
    static const size_t    rows[] = {3, 0, 3};
    static const glia_real want[] = {1, 0, 0, 1, 1, 0}; /* of 1..5 and 10..50, by minmax */
    glia_data             *known = table_of("a,b,kind\n1,50,x\n2,20,y\n3,30,z\n5,10,x\n"),
              *d = table_of("a,b,kind\n1,50,z\n2,20,y\n3,30,z\n5,10,y\n");
    glia_model *m;
    glia_real   x[6];
    int32_t     classes[3];
    (void)state;
    EXPECT_OK(glia_model_new(&m, "dense 3, softmax", known, 0));
    train(m, known, "minmax");
    EXPECT_OK(glia_inputs_get(m, d, rows, 3, x));
    for (size_t i = 0; i < 6; i++) assert_true(x[i] == want[i]);
    EXPECT_OK(glia_targets_get(m, d, rows, 3, classes, NULL));
    assert_true(classes[0] == 1 && classes[1] == 2 && classes[2] == 1);
    EXPECT_OK(glia_inputs_get(m, d, NULL, 1, x));
    assert_true(x[0] == 0 && x[1] == 1);
    glia_model_free(m);
    glia_data_free(d);
    glia_data_free(known);
}

/* Two targets of mean 5 and -2, deviation 3 and 1. */
static void number_targets_are_scaled(void **state)
{
    static const glia_real x[] = {1, 2}, t[] = {8, -3, 2, -1}, want[] = {-1, 1, 1, -1};
    glia_data             *d;
    glia_model            *m;
    glia_real              got[4];
    (void)state;
    EXPECT_OK(glia_data_from_reals(&d, x, 2, 1, NULL, t, 2));
    EXPECT_OK(glia_model_new(&m, "dense 2", d, 0));
    train(m, d, "standard");
    EXPECT_OK(glia_targets_get(m, d, (size_t[]){1, 0}, 2, NULL, got));
    for (size_t i = 0; i < 4; i++) assert_true(got[i] == want[i]);
    glia_model_free(m);
    glia_data_free(d);
}

static void rows_that_are_not_there(void **state)
{
    glia_data  *d = class_data(1, ROWS, COLUMNS, 2), *wide = class_data(1, ROWS, COLUMNS + 1, 2);
    glia_data  *numbers = number_data(1, ROWS, COLUMNS, 2, 1);
    glia_model *m;
    glia_real   x[ROWS * COLUMNS];
    int32_t     classes[ROWS];
    (void)state;
    EXPECT_OK(glia_model_new(&m, "dense 2, softmax", d, 0));
    EXPECT_FAILS(glia_inputs_get(NULL, d, NULL, 1, x), GLIA_E_ARG, "a model");
    EXPECT_FAILS(glia_inputs_get(m, d, NULL, 1, NULL), GLIA_E_ARG, "room");
    EXPECT_FAILS(glia_inputs_get(m, d, NULL, ROWS + 1, x), GLIA_E_ARG, "has 6 rows, not 7");
    EXPECT_FAILS(glia_inputs_get(m, d, (size_t[]){1, ROWS}, 2, x), GLIA_E_ARG, "none with the number 6");
    EXPECT_FAILS(glia_inputs_get(m, wide, NULL, 1, x), GLIA_E_SHAPE, "4 numbers a row, and the net takes 3");
    EXPECT_FAILS(glia_targets_get(m, d, NULL, 1, classes, x), GLIA_E_ARG, "either");
    EXPECT_FAILS(glia_targets_get(m, d, NULL, 1, NULL, NULL), GLIA_E_ARG, "either");
    EXPECT_FAILS(glia_targets_get(m, d, NULL, 1, NULL, x), GLIA_E_ARG, "classes, not numbers");
    EXPECT_FAILS(glia_targets_get(m, d, NULL, ROWS + 1, classes, NULL), GLIA_E_ARG, "has 6 rows");
    EXPECT_FAILS(glia_targets_get(m, numbers, NULL, 1, classes, NULL), GLIA_E_SHAPE, "the model tells classes");
    glia_model_free(m);
    glia_data_free(numbers);
    glia_data_free(wide);
    glia_data_free(d);
}

/* ---- what a pass left ------------------------------------------------------------------------------------------ */

/* y = w2 relu(w1 x) for one input, with weights that are easy to follow:
 *   x = 1, -1; hidden = (2 x, -3 x); y = hidden_0 + 4 hidden_1; loss mse against 0: y^2, mean of 2 rows */
static glia_model *small_model(void)
{
    glia_model *m = model_of("input 1, dense 2 bias=no, relu, dense 1 bias=no", 0);
    EXPECT_OK(glia_parameter_set(m, "0.weight", (glia_real[]){2, -3}, 2));
    EXPECT_OK(glia_parameter_set(m, "2.weight", (glia_real[]){1, 4}, 2));
    return m;
}

static void expect_numbers(const glia_real *got, const double *want, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if ((double)got[i] != want[i]) fail_msg("[%zu] is %g, not %g", i, (double)got[i], want[i]);
}

#define EXPECT_ACTIVATION(get, layer, ...)                                                                             \
    do {                                                                                                               \
        const double want_[] = {__VA_ARGS__};                                                                          \
        glia_real    got_[COUNT(want_)];                                                                               \
        EXPECT_OK(get(m, layer, got_, COUNT(want_)));                                                                  \
        expect_numbers(got_, want_, COUNT(want_));                                                                     \
    } while (0)

static void gradients_between_layers(void **state)
{
    const glia_real x[] = {1, -1}, zero[] = {0, 0};
    double          loss, row_loss[2];
    glia_model     *m = small_model();
    (void)state;
    EXPECT_OK(glia_forward(m, x, 2, NULL));
    EXPECT_OK(glia_loss(m, "mse", NULL, zero, &loss));
    EXPECT_OK(glia_backward(m));
    assert_true(loss == (4 + 144) / 2.0);
    EXPECT_OK(glia_row_loss_get(m, row_loss, 2));
    assert_true(row_loss[0] == 4 && row_loss[1] == 144);
    EXPECT_ACTIVATION(glia_activation_get, GLIA_INPUTS, 1, -1);
    EXPECT_ACTIVATION(glia_activation_get, 0, 1, -1);
    EXPECT_ACTIVATION(glia_activation_get, 1, 2, -3, -2, 3);
    EXPECT_ACTIVATION(glia_activation_get, 2, 2, 0, 0, 3);
    EXPECT_ACTIVATION(glia_activation_get, 3, 2, 12);
    EXPECT_ACTIVATION(glia_activation_gradient_get, 3, 2, 12);        /* 2 y / 2 rows */
    EXPECT_ACTIVATION(glia_activation_gradient_get, 2, 2, 8, 12, 48); /* dy w2 */
    EXPECT_ACTIVATION(glia_activation_gradient_get, 1, 2, 0, 0, 48);  /* where relu let it through */
    EXPECT_ACTIVATION(glia_activation_gradient_get, 0, 4, -144);      /* dh w1 */
    EXPECT_ACTIVATION(glia_activation_gradient_get, GLIA_INPUTS, 4, -144);
    EXPECT_OK(glia_backward_from(m, (glia_real[]){1, 10}, NULL));
    EXPECT_ACTIVATION(glia_activation_gradient_get, 3, 1, 10);
    EXPECT_ACTIVATION(glia_activation_gradient_get, GLIA_INPUTS, 2, -120);
    glia_model_free(m);
}

/* softmax with cross_entropy: the gradient starts at what goes into it. */
static void a_last_layer_that_its_loss_swallows(void **state)
{
    const glia_real x[] = {0, 0};
    glia_real       got[4];
    glia_model     *m = model_of("input 1, dense 2 init=zeros bias_init=zeros, softmax", 0);
    (void)state;
    EXPECT_OK(glia_forward(m, x, 2, NULL));
    EXPECT_OK(glia_loss(m, NULL, (int32_t[]){0, 1}, NULL, NULL));
    EXPECT_OK(glia_backward(m));
    EXPECT_FAILS(glia_activation_gradient_get(m, 2, got, 4), GLIA_E_ARG, "layer 1 (softmax)");
    EXPECT_ACTIVATION(glia_activation_gradient_get, 1, -0.25, 0.25, 0.25, -0.25); /* (y - t) / rows */
    EXPECT_OK(glia_loss(m, "mse", (int32_t[]){0, 1}, NULL, NULL));
    EXPECT_OK(glia_backward(m));
    EXPECT_ACTIVATION(glia_activation_gradient_get, 2, -0.25, 0.25, 0.25, -0.25); /* 2 (y - t) / 4 */
    glia_model_free(m);
}

static void nothing_to_look_at(void **state)
{
    const glia_real x[] = {1, -1}, zero[] = {0, 0};
    glia_real       got[4];
    double          row_loss[2];
    glia_model     *m = small_model();
    (void)state;
    EXPECT_FAILS(glia_activation_get(m, 1, got, 4), GLIA_E_ARG, "no forward pass");
    EXPECT_FAILS(glia_row_loss_get(m, row_loss, 2), GLIA_E_ARG, "no loss");
    EXPECT_OK(glia_forward(m, x, 2, NULL));
    EXPECT_FAILS(glia_activation_gradient_get(m, 1, got, 4), GLIA_E_ARG, "no backward pass");
    EXPECT_OK(glia_loss(m, "mse", NULL, zero, NULL));
    EXPECT_FAILS(glia_activation_gradient_get(m, 1, got, 4), GLIA_E_ARG, "no backward pass");
    EXPECT_OK(glia_backward(m));
    EXPECT_OK(glia_activation_gradient_get(m, 1, got, 4));
    EXPECT_FAILS(glia_activation_gradient_get(m, 4, got, 4), GLIA_E_ARG, "no such layer");
    EXPECT_FAILS(glia_activation_gradient_get(m, 1, got, 3), GLIA_E_ARG, "layer 1 gave 4 numbers, not 3");
    EXPECT_FAILS(glia_activation_gradient_get(m, GLIA_INPUTS, got, 4), GLIA_E_ARG, "the inputs are 2 numbers, not 4");
    EXPECT_FAILS(glia_activation_gradient_get(m, 1, NULL, 4), GLIA_E_ARG, "no backward pass");
    EXPECT_FAILS(glia_activation_gradient_get(NULL, 1, got, 4), GLIA_E_ARG, "no backward pass");
    EXPECT_FAILS(glia_activation_get(m, 2, got, 5), GLIA_E_ARG, "4 numbers, not 5");
    EXPECT_FAILS(glia_activation_get(m, 4, got, 4), GLIA_E_ARG, "no such layer");
    EXPECT_FAILS(glia_row_loss_get(m, row_loss, 1), GLIA_E_ARG, "one loss a row");
    EXPECT_OK(glia_loss(m, "l1", NULL, zero, NULL)); /* another loss: those gradients are not its */
    EXPECT_FAILS(glia_activation_gradient_get(m, 1, got, 4), GLIA_E_ARG, "no backward pass");
    EXPECT_OK(glia_backward(m));
    EXPECT_OK(glia_activation_gradient_get(m, 1, got, 4));
    EXPECT_OK(glia_forward(m, x, 2, NULL)); /* nor are they of another pass */
    EXPECT_FAILS(glia_row_loss_get(m, row_loss, 2), GLIA_E_ARG, "no loss");
    EXPECT_FAILS(glia_activation_gradient_get(m, 1, got, 4), GLIA_E_ARG, "no backward pass");
    glia_model_free(m);
}

/* ---- training or evaluation ------------------------------------------------------------------------------------ */

static bool seen_training;

static void note(const glia__layer *l, const glia__part *p)
{
    (void)l;
    seen_training = p->train;
}

static bool passes_train(glia_model *m)
{
    const glia_real x[] = {1};
    seen_training = false;
    EXPECT_OK(glia_forward(m, x, 1, NULL));
    bool forward = seen_training;
    seen_training = !forward;
    EXPECT_OK(glia_backward_from(m, x, NULL));
    assert_int_equal(seen_training, forward);
    return forward;
}

static void passes_of_training_and_of_evaluation(void **state)
{
    glia_model       *m = model_of("input 1, tanh", 0);
    glia__layer_class noting = *m->layers[1].class;
    (void)state;
    noting.forward = noting.backward_x = note;
    m->layers[1].class = &noting;
    assert_true(passes_train(m));
    EXPECT_OK(glia_set_mode(m, GLIA_MODE_EVALUATE));
    assert_false(passes_train(m));
    EXPECT_OK(glia_set_mode(m, GLIA_MODE_TRAIN));
    assert_true(passes_train(m));
    EXPECT_OK(glia_set_mode(m, GLIA_MODE_EVALUATE));
    EXPECT_OK(glia_model_add(m, "dense 1"));
    assert_true(m->evaluates);
    EXPECT_FAILS(glia_set_mode(NULL, GLIA_MODE_TRAIN), GLIA_E_ARG, "a model");
    EXPECT_FAILS(glia_set_mode(m, (glia_mode)2), GLIA_E_ARG, "two modes");
    glia_model_free(m);
}

/* ---- memory ---------------------------------------------------------------------------------------------------- */

static glia_model *scarce_model;
static glia_data  *scarce_data;

static glia_status number_classes(void)
{
    int32_t classes[2];
    return glia_targets_get(scarce_model, scarce_data, NULL, 2, classes, NULL);
}

static void memory_that_runs_out(void **state)
{
    (void)state;
    scarce_data = table_of("a,kind\n1,x\n2,y\n");
    EXPECT_OK(glia_model_new(&scarce_model, "dense 2, softmax", scarce_data, 0));
    expect_survives_scarcity(number_classes, 1);
    glia_model_free(scarce_model);
    glia_data_free(scarce_data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_are_scaled_and_classes_numbered),
        cmocka_unit_test(number_targets_are_scaled),
        cmocka_unit_test(rows_that_are_not_there),
        cmocka_unit_test(gradients_between_layers),
        cmocka_unit_test(a_last_layer_that_its_loss_swallows),
        cmocka_unit_test(nothing_to_look_at),
        cmocka_unit_test(passes_of_training_and_of_evaluation),
        cmocka_unit_test(memory_that_runs_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
