/* Optimizers: PyTorch's numbers (golden), which settings mean what, and mistakes. */
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
    {"adadelta", "adadelta"},
    {"adadelta_weight_decay", "adadelta 0.5 rho=0.95 eps=1e-5 weight_decay=0.01"},
    {"adam", "adam 0.02"},
    {"adam_weight_decay", "adam 0.02 weight_decay=0.01"},
    {"adam_amsgrad", "adam 0.02 beta2=0.9 amsgrad=yes"},
    {"adamw", "adamw 0.02 weight_decay=0.1"},
    {"adamw_amsgrad", "adamw 0.02 beta2=0.9 eps=1e-6 amsgrad=yes"},
    {"adamax", "adamax 0.02"},
    {"adamax_weight_decay", "adamax 0.02 beta2=0.9 weight_decay=0.01"},
    {"nadam", "nadam 0.02"},
    {"nadam_weight_decay", "nadam 0.02 beta2=0.99 momentum_decay=0.1 weight_decay=0.01"},
    {"rprop", "rprop"},
    {"rprop_bounds", "rprop 0.02 eta_minus=0.4 eta_plus=1.5 step_min=5e-3 step_max=0.05"},
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
    glia__optim_advance(&r->o);
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
        {"sgd", "lr", 0.01},
        {"sgd", "momentum", 0},
        {"sgd", "dampening", 0},
        {"sgd", "nesterov", 0},
        {"sgd", "weight_decay", 0},
        {"sgd", "decay_bias", 1},
        {"momentum", "momentum", 0.9},
        {"momentum", "nesterov", 0},
        {"nesterov", "momentum", 0.9},
        {"nesterov", "nesterov", 1},
        {"nesterov", "lr", 0.01},
        {"adagrad", "lr", 0.01},
        {"adagrad", "eps", 1e-10},
        {"adagrad", "lr_decay", 0},
        {"adagrad", "initial_accumulator_value", 0},
        {"rmsprop", "lr", 0.01},
        {"rmsprop", "alpha", 0.99},
        {"rmsprop", "eps", 1e-8},
        {"rmsprop", "momentum", 0},
        {"rmsprop", "centered", 0},
        {"adam", "lr", 0.001},
        {"adam", "beta1", 0.9},
        {"adam", "beta2", 0.999},
        {"adam", "eps", 1e-8},
        {"adam", "weight_decay", 0},
        {"adam", "amsgrad", 0},
        {"adamw", "weight_decay", 0.01},
        {"adamw", "lr", 0.001},
        {"adadelta", "lr", 1},
        {"adadelta", "rho", 0.9},
        {"adadelta", "eps", 1e-6},
        {"adamax", "lr", 0.002},
        {"adamax", "beta1", 0.9},
        {"adamax", "beta2", 0.999},
        {"adamax", "eps", 1e-8},
        {"nadam", "lr", 0.002},
        {"nadam", "beta1", 0.9},
        {"nadam", "beta2", 0.999},
        {"nadam", "eps", 1e-8},
        {"nadam", "momentum_decay", 0.004},
        {"rprop", "lr", 0.01},
        {"rprop", "eta_minus", 0.5},
        {"rprop", "eta_plus", 1.2},
        {"rprop", "step_min", 1e-6},
        {"rprop", "step_max", 50},
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
        if (glia__optim_at(i)->whole) continue;
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
                 {"adamw", 2},
                 {"adadelta", 2},
                 {"adamax", 2},
                 {"nadam", 2},
                 {"rprop", 2},
                 {"lbfgs", 20},
                 {"lbfgs 3", 6}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(cases[i].slots, parsed(cases[i].text).slots);
    glia__optim o = parsed("adagrad initial_accumulator_value=0.5");
    assert_true(glia__optim_start(&o, 0) == 0.5);
    o = parsed("rprop 0.25");
    assert_true(glia__optim_start(&o, 0) == 0 && glia__optim_start(&o, 1) == 0.25);
    o = parsed("adam");
    assert_true(glia__optim_start(&o, 0) == 0 && glia__optim_start(&o, 1) == 0);
}

