/* Passes: windows of an order, read ahead. A window's rows lie in memory in the order in which they are used. To read
 * them they are sorted by their place in the file, and what is near together is read at once.
 *
 * One thread is made for each window that is read ahead, and joined before the window is used: nothing else is shared.
 */
#include "data/pass.h"

#include <assert.h>
#include <pthread.h>
#include <string.h>

#include "data/keyed.h"
#include "ground/memory.h"

enum { GAP = 1 << 16 }; /* bytes of a file that are sooner read than left out */

typedef struct window {
    struct glia__windows *of;
    size_t                begin, end; /* of the order */
    unsigned char        *rows;       /* [room][size] */
    bool                  reading;    /* by a thread  */
    pthread_t             thread;
    glia_status           status;
    char                  sentence[512]; /* where that is a failure */
} window;

typedef struct glia__windows {
    const glia_data   *data;
    const glia__store *store;
    const size_t      *order; /* rows of the data; NULL: as they stand */
    size_t             n;     /* of the order */
    size_t             room;  /* rows of a window, at most */
    size_t             size;  /* bytes of a row            */
    bool               ahead;
    window             window[2];
    unsigned           now; /* which of them is in use; the other one comes after it */
    /* of whoever reads: one at a time */
    glia__keyed   *place, *spare; /* [room]: by the row in the file, where in its window it goes */
    unsigned char *raw;           /* [raw_rows] of the file */
    size_t         raw_rows;
    unsigned char *turned; /* room for a row */
} glia__windows;

/* ---- making and freeing ----------------------------------------------------------------------------------------- */

static glia_status make_room(glia__pass *p, size_t batch)
{
    glia__windows *w = p->windows;
    const size_t   raw = glia__store_raw_size(w->store), block = glia__sizes_now.block;
    w->raw_rows = raw < block ? block / raw : 1;
    p->row = glia__new(batch, sizeof *p->row);
    w->place = glia__new(w->room, sizeof *w->place);
    w->spare = glia__new(w->room, sizeof *w->spare);
    w->raw = glia__new_aligned(w->raw_rows, raw);
    w->turned = glia__new_aligned(1, w->size);
    if (!p->row || !w->place || !w->spare || !w->raw || !w->turned) return GLIA_E_MEMORY;
    for (int i = 0; i < 1 + w->ahead; i++)
        if (!(w->window[i].rows = glia__new_aligned(w->room, w->size))) return GLIA_E_MEMORY;
    return GLIA_OK;
}

/* Windows are those of the order that is drawn by blocks; and large enough for a batch to lie in two at most, though
 * one of them may be shorter by a block. */
static size_t room_for(const glia_data *d, size_t batch, bool ahead)
{
    const size_t block = glia__data_block(d), usual = block * glia__sizes_now.blocks;
    const size_t room = (batch + block + usual - 1) / usual * usual, most = d->rows > batch ? d->rows : batch;
    return ahead ? (room < most ? room : most) : batch;
}

glia_status glia__pass_new(glia__pass **pass, const glia_data *data, size_t batch, bool ahead)
{
    *pass = NULL;
    if (!data->store) return GLIA_OK;
    glia__pass    *p = glia__new(1, sizeof *p);
    glia__windows *w = p ? glia__new(1, sizeof *w) : NULL;
    if (!w) {
        glia__free(p);
        return GLIA_E_MEMORY;
    }
    p->windows = w;
    *w = (glia__windows){.data = data, .store = data->store, .size = glia__store_row_size(data->store), .ahead = ahead};
    w->room = room_for(data, batch, ahead);
    w->window[0].of = w->window[1].of = w;
    glia_status status = make_room(p, batch);
    if (status == GLIA_OK)
        *pass = p;
    else
        glia__pass_free(p);
    return status;
}

static void join(window *w)
{
    if (w->reading) pthread_join(w->thread, NULL);
    w->reading = false;
}

void glia__pass_free(glia__pass *p)
{
    if (!p) return;
    glia__windows *w = p->windows;
    for (int i = 0; i < 2; i++) {
        join(&w->window[i]);
        glia__free_aligned(w->window[i].rows);
    }
    glia__free(w->place);
    glia__free(w->spare);
    glia__free_aligned(w->raw);
    glia__free_aligned(w->turned);
    glia__free(w);
    glia__free(p->row);
    glia__free(p);
}

/* ---- reading a window ------------------------------------------------------------------------------------------- */

static size_t row_at(const glia__windows *w, size_t at)
{
    return w->order ? w->order[at] : at;
}

static void list_places(glia__windows *w, const window *at, size_t n)
{
    bool   sorted = true;
    size_t last = 0;
    for (size_t i = 0; i < n; i++) {
        const size_t stored = glia__data_stored(w->data, row_at(w, at->begin + i));
        sorted = sorted && stored >= last;
        last = stored;
        w->place[i] = (glia__keyed){stored, i};
    }
    if (!sorted) glia__keyed_sort(w->place, w->spare, n);
}

/* How many of n places, from the first on, are read at once. */
static size_t near_enough(const glia__windows *w, const glia__keyed *list, size_t n)
{
    const size_t raw = glia__store_raw_size(w->store), gap = raw < GAP ? GAP / raw : 1;
    size_t       i = 1;
    while (i < n && list[i].key - list[0].key < w->raw_rows && list[i].key - list[i - 1].key <= gap) i++;
    return i;
}

static glia_status read_places(const glia__windows *w, const glia__keyed *list, size_t n, unsigned char *rows)
{
    const size_t raw = glia__store_raw_size(w->store), first = list[0].key;
    GLIA_TRY(glia__store_read(w->store, first, list[n - 1].key - first + 1, w->raw));
    for (size_t i = 0; i < n; i++)
        glia__store_row(w->store, w->raw + (list[i].key - first) * raw, rows + list[i].row * w->size, w->turned);
    return GLIA_OK;
}

