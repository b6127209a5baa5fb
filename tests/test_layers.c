/* The layers, through the public interface: PyTorch's outputs and gradients (golden), formulas, and what is said when
 * shapes do not fit. */
#include <dirent.h>

#include "golden.h"
#include "help.h"

/* ---- golden ---------------------------------------------------------------------------------------------------- */

static const struct golden_layer {
    const char *name, *net; /* the net after its `input` line */
} golden[] = {
    {"linear", "dense 4"},
    {"linear_no_bias", "dense 4 bias=no"},
    {"linear_3d", "dense 5"},
    {"relu", "relu"},
    {"leaky_relu", "leaky_relu"},
    {"leaky_relu_2", "leaky_relu 0.2"},
    {"elu", "elu"},
    {"elu_2", "elu alpha=0.7"},
    {"gelu", "gelu"},
    {"gelu_tanh", "gelu tanh"},
    {"sigmoid", "sigmoid"},
    {"silu", "silu"},
    {"softplus", "softplus"},
    {"softplus_2", "softplus 2"},
    {"tanh", "tanh"},
    {"softmax_last", "softmax"},
    {"softmax_axis1_3d", "softmax"},
    {"log_softmax_last", "log_softmax"},
    {"log_softmax_axis1_3d", "log_softmax"},
    {"conv2d_k1", "conv 6 1"},
    {"conv2d_k3", "conv 4 3x3"},
    {"conv2d_k3_p1", "conv 4 3 pad=1"},
    {"conv2d_k3_p1", "conv 4 3 pad=same"},
    {"conv2d_k3_s2", "conv 3 3 stride=2"},
    {"conv2d_k3_s2_p1", "conv 3 3 stride=2 pad=1"},
    {"conv2d_k4_s2_p2", "conv 3 4 stride=2 pad=2"},
    {"conv2d_k5_p2", "conv 3 5x5 pad=2x2"},
    {"conv2d_k5_p2", "conv 3 5x5 pad=same"},
    {"conv2d_no_bias", "conv 2 3 bias=no"},
    {"conv2d_uneven", "conv 4 3x2 stride=2x1 pad=1x0 dilation=1x2"},
    {"conv2d_dilation2", "conv 3 3 dilation=2"},
    {"conv2d_groups2", "conv 6 3 pad=1 groups=2"},
    {"conv2d_dil2_s2_p2_g2", "conv 4 3 stride=2 pad=2 dilation=2 groups=2"},
    {"conv2d_depthwise", "conv 4 3 stride=2 pad=1 groups=4"},
    {"conv1d_k3", "conv1d 4 3"},
    {"conv1d_k4_s2_p1", "conv1d 4 4 stride=2 pad=1"},
    {"conv1d_dil2_p2_g2", "conv1d 6 3 pad=2 dilation=2 groups=2"},
    {"batch_norm1d_train", "batchnorm"},
    {"batch_norm1d_ncl_train", "batchnorm momentum=0.3 eps=0.001"},
    {"batch_norm1d_eval", "batchnorm"},
    {"batch_norm2d_train", "batchnorm"},
    {"batch_norm2d_eval", "batchnorm"},
    {"max_pool2d_k2_s2", "maxpool 2"},
    {"max_pool2d_k2_s2", "maxpool 2x2 stride=2x2 pad=valid"},
    {"max_pool2d_k2_s3", "maxpool 2 stride=3"},
    {"max_pool2d_k3_s1", "maxpool 3 stride=1"},
    {"max_pool2d_k3_s2_p1", "maxpool 3 stride=2 pad=1"},
    {"max_pool2d_ties", "maxpool 3 stride=2 pad=1"},
    {"max_pool2d_uneven", "maxpool 3x2 stride=1x2 pad=1x0"},
    {"max_pool2d_k2_wide", "maxpool 2"},
    {"max_pool1d_k3_s2_p1", "maxpool 3 stride=2 pad=1"},
    {"avg_pool2d_k2_s2", "avgpool 2"},
    {"avg_pool2d_k2_s3", "avgpool 2 stride=3"},
    {"avg_pool2d_k3_s2_p1", "avgpool 3 stride=2 pad=1"},
    {"avg_pool2d_k3_s2_p1_real", "avgpool 3 stride=2 pad=1 count_pad=no"},
    {"avg_pool2d_uneven", "avgpool 3x2 stride=1x2 pad=1 count_pad=no"},
    {"avg_pool1d_k4_s3_p2", "avgpool 4 stride=3 pad=2"},
    {"avg_pool1d_k4_s3_p2_real", "avgpool 4 stride=3 pad=2 count_pad=no"},
    {"global_max_pool2d", "globalmaxpool"},
    {"global_max_pool1d", "globalmaxpool"},
    {"global_avg_pool2d", "globalavgpool"},
    {"global_avg_pool1d", "globalavgpool"},
    {"layer_norm_last", "layernorm axes=1"},
    {"layer_norm_last2", "layernorm eps=0.001"},
    {"layer_norm_last2", "layernorm axes=2 eps=0.001"},
    {"layer_norm_chw", "layernorm eps=0.001"},
    {"layer_norm_hw", "layernorm axes=2 eps=0.001"},
    {"layer_norm_w", "layernorm axes=1 eps=0.001"},
    {"selu", "selu"},
    {"relu6", "relu6"},
    {"mish", "mish"},
    {"hardswish", "hardswish"},
    {"zero_pad2d", "pad 1x2x3x0"},
    {"constant_pad1d", "pad 1x2"},
    {"upsample_nearest_2x3", "upsample 2x3"},
    {"upsample_nearest_1d", "upsample 3"},
    {"upsample_bilinear_2x3", "upsample 2x3 mode=bilinear"},
    {"upsample_linear_1d", "upsample 4 mode=bilinear"},
    {"embedding", "embedding 9 4"},
    {"embedding_padding", "embedding 9 4 padding=2"},
};

