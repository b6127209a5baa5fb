/* What a training step costs beyond its arithmetic, and what a second thread gains.
 *
 *   step [MNIST-FOLDER]
 *
 * The work is 784-128-64-10, ReLU, softmax, plain gradient descent. Everything is measured in turns within one run, and
 * what counts are the ratios: the machine's speed drifts, the ratios do not. Each figure is the median of its turns. */
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "measure.h"
#include "numbers/kernels.h"

enum { INPUTS = 784, HIDDEN1 = 128, HIDDEN2 = 64, OUTPUTS = 10, ROWS = 60000, TURNS = 7 };
static const char NET[] = "dense 128, relu, dense 64, relu, dense 10, softmax";

/* ---- the data: MNIST, or noise of its size --------------------------------------------------------------------- */

static glia_data *noise(void)
{
    glia_data *d = NULL;
    uint8_t   *x = malloc((size_t)ROWS * INPUTS);
    int32_t   *t = malloc(ROWS * sizeof *t);
    glia_rng  *rng;
    if (!x || !t || glia_rng_new(&rng, 1)) stop();
    for (size_t i = 0; i < (size_t)ROWS * INPUTS; i++) x[i] = (uint8_t)(glia_rng_u32(rng) % 5 ? 0 : glia_rng_u32(rng));
    for (size_t r = 0; r < ROWS; r++) t[r] = (int32_t)glia_rng_randint(rng, 0, OUTPUTS);
    if (glia_data_from_bytes(&d, x, ROWS, 1, 28, 28, t, OUTPUTS)) stop();
    glia_rng_free(rng);
    free(x);
    free(t);
    return d;
}

/* ---- an epoch of glia_fit -------------------------------------------------------------------------------------- */

static double epoch(const glia_data *data, unsigned threads, size_t batch)
{
    glia_model *m;
    size_t      count;
    if (glia_model_new(&m, NET, data, 1) ||
        glia_fit(m, data, NULL,
                 &(glia_fit_options){.epochs = 1, .batch = batch, .threads = threads, .optimizer = "sgd lr=0.1"}))
        stop();
    double seconds = glia_model_history(m, &count)[0].seconds;
    glia_model_free(m);
    return seconds;
}

/* ---- its matrix products alone --------------------------------------------------------------------------------- */

typedef struct product {
    char   form; /* 'f' y = x w, 'w' dw = x^T dy, 'x' dx = dy w^T */
    size_t in, out;
} product;
static const product products[] = {
    {'f', INPUTS, HIDDEN1},  {'f', HIDDEN1, HIDDEN2}, {'f', HIDDEN2, OUTPUTS}, {'x', HIDDEN2, OUTPUTS},
    {'w', HIDDEN2, OUTPUTS}, {'x', HIDDEN1, HIDDEN2}, {'w', HIDDEN1, HIDDEN2}, {'w', INPUTS, HIDDEN1},
};

static real *numbers(size_t n)
{
    real *p = aligned_alloc(64, (n * sizeof *p + 63) / 64 * 64);
    if (!p) exit(1);
    for (size_t i = 0; i < n; i++) p[i] = (real)(0.01 * (double)(i % 97) - 0.4);
    return p;
}

static double products_alone(size_t batch)
{
    const glia__kernels *k = glia__kernels_get();
    real  *x = numbers(batch * INPUTS), *y = numbers(batch * INPUTS), *w = numbers((size_t)INPUTS * HIDDEN1);
    size_t steps = (ROWS + batch - 1) / batch;
    double start = now();
    for (size_t s = 0; s < steps; s++)
        for (size_t i = 0; i < sizeof products / sizeof *products; i++) {
            product p = products[i];
            if (p.form == 'f') k->gemm(batch, p.out, p.in, 1, x, p.in, w, p.out, 0, y, p.out);
            if (p.form == 'x') k->gemm_nt(batch, p.in, p.out, 1, x, p.out, w, p.out, 0, y, p.in);
            if (p.form == 'w') k->gemm_tn(p.in, p.out, batch, (real)1e-9, x, p.in, y, p.out, 1, w, p.out);
        }
    double seconds = now() - start;
    free(x);
    free(y);
    free(w);
    return seconds;
}

/* ---- the tables ------------------------------------------------------------------------------------------------ */

static void one_thread(const glia_data *data, size_t batch)
{
    double step[TURNS], alone[TURNS], ratio[TURNS];
    for (size_t i = 0; i < TURNS; i++) {
        step[i] = epoch(data, 1, batch);
        alone[i] = products_alone(batch);
        ratio[i] = alone[i] / step[i];
    }
    printf("one thread,  batch %3zu: epoch %.3f s, its products alone %.3f s, share %.0f %%\n", batch,
           median(step, TURNS), median(alone, TURNS), 100 * median(ratio, TURNS));
}

static void two_threads(const glia_data *data, size_t batch)
{
    double gain[TURNS], loop[TURNS], share[TURNS];
    for (size_t i = 0; i < TURNS; i++) {
        gain[i] = epoch(data, 1, batch) / epoch(data, 2, batch);
        loop[i] = loop_scaling();
        share[i] = gain[i] / loop[i];
    }
    printf("two threads, batch %3zu: %.2f times one thread; a bare loop scales %.2f; share %.2f\n", batch,
           median(gain, TURNS), median(loop, TURNS), median(share, TURNS));
}

/* The same with another process busy on the first core. */
static void busy(const glia_data *data, size_t batch)
{
    double one[TURNS], two[TURNS], ratio[TURNS];
    pid_t  other = fork();
    if (other == 0) {
        cpu_set_t first;
        CPU_ZERO(&first);
        CPU_SET(0, &first);
        sched_setaffinity(0, sizeof first, &first);
        for (volatile size_t n = 0;; n = n + 1) {
        }
    }
    for (size_t i = 0; i < TURNS; i++) {
        one[i] = epoch(data, 1, batch);
        two[i] = epoch(data, 2, batch);
        ratio[i] = two[i] / one[i];
    }
    kill(other, SIGKILL);
    waitpid(other, NULL, 0);
    printf("busy core,   batch %3zu: one thread %.3f s, two %.3f s: %.2f times as long\n", batch, median(one, TURNS),
           median(two, TURNS), median(ratio, TURNS));
}

int main(int argc, char **argv)
{
    glia_data *data = NULL;
    if (argc > 1 ? glia_data_open(&data, argv[1], NULL) : !(data = noise())) stop();
    printf("kernels: %s; %ld processors\n", glia_kernels(), sysconf(_SC_NPROCESSORS_ONLN));
    one_thread(data, 32);
    one_thread(data, 128);
    two_threads(data, 32);
    two_threads(data, 128);
    busy(data, 32);
    glia_data_free(data);
    return 0;
}
