/* Tables whose rows are left in a file: they are what they would be in memory, whatever columns there are; the file is
 * found again, made anew when the table is another, and believed in nothing. */
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "data_files.h"

#include "data/pass.h"
#include "scarce.h"

enum { ROWS = 3000, KEPT = 1 << 30 };

static const glia__sizes small = {.memory = 1 << 20, .large = 4000, .block = 512, .blocks = 4};

/* ---- a table ----------------------------------------------------------------------------------------------------- */

static const char *const cities[] = {"Ulm", "Bonn", "\"Bad Ems, old\"", "Köln", "Jena"};

static void put_row(FILE *f, size_t r)
{
    const uint32_t noise = (uint32_t)(r * 2654435761u) >> 8;
    if (r % 11) fprintf(f, "%.3f", (double)(noise % 1000) / 7);
    fprintf(f, ",%s,%s", r % 13 ? cities[noise % 5] : "", r % 4 ? "yes" : "no");
    fprintf(f, ",2024-%02u-%02u", 1 + noise % 12, 1 + noise % 28);
    fprintf(f, ",2024-01-%02uT%02u:30", 1 + noise % 28, noise % 24);
    fprintf(f, ",free text number %zu", r);
    fprintf(f, ",%d,%u,%u", (int)(r % 5) + 1, noise % 40, (unsigned)(r % 700));
    fprintf(f, ",%u,%s\n", noise % 97, r % 17 ? (noise % 3 ? "a" : "b") : "");
}

static void put_table(const char *name, size_t rows)
{
    FILE *f = fopen(name, "wb");
    assert_non_null(f);
    fputs("size,city,old,born,seen,note,w,patient,day,count,kind\n", f);
    for (size_t r = 0; r < rows; r++) put_row(f, r);
    assert_int_equal(fclose(f), 0);
}

static const glia_data_options usual = {.target = "kind", .weight = "w", .group = "patient", .time = "day"};

static glia_data *open_with(const char *name, const glia_data_options *how, size_t memory)
{
    glia_data        *d;
    glia_data_options o = *how;
    o.memory = memory;
    EXPECT_OK(glia_data_open(&d, name, &o));
    assert_true((d->store != NULL) == (memory == 1));
    return d;
}

static int usual_files(void **state)
{
    (void)state;
    glia__sizes_now = small;
    unlink("t.csv.rows");
    put_table("t.csv", ROWS);
    return 0;
}

/* ---- the same ---------------------------------------------------------------------------------------------------- */

static void expect_same_inputs(const glia_data *a, const glia_data *b)
{
    for (size_t r = 0; r < a->rows; r++)
        for (size_t i = 0; i < a->columns; i++) {
            const double x = glia_data_input(a, r, i), y = glia_data_input(b, r, i);
            const char  *v = glia_data_word(a, r, i), *w = glia_data_word(b, r, i);
            if (x != y && !(isnan(x) && isnan(y))) fail_msg("row %zu, %zu: %g, not %g", r, i, y, x);
            if (!v != !w || (v && strcmp(v, w) != 0))
                fail_msg("row %zu, %zu: %s, not %s", r, i, w ? w : "-", v ? v : "-");
        }
}

static void expect_same_columns(const glia_data *a, const glia_data *b)
{
    glia_column_info of_a, of_b;
    for (size_t i = 0; glia_data_column(a, i, &of_a); i++) {
        assert_true(glia_data_column(b, i, &of_b));
        assert_string_equal(of_a.name, of_b.name);
        assert_int_equal(of_a.kind, of_b.kind);
        assert_int_equal(of_a.number, of_b.number);
        assert_int_equal(of_a.column, of_b.column);
        assert_int_equal(of_a.missing, of_b.missing);
        assert_int_equal(of_a.words, of_b.words);
    }
    assert_string_equal(glia_data_columns(a), glia_data_columns(b));
    assert_true(!a->missing_text == !b->missing_text);
    if (a->missing_text) assert_string_equal(a->missing_text, b->missing_text);
}

