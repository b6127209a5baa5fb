/* What `glia train` tells: lines for people on stderr, events for machines on stdout. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "findings.h"
#include "json.h"
#include "out_file.h"
#include "report.h"
#include "table.h"
#include "train.h"

static size_t rows_of(const glia_data *data)
{
    glia_data_info info = {0};
    if (data) glia_data_describe(data, &info);
    return info.rows;
}

/* ---- the start ------------------------------------------------------------------------------------------------- */

static size_t batch_rows(const train_run *run)
{
    size_t rows = rows_of(run->parts->train);
    return run->options->batch < rows ? run->options->batch : rows;
}

static void start_event(const train_run *run, const glia_model_info *model)
{
    const train_options *o = run->options;
    json_t              *event = json_object();
    json_put_text(event, "event", "start");
    json_put_text(event, "data", run->data);
    json_put_text(event, "net", model->net);
    json_put_count(event, "parameters", model->parameters);
    json_put_count(event, "train", rows_of(run->parts->train));
    json_put_count(event, "validation", rows_of(run->parts->validation));
    json_put_count(event, "test", rows_of(run->parts->test));
    json_put_count(event, "epochs", o->epochs);
    json_put_count(event, "batch", batch_rows(run));
    json_put_text(event, "optimizer", o->optimizer);
    json_put_text(event, "schedule", o->schedule);
    json_put_count(event, "threads", run->threads);
    json_put_count(event, "seed", o->seed);
    json_put_text(event, "kernels", glia_kernels());
    if (run->options->resume) json_put_count(event, "resumed", run->resumed);
    json_print(event);
}

static void start_lines(const train_run *run, const glia_model_info *model)
{
    const train_options *o = run->options;
    size_t               validation = rows_of(run->parts->validation), test = rows_of(run->parts->test);
    fprintf(stderr, "%s: %zu rows train", data_name(run->data), rows_of(run->parts->train));
    if (validation) fprintf(stderr, ", %zu validate", validation);
    if (test) fprintf(stderr, ", %zu test", test);
    if (run->continued) fprintf(stderr, "\nnet (of %s): %s\n", o->init, model->net);
    if (!run->continued) fprintf(stderr, "\nnet%s: %s\n", o->net ? "" : " (chosen for the data)", model->net);
    fprintf(stderr, "%zu parameters, %s, batch %zu, %zu epoch%s, seed %zu, %u thread%s\n", model->parameters,
            o->optimizer, batch_rows(run), o->epochs, o->epochs == 1 ? "" : "s", o->seed, run->threads,
            run->threads == 1 ? "" : "s");
    if (o->resume) fprintf(stderr, "resumed from %s, after epoch %zu\n", o->resume, run->resumed);
}

bool train_announce(train_run *run, size_t done)
{
    glia_model_info model;
    run->announced = true;
    run->resumed = done;
    glia_model_describe(run->model, &model);
    if (run->options->json) start_event(run, &model);
    if (!run->options->quiet) start_lines(run, &model);
    return !ferror(stdout);
}

/* ---- an epoch -------------------------------------------------------------------------------------------------- */

/* What is watched, where no other name tells it. */
static const char *watched_name(const train_run *run)
{
    static const char *const told[] = {"loss", "accuracy", "val_loss", "val_accuracy", "val_r2"};
    const char              *name = run->options->monitor;
    for (size_t i = 0; name && i < sizeof told / sizeof *told; i++)
        if (strcmp(name, told[i]) == 0) name = NULL;
    return name;
}

static void epoch_event(const train_run *run, const glia_epoch *e)
{
    glia_model_info model;
    json_t         *event = json_object();
    glia_model_describe(run->model, &model);
    json_put_text(event, "event", "epoch");
    json_put_count(event, "epoch", e->epoch);
    json_put_number(event, "loss", e->loss);
    json_put_number(event, "accuracy", e->accuracy);
    json_put_number(event, "val_loss", e->val_loss);
    json_put_number(event, "val_accuracy", e->val_accuracy);
    if (model.target == GLIA_TARGET_NUMBERS) json_put_number(event, "val_r2", e->val_r2);
    if (watched_name(run)) json_put_number(event, watched_name(run), e->watched);
    json_put_number(event, "learning_rate", e->learning_rate);
    json_put_number(event, "seconds", e->seconds);
    json_put_count(event, "samples", e->samples);
    json_print(event);
}

/* `  name value`, nothing for NaN. */
static void tell_number(const char *name, double value)
{
    if (isnan(value)) return;
    bool plain = value == 0 || (fabs(value) >= 0.001 && fabs(value) < 10000);
    fprintf(stderr, plain ? "  %s %.4f" : "  %s %.4g", name, value);
}

static void tell_share(const char *name, double value)
{
    if (!isnan(value)) fprintf(stderr, "  %s %.2f %%", name, 100 * value);
}

static void epoch_line(const train_run *run, const glia_epoch *e)
{
    char rate[16], epochs[24];
    int  width = snprintf(epochs, sizeof epochs, "%zu", run->options->epochs);
    fprintf(stderr, "epoch %*zu/%s", width, e->epoch, epochs);
    tell_number("loss", e->loss);
    tell_share("accuracy", e->accuracy);
    tell_number("val_loss", e->val_loss);
    tell_share("val_accuracy", e->val_accuracy);
    tell_number("val_r2", e->val_r2);
    if (watched_name(run)) tell_number(watched_name(run), e->watched);
    fprintf(stderr, "  %.2f s  %s rows/s\n", e->seconds,
            short_count(rate, (double)e->samples / fmax(e->seconds, 1e-9)));
}

