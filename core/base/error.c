/* SPDX-License-Identifier: BSD-3-Clause
 *
 * error.c - an error is a code plus a sentence, written where the cause is known. */
#include "base/error.h"
#include "base/print.h"

#include <stdlib.h>
#include <string.h>

sz_status sz_fail(sz_error *err, sz_status status, const char *format, ...)
{
    va_list args;

    if (!err) return status;
    err->status = status;
    va_start(args, format);
    sz_vformat(err->message, sizeof err->message, format, args);
    va_end(args);
    return status;
}

sz_status sz_fail_memory(sz_error *err, size_t n, const char *what)
{
    return sz_fail(err, SZ_ERR_MEMORY, "out of memory: cannot allocate %.1f MB for %s",
                   (double)n / 1e6, what);
}

char *sz_copy_text(const char *text)
{
    char *copy = malloc(strlen(text) + 1);

    return copy ? strcpy(copy, text) : NULL;
}

const char *sz_version(void)
{
    return SZ_VERSION;
}
