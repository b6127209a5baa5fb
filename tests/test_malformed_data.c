/* Data that are wrong in every way: the status, and the sentence with its place. Then memory that fails at each call.
 */
#include <sys/stat.h>

#include "data_files.h"
#include "scarce.h"

/* ---- CSV -------------------------------------------------------------------------------------------------------- */

#define CSV(content) content, sizeof(content) - 1

static const struct {
    const char *content;
    size_t      size;
    const char *target;
    glia_status status;
    const char *part;
} tables[] = {
    {CSV(""), NULL, GLIA_E_FORMAT, "t.csv: the file is empty"},
    {CSV("\n\n  \n"), NULL, GLIA_E_FORMAT, "t.csv: the file has blank lines only"},
    {CSV("\xEF\xBB\xBF"), NULL, GLIA_E_FORMAT, "t.csv: the file has blank lines only"},
    {CSV("a,b,c\n"), NULL, GLIA_E_FORMAT, "t.csv: a header, but no rows"},
    {CSV("a,b,c"), NULL, GLIA_E_FORMAT, "t.csv: a header, but no rows"},
    {CSV("a\n1\n"), NULL, GLIA_E_FORMAT, "t.csv:1:1: there is only one column (\"a\")"},
    {CSV("a b c\n1 2 3\n"), NULL, GLIA_E_FORMAT, "t.csv:1:1: there is only one column"},
    /* cells */
    {CSV("id,age,y\n1,abc,3\n"), NULL, GLIA_E_FORMAT, "t.csv:2:3: column 2 (age): \"abc\" is not a number"},
    {CSV("id,age,y\r\n1,2,3\r\n10,  1x ,3\r\n"), NULL, GLIA_E_FORMAT,
     "t.csv:3:4: column 2 (age): \"1x\" is not a number"},
    {CSV("1,2,3\n4,0x10,6\n"), NULL, GLIA_E_FORMAT, "t.csv:2:3: column 2: \"0x10\" is not a number"},
    {CSV("a,b,y\n1,2,\n3,4,?\n"), NULL, GLIA_E_FORMAT, "t.csv: the target of all 2 rows is missing: none is left"},
    {CSV("a,b,y\n1,1.2.3,3\n"), NULL, GLIA_E_FORMAT, "\"1.2.3\" is not a number"},
    {CSV("a,b,y\n1,--2,3\n"), NULL, GLIA_E_FORMAT, "\"--2\" is not a number"},
    {CSV("a,b,y\n1,-,3\n"), NULL, GLIA_E_FORMAT, "t.csv:2:3: column 2 (b): \"-\" is not a number"},
    {CSV("a,b,y\n1,1e,3\n"), NULL, GLIA_E_FORMAT, "\"1e\" is not a number"},
    {CSV("a,b,y\n1,1 2,3\n"), NULL, GLIA_E_FORMAT, "\"1 2\" is not a number"},
    {CSV("a;b;y\n1;2,5;3\n"), NULL, GLIA_E_FORMAT, "t.csv:2:3: column 2 (b): \"2,5\" is not a number"},
    {CSV("a,b,y\n1,1e999,3\n"), NULL, GLIA_E_FORMAT, "t.csv:2:3: column 2 (b): \"1e999\" is out of range"},
    {CSV("a,b,y\n1,2,-1e400\n"), NULL, GLIA_E_FORMAT, "t.csv:2:5: column 3 (y): \"-1e400\" is out of range"},
    {CSV("a,b,y\n1,inf,3\n"), NULL, GLIA_E_FORMAT, "t.csv:2:3: column 2 (b): \"inf\" is not a finite number"},
    {CSV("PAR1 and more"), NULL, GLIA_E_FORMAT, "t.csv: a Parquet file, which is not read: save it as CSV or .npy"},
    {CSV("\x80\x04\x95 and more"), NULL, GLIA_E_FORMAT, "t.csv: a pickle, which is not read"},
    {CSV("a,b,y\n1,2,inf\n"), NULL, GLIA_E_FORMAT, "t.csv:2:5: column 3 (y): \"inf\" is not a finite number"},
    {CSV("a,b,y\n1,2\0"
         "3,3\n"),
     NULL, GLIA_E_FORMAT, "t.csv:2:3: column 2 (b): a NUL byte"},
    {CSV("a,b,y\n1,2,3\0\n"), NULL, GLIA_E_FORMAT, "t.csv:2:5: column 3 (y): a NUL byte"},
    {CSV("a,\0b,y\n1,2,3\n"), NULL, GLIA_E_FORMAT, "t.csv:1:3: column 2: a NUL byte"},
    {CSV("\xFF\xFE"
         "a\0,\0b\0\n\0"),
     NULL, GLIA_E_FORMAT, "t.csv:1:1: column 1: a NUL byte"},
    {CSV("a,\xE9,y\n1,2,3\n"), NULL, GLIA_E_FORMAT, "t.csv:1:3: column 2: \"\xE9\" is not UTF-8 text"},
    {CSV("a,y\n1,\xC3\xA9\n2,caf\xE9\n"), NULL, GLIA_E_FORMAT,
     "t.csv:3:3: column 2 (y): \"caf\xE9\" is not UTF-8 text"},
    /* rows */
    {CSV("a,b,y\n1,2\n"), NULL, GLIA_E_FORMAT, "t.csv:2:1: a row of 2 cells; the first one has 3"},
    {CSV("a,b,y\n1,2,3\n4\n"), NULL, GLIA_E_FORMAT, "t.csv:3:1: a row of 1 cell; the first one has 3"},
    {CSV("a,b,y\n1,2,3,4\n"), NULL, GLIA_E_FORMAT, "t.csv:2:1: a row of 4 cells; the first one has 3"},
    {CSV("a,b,y\n1,2,3,\n"), NULL, GLIA_E_FORMAT, "t.csv:2:1: a row of 4 cells; the first one has 3"},
    {CSV("y,a,b\nx,abc\n"), NULL, GLIA_E_FORMAT, "t.csv:2:1: a row of 2 cells; the first one has 3"},
    {CSV("a,b,y\n1,2,\"3\n4,5,6\n"), NULL, GLIA_E_FORMAT, "t.csv:2:5: the quote that opens here is never closed"},
    {CSV("a,\"b,y\n1,2,3\n"), NULL, GLIA_E_FORMAT, "t.csv:1:3: the quote that opens here is never closed"},
    {CSV("a,b,y\n1,\"2\"3,4\n"), NULL, GLIA_E_FORMAT, "t.csv:2:6: text after a closing quote"},
    {CSV("a,b,\"y\"z\n1,2,3\n"), NULL, GLIA_E_FORMAT, "t.csv:1:8: text after a closing quote"},
    {CSV("a,b,y\n1,2,\"x\n\ny\"\n3,q,z\n"), NULL, GLIA_E_FORMAT, "t.csv:5:3: column 2 (b): \"q\" is not a number"},
    {CSV("y,a,b\n\"x\ny\",1,q\n"), "y", GLIA_E_FORMAT, "t.csv:3:6: column 3 (b): \"q\" is not a number"},
    /* the header and the target */
    {CSV("a,b,a\n1,2,3\n"), NULL, GLIA_E_FORMAT, "t.csv:1:5: columns 1 and 3 are both called \"a\""},
    {CSV("a,b,\"a\" \n1,2,3\n"), NULL, GLIA_E_FORMAT, "t.csv:1:5: columns 1 and 3 are both called \"a\""},
    {CSV("a,b,y\n1,2,3\n"), "c", GLIA_E_TEXT, "t.csv:1:1: there is no column \"c\"; there are a, b, y"},
    {CSV("a,b,y\n1,2,3\n"), "4", GLIA_E_TEXT, "there is no column \"4\"; there are a, b, y"},
    {CSV("a,b,y\n1,2,3\n"), "0", GLIA_E_TEXT, "there is no column \"0\""},
    {CSV("a,b,y\n1,2,3\n"), "1.5", GLIA_E_TEXT, "there is no column \"1.5\""},
    {CSV("1,2,3\n4,5,6\n"), "age", GLIA_E_TEXT, "there is no column \"age\"; there are 3, without names"},
    {CSV("x,\"long\nname\",y\n1,2,3\n"), "z", GLIA_E_TEXT,
     "t.csv:1:1: there is no column \"z\"; there are x, long?name, y"},
};

