/* Reading files: one stream of bytes, whether the file is plain or gzipped. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ground/file.h"
#include "ground/gunzip.h"
#include "ground/memory.h"

enum { BUFFER_SIZE = 1 << 16 };

struct glia__reader {
    char         *path;
    int           fd;
    uint64_t      time;       /* it was changed                                                  */
    size_t        size;       /* of the file on disk                                             */
    size_t        offset;     /* in the file, of the end of what is in the buffer                 */
    glia__gunzip *gunzip;     /* NULL: a plain file                                              */
    size_t        begin, end; /* of the buffer: read from the file, and not yet taken from there */
    unsigned char buffer[BUFFER_SIZE];
};

/* ---- what stands at a path -------------------------------------------------------------------------------------- */

static bool is_of_type(const char *path, mode_t type)
{
    struct stat at;
    return path && stat(path, &at) == 0 && (at.st_mode & S_IFMT) == type;
}

bool glia__is_folder(const char *path)
{
    return is_of_type(path, S_IFDIR);
}

bool glia__is_file(const char *path)
{
    return is_of_type(path, S_IFREG);
}

/* ---- the system's files ----------------------------------------------------------------------------------------- */

static bool is_standard_input(const char *path)
{
    return !strcmp(path, "-");
}

const char *glia__path_name(const char *path)
{
    return is_standard_input(path) ? "standard input" : path;
}

/* Opens whatever can be read as bytes; `name` is for sentences. */
static glia_status open_file(const char *path, const char *name, int *fd, struct stat *at)
{
    *fd = is_standard_input(path) ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0) : open(path, O_RDONLY | O_CLOEXEC);
    if (*fd < 0 || fstat(*fd, at) != 0)
        return glia__fail(GLIA_E_OPEN, "%s: cannot be opened: %s", name, strerror(errno));
    if (S_ISDIR(at->st_mode)) return glia__fail(GLIA_E_OPEN, "%s: is a folder, not a file", name);
    return GLIA_OK;
}

/* Fills bytes[0..n); *got < n only at the end of the file. */
static glia_status read_file(int fd, const char *path, unsigned char *bytes, size_t n, size_t *got)
{
    const size_t at_once = (size_t)1 << 30; /* some systems refuse 2 GiB */
    for (*got = 0; *got < n;) {
        ssize_t more = read(fd, bytes + *got, n - *got < at_once ? n - *got : at_once);
        if (more < 0 && errno == EINTR) continue;
        if (more < 0) return glia__fail(GLIA_E_OPEN, "%s: cannot be read: %s", path, strerror(errno));
        if (more == 0) break;
        *got += (size_t)more;
    }
    return GLIA_OK;
}

/* ---- the stream ------------------------------------------------------------------------------------------------- */

/* Some bytes more behind those in the buffer, as many as there are at once; none at the end of the file. */
static glia_status fill_on(glia__reader *r)
{
    ssize_t more;
    do more = read(r->fd, r->buffer + r->end, BUFFER_SIZE - r->end);
    while (more < 0 && errno == EINTR);
    if (more < 0) return glia__fail(GLIA_E_OPEN, "%s: cannot be read: %s", r->path, strerror(errno));
    r->end += (size_t)more;
    r->offset += (size_t)more;
    return GLIA_OK;
}

static glia_status fill(glia__reader *r)
{
    r->begin = r->end = 0;
    return fill_on(r);
}

static glia_status read_plain(glia__reader *r, unsigned char *bytes, size_t n, size_t *got)
{
    for (*got = 0; *got < n;) {
        size_t left = r->end - r->begin, take = left < n - *got ? left : n - *got;
        memcpy(bytes + *got, r->buffer + r->begin, take);
        r->begin += take;
        *got += take;
        if (n - *got >= BUFFER_SIZE) { /* past the buffer, without copying */
            size_t direct;
            GLIA_TRY(read_file(r->fd, r->path, bytes + *got, n - *got, &direct));
            *got += direct;
            return GLIA_OK;
        }
        if (*got < n) GLIA_TRY(fill(r));
        if (r->begin == r->end) break;
    }
    return GLIA_OK;
}

static glia_status read_gzipped(glia__reader *r, unsigned char *bytes, size_t n, size_t *got)
{
    for (*got = 0; *got < n;) {
        if (r->begin == r->end) GLIA_TRY(fill(r));
        if (r->begin == r->end) {
            if (glia__gunzip_complete(r->gunzip)) break;
            return glia__fail(GLIA_E_FORMAT, "%s: byte %zu: the gzip data are truncated: the file ends here", r->path,
                              r->offset);
        }
        size_t      taken, given;
        glia_status status = glia__gunzip_some(r->gunzip, r->buffer + r->begin, r->end - r->begin, &taken, bytes + *got,
                                               n - *got, &given);
        r->begin += taken;
        *got += given;
        if (status) return glia__fail_at(status, "%s: byte %zu", r->path, r->offset - (r->end - r->begin));
    }
    return GLIA_OK;
}

glia_status glia__reader_read(glia__reader *r, void *bytes, size_t n, size_t *got)
{
    return (r->gunzip ? read_gzipped : read_plain)(r, bytes, n, got);
}

