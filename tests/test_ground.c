/* The ground: statuses and their sentence, memory and its sizes, strings, places and typing errors. */
#include <pthread.h>

#include "ground/memory.h"
#include "ground/status.h"
#include "ground/text.h"
#include "help.h"
#include "scarce.h"

/* ---- statuses --------------------------------------------------------------------------------------------------- */

static void statuses_have_names(void **state)
{
    (void)state;
    assert_string_equal(glia_status_name(GLIA_OK), "GLIA_OK");
    assert_string_equal(glia_status_name(GLIA_E_MEMORY), "GLIA_E_MEMORY");
    assert_string_equal(glia_status_name(GLIA_E_FORMAT), "GLIA_E_FORMAT");
    assert_string_equal(glia_status_text(GLIA_OK), "fine");
    assert_string_equal(glia_status_text(GLIA_E_FORMAT), "a file whose contents are wrong");
    const int strange[] = {1, 77, -10, -1000, INT32_MIN, INT32_MAX};
    for (size_t i = 0; i < COUNT(strange); i++) {
        assert_string_equal(glia_status_name((glia_status)strange[i]), "GLIA_E_UNKNOWN");
        assert_string_equal(glia_status_text((glia_status)strange[i]), "an unknown status");
    }
    assert_string_equal(glia_version(), GLIA_VERSION);
}

static glia_status tries(glia_status status)
{
    GLIA_TRY(status);
    return GLIA_E_STOPPED;
}

static void sentences(void **state)
{
    (void)state;
    assert_int_equal(glia__fail(GLIA_E_TEXT, "%d is not %s", 3, "four"), GLIA_E_TEXT);
    assert_string_equal(glia_error(), "3 is not four");
    assert_int_equal(glia__fail_at(GLIA_E_FORMAT, "line %d", 7), GLIA_E_FORMAT);
    assert_string_equal(glia_error(), "line 7: 3 is not four");
    glia__fail(GLIA_E_TEXT, "so: %s", glia_error());
    assert_string_equal(glia_error(), "so: line 7: 3 is not four");
    glia__fail(GLIA_E_TEXT, "a\nb\tc\033[1m\177d");
    assert_string_equal(glia_error(), "a?b?c?[1m?d");
    assert_int_equal(tries(GLIA_OK), GLIA_E_STOPPED);
    assert_int_equal(tries(GLIA_E_SHAPE), GLIA_E_SHAPE);
}

/* The buffer holds 1023 bytes; a character of several bytes is there whole or not at all. */
static void long_sentences_are_cut(void **state)
{
    (void)state;
    char text[3000];
    memset(text, 'x', sizeof text);
    text[sizeof text - 1] = '\0';
    glia__fail(GLIA_E_TEXT, "%s", text);
    assert_int_equal(strlen(glia_error()), 1023);
    glia__fail_at(GLIA_E_TEXT, "net");
    assert_int_equal(strlen(glia_error()), 1023);
    assert_memory_equal(glia_error(), "net: xxx", 8);
    const char *const characters[] = {"\xC3\xA9", "\xE2\x82\xAC", "\xF0\x9F\x99\x82"};
    for (size_t i = 0; i < COUNT(characters); i++)
        for (int before = 1016; before <= 1023; before++) {
            int bytes = (int)strlen(characters[i]);
            glia__fail(GLIA_E_TEXT, "%.*s%s", before, text, characters[i]);
            assert_int_equal(strlen(glia_error()), before + bytes <= 1023 ? before + bytes : before);
        }
}

static void *fails_elsewhere(void *unused)
{
    (void)unused;
    glia__fail(GLIA_E_TEXT, "elsewhere");
    return NULL;
}

static void each_thread_has_its_own_sentence(void **state)
{
    (void)state;
    pthread_t thread;
    glia__fail(GLIA_E_TEXT, "here");
    assert_int_equal(pthread_create(&thread, NULL, fails_elsewhere, NULL), 0);
    pthread_join(thread, NULL);
    assert_string_equal(glia_error(), "here");
}

/* ---- memory ----------------------------------------------------------------------------------------------------- */

static void sizes_are_checked(void **state)
{
    (void)state;
    size_t n;
    assert_true(glia__mul(SIZE_MAX / 2, 2, &n) && n == SIZE_MAX - 1);
    assert_false(glia__mul(SIZE_MAX / 2 + 1, 2, &n));
    assert_true(glia__add(SIZE_MAX - 1, 1, &n) && n == SIZE_MAX);
    assert_false(glia__add(SIZE_MAX, 1, &n));
}

