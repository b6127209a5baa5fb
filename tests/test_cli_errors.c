/* Wrong command lines, and a world that does not cooperate: each gives its exit code and one sentence. */
#include <sys/stat.h>

#include "process.h"

typedef struct wrong {
    const char *argument[8];
    int         code;
    const char *sentence;
} wrong;

static void assert_wrong(const wrong *list, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const char *argv[10] = {"glia"};
        char        err[512];
        for (size_t j = 0; j < 8; j++) argv[j + 1] = list[i].argument[j];
        snprintf(err, sizeof err, "glia: %s\n", list[i].sentence);
        expect(list[i].code, "", err, argv);
    }
}
#define ASSERT_WRONG(list) assert_wrong(list, sizeof(list) / sizeof *(list))

static void wrong_commands_and_options(void **state)
{
    static const wrong list[] = {
        {{"trian"}, 2, "there is no command \"trian\"; did you mean train?"},
        {{"frobnicate"}, 2, "there is no command \"frobnicate\"; `glia --help` lists them"},
        {{"help", "evla"}, 2, "there is no command \"evla\"; did you mean eval?"},
        {{"--verison"}, 2, "there is no command \"--verison\"; `glia --help` lists them"},
        {{"train"}, 2, "train: DATA is missing; it is `glia train DATA`"},
        {{"eval", "m.safetensors"}, 2, "eval: DATA is missing; it is `glia eval MODEL DATA`"},
        {{"predict"}, 2, "predict: MODEL is missing; it is `glia predict MODEL DATA`"},
        {{"train", "xor", "moons"}, 2, "train: \"moons\" is one argument too many; it is `glia train DATA`"},
        {{"train", "xor", "--", "--json"}, 2, "train: \"--json\" is one argument too many; it is `glia train DATA`"},
        {{"train", "xor", "--epoch", "3"}, 2, "train: there is no option --epoch; did you mean --epochs?"},
        {{"train", "xor", "--frobnicate"}, 2, "train: there is no option --frobnicate; `glia train --help` lists them"},
        {{"eval", "m", "xor", "--tpo=3"}, 2, "eval: there is no option --tpo; `glia eval --help` lists them"},
        {{"data", "-x", "xor"}, 2, "data: there is no option -x; `glia data --help` lists them"},
        {{"train", "xor", "--epochs"}, 2, "--epochs: its value is missing: --epochs N"},
        {{"train", "xor", "--out", "--json"}, 2, "--out: its value is missing: --out FILE"},
        {{"train", "xor", "--json=yes"}, 2, "--json: takes no value"},
        {{"layers", "dens"}, 2, "layers: there is no dens; `glia layers` lists them"},
        {{"show"}, 2, "show: takes either a MODEL or --net TEXT"},
        {{"show", "m.safetensors", "--net", "input 2"}, 2, "show: takes either a MODEL or --net TEXT"},
        {{"check"}, 2, "check: --net TEXT is missing"},
    };
    (void)state;
    ASSERT_WRONG(list);
}

static void wrong_values(void **state)
{
    static const wrong list[] = {
        {{"train", "xor", "--epochs", "abc"}, 2, "--epochs \"abc\": not a whole number"},
        {{"train", "xor", "--epochs="}, 2, "--epochs \"\": not a whole number"},
        {{"train", "xor", "--epochs", "1.5"}, 2, "--epochs \"1.5\": not a whole number"},
        {{"train", "xor", "--epochs", "-3"}, 2, "--epochs \"-3\": not a whole number"},
        {{"train", "xor", "--epochs", "0"}, 2, "--epochs \"0\": must be at least 1"},
        {{"train", "xor", "--epochs", "99999999999999999999"}, 2, "--epochs \"99999999999999999999\": too large"},
        {{"train", "xor", "--seed", "4294967296"}, 2, "--seed \"4294967296\": must be at most 4294967295"},
        {{"train", "xor", "--batch", "ful"}, 2, "--batch \"ful\": neither a whole number nor full"},
        {{"train", "xor", "--batch", "0"}, 2, "--batch \"0\": must be at least 1"},
        {{"train", "xor", "--holdout", "1.5"}, 2, "--holdout \"1.5\": must be at most 0.999"},
        {{"train", "xor", "--holdout", "nan"}, 2, "--holdout \"nan\": not a number"},
        {{"train", "xor", "--holdout", "0,1"}, 2, "--holdout \"0,1\": not a number"},
        {{"train", "xor", "--clip-norm", "-1"}, 2, "--clip-norm \"-1\": must be at least 0"},
        {{"train", "xor", "--shuffle", "maybe"}, 2, "--shuffle \"maybe\": neither yes nor no"},
        {{"train", "xor", "--threads", "0"}, 2, "--threads \"0\": must be at least 1"},
        {{"train", "xor", "--holdout-tail", "3", "--holdout", "0.1"},
         2,
         "--holdout-tail: goes with neither --holdout nor --stratify"},
        {{"train", "xor", "--holdout", "0", "--stratify"}, 2, "--stratify: nothing is held out"},
        {{"train", "xor n=10", "--holdout-tail", "10"}, 2, "--holdout-tail 10: xor n=10 has only 10 rows"},
    };
    (void)state;
    ASSERT_WRONG(list);
}

