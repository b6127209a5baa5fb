/* How far a run is, in a checkpoint: one table of the numbers that it keeps beside its blocks, and the rows of its
 * history. Whatever is added to a run that outlives an epoch is added here. */
#include <math.h>
#include <stddef.h>

#include "train/checkpoint.h"

#define FIELD(name, type, of)                                                                                          \
    {                                                                                                                  \
        "state." name, type, offsetof(glia__run, of), sizeof(((glia__run *)0)->of)                                     \
    }

static const struct field {
    const char *key;
    enum { COUNT, NUMBER, YESNO, REASON } type;
    size_t offset, size; /* an array of NUMBER is larger than one */
} fields[] = {
    FIELD("steps", COUNT, rule.steps),
    FIELD("optimizer", NUMBER, rule.memory),
    FIELD("schedule", NUMBER, schedule.state),
    FIELD("best_epoch", COUNT, best_epoch),
    FIELD("best_value", NUMBER, best_value),
    FIELD("ended", REASON, ended),
    FIELD("averaged", COUNT, averaged),
    FIELD("random_next", COUNT, dawn.next),
    FIELD("random_waiting", YESNO, dawn.waiting),
    FIELD("random_normal", NUMBER, dawn.normal),
    /* of the epoch under way */
    FIELD("batches", COUNT, at),
    FIELD("samples", COUNT, epoch.samples),
    FIELD("hits", COUNT, hits),
    FIELD("judged", COUNT, judged),
    FIELD("loss_sum", NUMBER, loss_sum),
    FIELD("weight", NUMBER, weight),
    FIELD("learning_rate", NUMBER, epoch.learning_rate),
    FIELD("seconds", NUMBER, epoch.seconds),
};
enum { FIELDS = sizeof fields / sizeof *fields };

size_t glia__state_count(void)
{
    return FIELDS;
}

/* ---- out --------------------------------------------------------------------------------------------------------- */

static void write_field(const struct field *f, const char *from, glia__string *text)
{
    if (f->type == COUNT) glia__string_add(text, "%zu", *(const size_t *)from);
    if (f->type == YESNO) glia__string_add(text, "%s", *(const bool *)from ? "yes" : "no");
    if (f->type == REASON) glia__string_add(text, "%s", *(const char *const *)from ? *(const char *const *)from : "no");
    for (size_t i = 0; f->type == NUMBER && i < f->size / sizeof(double); i++) {
        if (i) glia__string_add(text, " ");
        glia__string_add_number(text, ((const double *)from)[i]);
    }
}

glia_status glia__state_write(const glia__run *r, glia__meta *meta, size_t *metas)
{
    for (size_t i = 0; i < FIELDS; i++) {
        glia__string text = {0};
        write_field(&fields[i], (const char *)r + fields[i].offset, &text);
        char *value = glia__string_take(&text);
        if (!value) return glia__fail(GLIA_E_MEMORY, "out of memory");
        meta[(*metas)++] = (glia__meta){fields[i].key, value};
    }
    return GLIA_OK;
}

/* ---- in ---------------------------------------------------------------------------------------------------------- */

static bool read_count(const char *text, size_t *count)
{
    const char *at = text;
    return glia__digits_read(&at, NULL, count) && at > text && !*at;
}

static bool read_yesno(const char *text, bool *yes)
{
    *yes = strcmp(text, "yes") == 0;
    return *yes || strcmp(text, "no") == 0;
}

/* Why a run has ended before its epochs, as glia_model_stopped tells it. */
static bool read_reason(const char *text, const char **reason)
{
    static const char *const reasons[] = {"patience", "gradient", "step"};
    *reason = NULL;
    for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++)
        if (strcmp(text, reasons[i]) == 0) *reason = reasons[i];
    return *reason || strcmp(text, "no") == 0;
}

static bool read_numbers(const char *text, double *numbers, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const char *end = glia_number_read(text, &numbers[i]);
        if (end == text || *end != (i + 1 < count ? ' ' : '\0')) return false;
        text = end + 1;
    }
    return true;
}