static void what_overflows_is_not_there(void **state)
{
    (void)state;
    int   *list = NULL;
    size_t capacity = 0;
    glia__fail(GLIA_E_TEXT, "before");
    assert_null(glia__new(SIZE_MAX / 2, 4));
    assert_non_null(strstr(glia_error(), "items of 4 bytes"));
    assert_null(glia__new(SIZE_MAX, 1));
    assert_null(glia__new_aligned(SIZE_MAX, 1));
    assert_null(glia__new_aligned(SIZE_MAX / 8, 8));
    EXPECT_FAILS(glia__resize(&list, SIZE_MAX / 2, 4), GLIA_E_MEMORY, "out of memory");
    EXPECT_FAILS(glia__grow(&list, &capacity, SIZE_MAX / 2, 4), GLIA_E_MEMORY, "out of memory");
    assert_null(list);
    assert_int_equal(capacity, 0);
}

static void new_memory_is_zero(void **state)
{
    (void)state;
    scarce_begin(SIZE_MAX);
    unsigned char *p = glia__new(1000, 3), *q = glia__new_aligned(1000, 3), *empty = glia__new(0, 8);
    for (size_t i = 0; i < 3000; i++) assert_int_equal(p[i] | q[i], 0);
    assert_non_null(empty);
    glia__free(p);
    glia__free(empty);
    glia__free_aligned(q);
    glia__free(NULL);
    glia__free_aligned(NULL);
    scarce_end();
}

static void aligned_memory_is_aligned(void **state)
{
    (void)state;
    unsigned char *block[100];
    for (size_t i = 0; i < COUNT(block); i++) {
        block[i] = glia__new_aligned(i, 1);
        assert_int_equal((uintptr_t)block[i] % 64, 0);
        memset(block[i], 1, i);
    }
    for (size_t i = 0; i < COUNT(block); i++) glia__free_aligned(block[i]);
}

static void lists_grow(void **state)
{
    (void)state;
    uint64_t *list = NULL;
    size_t    capacity = 0, moves = 0;
    for (size_t n = 0; n < 10000; n++) {
        size_t before = capacity;
        EXPECT_OK(glia__grow(&list, &capacity, n + 1, sizeof *list));
        assert_true(capacity > n);
        moves += capacity != before;
        list[n] = n * n;
    }
    assert_in_range(moves, 1, 14);
    for (size_t n = 0; n < 10000; n++) assert_int_equal(list[n], n * n);
    EXPECT_OK(glia__resize(&list, 10, sizeof *list));
    assert_int_equal(list[9], 81);
    glia__free(list);
}

static void failure_keeps_the_list(void **state)
{
    (void)state;
    size_t capacity = 0;
    int   *list = NULL;
    scarce_begin(1);
    EXPECT_OK(glia__grow(&list, &capacity, 3, sizeof *list));
    list[2] = 42;
    int   *before = list;
    size_t room = capacity;
    EXPECT_FAILS(glia__grow(&list, &capacity, 100, sizeof *list), GLIA_E_MEMORY, "items of 4 bytes");
    assert_ptr_equal(list, before);
    assert_int_equal(capacity, room);
    assert_int_equal(list[2], 42);
    glia__free(list);
    assert_true(scarce_end());
}

static void copies_of_text(void **state)
{
    (void)state;
    char *copy = glia__strdup("net"), *part = glia__strndup("network", 3), *whole = glia__strndup("net", 100);
    assert_string_equal(copy, "net");
    assert_string_equal(part, "net");
    assert_string_equal(whole, "net");
    glia__free(copy);
    glia__free(part);
    glia__free(whole);
}

/* An allocator of two functions is none: mixing it with free() would crash. */
static void half_an_allocator_is_none(void **state)
{
    (void)state;
    scarce_begin(0);
    glia_set_allocator(scarce_allocate, scarce_reallocate, NULL);
    void *p = glia__new(1, 1);
    assert_non_null(p);
    glia__free(p);
    assert_false(scarce_end());
}

/* ---- strings that grow ------------------------------------------------------------------------------------------ */

static void strings_grow(void **state)
{
    (void)state;
    glia__string s = {0};
    for (int i = 0; i < 1000; i++) glia__string_add(&s, "%d,", i);
    assert_int_equal(s.length, 10 * 2 + 90 * 3 + 900 * 4);
    assert_int_equal(strlen(s.text), s.length);
    assert_memory_equal(s.text + s.length - 8, "998,999,", 8);
    glia__string_add_bytes(&s, "a\0b", 3);
    glia__string_add_number(&s, 0.1);
    assert_memory_equal(s.text + s.length - 6, "a\0b0.1", 7);
    char *text = glia__string_take(&s);
    assert_memory_equal(text, "0,1,2,", 6);
    assert_null(s.text);
    glia__free(text);
    char *empty = glia__string_take(&s);
    assert_string_equal(empty, "");
    glia__free(empty);
}

static glia_status make_string(void)
{
    glia__string s = {0};
    for (int i = 0; i < 100; i++) {
        glia__string_add(&s, "%d", i);
        glia__string_add_bytes(&s, ", ", 2);
        glia__string_add_number(&s, i / 7.0);
    }
    char       *text = glia__string_take(&s);
    glia_status status = text ? GLIA_OK : GLIA_E_MEMORY;
    glia__free(text);
    return status;
}

