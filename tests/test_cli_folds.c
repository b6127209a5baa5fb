/* glia train with baselines and intervals, and with several trainings: --folds and --repeat. */
#include <math.h>
#include <signal.h>

#include "glia.h"
#include "process.h"

#define NET "dense 4, tanh, dense 2, softmax"
#define POINTS "moons n=60 noise=0.2"

static void assert_near(double got, double want, double tolerance)
{
    if (!(fabs(got - want) <= tolerance)) fail_msg("%.17g, not %.17g", got, want);
}

/* ---- baselines and intervals ------------------------------------------------------------------------------------ */

/* Of the rows held back 10 are a and 2 are b; the model, whose outputs are alike, says a as well. */
static void write_uneven(void)
{
    FILE *file = fopen("uneven.csv", "w");
    assert_non_null(file);
    fputs("x,kind\n", file);
    for (int i = 0; i < 24; i++) fprintf(file, "%d,%s\n", i, i % 6 == 5 ? "b" : "a");
    assert_int_equal(fclose(file), 0);
}

static void a_run_tells_baseline_and_interval(void **state)
{
    (void)state;
    write_uneven();
    result r = RUN("train", "uneven.csv", "--net", EVEN_NET, "--optimizer", "sgd lr=0", "--holdout-tail", "12",
                   "--epochs", "1", "--out", "uneven.safetensors");
    assert_int_equal(r.code, 0);
    assert_non_null(strstr(r.err, "\nvalidation:  loss 0.6931  accuracy 83.33 % (95 % interval 58.3 to 100.0)\n"
                                  "baseline:  accuracy 83.33 % (always a)\n"));
    release(&r);
    r = RUN("eval", "uneven.safetensors", "table.csv");
    assert_int_equal(r.code, 2); /* another table */
    release(&r);
    r = RUN("train", "numbers.csv", "--net", "dense 1 init=zeros bias_init=zeros", "--optimizer", "sgd lr=0",
            "--holdout-tail", "2", "--epochs", "1");
    assert_int_equal(r.code, 0);
    assert_non_null(strstr(r.err, "\nbaseline:  r2 -16.0000  rmse 2.0616 (always the mean, 2)\n"));
    release(&r);
}

/* The rows evaluated are all b: what most of the training rows were is wrong for each. */
static void the_baseline_is_of_the_rows_that_trained(void **state)
{
    (void)state;
    write_uneven();
    write_text("all_b.csv", "x,kind\n1,b\n2,b\n");
    expect(0, "", "",
           ARGUMENTS("train", "uneven.csv", "--net", EVEN_NET, "--optimizer", "sgd lr=0", "--holdout", "0", "--epochs",
                     "1", "--out", "uneven.safetensors", "--quiet"));
    result r = RUN("eval", "uneven.safetensors", "all_b.csv");
    assert_non_null(strstr(r.out, "\nbaseline accuracy  0.00 %  (always a)\n"));
    release(&r);
}

/* ---- folds ------------------------------------------------------------------------------------------------------ */

static double mean_of(const events *e, size_t from, size_t count, const char *key)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++) sum += number_at(e->event[from + i], key);
    return sum / (double)count;
}

static double deviation_of(const events *e, size_t from, size_t count, const char *key)
{
    double mean = mean_of(e, from, count, key), squares = 0;
    for (size_t i = 0; i < count; i++) {
        double off = number_at(e->event[from + i], key) - mean;
        squares += off * off;
    }
    return sqrt(squares / (double)(count - 1));
}

static void expect_spread(const events *e, size_t from, size_t count, const char *key, const char *deviation)
{
    const json_t *end = e->event[e->count - 1];
    assert_near(number_at(end, key), mean_of(e, from, count, key), 1e-12);
    if (deviation) assert_near(number_at(end, deviation), deviation_of(e, from, count, key), 1e-12);
}