/* The first axis of x is the batch; a case of one axis is one row. */
static glia_model *golden_model(const golden_array *x, const char *layers, size_t *rows)
{
    char net[128], shape[64] = "";
    int  first = x->rank > 1;
    for (int i = first; i < x->rank; i++) sprintf(shape + strlen(shape), "%s%zu", i > first ? "x" : "", x->shape[i]);
    snprintf(net, sizeof net, "input %s, %s", shape, layers);
    *rows = first ? x->shape[0] : 1;
    return model_of(net, 0);
}

/* How the cases call what the layer calls weight, bias and so on. */
static const struct golden_tensor {
    const char *name, *input, *after, *gradient;
} tensors[] = {
    {"0.weight", "w", NULL, "grad_w"},
    {"0.bias", "b", NULL, "grad_b"},
    {"0.weight", "gamma", NULL, "grad_gamma"},
    {"0.bias", "beta", NULL, "grad_beta"},
    {"0.running_mean", "running_mean", "running_mean_after", NULL},
    {"0.running_var", "running_var", "running_var_after", NULL},
};

static void set_if_there(glia_model *m, const char *name, const golden_array *a)
{
    if (!a) return;
    glia_real *values = golden_reals(a);
    EXPECT_OK(glia_parameter_set(m, name, values, a->count));
    free(values);
}

static void expect_gradient(glia_model *m, const char *name, const golden_array *want, golden_tolerance t)
{
    if (!want) return;
    glia_real *got = need(want->count, sizeof *got);
    EXPECT_OK(glia_gradient_get(m, name, got, want->count));
    golden_expect_reals(want, got, t);
    free(got);
}

static void expect_values(glia_model *m, const char *name, const golden_array *want, golden_tolerance t)
{
    if (!want) return;
    glia_real *got = need(want->count, sizeof *got);
    EXPECT_OK(glia_parameter_get(m, name, got, want->count));
    golden_expect_reals(want, got, t);
    free(got);
}

