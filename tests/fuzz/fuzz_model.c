/* Model files: safetensors with a net in its metadata. */
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    glia_model *model;
    glia_status status = glia_model_open(&model, fuzz_file(bytes, n));
    if ((status == GLIA_OK) != (model != NULL) || (status != GLIA_OK && !*glia_error())) abort();
    glia_model_free(model);
    return 0;
}