/* All columns but the target are told to be numbers: by their few cells alone they could be words. */
static void test_tables(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(tables); i++) {
        glia_data *d;
        put_bytes("t.csv", tables[i].content, tables[i].size);
        const glia_data_options o = {.target = tables[i].target, .columns = "*:number"};
        EXPECT_FAILS(glia_data_open(&d, "t.csv", &o), tables[i].status, tables[i].part);
        assert_null(d);
    }
}

/* A number that only a double can hold is out of range where reals are floats. */
static void test_range_of_real(void **state)
{
    static const char *const large[] = {"1e39", "-4e38", "1000000000000000000e22", "1234567890123.5e27"};
    (void)state;
    for (size_t i = 0; i < COUNT(large); i++) {
        char       text[80], want[80];
        glia_data *d;
        sprintf(text, "a,b\n%s,2\n", large[i]);
        sprintf(want, "t.csv:2:1: column 1 (a): \"%s\" is out of range", large[i]);
        put_text("t.csv", text);
        if (IS_DOUBLE)
            EXPECT_OK(glia_data_open(&d, "t.csv", NULL));
        else
            EXPECT_FAILS(glia_data_open(&d, "t.csv", NULL), GLIA_E_FORMAT, want);
        glia_data_free(d);
    }
}

/* Wrong behind the first chunk: the line is still right. */
static void test_place_far_away(void **state)
{
    FILE      *file = fopen("t.csv", "wb");
    glia_data *d;
    (void)state;
    assert_non_null(file);
    for (int i = 0; i < 400000; i++) fputs("1,2,3\n", file);
    fputs("1,2,3\n1,zwei,3\n", file);
    assert_int_equal(fclose(file), 0);
    EXPECT_FAILS(glia_data_open(&d, "t.csv", NULL), GLIA_E_FORMAT,
                 "t.csv:400002:3: column 2: \"zwei\" is not a number");
    assert_int_equal(truncate("t.csv", 2400000), 0);
    file = fopen("t.csv", "ab");
    assert_non_null(file);
    fputs("1,2,\"3\n", file);
    for (int i = 0; i < 400000; i++) fputs("1,2,3\n", file);
    assert_int_equal(fclose(file), 0);
    EXPECT_FAILS(glia_data_open(&d, "t.csv", NULL), GLIA_E_FORMAT, "t.csv:400001:5: the quote that opens here");
}

