/* Reads a CSV once and tells how long it took and what it needed: seconds, peak megabytes, megabytes of the data.
 *
 *   csv FILE */
#include <stdio.h>
#include <sys/resource.h>
#include <time.h>

#include "glia.h"

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

int main(int argc, char **argv)
{
    glia_data     *data;
    glia_data_info info;
    struct rusage  used;
    double         start = now();
    if (argc != 2 || glia_data_open(&data, argv[1], NULL)) {
        fprintf(stderr, "csv: %s\n", argc == 2 ? glia_error() : "one file is needed");
        return 1;
    }
    double seconds = now() - start;
    glia_data_describe(data, &info);
    getrusage(RUSAGE_SELF, &used);
    printf("%.4f %.1f %.1f\n", seconds, (double)used.ru_maxrss / 1024,
           (double)info.rows * (double)info.columns * sizeof(glia_real) / 1048576);
    glia_data_free(data);
    return 0;
}
