/* Optimizers, schedules and clipping: PyTorch's numbers (golden), which settings mean what, and mistakes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "golden.h"
#include "ground/real.h"
#include "parts/optimizer.h"

#ifdef GLIA_DOUBLE
enum { IS_DOUBLE = 1 };
#else
enum { IS_DOUBLE = 0 };
#endif

static glia__optim parsed(const char *text)
{
    glia__optim o;
    assert_int_equal(GLIA_OK, glia__optim_parse(&o, text));
    return o;
}

/* ---- golden: 25 steps from p0 ---------------------------------------------------------------------------------- */

enum { STEPS = 25, WEIGHTS = 12, COUNT = 16, SLOTS_MOST = 3 }; /* a weight of 3x4 and its bias of 4 */

static const struct golden_optimizer {
    const char *name, *text;
} golden[] = {
    {"sgd", "sgd 0.05"},
    {"sgd_momentum", "momentum 0.05"},
    {"sgd_momentum_dampening", "sgd 0.05 momentum=0.9 dampening=0.2"},
    {"sgd_nesterov", "nesterov 0.05"},
    {"sgd_nesterov_weight_decay", "sgd 0.05 momentum=0.9 nesterov=yes weight_decay=0.01"},
    {"sgd_weight_decay", "sgd lr=0.05 weight_decay=0.01 momentum=0.9"},
    {"adagrad", "adagrad lr=0.1"},
    {"adagrad_decay", "adagrad 0.1 lr_decay=0.05 initial_accumulator_value=0.1 eps=1e-8 weight_decay=0.01"},
    {"rmsprop", "rmsprop"},
    {"rmsprop_momentum", "rmsprop alpha=0.95 momentum=0.9 weight_decay=0.01"},
    {"rmsprop_centered", "rmsprop alpha=0.9 eps=1e-6 centered=yes"},
    {"rmsprop_centered_momentum", "rmsprop alpha=0.9 eps=1e-6 centered=yes momentum=0.5"},
    {"adam", "adam 0.02"},
    {"adam_weight_decay", "adam 0.02 weight_decay=0.01"},
    {"adam_amsgrad", "adam 0.02 beta2=0.9 amsgrad=yes"},
    {"adamw", "adamw 0.02 weight_decay=0.1"},
    {"adamw_amsgrad", "adamw 0.02 beta2=0.9 eps=1e-6 amsgrad=yes"},
};

/* One parameter block of COUNT numbers under a rule, its weight and its bias being two slices. */
typedef struct run {
    glia__optim          o;
    const glia__kernels *k;
    real                 p[COUNT], g[COUNT], state[SLOTS_MOST][COUNT];
} run;

static void run_begin(run *r, const char *text, const glia__kernels *k, const double *p0)
{
    r->o = parsed(text);
    r->k = k;
    assert_true(r->o.slots <= SLOTS_MOST);
    for (size_t i = 0; i < COUNT; i++) {
        r->p[i] = (real)p0[i];
        for (size_t s = 0; s < r->o.slots; s++) r->state[s][i] = (real)glia__optim_start(&r->o, s);
    }
}

static void run_slice(run *r, size_t begin, size_t end, bool decay)
{
    real *slot[SLOTS_MOST];
    for (size_t s = 0; s < SLOTS_MOST; s++) slot[s] = r->state[s] + begin;
    r->o.class->slice(&r->o, r->k, end - begin, decay, r->g + begin, slot, r->p + begin);
}

static void run_step(run *r)
{
    r->o.steps++;
    run_slice(r, 0, WEIGHTS, true);
    run_slice(r, WEIGHTS, COUNT, r->o.decay_bias);
}

/* A (p - c) */
static void quadratic(run *r, const double *a, const double *c)
{
    for (size_t i = 0; i < COUNT; i++) {
        double g = 0;
        for (size_t j = 0; j < COUNT; j++) g += a[i * COUNT + j] * ((double)r->p[j] - c[j]);
        r->g[i] = (real)g;
    }
}

