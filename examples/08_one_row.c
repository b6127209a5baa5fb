/* 8. One row at a time: a trained model as a part of another program, which has a row now and wants its answer at once.
 *
 *     08_one_row data/digits.csv.gz          a data set of classes
 *     08_one_row                             without one: ten clouds of points
 *
 * A predictor is made once. After that a row asks for no memory, takes no lock and wakes no thread: it takes the same
 * short time each time, and any number of threads may ask the same predictor. */
#include <stdio.h>
#include <stdlib.h>

#include <glia.h>

static void must(glia_status status)
{
    if (status == GLIA_OK) return;
    fprintf(stderr, "%s\n", glia_error());
    exit(1);
}

static size_t likeliest(const glia_real *y, size_t n)
{
    size_t best = 0;
    for (size_t k = 1; k < n; k++)
        if (y[k] > y[best]) best = k;
    return best;
}

/* How many rows are right. x, y and room are all that a caller needs. */
static size_t count_right(const glia_predictor *p, const glia_data *data, glia_real *x, glia_real *y, glia_real *room)
{
    glia_data_info info;
    size_t         right = 0;
    glia_data_describe(data, &info);
    for (size_t row = 0; row < info.rows; row++) {
        for (size_t i = 0; i < info.columns; i++) x[i] = (glia_real)glia_data_input(data, row, i);
        must(glia_predictor_run(p, x, y, room));
        right += likeliest(y, glia_predictor_outputs(p)) == (size_t)glia_data_class(data, row);
    }
    return right;
}

int main(int argc, char **argv)
{
    glia_data      *data, *rest, *held;
    glia_model     *model;
    glia_predictor *p;
    must(glia_data_open(&data, argc > 1 ? argv[1] : "blobs n=200 classes=10 seed=7", NULL));
    must(glia_data_split(data, 0.15, GLIA_SPLIT_SHUFFLED, 1, &rest, &held));
    must(glia_model_new(&model, "dense 64, batchnorm, relu, dropout 0.1, dense 10, softmax", rest, 1));
    must(glia_fit(model, rest, NULL, &(glia_fit_options){.epochs = 10, .seed = 1}));

    must(glia_predictor_new(&p, model));
    glia_model_free(model); /* the predictor has all it needs */

    const size_t n = glia_predictor_room(p);
    glia_real   *x = malloc(glia_predictor_inputs(p) * sizeof *x), *y = malloc(glia_predictor_outputs(p) * sizeof *y);
    glia_real   *room = malloc(n * sizeof *room); /* of this thread; another one has its own */
    if (!x || !y || !room) return 1;

    glia_data_info info;
    glia_data_describe(held, &info);
    printf("right: %.2f %% of %zu rows, in a room of %zu bytes\n",
           100 * (double)count_right(p, held, x, y, room) / (double)info.rows, info.rows, n * sizeof *room);

    free(x);
    free(y);
    free(room);
    glia_predictor_free(p);
    glia_data_free(held);
    glia_data_free(rest);
    glia_data_free(data);
    return 0;
}