/* ---- IDX -------------------------------------------------------------------------------------------------------- */

typedef struct idx_case {
    bytes       file;
    size_t      numbers; /* bytes of numbers that follow the header */
    const char *part;
} idx_case;

static bytes only(const char *begin, size_t n)
{
    bytes b = {.n = 0};
    add(&b, begin, n);
    return b;
}

static void test_idx(void **state)
{
    const idx_case cases[] = {
        {only("\0\0", 2), 0, "x.idx: byte 0: this is no IDX file"},
        {only("\0\0\x08", 3), 0, "x.idx: byte 0: this is no IDX file"},
        {IDX_HEADER(0x07, 2, 3), 6, "x.idx: byte 2: 0x07 is no type of IDX"},
        {IDX_HEADER(0x0A, 2, 3), 6, "x.idx: byte 2: 0x0A is no type of IDX"},
        {only("\0\0\x08\0", 4), 0, "x.idx: byte 3: 0 dimensions"},
        {IDX_HEADER(0x08, 1, 1, 1, 1, 1), 1, "x.idx: byte 3: 5 dimensions"},
        {only("\0\0\x08\x03\0\0\0\x02\0\0", 10), 0,
         "x.idx: byte 10: the file ends here, but its header promises 16 bytes"},
        {IDX_HEADER(0x08, 0, 3), 0, "x.idx: byte 4: dimension 1 of 2 is 0"},
        {IDX_HEADER(0x08, 2, 3, 0), 0, "x.idx: byte 12: dimension 3 of 3 is 0"},
        {IDX_HEADER(0x08, 0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF), 6, "x.idx: byte 8: the first 2 dimensions are more"},
        {IDX_HEADER(0x0E, 0xFFFFFFFF, 0x3FFFFFFF), 6, "x.idx: byte 8: the first 2 dimensions are more"},
        {IDX_HEADER(0x08, 2, 3), 5, "x.idx: byte 17: the file ends here, but its header promises 18 bytes"},
        {IDX_HEADER(0x08, 2, 3), 0, "x.idx: byte 12: the file ends here, but its header promises 18 bytes"},
        {IDX_HEADER(0x0C, 2, 3), 6, "x.idx: byte 18: the file ends here, but its header promises 36 bytes"},
        {IDX_HEADER(0x08, 0x7FFFFFFF, 1000), 6, "x.idx: byte 18: the file ends here"},
        {IDX_HEADER(0x08, 2, 3), 7, "x.idx: byte 18: bytes past the end of the 6 numbers"},
        {IDX_HEADER(0x0B, 2), 400, "x.idx: byte 12: bytes past the end of the 2 numbers"},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++)
        for (int gz = 0; gz < 2; gz++) {
            glia_data *d;
            put_idx("x.idx", cases[i].file, cases[i].numbers);
            if (gz) {
                bytes plain = cases[i].file;
                for (size_t k = 0; k < cases[i].numbers; k++) add_number(&plain, k, 1, true);
                put_gzipped("x.idx", plain.at, plain.n);
            }
            EXPECT_FAILS(glia_data_open(&d, "x.idx", NULL), GLIA_E_FORMAT, cases[i].part);
            assert_null(d);
        }
}

