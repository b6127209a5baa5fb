/* Convolutions by oneDNN, written over the portable ones where it has a faster one for the shape.
 *
 * A plan holds up to six primitives: forward, back to x and to the weights, each for a whole shard of rows and for a
 * single one; a shard that is not whole is done row by row. Images lie as ours do (nhwc). The weights lie as each
 * primitive wants them: they are reordered from ours (hwio) once a step, and their gradients into ours. Everything is
 * made and run for one thread, and works in memory of the caller's. What oneDNN has no fast code for, and a call that
 * fails, is done by the portable kernel.
 *
 * In bfloat16 the same: images are converted in the caller's memory before a call, weights as they are reordered; what
 * comes out is float32. */
#include "ground/memory.h"
#include "numbers/onednn_shared.h"

typedef enum way { FORWARD, BACKWARD_X, BACKWARD_W, WAYS } way;

/* What a primitive is made of, for so many rows. */
typedef struct shapes {
    layout      x, weight, bias, y;
    bool        has_bias;
    dnnl_dims_t stride, dilation, before, after;
} shapes;

#if DNNL_VERSION_MAJOR >= 3
static dnnl_status_t describe(dnnl_primitive_desc_t *d, way w, const shapes *s, dnnl_primitive_desc_t forward)
{
    if (w == FORWARD)
        return dnnl_convolution_forward_primitive_desc_create(
            d, glia__onednn_engine, dnnl_forward_training, dnnl_convolution_direct, s->x, s->weight,
            s->has_bias ? s->bias : NULL, s->y, s->stride, s->dilation, s->before, s->after, glia__onednn_attributes);
    if (w == BACKWARD_X)
        return dnnl_convolution_backward_data_primitive_desc_create(
            d, glia__onednn_engine, dnnl_convolution_direct, s->x, s->weight, s->y, s->stride, s->dilation, s->before,
            s->after, forward, glia__onednn_attributes);
    return dnnl_convolution_backward_weights_primitive_desc_create(
        d, glia__onednn_engine, dnnl_convolution_direct, s->x, s->weight, s->has_bias ? s->bias : NULL, s->y, s->stride,
        s->dilation, s->before, s->after, forward, glia__onednn_attributes);
}

#else
static dnnl_status_t describe(dnnl_primitive_desc_t *d, way w, const shapes *s, dnnl_primitive_desc_t forward)
{
    dnnl_convolution_desc_t c;
    dnnl_status_t           status;
    if (w == FORWARD)
        status = dnnl_dilated_convolution_forward_desc_init(&c, dnnl_forward_training, dnnl_convolution_direct, &s->x,
                                                            &s->weight, s->has_bias ? &s->bias : NULL, &s->y, s->stride,
                                                            s->dilation, s->before, s->after);
    else if (w == BACKWARD_X)
        status = dnnl_dilated_convolution_backward_data_desc_init(&c, dnnl_convolution_direct, &s->x, &s->weight, &s->y,
                                                                  s->stride, s->dilation, s->before, s->after);
    else
        status = dnnl_dilated_convolution_backward_weights_desc_init(&c, dnnl_convolution_direct, &s->x, &s->weight,
                                                                     s->has_bias ? &s->bias : NULL, &s->y, s->stride,
                                                                     s->dilation, s->before, s->after);
    return status == dnnl_success
               ? dnnl_primitive_desc_create(d, &c, glia__onednn_attributes, glia__onednn_engine, forward)
               : status;
}

#endif

/* ---- a plan ---------------------------------------------------------------------------------------------------- */

enum { SHARD, SINGLE, SIZES }; /* rows at once */

typedef struct primitive {
    dnnl_primitive_t run; /* NULL: there is none that is fast */
    layout           x, y, weight, scratch;
} primitive;

typedef struct library {
    primitive of[WAYS][SIZES];
    bool      ready[WAYS]; /* the prepared weights are there */
    dnnl_primitive_t
           reorder[WAYS]; /* of the weights to (of their gradient from) what the primitives want; NULL: equal */
    layout ours, bias;
    size_t prepared[WAYS]; /* where in the prepared weights */
    size_t scratch;        /* numbers of the caller's memory: for primitives, then a gradient in their layout, */
    size_t weight;         /* then one in ours, then of the bias, */
    size_t operands;       /* then x and y as operands, from here on */
    bool   lowered;        /* operands are copies of the caller's numbers, */
    dnnl_data_type_t type; /* of this type */
} library;

