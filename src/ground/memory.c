/* Memory: the one place that allocates, through an allocator that the user may replace.
 *
 * Sizes are products and sums of numbers that may come from a file, so they are only made by the checked helpers
 * below; what overflows is reported as memory that there is not. */
#include "ground/memory.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { ALIGNMENT = 64, LIST_BEGINS_WITH = 8, SMALL_PAGE = 1 << 12, LARGE_PAGE = 1 << 21 };

static struct allocator {
    void *(*allocate)(size_t size);
    void *(*reallocate)(void *p, size_t size);
    void (*release)(void *p);
} allocator = {malloc, realloc, free};

void glia_set_allocator(void *(*allocate)(size_t size), void *(*reallocate)(void *p, size_t size),
                        void (*release)(void *p))
{
    bool own = allocate && reallocate && release;
    allocator = own ? (struct allocator){allocate, reallocate, release} : (struct allocator){malloc, realloc, free};
}

/* ---- sizes ------------------------------------------------------------------------------------------------------ */

bool glia__mul(size_t a, size_t b, size_t *product)
{
    return !__builtin_mul_overflow(a, b, product);
}

bool glia__add(size_t a, size_t b, size_t *sum)
{
    return !__builtin_add_overflow(a, b, sum);
}

/* count * size + more, at least 1; false also for what no object can be as large as. */
static bool total(size_t count, size_t size, size_t more, size_t *bytes)
{
    if (!glia__mul(count, size, bytes) || !glia__add(*bytes, more, bytes) || *bytes > PTRDIFF_MAX) return false;
    if (*bytes == 0) *bytes = 1;
    return true;
}

static glia_status fail_memory(size_t count, size_t size)
{
    return glia__fail(GLIA_E_MEMORY, "out of memory: %zu items of %zu bytes", count, size);
}

/* ---- blocks ----------------------------------------------------------------------------------------------------- */

/* Asks the system for large pages under a large block: it hands out one of them in place of 512 small ones. All pages
 * of the block have to be the same, or it could not grow in its place. */
static void *on_large_pages(void *p, size_t bytes)
{
#ifdef MADV_HUGEPAGE
    if (!p || bytes < LARGE_PAGE || allocator.allocate != malloc) return p;
    uintptr_t within = (uintptr_t)p % SMALL_PAGE;
    madvise((unsigned char *)p - within, bytes + within, MADV_HUGEPAGE);
#endif
    (void)bytes;
    return p;
}

/* A large block comes from the system as zeros, and calloc knows. */
static void *zeros(size_t bytes)
{
    if (allocator.allocate == malloc) return on_large_pages(calloc(bytes, 1), bytes);
    void *p = allocator.allocate(bytes);
    return p ? memset(p, 0, bytes) : NULL;
}

static void *allocate_zeroed(size_t count, size_t size, size_t more)
{
    size_t bytes;
    void  *p = total(count, size, more, &bytes) ? zeros(bytes) : NULL;
    if (!p) fail_memory(count, size);
    return p;
}

void *glia__new(size_t count, size_t size)
{
    return allocate_zeroed(count, size, 0);
}

void glia__free(void *p)
{
    if (p) allocator.release(p);
}

/* `p` points to a pointer of some type: it is read and written as bytes, whatever that type is. */
glia_status glia__resize(void *p, size_t count, size_t size)
{
    void  *old, *grown;
    size_t bytes;
    memcpy(&old, p, sizeof old);
    if (!total(count, size, 0, &bytes)) return fail_memory(count, size);
    grown = old ? allocator.reallocate(old, bytes) : allocator.allocate(bytes);
    if (!on_large_pages(grown, bytes)) return fail_memory(count, size);
    memcpy(p, &grown, sizeof grown);
    return GLIA_OK;
}

glia_status glia__grow(void *p, size_t *capacity, size_t need, size_t size)
{
    if (need <= *capacity) return GLIA_OK;
    size_t count;
    if (!glia__mul(*capacity, 2, &count) || count < need) count = need;
    if (count < LIST_BEGINS_WITH) count = LIST_BEGINS_WITH;
    GLIA_TRY(glia__resize(p, count, size));
    *capacity = count;
    return GLIA_OK;
}

/* The allocator's own pointer is kept just before the aligned one. */
void *glia__new_aligned(size_t count, size_t size)
{
    unsigned char *block = allocate_zeroed(count, size, ALIGNMENT + sizeof(void *));
    if (!block) return NULL;
    uintptr_t      first = (uintptr_t)block + sizeof(void *);
    unsigned char *p = block + sizeof(void *) + (ALIGNMENT - first % ALIGNMENT) % ALIGNMENT;
    memcpy(p - sizeof(void *), &block, sizeof block);
    return p;
}

void glia__free_aligned(void *p)
{
    void *block;
    if (!p) return;
    memcpy(&block, (unsigned char *)p - sizeof block, sizeof block);
    allocator.release(block);
}

/* ---- copies of text --------------------------------------------------------------------------------------------- */

char *glia__strndup(const char *text, size_t n)
{
    size_t length = strnlen(text, n);
    char  *copy = glia__new(length + 1, 1);
    if (copy) memcpy(copy, text, length);
    return copy;
}

char *glia__strdup(const char *text)
{
    return glia__strndup(text, strlen(text));
}
