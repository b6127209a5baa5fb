/* The choice of kernels: the portable table for the best instruction set of this processor, with what a library does
 * faster written over it. Made once, at first use. */
#include "numbers/kernels.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

/* rounded.c's: writes its products over those of a table of its instruction set, and may be compiled to that. */
typedef void over(glia__kernels *k);

extern const glia__kernels        glia__kernels_base;
extern const glia__kernels_beside glia__kernels_beside_base;
extern over                       glia__kernels_rounded_base;
#ifdef GLIA_X86
extern const glia__kernels        glia__kernels_avx2, glia__kernels_avx512;
extern const glia__kernels_beside glia__kernels_beside_avx2, glia__kernels_beside_avx512;
extern over                       glia__kernels_rounded_avx2, glia__kernels_rounded_avx512;

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

#ifdef GLIA_DOUBLE
#define ROUNDED(isa) NULL, NULL
#else
#define ROUNDED(isa) glia__kernels_rounded_##isa, &glia__kernels_beside_##isa
#endif

/* Best first. */
static const struct {
    const char          *isa;
    const glia__kernels *kernels;
    bool (*here)(void);
    over                       *rounded; /* operands, to bfloat16; NULL in double */
    const glia__kernels_beside *beside;
} tables[] = {
#ifdef GLIA_X86
    {"avx512", &glia__kernels_avx512, has_avx512, ROUNDED(avx512)},
    {"avx2", &glia__kernels_avx2, has_avx2, ROUNDED(avx2)},
#endif
    {"base", &glia__kernels_base, always, ROUNDED(base)},
};
enum { TABLES = sizeof tables / sizeof *tables };

/* The one of that name, TABLES if it is not here. */
static size_t find(const char *isa)
{
    size_t i = 0;
    while (i < TABLES && !(strcmp(tables[i].isa, isa) == 0 && tables[i].here())) i++;
    return i;
}

const glia__kernels *glia__kernels_portable(const char *isa)
{
    size_t i = find(isa);
    return i < TABLES ? tables[i].kernels : NULL;
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

static glia__kernels  chosen, rounded[TABLES], bf16;
static const char    *no_bf16; /* why there is none; NULL: there is */
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void choose_rounded(void)
{
    static char name[TABLES][32];
    for (size_t i = 0; i < TABLES; i++) {
        if (!tables[i].rounded || !tables[i].here()) continue;
        rounded[i] = *tables[i].kernels;
        tables[i].rounded(&rounded[i]);
        snprintf(name[i], sizeof name[i], "%s bf16-emulated", tables[i].kernels->name);
        rounded[i].name = name[i];
    }
}

static void choose(void)
{
    chosen = *glia__kernels_own();
    choose_rounded();
#ifdef GLIA_ONEDNN
    glia__kernels_onednn(&chosen, tables[best()].isa);
    bf16 = chosen;
    no_bf16 = glia__kernels_onednn_bf16(&bf16, tables[best()].beside);
#else
    no_bf16 = "this build has no oneDNN, which makes its products";
#endif
}

const glia__kernels *glia__kernels_get(void)
{
    pthread_once(&once, choose);
    return &chosen;
}

/* ---- precisions ------------------------------------------------------------------------------------------------ */

static const glia__kernels *pretended;

void glia__kernels_pretend(const glia__kernels *k)
{
    pretended = k;
}

const glia__kernels *glia__kernels_rounded(const char *isa)
{
    size_t i = find(isa);
    pthread_once(&once, choose);
    return i < TABLES && tables[i].rounded ? &rounded[i] : NULL;
}

const glia__kernels_beside *glia__kernels_beside_of(const char *isa)
{
    size_t i = find(isa);
    return i < TABLES ? tables[i].beside : NULL;
}

glia_status glia__kernels_of(glia_precision precision, const glia__kernels **k)
{
    pthread_once(&once, choose);
    if (precision == GLIA_FLOAT32) {
        *k = &chosen;
        return GLIA_OK;
    }
    if (!tables[best()].rounded)
        return glia__fail(GLIA_E_ARG, "precision %s: this build computes in double, and its products stay so",
                          glia__precision_names[precision]);
    if (precision == GLIA_BF16 && !pretended && no_bf16)
        return glia__fail(GLIA_E_ARG,
                          "precision bf16: %s, and by other means it would be slower than float32; bf16-emulated "
                          "shows on any processor what it does to accuracy",
                          no_bf16);
    *k = precision == GLIA_BF16_EMULATED ? &rounded[best()] : pretended ? pretended : &bf16;
    return GLIA_OK;
}

const char *const glia__precision_names[] = {
    [GLIA_FLOAT32] = "float32", [GLIA_BF16] = "bf16", [GLIA_BF16_EMULATED] = "bf16-emulated"};

const char *glia_kernels(void)
{
    return glia__kernels_get()->name;
}