static void expect_golden(const struct golden_layer *g)
{
    char name[64] = "layers_torch/";
    strcat(name, g->name);
    golden_case        *c = golden_open(name);
    golden_tolerance    t = golden_tolerance_of(c);
    const golden_array *words = golden_find(c, "index"), *x = words ? words : golden_get(c, "x");
    const golden_array *y = golden_get(c, "y");
    size_t              rows;
    glia_model         *m = golden_model(x, g->net, &rows);
    glia_real          *in = golden_reals(x), *dy = golden_reals(golden_get(c, "dy")), *out = golden_reals(y),
              *dx = golden_reals(x);
    if (strstr(g->name, "_eval")) EXPECT_OK(glia_set_mode(m, GLIA_MODE_EVALUATE));
    for (size_t i = 0; i < COUNT(tensors); i++) set_if_there(m, tensors[i].name, golden_find(c, tensors[i].input));
    EXPECT_OK(glia_forward(m, in, rows, out));
    golden_expect_reals(y, out, t);
    EXPECT_OK(glia_backward_from(m, dy, dx));
    if (!words) golden_expect_reals(golden_get(c, "grad_x"), dx, t);
    for (size_t i = 0; words && i < x->count; i++) assert_true(dx[i] == 0);
    for (size_t i = 0; i < COUNT(tensors); i++) {
        if (tensors[i].gradient) expect_gradient(m, tensors[i].name, golden_find(c, tensors[i].gradient), t);
        if (tensors[i].after) expect_values(m, tensors[i].name, golden_find(c, tensors[i].after), t);
    }
    free(in);
    free(dy);
    free(out);
    free(dx);
    glia_model_free(m);
    golden_close(c);
}

static void layers_are_pytorchs(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(golden); i++) expect_golden(&golden[i]);
}

/* What layers_torch holds is all tried, but for losses and what is not built. */
static bool is_other(const char *name)
{
    static const char *const other[] = {"bce_", "ce_", "mse_", "l1_", "huber", "nll_", "smooth_l1"};
    for (size_t i = 0; i < COUNT(other); i++)
        if (strncmp(name, other[i], strlen(other[i])) == 0) return true;
    return false;
}

static void no_case_is_left_out(void **state)
{
    (void)state;
    DIR *folder = opendir(GLIA_TEST_DATA "/golden/layers_torch");
    assert_non_null(folder);
    for (struct dirent *entry; (entry = readdir(folder));) {
        size_t i = 0;
        if (entry->d_name[0] == '.' || is_other(entry->d_name)) continue;
        while (i < COUNT(golden) && strcmp(golden[i].name, entry->d_name) != 0) i++;
        if (i == COUNT(golden)) fail_msg("%s is not tried", entry->d_name);
    }
    closedir(folder);
}

/* ---- by formula ------------------------------------------------------------------------------------------------ */

/* One row of n numbers through a net, and dy = 1, 2, 3 ... back. */
static void pass(const char *net, const glia_real *x, glia_real *y, glia_real *dx, size_t n)
{
    glia_model *m = model_of(net, 0);
    glia_real  *dy = need(n, sizeof *dy);
    for (size_t i = 0; i < n; i++) dy[i] = (glia_real)(i + 1);
    EXPECT_OK(glia_forward(m, x, 1, y));
    EXPECT_OK(glia_backward_from(m, dy, dx));
    free(dy);
    glia_model_free(m);
}

static void step_is_one_above_zero(void **state)
{
    (void)state;
    static const glia_real x[] = {-2, (glia_real)-1e-30, 0, (glia_real)1e-30, 5}, want[] = {0, 0, 0, 1, 1};
    glia_real              y[5], dx[5];
    pass("input 5, step", x, y, dx, 5);
    for (size_t i = 0; i < 5; i++) assert_true(y[i] == want[i] && dx[i] == 0);
}

/* Channels, then rows, then columns: an image's row of numbers as it is. */
static void flatten_keeps_the_order(void **state)
{
    (void)state;
    glia_real      *x = random_reals(1, 24), y[24], dx[24];
    glia_model     *m = model_of("input 2x3x4, flatten", 0);
    glia_layer_info info;
    glia_model_info about;
    pass("input 2x3x4, flatten", x, y, dx, 24);
    assert_memory_equal(y, x, sizeof y);
    for (size_t i = 0; i < 24; i++) assert_true(dx[i] == (glia_real)(i + 1));
    EXPECT_OK(glia_model_layer(m, 1, &info));
    assert_true(info.rank == 1 && info.shape[0] == 24 && info.parameters == 0 && info.index == 0);
    EXPECT_OK(glia_model_layer(m, 0, &info));
    assert_true(info.rank == 3 && info.shape[0] == 2 && info.shape[1] == 3 && info.shape[2] == 4 &&
                info.index == SIZE_MAX);
    glia_model_describe(m, &about);
    assert_true(about.channels == 2 && about.height == 3 && about.width == 4 && about.inputs == 24 &&
                about.outputs == 24);
    glia_model_free(m);
    free(x);
}