static glia__kernels portable;
static bool          on_avx2, on_avx512;

static size_t row_x(const glia__conv *c)
{
    return c->s.x[0] * c->s.x[1] * c->s.in;
}

static size_t row_y(const glia__conv *c)
{
    return c->s.y[0] * c->s.y[1] * c->s.out;
}

static void shapes_clear(shapes *s)
{
    layout_free(&s->x);
    layout_free(&s->y);
    layout_free(&s->weight);
    layout_free(&s->bias);
}

/* Zeros after the last row or column, as far as the last position of the kernel reaches. */
static dnnl_dim_t zeros_after(const glia__conv_shape *s, int axis)
{
    size_t end = (s->y[axis] - 1) * s->stride[axis] + (s->kernel[axis] - 1) * s->dilation[axis] + 1;
    size_t have = s->x[axis] + s->before[axis];
    return end > have ? (dnnl_dim_t)(end - have) : 0;
}

static bool make_weight(layout *l, const glia__conv_shape *s, dnnl_data_type_t type, bool any)
{
    dnnl_dim_t in = (dnnl_dim_t)glia__conv_in(s), out = (dnnl_dim_t)glia__conv_out(s), groups = (dnnl_dim_t)s->groups;
    dnnl_dim_t h = (dnnl_dim_t)s->kernel[0], w = (dnnl_dim_t)s->kernel[1];
    if (groups == 1)
        return layout_make(l, 4, (dnnl_dims_t){out, in, h, w}, type, any ? dnnl_format_tag_any : dnnl_hwio);
    return layout_make(l, 5, (dnnl_dims_t){groups, out, in, h, w}, type, any ? dnnl_format_tag_any : dnnl_hwigo);
}

/* The weights in any layout, or in the one given. What comes out is float32, the other two are of the operands' type.
 */
static bool make_shapes(shapes *v, const library *l, way to, const glia__conv_shape *s, size_t rows, layout *weight)
{
    const dnnl_data_type_t type = l->type, of_x = to == BACKWARD_X ? dnnl_f32 : type,
                           of_y = to == FORWARD ? dnnl_f32 : type;
    *v = (shapes){.has_bias = s->bias && !(l->lowered && to == BACKWARD_W)};
    for (int axis = 0; axis < 2; axis++) {
        v->stride[axis] = (dnnl_dim_t)s->stride[axis];
        v->dilation[axis] = (dnnl_dim_t)s->dilation[axis] - 1;
        v->before[axis] = (dnnl_dim_t)s->before[axis];
        v->after[axis] = zeros_after(s, axis);
    }
    dnnl_dim_t n = (dnnl_dim_t)rows, in = (dnnl_dim_t)s->in, out = (dnnl_dim_t)s->out;
    return layout_make(&v->x, 4, (dnnl_dims_t){n, in, (dnnl_dim_t)s->x[0], (dnnl_dim_t)s->x[1]}, of_x, dnnl_nhwc) &&
           layout_make(&v->y, 4, (dnnl_dims_t){n, out, (dnnl_dim_t)s->y[0], (dnnl_dim_t)s->y[1]}, of_y, dnnl_nhwc) &&
           layout_make(&v->bias, 1, (dnnl_dims_t){out}, dnnl_f32, dnnl_x) &&
           (weight ? layout_copy(&v->weight, AT(*weight))
                   : make_weight(&v->weight, s, to == BACKWARD_W ? dnnl_f32 : type, true));
}

/* Channels under which most of what oneDNN's instructions multiply is padding. */
enum { CHANNELS_FEW = 8 };

/* Whether oneDNN's is likely to be faster. On AVX2 ours have 0.9 to 2 times its speed where the channels that they make
 * fill whole tiles, or where they make fewer multiplications, and 0.6 to 1.5 times else; on AVX-512 (with all
 * multiplications) 0.7 to 0.95 times, but of few channels 1.2 to 1.5 times. */
