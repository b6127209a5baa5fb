/* Fully connected layers in bfloat16 by oneDNN, written over a table in float32 (numbers/dense.h has the formulas).
 *
 * Each direction is made of products C = A B of fixed shapes, whose primitives are made once:
 *
 *   forward      C [rows][outputs]    A = x                              B = a block of W's columns
 *   backward_x   C [rows][inputs]     A = dy                             B = a block of W's rows, turned
 *   backward_w   C [inputs][outputs]  A = a block of x's columns, turned  B = a block of dy's columns
 *
 * Rows are taken some at a time, with zeros behind the last one; so a number's bits follow from the layer and the rows
 * of the call alone, if what a call is for begins and ends with a block. Operands are converted in the caller's memory,
 * W once a step: into its blocks of columns, and as it is for backward_x, from which oneDNN takes the rows turned. (It
 * has a layout that it would read faster, but to bring W into it takes longer than a step gains.) C is float32, and
 * goes from the caller's memory to where it belongs, with what is added to it. A layer for which oneDNN has no fast
 * code is done in float32. */
#include "ground/memory.h"
#include "numbers/onednn_shared.h"

enum { SIZES = 4 };

/* So many are taken at a time. */
static size_t rows_of(int size)
{
    return GLIA__DENSE_DEPTH >> size;
}

_Static_assert(GLIA__DENSE_DEPTH >> (SIZES - 1) == GLIA__DENSE_FEW, "so many are room for");

typedef enum way { FORWARD, BACKWARD_X, BACKWARD_W, WAYS } way;

typedef struct product {
    dnnl_primitive_t run;
    layout           a, b, c, scratch;
} product;

/* What is brought into another layout before a product. */
typedef struct change {
    dnnl_primitive_t run;
    layout           from, to;
} change;

typedef struct library {
    product          of[WAYS][SIZES];
    change           x[SIZES], dy[SIZES]; /* of backward_w: a block of each */
    dnnl_data_type_t type;                /* of operands */
    size_t           inputs, outputs;     /* of a block */
    size_t           blocks_in, blocks_out;
    size_t           rows_at; /* in prepared weights: blocks of columns, then, here, W as it is */
    size_t           scratch_at, dy_block_at, operands_at; /* in a worker's memory: C, what primitives work in, a block
                                                              of dy, operands */
} library;

static glia__kernels plain; /* in float32 */

enum { PANEL_MOST = 32, PIECE = 32 }; /* numbers; bytes that a panel's rows are made of */

/* ---- the plan ---------------------------------------------------------------------------------------------------- */

/* Numbers along one side of a block. */
static size_t outputs_of(size_t out)
{
    size_t panels = (out + plain.panel - 1) / plain.panel;
    return plain.panel * (panels >= 8 ? 4 : panels >= 2 ? 2 : 1);
}

/* So that the last block is nearly as large as the others. */
static size_t inputs_of(size_t in)
{
    enum { MOST = 512, MULTIPLE = 16 };
    size_t blocks = (in + MOST - 1) / MOST, each = (in + blocks - 1) / blocks;
    return (each + MULTIPLE - 1) / MULTIPLE * MULTIPLE;
}

/* As wide as all blocks together. */
static size_t wide_in(const library *l)
{
    return l->blocks_in * l->inputs;
}

static size_t wide_out(const library *l)
{
    return l->blocks_out * l->outputs;
}

#if DNNL_VERSION_MAJOR >= 3
static dnnl_status_t describe(dnnl_primitive_desc_t *d, product *p)
{
    return dnnl_matmul_primitive_desc_create(d, glia__onednn_engine, p->a, p->b, NULL, p->c, glia__onednn_attributes);
}
#else
static dnnl_status_t describe(dnnl_primitive_desc_t *d, product *p)
{
    dnnl_matmul_desc_t m;
    dnnl_status_t      status = dnnl_matmul_desc_init(&m, &p->a, &p->b, NULL, &p->c);
    return status == dnnl_success
               ? dnnl_primitive_desc_create(d, &m, glia__onednn_attributes, glia__onednn_engine, NULL)
               : status;
}
#endif

static bool matrix(layout *l, size_t rows, size_t columns, dnnl_data_type_t type, size_t row, size_t column)
{
    return layout_strided(l, 2, (dnnl_dims_t){(dnnl_dim_t)rows, (dnnl_dim_t)columns}, type,
                          (dnnl_dims_t){(dnnl_dim_t)row, (dnnl_dim_t)column});
}

