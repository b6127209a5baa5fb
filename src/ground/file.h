/* Files: read plain or gzipped, written whole or not at all. */
#ifndef GLIA_GROUND_FILE_H
#define GLIA_GROUND_FILE_H

#include "ground/status.h"

/* What sentences call the file of a path: "-" is "standard input". */
const char *glia__path_name(const char *path);

/* A stream of a file's bytes, gunzipped if it begins with gzip's magic. "-" is standard input.
 * A folder, a missing, an unreadable file: GLIA_E_OPEN. Damaged or truncated gzip: GLIA_E_FORMAT with the path. */
typedef struct glia__reader glia__reader;
glia_status                 glia__reader_open(glia__reader **reader, const char *path);
/* Fills up to n bytes; *got < n only at the end of the file. */
glia_status glia__reader_read(glia__reader *reader, void *bytes, size_t n, size_t *got);
/* The same, but waits for the first byte only: what is there by then is enough, where the file is not gzipped. */
glia_status glia__reader_read_some(glia__reader *reader, void *bytes, size_t n, size_t *got);
/* Fills n bytes from those that begin at `offset` of a plain regular file, whatever was read of the stream; *got < n
 * only at the end of the file. GLIA_E_FORMAT for gzip, a pipe and the like, which can only be read from the start. */
glia_status glia__reader_read_at(glia__reader *reader, uint64_t offset, void *bytes, size_t n, size_t *got);
/* Size of the file on disk (compressed or not), 0 if unknown (a pipe). */
size_t glia__reader_size(const glia__reader *reader);
bool   glia__reader_gzipped(const glia__reader *reader);
/* When it was last changed, in nanoseconds since 1970, as the system tells it. */
uint64_t glia__reader_time(const glia__reader *reader);
void     glia__reader_close(glia__reader *reader);

/* Reads a whole plain (not gunzipped) regular file of at most `limit` bytes. *bytes is the caller's (glia__free). */
glia_status glia__file_read(const char *path, size_t limit, unsigned char **bytes, size_t *n);

/* What stands at a path. */
bool glia__is_folder(const char *path);
bool glia__is_file(const char *path); /* a regular file that exists */

/* Writes a file whole or not at all: into PATH.part-PID, then fsync, rename, fsync of the folder. A path that exists
 * and is no regular file (/dev/full, a pipe) is written directly. */
typedef struct glia__writer glia__writer;
glia_status                 glia__writer_open(glia__writer **writer, const char *path);
glia_status                 glia__writer_write(glia__writer *writer, const void *bytes, size_t n);
/* Removes what killed processes left of the file: PATH.part-PID. */
glia_status glia__writer_tidy(const glia__writer *writer);
/* The same; and what stood at the path before will stand at PATH.previous, in place of what stood there; at no moment
 * is there no whole file at PATH. */
glia_status glia__writer_keep(glia__writer *writer);
/* Ends the writing, frees the writer. On failure, GLIA_E_WRITE, what stood at the path before still stands there. */
glia_status glia__writer_commit(glia__writer *writer);
void        glia__writer_abandon(glia__writer *writer); /* removes what was written; NULL is fine */

#endif
