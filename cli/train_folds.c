/* Several trainings, to see how much a score depends on which rows are held out, and on chance: the folds of a
 * cross-validation (--folds), the same with other seeds (--repeat), or both. */
#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "out_file.h"
#include "report.h"
#include "train.h"

/* One of them: where it stands, and what came of it. */
typedef struct trial {
    size_t      repeat, fold; /* from 0 */
    uint32_t    seed;
    size_t      epochs;
    train_score validation, test; /* of a fold, validation are the rows it holds */
} trial;

typedef struct trials {
    trial *list;
    size_t count;
} trials;

/* ---- one training ---------------------------------------------------------------------------------------------- */

static void forget_model(train_run *run)
{
    glia_model_free(run->model);
    run->model = NULL;
}

/* The first training goes on with the model that --init opened, if there is one. */
static int train_anew(train_run *run, bool first)
{
    if (!first) forget_model(run);
    return train_once(run);
}

static int cut(train_run *run, const trial *t)
{
    const train_options *o = run->options;
    int code = o->folds ? train_parts_fold(run->parts, o, t->fold, t->seed) : train_parts_cut(run->parts, o, t->seed);
    if (code == CODE_FINE && !o->folds && !run->parts->validation)
        return fail(CODE_ARGUMENT, "--repeat: nothing is held out that could be scored");
    return code;
}

static glia_status score(const train_run *run, trial *t)
{
    const train_parts *parts = run->parts;
    bool               folds = run->options->folds > 0;
    glia_model_history(run->model, &t->epochs);
    glia_status status = train_score_of(run->model, folds ? parts->test : parts->validation, &t->validation);
    return status ? status : train_score_of(run->model, folds ? NULL : parts->test, &t->test);
}

/* ---- telling one ----------------------------------------------------------------------------------------------- */

/* What is told of a score, in order. */
static const struct figure {
    const char *name, *label; /* after val_ or test_, in JSON; for people */
    size_t      offset;       /* in train_score                           */
    enum { BOTH, CLASSES, NUMBERS } target;
    bool share, baseline;
} figures[] = {
    {"loss", "loss", offsetof(train_score, loss), BOTH, false, false},
    {"accuracy", "accuracy", offsetof(train_score, accuracy), CLASSES, true, false},
    {"r2", "r2", offsetof(train_score, r2), NUMBERS, false, false},
    {"rmse", "rmse", offsetof(train_score, rmse), NUMBERS, false, false},
    {"baseline_accuracy", "baseline", offsetof(train_score, base_accuracy), CLASSES, true, true},
    {"baseline_r2", "baseline r2", offsetof(train_score, base_r2), NUMBERS, false, true},
    {"baseline_rmse", "baseline rmse", offsetof(train_score, base_rmse), NUMBERS, false, true},
};
enum { FIGURES = sizeof figures / sizeof *figures };

static bool suits(const struct figure *f, const train_score *s)
{
    if (f->baseline && !s->has_baseline) return false;
    return f->target == BOTH || (f->target == NUMBERS) == s->numbers;
}

static double value_of(const train_score *s, const struct figure *f)
{
    double value;
    memcpy(&value, (const char *)s + f->offset, sizeof value);
    return value;
}

static void tell(const struct figure *f, double value)
{
    (f->share ? train_tell_share : train_tell_number)(f->label, value);
}

static void tell_score(const train_score *s)
{
    for (size_t i = 0; i < FIGURES; i++)
        if (suits(&figures[i], s)) tell(&figures[i], value_of(s, &figures[i]));
}

static void trial_line(const train_run *run, const trial *t)
{
    const train_options *o = run->options;
    if (o->repeat) fprintf(stderr, "seed %u%s", t->seed, o->folds ? ", " : "");
    if (o->folds) fprintf(stderr, "fold %zu/%zu", t->fold + 1, o->folds);
    tell_score(&t->validation);
    if (t->test.known) {
        fputs("  test:", stderr);
        tell_score(&t->test);
    }
    fputc('\n', stderr);
}

static void trial_event(const train_run *run, const trial *t)
{
    const train_options *o = run->options;
    json_t              *event = json_object();
    json_put_text(event, "event", o->folds ? "fold" : "repeat");
    if (o->folds) json_put_count(event, "fold", t->fold + 1);
    if (o->repeat) json_put_count(event, "repeat", t->repeat + 1);
    if (o->repeat) json_put_count(event, "seed", t->seed);
    train_score_put(event, "val", &t->validation);
    if (t->test.known) train_score_put(event, "test", &t->test);
    json_put_count(event, "epochs", t->epochs);
    json_print(event);
}

static void tell_trial(const train_run *run, const trial *t)
{
    if (run->options->json) trial_event(run, t);
    if (!run->options->quiet) trial_line(run, t);
}

/* ---- all together ---------------------------------------------------------------------------------------------- */

typedef struct spread {
    double mean, sd; /* sd: its squares divided by n - 1; NaN of one */
} spread;

static const train_score *score_of(const trial *t, bool test)
{
    return test ? &t->test : &t->validation;
}

static spread spread_of(const trials *all, bool test, const struct figure *f)
{
    double sum = 0, squares = 0, n = (double)all->count;
    for (size_t i = 0; i < all->count; i++) sum += value_of(score_of(&all->list[i], test), f);
    for (size_t i = 0; i < all->count; i++) {
        double off = value_of(score_of(&all->list[i], test), f) - sum / n;
        squares += off * off;
    }
    return (spread){sum / n, n > 1 ? sqrt(squares / (n - 1)) : NAN};
}