void train_tell_epoch(train_run *run, const glia_epoch *epoch)
{
    progress_clear(&run->progress);
    if (run->options->json) epoch_event(run, epoch);
    if (!run->options->quiet) epoch_line(run, epoch);
    progress_epoch(&run->progress);
}

/* ---- the end --------------------------------------------------------------------------------------------------- */

typedef struct outcome {
    bool   known;
    double loss, accuracy, r2, rmse; /* NaN where there is nothing to tell */
} outcome;

static glia_status judge(glia_model *model, const glia_data *data, outcome *o)
{
    glia_scores *scores;
    *o = (outcome){false, NAN, NAN, NAN, NAN};
    if (!data) return GLIA_OK;
    glia_status status = glia_evaluate(model, data, &scores);
    if (status) return status;
    bool classes = scores->target == GLIA_TARGET_CLASSES;
    *o = (outcome){true, scores->loss, classes ? scores->accuracy : NAN, classes ? NAN : scores->r2,
                   classes ? NAN : scores->rmse};
    glia_scores_free(scores);
    return GLIA_OK;
}

static void put_outcome(json_t *event, const char *part, const outcome *o, bool numbers)
{
    static const char *const names[] = {"loss", "accuracy", "r2", "rmse"};
    const double             values[] = {o->loss, o->accuracy, o->r2, o->rmse};
    for (size_t i = 0; i < (numbers ? 4 : 2); i++) {
        char *key = text_of("%s_%s", part, names[i]);
        json_put_number(event, key, values[i]);
        free(key);
    }
}

static void tell_outcome(const char *part, const outcome *o)
{
    if (!o->known) return;
    fprintf(stderr, "%s:", part);
    tell_number("loss", o->loss);
    tell_share("accuracy", o->accuracy);
    tell_number("r2", o->r2);
    tell_number("rmse", o->rmse);
    fputc('\n', stderr);
}

/* A data set whose rows were all trained on is not one to judge the model by. */
static void hint_use(const train_run *run)
{
    const train_options *o = run->options;
    bool                 judged = o->test || glia_data_test(run->parts->data);
    const char          *data = o->test ? o->test : run->data, *quote = strchr(data, ' ') ? "\"" : "";
    if (o->out && out_file_is_stdout(o->out))
        fputs("the model went to standard output\n", stderr);
    else if (o->out)
        fprintf(stderr, "saved in %s; next: glia %s %s %s%s%s\n", o->out, judged ? "eval" : "predict", o->out, quote,
                data, quote);
    else
        fputs("not saved: --out FILE keeps the model\n", stderr);
}

static void end_lines(const train_run *run, const char *stopped, const outcome *validation, const outcome *test)
{
    size_t kept = glia_model_kept_epoch(run->model);
    if (strcmp(stopped, "interrupt") == 0) fputs("stopped; the step that was running is finished\n", stderr);
    if (strcmp(stopped, "patience") == 0)
        fprintf(stderr, "stopped: no better %s for %zu epochs\n",
                run->options->monitor ? run->options->monitor : "val_loss", run->options->patience);
    if (strcmp(stopped, "gradient") == 0) fputs("stopped: the gradient is as small as asked\n", stderr);
    if (strcmp(stopped, "step") == 0) fputs("stopped: no step makes the loss smaller\n", stderr);
    if (run->options->patience && kept) fprintf(stderr, "the weights of epoch %zu are kept\n", kept);
    tell_outcome("validation", validation);
    tell_outcome("test", test);
    hint_use(run);
}

static void end_event(const train_run *run, const char *stopped, size_t epochs, const outcome *validation,
                      const outcome *test)
{
    glia_model_info model;
    json_t         *event = json_object();
    glia_model_describe(run->model, &model);
    bool numbers = model.target == GLIA_TARGET_NUMBERS;
    json_put_text(event, "event", "end");
    json_put_text(event, "model", run->options->out);
    put_outcome(event, "val", validation, numbers);
    if (test->known) put_outcome(event, "test", test, numbers);
    json_put_count(event, "epochs", epochs);
    json_put_text(event, "stopped", stopped);
    json_print(event);
}

void train_tell_findings(const train_run *run)
{
    size_t              count;
    const glia_finding *findings = glia_model_findings(run->model, &count);
    if (!run->options->doctor) return;
    if (run->options->json) findings_print_json(findings, count);
    if (!run->options->quiet) findings_tell(stderr, findings, count);
}

int train_tell_end(train_run *run, bool interrupted)
{
    outcome validation, test;
    size_t  epochs;
    glia_model_history(run->model, &epochs);
    const char *stopped = interrupted ? "interrupt" : glia_model_stopped(run->model);
    glia_status status = judge(run->model, run->parts->validation, &validation);
    if (!status) status = judge(run->model, run->parts->test, &test);
    if (status) return fail_status(status);
    train_tell_findings(run);
    if (run->options->json) end_event(run, stopped, epochs, &validation, &test);
    if (!run->options->quiet) end_lines(run, stopped, &validation, &test);
    return CODE_FINE;
}