static void folds_tell_events(void **state)
{
    (void)state;
    result r = RUN("train", POINTS, "--net", NET, "--epochs", "3", "--folds", "4", "--json", "--quiet", "--optimizer",
                   "adam lr=0.05");
    assert_int_equal(r.code, 0);
    assert_string_equal(r.err, "");
    events e = events_of(r.out);
    assert_int_equal(e.count, 6);
    assert_keys(e.event[0], "event,data,net,parameters,train,validation,test,folds,epochs,batch,optimizer,schedule,"
                            "threads,seed,kernels");
    assert_int_equal(number_at(e.event[0], "train"), 90);
    assert_int_equal(number_at(e.event[0], "validation"), 0);
    assert_int_equal(number_at(e.event[0], "test"), 30);
    for (size_t i = 1; i < 5; i++) {
        assert_keys(e.event[i],
                    "event,fold,val_loss,val_accuracy,val_accuracy_interval,baseline_accuracy,epochs,stopped");
        assert_string_equal(text_at(e.event[i], "event"), "fold");
        assert_int_equal(number_at(e.event[i], "fold"), i);
        assert_true(number_at(e.event[i], "baseline_accuracy") == 0.5); /* stratified: classes stay halves */
    }
    assert_keys(e.event[5], "event,model,folds,trainings,val_loss,val_loss_sd,val_accuracy,val_accuracy_sd,"
                            "baseline_accuracy,stopped");
    expect_spread(&e, 1, 4, "val_loss", "val_loss_sd");
    expect_spread(&e, 1, 4, "val_accuracy", "val_accuracy_sd");
    expect_spread(&e, 1, 4, "baseline_accuracy", NULL);
    assert_true(number_at(e.event[5], "val_loss_sd") > 0);
    assert_int_equal(number_at(e.event[5], "folds"), 4);
    release_events(&e);
    release(&r);
}

static void folds_of_numbers(void **state)
{
    (void)state;
    write_text("line.csv", "x,y\n1,1.5\n2,2.5\n3,3.25\n4,4.5\n5,5.5\n6,6.75\n7,7.5\n8,8.5\n9,9.25\n");
    result r = RUN("train", "line.csv", "--net", "dense 1", "--folds", "3", "--json", "--quiet", "--epochs", "2");
    events e = events_of(r.out);
    assert_int_equal(r.code, 0);
    assert_keys(e.event[1], "event,fold,val_loss,val_r2,val_rmse,val_r2_interval,val_rmse_interval,"
                            "baseline_r2,baseline_rmse,epochs,stopped");
    assert_keys(e.event[4], "event,model,folds,trainings,val_loss,val_loss_sd,val_r2,val_r2_sd,val_rmse,val_rmse_sd,"
                            "baseline_r2,baseline_rmse,stopped");
    expect_spread(&e, 1, 3, "val_r2", "val_r2_sd");
    expect_spread(&e, 1, 3, "val_rmse", "val_rmse_sd");
    expect_spread(&e, 1, 3, "baseline_r2", NULL);
    release_events(&e);
    release(&r);
}

/* A net that says 0.5 of everything, which counts as yes, of one label that is always yes and one that never is. */
static void folds_of_labels(void **state)
{
    (void)state;
    write_text("labels.csv", "x,y,z\n1,yes,no\n2,yes,no\n3,yes,no\n4,yes,no\n5,yes,no\n6,yes,no\n7,yes,no\n8,yes,no\n");
    result r = RUN("train", "labels.csv", "--target", "y,z", "--net", "dense 2 init=zeros, sigmoid", "--optimizer",
                   "sgd lr=0", "--epochs", "1", "--folds", "2", "--json", "--quiet");
    events e = events_of(r.out);
    assert_int_equal(r.code, 0);
    for (size_t i = 1; i <= 2; i++) {
        assert_true(number_at(e.event[i], "val_label_accuracy") == 0.5);
        assert_true(number_at(e.event[i], "val_subset_accuracy") == 0);
        assert_true(number_at(e.event[i], "val_label_f1") == 0.5);
        assert_true(number_at(e.event[i], "baseline_label_accuracy") == 1);
    }
    assert_keys(e.event[3], "event,model,folds,trainings,val_loss,val_loss_sd,val_label_accuracy,"
                            "val_label_accuracy_sd,val_subset_accuracy,val_subset_accuracy_sd,val_label_f1,"
                            "val_label_f1_sd,val_r2,val_r2_sd,val_rmse,val_rmse_sd,baseline_label_accuracy,"
                            "baseline_r2,baseline_rmse,stopped");
    assert_true(number_at(e.event[3], "val_label_accuracy") == 0.5);
    assert_true(number_at(e.event[3], "baseline_label_accuracy") == 1);
    release_events(&e);
    release(&r);
}

