/* .npy, with the target in a column or without one. */
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    if (!fuzz_begins(bytes, n, "\x93NUMPY", 6)) return 0;
    fuzz_data(bytes, n, NULL);
    fuzz_data(bytes, n, &(glia_data_options){.target = "2"});
    return 0;
}
