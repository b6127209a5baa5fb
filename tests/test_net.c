/* The net text: what it may hold, its canonical form, the net picked for data, and every mistake by its sentence. */
#include "help.h"

static char canonical[512];

/* The net as the library prints it. */
static const char *printed(const char *net)
{
    glia_model_info info;
    glia_model     *m = model_of(net, 0);
    glia_model_describe(m, &info);
    snprintf(canonical, sizeof canonical, "%s", info.net);
    glia_model_free(m);
    return canonical;
}

static glia_layer_info layer_of(const char *net, size_t layer)
{
    glia_layer_info info;
    glia_model     *m = model_of(net, 0);
    EXPECT_OK(glia_model_layer(m, layer, &info));
    glia_model_free(m);
    return info;
}

/* ---- what is understood ---------------------------------------------------------------------------------------- */

static const struct form {
    const char *text, *canonical;
} forms[] = {
    {"input 4, dense 3", "input 4, dense 3"},
    {"  input\t4 ,dense   3,relu ", "input 4, dense 3, relu"},
    {"input 4\ndense 3\r\nrelu\n", "input 4, dense 3, relu"},
    {"input 4,\n,\n\n dense 3,\n", "input 4, dense 3"},
    {"# a net, with commas\ninput 4 # of numbers, four\n  dense 3# units\n#relu\ntanh #", "input 4, dense 3, tanh"},
    {"input shape=1x2x2, flatten", "input 1x2x2, flatten"},
    {"input 4, dense units=3 bias=yes", "input 4, dense 3"},
    {"input 4, dense bias=no 3", "input 4, dense 3 bias=no"},
    {"input 4, dense 3 init=torch bias_init=torch", "input 4, dense 3"},
    {"input 4, dense 3 bias_init=zeros init=normal:0:0.1", "input 4, dense 3 init=normal:0:0.1 bias_init=zeros"},
    {"input 4, leaky_relu 0.01, leaky_relu slope=0.2, leaky_relu 1e-3",
     "input 4, leaky_relu, leaky_relu 0.2, leaky_relu 0.001"},
    {"input 4, elu 1, elu 0.5", "input 4, elu, elu 0.5"},
    {"input 4, gelu none, gelu tanh", "input 4, gelu, gelu tanh"},
    {"input 4, softplus beta=1.0, softplus 2.5e0", "input 4, softplus, softplus 2.5"},
    {"input 4, step, sigmoid, silu, softmax, log_softmax", "input 4, step, sigmoid, silu, softmax, log_softmax"},
    {"input 2x4x4, maxpool 2x2, avgpool kernel=3 pad=1 stride=1 count_pad=no, globalavgpool",
     "input 2x4x4, maxpool 2x2, avgpool 3 stride=1 pad=1 count_pad=no, globalavgpool"},
    {"input 3x4, permute 2x1, dropout 0.5, dropout p=0.25, dropout_spatial, layernorm axes=1, layernorm axes=0",
     "input 3x4, permute 2x1, dropout, dropout 0.25, dropout_spatial, layernorm axes=1, layernorm"},
    {"input 4, embedding dim=3 9 padding=0, upsample factor=2 mode=nearest, pad 0x1, reshape shape=4x7",
     "input 4, embedding 9 3 padding=0, upsample 2, pad 0x1, reshape 4x7"},
    {"input 4", "input 4"},
    {"", ""},
    {" # nothing\n , ", ""},
};

static void texts_have_a_canonical_form(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(forms); i++) {
        assert_string_equal(printed(forms[i].text), forms[i].canonical);
        assert_string_equal(printed(forms[i].canonical), forms[i].canonical);
    }
}

static void settings_reach_the_layer(void **state)
{
    (void)state;
    glia_layer_info dense = layer_of("input 4, dense 3 bias=no", 1), biased = layer_of("input 4, dense 3", 1);
    assert_string_equal(dense.name, "dense");
    assert_string_equal(dense.settings, "3 bias=no");
    assert_true(dense.parameters == 12 && biased.parameters == 15 && dense.multiply_adds == 12);
    assert_true(dense.rank == 1 && dense.shape[0] == 3);
    assert_string_equal(biased.settings, "3");
    assert_string_equal(layer_of("input 4, relu", 1).settings, "");
    assert_string_equal(layer_of("input 1x2x3", 0).settings, "1x2x3");
    glia_layer_info rows = layer_of("input 5x4, dense 3", 1);
    assert_true(rows.rank == 2 && rows.shape[0] == 5 && rows.shape[1] == 3 && rows.multiply_adds == 5 * 12);
}

