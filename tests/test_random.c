/* The random stream against NumPy's own (golden numpy_rng), bit for bit, and what NumPy's arrays do not show. */
#include "golden.h"
#include "help.h"
#include "scarce.h"

/* ---- NumPy's arrays --------------------------------------------------------------------------------------------- */

enum { DRAWS_MOST = 2000, COLUMNS = 3 };

static union drawn {
    uint32_t u4[DRAWS_MOST];
    int32_t  i4[DRAWS_MOST];
    int64_t  i8[DRAWS_MOST];
    double   f8[DRAWS_MOST];
} drawn;

static void draw_u32(glia_rng *rng, size_t n)
{
    for (size_t i = 0; i < n; i++) drawn.u4[i] = glia_rng_u32(rng);
}
static void draw_rand(glia_rng *rng, size_t n)
{
    for (size_t i = 0; i < n; i++) drawn.f8[i] = glia_rng_rand(rng);
}
static void draw_randn(glia_rng *rng, size_t n)
{
    for (size_t i = 0; i < n; i++) drawn.f8[i] = glia_rng_randn(rng);
}
static void draw_uniform(glia_rng *rng, size_t n)
{
    for (size_t i = 0; i < n; i++) drawn.f8[i] = glia_rng_uniform(rng, -0.5, 0.5);
}
static void draw_normal(glia_rng *rng, size_t n)
{
    for (size_t i = 0; i < n; i++) drawn.f8[i] = 3 + 0.5 * glia_rng_randn(rng);
}
static void draw_digits(glia_rng *rng, size_t n)
{
    for (size_t i = 0; i < n; i++) drawn.i4[i] = (int32_t)glia_rng_randint(rng, 0, 10);
}
static void draw_large(glia_rng *rng, size_t n)
{
    for (size_t i = 0; i < n; i++) drawn.i8[i] = glia_rng_randint(rng, 0, INT64_C(1000000000000));
}
static void draw_permutation(glia_rng *rng, size_t n)
{
    static size_t order[DRAWS_MOST];
    glia_rng_permutation(rng, order, n);
    for (size_t i = 0; i < n; i++) drawn.i4[i] = (int32_t)order[i];
}
static void draw_shuffle(glia_rng *rng, size_t n)
{
    for (size_t i = 0; i < n; i++) drawn.i4[i] = (int32_t)i;
    glia_rng_shuffle(rng, drawn.i4, n, sizeof *drawn.i4);
}
static void draw_shuffled_rows(glia_rng *rng, size_t n)
{
    for (size_t i = 0; i < n; i++) drawn.i4[i] = (int32_t)i;
    glia_rng_shuffle(rng, drawn.i4, n / COLUMNS, COLUMNS * sizeof *drawn.i4);
}

/* Each array begins with a fresh stream, but for those that go on where the one before ended. */
static const struct {
    const char *array;
    bool        goes_on;
    void (*draw)(glia_rng *rng, size_t n);
} arrays[] = {
    {"raw_u32", false, draw_u32},
    {"rand", false, draw_rand},
    {"standard_normal", false, draw_randn},
    {"seq1_randn", false, draw_randn},
    {"seq2_rand", true, draw_rand},
    {"seq3_randn", true, draw_randn},
    {"uniform", false, draw_uniform},
    {"normal_3_05", false, draw_normal},
    {"permutation", false, draw_permutation},
    {"shuffle", false, draw_shuffle},
    {"shuffle_rows", false, draw_shuffled_rows},
    {"randint_0_10", false, draw_digits},
    {"randint_64bit", false, draw_large},
};

/* As the case says: one number, or a list of them. */
static void seed(const golden_case *c, glia_rng *rng)
{
    const json_t *seeds = json_object_get(golden_settings(c), "seed");
    uint32_t      key[8];
    for (size_t i = 0; i < json_array_size(seeds); i++) key[i] = (uint32_t)json_integer_value(json_array_get(seeds, i));
    if (json_is_array(seeds))
        glia_rng_seed_array(rng, key, json_array_size(seeds));
    else
        glia_rng_seed(rng, (uint32_t)json_integer_value(seeds));
}

static void matches_case(const char *name)
{
    golden_case *c = golden_open(name);
    glia_rng    *rng;
    EXPECT_OK(glia_rng_new(&rng, 4711));
    for (size_t i = 0; i < COUNT(arrays); i++) {
        const golden_array *want = golden_get(c, arrays[i].array);
        assert_in_range(want->count, 1, DRAWS_MOST);
        if (!arrays[i].goes_on) seed(c, rng);
        arrays[i].draw(rng, want->count);
        golden_expect_bits(want, &drawn);
    }
    assert_int_equal(golden_count(c), COUNT(arrays) + 1); /* and the state, which the first words show */
    glia_rng_free(rng);
    golden_close(c);
}

