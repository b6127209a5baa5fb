/* Points in the plane to learn from: data sets made from a line of text.
 *
 * Rows come class by class, drawn from NumPy's legacy stream. `spiral` is nnfs.datasets.spiral_data with its roundings
 * to single precision; moons, circles and blobs are scikit-learn's make_moons, make_circles and make_blobs without
 * their shuffling, with the same points for the same seed. */
#include <math.h>
#include <string.h>

#include "data/target.h"
#include "ground/memory.h"

/* Every generator has the first three; its own comes last. */
enum { N, NOISE, SEED, OWN };
#define SETTING(key, kind, usual, low, high, text)                                                                     \
    .name = key, .type = kind, .standard = usual, .least = low, .most = high, .help = text
#define POINTS(text) [N] = {SETTING("n", GLIA__WHOLE, "100", 1, 1e8, text), .positional = true}
#define SPREAD(usual, text) [NOISE] = {SETTING("noise", GLIA__NUMBER, usual, 0, 1e6, text)}
#define SEEDED [SEED] = {SETTING("seed", GLIA__WHOLE, "0", 0, 4294967295.0, "of the random numbers")}
#define CLASSES [OWN] = {SETTING("classes", GLIA__WHOLE, "3", 2, 1e4, "how many")}
#define FACTOR                                                                                                         \
    [OWN] = {SETTING("factor", GLIA__NUMBER, "0.5", 0, 1, "radius of the inner circle; the outer one's is 1")}

typedef struct points {
    const glia__value *set;
    size_t             n; /* of a group */
    double             noise;
    glia_rng          *rng;
    double            *centre; /* [groups][2]: room for those that need it */
} points;

typedef struct generator {
    glia__named named;
    size_t      groups, classes; /* of n points; 0: as the setting `classes` says */
    void (*draw)(const points *p, real *x /* [groups][n][2] */);
    int32_t (*class_of)(size_t group); /* NULL: each group is a class */
} generator;

/* ---- the curves ------------------------------------------------------------------------------------------------- */

/* To float and back. Through memory that the compiler may not look into: gcc 12 drops the bare conversions when it
 * vectorises in the double build. */
static real rounded(double v)
{
    volatile float single = (float)v;
    return (real)single;
}

/* Number i of NumPy's linspace(from, to, n). */
static double linspace(double from, double to, size_t n, size_t i)
{
    if (n > 1 && i == n - 1) return to;
    return n > 1 ? from + (double)i * ((to - from) / (double)(n - 1)) : from;
}

static void add_noise(const points *p, double a, double b, real *x)
{
    x[0] = (real)(a + p->noise * glia_rng_randn(p->rng));
    x[1] = (real)(b + p->noise * glia_rng_randn(p->rng));
}

static void draw_spiral(const points *p, real *x)
{
    for (size_t k = 0; k < p->set[OWN].whole; k++)
        for (size_t i = 0; i < p->n; i++, x += 2) {
            float  turn = (float)glia_rng_randn(p->rng) * (float)p->noise;
            double radius = linspace(0, 1, p->n, i);
            double angle = 2.5 * (linspace(4 * (double)k, 4 * (double)(k + 1), p->n, i) + (double)turn);
            x[0] = rounded(radius * sin(angle));
            x[1] = rounded(radius * cos(angle));
        }
}

static void draw_moons(const points *p, real *x)
{
    for (size_t i = 0; i < p->n; i++, x += 2)
        add_noise(p, cos(linspace(0, M_PI, p->n, i)), sin(linspace(0, M_PI, p->n, i)), x);
    for (size_t i = 0; i < p->n; i++, x += 2)
        add_noise(p, 1 - cos(linspace(0, M_PI, p->n, i)), 1 - sin(linspace(0, M_PI, p->n, i)) - 0.5, x);
}

static void draw_circles(const points *p, real *x)
{
    for (int inner = 0; inner < 2; inner++)
        for (size_t i = 0; i < p->n; i++, x += 2) {
            double angle = (double)i * (2 * M_PI / (double)p->n), radius = inner ? p->set[OWN].number : 1;
            add_noise(p, cos(angle) * radius, sin(angle) * radius, x);
        }
}

static void draw_blobs(const points *p, real *x)
{
    for (size_t k = 0; k < 2 * p->set[OWN].whole; k++) p->centre[k] = glia_rng_uniform(p->rng, -10, 10);
    for (size_t k = 0; k < p->set[OWN].whole; k++)
        for (size_t i = 0; i < p->n; i++, x += 2) add_noise(p, p->centre[2 * k], p->centre[2 * k + 1], x);
}

static void draw_xor(const points *p, real *x)
{
    for (int corner = 0; corner < 4; corner++)
        for (size_t i = 0; i < p->n; i++, x += 2) add_noise(p, corner / 2, corner % 2, x);
}

