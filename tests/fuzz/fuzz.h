/* What the fuzzing targets share: bytes as a file that is in memory alone, and an allocator that refuses much.
 *
 * A target is a function that libFuzzer calls with bytes, some million times, each made from ones that reached new
 * code. It must take them all: whatever they are, the reader gives a status. The sanitizers find what goes wrong beside
 * that, libFuzzer what takes too long. script/fuzz builds and runs the targets.
 *
 * A target is one file here, and a line of seeds in script/fuzz. */
#ifndef GLIA_TESTS_FUZZ_H
#define GLIA_TESTS_FUZZ_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "glia.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

/* The readers promise not to ask for more than a file may need: small files need little. */
enum { FUZZ_MEMORY_MOST = 1 << 24 };

static inline void *fuzz_allocate(size_t size)
{
    return size > FUZZ_MEMORY_MOST ? NULL : malloc(size);
}

static inline void *fuzz_reallocate(void *p, size_t size)
{
    return size > FUZZ_MEMORY_MOST ? NULL : realloc(p, size);
}

/* The path of a file that holds the bytes until the next call. */
static inline const char *fuzz_file(const uint8_t *bytes, size_t n)
{
    static int  fd = -1;
    static char path[32];
    if (fd < 0) {
        glia_set_allocator(fuzz_allocate, fuzz_reallocate, free);
        fd = memfd_create("fuzz", 0);
        snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    }
    if (fd < 0 || ftruncate(fd, 0) != 0 || pwrite(fd, bytes, n, 0) != (ssize_t)n) abort();
    return path;
}

/* Opens the bytes as data, and asks what there is to be asked. A reader that fails gives no data, and a sentence. */
static inline void fuzz_data(const uint8_t *bytes, size_t n, const glia_data_options *options)
{
    glia_data     *data;
    glia_data_info info;
    glia_status    status = glia_data_open(&data, fuzz_file(bytes, n), options);
    if ((status == GLIA_OK) != (data != NULL) || (status != GLIA_OK && !*glia_error())) abort();
    glia_data_describe(data, &info);
    for (size_t k = 0; k < info.columns && info.rows > 0; k++) glia_data_input(data, info.rows - 1, k);
    for (size_t k = 0; k < info.outputs; k++) glia_data_class_name(data, k);
    if (data && info.target != GLIA_TARGET_NONE) glia_data_set_target(data, GLIA_TARGET_NUMBERS);
    glia_data_free(data);
}

static inline bool fuzz_begins(const uint8_t *bytes, size_t n, const char *mark, size_t length)
{
    return n >= length && memcmp(bytes, mark, length) == 0;
}

#endif
