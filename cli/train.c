/* glia train: from data to a saved model. One training is train_model.c's, several are train_folds.c's; what is told on
 * the way is in train_report.c, which rows do what in train_parts.c. */
#include "train.h"

#include <math.h>
#include <sched.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "net_text.h"
#include "options.h"
#include "out_file.h"
#include "report.h"

#define AT(field) offsetof(train_options, field)
#define SEED_MOST 4294967295.0
#define COUNT_MOST 1e15
#define EPOCHS_MOST 1e6

static const option train_table[] = {
    {"net", OPTION_TEXT, AT(net), "TEXT", NULL, 0, 0,
     "the network: its layers as text, or a file that holds them (default: one that suits the data)"},
    {"test", OPTION_TEXT, AT(test), "DATA", NULL, 0, 0,
     "validate on these rows; with --patience or a hold-out they only score, at the end"},
    {"holdout", OPTION_NUMBER, AT(holdout), "SHARE", NULL, 0, 0.999,
     "hold this share of the rows back to validate on (default 0.15, but 0 if there is a test part)"},
    {"stratify", OPTION_FLAG, AT(stratify), NULL, NULL, 0, 0, "hold back the same share of each class"},
    {"holdout-tail", OPTION_WHOLE, AT(holdout_tail), "N", NULL, 1, COUNT_MOST, "hold the last N rows back instead"},
    {"group", OPTION_TEXT, AT(input.group), "COL", NULL, 0, 0,
     "the column, by name or number, that says what a row belongs to, such as a patient; it is no input, and rows of "
     "one "
     "group are held back together"},
    {"time", OPTION_TEXT, AT(input.time), "COL", NULL, 0, 0,
     "the column, by name or number, that says when a row is from: the latest rows are held back (--columns "
     "\"COL:skip\" "
     "if it shall be no input)"},
    {"folds", OPTION_WHOLE, AT(folds), "K", NULL, 2, COUNT_MOST,
     "cross-validation: train K times, each time scoring on another K-th of the rows; --out saves a model of all rows"},
    {"repeat", OPTION_WHOLE, AT(repeat), "N", NULL, 1, COUNT_MOST,
     "train with the seeds S, S+1, ... S+N-1, and tell mean and deviation; --out saves the model of the first"},
    TARGET_OPTION,
    INPUT_OPTIONS,
    {"scale", OPTION_TEXT, AT(scale), "HOW", NULL, 0, 0,
     "how inputs are scaled; see `glia scales` (default: unit for bytes, standard for tables; with --init as before)"},
    {"loss", OPTION_TEXT, AT(loss), "TEXT", NULL, 0, 0,
     "what to minimise; see `glia losses` (default: by the last layer, softmax: cross_entropy, sigmoid: bce, else "
     "mse)"},
    {"class-weight", OPTION_TEXT, AT(class_weight), "TEXT", NULL, 0, 0,
     "what classes count in the loss: balanced, or \"cat=2, dog=1\", others 1 (default: all 1)"},
    {"sample-weight", OPTION_TEXT, AT(input.sample_weight), "COL", NULL, 0, 0,
     "the column, by name or number, that says what each row counts in the loss; it is no input (default: all 1)"},
    {"optimizer", OPTION_TEXT, AT(optimizer), "TEXT", "adam lr=0.001", 0, 0,
     "how to step, and how far; see `glia optimizers`"},
    {"schedule", OPTION_TEXT, AT(schedule), "TEXT", "constant", 0, 0,
     "how the learning rate changes; see `glia schedules`"},
    {"augment", OPTION_TEXT, AT(augment), "TEXT", NULL, 0, 0,
     "change training images by chance, as \"shift 2, rotate 10\"; see `glia augmentations` (default: not)"},
    {"clip-norm", OPTION_NUMBER, AT(clip_norm), "X", NULL, 0, HUGE_VAL,
     "scale all gradients down to this norm (default: not)"},
    {"clip-kind", OPTION_TEXT, AT(clip_kind), "1|2|inf", "2", 0, 0,
     "the norm of --clip-norm: sum of sizes, root of the sum of squares, or largest size"},
    {"clip-value", OPTION_NUMBER, AT(clip_value), "X", NULL, 0, HUGE_VAL,
     "limit each gradient to -X..X (default: not)"},
    {"precision", OPTION_TEXT, AT(precision), "NAME", "float32", 0, 0,
     "number type for multiplying in dense and convolution layers: float32; bf16, if the processor has instructions "
     "for it and they are faster here; bf16-emulated, on any processor and no faster, to see the effect on accuracy"},
    {"epochs", OPTION_WHOLE, AT(epochs), "N", NULL, 1, EPOCHS_MOST,
     "passes over the training rows (default: of data from files as many as make 10,000 updates, from 10 to 200; else "
     "10)"},
    {"batch", OPTION_BATCH, AT(batch), "N", "32", 1, COUNT_MOST, "rows a step, or full: all at once"},
    {"accumulate", OPTION_WHOLE, AT(accumulate), "K", "1", 1, COUNT_MOST,
     "make each update from the gradients of K batches, as from one K times as large"},
    {"shuffle", OPTION_YESNO, AT(shuffle), "yes|no", "yes", 0, 0, "see the rows in a new order each epoch"},
    {"seed", OPTION_WHOLE, AT(seed), "N", "0", 0, SEED_MOST, "of the weights, the hold-out and the orders"},
    {"threads", OPTION_WHOLE, AT(threads), "N", NULL, 1, 1024,
     "how many work; the result is the same for any number (default: usable cores)"},
    {"init", OPTION_TEXT, AT(init), "MODEL", NULL, 0, 0,
     "go on with this model: its net, weights, scaling, loss and class names; of a .safetensors file of PyTorch's, "
     "with "
     "all weights of the net; with --net, only with those whose names and shapes the net has too, and it is said "
     "which"},
    {"patience", OPTION_WHOLE, AT(patience), "N", NULL, 1, COUNT_MOST,
     "stop after N epochs without a better validation loss, and keep the best weights; of rows without a hold-out, 10 "
     "% decide"},
    {"monitor", OPTION_TEXT, AT(monitor), "NAME", NULL, 0, 0,
     "what --patience watches; see `glia metrics` (default: val_loss)"},
    {"min-delta", OPTION_NUMBER, AT(min_delta), "X", NULL, 0, HUGE_VAL,
     "better is what is better by more than X (default: by anything)"},
    {"every", OPTION_WHOLE, AT(every), "N", "1", 1, COUNT_MOST,
     "validate, and keep the checkpoint, after every N-th epoch and at the end"},
    {"ema", OPTION_NUMBER, AT(ema), "X", NULL, 0, 1,
     "validate and keep a moving average of the weights, of which each update keeps this share, such as 0.999"},
    {"swa", OPTION_TEXT, AT(swa), "START", NULL, 0, 0,
     "validate and keep the average of the weights after each epoch from START on: 20, or 75% of the run"},
    {"checkpoint", OPTION_TEXT, AT(checkpoint), "FILE", NULL, 0, 0,
     "keep all that the rest of the run depends on here, after every epoch (--every) and at the end; the one before "
     "stays as FILE.previous"},
    {"resume", OPTION_TEXT, AT(resume), "FILE", NULL, 0, 0,
     "go on from this checkpoint, with the same options otherwise, to the same model; --threads may be others, and "
     "--epochs more if the schedule does not depend on them"},
    {"doctor", OPTION_FLAG, AT(doctor), NULL, NULL, 0, 0,
     "watch the run and say what is wrong with it, and what to do"},
    {"out", OPTION_TEXT, AT(out), "FILE", NULL, 0, 0, "save the model here (default: it is not saved)"},
    {"json", OPTION_FLAG, AT(json), NULL, NULL, 0, 0, "print start, each epoch and end as JSON lines on stdout"},
    {"quiet", OPTION_FLAG, AT(quiet), NULL, NULL, 0, 0, "say nothing to people, errors excepted"},
    {0},
};

