/* Findings as sentences and as JSON lines. */
#include "findings.h"

#include "draw.h"
#include "json.h"

void findings_tell(FILE *to, const glia_finding *findings, size_t count)
{
    if (count == 0) fputs("the doctor finds nothing wrong\n", to);
    if (count > 0) fprintf(to, "the doctor finds %zu fault%s\n", count, count == 1 ? "" : "s, the worst first");
    for (size_t i = 0; i < count; i++)
        fprintf(to, "%2zu. %s: %s.\n    %s %s.\n", i + 1, findings[i].kind, findings[i].what, draw_utf8() ? "→" : "->",
                findings[i].cure);
}

void findings_print_json(const glia_finding *findings, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const glia_finding *f = &findings[i];
        json_t             *event = json_object();
        json_put_text(event, "event", "finding");
        json_put_text(event, "kind", f->kind);
        if (f->layer == GLIA_NO_LAYER)
            json_object_set_new(event, "layer", json_null());
        else
            json_put_count(event, "layer", f->layer);
        json_put_number(event, "severity", f->severity);
        json_put_number(event, "value", f->value);
        json_put_text(event, "what", f->what);
        json_put_text(event, "cure", f->cure);
        json_print(event);
    }
}
