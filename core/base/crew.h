/* SPDX-License-Identifier: BSD-3-Clause
 *
 * crew.h - threads that take the items of a list in turn: a crew for one long list, and a
 * standing crew, whose threads wait for the next of many short ones. */
#ifndef SZ_CREW_H
#define SZ_CREW_H

#include "base/watch.h"

/* Reasons to start no further item; the larger one counts. */
typedef enum { SZ_GO_ON = 0, SZ_INTERRUPTED, SZ_FAILED } sz_halt;

/* The work of a crew. Functions of the second group are called by one thread at a time
 * and may be NULL. */
typedef struct {
    int n_threads, n_items;
    void *worker; /* [n_threads] states of the threads, */
    size_t size;  /* size of each in bytes */
    void *context;
    /* Processes an item; its error becomes the crew's. */
    sz_status (*work)(void *context, void *worker, int item, sz_error *err);

    /* Passes on the result of work, in the order of the items if in_order is set. */
    sz_status (*hand_over)(void *context, void *worker, int item, sz_error *err);
    int in_order;
    int (*skip)(void *context, int item);      /* 1: the item is skipped */
    double (*weight)(void *context, int item); /* in the progress; NULL: 1 */
    /* Called before each item. why: the crew's own reason to stop, to be sent to other
     * crews; returns the largest reason of all crews. */
    sz_halt (*halt)(void *context, sz_halt why);
    const sz_watch *watch;
    const char *what; /* "frames fitted": name of the items in the progress, or NULL */
} sz_crew;

/* Processes all items, or stops at the first failure and returns its status and message.
 * If the watch stops the work, the items already started are finished and the status is
 * SZ_ERR_STOPPED. SZ_OK if halt returned that another crew failed: the caller handles
 * it. */
sz_status sz_crew_run(const sz_crew *crew, sz_error *err);

/* ---- a standing crew ------------------------------------------------------------- */

/* Threads that are started once and sleep between lists. The caller's thread is one of
 * them, number 0. In a forked child, which has only this thread, they are started
 * again. */
typedef struct sz_standing sz_standing;

sz_status sz_standing_create(sz_standing **crew, int n_threads, sz_error *err);
/* Ends the threads; call it between lists. */
void sz_standing_free(sz_standing *crew);

/* Processes an item on thread number worker. */
typedef void sz_standing_work(void *context, int worker, int item);
/* Processes all items, each once, in any order; for one caller at a time. crew NULL: on
 * the caller's thread. */
void sz_standing_run(sz_standing *crew, int n_items, sz_standing_work *work,
                     void *context);

/* ---- how many -------------------------------------------------------------------- */

enum { SZ_MAX_THREADS = 1024 };

/* Number of cores of the machine, at least 1. */
int sz_crew_cores(void);
/* The requested number, at most SZ_MAX_THREADS; 0: all cores. */
sz_status sz_crew_threads(int *n, int asked, sz_error *err);

#endif
