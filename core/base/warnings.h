/* SPDX-License-Identifier: BSD-3-Clause
 *
 * warnings.h - sentences that are kept to be told. */
#ifndef SZ_WARNINGS_H
#define SZ_WARNINGS_H

#include "base/error.h"

/* Starts as {0}. */
typedef struct {
    int n;
    char **text; /* [n] one sentence each */
} sz_warnings;

/* Appends one; fails for want of memory alone. */
sz_status sz_warnings_add(sz_warnings *warnings, sz_error *err, const char *format, ...)
    SZ_PRINTF(3, 4);
void sz_warnings_free(sz_warnings *warnings);

#endif
