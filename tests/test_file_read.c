/* Reading files: plain or gzipped, in pieces of any size, with every kind of damage noticed. */
#include <fcntl.h>

#include "folder.h"
#include "ground/gunzip.h"
#include "scarce.h"

/* ---- gzip, by hand ---------------------------------------------------------------------------------------------- */

enum { PLAIN_MOST = 1 << 18, ZIPPED_MOST = PLAIN_MOST + 4096 };
static unsigned char plain[PLAIN_MOST], zipped[ZIPPED_MOST], back[PLAIN_MOST];

static void fill_plain(void)
{
    for (size_t i = 0; i < PLAIN_MOST; i++) plain[i] = (unsigned char)(i * i >> 7 ^ i);
}

static uint32_t crc32_of(const unsigned char *bytes, size_t n)
{
    uint32_t crc = UINT32_MAX;
    for (size_t i = 0; i < n; i++) {
        crc ^= bytes[i];
        for (int bit = 0; bit < 8; bit++) crc = crc >> 1 ^ (crc & 1 ? 0xEDB88320 : 0);
    }
    return ~crc;
}

static unsigned char *put_little(unsigned char *at, uint32_t value, int bytes)
{
    for (int i = 0; i < bytes; i++) *at++ = (unsigned char)(value >> 8 * i);
    return at;
}

/* A member whose data are stored, not compressed (RFC 1951, 3.2.4), in blocks of at most 10000 bytes. */
static unsigned char *put_member(unsigned char *at, const unsigned char *bytes, size_t n)
{
    static const unsigned char header[] = {0x1F, 0x8B, 8, 8, 0, 0, 0, 0, 0, 3, 'f', 'i', 'l', 'e', 0};
    memcpy(at, header, sizeof header);
    at += sizeof header;
    size_t done = 0;
    do {
        uint32_t length = (uint32_t)(n - done < 10000 ? n - done : 10000);
        *at++ = done + length == n;
        at = put_little(put_little(at, length, 2), ~length, 2);
        memcpy(at, bytes + done, length);
        at += length;
        done += length;
    } while (done < n);
    return put_little(put_little(at, crc32_of(bytes, n), 4), (uint32_t)n, 4);
}

/* "glia " 200 times, by gzip -9: a Huffman-coded block with references back. */
static const unsigned char compressed[] = {0x1F, 0x8B, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0xFF, 0x4B,
                                           0xCF, 0xC9, 0x4C, 0x54, 0x48, 0x1F, 0x25, 0x46, 0x89, 0x51, 0x62,
                                           0x38, 0x13, 0x00, 0x32, 0xA9, 0x81, 0x18, 0xE8, 0x03, 0x00, 0x00};

static bool without_zlib(void)
{
    glia__gunzip *gunzip;
    bool          without = glia__gunzip_new(&gunzip) != GLIA_OK;
    glia__gunzip_free(gunzip);
    return without;
}

/* ---- reading ---------------------------------------------------------------------------------------------------- */

/* Reads all of a file in pieces; fewer than asked for only at its end. */
static glia_status read_all(const char *from, size_t piece, size_t *n)
{
    glia__reader *reader;
    size_t        got = piece;
    *n = 0;
    GLIA_TRY(glia__reader_open(&reader, from));
    glia_status status = GLIA_OK;
    while (status == GLIA_OK && got == piece) {
        size_t room = PLAIN_MOST - *n < piece ? PLAIN_MOST - *n : piece;
        status = glia__reader_read(reader, back + *n, room, &got);
        *n += status ? 0 : got;
    }
    glia__reader_close(reader);
    return status;
}

static void expect_read(size_t want)
{
    const size_t pieces[] = {1, 7, 4096, 65535, 65536, 65537, 200000, PLAIN_MOST};
    for (size_t i = want < 1000 ? 0 : 2; i < COUNT(pieces); i++) {
        size_t n;
        EXPECT_OK(read_all(path, pieces[i], &n));
        assert_int_equal(n, want);
        assert_memory_equal(back, plain, n);
    }
}

