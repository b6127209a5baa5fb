/* What is done by oneDNN (https://uxlfoundation.github.io/oneDNN), written over the portable kernels. It brings OpenMP
 * along, whose team is of one while oneDNN is called. */
#include "numbers/onednn_shared.h"

#include <stdio.h>

/* of the OpenMP runtime that oneDNN is linked with; declared here because not every compiler brings <omp.h> */
extern int  omp_get_max_threads(void);
extern void omp_set_num_threads(int threads);

int glia__onednn_alone(void)
{
    int threads = omp_get_max_threads(); /* a setting of the calling thread */
    if (threads != 1) omp_set_num_threads(1);
    return threads;
}

void glia__onednn_give_back(int threads)
{
    if (threads != 1) omp_set_num_threads(threads);
}

dnnl_engine_t         glia__onednn_engine;
dnnl_primitive_attr_t glia__onednn_attributes;

static bool begin(void)
{
    return MADE(dnnl_engine_create(&glia__onednn_engine, dnnl_cpu, 0)) &&
           MADE(dnnl_primitive_attr_create(&glia__onednn_attributes)) &&
           MADE(dnnl_primitive_attr_set_scratchpad_mode(glia__onednn_attributes, dnnl_scratchpad_mode_user));
}

int glia__onednn_calls_left = -1;

static bool begun;

void glia__kernels_onednn(glia__kernels *k, const char *isa)
{
    static char name[32];
    snprintf(name, sizeof name, "onednn %s", isa);
    begun = begin();
    if (begun) glia__onednn_convolutions(k, isa);
    k->name = name;
}

/* ---- products in bfloat16 -------------------------------------------------------------------------------------- */

const glia__kernels_beside *glia__onednn_beside;

static glia__kernels exact;

/* A set of bits, in which each instruction set has those of the ones that it includes. */
static bool has_bf16(void)
{
    return (dnnl_get_effective_cpu_isa() & dnnl_cpu_isa_avx512_core_bf16) == dnnl_cpu_isa_avx512_core_bf16;
}

const char *glia__kernels_onednn_bf16(glia__kernels *k, const glia__kernels_beside *beside)
{
    glia__onednn_beside = beside;
    if (!begun) return "oneDNN does not start";
    exact = *k;
    glia__onednn_dense_lowered(k, false), glia__onednn_dense_lowered(&exact, true);
    glia__onednn_convolutions_lowered(k, false), glia__onednn_convolutions_lowered(&exact, true);
    k->name = "onednn bf16";
    return has_bf16() ? NULL : "this processor has no instructions for it (AVX512_BF16, AMX)";
}

const glia__kernels *glia__onednn_exact(void)
{
    glia__kernels_get();
    return begun ? &exact : NULL;
}