static void expect_golden(const struct golden_optimizer *g, const glia__kernels *k)
{
    char   name[64] = "optimizers_torch/";
    double recorded[STEPS][COUNT], on_quadratic[STEPS][COUNT];
    run    r, q;
    strcat(name, g->name);
    golden_case  *c = golden_open(name), *problem = golden_open("optimizers_torch/problem");
    const double *p0 = golden_get(problem, "p0")->values, *grads = golden_get(problem, "grads")->values;
    const double *a = golden_get(problem, "quad_A")->values, *centre = golden_get(problem, "quad_c")->values;
    run_begin(&r, g->text, k, p0);
    run_begin(&q, g->text, k, p0);
    for (size_t t = 0; t < STEPS; t++) {
        for (size_t i = 0; i < COUNT; i++) r.g[i] = (real)grads[t * COUNT + i];
        run_step(&r);
        quadratic(&q, a, centre);
        run_step(&q);
        for (size_t i = 0; i < COUNT; i++) recorded[t][i] = (double)r.p[i], on_quadratic[t][i] = (double)q.p[i];
    }
    golden_expect_doubles(golden_get(c, "params"), recorded[0], golden_tolerance_of(c));
    golden_expect_doubles(golden_get(c, "quad_params"), on_quadratic[0], golden_tolerance_of(c));
    golden_close(problem);
    golden_close(c);
}

static void optimizers_are_pytorchs(void **state)
{
    (void)state;
    static const char *const isas[] = {"base", "avx2", "avx512"};
    for (size_t i = 0; i < sizeof golden / sizeof *golden; i++) {
        expect_golden(&golden[i], glia__kernels_get());
        for (size_t j = 0; j < 3; j++)
            if (glia__kernels_portable(isas[j])) expect_golden(&golden[i], glia__kernels_portable(isas[j]));
    }
}

/* The texts above say what the cases' hyperparameters say. */
static void the_texts_are_the_cases(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof golden / sizeof *golden; i++) {
        char name[64] = "optimizers_torch/";
        strcat(name, golden[i].name);
        golden_case *c = golden_open(name);
        glia__optim  o = parsed(golden[i].text);
        for (const glia__setting *s = o.class->named.settings; s->name; s++) {
            const glia__value *v = &o.set[s - o.class->named.settings];
            bool               start = strcmp(s->name, "initial_accumulator_value") == 0;
            double             have = s->type == GLIA__YESNO ? v->yes : v->number;
            double             want = golden_setting(c, start ? "initial_accumulator" : s->name, NAN);
            if (!isnan(want)) assert_true(have == want);
            if (isnan(want) && !start && strcmp(s->name, "decay_bias") != 0) assert_true(have == 0);
        }
        golden_close(c);
    }
}

/* ---- settings -------------------------------------------------------------------------------------------------- */

static double setting(const glia__optim *o, const char *name)
{
    const glia__setting *s = o->class->named.settings;
    while (strcmp(s->name, name) != 0) s++;
    const glia__value *v = &o->set[s - o->class->named.settings];
    return s->type == GLIA__YESNO ? v->yes : v->number;
}

static void defaults_are_pytorchs(void **state)
{
    (void)state;
    static const struct {
        const char *text, *setting;
        double      standard;
    } defaults[] = {
        {"sgd", "lr", 0.01},           {"sgd", "momentum", 0},      {"sgd", "dampening", 0},
        {"sgd", "nesterov", 0},        {"sgd", "weight_decay", 0},  {"sgd", "decay_bias", 1},
        {"momentum", "momentum", 0.9}, {"momentum", "nesterov", 0}, {"nesterov", "momentum", 0.9},
        {"nesterov", "nesterov", 1},   {"nesterov", "lr", 0.01},    {"adagrad", "lr", 0.01},
        {"adagrad", "eps", 1e-10},     {"adagrad", "lr_decay", 0},  {"adagrad", "initial_accumulator_value", 0},
        {"rmsprop", "lr", 0.01},       {"rmsprop", "alpha", 0.99},  {"rmsprop", "eps", 1e-8},
        {"rmsprop", "momentum", 0},    {"rmsprop", "centered", 0},  {"adam", "lr", 0.001},
        {"adam", "beta1", 0.9},        {"adam", "beta2", 0.999},    {"adam", "eps", 1e-8},
        {"adam", "weight_decay", 0},   {"adam", "amsgrad", 0},      {"adamw", "weight_decay", 0.01},
        {"adamw", "lr", 0.001},
    };
    for (size_t i = 0; i < sizeof defaults / sizeof *defaults; i++) {
        glia__optim o = parsed(defaults[i].text);
        assert_true(setting(&o, defaults[i].setting) == defaults[i].standard);
    }
    assert_string_equal("adam", parsed(NULL).class->named.name);
}