static void only_bare_descent_is_plain(void **state)
{
    (void)state;
    static const char *const plain[] = {"sgd", "sgd 0.5", "sgd dampening=0.5", "sgd decay_bias=no",
                                        "momentum momentum=0"};
    static const char *const others[] = {"sgd momentum=0.1",
                                         "sgd weight_decay=0.1",
                                         "momentum",
                                         "nesterov",
                                         "adagrad",
                                         "rmsprop",
                                         "adam",
                                         "adamw",
                                         "adadelta",
                                         "adamax",
                                         "nadam",
                                         "rprop",
                                         "lbfgs"};
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
        if (glia__optim_at(i)->whole) continue;
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
        if (glia__optim_at(i)->whole || glia__optim_at(i)->own_rate) continue;
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

/* What a rule remembers is in its blocks, its steps and its memory: with these alone another one goes on. */
static void nothing_else_is_remembered(void **state)
{
    (void)state;
    golden_case  *problem = golden_open("optimizers_torch/problem");
    const double *p0 = golden_get(problem, "p0")->values, *grads = golden_get(problem, "grads")->values;
    for (size_t g = 0; g < sizeof golden / sizeof *golden; g++) {
        run one, other;
        run_begin(&one, golden[g].text, glia__kernels_get(), p0);
        for (size_t t = 0; t < STEPS; t++) {
            if (t == STEPS / 2) {
                run_begin(&other, golden[g].text, glia__kernels_get(), p0);
                memcpy(other.p, one.p, sizeof one.p);
                for (size_t s = 0; s < one.o.slots; s++) memcpy(other.state[s], one.state[s], sizeof one.state[s]);
                memcpy(other.o.memory, one.o.memory, sizeof one.o.memory);
                other.o.steps = one.o.steps;
                one = other;
            }
            for (size_t i = 0; i < COUNT; i++) one.g[i] = (real)grads[t * COUNT + i];
            run_step(&one);
        }
        run whole;
        run_begin(&whole, golden[g].text, glia__kernels_get(), p0);
        for (size_t t = 0; t < STEPS; t++) {
            for (size_t i = 0; i < COUNT; i++) whole.g[i] = (real)grads[t * COUNT + i];
            run_step(&whole);
        }
        assert_memory_equal(whole.p, one.p, sizeof whole.p);
    }
    golden_close(problem);
}

/* A momentum that is moved is the share that is kept from then on: as if the text had said so. */
static void the_momentum_can_be_moved(void **state)
{
    (void)state;
    static const struct {
        const char *text, *moved; /* NULL: has none */
    } cases[] = {{"momentum 0.1", "momentum 0.1 momentum=0.5"},
                 {"nesterov 0.1", "nesterov 0.1 momentum=0.5"},
                 {"rmsprop momentum=0.9", "rmsprop momentum=0.5"},
                 {"adam", "adam beta1=0.5"},
                 {"adamw", "adamw beta1=0.5"},
                 {"adamax", "adamax beta1=0.5"},
                 {"nadam", "nadam beta1=0.5"},
                 {"sgd 0.1", NULL},
                 {"rmsprop", NULL},
                 {"adagrad", NULL},
                 {"adadelta", NULL},
                 {"rprop", NULL},
                 {"adam beta1=0", NULL}};
    static const double p0[COUNT] = {1, 2, 3};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        run moved, said;
        run_begin(&moved, cases[i].text, glia__kernels_get(), p0);
        run_begin(&said, cases[i].moved ? cases[i].moved : cases[i].text, glia__kernels_get(), p0);
        assert_int_equal(cases[i].moved != NULL, glia__optim_has_momentum(&moved.o));
        glia__optim_set_momentum(&moved.o, 0.5);
        for (size_t t = 0; t < 3; t++) {
            for (size_t n = 0; n < COUNT; n++) moved.g[n] = said.g[n] = (real)(n + 1) / (real)(t + 1);
            run_step(&moved);
            run_step(&said);
        }
        assert_memory_equal(said.p, moved.p, sizeof said.p);
    }
}

