/* Images that are wrong in every way: the status, and the sentence with the file and the byte. Then memory that fails
 * at each call. */
#include <sys/stat.h>
#include <sys/wait.h>

#include "data/image.h"
#include "data_files.h"
#include "scarce.h"

#define GOLDEN GLIA_TEST_DATA "/golden/images/"

static void expect_wrong(const char *text, glia_status status, const char *part)
{
    glia_data *d;
    EXPECT_FAILS(glia_data_open(&d, text, NULL), status, part);
    assert_null(d);
}

/* A golden file, changed by a test. */
static bytes golden(const char *name)
{
    bytes b = {.n = 0};
    char  path[512];
    snprintf(path, sizeof path, GOLDEN "%s", name);
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    b.n = fread(b.at, 1, sizeof b.at, file);
    assert_in_range(b.n, 1, sizeof b.at - 1);
    fclose(file);
    return b;
}

static void put_changed(const char *path, const bytes *b, size_t at, const void *to, size_t n)
{
    bytes changed = *b;
    assert_true(at + n <= changed.n);
    memcpy(changed.at + at, to, n);
    put_bytes(path, changed.at, changed.n);
}

/* ---- PBM, PGM, PPM ---------------------------------------------------------------------------------------------- */

#define CASE(content) content, sizeof(content) - 1

static const struct {
    const char *content;
    size_t      size;
    const char *part;
} pnms[] = {
    {CASE("P5\n3 "), "a.pgm: byte 5: the file ends here, where the height should stand"},
    {CASE("P5\n3 x\n"), "a.pgm: byte 5: this is not the height, which should stand here"},
    {CASE("P5\n3 -2\n255\n"), "a.pgm: byte 5: this is not the height"},
    {CASE("P5\n3 2"), "a.pgm: byte 6: the file ends here, where the largest value should stand"},
    {CASE("P5\n3 2\n# no more"), "a.pgm: byte 16: the file ends here, where the largest value should stand"},
    {CASE("P5\n3 2\n\1\2\3\4\5\6"), "a.pgm: byte 7: this is not the largest value"},
    {CASE("P5\n3 2\n0\n"), "a.pgm: byte 8: the largest value is 0"},
    {CASE("P5\n3 2\n65536\n"), "a.pgm: byte 7: the largest value is more than 65535"},
    {CASE("P5\n3 2\n99999999999999999999999\n"), "a.pgm: byte 7: the largest value is more than 65535"},
    {CASE("P5\n99999999999999999999 2\n255\n"), "a.pgm: byte 3: the width is more than 2147483647"},
    {CASE("P5\n0 2\n255\n"), "a.pgm: byte 6: an image of 2 x 0 pixels (height x width) has none"},
    {CASE("P5\n3 0\n255\n"), "a.pgm: byte 6: an image of 0 x 3 pixels"},
    {CASE("P5\n2147483647 2147483647\n255\n"), "a.pgm: byte 24: an image of 2147483647 x 2147483647 pixels (height x "
                                               "width); at most 67108864 are read"},
    {CASE("P5\n8192 8193\n255\n"), "a.pgm: byte 12: an image of 8193 x 8192 pixels"},
    {CASE("P5\n8192 8192\n255\nfew"), "a.pgm: byte 20: the file ends here, but its header promises 8192 x 8192 pixels"},
    {CASE("P5\n3 2\n255\n\1\2\3\4\5"), "a.pgm: byte 16: the file ends here, but its header promises 2 x 3 pixels"},
    {CASE("P5\n3 2\n256\n\1\2\3\4\5\6\1\2\3\4\5"), "a.pgm: byte 22: the file ends here"},
    {CASE("P5\n3 2\n255\n\1\2\3\4\5\6\7"), "a.pgm: byte 17: bytes past the end of the image"},
    {CASE("P5\n3 2\n255"), "a.pgm: byte 10: the file ends here, where white space should stand"},
    {CASE("P5\n3 2\n9\n\1\2\3\4\5\12"), "a.pgm: byte 14: a value of 10, and the header says that 9 is the largest"},
    {CASE("P2\n3 2\n9\n1 2 3 4 5 10\n"), "a value of 10, and the header says that 9 is the largest"},
    {CASE("P2\n3 2\n9\n1 2 3 4 5 99999\n"), "a value is more than 65535"},
    {CASE("P2\n3 2\n9\n1 2 three 4 5 6\n"), "a.pgm: byte 13: this is not a value, which should stand here"},
    {CASE("P2\n3 2\n9\n1 2 3 4 5 6x\n"), "a.pgm: byte 20: this is not a value"},
    {CASE("P2\n3 2\n9\n1 2 3 # 4 5 6\n"), "a.pgm: byte 23: the file ends here, where a value should stand"},
    {CASE("P2\n3 2\n9\n1 2 3 4 5 6 7\n"), "a.pgm: byte 21: bytes past the end of the image"},
    {CASE("P1\n3 2\n1 0 2 0 1 1"), "a.pgm: byte 11: this is not a pixel, 0 or 1,"},
    {CASE("P1\n3 2\n1 0 1 1 0 # 1 1"), "a.pgm: byte 22: the file ends here, where a pixel, 0 or 1, should stand"},
    {CASE("P4\n9 2\n\1\2\3"), "a.pgm: byte 10: the file ends here, but its header promises 2 x 9 pixels"},
    {CASE("P6\n1 1\n255\n\1\2"), "a.pgm: byte 13: the file ends here"},
    {CASE("P3\n1 1\n255\n1 2"), "a.pgm: byte 14: the file ends here"},
};