static void a_failed_string_stays_failed(void **state)
{
    (void)state;
    expect_survives_scarcity(make_string, 5);
    glia__string s = {0};
    scarce_begin(0);
    glia__string_add(&s, "lost");
    assert_true(s.failed);
    glia__string_add(&s, "also lost, though there would be memory");
    assert_true(s.failed);
    assert_int_equal(s.length, 0);
    glia__string_clear(&s);
    assert_false(s.failed);
    assert_true(scarce_end());
}

/* ---- places and typing errors ----------------------------------------------------------------------------------- */

static void places(void **state)
{
    (void)state;
    const char *text = "dense 3,\n  r\xC3\xA9lu # \xE2\x82\xAC\n\nx";
    const struct {
        size_t at, line, column;
    } cases[] = {{0, 1, 1},  {6, 1, 7},   {8, 1, 9},  {9, 2, 1}, {12, 2, 4},
                 {14, 2, 5}, {22, 2, 11}, {23, 3, 1}, {24, 4, 1}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        size_t line, column;
        glia__text_place(text, text + cases[i].at, &line, &column);
        assert_int_equal(line, cases[i].line);
        assert_int_equal(column, cases[i].column);
    }
}

static void well_formed_utf8(void **state)
{
    (void)state;
    const char *const good[] = {"", "ascii\x7F", "\xC2\x80 \xDF\xBF",
                                "\xE0\xA0\x80 \xED\x9F\xBF \xEE\x80\x80 \xEF\xBF\xBF",
                                "\xF0\x90\x80\x80 \xF4\x8F\xBF\xBF"};
    const char *const alone_or_cut[] = {"\x80", "\xBF", "a\xFF", "\xC2", "\xC2x", "\xE2\x82", "\xF0\x9F\x99"};
    const char *const longer_than_needed[] = {"\xC0\x80", "\xC1\xBF", "\xE0\x9F\xBF", "\xF0\x8F\xBF\xBF"};
    const char *const no_characters[] = {"\xED\xA0\x80", "\xED\xBF\xBF", "\xF4\x90\x80\x80", "\xF8\x88\x80\x80\x80"};
    for (size_t i = 0; i < COUNT(good); i++) assert_true(glia__text_is_utf8(good[i]));
    for (size_t i = 0; i < COUNT(alone_or_cut); i++) assert_false(glia__text_is_utf8(alone_or_cut[i]));
    for (size_t i = 0; i < COUNT(longer_than_needed); i++) assert_false(glia__text_is_utf8(longer_than_needed[i]));
    for (size_t i = 0; i < COUNT(no_characters); i++) assert_false(glia__text_is_utf8(no_characters[i]));
}

static void distances(void **state)
{
    (void)state;
    const struct {
        const char *a, *b;
        size_t      distance;
    } cases[] = {{"", "", 0},
                 {"", "relu", 4},
                 {"relu", "relu", 0},
                 {"relu", "elu", 1},
                 {"rleu", "relu", 1},
                 {"untis", "units", 1},
                 {"kitten", "sitting", 3},
                 {"sofmtax", "softmax", 1},
                 {"softmx", "softmax", 1},
                 {"adam", "adamw", 1},
                 {"sgd", "adam", 4},
                 {"ca", "abc", 3}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        assert_int_equal(glia__text_distance(cases[i].a, cases[i].b), cases[i].distance);
        assert_int_equal(glia__text_distance(cases[i].b, cases[i].a), cases[i].distance);
    }
    char longest[200] = {0};
    memset(longest, 'a', 64);
    assert_int_equal(glia__text_distance(longest, "aa"), 62);
    memset(longest, 'a', 199);
    assert_int_equal(glia__text_distance(longest, "aa"), 199);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(statuses_have_names),
        cmocka_unit_test(sentences),
        cmocka_unit_test(long_sentences_are_cut),
        cmocka_unit_test(each_thread_has_its_own_sentence),
        cmocka_unit_test(sizes_are_checked),
        cmocka_unit_test(what_overflows_is_not_there),
        cmocka_unit_test(new_memory_is_zero),
        cmocka_unit_test(aligned_memory_is_aligned),
        cmocka_unit_test(lists_grow),
        cmocka_unit_test(failure_keeps_the_list),
        cmocka_unit_test(copies_of_text),
        cmocka_unit_test(half_an_allocator_is_none),
        cmocka_unit_test(strings_grow),
        cmocka_unit_test(a_failed_string_stays_failed),
        cmocka_unit_test(places),
        cmocka_unit_test(well_formed_utf8),
        cmocka_unit_test(distances),
    };
    return cmocka_run_group_tests_name("ground", tests, NULL, NULL);
}
