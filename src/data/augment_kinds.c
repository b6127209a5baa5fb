/* The kinds of augmentation: a table entry each, with the function that does it. */
#include <math.h>

#include "data/augment_kinds.h"

/* Settings: what is drawn first, then more of the kind's own, and the share of images at the end. */
enum { AMOUNT, SECOND };
#define NUMBER(key, low, high, text)                                                                                   \
    {                                                                                                                  \
        .name = key, .type = GLIA__NUMBER, .least = low, .most = high, .positional = true, .help = text                \
    }
#define WHOLE(key, low, text)                                                                                          \
    {                                                                                                                  \
        .name = key, .type = GLIA__WHOLE, .least = low, .most = 65536, .positional = true, .help = text                \
    }
#define SHARE(usual)                                                                                                   \
    {                                                                                                                  \
        .name = "p", .type = GLIA__NUMBER, .standard = usual, .least = 0, .most = 1, .help = "share of images changed" \
    }

/* Uniform in [-most, most). */
static double around(double u, double most)
{
    return (2 * u - 1) * most;
}

static glia_status fail_size(const glia__augment *a, const char *what, size_t pixels)
{
    return glia__fail(GLIA_E_TEXT, "%s of %zu pixels does not fit into images of %zux%zux%zu", what, pixels,
                      a->extent.channels, a->extent.height, a->extent.width);
}

/* ---- geometry --------------------------------------------------------------------------------------------------- */

/* A whole number in -most .. most. */
static double whole_around(double u, size_t most)
{
    return floor(u * (2 * (double)most + 1)) - (double)most;
}

static size_t shift_down(const glia__change *c)
{
    return c->set[SECOND].given ? c->set[SECOND].whole : c->set[AMOUNT].whole;
}

static glia_status shift_prepare(const glia__augment *a, glia__change *c)
{
    if (c->set[AMOUNT].whole >= a->extent.width) return fail_size(a, "a shift", c->set[AMOUNT].whole);
    return shift_down(c) < a->extent.height ? GLIA_OK : fail_size(a, "a shift", shift_down(c));
}

static void shift(const glia__augment_job *j, const glia__change *c, const double *u)
{
    glia__affine back = glia__affine_shift(whole_around(u[0], c->set[AMOUNT].whole), whole_around(u[1], shift_down(c)));
    glia__warp_move(&j->room->warp, &back);
}

static void rotate(const glia__augment_job *j, const glia__change *c, const double *u)
{
    glia__affine back = glia__affine_rotate(&j->augment->extent, around(u[0], c->set[AMOUNT].number));
    glia__warp_move(&j->room->warp, &back);
}

static void scale(const glia__augment_job *j, const glia__change *c, const double *u)
{
    glia__affine back = glia__affine_scale(&j->augment->extent, 1 + around(u[0], c->set[AMOUNT].number));
    glia__warp_move(&j->room->warp, &back);
}

static void shear(const glia__augment_job *j, const glia__change *c, const double *u)
{
    glia__affine back = glia__affine_shear(&j->augment->extent, around(u[0], c->set[AMOUNT].number));
    glia__warp_move(&j->room->warp, &back);
}

static void flip(const glia__augment_job *j, const glia__change *c, const double *u)
{
    glia__affine back = glia__affine_flip(&j->augment->extent, c->set[AMOUNT].word[0] == 'h');
    (void)u;
    glia__warp_move(&j->room->warp, &back);
}

static glia_status elastic_prepare(const glia__augment *a, glia__change *c)
{
    size_t most = a->extent.height > a->extent.width ? a->extent.height : a->extent.width;
    if (c->set[SECOND].number > (double)most) return fail_size(a, "a sigma", (size_t)c->set[SECOND].number);
    return glia__elastic_new(&c->elastic, c->set[SECOND].number);
}

static void elastic(const glia__augment_job *j, const glia__change *c, const double *u)
{
    const glia__extent *e = &j->augment->extent;
    glia__warp         *w = &j->room->warp;
    real               *room = j->room->numbers, *noise = glia__elastic_noise(&c->elastic, e, room);
    (void)u;
    glia__warp_place(w);
    for (uint32_t axis = 0; axis < 2; axis++) {
        glia__chance_uniforms(j->chance, c->purpose + 1 + axis, j->row, e->height * e->width, noise);
        glia__elastic_add(&c->elastic, e, c->set[AMOUNT].number, room, axis == 0 ? w->x : w->y);
    }
}

/* ---- values ----------------------------------------------------------------------------------------------------- */

/* Values of bytes stay those of bytes. */
static real limited(const glia__augment *a, real value)
{
    if (!a->bytes) return value;
    return value < 0 ? 0 : value > a->unit ? a->unit : value;
}

static void noise(const glia__augment_job *j, const glia__change *c, const double *u)
{
    const glia__augment *a = j->augment;
    const real           deviation = (real)c->set[AMOUNT].number * a->unit;
    real                *z = j->room->numbers;
    (void)u;
    glia__chance_normals(j->chance, c->purpose + 1, j->row, a->n, z);
    for (size_t i = 0; i < a->n; i++) j->image[i] = limited(a, j->image[i] + deviation * z[i]);
}

