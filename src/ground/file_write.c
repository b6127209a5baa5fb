/* Writing files whole or not at all.
 *
 * The bytes go to a new file beside the old one; only when all of them are on the disk does a rename, which is atomic,
 * put it in the old one's place. Whatever happens before, an error or a crash, the old file is as it was. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ground/file.h"
#include "ground/memory.h"
#include "ground/text.h"

enum { BUFFER_SIZE = 1 << 16 };

struct glia__writer {
    char *path;   /* as the caller named it                                      */
    char *target; /* the file itself, links followed; NULL: written directly     */
    char *part;   /* what is written, until it is renamed; NULL before it exists */
    /* The file that is replaced is kept, by this name, which is another until it is whole; NULL: it is not. */
    char         *previous, *next;
    int           fd;
    int           error; /* errno of the first failure */
    size_t        filled;
    unsigned char buffer[BUFFER_SIZE];
};

static glia_status fail_write(glia__writer *w)
{
    return glia__fail(GLIA_E_WRITE, "%s: cannot be written: %s", w->path, strerror(w->error));
}

/* ---- opening ---------------------------------------------------------------------------------------------------- */

/* Standard output is written as it stands even when it leads to a regular file: that file is the shell's. */
static bool is_standard_output(const char *path)
{
    return !strcmp(path, "-") || !strcmp(path, "/dev/stdout");
}

static glia_status open_direct(glia__writer *w)
{
    bool standard = is_standard_output(w->path);
    w->fd = standard ? fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 0) : open(w->path, O_WRONLY | O_CLOEXEC);
    w->error = w->fd < 0 ? errno : 0;
    return w->error ? fail_write(w) : GLIA_OK;
}

/* Where the file is or will be: an existing one with its links followed, so that they stay. */
static glia_status find_target(glia__writer *w)
{
    char *real = realpath(w->path, NULL);
    w->target = glia__strdup(real ? real : w->path);
    free(real);
    return w->target ? GLIA_OK : GLIA_E_MEMORY;
}

/* Makes PATH.part-PID; another number follows if that name is taken, by another thread or a crash long ago. */
static glia_status open_part(glia__writer *w)
{
    enum { NAMES_TRIED = 100, SUFFIX_MOST = 48 };
    size_t size;
    char  *name = glia__add(strlen(w->target), SUFFIX_MOST, &size) ? glia__new(size, 1) : NULL;
    if (!name) return GLIA_E_MEMORY;
    for (int i = 0; i < NAMES_TRIED && w->fd < 0; i++) {
        int n = snprintf(name, size, "%s.part-%ld", w->target, (long)getpid());
        if (i > 0) snprintf(name + n, size - (size_t)n, ".%d", i);
        w->fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (w->fd < 0 && errno != EEXIST) break;
    }
    w->error = w->fd < 0 ? errno : 0;
    if (w->error == 0)
        w->part = name;
    else
        glia__free(name);
    return w->error ? fail_write(w) : GLIA_OK;
}

/* An existing file must be writable, though a rename would not ask, and the new one gets its permissions. */
static glia_status begin(glia__writer *w, const char *path)
{
    struct stat at;
    const int   missing = stat(path, &at) == 0 ? 0 : errno;
    w->path = glia__strdup(path);
    if (!w->path) return GLIA_E_MEMORY;
    if (is_standard_output(path) || (!missing && !S_ISREG(at.st_mode))) return open_direct(w);
    if (missing == ENOENT && lstat(path, &at) == 0)
        return glia__fail(GLIA_E_WRITE, "%s: is a link to a file that does not exist", path);
    if (missing != ENOENT) w->error = missing;
    if (!missing && access(path, W_OK) != 0) w->error = errno;
    if (w->error) return fail_write(w);
    GLIA_TRY(find_target(w));
    GLIA_TRY(open_part(w));
    if (!missing && fchmod(w->fd, at.st_mode & 0777) != 0) w->error = errno;
    return w->error ? fail_write(w) : GLIA_OK;
}

glia_status glia__writer_open(glia__writer **writer, const char *path)
{
    *writer = NULL;
    if (!path || !*path) return glia__fail(GLIA_E_ARG, "the path of a file to write is empty");
    glia__writer *w = glia__new(1, sizeof *w);
    if (!w) return GLIA_E_MEMORY;
    w->fd = -1;
    glia_status status = begin(w, path);
    if (status)
        glia__writer_abandon(w);
    else
        *writer = w;
    return status;
}

static char *join(const char *path, const char *more)
{
    glia__string name = {0};
    glia__string_add(&name, "%s%s", path, more);
    return glia__string_take(&name);
}

/* The number at *at, which moves past it; 0: there is none, or one that no printing makes. */
static size_t printed_number(const char **at)
{
    size_t number;
    return **at != '0' && glia__digits_read(at, NULL, &number) ? number : 0;
}

