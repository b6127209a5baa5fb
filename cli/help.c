/* --help for the program and for each command, printed from the tables. */
#include "help.h"

#include <stdio.h>
#include <string.h>

#include "report.h"

#define LINE 100 /* columns */

const help_term help_terms[] = {
    {"DATA",
     "a CSV (comma, semicolon or tab), IDX or NumPy .npy file, gzipped or not; the FILE of `glia data --convert FILE`; "
     "`-`, standard input; INPUTS,TARGETS as two files of IDX or .npy; a .npz with x and y, or in two parts with "
     "x_train, y_train, x_test and y_test; a PNG, JPEG, PBM, PGM or PPM image, or a folder of them, CLASS/a.png or "
     "train/CLASS/a.png and test/CLASS/a.png; a folder with MNIST's four files, which has two parts; a generator such "
     "as \"spiral n=100 classes=3\" (see `glia generators`); DATA:train or DATA:test for one part; DATA+DATA for the "
     "rows of both"},
    {"MODEL", "a .safetensors file that `glia train --out` wrote"},
    {NULL, NULL},
};

/* Prints `text` broken between words so that it ends before column LINE; the first line begins at column `at`. */
static void print_wrapped(const char *text, size_t indent, size_t at)
{
    while (*text) {
        size_t word = strcspn(text, " ");
        if (at > indent && at + 1 + word > LINE) {
            printf("\n%*s", (int)indent, "");
            at = indent;
        } else if (at > indent) {
            putchar(' ');
            at++;
        }
        printf("%.*s", (int)word, text);
        at += word;
        text += word + (text[word] == ' ');
    }
    putchar('\n');
}

static void print_term(const char *head, const char *text, size_t width)
{
    printf("  %-*s  ", (int)width, head);
    print_wrapped(text, width + 4, width + 4);
}

void help_option_head(const option *o, char *text, size_t size)
{
    snprintf(text, size, "--%s%s%s", o->name, o->value ? " " : "", o->value ? o->value : "");
}

static void print_option(const option *o)
{
    char head[64], text[512];
    help_option_head(o, head, sizeof head);
    snprintf(text, sizeof text, "%s%s%s%s", o->help, o->standard ? " (default " : "", o->standard ? o->standard : "",
             o->standard ? ")" : "");
    print_term(head, text, 19);
}

static void print_options(const option *table)
{
    puts("\nOptions");
    for (const option *o = table; o->name; o++) print_option(o);
    print_option(&(option){.name = "help", .help = "print this"});
}

static void print_exit_codes(void)
{
    puts("\nExit codes");
    for (size_t i = 0; i < CODES; i++) {
        char code[8];
        snprintf(code, sizeof code, "%d", exit_codes[i].code);
        print_term(code, exit_codes[i].meaning, 3);
    }
}

static void print_terms(const char *words)
{
    if (*words) putchar('\n');
    for (const help_term *t = help_terms; t->word; t++)
        if (!words || strstr(words, t->word)) print_term(t->word, t->meaning, 5);
}

void help_command(const command *self)
{
    printf("glia %s%s%s [options]\n\n", self->name, *self->words ? " " : "", self->words);
    print_wrapped(self->about ? self->about : self->summary, 0, 0);
    print_terms(self->words);
    print_options(self->options);
    puts("\nExamples");
    for (const char *const *example = self->examples; *example; example++) printf("  %s\n", *example);
    print_exit_codes();
}

void help_all(void)
{
    puts("glia: neural networks, from data to a trained, judged, saved network\n\n"
         "glia COMMAND [arguments] [options]\n\nCommands");
    for (size_t i = 0; i < commands_count; i++) print_term(commands[i]->name, commands[i]->summary, 12);
    puts("\nExamples");
    for (size_t i = 0; i < commands_count && i < 5; i++) printf("  %s\n", commands[i]->examples[0]);
    print_exit_codes();
    puts("\n`glia COMMAND --help` says more of each; `glia --version` prints the version.\n"
         "Results go to standard output, what is said to people to standard error.");
}
