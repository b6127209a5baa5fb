/* glia_fit: the same bits whoever computes them, history, callbacks, patience, units, and how a run that goes wrong
 * ends. */
#include "golden.h"
#include "help.h"
#include "model/model.h"

typedef glia_fit_options options;

static glia_model *fresh(const char *net, const glia_data *d)
{
    glia_model *m;
    EXPECT_OK(glia_model_new(&m, net, d, 3));
    return m;
}

static glia_model *fitted(const char *net, const glia_data *d, const glia_data *validation, const options *o)
{
    glia_model *m = fresh(net, d);
    EXPECT_OK(glia_fit(m, d, validation, o));
    return m;
}

static void expect_same_weights(const glia_model *a, const glia_model *b)
{
    assert_true(a->n_parameters == b->n_parameters);
    assert_memory_equal(a->parameters, b->parameters, a->n_parameters * sizeof *a->parameters);
}

static const glia_epoch *epochs_of(const glia_model *m, size_t want)
{
    size_t            count;
    const glia_epoch *history = glia_model_history(m, &count);
    assert_int_equal(count, want);
    return history;
}

/* The rows from .. to-1 of d. */
static glia_data *rows_of(const glia_data *d, size_t from, size_t to)
{
    glia_data *view;
    size_t    *rows = need(to - from, sizeof *rows);
    for (size_t i = from; i < to; i++) rows[i - from] = i;
    EXPECT_OK(glia_data_rows(d, rows, to - from, &view));
    free(rows);
    return view;
}

/* ---- the same bits --------------------------------------------------------------------------------------------- */

/* Wide and many enough that gathering, products, activations, loss and updates are all shared by threads. */
#define WIDE_NET "dense 128, relu, dense 64, tanh, dense 10, softmax"
enum { WIDE = 784, WIDE_ROWS = 220 };

static void threads_never_change_a_bit(void **state)
{
    (void)state;
    static const unsigned threads[] = {2, 3, 8};
    static const size_t   batches[] = {32, 50, 7, GLIA_FULL_BATCH};
    static const options  kinds[] = {{.optimizer = "sgd lr=0.1"},
                                     {.optimizer = "adam"},
                                     {.optimizer = "sgd momentum=0.9 nesterov=yes"},
                                     {.optimizer = "sgd lr=0.1", .clip_norm = 0.1, .clip_value = 0.01}};
    glia_data            *d = class_data(1, WIDE_ROWS, WIDE, 10), *view = rows_of(d, 0, 60);
    for (size_t i = 0; i < COUNT(batches) * COUNT(kinds); i++) {
        options o = kinds[i / COUNT(batches)];
        o.batch = batches[i % COUNT(batches)];
        o.epochs = o.threads = 1;
        glia_model *alone = fitted(WIDE_NET, d, view, &o), *team;
        for (size_t t = 0; t < COUNT(threads); t++) {
            o.threads = threads[t];
            team = fitted(WIDE_NET, d, view, &o);
            expect_same_weights(alone, team);
            assert_true(epochs_of(alone, 1)->loss == epochs_of(team, 1)->loss);
            assert_true(epochs_of(alone, 1)->val_loss == epochs_of(team, 1)->val_loss);
            assert_string_equal(glia_model_record(alone), glia_model_record(team));
            glia_model_free(team);
        }
        glia_model_free(alone);
    }
    glia_data_free(view);
    glia_data_free(d);
}

static void expect_same_in_a_team(const char *net, const glia_data *d, size_t batch)
{
    static const unsigned threads[] = {2, 3, 8};
    options               o = {.epochs = 1, .batch = batch, .threads = 1, .optimizer = "adam", .scale = "none"};
    glia_model           *alone = fitted(net, d, d, &o);
    for (size_t t = 0; t < COUNT(threads); t++) {
        o.threads = threads[t];
        glia_model *team = fitted(net, d, d, &o);
        expect_same_weights(alone, team);
        assert_true(epochs_of(alone, 1)->val_loss == epochs_of(team, 1)->val_loss);
        glia_model_free(team);
    }
    glia_model_free(alone);
}

/* Rows of whole numbers up to `count`, or of any. */
static glia_data *image_data(size_t rows, size_t columns, double count)
{
    glia_data *d;
    glia_real *x = random_reals(5, rows * columns);
    int32_t   *c = need(rows, sizeof *c);
    for (size_t i = 0; count > 0 && i < rows * columns; i++)
        x[i] = (glia_real)floor(((double)x[i] + 1) / 2.001 * count);
    for (size_t r = 0; r < rows; r++) c[r] = (int32_t)(r * r % 7 % 4);
    EXPECT_OK(glia_data_from_reals(&d, x, rows, columns, c, NULL, 4));
    free(x);
    free(c);
    return d;
}

