/* Checkpoints: a run that was stopped anywhere and goes on ends with the bits of one that was not; what does not fit is
 * refused with what differs, what is damaged with the place; and at every moment a whole file is there. Real processes
 * and real kills are in test_cli_resume.c. */
#include <signal.h>
#include <sys/resource.h>

#include "files/files.h"
#include "folder.h"
#include "model/model.h"
#include "scarce.h"

typedef glia_fit_options options;

static const char *net = "dense 6, tanh, dense 3, softmax";
static glia_data  *train_rows, *held_rows;
static char        before[160]; /* path.previous */

static int make_all(void **state)
{
    train_rows = class_data(1, 70, 4, 3);
    held_rows = class_data(2, 40, 4, 3);
    if (make_folder(state)) return -1;
    snprintf(before, sizeof before, "%s.previous", path);
    return 0;
}

static int remove_all(void **state)
{
    glia_data_free(train_rows);
    glia_data_free(held_rows);
    unlink(before);
    return remove_folder(state);
}

#define WITH_FILES(test) cmocka_unit_test_setup_teardown(test, make_all, remove_all)

static glia_model *fresh(void)
{
    glia_model *m;
    EXPECT_OK(glia_model_new(&m, net, train_rows, 3));
    return m;
}

static glia_model *fitted(const options *o)
{
    glia_model *m = fresh();
    EXPECT_OK(glia_fit(m, train_rows, held_rows, o));
    return m;
}

/* Weights, record and history, to the bit; only how long it took may differ. */
static void expect_same(const char *what, const glia_model *a, const glia_model *b)
{
    size_t            n, m;
    const glia_epoch *h = glia_model_history(a, &n), *k = glia_model_history(b, &m);
    if (n != m || glia_model_kept_epoch(a) != glia_model_kept_epoch(b)) fail_msg("%s: %zu and %zu epochs", what, n, m);
    if (memcmp(a->parameters, b->parameters, a->n_parameters * sizeof *a->parameters) != 0)
        fail_msg("%s: the weights differ", what);
    assert_string_equal(glia_model_record(a), glia_model_record(b));
    for (size_t e = 0; e < n; e++) {
        glia_epoch x = h[e], y = k[e];
        x.seconds = y.seconds = 0;
        if (memcmp(&x, &y, sizeof x) != 0) fail_msg("%s: epoch %zu differs", what, e + 1);
    }
}

/* From the latest checkpoint, and from the one before it. */
static void expect_both_go_on(options *o, glia_model *whole)
{
    for (int i = 0; i < 2; i++) {
        o->resume = i ? before : path;
        glia_model *parts = fitted(o);
        expect_same(o->resume, whole, parts);
        glia_model_free(parts);
    }
}

/* Asks to stop after a batch of an epoch, or (batch 0) after the epoch. */
typedef struct stopper {
    size_t epoch, batch;
} stopper;

static bool stop_at_batch(void *user, const glia_batch *b)
{
    const stopper *s = user;
    return b->epoch == s->epoch && b->batch == s->batch;
}

static bool stop_at_epoch(void *user, const glia_epoch *e)
{
    const stopper *s = user;
    return e->epoch == s->epoch && s->batch == 0;
}

/* Runs until it is stopped, and on from the checkpoint with a fresh model. */
static glia_model *stopped_and_resumed(const options *o, stopper at)
{
    options part = *o;
    part.checkpoint = path;
    part.on_batch = stop_at_batch, part.on_epoch = stop_at_epoch, part.user = &at;
    part.threads = 3;
    glia_model_free(fitted(&part));
    part = *o;
    part.threads = 1;
    part.resume = path;
    return fitted(&part);
}

/* After an epoch, within one, before its last batch, at it, after the first and the last but one. */
static const stopper stops[] = {{4, 0}, {3, 4}, {5, 8}, {5, 9}, {1, 1}, {7, 0}}; /* of nine batches an epoch */

static void expect_exact(const char *what, const options *o, size_t from, size_t to)
{
    glia_model *whole = fitted(o);
    for (size_t i = from; i < to; i++) {
        glia_model *parts = stopped_and_resumed(o, stops[i]);
        expect_same(what, whole, parts);
        glia_model_free(parts);
    }
    glia_model_free(whole);
}

/* ---- the same bits --------------------------------------------------------------------------------------------- */

/* lbfgs and the like take whole data sets; they are asked for as they want to be. */
static void every_optimizer_goes_on(void **state)
{
    (void)state;
    glia_entry entry;
    for (size_t i = 0; glia_list_entry(GLIA_LIST_OPTIMIZERS, i, &entry); i++) {
        options o = {.epochs = 8, .batch = 8, .optimizer = entry.name};
        if (strcmp(entry.name, "lbfgs") == 0) o.batch = GLIA_FULL_BATCH;
        expect_exact(entry.name, &o, 0, 2);
    }
}

