/* A look at data: every fault is planted into sound tables, and must be found with its numbers; what is sound must
 * be called so. */
#include "looks.h"
#include "scarce.h"

/* ---- tables as grids of cells ----------------------------------------------------------------------------------- */

enum { ROWS_MOST = 400, COLUMNS_MOST = 16 };

/* The last column but what was planted is the target, "target" tells which. */
typedef struct grid {
    size_t rows, columns, target;
    char   name[COLUMNS_MOST][24];
    char   cell[ROWS_MOST][COLUMNS_MOST][24];
} grid;

static void read_line(char *line, char cell[COLUMNS_MOST][24], size_t *columns)
{
    *columns = 0;
    for (char *word = strtok(line, ",\r\n"); word; word = strtok(NULL, ",\r\n"))
        snprintf(cell[(*columns)++], 24, "%s", word);
}

static void read_grid(grid *g, const char *name)
{
    char path[512], line[1024];
    snprintf(path, sizeof path, "%s/data_tables/%s", GLIA_TEST_DATA, name);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    assert_non_null(fgets(line, sizeof line, file));
    read_line(line, g->name, &g->columns);
    while (fgets(line, sizeof line, file)) read_line(line, g->cell[g->rows++], &g->columns);
    fclose(file);
    g->target = g->columns - 1;
}

static void iris(grid *g)
{
    read_grid(g, "iris.csv");
}

static void wine(grid *g)
{
    read_grid(g, "wine.csv");
}

/* Numbers with long tails, words, yes and no, gaps and dates that follow no order; two classes or a number. */
static void make_mixed(grid *g, bool number)
{
    static const char *const names[] = {"income", "town", "member", "joined", "size", "bought"};
    static const char *const towns[] = {"Bern", "Chur", "Genf", "Basel"};
    glia_rng                *rng;
    EXPECT_OK(glia_rng_new(&rng, 11));
    g->rows = 240, g->columns = COUNT(names), g->target = 5;
    for (size_t i = 0; i < g->columns; i++) snprintf(g->name[i], 24, "%s", names[i]);
    for (size_t r = 0; r < g->rows; r++) {
        char(*cell)[24] = g->cell[r];
        const double income = exp(1.5 * glia_rng_randn(rng)), size = 170 + 9 * glia_rng_randn(rng);
        const double score = log(income) + 0.1 * (size - 170) + glia_rng_randn(rng);
        const int    town = (int)glia_rng_randint(rng, 0, 4), year = (int)glia_rng_randint(rng, 10, 25);
        const int    month = (int)glia_rng_randint(rng, 1, 13), day = (int)glia_rng_randint(rng, 1, 29);
        snprintf(cell[0], 24, "%.3f", income);
        snprintf(cell[1], 24, "%s", towns[town]);
        snprintf(cell[2], 24, "%s", glia_rng_rand(rng) < 0.4 ? "yes" : "no");
        snprintf(cell[3], 24, "20%02d-%02d-%02d", year % 100, month % 100, day % 100);
        snprintf(cell[4], 24, "%.1f", size);
        snprintf(cell[5], 24, "%s", score > 0 ? "much" : "little");
        if (number) snprintf(cell[5], 24, "%.3f", score);
    }
    glia_rng_free(rng);
}

static void buyers(grid *g)
{
    make_mixed(g, false);
}

static void scores(grid *g)
{
    make_mixed(g, true);
}

static void write_grid(const grid *g, size_t begin, size_t end, const char *path)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    for (size_t i = 0; i < g->columns; i++) fprintf(file, "%s%s", i ? "," : "", g->name[i]);
    fputc('\n', file);
    for (size_t r = begin; r < end; r++)
        for (size_t i = 0; i < g->columns; i++) fprintf(file, "%s%s", g->cell[r][i], i + 1 < g->columns ? "," : "\n");
    assert_int_equal(fclose(file), 0);
}

/* What a grid is found to have, opened as a file. */
static glia_look *look_at_grid(const grid *g, glia_data **d)
{
    write_grid(g, 0, g->rows, "grid.csv");
    *d = opened("grid.csv", g->name[g->target]);
    return look_at(*d, NULL);
}

/* ---- faults that are planted ------------------------------------------------------------------------------------- */

