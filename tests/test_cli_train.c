/* glia train: its events and lines, which rows do what, Ctrl-C, and the progress bar. */
#include <math.h>
#include <signal.h>

#include "glia.h"
#include "process.h"

/* ---- training -------------------------------------------------------------------------------------------------- */

#define START_KEYS                                                                                                     \
    "event,data,net,parameters,train,validation,test,epochs,batch,optimizer,schedule,threads,seed,kernels"
#define EPOCH_KEYS "event,epoch,loss,accuracy,val_loss,val_accuracy,learning_rate,seconds,samples"

static void training_tells_events(void **state)
{
    (void)state;
    result r = RUN("train", "moons n=50 noise=0.1", "--net", "dense 4, tanh, dense 2, softmax", "--epochs", "2",
                   "--threads", "1", "--seed", "7", "--json", "--quiet", "--out=moons.safetensors");
    assert_int_equal(r.code, 0);
    assert_string_equal(r.err, "");
    events e = events_of(r.out);
    assert_int_equal(e.count, 4);
    assert_keys(e.event[0], START_KEYS);
    assert_string_equal(text_at(e.event[0], "event"), "start");
    assert_int_equal(number_at(e.event[0], "parameters"), 22);
    assert_int_equal(number_at(e.event[0], "train"), 85);
    assert_int_equal(number_at(e.event[0], "validation"), 15);
    assert_int_equal(number_at(e.event[0], "test"), 0);
    assert_int_equal(number_at(e.event[0], "threads"), 1);
    assert_int_equal(number_at(e.event[0], "seed"), 7);
    assert_int_equal(number_at(e.event[0], "batch"), 32);
    for (size_t i = 1; i < 3; i++) {
        assert_keys(e.event[i], EPOCH_KEYS);
        assert_int_equal(number_at(e.event[i], "epoch"), i);
        assert_int_equal(number_at(e.event[i], "samples"), 85);
        assert_true(number_at(e.event[i], "val_accuracy") <= 1);
    }
    assert_keys(e.event[3], "event,model,val_loss,val_accuracy,val_accuracy_interval,baseline_accuracy,epochs,stopped");
    assert_string_equal(text_at(e.event[3], "model"), "moons.safetensors");
    assert_string_equal(text_at(e.event[3], "stopped"), "epochs");
    assert_float_equal(number_at(e.event[3], "val_loss"), number_at(e.event[2], "val_loss"), 1e-6);
    assert_true(exists("moons.safetensors"));
    release_events(&e);
    release(&r);
}

static void training_speaks_to_people(void **state)
{
    (void)state;
    result r = RUN("train", "table.csv", "--net", EVEN_NET, "--optimizer", "sgd lr=0", "--holdout", "0", "--threads",
                   "2", "--epochs", "1", "--batch", "full");
    assert_int_equal(r.code, 0);
    assert_string_equal(r.out, "");
    const char *begin = "table.csv: 4 rows train\n"
                        "net: " EVEN_NET "\n"
                        "6 parameters, sgd lr=0, batch 4, 1 epoch, seed 0, 2 threads\n"
                        "epoch 1/1  loss 0.6931  accuracy 50.00 %  ";
    assert_int_equal(strncmp(r.err, begin, strlen(begin)), 0);
    assert_non_null(strstr(r.err, " rows/s\nnot saved: --out FILE keeps the model\n"));
    assert_null(strchr(r.err, '\r'));
    release(&r);
}

/* train, validation and test rows of the start event. */
static void assert_rows(size_t train, size_t validation, size_t test, const char *const *argv)
{
    result r = run_redirected(NULL, NULL, argv);
    events e = events_of(r.out);
    assert_int_equal(r.code, 0);
    assert_int_equal(number_at(e.event[0], "train"), train);
    assert_int_equal(number_at(e.event[0], "validation"), validation);
    assert_int_equal(number_at(e.event[0], "test"), test);
    release_events(&e);
    release(&r);
}
#define TRAIN(...) ARGUMENTS("train", __VA_ARGS__, "--epochs", "1", "--json", "--quiet")

