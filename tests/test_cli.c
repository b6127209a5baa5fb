/* The program as people use it: what each command prints and leaves behind. Training is in test_cli_train.c, wrong
 * command lines are in test_cli_errors.c. */
#include <math.h>

#include "process.h"

/* ---- help ------------------------------------------------------------------------------------------------------ */

static const char *const command_names[] = {
    "train",      "eval",      "predict",      "show",       "data",   "check",         "trace",   "layers", "losses",
    "optimizers", "schedules", "initializers", "generators", "scales", "augmentations", "metrics", "man"};
#define COMMANDS (sizeof command_names / sizeof *command_names)

static void help_lists_every_command(void **state)
{
    (void)state;
    result plain = run_redirected(NULL, NULL, (const char *const[]){"glia", NULL});
    assert_int_equal(plain.code, 0);
    assert_string_equal(plain.err, "");
    for (size_t i = 0; i < COMMANDS; i++) {
        char line[32];
        snprintf(line, sizeof line, "\n  %s ", command_names[i]);
        assert_non_null(strstr(plain.out, line));
    }
    expect(0, plain.out, "", ARGUMENTS("help"));
    expect(0, plain.out, "", ARGUMENTS("--help"));
    expect(0, plain.out, "", ARGUMENTS("-h"));
    release(&plain);
}

static void each_command_has_help(void **state)
{
    (void)state;
    for (size_t i = 0; i < COMMANDS; i++) {
        char   first[32];
        result asked = RUN("help", command_names[i]);
        snprintf(first, sizeof first, "glia %s ", command_names[i]);
        assert_int_equal(strncmp(asked.out, first, strlen(first)), 0);
        assert_non_null(strstr(asked.out, "\nOptions\n"));
        assert_non_null(strstr(asked.out, "\nExamples\n"));
        assert_non_null(strstr(asked.out, "\n  130  stopped by Ctrl-C or SIGTERM\n"));
        expect(0, asked.out, "", ARGUMENTS(command_names[i], "--help"));
        expect(0, asked.out, "", ARGUMENTS(command_names[i], "--nonsense", "-h"));
        release(&asked);
    }
}

/* Three clouds in four columns, each a class. */
static void write_flowers(const char *path, size_t rows)
{
    static const char *const kinds[] = {"setosa", "versicolor", "virginica"};
    FILE                    *file = fopen(path, "w");
    assert_non_null(file);
    fputs("sepal_length,sepal_width,petal_length,petal_width,species\n", file);
    for (size_t i = 0; i < rows; i++)
        fprintf(file, "%zu.%zu,%zu,%zu,%zu.5,%s\n", 4 + i % 3, i % 10, 9 - i % 7, i % 3, i % 5, kinds[i % 3]);
    assert_int_equal(fclose(file), 0);
}

/* Every line of the examples, in the order of the commands, with the files that they name. */
static void examples_of_the_help_work(void **state)
{
    (void)state;
    char path[8192];
    snprintf(path, sizeof path, "%.*s:%s", (int)(strrchr(GLIA_PROGRAM, '/') - GLIA_PROGRAM), GLIA_PROGRAM,
             getenv("PATH"));
    setenv("PATH", path, 1);
    write_flowers("iris.csv", 60);
    write_flowers("new.csv", 9);
    write_text("photo.png", "P2 2 2 255 250 250 250 9"); /* the format is told by the contents */
    assert_int_equal(mkdir("pets", 0777) | mkdir("pets/cat", 0777) | mkdir("pets/dog", 0777), 0);
    write_text("pets/cat/a.pgm", "P2 2 2 9 1 2 3 4");
    write_text("pets/dog/b.ppm", "P3 1 1 9 1 2 3");
    assert_int_equal(rename("images", "mnist"), 0);
    for (size_t i = 0; i < COMMANDS; i++) {
        result help = RUN(command_names[i], "--help");
        char  *line = strstr(help.out, "\nExamples\n") + strlen("\nExamples\n");
        for (; *line == ' '; line += strcspn(line, "\n") + 1) {
            char quiet[512];
            snprintf(quiet, sizeof quiet, "{ %.*s ; } >examples.out 2>examples.err", (int)strcspn(line, "\n"), line);
            if (system(quiet) != 0) fail_msg("%s", quiet);
        }
        release(&help);
    }
    assert_int_equal(rename("mnist", "images"), 0);
}

