/* glia data: what was understood of a data set, before anything is trained on it. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "draw.h"
#include "json.h"
#include "look.h"
#include "options.h"
#include "out_file.h"
#include "report.h"
#include "source.h"
#include "table.h"

typedef struct data_options {
    input_options input;
    const char   *test, *csv, *convert, *augment;
    size_t        seed;
    bool          json, all;
} data_options;

/* One part of a data set, or all of it. */
typedef struct part {
    const glia_data *data; /* NULL: there is no such part */
    glia_data_info   info;
    size_t          *counts; /* [classes] rows of each, NULL without classes */
    size_t           seen;   /* rows whose inputs are looked at */
} part;

/* What there is to tell. */
typedef struct sight {
    const char *text; /* DATA */
    part        first, second;
    glia_look  *look;
} sight;

typedef struct range {
    double least, most, mean;
} range;

static part part_of(const glia_data *data)
{
    part p = {.data = data};
    if (!data) return p;
    glia_data_describe(data, &p.info);
    p.seen = p.info.rows;
    if (p.info.target != GLIA_TARGET_CLASSES) return p;
    p.counts = claim(p.info.outputs, sizeof *p.counts);
    for (size_t row = 0; row < p.info.rows; row++) {
        int32_t k = glia_data_class(data, row);
        if (k >= 0) p.counts[k]++;
    }
    return p;
}

/* Of the columns from `column` on, `count` of them together; `value` is glia_data_input or glia_data_number. What is
 * missing does not count. */
static range range_of(const part *p, double (*value)(const glia_data *, size_t row, size_t column), size_t column,
                      size_t count)
{
    range  r = {NAN, NAN, 0};
    size_t values = 0, rows = value == glia_data_input ? p->seen : p->info.rows;
    for (size_t row = 0; row < rows; row++)
        for (size_t c = column; c < column + count; c++) {
            double v = value(p->data, row, c);
            if (isnan(v)) continue;
            r.least = fmin(r.least, v), r.most = fmax(r.most, v), r.mean += v;
            values++;
        }
    r.mean /= (double)values;
    return r;
}

/* ---- for people ------------------------------------------------------------------------------------------------ */

#define COLUMNS_SHOWN 20
#define TARGETS_SHOWN 8
#define CLASSES_SHOWN 40
#define SAMPLES_MOST 16
#define BAR 30

/* Whether it is a table from a file, whose columns have kinds. */
static bool is_table(const sight *s)
{
    return glia_data_column(s->first.data, 0, NULL);
}

static void print_columns(const sight *s)
{
    size_t read = 0, numbers = 0;
    for (size_t i = 0; i < s->look->columns; i++) {
        read += s->look->column[i].column != GLIA_NO_COLUMN;
        numbers += s->look->column[i].kind == GLIA_KIND_NUMBER;
    }
    printf(", %zu column%s", read, read == 1 ? "" : "s");
    if (read < s->look->columns) printf(" and %zu left out", s->look->columns - read);
    if (numbers == s->look->columns) printf(" of %s", s->first.info.bytes ? "bytes" : "numbers");
}

/* `low, high and 3 more`; of classes it is one. */
static size_t print_targets(FILE *to, const glia_data *data)
{
    size_t count = 0, listed = 0;
    for (; glia_data_target_name(data, count); count++)
        if (listed < TARGETS_SHOWN) fprintf(to, "%s%s", listed++ ? ", " : "", glia_data_target_name(data, count));
    if (listed < count) fprintf(to, " and %zu more", count - listed);
    return count;
}

static void print_what(const sight *s)
{
    const glia_data_info *i = &s->first.info;
    printf("%s: %zu row%s", data_name(s->text), i->rows, i->rows == 1 ? "" : "s");
    if (s->second.data) printf(" to train and %zu to test", s->second.info.rows);
    if (i->image)
        printf(", images of %zux%zux%zu %s", i->channels, i->height, i->width, i->bytes ? "bytes" : "numbers");
    else
        print_columns(s);
    if (i->target == GLIA_TARGET_CLASSES) printf(", %zu class%s", i->outputs, i->outputs == 1 ? "" : "es");
    if (i->yesno)
        printf(", %zu targets that are yes or no", i->outputs);
    else if (i->target == GLIA_TARGET_NUMBERS)
        printf(", %zu number%s to predict", i->outputs, i->outputs == 1 ? "" : "s");
    if (i->target == GLIA_TARGET_NONE) printf(", no target");
    if (glia_data_target_name(s->first.data, 0)) {
        fputs(" (", stdout);
        print_targets(stdout, s->first.data);
        putchar(')');
    }
    putchar('\n');
}

