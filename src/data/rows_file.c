/* The file of rows, in the byte order and the width of real of the machine that made it:
 *
 *   64 bytes   magic, version, bytes of a number, numbers of a row; zeros
 *   the rows   each as its numbers, NaN for a gap, a word as its number in the list of its column
 *   the tail   columns, words, names, targets, weights, groups, times, in the order of `describe`, which writes and
 * reads it 64 bytes   rows, where the tail begins, its hash, the CSV it was made of (size, time, options), magic
 *
 * Counts are 64 bits; a text is its length and its bytes, without one its length is all ones. Whoever reads holds each
 * count against the bytes that are left. */
#include "data/rows_file.h"

#include <math.h>
#include <string.h>

#include "data/columns.h"
#include "data/pass.h"
#include "ground/hash.h"
#include "ground/memory.h"

static const char magic[8] = {'\x8F', 'g', 'l', 'i', 'a', 'r', 'o', 'w'};
enum { VERSION = 2 };
#define NO_TEXT UINT64_MAX

typedef struct head {
    char     magic[8];
    uint32_t version, size; /* in the order of the machine's bytes, so that another one's is another version */
    uint64_t width, zero[5];
} head;

typedef struct foot {
    uint64_t     rows, tail, hash;
    glia__origin origin;
    char         magic[8];
    uint64_t     zero;
} foot;

_Static_assert(sizeof(head) == GLIA__ROWS_HEAD && sizeof(foot) == 64, "both are 64 bytes");

/* ---- parcels: what `describe` puts in, or takes out ---------------------------------------------------------------
 */

typedef struct parcel {
    glia__writer *to; /* NULL: it is read */
    glia__reader *from;
    const char   *path;
    uint64_t      at, end; /* read: this part of the file */
    uint64_t      hash;
} parcel;

static glia_status fail_byte(const parcel *p, uint64_t byte, const char *what)
{
    return glia__fail(GLIA_E_FORMAT, "%s: byte %ju: this is no file of rows, or a damaged one: %s", p->path,
                      (uintmax_t)byte, what);
}

static glia_status put_bytes(parcel *p, const void *bytes, size_t n)
{
    p->hash = glia__hash(p->hash, bytes, n);
    return n ? glia__writer_write(p->to, bytes, n) : GLIA_OK;
}

static glia_status take_bytes(parcel *p, void *bytes, size_t n)
{
    size_t got = 0;
    if (n > p->end - p->at) return fail_byte(p, p->at, "what is promised here is more than there is");
    if (n) GLIA_TRY(glia__reader_read_at(p->from, p->at, bytes, n, &got));
    if (got < n) return fail_byte(p, p->at + got, "it ends here");
    p->at += n;
    p->hash = glia__hash(p->hash, bytes, n);
    return GLIA_OK;
}

static glia_status bytes_of(parcel *p, void *bytes, size_t n)
{
    return p->to ? put_bytes(p, bytes, n) : take_bytes(p, bytes, n);
}

/* A count, of things that take at least `size` bytes each of what is left. */
static glia_status count_of(parcel *p, size_t *n, size_t size)
{
    uint64_t count = *n;
    GLIA_TRY(bytes_of(p, &count, sizeof count));
    if (!p->to && size && count > (p->end - p->at) / size)
        return fail_byte(p, p->at - sizeof count, "a count that is more than the file can hold");
    *n = (size_t)count;
    return GLIA_OK;
}

static glia_status flag_of(parcel *p, bool *flag)
{
    uint8_t byte = *flag;
    GLIA_TRY(bytes_of(p, &byte, 1));
    if (byte > 1) return fail_byte(p, p->at - 1, "neither yes nor no");
    *flag = byte;
    return GLIA_OK;
}

/* NULL is a text, too. */
static glia_status text_of(parcel *p, char **text)
{
    uint64_t n = *text ? strlen(*text) : NO_TEXT;
    GLIA_TRY(bytes_of(p, &n, sizeof n));
    if (p->to) return *text ? put_bytes(p, *text, (size_t)n) : GLIA_OK;
    if (n == NO_TEXT) return GLIA_OK;
    if (n > p->end - p->at) return fail_byte(p, p->at - sizeof n, "a text that is longer than the file");
    if (!(*text = glia__new((size_t)n + 1, 1))) return GLIA_E_MEMORY;
    GLIA_TRY(take_bytes(p, *text, (size_t)n));
    return strlen(*text) == n ? GLIA_OK : fail_byte(p, p->at - n, "a text with a zero in it");
}

