/* .npy files: byte for byte what NumPy writes, and whole or absent. */
#include <signal.h>
#include <sys/resource.h>

#include "folder.h"
#include "golden.h"
#include "scarce.h"

/* ---- NumPy's bytes --------------------------------------------------------------------------------------------- */

static void expect_file(const char *of, const char *golden)
{
    char           name[256];
    unsigned char *bytes;
    size_t         n;
    snprintf(name, sizeof name, "%s/golden/%s", GLIA_TEST_DATA, golden);
    EXPECT_OK(glia__file_read(name, SIZE_MAX, &bytes, &n));
    expect_content(of, bytes, n);
    glia__free(bytes);
}

static void the_bytes_of_numpy(void **state)
{
    static const struct {
        const char *folder, *name;
        glia_npy    type;
    } files[] = {
        {"trace/classes", "input", GLIA_NPY_DOUBLE},       {"trace/classes", "04_dense", GLIA_NPY_DOUBLE},
        {"trace/classes", "row_loss", GLIA_NPY_DOUBLE},    {"trace/classes", "target", GLIA_NPY_INT32},
        {"training/mnist_slice", "images", GLIA_NPY_BYTE}, {"training/seed_002_one_hidden", "W2_init", GLIA_NPY_REAL},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(files); i++) {
        char                file[128];
        golden_case        *c = golden_open(files[i].folder);
        const golden_array *a = golden_get(c, files[i].name);
        snprintf(file, sizeof file, "%s/%s.npy", files[i].folder, files[i].name);
        if (files[i].type != GLIA_NPY_REAL || !IS_DOUBLE) { /* NumPy's is of floats */
            EXPECT_OK(glia_npy_write(path, files[i].type, a->raw, a->rank, a->shape));
            expect_file(path, file);
        }
        golden_close(c);
    }
}

/* A head of 128 bytes, as long as its text is shorter than that. */
static void expect_head(const char *text)
{
    char           want[128], head[11] = "\x93NUMPY\1\0\x76\0";
    unsigned char *bytes;
    size_t         n;
    memset(want, ' ', sizeof want);
    memcpy(want, head, 10);
    memcpy(want + 10, text, strlen(text));
    want[127] = '\n';
    EXPECT_OK(glia__file_read(path, SIZE_MAX, &bytes, &n));
    assert_true(n >= sizeof want);
    assert_memory_equal(bytes, want, sizeof want);
    glia__free(bytes);
}

static void odd_shapes(void **state)
{
    const size_t none[] = {0, 3}, ones[] = {1, 1, 1, 1, 1};
    const double number = -2.5;
    (void)state;
    EXPECT_OK(glia_npy_write(path, GLIA_NPY_DOUBLE, &number, 0, NULL));
    expect_head("{'descr': '<f8', 'fortran_order': False, 'shape': (), }");
    golden_array as = {.dtype = "<f8", .count = 1};
    double      *read = golden_read(path, &as);
    assert_true(*read == number);
    free(read);
    EXPECT_OK(glia_npy_write(path, GLIA_NPY_REAL, NULL, 2, none));
    expect_head(IS_DOUBLE ? "{'descr': '<f8', 'fortran_order': False, 'shape': (0, 3), }"
                          : "{'descr': '<f4', 'fortran_order': False, 'shape': (0, 3), }");
    EXPECT_OK(glia_npy_write(path, GLIA_NPY_BYTE, "x", 5, ones));
    expect_head("{'descr': '|u1', 'fortran_order': False, 'shape': (1, 1, 1, 1, 1), }");
}

/* A head that 64 or 128 bytes cannot hold ends at the next multiple. */
static void a_long_head(void **state)
{
    size_t         shape[32], n;
    unsigned char *bytes;
    (void)state;
    for (size_t i = 0; i < 32; i++) shape[i] = 1;
    EXPECT_OK(glia_npy_write(path, GLIA_NPY_BYTE, "x", 32, shape));
    EXPECT_OK(glia__file_read(path, SIZE_MAX, &bytes, &n));
    assert_int_equal(n, 192 + 1);
    assert_int_equal(bytes[8] + 256 * bytes[9], 192 - 10);
    assert_int_equal(bytes[191], '\n');
    assert_int_equal(bytes[192], 'x');
    glia__free(bytes);
}

