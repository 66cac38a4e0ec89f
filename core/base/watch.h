/* SPDX-License-Identifier: BSD-3-Clause
 *
 * watch.h - interruption, progress and warnings of long work (sz_watch in soapz.h). A
 * NULL watch, or a NULL function in it, does nothing. */
#ifndef SZ_WATCH_H
#define SZ_WATCH_H

#include "base/error.h"

/* 1 if the work must stop. */
int sz_watch_stop(const sz_watch *watch);
/* SZ_ERR_STOPPED with its message if the work must stop, else SZ_OK. */
sz_status sz_watch_check(const sz_watch *watch, sz_error *err);
/* done: 0..1, negative if unknown; count: number of items finished. */
void sz_watch_progress(const sz_watch *watch, double done, long count, const char *what);
void sz_watch_warn(const sz_watch *watch, const char *format, ...) SZ_PRINTF(2, 3);

double sz_seconds(void); /* time of a monotonic clock */

#endif