static void rows_are_held_back(void **state)
{
    (void)state;
    const char *data = "moons n=20", *test = "moons n=5 seed=1";
    assert_rows(34, 6, 0, TRAIN(data));
    assert_rows(30, 10, 0, TRAIN(data, "--holdout", "0.25"));
    assert_rows(40, 0, 0, TRAIN(data, "--holdout=0"));
    assert_rows(37, 3, 0, TRAIN(data, "--holdout-tail", "3"));
    assert_rows(40, 10, 0, TRAIN(data, "--test", test));
    assert_rows(36, 4, 10, TRAIN(data, "--test", test, "--patience", "1"));
    assert_rows(36, 4, 0, TRAIN(data, "--holdout", "0", "--patience", "1"));
    assert_rows(36, 4, 10, TRAIN(data, "--test", test, "--holdout", "0.1"));
    assert_rows(2, 2, 0, TRAIN("images"));
    assert_rows(4, 0, 0, TRAIN("images:train+images:test", "--holdout", "0"));
}

static void patience_stops_and_the_test_part_scores(void **state)
{
    (void)state;
    result r = RUN("train", "moons n=200 noise=0.3", "--test", "moons n=50 noise=0.3 seed=1", "--net",
                   "dense 2, softmax", "--optimizer", "sgd lr=0", "--patience", "3", "--epochs", "40", "--json");
    events e = events_of(r.out);
    assert_int_equal(r.code, 0);
    assert_int_equal(e.count, 6); /* the first epoch is the best, three more do not mend it */
    const json_t *end = e.event[5];
    assert_keys(end, "event,model,val_loss,val_accuracy,val_accuracy_interval,baseline_accuracy,test_loss,test_"
                     "accuracy,test_accuracy_interval,test_baseline_accuracy,epochs,stopped");
    assert_string_equal(text_at(end, "stopped"), "patience");
    assert_int_equal(number_at(end, "epochs"), 4);
    assert_true(json_is_null(json_object_get(end, "model")));
    assert_float_equal(number_at(end, "val_loss"), number_at(e.event[1], "val_loss"), 1e-12);
    assert_true(number_at(end, "test_accuracy") > 0);
    assert_non_null(strstr(r.err, "\nstopped: no better val_loss for 3 epochs\nthe weights of epoch 1 are kept\n"));
    release_events(&e);
    release(&r);
}

static void numbers_are_predicted(void **state)
{
    (void)state;
    result r = RUN("train", "numbers.csv", "--net", "dense 1", "--optimizer", "sgd lr=0.5", "--batch", "full",
                   "--epochs", "40", "--holdout-tail", "1", "--json", "--out", "line.safetensors", "--quiet");
    events e = events_of(r.out);
    assert_int_equal(r.code, 0);
    assert_true(json_is_null(json_object_get(e.event[1], "accuracy")));
    assert_keys(e.event[e.count - 1], "event,model,val_loss,val_r2,val_rmse,val_r2_interval,val_rmse_"
                                      "interval,baseline_r2,baseline_rmse,epochs,stopped");
    assert_true(number_at(e.event[e.count - 1], "val_rmse") < 0.01);
    release_events(&e);
    release(&r);
    result rows = RUN("predict", "line.safetensors", "numbers.csv");
    double value = 0;
    assert_int_equal(sscanf(rows.out, "%lf\n", &value), 1);
    assert_float_equal(value, 1.5, 0.01);
    release(&rows);
}

static void assert_target(bool classes, const char *data, const char *net, const char *loss)
{
    result r = RUN("train", data, "--net", net, "--loss", loss, "--holdout", "0", "--json", "--epochs", "1", "--quiet");
    events e = events_of(r.out);
    assert_int_equal(r.code, 0);
    assert_int_equal(json_is_number(json_object_get(e.event[1], "accuracy")), classes);
    release_events(&e);
    release(&r);
}

