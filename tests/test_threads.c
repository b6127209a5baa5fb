/* The team: everybody works once a round, nobody passes a meeting before all have come, sleepers are woken, and a team
 * that cannot be made whole is not made. What the threads share is plain memory, so that ThreadSanitizer sees a meeting
 * that orders nothing. */
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "ground/threads.h"
#include "help.h"
#include "scarce.h"

enum { SIZE_MOST = 8 };

static glia__team *team_of(unsigned size)
{
    glia__team *team;
    EXPECT_OK(glia__team_new(&team, size));
    assert_int_equal(glia__team_size(team), size);
    return team;
}

static void pause_for(long microseconds)
{
    nanosleep(&(struct timespec){.tv_nsec = microseconds * 1000}, NULL);
}

/* ---- rounds ----------------------------------------------------------------------------------------------------- */

typedef struct shared {
    glia__team *team;
    size_t      count[SIZE_MOST]; /* by rank */
    size_t      rounds, wrong;
    pthread_t   main;
} shared;

static void count_once(void *context, unsigned rank)
{
    shared *s = context;
    s->count[rank]++;
    if (rank == 0 && !pthread_equal(pthread_self(), s->main)) s->wrong++;
}

static void everybody_works_once_a_round(void **state)
{
    (void)state;
    for (unsigned size = 1; size <= SIZE_MOST; size++) {
        shared s = {.team = team_of(size), .main = pthread_self()};
        for (size_t round = 1; round <= 300; round++) {
            glia__team_run(s.team, count_once, &s);
            for (unsigned rank = 0; rank < SIZE_MOST; rank++) assert_int_equal(s.count[rank], rank < size ? round : 0);
        }
        assert_int_equal(s.wrong, 0);
        glia__team_free(s.team);
    }
}

static void return_late(void *context, unsigned rank)
{
    shared *s = context;
    if (rank > 0) pause_for(2000 * rank);
    s->count[rank] = s->rounds;
}

static void a_round_ends_when_all_have_returned(void **state)
{
    (void)state;
    shared s = {.team = team_of(4)};
    for (s.rounds = 1; s.rounds <= 20; s.rounds++) {
        glia__team_run(s.team, return_late, &s);
        for (unsigned rank = 0; rank < 4; rank++) assert_int_equal(s.count[rank], s.rounds);
    }
    glia__team_free(s.team);
}

/* ---- meetings --------------------------------------------------------------------------------------------------- */

/* Each writes its own count, meets, and reads the others'; meets again before the next is written. */
static void meet_often(void *context, unsigned rank)
{
    shared  *s = context;
    unsigned size = glia__team_size(s->team);
    size_t   wrong = 0;
    for (size_t round = 1; round <= s->rounds; round++) {
        s->count[rank] = round * (rank + 1);
        glia__team_meet(s->team, rank);
        for (unsigned r = 0; r < size; r++) wrong += s->count[r] != round * (r + 1);
        glia__team_meet(s->team, rank);
    }
    s->count[rank] = wrong;
}

static void meet(unsigned size, size_t rounds)
{
    shared s = {.team = team_of(size), .rounds = rounds};
    for (int run = 0; run < 3; run++) {
        glia__team_run(s.team, meet_often, &s);
        for (unsigned rank = 0; rank < size; rank++) assert_int_equal(s.count[rank], 0);
    }
    glia__team_free(s.team);
}

static void nobody_passes_a_meeting_alone(void **state)
{
    (void)state;
    meet(1, 1000);
    meet(2, 10000);
    meet(3, 2000);
    meet(SIZE_MOST, 500);
}

/* One comes so late that the others have long gone to sleep; each is the late one in its turn. */
static void meet_late(void *context, unsigned rank)
{
    shared  *s = context;
    unsigned size = glia__team_size(s->team);
    for (size_t round = 0; round < s->rounds; round++) {
        if (round % size == rank) pause_for(3000);
        s->count[rank] = round;
        glia__team_meet(s->team, rank);
        for (unsigned r = 0; r < size; r++)
            if (s->count[r] != round) abort();
        glia__team_meet(s->team, rank);
    }
}

static void sleepers_are_woken(void **state)
{
    (void)state;
    for (unsigned size = 2; size <= 5; size++) {
        shared s = {.team = team_of(size), .rounds = 15};
        glia__team_run(s.team, meet_late, &s);
        pause_for(5000);
        glia__team_run(s.team, meet_late, &s);
        glia__team_free(s.team);
    }
}

/* ---- making and ending ------------------------------------------------------------------------------------------ */

static void teams_come_and_go(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 200; i++) {
        shared s = {.team = team_of(1 + i % 4), .main = pthread_self()};
        if (i % 3) glia__team_run(s.team, count_once, &s);
        glia__team_free(s.team);
    }
    glia__team_free(NULL);
}

static void two_teams_at_once(void **state)
{
    (void)state;
    shared a = {.team = team_of(2), .main = pthread_self()}, b = {.team = team_of(3), .main = pthread_self()};
    for (int i = 0; i < 100; i++) {
        glia__team_run(a.team, count_once, &a);
        glia__team_run(b.team, count_once, &b);
    }
    assert_true(a.count[1] == 100 && b.count[2] == 100 && a.wrong + b.wrong == 0);
    glia__team_free(a.team);
    glia__team_free(b.team);
}

