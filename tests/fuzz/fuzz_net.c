/* Net texts, for rows of 12 numbers unless they begin with `input`. */
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    static glia_data      *data;
    static const glia_real x[24];
    static const int32_t   classes[2] = {0, 1};
    enum { LENGTH_MOST = 1 << 12 };
    char        net[LENGTH_MOST + 1];
    glia_model *model;
    fuzz_file(NULL, 0);
    if (!data && glia_data_from_reals(&data, x, 2, 12, classes, NULL, 2) != GLIA_OK) abort();
    if (n > LENGTH_MOST) return 0;
    memcpy(net, bytes, n);
    net[n] = '\0';
    glia_status status = glia_model_new(&model, net, data, 0);
    if ((status == GLIA_OK) != (model != NULL) || (status != GLIA_OK && !*glia_error())) abort();
    glia_model_free(model);
    return 0;
}