/* ---- before the run -------------------------------------------------------------------------------------------- */

static const char *const norms[] = {[GLIA_NORM_2] = "2", [GLIA_NORM_1] = "1", [GLIA_NORM_INF] = "inf"};
enum { NORMS = sizeof norms / sizeof *norms };

glia_norm train_clip_kind(const train_options *o)
{
    int kind = 0;
    while (kind < NORMS && strcmp(o->clip_kind, norms[kind]) != 0) kind++;
    return (glia_norm)kind;
}

bool train_precision(const train_options *o, glia_precision *precision)
{
    static const char *const names[] = {"float32", "bf16", "bf16-emulated"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (strcmp(o->precision, names[i]) != 0) continue;
        *precision = (glia_precision)i;
        return true;
    }
    fail(CODE_ARGUMENT, "--precision %s: there are float32, bf16 and bf16-emulated", o->precision);
    return false;
}

/* What is read is not what is written. --init and --resume may be: they are in memory by then, and meant to go on. */
static int check_inputs(const train_run *run, const char *as, const char *path)
{
    const train_parts *p = run->parts;
    const char        *net = run->options->net;
    bool               is_net = net && access(net, F_OK) == 0 && out_file_is_same(path, net);
    if (!is_net && !out_file_is_of(path, p->data) && !out_file_is_of(path, p->test_data)) return CODE_FINE;
    return fail(CODE_ARGUMENT, "%s %s: is read from, and would be lost", as, path);
}

