/* Which rows train, which validate after each epoch, and which only score at the end:
 *
 *   a hold-out asked for         the rows held validate; a test part scores
 *   a test part, no patience     it validates
 *   a test part, patience        10 % of the training rows are held and validate, so that the test part decides nothing
 *   neither                      15 % are held and validate
 *   nothing held, or a fold      all train; but with patience 10 % of them say when to stop, and train nothing      */
#include <stdlib.h>
#include <string.h>

#include "net_text.h"
#include "report.h"
#include "source.h"
#include "train.h"

#define HOLDOUT 0.15
#define HOLDOUT_OF_PATIENCE 0.1

static bool is_one_of(const char *word, size_t length, const char *const *list)
{
    for (; *list; list++)
        if (strlen(*list) == length && memcmp(*list, word, length) == 0) return true;
    return false;
}

/* Whether all classes are numbers, so that they could be predicted as such. */
static bool has_number_classes(const glia_data *data, const glia_data_info *info)
{
    double value;
    for (size_t k = 0; k < info->outputs; k++) {
        const char *name = glia_data_class_name(data, k), *end = name ? glia_number_read(name, &value) : NULL;
        if (!end || end == name || *end) return false;
    }
    return true;
}

/* How many outputs the net gives for a row; 0 if it is wrong, which is said when the model is made. */
static size_t outputs_of(const char *net, const glia_data *data)
{
    glia_model     *model;
    glia_model_info info = {0};
    if (glia_model_new(&model, net, data, 0) == GLIA_OK) glia_model_describe(model, &info);
    glia_model_free(model);
    return info.outputs;
}

/* Opening a file guesses whether its target is classes or numbers; net and loss know better.
 *   classes   if the last layer is softmax or log_softmax, or the loss is cross_entropy, nll or one of the bce
 *   numbers   if the loss is mse, l1, huber or smooth_l1, the last layer none of these and no sigmoid, the data a table
 * whose classes are numbers, and the net without an output for each class as guessed otherwise */
static glia_target target_meant(const glia_data *data, const char *net, const char *loss)
{
    static const char *const class_layers[] = {"softmax", "log_softmax", NULL};
    static const char *const class_losses[] = {"cross_entropy", "nll", "bce", "bce_logits", NULL};
    static const char *const number_losses[] = {"mse", "l1", "huber", "smooth_l1", NULL};
    static const char *const sigmoid[] = {"sigmoid", NULL};
    glia_data_info           info;
    size_t                   layer_length, loss_length = loss ? strcspn(loss, " ") : 0;
    const char              *layer = net_text_last_layer(net ? net : "", &layer_length);
    glia_data_describe(data, &info);
    if (info.target == GLIA_TARGET_NONE || (info.target == GLIA_TARGET_NUMBERS && info.outputs > 1)) return info.target;
    if (is_one_of(layer, layer_length, class_layers) || is_one_of(loss, loss_length, class_losses))
        return GLIA_TARGET_CLASSES;
    if (is_one_of(loss, loss_length, number_losses) && !is_one_of(layer, layer_length, sigmoid) && !info.image &&
        info.target == GLIA_TARGET_CLASSES && has_number_classes(data, &info) &&
        (!net || outputs_of(net, data) != info.outputs))
        return GLIA_TARGET_NUMBERS;
    return info.target;
}

static glia_status set_target(glia_data *data, glia_target target)
{
    glia_data_info info;
    if (!data) return GLIA_OK;
    glia_data_describe(data, &info);
    return info.target == target ? GLIA_OK : glia_data_set_target(data, target);
}

static glia_target target_of(const glia_model *model)
{
    glia_model_info info = {0};
    if (model) glia_model_describe(model, &info);
    return info.target;
}

static glia_status open_both(train_parts *parts, const char *data, glia_data_options options, const char *test)
{
    glia_status status = glia_data_open(&parts->data, data, &options);
    if (status || !test) return status;
    return source_open_like(&parts->test_data, test, parts->data, options);
}

/* The columns that are no inputs, and what images are made, as the command says, or as `base` knows them. */
static glia_data_options columns_of(train_parts *parts, const glia_model *base, const train_options *o, char image[64])
{
    glia_data_options columns = input_options_of(&o->input);
    columns.columns_optional = !columns.columns;
    if (!columns.missing) columns.missing = glia_model_missing(base);
    if (!columns.columns && *glia_model_columns(base)) columns.columns = glia_model_columns(base);
    if (!columns.image && base) columns.image = source_image(base, image), columns.image_optional = true;
    if (!columns.target) columns.target = parts->targets = source_targets(base);
    if (columns.weight) return columns;
    columns.weight = glia_model_weight_name(base);
    columns.weight_optional = true;
    return columns;
}