static const char *const train_names[] = {
    "--net TEXT",       "--test DATA",    "--holdout SHARE",  "--stratify",      "--holdout-tail N", "--target COL",
    "--scale HOW",      "--loss TEXT",    "--optimizer TEXT", "--schedule TEXT", "--clip-norm X",    "--clip-value X",
    "--precision NAME", "--augment TEXT", "--epochs N",       "--batch N",       "--shuffle yes|no", "--seed N",
    "--threads N",      "--group COL",    "--time COL",       "--folds K",       "--repeat N",       "--init MODEL",
    "--patience N",     "--every N",      "--out FILE",       "--json",          "--quiet"};

static void help_and_manual_tell_every_option(void **state)
{
    (void)state;
    result help = RUN("train", "--help"), manual = RUN("man");
    assert_int_equal(manual.code, 0);
    assert_int_equal(strncmp(manual.out, ".TH GLIA 1 ", 11), 0);
    for (size_t i = 0; i < sizeof train_names / sizeof *train_names; i++) {
        char line[64], roff[64], *end = roff;
        snprintf(line, sizeof line, "\n  %s ", train_names[i]);
        assert_non_null(strstr(help.out, line));
        for (const char *c = train_names[i]; *c; c++) end += sprintf(end, *c == '-' ? "\\-" : "%c", *c);
        assert_non_null(strstr(manual.out, roff));
    }
    for (const char *line = manual.out; (line = strchr(line, '\n')); line++) assert_int_not_equal(line[1], '\'');
    release(&help);
    release(&manual);
}

static void version_is_told(void **state)
{
    (void)state;
    result r = RUN("--version");
    assert_int_equal(r.code, 0);
    assert_int_equal(strncmp(r.out, "glia 0.1.0 (", 12), 0);
    release(&r);
}

/* ---- lists ----------------------------------------------------------------------------------------------------- */

static void lists_name_what_there_is(void **state)
{
    (void)state;
    static const char *const lists[][4] = {
        {"layers", "dense: ", "log_softmax: "},
        {"losses", "mse: ", "cross_entropy: "},
        {"optimizers", "sgd: ", "adamw: "},
        {"schedules", "constant: ", "cosine: "},
        {"initializers", "zeros: ", "lecun"},
        {"generators", "spiral: ", "xor: "},
        {"scales", "none: ", "minmax: "},
        {"augmentations", "shift: ", "erase: "},
        {"metrics", "val_loss: ", "val_macro_f1: "},
        {"kinds", "  median|mean|zero  ", "  ymd|dmy|mdy  "},
    };
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        result r = RUN(lists[i][0]);
        assert_int_equal(r.code, 0);
        assert_non_null(strstr(r.out, lists[i][1]));
        assert_non_null(strstr(r.out, lists[i][2]));
        release(&r);
    }
    result one = RUN("layers", "dense"), line = RUN("layers", "dense", "--json");
    assert_int_equal(strncmp(one.out, "dense: ", 7), 0);
    assert_null(strstr(one.out, "flatten: "));
    json_t *object = json_loads(line.out, 0, NULL);
    assert_string_equal(json_string_value(json_object_get(object, "name")), "dense");
    assert_string_equal(
        json_string_value(json_object_get(json_array_get(json_object_get(object, "settings"), 0), "name")), "units");
    json_decref(object);
    release(&one);
    release(&line);
}