/* Options that exclude each other. */
typedef struct clash {
    const char *name;
    bool        given;
} clash;

static int check_clashes(const clash *list, size_t count, const char *with)
{
    for (size_t i = 0; i < count; i++)
        if (list[i].given) return fail(CODE_ARGUMENT, "%s: does not go with %s", list[i].name, with);
    return CODE_FINE;
}
#define CHECK_CLASHES(list, with) check_clashes(list, sizeof(list) / sizeof *(list), with)

static int check_cut(const train_options *o)
{
    const clash other_ways[] = {{"--stratify", o->stratify},
                                {"--holdout-tail", o->holdout_tail > 0},
                                {"--time", o->input.group && o->input.time}};
    return o->input.group || o->input.time ? CHECK_CLASHES(other_ways, o->input.group ? "--group" : "--time")
                                           : CODE_FINE;
}

/* With several trainings there is nothing to go on with, and none to be watched; folds are their own hold-outs. */
static int check_several(const train_options *o)
{
    const clash one[] = {
        {"--checkpoint", o->checkpoint != NULL}, {"--resume", o->resume != NULL}, {"--doctor", o->doctor}};
    const clash parts[] = {
        {"--test", o->test != NULL}, {"--holdout", o->holdout >= 0}, {"--holdout-tail", o->holdout_tail > 0}};
    if (o->repeat && o->repeat - 1 > (size_t)SEED_MOST - o->seed)
        return fail(CODE_ARGUMENT, "--repeat %zu: seeds end at %.0f, and the first is %zu", o->repeat, SEED_MOST,
                    o->seed);
    int code = o->folds ? CHECK_CLASHES(parts, "--folds") : CODE_FINE;
    if (code == CODE_FINE && train_is_several(o)) code = CHECK_CLASHES(one, o->folds ? "--folds" : "--repeat");
    return code;
}

static int check_options(const train_options *o)
{
    glia_precision precision;
    if (!train_precision(o, &precision)) return CODE_ARGUMENT;
    if (train_clip_kind(o) == (glia_norm)NORMS)
        return fail(CODE_ARGUMENT, "--clip-kind %s: there are 1, 2 and inf", o->clip_kind);
    if (strcmp(o->clip_kind, norms[GLIA_NORM_2]) != 0 && !(o->clip_norm > 0))
        return fail(CODE_ARGUMENT, "--clip-kind %s: goes with --clip-norm", o->clip_kind);
    int code = check_cut(o);
    if (code == CODE_FINE) code = check_several(o);
    if (code) return code;
    if (o->holdout_tail && (o->holdout >= 0 || o->stratify))
        return fail(CODE_ARGUMENT, "--holdout-tail: goes with neither --holdout nor --stratify");
    if (o->stratify && o->holdout == 0) return fail(CODE_ARGUMENT, "--stratify: nothing is held out");
    if (o->out && o->json && out_file_is_stdout(o->out))
        return fail(CODE_ARGUMENT, "--out %s: does not go with --json, which prints there too", o->out);
    if (o->checkpoint && out_file_is_stdout(o->checkpoint))
        return fail(CODE_ARGUMENT, "--checkpoint %s: is kept in a file", o->checkpoint);
    if (out_file_is_same(o->checkpoint, o->out))
        return fail(CODE_ARGUMENT, "--checkpoint %s: is where --out puts the model", o->checkpoint);
    if (out_file_is_same(o->resume, o->out))
        return fail(CODE_ARGUMENT, "--resume %s: is where --out puts the model", o->resume);
    if (out_file_is_previous(o->out, o->checkpoint))
        return fail(CODE_ARGUMENT, "--out %s: is where --checkpoint keeps the one before", o->out);
    code = out_file_check(o->out);
    return code ? code : out_file_check_as("--checkpoint", o->checkpoint);
}

/* ---- the run --------------------------------------------------------------------------------------------------- */

