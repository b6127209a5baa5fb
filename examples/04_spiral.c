/* 4. The spiral: a hundred points on each of three arms, layers that have not learnt anything yet, and what their
 * guesses are worth.
 *
 * The notebook draws everything from one random stream (points, weights, points, weights) and computes in NumPy's
 * float32. So that its digits come out to the last, numbers are made floats wherever it makes them so. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <glia.h>

enum { ARMS = 3, POINTS = 100, ROWS = ARMS * POINTS };

static void must(glia_status status)
{
    if (status == GLIA_OK) return;
    fprintf(stderr, "%s\n", glia_error());
    exit(1);
}

/* As NumPy shows a float: the shortest text that tells it from others, but eight decimals at most. */
static void print_row(const glia_real *y, int n)
{
    for (int i = 0; i < n; i++) {
        char text[32];
        if (glia_number_write_float(text, (float)y[i]) > strlen("0.12345678")) snprintf(text, 32, "%.8f", (double)y[i]);
        printf("%-12s%s", text, i + 1 < n ? "" : "\n");
    }
}

/* Volatile, because gcc 12 leaves a rounding out where it vectorises. */
static glia_real rounded(double x)
{
    volatile float y = (float)x;
    return y;
}

/* The points of nnfs.datasets.spiral_data; `glia data spiral` makes them too, for a seed. */
static void draw_spiral(glia_rng *rng, glia_real *x, int32_t *arm)
{
    for (int r = 0; r < ROWS; r++) {
        float  turn = 0.2f * (float)glia_rng_randn(rng);
        double way = r % POINTS / (POINTS - 1.0), angle = 2.5 * (4 * (r / POINTS + way) + (double)turn);
        x[2 * r] = rounded(way * sin(angle));
        x[2 * r + 1] = rounded(way * cos(angle));
        arm[r] = r / POINTS;
    }
}

/* y = what a layer makes of x with the weights 0.10 * randn(in, out), which are set as [out][in], and no bias. */
static void layer(const char *net, glia_rng *rng, const glia_real *x, int in, int out, glia_real *y)
{
    glia_model *model;
    glia_real   w[16];
    for (int i = 0; i < in; i++)
        for (int o = 0; o < out; o++) w[o * in + i] = rounded((double)(0.1f * (float)glia_rng_randn(rng)));
    must(glia_model_new(&model, net, NULL, 0));
    must(glia_parameter_set(model, "0.weight", w, (size_t)(in * out)));
    must(glia_forward(model, x, ROWS, y));
    for (int i = 0; i < ROWS * out; i++) y[i] = rounded((double)y[i]);
    glia_model_free(model);
}

/* NumPy's e^x of a float near 0 is a quotient of two polynomials, each rounded: the last digit shows it. */
static float numpy_exp(double x)
{
    double q = 1 - 0.2742335 * x + 0.0215951 * x * x, p = q * exp(x);
    return (float)p / (float)q;
}

static void numpy_softmax(const glia_real z[ARMS], glia_real p[ARMS])
{
    float e[ARMS], sum = 0, most = (float)fmax((double)z[0], fmax((double)z[1], (double)z[2]));
    for (int k = 0; k < ARMS; k++) sum += e[k] = numpy_exp((double)((float)z[k] - most));
    for (int k = 0; k < ARMS; k++) p[k] = e[k] / sum;
}

int main(void)
{
    static glia_real x[ROWS * 2], y[ROWS * 5], z[ROWS * ARMS], p[ARMS];
    static int32_t   arm[ROWS];
    glia_rng        *rng;
    must(glia_rng_new(&rng, 0));

    draw_spiral(rng, x, arm);
    layer("input 2, dense 5 bias=no, relu", rng, x, 2, 5, y);
    printf("five neurons with relu, the last points of the first arm:\n");
    for (int r = 96; r < 100; r++) print_row(y + r * 5, 5);

    draw_spiral(rng, x, arm);
    layer("input 2, dense 3 bias=no, relu", rng, x, 2, 3, y);
    layer("input 3, dense 3 bias=no", rng, y, 3, ARMS, z);
    printf("three with relu, three more, and softmax, the first points:\n");
    for (int r = 0; r < 22; r++) {
        numpy_softmax(z + r * ARMS, p);
        print_row(p, ARMS);
    }

    /* Softmax as glia has it, and its score on all points. A guess of 1/3 for each arm would cost log 3 = 1.0986. */
    glia_model  *softmax;
    glia_data   *data;
    glia_scores *scores;
    must(glia_model_new(&softmax, "input 3, softmax", NULL, 0));
    must(glia_data_from_reals(&data, z, ROWS, ARMS, arm, NULL, ARMS));
    must(glia_evaluate(softmax, data, &scores));
    printf("loss: %.6f\naccuracy: %.2f\n", scores->loss, scores->accuracy);
    glia_scores_free(scores);
    glia_data_free(data);
    glia_model_free(softmax);
    glia_rng_free(rng);
    return 0;
}
