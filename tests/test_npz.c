/* .npz as data: NumPy's own, stored and deflated, zip64 and what else zip files may be; and those that lie. */
#include "npy_files.h"
#include "scarce.h"

/* ---- NumPy's files ---------------------------------------------------------------------------------------------- */

static void put_golden(const char *path, const char *name)
{
    bytes b = golden_file(name);
    put_bytes(path, b.at, b.n);
}

static void expect_classes(const glia_data *d, size_t rows, const int32_t *classes)
{
    glia_data_info info;
    glia_data_describe(d, &info);
    assert_int_equal(info.target, GLIA_TARGET_CLASSES);
    assert_int_equal(info.rows, rows);
    for (size_t r = 0; r < rows; r++) assert_int_equal(glia_data_class(d, r), classes[r]);
}

static void test_names(void **state)
{
    static const char *const names[] = {"x_y.npz",         "x_y_deflated.npz",
                                        "positional.npz",  "positional_deflated.npz",
                                        "data_target.npz", "data_target_deflated.npz"};
    static const int32_t     classes[] = {2, 0, 1, 1, 0, 2};
    golden_case             *c = golden_open("npy");
    (void)state;
    for (size_t i = 0; i < COUNT(names); i++) {
        put_golden("a.npz", names[i]);
        glia_data *d = opened("a.npz", NULL);
        expect_inputs(d, golden_get(c, "npz_x"));
        expect_classes(d, 6, classes);
        assert_null(glia_data_test(d));
        assert_string_equal(glia_data_file(d, 0), "a.npz");
        assert_null(glia_data_file(d, 1));
        glia_data_free(d);
    }
    golden_close(c);
}

static void test_numbers(void **state)
{
    static const char *const names[] = {"x_numbers.npz", "x_numbers_deflated.npz"};
    golden_case             *c = golden_open("npy");
    const golden_array      *want = golden_get(c, "npz_numbers");
    (void)state;
    for (size_t i = 0; i < COUNT(names); i++) {
        glia_data_info info;
        put_golden("a.npz", names[i]);
        glia_data *d = opened("a.npz", NULL);
        glia_data_describe(d, &info);
        expect_inputs(d, golden_get(c, "npz_x"));
        assert_int_equal(info.outputs, 2);
        for (size_t k = 0; k < 12; k++) assert_true(glia_data_number(d, k / 2, k % 2) == want->values[k]);
        glia_data_free(d);
    }
    golden_close(c);
}

/* Keras's layout: two parts, whose classes are one list. */
static void test_parts(void **state)
{
    static const char *const names[] = {"parts.npz", "parts_deflated.npz"};
    static const int32_t     train[] = {2, 0, 1, 1, 0, 2}, test[] = {3, 0, 1}, alone[] = {2, 0, 1};
    golden_case             *c = golden_open("npy");
    (void)state;
    for (size_t i = 0; i < COUNT(names); i++) {
        glia_data_info info;
        put_golden("a.npz", names[i]);
        glia_data *d = opened("a.npz", NULL);
        assert_non_null(glia_data_test(d));
        expect_inputs(d, golden_get(c, "npz_train"));
        expect_classes(d, 6, train);
        expect_classes(glia_data_test(d), 3, test);
        glia_data_describe(d, &info);
        assert_true(info.image && info.bytes);
        assert_int_equal(info.outputs, 4);
        assert_string_equal(glia_data_file(d, 0), "a.npz");
        assert_null(glia_data_file(d, 1));
        glia_data_free(d);
        d = opened("a.npz:test", NULL);
        assert_null(glia_data_test(d));
        expect_classes(d, 3, alone);
        glia_data_free(d);
        d = opened("a.npz:train + a.npz:test", NULL);
        glia_data_describe(d, &info);
        assert_int_equal(info.rows, 9);
        glia_data_free(d);
    }
    golden_close(c);
}

static void test_large(void **state)
{
    (void)state;
    put_golden("a.npz", "large_deflated.npz");
    glia_data *d = opened("a.npz", NULL);
    for (size_t i = 0; i < 60000; i++) assert_true(glia_data_input(d, i / 300, i % 300) == (double)(i % 251));
    glia_data_free(d);
    d = opened("a.npz", "2"); /* an array alone may have its target in a column */
    glia_data_info info;
    glia_data_describe(d, &info);
    assert_int_equal(info.columns, 299);
    assert_true(glia_data_number(d, 1, 0) == 301 % 251);
    glia_data_free(d);
}

