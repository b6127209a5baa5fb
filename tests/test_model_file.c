/* A model in a file: all of it comes back, the file is what PyTorch expects, no failure harms an old file, and no bytes
 * harm the reader. */
#include <dirent.h>
#include <math.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "files/files.h"
#include "ground/memory.h"
#include "scarce.h"

enum { FILE_MOST = 1 << 19 };

/* ---- a folder for each test -------------------------------------------------------------------------------------- */

static char folder[64], path[96], other[96];

static int make_folder(void **state)
{
    (void)state;
    strcpy(folder, "/tmp/glia-model-file-XXXXXX");
    if (!mkdtemp(folder)) return -1;
    snprintf(path, sizeof path, "%s/m.safetensors", folder);
    snprintf(other, sizeof other, "%s/other.safetensors", folder);
    return 0;
}

/* Fails if anything but the two files is left behind. */
static int remove_folder(void **state)
{
    (void)state;
    unlink(path);
    unlink(other);
    return rmdir(folder);
}

static size_t files_in_folder(void)
{
    size_t         count = 0;
    struct dirent *entry;
    DIR           *dir = opendir(folder);
    assert_non_null(dir);
    while ((entry = readdir(dir))) count += entry->d_name[0] != '.';
    closedir(dir);
    return count;
}

/* A new file each time: file systems make haste to save one that was cut to nothing and written again. */
static void put(const char *file, const void *bytes, size_t n)
{
    unlink(file);
    FILE *f = fopen(file, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(bytes, 1, n, f), n);
    assert_int_equal(fclose(f), 0);
}

static size_t get(const char *file, unsigned char bytes[FILE_MOST])
{
    FILE *f = fopen(file, "rb");
    assert_non_null(f);
    size_t n = fread(bytes, 1, FILE_MOST, f);
    fclose(f);
    assert_true(n < FILE_MOST);
    return n;
}

static void same_files(const char *a, const char *b)
{
    static unsigned char first[FILE_MOST], second[FILE_MOST];
    size_t               n = get(a, first);
    assert_int_equal(get(b, second), n);
    assert_memory_equal(first, second, n);
}

static void fine(glia_status status)
{
    if (status) fail_msg("%s: %s", glia_status_name(status), glia_error());
}

static void says(glia_status status, glia_status want, const char *part)
{
    if (status != want) fail_msg("%s, not %s: %s", glia_status_name(status), glia_status_name(want), glia_error());
    if (!strstr(glia_error(), part)) fail_msg("\"%s\" does not say \"%s\"", glia_error(), part);
}

/* ---- models ------------------------------------------------------------------------------------------------------ */

static const char small_net[] = "dense 2, relu, dense 3, softmax";

/* Three classes from four columns. */
static glia_model *small_model(uint32_t seed)
{
    const glia_real x[12] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
    const int32_t   classes[3] = {0, 1, 2};
    glia_data      *data = NULL;
    glia_model     *m = NULL;
    fine(glia_data_from_reals(&data, x, 3, 4, classes, NULL, 3));
    fine(glia_model_new(&m, small_net, data, seed));
    glia_data_free(data);
    return m;
}

static char *copy(const char *text)
{
    char *made = glia__strdup(text);
    assert_non_null(made);
    return made;
}

static void set_names(char ***names, size_t count, const char *const *text)
{
    *names = glia__new(count, sizeof **names);
    assert_non_null(*names);
    for (size_t i = 0; i < count; i++) (*names)[i] = copy(text[i]);
}

/* Layers with weights of all kinds, and others beside them. */
static const char of_images[] =
    "input 2x6x6, conv 4 3 pad=1 groups=2, batchnorm, relu @a, conv 4 3x1 pad=same, add @a, "
    "maxpool 2, layernorm, dropout 0.2, upsample 2, pad 1, avgpool 2, globalavgpool, dense 2";
static const char of_words[] = "input 5, embedding 7 3 padding=1, permute 2x1, conv1d 2 2, layernorm axes=1, reshape 8";

/* Two numbers from three columns, with everything that training would leave in a model. */
static glia_model *trained_model(void)
{
    static const char *const columns[3] = {"age", "a \"quoted\" name, with a comma", "gr\xc3\xb6sse"};
    static const char *const outputs[2] = {"price", "tax"};
    const glia_real          x[3] = {1, 2, 3}, y[2] = {1, 2};
    const double shift[5] = {0.1, -1e20, 1.0 / 3, 5e-30, 17}, scale[5] = {2.5, 1e-7, 3e15, 123456789012345680.0, 1};
    glia_data   *data = NULL;
    glia_model  *m = NULL;
    fine(glia_data_from_reals(&data, x, 1, 3, NULL, y, 2));
    fine(glia_model_new(&m, "dense 4 bias=no, tanh, dense 2", data, 4000000000u));
    glia_data_free(data);
    glia__names_free(m->target_names, m->n_targets);
    glia__names_free(m->column_names, m->n_in);
    set_names(&m->column_names, 3, columns);
    set_names(&m->target_names, 2, outputs);
    m->n_targets = 2;
    fine(glia__scaler_make(&m->scale, GLIA__SCALE_MINMAX, 3, shift, scale));
    fine(glia__scaler_make(&m->target_scale, GLIA__SCALE_STANDARD, 2, shift + 3, scale + 3));
    glia__free(m->loss_text);
    glia__free(m->record);
    m->loss_text = copy("huber delta=0.5");
    m->record = copy("{\"epochs\":3,\"val_r2\":0.5}");
    return m;
}

