/* Data whose rows stay on the disk: what they give is what the same rows in memory give, to the bit, in whatever form
 * the file has them and whatever is done with them. Blocks and windows are made small, so that small files have many.
 */
#include <sys/stat.h>

#include "data_files.h"
#include "npy_files.h"

#include "data/pass.h"
#include "scarce.h"
#include "train/run.h"

enum { ROWS = 2400, COLUMNS = 12, CLASSES = 3, KEPT = 1 << 30 };

static const glia__sizes small = {.memory = 1 << 20, .large = 4000, .block = 512, .blocks = 4};
/* As small, but for the order: rows come from anywhere. */
static const glia__sizes scattered = {.memory = 1 << 20, .large = 1 << 30, .block = 512, .blocks = 4};

/* ---- files ------------------------------------------------------------------------------------------------------ */

static int32_t class_of(size_t row)
{
    return (int32_t)(row * 7919 % 13 % CLASSES);
}

/* Small whole numbers, so that every type can hold them, that say something of the class. */
static double value_of(size_t row, size_t column)
{
    const uint32_t noise = (uint32_t)(row * 2654435761u + column * 40503u) >> 16;
    return (double)(noise % 50 + (column % CLASSES == (size_t)class_of(row) ? 30u : 0u));
}

static void put_number(FILE *f, uint64_t bits, size_t size, bool big)
{
    for (size_t i = 0; i < size; i++) fputc((int)(bits >> 8 * (big ? size - 1 - i : i) & 255), f);
}

static uint64_t bits_of(double value, char kind, size_t size)
{
    const float  narrow = (float)value / 3;
    const double wide = value / 3;
    uint64_t     bits = (uint64_t)value;
    uint32_t     half;
    if (kind == 'f' && size == 8) memcpy(&bits, &wide, sizeof bits);
    if (kind == 'f' && size == 4) memcpy(&half, &narrow, sizeof half), bits = half;
    return bits;
}

typedef struct form {
    const char *path, *head; /* of .npy: its dict; NULL: an IDX file  */
    char        kind;
    size_t      size;
    bool        big;
    const char *net;
} form;

static const form forms[] = {
    {"bytes.idx", NULL, 'u', 1, true, "input 1x3x4, flatten, dense 6, tanh, batchnorm, dense 3, softmax"},
    {"f4.npy", DICT("<f4", "False", "(2400, 12)"), 'f', 4, false, "dense 6, tanh, batchnorm, dense 3, softmax"},
    {"f8.npy", DICT("<f8", "False", "(2400, 12)"), 'f', 8, false, "dense 6, tanh, batchnorm, dense 3, softmax"},
    {"big.npy", DICT(">f4", "False", "(2400, 12)"), 'f', 4, true, "dense 6, tanh, batchnorm, dense 3, softmax"},
    {"i2.npy", DICT(">i2", "False", "(2400, 12)"), 'i', 2, true, "dense 6, tanh, batchnorm, dense 3, softmax"},
    {"last.npy", DICT("|u1", "False", "(2400, 2, 2, 3)"), 'u', 1, false, "flatten, dense 3, softmax"},
    {"last8.npy", DICT("<f8", "False", "(2400, 2, 2, 3)"), 'f', 8, false, "flatten, dense 3, softmax"},
};

static void put_form(const form *f)
{
    bytes head = f->head ? npy_header(f->head) : IDX_HEADER(8, ROWS, 3, 4);
    FILE *file = fopen(f->path, "wb");
    assert_non_null(file);
    fwrite(head.at, 1, head.n, file);
    for (size_t i = 0; i < (size_t)ROWS * COLUMNS; i++)
        put_number(file, bits_of(value_of(i / COLUMNS, i % COLUMNS), f->kind, f->size), f->size, f->big);
    assert_int_equal(fclose(file), 0);
}

static int put_files(void **state)
{
    if (enter_folder(state) != 0) return -1;
    for (size_t i = 0; i < COUNT(forms); i++) put_form(&forms[i]);
    bytes head = npy_header(DICT("<i4", "False", "(2400,)"));
    FILE *file = fopen("y.npy", "wb");
    assert_non_null(file);
    fwrite(head.at, 1, head.n, file);
    for (size_t r = 0; r < ROWS; r++) put_number(file, (uint64_t)class_of(r), 4, false);
    return fclose(file);
}