/* `val_accuracy`, `test_baseline_r2`; the baseline of the validation rows goes by its name alone. */
static void put_spread(json_t *event, bool test, const struct figure *f, const spread *found)
{
    char *key = text_of("%s%s", test ? "test_" : f->baseline ? "" : "val_", f->name), *sd = text_of("%s_sd", key);
    json_put_number(event, key, found->mean);
    if (!f->baseline) json_put_number(event, sd, found->sd);
    free(sd);
    free(key);
}

static void put_spreads(json_t *event, const trials *all, bool test)
{
    for (size_t i = 0; i < FIGURES; i++) {
        if (!suits(&figures[i], score_of(all->list, test))) continue;
        spread found = spread_of(all, test, &figures[i]);
        put_spread(event, test, &figures[i], &found);
    }
}

static void tell_spreads(const trials *all, bool test)
{
    for (size_t i = 0; i < FIGURES; i++) {
        const struct figure *f = &figures[i];
        if (!suits(f, score_of(all->list, test))) continue;
        spread found = spread_of(all, test, f);
        tell(f, found.mean);
        if (!f->baseline && isfinite(found.sd))
            fprintf(stderr, f->share ? " (sd %.2f)" : " (sd %.4g)", (f->share ? 100 : 1) * found.sd);
    }
    fputc('\n', stderr);
}

static void mean_lines(const trials *all)
{
    fprintf(stderr, "mean of %zu", all->count);
    tell_spreads(all, false);
    if (!all->list[0].test.known) return;
    fprintf(stderr, "test, mean of %zu", all->count);
    tell_spreads(all, true);
}

static void end_event(const train_run *run, const trials *all, bool saved)
{
    const train_options *o = run->options;
    json_t              *event = json_object();
    json_put_text(event, "event", "end");
    json_put_text(event, "model", saved ? o->out : NULL);
    if (o->folds) json_put_count(event, "folds", o->folds);
    if (o->repeat) json_put_count(event, "repeats", o->repeat);
    json_put_count(event, "trainings", all->count);
    if (all->count) put_spreads(event, all, false);
    if (all->count && all->list[0].test.known) put_spreads(event, all, true);
    json_put_text(event, "stopped", train_interrupted() ? "interrupt" : "epochs");
    json_print(event);
}

static void end_line(const train_run *run, bool saved)
{
    const train_options *o = run->options;
    if (!o->out)
        fprintf(stderr, "not saved: --out FILE keeps %s\n", o->folds ? "a model of all rows" : "the first of them");
    else if (!saved)
        fputs("not saved\n", stderr);
    else if (out_file_is_stdout(o->out))
        fputs("the model went to standard output\n", stderr);
    else
        fprintf(stderr, "saved in %s: the model of %s\n", o->out, o->folds ? "all rows" : "the first seed");
}

/* ---- all of them ----------------------------------------------------------------------------------------------- */

/* Of several seeds the first one's model is what the command would save without them. */
static int run_trial(train_run *run, trials *all, trial *t, bool *saved)
{
    bool first = all->count == 0, save = first && run->options->out && !run->options->folds;
    run->seed = t->seed;
    int code = cut(run, t);
    if (code == CODE_FINE) code = train_anew(run, first);
    if (code || train_interrupted()) return code;
    if (save) code = train_save(run);
    if (code) return code;
    *saved = save || *saved;
    glia_status status = score(run, t);
    if (status) return fail_status(status);
    grow(&all->list, all->count, sizeof *all->list);
    all->list[all->count++] = *t;
    tell_trial(run, t);
    return flush_output(CODE_FINE);
}

static int run_trials(train_run *run, trials *all, bool *saved)
{
    const train_options *o = run->options;
    size_t               folds = o->folds ? o->folds : 1, count = (o->repeat ? o->repeat : 1) * folds;
    int                  code = CODE_FINE;
    for (size_t i = 0; code == CODE_FINE && i < count && !train_interrupted(); i++) {
        trial t = {.repeat = i / folds, .fold = i % folds, .seed = (uint32_t)(o->seed + i / folds)};
        code = run_trial(run, all, &t, saved);
    }
    return code;
}

/* After folds: a model of all rows, in which nothing of the folds is left. */
static int train_whole(train_run *run, bool *saved)
{
    run->seed = (uint32_t)run->options->seed;
    train_parts_whole(run->parts);
    int code = train_anew(run, false);
    if (code || train_interrupted()) return code;
    code = train_save(run);
    *saved = code == CODE_FINE;
    return code;
}

int train_several(train_run *run)
{
    const train_options *o = run->options;
    trials               all = {0};
    bool                 saved = false;
    int                  code = run_trials(run, &all, &saved);
    if (code == CODE_FINE && train_interrupted() && !o->quiet)
        fputs("stopped; the training that was running does not count\n", stderr);
    if (code == CODE_FINE && all.count && !o->quiet) mean_lines(&all);
    if (code == CODE_FINE && o->folds && o->out && !train_interrupted()) code = train_whole(run, &saved);
    if (code == CODE_FINE && o->json) end_event(run, &all, saved);
    if (code == CODE_FINE && !o->quiet) end_line(run, saved);
    free(all.list);
    return code == CODE_FINE && train_interrupted() ? CODE_INTERRUPTED : code;
}
