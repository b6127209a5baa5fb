/* L-BFGS: the minimum of a smooth function of many numbers, by its values and gradients alone. */
#ifndef GLIA_PARTS_LBFGS_H
#define GLIA_PARTS_LBFGS_H

#include "parts/optimizer.h"

/* f at x, its gradient into g. What is not finite is taken for a bad place. */
typedef double glia__objective(void *context, const real *x, real *g);

typedef enum glia__descent {
    GLIA__DESCENDED,        /* x is a better point than before                          */
    GLIA__DESCENT_FLAT,     /* no number of the gradient is larger than the tolerance   */
    GLIA__DESCENT_STUCK,    /* no step makes f smaller                                  */
    GLIA__DESCENT_NONFINITE /* f or its gradient at the start is infinite or NaN        */
} glia__descent;

typedef struct glia__lbfgs {
    size_t           n;
    real            *x, *g;                      /* the point, and the gradient there: the caller's */
    glia__optim     *rule;                       /* of class lbfgs: settings and memory             */
    real *const     *slot;                       /* its blocks of state                             */
    real            *direction, *start, *slopes; /* [n] each: room for an iteration                 */
    glia__objective *f;
    void            *context;
    double           value;       /* f(x)                     */
    size_t           evaluations; /* of f, in all             */
    bool             begun;       /* value and g belong to x  */
} glia__lbfgs;

/* Room for the iterations; the rest of *l is the caller's to fill. */
glia_status glia__lbfgs_room(glia__lbfgs *l, size_t n);
void        glia__lbfgs_clear(glia__lbfgs *l);
/* Whether the memory of a rule of class lbfgs, which may be from a file, is one that its iterations can have left. */
bool glia__lbfgs_remembers(const glia__optim *rule);
/* One iteration: a direction, and a search along it. If it did not descend, x is where it was. */
glia__descent glia__lbfgs_iterate(glia__lbfgs *l);
bool          glia__lbfgs_is_flat(const glia__lbfgs *l); /* at x */

#endif
