/* SPDX-License-Identifier: BSD-3-Clause
 *
 * warnings.c - a growing list of sentences. A NULL list is an empty one. */
#include "base/warnings.h"
#include "base/print.h"

#include <stdlib.h>

sz_status sz_warnings_add(sz_warnings *warnings, sz_error *err, const char *format, ...)
{
    size_t room;
    char **list, *text;
    va_list args, again;

    if (!warnings) return SZ_OK;
    va_start(args, format);
    va_copy(again, args);
    room = (size_t)sz_vformat(NULL, 0, format, args) + 1;
    list = realloc(warnings->text, ((size_t)warnings->n + 1) * sizeof *list);
    text = malloc(room);
    if (list) warnings->text = list;
    if (list && text) {
        sz_vformat(text, room, format, again);
        list[warnings->n++] = text;
        text = NULL;
    } else {
        list = NULL;
    }
    va_end(again);
    va_end(args);
    free(text);
    return list ? SZ_OK : sz_fail_memory(err, room, "a warning");
}

const char *sz_warnings_text(const sz_warnings *warnings, int k)
{
    return warnings && k >= 0 && k < warnings->n ? warnings->text[k] : NULL;
}

void sz_warnings_free(sz_warnings *warnings)
{
    if (!warnings) return;
    for (int k = 0; k < warnings->n; k++) free(warnings->text[k]);
    free(warnings->text);
    *warnings = (sz_warnings){0};
}
