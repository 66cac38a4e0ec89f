/* SPDX-License-Identifier: BSD-3-Clause
 *
 * test_crew.c - every item once, by any number of threads; in order where that is asked
 * for; the first failure is told, and a watch that stops ends the work. A standing crew
 * does many lists, goes on in a forked child, and leaves no thread behind. */
#define _POSIX_C_SOURCE 200809L
#include "base/crew.h"
#include "check.h"

#include <dirent.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { N = 200, THREADS_MAX = 8 };

typedef struct {
    int done[N];     /* how often an item was worked at */
    int order[N], n; /* in the order in which they were distributed */
    int fail_at;     /* -1: none */
    int stop_after;  /* items; -1: never */
    int skip_odd, n_halts, halt_after;
    double last; /* progress */
    int n_progress;
} job;

typedef struct {
    int n; /* items of this thread */
} worker;

static sz_status work(void *context, void *own, int item, sz_error *err)
{
    job *j = context;
    worker *w = own;
    volatile double x = item;

    for (int k = 0; k < (item * 37) % 101 * 50; k++) x = x * 0.5 + 1.0;
    w->n++;
    j->done[item]++;
    if (item == j->fail_at) return sz_fail(err, SZ_ERR_NUMERIC, "item %d is bad", item);
    return SZ_OK;
}

static sz_status hand_over(void *context, void *own, int item, sz_error *err)
{
    job *j = context;

    (void)own;
    (void)err;
    j->order[j->n++] = item;
    return SZ_OK;
}

static int skip(void *context, int item)
{
    return ((job *)context)->skip_odd && item % 2;
}

static int stop(void *context)
{
    job *j = context;

    return j->stop_after >= 0 && j->n >= j->stop_after;
}

static void progress(void *context, double done, long count, const char *what)
{
    job *j = context;

    CHECK(done >= j->last && done < 1.0 && count == j->n_progress);
    CHECK(strcmp(what, "items") == 0);
    j->last = done;
    j->n_progress++;
}

static sz_halt halt(void *context, sz_halt why)
{
    job *j = context;

    return ++j->n_halts > j->halt_after && why < SZ_FAILED ? SZ_FAILED : why;
}

static sz_status run(job *j, int n_threads, int in_order, int others, sz_error *err)
{
    worker w[THREADS_MAX] = {{0}};
    const sz_watch watch = {.stop = stop, .progress = progress, .context = j};
    const sz_crew crew = {.n_threads = n_threads,
                          .n_items = N,
                          .worker = w,
                          .size = sizeof *w,
                          .context = j,
                          .work = work,
                          .hand_over = hand_over,
                          .in_order = in_order,
                          .skip = skip,
                          .halt = others ? halt : NULL,
                          .watch = &watch,
                          .what = "items"};
    sz_status status = sz_crew_run(&crew, err);
    int n = 0, all = 0;

    for (int k = 0; k < n_threads; k++) n += w[k].n;
    for (int k = 0; k < N; k++) all += j->done[k];
    CHECK(n == all);
    return status;
}

static job new_job(void)
{
    return (job){.fail_at = -1, .stop_after = -1, .last = -1.0};
}

static int test_all(int n_threads)
{
    job j = new_job();
    sz_error err;

    CHECK_OK(run(&j, n_threads, 1, 0, &err), err);
    CHECK(j.n == N && j.n_progress == N);
    for (int k = 0; k < N; k++) CHECK(j.done[k] == 1 && j.order[k] == k);
    j = new_job();
    j.skip_odd = 1;
    CHECK_OK(run(&j, n_threads, 1, 0, &err), err);
    CHECK(j.n == N / 2 && j.n_progress == N / 2);
    for (int k = 0; k < N; k++) CHECK(j.done[k] == (k % 2 == 0));
    for (int k = 0; k < j.n; k++) CHECK(j.order[k] == 2 * k);
    j = new_job();
    CHECK_OK(run(&j, n_threads, 0, 0, &err), err);
    for (int k = 0; k < N; k++) CHECK(j.done[k] == 1);
    return 0;
}

static void test_failure(int n_threads, int in_order)
{
    job j = new_job();
    sz_error err = {0};

    j.fail_at = 57;
    CHECK_FAILS(run(&j, n_threads, in_order, 0, &err), SZ_ERR_NUMERIC, "item 57 is bad",
                err);
    CHECK(j.n < N);
    if (in_order) CHECK(j.n == 57);
}

static int test_ends(int n_threads)
{
    job j = new_job();
    sz_error err = {0};

    j.stop_after = 20;
    CHECK_FAILS(run(&j, n_threads, 1, 0, &err), SZ_ERR_STOPPED, "interrupted", err);
    CHECK(j.n >= 20 && j.n < 20 + n_threads);
    for (int k = 0; k < N; k++)
        CHECK(j.done[k] == (k < j.n)); /* begun ones are finished */
    j = new_job();
    j.halt_after = 30; /* others have failed and have reported it */
    CHECK_OK(run(&j, n_threads, 0, 1, &err), err);
    CHECK(j.n <= 30);
    return 0;
}

