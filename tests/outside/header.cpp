// glia.h as C++ sees it.
#include <glia.h>

int main()
{
    glia_fit_options options = {};
    options.epochs = 3;
    return glia_error() == nullptr || glia_fit(nullptr, nullptr, nullptr, &options) == GLIA_OK;
}
