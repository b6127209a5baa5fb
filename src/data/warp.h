/* Geometry of images: where each pixel of the result comes from. Moves are composed into one place for each pixel, and
 * the image is resampled once, bilinearly; outside of it everything is 0. */
#ifndef GLIA_DATA_WARP_H
#define GLIA_DATA_WARP_H

#include "ground/philox.h"
#include "ground/status.h"

typedef struct glia__extent {
    size_t channels, height, width;
} glia__extent;

/* (x, y) -> (xx x + xy y + x0, yx x + yy y + y0): from a pixel of the result to its place in the image. x counts
 * columns, y rows, both from the middle of the first pixel. */
typedef struct glia__affine {
    double xx, xy, x0, yx, yy, y0;
} glia__affine;

/* The maps of a move by (x, y) pixels to the right and down, and of those that keep the middle of the image: a turn
 * counterclockwise, a zoom that makes things `by` times as large, a slant that moves a row by tan(slant) of its
 * distance from the middle, a mirror image. Angles in degrees. */
glia__affine glia__affine_shift(double x, double y);
glia__affine glia__affine_rotate(const glia__extent *e, double degrees);
glia__affine glia__affine_scale(const glia__extent *e, double by);
glia__affine glia__affine_shear(const glia__extent *e, double degrees);
glia__affine glia__affine_flip(const glia__extent *e, bool horizontal);

/* Room for the warp of one image, a worker's own. */
typedef struct glia__warp {
    glia__extent extent;
    real        *source;  /* [channels][height + 3][width + 3]: the image within a frame of zeros  */
    real        *x, *y;   /* [height][width]: the place of each pixel, once `placed`                */
    int32_t     *corner;  /* [height][width]: in a plane of source, of the pixel up and left of it  */
    glia__affine pending; /* moves that come on top of that                                         */
    bool         placed;
} glia__warp;

/* Errors: GLIA_E_MEMORY; w is then cleared. */
glia_status glia__warp_new(glia__warp *w, const glia__extent *e);
void        glia__warp_clear(glia__warp *w);

/* Moves are told from the last to the first: a pixel of the result is traced back. */
void glia__warp_begin(glia__warp *w);
void glia__warp_move(glia__warp *w, const glia__affine *back);
/* Makes x and y, so that displacements can be added to them. */
void glia__warp_place(glia__warp *w);
/* image[channels][height][width] = the image as moved. */
void glia__warp_end(glia__warp *w, real *image);

/* Elastic distortion (Simard, Steinkraus and Platt 2003: "Best practices for convolutional neural networks applied to
 * visual document analysis", section 2): fields of uniform numbers in [-1, 1), smoothed by a Gaussian of deviation
 * sigma, times alpha. The Gaussian is cut off at 4 sigma, its sum is 1, and beyond the image the fields are 0. */
typedef struct glia__elastic {
    size_t radius;
    real  *taps; /* [BLOCK][BLOCK + 2 radius]: row i has the Gaussian at i .. i + 2 radius */
} glia__elastic;
glia_status glia__elastic_new(glia__elastic *e, double sigma);
void        glia__elastic_clear(glia__elastic *e);
/* Numbers of room that fields need: two parts. False on overflow. */
bool glia__elastic_room(const glia__elastic *e, const glia__extent *x, size_t *room);
/* place[height][width] += alpha * smoothed noise. noise: [height][width] in [0, 1), within `room` where
 * glia__elastic_noise says; both are overwritten. */
real *glia__elastic_noise(const glia__elastic *e, const glia__extent *x, real *room);
void  glia__elastic_add(const glia__elastic *e, const glia__extent *x, double alpha, real *room, real *place);

#endif