static bool is_asked(way w, const glia__conv *c)
{
    size_t in = glia__conv_in(&c->s), columns = w == BACKWARD_X ? in : glia__conv_out(&c->s);
    if (on_avx2) return columns % portable.panel != 0 && (w == BACKWARD_W || !c->winograd);
    return !on_avx512 || w == BACKWARD_X || in >= CHANNELS_FEW;
}

/* Whether all of the kernel meets the image somewhere. Where a part lies among zeros in all positions, oneDNN may leave
 * its gradient as the memory was. */
static bool meets_image(const glia__conv_shape *s)
{
    for (int axis = 0; axis < 2; axis++)
        for (size_t k = 0; k < s->kernel[axis]; k++) {
            bool   meets = false;
            size_t reach = k * s->dilation[axis];
            for (size_t y = 0; y < s->y[axis] && !meets; y++) {
                size_t place = y * s->stride[axis] + reach;
                meets = place >= s->before[axis] && place - s->before[axis] < s->x[axis];
            }
            if (!meets) return false;
        }
    return true;
}

/* Whether oneDNN brings every stride-th x together for a product, of fewer channels than a vector has: it finds a wrong
 * gradient of the weights then (seen of 2.6 on AVX2 with fewer than 8). */
static bool is_thinned_wrongly(const glia__conv_shape *s)
{
    enum { VECTOR = 16 }; /* of AVX-512 */
    return s->kernel[0] * s->kernel[1] == 1 && s->stride[0] * s->stride[1] > 1 && glia__conv_in(s) < VECTOR;
}

static bool take_layouts(primitive *p, dnnl_primitive_desc_t d, way w, shapes *s)
{
    dnnl_query_t weight = w == BACKWARD_W ? dnnl_query_diff_weights_md : dnnl_query_weights_md;
    return layout_copy(&p->x, AT(s->x)) && layout_copy(&p->y, AT(s->y)) &&
           layout_copy(&p->weight, dnnl_primitive_desc_query_md(d, weight, 0)) &&
           layout_copy(&p->scratch, dnnl_primitive_desc_query_md(d, dnnl_query_scratchpad_md, 0));
}

static bool make_described(primitive *p, way w, shapes *s, dnnl_primitive_desc_t forward)
{
    dnnl_primitive_desc_t d = NULL;
    if (!MADE(describe(&d, w, s, forward))) return false;
    bool made = is_fast(d) && take_layouts(p, d, w, s) && MADE(dnnl_primitive_create(&p->run, d));
    dnnl_primitive_desc_destroy(d);
    return made;
}

/* A primitive for `rows` rows; with `weight`, for weights in this layout. Leaves p->run NULL if there is none. */
static void make_primitive(primitive *p, const library *l, way w, const glia__conv_shape *c, size_t rows,
                           layout *weight)
{
    shapes                s;
    dnnl_primitive_desc_t forward = NULL;
    shapes                any;
    bool fits = make_shapes(&s, l, w, c, rows, weight), hint = make_shapes(&any, l, FORWARD, c, rows, NULL);
    if (fits && hint && w != FORWARD) fits = MADE(describe(&forward, FORWARD, &any, NULL));
    if (fits && hint) make_described(p, w, &s, forward);
    if (forward) dnnl_primitive_desc_destroy(forward);
    shapes_clear(&s);
    shapes_clear(&any);
}

static bool make_reorder(library *l, way w)
{
    layout *theirs = &l->of[w][SHARD].weight;
    if (layout_same(&l->ours, theirs)) return true;
    return w == BACKWARD_W ? reorder_make(&l->reorder[w], theirs, &l->ours)
                           : reorder_make(&l->reorder[w], &l->ours, theirs);
}

static void clear_primitive(primitive *p)
{
    if (p->run) dnnl_primitive_destroy(p->run);
    layout_free(&p->x);
    layout_free(&p->y);
    layout_free(&p->weight);
    layout_free(&p->scratch);
    p->run = NULL;
}

