/* Wrong command lines, and a world that does not cooperate: each gives its exit code and one sentence. */
#include <dirent.h>
#include <sys/stat.h>

#include "process.h"

typedef struct wrong {
    const char *argument[8];
    int         code;
    const char *sentence;
} wrong;

/* A sentence that ends in ... need only begin so: what follows lists all there is. */
static void assert_sentence(const char *err, const char *sentence)
{
    char   whole[512];
    size_t length = (size_t)snprintf(whole, sizeof whole, "glia: %s\n", sentence), cut = length - strlen("...\n");
    if (strcmp(whole + cut, "...\n") == 0) {
        whole[cut] = '\0';
        assert_memory_equal(err, whole, cut);
        assert_ptr_equal(strchr(err, '\n'), err + strlen(err) - 1);
    } else {
        assert_string_equal(err, whole);
    }
}

static void assert_wrong(const wrong *list, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const char *argv[10] = {"glia"};
        for (size_t j = 0; j < 8; j++) argv[j + 1] = list[i].argument[j];
        result r = run_redirected(NULL, NULL, argv);
        assert_sentence(r.err, list[i].sentence);
        assert_string_equal(r.out, "");
        assert_int_equal(r.code, list[i].code);
        release(&r);
    }
}
#define ASSERT_WRONG(list) assert_wrong(list, sizeof(list) / sizeof *(list))