static void test_pnm(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(pnms); i++) {
        put_bytes("a.pgm", pnms[i].content, pnms[i].size);
        expect_wrong("a.pgm", GLIA_E_FORMAT, pnms[i].part);
    }
}

/* Cut short anywhere, and changed anywhere: an error, or an image. */
static void try_all(const char *name, bool every_cut_fails, size_t step)
{
    bytes whole = golden(name);
    for (size_t n = 0; n < whole.n; n++) {
        glia__image    image;
        unsigned char *cut = need(n ? n : 1, 1);
        memcpy(cut, whole.at, n);
        glia_status status = glia__image_decode(&image, cut, n);
        if (every_cut_fails && status != GLIA_E_FORMAT) fail_msg("%s: %zu bytes are enough", name, n);
        if (status == GLIA_E_FORMAT && strncmp(glia_error(), "byte ", 5) != 0) fail_msg("%s: %s", name, glia_error());
        glia__image_clear(&image);
        free(cut);
    }
    for (size_t i = 0; i < whole.n; i += step)
        for (int bit = 0; bit < 8; bit++) {
            glia__image image;
            bytes       wrong = whole;
            wrong.at[i] ^= (unsigned char)(1 << bit);
            if (glia__image_decode(&image, wrong.at, wrong.n)) assert_null(image.pixels);
            glia__image_clear(&image);
        }
}

static void test_cuts_and_changes(void **state)
{
    static const char *const pngs[] = {"gray16.png", "interlaced.png", "palette_alpha.png", "rgb_alpha.png"};
    static const char *const jpegs[] = {"jpeg420.jpg", "progressive.jpg", "turned6.jpg"};
    (void)state;
    for (size_t i = 0; i < COUNT(pngs); i++) try_all(pngs[i], true, 1);
    for (size_t i = 0; i < COUNT(jpegs); i++) try_all(jpegs[i], true, 3);
    try_all("photo.ppm", true, 1);
}

/* ---- PNG -------------------------------------------------------------------------------------------------------- */

static uint32_t crc_of(const unsigned char *at, size_t n)
{
    uint32_t crc = ~0u;
    for (size_t i = 0; i < n; i++) {
        crc ^= at[i];
        for (int bit = 0; bit < 8; bit++) crc = crc >> 1 ^ (crc & 1 ? 0xEDB88320u : 0);
    }
    return ~crc;
}

/* A PNG whose header says something else, and is right in itself. */
static void put_header(const char *path, const bytes *png, uint32_t width, uint32_t height, unsigned depth,
                       unsigned type)
{
    bytes head = {.n = 0};
    add_number(&head, width, 4, true), add_number(&head, height, 4, true);
    add_number(&head, depth, 1, true), add_number(&head, type, 1, true), add_number(&head, 0, 3, true);
    bytes made = *png;
    memcpy(made.at + 16, head.at, 13);
    head.n = 0;
    add_number(&head, crc_of(made.at + 12, 17), 4, true);
    memcpy(made.at + 29, head.at, 4);
    put_bytes(path, made.at, made.n);
}

