/* Predictors: the numbers of glia_forward and glia_predict, for every layer and whatever was folded; what a run may
 * touch; and many threads at once. That a run asks for no memory is in test_memory.c. */
#include "data_files.h"
#include "every_layer.h"
#include "ground/threads.h"
#include "model/compiled.h"

enum { ROWS = 5 };

/* ---- a model, and what is compared --------------------------------------------------------------------------------
 */

/* Every tensor random, so that nothing is a mean of 0 or a scale of 1; what is divided by stays positive. */
static void shake(glia_model *m)
{
    glia_parameter_info info;
    for (size_t i = 0; i < glia_parameter_count(m); i++) {
        EXPECT_OK(glia_parameter_describe(m, i, &info));
        glia_real *values = random_reals(100 + (uint32_t)i, info.count);
        if (strstr(info.name, "running_var"))
            for (size_t j = 0; j < info.count; j++) values[j] = values[j] * values[j] + (glia_real)0.1;
        EXPECT_OK(glia_parameter_set(m, info.name, values, info.count));
        free(values);
    }
}

static void expect_near(const char *what, const glia_real *got, const glia_real *right, size_t n)
{
    const double tolerance = IS_DOUBLE ? 1e-12 : 1e-4;
    for (size_t j = 0; j < n; j++) {
        double off = fabs((double)got[j] - (double)right[j]);
        if (!(off <= tolerance * (1 + fabs((double)right[j]))))
            fail_msg("%s: number %zu is %.9g, not %.9g", what, j, (double)got[j], (double)right[j]);
    }
}

/* Rows of numbers; whole ones for nets that take words. */
static glia_real *rows_for(const char *net, size_t n)
{
    glia_real *x = random_reals(7, n);
    for (size_t i = 0; i < n && strstr(net, "embedding"); i++) x[i] = (glia_real)(i * i % 3);
    return x;
}

/* What a predictor says of these rows; the caller's. */
static glia_real *predicted(const glia_predictor *p, const glia_real *x, size_t rows)
{
    size_t     in = glia_predictor_inputs(p), out = glia_predictor_outputs(p);
    glia_real *y = need(rows * out, sizeof *y), *room = need(glia_predictor_room(p), sizeof *room);
    for (size_t r = 0; r < rows; r++) EXPECT_OK(glia_predictor_run(p, x + r * in, y + r * out, room));
    free(room);
    return y;
}

/* A predictor against the model's own pass, in the mode of prediction; frees the model before the predictor runs. */
static void compare(const char *net, glia_model *m)
{
    glia_model_info info;
    glia_predictor *p;
    glia_model_describe(m, &info);
    size_t     n = ROWS * info.outputs;
    glia_real *x = rows_for(net, ROWS * info.inputs), *right = need(n, sizeof *right);
    EXPECT_OK(glia_set_mode(m, GLIA_MODE_EVALUATE));
    EXPECT_OK(glia_forward(m, x, ROWS, right));
    EXPECT_OK(glia_predictor_new(&p, m));
    assert_int_equal(glia_predictor_inputs(p), info.inputs);
    assert_int_equal(glia_predictor_outputs(p), info.outputs);
    bool logs = strlen(net) > 11 && strcmp(net + strlen(net) - 11, "log_softmax") == 0;
    glia_model_free(m);
    for (size_t j = 0; logs && j < n; j++) right[j] = exp(right[j]);
    glia_real *y = predicted(p, x, ROWS);
    expect_near(net, y, right, n);
    glia_predictor_free(p);
    free(x);
    free(y);
    free(right);
}

/* False if the net does not fit together. */
static bool compare_net(const char *net)
{
    char        whole[320];
    glia_model *m;
    snprintf(whole, sizeof whole, "%s%s", strncmp(net, "input", 5) == 0 ? "" : "input 6, ", net);
    glia_status status = glia_model_new(&m, whole, NULL, 3);
    if (status == GLIA_E_SHAPE) return false;
    EXPECT_OK(status);
    shake(m);
    compare(whole, m);
    return true;
}

/* ---- every layer ------------------------------------------------------------------------------------------------- */

static glia_real bent(glia_real x)
{
    return x * x / 2;
}

static glia_real bent_slope(glia_real x, glia_real y)
{
    (void)y;
    return x;
}