/* Layers have the numbers of the same torch.nn.Sequential: input has none. */
static void layers_are_numbered(void **state)
{
    (void)state;
    glia_layer_info     info;
    glia_model         *m = model_of("input 4, dense 3, relu, dense 2", 0);
    static const size_t index[] = {SIZE_MAX, 0, 1, 2};
    for (size_t i = 0; i < COUNT(index); i++) {
        EXPECT_OK(glia_model_layer(m, i, &info));
        assert_true(info.index == index[i]);
    }
    EXPECT_FAILS(glia_model_layer(m, 4, &info), GLIA_E_ARG, "there is no layer 4");
    glia_model_free(m);
}

static void a_long_net(void **state)
{
    (void)state;
    enum { LAYERS = 3000 };
    char           *text = need(LAYERS + 2, 8);
    glia_model_info info;
    strcpy(text, "input 2");
    for (size_t i = 0, n = 7; i < LAYERS; i++, n += 6) memcpy(text + n, ",\ntanh", 7);
    glia_model *m = model_of(text, 0);
    glia_model_describe(m, &info);
    assert_true(info.layers == LAYERS + 1);
    free(text);
    glia_model_free(m);
}

/* ---- layer by layer -------------------------------------------------------------------------------------------- */

static void layers_are_added(void **state)
{
    (void)state;
    glia_model_info info;
    glia_data      *d = class_data(1, 8, 5, 3);
    glia_model     *m, *whole;
    EXPECT_OK(glia_model_new(&m, "", d, 7));
    EXPECT_OK(glia_model_add(m, "dense 30"));
    EXPECT_OK(glia_model_add(m, "relu\ndense 20 bias=no # small"));
    EXPECT_OK(glia_model_add(m, "relu, dense 3, softmax"));
    glia_model_describe(m, &info);
    assert_string_equal(info.net, "dense 30, relu, dense 20 bias=no, relu, dense 3, softmax");
    assert_true(info.inputs == 5 && info.outputs == 3 && info.classes == 3 && info.seed == 7 && info.parameters == 843);
    assert_string_equal(glia_model_class_name(m, 2), "2");
    EXPECT_OK(glia_model_new(&whole, info.net, d, 7));
    glia_real a[63], b[63];
    EXPECT_OK(glia_parameter_get(m, "4.weight", a, 60));
    EXPECT_OK(glia_parameter_get(whole, "4.weight", b, 60));
    assert_memory_equal(a, b, 60 * sizeof *a);
    glia_model_free(m);
    glia_model_free(whole);
    glia_data_free(d);
}

static void a_failed_addition_changes_nothing(void **state)
{
    (void)state;
    glia_model_info info;
    glia_real       before[12], after[12];
    glia_model     *m = model_of("input 4, dense 3", 1);
    EXPECT_OK(glia_parameter_get(m, "0.weight", before, 12));
    EXPECT_FAILS(glia_model_add(m, "relu, dense"), GLIA_E_TEXT, "net:1:30: dense: units must be given");
    EXPECT_FAILS(glia_model_add(m, "input 3"), GLIA_E_TEXT, "net:1:19: input can only come first");
    EXPECT_FAILS(glia_model_add(m, NULL), GLIA_E_ARG, "a model and a text");
    EXPECT_FAILS(glia_model_add(NULL, "relu"), GLIA_E_ARG, "a model and a text");
    glia_model_describe(m, &info);
    assert_string_equal(info.net, "input 4, dense 3");
    EXPECT_OK(glia_parameter_get(m, "0.weight", after, 12));
    assert_memory_equal(before, after, sizeof before);
    EXPECT_OK(glia_model_add(m, ""));
    glia_model_free(m);
    m = model_of("", 0);
    EXPECT_FAILS(glia_model_add(m, "dense 3"), GLIA_E_SHAPE, "net:1:1: layer 0 (dense): there are no data");
    EXPECT_OK(glia_model_add(m, "input 2x3"));
    EXPECT_OK(glia_model_add(m, "dense 3"));
    glia_model_describe(m, &info);
    assert_true(info.inputs == 6 && info.outputs == 6);
    glia_model_free(m);
}

/* ---- the net for those who name none ---------------------------------------------------------------------------- */

static void expect_picked(glia_data *d, const char *net)
{
    glia_model_info info;
    glia_model     *m;
    EXPECT_OK(glia_model_new(&m, NULL, d, 0));
    glia_model_describe(m, &info);
    assert_string_equal(info.net, net);
    glia_model_free(m);
    glia_data_free(d);
}

