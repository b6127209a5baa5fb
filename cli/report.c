/* Sentences on stderr, exit codes, and memory that is either there or ends the program. */
#include "report.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const exit_code exit_codes[CODES] = {
    {CODE_FINE, "fine"},
    {CODE_FAILED, "no memory, a file that cannot be written, a number that is not finite, a check that failed"},
    {CODE_ARGUMENT, "wrong arguments, a wrong text, or shapes that do not fit each other"},
    {CODE_FILE, "a file that is missing, cannot be read or has wrong contents"},
    {CODE_INTERRUPTED, "stopped by Ctrl-C or SIGTERM"},
};

/* By -status. */
static const int code_by_status[] = {
    [-GLIA_OK] = CODE_FINE,
    [-GLIA_E_MEMORY] = CODE_FAILED,
    [-GLIA_E_WRITE] = CODE_FAILED,
    [-GLIA_E_NONFINITE] = CODE_FAILED,
    [-GLIA_E_STOPPED] = CODE_INTERRUPTED,
    [-GLIA_E_ARG] = CODE_ARGUMENT,
    [-GLIA_E_TEXT] = CODE_ARGUMENT,
    [-GLIA_E_SHAPE] = CODE_ARGUMENT,
    [-GLIA_E_OPEN] = CODE_FILE,
    [-GLIA_E_FORMAT] = CODE_FILE,
};

int code_of_status(glia_status status)
{
    size_t index = (size_t)-status;
    return index < sizeof code_by_status / sizeof *code_by_status ? code_by_status[index] : CODE_FAILED;
}

/* A sentence may quote a file's bytes: none of them may end the line or steer the terminal. */
static void replace_controls(char *text)
{
    for (; *text; text++)
        if ((unsigned char)*text < ' ' || *text == 127) *text = '?';
}

int fail(int code, const char *format, ...)
{
    char    sentence[2048];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(sentence, sizeof sentence, format, arguments);
    va_end(arguments);
    replace_controls(sentence);
    fprintf(stderr, "glia: %s\n", sentence);
    return code;
}

const char *data_name(const char *data)
{
    return strcmp(data, "-") == 0 ? "standard input" : data;
}

int fail_status(glia_status status)
{
    return fail(code_of_status(status), "%s", glia_error());
}

int flush_output(int code)
{
    bool failed = ferror(stdout) || fflush(stdout) != 0;
    clearerr(stdout);
    return failed ? fail(CODE_FAILED, "standard output could not be written") : code;
}

static void *or_end(void *memory)
{
    if (!memory) exit(fail(CODE_FAILED, "out of memory"));
    return memory;
}

void *claim(size_t count, size_t size)
{
    return or_end(calloc(count ? count : 1, size));
}

void grow(void *items, size_t count, size_t size)
{
    void **list = items;
    if ((count & (count - 1)) != 0) return; /* full only at 0, 1, 2, 4, 8 ... */
    *list = or_end(reallocarray(*list, count ? 2 * count : 1, size));
}

char *text_of_list(const char *format, va_list arguments)
{
    char *text = NULL;
    int   length = vasprintf(&text, format, arguments);
    return or_end(length < 0 ? NULL : text);
}

char *text_of(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    char *text = text_of_list(format, arguments);
    va_end(arguments);
    return text;
}