static void every_layer(void **state)
{
    char        text[96], net[256];
    const char *name;
    (void)state;
    EXPECT_OK(glia_register_activation("bent", bent, bent_slope));
    for (size_t i = 0; layer_text(i, text, &name); i++) {
        size_t fitting = 0;
        if (!strcmp(name, "input")) continue;
        for (size_t k = 0; k < COUNT(surroundings); k++) {
            snprintf(net, sizeof net, "%s%s%s", surroundings[k].before, text, surroundings[k].after);
            fitting += compare_net(net);
        }
        snprintf(net, sizeof net, "input 6, %s", text);
        fitting += !strstr(text, "@") && compare_net(net);
        if (!fitting) fail_msg("%s fits nowhere: %s", text, glia_error());
    }
}

/* ---- what is left of a net ----------------------------------------------------------------------------------------
 */

/* So many steps, and the same numbers. */
static void expect_steps(const char *net, size_t steps)
{
    glia__compiled c;
    glia_model    *m = model_of(net, 0);
    EXPECT_OK(glia__compiled_new(&c, m));
    if (c.n_steps != steps) fail_msg("%s: %zu steps are left, not %zu", net, c.n_steps, steps);
    glia__compiled_clear(&c);
    glia_model_free(m);
    assert_true(compare_net(net));
}

static void batch_norm_is_folded(void **state)
{
    (void)state;
    expect_steps("input 2x6x6, conv 4 3 bias=no, batchnorm, relu, conv 3 2 groups=1, batchnorm affine=no", 3);
    expect_steps("input 4x6x6, conv 6 3 groups=2 stride=2 pad=same, batchnorm, sigmoid", 2);
    expect_steps("input 3x9, conv1d 4 3, batchnorm, tanh, globalmaxpool, dense 2", 4);
    expect_steps("input 6, dense 5, batchnorm, tanh, dense 30 bias=no, batchnorm eps=0.1, softmax", 4);
    expect_steps("input 6, dense 5, dropout 0.3, batchnorm, identity, dense 3", 2);
    expect_steps("input 6, dense 5, batchnorm, batchnorm affine=no", 1);
    expect_steps("input 2x6x6, conv 4 3 freeze=yes, batchnorm freeze=yes, flatten, dropout, dense 2", 2);
    expect_steps("input 6, dense 5, batchnorm @a, relu, add @a", 3);
}

static void batch_norm_stays(void **state)
{
    (void)state;
    expect_steps("input 6, batchnorm, dense 3", 2);
    expect_steps("input 2x4x4, batchnorm", 1);
    expect_steps("input 6, dense 5 @a, batchnorm, add @a", 3); /* others read the numbers before it */
    expect_steps("input 6, dense 5 @a, dropout, batchnorm, add @a", 3);
    expect_steps("input 2x5x5, conv 3 2 @a, batchnorm, tanh, add @a", 4);
    expect_steps("input 6, dense 5, tanh, batchnorm", 3); /* not linear */
    expect_steps("input 3x8, dense 6, batchnorm", 2);     /* channels are not what dense gives */
    expect_steps("input 3x3, dense 3, batchnorm", 2);
    expect_steps("input 1x4x4, conv 1 3 pad=same, flatten, batchnorm, dense 2", 3);
    expect_steps("input 2x3x3, conv 4 2, flatten, batchnorm, dense 2", 4); /* a channel became four */
}

static void what_does_nothing_goes(void **state)
{
    (void)state;
    expect_steps("input 6, dropout, identity", 0);
    expect_steps("input 6, dense 4, dropout, relu, dropout", 2);
    expect_steps("input 3x4, dense 4, flatten, dense 3", 2);
    expect_steps("input 1x4x4, flatten, reshape 2x8, identity", 0);
    expect_steps("input 3x4x5, flatten, dropout, dense 9, relu, dense 2", 3); /* rows of W change places */
    expect_steps("input 2x4x4, flatten @f, dense 4 @a, dense 4 from=@f, add @a", 3);
    expect_steps("input 2x4x4, conv 3 3, flatten @f, dense 12, relu, add @f", 5); /* not only dense layers read it */
    expect_steps("input 3x4x5, dropout_spatial, flatten", 1);
}

/* Activations work in place only where nobody else wants what they change. */
static void branches(void **state)
{
    (void)state;
    expect_steps("input 6 @x, relu, tanh, add @x", 3);
    expect_steps("input 6, relu @r, tanh, add @r", 3);
    expect_steps("input 6, dense 6 @a, relu, add @a", 3);
    expect_steps("input 6, dense 5 @a, relu @b, tanh from=@a, add @b", 4);
    expect_steps("input 6, dense 5 @a, dropout @b, tanh, add @a @b, concat @a, sigmoid", 5);
    expect_steps("input 2x7x6, conv 4 3x3 pad=same stride=2 groups=2, relu @r, conv 4 1 bias=no, batchnorm, add @r, "
                 "flatten, dense 3, log_softmax",
                 6);
    expect_steps("input 5 @words, embedding 7 3 @a, embedding 9 3 from=@words, add @a, flatten, dense 2", 4);
}

