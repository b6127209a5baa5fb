/* Files that replace one which is kept: under its name there is a whole one at every moment. And fingerprints. */
#include <signal.h>

#include "data/data.h"
#include "folder.h"
#include "ground/hash.h"
#include "scarce.h"

static char before[160]; /* FOLDER/file.previous */

static int make(void **state)
{
    if (make_folder(state)) return -1;
    snprintf(before, sizeof before, "%s.previous", path);
    return 0;
}

static int clear(void **state)
{
    unlink(before);
    return remove_folder(state);
}
#define IN_OWN_FOLDER(test) cmocka_unit_test_setup_teardown(test, make, clear)

static glia_status replace(const char *to, const char *text)
{
    glia__writer *writer;
    GLIA_TRY(glia__writer_open(&writer, to));
    glia_status status = glia__writer_keep(writer);
    if (!status) status = glia__writer_write(writer, text, strlen(text));
    if (!status) return glia__writer_commit(writer);
    glia__writer_abandon(writer);
    return status;
}

/* ---- what is kept ------------------------------------------------------------------------------------------------ */

static void the_one_before_stays(void **state)
{
    (void)state;
    EXPECT_OK(replace(path, "one"));
    assert_int_equal(entries_of_folder(), 1);
    EXPECT_OK(replace(path, "two"));
    expect_content(before, "one", 3);
    EXPECT_OK(replace(path, "three"));
    expect_content(path, "three", 5);
    expect_content(before, "two", 3);
    assert_int_equal(entries_of_folder(), 2);
    assert_int_equal(link(path, other), 0); /* the name of another is not touched */
    EXPECT_OK(replace(path, "four"));
    expect_content(other, "three", 5);
    assert_int_equal(entries_of_folder(), 3);
}

static void both_may_be_one_file(void **state)
{
    (void)state;
    EXPECT_OK(replace(path, "one"));
    assert_int_equal(link(path, before), 0);
    EXPECT_OK(replace(path, "two"));
    expect_content(before, "one", 3);
    expect_content(path, "two", 3);
    assert_int_equal(entries_of_folder(), 2);
}

static void links_are_followed(void **state)
{
    (void)state;
    EXPECT_OK(replace(path, "one"));
    assert_int_equal(symlink(path, other), 0);
    EXPECT_OK(replace(other, "two"));
    expect_content(path, "two", 3);
    expect_content(before, "one", 3);
    assert_int_equal(entries_of_folder(), 3);
}

static void what_is_left_by_a_crash(void **state)
{
    (void)state;
    char left[192];
    EXPECT_OK(replace(path, "one"));
    snprintf(left, sizeof left, "%s.part-%ld.previous", path, (long)getpid());
    assert_int_equal(link(path, left), 0);
    EXPECT_OK(replace(path, "two"));
    expect_content(before, "one", 3);
    assert_int_equal(entries_of_folder(), 2);
}

static void a_failure_leaves_both(void **state)
{
    (void)state;
    glia__writer *writer;
    EXPECT_OK(replace(path, "one"));
    EXPECT_OK(replace(path, "two"));
    EXPECT_OK(glia__writer_open(&writer, path));
    EXPECT_OK(glia__writer_keep(writer));
    EXPECT_OK(glia__writer_write(writer, "thr", 3));
    glia__writer_abandon(writer);
    expect_content(path, "two", 3);
    expect_content(before, "one", 3);
    assert_int_equal(unlink(before), 0);
    assert_int_equal(mkdir(before, 0755), 0); /* where the old one should go */
    EXPECT_FAILS(replace(path, "three"), GLIA_E_WRITE, "cannot be written: Is a directory");
    expect_content(path, "two", 3);
    assert_int_equal(entries_of_folder(), 2);
    assert_int_equal(rmdir(before), 0);
    EXPECT_OK(replace("/dev/null", "one")); /* nothing to keep */
}

/* Of a process that is no more, and by no other name. */
static void what_killed_processes_left_goes(void **state)
{
    (void)state;
    static const char *const ends[] = {"part-2147483647",  "part-2147483646.3", "part-2147483647.previous",
                                       "part-1",           "part-2147483647x",  "part-2147483647.tar",
                                       "part-02147483647", "part-2147483647.",  "part-2147483647..previous"};
    char                     left[COUNT(ends)][192];
    for (size_t i = 0; i < COUNT(ends); i++) {
        snprintf(left[i], sizeof left[i], "%s.%s", path, ends[i]);
        FILE *file = fopen(left[i], "w");
        assert_true(file && fclose(file) == 0);
    }
    EXPECT_OK(replace(path, "one"));
    for (size_t i = 0; i < COUNT(ends); i++) assert_int_equal(unlink(left[i]), i < 3 ? -1 : 0);
    assert_int_equal(entries_of_folder(), 1);
}

static glia_status replace_once(void)
{
    return replace(path, "three");
}

static void no_memory(void **state)
{
    (void)state;
    glia_status status;
    EXPECT_OK(replace(path, "one"));
    for (size_t k = 0; scarce_fails(k, replace_once, &status); k++) {
        assert_int_equal(status, GLIA_E_MEMORY);
        expect_content(path, "one", 3);
        assert_int_equal(entries_of_folder(), 1);
    }
    EXPECT_OK(status);
}