static void every_option_goes_on(void **state)
{
    (void)state;
    static const struct {
        const char *what;
        options     o;
    } kinds[] = {
        {"momentum", {.optimizer = "sgd lr=0.1 momentum=0.9 nesterov=yes"}},
        {"amsgrad", {.optimizer = "adam lr=0.01 amsgrad=yes"}},
        {"rmsprop", {.optimizer = "rmsprop centered=yes momentum=0.9"}},
        {"adagrad", {.optimizer = "adagrad lr=0.1 lr_decay=0.1 initial_accumulator_value=0.1"}},
        {"no shuffle", {.no_shuffle = true}},
        {"cosine", {.schedule = "cosine warmup=10%"}},
        {"step", {.schedule = "step 3 gamma=0.5"}},
        {"groups", {.accumulate = 4}},
        {"ema", {.ema = 0.9}},
        {"swa", {.swa = "3"}},
        {"swa by share", {.swa = "40%", .val_every = 3}},
        {"patience", {.patience = 50, .optimizer = "sgd lr=3"}},
        {"short patience", {.patience = 1, .optimizer = "sgd lr=6"}},
        {"monitor", {.patience = 3, .monitor = "val_macro_f1", .optimizer = "sgd lr=3"}},
        {"training loss", {.patience = 2, .monitor = "loss", .optimizer = "sgd lr=8", .val_every = 2}},
        {"every third", {.val_every = 3, .patience = 50, .optimizer = "sgd lr=3"}},
        {"ema, patience", {.ema = 0.8, .patience = 50, .optimizer = "sgd lr=3"}},
        {"clipping", {.clip_norm = 0.1, .clip_value = 0.01}},
        {"clipping by sizes", {.clip_norm = 0.1, .clip_kind = GLIA_NORM_1}},
        {"bfloat16", {.precision = EMULATED}},
        {"balanced", {.class_weight = "balanced", .accumulate = 3}},
        {"plateau", {.schedule = "plateau 0.5 patience=1 cooldown=1", .optimizer = "sgd lr=3"}},
        {"plateau of accuracy",
         {.schedule = "plateau 0.5 patience=0", .monitor = "val_accuracy", .optimizer = "sgd lr=3"}},
        {"one cycle", {.schedule = "one_cycle 0.5", .optimizer = "sgd lr=0.1 momentum=0.9"}},
        {"one cycle of beta1 to 0", {.schedule = "one_cycle 0.1 base_momentum=0 pct_start=0.25"}},
        {"one cycle of momentum to 0",
         {.schedule = "one_cycle 0.1 base_momentum=0 pct_start=0.25", .optimizer = "momentum"}},
        {"one cycle of rmsprop's to 0",
         {.schedule = "one_cycle 0.1 base_momentum=0 pct_start=0.25", .optimizer = "rmsprop momentum=0.9"}},
        {"warm restarts", {.schedule = "warm_restarts 2"}},
        {"lbfgs", {.optimizer = "lbfgs"}},
        {"lbfgs, seldom validated", {.optimizer = "lbfgs history=3", .val_every = 3, .ema = 0.5}},
        {"lbfgs until it is flat", {.optimizer = "lbfgs tolerance=0.01", .patience = 6}},
    };
    for (size_t i = 0; i < COUNT(kinds); i++) {
        options o = kinds[i].o;
        o.epochs = 8, o.batch = 8, o.seed = 5;
        expect_exact(kinds[i].what, &o, i % 2 ? 0 : 3, i % 2 ? 3 : COUNT(stops));
    }
}

/* Layers that keep more than they learn, or that draw as they go. */
static void every_net_goes_on(void **state)
{
    (void)state;
    static const char *const nets[] = {"dense 6, batchnorm, tanh, dense 3, softmax",
                                       "dense 9, dropout 0.3, batchnorm, tanh, dense 3, softmax",
                                       "input 1x2x2, conv 3 3x3 pad=same, batchnorm, relu, flatten, dense 3, softmax"};
    static const options     kinds[] = {{.epochs = 8}, {.swa = "3"}, {.ema = 0.9}, {.accumulate = 3}};
    const char              *usual = net;
    for (size_t i = 0; i < COUNT(nets) * COUNT(kinds); i++) {
        options o = kinds[i % COUNT(kinds)];
        o.epochs = 8, o.batch = 8;
        net = nets[i / COUNT(kinds)];
        expect_exact(net, &o, 0, 2);
    }
    net = usual;
}

/* A run of five epochs, validated at the end only because it is the end, becomes one of eight that never was. */
static void more_epochs_can_be_asked_for(void **state)
{
    (void)state;
    static const options kinds[] = {{.optimizer = "adam"},
                                    {.val_every = 3, .patience = 50, .optimizer = "sgd lr=3"},
                                    {.swa = "2"},
                                    {.schedule = "exponential 0.7"},
                                    {.schedule = "step 3"}};
    for (size_t i = 0; i < COUNT(kinds); i++) {
        options o = kinds[i];
        o.epochs = 5, o.checkpoint = path;
        glia_model_free(fitted(&o));
        o.epochs = 8, o.checkpoint = NULL, o.resume = path;
        glia_model *parts = fitted(&o);
        o.resume = NULL;
        glia_model *whole = fitted(&o);
        expect_same("five and three", whole, parts);
        glia_model_free(parts);
        glia_model_free(whole);
    }
}

