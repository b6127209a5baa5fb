/* Moves of images, their resampling, and elastic fields: against SciPy's (golden augment), and exactly where a move
 * hits whole pixels. */
#include "data/warp.h"
#include "golden.h"
#include "help.h"

enum { C = 2, H = 9, W = 7, N = C * H * W };

/* ---- against SciPy ---------------------------------------------------------------------------------------------- */

static void warp_by(const glia__extent *e, const glia__affine *move, size_t count, real *image)
{
    glia__warp w;
    EXPECT_OK(glia__warp_new(&w, e));
    glia__warp_begin(&w);
    for (size_t i = count; i-- > 0;) glia__warp_move(&w, &move[i]);
    glia__warp_end(&w, image);
    glia__warp_clear(&w);
}

static void moves_are_scipys(void **state)
{
    const glia__extent e = {C, H, W};
    const struct {
        const char  *name;
        glia__affine move[5];
        size_t       count;
    } moves[] = {
        {"rotated", {glia__affine_rotate(&e, 30)}, 1},
        {"scaled", {glia__affine_scale(&e, 1.3)}, 1},
        {"sheared", {glia__affine_shear(&e, -20)}, 1},
        {"shifted", {glia__affine_shift(2, -3)}, 1},
        {"flipped", {glia__affine_flip(&e, true)}, 1},
        {"upended", {glia__affine_flip(&e, false)}, 1},
        {"halfway", {glia__affine_shift(0.5, -0.25)}, 1},
        {"all",
         {glia__affine_shift(1, -2), glia__affine_rotate(&e, 25), glia__affine_scale(&e, 0.8),
          glia__affine_shear(&e, 10), glia__affine_flip(&e, true)},
         5},
    };
    golden_case *c = golden_open("augment/moves");
    (void)state;
    for (size_t i = 0; i < COUNT(moves); i++) {
        real *image = golden_reals(golden_get(c, "image"));
        warp_by(&e, moves[i].move, moves[i].count, image);
        golden_expect_reals(golden_get(c, moves[i].name), image, golden_tolerance_of(c));
        free(image);
    }
    golden_close(c);
}

/* Both fields of noise through one room, that the first leaves dirty. */
static void elastic_fields_are_scipys(void **state)
{
    static const double sigma[] = {4, 1.3, 9};
    static const char  *name[] = {"smoothed0", "smoothed1", "smoothed2"};
    golden_case        *c = golden_open("augment/elastic");
    const golden_array *noise = golden_get(c, "noise");
    const glia__extent  x = {1, noise->shape[1], noise->shape[2]};
    const size_t        plane = x.height * x.width;
    (void)state;
    for (size_t k = 0; k < COUNT(sigma); k++) {
        glia__elastic e;
        size_t        numbers;
        EXPECT_OK(glia__elastic_new(&e, sigma[k]));
        assert_true(glia__elastic_room(&e, &x, &numbers));
        real *room = need(numbers, sizeof *room), *field = need(2 * plane, sizeof *field);
        for (size_t i = 0; i < numbers; i++) room[i] = (real)NAN;
        for (size_t axis = 0; axis < 2; axis++) {
            real *into = glia__elastic_noise(&e, &x, room);
            for (size_t i = 0; i < plane; i++) into[i] = (real)noise->values[axis * plane + i];
            for (size_t i = 0; i < plane; i++) field[axis * plane + i] = 3;
            glia__elastic_add(&e, &x, 34, room, field + axis * plane);
        }
        for (size_t i = 0; i < 2 * plane; i++) field[i] -= 3; /* it was added */
        golden_expect_reals(golden_get(c, name[k]), field, golden_tolerance_of(c));
        free(room);
        free(field);
        glia__elastic_clear(&e);
    }
    golden_close(c);
}

/* ---- exact ------------------------------------------------------------------------------------------------------ */

static void fill(real *image, size_t n)
{
    for (size_t i = 0; i < n; i++) image[i] = (real)(i * 37 % 101) / 7 - 3;
}

