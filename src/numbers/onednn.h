/* What the two files that know oneDNN share. */
#ifndef GLIA_NUMBERS_ONEDNN_H
#define GLIA_NUMBERS_ONEDNN_H

#include "numbers/kernels.h"

/* oneDNN opens an OpenMP team inside each call; a result must not depend on its size, and the threads are ours, so each
 * call is made with a team of one: between these two, the second of which gets what the first one gave. */
int  glia__onednn_alone(void);
void glia__onednn_give_back(int threads);

/* onednn_conv.c: writes its convolutions over those of the table. */
void glia__onednn_convolutions(glia__kernels *k, const char *isa);

#endif