static int32_t xor_class(size_t corner)
{
    return (int32_t)(corner / 2 ^ corner % 2);
}

/* ---- the generators --------------------------------------------------------------------------------------------- */

static const glia__setting spiral_settings[] = {
    POINTS("points of each class"),
    SPREAD("0.2", "standard deviation of the angle, in units of 2.5 rad"),
    SEEDED,
    CLASSES,
    {.name = NULL},
};
static const glia__setting moons_settings[] = {
    POINTS("points of each class"),
    SPREAD("0.1", "standard deviation of each coordinate"),
    SEEDED,
    {.name = NULL},
};
static const glia__setting circles_settings[] = {
    POINTS("points of each class"),
    SPREAD("0.1", "standard deviation of each coordinate"),
    SEEDED,
    FACTOR,
    {.name = NULL},
};
static const glia__setting blobs_settings[] = {
    POINTS("points of each class"),
    SPREAD("1", "standard deviation of each coordinate"),
    SEEDED,
    CLASSES,
    {.name = NULL},
};
static const glia__setting xor_settings[] = {
    POINTS("points around each of the four corners"),
    SPREAD("0.1", "standard deviation of each coordinate"),
    SEEDED,
    {.name = NULL},
};

static const generator generators[] = {
    {{"spiral", "arms of a spiral, one a class", spiral_settings}, 0, 0, draw_spiral, NULL},
    {{"moons", "two half circles that reach into each other", moons_settings}, 2, 2, draw_moons, NULL},
    {{"circles", "a circle within a circle", circles_settings}, 2, 2, draw_circles, NULL},
    {{"blobs", "normal clouds around random centres", blobs_settings}, 0, 0, draw_blobs, NULL},
    {{"xor", "the corners of a square, opposite ones alike", xor_settings}, 4, 2, draw_xor, xor_class},
};
enum { GENERATORS = sizeof generators / sizeof *generators };

size_t glia__generator_count(void)
{
    return GENERATORS;
}

const glia__named *glia__generator_at(size_t i)
{
    return i < GENERATORS ? &generators[i].named : NULL;
}

/* The generator whose name begins the text, or NULL; *rest is what follows the name. */
static const generator *find_generator(const char *text, const char **rest)
{
    size_t n = strcspn(text, " \t\n\r:");
    *rest = text + n;
    for (size_t i = 0; i < GENERATORS; i++)
        if (strlen(generators[i].named.name) == n && memcmp(generators[i].named.name, text, n) == 0)
            return &generators[i];
    return NULL;
}

/* ---- making the data set ---------------------------------------------------------------------------------------- */

static glia_status set_classes(const generator *g, glia_data *d, size_t n, size_t classes)
{
    int32_t *of = glia__new(d->rows, sizeof *of);
    if (!of) return GLIA_E_MEMORY;
    for (size_t i = 0; i < d->rows; i++) of[i] = g->class_of ? g->class_of(i / n) : (int32_t)(i / n);
    glia_status status = glia__target_classes(d, of, classes);
    glia__free(of);
    return status;
}

static glia_status make(const generator *g, const glia__value *set, glia_data *d)
{
    points      p = {.set = set, .n = set[N].whole, .noise = set[NOISE].number};
    size_t      groups = g->groups ? g->groups : set[OWN].whole, rows;
    glia_status status = GLIA_E_MEMORY;
    if (!glia__mul(p.n, groups, &rows)) rows = SIZE_MAX; /* which the next line refuses */
    GLIA_TRY(glia__data_shape(d, rows, 1, 1, 2));
    GLIA_TRY(glia__data_reserve(d, false));
    GLIA_TRY(set_classes(g, d, p.n, g->classes ? g->classes : groups));
    p.centre = glia__new(groups, 2 * sizeof *p.centre);
    if (p.centre) status = glia_rng_new(&p.rng, (uint32_t)set[SEED].whole);
    if (status == GLIA_OK) g->draw(&p, d->values);
    glia_rng_free(p.rng);
    glia__free(p.centre);
    return status;
}

glia_status glia__generate(glia_data **data, const char *text, bool *known)
{
    const glia__text_at at = {"data", text, text + strlen(text)};
    glia__value         set[GLIA__SETTINGS_MOST];
    const char         *rest;
    const generator    *g = find_generator(text, &rest);
    *data = NULL;
    *known = g != NULL;
    if (!g) return GLIA_OK;
    GLIA_TRY(glia__phrase_settings(&at, rest, at.end, &g->named, set));
    glia_data *d;
    GLIA_TRY(glia__data_new(&d, text));
    glia_status status = make(g, set, d);
    if (status == GLIA_OK)
        *data = d;
    else
        glia_data_free(d);
    return status;
}
