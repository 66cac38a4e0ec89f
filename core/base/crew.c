/* SPDX-License-Identifier: BSD-3-Clause
 *
 * crew.c - threads are started here only.
 *
 * A thread takes the next item, works on it without the lock, and passes the result on
 * with the lock held. In order: it waits until the results of all items before its own
 * are passed on. The earliest unfinished item never waits, so there is no deadlock.
 *
 * A standing crew's threads take items under its lock too. No thread waits for one
 * without an item: a thread that wakes late finds the list empty and sleeps again. */
#define _POSIX_C_SOURCE 200809L
#include "base/crew.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/types.h>
#include <unistd.h>

typedef struct {
    const sz_crew *crew;
    pthread_mutex_t lock;
    pthread_cond_t turn_came;
    int next, turn; /* next item to take, next item to pass on */
    long n_taken;
    double begun, all; /* weights */
    sz_halt halt;
    sz_status status; /* of the first failure */
    sz_error err;
} job;

typedef struct {
    job *j;
    void *worker;
} member;

static int is_skipped(const sz_crew *c, int item)
{
    return c->skip && c->skip(c->context, item);
}

static double weight_of(const sz_crew *c, int item)
{
    return c->weight ? c->weight(c->context, item) : 1.0;
}

/* The lock must be held. */
static void halt(job *j, sz_halt why)
{
    if (why > j->halt) j->halt = why;
    if (j->crew->halt) j->halt = j->crew->halt(j->crew->context, j->halt);
}

static void show(job *j, int item)
{
    const sz_crew *c = j->crew;

    if (c->what)
        sz_watch_progress(c->watch, j->all > 0.0 ? j->begun / j->all : -1.0, j->n_taken,
                          c->what);
    j->begun += weight_of(c, item);
    j->n_taken++;
}

/* The next item; -1 if there is none, or if the work is stopped. */
static int take(job *j)
{
    const sz_crew *c = j->crew;
    int item = -1;

    pthread_mutex_lock(&j->lock);
    halt(j, !j->halt && sz_watch_stop(c->watch) ? SZ_INTERRUPTED : j->halt);
    while (j->next < c->n_items && is_skipped(c, j->next)) j->next++;
    if (!j->halt && j->next < c->n_items) {
        item = j->next++;
        show(j, item);
    }
    pthread_mutex_unlock(&j->lock);
    return item;
}

/* Advances to the next item to pass on. The lock must be held. */
static void pass_turn(job *j)
{
    j->turn++;
    while (j->turn < j->crew->n_items && is_skipped(j->crew, j->turn)) j->turn++;
    pthread_cond_broadcast(&j->turn_came);
}

static void finish(job *j, void *worker, int item, sz_status status, sz_error *err)
{
    const sz_crew *c = j->crew;

    pthread_mutex_lock(&j->lock);
    while (c->in_order && j->turn != item && j->status == SZ_OK)
        pthread_cond_wait(&j->turn_came, &j->lock);
    if (status == SZ_OK && j->status == SZ_OK && c->hand_over)
        status = c->hand_over(c->context, worker, item, err);
    if (status != SZ_OK && j->status == SZ_OK) {
        j->status = status;
        j->err = *err;
        halt(j, SZ_FAILED);
    }
    if (c->in_order) pass_turn(j);
    pthread_mutex_unlock(&j->lock);
}

static void *run(void *argument)
{
    member *m = argument;
    const sz_crew *c = m->j->crew;
    int item;

    while ((item = take(m->j)) >= 0) {
        sz_error err = {0};
        sz_status status = c->work(c->context, m->worker, item, &err);

        finish(m->j, m->worker, item, status, &err);
    }
    return NULL;
}

/* All threads except the caller's own, which also works. */
static void start(job *j, member *m, pthread_t *thread)
{
    int n = j->crew->n_threads, started = 1;

    for (; started < n; started++)
        if (pthread_create(&thread[started], NULL, run, &m[started]) != 0) {
            pthread_mutex_lock(&j->lock);
            if (j->status == SZ_OK)
                j->status = sz_fail(&j->err, SZ_ERR_MEMORY, "cannot start a thread");
            halt(j, SZ_FAILED);
            pthread_cond_broadcast(&j->turn_came);
            pthread_mutex_unlock(&j->lock);
            break;
        }
    run(&m[0]);
    for (int k = 1; k < started; k++) pthread_join(thread[k], NULL);
}