static void wrong_texts(void **state)
{
    static const wrong list[] = {
        {{"train", "xor", "--net", "dense 3, rleu, softmax"}, 2, "?"},
        {{"train", "xor", "--net", "dense 3 unit=4"}, 2, "?"},
        {{"train", "xor", "--net", "dense x"}, 2, "?"},
        {{"train", "xor", "--optimizer", "adm"}, 2, "?"},
        {{"train", "xor", "--optimizer", "adam lr=fast"}, 2, "?"},
        {{"train", "xor", "--schedule", "cosin"}, 2, "?"},
        {{"train", "xor", "--loss", "crossentropy"}, 2, "?"},
        {{"train", "xor", "--scale", "standrad"}, 2, "?"},
        {{"train", "spiral n=0"}, 2, "?"},
        {{"check", "--net", "dense 3"}, 2, "?"},
        {{"check", "--net", "input 3, dense 2", "--loss", "mes"}, 2, "?"},
        {{"show", "--net", "dense 3"}, 2, "?"},
    };
    (void)state;
    ASSERT_WRONG(list);
}

static void shapes_that_do_not_fit(void **state)
{
    static const wrong list[] = {
        {{"train", "xor", "--net", "dense 5, softmax"}, 2, "?"},
        {{"eval", "model.safetensors", "wide.csv"}, 2, "?"},
        {{"predict", "model.safetensors", "wide.csv"}, 2, "?"},
        {{"eval", "model.safetensors", "strange.csv"}, 2, "?"},
        {{"predict", "model.safetensors", "xor", "--draw", "2"}, 2, "--draw: the rows of the data are no images"},
        {{"train", "xor", "--net", "dense 3, relu, dense 2, softmax", "--init", "model.safetensors"}, 3, "?"},
    };
    (void)state;
    ASSERT_WRONG(list);
}

static void files_that_are_wrong(void **state)
{
    static const wrong list[] = {
        {{"train", "nowhere.csv"}, 3, "?"},
        {{"train", "empty.csv"}, 3, "?"},
        {{"train", "ragged.csv"}, 3, "?"},
        {{"train", "empty_folder"}, 3, "?"},
        {{"train", "xor", "--test", "nowhere.csv"}, 3, "?"},
        {{"train", "table.csv", "--target", "colour"}, 2, "?"},
        {{"train", "xor", "--init", "nowhere.safetensors"}, 3, "?"},
        {{"train", "xor", "--net", "binary"}, 3, "binary: is not the text of a net"},
        {{"eval", "nowhere.safetensors", "xor"}, 3, "?"},
        {{"eval", "table.csv", "xor"}, 3, "?"},
        {{"eval", "empty_folder", "xor"}, 3, "?"},
        {{"show", "empty.csv"}, 3, "?"},
        {{"predict", "model.safetensors", "nowhere.csv"}, 3, "?"},
        {{"data", "images.idx"}, 3, "?"},
    };
    (void)state;
    ASSERT_WRONG(list);
}

