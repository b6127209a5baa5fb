/* What outputs mean: answers of nets that end in logits or log-probabilities, and data that must not be taken for what
 * they are not. */
#include "help.h"

enum { ROWS = 40, COLUMNS = 3, CLASSES = 4 };

#define assert_near(a, b, most) assert_true(fabs((a) - (b)) <= (most))

static double logistic(double z)
{
    return 1 / (1 + exp(-z));
}

/* One epoch with next to no step: the model then knows its loss, and its weights are still those of the seed. */
static glia_model *judged_by(const char *net, const char *loss, const glia_data *d)
{
    glia_model *m;
    EXPECT_OK(glia_model_new(&m, net, d, 3));
    EXPECT_OK(glia_fit(m, d, NULL, &(glia_fit_options){.epochs = 1, .loss = loss, .optimizer = "sgd lr=1e-12"}));
    return m;
}

/* The same weights with the softmax written out, so with probabilities as outputs, answer the same. */
static void logits_of_classes_are_told_as_probabilities(void **state)
{
    (void)state;
    glia_data        *d = class_data(1, ROWS, COLUMNS, CLASSES);
    glia_model       *written = judged_by("dense 4, softmax", NULL, d);
    const char *const nets[][2] = {{"dense 4", "cross_entropy"}, {"dense 4, log_softmax", NULL}};
    glia_real         want[ROWS * CLASSES], got[ROWS * CLASSES];
    glia_scores      *a, *b;
    EXPECT_OK(glia_predict(written, d, want));
    EXPECT_OK(glia_evaluate(written, d, &a));
    for (size_t i = 0; i < COUNT(nets); i++) {
        glia_model *m = judged_by(nets[i][0], nets[i][1], d);
        EXPECT_OK(glia_predict(m, d, got));
        EXPECT_OK(glia_evaluate(m, d, &b));
        for (size_t j = 0; j < COUNT(got); j++) assert_near((double)got[j], (double)want[j], 1e-5);
        assert_near(b->log_loss, a->log_loss, 1e-5);
        assert_near(b->log_loss, b->loss, 1e-5);
        assert_true(b->accuracy == a->accuracy);
        glia_scores_free(b);
        glia_model_free(m);
    }
    glia_scores_free(a);
    glia_model_free(written);
    glia_data_free(d);
}

/* One logit says class 1 from 0 on, and its probability is its sigmoid. */
static void one_logit_is_told_as_a_probability(void **state)
{
    (void)state;
    const glia_real x[] = {0.25, -0.25, 3, -3};
    const int32_t   classes[] = {1, 0, 1, 0};
    const glia_real one = 1, none = 0;
    glia_real       p[4];
    glia_data      *d;
    glia_scores    *s;
    EXPECT_OK(glia_data_from_reals(&d, x, 4, 1, classes, NULL, 2));
    glia_model *m = judged_by("dense 1", "bce_logits", d);
    EXPECT_OK(glia_parameter_set(m, "0.weight", &one, 1));
    EXPECT_OK(glia_parameter_set(m, "0.bias", &none, 1));
    EXPECT_OK(glia_predict(m, d, p));
    EXPECT_OK(glia_evaluate(m, d, &s));
    for (size_t i = 0; i < 4; i++) assert_near((double)p[i], logistic((double)x[i]), 1e-6);
    assert_true(s->accuracy == 1 && s->confusion[0] == 2 && s->confusion[3] == 2);
    assert_near(s->log_loss, s->loss, 1e-6);
    glia_scores_free(s);
    EXPECT_OK(glia_fit(m, d, d, &(glia_fit_options){.epochs = 1, .loss = "bce_logits", .optimizer = "sgd lr=1e-12"}));
    const glia_epoch *epoch = glia_model_history(m, NULL);
    assert_true(epoch->accuracy == 1 && epoch->val_accuracy == 1);
    glia_model_free(m);
    glia_data_free(d);
}

/* With reduce=sum, what is told is the sum over the outputs averaged over the rows, in training and in judging. */
static void sums_are_told_per_row(void **state)
{
    (void)state;
    glia_data   *d = number_data(2, ROWS, COLUMNS, 2, 1);
    glia_scores *rows, *sum;
    glia_model  *m = judged_by("dense 2", "mse reduce=rows", d), *n = judged_by("dense 2", "mse reduce=sum", d);
    EXPECT_OK(glia_evaluate(m, d, &rows));
    EXPECT_OK(glia_evaluate(n, d, &sum));
    assert_near(sum->loss, rows->loss, 1e-6 * rows->loss);
    assert_near(glia_model_history(n, NULL)->loss, rows->loss, 1e-5 * rows->loss);
    glia_scores_free(rows);
    glia_scores_free(sum);
    glia_model_free(m);
    glia_model_free(n);
    glia_data_free(d);
}

