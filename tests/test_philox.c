/* The counter-based generator against the published known answers (Random123's kat_vectors) and against itself: words
 * side by side are those one by one, streams do not meet, and what is made of words is spread as it should be. */
#include <math.h>
#include <string.h>

#include "ground/philox.h"
#include "help.h"

/* ---- known answers ---------------------------------------------------------------------------------------------- */

static const struct {
    uint32_t counter[4], key[2], out[4];
} known[] = {
    {{0, 0, 0, 0}, {0, 0}, {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
    {{0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff},
     {0xffffffff, 0xffffffff},
     {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
    {{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344},
     {0xa4093822, 0x299f31d0},
     {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
};

static void test_known_answers(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        uint32_t out[4];
        glia__philox(known[i].key, known[i].counter, out);
        assert_memory_equal(out, known[i].out, sizeof out);
    }
}

/* ---- streams ---------------------------------------------------------------------------------------------------- */

enum { WORDS = 1003, LAYER = 7 };

/* What the header says a stream is. */
static uint32_t word(uint32_t seed, uint32_t epoch, uint32_t purpose, uint64_t row, uint32_t j)
{
    uint32_t out[4];
    glia__philox((uint32_t[2]){seed, epoch}, (uint32_t[4]){j / 4, purpose, (uint32_t)row, (uint32_t)(row >> 32)}, out);
    return out[j % 4];
}

static void test_words_are_philox_of_the_counter(void **state)
{
    static const size_t row[3] = {5, 70000, (size_t)0x123456789a};
    const glia__chance  named = {.seed = 42, .epoch = 3, .row = row}, plain = {.seed = 42, .epoch = 3};
    static const size_t lengths[] = {1, 2, 3, 4, 5, 127, 128, 129, 255, 256, 257, WORDS};
    uint32_t            words[WORDS + 1];
    (void)state;
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++)
        for (size_t r = 0; r < 3; r++) {
            size_t n = lengths[i];
            words[n] = 0xabcdef;
            glia__chance_words(&named, LAYER, r, n, words);
            for (uint32_t j = 0; j < n; j++) assert_int_equal(words[j], word(42, 3, LAYER, row[r], j));
            glia__chance_words(&plain, LAYER, r, n, words);
            for (uint32_t j = 0; j < n; j++) assert_int_equal(words[j], word(42, 3, LAYER, r, j));
            assert_int_equal(words[n], 0xabcdef);
        }
}

/* Another seed, epoch, purpose or row: no word is where it was. */
static void test_streams_differ(void **state)
{
    static const size_t row[4] = {9, 10, (size_t)9 << 32, 9};
    const glia__chance  a = {1, 1, row}, b = {2, 1, row}, c = {1, 2, row};
    uint32_t            first[64], other[6][64];
    (void)state;
    glia__chance_words(&a, 1, 0, 64, first);
    glia__chance_words(&b, 1, 0, 64, other[0]);
    glia__chance_words(&c, 1, 0, 64, other[1]);
    glia__chance_words(&a, 2, 0, 64, other[2]);
    glia__chance_words(&a, 1, 1, 64, other[3]);
    glia__chance_words(&a, 1, 2, 64, other[4]);
    glia__chance_words(&a, 1, 3, 64, other[5]); /* the same row at another place of the batch */
    for (int k = 0; k < 5; k++)
        for (int j = 0; j < 64; j++) assert_int_not_equal(first[j], other[k][j]);
    assert_memory_equal(first, other[5], sizeof first);
}

/* ---- uniforms and normals --------------------------------------------------------------------------------------- */

enum { MANY = 200000 };

static void test_uniforms(void **state)
{
    static real        u[MANY];
    const glia__chance chance = {.seed = 1, .epoch = 1};
    double             sum = 0, squares = 0, lag = 0;
    size_t             cell[16] = {0};
    (void)state;
    glia__chance_uniforms(&chance, LAYER, 0, MANY, u);
    for (uint32_t i = 0; i < MANY; i++) {
        assert_true(u[i] >= 0 && u[i] < 1);
        assert_true((double)u[i] == (double)(word(1, 1, LAYER, 0, i) >> 8) / 16777216);
        sum += (double)u[i], squares += (double)u[i] * (double)u[i];
        if (i) lag += ((double)u[i] - 0.5) * ((double)u[i - 1] - 0.5);
        cell[(size_t)(u[i] * 16)]++;
    }
    assert_true(fabs(sum / MANY - 0.5) < 4 * 0.2887 / sqrt(MANY));
    assert_true(fabs(squares / MANY - 1.0 / 3) < 4 * 0.2981 / sqrt(MANY));
    assert_true(fabs(lag / MANY) < 4 * (1.0 / 12) / sqrt(MANY));
    for (int k = 0; k < 16; k++) assert_true(fabs((double)cell[k] - MANY / 16.0) < 4 * sqrt(MANY / 16.0));
}

static void test_normals(void **state)
{
    static real        z[MANY + 1];
    const glia__chance chance = {.seed = 1, .epoch = 1};
    double             moment[5] = {0};
    size_t             beyond[3] = {0};
    (void)state;
    glia__chance_normals(&chance, LAYER, 0, MANY, z);
    for (uint32_t i = 0; i < MANY; i++) {
        double a = (word(1, 1, LAYER, 0, i & ~1U) + 1.0) / 4294967296, b = word(1, 1, LAYER, 0, i | 1) / 4294967296.0;
        double formula = sqrt(-2 * log(a)) * (i % 2 ? sin(2 * M_PI * b) : cos(2 * M_PI * b)), v = (double)z[i];
        assert_true(fabs(v - formula) < 1e-5);
        for (int k = 1; k < 5; k++) moment[k] += pow(v, k) / MANY;
        for (int k = 0; k < 3; k++) beyond[k] += fabs(v) > k + 1;
    }
    assert_true(fabs(moment[1]) < 4 * 1 / sqrt(MANY));
    assert_true(fabs(moment[2] - 1) < 4 * sqrt(2) / sqrt(MANY));
    assert_true(fabs(moment[3]) < 4 * sqrt(15) / sqrt(MANY));
    assert_true(fabs(moment[4] - 3) < 4 * sqrt(96) / sqrt(MANY));
    static const double share[3] = {0.317311, 0.045500, 0.002700}; /* of a normal beyond 1, 2, 3 deviations */
    for (int k = 0; k < 3; k++) assert_true(fabs((double)beyond[k] - share[k] * MANY) < 4 * sqrt(share[k] * MANY));
    real most = z[2], odd[4] = {0, 0, 0, 99};
    glia__chance_normals(&chance, LAYER, 0, 3, odd); /* an odd count writes no more than that */
    assert_true(odd[2] == most && odd[3] == 99);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_known_answers),  cmocka_unit_test(test_words_are_philox_of_the_counter),
        cmocka_unit_test(test_streams_differ), cmocka_unit_test(test_uniforms),
        cmocka_unit_test(test_normals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