static void same_names(char *const *a, char *const *b, size_t count)
{
    assert_int_equal(!a, !b);
    for (size_t i = 0; a && i < count; i++) assert_string_equal(a[i], b[i]);
}

static void same_scalers(const glia__scaler *a, const glia__scaler *b)
{
    assert_int_equal(a->how, b->how);
    assert_int_equal(a->columns, b->columns);
    if (a->columns) {
        assert_memory_equal(a->shift, b->shift, a->columns * sizeof *a->shift);
        assert_memory_equal(a->scale, b->scale, a->columns * sizeof *a->scale);
    }
}

static void same_models(const glia_model *a, const glia_model *b)
{
    assert_string_equal(a->net, b->net);
    assert_string_equal(a->loss_text, b->loss_text);
    assert_string_equal(a->record, b->record);
    assert_true(a->n_in == b->n_in && a->n_out == b->n_out && a->seed == b->seed && a->target == b->target);
    assert_true(a->channels == b->channels && a->height == b->height && a->width == b->width);
    assert_true(a->n_classes == b->n_classes && a->n_targets == b->n_targets);
    same_names(a->class_names, b->class_names, a->n_classes);
    same_names(a->target_names, b->target_names, a->n_targets);
    same_names(a->column_names, b->column_names, a->n_in);
    same_scalers(&a->scale, &b->scale);
    same_scalers(&a->target_scale, &b->target_scale);
    assert_int_equal(a->n_parameters, b->n_parameters);
    assert_memory_equal(a->parameters, b->parameters, a->n_parameters * sizeof *a->parameters);
}

/* Saves m, opens the file, and finds the same model, which gives the same file again. */
static void comes_back(const glia_model *m)
{
    glia_model *again = NULL;
    fine(glia_model_save(m, path));
    fine(glia_model_open(&again, path));
    same_models(m, again);
    fine(glia_model_save(again, other));
    same_files(path, other);
    glia_model_free(again);
}

static void a_classifier_comes_back(void **state)
{
    (void)state;
    glia_model *m = small_model(7);
    assert_int_equal(m->n_classes, 3);
    comes_back(m);
    fine(glia__scaler_make(&m->scale, GLIA__SCALE_UNIT, 0, NULL, NULL));
    comes_back(m);
    glia_model_free(m);
}

static void a_trained_regression_comes_back(void **state)
{
    (void)state;
    glia_model *m = trained_model();
    comes_back(m);
    glia_model_free(m);
}

static void a_model_of_images_comes_back(void **state)
{
    (void)state;
    const uint8_t x[24] = {0};
    const int32_t classes[1] = {1};
    glia_data    *data = NULL;
    glia_model   *m = NULL;
    fine(glia_data_from_bytes(&data, x, 1, 2, 3, 4, classes, 2));
    fine(glia_model_new(&m, "dense 1, sigmoid", data, 0));
    assert_true(m->channels == 2 && m->height == 3 && m->width == 4 && m->n_classes == 2 && m->n_out == 1);
    comes_back(m);
    glia_model_free(m);
    fine(glia_model_new(&m, "input 2x3x4, flatten, dense 2, softmax", data, 0));
    comes_back(m);
    glia_model_free(m);
    glia_data_free(data);
}

static void a_model_without_data_comes_back(void **state)
{
    (void)state;
    static const char *const nets[] = {"input 3, dense 2", "input 1x4x4, flatten, dense 2, relu", "input 5, tanh",
                                       of_images, of_words};
    for (size_t i = 0; i < sizeof nets / sizeof *nets; i++) {
        glia_model *m = NULL;
        fine(glia_model_new(&m, nets[i], NULL, 1));
        assert_int_equal(m->target, GLIA_TARGET_NONE);
        comes_back(m);
        glia_model_free(m);
    }
}

/* ---- the file ---------------------------------------------------------------------------------------------------- */

typedef struct named_tensor {
    const char *name;
    int         rank;
    size_t      shape[4];
} named_tensor;

/* The names, shapes and values of torch.nn.Sequential(Linear(4, 2), ReLU(), Linear(2, 3), Softmax(1)).state_dict(). */
static void the_tensors_are_the_state_dict(void **state)
{
    (void)state;
    static const named_tensor want[] = {
        {"0.weight", 2, {2, 4}}, {"0.bias", 1, {2}}, {"2.weight", 2, {3, 2}}, {"2.bias", 1, {3}}};
    glia_model   *m = small_model(7);
    glia__tensors t;
    fine(glia_parameter_set(m, "0.weight", (const glia_real[8]){1, 2, 3, 4, 5, 6, 7, 8}, 8));
    fine(glia_model_save(m, path));
    fine(glia__tensors_open(&t, path));
    assert_int_equal(t.count, 4);
    for (size_t i = 0; i < t.count; i++) {
        real in_file[8], in_model[8];
        assert_string_equal(t.tensor[i].name, want[i].name);
        assert_int_equal(t.tensor[i].rank, want[i].rank);
        assert_memory_equal(t.tensor[i].shape, want[i].shape, (size_t)want[i].rank * sizeof *want[i].shape);
        fine(glia__tensors_reals(&t, &t.tensor[i], in_file));
        fine(glia_parameter_get(m, want[i].name, in_model, t.tensor[i].count));
        assert_memory_equal(in_file, in_model, t.tensor[i].count * sizeof(real));
        for (size_t j = 0; i == 0 && j < 8; j++) assert_true(in_file[j] == (real)(j + 1));
    }
    glia__tensors_clear(&t);
    glia_model_free(m);
}

