/* glia trace: a whole folder against PyTorch's numbers, what the index says, and what is refused. */
#include <dirent.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "golden.h"
#include "help.h"
#include "process.h"

static const char *const cases[] = {"classes", "numbers", "bits", "residual_eval", "residual_train"};
enum { CASES = COUNT(cases) };
#define REAL_DTYPE (IS_DOUBLE ? "<f8" : "<f4")
#define REAL_TYPE (IS_DOUBLE ? "float64" : "float32")

static golden_case *open_case(size_t i)
{
    char name[64];
    snprintf(name, sizeof name, "trace/%s", cases[i]);
    return golden_open(name);
}

static const char *about(const golden_case *c, const char *key)
{
    return text_at(golden_json(c), key);
}

static void table_of(size_t i, char path[256])
{
    snprintf(path, 256, "%s/golden/trace/%s/table.csv", GLIA_TEST_DATA, cases[i]);
}

/* Running statistics that the pass moves stand in the case twice: as start.NAME, and as they are after it. */
static bool is_start(const golden_array *a)
{
    return strcmp(a->role, "start") == 0;
}

static void set_parameter(glia_model *m, const golden_array *a)
{
    if (!is_start(a) && strcmp(a->role, "param") != 0) return;
    glia_real *values = golden_reals(a);
    EXPECT_OK(glia_parameter_set(m, a->name + (is_start(a) ? strlen("start.") : 0), values, a->count));
    free(values);
}

/* Scaling and loss are those of a training, the weights are the case's. Saved in CASE.safetensors. */
static void save_model(size_t i)
{
    char         path[256];
    glia_data   *d;
    glia_model  *m;
    golden_case *c = open_case(i);
    table_of(i, path);
    EXPECT_OK(glia_data_open(&d, path, NULL));
    EXPECT_OK(glia_model_new(&m, about(c, "net"), d, 0));
    EXPECT_OK(
        glia_fit(m, d, NULL, &(glia_fit_options){.epochs = 1, .optimizer = "sgd lr=0", .loss = about(c, "loss")}));
    for (size_t k = 0; k < golden_count(c); k++) set_parameter(m, golden_at(c, k));
    snprintf(path, sizeof path, "%s.safetensors", cases[i]);
    EXPECT_OK(glia_model_save(m, path));
    glia_model_free(m);
    glia_data_free(d);
    golden_close(c);
}

static int make_models(void **state)
{
    if (make_data(state)) return -1;
    for (size_t i = 0; i < CASES; i++) save_model(i);
    make_even_model("images", EVEN_NET, "images.safetensors");
    return 0;
}

/* ---- the numbers ----------------------------------------------------------------------------------------------- */

static void trace_case(size_t i, const golden_case *c, const char *mode)
{
    char model[64], table[256];
    snprintf(model, sizeof model, "%s.safetensors", cases[i]);
    table_of(i, table);
    result r = RUN("trace", model, table, "--rows", about(c, "rows"), "--out", cases[i], "--mode", mode);
    assert_string_equal(r.err, "");
    assert_int_equal(r.code, 0);
    release(&r);
}

static void expect_array(const char *folder, const golden_array *want, golden_tolerance t)
{
    char         path[256];
    golden_array as = *want;
    bool         loss = strcmp(want->name, "loss") == 0, row_loss = strcmp(want->name, "row_loss") == 0;
    if (!loss && !row_loss && strcmp(want->dtype, "<f8") == 0) strcpy(as.dtype, REAL_DTYPE);
    if (loss) as.rank = 0; /* a number has no sides */
    snprintf(path, sizeof path, "%s/%s.npy", folder, want->name);
    double *got = golden_read(path, &as);
    golden_expect_doubles(want, got, t);
    free(got);
}

static size_t entries_in(const char *folder)
{
    size_t n = 0;
    DIR   *d = opendir(folder);
    assert_non_null(d);
    for (struct dirent *entry; (entry = readdir(d));) n += strcmp(entry->d_name, ".") && strcmp(entry->d_name, "..");
    closedir(d);
    return n;
}

/* Every array of the case, and no file besides them and the index. */
static void expect_case(size_t i, const char *mode)
{
    golden_case *c = open_case(i);
    size_t       files = 1;
    trace_case(i, c, mode);
    for (size_t k = 0; k < golden_count(c); k++) {
        const golden_array *a = golden_at(c, k);
        if (!is_start(a)) expect_array(cases[i], a, golden_tolerance_of(c)), files++;
    }
    assert_int_equal(entries_in(cases[i]), files);
    golden_close(c);
}

