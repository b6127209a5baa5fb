/* Pieces of sentences: numbers and names, as people read them. */
#ifndef GLIA_GROUND_SAY_H
#define GLIA_GROUND_SAY_H

#include <stdio.h>

#include "ground/status.h"

/* Each writes into `text` and returns it; the macros give it room that lives as long as the block they stand in. */
#define SAY(text, ...) snprintf(text, sizeof(text), __VA_ARGS__)
/* The same behind its first n characters; returns how many more there are. */
#define SAY_ON(text, n, ...) snprintf((text) + (n), sizeof(text) - (n), __VA_ARGS__)
#define DIGITS(value) glia__say_number((char[32]){0}, value)
#define PERCENT(share) DIGITS(100 * (share))
#define CUT(name) glia__say_name((char[64]){0}, name)
const char *glia__say_number(char text[32], double value);   /* three digits, the same in every locale */
const char *glia__say_name(char text[64], const char *name); /* a user's, cut between characters */

#endif