static void expect_tensors(const char *net, const named_tensor *want, size_t count)
{
    glia_model   *m = NULL;
    glia__tensors t;
    fine(glia_model_new(&m, net, NULL, 1));
    fine(glia_model_save(m, path));
    fine(glia__tensors_open(&t, path));
    assert_int_equal(t.count, count);
    for (size_t i = 0; i < count; i++) {
        assert_string_equal(t.tensor[i].name, want[i].name);
        assert_int_equal(t.tensor[i].rank, want[i].rank);
        assert_memory_equal(t.tensor[i].shape, want[i].shape, (size_t)want[i].rank * sizeof *want[i].shape);
    }
    glia__tensors_clear(&t);
    glia_model_free(m);
}

/* As the modules of torch.nn have them. */
static void tensors_of_all_kinds(void **state)
{
    (void)state;
    static const named_tensor images[] = {
        {"0.weight", 4, {4, 1, 3, 3}}, {"0.bias", 1, {4}},        {"1.weight", 1, {4}},          {"1.bias", 1, {4}},
        {"1.running_mean", 1, {4}},    {"1.running_var", 1, {4}}, {"3.weight", 4, {4, 4, 3, 1}}, {"3.bias", 1, {4}},
        {"6.weight", 3, {4, 3, 3}},    {"6.bias", 3, {4, 3, 3}},  {"12.weight", 2, {2, 4}},      {"12.bias", 1, {2}},
    };
    static const named_tensor words[] = {
        {"0.weight", 2, {7, 3}}, {"2.weight", 3, {2, 3, 2}}, {"2.bias", 1, {2}},
        {"3.weight", 1, {4}},    {"3.bias", 1, {4}},
    };
    expect_tensors(of_images, images, sizeof images / sizeof *images);
    expect_tensors(of_words, words, sizeof words / sizeof *words);
}

static void the_metadata_are_as_documented(void **state)
{
    (void)state;
    static const struct {
        const char *key, *value;
    } want[] = {
        {"glia", "1"},
        {"glia_version", GLIA_VERSION},
        {"net", "dense 4 bias=no, tanh, dense 2"},
        {"input", "3"},
        {"seed", "4000000000"},
        {"target", "numbers"},
        {"class_names", NULL},
        {"target_names", "[\"price\",\"tax\"]"},
        {"column_names", "[\"age\",\"a \\\"quoted\\\" name, with a comma\",\"gr\xc3\xb6sse\"]"},
        {"loss", "huber delta=0.5"},
        {"record", "{\"epochs\":3,\"val_r2\":0.5}"},
    };
    glia_model   *m = trained_model();
    glia__tensors t;
    fine(glia_model_save(m, path));
    fine(glia__tensors_open(&t, path));
    for (size_t i = 0; i < sizeof want / sizeof *want; i++) {
        const char *value = glia__tensors_meta(&t, want[i].key);
        if (want[i].value)
            assert_string_equal(value, want[i].value);
        else
            assert_null(value);
    }
    assert_int_equal(strncmp(glia__tensors_meta(&t, "scale"), "{\"how\":\"minmax\",\"shift\":[0.1,", 29), 0);
    assert_non_null(strstr(glia__tensors_meta(&t, "scale"), "0.3333333333333333]"));
    glia__tensors_clear(&t);
    glia_model_free(m);
}

/* ---- weights from elsewhere -------------------------------------------------------------------------------------- */

static const real ones[64] = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1};

typedef struct named_shape {
    const char *name;
    int         rank;
    size_t      shape[2];
} named_shape;

/* Writes tensors of ones, without a word of glia. */
static void put_foreign(const named_shape *list, size_t count)
{
    glia__tensor_out tensor[8];
    const glia__meta meta = {"format", "pt"};
    for (size_t i = 0; i < count; i++)
        tensor[i] = (glia__tensor_out){
            .name = list[i].name, .rank = list[i].rank, .shape = {list[i].shape[0], list[i].shape[1]}, .values = ones};
    fine(glia__tensors_write(path, tensor, count, &meta, 1));
}

static void foreign_weights_are_loaded(void **state)
{
    (void)state;
    const named_shape list[5] = {{"2.bias", 1, {3}},
                                 {"0.weight", 2, {2, 4}},
                                 {"1.num_batches_tracked", 0, {0}},
                                 {"2.weight", 2, {3, 2}},
                                 {"0.bias", 1, {2}}};
    glia_model       *m = small_model(7);
    put_foreign(list, 5);
    fine(glia_model_load_weights(m, path));
    for (size_t i = 0; i < 5; i++) {
        real values[8];
        if (!list[i].rank) continue;
        size_t count = list[i].rank == 2 ? list[i].shape[0] * list[i].shape[1] : list[i].shape[0];
        fine(glia_parameter_get(m, list[i].name, values, count));
        assert_memory_equal(values, ones, count * sizeof *values);
    }
    fine(glia_model_save(m, path));
    fine(glia_model_load_weights(m, path));
    glia_model_free(m);
}