static void numpy_streams(void **state)
{
    (void)state;
    matches_case("numpy_rng/seed_0");
    matches_case("numpy_rng/seed_1");
    matches_case("numpy_rng/seed_42");
    matches_case("numpy_rng/seed_20261121");
    matches_case("numpy_rng/array_seed");
}

/* ---- scikit-learn's orders -------------------------------------------------------------------------------------- */

enum { SKLEARN_ROWS = 1000 };

static void expect_order(const golden_array *want, const size_t *got)
{
    for (size_t i = 0; i < want->count; i++) assert_int_equal(got[i], (size_t)want->values[i]);
}

static void sklearn_orders(void **state)
{
    (void)state;
    golden_case *c = golden_open("numpy_rng/sklearn_42");
    size_t       order[SKLEARN_ROWS], rows[SKLEARN_ROWS], moved[SKLEARN_ROWS];
    glia_rng    *rng;
    EXPECT_OK(glia_rng_new(&rng, 42));
    glia_rng_permutation(rng, order, SKLEARN_ROWS);
    expect_order(golden_get(c, "shuffle_order"), order);

    const golden_array *test = golden_get(c, "split_test"), *train = golden_get(c, "split_train");
    assert_int_equal(test->count + train->count, SKLEARN_ROWS);
    expect_order(test, order);
    expect_order(train, order + test->count);

    for (size_t i = 0; i < SKLEARN_ROWS; i++) rows[i] = i;
    for (int time = 0; time < 3; time++) {
        for (size_t i = 0; i < SKLEARN_ROWS; i++) moved[i] = rows[order[i]];
        memcpy(rows, moved, sizeof rows);
    }
    expect_order(golden_get(c, "shuffle_order_3rd"), rows);
    glia_rng_free(rng);
    golden_close(c);
}

/* ---- beyond the arrays ------------------------------------------------------------------------------------------ */

static glia_rng *fresh(uint32_t from)
{
    glia_rng *rng;
    EXPECT_OK(glia_rng_new(&rng, from));
    return rng;
}

static void seeding_forgets_the_waiting_normal(void **state)
{
    (void)state;
    glia_rng *rng = fresh(1);
    double    first = glia_rng_randn(rng), second = glia_rng_randn(rng);
    assert_true(first != second);
    glia_rng_randn(rng);
    glia_rng_seed(rng, 1);
    assert_true(glia_rng_randn(rng) == first);
    const uint32_t key[] = {1, 2};
    glia_rng_seed_array(rng, key, 2);
    first = glia_rng_randn(rng);
    glia_rng_seed_array(rng, key, 2);
    assert_true(glia_rng_randn(rng) == first);
    glia_rng_free(rng);
}

/* A key longer than the state is used to its end. */
static void long_keys(void **state)
{
    (void)state;
    uint32_t  key[1000];
    glia_rng *a = fresh(0), *b = fresh(0);
    for (uint32_t i = 0; i < COUNT(key); i++) key[i] = i * i;
    glia_rng_seed_array(a, key, COUNT(key));
    key[COUNT(key) - 1]++;
    glia_rng_seed_array(b, key, COUNT(key));
    assert_int_not_equal(glia_rng_u32(a), glia_rng_u32(b));
    glia_rng_free(a);
    glia_rng_free(b);
}

/* Ranges at the borders of the word sizes, against the words that they must be made of. */
static void ranges_of_whole_numbers(void **state)
{
    (void)state;
    glia_rng *rng = fresh(5), *words = fresh(5);
    assert_int_equal(glia_rng_randint(rng, 0, INT64_C(1) << 32), glia_rng_u32(words));
    uint64_t high = glia_rng_u32(words);
    assert_int_equal(glia_rng_randint(rng, INT64_MIN, INT64_MIN + (INT64_C(1) << 33)),
                     INT64_MIN + (int64_t)((high << 32 | glia_rng_u32(words)) & 0x1FFFFFFFF));
    high = glia_rng_u32(words);
    uint64_t low = glia_rng_u32(words);
    assert_true((high << 32 | low) != UINT64_MAX);
    assert_int_equal(glia_rng_randint(rng, INT64_MIN, INT64_MAX), (int64_t)((high << 32 | low) + ((uint64_t)1 << 63)));
    assert_int_equal(glia_rng_randint(rng, 7, 8), 7);
    assert_int_equal(glia_rng_randint(rng, 7, 7), 7);
    assert_int_equal(glia_rng_randint(rng, 7, -7), 7);
    assert_int_equal(glia_rng_u32(rng), glia_rng_u32(words)); /* the last three drew nothing */
    for (int i = 0; i < 10000; i++) assert_in_range(glia_rng_randint(rng, -3, 4) + 3, 0, 6);
    glia_rng_free(rng);
    glia_rng_free(words);
}

