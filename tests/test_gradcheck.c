/* The gradient check over the lists of layers and losses, over nets of several forms; and that it finds what is wrong.
 */
#include "every_layer.h"

enum { SEEDS = 2 };

/* ---- what can be checked with what ------------------------------------------------------------------------------ */

/* bce needs outputs between 0 and 1. nll looks at one output a row, and is blind where others have cut that off. */
static bool makes_sense(const char *last, const char *loss)
{
    if (strcmp(loss, "nll") == 0) return one_of(last, "dense log_softmax");
    return strcmp(loss, "bce") != 0 || one_of(last, "sigmoid softmax");
}

/* ---- checking --------------------------------------------------------------------------------------------------- */

static size_t checks;

/* False if the net does not fit together. */
static bool expect_right(const char *net, const char *loss, bool without_gradient)
{
    for (uint32_t seed = 0; seed < SEEDS; seed++) {
        glia_gradcheck_result r;
        glia_status           status = glia_gradcheck(net, loss, seed, &r);
        if (status == GLIA_E_SHAPE) return false;
        if (status != GLIA_OK) fail_msg("%s; %s: %s", net, loss, glia_error());
        if (!(r.worst <= r.tolerance)) fail_msg("%s; %s; seed %u: %g at %s", net, loss, seed, r.worst, r.where);
        if (r.all_zero != without_gradient)
            fail_msg("%s; %s; seed %u: gradients all zero: %d", net, loss, seed, r.all_zero);
        assert_true(r.checked > 0 && r.tolerance == (IS_DOUBLE ? 1e-7 : 1e-2));
        checks++;
    }
    return true;
}

/* Every loss of what the layer gives; where a dense layer comes after it, what that gives is the same to a loss. */
static bool fits_with_losses(const char *text, const char *name, const struct surroundings *s)
{
    char       net[256];
    bool       fits = false;
    glia_entry loss;
    snprintf(net, sizeof net, "%s%s%s", s->before, text, s->after);
    bool without_gradient = strcmp(name, "step") == 0;
    if (*s->after && strcmp(name, "dense") != 0) return expect_right(net, "mse", without_gradient);
    for (size_t j = 0; glia_list_entry(GLIA_LIST_LOSSES, j, &loss); j++)
        if (makes_sense(*s->after ? "dense" : name, loss.name) && expect_right(net, loss.name, without_gradient))
            fits = true;
    return fits;
}

static void every_layer_and_loss(void **state)
{
    (void)state;
    char        text[96];
    const char *name;
    for (size_t i = 0; layer_text(i, text, &name); i++) {
        size_t fitting = 0;
        if (!strcmp(name, "input")) continue;
        for (size_t k = 0; k < COUNT(surroundings); k++) fitting += fits_with_losses(text, name, &surroundings[k]);
        if (!fitting) fail_msg("%s fits nowhere: %s", text, glia_error());
    }
    assert_true(checks > 500);
}

/* The first layer has only the inputs before it. */
static void every_layer_alone(void **state)
{
    static const struct surroundings alone[] = {{"", ""}, {"input 2x6, ", ""}, {"input 2x5x4 @a, ", ""}};
    char                             text[96];
    const char                      *name;
    (void)state;
    for (size_t i = 0; layer_text(i, text, &name); i++) {
        size_t fitting = 0;
        if (!strcmp(name, "input")) continue;
        for (size_t k = 0; k < COUNT(alone); k++)
            fitting += (!strstr(text, "@") || k == 2) && fits_with_losses(text, name, &alone[k]);
        if (!fitting) fail_msg("%s fits nowhere: %s", text, glia_error());
    }
}

