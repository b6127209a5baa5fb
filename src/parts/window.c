/* Windows: sizes from settings, and what is said where they do not fit.
 *
 *   out = (in + before + after - reach) / stride + 1, rounded down, with reach = (kernel - 1) dilation + 1
 *
 * pad=same takes so many zeros that out = in / stride, rounded up; where they are odd in number, the extra one comes
 * after. With stride 1 that is PyTorch's padding="same", else that of Keras and of ONNX's SAME_UPPER. */
#include "parts/window.h"

#include <stdio.h>
#include <string.h>

enum { AXES = 2 };

typedef struct padding {
    bool   same;
    size_t zeros[AXES];
} padding;

/* "3" for both axes, or "3x5"; of a sequence one number, which is axis 1's. */
static glia_status read_sides(const glia__layer *l, const char *name, int rank, const size_t *given, size_t sides[AXES])
{
    bool image = l->in.rank == 3;
    if (rank > (image ? 2 : 1))
        return glia__layer_fail(l, "%s has %d sides, and %s", name, rank,
                                image ? "an image has two" : "a sequence has one");
    sides[0] = image ? given[0] : 1;
    sides[1] = given[rank - 1];
    return GLIA_OK;
}

enum { PAD_MOST = 1000000 };

/* A number of zeros at *at; one that is too large stays so. */
static bool read_zeros(const char **at, size_t *zeros)
{
    const char *first = *at;
    if (!glia__digits_read(at, NULL, zeros)) *zeros = SIZE_MAX;
    return *at > first;
}

static glia_status read_padding(const glia__layer *l, const char *text, padding *p)
{
    size_t      zeros[AXES];
    int         rank = 1;
    const char *at = text;
    *p = (padding){.same = strcmp(text, "same") == 0};
    if (p->same || strcmp(text, "valid") == 0) return GLIA_OK;
    bool fits = read_zeros(&at, &zeros[0]);
    if (fits && *at == 'x') {
        at++, rank++;
        fits = read_zeros(&at, &zeros[1]);
    }
    if (!fits || *at)
        return glia__layer_fail(l, "pad must be valid, same, or numbers such as 1 or 1x2, not \"%s\"", text);
    if (zeros[0] > PAD_MOST || zeros[rank - 1] > PAD_MOST)
        return glia__layer_fail(l, "a pad of %s is too large: there can be %d zeros", text, PAD_MOST);
    GLIA_TRY(read_sides(l, "pad", rank, zeros, p->zeros));
    if (l->in.rank == 2) p->zeros[0] = 0;
    return GLIA_OK;
}

static glia_status fit_window(const glia__layer *l, glia__window *w, const padding *p, int axis, bool half)
{
    size_t reach = (w->kernel - 1) * w->dilation + 1, zeros = 2 * p->zeros[axis];
    char   shape[64];
    if (p->same) {
        size_t out = (w->in + w->stride - 1) / w->stride, end = (out - 1) * w->stride + reach;
        zeros = end > w->in ? end - w->in : 0;
    }
    w->before = zeros / 2;
    if (half && p->zeros[axis] * 2 > reach)
        return glia__layer_fail(l, "a pad of %zu is too large for a window that reaches over %zu", p->zeros[axis],
                                reach);
    if (w->in + zeros < reach)
        return glia__layer_fail(l, "a window that reaches over %zu is larger than %s of %s%s", reach,
                                l->in.rank == 3 ? "an image" : "a sequence", glia__shape_text(&l->in, shape),
                                zeros ? " with its zeros" : "");
    w->out = (w->in + zeros - reach) / w->stride + 1;
    return GLIA_OK;
}

glia_status glia__plan_window(const glia__layer *l, const glia__value *kernel, const glia__value *stride,
                              const glia__value *dilation, const char *pad, bool half, glia__window w[2])
{
    static const glia__value one = {.given = true, .rank = 1, .shape = {1}};
    padding                  p;
    size_t                   kernels[AXES], strides[AXES], dilations[AXES];
    if (!stride->given && !stride->rank) stride = kernel;
    if (!dilation) dilation = &one;
    GLIA_TRY(read_sides(l, "kernel", kernel->rank, kernel->shape, kernels));
    GLIA_TRY(read_sides(l, "stride", stride->rank, stride->shape, strides));
    GLIA_TRY(read_sides(l, "dilation", dilation->rank, dilation->shape, dilations));
    GLIA_TRY(read_padding(l, pad, &p));
    for (int axis = 0; axis < AXES; axis++) {
        size_t in = l->in.rank == 3 ? l->in.dim[1 + axis] : axis ? l->in.dim[1] : 1;
        w[axis] = (glia__window){in, 0, kernels[axis], strides[axis], dilations[axis], 0};
        GLIA_TRY(fit_window(l, &w[axis], &p, axis, half));
    }
    return GLIA_OK;
}
