/* A file of data while it is read, and the readers of the formats there are. */
#ifndef GLIA_DATA_SOURCE_H
#define GLIA_DATA_SOURCE_H

#include "data/data.h"
#include "ground/file.h"

/* A stream and its first bytes, which tell the format and are read again with the rest: so pipes work too. */
typedef struct glia__source {
    const char   *path; /* as sentences call it */
    glia__reader *reader;
    unsigned char head[16];
    size_t        head_size, head_read;
} glia__source;

glia_status glia__source_open(glia__source *s, const char *path);
/* As glia__reader_read, from the first byte on. */
glia_status glia__source_read(glia__source *s, void *bytes, size_t n, size_t *got);
/* Bytes in the whole stream; 0 if that is not known before the end. */
size_t glia__source_size(const glia__source *s);
void   glia__source_close(glia__source *s); /* a zeroed one is fine */

/* idx.c: rows of inputs, and if labels is not NULL a target for each. */
bool        glia__idx_fits(const glia__source *s);
glia_status glia__idx_read(glia_data **data, glia__source *images, glia__source *labels);
/* table.c: a CSV. */
glia_status glia__csv_read(glia_data **data, glia__source *s, const glia_data_options *options);

#endif