static void test_png(void **state)
{
    bytes png = golden("rgb8.png");
    (void)state;
    if (!glia__png_decode) {
        expect_wrong(GOLDEN "rgb8.png", GLIA_E_FORMAT, "rgb8.png: byte 0: a PNG file, and this build reads none");
        return;
    }
    put_bytes("a.png", png.at, 5);
    expect_wrong("a.png", GLIA_E_FORMAT, "a.png: byte 5: the file ends here, within the header of a PNG");
    put_bytes("a.png", png.at, 30);
    expect_wrong("a.png", GLIA_E_FORMAT, "a.png: byte 30: the file ends here, within the header of a PNG");
    put_bytes("a.png", png.at, 33);
    expect_wrong("a.png", GLIA_E_FORMAT, "a.png: byte 33: the PNG is damaged or cut short (the file ends here)");
    put_bytes("a.png", png.at, png.n - 30);
    expect_wrong("a.png", GLIA_E_FORMAT, "the PNG is damaged or cut short (the file ends here)");
    put_bytes("a.png", png.at, png.n - 3); /* the pixels are all there */
    expect_wrong("a.png", GLIA_E_FORMAT, "the PNG is damaged or cut short (the file ends here)");
    put_changed("a.png", &png, 30, "\0", 1);
    expect_wrong("a.png", GLIA_E_FORMAT, "a.png: byte 33: the PNG is damaged or cut short (IHDR: CRC error)");
    put_changed("a.png", &png, png.n - 14, "\1\2", 2);
    expect_wrong("a.png", GLIA_E_FORMAT, "CRC error");
    put_header("a.png", &png, 60000, 60000, 8, 2);
    expect_wrong("a.png", GLIA_E_FORMAT,
                 "a.png: byte 16: an image of 60000 x 60000 pixels (height x width); at most 67108864 are read");
    put_header("a.png", &png, 8000, 8000, 1, 0);
    expect_wrong("a.png", GLIA_E_FORMAT, "a.png: byte 16: an image of 8000 x 8000 pixels (height x width), which a");
    put_header("a.png", &png, 0, 4, 8, 2);
    expect_wrong("a.png", GLIA_E_FORMAT, "a.png: byte 16: an image of 4 x 0 pixels (height x width) has none");
    put_header("a.png", &png, 0xFFFFFFFF, 0xFFFFFFFF, 8, 2);
    expect_wrong("a.png", GLIA_E_FORMAT, "a.png: byte 16: an image of 4294967295 x 4294967295 pixels");
    put_header("a.png", &png, 6, 4, 3, 2);
    expect_wrong("a.png", GLIA_E_FORMAT, "a.png: byte 33: the PNG is damaged or cut short (Invalid IHDR data)");
    put_header("a.png", &png, 6, 4, 8, 3); /* a palette that is missing */
    expect_wrong("a.png", GLIA_E_FORMAT, "the PNG is damaged or cut short (IDAT: Missing PLTE before IDAT)");
    put_header("a.png", &png, 6, 5, 8, 2);
    expect_wrong("a.png", GLIA_E_FORMAT, "the PNG is damaged or cut short (Not enough image data)");
}

/* What a header promises costs no memory before it is believed. */
static void test_promises(void **state)
{
    bytes png = golden("rgb8.png");
    (void)state;
    if (!glia__png_decode) return;
    watch_begin();
    put_header("a.png", &png, 8000, 8000, 8, 2);
    expect_wrong("a.png", GLIA_E_FORMAT, "cannot hold");
    put_text("a.pgm", "P5\n8000 8000\n255\nfew");
    expect_wrong("a.pgm", GLIA_E_FORMAT, "the file ends here");
    glia_set_allocator(NULL, NULL, NULL);
    assert_in_range(watched_largest, 1, 1 << 18);
}

/* ---- JPEG ------------------------------------------------------------------------------------------------------- */

/* Where the frame header begins: behind FF C0 or FF C2. */
static size_t find_frame(const bytes *b)
{
    size_t at = 2;
    while (b->at[at + 1] != 0xC0 && b->at[at + 1] != 0xC2) at += 2 + (size_t)(b->at[at + 2] << 8 | b->at[at + 3]);
    return at + 2;
}

