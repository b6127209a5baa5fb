/* JSON on stdout: one object a line. */
#ifndef CLI_JSON_H
#define CLI_JSON_H

#include <jansson.h>
#include <stdio.h>

#include "glia.h"

/* Prints `object` as one line and releases it. Numbers have 15 digits. */
void json_print(json_t *object);
void json_print_to(FILE *to, json_t *object);

/* Sets a key; what is not finite, and a NULL text, become null. */
void json_put_number(json_t *object, const char *key, double value);
void json_put_count(json_t *object, const char *key, size_t value);
void json_put_interval(json_t *object, const char *key, const glia_interval *interval); /* [low, high] */
void json_put_text(json_t *object, const char *key, const char *text);
void json_put_target(json_t *object, glia_target target); /* "target": none, classes or numbers */

/* The values themselves, for arrays. A text that is not UTF-8 loses its odd bytes to question marks. */
json_t *json_of_number(double value);
json_t *json_of_text(const char *text);

#endif
