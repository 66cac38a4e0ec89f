/* SPDX-License-Identifier: BSD-3-Clause
 *
 * crew.h - threads that take the items of a list in turn: a crew for one long list, and a
 * standing crew, whose threads wait for the next of many short ones. */
#ifndef SZ_CREW_H
#define SZ_CREW_H

#include "base/watch.h"

/* Why no further item is begun; the larger one counts. */
typedef enum { SZ_GO_ON = 0, SZ_INTERRUPTED, SZ_FAILED } sz_halt;

/* What the crew does. Functions of the second group are called by one thread at a time;
 * those that are NULL are left out. */
typedef struct {
    int n_threads, n_items;
    void *worker; /* [n_threads] the threads' own states, */
    size_t size;  /* bytes of each */
    void *context;
    /* An item; what it says of an error is kept as the crew's. */
    sz_status (*work)(void *context, void *worker, int item, sz_error *err);

    /* Takes over what work has made, in the order of the items where in_order is set. */
    sz_status (*hand_over)(void *context, void *worker, int item, sz_error *err);
    int in_order;
    int (*skip)(void *context, int item);      /* 1: it is left out */
    double (*weight)(void *context, int item); /* of an item, for the progress; 1 */
    /* Before each item. why: the crew's own reason to stop, to be sent to other crews;
     * returns the largest reason known of all of them. */
    sz_halt (*halt)(void *context, sz_halt why);
    const sz_watch *watch;
    const char *what; /* "frames fitted": name of the items in the progress, or NULL */
} sz_crew;

/* All items, or up to the first failure, whose status and sentence are returned; or until
 * the watch stops the work, which is SZ_ERR_STOPPED: the items begun are finished. SZ_OK
 * where halt has returned that another crew failed: its caller knows. */
sz_status sz_crew_run(const sz_crew *crew, sz_error *err);

/* ---- a standing crew ----------------------------------------------------------------
 */

/* Threads that are started once and sleep between lists; a caller's own thread is one of
 * them, number 0. In a forked child, which has none of the others, they are started
 * again. */
typedef struct sz_standing sz_standing;

sz_status sz_standing_create(sz_standing **crew, int n_threads, sz_error *err);
/* Between lists: ends the threads. */
void sz_standing_free(sz_standing *crew);

/* An item, by thread number worker. */
typedef void sz_standing_work(void *context, int worker, int item);
/* All items, each once, in any order; for one caller at a time. crew NULL: by the
 * caller's own thread. */
void sz_standing_run(sz_standing *crew, int n_items, sz_standing_work *work,
                     void *context);

/* ---- how many -----------------------------------------------------------------------
 */

enum { SZ_MAX_THREADS = 1024 };

/* What the machine has, at least 1. */
int sz_crew_cores(void);
/* As many as asked for, at most SZ_MAX_THREADS; 0 asks for all cores. */
sz_status sz_crew_threads(int *n, int asked, sz_error *err);

#endif