static void wrong_commands_and_options(void **state)
{
    static const wrong list[] = {
        {{"trian"}, 2, "there is no command \"trian\"; did you mean train?"},
        {{"frobnicate"}, 2, "there is no command \"frobnicate\"; `glia --help` lists them"},
        {{"a\nb\x1b[31m"}, 2, "there is no command \"a?b?[31m\"; `glia --help` lists them"},
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
        {{"predict", "m.safetensors", "xor", "--csv", "--json"}, 2, "--csv: does not go with --json"},
        {{"predict", "m.safetensors", "xor", "--draw", "2", "--json"},
         2,
         "--draw: goes with none of --csv, --json and --out"},
        {{"predict", "m.safetensors", "xor", "--draw", "2", "--out", "p.txt"},
         2,
         "--draw: goes with none of --csv, --json and --out"},
        {{"predict", "m.safetensors", "xor", "--csv", "--out", "p.npy"},
         2,
         "--out p.npy: an array goes with neither --csv nor --json"},
        {{"predict", "m.safetensors", "xor", "--out", "nowhere/p.npy"},
         1,
         "--out nowhere/p.npy: there is no folder nowhere"},
        {{"data", "xor", "--csv", "a.csv", "--json"}, 2, "--csv: does not go with --json"},
        {{"data", "xor", "--augment", "shift 1", "--json"}, 2, "--augment: goes with neither --csv nor --json"},
        {{"train", "xor", "--out", "-", "--json"}, 2, "--out -: does not go with --json, which prints there too"},
        {{"train", "xor", "--json", "--out=/dev/stdout"},
         2,
         "--out /dev/stdout: does not go with --json, which prints there too"},
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
        {{"train", "xor", "--epochs", "1000001"}, 2, "--epochs \"1000001\": must be at most 1000000"},
        {{"train", "xor", "--epochs", "99999999999999999999"}, 2, "--epochs \"99999999999999999999\": too large"},
        {{"train", "xor", "--seed", "4294967296"}, 2, "--seed \"4294967296\": must be at most 4294967295"},
        {{"train", "xor", "--batch", "ful"}, 2, "--batch \"ful\": neither a whole number nor full"},
        {{"train", "xor", "--batch", "0"}, 2, "--batch \"0\": must be at least 1"},
        {{"train", "xor", "--holdout", "1.5"}, 2, "--holdout \"1.5\": must be at most 0.999"},
        {{"train", "xor", "--holdout", "nan"}, 2, "--holdout \"nan\": not a number"},
        {{"train", "xor", "--holdout", "0,1"}, 2, "--holdout \"0,1\": not a number"},
        {{"train", "xor", "--clip-norm", "-1"}, 2, "--clip-norm \"-1\": must be at least 0"},
        {{"train", "xor", "--clip-norm", "1", "--clip-kind", "3"}, 2, "--clip-kind 3: there are 1, 2 and inf"},
        {{"train", "xor", "--clip-kind", "inf"}, 2, "--clip-kind inf: goes with --clip-norm"},
        {{"train", "xor", "--precision", "bf8"}, 2, "--precision bf8: there are float32, bf16 and bf16-emulated"},
        {{"train", "xor", "--optimizer", "rprop", "--schedule", "cosine"},
         2,
         "schedule: rprop finds the size of its steps itself, so no schedule goes with it"},
        {{"train", "xor", "--optimizer", "lbfgs", "--clip-norm", "1"},
         2,
         "lbfgs looks at all rows before each step and finds its length: limits of gradients do not go with it"},
        {{"train", "xor", "--schedule", "one_cycle"}, 2, "schedule:1:10: one_cycle: max_lr must be given"},
        {{"train", "xor", "--shuffle", "maybe"}, 2, "--shuffle \"maybe\": neither yes nor no"},
        {{"train", "xor", "--threads", "0"}, 2, "--threads \"0\": must be at least 1"},
        {{"train", "xor", "--holdout-tail", "3", "--holdout", "0.1"},
         2,
         "--holdout-tail: goes with neither --holdout nor --stratify"},
        {{"train", "xor", "--group", "g", "--stratify"}, 2, "--stratify: does not go with --group"},
        {{"train", "xor", "--group", "g", "--holdout-tail", "3"}, 2, "--holdout-tail: does not go with --group"},
        {{"train", "xor", "--group", "g", "--time", "t"}, 2, "--time: does not go with --group"},
        {{"train", "xor", "--time", "t", "--stratify"}, 2, "--stratify: does not go with --time"},
        {{"train", "xor", "--group", "g"}, 2, "xor is no table: it has no column \"g\" of groups"},
        {{"train", "xor", "--time", "t"}, 2, "xor is no table: it has no column \"t\" of times"},
        {{"train", "xor", "--folds", "1"}, 2, "--folds \"1\": must be at least 2"},
        {{"train", "xor", "--folds", "5", "--test", "xor"}, 2, "--test: does not go with --folds"},
        {{"train", "xor", "--folds", "5", "--holdout", "0.2"}, 2, "--holdout: does not go with --folds"},
        {{"train", "xor", "--folds", "5", "--holdout-tail", "2"}, 2, "--holdout-tail: does not go with --folds"},
        {{"train", "xor", "--folds", "5", "--checkpoint", "c"}, 2, "--checkpoint: does not go with --folds"},
        {{"train", "xor", "--folds", "5", "--resume", "c"}, 2, "--resume: does not go with --folds"},
        {{"train", "xor", "--repeat", "2", "--resume", "c"}, 2, "--resume: does not go with --repeat"},
        {{"train", "xor", "--repeat", "2", "--doctor"}, 2, "--doctor: does not go with --repeat"},
        {{"train", "xor", "--repeat", "2", "--holdout", "0"}, 2, "--repeat: nothing is held out that could be scored"},
        {{"train", "xor", "--repeat", "2", "--seed", "4294967295"},
         2,
         "--repeat 2: seeds end at 4294967295, and the first is 4294967295"},
        {{"train", "xor n=2", "--folds", "9"},
         2,
         "xor n=2: 8 rows cannot make 9 folds; there are from 2 to as many as rows"},
        {{"train", "xor", "--holdout", "0", "--stratify"}, 2, "--stratify: nothing is held out"},
        {{"train", "xor n=10", "--holdout-tail", "40"}, 2, "--holdout-tail 40: xor n=10 has only 40 rows"},
    };
    (void)state;
    ASSERT_WRONG(list);
}