/* y = x W + b where everything is known: panels, blocks of rows and sums over the batch included. */
static void try_dense(size_t rows, size_t in, size_t out)
{
    char net[64];
    snprintf(net, sizeof net, "input %zu, dense %zu", in, out);
    glia_model *m = model_of(net, 0);
    glia_real  *w = random_reals(2, in * out), *b = random_reals(3, out), *x = random_reals(4, rows * in);
    glia_real  *dy = random_reals(5, rows * out), *y = need(rows * out, sizeof *y), *dx = need(rows * in, sizeof *dx);
    glia_real  *dw = need(in * out, sizeof *dw), *db = need(out, sizeof *db);
    double      near = (IS_DOUBLE ? 1e-11 : 1e-3);
    EXPECT_OK(glia_parameter_set(m, "0.weight", w, in * out));
    EXPECT_OK(glia_parameter_set(m, "0.bias", b, out));
    EXPECT_OK(glia_forward(m, x, rows, y));
    EXPECT_OK(glia_backward_from(m, dy, dx));
    EXPECT_OK(glia_gradient_get(m, "0.weight", dw, in * out));
    EXPECT_OK(glia_gradient_get(m, "0.bias", db, out));
    for (size_t n = 0; n < 997; n++) { /* a sample of each, ends included */
        size_t r = n * 7919 % rows, i = n == 1 ? in - 1 : n * 613 % in, o = n == 1 ? out - 1 : n * 101 % out;
        double sum = (double)b[o], back = 0, slope = 0, bias = 0;
        for (size_t k = 0; k < in; k++) sum += (double)x[r * in + k] * (double)w[o * in + k];
        for (size_t k = 0; k < out; k++) back += (double)dy[r * out + k] * (double)w[k * in + i];
        for (size_t k = 0; k < rows; k++) slope += (double)x[k * in + i] * (double)dy[k * out + o];
        for (size_t k = 0; k < rows; k++) bias += (double)dy[k * out + o];
        assert_true(golden_near((double)y[r * out + o], sum, near, near));
        assert_true(golden_near((double)dx[r * in + i], back, near, near));
        assert_true(golden_near((double)dw[o * in + i], slope, near, near));
        assert_true(golden_near((double)db[o], bias, near, near));
    }
    glia_real *all[] = {w, b, x, dy, y, dx, dw, db};
    for (size_t i = 0; i < COUNT(all); i++) free(all[i]);
    glia_model_free(m);
}

static void dense_of_all_cuts(void **state)
{
    (void)state;
    try_dense(1, 3, 2);
    try_dense(5, 40, 33);
    try_dense(32, 784, 128); /* shared by panels */
    try_dense(1, 300, 130);  /* the last panel is narrow */
    try_dense(7, 2000, 33);
    try_dense(1000, 300, 130); /* panels, but shared by rows */
    try_dense(1200, 300, 20);  /* no panels, gradient shared by inputs */
    try_dense(3, 64, 1100);    /* the widest panels */
}

/* One pass over `rows` rows from `first` on, and the gradient of a tensor of n numbers. */
static void gradient_of(glia_model *m, const char *name, size_t n, const glia_real *x, const glia_real *dy, size_t rows,
                        glia_real *gradient)
{
    EXPECT_OK(glia_forward(m, x, rows, NULL));
    EXPECT_OK(glia_backward_from(m, dy, NULL));
    EXPECT_OK(glia_gradient_get(m, name, gradient, n));
}

/* Layers that look at each row alone: the gradient of a batch is the sum of its rows' gradients, however many blocks
 * and groups of blocks the batch makes. */
