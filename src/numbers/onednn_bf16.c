/* Fully connected layers in bfloat16 by oneDNN, written over a table in float32 (numbers/dense.h has the formulas).
 *
 * Each direction is made of products C = A B of fixed shapes, whose primitives are made once:
 *
 *   forward      C [rows][outputs]    A = x                  B = a block of W's columns
 *   backward_x   C [rows][inputs]     A = dy                 B = a block of W's rows, turned
 *   backward_w   C [inputs][outputs]  A = a block of x^T     B = a block of dy's columns
 *
 * Rows are taken LARGE at a time, and SMALL at a time in the end, with zeros behind the last one; so a number's bits
 * follow from the layer and the rows of the call alone, if what a call is for begins and ends with a block. Operands
 * are converted in the caller's memory, W once a step, into the layout that the primitives want; C is float32, and goes
 * from the caller's memory to where it belongs, with what is added to it. A layer for which oneDNN has no fast code is
 * done in float32. */
#include "ground/memory.h"
#include "numbers/onednn_shared.h"

enum { LARGE, SMALL, SIZES };
static const size_t rows_of[SIZES] = {GLIA__DENSE_DEPTH, GLIA__DENSE_FEW};

typedef enum way { FORWARD, BACKWARD_X, BACKWARD_W, WAYS } way;

typedef struct product {
    dnnl_primitive_t run;
    layout           a, b, c, scratch;
} product;

typedef struct library {
    product          of[WAYS][SIZES];
    dnnl_primitive_t reorder[WAYS];   /* of a block of W */
    layout           plain[WAYS];     /* as it lies before */
    dnnl_data_type_t type;            /* of operands */
    size_t           inputs, outputs; /* of a block */
    size_t           blocks_in, blocks_out;
    size_t           weight[WAYS];      /* numbers of ours that a prepared block of W has room in */
    size_t           scratch, operands; /* in the caller's memory, which C begins: what primitives work in, x and dy */
    bool             ready;             /* the weights are prepared */
} library;

static glia__kernels plain; /* in float32 */

/* ---- the plan ---------------------------------------------------------------------------------------------------- */

/* Numbers along one side of a block. */
static size_t outputs_of(size_t out)
{
    size_t panels = (out + plain.panel - 1) / plain.panel;
    return plain.panel * (panels >= 8 ? 4 : panels >= 2 ? 2 : 1);
}

