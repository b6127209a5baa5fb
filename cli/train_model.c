/* One training: a model is made, and learns from the rows that train. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "report.h"
#include "train.h"

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

bool train_interrupted(void)
{
    return interrupted;
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

int train_open_base(train_run *run)
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
    if (!status && *anew && !run->options->quiet && !run->announced)
        fprintf(stderr, "from %s: %s\nanew: %s\n", run->options->init, from_file, anew);
    free(from_file);
    free(anew);
    free(taken);
    return status;
}

/* A model to go on with is opened anew for each training but the first, for which it is there. */
static glia_status make_model(train_run *run)
{
    const train_options *o = run->options;
    if (run->continued) return run->model ? GLIA_OK : glia_model_open(&run->model, o->init);
    glia_status status = glia_model_new(&run->model, run->net, run->parts->train, run->seed);
    if (!status && o->init) status = o->net ? take_weights(run) : glia_model_load_weights(run->model, o->init);
    return status;
}

/* ---- the training ----------------------------------------------------------------------------------------------- */

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
    if (run->several)
        progress_epoch(&run->progress);
    else
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
    const train_options *o = run->options;
    glia_precision       precision;
    if (!train_precision(o, &precision)) return CODE_ARGUMENT;
    run->epochs = o->epochs ? o->epochs : glia_usual_epochs(run->parts->train, o->batch);
    const glia_fit_options options = {
        .epochs = run->epochs,
        .batch = o->batch,
        .accumulate = o->accumulate,
        .no_shuffle = !o->shuffle,
        .seed = run->seed,
        .threads = run->threads,
        .optimizer = o->optimizer,
        .schedule = o->schedule,
        .loss = run->loss,
        .scale = o->scale,
        .augment = o->augment,
        .class_weight = o->class_weight,
        .clip_norm = o->clip_norm,
        .clip_kind = train_clip_kind(o),
        .clip_value = o->clip_value,
        .precision = precision,
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
    if (!status && !run->announced) train_announce(run, run->epochs); /* nothing was left to do */
    return status ? fail_fit(run, status) : flush_output(CODE_FINE);
}

/* glia_fit looks at the rows that train and validate before it begins; those that only score are looked at here. */
int train_once(train_run *run)
{
    glia_status status = make_model(run);
    if (!status && run->parts->test) status = glia_model_suits(run->model, run->parts->test);
    return status ? fail_status(status) : fit(run);
}

int train_save(const train_run *run)
{
    const char *out = run->options->out;
    glia_status status = out ? glia_model_save(run->model, out) : GLIA_OK;
    return status ? fail(code_of_status(status), "%s; the trained model was not saved", glia_error()) : CODE_FINE;
}