/* The rest of nothing: the same model once more. */
static void a_finished_run_stays_finished(void **state)
{
    (void)state;
    options     o = {.epochs = 40, .checkpoint = path, .patience = 2, .optimizer = "sgd lr=6"};
    glia_model *whole = fitted(&o);
    o.resume = path;
    glia_model *again = fitted(&o);
    assert_true(glia_model_kept_epoch(whole) < 40);
    expect_same("finished", whole, again);
    glia_model_free(again);
    glia_model_free(whole);
}

/* Epochs in the history of a checkpoint. */
static size_t epochs_in(const char *file)
{
    glia__tensors t;
    EXPECT_OK(glia__tensors_open(&t, file));
    const glia__tensor *history = glia__tensors_find(&t, "history");
    assert_non_null(history);
    size_t epochs = history->shape[0];
    glia__tensors_clear(&t);
    return epochs;
}

static void the_one_before_is_kept(void **state)
{
    (void)state;
    options o = {.epochs = 3, .checkpoint = path};
    glia_model_free(fitted(&o));
    o.checkpoint = NULL, o.epochs = 5;
    glia_model *whole = fitted(&o);
    assert_int_equal(entries_of_folder(), 2);
    assert_true(epochs_in(path) == 3 && epochs_in(before) == 2);
    expect_both_go_on(&o, whole);
    glia_model_free(whole);
}

static bool is_found(const glia_model *m, const char *kind)
{
    size_t              count;
    const glia_finding *f = glia_model_findings(m, &count);
    for (size_t i = 0; i < count; i++)
        if (strcmp(f[i].kind, kind) == 0) return true;
    return false;
}

static bool is_advised(const glia_model *m, const char *part)
{
    size_t              count;
    const glia_finding *f = glia_model_findings(m, &count);
    for (size_t i = 0; i < count; i++)
        if (strstr(f[i].cure, part)) return true;
    return false;
}

/* What the doctor says of a whole run it does not say of the last steps of one. */
static void the_doctor_knows_that_a_run_went_on(void **state)
{
    (void)state;
    options     o = {.epochs = 3, .optimizer = "sgd lr=0.01", .batch = GLIA_FULL_BATCH, .checkpoint = path};
    glia_data  *d;
    glia_model *m;
    o.doctor = true;
    EXPECT_OK(glia_data_open(&d, GLIA_TEST_DATA "/../data/digits.csv.gz", NULL));
    EXPECT_OK(glia_model_new(&m, "dense 32, relu, dense 10, softmax", d, 1));
    EXPECT_OK(glia_fit(m, d, NULL, &o));
    assert_true(is_found(m, "few_steps"));
    o.epochs = 5, o.resume = path;
    EXPECT_OK(glia_fit(m, d, NULL, &o));
    assert_false(is_found(m, "few_steps"));
    glia_model_free(m);
    /* Nor does it try rates from a start that it has not seen. */
    o = (options){.epochs = 2, .optimizer = "sgd lr=1e-9", .checkpoint = path, .doctor = true};
    EXPECT_OK(glia_model_new(&m, "dense 32, relu, dense 10, softmax", d, 1));
    EXPECT_OK(glia_fit(m, d, NULL, &o));
    assert_true(is_advised(m, "which a range test from the same start suggests"));
    o.epochs = 4, o.resume = path;
    EXPECT_OK(glia_fit(m, d, NULL, &o));
    assert_true(is_found(m, "stuck") && !is_advised(m, "range test"));
    glia_model_free(m);
    glia_data_free(d);
}

/* ---- what does not fit ------------------------------------------------------------------------------------------- */

static void other_runs_are_told_apart(void **state)
{
    (void)state;
    static const struct {
        options     o;
        const char *sentence;
    } others[] = {
        {{.optimizer = "sgd lr=0.1"}, "its optimizer is adam, not sgd 0.1"},
        {{.schedule = "cosine"}, "its schedule is constant, not cosine"},
        {{.loss = "mse"}, "its loss is cross_entropy, not mse"},
        {{.batch = 16}, "its batch is 32, not 16"},
        {{.accumulate = 2}, "its number of batches an update is 1, not 2"},
        {{.no_shuffle = true}, "its shuffle is yes, not no"},
        {{.seed = 7}, "its seed is 0, not 7"},
        {{.clip_norm = 1}, "its limit of the gradients' norm is none, not 1"},
        {{.clip_value = 0.5}, "its limit of gradients is none, not 0.5"},
        {{.ema = 0.5}, "its moving average is none, not 0.5"},
        {{.swa = "2"}, "its start of averaging is none, not 2"},
        {{.class_weight = "balanced"}, "its weighting of classes is none, not balanced"},
        {{.patience = 2}, "its patience is 0, not 2"},
        {{.monitor = "val_accuracy"}, "its watched metric is val_loss, not val_accuracy"},
        {{.min_delta = 0.5}, "its least improvement is 0, not 0.5"},
        {{.val_every = 2}, "its number of epochs between validations is 1, not 2"},
        {{.scale = "standard"}, "the scaling is another"},
        {{.batch = 16, .seed = 7}, "its batch is 32, not 16; its seed is 0, not 7"},
        {{.epochs = 2}, "has 3 epochs behind it, and only 2 are asked for"},
    };
    options o = {.epochs = 3, .checkpoint = path};
    glia_model_free(fitted(&o));
    glia_model *m = fresh(), *start = fresh();
    for (size_t i = 0; i < COUNT(others); i++) {
        o = others[i].o;
        o.resume = path;
        EXPECT_FAILS(glia_fit(m, train_rows, held_rows, &o), GLIA_E_ARG, others[i].sentence);
        assert_true(said(others[i].sentence));
        assert_memory_equal(m->parameters, start->parameters, m->n_parameters * sizeof *m->parameters);
    }
    glia_model_free(m);
    glia_model_free(start);
}

