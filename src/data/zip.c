/* Zip files (PKWARE's APPNOTE), as far as NumPy writes them: members that are stored or deflated, large ones by zip64.
 *
 *   for each member   PK\3\4, 26 bytes, its name, an extra field, its bytes
 *   the directory     for each member PK\1\2, 42 bytes, its name, an extra field, a comment
 *   where it is       PK\6\6 (zip64), PK\6\7 (where that is), PK\5\6 and the file's comment
 *
 * All numbers have their lowest byte first. One of 32 bits that are all set stands, of 64 bits, in the extra field of
 * number 1. The directory is believed as far as it can be: what it says of a member must be what stands before the
 * member, lie within the file, and be no more than deflate can pack (1032 to 1). The rest comes out while it is read:
 * the length and the check sum. */
#include "data/zip.h"

#include <string.h>

#include "ground/bits.h"
#include "ground/gunzip.h"
#include "ground/memory.h"

enum {
    LOCAL = 30,
    ENTRY = 46,
    END = 22,
    END_64 = 56,
    PLACE_64 = 20,
    ENTRIES_MOST = 1000,
    PACKED_MOST = 1032, /* bytes that one byte of deflate can stand for */
    STORED = 0,
    DEFLATED = 8,
    ENCRYPTED = 1,        /* flags */
    TOLD_BEHIND = 1 << 3, /* sizes and check sum stand behind the member, not before */
    ALL_16 = 0xFFFF,
    BUFFER = 1 << 15,
};
#define ALL_32 0xFFFFFFFFu

/* ---- reading ---------------------------------------------------------------------------------------------------- */

static uint64_t number(const unsigned char *bytes, size_t n)
{
    return glia__word(bytes, n, true);
}

static glia_status at_byte(const glia__zip *z, uint64_t byte)
{
    return glia__fail_at(GLIA_E_FORMAT, "%s: byte %zu", z->path, (size_t)byte);
}

static glia_status fail_byte(const glia__zip *z, uint64_t byte, const char *what)
{
    glia__fail(GLIA_E_FORMAT, "%s", what);
    return at_byte(z, byte);
}

static glia_status read_at(const glia__zip *z, uint64_t at, void *bytes, size_t n)
{
    size_t got;
    GLIA_TRY(glia__reader_read_at(z->reader, at, bytes, n, &got));
    return got == n ? GLIA_OK : fail_byte(z, at + got, "the zip file ends here, within what it says it has");
}

static bool has_mark(const unsigned char *bytes, char a, char b)
{
    return bytes[0] == 'P' && bytes[1] == 'K' && bytes[2] == a && bytes[3] == b;
}

/* ---- the directory ---------------------------------------------------------------------------------------------- */

typedef struct directory {
    uint64_t at, size, entries;
    uint64_t end; /* where what tells of it begins */
} directory;

/* Looks for PK\5\6 from the end, whose comment must reach just to there. */
static glia_status find_end(const glia__zip *z, unsigned char end[END], uint64_t *at)
{
    const size_t   size = glia__reader_size(z->reader), most = END + ALL_16, n = size < most ? size : most;
    unsigned char *tail = glia__new(n, 1);
    if (!tail) return GLIA_E_MEMORY;
    glia_status status = read_at(z, size - n, tail, n);
    bool        found = false;
    for (size_t i = END; status == GLIA_OK && i <= n && !found; i++) {
        const unsigned char *here = tail + n - i;
        found = has_mark(here, 5, 6) && number(here + 20, 2) == i - END;
        if (!found) continue;
        memcpy(end, here, END);
        *at = size - i;
    }
    glia__free(tail);
    if (status == GLIA_OK && !found) return fail_byte(z, size, "the zip file ends here, without its directory");
    return status;
}

/* The zip64 form, where `end` has no room for the numbers. */
static glia_status read_end_64(const glia__zip *z, directory *d)
{
    unsigned char place[PLACE_64], end[END_64];
    if (d->end < PLACE_64) return fail_byte(z, d->end, "the zip64 directory is missing");
    GLIA_TRY(read_at(z, d->end - PLACE_64, place, PLACE_64));
    const uint64_t at = number(place + 8, 8);
    if (!has_mark(place, 6, 7)) return fail_byte(z, d->end, "the zip64 directory is missing");
    if (at > d->end - PLACE_64) return fail_byte(z, d->end - PLACE_64, "the zip64 directory is said to be elsewhere");
    GLIA_TRY(read_at(z, at, end, END_64));
    if (!has_mark(end, 6, 6)) return fail_byte(z, at, "the zip64 directory is said to be here, and is not");
    d->entries = number(end + 32, 8);
    d->size = number(end + 40, 8);
    d->at = number(end + 48, 8);
    d->end = at;
    return GLIA_OK;
}

