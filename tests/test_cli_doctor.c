/* glia doctor and glia train --doctor: what they print, for people and for machines, and wrong command lines. */
#include <math.h>

#include "process.h"

#define MOONS "moons n=60 noise=0.1"
#define NET "dense 8, relu, dense 2, softmax"

static void train_tells_what_is_wrong(void **state)
{
    (void)state;
    result r = RUN("train", MOONS, "--net", "dense 8 bias_init=constant:-50, relu, dense 2, softmax", "--doctor",
                   "--epochs", "2", "--threads", "1");
    assert_int_equal(r.code, 0);
    assert_string_equal(r.out, "");
    const char *found = strstr(r.err, "the doctor finds ");
    assert_non_null(found);
    assert_non_null(strstr(found, "\n 1. dead_units: 8 of 8 units of layer 1 (relu) are dead: they gave 0 for all rows "
                                  "looked at, and learn nothing.\n    -> take leaky_relu, "));
    release(&r);
}

static void train_says_that_nothing_is(void **state)
{
    (void)state;
    result r = RUN("train", MOONS, "--net", NET, "--doctor", "--optimizer", "adam lr=0.05", "--epochs", "40");
    assert_int_equal(r.code, 0);
    assert_non_null(strstr(r.err, "\nthe doctor finds nothing wrong\n"));
    release(&r);
    r = RUN("train", MOONS, "--net", NET, "--epochs", "1"); /* who did not ask hears nothing */
    assert_null(strstr(r.err, "doctor"));
    release(&r);
}

/* Between the epochs and the end. */
static void train_tells_machines(void **state)
{
    (void)state;
    result r = RUN("train", MOONS, "--net", NET, "--doctor", "--optimizer", "sgd lr=1e-9", "--epochs", "30", "--json",
                   "--quiet");
    events e = events_of(r.out);
    assert_int_equal(r.code, 0);
    assert_string_equal(r.err, "");
    assert_keys(e.event[31], "event,kind,layer,severity,value,what,cure");
    assert_string_equal(text_at(e.event[31], "event"), "finding");
    assert_string_equal(text_at(e.event[31], "kind"), "rate_low");
    assert_true(json_is_null(json_object_get(e.event[31], "layer")));
    assert_true(fabs(number_at(e.event[31], "value") - 1e-9) < 1e-15);
    assert_true(number_at(e.event[31], "severity") <= 1);
    assert_string_equal(text_at(e.event[e.count - 1], "event"), "end");
    release_events(&e);
    release(&r);
}

/* A run that ends in NaN has its sentence, its findings, and its exit code. */
static void a_failed_run_is_explained(void **state)
{
    (void)state;
    result r = RUN("train", "numbers.csv", "--net", "dense 8, relu, dense 8, relu, dense 1", "--optimizer",
                   "sgd lr=1e6", "--doctor", "--holdout", "0", "--epochs", "100");
    assert_int_equal(r.code, 1);
    assert_non_null(strstr(r.err, "became infinite or NaN"));
    assert_non_null(strstr(r.err, " rate_high: the learning rate is too high: with sgd lr=1e6"));
    release(&r);
}

static void a_net_is_tried(void **state)
{
    (void)state;
    result r = RUN("doctor", MOONS, "--net", NET, "--optimizer", "sgd lr=1e-9", "--epochs", "30", "--threads", "1");
    assert_int_equal(r.code, 0);
    assert_string_equal(r.err, "");
    assert_memory_equal(r.out, "the doctor finds 2 faults, the worst first\n 1. rate_low: ", 57);
    const char *curve = strstr(r.out, "\nlearning rate and loss, the rate rising from step to step\n   1e-06 ");
    assert_non_null(curve);
    assert_non_null(strstr(curve, " #####"));
    assert_non_null(strstr(curve, " <\n"));
    assert_non_null(strstr(curve, "\nthe rate to take: about "));
    release(&r);
}