/* 0 and 1 look like classes; the loss says that they are numbers, the softmax that they are not. */
static void loss_and_net_decide_the_target(void **state)
{
    (void)state;
    write_text("bits.csv", "x,y\n1,0\n2,1\n3,0\n4,1\n");
    result numbers = RUN("train", "bits.csv", "--net", "dense 1", "--loss", "mse reduce=sum", "--holdout", "0",
                         "--json", "--epochs", "1", "--quiet");
    events e = events_of(numbers.out);
    assert_int_equal(numbers.code, 0);
    assert_int_equal(number_at(e.event[0], "parameters"), 2);
    assert_true(json_is_null(json_object_get(e.event[1], "accuracy")));
    release_events(&e);
    release(&numbers);
    result classes = RUN("train", "bits.csv", "--net", "dense 2 # two\nsoftmax", "--loss", "mse", "--holdout", "0",
                         "--json", "--epochs", "1", "--quiet");
    e = events_of(classes.out);
    assert_int_equal(classes.code, 0);
    assert_true(json_is_number(json_object_get(e.event[1], "accuracy")));
    release_events(&e);
    release(&classes);
    write_text("digits.csv", "x,y\n1,0\n2,1\n3,2\n4,0\n");
    assert_target(true, "digits.csv", "dense 3", "mse");
    assert_target(true, "digits.csv", "dense 3", "huber");
    assert_target(false, "digits.csv", "dense 1", "mse");
    assert_target(false, "digits.csv", "dense 2, relu, dense 1", "l1");
}

static void a_net_can_come_from_a_file_and_weights_too(void **state)
{
    (void)state;
    write_text("net.txt", "# a small net\ndense 3, relu\ndense 2\nsoftmax\n");
    expect(0, "", "",
           ARGUMENTS("train", "moons", "--net", "net.txt", "--epochs", "2", "--out", "a.safetensors", "--quiet"));
    expect(0, "", "",
           ARGUMENTS("train", "moons", "--net", "net.txt", "--init", "a.safetensors", "--optimizer", "sgd lr=0",
                     "--epochs", "1", "--out", "b.safetensors", "--seed", "5", "--quiet"));
    result a = RUN("predict", "a.safetensors", "moons n=20 seed=3"),
           b = RUN("predict", "b.safetensors", "moons n=20 seed=3");
    assert_int_equal(a.code, 0);
    assert_int_equal(strncmp(a.out, b.out, 2), 0);
    release(&a);
    release(&b);
}

/* Without a net, training goes on with the model: its net, scaling, loss, and column to predict. */
static void a_model_can_be_trained_further(void **state)
{
    (void)state;
    write_text("few.csv", "height,x1,x2\n1.5,0,1\n2.5,1,0\n3.5,1,2\n4.5,2,2\n");
    write_text("more.csv", "height,x1,x2\n2.5,0,1\n5.5,9,0\n");
    expect(0, "", "",
           ARGUMENTS("train", "few.csv", "--target", "height", "--net", "dense 1", "--scale", "minmax", "--loss",
                     "huber", "--holdout", "0", "--epochs", "3", "--out", "few.safetensors", "--quiet"));
    result r = RUN("train", "more.csv", "--init", "few.safetensors", "--optimizer", "sgd lr=0", "--holdout", "0",
                   "--epochs", "1", "--out", "on.safetensors");
    assert_int_equal(r.code, 0);
    assert_non_null(strstr(r.err, "\nnet (of few.safetensors): dense 1\n"));
    release(&r);
    r = RUN("show", "on.safetensors");
    assert_non_null(strstr(r.out, "\nscaling minmax, loss huber\n"));
    release(&r);
    r = RUN("predict", "few.safetensors", "more.csv");
    expect(0, r.out, "", ARGUMENTS("predict", "on.safetensors", "more.csv"));
    release(&r);
    expect(0, "", "",
           ARGUMENTS("train", "more.csv", "--init", "few.safetensors", "--scale", "none", "--loss", "l1", "--holdout",
                     "0", "--out", "on.safetensors", "--quiet"));
    r = RUN("show", "on.safetensors");
    assert_non_null(strstr(r.out, "\nscaling none, loss l1\n"));
    release(&r);
    /* the file alone would be taken for classes */
    write_text("zeros.csv", "x,y\n1,0\n2,1\n3,0\n4,1\n");
    expect(0, "", "",
           ARGUMENTS("train", "zeros.csv", "--net", "dense 1", "--loss", "mse", "--holdout", "0", "--out",
                     "zeros.safetensors", "--quiet"));
    expect(0, "", "", ARGUMENTS("train", "zeros.csv", "--init", "zeros.safetensors", "--holdout", "0", "--quiet"));
}

