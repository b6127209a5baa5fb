/* 1. A neuron: inputs times weights, summed, plus a bias.
 *
 * Each neuron is shown twice: as the sum that it is, and as the smallest network that glia can build, a dense layer of
 * one unit. Both print the same number. */
#include <stdio.h>
#include <stdlib.h>

#include <glia.h>

static void must(glia_status status)
{
    if (status == GLIA_OK) return;
    fprintf(stderr, "%s\n", glia_error());
    exit(1);
}

/* The shortest text that reads back as the same number, as Python prints it. */
static void print(const char *what, glia_real y)
{
    char text[32];
    if (sizeof y == sizeof(float))
        glia_number_write_float(text, (float)y);
    else
        glia_number_write(text, (double)y);
    printf("%-42s %s\n", what, text);
}

/* y = x . w + b, the products added from left to right and the bias last */
static glia_real weighted_sum(const glia_real *x, const glia_real *w, size_t n, glia_real b)
{
    glia_real y = 0;
    for (size_t i = 0; i < n; i++) y += x[i] * w[i];
    return y + b;
}

/* The same by a network. `input` says how many numbers come in; layer 0 is the first after it, and its weights and its
 * bias are set by name. */
static glia_real one_unit(const char *net, const glia_real *x, const glia_real *w, size_t n, glia_real b)
{
    glia_model *model;
    glia_real   y;
    must(glia_model_new(&model, net, NULL, 0));
    must(glia_parameter_set(model, "0.weight", w, n));
    must(glia_parameter_set(model, "0.bias", &b, 1));
    must(glia_forward(model, x, 1, &y));
    glia_model_free(model);
    return y;
}

int main(void)
{
    const glia_real x3[] = {1, 2, 3}, w3[] = {(glia_real)0.2, (glia_real)0.8, (glia_real)-0.5};
    print("three inputs, the sum:", weighted_sum(x3, w3, 3, 2));
    print("three inputs, a dense layer of one unit:", one_unit("input 3, dense 1", x3, w3, 3, 2));

    const glia_real x4[] = {1, 2, 3, 2.5}, w4[] = {(glia_real)0.2, (glia_real)0.8, (glia_real)-0.5, 1};
    print("four inputs, the sum:", weighted_sum(x4, w4, 4, 2));
    print("four inputs, a dense layer of one unit:", one_unit("input 4, dense 1", x4, w4, 4, 2));

    /* A perceptron fires (1) or does not (0). Random inputs, weights and bias between 0 and 1 always make it fire. */
    glia_model *perceptron;
    glia_rng   *rng;
    glia_real   x[3], y;
    must(glia_rng_new(&rng, 0));
    for (int i = 0; i < 3; i++) x[i] = (glia_real)glia_rng_rand(rng);
    must(glia_model_new(&perceptron, "input 3, dense 1 init=uniform:0:1 bias_init=uniform:0:1, step", NULL, 0));
    must(glia_forward(perceptron, x, 1, &y));
    print("a perceptron, its output a step:", y);
    glia_model_free(perceptron);
    glia_rng_free(rng);
    return 0;
}