static void another_precision_is_told_apart(void **state)
{
    (void)state;
    if (IS_DOUBLE) skip(); /* there is no other */
    options o = {.epochs = 3, .checkpoint = path};
    glia_model_free(fitted(&o));
    glia_model *m = fresh();
    EXPECT_FAILS(glia_fit(m, train_rows, held_rows, &(options){.precision = EMULATED, .resume = path}), GLIA_E_ARG,
                 "is of another run: its precision is float32, not bf16-emulated");
    glia_model_free(m);
}

/* A loss that is computed together with the last layer is another's formula, and still itself. */
static void a_loss_is_the_one_asked_for(void **state)
{
    (void)state;
    const char *usual = net;
    net = "dense 3, sigmoid";
    glia_model *m = fitted(&(options){.epochs = 2, .checkpoint = path});
    EXPECT_FAILS(glia_fit(m, train_rows, held_rows, &(options){.epochs = 3, .resume = path, .loss = "bce_logits"}),
                 GLIA_E_ARG, "its loss is bce, not bce_logits");
    EXPECT_OK(glia_fit(m, train_rows, held_rows, &(options){.epochs = 3, .resume = path, .loss = "bce"}));
    glia_model_free(m);
    net = usual;
}

/* What is asked is what was meant: mode=max may be said or follow from the metric. */
static void a_mode_may_be_said_or_not(void **state)
{
    (void)state;
    static const char *const texts[] = {"plateau 0.5", "plateau 0.5 mode=max"};
    for (size_t i = 0; i < 2; i++) {
        options       o = {.epochs = 3, .checkpoint = path, .schedule = texts[i], .monitor = "val_accuracy"};
        glia__tensors t;
        glia_model_free(fitted(&o));
        EXPECT_OK(glia__tensors_open(&t, path));
        assert_string_equal(glia__tensors_meta(&t, "asked.schedule"), "plateau 0.5 mode=max");
        glia__tensors_clear(&t);
        o.resume = path, o.checkpoint = NULL, o.schedule = texts[1 - i];
        glia_model_free(fitted(&o));
    }
}

/* Where nothing is validated it only says when checkpoints are kept. */
static void without_validation_every_binds_nothing(void **state)
{
    (void)state;
    options     o = {.epochs = 3, .checkpoint = path};
    glia_model *first = fresh(), *rest = fresh(), *whole = fresh();
    EXPECT_OK(glia_fit(first, train_rows, NULL, &o));
    o = (options){.epochs = 6, .resume = path, .val_every = 2};
    EXPECT_OK(glia_fit(rest, train_rows, NULL, &o));
    EXPECT_OK(glia_fit(whole, train_rows, NULL, &(options){.epochs = 6}));
    expect_same("every", whole, rest);
    glia_model_free(first);
    glia_model_free(rest);
    glia_model_free(whole);
}

static void other_data_are_told_apart(void **state)
{
    (void)state;
    options     o = {.epochs = 3, .checkpoint = path};
    glia_data  *others = class_data(5, 70, 4, 3), *fewer = class_data(1, 60, 4, 3), *wide = class_data(1, 70, 5, 3);
    glia_model *m = fitted(&o), *other_net, *other_seed;
    o = (options){.resume = path};
    EXPECT_FAILS(glia_fit(m, others, held_rows, &o), GLIA_E_ARG,
                 "is of another run: the values or weights of the training rows are");
    EXPECT_FAILS(glia_fit(m, train_rows, others, &o), GLIA_E_ARG,
                 "its validation data is 40 rows of 4 numbers, not 70 rows of 4");
    EXPECT_FAILS(glia_fit(m, fewer, held_rows, &o), GLIA_E_ARG,
                 "its training data is 70 rows of 4 numbers, not 60 rows of 4");
    EXPECT_FAILS(glia_fit(m, train_rows, NULL, &o), GLIA_E_ARG,
                 "its validation data is 40 rows of 4 numbers, not none");
    EXPECT_OK(glia_model_new(&other_net, "dense 7, tanh, dense 3, softmax", train_rows, 3));
    EXPECT_FAILS(glia_fit(other_net, train_rows, held_rows, &o), GLIA_E_ARG,
                 "its net is dense 6, tanh, dense 3, softmax, not dense 7, tanh, dense 3, softmax");
    EXPECT_OK(glia_model_new(&other_seed, net, train_rows, 4));
    EXPECT_FAILS(glia_fit(other_seed, train_rows, held_rows, &o), GLIA_E_ARG,
                 "its seed of the first weights is 3, not 4");
    glia_model *models[] = {m, other_net, other_seed};
    glia_data  *data[] = {others, fewer, wide};
    for (size_t i = 0; i < 3; i++) glia_model_free(models[i]), glia_data_free(data[i]);
}