/* ---- zip files of our own --------------------------------------------------------------------------------------- */

typedef struct zipped {
    unsigned char at[1 << 18];
    size_t        n, count;
    struct {
        const char *name;
        size_t      at, size, packed;
        uint32_t    crc;
        unsigned    method, flags;
    } entry[4];
    bool large; /* all by zip64 */
} zipped;

static void z_add(zipped *z, const void *more, size_t n)
{
    assert_true(z->n + n <= sizeof z->at);
    memcpy(z->at + z->n, more, n);
    z->n += n;
}

static void z_number(zipped *z, uint64_t value, size_t size)
{
    for (size_t i = 0; i < size; i++) z_add(z, &(unsigned char){(unsigned char)(value >> 8 * i)}, 1);
}

static uint32_t crc_of(const unsigned char *content, size_t n)
{
    uint32_t crc = ~0u;
    for (size_t i = 0; i < n; i++) {
        crc ^= content[i];
        for (int bit = 0; bit < 8; bit++) crc = crc >> 1 ^ (crc & 1 ? 0xEDB88320u : 0);
    }
    return ~crc;
}

enum { STORED = 0, DEFLATED = 8, TOLD_BEHIND = 8, BLOCK = 50000 };

/* Deflate's stored blocks. */
static void add_blocks(zipped *z, const unsigned char *content, size_t n)
{
    for (size_t at = 0; at < n; at += BLOCK) {
        size_t length = n - at < BLOCK ? n - at : BLOCK;
        z_number(z, at + length == n, 1);
        z_number(z, length, 2);
        z_number(z, ~length, 2);
        z_add(z, content + at, length);
    }
}

static void z_member(zipped *z, const char *name, const void *content, size_t n, unsigned method, unsigned flags)
{
    size_t   k = z->count++, packed = method == DEFLATED ? n + (n + BLOCK - 1) / BLOCK * 5 : n;
    uint32_t crc = crc_of(content, n);
    bool     told = !(flags & TOLD_BEHIND);
    z->entry[k].name = name, z->entry[k].at = z->n, z->entry[k].size = n, z->entry[k].packed = packed;
    z->entry[k].crc = crc, z->entry[k].method = method, z->entry[k].flags = flags;
    z_add(z, "PK\3\4\24\0", 6);
    z_number(z, flags, 2);
    z_number(z, method, 2);
    z_number(z, 0, 4);
    z_number(z, told ? crc : 0, 4);
    z_number(z, told ? packed : 0, 4);
    z_number(z, told ? n : 0, 4);
    z_number(z, strlen(name), 2);
    z_number(z, 5, 2);
    z_add(z, name, strlen(name));
    z_add(z, "\7\7\1\0x", 5); /* an extra field of another number */
    if (method == DEFLATED)
        add_blocks(z, content, n);
    else
        z_add(z, content, n);
    if (told) return;
    z_number(z, crc, 4);
    z_number(z, packed, 4);
    z_number(z, n, 4);
}

static void z_end(zipped *z)
{
    const size_t directory = z->n, all = 0xFFFFFFFF;
    for (size_t k = 0; k < z->count; k++) {
        z_add(z, "PK\1\2\24\0\24\0", 8);
        z_number(z, z->entry[k].flags, 2);
        z_number(z, z->entry[k].method, 2);
        z_number(z, 0, 4);
        z_number(z, z->entry[k].crc, 4);
        z_number(z, z->large ? all : z->entry[k].packed, 4);
        z_number(z, z->large ? all : z->entry[k].size, 4);
        z_number(z, strlen(z->entry[k].name), 2);
        z_number(z, z->large ? 5 + 28 : 0, 2);
        z_number(z, 3, 2);
        z_number(z, 0, 8);
        z_number(z, z->large ? all : z->entry[k].at, 4);
        z_add(z, z->entry[k].name, strlen(z->entry[k].name));
        if (z->large) {
            z_add(z, "\7\7\1\0x\1\0\30\0", 9);
            z_number(z, z->entry[k].size, 8);
            z_number(z, z->entry[k].packed, 8);
            z_number(z, z->entry[k].at, 8);
        }
        z_add(z, "why", 3);
    }
    const size_t size = z->n - directory, end = z->n;
    if (z->large) {
        z_add(z, "PK\6\6", 4);
        z_number(z, 44, 8);
        z_number(z, 45, 4);
        z_number(z, 0, 8);
        z_number(z, z->count, 8);
        z_number(z, z->count, 8);
        z_number(z, size, 8);
        z_number(z, directory, 8);
        z_add(z, "PK\6\7\0\0\0\0", 8);
        z_number(z, end, 8);
        z_number(z, 1, 4);
    }
    z_add(z, "PK\5\6\0\0\0\0", 8);
    z_number(z, z->large ? 0xFFFF : z->count, 2);
    z_number(z, z->large ? 0xFFFF : z->count, 2);
    z_number(z, z->large ? all : size, 4);
    z_number(z, z->large ? all : directory, 4);
    z_number(z, 12, 2);
    z_add(z, "PK\5\6 no more", 12); /* a comment that begins as the end does */
}