static void expect_same(const glia_data *a, const glia_data *b)
{
    uint64_t of_a, of_b;
    assert_int_equal(a->rows, b->rows);
    assert_int_equal(a->columns, b->columns);
    assert_int_equal(a->left_out, b->left_out);
    assert_int_equal(a->dropped, b->dropped);
    expect_same_columns(a, b);
    expect_same_inputs(a, b);
    EXPECT_OK(glia__data_values_hash(a, &of_a));
    EXPECT_OK(glia__data_values_hash(b, &of_b));
    if (glia__data_names_hash(a) != glia__data_names_hash(b)) fail_msg("names differ");
    for (size_t r = 0; r < a->rows; r++) {
        assert_int_equal(glia_data_class(a, r), glia_data_class(b, r));
        assert_true(glia_data_weight(a, r) == glia_data_weight(b, r));
        assert_int_equal(glia_data_group(a, r), glia_data_group(b, r));
    }
}

/* What a column is may show when most of its rows are in the file already. */
static void a_column_may_begin_late(void **state)
{
    static const char *const values[] = {"red", "2024-03-01", "12:30", "5"};
    (void)state;
    for (size_t i = 0; i < COUNT(values); i++) {
        FILE *f = fopen("late.csv", "wb");
        assert_non_null(f);
        fputs("n,late,y\n", f);
        for (size_t r = 0; r < ROWS * 100; r++)
            fprintf(f, "%zu,%s,%zu\n", r, r < ROWS * 99 || r % 2 ? "" : values[i], r % 2);
        assert_int_equal(fclose(f), 0);
        unlink("late.csv.rows");
        glia_data *a = open_with("late.csv", &(glia_data_options){0}, KEPT);
        glia_data *b = open_with("late.csv", &(glia_data_options){0}, 1);
        assert_true(i > 0 || strcmp(glia_data_word(b, ROWS * 99, 1), "red") == 0);
        expect_same(a, b);
        glia_data_free(a);
        glia_data_free(b);
    }
}

/* A process that is killed while it reads leaves its part of the file, which the next one takes away. */
static void parts_of_the_killed_are_removed(void **state)
{
    const pid_t killed = fork();
    char        part[64];
    (void)state;
    if (killed == 0) _exit(0);
    assert_int_equal(waitpid(killed, NULL, 0), killed); /* its number is free now */
    snprintf(part, sizeof part, "t.csv.rows.part-%d", (int)killed);
    put_text(part, "half");
    glia_data_free(open_with("t.csv", &usual, 1));
    assert_int_equal(access(part, F_OK), -1);
}

static void rows_are_the_same(void **state)
{
    static const glia_data_options hows[] = {
        {.target = "kind", .weight = "w", .group = "patient", .time = "day"},
        {.target = "count", .missing = "Bonn, 3"},
        {.target = "count, size", .drop_missing = true},
        {.target = "", .columns = "city:ordinal, born:skip, seen:text"},
        {.target = "11", .columns = "note:category hash=8, count:number fill=mean"},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(hows); i++) {
        glia_data *a = open_with("t.csv", &hows[i], KEPT), *b = open_with("t.csv", &hows[i], 1);
        expect_same(a, b);
        assert_string_equal(glia_data_rows_file(b), "t.csv.rows");
        glia_data *again = open_with("t.csv", &hows[i], 1), *loaded = open_with("t.csv", &hows[i], KEPT);
        expect_same(a, again);
        expect_same(a, loaded);
        glia_data_free(a);
        glia_data_free(b);
        glia_data_free(again);
        glia_data_free(loaded);
    }
}

