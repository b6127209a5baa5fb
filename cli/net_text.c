/* Net texts, as far as the program looks into them: the library reads them. */
#include "net_text.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "report.h"

#define NET_MOST (1 << 20) /* bytes */

static int read_file(const char *path, char **text)
{
    FILE  *file = fopen(path, "rb");
    char  *bytes = claim(NET_MOST + 2, 1);
    size_t length = file ? fread(bytes, 1, NET_MOST + 1, file) : 0;
    bool   failed = !file || ferror(file);
    if (file) fclose(file);
    *text = bytes;
    if (failed) return fail(CODE_FILE, "%s: cannot be read", path);
    if (length > NET_MOST || memchr(bytes, '\0', length)) return fail(CODE_FILE, "%s: is not the text of a net", path);
    return CODE_FINE;
}

static bool ends_with(const char *text, const char *end)
{
    size_t length = strlen(text), tail = strlen(end);
    return length >= tail && strcmp(text + length - tail, end) == 0;
}

/* Whether a text that names no file was meant to: no net of one layer has a slash or ends so. */
static bool seems_a_path(const char *text)
{
    return !strpbrk(text, ",#\n") && (strchr(text, '/') || ends_with(text, ".txt") || ends_with(text, ".net"));
}

int net_text_read(const char *argument, char **text)
{
    struct stat at;
    if (stat(argument, &at) == 0) {
        if (S_ISREG(at.st_mode)) return read_file(argument, text);
        return fail(CODE_FILE, "--net %s: is %s", argument, S_ISDIR(at.st_mode) ? "a folder" : "not a regular file");
    }
    if (seems_a_path(argument)) return fail(CODE_FILE, "--net %s: cannot be opened: %s", argument, strerror(errno));
    *text = text_of("%s", argument);
    return CODE_FINE;
}

const char *net_text_last_layer(const char *net, size_t *length)
{
    const char *last = "";
    *length = 0;
    while (*net) {
        net += strspn(net, " \t\r\n,");
        size_t word = strcspn(net, " \t\r\n,#");
        if (word) last = net, *length = word;
        net += strcspn(net, ",#\n");
        if (*net == '#') net += strcspn(net, "\n");
    }
    return last;
}
