/* glia doctor: what is wrong with a model, or with a net that will not learn; and which learning rate it would take. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "draw.h"
#include "findings.h"
#include "json.h"
#include "net_text.h"
#include "options.h"
#include "report.h"
#include "source.h"
#include "train.h"

/* What is given to the doctor. */
typedef struct visit {
    train_options    o; /* those of a trial */
    const char      *words[WORDS_MOST];
    source           from;  /* MODEL DATA */
    train_parts      parts; /* DATA */
    glia_model      *model; /* of either */
    const glia_data *train, *validation;
    char            *net;
    json_t          *record; /* of the model's training */
} visit;

/* ---- the curve ------------------------------------------------------------------------------------------------- */

enum { EVERY = 5, BAR = 50 }; /* steps a line; characters of the longest bar */

/* 1.2e-05: so many digits, the same in every locale. */
static const char *rounded(char text[32], double value, int digits)
{
    const double unit = pow(10, floor(log10(value) + 1e-9) - digits + 1);
    glia_number_write_float(text, (float)(value > 0 ? round(value / unit) * unit : 0));
    return text;
}

/* What is far above the start says no more than that. */
static double most_of(const glia_diagnosis *d)
{
    double most = 0;
    for (size_t i = 0; i < d->steps; i += EVERY) most = fmax(most, fmin(d->loss[i], 1.5 * d->loss[0]));
    return most;
}

static void draw_curve(const glia_diagnosis *d)
{
    char   bar[3 * BAR + 1], rate[32], loss[32];
    double most = most_of(d);
    if (d->steps == 0) return;
    puts("\nlearning rate and loss, the rate rising from step to step");
    for (size_t i = 0; i < d->steps; i += EVERY) {
        bool chosen = d->rate[i] <= d->suggested * 1.0001 && !(d->rate[i + EVERY] <= d->suggested * 1.0001);
        printf("%8s %9s %s%s\n", rounded(rate, d->rate[i], 2), rounded(loss, d->loss[i], 3),
               draw_bar(bar, fmin(d->loss[i], most), most, BAR), chosen ? " <" : "");
    }
    if (d->falls_on)
        puts("the loss still falls at the largest of these rates, so none is told to take");
    else if (isnan(d->suggested))
        puts("in so few steps the loss falls at none of these rates");
    else
        printf("the rate to take: about %s\n", rounded(rate, d->suggested, 2));
}

static json_t *array_of(const double *values, size_t count)
{
    json_t *array = json_array();
    for (size_t i = 0; i < count; i++) json_array_append_new(array, json_of_number(values[i]));
    return array;
}

static void print_curve(const glia_diagnosis *d)
{
    json_t *event = json_object();
    json_put_text(event, "event", "range");
    json_put_number(event, "suggested", d->suggested);
    json_object_set_new(event, "rate", array_of(d->rate, d->steps));
    json_object_set_new(event, "loss", array_of(d->loss, d->steps));
    json_print(event);
}

/* ---- who comes ------------------------------------------------------------------------------------------------- */

/* A model of glia's, with the data it learnt from. */
static int open_trained(visit *v)
{
    int code = source_open_judged(&v->from, v->words[0], v->words[1], &v->o.input, NULL);
    if (code) return code;
    v->model = v->from.model;
    v->train = v->from.whole;
    v->validation = glia_data_test(v->from.whole);
    v->record = json_loads(glia_model_record(v->model), 0, NULL);
    if (!v->o.optimizer) v->o.optimizer = json_string_value(json_object_get(v->record, "optimizer"));
    return CODE_FINE;
}

/* Data, and a net or none. */
static int open_untrained(visit *v)
{
    int code = v->o.net ? net_text_read(v->o.net, &v->net) : CODE_FINE;
    if (code == CODE_FINE) code = train_parts_open(&v->parts, v->words[0], v->net, NULL, &v->o);
    if (code == CODE_FINE) code = train_parts_cut(&v->parts, &v->o, (uint32_t)v->o.seed);
    if (code) return code;
    v->train = v->parts.train;
    v->validation = v->parts.validation;
    glia_status status = glia_model_new(&v->model, v->net, v->train, (uint32_t)v->o.seed);
    return status ? fail_status(status) : CODE_FINE;
}

