/* SPDX-License-Identifier: BSD-3-Clause
 *
 * error.h - how an error gets its code and its sentence (sz_error in soapz.h). */
#ifndef SZ_ERROR_H
#define SZ_ERROR_H

#include "soapz.h"

#include <stddef.h>

#if defined(__GNUC__)
#define SZ_PRINTF(a, b) __attribute__((format(printf, a, b)))
#else
#define SZ_PRINTF(a, b)
#endif

/* Writes status and sentence into err (if any) and returns status. */
sz_status sz_fail(sz_error *err, sz_status status, const char *format, ...)
    SZ_PRINTF(3, 4);

/* sz_fail for a failed allocation of n bytes meant for what. */
sz_status sz_fail_memory(sz_error *err, size_t n, const char *what);

/* A copy of text, which the caller frees, or NULL. */
char *sz_copy_text(const char *text);

#endif