/* Batches that are no multiple of the blocks that rows are cut into, and work enough to share. */
static void threads_change_no_bit_of_any_layer(void **state)
{
    (void)state;
    static const size_t      batches[] = {50, 7, 37, GLIA_FULL_BATCH};
    static const char *const of_images[] = {
        "input 1x16x16, conv 6 3 pad=same, batchnorm, relu @a, conv 6 3 pad=same groups=2, dropout_spatial 0.2, add "
        "@a, "
        "maxpool 2, layernorm axes=2, silu @b, conv 4 3 pad=1 stride=1, batchnorm affine=no, concat @b, avgpool 3 "
        "stride=2 pad=1, layernorm, flatten, dense 40, layernorm, dropout 0.3, dense 4, softmax",
        "input 1x16x16, upsample 2 mode=bilinear, pad 1, conv 8 3 stride=2, maxpool 3 stride=2 pad=1 @c, conv 8 1 "
        "from=@c, "
        "mish, add @c, permute 1x3x2, globalmaxpool, dense 4, softmax",
        "input 8x32, conv1d 12 3 pad=same, batchnorm, hardswish, maxpool 3 stride=2 pad=1, dropout_spatial, conv1d 16 "
        "5 "
        "pad=2 groups=4, layernorm axes=1, selu, avgpool 2, reshape 64x2, dropout, flatten, dense 4, log_softmax",
    };
    static const char *const of_words =
        "embedding 50 32 padding=0, layernorm axes=1, permute 2x1, conv1d 16 5 pad=same, "
        "relu, globalavgpool, dense 4, softmax";
    glia_data *d = image_data(93, 256, 0), *words = image_data(230, 60, 50);
    for (size_t i = 0; i < COUNT(batches); i++) {
        for (size_t k = 0; k < COUNT(of_images); k++) expect_same_in_a_team(of_images[k], d, batches[i]);
        expect_same_in_a_team(of_words, words, batches[i]);
    }
    glia_data_free(d);
    glia_data_free(words);
}

/* Layers shared by rows and by slices of inputs rather than by panels; their weights are too many for strips. */
static void tall_batches_too(void **state)
{
    (void)state;
    static const char *const net = "dense 120, gelu, dense 200 bias=no, softplus, dense 4, log_softmax";
    glia_data               *d = class_data(2, 2000, 300, 4);
    options                  o = {.epochs = 1, .batch = 900, .threads = 1, .optimizer = "sgd"};
    glia_model              *alone = fitted(net, d, NULL, &o);
    assert_false(glia__step_in_strips(alone, 900));
    o.threads = 3;
    glia_model *team = fitted(net, d, NULL, &o);
    expect_same_weights(alone, team);
    glia_model_free(alone);
    glia_model_free(team);
    glia_data_free(d);
}

static void expect_same_in_strips(const char *net, const glia_data *d, const glia_data *view, options o)
{
    static const unsigned threads[] = {2, 3, 8};
    o.threads = 1, o.epochs = 2;
    glia_model *alone = fitted(net, d, view, &o);
    assert_true(glia__step_in_strips(alone, 256) && !glia__step_in_strips(alone, 255));
    for (size_t t = 0; t < COUNT(threads); t++) {
        o.threads = threads[t];
        glia_model *team = fitted(net, d, view, &o);
        expect_same_weights(alone, team);
        assert_true(epochs_of(alone, 2)[1].loss == epochs_of(team, 2)[1].loss);
        assert_true(epochs_of(alone, 2)[1].accuracy == epochs_of(team, 2)[1].accuracy);
        assert_true(epochs_of(alone, 2)[1].val_loss == epochs_of(team, 2)[1].val_loss);
        glia_model_free(team);
    }
    glia_model_free(alone);
}

/* Batches of a narrow net in strips of rows: of two groups and of four, in pieces, and with a last one too small. */
static void narrow_nets_too(void **state)
{
    (void)state;
    static const size_t  batches[] = {270, 640, 1590, GLIA_FULL_BATCH};
    static const options kinds[] = {{.optimizer = "sgd lr=0.1"},
                                    {.optimizer = "adam", .accumulate = 2},
                                    {.optimizer = "sgd lr=0.1 momentum=0.9", .clip_norm = 0.1},
                                    {.optimizer = "sgd lr=0.1", .precision = EMULATED}};
    glia_data           *d = class_data(2, 1600, 800, 4), *view = rows_of(d, 0, 300);
    for (size_t i = 0; i < COUNT(batches) * COUNT(kinds); i++) {
        options o = kinds[i / COUNT(batches)];
        o.batch = batches[i % COUNT(batches)];
        expect_same_in_strips("dense 20, relu, dropout 0.2, dense 4, softmax", d, view, o);
    }
    glia_data_free(view);
    glia_data_free(d);
}

/* Outputs that several layers read, layers that learn nothing or are pulled and bound, and a loss on outputs whose
 * layer lies over its input. */
static void narrow_nets_of_all_kinds_too(void **state)
{
    (void)state;
    static const struct {
        const char *net, *loss;
    } runs[] = {{"dense 16 @a, relu, dense 16, add @a, tanh @b, dense 4, concat @b, dense 4, softmax", NULL},
                {"dense 12 freeze=yes, tanh, dense 9 l2=0.01 max_norm=1, relu, dense 4 l1=0.001, softmax", NULL},
                {"dense 12, tanh, dense 4, relu", "mse"}};
    glia_data *d = class_data(2, 700, 60, 4), *view = rows_of(d, 0, 300);
    for (size_t i = 0; i < COUNT(runs); i++)
        for (size_t batch = 300; batch <= 700; batch += 200)
            expect_same_in_strips(runs[i].net, d, view,
                                  (options){.optimizer = "sgd lr=0.05", .batch = batch, .loss = runs[i].loss});
    glia_data_free(view);
    glia_data_free(d);
}

