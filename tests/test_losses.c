/* The losses: PyTorch's values (golden), gradients against differences, what fuses with what, extremes, and mistakes.
 */
#include <float.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "golden.h"
#include "ground/real.h"
#include "parts/loss.h"

#ifdef GLIA_DOUBLE
#define REAL_MOST DBL_MAX
enum { IS_DOUBLE = 1 };
#else
#define REAL_MOST FLT_MAX
enum { IS_DOUBLE = 0 };
#endif

static glia__loss parsed(const char *text, const char *last)
{
    glia__loss l;
    bool       fused;
    assert_int_equal(GLIA_OK, glia__loss_parse(&l, text, last, &fused));
    return l;
}

/* The batch's loss, made in two blocks of rows. */
static double whole(const glia__loss *l, size_t rows, size_t n, const real *y, const glia__truth *truth, real *dy)
{
    double      value[32], sum = 0;
    glia__truth t = *truth;
    assert_true(rows <= 32);
    t.weight = glia__loss_weight(l, rows, &t);
    glia__loss_rows(l, n, y, &t, rows / 2, rows, value, dy);
    glia__loss_rows(l, n, y, &t, 0, rows / 2, value, dy);
    for (size_t r = 0; r < rows; r++) sum += value[r];
    return glia__loss_reduce(l, sum, t.weight, n);
}

/* ---- golden ---------------------------------------------------------------------------------------------------- */

static const struct golden_loss {
    const char *name, *text;
    const char *outputs, *truth, *gradient; /* names of the arrays */
} golden[] = {
    {"mse_mean", "mse", "x", "t", "grad_x"},
    {"mse_sum", "mse reduce=sum", "x", "t", "grad_x"},
    {"l1_mean", "l1", "x", "t", "grad_x"},
    {"huber", "huber 0.5", "x", "t", "grad_x"},
    {"smooth_l1", "smooth_l1 0.5", "x", "t", "grad_x"},
    {"bce_mean", "bce", "p", "t", "grad_p"},
    {"bce_soft_targets", "bce", "p", "t", "grad_p"},
    {"bce_logits_mean", "bce_logits", "z", "t", "grad_z"},
    {"bce_logits_extreme", "bce_logits reduce=sum", "z", "t", "grad_z"},
    {"ce_mean", "cross_entropy", "z", "label", "grad_z"},
    {"ce_sum", "cross_entropy reduce=sum", "z", "label", "grad_z"},
    {"ce_soft_labels", "cross_entropy", "z", "t", "grad_z"},
    {"ce_class_weights", "cross_entropy", "z", "label", "grad_z"},
    {"ce_ignore_index", "cross_entropy", "z", "label", "grad_z"}, /* -100 is the standard */
    {"ce_label_smoothing", "cross_entropy label_smoothing=0.1", "z", "label", "grad_z"},
    {"ce_weights_smoothing", "cross_entropy label_smoothing=0.1", "z", "label", "grad_z"},
    {"nll_mean", "nll", "logp", "label", "grad_logp"},
};

static void expect_golden(const struct golden_loss *g)
{
    char name[64] = "layers_torch/";
    strcat(name, g->name);
    golden_case        *c = golden_open(name);
    const golden_array *outputs = golden_get(c, g->outputs), *truth = golden_get(c, g->truth);
    size_t              rows = outputs->shape[0], n = outputs->shape[1];
    bool                labels = strcmp(g->truth, "label") == 0;
    glia__loss          l = parsed(g->text, NULL);
    real               *y = golden_reals(outputs), *targets = golden_reals(truth);
    const golden_array *weight = golden_find(c, "weight"); /* of classes */
    real               *weights = weight ? golden_reals(weight) : NULL;
    int32_t            *classes = labels ? golden_ints(truth) : NULL;
    glia__truth         t = {.classes = classes, .targets = labels ? NULL : targets, .class_weight = weights};
    real               *dy = calloc(rows * n, sizeof *dy);
    double              loss = whole(&l, rows, n, y, &t, dy);
    golden_expect_doubles(golden_get(c, "loss"), &loss, golden_tolerance_of(c));
    golden_expect_reals(golden_get(c, g->gradient), dy, golden_tolerance_of(c));
    free(dy);
    free(weights);
    free(classes);
    free(targets);
    free(y);
    golden_close(c);
}

static void losses_are_pytorchs(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof golden / sizeof *golden; i++) expect_golden(&golden[i]);
}

