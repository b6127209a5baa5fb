/* Augmentation: whole texts against SciPy and Philox in Python (golden augment), what is drawn and how often, the same
 * bits for any team, and wrong texts. */
#include "data/plan.h"

#include "golden.h"
#include "help.h"
#include "model/model.h"
#include "scarce.h"

/* Rows that no plan changes. */
#define AS_IT_IS(of, by) (&(glia__intake){.data = of, .scale = by, .straight = true})

/* ---- whole texts ------------------------------------------------------------------------------------------------ */

enum { ROWS = 4, EPOCHS = 2, CHANNELS = 3, HEIGHT = 10, WIDTH = 12, IMAGE = CHANNELS * HEIGHT * WIDTH };
static const glia__extent extent = {CHANNELS, HEIGHT, WIDTH};

/* As bytes, through the public function; and as numbers, all rows of an epoch. */
static void change_all(const golden_array *pixels, const char *text, uint32_t seed, bool bytes, real *out)
{
    glia__augment *a;
    glia_data     *d;
    EXPECT_OK(glia_data_from_bytes(&d, pixels->raw, ROWS, CHANNELS, HEIGHT, WIDTH, NULL, 0));
    EXPECT_OK(glia__augment_new(&a, text, &extent, false, 2));
    for (uint32_t e = 1; e <= EPOCHS; e++)
        for (size_t row = 0; row < ROWS; row++, out += IMAGE) {
            const glia__chance chance = {.seed = seed, .epoch = e};
            for (size_t i = 0; i < IMAGE; i++) out[i] = (real)pixels->values[row * IMAGE + i] / 256;
            if (bytes)
                EXPECT_OK(glia_data_augment(d, text, seed, e, row, out));
            else
                glia__augment_image(a, (unsigned)row % 2, &chance, row, out);
        }
    glia__augment_free(a);
    glia_data_free(d);
}

static void texts_do_what_they_say(void **state)
{
    golden_case        *c = golden_open("augment/texts");
    const golden_array *pixels = golden_get(c, "pixels");
    const json_t       *texts = json_object_get(golden_settings(c), "texts");
    real               *out = need(ROWS * EPOCHS * IMAGE, sizeof *out);
    (void)state;
    for (size_t k = 0; k < json_array_size(texts); k++)
        for (int bytes = 0; bytes < 2; bytes++) {
            char name[32];
            snprintf(name, sizeof name, "%s%zu", bytes ? "bytes" : "reals", k);
            change_all(pixels, json_string_value(json_array_get(texts, k)), (uint32_t)golden_setting(c, "seed", 0),
                       bytes, out);
            golden_expect_reals(golden_get(c, name), out, golden_tolerance_of(c));
        }
    assert_int_equal(json_array_size(texts), 4);
    free(out);
    golden_close(c);
}

static void without_a_text_a_row_is_itself(void **state)
{
    static const uint8_t pixels[8] = {1, 2, 3, 4, 250, 251, 252, 253};
    glia_data           *d;
    real                 out[4];
    (void)state;
    EXPECT_OK(glia_data_from_bytes(&d, pixels, 2, 1, 2, 2, NULL, 0));
    EXPECT_OK(glia_data_augment(d, NULL, 0, 1, 1, out));
    for (size_t i = 0; i < 4; i++) assert_true(out[i] == (real)pixels[4 + i]);
    EXPECT_OK(
        glia_data_augment(d, "rotate 180 p=0, flip horizontal p=1 # and a comment\n\nflip vertical p=1", 0, 1, 1, out));
    for (size_t i = 0; i < 4; i++) assert_true(out[i] == (real)pixels[7 - i]);
    glia_data_free(d);
}

/* ---- what is drawn ---------------------------------------------------------------------------------------------- */

enum { SIDE = 11, DOT = SIDE * SIDE, DRAWS = 20000 };

/* One bright pixel in the middle of a dark image; or all of it bright. */
static void one_image(real *image, real middle, real around)
{
    for (size_t i = 0; i < DOT; i++) image[i] = around;
    image[DOT / 2] = middle;
}

