/* Data larger than memory: writes rows and classes to train on, or runs a command and tells what it took.
 *
 *   large write ROWS X.npy y.npy   rows of 100 numbers (float32), 4 classes: the sign of two noisy linear forms
 *   large csv ROWS FILE.csv        the same as a table
 *   large run COMMAND...           runs it, and prints seconds and peak MB, as the system counts them
 *
 * Rows are written as they are drawn, so that any number of them can be. */
#include <stdint.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "measure.h"

enum { COLUMNS = 100, FORMS = 2 };

typedef struct row {
    float x[COLUMNS];
    int32_t class;
} row;

/* xorshift64* (Vigna 2016), and the sum of four of its numbers for something like a normal. */
static uint64_t state = 1;

static double uniform(void)
{
    state ^= state >> 12;
    state ^= state << 25;
    state ^= state >> 27;
    return (double)(state * 2685821657736338717u >> 11) / 9007199254740992.0;
}

static double normal(void)
{
    return (uniform() + uniform() + uniform() + uniform() - 2) * 1.7320508;
}

static void draw(row *r, const double form[FORMS][COLUMNS])
{
    double sum[FORMS];
    for (int k = 0; k < FORMS; k++) sum[k] = normal();
    for (int i = 0; i < COLUMNS; i++) {
        r->x[i] = (float)(uniform() * 4 - 2);
        for (int k = 0; k < FORMS; k++) sum[k] += form[k][i] * (double)r->x[i];
    }
    r->class = (sum[0] > 0) + 2 * (sum[1] > 0);
}

static void make_forms(double form[FORMS][COLUMNS])
{
    for (int k = 0; k < FORMS; k++)
        for (int i = 0; i < COLUMNS; i++) form[k][i] = normal();
}

/* ---- writing ----------------------------------------------------------------------------------------------------- */

static FILE *create(const char *path)
{
    FILE *f = fopen(path, "wb");
    if (!f) perror(path), exit(1);
    return f;
}

static void finish(FILE *f, const char *path)
{
    if (fclose(f) != 0) perror(path), exit(1);
}

/* The header of .npy, 128 bytes with its end. */
static void write_header(FILE *f, const char *type, const char *shape)
{
    char dict[119];
    int  n = snprintf(dict, sizeof dict, "{'descr': '%s', 'fortran_order': False, 'shape': (%s), }", type, shape);
    memset(dict + n, ' ', sizeof dict - (size_t)n);
    dict[117] = '\n';
    fwrite("\x93NUMPY\1\0\x76\0", 1, 10, f);
    fwrite(dict, 1, 118, f);
}

static void write_arrays(size_t rows, const char *inputs, const char *targets)
{
    static double form[FORMS][COLUMNS];
    FILE         *x = create(inputs), *y = create(targets);
    char          shape[64];
    row           r;
    make_forms(form);
    snprintf(shape, sizeof shape, "%zu, %d", rows, COLUMNS);
    write_header(x, "<f4", shape);
    snprintf(shape, sizeof shape, "%zu,", rows);
    write_header(y, "<i4", shape);
    for (size_t i = 0; i < rows; i++) {
        draw(&r, form);
        fwrite(r.x, sizeof r.x, 1, x);
        fwrite(&r.class, sizeof r.class, 1, y);
    }
    finish(x, inputs);
    finish(y, targets);
}

static void write_csv(size_t rows, const char *path)
{
    static double form[FORMS][COLUMNS];
    FILE         *f = create(path);
    row           r;
    make_forms(form);
    for (int i = 0; i < COLUMNS; i++) fprintf(f, "x%d,", i + 1);
    fputs("label\n", f);
    for (size_t i = 0; i < rows; i++) {
        draw(&r, form);
        for (int k = 0; k < COLUMNS; k++) fprintf(f, "%.4f,", (double)r.x[k]);
        fprintf(f, "%c\n", "abcd"[r.class]);
    }
    finish(f, path);
}

/* ---- running ----------------------------------------------------------------------------------------------------- */

static int run(char **command)
{
    struct rusage used;
    int           status;
    double        start = now();
    pid_t         child = fork();
    if (child == 0) {
        execvp(*command, command);
        perror(*command);
        _exit(127);
    }
    if (child < 0 || wait4(child, &status, 0, &used) != child) return 1;
    printf("%.2f %.1f\n", now() - start, (double)used.ru_maxrss / 1024);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

int main(int argc, char **argv)
{
    if (argc == 5 && strcmp(argv[1], "write") == 0) {
        write_arrays(strtoull(argv[2], NULL, 10), argv[3], argv[4]);
    } else if (argc == 4 && strcmp(argv[1], "csv") == 0) {
        write_csv(strtoull(argv[2], NULL, 10), argv[3]);
    } else if (argc > 2 && strcmp(argv[1], "run") == 0) {
        return run(argv + 2);
    } else {
        fputs("large write ROWS X.npy y.npy | csv ROWS FILE.csv | run COMMAND...\n", stderr);
        return 2;
    }
    return 0;
}
