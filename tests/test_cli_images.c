/* The program on image files: what data, train, eval and predict make of them, and what is said of negatives. */
#include <sys/stat.h>

#include "process.h"

/* An image of side x side, all of it `border` but a middle that is `middle`. */
static void put_image(const char *path, int side, int border, int middle)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fprintf(file, "P2 %d %d 255", side, side);
    for (int y = 0; y < side; y++)
        for (int x = 0; x < side; x++) {
            bool inner = y >= side / 4 && y < side - side / 4 && x >= side / 4 && x < side - side / 4;
            fprintf(file, " %d", inner ? middle : border);
        }
    assert_int_equal(fclose(file), 0);
}

/* Lamps that are on and off, before the night; 8 x 8. */
static int make_lamps(void **state)
{
    char path[64];
    if (enter_folder(state)) return -1;
    mkdir("lamps", 0777), mkdir("lamps/off", 0777), mkdir("lamps/on", 0777);
    for (int i = 0; i < 8; i++) {
        snprintf(path, sizeof path, "lamps/off/%d.pgm", i);
        put_image(path, 8, 0, 60 + i);
        snprintf(path, sizeof path, "lamps/on/%d.pgm", i);
        put_image(path, 8, 0, 240 + i);
    }
    put_image("night.pgm", 8, 10, 250);
    put_image("day.pgm", 16, 255, 15); /* the negative of a lamp that is on, and larger */
    mkdir("both", 0777);
    put_image("both/a.pgm", 24, 0, 60), put_image("both/b.pgm", 12, 250, 10), put_image("both/c.pgm", 4, 255, 9);
    expect(0, "", "",
           ARGUMENTS("train", "lamps", "--net", "flatten, dense 2, softmax", "--holdout", "0", "--epochs", "200",
                     "--optimizer", "adam lr=0.05", "--out", "lamps.safetensors", "--quiet"));
    return 0;
}

static void a_folder_is_described(void **state)
{
    (void)state;
    result r = RUN("data", "lamps");
    assert_non_null(strstr(r.out, "lamps: 16 rows, images of 1x8x8 bytes, 2 classes\n"));
    release(&r);
    r = RUN("data", "night.pgm", "--image", "4x2 rgb");
    assert_non_null(strstr(r.out, "night.pgm: 1 row, images of 3x4x2 bytes, no target\n"));
    release(&r);
    expect(2, "", "glia: image: the size is HEIGHTxWIDTH, such as 28x28, not \"28\"\n",
           ARGUMENTS("data", "night.pgm", "--image", "28"));
    expect(2, "", NULL, ARGUMENTS("data", "both"));
    expect(2, "", "glia: spiral has no image files, which alone can be made \"2x2\"\n",
           ARGUMENTS("data", "spiral", "--image", "2x2"));
}

/* Whatever size they have, they become what the model takes. */
static void negatives_are_turned_and_told(void **state)
{
    (void)state;
    result r = RUN("predict", "lamps.safetensors", "night.pgm");
    assert_int_equal(strncmp(r.out, "on\t", 3), 0);
    assert_non_null(strstr(r.out, "\tnight.pgm\n"));
    assert_string_equal(r.err, "");
    release(&r);
    r = RUN("predict", "lamps.safetensors", "day.pgm");
    assert_int_equal(strncmp(r.out, "on\t", 3), 0);
    assert_string_equal(r.err, "day.pgm: bright background, and the model learnt from dark ones: it is read inverted; "
                               "--invert no leaves it as it is\n");
    release(&r);
    r = RUN("predict", "lamps.safetensors", "both", "--csv");
    assert_int_equal(strncmp(r.out, "file,class,probability\nboth/a.pgm,off,", 38), 0);
    assert_non_null(strstr(r.out, "\nboth/b.pgm,on,"));
    assert_string_equal(r.err, "2 of 3 rows, both/b.pgm the first: bright background, and the model learnt from dark "
                               "ones: they are read inverted; --invert no leaves them as they are\n");
    release(&r);
    result no = RUN("predict", "lamps.safetensors", "day.pgm", "--invert", "no");
    result yes = RUN("predict", "lamps.safetensors", "night.pgm", "--invert", "yes");
    assert_string_equal(no.err, "");
    assert_string_equal(yes.err, "");
    release(&no), release(&yes);
    expect(2, "", "glia: --invert \"maybe\": none of auto, yes and no\n",
           ARGUMENTS("predict", "lamps.safetensors", "day.pgm", "--invert", "maybe"));
}

