/* A compiled net as it runs: a list of steps, constants that nobody writes to any more, and the caller's room.
 *
 * Each layer that is left is a step. Activations work in place where nobody else reads what they change. A layer whose
 * forward needs more than x and y is copied to the caller's stack, and the copy is given its places in the room.
 * Numbers that do not live at the same time share a place. */
#include "model/compiled.h"

#include <string.h>

#include "ground/memory.h"

/* ---- the run ----------------------------------------------------------------------------------------------------- */

void glia__compiled_run(const glia__compiled *c, real *room)
{
    for (size_t i = 0; i < c->n_steps; i++) c->steps[i].run(&c->steps[i], room);
}

static void run_apply(const glia__compiled_step *s, real *room)
{
    s->l->class->apply(s->l, 1, room + s->x[0], room + s->y);
}

static void run_layer(const glia__compiled_step *s, real *room)
{
    glia__layer l = *s->l;
    for (int k = 0; k < l.inputs; k++) l.input[k].x = room + s->x[k];
    l.x = l.input[0].x;
    l.y = room + s->y;
    if (!l.kept) l.kept = room + s->kept;
    l.class->forward(&l, &(glia__part){.rows = 1, .end = 1, .work = room + s->work});
}

/* ---- constants --------------------------------------------------------------------------------------------------- */

/* The next numbers of the block; NULL while it only counts. */
typedef struct block {
    real  *numbers;
    size_t at;
} block;

static real *next(block *b, size_t numbers)
{
    real *place = b->numbers ? b->numbers + b->at : NULL;
    b->at += glia__whole_lines(numbers);
    return place;
}

/* What a layer prepares from its weights is kept among the constants, what it keeps else in the room. */
static void place_layer(block *b, glia__layer *l)
{
    for (int j = 0; j < l->params; j++) {
        real *value = next(b, l->param[j].room);
        if (value) l->param[j].value = memcpy(value, l->param[j].value, l->param[j].room * sizeof *value);
    }
    if (!l->class->prepare) return;
    l->kept = next(b, l->keeps);
    if (l->kept) l->class->prepare(l, 0, 1);
}

static void place_constants(const glia__compiled *c, block *b)
{
    for (size_t i = 0; i < c->n_steps; i++) place_layer(b, &c->layers[c->steps[i].l - c->layers]);
}

static glia_status make_constants(glia__compiled *c)
{
    block b = {0};
    place_constants(c, &b);
    if (!(c->constants = b.numbers = glia__new_aligned(b.at, sizeof *b.numbers))) return GLIA_E_MEMORY;
    b.at = 0;
    place_constants(c, &b);
    return GLIA_OK;
}

/* ---- the room ---------------------------------------------------------------------------------------------------- */

/* Numbers that live from one step to another, and where. */
typedef struct value {
    size_t numbers, first, last, place;
    size_t readers; /* still to come */
} value;

typedef struct layout {
    const glia__draft *d;
    value             *values;
    size_t             count;
    size_t            *of; /* [n_layers]: which value a layer gives */
} layout;

/* A new value of step `step`; its number. */
static size_t add(layout *o, size_t numbers, size_t step)
{
    o->values[o->count] = (value){.numbers = glia__whole_lines(numbers), .first = step, .last = step};
    return o->count++;
}

static size_t value_of(const layout *o, size_t from)
{
    size_t source = glia__draft_source(o->d, from);
    return source == SIZE_MAX ? 0 : o->of[source];
}

/* Takes places in steps for numbers of values, until these have places. */
static void plan_step(layout *o, size_t step)
{
    const glia__compiled *c = o->d->c;
    glia__compiled_step  *s = &c->steps[step];
    const glia__layer    *l = s->l;
    for (int k = 0; k < l->inputs; k++) {
        value *x = &o->values[s->x[k] = value_of(o, l->input[k].from)];
        x->last = step;
        x->readers--;
    }
    bool in_place = l->class->in_place && o->values[s->x[0]].readers == 0;
    s->y = in_place ? s->x[0] : add(o, l->n_out, step);
    s->kept = add(o, l->class->prepare ? 0 : l->keeps, step);
    s->work = add(o, l->works, step);
    o->of[l - c->layers] = s->y;
    o->values[s->y].readers = glia__draft_readers(o->d, (size_t)(l - c->layers));
}

static bool meet(const value *a, const value *b)
{
    bool at_once = a->first <= b->last && b->first <= a->last;
    return at_once && b->numbers && a->place < b->place + b->numbers && b->place < a->place + a->numbers;
}

/* The first place where it meets none of those before it. */
static void find_place(layout *o, size_t i)
{
    value *v = &o->values[i];
    for (size_t j = 0; j < i;) {
        if (!meet(v, &o->values[j])) {
            j++;
            continue;
        }
        v->place = o->values[j].place + o->values[j].numbers;
        j = 0;
    }
    if (o->d->c->room < v->place + v->numbers) o->d->c->room = v->place + v->numbers;
}

/* Places for values: in the steps stand their numbers so far. */
static void settle_places(layout *o)
{
    glia__compiled *c = o->d->c;
    for (size_t i = 0; i < o->count; i++) find_place(o, i);
    for (size_t i = 0; i < c->n_steps; i++) {
        glia__compiled_step *s = &c->steps[i];
        for (int k = 0; k < s->l->inputs; k++) s->x[k] = o->values[s->x[k]].place;
        s->y = o->values[s->y].place;
        s->kept = o->values[s->kept].place;
        s->work = o->values[s->work].place;
    }
    c->x = o->values[c->x].place;
    c->y = o->values[c->y].place;
}

static void lay_out(layout *o)
{
    glia__compiled *c = o->d->c;
    c->x = add(o, c->n_in, 0);
    o->values[c->x].readers = glia__draft_readers(o->d, SIZE_MAX);
    for (size_t i = 0; i < c->n_steps; i++) plan_step(o, i);
    c->y = value_of(o, c->n_layers - 1); /* of the last step: all others are read */
    settle_places(o);
}

static glia_status make_room(const glia__draft *d)
{
    enum { OF_STEP = 3 };
    const glia__compiled *c = d->c;
    layout                o = {.d = d, .of = glia__new(c->n_layers, sizeof *o.of)};
    o.values = glia__new(1 + OF_STEP * c->n_steps, sizeof *o.values);
    glia_status status = o.of && o.values ? GLIA_OK : GLIA_E_MEMORY;
    if (status == GLIA_OK) lay_out(&o);
    glia__free(o.of);
    glia__free(o.values);
    return status;
}

/* ---- the plan ---------------------------------------------------------------------------------------------------- */

static void add_step(glia__compiled *c, const glia__layer *l)
{
    c->steps[c->n_steps++] = (glia__compiled_step){.l = l, .run = l->class->apply ? run_apply : run_layer};
}

glia_status glia__compiled_plan(const glia__draft *d)
{
    glia__compiled *c = d->c;
    if (!(c->steps = glia__new(c->n_layers, sizeof *c->steps))) return GLIA_E_MEMORY;
    for (size_t i = 0; i < c->n_layers; i++)
        if (!d->gone[i] && !glia__is_input(&c->layers[i])) add_step(c, &c->layers[i]);
    GLIA_TRY(make_constants(c));
    return make_room(d);
}