/* Each gives the value that the finding must have; NaN: any. `what` gets what it must say. */
static size_t add_column(grid *g, const char *name)
{
    snprintf(g->name[g->columns], 24, "%s", name);
    return g->columns++;
}

/* The first column is one of numbers in every table. */
static double constant(grid *g, char *what)
{
    const size_t c = add_column(g, "fixed");
    for (size_t r = 0; r < g->rows; r++) strcpy(g->cell[r][c], "5");
    strcpy(what, "\"fixed\" (always 5)");
    return 1;
}

static double constant_word(grid *g, char *what)
{
    const size_t c = add_column(g, "fixed");
    for (size_t r = 0; r < g->rows; r++) strcpy(g->cell[r][c], "left");
    strcpy(what, "\"fixed\" (always left)");
    return 1;
}

static double nothing(grid *g, char *what)
{
    const size_t c = add_column(g, "fixed");
    for (size_t r = 0; r < g->rows; r++) g->cell[r][c][0] = 0;
    strcpy(what, "\"fixed\" (no value at all)");
    return 1;
}

static double copy(grid *g, char *what)
{
    const size_t c = add_column(g, "again");
    for (size_t r = 0; r < g->rows; r++) memcpy(g->cell[r][c], g->cell[r][0], 24);
    sprintf(what, "\"again\" has the values of \"%s\"", g->name[0]);
    return 1;
}

static double inches(grid *g, char *what)
{
    const size_t c = add_column(g, "inch");
    for (size_t r = 0; r < g->rows; r++) snprintf(g->cell[r][c], 24, "%.4f", 3 - atof(g->cell[r][0]) / 2.54);
    sprintf(what, "\"inch\" is -0.394 times \"%s\" plus 3", g->name[0]);
    return 1;
}

/* As much by other names. */
static double other_words(grid *g, char *what)
{
    static const char *const one[] = {"red", "green", "blue"}, *const other[] = {"rot", "gruen", "blau"};
    const size_t a = add_column(g, "colour"), b = add_column(g, "farbe");
    for (size_t r = 0; r < g->rows; r++) {
        const size_t k = (r * r / 7 + r / 3) % 3;
        strcpy(g->cell[r][a], one[k]);
        strcpy(g->cell[r][b], other[k]);
    }
    strcpy(what, "\"farbe\" has other words for those of \"colour\"");
    return 1;
}

static double outlier(grid *g, char *what)
{
    strcpy(g->cell[16][0], "99999");
    sprintf(what, "1 value is far from all others of its column: \"%s\" 99999 in row 17, ", g->name[0]);
    return 1;
}

static double sentinel(grid *g, char *what)
{
    size_t count = 0;
    for (size_t r = 2; r < g->rows; r += 7, count++) strcpy(g->cell[r][0], "-999");
    sprintf(what, "\"%s\" -999 in row 3 and more", g->name[0]);
    return (double)count;
}

static double many_gaps(grid *g, char *what)
{
    size_t count = 0;
    for (size_t r = 0; r < g->rows; r++)
        if (r % 5 < 3) strcpy(g->cell[r][0], "NA"), count++;
    sprintf(what, "\"%s\" (%zu of %zu rows)", g->name[0], count, g->rows);
    return (double)count / (double)g->rows;
}

static double some_gaps(grid *g, char *what)
{
    for (size_t r = 30; r < 40; r++) g->cell[r][0][0] = 0;
    sprintf(what, "\"%s\" (10 of %zu rows)", g->name[0], g->rows);
    return 10 / (double)g->rows;
}

/* iris has one already. */
static double rows_again(grid *g, char *what)
{
    const bool one = strcmp(g->name[0], "sepal_length") == 0;
    for (size_t r = 5; r < 8; r++) memcpy(g->cell[g->rows++], g->cell[r], sizeof g->cell[r]);
    if (one)
        sprintf(what,
                "4 of 153 rows (2.61 %%) repeat an earlier one, target included, the first being rows 102 and 143");
    else
        sprintf(what, "3 of %zu rows (%.2f", g->rows, 300.0 / (double)g->rows);
    return one ? 4 : 3;
}

