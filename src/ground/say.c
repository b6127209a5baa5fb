/* Pieces of sentences. See say.h. */
#include "ground/say.h"

#include <math.h>
#include <string.h>

const char *glia__say_number(char text[32], double value)
{
    const double power = value != 0 && isfinite(value) ? floor(log10(fabs(value)) + 1e-9) : 0;
    const double first = pow(10, 2) * (value / pow(10, power));
    if (!isfinite(value) || value == 0 || !isfinite(first)) {
        glia_number_write(text, value);
    } else if (power < -4 || power > 5) {
        char *end = text + glia_number_write(text, round(first) / 100);
        snprintf(end, 8, "e%d", (int)power);
    } else {
        glia_number_write(text, power < 2 ? round(first) / pow(10, 2 - power) : round(first) * pow(10, power - 2));
    }
    return text;
}

const char *glia__say_name(char text[64], const char *name)
{
    size_t n = strlen(name);
    if (n > 60)
        for (n = 60; n > 0 && ((unsigned char)name[n] & 0xC0) == 0x80;) n--;
    snprintf(text, 64, "%.*s", (int)n, name);
    return text;
}
