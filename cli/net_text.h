/* A net given on the command line. */
#ifndef CLI_NET_TEXT_H
#define CLI_NET_TEXT_H

#include <stddef.h>

/* `argument` names a file if there is one or it looks like the name of one, and is the net's text otherwise. *text is
 * the caller's (free).
 * Returns an exit code after a sentence. */
int net_text_read(const char *argument, char **text);

/* The first word of the last layer, and its length (0 if there is none). */
const char *net_text_last_layer(const char *net, size_t *length);

#endif
