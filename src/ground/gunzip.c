/* Unzipping by zlib, in the one file that knows it.
 *
 * Gzip data (RFC 1952) are one or more members, each with its own header, CRC and length. zlib's inflate is driven here
 * rather than its gzread, which takes a file that was cut short for a whole one and bytes after the last member for
 * nothing. */
#include "ground/gunzip.h"

#ifdef GLIA_ZLIB

#include <limits.h>
#include <zlib.h>

#include "ground/memory.h"

struct glia__gunzip {
    z_stream stream;
    bool     complete; /* a member has ended, and none has begun since */
    bool     bare;     /* deflated data without gzip's frame */
};

static void *zlib_allocate(void *unused, unsigned count, unsigned size)
{
    (void)unused;
    return glia__new(count, size);
}

static void zlib_release(void *unused, void *p)
{
    (void)unused;
    glia__free(p);
}

static glia_status new_stream(glia__gunzip **gunzip, bool bare)
{
    enum { GZIP_ALONE = 16 }; /* added to the bits of the window: neither zlib's own nor raw streams, which are < 0 */
    glia__gunzip *made = glia__new(1, sizeof *made);
    *gunzip = NULL;
    if (!made) return GLIA_E_MEMORY;
    made->stream.zalloc = zlib_allocate;
    made->stream.zfree = zlib_release;
    made->bare = bare;
    if (inflateInit2(&made->stream, bare ? -MAX_WBITS : MAX_WBITS + GZIP_ALONE) != Z_OK) {
        glia__free(made);
        return glia__fail(GLIA_E_MEMORY, "out of memory for unzipping");
    }
    *gunzip = made;
    return GLIA_OK;
}

glia_status glia__gunzip_new(glia__gunzip **gunzip)
{
    return new_stream(gunzip, false);
}

glia_status glia__inflate_new(glia__gunzip **gunzip)
{
    return new_stream(gunzip, true);
}

void glia__gunzip_free(glia__gunzip *gunzip)
{
    if (!gunzip) return;
    inflateEnd(&gunzip->stream);
    glia__free(gunzip);
}

glia_status glia__gunzip_some(glia__gunzip *gunzip, const unsigned char *bytes, size_t n, size_t *taken,
                              unsigned char *out, size_t room, size_t *given)
{
    z_stream *stream = &gunzip->stream;
    unsigned  in = n < UINT_MAX ? (unsigned)n : UINT_MAX, most = room < UINT_MAX ? (unsigned)room : UINT_MAX;
    if (gunzip->complete) inflateReset(stream);
    stream->next_in = (Bytef *)(uintptr_t)bytes;
    stream->avail_in = in;
    stream->next_out = out;
    stream->avail_out = most;
    int result = inflate(stream, Z_NO_FLUSH);
    *taken = in - stream->avail_in;
    *given = most - stream->avail_out;
    gunzip->complete = result == Z_STREAM_END;
    if (result == Z_OK || result == Z_STREAM_END || result == Z_BUF_ERROR) return GLIA_OK;
    if (result == Z_MEM_ERROR) return glia__fail(GLIA_E_MEMORY, "out of memory for unzipping");
    return glia__fail(GLIA_E_FORMAT, "the %s data are damaged (%s)", gunzip->bare ? "deflated" : "gzip",
                      stream->msg ? stream->msg : "no such data");
}

uint32_t glia__crc32(uint32_t crc, const void *bytes, size_t n)
{
    return (uint32_t)crc32_z(crc, bytes, n);
}

bool glia__gunzip_complete(const glia__gunzip *gunzip)
{
    return gunzip->complete;
}

#else

glia_status glia__gunzip_new(glia__gunzip **gunzip)
{
    *gunzip = NULL;
    return glia__fail(GLIA_E_FORMAT, "is gzipped, and this build has no zlib");
}

glia_status glia__inflate_new(glia__gunzip **gunzip)
{
    *gunzip = NULL;
    return glia__fail(GLIA_E_FORMAT, "is deflated, and this build has no zlib");
}

/* What is only stored in a zip can be read without zlib. */
uint32_t glia__crc32(uint32_t crc, const void *bytes, size_t n)
{
    crc = ~crc;
    for (size_t i = 0; i < n; i++) {
        crc ^= ((const unsigned char *)bytes)[i];
        for (int bit = 0; bit < 8; bit++) crc = crc >> 1 ^ (crc & 1 ? 0xEDB88320u : 0);
    }
    return ~crc;
}

void glia__gunzip_free(glia__gunzip *gunzip)
{
    (void)gunzip;
}

glia_status glia__gunzip_some(glia__gunzip *gunzip, const unsigned char *bytes, size_t n, size_t *taken,
                              unsigned char *out, size_t room, size_t *given)
{
    (void)gunzip, (void)bytes, (void)n, (void)out, (void)room;
    *taken = *given = 0;
    return GLIA_OK;
}

bool glia__gunzip_complete(const glia__gunzip *gunzip)
{
    (void)gunzip;
    return true;
}

#endif
