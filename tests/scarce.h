/* Memory that runs out: an allocator that fails exactly one request, and counts the blocks that are out.
 *
 *   for (size_t k = 0; scarce_fails(k, try, &status); k++) assert_int_equal(status, GLIA_E_MEMORY);
 *   assert_int_equal(status, GLIA_OK);
 *
 * calls try() with the first request failing, then the second, and so on until one call gets through unharmed, and
 * fails the test whenever a call leaves a block behind. */
#ifndef GLIA_TESTS_SCARCE_H
#define GLIA_TESTS_SCARCE_H

#include <stdlib.h>
#include <string.h>

#include "help.h"

static size_t scarce_left, scarce_blocks; /* requests until the one that fails; blocks that are out */
static bool   scarce_failed;

static inline bool scarce_refuses(void)
{
    if (scarce_left-- > 0) return false;
    scarce_failed = true;
    scarce_left = SIZE_MAX;
    return true;
}

/* New memory is not zero, and none of size 0 is given: nobody may count on either. */
static inline void *scarce_allocate(size_t size)
{
    void *p = size == 0 || scarce_refuses() ? NULL : malloc(size);
    if (p) memset(p, 0xA5, size);
    scarce_blocks += p != NULL;
    return p;
}

static inline void *scarce_reallocate(void *p, size_t size)
{
    return scarce_refuses() ? NULL : realloc(p, size);
}

static inline void scarce_release(void *p)
{
    scarce_blocks--;
    free(p);
}

/* From here on the request after k others fails. */
static inline void scarce_begin(size_t k)
{
    scarce_left = k;
    scarce_blocks = 0;
    scarce_failed = false;
    glia_set_allocator(scarce_allocate, scarce_reallocate, scarce_release);
}

/* Back to plenty; true if a request has failed. */
static inline bool scarce_end(void)
{
    glia_set_allocator(NULL, NULL, NULL);
    assert_int_equal(scarce_blocks, 0);
    return scarce_failed;
}

static inline bool scarce_fails(size_t k, glia_status (*attempt)(void), glia_status *status)
{
    scarce_begin(k);
    *status = attempt();
    return scarce_end();
}

/* All of it, for an attempt that makes at least `least` requests. */
static inline void expect_survives_scarcity(glia_status (*attempt)(void), size_t least)
{
    glia_status status;
    size_t      k = 0;
    for (; scarce_fails(k, attempt, &status); k++) {
        if (status != GLIA_E_MEMORY) fail_msg("request %zu failed: %s", k, glia_status_name(status));
        if (!strstr(glia_error(), "memory")) fail_msg("request %zu failed: \"%s\"", k, glia_error());
    }
    assert_int_equal(status, GLIA_OK);
    assert_true(k >= least);
}

/* An allocator that only remembers the largest request since watch_begin. glia_set_allocator(NULL, NULL, NULL) ends it.
 */
static size_t watched_largest;

static inline void *watched_allocate(size_t size)
{
    if (size > watched_largest) watched_largest = size;
    return malloc(size);
}

static inline void *watched_reallocate(void *p, size_t size)
{
    if (size > watched_largest) watched_largest = size;
    return realloc(p, size);
}

static inline void watch_begin(void)
{
    watched_largest = 0;
    glia_set_allocator(watched_allocate, watched_reallocate, free);
}

#endif