static void weights_that_do_not_fit_are_named(void **state)
{
    (void)state;
    static const struct {
        named_shape list[5];
        size_t      count;
        const char *said;
    } cases[] = {
        {{{"0.weight", 2, {2, 4}}, {"0.bias", 1, {2}}, {"2.weight", 2, {3, 2}}},
         3,
         "there is no tensor \"2.bias\", which the net needs"},
        {{{"", 0, {0}}}, 0, "there is no tensor \"0.weight\""},
        {{{"0.weight", 2, {2, 4}},
          {"0.bias", 1, {2}},
          {"2.weight", 2, {3, 2}},
          {"2.bias", 1, {3}},
          {"1.weight", 1, {3}}},
         5,
         "tensor \"1.weight\" has no place in the net"},
        {{{"0.weight", 2, {4, 2}}, {"0.bias", 1, {2}}, {"2.weight", 2, {3, 2}}, {"2.bias", 1, {3}}},
         4,
         "tensor \"0.weight\" is [4, 2], and the net needs [2, 4]"},
        {{{"0.weight", 2, {2, 4}}, {"0.bias", 2, {2, 1}}, {"2.weight", 2, {3, 2}}, {"2.bias", 1, {3}}},
         4,
         "tensor \"0.bias\" is [2, 1], and the net needs [2]"},
        {{{"0.weight", 2, {2, 4}}, {"0.bias", 0, {0}}}, 2, "tensor \"0.bias\" is [], and the net needs [2]"},
        {{{"fc1.weight", 2, {2, 4}}}, 1, "tensor \"fc1.weight\" has no place in the net"},
        {{{"00.weight", 2, {2, 4}}}, 1, "tensor \"00.weight\" has no place in the net"},
    };
    glia_model *m = small_model(7), *before = small_model(7);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        put_foreign(cases[i].list, cases[i].count);
        says(glia_model_load_weights(m, path), GLIA_E_FORMAT, cases[i].said);
        assert_int_equal(strncmp(glia_error(), path, strlen(path)), 0);
        same_models(m, before);
    }
    glia_model_free(m);
    glia_model_free(before);
}

/* Of another net: what has the same name and shape is taken, the rest stays as it is. */
static void a_part_of_the_weights_is_taken(void **state)
{
    (void)state;
    const named_shape list[4] = {
        {"0.weight", 2, {2, 4}}, {"0.bias", 1, {3}}, {"2.bias", 1, {3}}, {"7.weight", 2, {5, 5}}};
    const named_shape nothing[1] = {{"5.bias", 1, {9}}};
    glia_model       *m = small_model(7), *before = small_model(7);
    bool              taken[4];
    real              values[8], kept[8];
    put_foreign(list, 4);
    fine(glia_model_take_weights(m, path, taken));
    assert_true(taken[0] && !taken[1] && !taken[2] && taken[3]);
    fine(glia_parameter_get(m, "0.weight", values, 8));
    assert_memory_equal(values, ones, 8 * sizeof *values);
    fine(glia_parameter_get(m, "2.bias", values, 3));
    assert_memory_equal(values, ones, 3 * sizeof *values);
    fine(glia_parameter_get(m, "2.weight", values, 6));
    fine(glia_parameter_get(before, "2.weight", kept, 6));
    assert_memory_equal(values, kept, 6 * sizeof *values);
    fine(glia_parameter_get(m, "0.bias", values, 2));
    fine(glia_parameter_get(before, "0.bias", kept, 2));
    assert_memory_equal(values, kept, 2 * sizeof *values);
    put_foreign(nothing, 1);
    says(glia_model_take_weights(before, path, taken), GLIA_E_FORMAT, "no tensor in it has the name and the shape");
    says(glia_model_take_weights(before, other, taken), GLIA_E_OPEN, other);
    says(glia_model_take_weights(before, path, NULL), GLIA_E_ARG, "glia_model_take_weights");
    glia_model_free(m);
    glia_model_free(before);
}

/* The last tensor's last number is NaN, or of no float type: nothing before it may have been set. */
static void weights_are_set_all_or_none(void **state)
{
    (void)state;
    static unsigned char bytes[FILE_MOST];
    glia_model          *m = small_model(7), *before = small_model(7), *donor = small_model(8);
    fine(glia_model_save(donor, path));
    size_t n = get(path, bytes);
    memset(bytes + n - sizeof(real), 0xff, sizeof(real));
    put(path, bytes, n);
    says(glia_model_load_weights(m, path), GLIA_E_FORMAT, "2.bias[2] is nan");
    same_models(m, before);
    says(glia_model_load_weights(m, other), GLIA_E_OPEN, other);
    same_models(m, before);
    fine(glia_model_save(donor, path));
    fine(glia_model_load_weights(m, path));
    assert_memory_equal(m->parameters, donor->parameters, m->n_parameters * sizeof(real));
    glia_model_free(m);
    glia_model_free(before);
    glia_model_free(donor);
}

static void files_of_others_are_not_models(void **state)
{
    (void)state;
    const named_shape list[1] = {{"0.weight", 2, {2, 4}}};
    glia_model       *m = NULL;
    put_foreign(list, 1);
    says(glia_model_open(&m, path), GLIA_E_FORMAT, "not a model of glia: its weights alone can be loaded into a net");
    assert_non_null(strstr(glia_error(), "--init"));
    assert_null(m);
}

/* ---- what a file may not say ------------------------------------------------------------------------------------- */

static const glia__meta *find_meta(const glia__meta *meta, size_t metas, const char *key)
{
    for (size_t i = 0; i < metas; i++)
        if (strcmp(meta[i].key, key) == 0) return &meta[i];
    return NULL;
}

