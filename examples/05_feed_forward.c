/* 5. A feed-forward network that has not been trained: it takes an image and guesses, and one guess in ten is right.
 *
 *     05_feed_forward mnist/     the 60,000 training images of MNIST, from a folder
 *     05_feed_forward            without it: points on a spiral of ten arms
 *
 * Its weights and biases are standard normal, as the notebook draws them, and pixels come as they are, from 0 to 255.
 */
#include <stdio.h>
#include <stdlib.h>

#include <glia.h>

#define START " init=normal:0:1 bias_init=normal:0:1"
static const char net[] = "dense 64" START ", sigmoid, dense 32" START ", sigmoid, dense 10" START ", sigmoid";

enum { NETWORKS = 10 };

static void must(glia_status status)
{
    if (status == GLIA_OK) return;
    fprintf(stderr, "%s\n", glia_error());
    exit(1);
}

/* The share of rows that an untrained network gets right. */
static double accuracy_of(const glia_data *data, uint32_t seed)
{
    glia_model  *model;
    glia_scores *scores;
    must(glia_model_new(&model, net, data, seed));
    must(glia_evaluate(model, data, &scores));
    double accuracy = scores->accuracy;
    glia_scores_free(scores);
    glia_model_free(model);
    return accuracy;
}

static void print_layers(const glia_data *data)
{
    glia_model     *model;
    glia_model_info info;
    glia_layer_info layer;
    must(glia_model_new(&model, net, data, 0));
    glia_model_describe(model, &info);
    printf("%zu inputs", info.inputs);
    for (size_t i = 0; i < info.layers; i++) {
        must(glia_model_layer(model, i, &layer));
        printf(" -> %s (%zu)", layer.name, layer.shape[0]);
    }
    printf("\n%zu weights and biases\n", info.parameters);
    glia_model_free(model);
}

int main(int argc, char **argv)
{
    glia_data     *data;
    glia_data_info info;
    double         sum = 0;
    must(glia_data_open(&data, argc > 1 ? argv[1] : "spiral n=500 classes=10", NULL));
    glia_data_describe(data, &info);
    print_layers(data);
    printf("%d networks, each drawn from another seed, guess %zu rows:\n", NETWORKS, info.rows);
    for (uint32_t seed = 0; seed < NETWORKS; seed++) {
        double accuracy = accuracy_of(data, seed);
        printf("seed %u: %5.2f %% right\n", (unsigned)seed, 100 * accuracy);
        sum += accuracy;
    }
    printf("mean:   %5.2f %% right\n", 100 * sum / NETWORKS);
    glia_data_free(data);
    return 0;
}