static unsigned usable_cores(void)
{
    cpu_set_t set;
    return sched_getaffinity(0, sizeof set, &set) == 0 ? (unsigned)CPU_COUNT(&set) : 1;
}

/* The one training of the command. */
static int train_alone(train_run *run)
{
    int code = train_parts_cut(run->parts, run->options, run->seed);
    if (code == CODE_FINE) code = train_once(run);
    if (code == CODE_FINE) code = train_save(run);
    if (code == CODE_FINE) code = train_tell_end(run);
    return code == CODE_FINE && train_interrupted() ? CODE_INTERRUPTED : code;
}

/* A large table is soon learnt by heart, too, and no dropout hinders it: if nothing is said of how long to go on, its
 * validation rows say it. */
static bool needs_patience(const train_options *o, const train_parts *parts)
{
    enum { MANY_ROWS = 10000 };
    bool said = o->patience || o->epochs || o->net || o->init || strcmp(o->schedule, "constant") != 0 ||
                o->checkpoint || o->resume;
    return !said && *glia_data_columns(parts->data) && train_rows(parts->data) >= MANY_ROWS;
}

/* Of nearly as many classes as rows there is nothing to learn: mostly they are numbers that are written as words. */
static int check_classes(const train_run *run)
{
    enum { MANY_CLASSES = 100 };
    const glia_data *data = run->parts->data;
    glia_data_info   info;
    glia_data_describe(data, &info);
    if (info.target != GLIA_TARGET_CLASSES || info.outputs <= MANY_CLASSES || 2 * info.outputs <= info.rows)
        return CODE_FINE;
    const char *name = glia_data_target_name(data, 0);
    return fail(
        CODE_ARGUMENT,
        "%s: the target%s%s has %zu different values in %zu rows, such as \"%.40s\": too many classes to learn "
        "(a number is written plainly, as -71.5, or with --decimal comma as -71,5; --target names another column)",
        data_name(run->data), name ? " " : "", name ? name : "", info.outputs, info.rows,
        glia_data_class_name(data, info.outputs / 2));
}

static int run_train(const command *self, int argc, char **argv)
{
    train_options o = {.holdout = -1};
    train_parts   parts = {0};
    train_run     run = {.options = &o, .parts = &parts};
    const char   *words[WORDS_MOST];
    int           code;
    if (!options_read(self, argc, argv, &o, words, &code)) return code;
    run.data = words[0];
    run.loss = o.loss;
    run.seed = (uint32_t)o.seed;
    run.threads = o.threads ? (unsigned)o.threads : usable_cores();
    run.several = train_is_several(&o);
    code = check_options(&o);
    if (code == CODE_FINE && o.net) code = net_text_read(o.net, &run.net);
    if (code == CODE_FINE && o.init && !run.net) code = train_open_base(&run);
    if (code == CODE_FINE) code = train_parts_open(&parts, run.data, run.net, run.model, &o);
    run.patient = code == CODE_FINE && needs_patience(&o, &parts);
    if (run.patient) o.patience = USUAL_PATIENCE;
    if (code == CODE_FINE) code = check_classes(&run);
    if (code == CODE_FINE) code = check_inputs(&run, "--out", o.out);
    if (code == CODE_FINE) code = check_inputs(&run, "--checkpoint", o.checkpoint);
    if (code == CODE_FINE) code = run.several ? train_several(&run) : train_alone(&run);
    glia_model_free(run.model);
    free(run.base_loss);
    train_parts_close(&parts);
    free(run.net);
    return code;
}

static const char *const examples[] = {
    "glia train iris.csv --net \"dense 16, relu, dense 3, softmax\" --epochs 200 --out iris.safetensors",
    "glia train mnist/ --optimizer \"sgd lr=0.1\" --epochs 5 --out digits.safetensors --json",
    "glia train \"moons n=500 noise=0.1\" --patience 10 --epochs 200 --schedule \"cosine warmup=5%\"",
    "glia train iris.csv --folds 5 --repeat 3 --epochs 200",
    NULL,
};
const command train_command = {
    .name = "train",
    .words = "DATA",
    .summary = "train a network, judge it, save it",
    .about = "Trains a network on DATA, tells each epoch, and saves it with --out. A folder of two parts trains on the "
             "first and validates on the second. Ctrl-C (or SIGTERM) finishes the running step and saves; a second one "
             "stops at once.",
    .options = train_table,
    .examples = examples,
    .least = 1,
    .most = 1,
    .run = run_train,
};
