/* A file of data while it is read: a stream that can be looked into before it is read. */
#include "data/source.h"

#include <string.h>

#include "data/zip.h"

/* Whether it begins with the length of a header, in eight bytes of which the last are 0, and a JSON object. */
static bool is_safetensors(const glia__source *s)
{
    return s->head_size > 8 && memcmp(s->head + 4, "\0\0\0\0{", 5) == 0;
}

/* The next bytes of the stream itself. */
static glia_status read_on(glia__source *s, void *bytes, size_t n, size_t *got)
{
    if (s->member) return glia__member_read(s->member, bytes, n, got);
    return (s->arrives ? glia__reader_read_some : glia__reader_read)(s->reader, bytes, n, got);
}

glia_status glia__source_look(glia__source *s)
{
    return read_on(s, s->head, sizeof s->head, &s->head_size);
}

glia_status glia__source_open(glia__source *s, const char *path)
{
    *s = (glia__source){.path = glia__path_name(path)};
    GLIA_TRY(glia__reader_open(&s->reader, path));
    glia_status status = glia__source_look(s);
    if (status == GLIA_OK && is_safetensors(s))
        status =
            glia__fail(GLIA_E_FORMAT, "%s: a safetensors file, such as a model or a checkpoint, and no data", s->path);
    if (status == GLIA_OK && s->head_size == 0) status = glia__fail(GLIA_E_FORMAT, "%s: the file is empty", s->path);
    if (status != GLIA_OK) glia__source_close(s);
    return status;
}

glia_status glia__source_open_stream(glia__source *s, const char *path)
{
    *s = (glia__source){.path = glia__path_name(path), .arrives = true};
    return glia__reader_open(&s->reader, path);
}

glia_status glia__source_read(glia__source *s, void *bytes, size_t n, size_t *got)
{
    size_t again = s->head_size - s->head_read;
    if (again > n) again = n;
    memcpy(bytes, s->head + s->head_read, again);
    s->head_read += again;
    *got = 0;
    if (again < n) GLIA_TRY(read_on(s, (char *)bytes + again, n - again, got));
    *got += again;
    return GLIA_OK;
}

size_t glia__source_size(const glia__source *s)
{
    if (s->member) return glia__member_size(s->member);
    return glia__reader_gzipped(s->reader) ? 0 : glia__reader_size(s->reader);
}

bool glia__source_is_held(const glia__source *s)
{
    return glia__source_size(s) > 0 && (!s->member || glia__member_is_stored(s->member));
}

bool glia__source_is_plain(const glia__source *s)
{
    return !s->member && glia__source_size(s) > 0;
}

void glia__source_close(glia__source *s)
{
    if (s->member)
        glia__member_close(s->member); /* the reader is the zip's */
    else
        glia__reader_close(s->reader);
    *s = (glia__source){0};
}