/* The layouts of a product. */
static bool make_layouts(const library *l, const glia__dense_plan *d, way w, size_t rows, product *p)
{
    const size_t m = w == BACKWARD_W ? l->inputs : rows, n = w == BACKWARD_X ? l->inputs : l->outputs,
                 k = w == FORWARD      ? d->in
                     : w == BACKWARD_X ? d->out
                                       : rows;
    if (!matrix(&p->c, m, n, dnnl_f32, n, 1) || !matrix(&p->a, m, k, l->type, k, 1)) return false;
    if (w == FORWARD) return matrix(&p->b, k, n, l->type, n, 1);
    if (w == BACKWARD_X) return matrix(&p->b, k, n, l->type, 1, wide_out(l));
    return layout_make(&p->b, 2, (dnnl_dims_t){(dnnl_dim_t)k, (dnnl_dim_t)n}, l->type, dnnl_format_tag_any);
}

static bool make_described(product *p)
{
    dnnl_primitive_desc_t d = NULL;
    if (!MADE(describe(&d, p))) return false;
    layout b;
    bool   made = is_fast(d) && layout_copy(&b, dnnl_primitive_desc_query_md(d, dnnl_query_weights_md, 0));
    if (made) {
        layout_free(&p->b);
        p->b = b;
        made = layout_copy(&p->scratch, dnnl_primitive_desc_query_md(d, dnnl_query_scratchpad_md, 0)) &&
               MADE(dnnl_primitive_create(&p->run, d));
    }
    dnnl_primitive_desc_destroy(d);
    return made;
}

static bool make_change(change *c, layout *to)
{
    return layout_copy(&c->to, AT(*to)) && reorder_make(&c->run, &c->from, &c->to);
}

/* Blocks of x, to be turned, and of dy as backward_w's product wants it; both of rows that lie as wide as all blocks.
 */
static bool make_changes(library *l, int size)
{
    const size_t rows = rows_of(size);
    product     *p = &l->of[BACKWARD_W][size];
    return matrix(&l->x[size].from, l->inputs, rows, l->type, 1, wide_in(l)) && make_change(&l->x[size], &p->a) &&
           matrix(&l->dy[size].from, rows, l->outputs, l->type, wide_out(l), 1) && make_change(&l->dy[size], &p->b);
}

static bool make_products(library *l, const glia__dense_plan *d)
{
    for (int size = 0; size < SIZES; size++) {
        for (int w = 0; w < WAYS; w++)
            if ((w != BACKWARD_X || d->needs_dx) &&
                !(make_layouts(l, d, (way)w, rows_of(size), &l->of[w][size]) && make_described(&l->of[w][size])))
                return false;
        if (!make_changes(l, size)) return false;
    }
    return true;
}

static size_t larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

/* Numbers of ours that so many operands have room in. */
static size_t room_of(const library *l, size_t operands)
{
    return glia__whole_lines((operands * operand_bytes(l->type) + sizeof(real) - 1) / sizeof(real));
}

/* A worker has room for x, the same turned, and dy. */
static void count_memory(library *l, glia__dense_plan *d)
{
    const size_t rows = rows_of(0);
    size_t       c = larger(rows * larger(l->inputs, l->outputs), l->inputs * l->outputs), scratch = 0, block = 0;
    for (int size = 0; size < SIZES; size++) {
        for (int w = 0; w < WAYS; w++)
            if (l->of[w][size].run) scratch = larger(scratch, layout_numbers(&l->of[w][size].scratch));
        block = larger(block, layout_numbers(&l->dy[size].to));
    }
    l->scratch_at = glia__whole_lines(c);
    l->dy_block_at = l->scratch_at + scratch;
    d->work = l->operands_at = l->dy_block_at + block;
    d->work_of_row = room_of(l, GLIA__DENSE_FEW * (2 * wide_in(l) + wide_out(l))) / GLIA__DENSE_FEW;
    l->rows_at = room_of(l, d->in * wide_out(l));
    d->prepared = l->rows_at + (d->needs_dx ? room_of(l, wide_in(l) * wide_out(l)) : 0);
}

static void free_change(change *c)
{
    if (c->run) dnnl_primitive_destroy(c->run);
    layout_free(&c->from), layout_free(&c->to);
}

static void free_library(library *l)
{
    for (int size = 0; size < SIZES; size++) {
        for (int w = 0; w < WAYS; w++) {
            product *p = &l->of[w][size];
            if (p->run) dnnl_primitive_destroy(p->run);
            layout_free(&p->a), layout_free(&p->b), layout_free(&p->c), layout_free(&p->scratch);
        }
        free_change(&l->x[size]), free_change(&l->dy[size]);
    }
    glia__free(l);
}

