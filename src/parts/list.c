/* The list of layers, and what layer files share. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "ground/memory.h"
#include "parts/initializer.h"
#include "parts/layer.h"

/* clang-format off */
#define LAYERS(X) \
    X(input) X(dense) X(conv) X(conv1d) \
    X(maxpool) X(avgpool) X(globalmaxpool) X(globalavgpool) \
    X(batchnorm) X(layernorm) X(dropout) X(dropout_spatial) X(embedding) \
    X(add) X(concat) X(identity) X(flatten) X(reshape) X(permute) X(pad) X(upsample) \
    X(step) X(sigmoid) X(tanh) X(relu) X(leaky_relu) X(relu6) X(elu) X(selu) X(gelu) X(silu) X(mish) X(softplus) \
    X(hardsigmoid) X(hardswish) X(softmax) X(log_softmax)
/* clang-format on */

#define DECLARE(name) extern const glia__layer_class glia__layer_##name;
LAYERS(DECLARE)
#undef DECLARE

static const glia__layer_class *const layers[] = {
#define ENTRY(name) &glia__layer_##name,
    LAYERS(ENTRY)
#undef ENTRY
};
enum { LAYERS_COUNT = sizeof layers / sizeof *layers, OWN_MOST = GLIA__LAYERS_MOST - LAYERS_COUNT };

static glia__layer_class own_layers[OWN_MOST];
static size_t            own_count;

size_t glia__layer_count(void)
{
    return LAYERS_COUNT + own_count;
}

const glia__layer_class *glia__layer_at(size_t i)
{
    return i < LAYERS_COUNT ? layers[i] : &own_layers[i - LAYERS_COUNT];
}

/* ---- a user's own activation ----------------------------------------------------------------------------------- */

static void own_apply(const glia__layer *l, size_t rows, const real *x, real *y)
{
    for (size_t i = 0; i < rows * l->n_in; i++) y[i] = l->class->own(x[i]);
}

static void own_backward(const glia__layer *l, const glia__part *p)
{
    for (size_t i = p->begin * l->n_in; i < p->end * l->n_in; i++)
        l->dx[i] = l->dy[i] * l->class->own_back(l->x[i], l->y[i]);
}

size_t glia__layer_names(const glia__named *names[GLIA__LAYERS_MOST])
{
    for (size_t i = 0; i < glia__layer_count(); i++) names[i] = &glia__layer_at(i)->named;
    return glia__layer_count();
}

glia_status glia_register_activation(const char *name, glia_real (*f)(glia_real x),
                                     glia_real (*df)(glia_real x, glia_real y))
{
    const glia__named *names[GLIA__LAYERS_MOST];
    GLIA_TRY(glia__name_check(name, names, glia__layer_names(names), "layer"));
    if (!f || !df) return glia__fail(GLIA_E_ARG, "activation \"%s\" needs a function and its derivative", name);
    if (own_count == OWN_MOST)
        return glia__fail(GLIA_E_ARG, "activation \"%s\": there is room for %d of your own", name, OWN_MOST);
    char *copy = glia__strdup(name);
    if (!copy) return GLIA_E_MEMORY;
    own_layers[own_count++] = (glia__layer_class){
        .named = {.name = copy, .help = "an activation of the program's own", .settings = glia__no_settings},
        .plan = glia__plan_same,
        .forward = glia__apply_forward,
        .apply = own_apply,
        .in_place = true,
        .backward_x = own_backward,
        .cost = 100,
        .own = f,
        .own_back = df,
    };
    return GLIA_OK;
}

/* ---- settings of all layers ------------------------------------------------------------------------------------ */