/* Writes a file for small_net in which one text of the metadata is another, or missing (NULL), and with one more tensor
 * if it has a name. */
static void put_model_and(const char *key, const char *value, const char *more)
{
    static const glia__meta right[] = {
        {"glia", "1"},
        {"net", "dense 2, relu, dense 3, softmax"},
        {"input", "4"},
        {"seed", "7"},
        {"target", "classes"},
        {"class_names", "[\"a\",\"b\",\"c\"]"},
        {"scale", "{\"how\":\"unit\"}"},
    };
    enum { RIGHT = sizeof right / sizeof *right };
    const glia__tensor_out tensor[5] = {{"0.weight", GLIA__REALS, 2, {2, 4}, ones},
                                        {"0.bias", GLIA__REALS, 1, {2}, ones},
                                        {"2.weight", GLIA__REALS, 2, {3, 2}, ones},
                                        {"2.bias", GLIA__REALS, 1, {3}, ones},
                                        {more, GLIA__REALS, 0, {0}, ones}};
    glia__meta             meta[RIGHT + 1];
    size_t                 metas = 0;
    for (size_t i = 0; i < RIGHT; i++)
        if (strcmp(right[i].key, key)) meta[metas++] = right[i];
    if (value) meta[metas++] = (glia__meta){key, value};
    assert_true(value || find_meta(right, RIGHT, key));
    fine(glia__tensors_write(path, tensor, more ? 5 : 4, meta, metas));
}

static void put_model(const char *key, const char *value)
{
    put_model_and(key, value, NULL);
}

static void metadata_may_be_other_than_usual(void **state)
{
    (void)state;
    static const struct {
        const char *key, *value;
    } cases[] = {
        {"glia_version", "9.9.9"},
        {"unknown", "is not looked at"},
        {"input", "1x2x2"},
        {"column_names", "[\"\",\"b\",\"c\",\"d\"]"},
        {"scale", "{\"how\":\"none\"}"},
        {"scale", " {\"scale\":[1,2,3e0,4.5],\"how\":\"standard\",\"shift\":[0,-1,100000000000000000000,1e-9]} "},
        {"class_names", "[\"\\u00e9\",\"\",\"c\"]"},
        {"record", "{}"},
        {"loss", "mse"},
        {"seed", "4294967295"},
        {"net", "dense 2,relu\ndense 3 # comment\nsoftmax"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        glia_model *m = NULL;
        put_model(cases[i].key, cases[i].value);
        fine(glia_model_open(&m, path));
        assert_string_equal(m->net, small_net);
        assert_true(m->target == GLIA_TARGET_CLASSES && m->n_classes == 3);
        glia_model_free(m);
    }
}

static void wrong_metadata_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *key, *value, *said;
    } cases[] = {
        {"glia", NULL, "not a model of glia"},
        {"glia", "", "glia: \"\" is not the number of a format"},
        {"glia", "0", "glia: \"0\" is not the number of a format"},
        {"glia", "1.0", "glia: \"1.0\" is not the number of a format"},
        {"glia", "2", "glia: written in format 2 by a newer version"},
        {"net", NULL, "net: missing"},
        {"net", "dence 2, relu, dense 3, softmax", "net:1:1: "},
        {"net", "dense 2, relu, dense 3 bias=maybe, softmax", "net:1:"},
        {"net", "input 5, dense 2, relu, dense 3, softmax", "net:1:1: "},
        {"net", "", "tensor \"0.weight\" has no place in the net"},
        {"net", "dense 2, relu, dense 3, softmax, dense 3", "there is no tensor \"4.weight\""},
        {"net", "dense 2, relu, dense 4, softmax", "tensor \"2.weight\" is [3, 2], and the net needs [4, 2]"},
        {"net", "relu, dense 2, dense 3, softmax", "tensor \"0.weight\" has no place in the net"},
        {"input", NULL, "input: missing"},
        {"input", "5", "tensor \"0.weight\" is [2, 4], and the net needs [2, 5]"},
        {"input", "", "input: \"\" is not a shape"},
        {"input", "0", "input: \"0\" is not a shape"},
        {"input", "-4", "input: \"-4\" is not a shape"},
        {"input", "4 ", "input: \"4 \" is not a shape"},
        {"input", "2x2", "input: \"2x2\" is not a shape"},
        {"input", "1x2x2x1", "input: \"1x2x2x1\" is not a shape"},
        {"input", "1x2x2x", "input: \"1x2x2x\" is not a shape"},
        {"input", "1,2,2", "input: \"1,2,2\" is not a shape"},
        {"input", "1xx4", "input: \"1xx4\" is not a shape"},
        {"input", "4294967296x4294967296x4294967296", "is not a shape"},
        {"input", "99999999999999999999", "is not a shape"},
        {"seed", NULL, "seed: missing"},
        {"seed", "4294967296", "seed: \"4294967296\" is not a whole number of 32 bits"},
        {"seed", "x", "seed: \"x\" is not a whole number"},
        {"target", NULL, "target: missing"},
        {"target", "Classes", "target: not classes, numbers or none"},
        {"target", "none", "class_names: 3 names for a net that does not tell classes"},
        {"class_names", NULL, "class_names: missing"},
        {"class_names", "[\"a\",\"b\"]", "class_names: 2 names for a net of 3 outputs"},
        {"class_names", "{}", "class_names: not a JSON list"},
        {"class_names", "[\"a\",\"b\",3]", "class_names: item 2 is not a text"},
        {"class_names", "[\"a\",", "class_names: byte 5: "},
        {"class_names", "", "class_names: byte 0: "},
        {"target_names", "[\"a\",\"b\",\"c\"]", "target_names: 3 names for a net of 3 outputs"},
        {"column_names", "[\"a\",\"b\",\"c\"]", "column_names: 3 names for a net of 4 inputs"},
        {"scale", NULL, "scale: missing"},
        {"scale", "{}", "scale: \"how\" is not the name of a scaling"},
        {"scale", "[]", "scale: \"how\" is not the name of a scaling"},
        {"scale", "{\"how\":\"robust\"}", "scale: \"how\" is not the name of a scaling"},
        {"scale", "{\"how\":\"standard\"}", "scale: 0 pairs"},
        {"scale", "{\"how\":\"unit\",\"why\":1}", "scale: not how, shift and scale"},
        {"scale", "{\"how\":\"unit\",\"shift\":[1,1,1,1],\"scale\":[1,1,1,1]}", "scale: 4 pairs"},
        {"scale", "{\"how\":\"standard\",\"shift\":[1,1,1],\"scale\":[1,1,1,1]}",
         "scale: shift is not a list of 4 numbers"},
        {"scale", "{\"how\":\"standard\",\"shift\":[1,1,1,1],\"scale\":[1,1,1,1,1]}",
         "scale: scale is not a list of 4 numbers"},
        {"scale", "{\"how\":\"standard\",\"shift\":[1,1,1,1],\"scale\":[1,1,1,0]}", "scale: column 4 cannot be scaled"},
        {"scale", "{\"how\":\"standard\",\"shift\":[1,1,\"1\",1],\"scale\":[1,1,1,1]}",
         "scale: shift[2] is not a number"},
        {"scale", "{\"how\":\"standard\",\"shift\":[1,1,1,1e999],\"scale\":[1,1,1,1]}", "scale: byte "},
        {"loss", "crossentropy", "loss: loss:1:1: "},
        {"border", "dark", "border: \"dark\" is not a number from 0 to 255"},
        {"border", "-1", "border: \"-1\" is not a number from 0 to 255"},
        {"border", "nan", "border: \"nan\" is not a number from 0 to 255"},
        {"class_weights", "{}", "class_weights: it is not a list of 3 numbers"},
        {"class_weights", "[1,2]", "class_weights: it is not a list of 3 numbers"},
        {"class_weights", "[1,\"2\",1]", "class_weights: it[1] is not a number"},
        {"class_weights", "[1,1,-2]", "class_weights: number 2 is not a weight, which is at least 0"},
        {"class_weights", "[1,1", "class_weights: byte "},
        {"record", "[]", "record: not a JSON object"},
        {"record", "{", "record: byte 1: "},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        glia_model *m = small_model(1), *none = m;
        put_model(cases[i].key, cases[i].value);
        says(glia_model_open(&none, path), GLIA_E_FORMAT, cases[i].said);
        assert_int_equal(strncmp(glia_error(), path, strlen(path)), 0);
        assert_null(none);
        glia_model_free(m);
    }
}