static void the_rate_may_stand_bare(void **state)
{
    (void)state;
    for (size_t i = 0; i < glia__optim_count(); i++) {
        char text[64];
        strcat(strcpy(text, glia__optim_at(i)->named.name), " 0.125");
        glia__optim o = parsed(text);
        assert_ptr_equal(glia__optim_at(i), o.class);
        assert_true(o.rate == 0.125);
        assert_int_equal(0, o.steps);
        assert_true(o.decay_bias);
    }
}

static void state_is_as_large_as_the_settings_need(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t      slots;
    } cases[] = {{"sgd", 0},
                 {"sgd weight_decay=0.1", 0},
                 {"sgd momentum=0.5", 1},
                 {"momentum", 1},
                 {"momentum momentum=0", 0},
                 {"nesterov", 1},
                 {"adagrad", 1},
                 {"rmsprop", 1},
                 {"rmsprop centered=yes", 2},
                 {"rmsprop momentum=0.5", 2},
                 {"rmsprop centered=yes momentum=0.5", 3},
                 {"adam", 2},
                 {"adam amsgrad=yes", 3},
                 {"adamw", 2}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(cases[i].slots, parsed(cases[i].text).slots);
    glia__optim o = parsed("adagrad initial_accumulator_value=0.5");
    assert_true(glia__optim_start(&o, 0) == 0.5);
    o = parsed("adam");
    assert_true(glia__optim_start(&o, 0) == 0 && glia__optim_start(&o, 1) == 0);
}

static void only_bare_descent_is_plain(void **state)
{
    (void)state;
    static const char *const plain[] = {"sgd", "sgd 0.5", "sgd dampening=0.5", "sgd decay_bias=no",
                                        "momentum momentum=0"};
    static const char *const others[] = {
        "sgd momentum=0.1", "sgd weight_decay=0.1", "momentum", "nesterov", "adagrad", "rmsprop", "adam", "adamw"};
    for (size_t i = 0; i < sizeof plain / sizeof *plain; i++) {
        glia__optim o = parsed(plain[i]);
        assert_true(glia__optim_is_plain(&o));
    }
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        glia__optim o = parsed(others[i]);
        assert_false(glia__optim_is_plain(&o));
    }
}

/* With decay_bias=no the weights go as with weight_decay, the biases as without. */
static void biases_can_be_spared(void **state)
{
    (void)state;
    golden_case  *problem = golden_open("optimizers_torch/problem");
    const double *p0 = golden_get(problem, "p0")->values, *grads = golden_get(problem, "grads")->values;
    for (size_t i = 0; i < glia__optim_count(); i++) {
        static const char *const tails[] = {" 0.1 weight_decay=0.5", " 0.1 weight_decay=0.5 decay_bias=no",
                                            " 0.1 weight_decay=0"};
        run                      r[3];
        for (size_t j = 0; j < 3; j++) {
            char text[96];
            strcat(strcpy(text, glia__optim_at(i)->named.name), tails[j]);
            run_begin(&r[j], text, glia__kernels_get(), p0);
            for (size_t t = 0; t < 3; t++) {
                for (size_t n = 0; n < COUNT; n++) r[j].g[n] = (real)grads[t * COUNT + n];
                run_step(&r[j]);
            }
        }
        assert_memory_equal(r[1].p, r[0].p, WEIGHTS * sizeof(real));
        assert_memory_equal(r[1].p + WEIGHTS, r[2].p + WEIGHTS, (COUNT - WEIGHTS) * sizeof(real));
        assert_memory_not_equal(r[0].p + WEIGHTS, r[2].p + WEIGHTS, (COUNT - WEIGHTS) * sizeof(real));
    }
    golden_close(problem);
}

/* The rate of a step is the optimizer's `rate`, which schedules change, not its setting. */
static void the_rate_can_be_changed(void **state)
{
    (void)state;
    static const double p0[COUNT] = {1};
    for (size_t i = 0; i < glia__optim_count(); i++) {
        run r;
        run_begin(&r, glia__optim_at(i)->named.name, glia__kernels_get(), p0);
        for (size_t n = 0; n < COUNT; n++) r.g[n] = 1;
        r.o.rate = 0;
        run_step(&r);
        assert_true(r.p[0] == 1 && r.p[1] == 0);
        r.o.rate = 0.5;
        run_step(&r);
        assert_true(r.p[0] < 1 && r.p[1] < 0);
    }
}

