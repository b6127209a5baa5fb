/* What `glia train` tells: lines for people on stderr, events for machines on stdout. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "columns.h"
#include "findings.h"
#include "json.h"
#include "out_file.h"
#include "report.h"
#include "table.h"
#include "train.h"

size_t train_rows(const glia_data *data)
{
    glia_data_info info = {0};
    if (data) glia_data_describe(data, &info);
    return info.rows;
}

/* ---- the start ------------------------------------------------------------------------------------------------- */

static size_t batch_rows(const train_run *run)
{
    size_t rows = train_rows(run->parts->train);
    return run->options->batch < rows ? run->options->batch : rows;
}

/* What became of a table's columns, where anything did. */
static void put_columns(json_t *event, const train_run *run)
{
    json_t          *filled = json_object(), *ignored = json_array();
    glia_column_info c;
    char             name[COLUMN_NAME];
    for (size_t i = 0, rows; columns_next_gap(run->parts->data, run->model, &i, name, &rows);)
        json_put_count(filled, name, rows);
    for (size_t i = 0; glia_data_column(run->parts->data, i, &c); i++) {
        columns_name(&c, name);
        if (c.kind == GLIA_KIND_TEXT) json_array_append_new(ignored, json_of_text(name));
    }
    if (json_object_size(filled)) json_object_set(event, "filled", filled);
    if (json_array_size(ignored)) json_object_set(event, "ignored", ignored);
    json_decref(filled);
    json_decref(ignored);
}

static void start_event(const train_run *run, const glia_model_info *model)
{
    const train_options *o = run->options;
    json_t              *event = json_object();
    json_put_text(event, "event", "start");
    json_put_text(event, "data", run->data);
    json_put_text(event, "net", model->net);
    json_put_count(event, "parameters", model->parameters);
    json_put_count(event, "train", train_rows(run->parts->train));
    json_put_count(event, "validation", train_rows(run->parts->validation));
    json_put_count(event, "test", train_rows(run->parts->test));
    size_t dropped, without = glia_data_left_out(run->parts->data, &dropped);
    if (without) json_put_count(event, "left_out", without);
    if (dropped) json_put_count(event, "dropped", dropped);
    put_columns(event, run);
    if (o->folds) json_put_count(event, "folds", o->folds);
    if (o->repeat) json_put_count(event, "repeats", o->repeat);
    json_put_count(event, "epochs", run->epochs);
    if (o->patience) json_put_count(event, "patience", o->patience);
    json_put_count(event, "batch", batch_rows(run));
    json_put_text(event, "optimizer", o->optimizer);
    json_put_text(event, "schedule", o->schedule);
    json_put_count(event, "threads", run->threads);
    json_put_count(event, "seed", o->seed);
    json_put_text(event, "kernels", glia_kernels());
    if (strcmp(o->precision, "float32") != 0) json_put_text(event, "precision", o->precision);
    if (run->options->resume) json_put_count(event, "resumed", run->resumed);
    json_print(event);
}