/* Its weights are a column each: the text is made from them. */
static void pos_weight_is_pytorchs(void **state)
{
    (void)state;
    golden_case        *c = golden_open("layers_torch/bce_logits_pos_weight");
    const golden_array *weight = golden_get(c, "pos_weight");
    real               *z = golden_reals(golden_get(c, "z")), *t = golden_reals(golden_get(c, "t")), dz[24];
    glia__string        text = {0};
    assert_int_equal(4, weight->count);
    glia__string_add(&text, "bce_logits pos_weight");
    for (size_t j = 0; j < 4; j++) {
        glia__string_add(&text, j ? ":" : "=");
        glia__string_add_number(&text, weight->values[j]);
    }
    glia__loss l = parsed(text.text, NULL);
    double     loss = whole(&l, 6, 4, z, &(glia__truth){.targets = t}, dz);
    golden_expect_doubles(golden_get(c, "loss"), &loss, golden_tolerance_of(c));
    golden_expect_reals(golden_get(c, "grad_z"), dz, golden_tolerance_of(c));
    glia__string_clear(&text);
    free(z);
    free(t);
    golden_close(c);
}

/* ---- gradients against differences ----------------------------------------------------------------------------- */

enum { ROWS = 5, OUTPUTS = 3 };

static void fill(glia_rng *rng, double low, double high, real *values)
{
    for (size_t i = 0; i < ROWS * OUTPUTS; i++) values[i] = (real)glia_rng_uniform(rng, low, high);
}

/* Every number of dy against the central difference of the loss; none of this may be zero throughout. */
static void expect_gradient(const char *text, const real *y, const glia__truth *t, size_t rows, size_t n)
{
    const double h = IS_DOUBLE ? 1e-6 : 1e-2, tolerance = IS_DOUBLE ? 1e-7 : 2e-3;
    glia__loss   l = parsed(text, NULL);
    real         at[ROWS * OUTPUTS], dy[ROWS * OUTPUTS];
    double       loss = whole(&l, rows, n, y, t, dy), largest = 0;
    assert_true(loss == whole(&l, rows, n, y, t, NULL));
    memcpy(at, y, rows * n * sizeof *at);
    for (size_t i = 0; i < rows * n; i++) {
        real before = y[i] - (real)h, after = y[i] + (real)h;
        at[i] = after;
        double rise = whole(&l, rows, n, at, t, NULL);
        at[i] = before;
        rise -= whole(&l, rows, n, at, t, NULL);
        at[i] = y[i];
        double want = rise / ((double)after - (double)before);
        if (!golden_near((double)dy[i], want, tolerance, tolerance))
            fail_msg("%s: dy[%zu] is %g, by differences %g", text, i, (double)dy[i], want);
        largest = fmax(largest, fabs((double)dy[i]));
    }
    assert_true(largest > 1e-3);
}

static void gradients_are_the_slopes(void **state)
{
    (void)state;
    static const char *const texts[] = {"mse",
                                        "mse reduce=rows",
                                        "mse reduce=sum",
                                        "l1",
                                        "l1 reduce=rows",
                                        "huber",
                                        "huber 0.1 reduce=sum",
                                        "bce",
                                        "smooth_l1",
                                        "smooth_l1 0.3 reduce=rows",
                                        "smooth_l1 beta=0",
                                        "bce reduce=rows",
                                        "bce pos_weight=0.5",
                                        "bce_logits pos_weight=2.5 reduce=rows",
                                        "bce_logits",
                                        "bce_logits reduce=sum",
                                        "cross_entropy",
                                        "cross_entropy reduce=sum",
                                        "cross_entropy label_smoothing=0.3",
                                        "cross_entropy label_smoothing=1",
                                        "cross_entropy ignore_index=2",
                                        "nll",
                                        "nll reduce=sum",
                                        "nll ignore_index=1"};
    static const real        row_weight[ROWS] = {2, (real)0.5, 0, 1, 3}, class_weight[OUTPUTS] = {1, 4, (real)0.25};
    static const int32_t     classes[ROWS] = {0, 2, 1, 2, 2}, bits[ROWS] = {0, 1, 1, 0, 1};
    glia_rng                *rng;
    real                     y[ROWS * OUTPUTS], targets[ROWS * OUTPUTS];
    assert_int_equal(GLIA_OK, glia_rng_new(&rng, 7));
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        fill(rng, 0.1, 0.9, y); /* probabilities too; off the kinks of l1 and huber by the seed */
        fill(rng, 0, 1, targets);
        expect_gradient(texts[i], y, &(glia__truth){.targets = targets}, ROWS, OUTPUTS);
        expect_gradient(texts[i], y, &(glia__truth){.classes = classes}, ROWS, OUTPUTS);
        expect_gradient(texts[i], y, &(glia__truth){.targets = targets, .row_weight = row_weight}, ROWS, OUTPUTS);
        expect_gradient(texts[i], y,
                        &(glia__truth){.classes = classes, .row_weight = row_weight, .class_weight = class_weight},
                        ROWS, OUTPUTS);
        if (!strstr(texts[i], "cross") && !strstr(texts[i], "nll"))
            expect_gradient(texts[i], y, &(glia__truth){.classes = bits}, ROWS, 1);
    }
    glia_rng_free(rng);
}