static void test_jpeg(void **state)
{
    bytes  jpeg = golden("jpeg420.jpg");
    size_t frame = find_frame(&jpeg);
    (void)state;
    if (!glia__jpeg_decode) {
        expect_wrong(GOLDEN "cmyk.jpg", GLIA_E_FORMAT, "cmyk.jpg: byte 0: a JPEG file, and this build reads none");
        return;
    }
    put_bytes("a.jpg", jpeg.at, 2);
    expect_wrong("a.jpg", GLIA_E_FORMAT, "a.jpg: byte ");
    put_bytes("a.jpg", jpeg.at, 100);
    expect_wrong("a.jpg", GLIA_E_FORMAT, "the JPEG cannot be read (Premature end of JPEG file)");
    put_bytes("a.jpg", jpeg.at, jpeg.n - 20);
    expect_wrong("a.jpg", GLIA_E_FORMAT, "the JPEG cannot be read (Premature end of JPEG file)");
    put_changed("a.jpg", &jpeg, frame + 3, "\0\0\0\x12", 4);
    expect_wrong("a.jpg", GLIA_E_FORMAT, "the JPEG cannot be read (");
    put_changed("a.jpg", &jpeg, frame + 3, "\xFF\xFF\xFF\xFF", 4);
    expect_wrong("a.jpg", GLIA_E_FORMAT, "the JPEG cannot be read (");
    put_changed("a.jpg", &jpeg, frame + 3, "\x40\0\x40\0", 4);
    expect_wrong("a.jpg", GLIA_E_FORMAT, "an image of 16384 x 16384 pixels (height x width); at most");
    put_changed("a.jpg", &jpeg, frame + 3, "\x10\0\x20\0", 4);
    expect_wrong("a.jpg", GLIA_E_FORMAT, "4096 x 8192 pixels (height x width), which a file of ");
    put_changed("a.jpg", &jpeg, frame + 2, "\x0C", 1);
    expect_wrong("a.jpg", GLIA_E_FORMAT, "the JPEG cannot be read (Unsupported JPEG data precision 12)");
    put_changed("a.jpg", &jpeg, frame - 1, "\xC3", 1); /* lossless */
    expect_wrong("a.jpg", GLIA_E_FORMAT, "a.jpg: byte ");
    put_changed("a.jpg", &jpeg, frame - 1, "\xC5", 1); /* hierarchical */
    expect_wrong("a.jpg", GLIA_E_FORMAT, "the JPEG cannot be read (Unsupported JPEG process: SOF type 0xc5)");
    put_changed("a.jpg", &jpeg, frame - 1, "\xC9", 1);
    expect_wrong("a.jpg", GLIA_E_FORMAT, "arithmetic coding, which is not read; Huffman coding is");
    expect_wrong(GOLDEN "cmyk.jpg", GLIA_E_FORMAT, "four inks (CMYK), which are not read");
}

/* A scan after the other, more than anybody writes: said, and not worked on for long. */
static void test_scans(void **state)
{
    bytes  jpeg = golden("progressive.jpg");
    size_t scan = jpeg.n;
    (void)state;
    if (!glia__jpeg_decode) return;
    for (size_t i = 2; scan == jpeg.n; i++)
        if (jpeg.at[i] == 0xFF && jpeg.at[i + 1] == 0xDA) scan = i;
    size_t end = scan + 2;
    while (!(jpeg.at[end] == 0xFF && jpeg.at[end + 1] >= 0xC0)) end++;
    FILE *file = fopen("a.jpg", "wb");
    assert_non_null(file);
    fwrite(jpeg.at, 1, scan, file);
    for (int i = 0; i < 150; i++) fwrite(jpeg.at + scan, 1, end - scan, file);
    fwrite("\xFF\xD9", 1, 2, file);
    fclose(file);
    expect_wrong("a.jpg", GLIA_E_FORMAT, "the JPEG cannot be read (more scans than are read)");
}

/* ---- known by name only ----------------------------------------------------------------------------------------- */

static void test_foreign(void **state)
{
    static const struct {
        const char *content;
        size_t      size;
        const char *part;
    } cases[] = {
        {CASE("GIF89a\1\0\1\0"), "a.img: byte 0: GIF is not read; PNG and JPEG are"},
        {CASE("RIFF....WEBPVP8 "), "a.img: byte 0: WebP is not read"},
        {CASE("II*\0....."), "a.img: byte 0: TIFF is not read"},
        {CASE("MM\0*....."), "a.img: byte 0: TIFF is not read"},
        {CASE("\0\0\0\x18"
              "ftypheic...."),
         "a.img: byte 0: HEIC is not read"},
        {CASE("\0\0\0\x18"
              "ftypavif...."),
         "a.img: byte 0: AVIF is not read"},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        put_bytes("a.img", cases[i].content, cases[i].size);
        expect_wrong("a.img", GLIA_E_FORMAT, cases[i].part);
    }
}

/* ---- folders ---------------------------------------------------------------------------------------------------- */

static void make(const char *path)
{
    mkdir(path, 0777);
}

