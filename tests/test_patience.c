/* Early stopping by every metric there is, held against what glia_evaluate says of the model after each epoch. */
#include "help.h"
#include "model/model.h"

typedef glia_fit_options options;

enum { EPOCHS = 24 };

/* A run without patience, that looks at the model after each epoch. */
typedef struct watched {
    glia_model      *m;
    const glia_data *held;
    const char      *name;
    double           value[EPOCHS];
    size_t           count;
} watched;

/* What the words of a metric mean in terms of glia_scores. */
static double score_named(const glia_scores *s, const char *name)
{
    const struct {
        const char *name;
        double      value;
    } all[] = {
        {"val_loss", s->loss},
        {"val_accuracy", s->accuracy},
        {"val_balanced_accuracy", s->balanced_accuracy},
        {"val_macro_precision", s->macro.precision},
        {"val_macro_f1", s->macro.f1},
        {"val_weighted_f1", s->weighted.f1},
        {"val_roc_auc", s->roc_auc},
        {"val_log_loss", s->log_loss},
        {"val_r2", s->r2},
        {"val_mse", s->mse},
        {"val_rmse", s->rmse},
        {"val_mae", s->mae},
    };
    for (size_t i = 0; i < COUNT(all); i++)
        if (strcmp(all[i].name, name) == 0) return all[i].value;
    return (double)NAN;
}

static bool look(void *user, const glia_epoch *e)
{
    watched     *w = user;
    glia_scores *scores;
    EXPECT_OK(glia_evaluate(w->m, w->held, &scores));
    double value = score_named(scores, w->name);
    if (strcmp(w->name, "loss") == 0) value = e->loss;
    if (strcmp(w->name, "accuracy") == 0) value = e->accuracy;
    assert_true(isfinite(value));
    w->value[w->count++] = value;
    glia_scores_free(scores);
    return false;
}

/* By the definition: the epoch kept, and the epoch that the run ends with. */
static void expected_end(const watched *w, bool larger, double min_delta, size_t patience, size_t *kept, size_t *last)
{
    double best = w->value[0];
    *kept = 1;
    for (*last = 2; *last <= w->count; ++*last) {
        double value = w->value[*last - 1];
        if (larger ? value > best + min_delta : value < best - min_delta) {
            best = value;
            *kept = *last;
        } else if (*last - *kept == patience) {
            return;
        }
    }
    *last = w->count;
}

static void expect_patience(const char *net, const glia_data *train, const glia_data *held, options o, bool larger)
{
    watched     w = {.held = held, .name = o.monitor};
    size_t      kept, last, count;
    glia_model *early, *one;
    options     whole = {.epochs = EPOCHS, .optimizer = o.optimizer, .on_epoch = look, .user = &w};
    EXPECT_OK(glia_model_new(&w.m, net, train, 3));
    EXPECT_OK(glia_fit(w.m, train, held, &whole));
    expected_end(&w, larger, o.min_delta, o.patience, &kept, &last);
    EXPECT_OK(glia_model_new(&early, net, train, 3));
    EXPECT_OK(glia_fit(early, train, held, &o));
    glia_model_history(early, &count);
    if (count != last || glia_model_kept_epoch(early) != kept)
        fail_msg("%s: %zu epochs, %zu kept; not %zu, %zu", o.monitor, count, glia_model_kept_epoch(early), last, kept);
    EXPECT_OK(glia_model_new(&one, net, train, 3));
    EXPECT_OK(glia_fit(one, train, NULL, &(options){.epochs = kept, .optimizer = o.optimizer}));
    assert_memory_equal(early->parameters, one->parameters, one->n_parameters * sizeof *one->parameters);
    glia_model_free(w.m);
    glia_model_free(early);
    glia_model_free(one);
}

/* Whether a larger value is a better one is said here by hand. */
static const struct {
    const char *name;
    bool        larger, numbers;
} metrics[] = {
    {"loss", false, false},         {"accuracy", true, false},    {"val_loss", false, false},
    {"val_accuracy", true, false},  {"val_roc_auc", true, false}, {"val_balanced_accuracy", true, false},
    {"val_macro_f1", true, false},  {"val_mse", false, true},     {"val_macro_precision", true, false},
    {"val_log_loss", false, false}, {"val_rmse", false, true},    {"val_weighted_f1", true, false},
    {"val_r2", true, true},         {"val_mae", false, true},
};