/* A list of texts, none of them NULL; or none. */
static glia_status texts_of(parcel *p, char ***list, size_t count)
{
    bool there = *list != NULL;
    GLIA_TRY(flag_of(p, &there));
    if (!there) return GLIA_OK;
    if (!p->to && count > (p->end - p->at) / sizeof(uint64_t)) return fail_byte(p, p->at, "too many texts");
    if (!p->to && !(*list = glia__new(count, sizeof **list))) return GLIA_E_MEMORY;
    for (size_t i = 0; i < count; i++) {
        GLIA_TRY(text_of(p, &(*list)[i]));
        if (!(*list)[i]) return fail_byte(p, p->at, "a text is missing");
    }
    return GLIA_OK;
}

/* A list of numbers, or none. */
static glia_status list_of(parcel *p, void *list /* T ** */, size_t count, size_t size)
{
    void *at;
    memcpy(&at, list, sizeof at);
    bool there = at != NULL;
    GLIA_TRY(flag_of(p, &there));
    if (!there) return GLIA_OK;
    if (!p->to) {
        if (count > (p->end - p->at) / size) return fail_byte(p, p->at, "too many numbers");
        if (!(at = glia__new(count, size))) return GLIA_E_MEMORY;
        memcpy(list, &at, sizeof at);
    }
    return bytes_of(p, at, count * size);
}

/* ---- columns ----------------------------------------------------------------------------------------------------- */

static glia_status words_of(parcel *p, glia__words *w)
{
    size_t count = w->count, number;
    GLIA_TRY(count_of(p, &count, sizeof(uint64_t)));
    for (size_t i = 0; i < count; i++) {
        char       *text = p->to ? w->text[i] : NULL;
        glia_status status = text_of(p, &text);
        if (p->to && status == GLIA_OK) continue;
        if (p->to) return status;
        if (status == GLIA_OK && text) status = glia__words_add(w, text, strlen(text), &number);
        glia__free(text);
        GLIA_TRY(status);
        if (w->count != i + 1) return fail_byte(p, p->at, "a word that is there twice");
    }
    return GLIA_OK;
}

/* As the text that says it. */
static glia_status kind_of(parcel *p, glia__kind *kind)
{
    glia__string s = {0};
    if (p->to) glia__kind_print(kind, &s);
    char       *text = p->to ? glia__string_take(&s) : NULL;
    glia_status status = p->to && !text ? GLIA_E_MEMORY : text_of(p, &text);
    if (status == GLIA_OK && !text) status = fail_byte(p, p->at, "a column of no kind");
    if (status == GLIA_OK && !p->to) {
        const glia__text_at where = {"columns", text, text + strlen(text)};
        status = glia__kind_read(&where, text, where.end, kind);
        if (status == GLIA_E_TEXT) status = fail_byte(p, p->at, "a column of a kind that there is not");
    }
    glia__free(text);
    return status;
}

static glia_status column_of(parcel *p, glia_data *d, glia__column *c)
{
    GLIA_TRY(text_of(p, &c->name));
    if (!c->name) return fail_byte(p, p->at, "a column without a name");
    GLIA_TRY(count_of(p, &c->number, 0));
    GLIA_TRY(count_of(p, &c->slot, 0));
    GLIA_TRY(count_of(p, &c->missing, 0));
    if (c->missing > d->rows) return fail_byte(p, p->at, "more gaps than rows");
    GLIA_TRY(kind_of(p, &c->kind));
    return words_of(p, &c->words);
}

