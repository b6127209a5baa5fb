/* JSON by jansson. What it reports as one failure is told apart here: a text that is wrong, and memory that is missing.
 */
#include "files/json.h"

#include "ground/memory.h"

glia_status glia__json_no_memory(void)
{
    return glia__fail(GLIA_E_MEMORY, "out of memory for JSON");
}

/* jansson 2.14 does not notice when it cannot grow the buffer of a token, and then reads past it. A token is no longer
 * than the text; so as much as that buffer and the token's copy may take is asked for, and given back, before. */
static glia_status check_room(size_t n)
{
    void *room = glia__new(n, 3);
    glia__free(room);
    return room ? GLIA_OK : GLIA_E_MEMORY;
}

glia_status glia__json_parse(const char *text, size_t n, bool reals, json_t **json)
{
    json_error_t error;
    GLIA_TRY(check_room(n));
    *json = json_loadb(text, n, JSON_REJECT_DUPLICATES | (reals ? JSON_DECODE_INT_AS_REAL : 0), &error);
    if (*json) return GLIA_OK;
    if (json_error_code(&error) == json_error_unknown || json_error_code(&error) == json_error_out_of_memory)
        return glia__json_no_memory();
    return glia__fail(GLIA_E_FORMAT, "byte %d: %s", error.position, error.text);
}

glia_status glia__json_string(const char *text, json_t **json)
{
    if (!glia__text_is_utf8(text))
        return glia__fail(GLIA_E_WRITE, "\"%s\" is not UTF-8 text and cannot be kept in a file", text);
    *json = json_string_nocheck(text);
    return *json ? GLIA_OK : glia__json_no_memory();
}

int glia__json_add(const char *bytes, size_t n, void *string)
{
    glia__string_add_bytes(string, bytes, n);
    return 0;
}

glia_status glia__json_print(const json_t *json, glia__string *text)
{
    if (json_dump_callback(json, glia__json_add, text, JSON_COMPACT) || text->failed) return glia__json_no_memory();
    return GLIA_OK;
}

bool glia__json_size(const json_t *json, size_t *number)
{
    json_int_t n = json_integer_value(json);
    if (!json_is_integer(json) || n < 0 || (uintmax_t)n > SIZE_MAX) return false;
    *number = (size_t)n;
    return true;
}