static void plain_files_are_read(void **state)
{
    (void)state;
    const size_t sizes[] = {0, 1, 2, 100, 65535, 65536, 65537, 131072, 200000};
    fill_plain();
    for (size_t i = 0; i < COUNT(sizes); i++) {
        glia__reader *reader;
        put(plain, sizes[i]);
        expect_read(sizes[i]);
        EXPECT_OK(glia__reader_open(&reader, path));
        assert_int_equal(glia__reader_size(reader), sizes[i]);
        assert_false(glia__reader_gzipped(reader));
        glia__reader_close(reader);
    }
}

static void gzipped_files_are_read(void **state)
{
    (void)state;
    const size_t sizes[] = {0, 1, 100, 30000, 65536, 200000};
    if (without_zlib()) skip();
    fill_plain();
    for (size_t i = 0; i < COUNT(sizes); i++) {
        glia__reader *reader;
        size_t        length = (size_t)(put_member(zipped, plain, sizes[i]) - zipped);
        put(zipped, length);
        expect_read(sizes[i]);
        EXPECT_OK(glia__reader_open(&reader, path));
        assert_int_equal(glia__reader_size(reader), length);
        assert_true(glia__reader_gzipped(reader));
        glia__reader_close(reader);
    }
}

static void compressed_files_are_read(void **state)
{
    (void)state;
    size_t n;
    if (without_zlib()) skip();
    put(compressed, sizeof compressed);
    EXPECT_OK(read_all(path, 4096, &n));
    assert_int_equal(n, 1000);
    for (size_t i = 0; i < n; i++) assert_int_equal(back[i], "glia "[i % 5]);
}

static void members_follow_each_other(void **state)
{
    (void)state;
    if (without_zlib()) skip();
    fill_plain();
    unsigned char *at = put_member(zipped, plain, 70000);
    at = put_member(at, plain + 70000, 0);
    at = put_member(at, plain + 70000, 30000);
    put(zipped, (size_t)(at - zipped));
    expect_read(100000);
}

static void a_cut_anywhere_is_noticed(void **state)
{
    (void)state;
    size_t n, length = (size_t)(put_member(zipped, plain, 50) - zipped);
    if (without_zlib()) skip();
    memcpy(zipped + length, compressed, sizeof compressed);
    for (size_t cut = 1; cut < length + sizeof compressed; cut++) {
        if (cut == length) continue; /* whole: one member */
        char place[32];
        snprintf(place, sizeof place, "byte %zu: ", cut);
        put(zipped, cut);
        EXPECT_FAILS(read_all(path, 4096, &n), GLIA_E_FORMAT, "truncated");
        assert_true(said(place));
        EXPECT_FAILS(read_all(path, 1, &n), GLIA_E_FORMAT, "truncated");
    }
}

/* A changed bit is noticed, or does not matter: header bytes that say nothing of the data. */
static void damage_is_noticed(void **state)
{
    (void)state;
    size_t n, length = (size_t)(put_member(zipped, plain, 50) - zipped), unnoticed = 0;
    if (without_zlib()) skip();
    for (size_t i = 0; i < 8 * length; i++) {
        zipped[i / 8] ^= (unsigned char)(1 << i % 8);
        put(zipped, length);
        glia_status status = read_all(path, 4096, &n);
        if (status == GLIA_OK && i / 8 >= 2) {
            assert_true(i / 8 <= 15); /* the header, and unused bits of the first block's */
            assert_int_equal(n, 50);
            assert_memory_equal(back, plain, 50);
            unnoticed++;
        } else if (i / 8 >= 2) {
            assert_true(fails_with(status, GLIA_E_FORMAT, "the gzip data are "));
        }
        zipped[i / 8] ^= (unsigned char)(1 << i % 8);
    }
    assert_in_range(unnoticed, 1, 12 * 8);
    zipped[length - 5] ^= 1;
    put(zipped, length);
    EXPECT_FAILS(read_all(path, 4096, &n), GLIA_E_FORMAT, "the gzip data are damaged (incorrect data check)");
}