/* ---- what cannot be written ------------------------------------------------------------------------------------ */

static void wrong_arguments(void **state)
{
    const size_t shape[33] = {2, 2}, huge[2] = {SIZE_MAX, 2}, wide[1] = {SIZE_MAX / 2};
    const double values[4] = {0};
    (void)state;
    put("old", 3);
    EXPECT_FAILS(glia_npy_write(NULL, GLIA_NPY_DOUBLE, values, 2, shape), GLIA_E_ARG, "a path");
    EXPECT_FAILS(glia_npy_write("", GLIA_NPY_DOUBLE, values, 2, shape), GLIA_E_ARG, "path");
    EXPECT_FAILS(glia_npy_write(path, GLIA_NPY_DOUBLE, NULL, 2, shape), GLIA_E_ARG, "no values");
    EXPECT_FAILS(glia_npy_write(path, GLIA_NPY_DOUBLE, values, 2, NULL), GLIA_E_ARG, "a shape");
    EXPECT_FAILS(glia_npy_write(path, GLIA_NPY_DOUBLE, values, -1, shape), GLIA_E_ARG, "at most 32 sides");
    EXPECT_FAILS(glia_npy_write(path, GLIA_NPY_DOUBLE, values, 33, shape), GLIA_E_ARG, "at most 32 sides");
    EXPECT_FAILS(glia_npy_write(path, (glia_npy)4, values, 2, shape), GLIA_E_ARG, "a type");
    EXPECT_FAILS(glia_npy_write(path, GLIA_NPY_BYTE, values, 2, huge), GLIA_E_ARG, "beyond counting");
    EXPECT_FAILS(glia_npy_write(path, GLIA_NPY_DOUBLE, values, 1, wide), GLIA_E_ARG, "beyond counting");
    expect_content(path, "old", 3);
}

static void places_that_cannot_be_written(void **state)
{
    const size_t shape[] = {1};
    char         nowhere[160];
    (void)state;
    snprintf(nowhere, sizeof nowhere, "%s/nowhere/a.npy", folder);
    EXPECT_FAILS(glia_npy_write(nowhere, GLIA_NPY_BYTE, "x", 1, shape), GLIA_E_WRITE, "No such file or directory");
    if (access("/dev/full", W_OK) == 0)
        EXPECT_FAILS(glia_npy_write("/dev/full", GLIA_NPY_BYTE, "x", 1, shape), GLIA_E_WRITE, "No space left");
}

static bool a_limit_is_met(void)
{
    static const double values[1000];
    const struct rlimit limit = {4096, 4096};
    signal(SIGXFSZ, SIG_IGN);
    return setrlimit(RLIMIT_FSIZE, &limit) == 0 &&
           fails_with(glia_npy_write(path, GLIA_NPY_DOUBLE, values, 1, (size_t[]){1000}), GLIA_E_WRITE,
                      "File too large") &&
           glia_npy_write(other, GLIA_NPY_DOUBLE, values, 1, (size_t[]){(4096 - 128) / 8}) == GLIA_OK;
}

static void the_old_file_stays(void **state)
{
    (void)state;
    put("old", 3);
    assert_true(holds_in_child(a_limit_is_met));
    expect_content(path, "old", 3);
    assert_int_equal(entries_of_folder(), 2);
}

static glia_status write_something(void)
{
    return glia_npy_write(path, GLIA_NPY_BYTE, "some", 2, (size_t[]){2, 2});
}

static void memory_that_runs_out(void **state)
{
    (void)state;
    expect_survives_scarcity(write_something, 3);
    assert_int_equal(entries_of_folder(), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(the_bytes_of_numpy),
        IN_FOLDER(odd_shapes),
        IN_FOLDER(a_long_head),
        IN_FOLDER(wrong_arguments),
        IN_FOLDER(places_that_cannot_be_written),
        IN_FOLDER(the_old_file_stays),
        IN_FOLDER(memory_that_runs_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