static void test_idx_numbers(void **state)
{
    glia_data *d;
    bytes      file = IDX_HEADER(0x0D, 2, 2);
    (void)state;
    for (int i = 0; i < 3; i++) add_number(&file, 0x3F800000, 4, true);
    add_number(&file, 0x7FC00000, 4, true);
    put_bytes("x.idx", file.at, file.n);
    EXPECT_FAILS(glia_data_open(&d, "x.idx", NULL), GLIA_E_FORMAT,
                 "x.idx: byte 24: row 2: number 2 is nan, which is not finite");
    file = IDX_HEADER(0x0E, 1, 1);
    add_number(&file, IS_DOUBLE ? 0xFFF0000000000000 : 0x7FEFFFFFFFFFFFFF, 8, true);
    put_bytes("x.idx", file.at, file.n);
    EXPECT_FAILS(glia_data_open(&d, "x.idx", NULL), GLIA_E_FORMAT,
                 IS_DOUBLE ? "x.idx: byte 12: row 1: number 1 is -inf" : "308, which is out of range");
}

/* A header that promises 256 GiB costs no such allocation. */
static void test_idx_promises(void **state)
{
    bytes      file = IDX_HEADER(0x08, 0x10000000, 32, 32);
    glia_data *d;
    (void)state;
    add(&file, "few", 3);
    watch_begin();
    for (int gz = 0; gz < 2; gz++) {
        gz ? put_gzipped("x.idx", file.at, file.n) : put_bytes("x.idx", file.at, file.n);
        EXPECT_FAILS(glia_data_open(&d, "x.idx", NULL), GLIA_E_FORMAT, "x.idx: byte 19: the file ends here");
    }
    glia_set_allocator(NULL, NULL, NULL);
    assert_in_range(watched_largest, 1, 1 << 20);
}

