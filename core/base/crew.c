/* SPDX-License-Identifier: BSD-3-Clause
 *
 * crew.c - the one place where threads are started.
 *
 * A thread takes the next item, works on it without the lock, and passes the result on
 * with the lock held. In order: it waits until the results of all items before its own
 * are passed on. The earliest unfinished item never waits, so there is no deadlock. */
#define _POSIX_C_SOURCE 200809L
#include "base/crew.h"

#include <pthread.h>
#include <stdlib.h>
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

/* The lock is held. */
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

/* The next item, or -1: none is left, or the work is stopped. */
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

/* Steps to the item whose turn it is. The lock is held. */
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

/* All threads but the caller's own, which works too. */
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

    if (m && thread) {
        for (size_t k = 0; k < n; k++)
            m[k] = (member){&j, (char *)crew->worker + k * crew->size};
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

int sz_crew_cores(void)
{
    long n = sysconf(_SC_NPROCESSORS_ONLN);

    return n < 1 ? 1 : n > SZ_MAX_THREADS ? SZ_MAX_THREADS : (int)n;
}

sz_status sz_crew_threads(int *n, int asked, sz_error *err)
{
    *n = asked ? asked : sz_crew_cores();
    if (asked >= 0 && asked <= SZ_MAX_THREADS) return SZ_OK;
    return sz_fail(err, SZ_ERR_ARGUMENT,
                   "n_threads is %d; 0, which takes all cores, to %d", asked,
                   SZ_MAX_THREADS);
}
