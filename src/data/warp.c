/* Moves, and the bilinear resampling that carries them out. */
#include "data/warp.h"

#include <math.h>
#include <string.h>

#include "ground/memory.h"

/* ---- maps ------------------------------------------------------------------------------------------------------- */

static const glia__affine identity = {1, 0, 0, 0, 1, 0};

/* The map of these factors that keeps the middle of the image. */
static glia__affine about_middle(const glia__extent *e, double xx, double xy, double yx, double yy)
{
    double x = ((double)e->width - 1) / 2, y = ((double)e->height - 1) / 2;
    return (glia__affine){xx, xy, x - xx * x - xy * y, yx, yy, y - yx * x - yy * y};
}

glia__affine glia__affine_shift(double x, double y)
{
    return (glia__affine){1, 0, -x, 0, 1, -y};
}

glia__affine glia__affine_rotate(const glia__extent *e, double degrees)
{
    double c = cos(degrees * (M_PI / 180)), s = sin(degrees * (M_PI / 180));
    return about_middle(e, c, -s, s, c);
}

glia__affine glia__affine_scale(const glia__extent *e, double by)
{
    return about_middle(e, 1 / by, 0, 0, 1 / by);
}

glia__affine glia__affine_shear(const glia__extent *e, double degrees)
{
    return about_middle(e, 1, tan(degrees * (M_PI / 180)), 0, 1);
}

glia__affine glia__affine_flip(const glia__extent *e, bool horizontal)
{
    return about_middle(e, horizontal ? -1 : 1, 0, 0, horizontal ? 1 : -1);
}

/* (x, y) -> a(b(x, y)) */
static glia__affine after(const glia__affine *a, const glia__affine *b)
{
    return (glia__affine){
        .xx = a->xx * b->xx + a->xy * b->yx,
        .xy = a->xx * b->xy + a->xy * b->yy,
        .x0 = a->xx * b->x0 + a->xy * b->y0 + a->x0,
        .yx = a->yx * b->xx + a->yy * b->yx,
        .yy = a->yx * b->xy + a->yy * b->yy,
        .y0 = a->yx * b->x0 + a->yy * b->y0 + a->y0,
    };
}

/* ---- room ------------------------------------------------------------------------------------------------------- */

enum { BEFORE = 1, FRAME = 3 }; /* pixels of the frame before the image, and in all: the last place has two behind it */

glia_status glia__warp_new(glia__warp *w, const glia__extent *e)
{
    size_t pixels = e->height * e->width, framed, all;
    *w = (glia__warp){.extent = *e};
    if (!glia__mul(e->height + FRAME, e->width + FRAME, &framed) || framed > INT32_MAX ||
        !glia__mul(framed, e->channels, &all))
        return glia__fail(GLIA_E_MEMORY, "images of %zux%zux%zu are too large to be moved", e->channels, e->height,
                          e->width);
    w->source = glia__new_aligned(all, sizeof *w->source);
    w->x = glia__new_aligned(pixels, sizeof *w->x);
    w->y = glia__new_aligned(pixels, sizeof *w->y);
    w->corner = glia__new_aligned(pixels, sizeof *w->corner);
    if (w->source && w->x && w->y && w->corner) return GLIA_OK;
    glia__warp_clear(w);
    return GLIA_E_MEMORY;
}

void glia__warp_clear(glia__warp *w)
{
    glia__free_aligned(w->source);
    glia__free_aligned(w->x);
    glia__free_aligned(w->y);
    glia__free_aligned(w->corner);
    *w = (glia__warp){0};
}

/* ---- places ----------------------------------------------------------------------------------------------------- */

void glia__warp_begin(glia__warp *w)
{
    w->pending = identity;
    w->placed = false;
}

void glia__warp_move(glia__warp *w, const glia__affine *back)
{
    w->pending = after(back, &w->pending);
}

/* The places of one row of pixels, in double until they are written: a quarter turn then hits the pixels. */
static void place_row(const glia__affine *a, size_t n, size_t row, real *x, real *y)
{
    double x0 = a->xy * (double)row + a->x0, y0 = a->yy * (double)row + a->y0;
    for (size_t i = 0; i < n; i++) {
        double column = (double)(int32_t)i;
        x[i] = (real)(a->xx * column + x0);
        y[i] = (real)(a->yx * column + y0);
    }
}

static void move_places(const glia__affine *a, size_t n, real *x, real *y)
{
    for (size_t i = 0; i < n; i++) {
        double from_x = (double)x[i], from_y = (double)y[i];
        x[i] = (real)(a->xx * from_x + a->xy * from_y + a->x0);
        y[i] = (real)(a->yx * from_x + a->yy * from_y + a->y0);
    }
}

void glia__warp_place(glia__warp *w)
{
    size_t height = w->extent.height, width = w->extent.width;
    if (w->placed && memcmp(&w->pending, &identity, sizeof identity) != 0)
        move_places(&w->pending, height * width, w->x, w->y);
    for (size_t row = 0; !w->placed && row < height; row++)
        place_row(&w->pending, width, row, w->x + row * width, w->y + row * width);
    w->pending = identity;
    w->placed = true;
}

/* ---- resampling ------------------------------------------------------------------------------------------------- */

static void frame(const glia__warp *w, const real *image)
{
    const glia__extent *e = &w->extent;
    size_t              line = e->width + FRAME, plane = (e->height + FRAME) * line;
    for (size_t c = 0; c < e->channels; c++)
        for (size_t row = 0; row < e->height; row++, image += e->width)
            memcpy(w->source + c * plane + (row + BEFORE) * line + BEFORE, image, e->width * sizeof *image);
}

/* From -1, where the frame is all that is seen, to n, where it is again. Comparing so, NaN becomes -1. */
static inline real within(real at, real n)
{
    real low = at > -1 ? at : -1;
    return low < n ? low : n;
}

/* corner = where the four pixels around each place begin; x and y = how far it is from that one. */
static void find_corners(const glia__warp *w)
{
    const real    width = (real)w->extent.width, height = (real)w->extent.height;
    const int32_t line = (int32_t)w->extent.width + FRAME;
    size_t        pixels = w->extent.height * w->extent.width;
    for (size_t i = 0; i < pixels; i++) {
        real    x = within(w->x[i], width) + BEFORE, y = within(w->y[i], height) + BEFORE;
        int32_t column = (int32_t)x, row = (int32_t)y; /* both are at least 0: cut off is rounded down */
        w->corner[i] = row * line + column;
        w->x[i] = x - (real)column;
        w->y[i] = y - (real)row;
    }
}

/* to[i] = the bilinear mean of the four pixels around place i. Whole places give the pixel itself. */
static void sample(const glia__warp *w, const real *plane, real *to)
{
    size_t line = w->extent.width + FRAME, pixels = w->extent.height * w->extent.width;
    for (size_t i = 0; i < pixels; i++) {
        const real *up = plane + w->corner[i], *down = up + line;
        real        above = up[0] + w->x[i] * (up[1] - up[0]), below = down[0] + w->x[i] * (down[1] - down[0]);
        to[i] = above + w->y[i] * (below - above);
    }
}

void glia__warp_end(glia__warp *w, real *image)
{
    const glia__extent *e = &w->extent;
    size_t              plane = (e->height + FRAME) * (e->width + FRAME);
    glia__warp_place(w);
    frame(w, image);
    find_corners(w);
    for (size_t c = 0; c < e->channels; c++) sample(w, w->source + c * plane, image + c * e->height * e->width);
}
