/* One epoch of training, in a process of its own so that its peak of memory can be told.
 *
 *   cnn NET DATA THREADS    batch 64, adam lr=0.001; prints: seconds, milliseconds a batch, peak MB, loss
 *   cnn loop                prints how many times the work of one core two do, in a bare loop
 *
 * script/bench puts it beside the same epoch in PyTorch (cnn_torch.py), in turns. */
#include <string.h>
#include <sys/resource.h>

#include "measure.h"

enum { BATCH = 64 };

static double peak_megabytes(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (double)usage.ru_maxrss * 1024 / 1e6;
}

static void run_epoch(const char *net, const char *text, unsigned threads)
{
    glia_data  *data = NULL;
    glia_model *m = NULL;
    size_t      count;
    if (glia_data_open(&data, text, NULL) || glia_model_new(&m, net, data, 1) ||
        glia_fit(m, data, NULL,
                 &(glia_fit_options){
                     .epochs = 1, .batch = BATCH, .threads = threads, .optimizer = "adam lr=0.001", .seed = 1}))
        stop();
    const glia_epoch *epoch = glia_model_history(m, &count);
    size_t            batches = (epoch->samples + BATCH - 1) / BATCH;
    printf("%.3f %.4f %.1f %.4f\n", epoch->seconds, 1e3 * epoch->seconds / (double)batches, peak_megabytes(),
           epoch->loss);
    glia_model_free(m);
    glia_data_free(data);
}

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "loop") == 0)
        printf("%.3f\n", loop_scaling());
    else if (argc == 4)
        run_epoch(argv[1], argv[2], (unsigned)atoi(argv[3]));
    else
        return fprintf(stderr, "cnn NET DATA THREADS, or cnn loop\n"), 2;
    return 0;
}