/* ---- classes as targets ---------------------------------------------------------------------------------------- */

static void classes_stand_for_one_hot_rows(void **state)
{
    (void)state;
    static const char *const texts[] = {"mse", "l1 reduce=sum", "huber", "bce", "bce_logits", "cross_entropy"};
    static const int32_t     classes[] = {2, 0};
    static const real        y[] = {(real)0.3, (real)0.2, (real)0.5, (real)0.1, (real)0.8, (real)0.1};
    static const real        one_hot[] = {0, 0, 1, 1, 0, 0};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        glia__loss l = parsed(texts[i], NULL);
        real       dy[2][6];
        double     a = whole(&l, 2, 3, y, &(glia__truth){.classes = classes}, dy[0]);
        double     b = whole(&l, 2, 3, y, &(glia__truth){.targets = one_hot}, dy[1]);
        assert_true(a == b);
        assert_memory_equal(dy[0], dy[1], sizeof dy[0]);
    }
}

static void one_output_is_the_second_class(void **state)
{
    (void)state;
    static const char *const texts[] = {"mse", "l1", "huber", "bce", "bce_logits"};
    static const int32_t     classes[] = {1, 0, 1};
    static const real        y[] = {(real)0.3, (real)0.2, (real)0.5}, bits[] = {1, 0, 1};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        glia__loss l = parsed(texts[i], NULL);
        real       dy[2][3];
        double     a = whole(&l, 3, 1, y, &(glia__truth){.classes = classes}, dy[0]);
        double     b = whole(&l, 3, 1, y, &(glia__truth){.targets = bits}, dy[1]);
        assert_true(a == b);
        assert_memory_equal(dy[0], dy[1], sizeof dy[0]);
    }
}

/* ---- reductions ------------------------------------------------------------------------------------------------ */

static void reductions_divide_by_what_they_say(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        double      loss, slope; /* of outputs 1 2 | 3 4 against 0, and of the first output */
    } cases[] = {
        {"mse", 30.0 / 4, 2.0 / 4},
        {"mse reduce=mean", 30.0 / 4, 2.0 / 4},
        {"mse reduce=rows", 30.0 / 2, 2.0 / 2},
        {"mse reduce=sum", 30, 2},
        {"l1", 10.0 / 4, 1.0 / 4},
        {"l1 reduce=rows", 5, 0.5},
        {"huber 1 reduce=sum", 8.0, 1},
        {"huber delta=2", 12.5 / 4, 0.25},
    };
    static const real y[] = {1, 2, 3, 4}, zero[4] = {0};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        glia__loss l = parsed(cases[i].text, NULL);
        real       dy[4];
        assert_true(cases[i].loss == whole(&l, 2, 2, y, &(glia__truth){.targets = zero}, dy));
        assert_true((double)dy[0] == cases[i].slope);
    }
}

/* ---- weights --------------------------------------------------------------------------------------------------- */

static const char *const all_losses[] = {"mse",
                                         "mse reduce=rows",
                                         "l1 reduce=sum",
                                         "huber",
                                         "smooth_l1 0.2",
                                         "bce pos_weight=3",
                                         "bce_logits pos_weight=1:2:3",
                                         "cross_entropy",
                                         "cross_entropy label_smoothing=0.2",
                                         "nll"};

/* A row of weight 2 is that row twice, and one of weight 0 is not there: one batch with weights, one without. */
static void a_weight_is_so_many_rows(void **state)
{
    (void)state;
    static const int32_t classes[] = {2, 0, 1, 1}, repeated[] = {2, 2, 0, 1};
    static const real    weights[] = {2, 1, 0, 1},
                      y[] = {(real)0.3, (real)0.2, (real)0.5, (real)0.1, (real)0.8, (real)0.1,
                             (real)0.9, (real)0.7, (real)0.6, (real)0.4, (real)0.2, (real)0.3};
    real   copies[12];
    double tolerance = IS_DOUBLE ? 1e-14 : 1e-6;
    memcpy(copies, y, 3 * sizeof *y);
    memcpy(copies + 3, y, 6 * sizeof *y);
    memcpy(copies + 9, y + 9, 3 * sizeof *y);
    for (size_t i = 0; i < sizeof all_losses / sizeof *all_losses; i++) {
        glia__loss l = parsed(all_losses[i], NULL);
        real       dy[12], want[12];
        double     loss = whole(&l, 4, 3, y, &(glia__truth){.classes = classes, .row_weight = weights}, dy);
        double     twice = whole(&l, 4, 3, copies, &(glia__truth){.classes = repeated}, want);
        assert_true(golden_near(loss, twice, tolerance, tolerance) && loss != 0);
        for (size_t j = 0; j < 3; j++) {
            assert_true(golden_near((double)dy[j], 2 * (double)want[j], tolerance, tolerance));
            assert_true(golden_near((double)dy[3 + j], (double)want[6 + j], tolerance, tolerance));
            assert_true(dy[6 + j] == 0);
        }
    }
}

