/* The losses: elementwise ones (mse, l1, huber, bce, bce_logits), cross entropy, and those of the user's own.
 *
 * Values and gradients are PyTorch's (torch.nn.functional of the same names). A loss gives one value a row, summed in
 * double; the batch's loss is their sum divided by what `reduce` says:
 *
 *   mean   rows * outputs for elementwise losses, rows for cross entropy
 *   rows   rows: the sum over the outputs of a row, averaged over the rows
 *   sum    1
 */
#include "parts/loss.h"

#include <string.h>

#include "ground/real.h"

enum { REDUCE, DELTA }; /* where a loss has them among its settings */

static double divisor(const glia__loss *l, size_t rows, size_t n)
{
    const char *reduce = l->set[REDUCE].word;
    if (strcmp(reduce, "sum") == 0) return 1;
    if (strcmp(reduce, "mean") == 0 && l->class->term) return (double)rows * (double)n;
    return (double)rows;
}

double glia__loss_reduce(const glia__loss *l, double sum, size_t rows, size_t n)
{
    return sum / divisor(l, rows, n);
}

double glia__loss_told(const glia__loss *l, double sum, size_t rows, size_t n)
{
    double by = divisor(l, rows, n);
    return sum / (by == 1 ? (double)rows : by); /* 1: reduce=sum, or a single number, which is its own mean */
}

/* What output j of row r should be: a class stands for its one-hot row, or for itself where there is one output. */
static real target(const glia__truth *t, size_t r, size_t n, size_t j)
{
    if (t->targets) return t->targets[r * n + j];
    size_t class = (size_t)t->classes[r];
    return (real)(n == 1 ? class : class == j);
}

/* ---- elementwise losses: f(y, t) and its slope in y ------------------------------------------------------------ */

static void by_output(const glia__loss *l, size_t rows, size_t n, const real *y, const glia__truth *t, size_t begin,
                      size_t end, double *value, real *dy)
{
    const real scale = (real)(1 / divisor(l, rows, n));
    for (size_t r = begin; r < end; r++) {
        value[r] = 0;
        for (size_t j = 0; j < n; j++) {
            real slope;
            value[r] += l->class->term(l, y[r * n + j], target(t, r, n, j), &slope);
            if (dy) dy[r * n + j] = scale * slope;
        }
    }
}

/* (y - t)^2 */
static real mse(const glia__loss *l, real y, real t, real *slope)
{
    (void)l;
    *slope = 2 * (y - t);
    return (y - t) * (y - t);
}

/* |y - t| */
static real l1(const glia__loss *l, real y, real t, real *slope)
{
    (void)l;
    real d = y - t;
    *slope = (real)((d > 0) - (d < 0));
    return fabs(d);
}

/* d^2 / 2 where |d| = |y - t| <= delta, and the straight line that continues it beyond. Huber 1964. */
static real huber(const glia__loss *l, real y, real t, real *slope)
{
    real d = y - t, delta = (real)l->set[DELTA].number;
    bool near = fabs(d) <= delta;
    *slope = near ? d : copysign(delta, d);
    return near ? d * d / 2 : delta * (fabs(d) - delta / 2);
}

/* No logarithm of a probability counts for less than -100; a NaN stays one. */
static real bounded(real logarithm)
{
    return logarithm < -100 ? -100 : logarithm;
}

/* -(t log p + (1 - t) log(1 - p)) */
static real bce(const glia__loss *l, real p, real t, real *slope)
{
    (void)l;
    const real least = (real)1e-12;
    real       variance = p * (1 - p);
    *slope = (p - t) / (variance < least ? least : variance);
    return -(t * bounded(log(p)) + (1 - t) * bounded(log1p(-p)));
}

/* bce of sigmoid(z), without its overflow: max(z, 0) - z t + log(1 + e^-|z|); the slope is sigmoid(z) - t. */
static real bce_logits(const glia__loss *l, real z, real t, real *slope)
{
    (void)l;
    real e = exp(-fabs(z));
    *slope = (z < 0 ? e : 1) / (1 + e) - t;
    return (z > 0 ? z : 0) - z * t + log1p(e);
}

/* ---- cross entropy of softmax(z) ------------------------------------------------------------------------------- */

