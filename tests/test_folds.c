/* Groups and times of rows, the splits by them, and folds: against scikit-learn's (golden fold and split), and where
 * there is something to choose. */
#include "data/data.h"
#include "golden.h"
#include "scarce.h"

static size_t rows_of(const glia_data *d)
{
    glia_data_info info;
    glia_data_describe(d, &info);
    return info.rows;
}

/* The rows of a part, as "3 1 2". */
static const char *rows_text(const glia_data *part)
{
    static char text[256];
    *text = '\0';
    for (size_t i = 0; i < rows_of(part); i++)
        snprintf(text + strlen(text), sizeof text - strlen(text), "%s%g", i ? " " : "", glia_data_input(part, i, 0));
    return text;
}

/* ---- against scikit-learn --------------------------------------------------------------------------------------- */

/* The data of a case: classes y, groups or times. */
static glia_data *data_of(const golden_case *c)
{
    const golden_array *y = golden_find(c, "y"), *groups = golden_find(c, "groups"), *times = golden_find(c, "times");
    int32_t            *list = y ? golden_ints(y) : groups ? golden_ints(groups) : NULL;
    glia_data          *d = numbered((y ? y : groups ? groups : times)->count, y ? list : NULL, 4);
    if (groups) EXPECT_OK(glia_data_set_groups(d, list, groups->count));
    if (times) EXPECT_OK(glia_data_set_times(d, times->values, times->count));
    free(list);
    return d;
}

/* Side `name` of fold k; *at is where its rows begin in the case, and moves on. */
static void expect_side(const golden_case *c, const char *name, size_t k, const glia_data *part, size_t *at)
{
    char count[32];
    snprintf(count, sizeof count, "%s_count", name);
    const golden_array *rows = golden_get(c, name);
    assert_int_equal(rows_of(part), golden_get(c, count)->values[k]);
    for (size_t i = 0; i < rows_of(part); i++)
        if (glia_data_input(part, i, 0) != rows->values[*at + i])
            fail_msg("fold %zu, %s: row %zu is %g, not %g", k, name, i, glia_data_input(part, i, 0),
                     rows->values[*at + i]);
    *at += rows_of(part);
}

static const struct kind {
    const char *name;
    glia_split  how;
} folds[] = {
    {"fold/shuffled", GLIA_SPLIT_SHUFFLED},   {"fold/each_row", GLIA_SPLIT_SHUFFLED},
    {"fold/balanced", GLIA_SPLIT_STRATIFIED}, {"fold/unbalanced", GLIA_SPLIT_STRATIFIED},
    {"fold/few", GLIA_SPLIT_STRATIFIED},      {"fold/absent_class", GLIA_SPLIT_STRATIFIED},
    {"fold/groups_few", GLIA_SPLIT_GROUPED},  {"fold/groups_alike", GLIA_SPLIT_GROUPED},
    {"fold/groups_many", GLIA_SPLIT_GROUPED}, {"fold/times", GLIA_SPLIT_LATEST},
    {"fold/times_whole", GLIA_SPLIT_LATEST},
};

static void folds_are_those_of_scikit_learn(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(folds); i++) {
        golden_case *c = golden_open(folds[i].name);
        glia_data   *d = data_of(c), *rest, *held;
        size_t       n = (size_t)golden_setting(c, "folds", 0), at_rest = 0, at_held = 0;
        for (size_t k = 0; k < n; k++) {
            EXPECT_OK(glia_data_fold(d, k, n, folds[i].how, (uint32_t)golden_setting(c, "seed", 0), &rest, &held));
            expect_side(c, "rest", k, rest, &at_rest);
            expect_side(c, "held", k, held, &at_held);
            glia_data_free(rest);
            glia_data_free(held);
        }
        assert_int_equal(at_rest, golden_get(c, "rest")->count);
        glia_data_free(d);
        golden_close(c);
    }
}

