/* Matrix products by oneDNN (https://uxlfoundation.github.io/oneDNN), written over the portable ones.
 *
 * dnnl_sgemm is row-major and has the form of the table's own products. A call that fails (it allocates) is done again
 * by the portable kernel. */
#include "numbers/onednn.h"

#include <dnnl.h>
#include <stdio.h>

/* of the OpenMP runtime that oneDNN is linked with; declared here because not every compiler brings <omp.h> */
extern int  omp_get_max_threads(void);
extern void omp_set_num_threads(int threads);

static glia__kernels portable;

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

static bool sgemm(char ta, char tb, size_t m, size_t n, size_t k, real alpha, const real *a, size_t lda, const real *b,
                  size_t ldb, real beta, real *c, size_t ldc)
{
    int           threads = glia__onednn_alone();
    dnnl_status_t status = dnnl_sgemm(ta, tb, (dnnl_dim_t)m, (dnnl_dim_t)n, (dnnl_dim_t)k, alpha, a, (dnnl_dim_t)lda, b,
                                      (dnnl_dim_t)ldb, beta, c, (dnnl_dim_t)ldc);
    glia__onednn_give_back(threads);
    return status == dnnl_success;
}

static void gemm(size_t m, size_t n, size_t k, real alpha, const real *a, size_t lda, const real *b, size_t ldb,
                 real beta, real *c, size_t ldc)
{
    if (!sgemm('N', 'N', m, n, k, alpha, a, lda, b, ldb, beta, c, ldc))
        portable.gemm(m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
}

static void gemm_tn(size_t m, size_t n, size_t k, real alpha, const real *a, size_t lda, const real *b, size_t ldb,
                    real beta, real *c, size_t ldc)
{
    if (!sgemm('T', 'N', m, n, k, alpha, a, lda, b, ldb, beta, c, ldc))
        portable.gemm_tn(m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
}

static void gemm_nt(size_t m, size_t n, size_t k, real alpha, const real *a, size_t lda, const real *b, size_t ldb,
                    real beta, real *c, size_t ldc)
{
    if (!sgemm('N', 'T', m, n, k, alpha, a, lda, b, ldb, beta, c, ldc))
        portable.gemm_nt(m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
}

void glia__kernels_onednn(glia__kernels *k, const char *isa)
{
    static char name[32];
    portable = *k;
    snprintf(name, sizeof name, "onednn %s", isa);
    k->gemm = gemm;
    k->gemm_tn = gemm_tn;
    k->gemm_nt = gemm_nt;
    glia__onednn_convolutions(k);
    k->name = name;
}