/* Branches that part and meet again, inputs that several layers read. */
static void nets_with_branches(void **state)
{
    (void)state;
    static const char *const nets[] = {
        "input 6, dense 5 @b, tanh, batchnorm, add @b @b, concat @b, dense 3",
        "input 4 @x, dense 4, sigmoid, add @x, tanh @y, dense 7 from=@x @z, tanh, dense 4, concat @y, dense 7, add @z",
        "input 3x9, conv1d 4 3 dilation=2 @a, batchnorm, sigmoid, concat @a, flatten, dense 2",
        "input 3x5x5, batchnorm, conv 4 3 @a, batchnorm, tanh, conv 4 3 pad=1, add @a, flatten, dense 2",
        "input 2x4x4 @i, conv 2 3 pad=1, add @i, relu @r, conv 3 1 from=@i, concat @r",
        "input 2x7x6, conv 4 3x3 pad=same stride=2 groups=2, relu @r, conv 4 1 freeze=yes, add @r, flatten, dense 3",
    };
    for (size_t i = 0; i < COUNT(nets); i++) assert_true(expect_right(nets[i], NULL, false));
}

/* Every way through poolings, norms, embeddings and what moves numbers. */
static void settings_of_layers(void **state)
{
    (void)state;
    static const char *const nets[] = {
        "input 2x7x6, conv 3 3 pad=same, maxpool 3 stride=2 pad=1, tanh, flatten, dense 2",
        "input 2x7x6, conv 3 3 pad=same, maxpool 3x2 stride=1x2 pad=same, flatten, dense 2",
        "input 2x6x6, conv 18 3 pad=same, maxpool 2, conv 3 3, globalavgpool",
        "input 2x7x6, conv 3 2, avgpool 3 stride=2 pad=1 count_pad=no, conv 2 2, globalmaxpool, dense 2",
        "input 2x9, conv1d 3 3, maxpool 2 stride=1, conv1d 3 2, avgpool 3 stride=2 pad=1, globalmaxpool, dense 2",
        "input 3x2x5, conv 3 1, layernorm axes=1, conv 3 1, layernorm axes=2, conv 2 1, layernorm, flatten, dense 2",
        "input 3x8, dense 6, layernorm axes=1, dense 4, layernorm affine=no, flatten, dense 7, layernorm eps=0.1",
        "input 3x6, conv1d 4 3, layernorm axes=2, dropout_spatial 0.3, flatten, dense 9, dropout 0.2, dense 2",
        "input 4x4x3, conv 4 3 pad=1, dropout 0.4, conv 4 3 pad=1, dropout_spatial 0.4, flatten, dense 2",
        "input 5, embedding 7 4 padding=3, permute 2x1, conv1d 3 2, globalavgpool",
        "input 5 @words, embedding 7 3 @a, embedding 9 3 from=@words init=uniform:-1:1, add @a, flatten, dense 2",
        "input 24, reshape 2x3x4, conv 4 2, permute 3x1x2, conv 4 2, reshape 2x2x3, permute 2x3x1, flatten, dense 3",
        "input 2x3x4, tanh, permute 3x2x1, reshape 12x2, conv1d 18 1, reshape 2x2x3x3, tanh, permute 4x1x3x2",
        "input 2x3x4, pad 1x2x0x3, conv 3 3, pad 1, conv 2 3, pad 0x1, flatten, dense 2",
        "input 2x5, conv1d 3 2, pad 2x1, conv1d 3 3, upsample 2 mode=bilinear, conv1d 2 3, upsample 2",
        "input 2x3x2, conv 3 1, upsample 2x3 mode=bilinear, conv 3 3, upsample 1x2, conv 1 2",
    };
    for (size_t i = 0; i < COUNT(nets); i++)
        if (!expect_right(nets[i], "mse", false)) fail_msg("%s: %s", nets[i], glia_error());
}

