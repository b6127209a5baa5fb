/* A notebook in NumPy starts from glia's weights, sees its batches and holds out its rows: docs/random.md shows the
 * lines, and golden/numpy_order has what they draw. */
#include "golden.h"
#include "help.h"

static const char net[] = "input 4, dense 16, relu, dense 3, softmax";

static uint32_t seed_of(const golden_case *c)
{
    return (uint32_t)golden_setting(c, "seed", -1);
}

/* ---- the document ---------------------------------------------------------------------------------------------- */

static char *text_of_document(void)
{
    FILE *file = fopen(GLIA_TEST_DATA "/../docs/random.md", "r");
    assert_non_null(file);
    char  *text = need(1 << 16, 1);
    size_t n = fread(text, 1, (1 << 16) - 1, file);
    assert_true(n > 0 && feof(file));
    fclose(file);
    return text;
}

/* The inside of all its ```python blocks, one after the other. */
static char *python_of(const char *text)
{
    static const char begin[] = "```python\n", end[] = "\n```";
    char             *lines = need(strlen(text) + 1, 1);
    while ((text = strstr(text, begin))) {
        text += strlen(begin);
        const char *stop = strstr(text, end);
        assert_non_null(stop);
        strncat(lines, text, (size_t)(stop - text) + 1);
    }
    return lines;
}

static void test_document(void **state)
{
    golden_case *c = golden_open("numpy_order");
    char        *text = text_of_document(), *lines = python_of(text);
    (void)state;
    assert_string_equal(lines, json_string_value(json_object_get(golden_json(c), "lines")));
    free(lines);
    free(text);
    golden_close(c);
}

/* ---- weights --------------------------------------------------------------------------------------------------- */

static void expect_weight(const glia_model *m, const char *name, const golden_array *want)
{
    size_t     in = want->shape[0], out = want->shape[1];
    glia_real *got = need(want->count, sizeof *got);
    EXPECT_OK(glia_parameter_get(m, name, got, want->count));
    for (size_t i = 0; i < in; i++)
        for (size_t o = 0; o < out; o++) assert_true(got[o * in + i] == (glia_real)want->values[i * out + o]);
    free(got);
}

static void expect_bias(const glia_model *m, const char *name, const golden_array *want)
{
    glia_real *got = need(want->count, sizeof *got);
    EXPECT_OK(glia_parameter_get(m, name, got, want->count));
    for (size_t o = 0; o < want->count; o++) assert_true(got[o] == (glia_real)want->values[o]);
    free(got);
}

static void expect_weights(const glia_model *m, const golden_case *c)
{
    expect_weight(m, "0.weight", golden_get(c, "weight0"));
    expect_bias(m, "0.bias", golden_get(c, "bias0"));
    expect_weight(m, "2.weight", golden_get(c, "weight1"));
    expect_bias(m, "2.bias", golden_get(c, "bias1"));
}

static void test_weights(void **state)
{
    golden_case *c = golden_open("numpy_order");
    glia_model  *whole = model_of(net, seed_of(c)), *added = model_of("input 4, dense 16", seed_of(c));
    (void)state;
    expect_weights(whole, c);
    EXPECT_OK(glia_model_add(added, "relu, dense 3, softmax"));
    expect_weights(added, c);
    glia_model_free(whole);
    glia_model_free(added);
    golden_close(c);
}

/* ---- batches --------------------------------------------------------------------------------------------------- */

/* What a run saw. The one input of a row is its number, the net hands it on unchanged, and a loss of our own, whose
 * slope is 0, writes it down. */
static int32_t seen[1000], sizes[100];
static size_t  seen_count, sizes_count;

static double note_row(const glia_real *y, const glia_real *t, size_t n)
{
    (void)t, (void)n;
    if (seen_count < COUNT(seen)) seen[seen_count++] = (int32_t)y[0];
    return 0;
}

static void no_slope(const glia_real *y, const glia_real *t, size_t n, glia_real *dy)
{
    (void)y, (void)t, (void)n;
    dy[0] = 0;
}

static bool note_size(void *user, const glia_batch *batch)
{
    size_t *before = user;
    if (batch->batch == 1) *before = 0;
    if (sizes_count < COUNT(sizes)) sizes[sizes_count++] = (int32_t)(batch->samples - *before);
    *before = batch->samples;
    return false;
}

static glia_data *numbered_rows(size_t n)
{
    glia_data *d;
    glia_real *x = need(n, sizeof *x);
    int32_t   *classes = need(n, sizeof *classes);
    for (size_t r = 0; r < n; r++) x[r] = (glia_real)r, classes[r] = (int32_t)(r % 2);
    EXPECT_OK(glia_data_from_reals(&d, x, n, 1, classes, NULL, 2));
    free(x);
    free(classes);
    return d;
}

static void expect_ints(const golden_array *want, const int32_t *got, size_t count)
{
    assert_int_equal(count, want->count);
    for (size_t i = 0; i < count; i++) assert_int_equal(got[i], want->values[i]);
}

static void test_batches(void **state)
{
    golden_case *c = golden_open("numpy_order");
    glia_data   *d = numbered_rows((size_t)golden_setting(c, "n", 0));
    glia_model  *m = model_of("input 1, dense 1 bias=no init=constant:1", 0);
    size_t       before;
    (void)state;
    EXPECT_OK(glia_register_loss("note_row", note_row, no_slope));
    const glia_fit_options options = {.epochs = (size_t)golden_setting(c, "epochs", 0),
                                      .batch = 32,
                                      .threads = 1,
                                      .seed = seed_of(c),
                                      .loss = "note_row",
                                      .on_batch = note_size,
                                      .user = &before};
    EXPECT_OK(glia_fit(m, d, NULL, &options));
    expect_ints(golden_get(c, "rows"), seen, seen_count);
    expect_ints(golden_get(c, "batch_rows"), sizes, sizes_count);
    glia_model_free(m);
    glia_data_free(d);
    golden_close(c);
}

/* ---- the hold-out ---------------------------------------------------------------------------------------------- */

static void expect_rows(const golden_array *want, const glia_data *d)
{
    glia_data_info info;
    glia_data_describe(d, &info);
    assert_int_equal(info.rows, want->count);
    for (size_t r = 0; r < info.rows; r++) assert_true(glia_data_input(d, r, 0) == want->values[r]);
}

static void test_holdout(void **state)
{
    golden_case *c = golden_open("numpy_order");
    glia_data   *d = numbered_rows((size_t)golden_setting(c, "n", 0)), *rest, *held;
    (void)state;
    EXPECT_OK(glia_data_split(d, 0.15, GLIA_SPLIT_SHUFFLED, seed_of(c), &rest, &held));
    expect_rows(golden_get(c, "rest"), rest);
    expect_rows(golden_get(c, "held"), held);
    glia_data_free(rest);
    glia_data_free(held);
    glia_data_free(d);
    golden_close(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_document),
        cmocka_unit_test(test_weights),
        cmocka_unit_test(test_batches),
        cmocka_unit_test(test_holdout),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