static void print_classes(const part *p, const part *second)
{
    table  t = {.align = second->data ? "lrrl" : "lrl"};
    size_t most = 0;
    char   bar[3 * BAR + 1];
    for (size_t k = 0; k < p->info.outputs; k++) most = p->counts[k] > most ? p->counts[k] : most;
    table_add(&t, "class"), table_add(&t, "rows");
    if (second->data) table_add(&t, "test");
    table_add(&t, "%s", "");
    for (size_t k = 0; k < p->info.outputs && k < CLASSES_SHOWN; k++) {
        table_add(&t, "%s", glia_data_class_name(p->data, k));
        table_add(&t, "%zu", p->counts[k]);
        if (second->data) table_add(&t, "%zu", k < second->info.outputs ? second->counts[k] : 0);
        table_add(&t, "%s", draw_bar(bar, (double)p->counts[k], (double)most, BAR));
    }
    putchar('\n');
    table_print(&t, 0);
    if (p->info.outputs > CLASSES_SHOWN)
        printf("and %zu more class%s\n", p->info.outputs - CLASSES_SHOWN,
               p->info.outputs - CLASSES_SHOWN == 1 ? "" : "es");
}

static void add_range(table *t, const char *name, const range *r)
{
    table_add(t, "%s", name);
    table_add(t, "%.6g", r->least);
    table_add(t, "%.6g", r->most);
    table_add(t, "%.6g", r->mean);
}

/* The same in a table of columns. */
static void add_target(table *t, const char *name, const range *r)
{
    table_add(t, "%s", name), table_add(t, "target"), table_add(t, "%s", "");
    table_add(t, "%.6g", r->least), table_add(t, "%.6g", r->most), table_add(t, "%.6g", r->mean);
    table_add(t, "%s", "");
}

static void add_targets(table *t, const part *p, void (*add)(table *, const char *, const range *))
{
    for (size_t j = 0; p->info.target == GLIA_TARGET_NUMBERS && j < p->info.outputs; j++) {
        const char *name = glia_data_target_name(p->data, j);
        range       r = range_of(p, glia_data_number, j, 1);
        add(t, name ? name : "target", &r);
    }
}

static size_t shown_of(size_t columns, bool all)
{
    return all || columns < COLUMNS_SHOWN ? columns : COLUMNS_SHOWN;
}

static void print_rest(size_t columns, size_t shown)
{
    if (shown < columns)
        printf("and %zu more column%s; --all shows %s\n", columns - shown, columns - shown == 1 ? "" : "s",
               columns - shown == 1 ? "it" : "them");
}

static void print_kinds(const sight *s, bool all)
{
    table  t = {.align = LOOK_ALIGN};
    size_t shown = shown_of(s->look->columns, all);
    look_add_columns(&t, s->look, shown);
    add_targets(&t, &s->first, add_target);
    table_print(&t, 0);
    print_rest(s->look->columns, shown);
}

static void add_column(table *t, const part *p, size_t column)
{
    char *number = text_of("column %zu", column + 1);
    range r = range_of(p, glia_data_input, column, 1);
    add_range(t, number, &r);
    free(number);
}

static void print_ranges(const part *p, bool all)
{
    table                 t = {.align = "lrrr"};
    const glia_data_info *i = &p->info;
    size_t                columns = i->image ? 0 : i->columns, shown = shown_of(columns, all);
    table_add(&t, "%s", ""), table_add(&t, "least"), table_add(&t, "most"), table_add(&t, "mean");
    for (size_t c = 0; c < shown; c++) add_column(&t, p, c);
    if (i->image) {
        range r = range_of(p, glia_data_input, 0, i->columns);
        add_range(&t, "pixels", &r);
    }
    add_targets(&t, p, add_range);
    table_print(&t, 0);
    print_rest(columns, shown);
}

static const char *class_of(const part *p, size_t row)
{
    int32_t     k = glia_data_class(p->data, row);
    const char *name = k < 0 ? NULL : glia_data_class_name(p->data, (size_t)k);
    return name ? name : "";
}

