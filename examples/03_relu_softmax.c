/* 3. What follows a layer: ReLU, which lets only positive numbers through, and softmax, which makes probabilities of a
 * row of numbers. */
#include <math.h>
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

/* The shortest text that reads back as the same number, as Python prints it. */
static void print(double y)
{
    char text[32];
    glia_number_write(text, y);
    printf(" %s", text);
}

static void run(const char *net, const glia_real *x, size_t rows, glia_real *y)
{
    glia_model *model;
    must(glia_model_new(&model, net, NULL, 0));
    must(glia_forward(model, x, rows, y));
    glia_model_free(model);
}

int main(void)
{
    const glia_real x[8] = {0, 2, -1, R(3.3), R(-2.7), R(1.1), R(2.2), -100};
    glia_real       y[8];
    run("input 8, relu", x, 1, y);
    printf("relu:");
    for (int i = 0; i < 8; i++) printf(" %.7g", (double)y[i]);

    /* softmax by its formula, step by step: e^z, divided by the sum of all e^z */
    const double e = 2.718281828459045, z[3] = {4.8, 1.21, 2.385};
    double       power[3], share[3], sum = 0, all = 0;
    for (int i = 0; i < 3; i++) sum += power[i] = pow(e, z[i]);
    for (int i = 0; i < 3; i++) all += share[i] = power[i] / sum;
    printf("\nthe powers of e:");
    for (int i = 0; i < 3; i++) print(power[i]);
    printf("\ntheir shares:");
    for (int i = 0; i < 3; i++) print(share[i]);
    printf("\nwhich add up to:");
    print(all);

    /* The layer does this to each row of a batch. It takes the largest number off the row first, which changes no share
     * and keeps e^z from overflowing: a row of 1000s is no trouble. */
    const glia_real batch[3][3] = {
        {R(4.8), R(1.21), R(2.385)}, {R(8.9), R(-1.81), R(0.2)}, {R(1.41), R(1.051), R(0.026)}};
    glia_real p[3][3];
    run("input 3, softmax", batch[0], 3, p[0]);
    printf("\nsoftmax of a batch:\n");
    for (int r = 0; r < 3; r++) printf("%16.8e%16.8e%16.8e\n", (double)p[r][0], (double)p[r][1], (double)p[r][2]);

    const glia_real large[3] = {1000, 1000, 1000};
    run("input 3, softmax", large, 1, p[0]);
    printf("and of a row of equal large numbers:\n");
    for (int i = 0; i < 3; i++) printf("%16.8e", (double)p[0][i]);
    printf("\n");
    return 0;
}
