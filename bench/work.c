/* glia's side of the works that bench/works.py lists.
 *
 *   work task=fit data=DATA net=NET optimizer=TEXT batch=N epochs=N rows=N threads=N [out=FILE]
 *   work task=latency data=DATA model=FILE calls=N                  one sample after the other
 *   work task=predict data=DATA model=FILE batch=N passes=N threads=N
 *
 * A batch of 0 rows: all of them. How it is spoken to: serve.h. */
#include "serve.h"

/* Batches and calls of a warm-up, and rows that are predicted one by one. */
enum { WARM_BATCHES = 20, WARM_CALLS = 100, SINGLE = 1000 };

/* The rows to train on, and those to be judged on: the test part, or of data without one the same. */
typedef struct rows {
    glia_data       *all, *train, *few;
    const glia_data *test;
} rows;

static glia_data *first_rows(const glia_data *data, size_t count)
{
    glia_data     *view = NULL;
    glia_data_info info;
    glia_data_describe(data, &info);
    count = count && count < info.rows ? count : info.rows;
    size_t *list = malloc(count * sizeof *list);
    if (!list) exit(1);
    for (size_t i = 0; i < count; i++) list[i] = i;
    if (glia_data_rows(data, list, count, &view)) stop();
    free(list);
    return view;
}

static rows open_rows(size_t batch)
{
    rows r = {0};
    if (glia_data_open(&r.all, text_of("data", NULL), NULL)) stop();
    r.train = first_rows(r.all, count_of("rows", "0"));
    r.few = first_rows(r.train, batch * WARM_BATCHES);
    r.test = glia_data_test(r.all) ? glia_data_test(r.all) : r.train;
    return r;
}

static void close_rows(rows *r)
{
    glia_data_free(r->few);
    glia_data_free(r->train);
    glia_data_free(r->all);
}

/* ---- training ---------------------------------------------------------------------------------------------------- */

/* Of a single epoch its own seconds; of many those of the whole call, with what lies between them. */
static double seconds_of(const glia_model *m, double call)
{
    size_t            count;
    const glia_epoch *epochs = glia_model_history(m, &count);
    return count == 1 ? epochs->seconds : call;
}

static void tell_accuracy(glia_model *m, const glia_data *data)
{
    glia_scores *scores;
    if (glia_evaluate(m, data, &scores)) stop();
    tell("accuracy", scores->accuracy);
    glia_scores_free(scores);
}

static void fit_once(void *of, bool warm)
{
    const rows *r = of;
    glia_model *m;
    size_t      batch = count_of("batch", "32");
    if (glia_model_new(&m, text_of("net", NULL), r->train, 1)) stop();
    double      start = now();
    glia_status status = glia_fit(m, warm ? r->few : r->train, NULL,
                                  &(glia_fit_options){.epochs = warm ? 1 : count_of("epochs", "1"),
                                                      .batch = batch ? batch : GLIA_FULL_BATCH,
                                                      .threads = (unsigned)count_of("threads", "1"),
                                                      .optimizer = text_of("optimizer", NULL),
                                                      .seed = 1});
    if (status) stop();
    tell("seconds", seconds_of(m, now() - start));
    if (!warm) tell_accuracy(m, r->test);
    if (*text_of("out", "") && glia_model_save(m, text_of("out", ""))) stop();
    glia_model_free(m);
}

static void fit(void)
{
    rows r = open_rows(count_of("batch", "32"));
    serve(fit_once, &r);
    close_rows(&r);
}

/* ---- predicting -------------------------------------------------------------------------------------------------- */

static glia_model *open_model(void)
{
    glia_model *m;
    if (glia_model_open(&m, text_of("model", NULL)) || glia_set_mode(m, GLIA_MODE_EVALUATE)) stop();
    return m;
}

/* Rows as the net takes them, their classes, and room for answers. */
typedef struct questions {
    rows       rows;
    size_t     count, inputs, outputs;
    glia_real *x, *y;
} questions;

static questions ask(const glia_model *m, size_t most)
{
    questions       q = {.rows = open_rows(1)};
    glia_data_info  data;
    glia_model_info model;
    glia_data_describe(q.rows.test, &data);
    glia_model_describe(m, &model);
    q.count = most && most < data.rows ? most : data.rows;
    q.inputs = model.inputs;
    q.outputs = model.outputs;
    q.x = malloc(q.count * q.inputs * sizeof *q.x);
    q.y = malloc(q.count * q.outputs * sizeof *q.y);
    if (!q.x || !q.y) exit(1);
    if (glia_inputs_get(m, q.rows.test, NULL, q.count, q.x)) stop();
    return q;
}