static void dense_free(glia__dense_plan *d)
{
    if (d->library) free_library(d->library);
    d->library = NULL;
}

static glia_status plan_of(glia__dense_plan *d, dnnl_data_type_t type)
{
    if (plain.panel > PANEL_MOST || plain.panel * operand_bytes(type) % PIECE) return GLIA_OK;
    library *l = glia__new(1, sizeof *l);
    if (!l) return GLIA_E_MEMORY;
    l->type = type;
    l->inputs = inputs_of(d->in), l->blocks_in = (d->in + l->inputs - 1) / l->inputs;
    l->outputs = outputs_of(d->out), l->blocks_out = (d->out + l->outputs - 1) / l->outputs;
    int  threads = glia__onednn_alone();
    bool made = make_products(l, d);
    glia__onednn_give_back(threads);
    if (made) {
        count_memory(l, d);
        d->block_in = l->inputs, d->block_out = l->outputs, d->library = l, d->lowered = true;
    } else {
        free_library(l);
    }
    return GLIA_OK;
}

static glia_status dense_plan(glia__dense_plan *d)
{
    return plan_of(d, dnnl_bf16);
}

static glia_status dense_plan_exact(glia__dense_plan *d)
{
    return plan_of(d, dnnl_f32);
}

/* ---- operands ---------------------------------------------------------------------------------------------------- */

/* Where operand i stands. */
static void *at(const library *l, const void *operands, size_t i)
{
    return (char *)(uintptr_t)operands + i * operand_bytes(l->type);
}

/* Columns begin .. end-1 of to[all][wide] = from[rows][columns], and zeros beyond. */
static void take_columns(const library *l, size_t begin, size_t end, size_t rows, size_t columns, const real *from,
                         size_t all, size_t wide, void *to)
{
    const size_t bytes = operand_bytes(l->type), last = end < columns ? end : columns;
    for (size_t r = 0; r < rows; r++) {
        operands_of(l->type, last - begin, from + r * columns + begin, at(l, to, r * wide + begin));
        memset(at(l, to, r * wide + last), 0, (end - last) * bytes);
    }
    for (size_t r = rows; r < all; r++) memset(at(l, to, r * wide + begin), 0, (end - begin) * bytes);
}

/* to[all][columns] = from[rows][columns], and zeros beyond. */
static void take_rows(const library *l, size_t rows, size_t columns, const real *from, size_t all, void *to)
{
    take_columns(l, 0, columns, rows, columns, from, all, columns, to);
}

/* Row i of W as it is, and of the block of columns that begins with output o. */
static void *row_at(const library *l, const real *prepared, size_t i)
{
    return at(l, prepared + l->rows_at, i * wide_out(l));
}

static void *columns_at(const glia__dense_plan *d, const real *prepared, size_t i, size_t o)
{
    const library *l = d->library;
    return at(l, prepared, o * d->in + i * l->outputs);
}

/* `rows` rows of a panel, to rows that are `row` operands apart. */
static void put_panel(const library *l, size_t rows, const void *panel, void *to, size_t row)
{
    const size_t bytes = plain.panel * operand_bytes(l->type);
    for (size_t i = 0; i < rows; i++)
        for (size_t b = 0; b < bytes; b += PIECE)
            memcpy((char *)at(l, to, i * row) + b, (const char *)panel + i * bytes + b, PIECE);
}

enum { SOME_INPUTS = 64, VECTOR = 64 };

/* Some inputs' weights of the panel that begins with output o. */
static void prepare_panel(const glia__dense_plan *d, size_t i, size_t inputs, size_t o, const real *w, real *prepared)
{
    const library                 *l = d->library;
    _Alignas(VECTOR) unsigned char panel[SOME_INPUTS * PANEL_MOST * sizeof(float)];
    if (o < d->out)
        operands_of(l->type, inputs * plain.panel, w + o * d->in + i * plain.panel, panel);
    else
        memset(panel, 0, sizeof panel);
    put_panel(l, inputs, panel, at(l, columns_at(d, prepared, i, o / l->outputs * l->outputs), o % l->outputs),
              l->outputs);
    if (d->needs_dx) put_panel(l, inputs, panel, at(l, row_at(l, prepared, i), o), wide_out(l));
}