static void every_metric_stops(void **state)
{
    (void)state;
    glia_entry entry;
    glia_data *classes = class_data(1, 60, 4, 3), *held = class_data(2, 90, 4, 3),
              *numbers = number_data(1, 60, 4, 2, 10), *held_numbers = number_data(2, 90, 4, 2, 10);
    for (size_t i = 0; i < COUNT(metrics); i++) {
        bool    n = metrics[i].numbers;
        options o = {.epochs = EPOCHS, .monitor = metrics[i].name, .patience = 3, .optimizer = "sgd lr=1.5"};
        if (n) o.optimizer = "sgd lr=0.9";
        for (int delta = 0; delta < 2; delta++, o.min_delta = 0.02)
            expect_patience(n ? "dense 20, tanh, dense 2" : "dense 20, tanh, dense 3, softmax", n ? numbers : classes,
                            n ? held_numbers : held, o, metrics[i].larger);
    }
    for (size_t i = 0; glia_list_entry(GLIA_LIST_METRICS, i, &entry); i++) { /* none is forgotten above */
        size_t j = 0;
        while (j < COUNT(metrics) && strcmp(metrics[j].name, entry.name) != 0) j++;
        if (j == COUNT(metrics)) fail_msg("%s is not tested", entry.name);
    }
    glia_data_free(classes);
    glia_data_free(held);
    glia_data_free(numbers);
    glia_data_free(held_numbers);
}

/* A class that the validation rows lack has no ROC curve: no epoch is the best, and patience ends all the same. */
static void a_value_that_never_comes(void **state)
{
    (void)state;
    size_t      count;
    glia_model *m;
    int32_t     same[20] = {0};
    glia_real  *x = random_reals(1, 80);
    glia_data  *d = class_data(1, 60, 4, 3), *held;
    EXPECT_OK(glia_data_from_reals(&held, x, 20, 4, same, NULL, 3));
    EXPECT_OK(glia_model_new(&m, "dense 3, softmax", d, 3));
    EXPECT_OK(glia_fit(m, d, held, &(options){.monitor = "val_roc_auc", .patience = 4}));
    glia_model_history(m, &count);
    assert_true(count == 4 && glia_model_kept_epoch(m) == 4);
    glia_model_free(m);
    glia_data_free(d);
    glia_data_free(held);
    free(x);
}

static void what_cannot_be_watched(void **state)
{
    (void)state;
    glia_data  *d = class_data(1, 60, 4, 3);
    glia_model *m;
    EXPECT_OK(glia_model_new(&m, "dense 3, softmax", d, 3));
    EXPECT_FAILS(glia_fit(m, d, d, &(options){.monitor = "val_los"}), GLIA_E_TEXT,
                 "monitor:1:1: there is no metric \"val_los\"; did you mean val_loss");
    EXPECT_FAILS(glia_fit(m, d, d, &(options){.monitor = "val_rmse"}), GLIA_E_SHAPE,
                 "val_rmse is a score of numbers, and the target is classes");
    EXPECT_FAILS(glia_fit(m, d, NULL, &(options){.monitor = "val_accuracy"}), GLIA_E_ARG,
                 "val_accuracy cannot be watched: there are no validation rows");
    EXPECT_FAILS(glia_fit(m, d, d, &(options){.min_delta = -1}), GLIA_E_ARG, "min_delta is a number of at least 0");
    EXPECT_FAILS(glia_fit(m, d, d, &(options){.min_delta = (double)NAN}), GLIA_E_ARG, "min_delta");
    EXPECT_OK(glia_fit(m, d, NULL, &(options){.monitor = "loss", .patience = 2})); /* nothing is held out */
    size_t count;
    assert_int_equal(glia_model_history(m, &count)[0].samples, 60);
    assert_non_null(strstr(glia_model_record(m), "\"monitor\":\"loss\""));
    glia_model_free(m);
    glia_data_free(d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_metric_stops),
        cmocka_unit_test(a_value_that_never_comes),
        cmocka_unit_test(what_cannot_be_watched),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