static void wrong_texts(void **state)
{
    static const wrong list[] = {
        {{"train", "xor", "--net", "dense 3, rleu, softmax"},
         2,
         "net:1:10: there is no layer \"rleu\"; did you mean relu? there are ..."},
        {{"train", "xor", "--net", "dense 3 unit=4"},
         2,
         "net:1:9: dense: \"unit\" is not a setting; it has units, bias, init, bias_init, as, from, freeze, l1, l2, "
         "max_norm"},
        {{"train", "xor", "--net", "dense x"}, 2, "net:1:7: dense: units must be a whole number, not \"x\""},
        {{"train", "xor", "--optimizer", "adm"},
         2,
         "optimizer:1:1: there is no optimizer \"adm\"; did you mean adam? there are ..."},
        {{"train", "xor", "--optimizer", "adam lr=fast"}, 2, "optimizer:1:6: adam: lr must be a number, not \"fast\""},
        {{"train", "xor", "--schedule", "cosin"},
         2,
         "schedule:1:1: there is no schedule \"cosin\"; did you mean cosine? there are ..."},
        {{"train", "xor", "--loss", "crossentropy"},
         2,
         "loss:1:1: there is no loss \"crossentropy\"; did you mean cross_entropy? there are ..."},
        {{"train", "xor", "--loss", "smooth_l1 -1"}, 2, "loss:1:11: smooth_l1: beta must be at least 0, not -1"},
        {{"train", "xor", "--loss", "cross_entropy ignore_index=2"},
         2,
         "loss: cross_entropy: ignore_index=2 is not the number of a class: there are 0 to 1"},
        {{"train", "xor", "--loss", "nll"},
         2,
         "layer 5 (softmax): nll takes logarithms of probabilities: end the net with log_softmax"},
        {{"train", "xor", "--loss", "bce pos_weight=1:2:3"},
         2,
         "loss: bce: pos_weight has 3 numbers, and the net gives 2 outputs"},
        {{"train", "xor", "--class-weight", "2=1"}, 2, "class_weight:1:1: there is no class \"2\"; there are 0, 1"},
        {{"train", "xor", "--class-weight", "0=1, 1=-1"},
         2,
         "class_weight:1:6: a weight is a number of at least 0, not \"-1\""},
        {{"train", "xor", "--class-weight", "1=nan"},
         2,
         "class_weight:1:1: a weight is a number of at least 0, not \"nan\""},
        {{"train", "xor", "--class-weight", "0=0,1=0"},
         2,
         "xor: no row that trains counts for anything: each weighs 0 or is of the class to ignore"},
        {{"train", "xor", "--sample-weight", "w"}, 2, "xor is no table: it has no column \"w\" of weights"},
        {{"train", "table.csv", "--sample-weight", "w"},
         2,
         "table.csv:1:1: there is no column \"w\"; there are length, kind"},
        {{"train", "table.csv", "--sample-weight", "kind"}, 2, "table.csv:1:1: no column is left for the inputs"},
        {{"eval", "model.safetensors", "table.csv", "--sample-weight", "w"},
         2,
         "table.csv:1:1: there is no column \"w\"; there are length, kind"},
        {{"train", "weighted.csv", "--sample-weight", "w", "--class-weight", "balanced"},
         3,
         "weighted.csv:3:1: column 1 (w): \"-1\" is negative, and a weight is at least 0"},
        {{"train", "heavy.csv", "--sample-weight", "w"}, 3, "heavy.csv:2:1: column 1 (w): \"heavy\" is not a number"},
        {{"train", "xor", "--scale", "standrad"}, 2, "scale: there is no \"standrad\"; there are ..."},
        {{"train", "spiral n=0"}, 2, "data:1:8: spiral: n must be from 1 to 100000000, not 0"},
        {{"check", "--net", "input 3, flaten"},
         2,
         "net:1:10: there is no layer \"flaten\"; did you mean flatten? there are ..."},
        {{"check", "--net", "input 3, dense 2", "--loss", "mes"},
         2,
         "loss:1:1: there is no loss \"mes\"; did you mean mse? there are ..."},
        {{"show", "--net", "dense 3"},
         2,
         "net:1:1: layer 0 (dense): there are no data to tell the shape of a row, and the net does not begin with "
         "input"},
    };
    (void)state;
    ASSERT_WRONG(list);
}