/* The bits are those of a run that somebody looks at, where each layer has numbers of its own. */
static void expect_relu_lies(bool over, const char *net, const glia_data *d, size_t layer)
{
    options     o = {.epochs = 2, .batch = 37, .optimizer = "adam", .scale = "none", .threads = 2};
    glia_model *plain = fitted(net, d, d, &o);
    o.doctor = true;
    glia_model *watched = fitted(net, d, d, &o);
    expect_same_weights(plain, watched);
    assert_true(epochs_of(plain, 2)->val_loss == epochs_of(watched, 2)->val_loss);
    assert_true(epochs_of(plain, 2)->accuracy == epochs_of(watched, 2)->accuracy);
    assert_true((plain->layers[layer].y == plain->layers[layer - 1].y) == over);
    assert_true(watched->layers[layer].y != watched->layers[layer - 1].y);
    glia_model_free(plain);
    glia_model_free(watched);
}

static void relu_lies_over_what_it_alone_reads(void **state)
{
    (void)state;
    glia_data *d = image_data(93, 256, 0);
    expect_relu_lies(true, "dense 40, relu, dense 30, tanh, dense 4, softmax", d, 1);
    expect_relu_lies(true, "dense 40 freeze=yes, relu, dense 4, softmax", d, 1);
    expect_relu_lies(true, "dense 40, relu @a, dense 40, add @a, dense 4, softmax", d, 1);
    expect_relu_lies(false, "dense 40 @a, relu, add @a, dense 4, softmax", d, 1);
    expect_relu_lies(false, "tanh, relu, dense 4, softmax", d, 1);
    expect_relu_lies(true, "input 1x16x16, conv 8 3 pad=same, relu, maxpool 2, flatten, dense 4, softmax", d, 2);
    glia_data_free(d);
}

/* A pooling makes y and dx of the relu that it alone reads, and writes its dx over what it has read where each number
 * of that has one window: the bits are those of a run in which neither happens. */
static void expect_taken(bool taken, bool spent, const char *net, const glia_data *d, size_t relu)
{
    options      o = {.epochs = 2, .batch = 37, .optimizer = "adam", .scale = "none", .threads = 2};
    glia_model  *plain = fitted(net, d, d, &o);
    glia__layer *l = plain->layers + relu;
    assert_true(l->by_reader == taken && l[1].rectifies == taken);
    assert_true(l[-1].spent == spent && (l[-1].dy == l[-1].y) == spent);
    o.doctor = true;
    glia_model *watched = fitted(net, d, d, &o);
    l = watched->layers + relu;
    assert_false(l->by_reader || l[1].rectifies || l[-1].dy == l[-1].y);
    expect_same_weights(plain, watched);
    assert_true(epochs_of(plain, 2)->val_loss == epochs_of(watched, 2)->val_loss);
    glia_model_free(plain);
    glia_model_free(watched);
}

static void a_pooling_takes_a_relu_along(void **state)
{
    (void)state;
    glia_data *d = image_data(93, 256, 0);
    expect_taken(true, true, "input 1x16x16, conv 8 3 pad=same, relu, maxpool 2, flatten, dense 4, softmax", d, 2);
    expect_taken(true, true, "input 1x16x16, conv 8 3 freeze=yes, relu, globalmaxpool, dense 4, softmax", d, 2);
    expect_taken(true, true, "input 4x64, conv1d 8 3 pad=same, relu, maxpool 4, flatten, dense 4, softmax", d, 2);
    expect_taken(true, false, "input 1x16x16, conv 8 3, relu, maxpool 3, flatten, dense 4, softmax", d, 2);
    expect_taken(true, false, "input 1x16x16, conv 8 3, relu, maxpool 3 stride=2, flatten, dense 4, softmax", d, 2);
    expect_taken(false, false, "input 1x16x16, conv 8 3 pad=same, relu, avgpool 2, flatten, dense 4, softmax", d, 2);
    expect_taken(false, false, "input 1x16x16, conv 8 3, batchnorm, relu, maxpool 2, flatten, dense 4, softmax", d, 3);
    expect_taken(false, false, "input 1x16x16, conv 8 3, relu @a, maxpool 1, add @a, flatten, dense 4, softmax", d, 2);
    expect_taken(false, false,
                 "input 1x16x16, conv 8 2 stride=2 @a, relu, maxpool 1, add @a, flatten, dense 4, softmax", d, 2);
    glia_data_free(d);
}

/* Adds up the outputs of the first row, of the batch that is over. */
typedef struct outputs {
    glia_model *m;
    double      sum;
} outputs;

static bool add_outputs(void *user, const glia_batch *b)
{
    outputs *o = user;
    (void)b;
    o->sum = 0;
    for (size_t j = 0; j < o->m->n_out; j++) o->sum += (double)glia__model_last(o->m)->y[j];
    return false;
}

/* The loss does without it. */
static void a_last_softmax_is_made_for_those_who_look(void **state)
{
    (void)state;
    glia_data *d = class_data(1, 90, 4, 3);
    for (int doctor = 0; doctor < 2; doctor++) {
        outputs seen = {.m = fresh("dense 3, softmax", d)};
        EXPECT_OK(glia_fit(seen.m, d, NULL,
                           &(options){.epochs = 1, .doctor = doctor, .on_batch = add_outputs, .user = &seen}));
        assert_true(doctor ? fabs(seen.sum - 1) < 1e-6 : seen.sum == 0); /* as memory was given */
        glia_model_free(seen.m);
    }
    glia_data_free(d);
}

