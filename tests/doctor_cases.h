/* Nets for the doctor: broken on purpose, one by one, and sound ones; with the data they are trained on. */
#ifndef GLIA_TESTS_DOCTOR_CASES_H
#define GLIA_TESTS_DOCTOR_CASES_H

#include "help.h"

typedef glia_data *maker(void);

/* ---- data ------------------------------------------------------------------------------------------------------ */

static inline glia_data *opened_digits(void)
{
    glia_data *d;
    EXPECT_OK(glia_data_open(&d, GLIA_TEST_DATA "/../data/digits.csv.gz", NULL));
    return d;
}

static inline glia_data *made(const char *text)
{
    glia_data *d;
    EXPECT_OK(glia_data_open(&d, text, NULL));
    return d;
}

static glia_data *spiral(void)
{
    return made("spiral n=150 classes=3 noise=0.1");
}

static glia_data *moons(void)
{
    return made("moons n=200 noise=0.1");
}

static glia_data *xor_rows(void)
{
    return made("xor n=100");
}

static glia_data *line(void)
{
    return number_data(4, 400, 5, 2, 30);
}

/* Two classes apart from each other in columns of thousands, such as prices and areas. */
static glia_data *thousands(void)
{
    enum { ROWS = 300, COLUMNS = 4 };
    glia_data *d;
    glia_real *x = random_reals(6, ROWS * COLUMNS);
    int32_t class[ROWS];
    for (size_t r = 0; r < ROWS; r++) {
        class[r] = x[r * COLUMNS] + x[r * COLUMNS + 1] > 0;
        for (size_t i = 0; i < COLUMNS; i++) x[r * COLUMNS + i] = 3000 + 2000 * x[r * COLUMNS + i];
    }
    EXPECT_OK(glia_data_from_reals(&d, x, ROWS, COLUMNS, class, NULL, 2));
    free(x);
    return d;
}

/* The digits as bytes of 0..255. */
static glia_data *pixels(void)
{
    enum { ROWS = 600, PIXELS = 64 };
    glia_data *d, *digits = opened_digits();
    uint8_t   *x = need(ROWS, PIXELS);
    int32_t class[ROWS];
    for (size_t i = 0; i < ROWS * PIXELS; i++) x[i] = (uint8_t)(15.9 * glia_data_input(digits, i / PIXELS, i % PIXELS));
    for (size_t r = 0; r < ROWS; r++) class[r] = glia_data_class(digits, r);
    EXPECT_OK(glia_data_from_bytes(&d, x, ROWS, 1, 8, 8, class, 10));
    glia_data_free(digits);
    free(x);
    return d;
}

/* As x says, of `classes` classes; class_of tells which one a row has. */
static glia_data *labelled(size_t rows, size_t classes, int32_t (*class_of)(size_t row, const glia_real *x))
{
    glia_data *d;
    glia_real *x = random_reals(8, rows * 4);
    int32_t   *c = need(rows, sizeof *c);
    for (size_t r = 0; r < rows; r++) c[r] = class_of(r, x + 4 * r);
    EXPECT_OK(glia_data_from_reals(&d, x, rows, 4, c, NULL, classes));
    free(x);
    free(c);
    return d;
}

static int32_t first_only(size_t row, const glia_real *x)
{
    (void)row, (void)x;
    return 0;
}

/* One row of forty, and nothing tells which. */
static int32_t rarely(size_t row, const glia_real *x)
{
    (void)x;
    return row % 40 == 0;
}

static int32_t never_last(size_t row, const glia_real *x)
{
    (void)row;
    return x[0] > 0;
}

/* Nothing to do with x. */
static int32_t by_chance(size_t row, const glia_real *x)
{
    (void)x;
    return (int32_t)(row * 2654435761u >> 7 & 1);
}

static glia_data *one_class(void)
{
    return labelled(200, 2, first_only);
}

static glia_data *rare_class(void)
{
    return labelled(800, 2, rarely);
}

static glia_data *absent_class(void)
{
    return labelled(300, 3, never_last);
}

static glia_data *noise(void)
{
    return labelled(4000, 2, by_chance);
}

static glia_data *small_noise(void)
{
    return labelled(60, 2, by_chance);
}

static glia_data *constant_number(void)
{
    enum { ROWS = 100 };
    glia_data *d;
    glia_real *x = random_reals(9, ROWS * 3), t[ROWS];
    for (size_t r = 0; r < ROWS; r++) t[r] = 7;
    EXPECT_OK(glia_data_from_reals(&d, x, ROWS, 3, NULL, t, 1));
    free(x);
    return d;
}

static glia_data *with_nan(void)
{
    enum { ROWS = 100 };
    glia_data *d;
    glia_real *x = random_reals(10, ROWS * 3), t[ROWS];
    for (size_t r = 0; r < ROWS; r++) t[r] = x[3 * r];
    x[3 * 40 + 2] = (glia_real)NAN;
    EXPECT_OK(glia_data_from_reals(&d, x, ROWS, 3, NULL, t, 1));
    free(x);
    return d;
}