static void gradients_of_rows_add_up(void **state)
{
    (void)state;
    enum { ROWS = 203 };
    static const struct {
        const char *net, *tensor;
        size_t      in, out, n;
    } cases[] = {
        {"input 7, layernorm", "0.weight", 7, 7, 7},        {"input 7, layernorm", "0.bias", 7, 7, 7},
        {"input 3x2x2, layernorm", "0.weight", 12, 12, 12}, {"input 3x2x2, layernorm axes=2", "0.bias", 12, 12, 4},
        {"input 2x4x3, conv 2 3x2", "0.weight", 24, 8, 24}, {"input 2x9, conv1d 3 2", "0.bias", 18, 24, 3},
    };
    for (size_t k = 0; k < COUNT(cases); k++) {
        size_t      in = cases[k].in, out = cases[k].out, n = cases[k].n;
        glia_model *m = model_of(cases[k].net, 1);
        glia_real  *x = random_reals(1, ROWS * in), *dy = random_reals(2, ROWS * out), one[24], all[24];
        double      sum[24] = {0};
        gradient_of(m, cases[k].tensor, n, x, dy, ROWS, all);
        for (size_t r = 0; r < ROWS; r++) {
            gradient_of(m, cases[k].tensor, n, x + r * in, dy + r * out, 1, one);
            for (size_t i = 0; i < n; i++) sum[i] += (double)one[i];
        }
        for (size_t i = 0; i < n; i++)
            assert_true(golden_near((double)all[i], sum[i], IS_DOUBLE ? 1e-12 : 1e-5, IS_DOUBLE ? 1e-12 : 1e-4));
        glia_model_free(m);
        free(x);
        free(dy);
    }
}

static void the_largest_logits_do_not_overflow(void **state)
{
    (void)state;
    glia_real x[] = {IS_DOUBLE ? (glia_real)1e300 : (glia_real)3e38, 0, -1}, y[3], dx[3];
    pass("input 3, softmax", x, y, dx, 3);
    assert_true(y[0] == 1 && y[1] == 0 && y[2] == 0);
    pass("input 3, log_softmax", x, y, dx, 3);
    assert_true(y[0] == 0 && y[1] == -x[0] && isfinite(dx[0]) && isfinite(dx[2]));
}

/* Batch norm of rows that make many blocks and groups of them, against its formulas over all of them in double. */
static void expect_norm_of_all(const char *net, size_t rows, size_t positions)
{
    enum { CHANNELS = 3 };
    static const glia_real gamma[CHANNELS] = {(glia_real)0.5, 2, -1}, beta[CHANNELS] = {1, 0, -2};
    size_t                 count = rows * CHANNELS * positions;
    glia_real  *x = random_reals(1, count), *dy = random_reals(2, count), *y = need(count, sizeof *y), dg[CHANNELS];
    glia_real  *dx = need(count, sizeof *dx);
    glia_model *m = model_of(net, 0);
    double      n = (double)(rows * positions), within = IS_DOUBLE ? 1e-12 : 2e-5;
    EXPECT_OK(glia_parameter_set(m, "0.weight", gamma, CHANNELS));
    EXPECT_OK(glia_parameter_set(m, "0.bias", beta, CHANNELS));
    EXPECT_OK(glia_forward(m, x, rows, y));
    EXPECT_OK(glia_backward_from(m, dy, dx));
    EXPECT_OK(glia_gradient_get(m, "0.weight", dg, CHANNELS));
    for (size_t c = 0; c < CHANNELS; c++) {
        double mean = 0, variance = 0, sum = 0, product = 0;
#define EACH                                                                                                           \
    for (size_t r = 0; r < rows; r++)                                                                                  \
        for (size_t i = (r * CHANNELS + c) * positions, end = i + positions; i < end; i++)
        EACH   mean += (double)x[i] / n;
        EACH   variance += ((double)x[i] - mean) * ((double)x[i] - mean) / n;
        double inverse = 1 / sqrt(variance + 1e-5), g = (double)gamma[c];
        EACH   sum += (double)dy[i];
        EACH   product += (double)dy[i] * ((double)x[i] - mean) * inverse;
        assert_true(golden_near((double)dg[c], product, within * 100, within));
        EACH
        {
            double normal = ((double)x[i] - mean) * inverse;
            assert_true(golden_near((double)y[i], g * normal + (double)beta[c], within, within));
            double want = g * inverse * ((double)dy[i] - sum / n - normal * product / n);
            assert_true(golden_near((double)dx[i], want, within, within));
        }
#undef EACH
    }
    glia_model_free(m);
    free(x), free(y), free(dx), free(dy);
}