static bool change_a_number(void *user, const glia_epoch *e)
{
    (void)user;
    if (e->epoch == 1) train_rows->values[0] += 1;
    return false;
}

/* Of which data a run is, is asked before its first step, and not of each checkpoint. */
static void data_are_looked_at_once(void **state)
{
    (void)state;
    glia__tensors t;
    char         *values[2];
    for (size_t i = 0; i < 2; i++) {
        const glia_real kept = train_rows->values[0];
        glia_model_free(fitted(&(options){.epochs = 3, .checkpoint = path, .on_epoch = i ? change_a_number : NULL}));
        train_rows->values[0] = kept;
        EXPECT_OK(glia__tensors_open(&t, path));
        values[i] = glia__strdup(glia__tensors_meta(&t, "asked.train_values"));
        glia__tensors_clear(&t);
    }
    assert_string_equal(values[0], values[1]);
    glia__free(values[0]);
    glia__free(values[1]);
}

/* Rows in another order are other rows. */
static void an_order_is_told_apart(void **state)
{
    (void)state;
    size_t      swapped[70];
    glia_data  *view;
    options     o = {.epochs = 3, .checkpoint = path};
    glia_model *m = fitted(&o);
    for (size_t i = 0; i < 70; i++) swapped[i] = i < 2 ? 1 - i : i;
    EXPECT_OK(glia_data_rows(train_rows, swapped, 70, &view));
    o = (options){.resume = path};
    EXPECT_FAILS(glia_fit(m, view, held_rows, &o), GLIA_E_ARG, "the values or weights of the training rows are others");
    glia_model_free(m);
    glia_data_free(view);
}

static void what_depends_on_the_length_stays(void **state)
{
    (void)state;
    static const struct {
        options     o;
        const char *on; /* NULL: fits */
    } kinds[] = {
        {{.schedule = "cosine"}, "schedule"},
        {{.schedule = "cosine over=10"}, NULL},
        {{.schedule = "constant warmup=10%"}, "schedule"},
        {{.schedule = "constant warmup=2"}, NULL},
        {{.swa = "50%"}, "averaging"},
        {{.swa = "90%"}, NULL}, /* epoch 9 of 10, 18 of 20: none has come yet */
    };
    for (size_t i = 0; i < COUNT(kinds); i++) {
        stopper at = {6, 0};
        options o = kinds[i].o;
        o.epochs = 10, o.checkpoint = path, o.on_epoch = stop_at_epoch, o.user = &at;
        glia_model *m = fitted(&o);
        o = kinds[i].o;
        o.epochs = 20, o.resume = path;
        glia_status status = glia_fit(m, train_rows, held_rows, &o);
        if (status != (kinds[i].on ? GLIA_E_ARG : GLIA_OK)) fail_msg("%zu: %s", i, glia_error());
        if (kinds[i].on) assert_true(said("is of a run of 10 epochs, on which its ") && said(kinds[i].on));
        glia_model_free(m);
    }
}

static void the_rest_of_an_epoch_is_asked_for(void **state)
{
    (void)state;
    stopper     at = {4, 2};
    options     o = {.epochs = 10, .checkpoint = path, .on_batch = stop_at_batch, .user = &at};
    glia_model *m = fitted(&o);
    o = (options){.epochs = 3, .resume = path};
    EXPECT_FAILS(glia_fit(m, train_rows, held_rows, &o), GLIA_E_ARG, "is within epoch 4, and only 3 are asked for");
    glia_model_free(m);
}

/* ---- what is damaged --------------------------------------------------------------------------------------------- */

/* A checkpoint in memory. */
typedef struct bytes {
    unsigned char *at;
    size_t         n;
} bytes;

static bytes checkpoint_bytes(void)
{
    bytes b;
    glia_model_free(fitted(&(options){.epochs = 3, .checkpoint = path, .patience = 3, .ema = 0.9}));
    EXPECT_OK(glia__file_read(path, SIZE_MAX, &b.at, &b.n));
    return b;
}

static glia_status resume(void)
{
    glia_model *m = fresh();
    glia_status status =
        glia_fit(m, train_rows, held_rows, &(options){.epochs = 4, .patience = 3, .ema = 0.9, .resume = path});
    glia_model_free(m);
    return status;
}

static void a_part_is_no_checkpoint(void **state)
{
    (void)state;
    bytes b = checkpoint_bytes();
    EXPECT_OK(resume());
    for (size_t n = 0; n < b.n; n += 1 + n / 50) {
        put(b.at, n);
        if (resume() != GLIA_E_FORMAT || !said("")) fail_msg("%zu bytes: %s", n, glia_error());
    }
    glia__free(b.at);
}

