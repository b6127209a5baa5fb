/* Rows by a key of 64 bits: sorted, and those with the same key beside each other. */
#ifndef GLIA_DATA_KEYED_H
#define GLIA_DATA_KEYED_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef struct glia__keyed {
    uint64_t key;
    size_t   row;
} glia__keyed;
/* By key, equals in the order they had: by radix, in time that grows as n does. `room` holds n too. */
void glia__keyed_sort(glia__keyed *list, glia__keyed *room, size_t n);
/* Keys that are ordered as the numbers are; NaN is not among them. */
#define GLIA__SIGN ((uint64_t)1 << 63)
static inline uint64_t glia__key_of(double value)
{
    uint64_t bits;
    value += 0.0; /* -0 is 0 */
    memcpy(&bits, &value, sizeof bits);
    return bits & GLIA__SIGN ? ~bits : bits | GLIA__SIGN;
}
static inline double glia__key_value(uint64_t key)
{
    double   value;
    uint64_t bits = key & GLIA__SIGN ? key & ~GLIA__SIGN : ~key;
    memcpy(&value, &bits, sizeof value);
    return value;
}
/* Where the keys that are equal to list[at]'s end. */
static inline size_t glia__keyed_end(const glia__keyed *list, size_t n, size_t at)
{
    const uint64_t key = list[at].key;
    while (at < n && list[at].key == key) at++;
    return at;
}

#endif