static int usual_sizes(void **state)
{
    (void)state;
    glia__sizes_now = small;
    return 0;
}

/* ---- what is compared -------------------------------------------------------------------------------------------- */

static glia_data *open_with(const form *f, size_t memory)
{
    glia_data *d;
    char       text[64];
    snprintf(text, sizeof text, "%s,y.npy", f->path);
    EXPECT_OK(glia_data_open(&d, text, &(glia_data_options){.memory = memory}));
    assert_true((d->store != NULL) == (memory == 1));
    return d;
}

/* A model trained on d, as its file; with what it says of the other rows, if there are some. */
static char *trained(const form *f, const glia_data *d, const glia_data *validation, const glia_fit_options *o)
{
    glia_model  *m;
    glia_scores *scores;
    EXPECT_OK(glia_model_new(&m, f->net, d, 5));
    EXPECT_OK(glia_fit(m, d, validation, o));
    EXPECT_OK(glia_model_save(m, "m.safetensors"));
    EXPECT_OK(glia_evaluate(m, d, &scores));
    glia_real *out = need(d->rows * CLASSES, sizeof *out);
    EXPECT_OK(glia_predict(m, d, out));
    char  *file = need(1 << 16, 1), *text = file + (1 << 15);
    FILE  *saved = fopen("m.safetensors", "rb");
    size_t n = fread(file, 1, 1 << 15, saved);
    double sum = 0;
    assert_in_range(n, 100, (1 << 15) - 1);
    fclose(saved);
    for (size_t i = 0; i < d->rows * CLASSES; i++) sum += (double)out[i] * (double)(i % 17);
    snprintf(text, 1 << 10, "%.17g %.17g %.17g %zu", scores->loss, scores->accuracy, sum, n);
    glia_scores_free(scores);
    glia_model_free(m);
    free(out);
    return file;
}

/* Trains the same with rows in memory and on disk; `share` is held out. */
static void expect_same(const form *f, double share, const glia_fit_options *o)
{
    char *model[2];
    for (int k = 0; k < 2; k++) {
        glia_data *d = open_with(f, k ? 1 : KEPT), *rest = NULL, *held = NULL;
        if (share > 0) EXPECT_OK(glia_data_split(d, share, GLIA_SPLIT_SHUFFLED, 3, &rest, &held));
        model[k] = trained(f, rest ? rest : d, held, o);
        glia_data_free(rest);
        glia_data_free(held);
        glia_data_free(d);
    }
    if (memcmp(model[0], model[1], 1 << 16) != 0)
        fail_msg("%s: %s and %s", f->path, model[0] + (1 << 15), model[1] + (1 << 15));
    free(model[0]);
    free(model[1]);
}

static const glia_fit_options fits[] = {
    {.epochs = 2, .threads = 1},
    {.epochs = 2, .threads = 2, .batch = 7, .accumulate = 3},
    {.epochs = 2, .threads = 2, .batch = 500, .no_shuffle = true},
    {.epochs = 1, .batch = GLIA_FULL_BATCH},
    {.epochs = 3, .patience = 1, .scale = "minmax", .class_weight = "balanced"},
    {.epochs = 3, .swa = "2"},
    {.epochs = 2, .checkpoint = "c", .doctor = true},
};

static void every_form_trains_the_same(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(forms); i++) expect_same(&forms[i], 0.2, &fits[1]);
}

static void every_way_to_train_is_the_same(void **state)
{
    (void)state;
    for (size_t k = 0; k < COUNT(fits); k++) {
        expect_same(&forms[k % 2], k % 3 ? 0.3 : 0, &fits[k]);
        glia__sizes_now = scattered;
        expect_same(&forms[k % 2], k % 3 ? 0.3 : 0, &fits[k]);
        glia__sizes_now = small;
    }
}

static void lbfgs_trains_the_same(void **state)
{
    (void)state;
    form f = forms[1];
    f.net = "dense 5, tanh, dense 3, softmax";
    expect_same(&f, 0, &(glia_fit_options){.epochs = 4, .batch = 100, .optimizer = "lbfgs"});
}