glia_status glia__reader_read_some(glia__reader *r, void *bytes, size_t n, size_t *got)
{
    if (r->gunzip) return read_gzipped(r, bytes, n, got);
    if (r->begin == r->end) GLIA_TRY(fill(r));
    size_t left = r->end - r->begin;
    *got = left < n ? left : n;
    memcpy(bytes, r->buffer + r->begin, *got);
    r->begin += *got;
    return GLIA_OK;
}

glia_status glia__reader_read_at(glia__reader *r, uint64_t offset, void *bytes, size_t n, size_t *got)
{
    const size_t at_once = (size_t)1 << 30; /* some systems refuse 2 GiB */
    *got = 0;
    if (r->gunzip || r->size == 0)
        return glia__fail(GLIA_E_FORMAT, "%s: can only be read as a plain file, not %s", r->path,
                          r->gunzip ? "gzipped" : "from a pipe");
    while (*got < n && offset + *got < r->size) {
        ssize_t more =
            pread(r->fd, (char *)bytes + *got, n - *got < at_once ? n - *got : at_once, (off_t)(offset + *got));
        if (more < 0 && errno == EINTR) continue;
        if (more < 0) return glia__fail(GLIA_E_OPEN, "%s: cannot be read: %s", r->path, strerror(errno));
        if (more == 0) break;
        *got += (size_t)more;
    }
    return GLIA_OK;
}

/* ---- opening and closing ---------------------------------------------------------------------------------------- */

/* By gzip's two magic bytes. The first alone begins no other format that is known here: it is a gzip file cut short. */
static bool is_gzipped(const glia__reader *r)
{
    return r->end > 0 && r->buffer[0] == 0x1F && (r->end == 1 || r->buffer[1] == 0x8B);
}

static glia_status begin(glia__reader *r, const char *path)
{
    struct stat at;
    r->path = glia__strdup(glia__path_name(path));
    if (!r->path) return GLIA_E_MEMORY;
    GLIA_TRY(open_file(path, r->path, &r->fd, &at));
    r->size = S_ISREG(at.st_mode) ? (size_t)at.st_size : 0;
    r->time = (uint64_t)at.st_mtim.tv_sec * 1000000000u + (uint64_t)at.st_mtim.tv_nsec;
    GLIA_TRY(fill(r));
    if (r->end == 1) GLIA_TRY(fill_on(r)); /* gzip shows in two bytes */
    if (!is_gzipped(r)) return GLIA_OK;
    glia_status status = glia__gunzip_new(&r->gunzip);
    return status ? glia__fail_at(status, "%s", r->path) : GLIA_OK;
}

glia_status glia__reader_open(glia__reader **reader, const char *path)
{
    *reader = NULL;
    if (!path || !*path) return glia__fail(GLIA_E_ARG, "the path of a file to read is empty");
    glia__reader *r = glia__new(1, sizeof *r);
    if (!r) return GLIA_E_MEMORY;
    r->fd = -1;
    glia_status status = begin(r, path);
    if (status)
        glia__reader_close(r);
    else
        *reader = r;
    return status;
}

void glia__reader_close(glia__reader *r)
{
    if (!r) return;
    glia__gunzip_free(r->gunzip);
    if (r->fd >= 0) close(r->fd);
    glia__free(r->path);
    glia__free(r);
}

size_t glia__reader_size(const glia__reader *r)
{
    return r->size;
}

uint64_t glia__reader_time(const glia__reader *r)
{
    return r->time;
}

bool glia__reader_gzipped(const glia__reader *r)
{
    return r->gunzip != NULL;
}

/* ---- whole files ------------------------------------------------------------------------------------------------ */

static glia_status read_whole(const char *path, size_t limit, int *fd, unsigned char **bytes, size_t *n)
{
    struct stat at;
    const char *name = glia__path_name(path);
    GLIA_TRY(open_file(path, name, fd, &at));
    if (!S_ISREG(at.st_mode)) return glia__fail(GLIA_E_OPEN, "%s: is not a regular file", name);
    if ((uintmax_t)at.st_size > limit)
        return glia__fail(GLIA_E_FORMAT, "%s: has %jd bytes, and may have %zu at most", name, (intmax_t)at.st_size,
                          limit);
    GLIA_TRY(glia__resize(bytes, (size_t)at.st_size, 1));
    GLIA_TRY(read_file(*fd, name, *bytes, (size_t)at.st_size, n));
    if (*n < (size_t)at.st_size)
        return glia__fail(GLIA_E_OPEN, "%s: ended at byte %zu: it was changed while it was read", name, *n);
    return GLIA_OK;
}

glia_status glia__file_read(const char *path, size_t limit, unsigned char **bytes, size_t *n)
{
    int fd = -1;
    *bytes = NULL;
    *n = 0;
    if (!path || !*path) return glia__fail(GLIA_E_ARG, "the path of a file to read is empty");
    glia_status status = read_whole(path, limit, &fd, bytes, n);
    if (fd >= 0) close(fd);
    if (status) {
        glia__free(*bytes);
        *bytes = NULL;
        *n = 0;
    }
    return status;
}