/* Each number of a row is of one column. */
static glia_status find_slots(parcel *p, glia_data *d)
{
    size_t found = 0;
    if (!(d->column_of = glia__new(d->columns, sizeof *d->column_of))) return GLIA_E_MEMORY;
    for (size_t i = 0; i < d->columns; i++) d->column_of[i] = SIZE_MAX;
    for (size_t i = 0; i < d->n_columns; i++) {
        const glia__column *c = &d->column[i];
        const size_t        slots = glia__kind_slots(&c->kind);
        if (c->slot == GLIA_NO_COLUMN) continue;
        for (size_t k = 0; k < slots; k++, found++) {
            if (c->slot >= d->columns || slots > d->columns - c->slot || d->column_of[c->slot + k] != SIZE_MAX)
                return fail_byte(p, p->at, "a column that lies outside its row, or on another one");
            d->column_of[c->slot + k] = i;
        }
    }
    return found == d->columns ? GLIA_OK : fail_byte(p, p->at, "numbers of no column");
}

static glia_status columns_of(parcel *p, glia_data *d)
{
    GLIA_TRY(text_of(p, &d->columns_text));
    if (!d->columns_text) return fail_byte(p, p->at, "its columns are of no kinds");
    GLIA_TRY(text_of(p, &d->missing_text));
    GLIA_TRY(count_of(p, &d->n_columns, 4 * sizeof(uint64_t)));
    if (!p->to && !(d->column = glia__new(d->n_columns, sizeof *d->column))) return GLIA_E_MEMORY;
    for (size_t i = 0; i < d->n_columns; i++) GLIA_TRY(column_of(p, d, &d->column[i]));
    GLIA_TRY(texts_of(p, &d->column_names, d->columns));
    return p->to ? GLIA_OK : find_slots(p, d);
}

static glia_status takes_of(parcel *p, glia__pick *take, const glia_data *d, size_t width)
{
    for (size_t i = 0; i < d->columns; i++) {
        double to[GLIA__PICK_WORDS];
        for (int k = 0; k < GLIA__PICK_WORDS; k++) to[k] = (double)take[i].to[k];
        GLIA_TRY(count_of(p, &take[i].from, 0));
        GLIA_TRY(flag_of(p, &take[i].mapped));
        GLIA_TRY(bytes_of(p, to, sizeof to));
        if (take[i].from >= width) return fail_byte(p, p->at, "a number outside its row");
        if (p->to) continue;
        const glia__column *c = &d->column[d->column_of[i]];
        take[i].is_word = glia__kind_is_words(&c->kind);
        take[i].words = c->words.count;
        for (int k = 0; k < GLIA__PICK_WORDS; k++) take[i].to[k] = (real)to[k];
    }
    return GLIA_OK;
}

/* ---- what rows have beside their numbers --------------------------------------------------------------------------
 */

static glia_status targets_of(parcel *p, glia_data *d)
{
    size_t target = d->target;
    GLIA_TRY(count_of(p, &target, 0));
    if (target > GLIA_TARGET_NUMBERS) return fail_byte(p, p->at, "a target of no kind");
    d->target = (glia_target)target;
    GLIA_TRY(count_of(p, &d->target_columns, 0));
    GLIA_TRY(texts_of(p, &d->target_names, d->target_columns));
    GLIA_TRY(flag_of(p, &d->yesno));
    GLIA_TRY(count_of(p, &d->n_classes, 0));
    GLIA_TRY(texts_of(p, &d->class_names, d->n_classes));
    GLIA_TRY(list_of(p, &d->classes, d->rows, sizeof *d->classes));
    size_t numbers;
    if (!glia__mul(d->rows, d->target_columns, &numbers)) return fail_byte(p, p->at, "too many targets");
    return list_of(p, &d->numbers, numbers, sizeof *d->numbers);
}

static glia_status asides_of(parcel *p, glia_data *d)
{
    GLIA_TRY(text_of(p, &d->weight_name));
    GLIA_TRY(list_of(p, &d->weights, d->rows, sizeof *d->weights));
    GLIA_TRY(text_of(p, &d->time_name));
    GLIA_TRY(list_of(p, &d->times, d->rows, sizeof *d->times));
    GLIA_TRY(text_of(p, &d->group_name));
    GLIA_TRY(list_of(p, &d->groups, d->rows, sizeof *d->groups));
    GLIA_TRY(count_of(p, &d->n_groups, 0));
    GLIA_TRY(texts_of(p, &d->group_words, d->n_groups));
    GLIA_TRY(count_of(p, &d->left_out, 0));
    return count_of(p, &d->dropped, 0);
}

