/* Convolutions for portable.c (numbers/conv.h has the formula), as products with a matrix that exists nowhere: its
 * element (p, k) is the number under point k of the kernel where that stands at position p. In an image framed with
 * zeros it stands at f[at(p) + at(k)], and both are sums of loop counters times steps. So one tile, the one of
 * portable_gemm.h with an address for each of its rows, makes all directions, where portable_conv_winograd.h or
 * portable_conv_zeros.h is no shorter way:
 *
 *   forward      y[p][o]  = b[o] + sum_k x[at(p) + at(k)] w[k][o]
 *   backward_x   dx[q][c] = sum_k dy[at(q) + at(k)] w'[k][c], w': the kernel turned around, in and out exchanged
 *   backward_w   dw[k][o] = sum_p x[at(p) + at(k)] dy[p][o]
 *
 * With a stride s, each s-th row of dx meets the same points of the kernel, and each point of the kernel meets one of
 * these s sets of rows; columns likewise. backward_x is made set by set, or phase by phase.
 *
 * Each number is one sum in the order of k or p; of images together, in their order. */

/* Three loops, one in the other: how far it is from one turn to the next, in what is read and in what is written. */
typedef struct loops {
    size_t count[3], from[3], to[3];
} loops;

static size_t turns_of(const loops *l)
{
    return l->count[0] * l->count[1] * l->count[2];
}

/* What all products of a call have in common. Of a depthwise convolution each column of B has an A of its own: its
 * channels lie side by side in the image. */
typedef struct conv_product {
    loops       rows, deep;
    const real *a;
    size_t      step; /* from one row of B to the next */
    bool        depthwise;
} conv_product;

/* ---- a tile ------------------------------------------------------------------------------------------------------ */

/* to[i][..] = start[..] + sum over v->deep of from[i][at] b[..]; without start, to[i] goes on. rows, vectors and
 * depthwise are constants where this is inlined. The three loops are run as one: around three, compilers keep the sums
 * in memory between them. */
ALWAYS_INLINE void conv_tile(size_t rows, size_t vectors, bool depthwise, const conv_product *v,
                             const real *const *from, const real *b, const real *start, real *const *to)
{
    const loops  deep = v->deep;
    const size_t step = v->step, line = deep.from[1] - deep.count[2] * deep.from[2],
                 plane = deep.from[0] - deep.count[1] * deep.from[1];
    const real *row[TALLEST];
    vector      sum[TALLEST][VECTORS];
    UNROLL for (size_t i = 0; i < rows; i++)
    {
        row[i] = from[i];
        UNROLL for (size_t j = 0; j < vectors; j++) sum[i][j] = vector_at((start ? start : to[i]) + j * LANES);
    }
    for (size_t left = turns_of(&deep), k = deep.count[2], m = deep.count[1], at = 0; left > 0; left--, b += step) {
        vector bk[VECTORS];
        UNROLL for (size_t j = 0; j < vectors; j++) bk[j] = vector_at(b + j * LANES);
        UNROLL for (size_t i = 0; i < rows; i++)
        {
            const vector one = vector_of(row[i][at]);
            UNROLL for (size_t j = 0; j < vectors; j++)
            {
                const vector a = depthwise ? vector_at(row[i] + at + j * LANES) : one;
                sum[i][j] = multiply_add(a, bk[j], sum[i][j]);
            }
        }
        at += deep.from[2];
        if (--k > 0) continue;
        k = deep.count[2], at += line;
        if (--m > 0) continue;
        m = deep.count[1], at += plane;
    }
    UNROLL for (size_t i = 0; i < rows; i++)
    {
        UNROLL for (size_t j = 0; j < vectors; j++) vector_to(to[i] + j * LANES, sum[i][j]);
    }
}

ALWAYS_INLINE void conv_tile_rows(size_t rows, size_t vectors, const conv_product *v, const real *const *from,
                                  const real *b, const real *start, real *const *to)
{
    if (v->depthwise && vectors == 1)
        conv_tile(rows, 1, true, v, from, b, start, to);
    else if (v->depthwise)
        conv_tile(rows, VECTORS, true, v, from, b, start, to);
    else if (vectors == 1)
        conv_tile(rows, 1, false, v, from, b, start, to);
    else
        conv_tile(rows, VECTORS, false, v, from, b, start, to);
}

