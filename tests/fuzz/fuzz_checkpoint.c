/* Checkpoints: a run that goes on from one. The seeds are of this run. */
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    static glia_data *data;
    glia_model       *model = NULL;
    const char       *path = fuzz_file(bytes, n);
    if (!data && glia_data_open(&data, "xor n=4", NULL) != GLIA_OK) abort();
    if (glia_model_new(&model, "dense 3, relu, dense 2, softmax", data, 0) != GLIA_OK) abort();
    glia_fit(model, data, NULL, &(glia_fit_options){.epochs = 2, .threads = 1, .resume = path});
    glia_model_free(model);
    return 0;
}
