/* SPDX-License-Identifier: BSD-3-Clause
 *
 * check.h - a test is a program that fails loudly. NaN never passes. */
#ifndef SZ_CHECK_H
#define SZ_CHECK_H

#include <math.h>
#include <stdio.h>
#include <string.h>

/* 1 in a build with the address sanitizer, which is several times slower. The sanitizer
 * checks memory, so loops that repeat the same code may be shorter there. */
#if defined(__SANITIZE_ADDRESS__)
#define CHECK_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define CHECK_SANITIZED 1
#endif
#endif
#ifndef CHECK_SANITIZED
#define CHECK_SANITIZED 0
#endif
#define CHECK_EVERY(n) (CHECK_SANITIZED ? (n) : 1) /* every n-th of what is alike */

/* 0: a child that is forked while threads run or start may wait for ever for a lock of
 * the sanitizer */
#if defined(__SANITIZE_THREAD__)
#define CHECK_FORKS 0
#else
#define CHECK_FORKS (!CHECK_SANITIZED)
#endif

static int failures;
static int checks;

/* |got - want| <= tol, absolute */
#define CHECK_CLOSE(got, want, tol)                                                      \
    do {                                                                                 \
        double g_ = (got), w_ = (want), t_ = (tol);                                      \
        checks++;                                                                        \
        if (!(fabs(g_ - w_) <= t_)) {                                                    \
            failures++;                                                                  \
            printf("%s:%d: %s is %.17g, not %.17g (off by %.3g, allowed %.3g)\n",        \
                   __FILE__, __LINE__, #got, g_, w_, fabs(g_ - w_), t_);                 \
        }                                                                                \
    } while (0)

#define CHECK(condition)                                                                 \
    do {                                                                                 \
        checks++;                                                                        \
        if (!(condition)) {                                                              \
            failures++;                                                                  \
            printf("%s:%d: %s is false\n", __FILE__, __LINE__, #condition);              \
        }                                                                                \
    } while (0)

/* a call that must succeed; stops the test otherwise */
#define CHECK_OK(call, err)                                                              \
    do {                                                                                 \
        checks++;                                                                        \
        if ((call) != SZ_OK) {                                                           \
            printf("%s:%d: %s: %s\n", __FILE__, __LINE__, #call, (err).message);         \
            return 1;                                                                    \
        }                                                                                \
    } while (0)

/* a call that must fail with this status and a message that contains text */
#define CHECK_FAILS(call, code, text, err)                                               \
    do {                                                                                 \
        sz_status s_ = (call);                                                           \
        checks++;                                                                        \
        if (s_ != (code) || !strstr((err).message, text)) {                              \
            failures++;                                                                  \
            printf("%s:%d: %s gave %d \"%s\", not %d \"...%s...\"\n", __FILE__,          \
                   __LINE__, #call, (int)s_, (err).message, (int)(code), text);          \
        }                                                                                \
    } while (0)

/* last line of main */
static inline int check_done(void)
{
    printf("%d checks, %d failed\n", checks, failures);
    return failures != 0 || checks == 0;
}

#endif