static void a_net_is_picked_for_data(void **state)
{
    (void)state;
    glia_data  *none;
    glia_model *m;
    expect_picked(class_data(1, 5, 784, 10), "dense 128, relu, dense 64, relu, dense 10, softmax");
    expect_picked(class_data(1, 5, 64, 3), "dense 64, relu, dense 32, relu, dense 3, softmax");
    expect_picked(class_data(1, 5, 2, 2), "dense 32, relu, dense 16, relu, dense 2, softmax");
    expect_picked(number_data(1, 5, 3, 2, 1), "dense 32, relu, dense 16, relu, dense 2");
    static const glia_real x[6];
    EXPECT_OK(glia_data_from_reals(&none, x, 2, 3, NULL, NULL, 0));
    EXPECT_FAILS(glia_model_new(&m, NULL, none, 0), GLIA_E_SHAPE, "no target");
    assert_null(m);
    glia_data_free(none);
}

/* ---- mistakes -------------------------------------------------------------------------------------------------- */

#define LAYER_NAMES                                                                                                    \
    "there are input, dense, conv, conv1d, maxpool, avgpool, globalmaxpool, globalavgpool, batchnorm, layernorm, "     \
    "dropout, dropout_spatial, embedding, add, concat, identity, flatten, reshape, permute, pad, upsample, step, "     \
    "sigmoid, tanh, relu, leaky_relu, relu6, elu, selu, gelu, silu, mish, softplus, hardsigmoid, hardswish, softmax, " \
    "log_softmax"
#define INIT_NAMES                                                                                                     \
    "there are zeros, constant, uniform, normal, xavier, xavier_uniform, xavier_normal, he, he_uniform, he_normal, "   \
    "lecun, torch"
#define A_SHAPE "shape must be one to four whole numbers with x between them, such as 3x3, not "

static const struct mistake {
    const char *net, *sentence;
} mistakes[] = {
    {"dense 10, rellu", "net:1:11: there is no layer \"rellu\"; did you mean relu? " LAYER_NAMES},
    {"input 4, DENSE 3", "net:1:10: there is no layer \"DENSE\"; " LAYER_NAMES},
    {"input 4, =", "net:1:10: there is no layer \"=\"; " LAYER_NAMES},
    {"input 4, 5", "net:1:10: there is no layer \"5\"; " LAYER_NAMES},
    {"# one\ninput 4,\n\n  dense 3, # three\n\ttan",
     "net:5:2: there is no layer \"tan\"; did you mean tanh? " LAYER_NAMES},
    {"input 4, dense 3 untis=4", "net:1:18: dense: \"untis\" is not a setting; it has units, bias, init, bias_init, "
                                 "as, from, freeze, l1, l2, max_norm"},
    {"input 4, dense", "net:1:15: dense: units must be given"},
    {"input 4, dense 0", "net:1:16: dense: units must be from 1 to 100000000, not 0"},
    {"input 4, dense 3.5", "net:1:16: dense: units must be a whole number, not \"3.5\""},
    {"input 4, dense -3", "net:1:16: dense: units must be a whole number, not \"-3\""},
    {"input 4, dense 3; relu", "net:1:16: dense: units must be a whole number, not \"3;\""},
    {"input 4, dense 100000001", "net:1:16: dense: units must be from 1 to 100000000, not 100000001"},
    {"input 4, dense 99999999999999999999999", "net:1:16: dense: units is too large: 99999999999999999999999"},
    {"input 4, dense 3 4", "net:1:18: dense: \"4\" is one value too many; it has units, bias, init, bias_init, as, "
                           "from, freeze, l1, l2, max_norm"},
    {"input 4, dense 3 units=4", "net:1:18: dense: units is given twice"},
    {"input 4, dense 3 bias=no bias=yes", "net:1:26: dense: bias is given twice"},
    {"input 4, dense 3 bias=maybe", "net:1:18: dense: bias must be yes or no, not \"maybe\""},
    {"input 4, dense 3 bias=", "net:1:18: dense: bias has no value; it is written bias=VALUE, without spaces"},
    {"input 4, dense 3 bias = no", "net:1:18: dense: bias has no value; it is written bias=VALUE, without spaces"},
    {"input 4, dense 3 =4",
     "net:1:18: dense: \"\" is not a setting; it has units, bias, init, bias_init, as, from, freeze, l1, l2, max_norm"},
    {"input 4\n\ndense 3 # ten\n  relu 3",
     "net:4:8: relu: \"3\" is one value too many; it has as, from, freeze, l1, l2, max_norm"},
    {"input", "net:1:6: input: shape must be given"},
    {"input 0", "net:1:7: input: shape must be from 1 to 1000000000, not 0"},
    {"input 1x", "net:1:7: input: " A_SHAPE "\"1x\""},
    {"input 1x2x3x4x5", "net:1:7: input: " A_SHAPE "\"1x2x3x4x5\""},
    {"input 4 5", "net:1:9: input: \"5\" is one value too many; it has shape, as, from, freeze, l1, l2, max_norm"},
    {"dense 3,, relu", "net:1:9: there is no layer before this comma"},
    {", dense 3", "net:1:1: there is no layer before this comma"},
    {"input 4, input 4", "net:1:10: input can only come first"},
    {"dense 3,\ninput 4", "net:2:1: input can only come first"},
    {"input 4, leaky_relu x", "net:1:21: leaky_relu: slope must be a number, not \"x\""},
    {"input 4, leaky_relu inf", "net:1:21: leaky_relu: slope must be a finite number, not \"inf\""},
    {"input 4, leaky_relu 1e7", "net:1:21: leaky_relu: slope must be from -1000000 to 1000000, not 1e7"},
    {"input 4, elu -1", "net:1:14: elu: alpha must be from 0 to 1000000, not -1"},
    {"input 4, gelu erf", "net:1:15: gelu: approximate must be one of none, tanh, not \"erf\""},
    {"input 2x4x4, maxpool", "net:1:21: maxpool: kernel must be given"},
    {"input 2x4x4, maxpool 0x2", "net:1:22: maxpool: kernel must be from 1 to 1000000, not 0x2"},
    {"input 4, dropout 1.5", "net:1:18: dropout: p must be from 0 to 1, not 1.5"},
    {"input 4, layernorm axes=5", "net:1:20: layernorm: axes must be from 0 to 4, not 5"},
    {"input 4, embedding 3", "net:1:19: embedding: dim must be given"},
    {"input 4, permute 0x1", "net:1:18: permute: axes must be from 1 to 4, not 0x1"},
    {"input 2x4x4, upsample 2 mode=cubic", "net:1:25: upsample: mode must be one of nearest, bilinear, not \"cubic\""},
    {"input 4, embedding 3 2 init=norml",
     "net:1:10: there is no initializer \"norml\"; did you mean normal? " INIT_NAMES},
    {"input 4, dense 3 init=hee", "net:1:10: there is no initializer \"hee\"; did you mean he? " INIT_NAMES},
    {"input 4, dense 3 init=uniform", "net:1:10: uniform: low must be given"},
    {"input 4, dense 3 bias_init=uniform:1:0", "net:1:10: uniform: low must not be above high"},
    {"input 4, dense 3 init=normal:0:-1", "net:1:10: normal: sd must be at least 0, not -1"},
    {"input 4, dense 3 init=normal:0:1:2", "net:1:10: normal: \"2\" is one value too many; it has mean, sd"},
};