static glia_status check_targets(const parcel *p, const glia_data *d)
{
    if (d->target == GLIA_TARGET_CLASSES && (!d->classes || !d->class_names || d->target_columns != 1))
        return fail_byte(p, p->at, "classes are missing");
    if (d->target == GLIA_TARGET_NUMBERS && (!d->numbers || d->target_columns == 0))
        return fail_byte(p, p->at, "target numbers are missing");
    for (size_t r = 0; d->classes && r < d->rows; r++)
        if (d->classes[r] < 0 || (size_t)d->classes[r] >= d->n_classes)
            return fail_byte(p, p->at, "a class that is none");
    for (size_t i = 0; d->numbers && i < d->rows * d->target_columns; i++)
        if (!glia__fits_real(d->numbers[i])) return fail_byte(p, p->at, "a target that is not finite");
    return GLIA_OK;
}

static glia_status check_asides(const parcel *p, const glia_data *d)
{
    for (size_t r = 0; d->weights && r < d->rows; r++)
        if (!(d->weights[r] >= 0 && isfinite(d->weights[r]))) return fail_byte(p, p->at, "a weight that is none");
    for (size_t r = 0; d->times && r < d->rows; r++)
        if (!isfinite(d->times[r])) return fail_byte(p, p->at, "a time that is not finite");
    for (size_t r = 0; d->groups && r < d->rows; r++)
        if (d->groups[r] < 0 || (d->group_words && (size_t)d->groups[r] >= d->n_groups))
            return fail_byte(p, p->at, "a group that is none");
    return GLIA_OK;
}

/* The tail, in this order. */
static glia_status describe(parcel *p, glia_data *d, glia__pick *take, size_t width)
{
    GLIA_TRY(columns_of(p, d));
    GLIA_TRY(takes_of(p, take, d, width));
    GLIA_TRY(targets_of(p, d));
    GLIA_TRY(asides_of(p, d));
    if (p->to) return GLIA_OK;
    GLIA_TRY(check_targets(p, d));
    return check_asides(p, d);
}

/* ---- out --------------------------------------------------------------------------------------------------------- */

glia_status glia__rows_head(glia__writer *to, size_t width)
{
    head h = {.version = VERSION, .size = sizeof(real), .width = width};
    memcpy(h.magic, magic, sizeof magic);
    return glia__writer_write(to, &h, sizeof h);
}

glia_status glia__rows_tail(glia__writer *to, const char *path, glia_data *d, size_t width, glia__pick *take,
                            const glia__origin *origin)
{
    parcel   p = {.to = to, .path = path, .hash = GLIA__HASH_START};
    uint64_t columns = d->columns;
    GLIA_TRY(bytes_of(&p, &columns, sizeof columns));
    GLIA_TRY(describe(&p, d, take, width));
    foot f = {.rows = d->rows,
              .tail = GLIA__ROWS_HEAD + (uint64_t)d->rows * width * sizeof(real),
              .hash = p.hash,
              .origin = *origin};
    memcpy(f.magic, magic, sizeof magic);
    return glia__writer_write(to, &f, sizeof f);
}

/* ---- in ---------------------------------------------------------------------------------------------------------- */

bool glia__rows_fits(const glia__source *s)
{
    return s->head_size >= sizeof magic && memcmp(s->head, magic, sizeof magic) == 0;
}

/* Both ends of the file, and that what is between them is as long as they say. */
static glia_status read_ends(parcel *p, uint64_t size, head *h, foot *f)
{
    size_t   got;
    uint64_t numbers;
    if (size < sizeof *h + sizeof *f) return fail_byte(p, size, "it ends here");
    GLIA_TRY(glia__reader_read_at(p->from, 0, h, sizeof *h, &got));
    if (got < sizeof *h || h->version != VERSION || h->size != sizeof(real))
        return fail_byte(p, sizeof magic, "it is of another version or another kind of machine");
    GLIA_TRY(glia__reader_read_at(p->from, size - sizeof *f, f, sizeof *f, &got));
    if (got < sizeof *f || memcmp(f->magic, magic, sizeof magic) != 0) return fail_byte(p, size, "its end is missing");
    const uint64_t room = (size - sizeof *h - sizeof *f) / sizeof(real);
    if (h->width == 0 || f->rows == 0 || h->width > room || f->rows > room / h->width)
        return fail_byte(p, size - sizeof *f, "its rows are more than the file");
    numbers = h->width * f->rows;
    if (f->tail != sizeof *h + numbers * sizeof(real))
        return fail_byte(p, size - sizeof *f + 8, "its rows end elsewhere");
    p->at = f->tail;
    p->end = size - sizeof *f;
    return GLIA_OK;
}

