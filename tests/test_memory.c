/* Memory: every allocation fails once, and nothing is lost or left behind; a training step asks for none. */
#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>

#include "golden.h"
#include "help.h"

/* ---- an allocator that counts and fails ------------------------------------------------------------------------ */

static struct {
    size_t calls, live; /* requests so far; blocks that are out */
    size_t fails_at;    /* the request that fails, from 1; 0: none */
    bool   failed;      /* it came */
} memory;

static bool granted(void)
{
    bool fails = ++memory.calls == memory.fails_at;
    memory.failed = memory.failed || fails;
    return !fails;
}

static void *count_allocate(size_t size)
{
    void *p = granted() ? malloc(size) : NULL;
    memory.live += p != NULL;
    return p;
}

static void *count_reallocate(void *p, size_t size)
{
    return granted() ? realloc(p, size) : NULL;
}

static void count_release(void *p)
{
    memory.live -= p != NULL;
    free(p);
}

/* ---- what all the tests use ------------------------------------------------------------------------------------ */

static char       folder[64], path[80];
static glia_data *classes, *held, *numbers, *words;

/* Rows of four whole numbers. */
static glia_data *word_data(void)
{
    glia_data *d;
    glia_real  x[120];
    int32_t    c[30];
    for (size_t i = 0; i < 120; i++) x[i] = (glia_real)(i * i % 7);
    for (size_t i = 0; i < 30; i++) c[i] = (int32_t)(i % 3);
    EXPECT_OK(glia_data_from_reals(&d, x, 30, 4, c, NULL, 3));
    return d;
}

static int set_up(void **state)
{
    (void)state;
    glia_set_allocator(count_allocate, count_reallocate, count_release);
    strcpy(folder, "/tmp/glia-memory-XXXXXX");
    if (!mkdtemp(folder)) return -1;
    snprintf(path, sizeof path, "%s/m.safetensors", folder);
    classes = class_data(1, 30, 4, 3);
    held = class_data(2, 20, 4, 3);
    numbers = number_data(3, 30, 4, 2, 10);
    words = word_data();
    return 0;
}

/* Nothing is left: not a file, and not a block of memory. */
static int tear_down(void **state)
{
    (void)state;
    glia_data_free(classes);
    glia_data_free(held);
    glia_data_free(numbers);
    glia_data_free(words);
    unlink(path);
    return rmdir(folder) || memory.live ? -1 : 0;
}

#define NET "dense 6 init=he_uniform, relu, dense 3, softmax"

/* Something that may run out of memory. It frees all it makes, whatever happens. */
typedef glia_status operation(void);

/* With the first request failing, then the second, ... until none does: a clean error each time, and no leak. */
static void fail_every_request(const char *name, operation *run)
{
    size_t before = memory.live;
    for (size_t k = 1;; k++) {
        memory.calls = 0;
        memory.failed = false;
        memory.fails_at = k;
        glia_status status = run();
        memory.fails_at = 0;
        if (memory.live != before)
            fail_msg("%s: request %zu fails: %zu blocks are lost", name, k, memory.live - before);
        if (status == GLIA_OK && memory.failed) fail_msg("%s: request %zu fails, and nobody says so", name, k);
        if (status == GLIA_OK) break;
        if (status != GLIA_E_MEMORY)
            fail_msg("%s: request %zu fails: %s: %s", name, k, glia_status_name(status), glia_error());
        assert_true(strlen(glia_error()) > 0);
    }
    assert_true(memory.calls > 0);
}

/* ---- the operations -------------------------------------------------------------------------------------------- */

static glia_status new_model(void)
{
    glia_model *m = (glia_model *)&m;
    glia_status status = glia_model_new(&m, NET, classes, 0);
    assert_true((status == GLIA_OK) == (m != NULL));
    glia_model_free(m);
    return status;
}

static glia_status picked_model(void)
{
    glia_model *m;
    glia_status status = glia_model_new(&m, NULL, numbers, 0);
    glia_model_free(m);
    return status;
}

