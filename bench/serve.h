/* How a measured program is spoken to, in C as in Python (peers/serve.py): its arguments are words `key=value`. It says
 * `ready`, and then for each line that it reads does its work once and answers with lines `key value` and `end`. The
 * line `warm` asks for a small part of the work, of which nobody keeps the figures. With once=yes it does all of its
 * work once and ends. So several programs do the same work in turns, and each has long been loaded. */
#ifndef GLIA_BENCH_SERVE_H
#define GLIA_BENCH_SERVE_H

#include <stdbool.h>
#include <string.h>
#include <sys/resource.h>

#include "measure.h"

static char **given; /* main's argv */

static inline const char *text_of(const char *key, const char *otherwise)
{
    const size_t n = strlen(key);
    for (char **word = given + 1; *word; word++)
        if (strncmp(*word, key, n) == 0 && (*word)[n] == '=') return *word + n + 1;
    if (!otherwise) fprintf(stderr, "%s: %s= is needed\n", given[0], key), exit(2);
    return otherwise;
}

static inline size_t count_of(const char *key, const char *otherwise)
{
    return strtoull(text_of(key, otherwise), NULL, 10);
}

static inline void tell(const char *key, double value)
{
    printf("%s %.9g\n", key, value);
}

static inline double peak_megabytes(void)
{
    struct rusage used;
    getrusage(RUSAGE_SELF, &used);
    return (double)used.ru_maxrss / 1024;
}

static inline void serve(void (*work)(void *of, bool warm), void *of)
{
    char line[16];
    if (strcmp(text_of("once", "no"), "yes") == 0) {
        work(of, false);
        return;
    }
    for (puts("ready"), fflush(stdout); fgets(line, sizeof line, stdin); puts("end"), fflush(stdout))
        work(of, strcmp(line, "warm\n") == 0);
}

/* The tasks of a program: one that `once` alone does, or one that `run` prepares, serves and clears up. */
typedef struct task {
    const char *name;
    void (*once)(void *unused, bool warm);
    void (*run)(void);
} task;

static inline int run_task(char **argv, const task *tasks, size_t count)
{
    given = argv;
    for (size_t i = 0; i < count; i++) {
        if (strcmp(text_of("task", NULL), tasks[i].name) != 0) continue;
        if (tasks[i].run)
            tasks[i].run();
        else
            serve(tasks[i].once, NULL);
        return 0;
    }
    return fprintf(stderr, "%s: no such task\n", argv[0]), 2;
}

#endif
