/* A file of data while it is read, and the readers of the formats there are. */
#ifndef GLIA_DATA_SOURCE_H
#define GLIA_DATA_SOURCE_H

#include "data/data.h"
#include "ground/file.h"

typedef struct glia__member glia__member;

/* A stream and its first bytes, which tell the format and are read again with the rest: so pipes work too. */
typedef struct glia__source {
    const char   *path; /* as sentences call it */
    glia__reader *reader;
    glia__member *member; /* the stream is a member of the reader's zip; NULL: the whole of it */
    unsigned char head[16];
    size_t        head_size, head_read;
    bool          arrives; /* opened as a stream */
} glia__source;

glia_status glia__source_open(glia__source *s, const char *path);
glia_status glia__source_look(glia__source *s); /* for who makes one: reads the head */
/* The same for a table whose rows arrive one after the other: nothing is looked at before it is read, and reading waits
 * for the next byte only. */
glia_status glia__source_open_stream(glia__source *s, const char *path);
/* As glia__reader_read, from the first byte on. */
glia_status glia__source_read(glia__source *s, void *bytes, size_t n, size_t *got);
/* Bytes in the whole stream; 0 if that is not known before the end. */
size_t glia__source_size(const glia__source *s);
/* Whether the file is known to hold so many; what is packed only says so. */
bool glia__source_is_held(const glia__source *s);
/* Whether any of its bytes can be read at any time: a file that is not packed, and no member of one. */
bool glia__source_is_plain(const glia__source *s);
void glia__source_close(glia__source *s); /* a zeroed one is fine */

/* npz.c: the arrays of a NumPy .npz by their names; of two parts that it may have, the one that `part` names ("train",
 * "test"), or with NULL both. */
glia_status glia__npz_read(glia_data **data, const glia__source *file, const char *part,
                           const glia_data_options *options);
/* table.c: a CSV. */
glia_status glia__csv_read(glia_data **data, glia__source *s, const glia_data_options *options);

#endif