const glia__setting glia__layer_settings[] = {
    {.name = "as",
     .type = GLIA__LABELS,
     .standard = "",
     .positional = true,
     .help = "a name for y, that others can read"},
    {.name = "from", .type = GLIA__LABELS, .standard = "", .help = "reads what has this name, not the layer before"},
    {.name = "freeze", .type = GLIA__YESNO, .standard = "no", .help = "learns nothing"},
    {.name = "l1", .type = GLIA__NUMBER, .standard = "0", .most = 1e6, .help = "loss for the sizes of its weights"},
    {.name = "l2", .type = GLIA__NUMBER, .standard = "0", .most = 1e6, .help = "loss for the squares of its weights"},
    {.name = "max_norm",
     .type = GLIA__NUMBER,
     .standard = "0",
     .most = 1e9,
     .help = "limit to the 2-norm of the weights of an output; 0: none"},
    {.name = NULL},
};

glia__named glia__layer_named(const glia__layer_class *class)
{
    glia__named named = class->named;
    named.common = glia__layer_settings;
    return named;
}

const glia__value *glia__layer_common(const glia__layer *l, glia__common which)
{
    size_t own = glia__settings_count(&l->class->named);
    return &l->set[own + which];
}

/* ---- shapes ---------------------------------------------------------------------------------------------------- */

size_t glia__shape_count(const glia__shape *s)
{
    size_t count = 1;
    for (int i = 0; i < s->rank; i++) count *= s->dim[i];
    return count;
}

const char *glia__shape_text(const glia__shape *s, char text[64])
{
    size_t n = 0;
    text[0] = 0;
    for (int i = 0; i < s->rank && n < 40; i++) n += (size_t)snprintf(text + n, 64 - n, i ? "x%zu" : "%zu", s->dim[i]);
    return text;
}

bool glia__shape_same(const glia__shape *a, const glia__shape *b)
{
    return a->rank == b->rank && memcmp(a->dim, b->dim, (size_t)a->rank * sizeof *a->dim) == 0;
}

bool glia__shape_turned(const glia__shape *s)
{
    return s->rank == 3 && s->dim[0] > 1 && s->dim[1] * s->dim[2] > 1;
}

void glia__rows_spoken(const glia__shape *s, size_t rows, const real *memory, real *spoken)
{
    if (glia__shape_turned(s))
        glia__kernels_get()->turn(rows, s->dim[1] * s->dim[2], s->dim[0], memory, spoken);
    else
        memcpy(spoken, memory, rows * glia__shape_count(s) * sizeof *spoken);
}

void glia__rows_in_memory(const glia__shape *s, size_t rows, const real *spoken, real *memory)
{
    if (glia__shape_turned(s))
        glia__kernels_get()->turn(rows, s->dim[0], s->dim[1] * s->dim[2], spoken, memory);
    else
        memcpy(memory, spoken, rows * glia__shape_count(s) * sizeof *memory);
}

size_t glia__place_in_memory(const glia__shape *s, size_t i)
{
    if (!glia__shape_turned(s)) return i;
    size_t positions = s->dim[1] * s->dim[2];
    return i % positions * s->dim[0] + i / positions;
}

glia__channels glia__channels_of(const glia__shape *s)
{
    size_t rest = glia__shape_count(s) / s->dim[0];
    return s->rank == 3 ? (glia__channels){rest, s->dim[0], 1} : (glia__channels){1, s->dim[0], rest};
}

/* ---- for layer files ------------------------------------------------------------------------------------------- */