static double other_target(grid *g, char *what)
{
    char *word = g->cell[g->rows][g->target];
    memcpy(g->cell[g->rows++], g->cell[5], sizeof g->cell[5]);
    for (size_t r = 0; r + 1 < g->rows; r++)
        if (strcmp(g->cell[r][g->target], g->cell[5][g->target]) != 0) memcpy(word, g->cell[r][g->target], 24);
    sprintf(what, "2 of %zu rows are the same as another row but for their %s, such as rows 6 and %zu", g->rows,
            strchr(word, '.') ? "target" : "class", g->rows);
    return 2;
}

static double row_number(grid *g, char *what)
{
    const size_t c = add_column(g, "id");
    for (size_t r = 0; r < g->rows; r++) sprintf(g->cell[r][c], "%zu", 1000 + r);
    sprintf(what, "\"id\" has another whole number in each of the %zu rows, in order", g->rows);
    return 1;
}

static double shuffled_number(grid *g, char *what)
{
    const size_t c = add_column(g, "id");
    for (size_t r = 0; r < g->rows; r++) sprintf(g->cell[r][c], "%zu", r * 7 % g->rows);
    sprintf(what, "\"id\" has another whole number in each of the %zu rows, without a gap", g->rows);
    return 1;
}

static double typing_errors(grid *g, char *what)
{
    size_t       count = 0;
    const size_t c = add_column(g, "grade");
    for (size_t r = 0; r < g->rows; r++) {
        sprintf(g->cell[r][c], r % 10 == 4 || r % 10 == 7 ? "%zu;0" : "%zu", r % 8);
        count += r % 10 != 4 && r % 10 != 7;
    }
    sprintf(what, "\"grade\" is read as words, though %zu of its %zu cells are numbers; not so \"4;0\" in row 5", count,
            g->rows);
    return (double)count / (double)g->rows;
}

/* Nearly all words different. */
static double more_typing_errors(grid *g, char *what)
{
    const size_t c = add_column(g, "weight");
    for (size_t r = 0; r < g->rows; r++) sprintf(g->cell[r][c], r % 4 == 1 ? "%zu kg" : "%zu", 31 * r);
    strcpy(what, "\"weight\" is taken for text and left out, though ");
    return NAN;
}

/* ---- faults of tables of classes --------------------------------------------------------------------------------- */

static size_t class_at(const grid *g, size_t r)
{
    size_t k = 0;
    for (size_t before = 0; before < r; before++) {
        bool first = true;
        for (size_t i = 0; i < before; i++) first = first && strcmp(g->cell[i][g->target], g->cell[before][g->target]);
        if (strcmp(g->cell[before][g->target], g->cell[r][g->target]) == 0) return k;
        k += first;
    }
    return k;
}

/* A name for each class. */
static double class_code(grid *g, char *what)
{
    static const char *const codes[] = {"x7", "k2", "q4"};
    const size_t             c = add_column(g, "code");
    for (size_t r = 0; r < g->rows; r++) strcpy(g->cell[r][c], codes[class_at(g, r)]);
    sprintf(what, "\"code\" alone tells the class in %zu of %zu rows", g->rows, g->rows);
    return 1;
}

/* An interval for each class, in another order. */
static double class_interval(grid *g, char *what)
{
    static const double low[] = {50, 10, 30};
    const size_t        c = add_column(g, "later");
    for (size_t r = 0; r < g->rows; r++)
        sprintf(g->cell[r][c], "%.3f", low[class_at(g, r)] + 15 * fmod(0.6180339 * (double)r, 1));
    sprintf(what, "\"later\" alone tells the class in %zu of %zu rows, where the next best column", g->rows, g->rows);
    return 1;
}

/* One row of it is wrong. */
static double noisy_interval(grid *g, char *what)
{
    class_interval(g, what);
    strcpy(g->cell[20][g->columns - 1], class_at(g, 20) == 0 ? "12" : "52");
    sprintf(what, "\"later\" alone tells the class in %zu of %zu rows", g->rows - 1, g->rows);
    return NAN;
}

/* There is a value only where it is not the first class: the gap tells. */
static double telling_gap(grid *g, char *what)
{
    const size_t c = add_column(g, "ended");
    for (size_t r = 0; r < g->rows; r++)
        if (class_at(g, r) > 0) sprintf(g->cell[r][c], "%zu", 20 * class_at(g, r) + r % 13);
    sprintf(what, "\"ended\" alone tells the class in %zu of %zu rows", g->rows, g->rows);
    return 1;
}