static void mistakes_are_told_with_their_place(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(mistakes); i++) {
        glia_model *m = (glia_model *)&m;
        assert_int_equal(glia_model_new(&m, mistakes[i].net, NULL, 0), GLIA_E_TEXT);
        assert_string_equal(glia_error(), mistakes[i].sentence);
        assert_null(m);
    }
}

/* However a text is cut off or damaged, it is read or refused, and nothing else happens. */
static void damaged_texts_do_no_harm(void **state)
{
    (void)state;
    static const char text[] =
        "input 1x2x3, flatten # all\n dense 3 bias=no init=normal:0:0.1, leaky_relu 0.2, softmax";
    char      damaged[sizeof text];
    glia_rng *rng;
    size_t    refused = 0;
    EXPECT_OK(glia_rng_new(&rng, 5));
    for (size_t i = 0; i < 3000; i++) {
        glia_model *m;
        memcpy(damaged, text, sizeof text);
        if (i < sizeof text)
            damaged[i] = '\0';
        else
            damaged[glia_rng_randint(rng, 0, sizeof text - 1)] = (char)glia_rng_randint(rng, 1, 256);
        glia_status status = glia_model_new(&m, damaged, NULL, 0);
        assert_true(status == GLIA_OK || status == GLIA_E_TEXT || status == GLIA_E_SHAPE);
        refused += status != GLIA_OK;
        glia_model_free(m);
    }
    assert_true(refused > 500 && refused < 3000);
    glia_rng_free(rng);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_have_a_canonical_form),
        cmocka_unit_test(settings_reach_the_layer),
        cmocka_unit_test(layers_are_numbered),
        cmocka_unit_test(a_long_net),
        cmocka_unit_test(layers_are_added),
        cmocka_unit_test(a_failed_addition_changes_nothing),
        cmocka_unit_test(a_net_is_picked_for_data),
        cmocka_unit_test(mistakes_are_told_with_their_place),
        cmocka_unit_test(damaged_texts_do_no_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