static void folds_speak_to_people(void **state)
{
    (void)state;
    result r = RUN("train", POINTS, "--net", EVEN_NET, "--optimizer", "sgd lr=0", "--epochs", "2", "--folds", "3",
                   "--threads", "1");
    assert_int_equal(r.code, 0);
    assert_string_equal(r.out, "");
    assert_string_equal(r.err, POINTS ": 120 rows, 3 folds\n"
                                      "net: " EVEN_NET "\n"
                                      "6 parameters, sgd lr=0, batch 32, 2 epochs, seed 0, 1 thread\n"
                                      "fold 1/3  loss 0.6931  accuracy 50.00 %  baseline 50.00 %\n"
                                      "fold 2/3  loss 0.6931  accuracy 50.00 %  baseline 50.00 %\n"
                                      "fold 3/3  loss 0.6931  accuracy 50.00 %  baseline 50.00 %\n"
                                      "mean of 3  loss 0.6931 (sd 0)  accuracy 50.00 % (sd 0.00)  baseline 50.00 %\n"
                                      "not saved: --out FILE keeps a model of all rows\n");
    release(&r);
}

/* A fold is what the library makes of it: a model of its rows alone, its scaling too, scored on the others. */
static void a_fold_is_a_training_of_its_own(void **state)
{
    glia_data             *d, *rest, *held;
    glia_model            *m;
    glia_scores           *s;
    const glia_fit_options o = {.epochs = 3, .seed = 5};
    (void)state;
    result r = RUN("train", POINTS, "--net", NET, "--epochs", "3", "--folds", "3", "--seed", "5", "--json", "--quiet");
    events e = events_of(r.out);
    assert_int_equal(glia_data_open(&d, POINTS, NULL), GLIA_OK);
    for (size_t k = 0; k < 3; k++) {
        assert_int_equal(glia_data_fold(d, k, 3, GLIA_SPLIT_STRATIFIED, 5, &rest, &held), GLIA_OK);
        assert_int_equal(glia_model_new(&m, NET, rest, 5), GLIA_OK);
        assert_int_equal(glia_fit(m, rest, NULL, &o), GLIA_OK);
        assert_int_equal(glia_evaluate(m, held, &s), GLIA_OK);
        assert_near(number_at(e.event[k + 1], "val_loss"), s->loss, 1e-13);
        assert_near(number_at(e.event[k + 1], "val_accuracy"), s->accuracy, 1e-13);
        glia_scores_free(s);
        glia_model_free(m);
        glia_data_free(rest);
        glia_data_free(held);
    }
    glia_data_free(d);
    release_events(&e);
    release(&r);
}