/* A .npy of so many bytes 0, 1, 2, ..., as rows of 4. */
static size_t put_ramp(unsigned char *to, size_t rows)
{
    char dict[128];
    snprintf(dict, sizeof dict, DICT("|u1", "False", "(%zu, 4)"), rows);
    bytes header = npy_header(dict);
    memcpy(to, header.at, header.n);
    for (size_t i = 0; i < 4 * rows; i++) to[header.n + i] = (unsigned char)i;
    return header.n + 4 * rows;
}

/* More than a buffer of bytes, by every way there is to write a zip file. */
static void test_ways_to_zip(void **state)
{
    enum { ROWS = 17000 };
    static unsigned char x[1 << 17], y[64];
    static zipped        z;
    (void)state;
    for (int way = 0; way < 8; way++) {
        unsigned method = way & 1 ? DEFLATED : STORED, flags = way & 2 ? TOLD_BEHIND : 0;
        size_t   n = put_ramp(x, ROWS);
        z = (zipped){.large = way & 4};
        z_member(&z, "other.txt", "hello", 5, STORED, 0);
        z_member(&z, "x.npy", x, n, method, flags);
        z_member(&z, "w.npy", y, 0, method, flags);
        z_end(&z);
        put_bytes("a.npz", z.at, z.n);
        glia_data     *d = opened("a.npz", NULL);
        glia_data_info info;
        glia_data_describe(d, &info);
        assert_int_equal(info.rows, ROWS);
        for (size_t i = 0; i < 4 * ROWS; i++) assert_true(glia_data_input(d, i / 4, i % 4) == (double)(i % 256));
        glia_data_free(d);
    }
}

/* ---- files that lie --------------------------------------------------------------------------------------------- */

/* The place of the k-th mark PK a b. */
static size_t find_mark(const bytes *z, char a, char b, int k)
{
    const char mark[] = {'P', 'K', a, b};
    for (size_t i = 0; i + 4 <= z->n; i++)
        if (memcmp(z->at + i, mark, 4) == 0 && k-- == 0) return i;
    fail_msg("there is no such mark");
    return 0;
}

/* In the golden file of x.npy and y.npy: a number within the k-th header of a kind becomes another. */
typedef struct lie {
    char        a, b;
    int         k;
    size_t      offset, size;
    uint64_t    value;
    const char *part;
} lie;

#define LOCAL 3, 4
#define ENTRY 1, 2
#define END 5, 6

static void expect_lies(const char *golden, const lie *lies, size_t count)
{
    const bytes whole = golden_file(golden);
    for (size_t i = 0; i < count; i++) {
        glia_data *d;
        bytes      b = whole;
        size_t     at = find_mark(&b, lies[i].a, lies[i].b, lies[i].k) + lies[i].offset;
        for (size_t k = 0; k < lies[i].size; k++) b.at[at + k] = (unsigned char)(lies[i].value >> 8 * k);
        put_bytes("a.npz", b.at, b.n);
        EXPECT_FAILS(glia_data_open(&d, "a.npz", NULL), GLIA_E_FORMAT, lies[i].part);
        assert_null(d);
    }
}