static void test_pairs(void **state)
{
    static const struct {
        const char *text, *part;
        glia_status status;
    } cases[] = {
        {"images,few", "few: byte 4: targets of 3 rows, but images has 4", GLIA_E_FORMAT},
        {"images,images", "images: byte 3: targets have 1 dimension or 2, these have 3", GLIA_E_FORMAT},
        {"images,text", "text: byte 0: this is no array: neither an IDX file nor NumPy", GLIA_E_FORMAT},
        {"text,few", "text: byte 0: this is no array: neither an IDX file nor NumPy", GLIA_E_FORMAT},
        {"images,short", "short: byte 10: the file ends here", GLIA_E_FORMAT},
        {"images,missing", "missing: ", GLIA_E_OPEN},
        {"missing,few", "missing: ", GLIA_E_OPEN},
        {"images,", "data \"images,\": a file, a folder or a generator is missing", GLIA_E_TEXT},
        {",few", "data \",few\": a file, a folder or a generator is missing", GLIA_E_TEXT},
        {"images,empty", "empty: the file is empty", GLIA_E_FORMAT},
    };
    bytes shorter = IDX_HEADER(0x08, 4);
    (void)state;
    put_idx("images", IDX_HEADER(0x08, 4, 2, 2), 16);
    put_idx("few", IDX_HEADER(0x08, 3), 3);
    put_bytes("short", shorter.at, shorter.n + 2);
    put_text("text", "1,2\n3,4\n");
    put_text("empty", "");
    for (size_t i = 0; i < COUNT(cases); i++) {
        glia_data *d;
        EXPECT_FAILS(glia_data_open(&d, cases[i].text, NULL), cases[i].status, cases[i].part);
        assert_null(d);
    }
}

/* ---- gzip ------------------------------------------------------------------------------------------------------- */

/* Cut short at every byte, and each byte of the check sum made wrong. */
static void test_gzip(void **state)
{
    static const char content[] = "a,b\n1,2.5\n3,4.5\n";
    bytes             whole = gzipped(content, sizeof content - 1);
    glia_data        *d;
    (void)state;
    for (size_t n = 1; n < whole.n; n++) {
        put_bytes("t.csv.gz", whole.at, n);
        EXPECT_FAILS(glia_data_open(&d, "t.csv.gz", NULL), GLIA_E_FORMAT, "t.csv.gz: ");
        assert_null(d);
    }
    for (size_t i = whole.n - 8; i < whole.n; i++) {
        bytes wrong = whole;
        wrong.at[i] ^= 1;
        put_bytes("t.csv.gz", wrong.at, wrong.n);
        EXPECT_FAILS(glia_data_open(&d, "t.csv.gz", NULL), GLIA_E_FORMAT, "t.csv.gz: ");
    }
    put_bytes("t.csv.gz", whole.at, whole.n);
    EXPECT_OK(glia_data_open(&d, "t.csv.gz", NULL));
    glia_data_free(d);
}

/* ---- data texts ------------------------------------------------------------------------------------------------- */