static void batch_norm_is_over_all_blocks(void **state)
{
    (void)state;
    expect_norm_of_all("input 3x2x2, batchnorm", 203, 4);
    expect_norm_of_all("input 3x5, batchnorm", 203, 5);
    expect_norm_of_all("input 3, batchnorm", 9000, 1);
}

/* One number has no variance: what a last batch of a single row would say of it is not taken up. */
static void a_single_row_settles_no_statistics(void **state)
{
    (void)state;
    static const glia_real x[] = {3, -1, 5, 7};
    glia_real              mean[2], variance[2];
    glia_model            *m = model_of("input 2, batchnorm", 0);
    EXPECT_OK(glia_forward(m, x, 1, NULL));
    EXPECT_OK(glia_parameter_get(m, "0.running_mean", mean, 2));
    EXPECT_OK(glia_parameter_get(m, "0.running_var", variance, 2));
    assert_true(mean[0] == 0 && mean[1] == 0 && variance[0] == 1 && variance[1] == 1);
    EXPECT_OK(glia_forward(m, x, 2, NULL)); /* means 4 and 3, unbiased variances 2 and 32; momentum 0.1 */
    EXPECT_OK(glia_parameter_get(m, "0.running_mean", mean, 2));
    EXPECT_OK(glia_parameter_get(m, "0.running_var", variance, 2));
    assert_true(golden_near((double)mean[0], 0.4, 1e-6, 0) && golden_near((double)mean[1], 0.3, 1e-6, 0));
    assert_true(golden_near((double)variance[0], 1.1, 1e-6, 0) && golden_near((double)variance[1], 4.1, 1e-6, 0));
    glia_model_free(m);
}

/* ---- the user's own -------------------------------------------------------------------------------------------- */

static glia_real cube(glia_real x)
{
    return x * x * x;
}

static glia_real cube_slope(glia_real x, glia_real y)
{
    return x == 0 ? 0 : 3 * y / x;
}

static void an_activation_of_ones_own(void **state)
{
    (void)state;
    glia_real              y[4], dx[4];
    static const glia_real x[] = {-2, 0, 1, 3}, want[] = {-8, 0, 1, 27}, slope[] = {12, 0, 3 * 3, 27 * 4};
    EXPECT_FAILS(glia_register_activation(NULL, cube, cube_slope), GLIA_E_ARG, "a layer needs a name");
    EXPECT_FAILS(glia_register_activation("", cube, cube_slope), GLIA_E_ARG, "a layer needs a name");
    EXPECT_FAILS(glia_register_activation("Cube", cube, cube_slope), GLIA_E_ARG, "lower-case letters, digits and _");
    EXPECT_FAILS(glia_register_activation("relu", cube, cube_slope), GLIA_E_ARG, "there is one of this name already");
    EXPECT_FAILS(glia_register_activation("cube", cube, NULL), GLIA_E_ARG, "a function and its derivative");
    EXPECT_OK(glia_register_activation("cube", cube, cube_slope));
    EXPECT_FAILS(glia_register_activation("cube", cube, cube_slope), GLIA_E_ARG, "there is one of this name already");
    pass("input 4, cube", x, y, dx, 4);
    for (size_t i = 0; i < 4; i++) assert_true(y[i] == want[i] && dx[i] == slope[i]);
    glia_entry entry, last = {0};
    for (size_t i = 0; glia_list_entry(GLIA_LIST_LAYERS, i, &entry); i++) last = entry;
    assert_string_equal(last.name, "cube");
}

/* Registers until there is no room left: a clean sentence, and everything before still works. */
static void room_for_ones_own_ends(void **state)
{
    (void)state;
    char        name[16];
    glia_status status = GLIA_OK;
    for (int i = 0; i < 1000 && status == GLIA_OK; i++) {
        snprintf(name, sizeof name, "own_%d", i);
        status = glia_register_activation(name, cube, cube_slope);
    }
    assert_int_equal(status, GLIA_E_ARG);
    assert_non_null(strstr(glia_error(), "there is room for"));
    glia_real x = 2, y, dx;
    pass("input 1, own_7", &x, &y, &dx, 1);
    assert_true(y == 8 && dx == 12);
}

