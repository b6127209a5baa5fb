/* .npz, a zip file of arrays. */
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    if (fuzz_begins(bytes, n, "PK", 2)) fuzz_data(bytes, n, NULL);
    return 0;
}