/* Where a row has one class, the weight of the class is a weight of the row. */
static void class_weights_weigh_rows(void **state)
{
    (void)state;
    static const int32_t classes[] = {2, 0, 1, 2};
    static const real    by_class[] = {3, (real)0.5, 2}, by_row[] = {2, 3, (real)0.5, 2};
    static const real    y[] = {(real)0.3, (real)0.2, (real)0.5, (real)0.1, (real)0.8, (real)0.1,
                                (real)0.9, (real)0.7, (real)0.6, (real)0.4, (real)0.2, (real)0.3};
    double               tolerance = IS_DOUBLE ? 1e-14 : 1e-6;
    for (size_t i = 0; i < sizeof all_losses / sizeof *all_losses; i++) {
        glia__loss l = parsed(all_losses[i], NULL);
        real       a[12], b[12];
        if (strstr(all_losses[i], "smoothing")) continue; /* mixes classes: golden values */
        double loss = whole(&l, 4, 3, y, &(glia__truth){.classes = classes, .class_weight = by_class}, a);
        double want = whole(&l, 4, 3, y, &(glia__truth){.classes = classes, .row_weight = by_row}, b);
        assert_true(golden_near(loss, want, tolerance, tolerance));
        for (size_t j = 0; j < 12; j++) assert_true(golden_near((double)a[j], (double)b[j], tolerance, tolerance));
    }
}

/* By hand: -(3 log 0.5 + 1 log 0.25) / 4, of log-probabilities, and the same summed; rows of class 2 count for nothing.
 */
static void ignored_rows_count_for_nothing(void **state)
{
    (void)state;
    static const int32_t classes[] = {0, 2, 1};
    static const real    weights[] = {3, 7, 1};
    const real           p[] = {log((real)0.5),  log((real)0.25), log((real)0.25), (real)NAN, 1, 2,
                                log((real)0.25), log((real)0.25), (real)-INFINITY};
    glia__loss           l = parsed("nll ignore_index=2", NULL), sum = parsed("nll reduce=sum ignore_index=2", NULL);
    const glia__truth    t = {.classes = classes, .row_weight = weights};
    real                 dy[9];
    double               tolerance = IS_DOUBLE ? 1e-14 : 1e-6, want = 3 * log(2) + log(4);
    assert_true(golden_near(whole(&l, 3, 3, p, &t, dy), want / 4, tolerance, 0));
    assert_true(dy[0] == (real)-0.75 && dy[7] == (real)-0.25 && dy[3] == 0 && dy[4] == 0 && dy[5] == 0 && dy[8] == 0);
    assert_true(golden_near(whole(&sum, 3, 3, p, &t, dy), want, tolerance, 0));
    assert_true(dy[0] == -3 && dy[7] == -1 && dy[4] == 0);
    assert_false(glia__loss_passes_over(&l, &t, 0));
    assert_true(glia__loss_passes_over(&l, &t, 1));
    assert_true(glia__loss_told(&sum, want, 4, 3) == want / 4);
}

static void a_batch_without_weight_is_nothing(void **state)
{
    (void)state;
    static const int32_t classes[] = {1, 1};
    static const real    none[] = {0, 0, 0}, y[] = {(real)0.3, (real)0.2, (real)0.5, (real)0.1, (real)0.8, (real)0.1};
    const glia__truth cases[] = {{.classes = classes, .row_weight = none}, {.classes = classes, .class_weight = none}};
    for (size_t i = 0; i < sizeof all_losses / sizeof *all_losses; i++)
        for (size_t k = 0; k < 2; k++) {
            glia__loss l = parsed(all_losses[i], NULL);
            real       dy[6] = {1, 1, 1, 1, 1, 1};
            assert_true(0 == whole(&l, 2, 3, y, &cases[k], dy));
            for (size_t j = 0; j < 6; j++) assert_true(dy[j] == 0);
            assert_true(0 == glia__loss_told(&l, 0, 0, 3));
        }
    glia__loss l = parsed("cross_entropy ignore_index=1 label_smoothing=0.1", NULL);
    real       dy[6];
    assert_true(0 == whole(&l, 2, 3, y, &(glia__truth){.classes = classes}, dy));
    for (size_t j = 0; j < 6; j++) assert_true(dy[j] == 0);
}

