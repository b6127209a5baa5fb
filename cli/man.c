/* glia man: the manual page, in roff, from the same tables as --help. */
#include <stdio.h>

#include "help.h"
#include "report.h"

/* Characters that roff would read as its own; a dot only begins a command at the start of a line. */
static void print_roff(const char *text)
{
    static const char *const escape[128] = {['-'] = "\\-", ['\\'] = "\\e", ['\''] = "\\(aq"};
    if (*text == '.') fputs("\\&", stdout);
    for (const char *c = text; *c; c++) {
        const char *other = (unsigned char)*c < 128 ? escape[(unsigned char)*c] : NULL;
        if (other)
            fputs(other, stdout);
        else
            putchar(*c);
    }
}

/* .TP: `head` in bold, then the text, then in brackets the default. */
static void print_item(const char *head, const char *text, const char *standard)
{
    fputs(".TP\n.B ", stdout);
    print_roff(head);
    putchar('\n');
    print_roff(text);
    if (standard) fputs(" (default ", stdout), print_roff(standard), putchar(')');
    putchar('\n');
}

static void print_command(const command *c)
{
    char head[64];
    printf(".SS glia %s %s\n", c->name, c->words);
    print_roff(c->about ? c->about : c->summary);
    putchar('\n');
    for (const option *o = c->options; o->name; o++) {
        help_option_head(o, head, sizeof head);
        print_item(head, o->help, o->standard);
    }
    puts(".PP\n.nf");
    for (const char *const *example = c->examples; *example; example++) print_roff(*example), putchar('\n');
    puts(".fi");
}

static void print_exit_codes(void)
{
    puts(".SH EXIT STATUS");
    for (size_t i = 0; i < CODES; i++) {
        char code[8];
        snprintf(code, sizeof code, "%d", exit_codes[i].code);
        print_item(code, exit_codes[i].meaning, NULL);
    }
}

static int run_man(const command *self, int argc, char **argv)
{
    const char *words[WORDS_MOST];
    int         code;
    if (!options_read(self, argc, argv, NULL, words, &code)) return code;
    printf(".TH GLIA 1 \"\" \"glia %s\"\n", GLIA_VERSION);
    puts(".SH NAME\nglia \\- neural networks, from data to a trained, judged, saved network");
    puts(".SH SYNOPSIS\n.B glia\n.I COMMAND\n[arguments] [options]\n.SH DESCRIPTION");
    for (const help_term *t = help_terms; t->word; t++) print_item(t->word, t->meaning, NULL);
    puts(".SH COMMANDS");
    for (size_t i = 0; i < commands_count; i++) print_command(commands[i]);
    print_exit_codes();
    return CODE_FINE;
}

static const option      man_table[] = {{0}};
static const char *const examples[] = {"glia man > glia.1", NULL};
const command            man_command = {
               .name = "man",
               .words = "",
               .summary = "print the manual page, for man",
               .options = man_table,
               .examples = examples,
               .run = run_man,
};