static void questions_free(questions *q)
{
    free(q->x);
    free(q->y);
    close_rows(&q->rows);
}

static size_t likeliest(const glia_real *y, size_t n)
{
    size_t best = 0;
    for (size_t i = 1; i < n; i++)
        if (y[i] > y[best]) best = i;
    return best;
}

static void tell_right(const questions *q)
{
    size_t right = 0;
    for (size_t r = 0; r < q->count; r++)
        right += (int32_t)likeliest(q->y + r * q->outputs, q->outputs) == glia_data_class(q->rows.test, r);
    tell("accuracy", (double)right / (double)q->count);
}

typedef struct single {
    glia_predictor *p;
    glia_real      *room;
    questions       q;
} single;

static void latency_once(void *of, bool warm)
{
    single *s = of;
    size_t  calls = warm ? WARM_CALLS : count_of("calls", NULL);
    double *turns = malloc(calls * sizeof *turns);
    if (!turns) exit(1);
    for (size_t i = 0; i < calls; i++) {
        size_t row = i % s->q.count;
        double start = now();
        glia_predictor_run(s->p, s->q.x + row * s->q.inputs, s->q.y + row * s->q.outputs, s->room);
        turns[i] = now() - start;
    }
    tell("seconds", median(turns, calls));
    tell_right(&s->q);
    free(turns);
}

/* A predictor takes the numbers as the data have them. */
static void unscale(questions *q)
{
    for (size_t r = 0; r < q->count; r++)
        for (size_t i = 0; i < q->inputs; i++) q->x[r * q->inputs + i] = (glia_real)glia_data_input(q->rows.test, r, i);
}

static void latency(void)
{
    glia_model *m = open_model();
    single      s = {.q = ask(m, SINGLE)};
    unscale(&s.q);
    if (glia_predictor_new(&s.p, m)) stop();
    glia_model_free(m);
    if (!(s.room = malloc(glia_predictor_room(s.p) * sizeof *s.room))) exit(1);
    serve(latency_once, &s);
    questions_free(&s.q);
    glia_predictor_free(s.p);
    free(s.room);
}

/* A thread with its share of the rows. */
typedef struct caller {
    pthread_t        thread;
    glia_model      *m;
    const questions *q;
    size_t           batch, begin, end, passes;
} caller;

static void *call(void *of)
{
    caller *c = of;
    for (size_t pass = 0; pass < c->passes; pass++)
        for (size_t at = c->begin; at < c->end; at += c->batch)
            if (glia_forward(c->m, c->q->x + at * c->q->inputs, c->end - at < c->batch ? c->end - at : c->batch,
                             c->q->y + at * c->q->outputs))
                stop();
    return NULL;
}

typedef struct crowd {
    caller   *callers;
    size_t    count;
    questions q;
} crowd;

static void predict_once(void *of, bool warm)
{
    crowd *c = of;
    for (size_t i = 0; i < c->count; i++) c->callers[i].passes = warm ? 1 : count_of("passes", NULL);
    double start = now();
    for (size_t i = 1; i < c->count; i++)
        if (pthread_create(&c->callers[i].thread, NULL, call, &c->callers[i])) exit(1);
    call(&c->callers[0]);
    for (size_t i = 1; i < c->count; i++) pthread_join(c->callers[i].thread, NULL);
    tell("seconds", now() - start);
    tell_right(&c->q);
}

/* Shares are whole batches, as even as they can be. */
static void share_out(crowd *c, size_t batch)
{
    size_t batches = (c->q.count + batch - 1) / batch;
    for (size_t i = 0; i < c->count; i++) {
        size_t end = batches * (i + 1) / c->count * batch;
        c->callers[i].q = &c->q;
        c->callers[i].batch = batch;
        c->callers[i].begin = batches * i / c->count * batch;
        c->callers[i].end = end < c->q.count ? end : c->q.count;
    }
}

static void predict(void)
{
    crowd c = {.count = count_of("threads", "1")};
    c.callers = calloc(c.count, sizeof *c.callers);
    if (!c.callers) exit(1);
    for (size_t i = 0; i < c.count; i++) c.callers[i].m = open_model();
    c.q = ask(c.callers[0].m, 0);
    share_out(&c, count_of("batch", NULL));
    serve(predict_once, &c);
    questions_free(&c.q);
    for (size_t i = 0; i < c.count; i++) glia_model_free(c.callers[i].m);
    free(c.callers);
}

int main(int argc, char **argv)
{
    static const task tasks[] = {{"fit", NULL, fit}, {"latency", NULL, latency}, {"predict", NULL, predict}};
    (void)argc;
    return run_task(argv, tasks, sizeof tasks / sizeof *tasks);
}