/* One row: -sum_j t_j log softmax(z)_j, and dz_j = scale (softmax(z)_j sum_i t_i - t_j). With m = max z,
 * log softmax(z)_j = (z_j - m) - log sum_i e^(z_i - m), where nothing overflows. */
static double cross_entropy_row(size_t r, size_t n, const real *z, const glia__truth *t, real scale, real *dz)
{
    real   most = z[0];
    double sum = 0, weight = 0, loss = 0;
    for (size_t j = 1; j < n; j++) most = z[j] > most ? z[j] : most;
    for (size_t j = 0; j < n; j++) {
        real e = exp(z[j] - most);
        sum += e;
        if (dz) dz[j] = e;
    }
    for (size_t j = 0; j < n; j++) {
        double share = target(t, r, n, j);
        weight += share;
        loss += share * (log(sum) - ((double)z[j] - most));
    }
    for (size_t j = 0; dz && j < n; j++) dz[j] = scale * ((real)(dz[j] * weight / sum) - target(t, r, n, j));
    return loss;
}

static void cross_entropy(const glia__loss *l, size_t rows, size_t n, const real *z, const glia__truth *t, size_t begin,
                          size_t end, double *value, real *dz)
{
    const real scale = (real)(1 / divisor(l, rows, n));
    for (size_t r = begin; r < end; r++)
        value[r] = cross_entropy_row(r, n, z + r * n, t, scale, dz ? dz + r * n : NULL);
}

/* ---- the user's own -------------------------------------------------------------------------------------------- */

/* Every one-hot row of up to ONE_HOT_MOST outputs is a window into this: a loss allocates nothing. */
enum { ONE_HOT_MOST = 4096 };
static const real one_hot[2 * ONE_HOT_MOST - 1] = {[ONE_HOT_MOST - 1] = 1};

static const real *own_target(const glia__truth *t, size_t r, size_t n)
{
    if (t->targets) return t->targets + r * n;
    size_t class = (size_t)t->classes[r];
    return one_hot + ONE_HOT_MOST - 1 - (n == 1 ? class == 0 : class);
}

static void own(const glia__loss *l, size_t rows, size_t n, const real *y, const glia__truth *t, size_t begin,
                size_t end, double *value, real *dy)
{
    const real scale = (real)(1 / divisor(l, rows, n));
    for (size_t r = begin; r < end; r++) {
        const real *want = own_target(t, r, n);
        value[r] = l->class->own(y + r * n, want, n);
        if (!dy) continue;
        l->class->own_back(y + r * n, want, n, dy + r * n);
        for (size_t j = 0; j < n; j++) dy[r * n + j] *= scale;
    }
}

/* ---- the table ------------------------------------------------------------------------------------------------- */

/* clang-format off */
#define REDUCE_SETTING(choices)                                                                                        \
    {"reduce", GLIA__WORD, "mean", 0, 0, false, choices, "how the losses of a batch become one: " choices}
/* clang-format on */

static const glia__setting elementwise_settings[] = {REDUCE_SETTING("mean|rows|sum"), {0}};
static const glia__setting cross_entropy_settings[] = {REDUCE_SETTING("mean|sum"), {0}};
static const glia__setting huber_settings[] = {
    REDUCE_SETTING("mean|rows|sum"),
    {"delta", GLIA__NUMBER, "1", 1e-9, HUGE_VAL, true, NULL, "the error from which on the loss is a straight line"},
    {0}};
/* clang-format off */
static const glia__loss_class classes[] = {
    {{"mse", "squared error", elementwise_settings}, GLIA__TAKES_NUMBERS, .rows = by_output, .term = mse},
    {{"l1", "absolute error", elementwise_settings}, GLIA__TAKES_NUMBERS, .rows = by_output, .term = l1},
    {{"huber", "half the squared error up to delta, a straight line beyond", huber_settings}, GLIA__TAKES_NUMBERS,
     .rows = by_output, .term = huber},
    {{"bce", "binary cross entropy of probabilities", elementwise_settings}, GLIA__TAKES_BITS,
     .fuses = {"sigmoid"}, .fused = "bce_logits", .rows = by_output, .term = bce},
    {{"bce_logits", "binary cross entropy of logits", elementwise_settings}, GLIA__TAKES_BITS,
     .rows = by_output, .term = bce_logits, .logits = true},
    {{"cross_entropy", "cross entropy of logits, or of a softmax or log_softmax", cross_entropy_settings},
     GLIA__TAKES_CLASSES, .fuses = {"softmax", "log_softmax"}, .rows = cross_entropy, .logits = true},
};
/* clang-format on */