/* The first images of the data, as many as fit beside each other. */
static void print_samples(const part *p)
{
    draw_shape  shape = draw_shape_of(p->data);
    size_t      count = draw_images_across(shape), rows[SAMPLES_MOST];
    const char *captions[SAMPLES_MOST];
    if (count > SAMPLES_MOST) count = SAMPLES_MOST;
    if (count > p->info.rows) count = p->info.rows;
    for (size_t i = 0; i < count; i++) {
        rows[i] = i, captions[i] = class_of(p, i);
    }
    putchar('\n');
    draw_images(p->data, shape, rows, captions, count);
}

static void print_text(const sight *s, bool all)
{
    print_what(s);
    if (s->first.counts) print_classes(&s->first, &s->second);
    putchar('\n');
    if (is_table(s))
        print_kinds(s, all);
    else
        print_ranges(&s->first, all);
    if (s->first.info.image) print_samples(&s->first);
    if (s->look->rows < s->first.info.rows)
        printf("\nthe first %zu rows were looked at: the rows are not in memory\n", s->look->rows);
    look_tell(s->look);
}

/* ---- as JSON --------------------------------------------------------------------------------------------------- */

static void put_range(json_t *object, const range *r)
{
    json_put_number(object, "least", r->least);
    json_put_number(object, "most", r->most);
    json_put_number(object, "mean", r->mean);
}

static json_t *counts_array(const part *p)
{
    json_t *counts = json_array();
    for (size_t k = 0; k < p->info.outputs; k++) json_array_append_new(counts, json_integer((json_int_t)p->counts[k]));
    return counts;
}

static void put_classes(json_t *object, const part *p)
{
    json_t *names = json_array();
    for (size_t k = 0; k < p->info.outputs; k++)
        json_array_append_new(names, json_of_text(glia_data_class_name(p->data, k)));
    json_object_set_new(object, "classes", names);
    json_object_set_new(object, "counts", counts_array(p));
}

static json_t *range_object(const char *name, range r)
{
    json_t *object = json_object();
    json_put_text(object, "name", name);
    put_range(object, &r);
    return object;
}

static void put_ranges(json_t *object, const part *p)
{
    json_t *columns = json_array(), *targets = json_array();
    range   pixels = {NAN, NAN, NAN};
    if (p->info.image) pixels = range_of(p, glia_data_input, 0, p->info.columns);
    for (size_t c = 0; !p->info.image && c < p->info.columns; c++)
        json_array_append_new(columns,
                              range_object(glia_data_column_name(p->data, c), range_of(p, glia_data_input, c, 1)));
    for (size_t j = 0; p->info.target == GLIA_TARGET_NUMBERS && j < p->info.outputs; j++)
        json_array_append_new(targets,
                              range_object(glia_data_target_name(p->data, j), range_of(p, glia_data_number, j, 1)));
    if (p->info.image) put_range(object, &pixels);
    json_object_set_new(object, "ranges", columns);
    json_object_set_new(object, "targets", targets);
}

static void put_second(json_t *object, const part *second)
{
    if (!second->data) return;
    json_t *test = json_object();
    json_put_count(test, "rows", second->info.rows);
    if (second->counts) put_classes(test, second);
    json_object_set_new(object, "test", test);
}

static void print_json(const sight *s)
{
    const part           *p = &s->first;
    const glia_data_info *i = &p->info;
    json_t               *object = json_object(), *shape = json_array();
    const size_t          sides[] = {i->channels, i->height, i->width};
    for (size_t k = 0; k < 3; k++) json_array_append_new(shape, json_integer((json_int_t)sides[k]));
    json_put_text(object, "data", s->text);
    json_put_count(object, "rows", i->rows);
    json_put_count(object, "columns", i->columns);
    json_object_set_new(object, "image", json_boolean(i->image));
    json_object_set_new(object, "shape", shape);
    json_put_text(object, "kind", i->bytes ? "bytes" : "numbers");
    json_put_target(object, i->target);
    json_put_text(object, "target_name", glia_data_target_name(p->data, 0));
    if (p->counts) put_classes(object, p);
    put_ranges(object, p);
    put_second(object, &s->second);
    look_put(object, s->look);
    json_print(object);
}

/* ---------------------------------------------------------------------------------------------------------------- */

