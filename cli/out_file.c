/* Whether a file can be written, tried the way the library writes one: an existing file must be writable, a new one is
 * made beside it (FILE.part-PID) and renamed; what is no regular file is opened and written as it stands. */
#include "out_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "report.h"

static int fail_out(const char *option, const char *path, int error)
{
    return fail(CODE_FAILED, "%s %s: cannot be written: %s", option, path, strerror(error));
}

bool out_file_is_stdout(const char *path)
{
    return strcmp(path, "-") == 0 || strcmp(path, "/dev/stdout") == 0;
}

/* The caller's. */
static char *folder_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? text_of("%.*s", (int)(slash == path ? 1 : slash - path), path) : text_of(".");
}

static const char *name_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

static bool stat_folder(const char *path, struct stat *at)
{
    char *folder = folder_of(path);
    bool  there = stat(folder, at) == 0;
    free(folder);
    return there;
}

bool out_file_is_same(const char *a, const char *b)
{
    struct stat x, y;
    if (!a || !b || out_file_is_stdout(a) || out_file_is_stdout(b)) return false;
    const bool there = stat(a, &x) == 0;
    if (there != (stat(b, &y) == 0)) return false;
    if (!there && (strcmp(name_of(a), name_of(b)) != 0 || !stat_folder(a, &x) || !stat_folder(b, &y))) return false;
    return x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

/* Whether it is the file that standard input comes from. */
static bool is_stdin(const char *path)
{
    struct stat x, y;
    if (!path || out_file_is_stdout(path)) return false;
    return stat(path, &x) == 0 && fstat(STDIN_FILENO, &y) == 0 && S_ISREG(y.st_mode) && x.st_dev == y.st_dev &&
           x.st_ino == y.st_ino;
}

bool out_file_is_of(const char *path, const glia_data *data)
{
    const char *file;
    if (is_stdin(path)) return true;
    for (size_t i = 0; path && (file = glia_data_file(data, i)); i++)
        if (out_file_is_same(path, file)) return true;
    return false;
}

bool out_file_is_previous(const char *path, const char *of)
{
    if (!path || !of) return false;
    char *real = realpath(of, NULL), *previous = text_of("%s.previous", real ? real : of);
    bool  same = out_file_is_same(path, previous);
    free(previous);
    free(real);
    return same;
}

static int check_folder(const char *option, const char *path)
{
    struct stat at;
    char       *folder = folder_of(path);
    int         code = CODE_FINE;
    if (stat(folder, &at) != 0 || !S_ISDIR(at.st_mode))
        code = fail(CODE_FAILED, "%s %s: there is no folder %s", option, path, folder);
    free(folder);
    return code;
}

/* Makes the file that would be renamed, and removes it. One of that name may be left from another run: the library
 * then takes another name. */
static int check_part(const char *option, const char *path)
{
    char *real = realpath(path, NULL), *part = text_of("%s.part-%ld", real ? real : path, (long)getpid());
    int   fd = open(part, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666), error = fd < 0 ? errno : 0;
    if (fd >= 0) {
        close(fd);
        unlink(part);
    }
    free(part);
    free(real);
    return error && error != EEXIST ? fail_out(option, path, error) : CODE_FINE;
}

/* A pipe is left alone: to open it is to wait for its reader, or to end what the reader reads. */
static int check_special(const char *option, const char *path, const struct stat *at)
{
    if (S_ISFIFO(at->st_mode)) return access(path, W_OK) == 0 ? CODE_FINE : fail_out(option, path, errno);
    int fd = open(path, O_WRONLY | O_NOCTTY | O_CLOEXEC);
    if (fd < 0) return fail_out(option, path, errno);
    close(fd);
    return CODE_FINE;
}

int out_file_check_as(const char *option, const char *path)
{
    struct stat at;
    if (!path || out_file_is_stdout(path)) return CODE_FINE;
    if (!*path) return fail(CODE_ARGUMENT, "%s \"\": not the name of a file", option);
    if (stat(path, &at) == 0) {
        if (S_ISDIR(at.st_mode)) return fail(CODE_FAILED, "%s %s: is a folder", option, path);
        if (!S_ISREG(at.st_mode)) return check_special(option, path, &at);
        return access(path, W_OK) == 0 ? check_part(option, path) : fail_out(option, path, errno);
    }
    if (errno != ENOENT && errno != ENOTDIR) return fail_out(option, path, errno);
    if (lstat(path, &at) == 0) return fail(CODE_FAILED, "%s %s: is a link to a file that does not exist", option, path);
    int code = check_folder(option, path);
    return code ? code : check_part(option, path);
}

int out_file_check(const char *path)
{
    return out_file_check_as("--out", path);
}