static void bytes_after_the_end_are_noticed(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        size_t      n;
        const char *part;
    } tails[] = {{"x", 1, "truncated"},
                 {"garbage", 7, "damaged"},
                 {"\0", 1, "truncated"},
                 {"\0\0\0\0", 4, "damaged"},
                 {"\x1F", 1, "truncated"},
                 {"\x1F\x8B", 2, "truncated"},
                 {"\x1F\x8B\x08", 3, "truncated"},
                 {"\x1F\x8B\x07\0", 4, "damaged"},
                 {"\n", 1, "truncated"}};
    size_t n, length = (size_t)(put_member(zipped, plain, 50) - zipped);
    if (without_zlib()) skip();
    for (size_t i = 0; i < COUNT(tails); i++) {
        memcpy(zipped + length, tails[i].bytes, tails[i].n);
        put(zipped, length + tails[i].n);
        EXPECT_FAILS(read_all(path, 4096, &n), GLIA_E_FORMAT, tails[i].part);
        EXPECT_FAILS(read_all(path, 50, &n), GLIA_E_FORMAT, path);
    }
}

static void without_zlib_gzip_is_refused(void **state)
{
    (void)state;
    glia__reader *reader;
    if (!without_zlib()) skip();
    put(compressed, sizeof compressed);
    EXPECT_FAILS(glia__reader_open(&reader, path), GLIA_E_FORMAT, "file: is gzipped, and this build has no zlib");
    assert_null(reader);
}

/* ---- what cannot be read ---------------------------------------------------------------------------------------- */

static void what_cannot_be_opened(void **state)
{
    (void)state;
    glia__reader  *reader;
    unsigned char *bytes;
    size_t         n;
    EXPECT_FAILS(glia__reader_open(&reader, path), GLIA_E_OPEN, "file: cannot be opened: No such file or directory");
    assert_null(reader);
    EXPECT_FAILS(glia__file_read(path, 10, &bytes, &n), GLIA_E_OPEN, "No such file");
    EXPECT_FAILS(glia__reader_open(&reader, folder), GLIA_E_OPEN, "is a folder, not a file");
    EXPECT_FAILS(glia__file_read(folder, 10, &bytes, &n), GLIA_E_OPEN, "is a folder, not a file");
    EXPECT_FAILS(glia__file_read("/dev/null", 10, &bytes, &n), GLIA_E_OPEN, "/dev/null: is not a regular file");
    EXPECT_FAILS(glia__reader_open(&reader, NULL), GLIA_E_ARG, "empty");
    EXPECT_FAILS(glia__reader_open(&reader, ""), GLIA_E_ARG, "empty");
    EXPECT_FAILS(glia__file_read(NULL, 10, &bytes, &n), GLIA_E_ARG, "empty");
    assert_null(bytes);
    glia__reader_close(NULL);
}

static bool unreadable_is_refused(void)
{
    glia__reader  *reader;
    unsigned char *bytes;
    size_t         n;
    return become_nobody() && fails_with(glia__reader_open(&reader, path), GLIA_E_OPEN, "Permission denied") &&
           !reader && fails_with(glia__file_read(path, 10, &bytes, &n), GLIA_E_OPEN, "Permission denied") && !bytes;
}

static void unreadable_files(void **state)
{
    (void)state;
    put("secret", 6);
    assert_int_equal(chmod(path, 0), 0);
    assert_true(holds_in_child(unreadable_is_refused));
}