/* The gradient of a part of a batch, divided by the weight of the whole, is the part's share of the gradient. */
static void parts_add_up_to_their_batch(void **state)
{
    (void)state;
    static const int32_t classes[] = {2, 0, 1, 2};
    static const real    weights[] = {3, (real)0.5, 2, 1};
    static const real    y[] = {(real)0.3, (real)0.2, (real)0.5, (real)0.1, (real)0.8, (real)0.1,
                                (real)0.9, (real)0.7, (real)0.6, (real)0.4, (real)0.2, (real)0.3};
    for (size_t i = 0; i < sizeof all_losses / sizeof *all_losses; i++) {
        glia__loss  l = parsed(all_losses[i], NULL);
        glia__truth t = {.classes = classes, .row_weight = weights}, part = t;
        double      value[4];
        real        all[12], dy[12];
        whole(&l, 4, 3, y, &t, all);
        part.weight = glia__loss_weight(&l, 4, &t);
        glia__loss_rows(&l, 3, y, &part, 0, 3, value, dy);
        part.classes += 3, part.row_weight += 3;
        glia__loss_rows(&l, 3, y + 9, &part, 0, 1, value, dy + 9);
        assert_memory_equal(all, dy, sizeof all);
    }
}

/* Every yes counts twice: what bce says of p = 0.25 against 1 and of 0.5 against 0. */
static void pos_weight_counts_yes(void **state)
{
    (void)state;
    static const real t[] = {1, 0}, p[] = {(real)0.25, (real)0.5}, z[] = {0, 0};
    glia__loss plain = parsed("bce pos_weight=2 reduce=sum", NULL), logits = parsed("bce_logits pos_weight=2", NULL);
    glia__loss fused = parsed("bce pos_weight=1:2", "sigmoid");
    double     tolerance = IS_DOUBLE ? 1e-14 : 1e-6;
    real       dy[2];
    assert_true(golden_near(whole(&plain, 1, 2, p, &(glia__truth){.targets = t}, dy), 5 * log(2), tolerance, 0));
    assert_true(golden_near((double)dy[0], -8, tolerance, 0) && golden_near((double)dy[1], 2, tolerance, 0));
    assert_true(golden_near(whole(&logits, 1, 2, z, &(glia__truth){.targets = t}, dy), 1.5 * log(2), tolerance, 0));
    assert_true(dy[0] == (real)-0.5 && dy[1] == (real)0.25);
    assert_string_equal("bce_logits", fused.class->named.name);
    assert_true(fused.set[1].count == 2 && fused.set[1].list[1] == 2);
    assert_int_equal(GLIA_OK, glia__loss_fits(&fused, 2));
    assert_int_equal(GLIA_OK, glia__loss_fits(&logits, 7));
    assert_int_equal(GLIA_E_SHAPE, glia__loss_fits(&fused, 3));
    assert_string_equal("loss: bce: pos_weight has 2 numbers, and the net gives 3 outputs", glia_error());
}

/* ---- what goes with which last layer --------------------------------------------------------------------------- */