sz_status sz_crew_run(const sz_crew *crew, sz_error *err)
{
    job j = {.crew = crew,
             .turn = -1,
             .lock = PTHREAD_MUTEX_INITIALIZER,
             .turn_came = PTHREAD_COND_INITIALIZER};
    size_t n = (size_t)crew->n_threads;
    member *m = malloc(n * sizeof *m);
    pthread_t *thread = malloc(n * sizeof *thread);
    char *worker = crew->worker; /* or NULL: they need nothing */

    if (m && thread) {
        for (size_t k = 0; k < n; k++)
            m[k] = (member){&j, worker ? worker + k * crew->size : NULL};
        for (int k = 0; k < crew->n_items; k++)
            if (!is_skipped(crew, k)) j.all += weight_of(crew, k);
        pass_turn(&j); /* to the first */
        start(&j, m, thread);
    } else {
        j.status = sz_fail_memory(&j.err, n * sizeof *m, "the threads");
    }
    free(m);
    free(thread);
    if (j.status == SZ_OK && j.halt == SZ_INTERRUPTED)
        j.status = sz_fail(&j.err, SZ_ERR_STOPPED, "interrupted");
    if (j.status != SZ_OK) sz_fail(err, j.status, "%s", j.err.message);
    pthread_cond_destroy(&j.turn_came);
    pthread_mutex_destroy(&j.lock);
    return j.status;
}

/* ---- a standing crew ------------------------------------------------------------- */

/* The data that the threads share. The lock is held to read or write them, except for
 * n_lists and n_left, which waiting threads poll. */
typedef struct {
    pthread_mutex_t lock;
    pthread_cond_t begin, end;
    sz_standing_work *work;
    void *context;
    int n_items, next;
    atomic_uint n_lists; /* started so far */
    atomic_int n_left;   /* unfinished items */
    int quit;

    int n_started; /* threads in addition to the caller's */
    pthread_t *thread;
    struct seat *seat;
} hall;

/* The data of one thread. */
typedef struct seat {
    hall *h;
    int worker;
} seat;

struct sz_standing {
    int n_threads;
    pid_t process; /* the owner of the threads */
    hall *h;
};

/* The next list follows within microseconds or much later: a waiting thread polls this
 * often, yielding the core, and then sleeps. */
enum { LOOKS = 50 };

/* The lock must be held; it is released while an item is processed. */
static void take_all(hall *h, int worker)
{
    while (h->next < h->n_items) {
        sz_standing_work *work = h->work;
        void *context = h->context;
        int item = h->next++;

        pthread_mutex_unlock(&h->lock);
        work(context, worker, item);
        pthread_mutex_lock(&h->lock);
        if (atomic_fetch_sub(&h->n_left, 1) == 1) pthread_cond_signal(&h->end);
    }
}

/* Waits until there may be another list. The lock must be held, and is held
 * afterwards. */
static void wait_for_list(hall *h)
{
    unsigned known = atomic_load(&h->n_lists);

    pthread_mutex_unlock(&h->lock);
    for (int k = 0; k < LOOKS && atomic_load(&h->n_lists) == known; k++) sched_yield();
    pthread_mutex_lock(&h->lock);
    while (!h->quit && atomic_load(&h->n_lists) == known)
        pthread_cond_wait(&h->begin, &h->lock);
}

static void *stand(void *argument)
{
    const seat *s = argument;
    hall *h = s->h;

    pthread_mutex_lock(&h->lock);
    while (!h->quit) {
        take_all(h, s->worker);
        if (!h->quit && h->next >= h->n_items) wait_for_list(h);
    }
    pthread_mutex_unlock(&h->lock);
    return NULL;
}

static void announce(hall *h)
{
    atomic_fetch_add(&h->n_lists, 1);
    pthread_cond_broadcast(&h->begin);
}

static void free_hall(hall *h)
{
    if (!h) return;
    free(h->thread);
    free(h->seat);
    free(h);
}