static void whole_files(void **state)
{
    (void)state;
    unsigned char *bytes;
    size_t         n;
    put("abcdef", 6);
    expect_content(path, "abcdef", 6);
    EXPECT_OK(glia__file_read(path, 6, &bytes, &n));
    glia__free(bytes);
    EXPECT_FAILS(glia__file_read(path, 5, &bytes, &n), GLIA_E_FORMAT, "file: has 6 bytes, and may have 5 at most");
    assert_null(bytes);
    assert_int_equal(n, 0);
    put("", 0);
    expect_content(path, "", 0);
    put(compressed, sizeof compressed);
    expect_content(path, compressed, sizeof compressed); /* as it is, not unzipped */
}

static void what_stands_at_a_path(void **state)
{
    (void)state;
    put("", 0);
    assert_true(glia__is_file(path) && !glia__is_folder(path));
    assert_true(glia__is_folder(folder) && !glia__is_file(folder));
    assert_false(glia__is_file(other) || glia__is_folder(other));
    assert_false(glia__is_file("/dev/null") || glia__is_folder("/dev/null"));
    assert_false(glia__is_file(NULL) || glia__is_folder(NULL));
}

/* ---- anywhere in a file ----------------------------------------------------------------------------------------- */

static void bytes_anywhere(void **state)
{
    static const size_t places[][2] = {{0, 10}, {PLAIN_MOST - 5, 5}, {70000, 100000}, {3, 0}, {1, 1}};
    glia__reader       *reader;
    size_t              got;
    (void)state;
    fill_plain();
    put(plain, PLAIN_MOST);
    EXPECT_OK(glia__reader_open(&reader, path));
    for (size_t i = 0; i < COUNT(places); i++) {
        EXPECT_OK(glia__reader_read_at(reader, places[i][0], back, places[i][1], &got));
        assert_int_equal(got, places[i][1]);
        assert_memory_equal(back, plain + places[i][0], got);
    }
    EXPECT_OK(glia__reader_read_at(reader, PLAIN_MOST - 5, back, 9, &got));
    assert_int_equal(got, 5);
    EXPECT_OK(glia__reader_read_at(reader, UINT64_MAX - 3, back, 9, &got));
    assert_int_equal(got, 0);
    EXPECT_OK(glia__reader_read(reader, back, 20, &got)); /* the stream does not notice */
    assert_memory_equal(back, plain, 20);
    glia__reader_close(reader);
    if (without_zlib()) return;
    put(compressed, sizeof compressed);
    EXPECT_OK(glia__reader_open(&reader, path));
    assert_true(fails_with(glia__reader_read_at(reader, 0, back, 1, &got), GLIA_E_FORMAT, "not gzipped"));
    glia__reader_close(reader);
}

/* Deflated data without gzip's frame, and its check sum. */
static void bare_deflate(void **state)
{
    enum { FRAME = 10, ENDING = 8 };
    glia__gunzip *inflate;
    size_t        taken, given;
    (void)state;
    assert_int_equal(glia__crc32(0, "123456789", 9), 0xCBF43926);
    assert_int_equal(glia__crc32(glia__crc32(0, "1234", 4), "56789", 5), 0xCBF43926);
    if (without_zlib()) return;
    EXPECT_OK(glia__inflate_new(&inflate));
    EXPECT_OK(
        glia__gunzip_some(inflate, compressed + FRAME, sizeof compressed - FRAME - ENDING, &taken, back, 5000, &given));
    assert_int_equal(taken, sizeof compressed - FRAME - ENDING);
    assert_int_equal(given, 1000);
    assert_true(glia__gunzip_complete(inflate));
    assert_memory_equal(back + 995, "glia ", 5);
    glia__gunzip_free(inflate);
    EXPECT_OK(glia__inflate_new(&inflate));
    EXPECT_FAILS(glia__gunzip_some(inflate, (const unsigned char *)"\7\7\7", 3, &taken, back, 9, &given), GLIA_E_FORMAT,
                 "the deflated data are damaged (invalid block type)");
    glia__gunzip_free(inflate);
}

/* ---- standard input and pipes ----------------------------------------------------------------------------------- */

