/* Sorting by 64-bit keys: radix from the lowest byte up (Knuth, The Art of Computer Programming 3, 5.2.5), where bytes
 * that all keys share cost nothing; a few keys by insertion, which needs no counts. */
#include "data/keyed.h"

#include <stdbool.h>

enum { DIGITS_OF_KEY = 8, VALUES_OF_DIGIT = 256, FEW = 64 };

static unsigned digit_of(uint64_t key, unsigned digit)
{
    return (unsigned)(key >> 8 * digit) & 0xFF;
}

/* count[v] becomes where the keys with the digit v begin; false if all have the same. */
static bool make_places(size_t count[VALUES_OF_DIGIT], size_t n)
{
    size_t place = 0;
    for (unsigned v = 0; v < VALUES_OF_DIGIT; v++) {
        const size_t keys = count[v];
        if (keys == n) return false;
        count[v] = place;
        place += keys;
    }
    return true;
}

static void sort_few(glia__keyed *list, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        const glia__keyed own = list[i];
        size_t            at = i;
        for (; at > 0 && list[at - 1].key > own.key; at--) list[at] = list[at - 1];
        list[at] = own;
    }
}

static void sort_by_digits(glia__keyed *list, glia__keyed *room, size_t n)
{
    size_t       count[DIGITS_OF_KEY][VALUES_OF_DIGIT] = {{0}};
    glia__keyed *from = list, *to = room;
    for (size_t i = 0; i < n; i++)
        for (unsigned d = 0; d < DIGITS_OF_KEY; d++) count[d][digit_of(list[i].key, d)]++;
    for (unsigned d = 0; d < DIGITS_OF_KEY; d++) {
        if (!make_places(count[d], n)) continue;
        for (size_t i = 0; i < n; i++) to[count[d][digit_of(from[i].key, d)]++] = from[i];
        glia__keyed *swap = from;
        from = to, to = swap;
    }
    if (from != list) memcpy(list, from, n * sizeof *list);
}

void glia__keyed_sort(glia__keyed *list, glia__keyed *room, size_t n)
{
    if (n <= FEW)
        sort_few(list, n);
    else
        sort_by_digits(list, room, n);
}
