/* 4. The spiral: a hundred points on each of three arms, layers that have learnt nothing yet, and what their guesses
 * are worth.
 *
 * The notebook draws everything from one random stream (points, weights, points, weights) and computes in NumPy's
 * float32. So that its digits come out to the last one, numbers become floats here wherever they do so there. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include <glia.h>

enum { ARMS = 3, POINTS = 100, ROWS = ARMS * POINTS };

static void must(glia_status status)
{
    if (status == GLIA_OK) return;
    fprintf(stderr, "%s\n", glia_error());
    exit(1);
}

/* Volatile, because gcc 12 leaves this rounding out where it vectorises. */
static float rounded(double x)
{
    volatile float y = (float)x;
    return y;
}

/* The points of nnfs.datasets.spiral_data. (`glia data spiral` makes the first ones of any seed.) */
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

/* y = what a new layer makes of x, with the weights 0.10 * randn(in, out). They are set as [out][in]. */
static void layer(const char *net, glia_rng *rng, const glia_real *x, int in, int out, glia_real *y)
{
    glia_model *model;
    glia_real   w[16];
    for (int i = 0; i < in; i++)
        for (int o = 0; o < out; o++) w[o * in + i] = 0.1f * (float)glia_rng_randn(rng);
    must(glia_model_new(&model, net, NULL, 0));
    must(glia_parameter_set(model, "0.weight", w, (size_t)(in * out)));
    must(glia_forward(model, x, ROWS, y));
    for (int i = 0; i < ROWS * out; i++) y[i] = rounded((double)y[i]);
    glia_model_free(model);
}

/* For NumPy, e^x of a float near 0 is a quotient of two polynomials, each rounded. The last digit shows it. */
static float numpy_exp(float x)
{
    double q = 1 - 0.2742335 * x + 0.0215951 * x * x;
    return rounded(q * exp(x)) / rounded(q);
}

static void numpy_softmax(const glia_real *z, double *p)
{
    float e[ARMS], sum = 0, most = (float)fmax(fmax(z[0], z[1]), z[2]);
    for (int k = 0; k < ARMS; k++) sum += e[k] = numpy_exp((float)z[k] - most);
    for (int k = 0; k < ARMS; k++) p[k] = e[k] / sum;
}

int main(void)
{
    static glia_real x[ROWS * 2], h[ROWS * 5], z[ROWS * ARMS];
    static double    p[ROWS * ARMS];
    static int32_t   arm[ROWS];
    glia_rng        *rng;
    glia_scores     *scores;
    must(glia_rng_new(&rng, 0));

    draw_spiral(rng, x, arm);
    layer("input 2, dense 5 bias=no, relu", rng, x, 2, 5, h);
    printf("five neurons with relu, the last points of the first arm:\n");
    for (int i = 96 * 5; i < 100 * 5; i++) printf("%.8f%s", h[i], i % 5 < 4 ? "  " : "\n");

    draw_spiral(rng, x, arm);
    layer("input 2, dense 3 bias=no, relu", rng, x, 2, 3, h);
    layer("input 3, dense 3 bias=no", rng, h, 3, ARMS, z);
    for (int r = 0; r < ROWS; r++) numpy_softmax(z + r * ARMS, p + r * ARMS);
    printf("three with relu, three more, and softmax, the first points:\n");
    for (int i = 0; i < 22 * ARMS; i++) {
        char text[32];
        glia_number_write_float(text, (float)p[i]);
        printf("%-12s%s", text, i % ARMS < ARMS - 1 ? "" : "\n");
    }

    /* One third for each arm would cost log 3 = 1.0986, and be right for one point in three. */
    must(glia_score_classes(&scores, arm, NULL, p, ROWS, ARMS));
    printf("loss: %.6f\naccuracy: %.2f\n", scores->log_loss, scores->accuracy);
    glia_scores_free(scores);
    glia_rng_free(rng);
    return 0;
}