static real pixel(const real *image, const glia__extent *e, size_t c, long y, long x)
{
    bool inside = y >= 0 && x >= 0 && y < (long)e->height && x < (long)e->width;
    return inside ? image[(c * e->height + (size_t)y) * e->width + (size_t)x] : 0;
}

/* Every shift there is, also those that leave nothing, is a copy. */
static void whole_shifts_are_copies(void **state)
{
    const glia__extent e = {C, H, W};
    real               image[N], moved[N];
    (void)state;
    fill(image, N);
    for (long dy = -H - 2; dy <= H + 2; dy++)
        for (long dx = -W - 2; dx <= W + 2; dx++) {
            const glia__affine back = glia__affine_shift((double)dx, (double)dy);
            memcpy(moved, image, sizeof image);
            warp_by(&e, &back, 1, moved);
            for (size_t i = 0; i < N; i++) {
                long x = (long)(i % W), y = (long)(i / W % H);
                assert_true(moved[i] == pixel(image, &e, i / (W * H), y - dy, x - dx));
            }
        }
}

/* NumPy's rot90: r[i][j] = m[j][n - 1 - i], again and again; both flips are half a turn. */
static void quarter_turns_and_flips_are_exact(void **state)
{
    enum { SIDE = 8, SQUARE = C * SIDE * SIDE };
    const glia__extent e = {C, SIDE, SIDE};
    const glia__affine quarter = glia__affine_rotate(&e, 90), half = glia__affine_rotate(&e, 180);
    const glia__affine flips[] = {glia__affine_flip(&e, true), glia__affine_flip(&e, false)};
    real               image[SQUARE], turned[SQUARE], other[SQUARE];
    (void)state;
    fill(image, SQUARE);
    memcpy(turned, image, sizeof image);
    for (int turn = 0; turn < 4; turn++) {
        memcpy(other, turned, sizeof turned);
        warp_by(&e, &quarter, 1, turned);
        for (size_t i = 0; i < SQUARE; i++) {
            long x = (long)(i % SIDE), y = (long)(i / SIDE % SIDE);
            assert_true(fabs(turned[i] - pixel(other, &e, i / (SIDE * SIDE), x, SIDE - 1 - y)) < 1e-4);
        }
    }
    memcpy(turned, image, sizeof image);
    memcpy(other, image, sizeof image);
    warp_by(&e, &half, 1, turned);
    warp_by(&e, flips, 2, other);
    for (size_t i = 0; i < SQUARE; i++) {
        assert_true(fabs(turned[i] - other[i]) < 1e-4);
        assert_true(other[i] == image[i / (SIDE * SIDE) * SIDE * SIDE + SIDE * SIDE - 1 - i % (SIDE * SIDE)]);
    }
}

/* Places far away, and those that are no numbers, see nothing; nobody reads outside of the frame. */
static void far_places_see_nothing(void **state)
{
    static const double far[] = {1e30, -1e30, 1e9, -1e9, NAN};
    const glia__extent  e = {C, H, W};
    real                image[N];
    glia__warp          w;
    (void)state;
    EXPECT_OK(glia__warp_new(&w, &e));
    for (size_t k = 0; k < COUNT(far); k++) {
        fill(image, N);
        glia__warp_begin(&w);
        glia__warp_place(&w);
        for (size_t i = 0; i < H * W; i++) w.x[i] = (real)far[k], w.y[i] = (real)far[(k + i) % COUNT(far)];
        glia__warp_end(&w, image);
        for (size_t i = 0; i < N; i++) assert_true(image[i] == 0);
    }
    glia__warp_clear(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(moves_are_scipys),        cmocka_unit_test(elastic_fields_are_scipys),
        cmocka_unit_test(whole_shifts_are_copies), cmocka_unit_test(quarter_turns_and_flips_are_exact),
        cmocka_unit_test(far_places_see_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
