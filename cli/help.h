/* Help, from the tables of the commands. */
#ifndef CLI_HELP_H
#define CLI_HELP_H

#include "options.h"

void help_all(void);
void help_command(const command *self);
/* `--epochs N`, as help and man page show it. */
void help_option_head(const option *o, char *text, size_t size);
/* What DATA, MODEL and the texts mean: a word and its lines, ending with a NULL word. */
typedef struct help_term {
    const char *word, *meaning;
} help_term;
extern const help_term help_terms[];

#endif
