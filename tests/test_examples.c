/* The examples, each run as a second process: what they print against what the notebooks print.
 *
 * The notebooks' texts are in the golden cases, under "printed". The double build must give each of their digits; the
 * float build five significant ones. */
#include <sys/wait.h>
#include <unistd.h>

#include "golden.h"
#include "help.h"

#define DIGITS GLIA_TEST_DATA "/../data/digits.csv.gz"

enum { NUMBERS_MOST = 400, TEXT_MOST = 1 << 16 };

/* ---- running one ----------------------------------------------------------------------------------------------- */

/* examples/NAME lies beside the folder of the program. */
static char *command_of(const char *name, const char *arguments)
{
    const char *program = strstr(GLIA_PROGRAM, "/bin/glia");
    char       *command = need(4096, 1);
    assert_non_null(program);
    snprintf(command, 4096, "'%.*s/examples/%s' %s 2>&1", (int)(program - GLIA_PROGRAM), GLIA_PROGRAM, name, arguments);
    return command;
}

/* What it prints, and its exit code; the caller's. */
static char *output_of(const char *name, const char *arguments, int code)
{
    char *command = command_of(name, arguments), *text = need(TEXT_MOST, 1);
    FILE *pipe = popen(command, "r");
    assert_non_null(pipe);
    assert_true(fread(text, 1, TEXT_MOST - 1, pipe) < TEXT_MOST - 1);
    int status = pclose(pipe);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != code) fail_msg("%s: status %d\n%s", command, status, text);
    free(command);
    return text;
}

/* ---- numbers in a text ----------------------------------------------------------------------------------------- */

typedef struct numbers {
    double value[NUMBERS_MOST];
    size_t count;
} numbers;

static bool begins_number(const char *at)
{
    const char *digit = at + (*at == '-');
    return *digit >= '0' && *digit <= '9';
}

static void add_numbers(numbers *n, const char *text)
{
    while (*text) {
        if (!begins_number(text)) {
            text++;
            continue;
        }
        assert_true(n->count < NUMBERS_MOST);
        text = glia_number_read(text, &n->value[n->count++]);
    }
}

static numbers numbers_of(const char *name, const char *arguments)
{
    numbers n = {.count = 0};
    char   *text = output_of(name, arguments, 0);
    add_numbers(&n, text);
    free(text);
    return n;
}

/* ---- the notebooks' numbers ------------------------------------------------------------------------------------ */

/* The i-th text that a case's cells print; or, without a case, a text of ours. */
typedef struct printed {
    const char *golden;
    size_t      i;
    const char *ours;
} printed;

static void add_printed(numbers *n, const printed *p)
{
    if (!p->golden) {
        add_numbers(n, p->ours);
        return;
    }
    golden_case *c = golden_open(p->golden);
    const char  *text =
        json_string_value(json_object_get(json_array_get(json_object_get(golden_json(c), "printed"), p->i), "printed"));
    assert_non_null(text);
    add_numbers(n, text);
    golden_close(c);
}

static bool same(double got, double want)
{
    if (IS_DOUBLE || want == 0) return got == want;
    return fabs(got - want) <= 0.5 * pow(10, floor(log10(fabs(want))) - 4);
}

/* The example prints these numbers, and no others. */
static void expect_printed(const char *name, const printed *list, size_t count)
{
    numbers got = numbers_of(name, ""), want = {.count = 0};
    for (size_t i = 0; i < count; i++) add_printed(&want, &list[i]);
    if (got.count != want.count) fail_msg("%s prints %zu numbers, not %zu", name, got.count, want.count);
    for (size_t i = 0; i < got.count; i++)
        if (!same(got.value[i], want.value[i]))
            fail_msg("%s: number %zu is %.17g, not %.17g", name, i + 1, got.value[i], want.value[i]);
}

static void test_neuron(void **state)
{
    static const printed list[] = {{"seed_001/neurons", 0, NULL},
                                   {"seed_001/neurons", 0, NULL},
                                   {"seed_001/neurons", 1, NULL},
                                   {"seed_001/neurons", 1, NULL},
                                   {.ours = "1"}};
    (void)state;
    expect_printed("01_neuron", list, COUNT(list));
}