static void augmented_images_are_the_same(void **state)
{
    (void)state;
    expect_same(&forms[0], 0.2, &(glia_fit_options){.epochs = 2, .augment = "shift 1, noise 0.3", .threads = 2});
}

static void folds_and_latest_are_the_same(void **state)
{
    char *model[2];
    (void)state;
    for (int k = 0; k < 2; k++) {
        glia_data *d = open_with(&forms[2], k ? 1 : KEPT), *rest, *held;
        double    *times = need(ROWS, sizeof *times);
        for (size_t r = 0; r < ROWS; r++) times[r] = (double)(r * 7919 % 1000);
        EXPECT_OK(glia_data_set_times(d, times, ROWS));
        EXPECT_OK(glia_data_fold(d, 1, 3, GLIA_SPLIT_LATEST, 0, &rest, &held));
        model[k] = trained(&forms[2], rest, held, &fits[0]);
        glia_data_free(rest);
        glia_data_free(held);
        glia_data_free(d);
        free(times);
    }
    assert_memory_equal(model[0], model[1], 1 << 16);
    free(model[0]);
    free(model[1]);
}

/* ---- single rows ------------------------------------------------------------------------------------------------- */

static void numbers_are_those_in_memory(void **state)
{
    (void)state;
    for (size_t k = 0; k < COUNT(forms); k++) {
        glia_data *a = open_with(&forms[k], KEPT), *b = open_with(&forms[k], 1);
        for (size_t i = 0; i < (size_t)ROWS * COLUMNS; i += 1 + i % 5) {
            const size_t row = i * 31 / COLUMNS % ROWS, column = i % COLUMNS;
            assert_true(glia_data_input(a, row, column) == glia_data_input(b, row, column));
        }
        uint64_t hash[2];
        EXPECT_OK(glia__data_values_hash(a, &hash[0]));
        EXPECT_OK(glia__data_values_hash(b, &hash[1]));
        assert_true(hash[0] == hash[1]);
        glia_data_free(a);
        glia_data_free(b);
    }
}

static void chosen_rows_are_those_in_memory(void **state)
{
    static const size_t rows[] = {2399, 0, 17, 17, 1200, 3};
    glia_data          *d[2] = {open_with(&forms[2], KEPT), open_with(&forms[2], 1)};
    glia_real           x[2][COUNT(rows) * COLUMNS];
    glia_model         *m;
    (void)state;
    for (int k = 0; k < 2; k++) {
        EXPECT_OK(glia_model_new(&m, forms[2].net, d[k], 5));
        EXPECT_OK(glia_inputs_get(m, d[k], rows, COUNT(rows), x[k]));
        glia_model_free(m);
    }
    assert_memory_equal(x[0], x[1], sizeof x[0]);
    EXPECT_OK(glia_data_write_csv(d[0], "a.csv"));
    EXPECT_OK(glia_data_write_csv(d[1], "b.csv"));
    assert_int_equal(system("cmp -s a.csv b.csv"), 0);
    glia_data_free(d[0]);
    glia_data_free(d[1]);
}

static void a_column_can_be_the_target(void **state)
{
    glia_data *d[2];
    (void)state;
    for (int k = 0; k < 2; k++)
        EXPECT_OK(glia_data_open(&d[k], "i2.npy", &(glia_data_options){.target = "4", .memory = k ? 1 : KEPT}));
    assert_non_null(d[1]->store);
    assert_int_equal(d[0]->columns, d[1]->columns);
    for (size_t r = 0; r < ROWS; r += 7) {
        assert_true(glia_data_class(d[0], r) == glia_data_class(d[1], r));
        for (size_t i = 0; i < d[0]->columns; i++)
            assert_true(glia_data_input(d[0], r, i) == glia_data_input(d[1], r, i));
    }
    glia_data_free(d[0]);
    glia_data_free(d[1]);
}

