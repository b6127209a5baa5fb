/* Augmentation: from the text to changed images. See augment.h; what can be done is the table in augment_kinds.c. */
#include "data/augment.h"

#include <string.h>

#include "data/augment_kinds.h"
#include "ground/memory.h"

size_t glia__augment_count(void)
{
    return glia__change_kinds_count;
}

const glia__named *glia__augment_at(size_t i)
{
    return i < glia__change_kinds_count ? &glia__change_kinds[i].named : NULL;
}

/* ---- the text --------------------------------------------------------------------------------------------------- */

enum { KINDS_MOST = 32 };

static glia_status place_at(const glia__text_at *where, const char *at, const char *name)
{
    size_t line, column;
    glia__text_place(where->text, at, &line, &column);
    return glia__fail_at(GLIA_E_TEXT, "%s:%zu:%zu%s%s", where->what, line, column, name ? ": " : "", name ? name : "");
}

/* Reads [begin, end) into the next change. */
static glia_status add_change(glia__augment *a, const glia__text_at *where, const char *begin, const char *end)
{
    const glia__named *names[KINDS_MOST];
    size_t             count = glia__augment_count(), which;
    const char        *rest;
    for (size_t i = 0; i < count; i++) names[i] = glia__augment_at(i);
    GLIA_TRY(glia__phrase_name(where, begin, end, names, count, "augmentation", &which, &rest));
    GLIA_TRY(glia__grow(&a->change, &a->space, a->count + 1, sizeof *a->change));
    glia__change *c = &a->change[a->count];
    *c = (glia__change){.kind = &glia__change_kinds[which],
                        .purpose = GLIA__CHANCE_AUGMENT + GLIA__CHANGE_STREAMS * (uint32_t)a->count};
    a->count++;
    GLIA_TRY(glia__phrase_settings(where, rest, end, names[which], c->set));
    c->share = c->set[glia__settings_count(names[which]) - 1].number;
    glia_status status = c->kind->prepare ? c->kind->prepare(a, c) : GLIA_OK;
    return status == GLIA_E_TEXT ? place_at(where, begin, names[which]->name) : status;
}

static glia_status read_text(glia__augment *a, const char *text)
{
    const glia__text_at where = {"augment", text, text + strlen(text)};
    const char         *at = text;
    for (glia__phrase p = {0}; glia__phrase_next(&at, where.end, &p);) {
        if (p.begin < p.end) {
            GLIA_TRY(add_change(a, &where, p.begin, p.end));
        } else if (p.before == ',' && p.after == ',') {
            glia__fail(GLIA_E_TEXT, "there is no augmentation before this comma");
            return place_at(&where, p.begin, NULL);
        }
    }
    return a->count ? GLIA_OK : add_change(a, &where, where.end, where.end); /* which says what there is */
}

/* ---- room ------------------------------------------------------------------------------------------------------- */

static glia_status make_room(glia__augment *a, unsigned workers)
{
    size_t numbers = a->n, need;
    for (size_t i = 0; i < a->count; i++) {
        const glia__elastic *e = &a->change[i].elastic;
        if (!glia__elastic_room(e, &a->extent, &need)) need = SIZE_MAX; /* which the allocation refuses */
        if (e->taps && need > numbers) numbers = need;
    }
    if (!(a->room = glia__new(workers, sizeof *a->room))) return GLIA_E_MEMORY;
    for (a->workers = 0; a->workers < workers; a->workers++) {
        glia__augment_room *room = &a->room[a->workers];
        GLIA_TRY(glia__warp_new(&room->warp, &a->extent));
        room->numbers = glia__new_aligned(numbers, sizeof *room->numbers);
        if (!room->numbers) {
            glia__warp_clear(&room->warp);
            return GLIA_E_MEMORY;
        }
    }
    return GLIA_OK;
}

