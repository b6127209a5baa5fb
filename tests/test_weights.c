/* What rows and classes count: a column of a table, arrays, the text of class weights; and what becomes of them in
 * training, validation, scores and files. Expected losses are computed here from predictions, by the formula. */
#include "data_files.h"
#include "model/model.h"

typedef glia_fit_options options;

static glia_data *weighted(const char *text, const char *target, const char *weight)
{
    glia_data *d;
    EXPECT_OK(glia_data_open(&d, text, &(glia_data_options){.target = target, .weight = weight}));
    return d;
}

static void expect_weights(const glia_data *d, const double *want, size_t count)
{
    glia_data_info info;
    glia_data_describe(d, &info);
    assert_int_equal(info.rows, count);
    for (size_t i = 0; i < count; i++) assert_true(glia_data_weight(d, i) == want[i]);
    assert_true(isnan(glia_data_weight(d, count)));
}

/* ---- a column of weights --------------------------------------------------------------------------------------- */

/* Wherever it stands and however it is called, the other columns are what they would be without it. */
static void a_column_is_no_input(void **state)
{
    (void)state;
    static const struct {
        const char *table, *target, *weight;
    } cases[] = {
        {"w,a,label,b\n2,1,cat,10\n0,3,dog,20\n0.5,5,cat,30\n", NULL, "w"},
        {"w,a,label,b\n2,1,cat,10\n0,3,dog,20\n0.5,5,cat,30\n", NULL, "1"},
        {"a,b,what,w\n1,10,cat,2\n3,20,dog,0\n5,30,cat,0.5\n", NULL, "w"}, /* the last column but the weights */
        {"a,b,w,what\n1,10,2,cat\n3,20,0,dog\n5,30,0.5,cat\n", "what", "w"},
        {"a,y,b,label\n1,2,10,cat\n3,0,20,dog\n5,0.5,30,cat\n", NULL,
         "y"}, /* a usual target, but asked for as weight */
        {"label,w,a,b\ncat,2,1,10\ndog,0,3,20\ncat,0.5,5,30\n", "1", "2"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        put_text("t.csv", cases[i].table);
        glia_data *d = weighted("t.csv", cases[i].target, cases[i].weight);
        expect_weights(d, (double[]){2, 0, 0.5}, 3);
        for (size_t r = 0; r < 3; r++) {
            assert_true(glia_data_input(d, r, 0) == 1 + 2 * (double)r &&
                        glia_data_input(d, r, 1) == 10 + 10 * (double)r);
            assert_true(isnan(glia_data_input(d, r, 2)) && glia_data_class(d, r) == (r == 1));
        }
        assert_string_equal(glia_data_column_name(d, 0), "a");
        assert_string_equal(glia_data_column_name(d, 1), "b");
        assert_string_equal(glia_data_weight_name(d), i == 4 ? "y" : "w");
        glia_data_free(d);
    }
}

static void without_a_header_too(void **state)
{
    (void)state;
    put_text("t.csv", "1,0.25,7,0.5\n2,3,8,1.5\n");
    glia_data *d = weighted("t.csv", NULL, "2");
    expect_weights(d, (double[]){0.25, 3}, 2);
    assert_true(glia_data_input(d, 1, 0) == 2 && glia_data_input(d, 1, 1) == 8 && glia_data_number(d, 1, 0) == 1.5);
    assert_string_equal(glia_data_weight_name(d), "2");
    glia_data_free(d);
    d = weighted("t.csv", "", "4");
    expect_weights(d, (double[]){0.5, 1.5}, 2);
    assert_true(glia_data_input(d, 1, 2) == 8);
    glia_data_free(d);
}

/* A name in the first row makes it a header, though all names are numbers. */
static void a_weight_found_by_name_makes_a_header(void **state)
{
    (void)state;
    put_text("t.csv", "1,2,w\n3,4,5\n6,7,8\n");
    glia_data *d = weighted("t.csv", NULL, "w");
    expect_weights(d, (double[]){5, 8}, 2);
    glia_data_free(d);
}

static void weights_go_with_their_rows(void **state)
{
    (void)state;
    const size_t rows[] = {2, 0};
    glia_data   *view, *d;
    put_text("t.csv", "a,w,y\n1,2,0.5\n2,0.5,1.5\n3,4,2.5\n");
    put_text("u.csv", "a,y\n4,3.5\n");
    d = weighted("t.csv", NULL, "w");
    EXPECT_OK(glia_data_rows(d, rows, 2, &view));
    expect_weights(view, (double[]){4, 2}, 2);
    EXPECT_FAILS(glia_data_set_weights(view, (glia_real[]){1, 1}, 2), GLIA_E_ARG, "weighted before they are chosen");
    glia_data_free(view);
    EXPECT_OK(glia_data_write_csv(d, "out.csv"));
    char *text = get_text("out.csv");
    assert_string_equal(text, "y,w,a\n0.5,2,1\n1.5,0.5,2\n2.5,4,3\n");
    free(text);
    glia_data_free(d);
    for (int turned = 0; turned < 2; turned++) {
        EXPECT_OK(glia_data_open(&d, turned ? "u.csv+t.csv" : "t.csv+u.csv",
                                 &(glia_data_options){.weight = "w", .weight_optional = true}));
        expect_weights(d, turned ? (double[]){1, 2, 0.5, 4} : (double[]){2, 0.5, 4, 1}, 4);
        assert_string_equal(glia_data_weight_name(d), "w");
        glia_data_free(d);
    }
    EXPECT_OK(glia_data_open(&d, "u.csv", &(glia_data_options){.weight = "w", .weight_optional = true}));
    expect_weights(d, (double[]){1}, 1);
    glia_data_free(d);
}

static void columns_that_are_no_weights(void **state)
{
    (void)state;
    static const struct {
        const char *table, *target, *weight;
        glia_status status;
        const char *sentence;
    } cases[] = {
        {"a,w,y\n1,2,3\n", NULL, "v", GLIA_E_TEXT, "t.csv:1:1: there is no column \"v\"; there are a, w, y"},
        {"a,w,y\n1,2,3\n", NULL, "4", GLIA_E_TEXT, "t.csv:1:1: there is no column \"4\"; there are a, w, y"},
        {"1,2,3\n4,5,6\n", NULL, "w", GLIA_E_TEXT, "t.csv:1:1: there is no column \"w\"; there are 3, without names"},
        {"a,w,y\n1,2,3\n4,heavy,6\n", NULL, "w", GLIA_E_FORMAT, "t.csv:3:3: column 2 (w): \"heavy\" is not a number"},
        {"a,w,y\n1,2,3\n4,,6\n", NULL, "w", GLIA_E_FORMAT, "t.csv:3:3: column 2 (w): the cell is empty"},
        {"a,w,y\n1,nan,3\n", NULL, "w", GLIA_E_FORMAT, "t.csv:2:3: column 2 (w): \"nan\" is not a finite number"},
        {"a,w,y\n1,1e999,3\n", NULL, "w", GLIA_E_FORMAT, "t.csv:2:3: column 2 (w): \"1e999\" is out of range"},
        {"a,w,y\n1,-0.5,3\n", NULL, "w", GLIA_E_FORMAT,
         "t.csv:2:3: column 2 (w): \"-0.5\" is negative, and a weight is at least 0"},
        {"a,y,w\n1,2\n", NULL, "w", GLIA_E_FORMAT, "t.csv:2:1: a row of 2 cells; the first one has 3"},
        {"a,w,y\n1,2,3\n", "w", "w", GLIA_E_TEXT, "t.csv:1:1: column 2 cannot be both the target and the weights"},
        {"w,y\n1,2\n", NULL, "w", GLIA_E_TEXT, "t.csv:1:1: no column is left for the inputs"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        glia_data        *d;
        glia_data_options o = {.target = cases[i].target, .weight = cases[i].weight};
        put_text("t.csv", cases[i].table);
        EXPECT_FAILS(glia_data_open(&d, "t.csv", &o), cases[i].status, cases[i].sentence);
        assert_null(d);
    }
    glia_data *d;
    EXPECT_FAILS(glia_data_open(&d, "xor", &(glia_data_options){.weight = "w"}), GLIA_E_TEXT,
                 "xor is no table: it has no column \"w\" of weights");
    assert_null(d);
    EXPECT_FAILS(glia_data_open(&d, "xor+moons", &(glia_data_options){.weight = "w"}), GLIA_E_TEXT, "xor is no table");
}

static void weights_from_memory(void **state)
{
    (void)state;
    static const glia_real good[] = {1, 0, 2.5}, low[] = {1, -1, 1}, nan[] = {1, 1, (glia_real)NAN};
    glia_data             *d = class_data(1, 3, 2, 2);
    expect_weights(d, (double[]){1, 1, 1}, 3);
    EXPECT_FAILS(glia_data_set_weights(d, low, 3), GLIA_E_ARG, "row 1: the weight is -1, not a finite number");
    EXPECT_FAILS(glia_data_set_weights(d, nan, 3), GLIA_E_ARG, "row 2: the weight is nan");
    EXPECT_FAILS(glia_data_set_weights(d, good, 2), GLIA_E_ARG, "2 weights for 3 rows");
    EXPECT_FAILS(glia_data_set_weights(NULL, good, 3), GLIA_E_ARG, "weights need data");
    EXPECT_FAILS(glia_data_set_weights(d, NULL, 3), GLIA_E_ARG, "weights need data");
    expect_weights(d, (double[]){1, 1, 1}, 3);
    EXPECT_OK(glia_data_set_weights(d, good, 3));
    expect_weights(d, (double[]){1, 0, 2.5}, 3);
    glia_data_free(d);
}

/* ---- in training ----------------------------------------------------------------------------------------------- */

enum { ROWS = 60, COLUMNS = 4, CLASSES = 3 };
#define NET "dense 5, tanh, dense 3, softmax"
static const double CLOSE = IS_DOUBLE ? 1e-11 : 2e-5;

/* Weights 0, 0.5, 1, ... 2.5 in turn. */
static glia_real *some_weights(size_t rows)
{
    glia_real *w = need(rows, sizeof *w);
    for (size_t r = 0; r < rows; r++) w[r] = (glia_real)(r % 6) / 2;
    return w;
}

static glia_data *weighted_classes(uint32_t seed)
{
    glia_data *d = class_data(seed, ROWS, COLUMNS, CLASSES);
    glia_real *w = some_weights(ROWS);
    EXPECT_OK(glia_data_set_weights(d, w, ROWS));
    free(w);
    return d;
}

static glia_model *fitted(const char *net, const glia_data *d, const glia_data *validation, const options *o)
{
    glia_model *m;
    EXPECT_OK(glia_model_new(&m, net, d, 3));
    EXPECT_OK(glia_fit(m, d, validation, o));
    return m;
}

static void expect_close(double got, double want)
{
    if (!(fabs(got - want) <= CLOSE * (1 + fabs(want)))) fail_msg("%.17g, not %.17g", got, want);
}

static void expect_close_models(const glia_model *a, const glia_model *b)
{
    double moved = 0;
    assert_true(a->n_parameters == b->n_parameters);
    for (size_t i = 0; i < a->n_parameters; i++) {
        expect_close((double)a->parameters[i], (double)b->parameters[i]);
        moved = fmax(moved, fabs((double)a->parameters[i]));
    }
    assert_true(moved > 0.1);
}

/* sum of v w_c (-log p_c) / sum of v w_c, and the share of hits, over the rows whose class is not `ignored`. */
static void by_formula(glia_model *m, const glia_data *d, const double *class_weight, int32_t ignored, double *loss,
                       double *accuracy)
{
    glia_data_info info;
    glia_data_describe(d, &info);
    glia_real *p = need(info.rows * CLASSES, sizeof *p);
    double     sum = 0, weight = 0, hits = 0, rows = 0;
    EXPECT_OK(glia_predict(m, d, p));
    for (size_t r = 0; r < info.rows; r++) {
        int32_t c = glia_data_class(d, r), best = 0;
        if (c == ignored) continue;
        double w = glia_data_weight(d, r) * class_weight[c];
        for (int32_t k = 1; k < CLASSES; k++)
            if (p[r * CLASSES + k] > p[r * CLASSES + best]) best = k;
        sum -= w * log((double)p[r * CLASSES + c]);
        weight += w;
        hits += best == c, rows++;
    }
    *loss = sum / weight;
    *accuracy = hits / rows;
    free(p);
}

/* Nothing is learnt: an epoch's running loss, over batches of 7, is then the loss of all its rows. */
static void losses_are_weighted_and_accuracies_are_not(void **state)
{
    (void)state;
    static const double all[][CLASSES] = {{1, 1, 1}, {2, 0.5, 1}};
    glia_data          *d = weighted_classes(1), *held = weighted_classes(2);
    for (int ignored = -1; ignored < CLASSES; ignored++)
        for (size_t i = 0; i < COUNT(all); i++) {
            char    text[64];
            double  loss, accuracy;
            options o = {.epochs = 1, .batch = 7, .optimizer = "sgd lr=0", .loss = text};
            if (i) o.class_weight = "1=0.5, 0 = 2";
            snprintf(text, sizeof text, ignored < 0 ? "cross_entropy" : "cross_entropy ignore_index=%d", ignored);
            glia_model       *m = fitted(NET, d, held, &o);
            size_t            count;
            const glia_epoch *e = glia_model_history(m, &count);
            glia_scores      *scores;
            by_formula(m, d, all[i], ignored, &loss, &accuracy);
            expect_close(e->loss, loss);
            expect_close(e->accuracy, accuracy);
            assert_int_equal(e->samples, ROWS);
            by_formula(m, held, all[i], ignored, &loss, &accuracy);
            expect_close(e->val_loss, loss);
            expect_close(e->val_accuracy, accuracy);
            EXPECT_OK(glia_evaluate(m, held, &scores));
            assert_true(scores->loss == e->val_loss && scores->accuracy == e->val_accuracy);
            assert_true(ignored < 0 ? scores->rows == ROWS : scores->rows < ROWS && scores->support[ignored] == 0);
            for (size_t k = 0; k < CLASSES; k++) assert_true(glia_model_class_weight(m, k) == all[i][k]);
            glia_scores_free(scores);
            glia_model_free(m);
        }
    glia_data_free(d);
    glia_data_free(held);
}

/* The rows of d, row r times[r] times. */
static glia_data *repeated(const glia_data *d, const size_t *times)
{
    glia_data *view;
    size_t     rows[4 * ROWS], n = 0;
    for (size_t r = 0; r < ROWS; r++)
        for (size_t i = 0; i < times[r]; i++) rows[n++] = r;
    EXPECT_OK(glia_data_rows(d, rows, n, &view));
    return view;
}

/* Training on a row of weight 3 is training on it three times, and a class weight is a weight of its rows. */
static void a_weight_is_so_many_rows(void **state)
{
    (void)state;
    const options o = {.epochs = 20, .batch = GLIA_FULL_BATCH, .no_shuffle = true, .optimizer = "sgd lr=0.5"};
    options       by_class = o;
    glia_data    *plain = class_data(4, ROWS, COLUMNS, CLASSES), *d = class_data(4, ROWS, COLUMNS, CLASSES);
    glia_real     weights[ROWS];
    size_t        times[ROWS];
    for (size_t r = 0; r < ROWS; r++) times[r] = (size_t[]){3, 0, 1}[glia_data_class(d, r)];
    for (size_t r = 0; r < ROWS; r++) weights[r] = (glia_real)times[r];
    EXPECT_OK(glia_data_set_weights(d, weights, ROWS));
    by_class.class_weight = "0=3,1=0";
    glia_data  *copies = repeated(plain, times);
    glia_model *a = fitted(NET, copies, NULL, &o), *b = fitted(NET, d, NULL, &o),
               *c = fitted(NET, plain, NULL, &by_class);
    expect_close_models(a, b);
    expect_close_models(a, c);
    glia_model_free(a);
    glia_model_free(b);
    glia_model_free(c);
    glia_data_free(copies);
    glia_data_free(plain);
    glia_data_free(d);
}

/* Batches whose gradients are put together are one batch, whatever each of them weighs; some of them weigh nothing. */
static void batches_together_are_one(void **state)
{
    (void)state;
    glia_data  *d = class_data(4, ROWS, COLUMNS, CLASSES);
    glia_real   weights[ROWS];
    options     o = {.epochs = 15,
                     .batch = GLIA_FULL_BATCH,
                     .no_shuffle = true,
                     .optimizer = "sgd lr=0.5",
                     .class_weight = "0=2",
                     .loss = "cross_entropy ignore_index=1"};
    const char *losses[] = {"cross_entropy ignore_index=1", "mse reduce=rows", "cross_entropy reduce=sum"};
    for (size_t r = 0; r < ROWS; r++) weights[r] = r < 14 ? 0 : (glia_real)(r % 5) / 20;
    EXPECT_OK(glia_data_set_weights(d, weights, ROWS));
    for (size_t i = 0; i < COUNT(losses); i++) {
        o.loss = losses[i];
        o.batch = GLIA_FULL_BATCH;
        o.accumulate = 1;
        glia_model *whole = fitted(NET, d, NULL, &o);
        o.batch = 7; /* the first two weigh nothing */
        o.accumulate = 9;
        glia_model *parts = fitted(NET, d, NULL, &o);
        expect_close_models(whole, parts);
        glia_model_free(whole);
        glia_model_free(parts);
    }
    glia_data_free(d);
}

/* The loss that L-BFGS minimises is weighted as well. */
static void all_rows_at_once_are_weighted(void **state)
{
    (void)state;
    options    o = {.epochs = 4, .batch = 7, .no_shuffle = true, .optimizer = "lbfgs"};
    glia_data *plain = class_data(4, ROWS, COLUMNS, CLASSES), *d = class_data(4, ROWS, COLUMNS, CLASSES);
    glia_real  weights[ROWS];
    size_t     times[ROWS], count;
    for (size_t r = 0; r < ROWS; r++) times[r] = r % 4;
    for (size_t r = 0; r < ROWS; r++) weights[r] = (glia_real)times[r];
    EXPECT_OK(glia_data_set_weights(d, weights, ROWS));
    glia_data  *copies = repeated(plain, times);
    glia_model *a = fitted("dense 3, softmax", copies, NULL, &o), *b = fitted("dense 3, softmax", d, NULL, &o);
    for (size_t e = 0; e < 4; e++) /* steps that are searched for magnify the roundings */
        assert_true(fabs(glia_model_history(a, &count)[e].loss - glia_model_history(b, &count)[e].loss) < 1e-3);
    assert_true(glia_model_history(b, &count)[3].loss < 0.8 * glia_model_history(b, &count)[0].loss);
    glia_model_free(a);
    glia_model_free(b);
    glia_data_free(copies);
    glia_data_free(plain);
    glia_data_free(d);
}

/* Rows of a class to ignore teach nothing, at the first layer neither. */
static void ignored_rows_teach_nothing(void **state)
{
    (void)state;
    options    o = {.epochs = 20, .batch = GLIA_FULL_BATCH, .no_shuffle = true, .optimizer = "sgd lr=0.5"};
    glia_data *d = class_data(4, ROWS, COLUMNS, CLASSES);
    size_t     times[ROWS];
    for (size_t r = 0; r < ROWS; r++) times[r] = glia_data_class(d, r) != 1;
    glia_data  *rest = repeated(d, times);
    glia_model *a = fitted(NET, rest, NULL, &o);
    for (size_t i = 0; i < 2; i++) {
        o.loss = i ? "nll ignore_index=1" : "cross_entropy ignore_index=1";
        glia_model *b = fitted(i ? "dense 5, tanh, dense 3, log_softmax" : NET, d, NULL, &o);
        expect_close_models(a, b);
        glia_model_free(b);
    }
    glia_model_free(a);
    glia_data_free(rest);
    glia_data_free(d);
}

/* Numbers have weights of rows; losses are told in the user's units. */
static void numbers_are_weighted_too(void **state)
{
    (void)state;
    glia_data *d = number_data(1, ROWS, 3, 2, 50);
    glia_real *w = some_weights(ROWS), p[ROWS * 2];
    double     sum = 0, weight = 0;
    EXPECT_OK(glia_data_set_weights(d, w, ROWS));
    glia_model *m = fitted("dense 2", d, d, &(options){.epochs = 1, .batch = 7, .optimizer = "sgd lr=0"});
    EXPECT_OK(glia_predict(m, d, p));
    for (size_t i = 0; i < COUNT(p); i++) {
        sum += (double)w[i / 2] * pow((double)p[i] - glia_data_number(d, i / 2, i % 2), 2);
        weight += (double)w[i / 2];
    }
    size_t            count;
    const glia_epoch *e = glia_model_history(m, &count);
    expect_close(e->loss, sum / weight);
    expect_close(e->val_loss, sum / weight);
    assert_true(isnan(e->accuracy) && isnan(e->val_accuracy));
    glia_model_free(m);
    free(w);
    glia_data_free(d);
}

static void threads_never_change_a_bit(void **state)
{
    (void)state;
    enum { MANY = 260, WIDE = 300 };
    options     o = {.epochs = 2,
                     .batch = 100,
                     .threads = 1,
                     .class_weight = "balanced",
                     .loss = "cross_entropy label_smoothing=0.1 ignore_index=2"};
    glia_data  *d = class_data(3, MANY, WIDE, 10);
    glia_real  *w = some_weights(MANY);
    const char *net = "dense 128, relu, dense 10, softmax";
    EXPECT_OK(glia_data_set_weights(d, w, MANY));
    glia_model *alone = fitted(net, d, d, &o);
    for (unsigned threads = 2; threads < 5; threads++) {
        o.threads = threads;
        glia_model *team = fitted(net, d, d, &o);
        size_t      count;
        assert_memory_equal(alone->parameters, team->parameters, alone->n_parameters * sizeof *alone->parameters);
        assert_true(glia_model_history(alone, &count)[1].loss == glia_model_history(team, &count)[1].loss);
        assert_string_equal(glia_model_record(alone), glia_model_record(team));
        glia_model_free(team);
    }
    glia_model_free(alone);
    free(w);
    glia_data_free(d);
}

/* Every row of some batches is ignored: they change nothing but what momentum still does. */
static void a_batch_may_count_for_nothing(void **state)
{
    (void)state;
    glia_data  *d = class_data(4, ROWS, COLUMNS, CLASSES), *rest;
    size_t      times[ROWS], count;
    options     o = {.epochs = 3, .batch = 1, .no_shuffle = true, .optimizer = "sgd lr=0.1"};
    glia_model *a, *b;
    for (size_t r = 0; r < ROWS; r++) times[r] = glia_data_class(d, r) != 2;
    rest = repeated(d, times);
    a = fitted(NET, rest, NULL, &o);
    o.loss = "cross_entropy ignore_index=2";
    b = fitted(NET, d, NULL, &o);
    expect_close_models(a, b);
    for (size_t e = 0; e < 3; e++) {
        expect_close(glia_model_history(b, &count)[e].loss, glia_model_history(a, &count)[e].loss);
        expect_close(glia_model_history(b, &count)[e].accuracy, glia_model_history(a, &count)[e].accuracy);
    }
    glia_model_free(a);
    glia_model_free(b);
    glia_data_free(rest);
    glia_data_free(d);
}

/* ---- the text of class weights --------------------------------------------------------------------------------- */

/* A table with one column and these classes. */
static glia_data *classes_of(const char *const *names, size_t count)
{
    char table[512] = "x,label\n";
    for (size_t i = 0; i < count; i++) snprintf(table + strlen(table), 64, "%zu,\"%s\"\n", i, names[i]);
    put_text("classes.csv", table);
    return weighted("classes.csv", NULL, NULL);
}

/* n / (k count), here of 10 rows in 3 classes. */
static void balanced_is_scikit_learns(void **state)
{
    (void)state;
    static const char *const names[] = {"b", "a", "b", "b", "c", "b", "a", "b", "b", "a"}; /* 3 a, 6 b, 1 c */
    static const double      all[] = {10 / 9.0, 10 / 18.0, 10 / 3.0}, without_b[] = {4 / 6.0, 1, 4 / 2.0};
    glia_data               *d = classes_of(names, 10);
    options                  o = {.epochs = 1, .class_weight = "balanced"};
    glia_model              *m = fitted("dense 3, softmax", d, NULL, &o);
    for (size_t k = 0; k < 3; k++) assert_true(fabs(glia_model_class_weight(m, k) - all[k]) < 1e-6);
    assert_true(isnan(glia_model_class_weight(m, 3)));
    glia_model_free(m);
    o.loss = "cross_entropy ignore_index=1";
    m = fitted("dense 3, softmax", d, NULL, &o);
    for (size_t k = 0; k < 3; k++) assert_true(fabs(glia_model_class_weight(m, k) - without_b[k]) < 1e-6);
    glia_model_free(m);
    glia_data *view; /* no c: it counts 1 */
    EXPECT_OK(glia_data_rows(d, (size_t[]){0, 1, 2, 3}, 4, &view));
    o.loss = NULL;
    m = fitted("dense 3, softmax", view, NULL, &o);
    assert_true(glia_model_class_weight(m, 0) == 2 && glia_model_class_weight(m, 2) == 1);
    assert_true(fabs(glia_model_class_weight(m, 1) - 4 / 6.0) < 1e-6);
    glia_model_free(m);
    glia_data_free(view);
    glia_data_free(d);
}

/* Any name can be given: with commas, spaces and =, or the beginning of another. */
static void classes_are_named(void **state)
{
    (void)state;
    static const char *const names[] = {"cat", "cat=1", "big, grey", "cat, dog"};
    static const struct {
        const char *text;
        double      want[4]; /* of: big, grey | cat | cat, dog | cat=1 */
    } cases[] = {
        {"cat=2", {1, 2, 1, 1}},
        {" cat = 0.5 ,big, grey=3\n", {3, 0.5, 1, 1}},
        {"cat=1=4,cat, dog=2.5", {1, 1, 2.5, 4}},
        {"cat, dog=0", {1, 1, 0, 1}},
    };
    glia_data *d = classes_of(names, 4);
    for (size_t i = 0; i < COUNT(cases); i++) {
        options     o = {.epochs = 1, .class_weight = cases[i].text};
        glia_model *m = fitted("dense 4, softmax", d, NULL, &o);
        for (size_t k = 0; k < 4; k++) assert_true(glia_model_class_weight(m, k) == cases[i].want[k]);
        glia_model_free(m);
    }
    glia_data_free(d);
}

static void weights_that_cannot_be(void **state)
{
    (void)state;
    static const char *const names[] = {"cat", "dog", "cat"};
    static const struct {
        const char *class_weight, *loss;
        glia_status status;
        const char *sentence;
    } cases[] = {
        {"cat=2, bird=1", NULL, GLIA_E_TEXT, "class_weight:1:8: there is no class \"bird\"; there are cat, dog"},
        {"balancd", NULL, GLIA_E_TEXT, "class_weight:1:1: there is no class \"balancd\"; there are cat, dog"},
        {"cat", NULL, GLIA_E_TEXT, "class_weight:1:1: there is no class \"cat\""},
        {"", NULL, GLIA_E_TEXT, "class_weight:1:1: a class is missing: balanced, or as in \"cat=2\""},
        {"cat=2,", NULL, GLIA_E_TEXT, "class_weight:1:7: a class is missing"},
        {"cat=-1", NULL, GLIA_E_TEXT, "class_weight:1:1: a weight is a number of at least 0, not \"-1\""},
        {"dog=1,cat=nan", NULL, GLIA_E_TEXT, "class_weight:1:7: a weight is a number of at least 0, not \"nan\""},
        {"cat=inf", NULL, GLIA_E_TEXT, "not \"inf\""},
        {"cat=", NULL, GLIA_E_TEXT, "class_weight:1:1: a weight is a number of at least 0, not \"\""},
        {"cat=2x", NULL, GLIA_E_TEXT, "not \"2x\""},
        {"cat=2 dog=1", NULL, GLIA_E_TEXT, "class_weight:1:7: a comma is missing between two classes"},
        {"cat=2,cat=3", NULL, GLIA_E_TEXT, "class_weight:1:7: cat is given twice"},
        {"cat=0,dog=0", NULL, GLIA_E_SHAPE, "classes.csv: no row that trains counts for anything"},
        {"cat=0", "cross_entropy ignore_index=1", GLIA_E_SHAPE, "classes.csv: no row that trains counts for anything"},
        {NULL, "cross_entropy ignore_index=2", GLIA_E_TEXT,
         "loss: cross_entropy: ignore_index=2 is not the number of a class: there are 0 to 1"},
        {NULL, "nll ignore_index=-1", GLIA_E_TEXT, "ignore_index=-1 is not the number of a class"},
        {NULL, "nll", GLIA_E_SHAPE, "nll takes logarithms of probabilities: end the net with log_softmax"},
        {NULL, "bce pos_weight=1:2:3", GLIA_E_SHAPE, "pos_weight has 3 numbers, and the net gives 2 outputs"},
    };
    glia_data  *d = classes_of(names, 3), *numbers = number_data(1, 10, 2, 1, 1);
    glia_model *m, *n;
    EXPECT_OK(glia_model_new(&m, "dense 2, softmax", d, 0));
    EXPECT_OK(glia_model_new(&n, "dense 1", numbers, 0));
    for (size_t i = 0; i < COUNT(cases); i++) {
        options o = {.class_weight = cases[i].class_weight, .loss = cases[i].loss};
        EXPECT_FAILS(glia_fit(m, d, NULL, &o), cases[i].status, cases[i].sentence);
        assert_true(m->class_weight == NULL && m->scale.columns == 0 && !*glia_model_record(m));
    }
    EXPECT_FAILS(glia_fit(n, numbers, NULL, &(options){.class_weight = "balanced"}), GLIA_E_SHAPE,
                 "class_weight: the target of data from memory is numbers, not classes");
    glia_real none[10] = {0};
    EXPECT_OK(glia_data_set_weights(numbers, none, 10));
    EXPECT_FAILS(glia_fit(n, numbers, NULL, NULL), GLIA_E_SHAPE, "no row that trains counts for anything");
    glia_model_free(m);
    glia_model_free(n);
    glia_data_free(d);
    glia_data_free(numbers);
}

/* ---- in the file ----------------------------------------------------------------------------------------------- */

static void a_model_keeps_its_weights(void **state)
{
    (void)state;
    glia_model  *m, *again;
    glia_scores *a, *b;
    put_text("t.csv", "x,w,label\n0,2,cat\n1,0.5,dog\n2,1,cat\n3,1,cow\n");
    glia_data *d = weighted("t.csv", NULL, "w");
    m = fitted("dense 3, softmax", d, NULL, &(options){.epochs = 1, .class_weight = "cat=0.1, cow=3"});
    assert_non_null(strstr(glia_model_record(m), "\"class_weight\":\"cat=0.1, cow=3\",\"sample_weight\":\"w\""));
    EXPECT_OK(glia_model_save(m, "m.safetensors"));
    EXPECT_OK(glia_model_open(&again, "m.safetensors"));
    assert_string_equal(glia_model_weight_name(again), "w");
    for (size_t k = 0; k < 3; k++) assert_true(glia_model_class_weight(again, k) == glia_model_class_weight(m, k));
    assert_true(glia_model_class_weight(again, 1) == 3);
    EXPECT_OK(glia_evaluate(m, d, &a));
    EXPECT_OK(glia_evaluate(again, d, &b));
    assert_true(a->loss == b->loss);
    glia_scores_free(a);
    glia_scores_free(b);
    EXPECT_OK(glia_fit(again, d, NULL, &(options){.epochs = 1})); /* each training has its own */
    assert_true(glia_model_class_weight(again, 1) == 1 && again->class_weight == NULL);
    assert_null(strstr(glia_model_record(again), "class_weight"));
    glia_model_free(m);
    glia_model_free(again);
    glia_data_free(d);
}

/* ---- by hand --------------------------------------------------------------------------------------------------- */

static void weights_by_hand(void **state)
{
    (void)state;
    static const glia_real rows[] = {2, 0, 1, 0.5}, classes[] = {1, 3, 0.5}, bad[] = {1, (glia_real)INFINITY, 1, 1};
    static const int32_t   truth[] = {0, 1, 2, 1};
    glia_real             *x = random_reals(3, 4 * 5), y[12], b[3];
    glia_model            *m = model_of("input 5, dense 3, log_softmax", 7);
    double                 loss, sum = 0, weight = 0, slope = 0;
    EXPECT_OK(glia_forward(m, x, 4, y));
    EXPECT_OK(glia_loss_weighted(m, "nll", truth, NULL, &(glia_loss_weights){rows, classes}, &loss));
    EXPECT_OK(glia_backward(m));
    EXPECT_OK(glia_gradient_get(m, "0.bias", b, 3));
    for (size_t r = 0; r < 4; r++) {
        double w = (double)rows[r] * (double)classes[truth[r]];
        sum -= w * (double)y[r * 3 + (size_t)truth[r]];
        slope += w * (exp((double)y[r * 3]) - (truth[r] == 0)); /* of the bias of output 0 */
        weight += w;
    }
    expect_close(loss, sum / weight);
    expect_close((double)b[0], slope / weight);
    EXPECT_OK(glia_loss_weighted(m, NULL, truth, NULL, NULL, &sum));
    EXPECT_OK(glia_loss(m, NULL, truth, NULL, &loss));
    assert_true(sum == loss);
    EXPECT_FAILS(glia_loss_weighted(m, NULL, truth, NULL, &(glia_loss_weights){.rows = bad}, &loss), GLIA_E_ARG,
                 "the weight of row 1 is inf, not a finite number of at least 0");
    EXPECT_FAILS(glia_loss_weighted(m, NULL, truth, NULL, &(glia_loss_weights){.classes = bad}, &loss), GLIA_E_ARG,
                 "the weight of class 1 is inf");
    EXPECT_FAILS(glia_loss_weighted(m, "mse", NULL, y, &(glia_loss_weights){.classes = classes}, &loss), GLIA_E_ARG,
                 "weights of classes need classes");
    free(x);
    glia_model_free(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_column_is_no_input),
        cmocka_unit_test(without_a_header_too),
        cmocka_unit_test(a_weight_found_by_name_makes_a_header),
        cmocka_unit_test(weights_go_with_their_rows),
        cmocka_unit_test(columns_that_are_no_weights),
        cmocka_unit_test(weights_from_memory),
        cmocka_unit_test(losses_are_weighted_and_accuracies_are_not),
        cmocka_unit_test(a_weight_is_so_many_rows),
        cmocka_unit_test(batches_together_are_one),
        cmocka_unit_test(all_rows_at_once_are_weighted),
        cmocka_unit_test(ignored_rows_teach_nothing),
        cmocka_unit_test(numbers_are_weighted_too),
        cmocka_unit_test(threads_never_change_a_bit),
        cmocka_unit_test(a_batch_may_count_for_nothing),
        cmocka_unit_test(balanced_is_scikit_learns),
        cmocka_unit_test(classes_are_named),
        cmocka_unit_test(weights_that_cannot_be),
        cmocka_unit_test(a_model_keeps_its_weights),
        cmocka_unit_test(weights_by_hand),
    };
    return cmocka_run_group_tests(tests, enter_folder, leave_folder);
}
