/* A team of threads.
 *
 * Everything waits for one kind of event: a counter that moves on. There are two of them, the rounds of work that were
 * given out and the meetings that took place. Who waits looks at the counter again and again for some microseconds;
 * then it sleeps. How long it looks, it learns: a wait that looking ended lets it look longer the next time, one that
 * ended in sleep less long; the most it may look is the caller's to say. On a quiet machine nobody then sleeps within a
 * step, and where another process has a core, and looking would only keep the awaited from running, all soon sleep at
 * once. Who moves a counter on wakes sleepers only if there are any, so that a meeting of threads that are all awake
 * costs a few exchanges of cache lines and no call of the system.
 *
 * Where threads outnumber the cores, looking only takes time from the one that is waited for: they sleep at once. */
#include "ground/threads.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "ground/memory.h"

enum { THREADS_MOST = 1024, CACHE_LINE = 64, LOOKS_BETWEEN_CLOCKS = 16 };
enum { SPIN_LEAST = 2000, SPIN_MOST = 100000, SPIN_PATIENT = 1000000 }; /* nanoseconds */

typedef struct member {
    glia__team *team;
    unsigned    rank;
    int64_t     spin; /* how long it looks before it sleeps, in nanoseconds */
    pthread_t   thread;
} member;

/* Counters that different threads write often lie in cache lines of their own. */
struct glia__team {
    unsigned size;
    bool     spins;
    member  *members;
    unsigned started; /* threads that run: members 1 .. started */

    atomic_llong spin_most;

    void (*work)(void *context, unsigned rank); /* of the round; NULL: the last */
    void *context;

    pthread_mutex_t lock; /* of sleeping and waking */
    pthread_cond_t  moved_on;
    atomic_uint     sleepers;

    _Alignas(CACHE_LINE) atomic_uint rounds;
    _Alignas(CACHE_LINE) atomic_uint meetings;
    _Alignas(CACHE_LINE) atomic_uint arrived; /* at the meeting to come */
};

/* ---- waiting ---------------------------------------------------------------------------------------------------- */