static glia_status find_directory(const glia__zip *z, directory *d)
{
    unsigned char end[END];
    GLIA_TRY(find_end(z, end, &d->end));
    const uint64_t told = d->end;
    d->entries = number(end + 10, 2);
    d->size = number(end + 12, 4);
    d->at = number(end + 16, 4);
    if (d->entries == ALL_16 || d->size == ALL_32 || d->at == ALL_32) GLIA_TRY(read_end_64(z, d));
    if (d->at > d->end || d->size > d->end - d->at)
        return fail_byte(z, told, "the directory does not lie in the file as is said here");
    if (d->entries > ENTRIES_MOST) {
        glia__fail(GLIA_E_FORMAT, "%zu members; at most %d can be read", (size_t)d->entries, ENTRIES_MOST);
        return at_byte(z, told);
    }
    return GLIA_OK;
}

/* Numbers that 32 bits do not hold, from the extra field of number 1, where they stand in this order. */
static bool read_extra(glia__entry *e, const unsigned char *extra, size_t n)
{
    uint64_t *const large[] = {&e->size, &e->packed, &e->at};
    size_t          missing = 0;
    for (size_t i = 0; i < 3; i++) missing += *large[i] == ALL_32;
    for (size_t length; missing > 0 && n >= 4; extra += 4 + length, n -= 4 + length) {
        length = (size_t)number(extra + 2, 2);
        if (length > n - 4) return false;
        if (number(extra, 2) != 1) continue;
        if (length < 8 * missing) return false;
        const unsigned char *at = extra + 4;
        for (size_t i = 0; i < 3; i++)
            if (*large[i] == ALL_32) *large[i] = number(at, 8), at += 8;
        return true;
    }
    return missing == 0;
}

/* The entry at *at, which moves on, in a directory that ends at `end`. */
static glia_status read_entry(glia__zip *z, uint64_t *at, uint64_t end)
{
    unsigned char raw[ENTRY];
    glia__entry  *e = &z->entries[z->count];
    if (end - *at < ENTRY) return fail_byte(z, *at, "the directory ends here, within an entry");
    GLIA_TRY(read_at(z, *at, raw, ENTRY));
    if (!has_mark(raw, 1, 2)) return fail_byte(z, *at, "an entry of the directory is said to be here, and is not");
    const size_t name = (size_t)number(raw + 28, 2), extra = (size_t)number(raw + 30, 2);
    const size_t length = ENTRY + name + extra + (size_t)number(raw + 32, 2);
    if (length > end - *at) return fail_byte(z, *at, "the directory ends within the entry that begins here");
    *e = (glia__entry){.flags = (unsigned)number(raw + 8, 2),
                       .method = (unsigned)number(raw + 10, 2),
                       .crc = (uint32_t)number(raw + 16, 4),
                       .packed = number(raw + 20, 4),
                       .size = number(raw + 24, 4),
                       .at = number(raw + 42, 4),
                       .name = glia__new(name + extra + 1, 1)};
    if (!e->name) return GLIA_E_MEMORY;
    z->count++;
    GLIA_TRY(read_at(z, *at + ENTRY, e->name, name + extra));
    if (!read_extra(e, (unsigned char *)e->name + name, extra))
        return fail_byte(z, *at, "the entry that begins here has no room for its large numbers");
    memset(e->name + name, 0, extra);
    *at += length;
    return GLIA_OK;
}

static glia_status check_names(const glia__zip *z)
{
    for (size_t i = 0; i < z->count; i++)
        for (size_t k = 0; k < i; k++)
            if (strcmp(z->entries[i].name, z->entries[k].name) == 0)
                return glia__fail(GLIA_E_FORMAT, "%s: two members are called \"%.60s\"", z->path, z->entries[i].name);
    return GLIA_OK;
}

bool glia__zip_fits(const glia__source *s)
{
    return s->head_size >= 4 && (has_mark(s->head, 3, 4) || has_mark(s->head, 5, 6));
}

