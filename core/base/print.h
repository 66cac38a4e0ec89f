/* SPDX-License-Identifier: BSD-3-Clause
 *
 * print.h - printf for numbers with a fraction: the host program may use a locale with a
 * decimal comma. */
#ifndef SZ_PRINT_H
#define SZ_PRINT_H

#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>

/* snprintf, vsnprintf and fprintf with a decimal point in every locale. */
int sz_format(char *text, size_t size, const char *format, ...) SZ_PRINTF(3, 4);
int sz_vformat(char *text, size_t size, const char *format, va_list args) SZ_PRINTF(3, 0);
int sz_print(FILE *file, const char *format, ...) SZ_PRINTF(2, 3);

enum { SZ_SHORTEST = 32 }; /* bytes of its text */

/* x in as few digits as read back the same double: 0.03, not 0.029999999999999999.
 * Returns text. */
const char *sz_shortest(double x, char text[SZ_SHORTEST]);

#endif