static void schedules_that_do_not_go_with_it(void **state)
{
    (void)state;
    static const struct {
        const char *optimizer, *schedule, *sentence; /* NULL: they do */
    } cases[] = {
        {"rprop", "constant", NULL},
        {"lbfgs", "constant", NULL},
        {"adam", "cosine warmup=3", NULL},
        {"sgd", "one_cycle 0.1", NULL}, /* moves only the rate */
        {"momentum", "one_cycle 0.1 cycle_momentum=yes", NULL},
        {"sgd", "one_cycle 0.1 cycle_momentum=no", NULL},
        {"rprop", "cosine", "schedule: rprop finds the size of its steps itself, so no schedule goes with it"},
        {"rprop", "constant warmup=1",
         "schedule: rprop finds the size of its steps itself, so no schedule goes with it"},
        {"lbfgs", "plateau", "schedule: lbfgs finds the size of its steps itself, so no schedule goes with it"},
        {"sgd", "one_cycle 0.1 cycle_momentum=yes", "schedule: one_cycle is to move the momentum, and sgd has none"},
        {"adadelta", "one_cycle 0.1 cycle_momentum=yes",
         "schedule: one_cycle is to move the momentum, and adadelta has none"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        glia__optim    o = parsed(cases[i].optimizer);
        glia__schedule s;
        assert_int_equal(GLIA_OK, glia__schedule_parse(&s, cases[i].schedule));
        assert_int_equal(cases[i].sentence ? GLIA_E_TEXT : GLIA_OK, glia__optim_suits(&o, &s));
        if (cases[i].sentence) assert_string_equal(cases[i].sentence, glia_error());
    }
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
         "adadelta, adam, adamw, adamax, nadam, rprop, lbfgs"},
        {"adma", "optimizer:1:1: there is no optimizer \"adma\"; did you mean adam? there are sgd, momentum, nesterov, "
                 "adagrad, rmsprop, adadelta, adam, adamw, adamax, nadam, rprop, lbfgs"},
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
        {"adamax beta1=1", "optimizer:1:8: adamax: beta1 must be from 0 to 0.9999999, not 1"},
        {"nadam amsgrad=yes",
         "optimizer:1:7: nadam: \"amsgrad\" is not a setting; it has lr, weight_decay, decay_bias, "
         "beta1, beta2, eps, momentum_decay"},
        {"adadelta rho=1", "optimizer:1:10: adadelta: rho must be from 0 to 0.9999999, not 1"},
        {"rprop step_min=2 step_max=1", "optimizer:1:1: rprop: step_min is larger than step_max"},
        {"rprop eta_minus=1", "optimizer:1:7: rprop: eta_minus must be from 1e-06 to 0.9999999, not 1"},
        {"rprop eta_plus=0.9", "optimizer:1:7: rprop: eta_plus must be at least 1, not 0.9"},
        {"lbfgs lr=0.1", "optimizer:1:7: lbfgs: \"lr\" is not a setting; it has history, weight_decay, decay_bias, "
                         "tolerance, tries"},
        {"lbfgs 0", "optimizer:1:7: lbfgs: history must be from 1 to 100, not 0"},
        {"lbfgs tries=1", "optimizer:1:7: lbfgs: tries must be from 2 to 1000, not 1"},
        {"nesterov momentum=0", "optimizer:1:1: nesterov: nesterov needs a momentum above 0 and a dampening of 0"},
    };
    for (size_t i = 0; i < sizeof mistakes / sizeof *mistakes; i++) {
        glia__optim o = {.steps = 77};
        assert_int_equal(GLIA_E_TEXT, glia__optim_parse(&o, mistakes[i].text));
        assert_string_equal(mistakes[i].sentence, glia_error());
        assert_int_equal(77, o.steps);
    }
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
        cmocka_unit_test(nothing_else_is_remembered),
        cmocka_unit_test(the_momentum_can_be_moved),
        cmocka_unit_test(schedules_that_do_not_go_with_it),
        cmocka_unit_test(texts_that_are_no_optimizer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