static void lists_tell_the_words_of_a_setting(void **state)
{
    (void)state;
    result  r = RUN("kinds", "number", "--json");
    events  e = events_of(r.out);
    json_t *fill = json_array_get(json_object_get(e.event[0], "settings"), 0);
    json_t *words = json_object_get(fill, "choices");
    assert_int_equal(json_array_size(words), 3);
    assert_string_equal(json_string_value(json_array_get(words, 0)), "median");
    assert_string_equal(json_string_value(json_array_get(words, 2)), "zero");
    release_events(&e);
    release(&r);
}

/* ---- judging, predicting --------------------------------------------------------------------------------------- */

static void eval_prints_scores(void **state)
{
    (void)state;
    make_even_model("table.csv", EVEN_NET, "even.safetensors");
    expect(0,
           "table.csv: 4 rows\n"
           "\n"
           "accuracy           50.00 %  (95 % interval 0.0 to 100.0)\n"
           "balanced accuracy  50.00 %\n"
           "loss                0.6931\n"
           "log loss            0.6931\n"
           "ROC AUC             0.5000\n"
           "baseline accuracy  50.00 %  (always a)\n"
           "\n"
           "class          precision  recall      f1  rows\n"
           "a                 0.5000  1.0000  0.6667     2\n"
           "b                 0.0000  0.0000  0.0000     2\n"
           "macro average     0.2500  0.5000  0.3333     4\n"
           "weighted          0.2500  0.5000  0.3333     4\n"
           "\n"
           "confusion: a line for each true class, a column for each predicted one\n"
           "   a  b\n"
           "a  2  .\n"
           "b  2  .\n",
           "", ARGUMENTS("eval", "even.safetensors", "table.csv"));
    result r = RUN("eval", "even.safetensors", "table.csv", "--json");
    events e = events_of(r.out);
    assert_int_equal(e.count, 1);
    assert_keys(
        e.event[0],
        "samples,loss,accuracy,accuracy_interval,balanced_accuracy,log_loss,roc_auc,confusion,classes,precision,"
        "recall,f1,support,top,macro,micro,weighted,baseline_accuracy");
    assert_int_equal(number_at(e.event[0], "samples"), 4);
    assert_float_equal(number_at(e.event[0], "accuracy"), 0.5, 0);
    assert_float_equal(number_at(e.event[0], "loss"), log(2), 1e-7);
    assert_float_equal(number_at(e.event[0], "baseline_accuracy"), 0.5, 0);
    char *confusion = json_dumps(json_object_get(e.event[0], "confusion"), JSON_COMPACT);
    char *classes = json_dumps(json_object_get(e.event[0], "classes"), JSON_COMPACT);
    assert_string_equal(confusion, "[[2,0],[2,0]]");
    assert_string_equal(classes, "[\"a\",\"b\"]");
    free(confusion);
    free(classes);
    release_events(&e);
    release(&r);
}

static void eval_of_numbers(void **state)
{
    (void)state;
    make_even_model("numbers.csv", "dense 1 init=zeros bias_init=zeros", "mean.safetensors");
    expect(0,
           "numbers.csv: 4 rows\n"
           "\n"
           "loss           1.2500\n"
           "RMSE           1.1180  (95 % interval 0.5 to 1.5)\n"
           "MAE            1.0000\n"
           "R2             0.0000  (95 % interval -4 to 0)\n"
           "baseline RMSE  1.1180  (always the mean, 3)\n"
           "baseline R2    0.0000  (always the mean, 3)\n",
           "", ARGUMENTS("eval", "mean.safetensors", "numbers.csv"));
    expect(0, "3\n3\n3\n3\n", "", ARGUMENTS("predict", "mean.safetensors", "numbers.csv"));
    expect(0, "y\n3\n3\n3\n3\n", "", ARGUMENTS("predict", "mean.safetensors", "numbers.csv", "--csv"));
    expect(0,
           "{\"row\":1,\"numbers\":[3.0]}\n{\"row\":2,\"numbers\":[3.0]}\n{\"row\":3,\"numbers\":[3.0]}\n"
           "{\"row\":4,\"numbers\":[3.0]}\n",
           "", ARGUMENTS("predict", "mean.safetensors", "numbers.csv", "--json"));
}

