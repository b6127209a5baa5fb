/* Reads a CSV, again and again, and tells how long it took and what it needed: the processor's seconds of the first
 * time and the least of all, peak megabytes, megabytes of the data.
 *
 *   csv FILE TIMES */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

#include "glia.h"

static double processor(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* The seconds of one reading; below 0: it failed. */
static double read_once(const char *path, glia_data_info *info)
{
    glia_data *data;
    double     start = processor();
    if (glia_data_open(&data, path, NULL)) {
        fprintf(stderr, "csv: %s\n", glia_error());
        return -1;
    }
    double seconds = processor() - start;
    glia_data_describe(data, info);
    glia_data_free(data);
    return seconds;
}

int main(int argc, char **argv)
{
    glia_data_info info = {0};
    struct rusage  used;
    if (argc != 3) {
        fprintf(stderr, "csv: a file and how often to read it are needed\n");
        return 1;
    }
    double first = read_once(argv[1], &info), least = first;
    for (int i = 1; i < atoi(argv[2]) && least >= 0; i++) {
        double seconds = read_once(argv[1], &info);
        if (seconds < least) least = seconds;
    }
    if (least < 0) return 1;
    getrusage(RUSAGE_SELF, &used);
    printf("%.4f %.4f %.1f %.1f\n", first, least, (double)used.ru_maxrss / 1024,
           (double)info.rows * (double)info.columns * sizeof(glia_real) / 1048576);
    return 0;
}