static void conv_tile_of(size_t rows, size_t vectors, const conv_product *v, const real *const *from, const real *b,
                         const real *start, real *const *to)
{
#define CASE(n)                                                                                                        \
    case n: conv_tile_rows(n, vectors, v, from, b, start, to); break;
    switch (rows) {
        HEIGHTS(CASE)
    }
#undef CASE
}

/* ---- a panel: all rows, WIDTH columns or fewer ------------------------------------------------------------------- */

/* A row of the matrix: where it begins, in what is read and in what is written. */
typedef struct conv_row {
    size_t from, to, turn[2];
} conv_row;

static inline void next_row(conv_row *r, const loops *rows)
{
    r->from += rows->from[2], r->to += rows->to[2];
    if (++r->turn[1] < rows->count[2]) return;
    r->turn[1] = 0;
    r->from += rows->from[1] - rows->count[2] * rows->from[2];
    r->to += rows->to[1] - rows->count[2] * rows->to[2];
    if (++r->turn[0] < rows->count[1]) return;
    r->turn[0] = 0;
    r->from += rows->from[0] - rows->count[1] * rows->from[1];
    r->to += rows->to[0] - rows->count[1] * rows->to[1];
}

/* A narrow tile is worked on as a wide one, beside c. */
static void narrow_tile(const conv_product *v, size_t rows, size_t width, const real *const *from, const real *b,
                        const real *start, real *const *to)
{
    real  wide[TALLEST][WIDTH] = {0}, begin[WIDTH] = {0};
    real *at[TALLEST];
    for (size_t i = 0; i < rows; i++) {
        at[i] = wide[i];
        if (!start) memcpy(wide[i], to[i], width * sizeof(real));
    }
    if (start) memcpy(begin, start, width * sizeof(real));
    conv_tile_of(rows, (width + LANES - 1) / LANES, v, from, b, start ? begin : NULL, at);
    for (size_t i = 0; i < rows; i++) memcpy(to[i], wide[i], width * sizeof(real));
}

/* Columns from j on: `width` of them. */
static void conv_panel(const conv_product *v, size_t j, size_t width, const real *b, const real *start, real *c)
{
    const tiling tiles = tiling_of(turns_of(&v->rows));
    const real  *a = v->depthwise ? v->a + j : v->a;
    conv_row     r = {0};
    for (size_t nth = 0; nth < tiles.tiles; nth++) {
        const real *from[TALLEST];
        real       *to[TALLEST];
        size_t      rows = height_of(&tiles, nth);
        for (size_t i = 0; i < rows; i++, next_row(&r, &v->rows)) from[i] = a + r.from, to[i] = c + r.to + j;
        if (width % LANES == 0)
            conv_tile_of(rows, width / LANES, v, from, b, start, to);
        else
            narrow_tile(v, rows, width, from, b, start, to);
    }
}

static const real zeros[WIDTH];

/* Over B in panels, one behind the other; start may be NULL. */
static void conv_panels(const conv_product *v, size_t columns, const real *panels, const real *start, real *c)
{
    for (size_t j = 0; j < columns; j += WIDTH, panels += turns_of(&v->deep) * WIDTH)
        conv_panel(v, j, columns - j < WIDTH ? columns - j : WIDTH, panels, start ? start + j : zeros, c);
}

static size_t panels_of(size_t columns)
{
    return (columns + WIDTH - 1) / WIDTH;
}

static size_t larger_size(size_t a, size_t b)
{
    return a > b ? a : b;
}

/* ---- what products there are ------------------------------------------------------------------------------------- */

/* Depthwise: a number of x for each of y; if vectors of them come out even. */
static bool is_depthwise(const glia__conv_shape *s)
{
    return s->groups == s->in && s->groups == s->out && s->in % LANES == 0;
}

/* Groups that have a product of their own. */
static size_t products_of(const glia__conv_shape *s)
{
    return is_depthwise(s) ? 1 : s->groups;
}

/* Channels of y, and of x, that one product is for. */
static size_t columns_out(const glia__conv_shape *s)
{
    return s->out / products_of(s);
}

static size_t columns_in(const glia__conv_shape *s)
{
    return s->in / products_of(s);
}

/* ---- frames ------------------------------------------------------------------------------------------------------ */

/* An image with zeros around it: along each axis so many before it, its size, and so many in all. */
typedef struct frame {
    size_t before[2], image[2], size[2], channels;
} frame;

static frame frame_of(const size_t image[2], const size_t before[2], const size_t reach[2], size_t channels)
{
    frame f = {.channels = channels};
    for (int axis = 0; axis < 2; axis++) {
        size_t least = before[axis] + image[axis];
        f.before[axis] = before[axis], f.image[axis] = image[axis];
        f.size[axis] = reach[axis] > least ? reach[axis] : least;
    }
    return f;
}