/* Standard input becomes a pipe into which `n` bytes trickle, so that a read gets what has come so far. */
static bool trickle(const unsigned char *bytes, size_t n)
{
    int   ends[2];
    pid_t child = pipe(ends) == 0 ? fork() : -1;
    if (child == 0) {
        for (size_t i = 0; i < n; i++)
            if (write(ends[1], bytes + i, 1) != 1 || (i % 10 == 0 && usleep(1000) != 0)) _exit(1);
        _exit(0);
    }
    return child > 0 && close(ends[1]) == 0 && dup2(ends[0], STDIN_FILENO) == STDIN_FILENO;
}

static bool standard_input_is_read(void)
{
    glia__reader *reader;
    size_t        n;
    if (!trickle(compressed, sizeof compressed)) return false;
    if (without_zlib()) return glia__reader_open(&reader, "-") == GLIA_E_FORMAT;
    return read_all("-", 300, &n) == GLIA_OK && n == 1000 && !memcmp(back + 995, "glia ", 5);
}

static bool standard_input_may_be_plain(void)
{
    size_t n;
    fill_plain();
    return trickle(plain, 300) && read_all("-", 200000, &n) == GLIA_OK && n == 300 && !memcmp(back, plain, n);
}

static bool standard_input_may_be_cut(void)
{
    glia__reader *reader;
    size_t        n;
    const char   *want = "standard input: byte 20: the gzip data are truncated: the file ends here";
    if (!trickle(compressed, 20)) return false;
    if (without_zlib()) return glia__reader_open(&reader, "-") == GLIA_E_FORMAT;
    return read_all("-", 300, &n) == GLIA_E_FORMAT && !strcmp(glia_error(), want);
}

static bool standard_input_may_be_a_folder(void)
{
    glia__reader *reader;
    int           fd = open(folder, O_RDONLY);
    return fd >= 0 && dup2(fd, STDIN_FILENO) == STDIN_FILENO && glia__reader_open(&reader, "-") == GLIA_E_OPEN &&
           !strcmp(glia_error(), "standard input: is a folder, not a file");
}

static void standard_input(void **state)
{
    (void)state;
    assert_true(holds_in_child(standard_input_is_read));
    assert_true(holds_in_child(standard_input_may_be_plain));
    assert_true(holds_in_child(standard_input_may_be_cut));
    assert_true(holds_in_child(standard_input_may_be_a_folder));
}

/* ---- no memory -------------------------------------------------------------------------------------------------- */

static glia_status read_file(void)
{
    size_t n;
    return read_all(path, 4096, &n);
}

static glia_status read_whole(void)
{
    unsigned char *bytes;
    size_t         n;
    GLIA_TRY(glia__file_read(path, 100, &bytes, &n));
    glia__free(bytes);
    return GLIA_OK;
}

static void no_memory(void **state)
{
    (void)state;
    put("plain", 5);
    expect_survives_scarcity(read_file, 2);
    expect_survives_scarcity(read_whole, 1);
    if (without_zlib()) return;
    put(compressed, sizeof compressed);
    expect_survives_scarcity(read_file, 4); /* zlib's own are among them */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(plain_files_are_read),
        IN_FOLDER(gzipped_files_are_read),
        IN_FOLDER(compressed_files_are_read),
        IN_FOLDER(members_follow_each_other),
        IN_FOLDER(a_cut_anywhere_is_noticed),
        IN_FOLDER(damage_is_noticed),
        IN_FOLDER(bytes_after_the_end_are_noticed),
        IN_FOLDER(without_zlib_gzip_is_refused),
        IN_FOLDER(what_cannot_be_opened),
        IN_FOLDER(unreadable_files),
        IN_FOLDER(whole_files),
        IN_FOLDER(what_stands_at_a_path),
        IN_FOLDER(bytes_anywhere),
        IN_FOLDER(bare_deflate),
        IN_FOLDER(standard_input),
        IN_FOLDER(no_memory),
    };
    return cmocka_run_group_tests_name("file_read", tests, NULL, NULL);
}