static size_t inputs_of(size_t in)
{
    enum { MOST = 128, MULTIPLE = 16 };
    size_t rounded = (in + MULTIPLE - 1) / MULTIPLE * MULTIPLE;
    return rounded < MOST ? rounded : MOST;
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

/* The layouts of a product; B of FORWARD and BACKWARD_X in any, or in that of `same`. */
static bool make_layouts(const library *l, const glia__dense_plan *d, way w, size_t rows, product *p, product *same)
{
    const size_t in = l->blocks_in * l->inputs, out = l->blocks_out * l->outputs,
                 m = w == BACKWARD_W ? l->inputs : rows, n = w == BACKWARD_X ? l->inputs : l->outputs,
                 k = w == FORWARD      ? d->in
                     : w == BACKWARD_X ? d->out
                                       : rows;
    if (!matrix(&p->c, m, n, dnnl_f32, n, 1)) return false;
    if (w == BACKWARD_W) return matrix(&p->a, m, k, l->type, 1, in) && matrix(&p->b, k, n, l->type, out, 1);
    return matrix(&p->a, m, k, l->type, k, 1) &&
           (same ? layout_copy(&p->b, AT(same->b))
                 : layout_make(&p->b, 2, (dnnl_dims_t){(dnnl_dim_t)k, (dnnl_dim_t)n}, l->type, dnnl_format_tag_any));
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

/* A block of W as it is written for the reorder: [in][outputs], or turned from [inputs][out]. */
static bool make_reorder(library *l, const glia__dense_plan *d, way w)
{
    return (w == FORWARD ? matrix(&l->plain[w], d->in, l->outputs, l->type, l->outputs, 1)
                         : matrix(&l->plain[w], d->out, l->inputs, l->type, 1, d->out)) &&
           reorder_make(&l->reorder[w], &l->plain[w], &l->of[w][LARGE].b);
}

static bool make_products(library *l, const glia__dense_plan *d)
{
    for (int w = 0; w < WAYS; w++) {
        for (int size = 0; size < SIZES; size++) {
            product *p = &l->of[w][size];
            if (!make_layouts(l, d, (way)w, rows_of[size], p, size ? &l->of[w][LARGE] : NULL) || !make_described(p))
                return false;
        }
        if (w != BACKWARD_W && !make_reorder(l, d, (way)w)) return false;
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

/* In the prepared weights: W's blocks of columns, its blocks of rows, and a block before its reorder. */
static void count_memory(library *l, glia__dense_plan *d)
{
    const size_t in = l->blocks_in * l->inputs, out = l->blocks_out * l->outputs, rows = rows_of[LARGE];
    size_t       c = larger(rows * larger(l->inputs, l->outputs), l->inputs * l->outputs), scratch = 0;
    for (int w = 0; w < WAYS; w++)
        for (int size = 0; size < SIZES; size++) scratch = larger(scratch, layout_numbers(&l->of[w][size].scratch));
    for (int w = FORWARD; w <= BACKWARD_X; w++) l->weight[w] = layout_numbers(&l->of[w][LARGE].b);
    l->scratch = glia__whole_lines(c);
    d->work = l->operands = l->scratch + scratch;
    d->work_of_row = room_of(l, GLIA__DENSE_FEW * (in + out)) / GLIA__DENSE_FEW;
    d->prepared = l->blocks_out * l->weight[FORWARD] + l->blocks_in * l->weight[BACKWARD_X] +
                  room_of(l, larger(d->in * l->outputs, l->inputs * d->out));
}

static void free_library(library *l)
{
    for (int w = 0; w < WAYS; w++) {
        for (int size = 0; size < SIZES; size++) {
            product *p = &l->of[w][size];
            if (p->run) dnnl_primitive_destroy(p->run);
            layout_free(&p->a), layout_free(&p->b), layout_free(&p->c), layout_free(&p->scratch);
        }
        if (l->reorder[w]) dnnl_primitive_destroy(l->reorder[w]);
        layout_free(&l->plain[w]);
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
static void *at(const library *l, void *operands, size_t i)
{
    return (char *)operands + i * operand_bytes(l->type);
}

/* to[all][wide] = from[rows][columns], and zeros beyond. */
static void take_rows(const library *l, size_t rows, size_t columns, const real *from, size_t all, size_t wide,
                      void *to)
{
    const size_t bytes = operand_bytes(l->type);
    for (size_t r = 0; r < rows; r++) {
        operands_of(l->type, columns, from + r * columns, at(l, to, r * wide));
        memset(at(l, to, r * wide + columns), 0, (wide - columns) * bytes);
    }
    memset(at(l, to, rows * wide), 0, (all - rows) * wide * bytes);
}

/* The column of W where output o begins, in its panel. */
static const real *weights_at(const glia__dense_plan *d, const real *w, size_t i, size_t o)
{
    return w + d->in * (o / plain.panel * plain.panel) + i * plain.panel + o % plain.panel;
}

/* Of input i the outputs from .. end-1, which begin a panel; zeros beyond the last one. */
static void take_weights(const library *l, const glia__dense_plan *d, const real *w, size_t i, size_t from, size_t end,
                         void *to)
{
    memset(to, 0, (end - from) * operand_bytes(l->type));
    for (size_t o = from; o < end && o < d->out; o += plain.panel) {
        size_t left = (end < d->out ? end : d->out) - o;
        operands_of(l->type, left < plain.panel ? left : plain.panel, weights_at(d, w, i, o), at(l, to, o - from));
    }
}

static bool prepare_block(library *l, way w, const void *block, real *to)
{
    argument given[] = {{DNNL_ARG_FROM, &l->plain[w], block}, {DNNL_ARG_TO, &l->of[w][LARGE].b, to}};
    return run(l->reorder[w], given, 2);
}

static void dense_prepare(const glia__dense_plan *d, const real *w, real *prepared)
{
    library *l = d->library;
    if (!l) return;
    real *to = prepared;
    void *block = prepared + l->blocks_out * l->weight[FORWARD] + l->blocks_in * l->weight[BACKWARD_X];
    l->ready = true;
    for (size_t q = 0; q < l->blocks_out && l->ready; q++, to += l->weight[FORWARD]) {
        for (size_t i = 0; i < d->in; i++)
            take_weights(l, d, w, i, q * l->outputs, (q + 1) * l->outputs, at(l, block, i * l->outputs));
        l->ready = prepare_block(l, FORWARD, block, to);
    }
    for (size_t b = 0; b < l->blocks_in && l->ready; b++, to += l->weight[BACKWARD_X]) {
        size_t first = b * l->inputs, some = d->in - first < l->inputs ? d->in - first : l->inputs;
        memset(block, 0, l->inputs * d->out * operand_bytes(l->type));
        for (size_t i = 0; i < some; i++) take_weights(l, d, w, first + i, 0, d->out, at(l, block, i * d->out));
        l->ready = prepare_block(l, BACKWARD_X, block, to);
    }
}

/* ---- the three directions ---------------------------------------------------------------------------------------- */

static bool multiply(library *l, way w, int size, const void *a, const void *b, real *work)
{
    product *p = &l->of[w][size];
    argument given[] = {{DNNL_ARG_SRC, &p->a, a},
                        {DNNL_ARG_WEIGHTS, &p->b, b},
                        {DNNL_ARG_DST, &p->c, work},
                        {DNNL_ARG_SCRATCHPAD, &p->scratch, work + l->scratch}};
    return run(p->run, given, 4);
}

/* The next rows that are multiplied together, and the size of their product. */
static size_t next_rows(size_t left, int *size)
{
    *size = left >= rows_of[LARGE] ? LARGE : SMALL;
    return left < rows_of[*size] ? left : rows_of[*size];
}

/* to[r][..] = c[r][..] + b[..] of `width` columns; b may be NULL. */
static void put(size_t rows, size_t width, const real *c, size_t ldc, const real *b, real *to, size_t ldto)
{
    for (size_t r = 0; r < rows; r++, c += ldc, to += ldto) memcpy(to, c, width * sizeof *to);
    to -= rows * ldto;
    if (b) plain.add_bias(rows, width, b, to, ldto);
}

static bool forward_rows(const glia__dense *d, size_t rows, int size, const real *x, const real *b, real *y)
{
    library     *l = d->plan->library;
    const size_t end = d->q1 * plain.panel < d->out ? d->q1 * plain.panel : d->out;
    real        *taken = d->work + l->operands;
    bool         ran = true;
    take_rows(l, rows, d->in, x, rows_of[size], d->in, taken);
    for (size_t o = d->q0 * plain.panel; o < end && ran; o += l->outputs) {
        ran = multiply(l, FORWARD, size, taken, d->prepared + o / l->outputs * l->weight[FORWARD], d->work);
        put(rows, end - o < l->outputs ? end - o : l->outputs, d->work, l->outputs, b ? b + o : NULL, y + o, d->out);
    }
    return ran;
}

static bool has_weights(const glia__dense *d)
{
    const library *l = d->plan->library;
    return l && l->ready;
}

static void dense_forward(const glia__dense *d, size_t rows, const real *x, const real *w, const real *b, real *y)
{
    bool ran = has_weights(d);
    int  size;
    for (size_t r = 0, some; r < rows && ran; r += some) {
        some = next_rows(rows - r, &size);
        ran = forward_rows(d, some, size, x + r * d->in, b, y + r * d->out);
    }
    if (!ran) plain.dense_forward(d, rows, x, w, b, y);
}

static bool backward_x_rows(const glia__dense *d, size_t rows, int size, const real *dy, real *dx)
{
    library    *l = d->plan->library;
    const real *weights = d->prepared + l->blocks_out * l->weight[FORWARD];
    real       *taken = d->work + l->operands;
    bool        ran = true;
    take_rows(l, rows, d->out, dy, rows_of[size], d->out, taken);
    for (size_t i = d->i0; i < d->i1 && ran; i += l->inputs) {
        ran = multiply(l, BACKWARD_X, size, taken, weights + i / l->inputs * l->weight[BACKWARD_X], d->work);
        put(rows, d->i1 - i < l->inputs ? d->i1 - i : l->inputs, d->work, l->inputs, NULL, dx + i, d->in);
    }
    return ran;
}

static void dense_backward_x(const glia__dense *d, size_t rows, const real *dy, const real *w, real *dx)
{
    bool ran = has_weights(d);
    int  size;
    for (size_t r = 0, some; r < rows && ran; r += some) {
        some = next_rows(rows - r, &size);
        ran = backward_x_rows(d, some, size, dy + r * d->out, dx + r * d->in);
    }
    if (!ran) plain.dense_backward_x(d, rows, dy, w, dx);
}

/* What dw becomes: keep dw + scale sum. */
typedef struct gradient {
    const glia__dense *d;
    real               scale, keep;
    real              *dw;
} gradient;

static void add_block(const gradient *g, size_t first, size_t o, const real *sums)
{
    const glia__dense *d = g->d;
    const library     *l = d->plan->library;
    const size_t       panel = plain.panel, end = d->i1 - first < l->inputs ? d->i1 : first + l->inputs;
    for (size_t i = first; i < end; i++, sums += l->outputs)
        for (size_t j = 0; j < l->outputs && o + j < d->q1 * panel; j += panel) {
            real *dw = g->dw + d->in * (o + j) + i * panel;
            for (size_t k = 0; k < panel; k++) dw[k] = (g->keep == 0 ? 0 : g->keep * dw[k]) + g->scale * sums[j + k];
        }
}

static float value_of(const library *l, const void *operands, size_t i)
{
    return l->type == dnnl_bf16 ? glia__bf16_value(((const uint16_t *)operands)[i]) : ((const float *)operands)[i];
}

/* A product of backward_w that oneDNN did not make: others have gone into dw already. */
static void multiply_here(const library *l, size_t rows, const void *x, const void *dy, real *sums)
{
    const size_t in = l->blocks_in * l->inputs, out = l->blocks_out * l->outputs;
    for (size_t i = 0; i < l->inputs; i++)
        for (size_t o = 0; o < l->outputs; o++) {
            real *sum = &sums[i * l->outputs + o];
            *sum = 0;
            for (size_t r = 0; r < rows; r++) *sum += value_of(l, x, r * in + i) * value_of(l, dy, r * out + o);
        }
}

static void backward_w_rows(const gradient *g, size_t rows, int size, const real *x, const real *dy)
{
    const glia__dense *d = g->d;
    library           *l = d->plan->library;
    const size_t       in = l->blocks_in * l->inputs, out = l->blocks_out * l->outputs;
    real              *taken = d->work + l->operands, *dy_taken = taken + room_of(l, rows_of[size] * in);
    take_rows(l, rows, d->in, x, rows_of[size], in, taken);
    take_rows(l, rows, d->out, dy, rows_of[size], out, dy_taken);
    for (size_t o = d->q0 * plain.panel; o < d->q1 * plain.panel; o += l->outputs)
        for (size_t i = d->i0; i < d->i1; i += l->inputs) {
            if (!multiply(l, BACKWARD_W, size, at(l, taken, i), at(l, dy_taken, o), d->work))
                multiply_here(l, rows, at(l, taken, i), at(l, dy_taken, o), d->work);
            add_block(g, i, o, d->work);
        }
}

static void dense_backward_w(const glia__dense *d, size_t rows, real scale, const real *x, const real *dy, real keep,
                             real *dw, real *work)
{
    gradient g = {d, scale, keep, dw};
    int      size;
    if (!d->plan->library) {
        plain.dense_backward_w(d, rows, scale, x, dy, keep, dw, work);
        return;
    }
    for (size_t r = 0, some; r < rows; r += some, g.keep = 1) {
        some = next_rows(rows - r, &size);
        backward_w_rows(&g, some, size, x + r * d->in, dy + r * d->out);
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
