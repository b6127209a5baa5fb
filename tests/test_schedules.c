/* Schedules: PyTorch's numbers (golden), the formulas, and mistakes. All is in double whatever the build. */
#include "golden.h"
#include "help.h"
#include "model/model.h"

/* ---- golden: the rate of each step ------------------------------------------------------------------------------ */

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
    {"schedule_multistep", "multistep 5:6:20 gamma=0.5", 40},
    {"schedule_multistep", "multistep at=5s:15%:50% gamma=0.5", 40},
    {"schedule_warm_restarts", "warm_restarts 8 mult=2 min=0.002", 40},
    {"schedule_warm_restarts", "warm_restarts over=20% mult=2 min=0.002", 40},
    {"schedule_one_cycle", "one_cycle 1", 40},
    {"schedule_one_cycle_linear3", "one_cycle max_lr=1 anneal=linear three_phase=yes", 40},
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

static void momentum_goes_the_other_way(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"optimizers_torch/schedule_one_cycle", "one_cycle 1 cycle_momentum=yes"},
        {"optimizers_torch/schedule_one_cycle_linear3", "one_cycle 1 anneal=linear three_phase=yes"}};
    for (size_t i = 0; i < 2; i++) {
        golden_case   *c = golden_open(cases[i][0]);
        double         momentum[40];
        glia__schedule s;
        assert_int_equal(GLIA_OK, glia__schedule_parse(&s, cases[i][1]));
        for (size_t k = 0; k < 40; k++) momentum[k] = glia__schedule_momentum(&s, k, 40, 7);
        golden_expect_doubles(golden_get(c, "momentum"), momentum, golden_tolerance_double(c));
        golden_close(c);
    }
    static const char *const still[] = {"one_cycle 1 cycle_momentum=no", "cosine", "plateau"};
    for (size_t i = 0; i < 3; i++) {
        glia__schedule s;
        assert_int_equal(GLIA_OK, glia__schedule_parse(&s, still[i]));
        assert_true(isnan(glia__schedule_momentum(&s, 3, 40, 7)));
    }
}

/* What plateau remembers is its state: with it alone another schedule goes on. */
static void plateaus_are_pytorchs(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"optimizers_torch/schedule_plateau_min", "plateau factor=0.5 patience=2"},
        {"optimizers_torch/schedule_plateau_max_abs",
         "plateau 0.3 mode=max threshold_mode=abs patience=1 threshold=1e-3 cooldown=3 min_lr=0.002"}};
    for (size_t i = 0; i < 2; i++) {
        golden_case   *c = golden_open(cases[i][0]);
        const double  *metric = golden_get(c, "metric")->values;
        double         rates[40];
        glia__schedule s, other;
        assert_int_equal(GLIA_OK, glia__schedule_parse(&s, cases[i][1]));
        for (size_t k = 0; k < 40; k++) {
            rates[k] = glia__schedule_rate(&s, 0.1, k, 40, 1);
            glia__schedule_observe(&s, 0.1, metric[k]);
            glia__schedule_observe(&s, 0.1, (double)NAN); /* nothing measured: not looked at */
            assert_int_equal(GLIA_OK, glia__schedule_parse(&other, cases[i][1]));
            memcpy(other.state, s.state, sizeof s.state);
            s = other;
            for (size_t j = 0; j < GLIA__SCHEDULE_STATE; j++) assert_true(isfinite(s.state[j]));
        }
        golden_expect_doubles(golden_get(c, "lr"), rates, golden_tolerance_double(c));
        golden_close(c);
    }
}

