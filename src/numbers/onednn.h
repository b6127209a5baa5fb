/* What is done by oneDNN, a file a kind of layer. */
#ifndef GLIA_NUMBERS_ONEDNN_H
#define GLIA_NUMBERS_ONEDNN_H

#include "numbers/kernels.h"

/* oneDNN opens an OpenMP team inside each call; a result must not depend on its size, and the threads are ours, so each
 * call is made with a team of one: between these two, the second of which gets what the first one gave. */
int  glia__onednn_alone(void);
void glia__onednn_give_back(int threads);

/* onednn_conv.c: writes its convolutions over those of the table. */
void glia__onednn_convolutions(glia__kernels *k, const char *isa);

/* The same in bfloat16, over a table of float32 that does what they have no fast code for: onednn_conv.c's
 * convolutions, for which glia__onednn_convolutions has to be called before, and onednn_bf16.c's fully connected
 * layers. */
void glia__onednn_convolutions_lowered(glia__kernels *k, bool exact);
void glia__onednn_dense_lowered(glia__kernels *k, bool exact);

/* For tests: after so many calls of oneDNN all fail; less than 0: none does. */
extern int glia__onednn_calls_left;

/* For tests: the same table with operands that are `exact`, in float32 all the same; so it can be looked at on any
 * processor. NULL where oneDNN does not start. */
const glia__kernels *glia__onednn_exact(void);

#endif
