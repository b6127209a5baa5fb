/* Prediction of single rows, at the price of the arithmetic: glia.h, section 5. What is between the user's row and the
 * net (scaling, the order of images) and between the net and an answer is done here; the net is model/compiled.h. */
#include "ground/memory.h"
#include "model/compiled.h"
#include "train/answers.h"

#include <string.h>

struct glia_predictor {
    glia__compiled     net;
    const glia__layer *reader; /* of its layers, that takes words; or NULL */
    glia__scaler       scale;  /* its pairs lie as memory has the row */
    glia__scaler       units;
    glia__outcome      outcome;
};

/* ---- making ------------------------------------------------------------------------------------------------------ */

/* The pairs of a scaler in the order in which memory has rows of this shape. */
static glia_status copy_scaler(glia__scaler *to, const glia__scaler *from, const glia__shape *rows)
{
    double *pairs = glia__new(from->columns, 2 * sizeof *pairs), *shift = pairs, *scale = pairs + from->columns;
    if (!pairs) return GLIA_E_MEMORY;
    for (size_t i = 0; i < from->columns; i++) {
        size_t at = rows ? glia__place_in_memory(rows, i) : i;
        shift[at] = from->shift[i];
        scale[at] = from->scale[i];
    }
    glia_status status = glia__scaler_make(to, from->how, from->columns, shift, scale);
    glia__free(pairs);
    return status;
}

static glia_status make(glia_predictor *p, const glia_model *m)
{
    GLIA_TRY(glia__compiled_new(&p->net, m));
    p->reader = glia__layers_reader(p->net.layers, p->net.n_layers);
    p->outcome = glia__outcome_of_model(m);
    GLIA_TRY(copy_scaler(&p->scale, &m->scale, &m->in));
    return copy_scaler(&p->units, &m->target_scale, NULL);
}

glia_status glia_predictor_new(glia_predictor **predictor, const glia_model *model)
{
    if (!predictor || !model) return glia__fail(GLIA_E_ARG, "glia_predictor_new: a place and a model are needed");
    *predictor = NULL;
    if (!glia__model_last(model)) return glia__fail(GLIA_E_ARG, "glia_predictor_new: the net has no layers");
    glia_predictor *p = glia__new(1, sizeof *p);
    if (!p) return GLIA_E_MEMORY;
    glia_status status = make(p, model);
    if (status == GLIA_OK)
        *predictor = p;
    else
        glia_predictor_free(p);
    return status;
}

void glia_predictor_free(glia_predictor *p)
{
    if (!p) return;
    glia__compiled_clear(&p->net);
    glia__scaler_clear(&p->scale);
    glia__scaler_clear(&p->units);
    glia__free(p);
}

/* ---- what it is -------------------------------------------------------------------------------------------------- */

size_t glia_predictor_inputs(const glia_predictor *predictor)
{
    return predictor ? predictor->net.n_in : 0;
}

size_t glia_predictor_outputs(const glia_predictor *predictor)
{
    return predictor ? predictor->net.n_out : 0;
}

/* Answers that are no outputs as they are, in double, come after the net's room. */
static size_t answers_room(const glia_predictor *p)
{
    enum { REALS = sizeof(double) / sizeof(real) };
    return p->outcome == GLIA__AS_THEY_ARE ? 0 : glia__whole_lines(p->net.n_out * REALS);
}

size_t glia_predictor_room(const glia_predictor *predictor)
{
    return predictor ? GLIA__LINE - 1 + predictor->net.room + answers_room(predictor) : 0;
}

/* ---- a row ------------------------------------------------------------------------------------------------------- */

/* x scaled, and as memory has it. */
static void take_row(const glia_predictor *p, const real *x, real *to)
{
    bool turned = glia__shape_turned(&p->net.in), scaled = p->scale.how != GLIA__SCALE_NONE;
    if (turned || !scaled) glia__rows_in_memory(&p->net.in, 1, x, to);
    if (scaled) glia__scale_reals(&p->scale, p->net.n_in, turned ? to : x, to);
}

static void give_answers(const glia_predictor *p, const real *from, double *answers, real *y)
{
    if (p->outcome == GLIA__AS_THEY_ARE) {
        glia__rows_spoken(&p->net.out, 1, from, y);
        return;
    }
    glia__outcome_take(p->outcome, &p->units, &p->net.out, 1, from, answers);
    for (size_t j = 0; j < p->net.n_out; j++) y[j] = (real)answers[j];
}

/* The first line that begins in the caller's room. */
static real *first_line(real *room)
{
    enum { BYTES = 64 };
    return room + (BYTES - (uintptr_t)room % BYTES) % BYTES / sizeof *room;
}

glia_status glia_predictor_run(const glia_predictor *predictor, const glia_real *x, glia_real *y, glia_real *room)
{
    const glia_predictor *p = predictor;
    if (!p || !x || !y || !room)
        return glia__fail(GLIA_E_ARG, "glia_predictor_run: a predictor, a row, a place and room are needed");
    GLIA_TRY(glia__check_words(p->reader, "glia_predictor_run", x, p->net.n_in, 1));
    room = first_line(room);
    take_row(p, x, room + p->net.x);
    glia__compiled_run(&p->net, room);
    give_answers(p, room + p->net.y, (double *)(void *)(room + p->net.room), y);
    return GLIA_OK;
}
