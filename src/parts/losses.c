/* The list of losses, those of the user's own among them; how weights and reductions make one number of a batch.
 *
 * A loss gives one value a row, in double. The batch's loss is the sum of the values times their rows' weights, divided
 * by what `reduce` says (W: the sum of the weights, which is the number of rows where nothing is weighted or ignored):
 *
 *   mean   W * outputs for elementwise losses, W for those of classes
 *   rows   W: the sum over the outputs of a row, averaged over the rows
 *   sum    1
 *
 * A row's weight is its own times that of its class. Losses of classes take the class's weight into their targets, as
 * label smoothing mixes classes within a row; W is the same. So is PyTorch's: cross_entropy(weight=...) divides by the
 * sum of the weights of the rows' classes. Soft targets have no one class: W is then that of the rows alone. */
#include "parts/loss.h"

#include <math.h>
#include <string.h>

#include "ground/real.h"
#include "parts/loss_kinds.h"

/* ---- weights and reductions ------------------------------------------------------------------------------------ */

static bool is_of_classes(const glia__loss *l)
{
    return l->class->takes == GLIA__TAKES_CLASSES;
}

static bool ignores(const glia__loss *l, int32_t class)
{
    return is_of_classes(l) && class == (int32_t)l->set[GLIA__LOSS_IGNORE_INDEX].number;
}

bool glia__loss_passes_over(const glia__loss *l, const glia__truth *t, size_t r)
{
    return t->classes && ignores(l, t->classes[r]);
}

/* Of row r; with or without the weight of its class. */
static double weight_of(const glia__loss *l, const glia__truth *t, size_t r, bool with_class)
{
    if (glia__loss_passes_over(l, t, r)) return 0;
    double weight = t->row_weight ? (double)t->row_weight[r] : 1;
    return with_class && t->class_weight && t->classes ? weight * (double)t->class_weight[t->classes[r]] : weight;
}

double glia__loss_weight(const glia__loss *l, size_t rows, const glia__truth *t)
{
    double sum = 0;
    for (size_t r = 0; r < rows; r++) sum += weight_of(l, t, r, true);
    return sum;
}

bool glia__loss_is_sum(const glia__loss *l)
{
    return strcmp(l->set[GLIA__LOSS_REDUCE].word, "sum") == 0;
}

static double divisor(const glia__loss *l, double weight, size_t n)
{
    if (glia__loss_is_sum(l)) return 1;
    return l->class->term && strcmp(l->set[GLIA__LOSS_REDUCE].word, "mean") == 0 ? weight * (double)n : weight;
}

void glia__loss_rows(const glia__loss *l, size_t n, const real *y, const glia__truth *t, size_t begin, size_t end,
                     double *value, real *dy)
{
    const double by = divisor(l, t->weight, n), factor = by > 0 ? 1 / by : 0;
    for (size_t r = begin; r < end; r++) {
        double weight = weight_of(l, t, r, !is_of_classes(l));
        real  *row_dy = dy ? dy + r * n : NULL;
        value[r] = 0;
        if (weight > 0)
            value[r] = weight * l->class->row(l, r, n, y + r * n, t, (real)(weight * factor), row_dy);
        else if (dy)
            memset(row_dy, 0, n * sizeof *dy);
    }
}

double glia__loss_reduce(const glia__loss *l, double sum, double weight, size_t n)
{
    double by = divisor(l, weight, n);
    return by > 0 ? sum / by : 0;
}