/* More inputs than are looked at together, and more outputs than are summed side by side. */
static void wide_layers(void **state)
{
    (void)state;
    assert_true(compare_net("input 2500, dense 137, relu, dense 300, leaky_relu, dense 1"));
    for (size_t out = 1; out <= 70; out++) {
        char net[64];
        snprintf(net, sizeof net, "input 40, relu, dense %zu", out);
        assert_true(compare_net(net));
    }
}

/* Numbers that do not live at the same time share a place. */
static void the_room_is_small(void **state)
{
    glia__compiled c;
    glia_model    *m = model_of("input 100, dense 100, relu, dense 100, relu, dense 100, relu, dense 100, tanh", 0);
    (void)state;
    EXPECT_OK(glia__compiled_new(&c, m));
    assert_true(c.room < 3 * (100 + 2 * GLIA__LINE));
    glia__compiled_clear(&c);
    glia_model_free(m);
}

/* ---- rows and answers as the user has them -------------------------------------------------------------------------
 */

static void compare_with_predict(const char *what, glia_model *m, const glia_data *data, const glia_real *x)
{
    glia_model_info info;
    glia_data_info  of_data;
    glia_predictor *p;
    glia_model_describe(m, &info);
    glia_data_describe(data, &of_data);
    glia_real *right = need(of_data.rows * info.outputs, sizeof *right);
    EXPECT_OK(glia_predict(m, data, right));
    EXPECT_OK(glia_predictor_new(&p, m));
    glia_real *y = predicted(p, x, of_data.rows);
    expect_near(what, y, right, of_data.rows * info.outputs);
    glia_predictor_free(p);
    free(y);
    free(right);
}

/* Rows as they are in the data, after a fit that scales them. */
static void compare_fitted(const char *net, const glia_data *data, const char *scale, const char *loss)
{
    glia_model    *m;
    glia_data_info info;
    glia_data_describe(data, &info);
    glia_real *x = need(info.rows * info.columns, sizeof *x);
    for (size_t i = 0; i < info.rows * info.columns; i++)
        x[i] = (glia_real)glia_data_input(data, i / info.columns, i % info.columns);
    EXPECT_OK(glia_model_new(&m, net, data, 1));
    EXPECT_OK(glia_fit(m, data, NULL, &(glia_fit_options){.epochs = 2, .scale = scale, .loss = loss, .threads = 1}));
    compare_with_predict(net, m, data, x);
    glia_model_free(m);
    free(x);
}

/* Images of three channels, which lie turned in memory. */
static glia_data *pictures(void)
{
    enum { COUNT_OF = 12, NUMBERS = 3 * 4 * 5 };
    static const int32_t truth[COUNT_OF] = {0, 1, 1, 0, 1};
    uint8_t              x[COUNT_OF * NUMBERS];
    glia_data           *d;
    for (size_t i = 0; i < sizeof x; i++) x[i] = (uint8_t)(i * i % 251);
    EXPECT_OK(glia_data_from_bytes(&d, x, COUNT_OF, 3, 4, 5, truth, 2));
    return d;
}

static void rows_are_scaled(void **state)
{
    static const char *const scales[] = {"none", "unit", "standard", "minmax"};
    glia_data               *images = pictures(), *rows = class_data(1, 20, 6, 3);
    (void)state;
    for (size_t i = 0; i < COUNT(scales); i++) {
        compare_fitted("conv 4 2, batchnorm, relu, flatten, dense 2, softmax", images, scales[i], NULL);
        compare_fitted("dense 7, batchnorm, tanh, dense 3, softmax", rows, scales[i], NULL);
    }
    glia_data_free(images);
    glia_data_free(rows);
}

static void answers_are_told(void **state)
{
    glia_data *rows = class_data(1, 20, 6, 3), *two = class_data(2, 20, 6, 2), *numbers = number_data(3, 20, 6, 2, 100);
    glia_data *image = number_data(3, 20, 6, 4, 100);
    (void)state;
    compare_fitted("dense 7, relu, dense 3", rows, NULL, "cross_entropy");
    compare_fitted("dense 3, log_softmax", rows, NULL, NULL);
    compare_fitted("dense 1", two, NULL, "bce_logits");
    compare_fitted("dense 1, sigmoid", two, NULL, NULL);
    compare_fitted("dense 4, tanh, dense 2", numbers, "standard", NULL);
    compare_fitted("input 1x2x3, conv 2 2x2, identity", image, NULL, NULL);
    glia_data_free(rows);
    glia_data_free(two);
    glia_data_free(numbers);
    glia_data_free(image);
}