static void pause_core(void)
{
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

static int64_t nanoseconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

static bool spin_past(atomic_uint *counter, unsigned old, int64_t most)
{
    int64_t begin = nanoseconds();
    do {
        for (int i = 0; i < LOOKS_BETWEEN_CLOCKS; i++) {
            if (atomic_load_explicit(counter, memory_order_acquire) != old) return true;
            pause_core();
        }
    } while (nanoseconds() - begin < most);
    return false;
}

/* Looks, and learns from it how long to look the next time. */
static bool look_past(member *self, atomic_uint *counter, unsigned old)
{
    bool    moved = spin_past(counter, old, self->spin);
    int64_t most = atomic_load_explicit(&self->team->spin_most, memory_order_relaxed);
    self->spin = moved ? self->spin * 2 : self->spin / 2;
    if (self->spin > most) self->spin = most;
    if (self->spin < SPIN_LEAST) self->spin = SPIN_LEAST;
    return moved;
}

/* Returns when the counter is no longer `old`. */
static void wait_past(member *self, atomic_uint *counter, unsigned old)
{
    glia__team *team = self->team;
    if (team->spins && look_past(self, counter, old)) return;
    pthread_mutex_lock(&team->lock);
    atomic_fetch_add(&team->sleepers, 1);
    while (atomic_load(counter) == old) pthread_cond_wait(&team->moved_on, &team->lock);
    atomic_fetch_sub(&team->sleepers, 1);
    pthread_mutex_unlock(&team->lock);
}

/* A sleeper adds itself and then looks at the counter; here the counter moves and then the sleepers are looked at. Both
 * are sequentially consistent, so one of the two sees the other. The lock is taken so that a sleeper that has looked
 * is in its sleep before it is woken. */
static void move_on(glia__team *team, atomic_uint *counter)
{
    atomic_fetch_add(counter, 1);
    if (atomic_load(&team->sleepers) == 0) return;
    pthread_mutex_lock(&team->lock);
    pthread_mutex_unlock(&team->lock);
    pthread_cond_broadcast(&team->moved_on);
}

/* ---- working ---------------------------------------------------------------------------------------------------- */

void glia__team_meet(glia__team *team, unsigned rank)
{
    if (team->size == 1) return;
    unsigned meeting = atomic_load_explicit(&team->meetings, memory_order_relaxed);
    if (atomic_fetch_add(&team->arrived, 1) + 1 < team->size) {
        wait_past(&team->members[rank], &team->meetings, meeting);
    } else {
        atomic_store_explicit(&team->arrived, 0, memory_order_relaxed);
        move_on(team, &team->meetings);
    }
}

void glia__team_be_patient(glia__team *team, double nanoseconds)
{
    long long most = nanoseconds < SPIN_MOST      ? SPIN_MOST
                     : nanoseconds > SPIN_PATIENT ? SPIN_PATIENT
                                                  : (long long)nanoseconds;
    atomic_store_explicit(&team->spin_most, most, memory_order_relaxed);
}

void glia__team_run(glia__team *team, void (*work)(void *context, unsigned rank), void *context)
{
    team->work = work;
    team->context = context;
    if (team->size > 1) move_on(team, &team->rounds);
    work(context, 0);
    glia__team_meet(team, 0);
}

static void *live(void *argument)
{
    member     *self = argument;
    glia__team *team = self->team;
    for (unsigned round = 0;; round++) {
        wait_past(self, &team->rounds, round);
        if (!team->work) return NULL;
        team->work(team->context, self->rank);
        glia__team_meet(team, self->rank);
    }
}

/* ---- making and ending ------------------------------------------------------------------------------------------ */

unsigned glia__usable_cores(void)
{
#ifdef __linux__
    cpu_set_t usable;
    if (sched_getaffinity(0, sizeof usable, &usable) == 0) return (unsigned)CPU_COUNT(&usable);
#endif
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    return cores > 0 ? (unsigned)cores : 1;
}

/* Signals are left to the program's own threads. */
static glia_status start_threads(glia__team *team)
{
    sigset_t all, before;
    int      error = 0;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    for (unsigned rank = 1; rank < team->size && !error; rank++) {
        member *m = &team->members[rank];
        error = pthread_create(&m->thread, NULL, live, m);
        if (!error) team->started = rank;
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (!error) return GLIA_OK;
    return glia__fail(GLIA_E_MEMORY, "thread %u of %u cannot be started: %s", team->started + 2, team->size,
                      strerror(error));
}

glia_status glia__team_new(glia__team **team, unsigned threads)
{
    unsigned cores = glia__usable_cores(), most = THREADS_MOST;
    unsigned size = threads > 0 ? threads : cores < most ? cores : most;
    *team = NULL;
    if (size > most) return glia__fail(GLIA_E_ARG, "%u threads: there can be %u at most", size, most);
    glia__team *made = glia__new_aligned(1, sizeof *made);
    if (!made) return GLIA_E_MEMORY;
    made->size = size;
    made->spins = size <= cores;
    atomic_init(&made->spin_most, SPIN_MOST);
    pthread_mutex_init(&made->lock, NULL);
    pthread_cond_init(&made->moved_on, NULL);
    made->members = glia__new(size, sizeof *made->members);
    for (unsigned rank = 0; made->members && rank < size; rank++)
        made->members[rank] = (member){.team = made, .rank = rank, .spin = SPIN_MOST};
    glia_status status = made->members ? start_threads(made) : GLIA_E_MEMORY;
    if (status)
        glia__team_free(made);
    else
        *team = made;
    return status;
}

void glia__team_free(glia__team *team)
{
    if (!team) return;
    team->work = NULL;
    move_on(team, &team->rounds);
    for (unsigned rank = 1; rank <= team->started; rank++) pthread_join(team->members[rank].thread, NULL);
    pthread_cond_destroy(&team->moved_on);
    pthread_mutex_destroy(&team->lock);
    glia__free(team->members);
    glia__free_aligned(team);
}

unsigned glia__team_size(const glia__team *team)
{
    return team->size;
}
