/* The choice of kernels: the portable table for the best instruction set of this processor, with what a library does
 * faster written over it. Made once, at first use. */
#include "numbers/kernels.h"

#include <pthread.h>
#include <string.h>

extern const glia__kernels glia__kernels_base;
#ifdef GLIA_X86
extern const glia__kernels glia__kernels_avx2, glia__kernels_avx512;

static bool has_avx2(void)
{
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}

static bool has_avx512(void)
{
    return has_avx2() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
           __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl");
}
#endif

static bool always(void)
{
    return true;
}

/* Best first. */
static const struct {
    const char          *isa;
    const glia__kernels *kernels;
    bool (*here)(void);
} tables[] = {
#ifdef GLIA_X86
    {"avx512", &glia__kernels_avx512, has_avx512},
    {"avx2", &glia__kernels_avx2, has_avx2},
#endif
    {"base", &glia__kernels_base, always},
};

const glia__kernels *glia__kernels_portable(const char *isa)
{
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
        if (strcmp(tables[i].isa, isa) == 0 && tables[i].here()) return tables[i].kernels;
    return NULL;
}

static size_t best(void)
{
    size_t i = 0;
    while (!tables[i].here()) i++;
    return i;
}

const glia__kernels *glia__kernels_own(void)
{
    return tables[best()].kernels;
}

static glia__kernels  chosen;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void choose(void)
{
    chosen = *glia__kernels_own();
#ifdef GLIA_ONEDNN
    glia__kernels_onednn(&chosen, tables[best()].isa);
#endif
}

const glia__kernels *glia__kernels_get(void)
{
    pthread_once(&once, choose);
    return &chosen;
}

const char *glia_kernels(void)
{
    return glia__kernels_get()->name;
}
