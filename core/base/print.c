/* SPDX-License-Identifier: BSD-3-Clause
 *
 * print.c - only the printing thread uses the locale "C", and only while it prints. */
#define _XOPEN_SOURCE 700 /* newlocale, uselocale */
#include "base/print.h"

#include "base/number.h"

#include <locale.h>
#ifdef __APPLE__
#include <xlocale.h>
#endif

typedef struct {
    locale_t plain, host;
} locales;

/* If memory for a locale runs out (glibc and musl need none), the host's locale is
 * used. */
static locales begin(void)
{
    locales l = {newlocale(LC_ALL_MASK, "C", (locale_t)0), (locale_t)0};

    l.host = uselocale(l.plain);
    return l;
}

static void end(locales l)
{
    uselocale(l.host);
    if (l.plain) freelocale(l.plain);
}

int sz_vformat(char *text, size_t size, const char *format, va_list args)
{
    locales l = begin();
    int n = vsnprintf(text, size, format, args);

    end(l);
    return n;
}

int sz_format(char *text, size_t size, const char *format, ...)
{
    va_list args;
    int n;

    va_start(args, format);
    n = sz_vformat(text, size, format, args);
    va_end(args);
    return n;
}

int sz_print(FILE *file, const char *format, ...)
{
    locales l = begin();
    va_list args;
    int n;

    va_start(args, format);
    n = vfprintf(file, format, args);
    va_end(args);
    end(l);
    return n;
}

/* What was written with 15 digits or fewer is found with 15; 17 are always enough. */
const char *sz_shortest(double x, char text[SZ_SHORTEST])
{
    double again;

    for (int digits = 15; digits <= 17; digits++) {
        sz_format(text, SZ_SHORTEST, "%.*g", digits, x);
        if (sz_parse_double(text, &again) && again == x) break;
    }
    return text;
}
