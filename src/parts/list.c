/* The list of layers, and what layer files share. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "ground/memory.h"
#include "parts/initializer.h"
#include "parts/layer.h"

#define LAYERS(X)                                                                                                      \
    X(input)                                                                                                           \
    X(dense) X(flatten) X(step) X(sigmoid) X(tanh) X(relu) X(leaky_relu) X(elu) X(gelu) X(silu) X(softplus) X(softmax) \
        X(log_softmax)

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

static void own_forward(const glia__layer *l, const glia__part *p)
{
    for (size_t i = p->begin * l->n_in; i < p->end * l->n_in; i++) l->y[i] = l->class->own(l->x[i]);
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
        .forward = own_forward,
        .backward_x = own_backward,
        .cost = 100,
        .own = f,
        .own_back = df,
    };
    return GLIA_OK;
}

/* ---- for layer files ------------------------------------------------------------------------------------------- */

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

glia_status glia__plan_same(glia__layer *l)
{
    l->out = l->in;
    return GLIA_OK;
}

void glia__cut_rows(const glia__layer *l, glia__phase phase, size_t rows, glia__cut *cut)
{
    enum { NUMBERS = 4096 }; /* of a block, at least */
    (void)phase;
    size_t of_row = l->n_in + l->n_out;
    cut->units = rows;
    cut->block = 1 + NUMBERS / of_row;
    cut->work = rows * of_row * (l->class->cost ? l->class->cost : 1);
}

glia__param *glia__layer_param(glia__layer *l, const char *name, size_t in, size_t out, size_t panel, const char *init)
{
    glia__param *p = &l->param[l->params++];
    *p = (glia__param){.name = name, .in = in, .out = out, .panel = panel, .count = in ? in * out : out};
    p->fan_in = in;
    p->fan_out = out;
    snprintf(p->init, sizeof p->init, "%s", init);
    return p;
}