static void nets_of_other_forms(void **state)
{
    (void)state;
    expect_right("dense 8, tanh, dense 7, gelu, dense 6, silu, dense 5, softplus, dense 4, sigmoid, dense 3", "mse",
                 false);
    expect_right("dense 6 bias=no, relu, dense 5 bias=no, elu 0.5, dense 3 bias=no, softmax", NULL, false);
    expect_right("input 3x4, dense 5, tanh, dense 2, leaky_relu 0.2", "mse", false);
    expect_right("input 3x4, dense 5, softmax, dense 2, log_softmax", "huber", false);
    expect_right("input 3x4, dense 2, sigmoid", "bce", false);
    expect_right("input 2x3x4, tanh, softmax, flatten, dense 3, softmax", "cross_entropy", false);
    expect_right("input 2x3x4, gelu tanh, flatten, dense 3, log_softmax", "cross_entropy", false);
    expect_right("dense 1, sigmoid", NULL, false);
    expect_right("input 1, dense 1", "huber delta=0.1", false);
    expect_right("input 9, dense 8 l1=0.3, tanh, dense 3 l2=0.5 max_norm=1, softmax", NULL, false);
    expect_right("input 2x4x4, conv 3 2 l1=0.1 l2=0.2, tanh, flatten, dense 2", "mse reduce=sum", false);
    if (IS_DOUBLE) expect_right("input 300, dense 130, tanh, dense 3", "mse reduce=sum", false); /* panels */
    expect_right("dense 4, softplus 3, dense 3", "mse reduce=rows", false);
    expect_right("softmax", NULL, false);
    expect_right("sigmoid", "bce reduce=rows", false);
    expect_right("input 4\nlog_softmax", "cross_entropy reduce=sum", false);
}

static void losses_with_settings(void **state)
{
    (void)state;
    static const char *const numbers[] = {"smooth_l1 0.5", "smooth_l1 beta=0 reduce=sum", "bce_logits pos_weight=3",
                                          "bce_logits pos_weight=3:1:0.5 reduce=rows"};
    static const char *const classes[] = {"cross_entropy label_smoothing=0.1", "cross_entropy ignore_index=1", "nll",
                                          "nll ignore_index=0 reduce=sum"};
    for (size_t i = 0; i < COUNT(numbers); i++) expect_right("dense 4, tanh, dense 3", numbers[i], false);
    for (size_t i = 0; i < COUNT(classes); i++) {
        expect_right("dense 4, tanh, dense 3", classes[i], false); /* nll: of any numbers */
        expect_right("dense 4, tanh, dense 3, log_softmax", classes[i], false);
    }
    expect_right("dense 4, tanh, dense 3, softmax", classes[0], false);
    expect_right("dense 4, tanh, dense 3, sigmoid", "bce pos_weight=0.5:2:4", false);
    expect_right("dense 4, tanh, dense 3, softmax", "bce pos_weight=2", false);
    expect_right("dense 2, log_softmax", "cross_entropy ignore_index=0", false); /* rows that count are drawn */
}

/* ---- what is wrong is found ------------------------------------------------------------------------------------- */

static glia_real bent(glia_real x)
{
    return x * x / 2;
}

static glia_real bent_wrong(glia_real x, glia_real y)
{
    (void)y;
    return x * (glia_real)1.1;
}

static glia_real bent_right(glia_real x, glia_real y)
{
    (void)y;
    return x;
}

static double quartic(const glia_real *y, const glia_real *t, size_t n)
{
    double sum = 0;
    for (size_t j = 0; j < n; j++) sum += pow((double)y[j] - (double)t[j], 4) / 8;
    return sum;
}

static void quartic_right(const glia_real *y, const glia_real *t, size_t n, glia_real *dy)
{
    for (size_t j = 0; j < n; j++) dy[j] = (glia_real)(pow((double)y[j] - (double)t[j], 3) / 2);
}

static void quartic_wrong(const glia_real *y, const glia_real *t, size_t n, glia_real *dy)
{
    quartic_right(y, t, n, dy);
    dy[n - 1] *= 2;
}

static glia_gradcheck_result check(const char *net, const char *loss)
{
    glia_gradcheck_result r;
    EXPECT_OK(glia_gradcheck(net, loss, 1, &r));
    return r;
}