/* Both sizes of one way; none of it if anything of it cannot be had. */
static bool make_way(library *l, way w, const glia__conv_shape *s)
{
    primitive *shard = &l->of[w][SHARD], *single = &l->of[w][SINGLE];
    if (w == BACKWARD_W && (!meets_image(s) || is_thinned_wrongly(s))) return false;
    make_primitive(shard, l, w, s, s->rows, NULL);
    if (shard->run && s->rows > 1) make_primitive(single, l, w, s, 1, &shard->weight);
    if (shard->run && (single->run || s->rows == 1) && make_reorder(l, w)) return true;
    clear_primitive(shard);
    clear_primitive(single);
    return false;
}

static size_t larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

/* Numbers of ours that copies of a shard's x (FORWARD), or y, have room in. */
static size_t operand_room(const glia__conv *c, way w)
{
    return glia__whole_lines(c->s.rows * (w == FORWARD ? row_x(c) : row_y(c)));
}

/* What the caller has to bring for all this. */
static void count_memory(library *l, glia__conv *c)
{
    for (int w = 0; w < WAYS; w++) {
        for (int size = 0; size < SIZES; size++)
            if (l->of[w][size].run) l->scratch = larger(l->scratch, layout_numbers(&l->of[w][size].scratch));
        if (!l->reorder[w] || w == BACKWARD_W) continue;
        l->prepared[w] = c->prepared;
        c->prepared += layout_numbers(&l->of[w][SHARD].weight);
    }
    if (c->by_library[BACKWARD_W])
        l->weight = larger(layout_numbers(&l->of[BACKWARD_W][SHARD].weight), layout_numbers(&l->ours));
    l->operands = l->scratch + 2 * l->weight + layout_numbers(&l->bias);
    c->work = larger(c->work, l->operands + (l->lowered ? operand_room(c, FORWARD) + operand_room(c, BACKWARD_X) : 0));
}

static void conv_free(glia__conv *c)
{
    library *l = c->library;
    if (!l) return;
    for (int w = 0; w < WAYS; w++) {
        if (l->reorder[w]) dnnl_primitive_destroy(l->reorder[w]);
        for (int size = 0; size < SIZES; size++) clear_primitive(&l->of[w][size]);
    }
    layout_free(&l->ours);
    layout_free(&l->bias);
    glia__free(l);
    c->library = NULL;
}

static glia_status plan_of(glia__conv *c, bool lowered, dnnl_data_type_t type)
{
    GLIA_TRY(portable.conv_plan(c));
    library *l = glia__new(1, sizeof *l);
    if (!l) return GLIA_E_MEMORY;
    c->library = l;
    l->lowered = lowered;
    l->type = type;
    int threads = glia__onednn_alone();
    if (make_weight(&l->ours, &c->s, dnnl_f32, false) &&
        layout_make(&l->bias, 1, (dnnl_dims_t){(dnnl_dim_t)c->s.out}, dnnl_f32, dnnl_x)) {
        for (int w = 0; w < WAYS; w++)
            c->by_library[w] = (lowered || is_asked((way)w, c)) && make_way(l, (way)w, &c->s);
        count_memory(l, c);
    }
    glia__onednn_give_back(threads);
    return GLIA_OK;
}

static glia_status conv_plan(glia__conv *c)
{
    return plan_of(c, false, dnnl_f32);
}

/* All three ways, or none of them: so a layer is in one precision. */
static glia_status plan_lowered(glia__conv *c, dnnl_data_type_t type)
{
    GLIA_TRY(plan_of(c, true, type));
    c->lowered = c->by_library[FORWARD] && c->by_library[BACKWARD_X] && c->by_library[BACKWARD_W];
    if (c->lowered) return GLIA_OK;
    conv_free(c);
    *c = (glia__conv){.s = c->s};
    return conv_plan(c);
}

static glia_status conv_plan_lowered(glia__conv *c)
{
    bool few = glia__conv_in(&c->s) < CHANNELS_FEW || glia__conv_out(&c->s) < CHANNELS_FEW;
    return few ? conv_plan(c) : plan_lowered(c, dnnl_bf16);
}

static glia_status conv_plan_exact(glia__conv *c)
{
    return plan_lowered(c, dnnl_f32);
}