static void change(const char *text, size_t row, bool bytes, real *image)
{
    static glia__augment *a;
    static const char    *made;
    const glia__chance    chance = {.seed = 5, .epoch = 1};
    if (text != made) {
        glia__augment_free(a);
        a = NULL;
        if (text) EXPECT_OK(glia__augment_new(&a, text, &(glia__extent){1, SIDE, SIDE}, bytes, 1));
        made = text;
    }
    if (text) glia__augment_image(a, 0, &chance, row, image);
}

/* Within four standard deviations of a binomial. */
static void expect_share(size_t count, double share)
{
    double deviation = sqrt(share * (1 - share) * DRAWS);
    if (fabs((double)count - share * DRAWS) > 4 * deviation + 1e-9)
        fail_msg("%zu of %d, not a share of %g", count, DRAWS, share);
}

static void shifts_are_equally_likely(void **state)
{
    static size_t seen[DOT];
    real          image[DOT];
    (void)state;
    for (size_t row = 0; row < DRAWS; row++) {
        one_image(image, 1, 0);
        change("shift 2 3", row, false, image);
        for (size_t i = 0; i < DOT; i++) seen[i] += image[i] == 1;
    }
    for (size_t i = 0; i < DOT; i++) {
        long x = (long)(i % SIDE) - SIDE / 2, y = (long)(i / SIDE) - SIDE / 2;
        expect_share(seen[i], labs(x) <= 2 && labs(y) <= 3 ? 1.0 / 35 : 0);
    }
    change(NULL, 0, false, NULL);
}

static void shares_of_images(void **state)
{
    static const struct {
        const char *text;
        double      share;
    } cases[] = {{"flip horizontal", 0.5}, {"flip vertical", 0.5}, {"flip horizontal p=0.2", 0.2}, {"erase 11", 0.5},
                 {"erase 11 p=0", 0},      {"erase 11 p=1", 1},    {"brightness 0.5 p=0.3", 0.3}};
    real image[DOT], before[DOT];
    (void)state;
    for (size_t i = 0; i < DOT; i++) before[i] = (real)i + 1;
    for (size_t k = 0; k < COUNT(cases); k++) {
        size_t changed = 0;
        for (size_t row = 0; row < DRAWS; row++) {
            memcpy(image, before, sizeof image);
            change(cases[k].text, row, false, image);
            changed += memcmp(image, before, sizeof image) != 0;
        }
        expect_share(changed, cases[k].share);
    }
    change(NULL, 0, false, NULL);
}

/* A square of 4 has 8 x 8 places in an image of 11, each as likely; all of it is 0, and nothing else. */
static void squares_are_anywhere(void **state)
{
    static size_t corner[DOT];
    real          image[DOT];
    (void)state;
    for (size_t row = 0; row < DRAWS; row++) {
        one_image(image, 1, 1);
        change("erase 4 p=1", row, false, image);
        size_t first = DOT, zeros = 0;
        for (size_t i = 0; i < DOT; i++) {
            if (image[i] != 0) continue;
            if (first == DOT) first = i;
            assert_in_range(i % SIDE, first % SIDE, first % SIDE + 3);
            assert_in_range(i / SIDE, first / SIDE, first / SIDE + 3);
            zeros++;
        }
        assert_int_equal(zeros, 16);
        corner[first]++;
    }
    for (size_t i = 0; i < DOT; i++) expect_share(corner[i], i % SIDE < 8 && i / SIDE < 8 ? 1.0 / 64 : 0);
    change(NULL, 0, false, NULL);
}

