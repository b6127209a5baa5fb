/* The plan of a table's columns as a text in a model file: docs/files.md. */
#ifndef GLIA_FILES_PLAN_FILE_H
#define GLIA_FILES_PLAN_FILE_H

#include "data/plan.h"

/* Adds it to `text`. GLIA_E_WRITE if a name is not UTF-8, GLIA_E_MEMORY. */
glia_status glia__plan_write(const glia__plan *plan, glia__string *text);
/* *plan is the caller's. GLIA_E_FORMAT says what is wrong, GLIA_E_MEMORY. */
glia_status glia__plan_read(const char *text, glia__plan **plan);

#endif
