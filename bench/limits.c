/* What the machine can do, to put beside what is measured. One core, but for the loop.
 *
 *   limits task=peak side=N                      GFLOP/s of a product of N x N numbers, by glia's kernels
 *   limits task=products widths=784,128,10 batch=N rows=N
 *                                                seconds of an epoch's matrix products alone, by the same
 *   limits task=loop threads=N                   how many times the work of one core so many do, in a bare loop
 *   limits task=copy bytes=N                     bytes a second that memcpy reads and writes
 *   limits task=scan bytes=N                     bytes a second that are read again and again, from a cache if it fits
 *
 * How it is spoken to: serve.h. */
#include "numbers/kernels.h"
#include "serve.h"

static real *numbers(size_t n)
{
    real *p = aligned_alloc(64, (n * sizeof *p + 63) / 64 * 64);
    if (!p) exit(1);
    for (size_t i = 0; i < n; i++) p[i] = (real)(0.01 * (double)(i % 97) - 0.4);
    return p;
}

/* ---- matrix products --------------------------------------------------------------------------------------------- */

static void peak(void *unused, bool warm)
{
    const size_t n = count_of("side", "2048");
    real        *a = numbers(n * n), *b = numbers(n * n), *c = numbers(n * n);
    (void)unused;
    (void)warm;
    double start = now();
    glia__kernels_get()->gemm(n, n, n, 1, a, n, b, n, 0, c, n);
    tell("gflops", 2e-9 * (double)n * (double)n * (double)n / (now() - start));
    free(a);
    free(b);
    free(c);
}

enum { MOST_WIDTHS = 16 };

typedef struct net {
    size_t width[MOST_WIDTHS], count, widest, batch, steps;
    real  *x, *y, *w;
} net;

/* y = x w of a layer, dw = x^T dy and, but for the first, dx = dy w^T. */
static void layer_products(const net *n, size_t i)
{
    const glia__kernels *k = glia__kernels_get();
    const size_t         in = n->width[i], out = n->width[i + 1];
    k->gemm(n->batch, out, in, 1, n->x, in, n->w, out, 0, n->y, out);
    k->gemm_tn(in, out, n->batch, (real)1e-9, n->x, in, n->y, out, 1, n->w, out);
    if (i) k->gemm_nt(n->batch, in, out, 1, n->x, out, n->w, out, 0, n->y, in);
}

static void products_once(void *of, bool warm)
{
    enum { WARM_STEPS = 20 };
    net   *n = of;
    double start = now();
    for (size_t s = 0; s < (warm ? WARM_STEPS : n->steps); s++)
        for (size_t i = 0; i + 1 < n->count; i++) layer_products(n, i);
    tell("seconds", now() - start);
}

static void products(void)
{
    net    n = {.batch = count_of("batch", "32")};
    size_t most = 0;
    for (const char *at = text_of("widths", NULL); *at && n.count < MOST_WIDTHS; at += *at == ',') {
        char *end;
        n.width[n.count++] = strtoull(at, &end, 10);
        at = end;
    }
    n.steps = (count_of("rows", "60000") + n.batch - 1) / n.batch;
    for (size_t i = 0; i < n.count; i++) {
        if (n.width[i] > n.widest) n.widest = n.width[i];
        if (i && n.width[i] * n.width[i - 1] > most) most = n.width[i] * n.width[i - 1];
    }
    n.x = numbers(n.batch * n.widest);
    n.y = numbers(n.batch * n.widest);
    n.w = numbers(most);
    serve(products_once, &n);
    free(n.x);
    free(n.y);
    free(n.w);
}

/* ---- threads and memory ------------------------------------------------------------------------------------------ */

static void loop(void *unused, bool warm)
{
    (void)unused;
    (void)warm;
    tell("scaling", loop_scaling(count_of("threads", "2")));
}

static void copy(void *unused, bool warm)
{
    const size_t bytes = count_of("bytes", "268435456");
    real        *from = numbers(bytes / sizeof *from), *to = numbers(bytes / sizeof *to);
    (void)unused;
    (void)warm;
    double start = now();
    memcpy(to, from, bytes);
    volatile real sink = to[bytes / sizeof *to / 2];
    (void)sink;
    tell("bytes_per_second", 2 * (double)bytes / (now() - start));
    free(from);
    free(to);
}

/* Compiled for what the processor has, as a library's loops are. */
#if defined(__x86_64__)
__attribute__((target_clones("avx512f", "avx2", "default")))
#endif
static real
sum_in_lanes(const real *x, size_t n)
{
    enum { LANES = 64 };
    real sum[LANES] = {0}, all = 0;
    for (size_t i = 0; i + LANES <= n; i += LANES)
        for (size_t j = 0; j < LANES; j++) sum[j] += x[i + j];
    for (size_t j = 0; j < LANES; j++) all += sum[j];
    return all;
}

static void scan(void *unused, bool warm)
{
    enum { TIMES = 2000 };
    const size_t  n = count_of("bytes", NULL) / sizeof(real);
    real         *x = numbers(n);
    volatile real sink = sum_in_lanes(x, n);
    (void)unused;
    (void)warm;
    double start = now();
    for (size_t i = 0; i < TIMES; i++) sink = sink + sum_in_lanes(x, n);
    tell("bytes_per_second", TIMES * (double)n * sizeof(real) / (now() - start));
    free(x);
}

int main(int argc, char **argv)
{
    static const task tasks[] = {{"peak", peak, NULL},
                                 {"products", NULL, products},
                                 {"loop", loop, NULL},
                                 {"copy", copy, NULL},
                                 {"scan", scan, NULL}};
    (void)argc;
    return run_task(argv, tasks, sizeof tasks / sizeof *tasks);
}
