/* What is asked of rows: their class; or, where there are several targets that are yes or no, each of these, as two
 * classes. Of numbers to be predicted nothing is asked. */
#include "data/look/look.h"
#include "ground/memory.h"

static size_t count_questions(const glia_data *d)
{
    if (d->target == GLIA_TARGET_CLASSES) return 1;
    return d->target == GLIA_TARGET_NUMBERS && d->yesno ? d->target_columns : 0;
}

glia_status glia__look_list_questions(glia__look *l)
{
    const glia_data *d = l->train.data;
    l->questions = count_questions(d);
    l->question = glia__new(l->questions, sizeof *l->question);
    l->tell = glia__new(l->columns, l->questions * sizeof *l->tell);
    if (!l->question || !l->tell) return GLIA_E_MEMORY;
    for (size_t i = 0; i < l->columns; i++) l->column[i].tell = l->tell + i * l->questions;
    for (size_t j = 0; j < l->questions; j++) {
        glia__look_question *q = &l->question[j];
        *q = (glia__look_question){.target = j, .count = d->target == GLIA_TARGET_CLASSES ? d->n_classes : 2};
        if (!(q->rows = glia__new(q->count, sizeof *q->rows))) return GLIA_E_MEMORY;
    }
    return GLIA_OK;
}

void glia__look_clear_questions(glia__look *l)
{
    for (size_t j = 0; l->question && j < l->questions; j++) glia__free(l->question[j].rows);
    glia__free(l->question);
    glia__free(l->tell);
}

void glia__look_count_classes(glia__look *l)
{
    for (size_t j = 0; j < l->questions; j++) {
        glia__look_question *q = &l->question[j];
        for (size_t row = 0; row < l->rows; row++) q->rows[glia__look_class(l, q, row)]++;
        for (size_t k = 0; k < q->count; k++) q->classes += q->rows[k] > 0;
    }
}