static void put_pgm(const char *path, int height, int width)
{
    char text[64];
    snprintf(text, sizeof text, "P5\n%d %d\n255\n%*s", width, height, height * width, "");
    put_text(path, text);
}

static void test_folders(void **state)
{
    (void)state;
    make("pets"), make("pets/cat"), make("pets/dog"), make("pets/empty");
    put_pgm("pets/cat/a.pgm", 2, 3), put_pgm("pets/cat/b.pgm", 2, 3), put_pgm("pets/dog/c.pgm", 2, 3);
    put_text("pets/empty/notes.txt", "no image");
    expect_wrong("pets", GLIA_E_FORMAT, "pets/empty: the folder of this class has no images");
    assert_int_equal(unlink("pets/empty/notes.txt") | rmdir("pets/empty"), 0);
    make("pets/cat/young");
    expect_wrong("pets", GLIA_E_FORMAT, "pets/cat/young: a folder in the folder of a class, which has images alone");
    assert_int_equal(rmdir("pets/cat/young"), 0);
    put_pgm("pets/stray.pgm", 2, 3);
    expect_wrong("pets", GLIA_E_FORMAT, "pets: stray.pgm stands beside the folders of the classes, and has no class");
    assert_int_equal(unlink("pets/stray.pgm"), 0);
    put_text("pets/cat/aa.png", "a,b\n1,2\n");
    expect_wrong("pets", GLIA_E_FORMAT, "pets/cat/aa.png: byte 0: no image: neither PNG nor JPEG nor");
    put_text("pets/cat/aa.png", "");
    expect_wrong("pets", GLIA_E_FORMAT, "pets/cat/aa.png: the file is empty");
    put_text("pets/cat/aa.png", "P5\n3 2\n255\nfew");
    expect_wrong("pets", GLIA_E_FORMAT, "pets/cat/aa.png: byte 14: the file ends here, but its header promises");
    put_text("pets/cat/aa.png", "GIF89a");
    expect_wrong("pets", GLIA_E_FORMAT, "pets/cat/aa.png: byte 0: GIF is not read");
    assert_int_equal(unlink("pets/cat/aa.png"), 0);
    assert_int_equal(symlink("nowhere", "pets/cat/aa.jpg"), 0);
    expect_wrong("pets", GLIA_E_OPEN, "pets/cat/aa.jpg: cannot be opened: No such file");
    assert_int_equal(unlink("pets/cat/aa.jpg"), 0);
    put_pgm("pets/dog/d.pgm", 3, 2);
    expect_wrong("pets", GLIA_E_SHAPE,
                 "pets/dog/d.pgm: 3 x 2 pixels (height x width), but pets/cat/a.pgm has 2 x 3; --image 2x3 (image in "
                 "glia_data_options) makes them one size");
    expect_wrong("pets/cat/a.pgm+pets/dog/d.pgm", GLIA_E_SHAPE, "; --image HEIGHTxWIDTH (image in");
    assert_int_equal(unlink("pets/dog/d.pgm"), 0);
    expect_wrong("pets:test", GLIA_E_OPEN, "pets: the folder has no part \"test\", a folder of folders of images");
    expect_wrong("pets:train", GLIA_E_OPEN, "pets: the folder has no part \"train\"");
    make("pets/c\xE9"), put_pgm("pets/c\xE9/a.pgm", 2, 3);
    expect_wrong("pets", GLIA_E_FORMAT, "the name of this class is not UTF-8 text");
    make("none"), put_text("none/notes.txt", "");
    expect_wrong("none", GLIA_E_OPEN, "(plain or .gz), and has no images");
}

static void test_parts(void **state)
{
    (void)state;
    make("two"), make("two/train"), make("two/train/a"), make("two/test"), make("two/test/a");
    put_pgm("two/train/a/x.pgm", 2, 3), put_pgm("two/test/a/x.pgm", 3, 2);
    expect_wrong("two", GLIA_E_SHAPE,
                 "rows of two/train are 1x2x3 bytes, but those of two/test are 1x3x2 bytes; --image");
    assert_int_equal(unlink("two/test/a/x.pgm"), 0);
    expect_wrong("two", GLIA_E_FORMAT, "two/test/a: the folder of this class has no images");
    expect_wrong("two:test", GLIA_E_FORMAT, "two/test/a: the folder of this class has no images");
}

/* Opens "locked" in a second process, as a user whom permissions bind. */
static void expect_locked(const char *part)
{
    int   status;
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        glia_data *d;
        bool       bound = geteuid() != 0 || (setgid(65534) == 0 && setuid(65534) == 0);
        _exit(bound && glia_data_open(&d, "locked", NULL) == GLIA_E_OPEN && strstr(glia_error(), part) ? 0 : 1);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) fail_msg("not said: %s", part);
}