static void test_texts(void **state)
{
    static const struct {
        const char *text;
        glia_status status;
        const char *part;
    } cases[] = {
        {"", GLIA_E_TEXT, "a file, a folder or a generator is missing"},
        {"  ", GLIA_E_TEXT, "a file, a folder or a generator is missing"},
        {"ok.csv + ", GLIA_E_TEXT, "data \"ok.csv + \": a file, a folder or a generator is missing"},
        {"+ok.csv", GLIA_E_TEXT, "is missing"},
        {"missing.csv", GLIA_E_OPEN, "missing.csv: "},
        {"spirl", GLIA_E_OPEN,
         "spirl: no such file or folder, and no such generator (spiral, moons, circles, blobs, xor)"},
        {"spiral n=0", GLIA_E_TEXT, "data:1:8: spiral: n must be"},
        {"spiral n=1.5", GLIA_E_TEXT, "data:1:8: spiral: n must be a whole number"},
        {"spiral n=99999999999999999999", GLIA_E_TEXT, "data:1:8"},
        {"spiral classes=1", GLIA_E_TEXT, "classes must be"},
        {"spiral size=3", GLIA_E_TEXT, "\"size\" is not a setting; it has n, noise, seed, classes"},
        {"moons classes=2", GLIA_E_TEXT, "\"classes\" is not a setting"},
        {"moons noise=-1", GLIA_E_TEXT, "noise must be"},
        {"moons noise=nan", GLIA_E_TEXT, "noise"},
        {"moons seed=4294967296", GLIA_E_TEXT, "seed must be"},
        {"moons:test", GLIA_E_OPEN, "moons:test: there is no folder \"moons\""},
        {"nowhere:train", GLIA_E_OPEN, "there is no folder \"nowhere\""},
        {"ok.csv:test", GLIA_E_TEXT, "ok.csv:test: a file has no part \"test\""},
        {"bare", GLIA_E_OPEN,
         "bare: the folder lacks train-images-idx3-ubyte, train-labels-idx1-ubyte, t10k-images-idx3-ubyte, "
         "t10k-labels-idx1-ubyte (plain or .gz)"},
        {"half", GLIA_E_OPEN, "half: the folder lacks t10k-labels-idx1-ubyte"},
        {"half:test", GLIA_E_OPEN, "half: the folder lacks t10k-labels-idx1-ubyte"},
        {"uneven", GLIA_E_SHAPE, "are 1x2x2 bytes, but those of"},
        {"ok.csv+other.csv", GLIA_E_FORMAT, "input 1 is \"a\" in ok.csv, but \"q\" in other.csv"},
        {"ok.csv+wide.csv", GLIA_E_SHAPE, "the inputs of a row are 1 in ok.csv, but 2 in wide.csv"},
        {"ok.csv+missing.csv", GLIA_E_OPEN, "missing.csv"},
        {"images,labels+ok.csv", GLIA_E_SHAPE, "rows of images are 1x2x2 bytes, but those of ok.csv are 1x1x1 numbers"},
        {"images,labels+images", GLIA_E_FORMAT, "1 target columns"},
    };
    static const char *const halves[] = {"train-images-idx3-ubyte", "train-labels-idx1-ubyte",
                                         "t10k-images-idx3-ubyte"};
    (void)state;
    put_text("ok.csv", "a,b\n1,2.5\n");
    put_text("other.csv", "q,b\n1,2.5\n");
    put_text("wide.csv", "a,b,c\n1,2,2.5\n");
    put_idx("images", IDX_HEADER(0x08, 4, 2, 2), 16);
    put_idx("labels", IDX_HEADER(0x08, 4), 4);
    assert_int_equal(mkdir("bare", 0777) | mkdir("half", 0777) | mkdir("uneven", 0777), 0);
    for (size_t i = 0; i < COUNT(halves); i++) {
        char path[64];
        snprintf(path, sizeof path, "half/%s", halves[i]);
        put_idx(path, i == 1 ? IDX_HEADER(0x08, 4) : IDX_HEADER(0x08, 4, 2, 2), i == 1 ? 4 : 16);
        snprintf(path, sizeof path, "uneven/%s", halves[i]);
        put_idx(path, i == 1 ? IDX_HEADER(0x08, 4) : IDX_HEADER(0x08, 4, 2, 2 + (i == 2)),
                i == 1 ? 4 : 16 + 8 * (i == 2));
    }
    put_idx("uneven/t10k-labels-idx1-ubyte", IDX_HEADER(0x08, 4), 4);
    for (size_t i = 0; i < COUNT(cases); i++) {
        glia_data *d;
        EXPECT_FAILS(glia_data_open(&d, cases[i].text, NULL), cases[i].status, cases[i].part);
        assert_null(d);
    }
}