static bool is_bare(const frame *f)
{
    return f->size[0] == f->image[0] && f->size[1] == f->image[1];
}

/* Numbers of a copy with zeros. */
static size_t frame_numbers(const frame *f)
{
    return is_bare(f) ? 0 : f->size[0] * f->size[1] * f->channels;
}

static bool frames_fit(const frame *f, size_t images)
{
    size_t numbers;
    return glia__mul(f->size[0], f->size[1], &numbers) && glia__mul(numbers, f->channels, &numbers) &&
           glia__mul(numbers, images, &numbers) && numbers < SIZE_MAX / 2;
}

/* Images where they stand, if they need no zeros, or else in `room` with them. */
static const real *framed(const frame *f, size_t images, const real *x, real *room)
{
    const size_t row = f->image[1] * f->channels, wide = f->size[1] * f->channels, all = f->size[0] * wide;
    if (is_bare(f)) return x;
    memset(room, 0, images * all * sizeof *room);
    for (size_t r = 0; r < images; r++) {
        real *to = room + r * all + f->before[0] * wide + f->before[1] * f->channels;
        for (size_t h = 0; h < f->image[0]; h++, x += row, to += wide) memcpy(to, x, row * sizeof *to);
    }
    return room;
}

/* ---- where positions and points of the kernel stand -------------------------------------------------------------- */

/* Of x: as far as the kernel reaches from the last position. */
static frame frame_of_x(const glia__conv_shape *s)
{
    size_t reach[2];
    for (int axis = 0; axis < 2; axis++)
        reach[axis] = (s->y[axis] - 1) * s->stride[axis] + (s->kernel[axis] - 1) * s->dilation[axis] + 1;
    return frame_of(s->x, s->before, reach, s->in);
}

/* Positions of y, as they stand in the frame of x and in y. */
static loops positions_of(const glia__conv_shape *s, const frame *f)
{
    return (loops){.count = {1, s->y[0], s->y[1]},
                   .from = {0, s->stride[0] * f->size[1] * f->channels, s->stride[1] * f->channels},
                   .to = {0, s->y[1] * s->out, s->out}};
}

/* Points of the kernel and channels, as they stand in the frame of x and in the weights. */
static loops points_of(const glia__conv_shape *s, const frame *f)
{
    size_t n = glia__conv_in(s);
    return (loops){.count = {s->kernel[0], s->kernel[1], n},
                   .from = {s->dilation[0] * f->size[1] * f->channels, s->dilation[1] * f->channels, 1},
                   .to = {s->kernel[1] * n * s->out, n * s->out, s->out}};
}

/* The same in fewer and longer loops, where what is read lies side by side. */
static loops joined(loops l)
{
    for (int tries = 0; tries < 2 && l.from[1] == l.count[2] * l.from[2]; tries++)
        l = (loops){{1, l.count[0], l.count[1] * l.count[2]}, {0, l.from[0], l.from[2]}, {0}};
    return l;
}

/* ---- phases of backward_x ---------------------------------------------------------------------------------------- */

/* Along one axis: positions of x, each stride-th, that meet the same points of the kernel; the last of these and how
 * far they are apart; where in the frame of dy the last one stands at the first position. */
typedef struct phase {
    size_t positions, points, last, apart, from;
} phase;

static size_t common_divisor(size_t a, size_t b)
{
    return b ? common_divisor(b, a % b) : a;
}

/* So many zeros before dy that the kernel turned around stands within the frame. */
static size_t before_y(const glia__conv_shape *s, int axis)
{
    size_t reach = (s->kernel[axis] - 1) * s->dilation[axis];
    return reach > s->before[axis] ? (reach - s->before[axis] + s->stride[axis] - 1) / s->stride[axis] : 0;
}

static phase phase_of(const glia__conv_shape *s, int axis, size_t nth)
{
    size_t stride = s->stride[axis], dilation = s->dilation[axis], at = nth + s->before[axis], first = 0;
    phase  p = {.positions = (s->x[axis] - nth + stride - 1) / stride,
                .apart = stride / common_divisor(stride, dilation)};
    while (first < s->kernel[axis] && first < p.apart && first * dilation % stride != at % stride) first++;
    if (first == s->kernel[axis] || first == p.apart) return p;
    p.points = (s->kernel[axis] - 1 - first) / p.apart + 1;
    p.last = first + (p.points - 1) * p.apart;
    p.from = (at + before_y(s, axis) * stride - p.last * dilation) / stride;
    return p;
}