static void the_numbers_of_pytorch(void **state)
{
    (void)state;
    for (size_t i = 0; i < CASES; i++) {
        golden_case *c = open_case(i);
        expect_case(i, about(c, "mode"));
        golden_close(c);
    }
    expect_case(0, "train"); /* without such layers the modes are the same */
}

/* ---- the index ------------------------------------------------------------------------------------------------- */

static json_t *index_of(const char *folder)
{
    char         path[128];
    json_error_t error;
    snprintf(path, sizeof path, "%s/index.json", folder);
    json_t *index = json_load_file(path, JSON_REJECT_DUPLICATES, &error);
    if (!index) fail_msg("%s: %s", path, error.text);
    return index;
}

/* "input.npy 0.weight.npy ...", as listed. */
static void assert_files(const json_t *index, const char *names)
{
    char          all[2048] = "";
    size_t        i;
    const json_t *file;
    json_array_foreach(json_object_get(index, "files"), i, file)
        snprintf(all + strlen(all), sizeof all - strlen(all), "%s%s", i ? " " : "", text_at(file, "name"));
    assert_string_equal(all, names);
}

static const char all_files[] =
    "input.npy 00_tanh.npy 01_flatten.npy 2.weight.npy 2.bias.npy 02_dense.npy 03_relu.npy 4.weight.npy 4.bias.npy "
    "04_dense.npy 05_softmax.npy target.npy row_loss.npy loss.npy 04_dense.grad.npy 4.weight.grad.npy 4.bias.grad.npy "
    "03_relu.grad.npy 02_dense.grad.npy 2.weight.grad.npy 2.bias.grad.npy 01_flatten.grad.npy 00_tanh.grad.npy "
    "input.grad.npy";

static void expect_entry(const json_t *index, size_t i, const char *text)
{
    char *got = json_dumps(json_array_get(json_object_get(index, "files"), i), 0);
    assert_string_equal(got, text);
    free(got);
}

static void the_index_tells_all(void **state)
{
    golden_case *c = open_case(0);
    (void)state;
    trace_case(0, c, "eval");
    json_t *index = index_of("classes");
    assert_keys(index, "trace,model,net,data,part,rows,mode,classes,loss,loss_value,files");
    assert_string_equal(text_at(index, "model"), "classes.safetensors");
    assert_string_equal(text_at(index, "net"), about(c, "net"));
    assert_string_equal(text_at(index, "part"), "whole");
    assert_string_equal(text_at(index, "mode"), "eval");
    assert_string_equal(text_at(index, "loss"), "cross_entropy");
    assert_true(golden_near(number_at(index, "loss_value"), *golden_get(c, "loss")->values, 1e-5, 0));
    json_t *rows = json_pack("[iiiii]", 2, 4, 6, 8, 10), *classes = json_pack("[sss]", "ant", "bee", "cow");
    assert_true(json_equal(json_object_get(index, "rows"), rows));
    assert_true(json_equal(json_object_get(index, "classes"), classes));
    assert_files(index, all_files);
    char text[160];
    snprintf(text, sizeof text,
             "{\"name\": \"input.npy\", \"layer\": null, \"what\": \"input\", \"shape\": [5, 2, 3, 2], "
             "\"dtype\": \"%s\"}",
             REAL_TYPE);
    expect_entry(index, 0, text);
    snprintf(text, sizeof text,
             "{\"name\": \"4.weight.grad.npy\", \"layer\": 4, \"what\": \"parameter_gradient\", \"shape\": [3, 5], "
             "\"dtype\": \"%s\"}",
             REAL_TYPE);
    expect_entry(index, 15, text);
    expect_entry(index, 11,
                 "{\"name\": \"target.npy\", \"layer\": null, \"what\": \"target\", \"shape\": [5], "
                 "\"dtype\": \"int32\"}");
    expect_entry(
        index, 13,
        "{\"name\": \"loss.npy\", \"layer\": null, \"what\": \"loss\", \"shape\": [], \"dtype\": \"float64\"}");
    json_decref(rows);
    json_decref(classes);
    json_decref(index);
    golden_close(c);
}

/* A table that lacks its target column: there is nothing to go back from. */
static void without_targets(void **state)
{
    (void)state;
    write_text("bare.csv", "x1,x2,x3\n1,2,3\n4,5,6\n");
    result  r = RUN("trace", "bits.safetensors", "bare.csv", "--out", "bare");
    json_t *index = index_of("bare");
    assert_int_equal(r.code, 0);
    assert_int_equal(strncmp(r.out, "2 rows of bare.csv, as in evaluation\n\n", 38), 0);
    assert_keys(index, "trace,model,net,data,part,rows,mode,classes,files");
    assert_files(index,
                 "input.npy 0.weight.npy 0.bias.npy 00_dense.npy 01_elu.npy 2.weight.npy 2.bias.npy 02_dense.npy "
                 "03_sigmoid.npy");
    json_decref(index);
    release(&r);
}