/* Logits that differ by less than softmax can show: the larger one counts, whoever looks. */
static void hits_are_counted_before_softmax_rounds(void **state)
{
    (void)state;
    glia_data *d = class_data(1, 90, 4, 3);
    options    o = {.epochs = 1, .optimizer = "sgd lr=1e-30"};
    double     accuracy[2];
    for (int doctor = 0; doctor < 2; doctor++) {
        o.doctor = doctor;
        glia_model *m = fitted("dense 3 init=normal:0:1e-20 bias_init=zeros, softmax", d, NULL, &o);
        accuracy[doctor] = epochs_of(m, 1)->accuracy;
        glia_model_free(m);
    }
    assert_true(accuracy[0] == accuracy[1]);
    glia_data_free(d);
}

/* Where rows are one batch, nothing is drawn. */
static void all_rows_at_once_keep_their_order(void **state)
{
    (void)state;
    glia_data *d = class_data(1, 90, 4, 3);
    for (size_t batch = 89; batch <= 90; batch++) {
        glia_model  *drawn = fitted("dense 9, relu, dense 3, softmax", d, NULL, &(options){.batch = batch, .seed = 4});
        glia_model  *given = fitted("dense 9, relu, dense 3, softmax", d, NULL,
                                    &(options){.batch = batch, .seed = 4, .no_shuffle = true});
        const size_t bytes = drawn->n_parameters * sizeof *drawn->parameters;
        assert_true((memcmp(drawn->parameters, given->parameters, bytes) == 0) == (batch == 90));
        glia_model_free(drawn);
        glia_model_free(given);
    }
    glia_data_free(d);
}

/* ---- history and callbacks ------------------------------------------------------------------------------------- */

static void defaults_and_history(void **state)
{
    (void)state;
    glia_data        *d = class_data(1, 70, 4, 3), *held = class_data(2, 20, 4, 3);
    glia_model       *m = fitted("dense 8, relu, dense 3, softmax", d, held, NULL);
    const glia_epoch *h = epochs_of(m, 10);
    for (size_t e = 0; e < 10; e++) {
        assert_true(h[e].epoch == e + 1 && h[e].samples == 70 && h[e].seconds >= 0 && h[e].learning_rate == 0.001);
        assert_true(h[e].loss > 0 && h[e].val_loss > 0 && isnan(h[e].val_r2));
        assert_true(h[e].accuracy >= 0 && h[e].accuracy <= 1 && h[e].val_accuracy >= 0 && h[e].val_accuracy <= 1);
    }
    assert_true(h[9].loss < h[0].loss);
    glia_model_info info;
    glia_model_describe(m, &info);
    assert_string_equal(info.loss, "cross_entropy");
    assert_string_equal(info.scale, "none");
    assert_non_null(strstr(glia_model_record(m), "\"optimizer\":\"adam lr=0.001\""));
    EXPECT_OK(glia_fit(m, d, NULL, &(options){.epochs = 2, .batch = 1}));
    assert_true(isnan(epochs_of(m, 2)[1].val_loss));
    glia_model_free(m);
    glia_data_free(d);
    glia_data_free(held);
}

typedef struct watcher {
    size_t     batches, epochs;
    size_t     stop_epoch, stop_batch; /* 0: never */
    glia_batch last;
} watcher;

static bool watch_batch(void *user, const glia_batch *b)
{
    watcher *w = user;
    w->batches++;
    w->last = *b;
    return b->epoch == w->stop_epoch && b->batch == w->stop_batch;
}

static bool watch_epoch(void *user, const glia_epoch *e)
{
    watcher *w = user;
    w->epochs++;
    return e->epoch == w->stop_epoch && !w->stop_batch;
}

static glia_model *watched(const glia_data *d, watcher *w)
{
    return fitted("dense 3, softmax", d, NULL,
                  &(options){.epochs = 5, .batch = 8, .on_batch = watch_batch, .on_epoch = watch_epoch, .user = w});
}

static void callbacks_see_and_stop(void **state)
{
    (void)state;
    glia_data  *d = class_data(1, 50, 4, 3);
    watcher     all = {0}, batch = {.stop_epoch = 2, .stop_batch = 3}, epoch = {.stop_epoch = 3};
    glia_model *m = watched(d, &all);
    assert_true(all.batches == 35 && all.epochs == 5);
    assert_true(all.last.epoch == 5 && all.last.epochs == 5 && all.last.batch == 7 && all.last.batches == 7 &&
                all.last.samples == 50);
    assert_true(all.last.loss == epochs_of(m, 5)[4].loss && all.last.accuracy == epochs_of(m, 5)[4].accuracy);
    glia_model_free(m);
    m = watched(d, &batch);
    assert_true(batch.batches == 10 && batch.epochs == 2 && epochs_of(m, 2)[1].samples == 24);
    glia_model_free(m);
    m = watched(d, &epoch);
    assert_true(epoch.batches == 21 && epoch.epochs == 3);
    glia_model_free(m);
    glia_data_free(d);
}

static void validation_every_so_often(void **state)
{
    (void)state;
    glia_data        *d = class_data(1, 30, 4, 3);
    glia_model       *m = fitted("dense 3, softmax", d, d, &(options){.epochs = 7, .val_every = 3});
    const glia_epoch *h = epochs_of(m, 7);
    for (size_t e = 0; e < 7; e++) assert_true(isnan(h[e].val_loss) == (e != 2 && e != 5 && e != 6));
    glia_model_free(m);
    glia_data_free(d);
}

/* ---- patience -------------------------------------------------------------------------------------------------- */