/* ---- schedules: in double whatever the build ------------------------------------------------------------------- */

static const struct golden_schedule {
    const char *name, *text;
    size_t      total;
} golden_schedules[] = {
    {"schedule_step", "step 7 gamma=0.5", 40},
    {"schedule_step", "step 7s gamma=0.5", 40},
    {"schedule_exponential", "exponential 0.93", 40},
    {"schedule_exponential", "exponential gamma=0.93 size=1s", 40},
    {"schedule_cosine", "cosine over=25 min=0.002", 40},
    {"schedule_cosine", "cosine over=62.5% min=0.002", 40},
    {"schedule_warmup_cosine", "cosine warmup=6 min=0.002", 30},
    {"schedule_warmup_cosine", "cosine warmup=6s over=24s min=0.002", 30},
    {"schedule_warmup_cosine", "cosine warmup=20% min=0.002", 30},
};

static void schedules_are_pytorchs(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof golden_schedules / sizeof *golden_schedules; i++) {
        const struct golden_schedule *g = &golden_schedules[i];
        char                          name[64] = "optimizers_torch/";
        double                        rates[40];
        strcat(name, g->name);
        golden_case *c = golden_open(name);
        for (size_t k = 0; k < 40; k++)
            assert_int_equal(GLIA_OK, glia_schedule_rate(g->text, 0.1, k, g->total, 1, &rates[k]));
        golden_expect_doubles(golden_get(c, "lr"), rates, golden_tolerance_double(c));
        golden_close(c);
    }
}

static double rate_at(const char *schedule, size_t k, size_t total, size_t per_epoch)
{
    double rate;
    assert_int_equal(GLIA_OK, glia_schedule_rate(schedule, 2, k, total, per_epoch, &rate));
    return rate;
}

static const struct {
    const char *schedule;
    size_t      k, total, per_epoch;
    double      rate; /* of a base of 2 */
} rate_cases[] = {
    {NULL, 5, 10, 5, 2},
    {"constant", 9, 10, 5, 2},
    {"constant warmup=4s", 0, 10, 5, 0.5},
    {"constant warmup=4s", 3, 10, 5, 2},
    {"constant warmup=4s", 4, 10, 5, 2},
    {"constant warmup=2", 4, 100, 5, 1},         /* two epochs are ten steps */
    {"constant warmup=10%", 4, 100, 5, 1},       /* so is a tenth of a hundred */
    {"constant warmup=2.6s", 1, 10, 5, 4.0 / 3}, /* rounds to three steps */
    {"constant warmup=100%", 9, 10, 5, 2},
    {"constant warmup=1000s", 9, 10, 5, 0.02},
    {"step 2 gamma=0.5", 9, 100, 5, 2}, /* falls after each two epochs of five steps */
    {"step 2 gamma=0.5", 10, 100, 5, 1},
    {"step 2 gamma=0.5", 29, 100, 5, 0.5},
    {"step 0.4 gamma=0.5", 2, 100, 5, 1},
    {"step 25% gamma=0.5", 24, 100, 5, 2},
    {"step 25% gamma=0.5", 50, 100, 5, 0.5},
    {"step 3s", 3, 100, 5, 0.2},
    {"step 3s warmup=4s", 6, 100, 5, 2}, /* counts from the end of the warm-up */
    {"step 3s warmup=4s", 7, 100, 5, 0.2},
    {"exponential 0.5", 4, 100, 5, 2}, /* epoch by epoch */
    {"exponential 0.5", 5, 100, 5, 1},
    {"exponential 0.5", 14, 100, 5, 0.5},
    {"exponential 0.25 size=2", 5, 100, 5, 1},
    {"exponential 0.25 size=10s", 5, 100, 5, 1}, /* step by step */
    {"exponential 0.25 size=50%", 25, 100, 5, 1},
    {"cosine", 0, 100, 5, 2},
    {"cosine", 50, 100, 5, 1},
    {"cosine", 100, 100, 5, 0},
    {"cosine", 1000, 100, 5, 0}, /* stays there after the run */
    {"cosine min=1", 50, 100, 5, 1.5},
    {"cosine over=10", 25, 100, 5, 1},
    {"cosine over=10", 100, 100, 5, 2}, /* over at 50, risen again at 100 */
    {"cosine warmup=20s", 60, 100, 5, 1},
    {"cosine warmup=20s over=50%", 40, 100, 5, 1}, /* half of what is left, half way down */
    {"cosine warmup=100%", 100, 100, 5, 0},
};

