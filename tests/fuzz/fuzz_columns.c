/* Texts that say of what kinds the columns of a table are. */
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    static const char table[] = "age,city,when,size,y\n31,Ulm,2024-05-01,S,0\n,Bonn,,M,1\n28,Ulm,2024-05-02,,1\n";
    enum { LENGTH_MOST = 1 << 12 };
    char text[LENGTH_MOST + 1];
    if (n > LENGTH_MOST) return 0;
    memcpy(text, bytes, n);
    text[n] = '\0';
    fuzz_data((const uint8_t *)table, sizeof table - 1, &(glia_data_options){.columns = text});
    return 0;
}
