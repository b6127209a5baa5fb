/* What a run is asked for, as texts that are equal for runs that go the same way: what a checkpoint has to agree on
 * with the run that goes on from it. One table of them: an option that changes where a run goes has a line
 * here. Threads are none, and epochs are looked at apart. */
#include "ground/hash.h"
#include "train/checkpoint.h"

static void write_phrase(const glia__named *named, const glia__value *set, glia__string *text)
{
    glia__string_add(text, "%s", named->name);
    glia__phrase_print(text, named, set);
}

static void write_hash(uint64_t hash, glia__string *text)
{
    glia__string_add(text, "%016jx", (uintmax_t)hash);
}

static void write_limit(double limit, glia__string *text)
{
    if (limit > 0)
        glia__string_add_number(text, limit);
    else
        glia__string_add(text, "none");
}

static void write_net(const glia__run *r, glia__string *text)
{
    glia__string_add(text, "%s", r->m->net);
}

static void write_init_seed(const glia__run *r, glia__string *text)
{
    glia__string_add(text, "%u", r->m->seed);
}

static void write_loss(const glia__run *r, glia__string *text)
{
    write_phrase(&r->loss.asked->named, r->loss.set, text);
}

/* By its text: a schedule may have moved the settings of the rule since. */
static void write_optimizer(const glia__run *r, glia__string *text)
{
    glia__optim rule;
    if (glia__optim_parse(&rule, r->o.optimizer) == GLIA_OK) write_phrase(&rule.class->named, rule.set, text);
}

static void write_schedule(const glia__run *r, glia__string *text)
{
    write_phrase(&r->schedule.class->named, r->schedule.set, text);
}

static void write_batch(const glia__run *r, glia__string *text)
{
    glia__string_add(text, "%zu", r->batch);
}

static void write_accumulate(const glia__run *r, glia__string *text)
{
    glia__string_add(text, "%zu", r->o.accumulate);
}

static void write_shuffle(const glia__run *r, glia__string *text)
{
    glia__string_add(text, "%s", r->o.no_shuffle ? "no" : "yes");
}

static void write_seed(const glia__run *r, glia__string *text)
{
    glia__string_add(text, "%u", r->o.seed);
}

static void write_clip_norm(const glia__run *r, glia__string *text)
{
    write_limit(r->o.clip_norm, text);
}

static void write_clip_kind(const glia__run *r, glia__string *text)
{
    glia__string_add(text, "%s", r->o.clip_norm > 0 ? glia__norm_names[r->o.clip_kind] : "none");
}

static void write_clip_value(const glia__run *r, glia__string *text)
{
    write_limit(r->o.clip_value, text);
}

static void write_precision(const glia__run *r, glia__string *text)
{
    glia__string_add(text, "%s", glia__precision_names[r->o.precision]);
}

static void write_augment(const glia__run *r, glia__string *text)
{
    glia__string_add(text, "%s", r->o.augment ? r->o.augment : "none");
}

static void write_class_weight(const glia__run *r, glia__string *text)
{
    glia__string_add(text, "%s", r->o.class_weight ? r->o.class_weight : "none");
}

static void write_ema(const glia__run *r, glia__string *text)
{
    write_limit(r->o.ema, text);
}

static void write_swa(const glia__run *r, glia__string *text)
{
    glia__string_add(text, "%s", r->o.swa ? r->o.swa : "none");
}

static void write_patience(const glia__run *r, glia__string *text)
{
    glia__string_add(text, "%zu", r->o.patience);
}

static void write_monitor(const glia__run *r, glia__string *text)
{
    glia__string_add(text, "%s", r->metric->named.name);
}

static void write_min_delta(const glia__run *r, glia__string *text)
{
    glia__string_add_number(text, r->o.min_delta);
}

/* It decides nothing where nothing is validated. */
static void write_every(const glia__run *r, glia__string *text)
{
    glia__string_add(text, "%zu", r->validation ? r->o.val_every : 0);
}

static uint64_t hash_scaler(uint64_t hash, const glia__scaler *s)
{
    hash = glia__hash(hash, &(uint32_t){(uint32_t)s->how}, sizeof(uint32_t));
    hash = glia__hash(hash, s->shift, s->columns * sizeof *s->shift);
    return glia__hash(hash, s->scale, s->columns * sizeof *s->scale);
}

/* What fills gaps, and what words there are. */
static uint64_t hash_plan(const glia__plan *p)
{
    uint64_t hash = GLIA__HASH_START;
    for (size_t i = 0; p && i < p->count; i++) {
        const glia__plan_column *c = &p->column[i];
        hash = glia__hash(glia__hash_text(hash, c->name), c->stand_in, sizeof c->stand_in);
        hash = glia__hash(hash, (uint32_t[]){c->kind.which, (uint32_t)c->width}, 2 * sizeof(uint32_t));
        for (size_t k = 0; k < c->words.count; k++) hash = glia__hash_text(hash, c->words.text[k]);
    }
    return hash;
}

static void write_scaling(const glia__run *r, glia__string *text)
{
    const glia__scaler *inputs = r->rescale ? &r->scale : &r->m->scale;
    const glia__scaler *targets = r->rescale ? &r->target_scale : &r->m->target_scale;
    write_hash(hash_scaler(hash_scaler(hash_plan(r->m->plan), inputs), targets), text);
}