/* A number as the table has it, a 1 for the word that the row has. */
static void rows_of_a_table(void **state)
{
    static const glia_real x[] = {1, 1, 0, 20, 0, 1, 300, 1, 0, 4, 0, 1};
    glia_data             *d;
    glia_model            *m;
    (void)state;
    put_text("p.csv", "size,colour,y\n1,blue,0.5\n20,red,7\n300,blue,9\n4,red,2\n");
    EXPECT_OK(glia_data_open(&d, "p.csv", NULL));
    EXPECT_OK(glia_model_new(&m, "dense 4, tanh, dense 1", d, 1));
    EXPECT_OK(glia_fit(m, d, NULL, &(glia_fit_options){.epochs = 3, .threads = 1}));
    assert_string_equal(glia_model_input_name(m, 0), "size");
    assert_string_equal(glia_model_input_name(m, 1), "colour=blue");
    assert_string_equal(glia_model_input_name(m, 2), "colour=red");
    assert_null(glia_model_input_name(m, 3));
    compare_with_predict("a table", m, d, x);
    glia_model_free(m);
    glia_data_free(d);
}

/* ---- what a run touches -------------------------------------------------------------------------------------------
 */

/* Many kinds of steps. */
#define OF_MANY                                                                                                        \
    "input 2x6x6, batchnorm, conv 4 3 pad=same @a, relu, conv 4 3 pad=same, add @a, maxpool 2, layernorm, flatten, "   \
    "dense 30, batchnorm, gelu, dense 3, softmax"

static glia_predictor *new_predictor(const char *net, size_t *in, size_t *out)
{
    glia_predictor *p;
    glia_model     *m = model_of(net, 1);
    shake(m);
    EXPECT_OK(glia_predictor_new(&p, m));
    glia_model_free(m);
    *in = glia_predictor_inputs(p);
    *out = glia_predictor_outputs(p);
    return p;
}

static void expect_within(const char *net)
{
    enum { GUARD = 40, LINES = 17 };
    size_t          in, out;
    glia_predictor *p = new_predictor(net, &in, &out);
    size_t          n = glia_predictor_room(p);
    glia_real      *x = random_reals(1, in), *same = random_reals(1, in), *right = predicted(p, x, 1);
    glia_real      *room = need(LINES + n + GUARD, sizeof *room), y[20];
    for (size_t from = 0; from < LINES; from++) { /* wherever in a line it begins */
        for (size_t i = 0; i < LINES + n + GUARD; i++) room[i] = (glia_real)NAN;
        for (size_t i = 0; i < COUNT(y); i++) y[i] = -3;
        EXPECT_OK(glia_predictor_run(p, x, y, room + from));
        assert_memory_equal(y, right, out * sizeof *y);
        for (size_t i = out; i < COUNT(y); i++) assert_true(y[i] == -3);
        for (size_t i = 0; i < from; i++) assert_true(isnan(room[i]));
        for (size_t i = from + n; i < LINES + n + GUARD; i++) assert_true(isnan(room[i]));
    }
    assert_memory_equal(x, same, in * sizeof *x);
    glia_predictor_free(p);
    free(x);
    free(same);
    free(right);
    free(room);
}

static void nothing_else_is_written(void **state)
{
    (void)state;
    expect_within(OF_MANY);
    expect_within("input 16, relu"); /* to the end of its room */
    expect_within("input 16x4, dense 1");
    expect_within("input 16, dense 8, log_softmax");
}

typedef struct crowd {
    const glia_predictor *p;
    const glia_real      *x;
    glia_real            *y; /* [threads][MANY][outputs] */
} crowd;
enum { MANY = 50, THREADS = 4 };

static void run_all(void *context, unsigned rank)
{
    crowd     *c = context;
    size_t     in = glia_predictor_inputs(c->p), out = glia_predictor_outputs(c->p);
    glia_real *room = malloc(glia_predictor_room(c->p) * sizeof *room), *y = c->y + rank * MANY * out;
    for (size_t i = 0; room && i < MANY; i++) {
        size_t r = (i + rank * 7) % MANY; /* each in an order of its own */
        glia_predictor_run(c->p, c->x + r * in, y + r * out, room);
    }
    free(room);
}