static glia_status read_window(window *at)
{
    glia__windows *w = at->of;
    const size_t   n = at->end - at->begin;
    list_places(w, at, n);
    for (size_t i = 0, more; i < n; i += more) {
        more = near_enough(w, w->place + i, n - i);
        GLIA_TRY(read_places(w, w->place + i, more, at->rows));
    }
    return GLIA_OK;
}

/* Keeps the sentence, which is the thread's. */
static void *fill(void *context)
{
    window *at = context;
    at->status = read_window(at);
    if (at->status != GLIA_OK) {
        strncpy(at->sentence, glia_error(), sizeof at->sentence - 1);
        at->sentence[sizeof at->sentence - 1] = '\0';
    }
    return NULL;
}

static glia_status settle(window *at)
{
    join(at);
    return at->status == GLIA_OK ? GLIA_OK : glia__fail(at->status, "%s", at->sentence);
}

/* ---- from window to window -------------------------------------------------------------------------------------- */

/* The end of the window that begins at `begin`. A window with the last block of all rows, which is smaller than the
 * others, is smaller by as much: so windows keep to those of glia__order_draw. */
static size_t end_of(const glia__windows *w, size_t begin)
{
    const size_t rows = w->data->rows, block = glia__data_block(w->data), blocks = (rows + block - 1) / block;
    const size_t last = (blocks - 1) * block, lacks = blocks * block - rows;
    if (w->n - begin <= w->room) return w->n;
    for (size_t i = begin; lacks > 0 && i < begin + w->room; i++)
        if (row_at(w, i) >= last) return begin + w->room - lacks;
    return begin + w->room;
}

static bool has(const window *w, size_t at)
{
    return at >= w->begin && at < w->end;
}

static void set(window *at, size_t begin)
{
    at->begin = begin;
    at->end = begin < at->of->n ? end_of(at->of, begin) : begin;
    at->status = GLIA_OK;
}

static void read_ahead(window *next, size_t begin)
{
    set(next, begin);
    if (next->begin == next->end) return;
    next->reading = pthread_create(&next->thread, NULL, fill, next) == 0;
    if (!next->reading) fill(next);
}

/* The window that has a place of the order, from the beginning: after a jump. */
static void jump_to(window *now, size_t at)
{
    set(now, 0);
    while (!has(now, at)) set(now, now->end);
    fill(now);
}

/* Makes the window that has that place the one in use. */
static glia_status turn_to(glia__windows *w, size_t at)
{
    if (!has(&w->window[w->now], at)) {
        join(&w->window[!w->now]);
        if (has(&w->window[!w->now], at))
            w->now = !w->now;
        else
            jump_to(&w->window[w->now], at);
        if (w->ahead) read_ahead(&w->window[!w->now], w->window[w->now].end);
    }
    return settle(&w->window[w->now]);
}

static void forget(glia__windows *w)
{
    for (int i = 0; i < 2; i++) {
        join(&w->window[i]);
        w->window[i].begin = w->window[i].end = 0;
    }
}

void glia__pass_begin(glia__pass *p, const size_t *order, size_t n)
{
    if (!p) return;
    forget(p->windows);
    p->windows->order = order;
    p->windows->n = n;
}

/* Places at .. at + count - 1 of the order. */
static glia_status take(glia__pass *p, size_t at, size_t count)
{
    glia__windows *w = p->windows;
    GLIA_TRY(turn_to(w, at));
    const window *now = &w->window[w->now], *next = &w->window[!w->now];
    if (at + count > now->end) GLIA_TRY(settle(&w->window[!w->now]));
    assert(at + count <= now->end || at + count <= next->end);
    for (size_t i = 0; i < count; i++) {
        const window *of = at + i < now->end ? now : next;
        p->row[i] = of->rows + (at + i - of->begin) * w->size;
    }
    return GLIA_OK;
}

glia_status glia__pass_take(glia__pass *p, const size_t *rows, size_t count)
{
    if (!p) return GLIA_OK;
    glia__windows *w = p->windows;
    if (rows && w->order && rows >= w->order && rows < w->order + w->n)
        return take(p, (size_t)(rows - w->order), count);
    glia__pass_begin(p, rows, count);
    glia_status status = take(p, 0, count);
    w->order = NULL; /* whoever comes next may have the same list with other rows in it */
    w->n = 0;
    return status;
}

/* ---- all rows --------------------------------------------------------------------------------------------------- */

static glia_status each_on_disk(const glia_data *d, glia__visit *f, void *context)
{
    enum { AT_ONCE = 64 };
    glia__pass *p;
    GLIA_TRY(glia__pass_new(&p, d, AT_ONCE, true));
    glia__pass_begin(p, NULL, d->rows);
    glia_status status = GLIA_OK;
    for (size_t r = 0; status == GLIA_OK && r < d->rows; r += AT_ONCE) {
        const size_t count = d->rows - r < AT_ONCE ? d->rows - r : AT_ONCE;
        status = take(p, r, count);
        for (size_t i = 0; status == GLIA_OK && i < count; i++) f(context, r + i, p->row[i]);
    }
    glia__pass_free(p);
    return status;
}

glia_status glia__data_each(const glia_data *d, glia__visit *f, void *context)
{
    if (d->store) return each_on_disk(d, f, context);
    for (size_t r = 0; r < d->rows; r++) f(context, r, glia__data_row(d, glia__data_stored(d, r)));
    return GLIA_OK;
}