static void brightness(const glia__augment_job *j, const glia__change *c, const double *u)
{
    const glia__augment *a = j->augment;
    const real           more = (real)around(u[0], c->set[AMOUNT].number) * a->unit;
    for (size_t i = 0; i < a->n; i++) j->image[i] = limited(a, j->image[i] + more);
}

static void contrast(const glia__augment_job *j, const glia__change *c, const double *u)
{
    const glia__augment *a = j->augment;
    const real           by = (real)(1 + around(u[0], c->set[AMOUNT].number));
    double               sum = 0;
    for (size_t i = 0; i < a->n; i++) sum += (double)j->image[i];
    const real mean = (real)(sum / (double)a->n);
    for (size_t i = 0; i < a->n; i++) j->image[i] = limited(a, mean + by * (j->image[i] - mean));
}

static glia_status erase_prepare(const glia__augment *a, glia__change *c)
{
    size_t side = c->set[AMOUNT].whole;
    return side <= a->extent.width && side <= a->extent.height ? GLIA_OK : fail_size(a, "a square", side);
}

static void erase(const glia__augment_job *j, const glia__change *c, const double *u)
{
    const glia__extent *e = &j->augment->extent;
    const size_t        side = c->set[AMOUNT].whole;
    const size_t        left = (size_t)(u[0] * (double)(e->width - side + 1));
    const size_t        top = (size_t)(u[1] * (double)(e->height - side + 1));
    for (size_t channel = 0; channel < e->channels; channel++)
        for (size_t y = top; y < top + side; y++) {
            real *line = j->image + (channel * e->height + y) * e->width;
            for (size_t x = left; x < left + side; x++) line[x] = 0;
        }
}

/* ---- the table -------------------------------------------------------------------------------------------------- */

static const glia__setting shift_settings[] = {
    WHOLE("pixels", 0, "at most so far"),
    {.name = "down",
     .type = GLIA__WHOLE,
     .standard = "",
     .least = 0,
     .most = 65536,
     .positional = true,
     .help = "at most so far up or down, where that differs"},
    SHARE("1"),
    {.name = NULL},
};
static const glia__setting rotate_settings[] = {
    NUMBER("degrees", 0, 180, "at most so far"), SHARE("1"), {.name = NULL}};
static const glia__setting scale_settings[] = {
    NUMBER("share", 0, 0.9, "at most so much larger or smaller"), SHARE("1"), {.name = NULL}};
static const glia__setting shear_settings[] = {NUMBER("degrees", 0, 80, "at most so far"), SHARE("1"), {.name = NULL}};
static const glia__setting flip_settings[] = {
    {.name = "way",
     .type = GLIA__WORD,
     .positional = true,
     .choices = "horizontal|vertical",
     .help = "horizontal: left and right change places; vertical: top and bottom"},
    SHARE("0.5"),
    {.name = NULL},
};
static const glia__setting elastic_settings[] = {
    NUMBER("alpha", 0, 10000, "what smoothed noise of -1 to 1 is multiplied by, in pixels"),
    {.name = "sigma",
     .type = GLIA__NUMBER,
     .standard = "4",
     .least = 0.5,
     .most = 1000,
     .positional = true,
     .help = "deviation of the Gaussian that smooths it, in pixels"},
    SHARE("1"),
    {.name = NULL},
};
static const glia__setting noise_settings[] = {
    NUMBER("deviation", 0, 1, "standard deviation, in units"), SHARE("1"), {.name = NULL}};
static const glia__setting brightness_settings[] = {
    NUMBER("share", 0, 1, "at most so much lighter or darker, in units"), SHARE("1"), {.name = NULL}};
static const glia__setting contrast_settings[] = {
    NUMBER("share", 0, 1, "at most so much more or less"), SHARE("1"), {.name = NULL}};
static const glia__setting erase_settings[] = {WHOLE("pixels", 1, "side of the square"), SHARE("0.5"), {.name = NULL}};

const glia__change_kind glia__change_kinds[] = {
    {{"shift", "moves by whole pixels, each way alike", shift_settings}, .prepare = shift_prepare, .move = shift},
    {{"rotate", "turns about the middle", rotate_settings}, .move = rotate},
    {{"scale", "zooms about the middle", scale_settings}, .move = scale},
    {{"shear", "slants sideways about the middle", shear_settings}, .move = shear},
    {{"flip", "mirrors", flip_settings}, .move = flip},
    {{"elastic", "distorts as the muscles of a hand do", elastic_settings},
     .prepare = elastic_prepare,
     .move = elastic},
    {{"noise", "adds normal noise to each value", noise_settings}, .paint = noise},
    {{"brightness", "adds the same to all values", brightness_settings}, .paint = brightness},
    {{"contrast", "stretches values about their mean", contrast_settings}, .paint = contrast},
    {{"erase", "makes a square somewhere 0", erase_settings}, .prepare = erase_prepare, .paint = erase},
};
const size_t glia__change_kinds_count = sizeof glia__change_kinds / sizeof *glia__change_kinds;