static void a_curve_is_told_to_machines(void **state)
{
    (void)state;
    result r = RUN("doctor", MOONS, "--net", NET, "--optimizer", "sgd lr=0.1", "--epochs", "60", "--json");
    events e = events_of(r.out);
    assert_int_equal(r.code, 0);
    assert_int_equal(e.count, 1); /* nothing is wrong: the curve alone */
    assert_keys(e.event[0], "event,suggested,rate,loss");
    assert_string_equal(text_at(e.event[0], "event"), "range");
    const json_t *rate = json_object_get(e.event[0], "rate"), *loss = json_object_get(e.event[0], "loss");
    assert_int_equal(json_array_size(rate), json_array_size(loss));
    assert_in_range(json_array_size(rate), 20, 141);
    assert_true(number_at(e.event[0], "suggested") > 0.01);
    release_events(&e);
    release(&r);
}

/* A trained model: nothing is trained, and its file stays as it is. */
static void a_model_is_looked_at(void **state)
{
    (void)state;
    expect(0, "", "",
           ARGUMENTS("train", MOONS, "--net", "dense 8 bias_init=constant:-50, relu, dense 2, softmax", "--optimizer",
                     "sgd lr=0.5", "--epochs", "1", "--holdout", "0", "--out", "dead.safetensors", "--quiet"));
    result r = RUN("doctor", "dead.safetensors", MOONS, "--json");
    events e = events_of(r.out);
    assert_int_equal(r.code, 0);
    assert_string_equal(r.err, "");
    assert_true(e.count >= 2);
    assert_string_equal(text_at(e.event[0], "kind"), "dead_units");
    assert_int_equal(number_at(e.event[0], "layer"), 1);
    release_events(&e);
    release(&r);
    expect(0, NULL, "", ARGUMENTS("eval", "dead.safetensors", MOONS));
}

static void wrong_command_lines(void **state)
{
    (void)state;
    expect(0, "", "", ARGUMENTS("train", MOONS, "--net", NET, "--epochs", "1", "--out", "m.safetensors", "--quiet"));
    expect(2, "", "glia: doctor: DATA is missing; it is `glia doctor [MODEL] DATA`\n", ARGUMENTS("doctor"));
    expect(2, "", "glia: doctor: \"c\" is one argument too many; it is `glia doctor [MODEL] DATA`\n",
           ARGUMENTS("doctor", "a", "b", "c"));
    expect(2, "", "glia: doctor: --net goes with DATA alone; m.safetensors has a net\n",
           ARGUMENTS("doctor", "m.safetensors", MOONS, "--net", NET));
    expect(2, "", "glia: doctor: --scale goes with DATA alone; m.safetensors has a scaling\n",
           ARGUMENTS("doctor", "m.safetensors", MOONS, "--scale", "none"));
    expect(3, "", NULL, ARGUMENTS("doctor", "none.safetensors", MOONS));
    expect(3, "", NULL, ARGUMENTS("doctor", "none.csv"));
    expect(3, "", NULL, ARGUMENTS("doctor", "table.csv", MOONS)); /* no model */
    expect(2, "", NULL, ARGUMENTS("doctor", "m.safetensors", "table.csv"));
    expect(2, "", NULL, ARGUMENTS("doctor", MOONS, "--net", "dens 3"));
    expect(2, "", NULL, ARGUMENTS("doctor", MOONS, "--net", NET, "--optimizer", "adam lr=fast"));
    expect(2, "", NULL, ARGUMENTS("doctor", MOONS, "--net", NET, "--loss", "mes"));
    expect(2, "", NULL, ARGUMENTS("doctor", MOONS, "--epochs", "0"));
    expect(2, "", NULL, ARGUMENTS("train", MOONS, "--doctor=yes"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(train_tells_what_is_wrong),
        cmocka_unit_test(train_says_that_nothing_is),
        cmocka_unit_test(train_tells_machines),
        cmocka_unit_test(a_failed_run_is_explained),
        cmocka_unit_test(a_net_is_tried),
        cmocka_unit_test(a_curve_is_told_to_machines),
        cmocka_unit_test(a_model_is_looked_at),
        cmocka_unit_test(wrong_command_lines),
    };
    return cmocka_run_group_tests(tests, make_data, leave_folder);
}