/* Training teaches the opposite of what validation asks: the first epoch is the best. */
static void patience_restores_the_best(void **state)
{
    (void)state;
    static const char *const net = "dense 2, softmax";
    glia_real               *x = random_reals(1, 80);
    int32_t                  classes[40], opposite[40];
    glia_data               *d, *held;
    glia_scores             *scores;
    for (size_t r = 0; r < 40; r++) classes[r] = x[2 * r] > 0, opposite[r] = !classes[r];
    EXPECT_OK(glia_data_from_reals(&d, x, 40, 2, classes, NULL, 2));
    EXPECT_OK(glia_data_from_reals(&held, x, 40, 2, opposite, NULL, 2));
    glia_model       *m = fitted(net, d, held, &(options){.epochs = 50, .patience = 3, .optimizer = "sgd lr=0.5"});
    const glia_epoch *h = epochs_of(m, 4);
    double            best = h[0].val_loss;
    for (size_t e = 1; e < 4; e++) assert_true(h[e].val_loss > h[e - 1].val_loss && h[e].loss < h[e - 1].loss);
    glia_model *one = fitted(net, d, held, &(options){.epochs = 1, .optimizer = "sgd lr=0.5"});
    expect_same_weights(m, one);
    EXPECT_OK(glia_evaluate(m, held, &scores));
    assert_true(scores->loss == best && scores->accuracy == h[0].val_accuracy);
    glia_scores_free(scores);
    glia_model_free(m);
    m = fitted(net, d, held, &(options){.epochs = 4, .optimizer = "sgd lr=0.5"}); /* without it: the last */
    EXPECT_OK(glia_evaluate(m, held, &scores));
    assert_true(scores->loss == epochs_of(m, 4)[3].val_loss && scores->loss > best);
    glia_scores_free(scores);
    glia_model_free(m);
    glia_model_free(one);
    glia_data_free(d);
    glia_data_free(held);
    free(x);
}

/* Without validation rows a tenth of the training rows decides: scikit-learn's shuffled split. */
static void patience_holds_rows_out(void **state)
{
    (void)state;
    glia_data *d = class_data(1, 95, 3, 2), *rest, *held;
    options    o = {.epochs = 3, .seed = 5};
    EXPECT_OK(glia_data_split(d, 0.1, GLIA_SPLIT_SHUFFLED, 5, &rest, &held));
    glia_model *apart = fitted("dense 2, softmax", rest, held, &o);
    o.patience = 10;
    glia_model *own = fitted("dense 2, softmax", d, NULL, &o);
    assert_true(epochs_of(own, 3)->samples == 85);
    for (size_t e = 0; e < 3; e++) assert_true(epochs_of(own, 3)[e].val_loss == epochs_of(apart, 3)[e].val_loss);
    expect_same_weights(own, apart);
    glia_model_free(own);
    glia_model_free(apart);
    glia_data_free(rest);
    glia_data_free(held);
    glia_data_free(d);
}

/* ---- what is not finite ---------------------------------------------------------------------------------------- */

static void nan_in_the_inputs_stops(void **state)
{
    (void)state;
    enum { ROWS = 50, COLUMNS = 3, BAD = 37 };
    glia_real *x = random_reals(1, ROWS * COLUMNS);
    int32_t    classes[ROWS] = {0, 1};
    options    o = {.epochs = 3, .batch = 8, .no_shuffle = true};
    glia_data *d;
    x[BAD * COLUMNS + 1] = (glia_real)NAN;
    EXPECT_OK(glia_data_from_reals(&d, x, ROWS, COLUMNS, classes, NULL, 2));
    glia_data  *before = rows_of(d, 0, BAD / 8 * 8);
    glia_model *m = fresh("dense 4, relu, dense 2, softmax", d),
               *whole = fitted("dense 4, relu, dense 2, softmax", before, NULL,
                               &(options){.epochs = 1, .batch = 8, .no_shuffle = true});
    EXPECT_FAILS(glia_fit(m, d, NULL, &o), GLIA_E_NONFINITE, "epoch 1, batch 5: the inputs ");
    expect_same_weights(m, whole);
    epochs_of(m, 0);
    glia_model_free(m);
    glia_model_free(whole);
    glia_data_free(before);
    glia_data_free(d);
    free(x);
}

/* The same in the middle of a large batch, whose pieces before it are not applied either. */
static void a_row_that_is_no_number_in_a_piece(void **state)
{
    (void)state;
    enum { ROWS = 1600, COLUMNS = 800, BAD = 900 };
    glia_data *good = class_data(2, ROWS, COLUMNS, 4), *d;
    glia_real *x = random_reals(3, (size_t)ROWS * COLUMNS);
    int32_t   *classes = need(ROWS, sizeof *classes);
    x[(size_t)BAD * COLUMNS] = (glia_real)NAN;
    EXPECT_OK(glia_data_from_reals(&d, x, ROWS, COLUMNS, classes, NULL, 4));
    for (unsigned threads = 1; threads <= 2; threads++) {
        options o = {.epochs = 1, .batch = GLIA_FULL_BATCH, .threads = threads, .no_shuffle = true, .scale = "none"};
        glia_model *m = fresh("dense 20, tanh, dense 4, softmax", d),
                   *start = fresh("dense 20, tanh, dense 4, softmax", d);
        EXPECT_FAILS(glia_fit(m, d, NULL, &o), GLIA_E_NONFINITE, "epoch 1, batch 1: the inputs ");
        assert_true(m->planned.rows < BAD);
        expect_same_weights(m, start);
        EXPECT_OK(glia_fit(m, good, NULL, &o)); /* nothing of it is left */
        EXPECT_OK(glia_fit(start, good, NULL, &o));
        expect_same_weights(m, start);
        glia_model_free(m);
        glia_model_free(start);
    }
    glia_data_free(good);
    glia_data_free(d);
    free(classes);
    free(x);
}

