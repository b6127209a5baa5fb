/* The doctor's sentences: their pieces, and the list of findings, worst first. */
#include "train/doctor/says.h"

const char *glia__say_layer(char text[64], const glia__layer *l)
{
    if (l->number == SIZE_MAX)
        snprintf(text, 64, "%s", l->class->named.name);
    else
        snprintf(text, 64, "layer %zu (%s)", l->number, l->class->named.name);
    return text;
}

const char *glia__say_column(char text[96], const glia__doctor *d, size_t column)
{
    const char *name = d->p.m->column_names ? d->p.m->column_names[column] : NULL;
    if (name && *name)
        snprintf(text, 96, "column %zu (%s)", column + 1, CUT(name));
    else
        snprintf(text, 96, "column %zu", column + 1);
    return text;
}

const char *glia__say_others(const glia__doctor *d, glia__measure *of, double least, const glia__layer *worst,
                             char text[128])
{
    size_t n = 0;
    text[0] = 0;
    for (size_t i = 0; i < d->p.m->n_layers && n < 100; i++) {
        const glia__vitals *v = &d->vitals[i];
        if (v->l == worst || !(of(d, v) >= least)) continue;
        n += (size_t)snprintf(text + n, 128 - n, "%s%zu", n ? ", " : "; likewise layers ", v->l->number);
    }
    return text;
}

const glia__vitals *glia__worst_layer(const glia__doctor *d, glia__measure *of)
{
    const glia__vitals *worst = &d->vitals[0];
    for (size_t i = 1; i < d->p.m->n_layers; i++)
        if (of(d, &d->vitals[i]) > of(d, worst) || isnan(of(d, worst))) worst = &d->vitals[i];
    return worst;
}

const char *glia__say_worth(char text[128], const glia__doctor *d)
{
    const glia__worth *w = &d->worth;
    if (glia__has_classes(d))
        snprintf(text, 128, "accuracy %s %%, where always naming the most frequent class gives %s %%",
                 PERCENT(w->accuracy), PERCENT(w->majority));
    else
        snprintf(text, 128, "R2 %s, where always answering the mean gives 0", DIGITS(w->r2));
    return text;
}

void glia__finding_suggest(const glia__doctor *d, glia_finding *f, const char *otherwise)
{
    if (isnan(d->suggested))
        SAY(f->cure, "%s", otherwise);
    else
        SAY(f->cure, "try lr=%s, which a range test from the same start suggests", DIGITS(d->suggested));
}

/* ---- the list ---------------------------------------------------------------------------------------------------- */

static const glia__complaint *const tables[] = {glia__complaints_of_data, glia__complaints_of_net,
                                                glia__complaints_of_run};
enum { TABLES = sizeof tables / sizeof *tables };

size_t glia__complaints_count(void)
{
    size_t count = 0;
    for (size_t t = 0; t < TABLES; t++)
        for (const glia__complaint *c = tables[t]; c->kind; c++) count++;
    return count;
}

/* Worst first; equals in the order of the tables. */
static void insert(glia_finding *list, size_t count, const glia_finding *f)
{
    size_t at = count;
    for (; at > 0 && list[at - 1].severity < f->severity; at--) list[at] = list[at - 1];
    list[at] = *f;
}

size_t glia__complain(const glia__doctor *d, glia_finding *findings)
{
    size_t count = 0;
    for (size_t t = 0; t < TABLES; t++)
        for (const glia__complaint *c = tables[t]; c->kind; c++) {
            glia_finding f = {.kind = c->kind, .layer = GLIA_NO_LAYER};
            if (!c->holds(d, &f)) continue;
            if (!*f.cure) SAY(f.cure, "%s", c->cure);
            insert(findings, count++, &f);
        }
    return count;
}