static int examine(visit *v)
{
    const glia_fit_options options = {.epochs = v->o.epochs,
                                      .batch = v->o.batch,
                                      .seed = (uint32_t)v->o.seed,
                                      .threads = (unsigned)v->o.threads,
                                      .optimizer = v->o.optimizer,
                                      .loss = v->o.loss,
                                      .scale = v->o.scale,
                                      .class_weight = v->o.class_weight};
    glia_diagnosis        *d;
    glia_status            status = glia_doctor(v->model, v->train, v->validation, &options, &d);
    if (status) return fail_status(status);
    if (v->o.json) {
        findings_print_json(d->findings, d->count);
        print_curve(d);
    } else {
        findings_tell(stdout, d->findings, d->count);
        draw_curve(d);
    }
    glia_diagnosis_free(d);
    return CODE_FINE;
}

static void leave(visit *v)
{
    if (v->model != v->from.model) glia_model_free(v->model);
    source_close(&v->from);
    train_parts_close(&v->parts);
    json_decref(v->record);
    free(v->net);
}

/* An option of the trial, said of a model that has had its training. */
static int check(const visit *v)
{
    if (!v->words[1]) return CODE_FINE;
    if (v->o.net) return fail(CODE_ARGUMENT, "doctor: --net goes with DATA alone; %s has a net", v->words[0]);
    if (v->o.scale) return fail(CODE_ARGUMENT, "doctor: --scale goes with DATA alone; %s has a scaling", v->words[0]);
    return CODE_FINE;
}

static int run_doctor(const command *self, int argc, char **argv)
{
    visit v = {.o = {.holdout = -1}};
    int   code;
    if (!options_read(self, argc, argv, &v.o, v.words, &code)) return code;
    code = check(&v);
    if (code == CODE_FINE) code = v.words[1] ? open_trained(&v) : open_untrained(&v);
    if (code == CODE_FINE) code = examine(&v);
    leave(&v);
    return code;
}

#define AT(field) offsetof(train_options, field)
static const option doctor_table[] = {
    {"net", OPTION_TEXT, AT(net), "TEXT", NULL, 0, 0,
     "the net that is tried on DATA: its layers as text, or a file that holds them (default: one that suits the data)"},
    {"optimizer", OPTION_TEXT, AT(optimizer), "TEXT", NULL, 0, 0,
     "how to step; see `glia optimizers` (default: the model's, or adam lr=0.001)"},
    {"loss", OPTION_TEXT, AT(loss), "TEXT", NULL, 0, 0,
     "what to minimise; see `glia losses` (default: the model's, or by the last layer)"},
    {"scale", OPTION_TEXT, AT(scale), "HOW", NULL, 0, 0, "how inputs are scaled; see `glia scales`"},
    {"class-weight", OPTION_TEXT, AT(class_weight), "TEXT", NULL, 0, 0,
     "what a row of each class counts in a trial: balanced, or \"cat=2, dog=1\""},
    {"sample-weight", OPTION_TEXT, AT(input.sample_weight), "COL", NULL, 0, 0,
     "the column that says what each row counts, by name or number from 1"},
    {"epochs", OPTION_WHOLE, AT(epochs), "N", "10", 1, 1e6, "passes over the training rows in a trial"},
    {"batch", OPTION_BATCH, AT(batch), "N", "32", 1, 1e15, "rows a step, or full: all at once"},
    {"target", OPTION_TEXT, AT(input.target), "COL", NULL, 0, 0,
     "the column to predict, by name or number from 1 (default: the model's, or as in `glia train`)"},
    INPUT_OPTIONS,
    {"seed", OPTION_WHOLE, AT(seed), "N", "0", 0, 4294967295.0, "of the weights, the hold-out and the orders"},
    {"threads", OPTION_WHOLE, AT(threads), "N", NULL, 1, 1024,
     "how many work; the result is the same for any number (default: usable cores)"},
    {"json", OPTION_FLAG, AT(json), NULL, NULL, 0, 0, "print an object for each finding, and one for the curve"},
    {0},
};
static const char *const examples[] = {
    "glia doctor digits.safetensors mnist/",
    "glia doctor mine.csv --net \"dense 64, sigmoid, dense 3, softmax\" --optimizer \"sgd lr=10\"",
    NULL,
};
const command doctor_command = {
    .name = "doctor",
    .words = "[MODEL] DATA",
    .summary = "say what is wrong with a model, or with a net that will not learn",
    .about =
        "Looks at MODEL on the rows it learnt from; or trains a net on DATA for some epochs, on trial, and keeps "
        "nothing. Says what is wrong, the worst first, and what to do; and draws the loss against a rising learning "
        "rate. docs/doctor.md tells how each finding is measured.",
    .options = doctor_table,
    .examples = examples,
    .least = 1,
    .most = 2,
    .run = run_doctor,
};