/* The same tensors without what makes them a model, as PyTorch writes them. */
static void write_weights_alone(const char *path, const char *model)
{
    FILE    *file = fopen(model, "rb");
    char     bytes[65536];
    uint64_t was = 0;
    assert_non_null(file);
    size_t n = fread(bytes, 1, sizeof bytes, file);
    assert_true(n < sizeof bytes);
    assert_int_equal(fclose(file), 0);
    memcpy(&was, bytes, 8);
    json_t *header = json_loadb(bytes + 8, was, 0, NULL);
    assert_int_equal(json_object_del(header, "__metadata__"), 0);
    char    *text = json_dumps(header, JSON_COMPACT);
    uint64_t length = strlen(text);
    file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(&length, 1, 8, file), 8);
    assert_int_equal(fwrite(text, 1, length, file), length);
    assert_int_equal(fwrite(bytes + 8 + was, 1, n - 8 - was, file), n - 8 - was);
    assert_int_equal(fclose(file), 0);
    free(text);
    json_decref(header);
}

/* Another head on what was learnt, which stays as it is. */
static void a_part_of_a_model_goes_into_another(void **state)
{
    (void)state;
    expect(0, "", "",
           ARGUMENTS("train", "table.csv", "--net", "dense 8, tanh, dense 2, softmax", "--holdout", "0", "--epochs",
                     "1", "--out", "base.safetensors", "--quiet"));
    result r = RUN("train", "table.csv", "--net", "dense 8 freeze=yes, tanh, dense 5, tanh, dense 2, softmax", "--init",
                   "base.safetensors", "--seed", "5", "--holdout", "0", "--epochs", "3", "--out", "head.safetensors");
    assert_int_equal(r.code, 0);
    assert_non_null(
        strstr(r.err, "from base.safetensors: 0.weight, 0.bias\nanew: 2.weight, 2.bias, 4.weight, 4.bias\n"));
    release(&r);
    glia_model *base, *head;
    glia_real   a[16], b[16];
    assert_int_equal(glia_model_open(&base, "base.safetensors"), GLIA_OK);
    assert_int_equal(glia_model_open(&head, "head.safetensors"), GLIA_OK);
    assert_int_equal(glia_parameter_get(base, "0.weight", a, 16), GLIA_OK);
    assert_int_equal(glia_parameter_get(head, "0.weight", b, 16), GLIA_OK);
    assert_memory_equal(a, b, sizeof a);
    glia_model_free(base);
    glia_model_free(head);
}

/* The net chosen for the data takes them if they fit. */
static void weights_alone_go_into_a_net(void **state)
{
    (void)state;
    expect(0, "", "",
           ARGUMENTS("train", "table.csv", "--holdout", "0", "--epochs", "1", "--out", "whole.safetensors", "--quiet"));
    write_weights_alone("weights.safetensors", "whole.safetensors");
    result r = RUN("train", "table.csv", "--init", "weights.safetensors", "--optimizer", "sgd lr=0", "--holdout", "0",
                   "--seed", "9", "--epochs", "1", "--out", "again.safetensors");
    assert_int_equal(r.code, 0);
    assert_non_null(strstr(r.err, "\nnet (chosen for the data): "));
    release(&r);
    r = RUN("predict", "whole.safetensors", "table.csv", "--csv");
    expect(0, r.out, "", ARGUMENTS("predict", "again.safetensors", "table.csv", "--csv"));
    release(&r);
    expect(3, "", "glia: weights.safetensors: tensor \"0.weight\" is [64, 2], and the net needs [64, 1]\n",
           ARGUMENTS("train", "numbers.csv", "--init", "weights.safetensors"));
}