/* With patience a tenth of the rows that train decides: other rows than those that score. */
static void the_fold_that_scores_does_not_decide(void **state)
{
    glia_data             *d, *rest, *held;
    glia_model            *m;
    size_t                 epochs;
    const glia_fit_options o = {.epochs = 30, .patience = 1, .optimizer = "sgd lr=2"};
    (void)state;
    result r = RUN("train", POINTS, "--net", NET, "--epochs", "30", "--folds", "2", "--patience", "1", "--optimizer",
                   "sgd lr=2", "--json", "--quiet");
    events e = events_of(r.out);
    assert_int_equal(glia_data_open(&d, POINTS, NULL), GLIA_OK);
    assert_int_equal(glia_data_fold(d, 1, 2, GLIA_SPLIT_STRATIFIED, 0, &rest, &held), GLIA_OK);
    assert_int_equal(glia_model_new(&m, NET, rest, 0), GLIA_OK);
    assert_int_equal(glia_fit(m, rest, NULL, &o), GLIA_OK);
    glia_model_history(m, &epochs);
    assert_int_equal(number_at(e.event[2], "epochs"), epochs);
    assert_true(epochs < 30);
    glia_model_free(m);
    glia_data_free(rest);
    glia_data_free(held);
    glia_data_free(d);
    release_events(&e);
    release(&r);
}

static void expect_same_file(const char *a, const char *b)
{
    char  *bytes[2];
    size_t length[2];
    for (int i = 0; i < 2; i++) {
        FILE *file = fopen(i ? b : a, "rb");
        assert_non_null(file);
        fseek(file, 0, SEEK_END);
        length[i] = (size_t)ftell(file);
        bytes[i] = whole_file(file);
    }
    assert_int_equal(length[0], length[1]);
    assert_memory_equal(bytes[0], bytes[1], length[0]);
    free(bytes[0]);
    free(bytes[1]);
}

static void after_folds_all_rows_make_the_model(void **state)
{
    (void)state;
    result r = RUN("train", POINTS, "--net", NET, "--epochs", "2", "--folds", "2", "--repeat", "2", "--out",
                   "folds.safetensors", "--json");
    assert_int_equal(r.code, 0);
    assert_non_null(strstr(r.err, "\nsaved in folds.safetensors: the model of all rows\n"));
    assert_non_null(strstr(r.err, "\nseed 1, fold 2/2  loss "));
    assert_non_null(strstr(r.err, "\nmean of 4  loss "));
    events e = events_of(r.out);
    assert_int_equal(e.count, 6);
    assert_keys(e.event[3],
                "event,fold,repeat,seed,val_loss,val_accuracy,val_accuracy_interval,baseline_accuracy,epochs,stopped");
    assert_int_equal(number_at(e.event[3], "repeat"), 2);
    assert_int_equal(number_at(e.event[3], "fold"), 1);
    assert_int_equal(number_at(e.event[3], "seed"), 1);
    assert_string_equal(text_at(e.event[5], "model"), "folds.safetensors");
    assert_int_equal(number_at(e.event[5], "repeats"), 2);
    assert_int_equal(number_at(e.event[5], "trainings"), 4);
    release_events(&e);
    release(&r);
    expect(0, "", "",
           ARGUMENTS("train", POINTS, "--net", NET, "--epochs", "2", "--holdout", "0", "--out", "whole.safetensors",
                     "--quiet"));
    expect_same_file("folds.safetensors", "whole.safetensors");
}

/* Nor do the rows that say when to stop teach what a gap becomes. (Of 0, %.0d writes nothing.) */
static void patience_judges_by_the_same_rows_after_folds(void **state)
{
    (void)state;
    char   text[2000] = "a,b,y\n";
    size_t at = strlen(text);
    for (int i = 0; i < 60; i++)
        at += (size_t)sprintf(text + at, i % 7 ? "%d,%d,%d\n" : "%.0d,%d,%d\n", i % 7 ? i * i : 0, i % 5, i % 2);
    write_text("some.csv", text);
    result r = RUN("train", "some.csv", "--net", NET, "--epochs", "9", "--patience", "2", "--folds", "2", "--out",
                   "folds.safetensors");
    assert_int_equal(r.code, 0);
    assert_non_null(strstr(r.err, "some.csv: 60 rows, 2 folds, 3 validate\n"));
    assert_non_null(strstr(r.err, "the model of all rows\n6 of them said when to stop, and taught it nothing\n"));
    release(&r);
    expect(0, "", "",
           ARGUMENTS("train", "some.csv", "--net", NET, "--epochs", "9", "--patience", "2", "--holdout", "0", "--out",
                     "whole.safetensors", "--quiet"));
    expect_same_file("folds.safetensors", "whole.safetensors");
}