/* ---- running --------------------------------------------------------------------------------------------------- */

static bool reorder(library *l, way w, const real *from, real *to)
{
    layout  *theirs = &l->of[w][SHARD].weight;
    argument given[] = {{DNNL_ARG_FROM, w == BACKWARD_W ? theirs : &l->ours, from},
                        {DNNL_ARG_TO, w == BACKWARD_W ? &l->ours : theirs, to}};
    return run(l->reorder[w], given, 2);
}

static void conv_prepare(const glia__conv *c, const real *weight, real *prepared)
{
    library *l = c->library;
    portable.conv_prepare(c, weight, prepared);
    for (int w = FORWARD; w <= BACKWARD_X; w++)
        l->ready[w] = !l->reorder[w] || reorder(l, (way)w, weight, prepared + l->prepared[w]);
}

/* x (FORWARD), or y, of so many rows as an operand. */
static const void *operand(const glia__conv *c, way w, size_t rows, const real *from, real *work)
{
    const library *l = c->library;
    if (!l->lowered) return from;
    real *to = work + l->operands + (w == FORWARD ? 0 : operand_room(c, FORWARD));
    operands_of(l->type, rows * (w == FORWARD ? row_x(c) : row_y(c)), from, to);
    return to;
}

static size_t rows_of(const glia__conv *c, int size)
{
    return size == SHARD ? c->s.rows : 1;
}

/* One call: of a whole shard, or of one row. */
static bool forward(const glia__conv *c, int size, const real *x, const real *weight, const real *bias, real *y,
                    real *work)
{
    library   *l = c->library;
    primitive *p = &l->of[FORWARD][size];
    argument   given[] = {{DNNL_ARG_SRC, &p->x, operand(c, FORWARD, rows_of(c, size), x, work)},
                          {DNNL_ARG_WEIGHTS, &p->weight, weight},
                          {DNNL_ARG_DST, &p->y, y},
                          {DNNL_ARG_SCRATCHPAD, &p->scratch, work},
                          {DNNL_ARG_BIAS, &l->bias, bias}};
    return run(p->run, given, bias ? 5 : 4);
}

static bool backward_x(const glia__conv *c, int size, const real *dy, const real *weight, real *dx, real *work)
{
    library   *l = c->library;
    primitive *p = &l->of[BACKWARD_X][size];
    argument   given[] = {{DNNL_ARG_DIFF_DST, &p->y, operand(c, BACKWARD_X, rows_of(c, size), dy, work)},
                          {DNNL_ARG_WEIGHTS, &p->weight, weight},
                          {DNNL_ARG_DIFF_SRC, &p->x, dx},
                          {DNNL_ARG_SCRATCHPAD, &p->scratch, work}};
    return run(p->run, given, 4);
}

/* The gradient comes in the primitive's own layout, and is turned into ours. */
static bool backward_w(const glia__conv *c, int size, const real *x, const real *dy, real *dweight, real *dbias,
                       real *work)
{
    library   *l = c->library;
    primitive *p = &l->of[BACKWARD_W][size];
    real      *theirs = l->reorder[BACKWARD_W] ? work + l->scratch : dweight;
    argument   given[] = {{DNNL_ARG_SRC, &p->x, operand(c, FORWARD, rows_of(c, size), x, work)},
                          {DNNL_ARG_DIFF_DST, &p->y, operand(c, BACKWARD_X, rows_of(c, size), dy, work)},
                          {DNNL_ARG_DIFF_WEIGHTS, &p->weight, theirs},
                          {DNNL_ARG_SCRATCHPAD, &p->scratch, work},
                          {DNNL_ARG_DIFF_BIAS, &l->bias, dbias}};
    return run(p->run, given, dbias ? 5 : 4) && (theirs == dweight || reorder(l, BACKWARD_W, theirs, dweight));
}

/* The portable ways back are faster where most dy are 0. */
static bool goes_back(const glia__conv *c, way w, size_t rows, const real *dy)
{
    const library *l = c->library;
    return c->by_library[w] && (l->lowered || !portable.conv_leaves_zeros_out(&c->s, rows, dy));
}