static void what_changes_rows_reads_them(void **state)
{
    glia_data  *a = open_with(&forms[0], 1), *both;
    glia_model *m;
    (void)state;
    double first = glia_data_input(a, 9, 9);
    EXPECT_OK(glia_model_new(&m, forms[0].net, a, 5));
    EXPECT_OK(glia_data_invert(a, m, GLIA_INVERT_YES, NULL, NULL));
    assert_null(a->store);
    assert_true(glia_data_input(a, 9, 9) == 255 - first);
    EXPECT_OK(glia_data_open(&both, "f4.npy,y.npy+f8.npy,y.npy", &(glia_data_options){.memory = 1}));
    assert_int_equal(both->rows, 2 * ROWS);
    assert_true(glia_data_input(both, ROWS + 5, 2) == (double)(glia_real)(value_of(5, 2) / 3));
    glia_data_free(both);
    glia_data_free(a);
    glia_model_free(m);
}

/* ---- the order of an epoch ----------------------------------------------------------------------------------------
 */

/* By NumPy 1.24: docs/random.md's lines with n = 23, blocks of 5 rows and windows of 2 blocks, twice from
 * RandomState(7). */
static void blocks_are_drawn_as_numpy_does(void **state)
{
    static const size_t want[2][23] = {
        {19, 16, 2, 15, 0, 1, 4, 18, 17, 3, 11, 13, 12, 5, 9, 10, 14, 6, 7, 8, 21, 22, 20},
        {18, 15, 17, 13, 16, 14, 11, 19, 12, 10, 8, 9, 21, 7, 20, 22, 6, 5, 3, 1, 2, 0, 4}};
    glia_rng *rng;
    size_t    order[23];
    glia_data d = {.rows = 23, .stored = 23, .columns = 10};
    (void)state;
    glia__sizes_now = (glia__sizes){.large = 100, .block = 200, .blocks = 2};
    EXPECT_OK(glia_rng_new(&rng, 7));
    for (int k = 0; k < 2; k++) {
        glia__order_draw(rng, &d, order);
        assert_memory_equal(order, want[k], sizeof order);
    }
    glia_rng_free(rng);
}

static bool stop_within(void *user, const glia_batch *batch)
{
    (void)user;
    return batch->epoch == 2 && batch->batch == 40;
}

static void a_run_goes_on_within_an_epoch(void **state)
{
    glia_fit_options whole = {.epochs = 3, .checkpoint = "c"}, begun = whole, resumed = whole;
    char            *model[2];
    glia_data       *d = open_with(&forms[1], 1), *in_memory = open_with(&forms[1], KEPT);
    (void)state;
    begun.on_batch = stop_within;
    resumed.resume = "c";
    model[0] = trained(&forms[1], in_memory, NULL, &whole);
    free(trained(&forms[1], d, NULL, &begun));
    model[1] = trained(&forms[1], d, NULL, &resumed);
    assert_string_equal(model[0] + (1 << 15), model[1] + (1 << 15));
    free(model[0]);
    free(model[1]);
    glia_data_free(d);
    glia_data_free(in_memory);
}

/* ---- what can go wrong --------------------------------------------------------------------------------------------
 */

static void cut(const char *file, size_t left)
{
    struct stat at;
    assert_int_equal(stat(file, &at), 0);
    assert_int_equal(truncate(file, (off_t)(at.st_size - (off_t)left)), 0);
}

static void a_file_that_is_cut_is_told(void **state)
{
    glia_real   *out = need((size_t)ROWS * CLASSES, sizeof *out);
    glia_data   *d = open_with(&forms[1], 1);
    glia_model  *m, *plain;
    glia_scores *scores;
    (void)state;
    EXPECT_OK(glia_model_new(&m, forms[1].net, d, 5));
    EXPECT_OK(glia_model_new(&plain, "dense 3, softmax", d, 5));
    EXPECT_OK(glia_fit(m, d, NULL, &fits[0]));
    cut("f4.npy", 100);
    const size_t last = ROWS - 1;
    glia_real    x[COLUMNS];
    EXPECT_FAILS(glia_fit(m, d, NULL, &fits[0]), GLIA_E_FORMAT, "f4.npy: byte 115");
    EXPECT_FAILS(glia_fit(plain, d, NULL, &(glia_fit_options){.optimizer = "lbfgs", .scale = "none"}), GLIA_E_FORMAT,
                 "the file ends here, and was longer when it was opened");
    EXPECT_FAILS(glia_evaluate(m, d, &scores), GLIA_E_FORMAT, "f4.npy");
    EXPECT_FAILS(glia_predict(m, d, out), GLIA_E_FORMAT, "f4.npy");
    EXPECT_FAILS(glia_inputs_get(m, d, &last, 1, x), GLIA_E_FORMAT, "f4.npy");
    EXPECT_FAILS(glia_data_write_csv(d, "a.csv"), GLIA_E_FORMAT, "f4.npy");
    EXPECT_FAILS(glia__data_load(d), GLIA_E_FORMAT, "f4.npy");
    assert_true(isnan(glia_data_input(d, last, 0)));
    assert_true(glia_data_input(d, 0, 0) == (double)(float)(value_of(0, 0) / 3));
    glia_model_free(m);
    glia_model_free(plain);
    glia_data_free(d);
    put_form(&forms[1]);
    free(out);
}

