/* Several trainings, to see how much a score depends on which rows are held out, and on chance: the folds of a
 * cross-validation (--folds), the same with other seeds (--repeat), or both. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

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

static void tell_score(const train_score *s)
{
    for (const train_figure *f = NULL; (f = train_figure_next(f, s, false));)
        train_tell_figure(f->label, f->share, train_figure_of(f, s->own));
    for (const train_figure *f = NULL; (f = train_figure_next(f, s, true));)
        train_tell_figure(f->baseline, f->share, train_figure_of(f, s->baseline));
}

static void trial_line(const train_run *run, const trial *t)
{
    const train_options *o = run->options;
    if (o->repeat) fprintf(stderr, "seed %u%s", t->seed, o->folds ? ", " : "");
    if (o->folds) fprintf(stderr, "fold %zu/%zu", t->fold + 1, o->folds);
    tell_score(&t->validation);
    if (t->test.own) {
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
    if (t->test.own) train_score_put(event, "test", &t->test);
    json_put_count(event, "epochs", t->epochs);
    json_put_text(event, "stopped", glia_model_stopped(run->model));
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

/* Its own, or of the baseline that it has to be better than. */
static double value_of(const trial *t, bool test, bool baseline, const train_figure *f)
{
    const train_score *s = score_of(t, test);
    return train_figure_of(f, baseline ? s->baseline : s->own);
}

static spread spread_of(const trials *all, bool test, bool baseline, const train_figure *f)
{
    double sum = 0, squares = 0, n = (double)all->count;
    for (size_t i = 0; i < all->count; i++) sum += value_of(&all->list[i], test, baseline, f);
    for (size_t i = 0; i < all->count; i++) {
        double off = value_of(&all->list[i], test, baseline, f) - sum / n;
        squares += off * off;
    }
    return (spread){sum / n, n > 1 ? sqrt(squares / (n - 1)) : NAN};
}

/* `val_accuracy`, `test_baseline_r2`; the baseline of the validation rows goes by its name alone. */
static void put_spreads(json_t *event, const trials *all, bool test)
{
    const train_score *first = score_of(all->list, test);
    for (const train_figure *f = NULL; (f = train_figure_next(f, first, false));) {
        spread found = spread_of(all, test, false, f);
        char  *key = text_of("%s_%s", test ? "test" : "val", f->name), *sd = text_of("%s_sd", key);
        json_put_number(event, key, found.mean);
        json_put_number(event, sd, found.sd);
        free(sd);
        free(key);
    }
    for (const train_figure *f = NULL; (f = train_figure_next(f, first, true));) {
        char *key = text_of("%sbaseline_%s", test ? "test_" : "", f->name);
        json_put_number(event, key, spread_of(all, test, true, f).mean);
        free(key);
    }
}

static void tell_spreads(const trials *all, bool test)
{
    const train_score *first = score_of(all->list, test);
    for (const train_figure *f = NULL; (f = train_figure_next(f, first, false));) {
        spread found = spread_of(all, test, false, f);
        train_tell_figure(f->label, f->share, found.mean);
        if (isfinite(found.sd))
            fprintf(stderr, f->share ? " (sd %.2f)" : " (sd %.4g)", (f->share ? 100 : 1) * found.sd);
    }
    for (const train_figure *f = NULL; (f = train_figure_next(f, first, true));)
        train_tell_figure(f->baseline, f->share, spread_of(all, test, true, f).mean);
    fputc('\n', stderr);
}

static void mean_lines(const trials *all)
{
    fprintf(stderr, "mean of %zu", all->count);
    tell_spreads(all, false);
    if (!all->list[0].test.own) return;
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
    if (all->count && all->list[0].test.own) put_spreads(event, all, true);
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
    if (o->folds && saved && o->patience)
        fprintf(stderr, "%zu of them said when to stop, and taught it nothing\n", train_rows(run->parts->judges));
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
    grow(&all->list, all->count, sizeof *all->list);
    trial *kept = &all->list[all->count++];
    *kept = *t;
    glia_status status = score(run, kept);
    if (status) return fail_status(status);
    tell_trial(run, kept);
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
    int code = train_parts_whole(run->parts, run->options, run->seed);
    if (code == CODE_FINE) code = train_anew(run, false);
    if (code || train_interrupted()) return code;
    code = train_save(run);
    *saved = code == CODE_FINE;
    return code;
}

static void forget(trials *all)
{
    for (size_t i = 0; i < all->count; i++) {
        train_score_clear(&all->list[i].validation);
        train_score_clear(&all->list[i].test);
    }
    free(all->list);
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
    forget(&all);
    return code == CODE_FINE && train_interrupted() ? CODE_INTERRUPTED : code;
}
