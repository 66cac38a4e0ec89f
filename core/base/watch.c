/* SPDX-License-Identifier: BSD-3-Clause
 *
 * watch.c - calls the functions of an sz_watch. */
#define _POSIX_C_SOURCE 200809L
#include "base/watch.h"
#include "base/print.h"

#include <stdarg.h>
#include <stdio.h>
#include <time.h>

int sz_watch_stop(const sz_watch *watch)
{
    return watch && watch->stop && watch->stop(watch->context);
}

sz_status sz_watch_check(const sz_watch *watch, sz_error *err)
{
    return sz_watch_stop(watch) ? sz_fail(err, SZ_ERR_STOPPED, "interrupted") : SZ_OK;
}

void sz_watch_progress(const sz_watch *watch, double done, long count, const char *what)
{
    if (watch && watch->progress) watch->progress(watch->context, done, count, what);
}

void sz_watch_warn(const sz_watch *watch, const char *format, ...)
{
    char text[1024];
    va_list args;

    if (!watch || !watch->warn) return;
    va_start(args, format);
    sz_vformat(text, sizeof text, format, args);
    va_end(args);
    watch->warn(watch->context, text);
}

double sz_seconds(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}