static void the_second_part_of_data(void **state)
{
    (void)state;
    expect(0,
           "1 row of images, as in training; loss 0.6931472\n\n"
           "input.npy          input               1x4\n"
           "0.weight.npy       parameter           2x4\n"
           "0.bias.npy         parameter             2\n"
           "00_dense.npy       output              1x2\n"
           "01_softmax.npy     output              1x2\n"
           "target.npy         target                1\n"
           "row_loss.npy       row_loss              1\n"
           "loss.npy           loss                  1\n"
           "00_dense.grad.npy  output_gradient     1x2\n"
           "0.weight.grad.npy  parameter_gradient  2x4\n"
           "0.bias.grad.npy    parameter_gradient    2\n"
           "input.grad.npy     input_gradient      1x4\n"
           "\nwritten into parts, with index.json\n",
           "", ARGUMENTS("trace", "images.safetensors", "images", "--rows", "-2", "--mode", "train", "--out", "parts"));
    json_t *index = index_of("parts");
    assert_string_equal(text_at(index, "part"), "test");
    assert_string_equal(text_at(index, "mode"), "train");
    json_decref(index);
    golden_array as = {.rank = 2, .shape = {1, 4}, .count = 4};
    strcpy(as.dtype, REAL_DTYPE);
    double *x = golden_read("parts/input.npy", &as);
    assert_true(x[0] == 1 && x[1] == 1 && x[2] == 0 && x[3] == 0);
    free(x);
}

/* ---- rows ------------------------------------------------------------------------------------------------------ */

static void rows_as_python_slices(void **state)
{
    static const struct {
        const char *text, *rows;
    } slices[] = {
        {"0:3", "[0,1,2]"},  {"3", "[3]"},        {"-1", "[11]"},       {"10:", "[10,11]"}, {":2", "[0,1]"},
        {"-2:", "[10,11]"},  {"::5", "[0,5,10]"}, {"1:8:3", "[1,4,7]"}, {"0:-10", "[0,1]"}, {"-12:12:6", "[0,6]"},
        {"11:12:9", "[11]"}, {"00:1", "[0]"},     {"9::2", "[9,11]"},   {":1:", "[0]"},
    };
    (void)state;
    char table[256];
    table_of(2, table);
    for (size_t i = 0; i < COUNT(slices); i++) {
        char option[32];
        snprintf(option, sizeof option, "--rows=%s", slices[i].text);
        result  r = RUN("trace", "bits.safetensors", table, option, "--out", "slices");
        json_t *index = index_of("slices");
        char   *rows = json_dumps(json_object_get(index, "rows"), JSON_COMPACT);
        assert_int_equal(r.code, 0);
        assert_string_equal(rows, slices[i].rows);
        free(rows);
        json_decref(index);
        release(&r);
    }
}

static void eight_rows_or_all(void **state)
{
    (void)state;
    char table[256];
    table_of(2, table);
    expect(0, NULL, "", ARGUMENTS("trace", "bits.safetensors", table, "--out", "eight"));
    json_t *index = index_of("eight");
    assert_int_equal(json_array_size(json_object_get(index, "rows")), 8);
    json_decref(index);
}

/* ---- what is refused ------------------------------------------------------------------------------------------- */

static void assert_refused(int code, const char *sentence, const char *const *argv)
{
    char line[512];
    snprintf(line, sizeof line, "glia: %s\n", sentence);
    expect(code, "", line, argv);
    assert_false(exists("never"));
}