static glia_status grown_model(void)
{
    glia_model_info info;
    glia_model     *m;
    glia_status     status = glia_model_new(&m, "dense 5", classes, 0);
    if (status == GLIA_OK) {
        status = glia_model_add(m, "relu, dense 3, softmax");
        glia_model_describe(m, &info);
        assert_string_equal(info.net, status == GLIA_OK ? "dense 5, relu, dense 3, softmax" : "dense 5");
        assert_string_equal(glia_model_class_name(m, 1), "1");
    }
    glia_model_free(m);
    return status;
}

/* A fit of one step, and whether the model is still whole after it failed. */
static glia_status fit(const glia_data *d, const char *net, const glia_fit_options *o, const glia_data *validation)
{
    glia_model *m;
    glia_status status = glia_model_new(&m, net, d, 0);
    if (status == GLIA_OK) {
        status = glia_fit(m, d, validation, o);
        glia_real y[3], x[4] = {0};
        size_t    failing = memory.fails_at;
        memory.fails_at = 0;
        EXPECT_OK(glia_forward(m, x, 1, y));
        assert_true(isfinite(y[0]));
        memory.fails_at = failing;
    }
    glia_model_free(m);
    return status;
}

static glia_status fit_classes(void)
{
    return fit(classes, NET,
               &(glia_fit_options){.epochs = 1, .batch = GLIA_FULL_BATCH, .threads = 2, .scale = "standard"}, held);
}

static glia_status fit_weighted(void)
{
    glia_data       *d;
    const glia_real  weights[3] = {1, 2, 0.5}, x[12] = {1, 2, 3, 4};
    const int32_t    truth[3] = {0, 1, 2};
    glia_status      status = glia_data_from_reals(&d, x, 3, 4, truth, NULL, 3);
    glia_fit_options o = {.epochs = 1, .threads = 1, .class_weight = "balanced"};
    if (status == GLIA_OK) status = glia_data_set_weights(d, weights, 3);
    if (status == GLIA_OK) status = fit(d, NET, &o, d);
    o.class_weight = "1=2";
    if (status == GLIA_OK) status = fit(d, NET, &o, NULL);
    glia_data_free(d);
    return status;
}

static glia_status fit_with_patience(void)
{
    return fit(classes, NET,
               &(glia_fit_options){.epochs = 1,
                                   .batch = GLIA_FULL_BATCH,
                                   .patience = 2,
                                   .threads = 1,
                                   .optimizer = "sgd momentum=0.9",
                                   .schedule = "cosine"},
               NULL);
}

static glia_status fit_at_once(void)
{
    return fit(numbers, "dense 2, tanh, dense 2",
               &(glia_fit_options){.epochs = 2, .batch = 4, .threads = 1, .optimizer = "lbfgs 3"}, numbers);
}

static glia_status fit_numbers(void)
{
    return fit(numbers, "dense 2", &(glia_fit_options){.epochs = 1, .batch = GLIA_FULL_BATCH, .threads = 1}, numbers);
}

/* Layers of every kind, images made of the four columns. */
#define OF_IMAGES                                                                                                      \
    "input 1x2x2, pad 1, conv 4 2, batchnorm, relu @a, conv 4 3 pad=same groups=2, add @a, dropout_spatial, "          \
    "maxpool 2, upsample 2 mode=bilinear, layernorm axes=2 @b, permute 1x3x2, concat @b, avgpool 2, reshape 8, "       \
    "dropout, dense 3, softmax"
#define OF_WORDS                                                                                                       \
    "embedding 8 5 padding=2, permute 2x1, conv1d 3 2, batchnorm, layernorm, globalmaxpool, dense 3, softmax"

static glia_status fit_images(void)
{
    return fit(classes, OF_IMAGES, &(glia_fit_options){.epochs = 1, .batch = 30, .threads = 2}, held);
}