/* Found out before the training, which would say `epoch` and with --json print a start. */
static void places_that_cannot_be_written(void **state)
{
    static const wrong list[] = {
        {{"train", "xor", "--json", "--out", "nowhere/m.safetensors"},
         1,
         "--out nowhere/m.safetensors: there is no folder nowhere"},
        {{"train", "xor", "--json", "--out", "empty_folder"}, 1, "--out empty_folder: is a folder"},
        {{"train", "xor", "--json", "--out", ""}, 2, "--out \"\": not the name of a file"},
        {{"train", "xor", "--out", "/dev/full", "--quiet"}, 1, "?"},
        {{"data", "xor", "--csv", "/dev/full"}, 1, "?"},
        {{"data", "xor", "--csv", "nowhere/a.csv"}, 1, "?"},
    };
    (void)state;
    ASSERT_WRONG(list);
}

static void a_full_standard_output_is_an_error(void **state)
{
    (void)state;
    static const char *const lines[][6] = {
        {"glia", "--help"},
        {"glia", "train", "--help"},
        {"glia", "layers"},
        {"glia", "data", "xor"},
        {"glia", "show", "model.safetensors", "--json"},
        {"glia", "eval", "model.safetensors", "xor"},
        {"glia", "predict", "model.safetensors", "xor n=5000"},
        {"glia", "train", "xor", "--json", "--quiet"},
    };
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        result r = run_redirected(NULL, "/dev/full", lines[i]);
        assert_string_equal(r.err, "glia: standard output could not be written\n");
        assert_int_equal(r.code, 1);
        release(&r);
    }
}

/* The model that was there is still there after a run that went wrong. */
static void a_failed_run_keeps_the_old_model(void **state)
{
    (void)state;
    result before = RUN("predict", "model.safetensors", "xor n=5");
    result diverged = RUN("train", "big.csv", "--net", "dense 1", "--scale", "none", "--optimizer", "sgd lr=1e30",
                          "--epochs", "9", "--holdout", "0", "--quiet", "--out", "model.safetensors");
    assert_int_equal(diverged.code, 1);
    assert_non_null(strstr(diverged.err, "epoch "));
    result after = RUN("predict", "model.safetensors", "xor n=5");
    assert_string_equal(before.out, after.out);
    release(&before);
    release(&diverged);
    release(&after);
}

/* Bytes of a file must not steer the terminal or break the line. */
static void sentences_are_one_printable_line(void **state)
{
    (void)state;
    result r = RUN("train", "no\nsuch\x1b[31mfile");
    assert_int_equal(r.code, 3);
    assert_ptr_equal(strchr(r.err, '\n'), r.err + strlen(r.err) - 1);
    assert_null(strchr(r.err, '\x1b'));
    release(&r);
}

static int make_world(void **state)
{
    if (enter_folder(state)) return -1;
    write_text("table.csv", "length,kind\n1,a\n2,b\n3,a\n4,b\n");
    write_text("wide.csv", "one,two,three,four,class\n1,2,3,4,0\n5,6,7,8,1\n");
    write_text("strange.csv", "one,two,class\n1,2,red\n5,6,blue\n");
    write_text("ragged.csv", "one,two,class\n1,2,0\n3,1\n");
    write_text("big.csv", "x,y\n1e6,1e6\n2e6,3.5\n3e6,2\n");
    write_text("empty.csv", "");
    write_bytes("binary", "dense\0 3", 8);
    write_bytes("images.idx", "\0\0\10\3\0\0\0\2\0\0\0\2\0\0\0\2\1\2\3", 19);
    if (mkdir("empty_folder", 0777)) return -1;
    expect(0, "", "",
           ARGUMENTS("train", "xor n=40", "--net", "dense 2, softmax", "--epochs", "1", "--out", "model.safetensors",
                     "--quiet"));
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wrong_commands_and_options),
        cmocka_unit_test(wrong_values),
        cmocka_unit_test(wrong_texts),
        cmocka_unit_test(shapes_that_do_not_fit),
        cmocka_unit_test(files_that_are_wrong),
        cmocka_unit_test(places_that_cannot_be_written),
        cmocka_unit_test(a_full_standard_output_is_an_error),
        cmocka_unit_test(a_failed_run_keeps_the_old_model),
        cmocka_unit_test(sentences_are_one_printable_line),
    };
    return cmocka_run_group_tests(tests, make_world, leave_folder);
}
