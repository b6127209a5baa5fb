/* What augment.c, which reads texts and goes through images, and augment_kinds.c, the table of what can be done, share.
 */
#ifndef GLIA_DATA_AUGMENT_KINDS_H
#define GLIA_DATA_AUGMENT_KINDS_H

#include "data/augment.h"

enum { GLIA__AMOUNTS = 3 };

/* One phrase of a text. Its numbers come from streams of its own, so that another phrase beside it changes none of
 * them: the words of the first are whether it is done, and its amounts; the others are for what needs a number a pixel.
 */
typedef struct glia__change {
    const struct glia__change_kind *kind;
    glia__value                     set[GLIA__SETTINGS_MOST];
    double                          share;   /* of the images that it is done to */
    uint32_t                        purpose; /* of its first stream */
    glia__elastic                   elastic; /* where it needs one */
} glia__change;
enum { GLIA__CHANGE_STREAMS = 4 };

/* A worker's. */
typedef struct glia__augment_room {
    glia__warp warp;
    real      *numbers; /* of an image, and for elastic fields more */
} glia__augment_room;

struct glia__augment {
    glia__extent        extent;
    size_t              n; /* numbers of an image */
    real                unit;
    bool                bytes;
    glia__change       *change;
    size_t              count, space;
    glia__augment_room *room; /* [workers] */
    unsigned            workers;
};

/* One image on its way: what a change works on. */
typedef struct glia__augment_job {
    const glia__augment *augment;
    glia__augment_room  *room;
    const glia__chance  *chance;
    size_t               row;
    real                *image;
} glia__augment_job;

/* A kind has a `move` if it is geometry: tells room->warp. Else it has a `paint`, which changes the image's values.
 * u: uniform in [0, 1), drawn for this image. The last setting is the share of images. */
typedef struct glia__change_kind {
    glia__named named;
    glia_status (*prepare)(const glia__augment *a,
                           glia__change        *c); /* may fail, without a place; NULL: nothing to do */
    void (*move)(const glia__augment_job *j, const glia__change *c, const double u[GLIA__AMOUNTS]);
    void (*paint)(const glia__augment_job *j, const glia__change *c, const double u[GLIA__AMOUNTS]);
} glia__change_kind;

extern const glia__change_kind glia__change_kinds[];
extern const size_t            glia__change_kinds_count;

#endif