static void rates_follow_the_formulas(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rate_cases / sizeof *rate_cases; i++) {
        double got = rate_at(rate_cases[i].schedule, rate_cases[i].k, rate_cases[i].total, rate_cases[i].per_epoch);
        if (!golden_near(got, rate_cases[i].rate, 1e-13, 1e-15))
            fail_msg("%s at %zu: %.17g, not %.17g", rate_cases[i].schedule, rate_cases[i].k, got, rate_cases[i].rate);
    }
}

static void every_rate_is_finite(void **state)
{
    (void)state;
    static const char *const schedules[] = {"step 1e-6",         "exponential 0.5 size=1e-6%", "cosine over=1e-6s",
                                            "cosine warmup=99%", "step 100% warmup=100%",      "exponential 0 size=50%",
                                            "cosine min=5"};
    for (size_t i = 0; i < sizeof schedules / sizeof *schedules; i++)
        for (size_t total = 1; total < 20; total++)
            for (size_t k = 0; k < total + 3; k++) {
                double rate = rate_at(schedules[i], k, total, 3);
                assert_true(isfinite(rate) && rate >= 0);
            }
}

/* ---- clipping -------------------------------------------------------------------------------------------------- */

/* The kernels' part of it; the norm of gradients is taken in double, of what `real` holds of them. */
static void clipping_is_pytorchs(void **state)
{
    (void)state;
    static const struct {
        const char *clipped;
        double      most;
    } cases[] = {{"clipped_norm2_max1", 1}, {"clipped_norm2_max100", 100}};
    const glia__kernels *k = glia__kernels_get();
    golden_case         *c = golden_open("optimizers_torch/clip_grad");
    const golden_array  *grads = golden_get(c, "grads");
    golden_tolerance     exact = golden_tolerance_double(c);
    golden_tolerance     rounded = IS_DOUBLE ? exact : (golden_tolerance){1e-6, 1e-7};
    for (size_t i = 0; i < 2; i++) {
        real  *g = golden_reals(grads);
        double squares = 0, norm = sqrt(k->sum_squares(grads->count, g));
        for (size_t j = 0; j < grads->count; j++) squares += (double)g[j] * (double)g[j];
        assert_true(golden_near(norm, sqrt(squares), exact.rtol, exact.atol));
        golden_expect_doubles(golden_get(c, "total_norm2_max1"), &norm, rounded);
        k->multiply(grads->count, (real)fmin(1, cases[i].most / (norm + 1e-6)), g);
        golden_expect_reals(golden_get(c, cases[i].clipped), g, rounded);
        free(g);
    }
    real *g = golden_reals(grads);
    k->limit(grads->count, (real)0.75, g);
    golden_expect_reals(golden_get(c, "clipped_value_075"), g, rounded);
    free(g);
    golden_close(c);
}

/* ---- mistakes -------------------------------------------------------------------------------------------------- */