/* Mean and mean square of what a text makes of images that are `value` throughout. */
static void expect_moments(const char *text, bool bytes, double value, double mean, double square, double within)
{
    double sum = 0, squares = 0;
    real   image[DOT];
    for (size_t row = 0; row < 2000; row++) {
        for (size_t i = 0; i < DOT; i++) image[i] = (real)value;
        change(text, row, bytes, image);
        for (size_t i = 0; i < DOT; i++) {
            sum += (double)image[i], squares += (double)image[i] * (double)image[i];
            assert_true(!bytes || (image[i] >= 0 && image[i] <= 255));
        }
    }
    assert_true(fabs(sum / (2000 * DOT) - mean) < within);
    assert_true(fabs(squares / (2000 * DOT) - square) < within * (1 + 2 * fabs(mean)));
    change(NULL, 0, false, NULL);
}

static void amounts_are_in_units(void **state)
{
    (void)state;
    expect_moments("noise 0.1", false, 0, 0, 0.01, 0.001);
    expect_moments("noise 0.1", true, 100, 100, 10000 + 25.5 * 25.5, 0.3);
    /* half of a normal cut off at 0: mean s / sqrt(2 pi), mean square s^2 / 2 */
    expect_moments("noise 0.1", true, 0, 25.5 / sqrt(2 * M_PI), 25.5 * 25.5 / 2, 0.3);
    expect_moments("brightness 0.3", false, 0, 0, 0.09 / 3, 4 * 0.3 / sqrt(3 * 2000));
    expect_moments("contrast 0.9", false, 5, 5, 25, 1e-6); /* all are their mean */
}

/* ---- streams ---------------------------------------------------------------------------------------------------- */

/* What a phrase draws does not depend on the others, nor on where in a batch a row is. */
static void streams_are_apart(void **state)
{
    static const size_t rows[3] = {8, 3, 8};
    const glia__chance  plain = {.seed = 5, .epoch = 1}, named = {.seed = 5, .epoch = 1, .row = rows};
    const glia__extent  e = {1, SIDE, SIDE};
    glia__augment      *shifts, *more;
    real                a[DOT], b[DOT];
    (void)state;
    EXPECT_OK(glia__augment_new(&shifts, "shift 3", &e, false, 1));
    EXPECT_OK(glia__augment_new(&more, "shift 3, brightness 0, noise 0, erase 3 p=0, rotate 9 p=0", &e, false, 1));
    for (size_t row = 0; row < 100; row++) {
        one_image(a, 1, 0);
        one_image(b, 1, 0);
        glia__augment_image(shifts, 0, &plain, row, a);
        glia__augment_image(more, 0, &plain, row, b);
        for (size_t i = 0; i < DOT; i++) assert_true(a[i] == b[i]);
    }
    one_image(a, 1, 0);
    one_image(b, 1, 0);
    glia__augment_image(shifts, 0, &plain, 8, a);
    glia__augment_image(shifts, 0, &named, 2, b);
    assert_memory_equal(a, b, sizeof a);
    glia__augment_free(shifts);
    glia__augment_free(more);
}

/* ---- batches and training --------------------------------------------------------------------------------------- */

#define ALL                                                                                                            \
    "shift 2, rotate 10, scale 0.1, shear 5, elastic 8 2, flip horizontal, noise 0.05, brightness 0.1, contrast 0.2, " \
    "erase 4"
enum { PICTURES = 120, PIXELS = CHANNELS * HEIGHT * WIDTH, BYTES = PICTURES * PIXELS };

static glia_data *pictures(void)
{
    static uint8_t pixels[BYTES];
    static int32_t classes[PICTURES];
    glia_data     *d;
    for (uint32_t i = 0; i < BYTES; i++) pixels[i] = (uint8_t)(i * 2654435761u >> 23);
    for (size_t i = 0; i < PICTURES; i++) classes[i] = (int32_t)(i % 3);
    EXPECT_OK(glia_data_from_bytes(&d, pixels, PICTURES, CHANNELS, HEIGHT, WIDTH, classes, 3));
    return d;
}

/* A batch is its rows one by one, changed and then scaled, however it is cut and whoever works on it; and it asks for
 * no memory. */
