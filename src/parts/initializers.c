/* The initializers. Each draws from NumPy's stream, one number after the other, so that five lines of NumPy give the
 * same: uniform(-a, a) or normal(0, sd) of a RandomState, of the shape [in][out].
 *
 *   xavier_uniform  a  = sqrt(6 / (in + out))                             Glorot and Bengio 2010
 *   xavier_normal   sd = sqrt(2 / (in + out))
 *   he_uniform      a  = sqrt(6 / in)                                     He et al. 2015
 *   he_normal       sd = sqrt(2 / in)
 *   lecun           sd = sqrt(1 / in)                                     LeCun et al. 1998
 *   torch           a  = 1 / sqrt(in), where torch.nn.Linear starts its weights and its biases
 *
 * `in` and `out` are the layer's, for its bias too. Arguments follow the name after colons, as in `normal:0:0.1`, since
 * in a net text an initializer is the value of a setting and ends at white space.
 */
#include "parts/initializer.h"

#include <string.h>

#include "ground/real.h"

static void uniform_draws(glia_rng *rng, double low, double high, size_t count, double *values)
{
    for (size_t i = 0; i < count; i++) values[i] = glia_rng_uniform(rng, low, high);
}

static void normal_draws(glia_rng *rng, double mean, double sd, size_t count, double *values)
{
    for (size_t i = 0; i < count; i++) values[i] = mean + sd * glia_rng_randn(rng);
}

/* ---- with arguments -------------------------------------------------------------------------------------------- */

/* clang-format off */
#define ARGUMENT(name, standard, help) {name, GLIA__NUMBER, standard, -HUGE_VAL, HUGE_VAL, true, NULL, help}
/* clang-format on */

static void zeros(const double *argument, glia_rng *rng, size_t in, size_t out, size_t count, double *values)
{
    (void)argument, (void)rng, (void)in, (void)out;
    for (size_t i = 0; i < count; i++) values[i] = 0;
}

static const glia__setting constant_settings[] = {ARGUMENT("value", NULL, "of every number"), {0}};

static void constant(const double *argument, glia_rng *rng, size_t in, size_t out, size_t count, double *values)
{
    (void)rng, (void)in, (void)out;
    for (size_t i = 0; i < count; i++) values[i] = argument[0];
}

static const glia__setting uniform_settings[] = {
    ARGUMENT("low", NULL, "least"), ARGUMENT("high", NULL, "all are below this"), {0}};

static void uniform(const double *argument, glia_rng *rng, size_t in, size_t out, size_t count, double *values)
{
    (void)in, (void)out;
    uniform_draws(rng, argument[0], argument[1], count, values);
}

static const glia__setting normal_settings[] = {
    ARGUMENT("mean", "0", "mean"), {"sd", GLIA__NUMBER, "1", 0, HUGE_VAL, true, NULL, "standard deviation"}, {0}};

static void normal(const double *argument, glia_rng *rng, size_t in, size_t out, size_t count, double *values)
{
    (void)in, (void)out;
    normal_draws(rng, argument[0], argument[1], count, values);
}

/* ---- by the size of the layer ---------------------------------------------------------------------------------- */

static void xavier_uniform(const double *argument, glia_rng *rng, size_t in, size_t out, size_t count, double *values)
{
    (void)argument;
    double a = sqrt(6 / ((double)in + (double)out));
    uniform_draws(rng, -a, a, count, values);
}

static void xavier_normal(const double *argument, glia_rng *rng, size_t in, size_t out, size_t count, double *values)
{
    (void)argument;
    normal_draws(rng, 0, sqrt(2 / ((double)in + (double)out)), count, values);
}

static void he_uniform(const double *argument, glia_rng *rng, size_t in, size_t out, size_t count, double *values)
{
    (void)argument, (void)out;
    double a = sqrt(6 / (double)in);
    uniform_draws(rng, -a, a, count, values);
}

