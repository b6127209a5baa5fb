/* For the tests of NumPy's files: the golden ones, and .npy with any header. After data_files.h. */
#ifndef GLIA_TESTS_NPY_FILES_H
#define GLIA_TESTS_NPY_FILES_H

#include "data_files.h"
#include "golden.h"

/* A golden file by its name. */
static inline bytes golden_file(const char *name)
{
    char  path[256];
    bytes b = {.n = 0};
    snprintf(path, sizeof path, "%s/golden/npy/files/%s", GLIA_TEST_DATA, name);
    FILE *file = fopen(path, "rb");
    if (!file) fail_msg("%s is missing", path);
    b.n = fread(b.at, 1, sizeof b.at, file);
    assert_true(b.n < sizeof b.at);
    fclose(file);
    return b;
}

/* The start of a .npy of version 1.0 with this dict, not padded; the numbers follow. */
static inline bytes npy_header(const char *dict)
{
    bytes b = {.n = 0};
    add(&b, "\x93NUMPY\1\0", 8);
    add_number(&b, strlen(dict), 2, false);
    add(&b, dict, strlen(dict));
    return b;
}

#define DICT(descr, fortran, shape) "{'descr': '" descr "', 'fortran_order': " fortran ", 'shape': " shape ", }\n"

/* All inputs are those of a golden array, to the bit of a real. */
static inline void expect_inputs(const glia_data *d, const golden_array *want)
{
    glia_data_info info;
    glia_data_describe(d, &info);
    assert_int_equal(info.rows * info.columns, want->count);
    for (size_t i = 0; i < want->count; i++) {
        double got = glia_data_input(d, i / info.columns, i % info.columns);
        if (got != (double)(glia_real)want->values[i])
            fail_msg("%s: number %zu is %g, not %g", want->name, i, got, want->values[i]);
    }
}

#endif