static bool all_finite(const glia_model *m)
{
    for (size_t i = 0; i < m->n_parameters; i++)
        if (!isfinite(m->parameters[i])) return false;
    return true;
}

/* The weights are finite but too large: the first layer whose outputs are not is named. */
static void a_rate_that_is_too_high(void **state)
{
    (void)state;
    glia_data  *d = number_data(1, 64, 4, 1, 1);
    glia_model *m = fresh("dense 8, tanh, dense 5, relu, dense 1", d);
    EXPECT_FAILS(glia_fit(m, d, NULL, &(options){.batch = 16, .optimizer = IS_DOUBLE ? "sgd lr=1e160" : "sgd lr=1e20"}),
                 GLIA_E_NONFINITE, "epoch 1, batch ");
    assert_non_null(strstr(glia_error(), "layer "));
    assert_non_null(strstr(glia_error(), "the step was not applied"));
    assert_true(all_finite(m));
    glia_model_free(m);
    glia_data_free(d);
}

/* Its y is written over by the time somebody looks for it. */
static void a_layer_whose_outputs_are_spent_is_blamed(void **state)
{
    (void)state;
    glia_data  *d = image_data(40, 256, 0);
    glia_model *m =
        fresh("input 1x16x16, conv 4 3, tanh, conv 4 3 pad=1, relu, maxpool 2, flatten, dense 4, softmax", d);
    real *weight = m->layers[3].param[0].value;
    for (size_t i = 0; i < m->layers[3].param[0].count; i++) weight[i] = IS_DOUBLE ? (real)1e308 : (real)1e38;
    EXPECT_FAILS(glia_fit(m, d, NULL, &(options){.batch = 20}), GLIA_E_NONFINITE,
                 "epoch 1, batch 1: layer 2 (conv) became infinite or NaN");
    assert_true(m->layers[3].dy == m->layers[3].y);
    glia_model_free(m);
    glia_data_free(d);
}

/* A step made the weights infinite; the next batch shows it. Those of the last finished epoch return. */
static void infinite_weights_within_an_epoch(void **state)
{
    (void)state;
    const char *first = IS_DOUBLE ? "step 1 gamma=1e308" : "step 1 gamma=1e38";
    options     o = {.batch = 16, .optimizer = "sgd lr=1", .schedule = first, .clip_norm = 1e4};
    glia_data  *d = number_data(1, 64, 4, 1, 1);
    glia_model *m = fresh("dense 8, dense 1", d), *one;
    o.epochs = 3;
    EXPECT_FAILS(glia_fit(m, d, NULL, &o), GLIA_E_NONFINITE, "epoch 2, batch ");
    o.schedule = NULL;
    o.epochs = 1;
    one = fitted("dense 8, dense 1", d, NULL, &o);
    assert_true(all_finite(m));
    expect_same_weights(m, one);
    epochs_of(m, 1);
    glia_model_free(m);
    glia_model_free(one);
    glia_data_free(d);
}

/* The same, with nothing after it in the epoch: found when the epoch ends. */
static void infinite_weights_at_the_end_of_an_epoch(void **state)
{
    (void)state;
    options     o = {.epochs = 3,
                     .batch = GLIA_FULL_BATCH,
                     .optimizer = IS_DOUBLE ? "sgd lr=1e306" : "sgd lr=1e36",
                     .schedule = "cosine warmup=1",
                     .loss = "mse reduce=sum"};
    glia_data  *d = number_data(1, 640, 4, 1, 1);
    glia_model *m = fresh("dense 1", d), *start = fresh("dense 1", d);
    EXPECT_FAILS(glia_fit(m, d, NULL, &o), GLIA_E_NONFINITE,
                 "epoch 1: weights of layer 0 (dense) became infinite or NaN; those after epoch 0 are kept");
    expect_same_weights(m, start);
    glia_model_free(m);
    glia_model_free(start);
    glia_data_free(d);
}

/* ---- numbers --------------------------------------------------------------------------------------------------- */

/* Targets are standardised within; losses, scores and predictions are told in the user's units. */
static void numbers_in_the_users_units(void **state)
{
    (void)state;
    options           o = {.epochs = 12, .optimizer = "adam lr=0.05", .batch = 16};
    glia_data        *ones = number_data(1, 200, 3, 2, 1), *thousands = number_data(1, 200, 3, 2, 1000);
    glia_model       *a = fitted("dense 2", ones, ones, &o), *b = fitted("dense 2", thousands, thousands, &o);
    const glia_epoch *ha = epochs_of(a, 12), *hb = epochs_of(b, 12);
    double            near = IS_DOUBLE ? 1e-6 : 0.02;
    for (size_t e = 0; e < 12; e++) {
        assert_true(golden_near(hb[e].loss, 1e6 * ha[e].loss, near, 0) &&
                    golden_near(hb[e].val_loss, 1e6 * ha[e].val_loss, near, 0));
        assert_true(golden_near(hb[e].val_r2, ha[e].val_r2, near, near) && isnan(ha[e].accuracy) &&
                    isnan(ha[e].val_accuracy));
    }
    glia_scores *scores;
    glia_real    out[400];
    EXPECT_OK(glia_evaluate(b, thousands, &scores));
    assert_true(scores->r2 > 0.99 && golden_near(scores->loss, scores->mse, 1e-3, 0) &&
                scores->loss == hb[11].val_loss);
    EXPECT_OK(glia_predict(b, thousands, out));
    for (size_t r = 0; r < 200; r++)
        for (size_t j = 0; j < 2; j++)
            assert_true(fabs((double)out[2 * r + j] - glia_data_number(thousands, r, j)) < 100);
    glia_scores_free(scores);
    glia_model_free(a);
    glia_model_free(b);
    glia_data_free(ones);
    glia_data_free(thousands);
}

