/* For the tests of the program: runs it in a second process and keeps what it prints, in a folder of the test's own.
 * GLIA_PROGRAM is the path of the program. */
#ifndef TESTS_PROCESS_H
#define TESTS_PROCESS_H

#include <fcntl.h>
#include <ftw.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <setjmp.h>

#include <cmocka.h>

/* ---- a folder to work in --------------------------------------------------------------------------------------- */

static char work_folder[] = "/tmp/glia-cli-XXXXXX";

static inline int enter_folder(void **state)
{
    (void)state;
    setenv("LC_ALL", "C", 1);
    setenv("TERM", "dumb", 1);
    return mkdtemp(work_folder) && chdir(work_folder) == 0 ? 0 : -1;
}

static inline int remove_entry(const char *path, const struct stat *at, int kind, struct FTW *walk)
{
    (void)at, (void)kind, (void)walk;
    return remove(path);
}

static inline int leave_folder(void **state)
{
    (void)state;
    return chdir("/") == 0 && nftw(work_folder, remove_entry, 16, FTW_DEPTH | FTW_PHYS) == 0 ? 0 : -1;
}

static inline void write_bytes(const char *path, const void *bytes, size_t n)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, n, file), n);
    assert_int_equal(fclose(file), 0);
}

static inline void write_text(const char *path, const char *text)
{
    write_bytes(path, text, strlen(text));
}

static inline bool exists(const char *path)
{
    return access(path, F_OK) == 0;
}

/* ---- one run --------------------------------------------------------------------------------------------------- */

typedef struct result {
    int   code;      /* exit code; 128 + the signal that ended it */
    char *out, *err; /* what it printed */
} result;

static inline char *whole_file(FILE *file)
{
    long length = fseek(file, 0, SEEK_END) == 0 ? ftell(file) : -1;
    assert_true(length >= 0);
    char *text = calloc((size_t)length + 1, 1);
    assert_non_null(text);
    rewind(file);
    assert_int_equal(fread(text, 1, (size_t)length, file), length);
    fclose(file);
    return text;
}

static inline _Noreturn void become(const char *const *argv, int in, int out, int err)
{
    if (in >= 0) dup2(in, STDIN_FILENO);
    dup2(out, STDOUT_FILENO);
    dup2(err, STDERR_FILENO);
    execv(GLIA_PROGRAM, (char *const *)argv);
    _exit(127);
}

static inline int wait_for(pid_t child)
{
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* `in` and `out` are paths, or NULL: nothing to read, and the text comes back. */
static inline result run_redirected(const char *in, const char *out, const char *const *argv)
{
    FILE *printed = out ? fopen(out, "w") : tmpfile(), *said = tmpfile();
    int   input = open(in ? in : "/dev/null", O_RDONLY);
    assert_non_null(printed);
    assert_non_null(said);
    assert_true(input >= 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) become(argv, input, fileno(printed), fileno(said));
    result r = {.code = wait_for(child), .err = whole_file(said)};
    close(input);
    if (out)
        fclose(printed);
    else
        r.out = whole_file(printed);
    return r;
}

#define ARGUMENTS(...)                                                                                                 \
    (const char *const[])                                                                                              \
    {                                                                                                                  \
        "glia", __VA_ARGS__, NULL                                                                                      \
    }
#define RUN(...) run_redirected(NULL, NULL, ARGUMENTS(__VA_ARGS__))

static inline void release(result *r)
{
    free(r->out);
    free(r->err);
}

/* Runs, and compares all three; a NULL text is not looked at. */
static inline void expect(int code, const char *out, const char *err, const char *const *argv)
{
    result r = run_redirected(NULL, NULL, argv);
    if (err) assert_string_equal(r.err, err);
    if (out) assert_string_equal(r.out, out);
    assert_int_equal(r.code, code);
    release(&r);
}

#endif