static void losses_follow_from_the_last_layer(void **state)
{
    (void)state;
    static const struct {
        const char *text, *last, *name;
        bool        fused;
    } cases[] = {
        {NULL, "softmax", "cross_entropy", true},
        {NULL, "log_softmax", "cross_entropy", true},
        {NULL, "sigmoid", "bce_logits", true},
        {NULL, "dense", "mse", false},
        {NULL, "relu", "mse", false},
        {NULL, NULL, "mse", false},
        {"cross_entropy", "softmax", "cross_entropy", true},
        {"cross_entropy", "dense", "cross_entropy", false},
        {"cross_entropy", NULL, "cross_entropy", false},
        {"bce", "sigmoid", "bce_logits", true},
        {"bce", "dense", "bce", false},
        {"bce_logits", "sigmoid", "bce_logits", false},
        {"nll", "log_softmax", "cross_entropy", true},
        {"nll", "softmax", "nll", false},
        {"nll", "dense", "nll", false},
        {"mse", "softmax", "mse", false},
        {"mse", "sigmoid", "mse", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        glia__loss l;
        bool       fused = !cases[i].fused;
        assert_int_equal(GLIA_OK, glia__loss_parse(&l, cases[i].text, cases[i].last, &fused));
        assert_string_equal(cases[i].name, l.class->named.name);
        assert_int_equal(cases[i].fused, fused);
    }
    assert_string_equal("sum", parsed("bce reduce=sum", "sigmoid").set[0].word);
}

/* bce on the sigmoid's inputs is bce on its outputs, times the sigmoid's slope. */
static void a_fused_loss_is_the_same_loss(void **state)
{
    (void)state;
    static const real z[] = {(real)-1.5, (real)0.25, 2, 0}, t[] = {0, 1, (real)0.75, (real)0.25};
    real              p[4], dz[4], dp[4];
    for (size_t i = 0; i < 4; i++) p[i] = 1 / (1 + exp(-z[i]));
    glia__loss        fused = parsed("bce", "sigmoid"), plain = parsed("bce", "dense");
    const glia__truth truth = {.targets = t};
    double            tolerance = IS_DOUBLE ? 1e-13 : 1e-6;
    assert_true(
        golden_near(whole(&fused, 2, 2, z, &truth, dz), whole(&plain, 2, 2, p, &truth, dp), tolerance, tolerance));
    for (size_t i = 0; i < 4; i++)
        assert_true(golden_near((double)dz[i], (double)(dp[i] * p[i] * (1 - p[i])), tolerance, tolerance));
}

/* ---- extremes -------------------------------------------------------------------------------------------------- */

static void logits_of_any_size_are_fine(void **state)
{
    (void)state;
    static const real    sizes[] = {0, 1, 100, 1000, (real)1e30, REAL_MOST / 2};
    static const int32_t classes[] = {0, 1};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        real       big = sizes[i], z[] = {big, -big, big, -big}, dz[4];
        glia__loss ce = parsed("cross_entropy reduce=sum", NULL), bce = parsed("bce_logits reduce=sum", NULL);
        double     loss = whole(&ce, 2, 2, z, &(glia__truth){.classes = classes}, dz);
        double     twice = 2 * (double)big; /* log(1 + e^-twice) and twice + log(1 + e^-twice) */
        assert_true(golden_near(loss, twice + 2 * log1p(exp(-twice)), 1e-6, 1e-6));
        for (size_t j = 0; j < 4; j++) assert_true(isfinite(dz[j]) && fabs(dz[j]) <= 1);
        loss = whole(&bce, 2, 2, z, &(glia__truth){.classes = classes}, dz);
        assert_true(golden_near(loss, twice + 4 * log1p(exp(-(double)big)), 1e-6, 1e-6));
        for (size_t j = 0; j < 4; j++) assert_true(isfinite(dz[j]) && fabs(dz[j]) <= 1);
    }
}

static void a_certain_mistake_costs_a_hundred(void **state)
{
    (void)state;
    static const real p[] = {0, 1, 0, 1}, t[] = {1, 0, 0, 1};
    glia__loss        l = parsed("bce reduce=sum", NULL);
    real              dp[4];
    assert_true(200 == whole(&l, 2, 2, p, &(glia__truth){.targets = t}, dp));
    assert_true(dp[0] == (real)-1 / (real)1e-12 && dp[1] == -dp[0] && dp[2] == 0 && dp[3] == 0);
}

static void a_nan_is_not_hidden(void **state)
{
    (void)state;
    static const char *const texts[] = {"mse", "l1", "huber", "smooth_l1", "bce", "bce_logits", "cross_entropy"};
    static const int32_t     classes[] = {0, 1};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        for (size_t where = 0; where < 4; where++) {
            glia__loss l = parsed(texts[i], NULL);
            real       y[] = {(real)0.5, (real)0.5, (real)0.5, (real)0.5}, dy[4];
            y[where] = (real)NAN;
            assert_true(isnan(whole(&l, 2, 2, y, &(glia__truth){.classes = classes}, dy)));
        }
}

/* ---- the user's own -------------------------------------------------------------------------------------------- */

static double cubic(const glia_real *y, const glia_real *t, size_t n)
{
    double sum = 0;
    for (size_t j = 0; j < n; j++) sum += pow((double)(y[j] - t[j]), 3);
    return sum;
}

static void cubic_slope(const glia_real *y, const glia_real *t, size_t n, glia_real *dy)
{
    for (size_t j = 0; j < n; j++) dy[j] = 3 * (y[j] - t[j]) * (y[j] - t[j]);
}

static void a_registered_loss_is_a_loss(void **state)
{
    (void)state;
    static const real    y[] = {1, 2, 3, 4, 5, 6}, targets[] = {0, 0, 1, 1, 0, 0};
    static const int32_t classes[] = {2, 0}, bits[] = {0, 1};
    size_t               before = glia__loss_count();
    assert_int_equal(GLIA_OK, glia_register_loss("cubic", cubic, cubic_slope));
    assert_int_equal(before + 1, glia__loss_count());
    assert_string_equal("cubic", glia__loss_at(before)->named.name);
    glia__loss l = parsed("cubic", "softmax");
    real       dy[6];
    assert_true((1 + 8 + 8 + 27 + 125 + 216) / 2.0 == whole(&l, 2, 3, y, &(glia__truth){.targets = targets}, dy));
    assert_true(dy[0] == 3 * 1 / (real)2 && dy[5] == 3 * 36 / (real)2);
    assert_true((1 + 8 + 8 + 27 + 125 + 216) / 2.0 == whole(&l, 2, 3, y, &(glia__truth){.classes = classes}, NULL));
    assert_true((1 + 1) / 2.0 == whole(&l, 2, 1, y, &(glia__truth){.classes = bits}, dy));
    assert_true(dy[0] == 3 / (real)2 && dy[1] == 3 / (real)2);
}