/* What scales and shifts is no weight, whatever its shape. */
static void decay_leaves_gains_alone(void **state)
{
    (void)state;
    glia_model     *m = model_of("input 2x3x2, layernorm, flatten, dense 1", 0);
    glia_optimizer *o;
    glia_real       x[12] = {1, 2, 3}, dy = 0, gain[12], w[12], decayed[12];
    EXPECT_OK(glia_optimizer_new(&o, "sgd lr=1 weight_decay=0.5 decay_bias=no", m));
    EXPECT_OK(glia_parameter_get(m, "2.weight", w, 12));
    EXPECT_OK(glia_forward(m, x, 1, NULL));
    EXPECT_OK(glia_backward_from(m, &dy, NULL));
    EXPECT_OK(glia_step(m, o));
    EXPECT_OK(glia_parameter_get(m, "0.weight", gain, 12));
    EXPECT_OK(glia_parameter_get(m, "2.weight", decayed, 12));
    for (size_t i = 0; i < 12; i++) assert_true(gain[i] == 1 && decayed[i] == w[i] - w[i] / 2);
    glia_optimizer_free(o);
    glia_model_free(m);
}

/* ---- shapes that do not fit ------------------------------------------------------------------------------------ */

static const struct misfit {
    const char *net, *sentence;
} misfits[] = {
    {"dense 3",
     "net:1:1: layer 0 (dense): there are no data to tell the shape of a row, and the net does not begin with input"},
    {"input 3x8x8, dense 3",
     "net:1:14: layer 0 (dense): takes rows of numbers, not images of 3x8x8: put flatten before it"},
    {"input 3x8x8, relu,\n  dense 3",
     "net:2:3: layer 1 (dense): takes rows of numbers, not images of 3x8x8: put flatten before it"},
    {"input 5, maxpool 2",
     "net:1:10: layer 0 (maxpool): takes images (channels x height x width) or sequences (channels x length), not rows "
     "of 5: begin the net with `input 1x28x28`, or put reshape before it"},
    {"input 5, globalavgpool", "layer 0 (globalavgpool): takes images (channels x height x width) or sequences"},
    {"input 2x3x4x5, globalmaxpool", "layer 0 (globalmaxpool): takes images (channels x height x width) or sequences"},
    {"input 2x8x8, maxpool 2x3x2", "layer 0 (maxpool): kernel has 3 sides, and an image has two"},
    {"input 2x8, avgpool 2x3", "layer 0 (avgpool): kernel has 2 sides, and a sequence has one"},
    {"input 2x8x8, relu, maxpool 3 pad=2",
     "net:1:20: layer 1 (maxpool): a pad of 2 is too large for a window that reaches over 3"},
    {"input 2x8x8, maxpool 4 pad=2, maxpool 2 pad=2", "layer 1 (maxpool): a pad of 2 is too large for a window that"},
    {"input 2x8x8, avgpool 9", "layer 0 (avgpool): a window that reaches over 9 is larger than an image of 2x8x8"},
    {"input 2x8x8, maxpool 2 pad=half", "pad must be valid, same, or numbers such as 1 or 1x2, not \"half\""},
    {"input 3x4, layernorm axes=3", "layer 0 (layernorm): rows of 3x4 have fewer than 3 axes"},
    {"input 5, dropout_spatial", "layer 0 (dropout_spatial): takes images (channels x height x width) or sequences"},
    {"input 3x4, reshape 5x3", "net:1:12: layer 0 (reshape): rows of 3x4 cannot be read as 5x3"},
    {"input 3x4, reshape 1000000000x1000000000x1000000000", "layer 0 (reshape): rows of 3x4 cannot be read as 1000000"},
    {"input 3x4, permute 1x2x3", "layer 0 (permute): 1x2x3 must name each of the axes 1 to 2 of rows of 3x4 once"},
    {"input 3x4, permute 2x2", "layer 0 (permute): 2x2 must name each of the axes 1 to 2 of rows of 3x4 once"},
    {"input 3x4, permute 1x4", "layer 0 (permute): 1x4 must name each of the axes 1 to 2 of rows of 3x4 once"},
    {"input 4, pad 1", "layer 0 (pad): takes images (channels x height x width) or sequences"},
    {"input 3x4x4, pad 1x2x3", "layer 0 (pad): 3 numbers of zeros are not for an image, which takes 1, 2 or 4"},
    {"input 3x4, pad 1x2x3x4", "layer 0 (pad): 4 numbers of zeros are not for a sequence, which takes 1 or 2"},
    {"input 9x9x9, pad 1000000", "layer 0 (pad): gives rows of 9x2000009x2000009, which are too many numbers"},
    {"input 3x4, upsample 2x2", "layer 0 (upsample): 2 factors are too many for rows of 3x4"},
    {"input 4, upsample 2", "layer 0 (upsample): takes images (channels x height x width) or sequences"},
    {"input 9x1000000x1000000, upsample 10000, upsample 10000", "rows of 9x"},
    {"input 4, dense 3, embedding 9 2",
     "net:1:19: layer 1 (embedding): reads whole numbers, which no layer gives: it can only come first"},
    {"input 2x4, embedding 9 2", "layer 0 (embedding): takes rows of whole numbers, not rows of 2x4"},
    {"input 4, embedding 9 2 padding=9", "layer 0 (embedding): the padding 9 is not one of 0 to 8"},
    {"input 4, embedding 9 2 max_norm=1", "layer 0 (embedding): has no weights for max_norm"},
    {"input 2x4x4, layernorm l2=0.1", "net:1:14: layer 0 (layernorm): has no weights for l2"},
    {"input 2x4x4, batchnorm l1=0.1", "layer 0 (batchnorm): has no weights for l1"},
    {"input 2x4x4, maxpool 2 max_norm=1", "layer 0 (maxpool): has no weights for max_norm"},
    {"input 2x3x4x5, dense 3", "not images of 2x3x4x5: put flatten before it"},
    {"input 1000000000, dense 100000000, dense 100000000", "out of memory"},
    {"input 65536x65536x65536x65536, relu", "net:1:1: input: rows of "},
    {"input 65536x65536x65536x65536, flatten", "net:1:1: input: rows of "},
    {"input 1000000000x1000000000x1000000000, flatten", "net:1:1: input: rows of "},
    {"input 1000000000x1000000000, dense 100000000, dense 5, flatten", "out of memory"},
};

