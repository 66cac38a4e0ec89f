/* SPDX-License-Identifier: BSD-3-Clause
 *
 * warnings.c - a list of sentences that grows. */
#include "base/warnings.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

sz_status sz_warnings_add(sz_warnings *warnings, sz_error *err, const char *format, ...)
{
    char text[1024];
    size_t n = (size_t)warnings->n + 1;
    char **grown = realloc(warnings->text, n * sizeof *grown);
    va_list list;

    if (grown) warnings->text = grown;
    va_start(list, format);
    vsnprintf(text, sizeof text, format, list);
    va_end(list);
    if (!grown || !(grown[n - 1] = sz_copy_text(text)))
        return sz_fail_memory(err, sizeof text, "a warning");
    warnings->n++;
    return SZ_OK;
}

void sz_warnings_free(sz_warnings *warnings)
{
    for (int k = 0; k < warnings->n; k++) free(warnings->text[k]);
    free(warnings->text);
    *warnings = (sz_warnings){0, NULL};
}