static void a_registration_can_be_refused(void **state)
{
    (void)state;
    assert_int_equal(GLIA_E_ARG, glia_register_loss("mse", cubic, cubic_slope));
    assert_string_equal("loss \"mse\": there is one of this name already", glia_error());
    assert_int_equal(GLIA_E_ARG, glia_register_loss("No", cubic, cubic_slope));
    assert_int_equal(GLIA_E_ARG, glia_register_loss(NULL, cubic, cubic_slope));
    assert_int_equal(GLIA_E_ARG, glia_register_loss("half", cubic, NULL));
    assert_string_equal("loss \"half\" needs a function and its derivative", glia_error());
    assert_int_equal(GLIA_E_ARG, glia_register_loss("half", NULL, cubic_slope));
    char   name[] = "own_00";
    size_t made = 0;
    for (; made < 64; made++) {
        name[4] = (char)('0' + made / 10);
        name[5] = (char)('0' + made % 10);
        if (glia_register_loss(name, cubic, cubic_slope) != GLIA_OK) break;
    }
    assert_true(made > 0 && made < 64);
    assert_non_null(strstr(glia_error(), "there is room for"));
    parsed("own_00", NULL);
}

/* ---- mistakes -------------------------------------------------------------------------------------------------- */

static void texts_that_are_no_loss(void **state)
{
    (void)state;
    static const struct {
        const char *text, *sentence;
    } mistakes[] = {
        {"", "loss:1:1: the name of the loss is missing; there are mse, l1,"},
        {"msa", "loss:1:1: there is no loss \"msa\"; did you mean mse? there are mse, l1, huber, smooth_l1, bce, "
                "bce_logits, cross_entropy, nll"},
        {"mse reduce=avg", "loss:1:5: mse: reduce must be one of mean, rows, sum, not \"avg\""},
        {"cross_entropy reduce=rows", "loss:1:15: cross_entropy: reduce must be one of mean, sum, not \"rows\""},
        {"huber delta=0", "loss:1:7: huber: delta must be at least 1e-09, not 0"},
        {"smooth_l1 -1", "loss:1:11: smooth_l1: beta must be at least 0, not -1"},
        {"cross_entropy label_smoothing=1.5", "loss:1:15: cross_entropy: label_smoothing must be from 0 to 1, not 1.5"},
        {"cross_entropy ignore_index=1.5", "loss: cross_entropy: ignore_index must be a whole number, not 1.5"},
        {"nll ignore_index=1e10", "loss:1:5: nll: ignore_index must be from -2147483648 to 2147483647, not 1e10"},
        {"nll label_smoothing=0.1", "loss:1:5: nll: \"label_smoothing\" is not a setting; it has reduce, ignore_index"},
        {"bce pos_weight=-1", "loss:1:5: bce: pos_weight must be from 0 to 1000000000, not -1"},
        {"bce_logits pos_weight=1:nan", "loss:1:12: bce_logits: pos_weight must be a finite number, not \"nan\""},
        {"mse delta=1", "loss:1:5: mse: \"delta\" is not a setting; it has reduce"},
        {"cubic reduce=sum", "loss:1:7: cubic: \"reduce\" is not a setting; it has no settings"},
    };
    for (size_t i = 0; i < sizeof mistakes / sizeof *mistakes; i++) {
        glia__loss l = {.class = NULL};
        bool       fused = true;
        assert_int_equal(GLIA_E_TEXT, glia__loss_parse(&l, mistakes[i].text, "softmax", &fused));
        if (!strstr(glia_error(), mistakes[i].sentence)) assert_string_equal(mistakes[i].sentence, glia_error());
        assert_null(l.class);
        assert_true(fused);
    }
}

