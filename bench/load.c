/* glia's side of reading files, and the system's.
 *
 *   load task=table file=FILE.csv times=N   of a table: the processor's seconds of the first reading and the least of
 *                                           all, peak MB, and MB of the data; in a process of its own (once=yes)
 *
 *   load task=data file=DATA                seconds of glia_data_open
 *
 *   load task=model file=FILE               seconds of glia_model_open
 *
 *   load task=bytes file=FILE               seconds of read() into fresh memory
 *
 *   load task=make file=FILE net=NET        writes an untrained model (once=yes)
 *
 * How it is spoken to: serve.h. */
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "serve.h"

static double processor(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* The seconds of one reading, by a clock. */
static double open_data(const char *path, double (*clock)(void), glia_data_info *info)
{
    glia_data *data;
    double     start = clock();
    if (glia_data_open(&data, path, NULL)) stop();
    double seconds = clock() - start;
    glia_data_describe(data, info);
    glia_data_free(data);
    return seconds;
}

static void table(void *unused, bool warm)
{
    const char *path = text_of("file", NULL);
    (void)unused;
    glia_data_info info;
    double         first = open_data(path, processor, &info), least = first;
    for (size_t i = 1; i < count_of("times", "1") && !warm; i++) {
        double seconds = open_data(path, processor, &info);
        if (seconds < least) least = seconds;
    }
    tell("seconds", first);
    tell("least", least);
    tell("peak_mb", peak_megabytes());
    tell("data_mb", (double)info.rows * (double)info.columns * sizeof(glia_real) / 1048576);
}

static void data(void *unused, bool warm)
{
    const char    *path = text_of("file", NULL);
    glia_data_info info;
    (void)unused;
    (void)warm;
    tell("seconds", open_data(path, now, &info));
}

static void model(void *unused, bool warm)
{
    const char *path = text_of("file", NULL);
    glia_model *m;
    double      start = now();
    (void)unused;
    (void)warm;
    if (glia_model_open(&m, path)) stop();
    tell("seconds", now() - start);
    glia_model_free(m);
}

static void bytes(void *unused, bool warm)
{
    const char *path = text_of("file", NULL);
    struct stat s;
    int         f = open(path, O_RDONLY);
    (void)unused;
    (void)warm;
    if (f < 0 || fstat(f, &s)) perror(path), exit(1);
    size_t n = (size_t)s.st_size, at = 0;
    double start = now();
    char  *p = mmap(NULL, n, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (p == MAP_FAILED) perror(path), exit(1);
    for (ssize_t got; at < n; at += (size_t)got)
        if ((got = read(f, p + at, n - at)) <= 0) perror(path), exit(1);
    tell("seconds", now() - start);
    tell("bytes", (double)n);
    munmap(p, n);
    close(f);
}

static void make(void *unused, bool warm)
{
    const char *path = text_of("file", NULL);
    glia_model *m;
    (void)unused;
    (void)warm;
    if (glia_model_new(&m, text_of("net", NULL), NULL, 1) || glia_model_save(m, path)) stop();
    glia_model_free(m);
}

int main(int argc, char **argv)
{
    static const task tasks[] = {{"table", table, NULL},
                                 {"data", data, NULL},
                                 {"model", model, NULL},
                                 {"bytes", bytes, NULL},
                                 {"make", make, NULL}};
    (void)argc;
    return run_task(argv, tasks, sizeof tasks / sizeof *tasks);
}
