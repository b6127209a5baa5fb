/* glia, the program: finds the command, runs it, and ends with its exit code. It stands on glia.h alone. */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "help.h"
#include "list.h"
#include "options.h"
#include "report.h"

const command *const commands[] = {
    &train_command,
    &eval_command,
    &predict_command,
    &show_command,
    &doctor_command,
    &data_command,
    &check_command,
    &trace_command,
    &list_commands[GLIA_LIST_LAYERS],
    &list_commands[GLIA_LIST_LOSSES],
    &list_commands[GLIA_LIST_OPTIMIZERS],
    &list_commands[GLIA_LIST_SCHEDULES],
    &list_commands[GLIA_LIST_INITIALIZERS],
    &list_commands[GLIA_LIST_GENERATORS],
    &list_commands[GLIA_LIST_SCALES],
    &list_commands[GLIA_LIST_AUGMENTATIONS],
    &list_commands[GLIA_LIST_METRICS],
    &list_commands[GLIA_LIST_KINDS],
    &man_command,
};
const size_t commands_count = sizeof commands / sizeof *commands;

const command *command_find(const char *name)
{
    for (size_t i = 0; i < commands_count; i++)
        if (strcmp(commands[i]->name, name) == 0) return commands[i];
    return NULL;
}

static const char *command_name(const void *list, size_t i)
{
    return ((const command *const *)list)[i]->name;
}

static int fail_command(const char *name)
{
    const char *near = nearest_name(name, command_name, commands, commands_count);
    if (near) return fail(CODE_ARGUMENT, "there is no command \"%s\"; did you mean %s?", name, near);
    return fail(CODE_ARGUMENT, "there is no command \"%s\"; `glia --help` lists them", name);
}

static int print_help(const char *name)
{
    const command *asked = name ? command_find(name) : NULL;
    if (name && !asked) return fail_command(name);
    if (asked)
        help_command(asked);
    else
        help_all();
    return CODE_FINE;
}

static bool is_one_of(const char *word, const char *a, const char *b, const char *c)
{
    return strcmp(word, a) == 0 || strcmp(word, b) == 0 || strcmp(word, c) == 0;
}

static int run(int argc, char **argv)
{
    if (argc < 2 || is_one_of(argv[1], "help", "--help", "-h")) return print_help(argc > 2 ? argv[2] : NULL);
    if (is_one_of(argv[1], "version", "--version", "-V")) {
        printf("glia %s (%s)\n", glia_version(), glia_kernels());
        return CODE_FINE;
    }
    const command *self = command_find(argv[1]);
    return self ? self->run(self, argc - 2, argv + 2) : fail_command(argv[1]);
}

/* A file that may not grow any more is an error of writing, with a sentence, and not the end of the program. */
int main(int argc, char **argv)
{
    signal(SIGXFSZ, SIG_IGN);
    return flush_output(run(argc, argv));
}
