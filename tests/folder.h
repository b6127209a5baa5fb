/* A folder for each test, two names in it, and processes of its own: for the tests of files. */
#ifndef GLIA_TESTS_FOLDER_H
#define GLIA_TESTS_FOLDER_H

#include <dirent.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ground/file.h"
#include "ground/memory.h"
#include "help.h"

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, make_folder, remove_folder)

static char folder[64], path[128], other[128]; /* path: FOLDER/file, other: FOLDER/other */

static inline int make_folder(void **state)
{
    (void)state;
    strcpy(folder, "/tmp/glia-file-XXXXXX");
    if (!mkdtemp(folder) || chmod(folder, 0755) != 0) return -1;
    snprintf(path, sizeof path, "%s/file", folder);
    snprintf(other, sizeof other, "%s/other", folder);
    return 0;
}

/* Fails if anything but those two is left behind. */
static inline int remove_folder(void **state)
{
    (void)state;
    unlink(path);
    unlink(other);
    return rmdir(folder);
}

static inline void put(const void *bytes, size_t n)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, n, file), n);
    assert_int_equal(fclose(file), 0);
}

static inline void expect_content(const char *of, const void *bytes, size_t n)
{
    unsigned char *got;
    size_t         length;
    EXPECT_OK(glia__file_read(of, SIZE_MAX, &got, &length));
    assert_int_equal(length, n);
    assert_memory_equal(got, bytes, n);
    glia__free(got);
}

static inline size_t entries_of_folder(void)
{
    size_t         n = 0;
    DIR           *d = opendir(folder);
    struct dirent *entry;
    assert_non_null(d);
    while ((entry = readdir(d))) n += entry->d_name[0] != '.';
    closedir(d);
    return n;
}

/* Runs a check in a second process; true if that returned true. */
static inline bool holds_in_child(bool (*check)(void))
{
    int   status;
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) _exit(check() ? 0 : 1);
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/* As a user whom permissions bind: root they do not. */
static inline bool become_nobody(void)
{
    return geteuid() != 0 || (setgid(65534) == 0 && setuid(65534) == 0);
}

/* The latest sentence names the file, and has this part. */
static inline bool said(const char *part)
{
    return strstr(glia_error(), path) && strstr(glia_error(), part);
}

static inline bool fails_with(glia_status got, glia_status want, const char *part)
{
    return got == want && said(part);
}

#endif
