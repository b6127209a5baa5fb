/* What augmentation costs: seconds of processor time for an epoch of 60,000 images of 28 x 28 bytes, by text; and the
 * numbers a second that the counter-based generator gives. */
#include <stdio.h>
#include <time.h>

#include "data/plan.h"

/* Rows that no plan changes. */
#define AS_IT_IS(of, by) (&(glia__intake){.data = of, .scale = by, .straight = true})

enum { ROWS = 60000, SIDE = 28, BLOCK = 64, DRAWN = 784 };

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static glia_status make(glia_data **data)
{
    static uint8_t pixels[ROWS * SIDE * SIDE];
    for (size_t i = 0; i < sizeof pixels; i++) pixels[i] = (uint8_t)(i * 2654435761u >> 24);
    return glia_data_from_bytes(data, pixels, ROWS, 1, SIDE, SIDE, NULL, 0);
}

/* Of the conversion alone where text is NULL. */
static glia_status time_epoch(const glia_data *data, const char *text)
{
    static real        x[BLOCK * SIDE * SIDE];
    const glia__extent extent = {1, SIDE, SIDE};
    const glia__scaler unit = {.how = GLIA__SCALE_UNIT};
    const glia__chance chance = {.seed = 1, .epoch = 1};
    glia__augment     *a = NULL;
    if (text) GLIA_TRY(glia__augment_new(&a, text, &extent, true, 1));
    double start = now();
    for (size_t at = 0; at + BLOCK <= ROWS; at += BLOCK) {
        if (a)
            glia__batch_augmented(AS_IT_IS(data, &unit), a, 0, &chance, at, at + BLOCK, x);
        else
            glia__batch_inputs(AS_IT_IS(data, &unit), NULL, at, at + BLOCK, x);
    }
    printf("%6.3f s  %s\n", now() - start, text ? text : "(none)");
    glia__augment_free(a);
    return GLIA_OK;
}

static void time_numbers(void)
{
    static real        u[DRAWN];
    const glia__chance chance = {.seed = 1, .epoch = 1};
    double             start = now();
    for (size_t row = 0; row < ROWS; row++) glia__chance_uniforms(&chance, 0, row, DRAWN, u);
    double middle = now();
    for (size_t row = 0; row < ROWS; row++) glia__chance_normals(&chance, 0, row, DRAWN, u);
    printf("%6.1f million uniforms and %.1f million normals a second\n", 1e-6 * ROWS * DRAWN / (middle - start),
           1e-6 * ROWS * DRAWN / (now() - middle));
}

int main(void)
{
    static const char *const texts[] = {
        NULL,           "shift 2",    "shift 2, rotate 10, scale 0.1", "shift 2, rotate 10, scale 0.1, elastic 34 4",
        "elastic 34 4", "noise 0.05", "flip horizontal, erase 4",      "contrast 0.2, brightness 0.2",
    };
    glia_data *data;
    if (make(&data)) return 1;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (time_epoch(data, texts[i])) fprintf(stderr, "%s\n", glia_error());
    time_numbers();
    glia_data_free(data);
    return 0;
}