/* After three values that are no better: what the modes call better, and how small a fall is not made. */
static void plateau_in_its_modes(void **state)
{
    (void)state;
    static const struct {
        const char *schedule;
        double      values[4], rate; /* of a base of 2 */
    } cases[] = {
        {"plateau patience=2", {1, 1, 1, 1}, 0.2},
        {"plateau patience=3", {1, 1, 1, 1}, 2},
        {"plateau patience=2", {1, 1, 1, 0.9}, 2},
        {"plateau patience=2 threshold=0.2", {1, 1, 1, 0.9}, 0.2},
        {"plateau patience=2 threshold=0.2 threshold_mode=abs", {1, 1, 1, 0.7}, 2},
        {"plateau patience=2 mode=max", {1, 0.9, 0.8, 0.7}, 0.2},
        {"plateau patience=2 mode=max", {1, 0.9, 0.8, 1.1}, 2},
        {"plateau patience=0", {1, 1, 1, 1}, 0.002},
        {"plateau patience=0 cooldown=1", {1, 1, 1, 1}, 0.02},
        {"plateau patience=0 min_lr=0.5", {1, 1, 1, 1}, 0.5},
        {"plateau patience=2 eps=5", {1, 1, 1, 1}, 2},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        glia__schedule s;
        assert_int_equal(GLIA_OK, glia__schedule_parse(&s, cases[i].schedule));
        for (size_t k = 0; k < 4; k++) glia__schedule_observe(&s, 2, cases[i].values[k]);
        double rate = glia__schedule_rate(&s, 2, 9, 10, 1);
        if (!golden_near(rate, cases[i].rate, 1e-13, 0)) fail_msg("%s: %.17g", cases[i].schedule, rate);
    }
    glia__schedule s;
    assert_int_equal(GLIA_OK, glia__schedule_parse(&s, "cosine"));
    glia__schedule_observe(&s, 2, 1); /* the others look at nothing */
    assert_true(s.state[0] == 0);
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
    {"multistep 2:4", 9, 100, 5, 2},
    {"multistep 2:4", 10, 100, 5, 0.2},
    {"multistep 2:4", 20, 100, 5, 0.02},
    {"multistep 10%:2:15s gamma=0.5", 15, 100, 5, 0.25}, /* in any order */
    {"multistep 3s gamma=0.5 warmup=4s", 6, 100, 5, 2},
    {"warm_restarts 2", 5, 100, 5, 1},
    {"warm_restarts 2", 10, 100, 5, 2},
    {"warm_restarts 2", 95, 100, 5, 1},
    {"warm_restarts 10s mult=3", 25, 100, 5, 1}, /* 10 and then 30 steps */
    {"warm_restarts 10s mult=3 min=1", 40, 100, 5, 2},
    {"one_cycle 4", 0, 100, 5, 0.16},
    {"one_cycle 4 div_factor=2", 0, 100, 5, 2}, /* whatever the base */
    {"one_cycle 4 pct_start=0.5", 49, 100, 5, 4},
    {"one_cycle 4 final_div_factor=4", 99, 100, 5, 0.04},
    {"one_cycle 4 final_div_factor=4", 1000, 100, 5, 0.04},
    {"one_cycle 4 pct_start=0.11 anneal=linear", 5, 100, 5, 2.08}, /* half way from 0.16 */
    {"one_cycle 4 pct_start=0.41 three_phase=yes", 80, 100, 5, 0.16},
    {"plateau", 50, 100, 5, 2},
    {"plateau warmup=4s", 0, 100, 5, 0.5},
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
    static const char *const schedules[] = {"step 1e-6",
                                            "exponential 0.5 size=1e-6%",
                                            "cosine over=1e-6s",
                                            "cosine warmup=99%",
                                            "step 100% warmup=100%",
                                            "exponential 0 size=50%",
                                            "cosine min=5",
                                            "multistep 0:0",
                                            "multistep 100%:1e9",
                                            "warm_restarts 1e-6s",
                                            "warm_restarts 0.5s mult=7",
                                            "one_cycle 1 pct_start=0",
                                            "one_cycle 1 pct_start=1",
                                            "one_cycle 1 three_phase=yes pct_start=0.5",
                                            "one_cycle 0 pct_start=0.2"};
    for (size_t i = 0; i < sizeof schedules / sizeof *schedules; i++)
        for (size_t total = 1; total < 20; total++)
            for (size_t k = 0; k < total + 3; k++) {
                double rate = rate_at(schedules[i], k, total, 3);
                assert_true(isfinite(rate) && rate >= 0);
            }
}

/* ---- in a fit -------------------------------------------------------------------------------------------------- */