/* With as many threads as can be started; signals are left to the caller's thread. */
static hall *open_hall(int n_threads)
{
    size_t n = (size_t)n_threads;
    hall *h = calloc(1, sizeof *h);
    sigset_t all, before;

    if (h) h->thread = malloc(n * sizeof *h->thread);
    if (h) h->seat = malloc(n * sizeof *h->seat);
    if (!h || !h->thread || !h->seat) {
        free_hall(h);
        return NULL;
    }
    pthread_mutex_init(&h->lock, NULL);
    pthread_cond_init(&h->begin, NULL);
    pthread_cond_init(&h->end, NULL);
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    for (int k = 1; k < n_threads; k++) {
        h->seat[k] = (seat){h, k};
        if (pthread_create(&h->thread[k], NULL, stand, &h->seat[k]) != 0) break;
        h->n_started = k;
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return h;
}

static void close_hall(hall *h)
{
    pthread_mutex_lock(&h->lock);
    h->quit = 1;
    announce(h);
    pthread_mutex_unlock(&h->lock);
    for (int k = 1; k <= h->n_started; k++) pthread_join(h->thread[k], NULL);
    pthread_cond_destroy(&h->end);
    pthread_cond_destroy(&h->begin);
    pthread_mutex_destroy(&h->lock);
    free_hall(h);
}

sz_status sz_standing_create(sz_standing **crew, int n_threads, sz_error *err)
{
    sz_standing *c = calloc(1, sizeof *c);

    *crew = NULL;
    if (!c) return sz_fail_memory(err, sizeof *c, "threads");
    c->n_threads = n_threads;
    c->process = getpid();
    c->h = open_hall(n_threads);
    if (c->h && c->h->n_started == n_threads - 1) {
        *crew = c;
        return SZ_OK;
    }
    sz_standing_free(c);
    return sz_fail(err, SZ_ERR_MEMORY, "cannot start %d threads", n_threads);
}

void sz_standing_free(sz_standing *crew)
{
    if (!crew) return;
    if (crew->h && crew->process == getpid())
        close_hall(crew->h);
    else
        free_hall(crew->h); /* its threads belong to another process */
    free(crew);
}

/* In a forked child the lock and its waiters are in an undefined state and are abandoned.
 * If memory or threads run out, the rest of the crew does the work. */
static void settle(sz_standing *crew)
{
    pid_t process = getpid();

    if (process == crew->process) return;
    free_hall(crew->h);
    crew->h = open_hall(crew->n_threads);
    crew->process = process;
}

static void run_list(hall *h, int n_items, sz_standing_work *work, void *context)
{
    pthread_mutex_lock(&h->lock);
    h->work = work;
    h->context = context;
    h->n_items = n_items;
    h->next = 0;
    atomic_store(&h->n_left, n_items);
    announce(h);
    take_all(h, 0);
    pthread_mutex_unlock(&h->lock);
    for (int k = 0; k < LOOKS && atomic_load(&h->n_left) > 0; k++) sched_yield();
    pthread_mutex_lock(&h->lock);
    while (atomic_load(&h->n_left) > 0) pthread_cond_wait(&h->end, &h->lock);
    pthread_mutex_unlock(&h->lock);
}

void sz_standing_run(sz_standing *crew, int n_items, sz_standing_work *work,
                     void *context)
{
    if (crew && n_items > 1) settle(crew);
    if (crew && n_items > 1 && crew->h)
        run_list(crew->h, n_items, work, context);
    else
        for (int k = 0; k < n_items; k++) work(context, 0, k);
}

/* ---- how many -------------------------------------------------------------------- */

int sz_crew_cores(void)
{
    long n = sysconf(_SC_NPROCESSORS_ONLN);

    return n < 1 ? 1 : n > SZ_MAX_THREADS ? SZ_MAX_THREADS : (int)n;
}

sz_status sz_crew_threads(int *n, int asked, sz_error *err)
{
    *n = asked ? asked : sz_crew_cores();
    if (asked >= 0 && asked <= SZ_MAX_THREADS) return SZ_OK;
    return sz_fail(err, SZ_ERR_ARGUMENT, "n_threads is %d, allowed 0 (all cores) to %d",
                   asked, SZ_MAX_THREADS);
}