/* One sigmoid output tells two classes apart. */
static void one_output_for_two_classes(void **state)
{
    (void)state;
    glia_scores *scores;
    glia_data   *d = class_data(1, 100, 2, 2), *rest, *held;
    EXPECT_OK(glia_data_split(d, 0.25, GLIA_SPLIT_STRATIFIED, 1, &rest, &held));
    glia_model *m = fitted("dense 1, sigmoid", rest, held, &(options){.epochs = 100, .optimizer = "adam lr=0.1"});
    EXPECT_OK(glia_evaluate(m, held, &scores));
    assert_true(scores->classes == 2 && scores->rows == 25 && scores->accuracy > 0.9);
    assert_true(scores->accuracy == epochs_of(m, 100)[99].val_accuracy &&
                scores->loss == epochs_of(m, 100)[99].val_loss);
    assert_true(golden_near(scores->loss, scores->log_loss, 1e-4, 1e-5));
    glia_scores_free(scores);
    glia_model_free(m);
    glia_data_free(rest);
    glia_data_free(held);
    glia_data_free(d);
}

/* ---- what cannot be trained ------------------------------------------------------------------------------------ */

static const struct refusal {
    options     o;
    glia_status status;
    const char *sentence;
} refusals[] = {
    {{.optimizer = "sdg"}, GLIA_E_TEXT, "optimizer:1:1: there is no optimizer \"sdg\"; did you mean sgd"},
    {{.optimizer = "sgd lr=-1"}, GLIA_E_TEXT, "optimizer:1:5: sgd: lr must be"},
    {{.schedule = "cosin"}, GLIA_E_TEXT, "schedule:1:1: there is no schedule \"cosin\""},
    {{.loss = "bec"}, GLIA_E_TEXT, "loss:1:1: there is no loss \"bec\"; did you mean bce"},
    {{.scale = "unti"}, GLIA_E_TEXT, "unti"},
    {{.clip_norm = -1}, GLIA_E_ARG, "a limit of gradients cannot be negative"},
    {{.clip_value = (double)NAN}, GLIA_E_ARG, "a limit of gradients cannot be negative"},
    {{.threads = 2000}, GLIA_E_ARG, "2000 threads are more than 1024"},
    {{.epochs = 1000001}, GLIA_E_ARG, "1000001 epochs are more than 1000000"},
};

/* Of other targets such a loss would fall without end. */
static void bits_are_from_0_to_1(void **state)
{
    (void)state;
    static const glia_real x[] = {1, 2, 3};
    static const glia_real soft[] = {0, 0.25, 1}, far[] = {0, 1, 1.5};
    glia_data             *fits, *beyond;
    glia_model            *m;
    EXPECT_OK(glia_data_from_reals(&fits, x, 3, 1, NULL, soft, 1));
    EXPECT_OK(glia_data_from_reals(&beyond, x, 3, 1, NULL, far, 1));
    EXPECT_OK(glia_model_new(&m, "dense 1, sigmoid", fits, 1));
    EXPECT_FAILS(glia_fit(m, beyond, NULL, NULL), GLIA_E_SHAPE,
                 "row 3: bce takes targets from 0 to 1, and this one is 1.5");
    EXPECT_FAILS(glia_fit(m, fits, beyond, NULL), GLIA_E_SHAPE, "row 3: bce takes targets from 0 to 1");
    EXPECT_OK(glia_fit(m, fits, fits, NULL));
    EXPECT_OK(glia_fit(m, beyond, NULL, &(options){.loss = "mse", .scale = "none"}));
    EXPECT_FAILS(glia_fit(m, fits, NULL, NULL), GLIA_E_SHAPE, "this model has learnt to scale its targets");
    EXPECT_OK(glia_fit(m, fits, NULL, &(options){.scale = "none"}));
    glia_model_free(m);
    glia_data_free(fits);
    glia_data_free(beyond);
}