static void start_lines(const train_run *run, const glia_model_info *model)
{
    const train_options *o = run->options;
    size_t               validation = train_rows(run->parts->validation), test = train_rows(run->parts->test);
    if (o->folds)
        fprintf(stderr, "%s: %zu rows, %zu folds", data_name(run->data), train_rows(run->parts->data), o->folds);
    else
        fprintf(stderr, "%s: %zu rows train", data_name(run->data), train_rows(run->parts->train));
    if (validation) fprintf(stderr, ", %zu validate", validation);
    if (test && !o->folds) fprintf(stderr, ", %zu test", test);
    if (o->repeat) fprintf(stderr, ", %zu time%s", o->repeat, o->repeat == 1 ? "" : "s");
    fputc('\n', stderr);
    columns_tell(stderr, run->parts->data, run->model);
    if (run->parts->test_data) {
        columns_tell_rows(stderr, run->parts->test_data);
        columns_tell_unknown(stderr, run->parts->test_data, run->model);
    }
    if (run->continued) fprintf(stderr, "net (of %s): %s\n", o->init, model->net);
    if (!run->continued) fprintf(stderr, "net%s: %s\n", o->net ? "" : " (chosen for the data)", model->net);
    fprintf(stderr, "%zu parameters, %s, batch %zu, %zu epoch%s, seed %zu, %u thread%s", model->parameters,
            o->optimizer, batch_rows(run), run->epochs, run->epochs == 1 ? "" : "s", o->seed, run->threads,
            run->threads == 1 ? "" : "s");
    if (strcmp(o->precision, "float32") != 0) fprintf(stderr, ", products in %s", o->precision);
    fputc('\n', stderr);
    if (run->patient)
        fprintf(stderr, "it stops after %zu epochs without a better val_loss (--patience or --epochs says otherwise)\n",
                o->patience);
    if (o->init) fprintf(stderr, "if %s learnt from these rows, those that score are not new to it\n", o->init);
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

static void epoch_line(const train_run *run, const glia_epoch *e)
{
    char rate[16], epochs[24];
    int  width = snprintf(epochs, sizeof epochs, "%zu", run->epochs);
    fprintf(stderr, "epoch %*zu/%s", width, e->epoch, epochs);
    train_tell_number("loss", e->loss);
    train_tell_share("accuracy", e->accuracy);
    train_tell_number("val_loss", e->val_loss);
    train_tell_share("val_accuracy", e->val_accuracy);
    train_tell_number("val_r2", e->val_r2);
    if (watched_name(run)) train_tell_number(watched_name(run), e->watched);
    fprintf(stderr, "  %.2f s  %s rows/s\n", e->seconds,
            short_count(rate, (double)e->samples / fmax(e->seconds, 1e-9)));
}

/* Of many epochs that nobody asked for, a line for some is enough. */
static bool is_told(const train_run *run, size_t epoch)
{
    enum { LINES = 20 };
    size_t every = run->options->epochs || run->epochs <= LINES ? 1 : run->epochs / LINES;
    return epoch % every == 0 || epoch == 1 || epoch == run->epochs;
}

void train_tell_epoch(train_run *run, const glia_epoch *epoch)
{
    progress_clear(&run->progress);
    if (run->options->json) epoch_event(run, epoch);
    if (!run->options->quiet && is_told(run, epoch->epoch)) epoch_line(run, epoch);
    progress_epoch(&run->progress);
}

/* ---- the end --------------------------------------------------------------------------------------------------- */

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

static void end_lines(const train_run *run, const char *stopped, const train_score *validation, const train_score *test)
{
    size_t kept = glia_model_kept_epoch(run->model);
    if (strcmp(stopped, "interrupt") == 0) fputs("stopped; the step that was running is finished\n", stderr);
    if (strcmp(stopped, "patience") == 0)
        fprintf(stderr, "stopped: no better %s for %zu epochs\n",
                run->options->monitor ? run->options->monitor : "val_loss", run->options->patience);
    if (strcmp(stopped, "gradient") == 0) fputs("stopped: the gradient is as small as asked\n", stderr);
    if (strcmp(stopped, "step") == 0) fputs("stopped: no step makes the loss smaller\n", stderr);
    if (run->options->patience && kept) fprintf(stderr, "the weights of epoch %zu are kept\n", kept);
    train_score_tell("validation", validation, run->model);
    train_score_tell("test", test, run->model);
    hint_use(run);
}

static void end_event(const train_run *run, const char *stopped, size_t epochs, const train_score *validation,
                      const train_score *test)
{
    json_t *event = json_object();
    json_put_text(event, "event", "end");
    json_put_text(event, "model", run->options->out);
    train_score_put(event, "val", validation);
    if (test->own) train_score_put(event, "test", test);
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

/* Of a run that nobody told how long to go on: whether it went on too long. */
static void tell_best(const train_run *run)
{
    size_t            count, best = 0;
    const glia_epoch *e = glia_model_history(run->model, &count);
    if (run->options->epochs || run->options->patience || !run->parts->validation || !count) return;
    for (size_t i = 1; i < count; i++)
        if (e[i].val_loss < e[best].val_loss) best = i;
    if (!(e[best].val_loss < 0.8 * e[count - 1].val_loss)) return;
    const size_t patience = e[best].epoch < 5 ? 5 : e[best].epoch < 20 ? e[best].epoch : 20;
    char         number[32];
    glia_number_write_float(number, (float)e[best].val_loss);
    fprintf(stderr,
            "val_loss was least after epoch %zu (%.6s): --patience %zu stops near there and keeps those weights\n",
            e[best].epoch, number, patience);
}

int train_tell_end(train_run *run)
{
    train_score validation = {0}, test = {0};
    size_t      epochs;
    glia_model_history(run->model, &epochs);
    const char *stopped = train_interrupted() ? "interrupt" : glia_model_stopped(run->model);
    glia_status status = train_score_of(run->model, run->parts->validation, &validation);
    if (!status) status = train_score_of(run->model, run->parts->test, &test);
    if (!status) train_tell_findings(run);
    if (!status && run->options->json) end_event(run, stopped, epochs, &validation, &test);
    if (!status && !run->options->quiet) tell_best(run);
    if (!status && !run->options->quiet) end_lines(run, stopped, &validation, &test);
    train_score_clear(&validation);
    train_score_clear(&test);
    return status ? fail_status(status) : CODE_FINE;
}