static void batches_are_their_rows(void **state)
{
    static const size_t rows[5] = {7, 119, 0, 7, 64};
    const glia__chance  chance = {.seed = 9, .epoch = 3, .row = rows};
    const glia__scaler  unit = {.how = GLIA__SCALE_UNIT};
    glia_data          *d = pictures();
    glia__augment      *a;
    real               *whole = need(5 * PIXELS, sizeof *whole), *apart = need(5 * PIXELS, sizeof *apart), row[PIXELS];
    (void)state;
    EXPECT_OK(glia__augment_new(&a, ALL, &extent, true, 3));
    scarce_begin(0);
    glia__batch_augmented(AS_IT_IS(d, &unit), a, 0, &chance, 0, 5, whole);
    glia__batch_augmented(AS_IT_IS(d, &unit), a, 2, &chance, 3, 5, apart + 3 * PIXELS);
    glia__batch_augmented(AS_IT_IS(d, &unit), a, 1, &chance, 0, 3, apart);
    assert_false(scarce_end());
    assert_memory_equal(whole, apart, 5 * PIXELS * sizeof *whole);
    for (size_t i = 0; i < 5; i++) {
        EXPECT_OK(glia_data_augment(d, ALL, 9, 3, rows[i], row));
        for (size_t j = 0; j < PIXELS; j++) assert_true(whole[i * PIXELS + j] == row[j] / 255);
    }
    glia__augment_free(a);
    glia_data_free(d);
    free(whole);
    free(apart);
}

/* Of a part of the data, an image is changed as of the whole. */
static void a_part_is_changed_as_the_whole(void **state)
{
    (void)state;
    static const size_t part[3] = {64, 7, 119};
    const glia__scaler  as_it_is = {.how = GLIA__SCALE_NONE};
    glia_data          *d = pictures(), *view;
    glia__augment      *a;
    real                batch[3 * PIXELS], of_part[PIXELS], of_whole[PIXELS];
    EXPECT_OK(glia_data_rows(d, part, 3, &view));
    EXPECT_OK(glia__augment_new(&a, ALL, &extent, true, 1));
    glia__batch_augmented(AS_IT_IS(view, &as_it_is), a, 0, &(glia__chance){.seed = 9, .epoch = 3}, 0, 3, batch);
    for (size_t i = 0; i < 3; i++) {
        EXPECT_OK(glia_data_augment(view, ALL, 9, 3, i, of_part));
        EXPECT_OK(glia_data_augment(d, ALL, 9, 3, part[i], of_whole));
        assert_memory_equal(of_part, of_whole, sizeof of_part);
        assert_memory_equal(batch + i * PIXELS, of_whole, sizeof of_whole);
    }
    glia__augment_free(a);
    glia_data_free(view);
    glia_data_free(d);
}

#define DENSE "flatten, dense 16, relu, dense 3, softmax"
#define CONV "conv 4 3x3, relu, flatten, dense 3, softmax" /* which has its images channels-last */

static glia_model *fitted(const char *net, const glia_data *d, const glia_data *validation, const char *text,
                          unsigned threads, const char *optimizer)
{
    glia_model *m;
    EXPECT_OK(glia_model_new(&m, net, d, 1));
    EXPECT_OK(glia_fit(
        m, d, validation,
        &(glia_fit_options){.epochs = 2, .batch = 48, .augment = text, .threads = threads, .optimizer = optimizer}));
    return m;
}

static bool same_weights(const glia_model *a, const glia_model *b)
{
    return memcmp(a->parameters, b->parameters, a->n_parameters * sizeof *a->parameters) == 0;
}

static void expect_threads_change_no_bit(const char *net)
{
    static const unsigned threads[] = {2, 3, 8};
    glia_data            *d = pictures();
    glia_model           *alone = fitted(net, d, NULL, ALL, 1, "adam"), *plain = fitted(net, d, NULL, NULL, 1, "adam");
    assert_false(same_weights(alone, plain));
    for (size_t i = 0; i < COUNT(threads); i++) {
        glia_model *team = fitted(net, d, NULL, ALL, threads[i], "adam");
        assert_true(same_weights(alone, team));
        glia_model_free(team);
    }
    assert_non_null(strstr(glia_model_record(alone), "\"augment\":\"" ALL "\""));
    assert_null(strstr(glia_model_record(plain), "augment"));
    glia_model_free(alone);
    glia_model_free(plain);
    glia_data_free(d);
}

