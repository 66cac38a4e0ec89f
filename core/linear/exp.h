/* SPDX-License-Identifier: BSD-3-Clause
 *
 * exp.h - exp(x) of SZ_LANES doubles.
 *
 *   x = n ln 2 + r, |r| <= ln 2 / 2,    exp(x) = 2^n (1 + r + r^2/2! + .. + r^13/13!)
 *
 * ln 2 is split into two parts, the first with so few digits that n times it is exact.
 * The truncated terms are 4e-18 of the sum. */
#ifndef SZ_EXP_H
#define SZ_EXP_H

#include "linear/vec.h"

typedef SZ_LANES_OF(long long) sz_double_bits;
typedef SZ_LANES_OF(unsigned long long) sz_double_field;

/* *v <- exp(*v), for arguments up to 709; below -708 it is 0. */
SZ_INLINE void sz_exp_lanes(sz_doubles *v)
{
    const double shift = 0x1.8p52; /* adding it rounds to a whole number */
    const sz_double_bits small = *v < -708.0;
    const sz_doubles x = (sz_doubles)((sz_double_bits)*v & ~small);
    const sz_doubles whole = x * 0x1.71547652b82fep0 + shift, n = whole - shift;
    const sz_doubles r = (x - n * 0x1.62e42fee00000p-1) - n * 0x1.a39ef35793c76p-33;
    const sz_doubles s = r * r;
    const sz_double_field scale = ((sz_double_field)whole + 1023) << 52; /* 2^n */
    sz_doubles odd = s * (1.0 / 6227020800.0) + 1.0 / 39916800.0;
    sz_doubles even = s * (1.0 / 479001600.0) + 1.0 / 3628800.0;

    odd = ((odd * s + 1.0 / 362880.0) * s + 1.0 / 5040.0) * s + 1.0 / 120.0;
    even = ((even * s + 1.0 / 40320.0) * s + 1.0 / 720.0) * s + 1.0 / 24.0;
    odd = odd * s + 1.0 / 6.0;
    even = even * s + 0.5;
    *v = (1.0 + (r + s * (even + r * odd))) * (sz_doubles)scale;
    *v = (sz_doubles)((sz_double_bits)*v & ~small);
}

#endif