static void many_threads_at_once(void **state)
{
    size_t      in, out;
    glia__team *team;
    crowd       c = {.p = new_predictor(OF_MANY, &in, &out)};
    glia_real  *x = random_reals(1, MANY * in), *right = predicted(c.p, x, MANY);
    (void)state;
    c.x = x;
    c.y = need(THREADS * MANY * out, sizeof *c.y);
    EXPECT_OK(glia__team_new(&team, THREADS));
    glia__team_run(team, run_all, &c);
    glia__team_free(team);
    for (size_t k = 0; k < THREADS; k++) assert_memory_equal(c.y + k * MANY * out, right, MANY * out * sizeof *right);
    glia_predictor_free((glia_predictor *)c.p);
    free(x);
    free(right);
    free(c.y);
}

/* It is what the model was when it was made. */
static void a_predictor_is_on_its_own(void **state)
{
    glia_predictor *p;
    glia_data      *d = class_data(1, 20, 6, 3);
    glia_model     *m;
    glia_real      *x = random_reals(2, 6 * ROWS);
    (void)state;
    EXPECT_OK(glia_model_new(&m, "dense 7, batchnorm, relu, dense 3, softmax", d, 1));
    EXPECT_OK(glia_predictor_new(&p, m));
    glia_real *before = predicted(p, x, ROWS);
    EXPECT_OK(glia_fit(m, d, NULL, &(glia_fit_options){.epochs = 3, .scale = "standard"}));
    glia_real *after = predicted(p, x, ROWS);
    assert_memory_equal(before, after, 3 * ROWS * sizeof *after);
    glia_model_free(m);
    glia_data_free(d);
    glia_predictor_free(p);
    free(x);
    free(before);
    free(after);
}

static void wrong_arguments(void **state)
{
    glia_real       x[3] = {0, 1, 5}, y[4] = {0}, room[4096];
    glia_predictor *p = (glia_predictor *)room;
    glia_model     *m = model_of("input 3, embedding 4 2, flatten, dense 2", 0), *empty = model_of("input 3", 0);
    (void)state;
    EXPECT_FAILS(glia_predictor_new(NULL, m), GLIA_E_ARG, "a place and a model");
    EXPECT_FAILS(glia_predictor_new(&p, NULL), GLIA_E_ARG, "a place and a model");
    EXPECT_FAILS(glia_predictor_new(&p, empty), GLIA_E_ARG, "the net has no layers");
    assert_null(p);
    glia_predictor_free(NULL);
    assert_int_equal(glia_predictor_room(NULL) + glia_predictor_inputs(NULL) + glia_predictor_outputs(NULL), 0);
    EXPECT_OK(glia_predictor_new(&p, m));
    assert_true(glia_predictor_room(p) <= COUNT(room));
    EXPECT_FAILS(glia_predictor_run(NULL, x, y, room), GLIA_E_ARG, "a predictor, a row");
    EXPECT_FAILS(glia_predictor_run(p, NULL, y, room), GLIA_E_ARG, "a predictor, a row");
    EXPECT_FAILS(glia_predictor_run(p, x, NULL, room), GLIA_E_ARG, "a predictor, a row");
    EXPECT_FAILS(glia_predictor_run(p, x, y, NULL), GLIA_E_ARG, "a predictor, a row");
    EXPECT_FAILS(glia_predictor_run(p, x, y, room), GLIA_E_SHAPE, "5 is not one of the 4 words of layer 0 (embedding)");
    assert_true(y[0] == 0);
    glia_predictor_free(p);
    glia_model_free(m);
    glia_model_free(empty);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_layer),
        cmocka_unit_test(batch_norm_is_folded),
        cmocka_unit_test(batch_norm_stays),
        cmocka_unit_test(what_does_nothing_goes),
        cmocka_unit_test(branches),
        cmocka_unit_test(wide_layers),
        cmocka_unit_test(the_room_is_small),
        cmocka_unit_test(rows_are_scaled),
        cmocka_unit_test(answers_are_told),
        cmocka_unit_test(rows_of_a_table),
        cmocka_unit_test(nothing_else_is_written),
        cmocka_unit_test(many_threads_at_once),
        cmocka_unit_test(a_predictor_is_on_its_own),
        cmocka_unit_test(wrong_arguments),
    };
    return cmocka_run_group_tests(tests, enter_folder, leave_folder);
}