/* A machine with a gigabyte, whatever there is really. */
static void *a_gigabyte_at_most(size_t size)
{
    return size < 1 << 30 ? malloc(size) : NULL;
}

static void shapes_that_do_not_fit(void **state)
{
    (void)state;
    glia_set_allocator(a_gigabyte_at_most, realloc, free);
    for (size_t i = 0; i < COUNT(misfits); i++) {
        glia_model *m = (glia_model *)&m;
        glia_status status = glia_model_new(&m, misfits[i].net, NULL, 0);
        if (status != GLIA_E_SHAPE && status != GLIA_E_MEMORY && status != GLIA_E_TEXT)
            fail_msg("%s: %d", misfits[i].net, status);
        if (!strstr(glia_error(), misfits[i].sentence)) fail_msg("%s: %s", misfits[i].net, glia_error());
        assert_null(m);
    }
    glia_set_allocator(NULL, NULL, NULL);
}

static void rows_that_are_no_such_image(void **state)
{
    (void)state;
    glia_data  *d = class_data(1, 4, 6, 2);
    glia_model *m;
    EXPECT_FAILS(glia_model_new(&m, "input 2x2x2, flatten, dense 2", d, 0), GLIA_E_SHAPE,
                 "net:1:1: input: rows of 6 numbers cannot be read as 2x2x2");
    EXPECT_OK(glia_model_new(&m, "input 1x2x3, flatten, dense 2", d, 0));
    glia_model_free(m);
    glia_data_free(d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(layers_are_pytorchs),
        cmocka_unit_test(no_case_is_left_out),
        cmocka_unit_test(step_is_one_above_zero),
        cmocka_unit_test(flatten_keeps_the_order),
        cmocka_unit_test(dense_of_all_cuts),
        cmocka_unit_test(the_largest_logits_do_not_overflow),
        cmocka_unit_test(batch_norm_is_over_all_blocks),
        cmocka_unit_test(a_single_row_settles_no_statistics),
        cmocka_unit_test(an_activation_of_ones_own),
        cmocka_unit_test(room_for_ones_own_ends),
        cmocka_unit_test(gradients_of_rows_add_up),
        cmocka_unit_test(decay_leaves_gains_alone),
        cmocka_unit_test(shapes_that_do_not_fit),
        cmocka_unit_test(rows_that_are_no_such_image),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
