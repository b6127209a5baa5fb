/* A program outside of glia: learns exclusive or, and says whether it did. */
#include <glia.h>
#include <stdio.h>

static int fail(void)
{
    fprintf(stderr, "%s\n", glia_error());
    return 1;
}

int main(void)
{
    const float   x[] = {0, 0, 0, 1, 1, 0, 1, 1};
    const int32_t classes[] = {0, 1, 1, 0};
    glia_data    *data = NULL;
    glia_model   *model = NULL;
    glia_scores  *scores = NULL;

    if (glia_data_from_reals(&data, x, 4, 2, classes, NULL, 2) ||
        glia_model_new(&model, "dense 8, tanh, dense 2, softmax", data, 1) ||
        glia_fit(model, data, NULL, &(glia_fit_options){.epochs = 200, .batch = 4, .optimizer = "adam lr=0.05"}) ||
        glia_evaluate(model, data, &scores))
        return fail();

    int learnt = scores->accuracy == 1.0;
    printf("glia %s, %s: %s\n", glia_version(), glia_kernels(), learnt ? "learnt" : "not learnt");
    glia_scores_free(scores);
    glia_model_free(model);
    glia_data_free(data);
    return learnt ? 0 : 1;
}