static void grouped_splits_are_those_of_scikit_learn(void **state)
{
    static const char *const names[] = {"split/grouped", "split/grouped_many"};
    (void)state;
    for (size_t i = 0; i < COUNT(names); i++) {
        golden_case *c = golden_open(names[i]);
        glia_data   *d = data_of(c), *rest, *held;
        size_t       at_rest = 0, at_held = 0;
        EXPECT_OK(glia_data_split(d, golden_setting(c, "share", 0), GLIA_SPLIT_GROUPED,
                                  (uint32_t)golden_setting(c, "seed", 0), &rest, &held));
        expect_side(c, "rest", 0, rest, &at_rest);
        expect_side(c, "held", 0, held, &at_held);
        glia_data_free(rest);
        glia_data_free(held);
        glia_data_free(d);
        golden_close(c);
    }
}

/* ---- by time ---------------------------------------------------------------------------------------------------- */

static glia_data *timed(const double *times, size_t rows)
{
    glia_data *d = numbered(rows, NULL, 0);
    EXPECT_OK(glia_data_set_times(d, times, rows));
    return d;
}

static void expect_latest(const glia_data *d, double share, const char *rest_rows, const char *held_rows)
{
    glia_data *rest, *held;
    EXPECT_OK(glia_data_split(d, share, GLIA_SPLIT_LATEST, 0, &rest, &held));
    assert_string_equal(rows_text(rest), rest_rows);
    assert_string_equal(rows_text(held), held_rows);
    glia_data_free(rest);
    glia_data_free(held);
}

static void the_latest_rows_are_held(void **state)
{
    static const double times[6] = {5, -1, 3, 0.5, 8, 2}, days[7] = {2, 1, 2, 1, 3, 2, 1}, one[3] = {4, 4, 4};
    glia_data          *d = timed(times, 6), *rest, *held;
    (void)state;
    expect_latest(d, 0.3, "1 3 5 2", "0 4");
    expect_latest(d, 2. / 6, "1 3 5 2", "0 4");
    expect_latest(d, 0.34, "1 3 5", "2 0 4");
    glia_data_free(d);
    d = timed(days, 7);
    expect_latest(d, 0.1, "1 3 6 0 2 5", "4");
    expect_latest(d, 0.3, "1 3 6", "0 2 5 4"); /* three rows, and the other one of the second day */
    EXPECT_FAILS(glia_data_split(d, 0.7, GLIA_SPLIT_LATEST, 0, &rest, &held), GLIA_E_ARG, "too many rows");
    assert_true(!rest && !held);
    glia_data_free(d);
    d = timed(one, 3);
    EXPECT_FAILS(glia_data_split(d, 0.1, GLIA_SPLIT_LATEST, 0, &rest, &held), GLIA_E_ARG, "too many rows");
    glia_data_free(d);
}

static void expect_fold(const glia_data *d, size_t k, size_t n, glia_split how, const char *rest_rows,
                        const char *held_rows)
{
    glia_data *rest, *held;
    EXPECT_OK(glia_data_fold(d, k, n, how, 0, &rest, &held));
    assert_string_equal(rows_text(rest), rest_rows);
    assert_string_equal(rows_text(held), held_rows);
    glia_data_free(rest);
    glia_data_free(held);
}

/* Days are not cut: what begins within one begins with it, and what ends there ends before it. */
static void folds_do_not_part_a_time(void **state)
{
    static const double days[9] = {1, 1, 1, 2, 2, 3, 3, 3, 4};
    glia_data          *d = timed(days, 9), *rest, *held;
    (void)state;
    expect_fold(d, 0, 2, GLIA_SPLIT_TAIL, "0 1 2", "3 4 5");
    expect_fold(d, 1, 2, GLIA_SPLIT_TAIL, "0 1 2 3 4 5", "6 7 8");
    expect_fold(d, 0, 2, GLIA_SPLIT_LATEST, "0 1 2", "3 4");
    expect_fold(d, 1, 2, GLIA_SPLIT_LATEST, "0 1 2 3 4", "5 6 7 8");
    expect_fold(d, 3, 4, GLIA_SPLIT_LATEST, "0 1 2 3 4 5 6 7", "8");
    EXPECT_FAILS(glia_data_fold(d, 0, 8, GLIA_SPLIT_LATEST, 0, &rest, &held), GLIA_E_ARG,
                 "too many rows are of one time for fold 1 of 8");
    assert_true(!rest && !held);
    EXPECT_FAILS(glia_data_fold(d, 0, 9, GLIA_SPLIT_LATEST, 0, &rest, &held), GLIA_E_ARG, "too few for 9 folds");
    glia_data_free(d);
}