static char *trained(const glia_data *d, const glia_fit_options *o)
{
    glia_model *m;
    glia_data  *rest, *held;
    EXPECT_OK(glia_data_split(d, 0.2, GLIA_SPLIT_GROUPED, 1, &rest, &held));
    EXPECT_OK(glia_model_new(&m, "dense 6, relu, dense 2, softmax", rest, 3));
    EXPECT_OK(glia_fit(m, rest, held, o));
    EXPECT_OK(glia_model_save(m, "m.safetensors"));
    char *file = need(1 << 16, 1);
    FILE *saved = fopen("m.safetensors", "rb");
    assert_in_range(fread(file, 1, 1 << 16, saved), 100, (1 << 16) - 1);
    fclose(saved);
    glia_model_free(m);
    glia_data_free(rest);
    glia_data_free(held);
    return file;
}

static void models_are_the_same(void **state)
{
    const glia_fit_options o = {.epochs = 2, .threads = 2, .patience = 2, .batch = 50};
    glia_data             *a = open_with("t.csv", &usual, KEPT), *b = open_with("t.csv", &usual, 1);
    char                  *of_a = trained(a, &o), *of_b = trained(b, &o);
    (void)state;
    assert_memory_equal(of_a, of_b, 1 << 16);
    free(of_a);
    free(of_b);
    glia_data_free(a);
    glia_data_free(b);
}

/* ---- the file -----------------------------------------------------------------------------------------------------
 */

static struct stat stat_of(const char *path)
{
    struct stat at;
    if (stat(path, &at) != 0) fail_msg("%s is not there", path);
    return at;
}

static void the_file_is_found_again(void **state)
{
    (void)state;
    glia_data_free(open_with("t.csv", &usual, 1));
    const struct stat first = stat_of("t.csv.rows");
    glia_data_free(open_with("t.csv", &usual, 1));
    assert_true(stat_of("t.csv.rows").st_ino == first.st_ino);
    glia_data_options other = usual;
    other.missing = "-999";
    glia_data_free(open_with("t.csv", &other, 1)); /* read in another way */
    assert_true(stat_of("t.csv.rows").st_ino != first.st_ino);
    put_table("t.csv", ROWS + 1);
    glia_data *d = open_with("t.csv", &usual, 1);
    assert_true(d->rows > 0 && d->rows + d->left_out == ROWS + 1);
    glia_data_free(d);
}

static void the_file_is_data(void **state)
{
    glia_data        *a = open_with("t.csv", &usual, KEPT), *b, *none;
    glia_data_options o = usual;
    (void)state;
    o.rows_file = "r";
    EXPECT_OK(glia_data_open(&b, "t.csv", &o));
    glia_data_free(b);
    EXPECT_OK(glia_data_open(&b, "r", &(glia_data_options){.memory = 1}));
    expect_same(a, b);
    glia_data_free(b);
    EXPECT_OK(glia_data_open(&b, "r", &(glia_data_options){.target = "kind"}));
    assert_null(b->store);
    expect_same(a, b);
    EXPECT_FAILS(glia_data_open(&none, "r", &(glia_data_options){.target = "city"}), GLIA_E_TEXT,
                 "its target is \"kind\"");
    EXPECT_FAILS(glia_data_open(&none, "r", &(glia_data_options){.target = "kind, city"}), GLIA_E_TEXT,
                 "its target is \"kind\"");
    EXPECT_FAILS(glia_data_open(&none, "r", &(glia_data_options){.target = "\""}), GLIA_E_TEXT,
                 "target:1:1: the quote that opens here is never closed");
    glia_data_free(b);
    EXPECT_OK(glia_data_open(&b, "r", &(glia_data_options){.target = "\"kind\""}));
    expect_same(a, b);
    glia_data_free(a);
    glia_data_free(b);
}