static void a_model_has_its_tensors_alone(void **state)
{
    (void)state;
    glia_model *m = NULL;
    put_model_and("loss", "mse", "extra");
    says(glia_model_open(&m, path), GLIA_E_FORMAT, "tensor \"extra\" has no place in the net");
    put_model_and("loss", "mse", "1.num_batches_tracked");
    says(glia_model_open(&m, path), GLIA_E_FORMAT, "tensor \"1.num_batches_tracked\" has no place in the net");
}

static void numbers_need_their_scaling(void **state)
{
    (void)state;
    glia_model *m = NULL;
    put_model("target", "numbers");
    says(glia_model_open(&m, path), GLIA_E_FORMAT, "target_scale: missing");
}

/* What a net would need is held against the file before it is asked for: nothing large is ever allocated. */
static void nothing_large_is_allocated_for_a_small_file(void **state)
{
    (void)state;
    static const struct {
        const char *key, *value;
    } cases[] = {{"input", "4000000000"}, {"net", "dense 1000000, relu, dense 1000000, relu, dense 1000000"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        glia_model *m = NULL;
        put_model(cases[i].key, cases[i].value);
        watch_begin();
        says(glia_model_open(&m, path), GLIA_E_FORMAT, "and the net needs");
        glia_set_allocator(NULL, NULL, NULL);
        assert_true(watched_largest > 0 && watched_largest < 1 << 17);
    }
}

/* The same limit holds for what is saved, so that no file is written that could not be opened. */
static void a_net_text_has_a_limit(void **state)
{
    (void)state;
    enum { LAYERS = 5500 };
    char       *net = calloc(LAYERS, sizeof ", relu");
    glia_model *m = NULL;
    assert_non_null(net);
    strcpy(net, "input 1");
    for (size_t i = 0, at = strlen(net); i < LAYERS; i++, at += 6) strcpy(net + at, ", relu");
    put_model("net", net);
    says(glia_model_open(&m, path), GLIA_E_FORMAT, "net: a text of 33007 bytes; at most 32768 are read");
    unlink(path);
    fine(glia_model_new(&m, net, NULL, 0));
    says(glia_model_save(m, path), GLIA_E_WRITE, "net: a net of 33007 bytes of text; at most 32768 are kept in a file");
    glia_model_free(m);
    free(net);
}

static void arguments_are_checked(void **state)
{
    (void)state;
    glia_model *m = small_model(7), *none = m;
    says(glia_model_save(NULL, path), GLIA_E_ARG, "glia_model_save");
    says(glia_model_save(m, NULL), GLIA_E_ARG, "glia_model_save");
    says(glia_model_open(NULL, path), GLIA_E_ARG, "glia_model_open");
    says(glia_model_open(&none, NULL), GLIA_E_ARG, "glia_model_open");
    assert_null(none);
    says(glia_model_open(&none, path), GLIA_E_OPEN, path);
    says(glia_model_load_weights(NULL, path), GLIA_E_ARG, "glia_model_load_weights");
    says(glia_model_load_weights(m, NULL), GLIA_E_ARG, "glia_model_load_weights");
    glia_model_free(m);
}

/* ---- any bytes --------------------------------------------------------------------------------------------------- */

/* Opens what stands at the path: a model or a clean error. */
static bool survives(void)
{
    glia_model *m = NULL;
    glia_status status = glia_model_open(&m, path);
    if (status) {
        says(status, GLIA_E_FORMAT, path);
        assert_null(m);
    }
    glia_model_free(m);
    return status == GLIA_OK;
}

static void every_truncation_is_refused(void **state)
{
    (void)state;
    static unsigned char bytes[FILE_MOST];
    glia_model          *m = trained_model();
    fine(glia_model_save(m, path));
    size_t n = get(path, bytes);
    for (size_t length = 0; length < n; length++) {
        put(path, bytes, length);
        if (survives()) fail_msg("the first %zu of %zu bytes are taken for a model", length, n);
    }
    glia_model_free(m);
}

static void every_flipped_bit_is_survived(void **state)
{
    (void)state;
    static unsigned char bytes[FILE_MOST];
    glia_model          *m = trained_model();
    size_t               models = 0;
    fine(glia_model_save(m, path));
    size_t n = get(path, bytes);
    for (size_t bit = 0; bit < 8 * n; bit++) {
        bytes[bit / 8] ^= (unsigned char)(1 << bit % 8);
        put(path, bytes, n);
        models += survives();
        bytes[bit / 8] ^= (unsigned char)(1 << bit % 8);
    }
    assert_true(models > 100 && models < 4 * n); /* names and numbers may change; most of the header may not */
    glia_model_free(m);
}

/* A net that a flipped bit made of another is still one: its passes stay within its memory. */
static void runs(void)
{
    glia_model     *m = NULL;
    glia_layer_info info;
    size_t          widest = 0, i = 0;
    if (glia_model_open(&m, path)) return;
    for (; glia_model_layer(m, i, &info) == GLIA_OK; i++) {
        size_t n = 1;
        for (int a = 0; a < info.rank; a++) n *= info.shape[a];
        widest = n > widest ? n : widest;
    }
    real *x = calloc(m->n_in, sizeof *x);
    assert_non_null(x);
    if (widest < 20000) fine(glia_forward(m, x, 1, NULL));
    free(x);
    glia_model_free(m);
}

/* Bits of the metadata, where the net is, of models with layers of all kinds. */
static void every_flipped_bit_of_other_nets(void **state)
{
    (void)state;
    static const char *const nets[] = {of_images, of_words};
    static unsigned char     bytes[FILE_MOST];
    for (size_t k = 0; k < 2; k++) {
        glia_model *m = NULL;
        fine(glia_model_new(&m, nets[k], NULL, 1));
        fine(glia_model_save(m, path));
        size_t n = get(path, bytes), header = bytes[0] + 256u * bytes[1];
        assert_true(header < n);
        for (size_t bit = 0; bit < 8 * (8 + header); bit++) {
            bytes[bit / 8] ^= (unsigned char)(1 << bit % 8);
            put(path, bytes, n);
            if (survives()) runs();
            bytes[bit / 8] ^= (unsigned char)(1 << bit % 8);
        }
        glia_model_free(m);
    }
}

/* ---- failed saves ------------------------------------------------------------------------------------------------ */

static void unsavable_models_leave_the_old_file(void **state)
{
    (void)state;
    glia_model *m = small_model(7), *bad = small_model(8);
    fine(glia_model_save(m, path));
    fine(glia_model_save(m, other));
    fine(glia_parameter_set(bad, "2.weight", (const glia_real[6]){0, 0, 0, (glia_real)NAN, 0, 0}, 6));
    says(glia_model_save(bad, path), GLIA_E_NONFINITE, "2.weight[1][1] is nan; a model with such weights is not saved");
    same_files(path, other);
    fine(glia_parameter_set(bad, "2.weight", (const glia_real[6]){0}, 6));
    glia__free(bad->class_names[1]);
    bad->class_names[1] = copy("caf\xe9");
    says(glia_model_save(bad, path), GLIA_E_WRITE, "class_names: \"caf\xe9\" is not UTF-8");
    same_files(path, other);
    glia__free(bad->class_names[--bad->n_classes]);
    says(glia_model_save(bad, path), GLIA_E_SHAPE, "class_names: 2 names for a net of 3 outputs");
    same_files(path, other);
    fine(glia__scaler_make(&m->scale, GLIA__SCALE_STANDARD, 3, (const double[3]){0}, (const double[3]){1, 1, 1}));
    says(glia_model_save(m, path), GLIA_E_SHAPE, "scale: 3 columns for a net of 4");
    same_files(path, other);
    assert_int_equal(files_in_folder(), 2);
    glia_model_free(m);
    glia_model_free(bad);
}

static void a_net_without_layers_is_not_saved(void **state)
{
    (void)state;
    glia_model *m = NULL;
    fine(glia_model_new(&m, "", NULL, 0));
    says(glia_model_save(m, path), GLIA_E_SHAPE, "a net without layers");
    glia_model_free(m);
}

static void unwritable_places_are_named(void **state)
{
    (void)state;
    char        nowhere[128];
    glia_model *m = small_model(7);
    snprintf(nowhere, sizeof nowhere, "%s/none/m.safetensors", folder);
    says(glia_model_save(m, nowhere), GLIA_E_WRITE, nowhere);
    says(glia_model_save(m, folder), GLIA_E_WRITE, folder);
    says(glia_model_save(m, "/dev/full"), GLIA_E_WRITE, "/dev/full");
    assert_int_equal(files_in_folder(), 0);
    glia_model_free(m);
}

/* In a child that may write no file longer than `limit` bytes, as on a disk that fills up. */
static int save_with_limit(const glia_model *m, size_t limit)
{
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        struct rlimit most = {limit, limit};
        signal(SIGXFSZ, SIG_IGN);
        setrlimit(RLIMIT_FSIZE, &most);
        glia_status status = glia_model_save(m, path);
        _exit(status == GLIA_OK ? 0 : status == GLIA_E_WRITE && strstr(glia_error(), path) ? 1 : 2);
    }
    int how = 0;
    assert_int_equal(waitpid(child, &how, 0), child);
    assert_true(WIFEXITED(how));
    return WEXITSTATUS(how);
}