static void wrong_augmentations(void **state)
{
    static const wrong list[] = {
        {{"data", "xor", "--augment", "shift 1"}, 2, "xor: its rows are no images, and only those can be augmented"},
        {{"train", "xor", "--augment", "shift 1"}, 2, "xor: its rows are no images, and only those can be augmented"},
        {{"train", "wide.csv", "--net", "input 1x2x2, flatten, dense 2, softmax", "--holdout", "0", "--augment",
          "rotate 5, shft 1"},
         2,
         "augment:1:11: there is no augmentation \"shft\"; did you mean shift? there are ..."},
        {{"data", "one.idx", "--augment", "shift 2"},
         2,
         "augment:1:1: shift: a shift of 2 pixels does not fit into images of 1x2x2"},
        {{"data", "one.idx", "--augment", "rotate 5", "--seed", "-1"}, 2, "--seed \"-1\": not a whole number"},
    };
    (void)state;
    ASSERT_WRONG(list);
}

static void shapes_that_do_not_fit(void **state)
{
    static const wrong list[] = {
        {{"train", "xor", "--net", "dense 5, softmax"},
         2,
         "layer 1 (softmax): gives 5 outputs, and the target has 2 classes"},
        {{"eval", "model.safetensors", "wide.csv"}, 2, "wide.csv has 4 numbers a row, and the net takes 2"},
        {{"predict", "model.safetensors", "wide.csv"}, 2, "wide.csv has 4 numbers a row, and the net takes 2"},
        {{"eval", "model.safetensors", "strange.csv"},
         2,
         "strange.csv has a class \"blue\", which the model does not know"},
        {{"train", "xor", "--holdout", "0.2", "--json", "--test", "strange.csv"},
         2,
         "strange.csv has a class \"blue\", which the model does not know"},
        {{"train", "xor", "--json", "--test", "strange.csv"},
         2,
         "strange.csv has a class \"blue\", which the model does not know"},
        {{"train", "xor", "--json", "--holdout", "0.2", "--test", "wide.csv"},
         2,
         "wide.csv has 4 numbers a row, and the net takes 2"},
        {{"train", "wide.csv", "--init", "model.safetensors", "--holdout", "0", "--json"},
         2,
         "wide.csv has 4 numbers a row, and the net takes 2"},
        {{"predict", "model.safetensors", "xor", "--draw", "2"}, 2, "--draw: the rows of the data are no images"},
        {{"train", "xor", "--net", "dense 3, relu, dense 2, softmax", "--init", "model.safetensors"},
         3,
         "model.safetensors: no tensor in it has the name and the shape of one of the net's"},
    };
    (void)state;
    ASSERT_WRONG(list);
}

static void files_that_are_wrong(void **state)
{
    static const wrong list[] = {
        {{"train", "nowhere.csv"}, 3, "nowhere.csv: cannot be opened: No such file or directory"},
        {{"train", "empty.csv"}, 3, "empty.csv: the file is empty"},
        {{"train", "ragged.csv"}, 3, "ragged.csv:3:1: a row of 2 cells; the first one has 3"},
        {{"train", "empty_folder"},
         3,
         "empty_folder: the folder lacks train-images-idx3-ubyte, train-labels-idx1-ubyte, t10k-images-idx3-ubyte, "
         "t10k-labels-idx1-ubyte (plain or .gz), and has no images"},
        {{"train", "xor", "--test", "nowhere.csv"}, 3, "nowhere.csv: cannot be opened: No such file or directory"},
        {{"train", "table.csv", "--target", "colour"},
         2,
         "table.csv:1:1: there is no column \"colour\"; there are length, kind"},
        {{"train", "xor", "--init", "nowhere.safetensors"},
         3,
         "nowhere.safetensors: cannot be opened: No such file or directory"},
        {{"train", "xor", "--init", "newer.safetensors"},
         3,
         "newer.safetensors: glia: written in format 9 by a newer version; ..."},
        {{"train", "xor", "--init", "ragged.csv"}, 3, "ragged.csv: no safetensors file: ..."},
        {{"train", "xor", "--net", "binary"}, 3, "binary: is not the text of a net"},
        {{"train", "xor", "--net", "nosuch.txt"}, 3, "--net nosuch.txt: cannot be opened: No such file or directory"},
        {{"train", "xor", "--net", "small.net"}, 3, "--net small.net: cannot be opened: No such file or directory"},
        {{"check", "--net", "nets/small"}, 3, "--net nets/small: cannot be opened: No such file or directory"},
        {{"train", "xor", "--net", "empty_folder"}, 3, "--net empty_folder: is a folder"},
        {{"show", "--net", "/dev/full"}, 3, "--net /dev/full: is not a regular file"},
        {{"eval", "nowhere.safetensors", "xor"}, 3, "nowhere.safetensors: cannot be opened: No such file or directory"},
        {{"eval", "table.csv", "xor"},
         3,
         "table.csv: no safetensors file: a header of 7722662310194341228 bytes would be longer than the file (28 "
         "bytes)"},
        {{"eval", "empty_folder", "xor"}, 3, "empty_folder: is a folder, not a file"},
        {{"train", "newer.safetensors"},
         3,
         "newer.safetensors: a safetensors file, such as a model or a checkpoint, and no data"},
        {{"show", "--net", "# nothing"}, 2, "the net has no layers"},
        {{"show", "empty.csv"}, 3, "empty.csv: 0 bytes are too few for a safetensors file"},
        {{"predict", "model.safetensors", "nowhere.csv"},
         3,
         "nowhere.csv: cannot be opened: No such file or directory"},
        {{"data", "images.idx"}, 3, "images.idx: byte 19: the file ends here, but its header promises 24 bytes in all"},
    };
    (void)state;
    ASSERT_WRONG(list);
}