/* ---- which rows a fold has ----------------------------------------------------------------------------------------
 * The scores of always saying the mean tell it: hardly two choices of rows have the same. */

#define CHOSEN 10
static const char *const chosen_group[CHOSEN] = {"c", "a", "d", "a", "b", "c", "a", "b", "a", "c"};
static const int         chosen_time[CHOSEN] = {7, 2, 9, 4, 1, 10, 3, 6, 8, 5};
static const double      chosen_y[CHOSEN] = {0.53, 3.17, 17.9, 64.25, 5.61, 1.03, 200.4, 33.33, 9.87, 128.7};

static void write_chosen(void)
{
    FILE *file = fopen("chosen.csv", "w");
    assert_non_null(file);
    fputs("who,when,y\n", file);
    for (size_t i = 0; i < CHOSEN; i++) fprintf(file, "%s,%d,%g\n", chosen_group[i], chosen_time[i], chosen_y[i]);
    assert_int_equal(fclose(file), 0);
}

static events fold_chosen(const char *option, const char *column)
{
    write_chosen();
    result r = RUN("train", "chosen.csv", "--net", "dense 1", "--optimizer", "sgd lr=0", "--epochs", "1", "--folds",
                   "3", option, column, "--json", "--quiet");
    assert_int_equal(r.code, 0);
    events e = events_of(r.out);
    assert_int_equal(e.count, 5);
    release(&r);
    return e;
}

/* rows[i]: t: row i trains, h: it is held, anything else: neither. */
static void assert_fold(const json_t *event, const char *rows)
{
    double mean = 0, held_mean = 0, off = 0, spread = 0;
    size_t trained = 0, held = 0;
    for (size_t i = 0; i < CHOSEN; i++) {
        if (rows[i] == 't') mean += chosen_y[i], trained++;
        if (rows[i] == 'h') held_mean += chosen_y[i], held++;
    }
    mean /= (double)trained, held_mean /= (double)held;
    for (size_t i = 0; i < CHOSEN; i++) {
        if (rows[i] != 'h') continue;
        off += (chosen_y[i] - mean) * (chosen_y[i] - mean);
        spread += (chosen_y[i] - held_mean) * (chosen_y[i] - held_mean);
    }
    assert_near(number_at(event, "baseline_rmse"), sqrt(off / (double)held), 1e-9);
    assert_near(number_at(event, "baseline_r2"), 1 - off / spread, 1e-9);
}

/* The four rows of a, the three of c, and the two of b with that of d. */
static void no_group_is_in_two_folds(void **state)
{
    (void)state;
    events e = fold_chosen("--group", "who");
    assert_fold(e.event[1], "ththtththt");
    assert_fold(e.event[2], "htttthttth");
    assert_fold(e.event[3], "tththtthtt");
    release_events(&e);
}

/* Each fold of two is scored by what came before it. */
static void folds_of_times_follow_each_other(void **state)
{
    (void)state;
    events e = fold_chosen("--time", "when");
    assert_fold(e.event[1], "-t-tt-th-h");
    assert_fold(e.event[2], "ht-tt-ttht");
    assert_fold(e.event[3], "tthtthtttt");
    release_events(&e);
}

/* ---- repeats ---------------------------------------------------------------------------------------------------- */

