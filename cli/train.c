/* glia train: from data to a saved model. What is told on the way is in train_report.c, which rows do what in
 * train_parts.c. */
#include "train.h"

#include <math.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <jansson.h>

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
    {"target", OPTION_TEXT, AT(target), "COL", NULL, 0, 0,
     "the column to predict, by name or number from 1 (default: label, target, class or y, else the last)"},
    {"scale", OPTION_TEXT, AT(scale), "HOW", NULL, 0, 0,
     "how inputs are scaled; see `glia scales` (default: unit for bytes, standard for tables; with --init as before)"},
    {"loss", OPTION_TEXT, AT(loss), "TEXT", NULL, 0, 0,
     "what to minimise; see `glia losses` (default: by the last layer, softmax: cross_entropy, sigmoid: bce, else "
     "mse)"},
    {"class-weight", OPTION_TEXT, AT(class_weight), "TEXT", NULL, 0, 0,
     "what classes count in the loss: balanced, or \"cat=2, dog=1\", others 1 (default: all 1)"},
    {"sample-weight", OPTION_TEXT, AT(sample_weight), "COL", NULL, 0, 0,
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
    {"epochs", OPTION_WHOLE, AT(epochs), "N", "10", 1, EPOCHS_MOST, "passes over the training rows"},
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

/* ---- Ctrl-C ---------------------------------------------------------------------------------------------------- */

/* What a signal handler tells. */
static volatile sig_atomic_t interrupted;

static void note_interrupt(int number)
{
    (void)number;
    interrupted = 1;
    signal(SIGINT, SIG_DFL);
    signal(SIGTERM, SIG_DFL);
}

/* The first Ctrl-C, or SIGTERM by which a system asks a program to end, is noted, and the running step finishes; the
 * second of either ends the program at once. */
static void catch_interrupt(void)
{
    struct sigaction action = {.sa_handler = note_interrupt, .sa_flags = SA_RESTART};
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}

/* ---- before the run -------------------------------------------------------------------------------------------- */

static const char *const norms[] = {[GLIA_NORM_2] = "2", [GLIA_NORM_1] = "1", [GLIA_NORM_INF] = "inf"};
enum { NORMS = sizeof norms / sizeof *norms };

/* NORMS: there is no such norm. */
static glia_norm clip_kind(const train_options *o)
{
    int kind = 0;
    while (kind < NORMS && strcmp(o->clip_kind, norms[kind]) != 0) kind++;
    return (glia_norm)kind;
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

static int check_options(const train_options *o)
{
    if (clip_kind(o) == (glia_norm)NORMS)
        return fail(CODE_ARGUMENT, "--clip-kind %s: there are 1, 2 and inf", o->clip_kind);
    if (strcmp(o->clip_kind, norms[GLIA_NORM_2]) != 0 && !(o->clip_norm > 0))
        return fail(CODE_ARGUMENT, "--clip-kind %s: goes with --clip-norm", o->clip_kind);
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
    int code = out_file_check(o->out);
    return code ? code : out_file_check_as("--checkpoint", o->checkpoint);
}

static unsigned usable_cores(void)
{
    cpu_set_t set;
    return sched_getaffinity(0, sizeof set, &set) == 0 ? (unsigned)CPU_COUNT(&set) : 1;
}

/* ---- the run --------------------------------------------------------------------------------------------------- */

/* The start is told once glia_fit has taken every option: a wrong text gives its sentence and nothing else. */
static bool on_batch(void *user, const glia_batch *batch)
{
    train_run *run = user;
    if (!run->announced && !train_announce(run, batch->epoch - 1)) return true;
    progress_batch(&run->progress, batch);
    return interrupted;
}

static bool on_epoch(void *user, const glia_epoch *epoch)
{
    train_run *run = user;
    if (!run->announced && !train_announce(run, epoch->epoch - 1)) return true;
    train_tell_epoch(run, epoch);
    return interrupted;
}

/* A step went wrong, and who has an older model wants to know what became of it. */
static int fail_fit(const train_run *run, glia_status status)
{
    const char *out = run->options->out;
    bool        lost = status == GLIA_E_NONFINITE && out;
    int code = lost ? fail(code_of_status(status), "%s; %s was not written", glia_error(), out) : fail_status(status);
    train_tell_findings(run);
    return code;
}

static int fit(train_run *run)
{
    const train_options   *o = run->options;
    const glia_fit_options options = {
        .epochs = o->epochs,
        .batch = o->batch,
        .accumulate = o->accumulate,
        .no_shuffle = !o->shuffle,
        .seed = (uint32_t)o->seed,
        .threads = run->threads,
        .optimizer = o->optimizer,
        .schedule = o->schedule,
        .loss = run->loss,
        .scale = o->scale,
        .augment = o->augment,
        .class_weight = o->class_weight,
        .clip_norm = o->clip_norm,
        .clip_kind = clip_kind(o),
        .clip_value = o->clip_value,
        .patience = o->patience,
        .monitor = o->monitor,
        .min_delta = o->min_delta,
        .ema = o->ema,
        .swa = o->swa,
        .checkpoint = o->checkpoint,
        .resume = o->resume,
        .val_every = o->every,
        .doctor = o->doctor,
        .on_batch = on_batch,
        .on_epoch = on_epoch,
        .user = run,
    };
    progress_begin(&run->progress, o->quiet);
    catch_interrupt();
    glia_status status = glia_fit(run->model, run->parts->train, run->parts->validation, &options);
    progress_clear(&run->progress);
    if (!status && !run->announced) train_announce(run, o->epochs); /* nothing was left to do */
    return status ? fail_fit(run, status) : flush_output(CODE_FINE);
}

/* Trains and saves. glia_fit looks at the rows that train and validate before it begins; those that only score are
 * looked at here. */
static int train_model(train_run *run)
{
    const train_options *o = run->options;
    glia_status          status = run->parts->test ? glia_model_suits(run->model, run->parts->test) : GLIA_OK;
    if (status) return fail_status(status);
    int code = fit(run);
    if (code) return code;
    status = o->out ? glia_model_save(run->model, o->out) : GLIA_OK;
    if (status) return fail(code_of_status(status), "%s; the trained model was not saved", glia_error());
    code = train_tell_end(run, interrupted);
    return code == CODE_FINE && interrupted ? CODE_INTERRUPTED : code;
}

/* ---- where the run begins -------------------------------------------------------------------------------------- */

/* A safetensors file begins with eight bytes, the length of its JSON header, which has a text "glia" if the tensors
 * are those of a model and not weights alone. */
static bool holds_model(const char *path)
{
    char    length[8];
    FILE   *file = fopen(path, "rb");
    bool    begun = file && fread(length, 1, sizeof length, file) == sizeof length;
    json_t *header = begun ? json_loadf(file, JSON_DISABLE_EOF_CHECK, NULL) : NULL;
    bool    found = json_object_get(json_object_get(header, "__metadata__"), "glia") != NULL;
    json_decref(header);
    if (file) fclose(file);
    return found;
}

/* The model that --init goes on with, none if the file holds weights for another net. */
static int open_base(train_run *run)
{
    const char     *path = run->options->init;
    glia_model_info info;
    glia_status     status = glia_model_open(&run->model, path);
    if (status == GLIA_E_FORMAT && !holds_model(path)) return CODE_FINE;
    if (status) return fail_status(status);
    glia_model_describe(run->model, &info);
    run->continued = true;
    if (!run->options->loss && *info.loss) run->loss = run->base_loss = text_of("%s", info.loss);
    return CODE_FINE;
}

/* `0.weight, 0.bias`: the parameters whose mark in `taken` is `wanted`; the caller's. */
static char *names_of(const glia_model *model, const bool *taken, bool wanted)
{
    glia_parameter_info info;
    char               *names = text_of("%s", "");
    for (size_t i = 0; i < glia_parameter_count(model); i++) {
        if (taken[i] != wanted || glia_parameter_describe(model, i, &info)) continue;
        char *longer = text_of("%s%s%s", names, *names ? ", " : "", info.name);
        free(names);
        names = longer;
    }
    return names;
}

/* Weights from another net: what was taken is said, unless it was all. */
static glia_status take_weights(train_run *run)
{
    size_t      count = glia_parameter_count(run->model);
    bool       *taken = claim(count, sizeof *taken);
    glia_status status = glia_model_take_weights(run->model, run->options->init, taken);
    char       *from_file = names_of(run->model, taken, true), *anew = names_of(run->model, taken, false);
    if (!status && *anew && !run->options->quiet)
        fprintf(stderr, "from %s: %s\nanew: %s\n", run->options->init, from_file, anew);
    free(from_file);
    free(anew);
    free(taken);
    return status;
}

static int make_model(train_run *run, const char *net)
{
    const train_options *o = run->options;
    if (run->continued) return CODE_FINE;
    glia_status status = glia_model_new(&run->model, net, run->parts->data, (uint32_t)o->seed);
    if (!status && o->init) status = o->net ? take_weights(run) : glia_model_load_weights(run->model, o->init);
    return status ? fail_status(status) : CODE_FINE;
}

static int run_train(const command *self, int argc, char **argv)
{
    train_options o = {.holdout = -1};
    train_parts   parts = {0};
    train_run     run = {.options = &o, .parts = &parts};
    const char   *words[WORDS_MOST];
    char         *net = NULL;
    int           code;
    if (!options_read(self, argc, argv, &o, words, &code)) return code;
    run.data = words[0];
    run.loss = o.loss;
    run.threads = o.threads ? (unsigned)o.threads : usable_cores();
    code = check_options(&o);
    if (code == CODE_FINE && o.net) code = net_text_read(o.net, &net);
    if (code == CODE_FINE && o.init && !net) code = open_base(&run);
    if (code == CODE_FINE) code = train_parts_open(&parts, run.data, net, run.model, &o);
    if (code == CODE_FINE) code = check_inputs(&run, "--out", o.out);
    if (code == CODE_FINE) code = check_inputs(&run, "--checkpoint", o.checkpoint);
    if (code == CODE_FINE) code = make_model(&run, net);
    if (code == CODE_FINE) code = train_model(&run);
    glia_model_free(run.model);
    free(run.base_loss);
    train_parts_close(&parts);
    free(net);
    return code;
}

static const char *const examples[] = {
    "glia train iris.csv --net \"dense 16, relu, dense 3, softmax\" --epochs 200 --out iris.safetensors",
    "glia train mnist/ --optimizer \"sgd lr=0.1\" --epochs 5 --out digits.safetensors --json",
    "glia train \"moons n=500 noise=0.1\" --patience 10 --epochs 200 --schedule \"cosine warmup=5%\"",
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