static void texts_that_are_no_optimizer(void **state)
{
    (void)state;
    static const struct {
        const char *text, *sentence;
    } mistakes[] = {
        {"",
         "optimizer:1:1: the name of the optimizer is missing; there are sgd, momentum, nesterov, adagrad, rmsprop, "
         "adam, adamw"},
        {"adma", "optimizer:1:1: there is no optimizer \"adma\"; did you mean adam? there are sgd, momentum, nesterov, "
                 "adagrad, rmsprop, adam, adamw"},
        {"sgd rate=0.1",
         "optimizer:1:5: sgd: \"rate\" is not a setting; it has lr, weight_decay, decay_bias, momentum, "
         "dampening, nesterov"},
        {"sgd lr=-0.1", "optimizer:1:5: sgd: lr must be at least 0, not -0.1"},
        {"sgd lr=fast", "optimizer:1:5: sgd: lr must be a number, not \"fast\""},
        {"sgd lr=nan", "optimizer:1:5: sgd: lr must be a finite number, not \"nan\""},
        {"sgd 0.1 lr=0.1", "optimizer:1:9: sgd: lr is given twice"},
        {"sgd 0.1 0.9",
         "optimizer:1:9: sgd: \"0.9\" is one value too many; it has lr, weight_decay, decay_bias, momentum, "
         "dampening, nesterov"},
        {"adam beta1=1", "optimizer:1:6: adam: beta1 must be from 0 to 0.9999999, not 1"},
        {"adam\n amsgrad=on", "optimizer:2:2: adam: amsgrad must be yes or no, not \"on\""},
        {"rmsprop alpha=1", "optimizer:1:9: rmsprop: alpha must be from 0 to 0.9999999, not 1"},
        {"sgd nesterov=yes", "optimizer:1:1: sgd: nesterov needs a momentum above 0 and a dampening of 0"},
        {"nesterov dampening=0.5", "optimizer:1:1: nesterov: nesterov needs a momentum above 0 and a dampening of 0"},
        {"nesterov momentum=0", "optimizer:1:1: nesterov: nesterov needs a momentum above 0 and a dampening of 0"},
    };
    for (size_t i = 0; i < sizeof mistakes / sizeof *mistakes; i++) {
        glia__optim o = {.steps = 77};
        assert_int_equal(GLIA_E_TEXT, glia__optim_parse(&o, mistakes[i].text));
        assert_string_equal(mistakes[i].sentence, glia_error());
        assert_int_equal(77, o.steps);
    }
}

static void texts_that_are_no_schedule(void **state)
{
    (void)state;
    static const struct {
        const char *text, *sentence;
    } mistakes[] = {
        {"", "schedule:1:1: the name of the schedule is missing; there are constant, step, exponential, cosine"},
        {"cosin",
         "schedule:1:1: there is no schedule \"cosin\"; did you mean cosine? there are constant, step, exponential, "
         "cosine"},
        {"step", "schedule:1:5: step: size must be given"},
        {"step 0", "schedule:1:6: step: size must be at least 1e-06, not 0"},
        {"step 5m",
         "schedule:1:6: step: size must be epochs (10), steps (500s) or a share of the run (5%), not \"5m\""},
        {"exponential", "schedule:1:12: exponential: gamma must be given"},
        {"cosine warmup=200%", "schedule:1:8: cosine: warmup must be from 0 to 100, not 200%"},
    };
    double rate = 77;
    for (size_t i = 0; i < sizeof mistakes / sizeof *mistakes; i++) {
        assert_int_equal(GLIA_E_TEXT, glia_schedule_rate(mistakes[i].text, 0.1, 0, 10, 1, &rate));
        assert_string_equal(mistakes[i].sentence, glia_error());
    }
    assert_int_equal(GLIA_E_ARG, glia_schedule_rate("cosine", 0.1, 0, 10, 1, NULL));
    assert_int_equal(GLIA_E_ARG, glia_schedule_rate("cosine", 0.1, 0, 0, 1, &rate));
    assert_int_equal(GLIA_E_ARG, glia_schedule_rate("cosine", 0.1, 0, 10, 0, &rate));
    assert_int_equal(GLIA_E_ARG, glia_schedule_rate("cosine", (double)NAN, 0, 10, 1, &rate));
    assert_int_equal(GLIA_E_ARG, glia_schedule_rate("cosine", -1, 0, 10, 1, &rate));
    assert_true(rate == 77);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(optimizers_are_pytorchs),
        cmocka_unit_test(the_texts_are_the_cases),
        cmocka_unit_test(defaults_are_pytorchs),
        cmocka_unit_test(the_rate_may_stand_bare),
        cmocka_unit_test(state_is_as_large_as_the_settings_need),
        cmocka_unit_test(only_bare_descent_is_plain),
        cmocka_unit_test(biases_can_be_spared),
        cmocka_unit_test(the_rate_can_be_changed),
        cmocka_unit_test(schedules_are_pytorchs),
        cmocka_unit_test(rates_follow_the_formulas),
        cmocka_unit_test(every_rate_is_finite),
        cmocka_unit_test(clipping_is_pytorchs),
        cmocka_unit_test(texts_that_are_no_optimizer),
        cmocka_unit_test(texts_that_are_no_schedule),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