static void predict_prints_a_line_a_row(void **state)
{
    (void)state;
    make_even_model("table.csv", EVEN_NET, "even.safetensors");
    expect(0, "a\t0.5000\na\t0.5000\na\t0.5000\na\t0.5000\n", "",
           ARGUMENTS("predict", "even.safetensors", "table.csv"));
    write_text("one.csv", "length,width\n7,1\n");
    expect(0, "a\t0.5000\tb\t0.5000\n", "", ARGUMENTS("predict", "even.safetensors", "one.csv", "--top", "9"));
    expect(0, "class,probability\na,0.5\n", "", ARGUMENTS("predict", "even.safetensors", "one.csv", "--csv"));
    expect(0, "class1,probability1,class2,probability2\na,0.5,b,0.5\n", "",
           ARGUMENTS("predict", "even.safetensors", "one.csv", "--csv", "--top=2"));
    expect(0, "{\"row\":1,\"class\":\"a\",\"probability\":0.5}\n", "",
           ARGUMENTS("predict", "even.safetensors", "one.csv", "--json"));
    expect(0,
           "{\"row\":1,\"class\":\"a\",\"probability\":0.5,\"top\":[{\"class\":\"a\",\"probability\":0.5},"
           "{\"class\":\"b\",\"probability\":0.5}]}\n",
           "", ARGUMENTS("predict", "even.safetensors", "one.csv", "--json", "--top", "2"));
}

/* The target column is known by its name, wherever it stands, and may be missing in what is to be predicted. */
static void the_target_is_found_by_its_name(void **state)
{
    (void)state;
    write_text("first.csv", "height,x1,x2\n1.5,0,1\n2.5,1,0\n3.5,1,2\n4.5,2,2\n");
    write_text("inputs.csv", "x1,x2\n0,1\n1,0\n");
    expect(0, "", "",
           ARGUMENTS("train", "first.csv", "--target", "height", "--net", "dense 1 init=zeros bias_init=zeros",
                     "--optimizer", "sgd lr=0", "--holdout", "0", "--out", "height.safetensors", "--quiet"));
    result r = RUN("eval", "height.safetensors", "first.csv");
    assert_non_null(strstr(r.out, "\nRMSE           1.1180  ("));
    release(&r);
    expect(0, "3\n3\n3\n3\n", "", ARGUMENTS("predict", "height.safetensors", "first.csv"));
    expect(0, "3\n3\n", "", ARGUMENTS("predict", "height.safetensors", "inputs.csv"));
}

/* Standard input, with the target column and without, from a file and from a pipe. */
static void predict_reads_standard_input(void **state)
{
    (void)state;
    make_even_model("table.csv", EVEN_NET, "even.safetensors");
    write_text("without.csv", "length,width\n1,1\n2,1\n");
    result with = run_redirected("table.csv", NULL, ARGUMENTS("predict", "even.safetensors", "-"));
    result without = run_redirected("without.csv", NULL, ARGUMENTS("predict", "even.safetensors", "-"));
    assert_string_equal(with.out, "a\t0.5000\na\t0.5000\na\t0.5000\na\t0.5000\n");
    assert_string_equal(without.out, "a\t0.5000\na\t0.5000\n");
    release(&with);
    release(&without);
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(write(ends[1], "length,width\n1,1\n", 17), 17);
    close(ends[1]);
    char path[32];
    snprintf(path, sizeof path, "/dev/fd/%d", ends[0]);
    result piped = run_redirected(path, NULL, ARGUMENTS("predict", "even.safetensors", "-"));
    assert_string_equal(piped.err, "");
    assert_string_equal(piped.out, "a\t0.5000\n");
    close(ends[0]);
    release(&piped);
}