static frame frame_of_y(const glia__conv_shape *s)
{
    size_t before[2], reach[2];
    for (int axis = 0; axis < 2; axis++) {
        before[axis] = before_y(s, axis);
        reach[axis] = before[axis] + (s->x[axis] - 1 + s->before[axis]) / s->stride[axis] + 1;
    }
    return frame_of(s->y, before, reach, s->out);
}

/* A stride beyond the image leaves phases without positions. */
static size_t phases_of(const glia__conv_shape *s, int axis)
{
    return s->stride[axis] < s->x[axis] ? s->stride[axis] : s->x[axis];
}

/* A group and a phase of each axis; their products are made one after the other, and their panels lie so. */
typedef struct part {
    size_t group, nth[2];
    phase  of[2];
} part;

static size_t parts_of(const glia__conv_shape *s)
{
    return products_of(s) * phases_of(s, 0) * phases_of(s, 1);
}

static part part_of(const glia__conv_shape *s, size_t n)
{
    size_t high = phases_of(s, 0), wide = phases_of(s, 1), h = n / wide % high, w = n % wide;
    return (part){n / wide / high, {h, w}, {phase_of(s, 0, h), phase_of(s, 1, w)}};
}

/* Positions of x as they stand in the frame of dy and in dx. */
static loops part_positions(const glia__conv_shape *s, const part *p, const frame *f)
{
    return (loops){.count = {1, p->of[0].positions, p->of[1].positions},
                   .from = {0, f->size[1] * s->out, s->out},
                   .to = {0, s->stride[0] * s->x[1] * s->in, s->stride[1] * s->in}};
}

/* Points of the kernel and channels, as they stand in the frame of dy. */
static loops part_points(const glia__conv_shape *s, const part *p, const frame *f)
{
    size_t h = p->of[0].apart * s->dilation[0] / s->stride[0], w = p->of[1].apart * s->dilation[1] / s->stride[1];
    return (loops){.count = {p->of[0].points, p->of[1].points, glia__conv_out(s)},
                   .from = {h * f->size[1] * s->out, w * s->out, 1}};
}

#include "numbers/portable_conv_winograd.h"
#include "numbers/portable_conv_zeros.h"

/* ---- weights in panels ------------------------------------------------------------------------------------------- */

/* Numbers of them, for either way. */
static size_t points_kept(const glia__conv *c)
{
    return c->winograd ? POINTS : c->s.kernel[0] * c->s.kernel[1];
}

static size_t forward_panels(const glia__conv *c)
{
    const glia__conv_shape *s = &c->s;
    return products_of(s) * panels_of(columns_out(s)) * WIDTH * points_kept(c) * glia__conv_in(s);
}

static size_t backward_panels(const glia__conv *c)
{
    const glia__conv_shape *s = &c->s;
    return products_of(s) * panels_of(columns_in(s)) * WIDTH * points_kept(c) * glia__conv_out(s);
}

static void pack_weight(const glia__conv_shape *s, const real *weight, real *to)
{
    size_t n = columns_out(s), depth = glia__conv_depth(s);
    for (size_t g = 0; g < products_of(s); g++, weight += n)
        for (size_t j = 0; j < n; j += WIDTH, to += depth * WIDTH)
            pack((strided){weight + j, s->out, 1, false}, depth, n - j < WIDTH ? n - j : WIDTH, to);
}

/* Of a part: [panel of channels in][point, the last first][channel out][WIDTH]. Returns where they end. */
static real *pack_part(const glia__conv_shape *s, const part *p, const real *weight, real *to)
{
    const size_t n = columns_in(s), out = glia__conv_out(s);
    for (size_t c = 0; c < n; c += WIDTH)
        for (size_t i = 0; i < p->of[0].points; i++)
            for (size_t j = 0; j < p->of[1].points; j++, to += out * WIDTH) {
                size_t      h = p->of[0].last - i * p->of[0].apart, w = p->of[1].last - j * p->of[1].apart;
                const real *at = weight + (h * s->kernel[1] + w) * glia__conv_in(s) * s->out + p->group * out;
                strided     turned =
                    is_depthwise(s) ? (strided){at + c, 0, 1, false} : (strided){at + c * s->out, 1, s->out, false};
                pack(turned, out, n - c < WIDTH ? n - c : WIDTH, to);
            }
    return to;
}