static bool read_field(const struct field *f, const char *text, char *to)
{
    if (f->type == COUNT) return read_count(text, (size_t *)to);
    if (f->type == YESNO) return read_yesno(text, (bool *)to);
    if (f->type == REASON) return read_reason(text, (const char **)to);
    return read_numbers(text, (double *)to, f->size / sizeof(double));
}

/* How far an epoch can be: at an update, with the rows up to there seen; or whole, with all seen once or, by a rule
 * that works on all at once, several times. */
static bool check_place(const glia__run *r)
{
    size_t rows = r->train->rows, seen = r->at < r->batches ? r->at * r->batch : rows;
    if (r->at > r->batches || r->judged > seen || r->hits > r->judged) return false;
    if (r->rule.class->whole) return r->epoch.samples % rows == 0 && (r->epoch.samples ? r->at == r->batches : !r->at);
    return r->epoch.samples == seen && (r->at == r->batches || r->at % r->o.accumulate == 0);
}

/* Numbers that no run can have would lead out of its arrays. */
static glia_status check(const glia__run *r)
{
    if (!check_place(r))
        return glia__fail(GLIA_E_FORMAT, "state: %zu batches, %zu rows and %zu hits in an epoch of %zu and %zu", r->at,
                          r->epoch.samples, r->hits, r->batches, r->train->rows);
    if (r->dawn.next > GLIA__RNG_WORDS)
        return glia__fail(GLIA_E_FORMAT, "state: random_next %zu cannot be", r->dawn.next);
    if (r->best_epoch >= r->epoch.epoch || (r->best_epoch && !r->best))
        return glia__fail(GLIA_E_FORMAT, "state: best_epoch %zu cannot be", r->best_epoch);
    if (r->averaged && !r->average)
        return glia__fail(GLIA_E_FORMAT, "state: an average of %zu, and none is asked for", r->averaged);
    if (r->rule.class->whole && !glia__lbfgs_remembers(&r->rule))
        return glia__fail(GLIA_E_FORMAT, "state: the optimizer cannot remember that many steps");
    return GLIA_OK;
}

glia_status glia__state_read(glia__run *r, const glia__tensors *t)
{
    for (size_t i = 0; i < FIELDS; i++) {
        const char *text = glia__tensors_meta(t, fields[i].key);
        if (!text) return glia__fail(GLIA_E_FORMAT, "%s: missing", fields[i].key);
        if (!read_field(&fields[i], text, (char *)r + fields[i].offset))
            return glia__fail(GLIA_E_FORMAT, "%s: \"%.40s\" cannot be", fields[i].key, text);
    }
    return check(r);
}

/* ---- history ----------------------------------------------------------------------------------------------------- */

void glia__epoch_write(const glia_epoch *e, double numbers[GLIA__EPOCH_NUMBERS])
{
    const double row[GLIA__EPOCH_NUMBERS] = {e->loss,         e->accuracy,        e->val_loss,
                                             e->val_accuracy, e->val_r2,          e->learning_rate,
                                             e->seconds,      (double)e->samples, e->watched};
    memcpy(numbers, row, sizeof row);
}

glia_status glia__epoch_read(glia_epoch *e, const double numbers[GLIA__EPOCH_NUMBERS], size_t rows, bool whole)
{
    double samples = numbers[7];
    if (!(samples >= 0 && samples < 9e15) || samples != floor(samples) || (!whole && samples > (double)rows))
        return glia__fail(GLIA_E_FORMAT, "history: an epoch cannot have seen that many rows");
    e->loss = numbers[0], e->accuracy = numbers[1];
    e->val_loss = numbers[2], e->val_accuracy = numbers[3], e->val_r2 = numbers[4];
    e->learning_rate = numbers[5], e->seconds = numbers[6];
    e->samples = (size_t)samples;
    e->watched = numbers[8];
    return GLIA_OK;
}
