/* glia check: are the gradients of a net right? */
#include <stdio.h>
#include <stdlib.h>

#include "json.h"
#include "net_text.h"
#include "options.h"
#include "report.h"

typedef struct check_options {
    const char *net, *loss;
    size_t      seed;
    bool        json;
} check_options;

static bool passes(const glia_gradcheck_result *r)
{
    return r->checked > 0 && !r->all_zero && r->worst <= r->tolerance;
}

static void print_json(const glia_gradcheck_result *r)
{
    json_t *object = json_object();
    json_object_set_new(object, "pass", json_boolean(passes(r)));
    json_put_number(object, "worst", r->worst);
    json_put_text(object, "where", r->where);
    json_put_number(object, "tolerance", r->tolerance);
    json_put_count(object, "checked", r->checked);
    json_object_set_new(object, "all_zero", json_boolean(r->all_zero));
    json_print(object);
}

static void print_text(const glia_gradcheck_result *r)
{
    printf("%s: %zu derivatives compared, the worst differs by %.2e%s%s (at most %.0e is fine)\n",
           passes(r) ? "pass" : "FAIL", r->checked, r->worst, *r->where ? " at " : "", r->where, r->tolerance);
    if (r->all_zero) puts("the gradient of a tensor is zero everywhere, so that nothing was compared there");
}

static int run_check(const command *self, int argc, char **argv)
{
    check_options         o = {0};
    glia_gradcheck_result result;
    const char           *words[WORDS_MOST];
    char                 *net = NULL;
    int                   code;
    if (!options_read(self, argc, argv, &o, words, &code)) return code;
    if (!o.net) return fail(CODE_ARGUMENT, "check: --net TEXT is missing");
    code = net_text_read(o.net, &net);
    if (code == CODE_FINE) {
        glia_status status = glia_gradcheck(net, o.loss, (uint32_t)o.seed, &result);
        if (status)
            code = fail_status(status);
        else
            (o.json ? print_json : print_text)(&result);
        if (!status && !passes(&result)) code = CODE_FAILED;
    }
    free(net);
    return code;
}

#define AT(field) offsetof(check_options, field)
static const option check_table[] = {
    {"net", OPTION_TEXT, AT(net), "TEXT", NULL, 0, 0,
     "the net as text, or a file that holds it; it may leave out the input layer"},
    {"loss", OPTION_TEXT, AT(loss), "TEXT", NULL, 0, 0, "the loss; see `glia losses` (default: by the last layer)"},
    {"seed", OPTION_WHOLE, AT(seed), "N", "0", 0, 4294967295.0, "of the inputs, targets and weights"},
    {"json", OPTION_FLAG, AT(json), NULL, NULL, 0, 0, "print one JSON object"},
    {0},
};
static const char *const examples[] = {
    "glia check --net \"input 5, dense 4, tanh, dense 3, softmax\"",
    "glia check --net \"input 6, dense 3, gelu\" --loss huber --seed 7",
    NULL,
};
const command check_command = {
    .name = "check",
    .words = "",
    .summary = "compare the gradients of a net with differences of its loss",
    .about =
        "Compares every derivative of a net, at random inputs, targets and weights, with central differences. Exit "
        "code 1 if one is too far off.",
    .options = check_table,
    .examples = examples,
    .least = 0,
    .most = 0,
    .run = run_check,
};
