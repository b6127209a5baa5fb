/* Errors: a status, and one sentence a thread. See glia.h, section 1. */
#ifndef GLIA_GROUND_STATUS_H
#define GLIA_GROUND_STATUS_H

#include "glia.h"

/* Sets this thread's sentence and returns `code`. A sentence longer than the buffer (1 KiB) is cut. */
glia_status glia__fail(glia_status code, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Puts "prefix: " before the current sentence and returns `code`: for callers that know the place. */
glia_status glia__fail_at(glia_status code, const char *format, ...) __attribute__((format(printf, 2, 3)));

#define GLIA_TRY(call)                                                                                                 \
    do {                                                                                                               \
        glia_status glia_try_ = (call);                                                                                \
        if (glia_try_ != GLIA_OK) return glia_try_;                                                                    \
    } while (0)

#endif
