/* The program and NumPy's arrays: data from .npy and .npz, predictions into .npy, and into files at all. */
#include <dirent.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "golden.h"
#include "process.h"

/* A golden file as one of the folder's. */
static void copy_golden(const char *name, const char *path)
{
    char          from[256];
    unsigned char bytes[4096];
    snprintf(from, sizeof from, "%s/golden/npy/files/%s", GLIA_TEST_DATA, name);
    FILE *file = fopen(from, "rb");
    assert_non_null(file);
    write_bytes(path, bytes, fread(bytes, 1, sizeof bytes, file));
    fclose(file);
}

static char *text_of_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    return whole_file(file);
}

static size_t entries(void)
{
    size_t n = 0;
    DIR   *here = opendir(".");
    assert_non_null(here);
    while (readdir(here)) n++;
    closedir(here);
    return n;
}

/* ---- predictions into files ------------------------------------------------------------------------------------- */

static golden_array reals_of(size_t rows, size_t columns)
{
    golden_array a = {.dtype = "<f4", .rank = 2, .shape = {rows, columns}, .count = rows * columns};
    if (sizeof(glia_real) == sizeof(double)) a.dtype[2] = '8';
    return a;
}

/* The array has what --json prints, of each class. */
static void an_array_holds_all_outputs(void **state)
{
    const golden_array shape = reals_of(6, 3);
    const size_t       before = entries();
    (void)state;
    expect(0, "", "written: p.npy\n", ARGUMENTS("predict", "digits.safetensors", "x_y.npz", "--out", "p.npy"));
    result  printed = RUN("predict", "digits.safetensors", "x_y.npz", "--json", "--top", "3");
    double *p = golden_read("p.npy", &shape);
    char   *line = printed.out;
    for (size_t row = 0; row < 6; row++) {
        json_t *object = json_loads(line, JSON_DISABLE_EOF_CHECK, NULL), *top = json_object_get(object, "top"), *entry;
        size_t  i;
        assert_int_equal(json_array_size(top), 3);
        json_array_foreach(top, i, entry)
        {
            double got = p[row * 3 + (size_t)(*text_at(entry, "class") - '0')];
            assert_true(golden_near(number_at(entry, "probability"), got, 1e-7, 0));
        }
        json_decref(object);
        line = strchr(line, '\n') + 1;
    }
    free(p);
    release(&printed);
    assert_int_equal(entries(), before + 1);
    assert_int_equal(remove("p.npy"), 0);
}

static void numbers_too(void **state)
{
    const golden_array shape = reals_of(4, 1);
    (void)state;
    expect(0, "", "written: n.npy\n", ARGUMENTS("predict", "mean.safetensors", "numbers.csv", "--out", "n.npy"));
    double *n = golden_read("n.npy", &shape);
    for (size_t i = 0; i < 4; i++) assert_true(n[i] == 3);
    free(n);
}

/* Any other name gets what would be printed. */
static void a_file_holds_what_would_be_printed(void **state)
{
    static const char *const how[] = {"--top=2", "--csv", "--json"};
    const size_t             before = entries();
    (void)state;
    write_text("old.txt", "what was there before");
    assert_int_equal(chmod("old.txt", 0640), 0);
    assert_int_equal(symlink("old.txt", "p.txt"), 0);
    for (size_t i = 0; i < 3; i++) {
        struct stat at;
        result      printed = RUN("predict", "digits.safetensors", "x_y.npz", how[i]);
        expect(0, "", "written: p.txt\n",
               ARGUMENTS("predict", "digits.safetensors", "x_y.npz", how[i], "--out", "p.txt"));
        char *text = text_of_file("old.txt");
        assert_string_equal(text, printed.out);
        assert_int_equal(stat("old.txt", &at), 0);
        assert_int_equal(at.st_mode & 0777, 0640);
        expect(0, printed.out, "", ARGUMENTS("predict", "digits.safetensors", "x_y.npz", how[i], "--out", "-"));
        free(text);
        release(&printed);
    }
    assert_int_equal(entries(), before + 2);
    assert_int_equal(remove("p.txt") | remove("old.txt"), 0);
}

/* With a disk that is full the old file stays, and nothing else does. */
static void a_file_is_whole_or_absent(void **state)
{
    const struct rlimit limit = {30, 30};
    const size_t        before = entries();
    (void)state;
    write_text("p.txt", "old");
    signal(SIGXFSZ, SIG_IGN);
    FILE *said = tmpfile();
    pid_t child = fork();
    assert_true(child >= 0 && said);
    if (child == 0) {
        setrlimit(RLIMIT_FSIZE, &limit);
        become(ARGUMENTS("predict", "digits.safetensors", "x_y.npz", "--out", "p.txt"), -1, STDOUT_FILENO,
               fileno(said));
    }
    assert_int_equal(wait_for(child), 1);
    fclose(said);
    char *text = text_of_file("p.txt");
    assert_string_equal(text, "old");
    free(text);
    assert_int_equal(entries(), before + 1);
    assert_int_equal(remove("p.txt"), 0);
    if (access("/dev/full", W_OK) == 0)
        expect(1, "", "glia: /dev/full: cannot be written: No space left on device\n",
               ARGUMENTS("predict", "digits.safetensors", "x_y.npz", "--out", "/dev/full"));
}

/* ---- arrays as data --------------------------------------------------------------------------------------------- */

static void arrays_from_standard_input(void **state)
{
    (void)state;
    result named = RUN("predict", "digits.safetensors", "x_y.npz");
    result piped = run_redirected("x_y.npz", NULL, ARGUMENTS("predict", "digits.safetensors", "-"));
    assert_string_equal(piped.out, named.out);
    release(&named);
    release(&piped);
    result table = RUN("data", "le_i4.npy", "--target", "3", "--json");
    result read = run_redirected("le_i4.npy", NULL, ARGUMENTS("data", "-", "--target", "3", "--json"));
    assert_int_equal(table.code, 0);
    assert_string_equal(strchr(read.out, ','), strchr(table.out, ','));
    release(&table);
    release(&read);
}

static void two_parts_train_and_test(void **state)
{
    (void)state;
    expect(0, "", "",
           ARGUMENTS("train", "parts.npz", "--net", "dense 4, softmax", "--epochs", "1", "--out", "parts.safetensors",
                     "--quiet"));
    result r = RUN("predict", "parts.safetensors", "parts.npz", "--csv");
    size_t lines = 0;
    for (char *c = r.out; *c; c++) lines += *c == '\n';
    assert_int_equal(lines, 1 + 3);
    release(&r);
    expect(2, "", "glia: --out ./parts.npz: is read from, and would be lost\n",
           ARGUMENTS("train", "parts.npz", "--out", "./parts.npz"));
}

static int make_world(void **state)
{
    static const char *const files[] = {"x_y.npz", "parts.npz", "le_i4.npy"};
    if (make_data(state)) return -1;
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) copy_golden(files[i], files[i]);
    expect(0, "", "",
           ARGUMENTS("train", "x_y.npz", "--net", "dense 3, softmax", "--epochs", "3", "--holdout", "0", "--out",
                     "digits.safetensors", "--quiet"));
    make_even_model("numbers.csv", "dense 1 init=zeros bias_init=zeros", "mean.safetensors");
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_array_holds_all_outputs),         cmocka_unit_test(numbers_too),
        cmocka_unit_test(a_file_holds_what_would_be_printed), cmocka_unit_test(a_file_is_whole_or_absent),
        cmocka_unit_test(arrays_from_standard_input),         cmocka_unit_test(two_parts_train_and_test),
    };
    return cmocka_run_group_tests(tests, make_world, leave_folder);
}