static glia_model *fitted(const glia_data *d, const glia_data *validation, const char *optimizer, const char *schedule)
{
    glia_model *m;
    EXPECT_OK(glia_model_new(&m, "dense 3, softmax", d, 1));
    EXPECT_OK(glia_fit(
        m, d, validation,
        &(glia_fit_options){
            .epochs = 5, .batch = GLIA_FULL_BATCH, .no_shuffle = true, .optimizer = optimizer, .schedule = schedule}));
    return m;
}

/* Steps too small to change anything: no epoch is better than the first. */
static void a_plateau_is_told_of_each_epoch(void **state)
{
    (void)state;
    static const double rates[] = {1, 1, 0.5, 0.25, 0.125};
    glia_data          *d = class_data(1, 30, 4, 3);
    for (size_t v = 0; v < 2; v++) { /* by the loss of the training, or of the validation rows */
        glia_model *m = fitted(d, v ? d : NULL, "sgd lr=1e-30", "plateau 0.5 patience=0 eps=0");
        for (size_t e = 0; e < 5; e++)
            assert_true(golden_near(m->history[e].learning_rate, 1e-30 * rates[e], 1e-12, 0));
        glia_model_free(m);
    }
    glia_data_free(d);
}

/* The rates that a run had, by the definition in plateau.c (patience=0, factor=0.5) from what it told of its epochs. */
static void accuracy_is_better_when_larger(void **state)
{
    (void)state;
    glia_data  *d = class_data(1, 60, 4, 3);
    glia_model *m;
    double      rate = 0.3, best = -1;
    size_t      better = 0, worse = 0;
    EXPECT_OK(glia_model_new(&m, "dense 3, softmax", d, 1));
    EXPECT_OK(glia_fit(
        m, d, d,
        &(glia_fit_options){
            .epochs = 12, .optimizer = "sgd lr=0.3", .schedule = "plateau 0.5 patience=0", .monitor = "val_accuracy"}));
    for (size_t e = 0; e < 12; e++) {
        assert_true(golden_near(m->history[e].learning_rate, rate, 1e-12, 0));
        bool rises = m->history[e].val_accuracy > best * (1 + 1e-4);
        if (rises || e == 0) best = m->history[e].val_accuracy, better++;
        if (!rises && e) rate /= 2, worse++;
    }
    assert_true(better > 2 && worse > 0);
    glia_model_free(m);
    glia_data_free(d);
}

static void a_mode_against_the_metric(void **state)
{
    (void)state;
    static const struct {
        const char *schedule, *monitor, *sentence;
    } cases[] = {
        {"plateau mode=min", "val_accuracy",
         "schedule: plateau has mode=min, but it watches val_accuracy, of which larger is better"},
        {"plateau mode=max", NULL,
         "schedule: plateau has mode=max, but it watches val_loss, of which smaller is better"},
        {"plateau mode=max", "val_accuracy", NULL},
        {"plateau mode=min", "loss", NULL},
    };
    glia_data *d = class_data(1, 30, 4, 3);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        glia_model            *m, *start;
        const glia_fit_options o = {.epochs = 1, .schedule = cases[i].schedule, .monitor = cases[i].monitor};
        EXPECT_OK(glia_model_new(&m, "dense 3, softmax", d, 1));
        EXPECT_OK(glia_model_new(&start, "dense 3, softmax", d, 1));
        if (cases[i].sentence) {
            EXPECT_FAILS(glia_fit(m, d, d, &o), GLIA_E_TEXT, cases[i].sentence);
            assert_memory_equal(m->parameters, start->parameters, m->n_parameters * sizeof *m->parameters);
        } else {
            EXPECT_OK(glia_fit(m, d, d, &o));
        }
        glia_model_free(m);
        glia_model_free(start);
    }
    glia_data_free(d);
}

static void a_fit_moves_the_momentum(void **state)
{
    (void)state;
    glia_data  *d = class_data(1, 30, 4, 3);
    glia_model *moved = fitted(d, NULL, "momentum 0.1", "one_cycle 0.1 base_momentum=0.5 max_momentum=0.5");
    glia_model *said = fitted(d, NULL, "sgd 0.1 momentum=0.5", "one_cycle 0.1 cycle_momentum=no");
    glia_model *other = fitted(d, NULL, "momentum 0.1", "one_cycle 0.1");
    assert_memory_equal(moved->parameters, said->parameters, said->n_parameters * sizeof(glia_real));
    assert_memory_not_equal(moved->parameters, other->parameters, said->n_parameters * sizeof(glia_real));
    glia_model_free(moved);
    glia_model_free(said);
    glia_model_free(other);
    glia_data_free(d);
}