/* However a path is written: the model never replaces a checkpoint. */
static void files_that_are_one(void **state)
{
    static const wrong list[] = {
        {{"train", "xor", "--checkpoint", "./k.ck", "--out", "k.ck"},
         2,
         "--checkpoint ./k.ck: is where --out puts the model"},
        {{"train", "xor", "--checkpoint", "here/k.ck", "--out", "k.ck"},
         2,
         "--checkpoint here/k.ck: is where --out puts the model"},
        {{"train", "xor", "--checkpoint", "linked.csv", "--out", "wide.csv"},
         2,
         "--checkpoint linked.csv: is where --out puts the model"},
        {{"train", "xor", "--checkpoint", "k.ck", "--out", "./k.ck.previous"},
         2,
         "--out ./k.ck.previous: is where --checkpoint keeps the one before"},
        {{"train", "xor", "--checkpoint", "linked.csv", "--out", "here/wide.csv.previous"},
         2,
         "--out here/wide.csv.previous: is where --checkpoint keeps the one before"},
        {{"train", "xor", "--resume", "here/wide.csv", "--out", "wide.csv"},
         2,
         "--resume here/wide.csv: is where --out puts the model"},
        {{"train", "table.csv", "--out", "./table.csv"}, 2, "--out ./table.csv: is read from, and would be lost"},
        {{"train", "here/again.csv + table.csv ", "--out", "table.csv"},
         2,
         "--out table.csv: is read from, and would be lost"},
        {{"train", "two/t10k-images-idx3-ubyte,two/t10k-labels-idx1-ubyte", "--checkpoint",
          "two/t10k-labels-idx1-ubyte"},
         2,
         "--checkpoint two/t10k-labels-idx1-ubyte: is read from, and would be lost"},
        {{"train", "two:train", "--test", "two:test", "--out", "here/two/t10k-labels-idx1-ubyte"},
         2,
         "--out here/two/t10k-labels-idx1-ubyte: is read from, and would be lost"},
        {{"train", "two", "--out", "here/two/t10k-labels-idx1-ubyte"},
         2,
         "--out here/two/t10k-labels-idx1-ubyte: is read from, and would be lost"},
        {{"train", "xor", "--net", "net.txt", "--checkpoint", "here/net.txt"},
         2,
         "--checkpoint here/net.txt: is read from, and would be lost"},
        {{"predict", "model.safetensors", "plane.csv", "--out", "here/plane.csv"},
         2,
         "--out here/plane.csv: is read from, and would be lost"},
        {{"predict", "model.safetensors", "xor", "--out", "here/model.safetensors"},
         2,
         "--out here/model.safetensors: is read from, and would be lost"},
        {{"data", "linked.csv", "--csv", "wide.csv"}, 2, "--csv wide.csv: is read from, and would be lost"},
    };
    (void)state;
    ASSERT_WRONG(list);
    expect(0, "", "written: moons\n",
           ARGUMENTS("data", "moons", "--csv", "moons")); /* which is a generator, and no file */
    assert_int_equal(remove("moons"), 0);
}