/* Three columns of four never change. */
static glia_data *constant_columns(void)
{
    enum { ROWS = 200 };
    glia_data *d;
    glia_real *x = random_reals(11, ROWS * 4);
    int32_t class[ROWS];
    for (size_t r = 0; r < ROWS; r++) {
        class[r] = x[4 * r] > 0;
        x[4 * r + 1] = x[4 * r + 2] = x[4 * r + 3] = 1;
    }
    EXPECT_OK(glia_data_from_reals(&d, x, ROWS, 4, class, NULL, 2));
    free(x);
    return d;
}

/* ---- cases ----------------------------------------------------------------------------------------------------- */

typedef struct doctor_case {
    const char *name, *kind; /* of the worst finding */
    maker      *data;
    const char *net, *optimizer, *loss, *scale;
    size_t      epochs, batch;
    double      held;       /* share of the rows that validates */
    bool        nan_weight; /* the first weight is NaN */
} doctor_case;

#define SMALL "dense 32, relu, dense 10, softmax"
#define SIGMOIDS3 "dense 24, sigmoid, dense 24, sigmoid, dense 24, sigmoid, "
#define WIDE "dense 64 init=normal:0:5, relu, "
#define NORMAL "dense 32, batchnorm, relu, "

static const doctor_case broken[] = {
    {"learning rate 10", "rate_high", opened_digits, SMALL, "sgd lr=10", .epochs = 4},
    {"learning rate 10 of adam", "rate_high", opened_digits, SMALL, "adam lr=10", .epochs = 4},
    {"learning rate 3, all units dead", "rate_high", opened_digits, "dense 64, relu, " SMALL, "sgd lr=3", .epochs = 4},
    {"learning rate 1e-7", "rate_low", opened_digits, SMALL, "sgd lr=1e-7", .epochs = 4},
    {"learning rate 1e-7 of adam", "rate_low", opened_digits, SMALL, "adam lr=1e-7", .epochs = 4},
    {"learning rate 1e-7 for numbers", "rate_low", line, "dense 16, tanh, dense 2", "sgd lr=1e-7", .epochs = 4},
    {"zero start", "same_units", opened_digits,
     "dense 32 init=zeros bias_init=zeros, relu, dense 10 init=zeros bias_init=zeros, softmax", .epochs = 4},
    {"equal start", "same_units", opened_digits,
     "dense 32 init=constant:0.01 bias_init=zeros, tanh, dense 10 init=zeros bias_init=zeros, softmax", .epochs = 4},
    {"twelve sigmoids", "vanishing", opened_digits, SIGMOIDS3 SIGMOIDS3 SIGMOIDS3 SIGMOIDS3 "dense 10, softmax",
     "sgd lr=0.1", .epochs = 4},
    {"raw inputs", "unscaled_inputs", thousands, "dense 16, relu, dense 2, softmax", "sgd lr=0.01", .scale = "none",
     .epochs = 5},
    {"raw bytes", "unscaled_inputs", pixels, "flatten, " SMALL, .scale = "none", .epochs = 4},
    {"dead units", "dead_units", opened_digits, "dense 32 bias_init=constant:-50, relu, dense 10, softmax",
     .epochs = 4},
    {"all labels the same", "constant_target", one_class, "dense 8, relu, dense 2, softmax", .epochs = 5},
    {"all numbers the same", "constant_target", constant_number, "dense 8, relu, dense 1", .epochs = 5},
    {"NaN inputs", "nan_inputs", with_nan, "dense 8, relu, dense 1"},
    {"NaN weights", "nan_weights", line, "dense 8, relu, dense 2", .nan_weight = true},
    {"mse of a softmax", "loss_misfit", opened_digits, SMALL, .loss = "mse", .epochs = 10},
    {"plain numbers for classes", "loss_misfit", opened_digits, "dense 32, relu, dense 10", .epochs = 5},
    {"cross entropy of a sigmoid", "loss_misfit", opened_digits, "dense 32, relu, dense 10, sigmoid",
     .loss = "cross_entropy", .epochs = 5},
    {"relu for logits", "loss_misfit", opened_digits, "dense 32, relu, dense 10, relu", .loss = "cross_entropy",
     .epochs = 10},
    {"a rare class", "imbalance", rare_class, "dense 8, relu, dense 2, softmax", .epochs = 5},
    {"overfitting", "overfitting", small_noise, "dense 128, relu, dense 128, relu, dense 2, softmax", .epochs = 80,
     .batch = 8, .held = 0.5},
    {"everything frozen", "all_frozen", opened_digits, "dense 32 freeze=yes, relu, dense 10 freeze=yes, softmax",
     .epochs = 2},
    {"exploding start", "exploding", opened_digits, WIDE WIDE WIDE WIDE WIDE WIDE "dense 10, softmax", .epochs = 2},
    {"constant columns", "constant_columns", constant_columns, "dense 8, relu, dense 2, softmax", "adam lr=0.01",
     .epochs = 30},
    {"saturated tanh", "saturated", opened_digits, "dense 32 init=normal:0:5, tanh, dense 10, softmax", .epochs = 4},
    {"strong weight decay", "weight_decay", opened_digits, SMALL, "sgd lr=0.01 weight_decay=10", .epochs = 4},
    {"sigmoid for numbers", "unreachable_targets", line, "dense 16, tanh, dense 2, sigmoid", "adam lr=0.01",
     .loss = "mse", .epochs = 40},
    {"batches of two rows", "small_batch", moons, "dense 16, batchnorm, relu, dense 2, softmax", .batch = 2,
     .epochs = 10},
    {"rprop of small batches", "rate_high", opened_digits, "dense 16, relu, dense 10, softmax", "rprop", .epochs = 5},
    {"few steps", "few_steps", opened_digits, SMALL, "sgd lr=0.01", .epochs = 5, .batch = GLIA_FULL_BATCH},
    {"a class that never occurs", "absent_class", absent_class, "dense 16, relu, dense 3, softmax", "adam lr=0.01",
     .epochs = 30},
    {"nothing to learn from", "stuck", noise, "dense 2, softmax", .epochs = 10},
};

