/* Gzip's and zip's data, unzipped piece by piece. */
#ifndef GLIA_GROUND_GUNZIP_H
#define GLIA_GROUND_GUNZIP_H

#include "ground/status.h"

typedef struct glia__gunzip glia__gunzip;

/* GLIA_E_FORMAT in a build without zlib. */
glia_status glia__gunzip_new(glia__gunzip **gunzip);
/* The same for one stream that is deflated and nothing else, without a header or a check sum (RFC 1951). */
glia_status glia__inflate_new(glia__gunzip **gunzip);
void        glia__gunzip_free(glia__gunzip *gunzip);
/* Takes up to n bytes of gzip data and gives up to `room` bytes: how many of each it says. It may give none when it
 * takes some, and takes some unless there is no room. What is no gzip data, or damaged: GLIA_E_FORMAT. */
glia_status glia__gunzip_some(glia__gunzip *gunzip, const unsigned char *bytes, size_t n, size_t *taken,
                              unsigned char *out, size_t room, size_t *given);
/* All that was begun has ended: the data may end here. */
bool glia__gunzip_complete(const glia__gunzip *gunzip);
/* CRC-32 of RFC 1952: `crc`, 0 at first, with n more bytes. */
uint32_t glia__crc32(uint32_t crc, const void *bytes, size_t n);

#endif