static void usable_cores(void **state)
{
    (void)state;
    glia__team *team;
    unsigned    cores = glia__usable_cores();
    assert_in_range(cores, 1, 1 << 20);
    EXPECT_OK(glia__team_new(&team, 0));
    assert_int_equal(glia__team_size(team), cores < 1024 ? cores : 1024);
    glia__team_free(team);
    EXPECT_FAILS(glia__team_new(&team, 1025), GLIA_E_ARG, "1025 threads: there can be 1024 at most");
    assert_null(team);
    EXPECT_FAILS(glia__team_new(&team, UINT32_MAX), GLIA_E_ARG, "at most");
}

#ifdef __linux__

static int status_of_child(int (*check)(void))
{
    int   status;
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) _exit(check());
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

/* Bound to one core, a team of three still meets, asleep. */
static int one_core_is_usable(void)
{
    cpu_set_t all, one;
    int       core = 0;
    if (sched_getaffinity(0, sizeof all, &all) != 0) return 1;
    while (!CPU_ISSET(core, &all)) core++;
    CPU_ZERO(&one);
    CPU_SET(core, &one);
    if (sched_setaffinity(0, sizeof one, &one) != 0 || glia__usable_cores() != 1) return 2;
    shared s = {.rounds = 200};
    if (glia__team_new(&s.team, 3)) return 3;
    glia__team_run(s.team, meet_often, &s);
    glia__team_free(s.team);
    return s.count[0] || s.count[1] || s.count[2] ? 4 : 0;
}

static void affinity_is_respected(void **state)
{
    (void)state;
    assert_int_equal(status_of_child(one_core_is_usable), 0);
}

#endif

static void ask_for_signals(void *context, unsigned rank)
{
    shared  *s = context;
    sigset_t blocked;
    pthread_sigmask(SIG_SETMASK, NULL, &blocked);
    s->count[rank] = (size_t)sigismember(&blocked, SIGINT);
}

/* A signal is for the program's threads; ours would run its handler anywhere. */
static void signals_go_elsewhere(void **state)
{
    (void)state;
    shared s = {.team = team_of(3)};
    glia__team_run(s.team, ask_for_signals, &s);
    assert_true(s.count[0] == 0 && s.count[1] == 1 && s.count[2] == 1);
    glia__team_free(s.team);
}

/* ---- no threads, no memory -------------------------------------------------------------------------------------- */

#ifdef __GLIBC__

/* No thread can be made at all: the stack that each would get does not fit in memory. */
static void no_threads(void **state)
{
    (void)state;
    pthread_attr_t before, huge;
    glia__team    *team;
    assert_int_equal(pthread_getattr_default_np(&before), 0);
    assert_int_equal(pthread_attr_init(&huge), 0);
    assert_int_equal(pthread_attr_setstacksize(&huge, SIZE_MAX / 4), 0);
    assert_int_equal(pthread_setattr_default_np(&huge), 0);
    glia_status status = glia__team_new(&team, 3);
    assert_int_equal(pthread_setattr_default_np(&before), 0);
    EXPECT_FAILS(status, GLIA_E_MEMORY, "thread 2 of 3 cannot be started: ");
    assert_null(team);
    pthread_attr_destroy(&before);
    pthread_attr_destroy(&huge);
}

#endif

#ifdef __linux__

/* A user of its own, who may have some threads and not others: those that were made are ended again. */
static int some_threads(void)
{
    const struct rlimit limit = {4, 4};
    const uid_t         user = 1000000 + (uid_t)getpid();
    glia__team         *team;
    if (setuid(user) != 0 || setrlimit(RLIMIT_NPROC, &limit) != 0) return 1;
    for (int time = 0; time < 5; time++)
        if (glia__team_new(&team, 100) != GLIA_E_MEMORY || team || !strstr(glia_error(), "of 100 cannot be started"))
            return 2;
    if (glia__team_new(&team, 2) != GLIA_OK) return 3;
    glia__team_free(team);
    return 0;
}

static void not_all_threads(void **state)
{
    (void)state;
    if (geteuid() != 0) {
        print_message("only root can become a user without processes\n");
        skip();
    }
    assert_int_equal(status_of_child(some_threads), 0);
}

#endif

static glia_status make_team(void)
{
    glia__team *team = (glia__team *)(uintptr_t)1;
    glia_status status = glia__team_new(&team, 3);
    if (status) assert_null(team);
    glia__team_free(team);
    return status;
}

static void no_memory(void **state)
{
    (void)state;
    expect_survives_scarcity(make_team, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(everybody_works_once_a_round),
        cmocka_unit_test(a_round_ends_when_all_have_returned),
        cmocka_unit_test(nobody_passes_a_meeting_alone),
        cmocka_unit_test(sleepers_are_woken),
        cmocka_unit_test(teams_come_and_go),
        cmocka_unit_test(two_teams_at_once),
        cmocka_unit_test(usable_cores),
        cmocka_unit_test(signals_go_elsewhere),
        cmocka_unit_test(no_memory),
#ifdef __GLIBC__
        cmocka_unit_test(no_threads),
#endif
#ifdef __linux__
        cmocka_unit_test(affinity_is_respected),
        cmocka_unit_test(not_all_threads),
#endif
    };
    return cmocka_run_group_tests_name("threads", tests, NULL, NULL);
}