/* ---- looking at nets and data ---------------------------------------------------------------------------------- */

static void show_prints_the_layers(void **state)
{
    (void)state;
    result r = RUN("show", "--net", "input 3x4x5, flatten, dense 7 bias=no, softmax");
    assert_int_equal(r.code, 0);
    const char *const lines[] = {"input 3x4x5, flatten, dense 7 bias=no, softmax\n\n",
                                 "   layer ",
                                 "\n   input 3x4x5 ",
                                 "\n0  flatten ",
                                 "\n1  dense 7 bias=no ",
                                 "\n2  softmax ",
                                 "\n   in all "};
    const char       *at = r.out;
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) assert_non_null(at = strstr(at, lines[i]));
    release(&r);
    make_even_model("table.csv", EVEN_NET, "even.safetensors");
    r = RUN("show", "even.safetensors", "--json");
    events e = events_of(r.out);
    assert_keys(e.event[0], "net,parameters,multiply_adds,inputs,outputs,target,classes,columns,missing,loss,scale,"
                            "seed,border,layers,record");
    assert_string_equal(text_at(e.event[0], "scale"), "standard");
    assert_string_equal(text_at(e.event[0], "target"), "classes");
    json_t *dense = json_array_get(json_object_get(e.event[0], "layers"), 0);
    assert_string_equal(text_at(dense, "name"), "dense");
    assert_int_equal(number_at(dense, "parameters"), 6);
    assert_true(json_is_object(json_object_get(e.event[0], "record")));
    release_events(&e);
    release(&r);
    r = RUN("show", "even.safetensors");
    assert_non_null(strstr(r.out, "\nscaling standard, loss cross_entropy\nclasses: a, b\ntraining:\n"));
    release(&r);
}

static void data_describes_a_table(void **state)
{
    (void)state;
    expect(0,
           "table.csv: 4 rows, 2 columns of numbers, 2 classes (kind)\n"
           "\n"
           "class  rows\n"
           "a         2  ##############################\n"
           "b         2  ##############################\n"
           "\n"
           "        kind    missing  least  most  mean\n"
           "length  number        0      1     4   2.5\n"
           "width   number        0      5     6   5.5\n"
           "\n"
           "nothing is wrong that can be seen\n",
           "", ARGUMENTS("data", "table.csv"));
    expect(0,
           "{\"data\":\"table.csv\",\"rows\":4,\"columns\":2,\"image\":false,\"shape\":[1,1,2],\"kind\":\"numbers\","
           "\"target\":\"classes\",\"target_name\":\"kind\",\"classes\":[\"a\",\"b\"],\"counts\":[2,2],"
           "\"ranges\":[{\"name\":\"length\",\"least\":1.0,\"most\":4.0,\"mean\":2.5},"
           "{\"name\":\"width\",\"least\":5.0,\"most\":6.0,\"mean\":5.5}],\"targets\":[],"
           "\"table\":[{\"name\":\"length\",\"kind\":\"number\",\"missing\":0,\"different\":4,\"least\":1.0,"
           "\"most\":4.0,\"mean\":2.5,\"median\":2.5,\"least_text\":\"1\",\"most_text\":\"4\",\"word\":null,"
           "\"word_rows\":0},{\"name\":\"width\",\"kind\":\"number\",\"missing\":0,\"different\":2,\"least\":5.0,"
           "\"most\":6.0,\"mean\":5.5,\"median\":5.5,\"least_text\":\"5\",\"most_text\":\"6\",\"word\":null,"
           "\"word_rows\":0}],\"findings\":[],\"looked_at\":4}\n",
           "", ARGUMENTS("data", "table.csv", "--json"));
    expect(0,
           "numbers.csv: 4 rows, 1 column of numbers, 1 number to predict (x)\n"
           "\n"
           "   kind    missing  least  most  mean\n"
           "y  number        0    1.5   4.5     3\n"
           "x  target             0.5   3.5     2\n"
           "\n"
           "nothing is wrong that can be seen\n",
           "", ARGUMENTS("data", "numbers.csv", "--target", "x"));
}