static void he_normal(const double *argument, glia_rng *rng, size_t in, size_t out, size_t count, double *values)
{
    (void)argument, (void)out;
    normal_draws(rng, 0, sqrt(2 / (double)in), count, values);
}

static void lecun(const double *argument, glia_rng *rng, size_t in, size_t out, size_t count, double *values)
{
    (void)argument, (void)out;
    normal_draws(rng, 0, sqrt(1 / (double)in), count, values);
}

static void torch(const double *argument, glia_rng *rng, size_t in, size_t out, size_t count, double *values)
{
    (void)argument, (void)out;
    double a = 1 / sqrt((double)in);
    uniform_draws(rng, -a, a, count, values);
}

/* ---- the table ------------------------------------------------------------------------------------------------- */

static const glia__init_class classes[] = {
    {{"zeros", "all 0", glia__no_settings}, zeros},
    {{"constant", "all the same: constant:0.5", constant_settings}, constant},
    {{"uniform", "evenly between two numbers: uniform:-0.5:0.5", uniform_settings}, uniform},
    {{"normal", "normal, of this mean and deviation: normal:0:0.1", normal_settings}, normal},
    {{"xavier", "the same as xavier_uniform", glia__no_settings}, xavier_uniform},
    {{"xavier_uniform", "uniform within sqrt(6 / (in + out)) of 0", glia__no_settings}, xavier_uniform},
    {{"xavier_normal", "normal, of variance 2 / (in + out)", glia__no_settings}, xavier_normal},
    {{"he", "the same as he_normal", glia__no_settings}, he_normal},
    {{"he_uniform", "uniform within sqrt(6 / in) of 0", glia__no_settings}, he_uniform},
    {{"he_normal", "normal, of variance 2 / in", glia__no_settings}, he_normal},
    {{"lecun", "normal, of variance 1 / in", glia__no_settings}, lecun},
    {{"torch", "uniform within 1 / sqrt(in) of 0, as torch.nn.Linear", glia__no_settings}, torch},
};

enum { COUNT = sizeof classes / sizeof *classes };

size_t glia__init_count(void)
{
    return COUNT;
}

const glia__init_class *glia__init_at(size_t i)
{
    return &classes[i];
}

/* ---- using one ------------------------------------------------------------------------------------------------- */

/* `normal:0:0.1` is read as the phrase `normal 0 0.1`. */
static glia_status parse(const char *text, const glia__init_class **class, glia__value *values)
{
    const glia__named *names[COUNT];
    char               phrase[sizeof((glia__param *)0)->init];
    size_t             which, n = strlen(text);
    for (size_t i = 0; i < COUNT; i++) names[i] = &classes[i].named;
    if (n >= sizeof phrase) return glia__fail(GLIA_E_TEXT, "an initializer is too long: \"%.40s...\"", text);
    memcpy(phrase, text, n + 1);
    for (char *c = phrase; *c; c++)
        if (*c == ':') *c = ' ';
    GLIA_TRY(glia__phrase_read(NULL, "initializer", phrase, names, COUNT, &which, values));
    *class = &classes[which];
    return GLIA_OK;
}

glia_status glia__init_check(const char *text)
{
    glia__value values[GLIA__SETTINGS_MOST];
    const glia__init_class *class;
    GLIA_TRY(parse(text, &class, values));
    if (class->draw == uniform && values[0].number > values[1].number)
        return glia__fail(GLIA_E_TEXT, "uniform: low must not be above high");
    return GLIA_OK;
}

void glia__init_draw(const char *text, glia_rng *rng, size_t fan_in, size_t fan_out, size_t count, double *values)
{
    glia__value set[GLIA__SETTINGS_MOST];
    double      argument[GLIA__SETTINGS_MOST] = {0};
    const glia__init_class *class;
    if (parse(text, &class, set) != GLIA_OK) return; /* never: the text was checked */
    for (size_t i = 0; i < glia__settings_count(&class->named); i++) argument[i] = set[i].number;
    class->draw(argument, rng, fan_in, fan_out, count, values);
}
