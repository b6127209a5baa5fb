/* For the tests of data: a folder of the test's own to write small files in, among them IDX and gzip ones. */
#ifndef GLIA_TESTS_DATA_FILES_H
#define GLIA_TESTS_DATA_FILES_H

#include <ftw.h>
#include <unistd.h>

#include "help.h"

static char data_folder[] = "/tmp/glia-data-XXXXXX";

static inline int enter_folder(void **state)
{
    (void)state;
    return mkdtemp(data_folder) && chdir(data_folder) == 0 ? 0 : -1;
}

static inline int remove_entry(const char *path, const struct stat *at, int kind, struct FTW *walk)
{
    (void)at, (void)kind, (void)walk;
    return remove(path);
}

static inline int leave_folder(void **state)
{
    (void)state;
    return chdir("/") == 0 && nftw(data_folder, remove_entry, 16, FTW_DEPTH | FTW_PHYS) == 0 ? 0 : -1;
}

static inline void put_bytes(const char *path, const void *bytes, size_t n)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, n, file), n);
    assert_int_equal(fclose(file), 0);
}

static inline void put_text(const char *path, const char *text)
{
    put_bytes(path, text, strlen(text));
}

/* Opens data for the sake of what may go wrong. */
static inline glia_status open_and_free(const char *text, const glia_data_options *o)
{
    glia_data  *d;
    glia_status status = glia_data_open(&d, text, o);
    if (status != GLIA_OK) assert_null(d);
    glia_data_free(d);
    return status;
}

/* The whole file as a text; the caller's (free). */
static inline char *get_text(const char *path)
{
    char *text = need(1 << 16, 1);
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    assert_in_range(fread(text, 1, 1 << 16, file), 0, (1 << 16) - 1);
    fclose(file);
    return text;
}

/* A growing row of bytes. */
typedef struct bytes {
    unsigned char at[1 << 12];
    size_t        n;
} bytes;

static inline void add(bytes *b, const void *more, size_t n)
{
    assert_true(b->n + n <= sizeof b->at);
    memcpy(b->at + b->n, more, n);
    b->n += n;
}

static inline void add_number(bytes *b, uint64_t value, size_t size, bool big_endian)
{
    for (size_t i = 0; i < size; i++) {
        unsigned char byte = (unsigned char)(value >> 8 * (big_endian ? size - 1 - i : i));
        add(b, &byte, 1);
    }
}

/* An IDX header; the numbers follow. */
static inline bytes idx_header(unsigned type, size_t rank, const uint32_t *dim)
{
    bytes b = {.n = 0};
    add_number(&b, (uint64_t)type << 8 | rank, 4, true);
    for (size_t i = 0; i < rank; i++) add_number(&b, dim[i], 4, true);
    return b;
}

#define IDX_HEADER(type, ...)                                                                                          \
    idx_header(type, sizeof((uint32_t[]){__VA_ARGS__}) / sizeof(uint32_t), (uint32_t[]){__VA_ARGS__})

/* An IDX file of bytes 0, 1, 2, ... */
static inline void put_idx(const char *path, bytes header, size_t numbers)
{
    for (size_t i = 0; i < numbers; i++) add_number(&header, i & 0xFF, 1, true);
    put_bytes(path, header.at, header.n);
}

/* gzip without compression: one stored block (RFC 1951, 3.2.4) and the check sum (RFC 1952, 8). */
static inline bytes gzipped(const void *content, size_t n)
{
    bytes    b = {.n = 0};
    uint32_t crc = ~0u;
    add(&b, "\x1F\x8B\x08\0\0\0\0\0\0\xFF\x01", 11);
    add_number(&b, n, 2, false);
    add_number(&b, ~n, 2, false);
    add(&b, content, n);
    for (size_t i = 0; i < n; i++) {
        crc ^= ((const unsigned char *)content)[i];
        for (int bit = 0; bit < 8; bit++) crc = crc >> 1 ^ (crc & 1 ? 0xEDB88320u : 0);
    }
    add_number(&b, ~crc, 4, false);
    add_number(&b, n, 4, false);
    return b;
}

static inline void put_gzipped(const char *path, const void *content, size_t n)
{
    bytes b = gzipped(content, n);
    put_bytes(path, b.at, b.n);
}

/* Opens what must open. */
static inline glia_data *opened(const char *text, const char *target)
{
    glia_data *d;
    EXPECT_OK(glia_data_open(&d, text, &(glia_data_options){.target = target}));
    return d;
}

#endif
