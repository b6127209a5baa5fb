/* The file of rows that a large table is made. */
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    if (!fuzz_begins(bytes, n, "\x8Fgliarow", 8)) return 0;
    fuzz_data(bytes, n, NULL);
    fuzz_data(bytes, n, &(glia_data_options){.target = "", .memory = 1});
    return 0;
}