/* A table is made a file of rows, and is told where its rows are. */
static void data_converts_a_table(void **state)
{
    (void)state;
    write_text("plans.csv", "age,city,plan\n31,Ulm,no\n,Bonn,yes\n45,Ulm,yes\n");
    expect(0, "", "written: plans.rows; it is data as plans.csv is\n",
           ARGUMENTS("data", "plans.csv", "--convert", "plans.rows"));
    result direct = RUN("data", "plans.csv"), made = RUN("data", "plans.rows"),
           large = RUN("data", "plans.csv", "--memory=8");
    assert_string_equal(strchr(direct.out, ':'), strchr(made.out, ':'));
    assert_string_equal(large.err, "plans.csv: its rows are in plans.csv.rows\n");
    result r = RUN("train", "plans.csv", "--test", "plans.rows", "--net", "dense 2, softmax", "--epochs", "1", "--out",
                   "plans.safetensors", "--quiet");
    assert_int_equal(r.code, 0);
    release(&r);
    result of_table = RUN("eval", "plans.safetensors", "plans.csv", "--json");
    result of_rows = RUN("eval", "plans.safetensors", "plans.rows", "--json");
    assert_int_equal(of_rows.code, 0);
    assert_string_equal(of_rows.out, of_table.out);
    release(&of_table);
    release(&of_rows);
    expect(2, "", "glia: --convert plans.csv: is read from, and would be lost\n",
           ARGUMENTS("data", "plans.csv", "--convert", "plans.csv"));
    expect(2, "", "glia: --convert: \"moons n=9\" is no file, and one is converted\n",
           ARGUMENTS("data", "moons n=9", "--convert", "x"));
    expect(2, "", "glia: --memory \"2T\": neither bytes nor a number with K, M or G behind\n",
           ARGUMENTS("data", "plans.csv", "--memory", "2T"));
    release(&direct);
    release(&made);
    release(&large);
    unlink("plans.csv.rows");
    unlink("plans.rows");
}

/* The left half is bright; each epoch of these sees it on the right, or sees nothing. */
static void data_draws_what_training_sees(void **state)
{
    static const char images[] = "\0\0\10\3\0\0\0\2\0\0\0\2\0\0\0\4"
                                 "\377\377\0\0\377\377\0\0"
                                 "\377\0\0\0\377\0\0\0";
    (void)state;
    write_bytes("half.idx", images, sizeof images - 1);
    expect(0,
           "@@         @@       @@       @@       @@       @@       @@       @@\n"
           "         epoch 1  epoch 2  epoch 3  epoch 4  epoch 5  epoch 6  epoch 7\n"
           "\n"
           "@           @        @        @        @        @        @        @\n"
           "         epoch 1  epoch 2  epoch 3  epoch 4  epoch 5  epoch 6  epoch 7\n",
           "", ARGUMENTS("data", "half.idx", "--augment", "flip horizontal p=1"));
    result a = RUN("data", "half.idx", "--augment", "erase 1, brightness 0.5");
    expect(0, a.out, "", ARGUMENTS("data", "half.idx", "--augment", "erase 1, brightness 0.5", "--seed", "0"));
    result b = RUN("data", "half.idx", "--augment", "erase 1, brightness 0.5", "--seed", "1");
    assert_string_not_equal(a.out, b.out);
    release(&a);
    release(&b);
}

