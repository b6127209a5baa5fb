/* What the doctor found, as it is told: for `glia doctor` and `glia train --doctor`. */
#ifndef CLI_FINDINGS_H
#define CLI_FINDINGS_H

#include <stdio.h>

#include "glia.h"

/* Two sentences each, or one that says that nothing was found. */
void findings_tell(FILE *to, const glia_finding *findings, size_t count);
/* An object a line. */
void findings_print_json(const glia_finding *findings, size_t count);

#endif
