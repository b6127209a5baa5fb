/* 2. A layer is several neurons that see the same inputs; a batch is several rows of inputs that go through a layer
 * together, as one matrix product.
 *
 * glia_parameter_set takes a weight as [out][in]: one row for each neuron, as PyTorch has it. */
#include <stdio.h>
#include <stdlib.h>

#include <glia.h>

#define R(x) ((glia_real)(x)) /* for constants that are not exact in single precision */

static void must(glia_status status)
{
    if (status == GLIA_OK) return;
    fprintf(stderr, "%s\n", glia_error());
    exit(1);
}

/* Each as the shortest text that reads back as the same number: so Python prints a list. */
static void print_list(const char *what, const glia_real *y, size_t n)
{
    char text[32];
    printf("%s:\n", what);
    for (size_t i = 0; i < n; i++) {
        if (sizeof *y == sizeof(float))
            glia_number_write_float(text, (float)y[i]);
        else
            glia_number_write(text, (double)y[i]);
        printf("%12s%s", text, i + 1 < n ? "" : "\n");
    }
}

/* Rows of numbers, with the eight decimals that NumPy shows. */
static void print(const char *what, const glia_real *y, size_t rows, size_t columns)
{
    printf("%s:\n", what);
    for (size_t r = 0; r < rows; r++)
        for (size_t c = 0; c < columns; c++)
            printf("%12.8f%s", (double)y[r * columns + c], c + 1 < columns ? "" : "\n");
}

/* What layer `layer` of the latest forward pass gave. The input is layer 0. */
static void print_layer(const char *what, const glia_model *model, size_t layer, size_t rows)
{
    glia_layer_info info;
    must(glia_model_layer(model, layer, &info));
    glia_real *y = malloc(rows * info.shape[0] * sizeof *y);
    if (!y) exit(1);
    must(glia_activation_get(model, layer, y, rows * info.shape[0]));
    print(what, y, rows, info.shape[0]);
    free(y);
}

static const glia_real batch[3][4] = {{1, 2, 3, 2.5}, {2, 5, -1, 2}, {-1.5, R(2.7), R(3.3), R(-0.8)}};
static const glia_real w1[3][4] = {
    {R(0.2), R(0.8), -0.5, 1}, {0.5, R(-0.91), R(0.26), -0.5}, {R(-0.26), R(-0.27), R(0.17), R(0.87)}};
static const glia_real b1[3] = {2, 3, 0.5};
static const glia_real w2[3][3] = {{R(0.1), R(-0.14), 0.5}, {-0.5, R(0.12), R(-0.33)}, {R(-0.44), R(0.73), R(-0.13)}};
static const glia_real b2[3] = {-1, 2, -0.5};

int main(void)
{
    glia_model *model;
    glia_real   y[3][3];

    /* Three neurons and one row of inputs: the first row of the batch. */
    must(glia_model_new(&model, "input 4, dense 3", NULL, 0));
    must(glia_parameter_set(model, "0.weight", &w1[0][0], 12));
    must(glia_parameter_set(model, "0.bias", b1, 3));
    must(glia_forward(model, batch[0], 1, y[0]));
    print_list("three neurons", y[0], 3);

    /* Two layers, one after the other, and all three rows at once. */
    must(glia_model_add(model, "dense 3"));
    must(glia_parameter_set(model, "0.weight", &w1[0][0], 12)); /* adding a layer draws all weights anew */
    must(glia_parameter_set(model, "0.bias", b1, 3));
    must(glia_parameter_set(model, "1.weight", &w2[0][0], 9));
    must(glia_parameter_set(model, "1.bias", b2, 3));
    must(glia_forward(model, batch[0], 3, y[0]));
    print("two layers, a batch of three", y[0], 3, 3);
    glia_model_free(model);

    /* Weights need not be given: a model draws them from NumPy's stream, in the order in which a notebook draws them
     * that says np.random.seed(0) and then 0.10 * np.random.randn(inputs, neurons) for each layer. */
    must(glia_model_new(&model,
                        "input 4\n"
                        "dense 5  init=normal:0:0.1 bias_init=zeros\n"
                        "dense 2  init=normal:0:0.1 bias_init=zeros\n"
                        "dense 10 init=normal:0:0.1 bias_init=zeros",
                        NULL, 0));
    must(glia_forward(model, batch[0], 3, NULL));
    print_layer("five neurons with random weights", model, 1, 3);
    print_layer("two more behind them", model, 2, 3);
    print_layer("and ten behind those", model, 3, 3);
    glia_model_free(model);
    return 0;
}