static glia_status fit_in_bf16(void)
{
    return fit(classes, OF_IMAGES, &(glia_fit_options){.epochs = 1, .batch = 30, .precision = EMULATED}, held);
}

static glia_status fit_words(void)
{
    return fit(words, OF_WORDS, &(glia_fit_options){.epochs = 1, .batch = 30, .threads = 2}, words);
}

static glia_status by_hand(void)
{
    static const int32_t   truth[3] = {0, 1, 2};
    static const glia_real x[12] = {1, 2, 3};
    glia_optimizer        *o = NULL;
    glia_model            *m;
    double                 loss, norm;
    glia_status            status = glia_model_new(&m, NET, classes, 0);
    if (status == GLIA_OK) status = glia_optimizer_new(&o, "rmsprop momentum=0.9 centered=yes", m);
    if (status == GLIA_OK) status = glia_forward(m, x, 3, NULL);
    if (status == GLIA_OK) status = glia_loss(m, NULL, truth, NULL, &loss);
    if (status == GLIA_OK) status = glia_backward(m);
    if (status == GLIA_OK) status = glia_clip_norm(m, 1, &norm);
    if (status == GLIA_OK) status = glia_step(m, o);
    glia_optimizer_free(o);
    glia_model_free(m);
    return status;
}

static glia_status judged(void)
{
    glia_scores *scores = NULL;
    glia_model  *m;
    glia_real    y[60];
    glia_status  status = glia_model_new(&m, NET, classes, 0);
    if (status == GLIA_OK) status = glia_evaluate(m, held, &scores);
    assert_true((status == GLIA_OK) == (scores != NULL));
    if (status == GLIA_OK) status = glia_predict(m, held, y);
    glia_scores_free(scores);
    glia_model_free(m);
    return status;
}

static glia_status checked(void)
{
    glia_gradcheck_result result;
    return glia_gradcheck("dense 2, tanh, dense 2, softmax", NULL, 1, &result);
}

static glia_status split(void)
{
    glia_data  *rest, *part = NULL, *view = NULL;
    size_t      rows[] = {3, 1, 4};
    glia_status status = glia_data_split(classes, 0.3, GLIA_SPLIT_STRATIFIED, 1, &rest, &part);
    if (status == GLIA_OK) status = glia_data_rows(rest, rows, 3, &view);
    glia_data_free(view);
    glia_data_free(rest);
    glia_data_free(part);
    return status;
}

/* ---- files ----------------------------------------------------------------------------------------------------- */

static size_t files_in_folder(void)
{
    size_t n = 0;
    DIR   *open = opendir(folder);
    assert_non_null(open);
    for (struct dirent *entry; (entry = readdir(open));) n += entry->d_name[0] != '.';
    closedir(open);
    return n;
}

static glia_model *trained;

/* Over a file that is there: it stays as it was until the new one is whole, and nothing stands beside it. */
static glia_status save(void)
{
    struct stat before, after;
    assert_int_equal(stat(path, &before), 0);
    glia_status status = glia_model_save(trained, path);
    assert_int_equal(stat(path, &after), 0);
    assert_true(status == GLIA_OK || before.st_ino == after.st_ino);
    assert_true(files_in_folder() == 1);
    return status;
}

static glia_status open_file(void)
{
    glia_model *m = (glia_model *)&m;
    glia_status status = glia_model_open(&m, path);
    assert_true((status == GLIA_OK) == (m != NULL));
    glia_model_free(m);
    return status;
}

static glia_status load(void)
{
    return glia_model_load_weights(trained, path);
}

static void files_without_memory(void **state)
{
    (void)state;
    EXPECT_OK(glia_model_new(&trained, NET, classes, 0));
    EXPECT_OK(glia_fit(trained, classes, NULL, &(glia_fit_options){.epochs = 1, .scale = "minmax"}));
    EXPECT_OK(glia_model_save(trained, path));
    fail_every_request("save", save);
    fail_every_request("open", open_file);
    fail_every_request("load weights", load);
    glia_model_free(trained);
    trained = NULL;
}