static size_t rows_of(const grid *g, const char *class)
{
    size_t count = 0;
    for (size_t r = 0; r < g->rows; r++) count += strcmp(g->cell[r][g->target], class) == 0;
    return count;
}

/* Five rows of the second class are left. */
static double few_of_a_class(grid *g, char *what)
{
    size_t kept = 0, seen = 0, most = 0;
    char   rare[24], frequent[24];
    for (size_t r = 0; r < g->rows; r++)
        if (class_at(g, r) == 1) memcpy(rare, g->cell[r][g->target], 24);
    for (size_t r = 0; r < g->rows; r++)
        if (strcmp(g->cell[r][g->target], rare) != 0 || ++seen <= 5)
            memmove(g->cell[kept++], g->cell[r], sizeof g->cell[r]);
    g->rows = kept;
    for (size_t r = 0; r < g->rows; r++) {
        if (rows_of(g, g->cell[r][g->target]) <= most) continue;
        most = rows_of(g, g->cell[r][g->target]);
        memcpy(frequent, g->cell[r][g->target], 24);
    }
    sprintf(what, "\"%s\" has %zu rows and \"%s\" 5; always answering \"%s\" is right in %.1f", frequent, most, rare,
            frequent, 100 * (double)most / (double)g->rows);
    return (double)most / 5;
}

static double one_class(grid *g, char *what)
{
    for (size_t r = 0; r < g->rows; r++) strcpy(g->cell[r][g->target], "all");
    sprintf(what, "all %zu rows are of class \"all\"", g->rows);
    return 1;
}

/* ---- and of numbers -----------------------------------------------------------------------------------------------
 */

static double target_in_other_units(grid *g, char *what)
{
    const size_t c = add_column(g, "later");
    for (size_t r = 0; r < g->rows; r++) sprintf(g->cell[r][c], "%.4f", exp(-atof(g->cell[r][g->target])));
    strcpy(what, "\"later\" goes up and down with the target \"bought\": the correlation of their ranks is -1");
    return NAN; /* it is rounded */
}

static double long_tail(grid *g, char *what)
{
    for (size_t r = 0; r < g->rows; r++) sprintf(g->cell[r][g->target], "%.4f", exp(1.5 * atof(g->cell[r][g->target])));
    strcpy(what, "the target \"bought\" is askew: its skewness is ");
    return NAN;
}

static double one_number(grid *g, char *what)
{
    for (size_t r = 0; r < g->rows; r++) strcpy(g->cell[r][g->target], "2.5");
    sprintf(what, "the target \"bought\" is 2.5 in all %zu rows", g->rows);
    return 1;
}

typedef struct fault {
    const char *kind;
    double (*plant)(grid *g, char *what);
} fault;
static const fault any_faults[] = {
    {"constant_columns", constant},  {"constant_columns", constant_word},
    {"constant_columns", nothing},   {"duplicate_columns", copy},
    {"duplicate_columns", inches},   {"duplicate_columns", other_words},
    {"outliers", outlier},           {"outliers", sentinel},
    {"mostly_missing", many_gaps},   {"missing_values", some_gaps},
    {"duplicate_rows", rows_again},  {"disagreeing_rows", other_target},
    {"identifier", row_number},      {"identifier", shuffled_number},
    {"number_words", typing_errors}, {"number_words", more_typing_errors},
};
static const fault class_faults[] = {
    {"tells_target", class_code},  {"tells_target", class_interval}, {"tells_target", noisy_interval},
    {"tells_target", telling_gap}, {"imbalance", few_of_a_class},    {"constant_target", one_class},
};
static const fault number_faults[] = {
    {"tells_target", target_in_other_units},
    {"skewed_target", long_tail},
    {"constant_target", one_number},
};

static void expect_fault(void (*make)(grid *g), const fault *a)
{
    grid      *g = need(1, sizeof *g);
    glia_data *d;
    char       what[400];
    make(g);
    glia_look *look = look_at_grid(g, &d);
    const bool had = find(look, a->kind) != NULL;
    assert_true(!had || a->plant == rows_again); /* the row that iris has twice */
    glia_look_free(look);
    glia_data_free(d);
    const double value = a->plant(g, what);
    look = look_at_grid(g, &d);
    const glia_data_finding *f = the(look, a->kind);
    expect_what(f, what);
    if (!isnan(value) && fabs(f->value - value) > 1e-9) fail_msg("%s: %.12g, not %.12g", f->what, f->value, value);
    if (a->plant == outlier) assert_int_equal(f->row, 16);
    glia_look_free(look);
    glia_data_free(d);
    free(g);
}

