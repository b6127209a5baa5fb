/* A plan in words: what `glia show` tells of each column. */
#include <math.h>
#include <stdio.h>

#include "data/date.h"
#include "data/plan.h"

/* What stands in for a gap, as a person would write it. */
static void add_stand_in(const glia__plan_column *c, glia__string *text)
{
    if (c->kind.hash)
        glia__string_add(text, "the most frequent place");
    else if (glia__kind_is_words(&c->kind))
        glia__string_add(text, "\"%.60s\"",
                         c->stand_in[0] < (double)c->words.count ? c->words.text[(size_t)c->stand_in[0]] : "(other)");
    else
        glia__kind_text(&c->kind, c->stand_in, text);
}

static void add_words(const glia__plan_column *c, glia__string *text)
{
    enum { LISTED = 8 };
    glia__string_add(text, c->kind.which == GLIA_KIND_ORDINAL ? "0 to %zu: " : "%zu word%s: ",
                     c->words.count - (c->kind.which == GLIA_KIND_ORDINAL), c->words.count == 1 ? "" : "s");
    for (size_t i = 0; i < c->words.count && i < LISTED; i++)
        glia__string_add(text, "%s%.24s", i ? ", " : "", c->words.text[i]);
    if (c->words.count > LISTED) glia__string_add(text, ", ...");
    if (c->other) glia__string_add(text, "; a place for rare and unknown ones");
}

static void add_what(const glia__plan_column *c, glia__string *text)
{
    if (c->kind.hash) {
        glia__string_add(text, "words in %zu places, by their hash", c->kind.hash);
    } else if (glia__kind_is_words(&c->kind)) {
        add_words(c, text);
    } else if (c->kind.which == GLIA_KIND_NUMBER || c->kind.which == GLIA_KIND_YESNO) {
        glia__string_add(text, c->kind.which == GLIA_KIND_NUMBER ? "as it is" : "yes is 1, no is 0");
    } else if (c->kind.which == GLIA_KIND_TIME) {
        glia__string_add(text, "its place in the day");
    } else {
        char day[32];
        glia__date_text(c->origin, day);
        glia__string_add(text, "days since %s, season, day of the week, day of the month%s", day,
                         c->kind.which == GLIA_KIND_DATETIME ? ", place in the day" : "");
    }
}

void glia__plan_tell(const glia__plan_column *c, size_t rows, char *what, size_t size)
{
    glia__string text = {0};
    add_what(c, &text);
    glia__string_add(&text, "; ");
    if (c->missing) glia__string_add(&text, "%zu of %zu were missing: ", c->missing, rows);
    glia__string_add(&text, "a gap becomes ");
    add_stand_in(c, &text);
    if (c->gap) glia__string_add(&text, ", and an input says so");
    snprintf(what, size, "%s", text.failed ? "" : text.text);
    glia__string_clear(&text);
}
