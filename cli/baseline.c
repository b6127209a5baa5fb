/* What a model has to be better than, in words. */
#include "baseline.h"

#include <math.h>

#include "report.h"

static size_t likeliest(const glia_model *model, size_t classes)
{
    size_t best = 0;
    for (size_t k = 1; k < classes; k++)
        if (glia_model_prior(model, k) > glia_model_prior(model, best)) best = k;
    return best;
}

char *baseline_text(const glia_model *model)
{
    glia_model_info info;
    glia_model_describe(model, &info);
    if (info.target == GLIA_TARGET_CLASSES)
        return text_of("always %s", glia_model_class_name(model, likeliest(model, info.classes)));
    return info.outputs == 1 ? text_of("always the mean, %.4g", glia_model_prior(model, 0))
                             : text_of("always the means");
}