static void threads_change_no_bit(void **state)
{
    (void)state;
    expect_threads_change_no_bit(DENSE);
    expect_threads_change_no_bit(CONV);
}

/* With weights that stay where they are, training sees changed images and other ones each epoch; validation does not.
 */
static void only_training_is_changed(void **state)
{
    glia_data        *d = pictures();
    glia_model       *m = fitted(CONV, d, d, ALL, 1, "sgd lr=0"), *plain = fitted(CONV, d, d, NULL, 1, "sgd lr=0");
    size_t            n;
    const glia_epoch *changed = glia_model_history(m, &n), *same = glia_model_history(plain, &n);
    (void)state;
    assert_true(changed[0].val_loss == same[0].val_loss && changed[1].val_loss == same[0].val_loss);
    assert_true(changed[0].loss != same[0].loss && changed[0].loss != changed[1].loss);
    glia_model_free(m);
    glia_model_free(plain);
    glia_data_free(d);
}

/* A table is images if the net begins with `input CxHxW`. */
static void tables_read_as_images(void **state)
{
    glia_data  *d = class_data(3, 40, 16, 2);
    glia_model *m, *flat;
    (void)state;
    EXPECT_OK(glia_model_new(&m, "input 1x4x4, flatten, dense 2, softmax", NULL, 1));
    EXPECT_OK(glia_model_new(&flat, "dense 2, softmax", d, 1));
    EXPECT_OK(glia_fit(m, d, NULL, &(glia_fit_options){.epochs = 1, .augment = "flip horizontal, shift 1"}));
    EXPECT_FAILS(glia_fit(flat, d, NULL, &(glia_fit_options){.epochs = 1, .augment = "flip horizontal"}), GLIA_E_SHAPE,
                 "its rows are no images, and only those can be augmented");
    glia_model_free(m);
    glia_model_free(flat);
    glia_data_free(d);
}

/* ---- memory ----------------------------------------------------------------------------------------------------- */

static glia_data *of_scarcity;

static glia_status try_augment(void)
{
    real out[PIXELS];
    return glia_data_augment(of_scarcity, "elastic 8, noise 0.1, elastic 3 2", 1, 1, 0, out);
}

static glia_status try_fit(void)
{
    glia_model *m;
    glia_status status = glia_model_new(&m, "flatten, dense 3, softmax", of_scarcity, 1);
    if (status == GLIA_OK)
        status = glia_fit(m, of_scarcity, NULL, &(glia_fit_options){.epochs = 1, .augment = ALL, .threads = 2});
    glia_model_free(m);
    return status;
}

static void without_memory(void **state)
{
    (void)state;
    of_scarcity = pictures();
    expect_survives_scarcity(try_augment, 8);
    expect_survives_scarcity(try_fit, 20);
    glia_data_free(of_scarcity);
}

/* ---- wrong texts and arguments ---------------------------------------------------------------------------------- */