/* ---- setting and asking ----------------------------------------------------------------------------------------- */

static void groups_and_times_go_with_their_rows(void **state)
{
    static const int32_t groups[4] = {7, 0, 7, 2};
    static const double  times[4] = {1, 2.5, -3, 4};
    static const size_t  some[2] = {3, 1};
    glia_data           *d = numbered(4, NULL, 0), *view;
    (void)state;
    assert_int_equal(glia_data_group(d, 0), -1);
    assert_true(isnan(glia_data_time(d, 0)));
    EXPECT_OK(glia_data_set_groups(d, groups, 4));
    EXPECT_OK(glia_data_set_groups(d, groups, 4)); /* twice is fine */
    EXPECT_OK(glia_data_set_times(d, times, 4));
    EXPECT_OK(glia_data_rows(d, some, 2, &view));
    assert_int_equal(glia_data_group(view, 0), 2);
    assert_int_equal(glia_data_group(view, 1), 0);
    assert_int_equal(glia_data_group(view, 2), -1);
    assert_true(glia_data_time(view, 0) == 4 && glia_data_time(view, 1) == 2.5 && isnan(glia_data_time(view, 2)));
    assert_true(glia_data_group(NULL, 0) == -1 && isnan(glia_data_time(NULL, 0)));
    assert_null(glia_data_group_name(d));
    assert_null(glia_data_time_name(NULL));
    EXPECT_FAILS(glia_data_set_groups(view, groups, 2), GLIA_E_ARG, "before they are chosen");
    EXPECT_FAILS(glia_data_set_times(view, times, 2), GLIA_E_ARG, "before they are chosen");
    glia_data_free(view);
    glia_data_free(d);
}

static void what_is_set_wrongly_is_refused(void **state)
{
    static const int32_t groups[3] = {0, 1, -2};
    static const double  times[3] = {0, INFINITY, 1};
    glia_data           *d = numbered(3, NULL, 0), *rest, *held;
    (void)state;
    EXPECT_FAILS(glia_data_set_groups(d, groups, 3), GLIA_E_ARG, "row 2: the group is -2");
    EXPECT_FAILS(glia_data_set_groups(d, groups, 2), GLIA_E_ARG, "2 groups for 3 rows");
    EXPECT_FAILS(glia_data_set_groups(d, NULL, 3), GLIA_E_ARG, "groups need data");
    EXPECT_FAILS(glia_data_set_times(d, times, 3), GLIA_E_ARG, "row 1: the time is inf");
    EXPECT_FAILS(glia_data_set_times(NULL, times, 3), GLIA_E_ARG, "times need data");
    assert_int_equal(glia_data_group(d, 0), -1);
    EXPECT_FAILS(glia_data_split(d, 0.5, GLIA_SPLIT_GROUPED, 0, &rest, &held), GLIA_E_ARG, "has no groups");
    EXPECT_FAILS(glia_data_split(d, 0.5, GLIA_SPLIT_LATEST, 0, &rest, &held), GLIA_E_ARG, "has no times");
    glia_data_free(d);
}

