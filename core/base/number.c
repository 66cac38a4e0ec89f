/* SPDX-License-Identifier: BSD-3-Clause
 *
 * number.c - decimal text to double, correctly rounded, fast, and the same in every
 * locale.
 *
 * value = m 10^e with m the first 19 significant digits, which fit 64 bits. m and 10^27
 * are exact in a long double of 64 bits or more, so x = m 10^e is known there to
 * SZ_SLACK (digits cut off 1e-18, two roundings 1e-19). If both x (1 +- SZ_SLACK) round
 * to the same double, that is the result; the remaining 2 % use strtod, written without a
 * decimal point, which strtod takes from the locale. */
#include "base/number.h"

#include <float.h>
#include <limits.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SZ_SLACK 1.5e-18L
#define SZ_M_DIGITS 19 /* number of decimal digits that always fit 64 bits */
#define SZ_EXP_MAX 99999
#define SZ_SLOW_DIGITS 100 /* for strtod; the last is set if non-zero digits follow */

typedef struct {
    int negative;
    uint64_t m;        /* the first SZ_M_DIGITS significant digits */
    long e;            /* power of ten that m is multiplied by */
    const char *first; /* first significant digit, NULL for zero */
} sz_decimal;

static int is_digit(char c)
{
    return c >= '0' && c <= '9';
}

int sz_is_blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

const char *sz_skip_blanks(const char *text)
{
    while (sz_is_blank(*text)) text++;
    return text;
}

static const char *scan_mantissa(const char *p, sz_decimal *d)
{
    int any = 0, point = 0, kept = 0;

    for (;; p++) {
        if (*p == '.' && !point) {
            point = 1;
            continue;
        }
        if (!is_digit(*p)) break;
        any = 1;
        if (point) d->e--;
        if (kept == 0 && *p == '0') continue;
        if (kept == 0) d->first = p;
        if (kept < SZ_M_DIGITS) {
            d->m = 10 * d->m + (uint64_t)(*p - '0');
            kept++;
        } else {
            d->e++;
        }
    }
    return any ? p : NULL;
}

static const char *scan_exponent(const char *p, sz_decimal *d)
{
    int negative = 0;
    long e = 0;

    if (!strchr("eEdD", *p) || !*p) return p;
    p++;
    if (*p == '+' || *p == '-') negative = *p++ == '-';
    if (!is_digit(*p)) return NULL;
    for (; is_digit(*p); p++)
        if (e < SZ_EXP_MAX) e = 10 * e + (*p - '0');
    d->e += negative ? -e : e;
    return p;
}

static int convert_fast(const sz_decimal *d, double *value)
{
#if LDBL_MANT_DIG >= 64
    static const long double ten[28] = {1e0L,  1e1L,  1e2L,  1e3L,  1e4L,  1e5L,  1e6L,
                                        1e7L,  1e8L,  1e9L,  1e10L, 1e11L, 1e12L, 1e13L,
                                        1e14L, 1e15L, 1e16L, 1e17L, 1e18L, 1e19L, 1e20L,
                                        1e21L, 1e22L, 1e23L, 1e24L, 1e25L, 1e26L, 1e27L};
    long double x = (long double)d->m;
    double low, high;

    if (d->e > 27 || d->e < -54) return 0;
    if (d->e >= 0)
        x *= ten[d->e];
    else if (d->e >= -27)
        x /= ten[-d->e];
    else
        x = x / ten[27] / ten[-d->e - 27];
    low = (double)(x - x * SZ_SLACK);
    high = (double)(x + x * SZ_SLACK);
    if (low != high) return 0;
    *value = low;
    return 1;
#else
    (void)d;
    (void)value;
    return 0;
#endif
}

/* The digits once more, as an integer with an exponent. */
static double convert_slow(const sz_decimal *d)
{
    char text[SZ_SLOW_DIGITS + 32];
    int n = 0, beyond = 0;
    long e = d->e;

    for (const char *p = d->first; is_digit(*p) || *p == '.'; p++) {
        if (*p == '.') continue;
        if (n < SZ_SLOW_DIGITS)
            text[n++] = *p;
        else if (*p != '0')
            beyond = 1;
    }
    if (n > SZ_M_DIGITS) e -= n - SZ_M_DIGITS;
    if (beyond) {
        text[n++] = '1';
        e--;
    }
    snprintf(text + n, sizeof text - (size_t)n, "e%ld", e);
    return strtod(text, NULL);
}

const char *sz_scan_double(const char *text, double *value)
{
    sz_decimal d = {0, 0, 0, NULL};
    const char *p = text;
    double v = 0.0;

    if (*p == '+' || *p == '-') d.negative = *p++ == '-';
    p = scan_mantissa(p, &d);
    if (p) p = scan_exponent(p, &d);
    if (!p) return NULL;
    if (d.first && !convert_fast(&d, &v)) v = convert_slow(&d);
    if (!isfinite(v)) return NULL;
    *value = d.negative ? -v : v;
    return p;
}

int sz_parse_double(const char *text, double *value)
{
    double v;
    const char *end = sz_scan_double(sz_skip_blanks(text), &v);

    if (!end || *sz_skip_blanks(end)) return 0;
    *value = v;
    return 1;
}

int sz_parse_int(const char *text, int *value)
{
    const char *p = sz_skip_blanks(text);
    int negative = 0;
    long long v = 0;

    if (*p == '+' || *p == '-') negative = *p++ == '-';
    if (!is_digit(*p)) return 0;
    for (; is_digit(*p); p++) {
        v = 10 * v + (*p - '0');
        if (v > (long long)INT_MAX + 1) return 0;
    }
    if (negative) v = -v;
    if (v > INT_MAX || v < INT_MIN || *sz_skip_blanks(p)) return 0;
    *value = (int)v;
    return 1;
}

int sz_parse_bool(const char *text, int *value)
{
    static const char *const word[] = {"f", "false", "t", "true"};
    const char *p = sz_skip_blanks(text);
    size_t n = strlen(p);
    char copy[8];

    while (n > 0 && sz_is_blank(p[n - 1])) n--;
    if (n == 0 || n >= sizeof copy) return 0;
    memcpy(copy, p, n);
    copy[n] = '\0';
    for (int k = 0; k < 4; k++) {
        if (!sz_same_word(copy, word[k])) continue;
        *value = k >= 2;
        return 1;
    }
    return 0;
}

int sz_same_word(const char *a, const char *b)
{
    for (;; a++, b++) {
        char x = *a, y = *b;

        if (x >= 'A' && x <= 'Z') x = (char)(x - 'A' + 'a');
        if (y >= 'A' && y <= 'Z') y = (char)(y - 'A' + 'a');
        if (x != y) return 0;
        if (!x) return 1;
    }
}