#define LONG_51 "a_name_that_leaves_no_room_for_what_is_put_after_it"
#define LONG_255 LONG_51 LONG_51 LONG_51 LONG_51 LONG_51 /* the longest that a file's name may be */

/* Found out before the training, which would say `epoch` and with --json print a start. */
static void places_that_cannot_be_written(void **state)
{
    static const wrong list[] = {
        {{"train", "xor", "--json", "--out", "nowhere/m.safetensors"},
         1,
         "--out nowhere/m.safetensors: there is no folder nowhere"},
        {{"train", "xor", "--json", "--out", "empty_folder"}, 1, "--out empty_folder: is a folder"},
        {{"train", "xor", "--json", "--out", "table.csv/m"}, 1, "--out table.csv/m: there is no folder table.csv"},
        {{"train", "xor", "--json", "--out", "dangling"}, 1, "--out dangling: is a link to a file that does not exist"},
        {{"train", "xor", "--json", "--out", "around"},
         1,
         "--out around: cannot be written: Too many levels of symbolic links"},
        {{"train", "xor", "--json", "--out", LONG_255}, 1, "--out " LONG_255 ": cannot be written: File name too long"},
        {{"train", "xor", "--json", "--out", "socket"},
         1,
         "--out socket: cannot be written: No such device or address"},
        {{"train", "xor", "--json", "--out", ""}, 2, "--out \"\": not the name of a file"},
        {{"train", "xor", "--out", "/dev/full", "--quiet"},
         1,
         "/dev/full: cannot be written: No space left on device; the trained model was not saved"},
        {{"data", "xor", "--csv", "/dev/full"}, 1, "/dev/full: cannot be written: No space left on device"},
        {{"data", "xor", "--csv", "nowhere/a.csv"}, 1, "nowhere/a.csv: cannot be written: No such file or directory"},
    };
    (void)state;
    ASSERT_WRONG(list);
}

/* As a user whom permissions bind: root they do not. 77: the program is out of that user's reach. */
static int try_read_only_file(void)
{
    static const char *const want = "glia: --out locked.safetensors: cannot be written: Permission denied\n";
    if (geteuid() == 0 && (setgid(65534) != 0 || setuid(65534) != 0)) return 77;
    if (access(GLIA_PROGRAM, X_OK) != 0) return 77;
    result r = RUN("train", "xor", "--json", "--out", "locked.safetensors");
    return r.code == 1 && strcmp(r.err, want) == 0 && *r.out == '\0' ? 0 : 1;
}

static void a_read_only_file_is_found_out_before_the_training(void **state)
{
    (void)state;
    write_text("locked.safetensors", "");
    assert_int_equal(chmod("locked.safetensors", 0444), 0);
    assert_int_equal(chmod(".", 0777), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) _exit(try_read_only_file());
    int code = wait_for(child);
    assert_int_equal(chmod(".", 0700), 0);
    if (code == 77) skip();
    assert_int_equal(code, 0);
}