/* Wherever a bit is flipped, it is found. */
static void a_flipped_bit_is_found(void **state)
{
    (void)state;
    bytes b = checkpoint_bytes();
    for (size_t i = 0; i < b.n; i += i < 200 || i + 200 > b.n ? 1 : 13) {
        b.at[i] ^= (unsigned char)(1 << i % 8);
        put(b.at, b.n);
        glia_status status = resume();
        if (status != GLIA_E_FORMAT && status != GLIA_E_ARG) fail_msg("byte %zu: %s", i, glia_status_name(status));
        b.at[i] ^= (unsigned char)(1 << i % 8);
    }
    put(b.at, b.n);
    EXPECT_OK(resume());
    glia__free(b.at);
}

/* A checkpoint that is changed and sealed anew, by someone who knows how: tensors and texts are looked at by
 * themselves. */
typedef struct change {
    const char *tensor, *key; /* which one; "" as its new name or text: left out */
    const char *name, *text;
    int         rank; /* of the tensor, if > 0, with sides of 1 */
    bool        doubles;
    const char *sentence;
} change;

static void rewrite(const change *c)
{
    static const char *const keys[] = {"glia_checkpoint",
                                       "asked.epochs",
                                       "asked.net",
                                       "asked.init_seed",
                                       "asked.loss",
                                       "asked.optimizer",
                                       "asked.schedule",
                                       "asked.batch",
                                       "asked.accumulate",
                                       "asked.shuffle",
                                       "asked.seed",
                                       "asked.clip_norm",
                                       "asked.clip_kind",
                                       "asked.clip_value",
                                       "asked.precision",
                                       "asked.augment",
                                       "asked.class_weight",
                                       "asked.ema",
                                       "asked.swa",
                                       "asked.patience",
                                       "asked.monitor",
                                       "asked.min_delta",
                                       "asked.every",
                                       "asked.train_rows",
                                       "asked.train_names",
                                       "asked.train_values",
                                       "asked.validation_rows",
                                       "asked.validation_values",
                                       "asked.classes",
                                       "asked.scaling",
                                       "state.steps",
                                       "state.optimizer",
                                       "state.schedule",
                                       "state.best_epoch",
                                       "state.best_value",
                                       "state.ended",
                                       "state.averaged",
                                       "state.random_next",
                                       "state.random_waiting",
                                       "state.random_normal",
                                       "state.batches",
                                       "state.samples",
                                       "state.hits",
                                       "state.judged",
                                       "state.weight",
                                       "state.loss_sum",
                                       "state.learning_rate",
                                       "state.seconds"};
    glia__tensors            t;
    glia__tensor_list        list = {0};
    glia__meta               meta[COUNT(keys)];
    size_t                   metas = 0;
    EXPECT_OK(glia__tensors_open(&t, path));
    for (size_t i = 0; i < COUNT(keys); i++) {
        bool changed = c->key && strcmp(keys[i], c->key) == 0;
        if (changed && !*c->text) continue;
        meta[metas] = (glia__meta){keys[i], changed ? c->text : glia__tensors_meta(&t, keys[i])};
        assert_non_null(meta[metas++].value);
    }
    for (size_t i = 0; i < t.count; i++) {
        bool             changed = c->tensor && strcmp(t.tensor[i].name, c->tensor) == 0;
        const char      *type = t.tensor[i].dtype_name;
        glia__tensor_out out = {
            .name = t.tensor[i].name, .rank = t.tensor[i].rank, .values = t.data + t.tensor[i].begin};
        out.type = strcmp(type, "U32") == 0                   ? GLIA__WORDS
                   : strcmp(t.tensor[i].name, "history") == 0 ? GLIA__DOUBLES
                                                              : GLIA__REALS_ANY;
        memcpy(out.shape, t.tensor[i].shape, sizeof out.shape);
        if (changed && c->name && !*c->name) continue;
        if (changed && c->name) out.name = c->name;
        if (changed && c->rank) out.rank = c->rank, out.shape[0] = out.shape[1] = 1;
        if (changed && c->doubles) out.type = GLIA__WORDS;
        EXPECT_OK(glia__tensor_list_add(&list, &out));
    }
    EXPECT_OK(glia__tensors_replace(path, list.tensor, list.count, meta, metas));
    glia__tensor_list_clear(&list);
    glia__tensors_clear(&t);
}