/* `; the targets, low, high, are its first 2 columns` */
static void tell_first_columns(const glia_data *data)
{
    const bool several = glia_data_target_name(data, 1);
    if (!glia_data_target_name(data, 0)) return;
    fprintf(stderr, "; the target%s, ", several ? "s" : "");
    const size_t count = print_targets(stderr, data);
    if (several)
        fprintf(stderr, ", are its first %zu columns", count);
    else
        fputs(", is its first column", stderr);
}

static int write_csv(const glia_data *data, const char *path)
{
    glia_status status = glia_data_write_csv(data, path);
    if (status) return fail_status(status);
    fprintf(stderr, "written: %s", path);
    tell_first_columns(data);
    fputc('\n', stderr);
    return CODE_FINE;
}

/* Of rows that are not in memory the first are looked at. */
static void see_first(sight *s)
{
    if (s->look->rows == s->first.info.rows) return;
    s->first.seen = s->look->rows;
    if (s->second.seen > s->look->rows) s->second.seen = s->look->rows;
}

static int describe(const glia_data *data, const glia_data *test, const char *text, bool json, bool all)
{
    sight       s = {.text = text, .first = part_of(data)};
    glia_status status = glia_data_look(data, test, &s.look);
    if (!status) s.second = part_of(test);
    if (!status) see_first(&s);
    if (!status && json) print_json(&s);
    if (!status && !json) print_text(&s, all);
    free(s.first.counts);
    free(s.second.counts);
    glia_look_free(s.look);
    return status ? fail_status(status) : CODE_FINE;
}

static int open_and_describe(const glia_data *data, const char *text, const data_options *o)
{
    glia_data  *named = NULL;
    glia_status status = o->test ? source_open_like(&named, o->test, data, input_options_of(&o->input)) : GLIA_OK;
    if (status) return fail_status(status);
    const glia_data *second = glia_data_test(named), *own = glia_data_test(data);
    int              code = describe(data, second ? second : named ? named : own, text, o->json, o->all);
    glia_data_free(named);
    return code;
}

#define ROWS_CHANGED 3
#define EPOCHS_LEAST 3
#define EPOCHS_MOST 7

/* An image as it is, then as the first epochs see it. */
static glia_status draw_epochs(const part *p, const data_options *o, size_t row, size_t epochs)
{
    glia_real  *values = claim((1 + epochs) * p->info.columns, sizeof *values);
    char      **captions = claim(1 + epochs, sizeof *captions);
    glia_status status = GLIA_OK;
    for (size_t i = 0; i <= epochs && !status; i++) {
        captions[i] = i ? text_of("epoch %zu", i) : text_of("%s", class_of(p, row));
        status = glia_data_augment(p->data, i ? o->augment : NULL, (uint32_t)o->seed, i ? i : 1, row,
                                   values + i * p->info.columns);
    }
    if (!status && row) putchar('\n');
    if (!status) draw_values(values, draw_shape_of(p->data), p->info.bytes, (const char *const *)captions, 1 + epochs);
    for (size_t i = 0; i <= epochs; i++) free(captions[i]);
    free(captions);
    free(values);
    return status;
}

/* The first rows, each on a line of its own where the terminal is wide enough. */
static int draw_changed(const glia_data *data, const data_options *o)
{
    part        p = {.data = data};
    glia_status status = GLIA_OK;
    glia_data_describe(data, &p.info);
    size_t fit = draw_images_across(draw_shape_of(data)), epochs = fit > EPOCHS_LEAST ? fit - 1 : EPOCHS_LEAST;
    for (size_t row = 0; row < p.info.rows && row < ROWS_CHANGED && !status; row++)
        status = draw_epochs(&p, o, row, epochs < EPOCHS_MOST ? epochs : EPOCHS_MOST);
    return status ? fail_status(status) : CODE_FINE;
}

/* One file: the rows of several would be in as many. */
static int check_convert(const data_options *o, const char *text)
{
    if (!o->convert) return CODE_FINE;
    if (o->csv || o->json || o->test || o->augment)
        return fail(CODE_ARGUMENT, "--convert: goes with none of --csv, --json, --test and --augment");
    if (access(text, F_OK) != 0) return fail(CODE_ARGUMENT, "--convert: \"%s\" is no file, and one is converted", text);
    if (out_file_is_same(o->convert, text))
        return fail(CODE_ARGUMENT, "--convert %s: is read from, and would be lost", o->convert);
    return out_file_check_as("--convert", o->convert);
}

