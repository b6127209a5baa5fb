/* 7. Training, as one reads of it: epochs of mini-batches, judged after each on images that are not trained on.
 *
 *     07_mnist mnist/ digits.safetensors     MNIST from a folder; the model is saved
 *     07_mnist                               without them: ten clouds of points
 *
 * The same from a shell: glia train mnist/ --net "dense 128, relu, dense 64, relu, dense 10, softmax" ... */
#include <stdio.h>
#include <stdlib.h>

#include <glia.h>

static void must(glia_status status)
{
    if (status == GLIA_OK) return;
    fprintf(stderr, "%s\n", glia_error());
    exit(1);
}

static bool print_epoch(void *user, const glia_epoch *e)
{
    (void)user;
    printf("epoch %zu: loss %.4f, accuracy %.2f %%; on the others %.4f, %.2f %%\n", e->epoch, e->loss,
           100 * e->accuracy, e->val_loss, 100 * e->val_accuracy);
    return false; /* true would stop the training */
}

static void print_scores(const glia_model *model, const glia_scores *scores)
{
    const size_t n = scores->classes;
    size_t       truth = 0, guess = 0, most = 0;
    for (size_t i = 0; i < n * n; i++)
        if (i / n != i % n && scores->confusion[i] > most) most = scores->confusion[i], truth = i / n, guess = i % n;
    printf("judged: %.2f %% of %zu are right\n", 100 * scores->accuracy, scores->rows);
    if (most)
        printf("the most frequent mistake: %s for %s (%zu)\n", glia_model_class_name(model, guess),
               glia_model_class_name(model, truth), most);
}

int main(int argc, char **argv)
{
    glia_data   *data, *rest = NULL, *held = NULL;
    glia_model  *model;
    glia_scores *scores;
    must(glia_data_open(&data, argc > 1 ? argv[1] : "blobs n=200 classes=10 seed=7", NULL));

    /* MNIST brings 10,000 images for judging; from other data 15 % are held out. */
    const glia_data *train = data, *test = glia_data_test(data);
    if (!test) {
        must(glia_data_split(data, 0.15, GLIA_SPLIT_SHUFFLED, 1, &rest, &held));
        train = rest, test = held;
    }

    must(glia_model_new(&model, "dense 128, relu, dense 64, relu, dense 10, softmax", train, 1));
    must(glia_fit(
        model, train, test,
        &(glia_fit_options){.epochs = 5, .batch = 32, .optimizer = "sgd lr=0.1", .seed = 1, .on_epoch = print_epoch}));

    must(glia_evaluate(model, test, &scores));
    print_scores(model, scores);
    if (argc > 2) must(glia_model_save(model, argv[2]));
    glia_scores_free(scores);
    glia_model_free(model);
    glia_data_free(held);
    glia_data_free(rest);
    glia_data_free(data);
    return 0;
}