/* The column to predict has the same name in both tables, and need not stand in the same place. */
static void the_test_table_has_its_own_order(void **state)
{
    (void)state;
    write_text("last.csv", "length,width,kind\n1,5,a\n2,6,b\n");
    write_text("other.csv", "kind,length,width\na,1,5\nb,2,6\n");
    assert_rows(4, 2, 0, TRAIN("table.csv", "--test", "last.csv"));
    assert_rows(4, 2, 0, TRAIN("table.csv", "--test", "other.csv"));
    assert_rows(4, 2, 0, TRAIN("table.csv", "--test", "other.csv", "--target", "3"));
    expect(2, "", "glia: numbers.csv:1:1: there is no column \"kind\"; there are x, y\n",
           ARGUMENTS("train", "table.csv", "--test", "numbers.csv", "--json"));
}

static double loss_of(const char *const *argv)
{
    result  r = run_redirected(NULL, NULL, argv);
    json_t *object = json_loads(r.out, 0, NULL);
    if (r.code) fail_msg("%s", r.err);
    double loss = number_at(object, "loss");
    json_decref(object);
    release(&r);
    return loss;
}

/* The column of weights is no input of the model, which is told of it: other tables may have it or not. With all
 * outputs alike a row costs log 2, as bce of one output with a yes three times, so that what it weighs shows. */
static void rows_and_classes_have_weights(void **state)
{
    (void)state;
    static const char *const net = "dense 1 init=zeros bias_init=zeros, sigmoid", *three = "bce pos_weight=3";
    write_text("w.csv", "a,w,kind\n1,3,no\n2,1,yes\n3,0,no\n4,1,no\n");
    write_text("plain.csv", "kind,a\nno,1\nyes,2\nno,3\nno,4\n");
    write_text("headless.csv", "1,3,no\n2,1,yes\n3,0,no\n4,1,no\n");
    expect(0, "", "",
           ARGUMENTS("train", "w.csv", "--sample-weight", "w", "--class-weight", "no=0.5, yes=4", "--loss", three,
                     "--net", net, "--optimizer", "sgd lr=0", "--holdout", "0", "--out", "w.safetensors", "--quiet"));
    const double yes = 3 * log(2), no = log(2), with = ((3 + 0 + 1) * 0.5 * no + 4 * yes) / (2 + 4),
                 without = (3 * 0.5 * no + 4 * yes) / (1.5 + 4);
    assert_true(fabs(loss_of(ARGUMENTS("eval", "w.safetensors", "w.csv", "--json")) - with) < 1e-6);
    assert_true(fabs(loss_of(ARGUMENTS("eval", "w.safetensors", "plain.csv", "--json")) - without) < 1e-6);
    assert_true(fabs(loss_of(ARGUMENTS("eval", "w.safetensors", "headless.csv", "--sample-weight", "2", "--target", "3",
                                       "--json")) -
                     with) < 1e-6);
    result r = RUN("predict", "w.safetensors", "w.csv"), s = RUN("predict", "w.safetensors", "plain.csv");
    assert_int_equal(r.code, 0);
    assert_string_equal(r.out, s.out);
    release(&r);
    release(&s);
    expect(0, NULL, "", ARGUMENTS("predict", "w.safetensors", "headless.csv", "--sample-weight", "2", "--target", "3"));
    expect(0, "", "", ARGUMENTS("train", "w.csv", "--init", "w.safetensors", "--test", "plain.csv", "--quiet"));
    r = RUN("trace", "w.safetensors", "w.csv", "--out", "traced");
    assert_int_equal(r.code, 0);
    assert_true(fabs(strtod(strstr(r.out, "; loss ") + 7, NULL) - with) < 1e-6);
    release(&r);
    r = RUN("show", "w.safetensors");
    assert_non_null(strstr(r.out, "no=0.5, yes=4"));
    release(&r);
}