static const change changes[] = {
    {.key = "glia_checkpoint", .text = "2", .sentence = "a checkpoint of format 2; this version"},
    {.key = "glia_checkpoint", .text = "", .sentence = "not a checkpoint"},
    {.key = "asked.optimizer", .text = "", .sentence = "asked.optimizer: missing"},
    {.key = "asked.epochs", .text = "", .sentence = "asked.epochs: missing"},
    {.key = "asked.epochs", .text = "0.5", .sentence = "asked.epochs: missing, or no number"},
    {.key = "asked.epochs", .text = "4 ", .sentence = "asked.epochs: missing, or no number"},
    {.key = "state.steps", .text = "", .sentence = "state.steps: missing"},
    {.key = "state.steps", .text = "-1", .sentence = "state.steps: \"-1\" cannot be"},
    {.key = "state.steps", .text = "99999999999999999999", .sentence = "cannot be"},
    {.key = "state.ended", .text = "perhaps", .sentence = "state.ended: \"perhaps\" cannot be"},
    {.key = "state.best_value", .text = "1 2", .sentence = "state.best_value: \"1 2\" cannot be"},
    {.key = "state.best_value", .text = "one", .sentence = "state.best_value: \"one\" cannot be"},
    {.key = "state.best_epoch", .text = "9", .sentence = "best_epoch 9 cannot be"},
    {.key = "state.best_epoch", .text = "0", .sentence = "tensor \"best.0.weight\" has no place here"},
    {.key = "state.averaged", .text = "0", .sentence = "tensor \"average.0.weight\" has no place here"},
    {.key = "state.random_next", .text = "625", .sentence = "random_next 625 cannot be"},
    {.key = "state.batches", .text = "9", .sentence = "state: 9 batches"},
    {.key = "state.batches", .text = "1", .sentence = "state: 1 batches, 0 rows"},
    {.key = "state.hits", .text = "1", .sentence = "1 hits"},
    {.tensor = "weights.0.weight", .name = "", .sentence = "there is no tensor \"weights.0.weight\""},
    {.tensor = "weights.0.weight", .name = "weights.9.weight", .sentence = "there is no tensor \"weights.0.weight\""},
    {.tensor = "optimizer.1.2.bias", .name = "", .sentence = "there is no tensor \"optimizer.1.2.bias\""},
    {.tensor = "weights.0.bias", .rank = 1, .sentence = "tensor \"weights.0.bias\" is [1], not [6]"},
    {.tensor = "weights.0.bias", .rank = 2, .sentence = "tensor \"weights.0.bias\" is [1, 1], not [6]"},
    {.tensor = "random", .rank = 1, .sentence = "tensor \"random\" is [1], not [624]"},
    {.tensor = "random", .name = "", .sentence = "there is no tensor \"random\""},
    {.tensor = "history", .name = "", .sentence = "there is no tensor \"history\""},
    {.tensor = "history", .rank = 2, .sentence = "best_epoch 3 cannot be"},
    {.tensor = "weights.0.bias", .doubles = true, .sentence = "tensor \"weights.0.bias\" is of type U32, not "},
};

static void what_cannot_be_is_refused(void **state)
{
    (void)state;
    bytes b = checkpoint_bytes();
    rewrite(&(change){0});
    EXPECT_OK(resume());
    for (size_t i = 0; i < COUNT(changes); i++) {
        put(b.at, b.n);
        rewrite(&changes[i]);
        if (resume() != GLIA_E_FORMAT || !said(changes[i].sentence)) fail_msg("%zu: %s", i, glia_error());
    }
    glia__free(b.at);
}

/* L-BFGS finds its pairs by what it remembers: how many there are, and where the next one goes. */
static void a_memory_that_leads_nowhere_is_refused(void **state)
{
    (void)state;
    static const char *const cannot_be[] = {"11 0 0 0",  "1e6 0 0 0", "-1 0 0 0", "0.5 0 0 0", "nan 0 0 0",
                                            "inf 0 0 0", "1 10 0 0",  "1 -1 0 0", "1 1e18 0 0"};
    bytes                    b;
    options                  o = {.optimizer = "lbfgs", .epochs = 2, .checkpoint = path};
    glia_model              *m = fitted(&o);
    EXPECT_OK(glia__file_read(path, SIZE_MAX, &b.at, &b.n));
    o = (options){.optimizer = "lbfgs", .epochs = 3, .resume = path};
    rewrite(&(change){.key = "state.optimizer", .text = "0 9 0 0"});
    EXPECT_OK(glia_fit(m, train_rows, held_rows, &o));
    for (size_t i = 0; i < COUNT(cannot_be); i++) {
        put(b.at, b.n);
        rewrite(&(change){.key = "state.optimizer", .text = cannot_be[i]});
        EXPECT_FAILS(glia_fit(m, train_rows, held_rows, &o), GLIA_E_FORMAT,
                     "state: the optimizer cannot remember that many steps");
    }
    glia__free(b.at);
    glia_model_free(m);
}

static void a_model_is_no_checkpoint(void **state)
{
    (void)state;
    glia_model *m = fitted(&(options){.epochs = 2, .checkpoint = path}), *opened;
    EXPECT_FAILS(glia_model_open(&opened, path), GLIA_E_FORMAT, "a checkpoint and no model: `glia train ... --resume`");
    EXPECT_FAILS(glia_model_load_weights(m, path), GLIA_E_FORMAT, "a checkpoint and no model");
    EXPECT_OK(glia_model_save(m, path));
    EXPECT_FAILS(glia_fit(m, train_rows, held_rows, &(options){.resume = path}), GLIA_E_FORMAT,
                 "not a checkpoint but a model");
    unlink(path);
    EXPECT_FAILS(glia_fit(m, train_rows, held_rows, &(options){.resume = path}), GLIA_E_OPEN, "file: ");
    glia_model_free(m);
}

/* ---- no room ----------------------------------------------------------------------------------------------------- */

static bool fill_the_disk(void *user, const glia_epoch *e)
{
    (void)user;
    struct rlimit limit = {100, 100};
    return e->epoch == 3 && setrlimit(RLIMIT_FSIZE, &limit) != 0;
}