/* What was made to try the place is gone. */
static void a_wrong_run_leaves_no_file(void **state)
{
    (void)state;
    expect(2, "", NULL, ARGUMENTS("train", "xor", "--out", "never.safetensors", "--optimizer", "adm"));
    DIR *here = opendir(".");
    assert_non_null(here);
    for (struct dirent *entry; (entry = readdir(here));) assert_null(strstr(entry->d_name, "never"));
    closedir(here);
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
    assert_int_equal(strncmp(diverged.err, "glia: epoch ", 12), 0);
    assert_non_null(strstr(diverged.err, "; model.safetensors was not written\n"));
    assert_ptr_equal(strchr(diverged.err, '\n'), diverged.err + strlen(diverged.err) - 1);
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

/* Standard input has a name. */
static void standard_input_is_named(void **state)
{
    (void)state;
    static const struct {
        const char *file, *line[5], *err;
    } cases[] = {
        {"ragged.csv", {"glia", "train", "-"}, "glia: standard input:3:1: a row of 2 cells; the first one has 3\n"},
        {"empty.csv", {"glia", "data", "-"}, "glia: standard input: the file is empty\n"},
        {"wide.csv",
         {"glia", "eval", "model.safetensors", "-"},
         "glia: standard input has 4 numbers a row, and the net takes 2\n"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        result r = run_redirected(cases[i].file, NULL, cases[i].line);
        assert_string_equal(r.err, cases[i].err);
        release(&r);
    }
    result described = run_redirected("table.csv", NULL, ARGUMENTS("data", "-"));
    assert_int_equal(strncmp(described.out, "standard input: 4 rows", 22), 0);
    release(&described);
}

/* The model of these tests, but for the number of its format. */
static void write_newer_model(void)
{
    FILE *file = fopen("model.safetensors", "rb");
    char  bytes[4096];
    assert_non_null(file);
    size_t n = fread(bytes, 1, sizeof bytes, file);
    char  *format = memmem(bytes, n, "\"glia\":\"1\"", 10);
    assert_non_null(format);
    format[8] = '9';
    fclose(file);
    write_bytes("newer.safetensors", bytes, n);
}

static int make_world(void **state)
{
    if (enter_folder(state)) return -1;
    write_text("table.csv", "length,kind\n1,a\n2,b\n3,a\n4,b\n");
    write_text("wide.csv", "one,two,three,four,class\n1,2,3,4,0\n5,6,7,8,1\n");
    write_text("strange.csv", "one,two,class\n1,2,red\n5,6,blue\n");
    write_text("ragged.csv", "one,two,class\n1,2,0\n3,1\n");
    write_text("big.csv", "x,y\n1e6,1e6\n2e6,3.5\n3e6,2\n");
    write_text("weighted.csv", "w,a,v,kind\n2,1,3,x\n-1,2,3,y\n");
    write_text("heavy.csv", "w,a,kind\nheavy,1,x\n");
    write_text("empty.csv", "");
    write_bytes("binary", "dense\0 3", 8);
    write_bytes("one.idx", "\0\0\10\3\0\0\0\1\0\0\0\2\0\0\0\2\1\2\3\4", 20);
    write_bytes("images.idx", "\0\0\10\3\0\0\0\2\0\0\0\2\0\0\0\2\1\2\3", 19);
    if (mkdir("empty_folder", 0777) || symlink("nowhere/m", "dangling") || symlink("around", "around")) return -1;
    write_text("again.csv", "length,kind\n5,a\n6,b\n");
    write_text("plane.csv", "x1,x2\n1,2\n3,4\n");
    write_text("net.txt", "dense 2, softmax\n");
    if (mkdir("two", 0777)) return -1;
    write_idx("two/train-images-idx3-ubyte", "two/train-labels-idx1-ubyte", (const unsigned char[8]){1, 2, 3, 4});
    write_idx("two/t10k-images-idx3-ubyte", "two/t10k-labels-idx1-ubyte", (const unsigned char[8]){5, 6, 7, 8});
    if (symlink(".", "here") || symlink("wide.csv", "linked.csv")) return -1;
    if (mknod("socket", S_IFSOCK | 0666, 0)) return -1;
    expect(0, "", "",
           ARGUMENTS("train", "xor n=40", "--net", "dense 2, softmax", "--epochs", "1", "--out", "model.safetensors",
                     "--quiet"));
    write_newer_model();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wrong_commands_and_options),
        cmocka_unit_test(wrong_values),
        cmocka_unit_test(wrong_texts),
        cmocka_unit_test(wrong_augmentations),
        cmocka_unit_test(shapes_that_do_not_fit),
        cmocka_unit_test(files_that_are_wrong),
        cmocka_unit_test(files_that_are_one),
        cmocka_unit_test(places_that_cannot_be_written),
        cmocka_unit_test(a_read_only_file_is_found_out_before_the_training),
        cmocka_unit_test(a_wrong_run_leaves_no_file),
        cmocka_unit_test(standard_input_is_named),
        cmocka_unit_test(a_full_standard_output_is_an_error),
        cmocka_unit_test(a_failed_run_keeps_the_old_model),
        cmocka_unit_test(sentences_are_one_printable_line),
    };
    return cmocka_run_group_tests(tests, make_world, leave_folder);
}