static void test_unreadable(void **state)
{
    glia_data *d;
    (void)state;
    put_text("secret.csv", "a,b\n1,2\n");
    assert_int_equal(chmod("secret.csv", 0), 0);
    if (geteuid() != 0) EXPECT_FAILS(glia_data_open(&d, "secret.csv", NULL), GLIA_E_OPEN, "secret.csv: ");
    assert_int_equal(chmod("secret.csv", 0600), 0);
}

/* ---- memory ----------------------------------------------------------------------------------------------------- */

static glia_status open_csv(void)
{
    return open_and_free("m.csv", NULL);
}

static glia_status open_pair(void)
{
    return open_and_free("images,labels", NULL);
}

static glia_status open_joined(void)
{
    return open_and_free("m.csv + words.csv", NULL);
}

static glia_status open_weighted(void)
{
    glia_data  *d;
    glia_status status =
        glia_data_open(&d, "m.csv + w.csv", &(glia_data_options){.weight = "w", .weight_optional = true});
    glia_data_free(d);
    return status;
}

static glia_status open_folder(void)
{
    return open_and_free("uneven:train", NULL);
}

static glia_status open_blobs(void)
{
    return open_and_free("blobs n=3", NULL);
}

static glia_status use_pair(void)
{
    glia_data  *d, *rest = NULL, *held = NULL;
    glia_status status = glia_data_open(&d, "images,labels", NULL);
    if (status == GLIA_OK) status = glia_data_set_target(d, GLIA_TARGET_NUMBERS);
    if (status == GLIA_OK) status = glia_data_set_target(d, GLIA_TARGET_CLASSES);
    if (status == GLIA_OK) status = glia_data_split(d, 0.5, GLIA_SPLIT_SHUFFLED, 0, &rest, &held);
    if (status == GLIA_OK) status = glia_data_write_csv(held, "out.csv");
    glia_data_free(rest);
    glia_data_free(held);
    glia_data_free(d);
    return status;
}

static glia_status use_strata(void)
{
    static const glia_real x[8] = {0};
    static const int32_t   classes[8] = {0, 1, 0, 1, 1, 1, 0, 0};
    glia_data             *d, *rest = NULL, *held = NULL;
    glia_status            status = glia_data_from_reals(&d, x, 8, 1, classes, NULL, 2);
    if (status == GLIA_OK) status = glia_data_split(d, 0.4, GLIA_SPLIT_STRATIFIED, 0, &rest, &held);
    glia_data_free(rest);
    glia_data_free(held);
    glia_data_free(d);
    return status;
}

static void test_memory(void **state)
{
    glia_status (*const works[])(void) = {open_csv,    open_pair,  open_joined, open_weighted,
                                          open_folder, open_blobs, use_pair,    use_strata};
    (void)state;
    put_text("m.csv", "a,\"b \"\"x\"\"\",kind\n1,2,7\n3,4,5\n5,6,cat\n");
    put_text("w.csv", "a,w,\"b \"\"x\"\"\",kind\n1,0.5,2,dog\n3,2,4,cat\n");
    put_text("words.csv", "a,\"b \"\"x\"\"\",kind\n1,2,dog\n3,4,cat\n");
    for (size_t i = 0; i < COUNT(works); i++) expect_survives_scarcity(works[i], 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tables),     cmocka_unit_test(test_range_of_real), cmocka_unit_test(test_place_far_away),
        cmocka_unit_test(test_idx),        cmocka_unit_test(test_idx_numbers),   cmocka_unit_test(test_idx_promises),
        cmocka_unit_test(test_pairs),      cmocka_unit_test(test_gzip),          cmocka_unit_test(test_texts),
        cmocka_unit_test(test_unreadable), cmocka_unit_test(test_memory),
    };
    return cmocka_run_group_tests_name("malformed data", tests, enter_folder, leave_folder);
}