static bool stops_when_full(void)
{
    options     o = {.epochs = 10, .checkpoint = path, .on_epoch = fill_the_disk};
    glia_model *m = fresh();
    size_t      count;
    signal(SIGXFSZ, SIG_IGN);
    glia_status status = glia_fit(m, train_rows, held_rows, &o);
    glia_model_history(m, &count);
    bool held = fails_with(status, GLIA_E_WRITE, "cannot be written") && count == 4 && *glia_model_record(m);
    glia_model_free(m);
    return held;
}

/* The weights of a run of four epochs, where nothing is averaged and nobody is patient. */
static bool keeps_the_weights_reached(const options *more)
{
    options     o = *more;
    glia_model *plain = fitted(&(options){.epochs = 4, .optimizer = o.optimizer}), *m = fresh();
    o.epochs = 10, o.checkpoint = path, o.on_epoch = fill_the_disk;
    signal(SIGXFSZ, SIG_IGN);
    bool held = fails_with(glia_fit(m, train_rows, held_rows, &o), GLIA_E_WRITE, "cannot be written") &&
                glia_model_kept_epoch(m) == 4 &&
                memcmp(m->parameters, plain->parameters, m->n_parameters * sizeof *m->parameters) == 0;
    glia_model_free(plain);
    glia_model_free(m);
    return held;
}

static bool keeps_them_with_ema(void)
{
    return keeps_the_weights_reached(&(options){.ema = 0.9});
}

static bool keeps_them_with_swa(void)
{
    return keeps_the_weights_reached(&(options){.swa = "2"});
}

static bool keeps_them_with_patience(void)
{
    return keeps_the_weights_reached(&(options){.ema = 0.9, .patience = 9, .optimizer = "sgd lr=6"});
}

static void a_full_disk_leaves_the_weights_reached(void **state)
{
    (void)state;
    assert_true(holds_in_child(keeps_them_with_ema));
    assert_true(holds_in_child(keeps_them_with_swa));
    assert_true(holds_in_child(keeps_them_with_patience));
}

/* The fourth cannot be written; the third and the second are there. */
static void a_full_disk_leaves_the_last(void **state)
{
    (void)state;
    assert_true(holds_in_child(stops_when_full));
    assert_int_equal(entries_of_folder(), 2);
    assert_true(epochs_in(path) == 3 && epochs_in(before) == 2);
    options     o = {.epochs = 10};
    glia_model *whole = fitted(&o);
    expect_both_go_on(&o, whole);
    glia_model_free(whole);
}

static void a_device_without_room(void **state)
{
    (void)state;
    size_t      count;
    glia_model *m = fresh();
    EXPECT_FAILS(glia_fit(m, train_rows, held_rows, &(options){.checkpoint = "/dev/full"}), GLIA_E_WRITE,
                 "/dev/full: cannot be written: No space left on device");
    glia_model_history(m, &count);
    assert_int_equal(count, 1);
    glia_model_free(m);
}

/* ---- no memory --------------------------------------------------------------------------------------------------- */

static glia_status keep_and_go_on(void)
{
    options     o = {.epochs = 2, .batch = 64, .checkpoint = path, .patience = 2, .ema = 0.5, .threads = 1};
    glia_model *m = NULL, *n = NULL;
    glia_status status = glia_model_new(&m, net, train_rows, 3);
    if (!status) status = glia_fit(m, train_rows, held_rows, &o);
    o.epochs = 3, o.resume = path;
    if (!status) status = glia_model_new(&n, net, train_rows, 3);
    if (!status) status = glia_fit(n, train_rows, held_rows, &o);
    glia_model_free(m);
    glia_model_free(n);
    return status;
}

static void memory_may_end_at_any_time(void **state)
{
    (void)state;
    expect_survives_scarcity(keep_and_go_on, 200);
    assert_int_equal(entries_of_folder(), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_FILES(every_optimizer_goes_on),
        WITH_FILES(every_option_goes_on),
        WITH_FILES(every_net_goes_on),
        WITH_FILES(more_epochs_can_be_asked_for),
        WITH_FILES(a_finished_run_stays_finished),
        WITH_FILES(the_one_before_is_kept),
        WITH_FILES(the_doctor_knows_that_a_run_went_on),
        WITH_FILES(other_runs_are_told_apart),
        WITH_FILES(another_precision_is_told_apart),
        WITH_FILES(a_loss_is_the_one_asked_for),
        WITH_FILES(a_mode_may_be_said_or_not),
        WITH_FILES(without_validation_every_binds_nothing),
        WITH_FILES(other_data_are_told_apart),
        WITH_FILES(data_are_looked_at_once),
        WITH_FILES(an_order_is_told_apart),
        WITH_FILES(what_depends_on_the_length_stays),
        WITH_FILES(the_rest_of_an_epoch_is_asked_for),
        WITH_FILES(a_part_is_no_checkpoint),
        WITH_FILES(a_flipped_bit_is_found),
        WITH_FILES(what_cannot_be_is_refused),
        WITH_FILES(a_memory_that_leads_nowhere_is_refused),
        WITH_FILES(a_model_is_no_checkpoint),
        WITH_FILES(a_full_disk_leaves_the_last),
        WITH_FILES(a_full_disk_leaves_the_weights_reached),
        WITH_FILES(a_device_without_room),
        WITH_FILES(memory_may_end_at_any_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