static void a_wrong_derivative_is_found(void **state)
{
    (void)state;
    EXPECT_OK(glia_register_activation("bent_wrong", bent, bent_wrong));
    EXPECT_OK(glia_register_activation("bent_right", bent, bent_right));
    glia_gradcheck_result wrong = check("dense 4, bent_wrong, dense 3", "mse");
    assert_true(wrong.worst > 2 * wrong.tolerance);
    assert_true(!strncmp(wrong.where, "0.", 2) || !strncmp(wrong.where, "input", 5));
    expect_right("dense 4, bent_right, dense 3", "mse", false);
}

static void a_wrong_loss_is_found(void **state)
{
    (void)state;
    EXPECT_OK(glia_register_loss("quartic_wrong", quartic, quartic_wrong));
    EXPECT_OK(glia_register_loss("quartic_right", quartic, quartic_right));
    glia_gradcheck_result wrong = check("dense 4, tanh, dense 3", "quartic_wrong");
    assert_true(wrong.worst > 2 * wrong.tolerance);
    expect_right("dense 4, tanh, dense 3", "quartic_right", false);
}

/* `where` names numbers as files have them: weight[out][in], bias[out], input[row][column]. */
static void the_place_is_named(void **state)
{
    (void)state;
    bool   tensor = false, input = false;
    size_t a, b;
    int    end;
    for (uint32_t seed = 0; seed < 5; seed++) {
        glia_gradcheck_result r;
        EXPECT_OK(glia_gradcheck("input 600, tanh, dense 90 bias=no, bent_wrong", "mse", seed, &r));
        end = 0;
        if (sscanf(r.where, "1.weight[%zu][%zu]%n", &a, &b, &end) == 2) tensor = true, assert_true(a < 90 && b < 600);
        if (sscanf(r.where, "input[%zu][%zu]%n", &a, &b, &end) == 2) input = true, assert_true(a < 5 && b < 600);
        assert_true(end > 0 && !r.where[end]);
    }
    assert_true(tensor || input);
}

static void what_cannot_be_checked(void **state)
{
    (void)state;
    glia_gradcheck_result r;
    EXPECT_FAILS(glia_gradcheck(NULL, NULL, 0, &r), GLIA_E_ARG, "a net and room");
    EXPECT_FAILS(glia_gradcheck("relu", NULL, 0, NULL), GLIA_E_ARG, "a net and room");
    EXPECT_FAILS(glia_gradcheck("", NULL, 0, &r), GLIA_E_TEXT, "net:1:1: there is no layer to check");
    EXPECT_FAILS(glia_gradcheck("input 3", NULL, 0, &r), GLIA_E_TEXT, "net:1:1: there is no layer to check");
    EXPECT_FAILS(glia_gradcheck("dense 3, rellu", NULL, 0, &r), GLIA_E_TEXT, "net:1:10: there is no layer \"rellu\"");
    EXPECT_FAILS(glia_gradcheck("dense 3", "msee", 0, &r), GLIA_E_TEXT, "loss:1:1: there is no loss \"msee\"");
    EXPECT_FAILS(glia_gradcheck("dense 3", "bce pos_weight=1:2", 0, &r), GLIA_E_SHAPE,
                 "loss: bce: pos_weight has 2 numbers, and the net gives 3 outputs");
    EXPECT_FAILS(glia_gradcheck("input 1x1x2, sigmoid", "bce pos_weight=1:2", 0, &r), GLIA_E_SHAPE,
                 "outputs of 1x1x2 take one pos_weight for all: put flatten after it");
    EXPECT_FAILS(glia_gradcheck("input 3x4, softmax", NULL, 0, &r), GLIA_E_SHAPE, "cross_entropy");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(settings_of_layers),          cmocka_unit_test(losses_with_settings),
        cmocka_unit_test(nets_with_branches),          cmocka_unit_test(every_layer_and_loss),
        cmocka_unit_test(every_layer_alone),           cmocka_unit_test(nets_of_other_forms),
        cmocka_unit_test(a_wrong_derivative_is_found), cmocka_unit_test(a_wrong_loss_is_found),
        cmocka_unit_test(the_place_is_named),          cmocka_unit_test(what_cannot_be_checked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
