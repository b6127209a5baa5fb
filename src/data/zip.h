/* The members of a zip file, each a stream. */
#ifndef GLIA_DATA_ZIP_H
#define GLIA_DATA_ZIP_H

#include "data/source.h"

/* What the directory says of a member. */
typedef struct glia__entry {
    char    *name;
    unsigned flags, method;
    uint32_t crc;
    uint64_t packed, size; /* bytes in the file, and unpacked      */
    uint64_t at;           /* where its local header stands        */
} glia__entry;

typedef struct glia__zip {
    const char   *path; /* as sentences call it */
    glia__reader *reader;
    uint64_t      directory; /* where it begins: no member reaches into it */
    size_t        count;
    glia__entry  *entries; /* [count] */
} glia__zip;

/* Whether a file begins as one. */
bool glia__zip_fits(const glia__source *s);
/* Reads the directory of a file that can be read anywhere. Clear it in any case. */
glia_status glia__zip_open(glia__zip *z, const glia__source *file);
void        glia__zip_clear(glia__zip *z);
/* The stream of an entry, which is told by `path` in sentences and borrows the zip's reader. */
glia_status glia__zip_source(glia__source *s, const glia__zip *z, const glia__entry *entry, const char *path);

/* As glia__source_read; at the end the check sum must be right. */
glia_status glia__member_read(glia__member *m, void *bytes, size_t n, size_t *got);
size_t      glia__member_size(const glia__member *m);
bool        glia__member_is_stored(const glia__member *m); /* and not deflated */
void        glia__member_close(glia__member *m);           /* NULL is fine */

#endif
