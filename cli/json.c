/* The few things that all JSON lines share. */
#include "json.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "report.h"

static json_t *made(json_t *value)
{
    if (!value) exit(fail(CODE_FAILED, "out of memory"));
    return value;
}

json_t *json_of_number(double value)
{
    return isfinite(value) ? made(json_real(value)) : json_null();
}

json_t *json_of_text(const char *text)
{
    if (!text) return json_null();
    json_t *value = json_string(text);
    if (value) return value;
    char *ascii = text_of("%s", text);
    for (char *c = ascii; *c; c++)
        if ((unsigned char)*c >= 128) *c = '?';
    value = made(json_string(ascii));
    free(ascii);
    return value;
}

void json_put_number(json_t *object, const char *key, double value)
{
    json_object_set_new(object, key, json_of_number(value));
}

void json_put_count(json_t *object, const char *key, size_t value)
{
    json_object_set_new(object, key, made(json_integer((json_int_t)value)));
}

void json_put_text(json_t *object, const char *key, const char *text)
{
    json_object_set_new(object, key, json_of_text(text));
}

void json_put_interval(json_t *object, const char *key, const glia_interval *interval)
{
    if (isnan(interval->low)) {
        json_put_number(object, key, interval->low);
        return;
    }
    json_t *pair = made(json_array());
    json_array_append_new(pair, json_of_number(interval->low));
    json_array_append_new(pair, json_of_number(interval->high));
    json_object_set_new(object, key, pair);
}

void json_put_target(json_t *object, glia_target target)
{
    static const char *const names[] = {
        [GLIA_TARGET_NONE] = "none",
        [GLIA_TARGET_CLASSES] = "classes",
        [GLIA_TARGET_NUMBERS] = "numbers",
    };
    json_put_text(object, "target", names[target]);
}

void json_print_to(FILE *to, json_t *object)
{
    json_dumpf(object, to, JSON_COMPACT | JSON_REAL_PRECISION(15));
    putc('\n', to);
    json_decref(object);
}

void json_print(json_t *object)
{
    json_print_to(stdout, object);
    fflush(stdout);
}