/* While one process replaces it over and over, until it is killed, another always finds it whole. */
static void there_is_one_at_every_moment(void **state)
{
    (void)state;
    EXPECT_OK(replace(path, "whole"));
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0)
        for (;;)
            if (replace(path, "whole")) _exit(1);
    for (int i = 0; i < 20000; i++) {
        unsigned char *bytes;
        size_t         n;
        EXPECT_OK(glia__file_read(path, 100, &bytes, &n));
        assert_true(n == 5 && memcmp(bytes, "whole", 5) == 0);
        glia__free(bytes);
    }
    int ended;
    assert_int_equal(kill(child, SIGKILL), 0);
    assert_int_equal(waitpid(child, &ended, 0), child);
    assert_true(WIFSIGNALED(ended));
    expect_content(path, "whole", 5);
    expect_content(before, "whole", 5);
    DIR           *d = opendir(folder);
    struct dirent *entry;
    while ((entry = readdir(d))) { /* what the killed one was at */
        char left[sizeof folder + sizeof entry->d_name + 1];
        snprintf(left, sizeof left, "%s/%s", folder, entry->d_name);
        if (strstr(entry->d_name, ".part-")) unlink(left);
    }
    closedir(d);
}

/* ---- fingerprints ------------------------------------------------------------------------------------------------ */

/* By the definition, a word at a time, without the code under test. */
static uint64_t slowly(const unsigned char *bytes, size_t n)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    while (n > 0) {
        uint64_t word = 0;
        size_t   taken = n >= 8 ? 8 : 1;
        for (size_t i = taken; i-- > 0;) word = word << 8 | bytes[i];
        hash = (hash ^ word) * UINT64_C(0x100000001b3);
        hash ^= hash >> 32;
        bytes += taken, n -= taken;
    }
    return hash;
}

static void hashes_are_as_defined(void **state)
{
    (void)state;
    unsigned char bytes[100];
    for (size_t i = 0; i < sizeof bytes; i++) bytes[i] = (unsigned char)(37 * i + 11);
    for (size_t n = 0; n <= sizeof bytes; n++) assert_true(glia__hash(GLIA__HASH_START, bytes, n) == slowly(bytes, n));
    assert_true(glia__hash(glia__hash(GLIA__HASH_START, bytes, 48), bytes + 48, 52) == slowly(bytes, 100));
}

/* One bit anywhere makes another hash; two in the highest places do not cancel each other. */
static void every_bit_counts(void **state)
{
    (void)state;
    unsigned char bytes[64] = {0};
    uint64_t      seen[8 * 64 + 1];
    for (size_t i = 0; i <= 8 * sizeof bytes; i++) {
        if (i) bytes[(i - 1) / 8] = (unsigned char)(1 << (i - 1) % 8);
        seen[i] = glia__hash(GLIA__HASH_START, bytes, sizeof bytes);
        if (i) bytes[(i - 1) / 8] = 0;
        for (size_t j = 0; j < i; j++) assert_true(seen[j] != seen[i]);
    }
    bytes[7] = bytes[15] = 0x80;
    assert_true(glia__hash(GLIA__HASH_START, bytes, sizeof bytes) != seen[0]);
}

static uint64_t hash_of(const glia_data *d)
{
    uint64_t hash = 0;
    EXPECT_OK(glia__data_values_hash(d, &hash));
    return hash;
}

static void data_have_fingerprints(void **state)
{
    (void)state;
    const glia_real x[6] = {1, 2, 3, 4, 5, 6}, y[6] = {1, 2, 3, 4, -5, 6}, t[3] = {1, 2, 3}, u[3] = {1, 2, 4};
    const int32_t   c[3] = {0, 1, 0}, e[3] = {0, 1, 1};
    const uint8_t   bytes[6] = {1, 2, 3, 4, 5, 6};
    const size_t    order[3] = {1, 0, 2}, same[3] = {0, 1, 2};
    glia_data      *d[9];
    EXPECT_OK(glia_data_from_reals(&d[0], x, 3, 2, c, NULL, 2));
    EXPECT_OK(glia_data_from_reals(&d[1], y, 3, 2, c, NULL, 2));
    EXPECT_OK(glia_data_from_reals(&d[2], x, 3, 2, e, NULL, 2));
    EXPECT_OK(glia_data_from_reals(&d[3], x, 3, 2, NULL, t, 1));
    EXPECT_OK(glia_data_from_reals(&d[4], x, 3, 2, NULL, u, 1));
    EXPECT_OK(glia_data_from_bytes(&d[5], bytes, 3, 1, 1, 2, c, 2));
    EXPECT_OK(glia_data_rows(d[0], order, 3, &d[6]));
    EXPECT_OK(glia_data_from_reals(&d[7], x, 3, 2, c, NULL, 3));
    EXPECT_OK(glia_data_rows(d[0], same, 3, &d[8]));
    for (size_t i = 1; i < 7; i++)
        for (size_t j = 0; j < i; j++) assert_true(hash_of(d[i]) != hash_of(d[j]));
    assert_true(hash_of(d[8]) == hash_of(d[0]));
    assert_true(glia__data_names_hash(d[0]) == glia__data_names_hash(d[1]));
    assert_true(glia__data_names_hash(d[0]) != glia__data_names_hash(d[7]));
    for (size_t i = COUNT(d); i-- > 0;) glia_data_free(d[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_OWN_FOLDER(the_one_before_stays),
        IN_OWN_FOLDER(both_may_be_one_file),
        IN_OWN_FOLDER(links_are_followed),
        IN_OWN_FOLDER(what_is_left_by_a_crash),
        IN_OWN_FOLDER(what_killed_processes_left_goes),
        IN_OWN_FOLDER(a_failure_leaves_both),
        IN_OWN_FOLDER(no_memory),
        IN_OWN_FOLDER(there_is_one_at_every_moment),
        cmocka_unit_test(hashes_are_as_defined),
        cmocka_unit_test(every_bit_counts),
        cmocka_unit_test(data_have_fingerprints),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
