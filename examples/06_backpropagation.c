/* 6. Back-propagation, one batch and one step of it by hand: forward, loss, backward, step.
 *
 * The gradient of one weight is found in three ways that must agree: by glia, by the chain rule written out, and by
 * nudging the weight to see what the loss does. */
#include <stdio.h>
#include <stdlib.h>

#include <glia.h>

/* 32 points on four arms; x -> hidden = sigmoid(x W0 + b0) -> y = sigmoid(hidden W2 + b2) */
enum { ROWS = 32, INPUTS = 2, HIDDEN = 16, CLASSES = 4 };
static const char net[] = "input 2, dense 16, sigmoid, dense 4, sigmoid";
static const char loss_text[] = "mse reduce=rows"; /* sum over the outputs of (y - t)^2, mean over the rows */

static glia_model *model;
static glia_real   x[ROWS][INPUTS], hidden[ROWS][HIDDEN], y[ROWS][CLASSES];
static int32_t     class_of[ROWS];

static void must(glia_status status)
{
    if (status == GLIA_OK) return;
    fprintf(stderr, "%s\n", glia_error());
    exit(1);
}

static void read_batch(void)
{
    glia_data *data;
    must(glia_data_open(&data, "spiral n=8 classes=4", NULL));
    for (size_t r = 0; r < ROWS; r++) {
        for (size_t i = 0; i < INPUTS; i++) x[r][i] = (glia_real)glia_data_input(data, r, i);
        class_of[r] = glia_data_class(data, r);
    }
    glia_data_free(data);
}

static double forward(void)
{
    double loss;
    must(glia_forward(model, x[0], ROWS, y[0]));
    must(glia_activation_get(model, 2, hidden[0], ROWS * HIDDEN)); /* layers: input, dense, sigmoid, ... */
    must(glia_loss(model, loss_text, class_of, NULL, &loss));
    return loss;
}

/* dloss/dW2[i][o] = mean over the rows of  hidden[i] * 2 (y[o] - t[o]) * y[o] (1 - y[o]),  as sigmoid' = y (1 - y) */
static double chain_rule(size_t i, int32_t o)
{
    double sum = 0;
    for (size_t r = 0; r < ROWS; r++) {
        double out = y[r][o], error = out - (class_of[r] == o);
        sum += hidden[r][i] * 2 * error * out * (1 - out);
    }
    return sum / ROWS;
}

/* (loss(w + h) - loss(w - h)) / 2h */
static double nudge(glia_real *w, size_t which)
{
    const glia_real h = (glia_real)0.01, before = w[which];
    double          loss[2];
    for (int side = 0; side < 2; side++) {
        w[which] = before + (side ? h : -h);
        must(glia_parameter_set(model, "2.weight", w, CLASSES * HIDDEN));
        loss[side] = forward();
    }
    w[which] = before;
    must(glia_parameter_set(model, "2.weight", w, CLASSES * HIDDEN));
    return (loss[1] - loss[0]) / (2 * (double)h);
}

int main(void)
{
    glia_real       w[CLASSES][HIDDEN], dw[CLASSES][HIDDEN];
    glia_optimizer *sgd;
    read_batch();
    must(glia_model_new(&model, net, NULL, 0));
    must(glia_parameter_get(model, "2.weight", w[0], CLASSES * HIDDEN));

    printf("loss of the batch:                    %.6f\n", forward());
    must(glia_backward(model));
    must(glia_gradient_get(model, "2.weight", dw[0], CLASSES * HIDDEN));
    printf("slope of one weight, by glia:         %.6f\n", dw[1][3]);
    printf("                     by chain rule:   %.6f\n", chain_rule(3, 1));
    printf("                     by nudging it:   %.6f\n", nudge(w[0], 1 * HIDDEN + 3));

    must(glia_optimizer_new(&sgd, "sgd lr=0.5", model));
    must(glia_step(model, sgd));
    must(glia_parameter_get(model, "2.weight", w[0], CLASSES * HIDDEN));
    printf("the weight after a step down:         %.6f\n", w[1][3]);
    printf("loss of the batch after it:           %.6f\n", forward());
    glia_optimizer_free(sgd);
    glia_model_free(model);
    return 0;
}