glia_status glia__zip_open(glia__zip *z, const glia__source *file)
{
    directory d = {0};
    *z = (glia__zip){.path = file->path, .reader = file->reader};
    GLIA_TRY(find_directory(z, &d));
    z->directory = d.at;
    z->entries = glia__new((size_t)d.entries, sizeof *z->entries);
    if (!z->entries) return GLIA_E_MEMORY;
    uint64_t at = d.at;
    while (z->count < d.entries) GLIA_TRY(read_entry(z, &at, d.at + d.size));
    if (at < d.at + d.size) return fail_byte(z, at, "the directory goes on behind its last entry");
    return check_names(z);
}

void glia__zip_clear(glia__zip *z)
{
    for (size_t i = 0; i < z->count; i++) glia__free(z->entries[i].name);
    glia__free(z->entries);
    *z = (glia__zip){0};
}

/* ---- a member --------------------------------------------------------------------------------------------------- */

struct glia__member {
    glia__reader *reader;
    const char   *path;
    glia__gunzip *inflate; /* NULL: stored                              */
    uint64_t      at, end; /* of its bytes in the file, yet to be read   */
    uint64_t      given, size;
    uint32_t      crc, wanted;
    size_t        begin, filled; /* of the buffer                       */
    unsigned char buffer[BUFFER];
};

/* Puts the byte of the unpacked member before the current sentence; `more` were unpacked besides what was given. */
static glia_status at_member(const glia__member *m, glia_status status, size_t more)
{
    return glia__fail_at(status, "%s: byte %zu", m->path, (size_t)m->given + more);
}

static glia_status fail_member(const glia__member *m, const char *what)
{
    glia__fail(GLIA_E_FORMAT, "%s", what);
    return at_member(m, GLIA_E_FORMAT, 0);
}

static glia_status fill(glia__member *m)
{
    size_t n = m->end - m->at < BUFFER ? (size_t)(m->end - m->at) : BUFFER, got;
    GLIA_TRY(glia__reader_read_at(m->reader, m->at, m->buffer, n, &got));
    if (got < n) return fail_member(m, "the file was cut while it was read");
    m->begin = 0;
    m->filled = n;
    m->at += n;
    return GLIA_OK;
}

/* Inflates up to n bytes; *got < n only where the deflated data end. */
static glia_status inflate_some(glia__member *m, unsigned char *bytes, size_t n, size_t *got)
{
    for (*got = 0; *got < n && !glia__gunzip_complete(m->inflate);) {
        size_t taken = 0, given = 0;
        if (m->begin == m->filled) GLIA_TRY(fill(m));
        glia_status status;
        if (m->begin == m->filled)
            status = glia__fail(GLIA_E_FORMAT, "the deflated data are truncated: they end here");
        else
            status = glia__gunzip_some(m->inflate, m->buffer + m->begin, m->filled - m->begin, &taken, bytes + *got,
                                       n - *got, &given);
        m->begin += taken;
        *got += given;
        if (status) return at_member(m, status, *got);
    }
    return GLIA_OK;
}

static glia_status copy_some(glia__member *m, unsigned char *bytes, size_t n, size_t *got)
{
    GLIA_TRY(glia__reader_read_at(m->reader, m->at, bytes, n, got));
    m->at += *got;
    return GLIA_OK;
}

/* All was given: nothing may follow, and the check sum must be right. */
static glia_status check_end(glia__member *m)
{
    unsigned char more;
    size_t        got = 0;
    if (m->inflate) GLIA_TRY(inflate_some(m, &more, 1, &got));
    if (got > 0 || m->at < m->end || m->begin < m->filled)
        return fail_member(m, "the member goes on, though the directory says that it ends here");
    if (m->crc != m->wanted) return fail_member(m, "the check sum (CRC-32) of the member is wrong");
    return GLIA_OK;
}

glia_status glia__member_read(glia__member *m, void *bytes, size_t n, size_t *got)
{
    *got = 0;
    if (n > m->size - m->given) n = (size_t)(m->size - m->given);
    if (n == 0) return GLIA_OK;
    GLIA_TRY((m->inflate ? inflate_some : copy_some)(m, bytes, n, got));
    m->given += *got;
    m->crc = glia__crc32(m->crc, bytes, *got);
    if (*got < n) return fail_member(m, "the member ends here, though the directory says that it goes on");
    return m->given == m->size ? check_end(m) : GLIA_OK;
}