static int test_empty(void)
{
    worker w;
    const sz_crew crew = {
        .n_threads = 1, .worker = &w, .size = sizeof w, .work = work, .in_order = 1};
    sz_error err;

    CHECK_OK(sz_crew_run(&crew, &err), err);
    CHECK(sz_crew_cores() >= 1);
    CHECK(!sz_watch_stop(NULL) && sz_watch_check(NULL, &err) == SZ_OK);
    sz_watch_progress(NULL, 0.5, 1, "x");
    sz_watch_warn(NULL, "%s", "x");
    return 0;
}

/* ---- a standing crew ------------------------------------------------------------- */

typedef struct {
    int n_threads;
    int done[N];                     /* how often an item was worked at */
    atomic_int at_work[THREADS_MAX]; /* 1: that thread is in an item */
    atomic_int clashes; /* two threads with the same number at once, or a wrong number */
} lists;

static void work_alone(void *context, int thread, int item)
{
    lists *l = context;
    volatile double x = item;

    if (thread < 0 || thread >= l->n_threads) {
        atomic_fetch_add(&l->clashes, 1);
        return;
    }
    if (atomic_exchange(&l->at_work[thread], 1)) atomic_fetch_add(&l->clashes, 1);
    for (int k = 0; k < item % 7 * 40; k++) x = x * 0.5 + 1.0;
    l->done[item]++;
    atomic_store(&l->at_work[thread], 0);
}

/* n_lists lists of 0 .. N-1 items; returns 1 if every item was done once */
static int run_lists(sz_standing *crew, int n_threads, int n_lists)
{
    static lists l;
    int right = 1;

    memset(&l, 0, sizeof l);
    l.n_threads = n_threads;
    for (int k = 0; k < n_lists; k++) {
        int n = k * 13 % N;

        memset(l.done, 0, sizeof l.done);
        sz_standing_run(crew, n, work_alone, &l);
        for (int i = 0; i < N; i++) right &= l.done[i] == (i < n);
    }
    return right && atomic_load(&l.clashes) == 0;
}

/* threads of this process, or 0 if unknown */
static int count_threads(void)
{
    DIR *folder = opendir("/proc/self/task");
    int n = 0;

    if (!folder) return 0;
    for (struct dirent *d; (d = readdir(folder));) n += d->d_name[0] != '.';
    closedir(folder);
    return n;
}

static void pause_ms(long n)
{
    const struct timespec time = {0, n * 1000000};

    nanosleep(&time, NULL);
}

/* A joined thread may still be listed for a moment. */
static int threads_are(int n)
{
    for (int k = 0; k < 1000 && count_threads() != n; k++) pause_ms(1);
    return count_threads() == n;
}

static int test_standing(int n_threads)
{
    int before = count_threads();
    sz_standing *crew;
    sz_error err;

    CHECK_OK(sz_standing_create(&crew, n_threads, &err), err);
    CHECK(!before || threads_are(before + n_threads - 1));
    CHECK(run_lists(crew, n_threads, 300));
    pause_ms(20); /* sleeping now */
    CHECK(run_lists(crew, n_threads, 3));
    sz_standing_free(crew);
    CHECK(!before || threads_are(before));
    return 0;
}

static int test_many(void)
{
    int before = count_threads();

    for (int k = 0; k < 200; k++) {
        sz_standing *crew;
        sz_error err;

        CHECK_OK(sz_standing_create(&crew, 3, &err), err);
        if (k % 2) CHECK(run_lists(crew, 3, 2));
        sz_standing_free(crew);
    }
    CHECK(!before || threads_are(before));
    sz_standing_free(NULL);
    CHECK(run_lists(NULL, 1, 20));
    return 0;
}

/* In a child process forked while the threads sleep, and in the child of that. */
static int test_fork(void)
{
    sz_standing *crew;
    sz_error err;
    pid_t child;
    int how = 1;

    if (!CHECK_FORKS) return 0;
    CHECK_OK(sz_standing_create(&crew, 3, &err), err);
    CHECK(run_lists(crew, 3, 20));
    child = fork();
    if (child == 0) {
        int right = run_lists(crew, 3, 20), own = threads_are(3);

        sz_standing_free(crew);
        _exit(right && (own || !count_threads()) && threads_are(count_threads() ? 1 : 0)
                  ? 0
                  : 1);
    }
    CHECK(child > 0 && waitpid(child, &how, 0) == child && how == 0);
    child = fork();
    if (child == 0) { /* which never uses it */
        sz_standing_free(crew);
        _exit(0);
    }
    CHECK(child > 0 && waitpid(child, &how, 0) == child && how == 0);
    CHECK(run_lists(crew, 3, 20));
    sz_standing_free(crew);
    return 0;
}

int main(void)
{
    for (int n = 1; n <= THREADS_MAX; n *= 2) {
        if (test_all(n) || test_ends(n)) return 1;
        test_failure(n, 0);
        test_failure(n, 1);
    }
    if (test_empty()) return 1;
    for (int n = 1; n <= THREADS_MAX; n++)
        if (test_standing(n)) return 1;
    if (test_many() || test_fork()) return 1;
    return check_done();
}
