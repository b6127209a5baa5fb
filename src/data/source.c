/* A file of data while it is read: a stream that can be looked into before it is read. */
#include "data/source.h"

#include <string.h>

#include "data/zip.h"

/* Whether it begins with the length of a header, in eight bytes of which the last are 0, and a JSON object. */
static bool is_safetensors(const glia__source *s)
{
    return s->head_size > 8 && memcmp(s->head + 4, "\0\0\0\0{", 5) == 0;
}

/* What a file begins with that others take for data, and this does not read. */
static const char *foreign(const glia__source *s)
{
    static const struct {
        const char *begin, *name;
    } formats[] = {
        {"PAR1", "a Parquet file"},
        {"ARROW1", "an Arrow file"},
        {"FEA1", "a Feather file"},
        {"\x89HDF", "an HDF5 file"},
        {"SQLite format", "an SQLite file"},
        {"\x80\2", "a pickle"},
        {"\x80\3", "a pickle"},
        {"\x80\4", "a pickle"},
        {"\x80\5", "a pickle"},
    };
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
        const size_t n = strlen(formats[i].begin);
        if (s->head_size >= n && memcmp(s->head, formats[i].begin, n) == 0) return formats[i].name;
    }
    return NULL;
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
    if (status == GLIA_OK && foreign(s))
        status = glia__fail(GLIA_E_FORMAT, "%s: %s, which is not read: save it as CSV or .npy", s->path, foreign(s));
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