static void write_classes(const glia__run *r, glia__string *text)
{
    uint64_t hash = GLIA__HASH_START;
    for (size_t k = 0; k < r->m->n_classes; k++) hash = glia__hash_text(hash, r->m->class_names[k]);
    write_hash(hash, text);
}

static void write_size(const glia_data *d, glia__string *text)
{
    if (d)
        glia__string_add(text, "%zu rows of %zu numbers", d->rows, d->columns);
    else
        glia__string_add(text, "none");
}

static void write_train_rows(const glia__run *r, glia__string *text)
{
    write_size(r->train, text);
}

static void write_train_names(const glia__run *r, glia__string *text)
{
    write_hash(glia__data_names_hash(r->train), text);
}

static void write_train_values(const glia__run *r, glia__string *text)
{
    write_hash(r->train_hash, text);
}

static void write_validation_rows(const glia__run *r, glia__string *text)
{
    write_size(r->validation, text);
}

static void write_validation_values(const glia__run *r, glia__string *text)
{
    write_hash(r->validation_hash, text);
}

static const struct question {
    const char *key, *what; /* its name in the file, and for people; */
    const char *other;      /* what differs, where the text is nothing to be read; or NULL */
    void (*write)(const glia__run *r, glia__string *text);
} questions[] = {
    {"asked.net", "net", NULL, write_net},
    {"asked.init_seed", "seed of the first weights", NULL, write_init_seed},
    {"asked.loss", "loss", NULL, write_loss},
    {"asked.optimizer", "optimizer", NULL, write_optimizer},
    {"asked.schedule", "schedule", NULL, write_schedule},
    {"asked.batch", "batch", NULL, write_batch},
    {"asked.accumulate", "number of batches an update", NULL, write_accumulate},
    {"asked.shuffle", "shuffle", NULL, write_shuffle},
    {"asked.seed", "seed", NULL, write_seed},
    {"asked.clip_norm", "limit of the gradients' norm", NULL, write_clip_norm},
    {"asked.clip_kind", "kind of that norm", NULL, write_clip_kind},
    {"asked.clip_value", "limit of gradients", NULL, write_clip_value},
    {"asked.precision", "precision", NULL, write_precision},
    {"asked.augment", "augmentation", NULL, write_augment},
    {"asked.class_weight", "weighting of classes", NULL, write_class_weight},
    {"asked.ema", "moving average", NULL, write_ema},
    {"asked.swa", "start of averaging", NULL, write_swa},
    {"asked.patience", "patience", NULL, write_patience},
    {"asked.monitor", "watched metric", NULL, write_monitor},
    {"asked.min_delta", "least improvement", NULL, write_min_delta},
    {"asked.every", "number of epochs between validations", NULL, write_every},
    {"asked.train_rows", "training data", NULL, write_train_rows},
    {"asked.train_names", NULL, "the names of columns or classes are others", write_train_names},
    {"asked.train_values", NULL, "the values or weights of the training rows are others", write_train_values},
    {"asked.validation_rows", "validation data", NULL, write_validation_rows},
    {"asked.validation_values", NULL, "the values or weights of the validation rows are others",
     write_validation_values},
    {"asked.classes", NULL, "the classes of the model are others", write_classes},
    {"asked.scaling", NULL, "the scaling is another", write_scaling},
};
enum { QUESTIONS = sizeof questions / sizeof *questions };

size_t glia__asked_count(void)
{
    return QUESTIONS;
}

static glia_status answer(const glia__run *r, size_t i, char **text)
{
    glia__string s = {0};
    glia__string_add(&s, "%s", "");
    questions[i].write(r, &s);
    *text = glia__string_take(&s);
    return *text ? GLIA_OK : glia__fail(GLIA_E_MEMORY, "out of memory");
}

glia_status glia__asked_write(const glia__run *r, glia__meta *meta, size_t *metas)
{
    for (size_t i = 0; i < QUESTIONS; i++) {
        char *text;
        GLIA_TRY(answer(r, i, &text));
        meta[(*metas)++] = (glia__meta){questions[i].key, text};
    }
    return GLIA_OK;
}

static void tell_difference(const struct question *q, const char *was, const char *is, glia__string *differ)
{
    glia__string_add(differ, "%s", differ->length ? "; " : "");
    if (q->other)
        glia__string_add(differ, "%s", q->other);
    else
        glia__string_add(differ, "its %s is %.200s, not %.200s", q->what, was, is);
}

/* The net and the sizes of the data say more than what follows from them: values are only compared where they agree. */
static glia_status compare(const glia__run *r, const glia__tensors *t, glia__string *differ)
{
    for (size_t i = 0; i < QUESTIONS; i++) {
        const char *was = glia__tensors_meta(t, questions[i].key);
        char       *is;
        if (!was) return glia__fail(GLIA_E_FORMAT, "%s: missing", questions[i].key);
        if (questions[i].other && differ->length) continue;
        GLIA_TRY(answer(r, i, &is));
        if (strcmp(was, is) != 0) tell_difference(&questions[i], was, is, differ);
        glia__free(is);
    }
    return GLIA_OK;
}

glia_status glia__asked_check(const glia__run *r, const glia__tensors *t)
{
    glia__string differ = {0};
    glia_status  status = compare(r, t, &differ);
    if (!status && differ.failed) status = glia__fail(GLIA_E_MEMORY, "out of memory");
    if (!status && differ.length) status = glia__fail(GLIA_E_ARG, "is of another run: %s", differ.text);
    glia__string_clear(&differ);
    return status;
}