static void a_model_can_go_to_standard_output(void **state)
{
    (void)state;
    result r = run_redirected(NULL, "piped.safetensors",
                              ARGUMENTS("train", "table.csv", "--holdout", "0", "--epochs", "1", "--out", "-"));
    assert_int_equal(r.code, 0);
    assert_non_null(strstr(r.err, "\nthe model went to standard output\n"));
    release(&r);
    assert_false(exists("-"));
    r = RUN("eval", "piped.safetensors", "table.csv");
    assert_int_equal(r.code, 0);
    release(&r);
}

/* The loss of the last epoch. */
static double last_loss(const char *const *argv)
{
    result r = run_redirected(NULL, NULL, argv);
    events e = events_of(r.out);
    assert_int_equal(r.code, 0);
    assert_true(e.count >= 3);
    double loss = number_at(e.event[e.count - 2], "loss");
    release_events(&e);
    release(&r);
    return loss;
}
/* From zero, so that the seed decides nothing but the order of the rows. */
#define LOSS(...)                                                                                                      \
    last_loss(ARGUMENTS("train", "moons", "--net", EVEN_NET, "--holdout", "0", "--json", "--quiet", "--optimizer",     \
                        "sgd lr=1", "--epochs", "2", __VA_ARGS__))

static void settings_reach_the_training(void **state)
{
    (void)state;
    assert_true(LOSS("--shuffle", "no", "--seed", "1") == LOSS("--shuffle", "no", "--seed", "2"));
    assert_true(LOSS("--seed", "1") != LOSS("--seed", "2"));
    assert_true(LOSS("--seed", "1") == LOSS("--seed", "1", "--threads", "1", "--shuffle=yes"));
    assert_float_equal(LOSS("--clip-norm", "1e-12"), log(2), 1e-7);
    assert_float_equal(LOSS("--clip-norm", "1e-12", "--clip-kind", "inf"), log(2), 1e-7);
    assert_true(LOSS("--clip-norm", "0.1", "--clip-kind", "1") != LOSS("--clip-norm", "0.1"));
    assert_true(LOSS("--clip-norm", "0.1", "--clip-kind", "2") == LOSS("--clip-norm", "0.1"));
    assert_float_equal(LOSS("--clip-value", "1e-12"), log(2), 1e-7);
    assert_true(LOSS("--scale", "none") != LOSS("--scale", "minmax"));
    assert_true(LOSS("--schedule", "exponential 0.5") != LOSS("--schedule", "constant"));
    assert_true(LOSS("--batch", "8") != LOSS("--batch", "16"));
    assert_true(LOSS("--loss", "mse") < 0.3);
}

/* Where bfloat16 is not to be had, or slower, nothing is trained and one sentence says so. */
static void precisions_reach_the_training(void **state)
{
    (void)state;
    result r = RUN("train", "moons", "--net", EVEN_NET, "--epochs", "1", "--quiet", "--precision", "bf16");
    bool   said = strncmp(r.err, "glia: precision bf16: ", 22) == 0 && strchr(r.err, '\n') == r.err + strlen(r.err) - 1;
    if (r.code != 0 && !(r.code == 2 && said)) fail_msg("%d: %s", r.code, r.err);
    release(&r);
    assert_true(LOSS("--precision", "float32") == LOSS("--seed", "0"));
    if (sizeof(glia_real) == sizeof(double)) return; /* there are none to reach it */
    assert_true(LOSS("--precision", "bf16-emulated") != LOSS("--precision", "float32"));
    r = RUN("train", "moons", "--epochs", "1", "--json", "--folds", "2", "--precision", "bf16-emulated");
    assert_int_equal(r.code, 0);
    assert_non_null(strstr(r.err, ", products in bf16-emulated\n"));
    events e = events_of(r.out);
    assert_string_equal(text_at(e.event[0], "precision"), "bf16-emulated");
    release_events(&e);
    release(&r);
}