/* The last epoch fails: it is cut while the one before is told. */
static bool cut_it(void *user, const glia_epoch *epoch)
{
    (void)user;
    if (epoch->epoch == 1) cut("f8.npy", 5000);
    return false;
}

static void a_file_that_is_cut_while_it_is_read_is_told(void **state)
{
    glia_data  *d = open_with(&forms[2], 1);
    glia_model *m;
    size_t      epochs;
    (void)state;
    EXPECT_OK(glia_model_new(&m, forms[2].net, d, 5));
    EXPECT_FAILS(glia_fit(m, d, NULL, &(glia_fit_options){.epochs = 3, .on_epoch = cut_it}), GLIA_E_FORMAT, "f8.npy");
    glia_model_history(m, &epochs);
    assert_int_equal(epochs, 1);
    glia_model_free(m);
    glia_data_free(d);
    put_form(&forms[2]);
}

static void numbers_that_are_none_are_found(void **state)
{
    const float bad = INFINITY;
    glia_data  *d;
    (void)state;
    FILE *file = fopen("f4.npy", "r+b");
    fseek(file, -400, SEEK_END);
    fwrite(&bad, sizeof bad, 1, file);
    fclose(file);
    for (int k = 0; k < 2; k++)
        EXPECT_FAILS(glia_data_open(&d, "f4.npy,y.npy", &(glia_data_options){.memory = k ? 1 : KEPT}), GLIA_E_FORMAT,
                     "row 2392: number 9 is inf, which is not finite");
    put_form(&forms[1]);
}

static glia_status attempt(void)
{
    glia_data   *d;
    glia_model  *m = NULL;
    glia_scores *scores = NULL;
    glia_status  status = glia_data_open(&d, "i2.npy,y.npy", &(glia_data_options){.memory = 1});
    if (!status) status = glia_model_new(&m, "dense 3, softmax", d, 1);
    if (!status) status = glia_fit(m, d, NULL, &(glia_fit_options){.epochs = 1, .batch = 64, .threads = 1});
    if (!status) status = glia_evaluate(m, d, &scores);
    glia_scores_free(scores);
    glia_model_free(m);
    glia_data_free(d);
    return status;
}

static void too_little_memory_is_told(void **state)
{
    (void)state;
    expect_survives_scarcity(attempt, 50);
}

#define SMALL(test) cmocka_unit_test_setup(test, usual_sizes)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SMALL(every_form_trains_the_same),
        SMALL(every_way_to_train_is_the_same),
        SMALL(lbfgs_trains_the_same),
        SMALL(augmented_images_are_the_same),
        SMALL(folds_and_latest_are_the_same),
        SMALL(numbers_are_those_in_memory),
        SMALL(chosen_rows_are_those_in_memory),
        SMALL(a_column_can_be_the_target),
        SMALL(what_changes_rows_reads_them),
        SMALL(blocks_are_drawn_as_numpy_does),
        SMALL(a_run_goes_on_within_an_epoch),
        SMALL(a_file_that_is_cut_is_told),
        SMALL(a_file_that_is_cut_while_it_is_read_is_told),
        SMALL(numbers_that_are_none_are_found),
        SMALL(too_little_memory_is_told),
    };
    return cmocka_run_group_tests_name("large", tests, put_files, leave_folder);
}