/* Each is what the command does by itself with its seed. */
static void repeats_are_runs_with_other_seeds(void **state)
{
    (void)state;
    result r = RUN("train", POINTS, "--net", NET, "--epochs", "2", "--repeat", "3", "--seed", "7", "--json", "--out",
                   "repeats.safetensors");
    events e = events_of(r.out);
    assert_int_equal(r.code, 0);
    assert_int_equal(e.count, 5);
    assert_non_null(strstr(r.err, ": 102 rows train, 18 validate, 3 times\n"));
    assert_non_null(strstr(r.err, "\nsaved in repeats.safetensors: the model of the first seed\n"));
    for (int i = 0; i < 3; i++) {
        char seed[16], out[32];
        snprintf(seed, sizeof seed, "%d", 7 + i);
        snprintf(out, sizeof out, "seed%d.safetensors", 7 + i);
        result one =
            RUN("train", POINTS, "--net", NET, "--epochs", "2", "--seed", seed, "--json", "--quiet", "--out", out);
        events        alone = events_of(one.out);
        const json_t *end = alone.event[alone.count - 1], *of_three = e.event[1 + i];
        assert_keys(of_three,
                    "event,repeat,seed,val_loss,val_accuracy,val_accuracy_interval,baseline_accuracy,epochs,stopped");
        assert_string_equal(text_at(of_three, "event"), "repeat");
        assert_int_equal(number_at(of_three, "seed"), 7 + i);
        assert_true(number_at(of_three, "val_loss") == number_at(end, "val_loss"));
        assert_true(number_at(of_three, "baseline_accuracy") == number_at(end, "baseline_accuracy"));
        release_events(&alone);
        release(&one);
    }
    expect_same_file("repeats.safetensors", "seed7.safetensors");
    assert_keys(e.event[4], "event,model,repeats,trainings,val_loss,val_loss_sd,val_accuracy,val_accuracy_sd,"
                            "baseline_accuracy,stopped");
    expect_spread(&e, 1, 3, "val_loss", "val_loss_sd");
    release_events(&e);
    release(&r);
}

static void repeats_score_the_test_part_too(void **state)
{
    (void)state;
    result r = RUN("train", POINTS, "--test", "moons n=20 seed=4", "--patience", "2", "--epochs", "3", "--repeat", "2",
                   "--json");
    events e = events_of(r.out);
    assert_int_equal(r.code, 0);
    assert_int_equal(e.count, 4);
    expect_spread(&e, 1, 2, "test_accuracy", "test_accuracy_sd");
    expect_spread(&e, 1, 2, "test_baseline_accuracy", NULL);
    assert_non_null(strstr(r.err, "  test:  loss "));
    assert_non_null(strstr(r.err, "\ntest, mean of 2  loss "));
    release_events(&e);
    release(&r);
    r = RUN("train", POINTS, "--repeat", "1", "--epochs", "1", "--json", "--quiet");
    e = events_of(r.out);
    assert_true(json_is_null(json_object_get(e.event[2], "val_loss_sd"))); /* one does not deviate */
    release_events(&e);
    release(&r);
}

/* The loss of fold k of two, of a model that goes on from a file. */
static double loss_of_fold(const char *base, size_t k)
{
    glia_data   *d, *rest, *held;
    glia_model  *m;
    glia_scores *s;
    assert_int_equal(glia_data_open(&d, POINTS, NULL), GLIA_OK);
    assert_int_equal(glia_data_fold(d, k, 2, GLIA_SPLIT_STRATIFIED, 0, &rest, &held), GLIA_OK);
    assert_int_equal(glia_model_open(&m, base), GLIA_OK);
    assert_int_equal(glia_fit(m, rest, NULL, &(glia_fit_options){.epochs = 2, .optimizer = "sgd lr=1"}), GLIA_OK);
    assert_int_equal(glia_evaluate(m, held, &s), GLIA_OK);
    double loss = s->loss;
    glia_scores_free(s);
    glia_model_free(m);
    glia_data_free(rest);
    glia_data_free(held);
    glia_data_free(d);
    return loss;
}