glia_status glia__layer_fail(const glia__layer *l, const char *format, ...)
{
    char    sentence[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(sentence, sizeof sentence, format, arguments);
    va_end(arguments);
    if (l->number == SIZE_MAX) return glia__fail(GLIA_E_SHAPE, "%s: %s", l->class->named.name, sentence);
    return glia__fail(GLIA_E_SHAPE, "layer %zu (%s): %s", l->number, l->class->named.name, sentence);
}

glia_status glia__need_rank(const glia__layer *l, int rank)
{
    char shape[64];
    if (l->in.rank == rank) return GLIA_OK;
    glia__shape_text(&l->in, shape);
    if (rank == 3)
        return glia__layer_fail(l,
                                "takes images (channels x height x width), not rows of %s: begin the net with "
                                "`input 1x28x28`, or put reshape before it",
                                shape);
    return glia__layer_fail(l,
                            "takes sequences (channels x length), not rows of %s: begin the net with `input 3x100`, or "
                            "put reshape before it",
                            shape);
}

glia_status glia__need_positions(const glia__layer *l)
{
    char shape[64];
    if (l->in.rank == 2 || l->in.rank == 3) return GLIA_OK;
    return glia__layer_fail(l,
                            "takes images (channels x height x width) or sequences (channels x length), not rows of "
                            "%s: begin the net with `input 1x28x28`, or put reshape before it",
                            glia__shape_text(&l->in, shape));
}

void glia__apply_forward(const glia__layer *l, const glia__part *p)
{
    l->class->apply(l, p->end - p->begin, l->x + p->begin * l->n_in, l->y + p->begin * l->n_out);
}

bool glia__always_idle(const glia__layer *l)
{
    (void)l;
    return true;
}

glia_status glia__plan_same(glia__layer *l)
{
    l->out = l->in;
    return GLIA_OK;
}

/* Rows that are images are cut as the whole net is, so that a worker takes a block of them through many layers. */
void glia__cut_rows(const glia__layer *l, glia__phase phase, size_t rows, glia__cut *cut)
{
    enum { NUMBERS = 4096 }; /* of a block, at least */
    (void)phase;
    size_t of_row = l->n_in + l->n_out;
    bool   image = l->in.rank > 1 || l->out.rank > 1;
    cut->units = rows;
    cut->block = image ? l->shard : 1 + NUMBERS / of_row;
    cut->work = rows * of_row * (l->class->cost ? l->class->cost : 1);
    cut->by_rows = true;
    if (l->strip_groups) cut->block = l->strip, cut->groups = l->strip_groups;
}

bool glia__param_is_weight(const glia__param *p)
{
    return p->rank > 1 && !p->gain;
}

bool glia__layer_learns(const glia__layer *l)
{
    for (int i = 0; i < l->params; i++)
        if (l->param[i].learns) return true;
    return false;
}

size_t glia__groups(size_t rows, size_t block)
{
    size_t blocks = (rows + block - 1) / block;
    return blocks < GLIA__GROUPS_MOST ? blocks : GLIA__GROUPS_MOST;
}

static size_t begin_of_group(size_t rows, size_t block, size_t groups, size_t g)
{
    size_t blocks = (rows + block - 1) / block, begin = blocks * g / groups * block;
    return begin < rows ? begin : rows;
}

size_t glia__group_begin(size_t rows, size_t block, size_t g)
{
    return begin_of_group(rows, block, glia__groups(rows, block), g);
}

size_t glia__cut_groups(const glia__cut *cut)
{
    return cut->groups ? cut->groups : glia__groups(cut->units, cut->block);
}

size_t glia__cut_group_begin(const glia__cut *cut, size_t g)
{
    return begin_of_group(cut->units, cut->block, glia__cut_groups(cut), g);
}

size_t glia__strip_groups(size_t batch)
{
    enum { ROWS = 128 }; /* of a group at least: so adding groups up is little beside summing them */
    return batch >= GLIA__STRIP_GROUPS_MOST * ROWS ? GLIA__STRIP_GROUPS_MOST : batch >= 2 * ROWS ? 2 : 0;
}

glia__param *glia__layer_param(glia__layer *l, const char *name, size_t in, size_t out, size_t panel, const char *init)
{
    glia__param *p = &l->param[l->params++];
    *p = (glia__param){.name = name, .in = in, .out = out, .panel = panel, .positions = 1};
    p->count = in ? in * out : out;
    p->room = in ? in * ((out + panel - 1) / panel * panel) : out;
    p->rank = in ? 2 : 1;
    p->shape[0] = out;
    p->shape[1] = in;
    p->fan_in = in;
    p->fan_out = out;
    snprintf(p->init, sizeof p->init, "%s", init);
    return p;
}
