/* The portable kernels of an update, a part of portable.c: the steps of the optimizers, formulas as in PyTorch's
 * documentation (torch.optim), and what is done to gradients as a whole before. */

/* ---- steps ----------------------------------------------------------------------------------------------------- */

static void sgd(size_t n, real lr, real decay, const real *restrict g, real *restrict p)
{
    for (size_t i = 0; i < n; i++) p[i] -= lr * (g[i] + decay * p[i]);
}

static void sgd_momentum(size_t n, real lr, real decay, real momentum, real damp, bool nesterov, bool first,
                         const real *restrict g, real *restrict buffer, real *restrict p)
{
    for (size_t i = 0; i < n; i++) {
        real d = g[i] + decay * p[i];
        real b = first ? d : momentum * buffer[i] + (1 - damp) * d;
        buffer[i] = b;
        p[i] -= lr * (nesterov ? d + momentum * b : b);
    }
}

static void adagrad(size_t n, real lr, real decay, real eps, const real *restrict g, real *restrict sum,
                    real *restrict p)
{
    for (size_t i = 0; i < n; i++) {
        real d = g[i] + decay * p[i];
        sum[i] += d * d;
        p[i] -= lr * d / (sqrt(sum[i]) + eps);
    }
}

static void rmsprop(size_t n, real lr, real decay, real alpha, real eps, real momentum, const real *restrict g,
                    real *restrict square, real *restrict mean, real *restrict buffer, real *restrict p)
{
    for (size_t i = 0; i < n; i++) {
        real d = g[i] + decay * p[i];
        square[i] = alpha * square[i] + (1 - alpha) * d * d;
        real variance = square[i];
        if (mean) {
            mean[i] = alpha * mean[i] + (1 - alpha) * d;
            variance -= mean[i] * mean[i];
            variance = variance < 0 ? 0 : variance; /* of equal gradients: rounding */
        }
        real step = d / (sqrt(variance) + eps);
        if (buffer) step = buffer[i] = momentum * buffer[i] + step;
        p[i] -= lr * step;
    }
}

static void adadelta(size_t n, real lr, real decay, real rho, real eps, const real *restrict g, real *restrict square,
                     real *restrict moved, real *restrict p)
{
    for (size_t i = 0; i < n; i++) {
        real d = g[i] + decay * p[i];
        square[i] = rho * square[i] + (1 - rho) * d * d;
        real step = sqrt(moved[i] + eps) / sqrt(square[i] + eps) * d;
        moved[i] = rho * moved[i] + (1 - rho) * step * step;
        p[i] -= lr * step;
    }
}

static void adam(size_t n, real rate, real decay, real shrink, real beta1, real beta2, real eps, real root,
                 const real *restrict g, real *restrict m, real *restrict v, real *restrict most, real *restrict p)
{
    const real by = 1 / root;
    for (size_t i = 0; i < n; i++) {
        real q = p[i] * shrink;
        real d = g[i] + decay * q;
        m[i] = beta1 * m[i] + (1 - beta1) * d;
        v[i] = beta2 * v[i] + (1 - beta2) * d * d;
        real second = v[i];
        if (most) second = most[i] = most[i] < second ? second : most[i];
        p[i] = q - rate * m[i] / (sqrt(second) * by + eps);
    }
}

static void adamax(size_t n, real rate, real decay, real beta1, real beta2, real eps, const real *restrict g,
                   real *restrict m, real *restrict most, real *restrict p)
{
    for (size_t i = 0; i < n; i++) {
        real d = g[i] + decay * p[i], size = fabs(d) + eps, old = beta2 * most[i];
        m[i] = beta1 * m[i] + (1 - beta1) * d;
        most[i] = old > size ? old : size;
        p[i] -= rate * m[i] / most[i];
    }
}

static void nadam(size_t n, real rate_g, real rate_m, real decay, real beta1, real beta2, real eps, real root,
                  const real *restrict g, real *restrict m, real *restrict v, real *restrict p)
{
    const real by = 1 / root;
    for (size_t i = 0; i < n; i++) {
        real d = g[i] + decay * p[i];
        m[i] = beta1 * m[i] + (1 - beta1) * d;
        v[i] = beta2 * v[i] + (1 - beta2) * d * d;
        p[i] -= (rate_g * d + rate_m * m[i]) / (sqrt(v[i]) * by + eps);
    }
}

static void rprop(size_t n, real decay, real minus, real plus, real least, real most, const real *restrict g,
                  real *restrict last, real *restrict step, real *restrict p)
{
    for (size_t i = 0; i < n; i++) {
        real d = g[i] + decay * p[i], turn = d * last[i];
        real s = step[i] * (turn > 0 ? plus : turn < 0 ? minus : 1);
        s = s < least ? least : s;
        step[i] = s = s > most ? most : s;
        last[i] = d = turn < 0 ? 0 : d; /* after a turn it stands still once */
        p[i] -= d > 0 ? s : d < 0 ? -s : d;
    }
}

/* ---- gradients as a whole -------------------------------------------------------------------------------------- */

static void penalize(size_t n, real l1, real l2, const real *restrict p, real *restrict g)
{
    for (size_t i = 0; i < n; i++) g[i] += l1 * (real)((p[i] > 0) - (p[i] < 0)) + 2 * l2 * p[i];
}

static void multiply(size_t n, real by, real *g)
{
    for (size_t i = 0; i < n; i++) g[i] *= by;
}

static void limit(size_t n, real most, real *g)
{
    for (size_t i = 0; i < n; i++) {
        real v = g[i];
        v = v > most ? most : v;
        g[i] = v < -most ? -most : v;
    }
}

static double sum_squares(size_t n, const real *g)
{
    enum { RUNNING = 8 }; /* so many running sums, added in order at the end */
    double sum[RUNNING] = {0}, total = 0;
    size_t i = 0;
    for (; i + RUNNING <= n; i += RUNNING)
        for (size_t j = 0; j < RUNNING; j++) sum[j] += (double)g[i + j] * (double)g[i + j];
    for (; i < n; i++) total += (double)g[i] * (double)g[i];
    for (size_t j = 0; j < RUNNING; j++) total += sum[j];
    return total;
}

static double sum_sizes(size_t n, const real *g)
{
    enum { RUNNING = 8 };
    double sum[RUNNING] = {0}, total = 0;
    size_t i = 0;
    for (; i + RUNNING <= n; i += RUNNING)
        for (size_t j = 0; j < RUNNING; j++) sum[j] += fabs((double)g[i + j]);
    for (; i < n; i++) total += fabs((double)g[i]);
    for (size_t j = 0; j < RUNNING; j++) total += sum[j];
    return total;
}

static double largest_size(size_t n, const real *g)
{
    real most = 0, wrong = 0; /* v - v is NaN if v is not finite, else 0 */
    for (size_t i = 0; i < n; i++) {
        real v = fabs(g[i]);
        most = v > most ? v : most;
        wrong += v - v;
    }
    return (double)(most + wrong);
}