/* The process whose part of the file `name` this is, by open_part's names; 0: it is none. */
static size_t writer_of(const char *entry, const char *name)
{
    static const char part[] = ".part-";
    size_t            length = strlen(name);
    if (strncmp(entry, name, length) != 0 || strncmp(entry + length, part, strlen(part)) != 0) return 0;
    const char *at = entry + length + strlen(part);
    size_t      pid = printed_number(&at);
    bool        again = *at == '.' && at[1] != 'p';
    if (pid > INT_MAX || (again && (at++, !printed_number(&at)))) return 0;
    return !*at || strcmp(at, ".previous") == 0 ? pid : 0;
}

/* Removes the parts of this file whose processes are no more: they were killed while they wrote. */
static glia_status remove_orphans(const char *target)
{
    const char    *slash = strrchr(target, '/'), *name = slash ? slash + 1 : target;
    char          *folder = slash ? glia__strdup(target) : glia__strdup(".");
    struct dirent *entry;
    if (!folder) return GLIA_E_MEMORY;
    if (slash) folder[name - target] = '\0';
    DIR *list = opendir(folder);
    while (list && (entry = readdir(list))) {
        size_t pid = writer_of(entry->d_name, name);
        if (pid && kill((pid_t)pid, 0) != 0 && errno == ESRCH) unlinkat(dirfd(list), entry->d_name, 0);
    }
    if (list) closedir(list);
    glia__free(folder);
    return GLIA_OK;
}

glia_status glia__writer_tidy(const glia__writer *w)
{
    return w->part ? remove_orphans(w->target) : GLIA_OK;
}

glia_status glia__writer_keep(glia__writer *w)
{
    if (!w->part) return GLIA_OK;
    GLIA_TRY(glia__writer_tidy(w));
    w->next = join(w->part, ".previous");
    w->previous = w->next ? join(w->target, ".previous") : NULL;
    return w->previous ? GLIA_OK : GLIA_E_MEMORY;
}

/* ---- writing ---------------------------------------------------------------------------------------------------- */

static void write_out(glia__writer *w, const unsigned char *bytes, size_t n)
{
    const size_t at_once = (size_t)1 << 30; /* some systems refuse 2 GiB */
    while (n > 0 && w->error == 0) {
        ssize_t done = write(w->fd, bytes, n < at_once ? n : at_once);
        if (done < 0 && errno == EINTR) continue;
        if (done < 0) {
            w->error = errno;
        } else {
            bytes += done;
            n -= (size_t)done;
        }
    }
}

static void flush(glia__writer *w)
{
    write_out(w, w->buffer, w->filled);
    w->filled = 0;
}

glia_status glia__writer_write(glia__writer *w, const void *bytes, size_t n)
{
    if (n >= BUFFER_SIZE - w->filled) flush(w);
    if (n >= BUFFER_SIZE) {
        write_out(w, bytes, n);
    } else if (n > 0) {
        memcpy(w->buffer + w->filled, bytes, n);
        w->filled += n;
    }
    return w->error ? fail_write(w) : GLIA_OK;
}

/* ---- ending ----------------------------------------------------------------------------------------------------- */

static void close_file(glia__writer *w)
{
    if (w->fd >= 0 && close(w->fd) != 0 && w->error == 0) w->error = errno;
    w->fd = -1;
}

/* Makes the rename last. It has happened, so that this fails is no failure of the writing. */
static void sync_folder(char *path)
{
    char *slash = strrchr(path, '/');
    if (slash) slash[slash == path] = '\0';
    int fd = open(slash ? path : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) return;
    fsync(fd);
    close(fd);
}

/* The old file gets its second name before it loses its first, so that there is a whole file under the first at every
 * moment; only where a file can have but one name is it renamed. */
static void keep_previous(glia__writer *w)
{
    unlink(w->next); /* of a crash long ago */
    if (link(w->target, w->next) == 0) {
        if (rename(w->next, w->previous) != 0) w->error = errno;
        unlink(w->next); /* both may have been names of one file: then a rename does nothing */
    } else if (errno != ENOENT && rename(w->target, w->previous) != 0) {
        w->error = errno;
    }
}

static void put_in_place(glia__writer *w)
{
    if (w->error == 0 && fsync(w->fd) != 0 && errno != EINVAL) w->error = errno; /* EINVAL: cannot be synced at all */
    close_file(w);
    if (w->error == 0 && w->previous) keep_previous(w);
    if (w->error == 0 && rename(w->part, w->target) != 0) w->error = errno;
    if (w->error) return;
    glia__free(w->part);
    w->part = NULL;
    sync_folder(w->target);
}

glia_status glia__writer_commit(glia__writer *w)
{
    flush(w);
    if (w->part)
        put_in_place(w);
    else
        close_file(w);
    glia_status status = w->error ? fail_write(w) : GLIA_OK;
    glia__writer_abandon(w);
    return status;
}

void glia__writer_abandon(glia__writer *w)
{
    if (!w) return;
    close_file(w);
    if (w->part) unlink(w->part);
    glia__free(w->part);
    glia__free(w->target);
    glia__free(w->previous);
    glia__free(w->next);
    glia__free(w->path);
    glia__free(w);
}