static const real *weight_of(const library *l, way w, const real *weight, const real *prepared)
{
    return l->reorder[w] ? prepared + l->prepared[w] : weight;
}

static void conv_forward(const glia__conv *c, size_t rows, const real *x, const real *weight, const real *prepared,
                         const real *bias, real *y, real *work)
{
    library    *l = c->library;
    const real *theirs = weight_of(l, FORWARD, weight, prepared);
    bool        ran = c->by_library[FORWARD] && l->ready[FORWARD];
    if (rows == c->s.rows)
        ran = ran && forward(c, SHARD, x, theirs, bias, y, work);
    else
        for (size_t r = 0; r < rows && ran; r++)
            ran = forward(c, SINGLE, x + r * row_x(c), theirs, bias, y + r * row_y(c), work);
    if (!ran) portable.conv_forward(c, rows, x, weight, prepared, bias, y, work);
}

static void conv_backward_x(const glia__conv *c, size_t rows, const real *dy, const real *weight, const real *prepared,
                            real *dx, real *work)
{
    library    *l = c->library;
    const real *theirs = weight_of(l, BACKWARD_X, weight, prepared);
    bool        ran = l->ready[BACKWARD_X] && goes_back(c, BACKWARD_X, rows, dy);
    if (rows == c->s.rows)
        ran = ran && backward_x(c, SHARD, dy, theirs, dx, work);
    else
        for (size_t r = 0; r < rows && ran; r++)
            ran = backward_x(c, SINGLE, dy + r * row_y(c), theirs, dx + r * row_x(c), work);
    if (!ran) portable.conv_backward_x(c, rows, dy, weight, prepared, dx, work);
}

/* Row by row, each row's gradient is added to those before. */
static bool backward_w_singly(const glia__conv *c, size_t rows, const real *x, const real *dy, real *dweight,
                              real *dbias, real *work)
{
    library *l = c->library;
    real    *one = work + l->scratch + l->weight, *one_bias = one + l->weight;
    size_t   n = glia__conv_depth(&c->s) * c->s.out;
    bool     ran = true;
    for (size_t r = 0; r < rows && ran; r++) {
        const real *xr = x + r * row_x(c), *dyr = dy + r * row_y(c);
        ran = backward_w(c, SINGLE, xr, dyr, r ? one : dweight, !dbias || r == 0 ? dbias : one_bias, work);
        if (r) portable.add(n, one, dweight);
        if (r && dbias) portable.add(c->s.out, one_bias, dbias);
    }
    return ran;
}

static void conv_backward_w(const glia__conv *c, size_t rows, const real *x, const real *dy, real *dweight, real *dbias,
                            real *work)
{
    const library *l = c->library;
    bool           ran = goes_back(c, BACKWARD_W, rows, dy);
    if (l->lowered && dbias) { /* no operand of a product */
        portable.sum_rows(rows * c->s.y[0] * c->s.y[1], c->s.out, 1, dy, c->s.out, 0, dbias);
        dbias = NULL;
    }
    if (rows == c->s.rows)
        ran = ran && backward_w(c, SHARD, x, dy, dweight, dbias, work);
    else
        ran = ran && backward_w_singly(c, rows, x, dy, dweight, dbias, work);
    if (!ran) portable.conv_backward_w(c, rows, x, dy, dweight, dbias, work);
}

static void write_over(glia__kernels *k, glia_status (*plan)(glia__conv *c))
{
    k->conv_plan = plan;
    k->conv_free = conv_free;
    k->conv_prepare = conv_prepare;
    k->conv_forward = conv_forward;
    k->conv_backward_x = conv_backward_x;
    k->conv_backward_w = conv_backward_w;
}

void glia__onednn_convolutions(glia__kernels *k, const char *isa)
{
    portable = *k;
    on_avx2 = strcmp(isa, "avx2") == 0, on_avx512 = strcmp(isa, "avx512") == 0;
    write_over(k, conv_plan);
}

void glia__onednn_convolutions_lowered(glia__kernels *k, bool exact)
{
    write_over(k, exact ? conv_plan_exact : conv_plan_lowered);
}