/* Items of any size end in the order of the permutation, whole. */
static void items_of_any_size_are_shuffled(void **state)
{
    (void)state;
    const size_t  sizes[] = {1, 3, 8, 255, 256, 257, 1000}, n = 41;
    unsigned char items[41 * 1000];
    size_t        order[41];
    for (size_t k = 0; k < COUNT(sizes); k++) {
        size_t    size = sizes[k];
        glia_rng *rng = fresh(9), *other = fresh(9);
        for (size_t i = 0; i < n * size; i++) items[i] = (unsigned char)(i / size * 5 + i % size);
        glia_rng_shuffle(rng, items, n, size);
        glia_rng_permutation(other, order, n);
        for (size_t i = 0; i < n * size; i++)
            assert_int_equal(items[i], (unsigned char)(order[i / size] * 5 + i % size));
        assert_int_equal(glia_rng_u32(rng), glia_rng_u32(other));
        glia_rng_free(rng);
        glia_rng_free(other);
    }
}

static void nothing_to_shuffle_draws_nothing(void **state)
{
    (void)state;
    glia_rng *rng = fresh(3), *other = fresh(3);
    int       one = 1;
    size_t    order[1] = {9};
    glia_rng_shuffle(rng, &one, 0, sizeof one);
    glia_rng_shuffle(rng, &one, 1, sizeof one);
    glia_rng_permutation(rng, order, 1);
    assert_int_equal(one, 1);
    assert_int_equal(order[0], 0);
    assert_int_equal(glia_rng_u32(rng), glia_rng_u32(other));
    glia_rng_free(rng);
    glia_rng_free(other);
}

static void nothing_is_asked_of_nobody(void **state)
{
    (void)state;
    size_t    order[2] = {5, 6};
    glia_rng *rng = fresh(3);
    EXPECT_FAILS(glia_rng_new(NULL, 1), GLIA_E_ARG, "NULL");
    glia_rng_free(NULL);
    glia_rng_seed(NULL, 1);
    glia_rng_seed_array(NULL, (const uint32_t[]){1}, 1);
    assert_int_equal(glia_rng_u32(NULL), 0);
    assert_true(glia_rng_rand(NULL) == 0 && glia_rng_randn(NULL) == 0 && glia_rng_uniform(NULL, 1, 2) == 0);
    assert_int_equal(glia_rng_randint(NULL, 1, 2), 0);
    glia_rng_permutation(NULL, order, 2);
    glia_rng_shuffle(NULL, order, 2, sizeof *order);
    assert_true(order[0] == 5 && order[1] == 6);
    glia_rng_permutation(rng, NULL, 2);
    glia_rng_shuffle(rng, NULL, 2, 1);
    glia_rng_seed_array(rng, NULL, 3);
    glia_rng_seed_array(rng, (const uint32_t[]){1}, 0);
    glia_rng *other = fresh(3);
    assert_int_equal(glia_rng_u32(rng), glia_rng_u32(other));
    glia_rng_free(rng);
    glia_rng_free(other);
}

static glia_status make_stream(void)
{
    glia_rng   *rng = (glia_rng *)(uintptr_t)1;
    glia_status status = glia_rng_new(&rng, 1);
    if (status) assert_null(rng);
    glia_rng_free(rng);
    return status;
}

static void no_memory(void **state)
{
    (void)state;
    expect_survives_scarcity(make_stream, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numpy_streams),
        cmocka_unit_test(sklearn_orders),
        cmocka_unit_test(seeding_forgets_the_waiting_normal),
        cmocka_unit_test(long_keys),
        cmocka_unit_test(ranges_of_whole_numbers),
        cmocka_unit_test(items_of_any_size_are_shuffled),
        cmocka_unit_test(nothing_to_shuffle_draws_nothing),
        cmocka_unit_test(nothing_is_asked_of_nobody),
        cmocka_unit_test(no_memory),
    };
    return cmocka_run_group_tests_name("random", tests, NULL, NULL);
}