glia_status glia__augment_new(glia__augment **augment, const char *text, const glia__extent *extent, bool bytes,
                              unsigned workers)
{
    glia__augment *a = glia__new(1, sizeof *a);
    *augment = NULL;
    if (!a) return GLIA_E_MEMORY;
    a->extent = *extent;
    a->n = extent->channels * extent->height * extent->width;
    a->bytes = bytes;
    a->unit = bytes ? 255 : 1;
    glia_status status = read_text(a, text);
    if (status == GLIA_OK) status = make_room(a, workers);
    if (status == GLIA_OK)
        *augment = a;
    else
        glia__augment_free(a);
    return status;
}

void glia__augment_free(glia__augment *a)
{
    if (!a) return;
    for (unsigned i = 0; i < a->workers; i++) {
        glia__warp_clear(&a->room[i].warp);
        glia__free_aligned(a->room[i].numbers);
    }
    for (size_t i = 0; i < a->count; i++) glia__elastic_clear(&a->change[i].elastic);
    glia__free(a->room);
    glia__free(a->change);
    glia__free(a);
}

/* ---- an image --------------------------------------------------------------------------------------------------- */

/* Whether the change is done to this image, and its amounts. */
static bool draw(const glia__augment_job *j, const glia__change *c, double u[GLIA__AMOUNTS])
{
    uint32_t words[1 + GLIA__AMOUNTS];
    glia__chance_words(j->chance, c->purpose, j->row, 1 + GLIA__AMOUNTS, words);
    for (size_t i = 0; i < GLIA__AMOUNTS; i++) u[i] = words[1 + i] * 0x1p-32;
    return words[0] * 0x1p-32 < c->share;
}

/* Moves first .. end-1, traced back from the last, in one resampling. */
static void move(const glia__augment_job *j, size_t first, size_t end)
{
    const glia__augment *a = j->augment;
    double               u[GLIA__AMOUNTS];
    bool                 any = false;
    glia__warp_begin(&j->room->warp);
    for (size_t i = end; i-- > first;) {
        if (!draw(j, &a->change[i], u)) continue;
        a->change[i].kind->move(j, &a->change[i], u);
        any = true;
    }
    if (any) glia__warp_end(&j->room->warp, j->image);
}

void glia__augment_image(const glia__augment *a, unsigned worker, const glia__chance *chance, size_t row, real *image)
{
    const glia__augment_job j = {a, &a->room[worker], chance, row, image};
    double                  u[GLIA__AMOUNTS];
    for (size_t i = 0, end; i < a->count; i = end) {
        const glia__change *c = &a->change[i];
        for (end = i; end < a->count && a->change[end].kind->move; end++) continue;
        if (end > i) {
            move(&j, i, end);
        } else {
            if (draw(&j, c, u)) c->kind->paint(&j, c, u);
            end = i + 1;
        }
    }
}

/* ---- one row, for people ---------------------------------------------------------------------------------------- */

glia_status glia_data_augment(const glia_data *data, const char *text, uint32_t seed, size_t epoch, size_t row,
                              glia_real *out)
{
    glia__augment *a = NULL;
    if (!data || !out) return glia__fail(GLIA_E_ARG, "glia_data_augment: data and a place for the row are needed");
    if (row >= data->rows || epoch == 0 || epoch > UINT32_MAX)
        return glia__fail(GLIA_E_ARG, "glia_data_augment: there is no row %zu in epoch %zu", row, epoch);
    if (!data->image && text)
        return glia__fail(GLIA_E_SHAPE, "%s: its rows are no images, and only those can be augmented", data->name);
    const glia__extent extent = {data->channels, data->height, data->width};
    if (text) GLIA_TRY(glia__augment_new(&a, text, &extent, glia__data_is_bytes(data), 1));
    const size_t       stored = glia__data_stored(data, row);
    const glia__chance chance = {.seed = seed, .epoch = (uint32_t)epoch, .row = &stored};
    for (size_t i = 0; i < data->columns; i++) out[i] = (real)glia_data_input(data, row, i);
    if (a) glia__augment_image(a, 0, &chance, 0, out);
    glia__augment_free(a);
    return GLIA_OK;
}
