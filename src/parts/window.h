/* Windows that move over the positions of an image or a sequence: what convolutions and poolings share. */
#ifndef GLIA_PARTS_WINDOW_H
#define GLIA_PARTS_WINDOW_H

#include "parts/layer.h"

/* Along one axis: sizes of x and y, and the window's. Position `at` of y sees x at at * stride + i * dilation - before
 * for i < kernel, where that is inside of x. */
typedef struct glia__window {
    size_t in, out, kernel, stride, dilation, before;
} glia__window;

/* The windows of a layer whose input is channels x height x width, or channels x length (then axis 0 is of size 1),
 * from its settings: kernel; stride (not given: the kernel's); dilation (NULL: 1); pad: "valid", "same", "1" or "1x2".
 * With `half`, zeros may reach over at most half of a window, as PyTorch's poolings ask. */
glia_status glia__plan_window(const glia__layer *l, const glia__value *kernel, const glia__value *stride,
                              const glia__value *dilation, const char *pad, bool half, glia__window w[2]);

#endif