static int tell_converted(const glia_data *data, const data_options *o, const char *text)
{
    const char *path = glia_data_rows_file(data);
    if (!path) return fail(CODE_ARGUMENT, "--convert: %s is no table, and only those are converted", text);
    fprintf(stderr, "written: %s; it is data as %s is\n", o->convert, text);
    return CODE_FINE;
}

static int run_data(const command *self, int argc, char **argv)
{
    data_options o = {0};
    glia_data   *data = NULL;
    const char  *words[WORDS_MOST];
    int          code;
    if (!options_read(self, argc, argv, &o, words, &code)) return code;
    if (o.csv && o.json) return fail(CODE_ARGUMENT, "--csv: does not go with --json");
    if (o.test && (o.csv || o.augment)) return fail(CODE_ARGUMENT, "--test: goes with neither --csv nor --augment");
    if (o.augment && (o.csv || o.json)) return fail(CODE_ARGUMENT, "--augment: goes with neither --csv nor --json");
    if ((code = check_convert(&o, words[0])) != CODE_FINE) return code;
    glia_data_options columns = input_options_of(&o.input);
    columns.rows_file = o.convert;
    glia_status status = glia_data_open(&data, words[0], &columns);
    if (status) return fail_status(status);
    if (!o.convert) source_tell_rows(data, words[0]);
    if (o.convert)
        code = tell_converted(data, &o, words[0]);
    else if (out_file_is_of(o.csv, data))
        code = fail(CODE_ARGUMENT, "--csv %s: is read from, and would be lost", o.csv);
    else if (o.csv)
        code = write_csv(data, o.csv);
    else if (o.augment)
        code = draw_changed(data, &o);
    else
        code = open_and_describe(data, words[0], &o);
    glia_data_free(data);
    return code;
}

#define AT(field) offsetof(data_options, field)
static const option data_table[] = {
    TARGET_OPTION,
    INPUT_OPTIONS,
    {"group", OPTION_TEXT, AT(input.group), "COL", NULL, 0, 0,
     "the column, by name or number, that says what a row belongs to, such as a patient; it is no input"},
    {"time", OPTION_TEXT, AT(input.time), "COL", NULL, 0, 0,
     "the column, by name or number, that says when a row is from; it stays an input"},
    {"sample-weight", OPTION_TEXT, AT(input.sample_weight), "COL", NULL, 0, 0,
     "the column, by name or number, of what each row counts; it is no input"},
    {"test", OPTION_TEXT, AT(test), "DATA", NULL, 0, 0,
     "rows to test on, which are looked at for those that are among the others"},
    {"all", OPTION_FLAG, AT(all), NULL, NULL, 0, 0, "show every column, not only the first 20"},
    {"csv", OPTION_TEXT, AT(csv), "FILE", NULL, 0, 0,
     "write the data (of two parts the first) as a table instead, the target first"},
    {"convert", OPTION_TEXT, AT(convert), "FILE", NULL, 0, 0,
     "write the rows of a table into this file instead, which is then data, and opens at once"},
    {"augment", OPTION_TEXT, AT(augment), "TEXT", NULL, 0, 0,
     "draw a few images instead, each as it is and as `glia train --augment TEXT` sees it in the first epochs"},
    {"seed", OPTION_WHOLE, AT(seed), "N", "0", 0, 4294967295.0, "of the changes that --augment draws"},
    {"json", OPTION_FLAG, AT(json), NULL, NULL, 0, 0, "print one JSON object"},
    {0},
};
static const char *const examples[] = {
    "glia data mnist/",
    "glia data \"spiral n=300 classes=3\" --json",
    "glia data iris.csv --test new.csv",
    "glia data mnist:train --csv digits.csv",
    "glia data pets/ --image \"64x64 rgb\"",
    "glia data mnist/ --augment \"rotate 10, flip horizontal\"",
    NULL,
};
const command data_command = {
    .name = "data",
    .words = "DATA",
    .summary = "what was understood of a data set, and what is wrong with it",
    .about =
        "Tells what was understood of DATA: rows, columns and their kinds, classes and how many rows each has, ranges, "
        "and a few samples drawn as characters if they are images. Then what is wrong that can be seen before anything "
        "is trained, the worst first: rows that are there twice or contradict each other, columns that give the target "
        "away, gaps, typing errors, rare classes and more. docs/data.md tells how each finding is measured.",
    .options = data_table,
    .examples = examples,
    .least = 1,
    .most = 1,
    .run = run_data,
};