static void data_draws_images(void **state)
{
    (void)state;
    static const char *const top = "images: 2 rows to train and 2 to test, images of 1x2x2 bytes, 2 classes\n"
                                   "\n"
                                   "class  rows  test\n";
    result                   ascii = RUN("data", "images");
    assert_int_equal(strncmp(ascii.out, top, strlen(top)), 0);
    assert_non_null(strstr(ascii.out, "\n        least  most   mean\npixels      0   255  127.5\n\n++  ++\n0   1\n"));
    release(&ascii);
    setenv("LC_ALL", "C.UTF-8", 1);
    result blocks = RUN("data", "images");
    setenv("LC_ALL", "C", 1);
    assert_non_null(strstr(blocks.out, "\n▀▄  ▄▀\n0   1\n"));
    release(&blocks);
}

static void predictions_are_drawn(void **state)
{
    (void)state;
    make_even_model("images", "dense 2 init=zeros bias_init=zeros, softmax", "images.safetensors");
    expect(0, "++\n0  50.0 %\n", "", ARGUMENTS("predict", "images.safetensors", "images", "--draw", "1"));
    write_text("pixels.csv", "label,a,b,c,d\n0,0,9,0,0\n1,9,9,9,0\n");
    make_even_model("pixels.csv", "input 1x2x2, flatten, " EVEN_NET, "pixels.safetensors");
    expect(0, " +               @+\n0  50.0 %        0  50.0 %  is 1\n", "",
           ARGUMENTS("predict", "pixels.safetensors", "pixels.csv", "--draw", "2"));
}

static void data_is_written_as_a_table(void **state)
{
    (void)state;
    expect(0, "", "written: pixels.csv\n", ARGUMENTS("data", "images", "--csv", "pixels.csv"));
    FILE *file = fopen("pixels.csv", "r");
    assert_non_null(file);
    char *text = whole_file(file);
    assert_string_equal(text, "label,pixel0,pixel1,pixel2,pixel3\n0,255,0,0,255\n1,0,255,255,0\n");
    free(text);
}

static void gradients_are_checked(void **state)
{
    (void)state;
    result r = RUN("check", "--net", "input 4, dense 3, tanh, dense 2, softmax");
    assert_int_equal(r.code, 0);
    assert_int_equal(strncmp(r.out, "pass: ", 6), 0);
    release(&r);
    r = RUN("check", "--net", "input 3, dense 2, step");
    assert_int_equal(r.code, 1);
    assert_int_equal(strncmp(r.out, "FAIL: 23 derivatives compared, the worst differs by 0.00e+00 (at most ", 70), 0);
    assert_non_null(strstr(r.out, "\nthe gradient of a tensor is zero everywhere, "));
    release(&r);
    r = RUN("check", "--net", "input 4, dense 3, softplus", "--loss", "huber", "--seed", "3", "--json");
    events e = events_of(r.out);
    assert_int_equal(r.code, 0);
    assert_keys(e.event[0], "pass,worst,where,tolerance,checked,all_zero");
    assert_true(json_is_true(json_object_get(e.event[0], "pass")));
    release_events(&e);
    release(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(help_lists_every_command),
        cmocka_unit_test(each_command_has_help),
        cmocka_unit_test(help_and_manual_tell_every_option),
        cmocka_unit_test(version_is_told),
        cmocka_unit_test(examples_of_the_help_work),
        cmocka_unit_test(lists_name_what_there_is),
        cmocka_unit_test(lists_tell_the_words_of_a_setting),
        cmocka_unit_test(eval_prints_scores),
        cmocka_unit_test(eval_of_numbers),
        cmocka_unit_test(predict_prints_a_line_a_row),
        cmocka_unit_test(the_target_is_found_by_its_name),
        cmocka_unit_test(predict_reads_standard_input),
        cmocka_unit_test(show_prints_the_layers),
        cmocka_unit_test(data_describes_a_table),
        cmocka_unit_test(data_draws_images),
        cmocka_unit_test(data_converts_a_table),
        cmocka_unit_test(data_draws_what_training_sees),
        cmocka_unit_test(predictions_are_drawn),
        cmocka_unit_test(data_is_written_as_a_table),
        cmocka_unit_test(gradients_are_checked),
    };
    return cmocka_run_group_tests(tests, make_data, leave_folder);
}