enum { BUILT_IN = sizeof classes / sizeof *classes, OWN_MOST = 32 };

/* Those registered, for the whole process. */
static struct {
    glia__loss_class class;
    char name[GLIA__NAME_MOST];
} registered[OWN_MOST];
static size_t registered_count;

size_t glia__loss_count(void)
{
    return BUILT_IN + registered_count;
}

const glia__loss_class *glia__loss_at(size_t i)
{
    return i < BUILT_IN ? &classes[i] : &registered[i - BUILT_IN].class;
}

static size_t list_names(const glia__named *names[BUILT_IN + OWN_MOST])
{
    for (size_t i = 0; i < glia__loss_count(); i++) names[i] = &glia__loss_at(i)->named;
    return glia__loss_count();
}

glia_status glia_register_loss(const char *name, double (*f)(const glia_real *y, const glia_real *t, size_t n),
                               void (*df)(const glia_real *y, const glia_real *t, size_t n, glia_real *dy))
{
    const glia__named *names[BUILT_IN + OWN_MOST];
    GLIA_TRY(glia__name_check(name, names, list_names(names), "loss"));
    if (!f || !df) return glia__fail(GLIA_E_ARG, "loss \"%s\" needs a function and its derivative", name);
    if (registered_count == OWN_MOST)
        return glia__fail(GLIA_E_ARG, "loss \"%s\": there is room for %d losses of your own", name, OWN_MOST);
    glia__loss_class *class = &registered[registered_count].class;
    strcpy(registered[registered_count].name, name);
    *class = (glia__loss_class){.rows = own, .own = f, .own_back = df};
    class->named = (glia__named){registered[registered_count].name, "registered by this program", glia__no_settings};
    registered_count++;
    return GLIA_OK;
}

/* ---- choosing one ---------------------------------------------------------------------------------------------- */

static bool fuses(const glia__loss_class *class, const char *last)
{
    for (size_t i = 0; i < sizeof class->fuses / sizeof *class->fuses; i++)
        if (last && class->fuses[i] && strcmp(class->fuses[i], last) == 0) return true;
    return false;
}

const char *glia__loss_usual(const char *last)
{
    for (size_t i = 0; i < BUILT_IN; i++)
        if (fuses(&classes[i], last)) return classes[i].named.name;
    return "mse";
}

static const glia__loss_class *find(const char *name)
{
    const glia__loss_class *class = classes;
    while (strcmp(class->named.name, name) != 0) class ++;
    return class;
}

glia_status glia__loss_parse(glia__loss *l, const char *text, const char *last, bool *fused)
{
    const glia__named *names[BUILT_IN + OWN_MOST];
    glia__loss         made;
    size_t             which;
    if (!text) text = glia__loss_usual(last);
    GLIA_TRY(glia__phrase_read("loss", "loss", text, names, list_names(names), &which, made.set));
    made.class = glia__loss_at(which);
    *fused = fuses(made.class, last);
    if (*fused && made.class->fused) made.class = find(made.class->fused);
    *l = made;
    return GLIA_OK;
}

glia_status glia__loss_check(const glia__loss *l, size_t rows, size_t n, const glia__truth *t)
{
    if (!t->classes) return GLIA_OK;
    if (l->class->own && n > ONE_HOT_MOST)
        return glia__fail(GLIA_E_ARG, "loss \"%s\": with classes it can have %d outputs, not %zu", l->class->named.name,
                          ONE_HOT_MOST, n);
    size_t classes_most = n == 1 && l->class->takes != GLIA__TAKES_CLASSES ? 2 : n;
    for (size_t r = 0; r < rows; r++)
        if ((size_t)t->classes[r] >= classes_most) /* a negative one is then huge */
            return glia__fail(GLIA_E_ARG, "row %zu: class %d is not in 0..%zu", r, (int)t->classes[r],
                              classes_most - 1);
    return GLIA_OK;
}
