/* Reads a CSV once and tells how long it took and what it needed: seconds, seconds of the processor, peak megabytes,
 * megabytes of the data.
 *
 *   csv FILE */
#include <stdio.h>
#include <sys/resource.h>
#include <time.h>

#include "glia.h"

static double now(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

int main(int argc, char **argv)
{
    glia_data     *data;
    glia_data_info info;
    struct rusage  used;
    double         start = now(CLOCK_MONOTONIC), cpu = now(CLOCK_PROCESS_CPUTIME_ID);
    if (argc != 2 || glia_data_open(&data, argv[1], NULL)) {
        fprintf(stderr, "csv: %s\n", argc == 2 ? glia_error() : "one file is needed");
        return 1;
    }
    double seconds = now(CLOCK_MONOTONIC) - start, processor = now(CLOCK_PROCESS_CPUTIME_ID) - cpu;
    glia_data_describe(data, &info);
    getrusage(RUSAGE_SELF, &used);
    printf("%.4f %.4f %.1f %.1f\n", seconds, processor, (double)used.ru_maxrss / 1024,
           (double)info.rows * (double)info.columns * sizeof(glia_real) / 1048576);
    glia_data_free(data);
    return 0;
}