static void wrong_rows(void **state)
{
    static const struct {
        const char *rows, *sentence;
    } list[] = {
        {"", "--rows \"\": neither a row, as 3, nor rows, as 0:8 or 0:8:2"},
        {"abc", "--rows \"abc\": neither a row, as 3, nor rows, as 0:8 or 0:8:2"},
        {"1:2:3:4", "--rows \"1:2:3:4\": neither a row, as 3, nor rows, as 0:8 or 0:8:2"},
        {"1-3", "--rows \"1-3\": neither a row, as 3, nor rows, as 0:8 or 0:8:2"},
        {"-:2", "--rows \"-:2\": neither a row, as 3, nor rows, as 0:8 or 0:8:2"},
        {"1.5", "--rows \"1.5\": neither a row, as 3, nor rows, as 0:8 or 0:8:2"},
        {"0:5", "--rows \"0:5\": table.csv has 4 rows, numbered from 0"},
        {"4", "--rows \"4\": table.csv has 4 rows, numbered from 0"},
        {"-5:", "--rows \"-5:\": table.csv has 4 rows, numbered from 0"},
        {"18446744073709551617", "--rows \"18446744073709551617\": table.csv has 4 rows, numbered from 0"},
        {"2:2", "--rows \"2:2\": no rows"},
        {"3:1", "--rows \"3:1\": begins after its end"},
        {"0:4:0", "--rows \"0:4:0\": its step must be at least 1"},
        {"3:0:-1", "--rows \"3:0:-1\": its step must be at least 1"},
    };
    (void)state;
    make_even_model("table.csv", EVEN_NET, "even.safetensors");
    for (size_t i = 0; i < COUNT(list); i++) {
        char option[64];
        snprintf(option, sizeof option, "--rows=%s", list[i].rows);
        assert_refused(2, list[i].sentence,
                       ARGUMENTS("trace", "even.safetensors", "table.csv", option, "--out", "never"));
    }
}

static void wrong_lines_and_data(void **state)
{
    (void)state;
    write_text("zebra.csv", "length,width,kind\n1,5,a\n2,5,zebra\n");
    write_text("wide.csv", "a,b,c,kind\n1,5,6,a\n2,5,6,b\n");
    make_even_model("table.csv", EVEN_NET, "even.safetensors");
    assert_refused(2, "trace: --out DIR is missing", ARGUMENTS("trace", "even.safetensors", "table.csv"));
    assert_refused(2, "--mode \"test\": neither eval nor train",
                   ARGUMENTS("trace", "even.safetensors", "table.csv", "--mode", "test", "--out", "never"));
    assert_refused(3, "missing.safetensors: cannot be opened: No such file or directory",
                   ARGUMENTS("trace", "missing.safetensors", "table.csv", "--out", "never"));
    assert_refused(2, "wide.csv:2:1: there is no column \"length\"; there are a, b, c, kind",
                   ARGUMENTS("trace", "even.safetensors", "wide.csv", "--out", "never"));
    assert_refused(2, "zebra.csv has a class \"zebra\", which the model does not know",
                   ARGUMENTS("trace", "even.safetensors", "zebra.csv", "--out", "never"));
}

/* ---- the folder ------------------------------------------------------------------------------------------------ */

#define TRACE_INTO(folder) ARGUMENTS("trace", "even.safetensors", "table.csv", "--out", folder)

static void a_trace_replaces_a_trace(void **state)
{
    (void)state;
    make_even_model("table.csv", EVEN_NET, "even.safetensors");
    make_even_model("table.csv", "dense 2 bias=no init=zeros, softmax", "unbiased.safetensors");
    assert_int_equal(mkdir("again", 0777), 0); /* an empty folder will do */
    expect(0, NULL, "", TRACE_INTO("again"));
    size_t before = entries_in("again");
    expect(0, NULL, "", TRACE_INTO("again"));
    assert_int_equal(entries_in("again"), before);
    expect(0, NULL, "", ARGUMENTS("trace", "unbiased.safetensors", "table.csv", "--out", "again/"));
    assert_int_equal(entries_in("again"), before - 2);
    assert_false(exists("again/0.bias.npy"));
}

static void folders_that_hold_something_else(void **state)
{
    (void)state;
    make_even_model("table.csv", EVEN_NET, "even.safetensors");
    assert_int_equal(mkdir("held", 0777), 0);
    write_text("held/notes.txt", "mine");
    expect(1, "", "glia: --out held: holds notes.txt, which no index there lists: a new or empty folder is needed\n",
           TRACE_INTO("held"));
    write_text("held/index.json", "{\"files\": [{\"name\": \"notes.txt\"}]}"); /* an index, but of no trace */
    expect(1, "", NULL, TRACE_INTO("held"));
    assert_int_equal(entries_in("held"), 2);
    expect(0, NULL, "", TRACE_INTO("mixed"));
    write_text("mixed/notes.txt", "mine");
    expect(1, "", "glia: --out mixed: holds notes.txt, which no index there lists: a new or empty folder is needed\n",
           TRACE_INTO("mixed"));
    assert_true(exists("mixed/notes.txt") && exists("mixed/index.json") && exists("mixed/input.npy"));
    assert_int_equal(remove("mixed/notes.txt") | remove("mixed/input.npy") | mkdir("mixed/input.npy", 0777), 0);
    expect(1, "", "glia: --out mixed: holds input.npy, which no index there lists: a new or empty folder is needed\n",
           TRACE_INTO("mixed"));
}