static glia_data *table(const char *folder, const char *name, const char *contents)
{
    char       path[512];
    glia_data *d;
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(contents, file);
    fclose(file);
    EXPECT_OK(glia_data_open(&d, path, NULL));
    remove(path);
    return d;
}

static void data_of_another_kind_are_refused(void **state)
{
    (void)state;
    char        folder[] = "/tmp/glia-evaluate-XXXXXX";
    glia_real   out[8], again[8];
    glia_model *m;
    assert_non_null(mkdtemp(folder));
    glia_data *d = table(folder, "d.csv", "x1,x2,y\n1,2,a\n3,4,b\n5,7,a\n"),
              *swapped = table(folder, "swapped.csv", "x2,x1,y\n2,1,a\n4,3,b\n"),
              *other = table(folder, "other.csv", "x1,x3,y\n1,2,a\n3,4,b\n"),
              *third = table(folder, "third.csv", "x1,x2,y\n1,2,a\n3,4,c\n"),
              *single = table(folder, "single.csv", "x1,x2,y\n1,2,a\n3,4,a\n");
    EXPECT_OK(glia_model_new(&m, NULL, d, 0));
    EXPECT_OK(glia_model_suits(m, d));
    EXPECT_OK(glia_model_suits(m, single));
    EXPECT_OK(glia_predict(m, d, out)); /* columns go by their names, wherever they stand */
    EXPECT_OK(glia_predict(m, swapped, again));
    for (size_t i = 0; i < 4; i++) assert_true(fabs((double)(out[i] - again[i])) < 1e-6);
    EXPECT_FAILS(glia_model_suits(m, other), GLIA_E_SHAPE,
                 "other.csv has no column \"x2\", which the model learnt from");
    EXPECT_FAILS(glia_predict(m, other, out), GLIA_E_SHAPE, "no column \"x2\"");
    EXPECT_FAILS(glia_fit(m, d, third, NULL), GLIA_E_SHAPE,
                 "third.csv has a class \"c\", which the model does not know");
    assert_int_equal(glia_model_kept_epoch(m), 0);
    EXPECT_FAILS(glia_fit(m, single, NULL, NULL), GLIA_E_SHAPE, "single.csv: the target y has only one class, \"a\"");
    glia_model_free(m);
    EXPECT_OK(glia_model_new(&m, "dense 1", d, 0));
    EXPECT_FAILS(
        glia_fit(m, d, NULL, &(glia_fit_options){.loss = "bce"}), GLIA_E_SHAPE,
        "layer 0 (dense): bce takes probabilities, and these outputs can be any numbers: end the net with sigmoid");
    glia_model_free(m);
    glia_data_free(d);
    glia_data_free(swapped);
    glia_data_free(other);
    glia_data_free(third);
    glia_data_free(single);
    remove(folder);
}

/* After patience the record tells the scores of the epoch whose weights were kept. */
static void the_record_is_of_the_kept_epoch(void **state)
{
    (void)state;
    char        want[64];
    size_t      count;
    glia_data  *d = class_data(4, ROWS, COLUMNS, CLASSES), *held = class_data(5, ROWS, COLUMNS, CLASSES);
    glia_model *m;
    EXPECT_OK(glia_model_new(&m, "dense 16, relu, dense 4, softmax", d, 1));
    EXPECT_OK(glia_fit(m, d, held, &(glia_fit_options){.epochs = 200, .patience = 3, .optimizer = "adam lr=0.1"}));
    const glia_epoch *history = glia_model_history(m, &count);
    size_t            kept = glia_model_kept_epoch(m);
    assert_int_equal(kept + 3, count);
    for (size_t i = 0; i < count; i++) assert_true(history[i].val_loss >= history[kept - 1].val_loss);
    snprintf(want, sizeof want, "\"kept_epoch\":%zu", kept);
    assert_non_null(strstr(glia_model_record(m), want));
    const char *val = strstr(glia_model_record(m), "\"val_loss\":");
    double      told = 0;
    assert_non_null(val);
    glia_number_read(val + strlen("\"val_loss\":"), &told);
    assert_true(told == history[kept - 1].val_loss);
    glia_model_free(m);
    glia_data_free(d);
    glia_data_free(held);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(logits_of_classes_are_told_as_probabilities),
        cmocka_unit_test(one_logit_is_told_as_a_probability),
        cmocka_unit_test(sums_are_told_per_row),
        cmocka_unit_test(data_of_another_kind_are_refused),
        cmocka_unit_test(the_record_is_of_the_kept_epoch),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
