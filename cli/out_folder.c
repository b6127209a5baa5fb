/* The files are written into DIR/.part-PID and moved up when all of them are there, index.json last: a folder with an
 * index is whole. Only what a former index lists is ever removed. */
#include "out_folder.h"

#include <dirent.h>
#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "report.h"

static const char INDEX[] = "index.json";

static int fail_out(const out_folder *f, int error)
{
    return fail(CODE_FAILED, "--out %s: cannot be written: %s", f->path, strerror(error));
}

static int fail_entry(const out_folder *f, const char *name)
{
    return fail(CODE_FAILED, "--out %s: holds %s, which no index there lists: a new or empty folder is needed", f->path,
                name);
}

static void add_name(char ***names, size_t *count, const char *name)
{
    grow(names, *count, sizeof **names);
    (*names)[(*count)++] = text_of("%s", name);
}

/* ---- what stands there ----------------------------------------------------------------------------------------- */

/* The index of a folder, or NULL. */
static json_t *read_index(const char *folder, const char *kind)
{
    char   *path = text_of("%s/%s", folder, INDEX);
    json_t *index = json_load_file(path, JSON_REJECT_DUPLICATES, NULL);
    free(path);
    if (json_object_get(index, kind)) return index;
    json_decref(index);
    return NULL;
}

static bool is_listed(const json_t *index, const char *name)
{
    const json_t *file;
    size_t        i;
    if (index && strcmp(name, INDEX) == 0) return true;
    json_array_foreach(json_object_get(index, "files"), i, file)
    {
        const char *listed = json_string_value(json_object_get(file, "name"));
        if (listed && strcmp(listed, name) == 0) return true;
    }
    return false;
}

static bool is_plain_file(const char *folder, const char *name)
{
    struct stat at;
    char       *path = text_of("%s/%s", folder, name);
    bool        plain = lstat(path, &at) == 0 && S_ISREG(at.st_mode);
    free(path);
    return plain;
}

static int list_old(out_folder *f, const char *kind)
{
    json_t *index = read_index(f->path, kind);
    DIR    *folder = opendir(f->path);
    int     code = folder ? CODE_FINE : fail_out(f, errno);
    for (struct dirent *entry; code == CODE_FINE && (entry = readdir(folder));) {
        const char *name = entry->d_name;
        if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0) continue;
        if (is_listed(index, name) && is_plain_file(f->path, name))
            add_name(&f->old, &f->olds, name);
        else
            code = fail_entry(f, name);
    }
    if (folder) closedir(folder);
    json_decref(index);
    return code;
}

/* ---- beginning and ending -------------------------------------------------------------------------------------- */

int out_folder_begin(out_folder *f, const char *path, const char *kind)
{
    struct stat at;
    int         code = CODE_FINE;
    *f = (out_folder){.path = path};
    if (!*path) return fail(CODE_ARGUMENT, "--out \"\": not the name of a folder");
    if (stat(path, &at) == 0) {
        code = S_ISDIR(at.st_mode) ? list_old(f, kind) : fail(CODE_FAILED, "--out %s: is not a folder", path);
    } else {
        f->is_new = mkdir(path, 0777) == 0;
        if (!f->is_new) code = fail(CODE_FAILED, "--out %s: cannot be made: %s", path, strerror(errno));
    }
    if (code) return code;
    char *part = text_of("%s/.part-%ld", path, (long)getpid());
    if (mkdir(part, 0777) == 0)
        f->part = part;
    else
        code = fail_out(f, errno), free(part);
    return code;
}

const char *out_folder_file(out_folder *f, const char *name)
{
    char *path = text_of("%s/%s", f->part, name);
    grow(&f->made, f->count, sizeof *f->made);
    return f->made[f->count++] = path;
}

static bool remove_old(const out_folder *f, const char *name)
{
    char *path = text_of("%s/%s", f->path, name);
    bool  removed = unlink(path) == 0 || errno == ENOENT;
    free(path);
    return removed;
}

static bool move_up(const out_folder *f, const char *made)
{
    char *path = text_of("%s%s", f->path, strrchr(made, '/'));
    bool  moved = rename(made, path) == 0;
    free(path);
    return moved;
}

/* From here on the old files are gone: the index first, so that no half folder has one. */
int out_folder_commit(out_folder *f)
{
    if (f->olds && !remove_old(f, INDEX)) return fail_out(f, errno);
    for (size_t i = 0; i < f->olds; i++)
        if (!remove_old(f, f->old[i])) return fail_out(f, errno);
    for (size_t i = 0; i < f->count; i++)
        if (!move_up(f, f->made[i])) return fail_out(f, errno);
    f->is_new = false;
    return CODE_FINE;
}

static void free_names(char **names, size_t count)
{
    for (size_t i = 0; i < count; i++) free(names[i]);
    free(names);
}

void out_folder_end(out_folder *f)
{
    for (size_t i = 0; i < f->count; i++) unlink(f->made[i]); /* moved ones are not there any more */
    if (f->part) rmdir(f->part);
    if (f->is_new) rmdir(f->path);
    free_names(f->old, f->olds);
    free_names(f->made, f->count);
    free(f->part);
    *f = (out_folder){0};
}
