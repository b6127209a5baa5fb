/* The number type of networks, and the mathematics for it: <tgmath.h> picks the function of the type. */
#ifndef GLIA_GROUND_REAL_H
#define GLIA_GROUND_REAL_H

#include <tgmath.h>

#include "glia.h"

typedef glia_real real;

#endif
