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
#include <jansson.h>

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

/* ---- small data sets ------------------------------------------------------------------------------------------- */

#define TABLE_CSV "length,width,kind\n1,5,a\n2,5,b\n3,6,a\n4,6,b\n"
#define NUMBERS_CSV "x,y\n0.5,1.5\n1.5,2.5\n2.5,3.5\n3.5,4.5\n"

/* Four images of 2x2 with labels 0, 1, 0, 1: the first two rows train, the others test. */
static inline void write_idx(const char *images, const char *labels, const unsigned char pixels[8])
{
    unsigned char head[16] = {0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 2}, file[24];
    unsigned char marks[10] = {0, 0, 8, 1, 0, 0, 0, 2, 0, 1};
    memcpy(file, head, 16);
    memcpy(file + 16, pixels, 8);
    write_bytes(images, file, sizeof file);
    write_bytes(labels, marks, sizeof marks);
}

static inline int make_data(void **state)
{
    if (enter_folder(state)) return -1;
    write_text("table.csv", TABLE_CSV);
    write_text("numbers.csv", NUMBERS_CSV);
    assert_int_equal(mkdir("images", 0777), 0);
    write_idx("images/train-images-idx3-ubyte", "images/train-labels-idx1-ubyte",
              (unsigned char[8]){255, 0, 0, 255, 0, 255, 255, 0});
    write_idx("images/t10k-images-idx3-ubyte", "images/t10k-labels-idx1-ubyte",
              (unsigned char[8]){255, 255, 0, 0, 0, 0, 0, 0});
    return 0;
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

/* ---- JSON lines ------------------------------------------------------------------------------------------------- */

typedef struct events {
    json_t *event[64];
    size_t  count;
} events;

static inline events events_of(const char *out)
{
    events e = {0};
    while (*out) {
        size_t length = strcspn(out, "\n");
        assert_true(out[length] == '\n' && e.count < 64);
        e.event[e.count] = json_loadb(out, length, 0, NULL);
        assert_non_null(e.event[e.count++]);
        out += length + 1;
    }
    return e;
}

static inline void release_events(events *e)
{
    for (size_t i = 0; i < e->count; i++) json_decref(e->event[i]);
}

/* "start,data,net": the keys of an object in order. */
static inline void assert_keys(const json_t *object, const char *keys)
{
    char        all[512] = "";
    const char *key;
    json_t     *value;
    json_object_foreach((json_t *)object, key, value)
        snprintf(all + strlen(all), sizeof all - strlen(all), "%s%s", *all ? "," : "", key);
    assert_string_equal(all, keys);
}

static inline double number_at(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    assert_true(json_is_number(value));
    return json_number_value(value);
}

static inline const char *text_at(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    assert_non_null(text);
    return text;
}

/* ---- models that give known numbers --------------------------------------------------------------------------- */

#define EVEN_NET "dense 2 init=zeros bias_init=zeros, softmax"

/* Weights that start at zero and never move: every class is equally likely. */
static inline void make_even_model(const char *data, const char *net, const char *out)
{
    expect(0, "", "",
           ARGUMENTS("train", data, "--net", net, "--optimizer", "sgd lr=0", "--holdout", "0", "--epochs", "1", "--out",
                     out, "--quiet"));
}

#endif