static void test_lies(void **state)
{
    static const lie lies[] = {
        /* the end */
        {END, 0, 0, 1, 'Q', "a.npz: byte 634: the zip file ends here, without its directory"},
        {END, 0, 20, 2, 1, "the zip file ends here, without its directory"},
        {END, 0, 10, 2, 1, "the directory goes on behind its last entry"},
        {END, 0, 10, 2, 3, "the directory ends here, within an entry"},
        {END, 0, 10, 2, 1001, "1001 members; at most 1000 can be read"},
        {END, 0, 10, 2, 0xFFFF, "the zip64 directory is missing"},
        {END, 0, 12, 4, 0xFFFFFFFF, "the zip64 directory is missing"},
        {END, 0, 12, 4, 0xFFFFFFF0, "the directory does not lie in the file as is said here"},
        {END, 0, 16, 4, 0xFFFFFFF0, "the directory does not lie in the file as is said here"},
        {END, 0, 16, 4, 0, "an entry of the directory is said to be here, and is not"},
        /* an entry */
        {ENTRY, 0, 0, 1, 'Q', "an entry of the directory is said to be here, and is not"},
        {ENTRY, 1, 28, 2, 999, "the directory ends within the entry that begins here"},
        {ENTRY, 0, 8, 2, 1, "a.npz: member \"x.npy\": the member is encrypted"},
        {ENTRY, 1, 8, 2, 1, "a.npz: member \"y.npy\": the member is encrypted"},
        {ENTRY, 0, 10, 2, 12, "a.npz: member \"x.npy\": the member is packed by method 12; 0, stored, and 8, deflated"},
        {ENTRY, 0, 24, 4, 8, "a.npz: member \"x.npy\": the member is stored, but has two sizes"},
        {ENTRY, 0, 20, 4, 0xFFFFFFFF, "the entry that begins here has no room for its large numbers"},
        {ENTRY, 0, 42, 4, 0xFFFFFF00, "a member is said to begin behind the directory"},
        {ENTRY, 0, 42, 4, 7, "a.npz: byte 7: a member is said to begin here, and does not"},
        {ENTRY, 1, 46, 1, 'x', "a.npz: two members are called \"x.npy\""},
        {ENTRY, 0, 46, 1, 'q',
         "no array of inputs: there are q.npy, y.npy; inputs are looked for as x, X, data, images, "
         "arr_0 or x_train, and targets as y, Y, labels, target, targets, arr_1 or y_train"},
        {ENTRY, 0, 16, 4, 5, "a.npz: byte 0: the member that begins here is not as the directory tells it"},
        /* what stands before a member */
        {LOCAL, 0, 0, 1, 'Q', "NUL byte"}, /* no zip file at all: a table then */
        {LOCAL, 1, 0, 1, 'Q', "a member is said to begin here, and does not"},
        {LOCAL, 0, 6, 2, 1, "the member that begins here is not as the directory tells it"},
        {LOCAL, 0, 8, 2, 8, "the member that begins here is not as the directory tells it"},
        {LOCAL, 0, 14, 4, 1, "the member that begins here is not as the directory tells it"},
        {LOCAL, 0, 18, 4, 1, "the member that begins here is not as the directory tells it"},
        {LOCAL, 0, 26, 2, 4, "the member that begins here is not as the directory tells it"},
        {LOCAL, 0, 30, 1, 'y', "the member has another name here than in the directory"},
        {LOCAL, 1, 28, 2, 9999, "the member that begins here reaches into the directory"},
        /* the member: NumPy's array begins 20 bytes of extra field after the name */
        {LOCAL, 0, 55, 1, 'X', "a.npz: member \"x.npy\": byte 0: this is no array"},
        {LOCAL, 0, 55 + 128 + 90, 1, 1,
         "a.npz: member \"x.npy\": byte 224: the check sum (CRC-32) of the member is wrong"},
        {LOCAL, 1, 55 + 128, 1, 1, "a.npz: member \"y.npy\": byte 176: the check sum (CRC-32) of the member is wrong"},
        {LOCAL, 0, 55 + 10 + 11, 4, 0x273E4F7C, "a.npz: member \"x.npy\": byte 20: descr '|O>"},
        {LOCAL, 0, 55 + 10 + 51, 1, '7',
         "a.npz: member \"x.npy\": byte 224: the file ends here, but its header promises 240"},
    };
    (void)state;
    expect_lies("x_y.npz", lies, COUNT(lies));
}

/* Sizes that deflated members say: one that no deflating reaches is refused before anything is unpacked. */
static void test_deflated_lies(void **state)
{
    static const lie lies[] = {
        {ENTRY, 0, 24, 4, 0x7FFFFFFF, "a.npz: member \"x.npy\": 2147483647 bytes cannot come of"},
        {ENTRY, 0, 24, 4, 223, "the member that begins here is not as the directory tells it"},
        {ENTRY, 0, 20, 4, 20, "the member that begins here is not as the directory tells it"},
        {ENTRY, 0, 20, 4, 4000, "the member that begins here is not as the directory tells it"},
        {LOCAL, 0, 55, 1, 7, "a.npz: member \"x.npy\": byte 0: the deflated data are damaged (invalid block type)"},
        {LOCAL, 0, 14, 4, 1, "the member that begins here is not as the directory tells it"},
    };
    (void)state;
    expect_lies("x_y_deflated.npz", lies, COUNT(lies));
}