/* A model to go on with is the same for each. */
static void each_goes_on_with_the_same_model(void **state)
{
    (void)state;
    expect(0, "", "",
           ARGUMENTS("train", POINTS, "--net", NET, "--holdout", "0", "--epochs", "3", "--out", "base.safetensors",
                     "--quiet"));
    result r = RUN("train", POINTS, "--init", "base.safetensors", "--optimizer", "sgd lr=1", "--folds", "2", "--epochs",
                   "2", "--json");
    events e = events_of(r.out);
    assert_int_equal(r.code, 0);
    assert_non_null(strstr(r.err, "\nnet (of base.safetensors): " NET "\n"));
    for (size_t k = 0; k < 2; k++)
        assert_near(number_at(e.event[1 + k], "val_loss"), loss_of_fold("base.safetensors", k), 1e-13);
    release_events(&e);
    release(&r);
    r = RUN("train", POINTS, "--net", "dense 4, tanh, dense 3, tanh, dense 2, softmax", "--init", "base.safetensors",
            "--folds", "2", "--epochs", "1");
    const char *said = strstr(r.err, "anew: ");
    assert_true(said && !strstr(said + 1, "anew: ")); /* once */
    release(&r);
}

/* ---- what goes wrong -------------------------------------------------------------------------------------------- */

static void a_training_that_fails_ends_all(void **state)
{
    (void)state;
    result r = RUN("train", "line.csv", "--net", "dense 1", "--loss", "mse", "--optimizer", "sgd lr=1e30", "--scale",
                   "none", "--folds", "3", "--epochs", "50", "--out", "never.safetensors");
    assert_int_equal(r.code, 1);
    assert_non_null(strstr(r.err, "; never.safetensors was not written\n"));
    assert_null(strstr(r.err, "mean of"));
    assert_false(exists("never.safetensors"));
    release(&r);
}

/* Ctrl-C after the first fold: what is done is told, the one that was running does not count, nothing is saved. */
static void interrupted_folds_tell_what_was_done(void **state)
{
    (void)state;
    char line[4096];
    int  ends[2];
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0)
        become(ARGUMENTS("train", "moons n=400", "--net", NET, "--epochs", "300", "--folds", "100", "--json", "--quiet",
                         "--out", "stopped.safetensors"),
               open("/dev/null", O_RDONLY), ends[1], ends[1]);
    close(ends[1]);
    FILE *out = fdopen(ends[0], "r");
    for (int i = 0; i < 2; i++) assert_non_null(fgets(line, sizeof line, out)); /* the start, a fold */
    assert_int_equal(kill(child, SIGINT), 0);
    size_t folds = 0;
    while (folds++, fgets(line, sizeof line, out)) continue;
    assert_int_equal(wait_for(child), 130);
    json_t *end = json_loads(line, 0, NULL);
    assert_string_equal(text_at(end, "event"), "end");
    assert_string_equal(text_at(end, "stopped"), "interrupt");
    assert_true(json_is_null(json_object_get(end, "model")));
    assert_int_equal(number_at(end, "trainings"), folds - 1);
    assert_true(number_at(end, "trainings") < 100);
    assert_true(number_at(end, "val_loss") > 0);
    json_decref(end);
    fclose(out);
    assert_false(exists("stopped.safetensors"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_run_tells_baseline_and_interval),
        cmocka_unit_test(the_baseline_is_of_the_rows_that_trained),
        cmocka_unit_test(folds_tell_events),
        cmocka_unit_test(folds_of_numbers),
        cmocka_unit_test(folds_of_labels),
        cmocka_unit_test(folds_speak_to_people),
        cmocka_unit_test(a_fold_is_a_training_of_its_own),
        cmocka_unit_test(the_fold_that_scores_does_not_decide),
        cmocka_unit_test(after_folds_all_rows_make_the_model),
        cmocka_unit_test(patience_judges_by_the_same_rows_after_folds),
        cmocka_unit_test(no_group_is_in_two_folds),
        cmocka_unit_test(folds_of_times_follow_each_other),
        cmocka_unit_test(repeats_are_runs_with_other_seeds),
        cmocka_unit_test(repeats_score_the_test_part_too),
        cmocka_unit_test(each_goes_on_with_the_same_model),
        cmocka_unit_test(a_training_that_fails_ends_all),
        cmocka_unit_test(interrupted_folds_tell_what_was_done),
    };
    return cmocka_run_group_tests(tests, make_data, leave_folder);
}