static void lbfgs_says_how_it_ended(void **state)
{
    (void)state;
    result r = RUN("train", "moons", "--net", "dense 2, softmax", "--optimizer",
                   "lbfgs weight_decay=0.1 tolerance=1e-3", "--epochs", "100", "--json");
    events e = events_of(r.out);
    assert_true(e.count < 50);
    assert_string_equal(text_at(e.event[e.count - 1], "stopped"), "gradient");
    assert_true(json_is_null(json_object_get(e.event[1], "learning_rate")));
    assert_non_null(strstr(r.err, "\nstopped: the gradient is as small as asked\n"));
    release_events(&e);
    release(&r);
}

static void validation_comes_every_so_often(void **state)
{
    (void)state;
    result r = RUN("train", "moons", "--epochs", "3", "--every", "2", "--json", "--quiet");
    events e = events_of(r.out);
    assert_int_equal(e.count, 5);
    assert_true(json_is_null(json_object_get(e.event[1], "val_loss")));
    assert_true(json_is_number(json_object_get(e.event[2], "val_loss")));
    assert_true(json_is_number(json_object_get(e.event[3], "val_loss")));
    release_events(&e);
    release(&r);
}

/* Patience counts epochs, of which only every third is validated. */
static void patience_waits_for_the_validation(void **state)
{
    (void)state;
    result r = RUN("train", "moons", "--net", "dense 2, softmax", "--optimizer", "sgd lr=0", "--epochs", "30",
                   "--every", "3", "--patience", "4", "--json");
    events e = events_of(r.out);
    assert_int_equal(r.code, 0);
    size_t epochs = (size_t)number_at(e.event[e.count - 1], "epochs");
    assert_int_equal(epochs, 9); /* the third is the best; the sixth is three later, the ninth six */
    for (size_t i = 1; i <= epochs; i++)
        assert_int_equal(json_is_number(json_object_get(e.event[i], "val_loss")), i % 3 == 0);
    assert_string_equal(text_at(e.event[e.count - 1], "stopped"), "patience");
    assert_non_null(strstr(r.err, "\nthe weights of epoch 3 are kept\n"));
    release_events(&e);
    release(&r);
}

static void a_holdout_can_be_stratified(void **state)
{
    (void)state;
    write_text("rare.csv", "a,b,c\n1,2,x\n2,3,y\n4,5,y\n3,3,y\n");
    expect(2, "", "glia: rare.csv: class \"x\" has only one row: a stratified hold-out needs two\n",
           ARGUMENTS("train", "rare.csv", "--stratify", "--holdout", "0.3"));
    assert_rows(160, 40, 0, TRAIN("moons", "--stratify", "--holdout", "0.2"));
}

/* ---- Ctrl-C, and the bar --------------------------------------------------------------------------------------- */

/* Starts the program with both outputs on descriptor `out`. */
static pid_t start(int out, const char *const *argv)
{
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) become(argv, open("/dev/null", O_RDONLY), out, out);
    return child;
}

static void expect_saved_after(int signal_number)
{
    char line[4096];
    int  ends[2];
    assert_int_equal(pipe(ends), 0);
    pid_t child = start(ends[1], ARGUMENTS("train", "moons n=200", "--net", "dense 4, relu, dense 2, softmax",
                                           "--epochs", "1000000", "--json", "--quiet", "--out", "stopped.safetensors"));
    close(ends[1]);
    FILE *out = fdopen(ends[0], "r");
    for (int i = 0; i < 2; i++) assert_non_null(fgets(line, sizeof line, out)); /* the start, an epoch */
    assert_int_equal(kill(child, signal_number), 0);
    while (fgets(line, sizeof line, out)) continue;
    assert_int_equal(wait_for(child), 130);
    json_t *end = json_loads(line, 0, NULL);
    assert_string_equal(text_at(end, "event"), "end");
    assert_string_equal(text_at(end, "stopped"), "interrupt");
    assert_string_equal(text_at(end, "model"), "stopped.safetensors");
    json_decref(end);
    fclose(out);
    result shown = RUN("show", "stopped.safetensors");
    assert_int_equal(shown.code, 0);
    release(&shown);
}