/* A member that goes on, or ends, elsewhere than it says, where the array's header agrees with the lie. */
static void test_lengths(void **state)
{
    static unsigned char x[1024];
    static zipped        z;
    const size_t         n = put_ramp(x, 8);
    static const struct {
        int         size, packed; /* more than there are */
        const char *rows;         /* in the array's header */
        const char *part;
    } cases[] = {
        {-4, 0, "7", "byte 98: the member goes on, though the directory says that it ends here"},
        {4, 0, "9", "byte 102: the member ends here, though the directory says that it goes on"},
        {0, 1, "8", "byte 102: the member goes on, though the directory says that it ends here"},
        {0, -1, "8", "byte 101: the deflated data are truncated: they end here"},
        {0, -90, "8", "byte 12: the deflated data are truncated: they end here"},
        {-1, 0, "8", "byte 101: the file ends here, but its header promises 102 bytes in all"},
        {1, 0, "8", "byte 102: bytes past the end of the 32 numbers that the header promises"},
        {0, 5000, "8", "byte 0: the member that begins here reaches into the directory"},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        glia_data *d;
        z = (zipped){.n = 0};
        memcpy(x + 61, cases[i].rows, 1);
        z_member(&z, "x.npy", x, n, DEFLATED, TOLD_BEHIND);
        z.entry[0].size += cases[i].size;
        z.entry[0].packed += cases[i].packed;
        z_end(&z);
        put_bytes("a.npz", z.at, z.n);
        EXPECT_FAILS(glia_data_open(&d, "a.npz", NULL), GLIA_E_FORMAT, cases[i].part);
    }
}

static void test_zip64_lies(void **state)
{
    static const struct {
        size_t      back, size; /* bytes before the end of the file */
        uint64_t    value;
        const char *part;
    } cases[] = {
        {54, 1, 'Q', "the zip64 directory is missing"},
        {46, 8, 0xFFFFFFFFFF, "the zip64 directory is said to be elsewhere"},
        {46, 8, 7, "a.npz: byte 7: the zip64 directory is said to be here, and is not"},
        {110 - 32, 8, 1 << 20, "1048576 members; at most 1000 can be read"},
        {110 - 40, 8, 1 << 20, "the directory does not lie in the file as is said here"},
        {110 - 48, 8, 0xFFFFFFFFFFFFFFF0, "the directory does not lie in the file as is said here"},
    };
    static unsigned char x[256];
    static zipped        z;
    const size_t         n = put_ramp(x, 8);
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        glia_data *d;
        z = (zipped){.large = true};
        z_member(&z, "x.npy", x, n, STORED, 0);
        z_end(&z);
        for (size_t k = 0; k < cases[i].size; k++)
            z.at[z.n - cases[i].back + k] = (unsigned char)(cases[i].value >> 8 * k);
        put_bytes("a.npz", z.at, z.n);
        EXPECT_FAILS(glia_data_open(&d, "a.npz", NULL), GLIA_E_FORMAT, cases[i].part);
    }
}

/* Cut anywhere, with a byte too many, and with any byte another. */
static void test_damaged(void **state)
{
    static const char *const names[] = {"x_y.npz", "x_y_deflated.npz"};
    (void)state;
    for (size_t i = 0; i < COUNT(names); i++) {
        const bytes whole = golden_file(names[i]);
        glia_data  *d;
        for (size_t n = 1; n <= whole.n + 1; n++) {
            if (n == whole.n) continue;
            put_bytes("a.npz", whole.at, n);
            assert_int_equal(glia_data_open(&d, "a.npz", NULL), GLIA_E_FORMAT);
            assert_null(d);
        }
        for (size_t k = 0; k < 2 * whole.n; k++) {
            bytes b = whole;
            b.at[k / 2] ^= k % 2 ? 1 : 0xFF;
            put_bytes("a.npz", b.at, b.n);
            glia_status status = glia_data_open(&d, "a.npz", NULL);
            assert_true(status == GLIA_E_FORMAT || status == GLIA_OK);
            glia_data_free(d);
        }
    }
}

