/* SPDX-License-Identifier: BSD-3-Clause
 *
 * powers.h - x^p of many numbers.
 *
 *   p whole, 0 .. 64   p = sum_b p_b 2^b,  x^p = product of x^(2^b) over the bits p_b = 1
 *   else               pow
 *
 * All powers zeta and zeta - 1 are computed here, in double precision. */
#ifndef SZ_POWERS_H
#define SZ_POWERS_H

#include "linear/vec.h"

#include <stddef.h>

/* y <- y x^p for eight numbers, and for one by the same products in the same order. For
 * loops that use a power at once. */
SZ_INLINE void sz_times_power_lanes(const sz_doubles *x, int p, sz_doubles *y)
{
    sz_doubles square = *x, product = *y;

    for (; p > 0; p >>= 1) {
        if (p & 1) product *= square;
        square *= square;
    }
    *y = product;
}

SZ_INLINE void sz_times_power(double x, int p, double *y)
{
    double square = x, product = *y;

    for (; p > 0; p >>= 1) {
        if (p & 1) product *= square;
        square *= square;
    }
    *y = product;
}

/* p rounded, if x^p is computed by products; -1 if pow is used. */
static inline int sz_whole_power(double p)
{
    int whole = p > -0.5 && p < 64.5 ? (int)(p + 0.5) : -1;
    double off = p - whole;

    /* zeta - 1 with zeta given to 16 digits may differ from a whole number by rounding */
    return off < 1e-14 && off > -1e-14 ? whole : -1;
}

/* y[i] = (x[i] + shift)^p, 0^0 = 1; y may be x. The power of a number does not depend on
 * its position in the array. */
void sz_powers(size_t n, double p, double shift, const double *x, double *y);

#endif
