/* lbfgs: a quasi-Newton method that remembers the last `history` steps (Nocedal 1980). Algorithms and numbers of
 * formulas are those of Nocedal and Wright, Numerical Optimization, 2nd edition, 2006:
 *
 *   direction      7.4: the two-loop recursion over the pairs s = x' - x, y = g' - g
 *   line search    3.5 and 3.6: a step a > 0 that satisfies the strong Wolfe conditions
 *                    f(x + a d) <= f(x) + c1 a d.g(x)      and      |d.g(x + a d)| <= c2 |d.g(x)|
 *                  tried points come from cubic interpolation (3.59)
 *
 * Sums over the numbers are made in double and in order. */
#include "parts/lbfgs.h"

#include "ground/memory.h"
#include "parts/optimizer_rule.h"

/* The first settings stand where those of the others do. */
enum { HISTORY = LR, TOLERANCE = FIRST_OWN, TRIES };
static const glia__setting settings[] = {
    {"history", GLIA__WHOLE, "10", 1, GLIA__HISTORY_MOST, true, NULL, "steps that are remembered"},
    DECAY_SETTINGS("0"),
    {"tolerance", GLIA__NUMBER, "1e-5", 0, HUGE_VAL, false, NULL, "ends when no number of the gradient is larger"},
    {"tries", GLIA__WHOLE, "25", 2, 1000, false, NULL, "points looked at in one step, at most"},
    {0}};

static size_t slots(const glia__optim *o)
{
    return 2 * o->set[HISTORY].whole;
}

const glia__optim_class glia__optim_lbfgs = {
    .named = {"lbfgs", "quasi-Newton steps over all rows at once, for small problems", settings},
    .slots = slots,
    .whole = true,
};

/* ---- sums over the numbers ------------------------------------------------------------------------------------- */

static double dot(size_t n, const real *a, const real *b)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) sum += (double)a[i] * (double)b[i];
    return sum;
}

/* y += a x */
static void add(size_t n, double a, const real *x, real *y)
{
    for (size_t i = 0; i < n; i++) y[i] = (real)((double)y[i] + a * (double)x[i]);
}

/* to = a from */
static void scaled(size_t n, double a, const real *from, real *to)
{
    for (size_t i = 0; i < n; i++) to[i] = (real)(a * (double)from[i]);
}

static void difference(size_t n, const real *a, const real *b, real *to)
{
    for (size_t i = 0; i < n; i++) to[i] = a[i] - b[i];
}

/* ---- the pairs: a ring in the blocks of state ------------------------------------------------------------------ */

enum { KEPT, NEXT }; /* in rule->memory: how many pairs there are, and where the next one goes */

static bool is_count(double number, size_t most)
{
    return number >= 0 && number <= (double)most && number == floor(number);
}

bool glia__lbfgs_remembers(const glia__optim *rule)
{
    size_t most = rule->set[HISTORY].whole;
    return is_count(rule->memory[KEPT], most) && is_count(rule->memory[NEXT], most - 1);
}

static size_t kept(const glia__lbfgs *l)
{
    return (size_t)l->rule->memory[KEPT];
}

/* s of the pair before `back` others, y beside it. */
static real *const *pair(const glia__lbfgs *l, size_t back)
{
    size_t most = l->rule->set[HISTORY].whole, next = (size_t)l->rule->memory[NEXT];
    return l->slot + 2 * ((next + most - 1 - back) % most);
}

/* Remembers the way from `start` to x, unless f bends downward along it. */
static void remember(glia__lbfgs *l)
{
    enum { S, Y };
    size_t most = l->rule->set[HISTORY].whole, next = (size_t)l->rule->memory[NEXT];
    real *const *new = l->slot + 2 * next;
    difference(l->n, l->x, l->start, new[S]);
    difference(l->n, l->g, l->slopes, new[Y]);
    double curvature = dot(l->n, new[S], new[Y]);
    if (kept(l) == most) l->rule->memory[KEPT]--; /* its place is taken */
    if (!(curvature > 1e-10 * dot(l->n, new[Y], new[Y]))) return;
    l->rule->memory[NEXT] = (double)((next + 1) % most);
    l->rule->memory[KEPT]++;
}

/* direction = - (approximate inverse Hessian) g */
static void choose_direction(glia__lbfgs *l)
{
    double share[GLIA__HISTORY_MOST];
    real  *d = l->direction;
    scaled(l->n, -1, l->g, d);
    for (size_t back = 0; back < kept(l); back++) {
        const real *s = pair(l, back)[0], *y = pair(l, back)[1];
        share[back] = dot(l->n, s, d) / dot(l->n, s, y);
        add(l->n, -share[back], y, d);
    }
    if (kept(l)) {
        const real *s = pair(l, 0)[0], *y = pair(l, 0)[1];
        scaled(l->n, dot(l->n, s, y) / dot(l->n, y, y), d, d); /* (7.20) */
    }
    for (size_t back = kept(l); back-- > 0;) {
        const real *s = pair(l, back)[0], *y = pair(l, back)[1];
        add(l->n, share[back] - dot(l->n, y, d) / dot(l->n, s, y), s, d);
    }
}

/* ---- the line search ------------------------------------------------------------------------------------------- */

#define C1 1e-4
#define C2 0.9

/* A step, with f and its slope along the direction there. */
typedef struct point {
    double a, f, slope;
} point;

