/* SPDX-License-Identifier: BSD-3-Clause
 *
 * warnings.h - a growing list of sentences: warnings for the caller. */
#ifndef SZ_WARNINGS_H
#define SZ_WARNINGS_H

#include "base/error.h"

/* Starts as {0}. */
typedef struct {
    int n;
    char **text; /* [n] one sentence each */
} sz_warnings;

/* Fails only if memory runs out; the list is then unchanged. */
sz_status sz_warnings_add(sz_warnings *warnings, sz_error *err, const char *format, ...)
    SZ_PRINTF(3, 4);
/* Sentence k, or NULL if there is none. */
const char *sz_warnings_text(const sz_warnings *warnings, int k);
/* Makes the list empty. */
void sz_warnings_free(sz_warnings *warnings);

#endif
