/* What is done by oneDNN (https://uxlfoundation.github.io/oneDNN), written over the portable kernels. It brings OpenMP
 * along, whose team is of one while oneDNN is called. */
#include "numbers/onednn.h"

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

void glia__kernels_onednn(glia__kernels *k, const char *isa)
{
    static char name[32];
    snprintf(name, sizeof name, "onednn %s", isa);
    glia__onednn_convolutions(k, isa);
    k->name = name;
}