static glia_status predictor(void)
{
    glia_predictor *p = (glia_predictor *)&p;
    glia_status     status = glia_predictor_new(&p, trained);
    assert_true((status == GLIA_OK) == (p != NULL));
    glia_predictor_free(p);
    return status;
}

#define FOLDED "input 2x2, conv1d 3 2 bias=no, batchnorm, flatten, dense 3, softmax"

static void predictors_without_memory(void **state)
{
    static const char *const nets[] = {NET, OF_IMAGES, FOLDED};
    (void)state;
    for (size_t i = 0; i < COUNT(nets); i++) {
        EXPECT_OK(glia_model_new(&trained, nets[i], classes, 0));
        EXPECT_OK(glia_fit(trained, classes, NULL, &(glia_fit_options){.epochs = 1, .scale = "minmax"}));
        fail_every_request(nets[i], predictor);
        glia_model_free(trained);
        trained = NULL;
    }
}

static void models_without_memory(void **state)
{
    (void)state;
    fail_every_request("new", new_model);
    fail_every_request("new, its net picked", picked_model);
    fail_every_request("add", grown_model);
    fail_every_request("gradient check", checked);
    fail_every_request("split", split);
}

static void training_without_memory(void **state)
{
    (void)state;
    fail_every_request("fit", fit_classes);
    fail_every_request("weighted fit", fit_weighted);
    fail_every_request("fit with patience", fit_with_patience);
    fail_every_request("fit of numbers", fit_numbers);
    fail_every_request("fit at once", fit_at_once);
    fail_every_request("fit of images", fit_images);
    fail_every_request("fit in bfloat16", fit_in_bf16);
    fail_every_request("fit of words", fit_words);
    fail_every_request("by hand", by_hand);
    fail_every_request("judging", judged);
}

/* ---- a step asks for nothing ----------------------------------------------------------------------------------- */

#if defined(__has_feature)
#define HAS_FEATURE(name) __has_feature(name)
#else
#define HAS_FEATURE(name) 0
#endif
#if defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) &&                           \
    !HAS_FEATURE(address_sanitizer) && !HAS_FEATURE(thread_sanitizer)
#define COUNTS_MALLOC 1

/* The C library's own, under names that this program does not take. */
extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t n, size_t size);
extern void *__libc_realloc(void *p, size_t size);

static _Atomic size_t mallocs;

/* Every malloc of the process comes here, whoever calls it. */
void *malloc(size_t size)
{
    mallocs++;
    return __libc_malloc(size);
}

void *calloc(size_t n, size_t size)
{
    mallocs++;
    return __libc_calloc(n, size);
}

void *realloc(void *p, size_t size)
{
    mallocs++;
    return __libc_realloc(p, size);
}
#else
#define COUNTS_MALLOC 0
static size_t mallocs;
#endif

typedef struct requests {
    size_t ours, mallocs;           /* until the latest batch */
    size_t most_ours, most_mallocs; /* within one step */
    size_t steps;
} requests;

static bool compare_requests(void *user, const glia_batch *b)
{
    requests *r = user;
    size_t    now = mallocs;
    if (b->batch > 1) {
        r->steps++;
        if (memory.calls - r->ours > r->most_ours) r->most_ours = memory.calls - r->ours;
        if (now - r->mallocs > r->most_mallocs) r->most_mallocs = now - r->mallocs;
    }
    r->ours = memory.calls;
    r->mallocs = mallocs;
    return false;
}

static glia_precision precision;

static requests count_requests(const glia_data *d, const char *net, const char *optimizer, unsigned threads)
{
    glia_model *m;
    requests    r = {0};
    EXPECT_OK(glia_model_new(&m, net, d, 0));
    EXPECT_OK(glia_fit(m, d, d,
                       &(glia_fit_options){.epochs = 2,
                                           .batch = 7,
                                           .threads = threads,
                                           .optimizer = optimizer,
                                           .scale = d == words ? "none" : "standard",
                                           .schedule = "cosine",
                                           .clip_norm = 0.1,
                                           .clip_value = 0.1,
                                           .precision = precision,
                                           .on_batch = compare_requests,
                                           .user = &r}));
    glia_model_free(m);
    assert_true(r.steps > 0);
    return r;
}