static void places_that_cannot_be_written(void **state)
{
    (void)state;
    make_even_model("table.csv", EVEN_NET, "even.safetensors");
    expect(2, "", "glia: --out \"\": not the name of a folder\n", TRACE_INTO(""));
    expect(1, "", "glia: --out table.csv: is not a folder\n", TRACE_INTO("table.csv"));
    expect(1, "", "glia: --out no/such: cannot be made: No such file or directory\n", TRACE_INTO("no/such"));
    expect(1, "", "glia: --out table.csv/t: cannot be made: Not a directory\n", TRACE_INTO("table.csv/t"));
}

/* In a process of its own: no file grows beyond some bytes, as on a full disk. 77: not to be had here. */
static int trace_with_files_of(rlim_t most, const char *folder, const char *sentence)
{
    const struct rlimit limit = {most, most};
    const char         *argv[] = {"glia", "trace", "even.safetensors", "table.csv", "--out", folder, NULL};
    signal(SIGXFSZ, SIG_DFL);
    if (setrlimit(RLIMIT_FSIZE, &limit) != 0) return 77;
    result r = run_redirected(NULL, NULL, argv);
    return r.code == 1 && strstr(r.err, sentence) && *r.out == '\0' ? 0 : 1;
}

static int fail_at_the_first_file(const char *folder)
{
    return trace_with_files_of(150, folder, "/input.npy: cannot be written: File too large\n");
}

static int fail_at_the_last_file(const char *folder)
{
    return trace_with_files_of(200, folder, "/index.json: cannot be written\n");
}

static int try_read_only_folder(const char *folder)
{
    const char *argv[] = {"glia", "trace", "even.safetensors", "table.csv", "--out", folder, NULL};
    char        want[128];
    if (geteuid() == 0 && (setgid(65534) != 0 || setuid(65534) != 0)) return 77;
    if (access(GLIA_PROGRAM, X_OK) != 0 || access("table.csv", R_OK) != 0) return 77;
    result r = run_redirected(NULL, NULL, argv);
    snprintf(want, sizeof want, "glia: --out %s: cannot be written: Permission denied\n", folder);
    return r.code == 1 && strcmp(r.err, want) == 0 ? 0 : 1;
}

static int in_child(int (*attempt)(const char *folder), const char *folder)
{
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) _exit(attempt(folder));
    return wait_for(child);
}

/* What was there is there afterwards, and nothing else. */
static void a_failed_trace_changes_nothing(void **state)
{
    (void)state;
    make_even_model("table.csv", EVEN_NET, "even.safetensors");
    assert_int_equal(in_child(fail_at_the_first_file, "full"), 0);
    assert_int_equal(in_child(fail_at_the_last_file, "full"), 0);
    assert_false(exists("full"));
    expect(0, NULL, "", TRACE_INTO("kept"));
    json_t *before = index_of("kept");
    size_t  entries = entries_in("kept");
    assert_int_equal(in_child(fail_at_the_first_file, "kept"), 0);
    assert_int_equal(in_child(fail_at_the_last_file, "kept"), 0);
    json_t *after = index_of("kept");
    assert_true(json_equal(before, after));
    assert_int_equal(entries_in("kept"), entries);
    json_decref(before);
    json_decref(after);
    assert_int_equal(chmod("kept", 0555) | chmod(".", 0755), 0);
    int code = in_child(try_read_only_folder, "kept");
    assert_int_equal(chmod("kept", 0777) | chmod(".", 0700), 0);
    assert_int_equal(entries_in("kept"), entries);
    if (code == 77) skip();
    assert_int_equal(code, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_numbers_of_pytorch),
        cmocka_unit_test(the_index_tells_all),
        cmocka_unit_test(without_targets),
        cmocka_unit_test(the_second_part_of_data),
        cmocka_unit_test(rows_as_python_slices),
        cmocka_unit_test(eight_rows_or_all),
        cmocka_unit_test(wrong_rows),
        cmocka_unit_test(wrong_lines_and_data),
        cmocka_unit_test(a_trace_replaces_a_trace),
        cmocka_unit_test(folders_that_hold_something_else),
        cmocka_unit_test(places_that_cannot_be_written),
        cmocka_unit_test(a_failed_trace_changes_nothing),
    };
    return cmocka_run_group_tests(tests, make_models, leave_folder);
}