static void test_texts(void **state)
{
    static const struct {
        const char *text, *target, *part;
        glia_status status;
    } cases[] = {
        {"x.npz:test", NULL, "x.npz: no array of test inputs: there are x.npy, y.npy; inputs are looked for as x_test",
         GLIA_E_FORMAT},
        {"x.npz,x.npz", NULL, "x.npz: byte 0: this is no array", GLIA_E_FORMAT},
        {"empty.npz", NULL, "empty.npz: no array of inputs: there are no members; inputs are looked for",
         GLIA_E_FORMAT},
        {"x.npz.gz", NULL, "x.npz.gz: can only be read as a plain file, not gzipped", GLIA_E_FORMAT},
        {"alone.npz", "999", "alone.npz: member \"x.npy\": there is no column \"999\"; there are 300", GLIA_E_TEXT},
        {"parts.npz + x.npz", NULL, "are 1x2x2 bytes, but those of", GLIA_E_SHAPE},
        {"fifo", NULL, "fifo: can only be read as a plain file, not from a pipe", GLIA_E_FORMAT},
    };
    const bytes x = golden_file("x_y.npz");
    (void)state;
    put_bytes("x.npz", x.at, x.n);
    put_gzipped("x.npz.gz", x.at, x.n);
    put_golden("alone.npz", "large_deflated.npz");
    put_golden("parts.npz", "parts.npz");
    put_bytes("empty.npz", "PK\5\6\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 22);
    for (size_t i = 0; i < COUNT(cases); i++) {
        glia_data  *d;
        int         ends[2];
        char        path[32];
        const char *text = cases[i].text, *part = cases[i].part;
        const bool  piped = strcmp(text, "fifo") == 0;
        if (piped) {
            assert_int_equal(pipe(ends), 0);
            assert_int_equal(write(ends[1], x.at, x.n), x.n);
            close(ends[1]);
            snprintf(path, sizeof path, "/dev/fd/%d", ends[0]);
            text = path, part += strlen("fifo");
        }
        EXPECT_FAILS(glia_data_open(&d, text, &(glia_data_options){.target = cases[i].target}), cases[i].status, part);
        assert_null(d);
        if (piped) close(ends[0]);
    }
}

/* ---- memory ----------------------------------------------------------------------------------------------------- */

/* Directory and array agree on much, of which little is there: no more is asked for than was unpacked. */
static void test_promises(void **state)
{
    static unsigned char x[1 << 17];
    static zipped        z;
    (void)state;
    for (int method = STORED; method <= DEFLATED; method += DEFLATED) {
        glia_data *d;
        bytes      header = npy_header(DICT("<f4", "False", "(10000, 2000)"));
        z = (zipped){.n = 0};
        memcpy(x, header.at, header.n);
        z_member(&z, "x.npy", x, 100000, method, TOLD_BEHIND);
        z.entry[0].size = header.n + 80000000;
        if (method == STORED) z.entry[0].packed = z.entry[0].size;
        z_end(&z);
        put_bytes("a.npz", z.at, z.n);
        watch_begin();
        EXPECT_FAILS(glia_data_open(&d, "a.npz", NULL), GLIA_E_FORMAT,
                     method == STORED ? "reaches into the directory" : "though the directory says that it goes on");
        glia_set_allocator(NULL, NULL, NULL);
        assert_in_range(watched_largest, 1, 1 << 20);
    }
}

static glia_status open_deflated(void)
{
    return open_and_free("x.npz", NULL);
}

static glia_status open_parts(void)
{
    return open_and_free("parts.npz", NULL);
}

static glia_status open_joined(void)
{
    return open_and_free("parts.npz:test+parts.npz:train", NULL);
}

static void test_memory(void **state)
{
    glia_status (*const works[])(void) = {open_deflated, open_parts, open_joined};
    (void)state;
    put_golden("x.npz", "x_y_deflated.npz");
    put_golden("parts.npz", "parts.npz");
    for (size_t i = 0; i < COUNT(works); i++) expect_survives_scarcity(works[i], 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names),         cmocka_unit_test(test_numbers),     cmocka_unit_test(test_parts),
        cmocka_unit_test(test_large),         cmocka_unit_test(test_ways_to_zip), cmocka_unit_test(test_lies),
        cmocka_unit_test(test_deflated_lies), cmocka_unit_test(test_lengths),     cmocka_unit_test(test_zip64_lies),
        cmocka_unit_test(test_damaged),       cmocka_unit_test(test_texts),       cmocka_unit_test(test_promises),
        cmocka_unit_test(test_memory),
    };
    return cmocka_run_group_tests_name("npz", tests, enter_folder, leave_folder);
}