static void a_folder_may_be_closed(void **state)
{
    (void)state;
    assert_int_equal(mkdir("closed", 0755), 0);
    assert_int_equal(rename("t.csv", "closed/t.csv"), 0);
    assert_int_equal(chmod("closed", 0555), 0);
    if (access("closed", W_OK) != 0 || getuid() == 0) { /* root writes everywhere: a folder has the file's name */
        chmod("closed", 0755);
        assert_int_equal(mkdir("closed/t.csv.rows", 0755), 0);
    }
    glia_data *a = open_with("closed/t.csv", &usual, KEPT), *b = open_with("closed/t.csv", &usual, 1);
    assert_null(glia_data_rows_file(b));
    expect_same(a, b);
    glia_data_free(a);
    glia_data_free(b);
    chmod("closed", 0755);
    rmdir("closed/t.csv.rows");
    unlink("closed/t.csv");
    rmdir("closed");
}

/* ---- damage --------------------------------------------------------------------------------------------------------
 */

static unsigned char *read_file(const char *path, size_t *n)
{
    *n = (size_t)stat_of(path).st_size;
    unsigned char *whole = need(*n, 1);
    FILE          *f = fopen(path, "rb");
    assert_int_equal(fread(whole, 1, *n, f), *n);
    fclose(f);
    return whole;
}

/* Whatever byte is another, it is told, or one of the rows'. */
static void damage_is_told(void **state)
{
    glia_data        *d;
    glia_data_options o = usual;
    size_t            n, told = 0;
    (void)state;
    put_table("t.csv", 60);
    o.rows_file = "r";
    EXPECT_OK(glia_data_open(&d, "t.csv", &o));
    glia_data_free(d);
    unsigned char *whole = read_file("r", &n);
    for (size_t i = 0; i < n; i++) {
        whole[i] ^= (unsigned char)(1 + i % 255);
        put_bytes("r", whole, n);
        whole[i] ^= (unsigned char)(1 + i % 255);
        glia_status status = glia_data_open(&d, "r", NULL);
        if (status == GLIA_OK) glia_data_write_csv(d, "/dev/null");
        if (status == GLIA_OK) glia_data_free(d);
        told += status != GLIA_OK;
    }
    assert_true(told > 300);
    for (size_t cut = 1; cut < n; cut += 1 + cut / 8) {
        put_bytes("r", whole, n - cut);
        EXPECT_FAILS(glia_data_open(&d, "r", NULL), GLIA_E_FORMAT, "r:");
    }
    free(whole);
}

static void a_damaged_file_beside_the_table_is_made_anew(void **state)
{
    glia_data *a = open_with("t.csv", &usual, KEPT);
    (void)state;
    glia_data_free(open_with("t.csv", &usual, 1));
    const int fd = open("t.csv.rows", O_WRONLY);
    assert_int_equal(pwrite(fd, "?", 1, stat_of("t.csv.rows").st_size - 100), 1);
    close(fd);
    glia_data *b = open_with("t.csv", &usual, 1);
    expect_same(a, b);
    glia_data_free(a);
    glia_data_free(b);
}

static glia_status attempt(void)
{
    glia_data        *d;
    glia_data_options o = usual;
    o.memory = 1;
    unlink("t.csv.rows");
    glia_status status = glia_data_open(&d, "t.csv", &o);
    if (status) return status;
    glia_data_free(d);
    status = glia_data_open(&d, "t.csv", &o);
    if (!status) glia_data_free(d);
    return status;
}

static void too_little_memory_is_told(void **state)
{
    (void)state;
    put_table("t.csv", 40);
    expect_survives_scarcity(attempt, 50);
}

#define USUAL(test) cmocka_unit_test_setup(test, usual_files)

int main(void)
{
    const struct CMUnitTest tests[] = {
        USUAL(rows_are_the_same),
        USUAL(parts_of_the_killed_are_removed),
        USUAL(a_column_may_begin_late),
        USUAL(models_are_the_same),
        USUAL(the_file_is_found_again),
        USUAL(the_file_is_data),
        USUAL(a_folder_may_be_closed),
        USUAL(damage_is_told),
        USUAL(a_damaged_file_beside_the_table_is_made_anew),
        USUAL(too_little_memory_is_told),
    };
    return cmocka_run_group_tests_name("rows_file", tests, enter_folder, leave_folder);
}
