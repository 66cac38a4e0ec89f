/* SPDX-License-Identifier: BSD-3-Clause
 *
 * watch.h - stopping long work, its progress and its warnings (sz_watch in soapz.h). A
 * watch of NULL, or a function of it that is NULL, does nothing. */
#ifndef SZ_WATCH_H
#define SZ_WATCH_H

#include "base/error.h"

/* 1 where the work shall end. */
int sz_watch_stop(const sz_watch *watch);
/* SZ_ERR_STOPPED with its sentence where the work shall end, else SZ_OK. */
sz_status sz_watch_check(const sz_watch *watch, sz_error *err);
/* done: 0..1, negative when unknown; count things of that name have been done. */
void sz_watch_progress(const sz_watch *watch, double done, long count, const char *what);
void sz_watch_warn(const sz_watch *watch, const char *format, ...) SZ_PRINTF(2, 3);

double sz_seconds(void); /* of a clock that never jumps */

#endif