/* ---- mistakes -------------------------------------------------------------------------------------------------- */

static void texts_that_are_no_schedule(void **state)
{
    (void)state;
    static const struct {
        const char *text, *sentence;
    } mistakes[] = {
        {"", "schedule:1:1: the name of the schedule is missing; there are constant, step, multistep, "
             "exponential, cosine, warm_restarts, one_cycle, plateau"},
        {"cosin", "schedule:1:1: there is no schedule \"cosin\"; did you mean cosine? there are constant, step, "
                  "multistep, exponential, cosine, warm_restarts, one_cycle, plateau"},
        {"step", "schedule:1:5: step: size must be given"},
        {"step 0", "schedule:1:6: step: size must be at least 1e-06, not 0"},
        {"step 5m",
         "schedule:1:6: step: size must be epochs (10), steps (500s) or a share of the run (5%), not \"5m\""},
        {"exponential", "schedule:1:12: exponential: gamma must be given"},
        {"one_cycle", "schedule:1:10: one_cycle: max_lr must be given"},
        {"one_cycle 0.1 warmup=3",
         "schedule:1:15: one_cycle: \"warmup\" is not a setting; it has max_lr, pct_start, div_factor, "
         "final_div_factor, anneal, three_phase, cycle_momentum, base_momentum, max_momentum"},
        {"one_cycle 0.1 pct_start=1.5", "schedule:1:15: one_cycle: pct_start must be from 0 to 1, not 1.5"},
        {"one_cycle 0.1 anneal=sine", "schedule:1:15: one_cycle: anneal must be one of cos, linear, not \"sine\""},
        {"one_cycle 0.1 div_factor=0", "schedule:1:15: one_cycle: div_factor must be at least 1e-06, not 0"},
        {"one_cycle 0.1 three_phase=yes pct_start=0.6",
         "schedule:1:1: one_cycle: three_phase needs a pct_start of at most 0.5"},
        {"one_cycle 0.1 base_momentum=0.99", "schedule:1:1: one_cycle: base_momentum is larger than max_momentum"},
        {"multistep", "schedule:1:10: multistep: at must be given"},
        {"multistep 5:x", "schedule:1:1: multistep: at must be times with : between them, each in epochs (10), steps "
                          "(500s) or a share of the run (5%), not \"5:x\""},
        {"multistep 5:", "schedule:1:1: multistep: at must be times with : between them, each in epochs (10), steps "
                         "(500s) or a share of the run (5%), not \"5:\""},
        {"multistep 120%", "schedule:1:1: multistep: at must be times with : between them, each in epochs (10), steps "
                           "(500s) or a share of the run (5%), not \"120%\""},
        {"multistep -1", "schedule:1:1: multistep: at must be times with : between them, each in epochs (10), steps "
                         "(500s) or a share of the run (5%), not \"-1\""},
        {"warm_restarts", "schedule:1:14: warm_restarts: over must be given"},
        {"warm_restarts 5 mult=0", "schedule:1:17: warm_restarts: mult must be from 1 to 1000, not 0"},
        {"plateau 1", "schedule:1:9: plateau: factor must be from 0 to 0.9999999, not 1"},
        {"plateau mode=least", "schedule:1:9: plateau: mode must be one of min, max, not \"least\""},
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
        cmocka_unit_test(schedules_are_pytorchs),          cmocka_unit_test(momentum_goes_the_other_way),
        cmocka_unit_test(plateaus_are_pytorchs),           cmocka_unit_test(plateau_in_its_modes),
        cmocka_unit_test(rates_follow_the_formulas),       cmocka_unit_test(every_rate_is_finite),
        cmocka_unit_test(a_plateau_is_told_of_each_epoch), cmocka_unit_test(accuracy_is_better_when_larger),
        cmocka_unit_test(a_mode_against_the_metric),       cmocka_unit_test(a_fit_moves_the_momentum),
        cmocka_unit_test(texts_that_are_no_schedule),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
