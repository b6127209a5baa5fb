/* Tables whose products are made in a lower precision, as far as this build and this processor have them: the
 * specification for each instruction set; oneDNN's with operands in float32, by which its places and layouts are looked
 * at on any processor; and oneDNN's in bfloat16. */
#ifndef GLIA_TESTS_LOWERED_H
#define GLIA_TESTS_LOWERED_H

#include "help.h"
#include "numbers/kernels.h"

enum { LOWERED_MOST = 5 };
static const glia__kernels *lowered[LOWERED_MOST];
static size_t               lowered_count;
static const glia__kernels *keeps_operands; /* the one of float32 */

#ifdef GLIA_ONEDNN
const glia__kernels *glia__onednn_exact(void); /* numbers/onednn.h */
#endif

static inline void find_lowered(void)
{
    static const char *const isas[] = {"base", "avx2", "avx512"};
    const glia__kernels     *k;
    for (size_t i = 0; i < COUNT(isas); i++)
        if ((k = glia__kernels_rounded(isas[i]))) lowered[lowered_count++] = k;
#ifdef GLIA_ONEDNN
    if ((k = glia__onednn_exact())) keeps_operands = lowered[lowered_count++] = k;
#endif
    if (!IS_DOUBLE && glia__kernels_of(GLIA_BF16, &k) == GLIA_OK) lowered[lowered_count++] = k;
}

/* Whether what is multiplied is rounded before. */
static inline bool rounds_operands(const glia__kernels *k)
{
    for (size_t i = 0; i < lowered_count; i++)
        if (lowered[i] == k) return k != keeps_operands;
    return false;
}

/* ---- memory that is given, and no more --------------------------------------------------------------------------- */

enum { BEYOND = 64 };

/* So many numbers, all NaN: whoever counts on what stands there is found out. Behind them stand others that nobody may
 * write. */
static inline real *bounded(size_t count)
{
    real *p = need(count + BEYOND, sizeof *p);
    for (size_t i = 0; i < count; i++) p[i] = (real)NAN;
    for (size_t i = 0; i < BEYOND; i++) p[count + i] = (real)i;
    return p;
}

static inline void free_bounded(real *p, size_t count)
{
    for (size_t i = 0; i < BEYOND; i++)
        if (p[count + i] != (real)i) fail_msg("number %zu behind %zu was written", i, count);
    free(p);
}

#endif
