/* Net texts, as far as the program looks into them: the library reads them. */
#include "net_text.h"

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

int net_text_read(const char *argument, char **text)
{
    struct stat at;
    if (stat(argument, &at) == 0 && S_ISREG(at.st_mode)) return read_file(argument, text);
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
