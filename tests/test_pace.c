/* The choice between two ways by what they cost: a simulated machine tells the costs. */
#include "ground/pace.h"
#include "help.h"

/* Works for `seconds` in pieces that take `first` or `other` seconds each; returns the share of them that was done in
 * the other way. */
static double share_of_other(glia__pace *p, double seconds, double first, double other)
{
    double time = 0, pieces = 0, by_other = 0;
    while (time < seconds) {
        bool   is_other = glia__pace_takes_other(p);
        double cost = is_other ? other : first;
        glia__pace_note(p, cost, 1);
        time += cost;
        pieces++;
        by_other += is_other;
    }
    return by_other / pieces;
}

static void the_faster_way_is_taken(void **state)
{
    (void)state;
    static const double pieces[] = {20e-6, 1e-3, 20e-3}; /* short and long steps */
    for (size_t i = 0; i < COUNT(pieces); i++) {
        glia__pace slow_first = {0}, fast_first = {0};
        assert_true(share_of_other(&slow_first, 10, 2 * pieces[i], pieces[i]) > 0.9);
        assert_true(share_of_other(&fast_first, 10, pieces[i], 2 * pieces[i]) < 0.05);
    }
}

/* The same number of pieces takes little longer than all of them in the faster way, however long the slower takes. */
static void trials_cost_little(void **state)
{
    (void)state;
    static const double costs[][2] = {{1e-4, 2e-4}, {5e-3, 4e-2}, {0.05, 0.4}, {0.09, 3}, {1, 2}, {1, 8}};
    for (size_t i = 0; i < COUNT(costs); i++) {
        glia__pace p = {0};
        double     time = 0, most = 200;
        size_t     pieces = (size_t)(most / costs[i][0]);
        for (size_t k = 0; k < pieces; k++) {
            double cost = costs[i][glia__pace_takes_other(&p)];
            glia__pace_note(&p, cost, 1);
            time += cost;
        }
        if (!(time < 1.08 * (double)pieces * costs[i][0])) fail_msg("case %zu takes %g of %g s", i, time, most);
    }
}

static void a_change_is_noticed(void **state)
{
    (void)state;
    glia__pace p = {0};
    share_of_other(&p, 5, 1e-4, 2e-4);
    /* another process takes a core: at once, as the usual way gets slower */
    assert_true(share_of_other(&p, 0.5, 4e-4, 2e-4) > 0.9);
    /* and ends: at the next trial, as the other one is what it was */
    assert_true(share_of_other(&p, 5, 1e-4, 2e-4) < 0.5);
    assert_true(share_of_other(&p, 5, 1e-4, 2e-4) < 0.01);
}

static void equal_ways_do_not_alternate(void **state)
{
    (void)state;
    glia__pace p = {0};
    assert_true(share_of_other(&p, 20, 1e-4, 1e-4) < 0.02);
}

/* The first piece after a change of ways finds cold caches, and does not count. */
static void the_first_piece_does_not_count(void **state)
{
    (void)state;
    glia__pace p = {0};
    bool       last = false;
    size_t     other = 0, all = 200000;
    for (size_t i = 0; i < all; i++) {
        bool is_other = glia__pace_takes_other(&p), changed = i > 0 && is_other != last;
        glia__pace_note(&p, (is_other ? 1e-4 : 2e-4) + (changed ? 0.1 : 0), 100);
        other += is_other;
        last = is_other;
    }
    assert_true((double)other > 0.95 * (double)all);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_faster_way_is_taken),
        cmocka_unit_test(trials_cost_little),
        cmocka_unit_test(a_change_is_noticed),
        cmocka_unit_test(equal_ways_do_not_alternate),
        cmocka_unit_test(the_first_piece_does_not_count),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