static void folds_that_make_no_sense_are_refused(void **state)
{
    static const int32_t three[6] = {0, 1, 2, 0, 1, 2}, two[6] = {5, 5, 5, 9, 9, 9}, one[6] = {1, 1, 1, 1, 1, 1};
    glia_data           *d = numbered(6, three, 3), *plain = numbered(6, NULL, 0), *rest, *held;
    (void)state;
    EXPECT_FAILS(glia_data_fold(d, 0, 1, GLIA_SPLIT_SHUFFLED, 0, &rest, &held), GLIA_E_ARG, "6 rows cannot make 1");
    EXPECT_FAILS(glia_data_fold(d, 0, 7, GLIA_SPLIT_SHUFFLED, 0, &rest, &held), GLIA_E_ARG, "6 rows cannot make 7");
    EXPECT_FAILS(glia_data_fold(d, 3, 3, GLIA_SPLIT_SHUFFLED, 0, &rest, &held), GLIA_E_ARG, "no fold 3 of 3");
    EXPECT_FAILS(glia_data_fold(d, 0, 3, GLIA_SPLIT_STRATIFIED, 0, &rest, &held), GLIA_E_ARG, "no class has as many");
    EXPECT_FAILS(glia_data_fold(plain, 0, 2, GLIA_SPLIT_STRATIFIED, 0, &rest, &held), GLIA_E_ARG, "has no classes");
    EXPECT_FAILS(glia_data_fold(d, 0, 2, GLIA_SPLIT_GROUPED, 0, &rest, &held), GLIA_E_ARG, "has no groups");
    EXPECT_FAILS(glia_data_fold(d, 0, 2, GLIA_SPLIT_LATEST, 0, &rest, &held), GLIA_E_ARG, "has no times");
    EXPECT_FAILS(glia_data_fold(d, 0, 2, (glia_split)5, 0, &rest, &held), GLIA_E_ARG, "5 is no way");
    EXPECT_FAILS(glia_data_fold(NULL, 0, 2, GLIA_SPLIT_TAIL, 0, &rest, &held), GLIA_E_ARG, "needs data");
    EXPECT_FAILS(glia_data_fold(d, 0, 2, GLIA_SPLIT_TAIL, 0, &rest, NULL), GLIA_E_ARG, "two places");
    EXPECT_OK(glia_data_set_groups(plain, two, 6));
    EXPECT_FAILS(glia_data_fold(plain, 0, 3, GLIA_SPLIT_GROUPED, 0, &rest, &held), GLIA_E_ARG, "2 groups are too few");
    EXPECT_FAILS(glia_data_split(plain, 0.6, GLIA_SPLIT_GROUPED, 0, &rest, &held), GLIA_E_ARG, "2 of 2 groups");
    EXPECT_OK(glia_data_set_groups(plain, one, 6));
    EXPECT_FAILS(glia_data_split(plain, 0.1, GLIA_SPLIT_GROUPED, 0, &rest, &held), GLIA_E_ARG, "1 of 1 group out");
    assert_true(!rest && !held);
    glia_data_free(d);
    glia_data_free(plain);
}

/* ---- two data sets as one ---------------------------------------------------------------------------------------- */

static void joined_rows_keep_groups_and_times(void **state)
{
    static const int32_t groups[3] = {4, 0, 4};
    static const double  times[3] = {1, 2, 3};
    glia_data           *a = numbered(3, NULL, 0), *b = numbered(2, NULL, 0), *c = numbered(2, NULL, 0);
    (void)state;
    EXPECT_OK(glia_data_set_groups(a, groups, 3));
    EXPECT_OK(glia_data_set_times(a, times, 3));
    EXPECT_OK(glia_data_set_groups(b, groups, 2));
    EXPECT_OK(glia_data_set_times(b, times + 1, 2));
    EXPECT_OK(glia__data_append(a, b));
    assert_int_equal(glia_data_group(a, 3), 4);
    assert_int_equal(glia_data_group(a, 4), 0);
    assert_true(glia_data_time(a, 2) == 3 && glia_data_time(a, 4) == 3);
    EXPECT_FAILS(glia__data_append(a, c), GLIA_E_FORMAT, "have groups, but those of");
    glia_data_free(a);
    glia_data_free(b);
    glia_data_free(c);
    a = timed(times, 3);
    b = numbered(2, NULL, 0);
    EXPECT_FAILS(glia__data_append(b, a), GLIA_E_FORMAT, "have times, but those of");
    glia_data_free(a);
    glia_data_free(b);
}

static uint64_t hash_of(const glia_data *d)
{
    uint64_t hash = 0;
    EXPECT_OK(glia__data_values_hash(d, &hash));
    return hash;
}

