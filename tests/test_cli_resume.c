/* glia train --checkpoint and --resume, by real processes: a run that is killed (SIGKILL) in the middle of an epoch and
 * goes on in another process, with another number of threads, saves the same bytes as one that was left alone. */
#include <signal.h>
#include <time.h>

#include "glia.h"
#include "process.h"

/* ---- bytes ------------------------------------------------------------------------------------------------------- */

static bool same_bytes(const char *a, const char *b)
{
    FILE *x = fopen(a, "rb"), *y = fopen(b, "rb");
    int   c, d;
    assert_non_null(x);
    assert_non_null(y);
    do c = getc(x), d = getc(y);
    while (c == d && c != EOF);
    fclose(x);
    fclose(y);
    return c == d;
}

/* ---- a run that is killed ---------------------------------------------------------------------------------------- */

#define ARGUMENTS_MOST 48
typedef struct line {
    const char *word[ARGUMENTS_MOST];
    size_t      count;
} line;

static void add(line *l, const char *const *words)
{
    for (; *words; words++) {
        assert_true(l->count + 1 < ARGUMENTS_MOST);
        l->word[l->count++] = *words;
    }
    l->word[l->count] = NULL;
}
#define ADD(l, ...) add(l, (const char *const[]){__VA_ARGS__, NULL})

/* The same for every run: what is trained, and how. */
static line command(const char *const *words)
{
    line l = {0};
    ADD(&l, "glia", "train");
    add(&l, words);
    ADD(&l, "--epochs", "10", "--json", "--quiet");
    return l;
}

static void nap(long milliseconds)
{
    nanosleep(&(struct timespec){.tv_nsec = milliseconds * 1000000}, NULL);
}

/* Ends it some milliseconds after it told of its fourth epoch. */
static void kill_within_an_epoch(const line *l, long milliseconds)
{
    char text[4096];
    int  ends[2], none = open("/dev/null", O_RDWR);
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) become(l->word, none, ends[1], none);
    close(ends[1]);
    close(none);
    FILE *out = fdopen(ends[0], "r");
    for (int i = 0; i < 5; i++) assert_non_null(fgets(text, sizeof text, out)); /* the start, four epochs */
    nap(milliseconds);
    assert_int_equal(kill(child, SIGKILL), 0);
    assert_int_equal(wait_for(child), 128 + SIGKILL);
    fclose(out);
}

static double epochs_behind(const char *out)
{
    events e = events_of(out);
    double behind = number_at(e.event[0], "resumed");
    release_events(&e);
    return behind;
}

static void expect_same_after_a_kill(const char *const *words, long milliseconds)
{
    line whole = command(words), killed = command(words), rest = command(words);
    ADD(&whole, "--threads", "1", "--out", "whole.safetensors");
    ADD(&killed, "--threads", "2", "--out", "never.safetensors", "--checkpoint", "run.checkpoint");
    ADD(&rest, "--threads", "3", "--out", "parts.safetensors", "--checkpoint", "run.checkpoint", "--resume",
        "run.checkpoint");
    expect(0, NULL, "", whole.word);
    kill_within_an_epoch(&killed, milliseconds);
    assert_false(exists("never.safetensors"));
    result r = run_redirected(NULL, NULL, rest.word);
    if (r.code != 0) fail_msg("%s: %s", words[2], r.err);
    double behind = epochs_behind(r.out);
    if (behind < 3 || behind > 9) /* with --every 3 the fourth is not kept */
        fail_msg("%s: resumed after epoch %g", words[2], behind);
    if (!same_bytes("whole.safetensors", "parts.safetensors")) fail_msg("%s: the models differ", words[2]);
    release(&r);
    assert_true(remove("whole.safetensors") == 0 && remove("parts.safetensors") == 0);
}

#define DATA "moons n=3000 noise=0.2"
#define NET "dense 24, tanh, dense 8, relu, dense 2, softmax"

#define DIGITS GLIA_TEST_DATA "/../data/digits.csv.gz"

/* With chance in it, but for lbfgs, which takes all rows at once and minimises one function. */
static void every_optimizer_survives_a_kill(void **state)
{
    (void)state;
    glia_entry entry;
    for (size_t i = 0; glia_list_entry(GLIA_LIST_OPTIMIZERS, i, &entry); i++) {
        const char *const whole[] = {DATA, "--optimizer", entry.name, "--net", NET, "--batch", "full", NULL};
        const char *const batches[] = {DIGITS,
                                       "--optimizer",
                                       entry.name,
                                       "--net",
                                       "input 1x8x8, flatten, dense 24, relu, dropout 0.2, dense 10, softmax",
                                       "--augment",
                                       "shift 1, noise 0.05",
                                       "--batch",
                                       "8",
                                       NULL};
        if (strcmp(entry.name, "lbfgs") == 0)
            expect_same_after_a_kill(whole, 0);
        else
            expect_same_after_a_kill(batches, (long)(3 + 5 * (i % 4)));
    }
}