static void test_layer_and_batch(void **state)
{
    static const printed list[] = {
        {"seed_001/neurons", 2, NULL}, {"seed_001/two_layers_batch", 0, NULL}, {"seed_001/layer_dense_seed0", 0, NULL}};
    (void)state;
    expect_printed("02_layer_and_batch", list, COUNT(list));
}

static void test_relu_softmax(void **state)
{
    static const char    third[] = "3.33333333e-01 3.33333333e-01 3.33333333e-01";
    static const printed list[] = {
        {"seed_001/relu_list", 0, NULL}, {"seed_001/softmax", 0, NULL}, {"seed_001/softmax", 1, NULL}, {.ours = third}};
    (void)state;
    expect_printed("03_relu_softmax", list, COUNT(list));
}

/* 87 of the 300 points are right (correct_of_300). */
static void test_spiral(void **state)
{
    static const printed list[] = {{"seed_001/spiral_layer1", 0, NULL},
                                   {"seed_001/spiral_softmax_loss", 0, NULL},
                                   {"seed_001/spiral_softmax_loss", 1, NULL},
                                   {.ours = "0.29"}};
    (void)state;
    expect_printed("04_spiral", list, COUNT(list));
}

/* ---- what is not in the notebooks to the digit ----------------------------------------------------------------- */

static double after(const char *text, const char *words)
{
    double      value;
    const char *at = strstr(text, words);
    if (!at) fail_msg("there is no \"%s\" in\n%s", words, text);
    at += strlen(words);
    at += strspn(at, " ");
    assert_true(glia_number_read(at, &value) != at);
    return value;
}

/* Ten classes: an untrained network is right once in ten times. */
static void test_feed_forward(void **state)
{
    static const char *const data[] = {"", "'" DIGITS "'"};
    (void)state;
    for (size_t i = 0; i < COUNT(data); i++) {
        char *text = output_of("05_feed_forward", data[i], 0);
        assert_in_range(100 * after(text, "mean:"), 900, 1100);
        free(text);
    }
}

/* Three ways to one slope, and a step that follows it. */
static void test_backpropagation(void **state)
{
    char  *text = output_of("06_backpropagation", "", 0);
    double glia = after(text, "by glia:"), rule = after(text, "by chain rule:"), nudge = after(text, "by nudging it:");
    (void)state;
    assert_true(fabs(glia) > 0.001);
    assert_true(fabs(glia - rule) < 2e-6);
    assert_true(fabs(glia - nudge) < 2e-4 * fabs(glia) + 2e-5);
    assert_true(after(text, "loss of the batch after it:") < after(text, "loss of the batch:") - 0.01);
    free(text);
}

static void test_training(void **state)
{
    char        folder[] = "/tmp/glia-examples-XXXXXX", path[64], arguments[512];
    glia_model *m;
    (void)state;
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/digits.safetensors", folder);
    snprintf(arguments, sizeof arguments, "'%s' '%s'", DIGITS, path);
    char *text = output_of("07_mnist", arguments, 0);
    assert_true(after(text, "\njudged: ") > 95);
    EXPECT_OK(glia_model_open(&m, path));
    glia_model_free(m);
    free(text);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(rmdir(folder), 0);
}

static void test_training_without_data(void **state)
{
    char *text = output_of("07_mnist", "", 0);
    (void)state;
    assert_true(after(text, "\njudged: ") > 75);
    free(text);
    text = output_of("07_mnist", "/nowhere/mnist", 1);
    assert_non_null(strstr(text, "/nowhere/mnist"));
    free(text);
}

static void test_one_row(void **state)
{
    static const char *const data[] = {"", "'" DIGITS "'"};
    (void)state;
    for (size_t i = 0; i < COUNT(data); i++) {
        char *text = output_of("08_one_row", data[i], 0);
        assert_true(after(text, "right: ") > (i ? 92 : 75));
        free(text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_neuron),       cmocka_unit_test(test_layer_and_batch),
        cmocka_unit_test(test_relu_softmax), cmocka_unit_test(test_spiral),
        cmocka_unit_test(test_feed_forward), cmocka_unit_test(test_backpropagation),
        cmocka_unit_test(test_training),     cmocka_unit_test(test_training_without_data),
        cmocka_unit_test(test_one_row),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