static glia_status open_parts(train_parts *parts, const char *data, const char *net, const glia_model *base,
                              const train_options *o)
{
    char        image[64];
    glia_status status = open_both(parts, data, columns_of(parts, base, o, image), o->test);
    if (status) return status;
    glia_target meant = target_of(base);
    if (meant == GLIA_TARGET_NONE) meant = target_meant(parts->data, net, o->loss);
    if (!o->quiet) source_tell_rows(parts->data, data);
    status = set_target(parts->data, meant);
    return status ? status : set_target(parts->test_data, meant);
}

static double share_held(const train_parts *parts, const train_options *o)
{
    glia_data_info info;
    glia_data_describe(parts->data, &info);
    if (o->holdout_tail) return ((double)o->holdout_tail - 0.5) / (double)info.rows; /* rounded up to holdout_tail */
    if (o->holdout > 0) return o->holdout;
    if (o->holdout < 0 && !parts->test) return HOLDOUT;
    return o->patience ? HOLDOUT_OF_PATIENCE : 0;
}

static glia_split way_to_cut(const train_options *o)
{
    if (o->holdout_tail) return GLIA_SPLIT_TAIL;
    if (o->input.group) return GLIA_SPLIT_GROUPED;
    if (o->input.time) return GLIA_SPLIT_LATEST;
    return o->stratify ? GLIA_SPLIT_STRATIFIED : GLIA_SPLIT_SHUFFLED;
}

/* Classes keep their shares in the folds, whether that is asked for or not. */
static glia_split way_to_fold(const train_parts *parts, const train_options *o)
{
    glia_data_info info;
    glia_data_describe(parts->data, &info);
    if (o->input.group || o->input.time || o->stratify) return way_to_cut(o);
    return info.target == GLIA_TARGET_CLASSES ? GLIA_SPLIT_STRATIFIED : GLIA_SPLIT_SHUFFLED;
}

static void forget_cut(train_parts *parts)
{
    glia_data_free(parts->judges);
    glia_data_free(parts->taught);
    glia_data_free(parts->held);
    glia_data_free(parts->rest);
    parts->held = parts->rest = parts->taught = parts->judges = NULL;
    parts->train = parts->validation = parts->test = NULL;
}

/* These rows train, but for those by which patience judges. */
static int train_on(train_parts *parts, const glia_data *rows, const train_options *o, uint32_t seed)
{
    parts->train = rows;
    if (!o->patience) return CODE_FINE;
    glia_status status =
        glia_data_split(rows, HOLDOUT_OF_PATIENCE, way_to_cut(o), seed, &parts->taught, &parts->judges);
    if (status) return fail_status(status);
    parts->train = parts->taught;
    parts->validation = parts->judges;
    return CODE_FINE;
}

int train_parts_whole(train_parts *parts, const train_options *o, uint32_t seed)
{
    forget_cut(parts);
    return train_on(parts, parts->data, o, seed);
}

int train_parts_fold(train_parts *parts, const train_options *o, size_t fold, uint32_t seed)
{
    forget_cut(parts);
    glia_status status =
        glia_data_fold(parts->data, fold, o->folds, way_to_fold(parts, o), seed, &parts->rest, &parts->held);
    if (status) return fail_status(status);
    parts->test = parts->held;
    return train_on(parts, parts->rest, o, seed);
}

int train_parts_cut(train_parts *parts, const train_options *o, uint32_t seed)
{
    const glia_data *second = glia_data_test(o->test ? parts->test_data : parts->data);
    forget_cut(parts);
    parts->train = parts->data;
    parts->test = second ? second : parts->test_data;
    double share = share_held(parts, o);
    if (share > 0) {
        glia_status status = glia_data_split(parts->data, share, way_to_cut(o), seed, &parts->rest, &parts->held);
        if (status) return fail_status(status);
        parts->train = parts->rest;
        parts->validation = parts->held;
    } else {
        parts->validation = parts->test;
        parts->test = NULL;
    }
    return CODE_FINE;
}

int train_parts_open(train_parts *parts, const char *data, const char *net, const glia_model *base,
                     const train_options *o)
{
    *parts = (train_parts){0};
    glia_status status = open_parts(parts, data, net, base, o);
    if (status) return fail_status(status);
    glia_data_info info;
    glia_data_describe(parts->data, &info);
    if (info.target == GLIA_TARGET_NONE) return fail(CODE_ARGUMENT, "%s: has no target to learn", data_name(data));
    if (o->holdout_tail >= info.rows && o->holdout_tail > 0)
        return fail(CODE_ARGUMENT, "--holdout-tail %zu: %s has only %zu rows", o->holdout_tail, data_name(data),
                    info.rows);
    return CODE_FINE;
}

void train_parts_close(train_parts *parts)
{
    free(parts->targets);
    forget_cut(parts);
    glia_data_free(parts->test_data);
    glia_data_free(parts->data);
}