static void every_fault_is_found(void **state)
{
    (void)state;
    void (*const tables[])(grid *) = {iris, wine, buyers, scores};
    for (size_t t = 0; t < COUNT(tables); t++) {
        for (size_t i = 0; i < COUNT(any_faults); i++) expect_fault(tables[t], &any_faults[i]);
        for (size_t i = 0; t < 3 && i < COUNT(class_faults); i++) expect_fault(tables[t], &class_faults[i]);
    }
    for (size_t i = 0; i < COUNT(number_faults); i++) expect_fault(scores, &number_faults[i]);
}

/* ---- what is sound ------------------------------------------------------------------------------------------------
 */

static void sound_tables_are_called_so(void **state)
{
    (void)state;
    void (*const tables[])(grid *) = {wine, buyers, scores};
    for (size_t t = 0; t < COUNT(tables); t++) {
        grid      *g = need(1, sizeof *g);
        glia_data *d;
        tables[t](g);
        glia_look *look = look_at_grid(g, &d);
        expect_nothing(look, g->name[0]);
        glia_look_free(look);
        glia_data_free(d);
        free(g);
    }
}

/* iris has one row twice, digits three pixels that are always 0: no more is said. */
static void what_is_there_is_told_and_no_more(void **state)
{
    (void)state;
    grid      *g = need(1, sizeof *g);
    glia_data *d;
    iris(g);
    glia_look *look = look_at_grid(g, &d);
    assert_int_equal(look->count, 1);
    assert_string_equal(look->findings[0].what,
                        "1 of 150 rows (0.667 %) repeats an earlier one, target included: rows 102 and 143");
    assert_int_equal(look->findings[0].row, 101);
    assert_int_equal(look->findings[0].other_row, 142);
    glia_look_free(look);
    glia_data_free(d);
    free(g);
    d = opened(GLIA_TEST_DATA "/../data/digits.csv.gz", NULL);
    look = look_at(d, NULL);
    assert_int_equal(look->count, 1);
    assert_string_equal(look->findings[0].what, "3 of 64 columns are the same in all 1797 rows: \"pixel0\" (always 0), "
                                                "\"pixel32\" (always 0), \"pixel39\" (always 0)");
    assert_near(look->findings[0].value, 3, 0);
    glia_look_free(look);
    glia_data_free(d);
}

/* Two of three kinds of iris are easy to tell: petals do it each alone, and give nothing away. */
static void what_is_easy_is_no_leak(void **state)
{
    (void)state;
    grid      *g = need(1, sizeof *g);
    glia_data *d;
    iris(g);
    g->rows = 100;
    glia_look *look = look_at_grid(g, &d);
    expect_nothing(look, "two kinds of iris");
    glia_look_free(look);
    glia_data_free(d);
    free(g);
}

/* ---- memory --------------------------------------------------------------------------------------------------------
 */

static glia_data *scarce_train, *scarce_test;

static glia_status look_once(void)
{
    glia_look  *look;
    glia_status status = glia_data_look(scarce_train, scarce_test, &look);
    assert_true(status == GLIA_OK ? look != NULL : look == NULL);
    glia_look_free(look);
    return status;
}

static void memory_may_run_out(void **state)
{
    (void)state;
    grid *g = need(1, sizeof *g);
    buyers(g);
    write_grid(g, 0, 60, "a.csv");
    write_grid(g, 50, 90, "b.csv");
    scarce_train = opened("a.csv", "bought");
    scarce_test = opened("b.csv", "bought");
    expect_survives_scarcity(look_once, 15);
    glia_data_free(scarce_train);
    glia_data_free(scarce_test);
    free(g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_fault_is_found),
        cmocka_unit_test(sound_tables_are_called_so),
        cmocka_unit_test(what_is_there_is_told_and_no_more),
        cmocka_unit_test(what_is_easy_is_no_leak),
        cmocka_unit_test(memory_may_run_out),
    };
    return cmocka_run_group_tests(tests, enter_folder, leave_folder);
}