static void wrong_texts(void **state)
{
    static const char *const cases[][2] = {
        {"", "augment:1:1: the name of the augmentation is missing; there are shift, rotate"},
        {"# nothing", "the name of the augmentation is missing"},
        {"shift 2, , rotate 3", "augment:1:10: there is no augmentation before this comma"},
        {"shift 2,\nrotat 3", "augment:2:1: there is no augmentation \"rotat\"; did you mean rotate? there are shift"},
        {"crop 3", "augment:1:1: there is no augmentation \"crop\"; there are"},
        {"shift", "augment:1:6: shift: pixels must be given"},
        {"shift 1.5", "augment:1:7: shift: pixels must be a whole number, not \"1.5\""},
        {"shift 12", "augment:1:1: shift: a shift of 12 pixels does not fit into images of 3x10x12"},
        {"flip vertical, shift 3 10", "augment:1:16: shift: a shift of 10 pixels does not fit into images of 3x10x12"},
        {"rotate 181", "augment:1:8: rotate: degrees must be from 0 to 180, not 181"},
        {"rotate -3", "augment:1:8: rotate: degrees must be from 0 to 180, not -3"},
        {"rotate nan", "augment:1:8: rotate: degrees must be a finite number, not \"nan\""},
        {"scale 1", "augment:1:7: scale: share must be from 0 to 0.9, not 1"},
        {"shear 85", "augment:1:7: shear: degrees must be from 0 to 80, not 85"},
        {"flip sideways", "augment:1:6: flip: way must be one of horizontal, vertical, not \"sideways\""},
        {"flip horizontal p=2", "augment:1:17: flip: p must be from 0 to 1, not 2"},
        {"flip", "augment:1:5: flip: way must be given"},
        {"noise 5%", "augment:1:7: noise: deviation must be a number, not \"5%\""},
        {"elastic 34 0", "augment:1:12: elastic: sigma must be from 0.5 to 1000, not 0"},
        {"elastic 34 13", "augment:1:1: elastic: a sigma of 13 pixels does not fit into images of 3x10x12"},
        {"erase 0", "augment:1:7: erase: pixels must be from 1 to 65536, not 0"},
        {"erase 11", "augment:1:1: erase: a square of 11 pixels does not fit into images of 3x10x12"},
        {"contrast 2", "augment:1:10: contrast: share must be from 0 to 1, not 2"},
        {"brightness 0.1 0.2", "augment:1:16: brightness: \"0.2\" is one value too many; it has share, p"},
    };
    real       out[PIXELS];
    glia_data *d = pictures();
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        glia_model *m;
        EXPECT_FAILS(glia_data_augment(d, cases[i][0], 0, 1, 0, out), GLIA_E_TEXT, cases[i][1]);
        EXPECT_OK(glia_model_new(&m, "flatten, dense 3, softmax", d, 1));
        EXPECT_FAILS(glia_fit(m, d, NULL, &(glia_fit_options){.augment = cases[i][0]}), GLIA_E_TEXT, cases[i][1]);
        assert_string_equal(glia_model_record(m), "");
        glia_model_free(m);
    }
    glia_data_free(d);
}

static void wrong_arguments(void **state)
{
    glia_data *d = pictures(), *table = class_data(1, 10, 4, 2);
    real       out[PIXELS];
    (void)state;
    EXPECT_FAILS(glia_data_augment(NULL, "shift 1", 0, 1, 0, out), GLIA_E_ARG, "data and a place");
    EXPECT_FAILS(glia_data_augment(d, "shift 1", 0, 1, 0, NULL), GLIA_E_ARG, "data and a place");
    EXPECT_FAILS(glia_data_augment(d, "shift 1", 0, 1, PICTURES, out), GLIA_E_ARG, "there is no row 120 in epoch 1");
    EXPECT_FAILS(glia_data_augment(d, "shift 1", 0, 0, 0, out), GLIA_E_ARG, "there is no row 0 in epoch 0");
    EXPECT_FAILS(glia_data_augment(table, "shift 1", 0, 1, 0, out), GLIA_E_SHAPE, "its rows are no images");
    glia_data_free(d);
    glia_data_free(table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_do_what_they_say),
        cmocka_unit_test(without_a_text_a_row_is_itself),
        cmocka_unit_test(shifts_are_equally_likely),
        cmocka_unit_test(shares_of_images),
        cmocka_unit_test(squares_are_anywhere),
        cmocka_unit_test(amounts_are_in_units),
        cmocka_unit_test(streams_are_apart),
        cmocka_unit_test(batches_are_their_rows),
        cmocka_unit_test(a_part_is_changed_as_the_whole),
        cmocka_unit_test(threads_change_no_bit),
        cmocka_unit_test(only_training_is_changed),
        cmocka_unit_test(tables_read_as_images),
        cmocka_unit_test(without_memory),
        cmocka_unit_test(wrong_texts),
        cmocka_unit_test(wrong_arguments),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