static glia_status check_end(const parcel *p, const foot *f)
{
    if (p->at != p->end) return fail_byte(p, p->at, "there is more than should be");
    return p->hash == f->hash ? GLIA_OK : fail_byte(p, f->tail, "what follows has another hash than it should");
}

static glia_status leave_rows(glia_data *d, glia__source *s, const head *h, glia__pick *take)
{
    const uint16_t one = 1;
    glia__array    a = {.source = s,
                        .element = glia__element_find('f', sizeof(real)),
                        .little = *(const unsigned char *)&one == 1,
                        .rank = 2,
                        .dim = {d->rows, (size_t)h->width},
                        .header = GLIA__ROWS_HEAD,
                        .items = d->rows * (size_t)h->width};
    GLIA_TRY(glia__store_new(&d->store, &a, SIZE_MAX));
    glia__store_take(d->store, take, d->columns);
    return GLIA_OK;
}

static glia_status read_tail(glia_data *d, parcel *p, const head *h, const foot *f, glia__pick **take)
{
    uint64_t columns = 0;
    GLIA_TRY(bytes_of(p, &columns, sizeof columns));
    if (columns == 0 || columns > h->width) return fail_byte(p, f->tail, "a row has more numbers than it has");
    GLIA_TRY(glia__data_shape(d, (size_t)f->rows, 1, 1, (size_t)columns));
    if (!(*take = glia__new(d->columns, sizeof **take))) return GLIA_E_MEMORY;
    GLIA_TRY(describe(p, d, *take, (size_t)h->width));
    return check_end(p, f);
}

static glia_status read_data(glia_data *d, glia__source *s, size_t memory, parcel *p, const head *h, const foot *f)
{
    glia__pick  *take = NULL;
    const size_t limit = memory ? memory : glia__sizes_now.memory;
    glia_status  status = read_tail(d, p, h, f, &take);
    if (status == GLIA_OK) status = leave_rows(d, s, h, take);
    if (status != GLIA_OK) {
        glia__free(take);
        return status;
    }
    return d->rows * d->columns * sizeof(float) > limit ? GLIA_OK : glia__data_load(d);
}

glia_status glia__rows_read(glia_data **data, glia__source *s, size_t memory, const glia__origin *origin, bool *is_of)
{
    parcel     p = {.from = s->reader, .path = s->path, .hash = GLIA__HASH_START};
    head       h;
    foot       f;
    glia_data *d;
    *data = NULL;
    if (!glia__source_is_plain(s)) return fail_byte(&p, 0, "it can only be read as a plain file");
    GLIA_TRY(read_ends(&p, glia__source_size(s), &h, &f));
    if (origin) {
        *is_of = memcmp(&f.origin, origin, sizeof *origin) == 0;
        if (!*is_of) return GLIA_OK;
    }
    GLIA_TRY(glia__data_new(&d, s->path));
    glia_status status = read_data(d, s, memory, &p, &h, &f);
    if (status == GLIA_OK)
        *data = d;
    else
        glia_data_free(d);
    return status;
}

/* ---- of what it was made ------------------------------------------------------------------------------------------
 */

char *glia__rows_path(const char *csv)
{
    glia__string s = {0};
    glia__string_add(&s, "%s.rows", csv);
    return glia__string_take(&s);
}

glia__origin glia__origin_of(const glia__source *s, const glia_data_options *o)
{
    const char *const texts[] = {o->target,  o->weight,  o->group,  o->time,
                                 o->columns, o->missing, o->header, o->decimal};
    const uint8_t     flags[] = {o->target_optional, o->target_unread,    o->weight_optional, o->group_optional,
                                 o->time_optional,   o->columns_optional, o->drop_missing};
    uint64_t          hash = glia__hash(GLIA__HASH_START, flags, sizeof flags);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) hash = glia__hash_text(hash, texts[i]);
    return (glia__origin){glia__reader_size(s->reader), glia__reader_time(s->reader), hash};
}
