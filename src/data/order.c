/* The order of an epoch: a permutation of the rows, as NumPy's; or, of a data set too large for that to be read in, a
 * shuffle by blocks. Stretches of rows that stand one after the other are drawn in a new order, and of some of them
 * together, a window, all rows are. What is near in the file so comes in the same window, in an order that is new each
 * time, with other stretches each time. */
#include "data/pass.h"

bool glia__data_is_large(const glia_data *d)
{
    const size_t size = glia__data_is_bytes(d) ? 1 : sizeof(float); /* the same in every build */
    return d->stored * d->columns * size > glia__sizes_now.large;
}

size_t glia__data_block(const glia_data *d)
{
    const size_t row = d->columns * (glia__data_is_bytes(d) ? 1 : sizeof(float));
    return row < glia__sizes_now.block ? glia__sizes_now.block / row : 1;
}

/* The rows of `count` blocks, in the order of the list; returns how many. The list lies at the end of `order`, whose
 * room has as many places as there are rows, and no row is written over a block that is yet to come: each has a row. */
static size_t list_rows(const size_t *block, size_t count, size_t size, size_t rows, size_t *order)
{
    size_t n = 0;
    for (size_t b = 0; b < count; b++) {
        const size_t first = block[b] * size, end = first + size < rows ? first + size : rows;
        for (size_t row = first; row < end; row++) order[n++] = row;
    }
    return n;
}

/* The window's own list of blocks, copied from where its rows may come to lie. */
static size_t take_window(const size_t *blocks, size_t count, size_t size, size_t rows, size_t *order)
{
    enum { MOST = 256 };
    size_t window[MOST];
    for (size_t i = 0; i < count; i++) window[i] = blocks[i];
    return list_rows(window, count, size, rows, order);
}

static void draw_blocks(glia_rng *rng, const glia_data *d, size_t *order)
{
    const size_t rows = d->rows, size = glia__data_block(d), blocks = (rows + size - 1) / size;
    size_t      *block = order + (rows - blocks), done = 0;
    glia_rng_permutation(rng, block, blocks);
    for (size_t b = 0, count; b < blocks; b += count) {
        count = blocks - b < glia__sizes_now.blocks ? blocks - b : glia__sizes_now.blocks;
        const size_t n = take_window(block + b, count, size, rows, order + done);
        glia_rng_shuffle(rng, order + done, n, sizeof *order);
        done += n;
    }
}

void glia__order_draw(glia_rng *rng, const glia_data *d, size_t *order)
{
    if (glia__data_is_large(d))
        draw_blocks(rng, d, order);
    else
        glia_rng_permutation(rng, order, d->rows);
}
