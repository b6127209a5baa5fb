/* Statuses and the sentence of the latest failure.
 *
 * The names and general meanings come from one list in glia.h. The sentence lives in a fixed buffer of each thread, so
 * that saying what went wrong cannot itself fail; it is always one line, whatever a file or a user put into it. */
#include "ground/status.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { SENTENCE_SIZE = 1024 };

static _Thread_local char sentence[SENTENCE_SIZE];

const char *glia_error(void)
{
    return sentence;
}

/* ---- names ------------------------------------------------------------------------------------------------------ */

typedef struct entry {
    glia_status status;
    const char *name, *text;
} entry;

#define ENTRY(name, value, text) {name, #name, text},
static const entry entries[] = {GLIA_STATUS_LIST(ENTRY)};
#undef ENTRY
static const entry unknown = {GLIA_STATUS_END_, "GLIA_E_UNKNOWN", "an unknown status"};

static const entry *find(glia_status status)
{
    for (size_t i = 0; i < sizeof entries / sizeof *entries; i++)
        if (entries[i].status == status) return &entries[i];
    return &unknown;
}

const char *glia_status_name(glia_status status)
{
    return find(status)->name;
}

const char *glia_status_text(glia_status status)
{
    return find(status)->text;
}

const char *glia_version(void)
{
    return GLIA_VERSION;
}

/* ---- failing ---------------------------------------------------------------------------------------------------- */

/* The length of text[0..length) without a UTF-8 character that was cut in two at its end. */
static size_t whole_characters(const char *text, size_t length)
{
    size_t lead = length;
    while (lead > 0 && length - lead < 3 && ((unsigned char)text[lead - 1] & 0xC0) == 0x80) lead--;
    if (lead == 0 || (unsigned char)text[lead - 1] < 0xC0) return length;
    unsigned char first = (unsigned char)text[lead - 1];
    size_t        bytes = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
    return length - (lead - 1) < bytes ? lead - 1 : length;
}

/* Formats into a buffer first: the sentence itself may be among the arguments. */
static void say(const char *format, va_list list)
{
    char said[SENTENCE_SIZE];
    int  length = vsnprintf(said, sizeof said, format, list);
    if (length < 0) said[0] = '\0';
    if (length >= SENTENCE_SIZE) said[whole_characters(said, SENTENCE_SIZE - 1)] = '\0';
    for (char *c = said; *c; c++)
        if ((unsigned char)*c < ' ' || *c == 127) *c = '?';
    memcpy(sentence, said, sizeof said);
}

glia_status glia__fail(glia_status code, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    say(format, list);
    va_end(list);
    return code;
}

glia_status glia__fail_at(glia_status code, const char *format, ...)
{
    char    before[SENTENCE_SIZE];
    va_list list;
    memcpy(before, sentence, sizeof before);
    va_start(list, format);
    say(format, list);
    va_end(list);
    return glia__fail(code, "%s: %s", sentence, before);
}
