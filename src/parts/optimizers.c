/* The optimizers: their list, and what all have in common. The rules are in optimizers_descent.c, _adaptive.c, _adam.c
 * and lbfgs.c; names of settings and defaults are PyTorch's (torch.optim). The arithmetic over a slice of parameters is
 * the kernels', the constants of a step are made by the rules, in double. */
#include "parts/optimizer_rule.h"

#define OPTIMIZERS(X)                                                                                                  \
    X(sgd)                                                                                                             \
    X(momentum) X(nesterov) X(adagrad) X(rmsprop) X(adadelta) X(adam) X(adamw) X(adamax) X(nadam) X(rprop) X(lbfgs)

#define DECLARE(name) extern const glia__optim_class glia__optim_##name;
OPTIMIZERS(DECLARE)
#undef DECLARE

static const glia__optim_class *const classes[] = {
#define ENTRY(name) &glia__optim_##name,
    OPTIMIZERS(ENTRY)
#undef ENTRY
};
enum { COUNT = sizeof classes / sizeof *classes };

size_t glia__optim_count(void)
{
    return COUNT;
}

const glia__optim_class *glia__optim_at(size_t i)
{
    return classes[i];
}

glia_status glia__optim_parse(glia__optim *o, const char *text)
{
    const glia__named *names[COUNT];
    glia__optim        made = {0};
    size_t             which;
    for (size_t i = 0; i < COUNT; i++) names[i] = &classes[i]->named;
    GLIA_TRY(glia__phrase_read("optimizer", "optimizer", text ? text : "adam", names, COUNT, &which, made.set));
    made.class = classes[which];
    made.rate = made.class->whole ? 1 : number(&made, LR);
    made.decay_bias = made.set[DECAY_BIAS].yes;
    made.keeps_momentum = made.class->momentum && number(&made, made.class->momentum) > 0;
    made.slots = made.class->slots(&made);
    if (made.class->check && made.class->check(&made) != GLIA_OK)
        return glia__fail_at(GLIA_E_TEXT, "optimizer:1:1: %s", made.class->named.name);
    *o = made;
    return GLIA_OK;
}

bool glia__optim_is_plain(const glia__optim *o)
{
    return o->class->plain && o->slots == 0 && number(o, WEIGHT_DECAY) == 0;
}

double glia__optim_start(const glia__optim *o, size_t slot)
{
    return o->class->start ? o->class->start(o, slot) : 0;
}

void glia__optim_advance(glia__optim *o)
{
    o->steps++;
    if (o->class->advance) o->class->advance(o);
}

double glia__optim_decay(const glia__optim *o)
{
    return number(o, WEIGHT_DECAY);
}

bool glia__optim_has_momentum(const glia__optim *o)
{
    return o->keeps_momentum;
}

void glia__optim_set_momentum(glia__optim *o, double momentum)
{
    if (glia__optim_has_momentum(o)) o->set[o->class->momentum].number = momentum;
}

static bool is_constant(const glia__schedule *s)
{
    return s->class == glia__schedule_at(0) && s->set[GLIA__WARMUP].number == 0;
}

glia_status glia__optim_suits(const glia__optim *o, const glia__schedule *schedule)
{
    const char *name = o->class->named.name, *other = schedule->class->named.name;
    if ((o->class->own_rate || o->class->whole) && !is_constant(schedule))
        return glia__fail(GLIA_E_TEXT, "schedule: %s finds the size of its steps itself, so no schedule goes with it",
                          name);
    const glia__value *moves = &schedule->set[schedule->class->moves];
    if (schedule->class->momentum && moves->given && moves->yes && !glia__optim_has_momentum(o))
        return glia__fail(GLIA_E_TEXT, "schedule: %s is to move the momentum, and %s has none", other, name);
    return GLIA_OK;
}
