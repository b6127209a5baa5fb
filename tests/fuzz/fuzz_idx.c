/* IDX: the header begins with two zero bytes. */
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    if (fuzz_begins(bytes, n, "\0\0", 2)) fuzz_data(bytes, n, NULL);
    return 0;
}
