/* Tables. The first byte says how they are opened. */
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    static const glia_data_options ways[] = {
        {0},
        {.target = ""},
        {.target = "1"},
        {.target = "y"},
        {.weight = "2", .weight_optional = true},
        {.target = "1,2", .missing = "-1, red"},
        {.columns = "1:datetime, 2:category hash=3, 3:ordinal a < b, *:number", .columns_optional = true},
        {.columns = "1:yesno, 2:date dmy, 3:time", .columns_optional = true, .drop_missing = true},
        {.header = "no", .group = "1", .time = "2", .group_optional = true, .time_optional = true},
    };
    if (n > 0) fuzz_data(bytes + 1, n - 1, &ways[bytes[0] % (sizeof ways / sizeof *ways)]);
    return 0;
}
