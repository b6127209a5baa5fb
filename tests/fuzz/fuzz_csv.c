/* Tables. The first byte says how they are opened. */
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    static const glia_data_options ways[] = {
        {0}, {.target = ""}, {.target = "1"}, {.target = "y"}, {.weight = "2", .weight_optional = true}};
    if (n > 0) fuzz_data(bytes + 1, n - 1, &ways[bytes[0] % (sizeof ways / sizeof *ways)]);
    return 0;
}