static void pack_parts(const glia__conv_shape *s, const real *weight, real *to)
{
    for (size_t n = 0; n < parts_of(s); n++) {
        const part p = part_of(s, n);
        to = pack_part(s, &p, weight, to);
    }
}

/* First what forward takes, then what backward_x does: of any dy, and of one of zeros. */
static void conv_prepare(const glia__conv *c, const real *weight, real *prepared)
{
    const glia__conv_shape *s = &c->s;
    const size_t            of_out = panels_of(s->out), of_in = panels_of(s->in);
    real                   *forward = prepared, *backward = forward + forward_panels(c);
    if (has_stretches(s)) turn(1, glia__conv_depth(s), s->out, weight, backward + backward_panels(c));
    pack_weight(s, weight, c->winograd ? end_of_panels(s->in, of_out, forward) : forward);
    pack_parts(s, weight, c->winograd ? end_of_panels(s->out, of_in, backward) : backward);
    if (!c->winograd) return;
    transform_panels(s->in, of_out, forward);
    transform_panels(s->out, of_in, backward);
}

/* ---- the plan ---------------------------------------------------------------------------------------------------- */

/* What backward_w sums at once: so many images or, of a large one, so many rows of y, that what is read of them stays
 * in the nearest cache while all of dweight passes by. */
typedef struct piece {
    size_t images, height;
} piece;

static piece piece_of(const glia__conv_shape *s)
{
    size_t all = s->y[0] * s->y[1];
    size_t images = all < DEPTH ? DEPTH / all : 1, height = s->y[1] < DEPTH ? DEPTH / s->y[1] : 1;
    return (piece){images < s->rows ? images : s->rows, height < s->y[0] ? height : s->y[0]};
}

static glia_status conv_plan(glia__conv *c)
{
    const frame x = frame_of_x(&c->s), y = frame_of_y(&c->s);
    const piece p = piece_of(&c->s);
    if (!frames_fit(&x, p.images) || !frames_fit(&y, 1))
        return glia__fail(GLIA_E_MEMORY, "images of %zu x %zu with zeros around them are more than memory can address",
                          c->s.x[0], c->s.x[1]);
    c->winograd = !c->all_products && suits_winograd(&c->s);
    c->prepared = forward_panels(c) + backward_panels(c) + turned_numbers(&c->s);
    c->work = larger_size(p.images * (frame_numbers(&x) + p.height * c->s.y[1] * WIDTH), frame_numbers(&y));
    c->work = larger_size(c->work, larger_size(zeros_work(&c->s), winograd_work(c)));
    return GLIA_OK;
}

static void conv_free(glia__conv *c)
{
    (void)c;
}

/* ---- the three directions ---------------------------------------------------------------------------------------- */

/* One image. */
static void product_forward(const glia__conv *c, const real *x, const real *panels, const real *bias, real *y,
                            real *work)
{
    const glia__conv_shape *s = &c->s;
    const frame             f = frame_of_x(s);
    const size_t            n = columns_out(s), of_group = forward_panels(c) / products_of(s);
    const real             *image = framed(&f, 1, x, work);
    conv_product            v = {
                   .rows = positions_of(s, &f), .deep = joined(points_of(s, &f)), .step = WIDTH, .depthwise = is_depthwise(s)};
    for (size_t g = 0; g < products_of(s); g++) {
        v.a = image + g * glia__conv_in(s);
        conv_panels(&v, n, panels + g * of_group, bias ? bias + g * n : NULL, y + g * n);
    }
}

static void winograd_forward(const glia__conv *c, const real *x, const real *panels, const real *bias, real *y,
                             real *work)
{
    const winograd f = forward_winograd(&c->s);
    winograd_image(&f, x, panels, bias, y, work);
}

static void conv_forward(const glia__conv *c, size_t rows, const real *x, const real *weight, const real *prepared,
                         const real *bias, real *y, real *work)
{
    const glia__conv_shape *s = &c->s;
    const size_t            n_x = s->x[0] * s->x[1] * s->in, n_y = s->y[0] * s->y[1] * s->out;
    (void)weight;
    for (size_t r = 0; r < rows; r++, x += n_x, y += n_y)
        (c->winograd ? winograd_forward : product_forward)(c, x, prepared, bias, y, work);
}