static void classes_out_of_range_are_found(void **state)
{
    (void)state;
    static const int32_t good[] = {0, 2, 1}, high[] = {0, 1, 3}, low[] = {0, -1, 1}, bits[] = {0, 1, 1};
    static const real    numbers[] = {0, 0, 0};
    glia__loss           ce = parsed("cross_entropy", NULL), mse = parsed("mse", NULL), own = parsed("cubic", NULL);
    assert_int_equal(GLIA_OK, glia__loss_check(&ce, 3, 3, &(glia__truth){.classes = good}));
    assert_int_equal(GLIA_E_ARG, glia__loss_check(&ce, 3, 3, &(glia__truth){.classes = high}));
    assert_string_equal("row 2: class 3 is not in 0..2", glia_error());
    assert_int_equal(GLIA_E_ARG, glia__loss_check(&mse, 3, 3, &(glia__truth){.classes = low}));
    assert_string_equal("row 1: class -1 is not in 0..2", glia_error());
    assert_int_equal(GLIA_OK, glia__loss_check(&mse, 3, 1, &(glia__truth){.classes = bits}));
    assert_int_equal(GLIA_E_ARG, glia__loss_check(&mse, 3, 1, &(glia__truth){.classes = good}));
    assert_int_equal(GLIA_E_ARG, glia__loss_check(&ce, 3, 1, &(glia__truth){.classes = bits}));
    assert_int_equal(GLIA_OK, glia__loss_check(&ce, 3, 1, &(glia__truth){.targets = numbers}));
    assert_int_equal(GLIA_OK, glia__loss_check(&own, 3, 4096, &(glia__truth){.classes = good}));
    assert_int_equal(GLIA_E_ARG, glia__loss_check(&own, 3, 4097, &(glia__truth){.classes = good}));
    assert_int_equal(GLIA_OK, glia__loss_check(&own, 3, 4097, &(glia__truth){.targets = numbers}));
}

static void classes_to_ignore_may_be_any(void **state)
{
    (void)state;
    static const int32_t classes[] = {0, -100, 1}, far[] = {0, 255, 1};
    static const real    weights[] = {1, 1, 1};
    glia__loss           ce = parsed("cross_entropy", NULL), other = parsed("nll ignore_index=255", NULL);
    glia__loss           second = parsed("cross_entropy ignore_index=1", NULL), mse = parsed("mse", NULL);
    assert_int_equal(GLIA_OK, glia__loss_check(&ce, 3, 3, &(glia__truth){.classes = classes}));
    assert_int_equal(GLIA_OK, glia__loss_check(&other, 3, 3, &(glia__truth){.classes = far}));
    assert_int_equal(GLIA_E_ARG, glia__loss_check(&other, 3, 3, &(glia__truth){.classes = classes}));
    assert_string_equal("row 1: class -100 is not in 0..2", glia_error());
    assert_int_equal(GLIA_E_ARG, glia__loss_check(&mse, 3, 3, &(glia__truth){.classes = classes}));
    assert_int_equal(GLIA_OK, glia__loss_check_ignored(&ce, 3));
    assert_int_equal(GLIA_OK, glia__loss_check_ignored(&second, 3));
    assert_int_equal(GLIA_E_TEXT, glia__loss_check_ignored(&other, 3));
    assert_string_equal("loss: nll: ignore_index=255 is not the number of a class: there are 0 to 2", glia_error());
    glia__truth numbers = {.targets = weights, .class_weight = weights};
    assert_int_equal(GLIA_E_ARG, glia__loss_check(&mse, 1, 3, &numbers));
    assert_string_equal("loss \"mse\": weights of classes need classes, not targets", glia_error());
    assert_int_equal(GLIA_OK, glia__loss_check(&ce, 1, 3, &numbers));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(losses_are_pytorchs),
        cmocka_unit_test(pos_weight_is_pytorchs),
        cmocka_unit_test(gradients_are_the_slopes),
        cmocka_unit_test(classes_stand_for_one_hot_rows),
        cmocka_unit_test(one_output_is_the_second_class),
        cmocka_unit_test(reductions_divide_by_what_they_say),
        cmocka_unit_test(a_weight_is_so_many_rows),
        cmocka_unit_test(class_weights_weigh_rows),
        cmocka_unit_test(ignored_rows_count_for_nothing),
        cmocka_unit_test(a_batch_without_weight_is_nothing),
        cmocka_unit_test(parts_add_up_to_their_batch),
        cmocka_unit_test(pos_weight_counts_yes),
        cmocka_unit_test(losses_follow_from_the_last_layer),
        cmocka_unit_test(a_fused_loss_is_the_same_loss),
        cmocka_unit_test(logits_of_any_size_are_fine),
        cmocka_unit_test(a_certain_mistake_costs_a_hundred),
        cmocka_unit_test(a_nan_is_not_hidden),
        cmocka_unit_test(a_registered_loss_is_a_loss),
        cmocka_unit_test(a_registration_can_be_refused),
        cmocka_unit_test(texts_that_are_no_loss),
        cmocka_unit_test(classes_out_of_range_are_found),
        cmocka_unit_test(classes_to_ignore_may_be_any),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