static void interrupt_saves(void **state)
{
    (void)state;
    expect_saved_after(SIGINT);
    expect_saved_after(SIGTERM);
}

/* What is watched and has no place of its own stands in each line and each event. */
static void what_is_watched_is_told(void **state)
{
    (void)state;
    result      r = RUN("train", "moons n=100", "--net", "dense 4, tanh, dense 2, softmax", "--epochs", "2", "--json",
                        "--patience", "3", "--monitor", "val_macro_f1");
    const char *line = strstr(r.err, "\nepoch 2/2  loss "), *told = line ? strstr(line, "  val_macro_f1 0.") : NULL;
    events      e = events_of(r.out);
    assert_int_equal(r.code, 0);
    assert_non_null(told);
    double value = number_at(e.event[2], "val_macro_f1");
    assert_true(value > 0 && value <= 1 && fabs(value - strtod(told + strlen("  val_macro_f1 "), NULL)) < 1e-4);
    release_events(&e);
    release(&r);
    r = RUN("train", "moons n=100", "--net", "dense 4, tanh, dense 2, softmax", "--epochs", "1", "--monitor",
            "val_loss");
    line = strstr(r.err, "val_loss");
    assert_true(line && !strstr(line + 1, "val_loss")); /* once is enough */
    release(&r);
}

static void a_terminal_gets_a_bar(void **state)
{
    (void)state;
    int terminal = posix_openpt(O_RDWR | O_NOCTTY);
    assert_true(terminal >= 0 && grantpt(terminal) == 0 && unlockpt(terminal) == 0);
    int other = open(ptsname(terminal), O_RDWR | O_NOCTTY);
    assert_true(other >= 0);
    pid_t child = start(other, ARGUMENTS("train", "moons", "--epochs", "2", "--threads", "1"));
    close(other);
    char   text[1 << 16];
    size_t length = 0;
    for (ssize_t n; (n = read(terminal, text + length, sizeof text - 1 - length)) > 0;) length += (size_t)n;
    text[length] = '\0';
    assert_int_equal(wait_for(child), 0);
    assert_non_null(strstr(text, "\repoch 1/2 "));
    assert_non_null(strstr(text, " left\x1b[K"));
    assert_non_null(strstr(text, "\r\x1b[Kepoch 1/2  loss "));
    close(terminal);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(training_tells_events),
        cmocka_unit_test(training_speaks_to_people),
        cmocka_unit_test(rows_are_held_back),
        cmocka_unit_test(patience_stops_and_the_test_part_scores),
        cmocka_unit_test(numbers_are_predicted),
        cmocka_unit_test(loss_and_net_decide_the_target),
        cmocka_unit_test(a_net_can_come_from_a_file_and_weights_too),
        cmocka_unit_test(a_model_can_be_trained_further),
        cmocka_unit_test(a_part_of_a_model_goes_into_another),
        cmocka_unit_test(weights_alone_go_into_a_net),
        cmocka_unit_test(the_test_table_has_its_own_order),
        cmocka_unit_test(rows_and_classes_have_weights),
        cmocka_unit_test(a_model_can_go_to_standard_output),
        cmocka_unit_test(settings_reach_the_training),
        cmocka_unit_test(precisions_reach_the_training),
        cmocka_unit_test(lbfgs_says_how_it_ended),
        cmocka_unit_test(validation_comes_every_so_often),
        cmocka_unit_test(patience_waits_for_the_validation),
        cmocka_unit_test(a_holdout_can_be_stratified),
        cmocka_unit_test(interrupt_saves),
        cmocka_unit_test(what_is_watched_is_told),
        cmocka_unit_test(a_terminal_gets_a_bar),
    };
    return cmocka_run_group_tests(tests, make_data, leave_folder);
}