typedef struct search {
    glia__lbfgs *l;
    point        zero;
    double       at;    /* the latest look */
    size_t       tries; /* left            */
} search;

/* Goes to x = start + a direction and looks around. */
static point look(search *s, double a)
{
    glia__lbfgs *l = s->l;
    for (size_t i = 0; i < l->n; i++) l->x[i] = (real)((double)l->start[i] + a * (double)l->direction[i]);
    l->value = l->f(l->context, l->x, l->g);
    l->evaluations++;
    s->at = a;
    s->tries--;
    return (point){a, l->value, dot(l->n, l->direction, l->g)};
}

static bool falls_enough(const search *s, const point *p)
{
    return p->f <= s->zero.f + C1 * p->a * s->zero.slope && isfinite(p->slope);
}

static bool flat_enough(const search *s, const point *p)
{
    return fabs(p->slope) <= -C2 * s->zero.slope;
}

/* Where the cubic through both ends is lowest (3.59), kept away from the ends; the middle where that says nothing. */
static double between(const point *p, const point *q)
{
    double width = q->a - p->a;
    double d1 = p->slope + q->slope - 3 * (p->f - q->f) / (p->a - q->a), inner = d1 * d1 - p->slope * q->slope;
    double d2 = width > 0 ? sqrt(inner) : -sqrt(inner);
    double share = 1 - (q->slope + d2 - d1) / (q->slope - p->slope + 2 * d2);
    if (!(inner >= 0) || !isfinite(share)) share = 0.5;
    return p->a + width * fmin(fmax(share, 0.1), 0.9);
}

/* Between `low`, the best step so far, and `high` there is one that will do (3.6). Where the tries run out, `low`. */
static point zoom(search *s, point low, point high)
{
    while (s->tries > 1) {
        point p = look(s, between(&low, &high));
        if (!falls_enough(s, &p) || p.f >= low.f) {
            high = p;
            continue;
        }
        if (flat_enough(s, &p)) return p;
        if (p.slope * (high.a - low.a) >= 0) high = low;
        low = p;
    }
    return low;
}

/* A step that will do, or the best there is (3.5); a == 0: none. */
static point find_step(search *s, double first)
{
    point before = s->zero;
    for (double a = first; s->tries > 1; a *= 2) {
        point p = look(s, a);
        if (!falls_enough(s, &p) || (before.a > 0 && p.f >= before.f)) return zoom(s, before, p);
        if (flat_enough(s, &p)) return p;
        if (p.slope >= 0) return zoom(s, p, before);
        before = p;
    }
    return before;
}

/* Walks along the direction; false, and back at the start, if nothing there is lower. */
static bool walk_along(glia__lbfgs *l, double first)
{
    double slope = dot(l->n, l->direction, l->g);
    search s = {.l = l, .zero = {0, l->value, slope}, .tries = l->rule->set[TRIES].whole};
    if (!(slope < 0)) return false;
    scaled(l->n, 1, l->x, l->start);
    scaled(l->n, 1, l->g, l->slopes);
    point found = find_step(&s, first);
    if (found.a > 0 && found.f < s.zero.f) {
        if (s.at != found.a) look(&s, found.a);
        return true;
    }
    scaled(l->n, 1, l->start, l->x);
    scaled(l->n, 1, l->slopes, l->g);
    l->value = s.zero.f;
    return false;
}

/* ---- an iteration ---------------------------------------------------------------------------------------------- */

static double largest(const glia__lbfgs *l)
{
    return glia__kernels_get()->largest_size(l->n, l->g);
}

bool glia__lbfgs_is_flat(const glia__lbfgs *l)
{
    return largest(l) <= l->rule->set[TOLERANCE].number;
}

glia_status glia__lbfgs_room(glia__lbfgs *l, size_t n)
{
    real **room[] = {&l->direction, &l->start, &l->slopes};
    l->n = n;
    for (size_t i = 0; i < sizeof room / sizeof *room; i++)
        if (!(*room[i] = glia__new_aligned(n, sizeof(real)))) return GLIA_E_MEMORY;
    return GLIA_OK;
}

void glia__lbfgs_clear(glia__lbfgs *l)
{
    glia__free_aligned(l->direction);
    glia__free_aligned(l->start);
    glia__free_aligned(l->slopes);
    l->direction = l->start = l->slopes = NULL;
}

static bool begin(glia__lbfgs *l)
{
    if (!l->begun) l->value = l->f(l->context, l->x, l->g), l->evaluations++;
    l->begun = isfinite(l->value) && isfinite(largest(l));
    return l->begun;
}

/* Newton's step is 1 long; the first one, down the gradient, is at most 1 in the 1-norm. */
static double first_try(const glia__lbfgs *l)
{
    return kept(l) ? 1 : fmin(1, 1 / glia__kernels_get()->sum_sizes(l->n, l->g));
}

glia__descent glia__lbfgs_iterate(glia__lbfgs *l)
{
    if (!begin(l)) return GLIA__DESCENT_NONFINITE;
    if (glia__lbfgs_is_flat(l)) return GLIA__DESCENT_FLAT;
    choose_direction(l);
    while (!walk_along(l, first_try(l))) {
        if (kept(l) == 0) return GLIA__DESCENT_STUCK;
        l->rule->memory[KEPT] = 0; /* what is remembered misleads: down the gradient */
        choose_direction(l);
    }
    remember(l);
    glia__optim_advance(l->rule);
    return GLIA__DESCENDED;
}