size_t glia__member_size(const glia__member *m)
{
    return (size_t)m->size;
}

bool glia__member_is_stored(const glia__member *m)
{
    return !m->inflate;
}

void glia__member_close(glia__member *m)
{
    if (!m) return;
    glia__gunzip_free(m->inflate);
    glia__free(m);
}

/* ---- opening a member ------------------------------------------------------------------------------------------- */

static glia_status check_entry(const glia__entry *e, const char *path)
{
    if (e->flags & ENCRYPTED) return glia__fail(GLIA_E_FORMAT, "%s: the member is encrypted", path);
    if (e->method != STORED && e->method != DEFLATED)
        return glia__fail(GLIA_E_FORMAT,
                          "%s: the member is packed by method %u; 0, stored, and 8, deflated, can be read", path,
                          e->method);
    if (e->size > SIZE_MAX) return glia__fail(GLIA_E_FORMAT, "%s: the member is more than any memory holds", path);
    if (e->method == STORED && e->size != e->packed)
        return glia__fail(GLIA_E_FORMAT, "%s: the member is stored, but has two sizes", path);
    if (e->method == DEFLATED && e->size / PACKED_MOST > e->packed)
        return glia__fail(GLIA_E_FORMAT, "%s: %zu bytes cannot come of %zu deflated ones", path, (size_t)e->size,
                          (size_t)e->packed);
    return GLIA_OK;
}

/* What stands before the member must be what the directory says of it. */
static bool is_same(const glia__entry *e, const unsigned char *local)
{
    bool told = !(number(local + 6, 2) & TOLD_BEHIND); /* else sizes and check sum are 0 here */
    bool packed = number(local + 18, 4) == e->packed || number(local + 18, 4) == ALL_32;
    bool size = number(local + 22, 4) == e->size || number(local + 22, 4) == ALL_32;
    return number(local + 6, 2) == e->flags && number(local + 8, 2) == e->method &&
           number(local + 26, 2) == strlen(e->name) && (!told || (packed && size && number(local + 14, 4) == e->crc));
}

/* *begin = where the member's bytes begin. */
static glia_status find_bytes(const glia__zip *z, const glia__entry *e, uint64_t *begin)
{
    unsigned char local[LOCAL];
    char          name[256];
    const size_t  n = strlen(e->name);
    if (e->at > z->directory || z->directory - e->at < LOCAL)
        return fail_byte(z, z->directory, "a member is said to begin behind the directory");
    GLIA_TRY(read_at(z, e->at, local, LOCAL));
    if (!has_mark(local, 3, 4)) return fail_byte(z, e->at, "a member is said to begin here, and does not");
    if (!is_same(e, local) || n > sizeof name)
        return fail_byte(z, e->at, "the member that begins here is not as the directory tells it");
    GLIA_TRY(read_at(z, e->at + LOCAL, name, n));
    if (memcmp(name, e->name, n) != 0)
        return fail_byte(z, e->at + LOCAL, "the member has another name here than in the directory");
    *begin = e->at + LOCAL + number(local + 26, 2) + number(local + 28, 2);
    if (*begin > z->directory || e->packed > z->directory - *begin)
        return fail_byte(z, e->at, "the member that begins here reaches into the directory");
    return GLIA_OK;
}

glia_status glia__zip_source(glia__source *s, const glia__zip *z, const glia__entry *entry, const char *path)
{
    uint64_t begin;
    *s = (glia__source){0};
    GLIA_TRY(check_entry(entry, path));
    GLIA_TRY(find_bytes(z, entry, &begin));
    glia__member *m = glia__new(1, sizeof *m);
    if (!m) return GLIA_E_MEMORY;
    m->reader = z->reader;
    m->path = path;
    m->at = begin;
    m->end = begin + entry->packed;
    m->size = entry->size;
    m->wanted = entry->crc;
    glia_status status = entry->method == DEFLATED ? glia__inflate_new(&m->inflate) : GLIA_OK;
    *s = (glia__source){.path = path, .member = m};
    if (status) glia__fail_at(status, "%s", path);
    if (!status) status = glia__source_look(s);
    if (status) glia__source_close(s);
    return status;
}