/* Large enough to be written in several pieces, so that some limits are met on the way and some at the end. */
static void a_full_disk_leaves_the_old_file(void **state)
{
    (void)state;
    static unsigned char bytes[FILE_MOST];
    glia_model          *old = small_model(7), *m = NULL;
    fine(glia_model_new(&m, "input 9, dense 4000", NULL, 1));
    fine(glia_model_save(old, path));
    fine(glia_model_save(m, other));
    size_t n = get(other, bytes);
    fine(glia_model_save(old, other));
    assert_true(n > 100000);
    for (size_t limit = 0; limit < n; limit += 1 + n / 8) {
        assert_int_equal(save_with_limit(m, limit), 1);
        same_files(path, other);
        assert_int_equal(files_in_folder(), 2);
    }
    assert_int_equal(save_with_limit(m, n), 0);
    fine(glia_model_save(m, other));
    same_files(path, other);
    glia_model_free(old);
    glia_model_free(m);
}

/* ---- no memory --------------------------------------------------------------------------------------------------- */

static glia_model *under_test;

static glia_status save_it(void)
{
    return glia_model_save(under_test, path);
}

static glia_status open_it(void)
{
    glia_model *m = NULL;
    glia_status status = glia_model_open(&m, other);
    assert_int_equal(!m, status != GLIA_OK);
    glia_model_free(m);
    return status;
}