static void each_step(void (*expect)(requests r))
{
    glia_data *wide = class_data(1, 21, 784, 10);
    for (unsigned threads = 1; threads <= 2; threads++) {
        expect(count_requests(classes, NET, "adamw amsgrad=yes", threads));
        expect(count_requests(numbers, "dense 5, gelu, dense 2", "rmsprop centered=yes momentum=0.5", threads));
        expect(count_requests(numbers, "dense 5, dense 2", "nadam", threads));
        expect(count_requests(classes, OF_IMAGES, "adam", threads));
        expect(count_requests(words, OF_WORDS, "sgd momentum=0.9", threads));
        expect(count_requests(wide, "dense 128, tanh, dense 10, softmax", "adagrad", threads)); /* shared by threads */
    }
    glia_data_free(wide);
}

static void expect_none_of_ours(requests r)
{
    assert_int_equal(r.most_ours, 0);
}

static void expect_no_malloc(requests r)
{
    assert_int_equal(r.most_mallocs, 0);
}

static void a_step_asks_glia_for_nothing(void **state)
{
    (void)state;
    each_step(expect_none_of_ours);
    precision = EMULATED;
    each_step(expect_none_of_ours);
    precision = GLIA_FLOAT32;
}

/* oneDNN allocates for itself. */
static void a_portable_step_calls_no_malloc(void **state)
{
    (void)state;
    if (!COUNTS_MALLOC || strncmp(glia_kernels(), "portable", 8) != 0) skip();
    size_t before = mallocs;
    free(need(3, 5));
    assert_true(mallocs > before);
    each_step(expect_no_malloc);
}

/* Nobody asks for memory while rows are predicted: neither glia nor what it stands on. */
static void a_prediction_asks_for_nothing(void **state)
{
    static const struct {
        const char       *net;
        glia_data *const *data;
        const char       *loss;
    } nets[] = {{NET, &classes, NULL},
                {OF_IMAGES, &classes, NULL},
                {OF_WORDS, &words, NULL},
                {"dense 2", &numbers, NULL},
                {FOLDED, &classes, NULL},
                {"dense 3", &classes, "cross_entropy"},
                {"input 1x2x2, conv 2 2x1, flatten, dense 3, log_softmax", &classes, NULL}};
    (void)state;
    for (size_t i = 0; i < COUNT(nets); i++) {
        const glia_data *d = *nets[i].data;
        glia_model      *m;
        glia_predictor  *p;
        glia_real        x[4] = {1, 2, 0, 3}, y[3];
        const char      *scale = d == words ? "none" : "standard";
        EXPECT_OK(glia_model_new(&m, nets[i].net, d, 0));
        EXPECT_OK(glia_fit(m, d, NULL, &(glia_fit_options){.epochs = 1, .scale = scale, .loss = nets[i].loss}));
        EXPECT_OK(glia_predictor_new(&p, m));
        glia_real *room = need(glia_predictor_room(p), sizeof *room);
        size_t     ours = memory.calls, all = mallocs;
        for (size_t r = 0; r < 3; r++) EXPECT_OK(glia_predictor_run(p, x, y, room));
        assert_int_equal(memory.calls, ours);
        assert_int_equal(mallocs, all);
        free(room);
        glia_predictor_free(p);
        glia_model_free(m);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(models_without_memory),         cmocka_unit_test(training_without_memory),
        cmocka_unit_test(files_without_memory),          cmocka_unit_test(predictors_without_memory),
        cmocka_unit_test(a_step_asks_glia_for_nothing),  cmocka_unit_test(a_portable_step_calls_no_malloc),
        cmocka_unit_test(a_prediction_asks_for_nothing),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