static void test_unreadable(void **state)
{
    (void)state;
    assert_int_equal(chmod(data_folder, 0755), 0);
    make("locked"), make("locked/a");
    put_pgm("locked/a/x.pgm", 2, 3);
    assert_int_equal(chmod("locked", 0755) | chmod("locked/a", 0755) | chmod("locked/a/x.pgm", 0), 0);
    expect_locked("locked/a/x.pgm: cannot be opened: Permission denied");
    assert_int_equal(chmod("locked/a", 0), 0);
    expect_locked("locked/a: cannot be opened: Permission denied");
    assert_int_equal(chmod("locked/a", 0777), 0);
}

/* Neither images that are not resized nor a text that is wrong pass without a word. */
static void test_options(void **state)
{
    glia_data *d;
    (void)state;
    put_idx("i.idx", IDX_HEADER(0x08, 2, 2, 2), 8);
    EXPECT_FAILS(glia_data_open(&d, "i.idx", &(glia_data_options){.image = "3x3"}), GLIA_E_TEXT,
                 "i.idx has no image files, which alone can be made \"3x3\"");
    EXPECT_FAILS(glia_data_open(&d, "pets/cat", &(glia_data_options){.image = "3"}), GLIA_E_TEXT, "HEIGHTxWIDTH");
    EXPECT_FAILS(glia_data_open(&d, "i.idx", &(glia_data_options){.weight = "w"}), GLIA_E_TEXT, "i.idx is no table");
}

/* ---- memory ----------------------------------------------------------------------------------------------------- */

static glia_status open_png(void)
{
    if (!glia__png_decode) return open_and_free(GOLDEN "photo.ppm", &(glia_data_options){.image = "3x3 gray fit=crop"});
    return open_and_free(GOLDEN "rgb_alpha.png", &(glia_data_options){.image = "3x3 gray fit=crop"});
}

static glia_status open_interlaced(void)
{
    if (!glia__png_decode) return open_and_free(GOLDEN "photo.ppm", NULL);
    return open_and_free(GOLDEN "interlaced.png", NULL);
}

static glia_status open_jpeg(void)
{
    if (!glia__jpeg_decode) return open_and_free(GOLDEN "photo.ppm", &(glia_data_options){.image = "30x40 rgb"});
    return open_and_free(GOLDEN "turned6.jpg", &(glia_data_options){.image = "30x40 rgb"});
}

static glia_status open_pnm(void)
{
    return open_and_free(GOLDEN "photo.ppm", &(glia_data_options){.image = "gray"});
}

static glia_status open_parts(void)
{
    return open_and_free("many", NULL);
}

static glia_status open_joined(void)
{
    return open_and_free("many/train/a+many/train/b", &(glia_data_options){.image = "3x3"});
}

static glia_status open_flat(void)
{
    return open_and_free("many/train/a", &(glia_data_options){.image = "2x2 rgb fit=pad"});
}

static void test_memory(void **state)
{
    glia_status (*const works[])(void) = {open_png,   open_interlaced, open_jpeg,  open_pnm,
                                          open_parts, open_flat,       open_joined};
    (void)state;
    make("many"), make("many/train"), make("many/train/a"), make("many/train/b"), make("many/test"),
        make("many/test/c");
    put_pgm("many/train/a/x.pgm", 2, 3), put_pgm("many/train/a/y.pgm", 2, 3);
    put_text("many/train/b/x.ppm", "P3 3 2 9 1 2 3 4 5 6 7 8 9 1 2 3 4 5 6 7 8 9"), put_pgm("many/test/c/x.pgm", 2, 3);
    for (size_t i = 0; i < COUNT(works); i++) expect_survives_scarcity(works[i], 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pnm),     cmocka_unit_test(test_cuts_and_changes),
        cmocka_unit_test(test_png),     cmocka_unit_test(test_promises),
        cmocka_unit_test(test_jpeg),    cmocka_unit_test(test_scans),
        cmocka_unit_test(test_foreign), cmocka_unit_test(test_folders),
        cmocka_unit_test(test_parts),   cmocka_unit_test(test_unreadable),
        cmocka_unit_test(test_options), cmocka_unit_test(test_memory),
    };
    return cmocka_run_group_tests_name("malformed images", tests, enter_folder, leave_folder);
}