static void invert_no_and_yes_are_each_others_negative(void **state)
{
    (void)state;
    put_image("a.pgm", 8, 200, 20), put_image("b.pgm", 8, 55, 235);
    result a = RUN("predict", "lamps.safetensors", "a.pgm", "--invert", "yes", "--json");
    result b = RUN("predict", "lamps.safetensors", "b.pgm", "--invert", "no", "--json");
    assert_string_equal(strstr(a.out, "\"class\""), strstr(b.out, "\"class\""));
    events e = events_of(a.out);
    assert_keys(e.event[0], "row,file,class,probability");
    assert_string_equal(text_at(e.event[0], "file"), "a.pgm");
    release_events(&e);
    release(&a), release(&b);
}

static void standard_input_may_be_an_image(void **state)
{
    (void)state;
    result r = run_redirected("day.pgm", NULL, ARGUMENTS("predict", "lamps.safetensors", "-"));
    assert_int_equal(r.code, 0);
    assert_int_equal(strncmp(r.out, "on\t", 3), 0);
    assert_int_equal(strncmp(r.err, "standard input: bright background", 33), 0);
    release(&r);
}

/* The folder of classes turned into its negatives scores as before. */
static void eval_turns_too(void **state)
{
    char path[64];
    (void)state;
    mkdir("days", 0777), mkdir("days/off", 0777), mkdir("days/on", 0777);
    for (int i = 0; i < 4; i++) {
        snprintf(path, sizeof path, "days/off/%d.pgm", i);
        put_image(path, 16, 255, 195 - i);
        snprintf(path, sizeof path, "days/on/%d.pgm", i);
        put_image(path, 16, 255, 15 - i);
    }
    result r = RUN("eval", "lamps.safetensors", "days", "--json");
    events e = events_of(r.out);
    assert_true(number_at(e.event[0], "accuracy") == 1);
    assert_int_equal(strncmp(r.err, "8 of 8 rows, days/off/0.pgm the first: bright", 45), 0);
    release_events(&e);
    release(&r);
}

static void show_tells_the_border(void **state)
{
    (void)state;
    result r = RUN("show", "lamps.safetensors"), j = RUN("show", "lamps.safetensors", "--json");
    events e = events_of(j.out);
    assert_non_null(strstr(r.out, "images with a border of mean 0 of 255 (dark)\n"));
    assert_true(number_at(e.event[0], "border") == 0);
    release_events(&e);
    release(&r), release(&j);
}

/* The shape of the rows is the net's own where the data had none. */
static void a_table_with_an_input_layer(void **state)
{
    (void)state;
    expect(0, "", NULL, ARGUMENTS("data", "lamps", "--csv", "lamps.csv"));
    expect(0, "", "",
           ARGUMENTS("train", "lamps.csv", "--net", "input 1x8x8, flatten, dense 2, softmax", "--scale", "unit",
                     "--holdout", "0", "--epochs", "200", "--optimizer", "adam lr=0.05", "--out", "table.safetensors",
                     "--quiet"));
    result r = RUN("predict", "table.safetensors", "both/a.pgm"), all = RUN("eval", "table.safetensors", "lamps");
    assert_int_equal(strncmp(r.out, "off\t", 4), 0);
    assert_string_equal(r.err, "");
    assert_non_null(strstr(all.out, "100.00 %"));
    release(&r), release(&all);
}

static void images_go_on_where_a_model_was(void **state)
{
    (void)state;
    result r = RUN("train", "days", "--init", "lamps.safetensors", "--epochs", "1", "--holdout", "0");
    assert_int_equal(r.code, 0);
    release(&r);
    r = RUN("train", "lamps", "--image", "4x4", "--test", "days", "--epochs", "1");
    assert_int_equal(r.code, 0);
    release(&r);
    r = RUN("doctor", "lamps", "--image", "4x4", "--epochs", "1");
    assert_int_equal(r.code, 0);
    release(&r);
    r = RUN("trace", "lamps.safetensors", "day.pgm", "--out", "trace");
    assert_int_equal(r.code, 0);
    assert_int_equal(strncmp(r.err, "day.pgm: bright background", 26), 0);
    release(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_folder_is_described),
        cmocka_unit_test(negatives_are_turned_and_told),
        cmocka_unit_test(invert_no_and_yes_are_each_others_negative),
        cmocka_unit_test(standard_input_may_be_an_image),
        cmocka_unit_test(eval_turns_too),
        cmocka_unit_test(show_tells_the_border),
        cmocka_unit_test(a_table_with_an_input_layer),
        cmocka_unit_test(images_go_on_where_a_model_was),
    };
    return cmocka_run_group_tests_name("images on the command line", tests, make_lamps, leave_folder);
}