/* Nothing is half-changed: not the weights, and not what the model tells. */
static void refusals_change_nothing(void **state)
{
    (void)state;
    glia_model_info info;
    glia_data  *d = class_data(1, 20, 4, 3), *wide = class_data(1, 20, 5, 3), *numbers = number_data(1, 20, 4, 3, 1);
    glia_model *m = model_of("input 4, dense 3, softmax", 3), *start = model_of("input 4, dense 3, softmax", 3);
    for (size_t i = 0; i < COUNT(refusals); i++) {
        if (glia_fit(m, d, NULL, &refusals[i].o) != refusals[i].status || !strstr(glia_error(), refusals[i].sentence))
            fail_msg("%zu: %s", i, glia_error());
        glia_model_describe(m, &info);
        assert_true(info.target == GLIA_TARGET_NONE && info.classes == 0 && !*info.loss);
    }
    EXPECT_FAILS(glia_fit(m, wide, NULL, NULL), GLIA_E_SHAPE, "has 5 numbers a row, and the net takes 4");
    EXPECT_FAILS(glia_fit(m, d, wide, NULL), GLIA_E_SHAPE, "has 5 numbers a row, and the net takes 4");
    EXPECT_FAILS(glia_fit(m, numbers, NULL, NULL), GLIA_E_SHAPE,
                 "cross_entropy is a loss of classes, and the target is numbers");
    expect_same_weights(m, start);
    EXPECT_OK(glia_fit(m, numbers, NULL, &(options){.loss = "mse", .epochs = 2})); /* whatever it was asked before */
    EXPECT_FAILS(glia_fit(m, numbers, NULL, &(options){.loss = "mse", .scale = "unti"}), GLIA_E_TEXT, "unti");
    epochs_of(m, 2);
    glia_model *all[] = {m, start};
    glia_data  *data[] = {d, wide, numbers};
    for (size_t i = 0; i < COUNT(all); i++) glia_model_free(all[i]);
    for (size_t i = 0; i < COUNT(data); i++) glia_data_free(data[i]);
}

/* Rows that are images stay images of the net's own reading. */
static void a_table_read_as_images(void **state)
{
    (void)state;
    glia_model_info info;
    glia_data      *d = class_data(1, 20, 12, 3);
    glia_model     *m = fitted("input 3x2x2, flatten, dense 3, softmax", d, NULL, NULL);
    glia_model_describe(m, &info);
    assert_true(info.channels == 3 && info.height == 2 && info.width == 2 && info.inputs == 12);
    glia_model_free(m);
    glia_data_free(d);
}

static double no_loss(const glia_real *y, const glia_real *t, size_t n)
{
    (void)y, (void)t, (void)n;
    return 0;
}

static void no_slope(const glia_real *y, const glia_real *t, size_t n, glia_real *dy)
{
    (void)y, (void)t;
    for (size_t i = 0; i < n; i++) dy[i] = 0;
}

/* Nets without weights, or with nothing to learn before a step; one row; more classes than a loss of one's own can
 * have. */
static void odd_runs(void **state)
{
    (void)state;
    static const char *const nets[] = {"softmax", "input 2x2, flatten, log_softmax", "relu, softmax",
                                       "dense 4, step, dense 4, softmax", "flatten, dense 4"};
    glia_data               *d = class_data(1, 40, 4, 4), *one = rows_of(d, 7, 8), *many = class_data(1, 5, 4, 5000);
    glia_scores             *scores;
    glia_model              *m;
    for (size_t i = 0; i < COUNT(nets); i++) {
        m = fitted(nets[i], d, one, &(options){.epochs = 2, .threads = 2, .loss = i == 4 ? "huber" : NULL});
        assert_true(isfinite(epochs_of(m, 2)[1].loss));
        glia_model_free(m);
    }
    m = fitted("dense 4, softmax", one, NULL, NULL);
    EXPECT_FAILS(glia_fit(m, one, NULL, &(options){.patience = 1}), GLIA_E_ARG, "");
    glia_model_free(m);
    EXPECT_OK(glia_register_loss("no_loss", no_loss, no_slope));
    m = fresh("dense 5000", many);
    EXPECT_FAILS(glia_fit(m, many, NULL, &(options){.loss = "no_loss"}), GLIA_E_ARG,
                 "with classes it can have 4096 outputs, not 5000");
    EXPECT_OK(glia_evaluate(m, many, &scores));
    glia_scores_free(scores);
    glia_model_free(m);
    glia_data_free(one);
    glia_data_free(d);
    glia_data_free(many);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(threads_never_change_a_bit),
        cmocka_unit_test(threads_change_no_bit_of_any_layer),
        cmocka_unit_test(tall_batches_too),
        cmocka_unit_test(narrow_nets_too),
        cmocka_unit_test(narrow_nets_of_all_kinds_too),
        cmocka_unit_test(relu_lies_over_what_it_alone_reads),
        cmocka_unit_test(a_pooling_takes_a_relu_along),
        cmocka_unit_test(a_last_softmax_is_made_for_those_who_look),
        cmocka_unit_test(hits_are_counted_before_softmax_rounds),
        cmocka_unit_test(all_rows_at_once_keep_their_order),
        cmocka_unit_test(a_layer_whose_outputs_are_spent_is_blamed),
        cmocka_unit_test(defaults_and_history),
        cmocka_unit_test(callbacks_see_and_stop),
        cmocka_unit_test(validation_every_so_often),
        cmocka_unit_test(patience_restores_the_best),
        cmocka_unit_test(patience_holds_rows_out),
        cmocka_unit_test(nan_in_the_inputs_stops),
        cmocka_unit_test(a_row_that_is_no_number_in_a_piece),
        cmocka_unit_test(a_rate_that_is_too_high),
        cmocka_unit_test(infinite_weights_within_an_epoch),
        cmocka_unit_test(infinite_weights_at_the_end_of_an_epoch),
        cmocka_unit_test(numbers_in_the_users_units),
        cmocka_unit_test(one_output_for_two_classes),
        cmocka_unit_test(bits_are_from_0_to_1),
        cmocka_unit_test(refusals_change_nothing),
        cmocka_unit_test(a_table_read_as_images),
        cmocka_unit_test(odd_runs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
