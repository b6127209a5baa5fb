/* What there is: everything that a text can name, as section 8 of glia.h shows it. One row a table. */
#include "data/augment.h"
#include "data/kinds.h"
#include "data/scale.h"
#include "parts/initializer.h"
#include "parts/loss.h"
#include "parts/optimizer.h"
#include "train/metric.h"

static glia__named layer(size_t i)
{
    return glia__layer_at(i)->named;
}

static size_t one(void)
{
    return 1;
}

static glia__named every_layer(size_t i)
{
    (void)i;
    return (glia__named){"every layer", "what each of them takes besides", glia__layer_settings};
}

static glia__named loss(size_t i)
{
    return glia__loss_at(i)->named;
}

static glia__named optimizer(size_t i)
{
    return glia__optim_at(i)->named;
}

static glia__named schedule(size_t i)
{
    return glia__schedule_at(i)->named;
}

static glia__named initializer(size_t i)
{
    return glia__init_at(i)->named;
}

static glia__named generator(size_t i)
{
    return *glia__generator_at(i);
}

static size_t scale_count(void)
{
    return glia__scales_count;
}

static glia__named scale(size_t i)
{
    return (glia__named){glia__scales[i].name, glia__scales[i].help, glia__no_settings};
}

static glia__named augmentation(size_t i)
{
    return *glia__augment_at(i);
}

static glia__named metric(size_t i)
{
    return glia__metric_at(i)->named;
}

static size_t kind_count(void)
{
    return GLIA__KINDS;
}

static glia__named kind(size_t i)
{
    return *glia__kind_at(i);
}

static const struct {
    size_t (*count)(void);
    glia__named (*at)(size_t i);
} lists[] = {
    [GLIA_LIST_LAYERS] = {glia__layer_count, layer},
    [GLIA_LIST_LOSSES] = {glia__loss_count, loss},
    [GLIA_LIST_OPTIMIZERS] = {glia__optim_count, optimizer},
    [GLIA_LIST_SCHEDULES] = {glia__schedule_count, schedule},
    [GLIA_LIST_INITIALIZERS] = {glia__init_count, initializer},
    [GLIA_LIST_GENERATORS] = {glia__generator_count, generator},
    [GLIA_LIST_SCALES] = {scale_count, scale},
    [GLIA_LIST_AUGMENTATIONS] = {glia__augment_count, augmentation},
    [GLIA_LIST_METRICS] = {glia__metric_count, metric},
    [GLIA_LIST_KINDS] = {kind_count, kind},
    [GLIA_LIST_EVERY_LAYER] = {one, every_layer},
};

static const char *const type_names[] = {
    [GLIA__WHOLE] = "whole", [GLIA__NUMBER] = "number", [GLIA__YESNO] = "yes/no",  [GLIA__WORD] = "word",
    [GLIA__SHAPE] = "shape", [GLIA__SPAN] = "span",     [GLIA__LABELS] = "labels", [GLIA__NUMBERS] = "numbers",
};

static bool find(glia_list what, size_t i, glia__named *named)
{
    if ((size_t)what >= sizeof lists / sizeof *lists || i >= lists[what].count()) return false;
    *named = lists[what].at(i);
    return true;
}

bool glia_list_entry(glia_list what, size_t i, glia_entry *entry)
{
    glia__named named;
    if (!entry || !find(what, i, &named)) return false;
    *entry = (glia_entry){named.name, named.help, glia__settings_count(&named)};
    return true;
}

bool glia_list_setting(glia_list what, size_t i, size_t j, glia_setting *setting)
{
    glia__named named;
    if (!setting || !find(what, i, &named) || j >= glia__settings_count(&named)) return false;
    const glia__setting *s = glia__setting_at(&named, j);
    *setting = (glia_setting){
        .name = s->name,
        .type = type_names[s->type],
        .standard = s->standard ? s->standard : "",
        .help = s->help,
        .least = s->least,
        .most = s->most,
        .positional = s->positional,
        .choices = s->choices ? s->choices : "",
    };
    return true;
}