static void dense_prepare(const glia__dense_plan *d, size_t i0, size_t i1, const real *w, real *prepared)
{
    const library *l = d->library;
    if (!l) return;
    for (size_t i = i0, some; i < i1; i += some) {
        some = i1 - i < SOME_INPUTS ? i1 - i : SOME_INPUTS;
        for (size_t o = 0; o < wide_out(l); o += plain.panel) prepare_panel(d, i, some, o, w, prepared);
    }
    if (d->needs_dx && i1 == d->in)
        memset(row_at(l, prepared, i1), 0, (wide_in(l) - i1) * wide_out(l) * operand_bytes(l->type));
}

/* ---- the three directions ---------------------------------------------------------------------------------------- */

static bool multiply(library *l, way w, int size, const void *a, const void *b, real *work)
{
    product *p = &l->of[w][size];
    argument given[] = {{DNNL_ARG_SRC, &p->a, a},
                        {DNNL_ARG_WEIGHTS, &p->b, b},
                        {DNNL_ARG_DST, &p->c, work},
                        {DNNL_ARG_SCRATCHPAD, &p->scratch, work + l->scratch_at}};
    return run(p->run, given, 4);
}

/* The next rows that are multiplied together, and the size of their product. */
static size_t next_rows(size_t left, int *size)
{
    *size = SIZES - 1;
    while (*size > 0 && rows_of(*size) < left) --*size;
    return left < rows_of(*size) ? left : rows_of(*size);
}

/* to[r][..] = c[r][..] + b[..] of `width` columns; b may be NULL. */
static void put(size_t rows, size_t width, const real *c, size_t ldc, const real *b, real *to, size_t ldto)
{
    for (size_t r = 0; r < rows; r++) memcpy(to + r * ldto, c + r * ldc, width * sizeof *to);
    if (b) plain.add_bias(rows, width, b, to, ldto);
}

static bool forward_rows(const glia__dense *d, size_t rows, int size, const real *x, const real *b, real *y)
{
    library     *l = d->plan->library;
    const size_t end = d->q1 * plain.panel < d->out ? d->q1 * plain.panel : d->out;
    real        *taken = d->operands + l->operands_at;
    bool         ran = true;
    take_rows(l, rows, d->in, x, rows_of(size), taken);
    for (size_t o = d->q0 * plain.panel; o < end && ran; o += l->outputs) {
        ran = multiply(l, FORWARD, size, taken, columns_at(d->plan, d->prepared, 0, o), d->operands);
        put(rows, end - o < l->outputs ? end - o : l->outputs, d->operands, l->outputs, b ? b + o : NULL, y + o,
            d->out);
    }
    return ran;
}

static void dense_forward(const glia__dense *d, size_t rows, const real *x, const real *w, const real *b, real *y)
{
    bool ran = d->plan->library;
    int  size;
    for (size_t r = 0, some; r < rows && ran; r += some) {
        some = next_rows(rows - r, &size);
        ran = forward_rows(d, some, size, x + r * d->in, b, y + r * d->out);
    }
    if (!ran) plain.dense_forward(d, rows, x, w, b, y);
}

static bool backward_x_rows(const glia__dense *d, size_t rows, int size, const real *dy, real *dx)
{
    library *l = d->plan->library;
    real    *taken = d->operands + l->operands_at;
    bool     ran = true;
    take_rows(l, rows, d->out, dy, rows_of(size), taken);
    for (size_t i = d->i0; i < d->i1 && ran; i += l->inputs) {
        ran = multiply(l, BACKWARD_X, size, taken, row_at(l, d->prepared, i), d->operands);
        put(rows, d->i1 - i < l->inputs ? d->i1 - i : l->inputs, d->operands, l->inputs, NULL, dx + i, d->in);
    }
    return ran;
}

static void dense_backward_x(const glia__dense *d, size_t rows, const real *dy, const real *w, real *dx)
{
    bool ran = d->plan->library && d->plan->needs_dx;
    int  size;
    for (size_t r = 0, some; r < rows && ran; r += some) {
        some = next_rows(rows - r, &size);
        ran = backward_x_rows(d, some, size, dy + r * d->out, dx + r * d->in);
    }
    if (!ran) plain.dense_backward_x(d, rows, dy, w, dx);
}

/* What dw becomes of some rows: keep dw + scale sum. */
typedef struct gradient {
    const glia__dense *d;
    int                size;
    real               scale, keep;
    real              *dw;
    real              *x, *turned, *dy; /* operands: rows of all blocks, x once more in turned blocks */
} gradient;