static const doctor_case sound[] = {
    {"digits", .data = opened_digits, .net = SMALL, .epochs = 10, .held = 0.2},
    {"digits by plain descent", .data = opened_digits, .net = SMALL, .optimizer = "sgd lr=0.1", .epochs = 10,
     .held = 0.2},
    {"regression", .data = line, .net = "dense 32, relu, dense 2", .optimizer = "adam lr=0.01", .epochs = 30,
     .held = 0.2},
    {"spiral", .data = spiral, .net = "dense 64, relu, dense 64, relu, dense 3, softmax", .optimizer = "adam lr=0.01",
     .epochs = 60, .held = 0.2},
    {"moons with tanh", .data = moons, .net = "dense 16, tanh, dense 1, sigmoid", .optimizer = "adam lr=0.02",
     .epochs = 60, .held = 0.2},
    {"xor", .data = xor_rows, .net = "dense 8, tanh, dense 1, sigmoid", .optimizer = "sgd lr=0.5", .epochs = 60,
     .held = 0.2},
    {"convolutions", .data = opened_digits,
     .net = "input 1x8x8, conv 8 3x3 pad=same, relu, conv 16 3x3 stride=2, relu, flatten, dense 10, softmax",
     .epochs = 6, .held = 0.2},
    {"deep, with batch norm", .data = opened_digits,
     .net = NORMAL NORMAL NORMAL NORMAL NORMAL NORMAL "dense 10, softmax", .epochs = 6, .held = 0.2},
    {"bytes", .data = pixels, .net = "flatten, " SMALL, .optimizer = "adam lr=0.005", .epochs = 10, .held = 0.2},
    {"residual", .data = opened_digits,
     .net = "dense 32, relu @a, dense 32, relu, dense 32, add @a, relu, dense 10, softmax", .epochs = 8, .held = 0.2},
};

/* ---- the treatment --------------------------------------------------------------------------------------------- */

static void spoil_weight(glia_model *m)
{
    glia_parameter_info info;
    EXPECT_OK(glia_parameter_describe(m, 0, &info));
    glia_real *w = need(info.count, sizeof *w);
    EXPECT_OK(glia_parameter_get(m, info.name, w, info.count));
    w[0] = (glia_real)NAN;
    EXPECT_OK(glia_parameter_set(m, info.name, w, info.count));
    free(w);
}

/* Trains the case's net while the doctor watches; a run that ends in NaN is a run. */
static glia_model *treated(const doctor_case *c, glia_data **train, glia_data **validation)
{
    glia_model *m;
    glia_data  *whole = *train = c->data(), *rest = NULL;
    *validation = NULL;
    if (c->held > 0) EXPECT_OK(glia_data_split(whole, c->held, GLIA_SPLIT_SHUFFLED, 1, &rest, validation));
    EXPECT_OK(glia_model_new(&m, c->net, whole, 1));
    if (c->nan_weight) spoil_weight(m);
    glia_status status = glia_fit(m, rest ? rest : whole, *validation,
                                  &(glia_fit_options){.epochs = c->epochs,
                                                      .batch = c->batch,
                                                      .optimizer = c->optimizer,
                                                      .loss = c->loss,
                                                      .scale = c->scale,
                                                      .threads = 1,
                                                      .doctor = true});
    if (status != GLIA_OK && status != GLIA_E_NONFINITE) fail_msg("%s: %s", c->name, glia_error());
    glia_data_free(rest);
    return m;
}

static void release_case(glia_model *m, glia_data *train, glia_data *validation)
{
    glia_model_free(m);
    glia_data_free(validation);
    glia_data_free(train);
}

#endif