double glia__loss_told(const glia__loss *l, double sum, double weight, size_t n)
{
    if (!glia__loss_is_sum(l)) return glia__loss_reduce(l, sum, weight, n);
    return weight > 0 ? sum / weight : 0;
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

static double own(const glia__loss *l, size_t r, size_t n, const real *y, const glia__truth *t, real scale, real *dy)
{
    const real *want = own_target(t, r, n);
    if (dy) l->class->own_back(y, want, n, dy);
    for (size_t j = 0; dy && j < n; j++) dy[j] *= scale;
    return l->class->own(y, want, n);
}

/* ---- the list -------------------------------------------------------------------------------------------------- */

#define LISTED(name) &glia__loss_##name,
static const glia__loss_class *const classes[] = {GLIA__LOSSES(LISTED)};

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
    return i < BUILT_IN ? classes[i] : &registered[i - BUILT_IN].class;
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
    *class = (glia__loss_class){.row = own, .own = f, .own_back = df};
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
        if (fuses(classes[i], last)) return classes[i]->named.name;
    return "mse";
}

static const glia__loss_class *find(const char *name)
{
    size_t i = 0;
    while (strcmp(classes[i]->named.name, name) != 0) i++;
    return classes[i];
}

static glia_status check_whole(const glia__loss *l)
{
    double number = is_of_classes(l) ? l->set[GLIA__LOSS_IGNORE_INDEX].number : 0;
    if (number == floor(number)) return GLIA_OK;
    return glia__fail(GLIA_E_TEXT, "loss: %s: ignore_index must be a whole number, not %g", l->asked->named.name,
                      number);
}

glia_status glia__loss_parse(glia__loss *l, const char *text, const char *last, bool *fused)
{
    const glia__named *names[BUILT_IN + OWN_MOST];
    glia__loss         made;
    size_t             which;
    if (!text) text = glia__loss_usual(last);
    GLIA_TRY(glia__phrase_read("loss", "loss", text, names, list_names(names), &which, made.set));
    made.asked = made.class = glia__loss_at(which);
    GLIA_TRY(check_whole(&made));
    *fused = fuses(made.class, last);
    if (*fused && made.class->fused) made.class = find(made.class->fused);
    *l = made;
    return GLIA_OK;
}

glia_status glia__loss_fits(const glia__loss *l, size_t n)
{
    size_t weights = l->class->takes == GLIA__TAKES_BITS ? l->set[GLIA__LOSS_POS_WEIGHT].count : 1;
    if (weights == 1 || weights == n) return GLIA_OK;
    return glia__fail(GLIA_E_SHAPE, "loss: %s: pos_weight has %zu numbers, and the net gives %zu output%s",
                      l->asked->named.name, weights, n, n == 1 ? "" : "s");
}

glia_status glia__loss_check_ignored(const glia__loss *l, size_t n)
{
    const glia__value *v = &l->set[GLIA__LOSS_IGNORE_INDEX];
    if (!is_of_classes(l) || !v->given || (v->number >= 0 && v->number < (double)n)) return GLIA_OK;
    return glia__fail(GLIA_E_TEXT, "loss: %s: ignore_index=%.0f is not the number of a class: there are 0 to %zu",
                      l->asked->named.name, v->number, n - 1);
}

static glia_status check_class(const glia__loss *l, size_t r, int32_t class, size_t n)
{
    size_t classes_most = n == 1 && !is_of_classes(l) ? 2 : n;
    if ((size_t) class < classes_most || ignores(l, class)) return GLIA_OK; /* a negative one is huge */
    return glia__fail(GLIA_E_ARG, "row %zu: class %d is not in 0..%zu", r, (int)class, classes_most - 1);
}

glia_status glia__loss_check(const glia__loss *l, size_t rows, size_t n, const glia__truth *t)
{
    if (!t->classes && t->class_weight && !is_of_classes(l))
        return glia__fail(GLIA_E_ARG, "loss \"%s\": weights of classes need classes, not targets",
                          l->asked->named.name);
    if (!t->classes) return GLIA_OK;
    if (l->class->own && n > ONE_HOT_MOST)
        return glia__fail(GLIA_E_ARG, "loss \"%s\": with classes it can have %d outputs, not %zu", l->asked->named.name,
                          ONE_HOT_MOST, n);
    for (size_t r = 0; r < rows; r++) GLIA_TRY(check_class(l, r, t->classes[r], n));
    return GLIA_OK;
}
