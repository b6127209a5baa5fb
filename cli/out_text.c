/* Text into a file as the library writes its files: into FILE.part-PID, flushed to the disk, then renamed over the old
 * one; what is no regular file (/dev/null, a pipe) is written as it stands. */
#include "out_text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "out_file.h"
#include "report.h"

static int fail_written(const char *path, int error)
{
    return fail(CODE_FAILED, "%s: cannot be written: %s", path, strerror(error));
}

int out_text_begin(out_text *t, const char *path)
{
    struct stat at;
    *t = (out_text){.to = stdout, .path = path};
    if (!path || out_file_is_stdout(path)) return CODE_FINE;
    const bool there = stat(path, &at) == 0;
    if (!there || S_ISREG(at.st_mode)) {
        char *real = realpath(path, NULL);
        t->target = text_of("%s", real ? real : path);
        t->part = text_of("%s.part-%ld", t->target, (long)getpid());
        free(real);
    }
    t->to = fopen(t->part ? t->part : path, t->part ? "wx" : "w");
    if (!t->to) return fail_written(path, errno);
    if (there && t->part) fchmod(fileno(t->to), at.st_mode & 0777);
    return CODE_FINE;
}

/* errno of what went wrong; 0: nothing did. */
static int close_file(out_text *t)
{
    int error = !ferror(t->to) ? 0 : errno ? errno : EIO; /* of the writing that failed, the last thing done */
    if (fflush(t->to) != 0 && !error) error = errno;
    if (!error && t->part && fsync(fileno(t->to)) != 0 && errno != EINVAL) error = errno;
    if (fclose(t->to) != 0 && !error) error = errno;
    return error;
}

int out_text_end(out_text *t, int code)
{
    const bool is_file = t->to && t->to != stdout;
    int        error = is_file ? close_file(t) : 0;
    if (is_file && t->part && code == CODE_FINE && !error && rename(t->part, t->target) != 0) error = errno;
    if (is_file && t->part && (code != CODE_FINE || error)) unlink(t->part);
    if (code == CODE_FINE && error) code = fail_written(t->path, error);
    free(t->target);
    free(t->part);
    return code;
}
