/* JSON by jansson, with this house's errors. */
#ifndef GLIA_FILES_JSON_H
#define GLIA_FILES_JSON_H

#include <jansson.h>

#include "ground/text.h"

/* Reads text[0..n). Duplicate keys, NULs and what is not UTF-8 are refused: GLIA_E_FORMAT with the byte. Whole numbers
 * come as reals too if `reals`. */
glia_status glia__json_parse(const char *text, size_t n, bool reals, json_t **json);
/* A JSON string; GLIA_E_WRITE if the text is not UTF-8. */
glia_status glia__json_string(const char *text, json_t **json);
/* Appends bytes to the glia__string that `string` is: for jansson's json_dump_callback. */
int glia__json_add(const char *bytes, size_t n, void *string);
/* Appends the text of json, on one line without blanks. */
glia_status glia__json_print(const json_t *json, glia__string *text);
/* The failure of whatever jansson call had no memory. */
glia_status glia__json_no_memory(void);
/* A whole number from 0 that is in range; false for anything else. */
bool glia__json_size(const json_t *json, size_t *number);

#endif