static void every_option_survives_a_kill(void **state)
{
    (void)state;
#define OPTIONS(...)                                                                                                   \
    {                                                                                                                  \
        DATA, "--batch", "8", __VA_ARGS__, NULL                                                                        \
    }
    static const char *const runs[][16] = {
        OPTIONS("--net", NET, "--ema", "0.99", "--schedule", "cosine warmup=10%"),
        OPTIONS("--net", NET, "--swa", "50%", "--optimizer", "sgd lr=0.1 momentum=0.9"),
        OPTIONS("--net", NET, "--patience", "8", "--monitor", "val_accuracy", "--every", "3"),
        OPTIONS("--net", NET, "--accumulate", "5", "--clip-norm", "0.5", "--seed", "7"),
        OPTIONS("--net", "dense 24, batchnorm, relu, dense 2, softmax"),
        OPTIONS("--net", "dense 32, relu, dropout 0.3, dense 16, dropout 0.2, relu, dense 2, softmax"),
    };
    for (size_t i = 0; i < sizeof runs / sizeof *runs; i++) expect_same_after_a_kill(runs[i], (long)(4 * i));
    static const char *const images[] = {
        DIGITS,
        "--net",
        "input 1x8x8, conv 4 3x3 pad=same, batchnorm, relu, dropout 0.1, flatten, dense 10, softmax",
        "--augment",
        "shift 1, rotate 10, noise 0.05",
        "--ema",
        "0.9",
        NULL};
    expect_same_after_a_kill(images, 20);
}

/* Killed again and again, until it is done. */
static void one_run_survives_many_kills(void **state)
{
    (void)state;
    static const char *const words[] = {DATA, "--net", NET, "--batch", "8", NULL};
    line                     whole = command(words), part = command(words);
    ADD(&whole, "--out", "whole.safetensors");
    ADD(&part, "--out", "parts.safetensors", "--checkpoint", "many.checkpoint");
    expect(0, NULL, "", whole.word);
    kill_within_an_epoch(&part, 2);
    ADD(&part, "--resume", "many.checkpoint");
    kill_within_an_epoch(&part, 6);
    expect(0, NULL, "", part.word);
    assert_true(same_bytes("whole.safetensors", "parts.safetensors"));
}

/* ---- Ctrl-C ------------------------------------------------------------------------------------------------------ */

/* Ctrl-C in the middle of an epoch keeps a checkpoint of that place, and the model so far. */
static void ctrl_c_keeps_the_place(void **state)
{
    (void)state;
    static const char *const words[] = {DATA, "--net", NET, "--batch", "2", NULL};
    char                     text[4096];
    int                      ends[2], none = open("/dev/null", O_RDWR);
    line                     whole = command(words), part = command(words), rest = command(words);
    ADD(&whole, "--out", "whole.safetensors");
    ADD(&part, "--out", "so-far.safetensors", "--checkpoint", "place.checkpoint", "--every", "100");
    ADD(&rest, "--out", "parts.safetensors", "--resume", "place.checkpoint", "--every", "100");
    ADD(&whole, "--every", "100");
    expect(0, NULL, "", whole.word);
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) become(part.word, none, ends[1], none);
    close(ends[1]);
    close(none);
    FILE *out = fdopen(ends[0], "r");
    for (int i = 0; i < 4; i++) assert_non_null(fgets(text, sizeof text, out));
    nap(5);
    assert_false(exists("place.checkpoint"));
    assert_int_equal(kill(child, SIGINT), 0);
    while (fgets(text, sizeof text, out)) continue;
    assert_int_equal(wait_for(child), 130);
    fclose(out);
    assert_true(exists("place.checkpoint") && exists("so-far.safetensors"));
    expect(0, NULL, "", rest.word);
    assert_true(same_bytes("whole.safetensors", "parts.safetensors"));
    assert_false(same_bytes("whole.safetensors", "so-far.safetensors"));
}

/* ---- what it says ------------------------------------------------------------------------------------------------ */

#define SMALL "moons n=50", "--net", "dense 4, tanh, dense 2, softmax", "--threads", "1"