static glia_status load_it(void)
{
    return glia_model_load_weights(under_test, other);
}

static void every_allocation_may_fail(void **state)
{
    (void)state;
    glia_model *untouched = trained_model();
    fine(glia_model_save(untouched, other));
    under_test = trained_model();
    expect_survives_scarcity(save_it, 10);
    same_files(path, other);
    expect_survives_scarcity(open_it, 30);
    expect_survives_scarcity(load_it, 3);
    same_models(under_test, untouched);
    glia_model_free(under_test);
    glia_model_free(untouched);
    assert_int_equal(files_in_folder(), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, make_folder, remove_folder)
        IN_FOLDER(a_classifier_comes_back),
        IN_FOLDER(a_trained_regression_comes_back),
        IN_FOLDER(a_model_of_images_comes_back),
        IN_FOLDER(a_model_without_data_comes_back),
        IN_FOLDER(the_tensors_are_the_state_dict),
        IN_FOLDER(tensors_of_all_kinds),
        IN_FOLDER(the_metadata_are_as_documented),
        IN_FOLDER(foreign_weights_are_loaded),
        IN_FOLDER(weights_that_do_not_fit_are_named),
        IN_FOLDER(a_part_of_the_weights_is_taken),
        IN_FOLDER(weights_are_set_all_or_none),
        IN_FOLDER(files_of_others_are_not_models),
        IN_FOLDER(metadata_may_be_other_than_usual),
        IN_FOLDER(wrong_metadata_are_refused),
        IN_FOLDER(a_model_has_its_tensors_alone),
        IN_FOLDER(numbers_need_their_scaling),
        IN_FOLDER(nothing_large_is_allocated_for_a_small_file),
        IN_FOLDER(a_net_text_has_a_limit),
        IN_FOLDER(arguments_are_checked),
        IN_FOLDER(every_truncation_is_refused),
        IN_FOLDER(every_flipped_bit_is_survived),
        IN_FOLDER(every_flipped_bit_of_other_nets),
        IN_FOLDER(unsavable_models_leave_the_old_file),
        IN_FOLDER(a_net_without_layers_is_not_saved),
        IN_FOLDER(unwritable_places_are_named),
        IN_FOLDER(a_full_disk_leaves_the_old_file),
        IN_FOLDER(every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