/* A block's sums, for inputs from i and outputs from o on. */
static void add_block(const gradient *g, size_t i, size_t o, const real *sums)
{
    const glia__dense *d = g->d;
    const library     *l = d->plan->library;
    const size_t       panel = plain.panel, some = d->i1 - i < l->inputs ? d->i1 - i : l->inputs;
    for (size_t j = 0; j < l->outputs && o + j < d->q1 * panel; j += panel)
        glia__onednn_beside->blend(some, panel, g->scale, sums + j, l->outputs, g->keep,
                                   g->dw + d->in * (o + j) + i * panel, panel);
}

static float value_of(const library *l, const void *operands, size_t i)
{
    return l->type == dnnl_bf16 ? glia__bf16_value(((const uint16_t *)operands)[i]) : ((const float *)operands)[i];
}

/* A product that oneDNN did not make: others have gone into dw already. */
static void multiply_here(const gradient *g, size_t i, size_t o, real *sums)
{
    const library *l = g->d->plan->library;
    for (size_t m = 0; m < l->inputs; m++)
        for (size_t n = 0; n < l->outputs; n++) {
            real *sum = &sums[m * l->outputs + n];
            *sum = 0;
            for (size_t r = 0; r < rows_of(g->size); r++)
                *sum += value_of(l, g->x, r * wide_in(l) + i + m) * value_of(l, g->dy, r * wide_out(l) + o + n);
        }
}

static bool apply_change(change *c, const void *from, void *to)
{
    argument given[] = {{DNNL_ARG_FROM, &c->from, from}, {DNNL_ARG_TO, &c->to, to}};
    return run(c->run, given, 2);
}

static void *turned_at(const gradient *g, size_t i)
{
    return at(g->d->plan->library, g->turned, i * rows_of(g->size));
}

static void multiply_blocks(const gradient *g, bool turned)
{
    const glia__dense *d = g->d;
    library           *l = d->plan->library;
    real              *dy = d->operands + l->dy_block_at;
    for (size_t o = d->q0 * plain.panel; o < d->q1 * plain.panel; o += l->outputs) {
        bool changed = turned && apply_change(&l->dy[g->size], at(l, g->dy, o), dy);
        for (size_t i = d->i0; i < d->i1; i += l->inputs) {
            if (!(changed && multiply(l, BACKWARD_W, g->size, turned_at(g, i), dy, d->operands)))
                multiply_here(g, i, o, d->operands);
            add_block(g, i, o, d->operands);
        }
    }
}

/* Where the blocks of a part end. */
static size_t end_in(const glia__dense *d)
{
    const library *l = d->plan->library;
    return (d->i1 + l->inputs - 1) / l->inputs * l->inputs;
}

static size_t end_out(const glia__dense *d)
{
    const library *l = d->plan->library;
    return (d->q1 * plain.panel + l->outputs - 1) / l->outputs * l->outputs;
}

static void backward_w_rows(gradient *g, size_t rows, const real *x, const real *dy)
{
    const glia__dense *d = g->d;
    library           *l = d->plan->library;
    const size_t       all = rows_of(g->size), room = room_of(l, all * wide_in(l));
    bool               turned = true;
    g->x = d->operands + l->operands_at, g->turned = g->x + room, g->dy = g->turned + room;
    take_columns(l, d->i0, end_in(d), rows, d->in, x, all, wide_in(l), g->x);
    take_columns(l, d->q0 * plain.panel, end_out(d), rows, d->out, dy, all, wide_out(l), g->dy);
    for (size_t i = d->i0; i < d->i1 && turned; i += l->inputs)
        turned = apply_change(&l->x[g->size], at(l, g->x, i), turned_at(g, i));
    multiply_blocks(g, turned);
}

static void dense_backward_w(const glia__dense *d, size_t rows, real scale, const real *x, const real *dy, real keep,
                             real *dw)
{
    gradient g = {.d = d, .scale = scale, .keep = keep, .dw = dw};
    if (!d->plan->library) {
        plain.dense_backward_w(d, rows, scale, x, dy, keep, dw);
        return;
    }
    for (size_t r = 0, some; r < rows; r += some, g.keep = 1) {
        some = next_rows(rows - r, &g.size);
        backward_w_rows(&g, some, x + r * d->in, dy + r * d->out);
    }
}

void glia__onednn_dense_lowered(glia__kernels *k, bool exact)
{
    plain = *k;
    k->dense_plan = exact ? dense_plan_exact : dense_plan;
    k->dense_free = dense_free;
    k->dense_prepare = dense_prepare;
    k->dense_forward = dense_forward;
    k->dense_backward_x = dense_backward_x;
    k->dense_backward_w = dense_backward_w;
}