static void resuming_is_told(void **state)
{
    (void)state;
    expect(0, "", "", ARGUMENTS("train", SMALL, "--epochs", "3", "--checkpoint", "told.checkpoint", "--quiet"));
    result r = RUN("train", SMALL, "--epochs", "4", "--resume", "told.checkpoint");
    assert_int_equal(r.code, 0);
    assert_non_null(strstr(r.err, "\nresumed from told.checkpoint, after epoch 3\nepoch 4/4  loss "));
    assert_null(strstr(r.err, "epoch 3/4"));
    release(&r);
    r = RUN("train", SMALL, "--epochs", "3", "--resume", "told.checkpoint", "--out", "done.safetensors");
    assert_int_equal(r.code, 0); /* nothing was left to do but to save */
    assert_non_null(strstr(r.err, "\nresumed from told.checkpoint, after epoch 3\nvalidation:"));
    assert_true(exists("done.safetensors"));
    release(&r);
    r = RUN("train", SMALL, "--epochs", "3", "--resume", "told.checkpoint", "--json", "--quiet");
    assert_int_equal(epochs_behind(r.out), 3);
    release(&r);
}

static void what_does_not_fit_is_told(void **state)
{
    (void)state;
    expect(0, "", "",
           ARGUMENTS("train", SMALL, "--epochs", "3", "--checkpoint", "fit.checkpoint", "--quiet", "--out",
                     "model.safetensors"));
    expect(2, "",
           "glia: fit.checkpoint: is of another run: its optimizer is adam, not sgd 0.1; its batch is 32, not 8\n",
           ARGUMENTS("train", SMALL, "--optimizer", "sgd lr=0.1", "--batch", "8", "--resume", "fit.checkpoint"));
    expect(
        2, "",
        "glia: fit.checkpoint: is of another run: its net is dense 4, tanh, dense 2, softmax, not dense 2, softmax\n",
        ARGUMENTS("train", "moons n=50", "--net", "dense 2, softmax", "--resume", "fit.checkpoint"));
    expect(2, "", "glia: fit.checkpoint: is of another run: the values or weights of the training rows are others\n",
           ARGUMENTS("train", "moons n=50 seed=1", "--net", "dense 4, tanh, dense 2, softmax", "--resume",
                     "fit.checkpoint"));
    expect(2, "", "glia: fit.checkpoint: has 3 epochs behind it, and only 2 are asked for\n",
           ARGUMENTS("train", SMALL, "--epochs", "2", "--resume", "fit.checkpoint"));
    expect(3, "", "glia: model.safetensors: not a checkpoint but a model: glia train --init goes on with it\n",
           ARGUMENTS("train", SMALL, "--resume", "model.safetensors"));
    expect(3, "", "glia: fit.checkpoint: a checkpoint and no model: `glia train ... --resume` goes on from it\n",
           ARGUMENTS("show", "fit.checkpoint"));
    expect(3, "", "glia: fit.checkpoint: a checkpoint and no model: `glia train ... --resume` goes on from it\n",
           ARGUMENTS("train", SMALL, "--init", "fit.checkpoint"));
    expect(3, "", "glia: none.checkpoint: cannot be opened: No such file or directory\n",
           ARGUMENTS("train", SMALL, "--resume", "none.checkpoint"));
    result r = RUN("train", SMALL, "--monitor", "val_los");
    assert_int_equal(r.code, 2);
    assert_non_null(strstr(r.err, "glia: monitor:1:1: there is no metric \"val_los\"; did you mean val_loss"));
    release(&r);
}

static void what_cannot_be_written_is_told(void **state)
{
    (void)state;
    expect(1, "", "glia: --checkpoint no/run.checkpoint: there is no folder no\n",
           ARGUMENTS("train", SMALL, "--checkpoint", "no/run.checkpoint"));
    expect(2, "", "glia: --checkpoint -: is kept in a file\n", ARGUMENTS("train", SMALL, "--checkpoint", "-"));
    expect(2, "", "glia: --checkpoint a: is where --out puts the model\n",
           ARGUMENTS("train", SMALL, "--checkpoint", "a", "--out", "a"));
    expect(1, "", "glia: /dev/full: cannot be written: No space left on device\n",
           ARGUMENTS("train", SMALL, "--checkpoint", "/dev/full", "--quiet", "--out", "unwritten.safetensors"));
    assert_false(exists("unwritten.safetensors"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_optimizer_survives_a_kill),
        cmocka_unit_test(every_option_survives_a_kill),
        cmocka_unit_test(one_run_survives_many_kills),
        cmocka_unit_test(ctrl_c_keeps_the_place),
        cmocka_unit_test(resuming_is_told),
        cmocka_unit_test(what_does_not_fit_is_told),
        cmocka_unit_test(what_cannot_be_written_is_told),
    };
    return cmocka_run_group_tests(tests, make_data, leave_folder);
}
