/* The commands that list what there is, by glia_list. */
#ifndef CLI_LIST_H
#define CLI_LIST_H

#include "options.h"

#define LIST_COMMANDS (GLIA_LIST_KINDS + 1)
extern const command list_commands[LIST_COMMANDS];

#endif