static void product_backward_x(const glia__conv *c, const real *dy, const real *panels, real *dx, real *work)
{
    const glia__conv_shape *s = &c->s;
    const frame             f = frame_of_y(s);
    const size_t            n = columns_in(s);
    const real             *image = framed(&f, 1, dy, work);
    for (size_t m = 0; m < parts_of(s); m++) {
        const part   p = part_of(s, m);
        conv_product v = {.rows = part_positions(s, &p, &f),
                          .deep = joined(part_points(s, &p, &f)),
                          .step = WIDTH,
                          .depthwise = is_depthwise(s)};
        v.a = image + (p.of[0].from * f.size[1] + p.of[1].from) * s->out + p.group * glia__conv_out(s);
        conv_panels(&v, n, panels, NULL, dx + (p.nth[0] * s->x[1] + p.nth[1]) * s->in + p.group * n);
        panels += turns_of(&v.deep) * panels_of(n) * WIDTH;
    }
}

static void winograd_backward_x(const glia__conv *c, const real *dy, const real *panels, real *dx, real *work)
{
    const winograd f = backward_winograd(&c->s);
    winograd_image(&f, dy, panels, NULL, dx, work);
}

static void conv_backward_x(const glia__conv *c, size_t rows, const real *dy, const real *weight, const real *prepared,
                            real *dx, real *work)
{
    const glia__conv_shape *s = &c->s;
    const size_t            n_x = s->x[0] * s->x[1] * s->in, n_y = s->y[0] * s->y[1] * s->out;
    const real             *panels = prepared + forward_panels(c), *turned = panels + backward_panels(c);
    (void)weight;
    for (size_t r = 0; r < rows; r++, dy += n_y, dx += n_x) {
        if (leaves_zeros_out(s, 1, dy, c->winograd ? TERM_COSTS_WINOGRAD : TERM_COSTS))
            zeros_backward_x(s, dy, turned, dx, work);
        else
            (c->winograd ? winograd_backward_x : product_backward_x)(c, dy, panels, dx, work);
    }
}

/* dweight of a piece, which `first` begins, the others add to. A panel of one vector is read where it stands; wider
 * ones lie in so many lines of the nearest cache that packing them pays. */
static void weight_piece(const glia__conv_shape *s, conv_product *v, bool first, const real *dy, real *dweight,
                         real *room)
{
    const size_t n = columns_out(s), positions = turns_of(&v->deep);
    for (size_t j = 0; j < n; j += WIDTH) {
        const size_t  width = n - j < WIDTH ? n - j : WIDTH;
        const strided b = {dy + j, s->out, 1, false};
        v->step = width == LANES ? s->out : WIDTH;
        conv_panel(v, j, width, width == LANES ? b.at : panel_of(b, positions, width, room), first ? zeros : NULL,
                   dweight);
    }
}

/* Images from r on, as many as a piece has. */
static void weight_images(const glia__conv_shape *s, size_t images, bool first, const real *x, const real *dy,
                          real *dweight, real *work)
{
    const frame  f = frame_of_x(s);
    const piece  most = piece_of(s);
    const real  *image = framed(&f, images, x, work);
    const loops  positions = positions_of(s, &f);
    conv_product v = {.rows = points_of(s, &f), .deep = positions, .depthwise = is_depthwise(s)};
    v.deep.count[0] = images;
    v.deep.from[0] = f.size[0] * f.size[1] * f.channels;
    for (size_t g = 0; g < products_of(s); g++, dweight += columns_out(s))
        for (size_t h = 0; h < s->y[0]; h += most.height) {
            v.a = image + g * glia__conv_in(s) + h * positions.from[1];
            v.deep.count[1] = s->y[0] - h < most.height ? s->y[0] - h : most.height;
            weight_piece(s, &v, first && h == 0, dy + h * positions.to[1] + g * columns_out(s), dweight,
                         work + most.images * frame_numbers(&f));
        }
}

static void conv_backward_w(const glia__conv *c, size_t rows, const real *x, const real *dy, real *dweight, real *dbias,
                            real *work)
{
    const glia__conv_shape *s = &c->s;
    const size_t n_x = s->x[0] * s->x[1] * s->in, n_y = s->y[0] * s->y[1] * s->out, most = piece_of(s).images;
    const bool   zeros_out = conv_leaves_zeros_out(s, rows, dy);
    if (zeros_out) zeros_backward_w(s, rows, x, dy, dweight, work);
    for (size_t r = 0; r < rows && !zeros_out; r += most)
        weight_images(s, rows - r < most ? rows - r : most, r == 0, x + r * n_x, dy + r * n_y, dweight, work);
    if (dbias) sum_rows(rows * s->y[0] * s->y[1], s->out, 1, dy, s->out, 0, dbias);
}