static void the_fingerprint_tells_groups_and_times(void **state)
{
    static const int32_t groups[3] = {4, 0, 4}, others[3] = {4, 0, 0};
    static const double  times[3] = {1, 2, 3};
    glia_data           *d = numbered(3, NULL, 0);
    (void)state;
    uint64_t plain = hash_of(d);
    EXPECT_OK(glia_data_set_groups(d, groups, 3));
    uint64_t grouped = hash_of(d);
    EXPECT_OK(glia_data_set_groups(d, others, 3));
    uint64_t regrouped = hash_of(d);
    EXPECT_OK(glia_data_set_times(d, times, 3));
    assert_true(plain != grouped && grouped != regrouped && regrouped != hash_of(d));
    glia_data_free(d);
}

/* Where patience makes its own hold-out, no group is on both sides: of three groups one decides, four rows of twelve.
 */
static void patience_holds_whole_groups(void **state)
{
    static const int32_t   groups[12] = {0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2};
    static const double    times[12] = {1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3};
    glia_data             *d = class_data(3, 12, 2, 2);
    const glia_fit_options o = {.epochs = 1, .patience = 1, .threads = 1};
    size_t                 count;
    (void)state;
    for (int by_time = 0; by_time < 2; by_time++) {
        glia_model *m;
        if (by_time) {
            glia_data_free(d);
            d = class_data(3, 12, 2, 2);
            EXPECT_OK(glia_data_set_times(d, times, 12));
        } else {
            EXPECT_OK(glia_data_set_groups(d, groups, 12));
        }
        EXPECT_OK(glia_model_new(&m, "dense 2, softmax", d, 0));
        EXPECT_OK(glia_fit(m, d, NULL, &o));
        assert_int_equal(glia_model_history(m, &count)->samples, 8);
        glia_model_free(m);
    }
    glia_data_free(d);
}

/* ---- little memory ---------------------------------------------------------------------------------------------- */

static glia_split scarce_how;
static bool       scarce_fold;

static glia_status cut_in_scarcity(void)
{
    static const int32_t classes[6] = {0, 0, 1, 1, 0, 1}, groups[6] = {0, 0, 1, 1, 2, 3};
    static const double  times[6] = {1, 2, 3, 4, 5, 6};
    glia_data           *d = NULL, *rest = NULL, *held = NULL;
    glia_status          status = glia_data_from_reals(&d, (const glia_real[6]){0}, 6, 1, classes, NULL, 2);
    if (!status) status = glia_data_set_groups(d, groups, 6);
    if (!status) status = glia_data_set_times(d, times, 6);
    if (!status && scarce_fold) status = glia_data_fold(d, 1, 2, scarce_how, 0, &rest, &held);
    if (!status && !scarce_fold) status = glia_data_split(d, 0.34, scarce_how, 0, &rest, &held);
    glia_data_free(rest);
    glia_data_free(held);
    glia_data_free(d);
    return status;
}

static void cuts_survive_scarcity(void **state)
{
    (void)state;
    for (int how = GLIA_SPLIT_SHUFFLED; how <= GLIA_SPLIT_LATEST; how++)
        for (int fold = 0; fold < 2; fold++) {
            scarce_how = (glia_split)how;
            scarce_fold = fold;
            expect_survives_scarcity(cut_in_scarcity, 8);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(folds_are_those_of_scikit_learn),
        cmocka_unit_test(grouped_splits_are_those_of_scikit_learn),
        cmocka_unit_test(the_latest_rows_are_held),
        cmocka_unit_test(folds_do_not_part_a_time),
        cmocka_unit_test(groups_and_times_go_with_their_rows),
        cmocka_unit_test(what_is_set_wrongly_is_refused),
        cmocka_unit_test(folds_that_make_no_sense_are_refused),
        cmocka_unit_test(joined_rows_keep_groups_and_times),
        cmocka_unit_test(the_fingerprint_tells_groups_and_times),
        cmocka_unit_test(patience_holds_whole_groups),
        cmocka_unit_test(cuts_survive_scarcity),
    };
    return cmocka_run_group_tests_name("folds", tests, NULL, NULL);
}
